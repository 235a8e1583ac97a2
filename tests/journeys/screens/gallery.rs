//! The pictures of record, and what differs from them.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{DynamicImage, ImageFormat, ImageReader, Rgb, RgbImage};

/// Less than this is how the same letter is drawn on another machine.
const SAME_WITHIN: u8 = 24;
/// So many of a thousand pixels may differ more.
const MOST_OF_A_THOUSAND: u64 = 10;
const RED: Rgb<u8> = Rgb([255, 0, 60]);

/// `docs/screenshots`, which is read or written.
pub(crate) struct Gallery {
    folder: PathBuf,
    artifacts: PathBuf,
    is_written: bool,
}

impl Gallery {
    /// Writes pictures when the developer asks for it, else compares.
    pub(crate) fn open() -> Self {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
        let (folder, artifacts) = (tests.join("../docs/screenshots"), tests.join("artifacts"));
        for each in [&folder, &artifacts] {
            std::fs::create_dir_all(each).expect("the folders of pictures can be made");
        }
        Self { folder, artifacts, is_written: std::env::var_os("NOTEX_WRITE_SCREENS").is_some() }
    }

    /// What is wrong with a picture of this name, a PNG in base64.
    pub(crate) fn compare(&mut self, name: &str, png: &str) -> Option<String> {
        let png = STANDARD.decode(png).expect("a picture in base64");
        let new = image::load_from_memory_with_format(&png, ImageFormat::Png).expect("a PNG").into_rgb8();
        let file = self.folder.join(format!("{name}.png"));
        let known = ImageReader::open(&file).ok().map(|file| file.decode().expect("a PNG").into_rgb8());
        let different = known.as_ref().map(|known| differing(known, &new));
        let is_same = |(of_a_thousand, _): &(u64, RgbImage)| *of_a_thousand < MOST_OF_A_THOUSAND;
        if self.is_written {
            // What is the same to us stays the same in the repository.
            if different.as_ref().is_none_or(|(parts, _)| *parts != 0) {
                save(&file, &new);
            }
            return None;
        }
        match different {
            Some(different) if is_same(&different) => None,
            Some((parts, picture)) => {
                let kept = self.artifacts.join(format!("{name}.png"));
                let marked = self.artifacts.join(format!("{name}-differs.png"));
                save(&kept, &new);
                save(&marked, &picture);
                Some(format!(
                    "{} of a thousand pixels are other than in {}; see {} and {}, and write the pictures anew when this \
                     is how it should look",
                    parts,
                    file.display(),
                    kept.display(),
                    marked.display()
                ))
            }
            None => {
                let kept = self.artifacts.join(format!("{name}.png"));
                save(&kept, &new);
                Some(format!("there is no {}; the new picture is {}", file.display(), kept.display()))
            }
        }
    }
}

/// How many of a thousand pixels differ (all, when the sizes do), and where.
fn differing(known: &RgbImage, new: &RgbImage) -> (u64, RgbImage) {
    if known.dimensions() != new.dimensions() {
        return (1000, new.clone());
    }
    let mut count = 0;
    let mut marked = new.clone();
    for ((old, new), mark) in known.pixels().zip(new.pixels()).zip(marked.pixels_mut()) {
        let is_other = old.0.iter().zip(new.0).any(|(old, new)| old.abs_diff(new) > SAME_WITHIN);
        count += u64::from(is_other);
        *mark = if is_other { RED } else { Rgb(new.0.map(|channel| channel / 3 + 128)) };
    }
    (if count == 0 { 0 } else { (count * 1000 / u64::from(new.width() * new.height())).max(1) }, marked)
}

/// As small as it goes: plain surfaces want no filter, and nobody sees the last two bits of a colour.
fn save(file: &Path, picture: &RgbImage) {
    let mut picture = picture.clone();
    for pixel in picture.pixels_mut() {
        pixel.0 = pixel.0.map(|channel| channel & !3 | channel >> 6);
    }
    let mut png = Cursor::new(Vec::new());
    let encoder = PngEncoder::new_with_quality(&mut png, CompressionType::Best, FilterType::NoFilter);
    DynamicImage::ImageRgb8(picture).write_with_encoder(encoder).expect("a PNG");
    std::fs::write(file, png.into_inner()).expect("a picture can be written");
}

#[test]
fn a_pixel_that_is_a_little_other_is_the_same_and_one_of_another_colour_is_not() {
    let plain = RgbImage::from_pixel(10, 10, Rgb([100, 100, 100]));
    let mut other = plain.clone();
    other.put_pixel(3, 3, Rgb([110, 100, 95]));
    assert_eq!(differing(&plain, &other).0, 0);
    other.put_pixel(3, 3, Rgb([200, 100, 100]));
    let (parts, marked) = differing(&plain, &other);
    assert_eq!((parts, marked.get_pixel(3, 3)), (10, &RED));
    assert_eq!(differing(&plain, &RgbImage::new(9, 10)).0, 1000);
}

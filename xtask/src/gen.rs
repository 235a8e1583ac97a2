//! `cargo xtask gen`: files made from others and committed. TypeScript from the hub's protocol, icons from one SVG, the
//! licences of the crates in the app.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::apt::Purpose;
use crate::licences;
use crate::setup;
use crate::shell::{Stop, cargo, program, root, run, run_quietly, target_folder};
use crate::test::DESKTOP;
use crate::ui::tauri;

/// Whether files may be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GenMode {
    /// Write them.
    Write,
    /// Only say whether they are current.
    Check,
}

/// Those of the icons the Tauri CLI makes that tauri.conf.json names.
const ICONS: &[&str] = &["32x32.png", "128x128.png", "128x128@2x.png", "icon.png", "icon.icns", "icon.ico"];

/// Makes every generated file anew, and writes or compares it.
pub(crate) fn generate(mode: GenMode) -> Result<(), Stop> {
    setup::prepare(Purpose::Build)?;
    let fresh = target_folder()?.join("generated");
    let types = fresh.join("types");
    let icons = fresh.join("icons");
    let crates = fresh.join("crates");
    for folder in [&types, &icons, &crates] {
        empty(folder)?;
    }
    apply(&crates.join(licences::FILE), &Change::Write(licences::of_the_app()?.into_bytes()))?;
    // The whole workspace is named so that its crates are compiled with the features that the tests compile them with.
    let mut build = cargo();
    build.args(["build", "--workspace", "--examples", "--features", DESKTOP]);
    run(build)?;
    let example = format!("typescript{}", std::env::consts::EXE_SUFFIX);
    let mut write = program(target_folder()?.join("debug/examples").join(example));
    write.arg(&types);
    run_quietly(write)?;
    let mut draw = tauri(&["icon", "icons/icon.svg", "--output"]);
    draw.arg(&icons);
    run_quietly(draw)?;

    let mut stale = differing(&types, &root().join("ui/src/backend/generated"), None)?;
    stale.extend(settled(differing(&icons, &root().join("icons"), Some(ICONS))?));
    stale.extend(differing(&crates, &root().join("ui/src/settings"), Some(&[licences::FILE]))?);
    match mode {
        GenMode::Check if stale.is_empty() => Ok(()),
        GenMode::Check => {
            Err(Stop::Failed(format!("not current: {}; run `cargo xtask gen` and commit", shown(&stale))))
        }
        GenMode::Write => {
            for (file, change) in &stale {
                apply(file, change)?;
            }
            eprintln!(
                "{}",
                if stale.is_empty() {
                    "All generated files were current.".to_owned()
                } else {
                    format!("Written: {}", shown(&stale))
                }
            );
            Ok(())
        }
    }
}

/// What must happen to a committed file.
#[derive(Debug, PartialEq, Eq)]
enum Change {
    Write(Vec<u8>),
    Remove,
}

/// The files under `committed` that are not as those under `fresh`. With `only`, other names are left alone; without, a
/// file that is no longer generated is to go.
fn differing(
    fresh: &Path,
    committed: &Path,
    only: Option<&[&str]>,
) -> Result<BTreeMap<PathBuf, Change>, Stop> {
    let is_ours = |name: &Path| only.is_none_or(|only| only.iter().any(|known| Path::new(known) == name));
    let mut made = contents(fresh)?;
    made.retain(|name, _| is_ours(name));
    let mut changes = BTreeMap::new();
    for (name, bytes) in contents(committed)? {
        match made.remove(&name) {
            Some(new) if new == bytes => {}
            Some(new) => drop(changes.insert(committed.join(name), Change::Write(new))),
            None if is_ours(&name) => drop(changes.insert(committed.join(name), Change::Remove)),
            None => {}
        }
    }
    changes.extend(made.into_iter().map(|(name, bytes)| (committed.join(name), Change::Write(bytes))));
    Ok(changes)
}

/// The Tauri CLI writes the parts of an .icns in another order each time: it alone says nothing.
fn settled(mut icons: BTreeMap<PathBuf, Change>) -> BTreeMap<PathBuf, Change> {
    let is_icns = |file: &Path| file.extension().is_some_and(|extension| extension == "icns");
    if icons.keys().all(|file| is_icns(file) && file.exists()) {
        icons.clear();
    }
    icons
}

/// Every file under `folder` by its path inside it; nothing when there is no such folder.
fn contents(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>, Stop> {
    let mut files = BTreeMap::new();
    if !folder.is_dir() {
        return Ok(files);
    }
    for entry in fs::read_dir(folder).map_err(|error| failed("read", folder, &error))? {
        let path = entry.map_err(|error| failed("read", folder, &error))?.path();
        let name = PathBuf::from(path.file_name().unwrap_or_default());
        if path.is_dir() {
            files.extend(contents(&path)?.into_iter().map(|(inner, bytes)| (name.join(inner), bytes)));
        } else {
            files.insert(name, fs::read(&path).map_err(|error| failed("read", &path, &error))?);
        }
    }
    Ok(files)
}

fn apply(file: &Path, change: &Change) -> Result<(), Stop> {
    match change {
        Change::Write(bytes) => {
            let folder = file.parent().unwrap_or(file);
            fs::create_dir_all(folder).map_err(|error| failed("make", folder, &error))?;
            fs::write(file, bytes).map_err(|error| failed("write", file, &error))
        }
        Change::Remove => fs::remove_file(file).map_err(|error| failed("remove", file, &error)),
    }
}

fn empty(folder: &Path) -> Result<(), Stop> {
    if folder.is_dir() {
        fs::remove_dir_all(folder).map_err(|error| failed("empty", folder, &error))?;
    }
    fs::create_dir_all(folder).map_err(|error| failed("make", folder, &error))
}

fn failed(what: &str, path: &Path, error: &std::io::Error) -> Stop {
    Stop::Failed(format!("could not {what} {}: {error}", path.display()))
}

fn shown(changes: &BTreeMap<PathBuf, Change>) -> String {
    let root = root();
    let names: Vec<String> =
        changes.keys().map(|file| file.strip_prefix(&root).unwrap_or(file).display().to_string()).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(name: &str, files: &[(&str, &str)]) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("notex-gen-{name}-{}", std::process::id()));
        empty(&folder).unwrap();
        for (file, text) in files {
            apply(&folder.join(file), &Change::Write(text.as_bytes().to_vec())).unwrap();
        }
        folder
    }

    #[test]
    fn a_changed_a_new_and_a_left_over_file_are_stale_and_an_equal_one_is_not() {
        let fresh = folder_with("fresh", &[("Same.ts", "1"), ("Changed.ts", "2"), ("deep/New.ts", "3")]);
        let committed =
            folder_with("committed", &[("Same.ts", "1"), ("Changed.ts", "old"), ("Left.ts", "4")]);
        let stale = differing(&fresh, &committed, None).unwrap();
        let expected = BTreeMap::from([
            (committed.join("Changed.ts"), Change::Write(b"2".to_vec())),
            (committed.join("deep/New.ts"), Change::Write(b"3".to_vec())),
            (committed.join("Left.ts"), Change::Remove),
        ]);
        assert_eq!(stale, expected);
        for (file, change) in &stale {
            apply(file, change).unwrap();
        }
        assert!(differing(&fresh, &committed, None).unwrap().is_empty(), "writing makes them current");
        fs::remove_dir_all(fresh).unwrap();
        fs::remove_dir_all(committed).unwrap();
    }

    #[test]
    fn an_icns_is_stale_only_together_with_another_icon() {
        let icons = folder_with("icns", &[("icon.icns", "parts in one order")]);
        let icns = (icons.join("icon.icns"), Change::Write(b"parts in another".to_vec()));
        let png = (icons.join("icon.png"), Change::Write(b"new".to_vec()));
        assert!(settled(BTreeMap::from([icns])).is_empty());
        let icns = (icons.join("icon.icns"), Change::Write(b"parts in another".to_vec()));
        assert_eq!(settled(BTreeMap::from([icns, png])).len(), 2);
        fs::remove_dir_all(&icons).unwrap();
        let absent = (icons.join("icon.icns"), Change::Write(b"parts".to_vec()));
        assert_eq!(settled(BTreeMap::from([absent])).len(), 1, "one that is missing is written");
    }

    #[test]
    fn files_that_are_not_ours_are_left_alone() {
        let fresh = folder_with("fresh-icons", &[("icon.png", "p"), ("StoreLogo.png", "s")]);
        let committed = folder_with("icons", &[("icon.png", "p"), ("icon.svg", "drawn by hand")]);
        assert!(differing(&fresh, &committed, Some(&["icon.png"])).unwrap().is_empty());
        fs::remove_dir_all(fresh).unwrap();
        fs::remove_dir_all(committed).unwrap();
    }
}

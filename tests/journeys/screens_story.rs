//! Every screen and state as it looks, in both themes: compared with the pictures in `docs/screenshots`, read by axe for
//! whoever cannot see it, and laid out at the scales that people set. The scenes come from the fake backend and stand
//! still; the page runs under the product's own content policy.
//!
//! `NOTEX_WRITE_SCREENS=1 cargo xtask test screens` writes the pictures anew.
#![expect(clippy::expect_used, reason = "a panic is how a test says no")]

#[path = "screens/mod.rs"]
mod screens;

use std::collections::BTreeMap;
use std::path::Path;

use notex_journeys::Shown;
use screens::gallery::Gallery;
use screens::scenes::{SCENES, Scene, Sizes};
use screens::served::FakeUi;
use serde_json::{Value, json};

const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/node_modules/axe-core/axe.min.js");
/// The sketches' size, and the small one that has to do.
const LARGE: (u32, u32) = (1440, 900);
const SMALL: (u32, u32) = (1024, 700);
const SCALES: [f64; 2] = [1.25, 1.5];

/// What is there and wrong: violations with the rule and the element.
const ASK_AXE: &str = "axe.run(document, {resultTypes: ['violations']}).then((found) => found.violations.flatMap((rule) =>
    rule.nodes.slice(0, 3).map((node) => `${rule.id} (${rule.help}) at ${node.target.join(' ')}: ${node.html.slice(0, 160)}`)))";

/// Buttons and fields that stand outside of the view, in no box that scrolls.
const CUT_OFF: &str = "(() => {
  const wrong = [];
  const page = document.documentElement;
  if (page.scrollWidth > innerWidth) wrong.push(`the page is ${page.scrollWidth} wide and the window ${innerWidth}`);
  const scrolls = (el, overflow, inner, outer) => {
    for (let node = el.parentElement; node; node = node.parentElement) {
      if (/auto|scroll/.test(getComputedStyle(node)[overflow]) && node[inner] > node[outer]) return true;
    }
    return false;
  };
  for (const el of document.querySelectorAll('button, input, select, textarea, a[href], [role=tab]')) {
    if (!el.checkVisibility({visibilityProperty: true})) continue;
    const box = el.getBoundingClientRect();
    const name = el.ariaLabel ?? el.textContent.trim().slice(0, 60);
    if (box.width > 1 && (box.left < -1 || box.right > innerWidth + 1) && !scrolls(el, 'overflowX', 'scrollWidth', 'clientWidth')) {
      wrong.push(`${name} reaches from ${Math.round(box.left)} to ${Math.round(box.right)} of ${innerWidth}`);
    }
    if (box.height > 1 && box.bottom > innerHeight + 1 && !scrolls(el, 'overflowY', 'scrollHeight', 'clientHeight')) {
      wrong.push(`${name} reaches down to ${Math.round(box.bottom)} of ${innerHeight}`);
    }
  }
  return wrong;
})()";

/// Drawn as it stays: fonts and pictures are there, and two frames have passed.
const SETTLED: &str = "(async () => {
  await document.fonts.ready;
  await Promise.all(Array.from(document.images, (image) => image.decode().catch(() => null)));
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return true;
})()";

#[tokio::test]
async fn every_screen_looks_in_the_dark_as_it_did_and_can_be_read_by_everybody() {
    look_at_all("dark").await;
}

#[tokio::test]
async fn every_screen_looks_in_the_light_as_it_did_and_can_be_read_by_everybody() {
    look_at_all("light").await;
}

async fn look_at_all(theme: &str) {
    let (ui, mut gallery) = (FakeUi::serve().await, Gallery::open());
    let axe = std::fs::read_to_string(AXE).expect("axe-core is installed with the packages of the UI");
    let mut page = Shown::open().await;
    let still = json!({"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]});
    page.call("Emulation.setEmulatedMedia", still).await;
    // The same fault stands on many screens.
    let mut wrong: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let wanted = std::env::var("NOTEX_SCREENS").unwrap_or_default();
    for scene in SCENES.iter().filter(|scene| scene.name.contains(&wanted)) {
        let found = look_at(&mut page, &ui, &mut gallery, &axe, scene, theme).await;
        for what in found {
            wrong.entry(what).or_default().push(scene.name);
        }
    }
    let told: Vec<String> =
        wrong.iter().map(|(what, on)| format!("{what}\n    on {}", on.join(", "))).collect();
    assert!(wrong.is_empty(), "{} things are wrong in the {theme} theme:\n{}", wrong.len(), told.join("\n"));
}

async fn look_at(
    page: &mut Shown,
    ui: &FakeUi,
    gallery: &mut Gallery,
    axe: &str,
    scene: &Scene,
    theme: &str,
) -> Vec<String> {
    let mut wrong = Vec::new();
    show(page, ui, scene, theme, LARGE).await;
    wrong.extend(gallery.compare(&format!("{}-{theme}", scene.name), &page.picture().await));
    page.value(axe).await;
    wrong.extend(words(page.value(ASK_AXE).await).into_iter().map(|what| format!("axe: {what}")));
    if scene.sizes == Sizes::SmallToo {
        page.resize(SMALL.0, SMALL.1, 1.0).await;
        page.value(SETTLED).await;
        wrong.extend(gallery.compare(&format!("{}-{theme}-1024", scene.name), &page.picture().await));
    }
    // Where things stand does not depend on the theme.
    if theme == "dark" {
        for scale in SCALES {
            page.resize(scaled(LARGE.0, scale), scaled(LARGE.1, scale), scale).await;
            page.value(SETTLED).await;
            let cut_off = words(page.value(CUT_OFF).await).into_iter();
            wrong.extend(cut_off.map(|what| format!("at {} %: {what}", scale * 100.0)));
        }
    }
    wrong.extend(page.complaints());
    wrong
}

async fn show(page: &mut Shown, ui: &FakeUi, scene: &Scene, theme: &str, (width, height): (u32, u32)) {
    page.resize(width, height, 1.0).await;
    page.goto(&ui.url(&format!("/?{}&theme={theme}&still=1", scene.query))).await;
    page.until(&format!("the scene {}", scene.name), "document.querySelector('#app > *')").await;
    for (what, action) in scene.then {
        page.until(what, action).await;
    }
    page.value(SETTLED).await;
}

fn words(list: Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "pixels of a window")]
fn scaled(pixels: u32, scale: f64) -> u32 {
    (f64::from(pixels) / scale).round() as u32
}

#[test]
fn every_picture_belongs_to_a_scene() {
    let names: Vec<String> = SCENES
        .iter()
        .flat_map(|scene| {
            ["dark", "light", "dark-1024", "light-1024"].map(|end| format!("{}-{end}.png", scene.name))
        })
        .collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/screenshots");
    let files = std::fs::read_dir(folder).expect("docs/screenshots").flatten();
    let strange: Vec<String> = files
        .map(|file| file.file_name().to_string_lossy().into_owned())
        .filter(|file| Path::new(file).extension().is_some_and(|end| end == "png") && !names.contains(file))
        .collect();
    assert!(strange.is_empty(), "no scene has the pictures {strange:?}; delete them");
}

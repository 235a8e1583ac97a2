//! What the documents and rules say about the sources, held against the sources.
#![expect(clippy::expect_used, reason = "a panic is how a test says no")]

use std::fs;
use std::path::{Path, PathBuf};

const LONGEST_FILE: usize = 600;
const SOURCES: &[&str] = &["rs", "ts", "svelte", "css", "html", "js", "sh"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace")
}

/// Every file of the repository by its path from the root, without what is made by tools.
fn files() -> Vec<PathBuf> {
    let made = ["target", "node_modules", "dist", "gen", "artifacts", ".git"];
    let mut found = Vec::new();
    let mut folders = vec![root().to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder can be read").flatten() {
            let path = entry.path();
            let name = entry.file_name();
            if path.is_dir() {
                if !made.iter().any(|made| name == *made) {
                    folders.push(path);
                }
            } else {
                found.push(path.strip_prefix(root()).expect("inside the root").to_path_buf());
            }
        }
    }
    assert!(found.len() > 50, "the walk found only {} files", found.len());
    found
}

fn text_of(file: &Path) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_default()
}

fn has_extension(file: &Path, extensions: &[&str]) -> bool {
    file.extension().is_some_and(|extension| extensions.iter().any(|known| extension == *known))
}

/// What stands in backquotes and looks like a path of this repository.
fn named_paths(document: &str) -> Vec<String> {
    let tops: Vec<String> = fs::read_dir(root())
        .expect("the root can be read")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    let mut in_code = false;
    let mut named = Vec::new();
    for line in document.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        } else if !in_code {
            named.extend(line.split('`').skip(1).step_by(2).map(str::to_owned));
            let links = line.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
            named.extend(links.map(|(target, _)| target.to_owned()));
        }
    }
    named.retain(|name| {
        let (top, rest) = name.split_once('/').unwrap_or((name, ""));
        let is_plain =
            !name.contains([' ', '*', '<', '{', ':', '(', '=']) && !name.starts_with(['-', '/', '~']);
        let ours = [".ci", "crates", "docs", "icons", "src-tauri", "tests", "ui", "xtask"].contains(&top);
        is_plain
            && ((ours && !rest.is_empty()) || tops.iter().any(|known| known == top) || name.ends_with(".md"))
    });
    named
}

#[test]
fn every_path_that_a_document_names_exists() {
    let mut wrong = Vec::new();
    for file in files().into_iter().filter(|file| has_extension(file, &["md"])) {
        let document = text_of(&file);
        for name in named_paths(&document) {
            let from_root = root().join(&name);
            let from_here = root().join(&file).parent().map(|folder| folder.join(&name));
            let is_made_later = ["target", "ui/dist", "ui/node_modules", "tests/artifacts", "gen"]
                .iter()
                .any(|made| name.trim_end_matches('/') == *made || name.starts_with(&format!("{made}/")));
            if !is_made_later && !from_root.exists() && !from_here.is_some_and(|path| path.exists()) {
                wrong.push(format!("{}: {name}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "documents name what does not exist:\n{}", wrong.join("\n"));
}

#[test]
fn a_path_in_a_sentence_is_noticed_and_a_word_is_not() {
    let named = named_paths(
        "See `crates/no-such/x.rs` and [the rules](docs/none.md), not `cargo test` or `Credits`.",
    );
    assert_eq!(named, ["crates/no-such/x.rs", "docs/none.md"]);
}

#[test]
fn no_source_file_is_longer_than_can_be_read_in_one_sitting() {
    let long: Vec<String> = files()
        .into_iter()
        .filter(|file| has_extension(file, SOURCES))
        .map(|file| (text_of(&file).lines().count(), file))
        .filter(|(lines, _)| *lines > LONGEST_FILE)
        .map(|(lines, file)| format!("{}: {lines} lines", file.display()))
        .collect();
    assert!(long.is_empty(), "over {LONGEST_FILE} lines:\n{}", long.join("\n"));
}

#[test]
fn only_the_root_package_depends_on_tauri() {
    let manifests: Vec<PathBuf> = files().into_iter().filter(|file| file.ends_with("Cargo.toml")).collect();
    let with_tauri: Vec<&PathBuf> =
        manifests.iter().filter(|file| text_of(file).lines().any(|line| line.starts_with("tauri"))).collect();
    assert_eq!(with_tauri, [Path::new("Cargo.toml")]);
}

#[test]
fn only_one_file_of_the_ui_knows_tauri() {
    let importing: Vec<PathBuf> = files()
        .into_iter()
        .filter(|file| file.starts_with("ui/src") && has_extension(file, &["ts", "svelte"]))
        .filter(|file| {
            ["'@tauri-apps/", "\"@tauri-apps/"].iter().any(|import| text_of(file).contains(import))
        })
        .collect();
    assert_eq!(importing, [Path::new("ui/src/backend/tauri.ts")]);
}

#[test]
fn no_lint_is_switched_off_without_being_expected() {
    let attribute = ["#[", "allow("].concat();
    let inner = ["#![", "allow("].concat();
    let allowing: Vec<PathBuf> = files()
        .into_iter()
        .filter(|file| has_extension(file, &["rs"]))
        .filter(|file| text_of(file).contains(&attribute) || text_of(file).contains(&inner))
        .collect();
    assert!(allowing.is_empty(), "use #[expect(.., reason = \"..\")] in {allowing:?}");
}

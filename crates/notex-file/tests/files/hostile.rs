//! Files that were damaged, or made to do harm.

use std::io::{Cursor, Read, Write};
use std::path::Path;
use std::sync::LazyLock;

use notex_archive::NewCall;
use notex_file::SessionFile;
use proptest::prelude::*;
use serde_json::Value;
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::*;

fn good() -> Vec<u8> {
    static GOOD: LazyLock<Vec<u8>> = LazyLock::new(made);
    GOOD.clone()
}

fn made() -> Vec<u8> {
    let here = Desk::new();
    let parts = vec![picture(1), part(PartKind::Dom, "text/html", "<p>Hello</p>".repeat(200))];
    let kept = here.keep(vec![NewCall { parts, ..call(1) }, call(2)]);
    std::fs::read(here.export(&kept, &[]).unwrap().0).unwrap()
}

/// The file with what `change` makes of its files.
fn changed(change: impl FnOnce(&mut Vec<(String, Vec<u8>)>)) -> Vec<u8> {
    let mut zip = ZipArchive::new(Cursor::new(good())).unwrap();
    let mut files: Vec<(String, Vec<u8>)> = (0..zip.len())
        .map(|index| {
            let mut entry = zip.by_index(index).unwrap();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            (entry.name().unwrap().into_owned(), bytes)
        })
        .collect();
    change(&mut files);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The file with another manifest.
fn with_manifest(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    changed(|files| {
        let (_, bytes) = files.iter_mut().find(|(name, _)| name == "manifest.json").unwrap();
        let mut manifest: Value = serde_json::from_slice(bytes).unwrap();
        change(&mut manifest);
        *bytes = serde_json::to_vec(&manifest).unwrap();
    })
}

fn open(bytes: &[u8]) -> Result<SessionFile, FileError> {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("x.notex");
    std::fs::write(&file, bytes).unwrap();
    SessionFile::open(&file)
}

fn refusal(bytes: &[u8]) -> String {
    open(bytes).unwrap_err().to_string()
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn what_is_no_session_file_is_told_so() {
    assert!(open(&good()).is_ok());
    assert!(refusal(b"a letter").starts_with("this is not a session file: it is no whole zip"));
    assert!(refusal(b"").starts_with("this is not a session file"));
    assert_eq!(
        refusal(&changed(|files| files.retain(|(name, _)| name != "manifest.json"))),
        "this is not a session file: it has no manifest.json"
    );
    assert_eq!(
        refusal(&with_manifest(|manifest| manifest["format"] = "bookmarks".into())),
        "this is not a session file: its manifest.json is of another program"
    );
    let nowhere = SessionFile::open(Path::new("/no/such/file.notex")).unwrap_err();
    assert!(nowhere.to_string().starts_with("/no/such/file.notex could not be read"), "{nowhere}");
}

#[test]
fn a_newer_version_is_told_before_anything_else_of_it_is_read() {
    let newer =
        with_manifest(|manifest| *manifest = json!({ "format": "notex-session", "version": 2, "new": [] }));
    assert_eq!(
        refusal(&newer),
        "this session file was written by a newer inspector (version 2, this one knows 1)"
    );
}

#[test]
fn changed_bytes_are_told_with_the_name_of_their_file() {
    let forged = changed(|files| {
        let (_, bytes) = files.iter_mut().find(|(name, _)| name == "calls.jsonl").unwrap();
        let place = bytes.windows(4).position(|four| four == b"call").unwrap();
        bytes[place] = b'C';
    });
    assert_eq!(refusal(&forged), "this session file is damaged: calls.jsonl is not what its manifest says");
    let longer = changed(|files| {
        files.iter_mut().find(|(name, _)| name.starts_with("parts/")).unwrap().1.push(0);
    });
    assert!(refusal(&longer).contains("is larger than it says"), "{}", refusal(&longer));
}

#[test]
fn names_that_lead_elsewhere_and_files_nobody_named_are_refused() {
    let evil = b"#!/bin/sh".to_vec();
    let stray = changed(|files| files.push(("../../.bashrc".to_owned(), evil.clone())));
    assert!(refusal(&stray).contains("which its manifest does not know"), "{}", refusal(&stray));
    for name in ["../../.bashrc", "/etc/passwd", "parts/../../x", "parts/c:\\x", "parts/ABC"] {
        let named = changed(|files| {
            files.push((name.to_owned(), evil.clone()));
            let (_, bytes) = files.iter_mut().find(|(name, _)| name == "manifest.json").unwrap();
            let mut manifest: Value = serde_json::from_slice(bytes).unwrap();
            manifest["files"][name] = json!({ "size": evil.len(), "sha256": hash(&evil) });
            *bytes = serde_json::to_vec(&manifest).unwrap();
        });
        assert!(refusal(&named).contains("which no session file has"), "{name}: {}", refusal(&named));
    }
}

#[test]
fn what_would_burst_is_refused_before_it_is_unpacked() {
    let zeros = vec![0u8; 51_000_000];
    let bomb = changed(|files| {
        files.push((format!("parts/{}", hash(&zeros)), zeros.clone()));
        let (_, bytes) = files.iter_mut().find(|(name, _)| name == "manifest.json").unwrap();
        let mut manifest: Value = serde_json::from_slice(bytes).unwrap();
        manifest["files"][format!("parts/{}", hash(&zeros))] =
            json!({ "size": zeros.len(), "sha256": hash(&zeros) });
        *bytes = serde_json::to_vec(&manifest).unwrap();
    });
    assert!(bomb.len() < 100_000);
    assert!(refusal(&bomb).contains("KB would become 51 MB"), "{}", refusal(&bomb));

    let small_lie = changed(|files| {
        files.iter_mut().find(|(name, _)| name.starts_with("parts/")).unwrap().1 = zeros.clone();
    });
    assert!(refusal(&small_lie).contains("is larger than it says"), "{}", refusal(&small_lie));

    let huge = with_manifest(|manifest| manifest["files"]["calls.jsonl"]["size"] = 9_000_000_000u64.into());
    assert_eq!(refusal(&huge), "this session file is refused: calls.jsonl would be 9000 MB");
}

#[test]
fn calls_that_are_missing_out_of_order_or_without_their_parts_are_refused() {
    let fewer = with_manifest(|manifest| manifest["calls"] = 3.into());
    assert!(refusal(&fewer).ends_with("it says it has 3 calls, and has 2"));
    let lines = |change: fn(&str) -> String| {
        changed(|files| {
            let index = files.iter().position(|(name, _)| name == "calls.jsonl").unwrap();
            let lines = change(std::str::from_utf8(&files[index].1).unwrap()).into_bytes();
            let entry = json!({ "size": lines.len(), "sha256": hash(&lines) });
            files[index].1 = lines;
            let (_, bytes) = files.iter_mut().find(|(name, _)| name == "manifest.json").unwrap();
            let mut manifest: Value = serde_json::from_slice(bytes).unwrap();
            manifest["files"]["calls.jsonl"] = entry;
            *bytes = serde_json::to_vec(&manifest).unwrap();
        })
    };
    let turned = lines(|text| text.lines().rev().map(|line| format!("{line}\n")).collect());
    assert!(refusal(&turned).ends_with("call 1 comes after call 2"), "{}", refusal(&turned));
    let strange = lines(|text| text.replace("\"step\"", "\"dance\""));
    assert!(refusal(&strange).contains("line 1 of calls.jsonl cannot be read"), "{}", refusal(&strange));
    let parts = lines(|text| text.replacen("\"sha256\":\"", "\"sha256\":\"0", 1));
    assert!(refusal(&parts).ends_with("a part of call 1 is not in it"), "{}", refusal(&parts));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_file_that_was_cut_off_or_scratched_is_refused_or_whole_and_never_panics(
        cut in 0usize..4_000,
        scratches in proptest::collection::vec((0usize..100_000, any::<u8>()), 1..6),
    ) {
        let whole = good();
        prop_assert!(open(&whole[..whole.len().saturating_sub(cut + 1)]).is_err());
        let mut scratched = whole.clone();
        for (place, byte) in scratches {
            let place = place % scratched.len();
            scratched[place] = byte;
        }
        if let Ok(opened) = open(&scratched) {
            let unharmed = open(&whole).unwrap();
            prop_assert_eq!(opened.calls(), unharmed.calls());
        }
    }
}

//! Names for files that people keep.

/// The longest name, in bytes; file systems take 255.
const LONGEST_NAME: usize = 120;

/// A name without a path and without what file systems refuse.
pub(crate) fn suggested(name: &str) -> String {
    let refused = |letter: char| letter.is_control() || r#"/\:*?"<>|"#.contains(letter);
    let name: String = name.chars().map(|letter| if refused(letter) { '-' } else { letter }).collect();
    let name = name.trim_matches([' ', '.', '-']);
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if extension.len() <= 12 => (stem, format!(".{extension}")),
        _ => (name, String::new()),
    };
    let mut stem = stem.to_owned();
    while stem.len() + extension.len() > LONGEST_NAME {
        stem.pop();
    }
    if stem.is_empty() { format!("notex{extension}") } else { format!("{stem}{extension}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suggested_name_has_no_path_and_keeps_its_extension() {
        assert_eq!(suggested("usage 2026-01.csv"), "usage 2026-01.csv");
        assert_eq!(suggested("../../etc/passwd"), "etc-passwd");
        assert_eq!(suggested(""), "notex");
        let long = suggested(&format!("{}.json", "ü".repeat(10_000)));
        assert!(long.len() <= LONGEST_NAME && long.ends_with("ü.json"), "{long}");
    }
}

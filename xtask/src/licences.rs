//! The crates that end up in the app on any system, with the licences their authors gave: the window shows them beside
//! those of its own libraries.

use std::collections::BTreeSet;

use crate::shell::{Stop, cargo, printed};

/// Its name in the folder of the settings screen.
pub(crate) const FILE: &str = "crates.json";

/// The list as JSON, a crate on each line.
pub(crate) fn of_the_app() -> Result<String, Stop> {
    let mut tree = cargo();
    tree.args(["tree", "--locked", "--package", "notex-inspector", "--edges", "normal,no-proc-macro"]);
    tree.args(["--target", "all", "--prefix", "none", "--format", "{p}|{l}"]);
    let crates = crates_in(&printed(tree).unwrap_or_default());
    if crates.is_empty() {
        return Err(Stop::Failed("`cargo tree` does not say which crates are in the app".into()));
    }
    let line = |(name, version, license): &(String, String, String)| {
        format!(r#"  {{ "name": "{name}", "version": "{version}", "license": "{license}" }}"#)
    };
    let lines: Vec<String> = crates.iter().map(line).collect();
    Ok(format!("[\n{}\n]\n", lines.join(",\n")))
}

/// Name, version and licence of what is not ours. A crate that was listed before is marked with a star.
fn crates_in(tree: &str) -> BTreeSet<(String, String, String)> {
    let one = |line: &str| {
        let (package, license) = line.trim().trim_end_matches(" (*)").split_once('|')?;
        let (name, version) = package.split_once(" v")?;
        // Ours are followed by their folder.
        let is_ours = version.contains(' ');
        // Older manifests write a slash where they mean a choice.
        let license = license.replace(" / ", "/").replace('/', " OR ");
        (!is_ours).then(|| (name.to_owned(), version.to_owned(), license))
    };
    tree.lines().filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_of_others_are_listed_once_and_ours_are_not() {
        let tree = "notex-inspector v0.1.0 (/somewhere)|Apache-2.0\nserde v1.0.228|MIT OR Apache-2.0\n\
                    fnv v1.0.7|Apache-2.0 / MIT\nserde v1.0.228|MIT OR Apache-2.0 (*)\n";
        let listed = |name: &str, version: &str, license: &str| {
            (name.to_owned(), version.to_owned(), license.to_owned())
        };
        let expected =
            [listed("fnv", "1.0.7", "Apache-2.0 OR MIT"), listed("serde", "1.0.228", "MIT OR Apache-2.0")];
        assert_eq!(crates_in(tree), BTreeSet::from(expected));
    }

    #[test]
    fn every_crate_of_the_app_names_a_licence() {
        let all = of_the_app().unwrap();
        assert!(all.contains(r#""name": "tauri", "#) && !all.contains(r#""license": """#), "{all}");
    }
}

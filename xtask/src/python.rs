//! The Python that runs the published SDKs, and the extractors that a benchmark is beside: an environment for each in the
//! target folder, made from the list of its packages and made again when the list changes.

use std::fs;
use std::path::{Path, PathBuf};

use crate::shell::{Stop, found, printed, program, root, run_quietly, succeeds, target_folder};

/// The SDKs ask for it.
const OLDEST: (u32, u32) = (3, 11);

/// The system's own first; `python3.11` is there for systems whose own is older.
const NAMES: &[&str] = &["python3", "python", "python3.14", "python3.13", "python3.12", "python3.11"];

/// The suites: their names in `tests/sdk`, and the variables by which the journeys find their Python.
const SUITES: &[(&str, &str)] = &[("classic", "NOTEX_PYTHON_CLASSIC"), ("current", "NOTEX_PYTHON_CURRENT")];

/// A Python that is new enough and can make environments.
pub(crate) fn find() -> Option<PathBuf> {
    NAMES.iter().filter_map(|name| found(name)).find(|python| {
        let mut ask = program(python);
        // On Debian `venv` is there without what it needs.
        ask.args(["-c", "import ensurepip, venv, sys; print(*sys.version_info[:2])"]);
        printed(ask).and_then(|text| version(&text)).is_some_and(|version| version >= OLDEST)
    })
}

fn version(printed: &str) -> Option<(u32, u32)> {
    let mut numbers = printed.split_whitespace();
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// Makes the environments that are missing or old, and says where the Python of each is.
pub(crate) fn environments() -> Result<Vec<(&'static str, PathBuf)>, Stop> {
    let folder = target_folder()?.join("python");
    SUITES
        .iter()
        .map(|(suite, variable)| {
            let list = root().join("tests/sdk").join(format!("{suite}.txt"));
            Ok((*variable, environment(&folder.join(suite), &list, "pytest")?))
        })
        .collect()
}

/// The Python with the published extractors of main content.
pub(crate) fn extractors() -> Result<PathBuf, Stop> {
    let list = root().join("crates/notex-scrape/benches/articles/peers.txt");
    environment(&target_folder()?.join("python/scrape"), &list, "trafilatura")
}

/// The Python with notte in it, which drives a browser by itself.
pub(crate) fn notte() -> Result<PathBuf, Stop> {
    environment(
        &target_folder()?.join("python/notte"),
        &root().join("tests/bench/notte.txt"),
        "notte_browser",
    )
}

/// `holds` is a module that the environment must be able to load.
fn environment(folder: &Path, list: &Path, holds: &str) -> Result<PathBuf, Stop> {
    let wanted = fs::read(list)
        .map_err(|error| Stop::Failed(format!("{} cannot be read: {error}", list.display())))?;
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let stamp = folder.join("installed.txt");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) && works(&python, holds) {
        return Ok(python);
    }
    let base = find().ok_or_else(|| {
        Stop::Refused(format!(
            "published Python packages are run with Python {}.{} or newer and its venv, and none was found; install it and try again",
            OLDEST.0, OLDEST.1
        ))
    })?;
    eprintln!(
        "The packages of {} will now be installed into {}, because this runs them.",
        list.display(),
        folder.display()
    );
    let mut make = program(base);
    make.args(["-m", "venv", "--clear"]).arg(folder);
    run_quietly(make)?;
    let mut install = program(&python);
    // Compiled by the first run, and only what it imports: half of the time and a fifth of the space. The lists are whole.
    install.args(["-m", "pip", "install", "--quiet", "--no-input", "--no-compile", "--no-deps"]);
    install.args(["--disable-pip-version-check", "--requirement"]).arg(list);
    run_quietly(install).map_err(|stop| match stop {
        Stop::Failed(why) | Stop::Refused(why) => Stop::Failed(format!(
            "the packages of {} were not installed; look at your connection to the Python package index and try again: {why}",
            list.display()
        )),
    })?;
    fs::write(&stamp, wanted)
        .map_err(|error| Stop::Failed(format!("{} cannot be written: {error}", stamp.display())))?;
    Ok(python)
}

/// The Python that an environment was made from may be gone.
fn works(python: &Path, holds: &str) -> bool {
    let mut start = program(python);
    start.args(["-c", &format!("import {holds}")]);
    succeeds(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pythons_version_is_read_from_what_it_prints() {
        assert_eq!(version("3 11\n"), Some((3, 11)));
        assert!(version("3 10\n") < Some(OLDEST));
        assert!(version("3 14\n") > Some(OLDEST));
        assert_eq!(version(""), None);
    }

    #[test]
    fn every_suite_has_a_list_in_which_each_package_has_one_version() {
        for (suite, _) in SUITES {
            let list = fs::read_to_string(root().join(format!("tests/sdk/{suite}.txt"))).unwrap();
            let loose: Vec<&str> =
                list.lines().filter(|line| !line.starts_with('#') && !line.contains("==")).collect();
            assert!(loose.is_empty(), "{suite}: {loose:?}");
            assert!(list.contains("\npytest=="), "{suite}");
        }
    }
}

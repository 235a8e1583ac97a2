//! `cargo xtask test`: every test. All parts run even when one fails; the last lines say which did.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::apt::Purpose;
use crate::r#gen::{self, GenMode};
use crate::playwright;
use crate::python;
use crate::setup;
use crate::shell::{Stop, cargo, executable, program, root, run, target_folder};
use crate::ui::npm;

/// The journeys that need the built programs and a desktop; without this feature `cargo test` leaves them out.
pub(crate) const DESKTOP: &str = "notex-journeys/desktop";

/// Sets up and runs the tests whose name contains `filter`, or all.
pub(crate) fn test(filter: Option<&str>) -> Result<(), Stop> {
    setup::prepare(Purpose::Test)?;
    let mut packages = python::environments()?;
    packages.push(("NOTEX_PLAYWRIGHT", playwright::installed()?));
    run(npm(&["run", "build:fake"]))?;
    // One build for all parts: another choice of packages or features would compile Tauri again.
    let mut build = cargo();
    build.args(["build", "--workspace", "--all-targets", "--features", DESKTOP]);
    run(build)?;
    let programs = target_folder()?.join("debug");
    let mut parts = Parts::default();
    parts.note("generated files", r#gen::generate(GenMode::Check));
    parts.note("UI components", run(ui(filter)));
    parts.note(
        "Rust, and journeys over the engine, the web host and the window",
        run(rust(&programs, &packages, filter)),
    );
    parts.close("test")
}

fn ui(filter: Option<&str>) -> Command {
    match filter {
        Some(filter) => npm(&["run", "test", "--", "--passWithNoTests", "--testNamePattern", filter]),
        None => npm(&["run", "test"]),
    }
}

/// All of Rust at once: a choice of test targets would compile what they share with other features again.
fn rust(programs: &Path, packages: &[(&str, PathBuf)], filter: Option<&str>) -> Command {
    let mut command = on_a_desktop(cargo());
    command.args(["test", "--workspace", "--no-fail-fast", "--features", DESKTOP]).args(filter);
    command.env("NOTEX_APP", programs.join(executable("notex-inspector")));
    command.env("NOTEX_ENGINE", programs.join(executable("notex-engine")));
    // Where `build:fake` of `ui/package.json` puts the scenes.
    command.env("NOTEX_FAKE_UI", root().join("target/fake-ui"));
    for (variable, place) in packages {
        command.env(variable, place);
    }
    command
}

/// A command without arguments, on a desktop of its own where there is such a thing.
pub(crate) fn on_a_desktop(command: Command) -> Command {
    if cfg!(target_os = "linux") {
        let mut desktop = program("tests/on-a-desktop.sh");
        desktop.arg(command.get_program());
        desktop
    } else {
        command
    }
}

/// How the parts of a word went.
#[derive(Default)]
pub(crate) struct Parts(Vec<(&'static str, Result<(), Stop>)>);

impl Parts {
    /// Keeps how a part went, and says why at once when it failed.
    pub(crate) fn note(&mut self, name: &'static str, result: Result<(), Stop>) {
        if let Err(Stop::Failed(why) | Stop::Refused(why)) = &result {
            eprintln!("xtask: {name}: {why}");
        }
        self.0.push((name, result));
    }

    /// Says how each part went, and fails when one did.
    pub(crate) fn close(self, word: &str) -> Result<(), Stop> {
        eprintln!("\n{word}:");
        for (name, result) in &self.0 {
            eprintln!("  {}  {name}", if result.is_ok() { "ok    " } else { "FAILED" });
        }
        let failed: Vec<&str> =
            self.0.iter().filter(|(_, result)| result.is_err()).map(|(name, _)| *name).collect();
        if failed.is_empty() { Ok(()) } else { Err(Stop::Failed(format!("failed: {}", failed.join("; ")))) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_fails_with_the_names_of_the_parts_that_failed() {
        let mut parts = Parts::default();
        parts.note("first", Err(Stop::Failed("it broke".into())));
        parts.note("second", Ok(()));
        parts.note("third", Err(Stop::Refused("no".into())));
        assert_eq!(parts.close("test"), Err(Stop::Failed("failed: first; third".into())));
    }

    #[test]
    fn a_word_succeeds_when_all_its_parts_do() {
        let mut parts = Parts::default();
        parts.note("only", Ok(()));
        assert_eq!(parts.close("test"), Ok(()));
    }
}

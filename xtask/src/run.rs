//! `cargo xtask run`: the window where there is a display, else the web host.

use std::process::Command;

use crate::apt::Purpose;
use crate::setup;
use crate::shell::{self, Stop, cargo, program, target_folder};
use crate::test::DESKTOP;

/// Sets up, builds and becomes the app, so that a signal for us is a signal for it.
pub(crate) fn run(args: &[String]) -> Result<(), Stop> {
    setup::prepare(Purpose::Run)?;
    // With the examples and the desktop's journeys, so that crates are compiled with the features that the tests compile them with.
    let mut build = cargo();
    build.args(["build", "--workspace", "--bins", "--examples", "--features", DESKTOP]);
    shell::run(build)?;
    let app = format!("notex-inspector{}", std::env::consts::EXE_SUFFIX);
    let mut command = program(target_folder()?.join("debug").join(app));
    command.args(args);
    if !has_display(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
        && !args.iter().any(|arg| arg == "--web")
    {
        eprintln!(
            "There is no display here, so the inspector is served to a browser: open the URL it prints."
        );
        command.arg("--web");
    }
    become_it(command)
}

fn has_display(is_set: impl Fn(&str) -> bool) -> bool {
    !cfg!(target_os = "linux") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

#[cfg(unix)]
fn become_it(mut command: Command) -> Result<(), Stop> {
    use std::os::unix::process::CommandExt;
    let line = shell::typed(&command);
    eprintln!("\n$ {line}");
    let error = command.exec();
    Err(Stop::Failed(format!("`{line}` could not be started: {error}")))
}

#[cfg(not(unix))]
fn become_it(command: Command) -> Result<(), Stop> {
    shell::run(command)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_machine_has_a_display_when_x_or_wayland_says_so() {
        assert!(has_display(|name| name == "DISPLAY"));
        assert!(has_display(|name| name == "WAYLAND_DISPLAY"));
        assert!(!has_display(|_| false));
    }
}

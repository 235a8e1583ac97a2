//! Other programs: finding them, running them so that the developer sees what ran, and reading what they print.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Why a word ended early.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Something that was run failed; exit code 1.
    Failed(String),
    /// Nothing can be done until the developer does something; exit code 2.
    Refused(String),
}

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}

/// A program to be started in the workspace's folder.
pub(crate) fn program(name: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(root());
    command
}

/// The cargo that runs us.
pub(crate) fn cargo() -> Command {
    program(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The command as a developer would type it.
pub(crate) fn typed(command: &Command) -> String {
    let name = Path::new(command.get_program())
        .file_stem()
        .unwrap_or_else(|| command.get_program())
        .to_string_lossy()
        .into_owned();
    let mut line = name;
    for arg in command.get_args() {
        let arg = arg.to_string_lossy();
        line.push(' ');
        if arg.is_empty() || arg.contains(' ') {
            line.push_str(&format!("'{arg}'"));
        } else {
            line.push_str(&arg);
        }
    }
    line
}

/// Runs the command to its end with our own output, after saying what runs.
pub(crate) fn run(mut command: Command) -> Result<(), Stop> {
    let line = typed(&command);
    eprintln!("\n$ {line}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Stop::Failed(format!("`{line}` ended with {status}"))),
        Err(error) => Err(Stop::Failed(format!("`{line}` could not be started: {error}"))),
    }
}

/// Runs the command to its end; what it printed is shown only when it fails.
pub(crate) fn run_quietly(mut command: Command) -> Result<(), Stop> {
    let line = typed(&command);
    match command.stdin(Stdio::null()).output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(Stop::Failed(format!(
            "`{line}` ended with {}:\n{}{}",
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        ))),
        Err(error) => Err(Stop::Failed(format!("`{line}` could not be started: {error}"))),
    }
}

/// What the command prints, whatever it ends with; `None` when it cannot be started.
pub(crate) fn printed(mut command: Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether the command runs and ends well, in silence.
pub(crate) fn succeeds(mut command: Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// A program's file name on this system.
pub(crate) fn executable(name: &str) -> String {
    format!("{name}{}", std::env::consts::EXE_SUFFIX)
}

/// Where the program is on the PATH.
pub(crate) fn found(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let file = if cfg!(windows) { format!("{name}.exe") } else { name.to_owned() };
    std::env::split_paths(&path).map(|folder| folder.join(&file)).find(|candidate| candidate.is_file())
}

/// Cargo's target folder, wherever the developer's settings put it.
pub(crate) fn target_folder() -> Result<PathBuf, Stop> {
    let mut metadata = cargo();
    metadata.args(["metadata", "--format-version", "1", "--no-deps", "--offline"]);
    printed(metadata)
        .as_deref()
        .and_then(target_folder_in)
        .map(PathBuf::from)
        .ok_or_else(|| Stop::Failed("cargo metadata does not say where the target folder is".into()))
}

fn target_folder_in(metadata: &str) -> Option<String> {
    let (_, rest) = metadata.split_once("\"target_directory\":\"")?;
    let (folder, _) = rest.split_once('"')?;
    Some(folder.replace("\\\\", "\\"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_it_would_be_typed() {
        let mut command = Command::new("/usr/bin/xvfb-run");
        command.args(["-s", "-screen 0 1440x900x24", ""]);
        assert_eq!(typed(&command), "xvfb-run -s '-screen 0 1440x900x24' ''");
    }

    #[test]
    fn the_target_folder_is_read_from_cargos_own_answer() {
        assert_eq!(
            target_folder_in(r#"{"a":1,"target_directory":"/x/target","b":2}"#).as_deref(),
            Some("/x/target")
        );
        assert_eq!(
            target_folder_in(r#"{"target_directory":"C:\\x\\target"}"#).as_deref(),
            Some(r"C:\x\target")
        );
        assert_eq!(target_folder_in("{}"), None);
    }

    #[test]
    fn a_failing_program_is_named_with_how_it_ended() {
        let mut command = cargo();
        command.args(["no-such-word"]).stdout(Stdio::null()).stderr(Stdio::null());
        let stop = run(command).unwrap_err();
        assert!(matches!(&stop, Stop::Failed(why) if why.contains("cargo no-such-word")), "{stop:?}");
    }
}

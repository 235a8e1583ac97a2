//! Finds a Chromium on this machine, or says how to get one.

use std::env;
use std::path::{Path, PathBuf};

use crate::browser::LaunchError;

/// The variable that names the browser to use.
const CHOSEN_BY_USER: &str = "NOTEX_CHROMIUM";

/// A browser program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Program {
    pub(super) path: PathBuf,
    pub(super) build: Build,
}

/// What it was built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Build {
    /// Has no window at all; smaller and faster.
    HeadlessShell,
    /// A desktop browser, run without its window.
    Desktop,
}

/// The program asked for, else `NOTEX_CHROMIUM`, else the first one installed.
pub(super) fn find(asked: Option<&Path>) -> Result<Program, LaunchError> {
    let chosen = asked.map(Path::to_owned).or_else(|| env::var_os(CHOSEN_BY_USER).map(PathBuf::from));
    if let Some(path) = chosen {
        return if path.is_file() {
            Ok(Program::at(path))
        } else {
            Err(LaunchError::NotFound(format!(
                "there is no browser at {}; correct {CHOSEN_BY_USER} or the setting that names it",
                path.display()
            )))
        };
    }
    places().into_iter().find(|path| path.is_file()).map(Program::at).ok_or_else(|| {
        LaunchError::NotFound(format!(
            "no Chromium, Chrome or Edge was found; install one with: {} (or name it in {CHOSEN_BY_USER})",
            install_command(env::consts::OS, &std::fs::read_to_string("/etc/os-release").unwrap_or_default())
        ))
    })
}

impl Program {
    fn at(path: PathBuf) -> Program {
        let shell = path.file_stem().is_some_and(|name| name.to_string_lossy().contains("headless-shell"));
        Program { path, build: if shell { Build::HeadlessShell } else { Build::Desktop } }
    }

    /// `Chromium`, `Chrome` or `Edge`.
    pub(super) fn product(&self) -> &'static str {
        let path = self.path.to_string_lossy().to_lowercase();
        if path.contains("edge") {
            "Edge"
        } else if path.contains("chromium") || self.build == Build::HeadlessShell {
            "Chromium"
        } else if path.contains("chrome") {
            "Chrome"
        } else {
            "Chromium"
        }
    }
}

fn places() -> Vec<PathBuf> {
    match env::consts::OS {
        "macos" => {
            let apps = [
                "Chromium.app/Contents/MacOS/Chromium",
                "Google Chrome.app/Contents/MacOS/Google Chrome",
                "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
            ];
            let home = env::var_os("HOME").map(|home| PathBuf::from(home).join("Applications"));
            let folders = [Some(PathBuf::from("/Applications")), home];
            folders.into_iter().flatten().flat_map(|f| apps.map(|app| f.join(app))).collect()
        }
        "windows" => {
            let apps = [
                r"Chromium\Application\chrome.exe",
                r"Google\Chrome\Application\chrome.exe",
                r"Microsoft\Edge\Application\msedge.exe",
            ];
            let folders = ["LOCALAPPDATA", "PROGRAMFILES", "PROGRAMFILES(X86)"];
            folders
                .iter()
                .filter_map(env::var_os)
                .flat_map(|folder| apps.map(|app| PathBuf::from(&folder).join(app)))
                .collect()
        }
        _ => {
            // The real program first: the wrapper in /usr/bin stays between us and it.
            let mut all: Vec<PathBuf> = [
                "/usr/lib/chromium/chromium-headless-shell",
                "/usr/lib64/chromium-browser/headless_shell",
                "/usr/lib/chromium/chromium",
            ]
            .map(PathBuf::from)
            .to_vec();
            let names = [
                "chromium",
                "chromium-browser",
                "google-chrome",
                "google-chrome-stable",
                "microsoft-edge",
                "microsoft-edge-stable",
            ];
            let folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect();
            all.extend(names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))));
            all.push(PathBuf::from("/snap/bin/chromium"));
            all
        }
    }
}

/// The command that installs a Chromium; `os_release` is the text of `/etc/os-release`.
fn install_command(os: &str, os_release: &str) -> &'static str {
    match os {
        "macos" => "brew install --cask chromium",
        "windows" => "winget install Google.Chrome",
        _ => {
            let like: Vec<&str> = os_release
                .lines()
                .filter_map(|line| line.strip_prefix("ID=").or_else(|| line.strip_prefix("ID_LIKE=")))
                .flat_map(|value| value.trim_matches('"').split_whitespace())
                .collect();
            let is = |names: &[&str]| like.iter().any(|id| names.contains(id));
            if is(&["fedora", "rhel", "centos"]) {
                "sudo dnf install chromium"
            } else if is(&["arch"]) {
                "sudo pacman -S chromium"
            } else if is(&["suse", "opensuse"]) {
                "sudo zypper install chromium"
            } else if is(&["ubuntu"]) && !like.contains(&"linuxmint") {
                "sudo apt install chromium-browser"
            } else {
                "sudo apt install chromium"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_install_command_is_that_of_the_system() {
        assert_eq!(install_command("linux", "NAME=x\nID=debian\n"), "sudo apt install chromium");
        assert_eq!(
            install_command("linux", "ID=ubuntu\nID_LIKE=debian"),
            "sudo apt install chromium-browser"
        );
        assert_eq!(
            install_command("linux", "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\""),
            "sudo dnf install chromium"
        );
        assert_eq!(install_command("linux", "ID=manjaro\nID_LIKE=arch"), "sudo pacman -S chromium");
        assert_eq!(install_command("macos", ""), "brew install --cask chromium");
        assert_eq!(install_command("windows", ""), "winget install Google.Chrome");
    }

    #[test]
    fn a_named_program_that_is_not_there_is_refused_by_its_path() {
        let error = find(Some(Path::new("/nowhere/chromium"))).unwrap_err();
        assert!(error.to_string().contains("/nowhere/chromium"), "{error}");
    }

    #[test]
    fn the_headless_shell_is_known_by_its_name() {
        let shell = Program::at(PathBuf::from("/usr/lib/chromium/chromium-headless-shell"));
        assert_eq!((shell.build, shell.product()), (Build::HeadlessShell, "Chromium"));
        let chrome = Program::at(PathBuf::from("/opt/google/chrome/google-chrome"));
        assert_eq!((chrome.build, chrome.product()), (Build::Desktop, "Chrome"));
    }
}

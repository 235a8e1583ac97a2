//! The UI's packages and its build: both are made again only when they are older than what they are made from.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use crate::shell::{Stop, printed, program, root, run};

/// Vite 8 asks for it.
const OLDEST_NODE: (u32, u32) = (20, 19);

/// As old as the `tauri` of the root manifest.
const TAURI_CLI: &str = "@tauri-apps/cli@2.12.5";

fn folder() -> PathBuf {
    root().join("ui")
}

/// npm in the UI's folder.
pub(crate) fn npm(words: &[&str]) -> Command {
    let mut npm = program(if cfg!(windows) { "npm.cmd" } else { "npm" });
    npm.current_dir(folder()).args(words);
    npm
}

/// The Tauri CLI, fetched by npm the first time. It is none of the UI's packages: only icons and installers need it, and
/// its own packages are not there for every system.
pub(crate) fn tauri(words: &[&str]) -> Command {
    let mut tauri = npm(&["exec", "--yes", "--package", TAURI_CLI, "--", "tauri"]);
    tauri.current_dir(root()).args(words);
    tauri
}

/// Node is there, the packages are those of the lock file, and `ui/dist` is not older than the sources.
pub(crate) fn build_what_is_old() -> Result<(), Stop> {
    check_node()?;
    install_packages()?;
    let sources = [
        "src",
        "public",
        "index.html",
        "package-lock.json",
        "vite.config.ts",
        "svelte.config.js",
        "tsconfig.json",
    ];
    let newest_source = sources.iter().filter_map(|name| newest(&folder().join(name))).max();
    let built = fs::metadata(folder().join("dist/index.html")).and_then(|file| file.modified()).ok();
    if built.is_some() && built >= newest_source { Ok(()) } else { run(npm(&["run", "build"])) }
}

fn check_node() -> Result<(), Stop> {
    let mut node = program("node");
    node.arg("--version");
    let wanted = format!("Node {}.{} or newer", OLDEST_NODE.0, OLDEST_NODE.1);
    let Some(printed) = printed(node) else {
        return Err(Stop::Refused(format!(
            "node was not found; install {wanted} from https://nodejs.org and try again"
        )));
    };
    match node_version(&printed) {
        Some(version) if version >= OLDEST_NODE => Ok(()),
        Some(_) | None => Err(Stop::Refused(format!(
            "node is {}, but building the UI wants {wanted}; install it from https://nodejs.org and try again",
            printed.trim()
        ))),
    }
}

fn node_version(printed: &str) -> Option<(u32, u32)> {
    let mut numbers = printed.trim().strip_prefix('v')?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// `npm ci` unless the packages were installed from this very lock file.
fn install_packages() -> Result<(), Stop> {
    let lock = fs::read(folder().join("package-lock.json"))
        .map_err(|error| Stop::Failed(format!("ui/package-lock.json cannot be read: {error}")))?;
    let stamp = folder().join("node_modules/.installed-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    run(npm(&["ci", "--no-audit", "--no-fund"]))?;
    fs::write(&stamp, lock)
        .map_err(|error| Stop::Failed(format!("{} cannot be written: {error}", stamp.display())))
}

/// When the newest file or folder under `path` was changed; a folder's own time tells of a deleted file.
fn newest(path: &Path) -> Option<SystemTime> {
    let meta = fs::metadata(path).ok()?;
    let own = meta.modified().ok();
    if meta.is_file() {
        return own;
    }
    let inside = fs::read_dir(path).ok()?.flatten().filter_map(|entry| newest(&entry.path())).max();
    own.max(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_version_is_read_from_what_it_prints() {
        assert_eq!(node_version("v20.20.2\n"), Some((20, 20)));
        assert_eq!(node_version("v22.1.0"), Some((22, 1)));
        assert_eq!(node_version("command not found"), None);
        assert!(node_version("v18.19.0") < Some(OLDEST_NODE));
    }

    #[test]
    fn the_newest_file_of_a_folder_decides() {
        let folder = std::env::temp_dir().join(format!("notex-xtask-{}", std::process::id()));
        fs::create_dir_all(folder.join("deep")).unwrap();
        fs::write(folder.join("deep/new.ts"), "new").unwrap();
        let later = SystemTime::now() + std::time::Duration::from_secs(60);
        fs::File::options()
            .write(true)
            .open(folder.join("deep/new.ts"))
            .unwrap()
            .set_modified(later)
            .unwrap();
        assert_eq!(newest(&folder), Some(later));
        assert_eq!(newest(&folder.join("absent")), None);
        fs::remove_dir_all(&folder).unwrap();
    }
}

//! Playwright for Node, without browsers of its own: programs that flows are exported as run with it, and benchmarks are
//! beside it.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::shell::{Stop, program, run_quietly, target_folder};

/// With `playwright-core` in it.
const PACKAGE: &str = "playwright";
const VERSION: &str = "1.65.1";

/// The folder with Playwright in it, fetched by npm when it is not there.
pub(crate) fn installed() -> Result<PathBuf, Stop> {
    let folder = target_folder()?.join("playwright");
    let manifest = folder.join("node_modules").join(PACKAGE).join("package.json");
    if fs::read_to_string(manifest).is_ok_and(|text| text.contains(&format!("\"version\": \"{VERSION}\""))) {
        return Ok(folder);
    }
    fs::create_dir_all(&folder)
        .map_err(|error| Stop::Failed(format!("{} cannot be made: {error}", folder.display())))?;
    eprintln!(
        "Playwright will now be fetched into {}, because tests run programs with it.",
        folder.display()
    );
    let mut npm: Command = program(if cfg!(windows) { "npm.cmd" } else { "npm" });
    npm.args(["install", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts", "--prefix"]);
    npm.arg(&folder).arg(format!("{PACKAGE}@{VERSION}"));
    run_quietly(npm)?;
    Ok(folder)
}

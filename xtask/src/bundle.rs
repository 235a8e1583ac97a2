//! `cargo xtask bundle`: the installers of this system, from a release build.

use crate::apt::Purpose;
use crate::setup;
use crate::shell::{Stop, run, target_folder};
use crate::ui::tauri;

/// Those that are made without fetching tools from elsewhere.
const KINDS: &str = if cfg!(target_os = "macos") {
    "app,dmg"
} else if cfg!(windows) {
    "nsis"
} else {
    "deb,rpm"
};

/// Makes them and says where they are.
pub(crate) fn bundle() -> Result<(), Stop> {
    setup::prepare(Purpose::Build)?;
    run(tauri(&["build", "--bundles", KINDS]))?;
    eprintln!("The installers are in {}.", target_folder()?.join("release/bundle").display());
    Ok(())
}

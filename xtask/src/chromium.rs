//! Whether the machine has a Chromium for the engine, and how it gets one where apt has none.

use std::path::Path;

use crate::shell::{Stop, found};
use crate::{apt, shell};

const PROGRAMS: &[&str] = &[
    "chromium-headless-shell",
    "chromium",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "microsoft-edge-stable",
    "chrome",
    "msedge",
];

const FILES: &[&str] = &[
    "/snap/bin/chromium",
    // Ubuntu's /usr/bin/chromium-browser is only a door to the snap; where this file is, it is the browser.
    "/usr/lib/chromium-browser/chromium-browser",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
];

/// Whether a browser that the engine can use is installed.
pub(crate) fn is_installed() -> bool {
    PROGRAMS.iter().any(|name| found(name).is_some()) || FILES.iter().any(|file| Path::new(file).is_file())
}

/// The snap, where apt has no Chromium of its own.
pub(crate) fn install_snap() -> Result<(), Stop> {
    if shell::found("snap").is_none() {
        return Err(Stop::Refused(
            "no Chromium, Chrome or Edge was found, apt has none and there is no snap; install one of them, for example \
             Google Chrome's .deb from https://www.google.com/chrome, and try again"
                .into(),
        ));
    }
    eprintln!(
        "No Chromium was found; it will now be installed as a snap, because sessions run in a real browser."
    );
    apt::run_as_root(&["snap", "install", "chromium"])
}

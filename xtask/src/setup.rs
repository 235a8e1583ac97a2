//! What a word needs from the machine before it starts. On Debian and its children the missing is installed after
//! saying so; elsewhere one sentence says what to install.

use crate::apt::{Chromium, Purpose};
use crate::shell::{Stop, found, program, succeeds};
use crate::{apt, chromium, python, ui};

/// Why packages are installed.
const APP: &str = "the app is built with WebKitGTK and tested on a real browser";
const SDKS: &str = "the published Python SDKs are part of the tests";

/// How this machine gets its packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum System {
    Apt,
    OtherLinux { install: &'static str },
    MacOs,
    Windows,
}

/// Makes the machine ready for `purpose`: system packages, npm packages and the built UI, which Tauri embeds at compile
/// time.
pub(crate) fn prepare(purpose: Purpose) -> Result<(), Stop> {
    match system() {
        System::Apt => with_apt(purpose)?,
        System::OtherLinux { install } => by_hand_on_linux(purpose, install)?,
        System::MacOs => {
            let mut xcode = program("xcode-select");
            xcode.arg("-p");
            demand(
                succeeds(xcode),
                "the command line tools of Xcode are missing; run `xcode-select --install`",
            )?;
            demand_browser(purpose, "run `brew install --cask google-chrome`")?;
            demand_python(purpose, "run `brew install python`")?;
        }
        System::Windows => {
            demand_browser(purpose, "run `winget install Google.Chrome`")?;
            demand_python(purpose, "run `winget install Python.Python.3.13`")?;
        }
    }
    ui::build_what_is_old()
}

fn system() -> System {
    if cfg!(target_os = "macos") {
        System::MacOs
    } else if cfg!(windows) {
        System::Windows
    } else if found("apt-get").is_some() && found("dpkg-query").is_some() {
        System::Apt
    } else if found("dnf").is_some() {
        System::OtherLinux {
            install: "sudo dnf install gcc pkgconf webkit2gtk4.1-devel chromium chromedriver xorg-x11-server-Xvfb gnome-keyring dbus-daemon xdotool curl jq python3",
        }
    } else if found("pacman").is_some() {
        System::OtherLinux {
            install: "sudo pacman -S --needed base-devel webkit2gtk-4.1 chromium xorg-server-xvfb gnome-keyring dbus xdotool curl jq python",
        }
    } else {
        System::OtherLinux {
            install: "install a C compiler, pkg-config, the development files of WebKitGTK 4.1, Chromium, curl, jq and Python 3.11",
        }
    }
}

fn with_apt(purpose: Purpose) -> Result<(), Stop> {
    let wants_browser = purpose != Purpose::Build && !chromium::is_installed();
    // Decided before apt's lists are fresh only when they are there; the install itself asks again.
    let source = if wants_browser && !is_ubuntu() { Chromium::FromApt } else { Chromium::FoundOrElsewhere };
    apt::install_missing(&apt::wanted(purpose, source), APP)?;
    if purpose == Purpose::Test {
        with_python()?;
    }
    if wants_browser && !chromium::is_installed() { chromium::install_snap() } else { Ok(()) }
}

/// The release's own Python, or a newer one beside it where that is too old.
fn with_python() -> Result<(), Stop> {
    for packages in [apt::PYTHON, apt::NEWER_PYTHON] {
        if python::find().is_some() {
            break;
        }
        apt::install_missing(packages, SDKS)?;
    }
    Ok(())
}

/// Ubuntu's own archive has no Chromium, unless somebody added one that has.
fn is_ubuntu() -> bool {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    release.lines().any(|line| line == "ID=ubuntu") && !apt::knows("chromium")
}

fn by_hand_on_linux(purpose: Purpose, install: &str) -> Result<(), Stop> {
    let mut webkit = program("pkg-config");
    webkit.args(["--exists", "webkit2gtk-4.1"]);
    demand(
        succeeds(webkit),
        &format!("the development files of WebKitGTK 4.1 are missing; {}", as_advice(install)),
    )?;
    demand_browser(purpose, &as_advice(install))?;
    demand_python(purpose, &as_advice(install))?;
    let tools = ["xvfb-run", "dbus-run-session", "gnome-keyring-daemon", "WebKitWebDriver", "xdotool"];
    let absent: Vec<&str> = tools.into_iter().filter(|tool| found(tool).is_none()).collect();
    demand(
        purpose != Purpose::Test || absent.is_empty(),
        &format!("the tests of the window need {}; {}", absent.join(", "), as_advice(install)),
    )
}

fn as_advice(install: &str) -> String {
    if install.starts_with("sudo") { format!("run `{install}`") } else { install.to_owned() }
}

fn demand_browser(purpose: Purpose, advice: &str) -> Result<(), Stop> {
    let there = purpose == Purpose::Build || chromium::is_installed();
    demand(
        there,
        &format!("sessions run in a real browser, and no Chromium, Chrome or Edge was found; {advice}"),
    )
}

fn demand_python(purpose: Purpose, advice: &str) -> Result<(), Stop> {
    let there = purpose != Purpose::Test || python::find().is_some();
    demand(
        there,
        &format!(
            "the tests of the published SDKs need Python 3.11 or newer with venv, and none was found; {advice}"
        ),
    )
}

fn demand(there: bool, otherwise: &str) -> Result<(), Stop> {
    if there { Ok(()) } else { Err(Stop::Refused(format!("{otherwise}, and try again"))) }
}

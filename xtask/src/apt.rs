//! System packages on Debian and its children: which of those we need are missing, and installing them.

use std::collections::BTreeSet;
use std::io::IsTerminal;

use crate::shell::{Stop, found, printed, program, run, succeeds, typed};

/// What the machine must be able to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Compile the workspace.
    Build,
    /// And open pages in the app.
    Run,
    /// And run every test.
    Test,
}

/// A package, under the names it has on different releases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Package {
    /// The first that the release knows is taken.
    names: &'static [&'static str],
    /// Whether we can do without.
    need: Need,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    Required,
    WhereKnown,
}

const fn required(names: &'static [&'static str]) -> Package {
    Package { names, need: Need::Required }
}

const BUILD: &[Package] = &[
    required(&["build-essential"]),
    required(&["pkg-config", "pkgconf"]),
    required(&["libwebkit2gtk-4.1-dev"]),
];

/// Without fonts the pictures of pages have no letters.
const FONTS: &[Package] = &[
    required(&["fonts-dejavu-core"]),
    required(&["fonts-liberation"]),
    required(&["fonts-noto-color-emoji"]),
];

/// The icon in the tray; the app does without where there is none.
const TRAY: Package = Package { names: &["libayatana-appindicator3-1"], need: Need::WhereKnown };

/// `chromium-browser` is left out on purpose: on Ubuntu it is only a door to the snap.
const CHROMIUM: &[Package] =
    &[required(&["chromium"]), Package { names: &["chromium-headless-shell"], need: Need::WhereKnown }];

const TEST: &[Package] = &[
    required(&["xvfb"]),
    required(&["xauth"]),
    required(&["webkit2gtk-driver"]),
    required(&["dbus-daemon", "dbus"]),
    required(&["gnome-keyring"]),
    required(&["xdotool"]),
    required(&["curl"]),
    required(&["jq"]),
    Package { names: &["chromium-driver"], need: Need::WhereKnown },
];

/// The release's own Python, with what makes environments.
pub(crate) const PYTHON: &[Package] = &[required(&["python3-venv"])];

/// The Python that Ubuntu 22.04 has beside its own.
pub(crate) const NEWER_PYTHON: &[Package] = &[required(&["python3.11-venv"])];

/// Whether Chromium is to come from apt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chromium {
    FromApt,
    FoundOrElsewhere,
}

/// All that a purpose needs.
pub(crate) fn wanted(purpose: Purpose, chromium: Chromium) -> Vec<Package> {
    let mut all = BUILD.to_vec();
    match purpose {
        Purpose::Build => return all,
        Purpose::Run => all.extend(FONTS.iter().chain([&TRAY])),
        Purpose::Test => all.extend(FONTS.iter().chain(TEST).chain([&TRAY])),
    }
    match chromium {
        Chromium::FromApt => all.extend(CHROMIUM),
        Chromium::FoundOrElsewhere => {}
    }
    all
}

/// Installs what is missing of `wanted`, after saying so and why.
pub(crate) fn install_missing(wanted: &[Package], because: &str) -> Result<(), Stop> {
    let names = wanted.iter().flat_map(|package| package.names);
    let mut query = program("dpkg-query");
    query.args(["--show", "--showformat", "${Package} ${db:Status-Status}\n"]).args(names);
    let installed = installed_in(&printed(query).unwrap_or_default());
    let absent = missing(wanted, &installed);
    // A release that does not know an optional package is not asked about it on every run.
    let absent_required = absent.iter().any(|package| package.need == Need::Required);
    if absent.is_empty()
        || (!absent_required && choose(&absent, &candidates(&absent)).is_ok_and(|names| names.is_empty()))
    {
        return Ok(());
    }
    let listed: Vec<&str> = absent.iter().map(|package| package.names[0]).collect();
    eprintln!(
        "These system packages are missing and will now be installed with apt-get, because {because}: {}.",
        listed.join(", ")
    );
    let rights = Rights::find();
    rights.run(&["apt-get", "-o", "DPkg::Lock::Timeout=300", "update"], &listed)?;
    let chosen = choose(&absent, &candidates(&absent)).map_err(|name| {
        Stop::Refused(format!(
            "the package {name} is missing and this release does not know it; the app needs Debian 12, Ubuntu 22.04 or newer"
        ))
    })?;
    if chosen.is_empty() {
        return Ok(());
    }
    let mut install =
        vec!["apt-get", "-o", "DPkg::Lock::Timeout=300", "install", "--yes", "--no-install-recommends"];
    install.extend(&chosen);
    rights.run(&install, &chosen)
}

fn candidates(packages: &[Package]) -> BTreeSet<String> {
    let mut policy = program("apt-cache");
    policy.arg("policy").args(packages.iter().flat_map(|package| package.names)).env("LC_ALL", "C");
    candidates_in(&printed(policy).unwrap_or_default())
}

/// How we may become root.
enum Rights {
    Root,
    Sudo,
    None,
}

impl Rights {
    fn find() -> Self {
        let mut id = program("id");
        id.arg("-u");
        if printed(id).is_some_and(|uid| uid.trim() == "0") {
            return Self::Root;
        }
        let mut ask = program("sudo");
        ask.args(["-n", "true"]);
        if succeeds(ask) || (found("sudo").is_some() && std::io::stdin().is_terminal()) {
            Self::Sudo
        } else {
            Self::None
        }
    }

    fn run(&self, words: &[&str], packages: &[&str]) -> Result<(), Stop> {
        let mut command = match self {
            Self::Root => program(words[0]),
            Self::Sudo => {
                let mut sudo = program("sudo");
                sudo.args(["env", "DEBIAN_FRONTEND=noninteractive", words[0]]);
                sudo
            }
            Self::None => {
                let mut by_hand = program("apt-get");
                by_hand.args(["install", "--yes", "--no-install-recommends"]).args(packages);
                return Err(Stop::Refused(format!(
                    "installing packages needs root; run this once and try again:\n  sudo apt-get update && sudo {}",
                    typed(&by_hand)
                )));
            }
        };
        command.args(&words[1..]).env("DEBIAN_FRONTEND", "noninteractive");
        run(command)
    }
}

/// Runs a command that installs something, as root or through sudo.
pub(crate) fn run_as_root(words: &[&str]) -> Result<(), Stop> {
    match Rights::find() {
        Rights::None => Err(Stop::Refused(format!(
            "this needs root; run it once and try again:\n  sudo {}",
            words.join(" ")
        ))),
        rights => rights.run(words, &[]),
    }
}

/// Whether a fresh `apt-cache` knows a package under this name.
pub(crate) fn knows(name: &str) -> bool {
    let mut policy = program("apt-cache");
    policy.args(["policy", name]).env("LC_ALL", "C");
    candidates_in(&printed(policy).unwrap_or_default()).contains(name)
}

fn installed_in(dpkg_query: &str) -> BTreeSet<String> {
    dpkg_query.lines().filter_map(|line| line.strip_suffix(" installed")).map(str::to_owned).collect()
}

fn candidates_in(apt_cache_policy: &str) -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    let mut name = None;
    for line in apt_cache_policy.lines() {
        if !line.starts_with(' ') {
            name = line.strip_suffix(':');
        } else if let (Some(name), Some(version)) = (name, line.trim().strip_prefix("Candidate: "))
            && version != "(none)"
        {
            known.insert(name.to_owned());
        }
    }
    known
}

/// Those of which no name is installed.
fn missing(wanted: &[Package], installed: &BTreeSet<String>) -> Vec<Package> {
    wanted
        .iter()
        .filter(|package| !package.names.iter().any(|name| installed.contains(*name)))
        .copied()
        .collect()
}

/// The name to install of each, or the one required package that the release does not know.
fn choose(packages: &[Package], known: &BTreeSet<String>) -> Result<Vec<&'static str>, &'static str> {
    let mut chosen = Vec::new();
    for package in packages {
        match (package.names.iter().find(|name| known.contains(**name)), package.need) {
            (Some(name), _) => chosen.push(*name),
            (None, Need::WhereKnown) => {}
            (None, Need::Required) => return Err(package.names[0]),
        }
    }
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_package_that_is_only_configured_or_removed_counts_as_missing() {
        let installed = installed_in("xvfb installed\nxauth config-files\ngnome-keyring not-installed\n");
        assert_eq!(installed, set(&["xvfb"]));
    }

    #[test]
    fn a_package_is_there_under_any_of_its_names() {
        let wanted = [required(&["dbus-daemon", "dbus"]), required(&["xvfb"])];
        assert_eq!(missing(&wanted, &set(&["dbus"])), vec![required(&["xvfb"])]);
        assert_eq!(missing(&wanted, &set(&["dbus", "xvfb"])), vec![]);
    }

    #[test]
    fn the_name_that_the_release_knows_is_installed() {
        let policy = "dbus-daemon:\n  Installed: (none)\n  Candidate: (none)\n  Version table:\ndbus:\n  Installed: (none)\n  Candidate: 1.12.20\n";
        let known = candidates_in(policy);
        assert_eq!(known, set(&["dbus"]));
        assert_eq!(choose(&[required(&["dbus-daemon", "dbus"])], &known), Ok(vec!["dbus"]));
    }

    #[test]
    fn an_unknown_package_stops_the_set_up_only_when_it_is_required() {
        let optional = Package { names: &["chromium-headless-shell"], need: Need::WhereKnown };
        assert_eq!(choose(&[optional, required(&["xvfb"])], &set(&["xvfb"])), Ok(vec!["xvfb"]));
        assert_eq!(choose(&[required(&["chromium"])], &set(&[])), Err("chromium"));
    }

    #[test]
    fn compiling_wants_neither_a_browser_nor_an_x_server() {
        let build = wanted(Purpose::Build, Chromium::FromApt);
        assert!(
            build
                .iter()
                .all(|package| !package.names.contains(&"chromium") && !package.names.contains(&"xvfb"))
        );
        let test = wanted(Purpose::Test, Chromium::FromApt);
        assert!(
            ["chromium", "xvfb", "libwebkit2gtk-4.1-dev"]
                .iter()
                .all(|name| test.iter().any(|package| package.names.contains(name)))
        );
    }
}

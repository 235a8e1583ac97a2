//! `cargo xtask bench`: builds what is measured as people get it, fetches what it is compared with, and runs one
//! benchmark or all. Numbers are printed and kept in `target/bench`; a missed goal is no failure, a failed soak or a call
//! that a kill lost is.

use crate::apt::Purpose;
use crate::playwright;
use crate::python;
use crate::setup;
use crate::shell::{Stop, cargo, executable, run, target_folder};
use crate::test::{DESKTOP, Parts, on_a_desktop};

/// Those in `tests/bench`, which need the built engine, browsers and Playwright.
const WITH_BROWSERS: [&str; 8] =
    ["session-start", "observe", "evidence", "cold-start", "memory", "step", SCRAPE, "soak"];
/// Those that need the built app as well.
const WITH_THE_APP: [&str; 3] = ["window", "window-start", HISTORY];
/// That of the history, which needs Playwright too.
const HISTORY: &str = "history";
/// The hub's, which needs neither.
const HUB: &str = "hub";
/// The engine's own, which needs none of them.
const DEADLINES: &str = "deadlines";

/// That of the history's process being killed a thousand times, which needs none of them either.
const KILLS: &str = "kills";
const THOUSAND: &str = "1000";
const QUICK_KILLS: &str = "200";

/// That of main content: beside published extractors of Python first, then beside notte with its browser.
const SCRAPE: &str = "scrape";

/// What to measure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wish {
    /// One of the names; `None` is all.
    name: Option<String>,
    /// Fewer samples.
    is_quick: bool,
}

impl Wish {
    /// What stands behind `bench`; `None` when it is not understood.
    pub(crate) fn parse(words: &[&str]) -> Option<Self> {
        let mut wish = Self::default();
        for word in words {
            match *word {
                "--quick" => wish.is_quick = true,
                name if wish.name.is_none()
                    && ([HUB, DEADLINES, KILLS].contains(&name)
                        || WITH_BROWSERS.contains(&name)
                        || WITH_THE_APP.contains(&name)) =>
                {
                    wish.name = Some(name.to_owned())
                }
                _ => return None,
            }
        }
        Some(wish)
    }

    fn includes(&self, name: &str) -> bool {
        self.name.as_deref().is_none_or(|wished| wished == name)
    }
}

/// Sets up and measures.
pub(crate) fn bench(wish: &Wish) -> Result<(), Stop> {
    // Only the window needs what tests need: an X server and a driver.
    let purpose = if wish.includes(WITH_THE_APP[1]) { Purpose::Test } else { Purpose::Run };
    setup::prepare(purpose)?;
    let mut parts = Parts::default();
    if wish.includes(DEADLINES) {
        let mut bench = cargo();
        bench.args(["bench", "--quiet", "--package", "notex-engine", "--bench", DEADLINES]);
        parts.note(DEADLINES, run(bench));
    }
    if wish.includes(KILLS) {
        let mut bench = cargo();
        bench.args(["test", "--release", "--package", "notex-archive", "--test", KILLS, "--", "--nocapture"]);
        bench.env("NOTEX_KILLS", if wish.is_quick { QUICK_KILLS } else { THOUSAND });
        parts.note(KILLS, run(bench));
    }
    if wish.includes(SCRAPE) {
        let mut bench = cargo();
        bench.args(["bench", "--quiet", "--package", "notex-scrape", "--bench", "articles"]);
        bench.env("NOTEX_PYTHON_SCRAPE", python::extractors()?);
        parts.note(SCRAPE, run(bench));
    }
    if wish.includes(HUB) {
        let mut bench = cargo();
        bench.args(["bench", "--quiet", "--package", "notex-journeys", "--features", DESKTOP]);
        bench.args(["--bench", "bench", "--", HUB]).args(wish.is_quick.then_some("--quick"));
        bench.env("NOTEX_BENCH_OUT", target_folder()?.join("bench"));
        parts.note(HUB, run(bench));
    }
    if WITH_BROWSERS.iter().any(|name| wish.includes(name)) {
        with_browsers(wish, &mut parts)?;
    }
    if WITH_THE_APP.iter().any(|name| wish.includes(name)) {
        with_the_app(wish, &mut parts)?;
    }
    parts.close("bench")
}

/// On a desktop of its own: one of them opens windows.
fn with_the_app(wish: &Wish, parts: &mut Parts) -> Result<(), Stop> {
    let target = target_folder()?;
    let mut build = cargo();
    build.args(["build", "--release", "--package", "notex-inspector", "--bins", "--example", "bare-window"]);
    run(build)?;
    let release = target.join("release");
    for name in WITH_THE_APP {
        if wish.includes(name) {
            let mut bench = on_a_desktop(cargo());
            bench.args(["bench", "--quiet", "--package", "notex-journeys", "--features", DESKTOP]);
            bench.args(["--bench", "bench", "--", name]);
            bench.args(wish.is_quick.then_some("--quick"));
            bench.env("NOTEX_APP", release.join(executable("notex-inspector")));
            if name == HISTORY {
                bench.env("NOTEX_PEERS", playwright::installed()?);
            }
            bench.env("NOTEX_BARE", release.join("examples").join(executable("bare-window")));
            bench.env("NOTEX_BENCH_OUT", target.join("bench"));
            parts.note(name, run(bench));
        }
    }
    Ok(())
}

fn with_browsers(wish: &Wish, parts: &mut Parts) -> Result<(), Stop> {
    let target = target_folder()?;
    let mut build = cargo();
    build.args(["build", "--release", "--package", "notex-engine", "--bins"]);
    run(build)?;
    let peers = playwright::installed()?;
    for name in WITH_BROWSERS {
        if wish.includes(name) {
            let mut bench = cargo();
            bench.args(["bench", "--quiet", "--package", "notex-journeys", "--bench", "bench", "--", name]);
            bench.args(wish.is_quick.then_some("--quick"));
            bench.env("NOTEX_ENGINE", target.join("release").join(executable("notex-engine")));
            bench.env("NOTEX_PEERS", &peers);
            bench.env("NOTEX_BENCH_OUT", target.join("bench"));
            if name == SCRAPE || name == "observe" {
                bench.env("NOTEX_PYTHON_NOTTE", python::notte()?);
            }
            parts.note(name, run(bench));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bench_word_may_name_one_benchmark_and_be_quick() {
        let wish = |words: &[&str]| Wish::parse(words);
        assert_eq!(wish(&[]), Some(Wish::default()));
        let soak = Wish { name: Some("soak".into()), is_quick: true };
        assert_eq!(wish(&["soak", "--quick"]), Some(soak.clone()));
        assert_eq!(wish(&["--quick", "soak"]), Some(soak));
        for name in ["deadlines", "hub", "scrape", "kills", "history"] {
            assert_eq!(wish(&[name]), Some(Wish { name: Some(name.into()), is_quick: false }));
        }
        assert_eq!(wish(&["sauna"]), None);
        assert_eq!(wish(&["soak", "memory"]), None);
    }
}

//! `cargo xtask check`: what can be said about the sources without running them.

use crate::apt::Purpose;
use crate::r#gen::{self, GenMode};
use crate::setup;
use crate::shell::{Stop, cargo, run, succeeds};
use crate::test::Parts;
use crate::ui::npm;

/// Formatting, lints, types, licences and generated files; all are looked at even when one is wrong.
pub(crate) fn check() -> Result<(), Stop> {
    setup::prepare(Purpose::Build)?;
    let mut parts = Parts::default();
    let mut fmt = cargo();
    fmt.args(["fmt", "--all", "--check"]);
    parts.note("formatting of Rust", run(fmt));
    let mut clippy = cargo();
    clippy.args(["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"]);
    parts.note("lints of Rust", run(clippy));
    parts.note("formatting, lints and types of the UI", run(npm(&["run", "check"])));
    parts.note("generated files", r#gen::generate(GenMode::Check));
    let mut deny = cargo();
    deny.args(["deny", "--version"]);
    if succeeds(deny) {
        let mut deny = cargo();
        // Advisories are looked up on the network, which a build must not need: `cargo deny check` asks for them.
        deny.args(["deny", "check", "bans", "licenses", "sources"]);
        parts.note("licences and sources of what we depend on", run(deny));
    } else {
        eprintln!("Licences were not looked at: `cargo install --locked cargo-deny` adds what does it.");
    }
    parts.close("check")
}

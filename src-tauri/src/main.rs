//! The program `notex-inspector`: the window, or with `--web` the same in a browser.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

use clap::Parser;
use notex_inspector::Options;

fn main() -> ExitCode {
    match notex_inspector::run(Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("notex-inspector: {error}");
            ExitCode::FAILURE
        }
    }
}

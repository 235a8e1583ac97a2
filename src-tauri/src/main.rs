//! The program `notex-inspector`: the window, or with `--web` the same in a browser, or a word that needs neither.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

use clap::Parser;
use notex_inspector::Options;

fn main() -> ExitCode {
    notex_inspector::main_of(Options::parse())
}

//! The shell: the only code that knows Tauri. It opens a profile, starts the hub and the engine inside the app, and
//! shows them in a window (`window.rs`) or, with `--web`, to a browser (`web/`); `cli/` are the words that need neither.
//! Decides nothing about sessions.

mod boot;
mod bridge;
mod cli;
mod file_names;
mod live;
mod local_engine;
mod panics;
mod practice;
mod profile;
mod settings_file;
mod signals;
mod web;
mod window;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
pub use cli::Word;
use notex_hub::LogLayer;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

/// Explore NotexAI browser sessions by hand, debug scraping flows and watch what sessions cost.
#[derive(Clone, Debug, Parser)]
#[command(name = "notex-inspector", version, args_conflicts_with_subcommands = true)]
pub struct Options {
    /// Serve the inspector to a browser on this machine instead of opening a window
    #[arg(long)]
    pub web: bool,
    /// With --web: the port to listen on; a free one when left out
    #[arg(long, requires = "web", default_value_t = 0)]
    pub port: u16,
    /// Keep sessions, pictures and settings in this folder
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Show this session: notex://session/ID, or open this session file: FILE.notex
    #[arg(value_name = "LINK", conflicts_with = "web")]
    pub link: Option<String>,
    /// A word that needs no window
    #[command(subcommand)]
    pub word: Option<Word>,
}

/// Why the inspector could not start, in a sentence.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder cannot be used.
    #[error(transparent)]
    Profile(#[from] profile::ProfileError),
    /// The port cannot be listened on, or the server failed.
    #[error("the inspector cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The window could not be opened.
    #[error("the window could not be opened: {0}; on a machine without a display use --web")]
    Window(String),
}

/// Does what the options say, and says how it ended.
#[must_use]
pub fn main_of(mut options: Options) -> ExitCode {
    if let Some(word) = options.word.take() {
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("error"));
        tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(filter).init();
        return cli::run(word);
    }
    match run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("notex-inspector: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the inspector until it is quit.
///
/// # Errors
/// When it cannot start.
pub fn run(options: Options) -> Result<(), StartError> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    // The window shows more than the terminal: what is worth a line there, whatever RUST_LOG says here.
    let log = LogLayer::new();
    let kept = log.handle();
    tracing_subscriber::registry()
        .with(log.with_filter(LevelFilter::INFO))
        .with(tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_filter(filter))
        .init();
    panics::are_told();
    if options.web { web::run(options, kept) } else { window::run(options, kept) }
}

/// Tauri's configuration and the page's files, embedded once for both ways to show them.
fn context() -> tauri::Context<tauri::Wry> {
    tauri::generate_context!()
}

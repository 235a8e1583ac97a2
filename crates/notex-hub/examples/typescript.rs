//! Writes the TypeScript of the hub's protocol into the folder named by the argument. `cargo xtask gen` runs it.

use std::process::ExitCode;

use notex_hub::protocol::{Answer, Command, Event, Failure, LiveInput, LiveNews, Outcome, Query};
use ts_rs::{Config, ExportError, TS};

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1) else {
        eprintln!("name the folder to write to");
        return ExitCode::from(2);
    };
    match write(&Config::new().with_out_dir(folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the TypeScript could not be written: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(config: &Config) -> Result<(), ExportError> {
    Command::export_all(config)?;
    Outcome::export_all(config)?;
    Failure::export_all(config)?;
    Query::export_all(config)?;
    Answer::export_all(config)?;
    LiveInput::export_all(config)?;
    LiveNews::export_all(config)?;
    Event::export_all(config)
}

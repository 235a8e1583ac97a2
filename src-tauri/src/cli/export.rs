//! `flow export`: the program to stdout or a file, what is not in it to stderr.

use std::fs;
use std::io::Write;

use super::flow::flow_of;
use super::{Exit, ExportWord, Trouble};

pub(super) fn run(word: &ExportWord) -> Result<Exit, Trouble> {
    let flow = flow_of(&word.file)?;
    let program = notex_code::write(&flow, word.to.into());
    for sentence in &program.left_out {
        // Control characters of a step's name must not reach the terminal.
        eprintln!("{}", sentence.replace(char::is_control, " "));
    }
    match &word.output {
        Some(file) => fs::write(file, &program.text)
            .map_err(|why| Trouble::input(format!("{} cannot be written: {why}", file.display())))?,
        None => std::io::stdout()
            .write_all(program.text.as_bytes())
            .map_err(|why| Trouble::input(format!("the program cannot be written: {why}")))?,
    }
    Ok(Exit::Done)
}

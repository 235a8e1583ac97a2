//! Flows as programs. Owns the languages, how a flow is said in each, and what of it cannot be said. Every program makes
//! the calls of its flow on a session that it closes, and prints the document of [`results`]. Pure: no IO.

mod classic;
mod cli;
mod curl;
mod current;
mod expr;
mod language;
mod literal;
mod picking;
mod plan;
mod playwright;
mod playwright_python;
mod playwright_typescript;
mod python;
mod results;
mod sdk;
mod typescript;

use notex_flow::Flow;

pub use language::Language;
pub use results::results;

use plan::Plan;

/// A flow in a language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Its text.
    pub text: String,
    /// What of the flow is not in it, or is done otherwise, each in a sentence.
    pub left_out: Vec<String>,
}

/// Writes a flow as a program. Secret parameters, keys and passwords are read from the environment when it runs.
pub fn write(flow: &Flow, language: Language) -> Program {
    let mut plan = Plan::of(flow);
    let text = match language {
        Language::Python => sdk::write(&mut plan),
        Language::PythonClassic => classic::write(&mut plan),
        Language::Typescript => typescript::write(&mut plan),
        Language::Curl => curl::write(&mut plan),
        Language::PlaywrightPython => playwright_python::write(&mut plan),
        Language::PlaywrightTypescript => playwright_typescript::write(&mut plan),
        Language::Cli => cli::write(&mut plan),
    };
    Program { text, left_out: plan.left_out }
}

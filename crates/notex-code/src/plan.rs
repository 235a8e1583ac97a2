//! What all languages share: the parameters a program reads, how its session starts, its steps, and the words before it.

use std::collections::BTreeSet;

use notex_flow::{DEFAULT_DEADLINE_SECONDS, Flow, FlowStep, OnFailure};
use serde_json::{Map, Value};

use crate::expr::{Expr, variable};
use crate::literal;

/// What a program reads from the environment when it runs.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) variable: String,
    pub(crate) default: Option<String>,
    pub(crate) secret: bool,
    description: String,
}

/// A flow on its way to a program.
pub(crate) struct Plan<'a> {
    pub(crate) flow: &'a Flow,
    /// Those that the steps name, and the secrets of the start.
    pub(crate) parameters: Vec<Parameter>,
    /// How the session starts, in the words that both contracts and ours know; not how long it lives.
    pub(crate) start: Vec<(String, Expr)>,
    /// After how many idle minutes the session ends, when the flow says so.
    pub(crate) idle_minutes: Option<i64>,
    pub(crate) left_out: Vec<String>,
}

/// A step, counted from 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbered<'a> {
    pub(crate) number: usize,
    pub(crate) step: &'a FlowStep,
}

impl Numbered<'_> {
    pub(crate) fn goes_on(self) -> bool {
        self.step.on_failure == OnFailure::GoOn
    }

    pub(crate) fn has_usual_deadline(self) -> bool {
        self.step.deadline_seconds == DEFAULT_DEADLINE_SECONDS
    }
}

impl<'a> Plan<'a> {
    pub(crate) fn of(flow: &'a Flow) -> Self {
        let used = flow.used_parameters();
        let named = flow.parameters.iter().filter(|known| used.contains(known.name.as_str()));
        let parameters = named
            .map(|known| Parameter {
                name: known.name.clone(),
                variable: variable(&known.name),
                default: known.default.clone(),
                secret: known.secret,
                description: known.description.clone(),
            })
            .collect();
        let mut plan = Self { flow, parameters, start: Vec::new(), idle_minutes: None, left_out: Vec::new() };
        plan.tell_twins();
        plan.read_start();
        plan
    }

    pub(crate) fn steps(&self) -> impl Iterator<Item = Numbered<'a>> + use<'a> {
        (1..).zip(&self.flow.steps).map(|(number, step)| Numbered { number, step })
    }

    pub(crate) fn leave_out(&mut self, sentence: impl Into<String>) {
        let sentence = sentence.into();
        if !self.left_out.contains(&sentence) {
            self.left_out.push(sentence);
        }
    }

    /// Says of a step what of it is not in the program; the sentence is a comment there as well.
    pub(crate) fn leave_out_of(&mut self, step: Numbered<'_>, why: &str) {
        let sentence = format!("Step {}, {}: {why}.", step.number, step.step.name);
        self.left_out.push(sentence);
    }

    fn tell_twins(&mut self) {
        let mut seen = BTreeSet::new();
        for parameter in &self.parameters {
            if !seen.insert(parameter.variable.clone()) {
                let sentence = format!(
                    "Parameter {}: it is read from {}, as another one is whose name differs by capitals only.",
                    parameter.name, parameter.variable
                );
                self.left_out.push(sentence);
            }
        }
    }

    /// Secrets of the start are read from the environment, whatever the flow's file holds.
    fn read_start(&mut self) {
        let start = &self.flow.start;
        self.idle_minutes = start
            .session_timeout_minutes
            .or(start.session_timeout)
            .or(start.idle_timeout_minutes)
            .or(start.timeout_minutes);
        let Ok(Value::Object(mut fields)) = serde_json::to_value(start) else { return };
        for told_otherwise in [
            "session_id",
            "session_timeout_minutes",
            "session_timeout",
            "idle_timeout_minutes",
            "timeout_minutes",
            // The program ends its session when it is over, and keeps no pictures.
            "keep_alive",
            "screenshot",
            "headless",
        ] {
            fields.remove(told_otherwise);
        }
        for (name, value) in fields {
            let value = match (name.as_str(), value) {
                ("extra_http_headers", Value::Object(headers)) => self.headers(headers),
                ("proxies", Value::Array(proxies)) => {
                    Expr::List(proxies.into_iter().map(|proxy| self.proxy(proxy)).collect())
                }
                (_, value) => value.into(),
            };
            self.start.push((name, value));
        }
    }

    fn headers(&mut self, headers: Map<String, Value>) -> Expr {
        let fields = headers.into_iter().map(|(name, value)| {
            let value = if is_secret(&name) {
                let plain: String =
                    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
                self.secret(&format!("_header_{}", plain.to_ascii_lowercase()))
            } else {
                value.into()
            };
            (name, value)
        });
        Expr::Map(fields.collect())
    }

    fn proxy(&mut self, proxy: Value) -> Expr {
        let Value::Object(fields) = proxy else { return proxy.into() };
        let fields = fields.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| {
            let value = if name == "password" { self.secret("_proxy_password") } else { value.into() };
            (name, value)
        });
        Expr::Map(fields.collect())
    }

    fn secret(&mut self, name: &str) -> Expr {
        if !self.parameters.iter().any(|known| known.name == name) {
            self.parameters.push(Parameter {
                name: name.to_owned(),
                variable: variable(name),
                default: None,
                secret: true,
                description: String::new(),
            });
        }
        Expr::Parameter(name.to_owned())
    }

    /// The comment before a program: what it does, what it needs and reads, and what is not in it.
    pub(crate) fn head(&self, mark: &str, needs: &str, reads: &str) -> String {
        let mut lines: Vec<String> = literal::comment(&self.flow.name, mark).collect();
        if !self.flow.description.trim().is_empty() {
            lines.push(mark.to_owned());
            lines.extend(literal::comment(&self.flow.description, mark));
        }
        lines.push(mark.to_owned());
        lines.push(format!("{mark} Needs {needs}. Prints what it read as JSON."));
        lines.push(format!("{mark} Reads {reads} from the environment."));
        for parameter in &self.parameters {
            let how = match (&parameter.default, parameter.secret) {
                (Some(_), _) => "may be set",
                (None, true) => "has to be set, and is a secret",
                (None, false) => "has to be set",
            };
            let what = match parameter.description.as_str() {
                "" => String::new(),
                what => format!(": {}", what.split_whitespace().collect::<Vec<_>>().join(" ")),
            };
            lines.extend(literal::comment(&format!("{} {how}{what}", parameter.variable), mark));
        }
        for sentence in &self.left_out {
            lines.extend(literal::comment(&format!("Not in this program: {sentence}"), mark));
        }
        lines.join("\n") + "\n"
    }
}

/// The comment before a step.
pub(crate) fn title(step: Numbered<'_>, mark: &str) -> String {
    let line = format!("{}. {}", step.number, step.step.name);
    literal::comment(&line, mark).collect::<Vec<_>>().join(" ")
}

/// Whether the value of a header is one that no program may hold.
pub(crate) fn is_secret(header: &str) -> bool {
    let header = header.to_ascii_lowercase();
    ["authorization", "cookie", "token", "key", "secret", "password", "session", "auth"]
        .iter()
        .any(|word| header.contains(word))
}

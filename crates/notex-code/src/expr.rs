//! Values in programs: JSON with parameters in it, in the words of a language.

use notex_flow::{Piece, pieces};
use serde_json::Value;

use crate::literal;

/// A value that may hold parameters.
#[derive(Clone, Debug)]
pub(crate) enum Expr {
    /// As it is.
    Plain(Value),
    /// A text in which `{{parameter}}` stands for a parameter.
    Text(String),
    /// What a parameter or a secret of the environment is.
    Parameter(String),
    /// Whether a text in which parameters may stand says anything but `false`.
    Truth(String),
    Map(Vec<(String, Expr)>),
    List(Vec<Expr>),
}

impl Expr {
    pub(crate) fn map<const N: usize>(fields: [(&str, Self); N]) -> Self {
        Self::Map(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    pub(crate) fn list<T: Clone + Into<Self>>(values: &[T]) -> Self {
        Self::List(values.iter().cloned().map(Into::into).collect())
    }

    pub(crate) fn push(&mut self, name: &str, value: Self) {
        if let Self::Map(fields) = self {
            fields.push((name.to_owned(), value));
        }
    }
}

impl<T: Into<Value>> From<T> for Expr {
    fn from(value: T) -> Self {
        match value.into() {
            Value::Object(fields) => {
                Self::Map(fields.into_iter().map(|(name, value)| (name, value.into())).collect())
            }
            Value::Array(values) => Self::List(values.into_iter().map(Self::from).collect()),
            plain @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
                Self::Plain(plain)
            }
        }
    }
}

/// How a language writes values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tongue {
    Python,
    TypeScript,
    Jq,
}

/// Longer ones are broken into lines.
pub(crate) const LONGEST_LINE: usize = 96;

impl Tongue {
    pub(crate) fn literal(self, text: &str) -> String {
        match self {
            Self::Python => literal::python(text),
            Self::TypeScript | Self::Jq => literal::json(text),
        }
    }

    /// What a parameter is.
    pub(crate) fn parameter(self, name: &str) -> String {
        match self {
            Self::Python => format!("p[{}]", literal::python(name)),
            Self::TypeScript => format!("p.{name}"),
            Self::Jq => format!("$ENV.{}", variable(name)),
        }
    }

    /// A text with parameters in it.
    pub(crate) fn text(self, text: &str) -> String {
        let parts: Vec<String> = pieces(text)
            .into_iter()
            .map(|piece| match piece {
                Piece::Text(text) => self.literal(text),
                Piece::Parameter(name) => self.parameter(name),
            })
            .collect();
        match (self, parts.as_slice()) {
            (_, []) => self.literal(""),
            (_, [one]) => one.clone(),
            (Self::Jq, several) => format!("({})", several.join(" + ")),
            (Self::Python | Self::TypeScript, several) => several.join(" + "),
        }
    }

    fn plain(self, value: &Value) -> String {
        match (self, value) {
            (_, Value::String(text)) => self.literal(text),
            (Self::Python, Value::Null) => "None".to_owned(),
            (Self::Python, Value::Bool(true)) => "True".to_owned(),
            (Self::Python, Value::Bool(false)) => "False".to_owned(),
            (_, other) => other.to_string(),
        }
    }

    fn truth(self, text: &str) -> String {
        if let [Piece::Text(text)] = pieces(text).as_slice() {
            return self.plain(&Value::Bool(*text != "false"));
        }
        let (text, no) = (self.text(text), self.literal("false"));
        match self {
            Self::Python => format!("{text} != {no}"),
            Self::TypeScript => format!("{text} !== {no}"),
            Self::Jq => format!("({text} != {no})"),
        }
    }

    /// A value, in lines that stand `indent` from the left, the first of them excepted.
    pub(crate) fn value(self, value: &Expr, indent: usize) -> String {
        let flat = self.flat(value);
        if flat.chars().count() + indent <= LONGEST_LINE {
            return flat;
        }
        let inner = indent + self.step();
        let (open, close, parts): (char, char, Vec<String>) = match value {
            Expr::Map(fields) if !fields.is_empty() => {
                let field = |(name, value): &(String, Expr)| {
                    format!("{}: {}", self.key(name), self.value(value, inner))
                };
                ('{', '}', fields.iter().map(field).collect())
            }
            Expr::List(values) if !values.is_empty() => {
                ('[', ']', values.iter().map(|one| self.value(one, inner)).collect())
            }
            Expr::Map(_)
            | Expr::List(_)
            | Expr::Plain(_)
            | Expr::Text(_)
            | Expr::Parameter(_)
            | Expr::Truth(_) => return flat,
        };
        let pad = " ".repeat(inner);
        let parts: Vec<String> = parts.into_iter().map(|part| format!("{pad}{part}")).collect();
        let last = if self == Self::Jq { "" } else { "," };
        format!("{open}\n{}{last}\n{}{close}", parts.join(",\n"), " ".repeat(indent))
    }

    fn flat(self, value: &Expr) -> String {
        match value {
            Expr::Plain(plain) => self.plain(plain),
            Expr::Text(text) => self.text(text),
            Expr::Parameter(name) => self.parameter(name),
            Expr::Truth(text) => self.truth(text),
            Expr::Map(fields) => {
                let parts: Vec<String> = fields
                    .iter()
                    .map(|(name, value)| format!("{}: {}", self.key(name), self.flat(value)))
                    .collect();
                match (self, parts.is_empty()) {
                    (Self::TypeScript, false) => format!("{{ {} }}", parts.join(", ")),
                    (_, _) => format!("{{{}}}", parts.join(", ")),
                }
            }
            Expr::List(values) => {
                let values: Vec<String> = values.iter().map(|one| self.flat(one)).collect();
                format!("[{}]", values.join(", "))
            }
        }
    }

    /// How far what is inside stands from what it is in.
    fn step(self) -> usize {
        if self == Self::Python { 4 } else { 2 }
    }

    /// The name of a field.
    pub(crate) fn key(self, name: &str) -> String {
        let is_plain = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        match self {
            Self::TypeScript if is_plain => name.to_owned(),
            // A plain field of this name would be something else.
            Self::TypeScript if name == "__proto__" => format!("[{}]", self.literal(name)),
            Self::Python | Self::TypeScript | Self::Jq => self.literal(name),
        }
    }
}

/// The variable of the environment that a parameter is read from.
pub(crate) fn variable(name: &str) -> String {
    match name {
        // Not the flow's: a flow's own begin with a letter.
        secret if secret.starts_with('_') => format!("NOTEX{}", secret.to_ascii_uppercase()),
        name => format!("NOTEX_PARAM_{}", name.to_ascii_uppercase()),
    }
}

//! `{{parameter}}` in texts, and what stands in its place.

use std::collections::BTreeMap;

use notex_wire::ParamKind;

use crate::{Flow, FlowError, Parameter};

/// What the parameters of a run are, by name.
pub type Values = BTreeMap<String, String>;

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// It stands as it is; never empty.
    Text(&'a str),
    /// The value of the parameter of this name.
    Parameter(&'a str),
}

/// A text in parts, in order; none of an empty one.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let both = parts(text).flat_map(|(text, name)| {
        [(!text.is_empty()).then_some(Piece::Text(text)), name.map(Piece::Parameter)]
    });
    both.flatten().collect()
}

/// The names between `{{` and `}}`, in the order they stand in the text.
pub fn placeholders(text: &str) -> Vec<&str> {
    parts(text).filter_map(|(_, name)| name).collect()
}

/// The text with values in place of its placeholders.
///
/// # Errors
/// When a placeholder has no value.
pub fn fill(text: &str, values: &Values) -> Result<String, FlowError> {
    let mut filled = String::with_capacity(text.len());
    for (before, name) in parts(text) {
        filled.push_str(before);
        if let Some(name) = name {
            let missing = || FlowError::Value { name: name.to_owned(), why: "has no value".to_owned() };
            filled.push_str(values.get(name).ok_or_else(missing)?);
        }
    }
    Ok(filled)
}

/// Text before a placeholder, and its name; the rest of the text comes last without one. Braces around what is no
/// name of a parameter are text.
fn parts(text: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let here = rest?;
        let mut from = 0;
        while let Some(open) = here[from..].find("{{").map(|at| from + at) {
            let inner = &here[open + 2..];
            if let Some(name) = inner.find("}}").map(|close| &inner[..close])
                && is_name(name.trim())
            {
                rest = Some(&inner[name.len() + 2..]);
                return Some((&here[..open], Some(name.trim())));
            }
            from = open + 1;
        }
        rest = None;
        Some((here, None))
    })
}

/// Whether a parameter may be called so: a letter, then letters, digits and `_`, at most 40, so that it is a name in
/// every language that a flow may be written in.
pub(crate) fn is_name(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && name.len() <= 40
}

impl Parameter {
    /// Whether a value is of its kind.
    ///
    /// # Errors
    /// A sentence that names the parameter; never the value of a secret one.
    pub fn check(&self, value: &str) -> Result<(), FlowError> {
        let wrong = |why: &str| Err(FlowError::Value { name: self.name.clone(), why: why.to_owned() });
        match self.kind {
            ParamKind::Number if !value.trim().parse::<f64>().is_ok_and(f64::is_finite) => {
                wrong("must be a number, written like 3.5")
            }
            ParamKind::Boolean if !matches!(value, "true" | "false") => wrong("must be true or false"),
            ParamKind::Url if !(value.starts_with("http://") || value.starts_with("https://")) => {
                wrong("must be an address that begins with http:// or https://")
            }
            ParamKind::Number
            | ParamKind::Boolean
            | ParamKind::Url
            | ParamKind::Multiline
            | ParamKind::Date
            | ParamKind::Time
            | ParamKind::DatetimeLocal
            | ParamKind::Month
            | ParamKind::Week
            | ParamKind::Color
            | ParamKind::File
            | ParamKind::Password
            | ParamKind::Email
            | ParamKind::Tel
            | ParamKind::String => Ok(()),
        }
    }
}

impl Flow {
    /// The values of a run: what was given, and the defaults of the others.
    ///
    /// # Errors
    /// When a name is none of the flow's parameters, a value is not of its kind, or one that the steps need is missing.
    pub fn values(&self, given: &Values) -> Result<Values, FlowError> {
        if let Some(name) = given.keys().find(|name| self.parameter(name).is_none()) {
            let known: Vec<&str> = self.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
            let why = match known.as_slice() {
                [] => "is not known: this flow has no parameters".to_owned(),
                known => format!("is not known; this flow has {}", known.join(", ")),
            };
            return Err(FlowError::Value { name: name.clone(), why });
        }
        let used = self.used_parameters();
        let mut values = Values::new();
        for parameter in &self.parameters {
            match given.get(&parameter.name).or(parameter.default.as_ref()) {
                Some(value) => {
                    parameter.check(value)?;
                    values.insert(parameter.name.clone(), value.clone());
                }
                None if used.contains(parameter.name.as_str()) => {
                    return Err(FlowError::Value {
                        name: parameter.name.clone(),
                        why: "is needed and has no default".to_owned(),
                    });
                }
                None => {}
            }
        }
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pairs: &[(&str, &str)]) -> Values {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn placeholders_are_filled_and_braces_around_anything_else_are_text() {
        let given = values(&[("what", "green tea"), ("n", "3")]);
        for (text, filled) in [
            ("https://shop/?q={{what}}&n={{ n }}", "https://shop/?q=green tea&n=3"),
            ("{{what}}{{n}}", "green tea3"),
            ("{{{n}}}", "{3}"),
            ("{{ 7up }} {{}} {{what", "{{ 7up }} {{}} {{what"),
            ("plain", "plain"),
            ("", ""),
        ] {
            assert_eq!(fill(text, &given).unwrap(), filled);
        }
        assert_eq!(placeholders("{{a}} {{b}} {{a}}"), ["a", "b", "a"]);
        assert_eq!(pieces("{{a}}{{7}}"), [Piece::Parameter("a"), Piece::Text("{{7}}")]);
        assert_eq!(pieces(""), []);
        assert_eq!(fill("{{who}}", &given).unwrap_err().to_string(), "parameter who has no value");
    }

    #[test]
    fn what_is_filled_in_is_not_filled_again() {
        let given = values(&[("a", "{{b}}"), ("b", "never")]);
        assert_eq!(fill("{{a}}", &given).unwrap(), "{{b}}");
    }
}

//! What is never kept: passwords that were typed or that stand in an address.

use notex_wire::{Action, ParamKind};
use serde_json::Value;
use url::Url;

use crate::describe::looks_secret;

/// Stands where a secret was.
pub(crate) const NOT_KEPT: &str = notex_wire::HIDDEN;
/// Shorter ones are found in too much that is none.
const SHORTEST: usize = 4;
/// A person types so many on one page at most; of more the oldest are forgotten.
const MOST: usize = 20;

/// Whether the value of a step must not be kept: it goes into a password field, or into a field that nobody knows.
pub(crate) fn is_secret_value(action_id: &str, action: Option<&Action>) -> bool {
    match action {
        Some(action) => {
            action.params.iter().any(|param| param.kind == ParamKind::Password) || looks_secret(action)
        }
        None => action_id.starts_with('I'),
    }
}

/// Secrets that were typed on the pages of a session, for finding them in what comes back.
#[derive(Clone, Debug, Default)]
pub(crate) struct Typed(Vec<String>);

impl Typed {
    /// Of these secrets.
    pub(crate) fn of(secrets: &[String]) -> Self {
        let mut typed = Self::default();
        secrets.iter().for_each(|secret| typed.add(secret));
        typed
    }

    pub(crate) fn add(&mut self, secret: &str) {
        if secret.chars().count() < SHORTEST || self.0.iter().any(|known| known == secret) {
            return;
        }
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        self.0.push(secret.to_owned());
    }

    /// They.
    pub(crate) fn all(&self) -> &[String] {
        &self.0
    }

    /// The text without any of them, and without the password of an address.
    pub(crate) fn clean(&self, text: &mut String) {
        if let Some(address) = without_password(text) {
            *text = address;
        }
        for secret in &self.0 {
            let in_address: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
            for form in [secret, &in_address] {
                if text.contains(form.as_str()) {
                    *text = text.replace(form.as_str(), NOT_KEPT);
                }
            }
        }
    }

    /// The same for every text inside of a value.
    pub(crate) fn clean_all(&self, value: &mut Value) {
        match value {
            Value::String(text) => self.clean(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.clean_all(item)),
            Value::Object(fields) => fields.values_mut().for_each(|field| self.clean_all(field)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// The address with its password replaced; `None` when the text is none, or holds none.
fn without_password(text: &str) -> Option<String> {
    if !text.contains("://") || !text.contains('@') {
        return None;
    }
    let mut address = Url::parse(text).ok()?;
    address.password()?;
    address.set_password(Some("not-kept")).ok()?;
    Some(address.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_typed_password_is_found_wherever_it_comes_back_and_so_is_one_in_an_address() {
        let mut typed = Typed::default();
        typed.add("hunter two");
        typed.add("abc");
        let mut value = json!({
            "url": "https://shop.example.com/?pass=hunter+two",
            "list": ["Welcome, hunter two", 7, null, { "deep": "xhunter twox" }],
            "proxy": "https://ada:s3cret@example.com/a",
            "short": "abc and more",
        });
        typed.clean_all(&mut value);
        assert_eq!(
            value,
            json!({
                "url": "https://shop.example.com/?pass=[not kept]",
                "list": ["Welcome, [not kept]", 7, null, { "deep": "x[not kept]x" }],
                "proxy": "https://ada:not-kept@example.com/a",
                "short": "abc and more",
            })
        );
    }

    #[test]
    fn a_password_field_is_known_by_its_parameter_by_its_name_or_by_nobody() {
        let action = |kind: &str, label: &str| -> Action {
            serde_json::from_value(json!({
                "id": "I1", "description": "Fill it", "category": "Main", "label": label,
                "params": [{ "name": "value", "type": kind }],
            }))
            .unwrap()
        };
        assert!(is_secret_value("I1", Some(&action("password", "Kennwort"))));
        assert!(is_secret_value("I1", Some(&action("string", "Your password"))));
        assert!(!is_secret_value("I1", Some(&action("string", "Search"))));
        assert!(is_secret_value("I7", None));
        assert!(!is_secret_value("S1", None));
    }
}

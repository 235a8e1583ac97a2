//! What is never kept: the headers that open doors, the passwords of addresses and bodies, and what was typed into
//! password fields.

use std::borrow::Cow;

use notex_wire::{Exchange, HIDDEN, HttpHeader};
use serde_json::Value;
use url::Url;

/// Shorter ones are found in too much that is none.
const SHORTEST: usize = 4;
/// A person types so many in one session at most; of more the oldest are forgotten.
const MOST: usize = 50;
/// Words in the name of a header, of a part of a query or of a field that make its value a secret.
const WORDS: [&str; 14] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "apikey",
    "api-key",
    "api_key",
    "authorization",
    "auth-key",
    "credential",
    "session-id",
    "sessionid",
];
const HEADERS: [&str; 2] = ["cookie", "set-cookie"];

/// Secrets that were typed on the pages of a session, for finding them in what comes back.
#[derive(Default)]
pub(super) struct Secrets(Vec<String>);

impl Secrets {
    pub(super) fn add(&mut self, secret: &str) {
        if secret.chars().count() < SHORTEST || self.0.iter().any(|known| known == secret) {
            return;
        }
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        self.0.push(secret.to_owned());
    }

    /// The text without what was typed, however it is written in it.
    pub(super) fn clean(&self, text: &mut String) {
        for secret in &self.0 {
            for form in forms(secret) {
                if text.contains(&*form) {
                    *text = text.replace(&*form, HIDDEN);
                }
            }
        }
    }

    /// An address without its password, and without the parts of its query that are named as secrets.
    pub(super) fn clean_address(&self, address: &mut String) {
        if let Some(clean) = without_secrets(address) {
            *address = clean;
        }
        self.clean(address);
    }

    pub(super) fn clean_exchange(&self, exchange: &mut Exchange) {
        self.clean_address(&mut exchange.url);
        for header in exchange.request_headers.iter_mut().chain(&mut exchange.response_headers) {
            self.clean_header(header);
        }
        if let Some(body) = exchange.request_body.as_mut().filter(|body| !body.base64) {
            let kind = exchange.request_headers.iter().find(|h| h.name.eq_ignore_ascii_case("content-type"));
            self.clean_body(&mut body.content, kind.map(|header| header.value.as_str()));
        }
    }

    fn clean_header(&self, header: &mut HttpHeader) {
        let name = header.name.to_ascii_lowercase();
        if HEADERS.contains(&name.as_str()) || is_secret(&name) {
            header.value = HIDDEN.to_owned();
        } else if ["location", "referer", "content-location"].contains(&name.as_str()) {
            self.clean_address(&mut header.value);
        } else {
            self.clean(&mut header.value);
        }
    }

    /// A body without the values of fields that are named as secrets.
    pub(super) fn clean_body(&self, body: &mut String, kind: Option<&str>) {
        let kind = kind.unwrap_or_default();
        let first = body.trim_start().chars().next();
        if kind.contains("x-www-form-urlencoded") {
            *body = clean_query(body);
        } else if kind.contains("multipart/form-data") {
            clean_form(body);
        } else if matches!(first, Some('{' | '['))
            && let Ok(mut value) = serde_json::from_str::<Value>(body)
            && hide_in(&mut value)
        {
            *body = value.to_string();
        }
        self.clean(body);
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    WORDS.iter().any(|word| name.contains(word))
}

/// A secret as it stands in texts, in addresses, in JSON and in HTML.
fn forms(secret: &str) -> Vec<Cow<'_, str>> {
    let mut forms = vec![Cow::Borrowed(secret)];
    let in_form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let in_path = in_form.replace('+', "%20");
    let quoted = Value::from(secret).to_string();
    let in_json = quoted[1..quoted.len() - 1].to_owned();
    let in_html = secret.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    for form in [in_form, in_path, in_json, in_html] {
        if !forms.iter().any(|known| **known == form) {
            forms.push(Cow::Owned(form));
        }
    }
    forms
}

/// [`HIDDEN`] where a space would have to be written otherwise: in addresses and in forms.
const HIDDEN_IN_ADDRESS: &str = "not-kept";

/// `None` when it holds no secret, so that it stays as it was written.
fn without_secrets(address: &str) -> Option<String> {
    if !address.contains('?') && !address.contains('@') {
        return None;
    }
    let mut url = Url::parse(address).ok()?;
    let mut held = false;
    if url.password().is_some() {
        held |= url.set_password(Some(HIDDEN_IN_ADDRESS)).is_ok();
    }
    if let Some(query) = url.query() {
        let clean = clean_query(query);
        if clean != query {
            held = true;
            url.set_query(Some(&clean));
        }
    }
    held.then(|| url.into())
}

fn clean_query(query: &str) -> String {
    let parts = query.split('&').map(|part| match part.split_once('=') {
        Some((name, value)) if is_secret(name) && !value.is_empty() => {
            format!("{name}={HIDDEN_IN_ADDRESS}")
        }
        Some(_) | None => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("&")
}

/// The parts of a form stand one after another, each with its name before an empty line.
fn clean_form(body: &mut String) {
    let Some(boundary) = body.lines().next().map(str::to_owned).filter(|line| line.starts_with("--")) else {
        return;
    };
    let parts = body.split(boundary.as_str()).map(|part| {
        let named = part.split_once("name=\"").and_then(|(_, rest)| rest.split_once('"'));
        match (named, part.split_once("\r\n\r\n")) {
            (Some((name, _)), Some((head, _))) if is_secret(name) => format!("{head}\r\n\r\n{HIDDEN}\r\n"),
            (_, _) => part.to_owned(),
        }
    });
    *body = parts.collect::<Vec<_>>().join(&boundary);
}

/// Hides what is named as a secret; answers whether there was any.
fn hide_in(value: &mut Value) -> bool {
    match value {
        Value::Object(fields) => {
            let mut held = false;
            for (name, field) in fields {
                if is_secret(name) && matches!(field, Value::String(_) | Value::Number(_)) {
                    *field = Value::from(HIDDEN);
                    held = true;
                } else {
                    held |= hide_in(field);
                }
            }
            held
        }
        Value::Array(items) => {
            let mut held = false;
            for item in items {
                held |= hide_in(item);
            }
            held
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

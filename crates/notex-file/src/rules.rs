//! What is a secret because of where it stands: values of headers, cookies, fields and parameters of certain names.

use std::fmt;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::{Captures, Regex};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::REMOVED;

/// A secret, and what it is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Secret {
    /// What it is.
    pub kind: SecretKind,
    /// The secret.
    pub text: String,
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Secret({:?})", self.kind)
    }
}

/// What a secret is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretKind {
    /// A key of a server.
    Key,
    /// The value of a cookie.
    Cookie,
    /// A password.
    Password,
    /// What a header named `Authorization` says.
    Authorization,
    /// A token: of an address, a field, or written as a JSON Web Token.
    Token,
}

impl fmt::Display for SecretKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Key => "a key",
            Self::Cookie => "a cookie",
            Self::Password => "a password",
            Self::Authorization => "an authorization",
            Self::Token => "a token",
        })
    }
}

/// Is told each secret that is taken out.
pub(crate) type Take<'a> = &'a mut dyn FnMut(SecretKind, &str);

/// Takes the secrets out of a value and of every text in it.
pub(crate) fn strip_value(value: &mut Value, take: Take<'_>) {
    match value {
        Value::String(text) => strip_text(text, take),
        Value::Array(items) => {
            if let [Value::String(name), Value::String(text)] = items.as_mut_slice()
                && strip_named(name, text, take)
            {
                return;
            }
            items.iter_mut().for_each(|item| strip_value(item, take));
        }
        Value::Object(fields) => {
            let name = fields.get("name").and_then(Value::as_str).map(str::to_owned);
            if let (Some(name), Some(Value::String(text))) = (name, fields.get_mut("value")) {
                strip_named(&name, text, take);
            }
            for (name, field) in fields {
                let known = match field {
                    Value::String(text) => strip_named(name, text, take),
                    Value::Array(cookies) if name == "cookies" => {
                        cookies.iter_mut().for_each(|cookie| strip_cookie(cookie, take));
                        true
                    }
                    _ => false,
                };
                if !known {
                    strip_value(field, take);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A cookie as the browser and HAR tell it.
fn strip_cookie(cookie: &mut Value, take: Take<'_>) {
    if let Some(Value::String(text)) = cookie.get_mut("value") {
        remove(SecretKind::Cookie, text, take);
    }
    strip_value(cookie, take);
}

/// Takes out the text of a header or field when its name says that it is secret.
fn strip_named(name: &str, text: &mut String, take: Take<'_>) -> bool {
    let plain: String = name.chars().filter(|sign| !matches!(sign, '-' | '_')).collect();
    match plain.to_ascii_lowercase().as_str() {
        "authorization" | "proxyauthorization" => strip_authorization(text, take),
        "cookie" => strip_pairs(text, take),
        "setcookie" => {
            let lines = text.split('\n').map(|line| {
                let (pair, rest) =
                    line.split_once(';').map_or((line, None), |(pair, rest)| (pair, Some(rest)));
                let mut pair = pair.to_owned();
                strip_pairs(&mut pair, take);
                rest.map_or(pair.clone(), |rest| format!("{pair};{rest}"))
            });
            *text = lines.collect::<Vec<_>>().join("\n");
        }
        "password" | "passwd" | "pwd" | "passphrase" => remove(SecretKind::Password, text, take),
        "apikey" | "xapikey" | "accesskey" | "secretkey" | "privatekey" | "secret" | "clientsecret" => {
            remove(SecretKind::Key, text, take);
        }
        "token" | "accesstoken" | "refreshtoken" | "idtoken" | "authtoken" | "xauthtoken"
        | "sessiontoken" | "csrftoken" | "xcsrftoken" | "xsrftoken" | "xxsrftoken" | "jwt" => {
            remove(SecretKind::Token, text, take)
        }
        _ => return false,
    }
    true
}

fn strip_authorization(text: &mut String, take: Take<'_>) {
    let (scheme, credentials) = match text.split_once(' ') {
        Some((scheme, rest)) => (Some(scheme.to_owned()), rest.trim().to_owned()),
        None => (None, text.clone()),
    };
    if is_marker(&credentials) {
        return;
    }
    if let Some(password) = password_of(&credentials) {
        take(SecretKind::Password, &password);
    }
    take(SecretKind::Authorization, &credentials);
    *text = scheme.map_or_else(|| REMOVED.to_owned(), |scheme| format!("{scheme} {REMOVED}"));
}

/// The password in the credentials of `Basic`.
fn password_of(credentials: &str) -> Option<String> {
    let decoded = String::from_utf8(STANDARD.decode(credentials).ok()?).ok()?;
    let (_, password) = decoded.split_once(':')?;
    (!password.is_empty()).then(|| password.to_owned())
}

/// `a=1; b=2`, as a header tells cookies.
fn strip_pairs(text: &mut String, take: Take<'_>) {
    let pairs = text.split(';').map(|pair| {
        let Some((name, value)) = pair.split_once('=') else { return pair.to_owned() };
        let mut value = value.trim().trim_matches('"').to_owned();
        remove(SecretKind::Cookie, &mut value, take);
        format!("{name}={value}")
    });
    *text = pairs.collect::<Vec<_>>().join(";");
}

fn remove(kind: SecretKind, text: &mut String, take: Take<'_>) {
    if !is_marker(text) {
        take(kind, text);
        REMOVED.clone_into(text);
    }
}

/// Nothing, or what already stands for a secret that was taken out.
fn is_marker(text: &str) -> bool {
    let text = text.trim();
    text.is_empty()
        || text == "not-kept"
        || text.starts_with('[') && text.ends_with(']')
        || text.starts_with('(') && text.ends_with(')')
}

#[expect(clippy::unwrap_used, reason = "patterns of this file, compiled by its tests")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}

/// Names that parameters of addresses and forms have when their values are secret.
const PARAMETERS: &str = "access_token|refresh_token|id_token|auth_token|session_token|csrf_token|token|api_key|apikey|\
    api-key|key|auth|authorization|sig|signature|secret|client_secret|password|passwd|pwd|pass|session|sessionid|\
    session_id|sid|phpsessid|jsessionid|jwt|code|x-amz-signature|x-amz-security-token|x-amz-credential|\
    x-goog-signature|x-goog-credential|awsaccesskeyid";

static PARAMETER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(r#"(?i)(^|[?&;#]|&amp;|\\u0026)({PARAMETERS})=(\[not kept\]|[^&#"'<>\s\\;]+)"#))
});
static USER: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(://[^/\s:@"'<>]*:)([^/\s@"'<>]+)(@)"#));
static BEARER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(bearer|basic|token)(\s+|%20)([A-Za-z0-9._~+/=-]{8,})"));
static WEB_TOKEN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}"));
static HEADER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"(?im)(^|["'])((?:proxy-)?authorization|cookie|set-cookie|x-api-key)(:[ \t]*)([^\r\n"']+)"#)
});
static FORM_PART: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r#"(?i)(name="(?:{PARAMETERS})"\r?\n\r?\n)([^\r\n]+)"#)));
static PASSWORD_FIELD: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?i)<input\b[^>]*\btype\s*=\s*["']?password\b[^>]*>"#));
static VALUE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?i)(\svalue\s*=\s*)(?:"([^"]*)"|'([^']*)'|([^\s>"']+))"#));

/// Takes out what can be known as a secret within text: JSON, HTML, addresses, forms or prose.
pub(crate) fn strip_text(text: &mut String, take: Take<'_>) {
    if matches!(text.trim_start().as_bytes().first(), Some(b'{' | b'['))
        && let Ok(mut value) = serde_json::from_str::<Value>(text)
        && (value.is_object() || value.is_array())
    {
        let mut found = false;
        strip_value(&mut value, &mut |kind, secret| {
            found = true;
            take(kind, secret);
        });
        if found {
            *text = value.to_string();
        }
        return;
    }
    if text.contains('=') {
        replace(&PARAMETER, text, |found| {
            let kind = if found[2].to_ascii_lowercase().starts_with("pass")
                || found[2].eq_ignore_ascii_case("pwd")
            {
                SecretKind::Password
            } else {
                SecretKind::Token
            };
            if is_marker(&found[3]) {
                return None;
            }
            take(kind, &decoded(&found[3]));
            Some(format!("{}{}={REMOVED}", &found[1], &found[2]))
        });
    }
    if text.contains("://") {
        replace(&USER, text, |found| {
            if is_marker(&found[2]) {
                return None;
            }
            take(SecretKind::Password, &decoded(&found[2]));
            Some(format!("{}{REMOVED}{}", &found[1], &found[3]))
        });
    }
    replace(&HEADER, text, |found| {
        let mut value = found[4].to_owned();
        strip_named(&found[2], &mut value, take);
        (value != found[4]).then(|| format!("{}{}{}{value}", &found[1], &found[2], &found[3]))
    });
    replace(&BEARER, text, |found| {
        let is_secret = match found[1].to_ascii_lowercase().as_str() {
            "basic" => password_of(&found[3]).is_some(),
            // A word of prose has no figure in it.
            _ => found[3].len() >= 12 && found[3].bytes().any(|sign| sign.is_ascii_digit()),
        };
        if !is_secret {
            return None;
        }
        if let Some(password) = password_of(&found[3]) {
            take(SecretKind::Password, &password);
        }
        take(SecretKind::Authorization, &found[3]);
        Some(format!("{}{}{REMOVED}", &found[1], &found[2]))
    });
    if text.contains("eyJ") {
        replace(&WEB_TOKEN, text, |found| {
            take(SecretKind::Token, &found[0]);
            Some(REMOVED.to_owned())
        });
    }
    replace(&FORM_PART, text, |found| {
        take(SecretKind::Token, &found[2]);
        Some(format!("{}{REMOVED}", &found[1]))
    });
    replace(&PASSWORD_FIELD, text, |field| {
        let value = VALUE.captures(&field[0])?;
        let secret = value.get(2).or(value.get(3)).or(value.get(4))?.as_str();
        if is_marker(secret) {
            return None;
        }
        take(SecretKind::Password, secret);
        Some(VALUE.replace(&field[0], format!("${{1}}\"{REMOVED}\"")).into_owned())
    });
}

fn replace(pattern: &Regex, text: &mut String, mut with: impl FnMut(&Captures<'_>) -> Option<String>) {
    let replaced =
        pattern.replace_all(text, |found: &Captures<'_>| with(found).unwrap_or_else(|| found[0].to_owned()));
    if let std::borrow::Cow::Owned(replaced) = replaced {
        *text = replaced;
    }
}

/// The secret of an address as it is.
fn decoded(text: &str) -> String {
    let spaced = text.replace('+', " ");
    let source = if text.contains('%') { spaced.as_str() } else { text };
    percent_encoding::percent_decode_str(source).decode_utf8().map_or_else(|_| text.to_owned(), Into::into)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn stripped(mut value: Value) -> (Value, Vec<(SecretKind, String)>) {
        let mut taken = Vec::new();
        strip_value(&mut value, &mut |kind, secret| taken.push((kind, secret.to_owned())));
        (value, taken)
    }

    #[test]
    fn headers_cookies_and_named_fields_lose_their_values_and_keep_their_names() {
        use SecretKind::{Authorization, Cookie, Key, Password, Token};
        let (value, taken) = stripped(json!({
            "headers": [["Authorization", "Bearer abc123def456"], ["Accept", "text/html"]],
            "more": [{ "name": "cookie", "value": "sid=s3ss10n; theme=dark" }],
            "map": { "Set-Cookie": "id=aa11; Path=/; HttpOnly\nlang=de", "X-Api-Key": "k-99" },
            "cookies": [{ "name": "a", "value": "cookie-value", "domain": "x.org" }],
            "body": "{\"password\":\"open sesame\",\"user\":\"ada\"}",
            "login": { "token": "t-1", "tokens": 12 },
        }));
        assert_eq!(
            value,
            json!({
                "headers": [["Authorization", "Bearer (removed)"], ["Accept", "text/html"]],
                "more": [{ "name": "cookie", "value": "sid=(removed); theme=(removed)" }],
                "map": { "Set-Cookie": "id=(removed); Path=/; HttpOnly\nlang=(removed)", "X-Api-Key": "(removed)" },
                "cookies": [{ "name": "a", "value": "(removed)", "domain": "x.org" }],
                "body": "{\"password\":\"(removed)\",\"user\":\"ada\"}",
                "login": { "token": "(removed)", "tokens": 12 },
            })
        );
        let mut known: Vec<_> = taken.iter().map(|(kind, text)| (*kind, text.as_str())).collect();
        known.sort_unstable();
        assert_eq!(
            known,
            [
                (Key, "k-99"),
                (Cookie, "aa11"),
                (Cookie, "cookie-value"),
                (Cookie, "dark"),
                (Cookie, "de"),
                (Cookie, "s3ss10n"),
                (Password, "open sesame"),
                (Authorization, "abc123def456"),
                (Token, "t-1"),
            ]
        );
    }

    #[test]
    fn within_text_addresses_forms_and_fields_lose_theirs_and_prose_stays() {
        for (before, after) in [
            (
                "https://a.org/x?page=2&access_token=q%2Fw&z=1",
                "https://a.org/x?page=2&access_token=(removed)&z=1",
            ),
            ("<a href='/r?a=1&amp;sig=99aa'>x</a>", "<a href='/r?a=1&amp;sig=(removed)'>x</a>"),
            ("https://ada:s3cret@a.org/", "https://ada:(removed)@a.org/"),
            ("user=ada&password=s3cret", "user=ada&password=(removed)"),
            ("name=\"password\"\r\n\r\ns3cret\r\n--x", "name=\"password\"\r\n\r\n(removed)\r\n--x"),
            ("fetch(u, 'Authorization: Bearer abc123def456')", "fetch(u, 'Authorization: Bearer (removed)')"),
            ("send Bearer abc123def456 now", "send Bearer (removed) now"),
            ("Basic YWRhOnMzY3JldA== it is", "Basic (removed) it is"),
            ("eyJhbGciOiJI.eyJzdWIiOi.SflKxwRJSM", "(removed)"),
            (
                "<input type=password name=p value=\"s3cret\">",
                "<input type=password name=p value=\"(removed)\">",
            ),
            ("<input type=text value=\"kept\">", "<input type=text value=\"kept\">"),
            ("a basic understanding of bearer securities", "a basic understanding of bearer securities"),
            ("https://a.org/?token=[not kept]", "https://a.org/?token=[not kept]"),
        ] {
            let mut text = before.to_owned();
            strip_text(&mut text, &mut |_, _| {});
            assert_eq!(text, after);
        }
    }

    #[test]
    fn what_is_taken_from_an_address_is_told_decoded_and_the_password_of_basic_too() {
        let mut taken = Vec::new();
        let mut text = "https://a.org/?token=q%2Fw%20e Basic YWRhOnMzY3JldA==".to_owned();
        strip_text(&mut text, &mut |_, secret| taken.push(secret.to_owned()));
        assert_eq!(taken, ["q/w e", "s3cret", "YWRhOnMzY3JldA=="]);
    }
}

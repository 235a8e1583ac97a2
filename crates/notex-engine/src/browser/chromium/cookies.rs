//! The cookies of a session's context.

use notex_wire::Cookie;
use serde::Deserialize;
use serde_json::{Value, json};

use super::context::Context;
use crate::browser::PageError;
use crate::cdp::CdpError;

const MOST_COOKIES: usize = 3_000;

#[derive(Deserialize)]
struct Kept {
    cookies: Vec<KeptCookie>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeptCookie {
    name: String,
    value: String,
    domain: String,
    path: String,
    #[serde(default)]
    expires: f64,
    #[serde(default)]
    http_only: bool,
    #[serde(default)]
    secure: bool,
    same_site: Option<String>,
    #[serde(default)]
    session: bool,
}

impl From<KeptCookie> for Cookie {
    fn from(kept: KeptCookie) -> Cookie {
        Cookie {
            name: kept.name,
            value: kept.value,
            domain: kept.domain,
            path: kept.path,
            http_only: kept.http_only,
            secure: Some(kept.secure),
            same_site: kept.same_site,
            expires: Some(if kept.session { -1.0 } else { kept.expires }),
        }
    }
}

impl Context {
    pub(super) async fn cookies(&self) -> Result<Vec<Cookie>, PageError> {
        let params = json!({"browserContextId": self.id});
        let within = self.setup.patience.answer;
        let kept: Kept = self
            .browser
            .call("Storage.getCookies", params, within)
            .await
            .map_err(|error| self.refused("reading the cookies", error))?;
        Ok(kept.cookies.into_iter().map(Cookie::from).collect())
    }

    pub(super) async fn set_cookies(&self, cookies: &[Cookie]) -> Result<(), PageError> {
        let bad = |why: String| PageError::BadOption { field: "cookies", why };
        if cookies.len() > MOST_COOKIES {
            return Err(bad(format!("holds more than {MOST_COOKIES}")));
        }
        let all = cookies.iter().map(told).collect::<Result<Vec<Value>, String>>().map_err(bad)?;
        let params = json!({"cookies": all, "browserContextId": self.id});
        match self.browser.tell("Storage.setCookies", params, self.setup.patience.answer).await {
            Ok(()) => Ok(()),
            // It looks at all of them before it takes the first.
            Err(CdpError::Refused { .. }) => {
                Err(bad(String::from("holds one that the browser does not take; none was set")))
            }
            Err(error) => Err(self.refused("setting the cookies", error)),
        }
    }

    fn refused(&self, doing: &str, error: CdpError) -> PageError {
        if let Some(why) = self.lost.borrow().clone() {
            return PageError::Lost(why);
        }
        match error {
            CdpError::TimedOut { waited, .. } => {
                PageError::TimedOut { doing: doing.to_owned(), seconds: waited.as_secs().max(1) }
            }
            CdpError::Ended(why) => PageError::Lost(why),
            CdpError::Refused { .. }
            | CdpError::Crashed
            | CdpError::Detached
            | CdpError::Unreadable { .. } => {
                PageError::Browser { doing: doing.to_owned(), why: error.to_string() }
            }
        }
    }
}

/// A cookie as the browser wants it, or what is wrong with it. The browser itself would drop some without a word.
fn told(cookie: &Cookie) -> Result<Value, String> {
    let name: String = cookie.name.chars().take(80).collect();
    let wrong = |why: &str| Err(format!("holds {name:?}, {why}"));
    let strange = |text: &str| text.chars().any(|c| c.is_control() || c == ';');
    if cookie.name.is_empty() || strange(&cookie.name) || cookie.name.contains('=') {
        return wrong("which is no name for a cookie");
    }
    if strange(&cookie.value) {
        return wrong("whose value holds a semicolon or a control character");
    }
    if cookie.domain.trim_matches('.').is_empty() || cookie.domain.contains(['/', ':', ' ']) {
        return wrong("whose domain is none");
    }
    if !cookie.path.starts_with('/') {
        return wrong("whose path does not begin with a slash");
    }
    let secure = cookie.secure.unwrap_or_default();
    let mut params = json!({
        "name": cookie.name, "value": cookie.value, "domain": cookie.domain, "path": cookie.path,
        "httpOnly": cookie.http_only, "secure": secure,
    });
    match cookie.same_site.as_deref().map(str::to_lowercase).as_deref() {
        None | Some("" | "unspecified") => {}
        Some("strict") => params["sameSite"] = json!("Strict"),
        Some("lax") => params["sameSite"] = json!("Lax"),
        Some("none" | "no_restriction") if secure => params["sameSite"] = json!("None"),
        Some("none" | "no_restriction") => {
            return wrong("which says sameSite None and has to be secure for that");
        }
        Some(_) => return wrong("whose sameSite is none of Strict, Lax and None"),
    }
    match cookie.expires {
        Some(expires) if !expires.is_finite() => return wrong("whose expires is no number"),
        // A session cookie is one that says nothing.
        Some(expires) if expires >= 0.0 => params["expires"] = json!(expires),
        Some(_) | None => {}
    }
    Ok(params)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookie() -> Cookie {
        Cookie {
            name: String::from("who"),
            value: String::from("me"),
            domain: String::from("tea.test"),
            path: String::from("/"),
            ..Cookie::default()
        }
    }

    #[test]
    fn a_cookie_that_the_browser_would_drop_is_refused_by_its_name() {
        let none = Some(String::from("None"));
        for (wrong, word) in [
            (Cookie { same_site: none, ..cookie() }, "secure"),
            (Cookie { name: String::new(), ..cookie() }, "name"),
            (Cookie { value: String::from("a;b"), ..cookie() }, "value"),
            (Cookie { domain: String::from("http://a.test"), ..cookie() }, "domain"),
            (Cookie { path: String::from("x"), ..cookie() }, "path"),
            (Cookie { same_site: Some(String::from("maybe")), ..cookie() }, "sameSite"),
        ] {
            let why = told(&wrong).unwrap_err();
            assert!(why.contains(word), "{why}");
        }
        let exported = Cookie { same_site: Some(String::from("lax")), expires: Some(-1.0), ..cookie() };
        let params = told(&exported).unwrap();
        assert_eq!((params["sameSite"].as_str(), params.get("expires")), (Some("Lax"), None));
    }
}

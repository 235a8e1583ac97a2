//! Who may call: a caller that shows the key, reached the engine under its own address, and is no web page.

use std::net::SocketAddr;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use notex_wire::path;

use crate::config::ApiKey;
use crate::refusal::Refused;

/// How a request was let through.
#[derive(Clone)]
pub(crate) enum Admitted {
    /// Its caller showed the key.
    Owner,
    /// It showed this, which opens one session at most: whoever answers the path looks.
    Guest(String),
    /// What it asks for is for everybody.
    Anybody,
}

/// What callers are checked against.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    pub(crate) key: ApiKey,
    pub(crate) address: SocketAddr,
}

/// Lets a request through or refuses it.
pub(crate) async fn check(State(guard): State<Guard>, mut request: Request, next: Next) -> Response {
    match guard.admit(request.uri(), request.headers()) {
        Ok(admitted) => {
            request.extensions_mut().insert(admitted);
            next.run(request).await
        }
        Err(refused) => refused.into_response(),
    }
}

impl Guard {
    fn admit(&self, uri: &Uri, headers: &HeaderMap) -> Result<Admitted, Refused> {
        let host = text(headers, header::HOST).unwrap_or_default();
        if !self.is_ours(host) {
            // A page whose name was rebound to this machine sends its own name here.
            return Err(Refused::new(
                StatusCode::FORBIDDEN,
                "forbidden_host",
                format!("the engine answers as {} only, whatever the Host header says", self.address),
            ));
        }
        let origin = headers.get(header::ORIGIN).map(|origin| origin.to_str().unwrap_or_default());
        if origin.is_some_and(|origin| origin != format!("http://{host}")) {
            return Err(Refused::new(
                StatusCode::FORBIDDEN,
                "forbidden_origin",
                "web pages may not call the engine",
            ));
        }
        if uri.path() == path::HEALTH {
            return Ok(Admitted::Anybody);
        }
        match text(headers, header::AUTHORIZATION).and_then(bearer) {
            Some(shown) if self.key.is(shown) => Ok(Admitted::Owner),
            Some(_) => Err(Refused::new(StatusCode::UNAUTHORIZED, "wrong_key", "the API key is wrong")),
            None => token(uri).map(Admitted::Guest).ok_or_else(|| {
                Refused::new(
                    StatusCode::UNAUTHORIZED,
                    "missing_key",
                    "an API key is needed, as the header `Authorization: Bearer KEY`",
                )
            }),
        }
    }

    fn is_ours(&self, host: &str) -> bool {
        if !self.address.ip().is_loopback() {
            // Which names lead here is not known; the key alone decides.
            return !host.is_empty();
        }
        let port = self.address.port();
        let names = [self.address.ip().to_string(), "127.0.0.1".into(), "[::1]".into(), "localhost".into()];
        names.iter().any(|name| {
            host.strip_prefix(name.as_str()).is_some_and(|rest| match rest.strip_prefix(':') {
                Some(digits) => digits.parse() == Ok(port),
                None => rest.is_empty() && port == 80,
            })
        })
    }
}

/// The token that a request for one session's own websocket shows; clients of those cannot always send the key.
fn token(uri: &Uri) -> Option<String> {
    let mut parts = uri.path().strip_prefix('/')?.split('/');
    let named = (parts.next()?, parts.next()?, parts.next()?, parts.next());
    let ("session" | "sessions", _, "cdp" | "live", None) = named else { return None };
    let query = url::form_urlencoded::parse(uri.query()?.as_bytes());
    query.into_iter().find(|(name, _)| name == "token").map(|(_, token)| token.into_owned())
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, key) = authorization.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(headers: &[(header::HeaderName, &str)]) -> Option<StatusCode> {
        let guard = Guard { key: ApiKey::new("sesame").unwrap(), address: "127.0.0.1:4711".parse().unwrap() };
        let headers = headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
        guard
            .admit(&Uri::from_static("/plan"), &headers)
            .err()
            .map(|refused| refused.into_response().status())
    }

    #[test]
    fn the_engine_answers_under_its_own_address_only() {
        let asked = |host| refusal(&[(header::HOST, host), (header::AUTHORIZATION, "Bearer sesame")]);
        for host in ["127.0.0.1:4711", "localhost:4711", "[::1]:4711"] {
            assert_eq!(asked(host), None, "{host}");
        }
        for host in [
            "evil.example",
            "evil.example:4711",
            "127.0.0.1",
            "127.0.0.1:80",
            "localhost.evil.example:4711",
            "",
        ] {
            assert_eq!(asked(host), Some(StatusCode::FORBIDDEN), "{host}");
        }
    }

    #[test]
    fn a_web_page_of_another_origin_is_refused_even_with_the_key() {
        let asked = |origin| {
            refusal(&[
                (header::HOST, "127.0.0.1:4711"),
                (header::AUTHORIZATION, "Bearer sesame"),
                (header::ORIGIN, origin),
            ])
        };
        assert_eq!(asked("http://127.0.0.1:4711"), None);
        for origin in ["https://evil.example", "null", "http://127.0.0.1:80", "https://127.0.0.1:4711", ""] {
            assert_eq!(asked(origin), Some(StatusCode::FORBIDDEN), "{origin}");
        }
    }

    #[test]
    fn a_token_is_looked_at_only_where_one_session_is_entered() {
        let shown = |uri: &'static str| token(&Uri::from_static(uri));
        assert_eq!(shown("/session/a/cdp?token=t").as_deref(), Some("t"));
        assert_eq!(shown("/sessions/a/live?readonly&token=t%2B").as_deref(), Some("t+"));
        for elsewhere in [
            "/session/a/cdp",
            "/session/a/cdp/?token=t",
            "/session/a?token=t",
            "/session/a/events?token=t",
            "/session/a/b/cdp?token=t",
            "/plan?token=t",
            "//session/a/cdp?token=t",
        ] {
            assert_eq!(shown(elsewhere), None, "{elsewhere}");
        }
    }

    #[test]
    fn only_the_key_opens() {
        let asked = |words| refusal(&[(header::HOST, "127.0.0.1:4711"), (header::AUTHORIZATION, words)]);
        assert_eq!(asked("bearer sesame"), None);
        for words in ["Bearer", "Bearer ", "sesame", "Basic sesame", "Bearer sesam"] {
            assert_eq!(asked(words), Some(StatusCode::UNAUTHORIZED), "{words}");
        }
    }
}

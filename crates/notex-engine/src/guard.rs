//! Who may call: a caller that shows the key, reached the engine under its own address, and is no web page.

use std::net::SocketAddr;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use notex_wire::path;

use crate::config::ApiKey;
use crate::refusal::Refused;

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

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

/// Lets a request through or refuses it. No answer may be kept or taken for another type; no page of another site may
/// read or show one, since no header of CORS is ever sent.
pub(crate) async fn check(State(guard): State<Guard>, mut request: Request, next: Next) -> Response {
    let mut response = match guard.admit(request.uri(), request.headers()) {
        Ok(admitted) => {
            request.extensions_mut().insert(admitted);
            next.run(request).await
        }
        Err(refused) => refused.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    response
}

impl Guard {
    fn admit(&self, uri: &Uri, headers: &HeaderMap) -> Result<Admitted, Refused> {
        let host = self.host(uri, headers)?;
        let page = |headers: &HeaderMap| {
            let origin = headers.get(header::ORIGIN).map(|origin| origin.to_str().unwrap_or_default());
            origin.is_some_and(|origin| origin != format!("http://{host}")) || is_sent_by_a_page(headers)
        };
        if page(headers) {
            return Err(Refused::new(
                StatusCode::FORBIDDEN,
                "forbidden_origin",
                "web pages may not call the engine",
            ));
        }
        if [path::HEALTH, path::OPENAPI].contains(&uri.path()) {
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

    /// The name that the caller knows the engine by, said once or always the same.
    fn host<'a>(&self, uri: &Uri, headers: &'a HeaderMap) -> Result<&'a str, Refused> {
        let mut named = headers.get_all(header::HOST).iter().map(|host| host.to_str().unwrap_or_default());
        let host = named.next().unwrap_or_default();
        let meant_for_another =
            uri.authority().is_some_and(|other| !other.as_str().eq_ignore_ascii_case(host));
        if named.next().is_some() || meant_for_another || !self.is_ours(host) {
            // A page whose name was rebound to this machine sends its own name here.
            return Err(Refused::new(
                StatusCode::FORBIDDEN,
                "forbidden_host",
                format!("the engine answers as {} only, whatever the Host header says", self.address),
            ));
        }
        Ok(host)
    }

    fn is_ours(&self, host: &str) -> bool {
        if !self.address.ip().is_loopback() {
            // Which names lead here is not known; the key alone decides.
            return !host.is_empty();
        }
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !host.ends_with(']') => (name, port),
            Some(_) | None => (host, "80"),
        };
        let own = SocketAddr::new(self.address.ip(), 0).to_string();
        let own = own.strip_suffix(":0").unwrap_or_default();
        let named =
            [own, "127.0.0.1", "[::1]", "localhost"].iter().any(|ours| ours.eq_ignore_ascii_case(name));
        named && port == self.address.port().to_string()
    }
}

/// Browsers say of every request to this machine who sent it, and no page can change what they say. Only what a person
/// typed into the address bar was sent by none. (Node says how it fetches, but not for whom.)
fn is_sent_by_a_page(headers: &HeaderMap) -> bool {
    let says = |name: &str| headers.get(name).map(|value| value.as_bytes());
    match says("sec-fetch-site") {
        None => false,
        Some(b"none") => says("sec-fetch-dest").is_some_and(|dest| dest != b"document"),
        Some(_) => true,
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

    const HOST: (&str, &str) = ("host", "127.0.0.1:4711");
    const KEY: (&str, &str) = ("authorization", "Bearer sesame");

    fn asked_at(listens: &str, target: &str, said: &[(&str, &str)]) -> Result<(), String> {
        let guard = Guard { key: ApiKey::new("sesame").unwrap(), address: listens.parse().unwrap() };
        let mut headers = HeaderMap::new();
        for (name, value) in said {
            headers.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        guard.admit(&target.parse().unwrap(), &headers).map(drop).map_err(|refused| refused.code().to_owned())
    }

    fn asked(said: &[(&str, &str)]) -> Result<(), String> {
        asked_at("127.0.0.1:4711", "/plan", said)
    }

    fn refused(code: &str) -> Result<(), String> {
        Err(code.to_owned())
    }

    #[test]
    fn the_engine_answers_under_its_own_address_only() {
        for host in ["127.0.0.1:4711", "localhost:4711", "LocalHost:4711", "[::1]:4711"] {
            assert_eq!(asked(&[("host", host), KEY]), Ok(()), "{host}");
        }
        for host in [
            "evil.example",
            "evil.example:4711",
            "localhost.evil.example:4711",
            "evil.localhost:4711",
            "127.0.0.1",
            "127.0.0.1:",
            "127.0.0.1:80",
            "127.0.0.1:04711",
            "127.0.0.1:+4711",
            "127.0.0.1:4711:4711",
            "127.0.0.1.:4711",
            "localhost.:4711",
            "[::1]",
            "[::1]:80",
            "::1:4711",
            "[::]:4711",
            "[::ffff:127.0.0.1]:4711",
            "0.0.0.0:4711",
            "user@127.0.0.1:4711",
            "",
        ] {
            assert_eq!(asked(&[("host", host), KEY]), refused("forbidden_host"), "{host}");
        }
        assert_eq!(asked(&[KEY]), refused("forbidden_host"), "no host");
    }

    #[test]
    fn an_engine_on_another_loopback_address_answers_under_that_too() {
        for host in ["[::1]:4711", "localhost:4711"] {
            assert_eq!(asked_at("[::1]:4711", "/plan", &[("host", host), KEY]), Ok(()), "{host}");
        }
        assert_eq!(asked_at("127.0.0.9:4711", "/plan", &[("host", "127.0.0.9:4711"), KEY]), Ok(()));
        assert_eq!(asked_at("127.0.0.1:80", "/plan", &[("host", "localhost"), KEY]), Ok(()));
        assert_eq!(asked_at("127.0.0.1:80", "/plan", &[("host", "[::1]"), KEY]), Ok(()));
    }

    #[test]
    fn a_request_that_names_two_hosts_is_refused() {
        assert_eq!(asked(&[HOST, ("host", "evil.example"), KEY]), refused("forbidden_host"));
        assert_eq!(asked(&[HOST, HOST, KEY]), refused("forbidden_host"));
        let absolute = |target| asked_at("127.0.0.1:4711", target, &[HOST, KEY]);
        assert_eq!(absolute("http://127.0.0.1:4711/plan"), Ok(()));
        for target in [
            "http://evil.example/plan",
            "http://localhost:4711/plan",
            "http://127.0.0.1/plan",
            "evil.example:443",
        ] {
            assert_eq!(absolute(target), refused("forbidden_host"), "{target}");
        }
    }

    #[test]
    fn what_a_proxy_says_of_the_caller_changes_nothing() {
        for name in ["x-forwarded-host", "forwarded", "x-forwarded-for", "x-real-ip", "x-original-host"] {
            let said = (name, "127.0.0.1:4711");
            assert_eq!(asked(&[("host", "evil.example"), said, KEY]), refused("forbidden_host"), "{name}");
            assert_eq!(asked(&[HOST, (name, "evil.example"), KEY]), Ok(()), "{name}");
            assert_eq!(asked(&[HOST, said]), refused("missing_key"), "{name}");
        }
    }

    #[test]
    fn a_web_page_of_another_origin_is_refused_even_with_the_key() {
        let from = |origin| asked(&[HOST, KEY, ("origin", origin)]);
        assert_eq!(from("http://127.0.0.1:4711"), Ok(()));
        for origin in [
            "https://evil.example",
            "null",
            "http://127.0.0.1:80",
            "http://127.0.0.1",
            "http://localhost:4711",
            "http://127.0.0.1:4711.evil.example",
            "https://127.0.0.1:4711",
            "",
        ] {
            assert_eq!(from(origin), refused("forbidden_origin"), "{origin}");
        }
    }

    #[test]
    fn what_a_page_sends_is_refused_even_from_the_same_site() {
        let sent = |site, dest| {
            let said =
                [HOST, ("sec-fetch-site", site), ("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", dest)];
            asked_at("127.0.0.1:4711", "/health", &said)
        };
        for site in ["cross-site", "same-site", "same-origin", "", "None"] {
            for dest in ["document", "iframe", "image", "empty", "script", "serviceworker"] {
                assert_eq!(sent(site, dest), refused("forbidden_origin"), "{site} {dest}");
            }
        }
        for dest in ["iframe", "image", "empty"] {
            assert_eq!(sent("none", dest), refused("forbidden_origin"), "{dest}");
        }
    }

    #[test]
    fn what_a_person_typed_or_a_program_fetches_is_answered() {
        let typed =
            [("sec-fetch-site", "none"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
        let typed: Vec<_> = typed.into_iter().chain([HOST]).collect();
        assert_eq!(asked_at("127.0.0.1:4711", "/health", &typed), Ok(()));
        assert_eq!(asked(&typed), refused("missing_key"));
        // As Node's fetch does.
        assert_eq!(asked(&[HOST, KEY, ("sec-fetch-mode", "cors")]), Ok(()));
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
        let shown = |words| asked(&[HOST, ("authorization", words)]);
        assert_eq!(shown("bearer sesame"), Ok(()));
        for (words, code) in [
            ("Bearer", "missing_key"),
            ("Bearer ", "wrong_key"),
            ("sesame", "missing_key"),
            ("Basic sesame", "missing_key"),
            ("Bearer sesam", "wrong_key"),
            ("Bearer sesame2", "wrong_key"),
        ] {
            assert_eq!(shown(words), refused(code), "{words}");
        }
    }
}

//! Who may talk to the web host: a browser on this machine that was given the token.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use subtle::ConstantTimeEq;

/// No inline script or style, nothing from elsewhere: what is scraped is hostile.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
    font-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The address we serve and the token of this run.
#[derive(Clone)]
pub(super) struct Guard {
    address: SocketAddr,
    token: Arc<str>,
}

#[derive(Deserialize)]
pub(super) struct Entry {
    token: Option<String>,
}

impl Guard {
    pub(super) fn new(address: SocketAddr) -> Self {
        let token = format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple());
        Self { address, token: token.into() }
    }

    /// The address to open, with the token.
    pub(super) fn url(&self) -> String {
        format!("http://{}/?token={}", self.address, self.token)
    }

    /// Cookies know no port, so the name carries it: two hosts on one machine keep apart.
    fn cookie_name(&self) -> String {
        format!("notex-inspector-{}", self.address.port())
    }

    fn knows(&self, token: &str) -> bool {
        self.token.as_bytes().ct_eq(token.as_bytes()).into()
    }

    fn has_cookie(&self, headers: &HeaderMap) -> bool {
        let name = self.cookie_name();
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        cookies
            .flat_map(|line| line.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .any(|(key, value)| key == name && self.knows(value))
    }

    /// A page of another site can make a browser call us, and a rebound name can make it think we are that site.
    fn is_from_here(&self, headers: &HeaderMap) -> bool {
        let port = self.address.port();
        let hosts = [self.address.to_string(), format!("localhost:{port}")];
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let Some(host) = host.filter(|host| hosts.iter().any(|ours| ours == host)) else { return false };
        let origin = headers.get(header::ORIGIN).map(|origin| origin.to_str().unwrap_or_default());
        origin.is_none_or(|origin| origin == format!("http://{host}"))
    }
}

/// Refuses what is not ours, and puts the security headers on every answer.
pub(super) async fn check(
    State(guard): State<Guard>,
    entry: Query<Entry>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    let answer = if !guard.is_from_here(headers) {
        refusal(StatusCode::FORBIDDEN, "this address answers only a browser on this machine")
    } else if let Some(token) = entry.token.as_deref().filter(|_| request.uri().path() == "/") {
        enter(&guard, token)
    } else if guard.has_cookie(headers) {
        next.run(request).await
    } else {
        refusal(
            StatusCode::UNAUTHORIZED,
            "open the address that notex-inspector --web printed, with its token",
        )
    };
    with_security_headers(answer)
}

/// The token leaves the address bar for a cookie that scripts cannot read.
fn enter(guard: &Guard, token: &str) -> Response {
    if !guard.knows(token) {
        let sentence =
            "this token is of an earlier run; open the address printed by the running notex-inspector";
        return refusal(StatusCode::UNAUTHORIZED, sentence);
    }
    let cookie = format!("{}={}; Path=/; HttpOnly; SameSite=Strict", guard.cookie_name(), guard.token);
    ([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response()
}

fn refusal(status: StatusCode, sentence: &'static str) -> Response {
    (status, sentence).into_response()
}

fn with_security_headers(mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    // A page as it was has a stricter one.
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    answer
}

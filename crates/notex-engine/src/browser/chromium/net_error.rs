//! Chromium's network errors in words.

use std::time::Duration;

/// Why an address could not be opened; `waited` is how long an answer was waited for.
pub(super) fn in_words(error: &str, waited: Duration) -> String {
    let code = error.strip_prefix("net::").unwrap_or(error);
    let words = match code {
        "ERR_NAME_NOT_RESOLVED"
        | "ERR_NAME_RESOLUTION_FAILED"
        | "ERR_DNS_TIMED_OUT"
        | "ERR_DNS_MALFORMED_RESPONSE"
        | "ERR_DNS_SERVER_FAILED" => "the host name was not found (DNS)",
        "ERR_CONNECTION_REFUSED" => "the connection was refused",
        "ERR_CONNECTION_RESET" | "ERR_CONNECTION_CLOSED" | "ERR_CONNECTION_ABORTED" => {
            "the server closed the connection"
        }
        "ERR_EMPTY_RESPONSE" => "the server closed the connection without an answer",
        "ERR_CONNECTION_TIMED_OUT" | "ERR_TIMED_OUT" => {
            return format!("no answer within {} s", waited.as_secs_f32().ceil());
        }
        "ERR_INTERNET_DISCONNECTED" | "ERR_NETWORK_CHANGED" => "this machine is offline",
        "ERR_ADDRESS_UNREACHABLE" | "ERR_CONNECTION_FAILED" | "ERR_ADDRESS_INVALID" => {
            "there is no way to the host's address"
        }
        "ERR_CERT_DATE_INVALID" => "the certificate is not valid (expired or not yet valid)",
        "ERR_CERT_COMMON_NAME_INVALID" => "the certificate is not valid (made for another host)",
        "ERR_CERT_AUTHORITY_INVALID" => "the certificate is not valid (signed by nobody this machine trusts)",
        "ERR_TOO_MANY_REDIRECTS" => "it redirects in a circle",
        "ERR_UNSAFE_PORT" => "the port is one that browsers refuse to open",
        "ERR_UNSAFE_REDIRECT" => "it redirects to an address that pages may not open",
        "ERR_BLOCKED_BY_CLIENT" | "ERR_BLOCKED_BY_ADMINISTRATOR" => "the browser's settings block it",
        "ERR_INVALID_URL" => "the address is not valid",
        "ERR_ABORTED" => "it is a download or holds no page",
        "ERR_INVALID_AUTH_CREDENTIALS" => "it wants a name and a password",
        "ERR_HTTP_RESPONSE_CODE_FAILURE" => "the server answered with an error and no page",
        "ERR_PROXY_CONNECTION_FAILED" | "ERR_TUNNEL_CONNECTION_FAILED" | "ERR_SOCKS_CONNECTION_FAILED" => {
            "the proxy could not be reached"
        }
        "ERR_PROXY_AUTH_REQUESTED" | "ERR_PROXY_AUTH_UNSUPPORTED" | "ERR_UNEXPECTED_PROXY_AUTH" => {
            "the proxy did not take the name and the password"
        }
        other if other.starts_with("ERR_CERT_") => {
            return format!("the certificate is not valid ({other})");
        }
        other if other.starts_with("ERR_SSL_") => return format!("no secure connection was made ({other})"),
        other => return other.to_owned(),
    };
    words.to_owned()
}

/// Whether what failed may have been held back by the engine itself.
pub(super) fn may_be_ours(error: &str) -> bool {
    error.contains("ERR_NAME_NOT_RESOLVED") || error.contains("ERR_SOCKS_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_error_keeps_its_name() {
        let second = Duration::from_secs(1);
        assert_eq!(in_words("net::ERR_SOMETHING_NEW", second), "ERR_SOMETHING_NEW");
        assert!(in_words("net::ERR_CERT_REVOKED", second).starts_with("the certificate is not valid"));
        assert_eq!(in_words("net::ERR_TIMED_OUT", Duration::from_secs(30)), "no answer within 30 s");
    }
}

//! Addresses as people write them.

use url::{Host, Url};

use super::invalid;
use crate::refusal::Refused;

/// An address as people write it: without a scheme, https is meant, or http for this machine and bare IPs.
pub(super) fn address(field: &str, text: &str) -> Result<Url, Refused> {
    let text = text.trim();
    let shown: String = text.chars().take(200).collect();
    let refused = |why: String| invalid(field, why);
    let unreadable = || refused(format!("`{shown}` is no address; write it like https://example.com"));
    let host = text.split(['/', '?', '#']).next().unwrap_or_default();
    let names_a_scheme = text.contains("://")
        || (!host.starts_with('[')
            && host.split_once(':').is_some_and(|(_, port)| !port.bytes().all(|byte| byte.is_ascii_digit())));
    if names_a_scheme || text == "about:blank" {
        let url = Url::parse(text).map_err(|_| unreadable())?;
        return match url.scheme() {
            "http" | "https" => Ok(url),
            _ if url.as_str() == "about:blank" => Ok(url),
            scheme => Err(refused(format!("{scheme} addresses cannot be opened; use http or https"))),
        };
    }
    let url = Url::parse(&format!("https://{text}")).map_err(|_| unreadable())?;
    match url.host() {
        Some(Host::Domain(name)) if name == "localhost" || name.ends_with(".localhost") => {}
        Some(Host::Domain(name)) if name.contains('.') => return Ok(url),
        Some(Host::Ipv4(_)) if host.contains('.') => {}
        Some(Host::Ipv6(_)) => {}
        Some(Host::Ipv4(_) | Host::Domain(_)) | None => return Err(unreadable()),
    }
    Url::parse(&format!("http://{text}")).map_err(|_| unreadable())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened_as(text: &str) -> Option<String> {
        address("url", text).ok().map(String::from)
    }

    #[test]
    fn an_address_without_a_scheme_is_taken_as_a_person_means_it() {
        for (written, meant) in [
            ("example.com", "https://example.com/"),
            (" example.com/a?b=c:d ", "https://example.com/a?b=c:d"),
            ("example.com:8443/a", "https://example.com:8443/a"),
            ("localhost:3000/a", "http://localhost:3000/a"),
            ("shop.localhost", "http://shop.localhost/"),
            ("127.0.0.1:80/a", "http://127.0.0.1/a"),
            ("[::1]:8080", "http://[::1]:8080/"),
            ("http://example.com", "http://example.com/"),
            ("about:blank", "about:blank"),
        ] {
            assert_eq!(opened_as(written).as_deref(), Some(meant), "{written}");
        }
    }

    #[test]
    fn what_is_no_web_address_is_refused() {
        for written in [
            "",
            "  ",
            "hello",
            "12",
            "two words.com",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "data:text/html,x",
            "chrome://settings",
            "https://",
            "about:config",
        ] {
            assert_eq!(opened_as(written), None, "{written}");
        }
    }
}

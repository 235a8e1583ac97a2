//! What pages may reach although private networks are blocked.

use std::net::IpAddr;
use std::str::FromStr;

use super::plain;

/// A host, or one port of it, that pages may reach although private networks are blocked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedHost {
    host: String,
    port: Option<u16>,
}

/// The words of `--allow-private` that are none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no host; write HOST or HOST:PORT, an IPv6 address in brackets")]
pub struct UnknownHost(String);

impl AllowedHost {
    /// Whether it allows what was asked for as `host` and turned out to be `ip`.
    pub(super) fn allows(&self, host: &str, ip: IpAddr, port: u16) -> bool {
        let named = self.host == host || self.host.parse() == Ok(ip.to_canonical());
        named && self.port.is_none_or(|only| only == port)
    }
}

impl FromStr for AllowedHost {
    type Err = UnknownHost;

    fn from_str(words: &str) -> Result<Self, Self::Err> {
        let refused = || UnknownHost(words.to_owned());
        let (host, port) = match words.rsplit_once(':') {
            Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
                (host, Some(port.parse().map_err(|_| refused())?))
            }
            Some(_) | None => (words, None),
        };
        let six = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let host = match (six, host.parse::<IpAddr>()) {
            (Some(six), _) => six.parse::<IpAddr>().map_err(|_| refused())?.to_canonical().to_string(),
            (None, Ok(ip)) => ip.to_canonical().to_string(),
            (None, Err(_)) => {
                let name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
                if host.is_empty() || !host.bytes().all(name) {
                    return Err(refused());
                }
                plain(host)
            }
        };
        Ok(Self { host, port })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(words: &str, host: &str, ip: &str, port: u16) -> bool {
        words.parse::<AllowedHost>().unwrap().allows(host, ip.parse().unwrap(), port)
    }

    #[test]
    fn a_host_is_allowed_by_its_name_or_its_address() {
        assert!(allows("Intranet.Example", "intranet.example", "10.0.0.7", 80));
        assert!(!allows("intranet.example", "other.example", "10.0.0.7", 80));
        assert!(allows("10.0.0.7", "any.example", "10.0.0.7", 443));
        assert!(allows("10.0.0.7", "any.example", "::ffff:10.0.0.7", 443));
        assert!(!allows("10.0.0.7", "any.example", "10.0.0.8", 443));
        assert!(allows("[::1]", "::1", "::1", 80) && allows("::1", "::1", "::1", 80));
    }

    #[test]
    fn a_port_narrows_what_is_allowed() {
        assert!(allows("127.0.0.1:3000", "127.0.0.1", "127.0.0.1", 3000));
        assert!(!allows("127.0.0.1:3000", "127.0.0.1", "127.0.0.1", 3001));
        assert!(allows("[::1]:3000", "::1", "::1", 3000));
        assert!(!allows("[::1]:3000", "::1", "::1", 80));
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for wrong in [
            "",
            ":80",
            "host:",
            "host:port",
            "host:70000",
            "[::1",
            "[host]:80",
            "http://host",
            "a b",
            "10.0.0.0/8",
        ] {
            assert!(wrong.parse::<AllowedHost>().is_err(), "{wrong:?}");
        }
    }
}

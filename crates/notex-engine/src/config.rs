//! What an engine is started with.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use subtle::ConstantTimeEq;
use url::Url;

use crate::BrowserSource;
use crate::netguard::PrivateNetworks;

/// What an engine is started with.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The key its callers must show.
    pub key: ApiKey,
    /// The folder of its store; made when it is not there. One engine at a time can use it.
    pub data_dir: PathBuf,
    /// The file of the plan and the prices; `None` is `tariff.json` in the data folder, when it is there.
    pub tariff: Option<PathBuf>,
    /// Where its browser comes from.
    pub browser: BrowserSource,
    /// What its pages may do with private networks.
    pub private_networks: PrivateNetworks,
}

/// The key that callers must show. It cannot be printed or written.
#[derive(Clone)]
pub struct ApiKey(String);

/// A key without any character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the API key is empty")]
pub struct EmptyKey;

impl ApiKey {
    /// A key.
    ///
    /// # Errors
    /// When it holds nothing but blanks.
    pub fn new(key: impl Into<String>) -> Result<Self, EmptyKey> {
        let key = key.into().trim().to_owned();
        if key.is_empty() { Err(EmptyKey) } else { Ok(Self(key)) }
    }

    /// Whether `shown` is this key, in a time that does not tell how much of it is right.
    pub(crate) fn is(&self, shown: &str) -> bool {
        self.0.as_bytes().ct_eq(shown.as_bytes()).into()
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(redacted)")
    }
}

/// The words of `--browser` that are none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no browser source; use local, cdp:URL or grid:URL")]
pub struct UnknownBrowserSource(String);

impl FromStr for BrowserSource {
    type Err = UnknownBrowserSource;

    fn from_str(words: &str) -> Result<Self, Self::Err> {
        let refused = || UnknownBrowserSource(words.to_owned());
        let url = |text: &str| Url::parse(text).map_err(|_| refused());
        match words.split_once(':') {
            None if words == "local" => Ok(Self::Local { program: None }),
            Some(("cdp", rest)) => Ok(Self::Cdp(url(rest)?)),
            Some(("grid", rest)) => Ok(Self::Grid(url(rest)?)),
            _ => Err(refused()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_cannot_be_read_from_what_is_printed() {
        let config = EngineConfig {
            listen: ([127, 0, 0, 1], 0).into(),
            key: ApiKey::new("sesame-4711").unwrap(),
            data_dir: PathBuf::from("/nowhere"),
            tariff: None,
            browser: BrowserSource::Local { program: None },
            private_networks: PrivateNetworks::Open,
        };
        assert!(!format!("{config:?}").contains("sesame"));
    }

    #[test]
    fn only_the_same_key_is_the_key() {
        let key = ApiKey::new(" sesame ").unwrap();
        assert!(key.is("sesame"));
        for wrong in ["", "sesam", "sesame ", "Sesame", "sesamesesame"] {
            assert!(!key.is(wrong), "{wrong:?}");
        }
        assert_eq!(ApiKey::new("  ").unwrap_err(), EmptyKey);
    }

    #[test]
    fn browser_sources_are_read_from_their_words() {
        assert_eq!("local".parse(), Ok(BrowserSource::Local { program: None }));
        let url = Url::parse("ws://127.0.0.1:9222/devtools").unwrap();
        assert_eq!("cdp:ws://127.0.0.1:9222/devtools".parse(), Ok(BrowserSource::Cdp(url)));
        for wrong in ["", "remote", "cdp:", "grid:not an address"] {
            assert!(wrong.parse::<BrowserSource>().is_err(), "{wrong:?}");
        }
    }
}

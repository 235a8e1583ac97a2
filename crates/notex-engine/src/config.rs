//! What an engine is started with.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

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
    /// The language model that scrapes may ask; `None` refuses what needs one.
    pub model: Option<ModelConfig>,
}

/// How long a language model is waited for.
const MODEL_PATIENCE: Duration = Duration::from_secs(90);
const LONGEST_MODEL_NAME: usize = 200;

/// A language model: a server that speaks the protocol of OpenAI, on this machine or elsewhere.
#[derive(Clone, Debug)]
pub struct ModelConfig {
    endpoint: Url,
    name: String,
    key: Option<ApiKey>,
    patience: Duration,
}

/// Why a language model cannot be used, as a sentence without a full stop.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UnusableModel(String);

impl UnusableModel {
    pub(crate) fn of(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl ModelConfig {
    /// The model `name` of the server whose chat is at `url` with `/chat/completions` behind it. A server of one's own
    /// may want no key.
    ///
    /// # Errors
    /// When the address is none of the web or says more than an address, or the name is empty.
    pub fn new(url: &str, name: &str, key: Option<ApiKey>) -> Result<Self, UnusableModel> {
        let refused = |why: &str| UnusableModel(format!("the address of the language model {why}"));
        let mut endpoint =
            Url::parse(url.trim()).map_err(|why| refused(&format!("cannot be read: {why}")))?;
        if !matches!(endpoint.scheme(), "http" | "https") || endpoint.host().is_none() {
            return Err(refused("must begin with http:// or https://"));
        }
        if !endpoint.username().is_empty() || endpoint.password().is_some() {
            return Err(refused("must not hold a user name or password"));
        }
        if endpoint.query().is_some() || endpoint.fragment().is_some() {
            return Err(refused("must not hold a ? or a #"));
        }
        let path = endpoint.path().trim_end_matches('/');
        let path = path.strip_suffix("/chat/completions").unwrap_or(path);
        endpoint.set_path(&format!("{path}/chat/completions"));
        let name = name.trim().to_owned();
        if name.is_empty() || name.chars().count() > LONGEST_MODEL_NAME {
            let why =
                format!("the name of the language model must have from 1 to {LONGEST_MODEL_NAME} characters");
            return Err(UnusableModel(why));
        }
        if key.as_ref().is_some_and(|key| !key.0.bytes().all(|byte| byte.is_ascii_graphic())) {
            return Err(UnusableModel(
                "the key of the language model holds a character that no key has".to_owned(),
            ));
        }
        Ok(Self { endpoint, name, key, patience: MODEL_PATIENCE })
    }

    /// The same, waited for as long as given.
    #[must_use]
    pub fn waiting(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// What its server calls it.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn endpoint(&self) -> Url {
        self.endpoint.clone()
    }

    pub(crate) fn key(&self) -> Option<&ApiKey> {
        self.key.as_ref()
    }

    pub(crate) fn patience(&self) -> Duration {
        self.patience
    }
}

/// A key: the one that callers must show, or that of a language model. It cannot be printed or written.
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

    /// As it goes to the server that it is for.
    pub(crate) fn revealed(&self) -> &str {
        &self.0
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
            model: Some(
                ModelConfig::new("http://127.0.0.1:1/v1", "m", Some(ApiKey::new("sesame-0815").unwrap()))
                    .unwrap(),
            ),
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
    fn a_language_model_is_an_address_and_a_name() {
        let endpoint =
            |url: &str| ModelConfig::new(url, "m", None).map(|config| config.endpoint().to_string());
        for url in [
            "http://localhost:11434/v1",
            " http://localhost:11434/v1/ ",
            "http://localhost:11434/v1/chat/completions",
        ] {
            assert_eq!(endpoint(url).unwrap(), "http://localhost:11434/v1/chat/completions");
        }
        for (url, said) in [
            ("localhost:11434", "must begin with http:// or https://"),
            ("", "cannot be read"),
            ("file:///v1", "must begin with http:// or https://"),
            ("https://me:secret@model.example/v1", "must not hold a user name"),
            ("https://model.example/v1?key=secret", "must not hold a ?"),
        ] {
            let why = endpoint(url).unwrap_err().to_string();
            assert!(why.contains(said) && !why.contains("secret"), "{url}: {why}");
        }
        assert!(
            ModelConfig::new("https://model.example", " ", None)
                .unwrap_err()
                .to_string()
                .contains("the name")
        );
        let key = ApiKey::new("sk-\n1").unwrap();
        let why = ModelConfig::new("https://model.example", "m", Some(key)).unwrap_err().to_string();
        assert!(why.contains("the key") && !why.contains("sk-"), "{why}");
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

//! What every tab of a session is made to look like: checked once, then told to each tab and each frame in a process
//! of its own before it runs.

use std::path::PathBuf;

use serde_json::{Map, Value, json};
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use url::Url;

use super::page::Setup;
use crate::browser::{ContextOptions, PageError, Proxy, ViewportSize};
use crate::evidence::MOST_BODY_BYTES;
use crate::netguard::Reach;

const WIDEST: u32 = 10_000;
const LONGEST_TEXT: usize = 4_096;
const MOST_HEADERS: usize = 100;

/// Headers that belong to the connection: another value breaks every request.
const NOT_EXTRA: [&str; 10] = [
    "host",
    "content-length",
    "connection",
    "keep-alive",
    "transfer-encoding",
    "te",
    "trailer",
    "upgrade",
    "proxy-connection",
    "proxy-authorization",
];

/// Calls with their parameters.
pub(super) type Calls = Vec<(&'static str, Value)>;

/// The checked options of a context.
#[derive(Clone, Debug)]
pub(super) struct Dress {
    pub(super) viewport: ViewportSize,
    /// What is shown to a proxy that asks.
    pub(super) login: Option<Login>,
    asks_for_passwords: bool,
    pub(super) locale: Option<String>,
    pub(super) timezone: Option<String>,
    /// The session's own folder; empty where it has none.
    pub(super) folder: PathBuf,
    proxy: Option<(String, Option<String>)>,
    user_agent: Value,
    headers: Option<Value>,
}

/// Name and password for a proxy.
#[derive(Clone)]
pub(super) struct Login {
    pub(super) username: String,
    pub(super) password: String,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Login(..)")
    }
}

fn bad(field: &'static str, why: impl Into<String>) -> PageError {
    PageError::BadOption { field, why: why.into() }
}

impl Dress {
    pub(super) fn of(setup: &Setup, options: &ContextOptions) -> Result<Dress, PageError> {
        let viewport = options.viewport.unwrap_or(setup.viewport);
        for (field, size) in [("viewport_width", viewport.width), ("viewport_height", viewport.height)] {
            if size == 0 || size > WIDEST {
                return Err(bad(field, format!("has to be from 1 to {WIDEST}, not {size}")));
            }
        }
        let proxy = options.proxy.as_ref().map(proxy).transpose()?;
        if setup.reach.proxy().is_some() && proxy.as_ref().is_some_and(|(_, bypass)| bypass.is_some()) {
            return Err(bad(
                "proxies",
                "has a bypass list, which an engine that blocks private networks does not take",
            ));
        }
        let login = options.proxy.as_ref().and_then(|proxy| {
            let username = proxy.username.clone().filter(|name| !name.is_empty())?;
            Some(Login { username, password: proxy.password.clone().unwrap_or_default() })
        });
        let text = |field, value: &Option<String>| match value {
            Some(value) if value.trim().is_empty() => Err(bad(field, "is empty")),
            Some(value) if value.len() > LONGEST_TEXT => {
                Err(bad(field, format!("is longer than {LONGEST_TEXT} bytes")))
            }
            Some(value) if HeaderValue::from_str(value).is_err() || !value.is_ascii() => {
                Err(bad(field, "holds characters that no header can carry"))
            }
            Some(_) | None => Ok(()),
        };
        text("user_agent", &options.user_agent)?;
        text("locale", &options.locale)?;
        text("timezone", &options.timezone)?;
        Ok(Dress {
            viewport,
            login,
            asks_for_passwords: setup.asks_for_passwords,
            locale: options.locale.clone(),
            timezone: options.timezone.clone(),
            folder: options.folder.clone(),
            proxy,
            user_agent: user_agent(setup, options),
            headers: headers(options)?,
        })
    }

    /// How the browser is asked for the context.
    pub(super) fn context(&self, reach: &Reach) -> Value {
        // The context goes with its connection, so a lost engine leaves none behind in a remote browser.
        let mut params = json!({"disposeOnDetach": true});
        let gate = reach.proxy();
        let (server, mut bypass) = match &self.proxy {
            Some((server, bypass)) => (Some(server), bypass.as_deref()),
            None => (gate.as_ref(), None),
        };
        if gate.is_some() {
            // Else what is on this machine would be reached without it.
            bypass = Some("<-loopback>");
        }
        if let Some(server) = server {
            params["proxyServer"] = json!(server);
        }
        if let Some(bypass) = bypass {
            params["proxyBypassList"] = json!(bypass);
        }
        params
    }

    /// What only the browser knows to be right or wrong.
    pub(super) fn is_to_be_checked(&self) -> bool {
        self.locale.is_some() || self.timezone.is_some()
    }

    /// What a tab is told.
    pub(super) fn of_tab(&self) -> Calls {
        let ViewportSize { width, height } = self.viewport;
        let viewport = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        let mut calls = vec![
            ("Page.setLifecycleEventsEnabled", json!({"enabled": true})),
            ("Inspector.enable", json!({})),
            ("DOM.enable", json!({})),
            (
                "Runtime.addBinding",
                json!({"name": super::face::BINDING, "executionContextName": super::world::WORLD}),
            ),
            ("Emulation.setDeviceMetricsOverride", viewport),
            // Pages that are not in front would neither hold the focus nor draw frames.
            ("Emulation.setFocusEmulationEnabled", json!({"enabled": true})),
            ("Page.setInterceptFileChooserDialog", json!({"enabled": true})),
        ];
        calls.extend(self.of_frame());
        if self.login.is_some() && !self.asks_for_passwords {
            // The browser remembers what a proxy took, so the first document of a context is enough to ask.
            calls.push(challenges(&["Document"]));
        }
        calls
    }

    /// What a frame in a process of its own is told.
    pub(super) fn of_frame(&self) -> Calls {
        let mut calls = vec![
            ("Page.enable", json!({})),
            ("Network.enable", json!({"maxPostDataSize": MOST_BODY_BYTES})),
            // Without it nobody tells of scripts that fail.
            ("Runtime.enable", json!({})),
            // What the browser itself has to say: failed requests, violated policies.
            ("Log.enable", json!({})),
            // Frames of other sites live in processes of their own, each with a session of its own. Workers are held
            // until told to run even when the filter leaves them out, so they are taken in and let go.
            (
                "Target.setAutoAttach",
                json!({
                    "autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true,
                    "filter": [{"type": "iframe"}, {"type": "worker"}],
                }),
            ),
            ("Emulation.setUserAgentOverride", self.user_agent.clone()),
        ];
        if let Some(headers) = &self.headers {
            calls.push(("Network.setExtraHTTPHeaders", json!({"headers": headers})));
        }
        if self.asks_for_passwords {
            calls.push(challenges(&["Document", "XHR", "Fetch"]));
        }
        calls.extend(self.of_process());
        calls
    }

    /// What a renderer keeps for all of its pages, and forgets with the one that said it.
    pub(super) fn of_process(&self) -> Calls {
        let mut calls = Calls::new();
        if let Some(locale) = &self.locale {
            calls.push(("Emulation.setLocaleOverride", json!({"locale": locale})));
        }
        if let Some(timezone) = &self.timezone {
            calls.push(("Emulation.setTimezoneOverride", json!({"timezoneId": timezone})));
        }
        calls
    }
}

/// Has the engine told of requests of these types that want a password.
fn challenges(types: &[&str]) -> (&'static str, Value) {
    let patterns: Vec<Value> =
        types.iter().map(|kind| json!({"urlPattern": "*", "resourceType": kind})).collect();
    ("Fetch.enable", json!({"handleAuthRequests": true, "patterns": patterns}))
}

fn proxy(proxy: &Proxy) -> Result<(String, Option<String>), PageError> {
    let refuse = |why: &str| bad("proxies", why);
    let url = Url::parse(&proxy.server)
        .map_err(|_| refuse("has no server that can be read; it is written like http://host:port"))?;
    if !["http", "https", "socks4", "socks5"].contains(&url.scheme()) {
        return Err(refuse("has a server that is none of http, https, socks4 and socks5"));
    }
    let Some(host) = url.host_str().filter(|host| !host.is_empty()) else {
        return Err(refuse("has a server without a host"));
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refuse("has its user name in the server; say it in username and password"));
    }
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err(refuse("has a server with more than a host and a port"));
    }
    if proxy.username.is_some() && url.scheme().starts_with("socks") {
        return Err(refuse("has a user name, which the browser cannot show to a socks server"));
    }
    let port = url.port_or_known_default().unwrap_or(1080);
    if proxy.bypass.as_ref().is_some_and(|bypass| bypass.len() > LONGEST_TEXT) {
        return Err(refuse("has a bypass list that is too long"));
    }
    Ok((format!("{}://{host}:{port}", url.scheme()), proxy.bypass.clone()))
}

fn headers(options: &ContextOptions) -> Result<Option<Value>, PageError> {
    let field = "extra_http_headers";
    if options.extra_headers.len() > MOST_HEADERS {
        return Err(bad(field, format!("holds more than {MOST_HEADERS} headers")));
    }
    let mut all = Map::new();
    for (name, value) in &options.extra_headers {
        let known = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| bad(field, format!("holds {name:?}, which is no name of a header")))?;
        if NOT_EXTRA.contains(&known.as_str()) {
            return Err(bad(field, format!("holds {name}, which belongs to the connection")));
        }
        if HeaderValue::from_str(value).is_err() || value.len() > LONGEST_TEXT {
            return Err(bad(field, format!("holds a value for {name} that no header can carry")));
        }
        all.insert(name.clone(), json!(value));
    }
    Ok((!all.is_empty()).then_some(Value::Object(all)))
}

/// The user agent with what scripts and client hints say of it, so that none contradicts another.
fn user_agent(setup: &Setup, options: &ContextOptions) -> Value {
    let said = options.user_agent.as_deref().map(str::trim);
    let agent = said.unwrap_or(&setup.user_agent);
    let mut params = json!({"userAgent": agent});
    if let Some(locale) = &options.locale {
        let language = locale.split(['-', '_']).next().unwrap_or_default();
        let both = if language == locale { locale.clone() } else { format!("{locale},{language}") };
        params["acceptLanguage"] = json!(both);
    }
    let system = system_of(agent);
    if said.is_some() {
        params["platform"] = json!(system.navigator);
    }
    // Browsers that are no Chromium send no client hints.
    if let Some(full) = chrome_version(agent) {
        let own = said.is_none();
        let full = if own { setup.browser_version.as_str() } else { full };
        let major = full.split('.').next().unwrap_or_default();
        let mut brands = vec![
            json!({"brand": "Chromium", "version": major}),
            json!({"brand": "Not)A;Brand", "version": "24"}),
        ];
        if !own {
            let brand = if agent.contains("Edg/") { "Microsoft Edge" } else { "Google Chrome" };
            brands.push(json!({"brand": brand, "version": major}));
        }
        params["userAgentMetadata"] = json!({
            "brands": brands,
            "fullVersion": full,
            "platform": system.hint,
            "platformVersion": "",
            "architecture": if system.mobile { "" } else { std::env::consts::ARCH },
            "model": "",
            "mobile": system.mobile,
        });
    }
    params
}

fn chrome_version(agent: &str) -> Option<&str> {
    let (_, after) = agent.split_once("Chrome/")?;
    after.split(|c: char| !c.is_ascii_digit() && c != '.').next().filter(|version| !version.is_empty())
}

/// What a user agent says its system is.
struct System {
    navigator: &'static str,
    hint: &'static str,
    mobile: bool,
}

fn system_of(agent: &str) -> System {
    let mobile = agent.contains("Mobile");
    let (navigator, hint) = if agent.contains("iPhone") {
        ("iPhone", "iOS")
    } else if agent.contains("Android") {
        ("Linux armv81", "Android")
    } else if agent.contains("Windows") {
        ("Win32", "Windows")
    } else if agent.contains("Mac OS X") {
        ("MacIntel", "macOS")
    } else {
        ("Linux x86_64", "Linux")
    };
    System { navigator, hint, mobile }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setup() -> Setup {
        Setup {
            viewport: ViewportSize::default(),
            patience: super::super::Patience::default(),
            user_agent: String::from("Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0 Safari/537.36"),
            browser_version: String::from("156.0.8078.79"),
            asks_for_passwords: false,
            reach: Reach::default(),
        }
    }

    fn refused(options: ContextOptions) -> (&'static str, String) {
        match Dress::of(&setup(), &options) {
            Err(PageError::BadOption { field, why }) => (field, why),
            other => panic!("{other:?}"),
        }
    }

    fn proxy_at(server: &str) -> ContextOptions {
        let proxy = Proxy { server: server.to_owned(), bypass: None, username: None, password: None };
        ContextOptions { proxy: Some(proxy), ..ContextOptions::default() }
    }

    #[test]
    fn options_that_no_browser_takes_are_refused_by_the_name_of_their_field() {
        for server in ["nonsense", "ftp://a:1", "http://", "http://me:secret@a:1", "http://a:1/path"] {
            assert_eq!(refused(proxy_at(server)).0, "proxies", "{server}");
        }
        let narrow = Some(ViewportSize { width: 0, height: 5 });
        assert_eq!(
            refused(ContextOptions { viewport: narrow, ..ContextOptions::default() }).0,
            "viewport_width"
        );
        let high = Some(ViewportSize { width: 5, height: 20_000 });
        assert_eq!(
            refused(ContextOptions { viewport: high, ..ContextOptions::default() }).0,
            "viewport_height"
        );
        let agent = Some(String::from("a\nb"));
        assert_eq!(
            refused(ContextOptions { user_agent: agent, ..ContextOptions::default() }).0,
            "user_agent"
        );
        for (name, value) in [("a b", "x"), ("Host", "x"), ("X-Y", "a\r\nb")] {
            let extra_headers = [(name.to_owned(), value.to_owned())].into();
            let (field, why) = refused(ContextOptions { extra_headers, ..ContextOptions::default() });
            assert_eq!(field, "extra_http_headers", "{why}");
        }
    }

    #[test]
    fn a_proxy_is_handed_on_with_its_port() {
        for (said, meant) in [
            ("http://a.test", "http://a.test:80"),
            ("socks5://a.test", "socks5://a.test:1080"),
            ("https://a.test:8443/", "https://a.test:8443"),
        ] {
            let dress = Dress::of(&setup(), &proxy_at(said)).unwrap();
            assert_eq!(dress.context(&Reach::default())["proxyServer"], meant);
        }
    }

    #[test]
    fn client_hints_follow_the_user_agent() {
        let hints = |agent: &str| {
            let user_agent = Some(agent.to_owned());
            user_agent_of(&ContextOptions { user_agent, ..ContextOptions::default() })
        };
        let phone = hints("Mozilla/5.0 (Linux; Android 14) Chrome/140.0.0.0 Mobile Safari/537.36");
        assert_eq!(phone["userAgentMetadata"]["mobile"], true);
        assert_eq!(phone["userAgentMetadata"]["platform"], "Android");
        assert_eq!(phone["userAgentMetadata"]["brands"][0]["version"], "140");
        let fox = hints("Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0");
        assert!(fox.get("userAgentMetadata").is_none());
        assert_eq!(fox["platform"], "Win32");
        let own = user_agent_of(&ContextOptions::default());
        assert_eq!(own["userAgentMetadata"]["fullVersion"], "156.0.8078.79");
    }

    fn user_agent_of(options: &ContextOptions) -> Value {
        user_agent(&setup(), options)
    }
}

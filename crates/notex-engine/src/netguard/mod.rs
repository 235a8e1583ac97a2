//! What pages may reach. Owns the engine's own address, which nothing in its browser may call, and the optional block
//! of private networks with the gate that all traffic then goes through. Who may call the engine is `guard`'s.

mod allowed;
mod gate;
mod kind;
mod own;
#[cfg(test)]
mod tests;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::lookup_host;
use tokio::time::timeout;
use url::{Host, Url};

pub use allowed::{AllowedHost, UnknownHost};
use gate::Gate;
use own::Own;

/// How long the address of a name is looked for.
const FOUND_WITHIN: Duration = Duration::from_secs(10);

/// What pages may do with networks that are not the internet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PrivateNetworks {
    /// They are open to pages as they are to this machine.
    #[default]
    Open,
    /// Pages reach none of them, with exceptions.
    Blocked {
        /// What they reach all the same.
        but: Vec<AllowedHost>,
    },
}

/// What the pages of an engine may reach. A default one forbids nothing.
#[derive(Clone, Debug, Default)]
pub struct Reach(Arc<Limits>);

#[derive(Debug, Default)]
struct Limits {
    own: Arc<Own>,
    gate: Option<Gate>,
}

impl Reach {
    /// Everything but the engine that listens at `own`, and but private networks if these are blocked. Needs a Tokio
    /// runtime.
    ///
    /// # Errors
    /// When no port on this machine is left to listen on.
    pub async fn open(own: SocketAddr, networks: PrivateNetworks) -> io::Result<Self> {
        let own = Arc::new(Own::new(own));
        let gate = match networks {
            PrivateNetworks::Open => None,
            PrivateNetworks::Blocked { but } => Some(Gate::open(Arc::clone(&own), but).await?),
        };
        Ok(Self(Arc::new(Limits { own, gate })))
    }

    /// Another address that belongs to the engine: its browser listens there.
    pub(crate) fn also_own(&self, address: SocketAddr) {
        self.0.own.add(address);
    }

    /// Chromium's rules for looking up hosts: the engine's own address is nowhere, however it is written, and neither
    /// is `browser`, where the browser is to listen: it tells everybody who asks what all of its pages are.
    pub(crate) fn resolver_rules(&self, browser: SocketAddr) -> String {
        self.0.own.resolver_rules(browser)
    }

    /// The proxy that every browser context must use.
    pub(crate) fn proxy(&self) -> Option<String> {
        self.0.gate.as_ref().map(|gate| format!("socks5://{}", gate.address()))
    }

    /// Why a page may not be opened, as a sentence. Names are looked up only where that decides.
    pub(crate) async fn refusal(&self, url: &Url) -> Option<String> {
        let (host, port) = (host(url.host()?), url.port_or_known_default()?);
        if self.0.own.has_port(port) {
            let addresses = addresses_of(&host, port).await.unwrap_or_default();
            if addresses.iter().any(|ip| self.0.own.is(SocketAddr::new(*ip, port))) {
                return Some(own::refusal(&host, port));
            }
        }
        let ip = literal(&host)?;
        self.0.gate.as_ref()?.judge(&host, SocketAddr::new(ip, port)).err()
    }

    /// Why a page that the browser could not open was held back, if it was.
    pub(crate) fn held_back(&self, url: &str) -> Option<String> {
        let url = Url::parse(url).ok()?;
        let (host, port) = (host(url.host()?), url.port_or_known_default()?);
        if literal(&host).is_some_and(|ip| self.0.own.is(SocketAddr::new(ip, port))) {
            return Some(own::refusal(&host, port));
        }
        self.0.gate.as_ref()?.latest_failure(&host, port)
    }

    /// Checks a proxy that a session wants to use, `host:port` with or without a scheme.
    ///
    /// # Errors
    /// A sentence, when it is the engine itself or lies where pages may not go.
    pub(crate) async fn admit_proxy(&self, server: &str) -> Result<(), String> {
        let written = if server.contains("://") { server.to_owned() } else { format!("http://{server}") };
        let unreadable = || format!("`{server}` is no address of a proxy; write it like http://host:port");
        let url = Url::parse(&written).map_err(|_| unreadable())?;
        let host = host(url.host().ok_or_else(unreadable)?);
        let port = url.port_or_known_default().unwrap_or(1080);
        for ip in addresses_of(&host, port).await? {
            let address = SocketAddr::new(ip, port);
            if self.0.own.is(address) {
                return Err(own::refusal(&host, port));
            }
            if let Some(gate) = &self.0.gate {
                gate.judge(&host, address)?;
            }
        }
        Ok(())
    }
}

/// A host as all parts of this compare it: lower case, without a dot at its end, IP addresses without brackets.
fn host<S: AsRef<str>>(host: Host<S>) -> String {
    match host {
        Host::Domain(name) => plain(name.as_ref()),
        Host::Ipv4(ip) => ip.to_string(),
        Host::Ipv6(ip) => ip.to_string(),
    }
}

fn plain(name: &str) -> String {
    let name = name.strip_suffix('.').unwrap_or(name);
    let name = name.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    // One address can be written in several ways.
    name.parse::<IpAddr>().map_or(name, |ip| ip.to_string())
}

/// The address that a host is, without asking anybody. Browsers keep all of `localhost` on this machine.
fn literal(host: &str) -> Option<IpAddr> {
    let ip = host.parse::<IpAddr>().ok();
    let local = host == "localhost" || host.ends_with(".localhost");
    ip.or_else(|| local.then_some(IpAddr::from([127, 0, 0, 1])))
}

async fn addresses_of(host: &str, port: u16) -> Result<Vec<IpAddr>, String> {
    if let Some(ip) = literal(host) {
        return Ok(vec![ip]);
    }
    match timeout(FOUND_WITHIN, lookup_host((host, port))).await {
        Ok(Ok(found)) => Ok(found.map(|address| address.ip()).collect()),
        Ok(Err(_)) => Err("the host name was not found (DNS)".to_owned()),
        Err(_) => Err(format!("the host name was not found within {} s (DNS)", FOUND_WITHIN.as_secs())),
    }
}

//! The addresses of the engine itself: its own and its browser's.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::{PoisonError, RwLock};

/// Where the engine listens, and what belongs to it.
#[derive(Debug, Default)]
pub(super) struct Own {
    engine: Option<SocketAddr>,
    others: RwLock<Vec<SocketAddr>>,
}

/// Why the engine itself is not opened.
pub(super) fn refusal(host: &str, port: u16) -> String {
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    format!("{host}:{port} belongs to the engine itself; pages may not reach it")
}

impl Own {
    pub(super) fn new(engine: SocketAddr) -> Self {
        Self { engine: Some(engine), others: RwLock::default() }
    }

    pub(super) fn add(&self, address: SocketAddr) {
        self.others.write().unwrap_or_else(PoisonError::into_inner).push(address);
    }

    pub(super) fn has_port(&self, port: u16) -> bool {
        self.any(|own| own.port() == port)
    }

    /// Whether this address leads to the engine.
    pub(super) fn is(&self, asked: SocketAddr) -> bool {
        let ip = meant(asked.ip());
        self.any(|own| {
            let local = own.ip().is_loopback() && (ip.is_loopback() || is_nowhere(ip));
            let anywhere = own.ip().is_unspecified() && (is_nowhere(ip) || is_of_this_machine(ip));
            own.port() == asked.port() && (local || anywhere || meant(own.ip()) == ip)
        })
    }

    fn any(&self, of: impl Fn(&SocketAddr) -> bool) -> bool {
        let others = self.others.read().unwrap_or_else(PoisonError::into_inner);
        self.engine.iter().chain(others.iter()).any(of)
    }

    /// Chromium's rules that close the engine and a browser that will listen at `browser`.
    pub(super) fn resolver_rules(&self, browser: SocketAddr) -> String {
        let closed = self.engine.into_iter().chain([browser]);
        let rules = closed.flat_map(|own| {
            hosts_of(own).iter().map(move |host| format!("MAP {host}:{} ~NOTFOUND", own.port()))
        });
        rules.collect::<Vec<_>>().join(",")
    }
}

/// The hosts under which an address must not be found. Names that DNS leads here are turned away by the `Host` they
/// send, by browsers too; an engine that answers under any name has to have its port closed for all of them.
fn hosts_of(own: SocketAddr) -> &'static [&'static str] {
    if own.ip().is_loopback() {
        &[
            "127.*",
            "0.0.0.0",
            "localhost",
            "localhost.",
            "*.localhost",
            "*.localhost.",
            "[::]",
            "[::1]",
            "[::7f*]",
            "[::ffff:7f*]",
            "[::ffff:0:0]",
        ]
    } else {
        &["*"]
    }
}

/// An IPv4 address may be written as an IPv6 one, `::ffff:127.0.0.1` or `::127.0.0.1`.
fn meant(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V6(six) if !six.is_loopback() && !six.is_unspecified() => {
            six.to_ipv4().map_or(ip, IpAddr::V4)
        }
        IpAddr::V4(_) | IpAddr::V6(_) => ip,
    }
}

/// Systems take a connection to nowhere as one to this machine.
fn is_nowhere(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(four) => four.octets()[0] == 0,
        IpAddr::V6(six) => six.is_unspecified(),
    }
}

fn is_of_this_machine(ip: IpAddr) -> bool {
    // Nothing else can be bound.
    ip.is_loopback() || UdpSocket::bind((ip, 0)).is_ok()
}

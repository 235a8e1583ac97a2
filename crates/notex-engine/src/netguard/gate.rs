//! The gate between pages and networks: a SOCKS5 proxy on this machine that looks names up itself, refuses what is
//! private, and connects to the very address it judged, so that a name cannot mean two things. Chromium can show a
//! SOCKS5 proxy no password; whoever else on this machine uses it can do less with it than without.

use std::collections::VecDeque;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use fast_socks5::server::{Socks5ServerProtocol, SocksServerError};
use fast_socks5::util::target_addr::TargetAddr;
use fast_socks5::{ReplyError, Socks5Command};
use tokio::io::{AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;

use super::allowed::AllowedHost;
use super::own::{self, Own};
use super::{addresses_of, kind, plain};

/// Connections at once.
const MOST_CONNECTIONS: usize = 1_024;
/// How long the browser may take to say where it wants to go.
const ASKED_WITHIN: Duration = Duration::from_secs(10);
const CONNECTED_WITHIN: Duration = Duration::from_secs(20);
/// How long a site may go on after the browser has hung up.
const LAST_BYTES_WITHIN: Duration = Duration::from_secs(10);
/// Failures are kept until the page that they stopped has been told.
const FAILURES_KEPT: usize = 256;
/// After a connection that could not be taken, most likely for want of file handles.
const AGAIN_AFTER: Duration = Duration::from_millis(100);

/// The running gate; it closes when dropped.
#[derive(Debug)]
pub(super) struct Gate {
    address: SocketAddr,
    rules: Arc<Rules>,
    _serving: AbortOnDropHandle<()>,
}

#[derive(Debug)]
struct Rules {
    own: Arc<Own>,
    but: Vec<AllowedHost>,
    failures: Mutex<VecDeque<Failure>>,
}

#[derive(Debug)]
struct Failure {
    host: String,
    port: u16,
    why: String,
}

impl Gate {
    pub(super) async fn open(own: Arc<Own>, but: Vec<AllowedHost>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        own.add(address);
        let rules = Arc::new(Rules { own, but, failures: Mutex::default() });
        let serving = tokio::spawn(serve(listener, Arc::clone(&rules)));
        Ok(Self { address, rules, _serving: AbortOnDropHandle::new(serving) })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets through what was asked for as `host`, or says why not.
    pub(super) fn judge(&self, host: &str, address: SocketAddr) -> Result<(), String> {
        self.rules.judge(host, address)
    }

    /// Why the last connection to this host failed.
    pub(super) fn latest_failure(&self, host: &str, port: u16) -> Option<String> {
        let failures = self.rules.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let found = failures.iter().rev().find(|failure| failure.host == host && failure.port == port);
        found.map(|failure| failure.why.clone())
    }
}

async fn serve(listener: TcpListener, rules: Arc<Rules>) {
    let room = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    // Dropped with this task, and the connections with it.
    let mut connections = JoinSet::new();
    while let Ok(place) = Arc::clone(&room).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, peer)) if peer.ip().is_loopback() => {
                let rules = Arc::clone(&rules);
                connections.spawn(async move {
                    if let Err(error) = rules.serve(stream).await {
                        tracing::debug!(%error, "a connection through the gate ended early");
                    }
                    drop(place);
                });
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "the gate took no connection");
                tokio::time::sleep(AGAIN_AFTER).await;
            }
        }
        while connections.try_join_next().is_some() {}
    }
}

impl Rules {
    async fn serve(&self, stream: TcpStream) -> Result<(), SocksServerError> {
        let _ = stream.set_nodelay(true);
        let asked = async {
            let protocol = Socks5ServerProtocol::accept_no_auth(stream).await?;
            protocol.read_command().await
        };
        let Ok(asked) = timeout(ASKED_WITHIN, asked).await else { return Ok(()) };
        let (protocol, command, target) = asked?;
        if !matches!(command, Socks5Command::TCPConnect) {
            return protocol.reply_error(&ReplyError::CommandNotSupported).await;
        }
        let (host, port) = match target {
            TargetAddr::Ip(address) => (address.ip().to_string(), address.port()),
            TargetAddr::Domain(name, port) => (plain(&name), port),
        };
        let site = match self.connect(&host, port).await {
            Ok(site) => site,
            Err(why) => {
                tracing::debug!(host, port, why, "the gate let nothing through");
                self.keep(Failure { host, port, why });
                return protocol.reply_error(&ReplyError::ConnectionNotAllowed).await;
            }
        };
        // Where the connection comes from is nothing a page needs to know.
        let page = protocol.reply_success((Ipv4Addr::UNSPECIFIED, 0).into()).await?;
        relay(page, site).await;
        Ok(())
    }

    async fn connect(&self, host: &str, port: u16) -> Result<TcpStream, String> {
        let found = addresses_of(host, port).await?;
        let mut why = "the host name was not found (DNS)".to_owned();
        for ip in found {
            let address = SocketAddr::new(ip, port);
            if let Err(refused) = self.judge(host, address) {
                why = refused;
                continue;
            }
            match timeout(CONNECTED_WITHIN, TcpStream::connect(address)).await {
                Ok(Ok(site)) => {
                    let _ = site.set_nodelay(true);
                    return Ok(site);
                }
                Ok(Err(error)) => why = in_words(&error),
                Err(_) => why = format!("no answer within {} s", CONNECTED_WITHIN.as_secs()),
            }
        }
        Err(why)
    }

    fn judge(&self, host: &str, address: SocketAddr) -> Result<(), String> {
        if self.own.is(address) {
            return Err(own::refusal(host, address.port()));
        }
        let allowed = || self.but.iter().any(|but| but.allows(host, address.ip(), address.port()));
        if kind::is_private(address.ip()) && !allowed() {
            return Err(format!("{host} lies in a private network, which this engine was started to block"));
        }
        Ok(())
    }

    fn keep(&self, failure: Failure) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() == FAILURES_KEPT {
            failures.pop_front();
        }
        failures.push_back(failure);
    }
}

/// Carries bytes both ways, some kilobytes at a time, until the site ends.
async fn relay(mut page: TcpStream, mut site: TcpStream) {
    let ((mut from_page, mut to_page), (mut from_site, mut to_site)) = (page.split(), site.split());
    let up = async {
        let _ = copy(&mut from_page, &mut to_site).await;
        let _ = to_site.shutdown().await;
    };
    let down = async {
        let _ = copy(&mut from_site, &mut to_page).await;
        let _ = to_page.shutdown().await;
    };
    tokio::pin!(down);
    tokio::select! {
        () = &mut down => {}
        () = up => { let _ = timeout(LAST_BYTES_WITHIN, down).await; }
    }
}

fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "the connection was refused".to_owned(),
        io::ErrorKind::TimedOut => "no answer came in time".to_owned(),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            "there is no way to the host's address".to_owned()
        }
        _ => format!("no connection was made ({error})"),
    }
}

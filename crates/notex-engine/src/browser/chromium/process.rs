//! The browser's processes: started in a group of their own, watched, and ended all together. A small watchdog
//! process ends them when the engine dies in a way that runs no code of ours (kill -9, crash of the host app).

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use url::Url;

use super::find::{Build, Program};
use super::guard::{Guard, Pipes};
use crate::browser::LaunchError;
use crate::netguard::Reach;

const STARTS_WITHIN: Duration = Duration::from_secs(40);
const LAST_WORDS_WITHIN: Duration = Duration::from_secs(1);
const STDERR_LINES_KEPT: usize = 12;
const STDERR_LINE_BYTES: u64 = 2_000;

/// A running browser's processes and its folder.
pub(super) struct Processes {
    guard: Arc<Guard>,
    /// How the browser itself ended.
    ended: watch::Receiver<Option<String>>,
    /// True once nothing of it is left.
    cleaned: watch::Receiver<bool>,
}

/// A started browser, the pipes it is spoken with, and the websocket it listens on.
pub(super) struct Started {
    pub(super) processes: Processes,
    pub(super) pipes: Option<Pipes>,
    pub(super) websocket: String,
    pub(super) listens_at: SocketAddr,
}

/// Starts a browser and waits until it listens.
pub(super) async fn start(
    program: &Program,
    width: u32,
    height: u32,
    reach: &Reach,
) -> Result<Started, LaunchError> {
    let failed = |why: String| LaunchError::DidNotStart { program: program.path.display().to_string(), why };
    let folder = profile_folder(program).map_err(|e| failed(format!("no folder for its profile: {e}")))?;
    let profile = folder.path().to_owned();
    let listens = free_address().map_err(|e| failed(format!("no port for it to listen on: {e}")))?;
    let mut flags = flags(program, &profile, width, height);
    flags.push(format!("--remote-debugging-port={}", listens.port()));
    flags.push(format!("--host-resolver-rules={}", reach.resolver_rules(listens)));
    let (guard, mut child, pipes) =
        Guard::start(&program.path, &flags, folder).await.map_err(|error| failed(error.to_string()))?;
    let guard = Arc::new(guard);
    let Stderr { last_lines, listening, reading } = Stderr::of(&mut child);
    let (ended_tx, ended) = watch::channel(None);
    let (cleaned_tx, cleaned) = watch::channel(false);
    let product = program.product();
    tokio::spawn(watch_end(child, product, Arc::clone(&guard), ended_tx, cleaned_tx));

    let mut early = ended.clone();
    let why = tokio::select! {
        Ok((websocket, listens_at)) = listening => {
            let processes = Processes { guard, ended, cleaned };
            return Ok(Started { processes, pipes, websocket, listens_at });
        }
        why = early.wait_for(Option::is_some) => {
            why.map(|why| why.clone().unwrap_or_default()).unwrap_or_default()
        }
        () = tokio::time::sleep(STARTS_WITHIN) => {
            format!("it did not listen within {} s", STARTS_WITHIN.as_secs())
        }
    };
    guard.kill();
    // What it printed last may still be in the pipe.
    let _ = tokio::time::timeout(LAST_WORDS_WITHIN, reading).await;
    let printed = last_lines.lock().unwrap_or_else(PoisonError::into_inner);
    let printed: Vec<&str> = printed.iter().map(String::as_str).collect();
    Err(failed(if printed.is_empty() { why } else { format!("{why}; it printed: {}", printed.join(" | ")) }))
}

impl Processes {
    /// Waits until the browser ended, and says how.
    pub(super) async fn ended(&self) -> String {
        let mut ended = self.ended.clone();
        match ended.wait_for(Option::is_some).await {
            Ok(why) => why.clone().unwrap_or_default(),
            Err(_) => String::from("the browser ended"),
        }
    }

    /// Kills all of them, waits until they are gone and deletes the profile.
    pub(super) async fn end(&self) {
        self.guard.kill();
        let mut cleaned = self.cleaned.clone();
        // An error means that the task is gone, and with it the runtime.
        let _ = cleaned.wait_for(|done| *done).await;
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        self.guard.kill();
    }
}

async fn watch_end(
    mut child: Child,
    product: &'static str,
    guard: Arc<Guard>,
    ended: watch::Sender<Option<String>>,
    cleaned: watch::Sender<bool>,
) {
    let status = child.wait().await;
    let how = match status {
        Ok(status) => format!("{product} ended ({})", in_words(status)),
        Err(error) => format!("{product} ended: {error}"),
    };
    ended.send_replace(Some(how));
    // A dead browser may leave renderers behind, and the profile is of no use any more.
    guard.clean_up().await;
    cleaned.send_replace(true);
}

fn in_words(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("signal {signal}");
    }
    status.code().map_or_else(|| String::from("no exit code"), |code| format!("exit code {code}"))
}

/// An address that is free: pages are kept away from it before the browser starts. Should somebody else take it
/// meanwhile, Chromium listens at the same port of `::1`.
fn free_address() -> std::io::Result<SocketAddr> {
    std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

/// The websocket that Chromium prints once it listens.
fn websocket_in(line: &str) -> Option<(String, SocketAddr)> {
    let websocket = line.trim().strip_prefix("DevTools listening on ")?;
    let url = Url::parse(websocket).ok()?;
    let address = *url.socket_addrs(|| None).ok()?.first()?;
    Some((websocket.to_owned(), address))
}

/// What a browser prints on its way up and at its end.
struct Stderr {
    last_lines: Arc<Mutex<VecDeque<String>>>,
    listening: oneshot::Receiver<(String, SocketAddr)>,
    reading: JoinHandle<()>,
}

impl Stderr {
    fn of(child: &mut Child) -> Self {
        let last_lines = Arc::new(Mutex::new(VecDeque::new()));
        let (tell, listening) = oneshot::channel();
        let mut tell = Some(tell);
        let stderr = child.stderr.take();
        let kept = Arc::clone(&last_lines);
        let reading = tokio::spawn(async move {
            let Some(stderr) = stderr else { return };
            let mut reader = BufReader::new(stderr);
            let mut line = Vec::new();
            loop {
                line.clear();
                match (&mut reader).take(STDERR_LINE_BYTES).read_until(b'\n', &mut line).await {
                    Ok(0) | Err(_) => return,
                    Ok(_) => {
                        let line = String::from_utf8_lossy(&line).trim().to_owned();
                        if tell.is_some()
                            && let Some(listens) = websocket_in(&line)
                            && let Some(tell) = tell.take()
                        {
                            // Nobody waits for a browser that took too long.
                            let _ = tell.send(listens);
                        }
                        let mut lines = kept.lock().unwrap_or_else(PoisonError::into_inner);
                        lines.push_back(line);
                        if lines.len() > STDERR_LINES_KEPT {
                            lines.pop_front();
                        }
                    }
                }
            }
        });
        Self { last_lines, listening, reading }
    }
}

fn profile_folder(program: &Program) -> std::io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("notex-chromium-");
    // A snap sees neither the system's temporary folder nor hidden folders of the home.
    match std::env::var_os("HOME") {
        Some(home) if program.path.starts_with("/snap") => {
            let common = PathBuf::from(home).join("snap/chromium/common");
            std::fs::create_dir_all(&common)?;
            builder.tempdir_in(common)
        }
        Some(_) | None => builder.tempdir(),
    }
}

fn flags(program: &Program, profile: &Path, width: u32, height: u32) -> Vec<String> {
    let mut flags =
        vec![format!("--user-data-dir={}", profile.display()), format!("--window-size={width},{height}")];
    match program.build {
        // It keeps frames of other sites in the page's process unless told.
        Build::HeadlessShell => {
            flags.push(String::from("--site-per-process"));
            // It draws by the processor in any case; the drivers for that are memory that nothing uses.
            flags.extend(["--disable-gpu", "--disable-software-rasterizer"].map(String::from));
        }
        Build::Desktop => flags.push(String::from("--headless=new")),
    }
    if is_root() {
        flags.push(String::from("--no-sandbox"));
    }
    flags.extend(
        [
            "--no-first-run",
            "--no-default-browser-check",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-quic",
            // Calls between browsers must not go round a proxy, nor tell the addresses of this machine.
            "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
            // The same in the words of the desktop build.
            "--webrtc-ip-handling-policy=disable_non_proxied_udp",
            "--disable-breakpad",
            "--disable-default-apps",
            "--disable-extensions",
            "--disable-dev-shm-usage",
            "--disable-backgrounding-occluded-windows",
            "--disable-renderer-backgrounding",
            "--disable-background-timer-throttling",
            "--disable-hang-monitor",
            "--disable-prompt-on-repost",
            // A page taken from this cache would come back without the events a load ends with.
            "--disable-features=BackForwardCache,Translate,MediaRouter,OptimizationHints",
            // A process less: the first session is there in half the time, and 13 MB are not taken.
            "--enable-features=NetworkServiceInProcess2",
            // A window without a display has no mouse, and pages would draw themselves for a finger: their menus would
            // not open under the one that steps move. In Blink's numbers, a fine pointer that can hover.
            "--blink-settings=primaryPointerType=4,availablePointerTypes=4,primaryHoverType=2,availableHoverTypes=2",
            "--force-color-profile=srgb",
            "--hide-scrollbars",
            "--mute-audio",
            "--password-store=basic",
            "--use-mock-keychain",
            // No page of its own: it would be a process that nobody uses.
            "--no-startup-window",
        ]
        .map(String::from),
    );
    flags
}

fn is_root() -> bool {
    #[cfg(unix)]
    return rustix::process::geteuid().is_root();
    #[cfg(not(unix))]
    return false;
}

/// A command that shares nothing with the engine's terminal, and does not learn its key.
pub(super) fn quiet(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    command.env_remove("NOTEX_API_KEY");
    command
}

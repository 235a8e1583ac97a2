//! WebDriver clients: one for the real window through WebKitWebDriver, one for a headless Chromium through chromedriver.

use std::ffi::OsString;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tokio::net::TcpStream;

use crate::program::{RunningProgram, built};
use crate::wait::until;

/// How long a browser or the app may take to open.
const OPENS_WITHIN: Duration = Duration::from_secs(60);

/// A client, and the driver that dies with it. The driver's process group holds what it opened.
#[derive(Debug)]
pub struct Driven {
    /// Commands go here.
    pub client: Client,
    /// What it runs in.
    pub driver: RunningProgram,
}

/// Opens the real window in surroundings of its own: variables, and what they are.
pub async fn window_in(surroundings: Vec<(&str, String)>) -> Driven {
    let (driver, port, folder) = webkit_driver(surroundings).await;
    open_window(driver, port, "NOTEX_APP", &["--data-dir".into(), folder.into()]).await
}

/// Opens the real window. Needs an X server and a session bus, which `tests/on-a-desktop.sh` gives.
pub async fn window() -> Driven {
    window_in(Vec::new()).await
}

/// The same on a desktop that the test plays; `words` are what the app is started with.
#[cfg(target_os = "linux")]
pub async fn window_on(desktop: &crate::Desktop, words: &[&str]) -> Driven {
    let (driver, port, _) = webkit_driver(desktop.surroundings()).await;
    let own = [OsString::from("--data-dir"), desktop.data_dir().into()];
    let all: Vec<OsString> = own.into_iter().chain(words.iter().map(OsString::from)).collect();
    open_window(driver, port, "NOTEX_APP", &all).await
}

/// How many milliseconds it takes from nothing to a window that shows what `css` matches; the program is the one that
/// the variable names. The driver runs beforehand.
pub async fn time_to_show(variable: &str, css: &str) -> f64 {
    let (driver, port, folder) = webkit_driver(Vec::new()).await;
    let own = (variable == "NOTEX_APP").then(|| [OsString::from("--data-dir"), folder.into()]);
    let begun = Instant::now();
    let driven = open_window(driver, port, variable, own.as_ref().map_or(&[], |own| own.as_slice())).await;
    until(&format!("`{css}` to be shown"), Duration::from_secs(60), || async {
        let found = driven.client.find(Locator::Css(css)).await.ok()?;
        found.is_displayed().await.ok()?.then_some(())
    })
    .await;
    let took = begun.elapsed();
    driven.client.close().await.expect("the window closes");
    took.as_secs_f64() * 1000.0
}

async fn webkit_driver(surroundings: Vec<(&str, String)>) -> (RunningProgram, u16, PathBuf) {
    let port = free_port();
    let driver = found(&["WebKitWebDriver", "/usr/lib/webkit2gtk-4.1/WebKitWebDriver"]);
    let mut folder = PathBuf::new();
    let driver =
        RunningProgram::start(&driver, &[&format!("--port={port}"), "--host=127.0.0.1"], |command, own| {
            folder = own.join("inspector");
            // Tauri lets itself be driven only when asked. With these two set WebKit's screenshots never return.
            command
                .envs(surroundings)
                .env("TAURI_WEBVIEW_AUTOMATION", "true")
                .env_remove("WEBKIT_DISABLE_DMABUF_RENDERER")
                .env_remove("WEBKIT_DISABLE_COMPOSITING_MODE");
        });
    listens(port).await;
    (driver, port, folder)
}

async fn open_window(driver: RunningProgram, port: u16, variable: &str, arguments: &[OsString]) -> Driven {
    let options = json!({ "binary": built(variable), "args": arguments.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>() });
    connect(driver, port, ("webkitgtk:browserOptions", options)).await
}

/// Opens a headless Chromium, as wide and high as the sketches of the window.
pub async fn browser() -> Driven {
    let port = free_port();
    let driver = found(&["chromedriver", "chromium.chromedriver", "/usr/lib/chromium-browser/chromedriver"]);
    let driver = RunningProgram::start(&driver, &[&format!("--port={port}")], |_, _| {});
    // Chromium refuses its sandbox to root.
    let options =
        json!({ "args": ["--headless=new", "--no-sandbox", "--window-size=1440,900", "--disable-gpu"] });
    connect(driver, port, ("goog:chromeOptions", options)).await
}

async fn listens(port: u16) {
    until("the WebDriver to listen", Duration::from_secs(20), || async {
        TcpStream::connect(("127.0.0.1", port)).await.ok()
    })
    .await;
}

async fn connect(driver: RunningProgram, port: u16, (name, options): (&str, serde_json::Value)) -> Driven {
    listens(port).await;
    let mut capabilities = Capabilities::new();
    capabilities.insert(name.to_owned(), options);
    let mut opening = ClientBuilder::new(HttpConnector::new());
    let address = format!("http://127.0.0.1:{port}");
    // WebKit's driver waits for ever for a program that ended at once.
    let opened =
        tokio::time::timeout(OPENS_WITHIN, opening.capabilities(capabilities).connect(&address)).await;
    let client = opened
        .unwrap_or_else(|_| panic!("the WebDriver opened nothing within {OPENS_WITHIN:?}"))
        .unwrap_or_else(|error| panic!("the WebDriver opened nothing: {error}"));
    Driven { client, driver }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("the address it listens on").port()
}

fn found(names: &[&str]) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|file| Path::is_file(file))
        .unwrap_or_else(|| {
            panic!("none of {} was found; `cargo xtask test` installs what tests need", names.join(", "))
        })
}

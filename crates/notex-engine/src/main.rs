//! The engine as a program of its own: `notex-engine serve`.

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use notex_engine::netguard::{AllowedHost, PrivateNetworks};
use notex_engine::{ApiKey, BrowserSource, Engine, EngineConfig, ModelConfig};
use tracing_subscriber::EnvFilter;

const KEY_VARIABLE: &str = "NOTEX_API_KEY";
const MODEL_KEY_VARIABLE: &str = "NOTEX_MODEL_KEY";
/// As for a wrong argument.
const MISCONFIGURED: u8 = 2;

#[derive(Parser)]
#[command(
    name = "notex-engine",
    version,
    about = "The NotexAI REST API over a real Chromium on this machine"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve until ctrl-c or SIGTERM. Callers must show the key in NOTEX_API_KEY; a language model is shown the one in
    /// NOTEX_MODEL_KEY.
    Serve(Serve),
}

#[derive(clap::Args)]
struct Serve {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:7717")]
    listen: SocketAddr,
    /// The folder of the sessions' history and the ledger [default: the user's data folder]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// The file of the plan and the prices [default: tariff.json in the data folder, when it is there]
    #[arg(long, value_name = "FILE")]
    tariff: Option<PathBuf>,
    /// Where browsers come from: local, cdp:URL or grid:URL
    #[arg(long, value_name = "SOURCE", default_value = "local")]
    browser: BrowserSource,
    /// The browser program for `--browser local` [default: looked for where systems put it]
    #[arg(long, env = "NOTEX_CHROMIUM", value_name = "PROGRAM")]
    chromium: Option<PathBuf>,
    /// Listen on an address that other machines can reach
    #[arg(long)]
    allow_remote: bool,
    /// Let pages reach the internet only: no address of this machine or of a private network
    #[arg(long)]
    block_private_networks: bool,
    /// What pages may reach all the same; can be given several times
    #[arg(long, value_name = "HOST[:PORT]", requires = "block_private_networks")]
    allow_private: Vec<AllowedHost>,
    /// The server of the language model that scrapes may ask, such as http://localhost:11434/v1
    #[arg(long, env = "NOTEX_MODEL_URL", value_name = "URL")]
    model_url: Option<String>,
    /// What that server calls the model
    #[arg(long, env = "NOTEX_MODEL_NAME", value_name = "NAME")]
    model_name: Option<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,notex_engine=info"));
    let ansi = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(ansi).with_writer(std::io::stderr).init();
    let Command::Serve(serve) = Arguments::parse().command;
    match configured(serve) {
        Ok(config) => run(config).await,
        Err(problem) => refuse(&problem),
    }
}

fn configured(serve: Serve) -> Result<EngineConfig, String> {
    if !serve.listen.ip().is_loopback() && !serve.allow_remote {
        return Err(format!(
            "{} can be reached by other machines; add --allow-remote if that is what you want",
            serve.listen
        ));
    }
    let key = std::env::var(KEY_VARIABLE)
        .ok()
        .and_then(|key| ApiKey::new(key).ok())
        .ok_or_else(|| format!("no API key: set {KEY_VARIABLE} to the key that callers must show"))?;
    let data_dir = serve
        .data_dir
        .or_else(|| dirs::data_dir().map(|folder| folder.join("notex-engine")))
        .ok_or("this system names no data folder; give one with --data-dir")?;
    let browser = match serve.browser {
        BrowserSource::Local { .. } => BrowserSource::Local { program: serve.chromium },
        elsewhere @ (BrowserSource::Cdp(_) | BrowserSource::Grid(_)) => elsewhere,
    };
    let private_networks = if serve.block_private_networks {
        PrivateNetworks::Blocked { but: serve.allow_private }
    } else {
        PrivateNetworks::Open
    };
    let model = model(serve.model_url, serve.model_name)?;
    let (listen, tariff) = (serve.listen, serve.tariff);
    Ok(EngineConfig { listen, key, data_dir, tariff, browser, private_networks, model })
}

fn model(url: Option<String>, name: Option<String>) -> Result<Option<ModelConfig>, String> {
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    match (given(url), given(name)) {
        (None, None) => Ok(None),
        (Some(url), Some(name)) => {
            let key = std::env::var(MODEL_KEY_VARIABLE).ok().and_then(|key| ApiKey::new(key).ok());
            ModelConfig::new(&url, &name, key).map(Some).map_err(|why| why.to_string())
        }
        (Some(_), None) => Err("a language model has no name: set NOTEX_MODEL_NAME".to_owned()),
        (None, Some(_)) => Err("a language model has no address: set NOTEX_MODEL_URL".to_owned()),
    }
}

async fn run(config: EngineConfig) -> ExitCode {
    // Before the engine, so that a signal during its start is not lost.
    let stop = match stop_signal() {
        Ok(stop) => stop,
        Err(problem) => return refuse(&format!("signals cannot be received: {problem}")),
    };
    let engine = match Engine::start(config).await {
        Ok(engine) => engine,
        Err(problem) => return refuse(&problem.to_string()),
    };
    let mut stdout = std::io::stdout();
    // A reader that has gone away is no reason to stop.
    let _ = writeln!(stdout, "notex-engine listening on http://{}", engine.address());
    let _ = stdout.flush();
    stop.await;
    engine.shut_down().await;
    ExitCode::SUCCESS
}

#[cfg(unix)]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

fn refuse(problem: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "notex-engine: {problem}");
    ExitCode::from(MISCONFIGURED)
}

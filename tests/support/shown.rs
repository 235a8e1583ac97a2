//! A page in a headless Chromium, driven over the browser's own protocol: what WebDriver has no words for (frames,
//! pictures of an exact size, content policy, console) is asked here.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::cdp::RawCdp;
use crate::program::RunningProgram;

const PROGRAMS: &[&str] = &[
    "/usr/lib/chromium/chromium",
    "/usr/bin/chromium",
    "/usr/bin/google-chrome",
    "/usr/bin/google-chrome-stable",
    "/snap/bin/chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];
/// What makes two machines draw the same.
const FLAGS: &[&str] = &[
    "--headless=new",
    "--no-sandbox",
    "--no-first-run",
    "--remote-debugging-port=0",
    "--disable-gpu",
    "--disable-lcd-text",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--font-render-hinting=none",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
    "--lang=en-US",
];
const SOON: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(25);

/// The browser of this machine.
pub fn chromium() -> PathBuf {
    let program = PROGRAMS.iter().map(PathBuf::from).find(|file| file.is_file());
    program.expect("Chromium or Chrome is installed")
}

/// One page; its browser ends when it is dropped.
#[derive(Debug)]
pub struct Shown {
    /// The browser.
    pub program: RunningProgram,
    cdp: RawCdp,
    session: String,
}

impl Shown {
    /// An empty page in a browser of its own.
    pub async fn open() -> Self {
        let mut program = RunningProgram::start(&chromium(), FLAGS, |command, folder| {
            command.arg(format!("--user-data-dir={}", folder.join("profile").display())).arg("about:blank");
            command.env("TZ", "UTC").env("LANGUAGE", "en");
        });
        let websocket = program.line_after("DevTools listening on ").await;
        let mut cdp = RawCdp::connect(&websocket).await;
        let (_, session) = cdp.open_page().await;
        let mut page = Self { program, cdp, session };
        for domain in ["Page.enable", "Runtime.enable", "Log.enable"] {
            page.call(domain, json!({})).await;
        }
        page
    }

    /// Calls a method of the page's session.
    pub async fn call(&mut self, method: &str, params: Value) -> Value {
        self.cdp.call(Some(&self.session), method, params).await
    }

    /// Makes the viewport so large, in CSS pixels, with so many device pixels to each.
    pub async fn resize(&mut self, width: u32, height: u32, scale: f64) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": scale, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// Opens an address and waits until it is loaded.
    pub async fn goto(&mut self, url: &str) {
        let answer = self.call("Page.navigate", json!({"url": url})).await;
        assert!(answer.get("errorText").is_none(), "{url}: {}", answer["errorText"]);
        self.until(
            &format!("{url} to be loaded"),
            "document.readyState === 'complete' && location.href !== 'about:blank'",
        )
        .await;
    }

    /// What an expression is, whose promise is waited for.
    pub async fn value(&mut self, expression: &str) -> Value {
        let params = json!({"expression": expression, "awaitPromise": true, "returnByValue": true});
        let mut answer = self.call("Runtime.evaluate", params).await;
        let thrown = &answer["exceptionDetails"];
        assert!(thrown.is_null(), "{}\n{thrown}", expression.chars().take(300).collect::<String>());
        answer["result"]["value"].take()
    }

    /// Waits until an expression is true.
    pub async fn until(&mut self, what: &str, expression: &str) {
        self.until_within(what, expression, SOON).await;
    }

    /// The same with a limit of its own.
    pub async fn until_within(&mut self, what: &str, expression: &str, limit: Duration) {
        let (begun, question) = (Instant::now(), format!("Boolean({expression})"));
        while self.value(&question).await != true {
            assert!(begun.elapsed() < limit, "waited {limit:?} for {what}");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// The viewport as a PNG in base64.
    pub async fn picture(&mut self) -> String {
        let answer = self.call("Page.captureScreenshot", json!({"format": "png"})).await;
        answer["data"].as_str().unwrap_or_default().to_owned()
    }

    /// What the page complained of since this was asked last: exceptions, errors on the console, broken policies.
    pub fn complaints(&mut self) -> Vec<String> {
        self.cdp.take_events().iter().filter_map(complaint).collect()
    }
}

fn complaint(event: &Value) -> Option<String> {
    let params = &event["params"];
    match event["method"].as_str()? {
        "Runtime.exceptionThrown" => {
            let details = &params["exceptionDetails"];
            let thrown = details["exception"]["description"].as_str().or(details["text"].as_str());
            Some(format!("exception: {}", thrown.unwrap_or_default()))
        }
        "Runtime.consoleAPICalled" if params["type"] == "error" || params["type"] == "assert" => {
            let words = params["args"].as_array()?.iter();
            let words: Vec<String> = words
                .map(|word| word["value"].as_str().or(word["description"].as_str()).unwrap_or("?").to_owned())
                .collect();
            Some(format!("console: {}", words.join(" ")))
        }
        "Log.entryAdded"
            if params["entry"]["level"] == "error" || params["entry"]["source"] == "security" =>
        {
            let entry = &params["entry"];
            Some(format!("{}: {} {}", entry["source"], entry["text"], entry["url"]))
        }
        _ => None,
    }
}

//! What pages cannot reach: the engine, private networks when these are blocked, and whatever is local.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::Query;
use axum::http::{Uri, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use notex_engine::browser::chromium::{Chromium, LaunchOptions};
use notex_engine::browser::{
    Browser, ContextOptions, Page, PageError, ScrapeOptions, ScrapeScope, WaitUntil,
};
use notex_engine::netguard::{PrivateNetworks, Reach};
use notex_engine::{ApiKey, BrowserSource, Engine, EngineConfig};
use tokio::net::{TcpListener, UdpSocket};
use tokio::task::JoinSet;
use tokio::time::timeout;
use url::Url;

use crate::support::{launch_with, short_patience};

const PATIENCE: Duration = Duration::from_secs(60);

/// A server that remembers which paths it was asked for, under all addresses of this machine.
struct Ears {
    port: u16,
    heard: Arc<Mutex<BTreeSet<String>>>,
    _servers: JoinSet<()>,
}

impl Ears {
    async fn open() -> Self {
        let heard = Arc::new(Mutex::new(BTreeSet::new()));
        let hear = Arc::clone(&heard);
        let app = Router::new().fallback(async move |uri: Uri| {
            hear.lock().unwrap().insert(uri.path().to_owned());
            Html("<title>heard</title>")
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut listeners = vec![listener];
        // Machines without IPv6 have one way less.
        listeners.extend(TcpListener::bind(("::1", port)).await);
        let mut servers = JoinSet::new();
        for listener in listeners {
            let app = app.clone();
            servers.spawn(async move { axum::serve(listener, app).await.unwrap() });
        }
        Self { port, heard, _servers: servers }
    }

    fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    fn heard(&self) -> BTreeSet<String> {
        self.heard.lock().unwrap().clone()
    }
}

/// The fixture pages, a service worker for them, and redirects to anywhere.
async fn site() -> Url {
    #[derive(serde::Deserialize)]
    struct To {
        to: String,
    }
    let service = "onmessage = ({ data, ports }) => fetch(`http://${data}/service`, { mode: 'no-cors' })
        .catch(() => {}).then(() => ports[0].postMessage(0))";
    let worker = "fetch(`http://${location.hash.slice(1)}/worker`, { mode: 'no-cors' })
        .catch(() => {}).then(() => postMessage(0))";
    let away = async |Query(To { to }): Query<To>| -> Response {
        // Whatever it is, also what no library would redirect to.
        let mut response = Redirect::to("/").into_response();
        response.headers_mut().insert(header::LOCATION, to.parse().unwrap());
        response
    };
    let app = Router::new()
        .route("/reaches.html", get(Html(include_str!("../pages/reaches.html"))))
        .route("/datagrams.html", get(Html(include_str!("../pages/datagrams.html"))))
        .route("/leads.html", get(Html(include_str!("../pages/leads.html"))))
        .route(
            "/link.html",
            get(async |Query(To { to }): Query<To>| Html(format!("<a href='{to}'>Away</a>"))),
        )
        .route("/service.js", get(([(header::CONTENT_TYPE, "text/javascript")], service)))
        .route("/worker.js", get(([(header::CONTENT_TYPE, "text/javascript")], worker)))
        .route("/redirect", get(away));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    base
}

async fn launch(reach: Reach) -> (Chromium, Arc<dyn Page>) {
    let options = LaunchOptions { reach, ..LaunchOptions::default() };
    let browser = Chromium::launch(options).await.unwrap();
    let page = browser.open_page(&ContextOptions::default()).await.unwrap();
    (browser, page)
}

async fn opened(page: &dyn Page, url: &str) -> Result<(), PageError> {
    page.goto(&Url::parse(url).unwrap(), WaitUntil::Load).await
}

/// Waits until the page says that it has tried everything.
async fn has_tried(page: &dyn Page) {
    let tried = async { while page.position().await.unwrap().title != "tried" {} };
    timeout(PATIENCE, tried).await.expect("the page tries everything");
}

async fn read(page: &dyn Page) -> String {
    page.scrape(&ScrapeOptions::of(ScrapeScope::WholePage)).await.unwrap().markdown
}

fn redirected(site: &Url, to: &str) -> String {
    let mut url = site.join("redirect").unwrap();
    url.query_pairs_mut().append_pair("to", to);
    url.into()
}

/// All ways of `reaches.html`, by the paths they ask for.
const WAYS: [&str; 15] = [
    "/beacon",
    "/events",
    "/fetch",
    "/form",
    "/frame",
    "/frame-redirected",
    "/image",
    "/object",
    "/post",
    "/redirected",
    "/script",
    "/service",
    "/socket",
    "/style",
    "/worker",
];

fn hosts(port: u16) -> String {
    let names =
        ["127.0.0.1", "localhost", "any.localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433"];
    names.map(|name| format!("{name}:{port}")).join(",")
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_reach_the_engine_in_no_way_and_under_no_address() {
    let (engine, other, site) = (Ears::open().await, Ears::open().await, site().await);
    let reach = Reach::open(engine.address(), PrivateNetworks::Open).await.unwrap();
    let (browser, page) = launch(reach).await;
    // The same page does reach a neighbour.
    opened(&*page, &format!("{site}reaches.html#127.0.0.1:{}", other.port)).await.unwrap();
    has_tried(&*page).await;
    assert_eq!(other.heard().iter().map(String::as_str).collect::<Vec<_>>(), WAYS);

    opened(&*page, "about:blank").await.unwrap();
    opened(&*page, &format!("{site}reaches.html#{}", hosts(engine.port))).await.unwrap();
    has_tried(&*page).await;
    for host in hosts(engine.port).split(',') {
        let refused = opened(&*page, &format!("http://{host}/")).await.unwrap_err();
        assert!(
            matches!(&refused, PageError::AddressRefused(why) if why.contains("the engine itself")),
            "{refused:?}"
        );
        let refused = opened(&*page, &redirected(&site, &format!("http://{host}/"))).await.unwrap_err();
        assert!(
            matches!(&refused, PageError::Unreachable { why, .. } if why.contains("the engine itself")),
            "{refused:?}"
        );
    }
    assert_eq!(engine.heard(), BTreeSet::new());
    browser.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_browser_that_the_engine_drives_is_not_opened_in_itself() {
    let (engine, site) = (Ears::open().await, site().await);
    for reach in [Reach::default(), Reach::open(engine.address(), PrivateNetworks::Open).await.unwrap()] {
        let (browser, page) = launch(reach).await;
        let socket = Url::parse(&browser.cdp_address().unwrap()).unwrap();
        // It tells everybody who asks what all sessions have open.
        for host in hosts(socket.port().unwrap()).split(',') {
            let list = format!("http://{host}/json/list");
            let refused = opened(&*page, &list).await;
            assert!(matches!(refused, Err(PageError::AddressRefused(_))), "{host}: {refused:?}");
            let refused = opened(&*page, &redirected(&site, &list)).await;
            assert!(
                matches!(&refused, Err(PageError::Unreachable { why, .. }) if why.contains("the engine itself")),
                "{host}: {refused:?}"
            );
        }
        browser.shut_down().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_turns_away_a_page_that_a_strange_browser_leads_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let config = EngineConfig {
        listen: ([127, 0, 0, 1], 0).into(),
        key: ApiKey::new("a-key-of-the-tests").unwrap(),
        data_dir: folder.path().to_owned(),
        tariff: None,
        browser: BrowserSource::Local { program: None },
        private_networks: PrivateNetworks::Open,
        model: None,
    };
    let (engine, site) = (Engine::start(config).await.unwrap(), site().await);
    let (browser, page) = launch(Reach::default()).await;
    let at = engine.address();
    // What a person types is answered, or wants the key.
    opened(&*page, &format!("http://{at}/health")).await.unwrap();
    assert!(read(&*page).await.contains("\"status\":\"ok\""));
    opened(&*page, &format!("http://{at}/plan")).await.unwrap();
    assert!(read(&*page).await.contains("an API key is needed"));
    for (way, to) in [
        ("link", format!("http://{at}/health")),
        ("form", format!("http://{at}/health")),
        ("post", format!("http://{at}/session/start")),
    ] {
        let mut url = site.join("leads.html").unwrap();
        url.query_pairs_mut().append_pair("way", way).append_pair("to", &to);
        page.goto(&url, WaitUntil::Load).await.unwrap();
        let arrived = async { while !page.position().await.unwrap().url.starts_with(&to) {} };
        timeout(PATIENCE, arrived).await.expect("the page leads there");
        assert!(read(&*page).await.contains("web pages may not call the engine"), "{way}");
    }
    // A name that leads to this machine is no name of the engine.
    opened(&*page, &format!("http://any.localhost:{}/health", at.port())).await.unwrap();
    assert!(read(&*page).await.contains("whatever the Host header says"));
    browser.shut_down().await;
    engine.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn blocked_private_networks_are_reached_in_no_way_and_what_is_allowed_is() {
    let (private, allowed, site) = (Ears::open().await, Ears::open().await, site().await);
    let but = [site.port().unwrap(), allowed.port].map(|port| format!("127.0.0.1:{port}").parse().unwrap());
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 1));
    let reach = Reach::open(nowhere, PrivateNetworks::Blocked { but: but.into() }).await.unwrap();
    let (browser, page) = launch(reach).await;
    opened(&*page, &format!("{site}reaches.html#127.0.0.1:{}", allowed.port)).await.unwrap();
    has_tried(&*page).await;
    assert_eq!(allowed.heard().iter().map(String::as_str).collect::<Vec<_>>(), WAYS);

    opened(&*page, "about:blank").await.unwrap();
    opened(&*page, &format!("{site}reaches.html#{}", hosts(private.port))).await.unwrap();
    has_tried(&*page).await;
    let blocked = "lies in a private network, which this engine was started to block";
    for host in hosts(private.port).split(',') {
        let refused = opened(&*page, &format!("http://{host}/")).await.unwrap_err();
        assert!(matches!(&refused, PageError::AddressRefused(why) if why.ends_with(blocked)), "{refused:?}");
        let refused = opened(&*page, &redirected(&site, &format!("http://{host}/"))).await.unwrap_err();
        assert!(
            matches!(&refused, PageError::Unreachable { why, .. } if why.ends_with(blocked)),
            "{refused:?}"
        );
    }
    assert_eq!(private.heard(), BTreeSet::new());
    let unknown = opened(&*page, "http://no-such-host.invalid/").await.unwrap_err();
    assert!(unknown.to_string().ends_with("the host name was not found (DNS)"), "{unknown}");
    browser.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_datagram_goes_round_the_gate() {
    let (udp, site) = (UdpSocket::bind("127.0.0.1:0").await.unwrap(), site().await);
    let but = vec![format!("127.0.0.1:{}", site.port().unwrap()).parse().unwrap()];
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 1));
    let reach = Reach::open(nowhere, PrivateNetworks::Blocked { but }).await.unwrap();
    let (browser, page) = launch(reach).await;
    opened(&*page, &format!("{site}datagrams.html#127.0.0.1:{}", udp.local_addr().unwrap().port()))
        .await
        .unwrap();
    has_tried(&*page).await;
    let heard = udp.try_recv(&mut [0; 2048]);
    assert!(heard.is_err(), "{heard:?} bytes went round the gate");
    browser.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_local_is_opened_or_read_whichever_way_a_page_leads_to_it() {
    const SECRET: &str = "secret-of-this-machine";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret.html");
    std::fs::write(&file, format!("<title>{SECRET}</title><p>{SECRET}</p>")).unwrap();
    let file = Url::from_file_path(&file).unwrap();
    let folder = Url::from_directory_path(folder.path()).unwrap();
    let browser = launch_with(short_patience()).await;
    let page = browser.open_page(&ContextOptions::default()).await.unwrap();
    let site = site().await;
    let targets = [
        file.as_str(),
        folder.as_str(),
        &format!("view-source:{file}"),
        &format!("view-source:{site}leads.html"),
        "chrome://version/",
        "chrome://settings/",
        "chrome-untrusted://new-tab-page/",
        "devtools://devtools/bundled/inspector.html",
        "about:version",
        &format!("filesystem:{file}"),
        &format!("blob:{file}"),
        "data:text/html,<title>data</title>",
        "javascript:document.title='script'",
    ];
    for target in targets {
        let refused = opened(&*page, target).await;
        assert!(matches!(refused, Err(PageError::SchemeRefused(_))), "{target}: {refused:?}");
        let refused = page.open_tab(Some(&Url::parse(target).unwrap())).await;
        assert!(refused.is_err(), "{target}: {refused:?}");
        let sent = opened(&*page, &redirected(&site, target)).await;
        assert!(matches!(sent, Err(PageError::Unreachable { .. })), "{target}: {sent:?}");
    }
    let ways = [
        "link", "tab", "open", "location", "replace", "refresh", "form", "post", "frame", "object",
        "redirect", "fetch", "import",
    ];
    let led = ways.map(|way| {
        let (browser, site, targets) = (&browser, &site, &targets);
        async move {
            let page = browser.open_page(&ContextOptions::default()).await.unwrap();
            for target in targets {
                let mut url = site.join("leads.html").unwrap();
                url.query_pairs_mut().append_pair("way", way).append_pair("to", target);
                // A page that is led away while it loads may count as not loaded; where it is then is what matters.
                let _ = page.goto(&url, WaitUntil::Load).await;
                let text = read(&*page).await;
                let position = page.position().await.unwrap();
                assert!(!text.contains(SECRET) && position.title != SECRET, "{way} {target}: {text}");
                // What a page makes or runs itself belongs to the page.
                let own = target.starts_with("javascript:") || target.starts_with("data:");
                for tab in std::iter::once(&position.url).chain(position.tabs.iter().map(|tab| &tab.url)) {
                    let stays = tab.starts_with(site.as_str())
                        || tab.is_empty()
                        || tab.starts_with("about:blank")
                        || tab.starts_with("chrome-error://");
                    assert!(stays || (own && tab == target), "{way} {target}: {tab}");
                }
            }
        }
    });
    futures_util::future::join_all(led).await;
    browser.shut_down().await;
}

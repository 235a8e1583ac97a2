//! A small shop on a port of its own: the pages that journeys visit.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::pages;

const HEADER: &str = include_str!("../fixtures/site/header.html");
const SHOP: &str = include_str!("../fixtures/site/shop.html");
const ARTICLE: &str = include_str!("../fixtures/site/article.html");
const LOGIN: &str = include_str!("../fixtures/site/login.html");
const HANG: &str = include_str!("../fixtures/site/hang.html");
const FORM: &str = include_str!("../fixtures/site/form.html");
const FILES: &str = include_str!("../fixtures/site/files.html");
const WINDOWS: &str = include_str!("../fixtures/site/windows.html");
const GALLERY: &str = include_str!("../fixtures/site/gallery.html");
const CARDS: &str = include_str!("../fixtures/site/cards.html");
const HOSTILE: &str = include_str!("../fixtures/site/hostile.html");
const LAPTOP: &str = include_str!("../fixtures/site/laptop.svg");
const STYLE: &str = include_str!("../fixtures/site/shop.css");

const PRODUCTS: [(&str, u32); 6] = [
    ("Nova 14", 949),
    ("Aero 13", 1129),
    ("Terra 14s", 879),
    ("Luna 16", 1399),
    ("Vega 15", 1049),
    ("Mira 12", 649),
];

/// The shop; it closes when dropped.
#[derive(Debug)]
pub struct FixtureSite {
    port: u16,
    seen: Arc<Seen>,
    server: JoinHandle<()>,
}

/// What was asked of it.
#[derive(Debug, Default)]
struct Seen {
    visits: AtomicU32,
    forms: Mutex<Vec<String>>,
    leaks: Mutex<Vec<String>>,
    remodelled: AtomicBool,
    restocked: AtomicBool,
}

impl FixtureSite {
    /// Opens it on a free port of this machine.
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("the address it listens on").port();
        let seen = Arc::<Seen>::default();
        let router = routes().with_state(Arc::clone(&seen));
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("the shop serves until it is dropped");
        });
        Self { port, seen, server }
    }

    /// The address of a page: `url("/search?q=laptop")`.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// From now on other offers stand on `/offers`: one is new, one is gone, one costs less, and of half of them it is not
    /// known whether they are there.
    pub fn is_restocked(&self) {
        self.seen.restocked.store(true, Ordering::SeqCst);
    }

    /// From now on the field for searching is called otherwise.
    pub fn is_remodelled(&self) {
        self.seen.remodelled.store(true, Ordering::SeqCst);
    }

    /// How often the page was asked for that counts it.
    pub fn visits(&self) -> u32 {
        self.seen.visits.load(Ordering::Relaxed)
    }

    /// The forms that came in, as they were sent.
    pub fn forms(&self) -> Vec<String> {
        self.seen.forms.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl FixtureSite {
    /// What the hostile page made somebody ask for who never opened it.
    pub fn leaks(&self) -> Vec<String> {
        self.seen.leaks.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for FixtureSite {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn routes() -> Router<Arc<Seen>> {
    Router::new()
        .route("/", get(front))
        .route("/deals", get(|| async { shop("Deals", "Deals of the week", "") }))
        .route("/laptops", get(|| async { shop("Laptops", "Laptops", "") }))
        .route("/search", get(search))
        .route("/offers", get(offers))
        .route("/article", get(|| async { page(ARTICLE) }))
        .route(
            "/article/{sections}",
            get(|Path(sections): Path<usize>| async move { Html(pages::article(sections.min(100))) }),
        )
        .route("/login", get(|| async { page(LOGIN) }).post(login))
        .route("/whoami", get(whoami))
        .route("/slow", get(slow))
        .route("/small", get(|| async { Html(pages::small()) }))
        .route("/medium", get(|| async { Html(pages::list(100)) }))
        .route("/large", get(|| async { Html(pages::list(1000)) }))
        .route("/hang", get(|| async { Html(HANG) }))
        .route("/shop.css", get(|| async { ([(header::CONTENT_TYPE, "text/css")], STYLE) }))
        .route("/form", get(|| async { page(FORM) }))
        .route("/files", get(|| async { page(FILES) }))
        .route("/prices.csv", get(prices))
        .route("/received", post(received))
        .route("/windows", get(|| async { page(WINDOWS) }))
        .route("/gallery", get(|| async { page(GALLERY) }))
        .route("/laptop.svg", get(|| async { ([(header::CONTENT_TYPE, "image/svg+xml")], LAPTOP) }))
        .route("/cards", get(|| async { Html(CARDS) }))
        .route("/hostile", get(hostile))
        .route("/leak/{*what}", get(leak).post(leak))
        .route("/nested", get(|| async { Html(pages::nested_tables(10 * 1024 * 1024)) }))
        .route("/headers", get(headers))
        .route("/visits", get(visits))
}

fn page(body: &str) -> Html<String> {
    Html(body.replace("{{header}}", HEADER))
}

fn shop(title: &str, heading: &str, query: &str) -> Html<String> {
    let products: String = PRODUCTS
        .iter()
        .map(|(name, price)| {
            format!(r#"<li><div class="picture"></div><strong>{name}</strong><br /><span class="price">€ {price}</span></li>"#)
        })
        .collect();
    let body = SHOP
        .replace("{{title}}", &escaped(title))
        .replace("{{heading}}", &escaped(heading))
        .replace("{{query}}", &escaped(query))
        .replace("{{products}}", &products);
    page(&body)
}

async fn front(State(seen): State<Arc<Seen>>) -> Html<String> {
    let Html(page) = shop("Corner Shop", "All laptops", "");
    let remodelled = seen.remodelled.load(Ordering::SeqCst);
    Html(if remodelled { page.replace("Search products", "Find a laptop") } else { page })
}

async fn offers(State(seen): State<Arc<Seen>>) -> Html<String> {
    let restocked = seen.restocked.load(Ordering::SeqCst);
    let kept = PRODUCTS.iter().enumerate().filter(|(place, _)| !restocked || *place != 2);
    let mut cards: Vec<String> = kept
        .map(|(place, (name, price))| {
            let price = if restocked && place == 0 { price - 100 } else { *price };
            let stock = if restocked && place % 2 == 1 { "" } else { "in stock" };
            let link = name.to_lowercase().replace(' ', "-");
            format!(
                "<li class=offer><h2><a href=\"/laptops/{link}\">{name}</a></h2><p class=price>€{price}</p>\
                 <p class=stock>{stock}</p></li>"
            )
        })
        .collect();
    if restocked {
        cards.insert(
            0,
            String::from(
                "<li class=offer><h2><a href=\"/laptops/orion-17\">Orion 17</a></h2><p class=price>€1999</p>\
             <p class=stock>in stock</p></li>",
            ),
        );
    }
    let style = "li { height: 150px } body { margin: 0 }";
    let list = cards.concat();
    Html(format!(
        "<!DOCTYPE html><html lang=en><title>Offers</title><style>{style}</style><h1>Offers</h1><ul>{list}</ul></html>"
    ))
}

async fn search(Query(fields): Query<HashMap<String, String>>) -> Html<String> {
    let query = fields.get("q").map(String::as_str).unwrap_or_default();
    shop(&format!("Results for {query}"), &format!("Results for {query}"), query)
}

async fn login(Form(fields): Form<HashMap<String, String>>) -> Response {
    let name: String = fields
        .get("name")
        .map(|name| name.chars().filter(char::is_ascii_alphanumeric).collect())
        .unwrap_or_default();
    ([(header::SET_COOKIE, format!("who={name}; Path=/; HttpOnly"))], Redirect::to("/whoami")).into_response()
}

async fn whoami(headers: HeaderMap) -> Html<String> {
    let cookies = headers.get(header::COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let name =
        cookies.split("; ").find_map(|cookie| cookie.strip_prefix("who=")).filter(|name| !name.is_empty());
    let sentence =
        name.map_or("Nobody is signed in.".to_owned(), |name| format!("Signed in as {}.", escaped(name)));
    Html(format!(
        "<!doctype html><title>{sentence}</title><main><h1>Who</h1><p>{sentence}</p><a href='/'>Home</a></main>"
    ))
}

/// Answers late, but before anybody gives up.
async fn slow() -> Html<&'static str> {
    tokio::time::sleep(Duration::from_secs(2)).await;
    Html("<!doctype html><title>Slow</title><main><h1>At last</h1><p>This page took two seconds.</p></main>")
}

/// A file that is only ever saved.
async fn prices() -> Response {
    let rows: String = PRODUCTS.iter().map(|(name, price)| format!("{name},{price}\n")).collect();
    let disposition = (header::CONTENT_DISPOSITION, "attachment; filename=\"prices.csv\"");
    ([(header::CONTENT_TYPE, "text/csv"), disposition], format!("laptop,price\n{rows}")).into_response()
}

/// Shows a form as it came in.
async fn received(State(seen): State<Arc<Seen>>, body: String) -> Html<String> {
    seen.forms.lock().unwrap_or_else(PoisonError::into_inner).push(body.clone());
    lines("Received", &body.replace('&', "\n"))
}

const OPENED: &str = "opened=hostile";

/// A page that tries to run and to load something from every place. Who opens it is known by a cookie from then on.
async fn hostile(headers: HeaderMap) -> Response {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let body = HOSTILE.replace("{{leak}}", &format!("http://{host}/leak"));
    ([(header::SET_COOKIE, format!("{OPENED}; Path=/"))], Html(body)).into_response()
}

async fn leak(State(seen): State<Arc<Seen>>, Path(what): Path<String>, headers: HeaderMap) -> &'static str {
    let cookies = headers.get(header::COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !cookies.contains(OPENED) {
        seen.leaks.lock().unwrap_or_else(PoisonError::into_inner).push(what);
    }
    ""
}

/// Shows what the browser said about itself.
async fn headers(headers: HeaderMap) -> Html<String> {
    let listed: Vec<String> = headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    lines("Headers", &listed.join("\n"))
}

/// Counts how often it was asked for.
async fn visits(State(seen): State<Arc<Seen>>) -> Html<String> {
    let count = seen.visits.fetch_add(1, Ordering::Relaxed) + 1;
    lines(&format!("Visit {count}"), &format!("This page was asked for {count} times."))
}

fn lines(title: &str, text: &str) -> Html<String> {
    let (title, text) = (escaped(title), escaped(text));
    Html(format!(
        "<!doctype html><title>{title}</title><main><h1>{title}</h1><pre>{text}</pre><a href='/'>Home</a></main>"
    ))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

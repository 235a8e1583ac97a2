//! What comes out of pages of every kind, asked for through the engine's API on the real Chromium: the pages are in
//! `tests/fixtures/scrape`, and the big ones are made here.
#![expect(clippy::expect_used, clippy::panic, reason = "a panic is how a test says no")]

use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::Path;
use axum::response::Html;
use axum::routing::get;
use notex_journeys::{Api, Memory, RunningEngine};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const PAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/scrape");
const MEGABYTE: usize = 1_000_000;
/// The engine gives up writing and reading a page after less; this is for a machine that does other things too.
const BOUNDED: Duration = Duration::from_secs(90);
/// What one scrape may hold in the engine's own process.
const MOST_ENGINE_MB: u64 = 700;
/// Tables in tables in tables.
const DEEP: usize = 30;

/// A running engine with a session, and a server of pages.
struct Reader {
    api: Api,
    engine: RunningEngine,
    session: Value,
    base: String,
}

impl Reader {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let router = Router::new()
            .route("/made/nested", get(|| async { Html(nested_tables(10 * MEGABYTE)) }))
            .route("/made/huge", get(|| async { Html(paragraphs(50 * MEGABYTE)) }))
            .route("/made/long", get(|| async { Html(paragraphs(4_700_000)) }))
            .route("/{name}", get(page));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let engine = RunningEngine::start().await;
        let api = Api::of(&engine);
        let started = api.post("/session/start", &json!({})).await.expect_success("a start");
        Self { api, engine, session: started["session_id"].clone(), base }
    }

    fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.base)
    }

    /// Opens a page and scrapes it with these options; answers `data`.
    async fn scrape(&self, name: &str, options: Value) -> Value {
        let mut body = options;
        body["session_id"] = self.session.clone();
        body["url"] = json!(self.url(name));
        self.api.post("/env/scrape", &body).await.expect_success(name)["data"].clone()
    }

    async fn main_content(&self, name: &str) -> String {
        let data = self.scrape(name, json!({})).await;
        assert_eq!(data["reading"]["scope"], "main_content", "{name}: {data}");
        data["markdown"].as_str().expect("markdown is text").to_owned()
    }

    async fn reads(&self, name: &str, kept: &[&str], left_out: &[&str]) {
        let markdown = self.main_content(name).await;
        for kept in kept {
            assert!(markdown.contains(kept), "{name}: {kept:?} is missing in:\n{markdown}");
        }
        for left_out in left_out {
            assert!(!markdown.contains(left_out), "{name}: {left_out:?} is in:\n{markdown}");
        }
    }
}

async fn page(Path(name): Path<String>) -> Html<String> {
    if !name.chars().all(|letter| letter.is_ascii_lowercase()) {
        return Html(String::new());
    }
    let html = std::fs::read_to_string(format!("{PAGES}/{name}.html"));
    Html(html.unwrap_or_else(|error| panic!("there is no page {name}: {error}")))
}

/// Towers of tables in the cells of tables, with a word in each.
fn nested_tables(bytes: usize) -> String {
    let tower = "<table><tr><td>cell ".repeat(DEEP) + &"</td></tr></table>".repeat(DEEP);
    format!("<!doctype html><title>Nested</title><main><h1>Nested</h1>{}", tower.repeat(bytes / tower.len()))
}

fn paragraphs(bytes: usize) -> String {
    let said = "all of them say the same, and they say it at the length of a line. ".repeat(60);
    let mut html = String::with_capacity(bytes + 2 * said.len());
    html.push_str("<!doctype html><title>Long</title><main><h1>Long</h1>");
    let mut number = 0;
    while html.len() < bytes {
        number += 1;
        html.push_str(&format!("<p>Paragraph {number}: {said}</p>"));
    }
    html
}

#[tokio::test]
async fn stories_manuals_and_threads_are_read_without_what_is_around_them() {
    let reader = Reader::start().await;
    let link = format!("[harbour office]({})", reader.url("office"));
    let picture = format!("![The ferry in the rain]({})", reader.url("pictures/ferry.jpg"));
    let news = [
        "# Ferry to the islands runs again",
        "ferry *Sandpiper* left",
        &picture,
        "The Sandpiper leaves. Photo: harbour office",
        "- Boats leave at **seven**, noon and six.\n  - On Sundays only at noon.",
        "> We have missed the noise",
        &link,
        "(https://timetable.example/ferry)",
    ];
    let around = ["partners", "Sport", "Share this", "goat", "Imprint", "cello, and it stayed dry"];
    reader.reads("news", &news, &around).await;
    let with_comments = reader.scrape("news", json!({"scrape_comments": true})).await;
    let with_comments = with_comments["markdown"].as_str().expect("markdown");
    assert!(with_comments.contains("cello, and it stayed dry"), "{with_comments}");

    let docs = [
        "```rust\nlet queue = Queue::open(\"orders\")?;\nwhile let Some(message) = queue.next() {\n    handle(&message);\n}\n```",
        "$L = \\lambda W$",
        "Says that a message was handled.",
        "| Small | 100 | 10,000 |",
        "| Large | 5,000 | a\\|b |",
        "1. Open the queue.\n   1. Name it.\n   2. Size it.",
        "[^1]",
        "[^1]: J. Little, 1961.",
    ];
    reader.reads("docs", &docs, &["Topics", "Send feedback", "Was this page", "Edit this"]).await;

    let posts = ["Kompost nach Essig", "Zu nass und zu dicht", "zerrissenen Eierkartons"];
    reader.reads("forum", &posts, &["Anmelden", "Impressum"]).await;
}

#[tokio::test]
async fn every_script_and_every_part_of_a_page_is_read() {
    let reader = Reader::start().await;
    reader
        .reads("arabic", &["# سوق الكتب القديمة", "خريطة لم تعد تطبع", "على الهامش"], &["رياضة", "محفوظة"])
        .await;
    reader
        .reads(
            "japanese",
            &["# 山の小さな駅", "三本しか列車が来ない", "百年になる"],
            &["お問い合わせ", "著作権"],
        )
        .await;
    reader
        .reads("parts", &["The first part", "The second part", "The third part"], &["Home of parts", "teal"])
        .await;
}

#[tokio::test]
async fn a_page_without_main_content_is_read_whole_and_says_so() {
    let reader = Reader::start().await;
    let data = reader.scrape("form", json!({})).await;
    assert_eq!(data["reading"]["scope"], "whole_page");
    let note = data["reading"]["notes"][0].as_str().expect("a note");
    assert!(note.contains("no main content was found"), "{note}");
    assert!(data["markdown"].as_str().expect("markdown").contains("Password"), "{data}");
}

#[tokio::test]
async fn a_list_is_told_as_content_images_links_metadata_and_rows() {
    let reader = Reader::start().await;
    let all = json!({
        "scrape_images": true, "scrape_metadata": true, "list_links": true, "extract": {"auto": true, "embedded": true},
    });
    let data = reader.scrape("products", all.clone()).await;
    let markdown = data["markdown"].as_str().expect("markdown");
    assert!(
        ["Alma", "$1,049.50", "on request", "Dora"].iter().all(|kept| markdown.contains(kept)),
        "{markdown}"
    );
    assert!(!markdown.contains("Add to cart") && !markdown.contains("Partner"), "{markdown}");

    let images = data["images"].as_array().expect("images");
    let category = |part: &str| {
        let found = images.iter().find(|image| image["url"].as_str().is_some_and(|url| url.ends_with(part)));
        found.map(|image| image["category"].clone()).unwrap_or_default()
    };
    assert_eq!(category("/pictures/1.jpg"), "content_image", "{images:?}");
    assert_eq!((category("star.png"), category("line.png")), (json!("icon"), json!("decorative")));

    let facts = &data["metadata"];
    assert_eq!(facts["next"], json!(reader.url("kettles?page=3")), "{facts}");
    assert_eq!(facts["previous"], json!(reader.url("kettles?page=1")));
    assert_eq!(
        facts["microdata"][0]["properties"]["name"].as_str().or(facts["microdata"][0]["name"].as_str()),
        Some("Alma"),
        "{facts}"
    );
    let links = data["links"].as_array().expect("links");
    assert!(links.iter().any(|link| link["url"] == json!(reader.url("k/1")) && link["internal"] == true));

    let auto = &data["structured"][0]["data"]["auto"];
    assert_eq!(auto["tables"][0]["rows"][1], json!({"Kettle": "Boris", "Litres": "1.7"}), "{auto}");
    let rows = auto["items"]["rows"].as_array().expect("rows");
    assert_eq!((rows.len(), &rows[1]["price"]), (4, &json!("$1,049.50")), "{rows:?}");
    assert_eq!(reader.scrape("products", all).await, data, "the same page gives the same bytes");

    let story = reader.scrape("news", json!({"scrape_metadata": true})).await["metadata"].clone();
    assert_eq!((&story["byline"], &story["language"]), (&json!("Ines Kolb"), &json!("en")), "{story}");
    assert_eq!(story["published"], "2026-03-04T07:30:00Z");
    assert_eq!(story["canonical"], json!(reader.url("news")));
    assert_eq!(story["open_graph"]["site_name"], "Harbour Post");
    assert_eq!(story["json_ld"][0]["@type"], "NewsArticle");
}

#[tokio::test]
async fn fields_have_the_types_of_a_schema_and_what_does_not_fit_is_told_by_field() {
    let reader = Reader::start().await;
    let wish = json!({
        "extract": {"fields": {
            "title": "h1",
            "kettles": {"selector": "#kettles > li", "list": true, "fields": {
                "name": "h3",
                "price": "xpath=./span[@class='price']",
                "left": {"selector": ".stock", "attribute": "data-left"},
                "url": {"selector": "a", "attribute": "href"},
            }},
            "pages": {"selector": "//ul[@id='kettles']//a", "list": true, "attribute": "href"},
        }},
        "response_format": {"type": "object", "required": ["title"], "properties": {
            "title": {"type": "string"},
            "kettles": {"type": "array", "items": {"type": "object", "properties": {
                "price": {"type": "number"}, "left": {"type": "integer", "minimum": 0},
            }}},
        }},
    });
    let picked = reader.scrape("products", wish.clone()).await["structured"][0].clone();
    assert_eq!(picked["success"], false, "{picked}");
    assert_eq!(picked["errors"].as_array().map(Vec::len), Some(1), "{picked}");
    assert_eq!(picked["errors"][0]["field"], "kettles[2].price");
    let kettles = &picked["data"]["kettles"];
    let boris = json!({"name": "Boris", "price": 1049.5, "left": 0, "url": reader.url("k/2")});
    assert_eq!(kettles[1], boris);
    assert_eq!(picked["data"]["pages"].as_array().map(Vec::len), Some(4));

    let mut wrong = wish;
    wrong["response_format"] = json!({"type": "nonsense"});
    wrong["session_id"] = reader.session.clone();
    let refused = reader.api.post("/env/scrape", &wrong).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    assert!(refused.body.to_string().contains("response_format is no JSON Schema"), "{}", refused.body);
}

#[tokio::test]
async fn a_selector_says_what_is_read_and_ignored_tags_are_left_out() {
    let reader = Reader::start().await;
    reader.scrape("products", json!({})).await;
    let path = format!("/sessions/{}/page/scrape", reader.session.as_str().expect("an id"));
    let scoped =
        reader.api.post(&path, &json!({"selector": "#sizes"})).await.expect_success("a scoped scrape");
    let markdown = scoped["markdown"].as_str().expect("markdown");
    assert!(markdown.contains("| Boris | 1.7 |") && !markdown.contains("on request"), "{markdown}");
    let without = json!({"ignored_tags": ["table"], "scrape_links": false});
    let without = reader.api.post(&path, &without).await.expect_success("a scrape without tables");
    let markdown = without["markdown"].as_str().expect("markdown");
    assert!(
        !markdown.contains("Litres") && !markdown.contains("](") && markdown.contains("Cleo"),
        "{markdown}"
    );
    let refused = reader.api.post(&path, &json!({"selector": "#sizes:::"})).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
}

#[tokio::test]
async fn a_hostile_page_gives_nothing_that_can_run() {
    let reader = Reader::start().await;
    let all = json!({"scrape_images": true, "list_links": true, "scrape_metadata": true, "only_main_content": false});
    for options in [json!({"scrape_images": true, "list_links": true}), all] {
        let data = reader.scrape("hostile", options).await;
        let markdown = data["markdown"].as_str().expect("markdown");
        let addresses = markdown.match_indices("](").filter(|(at, _)| !markdown[..*at].ends_with('\\'));
        for (at, _) in addresses {
            let address = &markdown[at + 2..];
            assert!(address.starts_with("http://127.0.0.1"), "an address may run:\n{}", &markdown[at..]);
        }
        for line in markdown.lines().filter(|line| line.contains("<script") || line.contains("<img")) {
            let written = line.replace("\\<", "").replace("&lt;", "");
            assert!(!written.contains("<script") && !written.contains("<img"), "HTML is in:\n{markdown}");
        }
        for link in
            data["links"].as_array().expect("links").iter().chain(data["images"].as_array().expect("images"))
        {
            assert!(link["url"].as_str().is_some_and(|url| url.starts_with("http")), "{link}");
        }
    }
}

#[tokio::test]
async fn pages_of_ten_and_fifty_megabytes_are_bounded_in_time_and_memory_and_say_what_is_missing() {
    let reader = Reader::start().await;
    // On a busy machine Chromium itself may not be done with them in time; that is told, and the session goes on.
    for name in ["made/nested", "made/huge"] {
        let begun = Instant::now();
        let body = json!({"session_id": reader.session, "url": reader.url(name)});
        let answer = reader.api.post("/env/scrape", &body).await;
        assert!(begun.elapsed() < BOUNDED, "{name} took {:?}", begun.elapsed());
        if answer.status == 200 {
            let data = &answer.body["data"];
            let length = data["markdown"].as_str().map_or(0, str::len);
            assert!((1..5 * MEGABYTE).contains(&length), "{name}: {length} bytes");
            let notes = data["reading"]["notes"].to_string();
            assert!(notes.contains("the page is too big"), "{name}: {}", data["reading"]);
        } else {
            assert_eq!((answer.status, &answer.body["code"]), (424, &json!("page_timed_out")), "{name}");
        }
        let held = Memory::of([reader.engine.program.id()]).rss_kb / 1024;
        assert!(held < MOST_ENGINE_MB, "after {name} the engine holds {held} MB");
    }
    let after = reader.main_content("forum").await;
    assert!(after.contains("Eierkartons"), "{after}");
}

#[tokio::test]
async fn a_text_that_is_too_long_is_cut_at_a_line_and_says_how_much_is_missing() {
    let reader = Reader::start().await;
    let long = reader.scrape("made/long", json!({})).await;
    let cut = long["reading"]["cut_bytes"].as_u64().unwrap_or_default();
    let notes = long["reading"]["notes"].to_string();
    assert!(cut > 0 && notes.contains(&cut.to_string()), "{}", long["reading"]);
    let markdown = long["markdown"].as_str().expect("markdown");
    assert!(
        markdown.ends_with(&format!("at the length of a line.\n\n[cut here: {cut} more bytes]\n")),
        "{}",
        &markdown[markdown.len() - 200..]
    );
}

//! What a call left behind besides its answer: console, network, and the page to be looked at again.

use std::sync::Arc;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{Html, Redirect};
use axum::routing::{get, post};
use chrono::Utc;
use notex_engine::browser::chromium::Chromium;
use notex_engine::browser::{
    Browser, ContextOptions, Deed, Page, PickedField, Picking, ScrapeOptions, ScrapeScope, WaitUntil,
};
use notex_wire::{CallEvidence, ConsoleLevel, ConsoleLine, ConsoleSource, DomSnapshot, Exchange, HIDDEN};
use url::Url;

use crate::support::{launch, until};

/// A blue and a red point.
const BLUE: &[u8] = include_bytes!("../pages/keeping/blue.png");

struct Shop {
    base: Url,
    browser: Chromium,
    page: Arc<dyn Page>,
}

const PAGE: &str = r##"<!DOCTYPE html><html lang="en" onload="steal()"><head><title>Kept</title>
<link rel="stylesheet" href="/style.css"><style id="made"></style><base href="/">
<script>window.ran = (window.ran ?? 0) + 1; console.log('loaded', 1);</script>
<meta http-equiv="refresh" content="900"></head>
<body onclick="alert(1)"><h1 class="title">Kept &amp; <b>sound</b></h1>
<img id="blue" src="/blue.png" alt="blue"><a id="bad" href="javascript:alert(1)">bad</a><a id="good" href="next">good</a>
<form action="/login" method="post"><input id="name" name="user"><input id="pass" type="password" name="password">
<input id="tick" type="checkbox"><select id="pick"><option>one<option>two</select><textarea id="note"></textarea>
<button id="go" type="button" onclick="fetch('/api', { method: 'POST', headers: { 'Content-Type': 'application/json',
 Authorization: 'Bearer door' }, body: JSON.stringify({ user: name_.value, password: pass.value }) })">Go</button></form>
<div id="host"></div><div id="adopted"></div><iframe id="same" src="/inner"></iframe><iframe id="other" src="OTHER/inner"></iframe>
<div style="height: 3000px; background: url(/blue.png)"></div>
<script>
const name_ = document.getElementById('name'), pass = document.getElementById('pass');
document.getElementById('made').sheet.insertRule('h1 { color: rgb(1, 2, 3) }');
const root = document.getElementById('host').attachShadow({ mode: 'open' });
root.innerHTML = '<style>p { color: rgb(4, 5, 6) }</style><p id="in">in the shadow</p>';
const sheet = new CSSStyleSheet(); sheet.replaceSync('#adopted { height: 17px; background: rgb(7, 8, 9) }');
document.adoptedStyleSheets = [sheet];
</script></body></html>"##;

impl Shop {
    async fn open() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let page = PAGE.replace("OTHER", &format!("http://localhost:{port}"));
        let style = "body { margin: 3px } .title { background: url('blue.png') }";
        let app = Router::new()
            .route("/", get(async move || ([(header::SET_COOKIE, "sid=door")], Html(page))))
            .route("/style.css", get(async move || ([(header::CONTENT_TYPE, "text/css")], style)))
            .route("/blue.png", get(async || ([(header::CONTENT_TYPE, "image/png")], BLUE)))
            .route(
                "/inner",
                get(async || Html("<title>Inner</title><p id=p>inside \"a\" frame</p><script>1</script>")),
            )
            .route("/moved", get(async || Redirect::to("/inner")))
            .route("/api", post(async || ([(header::CONTENT_TYPE, "application/json")], r#"{"rows":[1,2]}"#)))
            .route("/broken", get(async || (StatusCode::INTERNAL_SERVER_ERROR, "oh")));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        let base: Url = format!("http://127.0.0.1:{port}/").parse().unwrap();
        let browser = launch().await;
        let page = browser.open_page(&ContextOptions::default()).await.unwrap();
        Self { base, browser, page }
    }

    async fn call<R>(&self, work: impl AsyncFnOnce(&dyn Page) -> R) -> (u32, R) {
        let evidence = self.page.evidence();
        let number = evidence.begin(Utc::now());
        let done = work(&*self.page).await;
        evidence.end(Utc::now());
        (number, done)
    }

    async fn goto(&self, path: &str) -> u32 {
        let url = self.base.join(path).unwrap();
        let (number, done) = self.call(async |page| page.goto(&url, WaitUntil::Load).await).await;
        done.unwrap();
        number
    }

    async fn evaluate(&self, code: &str) -> u32 {
        let (number, done) = self.call(async |page| page.evaluate(code).await).await;
        done.unwrap();
        number
    }

    async fn kept(&self, call: u32) -> CallEvidence {
        self.page.keep(call).await;
        self.page.evidence().of(call).unwrap()
    }
}

fn exchange<'a>(told: &'a CallEvidence, part: &str) -> &'a Exchange {
    let found = told.network.iter().find(|exchange| exchange.url.ends_with(part));
    found.unwrap_or_else(|| {
        panic!("no {part} in {:?}", told.network.iter().map(|e| &e.url).collect::<Vec<_>>())
    })
}

fn value<'a>(headers: &'a [notex_wire::HttpHeader], name: &str) -> Option<&'a str> {
    headers.iter().find(|header| header.name.eq_ignore_ascii_case(name)).map(|header| header.value.as_str())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_requests_of_a_call_are_kept_with_headers_sizes_timing_and_bodies() {
    let shop = Shop::open().await;
    let first = shop.goto("/").await;
    let told = shop.kept(first).await;
    let document = exchange(&told, "/");
    assert_eq!((document.status, document.resource_type.as_str()), (Some(200), "document"));
    assert_eq!(document.mime.as_deref(), Some("text/html"));
    assert!(document.remote_address.as_deref().is_some_and(|at| at.starts_with("127.0.0.1:")));
    assert!(value(&document.request_headers, "user-agent").is_some());
    assert_eq!(value(&document.response_headers, "set-cookie"), Some(HIDDEN));
    assert!(document.encoded_bytes > document.decoded_bytes && document.decoded_bytes > 1_000);
    let timing = document.timing;
    assert!(timing.wait_ms.is_some_and(|ms| ms > 0.0) && timing.receive_ms.is_some(), "{timing:?}");
    assert!(timing.total_ms.unwrap() >= timing.wait_ms.unwrap(), "{timing:?}");
    assert!(document.response_body.as_ref().unwrap().content.contains("Kept &amp; <b>sound</b>"));
    assert!(exchange(&told, "style.css").response_body.is_some());
    assert!(exchange(&told, "blue.png").response_body.as_ref().unwrap().base64);
    assert_eq!(exchange(&told, "style.css").initiator.as_ref().unwrap().kind, "parser");

    shop.page.evidence().hide("hunter two");
    let (second, _) = shop
        .call(async |_| {
            shop.page.evaluate("pass.value = 'hunter two'; name_.value = 'ada'; document.querySelector('#go').click(); 1").await
        })
        .await;
    let is_answered = |one: &Exchange| one.url.ends_with("/api") && one.ended_at.is_some();
    let answered = async || shop.page.evidence().of(second).unwrap().network.iter().any(is_answered);
    until("the answer comes", answered).await;
    let told = shop.kept(second).await;
    let api = exchange(&told, "/api");
    assert_eq!(api.method, "POST");
    assert_eq!(value(&api.request_headers, "authorization"), Some(HIDDEN));
    assert_eq!(value(&api.request_headers, "cookie"), Some(HIDDEN));
    assert_eq!(
        api.request_body.as_ref().unwrap().content,
        format!(r#"{{"password":"{HIDDEN}","user":"ada"}}"#)
    );
    assert_eq!(api.response_body.as_ref().unwrap().content, r#"{"rows":[1,2]}"#);
    assert_eq!(api.initiator.as_ref().unwrap().kind, "script");
    let text = serde_json::to_string(&told).unwrap();
    assert!(
        !text.contains("hunter") && !text.contains("sid=door") && !text.contains("Bearer door"),
        "{text}"
    );

    let third = shop.goto("/moved").await;
    let told = shop.kept(third).await;
    let (moved, inner) = (exchange(&told, "/moved"), exchange(&told, "/inner"));
    assert_eq!((moved.status, inner.status), (Some(303), Some(200)));
    assert_eq!(inner.redirected_from.as_deref(), Some(moved.id.as_str()));
    assert_ne!(inner.id, moved.id);
    assert!(value(&moved.response_headers, "location").is_some_and(|to| to == "/inner"));
    assert!(inner.response_body.is_some());
    let nowhere = shop.evaluate("fetch('http://127.0.0.1:1/').catch(() => 1)").await;
    let told = shop.kept(nowhere).await;
    assert!(exchange(&told, ":1/").failed.as_deref().is_some_and(|why| why.len() > 10), "{told:?}");
    shop.browser.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_scripts_and_the_browser_write_is_kept_with_its_place_and_told_apart() {
    let shop = Shop::open().await;
    let first = shop.goto("/").await;
    let told = shop.kept(first).await;
    let loaded = told.console.iter().find(|line| line.text == "loaded 1").expect("the page wrote it");
    assert_eq!(
        (loaded.level, loaded.source, loaded.line),
        (ConsoleLevel::Log, ConsoleSource::Script, Some(3))
    );
    assert!(loaded.column.is_some() && loaded.url.as_deref() == Some(shop.base.as_str()));
    let code =
        "for (let i = 0; i < 3; i++) console.warn('again'); setTimeout(() => { throw new Error('thrown') });
        fetch('/broken').then(() => 1)";
    let second = shop.evaluate(code).await;
    let has = async |what: ConsoleSource| {
        shop.page.evidence().of(second).unwrap().console.iter().any(|line| line.source == what)
    };
    until("the script fails", async || has(ConsoleSource::Exception).await).await;
    until("the browser tells of the request", async || has(ConsoleSource::Browser).await).await;
    let told = shop.kept(second).await;
    let again = told.console.iter().find(|line| line.text == "again").unwrap();
    assert_eq!((again.level, again.repeated), (ConsoleLevel::Warning, 3));
    let is_of_it = |line: &&ConsoleLine| {
        line.source == ConsoleSource::Browser && line.url.as_deref().unwrap_or_default().ends_with("/broken")
    };
    let browser = told.console.iter().find(is_of_it).unwrap();
    assert!(browser.text.contains("500"), "{browser:?}");
    shop.browser.shut_down().await;
}

/// Opens a snapshot as a page of its own, which may load nothing, and asks it.
async fn looked_at(shop: &Shop, snapshot: &DomSnapshot, code: &str) -> serde_json::Value {
    let viewer = shop.browser.open_page(&ContextOptions::default()).await.unwrap();
    let html = serde_json::to_string(&snapshot.html).unwrap();
    let write = format!("document.open(); document.writeln('');document.close(); document.documentElement.setHTMLUnsafe('<iframe id=v sandbox=\"allow-same-origin\" style=\"width:800px;height:600px\"></iframe>');
      new Promise((done) => {{ const v = document.getElementById('v'); v.onload = () => done(1); v.srcdoc = {html}; }})");
    viewer.evaluate(&write).await.unwrap();
    let code = format!(
        "(() => {{ const page = document.getElementById('v').contentDocument; const view = page.defaultView; {code} }})()"
    );
    let value = viewer.evaluate(&code).await.unwrap();
    viewer.close().await;
    value
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_can_be_looked_at_again_as_it_was_and_nothing_of_it_runs_or_loads() {
    let shop = Shop::open().await;
    shop.goto("/").await;
    let fill = "name_.value = 'Ada \"&\" co'; pass.value = 'hunter two'; document.getElementById('tick').checked = true;
        document.getElementById('pick').selectedIndex = 1; document.getElementById('note').value = '</textarea>';
        scrollTo(0, 120); 1";
    let call = shop.evaluate(fill).await;
    let told = shop.kept(call).await;
    let page = told.dom.expect("it was kept");
    assert_eq!(
        (page.title.as_str(), page.url.as_str(), page.truncated.as_deref()),
        ("Kept", shop.base.as_str(), None)
    );
    assert_eq!((page.scroll_y, page.viewport_width), (120.0, 1280.0));
    for gone in
        ["<script", "javascript:", "onclick", "onload", "http-equiv=\"refresh", "hunter two", "127.0.0.1:"]
    {
        let links = page.html.replace(&format!("href=\"{}next\"", shop.base), "");
        assert!(!links.contains(gone), "{gone} in {}", page.html);
    }
    let looks = "const css = (id, name) => view.getComputedStyle(page.getElementById(id) ?? page.querySelector(id))[name];
        const inner = page.getElementById('host').shadowRoot;
        return { heading: page.querySelector('h1').textContent, colour: css('h1', 'color'), margin: css('body', 'margin'),
          back: css('h1', 'backgroundImage').slice(0, 20), adopted: css('adopted', 'height'),
          picture: page.getElementById('blue').naturalWidth, name: page.getElementById('name').value,
          tick: page.getElementById('tick').checked, pick: page.getElementById('pick').value,
          note: page.getElementById('note').value, shadow: inner.getElementById('in').textContent,
          inShadow: view.getComputedStyle(inner.getElementById('in')).color,
          same: page.getElementById('same').contentDocument.getElementById('p').textContent,
          other: page.getElementById('other').contentDocument.getElementById('p').textContent,
          quirks: page.compatMode, pass: page.getElementById('pass').value.length };";
    let seen = looked_at(&shop, &page, looks).await;
    let expected = serde_json::json!({
        "heading": "Kept & sound", "colour": "rgb(1, 2, 3)", "margin": "3px", "back": "url(\"data:image/png;",
        "adopted": "17px", "picture": 2, "name": "Ada \"&\" co", "tick": true, "pick": "two", "note": "</textarea>",
        "shadow": "in the shadow", "inShadow": "rgb(4, 5, 6)", "same": "inside \"a\" frame",
        "other": "inside \"a\" frame", "quirks": "CSS1Compat", "pass": 8,
    });
    assert_eq!(seen, expected);
    shop.browser.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_into_a_password_field_is_nowhere_in_what_is_kept() {
    let shop = Shop::open().await;
    shop.goto("/").await;
    let css = notex_engine::browser::Selector::Css("#pass".to_owned());
    let act = notex_engine::browser::Act {
        target: notex_engine::browser::Target::Selector(css),
        deed: Deed::Fill { text: "open sesame".to_owned(), clear: true },
        enter: false,
        timeout: None,
    };
    let (_, done) = shop.call(async |page| page.act(&act).await).await;
    done.unwrap();
    let call = shop.evaluate("console.log('it is ' + pass.value); document.title = pass.value; document.body.append(pass.value); fetch('/broken?x=' + encodeURIComponent(pass.value)).then(() => 1)").await;
    let told = shop.kept(call).await;
    assert!(told.dom.is_some() && !told.network.is_empty() && !told.console.is_empty());
    let text = serde_json::to_string(&told).unwrap();
    assert!(text.contains("it is ") && !text.contains("sesame"), "{text}");
    shop.browser.shut_down().await;
}

/// Two cards, one of them far down, and a table; a page that pretends to know where a cell stands.
const OFFERS: &str = r##"<!DOCTYPE html><title>Offers</title><style>body { margin: 0 } li { height: 40px }</style>
<p data-notex-cell="offers[0].price" data-notex-box="0 0 1 1">data-notex-cell="offers[0].price"</p>
<ul><li class="card"><a href="/a">Assam</a> <b>5 &lt; 6</b> <i>black</i></li>
<li class="card"><a href="/b">Bancha</a> <b>7</b> <i>green</i></li>
<li class="card"><a href="/c">Ceylon</a> <b>8</b> <i>black</i></li></ul>
<table><caption>Plans "A"</caption><tr><th>Plan</th><th>Price</th></tr><tr><td>Small</td><td>1</td></tr>
<tr><td>Large</td><td>9</td></tr></table>"##;

#[tokio::test(flavor = "multi_thread")]
async fn the_page_that_is_kept_of_a_scrape_says_from_which_element_each_cell_was_read_and_where_it_stood() {
    let shop = Shop::open().await;
    let set = format!("document.open(); document.write({}); document.close()", serde_json::json!(OFFERS));
    shop.evaluate(&set).await;
    let scrape = |picking: Picking| ScrapeOptions {
        extract: Some(Box::new(picking)),
        ..ScrapeOptions::of(ScrapeScope::WholePage)
    };
    let field = |css: &str| PickedField {
        css: css.to_owned(),
        xpath: None,
        attribute: None,
        list: false,
        fields: None,
    };
    let fields = vec![
        ("name".to_owned(), PickedField { xpath: Some("./a/text()".to_owned()), ..field("") }),
        ("price".to_owned(), field("b")),
        ("url".to_owned(), PickedField { attribute: Some("href".to_owned()), ..field("a") }),
    ];
    let cards = PickedField { list: true, fields: Some(fields), ..field(".card") };
    let offers = Picking { fields: vec![("offers".to_owned(), cards)], ..Picking::default() };
    let (number, read) = shop.call(async |page| page.scrape(&scrape(offers)).await).await;
    read.unwrap();
    let html = shop.kept(number).await.dom.unwrap().html;
    let cell = |way: &str| {
        let found = html.find(&format!(" data-notex-cell=\"{way}\" data-notex-box=\""));
        let at = found.unwrap_or_else(|| panic!("no {way} in {html}"));
        (
            html[..at].rsplit('<').next().unwrap().to_owned(),
            html[at..].split('>').nth(1).unwrap()[..1].to_owned(),
        )
    };
    assert_eq!(cell("offers[1].price"), ("b".to_owned(), "7".to_owned()));
    assert_eq!(cell("offers[0].price"), ("b".to_owned(), "5".to_owned()), "not what the page pretends");
    assert_eq!(cell("offers[2].name\noffers[2].url"), ("a".to_owned(), "C".to_owned()));
    let box_of = html.split("offers[1].price\" data-notex-box=\"").nth(1).unwrap();
    let numbers: Vec<i32> =
        box_of.split('"').next().unwrap().split(' ').map(|number| number.parse().unwrap()).collect();
    assert!(numbers[1] > 40 && numbers[2] > 0 && numbers[3] > 0, "{numbers:?}");
    let (number, read) = shop
        .call(async |page| page.scrape(&scrape(Picking { auto: true, ..Picking::default() })).await)
        .await;
    let auto = read.unwrap().structured.unwrap().data.unwrap();
    assert_eq!(auto["auto"]["tables"][0]["rows"][1]["Price"], "9");
    let html = shop.kept(number).await.dom.unwrap().html;
    assert!(html.contains("<td data-notex-cell=\"auto.tables.Plans &quot;A&quot;[1].Price\""), "{html}");
    assert_eq!(auto["auto"]["items"]["rows"][2]["title"], "Ceylon");
    assert!(html.contains("<a data-notex-cell=\"auto.items[2].title\""), "{html}");
    assert!(!html.contains("offers[1]"), "what another scrape read is forgotten");
}

//! Requests as HAR 1.2, as browsers write and open it (<http://www.softwareishard.com/blog/har-12-spec/>). What the format
//! wants and nobody knows is -1 or empty, as it says.

use chrono::{DateTime, SecondsFormat, Utc};
use notex_wire::{Exchange, HttpBody, HttpHeader};
use serde_json::{Map, Value, json};
use url::Url;

/// A call that pages of requests are named after.
#[derive(Clone, Debug)]
pub struct Page {
    /// Its number within its session.
    pub number: u32,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// The title of the page after it; may be empty.
    pub title: String,
}

/// The file: requests with the numbers of their calls.
pub fn written<'a>(
    pages: &[Page],
    exchanges: impl IntoIterator<Item = (Option<u32>, &'a Exchange)>,
) -> String {
    let entries: Vec<Value> = exchanges
        .into_iter()
        .map(|(call, exchange)| {
            let mut entry = entry(exchange);
            if let Some(call) = call.filter(|call| pages.iter().any(|page| page.number == *call)) {
                entry["pageref"] = json!(name(call));
            }
            entry
        })
        .collect();
    let pages: Vec<Value> = pages.iter().map(page).collect();
    let log = json!({
        "version": "1.2",
        "creator": { "name": "Notex Inspector", "version": env!("CARGO_PKG_VERSION") },
        "pages": pages,
        "entries": entries,
    });
    format!("{:#}\n", json!({ "log": log }))
}

fn name(call: u32) -> String {
    format!("call_{call}")
}

fn page(page: &Page) -> Value {
    json!({
        "startedDateTime": instant(page.started_at),
        "id": name(page.number),
        "title": if page.title.is_empty() { name(page.number) } else { page.title.clone() },
        "pageTimings": {},
    })
}

/// A request.
pub(crate) fn entry(exchange: &Exchange) -> Value {
    let timings = timings(exchange);
    // What is a part of another is not counted twice.
    let time: f64 = ["blocked", "dns", "connect", "send", "wait", "receive"]
        .iter()
        .filter_map(|part| timings.get(*part).and_then(Value::as_f64))
        .filter(|part| *part > 0.0)
        .sum();
    let mut entry = json!({
        "startedDateTime": instant(exchange.at),
        "time": time,
        "request": request(exchange),
        "response": response(exchange),
        "cache": {},
        "timings": timings,
        "_resourceType": exchange.resource_type,
    });
    if let Some(ip) = exchange.remote_address.as_deref().and_then(|at| at.rsplit_once(':')) {
        entry["serverIPAddress"] = json!(ip.0.trim_matches(['[', ']']));
    }
    if let Some(why) = &exchange.failed {
        entry["comment"] = json!(why);
    }
    entry
}

fn timings(exchange: &Exchange) -> Map<String, Value> {
    let timing = &exchange.timing;
    let maybe = |part: Option<f64>| part.map_or(-1.0, rounded);
    let known = |part: Option<f64>| part.map_or(0.0, rounded);
    // Of what came from a cache or failed, the browser tells only how long all of it took.
    let whole = if timing.wait_ms.is_none() { timing.total_ms } else { None };
    let parts = [
        ("blocked", maybe(timing.blocked_ms)),
        ("dns", maybe(timing.dns_ms)),
        ("connect", maybe(timing.connect_ms)),
        ("ssl", maybe(timing.tls_ms)),
        ("send", known(timing.send_ms)),
        ("wait", known(timing.wait_ms.or(whole))),
        ("receive", known(timing.receive_ms.filter(|_| whole.is_none()))),
    ];
    parts.into_iter().map(|(name, part)| (name.to_owned(), json!(part))).collect()
}

fn rounded(millis: f64) -> f64 {
    (millis.max(0.0) * 1_000.0).round() / 1_000.0
}

fn request(exchange: &Exchange) -> Value {
    let query = Url::parse(&exchange.url).ok().map_or_else(Vec::new, |url| {
        url.query_pairs().map(|(name, value)| json!({ "name": name, "value": value })).collect()
    });
    let mut request = json!({
        "method": exchange.method,
        "url": exchange.url,
        "httpVersion": version(exchange),
        "cookies": [],
        "headers": headers(&exchange.request_headers),
        "queryString": query,
        "headersSize": -1,
        "bodySize": exchange.request_body.as_ref().map_or(0, |body| body.content.len()),
    });
    if let Some(body) = &exchange.request_body {
        let kind = header(&exchange.request_headers, "content-type").unwrap_or_default();
        request["postData"] = json!({ "mimeType": kind, "text": body.content, "params": [] });
        note_cut(&mut request["postData"], body);
    }
    request
}

fn response(exchange: &Exchange) -> Value {
    let mut content = json!({
        "size": exchange.decoded_bytes,
        "mimeType": exchange.mime.as_deref().unwrap_or("x-unknown"),
    });
    if let Some(body) = &exchange.response_body {
        content["text"] = json!(body.content);
        if body.base64 {
            content["encoding"] = json!("base64");
        }
        note_cut(&mut content, body);
    } else if let Some(why) = &exchange.response_body_missing {
        content["comment"] = json!(why);
    }
    json!({
        "status": exchange.status.unwrap_or(0),
        "statusText": exchange.status_text,
        "httpVersion": version(exchange),
        "cookies": [],
        "headers": headers(&exchange.response_headers),
        "content": content,
        "redirectURL": header(&exchange.response_headers, "location").unwrap_or_default(),
        "headersSize": -1,
        "bodySize": if exchange.from_cache { json!(0) } else { json!(-1) },
        "_transferSize": exchange.encoded_bytes,
    })
}

fn note_cut(of: &mut Value, body: &HttpBody) {
    if body.truncated {
        of["comment"] = json!("there was more, which was not kept");
    }
}

fn headers(all: &[HttpHeader]) -> Vec<Value> {
    all.iter().map(|header| json!({ "name": header.name, "value": header.value })).collect()
}

fn header<'a>(all: &'a [HttpHeader], name: &str) -> Option<&'a str> {
    all.iter().find(|header| header.name.eq_ignore_ascii_case(name)).map(|header| header.value.as_str())
}

fn version(exchange: &Exchange) -> &str {
    match exchange.protocol.as_deref() {
        Some("http/1.0") => "HTTP/1.0",
        Some("h2") => "HTTP/2",
        Some("h3") => "HTTP/3",
        Some("http/1.1") | None => "HTTP/1.1",
        Some(other) => other,
    }
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests {
    use notex_wire::ExchangeTiming;

    use super::*;

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(millis).unwrap_or_default()
    }

    fn header(name: &str, value: &str) -> HttpHeader {
        HttpHeader { name: name.to_owned(), value: value.to_owned() }
    }

    fn all() -> Value {
        let answered = Exchange {
            id: "1".to_owned(),
            at: at(1_764_000_000_000),
            ended_at: Some(at(1_764_000_000_030)),
            method: "POST".to_owned(),
            url: "https://shop.example/api?q=tea&page=2".to_owned(),
            resource_type: "fetch".to_owned(),
            status: Some(201),
            status_text: "Created".to_owned(),
            protocol: Some("h2".to_owned()),
            remote_address: Some("[::1]:443".to_owned()),
            request_headers: vec![header("Content-Type", "application/json")],
            response_headers: vec![header("Location", "/next")],
            request_body: Some(HttpBody { content: "{}".to_owned(), base64: false, truncated: false }),
            response_body: Some(HttpBody { content: "AAEC".to_owned(), base64: true, truncated: true }),
            mime: Some("image/png".to_owned()),
            decoded_bytes: 3,
            timing: ExchangeTiming {
                blocked_ms: Some(1.0),
                connect_ms: Some(5.0),
                tls_ms: Some(4.0),
                send_ms: Some(0.5),
                wait_ms: Some(20.0),
                receive_ms: Some(2.0),
                total_ms: Some(28.5),
                ..ExchangeTiming::default()
            },
            ..Exchange::default()
        };
        let failed = Exchange {
            id: "2".to_owned(),
            at: at(1_764_000_000_040),
            method: "GET".to_owned(),
            url: "http://127.0.0.1:1/".to_owned(),
            failed: Some("the connection was refused".to_owned()),
            timing: ExchangeTiming { total_ms: Some(3.0), ..ExchangeTiming::default() },
            ..Exchange::default()
        };
        let pages = [Page { number: 3, started_at: at(1_764_000_000_000), title: String::new() }];
        let text = written(&pages, [(Some(3), &answered), (None, &failed)]);
        serde_json::from_str(&text).unwrap_or_default()
    }

    #[test]
    fn what_is_written_is_har_1_2() {
        let schema: Value = serde_json::from_str(include_str!("../tests/har-1.2.json")).unwrap_or_default();
        let validator = jsonschema::validator_for(&schema).expect("the schema can be read");
        let har = all();
        let wrong: Vec<String> =
            validator.iter_errors(&har).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
        assert!(!validator.is_valid(&json!({ "log": { "version": "1.2" } })), "the schema says no");
    }

    #[test]
    fn the_parts_of_the_time_are_its_sum_and_what_is_cut_or_failed_says_so() {
        let har = all();
        let (first, second) = (&har["log"]["entries"][0], &har["log"]["entries"][1]);
        assert_eq!(first["time"], 28.5, "tls is a part of connecting");
        assert_eq!((&first["pageref"], &first["serverIPAddress"]), (&json!("call_3"), &json!("::1")));
        assert_eq!(first["request"]["queryString"][1], json!({ "name": "page", "value": "2" }));
        assert_eq!(first["response"]["content"]["encoding"], "base64");
        assert!(first["response"]["content"]["comment"].is_string());
        assert_eq!(first["response"]["redirectURL"], "/next");
        assert_eq!((&second["response"]["status"], &second["time"]), (&json!(0), &json!(3.0)));
        assert_eq!(second["comment"], "the connection was refused");
        assert!(second.get("pageref").is_none());
    }
}

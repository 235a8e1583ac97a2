use chrono::DateTime;
use notex_wire::{ConsoleLevel, ConsoleSource, HIDDEN, HttpHeader};

use super::*;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(second, 0).unwrap()
}

fn line(text: &str) -> ConsoleLine {
    ConsoleLine {
        at: at(0),
        level: ConsoleLevel::Log,
        source: ConsoleSource::Script,
        text: text.to_owned(),
        url: None,
        line: None,
        column: None,
        repeated: 1,
    }
}

fn request(id: &str) -> Exchange {
    let url = format!("https://shop.example/{id}");
    Exchange { id: id.to_owned(), url, method: "GET".to_owned(), ..Exchange::default() }
}

fn header(name: &str, value: &str) -> HttpHeader {
    HttpHeader { name: name.to_owned(), value: value.to_owned() }
}

fn ids(told: &CallEvidence) -> Vec<(&str, bool)> {
    told.network.iter().map(|exchange| (exchange.id.as_str(), exchange.ended_at.is_some())).collect()
}

#[test]
fn what_happens_between_two_calls_belongs_to_the_later_one() {
    let evidence = Evidence::default();
    assert_eq!(evidence.begin(at(1)), 1);
    evidence.console(line("during the first"));
    evidence.end(at(2));
    evidence.console(line("between"));
    let to_come = evidence.of(2).unwrap();
    assert_eq!((to_come.began_at, to_come.console.len()), (None, 1));
    assert_eq!(evidence.begin(at(3)), 2);
    evidence.console(line("during the second"));
    evidence.end(at(4));
    let texts =
        |call| evidence.of(call).unwrap().console.into_iter().map(|line| line.text).collect::<Vec<_>>();
    assert_eq!(texts(1), ["during the first"]);
    assert_eq!(texts(2), ["between", "during the second"]);
    assert_eq!(
        (evidence.of(1).unwrap().began_at, evidence.of(1).unwrap().ended_at),
        (Some(at(1)), Some(at(2)))
    );
    assert!(evidence.of(4).is_none());
    assert_eq!(evidence.span(), (1, 3));
}

#[test]
fn a_request_that_outlives_its_call_is_told_again_with_its_end() {
    let evidence = Evidence::default();
    evidence.begin(at(1));
    evidence.sent(request("quick"));
    evidence.ended("quick", |exchange| exchange.ended_at = Some(at(1)));
    evidence.sent(request("slow"));
    evidence.end(at(2));
    assert_eq!(ids(&evidence.of(1).unwrap()), [("quick", true), ("slow", false)]);
    evidence.begin(at(3));
    evidence.ended("slow", |exchange| exchange.ended_at = Some(at(3)));
    evidence.end(at(4));
    assert_eq!(ids(&evidence.of(2).unwrap()), [("slow", true)]);
    assert_eq!(ids(&evidence.of(1).unwrap()), [("quick", true), ("slow", true)]);
}

#[test]
fn the_same_line_again_and_again_is_one_line_and_a_flood_is_counted() {
    let evidence = Evidence::default();
    for _ in 0..5_000 {
        evidence.console(line("again"));
    }
    assert_eq!(evidence.of(1).unwrap().console.len(), 1);
    assert_eq!(evidence.of(1).unwrap().console[0].repeated, 5_000);
    for number in 0..MOST_LINES + 10 {
        evidence.console(line(&number.to_string()));
        evidence.sent(request(&number.to_string()));
    }
    let told = evidence.of(1).unwrap();
    assert_eq!((told.console.len(), told.dropped.console), (MOST_LINES, 11));
    assert_eq!((told.network.len(), told.dropped.network), (MOST_EXCHANGES, 10));
}

#[test]
fn the_oldest_calls_go_when_there_are_many_or_they_are_large() {
    let evidence = Evidence::default();
    for _ in 0..MOST_CALLS + 5 {
        evidence.begin(at(1));
        evidence.end(at(2));
    }
    assert_eq!(evidence.span(), (6, 56));
    assert!(evidence.of(5).is_none() && evidence.of(6).is_some());
    let mut large = request("large");
    large.request_body = Some(HttpBody { content: "x".repeat(MOST_BYTES), base64: false, truncated: false });
    evidence.begin(at(3));
    evidence.sent(large);
    evidence.end(at(4));
    assert_eq!(evidence.span(), (56, 57), "the newest call that has ended stays");
}

#[test]
fn a_page_is_wanted_only_until_the_next_call_begins_and_only_once() {
    let evidence = Evidence::default();
    assert!(evidence.wanted(1).is_none(), "it has not begun");
    evidence.begin(at(1));
    assert!(evidence.wanted(1).is_none(), "it has not ended");
    evidence.end(at(2));
    assert!(evidence.wanted(1).is_some_and(|wanted| wanted.page));
    assert!(evidence.wanted(1).is_none(), "it was asked for already");
    evidence.begin(at(3));
    evidence.end(at(4));
    evidence.begin(at(5));
    assert!(evidence.wanted(2).is_some_and(|wanted| !wanted.page));
    assert_eq!(evidence.of(2).unwrap().dropped.dom.as_deref(), Some(TOO_LATE));
}

#[test]
fn headers_that_open_doors_and_named_secrets_are_never_kept() {
    let evidence = Evidence::default();
    evidence.hide("hunter two");
    let mut exchange = request("a");
    exchange.url = "https://ada:s3cret@shop.example/?q=tea&access_token=abc123&page=2".to_owned();
    exchange.request_headers = vec![
        header("Authorization", "Bearer abc"),
        header("Cookie", "sid=abc"),
        header("Proxy-Authorization", "Basic abc"),
        header("X-Api-Key", "abc"),
        header("Referer", "https://shop.example/?password=abc"),
        header("Content-Type", "application/json"),
        header("X-Seen", "hunter two"),
    ];
    let sent = r#"{"user":"ada","password":"abc","deep":[{"Refresh-Token":"abc"}],"note":"hunter two"}"#;
    exchange.request_body = Some(HttpBody { content: sent.to_owned(), base64: false, truncated: false });
    evidence.sent(exchange);
    evidence.learn("a", |exchange| exchange.response_headers = vec![header("set-cookie", "sid=abc")]);
    evidence.ended("a", |exchange| exchange.ended_at = Some(at(1)));
    evidence.has_body(1, "a", Ok((r#"{"token": 12, "rows": [1]}"#.to_owned(), Encoding::Text)));
    evidence.console(line("typed hunter+two and hunter%20two"));
    evidence.has_page(1, Ok(DomSnapshot { html: "<p>hunter two</p>".to_owned(), ..DomSnapshot::default() }));
    let told = evidence.of(1).unwrap();
    let text = serde_json::to_string(&told).unwrap();
    for secret in ["abc", "s3cret", "hunter"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    let exchange = &told.network[0];
    assert!(exchange.url.contains("q=tea") && exchange.url.contains("page=2"), "{}", exchange.url);
    assert!(exchange.request_headers.iter().any(|h| h.name == "Cookie" && h.value == HIDDEN));
    assert!(exchange.request_body.as_ref().unwrap().content.contains("\"user\":\"ada\""));
    assert!(exchange.response_body.as_ref().unwrap().content.contains("\"rows\":[1]"));
}

#[test]
fn a_form_that_was_sent_keeps_what_is_no_secret() {
    let evidence = Evidence::default();
    let mut exchange = request("a");
    exchange.request_headers = vec![header("Content-Type", "application/x-www-form-urlencoded")];
    let body =
        |content: &str| Some(HttpBody { content: content.to_owned(), base64: false, truncated: false });
    exchange.request_body = body("user=ada&passwd=abc&empty_token=");
    evidence.sent(exchange);
    let mut parts = request("b");
    parts.request_headers = vec![header("Content-Type", "multipart/form-data; boundary=x")];
    parts.request_body = body(
        "--x\r\nContent-Disposition: form-data; name=\"user\"\r\n\r\nada\r\n\
         --x\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nabc\r\n--x--\r\n",
    );
    evidence.sent(parts);
    let told = evidence.of(1).unwrap();
    let sent: Vec<_> =
        told.network.iter().map(|e| e.request_body.as_ref().unwrap().content.as_str()).collect();
    assert_eq!(sent[0], "user=ada&passwd=not-kept&empty_token=");
    assert!(
        sent[1].contains("ada") && sent[1].contains(HIDDEN) && sent[1].ends_with("--x--\r\n"),
        "{}",
        sent[1]
    );
    assert!(!sent[1].contains("abc"));
}

#[test]
fn a_long_body_is_cut_where_a_character_ends() {
    let mut text = "€".repeat(100);
    assert!(cut(&mut text, 100));
    assert!(text.len() <= 100 && text.chars().all(|c| c == '€'));
    assert!(!cut(&mut text, 100));
}

#[test]
fn what_is_kept_of_a_session_goes_some_minutes_after_its_end() {
    let shelf = Shelf::default();
    shelf.enter("a", std::sync::Arc::default(), at(0));
    shelf.end("a", at(1_000));
    assert!(shelf.of("a", at(1_299)).is_some());
    assert!(shelf.of("a", at(1_300)).is_none());
}

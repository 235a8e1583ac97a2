use super::*;

/// Two old calls on a shop, and a failed step of another session on a news page, made a day later.
fn house() -> House {
    let house = House::new();
    house.archive.keep_session(ended(facts("s-old", -20))).unwrap();
    house.archive.keep_call(call("s-old", 1, -20)).unwrap();
    house
        .archive
        .keep_call(NewCall { kind: CallKind::Scrape, http_status: Some(206), ..call("s-old", 2, -19) })
        .unwrap();
    let cloud = SessionFacts {
        connection: "c-2".to_owned(),
        connection_name: "Cloud".to_owned(),
        ..facts("s-live", 1)
    };
    house.archive.keep_session(cloud).unwrap();
    let words = Words {
        actions: "Click Add to cart\n加入購物車".to_owned(),
        text: "Ein Café in Zürich. ราคาสินค้า 이용약관동의".to_owned(),
        asked: "red shoes".to_owned(),
    };
    let failed = NewCall {
        connection: "c-2".to_owned(),
        kind: CallKind::Step,
        what: "B3 Click Search".to_owned(),
        http_status: Some(409),
        failure: Some(CallFailure {
            code: "action_impossible".to_owned(),
            message: "B3 is covered by div.cookie".to_owned(),
            hint: None,
        }),
        request: Some(json!({ "session_id": "s-live", "value": "red shoes" })),
        response: Some(json!({ "data": { "markdown": "Ein Café in Zürich. 加入購物車" } })),
        timing: Timing { total: Some(Duration::from_millis(3_200)), ..Timing::default() },
        credits: None,
        page: Page { title: "Suche".to_owned(), url: "https://news.example.org/a%20b".to_owned() },
        words,
        ..call("s-live", 1, 1)
    };
    house.archive.keep_call(failed).unwrap();
    house.archive.flush().unwrap();
    house
}

const LIVE: [&str; 1] = ["s-live#1"];
const OLD: [&str; 2] = ["s-old#2", "s-old#1"];

#[test]
fn calls_are_found_over_all_sessions_by_every_key_and_newest_first() {
    let house = house();
    assert_eq!(house.found(""), ["s-live#1", "s-old#2", "s-old#1"]);
    for typed in [
        "call:step",
        "call:step,start",
        "status:error",
        "status:4xx",
        "status:409",
        "host:NEWS",
        "url:a%20b",
        "took:>2s",
        "-credits:2",
        "after:2027-01-15",
        "session:s-l",
        "connection:cloud",
        "connection:c-2",
        "call:step status:error host:news took:>=3200ms",
        "-host:shop",
        "-call:scrape -call:observe",
    ] {
        assert_eq!(house.found(typed), LIVE, "{typed}");
    }
    for typed in [
        "status:ok",
        "host:shop",
        "credits:2",
        "credits:<=2",
        "before:20d -call:step",
        "before:2027-01-01",
        "took:<1s",
    ] {
        let found = house.found(typed);
        assert!(found == OLD || typed.starts_with("before:20d"), "{typed}: {found:?}");
    }
    assert_eq!(house.found("before:2026-12-27"), ["s-old#1"]);
    assert_eq!(house.found("call:scrape status:2xx"), ["s-old#2"]);
}

#[test]
fn words_are_found_in_actions_text_values_pages_and_failures_and_inside_of_scripts_without_spaces() {
    let house = house();
    for typed in [
        "cart add",
        "\"add to cart\"",
        "text:\"Add to Cart\"",
        "cafe zurich",
        "red",
        "news.example",
        "suche",
        "covered",
        "\"covered by\"",
        "search",
        "加入",
        "購物",
        "\"購物車\"",
        "車",
        "สินค้า",
        "약관",
        "加入購物車",
    ] {
        assert_eq!(house.found(typed), LIVE, "{typed}");
    }
    for typed in ["\"cart add\"", "zzz", "物加", "url:%_", "host:_", "入車"] {
        assert_eq!(house.found(typed), [""; 0], "{typed}");
    }
    assert_eq!(house.found("-text:cart"), OLD);
}

#[test]
fn a_hit_has_its_session_and_shows_where_its_words_are() {
    let house = house();
    let hit = |typed: &str| house.archive.search(&filter(typed), 0, 1).unwrap().hits.remove(0);
    let snippet = |typed: &str| {
        let Snippet { of, before, found, after } = hit(typed).snippet.unwrap();
        (of, format!("{before}[{found}]{after}"))
    };
    assert_eq!(hit("call:step").snippet, None);
    assert_eq!(hit("call:step").session.connection_name, "Cloud");
    assert_eq!(snippet("covered"), (SnippetOf::Call, "B3 is [covered] by div.cookie".to_owned()));
    assert_eq!(snippet("suche"), (SnippetOf::Page, "[Suche]".to_owned()));
    assert_eq!(snippet("shoes"), (SnippetOf::Request, "red [shoes]".to_owned()));
    assert_eq!(snippet("購物"), (SnippetOf::Answer, "Ein Café in Zürich. 加入[購物]車".to_owned()));
    let page = house.archive.search(&filter(""), 1, 1).unwrap();
    assert_eq!((page.total, page.hits[0].call.number), (3, 2));
}

#[test]
fn what_is_typed_cannot_become_a_part_of_the_question() {
    let house = house();
    for typed in [
        "host:\"' OR 1=1 --\"",
        "session:%",
        "connection:'",
        "\"* OR a\"",
        "text:\"NEAR(a b)\"",
        "url:\"a' UNION SELECT 1\"",
        "cart*",
        "said:cart",
        "^cart",
    ] {
        let Ok(filter) = Filter::parse(typed, day(0).fixed_offset()) else { continue };
        let found = house.archive.search(&filter, 0, 10).unwrap_or_else(|why| panic!("{typed}: {why}"));
        assert!(found.total <= 1, "{typed}");
    }
}

#[test]
fn hosts_connections_and_sessions_that_there_are_can_be_completed() {
    let house = house();
    let offered = |typed: &str| -> Vec<String> {
        let completion = house.archive.complete(typed, typed.len()).unwrap();
        completion.suggestions.into_iter().map(|one| one.text).collect()
    };
    assert_eq!(offered("host:"), ["shop.example.com", "news.example.org"]);
    assert_eq!(offered("-host:news"), ["news.example.org"]);
    assert_eq!(offered("connection:local"), ["\"Local engine\""]);
    assert_eq!(offered("session:s-"), ["s-live", "s-old"]);
}

use chrono::{DateTime, FixedOffset, TimeZone};
use notex_wire::CallKind;

use super::*;

/// 14:00 in a zone two hours ahead.
fn now() -> DateTime<FixedOffset> {
    FixedOffset::east_opt(7_200).unwrap().with_ymd_and_hms(2026, 11, 26, 14, 0, 0).unwrap()
}

fn says(typed: &str) -> Vec<Says> {
    Filter::parse(typed, now()).unwrap().terms.into_iter().map(|term| term.says).collect()
}

fn only(typed: &str) -> Says {
    let [says] = <[Says; 1]>::try_from(says(typed)).unwrap();
    says
}

/// The part that is wrong, and the sentence.
fn problem(typed: &str) -> (String, String) {
    let problem = Filter::parse(typed, now()).unwrap_err();
    (typed[problem.at].to_owned(), problem.sentence)
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[test]
fn a_filter_is_terms_that_must_all_hold_and_a_minus_turns_one_round() {
    let filter =
        Filter::parse("call:step -host:ads credits:>2 text:\"add to cart\" \"a b\" shoes", now()).unwrap();
    let negated: Vec<bool> = filter.terms.iter().map(|term| term.is_negated).collect();
    assert_eq!(negated, [false, true, false, false, false, false]);
    assert_eq!(filter.words(), ["add to cart", "a b", "shoes"]);
    assert_eq!(filter.terms[0].says, Says::Call(vec![CallKind::Step]));
    assert_eq!(filter.terms[1].says, Says::Host("ads".to_owned()));
    assert_eq!(filter.terms[2].says, Says::Credits(Compared::More, 2_000));
    assert!(Filter::parse("  ", now()).unwrap().is_empty());
}

#[test]
fn values_have_units_classes_lists_and_comparisons() {
    assert_eq!(only("took:>2s"), Says::Took(Compared::More, 2_000_000));
    assert_eq!(only("took:<=1.5m"), Says::Took(Compared::AtMost, 90_000_000));
    assert_eq!(only("TOOK:>=800ms"), Says::Took(Compared::AtLeast, 800_000));
    assert_eq!(only("credits:0.1"), Says::Credits(Compared::Equal, 100));
    assert_eq!(only("status:error,404,5xx").clone(), {
        Says::Status(vec![StatusIs::Failed, StatusIs::Http(404, 404), StatusIs::Http(500, 599)])
    });
    assert_eq!(only("call:step,Observe"), Says::Call(vec![CallKind::Step, CallKind::Observe]));
}

#[test]
fn days_begin_at_the_persons_midnight_and_spans_are_ago() {
    assert_eq!(only("after:2026-11-20"), Says::After(at("2026-11-19T22:00:00Z")));
    assert_eq!(only("before:2026-11-20T14:30"), Says::Before(at("2026-11-20T12:30:00Z")));
    assert_eq!(only("before:\"2026-11-20 14:30\""), Says::Before(at("2026-11-20T12:30:00Z")));
    assert_eq!(only("after:today"), Says::After(at("2026-11-25T22:00:00Z")));
    assert_eq!(only("after:yesterday"), Says::After(at("2026-11-24T22:00:00Z")));
    assert_eq!(only("after:3h"), Says::After(at("2026-11-26T09:00:00Z")));
    assert_eq!(only("after:2d"), Says::After(at("2026-11-24T12:00:00Z")));
}

#[test]
fn an_address_a_time_of_day_and_a_lonely_minus_are_words() {
    let word = |words: &str| Says::Text { words: words.to_owned(), is_quoted: false };
    assert_eq!(only("https://shop.local/a?b=c"), word("https://shop.local/a?b=c"));
    assert_eq!(only("12:30"), word("12:30"));
    assert_eq!(only("well-known"), word("well-known"));
    assert_eq!(only("購物車"), word("購物車"));
    assert_eq!(only("-\"no thanks\""), Says::Text { words: "no thanks".to_owned(), is_quoted: true });
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_what_would_be_right() {
    assert_eq!(problem("call:stop").0, "stop");
    assert!(problem("call:stop").1.contains("observe, step, scrape"));
    let (place, sentence) = problem("shoes hots:shop");
    assert_eq!((place.as_str(), sentence.contains("host:shop")), ("hots", true), "{sentence}");
    assert!(problem("zebra:1").1.contains("in quotes"));
    assert_eq!(problem("a text:\"never ends").0, "\"never ends");
    assert_eq!(problem("a took: b").0, "took:");
    assert!(problem("took:2s").1.contains("took:>2s"));
    for wrong in
        ["took:>2", "took:>9999999999999s", "credits:>-1", "credits:>1e400", "credits:NaN", "status:77"]
    {
        assert!(!problem(wrong).1.is_empty(), "{wrong}");
    }
    for wrong in ["2026-13-40", "-3h", "99999999999999d", "d", "é", "2026-11-20T99:00"] {
        assert!(problem(&format!("after:{wrong}")).1.contains("is no time"), "{wrong}");
    }
    assert!(problem("*").1.contains("no letter"));
}

#[test]
fn nothing_that_is_typed_breaks_the_reading_of_it() {
    for typed in [
        "-",
        ":",
        "\"",
        "-\"",
        "a:",
        "-a:\"",
        "é:é",
        "host:\"\"",
        "\u{3000}",
        "-\u{3000}x",
        "a\"b c\"d",
        "::",
        "-:",
    ] {
        drop(Filter::parse(typed, now()));
        for at in 0..=typed.len() {
            drop(Completion::of(typed, at, &Nothing));
        }
    }
}

struct Nothing;

impl Known for Nothing {
    fn hosts(&self, part: &str) -> Vec<String> {
        vec![format!("{part}.example.com")]
    }
    fn connections(&self, _: &str) -> Vec<String> {
        vec!["Local engine".to_owned()]
    }
    fn sessions(&self, _: &str) -> Vec<String> {
        Vec::new()
    }
}

#[test]
fn keys_are_offered_where_a_term_begins_and_values_after_a_colon() {
    let offered = |typed: &str| {
        let completion = Completion::of(typed, typed.len(), &Nothing);
        let texts: Vec<String> = completion.suggestions.into_iter().map(|one| one.text).collect();
        (typed[completion.replaces].to_owned(), texts)
    };
    assert_eq!(offered("").1.len(), 11);
    assert_eq!(
        offered("shoes -c"),
        ("c".to_owned(), vec!["call:".into(), "credits:".into(), "connection:".into()])
    );
    assert_eq!(offered("call:s"), ("s".to_owned(), vec!["step".into(), "scrape".into(), "start".into()]));
    assert_eq!(offered("host:shop"), ("shop".to_owned(), vec!["shop.example.com".into()]));
    assert_eq!(offered("connection:").1, ["\"Local engine\""]);
    assert!(offered("text:\"add ").1.is_empty());
    assert!(offered("zebra:").1.is_empty());
    // In the middle of a word all of it is replaced.
    assert_eq!(Completion::of("stat:error x", 2, &Nothing).replaces, 0..10);
}

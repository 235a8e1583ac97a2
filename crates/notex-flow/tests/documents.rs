//! Documents are read as they were written, and what is wrong with one is said by its field.

#![expect(clippy::unwrap_used, reason = "a test that meets what it does not expect should stop here")]

use notex_flow::{
    Act, Deed, Element, Flow, FlowCall, FlowStep, OnFailure, Parameter, Run, ScrapeCall, Selector,
    SelectorKind,
};
use notex_wire::{Extract, Field, FieldSpec, ParamKind, StartRequest};
use proptest::prelude::*;
use serde_json::{Value, json};

fn least() -> Value {
    json!({
        "version": 1, "name": "Buy tea",
        "parameters": [{ "name": "what", "kind": "string", "default": "tea" }, { "name": "password", "kind": "password", "secret": true }],
        "steps": [
            { "name": "Open the shop", "call": { "type": "goto", "url": "https://shop.example.com/?q={{what}}" } },
            { "name": "Fill Password", "call": { "type": "act", "deed": "fill", "value": "{{password}}", "element": {
                "description": "Fill Password", "selectors": [{ "by": "role_name", "value": "textbox \"Password\"" }] } } },
            { "name": "Read it", "call": { "type": "scrape" } },
        ],
    })
}

fn refusal(flow: &Value) -> String {
    Flow::parse(&flow.to_string()).unwrap_err().to_string()
}

#[test]
fn what_a_flow_does_not_say_is_as_usual() {
    let flow = Flow::parse(&least().to_string()).unwrap();
    assert_eq!(flow.start, StartRequest::default());
    assert_eq!(flow.steps[0].deadline_seconds, notex_flow::DEFAULT_DEADLINE_SECONDS);
    assert_eq!(flow.steps[0].on_failure, OnFailure::Stop);
    assert_eq!(flow.steps[2].call, FlowCall::Scrape(ScrapeCall::default()));
    assert_eq!(flow.used_parameters().into_iter().collect::<Vec<_>>(), ["password", "what"]);
}

#[test]
fn what_is_wrong_is_said_by_its_field() {
    for (way, wrong, said) in [
        ("/name", json!(" "), "name: must not be empty"),
        ("/name", json!(7), "name: invalid type"),
        ("/parameters/0/name", json!("2nd"), "parameters[0].name: must be a letter"),
        ("/parameters/1/name", json!("what"), "parameters[1].name: what is given twice"),
        ("/parameters/0/kind", json!("number"), "parameters[0].default: parameter what must be a number"),
        ("/steps/0/call/url", json!("{{who}}"), "steps[0].call: {{who}} is none of the flow's parameters"),
        ("/steps/0/call/url", json!(null), "steps[0].call: invalid type: null"),
        ("/steps/0/call/type", json!("fly"), "steps[0].call.type: unknown variant `fly`"),
        (
            "/steps/1/call/element/selectors",
            json!([]),
            "steps[1].call.element.selectors: must hold at least one",
        ),
        ("/steps/1/call/value", json!(null), "steps[1].call.value: is missing"),
        ("/steps", json!(null), "steps: invalid type"),
    ] {
        let mut flow = least();
        *flow.pointer_mut(way).unwrap() = wrong;
        let refused = refusal(&flow);
        assert!(refused.starts_with(said), "{way}: {refused}");
    }
    for (field, wrong, said) in [
        ("retries", json!(11), "steps[2].retries: must be from 0 to 10"),
        ("deadline_seconds", json!(0), "steps[2].deadline_seconds: must be from 1 to 600"),
        ("deadline", json!(5), "steps[2]"),
        ("on_failure", json!("shrug"), "steps[2].on_failure: unknown variant `shrug`"),
    ] {
        let mut flow = least();
        flow["steps"][2][field] = wrong;
        let refused = refusal(&flow);
        assert!(refused.starts_with(said), "{field}: {refused}");
    }
    for (field, wrong, said) in [
        ("selector", json!(" "), "steps[2].call.selector: must not be empty"),
        ("response_format", json!("{"), "steps[2].call.response_format: must be a JSON Schema"),
        ("extract", json!({ "fields": {} }), "steps[2].call.extract: must hold fields"),
        (
            "extract",
            json!({ "fields": { " ": "h1" } }),
            "steps[2].call.extract.fields: hold one without a name",
        ),
        (
            "extract",
            json!({ "fields": { "a": { "selector": "li", "fields": { "": "b" } } } }),
            "steps[2].call.extract.fields.a.fields: hold one without a name",
        ),
        (
            "extract",
            json!({ "fields": { "a": { "selector": "li", "attribute": "id", "fields": { "b": "b" } } } }),
            "steps[2].call.extract.fields.a: must have an attribute or fields",
        ),
    ] {
        let mut flow = least();
        flow["steps"][2]["call"][field] = wrong;
        let refused = refusal(&flow);
        assert!(refused.starts_with(said), "{field}: {refused}");
    }
    let mut twice = least();
    twice["steps"][2]["call"]["instructions"] = json!("all teas");
    twice["steps"][2]["call"]["extract"] = json!({ "fields": { "title": "h1" } });
    assert!(refusal(&twice).starts_with("steps[2].call.instructions: and extract both say"));
    let mut secret = least();
    secret["parameters"][1]["default"] = json!("hunter two");
    let refused = refusal(&secret);
    assert!(refused.starts_with("parameters[1].default: a secret has none") && !refused.contains("hunter"));
}

#[test]
fn a_document_of_a_later_version_and_what_is_none_are_refused_with_a_sentence() {
    let mut later = least();
    later["version"] = json!(2);
    later["steps"] = json!("of another shape altogether");
    assert_eq!(
        refusal(&later),
        "this flow has version 2, and this program reads up to version 1; a newer one reads it"
    );
    for (text, said) in [
        ("", "it is not JSON"),
        ("[]", "it is not a JSON object"),
        ("{\"name\": \"x\"}", "it has no version"),
        ("{\"version\": \"1\"}", "version: must be a whole number"),
    ] {
        let refused = Flow::parse(text).unwrap_err().to_string();
        assert!(refused.contains(said), "{refused}");
        assert!(Run::parse(text).unwrap_err().to_string().contains(said));
    }
}

#[test]
fn a_run_is_told_what_it_needs_and_nothing_else() {
    let flow = Flow::parse(&least().to_string()).unwrap();
    let values = |pairs: &[(&str, &str)]| {
        flow.values(&pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    };
    assert_eq!(values(&[]).unwrap_err().to_string(), "parameter password is needed and has no default");
    assert_eq!(
        values(&[("pasword", "x")]).unwrap_err().to_string(),
        "parameter pasword is not known; this flow has what, password"
    );
    assert_eq!(values(&[("password", "x")]).unwrap()["what"], "tea");
}

#[test]
fn a_run_is_read_as_it_was_written_and_knows_its_rows() {
    let run = json!({
        "version": 1, "flow": "Buy tea", "connection": "Local", "session": "s1", "parameters": { "what": "tea" },
        "from": 0, "started_at": "2026-11-26T02:00:00Z", "ended_at": "2026-11-26T02:00:03Z", "outcome": "done",
        "credits": 3.2, "credits_estimated": false,
        "steps": [{
            "place": 0, "name": "Read it", "status": "done", "attempts": 1, "calls": [4],
            "started_at": "2026-11-26T02:00:01Z", "took_ms": 250.5, "http_status": 200,
            "url": "https://shop.example.com/", "title": "Shop", "credits": 2.5, "network": { "total": 9, "failed": 1 },
            "matched": { "by": { "by": "id", "value": "#buy" }, "description": "Click Buy", "healed": true,
                         "tried": ["role and name button \"Add\" matches none"], "selectors": [{ "by": "xpath", "value": "//a" }] },
            "read": { "markdown_sha256": "ab", "markdown_bytes": 2, "markdown": "hi",
                      "data": { "auto": { "tables": [] }, "products": [{ "name": "Sencha" }, { "name": "Assam" }] } },
        }],
    });
    let read = Run::parse(&run.to_string()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), run);
    assert_eq!(Run::parse(&read.to_json()).unwrap(), read);
    let names: Vec<_> = read.steps[0].read.as_ref().unwrap().rows().iter().map(|row| &row["name"]).collect();
    assert_eq!(names, ["Sencha", "Assam"]);
    assert_eq!(read.healed().count(), 1);
}

fn text() -> impl Strategy<Value = String> {
    // No braces: what is in them would have to be a parameter.
    "[^{}\\p{Cc}]{1,12}x"
}

fn selectors() -> impl Strategy<Value = Vec<Selector>> {
    let kinds = [
        SelectorKind::TestId,
        SelectorKind::RoleName,
        SelectorKind::Id,
        SelectorKind::Css,
        SelectorKind::XPath,
    ];
    let one = (prop::sample::select(kinds.to_vec()), text()).prop_map(|(by, value)| Selector { by, value });
    prop::collection::vec(one, 1..5)
}

fn act() -> impl Strategy<Value = Act> {
    let deeds = vec![Deed::Click, Deed::Fill, Deed::Check, Deed::Select, Deed::Upload];
    let said = || prop::option::of(text());
    (prop::sample::select(deeds), text(), said(), said(), said(), selectors(), prop::bool::ANY).prop_map(
        |(deed, value, role, name, group, selectors, enter)| Act {
            deed,
            element: Element { description: format!("Do {value}"), role, name, group, selectors },
            value: deed.needs_value().then_some(value),
            enter,
        },
    )
}

fn scrape() -> impl Strategy<Value = ScrapeCall> {
    (prop::array::uniform3(prop::bool::ANY), prop::option::of(text()), prop::option::of(text())).prop_map(
        |([only_main_content, images, links], selector, field)| ScrapeCall {
            only_main_content,
            images,
            links,
            response_format: field.as_ref().map(|name| json!({ "type": "object", "title": name })),
            instructions: selector.clone().filter(|_| field.is_none()),
            extract: field.map(|css| Extract {
                fields: [
                    ("a".to_owned(), Field::Selector(css.clone())),
                    (
                        "b".to_owned(),
                        Field::Spec(FieldSpec { selector: css, list: true, ..FieldSpec::default() }),
                    ),
                ]
                .into(),
                ..Extract::default()
            }),
            selector,
        },
    )
}

fn call() -> impl Strategy<Value = FlowCall> {
    prop_oneof![
        text().prop_map(|url| FlowCall::Goto { url }),
        (prop::option::of(text()), prop::option::of(1..500_u32))
            .prop_map(|(url, max_actions)| FlowCall::Observe { url, max_actions }),
        act().prop_map(FlowCall::Act),
        scrape().prop_map(FlowCall::Scrape),
        (0..30_000_u32).prop_map(|ms| FlowCall::Wait { ms }),
        (0..9_u32).prop_map(|tab| FlowCall::SwitchTab { tab }),
        text().prop_map(|url| FlowCall::OpenTab { url }),
        prop::sample::select(vec![FlowCall::Back, FlowCall::Forward, FlowCall::Reload, FlowCall::CloseTab]),
    ]
}

fn step() -> impl Strategy<Value = FlowStep> {
    let on_failure = prop::sample::select(vec![OnFailure::Stop, OnFailure::GoOn]);
    (text(), call(), 0..=10_u32, 1..=600_u32, on_failure).prop_map(
        |(name, call, retries, deadline_seconds, on_failure)| FlowStep {
            name,
            call,
            retries,
            deadline_seconds,
            on_failure,
        },
    )
}

fn flow() -> impl Strategy<Value = Flow> {
    let parameters =
        prop::collection::btree_map("[a-z][a-z0-9_]{0,9}", (prop::option::of(text()), prop::bool::ANY), 0..4);
    (text(), text(), parameters, prop::collection::vec(step(), 0..8)).prop_map(
        |(name, description, parameters, steps)| {
            let parameters = parameters.into_iter().map(|(name, (default, secret))| Parameter {
                name,
                kind: if secret { ParamKind::Password } else { ParamKind::String },
                default: default.filter(|_| !secret),
                secret,
                description: String::new(),
            });
            let start = StartRequest { session_timeout_minutes: Some(5), ..StartRequest::default() };
            Flow { description, parameters: parameters.collect(), start, steps, ..Flow::named(&name) }
        },
    )
}

proptest! {
    #[test]
    fn a_flow_is_read_as_it_was_written(flow in flow()) {
        prop_assert_eq!(Flow::parse(&flow.to_json()).unwrap(), flow);
    }

    #[test]
    fn no_text_makes_reading_panic(text in "\\PC{0,200}") {
        drop(Flow::parse(&text));
        drop(Run::parse(&text));
    }
}

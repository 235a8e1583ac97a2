use serde_json::json;

use super::*;

const MARKER: &str = "[not kept]";

fn page(actions: &Value) -> Value {
    let now = "2026-11-26T02:00:00Z";
    json!({
        "session": { "session_id": "s1", "timeout_minutes": 5, "created_at": now, "last_accessed_at": now,
                     "duration": 1.0, "status": "active", "error": null },
        "metadata": { "title": "Shop", "url": "https://shop.example.com/" }, "screenshot": null, "data": null,
        "space": { "description": "A shop", "actions": actions, "special_actions": [] },
    })
}

fn field(id: &str, label: &str, kind: &str) -> Value {
    json!({ "id": id, "description": format!("Fill {label}"), "category": "Form", "role": "textbox", "label": label,
            "params": [{ "name": "value", "type": kind }],
            "selector": { "css": format!("#{id}"), "role_name": format!("textbox \"{label}\"") } })
}

fn call(number: u32, kind: CallKind, request: Value, response: Option<Value>) -> RecordedCall {
    let (what, url) = (format!("call {number}"), "https://shop.example.com/".to_owned());
    RecordedCall { number, kind, what, request: Some(request), response, failed: false, url }
}

fn step(number: u32, id: &str, value: Option<&str>, response: Option<Value>) -> RecordedCall {
    call(number, CallKind::Step, json!({ "session_id": "s1", "action_id": id, "value": value }), response)
}

fn all() -> Vec<RecordedCall> {
    let login = page(&json!([
        field("I1", "Your e-mail", "email"), field("I2", "Password", "password"), field("I3", "Amount", "number"),
        { "id": "B1", "description": "Click Sign in", "category": "Form", "role": "button", "label": "Sign in",
          "selector": { "css": "form > button", "test_id": "[data-testid=\"go\"]" } },
        { "id": "B2", "description": "Click Ghost", "category": "Form" },
    ]));
    let observed =
        json!({ "session_id": "s1", "url": "https://shop.example.com/?q={{x}}", "max_nb_actions": 100 });
    let mut failed = step(7, "B1", None, None);
    failed.failed = true;
    vec![
        call(1, CallKind::Start, json!({ "session_timeout_minutes": 5 }), None),
        call(2, CallKind::Observe, observed, Some(login.clone())),
        step(3, "I1", Some("ada@example.com"), Some(login.clone())),
        step(4, "I2", Some(MARKER), Some(login.clone())),
        step(5, "I1", Some("ada@example.com"), Some(login.clone())),
        step(6, "I3", Some("a few"), Some(login)),
        failed,
        step(8, "B1", None, Some(page(&json!([])))),
        step(9, "B1", None, None),
        call(
            10,
            CallKind::Scrape,
            json!({ "selector": "main", "scrape_links": false, "only_main_content": false }),
            None,
        ),
        call(11, CallKind::Step, json!({ "type": "switch_tab", "tab_index": 1 }), None),
        step(12, "S8", None, None),
        call(13, CallKind::Close, json!({ "session_id": "s1" }), None),
    ]
}

#[test]
fn what_was_typed_becomes_parameters_and_a_password_one_without_its_value() {
    let start = json!({ "session_timeout_minutes": 9, "extra_http_headers": { "X-Key": MARKER, "X-A": "1" },
                        "proxies": [{ "type": "external", "server": "http://p:1", "password": MARKER }] });
    let made = make("Sign in", Some(&start), &all(), &(1..=13), Secrets { marker: MARKER });
    let parameters: Vec<_> = made
        .flow
        .parameters
        .iter()
        .map(|known| (known.name.as_str(), known.kind, known.default.as_deref(), known.secret))
        .collect();
    assert_eq!(
        parameters,
        [
            ("address", ParamKind::String, Some("https://shop.example.com/?q={{x}}"), false),
            ("your_e_mail", ParamKind::Email, Some("ada@example.com"), false),
            ("password", ParamKind::Password, None, true),
            ("amount", ParamKind::String, Some("a few"), false),
        ]
    );
    let names: Vec<_> = made.flow.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "Open shop.example.com",
            "Fill Your e-mail",
            "Fill Password",
            "Fill Your e-mail",
            "Fill Amount",
            "Click Sign in",
            "Read main",
            "Switch to tab 2"
        ]
    );
    let FlowCall::Act(click) = &made.flow.steps[5].call else { panic!("a click") };
    assert_eq!(click.element.selectors[0].value, "[data-testid=\"go\"]");
    assert_eq!(made.flow.start.extra_http_headers.as_ref().unwrap().len(), 1);
    assert_eq!(made.flow.start.proxies, None);
    assert_eq!(made.left_out.len(), 5, "{:?}", made.left_out);
    assert!(!made.flow.to_json().contains(MARKER));
    assert_eq!(Flow::parse(&made.flow.to_json()).unwrap(), made.flow);
}

#[test]
fn a_stretch_that_begins_on_a_page_opens_that_page_first() {
    let made = make("Pay", None, &all(), &(6..=8), Secrets { marker: MARKER });
    let calls: Vec<_> = made.flow.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(calls, ["Open shop.example.com", "Fill Amount", "Click Sign in"]);
    assert_eq!(made.left_out, ["Call 7, call 7: it failed."]);
}

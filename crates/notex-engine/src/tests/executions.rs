use chrono::Utc;
use notex_wire::PageEvent;
use notex_wire::current::ExecutionResult;

use super::*;

async fn done_by(house: &House, session: &SessionAnswer, action: Value) -> (Vec<String>, ExecutionResult) {
    let page = house.browser.page();
    let before = page.done().len();
    let result: ExecutionResult = house.execute(session, action).await.of();
    (page.done().split_off(before), result)
}

#[tokio::test]
async fn every_action_does_what_it_says() {
    let house = House::new().await;
    let session = house.start().await;
    let css = |text: &str| format!("Css(\"{text}\")");
    let input = css("input");
    for (action, done) in [
        (json!({ "type": "click", "id": "B1" }), "B1 with Click".to_owned()),
        (
            json!({ "type": "click", "id": "L1[:]", "press_enter": true }),
            "L1 with Click and enter".to_owned(),
        ),
        (
            json!({ "type": "fill", "id": "I1", "value": "Berlin", "timeout": 1500 }),
            "I1 with Fill { text: \"Berlin\", clear: true } within 1.5s".to_owned(),
        ),
        (
            json!({ "type": "fill", "id": "", "selector": "css=input", "value": "B", "clear_before_fill": false }),
            format!("{input} with Fill {{ text: \"B\", clear: false }}"),
        ),
        (
            json!({ "type": "multi_factor_fill", "selector": { "css_selector": "input" }, "value": "123456" }),
            format!("{input} with Fill {{ text: \"123456\", clear: true }}"),
        ),
        (
            json!({ "type": "fallback_fill", "selector": "text=City", "value": "B", "timeout": 0 }),
            "Text(\"City\") with Fill { text: \"B\", clear: true }".to_owned(),
        ),
        (json!({ "type": "check", "id": "B2", "value": false }), "B2 with Check { to: false }".to_owned()),
        (
            json!({ "type": "select_dropdown_option", "id": "I2", "value": "France" }),
            "I2 with Choose { options: [\"France\"] }".to_owned(),
        ),
        (
            json!({ "type": "select_dropdown_option", "id": "I2", "value": ["red", "blue"] }),
            "I2 with Choose { options: [\"red\", \"blue\"] }".to_owned(),
        ),
        (json!({ "type": "hover", "id": "B1" }), "B1 with Hover".to_owned()),
        (json!({ "type": "double_click", "id": "B1" }), "B1 with DoubleClick".to_owned()),
        (json!({ "type": "right_click", "id": "B1" }), "B1 with RightClick".to_owned()),
        (json!({ "type": "scroll_to", "id": "B1" }), "B1 with ScrollTo".to_owned()),
        (
            json!({ "type": "drag", "id": "B1", "to_id": "B2" }),
            "B1 with Drag { to: Action(\"B2\") }".to_owned(),
        ),
        (
            json!({ "type": "drag", "selector": "input", "to_selector": "#bin" }),
            format!("{input} with Drag {{ to: Selector(Css(\"#bin\")) }}"),
        ),
        (
            json!({ "type": "scroll_down", "id": "B1", "amount": 40 }),
            "B1 with ScrollIn(Scroll { toward: Down, css_px: Some(40.0) })".to_owned(),
        ),
        (
            json!({ "type": "goto", "url": "example.com", "wait_until": "networkidle" }),
            "goto https://example.com/ until NetworkIdle".to_owned(),
        ),
        (json!({ "type": "goto", "url": "http://a.example/" }), "goto http://a.example/".to_owned()),
        (
            json!({ "type": "goto_new_tab", "url": "b.example" }),
            "open a tab at https://b.example/".to_owned(),
        ),
        (json!({ "type": "switch_tab", "tab_index": 0 }), "switch to tab 0".to_owned()),
        (json!({ "type": "close_tab" }), "close the tab".to_owned()),
        (json!({ "type": "go_back" }), "back".to_owned()),
        (json!({ "type": "go_forward" }), "forward".to_owned()),
        (json!({ "type": "reload" }), "refresh".to_owned()),
        (json!({ "type": "press_key", "key": "Control+a" }), "press Control+a".to_owned()),
        (
            json!({ "type": "scroll_down", "amount": 300 }),
            "Scroll { toward: Down, css_px: Some(300.0) }".to_owned(),
        ),
        (
            json!({ "type": "scroll_right", "amount": 30 }),
            "Scroll { toward: Right, css_px: Some(30.0) }".to_owned(),
        ),
        (json!({ "type": "scroll_up", "amount": null }), "Scroll { toward: Up, css_px: None }".to_owned()),
        (
            json!({ "type": "scrape", "only_main_content": true, "ignored_tags": ["NAV"] }),
            "scrape MainContent without nav without img".to_owned(),
        ),
        (json!({ "type": "evaluate_js", "code": "1 + 1" }), "evaluate 1 + 1".to_owned()),
        (json!({ "type": "download_file", "id": "L2" }), "L2 with Download".to_owned()),
    ] {
        let (begun, result) = done_by(&house, &session, action.clone()).await;
        assert_eq!(begun, [done], "{action}");
        assert!(result.success && result.action_executed && result.exception.is_none(), "{action}");
        assert_eq!(result.action, action);
        assert!(result.started_at <= result.ended_at);
    }
}

#[tokio::test]
async fn what_needs_no_page_is_recorded_and_costs_a_step() {
    let house = House::new().await;
    let session = house.start().await;
    for action in [
        json!({ "type": "wait", "time_ms": 1 }),
        json!({ "type": "help", "reason": "which of the two?" }),
        json!({ "type": "completion", "success": true, "answer": { "price": 3 } }),
    ] {
        let answer = house.execute(&session, action.clone()).await;
        assert_eq!(answer.credits.as_deref(), Some("1"), "{action}");
        assert!(answer.of::<ExecutionResult>().success);
    }
    assert_eq!(house.browser.page().done(), [""; 0]);
    let offset = house.get(&format!("/sessions/{}/offset", session.session_id)).await;
    assert_eq!(offset.body, json!({ "offset": 3 }));
}

#[tokio::test]
async fn an_action_of_an_observe_is_taken_back_whole() {
    let house = House::new().await;
    let session = house.start().await;
    let seen = house.post(&format!("/sessions/{}/page/observe", session.session_id), json!({})).await;
    let mut action = seen.body["space"]["interaction_actions"][0].clone();
    assert_eq!((&action["type"], &action["value"]), (&json!("fill"), &json!("<sample_value>")));
    action["value"] = json!("Berlin");
    action["notte_selector"] = json!("of another server");
    let (begun, result) = done_by(&house, &session, action.clone()).await;
    assert_eq!(begun, ["I1 with Fill { text: \"Berlin\", clear: true }"]);
    assert_eq!(result.action, action);
}

#[tokio::test]
async fn a_script_answers_text_as_it_is_and_the_rest_as_json() {
    let house = House::new().await;
    let session = house.start().await;
    for (value, text) in [
        (json!("plain"), "plain"),
        (json!(null), "null"),
        (json!(4.5), "4.5"),
        (json!(true), "true"),
        (json!({ "a": [1, null] }), "{\"a\":[1,null]}"),
    ] {
        house.browser.page().answers(value);
        let (_, result) = done_by(&house, &session, json!({ "type": "evaluate_js", "code": "x" })).await;
        assert_eq!(result.data.unwrap().markdown, text);
    }
    house.browser.page().answers(json!("x".repeat(16 * 1024 * 1024 + 1)));
    let (_, result) = done_by(&house, &session, json!({ "type": "evaluate_js", "code": "x" })).await;
    assert!(!result.success);
    assert!(result.message.contains("16777217 bytes"), "{}", result.message);
}

#[tokio::test]
async fn a_scrape_as_an_action_costs_a_scrape() {
    let house = House::new().await;
    let session = house.start().await;
    let answer = house.execute(&session, json!({ "type": "scrape", "scrape_images": true })).await;
    assert_eq!(answer.credits.as_deref(), Some("2.2"));
    let data = answer.of::<ExecutionResult>().data.unwrap();
    assert!(data.markdown.starts_with("# Scripted"), "{}", data.markdown);
    assert_eq!(data.images.unwrap().len(), 2);
}

#[tokio::test]
async fn what_goes_wrong_on_the_page_is_an_answer_with_the_exception_and_free() {
    let house = House::new().await;
    let session = house.start().await;
    for (error, name, later) in [
        (PageError::UnknownAction("there is no B99".into()), "InvalidActionError", false),
        (PageError::NotOperable("B1 is covered".into()), "ActionExecutionError", false),
        (
            PageError::Unreachable { url: "https://a.example/".into(), why: "refused".into() },
            "PageLoadingError",
            true,
        ),
        (PageError::TimedOut { doing: "a click".into(), seconds: 5 }, "NotteTimeoutError", true),
    ] {
        house.browser.page().fail_next(error.clone());
        let answer = house.execute(&session, json!({ "type": "click", "id": "B99" })).await;
        assert_eq!(answer.credits.as_deref(), Some("0"));
        let result: ExecutionResult = answer.of();
        assert!(!result.success && !result.action_executed);
        assert_eq!(result.changes.is_some(), !later, "{name} tells what changed all the same");
        assert_eq!(result.message, error.to_string());
        assert_eq!(result.exception.as_deref(), Some(error.to_string().as_str()));
        let detail = result.exception_detail.unwrap();
        assert_eq!((detail.error_type.as_str(), detail.should_retry_later), (name, later));
        assert_eq!(detail.user_message, error.to_string());
    }
    house.costs(&session, 100).await;
}

#[tokio::test]
async fn a_lost_page_is_a_410_and_no_answer() {
    let house = House::new().await;
    let session = house.start().await;
    house.browser.page().lose("the page crashed");
    let refusal = house.execute(&session, json!({ "type": "click", "id": "B1" })).await.refusal(410);
    assert!(refusal.message.contains("the page crashed"), "{}", refusal.message);
}

#[tokio::test]
async fn an_action_that_cannot_be_one_is_refused_by_field() {
    let house = House::new().await;
    let session = house.start().await;
    for (action, field, kind) in [
        (json!({}), "type", "missing"),
        (json!({ "type": "dance" }), "type", "type_error"),
        (json!({ "type": "click" }), "id", "missing"),
        (json!({ "type": "click", "id": "", "selector": "" }), "id", "missing"),
        (json!({ "type": "click", "selector": {} }), "selector", "value_error"),
        (json!({ "type": "click", "selector": 7 }), "selector", "type_error"),
        (json!({ "type": "click", "selector": "internal:attr=[name=\"city\"]" }), "selector", "unsupported"),
        (json!({ "type": "click", "id": "B1", "timeout": -1 }), "timeout", "value_error"),
        (json!({ "type": "fill", "id": "I1" }), "value", "missing"),
        (json!({ "type": "fill", "id": "I1", "value": 7 }), "value", "value_error"),
        (json!({ "type": "check", "id": "B1", "value": "yes" }), "value", "value_error"),
        (json!({ "type": "goto" }), "url", "missing"),
        (json!({ "type": "goto", "url": "file:///etc/passwd" }), "url", "value_error"),
        (json!({ "type": "goto", "url": "a.example", "wait_until": "soon" }), "wait_until", "type_error"),
        (json!({ "type": "switch_tab", "tab_index": -1 }), "tab_index", "value_error"),
        (json!({ "type": "wait", "time_ms": -1 }), "time_ms", "value_error"),
        (json!({ "type": "wait", "time_ms": 30_001 }), "time_ms", "value_error"),
        (json!({ "type": "press_key", "key": "" }), "key", "value_error"),
        (json!({ "type": "scroll_down", "amount": -5 }), "amount", "value_error"),
        (json!({ "type": "drag", "id": "B1" }), "to_id", "missing"),
        (json!({ "type": "select_dropdown_option", "id": "I1", "value": [1] }), "value", "value_error"),
        (json!({ "type": "click", "id": "B1", "dialog": { "accept": 1 } }), "dialog.accept", "type_error"),
        (json!({ "type": "form_fill", "value": { "shoe_size": "43" } }), "value", "value_error"),
        (json!({ "type": "scrape", "instructions": "the price" }), "instructions", "unsupported"),
        (json!({ "type": "scrape", "selector": "//main" }), "selector", "unsupported"),
        (json!({ "type": "upload_file", "id": "I1", "file_path": "../secret" }), "file_path", "value_error"),
        (
            json!({ "type": "upload_file", "id": "I1", "file_path": "https://a.example/x" }),
            "file_path",
            "unsupported",
        ),
        (json!({ "type": "captcha_solve" }), "type", "unsupported"),
        (json!({ "type": "email_read" }), "type", "unsupported"),
        (json!({ "type": "email_verification_read" }), "type", "unsupported"),
        (json!({ "type": "sms_read" }), "type", "unsupported"),
        (json!({ "type": "completion", "answer": "x" }), "success", "missing"),
    ] {
        let said = action.to_string();
        let named = house.execute(&session, action).await.field();
        assert_eq!(named, (format!("body.{field}"), kind.to_owned()), "{said}");
    }
    assert_eq!(house.browser.page().done(), [""; 0]);
    let path = format!("/sessions/{}/page/execute?captcha_id=7", session.session_id);
    assert_eq!(house.post(&path, json!({ "type": "reload" })).await.field().0, "query.captcha_id");
    let path = format!("/sessions/{}/page/execute?captcha_timeout_seconds=180", session.session_id);
    assert!(house.post(&path, json!({ "type": "reload" })).await.of::<ExecutionResult>().success);
}

#[tokio::test]
async fn a_form_is_filled_field_by_field_and_a_field_that_is_not_there_is_named() {
    let house = House::new().await;
    let session = house.start().await;
    let form = json!({ "type": "form_fill", "value": { "email": "a@b.example", "first_name": "Ada" } });
    let (begun, result) = done_by(&house, &session, form.clone()).await;
    assert!(result.success);
    assert_eq!(result.message, "filled email, first_name");
    assert!(
        begun[0].contains("autocomplete~=\\\"email\\\"") && begun[0].ends_with("a@b.example"),
        "{begun:?}"
    );
    assert!(begun[1].contains("given-name") && begun[1].ends_with("Ada"), "{begun:?}");
    house.browser.page().fail_next(PageError::UnknownAction("nothing is found".into()));
    let (_, result) = done_by(&house, &session, form).await;
    assert_eq!(result.message, "email: nothing is found (nothing was filled before it)");
}

#[tokio::test]
async fn a_download_tells_the_name_of_its_file() {
    let house = House::new().await;
    let session = house.start().await;
    let page = house.browser.page();
    let download = |failure: Option<String>| PageEvent::Download {
        at: Utc::now(),
        file: "downloads/report.pdf".into(),
        url: "https://a.example/report".into(),
        bytes: 7,
        failure,
    };
    for (failure, said) in [
        (None, "downloaded report.pdf"),
        (Some("it is too large".to_owned()), "report.pdf was not kept: it is too large"),
    ] {
        page.hold();
        let path = format!("/sessions/{}/page/execute", session.session_id);
        let before = page.done().len();
        let running = house.post_aside(&path, json!({ "type": "download_file", "id": "L1" }));
        while page.done().len() == before {
            tokio::task::yield_now().await;
        }
        page.happens(download(failure));
        page.let_go();
        let result: ExecutionResult = running.await.unwrap().of();
        assert_eq!(result.message, said);
    }
}

#[tokio::test]
async fn dialogs_are_answered_as_an_action_wishes_and_told_with_what_changed() {
    let house = House::new().await;
    let session = house.start().await;
    let page = house.browser.page();
    page.hold_at("B1 with Click");
    let path = format!("/sessions/{}/page/execute", session.session_id);
    let dialog = json!({ "accept": true, "text": "Ann" });
    let running = house.post_aside(&path, json!({ "type": "click", "id": "B1", "dialog": dialog }));
    page.has_begun("B1 with Click").await;
    page.happens(PageEvent::Dialog {
        at: Utc::now(),
        dialog: "prompt".into(),
        message: "Your name?".into(),
        accepted: true,
        entered: Some("Ann".into()),
    });
    page.let_go();
    let result: ExecutionResult = running.await.unwrap().of();
    let changes = result.changes.unwrap();
    assert_eq!(changes.summary, "1 dialog was answered");
    let told = &changes.dialogs[0];
    assert_eq!(
        (told.kind.as_str(), told.text.as_str(), told.answer.as_str(), told.entered.as_deref()),
        ("prompt", "Your name?", "accepted", Some("Ann"))
    );
    assert!(page.done().contains(&"dialogs are accepted: true with Ann".to_owned()), "{:?}", page.done());
    let (_, quiet) = done_by(&house, &session, json!({ "type": "click", "id": "B1" })).await;
    assert_eq!(quiet.changes.unwrap().summary, "nothing changed");
    let (_, refused) = done_by(&house, &session, json!({ "type": "evaluate_js", "code": "1" })).await;
    assert!(refused.changes.is_some());
}

#[tokio::test]
async fn a_classic_step_takes_gestures_in_place_of_a_value() {
    let house = House::new().await;
    let session = house.start().await;
    let page = house.browser.page();
    for (action, value, done) in [
        ("B1", "gesture:hover", "B1 with Hover"),
        ("L1", "gesture:double_click", "L1 with DoubleClick"),
        ("B1", "gesture:right_click", "B1 with RightClick"),
        ("B1", "gesture:scroll_to", "B1 with ScrollTo"),
        ("B1", "gesture:scroll_left", "B1 with ScrollIn(Scroll { toward: Left, css_px: None })"),
        ("B1", "gesture:drag B5", "B1 with Drag { to: Action(\"B5\") }"),
        ("I1", "gesture:hover", "I1 with gesture:hover"),
    ] {
        let body = json!({ "session_id": session.session_id, "action_id": action, "value": value });
        let answer = house.post("/env/step", body).await;
        assert_eq!(answer.body["changes"]["summary"], "nothing changed", "{}", answer.body);
        assert!(page.done().contains(&done.to_owned()), "{done} in {:?}", page.done());
    }
    for wrong in ["gesture:", "gesture:jump", "gesture:drag", "gesture:drag here"] {
        let body = json!({ "session_id": session.session_id, "action_id": "B1", "value": wrong });
        let answer = house.post("/env/step", body).await;
        assert_eq!(answer.body["detail"][0]["loc"], json!(["body", "value"]), "{wrong}");
    }
}

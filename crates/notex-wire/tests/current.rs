//! The current contract as the client of PyPI `notte-sdk` 1.10.0 sends it (what was given, nulls left out; an action of
//! an observe whole) and reads it (which fields it requires, which words it refuses).
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use std::collections::BTreeMap;

use notex_wire::current::{
    ActionType, BoundingBox, CookiesAnswer, DataSpace, DebugAnswer, DebugSockets, DebugTab, ExceptionDetail,
    ExecuteRequest, ExecutionResult, FileSource, InteractionAction, Metadata, NodeSelectors, Observation,
    ObserveRequest, PixelViewport, SAMPLE_VALUE, ScrapeRequest, Screenshot, SelectorRequest, SessionFile,
    SetCookiesRequest, Space,
};
use notex_wire::{Cookie, PageCategory, StartRequest, Tab};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn read<T: DeserializeOwned>(body: Value) -> T {
    serde_json::from_value(body).unwrap()
}

fn written(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

fn refused<T: DeserializeOwned + std::fmt::Debug>(body: Value) -> String {
    serde_json::from_value::<T>(body).unwrap_err().to_string()
}

#[test]
fn a_start_is_read_with_all_that_the_client_may_give() {
    assert_eq!(read::<StartRequest>(json!({})), StartRequest::default());
    let body = json!({
        "idle_timeout_minutes": 3, "max_duration_minutes": 15, "viewport_width": 1280, "viewport_height": 1080,
        "browser_type": "chromium", "user_agent": "me", "chrome_args": ["--x"], "solve_captchas": false,
        "proxies": [{ "type": "external", "server": "http://p:1" }], "profile": { "id": "p", "persist": true },
        "extra_http_headers": { "X-A": "1" }, "vault_id": "v", "auth_ids": ["a"], "auth_retry": 1,
        "wait_for_authentication": true, "web_bot_auth": false, "block_ads": true, "advanced_stealth": false,
        "cdp_url": "ws://x", "aspect_ratio": "16:9"
    });
    assert_eq!(written(&read::<StartRequest>(body.clone())), body);
    assert!(refused::<StartRequest>(json!({ "telepathy": true })).contains("unknown field `telepathy`"));
}

#[test]
fn page_calls_are_read_as_the_client_sends_them() {
    let body = json!({ "max_nb_actions": 100, "perception_type": "fast" });
    assert_eq!(written(&read::<ObserveRequest>(body.clone())), body);
    let body = json!({
        "scrape_links": true, "scrape_images": false, "only_main_content": false, "use_link_placeholders": false,
        "selector": "main", "ignored_tags": ["nav"]
    });
    assert_eq!(written(&read::<ScrapeRequest>(body.clone())), body);
    for body in [json!({ "url": "https://example.com" }), json!({ "only_images": true })] {
        assert!(refused::<ObserveRequest>(body.clone()).contains("unknown field"));
        assert!(refused::<ScrapeRequest>(body).contains("unknown field"));
    }
}

#[test]
fn every_action_is_read_as_the_client_sends_it() {
    for (word, kind) in [
        ("click", ActionType::Click),
        ("fill", ActionType::Fill),
        ("multi_factor_fill", ActionType::MultiFactorFill),
        ("fallback_fill", ActionType::FallbackFill),
        ("check", ActionType::Check),
        ("select_dropdown_option", ActionType::SelectDropdownOption),
        ("upload_file", ActionType::UploadFile),
        ("download_file", ActionType::DownloadFile),
        ("goto", ActionType::Goto),
        ("goto_new_tab", ActionType::GotoNewTab),
        ("close_tab", ActionType::CloseTab),
        ("switch_tab", ActionType::SwitchTab),
        ("go_back", ActionType::GoBack),
        ("go_forward", ActionType::GoForward),
        ("reload", ActionType::Reload),
        ("wait", ActionType::Wait),
        ("press_key", ActionType::PressKey),
        ("scroll_up", ActionType::ScrollUp),
        ("scroll_down", ActionType::ScrollDown),
        ("scroll_left", ActionType::ScrollLeft),
        ("scroll_right", ActionType::ScrollRight),
        ("form_fill", ActionType::FormFill),
        ("scrape", ActionType::Scrape),
        ("evaluate_js", ActionType::EvaluateJs),
        ("captcha_solve", ActionType::CaptchaSolve),
        ("help", ActionType::Help),
        ("completion", ActionType::Completion),
        ("email_read", ActionType::EmailRead),
        ("email_verification_read", ActionType::EmailVerificationRead),
        ("sms_read", ActionType::SmsRead),
    ] {
        assert_eq!(read::<ExecuteRequest>(json!({ "type": word })).kind, kind, "{word}");
    }
    let sent: ExecuteRequest = read(json!({
        "type": "fill", "id": "", "value": "Berlin", "clear_before_fill": true, "timeout": 15000,
        "category": "Interaction Actions", "description": "Fill City", "text_label": "City", "press_enter": null,
        "selector": {
            "css_selector": "input[name=city]", "xpath_selector": "", "in_iframe": false, "in_shadow_root": false,
            "notte_selector": "", "iframe_parent_css_selectors": [], "python_selector": ""
        }
    }));
    let Some(SelectorRequest::Ways(ways)) = sent.selector else {
        unreachable!("an object is one of several ways")
    };
    assert_eq!(ways.css_selector.as_deref(), Some("input[name=city]"));
    assert_eq!((sent.value, sent.timeout), (Some(json!("Berlin")), Some(15000)));
    let text: ExecuteRequest = read(json!({ "type": "click", "selector": "text=More" }));
    assert_eq!(text.selector, Some(SelectorRequest::Text("text=More".into())));
    assert!(refused::<ExecuteRequest>(json!({ "type": "dance" })).contains("unknown variant `dance`"));
}

#[test]
fn a_cookie_is_read_from_every_export() {
    let body = json!({ "cookies": [
        { "name": "a", "value": "1", "domain": "x", "path": null, "httpOnly": null, "sameSite": "no_restriction",
          "expirationDate": 7.5, "hostOnly": true, "storeId": "0", "partitionKey": null },
        { "name": "b", "value": "2", "domain": "x", "sameSite": "unspecified", "expires": -1 },
        { "name": "c", "value": "3", "domain": "x", "expires": 9, "expirationDate": 9, "session": true }
    ]});
    let cookies = read::<SetCookiesRequest>(body).cookies;
    let told: Vec<_> = cookies
        .iter()
        .map(|cookie| (cookie.path.as_str(), cookie.same_site.as_deref(), cookie.expires))
        .collect();
    assert_eq!(told, [("/", Some("None"), Some(7.5)), ("/", None, None), ("/", None, None)]);
    let cookie = Cookie { name: "a".into(), path: "/".into(), ..Cookie::default() };
    let body = written(&CookiesAnswer { cookies: vec![cookie], usage: None });
    assert_eq!(
        body,
        json!({ "cookies": [{ "name": "a", "value": "", "domain": "", "path": "/", "httpOnly": false }] })
    );
}

#[test]
fn an_observation_holds_all_that_the_client_requires() {
    let time = "2026-11-22T12:00:00Z".parse().unwrap();
    let action = InteractionAction {
        kind: ActionType::Fill,
        id: "I1".into(),
        category: "Form".into(),
        description: "Fill City".into(),
        selector: Some(NodeSelectors {
            css_selector: Some("#city".into()),
            xpath_selector: Some(String::new()),
            in_iframe: Some(false),
            in_shadow_root: Some(false),
            iframe_parent_css_selectors: Some(Vec::new()),
            ..NodeSelectors::default()
        }),
        text_label: Some("City".into()),
        accessible_name: Some("City".into()),
        value: Some(SAMPLE_VALUE.into()),
        file_path: None,
        role: None,
        params: Vec::new(),
        state: None,
        bounds: None,
    };
    let bbox = BoundingBox {
        x: 1.5,
        y: 2.0,
        width: 3.0,
        height: 4.0,
        scroll_x: 0.0,
        scroll_y: 0.0,
        viewport_width: 1280.0,
        viewport_height: 800.0,
        iframe_offset_x: 0.0,
        iframe_offset_y: 0.0,
        notte_id: "I1".into(),
    };
    let observation = Observation {
        started_at: time,
        ended_at: time,
        metadata: Metadata {
            title: "Example".into(),
            url: "https://example.com/".into(),
            viewport: PixelViewport { viewport_width: 1280, ..PixelViewport::default() },
            tabs: vec![Tab::default()],
            timestamp: time,
        },
        screenshot: Screenshot { raw: "YQ==".into(), bboxes: vec![bbox] },
        space: Space {
            description: "A search".into(),
            interaction_actions: vec![action],
            category: Some(PageCategory::SearchResults),
            total_actions: 1,
            partial: None,
        },
        element_states: BTreeMap::new(),
        fingerprint: "0f".into(),
        usage: None,
    };
    let body = written(&observation);
    assert_eq!(body["metadata"]["viewport"]["viewport_width"], json!(1280));
    assert_eq!(body["metadata"]["tabs"][0]["tab_id"], json!(0));
    assert_eq!(body["space"]["category"], "search-results");
    let action = &body["space"]["interaction_actions"][0];
    assert_eq!((&action["type"], &action["value"]), (&json!("fill"), &json!("<sample_value>")));
    for required in
        ["css_selector", "xpath_selector", "in_iframe", "in_shadow_root", "iframe_parent_css_selectors"]
    {
        assert!(!action["selector"][required].is_null(), "{required}");
    }
    assert_eq!(body["screenshot"]["bboxes"][0]["notte_id"], "I1");
    // The client takes an answer with this for a refusal.
    assert_eq!(body.get("detail"), None);
    assert_eq!(read::<Observation>(body), observation);
}

#[test]
fn a_failed_execution_says_so_in_every_way_that_the_client_reads() {
    let time = "2026-11-22T12:00:00Z".parse().unwrap();
    let result = ExecutionResult {
        started_at: time,
        ended_at: time,
        action: json!({ "type": "click", "id": "B9" }),
        success: false,
        message: "there is no B9".into(),
        data: None,
        exception: Some("there is no B9".into()),
        exception_detail: Some(ExceptionDetail {
            error_type: "InvalidActionError".into(),
            dev_message: "there is no B9".into(),
            user_message: "there is no B9".into(),
            agent_message: "there is no B9".into(),
            should_retry_later: false,
            should_notify_team: false,
        }),
        action_executed: false,
        changes: None,
        usage: None,
    };
    let body = written(&result);
    for required in ["started_at", "ended_at", "action", "success", "message"] {
        assert!(!body[required].is_null(), "{required}");
    }
    assert_eq!(body["exception_detail"]["error_type"], "InvalidActionError");
    assert_eq!(read::<ExecutionResult>(body), result);
}

#[test]
fn the_rest_is_written_as_the_client_reads_it() {
    let data = DataSpace { markdown: "# A".into(), ..DataSpace::default() };
    assert_eq!(written(&data), json!({ "markdown": "# A" }));
    let tab = DebugTab { metadata: Tab::default(), debug_url: "http://a".into(), ws_url: "ws://a".into() };
    let ws = DebugSockets { cdp: String::new(), recording: "ws://a".into(), logs: "http://a".into() };
    let debug = DebugAnswer { debug_url: "http://a".into(), ws, tabs: vec![tab] };
    for required in ["cdp", "recording", "logs"] {
        assert!(written(&debug)["ws"][required].is_string(), "{required}");
    }
    let time = "2026-11-22T12:00:00Z".parse().unwrap();
    let file = SessionFile {
        id: "1".into(),
        session_id: "7f7a".into(),
        filename: "a.txt".into(),
        mime_type: "text/plain".into(),
        size: 1,
        checksum: "0f".into(),
        created_at: time,
        expires_at: time,
        source: FileSource::SessionDownload,
    };
    assert_eq!(written(&file)["source"], "session_download");
}

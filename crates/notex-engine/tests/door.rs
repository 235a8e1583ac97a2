//! Clients of the browser's own protocol and viewers, let in to one session of the engine as a program: what they can
//! do in it, and every way out of it that is known.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "shared/served.rs"]
mod served;

use std::collections::VecDeque;

use axum::Router;
use axum::http::header;
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use futures_util::{SinkExt, StreamExt};
use notex_wire::{LiveNews, SessionAnswer};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{Error, Message, client::IntoClientRequest};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use served::{KEY, PATIENCE, Served};

impl Served {
    async fn start_session(&self) -> SessionAnswer {
        serde_json::from_value(self.started().await).unwrap()
    }

    async fn observe(&self, session: &SessionAnswer, url: Option<&str>) -> Value {
        self.post("/env/observe", json!({ "session_id": session.session_id, "url": url })).await
    }
}

/// A client of the browser's protocol.
struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    events: VecDeque<Value>,
    next_id: i64,
}

impl Client {
    async fn enter(session: &SessionAnswer) -> Self {
        let (socket, _) = connect_async(session.cdp_url.as_deref().expect("it lives")).await.unwrap();
        Self { socket, events: VecDeque::new(), next_id: 0 }
    }

    async fn next(&mut self) -> Option<Value> {
        loop {
            match timeout(PATIENCE, self.socket.next()).await.expect("the engine says something") {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    async fn call_on(&mut self, session: Option<&str>, method: &str, params: Value) -> Result<Value, String> {
        self.next_id += 1;
        let mut command = json!({ "id": self.next_id, "method": method, "params": params });
        if let Some(session) = session {
            command["sessionId"] = json!(session);
        }
        self.socket.send(Message::text(command.to_string())).await.unwrap();
        loop {
            let said = self.next().await.expect("the connection lives");
            if said["id"] == json!(self.next_id) {
                assert_eq!(said.get("sessionId").and_then(Value::as_str), session, "{said}");
                return match said.get("error") {
                    Some(error) => Err(error["message"].as_str().unwrap().to_owned()),
                    None => Ok(said["result"].clone()),
                };
            }
            self.events.push_back(said);
        }
    }

    async fn call(&mut self, method: &str, params: Value) -> Result<Value, String> {
        self.call_on(None, method, params).await
    }

    async fn event(&mut self, method: &str) -> Value {
        loop {
            if let Some(place) = self.events.iter().position(|event| event["method"] == method) {
                return self.events.remove(place).unwrap();
            }
            let said = self.next().await.expect("the connection lives");
            self.events.push_back(said);
        }
    }

    /// As Playwright begins. Answers the session and the target of the page.
    async fn attach(&mut self) -> (String, String) {
        let all = json!({ "autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true });
        self.call("Target.setAutoAttach", all).await.unwrap();
        self.call("Target.getTargetInfo", json!({})).await.unwrap();
        let attached: Vec<_> = self
            .events
            .iter()
            .filter(|event| event["method"] == "Target.attachedToTarget")
            .cloned()
            .collect();
        assert_eq!(
            attached.len(),
            1,
            "the page is told of before the answer, and nothing else: {attached:?}"
        );
        let params = &attached[0]["params"];
        self.events.clear();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&params["sessionId"]), text(&params["targetInfo"]["targetId"]))
    }

    async fn evaluate(&mut self, session: &str, expression: &str) -> Value {
        let params = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        self.call_on(Some(session), "Runtime.evaluate", params).await.unwrap()["result"]["value"].clone()
    }

    async fn open(&mut self, session: &str, url: &str) {
        self.call_on(Some(session), "Page.enable", json!({})).await.unwrap();
        let opened = self.call_on(Some(session), "Page.navigate", json!({ "url": url })).await.unwrap();
        assert_eq!(opened.get("errorText"), None, "{opened}");
        self.event("Page.loadEventFired").await;
    }
}

async fn site() -> String {
    let home = "<title>Home</title><button onclick=\"document.title='pressed'\">Press</button>
        <input type=file id=file><a href=/file id=file_link download>File</a>";
    let app = Router::new()
        .route("/", get(async move || Html(home)))
        .route("/cookie", get(async || ([(header::SET_COOKIE, "who=me; Path=/")], "set").into_response()))
        .route("/file", get(async || ([(header::CONTENT_DISPOSITION, "attachment")], "bytes")));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    base
}

#[tokio::test]
async fn a_client_and_the_calls_of_the_engine_work_on_the_same_page() {
    let (served, site) = (Served::start().await, site().await);
    let session = served.start_session().await;
    let mut client = Client::enter(&session).await;
    let (page, _) = client.attach().await;
    client.open(&page, &site).await;
    let seen = served.observe(&session, None).await;
    assert_eq!(seen["metadata"]["title"], "Home");
    let action = seen["space"]["actions"]
        .as_array()
        .unwrap()
        .iter()
        .find(|action| action["description"].as_str().unwrap().contains("Press"))
        .expect("the button is listed")["id"]
        .clone();
    served.post("/env/step", json!({ "session_id": session.session_id, "action_id": action })).await;
    assert_eq!(client.evaluate(&page, "document.title").await, "pressed");

    // The engine answers dialogs, and a second answer is told what became of them.
    assert_eq!(client.evaluate(&page, "confirm('sure?')").await, false);
    client.event("Page.javascriptDialogClosed").await;
    let answered = async |client: &mut Client, accept: bool| {
        client.call_on(Some(&page), "Page.handleJavaScriptDialog", json!({ "accept": accept })).await
    };
    answered(&mut client, false).await.unwrap();
    let late = answered(&mut client, true).await.unwrap_err();
    assert!(late.contains("dismissed this confirm"), "{late}");

    // It is told of a download; where it is kept is the session's affair.
    let wish = json!({ "behavior": "allowAndName", "downloadPath": "/tmp", "eventsEnabled": true });
    client.call("Browser.setDownloadBehavior", wish).await.unwrap();
    client.evaluate(&page, "file_link.click()").await;
    let begins = client.event("Browser.downloadWillBegin").await;
    assert_eq!(begins["params"]["url"], format!("{site}/file"));
    loop {
        let progress = client.event("Browser.downloadProgress").await;
        assert_eq!(progress["params"]["guid"], begins["params"]["guid"]);
        if progress["params"]["state"] != "inProgress" {
            break;
        }
    }

    // It leaves, and the page stays.
    client.call("Browser.close", json!({})).await.unwrap();
    assert!(client.next().await.is_none());
    assert_eq!(served.observe(&session, None).await["metadata"]["title"], "pressed");
}

#[tokio::test]
async fn no_way_leads_from_one_session_to_another() {
    let (served, site) = (Served::start().await, site().await);
    let (own, other) = (served.start_session().await, served.start_session().await);
    served.observe(&other, Some(&format!("{site}/cookie"))).await;
    let mut stranger = Client::enter(&other).await;
    let (_, foreign) = stranger.attach().await;
    let context = |listed: &Value| listed["targetInfos"][0]["browserContextId"].as_str().unwrap().to_owned();
    let foreign_context = context(&stranger.call("Target.getTargets", json!({})).await.unwrap());

    let mut client = Client::enter(&own).await;
    let (page, target) = client.attach().await;
    let listed = client.call("Target.getTargets", json!({ "filter": [{}] })).await.unwrap();
    assert_eq!(listed["targetInfos"].as_array().unwrap().len(), 1);
    assert_eq!(listed["targetInfos"][0]["targetId"], target);
    let own_context = context(&listed);
    assert_ne!(own_context, foreign_context);
    let contexts = client.call("Target.getBrowserContexts", json!({})).await.unwrap();
    assert_eq!(contexts["browserContextIds"], json!([]));
    client.call("Target.setDiscoverTargets", json!({ "discover": true })).await.unwrap();
    assert_eq!(client.event("Target.targetCreated").await["params"]["targetInfo"]["targetId"], target);

    // Targets of another session are no different from targets that do not exist.
    for on in [None, Some(page.as_str())] {
        for method in
            ["Target.attachToTarget", "Target.getTargetInfo", "Target.closeTarget", "Target.activateTarget"]
        {
            let mut refusals = Vec::new();
            for target in [foreign.as_str(), "NO-SUCH-TARGET"] {
                let params = json!({ "targetId": target, "flatten": true });
                refusals.push(client.call_on(on, method, params).await.expect_err(method));
            }
            assert_eq!(refusals[0], refusals[1]);
        }
        let context = json!({ "browserContextId": foreign_context });
        for method in [
            "Storage.getCookies",
            "Storage.clearCookies",
            "Browser.resetPermissions",
            "Browser.setDownloadBehavior",
        ] {
            let why = client.call_on(on, method, context.clone()).await.expect_err(method);
            assert!(why.contains("no such browser context"), "{why}");
        }
        let tab = json!({ "url": "about:blank", "browserContextId": foreign_context });
        client.call_on(on, "Target.createTarget", tab).await.unwrap_err();
        for method in [
            "Browser.crash",
            "Browser.getBrowserCommandLine",
            "Extensions.loadUnpacked",
            "SystemInfo.getProcessInfo",
            "Target.autoAttachRelated",
            "Target.createBrowserContext",
            "Target.disposeBrowserContext",
            "Target.exposeDevToolsProtocol",
            "Target.sendMessageToTarget",
            "Tethering.bind",
            "Tracing.start",
        ] {
            let params = json!({ "targetId": foreign, "browserContextId": foreign_context });
            let why = client.call_on(on, method, params).await.expect_err(method);
            assert!(why.contains("reaches beyond this session"), "{why}");
        }
    }
    // A second view of the browser is no wider than the first.
    let seat = client.call("Target.attachToBrowserTarget", json!({})).await.unwrap();
    let seat = seat["sessionId"].as_str().unwrap().to_owned();
    let listed = client.call_on(Some(&seat), "Target.getTargets", json!({})).await.unwrap();
    assert_eq!(listed["targetInfos"].as_array().unwrap().len(), 1);
    let attach = json!({ "targetId": target, "flatten": true });
    let second = client.call_on(Some(&seat), "Target.attachToTarget", attach).await.unwrap();
    assert_eq!(client.evaluate(second["sessionId"].as_str().unwrap(), "1 + 1").await, 2);
    let why = client.call_on(Some("NO-SUCH-SESSION"), "Runtime.enable", json!({})).await.unwrap_err();
    assert!(why.contains("no such session"), "{why}");

    // Cookies are those of the own context, said or not.
    assert_eq!(client.call("Storage.getCookies", json!({})).await.unwrap()["cookies"], json!([]));
    let set = json!({ "cookies": [{ "name": "own", "value": "1", "url": site }] });
    client.call("Storage.setCookies", set).await.unwrap();
    let theirs = stranger.call("Storage.getCookies", json!({})).await.unwrap();
    let names: Vec<_> = theirs["cookies"].as_array().unwrap().iter().map(|cookie| &cookie["name"]).collect();
    assert_eq!(names, ["who"]);

    // What happens in another session is not told: a third one comes, goes somewhere and ends meanwhile.
    let third = served.start_session().await;
    served.observe(&third, Some(&site)).await;
    served.post("/session/close", json!({ "session_id": third.session_id })).await;
    client.call("Browser.getVersion", json!({})).await.unwrap();
    for event in &client.events {
        let about = event.to_string();
        assert!(about.contains(&target) || about.contains("\"browser\""), "{about}");
    }
    // And closing one's own browser closes nobody's.
    client.call("Browser.close", json!({})).await.unwrap();
    assert!(client.next().await.is_none());
    stranger.call("Browser.getVersion", json!({})).await.unwrap();
}

#[tokio::test]
async fn no_way_leads_from_a_session_to_the_machine() {
    let (served, site) = (Served::start().await, site().await);
    let session = served.start_session().await;
    let mut client = Client::enter(&session).await;
    let (page, _) = client.attach().await;
    let engine = format!("{}/health", served.base);
    for url in
        ["file:///etc/passwd", "chrome://version", "view-source:http://a.example", "devtools://d", &engine]
    {
        for (method, more) in [("Page.navigate", json!({})), ("Target.createTarget", json!({}))] {
            let mut params = more;
            params["url"] = json!(url);
            client.call_on(Some(&page), method, params).await.expect_err(url);
        }
    }
    client.open(&page, &site).await;
    let frame = client.call_on(Some(&page), "Page.getFrameTree", json!({})).await.unwrap();
    let load = json!({
        "frameId": frame["frameTree"]["frame"]["id"],
        "url": "file:///etc/passwd",
        "options": { "disableCache": true, "includeCredentials": false },
    });
    client.call_on(Some(&page), "Network.loadNetworkResource", load).await.unwrap_err();
    client.call_on(Some(&page), "Log.enable", json!({})).await.unwrap();
    client.events.clear();
    client.evaluate(&page, "location.href = 'file:///etc/passwd'").await;
    while !client.event("Log.entryAdded").await.to_string().contains("Not allowed to load local resource") {}
    assert_eq!(client.evaluate(&page, "location.href").await, format!("{site}/"));
    assert_eq!(
        client.evaluate(&page, "fetch('file:///etc/passwd').then(() => 'read', () => 'refused')").await,
        "refused"
    );

    let file = json!({ "expression": "document.getElementById('file')" });
    let file = client.call_on(Some(&page), "Runtime.evaluate", file).await.unwrap();
    let object = file["result"]["objectId"].clone();
    for params in [
        json!({ "files": ["/etc/passwd"], "objectId": object }),
        json!({ "files": ["/etc/passwd"], "objectId": object, "data": { "files": [] } }),
    ] {
        let why = client.call_on(Some(&page), "DOM.setFileInputFiles", params).await.unwrap_err();
        assert!(why.contains("own folder"), "{why}");
    }
    let drag = json!({
        "type": "drop", "x": 1, "y": 1,
        "data": { "items": [], "files": ["/etc/passwd"], "dragOperationsMask": 1 },
    });
    client.call_on(Some(&page), "Input.dispatchDragEvent", drag).await.unwrap_err();
    assert_eq!(client.evaluate(&page, "file.files.length").await, 0);

    // Two readings of one command are none: it is refused before anybody reads it.
    for twice in [
        r#"{"id":900,"method":"Browser.getVersion","method":"Browser.crash"}"#,
        r#"{"id":900,"method":"Browser.getVersion","more":1}"#,
        "not a command",
    ] {
        client.socket.send(Message::text(twice)).await.unwrap();
        let said = loop {
            let said = client.next().await.unwrap();
            if said.get("error").is_some() {
                break said;
            }
        };
        assert!(said["error"]["message"].as_str().unwrap().contains("no command"), "{said}");
    }
    assert_eq!(client.evaluate(&page, "1").await, 1);
}

#[tokio::test]
async fn new_tabs_belong_to_the_client_and_to_the_session() {
    let (served, site) = (Served::start().await, site().await);
    let session = served.start_session().await;
    let mut client = Client::enter(&session).await;
    let (page, target) = client.attach().await;
    let tab = client.call("Target.createTarget", json!({ "url": "about:blank" })).await.unwrap();
    // Playwright looks for it among the attached ones as soon as it is answered.
    let attached = client.events.iter().find(|event| event["method"] == "Target.attachedToTarget").unwrap();
    let info = &attached["params"]["targetInfo"];
    assert_eq!(info["targetId"], tab["targetId"]);
    assert_eq!(attached["params"]["waitingForDebugger"], false);
    let new = attached["params"]["sessionId"].as_str().unwrap().to_owned();
    client.events.clear();
    client.open(&new, &site).await;
    assert_eq!(client.evaluate(&new, "document.title").await, "Home");
    client.call("Target.closeTarget", json!({ "targetId": tab["targetId"] })).await.unwrap();
    let gone = client.event("Target.detachedFromTarget").await;
    assert_eq!((&gone["params"]["sessionId"], &gone["params"]["targetId"]), (&json!(new), &tab["targetId"]));
    client.call_on(Some(&new), "Page.reload", json!({})).await.unwrap_err();

    // A window that a page opens comes by itself.
    client.open(&page, &site).await;
    let open = json!({ "expression": "window.open('/').opener !== undefined", "userGesture": true });
    client.call_on(Some(&page), "Runtime.evaluate", open).await.unwrap();
    let opened = client.event("Target.attachedToTarget").await;
    assert_eq!(opened["params"]["targetInfo"]["openerId"], target);
    // One who comes later finds both, the one that calls work on first.
    let mut later = Client::enter(&session).await;
    let all = json!({ "autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true });
    later.call("Target.setAutoAttach", all).await.unwrap();
    let found: Vec<_> = later
        .events
        .iter()
        .filter(|event| event["method"] == "Target.attachedToTarget")
        .map(|event| event["params"]["targetInfo"]["targetId"].clone())
        .collect();
    assert_eq!(found.len(), 2, "{found:?}");
    let first = later.events.front().unwrap()["params"]["sessionId"].as_str().unwrap().to_owned();
    later.evaluate(&first, "document.title = 'the first'").await;
    assert_eq!(served.observe(&session, None).await["metadata"]["title"], "the first");
}

#[tokio::test]
async fn a_viewer_sees_the_page_and_its_mouse_presses_on_it() {
    let (served, site) = (Served::start().await, site().await);
    let session = served.start_session().await;
    served.observe(&session, Some(&site)).await;
    let live = session.cdp_url.clone().unwrap().replace("/cdp?", "/live?");
    let (mut viewer, _) = connect_async(live).await.unwrap();
    let mut next = async || timeout(PATIENCE, viewer.next()).await.unwrap().unwrap().unwrap();
    let size: LiveNews = serde_json::from_str(next().await.to_text().unwrap()).unwrap();
    assert_eq!(size, LiveNews::Viewport { width: 1280, height: 800 });
    let Message::Binary(jpeg) = next().await else { panic!("a picture follows its size") };
    assert!(jpeg.starts_with(&[0xff, 0xd8]) && jpeg.len() > 1000);

    let mut client = Client::enter(&session).await;
    let (page, _) = client.attach().await;
    let place = "(({ x, y }) => [x + 5, y + 5])(document.querySelector('button').getBoundingClientRect())";
    let place = client.evaluate(&page, place).await;
    for kind in ["mouse_move", "mouse_down", "mouse_up"] {
        let input = json!({ "type": kind, "x": place[0], "y": place[1] });
        viewer.send(Message::text(input.to_string())).await.unwrap();
    }
    let pressed = async { while client.evaluate(&page, "document.title").await != "pressed" {} };
    timeout(PATIENCE, pressed).await.expect("the button is pressed");
}

async fn knocks(address: &str, key: Option<&str>) -> u16 {
    let mut request = address.into_client_request().unwrap();
    if let Some(key) = key {
        let words = format!("Bearer {key}").parse().unwrap();
        request.headers_mut().insert("authorization", words);
    }
    match connect_async(request).await {
        Ok((_, answer)) => answer.status().as_u16(),
        Err(Error::Http(answer)) => answer.status().as_u16(),
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn the_door_opens_for_the_key_or_the_token_of_its_own_session() {
    let served = Served::start().await;
    let (session, other) = (served.start_session().await, served.start_session().await);
    let with_token = session.cdp_url.clone().unwrap();
    let (address, token) = with_token.split_once("?token=").unwrap();
    let others_token = other.cdp_url.as_deref().unwrap().split_once("?token=").unwrap().1;
    assert_ne!(token, others_token);
    assert_eq!(knocks(&with_token, None).await, 101);
    assert_eq!(knocks(address, Some(KEY)).await, 101);
    assert_eq!(knocks(&address.replace("/session/", "/sessions/"), Some(KEY)).await, 101);
    assert_eq!(knocks(address, None).await, 401);
    assert_eq!(knocks(address, Some("wrong")).await, 401);
    assert_eq!(knocks(&with_token, Some("wrong")).await, 401);
    assert_eq!(knocks(&format!("{address}?token={others_token}"), None).await, 401);
    assert_eq!(knocks(&format!("{address}?token="), None).await, 401);
    let nowhere = with_token.replace(&session.session_id, "no-such-session");
    assert_eq!(knocks(&nowhere, None).await, 401);
    // The token opens nothing else.
    for path in ["", "/events", "/extend"] {
        let url = format!("{}/session/{}{path}?token={token}", served.base, session.session_id);
        assert_eq!(served.http.get(url).send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    }
    let plain = format!("{}/session/{}/cdp?token={token}", served.base, session.session_id);
    assert_eq!(served.http.get(plain).send().await.unwrap().status(), StatusCode::UPGRADE_REQUIRED);

    // With the session its clients end, and its token with it.
    let mut client = Client::enter(&session).await;
    client.attach().await;
    let closed = served.post("/session/close", json!({ "session_id": session.session_id })).await;
    assert_eq!(closed["cdp_url"], Value::Null);
    while client.next().await.is_some() {}
    assert_eq!(knocks(&with_token, None).await, 401);
    assert_eq!(knocks(address, Some(KEY)).await, 410);
}

#[tokio::test]
async fn what_a_client_sends_counts_as_use_and_costs_nothing() {
    let served = Served::start().await;
    let session = served.start_session().await;
    let mut client = Client::enter(&session).await;
    let look = async || -> SessionAnswer {
        let url = format!("{}/session/{}", served.base, session.session_id);
        served.http.get(url).bearer_auth(KEY).send().await.unwrap().json().await.unwrap()
    };
    client.call("Browser.getVersion", json!({})).await.unwrap();
    let moved = async {
        loop {
            let now = look().await;
            if now.last_accessed_at > session.last_accessed_at {
                return now;
            }
        }
    };
    let moved = timeout(PATIENCE, moved).await.expect("the deadline moves");
    assert!(moved.expires_at > session.expires_at);
    assert_eq!(moved.credits, session.credits);
    // Many more at once are not written one by one.
    for _ in 0..20 {
        client.call("Browser.getVersion", json!({})).await.unwrap();
    }
    assert_eq!(look().await.last_accessed_at, moved.last_accessed_at);
}

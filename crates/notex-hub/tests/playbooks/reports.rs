//! The diagnostic report says what is wrong, and no secret that the hub was ever given.
#![expect(clippy::panic, reason = "a helper that fails is a test that fails")]

use notex_hub::protocol::{
    Answer, Command, FailureCode, Header, KeepKey, LogPage, ProxyOptions, Query, Snapshot, StartForm,
};
use notex_hub::{ApiKey, Hub, HubOptions, LocalEngine, LogLayer, Saved};
use tracing_subscriber::layer::SubscriberExt;

use crate::scripted::{KEY, ScriptedServer, Window};

/// Each is of another kind; none looks like a secret by itself.
const KEY_OF_CLOUD: &str = "orchid-garden-one";
const COOKIE: &str = "orchid-garden-two";
const PASSWORD: &str = "orchid-garden-three";
const AUTHORIZATION: &str = "orchid-garden-four";

async fn report(hub: &Hub) -> String {
    match hub.query(Query::Report).await {
        Ok(Answer::Report(text)) => text,
        other => panic!("no report: {other:?}"),
    }
}

async fn log(hub: &Hub) -> LogPage {
    match hub.query(Query::Log { after: 0 }).await {
        Ok(Answer::Log(page)) => page,
        other => panic!("no log: {other:?}"),
    }
}

#[tokio::test]
async fn no_secret_survives_in_the_report_or_the_log_and_what_is_wrong_does() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let layer = LogLayer::new();
    let kept = layer.handle();
    // Of this thread, which all of this test runs on.
    let _logged = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
    let base_url = server.base_url.clone();
    let hub = Hub::start(HubOptions {
        data_dir: folder.path().to_owned(),
        saved: Saved::default(),
        save: Box::new(|_| Ok(())),
        practice_url: None,
        local_model: notex_hub::LocalModel::default(),
        log: kept,
        start_local_engine: Box::new(move || {
            let engine = LocalEngine { base_url: base_url.clone(), key: ApiKey::new(KEY) };
            Box::pin(async move { Ok(engine) })
        }),
    })
    .unwrap();
    let mut window = Window::open(&hub).await;
    window.until("its credits", |shown, _| shown.connections[0].credits.clone()).await;
    let cloud = Command::AddConnection {
        name: "Cloud".to_owned(),
        base_url: format!("{}/{AUTHORIZATION}?token={COOKIE}", server.base_url),
        api_key: KEY_OF_CLOUD.to_owned(),
        keep_key: KeepKey::Memory,
    };
    let added = hub.send(cloud).await.unwrap().connection.unwrap();
    let why = |shown: &Snapshot| shown.connections.iter().find(|known| known.id == added)?.failure.clone();
    window.until("why it cannot be used", |shown, _| why(shown)).await;
    let header = |name: &str, value: &str| Header { name: name.to_owned(), value: value.to_owned() };
    let options = StartForm {
        headers: vec![header("Cookie", COOKIE), header("Authorization", AUTHORIZATION)],
        proxy: Some(ProxyOptions {
            server: "http://proxy.local:3128".to_owned(),
            username: Some("me".to_owned()),
            password: Some(PASSWORD.to_owned()),
            bypass: None,
        }),
        ..StartForm::default()
    };
    hub.send(Command::StartSession { connection: "local".to_owned(), options }).await.unwrap();
    // As libraries write what they send: with the words around a secret, and without.
    for secret in [KEY, KEY_OF_CLOUD, COOKIE, PASSWORD, AUTHORIZATION] {
        tracing::warn!(value = secret, "sent {secret} to http://me:{secret}@proxy.local:3128/");
        tracing::info!("GET /session/s-1/live?token={secret}&readonly=true");
    }
    tracing::warn!("Cookie: sid=never-told-before; theme=dark");
    tracing::warn!("ws://127.0.0.1:1/session/s-1/cdp?token=never-told-before");
    let (report, log) = (report(&hub).await, log(&hub).await);
    let lines: String = log.lines.iter().map(|line| format!("{}\n", line.text)).collect();
    for text in [&report, &lines] {
        for secret in [KEY, "orchid", "never-told-before"] {
            assert!(!text.contains(secret), "{secret} survives in {text}");
        }
    }
    for words in ["keychain", "local engine at http://127.0.0.1", "sessions: 1 live", "GET /session/s-1/live"]
    {
        assert!(report.contains(words), "{words} is not in {report}");
    }
    assert!(!report.contains("s-1 live"), "sessions are counted, not named");
    let unknown = hub.query(Query::Session { session: "s-9".to_owned() }).await.unwrap_err();
    assert_eq!(unknown.code, FailureCode::SessionEnded);
}

//! Session files: what one inspector exports, another one opens.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper that fails is a test that fails")]

use notex_hub::protocol::{Answer, ExportForm, HistoryFilter, Outcome, PastSession};

use super::*;

const PASSWORD: &str = "correct horse";

async fn past(hub: &Hub) -> Vec<PastSession> {
    let query = Query::History { filter: Box::new(HistoryFilter::default()), offset: 0, limit: 100 };
    let Ok(Answer::History(page)) = hub.query(query).await else { panic!("the history answers") };
    page.sessions
}

/// A hub whose history holds a session in which a password was typed.
async fn hub_with_a_session(server: &ScriptedServer, folder: &std::path::Path) -> Hub {
    let hub = hub_on(&server.base_url, KEY, folder);
    ready(&hub).await;
    hub.send(start()).await.unwrap();
    let field = json!({ "id": "I1", "description": "Fill Kennwort", "category": "Login", "label": "Kennwort",
        "params": [{ "name": "value", "type": "password" }] });
    let space =
        json!({ "description": "A login", "category": "auth", "special_actions": [], "actions": [field] });
    server.script.page.lock().unwrap().insert("space".to_owned(), space);
    server.script.hold_observe.add_permits(1);
    let (session, url) =
        ("s-1".to_owned(), Some("http://shop.local/?access_token=t0k3n-in-address".to_owned()));
    hub.send(Command::Observe { session: session.clone(), url, max_actions: None }).await.unwrap();
    let value = Some(PASSWORD.to_owned());
    hub.send(Command::Step { session: session.clone(), action: "I1".to_owned(), value, enter: false })
        .await
        .unwrap();
    hub.send(Command::CloseSession { session }).await.unwrap();
    hub
}

async fn export(hub: &Hub, session: i64) -> Outcome {
    hub.send(Command::ExportPast { session, pictures: true, form: ExportForm::SessionFile }).await.unwrap()
}

#[tokio::test]
async fn a_session_that_one_inspector_exported_is_in_the_history_of_another_without_its_secrets() {
    let (server, here, there) =
        (ScriptedServer::start().await, tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let hub = hub_with_a_session(&server, here.path()).await;
    let session = past(&hub).await.remove(0);
    let exported = export(&hub, session.key).await.exported.unwrap();
    assert_eq!(exported.calls, 4);
    assert!(exported.removed.iter().any(|one| one.kind == "a token"), "{exported:?}");
    let file = hub.exported(session.key).unwrap();
    assert_eq!(std::fs::metadata(&file).unwrap().len(), exported.bytes);
    for (name, bytes) in unpacked(&file) {
        for secret in [KEY, PASSWORD, "correct+horse", "t0k3n-in-address"] {
            let found = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(!found, "{secret} is in {name}");
        }
    }
    let sent = there.path().join("from a friend.notex");
    std::fs::copy(&file, &sent).unwrap();

    let other = hub_on("http://127.0.0.1:9", KEY, &there.path().join("data"));
    let opened = other.send(Command::OpenFile { path: sent.display().to_string() }).await.unwrap();
    let taken = past(&other).await.remove(0);
    assert_eq!(opened.past.as_deref(), Some(&taken));
    assert_eq!(
        (taken.connection_name.as_str(), taken.id.as_str(), taken.calls, taken.pinned),
        ("from a friend.notex", "s-1", 4, true)
    );
    assert_eq!(taken.end.unwrap().reason, Some(EndReason::Manual));
    let again = other.send(Command::OpenFile { path: sent.display().to_string() }).await.unwrap();
    assert_eq!((again.past.unwrap().key, past(&other).await.len()), (taken.key, 1));
}

#[tokio::test]
async fn a_file_that_is_none_is_refused_with_a_sentence_and_an_export_of_nothing_too() {
    let folder = tempfile::tempdir().unwrap();
    let hub = hub_on("http://127.0.0.1:9", KEY, folder.path());
    let letter = folder.path().join("letter.notex");
    std::fs::write(&letter, "Dear friend").unwrap();
    let refused = hub.send(Command::OpenFile { path: letter.display().to_string() }).await.unwrap_err();
    assert_eq!(refused.code, FailureCode::Invalid);
    assert!(refused.message.starts_with("This is not a session file"), "{}", refused.message);
    let refused = hub
        .send(Command::ExportPast { session: 7, pictures: true, form: ExportForm::SessionFile })
        .await
        .unwrap_err();
    assert_eq!(refused.message, "The history does not hold this session any more.");
    assert!(hub.exported(7).unwrap_err().hint.is_some());
}

#[tokio::test]
async fn what_an_earlier_run_exported_and_nobody_kept_is_gone() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_with_a_session(&server, folder.path()).await;
    let session = past(&hub).await.remove(0).key;
    export(&hub, session).await;
    let file = hub.exported(session).unwrap();
    hub.stop().await;
    drop(hub);
    let hub = hub_on(&server.base_url, KEY, folder.path());
    assert!(hub.exported(session).is_err() && !file.exists());
}

fn unpacked(file: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(file).unwrap()).unwrap();
    let files = zip.len();
    let read = |index| {
        let mut entry = zip.by_index(index).unwrap();
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut bytes).unwrap();
        (entry.name().unwrap().into_owned(), bytes)
    };
    (0..files).map(read).collect()
}

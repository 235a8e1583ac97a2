//! API keys in a real keychain: on Linux a Secret Service, which `tests/on-a-desktop.sh` starts and unlocks.
#![expect(clippy::expect_used, clippy::panic, reason = "a panic is how a test says no")]

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use notex_hub::protocol::{Command, ConnectionState, Delta, FailureCode, KeepKey, Light, News};
use notex_hub::{ApiKey, Hub, HubOptions, LocalEngine, LocalModel, Saved};
use notex_journeys::{ENGINE_KEY, RunningEngine};

type Kept = Arc<Mutex<Saved>>;

fn hub(folder: &Path, kept: &Kept) -> Hub {
    let (saved, keeps) = (kept.lock().expect("not poisoned").clone(), kept.clone());
    // The engine inside the app plays no part here: the discard port answers nobody.
    let nowhere = LocalEngine { base_url: "http://127.0.0.1:9".to_owned(), key: ApiKey::new("none") };
    Hub::start(HubOptions {
        data_dir: folder.to_owned(),
        saved,
        save: Box::new(move |saved| {
            *keeps.lock().map_err(|error| error.to_string())? = saved.clone();
            Ok(())
        }),
        practice_url: None,
        local_model: LocalModel {
            use_model: Box::new(|_| Box::pin(async { Ok(()) })),
            ..LocalModel::default()
        },
        log: notex_hub::LogHandle::default(),
        start_local_engine: Box::new(move || {
            let nowhere = nowhere.clone();
            Box::pin(async move { Ok(nowhere) })
        }),
    })
    .expect("the folder can be used")
}

/// Waits until the connection has the light, and answers with its state.
async fn shown(hub: &Hub, connection: &str, light: Light) -> ConnectionState {
    let found = tokio::time::timeout(Duration::from_secs(30), async {
        loop {
            // A new subscription begins with the whole state; its next event says that the state has changed.
            let mut events = hub.subscribe().await;
            let event = events.next().await.expect("the hub lives");
            let News::Snapshot(snapshot) = event.news else { panic!("the first event is a snapshot") };
            if let Some(state) = snapshot.connections.into_iter().find(|known| known.id == connection)
                && state.light == light
            {
                return state;
            }
            events.next().await.expect("the hub lives");
        }
    });
    found.await.unwrap_or_else(|_| panic!("{connection} never was {light:?}"))
}

#[tokio::test]
async fn a_key_is_found_in_the_keychain_by_the_next_run_and_gone_when_its_connection_is_removed() {
    let (engine, folder) = (RunningEngine::start().await, tempfile::tempdir().expect("a folder"));
    let kept = Kept::default();
    let first_run = hub(folder.path(), &kept);
    let add = Command::AddConnection {
        name: "Hosted".to_owned(),
        base_url: engine.base_url.clone(),
        api_key: ENGINE_KEY.to_owned(),
        keep_key: KeepKey::Keychain,
    };
    let connection =
        first_run.send(add).await.expect("the keychain takes the key").connection.expect("its id");
    shown(&first_run, &connection, Light::Ready).await;
    first_run.stop().await;
    drop(first_run);
    let written = serde_json::to_string(&*kept.lock().expect("not poisoned")).expect("JSON");
    assert!(written.contains("Hosted") && !written.contains(ENGINE_KEY), "{written}");

    let next_run = hub(folder.path(), &kept);
    shown(&next_run, &connection, Light::Ready).await;
    next_run.send(Command::RemoveConnection { connection: connection.clone() }).await.expect("it is removed");

    // What was saved still names the connection, as after a crash in between: its key is not in the keychain.
    *kept.lock().expect("not poisoned") = serde_json::from_str(&written).expect("JSON");
    let last_run = hub(folder.path(), &kept);
    let state = shown(&last_run, &connection, Light::Degraded).await;
    assert_eq!(state.failure.map(|failure| failure.code), Some(FailureCode::WrongKey));
}

#[tokio::test]
async fn the_key_of_a_language_model_is_found_by_the_next_run_and_gone_when_the_model_is_removed() {
    let (folder, kept) = (tempfile::tempdir().expect("a folder"), Kept::default());
    let first_run = hub(folder.path(), &kept);
    let save = |api_key: Option<&str>| Command::SaveModel {
        url: "http://127.0.0.1:9/v1".to_owned(),
        name: "small".to_owned(),
        api_key: api_key.map(str::to_owned),
        keep_key: KeepKey::Keychain,
    };
    first_run.send(save(Some("sk-of-the-model"))).await.expect("the keychain takes the key");
    first_run.stop().await;
    drop(first_run);
    let written = serde_json::to_string(&*kept.lock().expect("not poisoned")).expect("JSON");
    assert!(written.contains("small") && !written.contains("sk-of-the-model"), "{written}");

    let next_run = hub(folder.path(), &kept);
    assert_eq!(restored(&next_run).await, None);
    // Kept under another name from now on, and the name of before is gone.
    next_run.send(save(None)).await.expect("the key of before is kept anew");
    let rewritten = serde_json::to_string(&*kept.lock().expect("not poisoned")).expect("JSON");
    next_run.send(Command::RemoveModel).await.expect("it is removed");

    // What was saved still names the model, as after a crash in between: its key is not in the keychain.
    for saved in [written, rewritten] {
        *kept.lock().expect("not poisoned") = serde_json::from_str(&saved).expect("JSON");
        let failure = restored(&hub(folder.path(), &kept)).await.expect("a reason");
        assert_eq!(failure, "The keychain holds no key for the language model.");
    }
}

/// Waits until the model of the run before is handed over; answers why it is not.
async fn restored(hub: &Hub) -> Option<String> {
    let mut events = hub.subscribe().await;
    let told = tokio::time::timeout(Duration::from_secs(30), async {
        loop {
            let event = events.next().await.expect("the hub lives");
            let News::Deltas(deltas) = event.news else { continue };
            for delta in deltas {
                if let Delta::Model(Some(model)) = delta {
                    return model.failure.map(|failure| failure.message);
                }
            }
        }
    });
    told.await.expect("the model is told")
}

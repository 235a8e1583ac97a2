//! The language model of the engine inside the app, and scrapes that ask one.
#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use std::sync::{Arc, Mutex};

use notex_flow::ScrapeCall;
use notex_hub::protocol::{
    Answer, Command, Delta, FailureCode, KeepKey, ModelState, Outcome, Query, TriedModel,
};
use notex_hub::{ApiKey, Hub, HubOptions, LanguageModel, LocalEngine, LocalModel, LogHandle, Saved};
use serde_json::json;
use tempfile::TempDir;

use super::{ready, start};
use crate::scripted::{KEY, ScriptedServer, Window};

const MODEL_KEY: &str = "sk-of-the-model-0815";

/// An engine that notes what it is handed, and refuses models that are called `broken`.
#[derive(Clone, Default)]
struct Handed(Arc<Mutex<Vec<Option<LanguageModel>>>>);

impl Handed {
    fn local_model(&self) -> LocalModel {
        let handed = Arc::clone(&self.0);
        LocalModel {
            use_model: Box::new(move |model| {
                let refused = model.as_ref().is_some_and(|model| model.name == "broken");
                handed.lock().unwrap().push(model);
                let answer = if refused { Err("the name cannot be used".to_owned()) } else { Ok(()) };
                Box::pin(async move { answer })
            }),
            try_model: Box::new(|model| {
                Box::pin(async move {
                    if model.key.as_ref().is_none_or(|key| key.reveal() != MODEL_KEY) {
                        return Err("the language model refused the key (401)".to_owned());
                    }
                    Ok(TriedModel {
                        said: "{\"ready\": true}".to_owned(),
                        tokens: 18,
                        tokens_estimated: false,
                        took_ms: 12.5,
                    })
                })
            }),
        }
    }

    fn last(&self) -> Option<LanguageModel> {
        self.0.lock().unwrap().last().cloned().flatten()
    }
}

struct House {
    server: ScriptedServer,
    handed: Handed,
    store: Arc<Mutex<Result<String, String>>>,
    folder: TempDir,
}

impl House {
    async fn new() -> Self {
        Self {
            server: ScriptedServer::start().await,
            handed: Handed::default(),
            store: Arc::new(Mutex::new(Ok("{}".to_owned()))),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// The next run of the inspector.
    fn run(&self) -> Hub {
        let base_url = self.server.base_url.clone();
        let store = Arc::clone(&self.store);
        let saved = self.saved();
        Hub::start(HubOptions {
            data_dir: self.folder.path().to_owned(),
            saved: serde_json::from_str::<Saved>(&saved).unwrap(),
            save: Box::new(move |saved| {
                let mut store = store.lock().unwrap();
                store.as_ref().map_err(Clone::clone)?;
                *store = Ok(serde_json::to_string(saved).unwrap());
                Ok(())
            }),
            practice_url: None,
            local_model: self.handed.local_model(),
            log: LogHandle::default(),
            start_local_engine: Box::new(move || {
                let engine = LocalEngine { base_url: base_url.clone(), key: ApiKey::new(KEY) };
                Box::pin(async move { Ok(engine) })
            }),
        })
        .unwrap()
    }

    fn saved(&self) -> String {
        self.store.lock().unwrap().clone().unwrap()
    }
}

fn save(url: &str, name: &str, key: Option<&str>) -> Command {
    Command::SaveModel {
        url: url.to_owned(),
        name: name.to_owned(),
        api_key: key.map(str::to_owned),
        keep_key: KeepKey::Memory,
    }
}

async fn shown(window: &mut Window, what: &str, wanted: impl Fn(&ModelState) -> bool) -> ModelState {
    window.until(what, |shown, _| shown.model.clone().filter(|model| wanted(model))).await
}

#[tokio::test]
async fn a_saved_model_is_asked_at_once_and_its_key_is_in_no_setting_and_no_event() {
    let house = House::new().await;
    let hub = house.run();
    let mut window = ready(&hub).await;
    hub.send(save("http://127.0.0.1:9/v1", "small", Some(MODEL_KEY))).await.unwrap();
    let model = shown(&mut window, "the model", |model| model.name == "small").await;
    assert_eq!((model.key_kept, model.failure), (Some(KeepKey::Memory), None));
    assert_eq!(house.handed.last().unwrap().key, Some(ApiKey::new(MODEL_KEY)));

    // Another name with the key that is kept.
    hub.send(save("http://127.0.0.1:9/v1", "large", None)).await.unwrap();
    let handed = house.handed.last().unwrap();
    assert_eq!((handed.name.as_str(), handed.key), ("large", Some(ApiKey::new(MODEL_KEY))));
    assert!(house.saved().contains("large") && !house.saved().contains(MODEL_KEY), "{}", house.saved());
    assert!(!format!("{:?} {:?}", window.shown, window.deltas).contains(MODEL_KEY));
    let Answer::Report(report) = hub.query(Query::Report).await.unwrap() else { panic!("a report") };
    assert!(report.contains("language model: can be asked") && !report.contains(MODEL_KEY), "{report}");

    hub.send(Command::RemoveModel).await.unwrap();
    window.until("no model", |shown, _| shown.model.is_none().then_some(())).await;
    assert_eq!(house.handed.last(), None);
    assert!(house.saved().contains("\"model\":null"), "{}", house.saved());
}

#[tokio::test]
async fn a_key_that_was_kept_for_one_run_is_asked_for_in_the_next_and_one_without_a_key_is_taken_up_again() {
    let house = House::new().await;
    let hub = house.run();
    hub.send(save("http://127.0.0.1:9/v1", "small", Some(MODEL_KEY))).await.unwrap();
    hub.stop().await;
    drop(hub);
    let hub = house.run();
    let mut window = Window::open(&hub).await;
    let model = shown(&mut window, "why it is not asked", |model| model.failure.is_some()).await;
    let failure = model.failure.unwrap();
    assert_eq!(failure.code, FailureCode::WrongKey);
    assert_eq!(failure.message, "The key was kept for one run only.");
    let refused = hub.send(save("http://127.0.0.1:9/v1", "small", None)).await.unwrap_err();
    assert!(refused.message.starts_with("API key must be entered again"), "{refused}");
    hub.send(save("http://127.0.0.1:9/v1", "free", Some(""))).await.unwrap();
    hub.stop().await;
    drop(hub);

    let hub = house.run();
    let mut window = Window::open(&hub).await;
    window
        .until("its model", |_, deltas| deltas.iter().any(|d| matches!(d, Delta::Model(_))).then_some(()))
        .await;
    assert_eq!(shown(&mut window, "the model", |_| true).await.failure, None);
    let handed = house.handed.last().unwrap();
    assert_eq!((handed.name.as_str(), handed.key), ("free", None));
}

#[tokio::test]
async fn a_model_that_cannot_be_used_or_kept_leaves_the_one_before() {
    let house = House::new().await;
    let hub = house.run();
    let mut window = ready(&hub).await;
    hub.send(save("http://127.0.0.1:9/v1", "small", Some(MODEL_KEY))).await.unwrap();
    let refused = hub.send(save("http://127.0.0.1:9/v1", "broken", None)).await.unwrap_err();
    assert_eq!((refused.code, refused.message.as_str()), (FailureCode::Invalid, "The name cannot be used."));
    let far = hub.send(save("http://model.example/v1", "small", Some("k"))).await.unwrap_err();
    assert!(far.message.starts_with("Address must begin with https://"), "{far}");
    *house.store.lock().unwrap() = Err("the disk is full".to_owned());
    let unsaved = hub.send(save("http://127.0.0.1:9/v1", "large", None)).await.unwrap_err();
    assert!(unsaved.message.contains("the disk is full"), "{unsaved}");
    assert_eq!(house.handed.last().unwrap().name, "small", "the one before is handed over again");
    assert_eq!(shown(&mut window, "the model", |_| true).await.name, "small");
}

#[tokio::test]
async fn a_model_is_tried_with_what_stands_in_the_form_and_nothing_of_it_is_kept() {
    let house = House::new().await;
    let hub = house.run();
    let tried = |key: Option<&str>| Command::TryModel {
        url: "http://127.0.0.1:9/v1".to_owned(),
        name: "small".to_owned(),
        api_key: key.map(str::to_owned),
    };
    let Outcome { model: Some(model), .. } = hub.send(tried(Some(MODEL_KEY))).await.unwrap() else {
        panic!("an answer of the model")
    };
    assert_eq!((model.tokens, model.took_ms), (18, 12.5));
    let refused = hub.send(tried(Some("sk-wrong"))).await.unwrap_err();
    assert_eq!(refused.message, "The language model refused the key (401).");
    assert_eq!((house.saved().as_str(), house.handed.last()), ("{}", None));
    // With the key that is kept, when none was typed.
    hub.send(save("http://127.0.0.1:9/v1", "small", Some(MODEL_KEY))).await.unwrap();
    assert!(hub.send(tried(None)).await.is_ok());
}

#[tokio::test]
async fn instructions_go_to_the_server_stand_in_the_copied_request_and_are_kept_with_what_they_cost() {
    let house = House::new().await;
    let hub = house.run();
    let mut window = ready(&hub).await;
    let session = hub.send(start()).await.unwrap().session.unwrap();
    let schema = json!({"type": "object", "properties": {"name": {"type": "string"}}});
    let scrape = || Command::Scrape {
        session: session.clone(),
        scrape: ScrapeCall {
            response_format: Some(schema.clone()),
            instructions: Some("the laptop\nand its price".to_owned()),
            ..ScrapeCall::default()
        },
    };
    let Answer::Request(request) = hub.query(Query::Request { command: Box::new(scrape()) }).await.unwrap()
    else {
        panic!("a request")
    };
    assert!(request.url.ends_with("/sessions/s-1/page/scrape"), "{}", request.url);
    assert!(request.curl.contains("the laptop\\nand its price"), "{}", request.curl);

    hub.send(scrape()).await.unwrap();
    let sent = house.server.script.reads.lock().unwrap()[0].clone();
    assert_eq!(sent["instructions"], "the laptop\nand its price");
    assert_eq!(sent["response_format"], schema);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&request.body).unwrap(), sent);
    let reasons = window
        .until("the call", |_, deltas| {
            deltas.iter().rev().find_map(|delta| match delta {
                Delta::Call(call) if call.what.contains("asked for “the laptop and its price”") => {
                    (!call.reasons.is_empty()).then(|| call.reasons.clone())
                }
                _ => None,
            })
        })
        .await;
    assert_eq!(reasons[1].what, "3,400 tokens");
    hub.stop().await;
    drop(hub);
    let hub = house.run();
    let query = Query::HistoryCalls { session: 1, offset: 0, limit: 10 };
    let Answer::HistoryCalls(kept) = hub.query(query).await.unwrap() else { panic!("its calls") };
    let number = kept.calls.iter().find(|call| call.what.contains("asked for")).unwrap().number;
    let Answer::HistoryCall(call) = hub.query(Query::HistoryCall { session: 1, number }).await.unwrap()
    else {
        panic!("the call")
    };
    let request = call.request.unwrap().to_string();
    assert!(request.contains("the laptop\\nand its price"), "{request}");
}

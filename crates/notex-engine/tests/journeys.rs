//! Every fixture page is played through the REST API of the engine as a program: what `pages/observe` lists is listed and
//! can be operated, and each script beside a page (`NAME.json`) is done step by step, in both contracts.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "shared/listed.rs"]
mod listed;
#[path = "shared/served.rs"]
mod served;
#[path = "shared/site.rs"]
mod site;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use notex_wire::{Action, ParamKind};
use serde::Deserialize;
use serde_json::{Value, json};

use listed::{PAGES, folder, line};
use served::{KEY, PATIENCE, Served};
use site::Site;

const BOUNDARY: &str = "between-the-parts";
/// What every session has, for uploads.
const FILES: [(&str, &str); 2] = [("tea.txt", "green"), ("cup.txt", "blue")];

/// A running engine, and the site that its pages are on.
struct Engine {
    served: Served,
    site: Site,
}

/// A session of it.
struct Session<'a> {
    engine: &'a Engine,
    id: String,
}

/// A step of a script, and what is true after it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    /// The body of an execute, or of a classic step where it has an `action_id`. An id may be the description of an
    /// action instead.
    #[serde(rename = "do")]
    deed: Value,
    /// A part of the sentence that refuses it.
    refused: Option<String>,
    /// A part of the sentence that says how it went, or the one that says what changed.
    says: Option<String>,
    /// Expressions in the page, and what they become.
    #[serde(default)]
    holds: BTreeMap<String, Value>,
    /// Descriptions that are listed afterwards.
    #[serde(default)]
    lists: Vec<String>,
    /// Descriptions that are listed no more.
    #[serde(default)]
    lists_not: Vec<String>,
    /// Descriptions that the answer calls new.
    #[serde(default)]
    new: Vec<String>,
    /// How long it may take.
    within_ms: Option<u64>,
}

/// An answer of the engine.
struct Answer {
    success: bool,
    said: String,
    body: Value,
}

impl Engine {
    async fn start() -> Self {
        Self { served: Served::start().await, site: Site::start().await }
    }

    async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.served.asked(path, body).await
    }

    async fn session(&self) -> Session<'_> {
        let started = self.served.started().await;
        let session = Session { engine: self, id: started["session_id"].as_str().unwrap().to_owned() };
        for (name, content) in FILES {
            let url = format!("{}/sessions/{}/files", self.served.base, session.id);
            let body = format!(
                "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{content}\r\n\
                 --{BOUNDARY}--\r\n"
            );
            let kind = format!("multipart/form-data; boundary={BOUNDARY}");
            let sent =
                self.served.http.post(url).bearer_auth(KEY).header("content-type", kind).body(body).send();
            assert_eq!(sent.await.unwrap().status(), 200, "{name} is taken");
        }
        session
    }
}

impl Session<'_> {
    /// An observe through the classic contract, which has to be answered.
    async fn observe(&self, url: Option<&str>) -> Value {
        let url = url.map(|path| self.engine.site.url(path));
        let body = json!({"session_id": self.id, "url": url, "max_nb_actions": 10_000});
        let (status, seen) = self.engine.post("/env/observe", &body).await;
        assert_eq!(status, 200, "{seen}");
        seen
    }

    async fn actions(&self, url: Option<&str>) -> Vec<Action> {
        serde_json::from_value(self.observe(url).await["space"]["actions"].take()).unwrap()
    }

    /// Does something, in the contract that its body is of.
    async fn step(&self, deed: &Value) -> Answer {
        let mut body = deed.clone();
        for field in ["id", "to_id", "action_id"] {
            if let Some(words) = body.get(field).and_then(Value::as_str).filter(|words| words.contains(' ')) {
                let all = self.actions(None).await;
                let found = all.iter().find(|action| action.description == words);
                let listed: Vec<&str> = all.iter().map(|action| action.description.as_str()).collect();
                let Some(found) = found else {
                    let said = format!("no {words:?} in {listed:?}");
                    return Answer { success: false, said, body: Value::Null };
                };
                body[field] = json!(found.id);
            }
        }
        if body.get("action_id").is_some() {
            body["session_id"] = json!(self.id);
            let (status, body) = self.engine.post("/env/step", &body).await;
            let said = body["message"].as_str().unwrap_or_default().to_owned();
            return Answer { success: status == 200, said, body };
        }
        let (status, body) = self.engine.post(&format!("/sessions/{}/page/execute", self.id), &body).await;
        let said = body["message"].as_str().unwrap_or_default().to_owned();
        Answer { success: status == 200 && body["success"] == true, said, body }
    }

    /// What an expression is in the page.
    async fn value(&self, code: &str) -> Value {
        let code = format!("JSON.stringify({code})");
        let answer = self.step(&json!({"type": "evaluate_js", "code": code})).await;
        assert!(answer.success, "{code}: {}", answer.said);
        let text = answer.body["data"]["markdown"].as_str().unwrap_or_default();
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{code}: {error} in {text}"))
    }

    /// What is not as a step of a script says.
    async fn play(&self, step: &Step) -> Vec<String> {
        let began = Instant::now();
        let answer = self.step(&step.deed).await;
        let took = began.elapsed();
        let mut wrong = Vec::new();
        match &step.refused {
            Some(why) if answer.success || !answer.said.contains(why) => {
                wrong.push(format!("it is not refused with {why:?}: {:?}", answer.said));
            }
            None if !answer.success => wrong.push(format!("it is refused: {}", answer.said)),
            Some(_) | None => {}
        }
        let summary = answer.body["changes"]["summary"].as_str().unwrap_or_default();
        if step.says.as_ref().is_some_and(|words| !answer.said.contains(words) && summary != words) {
            wrong.push(format!("it says {:?}, and of what changed {summary:?}", answer.said));
        }
        let new = answer.body["changes"]["new"].as_array().cloned().unwrap_or_default();
        for words in &step.new {
            if !new.iter().any(|action| action["description"] == json!(words)) {
                wrong.push(format!("{words:?} is not new in {}", answer.body["changes"]));
            }
        }
        for (code, expected) in &step.holds {
            let now = self.value(code).await;
            if now != *expected {
                wrong.push(format!("{code} is {now}"));
            }
        }
        if !step.lists.is_empty() || !step.lists_not.is_empty() {
            let all: Vec<String> =
                self.actions(None).await.into_iter().map(|action| action.description).collect();
            let missing = step.lists.iter().filter(|words| !all.contains(words));
            let left = step.lists_not.iter().filter(|words| all.contains(words));
            wrong.extend(missing.map(|words| format!("{words:?} is not listed in {all:?}")));
            wrong.extend(left.map(|words| format!("{words:?} is listed")));
        }
        if step.within_ms.is_some_and(|most| took > Duration::from_millis(most)) {
            wrong.push(format!("it took {took:?}"));
        }
        wrong
    }
}

/// The scripts beside the pages, by the paths that the pages are served at.
fn scripts() -> BTreeMap<String, Vec<Step>> {
    let pages = folder().parent().unwrap().to_owned();
    let mut all = BTreeMap::new();
    for folder in ["", "observe", "step"] {
        for file in files_in(&pages.join(folder)) {
            if file.extension().is_some_and(|ending| ending == "json") {
                let text = std::fs::read_to_string(&file).unwrap();
                let steps = serde_json::from_str(&text);
                let steps = steps.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
                let path = file.with_extension("html");
                assert!(path.is_file(), "{} has its page", file.display());
                all.insert(path.strip_prefix(&pages).unwrap().to_string_lossy().into_owned(), steps);
            }
        }
    }
    all
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_script_of_a_page_goes_as_it_says() {
    let engine = Engine::start().await;
    let scripts = scripts();
    let unplayed = files_in(&folder().with_file_name("step")).into_iter().filter(|file| {
        let name = format!("step/{}", file.file_name().unwrap().to_string_lossy());
        name.ends_with(".html") && !scripts.contains_key(&name)
    });
    assert_eq!(unplayed.collect::<Vec<_>>(), Vec::<PathBuf>::new(), "every page of steps has its script");
    let only = std::env::var("NOTEX_PAGE").unwrap_or_default();
    let mut wrong = Vec::new();
    for (page, steps) in scripts.iter().filter(|(page, _)| page.contains(&only)) {
        let session = engine.session().await;
        session.observe(Some(page)).await;
        for (place, step) in steps.iter().enumerate() {
            let all = session.play(step).await;
            wrong.extend(all.into_iter().map(|what| format!("{page}, step {place} {}: {what}", step.deed)));
        }
        engine.post("/session/close", &json!({"session_id": session.id})).await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A value that an action takes, or none for a click.
fn value_for(action: &Action) -> Option<String> {
    let param = action.params.first()?;
    if let Some(value) = param.values.last() {
        return Some(value.clone());
    }
    Some(match param.kind {
        ParamKind::Number => param.min.clone().unwrap_or_else(|| String::from("3")),
        ParamKind::Date => String::from("2026-12-24"),
        ParamKind::Time => String::from("18:30"),
        ParamKind::DatetimeLocal => String::from("2026-12-24T18:30"),
        ParamKind::Month => String::from("2026-12"),
        ParamKind::Week => String::from("2026-W50"),
        ParamKind::Color => String::from("#3366ff"),
        ParamKind::File => String::from("tea.txt"),
        ParamKind::Email => String::from("ann@tea.test"),
        ParamKind::Url => String::from("https://tea.test/"),
        _ => String::from("12"),
    })
}

/// Whether a refusal is only that of a page which has the looks of a control and not its script.
fn is_excused(page: &str, action: &Action, said: &str) -> bool {
    let state = action.state.clone().unwrap_or_default();
    let moves = action.role.as_deref().is_some_and(|role| role == "slider" || role == "spinbutton");
    state.readonly && said.contains("read-only")
        || page == "widgets" && said.contains("opened no list")
        || moves && matches!(page, "names" | "roles" | "widgets") && said.contains("does not move to")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_listed_is_listed_over_the_api_and_can_be_operated() {
    let engine = Engine::start().await;
    let only = std::env::var("NOTEX_PAGE").unwrap_or_default();
    let mut wrong = Vec::new();
    for page in PAGES.into_iter().filter(|page| page.contains(&only)) {
        let session = engine.session().await;
        let path = format!("observe/{page}.html");
        let first = session.actions(Some(&path)).await;
        let listed: String = first.iter().map(|action| line(action) + "\n").collect();
        let expected = std::fs::read_to_string(folder().join(format!("{page}.txt"))).unwrap();
        assert_eq!(listed, expected, "{page}");
        for place in 0..first.len() {
            // Each on the page as it was.
            let all = session.actions(Some(&path)).await;
            let action = &all[place];
            let body = json!({"action_id": action.id, "value": value_for(action)});
            let answer = session.step(&body).await;
            if !answer.success && !is_excused(page, action, &answer.said) {
                wrong.push(format!("{page}: {}: {}", line(action), answer.said));
            }
        }
        engine.post("/session/close", &json!({"session_id": session.id})).await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An observe of a hard page: its answer, how long it took, and how many bytes it has.
async fn hard(engine: &Engine, session: &Session<'_>, path: &str) -> (Value, Duration, usize) {
    let body = json!({"session_id": session.id, "url": engine.site.url(path)});
    let began = Instant::now();
    let (status, seen) = engine.post("/env/observe", &body).await;
    let took = began.elapsed();
    assert_eq!(status, 200, "{path}: {seen}");
    let length = seen.to_string().len();
    (seen, took, length)
}

fn described(seen: &Value) -> Vec<&str> {
    let actions = seen["space"]["actions"].as_array().unwrap();
    actions.iter().map(|action| action["description"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_without_an_end_is_answered_with_what_there_is_and_marked_as_a_part() {
    let engine = Engine::start().await;
    for path in ["spins.html", "stuck.html"] {
        let session = engine.session().await;
        let began = Instant::now();
        let (mut seen, took, _) = hard(&engine, &session, path).await;
        assert!(took < Duration::from_secs(45), "{path}: {took:?}");
        // The first look at the one comes before its script begins.
        while seen["space"]["partial"].is_null() {
            assert!(began.elapsed() < PATIENCE, "{path} is never answered in part");
            seen = session.observe(None).await;
        }
        let part = seen["space"]["partial"].as_str().unwrap_or_default();
        assert!(
            part.contains("page's script ha") || part.contains("the page did not answer"),
            "{path}: {part}"
        );
        assert_eq!(seen["metadata"]["title"], "Spins");
        assert_eq!(described(&seen)[0], "Click Go", "{path}");
        // It goes on from there.
        let answer = session.step(&json!({"action_id": "Click Go"})).await;
        assert!(answer.success, "{path}: {}", answer.said);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_never_sent_whole_is_listed_as_far_as_it_came_and_says_so() {
    let engine = Engine::start().await;
    let session = engine.session().await;
    let (seen, took, length) = hard(&engine, &session, "drips").await;
    assert!(took < Duration::from_secs(30), "{took:?}");
    assert!(length < 1_000_000, "{length}");
    assert_eq!(described(&seen)[..2], ["Open Drop 0", "Open Drop 1"]);
    let part = seen["space"]["partial"].as_str().unwrap_or_default();
    assert!(part.starts_with("the page has not finished loading"), "{part}");
    let asked = engine.site.asked.notified();
    let (seen, took, _) = hard(&engine, &session, "step/never.html").await;
    asked.await;
    assert!(took < Duration::from_secs(30), "{took:?}");
    assert_eq!(described(&seen), ["Click Go"]);
    let part = seen["space"]["partial"].as_str().unwrap_or_default();
    assert!(part.starts_with("the page has not finished loading"), "{part}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_fifty_megabytes_is_listed_in_part_within_bounds() {
    let engine = Engine::start().await;
    let session = engine.session().await;
    let (seen, took, length) = hard(&engine, &session, "huge/50").await;
    assert!(took < Duration::from_secs(60), "{took:?}");
    assert!(length < 2_000_000, "{length}");
    assert_eq!(described(&seen)[0], "Click First");
    let part = seen["space"]["partial"].as_str().unwrap_or_default();
    assert!(
        part.starts_with("the page is too large") || part.starts_with("the page has not finished"),
        "{part}"
    );
    // What is done on it may be too much for it, and then says so.
    let began = Instant::now();
    let answer = session.step(&json!({"action_id": seen["space"]["actions"][0]["id"]})).await;
    assert!(answer.success || answer.said.contains("did not answer within"), "{}", answer.said);
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_grows_without_end_is_answered_in_time_and_within_bounds() {
    let engine = Engine::start().await;
    let session = engine.session().await;
    let (seen, took, length) = hard(&engine, &session, "grows.html").await;
    assert!(took < Duration::from_secs(20), "{took:?}");
    assert!(length < 1_000_000, "{length}");
    assert_eq!(described(&seen)[0], "Click First");
    let again = session.observe(None).await;
    assert_eq!(again["space"]["actions"][0]["id"], seen["space"]["actions"][0]["id"]);
    let answer = session.step(&json!({"action_id": "Click First"})).await;
    assert!(answer.success, "{}", answer.said);
}

//! Many sessions through their lives on one engine: kept, made for one call, ended by themselves, lost, closed in the
//! middle of a call, left by their caller. Afterwards nothing may be left of them but their history and what they cost.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use notex_session::Credits;
use notex_wire::{EntryPage, SessionPage, UsageAnswer, path};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::memory::resident_kb_and_files;
use crate::{Answer, Api, FixtureSite, RawCdp, RunningEngine, RunningProgram, until};

const SOON: Duration = Duration::from_secs(20);
/// A caller that goes away does so when its call has begun and has not ended.
const PATIENCE_OF_A_LEAVING_CALLER: Duration = Duration::from_millis(20);
/// Descriptors that may be open late and were not early: connections come and go.
const FILES_TO_SPARE: u64 = 8;

/// How much is done, and how much the engine may grow by it.
#[derive(Clone, Copy, Debug)]
pub struct Soak {
    /// Sessions that are started, in all ways.
    pub sessions: usize,
    /// The least number of page calls on them.
    pub calls: usize,
    /// Sessions that live at once.
    pub at_once: usize,
    /// By how many kilobytes the engine's median resident memory in the last tenth of the calls may exceed that in the
    /// second tenth.
    pub growth_kb: u64,
}

/// What was seen.
#[derive(Clone, Debug)]
pub struct Soaked {
    /// Sessions by how they lived.
    pub lives: BTreeMap<&'static str, usize>,
    /// Page calls that were answered with a page.
    pub succeeded: usize,
    /// Page calls that were refused, as they should be.
    pub refused: usize,
    /// Median resident kilobytes of the engine in each tenth of the calls.
    pub resident_kb: Vec<u64>,
    /// Median number of open files in each tenth of the calls.
    pub open_files: Vec<u64>,
    /// Ledger entries.
    pub entries: usize,
    /// Their sum, which is also what the plan and the sessions say was used.
    pub credits: Credits,
}

/// How a session lives; the ten repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Life {
    Kept,
    ClosedDuringACall,
    LeftByACaller,
    OneObserve,
    OneScrape,
    KeptFromItsFirstCall,
    Terminated,
    Crashed,
}

const LIVES: [Life; 10] = [
    Life::Kept,
    Life::OneObserve,
    Life::Terminated,
    Life::LeftByACaller,
    Life::Kept,
    Life::Crashed,
    Life::OneScrape,
    Life::ClosedDuringACall,
    Life::KeptFromItsFirstCall,
    Life::Kept,
];

impl Life {
    fn name(self) -> &'static str {
        match self {
            Self::Kept => "kept and closed",
            Self::ClosedDuringACall => "closed during a call",
            Self::LeftByACaller => "left by a caller, then closed",
            Self::OneObserve | Self::OneScrape => "made for one call",
            Self::KeptFromItsFirstCall => "kept from its first call",
            Self::Terminated => "ended by its own action",
            Self::Crashed => "lost with its page",
        }
    }

    fn is_one_call(self) -> bool {
        matches!(self, Self::OneObserve | Self::OneScrape)
    }
}

impl Soak {
    /// Page calls of each session that is not made for one call.
    fn calls_each(self) -> usize {
        let one_call = LIVES.iter().filter(|life| life.is_one_call()).count();
        (self.calls * LIVES.len())
            .div_ceil(self.sessions)
            .saturating_sub(one_call)
            .div_ceil(LIVES.len() - one_call)
    }

    /// Does it all on an engine of its own, which is stopped at the end. Panics when anything is left over, an answer
    /// is not the expected one, the engine grew by more than it may, or its ledger does not add up.
    pub async fn run(self, arrange: impl FnOnce(&mut tokio::process::Command)) -> Soaked {
        let (mut engine, site) = (RunningEngine::start_with(arrange).await, FixtureSite::open().await);
        let bath = Bath {
            api: Api::of(&engine),
            engine: engine.program.id(),
            site,
            raw: RawCdp::to_browser_once_up(&engine.program).await.map(tokio::sync::Mutex::new),
            calls_each: self.calls_each(),
            next: AtomicUsize::new(0),
            seen: Mutex::default(),
        };
        let workers = (0..self.at_once).map(|_| bath.work(self.sessions));
        futures_util::future::join_all(workers).await;

        bath.nothing_lives().await;
        let (entries, credits) = bath.ledger_adds_up(self.sessions).await;
        let folder = engine.program.folder().to_owned();
        engine.program.end_by("TERM").await;
        nothing_lies_in(&folder.join("tmp"));
        nothing_lies_in(&folder.join("engine/files"));

        let seen = bath.seen.into_inner().unwrap_or_default();
        let soaked = Soaked {
            resident_kb: tenths(seen.samples.iter().map(|sample| sample.0).collect()),
            open_files: tenths(seen.samples.iter().map(|sample| sample.1).collect()),
            lives: seen.lives,
            succeeded: seen.succeeded,
            refused: seen.refused,
            entries,
            credits,
        };
        soaked.check(self);
        soaked
    }
}

impl Soaked {
    fn check(&self, asked: Soak) {
        let calls = self.succeeded + self.refused;
        assert!(calls >= asked.calls, "{} calls were asked for and {calls} were made", asked.calls);
        let (early, late) = (self.resident_kb[1], self.resident_kb[9]);
        assert!(
            late <= early + asked.growth_kb,
            "the engine grew from {early} kB to {late} kB, which is more than {} kB: {:?}",
            asked.growth_kb,
            self.resident_kb
        );
        let (early, late) = (self.open_files[1], self.open_files[9]);
        assert!(late <= early + FILES_TO_SPARE, "open files grew: {:?}", self.open_files);
    }
}

#[derive(Debug, Default)]
struct Seen {
    lives: BTreeMap<&'static str, usize>,
    succeeded: usize,
    refused: usize,
    /// Resident kilobytes and open files of the engine, after each call.
    samples: Vec<(u64, u64)>,
}

/// What all sessions of a soak share.
struct Bath {
    api: Api,
    engine: u32,
    site: FixtureSite,
    raw: Option<tokio::sync::Mutex<RawCdp>>,
    calls_each: usize,
    next: AtomicUsize,
    seen: Mutex<Seen>,
}

/// One session, and what its last page offered.
struct Bather<'a> {
    bath: &'a Bath,
    id: String,
    actions: Vec<String>,
}

impl Bath {
    async fn work(&self, sessions: usize) {
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if number >= sessions {
                return;
            }
            let life = LIVES[number % LIVES.len()];
            self.live(number, life).await;
            self.note(|seen| *seen.lives.entry(life.name()).or_default() += 1);
        }
    }

    async fn live(&self, number: usize, life: Life) {
        match life {
            Life::OneObserve => {
                let body = json!({"url": self.site.url("/medium"), "screenshot": number.is_multiple_of(2)});
                self.page_call("/env/observe", &body, Expected::Page).await;
            }
            Life::OneScrape => {
                self.page_call("/env/scrape", &json!({"url": self.site.url("/article")}), Expected::Page)
                    .await;
            }
            Life::KeptFromItsFirstCall => {
                let body = json!({"url": self.site.url("/"), "keep_alive": true});
                let first = self.page_call("/env/observe", &body, Expected::Page).await;
                let mut bather =
                    Bather { bath: self, id: id_of(&first.body), actions: actions_of(&first.body) };
                bather.calls(self.calls_each - 1).await;
                bather.close().await;
            }
            Life::Kept | Life::ClosedDuringACall | Life::LeftByACaller | Life::Terminated | Life::Crashed => {
                let wanted = json!({"session_timeout_minutes": 5, "screenshot": number.is_multiple_of(3)});
                let started = self.api.post("/session/start", &wanted).await.expect_success("a start");
                let mut bather = Bather { bath: self, id: id_of(&started), actions: Vec::new() };
                bather.calls(self.calls_each - 1).await;
                bather.last_call(life).await;
            }
        }
    }

    async fn page_call(&self, path: &str, body: &Value, expected: Expected) -> Answer {
        let answer = self.api.post(path, body).await;
        let as_expected = match expected {
            Expected::Page => answer.status == 200,
            Expected::Refusal => (400..500).contains(&answer.status),
            Expected::Either => answer.status == 200 || (400..500).contains(&answer.status),
        };
        let beginning: String = answer.body.to_string().chars().take(400).collect();
        assert!(
            as_expected,
            "{path} {body} was answered with {}, not {expected:?}: {beginning}",
            answer.status
        );
        self.note(|seen| match answer.status {
            200 => seen.succeeded += 1,
            _ => seen.refused += 1,
        });
        answer
    }

    /// Notes something seen, and how large the engine is now.
    fn note(&self, note: impl FnOnce(&mut Seen)) {
        let sample = resident_kb_and_files(self.engine);
        let mut seen = self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        seen.samples.extend(sample);
        note(&mut seen);
    }

    async fn nothing_lives(&self) {
        let health = self.api.get("/health").await.expect_success("health");
        assert_eq!(health["active_sessions"], 0, "every session has ended");
        let Some(raw) = &self.raw else { return };
        until("the browser to forget every session", SOON, || async {
            (raw.lock().await.contexts().await == 0).then_some(())
        })
        .await;
    }

    /// Entries, sessions, calls and plan tell the same sum; answers the number of entries and the sum.
    async fn ledger_adds_up(&self, sessions: usize) -> (usize, Credits) {
        let entries = self.all("/usage/entries", |page: EntryPage| (page.items, page.total)).await;
        let listed = self.all(path::SESSION_LIST, |page: SessionPage| (page.items, page.total)).await;
        let usage: UsageAnswer = read(self.api.get("/usage").await.expect_success("the usage"));
        assert_eq!(listed.len(), sessions, "every session is remembered");
        let sum: Credits = entries.iter().map(|entry| entry.credits).sum();
        let of_sessions: Credits = listed.iter().filter_map(|session| session.credits).sum();
        let by_call: Credits = usage.by_call.iter().map(|call| call.credits).sum();
        assert_eq!(
            (usage.used, of_sessions, by_call),
            (sum, sum, sum),
            "the plan, the sessions and the calls add up"
        );
        for session in &listed {
            let own: Credits = entries
                .iter()
                .filter(|entry| entry.session_id == session.session_id)
                .map(|entry| entry.credits)
                .sum();
            assert_eq!(session.credits, Some(own), "a session costs what was charged for it: {session:?}");
        }
        (entries.len(), sum)
    }

    async fn all<P: DeserializeOwned, T>(&self, path: &str, parts: impl Fn(P) -> (Vec<T>, u64)) -> Vec<T> {
        let mut all = Vec::new();
        for page in 1.. {
            let answer =
                self.api.get(&format!("{path}?page={page}&page_size=500")).await.expect_success(path);
            let (items, total) = parts(read(answer));
            let none_left = items.is_empty();
            all.extend(items);
            if none_left || all.len() as u64 >= total {
                assert_eq!(all.len() as u64, total, "{path} lists as many as it says there are");
                break;
            }
        }
        all
    }
}

/// How a call must be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Page,
    Refusal,
    /// Where it depends on who comes first.
    Either,
}

impl Bather<'_> {
    /// Calls of every kind, some of which must be refused.
    async fn calls(&mut self, count: usize) {
        for number in 0..count {
            self.call(number).await;
        }
    }

    async fn call(&mut self, number: usize) {
        let url = |path: &str| self.bath.site.url(path);
        let (path, body, expected) = match number % 13 {
            0 => ("/env/observe", json!({"url": url("/medium")}), Expected::Page),
            1 => ("/env/step", json!({"action_id": self.action('L')}), Expected::Page),
            2 => ("/env/scrape", json!({"only_main_content": true}), Expected::Page),
            3 => ("/env/step", json!({"action_id": "S1", "value": url("/article")}), Expected::Page),
            4 => ("/env/observe", json!({"url": "http://127.0.0.1:9/"}), Expected::Refusal),
            5 => ("/env/observe", json!({"url": url("/small")}), Expected::Page),
            6 => ("/env/step", json!({"action_id": self.action('I'), "value": "Ada"}), Expected::Page),
            7 => ("/env/step", json!({"action_id": "B999"}), Expected::Refusal),
            8 => ("/env/observe", json!({"screenshot": true}), Expected::Page),
            9 => ("/env/scrape", json!({"url": url("/medium")}), Expected::Page),
            10 => ("/env/step", json!({"action_id": "S4"}), Expected::Page),
            11 => ("/env/observe", json!({"url": 7}), Expected::Refusal),
            _ => ("/env/step", json!({"action_id": "S6"}), Expected::Page),
        };
        let answer = self.page_call(path, body, expected).await;
        if answer.body["space"].is_object() {
            self.actions = actions_of(&answer.body);
        }
    }

    async fn last_call(&mut self, life: Life) {
        let bath = self.bath;
        match life {
            Life::Terminated => {
                self.page_call("/env/step", json!({"action_id": "S8"}), Expected::Page).await;
                let answer = bath.api.post("/session/close", &json!({"session_id": self.id})).await;
                assert_eq!(answer.status, 410, "a session that ended by itself is gone: {}", answer.body);
            }
            Life::ClosedDuringACall => {
                let slow =
                    self.page_call("/env/observe", json!({"url": bath.site.url("/slow")}), Expected::Either);
                tokio::join!(slow, self.close());
            }
            Life::LeftByACaller => {
                let body = json!({"session_id": self.id, "url": bath.site.url("/large")});
                let left = bath.api.post("/env/observe", &body);
                // Whether it was answered in time is of no interest: the caller has gone.
                let _ = tokio::time::timeout(PATIENCE_OF_A_LEAVING_CALLER, left).await;
                self.page_call("/env/scrape", json!({"url": bath.site.url("/article")}), Expected::Page)
                    .await;
                self.close().await;
            }
            Life::Crashed => self.crash().await,
            Life::Kept | Life::OneObserve | Life::OneScrape | Life::KeptFromItsFirstCall => {
                self.page_call("/env/scrape", json!({}), Expected::Page).await;
                self.close().await;
            }
        }
    }

    async fn crash(&self) {
        let url = self.bath.site.url(&format!("/small?crash={}", self.id));
        self.page_call("/env/observe", json!({"url": url}), Expected::Page).await;
        let crashed = match &self.bath.raw {
            Some(raw) => raw.lock().await.crash(&url).await,
            None => false,
        };
        if !crashed {
            return self.close().await;
        }
        let ended = until("the engine to notice the crash", SOON, || async {
            let session = self.bath.api.get(&format!("/session/{}", self.id)).await.body;
            (session["status"] != "active").then_some(session)
        })
        .await;
        assert_eq!(ended["close_reason"], "error", "a lost page is an error: {ended}");
    }

    async fn close(&self) {
        let answer = self.bath.api.post("/session/close", &json!({"session_id": self.id})).await;
        assert_eq!(answer.expect_success("a close")["close_reason"], "manual");
    }

    async fn page_call(&self, path: &str, mut body: Value, expected: Expected) -> Answer {
        body["session_id"] = self.id.as_str().into();
        self.bath.page_call(path, &body, expected).await
    }

    /// The first action of a kind that the last page offered.
    fn action(&self, letter: char) -> &str {
        let found = self.actions.iter().find(|id| id.starts_with(letter));
        found.unwrap_or_else(|| panic!("no {letter} action among {:?}", self.actions))
    }
}

impl RawCdp {
    /// The same as [`RawCdp::to_browser_of`], after its browser had time to come up.
    async fn to_browser_once_up(program: &RunningProgram) -> Option<Self> {
        until("the browser to run", SOON, || async {
            (!program.family().browsers().is_empty()).then_some(())
        })
        .await;
        for _ in 0..200 {
            if let Some(raw) = Self::to_browser_of(program).await {
                return Some(raw);
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        None
    }
}

fn id_of(answer: &Value) -> String {
    let session = if answer["session"].is_object() { &answer["session"] } else { answer };
    session["session_id"].as_str().unwrap_or_else(|| panic!("no session id in {answer}")).to_owned()
}

fn actions_of(answer: &Value) -> Vec<String> {
    let actions = answer["space"]["actions"].as_array().cloned().unwrap_or_default();
    actions.iter().filter_map(|action| action["id"].as_str().map(str::to_owned)).collect()
}

fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap_or_else(|error| panic!("{error}"))
}

fn nothing_lies_in(folder: &Path) {
    let left: Vec<_> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    assert!(left.is_empty(), "left behind: {left:?}");
}

/// The medians of ten equal parts.
fn tenths(samples: Vec<u64>) -> Vec<u64> {
    let length = samples.len();
    assert!(length >= 10, "{length} samples have no tenths");
    let part = |tenth: usize| {
        let mut part = samples[length * tenth / 10..length * (tenth + 1) / 10].to_vec();
        part.sort_unstable();
        part[part.len() / 2]
    };
    (0..10).map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_soak_makes_at_least_as_many_calls_as_asked() {
        for (sessions, calls) in [(200, 2000), (40, 300)] {
            let each = Soak { sessions, calls, at_once: 1, growth_kb: 0 }.calls_each();
            let made: usize = (0..sessions).map(|n| if LIVES[n % 10].is_one_call() { 1 } else { each }).sum();
            assert!((calls..calls + calls / 5).contains(&made), "{made} for {calls}");
        }
    }

    #[test]
    fn an_engine_that_grows_is_noticed() {
        let mut soaked = Soaked {
            lives: BTreeMap::new(),
            succeeded: 10,
            refused: 0,
            resident_kb: tenths((0..100).map(|number| 30_000 + number * 100).collect()),
            open_files: vec![20; 10],
            entries: 0,
            credits: Credits::ZERO,
        };
        assert_eq!(soaked.resident_kb[1], 31_500);
        let asked = Soak { sessions: 1, calls: 10, at_once: 1, growth_kb: 8_000 };
        soaked.check(asked);
        soaked.resident_kb[9] += 1_000;
        assert!(std::panic::catch_unwind(|| soaked.check(asked)).is_err());
    }
}

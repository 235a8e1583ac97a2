//! The record of calls: begun, ended, failed, cancelled; and what their answers showed.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use notex_flow::ScrapeCall;
use notex_session::{Charge, RateCard, ScrapeSize};
use notex_wire::{Action, CallKind, PageAnswer, PageData, StepChanges, Usage};
use url::Url;

use crate::connection::Connection;
use crate::describe;
use crate::protocol::{Call, CallStatus, Delta, Failure, FailureCode, Observation, Place, Scraped};
use crate::sessions::Session;
use crate::state::{State, unknown_session};

/// How a call went, for its record.
pub(crate) struct Ended {
    pub(crate) http_status: u16,
    pub(crate) took: Duration,
    pub(crate) what: String,
    pub(crate) usage: Option<Usage>,
    pub(crate) picture: Option<String>,
    pub(crate) changes: Option<StepChanges>,
}

/// How many calls of a session are kept.
const CALLS_KEPT: usize = 1_000;

impl Session {
    pub(crate) fn next_number(&mut self) -> u32 {
        self.calls_made = self.calls_made.saturating_add(1);
        self.calls_made
    }

    /// Adds a call to the list; a very long list loses its oldest ones.
    pub(crate) fn keep_call(&mut self, call: Call) {
        if self.calls.len() >= CALLS_KEPT {
            self.calls.remove(0);
        }
        self.calls.push(call);
    }

    pub(crate) fn refresh_busy(&mut self) {
        let running = self.calls.iter().rfind(|call| call.status == CallStatus::Running);
        self.state.busy = running.map(|call| call.kind).filter(|_| !self.is_ended());
    }

    fn own_page_call_runs(&self) -> bool {
        let page_call = |kind| matches!(kind, CallKind::Observe | CallKind::Step | CallKind::Scrape);
        self.calls.iter().any(|call| {
            call.status == CallStatus::Running && page_call(call.kind) && !self.is_elsewhere(call.id)
        })
    }

    pub(crate) fn is_elsewhere(&self, call: u64) -> bool {
        self.elsewhere.iter().any(|other| other.is(call))
    }
}

impl State {
    /// Records that a call begins, and refuses one where it makes no sense.
    pub(crate) fn begin_call(
        &mut self,
        session: &str,
        kind: CallKind,
        what: String,
        now: DateTime<Utc>,
    ) -> Result<u64, Failure> {
        let known = self.sessions.get(session).ok_or_else(|| unknown_session(session))?;
        if known.is_ended() {
            return Err(Failure::new(FailureCode::SessionEnded, "this session has ended")
                .with_hint("start another session to go on"));
        }
        let page_call = matches!(kind, CallKind::Observe | CallKind::Step | CallKind::Scrape);
        if page_call && known.own_page_call_runs() {
            return Err(
                Failure::invalid("another call runs on this session").with_hint("wait for it, or cancel it")
            );
        }
        Ok(self.record_call(session, kind, what, now))
    }

    /// Records a call without asking whether it makes sense: for one that made its session.
    pub(crate) fn record_call(
        &mut self,
        session: &str,
        kind: CallKind,
        what: String,
        now: DateTime<Utc>,
    ) -> u64 {
        let id = self.next_call();
        let mut delta = None;
        self.change_session(session, |known| {
            let call = Call {
                id,
                number: known.next_number(),
                session: known.state.id.clone(),
                kind,
                what,
                status: CallStatus::Running,
                started_at: now,
                took_ms: None,
                credits: None,
                reasons: Vec::new(),
                picture: None,
                changes: None,
            };
            known.own_began(id, kind, now);
            known.keep_call(call.clone());
            known.refresh_busy();
            delta = Some(Delta::Call(Box::new(call)));
        });
        self.deltas.extend(delta);
        id
    }

    /// Records a success.
    pub(crate) fn end_call(&mut self, session: &str, id: u64, ended: Ended) {
        let Ended { http_status, took, what, usage, picture, changes } = ended;
        if let Some(connection) = self.connection_of(session) {
            self.change_connection(&connection, Connection::key_taken);
        }
        self.change_call(session, id, |call| {
            call.status = CallStatus::Done { http_status };
            call.took_ms = Some(took.as_secs_f64() * 1000.0);
            call.what = what;
            call.picture = picture;
            call.changes = changes;
            if let Some(usage) = usage {
                call.credits = Some(usage.credits);
                call.reasons = usage.reasons;
            }
        });
    }

    /// Records a failure.
    pub(crate) fn fail_call(
        &mut self,
        session: &str,
        id: u64,
        http_status: Option<u16>,
        failure: Failure,
        now: DateTime<Utc>,
    ) {
        self.change_call(session, id, |call| {
            call.took_ms = Some(milliseconds(now - call.started_at));
            call.status = CallStatus::Failed { http_status, failure };
        });
    }

    pub(crate) fn change_call(&mut self, session: &str, id: u64, change: impl FnOnce(&mut Call)) {
        let (mut delta, mut ended, now) = (None, None, self.clock.now());
        self.change_session(session, |known| {
            // A cancelled call keeps that status when its answer arrives after all.
            let Some(call) =
                known.calls.iter_mut().find(|call| call.id == id && call.status == CallStatus::Running)
            else {
                return;
            };
            change(call);
            if let Some(words) = describe::last_call(call) {
                known.state.last_call = Some(words);
            }
            delta = Some(Delta::Call(Box::new(call.clone())));
            ended = Some(call.clone());
            if known.own_ended(id, now) {
                known.running = None;
            }
            known.refresh_busy();
        });
        self.deltas.extend(delta);
        if let Some(call) = ended {
            self.archive_call(session, &call);
        }
    }

    /// What remains of the plan after a call, when its answer says.
    pub(crate) fn take_in_remaining(&mut self, connection: &str, usage: Option<&Usage>) {
        let Some(remaining) = usage.map(|usage| usage.remaining) else { return };
        self.change_connection(connection, |known| {
            if let Some(credits) = &mut known.state.credits {
                credits.remaining = credits.remaining.min(remaining);
            }
        });
    }

    /// What an action of the last observation is.
    pub(crate) fn observed_action(&self, session: &str, action_id: &str) -> Option<&Action> {
        self.sessions.get(session)?.observation.as_ref()?.actions.iter().find(|action| action.id == action_id)
    }

    /// Takes in what an observe or step showed.
    pub(crate) fn take_in_observation(
        &mut self,
        session: &str,
        call: u64,
        answer: PageAnswer,
        picture: Option<String>,
        now: DateTime<Utc>,
    ) {
        let Some(space) = answer.space else { return };
        let Some(known) = self.sessions.get_mut(session) else { return };
        let before = known.observation.take();
        let changes = match &before {
            Some(before) if is_same_page(&before.url, &answer.metadata.url) => {
                Changes::between(&before.actions, &space.actions)
            }
            // On another page all is new, which says nothing.
            Some(_) | None => Changes::default(),
        };
        let before = before.map(|before| Place { title: before.title, url: before.url });
        let total_actions = space.total_actions.unwrap_or(space.actions.len() as u64);
        let observation = Observation {
            session: session.to_owned(),
            call,
            at: now,
            title: answer.metadata.title,
            url: answer.metadata.url,
            description: space.description,
            category: space.category,
            viewport: answer.metadata.viewport,
            picture,
            actions: space.actions,
            total_actions,
            partial: space.partial,
            special_actions: space.special_actions,
            new_ids: changes.new_ids,
            gone: changes.gone,
            changed_ids: changes.changed_ids,
            before,
        };
        known.observation = Some(observation.clone());
        self.deltas.push(Delta::Observation(Box::new(observation)));
    }

    /// Takes in what a scrape read.
    pub(crate) fn take_in_scraped(
        &mut self,
        session: &str,
        call: u64,
        place: Place,
        data: PageData,
        asked: ScrapeCall,
        now: DateTime<Utc>,
    ) {
        let Some(known) = self.sessions.get_mut(session) else { return };
        let scraped = Scraped {
            session: session.to_owned(),
            call,
            at: now,
            title: place.title,
            url: place.url,
            markdown: data.markdown.unwrap_or_default(),
            only_main_content: asked.only_main_content,
            images: data.images.unwrap_or_default(),
            structured: data.structured.unwrap_or_default(),
            selector: asked.selector,
            reading: data.reading,
        };
        known.scraped = Some(scraped.clone());
        self.deltas.push(Delta::Scraped(Box::new(scraped)));
    }
}

/// What a page call would cost by the default card, for a server that does not say.
pub(crate) fn estimated_charge(kind: CallKind, answer: &PageAnswer) -> Charge {
    let card = RateCard::default();
    let actions = answer.space.as_ref().map_or(0, |space| space.actions.len() as u64);
    match kind {
        CallKind::Observe if answer.screenshot.is_some() => card.observe_with_screenshot(actions),
        CallKind::Observe => card.observe(actions),
        CallKind::Step => card.step(),
        CallKind::Scrape => {
            let data = answer.data.as_ref();
            let bytes = data.and_then(|data| data.markdown.as_ref()).map_or(0, String::len);
            let images = data.and_then(|data| data.images.as_ref()).map_or(0, Vec::len);
            card.scrape(ScrapeSize { markdown_bytes: bytes as u64, images: images as u64 })
        }
        CallKind::Start | CallKind::SessionMinute | CallKind::Extend | CallKind::Close => Charge::default(),
    }
}

/// The same path of the same site; what is searched for or jumped to may differ.
fn is_same_page(before: &str, after: &str) -> bool {
    match (Url::parse(before), Url::parse(after)) {
        (Ok(before), Ok(after)) => before.origin() == after.origin() && before.path() == after.path(),
        (_, _) => before == after,
    }
}

/// What came, went and changed between two observations of a page.
#[derive(Debug, Default)]
struct Changes {
    new_ids: Vec<String>,
    gone: Vec<Action>,
    changed_ids: Vec<String>,
}

impl Changes {
    /// Ids count anew on another page, so an id means its element only together with its role and words.
    fn between(before: &[Action], after: &[Action]) -> Self {
        fn named(actions: &[Action]) -> HashMap<(&str, &str), &Action> {
            actions.iter().map(|action| ((action.id.as_str(), action.description.as_str()), action)).collect()
        }
        let (old, new) = (named(before), named(after));
        let mut changes = Self::default();
        for (key, action) in
            after.iter().map(|action| ((action.id.as_str(), action.description.as_str()), action))
        {
            match old.get(&key) {
                None => changes.new_ids.push(action.id.clone()),
                Some(was) if was.state != action.state => changes.changed_ids.push(action.id.clone()),
                Some(_) => {}
            }
        }
        let absent = |action: &&Action| !new.contains_key(&(action.id.as_str(), action.description.as_str()));
        changes.gone = before.iter().filter(absent).cloned().collect();
        changes
    }
}

fn milliseconds(span: TimeDelta) -> f64 {
    span.to_std().map_or(0.0, |span| span.as_secs_f64() * 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action(id: &str, description: &str) -> Action {
        serde_json::from_value(serde_json::json!({"id": id, "description": description, "category": "Main"}))
            .unwrap()
    }

    #[test]
    fn another_search_is_the_same_page_and_another_path_is_not() {
        assert!(is_same_page("http://shop.local/search?q=a", "http://shop.local/search?q=b#top"));
        assert!(!is_same_page("http://shop.local/search", "http://shop.local/article"));
        assert!(!is_same_page("http://shop.local/", "http://other.local/"));
    }

    #[test]
    fn an_action_is_new_or_gone_when_its_id_means_something_else() {
        let before = [action("L1", "Open Deals"), action("B1", "Click Search")];
        let after = [action("L1", "Open Home"), action("B1", "Click Search"), action("I1", "Fill Name")];
        let changes = Changes::between(&before, &after);
        assert_eq!(changes.new_ids, ["L1", "I1"]);
        assert_eq!(changes.gone[0].description, "Open Deals");
        assert!(changes.changed_ids.is_empty());
    }
}

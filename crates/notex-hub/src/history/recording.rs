//! What is handed to the archive: each call when it has ended, and its session when that changed. Runs in the loop, so
//! nothing here waits; what is large was made ready beside it.

use std::time::Duration;

use notex_archive::{
    ArchiveError, CallFailure, End, NewCall, NewPart, Page, PartKind, SessionFacts, Timing, Words,
};
use notex_client::Trace;
use notex_wire::PageAnswer;
use serde_json::Value;
use tracing::warn;

use super::secrets::Typed;
use crate::notices::About;
use crate::protocol::{Call, CallStatus, Delta, NoticeKind, SessionPhase};
use crate::state::State;
use crate::{elsewhere, pictures::Picture};

/// What is known of a call besides what the list shows.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    response: Option<Value>,
    page: Option<Page>,
    action_count: Option<u32>,
    words: Words,
    parts: Vec<NewPart>,
    trace: Trace,
}

impl Answer {
    /// The same, with where its time went.
    pub(crate) fn traced(self, trace: Trace) -> Self {
        Self { trace, ..self }
    }

    /// Of a call on a page. The answer comes without its screenshot, which is given beside it.
    pub(crate) fn of_page(page: &PageAnswer, picture: Option<Picture>) -> Self {
        let actions = page.space.as_ref().map(|space| space.actions.as_slice()).unwrap_or_default();
        let names: Vec<&str> = actions.iter().map(|action| action.description.as_str()).collect();
        let text = page.data.as_ref().and_then(|data| data.markdown.clone()).unwrap_or_default();
        let part = |Picture { media_type, bytes }| NewPart {
            kind: PartKind::Screenshot,
            media_type: media_type.to_owned(),
            bytes,
        };
        Self {
            page: Some(Page { title: page.metadata.title.clone(), url: page.metadata.url.clone() }),
            action_count: page.space.as_ref().and_then(|space| u32::try_from(space.actions.len()).ok()),
            words: Words { actions: names.join("\n"), text, asked: String::new() },
            parts: picture.into_iter().map(part).collect(),
            ..Self::of(page)
        }
    }

    /// The text that it read.
    pub(crate) fn read(&mut self, text: &str) {
        text.clone_into(&mut self.words.text);
    }

    /// Of a call that shows no page.
    pub(crate) fn of(answer: &impl serde::Serialize) -> Self {
        Self { response: serde_json::to_value(answer).ok(), ..Self::default() }
    }
}

/// What a session's record needs while it is in memory.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    /// It has a place in the archive.
    is_kept: bool,
    /// The body it was started with, without secrets.
    pub(crate) start: Option<Value>,
    /// What was typed into password fields.
    pub(crate) typed: Typed,
    /// Of calls that run: the body that was sent, and what was answered.
    open: Vec<(u64, Option<Value>, Answer)>,
}

impl Recorded {
    /// An earlier run kept it.
    pub(crate) fn kept_before(&mut self) {
        self.is_kept = true;
    }

    fn of(&mut self, call: u64) -> &mut (u64, Option<Value>, Answer) {
        let place = match self.open.iter().position(|(id, ..)| *id == call) {
            Some(place) => place,
            None => {
                self.open.push((call, None, Answer::default()));
                self.open.len() - 1
            }
        };
        &mut self.open[place]
    }
}

impl State {
    /// The body that a call was made with; keys are in no body.
    pub(crate) fn note_request(&mut self, session: &str, call: u64, request: Option<Value>) {
        if let Some(known) = self.sessions.get_mut(session).filter(|_| self.archive.is_some()) {
            known.recorded.of(call).1 = request;
        }
    }

    /// What a call was answered with; before it is said to have ended.
    pub(crate) fn note_answer(&mut self, session: &str, call: u64, answer: Answer) {
        if let Some(known) = self.sessions.get_mut(session).filter(|_| self.archive.is_some()) {
            known.recorded.of(call).2 = answer;
        }
    }

    /// Where the time of a call went that failed; before it is said to have ended.
    pub(crate) fn note_trace(&mut self, session: &str, call: u64, trace: Trace) {
        if let Some(known) = self.sessions.get_mut(session).filter(|_| self.archive.is_some()) {
            known.recorded.of(call).2.trace = trace;
        }
    }

    /// Hands a call that has ended to the archive, after its session.
    pub(crate) fn archive_call(&mut self, session: &str, call: &Call) {
        let Some(archive) = self.archive.clone() else { return };
        let Some(known) = self.sessions.get_mut(session) else { return };
        let recorded = &mut known.recorded;
        recorded.is_kept = true;
        let place = recorded.open.iter().position(|(id, ..)| *id == call.id);
        let (_, mut request, mut answer) =
            place.map(|place| recorded.open.swap_remove(place)).unwrap_or_default();
        let shown = Page { title: known.state.title.clone(), url: known.state.url.clone() };
        let mut page = answer.page.take().unwrap_or(shown);
        answer.words.asked = request.as_ref().map(Words::asked_with).unwrap_or_default();
        let Words { actions, text, asked } = &mut answer.words;
        let mut what = call.what.clone();
        for text in [&mut page.title, &mut page.url, &mut what, actions, text, asked] {
            recorded.typed.clean(text);
        }
        for value in [&mut request, &mut answer.response].into_iter().flatten() {
            recorded.typed.clean_all(value);
        }
        let (http_status, failure) = match &call.status {
            CallStatus::Running => return,
            CallStatus::Done { http_status } => (Some(*http_status), None),
            CallStatus::Failed { http_status, failure } => (*http_status, Some(failure)),
        };
        let failure = failure.map(|failure| CallFailure {
            code: word_of(&failure.code),
            message: failure.message.clone(),
            hint: failure.hint.clone(),
        });
        let trace = answer.trace;
        let total = call.took_ms.and_then(|took| Duration::try_from_secs_f64(took / 1000.0).ok());
        let ended = NewCall {
            connection: known.state.connection.clone(),
            session: session.to_owned(),
            number: call.number,
            kind: call.kind,
            made_elsewhere: what == elsewhere::WHAT,
            what,
            request,
            response: answer.response,
            http_status,
            failure,
            started_at: call.started_at,
            timing: Timing {
                queue: trace.queue,
                connect: trace.connect,
                wait: trace.wait,
                receive: trace.receive,
                total,
            },
            credits: call.credits,
            reasons: call.reasons.clone(),
            page,
            action_count: answer.action_count,
            words: answer.words,
            parts: answer.parts,
        };
        let kept = match self.facts(session) {
            Some(facts) => archive.keep_session(facts).and_then(|()| archive.keep_call(ended)),
            None => archive.keep_call(ended),
        };
        self.was_kept(kept);
    }

    /// Hands those sessions to the archive that changed and have a place in it.
    pub(crate) fn archive_sessions(&mut self, deltas: &[Delta]) {
        let Some(archive) = self.archive.clone() else { return };
        for delta in deltas {
            let Delta::Session(state) = delta else { continue };
            let is_kept = self.sessions.get(&state.id).is_some_and(|known| known.recorded.is_kept);
            if let Some(facts) = self.facts(&state.id).filter(|_| is_kept) {
                let kept = archive.keep_session(facts);
                self.was_kept(kept);
            }
        }
    }

    fn facts(&self, session: &str) -> Option<SessionFacts> {
        let known = self.sessions.get(session)?;
        let state = &known.state;
        let connection = self.connection(&state.connection);
        let mut page = Page { title: state.title.clone(), url: state.url.clone() };
        known.recorded.typed.clean(&mut page.title);
        known.recorded.typed.clean(&mut page.url);
        Some(SessionFacts {
            connection: state.connection.clone(),
            connection_name: connection.map_or_else(String::new, |known| known.state.name.clone()),
            session: state.id.clone(),
            dialect: connection.and_then(|known| known.state.dialect).map(|dialect| word_of(&dialect)),
            started_here: state.started_here,
            request: known.recorded.start.clone(),
            created_at: state.created_at,
            page,
            credits: state.credits,
            credits_estimated: state.credits_estimated,
            end: match &state.phase {
                SessionPhase::Live { .. } | SessionPhase::Ending => None,
                SessionPhase::Ended { at, reason, detail } => {
                    Some(End { at: *at, reason: Some(*reason), detail: detail.clone() })
                }
            },
        })
    }

    /// A call that is not kept is told of once, until one is kept again.
    fn was_kept(&mut self, kept: Result<(), ArchiveError>) {
        let Err(why) = kept else {
            self.told_unkept = false;
            return;
        };
        warn!(%why, "a call was not kept");
        if !matches!(why, ArchiveError::Closed) && !std::mem::replace(&mut self.told_unkept, true) {
            let about = About { kind: NoticeKind::History, session: None, connection: None };
            self.notify(about, "A call is not kept", &why.to_string());
        }
    }
}

/// An enum by its word.
fn word_of(value: &impl serde::Serialize) -> String {
    let word = serde_json::to_value(value).ok();
    word.as_ref().and_then(Value::as_str).map(str::to_owned).unwrap_or_default()
}

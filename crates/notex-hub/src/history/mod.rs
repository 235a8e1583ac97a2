//! Sessions and calls over runs: what the archive keeps, asked by queries and commands. An archive that cannot be used
//! is told once, and costs the history only.

mod files;
mod finding;
mod recording;
mod secrets;

use std::path::Path;
use std::sync::{Arc, Weak};
use std::time::Duration;

use chrono::TimeDelta;
use notex_archive::{
    Archive, ArchiveError, KeptCall, KeptSession, News, Opened, Options, PartKind, Pinned, Retention,
    SessionFilter, Timing,
};
use notex_wire::Exchange;
use tokio::sync::mpsc;
use tracing::{info, warn};

pub(crate) use self::files::{Exports, export, open as open_file};
pub(crate) use self::finding::{help, search};
pub(crate) use self::recording::{Answer as Answered, Recorded};
pub(crate) use self::secrets::{NOT_KEPT, Typed, is_secret_value};
use crate::Hub;
use crate::explain::{self, Known};
use crate::hub::Shared;
use crate::notices::About;
use crate::protocol::{
    Answer, Call, CallStatus, CallTiming, Failure, FailureCode, HistoryFilter, HistoryPage, HistorySizes,
    NoticeKind, PastCall, PastCalls, PastEnd, PastSession, Place, RemovedSession, Settings,
};
use crate::state::State;

/// How often it is looked whether something is too old.
const SWEEP_EVERY: Duration = Duration::from_secs(60 * 60);
/// For so long what was removed can be brought back.
const BROUGHT_BACK_FOR: TimeDelta = TimeDelta::minutes(10);
/// How often it is looked whether something that was removed is to be deleted.
const DELETE_EVERY: Duration = Duration::from_secs(20);
/// The most that one page of a query holds.
pub(crate) const LARGEST_PAGE: u32 = 5_000;

/// The archive, where there is one.
#[derive(Clone)]
pub(crate) struct History(Result<Arc<Archive>, String>);

/// What is told of the archive.
pub(crate) struct Told(mpsc::UnboundedReceiver<News>, Option<String>);

impl History {
    /// Opens the archive of a data folder. Blocks, shortly.
    pub(crate) fn open(data_dir: &Path) -> (Self, Told) {
        let (tell, told) = mpsc::unbounded_channel();
        let mut options = Options::new(data_dir.join("history"));
        options.tell = Box::new(move |news| drop(tell.send(news)));
        match Archive::open(options) {
            Ok(Opened { archive, put_aside }) => (Self(Ok(Arc::new(archive))), Told(told, put_aside)),
            Err(why) => {
                warn!(%why, "there is no history");
                let sentence = format!("{why}; calls are not kept");
                (Self(Err(sentence.clone())), Told(told, Some(sentence)))
            }
        }
    }

    pub(crate) fn archive(&self) -> Option<&Arc<Archive>> {
        self.0.as_ref().ok()
    }

    /// Asks the archive beside the loop: a disk may be slow.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Archive) -> Result<T, ArchiveError> + Send + 'static,
    ) -> Result<T, Failure> {
        self.with(ask).await?.map_err(|why| Failure::new(FailureCode::Other, why.to_string()))
    }

    /// Does something with the archive beside the loop.
    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Archive) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let archive = match &self.0 {
            Ok(archive) => Arc::clone(archive),
            Err(why) => {
                let hint = "free the folder and start the inspector again";
                return Err(Failure::new(FailureCode::Other, why).with_hint(hint));
            }
        };
        let done = tokio::task::spawn_blocking(move || work(&archive)).await;
        done.map_err(|_| Failure::new(FailureCode::Other, "the inspector is closing"))
    }

    /// Writes what waits and lets go of the folder.
    pub(crate) async fn close(&self) {
        let Some(archive) = self.archive().cloned() else { return };
        drop(tokio::task::spawn_blocking(move || archive.close()).await);
    }
}

/// Tells what the archive tells, and sweeps now and then.
pub(crate) async fn tend(shared: Weak<Shared>, told: Told) {
    let Told(mut told, found) = told;
    {
        let Some(shared) = shared.upgrade() else { return };
        let hub = Hub { shared };
        if let Some(sentence) = found {
            notice(&hub, "History", sentence).await;
        }
    }
    let mut sweeps = tokio::time::interval(SWEEP_EVERY);
    let mut deletions = tokio::time::interval(DELETE_EVERY);
    let mut telling = true;
    loop {
        let now = tokio::select! {
            news = told.recv(), if telling => match news {
                Some(news) => Now::Tell(news),
                None => { telling = false; continue }
            },
            _ = sweeps.tick() => Now::Sweep,
            _ = deletions.tick() => Now::Delete,
        };
        let Some(shared) = shared.upgrade() else { return };
        let hub = Hub { shared };
        let news = match now {
            Now::Sweep => {
                sweep(&hub).await;
                continue;
            }
            Now::Delete => {
                delete_removed(&hub).await;
                continue;
            }
            Now::Tell(news) => news,
        };
        match news {
            News::Failing(why) => {
                let text = format!("{why}. Calls wait in memory and are tried again; the inspector goes on");
                notice(&hub, "Calls cannot be kept now", text).await;
            }
            News::Recovered => info!("the history is written again"),
            News::SpaceLow(why) => {
                let text = format!("{why}. Calls are kept without their pictures until there is space");
                notice(&hub, "Pictures are not kept", text).await;
            }
            News::SpaceBack => info!("there is space for the pictures of the history again"),
        }
    }
}

/// What there is to do.
enum Now {
    Tell(News),
    Sweep,
    Delete,
}

async fn notice(hub: &Hub, title: &'static str, text: String) {
    hub.change(move |state, _| {
        let about = About { kind: NoticeKind::History, session: None, connection: None };
        state.notify(about, title, &text);
    })
    .await;
}

/// Removes what the settings say is too old or too much.
pub(crate) async fn sweep(hub: &Hub) {
    if hub.shared.history.archive().is_none() {
        return;
    }
    let Ok((retention, now)) = hub.ask(|state, now| (retention(&state.settings), now)).await else { return };
    match hub.shared.history.ask(move |archive| archive.sweep(retention, now)).await {
        Ok(swept) if swept.sessions > 0 => info!(swept.sessions, "old sessions left the history"),
        Ok(_) => {}
        Err(why) => warn!(%why, "the history was not tidied up"),
    }
}

/// Deletes what was removed long enough ago that nobody brings it back, also by a run before.
async fn delete_removed(hub: &Hub) {
    if hub.shared.history.archive().is_none() {
        return;
    }
    let Ok(now) = hub.ask(|_, now| now).await else { return };
    let due = move |archive: &Archive| {
        let before = now - BROUGHT_BACK_FOR;
        if archive.taken_away()?.iter().all(|(_, at)| *at > before) {
            return Ok(0);
        }
        Ok(archive.remove_taken_away(before)?.sessions)
    };
    match hub.shared.history.ask(due).await {
        Ok(0) => {}
        Ok(sessions) => info!(sessions, "removed sessions were deleted from the history"),
        Err(why) => warn!(%why, "removed sessions were not deleted from the history"),
    }
}

fn retention(settings: &Settings) -> Retention {
    Retention { days: settings.history_days, bytes: u64::from(settings.history_megabytes) * 1_000_000 }
}

/// Kept sessions.
pub(crate) async fn sessions(
    hub: &Hub,
    filter: HistoryFilter,
    offset: u64,
    limit: u32,
) -> Result<Answer, Failure> {
    let HistoryFilter { connection, pinned, ended } = filter;
    let filter = SessionFilter { connection, ended, pinned };
    let limit = limit.min(LARGEST_PAGE);
    let read =
        move |archive: &Archive| Ok((archive.sessions(&filter, offset, limit)?, archive.taken_away()?));
    let (page, removed) = hub.shared.history.ask(read).await?;
    let sessions = page.sessions.into_iter().map(past_session).collect();
    let removed = removed
        .into_iter()
        .map(|(session, at)| RemovedSession { session: past_session(session), until: at + BROUGHT_BACK_FOR });
    Ok(Answer::History(HistoryPage { sessions, total: page.total, removed: removed.collect() }))
}

/// The calls of a kept session.
pub(crate) async fn calls(hub: &Hub, session: i64, offset: u64, limit: u32) -> Result<Answer, Failure> {
    let limit = limit.min(LARGEST_PAGE);
    let read = move |archive: &Archive| {
        let Some(known) = archive.session(session)? else { return Ok(None) };
        Ok(Some((known.session, archive.calls(session, offset, limit)?)))
    };
    let (id, page) = hub.shared.history.ask(read).await?.ok_or_else(gone)?;
    let calls = page.calls.into_iter().map(|call| past_call(&id, call)).collect();
    Ok(Answer::HistoryCalls(PastCalls { calls, total: page.total }))
}

/// What is kept of a session that is known by its connection and id.
pub(crate) async fn session_of(
    hub: &Hub,
    connection: String,
    id: String,
) -> Result<Option<Box<PastSession>>, Failure> {
    let found = hub.shared.history.ask(move |archive| archive.find_session(&connection, &id)).await?;
    Ok(found.map(|kept| Box::new(past_session(kept))))
}

/// All that is kept of one call.
pub(crate) async fn call(hub: &Hub, session: i64, number: u32) -> Result<Answer, Failure> {
    let read = move |archive: &Archive| {
        let Some(known) = archive.session(session)? else { return Ok(None) };
        let mut call = archive.call(session, number)?;
        if call.is_none() {
            // It may have ended a moment ago.
            archive.flush()?;
            call = archive.call(session, number)?;
        }
        let Some(call) = call else { return Ok(None) };
        let network = call.parts.iter().find(|part| part.kind == PartKind::Network);
        let network = network.and_then(|part| archive.blob(part.hash.as_deref()?).ok());
        let network: Option<Vec<Exchange>> =
            network.and_then(|(bytes, _)| serde_json::from_slice(&bytes).ok());
        Ok(Some((known.session, call, network.unwrap_or_default())))
    };
    let (id, whole, network) = hub.shared.history.ask(read).await?.ok_or_else(gone)?;
    let call = past_call(&id, whole.call.clone());
    let place = Place { title: whole.call.page.title.clone(), url: whole.call.page.url.clone() };
    let response = whole.response.as_ref();
    let explanation = explain::explain(&Known { call: &call, place: &place, response, network: &network });
    let page = whole.parts.iter().find(|part| part.kind == PartKind::Dom).and_then(|part| part.hash.clone());
    let missing = whole.parts.iter().filter_map(|part| {
        let why = part.missing.as_deref()?;
        Some(format!("{} was not kept: {why}.", named(part.kind)))
    });
    Ok(Answer::HistoryCall(Box::new(PastCall {
        missing: missing.collect(),
        made_elsewhere: whole.call.made_elsewhere,
        place,
        request: whole.request,
        response: whole.response,
        call,
        page,
        explanation,
        timing: timing(&whole.call.timing),
    })))
}

fn timing(kept: &Timing) -> CallTiming {
    let millis = |took: Option<Duration>| took.map(|took| took.as_secs_f64() * 1_000.0);
    CallTiming {
        queue_ms: millis(kept.queue),
        connect_ms: millis(kept.connect),
        wait_ms: millis(kept.wait),
        receive_ms: millis(kept.receive),
        total_ms: millis(kept.total),
    }
}

/// The ids of calls that an earlier run kept begin here, far from those that this one gives.
const EARLIER: u64 = 1 << 40;
/// So many calls of earlier runs are shown with a session that lives.
const MOST_EARLIER: u32 = 1_000;

/// A session that is shown, with the calls that earlier runs kept of it before its own.
pub(crate) async fn with_earlier_calls(hub: &Hub, session: String) -> Result<Answer, Failure> {
    let (id, answer, connection) = hub
        .read(move |state| {
            state.detail(&session).map(|detail| {
                let connection = state.connection_of(&session).unwrap_or_default();
                (session, detail, connection)
            })
        })
        .await??;
    let Answer::Session(mut detail) = answer else { return Ok(answer) };
    let first = detail.calls.first().map_or(u32::MAX, |call| call.number);
    if first <= 1 || hub.shared.history.archive().is_none() {
        return Ok(Answer::Session(detail));
    }
    let asked = id.clone();
    let read = move |archive: &Archive| {
        let Some(known) = archive.find_session(&connection, &asked)? else { return Ok(Vec::new()) };
        let total = archive.calls(known.key, 0, 0)?.total;
        let from = total.saturating_sub(u64::from(MOST_EARLIER));
        Ok(archive.calls(known.key, from, MOST_EARLIER)?.calls)
    };
    match hub.shared.history.ask(read).await {
        Ok(kept) => {
            let earlier = kept.into_iter().filter(|call| call.number < first).map(|call| {
                let call = past_call(&id, call);
                Call { id: EARLIER + call.id, ..call }
            });
            detail.calls.splice(0..0, earlier);
        }
        Err(why) => warn!(%why, "the earlier calls of a session were not read"),
    }
    Ok(Answer::Session(detail))
}

/// How much is kept.
pub(crate) async fn sizes(hub: &Hub) -> Result<Answer, Failure> {
    let sizes = hub.shared.history.ask(Archive::sizes).await?;
    let bytes = sizes.row_bytes + sizes.blob_bytes;
    Ok(Answer::HistorySizes(HistorySizes { sessions: sizes.sessions, calls: sizes.calls, bytes }))
}

/// Removes all but what is pinned or lives.
pub(crate) async fn clear(hub: &Hub) -> Result<(), Failure> {
    hub.shared.history.ask(Archive::clear).await.map(drop)
}

/// Pins a kept session, or unpins it.
pub(crate) async fn pin(hub: &Hub, session: i64, pinned: bool) -> Result<(), Failure> {
    let pinned = if pinned { Pinned::Yes } else { Pinned::No };
    let found = hub.shared.history.ask(move |archive| archive.pin(session, pinned)).await?;
    if found { Ok(()) } else { Err(gone()) }
}

/// Removes one kept session; it can be brought back for a while.
pub(crate) async fn remove(hub: &Hub, session: i64) -> Result<(), Failure> {
    let now = hub.ask(|_, now| now).await?;
    if hub.shared.history.ask(move |archive| archive.take_away(session, now)).await? {
        return Ok(());
    }
    Err(Failure::invalid("this session cannot be removed from the history")
        .with_hint("close it first, if it lives"))
}

/// Brings back a session that was removed.
pub(crate) async fn bring_back(hub: &Hub, session: i64) -> Result<(), Failure> {
    if hub.shared.history.ask(move |archive| archive.bring_back(session)).await? {
        return Ok(());
    }
    Err(Failure::invalid("this session is deleted for good"))
}

/// Deletes a session that was removed, for good.
pub(crate) async fn delete(hub: &Hub, session: i64) -> Result<(), Failure> {
    let delete = move |archive: &Archive| {
        // What is not removed is not deleted by a mistaken number.
        if archive.taken_away()?.iter().all(|(known, _)| known.key != session) {
            return Ok(());
        }
        archive.remove(session).map(drop)
    };
    hub.shared.history.ask(delete).await
}

fn gone() -> Failure {
    Failure::invalid("the history does not hold this any more").with_hint("open the history again")
}

pub(crate) fn named(kind: PartKind) -> &'static str {
    match kind {
        PartKind::Screenshot => "The screenshot",
        PartKind::Actions => "The list of actions",
        PartKind::Dom => "The page",
        PartKind::Console => "The console",
        PartKind::Network => "The network",
        PartKind::Response => "The answer",
    }
}

fn past_session(kept: KeptSession) -> PastSession {
    PastSession {
        key: kept.key,
        id: kept.session,
        connection: kept.connection,
        connection_name: kept.connection_name,
        title: kept.page.title,
        url: kept.page.url,
        started_here: kept.started_here,
        created_at: kept.created_at,
        touched_at: kept.touched_at,
        credits: kept.credits,
        credits_estimated: kept.credits_estimated,
        end: kept.end.map(|end| PastEnd { at: end.at, reason: end.reason, detail: end.detail }),
        pinned: kept.pinned == Pinned::Yes,
        calls: kept.calls,
        failed: kept.failed,
    }
}

fn past_call(session: &str, kept: KeptCall) -> Call {
    let status = match (kept.failure, kept.http_status) {
        (Some(failure), http_status) => CallStatus::Failed {
            http_status,
            failure: Failure {
                code: serde_json::from_value(failure.code.into()).unwrap_or(FailureCode::Other),
                message: failure.message,
                hint: failure.hint,
            },
        },
        (None, http_status) => CallStatus::Done { http_status: http_status.unwrap_or(200) },
    };
    Call {
        id: u64::from(kept.number),
        number: kept.number,
        session: session.to_owned(),
        kind: kept.kind,
        what: kept.what,
        status,
        started_at: kept.started_at,
        took_ms: kept.timing.total.map(|total| total.as_secs_f64() * 1000.0),
        credits: kept.credits,
        reasons: kept.reasons,
        picture: kept.screenshot,
        changes: None,
    }
}

impl State {
    /// From now on ended calls are kept; numbers go on where an earlier run stopped.
    pub(crate) fn keep_history(&mut self, history: &History) {
        let Some(archive) = history.archive() else { return };
        self.archive = Some(Arc::clone(archive));
        archive.end_unseen(self.journal.all_open());
        match archive.unended() {
            Ok(unended) => {
                let entries = unended.into_iter().map(|(connection, id, last)| ((connection, id), last));
                self.kept_before = entries.collect();
            }
            Err(why) => warn!(%why, "the sessions of earlier runs were not read"),
        }
    }
}

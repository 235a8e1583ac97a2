//! How a session starts: a browser, a page of its own, its first row and charge, its task.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use notex_session::{Credits, Lifetime};
use notex_wire::{CallKind, EngineEvent, SessionAnswer};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use uuid::Uuid;

use super::answer::Answered;
use super::call::PageCall;
use super::registry::{Door, LONGEST_QUEUE, Place};
use super::task::{After, Opening, PageReply, Session};
use crate::account::Admitted;
use crate::body::Wanted;
use crate::browser::{Browser, ContextOptions, Page, PageError, Traffic};
use crate::door::Inside;
use crate::engine::EngineState;
use crate::files;
use crate::ledger::{self, NewEntry, Tariff};
use crate::refusal::Refused;
use crate::store::SessionRecord;

/// Starts a session that lives until it is closed or idle.
pub(crate) async fn start(state: Arc<EngineState>, wanted: Wanted) -> Result<SessionAnswer, Refused> {
    // In a task of its own: a caller that goes away leaves no half-made session.
    finished(tokio::spawn(async move {
        let kind = CallKind::Start;
        let (place, admitted) = state.room(kind, |tariff| tariff.smallest(kind, false))?;
        let mut session = open(&state, &wanted, place).await?;
        let answer = session.begin(admitted).await;
        match answer {
            Ok(answer) => {
                state.tasks.spawn(session.live());
                Ok(answer)
            }
            Err(refused) => {
                session.abandon().await;
                Err(refused)
            }
        }
    }))
    .await
}

/// Makes a session for one call. It ends with the call, unless the caller wants it kept and the call succeeds:
/// after a failure nobody knows its id.
pub(crate) async fn one_shot(
    state: Arc<EngineState>,
    wanted: Wanted,
    call: PageCall,
) -> Result<Answered, Refused> {
    finished(tokio::spawn(async move {
        let after = if wanted.keep_alive { After::Stay } else { After::End };
        let pictured = call.screenshot().taken(wanted.screenshot.unwrap_or(false));
        let (kind, start) = (call.charged_as(), CallKind::Start);
        let (place, admitted) =
            state.room(kind, |tariff| tariff.smallest(start, false) + call.least(tariff, pictured))?;
        let mut session = open(&state, &wanted, place).await?;
        if let Err(refused) = session.begin_unmetered().await {
            session.abandon().await;
            return Err(refused);
        }
        let (reply, answered) = oneshot::channel();
        let reply = PageReply::new(reply, state.clock.now());
        state.tasks.spawn(session.live_from_call(call, reply, Opening { after, admitted }));
        answered.await.unwrap_or_else(|_| Err(Refused::stopping()))
    }))
    .await
}

async fn finished<T>(task: JoinHandle<Result<T, Refused>>) -> Result<T, Refused> {
    task.await.unwrap_or_else(|why| {
        tracing::error!(%why, "a start did not finish");
        Err(Refused::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "start_failed",
            "the session could not be started",
        ))
    })
}

async fn open(state: &Arc<EngineState>, wanted: &Wanted, place: Place) -> Result<Session, Refused> {
    let id = Uuid::new_v4().to_string();
    let folder = files::folder(&state.files, &id).await?;
    let context = ContextOptions { folder: folder.path().to_owned(), ..wanted.context.clone() };
    let (browser, page) = open_page(state, &context).await?;
    let now = state.clock.now();
    let life = Lifetime::begin(now, wanted.timeout_minutes, wanted.keep_alive)
        .map_err(|why| Refused::field("session_timeout_minutes", "value_error", why.to_string()))?
        .lasting_at_most(wanted.max_duration_minutes)
        .map_err(|why| Refused::field("max_duration_minutes", "value_error", why.to_string()))?;
    let record = SessionRecord {
        id,
        life,
        screenshot: wanted.screenshot.unwrap_or(false),
        title: None,
        url: None,
        options: wanted.options.clone(),
        traffic: Traffic::default(),
        ended: None,
    };
    let inside = Inside::new(Arc::clone(&page), Arc::clone(&browser), folder.path().to_owned());
    let (ask, asks) = mpsc::channel(LONGEST_QUEUE);
    let (close, closes) = mpsc::channel(LONGEST_QUEUE);
    let door = Door { asks: ask, closes: close, inside };
    if let Err(stopping) = state.registry.add(&record.id, door, record.life.deadline(), place) {
        page.close().await;
        return Err(stopping);
    }
    Ok(Session::new(Arc::clone(state), record, browser, page, folder, asks, closes))
}

/// A page may notice the end of its browser before the browser does.
const LAST_WORDS: Duration = Duration::from_secs(1);

async fn open_page(
    state: &EngineState,
    options: &ContextOptions,
) -> Result<(Arc<dyn Browser>, Arc<dyn Page>), Refused> {
    let browser = state.browser.take().await?;
    match browser.open_page(options).await {
        Ok(page) => Ok((browser, page)),
        // The browser ended in the meantime: this is the start that brings up another.
        Err(PageError::Lost(_)) => {
            let _ = timeout(LAST_WORDS, browser.lost()).await;
            let browser = state.browser.take().await?;
            let page = browser.open_page(options).await.map_err(no_page)?;
            Ok((browser, page))
        }
        Err(error) => Err(no_page(error)),
    }
}

fn no_page(error: PageError) -> Refused {
    if let PageError::BadOption { .. } = error {
        return error.into();
    }
    let message = format!("the browser opened no page: {error}");
    Refused::new(StatusCode::SERVICE_UNAVAILABLE, "no_browser", message)
}

impl EngineState {
    /// A place for a new session and what it costs at least, held; or neither.
    fn room(
        &self,
        call: CallKind,
        price: impl FnOnce(&Tariff) -> Credits,
    ) -> Result<(Place, Admitted), Refused> {
        let admitted = self.admit(call, price, Credits::ZERO)?;
        let place = self.registry.take_place(&admitted.tariff.plan, self.clock.now())?;
        Ok((place, admitted))
    }
}

impl Session {
    async fn begin(&mut self, admitted: Admitted) -> Result<SessionAnswer, Refused> {
        let now = self.state.clock.now();
        let Admitted { hold, tariff } = admitted;
        let charges = [tariff.rates.start(), tariff.rates.session_minute(1)];
        let calls = [CallKind::Start, CallKind::SessionMinute];
        let entries: Vec<NewEntry> = calls
            .into_iter()
            .zip(charges.clone())
            .map(|(call, charge)| self.entry(now, call, charge))
            .collect();
        self.owe(entries.clone());
        let written = self.put(now).await?;
        // Just what was held; only what was written is charged.
        hold.settle(&tariff, CallKind::Start, &entries, Credits::ZERO)?;
        self.minutes = Some(1);
        self.tell_started(now);
        self.tell_charged(written);
        let answer = self.answer(now);
        self.state.events.tell(EngineEvent::SessionChanged { session: answer.clone() });
        let usage = ledger::usage(charges.iter(), self.state.remaining());
        Ok(SessionAnswer { usage: Some(usage), ..answer })
    }

    async fn begin_unmetered(&mut self) -> Result<(), Refused> {
        let now = self.state.clock.now();
        self.put(now).await?;
        self.tell_started(now);
        Ok(())
    }

    fn tell_started(&self, now: DateTime<Utc>) {
        tracing::info!(session = self.id(), "started");
        self.state.events.tell(EngineEvent::SessionStarted { session: self.answer(now) });
    }
}

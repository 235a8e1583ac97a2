//! One run: its session, its steps in order, its budget and its end.

use std::time::{Duration, Instant};

use notex_flow::{
    ActionSeen, ActionsSeen, Flow, FlowStep, OnFailure, ReadPage, RunOutcome, StepFailure, StepRun,
    StepStatus, Values,
};
use notex_session::Credits;
use notex_wire::StartRequest;
use tokio::sync::watch;
use tracing::warn;

use super::prices::Prices;
use super::runs::{Healed, Told};
use super::step::{Made, Stopped};
use crate::Hub;
use crate::commands;
use crate::evidence;
use crate::history::Typed;
use crate::protocol::{
    After, CallStatus, Command, Failure, FailureCode, Header, ProxyOptions, RunFile, RunForm, RunPhase,
    StartForm,
};
use crate::sessions::Session;

/// Between two tries.
const BREATH: Duration = Duration::from_millis(500);

/// A run that goes on.
pub(super) struct Runner {
    pub(super) hub: Hub,
    id: u64,
    flow: Flow,
    form: RunForm,
    pub(super) values: Values,
    /// What must be nowhere.
    secrets: Vec<String>,
    pub(super) prices: Prices,
    told: watch::Receiver<Told>,
    pub(super) session: String,
    /// What the session had cost before.
    before: Credits,
    /// The calls that each step made, by its place.
    made: Vec<(u32, Vec<u64>)>,
}

/// How a step ended, and what that means for the run.
enum Next {
    GoOn,
    End(RunOutcome),
}

impl Runner {
    #[expect(clippy::too_many_arguments, reason = "all that a run is made of, given in one place")]
    pub(super) fn new(
        hub: Hub,
        id: u64,
        flow: Flow,
        form: RunForm,
        values: Values,
        secrets: Vec<String>,
        prices: Prices,
        told: watch::Receiver<Told>,
    ) -> Self {
        let session = form.session.clone().unwrap_or_default();
        Self {
            hub,
            id,
            flow,
            form,
            values,
            secrets,
            prices,
            told,
            session,
            before: Credits::ZERO,
            made: Vec::new(),
        }
    }

    /// Runs it to its end.
    pub(super) async fn drive(mut self) {
        let (outcome, mut failure) = match self.open().await {
            Ok(()) => (self.steps().await, None),
            Err(stopped) => {
                let (outcome, failure) = match stopped {
                    Stopped::Failed(failure) => (RunOutcome::Failed, failure),
                    Stopped::OverBudget(failure) => (RunOutcome::OverBudget, failure),
                };
                (outcome, Some(told_failure(&failure)))
            }
        };
        let keeps = self.form.after == After::HandOver && outcome == RunOutcome::Done;
        let owns = self.form.session.is_none() && !self.session.is_empty();
        if owns && !keeps {
            self.phase(RunPhase::Closing).await;
            let closed =
                commands::send(&self.hub, Command::CloseSession { session: self.session.clone() }).await;
            if let Err(why) = closed
                && why.code != FailureCode::SessionEnded
            {
                failure = failure.or(Some(told_failure(&why)));
            }
        }
        self.end(outcome, failure).await;
    }

    /// Starts its session, unless it was given one.
    async fn open(&mut self) -> Result<(), Stopped> {
        if self.form.session.is_none() {
            self.afford(self.prices.of_start()).await?;
            let options = form_of(&self.flow.start);
            let start = Command::StartSession { connection: self.form.connection.clone(), options };
            let started = commands::send(&self.hub, start).await.map_err(Stopped::Failed)?;
            self.session = started.session.unwrap_or_default();
        }
        let (run, session, secrets) = (self.id, self.session.clone(), self.secrets.clone());
        let is_own = self.form.session.is_none();
        let before = self.hub.ask(move |state, _| {
            let mut before = Credits::ZERO;
            state.change_session(&session, |known| {
                secrets.iter().for_each(|secret| known.recorded.typed.add(secret));
                if !is_own {
                    before = known.state.credits;
                }
            });
            state.change_run(run, |shown| shown.run.session = Some(session));
            before
        });
        self.before = before.await.map_err(Stopped::Failed)?;
        for RunFile { parameter, name, contents } in std::mem::take(&mut self.form.files) {
            let add = Command::AddFile { session: self.session.clone(), name, contents };
            let kept = commands::send(&self.hub, add).await?.file;
            // Steps name it as the session does.
            self.values.extend(kept.map(|kept| (parameter, kept)));
        }
        Ok(())
    }

    async fn steps(&mut self) -> RunOutcome {
        let (from, until) = (self.form.from, self.form.until.unwrap_or(self.form.from));
        for (made, place) in (0_u32..).zip(from..=until) {
            if !self.may_go_on(made, place).await {
                return RunOutcome::Cancelled;
            }
            let Some(step) = self.flow.steps.get(place as usize).cloned() else { break };
            match self.step(place, &step).await {
                Next::GoOn => {}
                Next::End(outcome) => return outcome,
            }
        }
        RunOutcome::Done
    }

    /// Waits until the person lets it go on; false when it was stopped.
    async fn may_go_on(&mut self, made: u32, place: u32) -> bool {
        let allows = |told: &Told| told.cancelled || told.steps.is_none_or(|steps| made < steps);
        let now = *self.told.borrow();
        if !allows(&now) {
            self.phase(RunPhase::Waiting { place }).await;
        }
        match self.told.wait_for(allows).await {
            Ok(told) => !told.cancelled,
            Err(_) => false,
        }
    }

    async fn step(&mut self, place: u32, step: &FlowStep) -> Next {
        let (begun, started_at) = (Instant::now(), self.hub.shared.clock.now());
        let since = self.seen(|known| (known.calls_made, known.estimates().len())).await;
        let (since, estimates) = since.unwrap_or_default();
        let mut attempts = 0;
        let (made, outcome) = loop {
            attempts += 1;
            self.phase(RunPhase::Running { place, attempt: attempts }).await;
            let mut told = self.told.clone();
            let deadline = Duration::from_secs(u64::from(step.deadline_seconds));
            let tried = tokio::select! {
                biased;
                _ = told.wait_for(|told| told.cancelled) => None,
                tried = tokio::time::timeout(deadline, self.call(&step.call)) => Some(tried),
            };
            let failure = match tried {
                Some(Ok(Ok(made))) => break (Ok(made), None),
                Some(Ok(Err(Stopped::OverBudget(failure)))) => {
                    break (Err(failure), Some(RunOutcome::OverBudget));
                }
                Some(Ok(Err(Stopped::Failed(failure)))) => failure,
                Some(Err(_)) => {
                    self.stop_waiting().await;
                    let why = format!("this step did not end within {} s", step.deadline_seconds);
                    Failure::new(FailureCode::Other, why).with_hint("raise its deadline, or try it again")
                }
                None => {
                    self.stop_waiting().await;
                    let why = "the run was cancelled; the server may finish the call and charge it";
                    break (Err(Failure::new(FailureCode::Cancelled, why)), Some(RunOutcome::Cancelled));
                }
            };
            if attempts > step.retries || is_final(&failure) {
                let goes_on = step.on_failure == OnFailure::GoOn && !is_final(&failure);
                break (Err(failure), (!goes_on).then_some(RunOutcome::Failed));
            }
            tokio::select! {
                _ = told.wait_for(|told| told.cancelled) => {}
                () = tokio::time::sleep(BREATH) => {}
            }
        };
        let (matched, healed, failure) = match made {
            Ok(Made { matched, healed }) => (matched, healed, None),
            Err(failure) => (None, None, Some(failure)),
        };
        let status = match (&failure, outcome) {
            (None, _) => StepStatus::Done,
            (Some(_), Some(RunOutcome::Cancelled)) => StepStatus::Cancelled,
            (Some(_), _) => StepStatus::Failed,
        };
        let told = StepRun {
            place,
            name: step.name.clone(),
            kind: Some(step.call.kind()),
            status,
            failure: failure.as_ref().map(told_failure),
            attempts,
            calls: Vec::new(),
            started_at,
            took_ms: begun.elapsed().as_secs_f64() * 1000.0,
            http_status: None,
            url: String::new(),
            title: String::new(),
            actions: None,
            matched,
            credits: Credits::ZERO,
            screenshot: None,
            network: None,
            console: None,
            read: None,
        };
        self.tell(told, healed, (since, estimates)).await;
        outcome.map_or(Next::GoOn, Next::End)
    }

    /// Adds to a step what its calls showed, and tells it.
    async fn tell(&mut self, mut told: StepRun, healed: Option<Healed>, (since, estimates): (u32, usize)) {
        let (place, kept_out) = (told.place, Typed::of(&self.secrets));
        let seen = self.seen(move |known| {
            told.url.clone_from(&known.state.url);
            told.title.clone_from(&known.state.title);
            let own = known.calls.iter().filter(|call| call.number > since && !known.is_elsewhere(call.id));
            let own: Vec<_> = own.collect();
            told.calls = own.iter().map(|call| call.number).collect();
            let ids: Vec<u64> = own.iter().map(|call| call.id).collect();
            let charged: Credits = own.iter().filter_map(|call| call.credits).sum();
            let guessed = known.estimates().iter().skip(estimates).map(|guess| guess.charge.total());
            told.credits = charged + guessed.sum();
            told.http_status = own.last().and_then(|call| match &call.status {
                CallStatus::Running => None,
                CallStatus::Done { http_status } => Some(*http_status),
                CallStatus::Failed { http_status, .. } => *http_status,
            });
            told.screenshot = own.iter().rev().find_map(|call| call.picture.clone());
            let is_own = |id: u64| own.iter().any(|call| call.id == id);
            let page = known.observation.as_ref().filter(|page| is_own(page.call));
            told.actions = page.map(|page| ActionsSeen {
                total: page.total_actions,
                listed: page
                    .actions
                    .iter()
                    .map(|action| ActionSeen {
                        id: action.id.clone(),
                        description: action.description.clone(),
                    })
                    .collect(),
            });
            told.read = known
                .scraped
                .as_ref()
                .filter(|read| is_own(read.call))
                .map(|read| ReadPage::of(&read.markdown, read.structured.first()));
            (told, ids)
        });
        let Some((mut told, ids)) = seen.await else { return };
        evidence::settled(&self.hub, &self.session).await;
        self.made.push((place, ids));
        if let Ok(mut value) = serde_json::to_value(&told) {
            kept_out.clean_all(&mut value);
            told = serde_json::from_value(value).unwrap_or(told);
        }
        let (run, spent) = (self.id, self.spent().await);
        self.hub
            .change(move |state, now| {
                state.add_step(run, told, healed);
                state.change_run(run, |shown| {
                    shown.run.credits = spent;
                    shown.run.ended_at = now;
                });
            })
            .await;
    }

    /// Counts requests and console of each step. They are fetched after their calls, so nobody waited for them before.
    async fn count(&self) {
        for (place, calls) in &self.made {
            let Some((network, console)) = evidence::counted(&self.hub, &self.session, calls).await else {
                continue;
            };
            let (run, place) = (self.id, *place);
            let counted = move |step: &mut StepRun| {
                (step.network, step.console) = (Some(network), Some(console));
            };
            self.hub.change(move |state, _| state.change_step(run, place, counted)).await;
        }
    }

    async fn end(&self, outcome: RunOutcome, failure: Option<StepFailure>) {
        self.count().await;
        let spent = self.spent().await;
        let estimated = self.seen(|known| known.state.credits_estimated).await.unwrap_or_default();
        let run = self.id;
        let kept = self.hub.ask(move |state, now| {
            state.change_run(run, |shown| {
                shown.run.outcome = outcome;
                shown.run.failure = failure;
                shown.run.credits = spent;
                shown.run.credits_estimated = estimated;
                shown.run.ended_at = now;
            });
            let file =
                state.runs.shown().into_iter().find(|shown| shown.id == run).and_then(|shown| shown.file);
            Some((file?, state.runs.document(run)?))
        });
        // Who sees that it is over finds it among those that were kept. A flow that was renamed or removed meanwhile
        // has this run under the name it had.
        if let Ok(Some((file, document))) = kept.await
            && let Err(why) = super::files(&self.hub, move |files| files.keep_run(&file, &document)).await
        {
            warn!(%why, "what a run gave was not kept");
        }
        self.phase(RunPhase::Over).await;
        super::changed(&self.hub).await;
    }

    async fn phase(&self, phase: RunPhase) {
        let run = self.id;
        self.hub.change(move |state, _| state.change_run(run, |shown| shown.phase = phase)).await;
    }

    /// Stops waiting for the call that a step has made.
    async fn stop_waiting(&self) {
        // None may run any more, which is as well.
        drop(commands::send(&self.hub, Command::CancelCall { session: self.session.clone() }).await);
    }

    /// What the run has cost so far.
    pub(super) async fn spent(&self) -> Credits {
        let spent = self.seen(|known| known.state.credits).await.unwrap_or_default();
        spent.less(self.before)
    }

    /// Refuses what could pass the budget.
    pub(super) async fn afford(&self, price: Credits) -> Result<(), Stopped> {
        let Some(budget) = self.form.budget else { return Ok(()) };
        let spent = self.spent().await;
        if spent + price <= budget {
            return Ok(());
        }
        let why = format!(
            "the budget of this run is {budget} credits; {spent} are spent, and this may cost {price}"
        );
        let failure = Failure::new(FailureCode::OutOfCredits, why);
        Err(Stopped::OverBudget(failure.with_hint("raise the budget and run from this step on")))
    }

    /// Reads the session of the run.
    pub(super) async fn seen<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Session) -> T + Send + 'static,
    ) -> Option<T> {
        let session = self.session.clone();
        self.hub.read(move |state| state.sessions.get(&session).map(read)).await.ok().flatten()
    }

    /// Whether a text of the flow takes a secret in.
    pub(super) fn is_secret(&self, text: &str) -> bool {
        let secret = |name: &str| self.flow.parameter(name).is_some_and(|parameter| parameter.secret);
        notex_flow::placeholders(text).into_iter().any(secret)
    }
}

/// Trying again would end the same way.
fn is_final(failure: &Failure) -> bool {
    match failure.code {
        FailureCode::SessionEnded
        | FailureCode::WrongKey
        | FailureCode::NoBrowser
        | FailureCode::OutOfCredits
        | FailureCode::Cancelled
        | FailureCode::Keychain => true,
        FailureCode::Unreachable
        | FailureCode::PageUnreachable
        | FailureCode::ActionImpossible
        | FailureCode::Invalid
        | FailureCode::Other => false,
    }
}

fn told_failure(failure: &Failure) -> StepFailure {
    let word = serde_json::to_value(failure.code).ok();
    StepFailure {
        code: word.as_ref().and_then(serde_json::Value::as_str).unwrap_or("other").to_owned(),
        message: failure.message.clone(),
        hint: failure.hint.clone(),
    }
}

/// How a flow's session is started, in the words of the window's form.
fn form_of(start: &StartRequest) -> StartForm {
    let usual = StartForm::default();
    let headers = start.extra_http_headers.iter().flatten();
    let proxy = start.proxies.as_ref().and_then(|proxies| proxies.get(0));
    let said = |name: &str| proxy?.get(name)?.as_str().map(str::to_owned);
    StartForm {
        timeout_minutes: start
            .session_timeout_minutes
            .or(start.session_timeout)
            .or(start.idle_timeout_minutes)
            .or(start.timeout_minutes)
            .unwrap_or(usual.timeout_minutes),
        keep_alive: start.keep_alive.unwrap_or(usual.keep_alive),
        screenshot: start.screenshot.unwrap_or(usual.screenshot),
        max_duration_minutes: start.max_duration_minutes,
        viewport_width: start.viewport_width,
        viewport_height: start.viewport_height,
        user_agent: start.user_agent.clone(),
        locale: start.locale.clone(),
        timezone: start.timezone.clone(),
        headers: headers.map(|(name, value)| Header { name: name.clone(), value: value.clone() }).collect(),
        proxy: said("server").map(|server| ProxyOptions {
            server,
            username: said("username"),
            password: said("password"),
            bypass: said("bypass"),
        }),
    }
}

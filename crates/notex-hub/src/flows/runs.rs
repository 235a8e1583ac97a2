//! The runs of this life of the hub: begun, told, stopped, gone on with.

use std::collections::{BTreeMap, VecDeque};

use notex_flow::{Element, Flow, Run, RunOutcome, StepRun};
use notex_session::Credits;
use notex_wire::ParamKind;
use tokio::sync::watch;

use super::prices::Prices;
use super::run::Runner;
use crate::Hub;
use crate::commands::server_of_connection;
use crate::protocol::{Delta, Failure, FlowRun, Outcome, Pace, RunForm, RunPhase};
use crate::state::{State, unknown_session};

/// So many runs are known; the oldest that are over go.
const MOST_RUNS: usize = 20;

/// What a person tells a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) cancelled: bool,
    /// It may make so many steps; `None` makes all.
    pub(super) steps: Option<u32>,
}

/// An element that was found by another way than the best: what it was called, and what it is now.
#[derive(Clone, Debug)]
pub(super) struct Healed {
    pub(super) was: String,
    pub(super) element: Element,
}

struct Entry {
    shown: FlowRun,
    /// The steps with all that was read and listed.
    whole: Vec<StepRun>,
    healed: BTreeMap<u32, Healed>,
    told: watch::Sender<Told>,
}

/// The runs, oldest first.
#[derive(Default)]
pub(crate) struct Runs {
    entries: VecDeque<Entry>,
    last: u64,
}

impl Runs {
    /// As the window shows them.
    pub(crate) fn shown(&self) -> Vec<FlowRun> {
        self.entries.iter().map(|entry| entry.shown.clone()).collect()
    }

    /// All that a run gave so far.
    pub(super) fn document(&self, run: u64) -> Option<Run> {
        let entry = self.entries.iter().find(|entry| entry.shown.id == run)?;
        Some(Run { steps: entry.whole.clone(), ..(*entry.shown.run).clone() })
    }

    /// The file of a run's flow, and what a step of it found.
    pub(super) fn healed(&self, run: u64, place: u32) -> Result<(String, Healed), Failure> {
        let entry = self.entries.iter().find(|entry| entry.shown.id == run).ok_or_else(|| unknown(run))?;
        let file = entry.shown.file.clone();
        let file = file.ok_or_else(|| Failure::invalid("the flow of this run is not kept here"))?;
        let healed = entry.healed.get(&place).cloned();
        let healed = healed.ok_or_else(|| Failure::invalid("nothing was healed in this step"))?;
        Ok((file, healed))
    }

    fn works_on(&self, session: &str) -> bool {
        self.entries.iter().any(|entry| {
            entry.shown.phase != RunPhase::Over && entry.shown.run.session.as_deref() == Some(session)
        })
    }

    fn told(&self, run: u64) -> Result<&watch::Sender<Told>, Failure> {
        let entry = self.entries.iter().find(|entry| entry.shown.id == run).ok_or_else(|| unknown(run))?;
        if entry.shown.phase == RunPhase::Over {
            return Err(Failure::invalid("this run is over").with_hint("run the flow again"));
        }
        Ok(&entry.told)
    }
}

pub(super) fn unknown(run: u64) -> Failure {
    Failure::invalid(format!("there is no run {run}")).with_hint("open the flow again")
}

impl State {
    /// Changes what is shown of a run, and tells it.
    pub(super) fn change_run(&mut self, run: u64, change: impl FnOnce(&mut FlowRun)) {
        let Some(entry) = self.runs.entries.iter_mut().find(|entry| entry.shown.id == run) else { return };
        change(&mut entry.shown);
        self.deltas.push(Delta::FlowRun(Box::new(entry.shown.clone())));
    }

    /// What is known of a step only later.
    pub(super) fn change_step(&mut self, run: u64, place: u32, change: impl Fn(&mut StepRun)) {
        let Some(entry) = self.runs.entries.iter_mut().find(|entry| entry.shown.id == run) else { return };
        entry.whole.iter_mut().filter(|step| step.place == place).for_each(&change);
        self.change_run(run, |shown| {
            shown.run.steps.iter_mut().filter(|step| step.place == place).for_each(&change);
        });
    }

    /// A step of a run has ended.
    pub(super) fn add_step(&mut self, run: u64, step: StepRun, healed: Option<Healed>) {
        let Some(entry) = self.runs.entries.iter_mut().find(|entry| entry.shown.id == run) else { return };
        if let Some(healed) = healed {
            entry.healed.insert(step.place, healed);
        }
        let mut light = step.clone();
        if let Some(read) = &mut light.read {
            read.markdown = String::new();
            read.data = None;
        }
        if let Some(actions) = &mut light.actions {
            actions.listed = Vec::new();
        }
        entry.whole.push(step);
        self.change_run(run, |shown| shown.run.steps.push(light));
    }
}

/// Begins a run; answers as what.
pub(super) async fn begin(
    hub: &Hub,
    file: Option<String>,
    flow: Flow,
    form: RunForm,
) -> Result<Outcome, Failure> {
    flow.check().map_err(|why| Failure::invalid(why.to_string()))?;
    let mut given = form.values.clone();
    for file in &form.files {
        let name = &file.parameter;
        if flow.parameter(name).is_none_or(|parameter| parameter.kind != ParamKind::File) {
            return Err(Failure::invalid(format!("parameter {name} takes no file")));
        }
        given.insert(name.clone(), file.name.clone());
    }
    let values = flow.values(&given).map_err(|why| Failure::invalid(why.to_string()))?;
    let steps = u32::try_from(flow.steps.len()).unwrap_or(u32::MAX);
    if steps == 0 {
        return Err(Failure::invalid("this flow has no steps"));
    }
    let until = form.until.unwrap_or(steps - 1);
    if form.from > until || until >= steps {
        return Err(Failure::invalid(format!("from and until must be places from 0 to {}", steps - 1)));
    }
    // What connects with no server is said before anything is begun.
    server_of_connection(hub, &form.connection).await?;
    let secrets: Vec<String> = flow
        .parameters
        .iter()
        .filter(|parameter| parameter.secret)
        .filter_map(|parameter| values.get(&parameter.name).cloned())
        .collect();
    hub.shared.log.keep_out(secrets.iter().cloned());
    let prices = Prices::of(hub, &form.connection).await;
    let public =
        values.iter().filter(|(name, _)| flow.parameter(name).is_some_and(|parameter| !parameter.secret));
    let public = public.map(|(name, value)| (name.clone(), value.clone())).collect();
    let steps_told = match form.pace {
        Pace::ToTheEnd => None,
        Pace::OneStep => Some(1),
    };
    let (told, heard) = watch::channel(Told { cancelled: false, steps: steps_told });
    let (name, asked) = (flow.name.clone(), form.clone());
    let id = hub
        .ask(move |state, now| {
            if let Some(session) = &asked.session {
                let known = state.sessions.get(session).ok_or_else(|| unknown_session(session))?;
                if known.is_ended() {
                    return Err(Failure::invalid("this session has ended").with_hint("choose a live one"));
                }
                if known.state.connection != asked.connection {
                    return Err(Failure::invalid("this session is on another connection"));
                }
                if state.runs.works_on(session) {
                    return Err(Failure::invalid("another flow runs on this session")
                        .with_hint("wait for it, or cancel it"));
                }
            }
            let connection = state.connection(&asked.connection).map(|known| known.state.name.clone());
            let run = Run {
                version: Run::VERSION,
                flow: name,
                connection: connection.unwrap_or_default(),
                session: asked.session.clone(),
                parameters: public,
                from: asked.from,
                started_at: now,
                ended_at: now,
                outcome: RunOutcome::Done,
                failure: None,
                credits: Credits::ZERO,
                credits_estimated: false,
                steps: Vec::new(),
            };
            let runs = &mut state.runs;
            runs.last += 1;
            let shown = FlowRun {
                id: runs.last,
                file,
                connection: asked.connection,
                phase: RunPhase::Starting,
                budget: asked.budget,
                steps_in_all: until - asked.from + 1,
                run: Box::new(run),
            };
            while runs.entries.len() >= MOST_RUNS {
                let over = runs.entries.iter().position(|entry| entry.shown.phase == RunPhase::Over);
                let Some(over) = over else { break };
                runs.entries.remove(over);
            }
            let id = shown.id;
            let entry = Entry { shown: shown.clone(), whole: Vec::new(), healed: BTreeMap::new(), told };
            runs.entries.push_back(entry);
            state.deltas.push(Delta::FlowRun(Box::new(shown)));
            Ok(id)
        })
        .await??;
    let runner = Runner::new(
        hub.clone(),
        id,
        flow,
        RunForm { until: Some(until), ..form },
        values,
        secrets,
        prices,
        heard,
    );
    // In a task of its own: a window that goes away must not leave a session behind.
    tokio::spawn(runner.drive());
    Ok(Outcome { run: Some(id), ..Outcome::default() })
}

/// Lets a run that waits go on.
pub(super) async fn go_on(hub: &Hub, run: u64, pace: Pace) -> Result<Outcome, Failure> {
    hub.read(move |state| {
        state.runs.told(run)?.send_modify(|told| {
            told.steps = match pace {
                Pace::ToTheEnd => None,
                Pace::OneStep => told.steps.map(|steps| steps + 1),
            };
        });
        Ok(Outcome { run: Some(run), ..Outcome::default() })
    })
    .await?
}

/// Stops a run.
pub(super) async fn cancel(hub: &Hub, run: u64) -> Result<Outcome, Failure> {
    hub.read(move |state| {
        state.runs.told(run)?.send_modify(|told| told.cancelled = true);
        Ok(Outcome { run: Some(run), ..Outcome::default() })
    })
    .await?
}

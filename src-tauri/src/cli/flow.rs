//! `flow run`: a hub of its own in a folder of its own, which is gone afterwards; with an engine on this machine, or on
//! the server that was named.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use notex_flow::{Flow, Run, RunOutcome};
use notex_hub::protocol::{
    After, Answer, Command, ConnectionState, Delta, Failure, FailureCode, FlowDeed, FlowRun, KeepKey, Light,
    News, Pace, Query, RunFile, RunForm, RunPhase,
};
use notex_hub::{Hub, HubOptions, LOCAL_CONNECTION, LogHandle, Saved, Subscription};
use notex_wire::ParamKind;

use super::report::Progress;
use super::{Exit, RunWord, Trouble, report};
use crate::local_engine::InnerEngine;
use crate::signals;

/// Where the key of a server is read from.
const KEY: &str = "NOTEX_API_KEY";
/// Before the name of a parameter in capitals.
const PARAM: &str = "NOTEX_PARAM_";

pub(super) fn run(word: RunWord) -> Result<Exit, Trouble> {
    let flow = flow_of(&word.file)?;
    let form = form_of(&flow, &word)?;
    let folder = Folder::made()?;
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|why| Trouble::server(format!("the program cannot start: {why}")))?;
    let run = runtime.block_on(async {
        let engine = InnerEngine::new(folder.0.join("engine"));
        let ran = on_a_hub(&folder.0, &engine, &word, flow, form).await;
        engine.shut_down().await;
        ran
    })?;
    let (run, interrupted) = run;
    let told = match (word.json, word.results) {
        (true, _) => run.to_json(),
        (false, true) => format!("{:#}\n", notex_code::results(&run)),
        (false, false) => report::told(&run),
    };
    std::io::stdout()
        .write_all(told.as_bytes())
        .map_err(|why| Trouble::input(format!("what the run gave cannot be written: {why}")))?;
    Ok(if interrupted { Exit::Interrupted } else { exit_of(&run) })
}

pub(super) fn text_of(file: &Path) -> Result<String, Trouble> {
    fs::read_to_string(file)
        .map_err(|why| Trouble::input(format!("{} cannot be read: {why}", file.display())))
}

pub(super) fn flow_of(file: &Path) -> Result<Flow, Trouble> {
    Flow::parse(&text_of(file)?).map_err(|why| Trouble::input(format!("{}: {why}", file.display())))
}

fn form_of(flow: &Flow, word: &RunWord) -> Result<RunForm, Trouble> {
    let mut values: notex_flow::Values = flow
        .parameters
        .iter()
        .filter_map(|parameter| {
            let value = std::env::var(format!("{PARAM}{}", parameter.name.to_uppercase())).ok()?;
            Some((parameter.name.clone(), value))
        })
        .collect();
    values.extend(word.params.iter().cloned());
    let files = files_of(flow, &mut values)?;
    flow.values(&values).map_err(|why| {
        Trouble::input(format!("{why}; give it with --param NAME=VALUE, or in {PARAM}NAME"))
    })?;
    let steps = flow.steps.len();
    if word.from as usize > steps {
        return Err(Trouble::input(format!("--from must be a step from 1 to {steps}")));
    }
    Ok(RunForm {
        connection: LOCAL_CONNECTION.to_owned(),
        session: None,
        values,
        files,
        from: word.from - 1,
        until: None,
        budget: word.budget,
        pace: Pace::ToTheEnd,
        after: After::Close,
    })
}

/// Reads the files that parameters name, and leaves their names without folders.
fn files_of(flow: &Flow, values: &mut notex_flow::Values) -> Result<Vec<RunFile>, Trouble> {
    let named = flow.parameters.iter().filter(|parameter| parameter.kind == ParamKind::File);
    let used = flow.used_parameters();
    let mut files = Vec::new();
    for parameter in named {
        let Some(path) = values.get_mut(&parameter.name) else {
            // The file that it was recorded with was in another session.
            if used.contains(parameter.name.as_str()) {
                let name = &parameter.name;
                return Err(Trouble::input(format!("parameter {name} needs a file: --param {name}=PATH")));
            }
            continue;
        };
        let of = |why: &str| Trouble::input(format!("parameter {}: {path} {why}", parameter.name));
        let contents = fs::read(path.as_str()).map_err(|why| of(&format!("cannot be read: {why}")))?;
        let name = Path::new(path.as_str()).file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| of("has no name that can be sent"))?.to_owned();
        files.push(RunFile {
            parameter: parameter.name.clone(),
            name: name.clone(),
            contents: STANDARD.encode(contents),
        });
        *path = name;
    }
    Ok(files)
}

async fn on_a_hub(
    folder: &Path,
    engine: &InnerEngine,
    word: &RunWord,
    flow: Flow,
    form: RunForm,
) -> Result<(Run, bool), Trouble> {
    let unused = "the local engine is not used: a server was named";
    let hub = Hub::start(HubOptions {
        data_dir: folder.join("hub"),
        saved: Saved::default(),
        save: Box::new(|_| Ok(())),
        practice_url: None,
        local_model: engine.local_model(),
        log: LogHandle::default(),
        start_local_engine: match word.connection {
            None => engine.starter(),
            Some(_) => Box::new(move || Box::pin(async move { Err(unused.to_owned()) })),
        },
    })
    .map_err(|why| Trouble::server(why.to_string()))?;
    let ran = follow(&hub, word, flow, form).await;
    hub.stop().await;
    ran
}

async fn follow(hub: &Hub, word: &RunWord, flow: Flow, form: RunForm) -> Result<(Run, bool), Trouble> {
    let connection = match &word.connection {
        None => LOCAL_CONNECTION.to_owned(),
        Some(url) => {
            let add = Command::AddConnection {
                name: url.clone(),
                base_url: url.clone(),
                api_key: std::env::var(KEY).unwrap_or_default(),
                keep_key: KeepKey::Memory,
            };
            let added = hub.send(add).await.map_err(|why| of_failure(&why))?;
            added.connection.unwrap_or_default()
        }
    };
    let mut events = hub.subscribe().await;
    answers(&mut events, &connection).await?;
    let steps: Vec<String> = flow.steps.iter().map(|step| step.name.clone()).collect();
    let run = hub.run_flow(flow, RunForm { connection, ..form }).await.map_err(|why| of_failure(&why))?;
    let mut progress = Progress::of(steps);
    let mut interrupted = false;
    let mut asked_to_end = std::pin::pin!(signals::asked_to_end());
    loop {
        let event = tokio::select! {
            event = events.next() => event,
            () = &mut asked_to_end, if !interrupted => {
                interrupted = true;
                eprintln!("interrupted: the session is closed");
                drop(hub.send(Command::Flow { deed: FlowDeed::Cancel { run } }).await);
                continue;
            }
        };
        let Some(event) = event else { return Err(Trouble::server("the run was not finished")) };
        let runs: Vec<FlowRun> = match event.news {
            News::Snapshot(snapshot) => snapshot.flow_runs,
            News::Deltas(deltas) => deltas
                .into_iter()
                .filter_map(|delta| match delta {
                    Delta::FlowRun(run) => Some(*run),
                    _ => None,
                })
                .collect(),
        };
        for shown in runs.into_iter().filter(|shown| shown.id == run) {
            progress.tell(&shown);
            if shown.phase == RunPhase::Over {
                return match hub.query(Query::FlowRun { run }).await {
                    Ok(Answer::FlowRun(document)) => Ok((*document, interrupted)),
                    Ok(_) | Err(_) => Err(Trouble::server("the run was not finished")),
                };
            }
        }
    }
}

/// Waits until a server has answered, one way or the other.
async fn answers(events: &mut Subscription, connection: &str) -> Result<(), Trouble> {
    while let Some(event) = events.next().await {
        let states: Vec<ConnectionState> = match event.news {
            News::Snapshot(snapshot) => snapshot.connections,
            News::Deltas(deltas) => deltas
                .into_iter()
                .filter_map(|delta| match delta {
                    Delta::Connection(state) => Some(*state),
                    _ => None,
                })
                .collect(),
        };
        for state in states.into_iter().filter(|state| state.id == connection) {
            match state.light {
                Light::Connecting => {}
                Light::Ready => return Ok(()),
                Light::Degraded | Light::Down => {
                    let why =
                        state.failure.map_or_else(|| "it does not answer".to_owned(), |why| why.to_string());
                    return Err(Trouble::server(why));
                }
            }
        }
    }
    Err(Trouble::server("the server was not asked"))
}

fn of_failure(failure: &Failure) -> Trouble {
    let sentence = match &failure.hint {
        Some(hint) => format!("{} {hint}", failure.message),
        None => failure.message.clone(),
    };
    let exit = if failure.code == FailureCode::Invalid { Exit::BadInput } else { Exit::Server };
    Trouble { exit, sentence }
}

fn exit_of(run: &Run) -> Exit {
    match run.outcome {
        RunOutcome::Done if run.failure.is_some() => Exit::Server,
        RunOutcome::Done => Exit::Done,
        RunOutcome::Failed if run.session.is_none() => Exit::Server,
        RunOutcome::Failed => {
            let last = run.steps.last().and_then(|step| step.failure.as_ref());
            let is_server =
                |code: &str| matches!(code, "unreachable" | "wrong_key" | "no_browser" | "session_ended");
            if last.is_some_and(|failure| is_server(&failure.code)) { Exit::Server } else { Exit::StepFailed }
        }
        RunOutcome::Cancelled => Exit::Interrupted,
        RunOutcome::OverBudget => Exit::OverBudget,
    }
}

/// A folder that is gone when this is.
struct Folder(PathBuf);

impl Folder {
    fn made() -> Result<Self, Trouble> {
        let name = format!("notex-flow-{}", uuid::Uuid::new_v4().simple());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder)
            .map_err(|why| Trouble::server(format!("{} cannot be made: {why}", folder.display())))?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

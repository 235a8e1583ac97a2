//! Flows: their files, making one of calls, and running one on a session. What a flow is and how an element is found
//! again is `notex-flow`; here are the disk, the calls and their budget.

mod files;
mod making;
mod prices;
mod run;
mod runs;
mod step;

use notex_code::Language;
use notex_flow::{Flow, FlowError, Run};

pub(crate) use self::files::FlowFiles;
pub(crate) use self::runs::Runs;
use crate::Hub;
use crate::protocol::{
    Answer, CodeOf, Delta, Failure, FailureCode, FlowCode, FlowDeed, FlowProblem, MadeFlow, Outcome, RunForm,
    Stretch,
};

/// Does what is asked of flows.
pub(crate) async fn run(hub: &Hub, deed: FlowDeed) -> Result<Outcome, Failure> {
    let kept = |file: String| Outcome { flow: Some(file), ..Outcome::default() };
    let outcome = match deed {
        FlowDeed::Save { file, flow } => {
            kept(files(hub, move |files| files.save(file.as_deref(), &flow)).await?)
        }
        FlowDeed::Import { text } => kept(files(hub, move |files| files.import(&text)).await?),
        FlowDeed::Rename { file, name } => kept(files(hub, move |files| files.rename(&file, &name)).await?),
        FlowDeed::Duplicate { file } => kept(files(hub, move |files| files.duplicate(&file)).await?),
        FlowDeed::Remove { file } => {
            files(hub, move |files| files.remove(&file)).await?;
            Outcome::default()
        }
        FlowDeed::Run { file, form } => {
            let flow = read(hub, file.clone()).await?;
            return runs::begin(hub, Some(file), flow, *form).await;
        }
        FlowDeed::RunOnce { flow, form } => return runs::begin(hub, None, *flow, *form).await,
        FlowDeed::GoOn { run, pace } => return runs::go_on(hub, run, pace).await,
        FlowDeed::Cancel { run } => return runs::cancel(hub, run).await,
        FlowDeed::Heal { run, place } => kept(heal(hub, run, place).await?),
    };
    changed(hub).await;
    Ok(outcome)
}

/// The window reads the list anew.
async fn changed(hub: &Hub) {
    hub.change(|state, _| state.deltas.push(Delta::FlowsChanged)).await;
}

/// Asks the files beside the loop: a disk may be slow.
async fn files<T: Send + 'static>(
    hub: &Hub,
    ask: impl FnOnce(&FlowFiles) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let files = hub.shared.flows.clone();
    let asked = tokio::task::spawn_blocking(move || ask(&files)).await;
    asked.map_err(|_| Failure::new(FailureCode::Other, "the inspector is closing"))?
}

/// All flows.
pub(crate) async fn list(hub: &Hub) -> Result<Answer, Failure> {
    files(hub, FlowFiles::list).await.map(Answer::Flows)
}

/// One flow.
pub(crate) async fn flow(hub: &Hub, file: String) -> Result<Answer, Failure> {
    Ok(Answer::Flow(Box::new(read(hub, file).await?)))
}

/// What is wrong with a flow, if anything is.
pub(crate) fn problem(text: &str) -> Option<FlowProblem> {
    match Flow::parse(text).err()? {
        FlowError::Field { field, why } => Some(FlowProblem { field, why }),
        why @ (FlowError::NoFlow(_) | FlowError::Newer { .. } | FlowError::Value { .. }) => {
            Some(FlowProblem { field: String::new(), why: why.to_string() })
        }
    }
}

async fn read(hub: &Hub, file: String) -> Result<Flow, Failure> {
    files(hub, move |files| files.read(&file)).await
}

/// The runs of a flow that were kept, newest first.
pub(crate) async fn kept_runs(hub: &Hub, file: String) -> Result<Answer, Failure> {
    files(hub, move |files| files.runs(&file)).await.map(Answer::FlowRuns)
}

/// The whole document of a run that was kept.
pub(crate) async fn kept_run(hub: &Hub, file: String) -> Result<Answer, Failure> {
    Ok(Answer::FlowRun(Box::new(kept_document(hub, file).await?)))
}

/// The same, for who works with it here.
pub(crate) async fn kept_document(hub: &Hub, file: String) -> Result<Run, Failure> {
    files(hub, move |files| files.run(&file)).await
}

/// The whole document of a run of this life of the hub, also while it goes on.
pub(crate) async fn run_of(hub: &Hub, run: u64) -> Result<Answer, Failure> {
    Ok(Answer::FlowRun(Box::new(document_of(hub, run).await?)))
}

/// The same, for who works with it here.
pub(crate) async fn document_of(hub: &Hub, run: u64) -> Result<Run, Failure> {
    let document = hub.read(move |state| state.runs.document(run)).await?;
    document.ok_or_else(|| runs::unknown(run))
}

/// A flow made of calls; it is not kept yet.
pub(crate) async fn made(hub: &Hub, stretch: Stretch, name: String) -> Result<Answer, Failure> {
    let made = making::make(hub, stretch, name).await?;
    Ok(Answer::MadeFlow(MadeFlow { flow: Box::new(made.flow), left_out: made.left_out }))
}

/// A flow, or what calls would be as one, as a program.
pub(crate) async fn code(hub: &Hub, of: CodeOf, language: Language) -> Result<Answer, Failure> {
    let (flow, mut left_out) = match of {
        CodeOf::File { file } => (read(hub, file).await?, Vec::new()),
        CodeOf::Calls { stretch, name } => {
            let made = making::make(hub, stretch, name).await?;
            (made.flow, made.left_out)
        }
    };
    let program = notex_code::write(&flow, language);
    left_out.extend(program.left_out);
    let plain = flow.name.chars().map(|letter| if letter.is_alphanumeric() { letter } else { '-' });
    let plain: String = plain.take(60).collect::<String>().to_lowercase();
    let name = plain.trim_matches('-');
    let name = if name.is_empty() { "flow" } else { name };
    let file_name = format!("{name}.{}", language.ending());
    Ok(Answer::FlowCode(FlowCode { text: program.text, left_out, file_name }))
}

/// Runs a flow that no file of ours holds.
pub(crate) async fn run_document(hub: &Hub, flow: Flow, form: RunForm) -> Result<u64, Failure> {
    let outcome = runs::begin(hub, None, flow, form).await?;
    outcome.run.ok_or_else(|| Failure::new(FailureCode::Other, "the run did not begin"))
}

/// Writes the ways that found an element in a run back into its flow; answers its file.
async fn heal(hub: &Hub, run: u64, place: u32) -> Result<String, Failure> {
    let (file, healed) = hub.read(move |state| state.runs.healed(run, place)).await??;
    let name = file.clone();
    files(hub, move |files| {
        let mut flow = files.read(&name)?;
        let step = flow.steps.get_mut(place as usize);
        let Some(notex_flow::FlowCall::Act(act)) = step.map(|step| &mut step.call) else {
            return Err(Failure::invalid(
                "the flow was changed since: that step works on no element any more",
            ));
        };
        let was = std::mem::replace(&mut act.element, healed.element);
        if was.description != healed.was {
            return Err(Failure::invalid("the flow was changed since: that step works on another element")
                .with_hint("run the flow again and write back what that run finds"));
        }
        files.save(Some(&name), &flow)
    })
    .await
    .map(|_| file)
}

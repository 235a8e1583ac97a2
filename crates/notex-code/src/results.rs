//! What every program prints: what was read, where it ended, and which steps failed that may fail.

use notex_flow::{Run, StepStatus};
use serde_json::{Value, json};

/// The document of a run, as a program of the same flow prints it.
pub fn results(run: &Run) -> Value {
    let number = |place: u32| u64::from(place) + 1;
    let read = run.steps.iter().filter_map(|step| {
        let read = step.read.as_ref()?;
        Some(json!({
            "step": number(step.place),
            "markdown": read.markdown,
            "data": read.data,
            "problem": read.data_problem,
        }))
    });
    let failed = run.steps.iter().filter(|step| step.status != StepStatus::Done).map(|step| {
        let why = step.failure.as_ref().map_or("", |failure| failure.message.as_str());
        json!({ "step": number(step.place), "why": why })
    });
    let last = run.steps.last();
    json!({
        "flow": run.flow,
        "url": last.map_or("", |step| step.url.as_str()),
        "title": last.map_or("", |step| step.title.as_str()),
        "read": read.collect::<Vec<_>>(),
        "failed": failed.collect::<Vec<_>>(),
    })
}

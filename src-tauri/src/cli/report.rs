//! What a person reads of a run: lines while it goes on, and what it gave.

use std::fmt::Write;

use notex_flow::{Run, RunOutcome, StepRun, StepStatus};
use notex_hub::protocol::{FlowRun, RunPhase};

/// Lines on stderr while a run goes on; each step is told once.
pub(super) struct Progress {
    steps: Vec<String>,
    phase: Option<RunPhase>,
    told: usize,
}

impl Progress {
    pub(super) fn of(steps: Vec<String>) -> Self {
        Self { steps, phase: None, told: 0 }
    }

    pub(super) fn tell(&mut self, shown: &FlowRun) {
        for step in shown.run.steps.iter().skip(self.told) {
            eprintln!("{}", line(step));
            self.told += 1;
        }
        if self.phase == Some(shown.phase) {
            return;
        }
        self.phase = Some(shown.phase);
        match shown.phase {
            RunPhase::Starting => eprintln!("starting a session on {}", shown.run.connection),
            RunPhase::Running { place, attempt } => {
                let name = self.steps.get(place as usize).map_or("", String::as_str);
                let again = if attempt > 1 { format!(", try {attempt}") } else { String::new() };
                eprintln!("[{}/{}] {name}{again}", place + 1, self.steps.len());
            }
            RunPhase::Closing => eprintln!("closing the session"),
            RunPhase::Waiting { .. } | RunPhase::Over => {}
        }
    }
}

fn line(step: &StepRun) -> String {
    let how = match step.status {
        StepStatus::Done => "done",
        StepStatus::Failed => "failed",
        StepStatus::Cancelled => "cancelled",
    };
    let mut line = format!("      {how} in {:.0} ms, {} credits", step.took_ms, step.credits);
    if let Some(matched) = step.matched.as_ref().filter(|matched| matched.healed) {
        let by = matched.by.as_ref().map_or_else(|| "its name".to_owned(), notex_flow::words);
        _ = write!(line, "; found by {by}, for {}", matched.tried.join(", "));
    }
    if let Some(failure) = &step.failure {
        _ = write!(line, ": {}", failure.message);
    }
    line
}

/// What a run gave, in lines for a person.
pub(super) fn told(run: &Run) -> String {
    let mut text = String::new();
    for step in &run.steps {
        let mark = match step.status {
            StepStatus::Done => "ok  ",
            StepStatus::Failed => "FAIL",
            StepStatus::Cancelled => "stop",
        };
        _ = writeln!(text, "{mark} {:>3}. {}", step.place + 1, step.name);
        if let Some(failure) = &step.failure {
            _ = writeln!(text, "          {}", failure.message);
        }
        if let Some(read) = &step.read {
            let rows = read.rows().len();
            let rows = if rows > 0 { format!(", {rows} rows") } else { String::new() };
            _ = writeln!(text, "          {} bytes of markdown{rows}", read.markdown_bytes);
        }
    }
    if let Some(failure) = &run.failure {
        _ = writeln!(text, "{}", failure.message);
    }
    let how = match run.outcome {
        RunOutcome::Done => "done",
        RunOutcome::Failed => "failed",
        RunOutcome::Cancelled => "cancelled",
        RunOutcome::OverBudget => "stopped by its budget",
    };
    let about = if run.credits_estimated { "about " } else { "" };
    _ = writeln!(text, "{}: {how}, {about}{} credits", run.flow, run.credits);
    text
}

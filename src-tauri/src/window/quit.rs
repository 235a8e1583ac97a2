//! The end of the app, as a person asks for it: with live sessions the page asks back first. A page that does not show
//! the question, and a second request, end it anyway. Signals never ask.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use notex_hub::protocol::{Ask, Command, Failure, FailureCode};
use serde::Deserialize;
use tauri::{AppHandle, Manager, State};

use super::{Watched, page};
use crate::boot::Boot;

/// The page must show the question within this time.
const UNTIL_SHOWN: Duration = Duration::from_secs(3);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Step {
    #[default]
    Running,
    /// The page was asked to ask.
    Asked,
    /// The question is shown.
    Shown,
    Ending,
}

/// What follows from a request to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Ask,
    End,
    Ignore,
}

/// How far the end has come.
#[derive(Debug, Default)]
pub(super) struct Quitting(Mutex<Step>);

/// What becomes of live sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum QuitChoice {
    /// They are closed, each verified.
    CloseSessions,
    /// Those of the engine inside the app end with it; others live on.
    LeaveSessions,
    /// The app goes on.
    Stay,
    /// It is to be asked for, when something lives.
    Ask,
}

impl Quitting {
    fn step<T>(&self, change: impl FnOnce(&mut Step) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn requested(&self, live: usize) -> Verdict {
        self.step(|step| match step {
            Step::Running if live > 0 => {
                *step = Step::Asked;
                Verdict::Ask
            }
            Step::Running | Step::Asked | Step::Shown => {
                *step = Step::Ending;
                Verdict::End
            }
            Step::Ending => Verdict::Ignore,
        })
    }

    /// The page has asked the person.
    fn shown(&self) {
        self.step(|step| {
            if *step == Step::Asked {
                *step = Step::Shown;
            }
        });
    }

    /// The question is withdrawn: the person stays, or the page that asked is gone.
    pub(super) fn withdrawn(&self) {
        self.step(|step| {
            if *step != Step::Ending {
                *step = Step::Running;
            }
        });
    }

    /// Whether nobody has shown the question until now; then the app ends.
    fn is_ignored(&self) -> bool {
        self.step(|step| {
            let ignored = *step == Step::Asked;
            if ignored {
                *step = Step::Ending;
            }
            ignored
        })
    }
}

/// A person asks the app to end.
pub(super) fn request(app: &AppHandle) {
    let live = app.state::<Watched>().live().len();
    match app.state::<Quitting>().requested(live) {
        Verdict::Ignore => {}
        Verdict::End => end(app),
        Verdict::Ask => {
            super::focus(app);
            page::tell(app, Ask::Quit);
            let app = app.clone();
            tauri::async_runtime::spawn(async move {
                tokio::time::sleep(UNTIL_SHOWN).await;
                if app.state::<Quitting>().is_ignored() {
                    tracing::warn!("the page did not ask what becomes of live sessions; the app ends");
                    end(&app);
                }
            });
        }
    }
}

fn end(app: &AppHandle) {
    app.state::<Quitting>().step(|step| *step = Step::Ending);
    app.exit(0);
}

/// The page shows the question.
#[tauri::command]
pub(crate) fn quit_asked(quitting: State<'_, Quitting>) {
    quitting.shown();
}

/// The person's answer; with a close that failed the app goes on, and the failure says which.
#[tauri::command]
pub(crate) async fn quit(app: AppHandle, choice: QuitChoice) -> Result<(), Failure> {
    match choice {
        QuitChoice::Stay => app.state::<Quitting>().withdrawn(),
        QuitChoice::Ask => request(&app),
        QuitChoice::LeaveSessions => end(&app),
        QuitChoice::CloseSessions => {
            let sessions = app.state::<Watched>().live();
            let hub = app.state::<Boot>().hub().await?;
            let outcome = hub.send(Command::CloseSessions { sessions }).await?;
            let failures: Vec<Failure> =
                outcome.closed.into_iter().filter_map(|closed| closed.failure).collect();
            match not_closed(failures) {
                Some(failure) => return Err(failure),
                None => end(&app),
            }
        }
    }
    Ok(())
}

fn not_closed(failures: Vec<Failure>) -> Option<Failure> {
    let count = failures.len();
    let first = failures.into_iter().next()?;
    let which = if count == 1 { "One session was".to_owned() } else { format!("{count} sessions were") };
    Some(Failure {
        code: FailureCode::Other,
        message: format!("{which} not closed: {}", first.message),
        hint: Some("Try again, or leave them: what a hosted server keeps alive goes on to cost.".to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_live_sessions_nobody_is_asked() {
        assert_eq!(Quitting::default().requested(0), Verdict::End);
    }

    #[test]
    fn with_live_sessions_the_person_is_asked_once_and_a_second_request_ends() {
        let quitting = Quitting::default();
        assert_eq!(quitting.requested(2), Verdict::Ask);
        quitting.shown();
        assert!(!quitting.is_ignored());
        assert_eq!(quitting.requested(2), Verdict::End);
        assert_eq!(quitting.requested(2), Verdict::Ignore);
    }

    #[test]
    fn a_page_that_does_not_show_the_question_is_not_waited_for() {
        let quitting = Quitting::default();
        quitting.requested(1);
        assert!(quitting.is_ignored());
    }

    #[test]
    fn who_stays_is_asked_again_the_next_time() {
        let quitting = Quitting::default();
        quitting.requested(1);
        quitting.shown();
        quitting.withdrawn();
        assert_eq!(quitting.requested(1), Verdict::Ask);
    }

    #[test]
    fn closes_that_failed_are_one_sentence() {
        assert_eq!(not_closed(Vec::new()), None);
        let failure =
            |words: &str| Failure { code: FailureCode::Unreachable, message: words.to_owned(), hint: None };
        let told = not_closed(vec![failure("the server is gone"), failure("other")]).unwrap();
        assert_eq!(told.message, "2 sessions were not closed: the server is gone");
    }
}

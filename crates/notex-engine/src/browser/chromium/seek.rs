//! Finds the one element of a tab that a selector means, in whatever frame it is, and waits for it a little.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::frames::{FRAME_ANSWERS_WITHIN, Frame, MOST_NESTED};
use super::tab::ChromiumTab;
use crate::browser::{PageError, Selector};
use crate::cdp::CdpError;

/// How long something that is not there yet is waited for, when nothing else was said.
const APPEARS_WITHIN: Duration = Duration::from_secs(2);
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(100);
const MOST_CHARS: usize = 4_000;
const SHOWN_CHARS: usize = 200;

/// Whether elements that cannot be seen count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// Only what can be seen.
    Only,
    /// Inputs for files are hidden behind buttons as a rule.
    HiddenToo,
}

/// An element that was found.
pub(super) struct Sought {
    pub(super) frame: Frame,
    pub(super) key: u64,
    pub(super) born: String,
}

#[derive(Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
enum Answer {
    One { key: u64, born: String },
    Several { count: usize },
    None { hidden: usize },
    Frame { key: u64, rest: String },
    Bad { why: String },
}

impl ChromiumTab {
    /// The one element that a selector matches.
    pub(super) async fn seek(
        &self,
        selector: &Selector,
        seen: Seen,
        timeout: Option<Duration>,
    ) -> Result<Sought, PageError> {
        let words = in_words(selector);
        let refuse = |why: String| Err(PageError::UnknownAction(why));
        let deadline = Instant::now() + timeout.unwrap_or(APPEARS_WITHIN);
        loop {
            let (frame, answer) = self.look_for(selector, seen).await?;
            match answer {
                Answer::One { key, born } => return Ok(Sought { frame, key, born }),
                Answer::Several { count } => {
                    return refuse(format!("{count} elements match {words}; it has to be exactly one"));
                }
                Answer::Bad { why } => return refuse(format!("{words} cannot be read: {why}")),
                Answer::None { .. } | Answer::Frame { .. } if Instant::now() < deadline => {
                    tokio::time::sleep(LOOK_AGAIN_AFTER).await;
                }
                Answer::None { hidden: 0 } | Answer::Frame { .. } => {
                    return refuse(format!("nothing on this page matches {words}"));
                }
                Answer::None { hidden } => {
                    let what =
                        if hidden == 1 { "1 element".to_owned() } else { format!("{hidden} elements") };
                    return refuse(format!("{words} matches {what} that cannot be seen, and 0 that can"));
                }
            }
        }
    }

    /// In the page and the frames that it can enter, else in the others.
    async fn look_for(&self, selector: &Selector, seen: Seen) -> Result<(Frame, Answer), PageError> {
        let (frame, answer) = self.look_down(selector, seen).await?;
        let nowhere = matches!(answer, Answer::None { .. });
        if !nowhere || matches!(selector, Selector::Css(css) if css.contains(" >>> ")) {
            return Ok((frame, answer));
        }
        let question = question(&plain(selector), seen);
        let (mut found, mut count, mut hidden) = (None, 0, 0);
        for inset in self.closed_frames().await {
            let asked =
                self.ask_in::<Answer>(&inset.frame, "looking in a frame", &question, FRAME_ANSWERS_WITHIN);
            match asked.await {
                Ok(Answer::One { key, born }) => {
                    count += 1;
                    found = Some((inset.frame, key, born));
                }
                Ok(Answer::Several { count: more }) => count += more,
                Ok(Answer::None { hidden: more }) => hidden += more,
                Ok(Answer::Frame { .. } | Answer::Bad { .. }) => {}
                Err(error) => tracing::debug!(%error, "a frame was left out"),
            }
        }
        match found {
            Some((frame, key, born)) if count == 1 => Ok((frame, Answer::One { key, born })),
            Some(_) | None if count > 0 => Ok((frame, Answer::Several { count })),
            Some(_) | None => {
                let near = if let Answer::None { hidden } = answer { hidden } else { 0 };
                Ok((frame, Answer::None { hidden: hidden + near }))
            }
        }
    }

    /// Follows the steps of a path through frames that scripts cannot enter.
    async fn look_down(&self, selector: &Selector, seen: Seen) -> Result<(Frame, Answer), PageError> {
        let doing = "looking for an element";
        let within = self.setup.patience.answer;
        let mut frame = self.main_frame();
        let mut how = plain(selector);
        for _ in 0..MOST_NESTED {
            let answer: Answer = self.ask_in(&frame, doing, &question(&how, seen), within).await?;
            let Answer::Frame { key, rest } = answer else { return Ok((frame, answer)) };
            match self.content_of(&frame, key).await {
                Ok(Some(inner)) => frame = inner,
                Ok(None) => return Ok((frame, Answer::None { hidden: 0 })),
                Err(error) => return Err(self.failed_on(&frame.session, doing, error).await),
            }
            how = json!({"by": "css", "value": rest});
        }
        Ok((frame, Answer::None { hidden: 0 }))
    }

    /// The frame that an element holds.
    pub(super) async fn content_of(&self, frame: &Frame, key: u64) -> Result<Option<Frame>, CdpError> {
        let within = FRAME_ANSWERS_WITHIN;
        let element = self.element(frame, key, within).await?;
        let held = self.node_of(frame, &element, within).await?.frame_id;
        if let Some(id) = &held {
            self.frame_sessions.hold(id, &frame.id, key);
        }
        Ok(held.map(|id| self.frame(&id)))
    }
}

fn question(how: &Value, seen: Seen) -> String {
    format!("seek({how}, {})", seen == Seen::HiddenToo)
}

fn plain(selector: &Selector) -> Value {
    let short = |text: &String| text.chars().take(MOST_CHARS).collect::<String>();
    match selector {
        Selector::Css(css) => json!({"by": "css", "value": short(css)}),
        Selector::XPath(path) => json!({"by": "xpath", "value": short(path)}),
        Selector::RoleName(role, name) => json!({"by": "role", "role": short(role), "name": short(name)}),
        Selector::Text(text) => json!({"by": "text", "value": short(text)}),
    }
}

/// How a selector is named in sentences.
pub(super) fn in_words(selector: &Selector) -> String {
    let shown = |text: &String| {
        let mut short: String = text.chars().take(SHOWN_CHARS).collect();
        if short.len() < text.len() {
            short.push('…');
        }
        short
    };
    match selector {
        Selector::Css(css) => format!("the CSS selector {:?}", shown(css)),
        Selector::XPath(path) => format!("the XPath {:?}", shown(path)),
        Selector::RoleName(role, name) if name.is_empty() => format!("the role {}", shown(role)),
        Selector::RoleName(role, name) => format!("the role {} with the name {:?}", shown(role), shown(name)),
        Selector::Text(text) => format!("the text {:?}", shown(text)),
    }
}

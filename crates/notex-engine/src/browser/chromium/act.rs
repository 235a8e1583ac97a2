//! Does something to an element the way a person would: it is found again, brought into view, and operated by real
//! mouse and keyboard input at a point where nothing covers it. Files are in `files`.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::json;

use super::act_outcome::{How, Outcome, Reached, Target as Facts};
use super::frames::{Frame, Reach};
use super::ids::Known;
use super::keys::Key;
use super::seek::{Seen, in_words};
use super::tab::ChromiumTab;
use crate::browser::{Act, Deed, PageError, Target};

/// Nobody waits longer for one element.
const LONGEST_PATIENCE: Duration = Duration::from_secs(60);

/// An act in the course of being done.
pub(super) struct Doing<'a> {
    pub(super) tab: &'a ChromiumTab,
    pub(super) frame: Frame,
    pub(super) act: &'a Act,
    /// What its element is called in sentences.
    pub(super) name: String,
    /// What finds the element again.
    pub(super) wanted: String,
    pub(super) doing: String,
}

impl ChromiumTab {
    pub(super) async fn do_act(&self, act: &Act) -> Result<(), PageError> {
        let mut events = self.session.events();
        self.find(act).await?.run().await?;
        self.settle(&mut events).await
    }

    async fn find<'a>(&'a self, act: &'a Act) -> Result<Doing<'a>, PageError> {
        let (frame, name, wanted) = match &act.target {
            Target::Action(id) => {
                let known = self.ids().find(id).cloned().ok_or_else(|| self.unknown(id))?;
                (self.frame(&known.frame), id.clone(), wanted(&known))
            }
            Target::Selector(selector) => {
                let seen = match act.deed {
                    Deed::Upload { .. } => Seen::HiddenToo,
                    Deed::Operate { .. }
                    | Deed::Click
                    | Deed::Fill { .. }
                    | Deed::Check { .. }
                    | Deed::Choose { .. }
                    | Deed::Download => Seen::Only,
                };
                let timeout = act.timeout.map(|timeout| timeout.min(LONGEST_PATIENCE));
                let sought = self.seek(selector, seen, timeout).await?;
                let name = format!("the element of {}", in_words(selector));
                let wanted =
                    json!({"key": sought.key, "born": sought.born, "css": "", "role": "", "name": ""});
                (sought.frame, name, wanted.to_string())
            }
        };
        let doing = format!("operating {name}");
        Ok(Doing { tab: self, frame, act, name, wanted, doing })
    }

    fn unknown(&self, id: &str) -> PageError {
        let all = self.context.all();
        let knows = |tab: &ChromiumTab| tab.target_id != self.target_id && tab.ids().find(id).is_some();
        PageError::UnknownAction(match all.iter().position(|tab| knows(tab)) {
            Some(place) => {
                format!("{id} is on tab {place}, which is not in front; switch to it, or observe this one")
            }
            None => format!("there is no {id} on this page; observe it and take an id from there"),
        })
    }
}

fn wanted(known: &Known) -> String {
    let Known { kind: _, frame: _, key, born, css, role, name } = known;
    json!({"key": key, "born": born, "css": css, "role": role, "name": name}).to_string()
}

impl Doing<'_> {
    async fn run(&self) -> Result<(), PageError> {
        match &self.act.deed {
            Deed::Operate { value } => self.operate(value.as_deref()).await?,
            Deed::Click => self.click(self.reach().await?.0).await?,
            Deed::Fill { text, clear } => {
                let (reached, facts) = self.reach().await?;
                match facts.how {
                    How::Type => self.fill(reached, facts, Some(text), *clear).await?,
                    How::Set => drop(self.ask("setValue", Some(text)).await?),
                    How::Choose => return Err(self.not_operable("is a select; choose an option of it")),
                    How::Click | How::Check => return Err(self.not_operable("is no field that takes text")),
                }
            }
            Deed::Check { to } => {
                let (reached, facts) = self.reach().await?;
                match facts.how {
                    How::Check => self.bring_to(reached, facts.checked, *to).await?,
                    How::Click | How::Type | How::Set | How::Choose => {
                        return Err(self.not_operable("is no checkbox, switch or radio"));
                    }
                }
            }
            Deed::Choose { option } => {
                let (_, facts) = self.reach().await?;
                match facts.how {
                    How::Choose => drop(self.ask("choose", Some(option)).await?),
                    How::Click | How::Check | How::Type | How::Set => {
                        return Err(self.not_operable("is no select"));
                    }
                }
            }
            Deed::Upload { file } => self.upload(file).await?,
            Deed::Download => self.download().await?,
        }
        if self.act.enter {
            self.press("Enter").await?;
        }
        Ok(())
    }

    /// Waits until a mouse reaches the element.
    pub(super) async fn reach(&self) -> Result<(Reached, Facts), PageError> {
        let patience = self.patience().as_millis();
        let question = format!("locate({}, {patience})", self.wanted);
        let reached = self.outcome(&question, "").await?;
        let facts = reached.facts.ok_or_else(|| self.not_operable("cannot be operated"))?;
        Ok((reached, facts))
    }

    async fn operate(&self, value: Option<&str>) -> Result<(), PageError> {
        let (reached, facts) = self.reach().await?;
        let needed = || value.ok_or_else(|| self.not_operable("needs a value"));
        match facts.how {
            How::Click => self.click(reached).await,
            How::Check => self.check(reached, facts.checked, value).await,
            How::Type => self.fill(reached, facts, value, true).await,
            How::Set => self.ask("setValue", Some(needed()?)).await.map(drop),
            How::Choose => self.ask("choose", Some(needed()?)).await.map(drop),
        }
    }

    fn patience(&self) -> Duration {
        self.act.timeout.unwrap_or_default().min(LONGEST_PATIENCE)
    }

    async fn ask(&self, what: &str, value: Option<&str>) -> Result<Reached, PageError> {
        let question = match value {
            Some(value) => format!("{what}({}, {})", self.wanted, json!(value)),
            None => format!("{what}({})", self.wanted),
        };
        self.outcome(&question, value.unwrap_or_default()).await
    }

    async fn outcome(&self, question: &str, value: &str) -> Result<Reached, PageError> {
        let outcome: Outcome = match self.put(question).await {
            Ok(outcome) => outcome,
            Err(PageError::Browser { why, .. }) if why.contains("No frame") => Outcome::Gone,
            Err(error) => return Err(error),
        };
        outcome.reached(&self.name, value)
    }

    pub(super) async fn put<R: DeserializeOwned>(&self, question: &str) -> Result<R, PageError> {
        let within = self.tab.setup.patience.answer + self.patience();
        self.tab.ask_in(&self.frame, &self.doing, question, within).await
    }

    /// The point where the page's mouse meets the element, which a frame knows in its own pixels.
    async fn on_page(&self, at: Reached) -> Result<(f64, f64), PageError> {
        if self.frame.id == self.tab.target_id {
            return Ok((at.x, at.y));
        }
        match self.tab.reach_into(&self.frame, at.x, at.y).await {
            Ok(Some(Reach { by: Some(by), .. })) => Err(self.not_operable(&format!("is covered by {by}"))),
            Ok(Some(Reach { x, y, by: None })) => Ok((x, y)),
            Ok(None) => Err(self.not_operable("is in a frame that cannot be seen any more")),
            Err(error) => Err(self.tab.failed(&self.doing, error).await),
        }
    }

    async fn check(
        &self,
        reached: Reached,
        checked: Option<bool>,
        value: Option<&str>,
    ) -> Result<(), PageError> {
        let Some(value) = value else {
            return self.click(reached).await;
        };
        let wish = match value.trim().to_lowercase().as_str() {
            "true" | "on" | "yes" | "1" => true,
            "false" | "off" | "no" | "0" => false,
            _ => return Err(self.not_operable(&format!("takes true or false, not {value:?}"))),
        };
        self.bring_to(reached, checked, wish).await
    }

    async fn bring_to(&self, reached: Reached, checked: Option<bool>, wish: bool) -> Result<(), PageError> {
        if checked == Some(wish) {
            return Ok(());
        }
        self.click(reached).await?;
        let now: Option<bool> = self.put(&format!("checkedNow({})", self.wanted)).await?;
        match now {
            Some(now) if now != wish => {
                Err(self.not_operable(&format!("was clicked and did not become {wish}")))
            }
            Some(_) | None => Ok(()),
        }
    }

    async fn fill(
        &self,
        reached: Reached,
        facts: Facts,
        text: Option<&str>,
        clear: bool,
    ) -> Result<(), PageError> {
        if facts.read_only {
            return Err(self.not_operable("is read-only"));
        }
        if text.is_none() && !self.act.enter {
            return Err(self.not_operable("needs a value"));
        }
        self.click(reached).await?;
        let Some(text) = text else { return Ok(()) };
        let field = self.outcome(&format!("takeFocus({}, {})", self.wanted, !clear), "").await?;
        if !text.is_empty() {
            let params = json!({"text": text});
            return self.type_in("Input.insertText", params).await;
        }
        if field.empty || !clear { Ok(()) } else { self.press("Backspace").await }
    }

    pub(super) async fn click(&self, at: Reached) -> Result<(), PageError> {
        let (x, y) = self.on_page(at).await?;
        let mouse = |kind: &str, buttons: u8, count: u8| {
            let button = if count == 0 { "none" } else { "left" };
            json!({
                "type": kind, "x": x, "y": y, "button": button, "buttons": buttons, "clickCount": count,
            })
        };
        const METHOD: &str = "Input.dispatchMouseEvent";
        self.input(METHOD, mouse("mouseMoved", 0, 0)).await?;
        let pressed = self.input(METHOD, mouse("mousePressed", 1, 1)).await;
        // A button that stays down would turn every later move into a drag.
        let released = self.input(METHOD, mouse("mouseReleased", 0, 1)).await;
        pressed.and(released)
    }

    async fn press(&self, name: &str) -> Result<(), PageError> {
        let Some(key) = Key::named(name) else { return Ok(()) };
        let down = self.type_in("Input.dispatchKeyEvent", key.down(0)).await;
        let up = self.type_in("Input.dispatchKeyEvent", key.up(0)).await;
        down.and(up)
    }

    /// The keyboard of the process that the element lives in.
    async fn type_in(&self, method: &'static str, params: serde_json::Value) -> Result<(), PageError> {
        let within = self.tab.setup.patience.answer;
        match self.tab.unless_lost(self.frame.session.tell(method, params, within)).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.tab.failed(&self.doing, error).await),
        }
    }

    async fn input(&self, method: &'static str, params: serde_json::Value) -> Result<(), PageError> {
        self.tab.call::<serde::de::IgnoredAny>(&self.doing, method, params).await.map(drop)
    }

    pub(super) fn not_operable(&self, why: &str) -> PageError {
        PageError::NotOperable(format!("{} {why}", self.name))
    }
}

//! Does an observed action the way a person would: the element is found again, brought into view, and operated by
//! real mouse and keyboard input at a point where nothing covers it.

use serde::de::DeserializeOwned;
use serde_json::json;

use super::act_outcome::{How, Outcome, Reached};
use super::frames::{Frame, Reach};
use super::ids::Known;
use super::page::ChromiumPage;
use crate::browser::{Act, Deed, PageError, Target};

/// A key by the names the protocol wants.
struct Key {
    name: &'static str,
    code: u32,
    text: &'static str,
}

const ENTER: Key = Key { name: "Enter", code: 13, text: "\r" };
const BACKSPACE: Key = Key { name: "Backspace", code: 8, text: "" };

/// An action in the course of being done.
struct Doing<'a> {
    page: &'a ChromiumPage,
    frame: Frame,
    act: &'a Act,
    id: &'a str,
    wanted: String,
    doing: String,
}

impl ChromiumPage {
    pub(super) async fn do_act(&self, act: &Act) -> Result<(), PageError> {
        let Target::Action(id) = &act.target else {
            return Err(PageError::UnknownAction("selectors are not built yet".to_owned()));
        };
        let known = self.ids().find(id).cloned().ok_or_else(|| {
            PageError::UnknownAction(format!(
                "there is no {id} on this page; observe it and take an id from there"
            ))
        })?;
        let mut events = self.session.events();
        let frame = self.frame(&known.frame);
        let doing = format!("operating {id}");
        Doing { page: self, frame, act, id, wanted: wanted(&known), doing }.run().await?;
        self.settle(&mut events).await
    }
}

fn wanted(known: &Known) -> String {
    let Known { kind: _, frame: _, key, born, css, role, name } = known;
    json!({"key": key, "born": born, "css": css, "role": role, "name": name}).to_string()
}

impl Doing<'_> {
    async fn run(&self) -> Result<(), PageError> {
        let reached = self.ask("locate", None).await?;
        let Some(facts) = reached.facts else {
            return Err(self.not_operable("cannot be operated"));
        };
        match facts.how {
            How::Click => self.click(reached).await?,
            How::Check => self.check(reached, facts.checked).await?,
            How::Type if facts.read_only => return Err(self.not_operable("is read-only")),
            How::Type => self.fill(reached).await?,
            How::Set => drop(self.ask("setValue", Some(self.value()?)).await?),
            How::Choose => drop(self.ask("choose", Some(self.value()?)).await?),
        }
        if self.act.enter {
            self.press(&ENTER).await?;
        }
        Ok(())
    }

    async fn ask(&self, what: &str, value: Option<&str>) -> Result<Reached, PageError> {
        let value_text = value.unwrap_or_default();
        let question = match value {
            Some(value) => format!("{what}({}, {})", self.wanted, json!(value)),
            None => format!("{what}({})", self.wanted),
        };
        let outcome: Outcome = match self.put(&question).await {
            Ok(outcome) => outcome,
            Err(PageError::Browser { why, .. }) if why.contains("No frame") => Outcome::Gone,
            Err(error) => return Err(error),
        };
        outcome.reached(self.id, value_text)
    }

    async fn put<R: DeserializeOwned>(&self, question: &str) -> Result<R, PageError> {
        self.page.ask_in(&self.frame, &self.doing, question, self.page.setup.patience.answer).await
    }

    /// The point where the page's mouse meets the element, which a frame knows in its own pixels.
    async fn on_page(&self, at: Reached) -> Result<(f64, f64), PageError> {
        if self.frame.id == self.page.target_id {
            return Ok((at.x, at.y));
        }
        match self.page.reach_into(&self.frame, at.x, at.y).await {
            Ok(Some(Reach { by: Some(by), .. })) => Err(self.not_operable(&format!("is covered by {by}"))),
            Ok(Some(Reach { x, y, by: None })) => Ok((x, y)),
            Ok(None) => Err(self.not_operable("is in a frame that cannot be seen any more")),
            Err(error) => Err(self.page.failed(&self.doing, error).await),
        }
    }

    fn given(&self) -> Option<&str> {
        match &self.act.deed {
            Deed::Operate { value } => value.as_deref(),
            Deed::Fill { text, .. } => Some(text),
            Deed::Choose { option } => Some(option),
            Deed::Click | Deed::Check { .. } | Deed::Upload { .. } | Deed::Download => None,
        }
    }

    fn value(&self) -> Result<&str, PageError> {
        self.given().ok_or_else(|| self.not_operable("needs a value"))
    }

    async fn check(&self, reached: Reached, checked: Option<bool>) -> Result<(), PageError> {
        let Some(value) = self.given() else {
            return self.click(reached).await;
        };
        let wish = match value.trim().to_lowercase().as_str() {
            "true" | "on" | "yes" | "1" => true,
            "false" | "off" | "no" | "0" => false,
            _ => return Err(self.not_operable(&format!("takes true or false, not {value:?}"))),
        };
        if checked == Some(wish) {
            return Ok(());
        }
        self.click(reached).await?;
        let now: Option<bool> = self.page.ask(&self.doing, &format!("checkedNow({})", self.wanted)).await?;
        match now {
            Some(now) if now != wish => {
                Err(self.not_operable(&format!("was clicked and did not become {wish}")))
            }
            Some(_) | None => Ok(()),
        }
    }

    async fn fill(&self, reached: Reached) -> Result<(), PageError> {
        if self.given().is_none() && !self.act.enter {
            return Err(self.not_operable("needs a value"));
        }
        self.click(reached).await?;
        let Some(value) = self.given() else { return Ok(()) };
        let field = self.ask("takeFocus", None).await?;
        if !value.is_empty() {
            let params = json!({"text": value});
            return self.type_in("Input.insertText", params).await;
        }
        if field.empty { Ok(()) } else { self.press(&BACKSPACE).await }
    }

    async fn click(&self, at: Reached) -> Result<(), PageError> {
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

    async fn press(&self, key: &Key) -> Result<(), PageError> {
        let event = |kind: &str| {
            json!({
                "type": kind, "key": key.name, "code": key.name, "windowsVirtualKeyCode": key.code,
                "nativeVirtualKeyCode": key.code, "text": if kind == "keyDown" { key.text } else { "" },
            })
        };
        let down = self.type_in("Input.dispatchKeyEvent", event("keyDown")).await;
        let up = self.type_in("Input.dispatchKeyEvent", event("keyUp")).await;
        down.and(up)
    }

    /// The keyboard of the process that the element lives in.
    async fn type_in(&self, method: &'static str, params: serde_json::Value) -> Result<(), PageError> {
        let within = self.page.setup.patience.answer;
        match self.page.unless_lost(self.frame.session.tell(method, params, within)).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.page.failed(&self.doing, error).await),
        }
    }

    async fn input(&self, method: &'static str, params: serde_json::Value) -> Result<(), PageError> {
        self.page.call::<serde::de::IgnoredAny>(&self.doing, method, params).await.map(drop)
    }

    fn not_operable(&self, why: &str) -> PageError {
        PageError::NotOperable(format!("{} {why}", self.id))
    }
}

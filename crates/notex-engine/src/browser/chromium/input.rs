//! Keys, the wheel, and the mouse and keyboard of a person who has taken over.

use std::time::Duration;

use notex_wire::{LiveInput, MouseButton};
use serde_json::{Value, json};

use super::keys::{Key, Stroke};
use super::tab::ChromiumTab;
use crate::browser::{PageError, Scroll};
use crate::cdp::CdpError;

const KEY: &str = "Input.dispatchKeyEvent";
const MOUSE: &str = "Input.dispatchMouseEvent";
/// A page that hangs must not hold the hand of a person.
const TAKEN_WITHIN: Duration = Duration::from_secs(2);
const MOST_TEXT: usize = 100_000;
const FARTHEST: f64 = 1_000_000.0;

impl ChromiumTab {
    pub(super) async fn press_keys(&self, keys: &str) -> Result<(), PageError> {
        let stroke = Stroke::read(keys)?;
        self.watch_page().await;
        let mut events = self.session.events();
        let doing = format!("pressing {keys}");
        let mut first_failure = Ok(());
        for event in stroke.events() {
            // A key that stays down would change what every later one means.
            let pressed = self.input(&self.session, &doing, KEY, event).await;
            first_failure = first_failure.and(pressed);
        }
        first_failure?;
        self.settle_page(&mut events).await
    }

    pub(super) async fn scroll_page(&self, scroll: Scroll) -> Result<(), PageError> {
        let px = match scroll.css_px {
            Some(px) if !px.is_finite() || !(0.0..=FARTHEST).contains(&px) => {
                let why = format!("a page cannot be scrolled by {px} pixels");
                return Err(PageError::NotOperable(why));
            }
            Some(px) => json!(px),
            None => Value::Null,
        };
        self.watch_page().await;
        let mut events = self.session.events();
        let question = format!("scrollPage({}, {px})", json!(scroll.toward.word()));
        self.ask::<serde::de::IgnoredAny>("scrolling the page", &question).await?;
        self.settle_page(&mut events).await
    }

    pub(super) async fn take_input(&self, input: &LiveInput) -> Result<(), PageError> {
        let (method, params) = told(input)?;
        match self.unless_lost(self.session.tell(method, params, TAKEN_WITHIN)).await {
            Ok(()) => Ok(()),
            Err(CdpError::TimedOut { waited, .. }) => {
                // Not freed from its script: the page belongs to the calls, not to the one who watches.
                let doing = String::from("taking the input");
                Err(PageError::TimedOut { doing, seconds: waited.as_secs() })
            }
            Err(error) => Err(self.failed("taking the input", error).await),
        }
    }
}

/// The call that does what a person did.
fn told(input: &LiveInput) -> Result<(&'static str, Value), PageError> {
    let mouse = |kind: &str, x: f64, y: f64, modifiers: u8| {
        if [x, y].iter().all(|place| place.is_finite() && place.abs() <= FARTHEST) {
            Ok(json!({"type": kind, "x": x, "y": y, "modifiers": modifiers & 15}))
        } else {
            Err(PageError::NotOperable(String::from("there is no such place on the page")))
        }
    };
    let pressed = |kind, x, y, button: MouseButton, clicks: u8, modifiers| {
        let mut event = mouse(kind, x, y, modifiers)?;
        let (name, held) = match button {
            MouseButton::Left => ("left", 1),
            MouseButton::Right => ("right", 2),
            MouseButton::Middle => ("middle", 4),
        };
        event["button"] = json!(name);
        event["buttons"] = json!(if kind == "mousePressed" { held } else { 0 });
        event["clickCount"] = json!(clicks.min(3));
        Ok((MOUSE, event))
    };
    let key = |key: &str, code: &str| {
        Key::told(key, code).ok_or_else(|| PageError::NotOperable(format!("there is no key {key:?}")))
    };
    match input {
        LiveInput::MouseMove { x, y, modifiers } => Ok((MOUSE, mouse("mouseMoved", *x, *y, *modifiers)?)),
        LiveInput::MouseDown { x, y, button, clicks, modifiers } => {
            pressed("mousePressed", *x, *y, *button, *clicks, *modifiers)
        }
        LiveInput::MouseUp { x, y, button, clicks, modifiers } => {
            pressed("mouseReleased", *x, *y, *button, *clicks, *modifiers)
        }
        LiveInput::Wheel { x, y, delta_x, delta_y } => {
            let mut event = mouse("mouseWheel", *x, *y, 0)?;
            let far = |delta: f64| if delta.is_finite() { delta.clamp(-FARTHEST, FARTHEST) } else { 0.0 };
            event["deltaX"] = json!(far(*delta_x));
            event["deltaY"] = json!(far(*delta_y));
            Ok((MOUSE, event))
        }
        LiveInput::KeyDown { key: name, code, modifiers } => Ok((KEY, key(name, code)?.down(modifiers & 15))),
        LiveInput::KeyUp { key: name, code, modifiers } => Ok((KEY, key(name, code)?.up(modifiers & 15))),
        LiveInput::Text { text } if text.len() > MOST_TEXT => Err(PageError::NotOperable(format!(
            "a text of more than {MOST_TEXT} bytes cannot be entered at once"
        ))),
        LiveInput::Text { text } => Ok(("Input.insertText", json!({"text": text}))),
    }
}

//! The mouse of an act: clicks of all kinds, hovering, dragging. What it met is asked afterwards, because pages move
//! things under it.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::act::Doing;
use super::act_outcome::{Landed, Reached};
use super::frames::{Frame, Reach};
use super::seek::Seen;
use super::tab::ChromiumTab;
use crate::browser::{PageError, Scroll, Target};
use crate::cdp::{Event, Session};

const MOUSE: &str = "Input.dispatchMouseEvent";
/// A page whose handler does not end must not hold a step for long.
const TAKEN_WITHIN: Duration = Duration::from_secs(5);
/// How long a drag may take to be taken over by the browser.
const INTERCEPTED_WITHIN: Duration = Duration::from_millis(250);
const DRAG_STEPS: u32 = 8;
/// Menus in menus, and what may open each of them.
const MOST_MENUS: usize = 6;

/// Where the mouse goes for a menu to open.
#[derive(Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
enum Opener {
    Ready { x: f64, y: f64, key: u64 },
    Outside,
}

/// A button, as the protocol names it, and its bit.
#[derive(Clone, Copy)]
enum Button {
    Left,
    Right,
}

impl Button {
    fn name(self) -> &'static str {
        match self {
            Button::Left => "left",
            Button::Right => "right",
        }
    }

    fn bit(self) -> u8 {
        match self {
            Button::Left => 1,
            Button::Right => 2,
        }
    }
}

fn moved(x: f64, y: f64, held: u8) -> Value {
    let button = if held == 0 { "none" } else { "left" };
    json!({"type": "mouseMoved", "x": x, "y": y, "button": button, "buttons": held})
}

impl ChromiumTab {
    /// Sends an input event and waits until the page has taken it; a page that does not end its handler is freed.
    pub(super) async fn input(
        &self,
        session: &Session,
        doing: &str,
        method: &'static str,
        params: Value,
    ) -> Result<(), PageError> {
        let within = self.setup.patience.answer.min(TAKEN_WITHIN);
        match self.unless_lost(session.tell(method, params, within)).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.failed_on(session, doing, error).await),
        }
    }
}

impl Doing<'_> {
    /// The point where the page's mouse meets the element, which a frame knows in its own pixels.
    async fn on_page(&self, frame: &Frame, at: Reached) -> Result<(f64, f64), PageError> {
        if frame.id == self.tab.target_id {
            return Ok((at.x, at.y));
        }
        match self.tab.reach_into(frame, at.x, at.y).await {
            Ok(Some(Reach { by: Some(by), .. })) => Err(self.not_operable(&format!("is covered by {by}"))),
            Ok(Some(Reach { x, y, by: None })) => Ok((x, y)),
            Ok(None) => Err(self.not_operable("is in a frame that cannot be seen any more")),
            Err(error) => Err(self.tab.failed(&self.doing, error).await),
        }
    }

    pub(super) async fn click(&self) -> Result<(), PageError> {
        let (reached, _) = self.reach().await?;
        self.click_at(reached).await
    }

    /// Clicks an element that was reached. One that was made anew under the mouse is clicked once more, and one that
    /// something came before is reached once more.
    pub(super) async fn click_at(&self, at: Reached) -> Result<(), PageError> {
        let (x, y) = self.on_page(&self.frame, at).await?;
        self.press_button(x, y, Button::Left, 1).await?;
        let Some(landed) = self.landed().await else { return Ok(()) };
        if landed.met && !landed.again {
            return Ok(());
        }
        let (at, _) = self.reach().await?;
        let (x, y) = self.on_page(&self.frame, at).await?;
        self.press_button(x, y, Button::Left, 1).await?;
        match self.landed().await {
            Some(Landed { met: false, by, .. }) => {
                let by = by.unwrap_or_else(|| String::from("something else"));
                Err(self.not_operable(&format!("is covered by {by} as soon as the mouse comes")))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Clicks where nothing is.
    pub(super) async fn click_nothing(&self, at: Reached) -> Result<(), PageError> {
        self.press_button(at.x, at.y, Button::Left, 1).await
    }

    /// What the click met; `None` when the page cannot say, because it has gone on.
    async fn landed(&self) -> Option<Landed> {
        self.put(&format!("landed({})", self.wanted)).await.ok()
    }

    pub(super) async fn double_click(&self) -> Result<(), PageError> {
        let (reached, _) = self.reach().await?;
        let (x, y) = self.on_page(&self.frame, reached).await?;
        self.press_button(x, y, Button::Left, 1).await?;
        self.press_button(x, y, Button::Left, 2).await
    }

    pub(super) async fn right_click(&self) -> Result<(), PageError> {
        let (reached, _) = self.reach().await?;
        let (x, y) = self.on_page(&self.frame, reached).await?;
        self.press_button(x, y, Button::Right, 1).await
    }

    pub(super) async fn hover(&self) -> Result<(), PageError> {
        let (reached, _) = self.reach().await?;
        self.move_to(reached).await
    }

    async fn move_to(&self, at: Reached) -> Result<(), PageError> {
        let (x, y) = self.on_page(&self.frame, at).await?;
        // A mouse comes from somewhere; one that stood there already has to be seen to move.
        self.input(MOUSE, moved(x + 1.0, y + 1.0, 0)).await?;
        self.input(MOUSE, moved(x, y, 0)).await
    }

    /// Goes with the mouse to what opens the menus that the element is in, from the outermost inwards.
    pub(super) async fn open_menus(&self) -> Result<(), PageError> {
        let mut tried: Vec<u64> = Vec::new();
        for _ in 0..MOST_MENUS {
            let question = format!("hoverPlace({}, {})", self.wanted, json!(tried));
            let Opener::Ready { x, y, key } = self.put(&question).await? else { break };
            tried.push(key);
            self.move_to(Reached { x, y, facts: None, empty: false }).await?;
            self.put::<bool>(&format!("shownSoon({})", self.wanted)).await?;
        }
        Ok(())
    }

    async fn press_button(&self, x: f64, y: f64, button: Button, count: u8) -> Result<(), PageError> {
        let event = |kind: &str, held: u8| {
            json!({
                "type": kind, "x": x, "y": y, "button": button.name(), "buttons": held, "clickCount": count,
            })
        };
        self.input(MOUSE, moved(x, y, 0)).await?;
        let pressed = self.input(MOUSE, event("mousePressed", button.bit())).await;
        // A button that stays down would turn every later move into a drag.
        let released = self.input(MOUSE, event("mouseReleased", 0)).await;
        pressed.and(released)
    }

    pub(super) async fn scroll_in(&self, scroll: Scroll) -> Result<(), PageError> {
        let px = scroll.css_px.map_or(Value::Null, |px| json!(px));
        let toward = json!(scroll.toward.word());
        self.outcome(&format!("scrollIn({}, {toward}, {px})", self.wanted), "").await.map(drop)
    }

    /// Drags the element onto another: as the browser does where the page lets it, else by the mouse alone.
    pub(super) async fn drag_to(&self, to: &Target) -> Result<(), PageError> {
        let (frame, name, wanted) = self.tab.wanted(to, Seen::Only, self.act.timeout, "").await?;
        let other = self.other(frame, name, wanted);
        let mut events = self.tab.session.events();
        let (from, _) = self.reach().await?;
        let (x, y) = self.on_page(&self.frame, from).await?;
        self.tab.session.post("Input.setInterceptDrags", json!({"enabled": true}));
        let dragged = self.drag_from(x, y, &other, &mut events).await;
        self.tab.session.post("Input.setInterceptDrags", json!({"enabled": false}));
        dragged
    }

    async fn drag_from(
        &self,
        x: f64,
        y: f64,
        other: &Doing<'_>,
        events: &mut Receiver<Event>,
    ) -> Result<(), PageError> {
        self.input(MOUSE, moved(x, y, 0)).await?;
        let event = |kind: &str, x: f64, y: f64, held: u8| json!({"type": kind, "x": x, "y": y, "button": "left", "buttons": held, "clickCount": 1});
        self.input(MOUSE, event("mousePressed", x, y, 1)).await?;
        // Far enough that a page takes it for a drag.
        for step in 1..=3_u32 {
            let by = f64::from(step) * 4.0;
            self.input(MOUSE, moved(x + by, y + by, 1)).await?;
        }
        let taken = intercepted(events).await;
        let place = other.place().await;
        let (to_x, to_y) = match place {
            Ok(place) => place,
            Err(error) => {
                let released = self.input(MOUSE, event("mouseReleased", x, y, 0)).await;
                return released.and(Err(error));
            }
        };
        match taken {
            Some(data) => {
                for kind in ["dragEnter", "dragOver", "dragOver", "drop"] {
                    let params = json!({"type": kind, "x": to_x, "y": to_y, "data": data});
                    self.input("Input.dispatchDragEvent", params).await?;
                    self.a_frame().await?;
                }
            }
            None => {
                let (from_x, from_y) = (x + 12.0, y + 12.0);
                for step in 1..=DRAG_STEPS {
                    let part = f64::from(step) / f64::from(DRAG_STEPS);
                    let at = moved(from_x + (to_x - from_x) * part, from_y + (to_y - from_y) * part, 1);
                    self.input(MOUSE, at).await?;
                    self.a_frame().await?;
                }
                // What moves away before the mouse has come to its place by now.
                let (to_x, to_y) = other.place().await.unwrap_or((to_x, to_y));
                self.input(MOUSE, moved(to_x, to_y, 1)).await?;
                self.a_frame().await?;
                return self.input(MOUSE, event("mouseReleased", to_x, to_y, 0)).await;
            }
        }
        self.input(MOUSE, event("mouseReleased", to_x, to_y, 0)).await
    }

    /// Moves a thumb with the mouse.
    pub(super) async fn drag_by(&self, from: (f64, f64), to: (f64, f64)) -> Result<(), PageError> {
        let at = |x: f64, y: f64| Reached { x, y, facts: None, empty: false };
        let (x, y) = self.on_page(&self.frame, at(from.0, from.1)).await?;
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let event = |kind: &str, x: f64, y: f64, held: u8| json!({"type": kind, "x": x, "y": y, "button": "left", "buttons": held, "clickCount": 1});
        self.input(MOUSE, moved(x, y, 0)).await?;
        let mut done = self.input(MOUSE, event("mousePressed", x, y, 1)).await;
        for step in 1..=DRAG_STEPS {
            if done.is_ok() {
                let part = f64::from(step) / f64::from(DRAG_STEPS);
                done = self.input(MOUSE, moved(x + dx * part, y + dy * part, 1)).await;
            }
        }
        self.a_frame().await?;
        let released = self.input(MOUSE, event("mouseReleased", x + dx, y + dy, 0)).await;
        done.and(released)
    }

    fn other(&self, frame: Frame, name: String, wanted: String) -> Doing<'_> {
        let mut other = self.with(0, "", name);
        other.frame = frame;
        other.wanted = wanted;
        other
    }

    /// Where the element is on the page, brought into view when it is not.
    async fn place(&self) -> Result<(f64, f64), PageError> {
        let at = match self.ask("whereIs", None).await {
            Ok(at) => at,
            Err(_) => self.ask("scrollTo", None).await?,
        };
        self.on_page(&self.frame, at).await
    }

    /// Lets the page draw once.
    async fn a_frame(&self) -> Result<(), PageError> {
        self.put::<bool>("aFrame()").await.map(drop)
    }

    /// Drops files onto the element.
    pub(super) async fn drop_files(&self, files: &[std::path::PathBuf]) -> Result<(), PageError> {
        let (reached, _) = self.reach().await?;
        let (x, y) = self.on_page(&self.frame, reached).await?;
        let data = json!({"items": [], "files": files, "dragOperationsMask": 1});
        for kind in ["dragEnter", "dragOver", "drop"] {
            let params = json!({"type": kind, "x": x, "y": y, "data": data});
            self.input("Input.dispatchDragEvent", params).await?;
        }
        Ok(())
    }
}

/// What is dragged, when the browser takes the drag over.
async fn intercepted(events: &mut Receiver<Event>) -> Option<Value> {
    #[derive(Deserialize)]
    struct Intercepted {
        data: Value,
    }
    let taken = async {
        loop {
            match events.recv().await {
                Ok(event) if &*event.method == "Input.dragIntercepted" => {
                    return event.read::<Intercepted>().map(|taken| taken.data);
                }
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    };
    tokio::time::timeout(INTERCEPTED_WITHIN, taken).await.ok().flatten()
}

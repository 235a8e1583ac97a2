//! The keyboard of an act. Text is entered at once where that is enough, and key by key where the page listens to keys:
//! masks, suggestions, boxes for one sign each. What the field holds afterwards is looked at.

use serde::Deserialize;
use serde_json::{Value, json};

use super::act::Doing;
use super::act_outcome::{Reached, Target as Facts};
use super::calendar::days;
use super::keys::Key;
use crate::browser::PageError;
use crate::cdp::Begun;

const KEY: &str = "Input.dispatchKeyEvent";
/// A longer text is entered at once, whoever listens.
const MOST_KEYS: usize = 400;

#[derive(Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
enum Typed {
    Typed { same: bool, loose: bool, empty: bool, shown: Option<String> },
    Gone,
}

impl Doing<'_> {
    pub(super) async fn fill(
        &self,
        reached: Reached,
        facts: Facts,
        text: Option<&str>,
        clear: bool,
    ) -> Result<(), PageError> {
        let wanted = text.filter(|_| facts.read_only).map(days).unwrap_or_default();
        if !wanted.is_empty() {
            return self.pick_days(reached, &wanted).await;
        }
        if facts.read_only {
            return Err(self.not_operable("is read-only"));
        }
        if text.is_none() && !self.act.enter {
            return Err(self.not_operable("needs a value"));
        }
        if facts.suggests {
            drop(self.put::<Value>("noteOptions()").await?);
        }
        self.click_at(reached).await?;
        let Some(text) = text else { return Ok(()) };
        if facts.secret {
            self.tab.context.evidence.hide(text);
        }
        let field = self.take_focus(!clear).await?;
        if text.is_empty() {
            return if field.empty || !clear { Ok(()) } else { self.press("Backspace").await };
        }
        let by_keys = (facts.keyed || facts.suggests) && text.chars().count() <= MOST_KEYS;
        self.enter_text(text, facts, by_keys).await?;
        if facts.split {
            return Ok(());
        }
        self.look_at_it(text, facts, by_keys, clear).await?;
        if facts.suggests && !self.act.enter { self.pick_suggestion(text).await } else { Ok(()) }
    }

    async fn take_focus(&self, behind: bool) -> Result<Reached, PageError> {
        self.outcome(&format!("takeFocus({}, {behind})", self.wanted), "").await
    }

    /// Looks at what the field holds. One that did not take the text at once gets it key by key.
    async fn look_at_it(
        &self,
        text: &str,
        facts: Facts,
        by_keys: bool,
        clear: bool,
    ) -> Result<(), PageError> {
        let question = format!("typedNow({}, {})", self.wanted, json!(text));
        let Typed::Typed { same, loose, .. } = self.put(&question).await? else { return Ok(()) };
        if same || loose {
            return Ok(());
        }
        if !by_keys && clear && text.chars().count() <= MOST_KEYS {
            self.take_focus(false).await?;
            self.enter_text(text, facts, true).await?;
        }
        let Typed::Typed { same, loose, empty, shown } = self.put(&question).await? else { return Ok(()) };
        let shown = shown.unwrap_or_default();
        if same || loose {
            Ok(())
        } else if empty {
            Err(self.not_operable(&format!("does not take {text:?}; it is empty now")))
        } else {
            self.remark(format!("{} holds {shown:?} now", self.name));
            Ok(())
        }
    }

    /// Enters text where the caret is.
    pub(super) async fn enter_text(&self, text: &str, facts: Facts, by_keys: bool) -> Result<(), PageError> {
        if by_keys {
            return self.type_keys(text).await;
        }
        if !facts.editor && !facts.single {
            return self.type_in("Input.insertText", json!({"text": text})).await;
        }
        for (place, line) in text.split('\n').enumerate() {
            if place > 0 && facts.editor {
                self.press("Enter").await?;
            }
            let line = if facts.single && place > 0 { format!(" {line}") } else { line.to_owned() };
            if !line.is_empty() {
                self.type_in("Input.insertText", json!({"text": line})).await?;
            }
        }
        Ok(())
    }

    /// Key by key, sent in one go.
    pub(super) async fn type_keys(&self, text: &str) -> Result<(), PageError> {
        let session = &self.frame.session;
        let mut begun = Vec::new();
        for sign in text.chars() {
            let key = match sign {
                '\n' => Key::named("Enter"),
                '\t' => Key::named("Tab"),
                sign => Key::named(&sign.to_string()),
            };
            match key {
                Some(key) if key.number > 0 => {
                    begun.push(session.begin(KEY, key.down(0)));
                    begun.push(session.begin(KEY, key.up(0)));
                }
                Some(_) | None => {
                    begun.push(session.begin("Input.insertText", json!({"text": sign.to_string()})));
                }
            }
        }
        self.taken(begun).await
    }

    pub(super) async fn press(&self, name: &str) -> Result<(), PageError> {
        let Some(key) = Key::named(name) else { return Ok(()) };
        let down = self.type_in(KEY, key.down(0)).await;
        let up = self.type_in(KEY, key.up(0)).await;
        down.and(up)
    }

    /// The same key many times, sent in one go.
    pub(super) async fn press_often(&self, name: &str, times: usize) -> Result<(), PageError> {
        let Some(key) = Key::named(name) else { return Ok(()) };
        let session = &self.frame.session;
        let begun: Vec<_> = (0..times)
            .flat_map(|_| [session.begin(KEY, key.down(0)), session.begin(KEY, key.up(0))])
            .collect();
        self.taken(begun).await
    }

    /// Waits until the page has taken all that was sent to it.
    async fn taken(&self, begun: Vec<Begun>) -> Result<(), PageError> {
        let within = self.tab.setup.patience.answer;
        for call in begun {
            let answered = self.tab.unless_lost(async { call.answer(within).await.map(drop) }).await;
            if let Err(error) = answered {
                return Err(self.tab.failed_on(&self.frame.session, &self.doing, error).await);
            }
        }
        Ok(())
    }

    /// The keyboard of the process that the element lives in.
    async fn type_in(&self, method: &'static str, params: Value) -> Result<(), PageError> {
        self.tab.input(&self.frame.session, &self.doing, method, params).await
    }
}

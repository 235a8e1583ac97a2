//! Selects that pages make themselves, menus and suggestions: opened by a real click, their option found by its name,
//! and clicked.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::act::Doing;
use super::act_outcome::{Reached, Target as Facts};
use crate::browser::PageError;

/// How long a list may take to come, to rest without the option, and in all.
#[derive(Clone, Copy)]
struct Waits {
    comes: Duration,
    rests: Duration,
    most: Duration,
}

const OPENED: Waits = Waits {
    comes: Duration::from_millis(1_500),
    rests: Duration::from_millis(250),
    most: Duration::from_millis(3_000),
};
const TYPED: Waits = Waits {
    comes: Duration::from_millis(1_800),
    rests: Duration::from_millis(700),
    most: Duration::from_millis(4_000),
};
/// A click was asked for, and a list may come of it.
const PERHAPS: Waits = Waits { comes: Duration::from_millis(600), ..OPENED };
const MOST_TYPED: usize = 200;

#[derive(Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
enum Found {
    Option { key: u64, born: String, taken: bool, several: bool, off: bool },
    NoOption { values: String, count: usize, filter: Option<u64>, born: String },
    Gone,
}

impl Doing<'_> {
    /// Opens the list and chooses from it.
    pub(super) async fn pick(&self, reached: Reached, options: &[String]) -> Result<(), PageError> {
        let mut reached = Some(reached);
        let mut several = false;
        for option in options {
            if !self.list_is_open().await? {
                drop(self.put::<Value>("noteOptions()").await?);
                let at = match reached.take() {
                    Some(at) => at,
                    None => self.reach().await?.0,
                };
                self.click_at(at).await?;
            }
            several = self.pick_one(option, OPENED).await?;
        }
        if several && self.list_is_open().await? {
            self.press("Escape").await?;
        }
        Ok(())
    }

    /// Chooses one option of a list that is open or about to be; true when several can be chosen.
    async fn pick_one(&self, option: &str, waits: Waits) -> Result<bool, PageError> {
        let mut found = self.await_option(option, waits).await?;
        if let Found::NoOption { filter: Some(filter), born, .. } = &found {
            let field = self.with(*filter, born, format!("the search field of {}", self.name));
            let typed: String = option.chars().take(MOST_TYPED).collect();
            field.ask("focusOn", None).await?;
            field.type_keys(&typed).await?;
            let after = self.await_option(option, TYPED).await?;
            // What is left after the search is no list of what there is.
            found = match (found, after) {
                (Found::NoOption { values, count, .. }, Found::NoOption { filter, born, .. })
                    if count > 0 =>
                {
                    Found::NoOption { values, count, filter, born }
                }
                (_, after) => after,
            };
        }
        match found {
            Found::Option { off: true, .. } => {
                self.press("Escape").await?;
                Err(self.not_operable(&format!("has {option:?}, which is disabled")))
            }
            // A click on it would let go of it again.
            Found::Option { taken: true, several: true, .. } => Ok(true),
            Found::Option { key, born, several, .. } => {
                self.click_option(key, &born, option).await?;
                Ok(several)
            }
            Found::NoOption { count: 0, .. } => {
                Err(self.not_operable("was clicked, and opened no list to choose from"))
            }
            Found::NoOption { values, .. } => {
                self.press("Escape").await?;
                Err(self.not_operable(&format!("has no {option:?}; it takes one of: {values}")))
            }
            Found::Gone => Err(PageError::UnknownAction(format!(
                "{} is gone since the page changed; observe again",
                self.name
            ))),
        }
    }

    /// Lists are often made anew while the mouse comes.
    async fn click_option(&self, key: u64, born: &str, option: &str) -> Result<(), PageError> {
        let name = format!("the option {option:?} of {}", self.name);
        match self.with(key, born, name.clone()).click().await {
            Err(PageError::UnknownAction(_)) => {}
            done => return done,
        }
        match self.await_option(option, OPENED).await? {
            Found::Option { key, born, .. } => self.with(key, &born, name).click().await,
            // It was taken, and its list has closed.
            Found::NoOption { .. } | Found::Gone => Ok(()),
        }
    }

    async fn await_option(&self, option: &str, waits: Waits) -> Result<Found, PageError> {
        let Waits { comes, rests, most } = waits;
        self.put(&format!(
            "awaitOption({}, {}, {}, {}, {})",
            self.wanted,
            json!(option),
            comes.as_millis(),
            rests.as_millis(),
            most.as_millis()
        ))
        .await
    }

    async fn list_is_open(&self) -> Result<bool, PageError> {
        self.put(&format!("listIsOpen({})", self.wanted)).await
    }

    /// A click with a value: chosen from a list when one comes of it.
    pub(super) async fn click_and_maybe_pick(&self, reached: Reached, value: &str) -> Result<(), PageError> {
        drop(self.put::<Value>("noteOptions()").await?);
        self.click_at(reached).await?;
        let Ok(found) = self.await_option(value, PERHAPS).await else { return Ok(()) };
        match found {
            Found::Option { key, born, off: false, .. } => self.click_option(key, &born, value).await,
            Found::Option { off: true, .. } => {
                Err(self.not_operable(&format!("has {value:?}, which is disabled")))
            }
            Found::NoOption { filter: Some(_), count, .. } if count > 0 => {
                self.pick_one(value, PERHAPS).await.map(drop)
            }
            Found::NoOption { count: 0, .. } | Found::Gone => {
                self.remark(format!("the value {value:?} was not used, because no list came of the click"));
                Ok(())
            }
            Found::NoOption { values, .. } => {
                Err(self.not_operable(&format!("has no {value:?}; it takes one of: {values}")))
            }
        }
    }

    /// A select that is a text field as well: what is asked for has to be one of its options.
    pub(super) async fn pick_typed(
        &self,
        reached: Reached,
        facts: Facts,
        options: &[String],
    ) -> Result<(), PageError> {
        if facts.read_only || !facts.suggests {
            return Err(self.not_operable("is no select"));
        }
        self.pick(reached, options).await
    }

    /// Takes the suggestion that is what was typed; without one the text stays.
    pub(super) async fn pick_suggestion(&self, text: &str) -> Result<(), PageError> {
        match self.await_option(text, TYPED).await? {
            Found::Option { key, born, off: false, .. } => self.click_option(key, &born, text).await,
            Found::NoOption { values, count, .. } if count > 0 => {
                let name = &self.name;
                self.remark(format!(
                    "{name} suggests no {text:?}, so the text was left; it suggests: {values}"
                ));
                Ok(())
            }
            Found::NoOption { .. } => {
                self.remark(format!("{} suggests nothing, so the text was left as it is", self.name));
                Ok(())
            }
            Found::Option { .. } | Found::Gone => Ok(()),
        }
    }
}

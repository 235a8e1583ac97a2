//! Calendars that pages draw: opened by a click, turned to the month, and the day clicked.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::act::Doing;
use super::act_outcome::Reached;
use crate::browser::PageError;

const COMES_WITHIN: Duration = Duration::from_millis(1_500);
const TURNS_WITHIN: Duration = Duration::from_millis(1_000);
/// Twenty years.
const MOST_TURNS: u32 = 240;

#[derive(Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
enum Found {
    Day { key: u64, born: String },
    Turn { key: u64, born: String, months: u32 },
    DayOff,
    NoTurn,
    NoCalendar,
    Gone,
}

/// Whether a value is a day as calendars are asked for: `2026-12-24`.
pub(super) fn is_day(value: &str) -> bool {
    chrono::NaiveDate::parse_from_str(value, "%Y-%m-%d").is_ok()
}

impl Doing<'_> {
    /// Chooses a day in the calendar that a click opens.
    pub(super) async fn pick_day(&self, reached: Reached, day: &str) -> Result<(), PageError> {
        drop(self.put::<Value>("noteOptions()").await?);
        let mut found = self.await_day(day, Duration::ZERO, None).await?;
        if matches!(found, Found::NoCalendar) {
            self.click_at(reached).await?;
            found = self.await_day(day, COMES_WITHIN, None).await?;
        }
        for _ in 0..MOST_TURNS {
            match found {
                Found::Day { key, born } => {
                    return self
                        .with(key, &born, format!("{day} in the calendar of {}", self.name))
                        .click()
                        .await;
                }
                Found::Turn { key, born, months } => {
                    let name = format!("the button for another month of {}", self.name);
                    self.with(key, &born, name).click().await?;
                    found = self.await_day(day, TURNS_WITHIN, Some(months)).await?;
                    if matches!(found, Found::Turn { months: now, .. } if now >= months) {
                        return Err(self.not_operable(&format!("has a calendar that does not turn to {day}")));
                    }
                }
                Found::DayOff => {
                    return Err(self.not_operable(&format!("has a calendar in which {day} cannot be chosen")));
                }
                Found::NoTurn => {
                    return Err(
                        self.not_operable(&format!("has a calendar that shows no way to the month of {day}"))
                    );
                }
                Found::NoCalendar => {
                    return Err(self.not_operable("is read-only, and a click opens no calendar"));
                }
                Found::Gone => {
                    return Err(PageError::UnknownAction(format!(
                        "{} is gone since the page changed; observe again",
                        self.name
                    )));
                }
            }
        }
        Err(self.not_operable(&format!("has a calendar that does not come to {day}")))
    }

    async fn await_day(&self, day: &str, within: Duration, before: Option<u32>) -> Result<Found, PageError> {
        let question =
            format!("awaitDay({}, {}, {}, {})", self.wanted, json!(day), within.as_millis(), json!(before));
        self.put(&question).await
    }
}

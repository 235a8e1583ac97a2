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

/// The days that a value asks calendars for: `2026-12-24`, or the first and the last of several, as in
/// `2026-12-24 to 2026-12-27` and `2026-12-24/2026-12-27`. Empty for any other value.
pub(super) fn days(value: &str) -> Vec<&str> {
    let is_day = |text: &&str| chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok();
    let parts = [" to ", " – ", " - ", "/"].iter().find_map(|between| value.split_once(between));
    let all = parts.map_or_else(|| vec![value], |(first, last)| vec![first, last]);
    if all.iter().all(is_day) { all } else { Vec::new() }
}

impl Doing<'_> {
    /// Chooses days, one or the first and the last, in the calendar that a click opens.
    pub(super) async fn pick_days(&self, reached: Reached, days: &[&str]) -> Result<(), PageError> {
        drop(self.put::<Value>("noteOptions()").await?);
        let mut reached = Some(reached);
        for day in days {
            self.pick_day(&mut reached, day).await?;
        }
        Ok(())
    }

    async fn pick_day(&self, reached: &mut Option<Reached>, day: &str) -> Result<(), PageError> {
        let mut found = self.await_day(day, Duration::ZERO, None).await?;
        if matches!(found, Found::NoCalendar)
            && let Some(at) = reached.take()
        {
            self.click_at(at).await?;
            found = self.await_day(day, COMES_WITHIN, None).await?;
        } else if matches!(found, Found::NoCalendar) {
            return Err(self.not_operable(&format!("has a calendar that closed before {day} was chosen")));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_day_or_the_first_and_the_last_are_asked_for() {
        for (value, wanted) in [
            ("2026-12-24", &["2026-12-24"][..]),
            ("2026-12-24 to 2026-12-27", &["2026-12-24", "2026-12-27"]),
            ("2026-12-24 – 2027-01-02", &["2026-12-24", "2027-01-02"]),
            ("2026-12-24/2026-12-27", &["2026-12-24", "2026-12-27"]),
            ("2026-13-24", &[]),
            ("24/12/2026", &[]),
            ("tomorrow to 2026-12-27", &[]),
            ("", &[]),
        ] {
            assert_eq!(days(value), wanted, "{value}");
        }
    }
}

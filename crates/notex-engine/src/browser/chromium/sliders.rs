//! Sliders and spin buttons that pages make themselves: moved by their keys, and a slider that has none by its thumb.

use serde::Deserialize;

use super::act::Doing;
use super::act_outcome::How;
use crate::browser::PageError;

const MOST_PRESSES: f64 = 500.0;
const ROUNDS: usize = 4;

#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
enum Asked {
    Stand(Stand),
    Gone,
}

#[derive(Clone, Debug, Deserialize)]
struct Stand {
    now: Option<f64>,
    min: Option<f64>,
    max: Option<f64>,
    x: f64,
    y: f64,
    /// Where its track begins and ends.
    from: f64,
    to: f64,
    upright: bool,
}

impl Doing<'_> {
    /// Brings it to a number.
    pub(super) async fn slide(&self, value: &str, how: How) -> Result<(), PageError> {
        let first = self.stand().await?;
        let range = match (first.min, first.max) {
            (Some(min), Some(max)) => format!("a number from {min} to {max}"),
            (Some(min), None) => format!("a number from {min}"),
            (None, Some(max)) => format!("a number up to {max}"),
            (None, None) => String::from("a number"),
        };
        let wish = value.trim().trim_end_matches('%').parse::<f64>().ok().filter(|wish| {
            wish.is_finite()
                && first.min.is_none_or(|min| *wish >= min)
                && first.max.is_none_or(|max| *wish <= max)
        });
        let Some(wish) = wish else {
            return Err(self.not_operable(&format!("does not take {value:?}; it takes {range}")));
        };
        let Some(mut now) = first.now else {
            return Err(self.not_operable("does not say where it stands, so it cannot be moved to a number"));
        };
        self.ask("focusOn", None).await?;
        let names = match how {
            How::Spin => ["ArrowUp", "ArrowDown"],
            _ => ["ArrowRight", "ArrowLeft"],
        };
        let mut step = 0.0_f64;
        let mut turned = false;
        for _ in 0..ROUNDS {
            if is_at(now, wish) {
                return Ok(());
            }
            if step > 0.0 && (wish - now).abs() <= step / 2.0 {
                break;
            }
            let up = (wish > now) != turned;
            let name = if up { names[0] } else { names[1] };
            let times =
                if step > 0.0 { ((wish - now).abs() / step).round().clamp(1.0, MOST_PRESSES) } else { 1.0 };
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 500")]
            self.press_often(name, times as usize).await?;
            let after = self.stand_after(now).await?;
            if is_at(after, now) {
                break;
            }
            if step == 0.0 {
                step = (after - now).abs();
                // Where text runs from the right, so do its sliders.
                turned = (after > now) != (wish > now);
            } else if (after - wish).abs() >= (now - wish).abs() {
                now = after;
                break;
            }
            now = after;
        }
        if how == How::Slide && step == 0.0 {
            now = self.slide_by_mouse(wish, now).await?;
        }
        self.judge(now, wish, step, &first)
    }

    async fn slide_by_mouse(&self, wish: f64, mut now: f64) -> Result<f64, PageError> {
        for _ in 0..ROUNDS {
            let stand = self.stand().await?;
            now = stand.now.unwrap_or(now);
            let (Some(min), Some(max)) = (stand.min, stand.max) else { break };
            if is_at(now, wish) || max <= min {
                break;
            }
            let per = (stand.to - stand.from) / (max - min);
            let by = (wish - now) * per;
            let (from, by) = ((stand.x, stand.y), if by.abs() < 1.0 { by.signum() } else { by });
            let to = if stand.upright { (from.0, from.1 + by) } else { (from.0 + by, from.1) };
            self.drag_by(from, to).await?;
            let after = self.stand_after(now).await?;
            if is_at(after, now) {
                break;
            }
            now = after;
        }
        Ok(now)
    }

    fn judge(&self, now: f64, wish: f64, step: f64, first: &Stand) -> Result<(), PageError> {
        let span = first.max.unwrap_or(wish) - first.min.unwrap_or(wish);
        if is_at(now, wish) {
            Ok(())
        } else if (now - wish).abs() <= step.max(span / 100.0) {
            self.remark(format!("{} stands at {now}, the nearest that it takes", self.name));
            Ok(())
        } else {
            Err(self.not_operable(&format!("does not move to {wish}; it stands at {now}")))
        }
    }

    /// Where it stands after it was moved from `before`. Some say so when they draw themselves.
    async fn stand_after(&self, before: f64) -> Result<f64, PageError> {
        let after = self.stand().await?.now.unwrap_or(before);
        if !is_at(after, before) {
            return Ok(after);
        }
        drop(self.put::<serde_json::Value>("aFrame()").await?);
        Ok(self.stand().await?.now.unwrap_or(before))
    }

    async fn stand(&self) -> Result<Stand, PageError> {
        self.hear_internals().await?;
        match self.put(&format!("standOf({})", self.wanted)).await? {
            Asked::Stand(stand) => Ok(stand),
            Asked::Gone => Err(PageError::UnknownAction(format!(
                "{} is gone since the page changed; observe again",
                self.name
            ))),
        }
    }
}

fn is_at(now: f64, wish: f64) -> bool {
    (now - wish).abs() < 1e-9 * wish.abs().max(1.0)
}

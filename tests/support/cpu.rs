//! How much of a core processes take, read from /proc.

use std::collections::BTreeMap;
use std::fs;
use std::time::Instant;

/// `USER_HZ`, which Linux has fixed for programs.
const TICKS_PER_SECOND: f64 = 100.0;

/// What processes have taken so far, at some moment.
#[derive(Clone, Debug)]
pub struct Cpu {
    at: Instant,
    ticks: BTreeMap<u32, u64>,
}

impl Cpu {
    /// Of these processes, now.
    pub fn of(ids: impl IntoIterator<Item = u32>) -> Self {
        let ticks = ids.into_iter().filter_map(|id| Some((id, ticks_of(id)?))).collect();
        Self { at: Instant::now(), ticks }
    }

    /// The part of one core in percent that the same processes have taken since then. Those that have ended count nothing.
    #[expect(clippy::cast_precision_loss, reason = "hundredths of a second")]
    pub fn percent_since(&self) -> f64 {
        let taken = self.ticks.iter().filter_map(|(id, before)| Some(ticks_of(*id)?.saturating_sub(*before)));
        taken.sum::<u64>() as f64 / TICKS_PER_SECOND / self.at.elapsed().as_secs_f64() * 100.0
    }
}

/// User and system time; the name in brackets may hold anything.
fn ticks_of(id: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    Some(fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_process_that_works_takes_more_of_a_core_than_one_that_sleeps() {
        let before = Cpu::of([std::process::id()]);
        while before.at.elapsed() < Duration::from_millis(300) {}
        assert!(before.percent_since() > 5.0, "{}", before.percent_since());
        assert!(Cpu::of([0]).percent_since() < 0.1);
    }
}

//! A benchmark's table, and the same as lines of JSON.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use chrono::{SecondsFormat, Utc};
use serde_json::json;

use crate::Pace;

/// What a benchmark measured.
pub(crate) struct Report {
    title: &'static str,
    rows: Vec<Row>,
    notes: Vec<String>,
}

struct Row {
    what: String,
    unit: Unit,
    samples: Vec<f64>,
    against: Option<Against>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Milliseconds,
    Megabytes,
    Percent,
}

/// What a row is compared with.
enum Against {
    /// Its median as a part of another row's.
    Row { what: String, ratio: f64, goal: Option<f64> },
    /// A limit of its own.
    Limit(f64),
}

impl Report {
    /// An empty one; the title says what it shows.
    pub(crate) fn new(title: &'static str) -> Self {
        Self { title, rows: Vec::new(), notes: Vec::new() }
    }

    /// Something measured that others are compared with.
    pub(crate) fn add(&mut self, what: &str, unit: Unit, samples: Vec<f64>) {
        self.push(what, unit, samples, None);
    }

    /// Something compared with the row `other`, which was added before: at most `goal` times as much.
    pub(crate) fn add_beside(
        &mut self,
        what: &str,
        unit: Unit,
        samples: Vec<f64>,
        other: &str,
        goal: Option<f64>,
    ) {
        let known = self.rows.iter().find(|row| row.what == other);
        let known = known.unwrap_or_else(|| panic!("`{other}` was not measured before `{what}`"));
        let ratio = median(&samples) / median(&known.samples);
        self.push(what, unit, samples, Some(Against::Row { what: other.to_owned(), ratio, goal }));
    }

    /// Something that must stay under a limit.
    pub(crate) fn add_below(&mut self, what: &str, unit: Unit, samples: Vec<f64>, limit: f64) {
        self.push(what, unit, samples, Some(Against::Limit(limit)));
    }

    /// A sentence under the table.
    pub(crate) fn note(&mut self, sentence: String) {
        self.notes.push(sentence);
    }

    fn push(&mut self, what: &str, unit: Unit, samples: Vec<f64>, against: Option<Against>) {
        assert!(!samples.is_empty(), "`{what}` was measured at least once");
        self.rows.push(Row { what: what.to_owned(), unit, samples, against });
    }

    /// Shows the table.
    pub(crate) fn print(&self) {
        let width = self.rows.iter().map(|row| row.what.chars().count()).max().unwrap_or(0);
        println!("\n{}", self.title);
        println!("  {:width$}  {:>11} {:>11} {:>11} {:>4}", "", "median", "min", "p95", "n");
        for row in &self.rows {
            let samples = &row.samples;
            let [median, least, p95] = [median(samples), quantile(samples, 0.0), quantile(samples, 0.95)]
                .map(|value| row.unit.shown(value));
            print!("  {:width$}  {median:>11} {least:>11} {p95:>11} {:>4}", row.what, samples.len());
            println!("{}", row.compared());
        }
        for note in &self.notes {
            println!("  {note}");
        }
        println!("  (load of the machine at the end: {})", load());
    }

    /// Adds a line for each row to `NAME.jsonl`.
    pub(crate) fn keep(&self, folder: &Path, name: &str, pace: Pace) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let mut file =
            fs::File::options().create(true).append(true).open(folder.join(format!("{name}.jsonl")))?;
        let at = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
        for row in &self.rows {
            let samples = &row.samples;
            let mut line = json!({
                "at": at, "bench": name, "what": row.what, "unit": row.unit.name(), "median": median(samples),
                "min": quantile(samples, 0.0), "p95": quantile(samples, 0.95), "n": samples.len(), "load": load(),
                "quick": pace == Pace::Quick,
            });
            match &row.against {
                Some(Against::Row { what, ratio, goal }) => {
                    line["beside"] = json!({"what": what, "ratio": ratio, "goal": goal});
                }
                Some(Against::Limit(limit)) => line["limit"] = json!(limit),
                None => {}
            }
            writeln!(file, "{line}")?;
        }
        for note in &self.notes {
            writeln!(file, "{}", json!({"at": at, "bench": name, "note": note}))?;
        }
        Ok(())
    }
}

impl Row {
    fn compared(&self) -> String {
        let verdict = |is_met: bool| if is_met { "met" } else { "MISSED" };
        match &self.against {
            Some(Against::Row { what, ratio, goal: Some(goal) }) => {
                format!("  {ratio:.2} of `{what}`; goal at most {goal:.2}: {}", verdict(ratio <= goal))
            }
            Some(Against::Row { what, ratio, goal: None }) => format!("  {ratio:.2} of `{what}`"),
            Some(Against::Limit(limit)) => {
                format!(
                    "  goal under {}: {}",
                    self.unit.shown(*limit),
                    verdict(median(&self.samples) < *limit)
                )
            }
            None => String::new(),
        }
    }
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::Milliseconds => "ms",
            Self::Megabytes => "MB",
            Self::Percent => "%",
        }
    }

    fn shown(self, value: f64) -> String {
        format!("{value:.1} {}", self.name())
    }
}

fn median(samples: &[f64]) -> f64 {
    let sorted = sorted(samples);
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { f64::midpoint(sorted[middle - 1], sorted[middle]) }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a place in a list of at most some thousand samples"
)]
fn quantile(samples: &[f64], part: f64) -> f64 {
    let sorted = sorted(samples);
    let place = (part * sorted.len() as f64).ceil() as usize;
    sorted[place.clamp(1, sorted.len()) - 1]
}

fn sorted(samples: &[f64]) -> Vec<f64> {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// The mean number of processes that wanted a core in the last minute.
fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or_default().to_owned()
}

//! The large soak: it fails when anything is left over, the ledger does not add up or the engine grows.

use std::time::Instant;

use notex_journeys::soak::Soak;

use crate::report::{Report, Unit};
use crate::{Pace, quiet};

/// A large page comes and goes in a few megabytes; 200 leaked sessions or 2,000 leaked calls are more than the bound.
const FULL: Soak = Soak { sessions: 200, calls: 2000, at_once: 6, growth_kb: 6 * 1024 };
/// A young engine still grows.
const QUICK: Soak = Soak { sessions: 40, calls: 400, at_once: 6, growth_kb: 8 * 1024 };

pub(crate) async fn measure(pace: Pace) -> Report {
    let soak = match pace {
        Pace::Full => FULL,
        Pace::Quick => QUICK,
    };
    let begun = Instant::now();
    let soaked = soak.run(quiet).await;
    let mut report = Report::new(
        "soak: many sessions through their lives leave no process, folder, context or open file, and cost what their entries say",
    );
    #[expect(clippy::cast_precision_loss, reason = "kilobytes of one machine")]
    let megabytes: Vec<f64> = soaked.resident_kb.iter().map(|kb| *kb as f64 / 1024.0).collect();
    report.add("engine process, RSS in the second tenth of the calls", Unit::Megabytes, vec![megabytes[1]]);
    report.add_beside(
        "engine process, RSS in the last tenth of the calls",
        Unit::Megabytes,
        vec![megabytes[9]],
        "engine process, RSS in the second tenth of the calls",
        None,
    );
    let lives: Vec<String> = soaked.lives.iter().map(|(life, count)| format!("{count} {life}")).collect();
    report.note(format!("sessions: {}", lives.join(", ")));
    report.note(format!(
        "calls: {} answered with a page, {} refused as they should be, in {:.0} s",
        soaked.succeeded,
        soaked.refused,
        begun.elapsed().as_secs_f64()
    ));
    let megabytes: Vec<String> = megabytes.iter().map(|megabytes| format!("{megabytes:.1}")).collect();
    report.note(format!(
        "RSS by tenths of the calls: {} MB; it may grow by {} MB from the second to the last",
        megabytes.join(" "),
        soak.growth_kb / 1024
    ));
    report.note(format!("open files by tenths: {:?}", soaked.open_files));
    report.note(format!(
        "ledger: {} entries, {} credits, also by session, by call and in the plan",
        soaked.entries, soaked.credits
    ));
    report
}

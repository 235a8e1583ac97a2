//! How long somebody waits for the window: until the list can be used, beside a bare Tauri window that shows a word.
//! Both are driven by the same WebDriver, whose own time is in both.

use notex_journeys::time_to_show;

use crate::Pace;
use crate::report::{Report, Unit};

const WARM_UP: usize = 1;
/// The first button of an empty list, which can be pressed when the engine answers.
const USABLE: &str = "main .acts button:first-child:not([disabled])";

pub(crate) async fn measure(pace: Pace) -> Report {
    let (mut bare, mut app) = (Vec::new(), Vec::new());
    for turn in 0..WARM_UP + pace.choose(10, 3) {
        let one = time_to_show("NOTEX_BARE", "#ready").await;
        let other = time_to_show("NOTEX_APP", USABLE).await;
        if turn >= WARM_UP {
            bare.push(one);
            app.push(other);
        }
    }
    let mut report = Report::new(
        "window-start: from nothing to a window that can be used, each with an empty data folder",
    );
    let peer = "a bare Tauri window shows a word";
    report.add(peer, Unit::Milliseconds, bare);
    report.add_beside("the inspector shows its list", Unit::Milliseconds, app, peer, None);
    report
}

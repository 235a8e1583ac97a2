//! A fault of the app itself: logged, and told by the system, since the window may not be able to any more.

use std::any::Any;
use std::sync::atomic::{AtomicBool, Ordering};

static TOLD: AtomicBool = AtomicBool::new(false);

/// From now on faults are logged and told.
pub(crate) fn are_told() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |fault| {
        let place = fault.location().map_or_else(String::new, ToString::to_string);
        let words = words_of(fault.payload());
        tracing::error!(%place, "a part of the inspector failed: {words}");
        // Whatever the thread was doing, another one can speak to the system.
        if !TOLD.swap(true, Ordering::Relaxed) {
            let told = std::thread::spawn(move || tell(&place));
            // The fault may end the process right after this.
            if std::thread::current().name() == Some("main") {
                drop(told.join());
            }
        }
        before(fault);
    }));
}

fn words_of(payload: &dyn Any) -> String {
    let words = payload.downcast_ref::<&str>().map(ToString::to_string);
    words.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default()
}

#[cfg(target_os = "linux")]
fn tell(place: &str) {
    let text = format!(
        "A fault at {place}. If the window still answers, its log has a report to copy; otherwise start it again."
    );
    drop(
        notify_rust::Notification::new()
            .appname("Notex Inspector")
            .summary("A part of Notex Inspector failed")
            .body(&text)
            .show(),
    );
}

#[cfg(not(target_os = "linux"))]
fn tell(_place: &str) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_fault_are_read_in_both_of_their_forms() {
        assert_eq!(words_of(&"plain"), "plain");
        assert_eq!(words_of(&"made".to_owned()), "made");
        assert_eq!(words_of(&7), "");
    }
}

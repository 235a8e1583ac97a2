//! What a step changed, put together from what its page says and what happened meanwhile.

use notex_wire::{DialogAnswered, FileHandedOut, PageEvent, StepChanges, Tab};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;

use crate::browser::{Page, Since};
use crate::files;

const MOST_LISTED: usize = 50;
const MOST_DIALOGS: usize = 20;

/// Listens to a page while a step is done on it.
pub(super) struct Watching(Receiver<PageEvent>);

impl Watching {
    pub(super) fn of(page: &dyn Page) -> Self {
        Self(page.happenings())
    }

    /// What has changed since it began to listen.
    pub(super) fn end(mut self, since: Since, remark: Option<String>, tabs: &[Tab]) -> StepChanges {
        let Since { new_page, url, title, new, gone, changed, reordered, touched } = since;
        let over = |count: usize| count.saturating_sub(MOST_LISTED);
        let unlisted = (over(new.len()) + over(gone.len()) + over(changed.len())) as u64;
        let counts = (new.len(), gone.len(), changed.len());
        let mut changes = StepChanges {
            remark,
            new_page,
            url,
            title,
            new: first(new),
            gone: first(gone),
            changed: first(changed),
            unlisted,
            ..StepChanges::default()
        };
        loop {
            match self.0.try_recv() {
                Ok(event) => take(&mut changes, event),
                Err(TryRecvError::Lagged(_)) => {}
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        for opened in &mut changes.tabs_opened {
            // It was told when it was still empty.
            if let Some(now) = tabs.iter().find(|tab| tab.tab_id == opened.tab_id) {
                opened.clone_from(now);
            }
        }
        changes.summary = summary(&changes, counts, (reordered, touched));
        changes
    }
}

fn first<T>(mut all: Vec<T>) -> Vec<T> {
    all.truncate(MOST_LISTED);
    all
}

fn take(changes: &mut StepChanges, event: PageEvent) {
    match event {
        PageEvent::Dialog { dialog: kind, message: text, accepted, entered, .. } => {
            if changes.dialogs.len() < MOST_DIALOGS {
                let answer = if accepted { "accepted" } else { "dismissed" }.to_owned();
                changes.dialogs.push(DialogAnswered { kind, text, answer, entered });
            }
        }
        PageEvent::Download { file, bytes, failure, .. } => {
            let name = files::name_of_download(&file).to_owned();
            changes.downloads.push(FileHandedOut { name, bytes, failure });
        }
        PageEvent::TabOpened { tab, .. } => changes.tabs_opened.push(tab),
        PageEvent::TabClosed { tab, .. } => changes.tabs_closed.push(tab),
        PageEvent::Console { .. } | PageEvent::Network { .. } => {}
    }
}

/// `another page: http://…; 1 tab opened`, `2 actions came, 1 changed`.
fn summary(
    changes: &StepChanges,
    (new, gone, changed): (usize, usize, usize),
    (reordered, touched): (bool, bool),
) -> String {
    let mut parts = Vec::new();
    match &changes.url {
        Some(moved) if changes.new_page => parts.push(format!("another page: {}", moved.after)),
        Some(moved) => parts.push(format!("another address: {}", moved.after)),
        None if changes.new_page => parts.push("the page was loaded anew".to_owned()),
        None => {}
    }
    if let Some(title) = changes.title.as_ref().filter(|_| !changes.new_page) {
        parts.push(format!("another title: {}", title.after));
    }
    let mut counted: Vec<String> = Vec::new();
    for (count, how) in [(new, "came"), (gone, "went"), (changed, "changed")] {
        let what = if !counted.is_empty() {
            ""
        } else if count == 1 {
            "action "
        } else {
            "actions "
        };
        if count > 0 {
            counted.push(format!("{count} {what}{how}"));
        }
    }
    if !counted.is_empty() {
        parts.push(counted.join(", "));
    }
    if reordered {
        parts.push("the actions are in another order".to_owned());
    }
    let several = |count: usize, one: &str, many: &str| {
        (count > 0).then(|| if count == 1 { format!("1 {one}") } else { format!("{count} {many}") })
    };
    parts.extend(several(changes.dialogs.len(), "dialog was answered", "dialogs were answered"));
    parts.extend(several(changes.downloads.len(), "file was handed out", "files were handed out"));
    parts.extend(several(changes.tabs_opened.len(), "tab was opened", "tabs were opened"));
    parts.extend(several(changes.tabs_closed.len(), "tab was closed", "tabs were closed"));
    match (parts.is_empty(), touched) {
        (true, true) => "the page changed, and none of its actions did".to_owned(),
        (true, false) => "nothing changed".to_owned(),
        (false, _) => parts.join("; "),
    }
}

#[cfg(test)]
mod tests {
    use notex_wire::{ActionBrief, Moved};

    use super::*;

    #[test]
    fn a_summary_names_what_changed() {
        let said = |changes: &StepChanges, counts| summary(changes, counts, (false, false));
        assert_eq!(said(&StepChanges::default(), (0, 0, 0)), "nothing changed");
        let moved = summary(&StepChanges::default(), (0, 0, 0), (true, true));
        assert_eq!(moved, "the actions are in another order");
        let touched = summary(&StepChanges::default(), (0, 0, 0), (false, true));
        assert_eq!(touched, "the page changed, and none of its actions did");
        let mut changes =
            StepChanges { new: vec![ActionBrief::default()], dialogs: Vec::new(), ..StepChanges::default() };
        assert_eq!(said(&changes, (1, 0, 2)), "1 action came, 2 changed");
        changes.url = Some(Moved { before: "http://a/".into(), after: "http://a/#b".into() });
        changes.dialogs.push(DialogAnswered::default());
        assert_eq!(said(&changes, (0, 0, 0)), "another address: http://a/#b; 1 dialog was answered");
        changes.new_page = true;
        assert_eq!(said(&changes, (0, 0, 0)), "another page: http://a/#b; 1 dialog was answered");
    }
}

//! The tabs of a session, as answers and events tell them.

use notex_wire::Tab;

use crate::protocol::SessionState;
use crate::sessions::Session;

/// A page may open windows without end; more are not listed.
const MOST: usize = 200;

/// The tab in front is called what its session is called.
pub(crate) fn name_front(state: &mut SessionState) {
    if let Some(front) = state.tabs.iter_mut().find(|tab| tab.active) {
        front.title.clone_from(&state.title);
        front.url.clone_from(&state.url);
    }
}

impl Session {
    /// All of its tabs, as an answer told them; an empty list says that the answer tells none.
    pub(crate) fn take_in_tabs(&mut self, tabs: Vec<Tab>) {
        if !tabs.is_empty() && self.state.tabs != tabs {
            self.state.tabs = tabs;
            self.state.tabs.truncate(MOST);
        }
    }

    /// A tab was opened. While the others are not known it is not listed alone.
    pub(crate) fn tab_opened(&mut self, tab: &Tab) {
        let tabs = &mut self.state.tabs;
        if tabs.is_empty() || tabs.len() >= MOST {
            return;
        }
        if tab.active {
            tabs.iter_mut().for_each(|known| known.active = false);
        }
        match tabs.iter_mut().find(|known| known.tab_id == tab.tab_id) {
            Some(known) => *known = tab.clone(),
            None => tabs.push(tab.clone()),
        }
        tabs.sort_by_key(|known| known.tab_id);
    }

    /// A tab was closed; those behind it move up.
    pub(crate) fn tab_closed(&mut self, tab: &Tab) {
        let tabs = &mut self.state.tabs;
        let Some(place) = tabs.iter().position(|known| known.tab_id == tab.tab_id) else { return };
        tabs.remove(place);
        for known in tabs.iter_mut().filter(|known| known.tab_id > tab.tab_id) {
            known.tab_id -= 1;
        }
        if tab.active && !tabs.iter().any(|known| known.active) {
            // Which one came to the front is told with the next call.
            if let [only] = tabs.as_mut_slice() {
                only.active = true;
            }
        }
    }
}

//! What one client of the browser's protocol may know of: the targets of its session's context, and the protocol
//! sessions that it was given.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use serde_json::{Map, Value};

/// The browser's description of a target.
pub(super) type TargetInfo = Map<String, Value>;

/// What is attached to the browser's own session on its own; frames and workers are attached by their page.
const ATTACHED_BY_ITSELF: [&str; 2] = ["page", "service_worker"];

/// What belongs to one client.
#[derive(Debug, Default)]
pub(super) struct Own {
    /// By their ids, in no order that matters.
    pub(super) targets: BTreeMap<String, TargetInfo>,
    /// Protocol sessions of targets, by their ids.
    pub(super) attached: HashMap<String, Attached>,
    /// Protocol sessions of the browser itself; the first one has the empty id.
    pub(super) seats: BTreeMap<String, Seat>,
}

/// A protocol session of a target.
#[derive(Debug)]
pub(super) struct Attached {
    pub(super) target_id: String,
    /// The client's session that is told of its end.
    pub(super) told_on: String,
    /// The browser's session that it hangs on; the browser itself is `None`.
    pub(super) hangs_on: Option<String>,
    /// It was attached on its own.
    pub(super) by_itself: bool,
    /// The last dialog that came up.
    pub(super) dialog: Option<Dialog>,
}

/// A dialog of a page.
#[derive(Debug)]
pub(super) struct Dialog {
    /// `alert`, `confirm` and so on.
    pub(super) kind: String,
    /// How it was answered.
    pub(super) accepted: Option<bool>,
}

/// A client's view of the whole browser, which is its session's context.
#[derive(Debug, Default)]
pub(super) struct Seat {
    /// New targets are attached, when this lets them.
    pub(super) attaches: Option<Filter>,
    /// Targets are told of, when this lets them.
    pub(super) discovers: Option<Filter>,
}

/// Which kinds of targets are meant: the first part that fits decides.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Filter(Vec<FilterPart>);

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FilterPart {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    exclude: bool,
}

impl Filter {
    /// What is meant when nothing is said.
    pub(super) fn usual() -> Self {
        Self(vec![FilterPart { kind: None, exclude: false }])
    }

    pub(super) fn lets(&self, kind: &str) -> bool {
        let fits = |part: &&FilterPart| part.kind.as_deref().is_none_or(|named| named == kind);
        self.0.iter().find(fits).is_some_and(|part| !part.exclude)
    }
}

impl Own {
    /// Forgets a protocol session and those that hang on it.
    pub(super) fn detach(&mut self, session: &str) -> Option<Attached> {
        let gone = self.attached.remove(session)?;
        let hanging: Vec<String> = self
            .attached
            .iter()
            .filter(|(_, attached)| {
                attached.hangs_on.as_deref() == Some(session) || attached.told_on == session
            })
            .map(|(id, _)| id.clone())
            .collect();
        for session in hanging {
            self.detach(&session);
        }
        Some(gone)
    }

    /// The seats that this target is to be attached to and is not yet.
    pub(super) fn wants(&self, target_id: &str) -> Vec<String> {
        let Some(kind) = self.targets.get(target_id).map(kind) else { return Vec::new() };
        // A page that is loaded ahead of its time is not a tab yet.
        let is_tab = self.targets.get(target_id).is_some_and(|info| !info.contains_key("subtype"));
        if !is_tab || !ATTACHED_BY_ITSELF.contains(&kind) {
            return Vec::new();
        }
        let is_attached = |seat: &str| {
            self.attached
                .values()
                .any(|known| known.by_itself && known.told_on == seat && known.target_id == target_id)
        };
        let wanting = self.seats.iter().filter(|(id, seat)| {
            seat.attaches.as_ref().is_some_and(|filter| filter.lets(kind)) && !is_attached(id)
        });
        wanting.map(|(id, _)| id.clone()).collect()
    }

    /// The seats that are told of a target of this kind.
    pub(super) fn discovering(&self, kind: &str) -> Vec<String> {
        let telling = self
            .seats
            .iter()
            .filter(|(_, seat)| seat.discovers.as_ref().is_some_and(|filter| filter.lets(kind)));
        telling.map(|(id, _)| id.clone()).collect()
    }
}

pub(super) fn kind(info: &TargetInfo) -> &str {
    text(info, "type")
}

pub(super) fn text<'a>(info: &'a TargetInfo, field: &str) -> &'a str {
    info.get(field).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn the_first_part_of_a_filter_that_fits_decides() {
        let filter: Filter = from_value(json!([{ "type": "page", "exclude": true }, {}])).unwrap();
        assert!(!filter.lets("page") && filter.lets("service_worker"));
        let filter: Filter = from_value(json!([{ "type": "page" }])).unwrap();
        assert!(filter.lets("page") && !filter.lets("worker"));
        assert!(Filter::usual().lets("page"));
    }

    #[test]
    fn a_detached_session_takes_those_that_hang_on_it_with_it() {
        let mut own = Own::default();
        let hanging = |on: &str| Attached {
            target_id: String::new(),
            told_on: on.to_owned(),
            hangs_on: Some(on.to_owned()),
            by_itself: false,
            dialog: None,
        };
        own.attached.insert("page".into(), hanging(""));
        own.attached.insert("frame".into(), hanging("page"));
        own.attached.insert("worker".into(), hanging("frame"));
        own.attached.insert("other".into(), hanging(""));
        assert!(own.detach("page").is_some());
        assert_eq!(own.attached.keys().collect::<Vec<_>>(), ["other"]);
        assert!(own.detach("page").is_none());
    }
}

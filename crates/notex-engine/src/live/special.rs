//! The browser's own actions, as every observe and step lists them.

use notex_wire::{ActionParam, ParamKind, SpecialAction, SpecialActionId};

use crate::body::DEFAULT_WAIT_MS;

/// S1 to S8.
pub(super) fn actions() -> Vec<SpecialAction> {
    let action = |id, description: &str, params| SpecialAction {
        id,
        description: description.to_owned(),
        category: "Special Browser Actions".to_owned(),
        params,
    };
    let param = |name: &str, kind: ParamKind, default| {
        vec![ActionParam { name: name.to_owned(), kind, default, ..ActionParam::default() }]
    };
    vec![
        action(SpecialActionId::S1, "Go to an address", param("url", ParamKind::Url, None)),
        action(SpecialActionId::S2, "Scrape the page", Vec::new()),
        action(SpecialActionId::S3, "Take a screenshot of the page", Vec::new()),
        action(SpecialActionId::S4, "Go back to the previous page", Vec::new()),
        action(SpecialActionId::S5, "Go forward to the next page", Vec::new()),
        action(SpecialActionId::S6, "Refresh the page", Vec::new()),
        action(
            SpecialActionId::S7,
            "Wait for some milliseconds, 30000 at most",
            param("time_ms", ParamKind::Number, Some(DEFAULT_WAIT_MS.to_string())),
        ),
        action(SpecialActionId::S8, "Terminate the session", Vec::new()),
    ]
}

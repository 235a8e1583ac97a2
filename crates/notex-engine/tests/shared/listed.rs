//! What is to be listed of the pages in `pages/observe`, beside each of them.

use std::path::PathBuf;

use notex_wire::Action;

/// In the order of the alphabet, without the pages that are only shown inside of others.
pub(crate) const PAGES: [&str; 22] = [
    "clipped",
    "collections",
    "covered",
    "dialogs",
    "far",
    "handlers",
    "hidden",
    "internals",
    "names",
    "natives",
    "outside",
    "overlaid",
    "popover",
    "redrawn",
    "rightward",
    "roles",
    "shadows",
    "states",
    "strange",
    "unnamed",
    "veil",
    "widgets",
];

pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/pages/observe")
}

/// One action in a line: `I spinbutton "Count" in "All fields": Fill Count (number, 1 to 9, step 2)`.
pub(crate) fn line(action: &Action) -> String {
    let letter = action.id.get(..1).unwrap_or_default();
    let role = action.role.as_deref().unwrap_or_default();
    let name = action.label.as_deref().unwrap_or_default();
    let mut line = format!("{letter} {role} {name:?} in {:?}: {}", action.category, action.description);
    for param in &action.params {
        let kind = serde_json::to_value(param.kind).unwrap();
        let mut said = vec![kind.as_str().unwrap().to_owned()];
        if param.min.is_some() || param.max.is_some() {
            said.push(format!(
                "{}..{}",
                param.min.as_deref().unwrap_or(""),
                param.max.as_deref().unwrap_or("")
            ));
        }
        said.extend(param.step.iter().map(|step| format!("step {step}")));
        said.extend(param.format.iter().cloned());
        said.extend(param.max_length.iter().map(|most| format!("at most {most}")));
        said.extend(param.accept.iter().cloned());
        said.extend(param.multiple.then(|| "several".to_owned()));
        if !param.values.is_empty() {
            said.push(format!("one of {}", param.values.join("|")));
        }
        line.push_str(&format!(" ({})", said.join(", ")));
    }
    let state = action.state.clone().unwrap_or_default();
    let flags = [
        (state.checked == Some(true), "checked"),
        (state.mixed, "mixed"),
        (state.expanded == Some(true), "expanded"),
        (state.selected == Some(true), "selected"),
        (state.pressed == Some(true), "pressed"),
        (state.required, "required"),
        (state.invalid, "invalid"),
        (state.readonly, "readonly"),
        (action.bounds.is_some_and(|bounds| bounds.out_of_view), "out of view"),
    ];
    for (_, flag) in flags.into_iter().filter(|(is, _)| *is) {
        line.push_str(&format!(" +{flag}"));
    }
    line
}

//! The calls of the current contract that the steps of a flow are.

use notex_flow::{Act, Deed, FlowCall, ScrapeCall};
use serde_json::{Map, Value, json};

use crate::expr::Expr;
use crate::plan::Plan;

/// What is not there yet may come: the best way is waited for, the others are tried as the page is then.
pub(crate) const BEST_WAITS_MS: u32 = 3_000;
pub(crate) const OTHERS_WAIT_MS: u32 = 500;
/// Answers that say that a way finds no element, or not one alone, so that the next may be tried: nothing was done.
pub(crate) const FINDS_NONE: &str = "nothing|no element|not found|cannot be seen|exactly one";

/// A call of the current contract.
pub(crate) enum Call {
    /// An action of the browser.
    Execute(Expr),
    /// An action on the element that the first of these ways finds.
    Act {
        action: Expr,
        ways: Vec<String>,
    },
    /// A local file is given to the session, then to the element.
    Upload {
        path: String,
        ways: Vec<String>,
        enter: bool,
    },
    Observe {
        max_actions: Option<u32>,
    },
    Scrape(Expr),
}

/// The calls of a step, in order.
pub(crate) fn calls(call: &FlowCall) -> Vec<Call> {
    let execute = |action: Expr| vec![Call::Execute(action)];
    let simple = |kind: &str| Expr::map([("type", kind.into())]);
    let goto =
        |kind: &str, url: &str| Expr::map([("type", kind.into()), ("url", Expr::Text(url.to_owned()))]);
    match call {
        FlowCall::Goto { url } => execute(goto("goto", url)),
        FlowCall::OpenTab { url } => execute(goto("goto_new_tab", url)),
        FlowCall::Observe { url, max_actions } => {
            let opened = url.as_ref().map(|url| Call::Execute(goto("goto", url)));
            opened.into_iter().chain([Call::Observe { max_actions: *max_actions }]).collect()
        }
        FlowCall::Act(act) => vec![acted(act)],
        FlowCall::Scrape(scrape) => vec![Call::Scrape(scrape_body(scrape))],
        FlowCall::Back => execute(simple("go_back")),
        FlowCall::Forward => execute(simple("go_forward")),
        FlowCall::Reload => execute(simple("reload")),
        FlowCall::Wait { ms } => execute(Expr::map([("type", "wait".into()), ("time_ms", (*ms).into())])),
        FlowCall::SwitchTab { tab } => {
            execute(Expr::map([("type", "switch_tab".into()), ("tab_index", (*tab).into())]))
        }
        FlowCall::CloseTab => execute(simple("close_tab")),
    }
}

fn acted(act: &Act) -> Call {
    let ways = act.element.selectors.iter().map(notex_flow::Selector::as_text).collect();
    let value = act.value.clone().unwrap_or_default();
    let (kind, value) = match act.deed {
        Deed::Click => ("click", None),
        Deed::Fill => ("fill", Some(Expr::Text(value))),
        Deed::Check => ("check", Some(Expr::Truth(value))),
        Deed::Select => ("select_dropdown_option", Some(Expr::Text(value))),
        Deed::Upload => return Call::Upload { path: value, ways, enter: act.enter },
    };
    let mut action = Expr::map([("type", kind.into())]);
    if let Some(value) = value {
        action.push("value", value);
    }
    if act.enter {
        action.push("press_enter", true.into());
    }
    Call::Act { action, ways }
}

fn scrape_body(scrape: &ScrapeCall) -> Expr {
    let mut body = Expr::map([
        ("only_main_content", scrape.only_main_content.into()),
        ("scrape_links", scrape.links.into()),
        ("scrape_images", scrape.images.into()),
    ]);
    if let Some(selector) = &scrape.selector {
        body.push("selector", selector.as_str().into());
    }
    data_wish(scrape, &mut body);
    body
}

/// What is wanted as data; the same words in both contracts.
pub(crate) fn data_wish(scrape: &ScrapeCall, body: &mut Expr) {
    if let Some(extract) = &scrape.extract {
        body.push("extract", without_false(json!(extract)).into());
    }
    if let Some(schema) = &scrape.response_format {
        body.push("response_format", schema.clone().into());
    }
    if let Some(instructions) = &scrape.instructions {
        body.push("instructions", Expr::Text(instructions.clone()));
    }
}

/// The body of the start.
pub(crate) fn start(plan: &Plan<'_>) -> Expr {
    let idle = plan.idle_minutes.map(|minutes| ("idle_timeout_minutes".to_owned(), minutes.into()));
    Expr::Map(idle.into_iter().chain(plan.start.iter().cloned()).collect())
}

/// What an extract does not ask for is not said; none of its fields is a truth.
fn without_false(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.into_iter().filter(|(_, value)| *value != Value::Bool(false));
            fields.map(|(name, value)| (name, without_false(value))).collect::<Map<_, _>>().into()
        }
        plain => plain,
    }
}

//! One try of a step: the call it makes, and how its element is found. An element that the last list of actions holds
//! costs nothing to find; else a server that takes selectors is given them in order, each refusal of which is free;
//! else the page is listed anew, which costs what an observe costs.

use notex_client::Dialect;
use notex_flow::{Act, Deed, Element, FlowCall, Matched, Selector, SelectorKind, find, words};
use notex_wire::{Action, CallKind};
use serde_json::{Value, json};

use super::run::Runner;
use super::runs::Healed;
use crate::commands::{self, StepAsked};
use crate::protocol::{Command, Failure, FailureCode, TabDeed};

/// How many actions the answer of a step lists: on a server of ours a longer list costs the same.
const MOST_LISTED: i64 = 1_000;
/// What is not there yet may come: the best way is waited for, the others are tried as the page is then.
const BEST_WAITS_MS: u32 = 3_000;
const OTHERS_WAIT_MS: u32 = 500;

/// Why a try did not succeed.
#[derive(Debug)]
pub(super) enum Stopped {
    Failed(Failure),
    /// It was not made.
    OverBudget(Failure),
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// A try that succeeded.
#[derive(Default)]
pub(super) struct Made {
    pub(super) matched: Option<Matched>,
    pub(super) healed: Option<Healed>,
}

impl Runner {
    /// Makes a call of the flow.
    pub(super) async fn call(&self, call: &FlowCall) -> Result<Made, Stopped> {
        self.afford(self.prices.of_call(call)).await?;
        let secret = call.texts().into_iter().any(|text| self.is_secret(text));
        let filled = call.with_texts(|text| notex_flow::fill(text, &self.values));
        let call = filled.map_err(|why| Failure::invalid(why.to_string()))?;
        let session = self.session.clone();
        match call {
            FlowCall::Goto { url } => self.special("S1", Some(url), secret).await?,
            FlowCall::Back => self.special("S4", None, false).await?,
            FlowCall::Forward => self.special("S5", None, false).await?,
            FlowCall::Reload => self.special("S6", None, false).await?,
            FlowCall::Wait { ms } => self.special("S7", Some(ms.to_string()), false).await?,
            FlowCall::Observe { url, max_actions } => {
                let max_actions = max_actions.map(i64::from);
                commands::send(&self.hub, Command::Observe { session, url, max_actions }).await?;
            }
            FlowCall::Scrape(scrape) => {
                commands::send(&self.hub, Command::Scrape { session, scrape }).await?;
            }
            FlowCall::SwitchTab { tab } => self.tab(TabDeed::Switch { tab }).await?,
            FlowCall::OpenTab { url } => self.tab(TabDeed::Open { url }).await?,
            FlowCall::CloseTab => self.tab(TabDeed::Close).await?,
            FlowCall::Act(act) => return self.act(act, secret).await,
        }
        Ok(Made::default())
    }

    async fn special(&self, action: &str, value: Option<String>, secret: bool) -> Result<(), Stopped> {
        let asked =
            StepAsked { action: action.to_owned(), value, enter: false, most: self.most().await, secret };
        Ok(commands::step(&self.hub, self.session.clone(), asked).await.map(drop)?)
    }

    async fn tab(&self, deed: TabDeed) -> Result<(), Stopped> {
        let session = self.session.clone();
        Ok(commands::send(&self.hub, Command::Tab { session, deed }).await.map(drop)?)
    }

    async fn act(&self, act: Act, secret: bool) -> Result<Made, Stopped> {
        let mut tried = Vec::new();
        if let Some(actions) = self.listed().await {
            match self.on_list(&act, secret, &actions).await? {
                Ok(made) => return Ok(made),
                Err(why) => tried = why,
            }
        }
        if self.takes_selectors().await
            && let Some(made) = self.by_selectors(&act, secret, BEST_WAITS_MS, &mut tried).await?
        {
            return Ok(made);
        }
        self.afford(self.prices.of_look() + self.prices.of_call(&FlowCall::Act(act.clone()))).await?;
        let look =
            Command::Observe { session: self.session.clone(), url: None, max_actions: self.most().await };
        commands::send(&self.hub, look).await?;
        let actions = self.listed().await.unwrap_or_default();
        match self.on_list(&act, secret, &actions).await? {
            Ok(made) => Ok(made),
            Err(why) => {
                let reasons = if why.is_empty() { tried } else { why };
                let what = &act.element.description;
                let why = format!("the element of “{what}” is not on the page: {}", reasons.join("; "));
                let hint = "look at the page after this step, and record the step anew";
                Err(Failure::new(FailureCode::ActionImpossible, why).with_hint(hint).into())
            }
        }
    }

    /// Acts on the element by its id, when a list of actions holds it; else what was tried.
    async fn on_list(
        &self,
        act: &Act,
        secret: bool,
        actions: &[Action],
    ) -> Result<Result<Made, Vec<String>>, Stopped> {
        let found = match find(&act.element, actions) {
            Ok(found) => found,
            Err(tried) => return Ok(Err(tried)),
        };
        // A list says of each element one way in CSS; what a person wrote may be another.
        let written = act.element.selectors.first();
        if let Some(written) =
            written.filter(|best| matches!(best.by, SelectorKind::Css | SelectorKind::XPath))
            && found.matched.healed
            && self.takes_selectors().await
        {
            let element = Element { selectors: vec![written.clone()], ..act.element.clone() };
            let alone = Act { element, ..act.clone() };
            if let Some(made) = self.by_selectors(&alone, secret, OTHERS_WAIT_MS, &mut Vec::new()).await? {
                return Ok(Ok(made));
            }
        }
        let asked = StepAsked {
            action: found.action.id.clone(),
            value: act.value.clone(),
            enter: act.enter,
            most: self.most().await,
            secret,
        };
        let healed = found
            .matched
            .healed
            .then(|| Healed { was: act.element.description.clone(), element: Element::of(found.action) });
        let matched = Some(found.matched);
        commands::step(&self.hub, self.session.clone(), asked).await?;
        Ok(Ok(Made { matched, healed }))
    }

    /// Acts on the element by its ways in order; `None` when none of them finds it.
    async fn by_selectors(
        &self,
        act: &Act,
        secret: bool,
        best_waits_ms: u32,
        tried: &mut Vec<String>,
    ) -> Result<Option<Made>, Stopped> {
        let mut missed = Vec::new();
        for (place, selector) in act.element.selectors.iter().enumerate() {
            let waits = if place == 0 { best_waits_ms } else { OTHERS_WAIT_MS };
            let request = execute_request(act, selector, waits);
            match commands::execute(
                &self.hub,
                self.session.clone(),
                &act.element.description,
                request,
                secret,
            )
            .await
            {
                Ok(_) => {
                    let healed = place > 0;
                    // What is best now comes first; those that found nothing are dropped.
                    let selectors: Vec<Selector> = act.element.selectors[place..].to_vec();
                    let element = Element { selectors: selectors.clone(), ..act.element.clone() };
                    let matched = Matched {
                        by: Some(selector.clone()),
                        description: act.element.description.clone(),
                        healed,
                        tried: missed,
                        selectors: if healed { selectors } else { Vec::new() },
                    };
                    let was = act.element.description.clone();
                    let healed = healed.then_some(Healed { was, element });
                    return Ok(Some(Made { matched: Some(matched), healed }));
                }
                Err(failure) if finds_nothing(&failure) => {
                    missed.push(format!("{} matches nothing on the page", words(selector)));
                }
                Err(failure) => return Err(failure.into()),
            }
        }
        *tried = missed;
        Ok(None)
    }

    /// The actions of the page, when the last call that could change it listed them.
    async fn listed(&self) -> Option<Vec<Action>> {
        let listed = self.seen(|known| {
            let page = known.observation.as_ref()?;
            let changes = |kind| matches!(kind, CallKind::Observe | CallKind::Step);
            let last = known.calls.iter().rev().find(|call| changes(call.kind))?;
            (page.call == last.id).then(|| page.actions.clone())
        });
        listed.await.flatten()
    }

    async fn dialect(&self) -> Option<Dialect> {
        let server = commands::client_of_session(&self.hub, &self.session).await.ok()?;
        Some(server.server().dialect())
    }

    async fn takes_selectors(&self) -> bool {
        matches!(self.dialect().await, Some(Dialect::Notex | Dialect::Current))
    }

    async fn most(&self) -> Option<i64> {
        (self.dialect().await == Some(Dialect::Notex)).then_some(MOST_LISTED)
    }
}

/// The refusal of a selector that matches nothing, of our engine and of others: everything else is told as it is.
fn finds_nothing(failure: &Failure) -> bool {
    let said = failure.message.to_lowercase();
    failure.code == FailureCode::ActionImpossible
        && [
            "matches nothing",
            "nothing on this page matches",
            "not found",
            "no element",
            "0 that can",
            "cannot be seen",
        ]
        .iter()
        .any(|words| said.contains(words))
}

fn execute_request(act: &Act, selector: &Selector, timeout_ms: u32) -> Value {
    let mut request = json!({ "selector": selector.as_text(), "timeout": timeout_ms });
    let value = act.value.clone();
    let (kind, field, value) = match act.deed {
        Deed::Click => ("click", "value", Value::Null),
        Deed::Fill => ("fill", "value", json!(value)),
        Deed::Check => ("check", "value", json!(value.as_deref() != Some("false"))),
        Deed::Select => ("select_dropdown_option", "value", json!(value)),
        Deed::Upload => ("upload_file", "file_path", json!(value)),
    };
    request["type"] = kind.into();
    if !value.is_null() {
        request[field] = value;
    }
    if act.enter {
        request["press_enter"] = true.into();
    }
    request
}

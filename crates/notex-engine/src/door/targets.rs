//! The protocol's commands and events about targets, as if the session's context were a browser of its own. New tabs
//! are attached as soon as they are there; unlike in a browser of one's own they do not wait for the client first,
//! because waiting could be asked for all sessions only.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use uuid::Uuid;

use super::allowed::{self, Params};
use super::own::{Attached, Filter, Seat, TargetInfo, kind, text};
use super::visit::{Answer, Over, Visit, params, read_event};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TargetId {
    target_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SessionId {
    session_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct About {
    target_info: TargetInfo,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AutoAttach {
    auto_attach: bool,
    #[serde(default)]
    flatten: bool,
    #[serde(default, rename = "waitForDebuggerOnStart")]
    _wait_for_debugger_on_start: bool,
    filter: Option<Filter>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Discover {
    discover: bool,
    filter: Option<Filter>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listing {
    filter: Option<Filter>,
}

/// What a new tab may be given; the rest of the command is for windows that nobody sees.
const OF_NEW_TABS: [&str; 8] =
    ["url", "browserContextId", "width", "height", "left", "top", "newWindow", "background"];

const NO_TARGET: &str = "there is no such target in this session";

impl Visit {
    /// Answers a command about targets that came on `seat`, a session of the browser or of a target.
    pub(super) async fn take_target_command(
        &mut self,
        seat: &str,
        id: i32,
        method: &str,
        params: Params,
    ) -> Result<(), Over> {
        match method {
            "Target.setAutoAttach" => self.set_auto_attach(seat, id, params).await,
            "Target.setDiscoverTargets" => self.set_discover(seat, id, params).await,
            "Target.getTargets" => self.get_targets(seat, id, params).await,
            "Target.getTargetInfo" => self.get_target_info(seat, id, &params).await,
            "Target.createTarget" => self.create_target(seat, id, params).await,
            "Target.attachToTarget" => self.attach_to_target(seat, id, &params).await,
            "Target.detachFromTarget" => self.detach_from_target(seat, id, params).await,
            "Target.attachToBrowserTarget" => self.attach_to_browser(seat, id).await,
            "Target.getBrowserContexts" => {
                // The session's context stands for the browser's own, which is not listed either.
                self.answer(seat, id, json!({ "browserContextIds": [] })).await
            }
            "Target.closeTarget" | "Target.activateTarget" => {
                let Some(target_id) = self.own_target(&params) else {
                    return self.refuse(seat, id, NO_TARGET).await;
                };
                let answer = self.ask(None, method, &self::params(json!({ "targetId": target_id }))).await?;
                self.answer_with(seat, id, &answer).await
            }
            other => self.refuse(seat, id, &format!("{other} is not open to the clients of a session")).await,
        }
    }

    /// The target that a command names, when it is of this session.
    fn own_target(&self, params: &Params) -> Option<String> {
        let named = text(params, "targetId");
        self.own.targets.contains_key(named).then(|| named.to_owned())
    }

    async fn set_auto_attach(&mut self, seat: &str, id: i32, params: Params) -> Result<(), Over> {
        let wanted: AutoAttach = match serde_json::from_value(Value::Object(params.clone())) {
            Ok(wanted) => wanted,
            Err(error) => return self.refuse(seat, id, &error.to_string()).await,
        };
        if !wanted.flatten {
            return self.refuse(seat, id, "flatten must be true").await;
        }
        let Some(own_seat) = self.own.seats.get_mut(seat) else {
            // A page attaches its own frames and workers.
            return self.forward(id, "Target.setAutoAttach", &params, seat).await;
        };
        own_seat.attaches = wanted.auto_attach.then(|| wanted.filter.unwrap_or_else(Filter::usual));
        if wanted.auto_attach {
            // Clients take the first page for the one that is meant.
            let front = self.inside.page.target_id();
            let others = self.own.targets.keys().filter(|target_id| **target_id != front);
            self.came.extend(std::iter::once(front.clone()).chain(others.cloned()));
            self.attach_those_who_came().await?;
        } else {
            let attached = self.own.attached.iter();
            let by_itself: Vec<String> = attached
                .filter(|(_, attached)| attached.by_itself && attached.told_on == seat)
                .map(|(session, _)| session.clone())
                .collect();
            for session in by_itself {
                let params = self::params(json!({ "sessionId": session }));
                // One that is gone already is what was wanted.
                let _ = self.ask(None, "Target.detachFromTarget", &params).await?;
            }
        }
        self.answer(seat, id, json!({})).await
    }

    async fn set_discover(&mut self, seat: &str, id: i32, params: Params) -> Result<(), Over> {
        let wanted: Discover = match serde_json::from_value(Value::Object(params)) {
            Ok(wanted) => wanted,
            Err(error) => return self.refuse(seat, id, &error.to_string()).await,
        };
        let Some(own_seat) = self.own.seats.get_mut(seat) else {
            return self.refuse(seat, id, "targets are discovered on the browser's own session").await;
        };
        let filter = wanted.discover.then(|| wanted.filter.unwrap_or_else(Filter::usual));
        own_seat.discovers.clone_from(&filter);
        if let Some(filter) = filter {
            let told: Vec<TargetInfo> =
                self.own.targets.values().filter(|info| filter.lets(kind(info))).cloned().collect();
            for info in told {
                let params = json!({ "targetInfo": info });
                self.reply(seat, json!({ "method": "Target.targetCreated", "params": params })).await?;
            }
        }
        self.answer(seat, id, json!({})).await
    }

    async fn get_targets(&mut self, seat: &str, id: i32, params: Params) -> Result<(), Over> {
        let listing: Listing = match serde_json::from_value(Value::Object(params)) {
            Ok(listing) => listing,
            Err(error) => return self.refuse(seat, id, &error.to_string()).await,
        };
        let filter = listing.filter.unwrap_or_else(Filter::usual);
        let infos: Vec<&TargetInfo> =
            self.own.targets.values().filter(|info| filter.lets(kind(info))).collect();
        let answer = json!({ "targetInfos": infos });
        self.answer(seat, id, answer).await
    }

    async fn get_target_info(&mut self, seat: &str, id: i32, params: &Params) -> Result<(), Over> {
        let info = match (params.get("targetId"), self.own.attached.get(seat)) {
            (Some(named), _) => named.as_str().and_then(|named| self.own.targets.get(named)).cloned(),
            (None, Some(attached)) => self.own.targets.get(&attached.target_id).cloned(),
            (None, None) => Some(browser_info()),
        };
        match info {
            Some(info) => self.answer(seat, id, json!({ "targetInfo": info })).await,
            None => self.refuse(seat, id, NO_TARGET).await,
        }
    }

    async fn create_target(&mut self, seat: &str, id: i32, mut params: Params) -> Result<(), Over> {
        if let Some(other) = params.keys().find(|field| !OF_NEW_TABS.contains(&field.as_str())) {
            let why = format!("{other} is not known for the tabs of a session");
            return self.refuse(seat, id, &why).await;
        }
        if let Err(why) = allowed::in_context(&mut params, self.inside.page.context_id()) {
            return self.refuse(seat, id, &why).await;
        }
        match allowed::address(text(&params, "url"), &self.reach).await {
            Ok(url) => params.insert("url".to_owned(), Value::from(url)),
            Err(why) => return self.refuse(seat, id, &why).await,
        };
        let answer = self.ask(None, "Target.createTarget", &params).await?;
        // A client looks for the new tab among those that it was told are attached.
        self.attach_those_who_came().await?;
        self.answer_with(seat, id, &answer).await
    }

    async fn attach_to_target(&mut self, seat: &str, id: i32, params: &Params) -> Result<(), Over> {
        let Some(target_id) = self.own_target(params) else {
            return self.refuse(seat, id, NO_TARGET).await;
        };
        if params.get("flatten") != Some(&Value::Bool(true)) {
            return self.refuse(seat, id, "flatten must be true").await;
        }
        match self.attach(seat, &target_id, false).await? {
            Ok(session) => self.answer(seat, id, json!({ "sessionId": session })).await,
            Err(error) => self.answer_with(seat, id, &Err(error)).await,
        }
    }

    async fn detach_from_target(&mut self, seat: &str, id: i32, params: Params) -> Result<(), Over> {
        let session = text(&params, "sessionId");
        if !session.is_empty() && self.own.seats.remove(session).is_some() {
            let hanging: Vec<String> = self
                .own
                .attached
                .iter()
                .filter(|(_, attached)| attached.told_on == session)
                .map(|(id, _)| id.clone())
                .collect();
            for session in hanging {
                let params = self::params(json!({ "sessionId": session }));
                let _ = self.ask(None, "Target.detachFromTarget", &params).await?;
            }
            return self.answer(seat, id, json!({})).await;
        }
        let Some(attached) = self.own.attached.get(session) else {
            return self.refuse(seat, id, "there is no such session here").await;
        };
        let hangs_on = attached.hangs_on.clone();
        let params = self::params(json!({ "sessionId": session }));
        let answer = self.ask(hangs_on.as_deref(), "Target.detachFromTarget", &params).await?;
        self.answer_with(seat, id, &answer).await
    }

    async fn attach_to_browser(&mut self, seat: &str, id: i32) -> Result<(), Over> {
        if self.own.seats.len() >= 64 {
            return self.refuse(seat, id, "this client has attached to the browser 64 times").await;
        }
        let session = Uuid::new_v4().simple().to_string().to_uppercase();
        self.own.seats.insert(session.clone(), Seat::default());
        let told = json!({ "sessionId": session, "targetInfo": browser_info(), "waitingForDebugger": false });
        self.reply(seat, json!({ "method": "Target.attachedToTarget", "params": told })).await?;
        self.answer(seat, id, json!({ "sessionId": session })).await
    }

    /// Attaches new targets to every seat that wants them attached.
    pub(super) async fn attach_those_who_came(&mut self) -> Result<(), Over> {
        while let Some(target_id) = self.came.pop_front() {
            for seat in self.own.wants(&target_id) {
                if let Err(error) = self.attach(&seat, &target_id, true).await? {
                    // It may be gone again.
                    tracing::debug!(%error, "a new tab was not attached");
                }
            }
        }
        Ok(())
    }

    async fn attach(
        &mut self,
        seat: &str,
        target_id: &str,
        by_itself: bool,
    ) -> Result<Result<String, Box<RawValue>>, Over> {
        let asked = params(json!({ "targetId": target_id, "flatten": true }));
        let answer: Answer = self.ask(None, "Target.attachToTarget", &asked).await?;
        let given = match answer {
            Ok(given) => given,
            Err(error) => return Ok(Err(error)),
        };
        let Some(SessionId { session_id }) = read_event(Some(&given)) else {
            return Err(Over::Because(String::from("the browser attached without a session")));
        };
        let attached = Attached {
            target_id: target_id.to_owned(),
            told_on: seat.to_owned(),
            hangs_on: None,
            by_itself,
            dialog: None,
        };
        self.own.attached.insert(session_id.clone(), attached);
        let mut info = self.own.targets.get(target_id).cloned().unwrap_or_default();
        info.insert("attached".to_owned(), Value::Bool(true));
        let told = json!({ "sessionId": session_id, "targetInfo": info, "waitingForDebugger": false });
        self.reply(seat, json!({ "method": "Target.attachedToTarget", "params": told })).await?;
        Ok(Ok(session_id))
    }

    /// The browser tells of all targets of all sessions; those of others end here.
    pub(super) async fn take_event_of_browser(
        &mut self,
        event: &str,
        params: Option<&RawValue>,
    ) -> Result<(), Over> {
        match event {
            "Target.targetCreated" | "Target.targetInfoChanged" => {
                let Some(About { target_info: info }) = read_event(params) else { return Ok(()) };
                if text(&info, "browserContextId") != self.inside.page.context_id() {
                    return Ok(());
                }
                let target_id = text(&info, "targetId").to_owned();
                let seats = self.own.discovering(kind(&info));
                let told = json!({ "method": event, "params": { "targetInfo": info } });
                if self.own.targets.insert(target_id.clone(), info).is_none() {
                    self.came.push_back(target_id);
                }
                self.tell_all(seats, &told).await
            }
            "Target.targetDestroyed" => {
                let Some(TargetId { target_id }) = read_event(params) else { return Ok(()) };
                let Some(info) = self.own.targets.remove(&target_id) else { return Ok(()) };
                let seats = self.own.discovering(kind(&info));
                self.tell_all(seats, &json!({ "method": event, "params": { "targetId": target_id } })).await
            }
            "Target.targetCrashed" => {
                let Some(TargetId { target_id }) = read_event(params) else { return Ok(()) };
                let Some(info) = self.own.targets.get(&target_id) else { return Ok(()) };
                let seats = self.own.discovering(kind(info));
                self.tell_all(seats, &json!({ "method": event, "params": params })).await
            }
            "Target.detachedFromTarget" => {
                let Some(SessionId { session_id }) = read_event(params) else { return Ok(()) };
                let Some(gone) = self.own.detach(&session_id) else { return Ok(()) };
                let told = json!({ "sessionId": session_id, "targetId": gone.target_id });
                self.reply(&gone.told_on, json!({ "method": event, "params": told })).await
            }
            _ => Ok(()),
        }
    }

    async fn tell_all(&mut self, seats: Vec<String>, told: &Value) -> Result<(), Over> {
        for seat in seats {
            self.reply(&seat, told.clone()).await?;
        }
        Ok(())
    }
}

/// The whole browser, as far as a client knows: its session.
fn browser_info() -> TargetInfo {
    params(json!({
        "targetId": "browser",
        "type": "browser",
        "title": "",
        "url": "",
        "attached": true,
        "canAccessOpener": false,
    }))
}

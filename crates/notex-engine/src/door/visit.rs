//! One client of the browser's protocol, and the filter between it and the browser. Both ways only what is known to
//! belong to the session goes through; what is large goes through unparsed.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::allowed::{self, Params, Rule};
use super::own::{Attached, Dialog, Own, Seat};
use super::socket::BrowserSocket;
use super::{Inside, SLOWEST_READER, Use};
use crate::netguard::Reach;

/// How long the browser may take to answer what is asked in a client's place.
const ANSWERS_WITHIN: Duration = Duration::from_secs(15);
/// The numbers of our own calls are below those that clients may use.
const OUR_FIRST_ID: i32 = i32::MIN;
const CLIENTS_FIRST_ID: i32 = -1_000_000_000;
/// The code of all refusals.
const REFUSED: i32 = -32_000;

/// A client's visit.
pub(super) struct Visit {
    pub(super) inside: Arc<Inside>,
    pub(super) reach: Reach,
    pub(super) own: Own,
    /// Targets that have come and were not attached yet.
    pub(super) came: VecDeque<String>,
    to_client: SplitSink<WebSocket, Message>,
    browser: BrowserSocket,
    next_id: i32,
    /// Downloads under way, with the session that told of them first.
    downloads: VecDeque<(String, String)>,
}

/// How a visit ended.
#[derive(Debug)]
pub(super) enum Over {
    Left,
    Because(String),
}

/// What the browser answered: a result or an error, as it wrote it.
pub(super) type Answer = Result<Box<RawValue>, Box<RawValue>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Command<'a> {
    id: i32,
    #[serde(borrow)]
    method: Cow<'a, str>,
    #[serde(borrow, default)]
    params: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "sessionId")]
    session: Option<Cow<'a, str>>,
}

#[derive(Serialize)]
struct Forwarded<'a, P: Serialize> {
    id: i32,
    method: &'a str,
    params: P,
    #[serde(rename = "sessionId", skip_serializing_if = "Option::is_none")]
    session: Option<&'a str>,
}

#[derive(Deserialize)]
struct Incoming<'a> {
    id: Option<i32>,
    #[serde(borrow)]
    method: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "sessionId")]
    session: Option<Cow<'a, str>>,
    #[serde(borrow)]
    params: Option<&'a RawValue>,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AttachedTo {
    session_id: String,
    target_info: super::own::TargetInfo,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DetachedFrom {
    session_id: String,
}

#[derive(Deserialize)]
struct DialogOpens {
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct DialogClosed {
    result: bool,
}

#[derive(Deserialize)]
struct Download {
    guid: String,
    #[serde(default)]
    state: String,
}

/// Serves a client until it leaves, or its session or the browser ends.
pub(crate) async fn visit(socket: WebSocket, inside: Arc<Inside>, used: Use, reach: Reach) {
    let (mut to_client, from_client) = socket.split();
    let ended = inside.ended.clone();
    let connected = match inside.browser.cdp_address() {
        Some(address) => BrowserSocket::connect(&address).await,
        None => Err(String::from("this browser has no address of its own")),
    };
    let over = match connected {
        Err(why) => Over::Because(why),
        Ok(browser) => {
            let mut visit = Visit {
                inside,
                reach,
                own: Own::default(),
                came: VecDeque::new(),
                to_client,
                browser,
                next_id: OUR_FIRST_ID,
                downloads: VecDeque::new(),
            };
            let over = tokio::select! {
                over = visit.last(from_client, used) => over,
                () = ended.cancelled() => Over::Because(String::from("the session has ended")),
            };
            to_client = visit.to_client;
            over
        }
    };
    if let Over::Because(why) = over {
        tracing::debug!(why, "a client of a session is sent away");
        // The reason of a close frame is at most 123 bytes.
        let reason: String = why.chars().take(100).filter(char::is_ascii).collect();
        let frame = CloseFrame { code: close_code::AWAY, reason: reason.into() };
        let _ = timeout(SLOWEST_READER, to_client.send(Message::Close(Some(frame)))).await;
    }
}

impl Visit {
    async fn last(&mut self, mut from_client: SplitStream<WebSocket>, mut used: Use) -> Over {
        self.own.seats.insert(String::new(), Seat::default());
        match self.last_or_fail(&mut from_client, &mut used).await {
            Ok(()) => Over::Left,
            Err(over) => over,
        }
    }

    async fn last_or_fail(
        &mut self,
        from_client: &mut SplitStream<WebSocket>,
        used: &mut Use,
    ) -> Result<(), Over> {
        let params = params(json!({ "discover": true }));
        if let Err(error) = self.ask(None, "Target.setDiscoverTargets", &params).await? {
            return Err(Over::Because(format!("the browser refused to list its targets: {error}")));
        }
        loop {
            self.attach_those_who_came().await?;
            tokio::select! {
                message = from_client.next() => match message {
                    Some(Ok(Message::Text(text))) => {
                        used.came();
                        self.take_command(&text).await?;
                    }
                    Some(Ok(Message::Binary(bytes))) => {
                        used.came();
                        self.take_command(&String::from_utf8_lossy(&bytes)).await?;
                    }
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return Ok(()),
                },
                text = self.browser.next() => {
                    // The answer to a question that nobody waits for any more.
                    self.take_in(text.map_err(Over::Because)?).await?;
                }
            }
        }
    }

    async fn take_command(&mut self, text: &str) -> Result<(), Over> {
        let command: Command<'_> = match serde_json::from_str(text) {
            Ok(command) => command,
            Err(error) => {
                let error = json!({ "code": -32_600, "message": format!("this is no command: {error}") });
                return self.tell(json!({ "error": error })).await;
            }
        };
        let (id, method) = (command.id, &*command.method);
        let seat = command.session.as_deref().unwrap_or_default();
        if id < CLIENTS_FIRST_ID {
            return self.refuse(seat, id, "the id of a command must not be so far below zero").await;
        }
        let at_browser = self.own.seats.contains_key(seat);
        if !at_browser && !self.own.attached.contains_key(seat) {
            return self.refuse_with(seat, id, -32_001, "there is no such session here").await;
        }
        let Some(rule) = allowed::rule(method) else {
            let why = format!("{method} reaches beyond this session, so it is not open to its clients");
            return self.refuse(seat, id, &why).await;
        };
        match rule {
            Rule::OnTarget | Rule::Address | Rule::Files | Rule::Dialog if at_browser => {
                let why = format!("{method} is for the session of a page; attach to one first");
                self.refuse(seat, id, &why).await
            }
            Rule::OnTarget => self.forward(id, method, command.params, seat).await,
            Rule::Address => match self.with_address(command.params).await {
                Ok(params) => self.forward(id, method, &params, seat).await,
                Err(why) => self.refuse(seat, id, &why).await,
            },
            Rule::Files => {
                let looked = match read(command.params) {
                    Ok(mut params) => allowed::files(&mut params, &self.inside.folder).await.map(|()| params),
                    Err(why) => Err(why),
                };
                match looked {
                    Ok(params) => self.forward(id, method, &params, seat).await,
                    Err(why) => self.refuse(seat, id, &why).await,
                }
            }
            Rule::Context => match self.in_context(command.params) {
                Ok(params) => {
                    let session = (!at_browser).then_some(seat);
                    let answer = self.ask(session, method, &params).await?;
                    self.answer_with(seat, id, &answer).await
                }
                Err(why) => self.refuse(seat, id, &why).await,
            },
            Rule::Harmless => {
                let answer = self.ask(None, method, &Params::new()).await?;
                self.answer_with(seat, id, &answer).await
            }
            Rule::KeptDownloads => match self.in_context(command.params) {
                Ok(_) => self.answer(seat, id, json!({})).await,
                Err(why) => self.refuse(seat, id, &why).await,
            },
            Rule::Dialog => match read(command.params) {
                Ok(params) => self.answer_dialog(seat, id, &params).await,
                Err(why) => self.refuse(seat, id, &why).await,
            },
            Rule::Targets => match read(command.params) {
                Ok(params) => self.take_target_command(seat, id, method, params).await,
                Err(why) => self.refuse(seat, id, &why).await,
            },
            Rule::Leave => {
                self.answer(seat, id, json!({})).await?;
                Err(Over::Because(String::from("closed by the client")))
            }
        }
    }

    /// Whoever answers a dialog second is told whether it was answered as they wanted.
    async fn answer_dialog(&mut self, seat: &str, id: i32, params: &Params) -> Result<(), Over> {
        let method = "Page.handleJavaScriptDialog";
        let answer = self.ask(Some(seat), method, params).await?;
        let wanted = params.get("accept").and_then(Value::as_bool);
        let last = self.own.attached.get(seat).and_then(|attached| attached.dialog.as_ref());
        if answer.is_err()
            && let Some(Dialog { kind, accepted: Some(accepted) }) = last
        {
            if kind == "alert" || wanted == Some(*accepted) {
                return self.answer(seat, id, json!({})).await;
            }
            let done = if *accepted { "accepted" } else { "dismissed" };
            let why = format!("the engine answers dialogs itself, and has {done} this {kind}");
            return self.refuse(seat, id, &why).await;
        }
        self.answer_with(seat, id, &answer).await
    }

    async fn with_address(&self, raw: Option<&RawValue>) -> Result<Params, String> {
        let mut params = read(raw)?;
        match params.get_mut("url") {
            Some(Value::String(url)) => *url = allowed::address(url, &self.reach).await?,
            None => {}
            Some(_) => return Err(String::from("url must be a text")),
        }
        Ok(params)
    }

    fn in_context(&self, raw: Option<&RawValue>) -> Result<Params, String> {
        let mut params = read(raw)?;
        allowed::in_context(&mut params, self.inside.page.context_id())?;
        Ok(params)
    }

    /// Sends a command on under its own number: its answer goes to the client as it comes.
    pub(super) async fn forward(
        &mut self,
        id: i32,
        method: &str,
        params: impl Serialize,
        session: &str,
    ) -> Result<(), Over> {
        let command = Forwarded { id, method, params, session: Some(session) };
        self.send(&command).await
    }

    async fn send(&mut self, command: &impl Serialize) -> Result<(), Over> {
        let text = serde_json::to_string(command)
            .map_err(|error| Over::Because(format!("a command was not written: {error}")))?;
        self.browser.send(text).await.map_err(Over::Because)
    }

    /// Asks the browser in the client's place. What else the browser says meanwhile is taken in.
    pub(super) async fn ask(
        &mut self,
        session: Option<&str>,
        method: &str,
        params: &Params,
    ) -> Result<Answer, Over> {
        let ours = self.next_id;
        self.next_id =
            self.next_id.checked_add(1).filter(|id| *id < CLIENTS_FIRST_ID).unwrap_or(OUR_FIRST_ID);
        self.send(&Forwarded { id: ours, method, params, session }).await?;
        let waiting = async {
            loop {
                let text = self.browser.next().await.map_err(Over::Because)?;
                if let Some((id, answer)) = self.take_in(text).await?
                    && id == ours
                {
                    return Ok(answer);
                }
            }
        };
        timeout(ANSWERS_WITHIN, waiting).await.unwrap_or_else(|_| {
            let why = format!("the browser did not answer {method} within {} s", ANSWERS_WITHIN.as_secs());
            Err(Over::Because(why))
        })
    }

    /// Takes in what the browser says: passes it on, or answers what was asked by us.
    async fn take_in(&mut self, text: Utf8Bytes) -> Result<Option<(i32, Answer)>, Over> {
        let Ok(message) = serde_json::from_str::<Incoming<'_>>(&text) else {
            tracing::debug!(bytes = text.len(), "a message that is not of the protocol was passed over");
            return Ok(None);
        };
        match (message.id, message.method.as_deref()) {
            (Some(id), _) if id < CLIENTS_FIRST_ID => {
                let answer = match (message.result, message.error) {
                    (_, Some(error)) => Err(error.to_owned()),
                    (Some(result), None) => Ok(result.to_owned()),
                    (None, None) => return Ok(None),
                };
                Ok(Some((id, answer)))
            }
            (Some(_), _) => self.pass(text.clone()).await.map(|()| None),
            (None, Some(event)) => {
                let pass = match message.session.as_deref() {
                    None => {
                        self.take_event_of_browser(event, message.params).await?;
                        false
                    }
                    Some(session) => self.take_event(session, event, message.params).await?,
                };
                if pass {
                    self.pass(text.clone()).await?;
                }
                Ok(None)
            }
            (None, None) => Ok(None),
        }
    }

    /// Takes note of an event of an attached target, and says whether the client is told.
    async fn take_event(
        &mut self,
        session: &str,
        event: &str,
        params: Option<&RawValue>,
    ) -> Result<bool, Over> {
        if !self.own.attached.contains_key(session) {
            return Ok(false);
        }
        match event {
            "Target.attachedToTarget" => {
                let Some(new) = read_event::<AttachedTo>(params) else { return Ok(false) };
                let target_id = super::own::text(&new.target_info, "targetId").to_owned();
                let attached = Attached {
                    target_id: target_id.clone(),
                    told_on: session.to_owned(),
                    hangs_on: Some(session.to_owned()),
                    by_itself: true,
                    dialog: None,
                };
                self.own.attached.insert(new.session_id, attached);
                // What a page of this session holds is of this session.
                self.own.targets.entry(target_id).or_insert(new.target_info);
                Ok(true)
            }
            "Target.detachedFromTarget" => {
                let gone = read_event::<DetachedFrom>(params);
                Ok(gone.is_some_and(|gone| self.own.detach(&gone.session_id).is_some()))
            }
            "Page.downloadWillBegin" | "Page.downloadProgress" => {
                self.tell_of_download(session, event, params).await?;
                Ok(true)
            }
            "Page.javascriptDialogOpening" => {
                if let Some(DialogOpens { kind }) = read_event(params)
                    && let Some(attached) = self.own.attached.get_mut(session)
                {
                    attached.dialog = Some(Dialog { kind, accepted: None });
                }
                Ok(true)
            }
            "Page.javascriptDialogClosed" => {
                if let Some(DialogClosed { result }) = read_event(params)
                    && let Some(attached) = self.own.attached.get_mut(session)
                    && let Some(dialog) = &mut attached.dialog
                {
                    dialog.accepted = Some(result);
                }
                Ok(true)
            }
            event => Ok(allowed::may_be_told(event)),
        }
    }

    /// A page tells of its downloads by itself; clients wait for what the browser would tell them, if it were asked
    /// to keep the downloads for them.
    async fn tell_of_download(
        &mut self,
        session: &str,
        event: &str,
        params: Option<&RawValue>,
    ) -> Result<(), Over> {
        let Some(download) = read_event::<Download>(params) else { return Ok(()) };
        let known = self.downloads.iter().position(|(guid, _)| *guid == download.guid);
        let told_first = known.and_then(|place| self.downloads.get(place)).map(|(_, first)| first.as_str());
        let begins = event == "Page.downloadWillBegin";
        let passes = if begins { told_first.is_none() } else { told_first == Some(session) };
        if !passes {
            return Ok(());
        }
        if begins {
            self.downloads.push_back((download.guid, session.to_owned()));
            if self.downloads.len() > 100 {
                self.downloads.pop_front();
            }
        } else if let Some(place) = known
            && download.state != "inProgress"
        {
            self.downloads.remove(place);
        }
        let method = if begins { "Browser.downloadWillBegin" } else { "Browser.downloadProgress" };
        self.tell(json!({ "method": method, "params": params })).await
    }

    pub(super) async fn answer(&mut self, seat: &str, id: i32, result: Value) -> Result<(), Over> {
        self.reply(seat, json!({ "id": id, "result": result })).await
    }

    pub(super) async fn answer_with(&mut self, seat: &str, id: i32, answer: &Answer) -> Result<(), Over> {
        match answer {
            Ok(result) => self.reply(seat, json!({ "id": id, "result": result })).await,
            Err(error) => self.reply(seat, json!({ "id": id, "error": error })).await,
        }
    }

    pub(super) async fn refuse(&mut self, seat: &str, id: i32, why: &str) -> Result<(), Over> {
        self.refuse_with(seat, id, REFUSED, why).await
    }

    async fn refuse_with(&mut self, seat: &str, id: i32, code: i32, why: &str) -> Result<(), Over> {
        self.reply(seat, json!({ "id": id, "error": { "code": code, "message": why } })).await
    }

    /// Tells one of the client's sessions.
    pub(super) async fn reply(&mut self, seat: &str, mut message: Value) -> Result<(), Over> {
        if !seat.is_empty()
            && let Value::Object(message) = &mut message
        {
            message.insert("sessionId".to_owned(), Value::from(seat));
        }
        self.tell(message).await
    }

    async fn tell(&mut self, message: Value) -> Result<(), Over> {
        self.pass(message.to_string().into()).await
    }

    /// A client that does not read is waited for, and then sent away: nothing is kept for it.
    async fn pass(&mut self, text: Utf8Bytes) -> Result<(), Over> {
        match timeout(SLOWEST_READER, self.to_client.send(Message::Text(text))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Over::Left),
            Err(_) => Err(Over::Because(String::from("the client does not read what it is sent"))),
        }
    }
}

pub(super) fn params(value: Value) -> Params {
    match value {
        Value::Object(params) => params,
        _ => Params::new(),
    }
}

fn read(raw: Option<&RawValue>) -> Result<Params, String> {
    match raw {
        None => Ok(Params::new()),
        Some(raw) => {
            serde_json::from_str(raw.get()).map_err(|error| format!("params are no object: {error}"))
        }
    }
}

pub(super) fn read_event<'a, T: Deserialize<'a>>(params: Option<&'a RawValue>) -> Option<T> {
    serde_json::from_str(params?.get()).ok()
}

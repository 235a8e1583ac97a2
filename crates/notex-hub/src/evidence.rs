//! Console, network and page of each call: fetched from the server once the call has ended, without holding it up, and
//! kept in the history. Servers that offer it say so with each answer.

mod fetches;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use notex_archive::{Archive, ArchiveError, KeptCall, KeptPart, LateParts, NewPart, PartKind};
use notex_client::{Server, Trace};
use notex_file::har::{self, Page};
use notex_wire::{CallEvidence, ConsoleLine, Exchange};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing::debug;

use self::fetches::Fetching;
pub(crate) use self::fetches::{Fetches, counted, settled};
use crate::commands::{client_of_session, server_of_connection};
use crate::history::Typed;
use crate::protocol::{Delta, Evidence, EvidenceKept, Failure, KeptExchange, KeptLine, Whose};
use crate::state::unknown_session;
use crate::{Hub, history};

/// More rows than this nobody looks through; the newest are shown.
const MOST_ROWS: usize = 20_000;
/// How long what has happened since the last call is waited for.
const SINCE_WITHIN: Duration = Duration::from_secs(2);

/// Fetches what the server keeps of a call that has ended, if it keeps something. Returns at once.
pub(crate) fn fetch(hub: &Hub, session: &str, call: u64, trace: Trace) {
    if let Some(number) = trace.call {
        fetch_numbered(hub, session.to_owned(), call, number);
    }
}

/// The same of a call whose number on the server is known.
pub(crate) fn fetch_numbered(hub: &Hub, session: String, call: u64, on_server: u32) {
    let mut fetching = Fetching::begin(hub, &session, call);
    let hub = hub.clone();
    tokio::spawn(async move {
        let Some(archive) = hub.shared.history.archive().cloned() else { return };
        let Ok(client) = client_of_session(&hub, &session).await else { return };
        let told = match client.server().evidence(&session, on_server).await {
            Ok(told) => told.body,
            Err(why) => {
                debug!(%why, session, "the evidence of a call was not fetched");
                return;
            }
        };
        fetching.gave(&told);
        let id = session.clone();
        let known = hub.ask(move |state, _| {
            let known = state.sessions.get_mut(&id)?;
            known.calls_on_server = known.calls_on_server.max(on_server);
            let listed = known.calls.iter().find(|listed| listed.id == call)?;
            let late = LateParts {
                connection: known.state.connection.clone(),
                session: id,
                number: listed.number,
                started_at: listed.started_at,
                parts: Vec::new(),
                missing: Vec::new(),
            };
            Some((late, known.recorded.typed.clone()))
        });
        let Ok(Some((late, typed))) = known.await else { return };
        let number = late.number;
        // Pages are large, and every secret is looked for in all of them.
        let kept = tokio::task::spawn_blocking(move || keep(&archive, late, told, &typed));
        match kept.await {
            Ok(Ok(())) => {
                let kept = EvidenceKept { session, number };
                hub.change(move |state, _| state.deltas.push(Delta::Evidence(kept))).await;
            }
            Ok(Err(why)) => debug!(%why, "the evidence of a call was not kept"),
            Err(why) => debug!(%why, "the evidence of a call was not written down"),
        }
    });
}

fn keep(
    archive: &Archive,
    mut late: LateParts,
    told: CallEvidence,
    typed: &Typed,
) -> Result<(), ArchiveError> {
    let CallEvidence { console, network, dom, dropped, .. } = told;
    let mut parts = vec![part(PartKind::Console, &console, typed), part(PartKind::Network, &network, typed)];
    match (dom, dropped.dom) {
        (Some(page), _) => parts.push(part(PartKind::Dom, &page, typed)),
        (None, Some(why)) => late.missing.push((PartKind::Dom, why)),
        (None, None) => {}
    }
    late.parts = parts.into_iter().flatten().collect();
    archive.keep_parts(late)?;
    // Whoever is told of it finds it.
    archive.flush()
}

fn part(kind: PartKind, content: &impl Serialize, typed: &Typed) -> Option<NewPart> {
    let mut value = serde_json::to_value(content).ok()?;
    typed.clean_all(&mut value);
    let bytes = serde_json::to_vec(&value).ok()?;
    Some(NewPart { kind, media_type: "application/json".to_owned(), bytes })
}

/// Console and network of a call, or of a whole session.
pub(crate) async fn of(hub: &Hub, whose: Whose, number: Option<u32>) -> Result<Evidence, Failure> {
    let since = match (&whose, number) {
        (Whose::Shown { session }, None) => since_last_call(hub, session).await,
        (Whose::Shown { .. } | Whose::Past { .. }, _) => None,
    };
    let kept = read(hub, whose, number).await?;
    let mut evidence = Evidence { offered: kept.offered || since.is_some(), ..Evidence::default() };
    let lines = kept
        .console
        .into_iter()
        .flat_map(|(call, lines)| lines.into_iter().map(move |line| KeptLine { call: Some(call), line }));
    evidence.console = lines.collect();
    let exchanges = kept.network.into_iter().flat_map(|(call, all)| {
        all.into_iter().map(move |exchange| KeptExchange { call: Some(call), exchange })
    });
    let mut network: Vec<KeptExchange> = exchanges.collect();
    if let Some(since) = since {
        evidence.console.extend(since.console.into_iter().map(|line| KeptLine { call: None, line }));
        network.extend(since.network.into_iter().map(|exchange| KeptExchange { call: None, exchange }));
    }
    evidence.network = once_each(network);
    for kept in &mut evidence.network {
        kept.exchange.request_headers.clear();
        kept.exchange.response_headers.clear();
        (kept.exchange.request_body, kept.exchange.response_body) = (None, None);
    }
    let (lines, rows) = (evidence.console.len(), evidence.network.len());
    evidence.console.drain(..lines.saturating_sub(MOST_ROWS));
    evidence.network.drain(..rows.saturating_sub(MOST_ROWS));
    if lines > MOST_ROWS || rows > MOST_ROWS {
        evidence.missing.push(format!("Only the newest {MOST_ROWS} are shown."));
    }
    evidence.missing.extend(kept.missing);
    Ok(evidence)
}

/// A request with all that is kept of it.
pub(crate) async fn exchange(
    hub: &Hub,
    whose: Whose,
    number: u32,
    id: String,
) -> Result<Option<Exchange>, Failure> {
    let kept = read(hub, whose, Some(number)).await?;
    let all = kept.network.into_iter().flat_map(|(_, all)| all);
    Ok(all.into_iter().rfind(|exchange| exchange.id == id))
}

/// The network of a call or of a session as HAR 1.2.
pub(crate) async fn har(hub: &Hub, whose: Whose, number: Option<u32>) -> Result<String, Failure> {
    let (kept, pages) = asked(hub, whose, move |archive, key| {
        let mut calls = archive.calls(key, 0, history::LARGEST_PAGE)?.calls;
        calls.retain(|call| number.is_none_or(|number| call.number == number));
        let page = |call: KeptCall| Page {
            number: call.number,
            started_at: call.started_at,
            title: call.page.title,
        };
        Ok((read_parts(archive, key, number)?, calls.into_iter().map(page).collect::<Vec<_>>()))
    })
    .await?;
    let exchanges = kept.network.into_iter().flat_map(|(call, all)| {
        all.into_iter().map(move |exchange| KeptExchange { call: Some(call), exchange })
    });
    let exchanges = once_each(exchanges.collect());
    Ok(har::written(&pages, exchanges.iter().map(|kept| (kept.call, &kept.exchange))))
}

/// A request that outlived its call is told again by a later one, which knows all of it; it stays where it was sent.
fn once_each(all: Vec<KeptExchange>) -> Vec<KeptExchange> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut kept: Vec<KeptExchange> = Vec::with_capacity(all.len());
    for one in all {
        match places.get(&one.exchange.id) {
            Some(place) => kept[*place] = one,
            None => {
                places.insert(one.exchange.id.clone(), kept.len());
                kept.push(one);
            }
        }
    }
    kept
}

/// What has happened on the pages of a session that lives since its last call.
async fn since_last_call(hub: &Hub, session: &str) -> Option<CallEvidence> {
    let id = session.to_owned();
    let (connection, last, typed) = hub
        .read(move |state| {
            let known = state.sessions.get(&id).filter(|known| !known.is_ended())?;
            let typed = known.recorded.typed.clone();
            (known.calls_on_server > 0)
                .then(|| (known.state.connection.clone(), known.calls_on_server, typed))
        })
        .await
        .ok()??;
    let server: Server = server_of_connection(hub, &connection).await.ok()?;
    let asked = tokio::time::timeout(SINCE_WITHIN, server.evidence(session, last.saturating_add(1))).await;
    let mut value = serde_json::to_value(asked.ok()?.ok()?.body).ok()?;
    typed.clean_all(&mut value);
    serde_json::from_value(value).ok()
}

#[derive(Default)]
struct Kept {
    offered: bool,
    console: Vec<(u32, Vec<ConsoleLine>)>,
    network: Vec<(u32, Vec<Exchange>)>,
    missing: Vec<String>,
}

async fn read(hub: &Hub, whose: Whose, number: Option<u32>) -> Result<Kept, Failure> {
    asked(hub, whose, move |archive, key| read_parts(archive, key, number)).await
}

/// Reads something of a session by its number in the history; of one that is not kept there is nothing.
async fn asked<T: Default + Send + 'static>(
    hub: &Hub,
    whose: Whose,
    read: impl FnOnce(&Archive, i64) -> Result<T, ArchiveError> + Send + 'static,
) -> Result<T, Failure> {
    let place = match whose {
        Whose::Past { key } => Place::Key(key),
        Whose::Shown { session } => {
            let id = session.clone();
            let known = hub.read(move |state| state.connection_of(&id).ok_or_else(|| unknown_session(&id)));
            Place::Id(known.await??, session)
        }
    };
    let read = move |archive: &Archive| {
        let key = match &place {
            Place::Key(key) => Some(*key),
            Place::Id(connection, session) => {
                archive.find_session(connection, session)?.map(|known| known.key)
            }
        };
        key.map_or_else(|| Ok(T::default()), |key| read(archive, key))
    };
    hub.shared.history.ask(read).await
}

enum Place {
    Key(i64),
    Id(String, String),
}

fn read_parts(archive: &Archive, key: i64, number: Option<u32>) -> Result<Kept, ArchiveError> {
    let console = archive.parts(key, number, PartKind::Console)?;
    let network = archive.parts(key, number, PartKind::Network)?;
    let mut kept = Kept { offered: !console.is_empty() || !network.is_empty(), ..Kept::default() };
    kept.console = contents(archive, console, &mut kept.missing);
    kept.network = contents(archive, network, &mut kept.missing);
    Ok(kept)
}

fn contents<T: DeserializeOwned + Clone>(
    archive: &Archive,
    parts: Vec<(u32, KeptPart)>,
    missing: &mut Vec<String>,
) -> Vec<(u32, Vec<T>)> {
    // Many calls of a quiet page share one file.
    let mut known: HashMap<String, Arc<Vec<T>>> = HashMap::new();
    let mut all = Vec::with_capacity(parts.len());
    for (call, part) in parts {
        let named = history::named(part.kind);
        let read = match &part.hash {
            None => Err(part.missing.unwrap_or_default()),
            Some(hash) => match known.get(hash) {
                Some(read) => Ok(Arc::clone(read)),
                None => archive.blob(hash).map_err(|why| why.to_string()).and_then(|(bytes, _)| {
                    let read = serde_json::from_slice::<Vec<T>>(&bytes).map_err(|why| why.to_string())?;
                    let read = Arc::new(read);
                    known.insert(hash.clone(), Arc::clone(&read));
                    Ok(read)
                }),
            },
        };
        match read {
            Ok(read) => all.push((call, Vec::clone(&read))),
            Err(why) => missing.push(format!("{named} of call {call} is missing: {why}.")),
        }
    }
    all
}

//! A month's ledger, walked once and then only from its newest entry on.

use std::collections::HashMap;
use std::sync::Arc;

use notex_client::{EntryQuery, Server};
use notex_wire::LedgerEntry;
use tokio::sync::Mutex;

use super::{Month, PAGE_SIZE};
use crate::Hub;
use crate::protocol::Failure;

/// No more entries of a month are read: of a larger one the newest.
pub(super) const MOST_ENTRIES: usize = 50_000;
/// So many months are kept.
const MOST_KEPT: usize = 4;

/// The months that were walked already.
#[derive(Default)]
pub(crate) struct Ledgers {
    kept: Mutex<HashMap<(String, String), Arc<Walked>>>,
}

/// What a walk found.
#[derive(Clone, Debug, Default)]
pub(super) struct Walked {
    /// Newest first.
    pub(super) entries: Vec<LedgerEntry>,
    /// How many older ones of the month were left out.
    pub(super) left_out: u64,
    /// They are no ledger of a server: they were made up here from the calls by the default card.
    pub(super) estimated: bool,
}

/// All entries of a month. Those of an earlier walk are not asked for again.
pub(super) async fn walk(
    hub: &Hub,
    connection: &str,
    server: &Server,
    month: Month,
) -> Result<Arc<Walked>, Failure> {
    let key = (connection.to_owned(), month.start.format("%Y-%m").to_string());
    let before = hub.shared.ledgers.kept.lock().await.get(&key).cloned().unwrap_or_default();
    let walked = Arc::new(go_on(server, month, &before).await?);
    let mut kept = hub.shared.ledgers.kept.lock().await;
    if kept.len() >= MOST_KEPT && !kept.contains_key(&key) {
        kept.clear();
    }
    kept.insert(key, walked.clone());
    Ok(walked)
}

async fn go_on(server: &Server, month: Month, before: &Walked) -> Result<Walked, Failure> {
    let known = before.entries.first().map_or(0, |entry| entry.id);
    let mut query = EntryQuery {
        from: Some(month.start),
        to: Some(month.end),
        page_size: Some(PAGE_SIZE),
        ..EntryQuery::default()
    };
    let mut entries: Vec<LedgerEntry> = Vec::new();
    let mut total = None;
    loop {
        let page = server.entries(&query).await.map_err(|error| Failure::from(&error))?.body;
        // The first page counts all of the month, the later ones what is left.
        let total = *total.get_or_insert(page.total);
        let newest = page.items.first().map_or(0, |entry| entry.id);
        if query.before.is_none() && newest < known {
            // The server began its ledger anew: what was kept is of another.
            return Box::pin(go_on(server, month, &Walked::default())).await;
        }
        let last = page.items.last().map_or(0, |entry| entry.id);
        let is_end = page.items.len() < PAGE_SIZE as usize;
        entries.extend(page.items.into_iter().filter(|entry| entry.id > known));
        if last <= known && known > 0 {
            entries.extend(before.entries.iter().cloned());
        } else if !is_end && entries.len() < MOST_ENTRIES {
            query.before = Some(last);
            continue;
        }
        entries.truncate(MOST_ENTRIES);
        let left_out = total.saturating_sub(entries.len() as u64);
        return Ok(Walked { entries, left_out, estimated: false });
    }
}

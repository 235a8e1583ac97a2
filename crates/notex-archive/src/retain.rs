//! What goes: by age, by size, or because somebody clears the history. Rows first, then the files that none names.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, params};

use crate::blobs::Blobs;
use crate::kept::{Retention, Swept};
use crate::read;

/// What may go at all.
const MAY_GO: &str = "pinned = 0 AND ended_at IS NOT NULL";
/// What a call takes besides its bodies and files, about: its row, its words, their places in the indexes.
const ROW_BYTES: i64 = 1_000;

pub(crate) fn sweep(
    connection: &Connection,
    blobs: &Blobs,
    retention: Retention,
    now: DateTime<Utc>,
) -> rusqlite::Result<Swept> {
    let oldest = now - TimeDelta::days(i64::from(retention.days));
    let old = keys(connection, &format!("{MAY_GO} AND touched_at < ?"), oldest.timestamp_micros())?;
    let mut swept = remove(connection, blobs, &old)?;
    loop {
        let sizes = read::sizes(connection)?;
        let excess = (sizes.row_bytes + sizes.blob_bytes).saturating_sub(retention.bytes);
        if excess == 0 {
            break;
        }
        let going = oldest_of(connection, excess)?;
        if going.is_empty() {
            break;
        }
        let more = remove(connection, blobs, &going)?;
        swept = Swept { sessions: swept.sessions + more.sessions, blobs: swept.blobs + more.blobs };
    }
    if swept.sessions > 0 {
        give_back(connection)?;
    }
    Ok(swept)
}

/// Everything but what is pinned or lives; what was removed before, too.
pub(crate) fn clear(connection: &Connection, blobs: &Blobs) -> rusqlite::Result<Swept> {
    let all = keys(connection, &format!("({MAY_GO} OR removed_at IS NOT NULL) AND key > ?"), 0)?;
    let swept = remove(connection, blobs, &all)?;
    // The index keeps the words of what went until its pieces are merged.
    connection.execute("INSERT INTO words (words) VALUES ('optimize')", [])?;
    give_back(connection)?;
    // What was cleared stands no longer in the log of writes either.
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(swept)
}

pub(crate) fn remove_one(connection: &Connection, blobs: &Blobs, key: i64) -> rusqlite::Result<Swept> {
    let one = keys(connection, "ended_at IS NOT NULL AND key = ?", key)?;
    let swept = remove(connection, blobs, &one)?;
    give_back(connection)?;
    Ok(swept)
}

/// What was removed so long ago that nobody brings it back.
pub(crate) fn remove_taken_away(
    connection: &Connection,
    blobs: &Blobs,
    before: DateTime<Utc>,
) -> rusqlite::Result<Swept> {
    let gone = keys(connection, "removed_at <= ?", before.timestamp_micros())?;
    let swept = remove(connection, blobs, &gone)?;
    if swept.sessions > 0 {
        give_back(connection)?;
    }
    Ok(swept)
}

fn keys(connection: &Connection, condition: &str, value: i64) -> rusqlite::Result<Vec<i64>> {
    connection
        .prepare(&format!("SELECT key FROM sessions WHERE {condition}"))?
        .query_map([value], |row| row.get(0))?
        .collect()
}

/// The oldest sessions that together take about so many bytes.
fn oldest_of(connection: &Connection, bytes: u64) -> rusqlite::Result<Vec<i64>> {
    let mut statement = connection.prepare(&format!(
        "SELECT key, calls * {ROW_BYTES} + {ROW_BYTES}
            + coalesce((SELECT sum(coalesce(length(b.request), 0) + coalesce(length(b.response), 0))
                FROM calls c JOIN bodies b ON b.call = c.id WHERE c.session = sessions.key), 0)
            + coalesce((SELECT sum(b.stored) FROM calls c JOIN parts p ON p.call = c.id
                JOIN blobs b ON b.hash = p.hash WHERE c.session = sessions.key), 0)
         FROM sessions WHERE {MAY_GO} ORDER BY touched_at, key"
    ))?;
    let mut rows = statement.query([])?;
    let (mut keys, mut sum) = (Vec::new(), 0u64);
    while sum < bytes {
        let Some(row) = rows.next()? else { break };
        keys.push(row.get(0)?);
        sum += row.get::<_, u64>(1)?;
    }
    Ok(keys)
}

fn remove(connection: &Connection, blobs: &Blobs, keys: &[i64]) -> rusqlite::Result<Swept> {
    if keys.is_empty() {
        return Ok(Swept::default());
    }
    let transaction = connection.unchecked_transaction()?;
    for key in keys {
        transaction.prepare_cached("DELETE FROM sessions WHERE key = ?")?.execute(params![key])?;
    }
    let unnamed: Vec<String> = transaction
        .prepare("DELETE FROM blobs WHERE hash NOT IN (SELECT hash FROM parts WHERE hash IS NOT NULL) RETURNING hash")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    transaction.commit()?;
    for hash in &unnamed {
        if let Err(why) = blobs.remove(hash) {
            // The next opening tries again: no row names it.
            tracing::warn!(%hash, %why, "a file of the history was not removed");
        }
    }
    Ok(Swept { sessions: keys.len() as u64, blobs: unnamed.len() as u64 })
}

fn give_back(connection: &Connection) -> rusqlite::Result<()> {
    let mut statement = connection.prepare("PRAGMA incremental_vacuum")?;
    let mut rows = statement.query([])?;
    while rows.next()?.is_some() {}
    Ok(())
}

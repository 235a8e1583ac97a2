//! Rows in and out. Instants are microseconds since 1970, credits thousandths.

use chrono::{DateTime, Utc};
use notex_session::{Credits, Lifetime};
use notex_wire::LedgerEntry;
use rusqlite::types::{Type, Value};
use rusqlite::{Connection, OptionalExtension, Row, named_params, params_from_iter};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Ended, EntryFilter, Listed, Paging, SessionRecord};
use crate::browser::Traffic;
use crate::ledger::NewEntry;

pub(super) fn end_orphans(connection: &Connection) -> rusqlite::Result<usize> {
    // The last sign of life is the nearest known instant to the real end.
    connection.execute(
        "UPDATE sessions SET close_reason = 'error', error = 'engine restarted', closed_at =
            max(last_accessed_at, coalesce((SELECT max(at) FROM ledger WHERE session_id = sessions.id), 0))
         WHERE closed_at IS NULL",
        [],
    )
}

pub(super) fn write(
    connection: &Connection,
    session: &SessionRecord,
    entries: &[NewEntry],
) -> rusqlite::Result<Vec<LedgerEntry>> {
    put_session(connection, session)?;
    let mut written = Vec::new();
    for entry in entries {
        written.extend(put_entry(connection, &session.id, entry)?);
    }
    Ok(written)
}

fn put_session(connection: &Connection, session: &SessionRecord) -> rusqlite::Result<()> {
    let ended = session.ended.as_ref();
    let mut statement = connection.prepare_cached(
        "INSERT INTO sessions VALUES (:id, :created_at, :last_accessed_at, :timeout_minutes, :keep_alive,
            :screenshot, :title, :url, :closed_at, :close_reason, :error, :max_duration_minutes, :options,
            :request_bytes, :response_bytes)
         ON CONFLICT (id) DO UPDATE SET last_accessed_at = :last_accessed_at, title = :title, url = :url,
            request_bytes = :request_bytes, response_bytes = :response_bytes, closed_at = :closed_at, close_reason = :close_reason, error = :error",
    )?;
    statement.execute(named_params! {
        ":id": session.id,
        ":created_at": session.life.created_at().timestamp_micros(),
        ":last_accessed_at": session.life.last_accessed_at().timestamp_micros(),
        ":timeout_minutes": session.life.timeout_minutes(),
        ":keep_alive": session.life.keep_alive(),
        ":screenshot": session.screenshot,
        ":title": session.title,
        ":url": session.url,
        ":closed_at": ended.map(|ended| ended.at.timestamp_micros()),
        ":close_reason": ended.map(|ended| word(&ended.reason)).transpose()?,
        ":max_duration_minutes": session.life.max_duration_minutes(),
        ":options": serde_json::to_string(&session.options).map_err(not_written)?,
        ":request_bytes": whole(session.traffic.request_bytes),
        ":response_bytes": whole(session.traffic.response_bytes),
        ":error": ended.and_then(|ended| ended.error.as_deref()),
    })?;
    Ok(())
}

fn put_entry(
    connection: &Connection,
    session: &str,
    entry: &NewEntry,
) -> rusqlite::Result<Option<LedgerEntry>> {
    let credits = entry.charge.total();
    if credits.is_zero() {
        return Ok(None);
    }
    let mut statement = connection.prepare_cached(
        "INSERT INTO ledger (at, session_id, call, host, thousandths, reasons)
         VALUES (:at, :session_id, :call, :host, :thousandths, :reasons)",
    )?;
    let id = statement.insert(named_params! {
        ":at": entry.at.timestamp_micros(),
        ":session_id": session,
        ":call": word(&entry.call)?,
        ":host": entry.host,
        ":thousandths": whole(credits.thousandths()),
        ":reasons": serde_json::to_string(entry.charge.reasons()).map_err(not_written)?,
    })?;
    Ok(Some(LedgerEntry {
        id: u64::try_from(id).unwrap_or(0),
        at: entry.at,
        session_id: session.to_owned(),
        call: entry.call,
        host: entry.host.clone(),
        credits,
        reasons: entry.charge.reasons().to_vec(),
    }))
}

const SESSION_COLUMNS: &str =
    "SELECT id, created_at, last_accessed_at, timeout_minutes, keep_alive, screenshot,
    title, url, closed_at, close_reason, error, max_duration_minutes, options, request_bytes, response_bytes,
    (SELECT coalesce(sum(thousandths), 0) FROM ledger WHERE session_id = sessions.id) FROM sessions";

pub(super) fn session(
    connection: &Connection,
    id: &str,
) -> rusqlite::Result<Option<(SessionRecord, Credits)>> {
    connection
        .prepare_cached(&format!("{SESSION_COLUMNS} WHERE id = ?"))?
        .query_row([id], session_of)
        .optional()
}

pub(super) fn sessions(
    connection: &Connection,
    listed: Listed,
    paging: Paging,
) -> rusqlite::Result<(Vec<(SessionRecord, Credits)>, u64)> {
    let which = match listed {
        Listed::All => "",
        Listed::Live => "WHERE closed_at IS NULL",
    };
    let items = connection
        .prepare_cached(&format!(
            "{SESSION_COLUMNS} {which} ORDER BY created_at DESC, rowid DESC LIMIT ? OFFSET ?"
        ))?
        .query_map(limits(paging), session_of)?
        .collect::<Result<_, _>>()?;
    let total = connection
        .prepare_cached(&format!("SELECT count(*) FROM sessions {which}"))?
        .query_row([], |row| count(row, 0))?;
    Ok((items, total))
}

pub(super) fn calls(connection: &Connection, id: &str) -> rusqlite::Result<u64> {
    connection
        .prepare_cached(
            "SELECT count(*) FROM ledger WHERE session_id = ? AND call IN ('observe', 'step', 'scrape')",
        )?
        .query_row([id], |row| count(row, 0))
}

fn session_of(row: &Row<'_>) -> rusqlite::Result<(SessionRecord, Credits)> {
    let mut life = Lifetime::begin(instant(row, 1)?, row.get(3)?, row.get(4)?)
        .map_err(|why| rusqlite::Error::FromSqlConversionFailure(3, Type::Integer, Box::new(why)))?
        .lasting_at_most(row.get(11)?)
        .map_err(|why| rusqlite::Error::FromSqlConversionFailure(11, Type::Integer, Box::new(why)))?;
    life.touch(instant(row, 2)?);
    let ended = match row.get::<_, Option<String>>(9)? {
        Some(reason) => {
            Some(Ended { at: instant(row, 8)?, reason: parse_word(9, reason)?, error: row.get(10)? })
        }
        None => None,
    };
    let record = SessionRecord {
        id: row.get(0)?,
        life,
        screenshot: row.get(5)?,
        title: row.get(6)?,
        url: row.get(7)?,
        options: serde_json::from_str(&row.get::<_, String>(12)?).map_err(|why| not_read(12, why))?,
        traffic: Traffic { request_bytes: count(row, 13)?, response_bytes: count(row, 14)? },
        ended,
    };
    Ok((record, credits(row, 15)?))
}

pub(super) fn entries(
    connection: &Connection,
    filter: &EntryFilter,
    paging: Paging,
) -> rusqlite::Result<(Vec<LedgerEntry>, u64)> {
    let mut conditions = Vec::new();
    let mut values: Vec<Value> = Vec::new();
    let mut only = |condition: &'static str, value: Option<Value>| {
        if let Some(value) = value {
            conditions.push(condition);
            values.push(value);
        }
    };
    let micros = |at: DateTime<Utc>| Value::Integer(at.timestamp_micros());
    only("session_id = ?", filter.session_id.clone().map(Value::Text));
    only("call = ?", filter.call.map(|call| word(&call)).transpose()?.map(Value::Text));
    only("at >= ?", filter.from.map(micros));
    only("at < ?", filter.to.map(micros));
    only("id < ?", filter.before.map(|id| Value::Integer(whole(id))));
    let which =
        if conditions.is_empty() { String::new() } else { format!("WHERE {}", conditions.join(" AND ")) };
    let total = connection
        .prepare_cached(&format!("SELECT count(*) FROM ledger {which}"))?
        .query_row(params_from_iter(&values), |row| count(row, 0))?;
    values.extend(limits(paging).map(Value::Integer));
    let items = connection
        .prepare_cached(&format!(
            "SELECT id, at, session_id, call, host, thousandths, reasons FROM ledger {which}
             ORDER BY id DESC LIMIT ? OFFSET ?"
        ))?
        .query_map(params_from_iter(&values), |row| {
            Ok(LedgerEntry {
                id: count(row, 0)?,
                at: instant(row, 1)?,
                session_id: row.get(2)?,
                call: parse_word(3, row.get(3)?)?,
                host: row.get(4)?,
                credits: credits(row, 5)?,
                reasons: serde_json::from_str(&row.get::<_, String>(6)?).map_err(|why| not_read(6, why))?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok((items, total))
}

fn limits(paging: Paging) -> [i64; 2] {
    let size = i64::from(paging.page_size);
    [size, i64::from(paging.page.saturating_sub(1)) * size]
}

pub(super) fn instant(row: &Row<'_>, column: usize) -> rusqlite::Result<DateTime<Utc>> {
    let micros = row.get::<_, i64>(column)?;
    DateTime::from_timestamp_micros(micros).ok_or(rusqlite::Error::IntegralValueOutOfRange(column, micros))
}

pub(super) fn credits(row: &Row<'_>, column: usize) -> rusqlite::Result<Credits> {
    count(row, column).map(Credits::from_thousandths)
}

pub(super) fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let number = row.get::<_, i64>(column)?;
    u64::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, number))
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The word that an enum has on the wire.
fn word(value: &impl Serialize) -> rusqlite::Result<String> {
    match serde_json::to_value(value).map_err(not_written)? {
        serde_json::Value::String(word) => Ok(word),
        other => Ok(other.to_string()),
    }
}

pub(super) fn parse_word<T: DeserializeOwned>(column: usize, word: String) -> rusqlite::Result<T> {
    serde_json::from_value(serde_json::Value::String(word)).map_err(|why| not_read(column, why))
}

fn not_written(why: serde_json::Error) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(Box::new(why))
}

pub(super) fn not_read(column: usize, why: serde_json::Error) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(why))
}

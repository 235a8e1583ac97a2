//! Rows in.

use chrono::{DateTime, Utc};
use notex_session::Credits;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, named_params, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use crate::blobs::{Blob, packed};
use crate::handed::{LateParts, NewCall, NewPart, PartKind, SessionFacts, Timing, Words};
use crate::index;

/// An answer that takes more than this is a part of its own.
const LARGEST_ROW: usize = 256 * 1024;

/// A body as its row has it.
#[derive(Debug, Default)]
pub(crate) struct Body {
    bytes: Option<Vec<u8>>,
    size: Option<i64>,
}

/// A call whose large parts are where they belong; what is left is rows.
#[derive(Debug)]
pub(crate) struct ReadyCall {
    pub(crate) call: NewCall,
    pub(crate) request: Body,
    pub(crate) response: Body,
    pub(crate) parts: Vec<ReadyPart>,
}

/// A part, and what became of it.
#[derive(Debug)]
pub(crate) struct ReadyPart {
    pub(crate) kind: PartKind,
    pub(crate) media_type: String,
    pub(crate) size: u64,
    /// The file, or why there is none.
    pub(crate) kept: Result<Blob, String>,
}

/// A body as a row has it, or, when it is too large for one, as a part.
pub(crate) fn body(value: Option<&Value>) -> Result<Body, Vec<u8>> {
    let Some(value) = value else { return Ok(Body::default()) };
    let bytes = value.to_string().into_bytes();
    let size = i64::try_from(bytes.len()).ok();
    let stored = packed(&bytes);
    match stored {
        Some(stored) if stored.len() <= LARGEST_ROW => Ok(Body { bytes: Some(stored), size }),
        None if bytes.len() <= LARGEST_ROW => Ok(Body { bytes: Some(bytes), size }),
        Some(_) | None => Err(bytes),
    }
}

/// A large answer as a part.
pub(crate) fn response_part(bytes: Vec<u8>) -> NewPart {
    NewPart { kind: PartKind::Response, media_type: "application/json".to_owned(), bytes }
}

pub(crate) fn put_session(connection: &Connection, facts: &SessionFacts) -> rusqlite::Result<()> {
    let end = facts.end.as_ref();
    connection
        .prepare_cached(
            "INSERT INTO sessions (connection, connection_name, session, dialect, started_here, request,
                created_at, touched_at, title, url, credits, credits_estimated, ended_at, end_reason, end_detail)
             VALUES (:connection, :connection_name, :session, :dialect, :started_here, :request, :created_at,
                max(:created_at, coalesce(:ended_at, 0)), :title, :url, :credits, :credits_estimated, :ended_at,
                :end_reason, :end_detail)
             ON CONFLICT (connection, session) DO UPDATE SET
                connection_name = excluded.connection_name,
                dialect = coalesce(excluded.dialect, dialect),
                started_here = max(started_here, excluded.started_here),
                request = coalesce(excluded.request, request),
                created_at = excluded.created_at,
                touched_at = max(touched_at, excluded.touched_at),
                title = iif(excluded.title = '' AND excluded.url = '', title, excluded.title),
                url = iif(excluded.title = '' AND excluded.url = '', url, excluded.url),
                credits = excluded.credits,
                credits_estimated = excluded.credits_estimated,
                ended_at = excluded.ended_at,
                end_reason = excluded.end_reason,
                end_detail = excluded.end_detail,
                -- What lives is there, whatever it was taken for.
                removed_at = iif(excluded.ended_at IS NULL, NULL, removed_at)",
        )?
        .execute(named_params! {
            ":connection": facts.connection,
            ":connection_name": facts.connection_name,
            ":session": facts.session,
            ":dialect": facts.dialect,
            ":started_here": facts.started_here,
            ":request": facts.request.as_ref().map(Value::to_string),
            ":created_at": facts.created_at.timestamp_micros(),
            ":title": facts.page.title,
            ":url": facts.page.url,
            ":credits": thousandths(facts.credits),
            ":credits_estimated": facts.credits_estimated,
            ":ended_at": end.map(|end| end.at.timestamp_micros()),
            ":end_reason": end.and_then(|end| end.reason).map(|reason| word(&reason)),
            ":end_detail": end.and_then(|end| end.detail.as_ref()),
        })
        .map(drop)
}

pub(crate) fn put_call(connection: &Connection, ready: &ReadyCall) -> rusqlite::Result<()> {
    let call = &ready.call;
    let session = session_of(connection, call)?;
    let number = free_number(connection, session, call.number)?;
    let failure = call.failure.as_ref().map(json);
    let Timing { queue, connect, wait, receive, total } = call.timing;
    let micros = |span: Option<std::time::Duration>| {
        span.map(|span| i64::try_from(span.as_micros()).unwrap_or(i64::MAX))
    };
    connection
        .prepare_cached(
            "INSERT INTO calls (session, number, kind, what, made_elsewhere, http_status, failure, started_at, queue,
                connect, wait, receive, total, credits, reasons, title, url, host, action_count)
             VALUES (:session, :number, :kind, :what, :made_elsewhere, :http_status, :failure, :started_at, :queue,
                :connect, :wait, :receive, :total, :credits, :reasons, :title, :url, :host, :action_count)",
        )?
        .execute(named_params! {
            ":session": session,
            ":number": number,
            ":kind": word(&call.kind),
            ":what": call.what,
            ":made_elsewhere": call.made_elsewhere,
            ":http_status": call.http_status,
            ":failure": failure,
            ":started_at": call.started_at.timestamp_micros(),
            ":queue": micros(queue),
            ":connect": micros(connect),
            ":wait": micros(wait),
            ":receive": micros(receive),
            ":total": micros(total),
            ":credits": call.credits.map(thousandths),
            ":reasons": json(&call.reasons),
            ":title": call.page.title,
            ":url": call.page.url,
            ":host": Url::parse(&call.page.url).ok().and_then(|url| url.host_str().map(str::to_owned)),
            ":action_count": call.action_count,
        })?;
    let id = connection.last_insert_rowid();
    let Words { actions, text, asked } = &call.words;
    let said = index::Said { what: &call.what, failure: failure.as_deref(), page: &call.page };
    index::put(connection, id, &said, [actions, text, asked])?;
    let Body { bytes: request, size: request_size } = &ready.request;
    let Body { bytes: response, size: response_size } = &ready.response;
    connection.prepare_cached("INSERT INTO bodies VALUES (?, ?, ?, ?, ?)")?.execute(params![
        id,
        request,
        request_size,
        response,
        response_size
    ])?;
    for part in &ready.parts {
        put_part(connection, id, part)?;
    }
    let ended =
        call.timing.total.and_then(|total| chrono::TimeDelta::from_std(total).ok()).unwrap_or_default();
    connection
        .prepare_cached(
            "UPDATE sessions SET calls = calls + 1, failed = failed + ?, touched_at = max(touched_at, ?) WHERE key = ?",
        )?
        .execute(params![
            call.failure.is_some(),
            (call.started_at + ended).timestamp_micros(),
            session
        ])
        .map(drop)
}

/// Its session; one that is not kept any more begins anew with what the call knows.
fn session_of(connection: &Connection, call: &NewCall) -> rusqlite::Result<i64> {
    let find = || {
        connection
            .prepare_cached("SELECT key FROM sessions WHERE connection = ? AND session = ?")?
            .query_row([&call.connection, &call.session], |row| row.get(0))
            .optional()
    };
    if let Some(key) = find()? {
        return Ok(key);
    }
    connection
        .prepare_cached(
            "INSERT INTO sessions (connection, connection_name, session, started_here, created_at, touched_at, title,
                url, credits, credits_estimated)
             VALUES (?1, ?1, ?2, 0, ?3, ?3, ?4, ?5, 0, 1)",
        )?
        .execute(params![
            call.connection,
            call.session,
            call.started_at.timestamp_micros(),
            call.page.title,
            call.page.url
        ])?;
    Ok(connection.last_insert_rowid())
}

/// The number that was given, or the next one when a call of an earlier run has it.
fn free_number(connection: &Connection, session: i64, given: u32) -> rusqlite::Result<i64> {
    let taken = connection
        .prepare_cached("SELECT 1 FROM calls WHERE session = ? AND number = ?")?
        .exists(params![session, given])?;
    if !taken {
        return Ok(i64::from(given));
    }
    connection
        .prepare_cached("SELECT max(number) + 1 FROM calls WHERE session = ?")?
        .query_row([session], |row| row.get(0))
}

/// Parts that came after their call.
pub(crate) fn put_parts(
    connection: &Connection,
    late: &LateParts,
    parts: &[ReadyPart],
) -> rusqlite::Result<()> {
    let call = connection
        .prepare_cached(
            "SELECT calls.id FROM calls JOIN sessions ON sessions.key = calls.session
             WHERE sessions.connection = ? AND sessions.session = ? AND calls.started_at = ?
             ORDER BY calls.number = ? DESC LIMIT 1",
        )?
        .query_row(
            params![late.connection, late.session, late.started_at.timestamp_micros(), late.number],
            |row| row.get(0),
        )
        .optional()?;
    let Some(call) = call else { return Ok(()) };
    parts.iter().try_for_each(|part| put_part(connection, call, part))
}

fn put_part(connection: &Connection, call: i64, part: &ReadyPart) -> rusqlite::Result<()> {
    if let Ok(blob) = &part.kept {
        connection
            .prepare_cached("INSERT INTO blobs VALUES (?, ?, ?) ON CONFLICT DO NOTHING")?
            .execute(params![blob.hash, size(blob.size), size(blob.stored)])?;
    }
    connection
        .prepare_cached("INSERT INTO parts VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")?
        .execute(params![
            call,
            word(&part.kind),
            part.kept.as_ref().ok().map(|blob| &blob.hash),
            size(part.size),
            part.media_type,
            part.kept.as_ref().err()
        ])
        .map(drop)
}

/// Sessions that nobody here can see the end of are taken as ended at their last sign of life.
pub(crate) fn end_unseen(connection: &Connection, alive: &[(String, String)]) -> rusqlite::Result<()> {
    let open: Vec<(i64, String, String)> = connection
        .prepare("SELECT key, connection, session FROM sessions WHERE ended_at IS NULL")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (key, on, session) in open {
        if alive.iter().any(|(connection, alive)| *connection == on && *alive == session) {
            continue;
        }
        connection
            .prepare_cached("UPDATE sessions SET ended_at = touched_at, end_detail = ? WHERE key = ?")?
            .execute(params!["its end was not seen", key])?;
    }
    Ok(())
}

pub(crate) fn pin(connection: &Connection, key: i64, pinned: bool) -> rusqlite::Result<bool> {
    let changed = connection.execute("UPDATE sessions SET pinned = ? WHERE key = ?", params![pinned, key])?;
    Ok(changed > 0)
}

/// Takes a session that has ended out of sight; false when there is none of this number.
pub(crate) fn take_away(connection: &Connection, key: i64, now: DateTime<Utc>) -> rusqlite::Result<bool> {
    let sql =
        "UPDATE sessions SET removed_at = ? WHERE key = ? AND ended_at IS NOT NULL AND removed_at IS NULL";
    Ok(connection.execute(sql, params![now.timestamp_micros(), key])? > 0)
}

pub(crate) fn bring_back(connection: &Connection, key: i64) -> rusqlite::Result<bool> {
    let sql = "UPDATE sessions SET removed_at = NULL WHERE key = ? AND removed_at IS NOT NULL";
    Ok(connection.execute(sql, params![key])? > 0)
}

pub(crate) fn size(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

fn thousandths(credits: Credits) -> i64 {
    size(credits.thousandths())
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// An enum by its word.
pub(crate) fn word(value: &impl Serialize) -> String {
    json(value).trim_matches('"').to_owned()
}

pub(crate) fn from_word<T: DeserializeOwned>(column: usize, text: String) -> rusqlite::Result<T> {
    from_json(column, &Value::String(text).to_string())
}

pub(crate) fn from_json<T: DeserializeOwned>(column: usize, text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text)
        .map_err(|why| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(why)))
}

pub(crate) fn instant(column: usize, micros: i64) -> rusqlite::Result<DateTime<Utc>> {
    DateTime::from_timestamp_micros(micros).ok_or(rusqlite::Error::IntegralValueOutOfRange(column, micros))
}

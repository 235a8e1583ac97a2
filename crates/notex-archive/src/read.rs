//! Rows out.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use notex_session::Credits;
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use serde_json::Value;

use crate::blobs::unpacked;
use crate::filter::{Filter, Known, sql};
use crate::handed::{End, Page, PartKind, Timing};
use crate::kept::{
    CallHit, CallsPage, HitsPage, KeptCall, KeptPart, KeptSession, Pinned, SessionFilter, SessionsPage,
    Sizes, Snippet, SnippetOf, WholeCall,
};
use crate::search;
use crate::snippet::Search;
use crate::write::{from_json, from_word, instant, word};

const SESSION: &str = "key, connection, connection_name, session, dialect, started_here, request, created_at,
    touched_at, title, url, credits, credits_estimated, ended_at, end_reason, end_detail, pinned, calls, failed";

/// What was removed is not there for anybody, though it can be brought back for a while.
const THERE: &str = "removed_at IS NULL";
const CALL_THERE: &str = "c.session NOT IN (SELECT key FROM sessions WHERE removed_at IS NOT NULL)";

const CALL: &str =
    "c.number, c.kind, c.what, c.made_elsewhere, c.http_status, c.failure, c.started_at, c.queue,
    c.connect, c.wait, c.receive, c.total, c.credits, c.reasons, c.title, c.url, c.action_count,
    (SELECT hash FROM parts WHERE call = c.id AND kind = 'screenshot'), c.id, c.session";

pub(crate) fn sessions(
    connection: &Connection,
    filter: &SessionFilter,
    offset: u64,
    limit: u32,
) -> rusqlite::Result<SessionsPage> {
    let (mut conditions, mut values) = (vec![THERE], Vec::new());
    if let Some(id) = &filter.connection {
        conditions.push("connection = ?");
        values.push(Sql::from(id.clone()));
    }
    if filter.ended {
        conditions.push("ended_at IS NOT NULL");
    }
    if filter.pinned {
        conditions.push("pinned = 1");
    }
    let conditions = conditions.join(" AND ");
    let total = connection
        .prepare_cached(&format!("SELECT count(*) FROM sessions WHERE {conditions}"))?
        .query_row(params_from_iter(&values), |row| row.get(0))?;
    values.extend([Sql::from(i64::from(limit)), Sql::from(crate::write::size(offset))]);
    let sessions = connection
        .prepare_cached(&format!(
            "SELECT {SESSION} FROM sessions WHERE {conditions} ORDER BY touched_at DESC, key DESC LIMIT ? OFFSET ?"
        ))?
        .query_map(params_from_iter(&values), session)?
        .collect::<rusqlite::Result<_>>()?;
    Ok(SessionsPage { sessions, total })
}

pub(crate) fn one_session(connection: &Connection, key: i64) -> rusqlite::Result<Option<KeptSession>> {
    connection
        .prepare_cached(&format!("SELECT {SESSION} FROM sessions WHERE key = ? AND {THERE}"))?
        .query_row([key], session)
        .optional()
}

pub(crate) fn find_session(
    connection: &Connection,
    on: &str,
    id: &str,
) -> rusqlite::Result<Option<KeptSession>> {
    connection
        .prepare_cached(&format!(
            "SELECT {SESSION} FROM sessions WHERE connection = ? AND session = ? AND {THERE}"
        ))?
        .query_row([on, id], session)
        .optional()
}

/// The one of this id that was called last, on whatever connection.
pub(crate) fn session_called(connection: &Connection, id: &str) -> rusqlite::Result<Option<KeptSession>> {
    connection
        .prepare_cached(&format!(
            "SELECT {SESSION} FROM sessions WHERE session = ? AND {THERE} ORDER BY touched_at DESC LIMIT 1"
        ))?
        .query_row([id], session)
        .optional()
}

/// Those that were removed and can be brought back, with when they were removed; the last one first.
pub(crate) fn removed(connection: &Connection) -> rusqlite::Result<Vec<(KeptSession, DateTime<Utc>)>> {
    connection
        .prepare_cached(&format!(
            "SELECT {SESSION}, removed_at FROM sessions WHERE removed_at IS NOT NULL ORDER BY removed_at DESC, key DESC"
        ))?
        .query_map([], |row| Ok((session(row)?, instant(19, row.get(19)?)?)))?
        .collect()
}

/// Connection, session and highest call number of those that have not ended.
pub(crate) fn unended(connection: &Connection) -> rusqlite::Result<Vec<(String, String, u32)>> {
    connection
        .prepare(
            "SELECT connection, s.session, coalesce((SELECT max(number) FROM calls WHERE session = s.key), 0)
             FROM sessions s WHERE ended_at IS NULL",
        )?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect()
}

pub(crate) fn calls(
    connection: &Connection,
    session: i64,
    offset: u64,
    limit: u32,
) -> rusqlite::Result<CallsPage> {
    let total = connection
        .prepare_cached("SELECT count(*) FROM calls WHERE session = ?")?
        .query_row([session], |row| row.get(0))?;
    let calls = connection
        .prepare_cached(&format!(
            "SELECT {CALL} FROM calls c WHERE c.session = ? ORDER BY c.number LIMIT ? OFFSET ?"
        ))?
        .query_map(params![session, limit, crate::write::size(offset)], call)?
        .collect::<rusqlite::Result<_>>()?;
    Ok(CallsPage { calls, total })
}

/// The calls that a filter asks for, newest first.
pub(crate) fn search(
    connection: &Connection,
    filter: &Filter,
    offset: u64,
    limit: u32,
) -> rusqlite::Result<HitsPage> {
    let (conditions, mut values) = sql::conditions(filter);
    let conditions = format!("{conditions} AND {CALL_THERE}");
    // Of one moment: calls come in meanwhile.
    let _reading = connection.unchecked_transaction()?;
    let total = connection
        .prepare_cached(&format!("SELECT count(*) FROM calls c WHERE {conditions}"))?
        .query_row(params_from_iter(&values), |row| row.get(0))?;
    values.extend([Sql::from(i64::from(limit)), Sql::from(crate::write::size(offset))]);
    let found = connection
        .prepare_cached(&format!(
            "SELECT {CALL} FROM calls c WHERE {conditions} ORDER BY c.started_at DESC, c.id DESC LIMIT ? OFFSET ?"
        ))?
        .query_map(params_from_iter(&values), |row| Ok((row.get(18)?, row.get(19)?, call(row)?)))?
        .collect::<rusqlite::Result<Vec<(i64, i64, KeptCall)>>>()?;
    let (wanted, mut sessions) = (Search::new(&filter.words()), BTreeMap::new());
    let mut hits = Vec::with_capacity(found.len());
    for (id, key, call) in found {
        let session = match sessions.get(&key) {
            Some(known) => Some(KeptSession::clone(known)),
            None => one_session(connection, key)?,
        };
        let Some(session) = session else { continue };
        sessions.entry(key).or_insert_with(|| session.clone());
        let snippet = if wanted.is_for_nothing() { None } else { snippet(connection, id, &call, &wanted)? };
        hits.push(CallHit { session, call, snippet });
    }
    Ok(HitsPage { hits, total })
}

fn snippet(
    connection: &Connection,
    id: i64,
    call: &KeptCall,
    wanted: &Search,
) -> rusqlite::Result<Option<Snippet>> {
    let failure = call.failure.as_ref().map(|failure| failure.message.as_str());
    let near = [
        (SnippetOf::Call, Some(call.what.as_str())),
        (SnippetOf::Call, failure),
        (SnippetOf::Page, Some(&call.page.title)),
        (SnippetOf::Page, Some(&call.page.url)),
    ];
    let found = near.into_iter().find_map(|(of, text)| wanted.in_text(of, text?));
    if found.is_some() {
        return Ok(found);
    }
    let (request, response) = bodies(connection, id)?;
    let of = |of, value: Option<Value>| value.and_then(|value| wanted.in_value(of, &value));
    Ok(of(SnippetOf::Request, request).or_else(|| of(SnippetOf::Answer, response)))
}

/// The values that calls have, for what is being typed. What cannot be read is not offered.
pub(crate) struct Values<'a>(pub(crate) &'a Connection);

impl Values<'_> {
    fn texts(&self, sql: &str, typed: String) -> Vec<String> {
        let read = || {
            let mut rows = self.0.prepare_cached(sql)?;
            let texts = rows.query_map([typed], |row| row.get(0))?;
            texts.collect::<rusqlite::Result<Vec<String>>>()
        };
        read().unwrap_or_default()
    }
}

impl Known for Values<'_> {
    fn hosts(&self, part: &str) -> Vec<String> {
        let sql = format!(
            "SELECT host FROM calls c WHERE host LIKE ? ESCAPE '\\' AND {CALL_THERE}
             GROUP BY host ORDER BY count(*) DESC LIMIT 12"
        );
        self.texts(&sql, search::anywhere(part))
    }

    fn connections(&self, part: &str) -> Vec<String> {
        let sql = format!(
            "SELECT DISTINCT connection_name FROM sessions
             WHERE connection_name LIKE ? ESCAPE '\\' AND {THERE} LIMIT 12"
        );
        self.texts(&sql, search::anywhere(part))
    }

    fn sessions(&self, beginning: &str) -> Vec<String> {
        let sql = format!(
            "SELECT session FROM sessions WHERE session LIKE ? ESCAPE '\\' AND {THERE}
             ORDER BY touched_at DESC LIMIT 12"
        );
        self.texts(&sql, search::beginning(beginning))
    }
}

/// What was sent and what was answered, as far as their rows have them.
pub(crate) fn bodies(connection: &Connection, call: i64) -> rusqlite::Result<(Option<Value>, Option<Value>)> {
    connection
        .prepare_cached("SELECT request, request_size, response, response_size FROM bodies WHERE call = ?")?
        .query_row([call], |row| Ok((body(row, 0)?, body(row, 2)?)))
}

/// A call, and the size and hash of an answer that is a part.
pub(crate) fn whole_call(
    connection: &Connection,
    session: i64,
    number: u32,
) -> rusqlite::Result<Option<WholeCall>> {
    let found = connection
        .prepare_cached(&format!("SELECT {CALL} FROM calls c WHERE c.session = ? AND c.number = ?"))?
        .query_row(params![session, number], |row| Ok((row.get::<_, i64>(18)?, call(row)?)))
        .optional()?;
    let Some((id, call)) = found else { return Ok(None) };
    let (request, response) = bodies(connection, id)?;
    let parts = connection
        .prepare_cached("SELECT kind, hash, size, media_type, missing FROM parts WHERE call = ?")?
        .query_map([id], |row| {
            Ok(KeptPart {
                kind: from_word(0, row.get(0)?)?,
                hash: row.get(1)?,
                size: row.get(2)?,
                media_type: row.get(3)?,
                missing: row.get(4)?,
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(Some(WholeCall { call, request, response, parts }))
}

/// The parts of one kind of a call or of a session, by the numbers of their calls.
pub(crate) fn parts(
    connection: &Connection,
    session: i64,
    number: Option<u32>,
    kind: PartKind,
) -> rusqlite::Result<Vec<(u32, KeptPart)>> {
    let (first, last) = number.map_or((0, u32::MAX), |number| (number, number));
    connection
        .prepare_cached(
            "SELECT p.hash, p.size, p.media_type, p.missing, c.number FROM parts p JOIN calls c ON c.id = p.call
             WHERE c.session = ? AND c.number BETWEEN ? AND ? AND p.kind = ? ORDER BY c.number",
        )?
        .query_map(params![session, first, last, word(&kind)], |row| {
            let part = KeptPart {
                kind,
                hash: row.get(0)?,
                size: row.get(1)?,
                media_type: row.get(2)?,
                missing: row.get(3)?,
            };
            Ok((row.get(4)?, part))
        })?
        .collect()
}

/// The size of a file's bytes, and what they are.
pub(crate) fn blob(connection: &Connection, hash: &str) -> rusqlite::Result<Option<(u64, String)>> {
    connection
        .prepare_cached(
            "SELECT b.size, coalesce((SELECT media_type FROM parts WHERE hash = b.hash LIMIT 1), '')
             FROM blobs b WHERE b.hash = ?",
        )?
        .query_row([hash], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

pub(crate) fn sizes(connection: &Connection) -> rusqlite::Result<Sizes> {
    let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, u64>(0));
    let used = pragma("page_count")?.saturating_sub(pragma("freelist_count")?);
    let (sessions, calls, blob_bytes) = connection.query_row(
        &format!(
            "SELECT (SELECT count(*) FROM sessions WHERE {THERE}),
                (SELECT count(*) FROM calls c WHERE {CALL_THERE}),
                (SELECT coalesce(sum(stored), 0) FROM blobs)"
        ),
        [],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    Ok(Sizes { sessions, calls, row_bytes: used * pragma("page_size")?, blob_bytes })
}

fn session(row: &Row<'_>) -> rusqlite::Result<KeptSession> {
    let ended_at: Option<i64> = row.get(13)?;
    let reason: Option<String> = row.get(14)?;
    let end = match ended_at {
        None => None,
        Some(at) => Some(End {
            at: instant(13, at)?,
            reason: reason.map(|reason| from_word(14, reason)).transpose()?,
            detail: row.get(15)?,
        }),
    };
    Ok(KeptSession {
        key: row.get(0)?,
        connection: row.get(1)?,
        connection_name: row.get(2)?,
        session: row.get(3)?,
        dialect: row.get(4)?,
        started_here: row.get(5)?,
        request: row.get::<_, Option<String>>(6)?.map(|text| from_json(6, &text)).transpose()?,
        created_at: instant(7, row.get(7)?)?,
        touched_at: instant(8, row.get(8)?)?,
        page: Page { title: row.get(9)?, url: row.get(10)? },
        credits: Credits::from_thousandths(row.get(11)?),
        credits_estimated: row.get(12)?,
        end,
        pinned: if row.get(16)? { Pinned::Yes } else { Pinned::No },
        calls: row.get(17)?,
        failed: row.get(18)?,
    })
}

fn call(row: &Row<'_>) -> rusqlite::Result<KeptCall> {
    let span =
        |column| Ok::<_, rusqlite::Error>(row.get::<_, Option<u64>>(column)?.map(Duration::from_micros));
    Ok(KeptCall {
        number: row.get(0)?,
        kind: from_word(1, row.get(1)?)?,
        what: row.get(2)?,
        made_elsewhere: row.get(3)?,
        http_status: row.get(4)?,
        failure: row.get::<_, Option<String>>(5)?.map(|text| from_json(5, &text)).transpose()?,
        started_at: instant(6, row.get(6)?)?,
        timing: Timing {
            queue: span(7)?,
            connect: span(8)?,
            wait: span(9)?,
            receive: span(10)?,
            total: span(11)?,
        },
        credits: row.get::<_, Option<u64>>(12)?.map(Credits::from_thousandths),
        reasons: from_json(13, &row.get::<_, String>(13)?)?,
        page: Page { title: row.get(14)?, url: row.get(15)? },
        action_count: row.get(16)?,
        screenshot: row.get(17)?,
    })
}

fn body(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Value>> {
    let (stored, size): (Option<Vec<u8>>, Option<u64>) = (row.get(column)?, row.get(column + 1)?);
    let (Some(stored), Some(size)) = (stored, size) else { return Ok(None) };
    let broken = |why: Box<dyn std::error::Error + Send + Sync>| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Blob, why)
    };
    let bytes = unpacked(stored, size).map_err(|why| broken(Box::new(why)))?;
    serde_json::from_slice(&bytes).map(Some).map_err(|why| broken(Box::new(why)))
}

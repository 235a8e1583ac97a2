//! Sums of the ledger. Each answers all entries of its month, so that every one adds up to the same.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use notex_session::Credits;
use notex_wire::{CallUsage, DayUsage, HostUsage, RestUsage, SessionUsage};
use rusqlite::types::Type;
use rusqlite::{Connection, Row};

use super::rows::{count, credits, parse_word};
use crate::ledger::Month;

/// A month may hold many thousands of one-call sessions: of so many the dearest stand by themselves, the others
/// together in one row.
const DEAREST: usize = 500;

/// What was charged in a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) used: Credits,
    pub(crate) by_call: Vec<CallUsage>,
    pub(crate) by_day: Vec<DayUsage>,
    pub(crate) by_session: Vec<SessionUsage>,
    pub(crate) other_sessions: Option<RestUsage>,
    pub(crate) by_host: Vec<HostUsage>,
    pub(crate) other_hosts: Option<RestUsage>,
}

pub(super) fn days(connection: &Connection) -> rusqlite::Result<BTreeMap<NaiveDate, Credits>> {
    connection
        .prepare_cached(
            "SELECT date(at / 1000000, 'unixepoch') AS day, sum(thousandths) FROM ledger GROUP BY day",
        )?
        .query_map([], |row| Ok((day(row, 0)?, credits(row, 1)?)))?
        .collect()
}

pub(super) fn of(connection: &Connection, month: Month) -> rusqlite::Result<Totals> {
    let used = connection
        .prepare_cached("SELECT coalesce(sum(thousandths), 0) FROM ledger WHERE at >= ? AND at < ?")?
        .query_row(span(month), |row| credits(row, 0))?;
    let by_call = grouped(connection, month, "call", "3 DESC, 1", |row| {
        Ok(CallUsage { call: parse_word(0, row.get(0)?)?, count: count(row, 1)?, credits: credits(row, 2)? })
    })?;
    let by_day = by_day(connection, month)?;
    let (by_session, other_sessions) = dearest(
        grouped(connection, month, "session_id", "3 DESC, 1", |row| {
            let (all, minutes) = (count(row, 1)?, count(row, 3)?);
            Ok(SessionUsage {
                session_id: row.get(0)?,
                credits: credits(row, 2)?,
                calls: Some(all.saturating_sub(minutes)),
                minutes: Some(minutes),
            })
        })?,
        |session: &SessionUsage| session.credits,
    );
    let (by_host, other_hosts) = dearest(
        grouped(connection, month, "host", "3 DESC, 1", |row| {
            Ok(HostUsage { host: row.get(0)?, count: count(row, 1)?, credits: credits(row, 2)? })
        })?,
        |host: &HostUsage| host.credits,
    );
    Ok(Totals { used, by_call, by_day, by_session, other_sessions, by_host, other_hosts })
}

/// The days with a charge, each with its calls, dearest first.
fn by_day(connection: &Connection, month: Month) -> rusqlite::Result<Vec<DayUsage>> {
    let mut days: Vec<DayUsage> = Vec::new();
    let mut statement = connection.prepare_cached(
        "SELECT date(at / 1000000, 'unixepoch'), call, count(*), sum(thousandths) FROM ledger \
         WHERE at >= ? AND at < ? GROUP BY 1, 2 ORDER BY 1, 4 DESC, 2",
    )?;
    let mut rows = statement.query(span(month))?;
    while let Some(row) = rows.next()? {
        let day = day(row, 0)?;
        let call =
            CallUsage { call: parse_word(1, row.get(1)?)?, count: count(row, 2)?, credits: credits(row, 3)? };
        match days.last_mut().filter(|last| last.day == day) {
            Some(last) => {
                last.credits += call.credits;
                last.by_call.push(call);
            }
            None => days.push(DayUsage { day, credits: call.credits, by_call: vec![call] }),
        }
    }
    Ok(days)
}

/// What each group of the month's entries sums up to: its name, how many, how much, how many of them minutes.
fn grouped<T>(
    connection: &Connection,
    month: Month,
    by: &str,
    order: &str,
    read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    connection
        .prepare_cached(&format!(
            "SELECT {by}, count(*), sum(thousandths), sum(call = 'session_minute') FROM ledger WHERE at >= ? AND at < ? GROUP BY 1 ORDER BY {order}"
        ))?
        .query_map(span(month), read)?
        .collect()
}

/// The first of them, and one row for the rest.
fn dearest<T>(mut all: Vec<T>, credits: impl Fn(&T) -> Credits) -> (Vec<T>, Option<RestUsage>) {
    let rest = all.split_off(all.len().min(DEAREST));
    let other = (!rest.is_empty())
        .then(|| RestUsage { count: rest.len() as u64, credits: rest.iter().map(credits).sum() });
    (all, other)
}

fn span(month: Month) -> [i64; 2] {
    [month.start.timestamp_micros(), month.end.timestamp_micros()]
}

fn day(row: &Row<'_>, column: usize) -> rusqlite::Result<NaiveDate> {
    let day = row.get::<_, String>(column)?;
    day.parse().map_err(|why| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(why)))
}

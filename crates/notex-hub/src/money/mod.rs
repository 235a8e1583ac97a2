//! Usage, ledger, plan and prices of a connection, and what a month would have cost otherwise. What a server reports
//! and what is estimated here for one that reports nothing are never in one number.

mod estimate;
mod ledgers;
mod reprice;
mod usage;
mod what_if;

use chrono::{DateTime, Months, NaiveDate, NaiveTime, Utc};
use notex_client::{ClientError, EntryQuery};
use notex_session::{Credits, Plan, RateCard};
use notex_wire::{LedgerEntry, PlanAnswer, UsageAnswer};

use crate::Hub;
use crate::commands::server_of_connection;
use crate::protocol::{
    Billing, EntryFilter, Failure, FailureCode, LedgerLine, LedgerPage, Outcome, UsageReport, WhatIf,
    WhatIfAnswer,
};

pub(crate) use estimate::{Estimate, spent as estimated_spent};
pub(crate) use ledgers::Ledgers;

/// The server lists no more entries at once.
const PAGE_SIZE: u32 = 500;
const DEFAULT_PAGE_SIZE: u32 = 200;

pub(crate) async fn save_rates(hub: &Hub, connection: String, rates: RateCard) -> Result<Outcome, Failure> {
    let server = server_of_connection(hub, &connection).await?;
    let answer = server.put_rates(&rates).await.map_err(|error| unchangeable(&error))?;
    take_in_plan(hub, connection, answer.body).await
}

pub(crate) async fn save_plan(hub: &Hub, connection: String, plan: Plan) -> Result<Outcome, Failure> {
    let server = server_of_connection(hub, &connection).await?;
    let answer = server.put_plan(&plan).await.map_err(|error| unchangeable(&error))?;
    take_in_plan(hub, connection, answer.body).await
}

async fn take_in_plan(hub: &Hub, connection: String, plan: PlanAnswer) -> Result<Outcome, Failure> {
    let id = connection.clone();
    hub.ask(move |state, _| state.change_connection(&id, |known| known.take_in_plan(&plan))).await?;
    Ok(Outcome { connection: Some(connection), ..Outcome::default() })
}

pub(crate) async fn usage(
    hub: &Hub,
    connection: String,
    period: Option<String>,
) -> Result<UsageReport, Failure> {
    let server = server_of_connection(hub, &connection).await?;
    let month = month_of(hub, &connection, period.as_deref()).await?;
    let told = match &period {
        None => server.usage().await,
        Some(period) => server.usage_of(period).await,
    };
    let answer = match told {
        Ok(answer) => answer.body,
        Err(error) if tells_none(&error) => return estimate::report(hub, connection, month).await,
        Err(error) => return Err(Failure::from(&error)),
    };
    // The month as the server has it: it may have begun another one just now.
    let month = Month { start: answer.period_start, end: answer.period_end };
    let walked = ledgers::walk(hub, &connection, &server, month).await?;
    usage::reported(hub, connection, answer, &walked).await
}

pub(crate) async fn entries(
    hub: &Hub,
    connection: String,
    filter: EntryFilter,
) -> Result<LedgerPage, Failure> {
    let server = server_of_connection(hub, &connection).await?;
    let EntryFilter { session, call, from, to, before, limit } = filter;
    let page_size = Some(limit.unwrap_or(DEFAULT_PAGE_SIZE).clamp(1, PAGE_SIZE));
    let query = EntryQuery { session_id: session, call, from, to, before, page_size };
    match server.entries(&query).await {
        Ok(answer) => Ok(LedgerPage {
            items: answer.body.items.into_iter().map(line).collect(),
            total: answer.body.total,
        }),
        Err(error) if tells_none(&error) => {
            let failure = Failure::new(FailureCode::Other, "this server does not tell its ledger");
            Err(failure.with_hint("the usage shown is estimated from the calls made here"))
        }
        Err(error) => Err(Failure::from(&error)),
    }
}

fn line(entry: LedgerEntry) -> LedgerLine {
    let LedgerEntry { id, at, session_id, call, host, credits, reasons } = entry;
    LedgerLine { id, at, session: session_id, call, host, credits, reasons }
}

pub(crate) async fn billing(hub: &Hub, connection: String) -> Result<Billing, Failure> {
    let server = server_of_connection(hub, &connection).await?;
    let id = connection.clone();
    let (ahead, live_sessions) = hub
        .read(move |state| {
            let ahead = state.connection(&id).map_or_else(Default::default, |known| known.ahead);
            (ahead, u32::try_from(state.live_sessions(&id).count()).unwrap_or(u32::MAX))
        })
        .await?;
    let plan = match server.plan().await {
        Ok(answer) => answer.body,
        Err(error) if tells_none(&error) => return estimate::billing(hub, connection, live_sessions).await,
        Err(error) => return Err(Failure::from(&error)),
    };
    let usage: UsageAnswer = server.usage().await.map_err(|error| Failure::from(&error))?.body;
    let today = (hub.shared.clock.now() + ahead).date_naive();
    let used_today =
        usage.by_day.iter().find(|day| day.day == today).map_or(Credits::ZERO, |day| day.credits);
    Ok(Billing {
        connection,
        plan: Some(plan.plan),
        rates: plan.rates,
        rates_estimated: false,
        editable: true,
        source: plan.source,
        problem: plan.problem,
        period_end: Some(usage.period_end),
        used_today,
        used_month: usage.used,
        live_sessions,
    })
}

pub(crate) async fn what_if(
    hub: &Hub,
    connection: String,
    period: Option<String>,
    change: WhatIf,
) -> Result<WhatIfAnswer, Failure> {
    if let Some(minutes) = change.timeout_minutes {
        crate::commands::check_timeout("timeout", minutes)?;
    }
    let server = server_of_connection(hub, &connection).await?;
    let month = month_of(hub, &connection, period.as_deref()).await?;
    let id = connection.clone();
    let walked = match ledgers::walk(hub, &connection, &server, month).await {
        Ok(walked) => walked,
        // Only a server that tells no ledger is estimated; one that cannot be reached is not.
        Err(failure) => match server.usage().await {
            Err(error) if tells_none(&error) => estimate::walked(hub, connection, month).await?,
            Ok(_) | Err(_) => return Err(failure),
        },
    };
    let ends = hub.read(move |state| what_if::ends(state, &id)).await?;
    Ok(what_if::what_if(&walked, &ends, &change))
}

/// A calendar month (UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Month {
    /// Its first instant.
    pub(crate) start: DateTime<Utc>,
    /// The first instant of the next.
    pub(crate) end: DateTime<Utc>,
}

impl Month {
    pub(crate) fn of(now: DateTime<Utc>) -> Self {
        let day = now.date_naive();
        let first = chrono::Datelike::with_day(&day, 1).unwrap_or(day);
        let start = first.and_time(NaiveTime::MIN).and_utc();
        Self { start, end: start.checked_add_months(Months::new(1)).unwrap_or(start) }
    }

    fn parse(text: &str) -> Option<Self> {
        let day: NaiveDate = format!("{text}-01").parse().ok()?;
        (day.format("%Y-%m").to_string() == text).then(|| Self::of(day.and_time(NaiveTime::MIN).and_utc()))
    }

    fn holds(self, at: DateTime<Utc>) -> bool {
        self.start <= at && at < self.end
    }
}

async fn month_of(hub: &Hub, connection: &str, period: Option<&str>) -> Result<Month, Failure> {
    let Some(period) = period else {
        let id = connection.to_owned();
        let ahead = hub.read(move |state| state.connection(&id).map(|known| known.ahead)).await?;
        return Ok(Month::of(hub.shared.clock.now() + ahead.unwrap_or_default()));
    };
    Month::parse(period).ok_or_else(|| Failure::invalid("period must be a month, written as in 2026-11"))
}

/// The server has no such call: it is of another make.
fn tells_none(error: &ClientError) -> bool {
    match error {
        ClientError::Refused(refused) => matches!(refused.status, 404 | 405),
        ClientError::Unsupported(_) => true,
        ClientError::Unreachable { .. }
        | ClientError::TimedOut { .. }
        | ClientError::Garbled { .. }
        | ClientError::BadAddress(_)
        | ClientError::NoSession => false,
    }
}

fn unchangeable(error: &ClientError) -> Failure {
    if tells_none(error) {
        return Failure::new(
            FailureCode::Other,
            "the prices and the plan of this server cannot be changed from here",
        );
    }
    Failure::from(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_read_as_it_is_written_and_ends_where_the_next_begins() {
        let november = Month::parse("2026-11").unwrap();
        assert_eq!(november.end, Month::parse("2026-12").unwrap().start);
        assert_eq!(Month::parse("2026-12").unwrap().end, Month::parse("2027-01").unwrap().start);
        for wrong in ["", "2026", "2026-13", "2026-1", "November", "2026-11-01"] {
            assert_eq!(Month::parse(wrong), None, "{wrong:?}");
        }
    }
}

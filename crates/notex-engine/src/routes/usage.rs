//! What was charged, what is left, and the prices.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use notex_session::{Plan, RateCard};
use notex_wire::{CallKind, EntryPage, PlanAnswer, UsageAnswer};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::body::Body;
use crate::engine::EngineState;
use crate::ledger::{Month, Tariff};
use crate::refusal::Refused;
use crate::routes::paging;
use crate::store::EntryFilter;
use crate::tariff_file::TariffError;

type Shared = State<Arc<EngineState>>;
type Words = Query<HashMap<String, String>>;

pub(super) async fn usage(State(state): Shared, query: Words) -> Result<Json<UsageAnswer>, Refused> {
    known(&query, &["period"])?;
    let month = match query.get("period") {
        None => Month::of(state.clock.now()),
        Some(text) => Month::parse(text).ok_or_else(|| {
            wrong("period", "period must be a month of the calendar, written as in 2026-11")
        })?,
    };
    let totals = state.store.totals(month).await?;
    let tariff = state.tariff.current();
    Ok(Json(UsageAnswer {
        plan: tariff.plan.name.clone(),
        period_start: month.start,
        period_end: month.end,
        allowed: tariff.plan.credits_per_month,
        used: totals.used,
        remaining: tariff.remaining(totals.used),
        by_call: totals.by_call,
        by_day: totals.by_day,
        by_session: totals.by_session,
        other_sessions: totals.other_sessions,
        by_host: totals.by_host,
        other_hosts: totals.other_hosts,
    }))
}

pub(super) async fn entries(State(state): Shared, query: Words) -> Result<Json<EntryPage>, Refused> {
    known(&query, &["page", "page_size", "session_id", "call", "from", "to", "before"])?;
    let paging = paging(&query)?;
    let filter = EntryFilter {
        session_id: query.get("session_id").cloned(),
        call: read(&query, "call", "one of start, session_minute, observe, step and scrape", |text| {
            word::<CallKind>(text)
        })?,
        from: instant(&query, "from")?,
        to: instant(&query, "to")?,
        before: read(&query, "before", "the number of an entry", |text| text.parse().ok())?,
    };
    if let (Some(from), Some(to)) = (filter.from, filter.to)
        && from > to
    {
        return Err(wrong("from", "from must not be later than to"));
    }
    let (items, total) = state.store.entries(filter, paging).await?;
    Ok(Json(EntryPage { items, page: paging.page, page_size: paging.page_size, total }))
}

pub(super) async fn plan(State(state): Shared) -> Json<PlanAnswer> {
    Json(state.tariff.answer())
}

pub(super) async fn put_plan(state: Shared, plan: Body<Plan>) -> Result<Json<PlanAnswer>, Refused> {
    change(state, |tariff| tariff.plan = plan.0).await
}

pub(super) async fn put_rates(state: Shared, rates: Body<RateCard>) -> Result<Json<PlanAnswer>, Refused> {
    change(state, |tariff| tariff.rates = rates.0).await
}

async fn change(
    State(state): Shared,
    change: impl FnOnce(&mut Tariff) + Send,
) -> Result<Json<PlanAnswer>, Refused> {
    state.tariff.change(change).await.map_err(|error| match error {
        TariffError::Wrong { why, .. } => {
            // "plan.name must ...": the body is the plan or the rates itself.
            let (field, _) = why.split_once(' ').unwrap_or((&why, ""));
            let field = field.rsplit('.').next().unwrap_or(field).to_owned();
            Refused::field(&field, "value_error", why)
        }
        unwritten @ (TariffError::Unreadable { .. } | TariffError::Unwritable { .. }) => {
            Refused::new(StatusCode::INTERNAL_SERVER_ERROR, "tariff_not_written", unwritten.to_string())
        }
    })?;
    state.tell_plan();
    Ok(Json(state.tariff.answer()))
}

/// A misspelt filter would answer more than was asked for.
fn known(query: &Words, names: &[&str]) -> Result<(), Refused> {
    match query.keys().find(|name| !names.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => {
            let name: String = name.chars().take(80).collect();
            Err(wrong(&name, &format!("{name} is not known here; known are: {}", names.join(", "))))
        }
    }
}

fn read<T>(
    query: &Words,
    name: &str,
    expected: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, Refused> {
    let Some(text) = query.get(name) else { return Ok(None) };
    parse(text).map(Some).ok_or_else(|| wrong(name, &format!("{name} must be {expected}")))
}

fn instant(query: &Words, name: &str) -> Result<Option<DateTime<Utc>>, Refused> {
    read(query, name, "an instant with its zone, written as in 2026-11-22T12:00:00Z", |text| {
        DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc())
    })
}

fn word<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_value(Value::String(text.to_owned())).ok()
}

fn wrong(name: &str, message: &str) -> Refused {
    Refused::located(&["query", name], "value_error", message)
}

//! What was charged, the plan and its prices. Servers of other makes tell none of it.

use chrono::{DateTime, SecondsFormat, Utc};
use notex_session::{Plan, RateCard};
use notex_wire::{CallKind, EntryPage, PlanAnswer, UsageAnswer, path};
use reqwest::Method;
use serde_json::Value;
use url::form_urlencoded;

use crate::server::SHORT;
use crate::{Answered, ClientError, Server};

/// Which entries of a ledger. What is `None` filters nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryQuery {
    /// Only of this session.
    pub session_id: Option<String>,
    /// Only for this.
    pub call: Option<CallKind>,
    /// Only from this instant on.
    pub from: Option<DateTime<Utc>>,
    /// Only earlier than this.
    pub to: Option<DateTime<Utc>>,
    /// Only entered before the one with this number.
    pub before: Option<u64>,
    /// At most so many, 500 at most; the server's own default when `None`.
    pub page_size: Option<u32>,
}

impl EntryQuery {
    fn path(&self) -> String {
        let instant = |at: &DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        let call = self.call.and_then(|call| match serde_json::to_value(call) {
            Ok(Value::String(word)) => Some(word),
            Ok(_) | Err(_) => None,
        });
        let words = [
            ("session_id", self.session_id.clone()),
            ("call", call),
            ("from", self.from.as_ref().map(instant)),
            ("to", self.to.as_ref().map(instant)),
            ("before", self.before.map(|id| id.to_string())),
            ("page_size", self.page_size.map(|size| size.to_string())),
        ];
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in words {
            if let Some(value) = value {
                query.append_pair(name, &value);
            }
        }
        format!("{}?{}", path::USAGE_ENTRIES, query.finish())
    }
}

impl Server {
    /// What was used this month and what remains.
    pub async fn usage(&self) -> Result<Answered<UsageAnswer>, ClientError> {
        self.needs_ours("it tells no usage and no prices")?;
        self.call::<(), _>(Method::GET, path::USAGE, None, SHORT).await
    }

    /// The same of the month that `period` names: `2026-11`.
    pub async fn usage_of(&self, period: &str) -> Result<Answered<UsageAnswer>, ClientError> {
        self.needs_ours("it tells no usage and no prices")?;
        let period: String = form_urlencoded::byte_serialize(period.as_bytes()).collect();
        let path = format!("{}?period={period}", path::USAGE);
        self.call::<(), _>(Method::GET, &path, None, SHORT).await
    }

    /// Entries of the ledger, newest first.
    pub async fn entries(&self, query: &EntryQuery) -> Result<Answered<EntryPage>, ClientError> {
        self.needs_ours("it tells no usage and no prices")?;
        self.call::<(), _>(Method::GET, &query.path(), None, SHORT).await
    }

    /// The plan and its prices.
    pub async fn plan(&self) -> Result<Answered<PlanAnswer>, ClientError> {
        self.needs_ours("it tells no usage and no prices")?;
        self.call::<(), _>(Method::GET, path::PLAN, None, SHORT).await
    }

    /// Another plan from now on.
    ///
    /// # Errors
    /// A refusal with status 422 names the field that is wrong.
    pub async fn put_plan(&self, plan: &Plan) -> Result<Answered<PlanAnswer>, ClientError> {
        self.needs_ours("it tells no usage and no prices")?;
        self.call(Method::PUT, path::PLAN, Some(plan), SHORT).await
    }

    /// Other prices for new charges.
    ///
    /// # Errors
    /// A refusal with status 422 names the field that is wrong.
    pub async fn put_rates(&self, rates: &RateCard) -> Result<Answered<PlanAnswer>, ClientError> {
        self.needs_ours("it tells no usage and no prices")?;
        self.call(Method::PUT, path::PLAN_RATES, Some(rates), SHORT).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_written_as_the_server_reads_it() {
        let query = EntryQuery {
            session_id: Some("s 1&x".to_owned()),
            call: Some(CallKind::SessionMinute),
            from: "2026-11-01T00:00:00Z".parse().ok(),
            before: Some(7),
            page_size: Some(500),
            ..EntryQuery::default()
        };
        assert_eq!(
            query.path(),
            "/usage/entries?session_id=s+1%26x&call=session_minute&from=2026-11-01T00%3A00%3A00Z&before=7&page_size=500"
        );
    }
}

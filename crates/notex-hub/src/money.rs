//! Usage, ledger, plan and prices of a connection; what a month would have cost otherwise; budgets.

use notex_session::{Plan, RateCard};

use crate::Hub;
use crate::protocol::{
    Billing, EntryFilter, Failure, FailureCode, LedgerPage, Outcome, UsageReport, WhatIf, WhatIfAnswer,
};

fn later<T>() -> Result<T, Failure> {
    Err(Failure::new(FailureCode::Other, "not built yet"))
}

pub(crate) async fn save_rates(
    _hub: &Hub,
    _connection: String,
    _rates: RateCard,
) -> Result<Outcome, Failure> {
    later()
}

pub(crate) async fn save_plan(_hub: &Hub, _connection: String, _plan: Plan) -> Result<Outcome, Failure> {
    later()
}

pub(crate) async fn usage(
    _hub: &Hub,
    _connection: String,
    _period: Option<String>,
) -> Result<UsageReport, Failure> {
    later()
}

pub(crate) async fn entries(
    _hub: &Hub,
    _connection: String,
    _filter: EntryFilter,
) -> Result<LedgerPage, Failure> {
    later()
}

pub(crate) async fn billing(_hub: &Hub, _connection: String) -> Result<Billing, Failure> {
    later()
}

pub(crate) async fn what_if(
    _hub: &Hub,
    _connection: String,
    _period: Option<String>,
    _change: WhatIf,
) -> Result<WhatIfAnswer, Failure> {
    later()
}

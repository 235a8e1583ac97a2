use chrono::NaiveDate;
use notex_session::{Charge, Lifetime, RateCard, ScrapeSize};
use notex_wire::{CallKind, EntryPage, LedgerEntry, SessionOptions, UsageAnswer};
use proptest::prelude::*;

use super::*;
use crate::account::Account;
use crate::browser::Traffic;
use crate::ledger::{Month, NewEntry};
use crate::store::{EntryFilter, Paging, SessionRecord, Store, Totals};

fn record(id: &str, at: DateTime<Utc>) -> SessionRecord {
    SessionRecord {
        id: id.to_owned(),
        life: Lifetime::begin(at, 5, true).unwrap(),
        screenshot: false,
        title: None,
        url: None,
        options: SessionOptions::default(),
        traffic: Traffic::default(),
        ended: None,
    }
}

/// A charge at some second of three months, by some session on some host.
#[derive(Clone, Debug)]
struct Charged {
    second: i64,
    session: u8,
    host: u8,
    kind: u8,
    amount: u64,
}

fn charged() -> impl Strategy<Value = Charged> {
    (0..7_900_000i64, 0u8..6, 0u8..4, 0u8..4, 0u64..90_000)
        .prop_map(|(second, session, host, kind, amount)| Charged { second, session, host, kind, amount })
}

impl Charged {
    fn entry(&self) -> NewEntry {
        let rates = RateCard::default();
        let (call, charge): (CallKind, Charge) = match self.kind {
            0 => (CallKind::SessionMinute, rates.session_minute(1 + self.amount)),
            1 => (CallKind::Observe, rates.observe_with_screenshot(self.amount / 100)),
            2 => (CallKind::Step, rates.step()),
            _ => {
                let size = ScrapeSize { markdown_bytes: self.amount, images: self.amount % 7 };
                (CallKind::Scrape, rates.scrape(size))
            }
        };
        let begin: DateTime<Utc> = "2026-10-01T00:00:00Z".parse().unwrap();
        let host = (self.host > 0).then(|| format!("host-{}.example", self.host));
        NewEntry { at: begin + TimeDelta::seconds(self.second), call, host, charge }
    }
}

fn sums(totals: &Totals) -> [Credits; 4] {
    let rest =
        |rest: &Option<notex_wire::RestUsage>| rest.as_ref().map_or(Credits::ZERO, |rest| rest.credits);
    [
        totals.by_call.iter().map(|row| row.credits).sum(),
        totals.by_day.iter().map(|row| row.credits).sum(),
        totals.by_session.iter().map(|row| row.credits).sum::<Credits>() + rest(&totals.other_sessions),
        totals.by_host.iter().map(|row| row.credits).sum::<Credits>() + rest(&totals.other_hosts),
    ]
}

async fn all_entries(store: &Store, filter: EntryFilter) -> Vec<LedgerEntry> {
    store.entries(filter, Paging { page: 1, page_size: 100_000 }).await.unwrap().0
}

async fn every_sum_agrees(charged: Vec<Charged>) {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let mut written = Vec::new();
    for charge in &charged {
        let entry = charge.entry();
        let record = record(&format!("session-{}", charge.session), entry.at);
        written.extend(store.write(record, vec![entry]).await.unwrap());
    }
    let account = Account::new(store.days().await.unwrap());
    for month in ["2026-10", "2026-11", "2026-12", "2027-01"].map(|month| Month::parse(month).unwrap()) {
        let in_month = |entry: &&LedgerEntry| (month.start..month.end).contains(&entry.at);
        let expected: Credits = written.iter().filter(in_month).map(|entry| entry.credits).sum();
        let totals = store.totals(month).await.unwrap();
        assert_eq!((totals.used, sums(&totals)), (expected, [expected; 4]));
        assert_eq!(account.used(month), expected);
        let filter = EntryFilter { from: Some(month.start), to: Some(month.end), ..EntryFilter::default() };
        let listed = all_entries(&store, filter).await;
        assert_eq!(listed.iter().map(|entry| entry.credits).sum::<Credits>(), expected);
        for day in &totals.by_day {
            assert_eq!(day.by_call.iter().map(|call| call.credits).sum::<Credits>(), day.credits);
            let of_day = |entry: &&LedgerEntry| entry.at.date_naive() == day.day;
            let count = written.iter().filter(in_month).filter(of_day).count() as u64;
            assert_eq!(day.by_call.iter().map(|call| call.count).sum::<u64>(), count);
        }
        for row in &totals.by_session {
            let of_session = |entry: &&LedgerEntry| entry.session_id == row.session_id;
            let minutes = |entry: &&LedgerEntry| entry.call == CallKind::SessionMinute;
            let (minutes, calls): (Vec<_>, Vec<_>) =
                written.iter().filter(in_month).filter(of_session).partition(minutes);
            assert_eq!(row.minutes, Some(minutes.len() as u64));
            assert_eq!(row.calls, Some(calls.len() as u64));
        }
        for row in &totals.by_host {
            let of_host = written.iter().filter(in_month).filter(|entry| entry.host == row.host);
            assert_eq!(of_host.map(|entry| entry.credits).sum::<Credits>(), row.credits);
        }
    }
    for session in (0..6).map(|number| format!("session-{number}")) {
        let of_session = written.iter().filter(|entry| entry.session_id == session);
        let expected: Credits = of_session.map(|entry| entry.credits).sum();
        if let Some((_, credits)) = store.session(&session).await.unwrap() {
            assert_eq!(credits, expected);
        }
        let filter = EntryFilter { session_id: Some(session), ..EntryFilter::default() };
        assert_eq!(all_entries(&store, filter).await.iter().map(|e| e.credits).sum::<Credits>(), expected);
    }
    assert!(
        written.iter().all(|entry| entry.reasons.iter().map(|r| r.credits).sum::<Credits>() == entry.credits)
    );
    store.close().await;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn usage_by_call_day_session_and_host_is_the_sum_of_the_entries_to_the_last_thousandth(
        charged in prop::collection::vec(charged(), 0..120),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(every_sum_agrees(charged));
    }
}

#[tokio::test]
async fn more_sessions_than_are_listed_are_one_row_and_nothing_is_lost() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let charge = Charged { second: 0, session: 0, host: 1, kind: 2, amount: 0 };
    for number in 0..520 {
        let entry = charge.entry();
        store.write(record(&format!("session-{number:03}"), entry.at), vec![entry]).await.unwrap();
    }
    let totals = store.totals(Month::parse("2026-10").unwrap()).await.unwrap();
    assert_eq!((totals.by_session.len(), totals.other_sessions.as_ref().unwrap().count), (500, 20));
    assert_eq!((totals.used, sums(&totals)), (Credits::whole(520), [Credits::whole(520); 4]));
}

#[tokio::test]
async fn usage_of_another_month_is_shown_and_a_wrong_one_refused() {
    let house = House::new().await;
    let session = house.start().await;
    house.observe(&session, "https://shop.example/a").await;
    house.close(&session).await.of::<SessionAnswer>();
    house.seconds_pass(30 * 24 * 3600);
    let now: UsageAnswer = house.get("/usage").await.of();
    assert_eq!((now.used, now.by_day.len()), (Credits::ZERO, 0));
    let then: UsageAnswer = house.get("/usage?period=2026-11").await.of();
    assert_eq!(then.used, Credits::from_thousandths(1_100));
    assert_eq!(then.by_day[0].day, "2026-11-22".parse::<NaiveDate>().unwrap());
    let hosts: Vec<_> =
        then.by_host.iter().map(|row| (row.host.as_deref(), row.credits.to_string())).collect();
    assert_eq!(hosts, [(Some("shop.example"), "1".to_owned()), (None, "0.1".to_owned())]);
    for wrong in ["/usage?period=November", "/usage?period=2026-13", "/usage?month=2026-11"] {
        let refusal = house.get(wrong).await.refusal(422);
        assert!(refusal.message.contains("period"), "{}", refusal.message);
    }
}

#[tokio::test]
async fn entries_are_filtered_and_a_walk_is_not_disturbed_by_new_ones() {
    let house = House::new().await;
    let (one, two) = (house.start().await, house.start().await);
    for _ in 0..3 {
        house.step(&one, "I1").await.of::<PageAnswer>();
    }
    house.seconds_pass(30);
    house.step(&two, "I1").await.of::<PageAnswer>();
    let entries = async |query: &str| house.get(&format!("/usage/entries?{query}")).await.of::<EntryPage>();
    assert_eq!(entries("").await.total, 6);
    assert_eq!(entries(&format!("session_id={}", one.session_id)).await.total, 4);
    assert_eq!(entries("call=step").await.total, 4);
    assert_eq!(entries("call=session_minute&session_id=nobody").await.total, 0);
    assert_eq!(entries("from=2026-11-22T12:00:30Z").await.total, 1);
    assert_eq!(entries("to=2026-11-22T13:00:30%2B01:00").await.total, 5);

    let first = entries("page_size=2").await;
    house.step(&two, "I1").await.of::<PageAnswer>();
    let mut walked: Vec<u64> = first.items.iter().map(|entry| entry.id).collect();
    while let Some(last) = walked.last().copied() {
        let next = entries(&format!("page_size=2&before={last}")).await;
        if next.items.is_empty() {
            break;
        }
        walked.extend(next.items.iter().map(|entry| entry.id));
    }
    assert_eq!(walked, [6, 5, 4, 3, 2, 1]);
}

#[tokio::test]
async fn a_filter_that_cannot_be_read_is_refused_by_name() {
    let house = House::new().await;
    for (query, named) in [
        ("call=telepathy", "call"),
        ("from=yesterday", "from"),
        ("to=2026-11-22T12:00:00", "to"),
        ("before=-1", "before"),
        ("from=2026-11-23T00:00:00Z&to=2026-11-22T00:00:00Z", "from"),
        ("sesion_id=x", "sesion_id"),
    ] {
        let refusal = house.get(&format!("/usage/entries?{query}")).await.refusal(422);
        assert!(refusal.message.contains(named), "{query}: {}", refusal.message);
    }
}

use notex_session::ScrapeSize;
use proptest::prelude::*;

use super::*;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

fn entry(session: &str, call: CallKind, seconds: i64, card: &RateCard, size: u64) -> LedgerEntry {
    let charge = match call {
        CallKind::Start => card.start(),
        CallKind::SessionMinute => card.session_minute(size),
        CallKind::Observe => card.observe_with_screenshot(size),
        CallKind::Step => card.step(),
        CallKind::Scrape => card.scrape(ScrapeSize { markdown_bytes: size * 100, images: size % 3 }),
        CallKind::Extend | CallKind::Close => unreachable!("they cost nothing"),
    };
    LedgerEntry {
        id: 0,
        at: at(seconds),
        session_id: session.to_owned(),
        call,
        host: None,
        credits: charge.total(),
        reasons: charge.reasons().to_vec(),
    }
}

/// A session that began at second 0, was stepped at these seconds, and lived so many minutes.
fn life(session: &str, steps: &[i64], minutes: u64) -> Vec<LedgerEntry> {
    let card = RateCard::default();
    let minute = |number: u64| {
        let begins = i64::try_from(number - 1).unwrap() * 60;
        entry(session, CallKind::SessionMinute, begins, &card, number)
    };
    let mut entries: Vec<_> = (1..=minutes).map(minute).collect();
    entries.extend(steps.iter().map(|second| entry(session, CallKind::Step, *second, &card, 0)));
    entries
}

fn walked(mut entries: Vec<LedgerEntry>) -> Walked {
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.at));
    Walked { entries, left_out: 0, estimated: false }
}

fn timeout(minutes: i64) -> WhatIf {
    WhatIf { timeout_minutes: Some(minutes), ..WhatIf::default() }
}

fn minutes_of(answer: &WhatIfAnswer) -> (u64, u64) {
    let row = answer.by_call.iter().find(|row| row.call == CallKind::SessionMinute).unwrap();
    (row.was.thousandths() / 100, row.would_be.thousandths() / 100)
}

#[test]
fn a_session_closed_right_after_its_last_call_does_not_pay_for_the_minutes_after_it() {
    let ledger = walked(life("s-1", &[30, 90], 7));
    let change = WhatIf { close_at_once: true, ..WhatIf::default() };
    let answer = what_if(&ledger, &HashMap::new(), &change);
    assert_eq!(minutes_of(&answer), (7, 2));
    assert_eq!((answer.restarted, answer.note), (0, None));
}

#[test]
fn a_shorter_timeout_cuts_what_was_idle_at_the_end() {
    let ledger = walked(life("s-1", &[30, 90], 7));
    let answer = what_if(&ledger, &HashMap::new(), &timeout(2));
    // It would have ended 210 seconds after its start, in its fourth minute.
    assert_eq!((minutes_of(&answer), answer.restarted), ((7, 4), 0));
}

#[test]
fn a_shorter_timeout_has_a_session_started_again_by_the_call_it_did_not_live_to_see() {
    let ledger = walked(life("s-1", &[30, 400], 12));
    let answer = what_if(&ledger, &HashMap::new(), &timeout(1));
    // Two minutes until second 90, and after the second step one more.
    assert_eq!((minutes_of(&answer), answer.restarted), ((12, 3), 1));
}

/// The same life begun later, on a page of this host.
fn later(entries: Vec<LedgerEntry>, host: &str, seconds: i64) -> Vec<LedgerEntry> {
    let moved = |entry: LedgerEntry| LedgerEntry {
        at: entry.at + TimeDelta::seconds(seconds),
        host: Some(host.to_owned()),
        ..entry
    };
    entries.into_iter().map(moved).collect()
}

#[test]
fn sessions_of_a_host_that_lived_side_by_side_pay_their_minutes_once_when_they_share_one() {
    let merge = WhatIf { merge_sessions: true, ..WhatIf::default() };
    let two = |host: &str, after: i64| {
        let mut entries = later(life("s-1", &[30], 6), "shop.example", 0);
        entries.extend(later(life("s-2", &[30], 6), host, after));
        what_if(&walked(entries), &HashMap::new(), &merge)
    };
    let beside = two("shop.example", 120);
    assert_eq!((minutes_of(&beside), beside.merged), ((12, 8), 1));
    let steps = beside.by_call.iter().find(|row| row.call == CallKind::Step).unwrap();
    assert_eq!((steps.was, steps.would_be), (Credits::whole(2), Credits::whole(2)));
    assert!(beside.note.unwrap().contains("waited for each other"));
    // What lies between them is lived through, and costs.
    let after = two("shop.example", 10 * 60);
    assert_eq!((minutes_of(&after), after.merged), ((12, 16), 1));
    for alone in [two("other.example", 120), two("shop.example", 20 * 60)] {
        assert_eq!((minutes_of(&alone), alone.merged), ((12, 12), 0));
    }
}

#[test]
fn a_longer_timeout_costs_those_that_ended_by_the_shorter_one() {
    let ledger = walked(life("s-1", &[30], 6));
    let idle = HashMap::from([("s-1".to_owned(), End::Idle)]);
    let answer = what_if(&ledger, &idle, &timeout(10));
    assert_eq!(minutes_of(&answer), (6, 11));
    let closed = HashMap::from([("s-1".to_owned(), End::Otherwise)]);
    assert_eq!(minutes_of(&what_if(&ledger, &closed, &timeout(10))), (6, 6));
    let unknown = what_if(&ledger, &HashMap::new(), &timeout(10));
    assert_eq!(minutes_of(&unknown), (6, 6));
    assert!(unknown.note.unwrap().contains("How 1 of the sessions ended is not known here"));
}

#[test]
fn another_card_also_prices_starts_that_were_free() {
    let ledger = walked(life("s-1", &[30], 2));
    let rates = RateCard { start: Credits::whole(5), step: Credits::whole(2), ..RateCard::default() };
    let change = WhatIf { rates: Some(rates), ..WhatIf::default() };
    let answer = what_if(&ledger, &HashMap::new(), &change);
    assert_eq!(answer.was, Credits::from_thousandths(1_200));
    assert_eq!(answer.would_be, Credits::from_thousandths(7_200));
}

#[test]
fn what_was_left_out_or_is_of_another_make_is_said() {
    let mut entries = life("s-1", &[30], 2);
    entries[2].reasons[0].what = "agent run".to_owned();
    let ledger = Walked { left_out: 9, ..walked(entries) };
    let change = WhatIf { rates: Some(RateCard::default()), ..WhatIf::default() };
    let answer = what_if(&ledger, &HashMap::new(), &change);
    let note = answer.note.unwrap();
    assert!(note.contains("9 older ones are left out"), "{note}");
    assert!(note.contains("1 charges are not of a rate card"), "{note}");
    assert_eq!(answer.would_be, answer.was);
}

fn ledgers() -> impl Strategy<Value = Walked> {
    let session = (prop::collection::vec(0i64..4_000, 0..8), 1u64..80);
    prop::collection::vec(session, 0..5).prop_map(|sessions| {
        let lives = sessions.iter().enumerate();
        walked(lives.flat_map(|(n, (steps, minutes))| life(&format!("s-{n}"), steps, *minutes)).collect())
    })
}

proptest! {
    #[test]
    fn nothing_changed_costs_what_it_cost(ledger in ledgers()) {
        let same = what_if(&ledger, &HashMap::new(), &WhatIf::default());
        prop_assert_eq!(same.was, same.would_be);
        let card = WhatIf { rates: Some(RateCard::default()), ..WhatIf::default() };
        let same = what_if(&ledger, &HashMap::new(), &card);
        prop_assert_eq!(same.was, same.would_be);
        prop_assert_eq!(same.was, ledger.entries.iter().map(|entry| entry.credits).sum::<Credits>());
    }

    #[test]
    fn each_kind_of_call_adds_up_to_the_whole(ledger in ledgers(), minutes in 1i64..30, close_at_once: bool, merge_sessions: bool) {
        let change = WhatIf { timeout_minutes: Some(minutes), close_at_once, merge_sessions, rates: None };
        let answer = what_if(&ledger, &HashMap::new(), &change);
        prop_assert_eq!(answer.by_call.iter().map(|row| row.would_be).sum::<Credits>(), answer.would_be);
        prop_assert_eq!(answer.by_call.iter().map(|row| row.was).sum::<Credits>(), answer.was);
    }

    #[test]
    fn closing_at_once_never_costs_more(ledger in ledgers()) {
        let change = WhatIf { close_at_once: true, ..WhatIf::default() };
        let answer = what_if(&ledger, &HashMap::new(), &change);
        prop_assert!(answer.would_be <= answer.was);
        prop_assert_eq!(answer.restarted, 0);
    }

    #[test]
    fn dearer_prices_never_cost_less(ledger in ledgers(), more in 0u64..5_000) {
        let step = Credits::from_thousandths(1_000 + more);
        let change = WhatIf { rates: Some(RateCard { step, ..RateCard::default() }), ..WhatIf::default() };
        let answer = what_if(&ledger, &HashMap::new(), &change);
        prop_assert!(answer.would_be >= answer.was);
    }
}

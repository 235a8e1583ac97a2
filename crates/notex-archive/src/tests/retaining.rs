use super::*;

fn keep(house: &House, id: &str, days: i64, seed: u64) {
    house.archive.keep_session(ended(facts(id, days))).unwrap();
    let parts = vec![picture(seed, 100_000)];
    house.archive.keep_call(NewCall { parts, ..call(id, 1, days) }).unwrap();
    house.archive.flush().unwrap();
}

#[test]
fn sessions_past_their_days_go_with_their_calls_words_and_files() {
    let house = House::new();
    keep(&house, "old", -40, 1);
    keep(&house, "young", -20, 2);
    let swept = house.archive.sweep(Retention::default(), day(0)).unwrap();
    assert_eq!(swept, Swept { sessions: 1, blobs: 1 });
    assert_eq!(house.ids(), ["young"]);
    assert_eq!(house.files().len(), 1);
    assert_eq!(house.found("shop").len(), 1);
    assert_eq!(house.archive.sizes().unwrap().calls, 1);
}

#[test]
fn beyond_its_size_the_oldest_go_and_never_a_pinned_or_living_one() {
    let house = House::new();
    for (seed, id) in (1..).zip(["pinned", "living", "first", "second", "third", "fourth"]) {
        keep(&house, id, i64::try_from(seed).unwrap(), seed);
    }
    house.archive.keep_session(facts("living", 2)).unwrap();
    let pinned = house.all().into_iter().find(|session| session.session == "pinned").unwrap().key;
    house.archive.pin(pinned, Pinned::Yes).unwrap();
    let before = house.archive.sizes().unwrap();
    let bytes = before.row_bytes + before.blob_bytes - 150_000;
    let retention = Retention { days: 10_000, bytes };
    let swept = house.archive.sweep(retention, day(0)).unwrap();
    assert_eq!(swept.sessions, 2, "as many as it takes");
    assert_eq!(house.ids(), ["fourth", "third", "living", "pinned"]);
    house.archive.sweep(Retention { days: 0, bytes: 0 }, day(10_000)).unwrap();
    assert_eq!(house.ids(), ["living", "pinned"]);
    assert_eq!(house.files().len(), 2);
}

#[test]
fn a_file_that_another_session_has_too_stays_with_it() {
    let house = House::new();
    keep(&house, "old", -40, 1);
    keep(&house, "young", -20, 1);
    assert_eq!(house.files().len(), 1);
    let swept = house.archive.sweep(Retention::default(), day(0)).unwrap();
    assert_eq!(swept, Swept { sessions: 1, blobs: 0 });
    assert_eq!(house.files().len(), 1);
}

#[test]
fn clearing_leaves_what_is_pinned_or_lives_and_no_trace_of_the_rest_in_any_file() {
    let house = House::new();
    keep(&house, "pinned", 0, 1);
    keep(&house, "gone", 1, 2);
    let words = Words { text: "ein zanzibarian".to_owned(), ..Words::default() };
    let secretive = NewCall { what: "zanzibarian".repeat(20), words, ..call("gone", 2, 1) };
    house.archive.keep_call(secretive).unwrap();
    house.archive.flush().unwrap();
    let pinned = house.all().into_iter().find(|session| session.session == "pinned").unwrap().key;
    house.archive.pin(pinned, Pinned::Yes).unwrap();
    house.archive.keep_session(facts("living", 2)).unwrap();
    assert_eq!(house.archive.clear().unwrap(), Swept { sessions: 1, blobs: 1 });
    assert_eq!(house.ids(), ["living", "pinned"]);
    for file in ["archive.sqlite", "archive.sqlite-wal"] {
        let bytes = std::fs::read(house.folder.path().join("history").join(file)).unwrap_or_default();
        assert!(!bytes.windows(11).any(|part| part == b"zanzibarian"), "{file}");
    }
    assert_eq!(house.archive.remove(pinned).unwrap().sessions, 1, "one by one also what is pinned");
}

#[test]
fn a_session_that_is_taken_away_is_found_nowhere_and_comes_back_whole() {
    let house = House::new();
    keep(&house, "s-1", 0, 1);
    keep(&house, "s-2", 1, 2);
    house.archive.keep_session(facts("living", 2)).unwrap();
    house.archive.flush().unwrap();
    let key = |id: &str| house.all().into_iter().find(|session| session.session == id).unwrap().key;
    let (going, living) = (key("s-1"), key("living"));
    let before = house.archive.session(going).unwrap();
    assert!(house.archive.take_away(going, day(3)).unwrap());
    assert!(!house.archive.take_away(going, day(4)).unwrap(), "once");
    assert!(!house.archive.take_away(living, day(3)).unwrap(), "what lives stays");
    assert_eq!(house.ids(), ["living", "s-2"]);
    assert_eq!(house.found("shop"), ["s-2#1"]);
    assert_eq!(house.archive.session(going).unwrap(), None);
    assert_eq!(house.archive.find_session("local", "s-1").unwrap(), None);
    assert_eq!(house.archive.session_called("s-1").unwrap(), None);
    let offered = house.archive.complete("session:s-", 10).unwrap();
    assert_eq!(offered.suggestions.len(), 1, "{offered:?}");
    let sizes = house.archive.sizes().unwrap();
    assert_eq!((sizes.sessions, sizes.calls), (2, 1));

    let house = house.reopened();
    let [(taken, at)] = <[_; 1]>::try_from(house.archive.taken_away().unwrap()).unwrap();
    assert_eq!((taken.session.as_str(), at), ("s-1", day(3)));
    assert_eq!(house.archive.remove_taken_away(day(2)).unwrap(), Swept::default(), "not yet");
    assert!(house.archive.bring_back(going).unwrap());
    assert_eq!(house.archive.session(going).unwrap(), before);
    assert_eq!(house.found("shop").len(), 2);
    assert_eq!(house.files().len(), 2);

    house.archive.take_away(going, day(3)).unwrap();
    assert_eq!(house.archive.remove_taken_away(day(3)).unwrap(), Swept { sessions: 1, blobs: 1 });
    assert!(!house.archive.bring_back(going).unwrap(), "it is gone for good");
    assert_eq!((house.archive.taken_away().unwrap().len(), house.files().len()), (0, 1));
}

#[test]
fn what_was_taken_away_goes_when_all_is_cleared_and_comes_back_when_it_lives_again() {
    let house = House::new();
    for (seed, id) in (1..).zip(["pinned", "again"]) {
        keep(&house, id, 0, seed);
    }
    for session in house.all() {
        house.archive.pin(session.key, Pinned::Yes).unwrap();
        house.archive.take_away(session.key, day(1)).unwrap();
    }
    house.archive.keep_session(facts("again", 2)).unwrap();
    house.archive.flush().unwrap();
    assert_eq!(house.ids(), ["again"]);
    assert_eq!(house.archive.clear().unwrap(), Swept { sessions: 1, blobs: 1 });
    assert_eq!(house.ids(), ["again"]);
    assert!(house.archive.taken_away().unwrap().is_empty());
}

#[test]
fn sessions_whose_end_nobody_saw_are_taken_as_ended_but_those_that_may_live() {
    let house = House::new();
    for id in ["lost", "alive"] {
        house.archive.keep_session(facts(id, 0)).unwrap();
        house.archive.keep_call(call(id, 1, 1)).unwrap();
    }
    let alive = vec![("local".to_owned(), "alive".to_owned())];
    house.archive.end_unseen(alive);
    house.archive.keep_session(facts("later", 2)).unwrap();
    house.archive.flush().unwrap();
    let kept = house.all();
    let lost = kept.iter().find(|session| session.session == "lost").unwrap();
    let end = lost.end.clone().unwrap();
    assert_eq!((end.at, end.reason), (lost.touched_at, None));
    assert_eq!(end.detail.as_deref(), Some("its end was not seen"));
    assert_eq!(kept.iter().filter(|session| session.end.is_none()).count(), 2);
}

use super::*;

#[test]
fn a_call_comes_back_as_it_was_handed_in_also_after_another_start() {
    let house = House::new();
    house.archive.keep_session(facts("s-1", 0)).unwrap();
    let screenshot = picture(1, 5_000);
    let failure = CallFailure { code: "timed_out".to_owned(), message: "no answer".to_owned(), hint: None };
    let timing = Timing {
        queue: Some(Duration::from_millis(1)),
        connect: None,
        wait: Some(Duration::from_millis(2)),
        receive: Some(Duration::from_micros(3)),
        total: Some(Duration::from_millis(4)),
    };
    let given = NewCall { parts: vec![screenshot.clone()], timing, ..call("s-1", 1, 0) };
    house.archive.keep_call(given.clone()).unwrap();
    let failed = NewCall { failure: Some(failure.clone()), response: None, ..call("s-1", 2, 0) };
    house.archive.keep_call(failed).unwrap();
    house.archive.flush().unwrap();
    let house = house.reopened();
    let session = house.only();
    assert_eq!((session.calls, session.failed, session.end.clone()), (2, 1, None));
    assert_eq!(session.request, facts("s-1", 0).request);
    let whole = house.archive.call(session.key, 1).unwrap().unwrap();
    assert_eq!((&whole.request, &whole.response), (&given.request, &given.response));
    assert_eq!((whole.call.timing, whole.call.credits), (timing, given.credits));
    let hash = whole.call.screenshot.unwrap();
    assert_eq!(house.archive.blob(&hash).unwrap(), (screenshot.bytes, "image/png".to_owned()));
    let listed = house.archive.calls(session.key, 1, 10).unwrap();
    assert_eq!((listed.total, listed.calls.len()), (2, 1));
    assert_eq!(listed.calls[0].failure, Some(failure));
    assert!(house.archive.call(session.key, 3).unwrap().is_none());
}

#[test]
fn what_is_told_again_of_a_session_replaces_what_was_known_and_takes_nothing_back() {
    let house = House::new();
    house.archive.keep_session(facts("s-1", 0)).unwrap();
    let later = SessionFacts {
        request: None,
        dialect: None,
        started_here: false,
        page: Page::default(),
        credits: Credits::from_thousandths(9_000),
        ..ended(facts("s-1", 0))
    };
    house.archive.keep_session(later.clone()).unwrap();
    house.archive.flush().unwrap();
    let kept = house.only();
    assert_eq!((kept.end, kept.credits), (later.end, later.credits));
    assert_eq!((kept.request, kept.started_here), (facts("s-1", 0).request, true));
    assert_eq!((kept.page, kept.dialect.as_deref()), (facts("s-1", 0).page, Some("notex")));
    // One that was seen to end and lives all the same.
    house.archive.keep_session(facts("s-1", 0)).unwrap();
    house.archive.flush().unwrap();
    assert_eq!(house.only().end, None);
}

#[test]
fn a_number_that_an_earlier_run_gave_becomes_the_next_one_and_both_calls_stay() {
    let house = House::new();
    for number in [1, 2, 1] {
        house.archive.keep_call(call("s-1", number, 0)).unwrap();
    }
    house.archive.flush().unwrap();
    let calls = house.archive.calls(house.only().key, 0, 10).unwrap().calls;
    assert_eq!(calls.iter().map(|call| call.number).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(house.archive.unended().unwrap(), [("local".to_owned(), "s-1".to_owned(), 3)]);
}

#[test]
fn a_large_answer_is_a_file_and_is_read_like_any_other() {
    let house = House::new();
    let noise: Vec<u8> = picture(7, 600_000).bytes;
    let response = Some(json!({ "noise": noise }));
    house.archive.keep_call(NewCall { response: response.clone(), ..call("s-1", 1, 0) }).unwrap();
    // One that compresses well stays in its row.
    let dull = Some(json!({ "markdown": "la ".repeat(500_000) }));
    house.archive.keep_call(NewCall { response: dull.clone(), ..call("s-1", 2, 0) }).unwrap();
    house.archive.flush().unwrap();
    let key = house.only().key;
    let whole = house.archive.call(key, 1).unwrap().unwrap();
    assert!(whole.response == response);
    assert_eq!(whole.parts[0].kind, PartKind::Response);
    let on_disk = std::fs::metadata(&house.files()[0]).unwrap().len();
    assert!(on_disk < whole.parts[0].size * 2 / 3, "text is compressed: {on_disk}");
    let whole = house.archive.call(key, 2).unwrap().unwrap();
    assert!(whole.response == dull && whole.parts.is_empty());
}

#[test]
fn the_same_picture_is_kept_once_and_a_file_that_was_changed_is_not_shown() {
    let house = House::new();
    for number in 1..=3 {
        house.archive.keep_call(NewCall { parts: vec![picture(1, 900)], ..call("s-1", number, 0) }).unwrap();
    }
    house.archive.flush().unwrap();
    let [file] = <[std::path::PathBuf; 1]>::try_from(house.files()).unwrap();
    let hash = file.file_name().unwrap().to_str().unwrap();
    std::fs::write(&file, picture(2, 900).bytes).unwrap();
    assert!(matches!(house.archive.blob(hash), Err(ArchiveError::DamagedBlob(_))));
    std::fs::remove_file(&file).unwrap();
    assert!(matches!(house.archive.blob(hash), Err(ArchiveError::NoBlob(_))));
    assert!(matches!(house.archive.blob("../../etc/passwd"), Err(ArchiveError::NoBlob(_))));
}

#[test]
fn sessions_are_narrowed_by_connection_pin_and_end_and_come_page_by_page() {
    let house = House::new();
    for (id, days) in [("old", -20), ("new", 0)] {
        house.archive.keep_session(ended(facts(id, days))).unwrap();
    }
    let cloud = SessionFacts { connection: "cloud".to_owned(), ..facts("live", 1) };
    house.archive.keep_session(cloud).unwrap();
    house.archive.flush().unwrap();
    let found = |filter: SessionFilter| -> Vec<String> {
        let page = house.archive.sessions(&filter, 0, 10).unwrap();
        assert_eq!(page.total, page.sessions.len() as u64);
        page.sessions.into_iter().map(|session| session.session).collect()
    };
    let any = SessionFilter::default;
    assert_eq!(found(any()), ["live", "new", "old"], "last touched first");
    assert_eq!(found(SessionFilter { connection: Some("cloud".to_owned()), ..any() }), ["live"]);
    assert_eq!(found(SessionFilter { ended: true, ..any() }), ["new", "old"]);
    let old = house.all()[2].key;
    assert!(house.archive.pin(old, Pinned::Yes).unwrap());
    assert!(!house.archive.pin(4711, Pinned::Yes).unwrap());
    assert_eq!(found(SessionFilter { pinned: true, ..any() }), ["old"]);
    let page = house.archive.sessions(&any(), 1, 1).unwrap();
    assert_eq!((page.total, page.sessions[0].session.as_str()), (3, "new"));
}

#[test]
fn a_session_of_five_thousand_calls_lists_well_within_a_second() {
    let house = House::new();
    for number in 1..=5_000 {
        house.archive.keep_call(call("s-1", number, 0)).unwrap();
    }
    house.archive.flush().unwrap();
    let key = house.only().key;
    let begun = std::time::Instant::now();
    let page = house.archive.calls(key, 0, 5_000).unwrap();
    let took = begun.elapsed();
    assert_eq!((page.total, page.calls.len(), page.calls[4_999].number), (5_000, 5_000, 5_000));
    assert!(took < Duration::from_millis(700), "{took:?}");
}

#[test]
fn readers_go_on_while_the_writer_writes_and_see_whole_calls_only() {
    let house = House::new();
    house.archive.keep_session(facts("s-1", 0)).unwrap();
    house.archive.flush().unwrap();
    let key = house.only().key;
    let archive = &house.archive;
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(move || {
                let mut seen = 0;
                while seen < 400 {
                    let page = archive.calls(key, 0, 1_000).unwrap();
                    assert!(page.total >= seen, "a call that was seen stays");
                    seen = page.total;
                    if let Some(last) = page.calls.last() {
                        let whole = archive.call(key, last.number).unwrap().unwrap();
                        assert!(whole.response.is_some() && whole.request.is_some());
                        archive.blob(whole.call.screenshot.as_deref().unwrap()).unwrap();
                    }
                }
            });
        }
        scope.spawn(move || {
            for number in 1..=400 {
                let parts = vec![picture(u64::from(number), 600)];
                archive.keep_call(NewCall { parts, ..call("s-1", number, 0) }).unwrap();
            }
        });
    });
}

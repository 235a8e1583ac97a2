use super::*;
use crate::thread::Writer;

/// The file of rows may grow no more, or may again.
fn limit(house: &House, most_pages: Option<u32>) {
    let set = move |writer: &mut Writer| {
        let now: u32 = writer.connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
        let most = most_pages.unwrap_or(now);
        writer.connection.pragma_update_and_check(None, "max_page_count", most, |_| Ok(()))
    };
    drop(house.archive.run("be limited", set));
}

/// The same while what waits cannot be written.
fn unlimit(house: &House) {
    let (done, told) = std::sync::mpsc::channel();
    house.archive.ask(move |writer| {
        let set = writer.connection.pragma_update_and_check(None, "max_page_count", 1_000_000, |_| Ok(()));
        done.send(set).unwrap();
    });
    told.recv().unwrap().unwrap();
}

#[test]
fn on_a_full_disk_calls_wait_it_is_told_once_and_nothing_is_lost_when_there_is_space_again() {
    let house = House::new();
    house.archive.keep_session(facts("s-1", 0)).unwrap();
    house.archive.flush().unwrap();
    limit(&house, None);
    let long = |number| NewCall { what: "x".repeat(9_000), ..call("s-1", number, 0) };
    for number in 1..=20 {
        house.archive.keep_call(long(number)).unwrap();
    }
    let refused = house.archive.flush().unwrap_err();
    assert!(refused.to_string().ends_with("no space is left on the disk"), "{refused}");
    assert!(house.archive.sweep(Retention::default(), day(0)).is_err(), "what waits may name any file");
    for number in 21..=40 {
        house.archive.keep_call(long(number)).unwrap();
        house.archive.flush().unwrap_err();
    }
    assert!(matches!(&house.heard()[..], [News::Failing(_)]), "{:?}", house.heard());
    // What was written before can be read meanwhile.
    let key = house.only().key;
    unlimit(&house);
    while house.archive.flush().is_err() {}
    assert!(matches!(&house.heard()[..], [News::Failing(_), News::Recovered]), "{:?}", house.heard());
    assert_eq!(house.archive.calls(key, 0, 100).unwrap().total, 40);
}

#[test]
fn what_waits_is_written_by_itself_when_there_is_space_again() {
    let house = House::new();
    limit(&house, None);
    house.archive.keep_call(NewCall { what: "x".repeat(90_000), ..call("s-1", 1, 0) }).unwrap();
    house.archive.flush().unwrap_err();
    unlimit(&house);
    while house.all().is_empty() {
        std::thread::yield_now();
    }
    assert_eq!(house.only().calls, 1);
}

#[test]
fn more_than_may_wait_is_refused_and_what_waits_is_kept() {
    let house = House::open(TempDir::new().unwrap(), |options| options.most_waiting = 10_000).unwrap();
    limit(&house, None);
    let long = |number| NewCall { what: "x".repeat(90_000), ..call("s-1", number, 0) };
    let mut taken = 0;
    let refused = loop {
        match house.archive.keep_call(long(taken + 1)) {
            Ok(()) => taken += 1,
            Err(refused) => break refused,
        }
        assert!(taken < 100, "something waits");
    };
    assert!(matches!(refused, ArchiveError::Behind), "{refused}");
    unlimit(&house);
    house.archive.flush().unwrap();
    assert_eq!(house.only().calls, u64::from(taken));
    house.archive.keep_call(long(taken + 1)).unwrap();
}

#[test]
fn on_a_disk_that_is_nearly_full_pictures_are_left_out_and_said_to_be_and_calls_are_kept() {
    let house = House::new();
    let keep = |number: u32| {
        let parts = vec![picture(u64::from(number), 900)];
        house.archive.keep_call(NewCall { parts, ..call("s-1", number, 0) }).unwrap();
        house.archive.flush().unwrap();
        house.archive.call(house.only().key, number).unwrap().unwrap()
    };
    assert!(keep(1).call.screenshot.is_some());
    house.free.store(499_999_999, Ordering::Relaxed);
    let whole = keep(2);
    assert_eq!(whole.call.screenshot, None);
    assert!(whole.response.is_some(), "an answer of ordinary size is a row");
    assert_eq!(whole.parts[0].missing.as_deref(), Some("the disk had 499 MB free"));
    assert_eq!(whole.parts[0].size, 900);
    keep(3);
    house.free.store(600_000_000, Ordering::Relaxed);
    assert!(keep(4).call.screenshot.is_some());
    let said = "the disk had 499 MB free".to_owned();
    assert_eq!(house.heard(), [News::SpaceLow(said), News::SpaceBack]);
}

#[test]
fn a_disk_that_has_no_space_for_a_file_costs_that_file_only() {
    let house = House::new();
    house.full.store(true, Ordering::Relaxed);
    house.archive.keep_call(NewCall { parts: vec![picture(1, 900)], ..call("s-1", 1, 0) }).unwrap();
    house.archive.flush().unwrap();
    let whole = house.archive.call(house.only().key, 1).unwrap().unwrap();
    assert_eq!(whole.parts[0].missing.as_deref(), Some("no space was left on the disk"));
    assert!(house.files().is_empty());
    assert!(matches!(&house.heard()[..], [News::SpaceLow(_)]));
}

#[test]
fn a_second_inspector_is_refused_until_the_first_lets_go() {
    let house = House::new();
    let path = house.folder.path().join("history");
    let refused = Archive::open(Options::new(path.clone())).err().unwrap();
    assert!(matches!(refused, ArchiveError::InUse(_)), "{refused}");
    house.archive.close();
    assert!(matches!(house.archive.keep_call(call("s-1", 1, 0)), Err(ArchiveError::Closed)));
    drop(Archive::open(Options::new(path)).unwrap());
}

#[test]
#[cfg(target_os = "linux")]
fn a_folder_that_cannot_be_used_is_refused_in_a_sentence() {
    let refused = Archive::open(Options::new("/proc/self/nowhere".into())).err().unwrap();
    assert!(
        refused.to_string().starts_with("the history folder /proc/self/nowhere cannot be used"),
        "{refused}"
    );
}

#[test]
#[cfg(unix)]
fn nobody_else_may_look_into_the_folder() {
    use std::os::unix::fs::PermissionsExt;
    let house = House::new();
    let mode = std::fs::metadata(house.folder.path().join("history")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

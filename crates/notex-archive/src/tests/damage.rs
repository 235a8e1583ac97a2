use super::*;

fn kept() -> House {
    let house = House::new();
    house.archive.keep_session(facts("s-1", 0)).unwrap();
    for number in 1..=50 {
        let parts = vec![picture(u64::from(number), 600)];
        house.archive.keep_call(NewCall { parts, ..call("s-1", number, 0) }).unwrap();
    }
    house.archive.flush().unwrap();
    house
}

#[test]
fn a_damaged_file_is_put_aside_whole_with_a_sentence_and_a_new_one_is_begun() {
    let House { folder, archive, .. } = kept();
    drop(archive);
    let history = folder.path().join("history");
    let before = std::fs::read_dir(history.join("blobs")).unwrap().count();
    std::fs::write(history.join("archive.sqlite"), "these are the holiday pictures ".repeat(900)).unwrap();
    let house = House::open(folder, |_| {}).unwrap();
    let said = house.put_aside.clone().unwrap();
    assert!(said.contains("put aside in") && said.contains("damaged-1"), "{said}");
    let aside = history.join("damaged-1");
    assert!(std::fs::read_to_string(aside.join("archive.sqlite")).unwrap().starts_with("these are"));
    assert_eq!(std::fs::read_dir(aside.join("blobs")).unwrap().count(), before, "no picture is deleted");
    assert!(house.all().is_empty());
    house.archive.keep_call(call("s-2", 1, 0)).unwrap();
    house.archive.flush().unwrap();
    let house = house.reopened();
    assert_eq!((house.put_aside.clone(), house.ids()), (None, vec!["s-2".to_owned()]));
}

#[test]
fn damage_that_shows_only_while_reading_is_said_and_put_aside_at_the_next_start() {
    let House { folder, archive, .. } = kept();
    drop(archive);
    let file = folder.path().join("history/archive.sqlite");
    let place: usize = rusqlite::Connection::open(&file)
        .unwrap()
        .query_row(
            "SELECT pgoffset FROM dbstat WHERE name = 'calls' AND pagetype = 'leaf' ORDER BY path DESC LIMIT 1",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[place..place + 4096].fill(0xa5);
    std::fs::write(&file, bytes).unwrap();
    let house = House::open(folder, |_| {}).unwrap();
    assert_eq!(house.put_aside, None, "what is looked at first is fine");
    let key = 1;
    let refused = (1..=50).find_map(|number| house.archive.call(key, number).err()).unwrap();
    assert!(refused.to_string().starts_with("the history could not be read"), "{refused}");
    let house = house.reopened();
    assert!(house.put_aside.is_some());
}

#[test]
fn an_archive_of_a_newer_inspector_is_left_alone() {
    let House { folder, archive, .. } = kept();
    drop(archive);
    let file = folder.path().join("history/archive.sqlite");
    rusqlite::Connection::open(&file).unwrap().pragma_update(None, "user_version", 4711).unwrap();
    let before = std::fs::read(&file).unwrap();
    let refused = House::open(folder, |_| {}).err().unwrap();
    assert!(refused.to_string().contains("by a newer inspector (version 4711, this one knows"), "{refused}");
    assert!(!before.is_empty());
}

#[test]
fn what_a_killed_process_left_half_written_or_unnamed_is_removed_and_the_rest_stays() {
    let house = kept();
    let files = house.files();
    let folder = files[0].parent().unwrap();
    let stray = "ab".repeat(32);
    std::fs::write(folder.join(format!("{stray}.part")), "half").unwrap();
    std::fs::write(folder.join(&stray), "whole, and named by no row").unwrap();
    std::fs::write(folder.join("notes.txt"), "somebody's").unwrap();
    let house = house.reopened();
    house.archive.flush().unwrap();
    let mut left = house.files();
    left.retain(|file| !file.ends_with("notes.txt"));
    assert_eq!(left.len(), files.len());
    assert!(folder.join("notes.txt").exists());
}

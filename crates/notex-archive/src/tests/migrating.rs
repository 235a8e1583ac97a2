use rusqlite::Connection;

use super::*;
use crate::schema;

/// What version 1 wrote; it must open for ever.
const VERSION_1: &str = include_str!("version-1.sql");

#[test]
fn an_archive_of_the_first_version_opens_with_all_that_it_holds() {
    let folder = TempDir::new().unwrap();
    let history = folder.path().join("history");
    std::fs::create_dir_all(&history).unwrap();
    let old = Connection::open(history.join("archive.sqlite")).unwrap();
    old.execute_batch(VERSION_1).unwrap();
    assert_eq!(schema::version(&old).unwrap(), 1);
    drop(old);
    let house = House::open(folder, |_| {}).unwrap();
    assert_eq!(house.put_aside, None);
    let session = house.only();
    assert_eq!((session.session.as_str(), session.pinned, session.calls), ("s-1", Pinned::Yes, 1));
    let whole = house.archive.call(session.key, 1).unwrap().unwrap();
    assert_eq!(whole.request, Some(json!({ "url": "https://shop.example.com/" })));
    assert_eq!(whole.response.unwrap()["data"]["markdown"], "Zum Wagen");
    assert_eq!(whole.call.action_count, Some(12));
    assert_eq!(whole.parts[0].missing.as_deref(), Some("the disk had 4 MB free"));
    // The index is made anew beside other work.
    while house.found("cart").is_empty() {
        std::thread::yield_now();
    }
    for typed in ["wagen", "\u{8cfc}\u{7269}", "shop", "url:shop 12"] {
        assert_eq!(house.found(typed), ["s-1#1"], "{typed}");
    }
    house.archive.keep_call(call("s-1", 2, 0)).unwrap();
    house.archive.flush().unwrap();
    assert_eq!(house.only().calls, 2);
}

#[test]
fn only_the_migrations_that_were_not_done_are_done_and_rows_stay() {
    let mut connection = Connection::open_in_memory().unwrap();
    schema::migrate(&mut connection, schema::MIGRATIONS).unwrap();
    crate::write::put_session(&connection, &facts("s-1", 0)).unwrap();
    let mut all = schema::MIGRATIONS.to_vec();
    all.push("ALTER TABLE sessions ADD COLUMN note TEXT NOT NULL DEFAULT 'none';");
    schema::migrate(&mut connection, &all).unwrap();
    assert_eq!(schema::version(&connection).unwrap(), schema::NEWEST + 1);
    let row = connection.query_row("SELECT session, note FROM sessions", [], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
    });
    assert_eq!(row.unwrap(), ("s-1".to_owned(), "none".to_owned()));
}

#[test]
fn a_migration_that_fails_leaves_the_version_before_whole() {
    let mut connection = Connection::open_in_memory().unwrap();
    schema::migrate(&mut connection, schema::MIGRATIONS).unwrap();
    let mut all = schema::MIGRATIONS.to_vec();
    all.push("CREATE TABLE half (a); INSERT INTO nowhere VALUES (1);");
    schema::migrate(&mut connection, &all).unwrap_err();
    assert_eq!(schema::version(&connection).unwrap(), schema::NEWEST);
    let tables: u32 = connection
        .query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'half'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(tables, 0);
}

//! The tables, and how older ones become them: `user_version` counts the migrations that were done.
//! Instants and spans are microseconds, credits thousandths. Compressed is what is shorter than its size.

use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};

/// In order; never change one that was released.
pub(crate) const MIGRATIONS: &[&str] = &["
    CREATE TABLE sessions (
        key INTEGER PRIMARY KEY,
        connection TEXT NOT NULL,
        connection_name TEXT NOT NULL,
        session TEXT NOT NULL,
        dialect TEXT,
        started_here INTEGER NOT NULL,
        request TEXT,
        created_at INTEGER NOT NULL,
        touched_at INTEGER NOT NULL,
        title TEXT NOT NULL,
        url TEXT NOT NULL,
        credits INTEGER NOT NULL,
        credits_estimated INTEGER NOT NULL,
        ended_at INTEGER,
        end_reason TEXT,
        end_detail TEXT,
        pinned INTEGER NOT NULL DEFAULT 0,
        calls INTEGER NOT NULL DEFAULT 0,
        failed INTEGER NOT NULL DEFAULT 0,
        UNIQUE (connection, session)
    ) STRICT;
    CREATE INDEX sessions_by_age ON sessions (touched_at);
    CREATE TABLE calls (
        id INTEGER PRIMARY KEY,
        session INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        kind TEXT NOT NULL,
        what TEXT NOT NULL,
        made_elsewhere INTEGER NOT NULL,
        http_status INTEGER,
        failure TEXT,
        started_at INTEGER NOT NULL,
        queue INTEGER,
        connect INTEGER,
        wait INTEGER,
        receive INTEGER,
        total INTEGER,
        credits INTEGER,
        reasons TEXT NOT NULL,
        title TEXT NOT NULL,
        url TEXT NOT NULL,
        host TEXT,
        action_count INTEGER,
        UNIQUE (session, number)
    ) STRICT;
    CREATE INDEX calls_by_host ON calls (host, session);
    CREATE TABLE bodies (
        call INTEGER PRIMARY KEY REFERENCES calls (id) ON DELETE CASCADE,
        request BLOB,
        request_size INTEGER,
        response BLOB,
        response_size INTEGER
    ) STRICT;
    CREATE TABLE blobs (
        hash TEXT PRIMARY KEY,
        size INTEGER NOT NULL,
        stored INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE parts (
        call INTEGER NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
        kind TEXT NOT NULL,
        hash TEXT REFERENCES blobs (hash),
        size INTEGER NOT NULL,
        media_type TEXT NOT NULL,
        missing TEXT,
        PRIMARY KEY (call, kind),
        CHECK ((hash IS NULL) <> (missing IS NULL))
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX parts_by_hash ON parts (hash);
    CREATE VIRTUAL TABLE words USING fts5 (
        url, title, actions, text, asked,
        content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
    );
    CREATE TRIGGER a_call_that_goes_takes_its_words AFTER DELETE ON calls
        BEGIN DELETE FROM words WHERE rowid = OLD.id; END;
",
"
    -- Words inside of Chinese and Japanese text are found now, and what a call said of itself: the writer makes the
    -- index anew from what is kept, beside its other work.
    DROP TABLE words;
    CREATE VIRTUAL TABLE words USING fts5 (
        url, title, said, actions, text, asked,
        content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
    );
    CREATE INDEX calls_by_time ON calls (started_at);
",
"
    -- What was removed can be brought back for a while: until then it is there and nobody is told of it.
    ALTER TABLE sessions ADD COLUMN removed_at INTEGER;
    CREATE INDEX sessions_removed ON sessions (removed_at) WHERE removed_at IS NOT NULL;
"];

/// The version of tables that the last migration makes.
#[expect(clippy::cast_possible_truncation, reason = "there are a handful")]
pub(crate) const NEWEST: u32 = MIGRATIONS.len() as u32;

/// How many migrations were done.
pub(crate) fn version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// How the writer uses the file. A killed process loses nothing that was committed; a machine that loses its power may
/// lose the last moments, and nothing else.
pub(crate) fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(Duration::from_secs(2))?;
    // Only of effect on an empty file: the space of what goes is given back bit by bit.
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // What was cleared is overwritten.
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)
}

/// Does the migrations that were not done, all or none.
pub(crate) fn migrate(connection: &mut Connection, migrations: &[&str]) -> rusqlite::Result<()> {
    let done = version(connection)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for (version, migration) in (1u32..).zip(migrations) {
        if version > done {
            transaction.execute_batch(migration)?;
            transaction.pragma_update(None, "user_version", version)?;
        }
    }
    transaction.commit()
}

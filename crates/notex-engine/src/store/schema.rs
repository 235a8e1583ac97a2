//! The tables, and how older ones become them: `user_version` counts the migrations that were done.

use rusqlite::Connection;

/// In order; never change one that was released.
const MIGRATIONS: [&str; 3] = [
    "
    CREATE TABLE sessions (
        id TEXT PRIMARY KEY,
        created_at INTEGER NOT NULL,
        last_accessed_at INTEGER NOT NULL,
        timeout_minutes INTEGER NOT NULL,
        keep_alive INTEGER NOT NULL,
        screenshot INTEGER NOT NULL,
        title TEXT,
        url TEXT,
        closed_at INTEGER,
        close_reason TEXT,
        error TEXT
    ) STRICT;
    CREATE INDEX sessions_by_age ON sessions (created_at);
    CREATE TABLE ledger (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,
        session_id TEXT NOT NULL,
        call TEXT NOT NULL,
        host TEXT,
        thousandths INTEGER NOT NULL CHECK (thousandths > 0),
        reasons TEXT NOT NULL
    ) STRICT;
    CREATE INDEX ledger_by_time ON ledger (at, thousandths);
    CREATE INDEX ledger_by_session ON ledger (session_id, thousandths);
    CREATE TRIGGER ledger_is_never_rewritten BEFORE UPDATE ON ledger
        BEGIN SELECT RAISE(ABORT, 'ledger entries are never rewritten'); END;
    CREATE TRIGGER ledger_is_never_shortened BEFORE DELETE ON ledger
        BEGIN SELECT RAISE(ABORT, 'ledger entries are never deleted'); END;
",
    "
    ALTER TABLE sessions ADD COLUMN max_duration_minutes INTEGER;
    ALTER TABLE sessions ADD COLUMN options TEXT NOT NULL DEFAULT '{}';
    ALTER TABLE sessions ADD COLUMN request_bytes INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE sessions ADD COLUMN response_bytes INTEGER NOT NULL DEFAULT 0;
",
    "
    DROP INDEX ledger_by_session;
    CREATE INDEX ledger_by_session ON ledger (session_id, at, thousandths);
    CREATE INDEX sessions_not_ended ON sessions (created_at) WHERE closed_at IS NULL;
",
];

/// The version of tables that the last migration makes.
#[expect(clippy::cast_possible_truncation, reason = "there are a handful")]
pub(super) const NEWEST: u32 = MIGRATIONS.len() as u32;

/// The version of the tables as they are: how many migrations were done.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.busy_timeout(std::time::Duration::from_secs(2))?;
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Brings the tables up to date. The lock is exclusive and kept: two engines on one folder would each
/// take the other's sessions for leftovers.
pub(super) fn prepare(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    // In pages of 4 KB. Only here the disk is waited for, so it is done seldom.
    connection.pragma_update(None, "wal_autocheckpoint", 4000)?;
    let done = version(connection)?;
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    for (version, migration) in (1u32..).zip(MIGRATIONS) {
        if version > done {
            transaction.execute_batch(migration)?;
            transaction.pragma_update(None, "user_version", version)?;
        }
    }
    transaction.commit()
}

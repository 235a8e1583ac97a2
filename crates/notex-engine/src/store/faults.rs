//! Faults of a disk, for tests.

use super::{Store, StoreError};

/// Whether a disk has space.
#[derive(Clone, Copy)]
pub(crate) enum Fullness {
    Full,
    Spacious,
}

impl Store {
    /// The file may not grow any more, or may again.
    pub(crate) async fn limit_growth(&self, fullness: Fullness) {
        self.run("be limited", move |connection| {
            let pages: u32 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
            let most = match fullness {
                Fullness::Full => pages,
                Fullness::Spacious => 1_000_000,
            };
            connection.pragma_update_and_check(None, "max_page_count", most, |_| Ok(()))
        })
        .await
        .expect("the limit is set");
    }

    /// From now on nothing can be written, or it can again.
    pub(crate) async fn break_writes(&self, broken: bool) {
        self.run("be broken", move |connection| connection.pragma_update(None, "query_only", broken))
            .await
            .expect("it is set");
    }

    /// A write that fails.
    pub(crate) async fn fail(&self) -> Result<(), StoreError> {
        self.run("fail", |connection| {
            connection.execute("INSERT INTO ledger (id) VALUES (NULL)", []).map(drop)
        })
        .await
    }
}

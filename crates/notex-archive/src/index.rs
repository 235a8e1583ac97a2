//! The index of words: what a call is found by goes in when it is written; for calls that an older index was made of, it
//! is made anew from what is kept of them, some at a time between other work, and goes on after a kill where it was.

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use crate::blobs::Blobs;
use crate::handed::{CallFailure, Page};
use crate::{read, words};

/// The index takes no more of one text: a page of a megabyte is found by its beginning.
const MOST_WORDS: usize = 256 * 1024;
/// So many calls are taken in at once: whoever hands something in waits for no more.
const AT_ONCE: u32 = 32;

/// What a call says of itself.
pub(crate) struct Said<'a> {
    pub(crate) what: &'a str,
    /// As its row has it.
    pub(crate) failure: Option<&'a str>,
    pub(crate) page: &'a Page,
}

/// Takes a call in, with its actions, its text and what it was asked with.
pub(crate) fn put(
    connection: &Connection,
    id: i64,
    said: &Said<'_>,
    texts: [&str; 3],
) -> rusqlite::Result<()> {
    let failure = said.failure.and_then(|failure| serde_json::from_str::<CallFailure>(failure).ok());
    let failure = failure.map(|failure| [failure.message, failure.hint.unwrap_or_default()].join("\n"));
    let of_itself = [said.what, failure.as_deref().unwrap_or_default()].join("\n");
    let indexed = |text| words::indexed(beginning(text));
    let [actions, text, asked] = texts.map(indexed);
    connection
        .prepare_cached(
            "INSERT INTO words (rowid, url, title, said, actions, text, asked) VALUES (?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            id,
            indexed(&said.page.url),
            indexed(&said.page.title),
            indexed(&of_itself),
            actions,
            text,
            asked
        ])
        .map(drop)
}

/// Takes in some of the calls that are not in the index; false when there are no more.
pub(crate) fn catch_up(connection: &Connection, blobs: &Blobs) -> rusqlite::Result<bool> {
    let missing: Vec<i64> = connection
        .prepare_cached(
            "SELECT id FROM calls WHERE id NOT IN (SELECT id FROM words_docsize) ORDER BY id DESC LIMIT ?",
        )?
        .query_map([AT_ONCE], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    if missing.is_empty() {
        return Ok(false);
    }
    let transaction = connection.unchecked_transaction()?;
    for id in missing {
        put_again(&transaction, blobs, id)?;
    }
    transaction.commit()?;
    Ok(true)
}

fn put_again(connection: &Connection, blobs: &Blobs, id: i64) -> rusqlite::Result<()> {
    let (what, failure, title, url): (String, Option<String>, String, String) = connection
        .prepare_cached("SELECT what, failure, title, url FROM calls WHERE id = ?")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let (request, response) = read::bodies(connection, id).unwrap_or_default();
    let response = match response {
        None => large_response(connection, blobs, id)?,
        response => response,
    };
    let (actions, text) = response.as_ref().map(read_out).unwrap_or_default();
    let asked = request.as_ref().map(crate::handed::Words::asked_with).unwrap_or_default();
    let page = Page { title, url };
    put(
        connection,
        id,
        &Said { what: &what, failure: failure.as_deref(), page: &page },
        [&actions, &text, &asked],
    )
}

/// An answer that is a file; one that is gone is found by nothing.
fn large_response(connection: &Connection, blobs: &Blobs, id: i64) -> rusqlite::Result<Option<Value>> {
    let part: Option<(String, u64)> = connection
        .prepare_cached(
            "SELECT hash, size FROM parts WHERE call = ? AND kind = 'response' AND hash IS NOT NULL",
        )?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let bytes = part.and_then(|(hash, size)| blobs.read(&hash, size).ok());
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

/// The names of the actions that an answer lists, and the text that it read.
fn read_out(response: &Value) -> (String, String) {
    let actions = response["space"]["actions"].as_array().map(Vec::as_slice).unwrap_or_default();
    let names: Vec<&str> = actions.iter().filter_map(|action| action["description"].as_str()).collect();
    let text = response["data"]["markdown"].as_str().or_else(|| response["markdown"].as_str());
    (names.join("\n"), text.unwrap_or_default().to_owned())
}

fn beginning(text: &str) -> &str {
    &text[..text.floor_char_boundary(MOST_WORDS)]
}

//! The terms as conditions on `calls c`. Only texts of this file become SQL; what was typed is bound.

use rusqlite::types::Value as Sql;

use super::{Compared, Filter, Says, StatusIs, Term};
use crate::search::{anywhere, beginning};
use crate::words;

/// Conditions that must all hold, and what is bound in them, in order.
pub(crate) fn conditions(filter: &Filter) -> (String, Vec<Sql>) {
    let mut values = Vec::new();
    let conditions: Vec<String> = filter.terms.iter().map(|term| condition(term, &mut values)).collect();
    if conditions.is_empty() { ("1".to_owned(), values) } else { (conditions.join(" AND "), values) }
}

fn condition(term: &Term, values: &mut Vec<Sql>) -> String {
    let mut bind = |value: Sql| values.push(value);
    let condition = match &term.says {
        Says::Call(kinds) => {
            kinds.iter().for_each(|kind| bind(crate::write::word(kind).into()));
            format!("c.kind IN ({})", vec!["?"; kinds.len()].join(", "))
        }
        Says::Status(any) => {
            let each = any.iter().map(|status| match *status {
                StatusIs::Failed => "c.failure IS NOT NULL",
                StatusIs::Done => "c.failure IS NULL",
                StatusIs::Http(from, to) => {
                    bind(i64::from(from).into());
                    bind(i64::from(to).into());
                    "c.http_status BETWEEN ? AND ?"
                }
            });
            each.collect::<Vec<_>>().join(" OR ")
        }
        Says::Host(host) => {
            bind(anywhere(host).into());
            "c.host LIKE ? ESCAPE '\\'".to_owned()
        }
        Says::Url(part) => {
            bind(anywhere(part).into());
            "c.url LIKE ? ESCAPE '\\'".to_owned()
        }
        Says::Session(id) => {
            bind(beginning(id).into());
            "c.session IN (SELECT key FROM sessions WHERE session LIKE ? ESCAPE '\\')".to_owned()
        }
        Says::Connection(name) => {
            bind(name.clone().into());
            bind(anywhere(name).into());
            "c.session IN (SELECT key FROM sessions WHERE connection = ? OR connection_name LIKE ? ESCAPE '\\')"
                .to_owned()
        }
        Says::Credits(compared, thousandths) => {
            bind((*thousandths).into());
            format!("c.credits {} ?", sign(*compared))
        }
        Says::Took(compared, micros) => {
            bind((*micros).into());
            format!("c.total {} ?", sign(*compared))
        }
        Says::After(at) => {
            bind(at.timestamp_micros().into());
            "c.started_at >= ?".to_owned()
        }
        Says::Before(at) => {
            bind(at.timestamp_micros().into());
            "c.started_at < ?".to_owned()
        }
        Says::Text { words, is_quoted } => {
            let asked = if *is_quoted { words::phrase(words) } else { words::word(words) };
            // What has no word in it is in no call.
            bind(asked.unwrap_or_else(|| "\"\"".to_owned()).into());
            "c.id IN (SELECT rowid FROM words WHERE words MATCH ?)".to_owned()
        }
    };
    // What is not known of a call does not hold, and neither does its contrary's contrary.
    if term.is_negated { format!("NOT coalesce(({condition}), 0)") } else { format!("({condition})") }
}

fn sign(compared: Compared) -> &'static str {
    match compared {
        Compared::More => ">",
        Compared::AtLeast => ">=",
        Compared::Less => "<",
        Compared::AtMost => "<=",
        Compared::Equal => "=",
    }
}

//! Searching all that is kept, by the filter's language, and what can be typed in it. Places go to the window in UTF-16
//! code units, which is what a text field counts in.

use chrono::Local;
use notex_archive::{CallHit, Filter, SnippetOf};

use super::{LARGEST_PAGE, past_call, past_session};
use crate::Hub;
use crate::protocol::{Failure, FilterHelp, FilterProblem, FilterSuggestion, PastHit, PastHits, Snippet};

/// Kept calls, newest first. A filter that cannot be asked is no failure: it is being typed.
pub(crate) async fn search(hub: &Hub, typed: String, offset: u64, limit: u32) -> Result<PastHits, Failure> {
    // Days are those of the person, at whose machine this runs.
    let now = hub.shared.clock.now().with_timezone(&Local).fixed_offset();
    let filter = match Filter::parse(&typed, now) {
        Ok(filter) => filter,
        Err(problem) => {
            let (from, to) = (units(&typed, problem.at.start), units(&typed, problem.at.end));
            let problem = Some(FilterProblem { from, to, sentence: problem.sentence });
            return Ok(PastHits { hits: Vec::new(), total: 0, problem });
        }
    };
    let limit = limit.min(LARGEST_PAGE);
    let page = hub.shared.history.ask(move |archive| archive.search(&filter, offset, limit)).await?;
    Ok(PastHits { hits: page.hits.into_iter().map(hit).collect(), total: page.total, problem: None })
}

/// What can be typed at a place.
pub(crate) async fn help(hub: &Hub, typed: String, at: usize) -> Result<FilterHelp, Failure> {
    let place = bytes(&typed, at);
    let asked = typed.clone();
    let completion = hub.shared.history.ask(move |archive| archive.complete(&asked, place)).await?;
    let suggestions = completion.suggestions.into_iter().map(|one| FilterSuggestion {
        text: one.text,
        means: one.means,
        example: one.example,
    });
    Ok(FilterHelp {
        from: units(&typed, completion.replaces.start),
        to: units(&typed, completion.replaces.end),
        suggestions: suggestions.collect(),
    })
}

fn hit(hit: CallHit) -> PastHit {
    let CallHit { session, call, snippet } = hit;
    let snippet = snippet.map(|found| Snippet {
        of: match found.of {
            SnippetOf::Call => "",
            SnippetOf::Page => "page",
            SnippetOf::Request => "request",
            SnippetOf::Answer => "answer",
        }
        .to_owned(),
        before: found.before,
        found: found.found,
        after: found.after,
    });
    PastHit { call: past_call(&session.session, call), session: past_session(session), snippet }
}

/// UTF-16 code units before a place in bytes.
fn units(text: &str, place: usize) -> usize {
    text[..text.floor_char_boundary(place)].encode_utf16().count()
}

/// The place in bytes after so many UTF-16 code units.
fn bytes(text: &str, units: usize) -> usize {
    let mut passed = 0;
    let place = text.char_indices().find(|(_, letter)| {
        passed += letter.len_utf16();
        passed > units
    });
    place.map_or(text.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_as_a_text_field_counts_them() {
        let text = "é😀x";
        let places = [0, 2, 6, 7];
        assert_eq!(places.map(|place| units(text, place)), [0, 1, 3, 4]);
        assert_eq!([0, 1, 3, 4, 9].map(|count| bytes(text, count)), [0, 2, 6, 7, 7]);
        assert_eq!(bytes(text, 2), 2, "inside of a pair is before it");
    }
}

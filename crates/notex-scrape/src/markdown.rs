//! From normalized HTML to markdown.

use html_to_markdown_rs::{ConversionOptions, PreprocessingOptions, TierStrategy, convert};

use crate::escape::restored;

/// Converts what [`crate::write::normalized`] wrote.
pub(crate) fn of(html: &str) -> String {
    let options = ConversionOptions {
        extract_metadata: false,
        compact_tables: true,
        bullets: "-".to_owned(),
        autolinks: false,
        expand_abbreviations: false,
        include_blockquote_citations: false,
        tier_strategy: TierStrategy::Tier2,
        preprocessing: PreprocessingOptions { enabled: false, ..PreprocessingOptions::default() },
        ..ConversionOptions::default()
    };
    let converted = convert(html, options).ok().and_then(|converted| converted.content).unwrap_or_default();
    tidied(&restored(&converted))
}

/// One empty line between blocks, none at the ends of lines; code is left as it is.
fn tidied(markdown: &str) -> String {
    let mut tidy = String::with_capacity(markdown.len());
    let mut fence: Option<(char, usize)> = None;
    let mut empty = 0;
    for line in markdown.lines() {
        let bare = line.trim_start_matches([' ', '>']);
        let mark = bare.chars().next().filter(|c| matches!(c, '`' | '~'));
        let length = mark.map_or(0, |mark| bare.chars().take_while(|c| *c == mark).count());
        match fence {
            Some((mark, long))
                if bare.starts_with(mark) && length >= long && bare.trim_end().chars().all(|c| c == mark) =>
            {
                fence = None
            }
            Some(_) => {
                tidy.push_str(line);
                tidy.push('\n');
                continue;
            }
            None if length >= 3 => fence = mark.map(|mark| (mark, length)),
            None => {}
        }
        let kept = line.trim_end();
        // Two spaces at the end break a line.
        let broken = line.ends_with("  ") && !kept.is_empty();
        if kept.is_empty() {
            empty += 1;
            continue;
        }
        // The converter leaves no line between a paragraph and a quote.
        let quotes = kept.starts_with('>')
            && tidy.lines().next_back().is_some_and(|above| !above.is_empty() && !above.starts_with('>'));
        if (empty > 0 || quotes) && !tidy.is_empty() {
            tidy.push('\n');
        }
        empty = 0;
        tidy.push_str(kept);
        tidy.push_str(if broken { "  \n" } else { "\n" });
    }
    let end = tidy.trim_end().len();
    tidy.truncate(end);
    if !tidy.is_empty() {
        tidy.push('\n');
    }
    tidy
}

/// Cuts markdown that is longer than `most` bytes at a line, says so at its end, and answers how many bytes are left out.
pub(crate) fn capped(markdown: String, most: usize) -> (String, usize) {
    if markdown.len() <= most {
        return (markdown, 0);
    }
    let mut end = most;
    while !markdown.is_char_boundary(end) {
        end -= 1;
    }
    let end = markdown[..end].rfind('\n').filter(|line| *line > end / 2).map_or(end, |line| line + 1);
    let cut = markdown.len() - end;
    let mut kept = markdown[..end].trim_end().to_owned();
    let fence = |line: &&str| line.trim_start().starts_with("```");
    if kept.lines().filter(fence).count() % 2 == 1 {
        kept.push_str("\n```");
    }
    kept.push_str(&format!("\n\n[cut here: {cut} more bytes]\n"));
    (kept, cut)
}

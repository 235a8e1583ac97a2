//! From the plain form of HTML to markdown: blocks with an empty line between them, lists tight where their items are
//! single lines, every line behind the marks of the lists and quotes that it stands in.

use crate::escape::{FIRST_BYTE, sign};

/// Lists and quotes inside of more of them are not set in any further: each line would be mostly marks.
const MOST_NESTED: usize = 24;

/// Converts what [`crate::write::normalized`] wrote.
pub(crate) fn of(html: &str) -> String {
    let mut page = Markdown {
        text: String::with_capacity(html.len()),
        prefix: String::new(),
        marker: None,
        around: Vec::new(),
        loose: loose_lists(html).into_iter(),
        line: Line::None,
        apart: false,
        owed: String::new(),
        broken: false,
        links: Vec::new(),
    };
    page.read(html);
    page.end_block();
    let end = page.text.trim_end().len();
    page.text.truncate(end);
    if !page.text.is_empty() {
        page.text.push('\n');
    }
    page.text
}

/// A piece of the plain form.
enum Piece<'a> {
    Text(&'a str),
    /// A tag's name and attributes.
    Open(&'a str, &'a str),
    Close(&'a str),
}

/// What comes next, and what is left. Text has no `<`, and no attribute a `>`.
fn next(html: &str) -> Option<(Piece<'_>, &str)> {
    let Some(inside) = html.strip_prefix('<') else {
        let end = memchr::memchr(b'<', html.as_bytes()).unwrap_or(html.len());
        return (end > 0).then(|| (Piece::Text(&html[..end]), &html[end..]));
    };
    let end = memchr::memchr(b'>', inside.as_bytes())?;
    let (tag, rest) = (&inside[..end], &inside[end + 1..]);
    let piece = match tag.strip_prefix('/') {
        Some(name) => Piece::Close(name),
        None => {
            let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
            Piece::Open(name, attributes)
        }
    };
    Some((piece, rest))
}

fn attribute(attributes: &str, name: &str) -> Option<String> {
    let (_, from) = attributes.split_once(&format!("{name}=\""))?;
    let (value, _) = from.split_once('"')?;
    Some(unescaped(value))
}

fn unescaped(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// For each list in the order in which they begin, whether its items stand apart: where one of them holds more than a
/// line and the lists below it.
fn loose_lists(html: &str) -> Vec<bool> {
    let mut loose = Vec::new();
    // Each open list, the blocks of its open item, and whether a list was the last of them.
    let mut open: Vec<(usize, usize, bool)> = Vec::new();
    let mut in_line = false;
    let mut rest = html;
    while let Some((piece, after)) = next(rest) {
        rest = after;
        let begins_block = match piece {
            Piece::Open("ul" | "ol", _) => {
                if let Some((list, blocks, lists)) = open.last_mut() {
                    loose[*list] |= *blocks == 0 && *lists;
                    *lists = true;
                }
                open.push((loose.len(), 0, false));
                loose.push(false);
                in_line = false;
                false
            }
            Piece::Close("ul" | "ol") => {
                open.pop();
                in_line = false;
                false
            }
            Piece::Open("li", _) => {
                if let Some((_, blocks, lists)) = open.last_mut() {
                    (*blocks, *lists) = (0, false);
                }
                in_line = false;
                false
            }
            Piece::Open("pre" | "table" | "hr", _) => {
                let end = if html.len() > rest.len() { rest } else { "" };
                rest = match piece {
                    Piece::Open("pre", _) => end.split_once("</pre>").map_or("", |(_, after)| after),
                    Piece::Open("table", _) => end.split_once("</table>").map_or("", |(_, after)| after),
                    _ => end,
                };
                in_line = false;
                true
            }
            Piece::Text(text) if text.trim().is_empty() => false,
            Piece::Text(_) | Piece::Open("img" | "a" | "strong" | "em" | "del", _) => {
                !std::mem::replace(&mut in_line, true)
            }
            Piece::Open("br", _) | Piece::Close("a" | "strong" | "em" | "del") => false,
            Piece::Open(..) | Piece::Close(_) => {
                in_line = false;
                false
            }
        };
        if begins_block && let Some((list, blocks, lists)) = open.last_mut() {
            *blocks += 1;
            loose[*list] |= *blocks > 1 || *lists;
        }
    }
    loose
}

/// What a line is a part of.
#[derive(Clone, Copy, PartialEq)]
enum Line {
    None,
    Paragraph,
    Heading,
}

/// A list, an item or a quote around the line that is written.
struct Around {
    /// How long the prefix was before it.
    prefix: usize,
    what: What,
}

#[derive(Clone, Copy, PartialEq)]
enum What {
    /// With the number of its next item.
    List {
        number: Option<u64>,
        loose: bool,
    },
    Item,
    Quote,
    /// A quote inside of too many.
    Flat,
}

struct Markdown {
    text: String,
    /// What each line begins with.
    prefix: String,
    /// What the next line begins with in its place.
    marker: Option<String>,
    around: Vec<Around>,
    loose: std::vec::IntoIter<bool>,
    line: Line,
    /// Whether the next block is not the first.
    apart: bool,
    /// What stands between the last block and the next, which may hold nothing.
    owed: String,
    /// Whether a line break comes before what is said next.
    broken: bool,
    /// The addresses of open links, and where their words begin.
    links: Vec<(String, usize)>,
}

impl Markdown {
    fn read(&mut self, html: &str) {
        let mut rest = html;
        while let Some((piece, after)) = next(rest) {
            rest = after;
            match piece {
                Piece::Text(text) => self.inline(text),
                Piece::Open("pre", _) => {
                    let (code, after) = rest.split_once("</pre>").unwrap_or((rest, ""));
                    rest = after;
                    self.code(code);
                }
                Piece::Open("table", _) => {
                    let (rows, after) = rest.split_once("</table>").unwrap_or((rest, ""));
                    rest = after;
                    self.table(rows);
                }
                Piece::Open(name, attributes) => self.open(name, attributes),
                Piece::Close(name) => self.close(name),
            }
        }
    }

    fn open(&mut self, name: &str, attributes: &str) {
        match name {
            "br" => self.broken = self.line == Line::Paragraph,
            "strong" | "em" | "del" | "a" | "img" => {
                self.begin_line();
                self.inline_tag(name, attributes);
            }
            // A heading is one line, whatever stands in it.
            _ if self.line == Line::Heading => {}
            "hr" => {
                self.begin_block();
                self.text.push_str("---");
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.begin_block();
                self.line = Line::Heading;
                let level = name.as_bytes().get(1).map_or(1, |digit| usize::from(digit - b'0'));
                self.text.push_str(&"######"[..level.min(6)]);
                self.text.push(' ');
            }
            "ul" | "ol" => {
                self.end_block();
                let number = (name == "ol").then(|| {
                    attribute(attributes, "start").and_then(|start| start.parse().ok()).unwrap_or(1)
                });
                let loose = self.loose.next().unwrap_or(true);
                if self.marker.is_none() {
                    self.separate();
                }
                self.enter(What::List { number, loose });
            }
            "li" => {
                self.end_block();
                self.item();
            }
            "blockquote" => {
                self.begin_container();
                let flat = self.nested() >= MOST_NESTED;
                self.enter(if flat { What::Flat } else { What::Quote });
                if !flat {
                    if let Some(marker) = &mut self.marker {
                        marker.push_str("> ");
                    }
                    self.prefix.push_str("> ");
                }
            }
            _ => self.end_block(),
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "strong" | "em" | "del" | "a" => self.close_inline(name),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.end_block(),
            _ if self.line == Line::Heading => {}
            "ul" | "ol" | "li" | "blockquote" => {
                self.end_block();
                // An item or a quote in which nothing stands is seen nevertheless.
                if self.marker.is_some() && name != "ul" && name != "ol" {
                    self.begin_text();
                    let end = self.text.trim_end_matches(' ').len();
                    self.text.truncate(end);
                }
                if let Some(around) = self.around.pop() {
                    self.prefix.truncate(around.prefix);
                }
                self.apart |= !self.text.is_empty() && self.owed.is_empty();
            }
            _ => self.end_block(),
        }
    }

    fn enter(&mut self, what: What) {
        self.around.push(Around { prefix: self.prefix.len(), what });
    }

    fn nested(&self) -> usize {
        self.around.iter().filter(|around| matches!(around.what, What::Item | What::Quote)).count()
    }

    fn item(&mut self) {
        let nested = self.nested();
        let mut marker = "- ".to_owned();
        if let Some(Around { what: What::List { number: Some(number), .. }, .. }) = self.around.last_mut() {
            marker = format!("{number}. ");
            *number = number.saturating_add(1);
        }
        // Where a list is the first thing in an item, both marks stand on one line.
        if self.marker.is_none() {
            self.separate();
        }
        let outer = self.marker.take().unwrap_or_else(|| self.prefix.clone());
        self.enter(What::Item);
        self.marker = Some(outer + &marker);
        if nested < MOST_NESTED {
            self.prefix.extend(std::iter::repeat_n(' ', marker.len()));
        }
        self.apart = false;
    }

    /// An empty line, or in a tight list none, before what comes next.
    fn separate(&mut self) {
        if !self.apart || !self.owed.is_empty() {
            return;
        }
        let tight = self
            .around
            .iter()
            .rev()
            .find_map(|around| match around.what {
                What::List { loose, .. } => Some(!loose),
                What::Quote => Some(false),
                What::Item | What::Flat => None,
            })
            .unwrap_or(false);
        self.owed.push('\n');
        if !tight {
            self.owed.push_str(self.prefix.trim_end());
            self.owed.push('\n');
        }
        self.apart = false;
    }

    fn begin_container(&mut self) {
        self.end_block();
        if self.marker.is_none() {
            self.separate();
        }
    }

    fn begin_block(&mut self) {
        self.end_block();
        if self.marker.is_none() {
            self.separate();
        }
        self.begin_text();
        self.apart = true;
    }

    fn begin_text(&mut self) {
        self.text.push_str(&self.owed);
        self.owed.clear();
        match self.marker.take() {
            Some(marker) => self.text.push_str(&marker),
            None => self.text.push_str(&self.prefix),
        }
    }

    fn begin_line(&mut self) {
        if self.line == Line::None {
            self.begin_block();
            self.line = Line::Paragraph;
        } else if std::mem::take(&mut self.broken) {
            let end = self.text.trim_end_matches(' ').len();
            self.text.truncate(end);
            self.text.push_str("  ");
            self.new_line();
        }
    }

    fn new_line(&mut self) {
        self.text.push('\n');
        self.text.push_str(&self.prefix);
    }

    fn end_block(&mut self) {
        if self.line != Line::None {
            let end = self.text.trim_end_matches([' ', '\n']).len();
            self.text.truncate(end);
        }
        self.line = Line::None;
        self.broken = false;
    }

    fn inline(&mut self, text: &str) {
        let mut text = text;
        if text.trim().is_empty() && (self.line == Line::None || self.broken) {
            return;
        }
        if self.broken {
            text = text.trim_start();
        }
        self.begin_line();
        // A space at the beginning of a link's words stands before the link.
        if let Some((_, from)) = self.links.last_mut().filter(|(_, from)| *from == self.text.len())
            && let Some(words) = text.strip_prefix(' ')
        {
            text = words;
            let bracket = *from - 1;
            if !self.text[..bracket].ends_with([' ', '\n']) {
                self.text.insert(bracket, ' ');
                *from += 1;
            }
        }
        while let Some(at) = memchr::memchr2(b'\n', FIRST_BYTE, text.as_bytes()) {
            self.text.push_str(&text[..at]);
            let Some(c) = text[at..].chars().next() else { break };
            text = &text[at + c.len_utf8()..];
            match sign(c) {
                ('\n', _) => self.new_line(),
                (c, true) => self.text.extend(['\\', c]),
                (c, false) => self.text.push(c),
            }
        }
        self.text.push_str(text);
    }

    fn inline_tag(&mut self, name: &str, attributes: &str) {
        match name {
            "strong" => self.text.push_str("**"),
            "em" => self.text.push('*'),
            "del" => self.text.push_str("~~"),
            "a" => {
                self.text.push('[');
                self.links.push((attribute(attributes, "href").unwrap_or_default(), self.text.len()));
            }
            _ => {
                let alt = attribute(attributes, "alt").unwrap_or_default();
                self.text.push_str("![");
                self.inline(&alt);
                self.text.push_str("](");
                self.destination(&attribute(attributes, "src").unwrap_or_default());
                self.text.push(')');
            }
        }
    }

    fn close_inline(&mut self, name: &str) {
        match name {
            "strong" => self.text.push_str("**"),
            "em" => self.text.push('*'),
            "del" => self.text.push_str("~~"),
            _ => {
                self.text.push_str("](");
                let (to, _) = self.links.pop().unwrap_or_default();
                self.destination(&to);
                self.text.push(')');
            }
        }
    }

    /// The address of a link; brackets in it that are no pairs would end it.
    fn destination(&mut self, to: &str) {
        let mut depth = 0_i32;
        let paired = to.chars().all(|c| {
            depth += match c {
                '(' => 1,
                ')' => -1,
                _ => 0,
            };
            depth >= 0
        }) && depth == 0;
        if paired && !to.contains(|c: char| c.is_whitespace() || c == '<') {
            self.text.push_str(to);
        } else {
            let safe = to.replace('<', "%3C").replace('>', "%3E").replace(char::is_whitespace, "%20");
            self.text.push_str(&format!("<{safe}>"));
        }
    }

    fn code(&mut self, code: &str) {
        let (head, code) = code.split_once('>').unwrap_or(("", code));
        let code = unescaped(code.strip_suffix("</code>").unwrap_or(code));
        let language = attribute(head, "class");
        let language = language.as_deref().and_then(|class| class.strip_prefix("language-")).unwrap_or("");
        let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(if longest < 3 { 3 } else { longest + 1 });
        self.begin_block();
        self.text.push_str(&fence);
        self.text.push_str(language);
        for line in code.trim_end().lines() {
            self.text.push('\n');
            if !line.is_empty() {
                self.text.push_str(&self.prefix);
            } else {
                self.text.push_str(self.prefix.trim_end());
            }
            self.text.extend(line.chars().map(|c| sign(c).0));
        }
        self.new_line();
        self.text.push_str(&fence);
    }

    fn table(&mut self, rows: &str) {
        self.begin_block();
        let mut rest = rows;
        let mut columns = 0;
        let mut is_first = true;
        while let Some((piece, after)) = next(rest) {
            rest = after;
            match piece {
                Piece::Open("tr", _) => {
                    if columns > 0 {
                        self.new_line();
                    }
                    columns = 0;
                }
                Piece::Open("th" | "td", _) => {
                    self.text.push_str(if columns == 0 { "| " } else { " | " });
                    columns += 1;
                    self.line = Line::Paragraph;
                }
                Piece::Close("tr") => {
                    self.text.push_str(" |");
                    if std::mem::take(&mut is_first) {
                        self.new_line();
                        self.text.push('|');
                        self.text.push_str(&" --- |".repeat(columns));
                    }
                    columns = columns.max(1);
                }
                Piece::Open(name @ ("strong" | "em" | "del" | "a" | "img"), attributes) => {
                    self.inline_tag(name, attributes);
                }
                Piece::Close(name @ ("strong" | "em" | "del" | "a")) => self.close_inline(name),
                Piece::Text(text) => self.inline(text),
                Piece::Open(..) | Piece::Close(_) => {}
            }
        }
        self.line = Line::None;
    }
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

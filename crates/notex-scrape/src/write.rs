//! Writes parts of a page as HTML again: for Readability with the number of each element, and for the conversion to
//! markdown in a plain form, in which every sign, address, formula, note and cell stands as it shall be in the end.

mod parts;

use url::Url;

use crate::Wish;
use crate::clean::Kept;
use crate::escape::{self, plain, verbatim};
use crate::math::{self, Formula};
use crate::notes::{self, Notes};
use crate::tree::{Tree, is_inline};

/// What stands before the number of an element.
pub(crate) const NUMBER: &str = "data-notex-n=\"";

/// Room for most pages.
const USUAL_BYTES: usize = 32 * 1024;

/// The page without its noise, each element with its number.
pub(crate) fn numbered(tree: &Tree, noise: &[bool]) -> String {
    let mut html = String::from("<html><body>");
    let mut open: Vec<(usize, &str)> = Vec::new();
    for (place, noise) in noise.iter().enumerate().skip(1) {
        while let Some((_, tag)) = open.pop_if(|(end, _)| *end <= place) {
            close(&mut html, tag);
        }
        if *noise {
            continue;
        }
        if let Some(text) = tree.text(place) {
            push_escaped(&mut html, text);
            continue;
        }
        let Some(element) = tree.element(place) else { continue };
        let tag = element.tag.as_str();
        if matches!(tag, "html" | "body" | "head" | "svg" | "math" | "script")
            || !tag.chars().all(|c| c.is_ascii_alphanumeric())
        {
            continue;
        }
        html.push_str(&format!("<{tag} {NUMBER}{place}\""));
        for name in ["class", "id", "href", "src", "role"] {
            if let Some(value) = element.attribute(name) {
                html.push_str(&format!(" {name}=\""));
                push_escaped(&mut html, value);
                html.push('"');
            }
        }
        html.push('>');
        if !is_void(tag) {
            open.push((tree.inside(place).end, tag));
        }
    }
    while let Some((_, tag)) = open.pop() {
        close(&mut html, tag);
    }
    html.push_str("</body></html>");
    html
}

/// What is kept, in the plain form.
pub(crate) fn normalized(tree: &Tree, kept: &Kept, base: Option<&Url>, wish: &Wish) -> String {
    let notes = Notes::of(tree, kept.root, &kept.dropped);
    let none = vec![false; tree.len()];
    let mut writer = Writer {
        tree,
        dropped: &none,
        base,
        wish,
        notes,
        html: String::with_capacity(USUAL_BYTES),
        open: Vec::new(),
        cell: false,
        begins: true,
        written: Vec::new(),
        prefix: None,
        card: None,
        loose: false,
    };
    if let Some(heading) = kept.heading {
        writer.html.push_str("<h1>");
        writer.part(heading + 1..tree.inside(heading).end);
        writer.html.push_str("</h1>");
    }
    writer.dropped = &kept.dropped;
    writer.begins = true;
    writer.part(tree.inside(kept.root));
    writer.line_ends();
    for note in std::mem::take(&mut writer.written) {
        writer.html.push_str(&note);
    }
    writer.html
}

struct Writer<'a> {
    tree: &'a Tree,
    dropped: &'a [bool],
    base: Option<&'a Url>,
    wish: &'a Wish,
    notes: Notes,
    html: String,
    open: Vec<Open>,
    /// In a cell, where blocks become lines.
    cell: bool,
    /// At the beginning of a block.
    begins: bool,
    /// The notes, which stand at the end.
    written: Vec<String>,
    /// What stands before the next text.
    prefix: Option<&'static str>,
    card: Option<Card>,
    /// In a paragraph that the page does not mark.
    loose: bool,
}

/// A link around blocks: its first heading becomes the link, or else its first text.
struct Card {
    end: usize,
    address: String,
    has_heading: bool,
}

struct Open {
    end: usize,
    closing: Closing,
}

#[derive(Clone, Copy, PartialEq)]
enum Closing {
    Block(&'static str),
    /// A block in a cell.
    Line,
    Emphasis(&'static str),
    Link {
        from: usize,
    },
    Note {
        from: usize,
    },
    Quote,
}

impl Writer<'_> {
    fn part(&mut self, part: std::ops::Range<usize>) {
        let below = self.open.len();
        let mut next = part.start;
        while next < part.end {
            let place = next;
            self.close_until(place, below);
            self.card.take_if(|card| card.end <= place);
            next = place + 1;
            if self.dropped[place] {
                next = self.tree.inside(place).end;
                continue;
            }
            if let Some(text) = self.tree.text(place) {
                self.text(text);
                continue;
            }
            if self.element(place) {
                next = self.tree.inside(place).end;
            }
        }
        self.close_until(usize::MAX, below);
    }

    fn close_until(&mut self, place: usize, below: usize) {
        while self.open.len() > below && self.open.last().is_some_and(|open| open.end <= place) {
            let Some(open) = self.open.pop() else { return };
            match open.closing {
                Closing::Block(tag) => {
                    self.line_ends();
                    self.trim();
                    close(&mut self.html, tag);
                    self.begins = true;
                }
                Closing::Line => self.line_break(),
                Closing::Quote => self.html.push(plain('"')),
                Closing::Emphasis(tag) => self.close_emphasis(tag),
                Closing::Link { from } => self.close_link(from),
                Closing::Note { from } => {
                    self.trim();
                    self.html.push_str("</p>");
                    let note = self.html.split_off(from);
                    self.written.push(note);
                    self.begins = true;
                }
            }
        }
    }

    /// Writes an element, or opens it; answers whether all inside of it is done.
    fn element(&mut self, place: usize) -> bool {
        let tree = self.tree;
        let Some(element) = tree.element(place) else { return true };
        if let Some(formula) = Formula::of(tree, place) {
            self.formula(&formula);
            return true;
        }
        if math::is_drawn_again(tree, place) || notes::leads_back(tree, place) {
            return true;
        }
        if let Some(number) = self.notes.number(place) {
            self.line_ends();
            self.trim();
            let from = self.html.len();
            self.html.push_str(&format!("<p>{} ", verbatim(&format!("[^{number}]:"))));
            self.begins = false;
            self.open.push(Open { end: tree.inside(place).end, closing: Closing::Note { from } });
            return false;
        }
        let tag = element.tag.as_str();
        match tag {
            "head" | "title" | "script" | "style" | "template" | "noscript" | "svg" | "button" | "input"
            | "select" | "textarea" | "option" | "meta" | "link" | "rp" | "source" => true,
            "br" => {
                self.line_break();
                true
            }
            "hr" => {
                if !self.cell && !self.parts_notes(place) {
                    self.line_ends();
                    self.html.push_str("<hr>");
                    self.begins = true;
                }
                true
            }
            "img" => {
                self.image(place);
                true
            }
            // Without its source its signs are all there is.
            "math" => {
                self.words(&tree.all_text(place));
                true
            }
            "a" => self.link(place),
            "table" => self.table(place),
            "pre" => {
                self.code_block(place, place);
                true
            }
            "code" | "kbd" | "samp" | "tt" => {
                self.code(place);
                true
            }
            "b" | "strong" => self.emphasis(place, "strong"),
            "i" | "em" | "cite" | "dfn" | "var" => self.emphasis(place, "em"),
            "del" | "s" | "strike" => self.emphasis(place, "del"),
            "sup" | "sub" => self.raised(place),
            "q" => {
                self.line_begins();
                self.html.push(plain('"'));
                self.begins = false;
                self.open.push(Open { end: tree.inside(place).end, closing: Closing::Quote });
                false
            }
            _ => {
                let as_block = block(tag).or_else(|| (!is_inline(tag)).then_some("div"));
                if let Some(name) = as_block {
                    self.block(place, name);
                }
                false
            }
        }
    }

    fn block(&mut self, place: usize, name: &'static str) {
        let end = self.tree.inside(place).end;
        if self.cell {
            self.line_break();
            if name == "li" {
                self.html.push(plain('-'));
                self.html.push(' ');
            }
            self.open.push(Open { end, closing: Closing::Line });
            return;
        }
        // What stands in a line cannot hold a block.
        if self.in_line() {
            if !self.html.ends_with([' ', '>']) {
                self.html.push(' ');
            }
            return;
        }
        self.line_ends();
        self.trim();
        match (name, self.tree.attribute(place, "start").and_then(|start| start.trim().parse::<u32>().ok())) {
            ("ol", Some(start)) => self.html.push_str(&format!("<ol start=\"{start}\">")),
            _ => self.html.push_str(&format!("<{name}>")),
        }
        self.begins = true;
        self.open.push(Open { end, closing: Closing::Block(name) });
        if self.tree.tag(place) == "dd" {
            self.prefix = Some(": ");
        } else if name == "li" {
            self.prefix = self.task(place);
        } else if matches!(name, "ul" | "ol" | "blockquote") {
            self.prefix = None;
        }
        if is_heading(name) {
            self.link_card(true);
        }
    }

    fn in_line(&self) -> bool {
        self.open.iter().any(|open| match open.closing {
            Closing::Emphasis(_) | Closing::Link { .. } | Closing::Note { .. } => true,
            Closing::Block(name) => is_heading(name),
            Closing::Line | Closing::Quote => false,
        })
    }

    fn text(&mut self, text: &str) {
        let mut rest = text;
        while let Some((place, formula)) = Formula::in_text(rest) {
            self.words(&rest[..place.start]);
            self.formula(&formula);
            rest = &rest[place.end..];
        }
        self.words(rest);
    }

    fn words(&mut self, text: &str) {
        let spaced = self.html.is_empty() || self.html.ends_with([' ', '\n']) || self.begins;
        let whole = escape::squashed(text, spaced);
        let mut squashed = &*whole;
        if squashed.is_empty() {
            return;
        }
        // Spaces stand before what is emphasized, not at its beginning.
        if squashed.starts_with(' ')
            && let Some(at) = self.opened_emphasis()
        {
            if !self.html[..at].ends_with(' ') {
                self.html.insert(at, ' ');
            }
            squashed = &squashed[1..];
        }
        if squashed != " " {
            self.line_begins();
            self.link_card(false);
        }
        if let Some(prefix) = self.prefix.take_if(|_| squashed != " ") {
            self.html.push_str(&verbatim(prefix));
        }
        let Some(first) = squashed.chars().next() else { return };
        let before = self.before();
        if first.is_alphanumeric() {
            self.loosen_end();
        } else if first != ' ' && before.is_some_and(char::is_alphanumeric) {
            // A sign at the beginning of what is emphasized inside a word keeps it from being emphasized.
            if let Some(at) = self.opened_emphasis() {
                let sign = escape::text(&first.to_string(), before, escape::Place::default());
                self.html.insert_str(at, &sign);
                squashed = &squashed[first.len_utf8()..];
            }
        }
        let linked = self.open.iter().any(|open| matches!(open.closing, Closing::Link { .. }));
        let place = escape::Place { begins: self.begins, linked, cell: self.cell };
        self.html.push_str(&escape::text(squashed, self.before(), place));
        if squashed != " " {
            self.begins = false;
        }
    }

    /// The last character that is text.
    fn before(&self) -> Option<char> {
        let mut rest = self.html.as_str();
        while rest.ends_with('>') {
            let start = rest.rfind('<')?;
            let tag = rest[start..].trim_matches(['<', '>', '/']);
            if !matches!(tag, "strong" | "em" | "del") {
                return None;
            }
            rest = &rest[..start];
        }
        rest.chars().next_back()
    }

    /// Where emphasis begins that holds nothing so far.
    fn opened_emphasis(&self) -> Option<usize> {
        let mut at = self.html.len();
        while let Some(tag) =
            ["<strong>", "<em>", "<del>"].iter().find(|tag| self.html[..at].ends_with(**tag))
        {
            at -= tag.len();
        }
        (at < self.html.len()).then_some(at)
    }

    /// A sign at the end of emphasis keeps it from ending before a letter, so the sign goes behind it.
    fn loosen_end(&mut self) {
        for tag in ["</strong>", "</em>", "</del>"] {
            let Some(inner) = self.html.strip_suffix(tag) else { continue };
            let Some(last) =
                inner.chars().next_back().filter(|c| !c.is_alphanumeric() && !matches!(c, '>' | ' ' | ';'))
            else {
                return;
            };
            let kept = inner.len() - last.len_utf8();
            if self.html[..kept].ends_with('>') {
                return;
            }
            self.html.truncate(kept);
            self.html.push_str(tag);
            self.html.push(last);
            return;
        }
    }

    fn emphasis(&mut self, place: usize, name: &'static str) -> bool {
        let tree = self.tree;
        let holds_block = tree.inside(place).skip(1).any(|inner| {
            let tag = tree.tag(inner);
            !self.dropped[inner] && !is_inline(tag) && !matches!(tag, "script" | "style")
        });
        let in_heading = name == "strong"
            && self.open.iter().any(|open| matches!(open.closing, Closing::Block(name) if is_heading(name)));
        let again = self.open.iter().any(|open| open.closing == Closing::Emphasis(name));
        let icon = name == "em" && tree.tag(place) == "i" && tree.line(place, 2).is_empty();
        if holds_block || in_heading || again || icon {
            return false;
        }
        self.line_begins();
        let ending = format!("</{name}>");
        if let Some(kept) = self.html.strip_suffix(&ending).map(str::len) {
            self.html.truncate(kept);
        } else {
            self.html.push_str(&format!("<{name}>"));
        }
        self.open.push(Open { end: tree.inside(place).end, closing: Closing::Emphasis(name) });
        false
    }

    fn close_emphasis(&mut self, name: &'static str) {
        let opening = format!("<{name}>");
        if let Some(kept) = self.html.strip_suffix(&opening).map(str::len) {
            self.html.truncate(kept);
            return;
        }
        let spaced = self.html.ends_with(' ');
        self.trim();
        if let Some(kept) = self.html.strip_suffix(&opening).map(str::len) {
            self.html.truncate(kept);
        } else {
            close(&mut self.html, name);
        }
        if spaced {
            self.html.push(' ');
        }
    }

    fn raised(&mut self, place: usize) -> bool {
        // A reference to a note is raised by itself.
        let noted = self.tree.inside(place).any(|inner| self.notes.referred(inner).is_some());
        if !noted && !self.cell {
            let sign = if self.tree.tag(place) == "sup" { '^' } else { '~' };
            let line = self.tree.line(place, 12);
            // `10^6` can be read, and so can `H2O`.
            if sign == '^'
                && !line.is_empty()
                && line.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '−' | '+'))
                && self.before().is_some_and(char::is_alphanumeric)
            {
                self.html.push(plain('^'));
            }
        }
        false
    }

    fn line_break(&mut self) {
        if self.cell {
            self.trim();
            if !self.html.ends_with("<td>") && !self.html.ends_with("<th>") && !self.html.ends_with(&line()) {
                self.html.push_str(&line());
            }
        } else if self
            .open
            .iter()
            .any(|open| matches!(open.closing, Closing::Block(name) if is_heading(name)))
        {
            self.html.push(' ');
        } else if !self.begins {
            self.trim();
            self.html.push_str("<br>");
            self.begins = true;
        } else if self.html.ends_with("<br>") {
            // Two of them are the paragraphs of old pages.
            if self.loose {
                self.line_ends();
            } else if self.open.last().is_some_and(|open| open.closing == Closing::Block("p")) {
                let kept = self.html.len() - "<br>".len();
                self.html.truncate(kept);
                self.html.push_str("</p><p>");
            }
        }
    }

    /// What stands in a box beside blocks is a paragraph, though the page does not mark it.
    fn line_begins(&mut self) {
        let in_box =
            self.open.last().is_none_or(|open| matches!(open.closing, Closing::Block("div" | "blockquote")));
        if in_box && !self.cell && !self.loose {
            self.trim();
            self.html.push_str("<p>");
            self.loose = true;
        }
    }

    fn line_ends(&mut self) {
        if !std::mem::take(&mut self.loose) {
            return;
        }
        self.trim();
        while let Some(kept) = self.html.strip_suffix("<br>").map(str::len) {
            self.html.truncate(kept);
            self.trim();
        }
        if let Some(kept) = self.html.strip_suffix("<p>").map(str::len) {
            self.html.truncate(kept);
        } else {
            self.html.push_str("</p>");
        }
        self.begins = true;
    }

    fn trim(&mut self) {
        let kept = self.html.trim_end_matches(' ').len();
        self.html.truncate(kept);
    }
}

/// A line break in a cell.
fn line() -> String {
    verbatim("<br>")
}

fn is_heading(tag: &str) -> bool {
    matches!(tag, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

/// The block that markdown knows.
fn block(tag: &str) -> Option<&'static str> {
    Some(match tag {
        "p" | "address" | "summary" | "figcaption" | "caption" | "legend" => "p",
        "h1" => "h1",
        "h2" => "h2",
        "h3" => "h3",
        "h4" => "h4",
        "h5" => "h5",
        "h6" => "h6",
        "ul" | "menu" | "dir" => "ul",
        "ol" => "ol",
        "li" => "li",
        "blockquote" => "blockquote",
        _ => return None,
    })
}

fn is_void(tag: &str) -> bool {
    matches!(tag, "br" | "hr" | "img" | "wbr" | "col" | "input" | "area" | "source" | "link" | "meta")
}

fn close(html: &mut String, tag: &str) {
    html.push_str("</");
    html.push_str(tag);
    html.push('>');
}

fn push_escaped(html: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            c if escape::is_nothing(c) && !('\u{100000}'..='\u{1001FF}').contains(&c) => {}
            c => html.push(c),
        }
    }
}

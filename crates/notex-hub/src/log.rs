//! What the app wrote to its log: the last lines in memory, without a secret.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use chrono::Utc;
use regex::Regex;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use crate::protocol::{LogLine, LogPage};

/// How many lines are kept.
const KEPT: usize = 2_000;
/// The longest line, in characters.
const LONGEST: usize = 2_000;
/// How many secrets are looked for by their own words; shorter ones would hide half of all words.
const SECRETS_KEPT: usize = 1_000;
const SHORTEST_SECRET: usize = 6;

const HIDDEN: &str = "[hidden]";

/// Keeps what is logged; the app installs it beside the layer that prints.
#[derive(Clone, Debug, Default)]
pub struct LogLayer {
    handle: LogHandle,
}

/// What a [`LogLayer`] kept. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct LogHandle {
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    lines: VecDeque<LogLine>,
    /// How many lines there were.
    written: u64,
    secrets: VecDeque<String>,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kept").field("written", &self.written).finish_non_exhaustive()
    }
}

impl LogLayer {
    /// A layer that has kept nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// What it keeps, for [`crate::HubOptions::log`].
    pub fn handle(&self) -> LogHandle {
        self.handle.clone()
    }
}

impl LogHandle {
    /// Words that no line may hold from now on.
    pub(crate) fn keep_out(&self, secrets: impl IntoIterator<Item = String>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        for secret in secrets {
            let secret = secret.trim();
            if secret.len() < SHORTEST_SECRET || kept.secrets.iter().any(|known| known == secret) {
                continue;
            }
            if kept.secrets.len() == SECRETS_KEPT {
                kept.secrets.pop_front();
            }
            kept.secrets.push_back(secret.to_owned());
        }
    }

    /// The lines after the one with this number.
    pub(crate) fn page(&self, after: u64) -> LogPage {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let first = kept.lines.front().map_or(kept.written + 1, |line| line.number);
        let start = usize::try_from((after + 1).saturating_sub(first)).unwrap_or(usize::MAX);
        let lines = kept.lines.iter().skip(start).cloned().collect();
        LogPage { lines, dropped: first.saturating_sub(1) }
    }

    /// The secrets that are known.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.secrets.iter().cloned().collect()
    }

    /// Any text without the secrets that are known, and without what looks like one.
    pub(crate) fn clean(&self, text: &str) -> String {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        without_secrets(text, &kept.secrets)
    }

    fn write(&self, level: String, target: String, text: &str) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // Cut twice: a secret may not survive by lying across the cut, and hiding may make a line longer.
        let text = without_secrets(&cut(text, LONGEST * 2), &kept.secrets);
        kept.written += 1;
        let line = LogLine { number: kept.written, at: Utc::now(), level, target, text: cut(&text, LONGEST) };
        if kept.lines.len() == KEPT {
            kept.lines.pop_front();
        }
        kept.lines.push_back(line);
    }
}

impl<S: Subscriber> Layer<S> for LogLayer {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let mut words = Words::default();
        event.record(&mut words);
        let metadata = event.metadata();
        let text = format!("{}{}", words.message, words.fields);
        let level = metadata.level().as_str().to_ascii_lowercase();
        self.handle.write(level, metadata.target().to_owned(), text.trim());
    }
}

#[derive(Default)]
struct Words {
    message: String,
    fields: String,
}

impl Words {
    fn take(&mut self, field: &Field, value: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value}"),
            name => write!(self.fields, " {name}={value}"),
        };
    }
}

impl Visit for Words {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.take(field, format_args!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.take(field, format_args!("{value}"));
    }
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().nth(most).is_none() {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

/// What looks like a secret, and what it becomes.
static PATTERNS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    [
        // Whole headers: what follows on the line is theirs.
        (r#"(?i)\b((?:set-)?cookie|(?:proxy-)?authorization)("?\s*[:=]\s*)[^\r\n]*"#, "${1}${2}[hidden]"),
        (r"(?i)\b(bearer|basic)\s+[a-z0-9._~+/=-]+", "${1} [hidden]"),
        (
            r#"(?i)\b([a-z0-9_-]*(?:token|api[_-]?key|secret|passw(?:or)?d|passphrase|credential|signature|x-api-key|access[_-]?key|private[_-]?key))("?\s*[:=]\s*"?)[^\s"'&,;}\]\[]+"#,
            "${1}${2}[hidden]",
        ),
        (r"(?i)([a-z][a-z0-9+.-]*://)[^/\s@:]*:[^/\s@]*@", "${1}[hidden]@"),
        (r"\bsk-[A-Za-z0-9_-]{4,}", "[hidden]"),
        (r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*", "[hidden]"),
    ]
    .into_iter()
    .filter_map(|(pattern, then)| Regex::new(pattern).ok().map(|pattern| (pattern, then)))
    .collect()
});

fn without_secrets(text: &str, known: &VecDeque<String>) -> String {
    let mut text = text.to_owned();
    for secret in known {
        if text.contains(secret.as_str()) {
            text = text.replace(secret.as_str(), HIDDEN);
        }
    }
    for (pattern, then) in PATTERNS.iter() {
        if let std::borrow::Cow::Owned(cleaned) = pattern.replace_all(&text, *then) {
            text = cleaned;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    #[test]
    fn every_pattern_can_be_read_and_no_usual_secret_survives() {
        assert_eq!(PATTERNS.len(), 6);
        for line in [
            "GET /session/1/live?token=hush-hush&readonly=true",
            "ws://127.0.0.1:1/cdp?a=1&token=hush-hush",
            "Authorization: Bearer hush-hush",
            "headers {\"authorization\": \"Bearer hush-hush\"}",
            "Cookie: a=1; sid=hush-hush",
            "proxy socks5://me:hush-hush@proxy.local:1080 failed",
            "key sk-hush-hush was refused",
            "api_key=hush-hush x-api-key: hush-hush",
            "{\"password\":\"hush-hush\"}",
            "sent Bearer hush-hush",
        ] {
            let cleaned = without_secrets(line, &VecDeque::new());
            assert!(!cleaned.contains("hush"), "{cleaned}");
        }
        let plain = "the session s-1 of http://shop.local:8080/search?q=laptop has 3 tokens left";
        assert_eq!(without_secrets(plain, &VecDeque::new()), plain);
    }

    #[test]
    fn the_newest_lines_are_kept_in_their_bounds_and_without_known_secrets() {
        let layer = LogLayer::new();
        let handle = layer.handle();
        handle.keep_out(["odd words here".to_owned()]);
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::with_default(subscriber, || {
            for number in 0..KEPT + 5 {
                tracing::info!(number, "a line with odd words here");
            }
            tracing::warn!("{}", "x".repeat(10_000));
        });
        let page = handle.page(0);
        assert_eq!((page.lines.len(), page.dropped), (KEPT, 6));
        let last = page.lines.last().unwrap();
        assert_eq!((last.level.as_str(), last.text.chars().count()), ("warn", LONGEST));
        assert!(page.lines.iter().all(|line| !line.text.contains("odd words")));
        assert_eq!(page.lines[0].text, "a line with [hidden] number=6");
        assert_eq!(handle.page(last.number - 1).lines.len(), 1);
        assert!(handle.page(last.number).lines.is_empty());
    }
}

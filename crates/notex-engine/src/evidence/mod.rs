//! What is kept of the calls of a session besides their answers: console, network, the page. The browser writes it while
//! it happens, which costs a push; what costs more (bodies, the page itself) is fetched for who asks.
//!
//! Owns which call something belongs to, how much is kept and what of it is a secret. Knows no browser.

mod secrets;
mod shelf;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use notex_wire::{CallEvidence, ConsoleLine, DomSnapshot, Exchange, HttpBody};

use secrets::Secrets;
pub(crate) use shelf::Shelf;

/// More calls than a list shows at once.
const MOST_CALLS: usize = 50;
const MOST_LINES: usize = 2_000;
const MOST_EXCHANGES: usize = 2_000;
/// Of all calls of a session together; the oldest go first.
const MOST_BYTES: usize = 24 * 1024 * 1024;
/// Of one body.
pub(crate) const MOST_BODY_BYTES: usize = 256 * 1024;
/// What a line or a request takes besides its texts.
const ROW_BYTES: usize = 200;

/// Why there is no picture of a page that nobody asked for in time.
const TOO_LATE: &str = "another call began before the page was asked for";

/// What is kept of the calls of one session.
#[derive(Default)]
pub struct Evidence(Mutex<Kept>);

struct Kept {
    /// Oldest first; the last one is the call that runs, or the one that is to come.
    calls: VecDeque<One>,
    /// The calls of requests that are under way.
    under_way: HashMap<String, u32>,
    secrets: Secrets,
    bytes: usize,
}

struct One {
    told: CallEvidence,
    bytes: usize,
    /// Its bodies and its page were asked for.
    gathered: bool,
}

impl One {
    fn to_come(call: u32) -> Self {
        Self { told: CallEvidence { call, ..CallEvidence::default() }, bytes: 0, gathered: false }
    }
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            calls: VecDeque::from([One::to_come(1)]),
            under_way: HashMap::new(),
            secrets: Secrets::default(),
            bytes: 0,
        }
    }
}

/// A request whose body is not kept yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bodiless {
    pub(crate) id: String,
    pub(crate) mime: Option<String>,
    pub(crate) bytes: u64,
}

/// How the content of a body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Text,
    Base64,
}

/// What of an ended call is to be fetched now; nothing of it is offered twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) bodiless: Vec<Bodiless>,
    /// Whether the page is still as the call left it.
    pub(crate) page: bool,
}

impl Evidence {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A call begins; answers its number.
    pub fn begin(&self, at: DateTime<Utc>) -> u32 {
        let mut kept = self.kept();
        let current = kept.current();
        current.told.began_at = Some(at);
        current.told.call
    }

    /// The call that began last is answered.
    pub fn end(&self, at: DateTime<Utc>) {
        let mut kept = self.kept();
        let current = kept.current();
        if current.told.began_at.is_none() {
            return;
        }
        current.told.ended_at = Some(at);
        let next = current.told.call.saturating_add(1);
        kept.calls.push_back(One::to_come(next));
        kept.forget_oldest();
    }

    /// What is typed into a password field is hidden from now on.
    pub fn hide(&self, secret: &str) {
        self.kept().secrets.add(secret);
    }

    /// A line was written.
    pub(crate) fn console(&self, mut line: ConsoleLine) {
        let mut kept = self.kept();
        kept.secrets.clean(&mut line.text);
        if let Some(url) = &mut line.url {
            kept.secrets.clean_address(url);
        }
        let told = &mut kept.current().told;
        if let Some(last) = told.console.last_mut()
            && is_again(last, &line)
        {
            last.repeated = last.repeated.saturating_add(1);
        } else if told.console.len() >= MOST_LINES {
            told.dropped.console += 1;
        } else {
            let bytes = ROW_BYTES + line.text.len();
            told.console.push(line);
            kept.grow(bytes);
        }
    }

    /// A request was sent.
    pub(crate) fn sent(&self, mut exchange: Exchange) {
        let mut kept = self.kept();
        kept.secrets.clean_exchange(&mut exchange);
        let told = &mut kept.current().told;
        if told.network.len() >= MOST_EXCHANGES {
            told.dropped.network += 1;
            return;
        }
        let (call, id, bytes) = (told.call, exchange.id.clone(), size(&exchange));
        told.network.push(exchange);
        kept.under_way.insert(id, call);
        kept.grow(bytes);
    }

    /// Something more is known of a request that is under way.
    pub(crate) fn learn(&self, id: &str, more: impl FnOnce(&mut Exchange)) {
        let mut kept = self.kept();
        let kept = &mut *kept;
        let Some(exchange) = kept.under_way.get(id).and_then(|call| found(&mut kept.calls, *call, id)) else {
            return;
        };
        let before = size(exchange);
        more(exchange);
        kept.secrets.clean_exchange(exchange);
        let grown = size(exchange).saturating_sub(before);
        kept.grow(grown);
    }

    /// A request has ended: it is told to its call, and to the one that runs now.
    pub(crate) fn ended(&self, id: &str, more: impl FnOnce(&mut Exchange)) {
        self.learn(id, more);
        let mut kept = self.kept();
        let kept = &mut *kept;
        let Some(call) = kept.under_way.remove(id) else { return };
        if kept.current().told.call == call {
            return;
        }
        let Some(again) = found(&mut kept.calls, call, id).cloned() else { return };
        let bytes = size(&again);
        let told = &mut kept.current().told;
        if told.network.len() < MOST_EXCHANGES {
            told.network.push(again);
            kept.grow(bytes);
        } else {
            told.dropped.network += 1;
        }
    }

    /// What of an ended call can still be fetched; `None` when that was asked for already, or the call has not ended.
    pub(crate) fn wanted(&self, call: u32) -> Option<Wanted> {
        let mut kept = self.kept();
        let current = kept.current();
        let page = current.told.began_at.is_none() && current.told.call == call.checked_add(1)?;
        let one = kept.calls.iter_mut().find(|one| one.told.call == call)?;
        if one.gathered || one.told.ended_at.is_none() {
            return None;
        }
        one.gathered = true;
        if !page {
            one.told.dropped.dom = Some(TOO_LATE.to_owned());
        }
        let ended = one.told.network.iter().filter(|exchange| {
            exchange.ended_at.is_some() && exchange.failed.is_none() && exchange.response_body.is_none()
        });
        let bodiless = ended.map(|exchange| Bodiless {
            id: exchange.id.clone(),
            mime: exchange.mime.clone(),
            bytes: exchange.decoded_bytes,
        });
        Some(Wanted { bodiless: bodiless.collect(), page })
    }

    /// Whether no call runs, and `call` was the last one.
    pub(crate) fn is_last(&self, call: u32) -> bool {
        let mut kept = self.kept();
        let current = &kept.current().told;
        current.began_at.is_none() && current.call == call.saturating_add(1)
    }

    /// The body of an answer, or why there is none.
    pub(crate) fn has_body(&self, call: u32, id: &str, body: Result<(String, Encoding), String>) {
        let mut kept = self.kept();
        let kept = &mut *kept;
        let Some(exchange) = found(&mut kept.calls, call, id) else { return };
        let mut bytes = 0;
        match body {
            Ok((mut content, encoding)) => {
                let base64 = encoding == Encoding::Base64;
                if !base64 {
                    // Before it is cut: half an object is none in which a secret is found by its name.
                    kept.secrets.clean_body(&mut content, exchange.mime.as_deref());
                }
                let truncated = cut(&mut content, MOST_BODY_BYTES);
                bytes = content.len();
                exchange.response_body = Some(HttpBody { content, base64, truncated });
            }
            Err(why) => exchange.response_body_missing = Some(why),
        }
        kept.grow_at(call, bytes);
    }

    /// The page after a call, or why it could not be kept.
    pub(crate) fn has_page(&self, call: u32, page: Result<DomSnapshot, String>) {
        let mut kept = self.kept();
        let kept = &mut *kept;
        let Some(one) = kept.calls.iter_mut().find(|one| one.told.call == call) else { return };
        let mut bytes = 0;
        match page {
            Ok(mut page) => {
                kept.secrets.clean(&mut page.html);
                kept.secrets.clean(&mut page.title);
                kept.secrets.clean_address(&mut page.url);
                bytes = page.html.len();
                one.told.dom = Some(page);
            }
            Err(why) => one.told.dropped.dom = Some(why),
        }
        kept.grow_at(call, bytes);
    }

    /// What is kept of a call.
    pub fn of(&self, call: u32) -> Option<CallEvidence> {
        self.kept().calls.iter().find(|one| one.told.call == call).map(|one| one.told.clone())
    }

    /// The numbers of the calls that something is kept of: the first, and the one to come.
    pub(crate) fn span(&self) -> (u32, u32) {
        let kept = self.kept();
        let number = |one: Option<&One>| one.map_or(1, |one| one.told.call);
        (number(kept.calls.front()), number(kept.calls.back()))
    }

    /// How many bytes it takes, roughly.
    pub(crate) fn bytes(&self) -> usize {
        self.kept().bytes
    }
}

impl Kept {
    fn current(&mut self) -> &mut One {
        if self.calls.is_empty() {
            self.calls.push_back(One::to_come(1));
        }
        let last = self.calls.len() - 1;
        &mut self.calls[last]
    }

    fn grow(&mut self, bytes: usize) {
        self.current().bytes += bytes;
        self.bytes += bytes;
        self.forget_oldest();
    }

    fn grow_at(&mut self, call: u32, bytes: usize) {
        if let Some(one) = self.calls.iter_mut().find(|one| one.told.call == call) {
            one.bytes += bytes;
            self.bytes += bytes;
        }
        self.forget_oldest();
    }

    /// The newest call that has ended stays, whatever its size: it was bounded when it was fetched.
    fn forget_oldest(&mut self) {
        while self.calls.len() > 2 && (self.calls.len() > MOST_CALLS + 1 || self.bytes > MOST_BYTES) {
            let Some(oldest) = self.calls.pop_front() else { return };
            self.bytes = self.bytes.saturating_sub(oldest.bytes);
            self.under_way.retain(|_, call| *call != oldest.told.call);
        }
    }
}

fn found<'a>(calls: &'a mut VecDeque<One>, call: u32, id: &str) -> Option<&'a mut Exchange> {
    let one = calls.iter_mut().rfind(|one| one.told.call == call)?;
    one.told.network.iter_mut().rfind(|exchange| exchange.id == id)
}

/// Cuts a text at a place where a character ends, and base64 where three bytes do; answers whether it was longer.
pub(crate) fn cut(text: &mut String, most: usize) -> bool {
    if text.len() <= most {
        return false;
    }
    let mut end = most - most % 4;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    true
}

fn is_again(last: &ConsoleLine, line: &ConsoleLine) -> bool {
    last.text == line.text
        && last.level == line.level
        && last.source == line.source
        && last.url == line.url
        && (last.line, last.column) == (line.line, line.column)
}

fn size(exchange: &Exchange) -> usize {
    let headers = exchange.request_headers.iter().chain(&exchange.response_headers);
    let headers: usize = headers.map(|header| header.name.len() + header.value.len()).sum();
    let body = |body: &Option<HttpBody>| body.as_ref().map_or(0, |body| body.content.len());
    ROW_BYTES + exchange.url.len() + headers + body(&exchange.request_body) + body(&exchange.response_body)
}

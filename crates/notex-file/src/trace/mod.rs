//! A session as a trace of Playwright, version 10 of its format, which its trace viewer opens: each call an action with
//! its times, its failure, its picture and its page; console and network by their instants. Made of a session file, so
//! that nothing is in it that is not there. What a trace has no place for is left out; `docs/session-file.md` says what.

mod events;
mod snapshot;

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, BufWriter, Seek as _, Write as _};
use std::ops::ControlFlow;
use std::path::Path;

use notex_wire::{ConsoleLine, DomSnapshot, Exchange};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::export::{hex, redactor_for, search};
use crate::problem::FileError;
use crate::records::{PartRecord, RedactionReport};
use crate::redact::{Redactor, Secrets};
use crate::{Exported, PartKind, SessionFile};
use events::Clock;
use snapshot::Frames;

/// Writes a session file as a trace of Playwright. What somebody who knew none of our rules left in it is taken out first.
/// Blocks; `progress` is told how many of how many calls are done, and may stop it.
///
/// # Errors
/// When the file was changed since it was opened, the trace cannot be written, or a secret would be in it.
pub fn trace(
    file: &mut SessionFile,
    to: &Path,
    progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
) -> Result<Exported, FileError> {
    let mut secrets = Secrets::default();
    learn(&mut secrets, file)?;
    let mut redactor = redactor_for(&secrets)?;
    let (of, mut done) = (file.manifest().calls, 0);
    let mut tell = || {
        done += 1;
        if progress(done, of).is_break() { Err(FileError::Cancelled) } else { Ok(()) }
    };
    let written = write(file, &mut redactor, to, &mut tell)?;
    let (searched_for, too_short) = secrets.count();
    let redaction = RedactionReport {
        removed: redactor.removed(),
        searched_for,
        too_short,
        left_out: 0,
        pictures: written.pictures,
    };
    Ok(Exported { bytes: written.bytes, calls: of, redaction })
}

fn learn(secrets: &mut Secrets, file: &mut SessionFile) -> Result<(), FileError> {
    secrets.find_in(file.manifest().session.request.clone().unwrap_or_default());
    for index in 0..file.calls().len() {
        let call = &file.calls()[index];
        secrets.find_in_text(call.page.url.clone());
        secrets.find_in_text(call.what.clone());
        for body in [&call.request, &call.response].into_iter().flatten() {
            secrets.find_in(body.clone());
        }
        for part in parts_of(file, index) {
            let Some(hash) = part.sha256 else { continue };
            if part.kind != PartKind::Screenshot
                && let Ok(value) = serde_json::from_slice(&file.part(&hash)?)
            {
                secrets.find_in(value);
            }
        }
    }
    Ok(())
}

/// What was written.
pub(crate) struct Written {
    pub(crate) bytes: u64,
    pub(crate) pictures: u64,
}

/// Writes the trace, and reads it again before it gets its name.
pub(crate) fn write(
    file: &mut SessionFile,
    redactor: &mut Redactor,
    to: &Path,
    tell: &mut dyn FnMut() -> Result<(), FileError>,
) -> Result<Written, FileError> {
    let unwritten = |why: io::Error| FileError::Write { file: to.to_owned(), why };
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let whole = NamedTempFile::new_in(folder).map_err(unwritten)?;
    let lines = || tempfile::tempfile_in(folder).map(BufWriter::new).map_err(unwritten);
    let mut writing = Writing {
        clock: Clock::since(file.manifest().session.created_at),
        zip: ZipWriter::new(BufWriter::new(whole.reopen().map_err(unwritten)?)),
        events: lines()?,
        network: lines()?,
        resources: HashSet::new(),
        frames: Frames::default(),
        redactor,
        pictures: 0,
        to,
    };
    let last_told = last_told(file)?;
    let first = first_page(file)?;
    for event in events::opening(&file.manifest().session, first.as_ref()) {
        writing.event("session", event)?;
    }
    for index in 0..file.calls().len() {
        let told = |exchange: &Exchange| last_told.get(&exchange.id) == Some(&index);
        writing.call(file, index, &told)?;
        tell()?;
    }
    let pictures = writing.pictures;
    writing.finish()?;
    let bytes = whole.as_file().metadata().map_err(unwritten)?.len();
    whole.as_file().sync_all().map_err(unwritten)?;
    whole.persist(to).map_err(|why| unwritten(why.error))?;
    Ok(Written { bytes, pictures })
}

/// A request that outlived its call is told again by a later one, which knows all of it: the index of the last call that
/// tells each.
fn last_told(file: &mut SessionFile) -> Result<HashMap<String, usize>, FileError> {
    let mut last = HashMap::new();
    for index in 0..file.calls().len() {
        let parts = parts_of(file, index);
        let all = items(file, &parts, PartKind::Network)?;
        last.extend(all.iter().filter_map(|exchange| Some((exchange["id"].as_str()?.to_owned(), index))));
    }
    Ok(last)
}

/// The first page that was kept, whose viewport is that of the session.
fn first_page(file: &mut SessionFile) -> Result<Option<DomSnapshot>, FileError> {
    for index in 0..file.calls().len() {
        if let Some(page) = part(file, &parts_of(file, index), PartKind::Dom)? {
            return Ok(serde_json::from_slice(&page).ok());
        }
    }
    Ok(None)
}

fn parts_of(file: &SessionFile, index: usize) -> Vec<PartRecord> {
    file.calls()[index].parts.clone()
}

fn part(file: &mut SessionFile, parts: &[PartRecord], kind: PartKind) -> Result<Option<Vec<u8>>, FileError> {
    let found = parts.iter().find(|part| part.kind == kind).and_then(|part| part.sha256.as_deref());
    found.map(|hash| file.part(hash)).transpose()
}

fn items(file: &mut SessionFile, parts: &[PartRecord], kind: PartKind) -> Result<Vec<Value>, FileError> {
    let bytes = part(file, parts, kind)?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default())
}

struct Writing<'a> {
    clock: Clock,
    zip: ZipWriter<BufWriter<File>>,
    events: BufWriter<File>,
    network: BufWriter<File>,
    /// The names of those that are written.
    resources: HashSet<String>,
    frames: Frames,
    redactor: &'a mut Redactor,
    pictures: u64,
    to: &'a Path,
}

impl Writing<'_> {
    fn call(
        &mut self,
        file: &mut SessionFile,
        index: usize,
        told: &dyn Fn(&Exchange) -> bool,
    ) -> Result<(), FileError> {
        let mut call = file.calls()[index].clone();
        call.request.as_mut().into_iter().for_each(|body| self.redactor.value("request", body));
        let mut attachments = Vec::new();
        let answer = match &call.response {
            Some(answer) => Some(answer.clone()),
            None => {
                let large = part(file, &call.parts, PartKind::Response)?;
                large.and_then(|bytes| serde_json::from_slice(&bytes).ok())
            }
        };
        for (name, body) in [("request", call.request.clone()), ("answer", answer)] {
            let Some(mut body) = body else { continue };
            self.redactor.value("response", &mut body);
            let named = self.resource(format!("{body:#}").as_bytes(), "application/json")?;
            attachments.push(events::attachment(name, &named));
        }
        self.event("call", events::before(self.clock, &call))?;
        for line in events::log(&call) {
            self.event("call", line)?;
        }
        for line in self.read::<ConsoleLine>("console", items(file, &call.parts, PartKind::Console)?) {
            self.event("console", events::console(self.clock, &line))?;
        }
        self.event("failure", events::after(self.clock, &call, attachments))?;
        if let Some(picture) = part(file, &call.parts, PartKind::Screenshot)?
            && let Some((media_type, width, height)) = events::picture(&picture)
        {
            let named = self.resource(&picture, media_type)?;
            self.pictures += 1;
            for event in events::pictures(self.clock, &call, &named, width, height) {
                self.event("screenshot", event)?;
            }
        }
        if let Some(page) = part(file, &call.parts, PartKind::Dom)?
            && let Ok(page) = serde_json::from_slice::<DomSnapshot>(&page)
        {
            let redactor = &mut *self.redactor;
            let drawn = self.frames.draw(&page.html, &mut |document| redactor.text("dom", document));
            for drawn in drawn {
                self.event("dom", events::snapshot(self.clock, &call, &page, drawn))?;
            }
        }
        let network = items(file, &call.parts, PartKind::Network)?;
        for exchange in self.read::<Exchange>("network", network).iter().filter(|exchange| told(exchange)) {
            self.request(exchange)?;
        }
        Ok(())
    }

    /// Those that can be read: one whose figures were secrets cannot.
    fn read<T: DeserializeOwned>(&mut self, place: &'static str, items: Vec<Value>) -> Vec<T> {
        let read = |mut item| {
            self.redactor.value(place, &mut item);
            serde_json::from_value(item).ok()
        };
        items.into_iter().filter_map(read).collect()
    }

    fn request(&mut self, exchange: &Exchange) -> Result<(), FileError> {
        let mut event = events::request(self.clock, exchange);
        if let Some(body) = &exchange.response_body {
            let content = &mut event["snapshot"]["response"]["content"];
            match events::bytes_of(body).filter(|bytes| self.redactor.holds(bytes).is_none()) {
                Some(bytes) => {
                    let kind = exchange.mime.as_deref().unwrap_or_default();
                    content["_file"] = self.resource(&bytes, kind)?.into();
                }
                None => content["comment"] = "a secret stood in it".into(),
            }
        }
        self.redactor.texts("network", &mut event);
        line(&mut self.network, &event).map_err(|why| self.unwritten(why))
    }

    fn event(&mut self, place: &'static str, mut event: Value) -> Result<(), FileError> {
        self.redactor.texts(place, &mut event);
        line(&mut self.events, &event).map_err(|why| self.unwritten(why))
    }

    /// The name under which some bytes are in the trace.
    fn resource(&mut self, bytes: &[u8], media_type: &str) -> Result<String, FileError> {
        let ending = match media_type {
            "image/png" => "png",
            "image/jpeg" => "jpeg",
            "image/webp" => "webp",
            "application/json" => "json",
            "text/html" => "html",
            "text/css" => "css",
            "text/javascript" | "application/javascript" => "js",
            _ => "dat",
        };
        let name = format!("resources/{}.{ending}", hex(&Sha256::digest(bytes)));
        if self.resources.insert(name.clone()) {
            let method = if matches!(ending, "png" | "jpeg" | "webp") {
                CompressionMethod::Stored
            } else {
                CompressionMethod::Deflated
            };
            let options = SimpleFileOptions::default().compression_method(method);
            let written = self.zip.start_file(name.as_str(), options).map_err(io::Error::from);
            written.and_then(|()| self.zip.write_all(bytes)).map_err(|why| self.unwritten(why))?;
        }
        Ok(name)
    }

    fn finish(self) -> Result<(), FileError> {
        let Self { mut zip, events, network, redactor, to, .. } = self;
        let unwritten = |why: io::Error| FileError::Write { file: to.to_owned(), why };
        for (name, lines) in [("trace.trace", events), ("trace.network", network)] {
            let copied = || {
                let mut lines = lines.into_inner().map_err(io::IntoInnerError::into_error)?;
                lines.rewind()?;
                let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
                zip.start_file(name, options.large_file(true))?;
                io::copy(&mut lines, &mut zip)
            };
            copied().map_err(unwritten)?;
        }
        let written = zip.finish().map_err(|why| unwritten(why.into()))?;
        let written = written.into_inner().map_err(|why| unwritten(why.into_error()))?;
        search(redactor, written, to)
    }

    fn unwritten(&self, why: io::Error) -> FileError {
        FileError::Write { file: self.to.to_owned(), why }
    }
}

fn line(lines: &mut BufWriter<File>, event: &Value) -> io::Result<()> {
    serde_json::to_writer(&mut *lines, event)?;
    lines.write_all(b"\n")
}

//! From the history into a file. Everything is read twice: once to learn the secrets, once to write without them; and
//! what was written is read again before the file gets its name. A trace is made of the session file that would be written.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::ops::ControlFlow;
use std::path::Path;

use chrono::{DateTime, Utc};
use notex_archive::{Archive, KeptPart, KeptSession, PartKind, WholeCall};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::open::{CALLS, MANIFEST, PARTS};
use crate::problem::FileError;
use crate::records::{
    CallRecord, Entry, FORMAT, Manifest, PageRecord, PartRecord, RedactionReport, SessionRecord, VERSION,
};
use crate::redact::{Redactor, Secrets};
use crate::rules::Secret;
use crate::{SessionFile, trace};

/// So many calls are asked for at once.
const PAGE: u32 = 500;

/// How a session is exported.
pub struct Export<'a> {
    /// Its number in the history.
    pub session: i64,
    /// Keys, and passwords that were typed: what is known to be secret beforehand.
    pub secrets: &'a [Secret],
    /// Whether pictures go along.
    pub pictures: Pictures,
    /// What is written.
    pub form: Form,
    /// The program, with its version.
    pub made_by: &'a str,
    /// Now.
    pub made_at: DateTime<Utc>,
}

/// What a session is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The session file, which an inspector opens.
    SessionFile,
    /// A trace, which the trace viewer of Playwright opens.
    PlaywrightTrace,
}

/// Whether pictures go along: what can be read in them is not searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pictures {
    /// They do.
    Keep,
    /// They do not.
    LeaveOut,
}

/// What was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Exported {
    /// The size of the file, in bytes.
    pub bytes: u64,
    /// How many calls it holds.
    pub calls: u64,
    /// What was taken out.
    pub redaction: RedactionReport,
}

/// Writes a session into a file. An older file of this name is replaced when the new one is whole, and stays otherwise.
/// Blocks; `progress` is told how many of how many readings are done, and may stop it.
///
/// # Errors
/// When the history cannot be read or the file not written, or a secret would be in it.
pub fn export(
    archive: &Archive,
    wish: &Export<'_>,
    to: &Path,
    progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
) -> Result<Exported, FileError> {
    let session = archive.session(wish.session)?.ok_or(FileError::NoSession)?;
    let calls = all_calls(archive, wish.session)?;
    let readings = match wish.form {
        Form::SessionFile => 2,
        Form::PlaywrightTrace => 3,
    };
    let steps = readings * calls.len() as u64;
    let mut done = 0;
    let mut tell = || {
        done += 1;
        if progress(done, steps).is_break() { Err(FileError::Cancelled) } else { Ok(()) }
    };

    let mut secrets = Secrets::given(wish.secrets);
    learn(&mut secrets, &session);
    for number in &calls {
        if let Some(call) = archive.call(wish.session, *number)? {
            learn_call(&mut secrets, archive, &call)?;
        }
        tell()?;
    }
    let redactor = redactor_for(&secrets)?;

    let unwritten = |why: io::Error| FileError::Write { file: to.to_owned(), why };
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = NamedTempFile::new_in(folder).map_err(unwritten)?;
    let mut writing = Writing {
        archive,
        redactor,
        pictures: wish.pictures,
        zip: ZipWriter::new(BufWriter::new(file.reopen().map_err(unwritten)?)),
        files: BTreeMap::new(),
        parts: HashMap::new(),
        report: RedactionReport::default(),
        to,
    };
    let mut lines = NamedTempFile::new_in(folder).map_err(unwritten)?;
    for number in &calls {
        if let Some(call) = archive.call(wish.session, *number)? {
            let record = writing.call(call)?;
            serde_json::to_writer(&mut lines, &record).map_err(|why| unwritten(why.into()))?;
            lines.write_all(b"\n").map_err(unwritten)?;
        }
        tell()?;
    }
    writing.lines(lines)?;
    let calls = calls.len() as u64;
    let (mut redaction, mut redactor) = writing.finish(wish, &session, &secrets, calls)?;
    let bytes = match wish.form {
        Form::SessionFile => {
            file.as_file().sync_all().map_err(unwritten)?;
            let bytes = file.as_file().metadata().map_err(unwritten)?.len();
            file.persist(to).map_err(|why| unwritten(why.error))?;
            bytes
        }
        // What is read out of quotes could be a secret again: it is searched as well.
        Form::PlaywrightTrace => {
            let mut whole = SessionFile::open(file.path())?;
            let written = trace::write(&mut whole, &mut redactor, to, &mut tell)?;
            redaction.removed = redactor.removed();
            redaction.pictures = written.pictures;
            written.bytes
        }
    };
    Ok(Exported { bytes, calls, redaction })
}

pub(crate) fn redactor_for(secrets: &Secrets) -> Result<Redactor, FileError> {
    let too_many = || FileError::TooLarge("it holds too many secrets to search for each of them".to_owned());
    Redactor::new(secrets).ok_or_else(too_many)
}

/// The numbers of all calls of a session.
fn all_calls(archive: &Archive, session: i64) -> Result<Vec<u32>, FileError> {
    let mut numbers = Vec::new();
    loop {
        let page = archive.calls(session, numbers.len() as u64, PAGE)?.calls;
        if page.is_empty() {
            return Ok(numbers);
        }
        numbers.extend(page.iter().map(|call| call.number));
    }
}

fn learn(secrets: &mut Secrets, session: &KeptSession) {
    secrets.find_in(session.request.clone().unwrap_or_default());
    secrets.find_in_text(session.page.url.clone());
}

fn learn_call(secrets: &mut Secrets, archive: &Archive, call: &WholeCall) -> Result<(), FileError> {
    for body in [&call.request, &call.response].into_iter().flatten() {
        secrets.find_in(body.clone());
    }
    secrets.find_in_text(call.call.page.url.clone());
    secrets.find_in_text(call.call.what.clone());
    for part in &call.parts {
        match read_part(archive, part)? {
            Some(Layer::Json(value)) => secrets.find_in(value),
            Some(Layer::Text(text)) => secrets.find_in_text(text),
            Some(Layer::Other(_)) | None => {}
        }
    }
    Ok(())
}

/// The bytes of a part, as far as they can be understood.
enum Layer {
    Json(Value),
    Text(String),
    Other(Vec<u8>),
}

/// `None` when it was not kept, or is the answer, which is read with its call.
fn read_part(archive: &Archive, part: &KeptPart) -> Result<Option<Layer>, FileError> {
    let Some(hash) = part.hash.as_deref().filter(|_| part.kind != PartKind::Response) else {
        return Ok(None);
    };
    let (bytes, _) = archive.blob(hash)?;
    if part.media_type.starts_with("image/") && part.media_type != "image/svg+xml" {
        return Ok(Some(Layer::Other(bytes)));
    }
    if let Ok(value) = serde_json::from_slice(&bytes) {
        return Ok(Some(Layer::Json(value)));
    }
    Ok(Some(String::from_utf8(bytes).map_or_else(|why| Layer::Other(why.into_bytes()), Layer::Text)))
}

fn place_of(kind: PartKind) -> &'static str {
    match kind {
        PartKind::Screenshot => "screenshot",
        PartKind::Actions => "actions",
        PartKind::Dom => "dom",
        PartKind::Console => "console",
        PartKind::Network => "network",
        PartKind::Response => "response",
    }
}

struct Writing<'a> {
    archive: &'a Archive,
    redactor: Redactor,
    pictures: Pictures,
    zip: ZipWriter<BufWriter<File>>,
    files: BTreeMap<String, Entry>,
    /// By the hash in the history: what became of a part.
    parts: HashMap<String, Result<String, String>>,
    report: RedactionReport,
    to: &'a Path,
}

impl Writing<'_> {
    fn call(&mut self, whole: WholeCall) -> Result<CallRecord, FileError> {
        let WholeCall { call, request, response, parts } = whole;
        let mut record = CallRecord::of(&call);
        let redactor = &mut self.redactor;
        let page = |redactor: &mut Redactor, page: &mut PageRecord| {
            redactor.text("page", &mut page.title);
            redactor.text("page", &mut page.url);
        };
        page(redactor, &mut record.page);
        redactor.text("call", &mut record.what);
        if let Some(failure) = &mut record.failure {
            redactor.text("failure", &mut failure.message);
            failure.hint.as_mut().into_iter().for_each(|hint| redactor.text("failure", hint));
        }
        record.request = request;
        record.response = response;
        record.request.as_mut().into_iter().for_each(|body| redactor.value("request", body));
        record.response.as_mut().into_iter().for_each(|body| redactor.value("response", body));
        for part in parts {
            if part.kind != PartKind::Response || part.hash.is_none() {
                record.parts.push(self.part(part)?);
            }
        }
        Ok(record)
    }

    fn part(&mut self, part: KeptPart) -> Result<PartRecord, FileError> {
        let KeptPart { kind, hash, media_type, missing, .. } = &part;
        let written = match hash {
            None => Err(missing.clone().unwrap_or_else(|| "it was not kept".to_owned())),
            Some(hash) => match self.parts.get(hash) {
                Some(known) => known.clone(),
                None => {
                    let written = self.part_anew(&part)?;
                    self.parts.insert(hash.clone(), written.clone());
                    written
                }
            },
        };
        let (sha256, missing) = written.map_or_else(|why| (None, Some(why)), |hash| (Some(hash), None));
        Ok(PartRecord { kind: *kind, media_type: media_type.clone(), sha256, missing })
    }

    /// The hash of what was written, or why nothing was.
    fn part_anew(&mut self, part: &KeptPart) -> Result<Result<String, String>, FileError> {
        let place = place_of(part.kind);
        let bytes = match read_part(self.archive, part)? {
            None => return Ok(Err("it was not kept".to_owned())),
            Some(Layer::Json(mut value)) => {
                self.redactor.value(place, &mut value);
                value.to_string().into_bytes()
            }
            Some(Layer::Text(mut text)) => {
                self.redactor.text(place, &mut text);
                text.into_bytes()
            }
            Some(Layer::Other(_)) if self.pictures == Pictures::LeaveOut => {
                self.report.left_out += 1;
                return Ok(Err("it was left out of the file".to_owned()));
            }
            Some(Layer::Other(bytes)) => {
                if let Some(kind) = self.redactor.holds(&bytes) {
                    self.report.left_out += 1;
                    return Ok(Err(format!("{kind} stood in it")));
                }
                self.report.pictures += 1;
                bytes
            }
        };
        let hash = hex(&Sha256::digest(&bytes));
        self.put(&format!("{PARTS}{hash}"), &bytes)?;
        Ok(Ok(hash))
    }

    fn lines(&mut self, lines: NamedTempFile) -> Result<(), FileError> {
        let bytes = std::fs::read(lines.path()).map_err(|why| self.unwritten(why))?;
        self.put(CALLS, &bytes)
    }

    fn put(&mut self, name: &str, bytes: &[u8]) -> Result<(), FileError> {
        if self.files.contains_key(name) {
            return Ok(());
        }
        let packed =
            bytes.starts_with(b"\x89PNG") || bytes.starts_with(b"\xff\xd8") || bytes.starts_with(b"RIFF");
        let method = if packed { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .large_file(u32::try_from(bytes.len()).is_err());
        self.zip.start_file(name, options).map_err(|why| self.unwritten(why.into()))?;
        self.zip.write_all(bytes).map_err(|why| self.unwritten(why))?;
        let entry = Entry { size: bytes.len() as u64, sha256: hex(&Sha256::digest(bytes)) };
        self.files.insert(name.to_owned(), entry);
        Ok(())
    }

    fn finish(
        mut self,
        wish: &Export<'_>,
        session: &KeptSession,
        secrets: &Secrets,
        calls: u64,
    ) -> Result<(RedactionReport, Redactor), FileError> {
        let mut record = SessionRecord::of(session);
        record.request.as_mut().into_iter().for_each(|body| self.redactor.value("session", body));
        for text in [&mut record.connection, &mut record.page.title, &mut record.page.url] {
            self.redactor.text("session", text);
        }
        if let Some(detail) = record.end.as_mut().and_then(|end| end.detail.as_mut()) {
            self.redactor.text("session", detail);
        }
        (self.report.searched_for, self.report.too_short) = secrets.count();
        self.report.removed = self.redactor.removed();
        let manifest = Manifest {
            format: FORMAT.to_owned(),
            version: VERSION,
            made_by: wish.made_by.to_owned(),
            made_at: wish.made_at,
            session: record,
            calls,
            files: std::mem::take(&mut self.files),
            redaction: self.report.clone(),
        };
        let bytes = serde_json::to_vec_pretty(&manifest).map_err(|why| self.unwritten(why.into()))?;
        self.put(MANIFEST, &bytes)?;
        let to = self.to.to_owned();
        let unwritten = |why: io::Error| FileError::Write { file: to.clone(), why };
        let written = self.zip.finish().map_err(|why| unwritten(why.into()))?;
        let written = written.into_inner().map_err(|why| unwritten(why.into_error()))?;
        search(&self.redactor, written, &to)?;
        Ok((self.report, self.redactor))
    }

    fn unwritten(&self, why: io::Error) -> FileError {
        FileError::Write { file: self.to.to_owned(), why }
    }
}

/// Reads all that was written, and refuses it when a secret is in it.
pub(crate) fn search(redactor: &Redactor, written: File, to: &Path) -> Result<(), FileError> {
    let unread = |why: io::Error| FileError::Write { file: to.to_owned(), why };
    let mut zip = ZipArchive::new(written).map_err(|why| unread(why.into()))?;
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).map_err(|why| unread(why.into()))?;
        let mut bytes = Vec::new();
        io::Read::read_to_end(&mut file, &mut bytes).map_err(unread)?;
        if let Some(kind) = redactor.holds(&bytes) {
            let place = file.name().map(|name| name.into_owned()).unwrap_or_default();
            return Err(FileError::Survived { kind, place });
        }
    }
    Ok(())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

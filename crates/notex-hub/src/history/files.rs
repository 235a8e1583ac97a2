//! Files of sessions: from the history into one, and from one into the history. What is exported lies in a folder of its
//! own until a host hands it on.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use notex_file::{Export, FileError, Form, Pictures, Secret, SecretKind, SessionFile};
use tokio::runtime::Handle;

use super::past_session;
use crate::Hub;
use crate::protocol::{
    Delta, ExportForm, Exported, Exporting, Failure, FailureCode, Outcome, RemovedSecrets,
};

const FORMS: [ExportForm; 2] = [ExportForm::SessionFile, ExportForm::PlaywrightTrace];
/// Progress is told at most so often.
const TELL_EVERY: Duration = Duration::from_millis(100);

/// The folder of exports, and how the one that runs is stopped.
pub(crate) struct Exports {
    folder: PathBuf,
    stop: Mutex<Arc<AtomicBool>>,
}

impl Exports {
    /// What an earlier run exported is removed: it was handed on, or nobody wanted it.
    pub(crate) fn new(folder: PathBuf) -> Self {
        drop(std::fs::remove_dir_all(&folder));
        Self { folder, stop: Mutex::default() }
    }

    /// A place for a file that comes in over a host.
    fn incoming(&self, name: &str) -> PathBuf {
        self.folder.join("incoming").join(name)
    }

    fn file(&self, session: i64, form: ExportForm) -> PathBuf {
        let ending = match form {
            ExportForm::SessionFile => "notex",
            ExportForm::PlaywrightTrace => "trace.zip",
        };
        self.folder.join(format!("{session}.{ending}"))
    }

    /// The file of the last export of a session: those before it are removed as it begins.
    fn last(&self, session: i64) -> Option<PathBuf> {
        FORMS.map(|form| self.file(session, form)).into_iter().find(|file| file.is_file())
    }

    /// Stops the export that runs.
    pub(crate) fn stop(&self) {
        self.begin();
    }

    /// Stops the export that runs, and gives the next one its sign to stop.
    fn begin(&self) -> Arc<AtomicBool> {
        let next = Arc::<AtomicBool>::default();
        let mut stop = self.stop.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *stop, Arc::clone(&next)).store(true, Ordering::Relaxed);
        next
    }
}

/// Writes a kept session, as one form or the other, into a file that [`Hub::exported`] finds.
pub(crate) async fn export(
    hub: &Hub,
    session: i64,
    pictures: bool,
    form: ExportForm,
) -> Result<Outcome, Failure> {
    let secrets = secrets(hub).await?;
    let now = hub.ask(|_, now| now).await?;
    let exports = &hub.shared.exports;
    let (file, stop) = (exports.file(session, form), exports.begin());
    let earlier = FORMS.map(|form| exports.file(session, form));
    let form = match form {
        ExportForm::SessionFile => Form::SessionFile,
        ExportForm::PlaywrightTrace => Form::PlaywrightTrace,
    };
    let pictures = if pictures { Pictures::Keep } else { Pictures::LeaveOut };
    let telling = hub.clone();
    let (runtime, mut told_at) = (Handle::current(), Instant::now());
    let mut progress = move |done, of| {
        if told_at.elapsed() >= TELL_EVERY {
            told_at = Instant::now();
            let delta = Delta::Exporting(Exporting { session, done, of });
            runtime.block_on(telling.change(move |state, _| state.deltas.push(delta)));
        }
        if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let exported = hub.shared.history.with(move |archive| {
        make_private(&file)?;
        earlier.iter().for_each(|file| drop(std::fs::remove_file(file)));
        // What was handed in a moment ago goes along.
        archive.flush()?;
        let made_by = concat!("notex-inspector ", env!("CARGO_PKG_VERSION"));
        let wish = Export { session, secrets: &secrets, pictures, form, made_by, made_at: now };
        notex_file::export(archive, &wish, &file, &mut progress)
    });
    let done = exported.await?.map_err(|why| failure(&why))?;
    let report = done.redaction;
    let removed = report.removed.into_iter();
    let exported = Exported {
        bytes: done.bytes,
        calls: done.calls,
        removed: removed
            .map(|one| RemovedSecrets { kind: one.kind.to_string(), place: one.place, times: one.times })
            .collect(),
        searched_for: report.searched_for,
        too_short: report.too_short,
        left_out: report.left_out,
        pictures: report.pictures,
    };
    Ok(Outcome { exported: Some(exported), ..Outcome::default() })
}

/// Takes a session file into the history.
pub(crate) async fn open(hub: &Hub, path: String) -> Result<Outcome, Failure> {
    let path = PathBuf::from(path);
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let opened = hub.shared.history.with(move |archive| {
        let mut file = SessionFile::open(&path)?;
        notex_file::import(&mut file, archive, &name)
    });
    let session = opened.await?.map_err(|why| failure(&why))?;
    Ok(Outcome { past: Some(Box::new(past_session(session))), ..Outcome::default() })
}

impl Hub {
    /// The file that the last export of a kept session made.
    ///
    /// # Errors
    /// When there is none.
    pub fn exported(&self, session: i64) -> Result<PathBuf, Failure> {
        self.shared.exports.last(session).ok_or_else(|| {
            Failure::invalid("this session was not exported, or its file is gone")
                .with_hint("export it again")
        })
    }

    /// Where a host may put a file of this name before it is opened; gone after the next start.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn incoming(&self, name: &str) -> Result<PathBuf, Failure> {
        let file = self.shared.exports.incoming(name);
        make_private(&file).map_err(|why| failure(&why))?;
        Ok(file)
    }
}

/// All that is known to be secret: keys, and what was typed into password fields in this run.
async fn secrets(hub: &Hub) -> Result<Vec<Secret>, Failure> {
    let of = |kind| move |text: String| Secret { kind, text };
    let keys = hub.shared.log.secrets().into_iter().map(of(SecretKind::Key));
    let typed = hub
        .read(|state| {
            let sessions = state.sessions.values();
            sessions.flat_map(|known| known.recorded.typed.all().to_vec()).collect::<Vec<_>>()
        })
        .await?;
    Ok(keys.chain(typed.into_iter().map(of(SecretKind::Password))).collect())
}

fn make_private(file: &Path) -> Result<(), FileError> {
    let Some(folder) = file.parent() else { return Ok(()) };
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|why| FileError::Write { file: file.to_owned(), why })
}

fn failure(why: &FileError) -> Failure {
    let code = match why {
        FileError::Cancelled => FailureCode::Cancelled,
        FileError::Survived { .. }
        | FileError::NotOurs(_)
        | FileError::Newer { .. }
        | FileError::Damaged(_)
        | FileError::TooLarge(_) => FailureCode::Invalid,
        FileError::Archive(_) | FileError::NoSession | FileError::Write { .. } | FileError::Read { .. } => {
            FailureCode::Other
        }
    };
    let failure = Failure::new(code, why.to_string());
    match why.hint() {
        Some(hint) => failure.with_hint(hint),
        None => failure,
    }
}

//! Files that pages hand out: kept in the session's own folder under names that are safe there, and no more of them
//! than fits.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::Utc;
use notex_wire::PageEvent;
use serde_json::{Value, json};
use tokio::sync::{broadcast, watch};

/// The folder inside of the session's own.
const FOLDER: &str = "downloads";
const MOST_FILE_BYTES: u64 = 100 * 1024 * 1024;
const MOST_SESSION_BYTES: u64 = 500 * 1024 * 1024;
const MEGABYTE: u64 = 1024 * 1024;
const MOST_AT_ONCE: usize = 50;
const MOST_FILES: usize = 1_000;
const NAME_CHARS: usize = 120;
const TEXT_CHARS: usize = 2_000;

/// How a download ended: the name of its file, or why there is none.
pub(super) type Ended = Result<String, String>;

/// The downloads of a session.
pub(super) struct Downloads {
    /// None where downloads are off.
    folder: Option<PathBuf>,
    state: Mutex<State>,
    begun: watch::Sender<u64>,
    ended: broadcast::Sender<Ended>,
}

#[derive(Default)]
struct State {
    open: HashMap<String, Download>,
    taken: HashSet<String>,
    kept_bytes: u64,
}

struct Download {
    url: String,
    name: String,
    received: u64,
    refused: Option<String>,
}

/// What is to be done about a download.
pub(super) enum Verdict {
    GoOn,
    Cancel,
    Finish(Finished),
}

/// A download that came to its end.
pub(super) struct Finished {
    from: Option<PathBuf>,
    name: String,
    url: String,
    bytes: u64,
    failure: Option<String>,
}

impl Downloads {
    /// Into a folder of the session's own; an empty path is none.
    pub(super) fn into_folder(session: &Path) -> Downloads {
        let folder = (!session.as_os_str().is_empty()).then(|| session.join(FOLDER));
        let (begun, ended) = (watch::Sender::new(0), broadcast::Sender::new(64));
        Downloads { folder, state: Mutex::default(), begun, ended }
    }

    /// Makes its folder, and answers what the browser is to be told.
    pub(super) async fn behavior(&self, context_id: &str) -> Result<Value, String> {
        let Some(folder) = &self.folder else {
            return Ok(json!({"behavior": "deny", "browserContextId": context_id, "eventsEnabled": true}));
        };
        let made = tokio::fs::create_dir_all(folder).await;
        made.map_err(|error| format!("the folder for downloads could not be made: {error}"))?;
        Ok(json!({
            "behavior": "allowAndName", "browserContextId": context_id, "eventsEnabled": true,
            "downloadPath": folder,
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many have begun so far.
    pub(super) fn begun(&self) -> watch::Receiver<u64> {
        self.begun.subscribe()
    }

    /// How they end, from now on.
    pub(super) fn ended(&self) -> broadcast::Receiver<Ended> {
        self.ended.subscribe()
    }

    /// One begins.
    pub(super) fn begin(&self, guid: &str, url: &str, suggested: &str) -> Verdict {
        let mut state = self.state();
        let name = free_name(&safe_name(suggested), |name| {
            let there = |folder: &PathBuf| folder.join(name).exists();
            state.taken.contains(name) || self.folder.as_ref().is_some_and(there)
        });
        let refused = match &self.folder {
            None => Some(String::from("downloads are off in this session")),
            Some(_) if state.open.len() >= MOST_AT_ONCE => {
                Some(format!("{MOST_AT_ONCE} downloads are under way already"))
            }
            Some(_) if state.taken.len() >= MOST_FILES => {
                Some(format!("the session has {MOST_FILES} downloads, which is the most"))
            }
            Some(_) => None,
        };
        state.taken.insert(name.clone());
        let verdict = if refused.is_some() { Verdict::Cancel } else { Verdict::GoOn };
        let url = url.chars().take(TEXT_CHARS).collect();
        state.open.insert(guid.to_owned(), Download { url, name, received: 0, refused });
        drop(state);
        self.begun.send_modify(|begun| *begun += 1);
        verdict
    }

    /// One goes on, or ends.
    pub(super) fn progress(&self, guid: &str, how: &str, received: u64, total: u64) -> Option<Verdict> {
        let mut state = self.state();
        let others: u64 =
            state.open.iter().filter(|(other, _)| *other != guid).map(|(_, d)| d.received).sum();
        let before = state.kept_bytes + others;
        let download = state.open.get_mut(guid)?;
        download.received = received;
        if how == "inProgress" {
            if download.refused.is_some() {
                return Some(Verdict::GoOn);
            }
            let size = received.max(total);
            if size > MOST_FILE_BYTES {
                download.refused = Some(format!("it is larger than {} MB", MOST_FILE_BYTES / MEGABYTE));
            } else if before + size > MOST_SESSION_BYTES {
                let most = MOST_SESSION_BYTES / MEGABYTE;
                download.refused = Some(format!("the downloads of the session are larger than {most} MB"));
            }
            let cancel = download.refused.is_some();
            return Some(if cancel { Verdict::Cancel } else { Verdict::GoOn });
        }
        let download = state.open.remove(guid)?;
        let completed = how == "completed";
        let failure = match download.refused {
            Some(why) => Some(why),
            None if completed => None,
            None => Some(String::from("it was cancelled or broke off")),
        };
        if failure.is_some() {
            state.taken.remove(&download.name);
        } else {
            state.kept_bytes += received;
        }
        let from = self.folder.as_ref().filter(|_| completed).map(|folder| folder.join(guid));
        let Download { name, url, .. } = download;
        Some(Verdict::Finish(Finished { from, name, url, bytes: received, failure }))
    }

    /// Gives a finished download its name, and tells those who wait.
    pub(super) async fn finish(&self, finished: Finished) -> PageEvent {
        let Finished { from, name, url, bytes, mut failure } = finished;
        if let (Some(from), Some(folder)) = (from, &self.folder) {
            let done = match failure {
                None => tokio::fs::rename(&from, folder.join(&name)).await,
                Some(_) => tokio::fs::remove_file(&from).await,
            };
            if let (Err(error), None) = (done, &failure) {
                failure = Some(format!("its file could not be named: {error}"));
            }
        }
        let file = format!("{FOLDER}/{name}");
        // Nobody may be waiting.
        let _ = self.ended.send(match &failure {
            None => Ok(file.clone()),
            Some(why) => Err(why.clone()),
        });
        PageEvent::Download { at: Utc::now(), file, url, bytes, failure }
    }
}

/// A name that is one on every system, and stays in its folder.
fn safe_name(suggested: &str) -> String {
    let last = suggested.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last
        .chars()
        .map(|c| if c.is_control() || r#"<>:"|?*"#.contains(c) || is_invisible(c) { '_' } else { c })
        .collect();
    let plain = plain.trim_matches(|c: char| c == '.' || c.is_whitespace());
    let (stem, extension) = match plain.rsplit_once('.') {
        Some((stem, extension)) if extension.len() <= 12 => (stem, format!(".{extension}")),
        Some(_) | None => (plain, String::new()),
    };
    let stem: String = stem.chars().take(NAME_CHARS).collect();
    let device = ["con", "prn", "aux", "nul"].iter().any(|name| stem.eq_ignore_ascii_case(name))
        || stem.len() == 4 && ["com", "lpt"].iter().any(|name| stem.to_lowercase().starts_with(name));
    match stem.as_str() {
        "" => format!("download{extension}"),
        stem if device => format!("_{stem}{extension}"),
        stem => format!("{stem}{extension}"),
    }
}

/// Marks that turn the reading of a name around, or hide.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn free_name(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    if !is_taken(name) {
        return name.to_owned();
    }
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) => (stem, format!(".{extension}")),
        None => (name, String::new()),
    };
    let mut number = 1_u32;
    loop {
        let next = format!("{stem} ({number}){extension}");
        if !is_taken(&next) {
            return next;
        }
        number += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_in_its_folder_and_is_one_on_every_system() {
        for (suggested, safe) in [
            ("report.pdf", "report.pdf"),
            ("../../etc/passwd", "passwd"),
            (r"..\..\boot.ini", "boot.ini"),
            (".bashrc", "bashrc"),
            ("..", "download"),
            ("", "download"),
            ("a\nb:c.txt", "a_b_c.txt"),
            ("con.txt", "_con.txt"),
            ("invoice\u{202e}fdp.exe", "invoice_fdp.exe"),
        ] {
            assert_eq!(safe_name(suggested), safe, "{suggested:?}");
        }
        assert_eq!(safe_name(&"x".repeat(500)).len(), NAME_CHARS);
    }

    #[test]
    fn a_taken_name_gets_a_number() {
        let taken = ["a.txt", "a (1).txt"];
        assert_eq!(free_name("a.txt", |name| taken.contains(&name)), "a (2).txt");
        assert_eq!(free_name("b.txt", |name| taken.contains(&name)), "b.txt");
    }

    #[test]
    fn downloads_without_number_are_cancelled_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let downloads = Downloads::into_folder(folder.path());
        for number in 0..MOST_FILES {
            let (guid, name) = (number.to_string(), format!("{number}.bin"));
            assert!(matches!(downloads.begin(&guid, "http://a.test/", &name), Verdict::GoOn), "{number}");
            downloads.progress(&guid, "completed", 0, 0);
        }
        assert!(matches!(downloads.begin("last", "http://a.test/", "last.bin"), Verdict::Cancel));
        let Some(Verdict::Finish(end)) = downloads.progress("last", "canceled", 0, 0) else { panic!() };
        assert_eq!(end.failure.as_deref(), Some("the session has 1000 downloads, which is the most"));
    }

    #[test]
    fn a_file_or_a_session_that_grows_too_large_is_cancelled_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let downloads = Downloads::into_folder(folder.path());
        downloads.begin("one", "http://a.test/", "a.bin");
        let over = downloads.progress("one", "inProgress", 10, MOST_FILE_BYTES + 1);
        assert!(matches!(over, Some(Verdict::Cancel)));
        let Some(Verdict::Finish(end)) = downloads.progress("one", "canceled", 10, 0) else { panic!() };
        assert_eq!(end.failure.as_deref(), Some("it is larger than 100 MB"));
        for number in 0..5 {
            let guid = number.to_string();
            downloads.begin(&guid, "http://a.test/", "a.bin");
            let fits = downloads.progress(&guid, "inProgress", 1, MOST_FILE_BYTES);
            assert!(matches!(fits, Some(Verdict::GoOn)), "{number}");
            downloads.progress(&guid, "completed", MOST_FILE_BYTES, MOST_FILE_BYTES);
        }
        downloads.begin("last", "http://a.test/", "a.bin");
        let over = downloads.progress("last", "inProgress", 1, 0);
        assert!(matches!(over, Some(Verdict::Cancel)));
    }
}

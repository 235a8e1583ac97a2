//! Session files, from one history into another.

#![expect(clippy::unwrap_used, reason = "this is test code")]

mod hostile;
mod redaction;
mod round_trip;
mod traces;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};
use notex_archive::{
    Archive, CallFailure, End, KeptSession, NewCall, NewPart, Options, Page, PartKind, SessionFacts, Timing,
    Words,
};
use notex_file::{Export, Exported, FileError, Form, Pictures, Secret, export};
use notex_session::{Credits, EndReason};
use notex_wire::CallKind;
use serde_json::json;
use tempfile::TempDir;

/// A history in a folder of its own, and a place for files.
struct Desk {
    folder: TempDir,
    archive: Archive,
}

impl Desk {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let archive = Archive::open(Options::new(folder.path().join("history"))).unwrap().archive;
        Self { folder, archive }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn keep(&self, calls: Vec<NewCall>) -> KeptSession {
        self.archive.keep_session(facts()).unwrap();
        for call in calls {
            self.archive.keep_call(call).unwrap();
        }
        self.archive.flush().unwrap();
        self.archive.find_session("local", "s-1").unwrap().unwrap()
    }

    fn export(&self, session: &KeptSession, secrets: &[Secret]) -> Result<(PathBuf, Exported), FileError> {
        self.export_as(Form::SessionFile, "session.notex", session, secrets)
    }

    fn export_as(
        &self,
        form: Form,
        name: &str,
        session: &KeptSession,
        secrets: &[Secret],
    ) -> Result<(PathBuf, Exported), FileError> {
        let file = self.file(name);
        let wish = Export {
            session: session.key,
            secrets,
            pictures: Pictures::Keep,
            form,
            made_by: "notex-inspector 0.0.0",
            made_at: at(100),
        };
        export(&self.archive, &wish, &file, &mut |_, _| ControlFlow::Continue(())).map(|done| (file, done))
    }
}

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + second, 0).unwrap()
}

fn facts() -> SessionFacts {
    SessionFacts {
        connection: "local".to_owned(),
        connection_name: "Local engine".to_owned(),
        session: "s-1".to_owned(),
        dialect: Some("notex".to_owned()),
        started_here: true,
        request: Some(json!({ "session_timeout": 5 })),
        created_at: at(0),
        page: Page { title: "Shop".to_owned(), url: "https://shop.example/".to_owned() },
        credits: Credits::from_thousandths(3_400),
        credits_estimated: false,
        end: Some(End { at: at(60), reason: Some(EndReason::Manual), detail: None }),
    }
}

fn call(number: u32) -> NewCall {
    NewCall {
        connection: "local".to_owned(),
        session: "s-1".to_owned(),
        number,
        kind: CallKind::Step,
        what: format!("click call {number}"),
        made_elsewhere: false,
        request: Some(json!({ "action_id": "B1" })),
        response: Some(json!({ "session": { "session_id": "s-1" } })),
        http_status: Some(200),
        failure: number.is_multiple_of(3).then(|| CallFailure {
            code: "not_clickable".to_owned(),
            message: "B1 is covered by div.banner".to_owned(),
            hint: Some("close the banner".to_owned()),
        }),
        started_at: at(i64::from(number)),
        timing: Timing { total: Some(Duration::from_millis(120)), ..Timing::default() },
        credits: Some(Credits::from_thousandths(1_000)),
        reasons: Vec::new(),
        page: Page { title: "Shop".to_owned(), url: "https://shop.example/".to_owned() },
        action_count: Some(4),
        words: Words { asked: "B1".to_owned(), ..Words::default() },
        parts: Vec::new(),
    }
}

fn part(kind: PartKind, media_type: &str, bytes: impl Into<Vec<u8>>) -> NewPart {
    NewPart { kind, media_type: media_type.to_owned(), bytes: bytes.into() }
}

/// Begins as a picture does; the rest is noise of a seed.
fn picture(seed: u8) -> NewPart {
    let noise = (0..2_000u32).map(|place| (place.wrapping_mul(2_654_435_761) >> 24) as u8 ^ seed);
    part(
        PartKind::Screenshot,
        "image/png",
        b"\x89PNG\r\n\x1a\n".iter().copied().chain(noise).collect::<Vec<_>>(),
    )
}

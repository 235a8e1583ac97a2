//! From a file into the history, where it is looked at like any other session.

use notex_archive::{
    Archive, End, KeptSession, LateParts, NewCall, NewPart, PartKind, Pinned, SessionFacts, Words,
};
use serde_json::Value;

use crate::SessionFile;
use crate::problem::FileError;
use crate::records::{CallRecord, Manifest};

/// What waits to be written is bounded, and a file may be larger than that: so many bytes are handed in at once.
const AT_ONCE: usize = 32_000_000;

/// What a part that is not there takes while it waits.
const SMALL: usize = 1_000;
/// Of a reason so many characters are kept: a stranger may have written it.
const LONGEST_WHY: usize = 300;

/// Takes a file into the history as a session of a connection of its own, pinned, since its age says nothing about
/// when it is looked at. The same file again is the same session. Blocks.
///
/// # Errors
/// When the file was changed meanwhile, or the history does not take it; then nothing of it stays.
pub fn import(file: &mut SessionFile, archive: &Archive, name: &str) -> Result<KeptSession, FileError> {
    let manifest = file.manifest().clone();
    let connection = connection_of(&manifest);
    // It may have been removed a moment ago: opening it again brings it back.
    let is_it = |kept: &KeptSession| kept.connection == connection && kept.session == manifest.session.id;
    if let Some((known, _)) = archive.taken_away()?.into_iter().find(|(kept, _)| is_it(kept)) {
        archive.bring_back(known.key)?;
    }
    if let Some(known) = archive.find_session(&connection, &manifest.session.id)? {
        if known.calls == manifest.calls {
            return Ok(known);
        }
        // An earlier import was killed on its way.
        archive.remove(known.key)?;
    }
    archive.keep_session(facts(&manifest, &connection, name))?;
    archive.flush()?;
    let session = archive.find_session(&connection, &manifest.session.id)?.ok_or(FileError::NoSession)?;
    let taken = take_calls(file, archive, &connection, &manifest.session.id);
    if let Err(why) = taken {
        archive.remove(session.key)?;
        return Err(why);
    }
    archive.pin(session.key, Pinned::Yes)?;
    archive.session(session.key)?.ok_or(FileError::NoSession)
}

/// Files of different sessions never meet, nor do two of the same session made at different times.
fn connection_of(manifest: &Manifest) -> String {
    format!("file:{}", manifest.made_at.timestamp_micros())
}

fn facts(manifest: &Manifest, connection: &str, name: &str) -> SessionFacts {
    let session = &manifest.session;
    let end = match &session.end {
        Some(end) => End { at: end.at, reason: end.reason, detail: end.detail.clone() },
        None => {
            let detail = Some("it lived when its file was made".to_owned());
            End { at: session.touched_at, reason: None, detail }
        }
    };
    SessionFacts {
        connection: connection.to_owned(),
        connection_name: name.to_owned(),
        session: session.id.clone(),
        dialect: session.dialect.clone(),
        started_here: false,
        request: session.request.clone(),
        created_at: session.created_at,
        page: session.page.clone().into(),
        credits: session.credits,
        credits_estimated: session.credits_estimated,
        end: Some(end),
    }
}

fn take_calls(file: &mut SessionFile, archive: &Archive, on: &str, session: &str) -> Result<(), FileError> {
    let mut waiting = 0;
    for call in file.calls().to_vec() {
        let mut parts = Vec::new();
        for part in &call.parts {
            let Some(hash) = &part.sha256 else { continue };
            let bytes = file.part(hash)?;
            waiting += bytes.len();
            parts.push(NewPart { kind: part.kind, media_type: part.media_type.clone(), bytes });
        }
        let missing = missing_of(&call);
        let (number, started_at) = (call.number, call.started_at);
        archive.keep_call(new_call(on, session, call, parts))?;
        if !missing.is_empty() {
            waiting += SMALL;
            let (connection, session) = (on.to_owned(), session.to_owned());
            let parts = Vec::new();
            archive.keep_parts(LateParts { connection, session, number, started_at, parts, missing })?;
        }
        if waiting > AT_ONCE {
            archive.flush()?;
            waiting = 0;
        }
    }
    Ok(archive.flush()?)
}

/// What the file does not hold of a call, and why, in the words of whoever wrote it.
fn missing_of(call: &CallRecord) -> Vec<(PartKind, String)> {
    let missing = call.parts.iter().filter(|part| part.sha256.is_none());
    let why = |said: Option<&String>| match said {
        Some(said) => said.chars().filter(|letter| !letter.is_control()).take(LONGEST_WHY).collect(),
        None => "it is not in the file".to_owned(),
    };
    missing.map(|part| (part.kind, why(part.missing.as_ref()))).collect()
}

fn new_call(connection: &str, session: &str, call: CallRecord, parts: Vec<NewPart>) -> NewCall {
    let words = words_of(&call, &parts);
    NewCall {
        connection: connection.to_owned(),
        session: session.to_owned(),
        number: call.number,
        kind: call.kind,
        what: call.what,
        made_elsewhere: call.made_elsewhere,
        request: call.request,
        response: call.response,
        http_status: call.http_status,
        failure: call.failure,
        started_at: call.started_at,
        timing: call.timing.into(),
        credits: call.credits,
        reasons: call.reasons,
        page: call.page.into(),
        action_count: call.action_count,
        words,
        parts,
    }
}

/// What the call is found by, as far as its answer is understood.
fn words_of(call: &CallRecord, parts: &[NewPart]) -> Words {
    let mut asked = Vec::new();
    call.request.iter().for_each(|request| texts(request, &mut asked));
    let large = parts.iter().find(|part| part.kind == PartKind::Response);
    let answer = match (&call.response, large) {
        (Some(answer), _) => answer.clone(),
        (None, Some(part)) => serde_json::from_slice(&part.bytes).unwrap_or_default(),
        (None, None) => Value::Null,
    };
    let actions = answer.pointer("/space/actions").and_then(Value::as_array).into_iter().flatten();
    let names: Vec<&str> = actions.filter_map(|action| action["description"].as_str()).collect();
    let text = ["/data/markdown", "/markdown"].iter().find_map(|place| answer.pointer(place)?.as_str());
    Words { actions: names.join("\n"), text: text.unwrap_or_default().to_owned(), asked: asked.join("\n") }
}

fn texts<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(fields) => {
            // A session is found by its own id.
            let others = fields.iter().filter(|(name, _)| *name != "session_id");
            others.for_each(|(_, field)| texts(field, found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

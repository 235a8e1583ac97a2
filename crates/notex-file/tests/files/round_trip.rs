//! What goes in comes out.

use notex_archive::{Filter, NewCall, Pinned, SessionFilter};
use notex_file::{SessionFile, import};

use super::*;

fn calls() -> Vec<NewCall> {
    let parts = |number: u32| {
        vec![
            picture(if number < 4 { 1 } else { 2 }),
            part(PartKind::Dom, "text/html", format!("<h1>Page {number}</h1>")),
            part(PartKind::Console, "application/json", "[]"),
        ]
    };
    (1..=5).map(|number| NewCall { parts: parts(number), ..call(number) }).collect()
}

#[test]
fn a_session_is_the_same_on_another_machine_with_its_calls_and_their_parts() {
    let (here, there) = (Desk::new(), Desk::new());
    let kept = here.keep(calls());
    let (file, exported) = here.export(&kept, &[]).unwrap();
    assert_eq!((exported.calls, exported.redaction.pictures), (5, 2));
    assert_eq!(exported.bytes, std::fs::metadata(&file).unwrap().len());

    let mut opened = SessionFile::open(&file).unwrap();
    assert_eq!((opened.manifest().version, opened.calls().len()), (1, 5));
    let session = import(&mut opened, &there.archive, "session.notex").unwrap();
    assert_eq!(session.connection_name, "session.notex");
    assert_eq!((session.created_at, session.touched_at), (kept.created_at, kept.touched_at));
    assert_eq!((&session.end, session.credits), (&kept.end, kept.credits));
    assert_eq!((session.calls, session.failed, session.pinned), (5, kept.failed, Pinned::Yes));
    for number in 1..=5 {
        let before = here.archive.call(kept.key, number).unwrap().unwrap();
        let after = there.archive.call(session.key, number).unwrap().unwrap();
        assert_eq!(after, before);
        for part in &after.parts {
            let hash = part.hash.as_deref().unwrap();
            assert_eq!(there.archive.blob(hash).unwrap(), here.archive.blob(hash).unwrap());
        }
    }
}

#[test]
fn a_file_opened_twice_is_one_session_and_one_that_was_half_taken_is_taken_again() {
    let (here, there) = (Desk::new(), Desk::new());
    let (file, _) = here.export(&here.keep(calls()), &[]).unwrap();
    let mut opened = SessionFile::open(&file).unwrap();
    let first = import(&mut opened, &there.archive, "a").unwrap();
    assert_eq!(import(&mut opened, &there.archive, "a").unwrap().key, first.key);

    let half = SessionFacts { connection: first.connection.clone(), ..facts() };
    there.archive.remove(first.key).unwrap();
    there.archive.keep_session(half).unwrap();
    there.archive.keep_call(NewCall { connection: first.connection.clone(), ..call(1) }).unwrap();
    there.archive.flush().unwrap();
    let whole = import(&mut opened, &there.archive, "a").unwrap();
    assert_eq!(whole.calls, 5);
    assert_eq!(there.archive.sessions(&SessionFilter::default(), 0, 9).unwrap().total, 1);
}

#[test]
fn what_was_found_in_one_history_is_found_in_the_other() {
    let (here, there) = (Desk::new(), Desk::new());
    let answer = json!({
        "metadata": { "title": "Shop", "url": "https://shop.example/", "timestamp": at(0) },
        "session": {}, "data": { "markdown": "a wonderful umbrella" },
    });
    let asked = Some(json!({ "action_id": "I1", "value": "parasol" }));
    let (file, _) = here
        .export(&here.keep(vec![NewCall { request: asked, response: Some(answer), ..call(1) }]), &[])
        .unwrap();
    import(&mut SessionFile::open(&file).unwrap(), &there.archive, "a").unwrap();
    for typed in ["parasol", "\"wonderful umbrella\""] {
        let filter = Filter::parse(typed, at(0).fixed_offset()).unwrap();
        assert_eq!(there.archive.search(&filter, 0, 9).unwrap().hits.len(), 1, "{typed}");
    }
}

#[test]
fn the_same_session_makes_the_same_bytes() {
    let here = Desk::new();
    let kept = here.keep(calls());
    let first = std::fs::read(here.export(&kept, &[]).unwrap().0).unwrap();
    let second = std::fs::read(here.export(&kept, &[]).unwrap().0).unwrap();
    assert!(first == second);
}

#[test]
fn a_cancelled_export_leaves_the_older_file_and_nothing_else() {
    let here = Desk::new();
    let kept = here.keep(calls());
    let file = here.file("session.notex");
    std::fs::write(&file, "the older one").unwrap();
    let wish = Export {
        session: kept.key,
        secrets: &[],
        pictures: Pictures::Keep,
        form: Form::SessionFile,
        made_by: "",
        made_at: at(0),
    };
    let mut told = Vec::new();
    let stopped = export(&here.archive, &wish, &file, &mut |done, of| {
        told.push((done, of));
        if done == 7 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert!(matches!(stopped, Err(FileError::Cancelled)));
    assert_eq!(told.last(), Some(&(7, 10)));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "the older one");
    let left: Vec<_> =
        std::fs::read_dir(here.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn pictures_stay_behind_when_that_is_wished() {
    let here = Desk::new();
    let kept = here.keep(calls());
    let file = here.file("session.notex");
    let wish = Export {
        session: kept.key,
        secrets: &[],
        pictures: Pictures::LeaveOut,
        form: Form::SessionFile,
        made_by: "",
        made_at: at(0),
    };
    let done = export(&here.archive, &wish, &file, &mut |_, _| ControlFlow::Continue(())).unwrap();
    assert_eq!((done.redaction.pictures, done.redaction.left_out), (0, 2));
    let mut opened = SessionFile::open(&file).unwrap();
    let screenshot = opened.calls()[0].parts.iter().find(|part| part.kind == PartKind::Screenshot).unwrap();
    assert_eq!(screenshot.missing.as_deref(), Some("it was left out of the file"));
    let number = opened.calls()[0].number;
    let there = Desk::new();
    let taken = import(&mut opened, &there.archive, "session.notex").unwrap();
    let call = there.archive.call(taken.key, number).unwrap().unwrap();
    let screenshot = call.parts.iter().find(|part| part.kind == PartKind::Screenshot).unwrap();
    assert_eq!(
        (screenshot.hash.as_ref(), screenshot.missing.as_deref()),
        (None, Some("it was left out of the file"))
    );
}

#[test]
fn a_session_that_is_gone_or_a_folder_that_is_not_there_is_said() {
    let here = Desk::new();
    let kept = here.keep(calls());
    let gone = KeptSession { key: 99, ..kept.clone() };
    assert_eq!(
        here.export(&gone, &[]).unwrap_err().to_string(),
        "the history does not hold this session any more"
    );
    let wish = Export {
        session: kept.key,
        secrets: &[],
        pictures: Pictures::Keep,
        form: Form::SessionFile,
        made_by: "",
        made_at: at(0),
    };
    let nowhere = here.file("no/such/folder.notex");
    let refused = export(&here.archive, &wish, &nowhere, &mut |_, _| ControlFlow::Continue(())).unwrap_err();
    assert!(refused.to_string().contains("could not be written"), "{refused}");
}

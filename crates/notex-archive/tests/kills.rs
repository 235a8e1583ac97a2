//! A process that writes is killed at random moments, again and again, on one folder. `NOTEX_KILLS` says how often.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "this is test code")]

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use notex_archive::{Archive, NewCall, NewPart, Options, Page, PartKind, SessionFilter, Timing, Words};
use notex_wire::CallKind;
use serde_json::json;

const FOLDER: &str = "NOTEX_KILLS_FOLDER";
const LIFE: &str = "NOTEX_KILLS_LIFE";

/// One of these tests at a time: a process that is just being started holds for a moment all that its parent has open,
/// the lock of the other test's folder among it.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Enough for moments that nobody chose.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % most
    }
}

fn open(folder: &Path) -> Archive {
    let opened = Archive::open(Options { least_free: 0, ..Options::new(folder.to_owned()) }).unwrap();
    assert_eq!(opened.put_aside, None, "a kill damages nothing");
    opened.archive
}

fn call(session: &str, number: u32, dice: &mut Dice) -> NewCall {
    let size = 1 + dice.below(20_000);
    let bytes = (0..size).map(|_| dice.below(256) as u8).collect();
    let answer = "x".repeat(usize::try_from(dice.below(20_000)).unwrap());
    NewCall {
        connection: "local".to_owned(),
        session: session.to_owned(),
        number,
        kind: CallKind::Step,
        what: format!("call {number}"),
        made_elsewhere: false,
        request: Some(json!({ "number": number })),
        response: Some(json!({ "answer": answer })),
        http_status: Some(200),
        failure: None,
        started_at: DateTime::<Utc>::UNIX_EPOCH,
        timing: Timing::default(),
        credits: None,
        reasons: Vec::new(),
        page: Page { title: "Shop".to_owned(), url: "https://shop.example.com/".to_owned() },
        action_count: None,
        words: Words { text: answer, ..Words::default() },
        parts: vec![NewPart { kind: PartKind::Screenshot, media_type: "image/png".to_owned(), bytes }],
    }
}

/// Not a test by itself: what `no_finished_call_is_lost_however_often_the_process_is_killed` starts and kills.
#[test]
#[ignore = "writes until it is killed"]
fn a_writer_that_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let life = std::env::var(LIFE).unwrap();
    let mut dice = Dice(0x5eed_0001 + life.parse::<u64>().unwrap());
    let archive = open(&PathBuf::from(folder));
    let mut said = std::io::stdout();
    let mut number = 0;
    loop {
        for _ in 0..1 + dice.below(4) {
            number += 1;
            archive.keep_call(call(&life, number, &mut dice)).unwrap();
        }
        archive.flush().unwrap();
        writeln!(said, "kept {number}").unwrap();
        said.flush().unwrap();
    }
}

/// Starts a writer, kills it, and says how many calls it had finished.
fn live_and_die(folder: &Path, life: u64, dice: &mut Dice, who: &str) -> u32 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", who, "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .env(LIFE, life.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut kept = lines.map_while(Result::ok).filter_map(|line| line.strip_prefix("kept ")?.parse().ok());
    let mut finished = 0;
    let wanted = dice.below(5);
    for _ in 0..wanted {
        finished = kept.next().expect("it writes until it is killed");
    }
    // Somewhere within what it does next; of those that finish nothing, somewhere within their opening.
    let more = Duration::from_micros(dice.below(if wanted == 0 { 40_000 } else { 8_000 }));
    let begun = Instant::now();
    while begun.elapsed() < more {
        std::hint::spin_loop();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    kept.last().unwrap_or(finished)
}

#[test]
fn no_finished_call_is_lost_however_often_the_process_is_killed() {
    let _alone = alone();
    let kills = std::env::var("NOTEX_KILLS").map_or(200, |kills| kills.parse().unwrap());
    let seed = Utc::now().timestamp_micros().unsigned_abs();
    println!("seed {seed}");
    let mut dice = Dice(seed);
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("history");
    let (mut killed_in_flight, mut finished_in_all) = (0, 0);
    for life in 0..kills {
        let finished = live_and_die(&folder, life, &mut dice, "a_writer_that_is_killed");
        finished_in_all += finished;
        let archive = open(&folder);
        let Some(session) = archive.find_session("local", &life.to_string()).unwrap() else {
            assert_eq!(finished, 0, "life {life} of seed {seed} lost everything");
            continue;
        };
        let calls = archive.calls(session.key, 0, 10_000).unwrap().calls;
        let numbers: Vec<u32> = calls.iter().map(|call| call.number).collect();
        let last = numbers.len() as u32;
        assert_eq!(numbers, (1..=last).collect::<Vec<_>>(), "life {life} of seed {seed} has a gap");
        assert!(last >= finished, "life {life} of seed {seed} lost a finished call: {last} of {finished}");
        assert_eq!(session.calls, u64::from(last));
        killed_in_flight += u32::from(last == finished);
        for kept in calls {
            let whole = archive.call(session.key, kept.number).unwrap().unwrap();
            assert_eq!(whole.request, Some(json!({ "number": kept.number })));
            assert!(whole.response.is_some());
            archive.blob(kept.screenshot.as_deref().unwrap()).unwrap();
        }
    }
    let archive = open(&folder);
    archive.flush().unwrap();
    assert!(finished_in_all > 0 && killed_in_flight > 0, "the kills came at no moment that matters");
    // Every file is named by a row: what was in flight left nothing behind.
    let page = archive.sessions(&SessionFilter::default(), 0, 100_000).unwrap();
    let named: u64 = page.sessions.iter().map(|session| session.calls).sum();
    assert_eq!(files(&folder.join("blobs")), named);
    println!(
        "{kills} kills, {finished_in_all} finished calls, none lost; {killed_in_flight} died before another was kept"
    );
}

/// Not a test by itself: what `a_removal_is_whole_however_the_process_is_killed` starts and kills.
#[test]
#[ignore = "removes until it is killed"]
fn a_remover_that_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let life = std::env::var(LIFE).unwrap();
    let mut dice = Dice(0x5eed_0003 + life.parse::<u64>().unwrap());
    let archive = open(&PathBuf::from(folder));
    let now = DateTime::<Utc>::UNIX_EPOCH;
    let mut said = std::io::stdout();
    for round in 1.. {
        let session = format!("{life}-{round}");
        for number in 1..=CALLS {
            archive.keep_call(call(&session, number, &mut dice)).unwrap();
        }
        archive.end_unseen(Vec::new());
        archive.flush().unwrap();
        let key = archive.find_session("local", &session).unwrap().unwrap().key;
        assert!(archive.take_away(key, now).unwrap());
        match dice.below(3) {
            0 => drop(archive.bring_back(key).unwrap()),
            1 => drop(archive.remove_taken_away(now).unwrap()),
            _ => {}
        }
        writeln!(said, "kept {round}").unwrap();
        said.flush().unwrap();
    }
}

/// How many calls the remover's sessions have.
const CALLS: u32 = 3;

#[test]
fn a_removal_is_whole_however_the_process_is_killed() {
    let _alone = alone();
    let kills = std::env::var("NOTEX_KILLS").map_or(60, |kills| kills.parse().unwrap());
    let seed = Utc::now().timestamp_micros().unsigned_abs();
    println!("seed {seed}");
    let mut dice = Dice(seed);
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("history");
    let mut away = 0;
    for life in 0..kills {
        live_and_die(&folder, life, &mut dice, "a_remover_that_is_killed");
        let archive = open(&folder);
        // What was taken away comes back with all that it had, and what was brought back or is gone has no part left.
        for (session, _) in archive.taken_away().unwrap() {
            away += 1;
            assert!(archive.bring_back(session.key).unwrap());
            let calls = archive.calls(session.key, 0, 10).unwrap();
            assert_eq!(calls.total, u64::from(CALLS), "life {life} of seed {seed}: {session:?}");
            for kept in calls.calls {
                assert!(archive.call(session.key, kept.number).unwrap().unwrap().response.is_some());
                archive.blob(kept.screenshot.as_deref().unwrap()).unwrap();
            }
            archive.take_away(session.key, DateTime::UNIX_EPOCH).unwrap();
        }
        if dice.below(4) == 0 {
            archive.remove_taken_away(DateTime::UNIX_EPOCH).unwrap();
            assert!(archive.taken_away().unwrap().is_empty());
        }
        archive.flush().unwrap();
        let kept = archive.sessions(&SessionFilter::default(), 0, 100_000).unwrap().sessions;
        let taken = archive.taken_away().unwrap().into_iter().map(|(session, _)| session);
        let named: u64 = kept.into_iter().chain(taken).map(|session| session.calls).sum();
        assert_eq!(files(&folder.join("blobs")), named, "life {life} of seed {seed}");
    }
    assert!(away > 0, "the kills came at no moment that matters");
}

/// How many files a folder holds; one that was not made yet holds none.
fn files(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries
        .map(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() { files(&path) } else { 1 }
        })
        .sum()
}

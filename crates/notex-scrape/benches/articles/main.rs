//! How well the main content is found, and how fast: precision and recall of runs of four words against the true text, by
//! kind of page. With `NOTEX_PYTHON_SCRAPE`, which `cargo xtask bench scrape` sets, published extractors read the same pages.
#![expect(
    clippy::expect_used,
    clippy::cast_precision_loss,
    reason = "a benchmark that cannot go on says so and ends, as a test does; its numbers are small"
)]

mod f1;
mod pages;
mod shell;
mod sites;
mod unseen;
mod words;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Instant;

use f1::Score;
use notex_scrape::{Page, Wish};
use pages::Sample;
use serde_json::{Value, json};

const OURS: &str = "notex-scrape";
const TIMES: usize = 5;

/// For each extractor, the scores of each kind and all times.
type Found = BTreeMap<String, (BTreeMap<&'static str, Vec<Score>>, Vec<f64>)>;

fn main() {
    let mut words = std::env::args().skip(1).filter(|word| !word.starts_with("--"));
    let (known, unseen, sites) = (pages::all(), unseen::all(), sites::all());
    if let Some(name) = words.next() {
        for sample in
            known.iter().chain(&unseen).chain(&sites).filter(|sample| sample.name.starts_with(&name))
        {
            show(sample);
        }
        return;
    }
    let python = std::env::var_os("NOTEX_PYTHON_SCRAPE");
    if python.is_none() {
        println!("`cargo xtask bench scrape` reads the same pages with published extractors, too");
    }
    compare("pages that the extractor was written with", &known, python.as_deref());
    compare("pages that were unseen once", &unseen, python.as_deref());
    compare("pages as publishing systems make them", &sites, python.as_deref());
    print_least(&known);
    print_least(&unseen);
    print_least(&sites);
}

fn compare(which: &str, samples: &[Sample], python: Option<&std::ffi::OsStr>) {
    let mut found = Found::new();
    for sample in samples {
        let mut least = f64::MAX;
        let mut text = String::new();
        for _ in 0..TIMES {
            let begun = Instant::now();
            text = read(sample);
            least = least.min(begun.elapsed().as_secs_f64() * 1000.0);
        }
        note(&mut found, OURS, sample, &text, least);
    }
    if let Some(python) = python {
        with_peers(python, samples, &mut found);
    }
    print(which, samples, &found);
}

fn read(sample: &Sample) -> String {
    let wish = Wish { links: false, images: false, ..Wish::default() };
    plain(&Page::parse(&sample.html, "https://example.com/story/1").content(&wish).markdown)
}

/// Without the signs of markdown that are words: the numbers of lists and the languages of code.
fn plain(markdown: &str) -> String {
    let numbered = |line: &str| {
        let rest = line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
        if rest.len() < line.trim_start().len() { rest.strip_prefix(". ").map(str::to_owned) } else { None }
    };
    let lines = markdown.lines().filter(|line| !line.trim_start().starts_with("```"));
    lines
        .map(|line| numbered(line).unwrap_or_else(|| line.replace("<br>", " ").replace('\\', "")))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The heading is not a part of the true text, and some extractors give it and some do not.
fn note(found: &mut Found, name: &str, sample: &Sample, text: &str, took_ms: f64) {
    let text = without_heading(text, &sample.heading);
    let (kinds, times) = found.entry(name.to_owned()).or_default();
    kinds.entry(sample.kind).or_default().push(Score::of(&text, &sample.text));
    times.push(took_ms);
}

fn without_heading(text: &str, heading: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    if let Some(at) =
        lines.iter().take(6).position(|line| line.trim_start_matches(['#', ' ']).trim() == heading)
    {
        lines.remove(at);
    }
    lines.join("\n")
}

fn with_peers(python: &std::ffi::OsStr, samples: &[Sample], found: &mut Found) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/articles/peers.py");
    let mut child = Command::new(python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python can be started");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let mut lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
    for sample in samples {
        writeln!(stdin, "{}", json!({ "html": sample.html })).expect("Python listens");
        let line = lines.next().expect("Python answers").expect("Python can be read");
        let answer: BTreeMap<String, Value> = serde_json::from_str(&line).expect("Python answers JSON");
        for (name, value) in answer {
            let text = value["text"].as_str().unwrap_or_default();
            note(found, &name, sample, text, value["ms"].as_f64().unwrap_or_default());
        }
    }
    drop(stdin);
    let _ = child.wait();
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.collect();
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn print(which: &str, samples: &[Sample], found: &Found) {
    println!(
        "F1 of runs of four words, mean by kind of page ({} {which}, as HTML, without a browser)",
        samples.len()
    );
    let kinds: Vec<&str> = {
        let mut kinds: Vec<&str> = samples.iter().map(|sample| sample.kind).collect();
        kinds.dedup();
        kinds
    };
    print!("  {:26}", "");
    for kind in &kinds {
        print!(" {kind:>8}");
    }
    println!(" {:>8} {:>9} {:>7} {:>10}", "all", "precision", "recall", "ms a page");
    for (name, (scores, times)) in found {
        print!("  {name:26}");
        for kind in &kinds {
            print!(" {:8.3}", mean(scores[kind].iter().map(|score| score.f1())));
        }
        let all = || scores.values().flatten();
        let mut times = times.clone();
        times.sort_by(f64::total_cmp);
        println!(
            " {:8.3} {:9.3} {:7.3} {:10.2}",
            mean(all().map(|score| score.f1())),
            mean(all().map(|score| score.precision)),
            mean(all().map(|score| score.recall)),
            times[times.len() / 2]
        );
    }
}

/// The pages that were read worst, to look at with `cargo bench -p notex-scrape -- NAME`.
fn print_least(samples: &[Sample]) {
    let mut scores: Vec<(f64, &str)> = samples
        .iter()
        .map(|sample| {
            (
                Score::of(&without_heading(&read(sample), &sample.heading), &sample.text).f1(),
                sample.name.as_str(),
            )
        })
        .collect();
    scores.sort_by(|one, other| one.0.total_cmp(&other.0));
    let least: Vec<String> =
        scores.iter().take(12).map(|(score, name)| format!("{name} {score:.3}")).collect();
    println!("  least: {}", least.join(", "));
}

fn show(sample: &Sample) {
    let content = Page::parse(&sample.html, "https://example.com/story/1").content(&Wish {
        links: false,
        images: false,
        ..Wish::default()
    });
    let score = Score::of(&without_heading(&content.markdown, &sample.heading), &sample.text);
    println!(
        "== {} F1 {:.3} {score:?} {:?}\n{}\n-- wanted\n{}\n-- html\n{}",
        sample.name,
        score.f1(),
        content.found_by,
        content.markdown,
        sample.text,
        sample.html
    );
}

//! The developer's words, one file each: `cargo xtask run | test | check | gen | bench | bundle`. Plain std, so that
//! the first word on a fresh machine compiles in seconds. What a word needs from the machine is `setup`'s.

mod apt;
mod bench;
mod bundle;
mod check;
mod chromium;
mod r#gen;
mod licences;
mod playwright;
mod python;
mod run;
mod setup;
mod shell;
mod test;
mod ui;

use std::process::ExitCode;

use bench::Wish;
use r#gen::GenMode;
use shell::Stop;

const USAGE: &str = "\
usage: cargo xtask WORD
  run [-- ARGS]   set the machine up, build, and open the window (without a display: the web host, whose URL it prints)
  test [FILTER]   set the machine up and run every test, or those whose name contains FILTER
  check           formatting, lints, types, licences and generated files
  gen [--check]   write the generated TypeScript and the icons, or tell whether they are current
  bundle          make the installers of this system
  bench [NAME] [--quick]
                  measure the release build beside floors and peers: deadlines, session-start, cold-start, memory,
                  soak, window, window-start";

/// What the developer asked for.
#[derive(Debug, PartialEq, Eq)]
enum Word {
    Run { args: Vec<String> },
    Test { filter: Option<String> },
    Check,
    Gen(GenMode),
    Bench(Wish),
    Bundle,
    Help,
}

fn parse(args: &[String]) -> Result<Word, Stop> {
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] | ["help" | "--help" | "-h"] => Ok(Word::Help),
        ["run"] => Ok(Word::Run { args: Vec::new() }),
        ["run", "--", ..] => Ok(Word::Run { args: args[2..].to_vec() }),
        ["test"] => Ok(Word::Test { filter: None }),
        ["test", filter] if !filter.starts_with('-') => Ok(Word::Test { filter: Some((*filter).to_owned()) }),
        ["check"] => Ok(Word::Check),
        ["gen"] => Ok(Word::Gen(GenMode::Write)),
        ["gen", "--check"] => Ok(Word::Gen(GenMode::Check)),
        ["bench", rest @ ..] => Wish::parse(rest).map(Word::Bench).ok_or_else(|| not_understood(&words)),
        ["bundle"] => Ok(Word::Bundle),
        other => Err(not_understood(other)),
    }
}

fn not_understood(words: &[&str]) -> Stop {
    Stop::Refused(format!("`{}` is not understood\n{USAGE}", words.join(" ")))
}

fn obey(word: &Word) -> Result<(), Stop> {
    match word {
        Word::Run { args } => run::run(args),
        Word::Test { filter } => test::test(filter.as_deref()),
        Word::Check => check::check(),
        Word::Gen(mode) => r#gen::generate(*mode),
        Word::Bench(wish) => bench::bench(wish),
        Word::Bundle => bundle::bundle(),
        Word::Help => {
            println!("{USAGE}");
            Ok(())
        }
    }
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match parse(&args).and_then(|word| obey(&word)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Stop::Failed(why)) => {
            eprintln!("xtask: {why}");
            ExitCode::from(1)
        }
        Err(Stop::Refused(why)) => {
            eprintln!("xtask: {why}");
            ExitCode::from(2)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Word, Stop> {
        parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn what_follows_two_dashes_goes_to_the_app() {
        assert_eq!(
            parsed("run -- --web --port 7000").unwrap(),
            Word::Run { args: vec!["--web".into(), "--port".into(), "7000".into()] }
        );
        assert_eq!(parsed("run").unwrap(), Word::Run { args: vec![] });
    }

    #[test]
    fn a_test_word_may_name_the_tests_it_wants() {
        assert_eq!(parsed("test countdown").unwrap(), Word::Test { filter: Some("countdown".into()) });
        assert_eq!(parsed("test").unwrap(), Word::Test { filter: None });
    }

    #[test]
    fn generating_can_be_only_a_check() {
        assert_eq!(parsed("gen").unwrap(), Word::Gen(GenMode::Write));
        assert_eq!(parsed("gen --check").unwrap(), Word::Gen(GenMode::Check));
    }

    #[test]
    fn an_unknown_word_is_refused_with_the_words_there_are() {
        let refused = parsed("tets").unwrap_err();
        assert!(
            matches!(&refused, Stop::Refused(why) if why.contains("`tets`") && why.contains("test [FILTER]")),
            "{refused:?}"
        );
        assert!(parsed("run --web").is_err(), "arguments of the app stand behind two dashes");
    }
}

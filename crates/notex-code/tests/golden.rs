//! Programs as they stand in files beside this one. `NOTEX_WRITE_GOLDEN=1` writes them anew.
#![expect(clippy::unwrap_used, reason = "a panic is how a test says no")]

use std::fs;
use std::path::{Path, PathBuf};

use notex_code::{Language, write};
use notex_flow::Flow;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

fn shop() -> Flow {
    Flow::parse(&fs::read_to_string(folder().join("shop.flow.json")).unwrap()).unwrap()
}

fn file_of(language: Language) -> PathBuf {
    let word = serde_json::to_value(language).unwrap();
    folder().join("golden").join(format!("{}.{}", word.as_str().unwrap(), language.ending()))
}

#[test]
fn each_language_writes_the_flow_as_its_file_shows() {
    for language in Language::ALL {
        let (file, program) = (file_of(language), write(&shop(), language));
        if std::env::var_os("NOTEX_WRITE_GOLDEN").is_some() {
            fs::write(&file, &program.text).unwrap();
        }
        let known = fs::read_to_string(&file).unwrap_or_default();
        assert!(known == program.text, "{} is not what is written now:\n{}", file.display(), program.text);
    }
}

#[test]
fn no_secret_of_a_flow_is_in_a_program() {
    for language in Language::ALL {
        let program = write(&shop(), language);
        assert!(!program.text.contains("never"), "{language:?}:\n{}", program.text);
    }
}

#[test]
fn what_a_language_cannot_say_is_told_in_sentences_and_in_the_program() {
    for (language, told) in [
        (Language::PythonClassic, "the classic SDK knows no tabs"),
        (Language::PythonClassic, "only what is inside of main"),
        (Language::PythonClassic, "the selectors of the flow are not used"),
        (Language::PythonClassic, "Start, viewport_width"),
        (Language::PlaywrightPython, "has no markdown"),
        (Language::PlaywrightTypescript, "has no markdown"),
        (Language::Cli, "are not in the flow it holds"),
    ] {
        let program = write(&shop(), language);
        let said = program.left_out.iter().find(|sentence| sentence.contains(told));
        let said = said.unwrap_or_else(|| panic!("{language:?}: {:?}", program.left_out));
        assert!(program.text.contains(said.as_str()), "{said}");
    }
    for language in [Language::Python, Language::Typescript, Language::Curl] {
        assert_eq!(write(&shop(), language).left_out, Vec::<String>::new(), "{language:?}");
    }
}

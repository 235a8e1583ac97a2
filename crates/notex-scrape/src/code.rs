//! Code as it was meant: its text without the numbers of lines, and the language that highlighters wrote into classes.

use crate::tree::Tree;

const MOST_LANGUAGE: usize = 24;

/// The text of a block of code.
pub(crate) fn text(tree: &Tree, place: usize) -> String {
    let mut text = String::new();
    let mut skip_to = 0;
    // Where an element ends that fills a line.
    let mut lines: Vec<usize> = Vec::new();
    for inner in tree.inside(place) {
        while lines.last().is_some_and(|end| *end <= inner) {
            lines.pop();
            if !text.ends_with('\n') {
                text.push('\n');
            }
        }
        if inner < skip_to {
            continue;
        }
        if let Some(piece) = tree.text(inner) {
            text.push_str(piece);
            continue;
        }
        let Some(element) = tree.element(inner) else { continue };
        let numbers = element.class().split_ascii_whitespace().any(|class| {
            matches!(
                class,
                "lineno"
                    | "linenos"
                    | "line-numbers"
                    | "gutter"
                    | "line-number"
                    | "linenumber"
                    | "ln"
                    | "line-numbers-rows"
                    | "hljs-ln-numbers"
                    | "rouge-gutter"
                    | "blob-num"
                    | "linenodiv"
                    | "react-syntax-highlighter-line-number"
            )
        });
        if numbers || matches!(element.tag.as_str(), "button" | "style" | "script" | "svg") {
            skip_to = tree.inside(inner).end;
            continue;
        }
        match element.tag.as_str() {
            "br" => text.push('\n'),
            "div" | "p" | "li" | "tr" if inner != place => {
                if !text.is_empty() && !text.ends_with('\n') {
                    text.push('\n');
                }
                lines.push(tree.inside(inner).end);
            }
            _ => {}
        }
    }
    let text = text.replace("\r\n", "\n").replace('\u{A0}', " ");
    let text: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    let lines: Vec<&str> = text.lines().collect();
    let filled = |line: &&str| !line.trim().is_empty();
    let first = lines.iter().position(&filled).unwrap_or(0);
    let last = lines.iter().rposition(filled).map_or(0, |last| last + 1);
    lines.get(first..last).unwrap_or_default().join("\n")
}

/// The language of a block of code, by its own names, those of the code inside and of the boxes around it.
pub(crate) fn language(tree: &Tree, place: usize) -> Option<String> {
    let inside = tree.inside(place).filter(|inner| matches!(tree.tag(*inner), "pre" | "code")).take(3);
    let around = tree.ancestors(place).filter(|outer| matches!(tree.tag(*outer), "div" | "figure")).take(3);
    inside.chain(around).find_map(|place| named(tree, place))
}

fn named(tree: &Tree, place: usize) -> Option<String> {
    let element = tree.element(place)?;
    for name in ["data-lang", "data-language", "data-code-language", "lang"] {
        let said = element.attribute(name).filter(|_| name != "lang" || element.tag == "pre");
        if let Some(language) = said.and_then(clean) {
            return Some(language);
        }
    }
    let classes: Vec<&str> = element.class().split_ascii_whitespace().collect();
    for class in &classes {
        for prefix in [
            "language-",
            "lang-",
            "highlight-source-",
            "highlight-text-",
            "highlight-",
            "brush:",
            "code-",
            "sourceCode-",
        ] {
            if let Some(language) = class.strip_prefix(prefix).and_then(clean) {
                return Some(language);
            }
        }
    }
    // `brush: js`, `highlight python`, `sourceCode python`, `hljs rust`, `prettyprint lang`
    let at = classes.iter().position(|class| {
        matches!(*class, "brush:" | "highlight" | "sourceCode" | "hljs" | "src" | "EnlighterJSRAW")
    })?;
    let next = classes.get(at + 1).and_then(|class| clean(class.trim_end_matches(';')))?;
    known(&next).then_some(next)
}

fn clean(language: &str) -> Option<String> {
    let language = language.trim().trim_end_matches(';').to_ascii_lowercase();
    let is_one = !language.is_empty()
        && language.len() <= MOST_LANGUAGE
        && language.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '#' | '-' | '.' | '_'));
    let says_nothing = matches!(
        language.as_str(),
        "none"
            | "default"
            | "notranslate"
            | "wrapper"
            | "block"
            | "container"
            | "box"
            | "snippet"
            | "toolbar"
            | "en"
            | "code"
            | "example"
            | "content"
            | "body"
            | "header"
            | "source"
            | "true"
            | "highlight"
            | "plain"
            | "table"
            | "inner"
            | "area"
            | "line"
            | "lines"
            | "group"
    );
    (is_one && !says_nothing).then_some(language)
}

fn known(language: &str) -> bool {
    matches!(
        language,
        "python"
            | "py"
            | "python3"
            | "rust"
            | "rs"
            | "js"
            | "javascript"
            | "ts"
            | "typescript"
            | "jsx"
            | "tsx"
            | "java"
            | "kotlin"
            | "swift"
            | "c"
            | "cpp"
            | "c++"
            | "cs"
            | "csharp"
            | "go"
            | "golang"
            | "ruby"
            | "rb"
            | "php"
            | "perl"
            | "r"
            | "scala"
            | "haskell"
            | "elixir"
            | "erlang"
            | "clojure"
            | "lua"
            | "dart"
            | "julia"
            | "sql"
            | "bash"
            | "sh"
            | "shell"
            | "zsh"
            | "console"
            | "powershell"
            | "ps1"
            | "html"
            | "xml"
            | "css"
            | "scss"
            | "less"
            | "json"
            | "yaml"
            | "yml"
            | "toml"
            | "ini"
            | "diff"
            | "makefile"
            | "dockerfile"
            | "nginx"
            | "graphql"
            | "markdown"
            | "md"
            | "tex"
            | "latex"
            | "matlab"
            | "vim"
            | "emacs-lisp"
            | "lisp"
            | "scheme"
            | "ocaml"
            | "fsharp"
            | "objc"
            | "objective-c"
            | "groovy"
            | "asm"
            | "text"
            | "txt"
            | "zig"
            | "nim"
            | "vue"
            | "svelte"
            | "proto"
            | "protobuf"
            | "terraform"
            | "hcl"
            | "http"
    )
}

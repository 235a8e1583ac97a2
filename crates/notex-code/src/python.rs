//! What the programs in Python share.

use crate::expr::{Expr, LONGEST_LINE, Tongue};
use crate::plan::{Numbered, Parameter};

const PY: Tongue = Tongue::Python;

/// Reading the environment; the first function of every program.
pub(crate) const SETTING: &str = r#"

def setting(name, default=None):
    """What the environment says; without it there is nothing to do."""
    value = os.environ.get(name, default)
    if value is None:
        sys.exit(f"{name} is not set")
    return value
"#;

/// A step, with its deadline kept from outside: the SDKs have none for a step, or none at all.
pub(crate) const STEP: &str = r#"

def within(seconds, does):
    """Does it, and waits no longer than that for its end."""
    ended = queue.Queue()

    def run():
        try:
            ended.put((does(), None))
        except Exception as failure:
            ended.put((None, failure))

    threading.Thread(target=run, daemon=True).start()
    try:
        answer, failure = ended.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError(f"it did not end within {seconds} s") from None
    if failure is not None:
        raise failure
    return answer


def step(number, does, retries=0, deadline=60, goes_on=False):
    """Does a step, again when it failed and may be tried again."""
    for left in range(retries, -1, -1):
        try:
            return within(deadline, does)
        except Exception as failure:
            if left:
                time.sleep(0.5)
            elif goes_on:
                result["failed"].append({"step": number, "why": str(failure)})
            else:
                raise SystemExit(f"step {number} failed: {failure}") from failure


def read(number, markdown, data=None, problem=None):
    """Keeps what a step read."""
    result["read"].append({"step": number, "markdown": markdown, "data": data, "problem": problem})
"#;

/// The last line.
pub(crate) const PRINT: &str = "\nprint(json.dumps(result, indent=2))\n";

/// So that a program that is ended from outside ends its session.
pub(crate) const ENDED: &str = "signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))\n";

/// The values of the parameters, and the document that the program prints.
pub(crate) fn settings(flow: &str, parameters: &[Parameter]) -> String {
    let mut text = String::new();
    if !parameters.is_empty() {
        let lines: Vec<String> = parameters
            .iter()
            .map(|parameter| {
                let default = parameter.default.as_ref().map(|text| format!(", {}", PY.literal(text)));
                let (name, variable) = (PY.literal(&parameter.name), PY.literal(&parameter.variable));
                format!("    {name}: setting({variable}{}),\n", default.unwrap_or_default())
            })
            .collect();
        text.push_str(&format!("p = {{\n{}}}\n", lines.concat()));
    }
    let flow = PY.literal(flow);
    text + &format!(
        "result = {{\"flow\": {flow}, \"url\": \"\", \"title\": \"\", \"read\": [], \"failed\": []}}\n"
    )
}

/// A call, in one line where it is short: the fields of `named` are named arguments.
pub(crate) fn call(function: &str, positional: &[Expr], named: &Expr, indent: usize) -> String {
    let arguments = |indent: usize| {
        let plain = positional.iter().map(|value| PY.value(value, indent));
        let fields = match named {
            Expr::Map(fields) => fields.as_slice(),
            Expr::Plain(_) | Expr::Text(_) | Expr::Parameter(_) | Expr::Truth(_) | Expr::List(_) => &[],
        };
        let fields = fields.iter().map(|(name, value)| format!("{name}={}", PY.value(value, indent)));
        plain.chain(fields).collect::<Vec<_>>()
    };
    let line = format!("{function}({})", arguments(0).join(", "));
    if line.chars().count() + indent <= LONGEST_LINE && !line.contains('\n') {
        return line;
    }
    let pad = " ".repeat(indent + 4);
    let lines: Vec<String> =
        arguments(indent + 4).into_iter().map(|argument| format!("{pad}{argument},\n")).collect();
    format!("{function}(\n{}{})", lines.concat(), " ".repeat(indent))
}

/// A step: what it does, as the body of a function of its own where it is more than one line, and how it may fail.
pub(crate) fn step(step: Numbered<'_>, lines: &[String], indent: usize) -> String {
    let pad = " ".repeat(indent);
    let number = step.number;
    let mut options = String::new();
    if step.step.retries > 0 {
        options.push_str(&format!(", retries={}", step.step.retries));
    }
    if !step.has_usual_deadline() {
        options.push_str(&format!(", deadline={}", step.step.deadline_seconds));
    }
    if step.goes_on() {
        options.push_str(", goes_on=True");
    }
    match lines {
        [one] if !one.starts_with("raise ") => format!("{pad}step({number}, lambda: {one}{options})\n"),
        several => {
            let body: Vec<String> = several.iter().map(|line| format!("{pad}    {line}\n")).collect();
            format!(
                "{pad}def step_{number}():\n{}\n{pad}step({number}, step_{number}{options})\n",
                body.concat()
            )
        }
    }
}

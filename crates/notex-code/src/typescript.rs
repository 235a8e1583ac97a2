//! TypeScript for Node, which speaks the current contract by `fetch` and needs no package.

use crate::current::{self, Call, FINDS_NONE, calls};
use crate::expr::{Expr, Tongue};
use crate::plan::{Numbered, Parameter, Plan, title};

const TS: Tongue = Tongue::TypeScript;

/// The document that the program prints.
pub(crate) const RESULT: &str = r#"
type Read = { step: number; markdown: string | null; data: unknown; problem: string | null };
type Result = { flow: string; url: string; title: string; read: Read[]; failed: { step: number; why: string }[] };
"#;

/// Reading the environment.
pub(crate) const SETTING: &str = r#"
/** What the environment says; without it there is nothing to do. */
function setting(name: string, fallback?: string): string {
  const value = process.env[name] ?? fallback;
  if (value === undefined) {
    console.error(`${name} is not set`);
    process.exit(1);
  }
  return value;
}
"#;

const CALL: &str = r#"
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Answer = any;

/** Asks the server; the step that asks has its deadline. */
async function ask(method: string, path: string, body?: object): Promise<Answer> {
  const headers: Record<string, string> = { Authorization: `Bearer ${key}` };
  const sent = body instanceof FormData ? body : body && JSON.stringify(body);
  if (typeof sent === "string") headers["Content-Type"] = "application/json";
  const answer = await fetch(url + path, { method, headers, body: sent, signal: AbortSignal.timeout(patience) });
  const told = await answer.text();
  if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}: ${told}`);
  return JSON.parse(told);
}

async function execute(action: object): Promise<void> {
  const done = await ask("POST", `${session}/page/execute`, action);
  if (!done.success) throw new Error(done.message);
}

type Options = { retries?: number; deadline?: number; goesOn?: boolean };

/** Does a step, again when it failed and may be tried again. */
async function step(number: number, does: () => Promise<unknown>, options: Options = {}): Promise<void> {
  for (let left = options.retries ?? 0; ; left -= 1) {
    patience = (options.deadline ?? 60) * 1000;
    try {
      await does();
      return;
    } catch (failure) {
      const why = failure instanceof Error ? failure.message : String(failure);
      if (left > 0) await new Promise((resolve) => setTimeout(resolve, 500));
      else if (options.goesOn) return void result.failed.push({ step: number, why });
      else throw new Error(`step ${number} failed: ${why}`);
    }
  }
}
"#;

const ACT: &str = r#"
/** Acts on the element that the first of these ways finds. */
async function act(ways: string[], action: object): Promise<void> {
  const missed: string[] = [];
  for (const selector of ways) {
    const body = { ...action, selector, timeout: missed.length ? 500 : 3000 };
    const done = await ask("POST", `${session}/page/execute`, body);
    if (done.success) return;
    missed.push(`${selector}: ${done.message}`);
    if (!/{none}/.test(done.message)) break;
  }
  throw new Error(missed.join("; "));
}
"#;

const UPLOAD: &str = r#"
/** Gives a local file to the session, then to the element. */
async function upload(path: string, ways: string[], more: object = {}): Promise<void> {
  const form = new FormData();
  form.append("file", new Blob([readFileSync(path)]), basename(path));
  await ask("POST", `${session}/files`, form);
  await act(ways, { type: "upload_file", file_path: basename(path), ...more });
}
"#;

const SCRAPE: &str = r#"
/** Reads the page. */
async function scrape(number: number, body: object): Promise<void> {
  const page = await ask("POST", `${session}/page/scrape`, body);
  const { data = null, error: problem = null } = page.structured ?? {};
  result.read.push({ step: number, markdown: page.markdown, data, problem });
}
"#;

#[derive(Default)]
struct Needs {
    act: bool,
    upload: bool,
    scrape: bool,
}

pub(crate) fn write(plan: &mut Plan<'_>) -> String {
    let mut needs = Needs::default();
    let mut steps = String::new();
    for numbered in plan.steps() {
        let lines: Vec<String> = calls(&numbered.step.call)
            .iter()
            .map(|call| format!("await {}", line(numbered, call, &mut needs)))
            .collect();
        steps.push_str(&format!("\n  {}\n{}", title(numbered, "//"), step(numbered, &lines)));
    }
    needs.act |= needs.upload;
    let mut text = plan.head("//", "Node 20 or newer, and no package", "NOTEX_API_URL and NOTEX_API_KEY");
    if needs.upload {
        text.push_str("import { readFileSync } from \"node:fs\";\nimport { basename } from \"node:path\";\n");
    }
    text.push_str("import process from \"node:process\";\n");
    text.push_str(RESULT);
    text.push_str(SETTING);
    text.push_str("\nconst url = setting(\"NOTEX_API_URL\").replace(/\\/+$/, \"\");\n");
    text.push_str("const key = setting(\"NOTEX_API_KEY\");\n");
    text.push_str(&settings(&plan.flow.name, &plan.parameters));
    text.push_str("let session = \"\";\nlet patience = 60_000;\n");
    text.push_str(CALL);
    let act = ACT.replace("{none}", FINDS_NONE);
    for (wanted, part) in [(needs.act, act.as_str()), (needs.upload, UPLOAD), (needs.scrape, SCRAPE)] {
        text.push_str(if wanted { part } else { "" });
    }
    let start = TS.value(&current::start(plan), 0);
    text.push_str(&format!(
        "\nconst started = await ask(\"POST\", \"/sessions/start\", {start});\n\
         session = `/sessions/${{encodeURIComponent(started.session_id)}}`;\n\
         const stop = () => ask(\"DELETE\", `${{session}}/stop`);\n\
         process.once(\"SIGINT\", () => void stop().finally(() => process.exit(130)));\n\
         process.once(\"SIGTERM\", () => void stop().finally(() => process.exit(143)));\n\
         try {{{steps}\n  // Where it ended\n  \
         const page = await ask(\"POST\", `${{session}}/page/observe`, {{ max_nb_actions: 1 }});\n  \
         Object.assign(result, {{ url: page.metadata.url, title: page.metadata.title }});\n\
         }} finally {{\n  await stop();\n}}\n"
    ));
    text + PRINT
}

/// The last line.
pub(crate) const PRINT: &str = "console.log(JSON.stringify(result, null, 2));\n";

/// The values of the parameters, and the document that the program prints.
pub(crate) fn settings(flow: &str, parameters: &[Parameter]) -> String {
    let mut text = String::new();
    if !parameters.is_empty() {
        let lines = parameters.iter().map(|parameter| {
            let default = parameter.default.as_ref().map(|text| format!(", {}", TS.literal(text)));
            let variable = TS.literal(&parameter.variable);
            format!("  {}: setting({variable}{}),\n", parameter.name, default.unwrap_or_default())
        });
        text.push_str(&format!("const p = {{\n{}}};\n", lines.collect::<String>()));
    }
    let flow = TS.literal(flow);
    text + &format!(
        "const result: Result = {{ flow: {flow}, url: \"\", title: \"\", read: [], failed: [] }};\n"
    )
}

/// A step: the statements it is made of, and how it may fail.
pub(crate) fn step(step: Numbered<'_>, lines: &[String]) -> String {
    let number = step.number;
    let mut options = Vec::new();
    if step.step.retries > 0 {
        options.push(format!("retries: {}", step.step.retries));
    }
    if !step.has_usual_deadline() {
        options.push(format!("deadline: {}", step.step.deadline_seconds));
    }
    if step.goes_on() {
        options.push("goesOn: true".to_owned());
    }
    let options = if options.is_empty() { String::new() } else { format!(", {{ {} }}", options.join(", ")) };
    let short = match lines {
        [one] => one.strip_prefix("await ").filter(|call| !call.contains("await ")),
        _ => None,
    };
    match (short, lines) {
        (Some(call), _) => format!("  await step({number}, () => {call}{options});\n"),
        (None, statements) => {
            let body: String = statements.iter().map(|line| format!("    {line};\n")).collect();
            format!("  await step({number}, async () => {{\n{body}  }}{options});\n")
        }
    }
}

fn line(numbered: Numbered<'_>, call: &Call, needs: &mut Needs) -> String {
    let in_a_list = |ways: &[String]| {
        let ways: Vec<Expr> = ways.iter().map(|way| way.as_str().into()).collect();
        TS.value(&Expr::List(ways), 2)
    };
    match call {
        Call::Execute(action) => format!("execute({})", TS.value(action, 2)),
        Call::Act { action, ways } => {
            needs.act = true;
            format!("act({}, {})", in_a_list(ways), TS.value(action, 2))
        }
        Call::Upload { path, ways, enter } => {
            needs.upload = true;
            let enter = if *enter { ", { press_enter: true }" } else { "" };
            format!("upload({}, {}{enter})", TS.text(path), in_a_list(ways))
        }
        Call::Observe { max_actions } => {
            let body = max_actions.map_or_else(String::new, |most| format!(" max_nb_actions: {most} "));
            format!("ask(\"POST\", `${{session}}/page/observe`, {{{body}}})")
        }
        Call::Scrape(body) => {
            needs.scrape = true;
            format!("scrape({}, {})", numbered.number, TS.value(body, 2))
        }
    }
}

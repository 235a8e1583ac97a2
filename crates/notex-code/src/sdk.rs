//! Python with `notte-sdk`, which speaks the current contract.

use notex_flow::FlowCall;

use crate::current::{self, Call, FINDS_NONE, calls};
use crate::expr::Expr;
use crate::plan::{Numbered, Plan, title};
use crate::python::{ENDED, PRINT, SETTING, STEP, call, settings, step};

const ACT: &str = r#"

def act(ways, **action):
    """Acts on the element that the first of these ways finds."""
    missed = []
    for way in ways:
        done = session.execute(selector=way, timeout=500 if missed else 3000, raise_on_failure=False, **action)
        if done.success:
            return
        missed.append(f"{way}: {done.message}")
        if not re.search("{none}", done.message):
            break
    raise RuntimeError("; ".join(missed))
"#;

const UPLOAD: &str = r#"

def upload(path, ways, **more):
    """Gives a local file to the session, then to the element."""
    with open(path, "rb") as file:
        answer = httpx.post(f"{URL}/sessions/{session.session_id}/files", files={"file": file}, headers=HEADERS)
    answer.raise_for_status()
    act(ways, type="upload_file", file_path=os.path.basename(path), **more)
"#;

const SCRAPE: &str = r#"

def scrape(**body):
    """Reads the page; what is picked from it has no words in the SDK, so its server is asked directly."""
    address = f"{URL}/sessions/{session.session_id}/page/scrape"
    answer = httpx.post(address, json=body, headers=HEADERS, timeout=None)
    if answer.is_error:
        raise RuntimeError(answer.text)
    page = answer.json()
    picked = page.get("structured") or {}
    return {"markdown": page["markdown"], "data": picked.get("data"), "problem": picked.get("error")}
"#;

/// What a program needs besides what every one does.
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
        let lines: Vec<String> =
            calls(&numbered.step.call).iter().map(|call| line(numbered, call, &mut needs)).collect();
        steps.push_str(&format!("\n    {}\n{}", title(numbered, "#"), step(numbered, &lines, 4)));
    }
    needs.act |= needs.upload;
    let direct = needs.scrape || needs.upload;
    let act = ACT.replace("{none}", FINDS_NONE);
    let used = [
        (true, "import json\nimport os\nimport queue\n"),
        (needs.act, "import re\n"),
        (true, "import signal\nimport sys\nimport threading\nimport time\n\n"),
        (direct, "import httpx\n"),
        (true, "from notte_sdk import NotteClient\n"),
        (true, SETTING),
        (true, STEP),
        (needs.act, act.as_str()),
        (needs.upload, UPLOAD),
        (needs.scrape, SCRAPE),
    ];
    let mut text =
        plan.head("#", "Python 3.11 and `pip install notte-sdk`", "NOTEX_API_URL and NOTEX_API_KEY");
    text.extend(used.into_iter().filter_map(|(wanted, part)| wanted.then_some(part)));
    text.push_str("\n\nURL = setting(\"NOTEX_API_URL\").rstrip(\"/\")\nKEY = setting(\"NOTEX_API_KEY\")\n");
    if direct {
        text.push_str("HEADERS = {\"Authorization\": f\"Bearer {KEY}\"}\n");
    }
    text.push_str(&settings(&plan.flow.name, &plan.parameters));
    text.push_str(ENDED);
    text.push_str("\nclient = NotteClient(api_key=KEY, server_url=URL)\n");
    text.push_str(&format!("with {} as session:", call("client.Session", &[], &current::start(plan), 0)));
    text.push_str(&steps);
    text.push_str("\n    # Where it ended\n    page = session.observe(max_nb_actions=1).metadata\n");
    text.push_str("    result.update(url=page.url, title=page.title)\n");
    text + PRINT
}

fn line(numbered: Numbered<'_>, made: &Call, needs: &mut Needs) -> String {
    let number = numbered.number;
    match made {
        Call::Execute(action) => call("session.execute", &[], action, 4),
        Call::Act { action, ways } => {
            needs.act = true;
            call("act", &[Expr::list(ways)], action, 4)
        }
        Call::Upload { path, ways, enter } => {
            needs.upload = true;
            let more = if *enter { Expr::map([("press_enter", true.into())]) } else { Expr::map([]) };
            call("upload", &[Expr::Text(path.clone()), Expr::list(ways)], &more, 4)
        }
        Call::Observe { max_actions } => {
            let most = max_actions.map(|most| ("max_nb_actions".to_owned(), most.into()));
            call("session.observe", &[], &Expr::Map(most.into_iter().collect()), 4)
        }
        Call::Scrape(body) => {
            let picks = matches!(&numbered.step.call, FlowCall::Scrape(scrape)
                if scrape.extract.is_some() || scrape.response_format.is_some() || scrape.instructions.is_some());
            needs.scrape |= picks;
            if picks {
                format!("read({number}, **{})", call("scrape", &[], body, 4))
            } else {
                format!("read({number}, {})", call("session.scrape", &[], body, 4))
            }
        }
    }
}

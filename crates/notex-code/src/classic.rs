//! Python with the classic SDK, which knows an element by the description that an observe gave it.

use notex_flow::{Act, Deed, FlowCall, ScrapeCall};

use crate::current::data_wish;
use crate::expr::{Expr, Tongue};
use crate::plan::{Numbered, Plan, title};
use crate::python::{ENDED, PRINT, SETTING, STEP, call, settings, step};

const PY: Tongue = Tongue::Python;

const SEEN: &str = r#"

def seen(answer):
    """Keeps where the page is now, and what can be done on it."""
    global page
    result.update(url=answer.metadata.url, title=answer.metadata.title)
    if answer.has_space():
        page = answer
    return answer


def special(action_id, value=None):
    """One of the browser's own actions."""
    seen(client.step(action_id=action_id, value=value, max_nb_actions=1000))
"#;

const ACT: &str = r#"

def find(description, group):
    """The action of this description, and of this group where there are several; what is not listed is looked for anew."""
    for again in (False, True):
        if again or page is None:
            seen(client.observe(max_nb_actions=1000))
        found = [action for action in page.space.actions() if action.description == description]
        if len(found) > 1:
            found = [action for action in found if action.category == group]
        if len(found) == 1:
            return found[0].id
    raise LookupError(f"{len(found)} actions of this page are called {description!r}")


def act(description, group=None, value=None, enter=None):
    """Does what an action says."""
    seen(client.step(action_id=find(description, group), value=value, enter=enter, max_nb_actions=1000))
"#;

const SCRAPE: &str = r#"

def scrape(**body):
    """Reads the page; what is picked from it has no words in the SDK, so its server is asked directly."""
    body["session_id"] = client.session_id
    headers = {"Authorization": f"Bearer {client.token}"}
    answer = requests.post(f"{client.server_url}/env/scrape", headers=headers, json=body)
    if not answer.ok:
        raise RuntimeError(answer.text)
    answer = answer.json()
    result.update(url=answer["metadata"]["url"], title=answer["metadata"]["title"])
    picked = (answer["data"]["structured"] or [{}])[0]
    return {"markdown": answer["data"]["markdown"], "data": picked.get("data"), "problem": picked.get("error")}
"#;

#[derive(Default)]
struct Needs {
    act: bool,
    scrape: bool,
}

pub(crate) fn write(plan: &mut Plan<'_>) -> String {
    let mut needs = Needs::default();
    let mut steps = String::new();
    for numbered in plan.steps() {
        let lines = lines(plan, numbered, &mut needs);
        steps.push_str(&format!("\n    {}\n{}", title(numbered, "#"), step(numbered, &lines, 4)));
    }
    if needs.act {
        plan.leave_out(
            "The classic SDK knows an element by its description: the selectors of the flow are not used.",
        );
    }
    let start = start(plan);
    let used = [
        (
            true,
            "import json\nimport os\nimport queue\nimport signal\nimport sys\nimport threading\nimport time\n\n",
        ),
        (needs.scrape, "import requests\n"),
        (true, "from notte.sdk.client import NotteClient\n"),
        (true, SETTING),
        (true, STEP),
        (true, SEEN),
        (needs.act, ACT),
        (needs.scrape, SCRAPE),
    ];
    let needed = "Python 3.11 and `pip install notte==1.2.1`";
    let mut text = plan.head("#", needed, "NOTEX_API_URL and NOTEX_API_KEY");
    text.extend(used.into_iter().filter_map(|(wanted, part)| wanted.then_some(part)));
    text.push_str("\n\n");
    text.push_str(&settings(&plan.flow.name, &plan.parameters));
    text.push_str("page = None\n");
    text.push_str(ENDED);
    text.push_str("\nclient = NotteClient(api_key=setting(\"NOTEX_API_KEY\"), ");
    text.push_str("server_url=setting(\"NOTEX_API_URL\").rstrip(\"/\"))\n");
    text.push_str(&format!("{}\ntry:{steps}", call("client.start", &[], &start, 0)));
    if plan.flow.steps.is_empty() {
        text.push_str("\n    pass\n");
    }
    text.push_str("finally:\n    client.close()\n");
    text + PRINT
}

fn start(plan: &mut Plan<'_>) -> Expr {
    for name in plan.start.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>() {
        plan.leave_out(format!("Start, {name}: the classic SDK has no word for it."));
    }
    // What the program no longer holds is not read either.
    plan.parameters.retain(|parameter| !parameter.name.starts_with('_'));
    let mut start = Expr::map([("keep_alive", false.into())]);
    if let Some(minutes) = plan.idle_minutes {
        start.push("session_timeout_minutes", minutes.into());
    }
    start
}

fn lines(plan: &mut Plan<'_>, numbered: Numbered<'_>, needs: &mut Needs) -> Vec<String> {
    vec![match &numbered.step.call {
        FlowCall::Goto { url } => format!("special(\"S1\", {})", PY.text(url)),
        FlowCall::Observe { url, max_actions } => {
            let mut asked = Expr::map([]);
            if let Some(url) = url {
                asked.push("url", Expr::Text(url.clone()));
            }
            asked.push("max_nb_actions", max_actions.unwrap_or(1_000).into());
            format!("seen({})", call("client.observe", &[], &asked, 4))
        }
        FlowCall::Act(act) => {
            needs.act = true;
            acted(plan, numbered, act)
        }
        FlowCall::Scrape(scrape) => scraped(plan, numbered, scrape, needs),
        FlowCall::Back => "special(\"S4\")".to_owned(),
        FlowCall::Forward => "special(\"S5\")".to_owned(),
        FlowCall::Reload => "special(\"S6\")".to_owned(),
        FlowCall::Wait { ms } => format!("special(\"S7\", \"{ms}\")"),
        FlowCall::SwitchTab { .. } | FlowCall::OpenTab { .. } | FlowCall::CloseTab => {
            plan.leave_out_of(numbered, "the classic SDK knows no tabs, and the program ends here");
            "raise NotImplementedError(\"the classic SDK knows no tabs\")".to_owned()
        }
    }]
}

fn acted(plan: &mut Plan<'_>, numbered: Numbered<'_>, act: &Act) -> String {
    if act.deed == Deed::Upload {
        plan.leave_out_of(
            numbered,
            "the file has to be among those of the session, which the SDK cannot add",
        );
    }
    let mut action = Expr::map([]);
    if let Some(value) = act.value.as_ref().filter(|_| act.deed.needs_value()) {
        action.push("value", Expr::Text(value.clone()));
    }
    if act.enter {
        action.push("enter", true.into());
    }
    let element = [Some(&act.element.description), act.element.group.as_ref()];
    let element: Vec<Expr> = element.into_iter().flatten().map(|text| text.as_str().into()).collect();
    call("act", &element, &action, 4)
}

fn scraped(plan: &mut Plan<'_>, numbered: Numbered<'_>, scrape: &ScrapeCall, needs: &mut Needs) -> String {
    if let Some(selector) = &scrape.selector {
        let why = format!("the classic contract reads the whole page, not only what is inside of {selector}");
        plan.leave_out_of(numbered, &why);
    }
    if !scrape.links {
        plan.leave_out_of(numbered, "the classic contract keeps links");
    }
    let mut body = Expr::map([
        ("only_main_content", scrape.only_main_content.into()),
        ("scrape_images", scrape.images.into()),
    ]);
    let number = numbered.number;
    let picks = scrape.extract.is_some() || scrape.response_format.is_some() || scrape.instructions.is_some();
    if !picks {
        return format!("read({number}, seen({}).data.markdown)", call("client.scrape", &[], &body, 4));
    }
    needs.scrape = true;
    data_wish(scrape, &mut body);
    format!("read({number}, **{})", call("scrape", &[], &body, 4))
}

//! Flows as programs: recorded on a real page, written in every language, run with the published packages against the
//! engine and a real Chromium, and compared with the run of the flow itself.
#![expect(clippy::expect_used, clippy::panic, reason = "a panic is how a test says no")]

use std::time::Duration;

use futures_util::{StreamExt, stream};
use notex_code::{Language, Program, write};
use notex_flow::{
    Act, Deed, Element, Flow, FlowCall, FlowStep, OnFailure, Parameter, RecordedCall, Secrets, Selector,
    SelectorKind, make,
};
use notex_journeys::{Api, Ended, FixtureSite, RunningCode, RunningEngine, until};
use notex_wire::{CallKind, ParamKind};
use serde_json::{Value, json};

/// What breaks programs that only put quotes around it.
const HOSTILE: &str = "a \"b\" 'c' \\ \\n $HOME ${x} `id` $(id) {{what}} {x} %s #{y} \u{202e}é😀 </script> \\u0041 \"\"\" ''' EOF\nEND_OF_THE_FLOW\n-- ; & | ! *";
const SECRET: &str = "s3cret-42";
const SOON: Duration = Duration::from_secs(30);

/// A session whose calls are kept as the history keeps them.
struct Recorder<'a> {
    api: &'a Api,
    session: String,
    calls: Vec<RecordedCall>,
}

impl<'a> Recorder<'a> {
    async fn on(api: &'a Api) -> Self {
        let started = api.post("/session/start", &json!({})).await.expect_success("a start");
        let session = started["session_id"].as_str().expect("it has an id").to_owned();
        Self { api, session, calls: Vec::new() }
    }

    async fn call(&mut self, kind: CallKind, path: &str, mut request: Value) -> Value {
        request["session_id"] = self.session.clone().into();
        let answer = self.api.post(path, &request).await.expect_success(path);
        let number = u32::try_from(self.calls.len()).expect("a few") + 1;
        self.calls.push(RecordedCall {
            number,
            kind,
            what: path.to_owned(),
            request: Some(request),
            response: Some(answer.clone()),
            failed: false,
            url: answer["metadata"]["url"].as_str().unwrap_or_default().to_owned(),
        });
        answer
    }

    async fn opens(&mut self, url: &str) {
        self.call(CallKind::Observe, "/env/observe", json!({ "url": url })).await;
    }

    /// Does something to what is called so.
    async fn acts(&mut self, label: &str, value: Option<&str>, enter: bool) {
        let last =
            self.calls.iter().rev().find_map(|call| call.response.as_ref()?["space"]["actions"].as_array());
        let action = last.expect("actions are listed").iter().find(|action| action["label"] == label);
        let id = action.unwrap_or_else(|| panic!("nothing is called {label}: {last:?}"))["id"].clone();
        let step = json!({ "action_id": id, "value": value, "enter": enter });
        self.call(CallKind::Step, "/env/step", step).await;
    }

    async fn reads(&mut self, mut scrape: Value) {
        scrape["only_main_content"] = true.into();
        self.call(CallKind::Scrape, "/env/scrape", scrape).await;
    }

    async fn ends(self, name: &str) -> Flow {
        let close = json!({ "session_id": self.session });
        self.api.post("/session/close", &close).await.expect_success("a close");
        let made = make(name, None, &self.calls, &(1..=u32::MAX), Secrets { marker: "[not kept]" });
        assert_eq!(made.left_out, Vec::<String>::new());
        made.flow
    }
}

fn written(flow: &Flow, language: Language) -> Program {
    flow.check().expect("the flow makes sense");
    write(flow, language)
}

/// Runs a flow in these languages, a few at once.
async fn all_of(
    languages: &[Language],
    flow: &Flow,
    engine: &RunningEngine,
    variables: &[(&str, &str)],
    files: &[(&str, &str)],
) -> Vec<(Language, Ended)> {
    let runs = languages.iter().map(|language| async move {
        let text = written(flow, *language).text;
        let code = RunningCode::start(*language, &text, engine, variables, files).await;
        (*language, code.ended().await)
    });
    stream::iter(runs).buffered(3).collect().await
}

/// JavaScript has one kind of number.
fn as_javascript_says(value: &Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().into(),
        Value::Array(values) => values.iter().map(as_javascript_says).collect(),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| (name.clone(), as_javascript_says(value)));
            Value::Object(fields.collect())
        }
        plain @ (Value::Null | Value::Bool(_) | Value::String(_)) => plain.clone(),
    }
}

/// What programs in a language give; those with Playwright know no markdown.
fn comparable(language: Language, results: &Value) -> Value {
    let mut results = as_javascript_says(results);
    for read in results["read"].as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        if matches!(language, Language::PlaywrightPython | Language::PlaywrightTypescript) {
            read.remove("markdown");
            read.remove("text");
        }
    }
    for failed in results["failed"].as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        failed.remove("why");
    }
    results
}

async fn no_session_lives(api: &Api) {
    until("the sessions of the programs to end", SOON, || async {
        let health = api.get("/health").await.expect_success("health");
        (health["active_sessions"] == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_recorded_flow_gives_the_same_in_every_language_as_when_it_is_run() {
    let (engine, site) = (RunningEngine::start().await, FixtureSite::open().await);
    let api = Api::of(&engine);
    let mut recorder = Recorder::on(&api).await;
    recorder.opens(&site.url("/")).await;
    recorder.acts("Search products", Some("Nova"), true).await;
    recorder.acts("How we test", None, false).await;
    recorder.reads(json!({})).await;
    recorder.opens(&site.url("/form")).await;
    for (label, value) in
        [("Name", "Ada"), ("Code", "1234"), ("Remarks", "later"), ("Shipping", "By courier")]
    {
        recorder.acts(label, Some(value), false).await;
    }
    for label in ["Gift wrapping", "Card", "Order now"] {
        recorder.acts(label, None, false).await;
    }
    recorder.reads(json!({ "extract": { "fields": { "sent": "pre", "home": { "selector": "a", "attribute": "href" } } } })).await;
    recorder.opens(&site.url("/cards")).await;
    let lamp = json!({ "name": "h2", "price": ".price", "link": { "selector": "a", "attribute": "href" } });
    let lamps = json!({ "lamps": { "selector": "article", "list": true, "fields": lamp } });
    let lamp = json!({ "type": "object", "properties": { "name": { "type": "string" }, "price": { "type": "number" } } });
    let schema = json!({ "properties": { "lamps": { "type": "array", "items": lamp } } });
    recorder.reads(json!({ "extract": { "fields": lamps }, "response_format": schema })).await;
    let mut flow = recorder.ends("A shop, and \"everything\" in it").await;
    let own = site.forms().len();

    // What was typed became parameters: one holds what is hard to write down, one is told, one is a secret.
    let parameter = |flow: &mut Flow, name: &str, change: &dyn Fn(&mut Parameter)| {
        change(flow.parameters.iter_mut().find(|known| known.name == name).expect("what was typed"));
    };
    parameter(&mut flow, "remarks", &|known| known.default = Some(HOSTILE.to_owned()));
    parameter(&mut flow, "code", &|known| {
        (known.default, known.secret, known.kind) = (None, true, ParamKind::Password);
    });
    let nothing = Element {
        description: "Click what is not there".to_owned(),
        selectors: vec![Selector { by: SelectorKind::Css, value: "#not-there".to_owned() }],
        ..Element::default()
    };
    let act = Act { deed: Deed::Click, element: nothing, value: None, enter: false };
    let may_fail = FlowStep { on_failure: OnFailure::GoOn, ..FlowStep::new("Try it", FlowCall::Act(act)) };
    let failing = flow.steps.len();
    flow.steps.insert(failing - 1, may_fail);

    let variables = [("NOTEX_PARAM_CODE", SECRET), ("NOTEX_PARAM_NAME", "Ada L")];
    let ran = all_of(&Language::ALL, &flow, &engine, &variables, &[]).await;
    let run = ran.iter().find(|(language, _)| *language == Language::Cli).expect("it is one of them");
    let reference = run.1.results();

    // What the run itself gave is what the pages hold.
    assert_eq!(reference["url"], site.url("/cards"));
    assert_eq!(reference["title"], "Lamps");
    assert_eq!(reference["failed"].as_array().expect("a list").len(), 1, "{reference}");
    assert_eq!(reference["failed"][0]["step"], failing);
    let read = reference["read"].as_array().expect("a list");
    assert!(read[0]["markdown"].as_str().expect("text").contains("spent a week on our bench"), "{read:?}");
    let lamps = &read[2]["data"]["lamps"];
    assert_eq!((&lamps[0]["price"], &lamps[1]["price"]), (&json!(1299.0), &json!(89.9)));
    assert_eq!((&lamps[2]["price"], &lamps[2]["name"]), (&Value::Null, &json!("Cleo, the tall one")));

    for (language, ended) in &ran {
        // A run keeps no secret, also where the page shows it again.
        let given = ended.results().to_string().replace(SECRET, "[not kept]");
        let given = serde_json::from_str(&given).expect("as it was");
        let (wanted, given) = (comparable(*language, &reference), comparable(*language, &given));
        assert_eq!(wanted, given, "{language:?}\n{}", ended.errors);
        let text = written(&flow, *language).text;
        assert!(!text.contains(SECRET), "{language:?}");
    }
    // The shop was sent the same by each, whatever its quotes and dollars.
    let forms = site.forms().split_off(own);
    assert_eq!(forms.len(), Language::ALL.len());
    for form in &forms {
        let sent: Vec<(String, String)> = form_pairs(form);
        let value =
            |name: &str| sent.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        assert_eq!(value("remarks").map(|text| text.replace("\r\n", "\n")).as_deref(), Some(HOSTILE));
        assert_eq!((value("code"), value("name")), (Some(SECRET), Some("Ada L")));
        assert_eq!(
            (value("shipping"), value("pay"), value("gift")),
            (Some("courier"), Some("card"), Some("on"))
        );
    }
    no_session_lives(&api).await;
}

fn form_pairs(form: &str) -> Vec<(String, String)> {
    let url = reqwest::Url::parse(&format!("http://form/?{form}")).expect("a form is a query");
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

fn flow_of(name: &str, steps: Vec<(&str, FlowCall)>) -> Flow {
    let steps = steps.into_iter().map(|(name, call)| FlowStep::new(name, call)).collect();
    Flow { steps, ..Flow::named(name) }
}

fn found_by(css: &str) -> Element {
    let selector = |value: &str| Selector { by: SelectorKind::Css, value: value.to_owned() };
    Element {
        description: "Something".to_owned(),
        selectors: vec![selector("#gone-since"), selector(css)],
        ..Element::default()
    }
}

#[tokio::test]
async fn tabs_history_files_and_second_ways_are_said_by_all_that_can_say_them() {
    let (engine, site) = (RunningEngine::start().await, FixtureSite::open().await);
    let act = |deed, css: &str, value: Option<&str>| {
        FlowCall::Act(Act { deed, element: found_by(css), value: value.map(str::to_owned), enter: false })
    };
    let goto = |path: &str| FlowCall::Goto { url: site.url(path) };
    let scrape = |css: &str| {
        let fields = [("what".to_owned(), notex_wire::Field::Selector(css.to_owned()))].into();
        let extract = notex_wire::Extract { fields, ..notex_wire::Extract::default() };
        FlowCall::Scrape(notex_flow::ScrapeCall {
            extract: Some(extract),
            ..notex_flow::ScrapeCall::default()
        })
    };
    let flow = flow_of(
        "Tabs",
        vec![
            ("Open", goto("/deals")),
            ("Open another", goto("/article")),
            ("Back", FlowCall::Back),
            ("Forward", FlowCall::Forward),
            ("Back again", FlowCall::Back),
            ("A tab", FlowCall::OpenTab { url: site.url("/laptops") }),
            ("Look", FlowCall::Observe { url: None, max_actions: Some(5) }),
            ("The first", FlowCall::SwitchTab { tab: 0 }),
            ("Reload", FlowCall::Reload),
            ("Read it", scrape("h1")),
            ("The second", FlowCall::SwitchTab { tab: 1 }),
            ("Close it", FlowCall::CloseTab),
            ("Files", goto("/files")),
            ("Upload", act(Deed::Upload, "input[name=invoice]", Some("invoice.txt"))),
            ("Wait", FlowCall::Wait { ms: 50 }),
            ("Send", act(Deed::Click, "button", None)),
            ("Read what came", scrape("pre")),
        ],
    );
    let languages = [
        Language::Python,
        Language::Typescript,
        Language::Curl,
        Language::PlaywrightPython,
        Language::PlaywrightTypescript,
    ];
    let ran = all_of(&languages, &flow, &engine, &[], &[("invoice.txt", "Forty-two euros")]).await;
    for (language, ended) in &ran {
        let results = ended.results();
        assert_eq!(results["title"], "Received", "{language:?}");
        assert_eq!(results["read"][0]["data"]["what"], "Deals of the week", "{language:?}");
        let sent = results["read"][1]["data"]["what"].as_str().expect("text");
        assert!(sent.contains("invoice.txt") && sent.contains("Forty-two euros"), "{language:?}: {sent}");
    }
    let left_out = written(&flow, Language::PythonClassic).left_out;
    assert!(left_out.iter().any(|sentence| sentence.starts_with("Step 6, A tab")), "{left_out:?}");
    no_session_lives(&Api::of(&engine)).await;
}

#[tokio::test]
async fn a_program_whose_step_fails_says_which_and_closes_its_session() {
    let (engine, site) = (RunningEngine::start().await, FixtureSite::open().await);
    let act = Act { deed: Deed::Click, element: found_by("#nor-this"), value: None, enter: false };
    let mut flow = flow_of(
        "Fails",
        vec![
            ("Open", FlowCall::Goto { url: site.url("/deals") }),
            ("Click", FlowCall::Act(act)),
            ("Never", FlowCall::Goto { url: site.url("/visits") }),
        ],
    );
    flow.steps[1].deadline_seconds = 20;
    for (language, ended) in all_of(&Language::ALL, &flow, &engine, &[], &[]).await {
        assert!(!ended.is_success, "{language:?}: {}", ended.errors);
        let says = if language == Language::Cli { "matches nothing" } else { "step 2 failed" };
        assert!(ended.errors.contains(says), "{language:?}: {}", ended.errors);
    }
    no_session_lives(&Api::of(&engine)).await;
}

#[tokio::test]
async fn a_program_that_is_ended_from_outside_closes_its_session() {
    let (engine, site) = (RunningEngine::start().await, FixtureSite::open().await);
    let api = Api::of(&engine);
    let flow = flow_of(
        "Waits",
        vec![
            ("Open", FlowCall::Goto { url: site.url("/visits") }),
            ("Wait", FlowCall::Wait { ms: 30_000 }),
            ("Wait again", FlowCall::Wait { ms: 30_000 }),
        ],
    );
    for language in
        [Language::Python, Language::PythonClassic, Language::Typescript, Language::Curl, Language::Cli]
    {
        let before = site.visits();
        let code = RunningCode::start(language, &written(&flow, language).text, &engine, &[], &[]).await;
        until("the program to have opened its page", Duration::from_secs(120), || async {
            (site.visits() > before).then_some(())
        })
        .await;
        code.terminate();
        let ended = code.ended().await;
        assert!(!ended.is_success, "{language:?}");
        no_session_lives(&api).await;
    }
}

//! Flows: made of calls, run, stopped, healed; and what a run never does.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper that fails is a test that fails")]

use std::sync::atomic::Ordering::SeqCst;

use notex_code::Language;
use notex_flow::{Count, Flow, FlowCall, Run, RunOutcome as Ended, Selector, SelectorKind, StepStatus};
use notex_hub::protocol::{
    After, Answer, CodeOf, FlowCode, FlowDeed, FlowRun, FlowSummary, MadeFlow, Pace, RunForm, RunPhase,
    Stretch,
};
use serde_json::Value;

use super::*;

fn button(name: &str, id: Option<&str>) -> Value {
    json!({ "id": "B4", "description": format!("Click {name}"), "category": "Main", "role": "button", "label": name,
            "selector": { "css": "main > button", "role_name": format!("button \"{name}\""), "id": id } })
}

fn shows(server: &ScriptedServer, actions: &[Value]) {
    let space = json!({ "description": "A shop", "actions": actions, "special_actions": [] });
    server.script.page.lock().unwrap().insert("space".to_owned(), space);
}

/// Opens the shop, and clicks the button that was called `Add` and had the id `add`.
fn flow() -> Flow {
    let flow = json!({ "version": 1, "name": "Add it", "steps": [
        { "name": "Open the shop", "call": { "type": "goto", "url": "http://shop.local/" } },
        { "name": "Click Add", "call": { "type": "act", "deed": "click", "element": {
            "description": "Click Add", "role": "button", "name": "Add", "group": "Main", "selectors": [
                { "by": "role_name", "value": "button \"Add\"" }, { "by": "id", "value": "#add" },
                { "by": "css", "value": "main > form > button" }] } } },
        { "name": "List the actions", "call": { "type": "observe" } },
    ] });
    Flow::parse(&flow.to_string()).unwrap()
}

fn form() -> RunForm {
    RunForm {
        connection: "local".to_owned(),
        session: None,
        values: std::collections::BTreeMap::new(),
        files: Vec::new(),
        from: 0,
        until: None,
        budget: None,
        pace: Pace::ToTheEnd,
        after: After::Close,
    }
}

async fn deed(hub: &Hub, deed: FlowDeed) -> notex_hub::protocol::Outcome {
    hub.send(Command::Flow { deed }).await.unwrap()
}

async fn kept(hub: &Hub, flow: Flow) -> String {
    deed(hub, FlowDeed::Save { file: None, flow: Box::new(flow) }).await.flow.unwrap()
}

async fn begin(hub: &Hub, file: &str, form: RunForm) -> u64 {
    deed(hub, FlowDeed::Run { file: file.to_owned(), form: Box::new(form) }).await.run.unwrap()
}

async fn until_phase(window: &mut Window, run: u64, phase: RunPhase) -> FlowRun {
    let wanted = |shown: &notex_hub::protocol::Snapshot, _: &[Delta]| {
        shown.flow_runs.iter().find(|shown| shown.id == run && shown.phase == phase).cloned()
    };
    window.until(&format!("run {run} {phase:?}"), wanted).await
}

async fn document(hub: &Hub, run: u64) -> Run {
    let Ok(Answer::FlowRun(run)) = hub.query(Query::FlowRun { run }).await else {
        panic!("the run is there")
    };
    *run
}

async fn flows(hub: &Hub) -> Vec<FlowSummary> {
    let Ok(Answer::Flows(flows)) = hub.query(Query::Flows).await else { panic!("flows are listed") };
    flows
}

/// The bodies that one path was asked with.
fn asked(server: &ScriptedServer, path: &str) -> Vec<Value> {
    let asked = server.script.asked.lock().unwrap();
    asked.iter().filter(|(at, _)| at == path).map(|(_, body)| body.clone()).collect()
}

fn is_closed(server: &ScriptedServer) -> bool {
    server.script.sessions.lock().unwrap()["s-1"]["status"] == "closed"
}

#[tokio::test]
async fn a_flow_runs_whole_tells_each_step_and_closes_its_session() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = ready(&hub).await;
    server.script.charges.store(1_000, SeqCst);
    server.script.hold_observe.add_permits(1);
    shows(&server, &[button("Add", Some("#add"))]);
    let file = kept(&hub, flow()).await;
    let run = begin(&hub, &file, form()).await;
    let over = until_phase(&mut window, run, RunPhase::Over).await;
    assert_eq!((over.run.outcome, over.run.failure.clone()), (Ended::Done, None));
    assert_eq!(over.run.credits, Credits::from_thousandths(3_100));
    let whole = document(&hub, run).await;
    let told: Vec<_> =
        whole.steps.iter().map(|step| (step.status, step.attempts, step.calls.len())).collect();
    assert_eq!(told, [(StepStatus::Done, 1, 1); 3]);
    let matched = whole.steps[1].matched.as_ref().unwrap();
    assert_eq!((matched.by.as_ref().unwrap().by, matched.healed), (SelectorKind::RoleName, false));
    assert_eq!(whole.steps[2].actions.as_ref().unwrap().listed[0].description, "Click Add");
    assert_eq!(asked(&server, "step")[1]["action_id"], "B4");
    assert_eq!(asked(&server, "execute"), Vec::<Value>::new(), "what is listed is found for nothing");
    assert!(is_closed(&server));
    let last = flows(&hub).await.remove(0).last_run.unwrap();
    assert_eq!((last.outcome, last.done), (Ended::Done, 3));
    let Ok(Answer::FlowRun(read)) = hub.query(Query::KeptRun { file: last.file }).await else {
        panic!("it was kept")
    };
    assert_eq!(*read, whole);
}

#[tokio::test]
async fn an_element_that_is_called_otherwise_is_found_by_its_id_and_written_back_when_asked() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = ready(&hub).await;
    server.script.hold_observe.add_permits(2);
    shows(&server, &[button("Buy", Some("#add"))]);
    let file = kept(&hub, flow()).await;
    let run = begin(&hub, &file, form()).await;
    let over = until_phase(&mut window, run, RunPhase::Over).await;
    let matched = over.run.steps[1].matched.clone().unwrap();
    assert!(matched.healed);
    assert_eq!(matched.tried, ["role and name button \"Add\" matches nothing on the page"]);
    assert_eq!(matched.description, "Click Buy");
    deed(&hub, FlowDeed::Heal { run, place: 1 }).await;
    let Ok(Answer::Flow(healed)) = hub.query(Query::Flow { file: file.clone() }).await else {
        panic!("it is kept")
    };
    let FlowCall::Act(act) = &healed.steps[1].call else { panic!("a click") };
    assert_eq!(act.element.selectors[0].value, "button \"Buy\"");
    let again = hub.send(Command::Flow { deed: FlowDeed::Heal { run, place: 1 } }).await.unwrap_err();
    assert!(again.message.contains("another element"), "{again}");
    let run = begin(&hub, &file, form()).await;
    let over = until_phase(&mut window, run, RunPhase::Over).await;
    assert!(!over.run.steps[1].matched.clone().unwrap().healed);
}

#[tokio::test]
async fn css_that_a_person_wrote_is_tried_before_another_way_is_taken_for_it() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = ready(&hub).await;
    server.script.hold_observe.add_permits(2);
    shows(&server, &[button("Add", Some("#add"))]);
    let mut flow = flow();
    let FlowCall::Act(act) = &mut flow.steps[1].call else { panic!("a click") };
    act.element.selectors = vec![Selector { by: SelectorKind::Css, value: "form button".to_owned() }];
    let file = kept(&hub, flow).await;
    server.script.selectors.lock().unwrap().push("css=form button".to_owned());
    let run = begin(&hub, &file, form()).await;
    let over = until_phase(&mut window, run, RunPhase::Over).await;
    let matched = over.run.steps[1].matched.clone().unwrap();
    assert_eq!((matched.by.unwrap().value.as_str(), matched.healed), ("form button", false));

    server.script.selectors.lock().unwrap().clear();
    let run = begin(&hub, &file, form()).await;
    let over = until_phase(&mut window, run, RunPhase::Over).await;
    let matched = over.run.steps[1].matched.clone().unwrap();
    assert_eq!(
        (matched.by, matched.tried),
        (None, vec!["CSS form button matches nothing on the page".to_owned()])
    );
    assert_eq!(asked(&server, "execute").len(), 2, "the page itself was asked");
}

#[tokio::test]
async fn an_element_that_no_list_holds_is_sought_by_its_selectors_and_then_on_the_page_anew() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = ready(&hub).await;
    server.script.hold_observe.add_permits(9);
    server.script.charges.store(1_000, SeqCst);
    shows(&server, &[]);
    server.script.selectors.lock().unwrap().push("css=#add".to_owned());
    let file = kept(&hub, flow()).await;
    let run = begin(&hub, &file, RunForm { until: Some(1), ..form() }).await;
    let over = until_phase(&mut window, run, RunPhase::Over).await;
    let step = &over.run.steps[1];
    let matched = step.matched.clone().unwrap();
    assert_eq!((matched.by.unwrap().by, matched.healed), (SelectorKind::Id, true));
    assert_eq!((step.calls.len(), step.credits), (2, Credits::whole(1)), "a refused selector is free");
    assert_eq!(asked(&server, "observe").len(), 0);

    server.script.selectors.lock().unwrap().clear();
    let run = begin(&hub, &file, form()).await;
    let over = until_phase(&mut window, run, RunPhase::Over).await;
    assert_eq!(over.run.outcome, Ended::Failed);
    let failure = over.run.steps[1].failure.clone().unwrap();
    assert_eq!(failure.code, "action_impossible");
    assert!(
        failure.message.contains("“Click Add” is not on the page: role and name button \"Add\""),
        "{failure:?}"
    );
    assert_eq!(asked(&server, "observe").len(), 1, "it was looked for once more");
    assert_eq!(over.run.steps.len(), 2);
}

#[tokio::test]
async fn a_run_stops_before_it_passes_its_budget() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = ready(&hub).await;
    server.script.charges.store(1_000, SeqCst);
    server.script.hold_observe.add_permits(9);
    shows(&server, &[button("Add", Some("#add"))]);
    let file = kept(&hub, flow()).await;
    // The session and two steps fit; an observe with its picture and a minute more does not.
    let budget = Credits::from_thousandths(3_300);
    let run = begin(&hub, &file, RunForm { budget: Some(budget), ..form() }).await;
    let over = until_phase(&mut window, run, RunPhase::Over).await;
    assert_eq!(over.run.outcome, Ended::OverBudget);
    assert!(over.run.credits <= budget, "{}", over.run.credits);
    let failure = over.run.steps[2].failure.clone().unwrap();
    assert_eq!(failure.code, "out_of_credits");
    assert!(failure.message.contains("2.1 are spent, and this may cost 2.3"), "{failure:?}");
    assert_eq!(asked(&server, "observe").len(), 0);
    assert!(is_closed(&server));

    let run = begin(&hub, &file, RunForm { budget: Some(Credits::ZERO), ..form() }).await;
    let over = until_phase(&mut window, run, RunPhase::Over).await;
    assert_eq!((over.run.outcome, over.run.session.clone()), (Ended::OverBudget, None));
    assert_eq!(server.script.sessions.lock().unwrap().len(), 1, "no session was started");
}

#[tokio::test]
async fn a_cancelled_run_stops_waiting_and_closes_its_session() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = ready(&hub).await;
    shows(&server, &[button("Add", Some("#add"))]);
    let file = kept(&hub, flow()).await;
    let run = begin(&hub, &file, form()).await;
    until_phase(&mut window, run, RunPhase::Running { place: 2, attempt: 1 }).await;
    deed(&hub, FlowDeed::Cancel { run }).await;
    let over = until_phase(&mut window, run, RunPhase::Over).await;
    assert_eq!(over.run.outcome, Ended::Cancelled);
    assert_eq!(over.run.steps[2].status, StepStatus::Cancelled);
    assert!(is_closed(&server));
    let again = hub.send(Command::Flow { deed: FlowDeed::Cancel { run } }).await.unwrap_err();
    assert!(again.message.contains("is over"), "{again}");
}

#[tokio::test]
async fn step_by_step_it_waits_each_time_and_a_prefix_is_handed_over() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = ready(&hub).await;
    shows(&server, &[button("Add", Some("#add"))]);
    let file = kept(&hub, flow()).await;
    let hand_over = RunForm { pace: Pace::OneStep, until: Some(1), after: After::HandOver, ..form() };
    let run = begin(&hub, &file, hand_over).await;
    let waiting = until_phase(&mut window, run, RunPhase::Waiting { place: 1 }).await;
    assert_eq!(waiting.run.steps.len(), 1);
    let session = waiting.run.session.clone();
    let on_same = RunForm { session, ..form() };
    let second =
        Command::Flow { deed: FlowDeed::Run { file: file.clone(), form: Box::new(on_same.clone()) } };
    let refused = hub.send(second).await.unwrap_err();
    assert!(refused.message.contains("Another flow runs on this session"), "{refused}");
    deed(&hub, FlowDeed::GoOn { run, pace: Pace::OneStep }).await;
    let over = until_phase(&mut window, run, RunPhase::Over).await;
    assert_eq!(over.run.outcome, Ended::Done);
    assert!(!is_closed(&server), "it is handed over");

    server.script.hold_observe.add_permits(1);
    let run = begin(&hub, &file, RunForm { from: 1, ..on_same }).await;
    let over = until_phase(&mut window, run, RunPhase::Over).await;
    assert_eq!((over.run.outcome, over.run.steps.len()), (Ended::Done, 2));
    assert!(!is_closed(&server), "a session that it was given lives on");
}

#[tokio::test]
async fn a_step_is_tried_again_and_one_that_may_fail_ends_nothing() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = ready(&hub).await;
    server.script.hold_observe.add_permits(9);
    shows(&server, &[button("Add", Some("#add"))]);
    let mut flow = flow();
    flow.steps[0].retries = 1;
    flow.steps[1].on_failure = notex_flow::OnFailure::GoOn;
    let file = kept(&hub, flow).await;
    server.script.refuse_steps.store(1, SeqCst);
    let run = begin(&hub, &file, form()).await;
    let over = until_phase(&mut window, run, RunPhase::Over).await;
    assert_eq!((over.run.outcome, over.run.steps[0].attempts), (Ended::Done, 2));

    server.script.refuse_steps.store(3, SeqCst);
    let run = begin(&hub, &file, form()).await;
    let over = until_phase(&mut window, run, RunPhase::Over).await;
    assert_eq!(over.run.outcome, Ended::Failed);
    let first = &over.run.steps[0];
    assert_eq!((first.attempts, first.http_status), (2, Some(409)));
    assert!(first.failure.as_ref().unwrap().message.contains("covered by div.banner"));

    server.script.refuse_steps.store(0, SeqCst);
    let given = begin(&hub, &file, RunForm { until: Some(0), after: After::HandOver, ..form() }).await;
    let session = until_phase(&mut window, given, RunPhase::Over).await.run.session.clone();
    server.script.refuse_steps.store(1, SeqCst);
    let run = begin(&hub, &file, RunForm { from: 1, session, ..form() }).await;
    let over = until_phase(&mut window, run, RunPhase::Over).await;
    let told: Vec<_> = over.run.steps.iter().map(|step| step.status).collect();
    assert_eq!((over.run.outcome, told), (Ended::Done, vec![StepStatus::Failed, StepStatus::Done]));
}

#[tokio::test]
async fn a_session_that_cannot_be_seen_to_end_is_told() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = ready(&hub).await;
    shows(&server, &[button("Add", Some("#add"))]);
    server.script.lie_about_close.store(true, SeqCst);
    let file = kept(&hub, flow()).await;
    let run = begin(&hub, &file, RunForm { until: Some(1), ..form() }).await;
    let over = until_phase(&mut window, run, RunPhase::Over).await;
    let failure = over.run.failure.clone().unwrap();
    assert!(failure.message.contains("still lists it as active"), "{failure:?}");
}

#[tokio::test]
async fn a_flow_is_made_of_calls_and_no_password_of_it_or_of_a_run_is_on_the_disk() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = ready(&hub).await;
    server.script.hold_observe.add_permits(9);
    let field = |id: &str, label: &str, kind: &str| {
        json!({ "id": id, "description": format!("Fill {label}"), "category": "Form", "role": "textbox",
                "label": label, "params": [{ "name": "value", "type": kind }],
                "selector": { "css": format!("#{id}") } })
    };
    shows(&server, &[field("I1", "Name", "string"), field("I2", "Password", "password")]);
    hub.send(start()).await.unwrap();
    let session = "s-1".to_owned();
    let url = Some("http://shop.local/login".to_owned());
    hub.send(Command::Observe { session: session.clone(), url, max_actions: None }).await.unwrap();
    for (action, value) in [("I1", "ada"), ("I2", "hunter-two-of-ada")] {
        let (action, value) = (action.to_owned(), Some(value.to_owned()));
        hub.send(Command::Step { session: session.clone(), action, value, enter: false }).await.unwrap();
    }
    let stretch = |first, last| Stretch { session: Some("s-1".to_owned()), past: None, first, last };
    let made = hub.query(Query::MadeFlow { stretch: stretch(1, 9), name: "Sign in".to_owned() }).await;
    let Ok(Answer::MadeFlow(MadeFlow { flow, left_out })) = made else { panic!("{made:?}") };
    assert_eq!(left_out, Vec::<String>::new());
    let names: Vec<_> = flow.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(names, ["Open shop.local/login", "Fill Name", "Fill Password"]);
    assert!(flow.parameter("password").unwrap().secret);
    let none = hub.query(Query::MadeFlow { stretch: stretch(1, 1), name: "None".to_owned() }).await;
    assert!(none.unwrap_err().message.contains("None of these calls"));

    let file = kept(&hub, *flow).await;
    let without = Command::Flow { deed: FlowDeed::Run { file: file.clone(), form: Box::new(form()) } };
    let refused = hub.send(without).await.unwrap_err();
    assert_eq!(refused.message, "Parameter password is needed and has no default.");
    // A page that writes what was typed into its title, as careless ones do.
    let title =
        json!({ "title": "hello hunter-three-of-ada", "url": "http://shop.local/?p=hunter-three-of-ada" });
    server.script.page.lock().unwrap().insert("metadata".to_owned(), title);
    let values = [("password".to_owned(), "hunter-three-of-ada".to_owned())].into();
    let run = begin(&hub, &file, RunForm { values, ..form() }).await;
    let over = until_phase(&mut window, run, RunPhase::Over).await;
    assert_eq!(over.run.outcome, Ended::Done, "{over:?}");
    assert!(asked(&server, "step").iter().any(|body| body["value"] == "hunter-three-of-ada"));
    assert!(!document(&hub, run).await.to_json().contains("hunter"));
    hub.stop().await;
    let bytes = super::history::bytes_below(folder.path());
    for secret in ["hunter-two-of-ada", "hunter-three-of-ada"] {
        assert!(
            !bytes.windows(secret.len()).any(|part| part == secret.as_bytes()),
            "{secret} is on the disk"
        );
    }
}

async fn code(hub: &Hub, of: CodeOf, language: Language) -> FlowCode {
    let Ok(Answer::FlowCode(code)) = hub.query(Query::FlowCode { of, language }).await else {
        panic!("a program is written")
    };
    code
}

#[tokio::test]
async fn a_flow_and_calls_that_are_none_yet_are_told_as_programs_with_what_is_left_out() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, KEY, folder.path());
    ready(&hub).await;
    let file = kept(&hub, Flow { name: "Add it: tea & more".to_owned(), ..flow() }).await;
    let languages = Language::ALL;
    let mut names = Vec::new();
    for language in languages {
        let program = code(&hub, CodeOf::File { file: file.clone() }, language).await;
        // The command line runs the document, in which the address stands.
        assert!(program.text.contains("http://shop.local/"), "{}", program.text);
        assert!(!program.text.contains(KEY));
        names.push(program.file_name);
    }
    assert_eq!(names[0], "add-it--tea---more.py");
    assert!(names.iter().all(|name| name.starts_with("add-it--tea---more.")), "{names:?}");

    server.script.hold_observe.add_permits(9);
    shows(&server, &[button("Add", Some("#add"))]);
    hub.send(start()).await.unwrap();
    let (session, url) = ("s-1".to_owned(), Some("http://shop.local/tea".to_owned()));
    hub.send(Command::Observe { session: session.clone(), url, max_actions: None }).await.unwrap();
    let click = |action: &str| {
        let (session, action) = (session.clone(), action.to_owned());
        Command::Step { session, action, value: None, enter: false }
    };
    hub.send(click("B4")).await.unwrap();
    let stretch = |last| Stretch { session: Some("s-1".to_owned()), past: None, first: 1, last };
    let of = |last| CodeOf::Calls { stretch: stretch(last), name: "!!".to_owned() };
    let program = code(&hub, of(3), Language::PlaywrightPython).await;
    assert!(
        program.text.contains("http://shop.local/tea") && program.text.contains("#add"),
        "{}",
        program.text
    );
    assert_eq!(program.file_name, "flow.py", "a name without a letter is none for a file");
    let one = code(&hub, of(2), Language::PlaywrightPython).await;
    assert!(!one.text.contains("#add"), "only these calls: {}", one.text);

    let none = hub.query(Query::FlowCode { of: of(1), language: Language::Python }).await.unwrap_err();
    assert!(none.message.contains("None of these calls"), "{none}");
    let unknown = CodeOf::File { file: "no.flow.json".to_owned() };
    hub.query(Query::FlowCode { of: unknown, language: Language::Python }).await.unwrap_err();
}

#[tokio::test]
async fn requests_and_console_of_each_step_are_counted_although_they_are_told_only_later() {
    let (server, folder) = (ScriptedServer::start().await, tempfile::tempdir().unwrap());
    let hub = hub_on(&server.base_url, KEY, folder.path());
    let mut window = ready(&hub).await;
    server.script.hold_observe.add_permits(9);
    shows(&server, &[button("Add", Some("#add"))]);
    let at = "2026-01-02T03:04:05Z";
    let request = |id: &str, status: u16| {
        json!({ "id": id, "at": at, "method": "GET", "url": "http://shop.local/", "resource_type": "fetch",
                "status": status })
    };
    let line = |level: &str, repeated: u32| json!({ "at": at, "level": level, "source": "script", "text": "hello", "repeated": repeated });
    *server.script.evidence.lock().unwrap() = vec![
        json!({ "call": 1, "network": [request("a", 200), request("b", 404)], "dropped": { "network": 2 },
                "console": [line("log", 3), line("error", 1)] }),
        json!({ "call": 2 }),
    ];
    let file = kept(&hub, flow()).await;
    let run = begin(&hub, &file, form()).await;
    // All steps are made and the session is closed, and nothing was told of any call.
    until_phase(&mut window, run, RunPhase::Closing).await;
    let counted =
        |run: &Run| -> Vec<_> { run.steps.iter().map(|step| (step.network, step.console)).collect() };
    assert_eq!(counted(&document(&hub, run).await), [(None, None); 3]);
    server.script.hold_evidence.add_permits(9);
    let over = until_phase(&mut window, run, RunPhase::Over).await;
    assert_eq!(over.run.outcome, Ended::Done);
    let count = |total, failed| Some(Count { total, failed });
    let wanted = [
        (count(4, 1), count(4, 1)),
        (count(0, 0), count(0, 0)),
        // Of the third the server tells nothing.
        (None, None),
    ];
    assert_eq!(counted(&over.run), wanted);
    assert_eq!(counted(&document(&hub, run).await), wanted);
    let Ok(Answer::FlowRuns(runs)) = hub.query(Query::FlowRuns { file }).await else { panic!("it is kept") };
    let Ok(Answer::FlowRun(kept)) = hub.query(Query::KeptRun { file: runs[0].file.clone() }).await else {
        panic!("it can be read")
    };
    assert_eq!(counted(&kept), wanted);
}

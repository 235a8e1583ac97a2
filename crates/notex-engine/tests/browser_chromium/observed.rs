//! Pages of one situation each, with what is to be listed beside them, and Chromium's own accessibility tree as the judge
//! of names and roles. `NOTEX_WRITE_PAGES=1` writes the lists anew, for changes that are meant.

use std::collections::HashMap;

use notex_engine::browser::WaitUntil;
use notex_wire::{Action, ParamKind};
use serde_json::{Value, json};

use crate::listed::{PAGES, folder, line};
use crate::oracle::Oracle;
use crate::support::{Open, open};

async fn show(open: &Open, page: &str) {
    let url = open.site.url(&format!("observe/{page}.html"));
    open.page.goto(&url, WaitUntil::Load).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_lists_what_a_person_can_do_on_it_and_nothing_else() {
    let open = open("shop.html").await;
    let mut wrong = Vec::new();
    for page in PAGES {
        show(&open, page).await;
        let observed = open.observe().await;
        let listed: String = observed.actions.iter().map(|action| line(action) + "\n").collect();
        let file = folder().join(format!("{page}.txt"));
        if std::env::var_os("NOTEX_WRITE_PAGES").is_some() {
            std::fs::write(&file, &listed).unwrap();
        }
        let expected = std::fs::read_to_string(&file).unwrap_or_default();
        let missing: Vec<&str> = expected.lines().filter(|l| !listed.lines().any(|k| k == *l)).collect();
        let unmeant: Vec<&str> = listed.lines().filter(|l| !expected.lines().any(|k| k == *l)).collect();
        if listed != expected {
            wrong.push(format!("{page}: missing {missing:#?}, not meant {unmeant:#?}"));
        }
        assert!(!listed.contains("\"No: "), "{page} lists what cannot be done: {listed}");
        assert_eq!(observed.partial, None, "{page}");
        assert_eq!(observed.total_actions, observed.actions.len(), "{page}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    open.end().await;
}

/// Why a control is called otherwise here than in Chromium's tree.
fn excuse(role: &str, own: &str) -> Option<&'static str> {
    match (role, own) {
        ("Date" | "DateTime" | "InputTime" | "ColorWell", "textbox") => {
            Some("Chromium's own words for such fields")
        }
        ("DisclosureTriangle" | "DisclosureTriangleGrouped", "button") => Some("its own word for a summary"),
        ("generic", "slider") => Some("a handle on a bar is moved to a number by a person"),
        ("generic", "textbox") => Some("an editable element without a role is a text field to a person"),
        _ => None,
    }
}

/// Elements that are no controls in the tree: somebody made them ones by a listener or a look.
const NO_CONTROLS: [&str; 9] =
    ["Canvas", "generic", "listitem", "image", "group", "graphics-symbol", "LayoutTableRow", "row", "none"];

#[tokio::test(flavor = "multi_thread")]
async fn every_control_has_the_role_and_name_that_the_accessibility_tree_has_and_selectors_that_find_it_alone()
 {
    let open = open("shop.html").await;
    let mut oracle = Oracle::attach(&open).await;
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for page in PAGES {
        show(&open, page).await;
        let observed = open.observe().await;
        let tree = oracle.tree().await;
        for action in &observed.actions {
            let selector = action.selector.as_ref().unwrap();
            // Closed roots and frames of other origins are closed to scripts as well; those are tested by acting.
            let Some(node) = oracle.find_alone(&selector.css).await else {
                if !selector.css.contains(" >>> ") {
                    wrong.push(format!("{page}: {} is not alone", selector.css));
                }
                continue;
            };
            for other in selector.test_id.iter().chain(&selector.id) {
                if oracle.find_alone(other).await != Some(node) {
                    wrong.push(format!("{page}: {other} and {} are not the same", selector.css));
                }
            }
            if let Some(path) = &selector.xpath
                && oracle.find_by_xpath(path).await != Some(node)
            {
                wrong.push(format!("{page}: {path} and {} are not the same", selector.css));
            }
            let Some((role, name)) = tree.get(&node) else { continue };
            compared += 1;
            let (own_role, own_name) =
                (action.role.as_deref().unwrap(), action.label.as_deref().unwrap_or(""));
            let made = own_role == "button" && NO_CONTROLS.contains(&role.as_str());
            if role != own_role && !made && excuse(role, own_role).is_none() {
                wrong.push(format!("{page}: {own_name:?} is a {role}, not a {own_role}"));
            }
            // What is no control to the tree has no name there from what is in it.
            let cut = own_name.strip_suffix('…').is_some_and(|part| name.starts_with(part));
            if name != own_name && !cut && !(made && name.is_empty()) {
                wrong.push(format!("{page}: a {own_role} is called {name:?}, not {own_name:?}"));
            }
            if let Some(pair) = &selector.role_name
                && role == own_role
            {
                let alike = tree.values().filter(|(r, n)| r == role && n == name).count();
                if alike != 1 {
                    wrong.push(format!("{page}: {pair} is said of {alike}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared > 250, "{compared}");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn elements_in_frames_of_frames_of_other_origins_can_be_operated() {
    let open = open("observe/far.html").await;
    open.act("Click In the middle", None).await.unwrap();
    assert_eq!(open.title().await, "middle pressed");
    open.act("Click In the deep", None).await.unwrap();
    assert_eq!(open.title().await, "deep pressed");
    open.act("Click Below in the deep", None).await.unwrap();
    assert_eq!(open.title().await, "below pressed");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_far_to_the_left_of_a_page_that_runs_leftward_can_be_operated() {
    let open = open("observe/rightward.html").await;
    open.act("Click Far to the left", None).await.unwrap();
    assert_eq!(open.title().await, "far");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_closed_shadow_roots_can_be_operated() {
    let open = open("observe/shadows.html").await;
    open.act("Fill Nested field", Some("tea")).await.unwrap();
    assert_eq!(open.action("Fill Nested field").await.state.unwrap().value.as_deref(), Some("tea"));
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_collections_draw_themselves_is_operated_as_it_is_listed() {
    let open = open("observe/collections.html").await;
    open.act("Set the handle at 20 %", Some("30")).await.unwrap();
    open.action("Set the handle at 30 %").await;
    for (row, to) in
        [("Check Line item 1", "true"), ("Check Line item 2", "false"), ("Check Cupcake 305", "true")]
    {
        open.act(row, Some(to)).await.unwrap();
        assert_eq!(open.action(row).await.state.unwrap().checked, Some(to == "true"), "{row}");
    }
    open.act("Click Board", None).await.unwrap();
    assert_eq!(open.title().await, "drawn");
    open.end().await;
}

/// Ids by what they stand for.
async fn ids(open: &Open) -> HashMap<String, String> {
    let observed = open.observe().await;
    let about = |action: &Action| {
        let css = &action.selector.as_ref().unwrap().css;
        let list = if css.starts_with("#keyed") { "keyed" } else { "" };
        format!("{list} {} {}", action.description, action.state.as_ref().map_or(0, |s| s.options.len()))
    };
    let rows: Vec<String> = observed
        .actions
        .iter()
        .scan(String::new(), |row, action| {
            if action.id.starts_with('L') {
                row.clone_from(&action.description);
            }
            Some(format!("{row} / {}", about(action)))
        })
        .collect();
    rows.into_iter().zip(observed.actions).map(|(row, action)| (row, action.id)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_survive_a_hundred_drawings_of_lists_with_and_without_keys() {
    let open = open("observe/redrawn.html").await;
    let first = ids(&open).await;
    assert_eq!(first.len(), 19);
    for turn in 1..=100 {
        open.value(&format!("draw({turn})")).await;
        // Each drawing counts, also those that nobody looks at.
        if turn % 10 == 0 {
            assert_eq!(ids(&open).await, first, "after {turn} drawings");
        }
    }
    open.value("draw(101, ['Tea', 'Pot', 'Jar'])").await;
    let without = ids(&open).await;
    assert_eq!(without.len(), 15);
    for (what, id) in &without {
        assert_eq!(first.get(what), Some(id), "{what}");
    }
    open.value("draw(102, ['New', 'Tea', 'Cup', 'Pot', 'Jar'])").await;
    let with = ids(&open).await;
    let old: Vec<&String> = first.values().collect();
    for (what, id) in &with {
        if what.contains("New") {
            assert!(!old.contains(&id), "{what} took {id} of another");
        } else if !what.contains("Cup") {
            assert_eq!(first.get(what), Some(id), "{what}");
        }
    }
    // In another order, each row keeps what is its own; what was never there before takes nobody's.
    open.value("draw(103, ['Jar', 'Pot', 'Tea', 'Cup', 'New'])").await;
    let turned = ids(&open).await;
    assert_eq!(turned.len(), with.len());
    for (what, id) in turned.iter().filter(|(what, _)| what.contains("keyed")) {
        assert_eq!(with.get(what), Some(id), "{what} after a turn");
    }
    let ever: Vec<String> =
        first.into_values().chain(with.into_values()).chain(turned.into_values()).collect();
    open.value("draw(104, ['Urn', 'Can', 'Mug'])").await;
    for (what, id) in ids(&open).await.iter().filter(|(what, _)| {
        ["Urn", "Can", "Mug"].iter().any(|name| what.contains(name)) && what.contains("keyed")
    }) {
        assert!(!ever.contains(id), "{what} took {id} of another");
    }
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_a_quarter_million_elements_is_listed_in_part_and_says_so() {
    let open = open("shop.html").await;
    open.value(
        "{ const part = '<div><span>cell</span><a href=\"/x\">go</a></div>'.repeat(1000); \
         for (let i = 0; i < 80; i += 1) document.body.insertAdjacentHTML('beforeend', part); }",
    )
    .await;
    let began = std::time::Instant::now();
    let observed = open.page.observe(50).await.unwrap();
    assert!(began.elapsed() < std::time::Duration::from_secs(20), "{:?}", began.elapsed());
    assert_eq!(observed.actions.len(), 50);
    assert!(observed.partial.unwrap().contains("too large"));
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_grows_without_end_is_listed_as_it_is_now() {
    let open = open("shop.html").await;
    open.value(
        "setInterval(() => { for (let i = 0; i < 20; i += 1) \
         document.body.insertAdjacentHTML('beforeend', '<p><a href=\"/more\">More</a></p>'); }, 5); 0",
    )
    .await;
    let first = open.observe().await;
    let second = open.observe().await;
    assert!(second.total_actions >= first.total_actions);
    assert_eq!((first.partial, second.partial), (None, None));
    for (before, after) in first.actions.iter().zip(&second.actions) {
        assert_eq!((&before.id, &before.description), (&after.id, &after.description));
    }
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn thousands_of_elements_that_listen_are_heard_and_remembered() {
    let open = open("shop.html").await;
    open.value(
        "for (let i = 0; i < 900; i += 1) { const el = document.createElement(i % 3 ? 'button' : 'span'); \
         el.textContent = `Part ${i}`; el.addEventListener('click', () => {}); document.body.append(el, ' '); } 0",
    )
    .await;
    let count = |observed: &notex_engine::browser::Observed| {
        observed.actions.iter().filter(|a| a.description.starts_with("Click Part ")).count()
    };
    assert_eq!(count(&open.page.observe(3_000).await.unwrap()), 900);
    assert_eq!(count(&open.page.observe(3_000).await.unwrap()), 900);
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_that_hangs_costs_its_own_actions_only() {
    let open = open("observe/hangs.html").await;
    let observed = open.observe().await;
    let listed: Vec<&str> = observed.actions.iter().map(|a| a.description.as_str()).collect();
    assert_eq!(listed, ["Click Before", "Click After"]);
    assert!(observed.partial.unwrap().contains("frame"));
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_kind_of_a_value_is_said_in_few_words() {
    let open = open("observe/natives.html").await;
    let observed = open.observe().await;
    let kind = |name: &str| {
        let action = observed.actions.iter().find(|a| a.label.as_deref() == Some(name)).unwrap();
        assert_eq!(action.params.len(), 1, "{name}");
        action.params[0].kind
    };
    let kinds = ["Name", "Count", "Day", "Picture", "Text", "Secret", "Land"].map(kind);
    use ParamKind::{Date, File, Multiline, Number, Password, String};
    assert_eq!(kinds, [String, Number, Date, File, Multiline, Password, String]);
    open.end().await;
}

impl Oracle {
    /// The one element that a path of CSS steps leads to.
    async fn find_alone(&mut self, css: &str) -> Option<i64> {
        let expression = format!(
            "(() => {{ let root = document, found = null; for (const step of {}.split(' >>> ')) {{ \
             if (!root) return null; const kind = root.nodeType === 9 ? Document : DocumentFragment; \
             const all = kind.prototype.querySelectorAll.call(root, step); if (all.length !== 1) return null; \
             found = all[0]; root = found.shadowRoot ?? found.contentDocument ?? null; }} return found; }})()",
            json!(css)
        );
        self.node(&expression).await
    }

    async fn find_by_xpath(&mut self, path: &str) -> Option<i64> {
        let expression = format!(
            "(() => {{ const all = Document.prototype.evaluate.call(document, {}, document, null, 7, null); \
             return all.snapshotLength === 1 ? all.snapshotItem(0) : null; }})()",
            json!(path)
        );
        self.node(&expression).await
    }

    async fn node(&mut self, expression: &str) -> Option<i64> {
        let found = self.call("Runtime.evaluate", json!({"expression": expression})).await;
        let object = found["result"]["objectId"].as_str()?.to_owned();
        let node = self.call("DOM.describeNode", json!({"objectId": object})).await;
        node["node"]["backendNodeId"].as_i64()
    }

    /// Role and name of all that the accessibility tree has, in all frames of the page's process.
    async fn tree(&mut self) -> HashMap<i64, (String, String)> {
        let frames = self.call("Page.getFrameTree", json!({})).await;
        let mut waiting = vec![frames["frameTree"].clone()];
        let mut all = HashMap::new();
        while let Some(branch) = waiting.pop() {
            waiting.extend(branch["childFrames"].as_array().into_iter().flatten().cloned());
            let params = json!({"frameId": branch["frame"]["id"]});
            let tree = self.call("Accessibility.getFullAXTree", params).await;
            for node in tree["nodes"].as_array().into_iter().flatten() {
                if node["ignored"] == Value::Bool(true) {
                    continue;
                }
                let word = |field: &str| node[field]["value"].as_str().unwrap_or_default();
                let name = word("name").split_whitespace().collect::<Vec<_>>().join(" ");
                if let Some(id) = node["backendDOMNodeId"].as_i64() {
                    all.insert(id, (word("role").to_owned(), name));
                }
            }
        }
        all
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_that_goes_to_other_documents_is_asked_in_each_of_them() {
    let open = open("observe/far.html").await;
    let mut ids = Vec::new();
    for (turn, host) in
        ["localhost", "127.0.0.1", "localhost", "localhost", "127.0.0.1"].into_iter().enumerate()
    {
        let page =
            format!("<button onclick=\"top.postMessage('pressed {turn}', '*')\">In document {turn}</button>");
        let path: String = url::form_urlencoded::byte_serialize(page.as_bytes()).collect();
        open.value(&format!(
            "new Promise((done) => {{ const far = document.getElementById('far'); far.onload = done; \
             far.src = `http://{host}:${{location.port}}/text/{}`; }}).then(() => 0)",
            path.replace('+', "%20")
        ))
        .await;
        let action = open.action(&format!("Click In document {turn}")).await;
        assert!(!ids.contains(&action.id), "{} was another's", action.id);
        ids.push(action.id);
        open.act(&format!("Click In document {turn}"), None).await.unwrap();
        assert_eq!(open.title().await, format!("pressed {turn}"));
    }
    open.end().await;
}

//! What an observe lists, and what it leaves out.

use notex_engine::browser::{Act, Observed, Since, WaitUntil};
use notex_wire::PageCategory;

use crate::listed::PAGES;
use crate::support::open;

#[tokio::test(flavor = "multi_thread")]
async fn an_observe_lists_exactly_what_a_person_can_do() {
    let open = open("shop.html").await;
    let observed = open.observe().await;
    let listed: Vec<(&str, &str, &str)> = observed
        .actions
        .iter()
        .map(|a| (a.id.as_str(), a.description.as_str(), a.category.as_str()))
        .collect();
    let expected = [
        ("L1", "Open Home", "Navigation"),
        ("L2", "Open Deals", "Navigation"),
        ("I1", "Fill Search teas", "Search"),
        ("B1", "Click Search", "Search"),
        ("B2", "Check In stock", "Filters"),
        ("B3", "Check Organic", "Filters"),
        ("B4", "Choose Green", "Leaf"),
        ("B5", "Choose Black", "Leaf"),
        ("I2", "Choose Country", "Filters"),
        ("I3", "Fill Email", "Order"),
        ("I4", "Fill Password", "Order"),
        ("I5", "Fill Note", "Order"),
        ("I6", "Fill Delivery", "Order"),
        ("I7", "Fill Wish", "Order"),
        ("B6", "Click Order now", "Order"),
        ("B7", "Click More about us", "Main"),
        ("B8", "Click Gift card", "Main"),
        ("L3", "Open a link", "Main"),
        ("B9", "Switch Dark mode", "Main"),
        ("B10", "Click Cart", "Main"),
        ("I8", "Fill News by mail", "Form"),
        ("L4", "Open Imprint", "Footer"),
    ];
    assert_eq!(listed, expected);
    assert_eq!(observed.total_actions, expected.len());
    assert_eq!(observed.description, "Tea shop: All teas. Teas from five gardens");
    assert_eq!(observed.category, PageCategory::Auth);
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_carries_state_params_and_ways_to_find_it() {
    let open = open("shop.html").await;
    let country = open.action("Choose Country").await;
    assert_eq!(country.params.len(), 1);
    assert_eq!(country.params[0].values, ["Any", "Japan", "India"]);
    let state = country.state.unwrap();
    assert!(state.required);
    assert_eq!(state.value.as_deref(), Some("Any"));
    let selector = country.selector.unwrap();
    assert_eq!(selector.css, "#country");
    assert_eq!(selector.role_name.as_deref(), Some("combobox \"Country\""));
    assert_eq!(open.action("Check In stock").await.state.unwrap().checked, Some(true));
    assert_eq!(open.action("Check Organic").await.state.unwrap().checked, Some(false));
    assert_eq!(open.action("Fill Email").await.state.unwrap().value.as_deref(), Some("a@b.test"));
    assert_eq!(open.action("Click More about us").await.state.unwrap().expanded, Some(false));
    assert!(open.action("Click Search").await.params.is_empty());
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkbox_is_boxed_together_with_its_words() {
    let open = open("shop.html").await;
    let bounds = open.action("Check In stock").await.bounds.unwrap();
    assert!(bounds.width > 40.0 && bounds.height < 40.0, "{bounds:?}");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_never_leaves_its_page() {
    let open = open("shop.html").await;
    let observed = format!("{:?}", open.observe().await);
    assert!(!observed.contains("hunter2"));
    assert!(!open.read().await.contains("hunter2"));
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_box_of_an_element_in_a_frame_is_where_it_is_on_the_page() {
    let open = open("shop.html").await;
    let mail = open.action("Fill News by mail").await;
    let bounds = mail.bounds.unwrap();
    assert!(bounds.iframe_offset_y > 100.0, "{bounds:?}");
    // The field stands 20 px right of and 10 px under the corner of its frame.
    assert_eq!(bounds.x - bounds.iframe_offset_x, 20.0);
    assert_eq!(bounds.y - bounds.iframe_offset_y, 10.0);
    assert!(mail.selector.unwrap().css.starts_with("#news >>> "));
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_stay_while_the_page_lives_and_start_again_with_a_new_one() {
    let open = open("shop.html").await;
    let first = open.observe().await;
    open.act("Click More about us", None).await.unwrap();
    let second = open.observe().await;
    for before in &first.actions {
        let after = second.actions.iter().find(|a| a.id == before.id).unwrap();
        assert_eq!(after.description, before.description);
    }
    // The link inside was not to be seen before, so it has the next free number.
    let gardens = second.actions.iter().find(|a| a.description == "Open Our gardens").unwrap();
    assert_eq!(gardens.id, "L5");
    open.page.goto(&open.site.url("deals.html"), WaitUntil::Load).await.unwrap();
    assert_eq!(open.action("Open Back to the shop").await.id, "L1");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_list_says_how_many_there_are() {
    let open = open("shop.html").await;
    let observed = open.page.observe(5).await.unwrap();
    assert_eq!(observed.actions.len(), 5);
    assert_eq!(observed.total_actions, 22);
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_with_thousands_of_actions_is_counted_whole_and_listed_up_to_a_bound() {
    let open = open("large.html").await;
    let observed = open.page.observe(10_000).await.unwrap();
    assert_eq!(observed.total_actions, 3_200);
    assert_eq!(observed.actions.len(), 3_000);
    let few = open.page.observe(10).await.unwrap();
    assert_eq!(few.actions[0].description, "Open Open row 0");
    assert_eq!(few.actions.len(), 10);
    let last = open.page.observe(10_000).await.unwrap().actions.pop().unwrap();
    open.page.act(&Act::operate(last.id, None, false)).await.unwrap();
    assert!(open.page.position().await.unwrap().url.contains("/row/"));
    open.end().await;
}

/// What is told of a page besides what has changed on it.
fn all_but_news(observed: Observed) -> Observed {
    Observed { since: Since::default(), ..observed }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_has_not_changed_is_told_the_same_again() {
    let open = open("shop.html").await;
    for page in PAGES {
        let url = open.site.url(&format!("observe/{page}.html"));
        open.page.goto(&url, WaitUntil::Load).await.unwrap();
        let (first, again) = (open.observe().await, open.observe().await);
        assert_eq!(again.since, Since::default(), "{page}");
        assert_eq!(all_but_news(first), all_but_news(again), "{page}");
    }
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_changes_between_two_looks_is_told_by_the_second() {
    let open = open("shop.html").await;
    let changes = [
        "document.querySelector('[type=email]').value = 'ann@a.test'",
        "document.querySelector('[name=stock]').checked = false",
        "document.querySelector('#country').value = 'jp'",
        "document.title = 'Another title'",
        "history.replaceState(null, '', '#there')",
        "document.querySelector('[type=email]').setAttribute('aria-label', 'Mail')",
        "document.querySelector('nav a').style.display = 'none'",
        "document.styleSheets[0].insertRule('nav { padding-top: 7px }')",
        "document.querySelector('h1').addEventListener('click', () => 1)",
        "document.querySelector('nav').inert = true",
        "document.body.append(Object.assign(document.createElement('button'), { textContent: 'New' }))",
        "document.body.style.height = '5000px'",
        "scrollTo(0, 9)",
    ];
    let mut before = open.observe().await;
    for change in changes {
        open.value(&format!("{change}; 0")).await;
        let after = open.observe().await;
        assert!(all_but_news(after.clone()) != all_but_news(before), "{change}");
        before = after;
    }
    // What changes and changes back was not told in between.
    open.value("document.title = 'Third title'; 0").await;
    open.page.news().await.unwrap();
    open.value("document.title = 'Another title'; 0").await;
    let back = open.observe().await;
    assert_eq!(back.since.title.as_ref().map(|moved| moved.before.as_str()), Some("Third title"));
    assert_eq!(all_but_news(back), all_but_news(before));
    // Another tab in front, and this one again.
    let url = open.site.url("deals.html");
    open.value(&format!("open('{url}'); 0")).await;
    open.has_tabs(&["Another title", "*Deals"]).await;
    open.observe().await;
    open.page.switch_tab(0).await.unwrap();
    let back = open.observe().await;
    assert!(back.since.new_page && back.position.tabs.len() == 2, "{:?}", back.since);
    open.end().await;
}

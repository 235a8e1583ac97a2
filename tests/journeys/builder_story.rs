//! What a person builds of a page and takes home: rows of cards with their columns; and what a hostile page gets out of
//! it, which is nothing. On the web host, with the real engine and the real Chromium.
#![expect(clippy::expect_used, reason = "a panic is how a test says no")]

use std::time::Duration;

use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::key::Key;
use fantoccini::{Client, Locator};
use notex_journeys::story::{by_css, fill, picture_is_shown, press, press_tab, text_is, witness};
use notex_journeys::{Driven, FixtureSite, RunningWebHost, browser, hostile, until};
use serde_json::Value;

const SOON: Duration = Duration::from_secs(20);

#[tokio::test]
async fn two_things_picked_in_a_list_of_cards_become_rows_with_two_columns() {
    let ((host, driven), site) = (open().await, FixtureSite::open().await);
    let client = driven.client.clone();
    witness(&driven.client, "rows", async move {
        press(&client, "New session").await;
        fill(&client, "Start URL", &site.url("/cards")).await;
        press(&client, "Start session").await;
        picture_is_shown(&client).await;
        press_tab(&client, "Scrape").await;
        press_css(&client, "form[data-run='scrape'] summary").await;

        press(&client, "Pick a field").await;
        click_at(&client, 226.0, 143.0).await;
        press(&client, "Take all 4 lamps").await;
        has_focus(&client, "Name of column 1.1", "title").await;
        press(&client, "Pick a field").await;
        click_at(&client, 226.0, 83.0).await;
        has_focus(&client, "Name of column 1.2", "price").await;

        let spy = "const make = URL.createObjectURL; URL.createObjectURL = (blob) => { window.saved = blob; return make(blob); };";
        client.execute(spy, Vec::new()).await.expect("what is saved can be seen");
        press(&client, "Scrape").await;
        text_is(&client, "[role='grid'][aria-label='lamps']", "Cleo, the tall one").await;
        assert_eq!(
            saved(&client).await,
            "title,price\r\nAda,1299\r\nBob,89.9\r\n\"Cleo, the tall one\",\r\nDora,12.5"
        );
        press_css(&client, "[role='columnheader'] button[title='price']").await;
        by_css(&client, "[role='columnheader'][aria-sort='descending']", SOON).await;
        press_css(&client, "[role='columnheader'] button[title='price']").await;
        by_css(&client, "[role='columnheader'][aria-sort='ascending']", SOON).await;
        assert_eq!(
            saved(&client).await,
            "title,price\r\nDora,12.5\r\nBob,89.9\r\nAda,1299\r\n\"Cleo, the tall one\","
        );
    })
    .await;
    close(host, driven).await;
}

#[tokio::test]
async fn what_a_flow_reads_is_changed_in_its_step_and_its_run_gives_just_that() {
    let ((host, driven), site) = (open().await, FixtureSite::open().await);
    let client = driven.client.clone();
    witness(&driven.client, "flow-fields", async move {
        press(&client, "New session").await;
        fill(&client, "Start URL", &site.url("/cards")).await;
        press(&client, "Start session").await;
        picture_is_shown(&client).await;
        press_tab(&client, "Scrape").await;
        press(&client, "Scrape").await;
        text_is(&client, "[role='tabpanel'][aria-label='preview']", "Ada").await;
        let keys = format!("{}s{}", char::from(Key::Alt), char::from(Key::Null));
        by_css(&client, "body", SOON).await.send_keys(&keys).await.expect("the keys are heard");
        press(&client, "Save flow").await;
        // It is called as its page is.
        text_is(&client, "[aria-label='Flow'] h2", "Lamps").await;

        press(&client, "Edit").await;
        let step = "//*[@role='option'][contains(., 'Read the main content')]";
        until("the step that reads to be chosen", SOON, || async {
            client.find(Locator::XPath(step)).await.ok()?.click().await.ok()
        })
        .await;
        press_css(&client, "[aria-label='Edit the flow'] summary").await;
        press(&client, "Add rows").await;
        write(&client, "Name of field 1", "lamps").await;
        write(&client, "Selector of field 1", "article").await;
        write(&client, "Selector of column 1.1", ".price").await;
        text_is(&client, "[aria-label='Edit the flow']", "Name it.").await;
        write(&client, "Name of column 1.1", "price").await;
        press_css(&client, "[aria-label='Type of column 1.1'] option[value='price']").await;
        press(&client, "Add a column").await;
        write(&client, "Name of column 1.2", "goes").await;
        write(&client, "Selector of column 1.2", "a").await;
        write(&client, "Attribute of column 1.2", "href").await;
        press(&client, "Save").await;
        text_is(&client, "[aria-label='Edit the flow'] [role='status']", "Saved.").await;
        press(&client, "Close").await;
        press(&client, "Run").await;
        text_is(&client, "[aria-label='The run']", "done").await;
        press(&client, "Open its session").await;
        press_tab(&client, "Scrape").await;
        press_tab(&client, "Data").await;
        let spy = "const make = URL.createObjectURL; URL.createObjectURL = (blob) => { window.saved = blob; return make(blob); };";
        client.execute(spy, Vec::new()).await.expect("what is saved can be seen");
        text_is(&client, "[role='grid'][aria-label='lamps']", "/lamp/cleo").await;
        let rows = saved(&client).await.replace(&site.url(""), "");
        let mut lines: Vec<&str> = rows.lines().collect();
        assert_eq!(lines.remove(0), "goes,price");
        assert_eq!(lines, ["/lamp/ada,1299", "/lamp/bob,89.9", "/lamp/cleo,", "/lamp/dora,12.5"]);
    })
    .await;
    close(host, driven).await;
}

#[tokio::test]
async fn a_hostile_page_does_nothing_in_any_view_and_the_ui_stays_usable() {
    let ((host, driven), site) = (open().await, FixtureSite::open().await);
    hostile::tell(&driven.client, site, "hostile").await;
    close(host, driven).await;
}

async fn open() -> (RunningWebHost, Driven) {
    let (host, driven) = (RunningWebHost::start().await, browser().await);
    driven.client.goto(&host.url).await.expect("the web host answers");
    (host, driven)
}

async fn close(mut host: RunningWebHost, driven: Driven) {
    driven.client.close().await.expect("the browser closes");
    host.program.end_by("TERM").await;
}

/// Clicks the picture where the page has a place, in its own CSS pixels.
async fn click_at(client: &Client, x: f64, y: f64) {
    let picker = by_css(client, "[data-testid='picker']", SOON).await;
    let (_, _, width, height) = picker.rectangle().await.expect("the picture has a size");
    let size = "const picture = document.querySelector(\"img[data-testid='page-picture']\"); \
                return [picture.naturalWidth, picture.naturalHeight];";
    let size = client.execute(size, Vec::new()).await.expect("the picture of the page");
    let part = |place: f64, at: usize| size[at].as_f64().map_or(0.0, |whole| place / whole);
    let to = PointerAction::MoveToElement {
        element: picker,
        duration: None,
        x: (part(x, 0) - 0.5) * width,
        y: (part(y, 1) - 0.5) * height,
    };
    let click = MouseActions::new("mouse".to_owned())
        .then(to)
        .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
        .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
    client.perform_actions(click).await.expect("the mouse clicks");
}

async fn has_focus(client: &Client, label: &str, value: &str) {
    let script =
        "return [document.activeElement?.getAttribute('aria-label'), document.activeElement?.value];";
    until(&format!("the caret in `{label}`, which reads `{value}`"), SOON, || async {
        let found = client.execute(script, Vec::new()).await.ok()?;
        (found[0] == label && found[1] == value).then_some(())
    })
    .await;
}

/// Saves the shown table as CSV, and reads what the browser was given to keep.
async fn saved(client: &Client) -> String {
    client.execute("window.saved = null;", Vec::new()).await.expect("the page forgets");
    press(client, "Save as CSV").await;
    let read = "const done = arguments[0]; window.saved ? window.saved.text().then(done) : done(null);";
    until("a file that is saved", SOON, || async {
        match client.execute_async(read, Vec::new()).await.ok()? {
            Value::String(text) => Some(text),
            _ => None,
        }
    })
    .await
}

/// Types into the field that says it is this, in place of what it holds.
async fn write(client: &Client, label: &str, text: &str) {
    let field = by_css(client, &format!("[aria-label='{label}']"), SOON).await;
    field.clear().await.expect("the field can be cleared");
    field.send_keys(text).await.expect("the field can be typed into");
}

async fn press_css(client: &Client, css: &str) {
    until(&format!("{css} to be pressed"), SOON, || async {
        client.find(Locator::Css(css)).await.ok()?.click().await.ok()
    })
    .await;
}

//! What a person does with the inspector in a day: on the web host, with the real engine and the real Chromium.
#![expect(clippy::expect_used, reason = "a panic is how a test says no")]

use std::time::Duration;

use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::key::Key;
use fantoccini::{Client, Locator};
use notex_journeys::story::{
    by_css, calls_done, fill, picture_is_shown, press, press_tab, shown_text, text_is, witness,
};
use notex_journeys::{Api, Driven, ENGINE_KEY, FixtureSite, RunningEngine, RunningWebHost, browser, until};
use notex_wire::path;
use serde_json::Value;

const SOON: Duration = Duration::from_secs(20);
/// What first has to start a browser, or to ask a server again.
const LATER: Duration = Duration::from_secs(60);
const ROW: &str = "[data-testid='session-row']";

#[tokio::test]
async fn a_newcomer_is_led_to_a_first_observe() {
    let (host, driven) = open().await;
    let client = driven.client.clone();
    witness(&driven.client, "newcomer", async move {
        text_is(&client, "main[aria-label='Session']", "See pages as the NotexAI API sees them").await;
        press(&client, "Try it on the practice page").await;
        text_is(&client, ROW, "Alder Tea House").await;
        picture_is_shown(&client).await;
        count_is(&client, "aside[aria-label='First steps'] li.done", 1).await;
        by_css(&client, "[role='listbox'][aria-label='Actions'] [role='option']", SOON)
            .await
            .click()
            .await
            .expect("an action can be chosen");
        count_is(&client, "aside[aria-label='First steps'] li.done", 2).await;
    })
    .await;
    close(host, driven).await;
}

#[tokio::test]
async fn a_session_is_watched_live_and_taken_over() {
    let ((host, driven), site) = (open().await, FixtureSite::open().await);
    let (client, address) = (driven.client.clone(), site.url("/form"));
    witness(&driven.client, "taken-over", async move {
        start_at(&client, &address).await;
        picture_is_shown(&client).await;
        let (across, down) = place_of(&client, "City").await;

        press_css(&client, "[aria-label='Picture or live'] [role='tab']:last-child").await;
        until("a live picture of more than one colour", SOON, || async {
            (colours(&client).await? > 2).then_some(())
        })
        .await;
        press(&client, "Take over").await;
        click_on_page(&client, across, down).await;
        let page = by_css(&client, "[data-testid='taken-over']", SOON).await;
        page.send_keys(&format!("Ulm{}", char::from(Key::Enter))).await.expect("keys go to the page");
        until("the form to come in with what was typed", SOON, || async {
            site.forms().iter().any(|form| form.contains("city=Ulm")).then_some(())
        })
        .await;
        press(&client, "Give back").await;
        count_is(&client, "[data-testid='taken-over']", 0).await;
        // Said when another page is seen.
        let strip = "[role='group'][aria-label='Live picture']";
        text_is(&client, strip, "The boxes are of the last observe.").await;

        press_tab(&client, "Scrape").await;
        press(&client, "Scrape").await;
        text_is(&client, "[role='tabpanel'][aria-label='preview']", "city=Ulm").await;
    })
    .await;
    close(host, driven).await;
}

#[tokio::test]
async fn close_all_says_what_it_closes_and_each_end_is_seen() {
    let ((host, driven), site) = (open().await, FixtureSite::open().await);
    let (client, pages) = (driven.client.clone(), [site.url("/"), site.url("/article")]);
    witness(&driven.client, "close-all", async move {
        for (place, page) in pages.iter().enumerate() {
            start_at(&client, page).await;
            count_is(&client, ROW, place + 1).await;
            calls_done(&client, "observe", 1).await;
        }
        press(&client, "Close all 2").await;
        text_is(&client, "dialog[open] [role='status']", "Closing stops 0.2 credits a minute").await;
        let lines = "dialog[open] [role='group'][aria-label='What closes']";
        for words in ["Corner Shop", "How we test laptops", "0.1 cr a minute"] {
            text_is(&client, lines, words).await;
        }
        press(&client, "Close 2 sessions").await;
        text_is(
            &client,
            "dialog[open] [role='status']",
            "2 of 2 sessions closed, each end seen at the server",
        )
        .await;
        press(&client, "Done").await;

        press_tab(&client, "Ended").await;
        count_is(&client, ROW, 2).await;
        for row in client.find_all(Locator::Css(ROW)).await.expect("the rows") {
            let text = shown_text(&row).await.unwrap_or_default();
            assert!(text.contains("closed") && text.contains("Somebody closed it."), "a row reads {text}");
        }
    })
    .await;
    close(host, driven).await;
}

#[tokio::test]
async fn what_was_charged_is_on_the_usage_screen() {
    let ((host, driven), site) = (open().await, FixtureSite::open().await);
    let engine = RunningEngine::start().await;
    let (client, start, api) = (driven.client.clone(), site.url("/"), Api::of(&engine));
    let base_url = engine.base_url.clone();
    witness(&driven.client, "charged", async move {
        add_connection(&client, &base_url).await;
        start_at(&client, &start).await;
        calls_done(&client, "observe", 1).await;
        type_in_search(&client, 1).await;
        press_tab(&client, "Scrape").await;
        press(&client, "Scrape").await;
        calls_done(&client, "scrape", 1).await;
        usage_is_the_ledgers(&client, &api).await;

        show(&client, "Billing").await;
        let plan = api.get(path::PLAN).await.expect_success("the plan");
        let name = format!("Plan {}", plan["plan"]["name"].as_str().unwrap_or("?"));
        text_is(&client, "section[aria-label='Billing']", &name).await;
        fill(&client, "Step", "3.5").await;
        press(&client, "Save prices").await;
        until("the engine to have the new price", SOON, || async {
            let plan = api.get(path::PLAN).await.expect_success("the plan");
            (plan["rates"]["step"] == 3.5).then_some(())
        })
        .await;

        show(&client, "Sessions").await;
        type_in_search(&client, 2).await;
        let ledger = format!("{}?call=step", path::USAGE_ENTRIES);
        let steps = api.get(&ledger).await.expect_success("the steps of the ledger");
        let mut charged: Vec<f64> = steps["items"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|entry| entry["credits"].as_f64())
            .collect();
        charged.sort_by(f64::total_cmp);
        assert_eq!(charged, [1.0, 3.5], "the first step keeps its price, the next has the new one");
        usage_is_the_ledgers(&client, &api).await;
    })
    .await;
    drop(engine);
    close(host, driven).await;
}

#[tokio::test]
async fn a_second_connection_that_dies_and_comes_back_is_said() {
    let (host, driven) = open().await;
    let mut engine = RunningEngine::start().await;
    let client = driven.client.clone();
    witness(&driven.client, "second-connection", async move {
        add_connection(&client, &engine.base_url).await;
        light_is(&client, "ready").await;
        engine.program.end_by("KILL").await;
        light_is(&client, "does not answer").await;
        text_is(&client, ".banner [role='alert']", "could not be reached").await;

        let again = RunningEngine::start_in_place_of(&engine).await;
        light_is(&client, "ready").await;
        count_is(&client, ".banner", 0).await;
        drop(again);
    })
    .await;
    close(host, driven).await;
}

#[tokio::test]
async fn the_palette_finds_a_session_and_an_action() {
    let ((host, driven), site) = (open().await, FixtureSite::open().await);
    let (client, pages) = (driven.client.clone(), [site.url("/"), site.url("/article")]);
    witness(&driven.client, "palette", async move {
        for (place, page) in pages.iter().enumerate() {
            start_at(&client, page).await;
            count_is(&client, ROW, place + 1).await;
            calls_done(&client, "observe", 1).await;
        }
        text_is(&client, &format!("{ROW}.chosen"), "How we test laptops").await;
        look_for(&client, "corner shop", "Corner Shop").await;
        text_is(&client, &format!("{ROW}.chosen"), "Corner Shop").await;
        look_for(&client, "search products", "Search products").await;
        text_is(&client, "form[data-run='step']", "Search products").await;
    })
    .await;
    close(host, driven).await;
}

/// A fresh web host with nothing in its folder, in a browser.
async fn open() -> (RunningWebHost, Driven) {
    let (host, driven) = (RunningWebHost::start().await, browser().await);
    driven.client.goto(&host.url).await.expect("the web host answers");
    (host, driven)
}

async fn close(mut host: RunningWebHost, driven: Driven) {
    driven.client.close().await.expect("the browser closes");
    host.program.end_by("TERM").await;
}

async fn start_at(client: &Client, url: &str) {
    press(client, "New session").await;
    fill(client, "Start URL", url).await;
    press(client, "Start session").await;
    count_is(client, "dialog[open]", 0).await;
}

/// Adds an engine as `Garage`, after asking it what it is; its key is for this run only.
async fn add_connection(client: &Client, base_url: &str) {
    press_css(client, "button[aria-label^='Connection: ']").await;
    press(client, "Add connection").await;
    fill(client, "Name", "Garage").await;
    fill(client, "Base URL", base_url).await;
    fill(client, "API key", ENGINE_KEY).await;
    client
        .find(Locator::XPath("//label[contains(., 'for this run only')]/input"))
        .await
        .expect("the choice of memory")
        .click()
        .await
        .expect("memory can be chosen");
    press(client, "Ask the server").await;
    text_is(client, "dialog[open]", "It takes the key.").await;
    press(client, "Add connection").await;
    by_css(client, "button[aria-label^='Connection: Garage']", SOON).await;
}

/// Waits for the light of the shown connection.
async fn light_is(client: &Client, words: &str) {
    let light = format!("button[aria-label^='Connection: Garage'] [role='img'][aria-label='{words}']");
    by_css(client, &light, LATER).await;
}

/// Goes to a screen by its button in the rail.
async fn show(client: &Client, screen: &str) {
    press_css(client, &format!("nav button[aria-label='{screen}']")).await;
}

/// Runs a step, the `count`th, that types into the search field.
async fn type_in_search(client: &Client, count: usize) {
    look_for(client, "search products", "Search products").await;
    let value = by_css(client, "form[data-run='step'] [data-first-field]", SOON).await;
    value.send_keys("laptop").await.expect("the value can be typed");
    press(client, "Run step").await;
    calls_done(client, "step", count).await;
}

/// Waits until the screen shows the sum that the engine's ledger has.
async fn usage_is_the_ledgers(client: &Client, api: &Api) {
    show(client, "Usage").await;
    until("the usage screen to show the sum of the ledger", SOON, || async {
        let used = api.get(path::USAGE).await.expect_success("the usage")["used"].as_f64()?;
        let shown =
            shown_text(&client.find(Locator::Css("section[aria-label='Usage'] dl .big")).await.ok()?).await?;
        (used > 0.0 && shown.trim() == format!("{used:.1}")).then_some(())
    })
    .await;
}

/// Looks for words in the palette and takes what comes first, which must have the `wanted` words.
async fn look_for(client: &Client, typed: &str, wanted: &str) {
    press_css(client, "header button.search").await;
    let asked = by_css(client, "dialog[open] [role='combobox']", SOON).await;
    asked.send_keys(typed).await.expect("the palette takes words");
    text_is(client, "dialog[open] [role='option'][aria-selected='true']", wanted).await;
    asked.send_keys(&char::from(Key::Enter).to_string()).await.expect("enter can be pressed");
    count_is(client, "dialog[open]", 0).await;
}

/// Where on the page the action with these words is: its middle, in parts of the width and the height.
async fn place_of(client: &Client, words: &str) -> (f64, f64) {
    let script = "const box = [...document.querySelectorAll(\"[data-testid='overlay-box']\")]\
        .find((one) => one.getAttribute('aria-label').includes(arguments[0])); if (!box) return null; \
        const part = (name) => parseFloat(box.style[name]) / 100; \
        return [part('left') + part('width') / 2, part('top') + part('height') / 2];";
    until(&format!("an action with `{words}` on the picture"), SOON, || async {
        let place = client.execute(script, vec![words.into()]).await.ok()?;
        Some((place.get(0)?.as_f64()?, place.get(1)?.as_f64()?))
    })
    .await
}

/// Clicks on the page that was taken over, at a place in parts of its width and height.
async fn click_on_page(client: &Client, across: f64, down: f64) {
    let page = by_css(client, "[data-testid='taken-over']", SOON).await;
    let (_, _, width, height) = page.rectangle().await.expect("the page has a size");
    let to = PointerAction::MoveToElement {
        element: page,
        duration: None,
        x: (across - 0.5) * width,
        y: (down - 0.5) * height,
    };
    let click = MouseActions::new("mouse".to_owned())
        .then(to)
        .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
        .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
    client.perform_actions(click).await.expect("the mouse clicks");
}

/// How many colours the live picture has; `None` before there is one.
async fn colours(client: &Client) -> Option<u64> {
    let script = "const live = document.querySelector(\"canvas[data-testid='live-picture']\"); \
        if (!live || live.width < 100) return null; \
        const small = document.createElement('canvas'); [small.width, small.height] = [64, 64]; \
        const pen = small.getContext('2d'); pen.drawImage(live, 0, 0, 64, 64); \
        return new Set(new Uint32Array(pen.getImageData(0, 0, 64, 64).data.buffer)).size;";
    client.execute(script, Vec::<Value>::new()).await.ok()?.as_u64()
}

async fn press_css(client: &Client, css: &str) {
    until(&format!("{css} to be pressed"), SOON, || async {
        client.find(Locator::Css(css)).await.ok()?.click().await.ok()
    })
    .await;
}

async fn count_is(client: &Client, css: &str, count: usize) {
    until(&format!("{count} of {css}"), LATER, || async {
        (client.find_all(Locator::Css(css)).await.ok()?.len() == count).then_some(())
    })
    .await;
}

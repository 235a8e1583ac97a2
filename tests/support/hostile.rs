//! A scrape of a page that tries everything, and of one that is ten megabytes of tables in tables: every view of what came
//! is looked at, and nothing of it may run, load or lead anywhere. Told in the window and on the web host.

use std::time::Duration;

use fantoccini::{Client, Locator};
use serde_json::{Value, json};

use crate::FixtureSite;
use crate::story::{
    bring, by_css, calls_done, fill, open_address, picture_is_shown, press, press_tab, shown_text, text_is,
    witness,
};
use crate::wait::until;

const SOON: Duration = Duration::from_secs(20);
/// A window that is busy for longer is not usable.
const ANSWERS_WITHIN: Duration = Duration::from_secs(15);
const VIEWS: [&str; 7] = ["Preview", "Markdown", "Tables", "Links", "Images", "Data", "JSON"];

/// Measures for how long nothing else gets a turn, in milliseconds.
const WATCH: &str = "window.still = 0; window.turn = performance.now();
    window.watching ??= setInterval(() => {
      const now = performance.now(); window.still = Math.max(window.still, now - window.turn); window.turn = now;
    }, 0);";

/// What ran, where the window is, how many frames it has, and what the shown view holds that could do something.
const LOOK: &str = "window.still = Math.max(window.still ?? 0, performance.now() - (window.turn ?? Infinity));
    const panel = document.querySelector('.result [role=tabpanel]');
    const all = panel ? [...panel.querySelectorAll('*')] : [];
    for (const one of panel?.querySelectorAll('article *') ?? []) {
      for (const kind of ['mouseover', 'focus', 'click']) one.dispatchEvent(new MouseEvent(kind, {bubbles: true, cancelable: true}));
    }
    const handlers = all.flatMap((one) => one.getAttributeNames().filter((name) => name.startsWith('on')));
    const leading = all.filter((one) => ['href', 'src', 'action', 'xlink:href'].some((name) => /^\\s*(javascript|data|vbscript):/i.test(one.getAttribute(name) ?? '')));
    const able = all.filter((one) => /^(script|iframe|object|embed|meta|base|link|style|foreignobject)$/i.test(one.localName));
    const look = {pwned: window.pwned ?? null, href: location.href, frames: window.length, words: (panel?.innerText ?? '').length,
      wrong: [...handlers, ...[...leading, ...able].map((one) => one.outerHTML.slice(0, 200))]};
    window.turn = performance.now();
    return look;";

/// Looks at both pages; a failure keeps a screenshot named `shot`.
pub async fn tell(client: &Client, site: FixtureSite, shot: &str) {
    let teller = client.clone();
    witness(client, shot, async move { chapters(&teller, &site).await }).await;
}

async fn chapters(client: &Client, site: &FixtureSite) {
    press(client, "New session").await;
    fill(client, "Start URL", &site.url("/hostile")).await;
    press(client, "Start session").await;
    picture_is_shown(client).await;
    let here = client.current_url().await.expect("the window has an address").to_string();

    press_tab(client, "Scrape").await;
    let all = by_css(client, "[aria-label='What to scrape'] [role='tab']:last-child", SOON).await;
    all.click().await.expect("all of the page can be asked for");
    check(client, "List the images").await;
    until("the fields to be open", SOON, || async {
        let script = "const fields = document.querySelector('form[data-run=scrape] details'); \
                      if (fields) fields.open = true; return Boolean(fields);";
        client.execute(script, Vec::new()).await.ok()?.as_bool()?.then_some(())
    })
    .await;
    press(client, "Add a field").await;
    for (label, words) in [
        ("Name of field 1", "payload"),
        ("Selector of field 1", "#payload"),
        ("Attribute of field 1", "html"),
    ] {
        let field = by_css(client, &format!("input[aria-label='{label}']"), SOON).await;
        field.send_keys(words).await.expect("the field can be typed into");
    }
    check(client, "Find tables and items").await;
    check(client, "What the page holds for programs").await;
    press(client, "Scrape").await;
    calls_done(client, "scrape", 1).await;
    for view in VIEWS {
        press_tab(client, view).await;
        nothing_happens(client, view, &here).await;
        if view == "Preview" {
            text_is(client, ".result [role='tabpanel']", "Harmless words").await;
        }
    }
    text_is(client, "[data-testid='session-row']", "window.pwned = 2").await;
    assert_eq!(site.leaks(), Vec::<String>::new(), "the window asked for what the page names");

    let address = by_css(client, "input[aria-label='Address']", SOON).await;
    address.clear().await.expect("the address can be cleared");
    open_address(client, &site.url("/nested")).await;
    // On a busy machine Chromium itself may not be done with it in time; that is told, and the window goes on.
    calls_ended(client, "observe", 2).await;
    client.execute(WATCH, Vec::new()).await.expect("the window can be watched");
    press(client, "Scrape").await;
    calls_ended(client, "scrape", 2).await;
    stood_still_no_longer(client, "that was open").await;
    for view in VIEWS {
        client.execute(WATCH, Vec::new()).await.expect("the window can be watched");
        press_tab(client, view).await;
        nothing_happens(client, view, &here).await;
        stood_still_no_longer(client, view).await;
    }
    press_tab(client, "Preview").await;
    press_tab(client, "Step").await;
    press(client, "Close").await;
    text_is(client, "main[aria-label='Session']", "closed").await;
    let windows = client.windows().await.expect("the driver knows its windows");
    assert_eq!(windows.len(), 1, "a page opened a window");
    assert_eq!(site.leaks(), Vec::<String>::new(), "the window asked for what the page names");
}

/// Looks at the view that is shown, touches what the page wrote in it, and waits for what that might set off.
async fn nothing_happens(client: &Client, view: &str, here: &str) {
    let shown = until(&format!("something in the view {view}"), ANSWERS_WITHIN, || async {
        let look = tokio::time::timeout(ANSWERS_WITHIN, client.execute(LOOK, Vec::new())).await;
        let shown = look.unwrap_or_else(|_| panic!("the window does not answer in the view {view}")).ok()?;
        (shown["words"].as_u64()? > 0).then_some(shown)
    })
    .await;
    let painted =
        "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()));";
    client.execute_async(painted, Vec::new()).await.expect("frames are painted");
    let after = client.execute(LOOK, Vec::new()).await.expect("the window answers");
    for seen in [shown, after] {
        let Value::Object(mut seen) = seen else { panic!("{view}: {seen}") };
        seen.remove("words");
        let still = json!({ "pwned": null, "href": here, "frames": 0, "wrong": [] });
        assert_eq!(Value::Object(seen), still, "in the view {view}");
    }
}

/// Tells how long the window stood still since it is watched; how long it takes is the machine's, that it ends is ours.
async fn stood_still_no_longer(client: &Client, view: &str) {
    let still = client.execute("return window.still;", Vec::new()).await.expect("the window answers");
    let still = Duration::from_secs_f64(still.as_f64().expect("milliseconds") / 1_000.0);
    println!("the window stood still for {still:?} at most in the view {view}");
    assert!(still < ANSWERS_WITHIN, "the window stood still for {still:?} in the view {view}");
}

/// Waits until so many calls of a kind were answered, or failed because the page did not answer in time.
async fn calls_ended(client: &Client, kind: &str, count: usize) {
    until(&format!("{count} calls `{kind}` that ended"), Duration::from_secs(120), || async {
        let mut ended = 0;
        for row in client.find_all(Locator::Css("[data-testid='calls-row']")).await.ok()? {
            let text = shown_text(&row).await?;
            let words: Vec<&str> = text.split_whitespace().collect();
            ended += usize::from(
                words.contains(&kind) && (words.contains(&"200") || text.contains("did not answer within")),
            );
        }
        (ended >= count).then_some(())
    })
    .await;
}

async fn check(client: &Client, label: &str) {
    let path = format!("//label[normalize-space(.)='{label}']");
    until(&format!("`{label}` to be checked"), SOON, || async {
        let element = client.find(Locator::XPath(&path)).await.ok()?;
        bring(client, &element).await?;
        element.click().await.ok()
    })
    .await;
}

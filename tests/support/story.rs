//! The story of a first visit, told through any WebDriver: the window and the web host show the same UI, so they must
//! pass the same story. Elements are found as a person finds them, by their words, or by test ids where there are none.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::key::Key;
use fantoccini::{Client, Locator};

use crate::FixtureSite;
use crate::wait::until;

const SOON: Duration = Duration::from_secs(15);
/// Opening a page may first have to start the browser.
const A_CALL: Duration = Duration::from_secs(60);

/// Starts a session, observes the shop, clicks two actions on its picture and runs them, scrapes, sees the countdown and
/// the credits fall, keeps a screenshot named `shot` and closes the session. Where it fails it keeps a screenshot too.
pub async fn tell(client: &Client, site: &FixtureSite, shot: &str) {
    let (teller, start, name) = (client.clone(), site.url("/"), shot.to_owned());
    witness(client, shot, async move { chapters(&teller, &start, &name).await }).await;
}

/// Lets a story run to its end. Where it fails it keeps what is shown then, in a screenshot that `shot` is the name of.
pub async fn witness(client: &Client, shot: &str, story: impl Future<Output = ()> + Send + 'static) {
    if let Err(failure) = tokio::spawn(story).await {
        let file = keep_screenshot(client, &format!("{shot}-failed")).await;
        eprintln!("what was shown then is in {}", file.display());
        std::panic::resume_unwind(failure.into_panic());
    }
}

async fn chapters(client: &Client, start: &str, shot: &str) {
    press(client, "New session").await;
    press(client, "Start session").await;
    by_css(client, "[data-testid='session-row']", A_CALL).await;
    let credits_before = credits_left(client).await;

    open_address(client, start).await;
    picture_is_shown(client).await;

    click_on_picture(client, 'I', "Search products").await;
    let value = by_css(client, "form[data-run='step'] [data-first-field]", SOON).await;
    value.send_keys("laptop").await.expect("the value can be typed");
    press(client, "Run step").await;
    calls_done(client, "step", 1).await;
    click_on_picture(client, 'B', "Search").await;
    press(client, "Run step").await;
    calls_done(client, "step", 2).await;
    text_is(client, "[data-testid='session-row']", "Results for laptop").await;

    press_tab(client, "Scrape").await;
    press(client, "Scrape").await;
    text_is(client, "[role='tabpanel'][aria-label='preview']", "Results for laptop").await;
    calls_done(client, "scrape", 1).await;

    countdown_falls(client).await;
    let credits_after = credits_left(client).await;
    assert!(
        credits_after < credits_before,
        "credits were {credits_before} and are {credits_after} after four calls"
    );

    keep_screenshots(client, shot).await;
    press(client, "Close").await;
    text_is(client, "main[aria-label='Session']", "closed").await;
}

/// Types an address into the address bar and presses enter.
pub async fn open_address(client: &Client, url: &str) {
    let address = by_css(client, "input[aria-label='Address']", SOON).await;
    address.send_keys(url).await.expect("the address can be typed");
    address.send_keys(&char::from(Key::Enter).to_string()).await.expect("enter can be pressed");
}

/// Presses the button with these words once it can be pressed; the keys that some show beside them do not count.
pub async fn press(client: &Client, words: &str) {
    let path = format!(
        "//button[not(@role='tab') and not(@disabled) and (normalize-space(.)='{words}' or \
         (span[contains(@class, 'keys')] and starts-with(normalize-space(.), '{words}')))]"
    );
    click(client, Locator::XPath(&path), &format!("the button `{words}`")).await;
}

/// Presses the tab whose words begin like this.
pub async fn press_tab(client: &Client, words: &str) {
    let path = format!("//*[@role='tab' and starts-with(normalize-space(.), '{words}')]");
    click(client, Locator::XPath(&path), &format!("the tab `{words}`")).await;
}

async fn click(client: &Client, locator: Locator<'_>, what: &str) {
    until(&format!("{what} to be pressed"), A_CALL, || async {
        // A list that is drawn anew can take the element away between the two.
        let element = client.find(locator).await.ok()?;
        bring(client, &element).await?;
        element.click().await.ok()
    })
    .await;
}

/// Scrolls an element to where nothing that is stuck to an edge lies over it, as a person does.
pub(crate) async fn bring(client: &Client, element: &Element) -> Option<()> {
    let element = serde_json::to_value(element).ok()?;
    client.execute("arguments[0].scrollIntoView({ block: 'center' })", vec![element]).await.ok().map(drop)
}

/// Types into the field with this label, in place of what it holds.
pub async fn fill(client: &Client, label: &str, text: &str) {
    let path = format!("//*[@id=//label[starts-with(normalize-space(.), '{label}')]/@for]");
    let field = until(&format!("the field `{label}`"), SOON, || async {
        client.find(Locator::XPath(&path)).await.ok()
    })
    .await;
    field.clear().await.expect("the field can be cleared");
    field.send_keys(text).await.expect("the field can be typed into");
}

/// The first element that fits, once there is one.
pub async fn by_css(client: &Client, css: &str, limit: Duration) -> Element {
    until(css, limit, || async { client.find(Locator::Css(css)).await.ok() }).await
}

/// The text as it is rendered. WebKit's own command for it leaves out text that may be cut by an ellipsis.
pub async fn shown_text(element: &Element) -> Option<String> {
    element.prop("innerText").await.ok()?
}

/// Waits for words: while something fades in its text reads as empty.
pub async fn text_is(client: &Client, css: &str, words: &str) {
    text_is_within(client, css, words, A_CALL).await;
}

/// Waits for words, and not longer than given.
pub async fn text_is_within(client: &Client, css: &str, words: &str, limit: Duration) {
    until(&format!("`{words}` in {css}"), limit, || async {
        let text = shown_text(&client.find(Locator::Css(css)).await.ok()?).await?;
        text.contains(words).then_some(())
    })
    .await;
}

/// Waits for the picture of a page.
pub async fn picture_is_shown(client: &Client) {
    let width = "const picture = document.querySelector(\"img[data-testid='page-picture']\"); \
                 return picture ? picture.naturalWidth : 0;";
    until("the picture of the page to load", A_CALL, || async {
        let width = client.execute(width, Vec::new()).await.ok()?.as_f64()?;
        (width > 0.0).then_some(())
    })
    .await;
}

/// Clicks the action that is drawn over the picture: `letter` is the first of its id, `words` are in its name.
async fn click_on_picture(client: &Client, letter: char, words: &str) {
    until(&format!("a {letter} action with `{words}` on the picture"), A_CALL, || async {
        for action in client.find_all(Locator::Css("[data-testid='overlay-box']")).await.ok()? {
            let name = action.attr("aria-label").await.ok()??;
            if name.starts_with(letter) && name.contains(words) {
                return action.click().await.ok();
            }
        }
        None
    })
    .await;
}

/// Waits until so many calls of a kind have been answered with success.
pub async fn calls_done(client: &Client, kind: &str, count: usize) {
    until(&format!("{count} calls `{kind}` that are done"), A_CALL, || async {
        let mut done = 0;
        for row in client.find_all(Locator::Css("[data-testid='calls-row']")).await.ok()? {
            let text = shown_text(&row).await?;
            let words: Vec<&str> = text.split_whitespace().collect();
            assert!(!words.contains(&"failed"), "a call failed: {text}");
            done += usize::from(words.contains(&kind) && words.contains(&"200"));
        }
        (done >= count).then_some(())
    })
    .await;
}

async fn countdown_falls(client: &Client) {
    let before = countdown(client).await;
    until(&format!("the countdown to fall below {before} s"), SOON, || async {
        (countdown(client).await < before).then_some(())
    })
    .await;
}

async fn countdown(client: &Client) -> u32 {
    until("a countdown that reads mm:ss", SOON, || async {
        let text = client.find(Locator::Css("[data-testid='countdown']")).await.ok()?.text().await.ok()?;
        seconds_in(&text)
    })
    .await
}

async fn credits_left(client: &Client) -> f64 {
    until("credits that are left", SOON, || async {
        let text = client.find(Locator::Css("[data-testid='credits-left']")).await.ok()?.text().await.ok()?;
        first_number_in(&text)
    })
    .await
}

/// Keeps what the window shows in both themes, at the size of the sketches and at a small one.
async fn keep_screenshots(client: &Client, name: &str) {
    for (width, height) in [(1024, 700), (1440, 900)] {
        resize(client, width, height).await;
        for theme in ["light", "dark"] {
            click(
                client,
                Locator::Css(&format!(
                    "html:not([data-theme='{theme}']) nav button[aria-label$=' theme'], \
                 html[data-theme='{theme}'] nav"
                )),
                "the theme",
            )
            .await;
            by_css(client, &format!("html[data-theme='{theme}']"), SOON).await;
            settled(client, (width, height)).await;
            keep_screenshot(client, &format!("{name}-{theme}-{width}")).await;
        }
    }
}

/// Makes the page so large. The window around it may need more.
async fn resize(client: &Client, width: u32, height: u32) {
    let around = "return [outerWidth - innerWidth, outerHeight - innerHeight];";
    let around = client.execute(around, Vec::new()).await.expect("the page knows its window");
    let pixels = |place: usize| around[place].as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
    let resized = client.set_window_size(width + pixels(0), height + pixels(1)).await;
    resized.expect("the window can be resized");
}

/// Waits until the page has its size, nothing moves any more, and that was painted.
async fn settled(client: &Client, (width, height): (u32, u32)) {
    let is_still = "return innerWidth === arguments[0] && innerHeight === arguments[1] && document.getAnimations().every((a) => a.playState !== 'running');";
    until("the window to settle", SOON, || async {
        client.execute(is_still, vec![width.into(), height.into()]).await.ok()?.as_bool()?.then_some(())
    })
    .await;
    let painted =
        "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()));";
    client.execute_async(painted, Vec::new()).await.expect("frames are painted");
}

/// Keeps what the window shows in `tests/artifacts/`, for people to look at.
pub async fn keep_screenshot(client: &Client, name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("artifacts");
    std::fs::create_dir_all(&folder).expect("the folder of screenshots can be made");
    let file = folder.join(format!("{name}.png"));
    let png = tokio::time::timeout(SOON, client.screenshot())
        .await
        .unwrap_or_else(|_| panic!("no screenshot within {SOON:?}"))
        .expect("the driver takes screenshots");
    assert!(
        png.starts_with(b"\x89PNG") && png.len() > 10_000,
        "a screenshot of {} bytes shows nothing",
        png.len()
    );
    std::fs::write(&file, png).expect("a screenshot can be written");
    file
}

/// `04:12` is 252 seconds.
fn seconds_in(text: &str) -> Option<u32> {
    let (minutes, seconds) = text.trim().split_once(':')?;
    Some(minutes.parse::<u32>().ok()? * 60 + seconds.parse::<u32>().ok()?)
}

/// `7,412.5 of 10,000 credits left` is 7412.5.
fn first_number_in(text: &str) -> Option<f64> {
    let number: String = text
        .chars()
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(|c| c.is_ascii_digit() || matches!(c, ',' | '.'))
        .filter(|c| *c != ',')
        .collect();
    number.trim_end_matches('.').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_countdown_is_read_in_seconds() {
        assert_eq!(seconds_in("04:12"), Some(252));
        assert_eq!(seconds_in(" 30:00 "), Some(1800));
        assert_eq!(seconds_in("ended"), None);
        assert_eq!(seconds_in(":"), None);
    }

    #[test]
    fn credits_are_read_past_thousands_marks() {
        assert_eq!(first_number_in("7,412.5 of 10,000 credits left"), Some(7412.5));
        assert_eq!(first_number_in("10,000 of 10,000"), Some(10_000.0));
        assert_eq!(first_number_in("no credits"), None);
    }
}

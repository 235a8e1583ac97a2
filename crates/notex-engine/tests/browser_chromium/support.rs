//! A site on a random port and a browser per test; the browser is ended with the test, passed or not.

use std::sync::Arc;
use std::time::Duration;

use notex_engine::browser::chromium::{Chromium, LaunchOptions, Patience};
use notex_engine::browser::{
    Act, Browser, ContextOptions, Deed, Observed, Page, PageError, Selector, Target, WaitUntil,
};
use notex_wire::Action;

pub(crate) use crate::site::Site;

/// A browser with one page.
pub(crate) struct Open {
    pub(crate) site: Site,
    pub(crate) browser: Chromium,
    pub(crate) page: Arc<dyn Page>,
}

pub(crate) async fn launch() -> Chromium {
    launch_with(Patience::default()).await
}

pub(crate) async fn launch_with(patience: Patience) -> Chromium {
    Chromium::launch(LaunchOptions { patience, ..LaunchOptions::default() }).await.unwrap()
}

pub(crate) fn short_patience() -> Patience {
    Patience {
        navigation: Duration::from_secs(3),
        load: Duration::from_secs(2),
        answer: Duration::from_secs(2),
    }
}

pub(crate) async fn open(path: &str) -> Open {
    open_with(path, Patience::default()).await
}

pub(crate) async fn open_with(path: &str, patience: Patience) -> Open {
    open_all(path, patience, &ContextOptions::default()).await
}

pub(crate) async fn open_in(path: &str, options: &ContextOptions) -> Open {
    open_all(path, Patience::default(), options).await
}

async fn open_all(path: &str, patience: Patience, options: &ContextOptions) -> Open {
    let site = Site::start().await;
    let browser = launch_with(patience).await;
    let page = browser.open_page(options).await.unwrap();
    page.goto(&site.url(path), WaitUntil::Load).await.unwrap();
    Open { site, browser, page }
}

/// Waits until something holds; what it waits for is named by the one who fails.
pub(crate) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let began = std::time::Instant::now();
    while !holds().await {
        assert!(began.elapsed() < Duration::from_secs(10), "{what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The next happening that is meant.
pub(crate) async fn next_happening<R>(
    happenings: &mut tokio::sync::broadcast::Receiver<notex_wire::PageEvent>,
    mut meant: impl FnMut(notex_wire::PageEvent) -> Option<R>,
) -> R {
    let found = async {
        loop {
            if let Some(found) = meant(happenings.recv().await.unwrap()) {
                return found;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), found).await.expect("it happens")
}

impl Open {
    pub(crate) async fn observe(&self) -> Observed {
        self.page.observe(1000).await.unwrap()
    }

    /// The titles of its tabs, the one in front marked.
    pub(crate) async fn tabs(&self) -> Vec<String> {
        let tabs = self.page.position().await.unwrap().tabs;
        for (place, tab) in tabs.iter().enumerate() {
            assert_eq!(usize::try_from(tab.tab_id).unwrap(), place);
        }
        tabs.into_iter().map(|t| if t.active { format!("*{}", t.title) } else { t.title }).collect()
    }

    /// Waits until its tabs have these titles; the browser tells those behind a little later.
    pub(crate) async fn has_tabs(&self, expected: &[&str]) {
        let mut last = Vec::new();
        let found = tokio::time::timeout(Duration::from_secs(5), async {
            loop {
                last = self.tabs().await;
                if last == expected {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        });
        let found = found.await.is_ok();
        assert!(found, "{last:?} instead of {expected:?}");
    }

    /// What an expression is in its page.
    pub(crate) async fn value(&self, code: &str) -> serde_json::Value {
        self.page.evaluate(code).await.unwrap()
    }

    /// Does something to what a CSS selector matches.
    pub(crate) async fn to(&self, css: &str, deed: Deed) -> Result<(), PageError> {
        self.acted(css, deed).await.map(drop)
    }

    /// The same, with what was done otherwise than asked.
    pub(crate) async fn acted(&self, css: &str, deed: Deed) -> Result<Option<String>, PageError> {
        let target = Target::Selector(Selector::Css(css.to_owned()));
        let acted = self.page.act(&Act { target, deed, enter: false, timeout: None }).await?;
        Ok(acted.remark)
    }

    pub(crate) async fn title(&self) -> String {
        self.page.position().await.unwrap().title
    }

    /// The action with this description.
    pub(crate) async fn action(&self, description: &str) -> Action {
        let observed = self.observe().await;
        let listed: Vec<_> = observed.actions.iter().map(|a| a.description.clone()).collect();
        let found = observed.actions.into_iter().find(|a| a.description == description);
        found.unwrap_or_else(|| panic!("no {description:?} in {listed:?}"))
    }

    /// Does the action with this description.
    pub(crate) async fn act(&self, description: &str, value: Option<&str>) -> Result<(), PageError> {
        let action_id = self.action(description).await.id;
        self.page.act(&Act::operate(action_id, value.map(String::from), false)).await.map(drop)
    }

    /// What the page wrote down about what happened to it.
    pub(crate) async fn read(&self) -> String {
        use notex_engine::browser::{ScrapeOptions, ScrapeScope};
        let options = ScrapeOptions::of(ScrapeScope::WholePage);
        self.page.scrape(&options).await.unwrap().markdown
    }

    pub(crate) async fn end(self) {
        self.browser.shut_down().await;
    }
}

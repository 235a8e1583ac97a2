//! What a step or an execute does on its page.

use std::path::Path;
use std::time::Duration;

use notex_wire::PageEvent;
use serde_json::Value;
use tokio::sync::broadcast::Receiver;
use url::Url;

use crate::browser::{
    Act, Acted, Deed, Page, PageError, ScrapeOptions, ScrapedPage, Scroll, Target, WaitUntil,
};
use crate::files;
use crate::model::Asking;

/// The largest value of a script, in bytes of its text.
const LARGEST_VALUE: usize = 16 * 1024 * 1024;

/// What a step or an execute does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum StepAction {
    Act(Act),
    Goto(Url, WaitUntil),
    OpenTab(Url),
    SwitchTab(usize),
    CloseTab,
    /// Reads the page, and asks the language model about it when that is wished.
    Scrape(ScrapeOptions, Option<Box<Asking>>),
    Screenshot,
    Back,
    Forward,
    Refresh,
    Wait(Duration),
    PressKey(String),
    Scroll(Scroll),
    /// JavaScript, whose value is wanted.
    Evaluate(String),
    FillForm(Vec<FormField>),
    /// Nothing is done on the page; the sentence is what the caller wanted to be told again.
    Note(String),
    Terminate,
}

/// A field of a form, found by what it is for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FormField {
    /// As the caller called it.
    pub(crate) key: String,
    pub(crate) act: Act,
}

/// What came of it.
#[derive(Clone, Debug)]
pub(super) struct Effect {
    /// What was done, as a sentence without a full stop.
    pub(super) said: String,
    pub(super) scraped: Option<ScrapedPage>,
    /// The value of a script, as text.
    pub(super) value: Option<String>,
    /// What was done otherwise than asked.
    pub(super) remark: Option<String>,
}

impl Effect {
    fn of(said: impl Into<String>) -> Self {
        Self { said: said.into(), scraped: None, value: None, remark: None }
    }
}

impl StepAction {
    pub(super) async fn perform(&self, page: &dyn Page, folder: &Path) -> Result<Effect, PageError> {
        Ok(Effect::of(match self {
            Self::Act(act) => return perform_act(page, act, folder).await,
            Self::Goto(url, until) => {
                page.goto(url, *until).await?;
                format!("opened {url}")
            }
            Self::OpenTab(url) => {
                page.open_tab(Some(url)).await?;
                format!("opened {url} in a new tab")
            }
            Self::SwitchTab(place) => {
                page.switch_tab(*place).await?;
                format!("switched to tab {place}")
            }
            Self::CloseTab => {
                page.close_tab().await?;
                "closed the tab".to_owned()
            }
            Self::Back => {
                page.back().await?;
                "went back".to_owned()
            }
            Self::Forward => {
                page.forward().await?;
                "went forward".to_owned()
            }
            Self::Refresh => {
                page.refresh().await?;
                "loaded the page again".to_owned()
            }
            Self::Wait(time) => {
                tokio::time::sleep(*time).await;
                format!("waited for {} ms", time.as_millis())
            }
            Self::PressKey(keys) => {
                page.press_key(keys).await?;
                format!("pressed {keys}")
            }
            Self::Scroll(scroll) => {
                page.scroll(*scroll).await?;
                format!("scrolled {}", scroll.toward.word())
            }
            // The model is asked by the call, which knows how long it may take.
            Self::Scrape(options, _) => {
                let scraped = page.scrape(options).await?;
                return Ok(Effect { scraped: Some(scraped), ..Effect::of("scraped the page") });
            }
            Self::Evaluate(code) => {
                let value = as_text(page.evaluate(code).await?)?;
                return Ok(Effect { value: Some(value), ..Effect::of("ran the script") });
            }
            Self::FillForm(fields) => return fill_form(page, fields).await,
            Self::Note(sentence) => sentence.clone(),
            Self::Screenshot => "took a screenshot".to_owned(),
            Self::Terminate => "ended the session".to_owned(),
        }))
    }
}

async fn perform_act(page: &dyn Page, act: &Act, folder: &Path) -> Result<Effect, PageError> {
    let what = match &act.target {
        Target::Action(id) => id.as_str(),
        Target::Selector(_) => "the element",
    };
    let (acted, said) = match &act.deed {
        Deed::Upload { files: wanted } => {
            let (mut names, mut files) = (Vec::new(), Vec::new());
            for file in wanted {
                let name = file.to_string_lossy().into_owned();
                files.push(files::find(folder, &name).await.ok_or_else(|| {
                    PageError::NotOperable(format!(
                        "the session has no file {name}; upload it to the session first"
                    ))
                })?);
                names.push(name);
            }
            let act = Act { deed: Deed::Upload { files }, ..act.clone() };
            (page.act(&act).await?, format!("gave {} to {what}", names.join(", ")))
        }
        Deed::Download => {
            let mut happenings = page.happenings();
            let acted = page.act(act).await?;
            let said = match downloaded(&mut happenings)? {
                Some(name) => format!("downloaded {name}"),
                None => format!("downloaded what {what} offers"),
            };
            (acted, said)
        }
        deed => (page.act(act).await?, said_of(deed, what)),
    };
    Ok(Effect { remark: acted.remark, ..Effect::of(said) })
}

/// What was done, in words.
fn said_of(deed: &Deed, what: &str) -> String {
    match deed {
        Deed::Operate { .. } => format!("operated {what}"),
        Deed::Click => format!("clicked {what}"),
        Deed::Fill { .. } => format!("filled {what}"),
        Deed::Check { to: true } => format!("checked {what}"),
        Deed::Check { to: false } => format!("unchecked {what}"),
        Deed::Choose { options } => format!("chose {} in {what}", options.join(", ")),
        Deed::Hover => format!("moved the mouse over {what}"),
        Deed::DoubleClick => format!("clicked {what} twice"),
        Deed::RightClick => format!("clicked {what} with the right button"),
        Deed::Drag { to: Target::Action(to) } => format!("dragged {what} to {to}"),
        Deed::Drag { to: Target::Selector(_) } => format!("dragged {what} to the other element"),
        Deed::ScrollTo => format!("scrolled to {what}"),
        Deed::ScrollIn(Scroll { toward, .. }) => format!("scrolled {what} {}", toward.word()),
        Deed::Upload { .. } | Deed::Download => format!("used {what}"),
    }
}

/// The file that was downloaded since `happenings` were listened to.
fn downloaded(happenings: &mut Receiver<PageEvent>) -> Result<Option<String>, PageError> {
    use tokio::sync::broadcast::error::TryRecvError;
    loop {
        match happenings.try_recv() {
            Ok(PageEvent::Download { file, failure: None, .. }) => {
                return Ok(Some(files::name_of_download(&file).to_owned()));
            }
            Ok(PageEvent::Download { file, failure: Some(why), .. }) => {
                return Err(PageError::NotOperable(format!(
                    "{} was not kept: {why}",
                    files::name_of_download(&file)
                )));
            }
            Ok(
                PageEvent::Console { .. }
                | PageEvent::Network { .. }
                | PageEvent::Dialog { .. }
                | PageEvent::TabOpened { .. }
                | PageEvent::TabClosed { .. },
            )
            | Err(TryRecvError::Lagged(_)) => {}
            Err(TryRecvError::Empty | TryRecvError::Closed) => return Ok(None),
        }
    }
}

async fn fill_form(page: &dyn Page, fields: &[FormField]) -> Result<Effect, PageError> {
    let mut filled: Vec<&str> = Vec::new();
    let mut remarks = Vec::new();
    for FormField { key, act } in fields {
        let acted = page.act(act).await;
        if let Ok(Acted { remark: Some(remark) }) = &acted {
            remarks.push(format!("{key}: {remark}"));
        }
        if let Err(error) = acted {
            let before = if filled.is_empty() {
                "nothing was filled before it".to_owned()
            } else {
                format!("filled before it: {}", filled.join(", "))
            };
            let said = |why: String| format!("{key}: {why} ({before})");
            return Err(match error {
                PageError::UnknownAction(why) => PageError::UnknownAction(said(why)),
                PageError::NotOperable(why) => PageError::NotOperable(said(why)),
                other => other,
            });
        }
        filled.push(key);
    }
    let remark = (!remarks.is_empty()).then(|| remarks.join("; "));
    Ok(Effect { remark, ..Effect::of(format!("filled {}", filled.join(", "))) })
}

/// Text as it is, everything else as JSON.
fn as_text(value: Value) -> Result<String, PageError> {
    let text = match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    if text.len() > LARGEST_VALUE {
        return Err(PageError::NotOperable(format!(
            "the script's value has {} bytes, and {LARGEST_VALUE} are taken at most; return less",
            text.len()
        )));
    }
    Ok(text)
}

//! Does something to an element the way a person would: it is found again, brought into view, and operated by real
//! mouse and keyboard input at a point where nothing covers it. The mouse is in `mouse`, the keyboard in `typing`,
//! lists that pages make themselves in `lists`, sliders in `sliders`, files in `files`.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::act_outcome::{How, Outcome, Reached, Target as Facts};
use super::calendar::days;
use super::frames::Frame;
use super::ids::Known;
use super::seek::{Seen, in_words};
use super::settle::Rest;
use super::tab::ChromiumTab;
use crate::browser::{Act, Acted, Deed, PageError, Selector, Target};

/// Nobody waits longer for one element.
const LONGEST_PATIENCE: Duration = Duration::from_secs(60);
/// How long a download that a click has begun is waited for.
const DOWNLOADED_WITHIN: Duration = Duration::from_secs(10);
/// What a click beside it puts away is gone after so long.
const GOES_WITHIN: Duration = Duration::from_millis(300);
/// How long a checkbox may take to change.
const CHANGES_WITHIN: Duration = Duration::from_secs(1);

/// An act in the course of being done.
pub(super) struct Doing<'a> {
    pub(super) tab: &'a ChromiumTab,
    pub(super) frame: Frame,
    pub(super) act: &'a Act,
    /// What its element is called in sentences.
    pub(super) name: String,
    /// What finds the element again.
    pub(super) wanted: String,
    pub(super) doing: String,
    /// What it is may be known to the accessibility tree alone.
    is_shy: AtomicBool,
    /// What was done otherwise than asked.
    remarks: Mutex<Vec<String>>,
}

impl ChromiumTab {
    pub(super) async fn do_act(&self, act: &Act) -> Result<Acted, PageError> {
        let mut events = self.session.events();
        let (mut begun, mut ended) = (self.context.downloads.begun(), self.context.downloads.ended());
        let before = *begun.borrow_and_update();
        let doing = match self.find(act).await {
            Ok(doing) => doing,
            Err(error) => return Err(self.with_nearest(error, &act.target).await),
        };
        let facts = match doing.run().await {
            Ok(facts) => facts,
            Err(error) => return Err(self.with_nearest(error, &act.target).await),
        };
        let rest = Rest { frame: doing.frame.clone(), grace: grace(act, facts) };
        self.settle(&mut events, &rest).await?;
        if !matches!(act.deed, Deed::Download) && *begun.borrow() > before {
            let end = tokio::time::timeout(DOWNLOADED_WITHIN, ended.recv()).await;
            if end.is_err() {
                doing.remark(String::from("a download began, and has not ended yet"));
            }
        }
        Ok(doing.told())
    }

    async fn find<'a>(&'a self, act: &'a Act) -> Result<Doing<'a>, PageError> {
        let deed = match act.deed {
            Deed::Fill { .. } => "fill",
            Deed::Check { .. } => "check",
            Deed::Choose { .. } => "choose",
            _ => "",
        };
        let seen = if matches!(act.deed, Deed::Upload { .. }) { Seen::HiddenToo } else { Seen::Only };
        let at_once = Some(Duration::ZERO);
        let chooses = deed == "choose" && matches!(act.target, Target::Selector(_));
        let found =
            match self.wanted(&act.target, seen, if chooses { at_once } else { act.timeout }, deed).await {
                // A select that a page hides behind one of its own.
                Err(PageError::UnknownAction(_)) if chooses => {
                    match self.wanted(&act.target, Seen::HiddenToo, at_once, deed).await {
                        Err(PageError::UnknownAction(_)) => {
                            self.wanted(&act.target, seen, act.timeout, deed).await
                        }
                        found => found,
                    }
                }
                found => found,
            };
        let (frame, name, wanted) = found?;
        let doing = format!("operating {name}");
        Ok(Doing {
            tab: self,
            frame,
            act,
            name,
            wanted,
            doing,
            is_shy: AtomicBool::default(),
            remarks: Mutex::default(),
        })
    }

    /// The frame of an element, what it is called, and what finds it again.
    pub(super) async fn wanted(
        &self,
        target: &Target,
        seen: Seen,
        timeout: Option<Duration>,
        deed: &str,
    ) -> Result<(Frame, String, String), PageError> {
        match target {
            Target::Action(id) => {
                let known = self.ids().find(id).cloned().ok_or_else(|| self.unknown(id))?;
                let Known { kind: _, frame, key, born, css, role, name } = known;
                let wanted = json!({
                    "key": key, "born": &*born, "css": css, "role": role, "name": name, "deed": deed,
                });
                Ok((self.frame(&frame), id.clone(), wanted.to_string()))
            }
            Target::Selector(selector) => {
                let timeout = timeout.map(|timeout| timeout.min(LONGEST_PATIENCE));
                let sought = self.seek(selector, seen, timeout).await?;
                let name = format!("the element of {}", in_words(selector));
                Ok((sought.frame, name, by_key(sought.key, &sought.born, deed)))
            }
        }
    }

    fn unknown(&self, id: &str) -> PageError {
        let all = self.context.all();
        let knows = |tab: &ChromiumTab| tab.target_id != self.target_id && tab.ids().find(id).is_some();
        PageError::UnknownAction(match all.iter().position(|tab| knows(tab)) {
            Some(place) => {
                format!("{id} is on tab {place}, which is not in front; switch to it, or observe this one")
            }
            None => format!("there is no {id} on this page; observe it and take an id from there"),
        })
    }

    /// Names the action that is nearest to one that is not there.
    async fn with_nearest(&self, error: PageError, target: &Target) -> PageError {
        let PageError::UnknownAction(why) = error else { return error };
        if !why.contains("is gone") && !why.starts_with("nothing on this page") {
            return PageError::UnknownAction(why);
        }
        let (role, words) = match target {
            Target::Action(id) => match self.ids().find(id) {
                Some(known) => (Some(known.role.to_string()), known.name.to_string()),
                None => return PageError::UnknownAction(why),
            },
            Target::Selector(Selector::RoleName(role, name)) => (Some(role.clone()), name.clone()),
            Target::Selector(Selector::Text(text)) => (None, text.clone()),
            Target::Selector(Selector::Css(_) | Selector::XPath(_)) => {
                return PageError::UnknownAction(why);
            }
        };
        match self.nearest(role.as_deref(), &words).await {
            Some(nearest) => PageError::UnknownAction(format!("{why}; {nearest} is the nearest")),
            None => PageError::UnknownAction(why),
        }
    }
}

/// What finds an element that the scripts have just found.
pub(super) fn by_key(key: u64, born: &str, deed: &str) -> String {
    json!({"key": key, "born": born, "css": "", "role": "", "name": "", "deed": deed}).to_string()
}

/// How long a page that does not react at once may take to begin: a click is made for what comes of it, and a search
/// waits until somebody has stopped typing.
fn grace(act: &Act, facts: Option<Facts>) -> Duration {
    const AT_ONCE: Duration = Duration::from_millis(30);
    const AFTER_A_CLICK: Duration = Duration::from_millis(150);
    const AFTER_A_SEARCH: Duration = Duration::from_millis(400);
    let typed = facts.is_some_and(|facts| matches!(facts.how, How::Type));
    let held = facts.is_some_and(|facts| !matches!(facts.how, How::Click | How::Pick | How::Type));
    match act.deed {
        _ if act.enter => AFTER_A_CLICK,
        Deed::Fill { .. } | Deed::Operate { .. } if typed => {
            if facts.is_some_and(|facts| facts.search) {
                AFTER_A_SEARCH
            } else {
                AT_ONCE
            }
        }
        Deed::ScrollTo | Deed::ScrollIn(_) | Deed::Upload { .. } => AFTER_A_CLICK,
        Deed::Operate { .. } | Deed::Fill { .. } | Deed::Check { .. } | Deed::Choose { .. } if held => {
            AT_ONCE
        }
        _ => AFTER_A_CLICK,
    }
}

impl Doing<'_> {
    /// Does it; answers what is known of the element.
    async fn run(&self) -> Result<Option<Facts>, PageError> {
        let facts = match &self.act.deed {
            Deed::Operate { value } => self.operate(value.as_deref()).await?,
            Deed::Click => {
                self.click().await?;
                None
            }
            Deed::DoubleClick => {
                self.double_click().await?;
                None
            }
            Deed::RightClick => {
                self.right_click().await?;
                None
            }
            Deed::Hover => {
                self.hover().await?;
                None
            }
            Deed::Drag { to } => {
                self.drag_to(to).await?;
                None
            }
            Deed::ScrollTo => {
                self.ask("scrollTo", None).await?;
                None
            }
            Deed::ScrollIn(scroll) => {
                self.scroll_in(*scroll).await?;
                None
            }
            Deed::Fill { text, clear } => Some(self.fill_any(text, *clear).await?),
            Deed::Check { to } => {
                let (reached, facts) = self.reach().await?;
                if facts.how != How::Check {
                    return Err(self.not_operable("is no checkbox, switch or radio"));
                }
                self.bring_to(reached, facts, *to).await?;
                Some(facts)
            }
            Deed::Choose { options } => {
                let (reached, facts) = self.reach().await?;
                match facts.how {
                    How::Choose => drop(self.choose(options).await?),
                    How::Pick | How::Click => self.pick(reached, options).await?,
                    How::Type => self.pick_typed(reached, facts, options).await?,
                    How::Check | How::Set | How::Slide | How::Spin | How::File => {
                        return Err(self.not_operable("is no select"));
                    }
                }
                Some(facts)
            }
            Deed::Upload { files } => {
                self.upload(files).await?;
                None
            }
            Deed::Download => {
                self.download().await?;
                None
            }
        };
        if self.act.enter {
            self.press("Enter").await?;
        }
        Ok(facts)
    }

    /// Waits until a mouse reaches the element.
    pub(super) async fn reach(&self) -> Result<(Reached, Facts), PageError> {
        let patience = self.patience().as_millis();
        let mut outcome: Outcome = self.look(&format!("locate({}, {patience}, true)", self.wanted)).await?;
        let question = format!("locate({}, {patience})", self.wanted);
        if let Outcome::Hidden { in_menu: true } = outcome {
            self.open_menus().await?;
            outcome = self.look(&question).await?;
        }
        if let Outcome::Covered { left_open: true, in_dialog, .. } = outcome {
            self.put_away(in_dialog).await?;
            // What is left to the next field by tab may open that one's list.
            let soon = format!("locate({}, {})", self.wanted, GOES_WITHIN.as_millis());
            if let Outcome::Covered { .. } = self.look(&soon).await? {
                self.press("Tab").await?;
            }
            outcome = self.look(&question).await?;
        }
        if let Outcome::Ready { facts: Some(Facts { shy: true, .. }), .. } = outcome {
            self.is_shy.store(true, Ordering::SeqCst);
            if self.hear_internals().await? {
                outcome = self.look(&question).await?;
            }
        }
        let reached = outcome.reached(&self.name, "")?;
        let facts = reached.facts.ok_or_else(|| self.not_operable("cannot be operated"))?;
        Ok((reached, facts))
    }

    /// What its internals say by now, where those say what it is; whether that is something else than before.
    pub(super) async fn hear_internals(&self) -> Result<bool, PageError> {
        if !self.is_shy.load(Ordering::SeqCst) {
            return Ok(false);
        }
        match self.tab.adopt_internals_of(&self.frame, &self.wanted).await {
            Ok(changed) => Ok(changed),
            Err(error) => Err(self.tab.failed_on(&self.frame.session, &self.doing, error).await),
        }
    }

    async fn operate(&self, value: Option<&str>) -> Result<Option<Facts>, PageError> {
        if let Some(names) = value
            && self.is_file_input().await?
        {
            self.upload(&crate::files::names(names).map(PathBuf::from).collect::<Vec<_>>()).await?;
            return Ok(None);
        }
        let (reached, facts) = self.reach().await?;
        let needed = || value.ok_or_else(|| self.not_operable("needs a value"));
        match facts.how {
            How::Check => self.check(reached, facts, value).await?,
            How::Type => self.fill(reached, facts, value, true).await?,
            How::Set => drop(self.ask("setValue", Some(needed()?)).await?),
            How::Choose => drop(self.choose(&several(needed()?)).await?),
            How::Slide | How::Spin => self.slide(needed()?, facts.how).await?,
            How::File => return Err(self.not_operable("needs the name of a file of the session as value")),
            How::Pick | How::Click if value.is_some_and(|value| !days(value).is_empty()) => {
                self.pick_days(reached, &days(value.unwrap_or_default())).await?;
            }
            How::Pick => match value {
                Some(value) => self.pick(reached, &several(value)).await?,
                None => self.click_at(reached).await?,
            },
            How::Click => match value {
                Some(value) => self.click_and_maybe_pick(reached, value).await?,
                None => self.click_at(reached).await?,
            },
        }
        Ok(Some(facts))
    }

    /// What a fill asks for, whatever kind of field it is.
    async fn fill_any(&self, text: &str, clear: bool) -> Result<Facts, PageError> {
        let (reached, facts) = self.reach().await?;
        match facts.how {
            How::Type => self.fill(reached, facts, Some(text), clear).await?,
            How::Set => drop(self.ask("setValue", Some(text)).await?),
            How::Slide | How::Spin => self.slide(text, facts.how).await?,
            How::Pick | How::Click if !days(text).is_empty() => self.pick_days(reached, &days(text)).await?,
            How::Pick => self.pick(reached, &several(text)).await?,
            How::Choose => return Err(self.not_operable("is a select; choose an option of it")),
            How::File => return Err(self.not_operable("is an input for files; upload one to it")),
            How::Click | How::Check => return Err(self.not_operable("is no field that takes text")),
        }
        Ok(facts)
    }

    pub(super) async fn choose(&self, options: &[String]) -> Result<Reached, PageError> {
        self.outcome(&format!("choose({}, {})", self.wanted, json!(options)), "").await
    }

    fn patience(&self) -> Duration {
        self.act.timeout.unwrap_or_default().min(LONGEST_PATIENCE)
    }

    pub(super) async fn ask(&self, what: &str, value: Option<&str>) -> Result<Reached, PageError> {
        let question = match value {
            Some(value) => format!("{what}({}, {})", self.wanted, json!(value)),
            None => format!("{what}({})", self.wanted),
        };
        self.outcome(&question, value.unwrap_or_default()).await
    }

    pub(super) async fn outcome(&self, question: &str, value: &str) -> Result<Reached, PageError> {
        self.look(question).await?.reached(&self.name, value)
    }

    /// Puts away a list or a calendar that another field has left open, as anybody would before going on.
    async fn put_away(&self, in_dialog: bool) -> Result<(), PageError> {
        let empty = self.tab.ask::<Outcome>(&self.doing, "emptyPlace()").await?;
        match empty.reached(&self.name, "") {
            Ok(at) => self.click_nothing(at).await,
            Err(_) if !in_dialog => self.press("Escape").await,
            Err(_) => Ok(()),
        }
    }

    pub(super) async fn look(&self, question: &str) -> Result<Outcome, PageError> {
        match self.put(question).await {
            Err(PageError::Browser { why, .. }) if why.contains("No frame") => Ok(Outcome::Gone),
            outcome => outcome,
        }
    }

    pub(super) async fn put<R: DeserializeOwned>(&self, question: &str) -> Result<R, PageError> {
        let within = self.tab.setup.patience.answer + self.patience();
        self.tab.ask_in(&self.frame, &self.doing, question, within).await
    }

    async fn check(&self, reached: Reached, facts: Facts, value: Option<&str>) -> Result<(), PageError> {
        let Some(value) = value else {
            return self.click_at(reached).await;
        };
        let wish = match value.trim().to_lowercase().as_str() {
            "true" | "on" | "yes" | "1" | "checked" => true,
            "false" | "off" | "no" | "0" | "unchecked" => false,
            _ => return Err(self.not_operable(&format!("takes true or false, not {value:?}"))),
        };
        self.bring_to(reached, facts, wish).await
    }

    async fn bring_to(&self, reached: Reached, facts: Facts, wish: bool) -> Result<(), PageError> {
        if facts.checked == Some(wish) {
            return Ok(());
        }
        if facts.radio && !wish {
            return Err(self.not_operable("is one of several; choose another one instead of it"));
        }
        self.click_at(reached).await?;
        let question = format!("checkedNow({}, {wish})", self.wanted);
        let until = Instant::now() + CHANGES_WITHIN;
        let mut now: Option<bool> = self.put(&question).await?;
        while facts.shy && now == Some(!wish) && Instant::now() < until {
            self.hear_internals().await?;
            now = self.put(&question).await?;
        }
        match now {
            Some(now) if now != wish => {
                Err(self.not_operable(&format!("was clicked and did not become {wish}")))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The same for another element, which the scripts have just found in the frame.
    pub(super) fn with<'b>(&'b self, key: u64, born: &str, name: String) -> Doing<'b> {
        Doing {
            tab: self.tab,
            frame: self.frame.clone(),
            act: self.act,
            doing: format!("operating {name}"),
            name,
            wanted: by_key(key, born, ""),
            is_shy: AtomicBool::default(),
            remarks: Mutex::default(),
        }
    }

    pub(super) async fn input(&self, method: &'static str, params: Value) -> Result<(), PageError> {
        self.tab.input(&self.tab.session, &self.doing, method, params).await
    }

    /// Says that something was done otherwise than asked.
    pub(super) fn remark(&self, sentence: String) {
        self.remarks.lock().unwrap_or_else(PoisonError::into_inner).push(sentence);
    }

    fn told(&self) -> Acted {
        let remarks = self.remarks.lock().unwrap_or_else(PoisonError::into_inner);
        Acted { remark: (!remarks.is_empty()).then(|| remarks.join("; ")) }
    }

    pub(super) fn not_operable(&self, why: &str) -> PageError {
        PageError::NotOperable(format!("{} {why}", self.name))
    }
}

/// The options of a value: one, or a JSON list of several.
fn several(value: &str) -> Vec<String> {
    match serde_json::from_str::<Vec<String>>(value) {
        Ok(options) if !options.is_empty() => options,
        Ok(_) | Err(_) => vec![value.to_owned()],
    }
}

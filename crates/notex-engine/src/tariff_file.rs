//! The plan and the rate card as a file that people edit: read at the start, watched, and changed for new charges while
//! the engine runs. A file that cannot be read changes nothing; the last good one holds, and everybody is told.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use notex_wire::{EngineEvent, PlanAnswer};
use notify::{EventKind, RecursiveMode, Watcher};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::engine::EngineState;
use crate::ledger::Tariff;

/// The file in the data folder.
const FILE_NAME: &str = "tariff.json";
/// What writes a file may do so in several steps: it is read when it has been left alone for so long.
const LEFT_ALONE: Duration = Duration::from_millis(50);
/// Names are shown everywhere.
const LONGEST_NAME: usize = 100;

/// Why a tariff cannot be used. Each reads as a sentence and names the field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TariffError {
    /// The file cannot be read.
    #[error("the tariff {file} cannot be read: {why}")]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system said.
        why: String,
    },
    /// The file says something that is no tariff.
    #[error("the tariff {file} is wrong: {why}")]
    Wrong {
        /// The file.
        file: PathBuf,
        /// What is wrong, with the field.
        why: String,
    },
    /// The file cannot be written.
    #[error("the tariff {file} cannot be written: {why}")]
    Unwritable {
        /// The file.
        file: PathBuf,
        /// What the system said.
        why: String,
    },
}

/// The tariff in force, and the file it comes from.
pub(crate) struct Tariffs {
    file: PathBuf,
    known: Mutex<Known>,
    /// One change at a time.
    changing: tokio::sync::Mutex<()>,
}

struct Known {
    tariff: Arc<Tariff>,
    from: Origin,
    problem: Option<String>,
}

/// Where the tariff in force comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    Defaults,
    File,
}

/// Whether what was read differs from what was known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum News {
    None,
    Changed,
}

impl Tariffs {
    /// Reads the file: `given`, which must be there, or else `tariff.json` in the data folder, without which `defaults`
    /// hold. Blocks.
    pub(crate) fn open(
        given: Option<PathBuf>,
        data_dir: &Path,
        defaults: Tariff,
    ) -> Result<Self, TariffError> {
        let must_exist = given.is_some();
        let file = given.unwrap_or_else(|| data_dir.join(FILE_NAME));
        let (tariff, from) = match read(&file)? {
            Some(tariff) => (tariff, Origin::File),
            None if must_exist => {
                return Err(TariffError::Unreadable { file, why: "there is no such file".to_owned() });
            }
            None => (defaults, Origin::Defaults),
        };
        let known = Known { tariff: Arc::new(tariff), from, problem: None };
        Ok(Self { file, known: Mutex::new(known), changing: tokio::sync::Mutex::default() })
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What new charges are made by.
    pub(crate) fn current(&self) -> Arc<Tariff> {
        Arc::clone(&self.known().tariff)
    }

    /// What `GET /plan` answers.
    pub(crate) fn answer(&self) -> PlanAnswer {
        let known = self.known();
        PlanAnswer {
            plan: known.tariff.plan.clone(),
            rates: known.tariff.rates.clone(),
            source: Some(match known.from {
                Origin::Defaults => "defaults".to_owned(),
                Origin::File => self.file.display().to_string(),
            }),
            problem: known.problem.clone(),
        }
    }

    /// Reads the file again. Blocks.
    fn reread(&self) -> News {
        let read = read(&self.file);
        let mut known = self.known();
        let problem = match read {
            Ok(Some(tariff)) => {
                let same = *known.tariff == tariff && known.from == Origin::File && known.problem.is_none();
                *known = Known { tariff: Arc::new(tariff), from: Origin::File, problem: None };
                return if same { News::None } else { News::Changed };
            }
            Ok(None) if known.from == Origin::Defaults => {
                let mended = known.problem.take().is_some();
                return if mended { News::Changed } else { News::None };
            }
            Ok(None) => format!("the tariff {} is gone; what it said last holds on", self.file.display()),
            Err(error) => format!("{error}; what held before holds on"),
        };
        let known_already = known.problem.as_ref() == Some(&problem);
        known.problem = Some(problem);
        if known_already { News::None } else { News::Changed }
    }

    /// Changes the tariff and writes the whole of it to the file; neither when the file cannot be written.
    pub(crate) async fn change(
        self: &Arc<Self>,
        change: impl FnOnce(&mut Tariff) + Send,
    ) -> Result<(), TariffError> {
        let _alone = self.changing.lock().await;
        let mut tariff = (*self.current()).clone();
        change(&mut tariff);
        tariff.check().map_err(|why| TariffError::Wrong { file: self.file.clone(), why })?;
        let tariffs = Arc::clone(self);
        let written = tokio::task::spawn_blocking(move || {
            write(&tariffs.file, &tariff)?;
            *tariffs.known() = Known { tariff: Arc::new(tariff), from: Origin::File, problem: None };
            Ok(())
        });
        let unwritable = |why: String| TariffError::Unwritable { file: self.file.clone(), why };
        written
            .await
            .map_err(|why| unwritable(why.to_string()))?
            .map_err(|why: std::io::Error| unwritable(why.to_string()))
    }
}

impl Tariff {
    /// What the types do not say.
    fn check(&self) -> Result<(), String> {
        for (field, name) in [("plan.name", &self.plan.name), ("rates.name", &self.rates.name)] {
            if name.trim().is_empty() || name.chars().count() > LONGEST_NAME {
                return Err(format!("{field} must have from 1 to {LONGEST_NAME} characters"));
            }
        }
        if self.plan.sessions_at_once == Some(0) {
            return Err("plan.sessions_at_once must be 1 or more".to_owned());
        }
        Ok(())
    }

    fn parse(text: &[u8]) -> Result<Self, String> {
        let json: serde_json::Value =
            serde_json::from_slice(text).map_err(|why| format!("it is not JSON: {why}"))?;
        if !json.is_object() {
            return Err("it is not a JSON object with plan and rates".to_owned());
        }
        let tariff: Self = serde_path_to_error::deserialize(json)
            .map_err(|error| format!("{}: {}", error.path(), error.inner()))?;
        tariff.check()?;
        Ok(tariff)
    }
}

fn read(file: &Path) -> Result<Option<Tariff>, TariffError> {
    match std::fs::read(file) {
        Ok(text) => match Tariff::parse(&text) {
            Ok(tariff) => Ok(Some(tariff)),
            Err(why) => Err(TariffError::Wrong { file: file.to_owned(), why }),
        },
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(why) => Err(TariffError::Unreadable { file: file.to_owned(), why: why.to_string() }),
    }
}

/// All of it or none: a reader never sees half a file.
fn write(file: &Path, tariff: &Tariff) -> std::io::Result<()> {
    let folder = folder_of(file);
    let mut text = serde_json::to_vec_pretty(tariff)?;
    text.push(b'\n');
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    new.write_all(&text)?;
    new.as_file().sync_all()?;
    new.persist(file)?;
    Ok(())
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

impl EngineState {
    /// Tells everybody what the plan and the prices are now.
    pub(crate) fn tell_plan(&self) {
        self.events.tell(EngineEvent::PlanChanged { plan: self.tariff.answer() });
    }

    /// Takes over what the tariff file says whenever it changes, until the engine is stopped.
    pub(crate) fn watch_tariff(self: &Arc<Self>, stop: CancellationToken) {
        let (touched, file) = (Arc::new(Notify::new()), self.tariff.file.clone());
        let touch = Arc::clone(&touched);
        let name = file.file_name().map(ToOwned::to_owned);
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // An error may stand for events that were lost.
            let concerned = event.map_or(true, |event| {
                !matches!(event.kind, EventKind::Access(_))
                    && event.paths.iter().any(|path| path.file_name() == name.as_deref())
            });
            if concerned {
                touch.notify_one();
            }
        })
        .and_then(|mut watcher| {
            // The folder: a file that is replaced by another is not the one that was watched.
            watcher.watch(folder_of(&file), RecursiveMode::NonRecursive)?;
            Ok(watcher)
        });
        let watcher = match watcher {
            Ok(watcher) => watcher,
            Err(error) => {
                tracing::warn!(%error, file = %file.display(), "the tariff cannot be watched");
                let problem = format!(
                    "changes of the tariff {} are not noticed before the next start: {error}",
                    file.display()
                );
                self.tariff.known().problem = Some(problem);
                return;
            }
        };
        // What was changed between its reading and its watching.
        touched.notify_one();
        let state = Arc::clone(self);
        self.tasks.spawn(async move {
            let _watcher = watcher;
            loop {
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = touched.notified() => {}
                }
                while tokio::time::timeout(LEFT_ALONE, touched.notified()).await.is_ok() {}
                let tariffs = Arc::clone(&state.tariff);
                if let Ok(News::Changed) = tokio::task::spawn_blocking(move || tariffs.reread()).await {
                    let answer = state.tariff.answer();
                    match answer.problem {
                        Some(problem) => tracing::warn!(problem, "the tariff was not taken over"),
                        None => tracing::info!(source = answer.source, "the tariff was taken over"),
                    }
                    state.tell_plan();
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn wrong(change: impl FnOnce(&mut Value)) -> String {
        let mut tariff = serde_json::to_value(Tariff::default()).unwrap();
        change(&mut tariff);
        Tariff::parse(tariff.to_string().as_bytes()).unwrap_err()
    }

    #[test]
    fn what_is_wrong_with_a_tariff_is_said_with_its_field() {
        for (said, named) in [
            (wrong(|tariff| tariff["rates"]["step"] = json!(-1)), "rates.step"),
            (wrong(|tariff| tariff["rates"]["step"] = json!("1")), "rates.step"),
            (wrong(|tariff| tariff["rates"]["scrape_image"] = json!(0.0001)), "rates.scrape_image"),
            (
                wrong(|tariff| tariff["rates"]["scrape_bytes_included"] = json!(1.5)),
                "rates.scrape_bytes_included",
            ),
            (wrong(|tariff| tariff["rates"]["telepathy"] = json!(1)), "telepathy"),
            (wrong(|tariff| drop(tariff["rates"].as_object_mut().unwrap().remove("observe"))), "observe"),
            (wrong(|tariff| tariff["rates"]["name"] = json!(" ")), "rates.name"),
            (wrong(|tariff| tariff["plan"]["name"] = json!("x".repeat(101))), "plan.name"),
            (wrong(|tariff| tariff["plan"]["credits_per_day"] = json!(-3)), "plan.credits_per_day"),
            (wrong(|tariff| tariff["plan"]["sessions_at_once"] = json!(0)), "plan.sessions_at_once"),
            (wrong(|tariff| tariff["plan"]["credits_per_year"] = json!(5)), "credits_per_year"),
            (wrong(|tariff| tariff["prices"] = json!({})), "prices"),
        ] {
            assert!(said.contains(named), "{named}: {said}");
        }
        for text in ["", "{", "[1,", "{} {}", "[{}]"] {
            let said = Tariff::parse(text.as_bytes()).unwrap_err();
            assert!(said.contains("it is not"), "{text}: {said}");
        }
    }

    #[test]
    fn a_file_with_a_plan_only_has_the_prices_of_the_default_card() {
        let tariff = Tariff::parse(br#"{ "plan": { "name": "Small", "credits_per_month": 12.5 } }"#).unwrap();
        assert_eq!(tariff.plan.credits_per_month.to_string(), "12.5");
        assert_eq!(tariff.rates, notex_session::RateCard::default());
    }

    #[tokio::test]
    async fn what_was_changed_is_read_back_and_what_is_broken_changes_nothing() {
        let folder = tempfile::TempDir::new().unwrap();
        let file = folder.path().join(FILE_NAME);
        let tariffs = Arc::new(Tariffs::open(None, folder.path(), Tariff::default()).unwrap());
        assert_eq!(tariffs.answer().source.as_deref(), Some("defaults"));
        assert_eq!(tariffs.reread(), News::None);
        let dear = notex_session::Credits::from_thousandths(1_234);
        tariffs.change(|tariff| tariff.rates.step = dear).await.unwrap();
        assert_eq!(tariffs.reread(), News::None);
        let again = Tariffs::open(None, folder.path(), Tariff::default()).unwrap();
        assert_eq!((again.current().rates.step, again.answer()), (dear, tariffs.answer()));

        std::fs::write(&file, "{").unwrap();
        assert_eq!((tariffs.reread(), tariffs.reread()), (News::Changed, News::None));
        assert_eq!(tariffs.current().rates.step, dear);
        assert!(tariffs.answer().problem.unwrap().contains("not JSON"));
        assert!(Tariffs::open(None, folder.path(), Tariff::default()).is_err());
        std::fs::remove_file(&file).unwrap();
        assert_eq!(tariffs.reread(), News::Changed);
        assert!(tariffs.answer().problem.unwrap().contains("is gone"));
        write(&file, &Tariff::default()).unwrap();
        assert_eq!(tariffs.reread(), News::Changed);
        assert_eq!((tariffs.answer().problem, tariffs.current()), (None, Arc::new(Tariff::default())));
    }

    #[test]
    fn a_tariff_that_was_asked_for_by_name_must_be_there() {
        let folder = tempfile::TempDir::new().unwrap();
        let asked = Tariffs::open(Some(folder.path().join("prices.json")), folder.path(), Tariff::default());
        assert!(asked.is_err_and(|error| error.to_string().contains("prices.json cannot be read")));
    }
}

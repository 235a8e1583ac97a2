//! The files of flows and of what their runs gave: `flows/NAME.flow.json`, `flows/runs/NAME/INSTANT.run.json`.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use notex_flow::{Flow, Run, StepStatus};
use uuid::Uuid;

use crate::protocol::{Failure, FailureCode, FlowSummary, KeptRun};

const RUN_ENDING: &str = ".run.json";
/// Of each flow so many runs are kept.
const RUNS_KEPT: usize = 30;
/// No file is named longer, without its ending.
const LONGEST_STEM: usize = 60;

/// The folder of flows. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct FlowFiles {
    folder: Arc<Path>,
    /// One change at a time.
    writing: Arc<std::sync::Mutex<()>>,
}

impl FlowFiles {
    /// In this data folder; it is made when the first flow is kept.
    pub(crate) fn new(data_dir: &Path) -> Self {
        Self { folder: data_dir.join("flows").into(), writing: Arc::default() }
    }

    /// All flows, by name; one that cannot be read says why.
    pub(crate) fn list(&self) -> Result<Vec<FlowSummary>, Failure> {
        let mut flows: Vec<FlowSummary> =
            names_in(&self.folder, Flow::ENDING)?.into_iter().map(|file| self.summary(file)).collect();
        flows.sort_by(|a, b| {
            a.name.to_lowercase().cmp(&b.name.to_lowercase()).then_with(|| a.file.cmp(&b.file))
        });
        Ok(flows)
    }

    fn summary(&self, file: String) -> FlowSummary {
        let changed = fs::metadata(self.folder.join(&file)).and_then(|about| about.modified());
        let changed_at = changed.map_or(DateTime::UNIX_EPOCH, DateTime::<Utc>::from);
        let last_run = self.runs(&file).ok().and_then(|runs| runs.into_iter().next());
        match self.read(&file) {
            Ok(flow) => FlowSummary {
                name: flow.name,
                description: flow.description,
                steps: u32::try_from(flow.steps.len()).unwrap_or(u32::MAX),
                changed_at,
                problem: None,
                last_run,
                file,
            },
            Err(failure) => FlowSummary {
                name: stem(&file).to_owned(),
                description: String::new(),
                steps: 0,
                changed_at,
                problem: Some(failure.message),
                last_run,
                file,
            },
        }
    }

    /// One flow.
    pub(crate) fn read(&self, file: &str) -> Result<Flow, Failure> {
        let path = self.path(file)?;
        let text = fs::read_to_string(path).map_err(|why| match why.kind() {
            io::ErrorKind::NotFound => Failure::invalid(format!("there is no flow {file}")),
            _ => disk("read", file, &why),
        })?;
        Flow::parse(&text).map_err(|why| Failure::invalid(why.to_string()))
    }

    /// Keeps a flow, in place of what a file holds or in a new one; answers its file.
    pub(crate) fn save(&self, file: Option<&str>, flow: &Flow) -> Result<String, Failure> {
        flow.check().map_err(|why| Failure::invalid(why.to_string()))?;
        let _one = self.writing.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let file = match file {
            Some(file) => file.to_owned(),
            None => self.free_name(&flow.name),
        };
        write(&self.path(&file)?, &flow.to_json()).map_err(|why| disk("written", &file, &why))?;
        Ok(file)
    }

    /// Keeps a flow of a file outside; answers its file.
    pub(crate) fn import(&self, text: &str) -> Result<String, Failure> {
        let mut flow = Flow::parse(text).map_err(|why| Failure::invalid(why.to_string()))?;
        flow.name = self.free_title(&flow.name)?;
        self.save(None, &flow)
    }

    /// Gives a flow another name and its file too; what its runs gave goes with it.
    pub(crate) fn rename(&self, file: &str, name: &str) -> Result<String, Failure> {
        let mut flow = self.read(file)?;
        flow.name = name.trim().to_owned();
        if stem(file) == stem_of(&flow.name) {
            return self.save(Some(file), &flow);
        }
        let to = self.save(None, &flow)?;
        let runs = (self.runs_of(file)?, self.runs_of(&to)?);
        if runs.0.exists() {
            fs::rename(&runs.0, &runs.1).map_err(|why| disk("moved", file, &why))?;
        }
        fs::remove_file(self.path(file)?).map_err(|why| disk("removed", file, &why))?;
        Ok(to)
    }

    /// Keeps a second one of a flow; answers its file.
    pub(crate) fn duplicate(&self, file: &str) -> Result<String, Failure> {
        let mut flow = self.read(file)?;
        flow.name = self.free_title(&flow.name)?;
        self.save(None, &flow)
    }

    /// Removes a flow.
    pub(crate) fn remove(&self, file: &str) -> Result<(), Failure> {
        fs::remove_file(self.path(file)?).map_err(|why| match why.kind() {
            io::ErrorKind::NotFound => Failure::invalid(format!("there is no flow {file}")),
            _ => disk("removed", file, &why),
        })
    }

    /// Keeps what a run gave; the oldest of many go.
    pub(crate) fn keep_run(&self, file: &str, run: &Run) -> Result<(), Failure> {
        let folder = self.runs_of(file)?;
        let name = format!("{}{RUN_ENDING}", run.started_at.format("%Y%m%dT%H%M%S%.3fZ"));
        write(&folder.join(&name), &run.to_json()).map_err(|why| disk("written", &name, &why))?;
        let mut names = names_in(&folder, RUN_ENDING)?;
        names.sort();
        for old in names.iter().rev().skip(RUNS_KEPT) {
            drop(fs::remove_file(folder.join(old)));
        }
        Ok(())
    }

    /// The runs of a flow that were kept, newest first; those that cannot be read are passed over.
    pub(crate) fn runs(&self, file: &str) -> Result<Vec<KeptRun>, Failure> {
        let folder = self.runs_of(file)?;
        let mut names = names_in(&folder, RUN_ENDING)?;
        names.sort();
        let kept = names.into_iter().rev().filter_map(|name| {
            let run = Run::parse(&fs::read_to_string(folder.join(&name)).ok()?).ok()?;
            let done = run.steps.iter().filter(|step| step.status == StepStatus::Done).count();
            Some(KeptRun {
                file: format!("{}/{name}", stem(file)),
                started_at: run.started_at,
                outcome: run.outcome,
                done: u32::try_from(done).unwrap_or(u32::MAX),
                credits: run.credits,
                connection: run.connection,
            })
        });
        Ok(kept.collect())
    }

    /// What a run gave, by the file that [`Self::runs`] names.
    pub(crate) fn run(&self, file: &str) -> Result<Run, Failure> {
        let unknown = || Failure::invalid(format!("there is no run {file}"));
        let (flow, name) = file.split_once('/').ok_or_else(unknown)?;
        let is_run = name.ends_with(RUN_ENDING) && is_plain(name);
        let path = self.runs_of(&format!("{flow}{}", Flow::ENDING))?.join(name);
        let text = if is_run { fs::read_to_string(path).ok() } else { None };
        Run::parse(&text.ok_or_else(unknown)?).map_err(|why| Failure::invalid(why.to_string()))
    }

    fn path(&self, file: &str) -> Result<PathBuf, Failure> {
        if !is_plain(file) || !file.ends_with(Flow::ENDING) {
            return Err(Failure::invalid(format!("there is no flow {file}")));
        }
        Ok(self.folder.join(file))
    }

    fn runs_of(&self, file: &str) -> Result<PathBuf, Failure> {
        let path = self.path(file)?;
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        Ok(self.folder.join("runs").join(stem(name)))
    }

    /// A file that is not there yet, called after a flow.
    fn free_name(&self, title: &str) -> String {
        let stem = stem_of(title);
        let names = (1..).map(|number: u32| match number {
            1 => format!("{stem}{}", Flow::ENDING),
            number => format!("{stem}-{number}{}", Flow::ENDING),
        });
        let mut free = names.filter(|name| !self.folder.join(name).exists());
        free.next().unwrap_or_else(|| format!("{}{}", Uuid::new_v4(), Flow::ENDING))
    }

    /// `Buy tea`, or `Buy tea 2` where there is one.
    fn free_title(&self, title: &str) -> Result<String, Failure> {
        let taken: Vec<String> = self.list()?.into_iter().map(|flow| flow.name).collect();
        let titles = (1..).map(|number: u32| match number {
            1 => title.to_owned(),
            number => format!("{title} {number}"),
        });
        let mut free = titles.filter(|title| !taken.contains(title));
        Ok(free.next().unwrap_or_else(|| title.to_owned()))
    }
}

fn names_in(folder: &Path, ending: &str) -> Result<Vec<String>, Failure> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(why) => return Err(disk("listed", &folder.display().to_string(), &why)),
    };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    Ok(names.filter(|name| name.ends_with(ending) && is_plain(name)).collect())
}

/// A name of a file, and never the way to another folder.
fn is_plain(name: &str) -> bool {
    !name.starts_with('.')
        && !name.is_empty()
        && name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.'))
}

fn stem(file: &str) -> &str {
    file.strip_suffix(Flow::ENDING).unwrap_or(file)
}

/// `Buy green tea` as `buy-green-tea`.
fn stem_of(title: &str) -> String {
    let mut stem = String::new();
    for letter in title.chars().take(LONGEST_STEM) {
        if letter.is_alphanumeric() {
            stem.extend(letter.to_lowercase());
        } else if !stem.is_empty() && !stem.ends_with('-') {
            stem.push('-');
        }
    }
    match stem.trim_end_matches('-') {
        "" => "flow".to_owned(),
        stem => stem.to_owned(),
    }
}

/// Written beside, and renamed when it is whole.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)?;
    let fresh = folder.join(format!(".{}.new", Uuid::new_v4().simple()));
    let written = (|| {
        let mut file = fs::File::create(&fresh)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&fresh, path)
    })();
    if written.is_err() {
        drop(fs::remove_file(&fresh));
    }
    written
}

fn disk(doing: &str, file: &str, why: &io::Error) -> Failure {
    Failure::new(FailureCode::Other, format!("{file} could not be {doing}: {why}"))
        .with_hint("free some disk space or check the permissions of the data folder")
}

#[cfg(test)]
mod tests {
    use notex_flow::{FlowCall, FlowStep};

    use super::*;

    fn folder() -> (tempfile::TempDir, FlowFiles) {
        let folder = tempfile::tempdir().unwrap();
        let files = FlowFiles::new(folder.path());
        (folder, files)
    }

    fn names(files: &FlowFiles) -> Vec<(String, String)> {
        files.list().unwrap().into_iter().map(|flow| (flow.file, flow.name)).collect()
    }

    #[test]
    fn flows_are_kept_renamed_duplicated_and_removed_and_no_name_is_taken_twice() {
        let (_folder, files) = folder();
        assert_eq!(files.list().unwrap(), []);
        let mut flow = Flow::named("Buy: green tea!");
        flow.steps.push(FlowStep::new("Back", FlowCall::Back));
        assert_eq!(files.save(None, &flow).unwrap(), "buy-green-tea.flow.json");
        assert_eq!(files.save(None, &flow).unwrap(), "buy-green-tea-2.flow.json");
        assert_eq!(files.duplicate("buy-green-tea.flow.json").unwrap(), "buy-green-tea-2-2.flow.json");
        assert_eq!(files.rename("buy-green-tea-2.flow.json", " Sell it ").unwrap(), "sell-it.flow.json");
        files.remove("buy-green-tea-2-2.flow.json").unwrap();
        let imported = files.import(&flow.to_json()).unwrap();
        assert_eq!(files.read(&imported).unwrap().name, "Buy: green tea! 2");
        assert_eq!(names(&files).len(), 3);
        assert_eq!(files.read("sell-it.flow.json").unwrap().steps, flow.steps);
        let left: Vec<_> =
            fs::read_dir(&files.folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left.len(), 3, "nothing half written stays: {left:?}");
    }

    #[test]
    fn a_file_that_is_no_flow_is_listed_with_the_reason_and_other_folders_are_out_of_reach() {
        let (folder, files) = folder();
        fs::create_dir_all(&files.folder).unwrap();
        fs::write(files.folder.join("bad.flow.json"), "{\"version\": 7}").unwrap();
        fs::write(folder.path().join("other.flow.json"), Flow::named("Other").to_json()).unwrap();
        let listed = files.list().unwrap();
        assert_eq!((listed.len(), listed[0].name.as_str()), (1, "bad"));
        assert!(listed[0].problem.as_ref().unwrap().contains("version 7"));
        for name in ["../other.flow.json", "a/b.flow.json", ".flow.json", "x.json", "", "..\\other.flow.json"]
        {
            assert!(files.read(name).unwrap_err().message.contains("is no flow"), "{name}");
            assert!(files.save(Some(name), &Flow::named("x")).is_err());
            assert!(files.remove(name).is_err());
        }
        assert!(files.run("../x.run.json").is_err());
    }
}

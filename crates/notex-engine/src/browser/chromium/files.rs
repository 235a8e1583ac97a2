//! Files that go into a page and come out of it. Both stay in the session's own folder.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

use super::act::Doing;
use super::frames::FRAME_ANSWERS_WITHIN;
use crate::browser::PageError;
use crate::cdp::{CdpError, Event};

const CHOOSER_WITHIN: Duration = Duration::from_secs(3);
const BEGINS_WITHIN: Duration = Duration::from_secs(10);
const DOWNLOADED_WITHIN: Duration = Duration::from_secs(60);

/// Which input is meant, if any.
#[derive(Deserialize)]
struct FileInput {
    is: String,
    key: Option<u64>,
    #[serde(default)]
    several: bool,
}

#[derive(Deserialize)]
struct DropTarget {
    likely: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FileChooserOpened {
    backend_node_id: Option<i64>,
    mode: String,
}

/// How a page asks for any number of files.
const MANY: &str = "selectMultiple";

impl Doing<'_> {
    /// Gives files to a file input, or to the one that a click on the element asks for.
    pub(super) async fn upload(&self, wanted: &[PathBuf]) -> Result<(), PageError> {
        let mut files = Vec::new();
        for file in wanted {
            files.push(self.own_file(file).await?);
        }
        let too_many = || self.not_operable(&format!("takes one file, and {} were given", files.len()));
        let input: FileInput = self.put(&format!("fileInput({})", self.wanted)).await?;
        if input.is == "disabled" {
            return Err(self.not_operable("is disabled"));
        }
        let within = self.tab.setup.patience.answer;
        let mut params = json!({"files": files});
        match input.key {
            Some(_) if files.len() > 1 && !input.several => return Err(too_many()),
            Some(key) => {
                let element = self.tab.element(&self.frame, key, FRAME_ANSWERS_WITHIN).await;
                match element {
                    Ok(element) => params["objectId"] = json!(element),
                    Err(error) => return Err(self.tab.failed(&self.doing, error).await),
                }
            }
            None => {
                let mut events = self.frame.session.events();
                let target: DropTarget = self.put(&format!("takesDrops({})", self.wanted)).await?;
                if target.likely {
                    return self.drop_on(&files).await;
                }
                self.click().await?;
                match chooser(&mut events).await {
                    Some(asked) if files.len() > 1 && asked.mode != MANY => return Err(too_many()),
                    Some(FileChooserOpened { backend_node_id: Some(node), .. }) => {
                        params["backendNodeId"] = json!(node);
                    }
                    Some(_) | None => return self.drop_on(&files).await,
                }
            }
        }
        let told = self.frame.session.tell("DOM.setFileInputFiles", params, within);
        match self.tab.unless_lost(told).await {
            Ok(()) => Ok(()),
            Err(CdpError::Refused { message, .. }) => {
                Err(self.not_operable(&format!("did not take the file: {message}")))
            }
            Err(error) => Err(self.tab.failed(&self.doing, error).await),
        }
    }

    /// Drops files onto the element; a page that takes them says so by not letting the browser open them.
    async fn drop_on(&self, files: &[PathBuf]) -> Result<(), PageError> {
        self.put::<bool>(&format!("expectDrop({})", self.wanted)).await?;
        self.drop_files(files).await?;
        match self.put::<bool>("wasDropTaken()").await {
            Ok(false) => Err(self.not_operable(
                "is no file input, a click on it asks for no file, and it takes none that is dropped on it",
            )),
            // A page that went on with it cannot be asked any more.
            Ok(true) | Err(_) => Ok(()),
        }
    }

    /// Whether it is an input for files, which has no place that a mouse could reach as a rule.
    pub(super) async fn is_file_input(&self) -> Result<bool, PageError> {
        self.put(&format!("isFileInput({})", self.wanted)).await
    }

    /// The file as the system names it, which no link leads out of the session's folder.
    async fn own_file(&self, file: &Path) -> Result<PathBuf, PageError> {
        let folder = &self.tab.context.dress.folder;
        let refuse = || {
            let name = file.display();
            PageError::NotOperable(format!(
                "{name} is no file of the session's own folder, so it cannot be uploaded"
            ))
        };
        if folder.as_os_str().is_empty() {
            return Err(refuse());
        }
        let folder = tokio::fs::canonicalize(folder).await.map_err(|_| refuse())?;
        let whole = tokio::fs::canonicalize(folder.join(file)).await.map_err(|_| refuse())?;
        let is_file = tokio::fs::metadata(&whole).await.is_ok_and(|about| about.is_file());
        if whole.starts_with(&folder) && is_file { Ok(whole) } else { Err(refuse()) }
    }

    /// Clicks, and waits until the file that comes of it is there.
    pub(super) async fn download(&self) -> Result<(), PageError> {
        let downloads = &self.tab.context.downloads;
        let (mut begun, mut ended) = (downloads.begun(), downloads.ended());
        let before = *begun.borrow_and_update();
        let until = Instant::now() + self.act.timeout.unwrap_or(DOWNLOADED_WITHIN).min(DOWNLOADED_WITHIN);
        self.click().await?;
        let begins = until.min(Instant::now() + BEGINS_WITHIN);
        let began = async { begun.wait_for(|count| *count > before).await.is_ok() };
        if !tokio::time::timeout_at(begins, began).await.unwrap_or(false) {
            return Err(self.not_operable("was clicked, and no download began"));
        }
        match tokio::time::timeout_at(until, ended.recv()).await {
            Ok(Ok(Ok(_))) => Ok(()),
            Ok(Ok(Err(why))) => {
                Err(self.not_operable(&format!("was clicked, and its download was not kept: {why}")))
            }
            Ok(Err(RecvError::Lagged(_))) => Ok(()),
            Ok(Err(RecvError::Closed)) | Err(_) => {
                Err(self.not_operable("was clicked, and its download did not end in time"))
            }
        }
    }
}

/// The input that a page asks a file for.
async fn chooser(events: &mut Receiver<Event>) -> Option<FileChooserOpened> {
    let opened = async {
        loop {
            match events.recv().await {
                Ok(event) if &*event.method == "Page.fileChooserOpened" => {
                    return event.read();
                }
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    };
    tokio::time::timeout(CHOOSER_WITHIN, opened).await.ok().flatten()
}

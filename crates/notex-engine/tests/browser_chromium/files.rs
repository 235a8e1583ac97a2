//! Files stay in the session's own folder, in both directions.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use notex_engine::browser::{ContextOptions, Deed, PageError};
use notex_wire::PageEvent;

use crate::support::{Open, next_happening, open, open_in};

struct InFolder {
    folder: tempfile::TempDir,
    open: Open,
}

async fn with_folder() -> InFolder {
    let folder = tempfile::tempdir().unwrap();
    let options = ContextOptions { folder: folder.path().to_owned(), ..ContextOptions::default() };
    InFolder { open: open_in("files.html", &options).await, folder }
}

fn upload(file: impl Into<PathBuf>) -> Deed {
    Deed::Upload { files: vec![file.into()] }
}

fn download(event: PageEvent) -> Option<(String, u64, Option<String>)> {
    match event {
        PageEvent::Download { file, bytes, failure, .. } => Some((file, bytes, failure)),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_is_waited_for_and_lies_in_the_folder_under_a_safe_and_free_name() {
    let InFolder { folder, open } = with_folder().await;
    let mut happenings = open.page.happenings();
    for (css, name, content) in [
        ("#report", "report.txt", "this is report.txt"),
        ("#report", "report (1).txt", "this is report.txt"),
        ("#strange", "name.txt", "this is ../../strange/name.txt"),
    ] {
        open.to(css, Deed::Download).await.unwrap();
        let told = next_happening(&mut happenings, download).await;
        let bytes = u64::try_from(content.len()).unwrap();
        let plain = told.0.replace("_.._strange_", "");
        assert_eq!((plain, told.1, told.2), (format!("downloads/{name}"), bytes, None));
        assert_eq!(std::fs::read_to_string(folder.path().join(told.0)).unwrap(), content);
    }
    assert_eq!(std::fs::read_dir(folder.path().join("downloads")).unwrap().count(), 3);
    assert_eq!(open.title().await, "Files");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_that_downloads_nothing_is_told() {
    let InFolder { folder: _folder, open } = with_folder().await;
    let began = Instant::now();
    let error = open.to("#none", Deed::Download).await.unwrap_err().to_string();
    assert!(error.ends_with("was clicked, and no download began"), "{error}");
    assert!(began.elapsed() < Duration::from_secs(14), "{:?}", began.elapsed());
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_that_grows_too_large_is_cancelled_with_the_reason_and_leaves_nothing() {
    let InFolder { folder, open } = with_folder().await;
    let mut happenings = open.page.happenings();
    let error = open.to("#endless", Deed::Download).await.unwrap_err().to_string();
    assert!(error.ends_with("its download was not kept: it is larger than 100 MB"), "{error}");
    let (_, bytes, failure) = next_happening(&mut happenings, download).await;
    assert_eq!(failure.as_deref(), Some("it is larger than 100 MB"));
    assert!(bytes < 400_000_000, "{bytes}");
    let left = || std::fs::read_dir(folder.path().join("downloads")).unwrap().count();
    crate::support::until("a part of it stayed", async || left() == 0).await;
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_folder_nothing_is_downloaded_and_the_event_says_so() {
    let open = open("files.html").await;
    let mut happenings = open.page.happenings();
    open.to("#report", Deed::Click).await.unwrap();
    let (_, _, failure) = next_happening(&mut happenings, download).await;
    assert_eq!(failure.as_deref(), Some("downloads are off in this session"));
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_the_folder_is_given_to_an_input_even_behind_a_button() {
    let InFolder { folder, open } = with_folder().await;
    std::fs::write(folder.path().join("tea.txt"), "green").unwrap();
    for (css, id) in [("#letter", "letter"), ("label", "letter"), ("#photo", "photo"), ("#choose", "photo")] {
        open.page.evaluate("document.title = 'Files'").await.unwrap();
        open.to(css, upload(folder.path().join("tea.txt"))).await.unwrap();
        let expected = format!("{id} tea.txt green");
        crate::support::until(css, async || open.title().await == expected).await;
        open.page
            .evaluate("document.querySelectorAll('input').forEach((i) => { i.value = ''; })")
            .await
            .unwrap();
    }
    open.to("#letter", upload("tea.txt")).await.unwrap();
    let error = open.to("#plain", upload("tea.txt")).await.unwrap_err().to_string();
    assert!(error.contains("is no file input"), "{error}");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_files_are_given_where_several_can_be_chosen_and_nowhere_else() {
    let InFolder { folder, open } = with_folder().await;
    for name in ["tea.txt", "pot.txt"] {
        std::fs::write(folder.path().join(name), name).unwrap();
    }
    let both = || Deed::Upload { files: vec!["tea.txt".into(), "pot.txt".into()] };
    for (css, id) in [("#pictures", "pictures"), ("#album", "album"), ("#choose-some", "album")] {
        open.value("document.title = 'Files'").await;
        open.to(css, both()).await.unwrap();
        let expected = format!("{id} tea.txt tea.txt pot.txt pot.txt");
        crate::support::until(css, async || open.title().await == expected).await;
        open.value("document.querySelectorAll('input').forEach((i) => { i.value = ''; })").await;
    }
    open.value("document.title = 'Files'; 0").await;
    for css in ["#letter", "#choose"] {
        let error = open.to(css, both()).await.unwrap_err().to_string();
        assert!(error.ends_with("takes one file, and 2 were given"), "{error}");
    }
    let pictures = open.action("Upload a file to Pictures").await.id;
    let names = Some("pot.txt|tea.txt".to_owned());
    open.page.act(&notex_engine::browser::Act::operate(pictures, names, false)).await.unwrap();
    let expected = "pictures pot.txt pot.txt tea.txt tea.txt";
    crate::support::until("by the action", async || open.title().await == expected).await;
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_from_elsewhere_is_refused_by_its_name() {
    let InFolder { folder, open } = with_folder().await;
    let elsewhere = tempfile::NamedTempFile::new().unwrap();
    let mut files = vec![PathBuf::from("/etc/passwd"), elsewhere.path().to_owned(), PathBuf::from("../x")];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/etc/passwd", folder.path().join("link")).unwrap();
        files.push(PathBuf::from("link"));
    }
    files.push(PathBuf::from("missing"));
    files.push(folder.path().to_owned());
    for file in files {
        let error = open.to("#letter", upload(file.clone())).await.unwrap_err();
        let PageError::NotOperable(why) = error else { panic!("{error:?}") };
        assert!(why.starts_with(&file.display().to_string()), "{why}");
    }
    assert_eq!(open.title().await, "Files");
    open.end().await;
}

//! What fails is told in words and in time, and hurts nobody else.

use std::time::{Duration, Instant};

use notex_engine::browser::{Browser, PageError};
use url::Url;

use crate::support::{Site, launch, launch_with, open_with, short_patience};

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_cannot_be_reached_is_told_in_words() {
    let browser = launch_with(short_patience()).await;
    let page = browser.open_page().await.unwrap();
    let why = async |url: &str| match page.goto(&Url::parse(url).unwrap()).await {
        Err(PageError::Unreachable { why, .. }) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(why("http://no-such-host.invalid/").await, "the host name was not found (DNS)");
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    assert_eq!(why(&format!("http://{closed}/")).await, "the connection was refused");
    let site = Site::start().await;
    assert_eq!(why(site.url("never").as_str()).await, "no answer within 3 s");
    page.goto(&site.url("deals.html")).await.unwrap();
    browser.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_web_may_be_opened() {
    let browser = launch().await;
    let page = browser.open_page().await.unwrap();
    for url in ["file:///etc/passwd", "chrome://version", "javascript:alert(1)", "data:text/html,x"] {
        let refused = page.goto(&Url::parse(url).unwrap()).await;
        assert!(matches!(refused, Err(PageError::SchemeRefused(_))), "{url}: {refused:?}");
    }
    page.goto(&Url::parse("about:blank").unwrap()).await.unwrap();
    browser.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_hangs_times_out_and_another_one_still_answers() {
    let open = open_with("troubles.html", short_patience()).await;
    let other = open.browser.open_page().await.unwrap();
    other.goto(&open.site.url("deals.html")).await.unwrap();
    let hang = open.act("Click Hang", None);
    let position = async {
        let began = Instant::now();
        for _ in 0..20 {
            assert_eq!(other.position().await.unwrap().title, "Deals");
        }
        began.elapsed()
    };
    let (hung, took) = tokio::join!(hang, position);
    assert!(matches!(hung, Err(PageError::TimedOut { .. })), "{hung:?}");
    assert!(took < Duration::from_secs(2), "{took:?}");
    // Its script was ended, so it answers again.
    assert_eq!(open.title().await, "Troubles");
    let busy = open.site.url("text/%3Cscript%3Efor(;;);%3C%2Fscript%3E");
    let hung = open.page.goto(&busy).await;
    assert!(matches!(hung, Err(PageError::TimedOut { .. })), "{hung:?}");
    open.page.goto(&open.site.url("deals.html")).await.unwrap();
    assert_eq!(open.title().await, "Deals");
    open.end().await;
}

#[cfg(target_os = "linux")]
mod processes {
    use std::io::{BufRead, BufReader};
    use std::path::PathBuf;
    use std::process::{Command, Stdio};

    use super::*;

    /// The processes that name this test's browser, by their command lines.
    fn processes_with(word: &str) -> Vec<u32> {
        let Ok(all) = std::fs::read_dir("/proc") else { return Vec::new() };
        all.filter_map(Result::ok)
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .filter(|pid| {
                let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
                String::from_utf8_lossy(&line).contains(word)
            })
            .collect()
    }

    fn children_of_ours() -> Vec<(u32, PathBuf)> {
        let me = std::process::id();
        processes_with("--user-data-dir=")
            .into_iter()
            .filter(|pid| {
                let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
                let after = stat.rsplit(") ").next().unwrap_or_default().to_owned();
                after.split(' ').nth(1) == Some(&me.to_string())
            })
            .filter_map(|pid| {
                let line = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
                let line = String::from_utf8_lossy(&line).into_owned();
                let folder = line.split('\0').find_map(|arg| arg.strip_prefix("--user-data-dir="))?;
                Some((pid, PathBuf::from(folder)))
            })
            .collect()
    }

    async fn until(what: &str, mut holds: impl FnMut() -> bool) {
        let began = Instant::now();
        while !holds() {
            assert!(began.elapsed() < Duration::from_secs(10), "{what}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Runs a test of this program in a process of its own.
    fn run_alone(test: &str) -> std::process::Child {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture", "--ignored"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    fn folder_told_by(child: &mut std::process::Child) -> String {
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let told = lines
            .map_while(Result::ok)
            .find_map(|line| line.split_once("profile ").map(|(_, folder)| folder.to_owned()));
        told.expect("the other process told its profile")
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "run by the test below, in a process that is killed"]
    async fn holds_a_browser_until_killed() {
        let browser = launch().await;
        let page = browser.open_page().await.unwrap();
        page.goto(&Url::parse("about:blank").unwrap()).await.unwrap();
        println!("profile {}", children_of_ours()[0].1.display());
        std::future::pending::<()>().await;
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "run by the test below, in a process that ends"]
    async fn leaves_a_browser_without_a_word() {
        let browser = launch().await;
        let _page = browser.open_page().await.unwrap();
        println!("profile {}", children_of_ours()[0].1.display());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_killed_engine_leaves_no_browser_and_no_folder() {
        let mut engine = run_alone("failing::processes::holds_a_browser_until_killed");
        let folder = folder_told_by(&mut engine);
        assert!(processes_with(&folder).len() > 2, "{:?}", processes_with(&folder));
        engine.kill().unwrap();
        engine.wait().unwrap();
        until("the browser outlived its engine", || processes_with(&folder).is_empty()).await;
        until("the profile stayed", || !PathBuf::from(&folder).exists()).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_dropped_browser_leaves_no_process_and_no_folder() {
        let mut engine = run_alone("failing::processes::leaves_a_browser_without_a_word");
        let folder = folder_told_by(&mut engine);
        assert!(engine.wait().unwrap().success());
        until("the browser outlived its engine", || processes_with(&folder).is_empty()).await;
        until("the profile stayed", || !PathBuf::from(&folder).exists()).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "run by the test below, in a process that has no other browser"]
    async fn kills_its_browser() {
        let site = Site::start().await;
        let browser = launch().await;
        let page = browser.open_page().await.unwrap();
        let (pid, folder) = children_of_ours()[0].clone();
        let never = site.url("never");
        let pending = page.goto(&never);
        let kill = async {
            // The call is on its way once the site was asked; a moment more is as good.
            tokio::task::yield_now().await;
            assert!(Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap().success());
            let began = Instant::now();
            let why = browser.lost().await;
            (why, began.elapsed())
        };
        let (pending, (why, took)) = tokio::join!(pending, kill);
        assert!(matches!(pending, Err(PageError::Lost(_))), "{pending:?}");
        assert!(why.ends_with("ended (signal 9)"), "{why}");
        assert!(took < Duration::from_secs(1), "{took:?}");
        page.lost().await;
        assert!(matches!(page.position().await, Err(PageError::Lost(_))));
        browser.shut_down().await;
        assert!(processes_with(folder.to_str().unwrap()).is_empty());
        assert!(!folder.exists());
        println!("profile {}", folder.display());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_killed_browser_is_noticed_at_once_and_its_pending_call_fails() {
        let mut engine = run_alone("failing::processes::kills_its_browser");
        folder_told_by(&mut engine);
        assert!(engine.wait().unwrap().success());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_crashed_page_is_lost_and_the_other_one_lives() {
        let open = open_with("troubles.html", short_patience()).await;
        let other = open.browser.open_page().await.unwrap();
        let folder = children_of_ours();
        let mut renderers = Vec::new();
        for (_, folder) in &folder {
            let all = processes_with(folder.to_str().unwrap());
            renderers.extend(all.into_iter().filter(|pid| {
                let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
                String::from_utf8_lossy(&line).contains("--type=renderer")
            }));
        }
        assert!(!renderers.is_empty());
        drop(other);
        open.end().await;
    }
}

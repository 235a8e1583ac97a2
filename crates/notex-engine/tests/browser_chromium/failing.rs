//! What fails is told in words and in time, and hurts nobody else.

use std::sync::Arc;
use std::time::{Duration, Instant};

use notex_engine::browser::chromium::Patience;
use notex_engine::browser::{Browser, ContextOptions, PageError, WaitUntil};
use url::Url;

use crate::support::{Site, launch, launch_with, open_with, short_patience};

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_cannot_be_reached_is_told_in_words() {
    let browser = launch_with(short_patience()).await;
    let page = browser.open_page(&ContextOptions::default()).await.unwrap();
    let why = async |url: &str| match page.goto(&Url::parse(url).unwrap(), WaitUntil::Load).await {
        Err(PageError::Unreachable { why, .. }) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(why("http://no-such-host.invalid/").await, "the host name was not found (DNS)");
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    assert_eq!(why(&format!("http://{closed}/")).await, "the connection was refused");
    let shown = page.position().await.unwrap().url;
    assert_eq!(
        shown,
        format!("http://{closed}/"),
        "where the browser shows its own page is where it failed to go"
    );
    let site = Site::start().await;
    assert_eq!(why(site.url("never").as_str()).await, "no answer within 3 s");
    page.goto(&site.url("deals.html"), WaitUntil::Load).await.unwrap();
    assert_eq!(page.position().await.unwrap().url, site.url("deals.html").as_str());
    browser.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_is_refused_and_a_link_to_one_leaves_the_page_in_time() {
    let open = open_with("troubles.html", Patience::default()).await;
    for link in ["Open Download", "Open Nothing"] {
        let began = Instant::now();
        open.act(link, None).await.unwrap();
        assert!(began.elapsed() < Duration::from_secs(8), "{link}: {:?}", began.elapsed());
        assert_eq!(open.title().await, "Troubles");
    }
    for path in ["file", "nothing"] {
        let Err(PageError::Unreachable { why, .. }) =
            open.page.goto(&open.site.url(path), WaitUntil::Load).await
        else {
            panic!("{path} was opened");
        };
        assert_eq!(why, "it is a download or holds no page");
    }
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_web_may_be_opened() {
    let browser = launch().await;
    let page = browser.open_page(&ContextOptions::default()).await.unwrap();
    for url in ["file:///etc/passwd", "chrome://version", "javascript:alert(1)", "data:text/html,x"] {
        let refused = page.goto(&Url::parse(url).unwrap(), WaitUntil::Load).await;
        assert!(matches!(refused, Err(PageError::SchemeRefused(_))), "{url}: {refused:?}");
    }
    page.goto(&Url::parse("about:blank").unwrap(), WaitUntil::Load).await.unwrap();
    browser.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_cannot_lead_out_of_the_web_either() {
    let open = open_with("escapes.html", Patience::default()).await;
    for way in ["Open File", "Open Browser page", "Click Popup", "Click Redirect"] {
        open.act(way, None).await.unwrap();
        let position = open.page.position().await.unwrap();
        assert!(position.url.starts_with("http://127.0.0.1"), "{way}: {}", position.url);
    }
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_hangs_times_out_and_another_one_still_answers() {
    let open = open_with("troubles.html", short_patience()).await;
    let other = open.browser.open_page(&ContextOptions::default()).await.unwrap();
    other.goto(&open.site.url("deals.html"), WaitUntil::Load).await.unwrap();
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
    let hung = open.page.goto(&busy, WaitUntil::Load).await;
    assert!(matches!(hung, Err(PageError::TimedOut { .. })), "{hung:?}");
    open.page.goto(&open.site.url("deals.html"), WaitUntil::Load).await.unwrap();
    assert_eq!(open.title().await, "Deals");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_crashes_is_lost_and_the_other_one_lives() {
    let open = open_with("deals.html", short_patience()).await;
    let other = open.browser.open_page(&ContextOptions::default()).await.unwrap();
    other.goto(&open.site.url("deals.html"), WaitUntil::Load).await.unwrap();
    // So many nested boxes are more than Chromium's own layout can take.
    let opened = open.page.goto(&open.site.url("deep.html#5000"), WaitUntil::Load).await;
    assert_eq!(open.page.lost().await, "the page crashed");
    assert!(matches!(opened, Ok(()) | Err(PageError::Lost(_))), "{opened:?}");
    assert_eq!(open.page.position().await, Err(PageError::Lost(String::from("the page crashed"))));
    open.page.close().await;
    assert_eq!(other.position().await.unwrap().title, "Deals");
    open.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_shadows_and_patches_everything_is_read_and_operated() {
    let open = open_with("hostile.html", short_patience()).await;
    let observed = open.observe().await;
    let listed: Vec<_> = observed.actions.iter().map(|a| a.description.as_str()).collect();
    assert_eq!(listed.len(), 18, "{listed:?}");
    assert_eq!(observed.actions[0].category, "Trap");
    open.act("Fill Second", Some("text")).await.unwrap();
    assert_eq!(open.action("Fill Second").await.state.unwrap().value.as_deref(), Some("text"));
    open.act("Click After", None).await.unwrap();
    assert_eq!(open.title().await, "clicked");
    assert!(open.read().await.contains('x'));
    open.end().await;
}

#[cfg(target_os = "linux")]
mod processes {
    use std::io::{BufRead, BufReader};
    use std::path::PathBuf;
    use std::process::{Command, Stdio};

    use super::*;

    /// Numbers from `/proc/PID/stat` of every process: its own, its parent's, its group's.
    fn all_processes() -> Vec<[u32; 3]> {
        let numbers = |entry: std::fs::DirEntry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
            let mut after_name = stat.rsplit_once(") ")?.1.split(' ');
            let dead = after_name.next() == Some("Z");
            let parent = after_name.next()?.parse().ok()?;
            let group = after_name.next()?.parse().ok()?;
            (!dead).then_some([pid, parent, group])
        };
        std::fs::read_dir("/proc").unwrap().filter_map(Result::ok).filter_map(numbers).collect()
    }

    /// The browser's process group and its watchdog.
    fn belong_to(group: u32, folder: &str) -> Vec<u32> {
        let names_folder = |pid: u32| {
            let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&line).contains(folder)
        };
        let all = all_processes().into_iter();
        all.filter(|[pid, _, of]| *of == group || names_folder(*pid)).map(|[pid, ..]| pid).collect()
    }

    /// The one browser that this process started: its process group and its folder.
    fn own_browser() -> (u32, String) {
        let me = std::process::id();
        let found =
            all_processes().into_iter().filter(|[_, parent, _]| *parent == me).find_map(|[pid, ..]| {
                let line = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
                let line = String::from_utf8_lossy(&line).into_owned();
                // Chromium may rewrite its command line with spaces.
                let folder = line.split(['\0', ' ']).find_map(|arg| arg.strip_prefix("--user-data-dir="))?;
                Some((pid, folder.to_owned()))
            });
        found.expect("this process started a browser")
    }

    async fn until(what: &str, mut holds: impl FnMut() -> bool) {
        let began = Instant::now();
        while !holds() {
            assert!(began.elapsed() < Duration::from_secs(10), "{what}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// A test of this program in a process of its own, killed with this one's end.
    struct Alone {
        process: std::process::Child,
        lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
    }

    impl Drop for Alone {
        fn drop(&mut self) {
            let _ = self.process.kill();
            let _ = self.process.wait();
        }
    }

    impl Alone {
        fn run(test: &str) -> Alone {
            let mut process = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", &format!("failing::processes::{test}"), "--nocapture", "--ignored"])
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let lines = BufReader::new(process.stdout.take().unwrap()).lines();
            Alone { process, lines }
        }

        fn told_browser(&mut self) -> (u32, String) {
            let told = self.lines.by_ref().map_while(Result::ok).find_map(|line| {
                let (_, told) = line.split_once("browser ")?;
                let (group, folder) = told.split_once(' ')?;
                Some((group.parse().ok()?, folder.to_owned()))
            });
            told.expect("the other process told its browser")
        }

        fn passes(mut self) {
            self.lines.by_ref().for_each(drop);
            assert!(self.process.wait().unwrap().success());
        }
    }

    fn tell_browser() {
        let (group, folder) = own_browser();
        println!("\nbrowser {group} {folder}");
    }

    async fn is_gone(group: u32, folder: &str) {
        until("the browser outlived its engine", || belong_to(group, folder).is_empty()).await;
        until("the profile stayed", || !PathBuf::from(folder).exists()).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "run by the test below, in a process that is killed"]
    async fn holds_a_browser_until_killed() {
        let browser = launch().await;
        let page = browser.open_page(&ContextOptions::default()).await.unwrap();
        page.goto(&Url::parse("about:blank").unwrap(), WaitUntil::Load).await.unwrap();
        tell_browser();
        std::future::pending::<()>().await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_killed_engine_leaves_no_browser_and_no_folder() {
        let mut engine = Alone::run("holds_a_browser_until_killed");
        let (group, folder) = engine.told_browser();
        let running = belong_to(group, &folder);
        assert!(running.len() > 3, "browser, helpers and watchdog: {running:?}");
        engine.process.kill().unwrap();
        is_gone(group, &folder).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "run by the test below, in a process that ends"]
    async fn leaves_a_browser_without_a_word() {
        let browser = launch().await;
        let _page = browser.open_page(&ContextOptions::default()).await.unwrap();
        tell_browser();
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_dropped_browser_leaves_no_process_and_no_folder() {
        let mut engine = Alone::run("leaves_a_browser_without_a_word");
        let (group, folder) = engine.told_browser();
        engine.passes();
        is_gone(group, &folder).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "run by the test below, in a process that has no other browser"]
    async fn kills_its_browser() {
        let site = Site::start().await;
        let browser = launch().await;
        let page = browser.open_page(&ContextOptions::default()).await.unwrap();
        let (pid, folder) = own_browser();
        let never = site.url("never");
        let asked = Arc::clone(&site.asked);
        let pending = page.goto(&never, WaitUntil::Load);
        let kill = async {
            asked.notified().await;
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
        assert!(belong_to(pid, &folder).is_empty());
        assert!(!PathBuf::from(folder).exists());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_killed_browser_is_noticed_at_once_and_its_pending_call_fails() {
        Alone::run("kills_its_browser").passes();
    }
}

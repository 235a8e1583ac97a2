//! A desktop that the test plays: a screen and a session bus of its own, on which the icons in the tray, their menus and
//! the system's notices are asked for, seen and answered as a desktop's shell does it. Programs on it share one home.

use std::collections::HashMap;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tempfile::TempDir;
use zbus::message::Header;
use zbus::names::OwnedBusName;
use zbus::{
    Connection, ObjectPath, OwnedObjectPath, OwnedVariant, Proxy, Structure, Variant, connection, interface,
};

use crate::program::RunningProgram;
use crate::wait::until;

const SOON: Duration = Duration::from_secs(30);
/// A program that is about to end may leave a question open.
const AN_ANSWER: Duration = Duration::from_secs(2);
const NOTICES: &str = "/org/freedesktop/Notifications";
const ITEM: &str = "org.kde.StatusNotifierItem";
const MENU: &str = "com.canonical.dbusmenu";

/// Two that look for a free number at once can take the same one.
static ONE_SCREEN_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// The desktop; its screen and its bus end with it.
#[derive(Debug)]
pub struct Desktop {
    display: String,
    address: String,
    connection: Connection,
    icons: Shared<(OwnedBusName, OwnedObjectPath)>,
    notices: Shared<Told>,
    home: TempDir,
    _programs: [RunningProgram; 2],
}

/// A notice that a program asked the system to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What a click on it is answered with.
    pub id: u32,
    /// Its first line.
    pub title: String,
    /// The rest.
    pub text: String,
    /// A click on it is listened to.
    pub clickable: bool,
}

/// A line of the menu in the tray.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuLine {
    id: i32,
    /// Its words, as they are drawn.
    pub words: String,
    /// It can be chosen.
    pub enabled: bool,
}

type Shared<T> = Arc<Mutex<Vec<T>>>;

impl Desktop {
    /// One with a tray and notices.
    pub async fn open() -> Self {
        let home = tempfile::Builder::new().prefix("notex-desktop-").tempdir().expect("a temporary folder");
        let screen = ["-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp"];
        let (screen, display) = {
            let _turn = ONE_SCREEN_AT_A_TIME.lock().await;
            let mut screen = RunningProgram::start(Path::new("Xvfb"), &screen, |_, _| {});
            let display = until_numbered(&mut screen).await;
            (screen, display)
        };
        let mut bus = RunningProgram::start(
            Path::new("dbus-daemon"),
            &["--session", "--nofork", "--nopidfile", "--print-address=1"],
            |command, folder| {
                command.arg(format!("--address=unix:path={}", folder.join("bus").display()));
            },
        );
        let address = format!("unix:{}", bus.line_after("unix:").await);
        let (icons, notices) = (Shared::default(), Shared::default());
        let connection = connection::Builder::address(address.as_str())
            .serve_at("/StatusNotifierWatcher", Watcher { icons: Arc::clone(&icons) })
            .serve_at(NOTICES, Notifications { told: Arc::clone(&notices) })
            .name("org.kde.StatusNotifierWatcher")
            .name("org.freedesktop.Notifications")
            .build()
            .await
            .expect("the test can play a desktop on its own bus");
        Self { display, address, connection, icons, notices, home, _programs: [screen, bus] }
    }

    /// The folder that programs on this desktop keep their things in.
    pub fn data_dir(&self) -> PathBuf {
        self.home.path().join("inspector")
    }

    /// What a program on this desktop sees around it.
    pub fn surroundings(&self) -> Vec<(&'static str, String)> {
        let inside = |name: &str| {
            let folder = self.home.path().join(name);
            std::fs::create_dir_all(&folder).expect("a folder in a temporary folder");
            folder.to_string_lossy().into_owned()
        };
        vec![
            ("DISPLAY", self.display.clone()),
            ("DBUS_SESSION_BUS_ADDRESS", self.address.clone()),
            ("HOME", inside("home")),
            ("XDG_CONFIG_HOME", inside("config")),
            ("XDG_DATA_HOME", inside("data")),
            ("XDG_CACHE_HOME", inside("cache")),
        ]
    }

    /// All notices so far.
    pub fn notices(&self) -> Vec<Told> {
        all(&self.notices)
    }

    /// Somebody clicks a notice.
    pub async fn click(&self, notice: &Told) {
        let answer = (notice.id, "default");
        let path = ObjectPath::try_from(NOTICES).expect("a path");
        self.connection
            .emit_signal(None::<&str>, path, "org.freedesktop.Notifications", "ActionInvoked", &answer)
            .await
            .expect("a signal can be sent");
    }

    /// The words beside the icon in the tray; empty when there are none.
    pub async fn label(&self) -> String {
        let asked = async {
            let (name, path) = self.icon().await;
            let icon = Proxy::new(&self.connection, name, path, ITEM).await?;
            icon.get_property::<String>("XAyatanaLabel").await
        };
        answer(asked).await.unwrap_or_default()
    }

    /// The icon's menu, without its separators; empty when it does not answer.
    pub async fn menu(&self) -> Vec<MenuLine> {
        let asked = async {
            let menu = self.menu_of_icon().await?;
            menu.call("GetLayout", &(0_i32, -1_i32, Vec::<&str>::new())).await
        };
        let Some((_, (_, _, lines))) = answer::<Layout>(asked).await else { return Vec::new() };
        lines.into_iter().filter_map(line).collect()
    }

    /// Chooses the line of the menu that begins like this, once it can be chosen.
    pub async fn choose(&self, words: &str) {
        let line = until(&format!("`{words}` in the tray's menu"), SOON, || async {
            self.menu().await.into_iter().find(|line| line.enabled && line.words.starts_with(words))
        })
        .await;
        let click = (line.id, "clicked", Variant::I32(0), 0_u32);
        let clicked = async { self.menu_of_icon().await?.call_noreply("Event", &click).await };
        answer(clicked).await.expect("the menu takes a click");
    }

    async fn menu_of_icon(&self) -> zbus::Result<Proxy<'_>> {
        let (name, path) = self.icon().await;
        let icon = Proxy::new(&self.connection, name.clone(), path, ITEM).await?;
        let menu: OwnedObjectPath = icon.get_property("Menu").await?;
        Proxy::new(&self.connection, name, menu, MENU).await
    }

    async fn icon(&self) -> (OwnedBusName, OwnedObjectPath) {
        until("an icon in the tray", SOON, || async { all(&self.icons).pop() }).await
    }
}

/// The screen's display, once it can be drawn on; what it warns of before is passed over.
async fn until_numbered(screen: &mut RunningProgram) -> String {
    loop {
        let line = screen.line_after("").await;
        if line.parse::<u32>().is_ok() {
            return format!(":{line}");
        }
    }
}

/// `(revision, (id, properties, children))`.
type Layout = (u32, (i32, HashMap<String, OwnedVariant>, Vec<OwnedVariant>));

/// What the bus answers, when it does so soon.
async fn answer<T>(asked: impl Future<Output = zbus::Result<T>>) -> Option<T> {
    tokio::time::timeout(AN_ANSWER, asked).await.ok()?.ok()
}

fn all<T: Clone>(shared: &Shared<T>) -> Vec<T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

fn keep<T>(shared: &Shared<T>, one: T) {
    shared.lock().unwrap_or_else(PoisonError::into_inner).push(one);
}

/// `(id, properties, children)`; a separator has no label.
fn line(value: OwnedVariant) -> Option<MenuLine> {
    let fields = Structure::try_from(value).ok()?.into_fields();
    let mut fields = fields.into_iter();
    let id = i32::try_from(fields.next()?).ok()?;
    let mut properties = HashMap::<String, OwnedVariant>::try_from(fields.next()?).ok()?;
    let words = String::try_from(properties.remove("label")?).ok()?;
    let enabled = properties.remove("enabled").is_none_or(|enabled| bool::try_from(enabled).unwrap_or(true));
    Some(MenuLine { id, words: words.replace("__", "_"), enabled })
}

struct Watcher {
    icons: Shared<(OwnedBusName, OwnedObjectPath)>,
}

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, service: &str, #[zbus(header)] header: Header<'_>) {
        let (Some(sender), Ok(path)) = (header.sender(), OwnedObjectPath::try_from(service)) else { return };
        if let Ok(name) = OwnedBusName::try_from(sender.to_string()) {
            keep(&self.icons, (name, path));
        }
    }

    fn register_status_notifier_host(&self, _service: &str) {}

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        all(&self.icons).into_iter().map(|(name, path)| format!("{name}{path}")).collect()
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}

struct Notifications {
    told: Shared<Told>,
}

#[interface(name = "org.freedesktop.Notifications")]
impl Notifications {
    fn get_capabilities(&self) -> Vec<&'static str> {
        vec!["actions", "body"]
    }

    #[expect(clippy::too_many_arguments, reason = "so many has the desktop's interface")]
    fn notify(
        &self,
        _app: &str,
        _replaces: u32,
        _icon: &str,
        summary: &str,
        body: &str,
        actions: Vec<String>,
        _hints: HashMap<String, OwnedVariant>,
        _timeout: i32,
    ) -> u32 {
        let id = u32::try_from(all(&self.told).len()).unwrap_or(u32::MAX).saturating_add(1);
        let clickable = actions.iter().any(|action| action == "default");
        keep(&self.told, Told { id, title: summary.to_owned(), text: body.to_owned(), clickable });
        id
    }

    fn close_notification(&self, _id: u32) {}

    fn get_server_information(&self) -> (&'static str, &'static str, &'static str, &'static str) {
        ("the test", "notex", "1", "1.2")
    }
}

/// A window on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct XWindow {
    display: String,
    id: String,
}

impl Desktop {
    /// The visible window with this title, once there is one.
    pub async fn window_titled(&self, title: &str) -> XWindow {
        until(&format!("a window with the title `{title}`"), SOON, || async { self.window_now(title) }).await
    }

    /// The same, when it is there now.
    pub fn window_now(&self, title: &str) -> Option<XWindow> {
        let found = xdotool(&self.display, &["search", "--onlyvisible", "--name", &format!("^{title}$")])?;
        let id = found.lines().next()?.to_owned();
        Some(XWindow { display: self.display.clone(), id })
    }
}

impl XWindow {
    /// Types into it; it has the keyboard when the mouse is over it, as there is no window manager.
    pub fn type_text(&self, text: &str) {
        self.point_at();
        xdotool(&self.display, &["type", "--clearmodifiers", text]);
    }

    /// Presses a key of it: `Return`, `ctrl+a`.
    pub fn press(&self, key: &str) {
        self.point_at();
        xdotool(&self.display, &["key", "--clearmodifiers", key]);
    }

    fn point_at(&self) {
        xdotool(&self.display, &["mousemove", "--window", &self.id, "200", "20"]);
    }
}

fn xdotool(display: &str, words: &[&str]) -> Option<String> {
    let ran = Command::new("xdotool").env("DISPLAY", display).args(words).output();
    let output = ran.expect("xdotool runs; `cargo xtask test` installs what tests need");
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

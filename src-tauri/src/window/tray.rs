//! The icon in the system's tray: how many sessions live, and a menu of the newest. Where there is no tray the app goes
//! on without one.

use tauri::menu::{Menu, MenuBuilder, MenuItemBuilder};
use tauri::tray::TrayIconBuilder;
use tauri::{AppHandle, Wry};

use super::menu;
use super::overview::TrayText;

const ID: &str = "tray";

/// Puts the icon up; false where that is not possible.
pub(super) async fn put_up(app: &AppHandle) -> bool {
    if !library_is_there() {
        tracing::info!("there is no libayatana-appindicator3; the app goes on without an icon in the tray");
        return false;
    }
    let (answer, answered) = tokio::sync::oneshot::channel();
    let handle = app.clone();
    let asked = app.run_on_main_thread(move || drop(answer.send(build(&handle))));
    let built = match asked {
        Ok(()) => answered.await.unwrap_or_else(|_| Err(tauri::Error::FailedToReceiveMessage)),
        Err(error) => Err(error),
    };
    if let Err(error) = &built {
        tracing::warn!(%error, "there is no icon in the tray");
    }
    built.is_ok()
}

fn build(app: &AppHandle) -> tauri::Result<()> {
    let text = TrayText { headline: "No live sessions".to_owned(), ..TrayText::default() };
    let mut tray = TrayIconBuilder::with_id(ID).menu(&menu_of(app, &text)?).tooltip("Notex Inspector");
    if let Some(icon) = app.default_window_icon() {
        tray = tray.icon(icon.clone());
    }
    tray.build(app).map(drop)
}

/// Shows another state.
pub(super) fn draw(app: &AppHandle, text: &TrayText) {
    let Some(tray) = app.tray_by_id(ID) else { return };
    let count = (text.live > 0).then(|| text.live.to_string());
    let drawn = menu_of(app, text).and_then(|menu| {
        tray.set_menu(Some(menu))?;
        tray.set_tooltip(Some(format!("Notex Inspector: {}", text.headline)))?;
        tray.set_title(count)
    });
    if let Err(error) = drawn {
        tracing::warn!(%error, "the icon in the tray could not be changed");
    }
}

fn menu_of(app: &AppHandle, text: &TrayText) -> tauri::Result<Menu<Wry>> {
    let headline = MenuItemBuilder::new(&text.headline).enabled(false).build(app)?;
    let mut built = MenuBuilder::new(app).item(&headline);
    for (session, words) in &text.sessions {
        built = built.text(menu::session(session), words);
    }
    let more = text.live - text.sessions.len().min(text.live);
    if more > 0 {
        built = built.item(&MenuItemBuilder::new(format!("and {more} more")).enabled(false).build(app)?);
    }
    let close_all =
        MenuItemBuilder::with_id(menu::CLOSE_ALL, "Close all…").enabled(text.live > 0).build(app)?;
    built
        .separator()
        .text(menu::SHOW, "Show window")
        .text(menu::NEW_SESSION, "New session")
        .item(&close_all)
        .separator()
        .text(menu::QUIT, "Quit")
        .build()
}

/// The tray's crate panics when the library is missing, so it is asked for beforehand, by the same names.
#[cfg(target_os = "linux")]
fn library_is_there() -> bool {
    #[expect(
        unsafe_code,
        reason = "loading a library runs its initialisers; the tray's crate loads the same one"
    )]
    let loads = |name: &str| unsafe { libloading::Library::new(name) }.map(std::mem::forget).is_ok();
    ["libayatana-appindicator3.so.1", "libappindicator3.so.1"].into_iter().any(loads)
}

#[cfg(not(target_os = "linux"))]
fn library_is_there() -> bool {
    true
}

//! What the entries of menus do, and the menu bar of macOS. Elsewhere the window has no menu bar.

use notex_hub::protocol::Ask;
use tauri::AppHandle;
use tauri::menu::{Menu, MenuBuilder, MenuItemBuilder, SubmenuBuilder};

use super::{focus, page, quit};

pub(super) const SHOW: &str = "show";
pub(super) const NEW_SESSION: &str = "new-session";
pub(super) const CLOSE_ALL: &str = "close-all";
pub(super) const SETTINGS: &str = "settings";
pub(super) const QUIT: &str = "quit";
const SESSION: &str = "session:";

/// The id of the entry that shows a session.
pub(super) fn session(session: &str) -> String {
    format!("{SESSION}{session}")
}

/// What an entry asks the page for.
fn ask_of(entry: &str) -> Option<Ask> {
    match entry {
        NEW_SESSION => Some(Ask::NewSession),
        CLOSE_ALL => Some(Ask::CloseAll),
        SETTINGS => Some(Ask::Settings),
        _ => entry.strip_prefix(SESSION).map(|session| Ask::ShowSession { session: session.to_owned() }),
    }
}

/// Does what an entry says.
pub(super) fn chosen(app: &AppHandle, entry: &str) {
    if entry == QUIT {
        return quit::request(app);
    }
    focus(app);
    if let Some(ask) = ask_of(entry) {
        page::tell(app, ask);
    }
}

/// The menu bar of macOS: the standard entries, and ours with the window's shortcuts. Quit asks like the window does.
pub(super) fn bar(app: &AppHandle) -> tauri::Result<Menu<tauri::Wry>> {
    let entry =
        |id: &str, words: &str, keys: &str| MenuItemBuilder::with_id(id, words).accelerator(keys).build(app);
    let inspector = SubmenuBuilder::new(app, "Notex Inspector")
        .about(None)
        .separator()
        .item(&entry(SETTINGS, "Settings…", "CmdOrCtrl+,")?)
        .separator()
        .services()
        .separator()
        .hide()
        .hide_others()
        .show_all()
        .separator()
        .item(&entry(QUIT, "Quit Notex Inspector", "CmdOrCtrl+Q")?)
        .build()?;
    let close_all = MenuItemBuilder::with_id(CLOSE_ALL, "Close All Sessions…").build(app)?;
    let session = SubmenuBuilder::new(app, "Session")
        .item(&entry(NEW_SESSION, "New Session", "CmdOrCtrl+N")?)
        .item(&close_all)
        .build()?;
    let edit = SubmenuBuilder::new(app, "Edit")
        .undo()
        .redo()
        .separator()
        .cut()
        .copy()
        .paste()
        .select_all()
        .build()?;
    let window = SubmenuBuilder::new(app, "Window")
        .minimize()
        .maximize()
        .fullscreen()
        .separator()
        .close_window()
        .build()?;
    MenuBuilder::new(app).items(&[&inspector, &session, &edit, &window]).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_asks_for_what_it_says() {
        assert_eq!(ask_of(CLOSE_ALL), Some(Ask::CloseAll));
        assert_eq!(ask_of(&session("s-1")), Some(Ask::ShowSession { session: "s-1".to_owned() }));
        assert_eq!(ask_of(SHOW), None);
    }
}

//! The desktop window: plugins, settings, and what the desktop around it shows and asks. It is opened before anything
//! else has started, and a quit leaves nothing behind.

mod files;
mod links;
mod menu;
mod notices;
mod overview;
mod page;
mod quit;
mod tray;
mod watched;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use notex_hub::{LogHandle, Saved};
use tauri::webview::PageLoadEvent;
use tauri::{AppHandle, Manager, RunEvent, WindowEvent};
use tauri_plugin_deep_link::DeepLinkExt;
use tauri_plugin_dialog::{DialogExt, MessageDialogKind};
use tauri_plugin_store::StoreExt;
use tauri_plugin_window_state::{AppHandleExt, StateFlags};
use tokio::sync::watch;

pub(crate) use page::Page;
use watched::Watched;

use crate::boot::{Boot, Running};
use crate::bridge::{self, LiveViews};
use crate::profile::Profile;
use crate::signals::asked_to_end;
use crate::{Options, StartError, settings_file};

/// The one window.
const MAIN: &str = "main";
/// All but whether it is seen: an app that was started shows itself.
const KEPT_OF_THE_WINDOW: StateFlags = StateFlags::all().difference(StateFlags::VISIBLE);

/// Opens the window and returns when it was closed and everything has ended.
pub(crate) fn run(options: Options, log: LogHandle) -> Result<(), StartError> {
    // Tauri panics where there is no display; asked beforehand, GTK says so.
    #[cfg(target_os = "linux")]
    gtk::init().map_err(|_| StartError::Window("no display answers".to_owned()))?;
    let (started, boot) = Boot::new();
    let app = tauri::Builder::default()
        // First of all: a second start ends here, before it touches anything.
        .plugin(single_instance(options.data_dir.as_deref()))
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_notification::init())
        .plugin(tauri_plugin_store::Builder::new().build())
        .plugin(
            // Hidden while it ends, it must not be hidden the next time.
            tauri_plugin_window_state::Builder::new().with_state_flags(KEPT_OF_THE_WINDOW).build(),
        )
        .manage(boot)
        .manage(log)
        .manage(Page::new())
        .manage(Watched::default())
        .manage(LiveViews::default())
        .manage(quit::Quitting::default())
        .register_asynchronous_uri_scheme_protocol("picture", |context, request, responder| {
            let uri = request.uri().clone();
            let boot = context.app_handle().state::<Boot>().inner().clone();
            tauri::async_runtime::spawn(async move {
                if let Ok(hub) = boot.hub().await {
                    responder.respond(bridge::picture(hub, &uri).await);
                }
            });
        })
        .invoke_handler(tauri::generate_handler![
            bridge::send,
            bridge::query,
            bridge::subscribe,
            bridge::live,
            bridge::live_say,
            bridge::live_close,
            files::save_file,
            files::keep_export,
            files::choose_session_file,
            notices::notify,
            quit::quit,
            quit::quit_asked,
        ])
        .on_menu_event(|app, event| menu::chosen(app, event.id().as_ref()))
        .on_page_load(|webview, load| {
            if matches!(load.event(), PageLoadEvent::Started) {
                webview.state::<Page>().is_gone();
                webview.state::<LiveViews>().clear();
                webview.state::<quit::Quitting>().withdrawn();
            }
        })
        .build(crate::context())
        .map_err(|error| StartError::Window(error.to_string()))?;
    around_the_window(app.handle(), options.link.as_deref());
    tauri::async_runtime::spawn(start(app.handle().clone(), options.data_dir, started));
    let (ending, ended) = (AtomicBool::new(false), Arc::new(AtomicBool::new(false)));
    app.run(move |app, event| match event {
        // It came up hidden and has its place by now: a window manager may not size what it has not seen.
        RunEvent::Ready => focus(app),
        RunEvent::WindowEvent { event: WindowEvent::CloseRequested { api, .. }, .. } => {
            api.prevent_close();
            quit::request(app);
        }
        // A request to exit is held until sessions and browser have ended.
        RunEvent::ExitRequested { api, .. } if !ended.load(Ordering::SeqCst) => {
            api.prevent_exit();
            if ending.swap(true, Ordering::SeqCst) {
                return;
            }
            put_away(app);
            let (app, ended) = (app.clone(), ended.clone());
            tauri::async_runtime::spawn(async move {
                if let Some(running) = app.state::<Boot>().running().await {
                    running.shut_down().await;
                }
                ended.store(true, Ordering::SeqCst);
                app.exit(0);
            });
        }
        _ => {}
    });
    Ok(())
}

/// One inspector for each data folder: the second start shows the window of the first.
fn single_instance(data_dir: Option<&Path>) -> tauri::plugin::TauriPlugin<tauri::Wry> {
    let instance = tauri_plugin_single_instance::Builder::new().callback(|app, arguments, folder| {
        match links::among(&arguments) {
            Some(argument) => links::follow_argument(app, argument, Path::new(&folder)),
            None => focus(app),
        }
    });
    match data_dir.and_then(|folder| std::path::absolute(folder).ok()) {
        Some(folder) => {
            let mut name = DefaultHasher::new();
            folder.hash(&mut name);
            instance.dbus_id(format!("dev.notex.inspector.p{:x}", name.finish())).build()
        }
        None => instance.build(),
    }
}

/// Links, signals and the menu bar; none of them waits for the hub.
fn around_the_window(app: &AppHandle, link: Option<&str>) {
    if let Some(argument) = link {
        links::follow_argument(app, argument, &std::env::current_dir().unwrap_or_default());
    }
    // Elsewhere a link is an argument of a start.
    if cfg!(target_os = "macos") {
        let handle = app.clone();
        app.deep_link().on_open_url(move |event| {
            event.urls().iter().for_each(|link| links::follow(&handle, link.as_str()));
        });
        let bar = menu::bar(app).and_then(|bar| app.set_menu(bar).map(drop));
        if let Err(error) = bar {
            tracing::warn!(%error, "there is no menu bar");
        }
    } else if tauri::utils::platform::bundle_type().is_some() {
        let handle = app.clone();
        tauri::async_runtime::spawn_blocking(move || {
            if let Err(error) = handle.deep_link().register_all() {
                tracing::warn!(%error, "links to sessions cannot be opened from elsewhere");
            }
        });
    }
    tauri::async_runtime::spawn(watched::follow(app.clone()));
    let handle = app.clone();
    tauri::async_runtime::spawn(async move {
        asked_to_end().await;
        handle.exit(0);
    });
}

/// Starts what the window shows. When that is not possible it says so and ends.
async fn start(app: AppHandle, data_dir: Option<PathBuf>, started: watch::Sender<Option<Running>>) {
    match open(&app, data_dir.as_deref()).await {
        Ok(running) => drop(started.send_replace(Some(running))),
        Err(error) => {
            eprintln!("notex-inspector: {error}");
            app.dialog()
                .message(format!("Notex Inspector cannot start: {error}."))
                .title("Notex Inspector")
                .kind(MessageDialogKind::Error)
                .show(|_| std::process::exit(1));
        }
    }
}

async fn open(
    app: &AppHandle,
    data_dir: Option<&Path>,
) -> Result<Running, Box<dyn std::error::Error + Send + Sync>> {
    let profile = Profile::open(data_dir)?;
    let store = app.store_builder(profile.settings()).disable_auto_save().build()?;
    let saved = match store.get(settings_file::SAVED) {
        Some(value) => settings_file::from_value(value).unwrap_or_else(|| {
            settings_file::set_aside(&profile.settings());
            Saved::default()
        }),
        None => Saved::default(),
    };
    let save = move |saved: &Saved| {
        let value = serde_json::to_value(saved).map_err(|error| error.to_string())?;
        store.set(settings_file::SAVED, value);
        store.save().map_err(|error| error.to_string())
    };
    let running =
        Running::start(&profile, saved, Box::new(save), app.state::<LogHandle>().inner().clone()).await?;
    app.manage(profile);
    Ok(running)
}

/// The window goes, and its place is kept as it is now: of one that is gone nothing more is read.
fn put_away(app: &AppHandle) {
    if let Err(error) = app.save_window_state(KEPT_OF_THE_WINDOW) {
        tracing::warn!(%error, "where the window was is not kept");
    }
    if let Some(window) = app.get_webview_window(MAIN) {
        drop(window.destroy());
    }
}

fn focus(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(MAIN) {
        drop(window.unminimize());
        drop(window.show());
        drop(window.set_focus());
    }
}

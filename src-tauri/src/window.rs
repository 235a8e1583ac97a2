//! The desktop window: plugins, settings, the bridge's commands, and a quit that leaves nothing behind.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use notex_hub::{Hub, HubOptions, Saved};
use tauri::{AppHandle, Manager, RunEvent};
use tauri_plugin_store::StoreExt;

use crate::local_engine::InnerEngine;
use crate::profile::Profile;
use crate::quit::{Running, asked_to_end};
use crate::{Options, StartError, bridge, settings_file};

/// Opens the window and returns when it was closed and everything has ended.
pub(crate) fn run(options: Options) -> Result<(), StartError> {
    // Tauri panics where there is no display; asked beforehand, GTK says so.
    #[cfg(target_os = "linux")]
    gtk::init().map_err(|_| StartError::Window("no display answers".to_owned()))?;
    let failed = |error: tauri::Error| StartError::Window(error.to_string());
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|app, _, _| focus(app)))
        .plugin(tauri_plugin_store::Builder::new().build())
        .plugin(tauri_plugin_window_state::Builder::new().build())
        .register_asynchronous_uri_scheme_protocol("picture", |context, request, responder| {
            let path = request.uri().path().to_owned();
            let Some(hub) = context.app_handle().try_state::<Hub>().map(|hub| hub.inner().clone()) else {
                return;
            };
            tauri::async_runtime::spawn(async move { responder.respond(bridge::picture(hub, &path).await) });
        })
        .invoke_handler(tauri::generate_handler![bridge::send, bridge::query, bridge::subscribe])
        .setup(move |app| {
            // An error handed back from here would become a panic, too.
            if let Err(error) = start(app.handle(), options.data_dir.clone()) {
                eprintln!("notex-inspector: {error}");
                std::process::exit(1);
            }
            Ok(())
        })
        .build(crate::context())
        .map_err(failed)?;
    let ending = AtomicBool::new(false);
    app.run(move |app, event| match event {
        // The first request to exit is held until sessions and browser have ended; the second one is ours.
        RunEvent::ExitRequested { api, .. } if !ending.swap(true, Ordering::SeqCst) => {
            api.prevent_exit();
            let app = app.clone();
            let running = app.state::<Running>().inner().clone();
            tauri::async_runtime::spawn(async move {
                running.shut_down().await;
                app.exit(0);
            });
        }
        _ => {}
    });
    Ok(())
}

fn start(app: &AppHandle, data_dir: Option<PathBuf>) -> Result<(), Box<dyn std::error::Error>> {
    let profile = Profile::open(data_dir.as_deref())?;
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
    let engine = InnerEngine::new(profile.engine());
    let options = HubOptions {
        data_dir: profile.hub(),
        saved,
        save: Box::new(save),
        practice_url: None,
        log: notex_hub::LogHandle::default(),
        start_local_engine: engine.starter(),
    };
    let hub = tauri::async_runtime::block_on(async { Hub::start(options) })?;
    app.manage(profile);
    app.manage(hub.clone());
    app.manage(Running { hub, engine });
    let handle = app.clone();
    tauri::async_runtime::spawn(async move {
        asked_to_end().await;
        handle.exit(0);
    });
    Ok(())
}

fn focus(app: &AppHandle) {
    if let Some(window) = app.get_webview_window("main") {
        drop(window.unminimize());
        drop(window.show());
        drop(window.set_focus());
    }
}

//! The page's files: those that Tauri embeds for the window, so that there is one copy in the program.

use std::borrow::Cow;

use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use tauri::{Assets, Wry};

/// The files of `ui/dist` as they were when the program was built.
pub(super) fn embedded() -> Box<dyn Assets<Wry>> {
    crate::context().set_assets(Box::new(Nothing))
}

/// Stands where the files were taken from: the context itself is not used.
struct Nothing;

impl Assets<Wry> for Nothing {
    fn get(&self, _: &tauri::utils::assets::AssetKey) -> Option<Cow<'_, [u8]>> {
        None
    }
    fn iter(&self) -> Box<tauri::utils::assets::AssetsIter<'_>> {
        Box::new(std::iter::empty())
    }
    fn csp_hashes(
        &self,
        _: &tauri::utils::assets::AssetKey,
    ) -> Box<dyn Iterator<Item = tauri::utils::assets::CspHash<'_>> + '_> {
        Box::new(std::iter::empty())
    }
}

/// Answers with a file; `/` is the page.
pub(super) fn answer(assets: &dyn Assets<Wry>, uri: &Uri) -> Response {
    let path = if uri.path() == "/" { "/index.html" } else { uri.path() };
    let Some(bytes) = assets.get(&path.into()) else {
        return (StatusCode::NOT_FOUND, "there is no such file").into_response();
    };
    // Vite names these by the hash of their content.
    let cache = if path.starts_with("/assets/") { "max-age=31536000, immutable" } else { "no-cache" };
    let headers = [(header::CONTENT_TYPE, media_type(path)), (header::CACHE_CONTROL, cache)];
    (headers, bytes.into_owned()).into_response()
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "json" => "application/json",
        _ => "application/octet-stream",
    }
}

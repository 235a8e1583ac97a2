//! Settings and connections for the web host: the same JSON object, in the same file, that `tauri-plugin-store`
//! keeps for the window. A Tauri app cannot start without a display, so the host reads and writes it by itself.

use std::fs;
use std::io;
use std::path::Path;

use notex_hub::Saved;
use serde_json::{Map, Value};

/// The key of the store under which everything is kept.
pub(crate) const SAVED: &str = "inspector";

/// Reads what was saved. A file that cannot be read is set aside, so that nothing of it is lost.
pub(crate) fn read(path: &Path) -> Saved {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            if error.kind() != io::ErrorKind::NotFound {
                tracing::warn!(%error, path = %path.display(), "the settings could not be read");
            }
            return Saved::default();
        }
    };
    let saved = serde_json::from_str::<Map<String, Value>>(&text)
        .ok()
        .and_then(|store| store.get(SAVED).map_or(Some(Saved::default()), |value| from_value(value.clone())));
    saved.unwrap_or_else(|| {
        set_aside(path);
        Saved::default()
    })
}

/// Reads the value under [`SAVED`].
pub(crate) fn from_value(value: Value) -> Option<Saved> {
    serde_json::from_value(value)
        .inspect_err(|error| tracing::warn!(%error, "the settings are damaged; the defaults are used"))
        .ok()
}

/// Keeps a damaged file under another name.
pub(crate) fn set_aside(path: &Path) {
    let aside = path.with_extension("damaged.json");
    if let Err(error) = fs::copy(path, &aside) {
        tracing::warn!(%error, path = %aside.display(), "the damaged settings could not be set aside");
    }
}

/// Writes what is to be kept; other keys of the store stay as they are.
pub(crate) fn write(path: &Path, saved: &Saved) -> Result<(), String> {
    let mut store: Map<String, Value> =
        fs::read_to_string(path).ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    store.insert(SAVED.to_owned(), serde_json::to_value(saved).map_err(|error| error.to_string())?);
    let text = serde_json::to_string_pretty(&store).map_err(|error| error.to_string())?;
    // Renamed into place: a crash leaves the old settings or the new ones, never half.
    let partial = path.with_extension("part");
    fs::write(&partial, text).and_then(|()| fs::rename(&partial, path)).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use notex_hub::SavedConnection;
    use notex_hub::protocol::KeepKey;

    use super::*;

    fn saved() -> Saved {
        let cloud = SavedConnection {
            id: "c-1".to_owned(),
            name: "Cloud".to_owned(),
            base_url: "https://api.example.com".to_owned(),
            key_kept: KeepKey::Keychain,
        };
        Saved { connections: vec![cloud], ..Saved::default() }
    }

    #[test]
    fn settings_come_back_and_other_keys_of_the_store_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.json");
        fs::write(&path, r#"{"another": 1}"#).unwrap();
        write(&path, &saved()).unwrap();
        assert_eq!(read(&path), saved());
        assert!(fs::read_to_string(&path).unwrap().contains("another"));
    }

    #[test]
    fn a_damaged_file_is_set_aside_and_not_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.json");
        fs::write(&path, "{ half").unwrap();
        assert_eq!(read(&path), Saved::default());
        assert_eq!(fs::read_to_string(folder.path().join("settings.damaged.json")).unwrap(), "{ half");
    }
}

//! The language model of the engine inside the app: tried, kept, forgotten. It takes effect at once.

use std::net::IpAddr;

use notex_client::ApiKey;
use url::{Host, Url};

use crate::model::{KnownModel, LanguageModel, SavedModel};
use crate::protocol::{Failure, FailureCode, KeepKey, Outcome};
use crate::{Hub, keychain};

const LONGEST_NAME: usize = 200;
/// Names that only the person's own network knows.
const NEAR: [&str; 5] = [".localhost", ".local", ".internal", ".lan", ".home.arpa"];

/// What the form holds.
pub(super) struct Typed {
    pub(super) url: String,
    pub(super) name: String,
    /// None: the key that is kept.
    pub(super) api_key: Option<String>,
}

pub(super) async fn try_out(hub: &Hub, typed: Typed) -> Result<Outcome, Failure> {
    let before = hub.read(|state| state.model.clone()).await?;
    let model = checked(typed, before.as_ref())?;
    keep_out_of_log(hub, &model);
    let tried = (hub.shared.models.local.try_model)(model).await;
    let model = tried.map_err(|why| Failure::new(FailureCode::Other, why))?;
    Ok(Outcome { model: Some(model), ..Outcome::default() })
}

pub(super) async fn save(hub: &Hub, typed: Typed, keep_key: KeepKey) -> Result<Outcome, Failure> {
    let _turn = hub.shared.models.turn.lock().await;
    let before = hub.read(|state| state.model.clone()).await?;
    let model = checked(typed, before.as_ref())?;
    keep_out_of_log(hub, &model);
    // First, since only the engine knows whether it can be used.
    let use_model = &hub.shared.models.local.use_model;
    use_model(Some(model.clone())).await.map_err(Failure::invalid)?;
    match keep(hub, model, keep_key).await {
        Ok(()) => {
            // Of a name of its own, so that the one before lived until this one was kept.
            forget_key(before.as_ref()).await?;
            Ok(Outcome::default())
        }
        Err(failure) => {
            if let Err(why) = use_model(before.and_then(|known| known.usable())).await {
                tracing::warn!(%why, "the language model of before was not taken again");
            }
            Err(failure)
        }
    }
}

pub(super) async fn remove(hub: &Hub) -> Result<Outcome, Failure> {
    let _turn = hub.shared.models.turn.lock().await;
    let before = hub.read(|state| state.model.clone()).await?;
    // The key goes first: one that stays behind would be known to nobody.
    forget_key(before.as_ref()).await?;
    hub.ask(|state, _| state.keep_model(None)).await??;
    let none = (hub.shared.models.local.use_model)(None).await;
    none.map_err(|why| Failure::new(FailureCode::Other, why))?;
    Ok(Outcome::default())
}

async fn keep(hub: &Hub, model: LanguageModel, keep_key: KeepKey) -> Result<(), Failure> {
    let LanguageModel { url, name, key } = model;
    let id = format!("model-{}", uuid::Uuid::new_v4());
    if let Some(key) = key.as_ref().filter(|_| keep_key == KeepKey::Keychain) {
        keychain::keep(&id, key).await?;
    }
    let key_kept = key.is_some().then_some(keep_key);
    let known = KnownModel { saved: SavedModel { id, url, name, key_kept }, key, failure: None };
    let added = known.clone();
    let kept = hub.ask(move |state, _| state.keep_model(Some(known))).await?;
    if kept.is_err() {
        forget_key(Some(&added)).await?;
    }
    kept
}

async fn forget_key(known: Option<&KnownModel>) -> Result<(), Failure> {
    match known.map(|known| &known.saved) {
        Some(SavedModel { id, key_kept: Some(KeepKey::Keychain), .. }) => keychain::forget(id).await,
        Some(_) | None => Ok(()),
    }
}

fn keep_out_of_log(hub: &Hub, model: &LanguageModel) {
    hub.shared.log.keep_out(model.key.iter().map(|key| key.reveal().to_owned()));
}

/// What was typed, with the key that is kept where none was typed; what is wrong is said by its field.
fn checked(typed: Typed, before: Option<&KnownModel>) -> Result<LanguageModel, Failure> {
    let url = address(&typed.url)?;
    let name = typed.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(Failure::invalid(format!("model must have 1 to {LONGEST_NAME} characters")));
    }
    let key = match typed.api_key {
        Some(key) => Some(ApiKey::new(key)).filter(|key| !key.is_empty()),
        None => kept_key(&url, before)?,
    };
    if key.as_ref().is_some_and(|key| !key.reveal().bytes().all(|byte| byte.is_ascii_graphic())) {
        return Err(Failure::invalid("API key holds a character that no key has"));
    }
    Ok(LanguageModel { url: typed.url.trim().to_owned(), name, key })
}

/// A key goes to the server only that it was typed for.
fn kept_key(url: &Url, before: Option<&KnownModel>) -> Result<Option<ApiKey>, Failure> {
    let Some(known) = before.filter(|known| known.saved.key_kept.is_some()) else { return Ok(None) };
    if Url::parse(&known.saved.url).is_ok_and(|of| of.origin() != url.origin()) {
        return Err(Failure::invalid("API key must be entered again: the address is of another server"));
    }
    match &known.key {
        Some(key) => Ok(Some(key.clone())),
        None => Err(Failure::invalid("API key must be entered again: the one before is not here any more")),
    }
}

fn address(typed: &str) -> Result<Url, Failure> {
    let url = Url::parse(typed.trim()).map_err(|why| {
        Failure::invalid(format!("address cannot be read: {why}")).with_hint("write it as https://host/v1")
    })?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(Failure::invalid(
            "address must begin with https://, or with http:// in your own network",
        ));
    }
    if url.scheme() == "http" && !is_near(&url) {
        return Err(Failure::invalid(
            "address must begin with https://: over http:// everybody on the way could read the key and the pages",
        )
        .with_hint("http:// is for this machine and private networks"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Failure::invalid("address must not hold a user name or password"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Failure::invalid("address must not hold a ? or a #"));
    }
    Ok(url)
}

/// On this machine or in a private network.
fn is_near(url: &Url) -> bool {
    let ip = match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            return !name.contains('.') || NEAR.iter().any(|end| name.ends_with(end));
        }
        Some(Host::Ipv4(ip)) => IpAddr::from(ip),
        Some(Host::Ipv6(ip)) => IpAddr::from(ip),
        None => return false,
    };
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(url: &str, name: &str, api_key: Option<&str>) -> Typed {
        Typed { url: url.to_owned(), name: name.to_owned(), api_key: api_key.map(str::to_owned) }
    }

    fn known(url: &str, key: Option<&str>) -> KnownModel {
        let (id, name) = ("model-1".to_owned(), "small".to_owned());
        let saved = SavedModel { id, url: url.to_owned(), name, key_kept: Some(KeepKey::Memory) };
        KnownModel { saved, key: key.map(ApiKey::new), failure: None }
    }

    #[test]
    fn plain_http_is_for_this_machine_and_private_networks() {
        for near in [
            "http://127.0.0.1:11434/v1",
            "http://localhost/v1",
            "http://[::1]:1/v1",
            "http://10.1.2.3/v1",
            "http://192.168.0.7:8000",
            "http://[fd00::7]/v1",
            "http://gpu-box:8000/v1",
            "http://gpu.local/v1",
            "https://api.example.com/v1",
        ] {
            assert!(checked(typed(near, "m", None), None).is_ok(), "{near}");
        }
        for far in [
            "http://api.example.com/v1",
            "http://8.8.8.8/v1",
            "http://localhost.example.com",
            "http://[::ffff:8.8.8.8]/",
        ] {
            let failure = checked(typed(far, "m", None), None).unwrap_err();
            assert!(
                failure.message.starts_with("Address must begin with https://: over http://"),
                "{failure}"
            );
        }
    }

    #[test]
    fn each_problem_names_its_field_and_no_key() {
        let long = "m".repeat(LONGEST_NAME + 1);
        for (form, named) in [
            (typed("", "m", None), "Address cannot be read"),
            (typed("ftp://host/v1", "m", None), "Address must begin with https://"),
            (typed("https://me:sesame@host/v1", "m", None), "Address must not hold a user name"),
            (typed("https://host/v1?key=sesame", "m", None), "Address must not hold a ?"),
            (typed("https://host/v1", " ", None), "Model must have"),
            (typed("https://host/v1", &long, None), "Model must have"),
            (typed("https://host/v1", "m", Some("sesame street")), "API key holds"),
        ] {
            let failure = checked(form, None).unwrap_err();
            assert!(failure.message.starts_with(named) && !failure.message.contains("sesame"), "{failure}");
        }
    }

    #[test]
    fn a_key_that_was_typed_for_one_server_goes_to_no_other() {
        let before = known("https://one.example/v1", Some("sesame"));
        let same = checked(typed("https://one.example/v2", "other", None), Some(&before)).unwrap();
        assert_eq!(same.key, Some(ApiKey::new("sesame")));
        let other = checked(typed("https://two.example/v1", "m", None), Some(&before)).unwrap_err();
        assert!(other.message.starts_with("API key must be entered again"), "{other}");
        let lost = known("https://one.example/v1", None);
        assert!(checked(typed("https://one.example/v1", "m", None), Some(&lost)).is_err());
        let none = checked(typed("https://two.example/v1", "m", Some(" ")), Some(&before)).unwrap();
        assert_eq!(none.key, None);
    }
}

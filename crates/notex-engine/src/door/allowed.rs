//! What a client of the browser's protocol may ask: a list of what is known to reach one session only. Whatever is
//! not on it is refused, so that a newer browser opens nothing new.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use url::Url;

use crate::netguard::Reach;

/// The parameters of a command.
pub(super) type Params = Map<String, Value>;

/// How a command is let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// As it is, on the session of a page, frame or worker: what it names can be nowhere else.
    OnTarget,
    /// The same, once the address in its `url` was looked at.
    Address,
    /// The same, once the files it names were looked at.
    Files,
    /// For the session's own context, whatever it is sent to.
    Context,
    /// It tells nothing of other sessions.
    Harmless,
    /// Answered here: downloads are kept as the session keeps them, whatever a client wishes.
    KeptDownloads,
    /// Asked in the client's place: the engine answers dialogs too, and whoever comes first has done it.
    Dialog,
    /// Answered here, or asked in the client's place.
    Targets,
    /// Ends the client's own connection.
    Leave,
}

/// Domains that the page's own process answers, or that know their page only.
const DOMAINS: [&str; 29] = [
    "Accessibility",
    "Animation",
    "Audits",
    "BackgroundService",
    "CSS",
    "CacheStorage",
    "Console",
    "DOM",
    "DOMDebugger",
    "DOMSnapshot",
    "DOMStorage",
    "Debugger",
    "DeviceOrientation",
    "EventBreakpoints",
    "Fetch",
    "HeapProfiler",
    "IO",
    "IndexedDB",
    "Inspector",
    "LayerTree",
    "Log",
    "Media",
    "Overlay",
    "Performance",
    "PerformanceTimeline",
    "Profiler",
    "Runtime",
    "WebAudio",
    "WebAuthn",
];

/// Of domains that the browser itself answers, the commands that stay on their page.
const COMMANDS: [(&str, &str); 8] = [
    (
        "Emulation",
        "clearDeviceMetricsOverride clearDevicePostureOverride clearDisplayFeaturesOverride \
         clearGeolocationOverride clearIdleOverride resetPageScaleFactor setAutoDarkModeOverride \
         setAutomationOverride setCPUThrottlingRate setDefaultBackgroundColorOverride \
         setDeviceMetricsOverride setDevicePostureOverride setDisabledImageTypes setDisplayFeaturesOverride \
         setDocumentCookieDisabled setEmitTouchEventsForMouse setEmulatedMedia setEmulatedOSTextScale \
         setEmulatedVisionDeficiency setFocusEmulationEnabled setGeolocationOverride \
         setHardwareConcurrencyOverride setIdleOverride setLocaleOverride setNavigatorOverrides \
         setPageScaleFactor setSafeAreaInsetsOverride setScriptExecutionDisabled setScrollbarsHidden \
         setTimezoneOverride setTouchEmulationEnabled setUserAgentOverride setVirtualTimePolicy setVisibleSize",
    ),
    (
        "Input",
        "cancelDragging dispatchKeyEvent dispatchMouseEvent dispatchTouchEvent emulateTouchFromMouseEvent \
         imeSetComposition insertText setIgnoreInputEvents setInterceptDrags synthesizePinchGesture \
         synthesizeScrollGesture synthesizeTapGesture",
    ),
    ("Memory", "getDOMCounters"),
    (
        "Network",
        "canClearBrowserCache canClearBrowserCookies canEmulateNetworkConditions clearBrowserCache \
         clearBrowserCookies deleteCookies disable emulateNetworkConditions emulateNetworkConditionsByRule \
         enable enableReportingApi getAllCookies getCertificate getCookies getRequestPostData \
         getResponseBody getSecurityIsolationStatus overrideNetworkState replayXHR searchInResponseBody \
         setAttachDebugStack setBlockedURLs setBypassServiceWorker setCacheDisabled setCookie setCookies \
         setExtraHTTPHeaders setUserAgentOverride streamResourceContent",
    ),
    (
        "Page",
        "addScriptToEvaluateOnLoad addScriptToEvaluateOnNewDocument bringToFront captureScreenshot \
         captureSnapshot clearDeviceMetricsOverride clearDeviceOrientationOverride \
         clearGeolocationOverride close createIsolatedWorld deleteCookie disable enable \
         generateTestReport getAdScriptAncestry getAnnotatedPageContent getAppId getAppManifest \
         getFrameTree getInstallabilityErrors getLayoutMetrics getManifestIcons getNavigationHistory \
         getOriginTrials getPermissionsPolicyState getResourceContent getResourceTree \
         navigateToHistoryEntry printToPDF reload \
         removeScriptToEvaluateOnLoad removeScriptToEvaluateOnNewDocument resetNavigationHistory \
         screencastFrameAck searchInResource setAdBlockingEnabled setBypassCSP setDeviceMetricsOverride \
         setDeviceOrientationOverride setDocumentContent setFontFamilies setFontSizes \
         setGeolocationOverride setInterceptFileChooserDialog setLifecycleEventsEnabled \
         setPrerenderingAllowed setTouchEmulationEnabled setWebLifecycleState startScreencast \
         stopLoading stopScreencast",
    ),
    ("Security", "disable enable setIgnoreCertificateErrors"),
    (
        "ServiceWorker",
        "deliverPushMessage disable dispatchPeriodicSyncEvent dispatchSyncEvent enable \
         setForceUpdateOnPageLoad skipWaiting startWorker stopAllWorkers stopWorker unregister \
         updateRegistration",
    ),
    (
        "Storage",
        "clearDataForOrigin clearDataForStorageKey deleteStorageBucket getStorageKey getStorageKeyForFrame \
         getUsageAndQuota overrideQuotaForOrigin setStorageBucketTracking trackCacheStorageForOrigin \
         trackCacheStorageForStorageKey trackIndexedDBForOrigin trackIndexedDBForStorageKey \
         untrackCacheStorageForOrigin untrackCacheStorageForStorageKey untrackIndexedDBForOrigin \
         untrackIndexedDBForStorageKey",
    ),
];

/// How this command is let through; none refuses it.
pub(super) fn rule(method: &str) -> Option<Rule> {
    match method {
        "Page.navigate" | "Network.loadNetworkResource" | "Fetch.continueRequest" => Some(Rule::Address),
        "DOM.setFileInputFiles" | "Input.dispatchDragEvent" => Some(Rule::Files),
        "Storage.getCookies"
        | "Storage.setCookies"
        | "Storage.clearCookies"
        | "Browser.grantPermissions"
        | "Browser.resetPermissions"
        | "Browser.setPermission"
        | "Browser.cancelDownload" => Some(Rule::Context),
        "Browser.getVersion" => Some(Rule::Harmless),
        "Browser.setDownloadBehavior" | "Page.setDownloadBehavior" => Some(Rule::KeptDownloads),
        "Page.handleJavaScriptDialog" => Some(Rule::Dialog),
        "Browser.close" => Some(Rule::Leave),
        "Target.activateTarget"
        | "Target.attachToBrowserTarget"
        | "Target.attachToTarget"
        | "Target.closeTarget"
        | "Target.createTarget"
        | "Target.detachFromTarget"
        | "Target.getBrowserContexts"
        | "Target.getTargetInfo"
        | "Target.getTargets"
        | "Target.setAutoAttach"
        | "Target.setDiscoverTargets" => Some(Rule::Targets),
        _ => {
            let (domain, command) = method.split_once('.')?;
            let listed = DOMAINS.contains(&domain) || commands(domain).any(|listed| listed == command);
            listed.then_some(Rule::OnTarget)
        }
    }
}

/// Whether a client is told this event of a page, frame or worker.
pub(super) fn may_be_told(event: &str) -> bool {
    let domain = event.split_once('.').map_or(event, |(domain, _)| domain);
    DOMAINS.contains(&domain) || commands(domain).next().is_some()
}

fn commands(domain: &str) -> impl Iterator<Item = &'static str> {
    let listed = COMMANDS.iter().find(|(known, _)| *known == domain);
    listed.into_iter().flat_map(|(_, commands)| commands.split_ascii_whitespace())
}

/// The address as the browser will read it, when it is one that sessions open; else a sentence.
pub(super) async fn address(text: &str, reach: &Reach) -> Result<String, String> {
    if text.is_empty() {
        return Ok(String::from("about:blank"));
    }
    let url = Url::parse(text).map_err(|error| format!("this is no address: {error}"))?;
    match url.scheme() {
        "http" | "https" => match reach.refusal(&url).await {
            Some(why) => Err(why),
            None => Ok(url.into()),
        },
        _ if url.as_str() == "about:blank" => Ok(url.into()),
        scheme => Err(format!("{scheme} addresses cannot be opened; use http or https")),
    }
}

/// The files that a command names, each as it is on the disk, all of them in the session's own folder.
pub(super) async fn files(params: &mut Params, folder: &Path) -> Result<(), String> {
    name_inside(params.get_mut("files"), folder).await?;
    // A file that is dragged is readable for the page it is dropped on.
    if let Some(Value::Object(data)) = params.get_mut("data") {
        name_inside(data.get_mut("files"), folder).await?;
    }
    Ok(())
}

async fn name_inside(named: Option<&mut Value>, folder: &Path) -> Result<(), String> {
    let named = match named {
        None | Some(Value::Null) => return Ok(()),
        Some(Value::Array(named)) => named,
        Some(_) => return Err(String::from("files must be a list of paths")),
    };
    for file in named {
        let Value::String(path) = file else { return Err(String::from("files must be a list of paths")) };
        let inside = inside(Path::new(path.as_str()), folder).await;
        let inside = inside.ok_or("a session may only be given files that lie in its own folder")?;
        *path = inside.to_string_lossy().into_owned();
    }
    Ok(())
}

async fn inside(file: &Path, folder: &Path) -> Option<PathBuf> {
    if folder.as_os_str().is_empty() {
        return None;
    }
    let folder = tokio::fs::canonicalize(folder).await.ok()?;
    let file = tokio::fs::canonicalize(folder.join(file)).await.ok()?;
    file.starts_with(&folder).then_some(file)
}

/// Puts the session's own context into a command, which may not name another.
pub(super) fn in_context(params: &mut Params, context: &str) -> Result<(), String> {
    match params.insert("browserContextId".to_owned(), Value::from(context)) {
        Some(Value::String(named)) if named != context => Err(no_such_context()),
        Some(Value::String(_) | Value::Null) | None => Ok(()),
        Some(_) => Err(no_such_context()),
    }
}

pub(super) fn no_such_context() -> String {
    String::from("there is no such browser context in this session")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::netguard::PrivateNetworks;

    fn object(value: Value) -> Params {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn what_reaches_beyond_a_session_is_not_listed() {
        for method in [
            "Browser.crash",
            "Browser.getBrowserCommandLine",
            "Browser.setWindowBounds",
            "Extensions.loadUnpacked",
            "Memory.getBrowserSamplingProfile",
            "Page.crash",
            "PWA.launch",
            "SystemInfo.getProcessInfo",
            "Target.autoAttachRelated",
            "Target.createBrowserContext",
            "Target.disposeBrowserContext",
            "Target.exposeDevToolsProtocol",
            "Target.sendMessageToTarget",
            "Tethering.bind",
            "Tracing.start",
            "Emulation.addScreen",
            "Unheard.of",
            "Runtime",
            "",
        ] {
            assert_eq!(rule(method), None, "{method}");
        }
        assert_eq!(rule("Runtime.evaluate"), Some(Rule::OnTarget));
        assert_eq!(rule("Page.captureScreenshot"), Some(Rule::OnTarget));
        assert!(may_be_told("Network.requestWillBeSent") && may_be_told("Runtime.consoleAPICalled"));
        assert!(!may_be_told("Target.targetCreated") && !may_be_told("Tracing.dataCollected"));
    }

    #[tokio::test]
    async fn only_addresses_on_the_web_are_opened_and_never_the_engine() {
        let engine = "127.0.0.1:7717".parse().unwrap();
        let reach = Reach::open(engine, PrivateNetworks::Open).await.unwrap();
        let opened = async |text| address(text, &reach).await;
        assert_eq!(opened("http://127.0.0.1:7718/x").await.unwrap(), "http://127.0.0.1:7718/x");
        assert_eq!(opened("about:blank").await.unwrap(), "about:blank");
        assert_eq!(opened("").await.unwrap(), "about:blank");
        for refused in [
            "file:///etc/passwd",
            " file:///etc/passwd",
            "fi\tle:///etc/passwd",
            "FILE:///etc/passwd",
            "view-source:http://example.com",
            "chrome://version",
            "devtools://devtools",
            "data:text/html,x",
            "javascript:1",
            "about:version",
            "blob:http://a/1",
            "http://127.0.0.1:7717/health",
            "http://localhost:7717",
            "http://2130706433:7717",
            "http://[::1]:7717",
            "http://[::ffff:127.0.0.1]:7717",
            "http://0.0.0.0:7717",
            "http://a.localhost.:7717",
            "no address",
        ] {
            assert!(opened(refused).await.is_err(), "{refused}");
        }
    }

    #[tokio::test]
    async fn files_come_from_the_folder_of_the_session_only() {
        let house = tempfile::TempDir::new().unwrap();
        let folder = house.path().join("own");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("mine"), "").unwrap();
        std::fs::write(house.path().join("other"), "").unwrap();
        let given = async |path: &str, folder: &Path| {
            let mut dropped = object(json!({ "data": { "files": [path] } }));
            let mut chosen = object(json!({ "files": [path] }));
            let mut both = object(json!({ "data": { "files": [] }, "files": [path] }));
            let given = files(&mut dropped, folder).await;
            assert_eq!(given, files(&mut chosen, folder).await);
            assert_eq!(given, files(&mut both, folder).await);
            given
        };
        assert_eq!(given("mine", &folder).await, Ok(()));
        assert_eq!(given(folder.join("mine").to_str().unwrap(), &folder).await, Ok(()));
        for other in ["../other", "/etc/passwd", "missing", "mine/../../other"] {
            assert!(given(other, &folder).await.is_err(), "{other}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(house.path().join("other"), folder.join("link")).unwrap();
            assert!(given("link", &folder).await.is_err());
        }
        assert!(given("/etc/passwd", Path::new("")).await.is_err());
    }

    #[test]
    fn a_command_is_for_the_context_of_its_session() {
        let mut params = Params::new();
        assert_eq!(in_context(&mut params, "own"), Ok(()));
        assert_eq!(params["browserContextId"], "own");
        assert!(in_context(&mut object(json!({ "browserContextId": "other" })), "own").is_err());
        assert!(in_context(&mut object(json!({ "browserContextId": 1 })), "own").is_err());
    }
}

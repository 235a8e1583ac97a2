//! A session on a real engine whose page shows a password in frames in frames, as a file that somebody else is given.

use notex_file::{PartKind, SessionFile};
use notex_hub::LOCAL_CONNECTION;
use notex_hub::protocol::{Answer, Command, ExportForm, Query};
use notex_journeys::{Api, FixtureSite, RunningEngine};
use notex_wire::DomSnapshot;
use serde_json::json;

use super::Seen;

const PASSWORD: &str = r#"p&ss"w<rd'9"#;
/// Shows what the field holds in a frame, that in a frame in it, and so on.
const SHOWN_IN_FRAMES: &str = r"
    const nest = (page, words, deep) => {
      const frame = page.createElement('iframe');
      page.body.append(frame);
      const inner = frame.contentDocument;
      inner.body.append(words, Object.assign(inner.createElement('b'), { title: words, textContent: ' and ' + words }));
      if (deep > 1) nest(inner, words, deep - 1);
    };
    const field = document.querySelector('input[type=password]');
    field.addEventListener('input', () => {
      document.querySelectorAll('iframe').forEach((frame) => frame.remove());
      nest(document, field.value, 4);
    });";

/// What HTML says, however often it was quoted.
fn unquoted(html: &str) -> String {
    let mut plain = html.to_owned();
    for _ in 0..12 {
        plain =
            plain.replace("&quot;", "\"").replace("&lt;", "<").replace("&#39;", "'").replace("&amp;", "&");
    }
    plain
}

#[tokio::test]
async fn a_password_that_a_page_shows_in_frames_in_frames_is_nowhere_in_the_file_of_its_session() {
    let (engine, site) = (RunningEngine::start().await, FixtureSite::open().await);
    let mut seen = Seen::on(&engine.base_url).await;
    let session = seen.opens(LOCAL_CONNECTION, &site.url("/login")).await;
    let page = seen.detail(&session).await.observation.expect("it was observed");
    let field = page.actions.iter().find(|action| action.label.as_deref() == Some("Password"));
    let action = field.expect("the field of the password").id.clone();
    let code = json!({"type": "evaluate_js", "code": SHOWN_IN_FRAMES});
    let path = format!("/sessions/{session}/page/execute");
    Api::of(&engine).post(&path, &code).await.expect_success("a script");
    let value = Some(PASSWORD.to_owned());
    seen.did(Command::Step { session: session.clone(), action, value, enter: false }).await;
    seen.observe(&session, None).await;
    seen.did(Command::CloseSession { session: session.clone() }).await;
    let query = Query::HistorySession { connection: LOCAL_CONNECTION.to_owned(), session };
    let Ok(Answer::HistorySession(Some(kept))) = seen.hub.query(query).await else { panic!("it is kept") };
    let form = ExportForm::SessionFile;
    seen.did(Command::ExportPast { session: kept.key, pictures: true, form }).await;

    let mut file = SessionFile::open(&seen.hub.exported(kept.key).expect("its file")).expect("it opens");
    let told = serde_json::to_string(file.calls()).expect("calls are JSON");
    assert!(!unquoted(&told.replace("\\\"", "\"")).contains(PASSWORD), "{told}");
    let parts: Vec<_> = file.calls().iter().flat_map(|call| call.parts.clone()).collect();
    let mut deepest = 0;
    for part in parts {
        let Some(hash) = &part.sha256 else { continue };
        let bytes = file.part(hash).expect("a part");
        let text = String::from_utf8_lossy(&bytes);
        assert!(!unquoted(&text.replace("\\\"", "\"")).contains(PASSWORD), "{:?} holds it", part.kind);
        if part.kind == PartKind::Dom {
            let page: DomSnapshot = serde_json::from_str(&text).expect("a page");
            let plain = unquoted(&page.html);
            let frames = plain.matches("srcdoc=").count();
            assert!(plain.matches("(removed)").count() >= frames * 3, "{plain}");
            deepest = deepest.max(frames);
        }
    }
    assert_eq!(deepest, 4, "the page with its frames is in the file");
    let removed = &file.manifest().redaction.removed;
    assert!(removed.iter().any(|one| one.place == "dom" && one.times >= 12), "{removed:?}");
}

//! What was secret here is nowhere in the file.

use std::io::Read;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use notex_archive::NewCall;
use notex_file::{SecretKind, SessionFile};
use serde_json::Value;

use super::*;

/// All that is in a file, unpacked, by name.
fn layers(file: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(file).unwrap()).unwrap();
    let files = zip.len();
    let read = |index| {
        let mut entry = zip.by_index(index).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        (entry.name().unwrap().into_owned(), bytes)
    };
    (0..files).map(read).collect()
}

fn holds(file: &std::path::Path, text: &str) -> Option<String> {
    let found = |bytes: &[u8]| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    layers(file).into_iter().find(|(_, bytes)| found(bytes)).map(|(name, _)| name)
}

fn network() -> Value {
    json!([{
        "url": "https://shop.example/api?access_token=t0k3n-of-address",
        "request_headers": [["Authorization", "Bearer auth-9f8e7d6c"], ["Cookie", "sid=c00kie-value; theme=dark"]],
        "response_headers": [["Set-Cookie", "next=n3xt-cookie; HttpOnly"]],
        "request_body": { "text": "user=ada&password=p4ssw0rd%21" },
    }])
}

#[test]
fn each_secret_leaves_every_layer_in_every_way_it_can_be_written_and_the_rest_stays() {
    let here = Desk::new();
    let secrets = [
        "t0k3n-of-address",
        "auth-9f8e7d6c",
        "c00kie-value",
        "n3xt-cookie",
        "p4ssw0rd!",
        "key-given-1",
        "typed/pass word",
    ];
    let everywhere = secrets.join(" then ");
    let given = [
        Secret { kind: SecretKind::Key, text: "key-given-1".to_owned() },
        Secret { kind: SecretKind::Password, text: "typed/pass word".to_owned() },
    ];
    let page =
        format!("<p>{everywhere}</p><img src='data:text/plain;base64,{}'>", STANDARD.encode(&everywhere));
    let escaped: String = url::form_urlencoded::byte_serialize(everywhere.as_bytes()).collect();
    let calls = vec![
        NewCall {
            what: format!("type {everywhere}"),
            request: Some(json!({ "value": everywhere, "c00kie-value": 1 })),
            response: Some(json!({ "data": { "markdown": everywhere }, "figure": 12 })),
            page: Page { title: everywhere.clone(), url: format!("https://shop.example/?q={escaped}") },
            parts: vec![
                picture(1),
                part(PartKind::Dom, "text/html", page),
                part(PartKind::Console, "application/json", json!([{ "text": everywhere }]).to_string()),
                part(PartKind::Network, "application/json", network().to_string()),
            ],
            ..call(1)
        },
        NewCall {
            failure: Some(CallFailure { code: "x".to_owned(), message: everywhere.clone(), hint: None }),
            ..call(2)
        },
    ];
    let (file, exported) = here.export(&here.keep(calls), &given).unwrap();
    for secret in secrets {
        assert_eq!(holds(&file, secret), None, "{secret}");
        assert_eq!(holds(&file, &STANDARD.encode(secret)[..8]), None, "{secret} in base64");
        let escaped: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        assert_eq!(holds(&file, &escaped), None, "{secret} in an address");
    }
    let report = exported.redaction;
    assert_eq!((report.searched_for, report.pictures, report.left_out), (7, 1, 0));
    for (kind, place) in [
        (SecretKind::Token, "network"),
        (SecretKind::Authorization, "console"),
        (SecretKind::Cookie, "dom"),
        (SecretKind::Password, "request"),
        (SecretKind::Key, "failure"),
        (SecretKind::Key, "page"),
    ] {
        assert!(
            report.removed.iter().any(|one| (one.kind, one.place.as_str()) == (kind, place)),
            "{report:#?}"
        );
    }
    let opened = SessionFile::open(&file).unwrap();
    assert_eq!(opened.manifest().redaction, report);
    assert_eq!(opened.calls()[0].response.as_ref().unwrap()["figure"], 12);
    assert!(holds(&file, "theme=(removed)").is_some(), "what a cookie is called stays");
    assert!(opened.calls()[0].what.starts_with("type (removed) then"), "{}", opened.calls()[0].what);
}

#[test]
fn a_secret_of_a_later_call_leaves_the_earlier_ones_too_also_as_a_figure() {
    let here = Desk::new();
    let later = json!([{ "request_headers": [["Cookie", "pin=48151623"]] }]).to_string();
    let calls = vec![
        NewCall { response: Some(json!({ "seen": 48_151_623, "text": "48151623" })), ..call(1) },
        NewCall { parts: vec![part(PartKind::Network, "application/json", later)], ..call(2) },
    ];
    let (file, _) = here.export(&here.keep(calls), &[]).unwrap();
    assert_eq!(holds(&file, "48151623"), None);
    let opened = SessionFile::open(&file).unwrap();
    assert_eq!(opened.calls()[0].response, Some(json!({ "seen": "(removed)", "text": "(removed)" })));
}

#[test]
fn a_picture_that_holds_a_secret_stays_behind() {
    let here = Desk::new();
    let mut leaky = picture(3);
    leaky.bytes.extend_from_slice(b"tEXtComment\0key-given-1");
    let kept = here.keep(vec![NewCall { parts: vec![leaky], ..call(1) }]);
    let given = [Secret { kind: SecretKind::Key, text: "key-given-1".to_owned() }];
    let (file, exported) = here.export(&kept, &given).unwrap();
    assert_eq!((exported.redaction.left_out, exported.redaction.pictures), (1, 0));
    let opened = SessionFile::open(&file).unwrap();
    assert_eq!(opened.calls()[0].parts[0].missing.as_deref(), Some("a key stood in it"));
}

#[test]
fn when_a_secret_survives_no_file_is_written_and_the_sentence_does_not_tell_it() {
    let here = Desk::new();
    // The id of a session is kept as it is, whatever it looks like.
    let kept = here.keep(vec![NewCall { action_count: Some(48_151_623), ..call(1) }]);
    let given = [Secret { kind: SecretKind::Password, text: "48151623".to_owned() }];
    let refused = here.export(&kept, &given).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "a password is still in calls.jsonl after all secrets were taken out, so no file was written"
    );
    assert!(refused.hint().is_some());
    assert!(!here.file("session.notex").exists());
}

#[test]
fn plain_words_and_short_values_of_cookies_are_taken_out_where_they_stand_alone() {
    let here = Desk::new();
    let jar = json!([{ "request_headers": [["Cookie", "consent=accepted; n=7"]] }]).to_string();
    let calls = vec![NewCall {
        what: "7 offers were accepted".to_owned(),
        parts: vec![part(PartKind::Network, "application/json", jar)],
        ..call(1)
    }];
    let (file, exported) = here.export(&here.keep(calls), &[]).unwrap();
    let opened = SessionFile::open(&file).unwrap();
    assert_eq!(opened.calls()[0].what, "7 offers were accepted");
    assert!(holds(&file, "consent=(removed); n=(removed)").is_some());
    assert_eq!(exported.redaction.too_short, 2);
}

#[test]
fn a_secret_in_frames_in_frames_leaves_however_often_it_was_quoted() {
    let here = Desk::new();
    let secret = "a&b\"c<d&amp;e'f";
    let quote = |text: &str| text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
    // As deep as frames are kept: eight in one document, and that in one of another origin, four times.
    let deepest = 33;
    let pages: Vec<_> =
        (0..deepest).map(|deep| (0..deep).fold(secret.to_owned(), |text, _| quote(&text))).collect();
    let page = pages.iter().map(|quoted| format!("<p>before {quoted} after</p>\n")).collect::<String>();
    let body = json!([{
        "url": "https://shop.example/",
        "response_body": { "text": "{\"key\":\"a\\u0026b\\\"c\\u003cd\\u0026amp;e\\u0027f\"}" },
    }]);
    let parts = vec![
        part(PartKind::Dom, "text/html", page),
        part(PartKind::Network, "application/json", body.to_string()),
    ];
    let given = [Secret { kind: SecretKind::Password, text: secret.to_owned() }];
    let (file, exported) = here.export(&here.keep(vec![NewCall { parts, ..call(1) }]), &given).unwrap();
    let all = layers(&file);
    let dom = all.iter().find(|(_, bytes)| bytes.starts_with(b"<p>")).unwrap();
    assert_eq!(String::from_utf8_lossy(&dom.1), "<p>before (removed) after</p>\n".repeat(deepest));
    assert!(
        all.iter()
            .any(|(_, bytes)| String::from_utf8_lossy(bytes).contains("{\\\"key\\\":\\\"(removed)\\\"}"))
    );
    let taken = exported.redaction.removed.iter().find(|one| one.place == "dom").unwrap();
    assert_eq!((taken.kind, taken.times), (SecretKind::Password, deepest as u64));
}

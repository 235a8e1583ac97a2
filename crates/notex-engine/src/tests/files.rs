use notex_wire::current::{ExecutionResult, FileSource, SessionFile, SessionFilePage};

use super::*;

fn path(session: &SessionAnswer) -> String {
    format!("/sessions/{}/files", session.session_id)
}

impl House {
    /// Gives a file as the SDK does, in a form.
    async fn give(&self, session: &SessionAnswer, name: &str, content: &[u8]) -> Answered {
        let mut body = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n--edge--\r\n");
        let request = self.http.post(self.url(&path(session))).bearer_auth(KEY);
        Self::send(request.header("content-type", "multipart/form-data; boundary=edge").body(body)).await
    }
}

#[tokio::test]
async fn a_file_is_given_listed_uploaded_taken_and_removed() {
    let house = House::new().await;
    let session = house.start().await;
    let folder = house.browser.page().options.folder.clone();
    let given: SessionFile = house.give(&session, "report.pdf", b"seven b").await.of();
    assert_eq!(
        (given.filename.as_str(), given.size, given.source),
        ("report.pdf", 7, FileSource::UserUpload)
    );
    assert_eq!(
        (given.mime_type.as_str(), given.expires_at),
        ("application/pdf", session.expires_at.unwrap())
    );
    std::fs::create_dir(folder.join("downloads")).unwrap();
    std::fs::write(folder.join("downloads/page.txt"), "from a page").unwrap();

    let all: SessionFilePage = house.get(&path(&session)).await.of();
    assert_eq!((all.total, all.limit, all.offset), (2, 100, 0));
    let down: SessionFilePage =
        house.get(&format!("{}?source=session_download&limit=1000&offset=0", path(&session))).await.of();
    assert_eq!(down.files.iter().map(|file| file.filename.as_str()).collect::<Vec<_>>(), ["page.txt"]);

    let upload = json!({ "type": "upload_file", "id": "I1", "file_path": "report.pdf" });
    assert!(house.execute(&session, upload).await.of::<ExecutionResult>().success);
    let done = house.browser.page().done().pop().unwrap();
    assert_eq!(done, format!("I1 with Upload {{ files: [{:?}] }}", folder.join("report.pdf")));
    let missing = json!({ "type": "upload_file", "id": "I1", "file_path": "other.pdf" });
    let result: ExecutionResult = house.execute(&session, missing).await.of();
    assert_eq!(result.message, "the session has no file other.pdf; upload it to the session first");

    let file = format!("{}/{}", path(&session), given.id);
    let taken = house.http.get(house.url(&file)).bearer_auth(KEY).send().await.unwrap();
    assert_eq!(taken.headers()["content-disposition"], "attachment");
    assert_eq!(taken.bytes().await.unwrap(), "seven b");
    let removed = house.http.delete(house.url(&file)).bearer_auth(KEY).send().await.unwrap();
    assert_eq!(removed.status(), StatusCode::NO_CONTENT);
    assert_eq!(house.get(&file).await.refusal(404).code, "file_not_found");
    house.costs(&session, 1100).await;
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_and_a_file_that_is_too_large_are_refused() {
    let house = House::new().await;
    let session = house.start().await;
    for name in ["../escape", "a/b", ".hidden", ""] {
        assert_eq!(house.give(&session, name, b"x").await.field().0, "body.file", "{name}");
    }
    let large = vec![b'x'; 32 * 1024 * 1024 + 1];
    assert_eq!(house.give(&session, "large", &large).await.refusal(413).code, "file_too_large");
    assert_eq!(house.post(&path(&session), json!({})).await.field().0, "body.file");
    let escaped = format!("{}/..%2F..%2Fstore%2Fengine.sqlite", path(&session));
    assert_eq!(house.get(&escaped).await.refusal(404).code, "file_not_found");
    assert_eq!(house.get(&path(&session)).await.of::<SessionFilePage>().total, 0);
    for (query, field) in
        [("source=mars", "query.source"), ("limit=0", "query.limit"), ("offset=x", "query.offset")]
    {
        assert_eq!(house.get(&format!("{}?{query}", path(&session))).await.field().0, field);
    }
}

#[tokio::test]
async fn the_files_of_a_session_end_with_it() {
    let house = House::new().await;
    let session = house.start().await;
    let given: SessionFile = house.give(&session, "a.txt", b"a").await.of();
    house.close(&session).await.of::<SessionAnswer>();
    assert_eq!(house.get(&path(&session)).await.refusal(410).code, "session_ended");
    assert_eq!(
        house.get(&format!("{}/{}", path(&session), given.id)).await.refusal(410).code,
        "session_ended"
    );
    assert_eq!(house.give(&session, "b.txt", b"b").await.refusal(410).code, "session_ended");
}

//! A call as it goes to the server, to be made elsewhere: for programs, and for curl. It never holds a key.

use serde_json::{Value, json};

use crate::Hub;
use crate::commands::client_of_session;
use crate::protocol::{Command, Failure, RequestText};

/// Where the key stands in what is copied.
const KEY: &str = "$NOTEX_API_KEY";

/// What a scrape would send.
pub(crate) async fn text(hub: &Hub, command: Command) -> Result<RequestText, Failure> {
    let Command::Scrape { session, scrape: asked } = command else {
        return Err(Failure::invalid("only a scrape is told as a request"));
    };
    let client = client_of_session(hub, &session).await?;
    let server = client.server();
    let (url, body) = if asked.is_part() {
        (server.read_address(&session), json!(asked.request()))
    } else {
        let request = notex_wire::ScrapeRequest {
            only_main_content: Some(asked.only_main_content),
            scrape_images: Some(asked.images),
            ..notex_wire::ScrapeRequest::default()
        };
        server.scrape_call(&session, &request)
    };
    Ok(written(url, &body))
}

fn written(url: String, body: &Value) -> RequestText {
    let lines = format!("{body:#}");
    let words = [
        format!("curl -X POST {}", quoted(&url)),
        format!("-H \"Authorization: Bearer {KEY}\""),
        "-H 'Content-Type: application/json'".to_owned(),
        format!("--data-raw {}", quoted(&lines)),
    ];
    RequestText { url, body: lines, curl: words.join(" \\\n  ") }
}

/// One word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_wrote_stays_one_word_of_the_shell() {
        let body = json!({ "selector": "a[title='$(touch /tmp/x)']" });
        let RequestText { curl, .. } = written("http://127.0.0.1:1/'; ls '".to_owned(), &body);
        assert!(curl.starts_with(r"curl -X POST 'http://127.0.0.1:1/'\''; ls '\''' \"), "{curl}");
        assert!(curl.contains(r#""a[title='\''$(touch /tmp/x)'\'']""#), "{curl}");
        assert!(curl.contains("\"Authorization: Bearer $NOTEX_API_KEY\""), "{curl}");
    }
}

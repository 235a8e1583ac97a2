//! The page to practise on: a small tea shop on a loopback port of its own. It is embedded, answers GET alone, keeps
//! nothing and knows nothing; a first observe needs no page of anybody else.

use std::net::Ipv4Addr;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;

const HTML: &str = "text/html; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// Path, media type and contents of each file.
const FILES: &[(&str, &str, &str)] = &[
    ("/", HTML, include_str!("site/index.html")),
    ("/teas", HTML, include_str!("site/teas.html")),
    ("/order", HTML, include_str!("site/order.html")),
    ("/guide", HTML, include_str!("site/guide.html")),
    ("/shop.css", "text/css; charset=utf-8", include_str!("site/shop.css")),
    ("/shop.js", "text/javascript; charset=utf-8", include_str!("site/shop.js")),
    ("/pot.svg", SVG, include_str!("site/pot.svg")),
    ("/leaf.svg", SVG, include_str!("site/leaf.svg")),
    ("/cup.svg", SVG, include_str!("site/cup.svg")),
];

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; \
    base-uri 'none'; frame-ancestors 'none'";

/// Serves it until the app ends and gives its address; `None`, with a line in the log, where that is not possible.
pub(crate) async fn open() -> Option<String> {
    let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
    let address = bound.and_then(|listener| listener.local_addr().map(|address| (listener, address)));
    match address {
        Ok((listener, address)) => {
            tokio::spawn(axum::serve(listener, router()).into_future());
            Some(format!("http://{address}/"))
        }
        Err(error) => {
            tracing::warn!(%error, "the page to practise on is not there");
            None
        }
    }
}

fn router() -> Router {
    let mut router = Router::new();
    for (path, media_type, contents) in FILES.iter().copied() {
        let headers = [
            (header::CONTENT_TYPE, media_type),
            (header::CONTENT_SECURITY_POLICY, POLICY),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::CACHE_CONTROL, "no-cache"),
        ];
        router = router.route(path, get(move || async move { (headers, contents) }));
    }
    router
        .fallback(|| async { (StatusCode::NOT_FOUND, "There is no such page in this shop.").into_response() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_file_is_there_and_nothing_can_be_sent() {
        let base = open().await.unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        for (path, media_type, _) in FILES {
            let answer = client.get(format!("{}{path}", base.trim_end_matches('/'))).send().await.unwrap();
            assert_eq!(answer.status(), 200, "{path}");
            assert_eq!(&answer.headers()["content-type"], media_type);
        }
        assert_eq!(client.post(&base).body("x").send().await.unwrap().status(), 405);
        assert_eq!(client.get(format!("{base}../Cargo.toml")).send().await.unwrap().status(), 404);
    }

    #[test]
    fn every_link_of_the_shop_leads_somewhere_in_it() {
        for (page, _, html) in FILES.iter().filter(|(_, media_type, _)| *media_type == HTML) {
            for attribute in ["href=\"", "src=\"", "action=\""] {
                for rest in html.split(attribute).skip(1) {
                    let target = rest.split(['"', '?', '#']).next().unwrap();
                    assert!(
                        target.is_empty() || FILES.iter().any(|(path, ..)| *path == target),
                        "{page} leads to {target}"
                    );
                }
            }
        }
    }
}

//! Pictures of scraped pages that a person asked to see. The hub fetches them, without cookies and with a cap, so that
//! the window loads nothing from a page; and from this machine's networks only where the page itself came from.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use reqwest::header::{ACCEPT, LOCATION};
use reqwest::{Client, Response, redirect};
use tokio::net::lookup_host;
use url::{Host, Url};

use crate::Hub;
use crate::protocol::{Failure, FailureCode};
use crate::state::unknown_session;

/// In bytes.
const LARGEST: usize = 8_000_000;
const LONGEST: Duration = Duration::from_secs(15);
const MOST_REDIRECTS: usize = 4;

/// Fetches a picture that the last scrape of a session listed and returns its name.
pub(crate) async fn picture(hub: &Hub, session: String, address: String) -> Result<String, Failure> {
    let (id, wanted) = (session.clone(), address.clone());
    let page = hub
        .read(move |state| {
            let known = state.sessions.get(&id).ok_or_else(|| unknown_session(&id))?;
            let scraped = known.scraped.as_ref();
            let page = scraped.filter(|scraped| scraped.images.iter().any(|image| image.url == wanted));
            page.map(|scraped| scraped.url.clone())
                .ok_or_else(|| Failure::invalid("the last scrape of this session lists no such picture"))
        })
        .await??;
    let pictures = &hub.shared.pictures;
    let kept = match address.strip_prefix("data:").and_then(|data| data.split_once(";base64,")) {
        Some((_, data)) => pictures.keep(data.to_owned()).await,
        None => pictures.keep_bytes(fetch(&address, &page).await?).await,
    };
    kept.map_err(|error| match error {
        crate::PictureError::NotAPicture => refused("it is no JPEG, PNG, WebP, GIF or AVIF".to_owned()),
        error => refused(error.to_string()),
    })
}

async fn fetch(address: &str, page: &str) -> Result<Vec<u8>, Failure> {
    let mut url = Url::parse(address).map_err(|_| refused("its address is none".to_owned()))?;
    let page = Url::parse(page).ok();
    for _ in 0..=MOST_REDIRECTS {
        let response = ask(&url, page.as_ref()).await?;
        if !response.status().is_redirection() {
            return bytes(response).await;
        }
        let next = response.headers().get(LOCATION).and_then(|to| to.to_str().ok());
        url = next
            .and_then(|to| url.join(to).ok())
            .ok_or_else(|| refused(format!("{} leads nowhere", place(&url))))?;
    }
    Err(refused("it is redirected too often".to_owned()))
}

async fn ask(url: &Url, page: Option<&Url>) -> Result<Response, Failure> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refused(format!("{}: is not fetched", url.scheme())));
    }
    let mut addresses = addresses(url).await?;
    if page.is_none_or(|page| page.origin() != url.origin()) {
        addresses.retain(|address| is_public(address.ip()));
        if addresses.is_empty() {
            return Err(refused(format!("{} lies in a private network, and the page does not", place(url))));
        }
    }
    // The addresses that were judged are those that are connected to, whatever the name means by then.
    let client = Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .timeout(LONGEST)
        .user_agent(concat!("NotexInspector/", env!("CARGO_PKG_VERSION")))
        .resolve_to_addrs(url.host_str().unwrap_or_default(), &addresses)
        .build()
        .map_err(|error| refused(error.to_string()))?;
    let asked =
        client.get(url.clone()).header(ACCEPT, "image/png,image/jpeg,image/webp,image/gif,image/avif");
    asked.send().await.map_err(|error| {
        let why = if error.is_timeout() { "does not answer in time" } else { "cannot be reached" };
        refused(format!("{} {why}", place(url)))
    })
}

async fn addresses(url: &Url) -> Result<Vec<SocketAddr>, Failure> {
    let port = url.port_or_known_default().unwrap_or(80);
    match url.host() {
        Some(Host::Ipv4(ip)) => Ok(vec![SocketAddr::new(ip.into(), port)]),
        Some(Host::Ipv6(ip)) => Ok(vec![SocketAddr::new(ip.into(), port)]),
        Some(Host::Domain(name)) => lookup_host((name, port))
            .await
            .map(Iterator::collect)
            .map_err(|_| refused(format!("no host is called {name}"))),
        None => Err(refused("its address has no host".to_owned())),
    }
}

async fn bytes(mut response: Response) -> Result<Vec<u8>, Failure> {
    let from = place(response.url());
    if !response.status().is_success() {
        return Err(refused(format!("{from} answers {}", response.status().as_u16())));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) =
        response.chunk().await.map_err(|_| refused(format!("{from} stopped in the middle of it")))?
    {
        if bytes.len() + chunk.len() > LARGEST {
            return Err(refused(format!("it is larger than {} MB", LARGEST / 1_000_000)));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn place(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => url.scheme().to_owned(),
    }
}

fn refused(why: String) -> Failure {
    Failure::new(FailureCode::Other, format!("the picture cannot be shown: {why}"))
}

/// Whether an address is one of the public internet. Stricter than the registries: what is in doubt is not.
fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let assigned = (a == 192 && b == 0 && c == 0) || (a == 198 && matches!(b, 18 | 19));
    !(a == 0
        || a >= 224
        || ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_documentation()
        || shared
        || assigned)
}

/// Of what has been given out, without the addresses that lead to IPv4 ones.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [first, second, ..] = ip.segments();
    let leads_elsewhere = first == 0x2002 || (first == 0x2001 && (second < 0x200 || second == 0xdb8));
    (0x2000..0x3ff0).contains(&first) && !leads_elsewhere
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::response::Redirect;
    use axum::routing::get;
    use tokio::net::TcpListener;

    use super::*;

    const PNG: [u8; 6] = [0x89, b'P', b'N', b'G', 1, 2];

    async fn site() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let big = vec![0_u8; LARGEST + 1];
        let router = Router::new()
            .route("/a.png", get(|| async { PNG }))
            .route("/moved", get(|| async { Redirect::temporary("/a.png") }))
            .route("/round", get(|| async { Redirect::temporary("/round") }))
            .route("/out", get(|| async { Redirect::temporary("http://127.0.0.1:9/a.png") }))
            .route("/big", get(move || async move { big }));
        tokio::spawn(axum::serve(listener, router).into_future());
        base
    }

    async fn why(address: &str, page: &str) -> String {
        fetch(address, page).await.unwrap_err().message
    }

    #[tokio::test]
    async fn a_picture_of_the_pages_own_host_is_fetched_through_redirects() {
        let base = site().await;
        let page = format!("{base}/shop");
        assert_eq!(fetch(&format!("{base}/a.png"), &page).await.unwrap(), PNG);
        assert_eq!(fetch(&format!("{base}/moved"), &page).await.unwrap(), PNG);
    }

    #[tokio::test]
    async fn a_page_does_not_make_the_hub_ask_other_hosts_of_private_networks() {
        let (base, other) = (site().await, site().await);
        let page = format!("{base}/shop");
        for address in [
            format!("{other}/a.png"),
            format!("{base}/out"),
            other.replace("127.0.0.1", "localhost"),
            other.replace("127.0.0.1", "[::ffff:127.0.0.1]"),
            "http://169.254.169.254/latest".to_owned(),
        ] {
            assert!(why(&address, &page).await.contains("private network"), "{address}");
        }
        assert!(why(&format!("{base}/a.png"), "https://shop.example/").await.contains("private network"));
        assert!(why("file:///etc/passwd", &page).await.contains("file: is not fetched"));
    }

    #[tokio::test]
    async fn what_is_too_large_missing_or_goes_round_is_given_up_with_a_sentence() {
        let base = site().await;
        assert!(why(&format!("{base}/big"), &base).await.contains("larger than 8 MB"));
        assert!(why(&format!("{base}/none"), &base).await.contains("answers 404"));
        assert!(why(&format!("{base}/round"), &base).await.contains("redirected too often"));
    }

    #[test]
    fn what_is_in_doubt_is_not_public() {
        for private in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.8",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:7f00:1::1",
            "2001:0:1::1",
            "2001:db8::1",
            "fc00::1",
            "fe80::1",
            "ff02::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in
            ["1.1.1.1", "100.63.0.1", "192.0.1.1", "2606:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8"]
        {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }
}

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

const PATIENCE: Duration = Duration::from_secs(10);

fn nowhere() -> SocketAddr {
    "127.0.0.1:4711".parse().unwrap()
}

async fn blocked(but: &[&str]) -> Reach {
    let but = but.iter().map(|words| words.parse().unwrap()).collect();
    Reach::open(nowhere(), PrivateNetworks::Blocked { but }).await.unwrap()
}

/// Answers `pong` to whatever it is told; returns its port.
async fn site() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut heard = [0; 4];
            stream.read_exact(&mut heard).await.unwrap();
            stream.write_all(b"pong").await.unwrap();
        }
    });
    port
}

/// Asks the gate for a host by name, as Chromium does; what it replies, and the connection.
async fn asked(reach: &Reach, host: &str, port: u16) -> (u8, TcpStream) {
    let gate = reach.proxy().unwrap();
    let mut stream = TcpStream::connect(gate.strip_prefix("socks5://").unwrap()).await.unwrap();
    stream.write_all(&[5, 1, 0]).await.unwrap();
    let mut greeting = [0; 2];
    stream.read_exact(&mut greeting).await.unwrap();
    assert_eq!(greeting, [5, 0]);
    let mut request = vec![5, 1, 0, 3, host.len().try_into().unwrap()];
    request.extend(host.as_bytes());
    request.extend(port.to_be_bytes());
    stream.write_all(&request).await.unwrap();
    let mut reply = [0; 10];
    timeout(PATIENCE, stream.read_exact(&mut reply)).await.expect("the gate replies").unwrap();
    (reply[1], stream)
}

fn why(reach: &Reach, url: &str) -> String {
    reach.held_back(url).unwrap_or_default()
}

#[tokio::test]
async fn the_gate_refuses_this_machine_and_says_why() {
    let (reach, port) = (blocked(&[]).await, site().await);
    for host in
        ["127.0.0.1", "localhost", "LOCALHOST.", "any.localhost", "0.0.0.0", "::1", "::ffff:127.0.0.1"]
    {
        assert_eq!(asked(&reach, host, port).await.0, 2, "{host}");
    }
    let told = why(&reach, &format!("http://127.0.0.1:{port}/x"));
    assert_eq!(told, "127.0.0.1 lies in a private network, which this engine was started to block");
    assert!(why(&reach, &format!("http://[::1]:{port}/")).starts_with("::1 lies in a private network"));
    assert_eq!(why(&reach, "http://127.0.0.1:9/"), "");
}

#[tokio::test]
async fn the_gate_lets_through_what_is_allowed_and_carries_bytes_both_ways() {
    let port = site().await;
    let reach = blocked(&[&format!("127.0.0.1:{port}")]).await;
    let (reply, mut stream) = asked(&reach, "localhost", port).await;
    assert_eq!(reply, 0);
    stream.write_all(b"ping").await.unwrap();
    let mut answer = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("the end is passed on").unwrap();
    assert_eq!(answer, b"pong");
    assert_eq!(asked(&reach, "127.0.0.1", site().await).await.0, 2);
}

#[tokio::test]
async fn nothing_allows_the_engine_or_its_gate_or_its_browser() {
    let reach = blocked(&["127.0.0.1", "localhost", "0.0.0.0", "[::1]"]).await;
    let browser = site().await;
    reach.also_own(SocketAddr::from(([127, 0, 0, 1], browser)));
    let gate: SocketAddr = reach.proxy().unwrap().strip_prefix("socks5://").unwrap().parse().unwrap();
    for port in [4711, browser, gate.port()] {
        for host in ["127.0.0.1", "localhost", "::ffff:127.0.0.1", "0.0.0.0"] {
            assert_eq!(asked(&reach, host, port).await.0, 2, "{host}:{port}");
        }
        let url = format!("http://127.0.0.1:{port}/");
        assert!(why(&reach, &url).contains("belongs to the engine itself"), "{url}");
    }
}

#[tokio::test]
async fn what_is_no_socks_is_hung_up_on() {
    let reach = blocked(&[]).await;
    let gate = reach.proxy().unwrap();
    let mut stream = TcpStream::connect(gate.strip_prefix("socks5://").unwrap()).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    // Closed or reset: either way nothing was said.
    let _ = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("it ends");
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
}

#[tokio::test]
async fn a_failure_behind_the_gate_is_told_in_words() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let reach = blocked(&["127.0.0.1"]).await;
    asked(&reach, "127.0.0.1", closed).await;
    assert_eq!(why(&reach, &format!("http://127.0.0.1:{closed}/")), "the connection was refused");
    asked(&reach, "no-such-host.invalid", 80).await;
    assert_eq!(why(&reach, "http://no-such-host.invalid/"), "the host name was not found (DNS)");
}

#[tokio::test]
async fn the_engines_own_address_is_refused_however_it_is_written() {
    let reach = Reach::open(nowhere(), PrivateNetworks::Open).await.unwrap();
    for url in [
        "http://127.0.0.1:4711/health",
        "https://localhost:4711/",
        "http://LOCALHOST.:4711/",
        "http://a.b.localhost:4711/",
        "http://127.9.8.7:4711/",
        "http://2130706433:4711/",
        "http://0x7f.1:4711/",
        "http://0.0.0.0:4711/",
        "http://[::1]:4711/",
        "http://[::]:4711/",
        "http://[::ffff:127.0.0.1]:4711/",
        "http://[::127.0.0.1]:4711/",
    ] {
        let refusal = reach.refusal(&Url::parse(url).unwrap()).await;
        assert!(refusal.is_some_and(|why| why.contains("belongs to the engine itself")), "{url}");
    }
    for url in ["http://127.0.0.1:4712/", "http://localhost/", "http://10.0.0.1:4711/", "about:blank"] {
        assert_eq!(reach.refusal(&Url::parse(url).unwrap()).await, None, "{url}");
    }
    assert_eq!(reach.proxy(), None);
}

#[tokio::test]
async fn an_engine_that_listens_everywhere_knows_all_its_addresses() {
    let everywhere = "0.0.0.0:4711".parse().unwrap();
    let reach = Reach::open(everywhere, PrivateNetworks::Open).await.unwrap();
    let rules = reach.resolver_rules("127.0.0.1:4712".parse().unwrap());
    assert!(rules.starts_with("MAP *:4711 ~NOTFOUND,MAP 127.*:4712 ~NOTFOUND,"), "{rules}");
    for url in ["http://127.0.0.1:4711/", "http://localhost:4711/", "http://0.0.0.0:4711/"] {
        assert!(reach.refusal(&Url::parse(url).unwrap()).await.is_some(), "{url}");
    }
    assert_eq!(reach.refusal(&Url::parse("http://203.0.113.9:4711/").unwrap()).await, None);
}

#[tokio::test]
async fn a_private_address_is_refused_before_the_browser_is_asked() {
    let reach = blocked(&["10.1.2.3:8080"]).await;
    for url in [
        "http://169.254.169.254/latest/meta-data",
        "http://10.1.2.3/",
        "http://[fd00::1]/",
        "http://localhost:3000/",
    ] {
        let refusal = reach.refusal(&Url::parse(url).unwrap()).await.unwrap_or_default();
        assert!(
            refusal.ends_with("lies in a private network, which this engine was started to block"),
            "{url}"
        );
    }
    for url in ["http://10.1.2.3:8080/", "http://1.1.1.1/", "https://example.com/"] {
        assert_eq!(reach.refusal(&Url::parse(url).unwrap()).await, None, "{url}");
    }
}

#[tokio::test]
async fn a_proxy_is_held_to_the_same_rules() {
    let open = Reach::open(nowhere(), PrivateNetworks::Open).await.unwrap();
    assert_eq!(open.admit_proxy("socks5://127.0.0.1:1080").await, Ok(()));
    assert!(open.admit_proxy("127.0.0.1:4711").await.unwrap_err().contains("the engine itself"));
    assert!(open.admit_proxy("http://").await.unwrap_err().contains("no address of a proxy"));
    let blocked = blocked(&["10.0.0.9"]).await;
    assert!(blocked.admit_proxy("127.0.0.1:1080").await.unwrap_err().contains("a private network"));
    assert_eq!(blocked.admit_proxy("10.0.0.9:3128").await, Ok(()));
    assert_eq!(blocked.admit_proxy("http://1.1.1.1:3128").await, Ok(()));
}

#[tokio::test]
async fn a_name_is_judged_by_the_address_it_leads_to() {
    let reach = blocked(&["intranet.example"]).await;
    let judged =
        |host, ip: &str| reach.0.gate.as_ref().unwrap().judge(host, format!("{ip}:80").parse().unwrap());
    assert!(judged("evil.example", "192.168.0.1").is_err());
    assert!(judged("evil.example", "127.0.0.1").is_err());
    assert!(judged("1.1.1.1", "10.0.0.1").is_err());
    assert_eq!(judged("evil.example", "1.1.1.1"), Ok(()));
    assert_eq!(judged("intranet.example", "192.168.0.1"), Ok(()));
}

//! The door to the network against real loopback servers: what each kind of trouble ends in, and what is never sent.

#![allow(
    clippy::unwrap_used,
    reason = "a test may panic; clippy does not see that these functions are tests' own"
)]

use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tollwatch::http::{Answer, Http, Network, Policy, Request};
use tollwatch::model::{PollError, PollErrorKind, Secret};

/// A server that writes the n-th script to the n-th request (the last one again and again) and closes.
struct Server {
    url: String,
    /// Request heads as they came.
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start(scripts: Vec<Vec<u8>>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let heads = Arc::new(Mutex::new(Vec::new()));
        let (seen, asked) = (heads.clone(), AtomicUsize::new(0));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let head = head(&mut stream).await;
                seen.lock().unwrap().push(head);
                let at = asked.fetch_add(1, Ordering::SeqCst).min(scripts.len() - 1);
                let script = scripts[at].clone();
                tokio::spawn(async move {
                    let _ = stream.write_all(&script).await;
                    let _ = stream.shutdown().await;
                });
            }
        });
        Server { url, heads }
    }

    fn asked(&self) -> usize {
        self.heads.lock().unwrap().len()
    }
}

async fn head(stream: &mut TcpStream) -> String {
    let (mut text, mut byte) = (Vec::new(), [0_u8; 1]);
    while !text.ends_with(b"\r\n\r\n") && stream.read(&mut byte).await.unwrap_or(0) == 1 {
        text.push(byte[0]);
    }
    String::from_utf8_lossy(&text).into_owned()
}

fn response(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n{headers}connection: close\r\n\r\n{body}", body.len())
        .into_bytes()
}

fn quick() -> Policy {
    Policy {
        connect_timeout: Duration::from_millis(500),
        read_timeout: Duration::from_millis(400),
        total_timeout: Duration::from_secs(5),
        retry_pause: Duration::from_millis(10),
        ..Policy::default()
    }
}

async fn ask(url: &str) -> Result<Answer, PollError> {
    Http::open(&Network::new(quick()).unwrap(), url).unwrap().send(Request::get("/x")).await
}

/// Scripts, what the error must say and be, and how often the server may be asked.
async fn trouble(scripts: Vec<Vec<u8>>, kind: PollErrorKind, says: &str, asked: usize) {
    let server = Server::start(scripts).await;
    let error = ask(&server.url).await.unwrap_err();
    assert_eq!(error.kind, kind, "{error}");
    assert!(error.message.contains(says) && error.message.contains("127.0.0.1:"), "{error}");
    assert_eq!(server.asked(), asked, "{error}");
}

#[tokio::test]
async fn the_request_is_what_was_asked_for() {
    let server = Server::start(vec![response("200 OK", "x-a: 1\r\n", r#"{"left": 0.10}"#)]).await;
    let http = Http::open(&Network::new(quick()).unwrap(), &format!("{}/api/v1/", server.url)).unwrap();
    let request = Request::get("/key").query("from", "2026-11-01").bearer(&Secret::new("EXAMPLE-not-a-key"));
    let answer = http.send(request).await.unwrap();
    assert_eq!((answer.status, answer.header("x-a")), (200, Some("1")));
    assert_eq!(answer.json().unwrap().pointer("/left").unwrap().as_decimal(), Some("0.10"));
    let heads = server.heads.lock().unwrap().clone();
    assert!(heads[0].starts_with("GET /api/v1/key?from=2026-11-01 HTTP/1.1\r\n"), "{}", heads[0]);
    assert!(heads[0].contains("authorization: Bearer EXAMPLE-not-a-key\r\n"), "{}", heads[0]);
    assert!(heads[0].contains(&format!("user-agent: tollwatch/{}\r\n", env!("CARGO_PKG_VERSION"))));
}

#[tokio::test]
async fn a_redirect_is_an_error_and_the_key_stays_here() {
    let elsewhere = Server::start(vec![response("200 OK", "", "{}")]).await;
    let location = format!("location: {}/take?key=hunter2\r\n", elsewhere.url);
    let server = Server::start(vec![response("302 Found", &location, "")]).await;
    let error = ask(&server.url).await.unwrap_err();
    assert_eq!(error.kind, PollErrorKind::Config);
    assert!(error.message.contains("127.0.0.1") && error.message.contains("302"), "{error}");
    assert!(!error.message.contains("hunter2") && !error.message.contains("/take"), "{error}");
    assert_eq!((server.asked(), elsewhere.asked()), (1, 0));
    let abroad = vec![response("301 Moved", "location: https://login.example/?next=%2F\r\n", "")];
    trouble(abroad, PollErrorKind::Config, "wants to send us on to login.example (status 301)", 1).await;
}

#[tokio::test]
async fn a_cut_body_is_an_error_and_never_half_an_answer() {
    let cut = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"left\": 1".to_vec();
    trouble(vec![cut], PollErrorKind::Malformed, "broke off in the middle", 1).await;
    let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n".to_vec();
    trouble(vec![chunked], PollErrorKind::Malformed, "broke off in the middle", 1).await;
}

#[tokio::test]
async fn a_huge_body_is_cut_off_whatever_it_claims() {
    let honest = b"HTTP/1.1 200 OK\r\ncontent-length: 100000000\r\n\r\n".to_vec();
    trouble(vec![honest], PollErrorKind::Malformed, "more than 4 MiB", 1).await;
    // Without a length: 100 MB in chunks; the server sees that it was not read to the end.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let sender = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        head(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await.unwrap();
        let chunk = [&b"100000\r\n"[..], &vec![b'7'; 0x10_0000], b"\r\n"].concat();
        for sent in 0..100_usize {
            if stream.write_all(&chunk).await.is_err() {
                return sent;
            }
        }
        100
    });
    let error = ask(&url).await.unwrap_err();
    assert_eq!(error.kind, PollErrorKind::Malformed);
    assert!(error.message.contains("more than 4 MiB"), "{error}");
    assert!(sender.await.unwrap() < 20, "the body went on being read");
    // A gzip bomb: 100 MB of zeros in about 100 kB.
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(&vec![b'0'; 100_000_000]).unwrap();
    let packed = packer.finish().unwrap();
    let mut bomb =
        format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", packed.len())
            .into_bytes();
    bomb.extend(packed);
    trouble(vec![bomb], PollErrorKind::Malformed, "more than 4 MiB", 1).await;
    let torn = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 5\r\n\r\nhello".to_vec();
    trouble(vec![torn], PollErrorKind::Malformed, "could not be decompressed", 1).await;
}

#[tokio::test]
async fn a_body_of_exactly_four_mib_is_taken() {
    let body = "1".repeat(tollwatch::http::MAX_BODY);
    let server = Server::start(vec![response("200 OK", "", &body)]).await;
    assert_eq!(ask(&server.url).await.unwrap().body.len(), 4_194_304);
}

#[tokio::test]
async fn silence_ends_in_a_timeout() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let held = tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            held.push(stream);
        }
    });
    let error = ask(&url).await.unwrap_err();
    assert_eq!(error.kind, PollErrorKind::Unreachable);
    assert!(
        error.message.contains("did not answer in time") && error.message.contains("127.0.0.1:"),
        "{error}"
    );
    held.abort();
}

#[tokio::test]
async fn a_body_that_drips_ends_at_the_total_timeout() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        head(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n").await;
        while stream.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    let policy = Policy { total_timeout: Duration::from_millis(600), ..quick() };
    let http = Http::open(&Network::new(policy).unwrap(), &url).unwrap();
    let started = tokio::time::Instant::now();
    let error = http.send(Request::get("/x")).await.unwrap_err();
    assert!(error.message.contains("did not answer in time"), "{error}");
    assert!(started.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn nobody_there_and_no_such_name() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = ask(&url).await.unwrap_err();
    assert_eq!(error.kind, PollErrorKind::Unreachable);
    assert!(error.message.contains("refused the connection"), "{error}");
    // RFC 6761: `.invalid` never resolves. Behind a proxy the proxy is asked for the name, so the kind may differ.
    let error = ask("https://gateway.invalid").await.unwrap_err();
    assert!(error.message.contains("gateway.invalid"), "{error}");
    assert!(matches!(error.kind, PollErrorKind::Offline | PollErrorKind::Unreachable), "{error:?}");
    let junk = vec![b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()];
    trouble(junk, PollErrorKind::Unreachable, "that is HTTP", 2).await;
}

#[tokio::test]
async fn plain_http_beyond_loopback_needs_leave() {
    let open = |allow: &str| {
        let policy = Policy { allow_http: vec![allow.to_owned()], ..quick() };
        Http::open(&Network::new(policy).unwrap(), "http://192.0.2.7:4000/").err().map(|error| error.kind)
    };
    assert_eq!(open("192.0.2.8"), Some(PollErrorKind::Config));
    assert_eq!(open("192.0.2.7:80"), Some(PollErrorKind::Config));
    assert_eq!(open("192.0.2.7:4000"), None);
    assert_eq!(open("192.0.2.7"), None);
}

#[tokio::test]
async fn a_retry_happens_once_and_only_where_it_helps() {
    let ok = response("200 OK", "", "{}");
    let bad = |status: &str, headers: &str| response(status, headers, "{}");
    for (name, scripts, status, asked) in [
        ("502 then fine", vec![bad("502 Bad Gateway", ""), ok.clone()], 200, 2),
        ("504 twice", vec![bad("504 Gateway Timeout", "")], 504, 2),
        ("500 is the provider's last word", vec![bad("500 Internal Server Error", "")], 500, 1),
        (
            "429 that says at once",
            vec![bad("429 Too Many Requests", "retry-after: 0\r\n"), ok.clone()],
            200,
            2,
        ),
        ("429 twice", vec![bad("429 Too Many Requests", "retry-after: 0\r\n")], 429, 2),
        (
            "429 that says a minute",
            vec![bad("429 Too Many Requests", "retry-after: 60\r\n"), ok.clone()],
            429,
            1,
        ),
        ("429 that says nothing", vec![bad("429 Too Many Requests", ""), ok.clone()], 429, 1),
        (
            "503 at a time gone by",
            vec![
                bad(
                    "503 Busy",
                    "date: Sat, 21 Nov 2026 02:49:35 GMT\r\nretry-after: Sat, 21 Nov 2026 02:49:30 GMT\r\n",
                ),
                ok.clone(),
            ],
            200,
            2,
        ),
        ("402 is an answer", vec![bad("402 Payment Required", "")], 402, 1),
    ] {
        let server = Server::start(scripts).await;
        assert_eq!(ask(&server.url).await.unwrap().status, status, "{name}");
        assert_eq!(server.asked(), asked, "{name}");
    }
    // A POST may have had its effect: never again.
    let server = Server::start(vec![response("502 Bad Gateway", "", ""), ok]).await;
    let http = Http::open(&Network::new(quick()).unwrap(), &server.url).unwrap();
    let answer = http.send(Request::post("/login", serde_json::json!({"user": "u"}))).await.unwrap();
    assert_eq!((answer.status, server.asked()), (502, 1));
}

#[tokio::test]
async fn a_long_retry_after_is_passed_up() {
    let server = Server::start(vec![response("429 Too Many Requests", "retry-after: 120\r\n", "")]).await;
    assert_eq!(ask(&server.url).await.unwrap().retry_after(), Some(120_000));
}

fn openssl(dir: &Path, arguments: &[&str]) {
    let done = std::process::Command::new("openssl").args(arguments).current_dir(dir).output();
    let done = done.expect("openssl is missing: run `scripts/setup test`");
    assert!(done.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

#[tokio::test]
async fn a_gateway_with_its_own_authority_needs_the_ca_file() {
    let dir = tempfile::tempdir().unwrap();
    // An authority, and a certificate of it: one that is both at once is refused by rustls.
    let make = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"];
    openssl(
        dir.path(),
        &[&make[..], &["-subj", "/CN=Test", "-keyout", "ca-key.pem", "-out", "ca.pem"]].concat(),
    );
    let leaf = [
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca-key.pem",
        "-subj",
        "/CN=localhost",
        "-keyout",
        "key.pem",
        "-out",
        "cert.pem",
    ];
    let uses = ["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"];
    openssl(dir.path(), &[&make[..], &leaf[..], &uses[..]].concat());
    // A free port, then a real TLS server on it.
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let mut server = std::process::Command::new("openssl")
        .args(["s_server", "-quiet", "-www", "-cert", "cert.pem", "-key", "key.pem", "-accept"])
        .arg(format!("127.0.0.1:{port}"))
        .current_dir(dir.path())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    for _ in 0..200 {
        if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let url = format!("https://localhost:{port}");
    let policy = |file: &str| Policy {
        ca_file: Some(dir.path().join(file)),
        connect_timeout: Duration::from_secs(5),
        read_timeout: Duration::from_secs(5),
        ..quick()
    };
    let stranger = ask(&url).await.unwrap_err();
    let known =
        Http::open(&Network::new(policy("ca.pem")).unwrap(), &url).unwrap().send(Request::get("/")).await;
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(stranger.kind, PollErrorKind::Unreachable);
    assert!(stranger.message.contains("certificate") && stranger.message.contains("ca_file"), "{stranger}");
    assert_eq!(known.map(|answer| answer.status), Ok(200));
    for (file, says) in [("none.pem", "cannot be read"), ("key.pem", "holds no certificate")] {
        let error = Network::new(policy(file)).err().unwrap();
        assert_eq!(error.kind, PollErrorKind::Config);
        assert!(error.message.contains(says) && error.message.contains(file), "{error}");
    }
}

#[tokio::test]
async fn https_to_a_plain_port_says_so() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        let _ = stream.read(&mut [0; 512]).await;
    });
    let error = ask(&url).await.unwrap_err();
    assert_eq!(error.kind, PollErrorKind::Unreachable);
    assert!(error.message.contains("TLS"), "{error}");
}

#[tokio::test]
async fn a_recording_holds_no_secret_and_is_played_back() {
    let echoed = format!("sk-{}", "z9Y8".repeat(8));
    let body =
        format!(r#"{{"label": "EXAMPLE-not-a-key", "echo": "{echoed}", "left": 0.30000000000000004}}"#);
    let headers = "content-type: application/json\r\nset-cookie: session=EXAMPLE-cookie\r\nx-ratelimit-remaining: 7\r\n";
    let server =
        Server::start(vec![response("200 OK", headers, &body), response("402 Payment Required", "", "{}")])
            .await;
    let dir = tempfile::tempdir().unwrap();
    let request = || {
        let secret = Secret::new("EXAMPLE-not-a-key");
        Request::get("/v1/key")
            .query("limit", "5")
            .bearer(&secret)
            .secret_header("cookie", &Secret::new("EXAMPLE-cookie"))
    };
    let network = Network::record(quick(), dir.path()).unwrap();
    let http = Http::open(&network, &format!("{}/api", server.url)).unwrap();
    let live = http.send(request()).await.unwrap();
    assert!(live.header("set-cookie").is_some());
    assert_eq!(http.send(request()).await.unwrap().status, 402);
    let mut files: Vec<_> =
        std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert_eq!(files.len(), 2);
    let text = std::fs::read_to_string(&files[0]).unwrap();
    assert!(text.starts_with("# GET /api/v1/key?limit=5\nHTTP 200\n"), "{text}");
    for secret in ["EXAMPLE-not-a-key", "EXAMPLE-cookie", echoed.as_str()] {
        assert!(!text.contains(secret), "{text}");
    }

    let replay = Network::replay(dir.path()).unwrap();
    let http = Http::open(&replay, "https://gateway.invalid/api").unwrap();
    let first = http.send(request()).await.unwrap();
    assert_eq!(first.header("x-ratelimit-remaining"), Some("7"));
    assert_eq!(first.json().unwrap().pointer("/left").unwrap().as_decimal(), Some("0.30000000000000004"));
    assert_eq!(http.send(request()).await.unwrap().status, 402, "the second answer comes second");
    assert_eq!(http.send(request()).await.unwrap().status, 402, "and stays");
    let error = http.send(Request::get("/v1/credits")).await.unwrap_err();
    assert!(
        error.message.contains("GET /api/v1/credits") && error.message.contains("GET /api/v1/key"),
        "{error}"
    );
}

#[tokio::test]
async fn a_hand_written_answer_matches_with_and_without_a_query() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
    write("a.http", "# GET /usage\n# any query\nHTTP 200 OK\n\n{\"page\": 0}");
    write("b.http", "# GET /usage?page=2&size=10\r\nHTTP 429\r\nRetry-After: 30\r\n\r\n{\"page\": 2}");
    let network = Network::replay(dir.path()).unwrap();
    let http = Http::open(&network, "https://gateway.invalid").unwrap();
    let two = http.send(Request::get("/usage").query("size", "10").query("page", "2")).await.unwrap();
    assert_eq!((two.status, two.retry_after()), (429, Some(30_000)));
    assert_eq!(http.send(Request::get("/usage").query("page", "3")).await.unwrap().status, 200);
    assert!(http.send(Request::post("/usage", serde_json::json!({}))).await.is_err());
    write("c.http", "GET /usage\n");
    assert!(Network::replay(dir.path()).err().unwrap().message.contains("c.http: the first line"));
}

#[tokio::test]
async fn an_answer_in_process_needs_no_socket_and_sees_the_key() {
    let network = Network::in_process(Arc::new(|request| Answer {
        status: if request.header("authorization") == Some("Bearer EXAMPLE") { 200 } else { 401 },
        headers: Vec::new(),
        body: format!("\"{} {}\"", request.method, request.path).into_bytes(),
    }));
    let http = Http::open(&network, "http://simulator.invalid/demo").unwrap();
    assert_eq!(http.send(Request::get("/key")).await.unwrap().status, 401);
    let known = http.send(Request::get("/key").bearer(&Secret::new("EXAMPLE"))).await.unwrap();
    assert_eq!((known.status, known.json().unwrap().as_str()), (200, Some("GET /demo/key")));
}

#[tokio::test]
async fn a_host_feels_four_requests_at_once_and_the_others_wait_their_turn() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (here, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let felt = most.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (here, most) = (here.clone(), most.clone());
            tokio::spawn(async move {
                let _ = head(&mut stream).await;
                most.fetch_max(here.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(30)).await;
                here.fetch_sub(1, Ordering::SeqCst);
                let _ = stream.write_all(&response("200 OK", "", "{}")).await;
            });
        }
    });
    let network = Network::new(Policy { total_timeout: Duration::from_secs(2), ..quick() }).unwrap();
    let asked = (0..24).map(|_| {
        // Doors of several accounts to one host share its turns.
        let http = Http::open(&network, &url).unwrap();
        async move { http.send(Request::get("/x")).await.map(|answer| answer.status) }
    });
    let answers = futures_util::future::join_all(asked).await;
    assert!(answers.iter().all(|answer| matches!(answer, Ok(200))), "{answers:?}");
    assert_eq!(felt.load(Ordering::SeqCst), 4);
}

/// SerpApi takes its key in the query alone, and sends it back in the body.
#[tokio::test]
async fn a_secret_parameter_is_sent_and_never_written_down() {
    let (key, coded) = ("EXAMPLE+not/a.key", "EXAMPLE%2Bnot%2Fa.key");
    let body = format!(r#"{{"api_key": "{key}", "left": 7}}"#);
    let server = Server::start(vec![response("200 OK", "content-type: application/json\r\n", &body)]).await;
    let dir = tempfile::tempdir().unwrap();
    let request =
        || Request::get("/account.json").secret_query("api_key", &Secret::new(key)).query("page", "1");
    let network = Network::record(quick(), dir.path()).unwrap();
    let http = Http::open(&network, &server.url).unwrap();
    assert_eq!(http.send(request()).await.unwrap().status, 200);
    let asked = format!("GET /account.json?api_key={coded}&page=1 ");
    assert!(server.heads.lock().unwrap()[0].starts_with(&asked));
    let file = std::fs::read_dir(dir.path()).unwrap().next().unwrap().unwrap().path();
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("api_key=redacted&page=1") && text.contains("\"left\": 7"), "{text}");
    assert!(
        !text.contains(key) && !text.contains(coded) && !file.to_string_lossy().contains("EXAMPLE"),
        "{text}"
    );

    let replay = Network::replay(dir.path()).unwrap();
    let http = Http::open(&replay, "https://search.invalid").unwrap();
    assert_eq!(http.send(request()).await.unwrap().status, 200, "a recording answers another key too");
    let unknown =
        http.send(Request::get("/other").secret_query("api_key", &Secret::new(key))).await.unwrap_err();
    let nobody = Http::open(&Network::new(quick()).unwrap(), "http://127.0.0.1:1").unwrap();
    let refused = nobody.send(request()).await.unwrap_err();
    for error in [unknown, refused] {
        assert!(!error.message.contains("EXAMPLE"), "{error}");
    }
}

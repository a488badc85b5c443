//! `tollwatch serve` over real sockets: who is let in, what is refused and how, TLS, and clients that are slow or many.
#![allow(clippy::disallowed_methods, reason = "no runtime here: the program beside it has real time")]

use crate::namespace;
use crate::serving::Serving;
use crate::support::Sandbox;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

const NO_BUS: &str = "unix:path=/nowhere/bus";

/// An answer as it came.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    /// The code of an error; that it is one in the shape of all is checked.
    fn code(&self) -> String {
        let error: Value = serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{self:?}"));
        let fields = error.as_object().unwrap();
        assert!(
            fields.len() == 2 && fields["message"].as_str().is_some_and(|text| text.len() > 10),
            "{self:?}"
        );
        assert!(self.head.contains("content-type: application/json"), "{self:?}");
        fields["code"].as_str().unwrap().to_owned()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")))
    }
}

/// Sends bytes and reads until the server closes.
fn raw(address: &str, bytes: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Answer { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
}

/// A request with these headers and this body, at the right host.
fn ask(address: &str, line: &str, headers: &[&str], body: &str) -> Answer {
    let mut text = format!("{line} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    headers.iter().for_each(|header| text.push_str(&format!("{header}\r\n")));
    if !body.is_empty() {
        text.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    raw(address, format!("{text}\r\n{body}").as_bytes())
}

fn call(address: &str, token: &str, command: &str, body: &str) -> Answer {
    ask(address, &format!("POST /api/{command}"), &[&format!("Authorization: Bearer {token}")], body)
}

fn lasting(sandbox: &Sandbox, name: &str, scope: &str) -> String {
    let made = sandbox.run(&["--json", "token", "add", name, "--scope", scope]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    made.json()["token"].as_str().unwrap().to_owned()
}

#[test]
fn a_token_that_pushes_opens_nothing_else() {
    let sandbox = Sandbox::new();
    let (look, push) = (lasting(&sandbox, "grafana", "read"), lasting(&sandbox, "programs", "push"));
    let serving = Serving::start(&sandbox, &[], NO_BUS);
    let asked = |token: &str, line: &str, body: &str| {
        let headers = [&*format!("Authorization: Bearer {token}"), "Content-Type: application/json"];
        ask(serving.address(), line, &headers, body).status
    };
    let lines =
        ["POST /v1/metrics", "GET /metrics", "GET /openapi.json", "POST /api/overview", "POST /api/poll_now"];
    let by = |token: &str| lines.map(|line| asked(token, line, "{}"));
    assert_eq!(by(&push), [200, 403, 403, 403, 403]);
    assert_eq!(by(&look), [403, 200, 200, 200, 403]);
    assert_eq!(by(serving.token()), [200; 5]);
}

#[test]
fn a_token_that_may_look_looks_and_one_that_may_act_acts() {
    let sandbox = Sandbox::new();
    let (look, act) = (lasting(&sandbox, "grafana", "read"), lasting(&sandbox, "ci", "act"));
    assert!(!sandbox.read_config().contains(&look), "a token is stored nowhere");
    let again = sandbox.run(&["token", "add", "grafana", "--scope", "act"]);
    assert!(again.code == 1 && again.stderr.contains("grafana"), "{}", again.stderr);
    assert_eq!(sandbox.run(&["token", "list"]).stdout, "ci       act\ngrafana  read\n");

    let serving = Serving::start(&sandbox, &[], NO_BUS);
    let (address, own) = (serving.address(), serving.token());
    assert_eq!(call(address, &look, "overview", "{}").status, 200);
    for (command, body) in [
        ("set_notifications", r#"{"enabled":false}"#),
        ("start_demo", "{}"),
        ("poll_now", ""),
        ("explain", r#"{"text":"402","keep":true}"#),
    ] {
        let answer = call(address, &look, command, body);
        assert_eq!((answer.status, answer.code().as_str()), (403, "scope"), "{command}");
    }
    assert_eq!(call(address, &look, "explain", r#"{"text":"HTTP/1.1 402 Payment Required"}"#).status, 200);

    let mut stream = TcpStream::connect(address).unwrap();
    let listen = format!(
        "GET /events HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {look}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(listen.as_bytes()).unwrap();
    let mut begun = [0; 12];
    stream.read_exact(&mut begun).unwrap();
    assert_eq!(&begun, b"HTTP/1.1 200");

    // A token that is removed is refused as soon as the file is read again; here by a change of a setting.
    assert_eq!(sandbox.run(&["token", "remove", "grafana"]).code, 0);
    assert_eq!(call(address, &act, "set_notifications", r#"{"enabled":false}"#).status, 200);
    assert_eq!(call(address, own, "set_language", r#"{"language":"en"}"#).status, 200, "which is an event");
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    assert!(stream.read_to_end(&mut Vec::new()).is_ok(), "a stream that is open ends too");
    let refused = call(address, &look, "overview", "{}");
    assert_eq!((refused.status, refused.code().as_str()), (401, "token"));
    assert_eq!(refused.header("www-authenticate"), Some("bearer realm=\"tollwatch\""));
    let fresh = lasting(&sandbox, "new", "read");
    assert_eq!(call(address, own, "set_notifications", r#"{"enabled":true}"#).status, 200);
    assert_eq!(call(address, &fresh, "overview", "{}").status, 200, "made while it runs");
    let printed = serving.stop();
    assert!(!printed.contains(&look) && !printed.contains(&act), "{printed}");
}

#[test]
fn whatever_goes_wrong_is_one_shape() {
    let sandbox = Sandbox::new();
    let serving = Serving::start(&sandbox, &[], NO_BUS);
    let (address, token) = (serving.address(), serving.token());
    let bearer = format!("Authorization: Bearer {token}");
    let twice = [bearer.as_str(), bearer.as_str()];
    let json_kind = "Content-Type: application/json; charset=utf-8";
    let large = format!("{{\"text\":\"{}\"}}", "x".repeat(256 * 1024));
    let deep = format!("{{\"text\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    for (what, line, headers, body, status, code) in [
        ("an unknown command", "POST /api/nonsense", &[bearer.as_str()][..], "{}", 404, "not_found"),
        ("no command", "POST /api/", &[&bearer], "{}", 404, "not_found"),
        ("a longer path", "POST /api/overview/x", &[&bearer], "{}", 404, "not_found"),
        ("a path that is no UTF-8", "POST /api/%ff%fe", &[&bearer], "{}", 404, "not_found"),
        ("a page that is not there", "GET /nothing.js", &[], "", 404, "not_found"),
        ("a page's path that is no UTF-8", "GET /%ff", &[], "", 404, "not_found"),
        ("a path that climbs", "GET /../Cargo.toml", &[], "", 404, "not_found"),
        ("an encoded path that climbs", "GET /%2e%2e/Cargo.toml", &[], "", 404, "not_found"),
        ("GET of a command", "GET /api/overview", &[&bearer], "", 405, "method"),
        ("OPTIONS", "OPTIONS /api/overview", &[&bearer], "", 405, "method"),
        ("an invented method", "BREW /api/overview", &[&bearer], "", 405, "method"),
        ("POST to the events", "POST /events", &[&bearer], "{}", 405, "method"),
        ("no JSON", "POST /api/chart", &[&bearer, json_kind], "{", 400, "bad_request"),
        ("no UTF-8", "POST /api/explain", &[&bearer], "{\"text\":\"\\ud800\"}", 400, "bad_request"),
        ("a list", "POST /api/overview", &[&bearer], "[]", 400, "bad_request"),
        ("null", "POST /api/overview", &[&bearer], "null", 400, "bad_request"),
        ("a field that is missing", "POST /api/account", &[&bearer], "{}", 400, "bad_request"),
        ("a field that does not fit", "POST /api/episode", &[&bearer], "{\"id\":1e40}", 400, "bad_request"),
        ("too deep", "POST /api/explain", &[&bearer], &deep, 400, "bad_request"),
        ("another kind", "POST /api/overview", &[&bearer, "Content-Type: text/plain"], "{}", 415, "kind"),
        ("too large", "POST /api/explain", &[&bearer], &large, 413, "too_large"),
        ("no token", "POST /api/overview", &[], "{}", 401, "token"),
        ("two tokens", "POST /api/overview", &twice, "{}", 401, "token"),
        ("another scheme", "POST /api/overview", &["Authorization: Basic eDp5"], "{}", 401, "token"),
        ("no token for an unknown command", "POST /api/nonsense", &[], "{}", 401, "token"),
        ("no token for the description", "GET /openapi.json", &[], "", 401, "token"),
        (
            "another origin",
            "POST /api/overview",
            &[&bearer, "Origin: https://a.example"],
            "{}",
            403,
            "bad_host",
        ),
        ("no origin", "POST /api/overview", &[&bearer, "Origin: null"], "{}", 403, "bad_host"),
        ("a second host", "POST /api/overview", &[&bearer, "Host: a.example"], "{}", 403, "bad_host"),
        ("another target", "GET http://a.example/", &[], "", 403, "bad_host"),
    ] {
        let answer = ask(address, line, headers, body);
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{what}: {answer:?}");
        assert!(answer.head.contains("content-security-policy: default-src 'none'"), "{what}");
        assert!(!format!("{answer:?}").contains(token), "{what}");
    }
    let methods = ask(address, "PUT /api/overview", &[&bearer], "");
    assert_eq!(methods.header("allow"), Some("post"), "{methods:?}");
    let headless = ask(address, "HEAD /api/overview", &[&bearer], "");
    assert_eq!((headless.status, headless.body.as_str()), (405, ""));
    let no_host = raw(
        address,
        format!("POST /api/overview HTTP/1.1\r\n{bearer}\r\nConnection: close\r\n\r\n").as_bytes(),
    );
    assert_eq!(no_host.code(), "bad_host");
    let old = raw(address, format!("GET /events HTTP/1.0\r\nHost: {address}\r\n\r\n").as_bytes());
    assert_eq!(old.status, 401, "HTTP/1.0");
    let huge = ask(address, "POST /api/overview", &[&format!("X-Filler: {}", "x".repeat(64 * 1024))], "{}");
    assert_eq!(huge.status, 431, "{huge:?}");
    assert!(
        [400, 0].contains(&raw(address, b"\x16\x03\x01\x00\xa5\x01\x00\x00").status),
        "TLS to a plain server"
    );
    let two_lengths = format!(
        "POST /api/overview HTTP/1.1\r\nHost: {address}\r\n{bearer}\r\nContent-Length: 2\r\nContent-Length: 30\r\n\r\n{{}}"
    );
    assert_eq!(raw(address, two_lengths.as_bytes()).status, 400, "two lengths are smuggling");
    assert_eq!(call(address, token, "overview", "").status, 200, "after all that it still answers");
    assert_eq!(ask(address, "POST /api/overview", &[&bearer, json_kind], "{}").status, 200);
    let described = ask(address, "GET /openapi.json", &[&bearer], "");
    let described: Value = serde_json::from_str(&described.body).unwrap();
    assert_eq!(described["openapi"], "3.1.0");
}

#[test]
fn failed_log_ins_are_slowed_down_and_a_good_token_is_not() {
    let sandbox = Sandbox::new();
    sandbox.write_config("[server]\nrequests_per_second = 1\n");
    let serving = Serving::start(&sandbox, &[], NO_BUS);
    let (address, token) = (serving.address(), serving.token());
    let statuses: Vec<u16> = (0..12).map(|_| call(address, "wrong", "overview", "").status).collect();
    assert_eq!(statuses[..10], [401; 10]);
    assert!(statuses[10..].contains(&429), "{statuses:?}");
    let slowed = call(address, "wrong", "overview", "");
    if slowed.status == 429 {
        assert_eq!(slowed.code(), "too_many");
        let wait: u64 = slowed.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=6).contains(&wait), "{wait}");
    }
    assert_eq!(call(address, token, "overview", "").status, 200, "others' failures are not its own");
    // One a second, ten at once: of thirty in a hurry some are too many, and the page's files count by themselves.
    let hurried: Vec<u16> = (0..30).map(|_| call(address, token, "reach", "").status).collect();
    assert!(hurried[..5] == [200; 5] && hurried.contains(&429), "{hurried:?}");
    assert_ne!(ask(address, "GET /index.html", &[], "").status, 429);
}

#[test]
fn it_does_not_listen_beyond_this_machine_in_the_clear() {
    let sandbox = Sandbox::new();
    for listen in ["0.0.0.0:0", "[::]:0", "192.0.2.7:9402"] {
        let refused = sandbox.run(&["serve", "--listen", listen]);
        assert_eq!(refused.code, 1, "{listen}");
        for word in [listen, "without TLS", "the token", "--tls-cert", "--plain-http-beyond-loopback"] {
            assert!(refused.stderr.contains(word), "{word}: {}", refused.stderr);
        }
        assert!(!refused.stdout.contains("token"), "{}", refused.stdout);
    }
    sandbox.write_config("[server]\nlisten = \"0.0.0.0:0\"\n");
    assert_eq!(sandbox.run(&["serve"]).code, 1, "the config does not take the risk either");
    let half = sandbox.run(&["serve", "--listen", "127.0.0.1:0", "--tls-cert", "a.pem"]);
    assert_eq!(half.code, 2, "{}", half.stderr);
    let missing = ["serve", "--listen", "127.0.0.1:0", "--tls-cert", "gone.pem", "--tls-key", "gone.key"];
    let missing = sandbox.run(&missing);
    assert!(missing.code == 1 && missing.stderr.contains("gone.pem"), "{}", missing.stderr);
}

/// On all addresses, by plain http with the word that takes the risk: it says so, and answers to no stranger's name.
#[test]
fn beyond_loopback_it_answers_to_addresses_and_its_own_names() {
    namespace::alone("server::inside_beyond_loopback", "a network of its own", "TOLLWATCH_TEST_INSIDE", true);
}

#[test]
#[ignore = "runs inside the namespace that the test above makes"]
fn inside_beyond_loopback() {
    assert!(namespace::inside());
    let sandbox = Sandbox::new();
    sandbox.write_config("[server]\nlisten = \"0.0.0.0:0\"\nhosts = [\"tolls.example.org\"]\n");
    let serving = Serving::start(&sandbox, &["--plain-http-beyond-loopback"], NO_BUS);
    let (named, token) = (serving.address(), serving.token());
    let port = named.strip_prefix("tolls.example.org:").unwrap();
    let address = format!("127.0.0.1:{port}");
    for (host, status) in [
        (format!("127.0.0.1:{port}"), 200),
        (format!("10.1.2.3:{port}"), 200),
        (format!("tolls.example.org:{port}"), 200),
        ("tolls.example.org".to_owned(), 200),
        (format!("evil.example:{port}"), 403),
        ("10.1.2.3:1".to_owned(), 403),
    ] {
        let request = format!(
            "POST /api/overview HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
        );
        assert_eq!(raw(&address, request.as_bytes()).status, status, "{host}");
    }
    assert!(serving.stop().contains("can read what is sent"));
}

/// A certificate of its own for these names, with its key, as PEM.
fn certificate(folder: &std::path::Path) -> reqwest::Certificate {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    std::fs::write(folder.join("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    reqwest::Certificate::from_pem(made.cert.pem().as_bytes()).unwrap()
}

#[test]
fn tls_is_spoken_and_a_new_certificate_is_taken_up() {
    let sandbox = Sandbox::new();
    let folder = tempfile::tempdir().unwrap();
    let first = certificate(folder.path());
    let files = [folder.path().join("cert.pem"), folder.path().join("key.pem")]
        .map(|path| path.display().to_string());
    sandbox.write_config(&format!("[server]\ntls_cert = {:?}\ntls_key = {:?}\n", files[0], files[1]));
    let serving = Serving::start(&sandbox, &[], NO_BUS);
    let (address, token) = (serving.address(), serving.token());
    assert!(serving.printed().contains("https://127.0.0.1:"), "{}", serving.printed());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let ask = |trusted: &reqwest::Certificate, origin: Option<&str>| {
        let client = reqwest::Client::builder().tls_certs_only([trusted.clone()]).no_proxy().build().unwrap();
        let mut request = client.post(format!("https://{address}/api/overview")).bearer_auth(token);
        if let Some(origin) = origin {
            request = request.header("Origin", origin);
        }
        runtime.block_on(async move { request.send().await.map(|answer| answer.status().as_u16()) })
    };
    assert_eq!(ask(&first, None).unwrap(), 200);
    assert_eq!(ask(&first, Some(&format!("https://{address}"))).unwrap(), 200);
    assert_eq!(
        ask(&first, Some(&format!("http://{address}"))).unwrap(),
        403,
        "a page without TLS is another's"
    );
    assert_ne!(raw(address, b"GET / HTTP/1.1\r\n\r\n").status, 200, "in the clear it says nothing");

    // Half a change (the key is still the old one's) is not taken up; the whole one is.
    let old_key = std::fs::read(&files[1]).unwrap();
    let second = certificate(folder.path());
    let new_key = std::fs::read(&files[1]).unwrap();
    std::fs::write(&files[1], old_key).unwrap();
    std::thread::sleep(Duration::from_secs(7));
    assert_eq!(ask(&first, None).unwrap(), 200, "the old one goes on");
    std::fs::write(&files[1], new_key).unwrap();
    let begun = Instant::now();
    while ask(&second, None).is_err() {
        assert!(begun.elapsed() < Duration::from_secs(30), "the new certificate is not served");
        std::thread::sleep(Duration::from_millis(500));
    }
    assert!(ask(&first, None).is_err(), "the old one is gone");
    assert!(serving.stop().contains("cannot be used"), "half a change is told");
}

/// A client that sends its headers or its body too slowly is sent away; nobody else notices.
#[test]
fn slow_clients_are_sent_away() {
    let sandbox = Sandbox::new();
    let serving = Serving::start(&sandbox, &[], NO_BUS);
    let (address, token) = (serving.address(), serving.token());
    let begun = Instant::now();
    let dribble = |address: String| {
        std::thread::spawn(move || {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n").unwrap();
            let mut ended = Vec::new();
            stream.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
            for _ in 0..60 {
                match stream.read_to_end(&mut ended) {
                    Ok(_) => return true,
                    Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return true,
                    Err(_) => {}
                }
                let _ = stream.write_all(b"X-Slow: 1\r\n");
            }
            false
        })
    };
    let slow_head = dribble(address.to_owned());
    let (place, bearer) = (address.to_owned(), format!("Authorization: Bearer {token}"));
    let slow_body = std::thread::spawn(move || {
        let head = format!(
            "POST /api/overview HTTP/1.1\r\nHost: {place}\r\n{bearer}\r\nConnection: close\r\nContent-Length: 100\r\n\r\n{{"
        );
        raw(&place, head.as_bytes())
    });
    assert_eq!(call(address, token, "overview", "").status, 200, "meanwhile others are served");
    assert!(slow_head.join().unwrap(), "slow headers");
    let answer = slow_body.join().unwrap();
    assert_eq!((answer.status, answer.code().as_str()), (408, "too_slow"));
    assert!(begun.elapsed() < Duration::from_secs(50), "{:?}", begun.elapsed());
}

/// One address has 128 connections and no more; another address still gets in.
#[cfg(target_os = "linux")]
#[test]
fn connections_are_counted_by_address() {
    let sandbox = Sandbox::new();
    let serving = Serving::start(&sandbox, &[], NO_BUS);
    let (address, token) = (serving.address(), serving.token());
    let held: Vec<TcpStream> = (0..128).map(|_| TcpStream::connect(address).unwrap()).collect();
    // The last of them is accepted once it is answered.
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(call(address, token, "overview", "").status, 0, "one too many");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let other = runtime.block_on(async {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
        let mut stream = socket.connect(address.parse().unwrap()).await.unwrap();
        let request = format!("GET /openapi.json HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    });
    assert!(other.starts_with("HTTP/1.1 200"), "{other}");
    drop(held);
    let begun = Instant::now();
    while call(address, token, "overview", "").status != 200 {
        assert!(begun.elapsed() < Duration::from_secs(10), "their seats are not free again");
        std::thread::sleep(Duration::from_millis(100));
    }
}

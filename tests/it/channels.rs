//! Channels beside the desktop against real receivers: an HTTP server that misbehaves as it is told, a real SMTP server,
//! and the real program, killed between two tries.
#![allow(
    clippy::unwrap_used,
    reason = "a test may panic; clippy does not see that these functions are tests' own"
)]

use crate::bus::PrivateBus;
use crate::serving::Serving;
use crate::support::{Sandbox, Upstream, tool};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tollwatch::alerts::Rules;
use tollwatch::config::Config;
use tollwatch::connectors;
use tollwatch::http::{Answer, Http, Network, Policy, WireRequest};
use tollwatch::model::{
    Account, AccountId, DAY, DeliveryState, HOUR, MINUTE, Notice, SECOND, Secret, Timestamp,
};
use tollwatch::monitor::{Audience, Clock, Pipeline, Post};
use tollwatch::notify::{Notifier, NotifyError};
use tollwatch::secrets::SecretStore;
use tollwatch::store::Store;

/// Monday 2026-06-01, noon UTC.
const START: Timestamp = Timestamp(1_780_315_200_000);

/// What the receiver does with its next request.
#[derive(Clone)]
enum Does {
    Answers(u16, &'static str, String),
    Hangs,
    Closes,
}

fn status(status: u16) -> Does {
    Does::Answers(status, "", String::new())
}

/// A request as it came in.
#[derive(Clone, Debug)]
struct Came {
    line: String,
    head: String,
    body: String,
}

impl Came {
    fn header(&self, name: &str) -> String {
        let start = format!("{name}: ");
        let found = self.head.lines().find(|line| line.to_ascii_lowercase().starts_with(&start));
        found.map(|line| line[start.len()..].trim().to_owned()).unwrap_or_default()
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// A real HTTP server on loopback. It does what it was told, in order, and answers 200 after that.
struct Receiver {
    port: u16,
    does: Arc<Mutex<VecDeque<Does>>>,
    came: Arc<Mutex<Vec<Came>>>,
}

impl Receiver {
    fn start(does: &[Does]) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let does = Arc::new(Mutex::new(does.iter().cloned().collect::<VecDeque<_>>()));
        let came: Arc<Mutex<Vec<Came>>> = Arc::default();
        let (script, log) = (does.clone(), came.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (script, log) = (script.clone(), log.clone());
                std::thread::spawn(move || serve(stream, &script, &log));
            }
        });
        Receiver { port, does, came }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.port)
    }

    fn came(&self) -> Vec<Came> {
        self.came.lock().unwrap().clone()
    }

    fn then(&self, does: Does) {
        self.does.lock().unwrap().push_back(does);
    }
}

#[allow(clippy::disallowed_methods)] // a thread of its own
fn serve(mut stream: TcpStream, script: &Mutex<VecDeque<Does>>, log: &Mutex<Vec<Came>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut line, mut head, mut length) = (String::new(), String::new(), 0);
    if reader.read_line(&mut line).unwrap_or(0) == 0 {
        return;
    }
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header).unwrap_or(0) == 0 || header.trim().is_empty() {
            break;
        }
        if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        head.push_str(&header);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let body = String::from_utf8(body).unwrap();
    log.lock().unwrap().push(Came { line: line.trim().to_owned(), head, body });
    let does = script.lock().unwrap().pop_front();
    match does {
        Some(Does::Hangs) => std::thread::sleep(Duration::from_secs(20)),
        Some(Does::Closes) => {}
        Some(Does::Answers(status, header, body)) => answer(&mut stream, status, header, &body),
        None => answer(&mut stream, 200, "", "ok"),
    }
}

fn answer(stream: &mut TcpStream, status: u16, header: &str, body: &str) {
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n{header}\r\n{body}",
        body.len()
    );
    let _ = stream.write_all(head.as_bytes());
}

/// The window alone: it always accepts.
struct Window;

#[async_trait::async_trait]
impl Notifier for Window {
    async fn notify(&self, _: &Notice, _: Option<&[u8]>) -> Result<&'static str, NotifyError> {
        Ok("in_app")
    }
}

/// A pipeline whose channels send over the real network, with time in the test's hand.
struct Bench {
    folder: tempfile::TempDir,
    clock: Clock,
    store: Store,
    pipeline: Pipeline,
    post: Post,
    config: Config,
}

impl Bench {
    async fn new(channels: &str) -> Bench {
        Bench::with_rules(channels, Rules::default()).await
    }

    async fn with_rules(channels: &str, rules: Rules) -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let accounts = "[accounts.one]\nconnector = \"deepseek\"\n[accounts.two]\nconnector = \"deepseek\"\n";
        std::fs::write(&path, format!("{accounts}{channels}")).unwrap();
        let config = Config::load(&path).unwrap();
        let clock = Clock::manual(START);
        let store = Store::open(&folder.path().join("history.sqlite"), START).unwrap();
        let zone = jiff::tz::TimeZone::UTC;
        let pipeline = Pipeline::new(clock.clone(), store.clone(), Arc::new(Window), rules, zone).unwrap();
        pipeline.set_audience(Audience::of(&config));
        let policy = Policy {
            read_timeout: Duration::from_millis(700),
            total_timeout: Duration::from_millis(900),
            ..Policy::default()
        };
        let post =
            Post { network: Network::new(policy).unwrap(), secrets: SecretStore::memory(), ca_file: None };
        Bench { folder, clock, store, pipeline, post, config }
    }

    async fn secret(&self, role: &str, secret: &str) {
        let keeper = AccountId::new("channel").unwrap();
        self.post.secrets.set(&keeper, role, &Secret::new(secret)).await.unwrap();
    }

    fn pass(&self, ms: i64) {
        self.clock.set(self.clock.now() + ms);
    }

    /// One poll of an account that has so many cents left.
    async fn poll(&self, id: &str, cents: i64) {
        let body = format!(
            r#"{{"is_available": {}, "balance_infos": [{{"currency": "USD", "total_balance": "{}.{:02}",
                "granted_balance": "0.00", "topped_up_balance": "0.00"}}]}}"#,
            cents > 0,
            cents / 100,
            cents % 100
        );
        let network = Network::in_process(Arc::new(move |_: &WireRequest| Answer {
            status: 200,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: body.clone().into_bytes(),
        }));
        let account = Account {
            id: AccountId::new(id).unwrap(),
            label: format!("The \"{id}\" <account>"),
            connector: "deepseek".into(),
            base_url: "https://api.deepseek.com".into(),
            secrets: [("key".to_owned(), Secret::new("EXAMPLE"))].into(),
            options: "{}".into(),
            budget: None,
            received: Default::default(),
            prices: Default::default(),
        };
        let http = Http::open(&network, &account.base_url).unwrap();
        let connector = connectors::find("deepseek").unwrap();
        let outcome = connector.poll(&http, &account, self.clock.now()).await;
        self.pipeline.absorb(&account.id, account.label.clone(), outcome).await;
    }

    /// Every channel sends what it may send now.
    async fn send(&self) {
        let all = self.config.channels.iter();
        let sending = all.map(|(name, channel)| self.post.send_waiting(name, channel, &self.pipeline));
        futures_util::future::join_all(sending).await;
    }

    /// Who told what so far.
    fn told(&self) -> Vec<String> {
        let told = self.store.told(START, self.clock.now()).unwrap();
        told.into_iter().map(|told| told.channel).collect()
    }

    fn states(&self) -> Vec<DeliveryState> {
        self.store.deliveries(100).unwrap().into_iter().rev().map(|one| one.state).collect()
    }
}

fn webhook(receiver: &Receiver) -> String {
    format!("[channels.hook]\nkind = \"webhook\"\nurl = \"{}\"\n", receiver.url())
}

#[tokio::test]
async fn an_alert_is_told_when_its_channel_took_it_and_every_try_is_the_same_message() {
    let receiver = Receiver::start(&[
        status(500),
        Does::Answers(429, "retry-after: 120\r\n", String::new()),
        Does::Closes,
        Does::Hangs,
    ]);
    let bench = Bench::new(&format!("{}secret = \"keychain\"\n", webhook(&receiver))).await;
    bench.secret("hook/secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").await;
    bench.poll("one", 0).await;
    assert_eq!(bench.told(), Vec::<String>::new(), "the window alone does not make it told");
    bench.send().await;
    bench.send().await;
    assert_eq!(receiver.came().len(), 1, "500: no second try before the pause is over");
    bench.pass(10 * SECOND);
    bench.send().await;
    assert_eq!(receiver.came().len(), 2);
    bench.pass(100 * SECOND);
    bench.send().await;
    assert_eq!(receiver.came().len(), 2, "Retry-After: 120 is honoured");
    // Polls go on meanwhile, and put nothing into the outbox again.
    bench.poll("one", 0).await;
    for _ in 0..3 {
        bench.pass(MINUTE);
        bench.send().await;
    }
    assert_eq!(bench.states(), [DeliveryState::Done]);
    assert_eq!(bench.told(), ["hook"]);
    bench.poll("one", 0).await;
    bench.send().await;
    let came = receiver.came();
    assert_eq!(came.len(), 5, "500, 429, closed, hung, taken; and not again");
    assert!(came.iter().all(|one| one.body == came[0].body), "every try says the same");
    let id = came[0].header("webhook-id");
    assert!(id.starts_with("tw_") && came.iter().all(|one| one.header("webhook-id") == id));
    assert!(came[0].header("user-agent").starts_with("tollwatch/"));
    let said = came[0].json();
    assert_eq!((said["type"].as_str(), said["version"].as_i64()), (Some("tollwatch.notice"), Some(1)));
    assert_eq!(said["id"].as_str(), Some(id.as_str()));
    assert_eq!(said["alerts"][0]["account_label"], "The \"one\" <account>");
    assert_eq!(said["alerts"][0]["left"], "0 USD");
    // The signature, worked out by another program.
    let Some(python) = tool("python/bin/python") else { return };
    let script = "import hmac,hashlib,base64,sys\n\
                  key=base64.b64decode('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')\n\
                  print('v1,'+base64.b64encode(hmac.new(key,sys.stdin.buffer.read(),hashlib.sha256).digest()).decode())";
    let mut child = Command::new(python)
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let signed = format!("{id}.{}.{}", came[4].header("webhook-timestamp"), came[4].body);
    child.stdin.take().unwrap().write_all(signed.as_bytes()).unwrap();
    let mut want = String::new();
    child.stdout.take().unwrap().read_to_string(&mut want).unwrap();
    child.wait().unwrap();
    assert_eq!(came[4].header("webhook-signature"), want.trim());
}

#[tokio::test]
async fn a_dead_channel_holds_up_nobody_and_a_redirect_leads_nowhere() {
    let (dead, good, elsewhere) = (Receiver::start(&[]), Receiver::start(&[]), Receiver::start(&[]));
    for _ in 0..9 {
        dead.then(Does::Hangs);
    }
    let to: &'static str = Box::leak(format!("location: {}\r\n", elsewhere.url()).into_boxed_str());
    let moved = Receiver::start(&[Does::Answers(302, to, String::new())]);
    let channels = format!(
        "[channels.a_dead]\nkind = \"webhook\"\nurl = \"{}\"\n[channels.b_good]\nkind = \"webhook\"\nurl = \"{}\"\n\
         [channels.c_moved]\nkind = \"webhook\"\nurl = \"{}\"\n",
        dead.url(),
        good.url(),
        moved.url()
    );
    let bench = Bench::new(&channels).await;
    #[allow(clippy::disallowed_methods)] // a bound on real time
    let began = std::time::Instant::now();
    bench.poll("one", 0).await;
    assert!(
        began.elapsed() < Duration::from_millis(600),
        "a poll waits for no channel: {:?}",
        began.elapsed()
    );
    bench.send().await;
    assert_eq!(bench.told(), ["b_good"]);
    assert_eq!(good.came().len(), 1);
    assert!(elsewhere.came().is_empty(), "redirects are not followed");
    let moved = bench.store.deliveries_open("c_moved").unwrap().0.remove(0);
    assert_eq!(moved.state, DeliveryState::Failed);
    assert!(moved.error.unwrap().contains("Redirects are not followed"));
    bench.poll("one", 0).await;
    assert_eq!(good.came().len(), 1, "what one took is told");
}

#[tokio::test]
async fn a_queue_keeps_its_order_and_what_is_refused_steps_aside() {
    let receiver = Receiver::start(&[status(503)]);
    let bench = Bench::new(&webhook(&receiver)).await;
    bench.poll("one", 0).await;
    bench.send().await;
    bench.poll("two", 0).await;
    bench.send().await;
    assert_eq!(receiver.came().len(), 1, "the second waits behind the first");
    bench.pass(10 * SECOND);
    bench.send().await;
    let who = |came: &Came| came.json()["alerts"][0]["account"].as_str().unwrap().to_owned();
    assert_eq!(receiver.came().iter().map(who).collect::<Vec<_>>(), ["one", "one", "two"]);

    let refusing = Receiver::start(&[status(400)]);
    let bench = Bench::new(&webhook(&refusing)).await;
    bench.poll("one", 0).await;
    bench.poll("two", 0).await;
    bench.send().await;
    assert_eq!(bench.states(), [DeliveryState::Failed, DeliveryState::Done]);
    bench.pass(HOUR);
    bench.send().await;
    assert_eq!(refusing.came().iter().map(who).collect::<Vec<_>>(), ["one", "two", "one"]);
    assert_eq!(bench.told(), ["hook", "hook"]);
}

#[tokio::test]
async fn after_a_day_it_is_given_up_with_the_reason_and_tried_again_when_asked() {
    let receiver = Receiver::start(&[]);
    for _ in 0..3 {
        receiver.then(status(500));
    }
    let bench = Bench::new(&webhook(&receiver)).await;
    bench.poll("one", 0).await;
    bench.send().await;
    bench.pass(10 * MINUTE);
    bench.send().await;
    bench.pass(DAY);
    bench.send().await;
    assert_eq!(bench.states(), [DeliveryState::GivenUp]);
    let error = bench.store.deliveries(1).unwrap().remove(0).error.unwrap();
    assert!(error.starts_with("given up after") && error.contains("status 500"), "{error}");
    assert!(bench.told().is_empty(), "nobody took it, so it is not told");
    assert_eq!(bench.store.retry_deliveries(Some("hook"), true, bench.clock.now()).unwrap(), 1);
    bench.send().await;
    assert_eq!(bench.told(), ["hook"]);

    let gone = Receiver::start(&[status(410)]);
    let bench = Bench::new(&webhook(&gone)).await;
    bench.poll("one", 0).await;
    bench.send().await;
    bench.poll("one", 0).await;
    bench.send().await;
    assert_eq!((bench.states(), gone.came().len()), (vec![DeliveryState::GivenUp], 1), "410 is for good");
}

#[tokio::test]
async fn an_end_is_told_to_who_was_told_of_the_beginning() {
    let (hook, team) = (Receiver::start(&[]), Receiver::start(&[]));
    let channels = format!(
        "{}[channels.team]\nkind = \"ntfy\"\nurl = \"{}\"\naccounts = [\"two\"]\nresolved = true\n",
        webhook(&hook),
        team.url()
    );
    let bench = Bench::new(&channels).await;
    bench.poll("one", 0).await;
    bench.send().await;
    for _ in 0..4 {
        bench.pass(5 * MINUTE);
        bench.poll("one", 5_000).await;
        bench.send().await;
    }
    let came = hook.came();
    assert_eq!(came.len(), 2, "{came:#?}");
    assert_eq!(came[1].json()["type"], "tollwatch.resolved");
    assert_eq!(came[1].json()["thread"], came[0].json()["thread"]);
    assert!(team.came().is_empty(), "only of the accounts that it wants, neither beginning nor end");
}

#[tokio::test]
async fn a_channel_that_knows_no_quiet_hours_leaves_the_others_their_notice() {
    let (loud, calm) = (Receiver::start(&[]), Receiver::start(&[]));
    let channels = format!(
        "[channels.calm]\nkind = \"webhook\"\nurl = \"{}\"\n[channels.loud]\nkind = \"webhook\"\nurl = \"{}\"\nquiet = false\n",
        calm.url(),
        loud.url()
    );
    let rules =
        Rules { quiet: Some("10:00-14:00".parse().unwrap()), breaks_through: false, ..Rules::default() };
    let bench = Bench::with_rules(&channels, rules).await;
    bench.poll("one", 0).await;
    bench.send().await;
    assert_eq!((loud.came().len(), calm.came().len()), (1, 0));
    assert!(bench.told().is_empty(), "it is still to be told to the others");
    bench.pass(2 * HOUR + MINUTE);
    bench.poll("one", 0).await;
    bench.send().await;
    assert_eq!((loud.came().len(), calm.came().len()), (1, 1), "each once");
    assert_eq!(bench.told().len(), 1);
}

#[tokio::test]
async fn slack_and_ntfy_get_what_they_read_and_no_part_of_a_secret_is_kept() {
    const PATH: &str = "/services/T0AAAAAAA/B0BBBBBBB/EXAMPLEnotToBeShown";
    let echo = format!("no_service at {PATH} EXAMPLEnotToBeShown");
    let slack = Receiver::start(&[Does::Answers(404, "", echo)]);
    let phone = Receiver::start(&[]);
    let channels = format!(
        "[channels.ops]\nkind = \"slack\"\nurl = \"keychain\"\n\
         [channels.phone]\nkind = \"ntfy\"\nurl = \"{}\"\ntoken = \"keychain\"\n",
        phone.url()
    );
    let bench = Bench::new(&channels).await;
    bench.secret("ops/url", &format!("http://127.0.0.1:{}{PATH}", slack.port)).await;
    bench.secret("phone/token", "tk_EXAMPLEnotToBeShown").await;
    bench.poll("one", 0).await;
    bench.send().await;
    bench.pass(HOUR);
    bench.send().await;
    let came = slack.came();
    assert_eq!(came.len(), 2);
    assert_eq!(came[0].line, format!("POST {PATH} HTTP/1.1"));
    let said = came[1].json();
    assert!(said["text"].as_str().unwrap().contains("&lt;account&gt;"), "{said}");
    assert_eq!(said["blocks"][0]["type"], "header");
    let came = phone.came();
    assert_eq!(
        (came[0].line.as_str(), came[0].header("authorization").as_str()),
        ("POST / HTTP/1.1", "Bearer tk_EXAMPLEnotToBeShown")
    );
    let said = came[0].json();
    assert_eq!(
        (&said["topic"], &said["priority"], &said["tags"]),
        (&json!("hook"), &json!(5), &json!(["no_entry"]))
    );
    assert_eq!(said["click"], "https://platform.deepseek.com/top_up");
    bench.store.close().unwrap();
    for entry in std::fs::read_dir(bench.folder.path()).unwrap().flatten() {
        let bytes = std::fs::read(entry.path()).unwrap();
        for secret in ["EXAMPLEnotToBeShown", "T0AAAAAAA", "B0BBBBBBB"] {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} is in {}", entry.path().display());
        }
    }
}

/// A real SMTP server that wants STARTTLS and a password, and prints what it is handed.
const SMTP: &str = r#"
import asyncio, json, ssl, sys
from aiosmtpd.smtp import SMTP, AuthResult
certificate, key = sys.argv[1], sys.argv[2]
class Handler:
    refused = 0
    async def handle_DATA(self, server, session, envelope):
        if Handler.refused == 0:
            Handler.refused = 1
            return '451 later, please'
        print(json.dumps({"from": envelope.mail_from, "to": envelope.rcpt_tos, "tls": session.ssl is not None,
                          "letter": envelope.content.decode()}), flush=True)
        return '250 taken'
def login(server, session, envelope, mechanism, data):
    return AuthResult(success=data.login == b'me' and data.password == b'EXAMPLE-password')
async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    make = lambda: SMTP(Handler(), tls_context=context, require_starttls=True, auth_required=True, authenticator=login)
    server = await asyncio.get_running_loop().create_server(make, '127.0.0.1', 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"#;

#[tokio::test]
async fn an_email_goes_by_starttls_and_is_the_same_letter_on_every_try() {
    let Some(python) = tool("python/bin/python") else { return };
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let mut server = Command::new(python)
        .args(["-c", SMTP])
        .args([&certificate, &key])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let port = lines.next().unwrap().unwrap();
    let channels = format!(
        "[channels.mail]\nkind = \"email\"\nhost = \"localhost\"\nport = {port}\nuser = \"me\"\npassword = \"keychain\"\n\
         from = \"Tollwatch <tollwatch@example.org>\"\nto = [\"ada@example.org\", \"Bo <bo@example.org>\"]\n"
    );
    let mut bench = Bench::new(&channels).await;
    bench.secret("mail/password", "EXAMPLE-password").await;
    bench.poll("one", 0).await;
    bench.send().await;
    let first = bench.store.deliveries(1).unwrap().remove(0);
    assert_eq!(first.state, DeliveryState::Failed, "nobody vouches for the certificate: {first:?}");
    bench.post.ca_file = Some(certificate);
    bench.pass(HOUR);
    bench.send().await;
    let second = bench.store.deliveries(1).unwrap().remove(0);
    assert!(second.error.as_deref().unwrap_or_default().contains("451"), "{second:?}");
    bench.pass(5 * HOUR);
    bench.send().await;
    let third = bench.store.deliveries(1).unwrap().remove(0);
    assert_eq!(third.state, DeliveryState::Done, "{third:?}");
    let taken: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(taken["to"], json!(["ada@example.org", "bo@example.org"]));
    assert_eq!(taken["tls"], true);
    let letter = taken["letter"].as_str().unwrap();
    assert!(letter.contains(&format!("Message-ID: <{}@example.org>", third.message)), "{letter}");
    assert!(letter.contains("References: <episode-1-") && letter.contains("Importance: high"), "{letter}");
    assert!(letter.contains("text/plain") && letter.contains("text/html"), "{letter}");
    assert_eq!(bench.told(), ["mail"]);
}

#[test]
fn a_kill_between_two_tries_loses_nothing_and_tells_nothing_twice() {
    const PATH: &str = "/services/T0AAAAAAA/EXAMPLEnotToBeShown";
    let upstream = Upstream::start();
    upstream.json(
        "/user/balance",
        r#"{"is_available": false, "balance_infos": [{"currency": "USD", "total_balance": "0.00", "granted_balance": "0.00", "topped_up_balance": "0.00"}]}"#,
    );
    let receiver = Receiver::start(&[status(500)]);
    let sandbox = Sandbox::new();
    sandbox.write_config(&format!(
        "[accounts.deep]\nconnector = \"deepseek\"\nbase_url = \"{}\"\nsecrets = {{ key = \"env:PATH\" }}\n\
         [channels.ops]\nkind = \"webhook\"\nurl = \"env:HOOK\"\n",
        upstream.url()
    ));
    let hook = format!("http://127.0.0.1:{}{PATH}", receiver.port);
    let run = |words: &[&str]| {
        let ran = crate::support::Ran::of(sandbox.command(words).env("HOOK", &hook).output().unwrap());
        assert!(!ran.stdout.contains("EXAMPLEnot") && !ran.stderr.contains("EXAMPLEnot"), "{}", ran.stderr);
        ran
    };
    // `poll` tells at once, so the first try is made by a run of its own, which ends; then `serve` is killed.
    let polled = run(&["-vv", "poll"]);
    assert_eq!(receiver.came().len(), 1, "{}", polled.stderr);
    receiver.then(status(503));
    let serving = |sandbox: &Sandbox| Serving::start_with(sandbox, &["-vv"], &[("HOOK", &hook)]);
    let first = serving(&sandbox);
    wait_for(|| receiver.came().len() == 2);
    // Let the failure be stored, then no handler runs.
    wait_for(|| first.json("channels", &json!({}))["log"][0]["tries"] == 2);
    let page = first.json("channels", &json!({})).to_string();
    assert!(!page.contains("EXAMPLEnot") && !page.contains("T0AAAAAAA"), "{page}");
    let printed = first.printed();
    assert!(!printed.contains("EXAMPLEnot") && !printed.contains("T0AAAAAAA"), "{printed}");
    first.kill();
    let second = serving(&sandbox);
    wait_for(|| second.json("channels", &json!({}))["log"][0]["state"] == "done");
    let page = second.json("channels", &json!({}));
    assert_eq!(page["log"].as_array().unwrap().len(), 1, "{page}");
    assert_eq!(page["channels"][0]["waiting"], 0);
    let episode = second.json("episode", &json!({"id": 1}));
    assert_eq!(episode["moments"][0]["channel"], "ops");
    assert_eq!(episode["deliveries"][0]["tries"], 3);
    let tested = second.json("test_channel", &json!({"name": "ops"}));
    assert_eq!(tested["ok"], true, "{tested}");
    let (status, _) = second.call("test_channel", &json!({"name": "nobody"}));
    assert_eq!(status, 404);
    second.stop();
    let came = receiver.came();
    let ids: Vec<String> = came.iter().map(|one| one.header("webhook-id")).collect();
    assert_eq!(came.len(), 4, "{came:#?}");
    assert!(ids[0] == ids[1] && ids[1] == ids[2] && ids[2] != ids[3], "{ids:?}");
    assert_eq!(came[3].json()["type"], "tollwatch.test");
    let log = run(&["channels", "log"]);
    assert!(log.stdout.contains("accepted   3 tries"), "{}", log.stdout);
    assert!(run(&["channels", "list"]).stdout.contains("address in HOOK"));
    assert_eq!(run(&["channels", "retry"]).stdout.trim(), "Nothing waits.");
    assert_eq!(run(&["channels", "test", "ops"]).code, 0);
    assert_eq!(run(&["channels", "test", "nobody"]).code, 1);
    receiver.then(Does::Answers(403, "", format!("bad {PATH}")));
    assert_eq!(run(&["-vv", "channels", "test", "ops"]).code, 1);
    assert!(run(&["poll"]).stderr.is_empty() && receiver.came().len() == 6, "told is told");
}

#[test]
fn a_channels_address_goes_into_the_keychain_and_is_used_from_there() {
    let receiver = Receiver::start(&[]);
    let url = format!("http://127.0.0.1:{}/services/EXAMPLEnotToBeShown", receiver.port);
    let bus = PrivateBus::start().with_keyring();
    let sandbox = Sandbox::new();
    sandbox.write_config("# kept\n[channels.ops]\nkind = \"slack\"\nurl = \"env:NOT_SET\" # and this\n");
    let run = |words: &[&str], stdin: &str| {
        let mut child = sandbox
            .command(words)
            .env("DBUS_SESSION_BUS_ADDRESS", &bus.address)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
        let ran = crate::support::Ran::of(child.wait_with_output().unwrap());
        assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("EXAMPLEnot"), "{}", ran.stderr);
        ran
    };
    let before = run(&["channels", "test", "ops"], "");
    assert!(before.code == 1 && before.stdout.contains("NOT_SET"), "{}", before.stdout);
    assert_eq!(run(&["channels", "secret", "ops"], "hunter2\n").code, 1, "no address");
    let named = run(&["channels", "secret", "ops", &format!("url={url}").replace("EXAMPLEnot", "x")], "");
    assert!(named.stderr.contains("seen by other users"), "{}", named.stderr);
    assert_eq!(run(&["channels", "secret", "ops"], &format!("{url}\n")).code, 0);
    let config = sandbox.read_config();
    assert!(config.contains("url = \"keychain\"") && config.starts_with("# kept"), "{config}");
    let tested = run(&["-vv", "channels", "test", "ops"], "");
    assert_eq!((tested.code, receiver.came().len()), (0, 1), "{}{}", tested.stdout, tested.stderr);
}

#[allow(clippy::disallowed_methods)] // no runtime here
fn wait_for(mut holds: impl FnMut() -> bool) {
    for _ in 0..600 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("it did not come to be in a minute");
}

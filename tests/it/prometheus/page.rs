//! The page itself: who may have it, in which format, and what is never on it.

use crate::serving::Serving;
use crate::support::{Sandbox, Upstream, tool};
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

/// A key that no shape tells apart from words.
const KEY: &str = "correct horse battery staple";

/// Two accounts behind one page: one whose meters have hostile names, one that is private.
fn hostile() -> (Upstream, Sandbox, Serving) {
    let upstream = Upstream::start();
    let long = "long".repeat(100);
    let page = format!(
        "left{{key=\"plain\"}} 4.12\nleft{{key=\"a\\\"b\\\\c\\nd\"}} 1\nleft{{key=\"}} 1 # {{\"}} 2\nleft{{key=\"{KEY}\"}} 3\n\
         left{{key=\"{long}\"}} 4\nleft{{key=\"办公室\"}} 6\n"
    );
    upstream.status("/metrics", 200, "text/plain", &page);
    upstream.json("/left", r#"{"left": 7}"#);
    let sandbox = Sandbox::new();
    let url = upstream.url();
    sandbox.write_config(&format!(
        r#"
[alerts]
desktop = false

[accounts.team]
connector = "prometheus"
base_url = "{url}"
secrets = {{ key = "env:TEAM_KEY" }}
[accounts.team.options]
from = "page"
path = "/metrics"
[[accounts.team.options.meters]]
key = "left"
kind = "balance"
unit = "USD"
remaining = "left"
by = "key"

[accounts.layoffs]
connector = "http_json"
label = "Project layoffs"
base_url = "{url}"
private = true
[accounts.layoffs.options]
path = "/left"
[[accounts.layoffs.options.meters]]
key = "left"
kind = "balance"
unit = "USD"
remaining = "/left"
"#
    ));
    let serving = Serving::start_with(&sandbox, &[], &[("TEAM_KEY", KEY)]);
    (upstream, sandbox, serving)
}

/// Status, content type and body.
async fn get(serving: &Serving, accept: &str, token: Option<&str>) -> (u16, String, String) {
    let request =
        super::client().get(format!("http://{}/metrics", serving.address())).header("accept", accept);
    let request = token.iter().fold(request, |request, token| request.bearer_auth(token));
    let answer = request.send().await.unwrap();
    let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
    (answer.status().as_u16(), kind, answer.text().await.unwrap())
}

async fn page_with(serving: &Serving, accept: &str, there: impl Fn(&str) -> bool) -> (String, String) {
    let mut last = String::new();
    for _ in 0..200 {
        let (status, kind, page) = get(serving, accept, Some(serving.token())).await;
        assert_eq!(status, 200, "{page}");
        if there(&page) {
            return (kind, page);
        }
        last = page;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it never came to that: {}{last}", serving.printed());
}

#[tokio::test]
async fn the_page_wants_the_token_and_has_no_secret_and_no_private_name() {
    let (_upstream, sandbox, serving) = hostile();
    assert_eq!(get(&serving, "", None).await.0, 401);
    assert_eq!(get(&serving, "", Some("wrong")).await.0, 401);
    let both = |page: &str| page.matches("\ntollwatch_headroom{").count() == 7;
    let (kind, open) = page_with(&serving, "application/openmetrics-text; version=1.0.0", both).await;
    assert_eq!(kind, "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert!(open.ends_with("# EOF\n"), "{open}");
    for gone in [KEY, "correct-horse", serving.token(), "layoffs", "Project"] {
        assert!(!open.contains(gone), "{gone} is on the page:\n{open}");
    }
    let line = |page: &str, value: &str| {
        let found =
            page.lines().find(|line| line.starts_with("tollwatch_headroom{") && line.ends_with(value));
        found.unwrap_or_else(|| panic!("{page}")).to_owned()
    };
    assert!(line(&open, " 4.12").contains("account=\"team\",connector=\"prometheus\""), "{open}");
    let private = line(&open, " 7.0");
    assert!(private.starts_with("tollwatch_headroom{account=\"private-"), "{private}");

    let (kind, plain) = page_with(&serving, "text/plain", both).await;
    assert_eq!(kind, "text/plain; version=0.0.4; charset=utf-8");
    if let Some(promtool) = tool("prometheus/promtool") {
        let mut check = Command::new(promtool);
        check.args(["check", "metrics"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut check = check.spawn().unwrap();
        check.stdin.take().unwrap().write_all(plain.as_bytes()).unwrap();
        super::good(&check.wait_with_output().unwrap());
    }

    // The tag is the same after a restart.
    drop(serving);
    let again = Serving::start_with(&sandbox, &[], &[("TEAM_KEY", KEY)]);
    let (_, page) = page_with(&again, "text/plain", both).await;
    assert_eq!(line(&page, " 7.0"), private);
}

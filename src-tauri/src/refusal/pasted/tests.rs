use super::*;
use crate::model::{Cause, Json, Timestamp};
use crate::refusal::explain;

const NOW: Timestamp = Timestamp(1_795_229_375_000); // 2026-11-21T02:49:35Z

/// Made up; put together so that no scanner takes this file for one that leaks keys.
fn secret() -> String {
    format!("sk-EXAMPLE-{}", "aB3".repeat(6))
}

const BODY: &str = r#"{"error": {"message": "Insufficient Balance", "type": "unknown_error", "code": "invalid_request_error"}}"#;

fn message(pasted: &Pasted) -> Option<String> {
    let body = Json::parse(&pasted.body).ok()?;
    Some(body.pointer("/error/message")?.as_str()?.to_owned())
}

/// Status 402, DeepSeek's body.
fn whole(name: &str, text: &str) -> Pasted {
    let pasted = paste(text);
    assert_eq!(pasted.status, Some(402), "{name}: {pasted:?}");
    let body = String::from_utf8_lossy(&pasted.body).into_owned();
    assert_eq!(message(&pasted).as_deref(), Some("Insufficient Balance"), "{name}: {body}");
    pasted
}

#[test]
fn whole_answers_are_read_as_tools_print_them() {
    let head = "Content-Type: application/json\nRetry-After: 7\nX-Request-Id: r1";
    let cases = [
        ("curl -i", format!("HTTP/1.1 402 Payment Required\n{head}\n\n{BODY}")),
        ("HTTP/2", format!("HTTP/2 402 \n{head}\n\n{BODY}\n")),
        ("HTTP/3", format!("HTTP/3 402\n{head}\n\n{BODY}")),
        ("CRLF", format!("HTTP/1.1 402 Payment Required\n{head}\n\n{BODY}").replace('\n', "\r\n")),
        ("mark of order", format!("\u{feff}HTTP/2 402\n{head}\n\n{BODY}")),
        ("continue", format!("HTTP/1.1 100 Continue\n\nHTTP/1.1 402 Payment Required\n{head}\n\n{BODY}")),
        ("proxy", format!("HTTP/1.1 200 Connection established\nVia: squid\n\nHTTP/2 402\n{head}\n\n{BODY}")),
        (
            "redirect",
            format!("HTTP/1.1 301 Moved\nLocation: /x\n\n<html>moved</html>\nHTTP/2 402\n{head}\n\n{BODY}"),
        ),
        (
            "HTTPie",
            format!(
                "POST /v1/chat HTTP/1.1\nHost: api.example\nAccept: */*\n\n{{\"model\": \"x\"}}\n\n\nHTTP/1.1 402 Payment Required\n{head}\n\n{}",
                BODY.replace(", ", ",\n    ")
            ),
        ),
        (
            "prompt",
            format!(
                "me@box:~$ curl -si https://api.example/v1 \\\n  -H 'accept: */*' \\\n  -d '{{\n \"a\": 1}}'\nHTTP/2 402\n{head}\n\n{BODY}\nme@box:~$ "
            ),
        ),
        (
            "colours",
            format!("\x1b[34mHTTP\x1b[39m/\x1b[34m1.1\x1b[39m 402 Payment Required\n{head}\n\n{BODY}"),
        ),
        (
            "progress",
            format!(
                "  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n                                 Dload  Upload   Total   Spent    Left  Speed\n\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0\r100   110  100   110    0     0    500      0 --:--:-- --:--:-- --:--:--   501\nHTTP/2 402\n{head}\n\n{BODY}"
            ),
        ),
    ];
    for (name, text) in cases {
        let pasted = whole(name, &text);
        let retry = pasted.headers.iter().find(|(name, _)| name == "retry-after");
        assert_eq!(retry.map(|(_, value)| value.as_str()), Some("7"), "{name}: {pasted:?}");
    }
}

#[test]
fn curl_v_marks_its_lines() {
    let head = format!(
        "* Host api.example:443 was resolved.\n*   Trying 192.0.2.1:443...\n* Connected to api.example\n> POST /v1/chat HTTP/2\n> Host: api.example\n> Authorization: Bearer {}\n> \n}} [12 bytes data]\n< HTTP/2 402 \n< content-type: application/json\n< retry-after: 7\n< \n",
        secret()
    );
    let told = whole(
        "-v",
        &format!("{head}{{ [110 bytes data]\n{BODY}* Connection #0 to host api.example left intact\n"),
    );
    assert_eq!(told.headers.len(), 2, "{told:?}");
    assert_eq!(told.dropped, ["Authorization"]);
    whole("-v on its own line", &format!("{head}{BODY}\n* Connection #0 to host api.example left intact\n"));
    let both = format!("{}HTTP/2 402 \ncontent-type: application/json\n\n{BODY}", head);
    assert_eq!(whole("-vi", &both).headers.len(), 1);
    let woven = "< HTTP/2 402 \nHTTP/2 402 \n< content-type: application/json\ncontent-type: application/json\n< \n\n";
    whole("-vi woven", &format!("{woven}{BODY}"));
}

#[test]
fn browsers_and_heads_alone() {
    let panel = "Request URL: https://api.example/v1?key=abc\nRequest Method: POST\nStatus Code: 402 Payment Required\nRemote Address: 192.0.2.1:443\n";
    let pasted = paste(&format!("{panel}content-type: application/json\nretry-after: 7\n\n{BODY}"));
    assert_eq!((pasted.status, message(&pasted).as_deref()), (Some(402), Some("Insufficient Balance")));
    assert_eq!(pasted.headers.len(), 2, "{pasted:?}");
    let below = "Request URL\nhttps://api.example/v1\nRequest Method\nPOST\nStatus Code\n402 Payment Required\nResponse Headers\ncontent-type:\napplication/json\nretry-after:\n7\nRequest Headers\ncookie:\nsession=1\n";
    let pasted = paste(below);
    assert_eq!(pasted.status, Some(402));
    assert!(pasted.headers.contains(&("retry-after".into(), "7".into())), "{pasted:?}");
    assert!(!format!("{pasted:?}").contains("session=1"), "{pasted:?}");
    let heads = paste(&format!("content-type: application/json\nx-ratelimit-limit-tokens: 4000\n\n{BODY}"));
    assert_eq!((heads.status, heads.headers.len()), (None, 2), "{heads:?}");
    let pseudo = paste(":status: 402\ncontent-type: application/json\nretry-after: 7");
    assert_eq!(pseudo.status, Some(402), "{pseudo:?}");
}

#[test]
fn a_body_alone_with_or_without_what_stands_around_it() {
    for text in [
        BODY.to_owned(),
        format!("```json\n{BODY}\n```"),
        format!("$ curl https://api.example/v1\n{BODY}\n$ "),
        format!("\n\n{}\n", BODY.replace(", ", ",\r\n  ")),
        BODY.replace("Insufficient Bal", "Insufficient \nBal"),
        format!("PS C:\\Users\\me> curl.exe -s https://api.example\r\n{BODY}\r\n"),
    ] {
        assert_eq!(message(&paste(&text)).as_deref(), Some("Insufficient Balance"), "{text}");
    }
    assert_eq!(paste(&format!("{BODY}402")).status, Some(402), "curl -w");
    assert_eq!(paste(&format!("{BODY}\nhttp_code=402\n")).status, Some(402));
    let wide: Vec<u8> =
        "\u{feff}HTTP/1.1 402 X\r\n\r\n{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(paste_bytes(&wide).status, Some(402), "a Windows console's file");
}

#[test]
fn errors_as_libraries_print_them() {
    let trace = "Traceback (most recent call last):\n  File \"/app/main.py\", line 12, in <module>\n    client.chat.completions.create(model=\"x\")\n";
    let said = "You exceeded your current quota, please check your plan and billing details.";
    for (name, text, status, words) in [
        ("Python", format!("{trace}openai.RateLimitError: Error code: 429 - {{'error': {{'message': '{said}', 'type': 'insufficient_quota', 'param': None, 'code': 'insufficient_quota'}}}}"), Some(429), said),
        ("Python, a quotation", "openai.APIStatusError: Error code: 402 - {'error': {'message': \"You don't have \\\"enough\\\"\", 'ok': False}}".into(), Some(402), "You don't have \"enough\""),
        ("Python, twice", format!("{trace}openai.InternalServerError: Error code: 500 - {{'error': {{'message': 'first'}}}}\n\nDuring handling of the above exception, another exception occurred:\n\n{trace}openai.APIStatusError: Error code: 402 - {{'error': {{'message': 'second'}}}}\n"), Some(402), "second"),
        ("Node", format!("RateLimitError: 429 {said}\n    at APIError.generate (file:///app/error.mjs:66:20)\n    at async main"), Some(429), said),
        ("Node, JSON", "APIError: 402 {\"error\":{\"message\":\"none left\",\"type\":\"x\"}}\n    at x".into(), Some(402), "none left"),
        ("Node, dump", format!("PermissionDeniedError: 403 {said}\n    at APIError.generate (x.mjs:1:2) {{\n  status: 403,\n  headers: Headers {{ 'x-request-id': 'r1' }},\n  requestID: 'r1',\n  error: {{\n    message: 'You exceeded your current quota, ' +\n      'please check your plan and billing details.',\n    type: 'insufficient_quota',\n    param: null,\n    code: 'insufficient_quota'\n  }},\n  code: 'insufficient_quota'\n}}"), Some(403), said),
        ("LangChain", format!("InsufficientQuotaError: 429 {said}\n\nTroubleshooting URL: https://js.langchain.com/x\n"), Some(429), said),
        ("LiteLLM", "litellm.exceptions.BadRequestError: litellm.BadRequestError: DeepseekException - {\"error\":{\"message\":\"Insufficient Balance\"}}".into(), Some(400), "litellm.BadRequestError: DeepseekException - {\"error\":{\"message\":\"Insufficient Balance\"}}"),
        ("LiteLLM, Python inside", "litellm.APIError: APIError: DeepseekException - Error code: 402 - {'error': {'message': 'x'}}".into(), None, "litellm.APIError: APIError: DeepseekException - Error code: 402 - {'error': {'message': 'x'}}"),
        ("LiteLLM, passed on", "openai.BadRequestError: Error code: 400 - {'error': {'message': 'litellm.BadRequestError: DeepseekException - {}', 'type': None}}".into(), Some(400), "litellm.BadRequestError: DeepseekException - {}"),
        ("Go", format!("error, status code: 429, status: 429 Too Many Requests, message: {said}"), Some(429), said),
        ("Go, official", "POST \"https://api.openai.com/v1/chat/completions\": 402 Payment Required {\"message\":\"none left\",\"type\":\"x\"}".into(), Some(402), "none left"),
        ("Java", "org.springframework.web.client.HttpClientErrorException: 402 Payment Required: \"{\"error\":{\"message\":\"none left\"}}\"".into(), Some(402), "none left"),
        ("escaped", r#"level=error body="{\"error\":{\"message\":\"none left\"}}" status=402"#.into(), Some(402), "none left"),
        ("axios", "AxiosError: Request failed with status code 402\n  config: { headers: { Authorization: 'Bearer x' } },\n  response: { status: 402, data: { error: { message: 'none left' } } }".into(), Some(402), "none left"),
    ] {
        let pasted = paste(&text);
        let body = String::from_utf8_lossy(&pasted.body).into_owned();
        assert_eq!((pasted.status.or(status), message(&pasted).as_deref()), (status.or(pasted.status), Some(words)), "{name}: {:?} {body}", pasted.status);
    }
    for (text, status) in [
        (
            "requests.exceptions.HTTPError: 402 Client Error: Payment Required for url: https://api.example/v1",
            402,
        ),
        ("httpx.HTTPStatusError: Client error '402 Payment Required' for url 'https://api.example/v1'", 402),
        ("HTTP status client error (402 Payment Required) for url (https://api.example/v1)", 402),
        ("java.io.IOException: Server returned HTTP response code: 402 for URL: https://api.example", 402),
        ("AxiosError: Request failed with status code 402", 402),
        (
            "aiohttp.client_exceptions.ClientResponseError: 402, message='Payment Required', url='https://x'",
            402,
        ),
        ("curl: (22) The requested URL returned error: 402", 402),
        ("Invoke-WebRequest : The remote server returned an error: (402) Payment Required.", 402),
        ("402 Payment Required", 402),
    ] {
        assert_eq!(paste(text).status, Some(status), "{text}");
    }
    let plain = paste("My agent says that the balance is too low.");
    assert_eq!(
        (plain.status, plain.body.as_slice()),
        (None, &b"My agent says that the balance is too low."[..])
    );
}

#[test]
fn a_paste_is_explained_as_its_answer_is() {
    let told = |text: &str| {
        let pasted = paste(text);
        let refusal = explain(None, pasted.response(), NOW);
        (refusal.cause, refusal.provider.unwrap_or_default())
    };
    let litellm = "litellm.BadRequestError: DeepseekException - {\"error\":{\"message\":\"Insufficient Balance\",\"code\":\"invalid_request_error\"}}";
    let (cause, provider) = told(litellm);
    assert_eq!((cause, provider.as_str()), (Cause::BalanceExhausted, "deepseek"));
    let openai = "openai.RateLimitError: Error code: 429 - {'error': {'message': 'You exceeded your current quota, please check your plan and billing details.', 'type': 'insufficient_quota', 'param': None, 'code': 'insufficient_quota'}}";
    assert_eq!(
        told(openai).0,
        explain(None, paste(&openai.replace("'", "\"").replace("None", "null")).response(), NOW).cause
    );
    assert_ne!(told(openai).0, Cause::Unknown);
    assert_eq!(told("hello").0, Cause::Unknown);
}

/// Each form with a made-up secret, which may be nowhere after it.
#[test]
fn no_secret_is_left() {
    let key = secret();
    let words = "open-sesame-in-plain-words";
    for (form, says) in [
        (format!("curl https://a.example -H 'Authorization: Bearer KEY'\nHTTP/2 402\nx: y\n\n{BODY}"), "the command"),
        (format!("curl https://a.example \\\n  -u me:KEY \\\n  -d '{{\"a\":\n\"KEY\"}}'\n{BODY}"), "the command"),
        (format!("$ export SOME_SETTING=KEY\n{BODY}"), "a line that sets a variable"),
        (format!("POST / HTTP/1.1\nAuthorization: Bearer KEY\nCookie: s=KEY\n\nKEY\n\nHTTP/2 402\nx: y\n\n{BODY}"), "Authorization"),
        (format!("> POST / HTTP/2\n> x-api-key: KEY\n> \n< HTTP/2 402\n< set-cookie: s=KEY; path=/\n< \n{BODY}"), "X-Api-Key"),
        (format!("HTTP/2 402\nset-cookie: s=KEY\nx-goog-api-key: KEY\nx-amz-security-token: KEY\nx-my-secret: KEY\n\n{BODY}"), "Set-Cookie"),
        (format!("HTTP/2 302\nlocation: https://a.example/?key=KEY\n\nHTTP/2 402\nlink: <https://u:KEY@a.example/x?sig=KEY>\n\n{BODY}"), "the query of an address"),
        ("{\"error\": {\"message\": \"Bad key\", \"api_key\": \"KEY\", \"headers\": {\"authorization\": \"Bearer KEY\"}}}".into(), "2 keys in the body"),
        ("{\"body\": \"{\\\"authorization\\\": \\\"Bearer KEY\\\", \\\"cookie\\\": \\\"KEY\\\"}\"}".into(), "2 keys in the body"),
        ("{\"error\": {\"message\": \"see https://a.example/x?token=KEY&b=1 for more\"}}".into(), "the query of an address"),
        ("APIError: 402 none left {\n  status: 402,\n  headers: { authorization: 'Bearer KEY', cookie: 'KEY' },\n  error: { message: 'none left' } }".into(), ""),
        ("Traceback\n  headers={'Authorization': 'Bearer KEY'}\nopenai.APIError: oh no".into(), ""),
        ("Authorization: Bearer KEY\nContent-Type: application/json\n\n{}".into(), "Authorization"),
        ("requests.exceptions.HTTPError: 402 Client Error: Payment Required for url: https://a.example/v1?key=KEY".into(), "the query of an address"),
        ("Request URL: https://a.example/?key=KEY\nStatus Code: 402\nRequest Headers\nauthorization: Bearer KEY\nx-api-key: KEY\n".into(), "Authorization"),
    ] {
        for secret in [key.as_str(), words] {
            let text = form.replace("KEY", secret);
            let pasted = paste(&text);
            let all = format!("{pasted:?} {}", String::from_utf8_lossy(&pasted.body));
            assert!(!all.contains(secret), "{form}: {all}");
            assert!(says.is_empty() || pasted.dropped.iter().any(|one| one == says), "{form}: {:?}", pasted.dropped);
            let refusal = explain(None, pasted.response(), NOW);
            assert!(!format!("{refusal:?}").contains(secret), "{form}");
        }
    }
    let given = Pasted::of_parts(
        Some(402),
        vec![("X-Api-Key".into(), key.clone())],
        format!("{{\"key\": \"{key}\"}}").as_bytes(),
    );
    assert!(!format!("{given:?}").contains(&key) && given.headers.is_empty(), "{given:?}");
    assert_eq!(given.dropped, ["X-Api-Key", "1 key in the body"]);
}

#[test]
fn headers_that_count_are_kept() {
    let text = "HTTP/2 429\nx-ratelimit-limit-tokens: 4000\nx-ratelimit-reset-tokens: 1m20s\nx-litellm-key-spend: 0.25\nx-litellm-key-max-budget: 10.0\nanthropic-ratelimit-tokens-remaining: 0\nx-litellm-key-name: abc\nx-pin-token: 1234\n\n{}";
    let pasted = paste(text);
    let names: Vec<&str> = pasted.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "x-ratelimit-limit-tokens",
            "x-ratelimit-reset-tokens",
            "x-litellm-key-spend",
            "x-litellm-key-max-budget",
            "anthropic-ratelimit-tokens-remaining"
        ]
    );
    assert_eq!(pasted.dropped, ["X-Litellm-Key-Name", "X-Pin-Token"]);
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_the_same_twice(text in r#"(HTTP/2 402|HTTP/1.1 100|< |> |\* |\r|\n|\n\n|: |\{|\}|"|'|\\|`|a|curl |Error code: 402 - |litellm.X: |error: |```|é|://|\?k=|authorization|=|\x1b\[1m|\x00|Status Code: 402|402 ){0,40}"#) {
        proptest::prop_assert_eq!(paste(&text), paste(&text));
    }

    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300), head in 0..6usize) {
        let heads: [&[u8]; 6] = [b"", b"HTTP/2 402\n", b"\xff\xfe", b"\xfe\xff", b"{", b"Error code: 402 - {'"];
        let all = [heads[head], bytes.as_slice()].concat();
        let pasted = paste_bytes(&all);
        explain(None, pasted.response(), NOW);
        Pasted::of_parts(None, Vec::new(), &all);
    }
}

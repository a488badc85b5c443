//! The base URL of an account: what is accepted, and how a request's path is put behind it.

use super::Policy;
use crate::model::{PollError, PollErrorKind};
use crate::say;
use url::{Host, Url};

/// A checked base URL.
pub(super) struct Base {
    /// Without a trailing slash in its path.
    pub(super) url: Url,
    /// `host` or `host:port`, for sentences.
    pub(super) host: String,
    /// Whether it never leaves this machine.
    pub(super) loopback: bool,
}

fn config(message: String) -> PollError {
    PollError::new(PollErrorKind::Config, message)
}

impl Base {
    /// Checks a base URL. `policy` is `None` where nothing goes out. The text is never echoed: it may hold a password.
    pub(super) fn parse(text: &str, policy: Option<&Policy>) -> Result<Base, PollError> {
        let mut url = Url::parse(text.trim())
            .map_err(|error| config(say!("http-no-address", why = error.to_string())))?;
        let (Some(host), true) = (url.host(), matches!(url.scheme(), "http" | "https")) else {
            return Err(config(say!("http-no-host")));
        };
        let loopback = match &host {
            Host::Domain(name) => *name == "localhost",
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        };
        let name = host.to_string();
        let host = url.port().map_or_else(|| name.clone(), |port| format!("{name}:{port}"));
        if !url.username().is_empty() || url.password().is_some() {
            return Err(config(say!("http-user", host = host)));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(config(say!("http-query", host = host)));
        }
        if let Some(policy) = policy.filter(|_| url.scheme() == "http" && !loopback) {
            let with_port = format!("{name}:{}", url.port_or_known_default().unwrap_or(80));
            let fits = |allowed: &String| {
                allowed.eq_ignore_ascii_case(&name) || allowed.eq_ignore_ascii_case(&with_port)
            };
            if !policy.allow_http.iter().any(fits) {
                return Err(config(say!("http-plain", host = host)));
            }
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Base { url, host, loopback })
    }

    /// The address of a path that starts with `/`. A path that climbs out of the base is refused.
    pub(super) fn join(&self, path: &str) -> Result<Url, PollError> {
        let prefix = self.url.path().trim_end_matches('/');
        let origin = &self.url[..url::Position::BeforePath];
        let joined = Url::parse(&format!("{origin}{prefix}{path}")).ok().filter(|url| {
            let inside = url.path().strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'));
            path.starts_with('/') && inside && url.origin() == self.url.origin()
        });
        let mut joined =
            joined.ok_or_else(|| config(say!("http-path", path = path, host = self.host.as_str())))?;
        joined.set_fragment(None);
        Ok(joined)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Base, String> {
        let policy =
            Policy { allow_http: vec!["nas.lan".into(), "10.0.0.7:4000".into()], ..Policy::default() };
        Base::parse(text, Some(&policy)).map_err(|error| {
            assert_eq!(error.kind, PollErrorKind::Config);
            error.message
        })
    }

    #[test]
    fn the_prefix_is_kept_and_a_trailing_slash_dropped() {
        let join = |base: &str, path: &str| parse(base).unwrap().join(path).map(|url| url.to_string()).ok();
        let want = Some("https://gw.example/api/v1/key".to_owned());
        assert_eq!(join("https://gw.example/api/v1", "/key"), want);
        assert_eq!(join("https://gw.example/api/v1//", "/key"), want);
        assert_eq!(join(" https://gw.example ", "/api/v1/key"), want);
        assert_eq!(join("https://gw.example/api", "/../../admin"), None);
        assert_eq!(join("https://gw.example/api", "key"), None);
        assert_eq!(join("https://gw.example", "@evil.example/"), None);
        assert_eq!(
            join("https://gw.example", "//evil.example/"),
            Some("https://gw.example//evil.example/".into())
        );
    }

    #[test]
    fn plain_http_is_for_loopback_and_allowed_hosts() {
        for good in [
            "http://127.0.0.1:4000",
            "http://127.9.9.9",
            "http://[::1]:80",
            "http://localhost/x",
            "http://NAS.lan:8080",
            "http://10.0.0.7:4000",
            "https://example.org",
        ] {
            assert!(parse(good).is_ok(), "{good}");
        }
        for bad in
            ["http://10.0.0.7:4001", "http://example.org", "http://localhost.evil.example", "http://0.0.0.0"]
        {
            assert!(parse(bad).err().unwrap().contains("plain http"), "{bad}");
        }
    }

    #[test]
    fn what_does_not_belong_in_a_base_url_is_refused_without_echo() {
        for bad in [
            "https://me:hunter2@example.org",
            "https://hunter2@example.org",
            "https://example.org/?key=hunter2",
            "https://example.org/#hunter2",
            "ftp://hunter2.example",
            "hunter2",
            "",
            "https://",
            "file:///hunter2",
        ] {
            let message = parse(bad).err().unwrap();
            assert!(!message.contains("hunter2"), "{bad}: {message}");
        }
    }
}

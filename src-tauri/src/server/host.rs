//! Who may ask, by name: `Host` and `Origin` are checked, so that no web page can reach the api through a browser (DNS
//! rebinding). A page that names this server by an address in figures was loaded from there; only names can be bound
//! anew, so a server on all addresses answers to every address and to no name that the config does not hold.

use super::Shared;
use super::wrong::wrong;
use crate::say;
use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use std::net::{IpAddr, SocketAddr};

/// Nothing from elsewhere, nothing inline.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                   connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Where this server is bound.
#[derive(Clone, Copy, Debug)]
pub(super) struct Own {
    pub(super) address: SocketAddr,
    pub(super) tls: bool,
}

/// Only this address, asked by nobody else's page.
pub(super) async fn wants_own_host(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let hosts = &shared.app.serving().hosts;
    let target = request.uri().authority().is_none_or(|host| shared.own.answers(host.as_str(), hosts));
    let mut response = if target && shared.own.is_asked(request.headers(), hosts) {
        next.run(request).await
    } else {
        wrong(StatusCode::FORBIDDEN, "bad_host", say!("server-bad-host"))
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

impl Own {
    /// Whether `Host`, and `Origin` if there is one, name this server. Each may stand there once.
    fn is_asked(self, headers: &HeaderMap, hosts: &[String]) -> bool {
        let only = |name: header::HeaderName| {
            let mut all = headers.get_all(name).iter();
            let (first, more) = (all.next(), all.next());
            (first.map(|value| value.to_str().unwrap_or_default()), more.is_none())
        };
        let ((host, one_host), (origin, one_origin)) = (only(header::HOST), only(header::ORIGIN));
        one_host
            && one_origin
            && host.is_some_and(|host| self.answers(host, hosts))
            && origin.is_none_or(|origin| self.is_own_page(origin, hosts))
    }

    /// Whether `host`, as a browser sends it, is an address of this server or a name of the config.
    fn answers(self, host: &str, hosts: &[String]) -> bool {
        self.is_here(host, self.tls) || is_named(host, hosts)
    }

    /// Whether a page of that origin is this server's. Behind a proxy that speaks TLS its scheme is the proxy's.
    fn is_own_page(self, origin: &str, hosts: &[String]) -> bool {
        match origin.split_once("://") {
            Some(("https", host)) => (self.tls && self.is_here(host, true)) || is_named(host, hosts),
            Some(("http", host)) => !self.tls && (self.is_here(host, false) || is_named(host, hosts)),
            _ => false,
        }
    }

    /// Whether it is where this server is bound; a missing port is the scheme's.
    fn is_here(self, host: &str, tls: bool) -> bool {
        let Some((name, port)) = parts(host) else { return false };
        let (own, usual) = (self.address.ip().to_canonical(), if tls { 443 } else { 80 });
        if port.unwrap_or(usual) != self.address.port() {
            return false;
        }
        let given: Option<IpAddr> = name.trim_matches(['[', ']']).parse().ok();
        match given.map(|ip| ip.to_canonical()) {
            Some(_) if own.is_unspecified() => true,
            Some(ip) => ip == own || (own.is_loopback() && is_this_machine(ip)),
            None => name == "localhost" && (own.is_loopback() || own.is_unspecified()),
        }
    }
}

/// The two addresses that `localhost` stands for.
fn is_this_machine(ip: IpAddr) -> bool {
    ip == IpAddr::from([127, 0, 0, 1]) || ip == IpAddr::from(std::net::Ipv6Addr::LOCALHOST)
}

/// Whether a name of the config fits: with its port, or with any where it has none.
fn is_named(host: &str, hosts: &[String]) -> bool {
    let Some((name, port)) = parts(host) else { return false };
    hosts
        .iter()
        .filter_map(|known| parts(known))
        .any(|(known, only)| known == name && (only.is_none() || only == port))
}

/// Name in lower case, and port. `None` for what is no host.
fn parts(host: &str) -> Option<(String, Option<u16>)> {
    let parsed: Authority = host.parse().ok()?;
    let name = parsed.host().to_ascii_lowercase();
    let rest = host.get(parsed.host().len()..)?;
    let fits = !name.is_empty() && !host.contains('@') && (rest.is_empty() || parsed.port_u16().is_some());
    fits.then_some((name, parsed.port_u16()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(address: &str, tls: bool) -> Own {
        Own { address: address.parse().unwrap(), tls }
    }

    #[test]
    fn a_server_on_loopback_answers_there_only() {
        let own = own("127.0.0.1:9402", false);
        for host in ["127.0.0.1:9402", "localhost:9402", "LOCALHOST:9402", "[::1]:9402"] {
            assert!(own.answers(host, &[]), "{host}");
        }
        for host in [
            "evil.example",
            "evil.example:9402",
            "127.0.0.1",
            "127.0.0.1:80",
            "localhost.evil.example:9402",
            "a@127.0.0.1:9402",
            "127.0.0.1:9402@evil.example",
            "127.0.0.1:",
            "",
            "10.0.0.7:9402",
            "127.0.0.1:9402 ",
        ] {
            assert!(!own.answers(host, &[]), "{host}");
        }
        assert!(own.is_own_page("http://localhost:9402", &[]));
        for origin in ["null", "https://127.0.0.1:9402", "http://evil.example", "http://127.0.0.1", "file://"]
        {
            assert!(!own.is_own_page(origin, &[]), "{origin}");
        }
    }

    #[test]
    fn a_server_on_all_addresses_answers_to_addresses_and_to_its_names() {
        let names = ["Tolls.example.org".to_ascii_lowercase(), "10.0.0.7:8443".to_owned()];
        let everywhere = own("0.0.0.0:9402", true);
        for host in [
            "10.0.0.7:9402",
            "[fd00::1]:9402",
            "localhost:9402",
            "tolls.example.org",
            "tolls.example.org:9402",
            "TOLLS.example.org:443",
            "10.0.0.7:8443",
        ] {
            assert!(everywhere.answers(host, &names), "{host}");
        }
        for host in ["evil.example:9402", "10.0.0.7:8444", "10.0.0.7", "tolls.example.org.evil.example"] {
            assert!(!everywhere.answers(host, &names), "{host}");
        }
        assert!(everywhere.is_own_page("https://tolls.example.org", &names));
        assert!(!everywhere.is_own_page("http://tolls.example.org", &names), "TLS is not given up");
        assert!(own("10.0.0.7:443", true).answers("10.0.0.7", &[]), "443 is what https means");
    }

    #[test]
    fn a_proxy_that_speaks_tls_stands_before_a_plain_server() {
        let names = ["tolls.example.org".to_owned()];
        let behind = own("127.0.0.1:9402", false);
        assert!(behind.answers("tolls.example.org", &names));
        assert!(behind.is_own_page("https://tolls.example.org", &names));
        assert!(!behind.is_own_page("https://evil.example", &names));
    }

    proptest::proptest! {
        /// Nothing but the own address and the names is answered, whatever is sent.
        #[test]
        fn no_text_breaks_it(text in "\\PC{0,40}") {
            let own = own("127.0.0.1:9402", false);
            let known = ["127.0.0.1:9402", "localhost:9402", "[::1]:9402"];
            let here = known.contains(&text.to_ascii_lowercase().as_str());
            proptest::prop_assert!(here || !own.answers(&text, &[]));
        }
    }
}

//! Providers with two sites: one name, two addresses, two currencies, and keys of one are not known to the other.

use super::{Spec, option};
use crate::http::Http;
use crate::model::{Account, PollError, PollErrorKind, Unit};

/// One site of a provider.
#[derive(Debug)]
pub(super) struct Site {
    /// Its value of the option `site`.
    pub(super) name: &'static str,
    /// Its address.
    pub(super) base_url: &'static str,
    /// The money that it bills in.
    pub(super) unit: Unit,
}

/// The account's site, and the door to it: the one that the option `site` names, or whose address the account has, or
/// the first. Where the account has no address of its own (the connector's default), the site's address is used.
pub(super) fn site<'a>(
    http: &Http,
    account: &Account,
    spec: &Spec,
    sites: &'a [Site],
) -> Result<(Http, &'a Site), PollError> {
    let named = match option(account, "site")? {
        None => None,
        Some(name) => match sites.iter().find(|site| site.name == name) {
            Some(site) => Some(site),
            None => return Err(unknown(&name, sites)),
        },
    };
    let chosen = named
        .or_else(|| sites.iter().find(|site| account.base_url == site.base_url))
        .or_else(|| sites.first())
        .ok_or_else(|| unknown("", sites))?;
    let moved = spec.base_url == Some(account.base_url.as_str()) && account.base_url != chosen.base_url;
    let http = if moved { http.elsewhere(chosen.base_url)? } else { http.clone() };
    Ok((http, chosen))
}

fn unknown(name: &str, sites: &[Site]) -> PollError {
    let names: Vec<&str> = sites.iter().map(|site| site.name).collect();
    PollError::new(
        PollErrorKind::Config,
        format!("the option site is '{name}'; it may be {}", names.join(" or ")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Answer, Network};
    use crate::model::{AccountId, Currency};

    static SPEC: Spec = Spec { base_url: Some("https://one.example"), ..Spec::DEFAULT };
    static SITES: [Site; 2] = [
        Site { name: "one", base_url: "https://one.example", unit: Unit::USD },
        Site { name: "two", base_url: "https://two.example", unit: Unit::Money(Currency::CNY) },
    ];

    fn asked(base_url: &str, options: &str) -> Result<(String, Unit), PollError> {
        let host = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
        let seen = host.clone();
        let network = Network::in_process(std::sync::Arc::new(move |request: &crate::http::WireRequest| {
            *seen.lock().unwrap() = request.url.clone();
            Answer { status: 200, headers: vec![], body: vec![] }
        }));
        let account = Account {
            id: AccountId::new("mine").unwrap(),
            label: String::new(),
            connector: String::new(),
            base_url: base_url.into(),
            secrets: Default::default(),
            options: options.into(),
            budget: None,
            prices: Default::default(),
            received: Default::default(),
        };
        let (http, site) = site(&Http::open(&network, base_url).unwrap(), &account, &SPEC, &SITES)?;
        let sent = async { http.send(crate::http::Request::get("/")).await };
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(sent).unwrap();
        let url = host.lock().unwrap().clone();
        Ok((url, site.unit))
    }

    #[test]
    fn a_site_is_chosen_by_name_then_by_address() {
        let cny = Unit::Money(Currency::CNY);
        let is = |url: &str, unit| Ok((url.to_owned(), unit));
        assert_eq!(asked("https://one.example", "{}"), is("https://one.example/", Unit::USD));
        assert_eq!(asked("https://two.example", "{}"), is("https://two.example/", cny));
        assert_eq!(asked("https://one.example", r#"{"site": "two"}"#), is("https://two.example/", cny));
        // An address of the user's own stands: a proxy in between.
        assert_eq!(asked("https://proxy.example", r#"{"site": "two"}"#), is("https://proxy.example/", cny));
        let error = asked("https://one.example", r#"{"site": "three"}"#).unwrap_err();
        assert_eq!(error.message, "the option site is 'three'; it may be one or two");
    }
}

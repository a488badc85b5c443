//! The providers' pages: well formed, at hosts of theirs, and each what it says it is.

use tollwatch::connectors;
use tollwatch::model::Links;
use url::Url;

/// Hosts of pages that are not under the domain of the API, the documentation or the keys.
const OTHER_HOSTS: [(&str, &str); 13] = [
    ("alibaba", "alibabacloud.com"),
    ("aws", "amazon.com"),
    ("azure", "azure.com"),
    ("azure", "status.microsoft"),
    ("cloudflare", "cloudflarestatus.com"),
    ("gemini", "ai.studio"),
    ("github", "githubstatus.com"),
    ("groq", "groqstatus.com"),
    ("kimi_code", "moonshot.cn"),
    ("moonshot", "moonshot.cn"),
    ("replicate", "replicatestatus.com"),
    ("venice", "veniceai-status.com"),
    ("vercel", "vercel-status.com"),
];

/// The last two labels of a host, which is where one owner's hosts meet.
fn domain(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let labels: Vec<&str> = host.rsplit('.').take(2).collect();
    labels.into_iter().rev().collect::<Vec<_>>().join(".")
}

fn all(links: Links) -> Vec<(&'static str, Url)> {
    let named = [
        ("top_up", links.top_up),
        ("billing", links.billing),
        ("keys", links.keys),
        ("limits", links.limits),
        ("status", links.status),
    ];
    let there = named.into_iter().filter_map(|(name, url)| Some((name, url?)));
    there
        .map(|(name, url)| (name, Url::parse(url).unwrap_or_else(|error| panic!("{url}: {error}"))))
        .collect()
}

#[test]
fn every_page_is_one_of_the_providers_own() {
    for connector in connectors::ALL {
        let spec = connector.spec();
        let id = spec.id;
        let made = spec.secrets.iter().filter_map(|secret| secret.url);
        let known = spec.base_url.into_iter().chain([spec.docs_url]).chain(made);
        let known: Vec<String> = known.map(|url| domain(&Url::parse(url).unwrap())).collect();
        let others: Vec<&str> =
            OTHER_HOSTS.iter().filter(|(other, _)| *other == id).map(|(_, host)| *host).collect();
        for (name, url) in all(spec.links) {
            let domain = domain(&url);
            assert_eq!(url.scheme(), "https", "{id} {name}");
            assert!(url.username().is_empty() && url.port().is_none(), "{id} {name}");
            assert!(
                known.contains(&domain) || others.contains(&domain.as_str()),
                "{id} {name}: {url} is at no host of theirs"
            );
        }
    }
}

#[test]
fn a_status_page_is_nothing_else_and_the_keys_are_not_where_money_is_added() {
    for connector in connectors::ALL {
        let spec = connector.spec();
        let Some(status) = spec.links.status else { continue };
        let id = spec.id;
        assert!(status.contains("status") || status.contains("uptime"), "{id}: {status}");
        let rest = [spec.links.top_up, spec.links.billing, spec.links.keys, spec.links.limits];
        assert!(!rest.contains(&Some(status)), "{id}: the status page is named as another");
        assert!(spec.links.billing.is_none() || spec.links.billing != spec.links.keys, "{id}");
    }
}

/// Who is asked at an address of its own has a page for its keys; whose address the user gives has none at all.
#[test]
fn so_many_have_each_page() {
    let mut counts = [0; 5];
    let mut without_status = Vec::new();
    for connector in connectors::ALL {
        let spec = connector.spec();
        let links = spec.links;
        let there = [links.top_up, links.billing, links.keys, links.limits, links.status];
        for (count, link) in counts.iter_mut().zip(there) {
            *count += usize::from(link.is_some());
        }
        if spec.base_url.is_none() || spec.pushed {
            assert_eq!(links, Links::NONE, "{}", spec.id);
        } else {
            assert!(links.keys.is_some(), "{}", spec.id);
            without_status.extend(links.status.is_none().then_some(spec.id));
        }
    }
    // top-up, billing, keys, limits, status
    assert_eq!(counts, [39, 21, 40, 8, 36]);
    // Nothing sure was found for these.
    assert_eq!(without_status, ["siliconflow", "hyperbolic", "stepfun", "zai"]);
}

//! A provider's pages for people.

use crate::say;

/// A provider's pages for people; `None` where it has none, or none that is sure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// Where money is added or a limit raised.
    pub top_up: Option<&'static str>,
    /// Payment methods and invoices.
    pub billing: Option<&'static str>,
    /// Where keys, their limits and permissions are.
    pub keys: Option<&'static str>,
    /// Budgets, spend caps and rate limits.
    pub limits: Option<&'static str>,
    /// Whether the service works now.
    pub status: Option<&'static str>,
}

impl Links {
    /// No pages.
    pub const NONE: Links = Links { top_up: None, billing: None, keys: None, limits: None, status: None };

    /// The pages that there are, each once, with what is found there: "add money, payment and invoices".
    pub fn pages(self) -> Vec<(String, &'static str)> {
        let all = [
            (say!("page-top_up"), self.top_up),
            (say!("page-billing"), self.billing),
            (say!("page-keys"), self.keys),
            (say!("page-limits"), self.limits),
            (say!("page-status"), self.status),
        ];
        let mut pages: Vec<(String, &'static str)> = Vec::new();
        for (what, url) in all.into_iter().filter_map(|(what, url)| Some((what, url?))) {
            match pages.iter_mut().find(|(_, there)| *there == url) {
                Some((found, _)) => *found = say!("page-both", first = found.as_str(), next = what),
                None => pages.push((what, url)),
            }
        }
        pages
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_for_two_things_is_named_once() {
        let (money, keys) = (Some("https://p.example/billing"), Some("https://p.example/keys"));
        let links = Links { top_up: money, billing: money, keys, ..Links::NONE };
        let says = [
            ("add money, payment and invoices".to_owned(), "https://p.example/billing"),
            ("keys".to_owned(), "https://p.example/keys"),
        ];
        assert_eq!(links.pages(), says);
        assert!(Links::NONE.pages().is_empty());
    }
}

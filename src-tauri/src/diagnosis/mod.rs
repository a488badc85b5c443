//! Refusal + facts → diagnosis: which cause it was, how sure that is, what speaks for and against it, what mends it.
//! Pure: takes `now`, returns values. Its sentences are in
//! `locales/<language>/diagnosis.ftl`, how evidence weighs in
//! `weigh.rs`, what there is of it in `clues.rs` and `around.rs`.

mod advice;
mod around;
mod checklist;
mod clues;
mod facts;
mod incidents;
mod prior;
mod reload;
mod said;
mod scene;
mod stated;
mod steps;
#[cfg(test)]
mod tests;
mod weigh;

pub use checklist::{Item, Standing, checklist};
pub use facts::{AccountFacts, AlertFacts, Facts, KeyFacts, MeterFacts, PollFacts};
pub use incidents::{Change, Incident, Outcome, incidents};
pub use scene::METER_ZERO;
pub use stated::at_zero;

use crate::model::{AccountId, Cause, Refusal, Scope, Timestamp};

/// A step to take, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// What to do, as a sentence.
    pub text: String,
    /// The page where it is done.
    pub url: Option<String>,
}

/// One thing that speaks for or against a hypothesis, as a sentence with its figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Whether it speaks for it.
    pub supports: bool,
    /// The sentence.
    pub text: String,
}

/// A cause that may be the one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hypothesis {
    /// Which.
    pub cause: Cause,
    /// How likely, in percent of all hypotheses.
    pub share: u8,
    /// What speaks for and against it, the weightiest first.
    pub evidence: Vec<Evidence>,
}

/// The verdict on a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// The likeliest cause.
    pub cause: Cause,
    /// How sure that is, in percent: the share of the first hypothesis.
    pub confidence: u8,
    /// What it covers.
    pub scope: Scope,
    /// Whether the same call may succeed by waiting alone.
    pub retryable: bool,
    /// When, if the answer, a meter or the limit's calendar says so.
    pub retry_at: Option<Timestamp>,
    /// What happened, to whom and why, in one to three sentences with figures.
    pub explanation: String,
    /// Ranked, the likeliest first; at most four, and none below 3 percent but the first.
    pub hypotheses: Vec<Hypothesis>,
    /// What to do, in order.
    pub steps: Vec<Advice>,
    /// Accounts of which a poll now would settle more.
    pub check: Vec<AccountId>,
}

/// Below this many percent a verdict is a guess, and says so.
const SURE: u8 = 60;

/// A guess is told as one.
fn hedged(explanation: String, cause: Cause, confidence: u8) -> String {
    if confidence >= SURE || cause == Cause::Unknown {
        return explanation;
    }
    said::sentences([Some(explanation), Some(crate::say!("diagnosis-guess"))])
}

/// The verdict on a refusal from what is known. Without an account it rests on the refusal alone.
pub fn diagnose(refusal: &Refusal, facts: &Facts) -> Diagnosis {
    let hypotheses = weigh::hypotheses(refusal, facts);
    let (cause, confidence) =
        hypotheses.first().map_or((refusal.cause, refusal.confidence), |first| (first.cause, first.share));
    let teller = steps::Teller::new(cause, refusal, facts);
    Diagnosis {
        cause,
        confidence,
        scope: teller.scope(),
        retryable: teller.retryable,
        retry_at: teller.retry_at,
        explanation: hedged(teller.explanation(), cause, confidence),
        steps: teller.steps(),
        check: teller.check(&hypotheses),
        hypotheses,
    }
}

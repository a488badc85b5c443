//! How evidence weighs: the refusal's own cause and confidence come first, each clue multiplies the odds.

use super::clues::{self, Clue};
use super::prior::{self, UNMISTAKABLE};
use super::scene::Scene;
use super::{Evidence, Facts, Hypothesis, around};
use crate::model::{Cause, Refusal};
use crate::say;

/// At most this many hypotheses are told.
const MOST: usize = 4;
/// Below this share, in percent, only the first is told.
const LEAST: f64 = 3.0;
/// At most this much evidence is told for each.
const MOST_EVIDENCE: usize = 6;
/// Figures beside an answer that does not name its cause never make it surer than this, in percent.
const SUREST: f64 = 95.0;

/// The causes that may be the one, ranked, with what speaks for and against each.
pub(super) fn hypotheses(refusal: &Refusal, facts: &Facts) -> Vec<Hypothesis> {
    let scene = Scene::new(refusal, facts);
    let mut clues = scene.own().map_or(Vec::new(), |account| clues::meters(&scene, account));
    clues.extend(around::all(&scene));
    if refusal.cause == Cause::Unknown && clues.is_empty() {
        return vec![Hypothesis {
            cause: Cause::Unknown,
            share: refusal.confidence.min(100),
            evidence: Vec::new(),
        }];
    }
    let mut weights = prior::chances(&scene);
    for (cause, weight) in &mut weights {
        for (of, times) in clues.iter().flat_map(|clue| &clue.odds) {
            if of == cause && times.is_finite() {
                *weight *= times.clamp(1e-6, 1e6);
            }
        }
    }
    let whole: f64 = weights.iter().map(|(_, weight)| weight).sum();
    let surest = match refusal.confidence {
        sure if sure >= UNMISTAKABLE => surest(&scene, f64::from(sure.min(100)), &clues),
        _ => SUREST,
    };
    let alone = weights.len() == 1 && refusal.confidence < UNMISTAKABLE && refusal.cause != Cause::Unknown;
    let top = if alone { f64::from(refusal.confidence.min(100)) } else { surest };
    let mut ranked: Vec<(Cause, f64)> = weights
        .into_iter()
        .map(|(cause, weight)| (cause, top.min(100.0 * weight / whole.max(f64::MIN_POSITIVE))))
        .collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let told = ranked.iter().enumerate().filter(|(rank, (_, share))| *rank == 0 || *share >= LEAST);
    told.take(MOST)
        .map(|(_, (cause, share))| Hypothesis {
            cause: *cause,
            share: *share as u8,
            evidence: evidence(*cause, refusal, &clues),
        })
        .collect()
}

/// How sure an unmistakable answer is: less so where figures say the opposite. They may be those of another account.
fn surest(scene: &Scene<'_>, sure: f64, clues: &[Clue]) -> f64 {
    let against = clues
        .iter()
        .flat_map(|clue| &clue.odds)
        .any(|(cause, times)| *cause == scene.refusal.cause && *times < 0.2);
    if against { sure.min(85.0) } else { sure }
}

/// What speaks for and against a cause, the weightiest first. The answer's own words come before all.
fn evidence(cause: Cause, refusal: &Refusal, clues: &[Clue]) -> Vec<Evidence> {
    let mut weighed: Vec<(f64, Evidence)> = Vec::new();
    for clue in clues {
        let times: f64 = clue.odds.iter().filter(|(of, _)| *of == cause).map(|(_, times)| times).product();
        let weight = times.ln();
        if weight.abs() > 0.04 {
            weighed.push((weight.abs(), Evidence { supports: weight > 0.0, text: clue.text.clone() }));
        }
    }
    weighed.sort_by(|a, b| b.0.total_cmp(&a.0));
    let own = (cause == refusal.cause).then(|| said(refusal)).flatten();
    let own = own.map(|text| Evidence { supports: true, text });
    own.into_iter().chain(weighed.into_iter().map(|(_, one)| one)).take(MOST_EVIDENCE).collect()
}

/// What the answer itself says for its cause.
fn said(refusal: &Refusal) -> Option<String> {
    if refusal.cause == Cause::Unknown || refusal.rule == super::scene::METER_ZERO {
        return None;
    }
    let id = match (refusal.confidence, refusal.status) {
        (UNMISTAKABLE.., _) => "diagnosis-says-sure",
        (80.., _) => "diagnosis-says-well",
        (_, Some(_)) => "diagnosis-says-status",
        (_, None) => "diagnosis-says-little",
    };
    let id = if refusal.message.is_empty() { id.to_owned() } else { format!("{id}.quoted") };
    let status = refusal.status.map_or(String::new(), |status| status.to_string());
    let (rule, message) = (refusal.rule.as_str(), refusal.message.as_str());
    Some(say!(&id, rule = rule, message = message, status = status))
}

//! How often each cause is told for each cause that it was.

use super::case;
use std::collections::BTreeMap;
use std::fmt::Write;
use tollwatch::model::{Cause, Refusal};

/// A verdict that is this sure, in percent, must not be wrong.
pub(super) const CERTAIN: u8 = 90;

/// A verdict that is less sure than this, in percent, is told as a guess.
pub(super) const GUESS: u8 = 60;

#[derive(Default)]
pub(super) struct Matrix {
    cases: usize,
    told: BTreeMap<(Cause, Cause), usize>,
    not_told: usize,
    wrong: usize,
    pub(super) wrong_and_certain: Vec<String>,
}

/// Every case, once for its connector and once for none. What was expected is always the true cause, also where nobody
/// can tell it without the connector's name.
pub(super) fn count() -> Matrix {
    let mut matrix = Matrix::default();
    for case in case::all() {
        matrix.cases += 1;
        let cause = Cause::ALL.into_iter().find(|cause| cause.words().id == case.named.cause);
        let cause = cause.unwrap_or_else(|| panic!("{}: no cause {}", case.name, case.named.cause));
        if let Some(connector) = case.connector.as_deref() {
            matrix.add(&case.name, cause, &case.told(Some(connector)));
        }
        matrix.add(&case.name, cause, &case.told(None));
    }
    matrix
}

impl Matrix {
    fn add(&mut self, name: &str, cause: Cause, refusal: &Refusal) {
        *self.told.entry((cause, refusal.cause)).or_default() += 1;
        if refusal.cause == cause {
            return;
        }
        if refusal.cause == Cause::Unknown {
            self.not_told += 1;
            return;
        }
        self.wrong += 1;
        if refusal.confidence >= CERTAIN {
            let Refusal { cause: told, rule, confidence, .. } = refusal;
            let (is, told) = (cause.words().id, told.words().id);
            self.wrong_and_certain.push(format!("{name}: is {is}, told {told} by {rule}, {confidence} %"));
        }
    }

    fn print(&self) -> String {
        let mut out = String::from("| It was ↓ told → |");
        let numbers = 1..=Cause::ALL.len();
        for number in numbers.clone() {
            let _ = write!(out, " {number} |");
        }
        let _ = writeln!(out, "\n|---|{}", "--:|".repeat(Cause::ALL.len()));
        for (number, cause) in numbers.zip(Cause::ALL) {
            let _ = write!(out, "| {number} `{}` |", cause.words().id);
            for told in Cause::ALL {
                let _ = match self.told.get(&(cause, told)) {
                    Some(count) if told == cause => write!(out, " **{count}** |"),
                    Some(count) => write!(out, " {count} |"),
                    None => write!(out, " |"),
                };
            }
            out.push('\n');
        }
        let verdicts: usize = self.told.values().sum();
        let certain = self.wrong_and_certain.len();
        let _ = write!(
            out,
            "\n* Cases: {}; verdicts, with and without the connector's name: {verdicts}.\n* Said to be unknown: {}.\n\
             * Wrong verdicts: {}.\n* Wrong verdicts with a confidence of {CERTAIN} % or more: {certain}.\n",
            self.cases, self.not_told, self.wrong
        );
        out
    }
}

/// The matrix and its counts, for docs/refusals.md.
pub(crate) fn markdown() -> String {
    count().print()
}

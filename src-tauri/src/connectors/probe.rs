//! Polls of providers that tell no money, only rate-limit headers: a free call that proves the key, and a probe, a
//! paid call of one token, which is sent only when the user switched it on.
//!
//! A connector has no clock and keeps nothing between polls, so a probe goes with every poll: connectors that offer
//! one set `min_interval` to the interval at which the option's help states the price.

use super::fields::missing;
use super::{OptionSpec, Spec, checked, limits, needed_option, option};
use crate::http::{Http, Request};
use crate::model::{Account, Json, MINUTE, PollError, PollErrorKind, Polled, Refusal, Timestamp};

/// Time between polls that may carry a probe: 96 a day.
pub(super) const EVERY: i64 = 15 * MINUTE;

/// What such a connector's polls cost, for [`Spec::poll_cost`].
pub(super) const COST: Option<&str> =
    Some("Nothing, unless the option probe is on: its help says what a probe costs.");

/// The switch. Its help states what a probe costs, before anybody switches it on.
pub(super) const fn switch(help: &'static str) -> OptionSpec {
    OptionSpec::new("probe", "Probe", help, "on").choices(&["off", "on"])
}

/// The model that is asked.
pub(super) const fn model(help: &'static str, example: &'static str) -> OptionSpec {
    OptionSpec::new("probe_model", "Model of the probe", help, example)
}

/// The free call: its answer must have the field that the documents promise. Its headers are read; most providers
/// send none here, so a poll without a reading is a good one.
pub(super) async fn check(
    http: &Http,
    spec: &Spec,
    request: Request,
    promised: &str,
    now: Timestamp,
) -> Result<Polled, PollError> {
    let answer = http.send(request).await?;
    let json = checked(spec, &answer, now)?;
    if json.pointer(promised).is_none_or(Json::is_null) {
        return Err(missing(promised));
    }
    Ok(Polled { readings: limits::read(&answer.headers, now), ..Polled::default() })
}

/// The probe, if it is on: its headers are read whatever its status. A refusal joins the poll's refusals; what else
/// goes wrong is a problem beside the check, which stands.
pub(super) async fn probe(
    http: &Http,
    spec: &Spec,
    account: &Account,
    usual: Option<&str>,
    ask: impl FnOnce(&str) -> Request + Send,
    now: Timestamp,
    polled: &mut Polled,
) -> Result<(), PollError> {
    match option(account, "probe")?.as_deref() {
        None | Some("off" | "false") => return Ok(()),
        Some("on" | "true") => {}
        Some(_) => {
            return Err(PollError::new(PollErrorKind::Config, "the option probe is neither on nor off"));
        }
    }
    let model = match (option(account, "probe_model")?, usual) {
        (Some(model), _) => model,
        (None, Some(usual)) => usual.to_owned(),
        (None, None) => needed_option(account, spec, "probe_model")?,
    };
    // It may become part of a path.
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "._-/:@".contains(letter);
    if !model.chars().all(plain) || model.contains("..") {
        return Err(PollError::new(
            PollErrorKind::Config,
            "the option probe_model holds letters that no model's name has",
        ));
    }
    let answer = match http.send(ask(&model)).await {
        Ok(answer) => answer,
        Err(problem) => {
            polled.problems.push(problem);
            return Ok(());
        }
    };
    let found = limits::read(&answer.headers, now);
    polled.readings.retain(|known| found.iter().all(|one| one.meter != known.meter));
    polled.readings.extend(found);
    let Err(error) = checked(spec, &answer, now) else { return Ok(()) };
    match (&error.refusal, error.kind) {
        // Without a time: it holds as long as probes meet it, and is one refusal, not one with every poll.
        (Some(refusal), PollErrorKind::Refused) => {
            polled.refusals.push(Refusal { at: None, ..(**refusal).clone() });
        }
        (_, PollErrorKind::NotFound) => {
            let message = format!(
                "{}: the probe's model {model} is not known there; choose another with the option probe_model",
                spec.name
            );
            polled.problems.push(PollError::new(PollErrorKind::Config, message));
            return Ok(());
        }
        _ => {}
    }
    polled.problems.push(error);
    Ok(())
}

/// A chat completion of one token in OpenAI's form; `limit` is what this provider calls the most tokens of an answer.
pub(super) fn chat(path: &str, model: &str, limit: &str) -> Request {
    let message = serde_json::json!({"role": "user", "content": "."});
    let mut body = serde_json::json!({"model": model, "messages": [message]});
    body[limit] = 1.into();
    Request::post(path, body)
}

//! "Why 402?": a pasted answer or a stored refusal, explained.

use super::facts;
use super::{ApiError, App, StoreView};
use crate::config::Config;
use crate::connectors;
use crate::diagnosis::{self, Diagnosis, Facts, Standing};
use crate::model::{AccountId, Amount, Cause, DAY, HOUR, Refusal, Scope, Severity, Source, Timestamp};
use crate::monitor::Monitor;
use crate::refusal::{self, Pasted};
use crate::say;
use serde::{Deserialize, Serialize};

/// What is to be explained.
#[derive(Clone, Debug, Default, Deserialize, ts_rs::TS, schemars::JsonSchema)]
#[serde(default)]
pub(crate) struct ExplainRequest {
    /// What was pasted: `curl -i` output, a body, or an error as a program printed it. Never stored as it is.
    pub text: String,
    /// The HTTP status, if the paste does not hold it.
    pub status: Option<u16>,
    /// The connector's id, if it is known who answered.
    pub connector: Option<String>,
    /// The account that was refused, if it is one of those watched: its figures are then evidence.
    pub account: Option<AccountId>,
    /// Whether the refusal is kept in that account's history.
    pub keep: bool,
}

/// A stored refusal that is to be explained.
#[derive(Clone, Debug, Deserialize, ts_rs::TS, schemars::JsonSchema)]
pub(crate) struct DiagnoseRequest {
    /// Whose.
    pub account: AccountId,
    /// When it was: the last refusal not after that; the newest when missing.
    pub at: Option<Timestamp>,
}

/// An exact amount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ts_rs::TS, schemars::JsonSchema)]
pub struct AmountView {
    /// Decimal string.
    pub amount: String,
    /// A currency code, `tokens`, `requests`, `credits` or `percent`.
    pub unit: String,
}

impl From<Amount> for AmountView {
    fn from(amount: Amount) -> Self {
        AmountView { amount: amount.unit.print(amount.qty), unit: amount.unit.to_string() }
    }
}

/// A step to take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ts_rs::TS, schemars::JsonSchema)]
pub struct StepView {
    /// What to do.
    pub text: String,
    /// The page where it is done.
    pub url: Option<String>,
}

/// What speaks for or against a hypothesis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ts_rs::TS, schemars::JsonSchema)]
pub struct EvidenceView {
    /// Whether it speaks for it.
    pub supports: bool,
    /// A sentence with its figures.
    pub text: String,
}

/// A cause that may be the one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ts_rs::TS, schemars::JsonSchema)]
pub struct HypothesisView {
    /// Which.
    pub cause: Cause,
    /// Its heading.
    pub title: String,
    /// How likely, in percent.
    pub share: u8,
    /// What speaks for and against it.
    pub evidence: Vec<EvidenceView>,
}

/// A refusal explained. The names up to `steps` are those of `tollwatch explain --json`.
#[derive(Clone, Debug, PartialEq, Serialize, ts_rs::TS, schemars::JsonSchema)]
pub struct ExplainView {
    /// Why.
    pub cause: Cause,
    /// What it covers.
    pub scope: Scope,
    /// Whether the same call may succeed by waiting alone.
    pub retryable: bool,
    /// When, if that is known.
    pub retry_at: Option<Timestamp>,
    /// What was needed.
    pub needed: Option<AmountView>,
    /// What was left.
    pub left: Option<AmountView>,
    /// The limit that was reached.
    pub limit: Option<AmountView>,
    /// How sure the cause is, 0 to 1.
    pub confidence: f64,
    /// Whose refusal it is: a connector's id, given or recognised.
    pub provider: Option<String>,
    /// Which rule recognised it; `unknown` when none did.
    pub rule: String,
    /// What happened and why, in one to three sentences.
    pub explanation: String,
    /// What to do, in order.
    pub steps: Vec<StepView>,
    /// The cause's heading.
    pub title: String,
    /// How urgent it is.
    pub severity: Severity,
    /// What was used of the limit.
    pub used: Option<AmountView>,
    /// The gateway that passed it on: a connector's id.
    pub gateway: Option<String>,
    /// Names for people, where there is a connector.
    pub provider_name: Option<String>,
    /// As `provider_name`.
    pub gateway_name: Option<String>,
    /// The HTTP status.
    pub status: Option<u16>,
    /// The provider's own words, shortened, keys masked.
    pub message: String,
    /// When it happened, if that is known.
    pub at: Option<Timestamp>,
    /// The causes that may be the one, ranked.
    pub hypotheses: Vec<HypothesisView>,
    /// Accounts that a poll now would settle: id and what the user calls it.
    pub check: Vec<CheckView>,
    /// What was dropped from the paste because it holds secrets.
    pub dropped: Vec<String>,
}

/// An account worth polling now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ts_rs::TS, schemars::JsonSchema)]
pub struct CheckView {
    /// Which.
    pub id: AccountId,
    /// What the user calls it.
    pub label: String,
}

/// Refusals of one cause and meter with no end in between.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ts_rs::TS, schemars::JsonSchema)]
pub struct IncidentView {
    /// Why.
    pub cause: Cause,
    /// The cause's heading.
    pub title: String,
    /// How urgent it was.
    pub severity: Severity,
    /// What a person calls the meter, when it is known.
    pub meter: Option<String>,
    /// The first refusal.
    pub first_at: Timestamp,
    /// The last one; names the incident for `diagnose`.
    pub last_at: Timestamp,
    /// How many were seen.
    #[ts(type = "number")]
    pub count: u64,
    /// The provider's own words.
    pub message: String,
    /// Whether it goes on.
    pub open: bool,
    /// How it ended, as a sentence; empty while it goes on.
    pub outcome: String,
}

/// A precaution against refusals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ts_rs::TS, schemars::JsonSchema)]
pub struct PrecautionView {
    /// Its stable name.
    pub id: String,
    /// How it stands.
    pub standing: Standing,
    /// What it is, in two to five words.
    pub title: String,
    /// What is so, or what to do.
    pub text: String,
    /// The page where it is done.
    pub url: Option<String>,
}

impl ExplainView {
    fn new(refusal: &Refusal, diagnosis: Diagnosis, facts: &Facts, dropped: Vec<String>) -> Self {
        let name = |id: &Option<String>| {
            id.as_deref().and_then(connectors::find).map(|connector| connector.spec().name.to_owned())
        };
        let words = diagnosis.cause.words();
        let label = |id: &AccountId| {
            let mut accounts = facts.account.iter().chain(&facts.others);
            accounts.find(|account| account.id == *id).map_or_else(|| id.to_string(), |one| one.label.clone())
        };
        ExplainView {
            cause: diagnosis.cause,
            scope: diagnosis.scope,
            retryable: diagnosis.retryable,
            retry_at: diagnosis.retry_at,
            needed: refusal.needed.map(Into::into),
            left: refusal.left.map(Into::into),
            limit: refusal.limit.map(Into::into),
            confidence: f64::from(diagnosis.confidence) / 100.0,
            provider: refusal.provider.clone(),
            rule: refusal.rule.clone(),
            explanation: diagnosis.explanation,
            steps: diagnosis
                .steps
                .into_iter()
                .map(|step| StepView { text: step.text, url: step.url })
                .collect(),
            title: words.title.to_owned(),
            severity: diagnosis.cause.severity(),
            used: refusal.used.map(Into::into),
            gateway: refusal.gateway.clone(),
            provider_name: name(&refusal.provider),
            gateway_name: name(&refusal.gateway),
            status: refusal.status,
            message: refusal.message.clone(),
            at: refusal.at,
            hypotheses: diagnosis
                .hypotheses
                .into_iter()
                .map(|hypothesis| HypothesisView {
                    cause: hypothesis.cause,
                    title: hypothesis.cause.words().title.to_owned(),
                    share: hypothesis.share,
                    evidence: hypothesis
                        .evidence
                        .into_iter()
                        .map(|one| EvidenceView { supports: one.supports, text: one.text })
                        .collect(),
                })
                .collect(),
            check: diagnosis.check.iter().map(|id| CheckView { id: id.clone(), label: label(id) }).collect(),
            dropped,
        }
    }
}

/// Explains an answer from itself alone, as `tollwatch explain` does without an account. Reads no store and asks nobody.
pub fn explain_pasted(connector: Option<&str>, pasted: &Pasted, now: Timestamp) -> ExplainView {
    let refusal = refusal::explain(connector, pasted.response(), now);
    let facts = facts::of_refusal(&refusal, now);
    let diagnosis = diagnosis::diagnose(&refusal, &facts);
    ExplainView::new(&refusal, diagnosis, &facts, pasted.dropped.clone())
}

/// Explains an answer with the figures of an account that is watched, from the stored history. Nothing is stored.
/// Errors: there is no such account; the history cannot be read.
pub fn explain_for_account(
    source: StoreView,
    config: &Config,
    account: &AccountId,
    connector: Option<&str>,
    pasted: &Pasted,
) -> Result<ExplainView, ApiError> {
    let own = config
        .accounts
        .get(account)
        .ok_or_else(|| ApiError::not_found(say!("diagnosis-what-account", id = account.to_string())))?;
    let refusal = refusal::explain(connector.or(Some(&own.connector)), pasted.response(), source.now);
    let refusal = Refusal { source: Source::Pasted, ..refusal };
    let watched = facts::Watched {
        source,
        configured: config.accounts.clone(),
        statuses: Default::default(),
        alerts: config.alerts.clone(),
        zone: jiff::tz::TimeZone::system(),
    };
    let facts = facts::of_watched(&watched, account, &refusal)?;
    let diagnosis = diagnosis::diagnose(&refusal, &facts);
    Ok(ExplainView::new(&refusal, diagnosis, &facts, pasted.dropped.clone()))
}

pub(crate) async fn explain(app: &App, request: ExplainRequest) -> Result<ExplainView, ApiError> {
    let monitor = app.shown();
    let mut pasted = refusal::paste(&request.text);
    pasted.status = request.status.or(pasted.status);
    if let Some(id) = request.connector.as_deref().filter(|id| connectors::find(id).is_none()) {
        return Err(ApiError::new("bad_request", say!("diagnosis-no-connector", id = id)));
    }
    let account = request.account.filter(|id| monitor.configured().contains_key(id));
    let Some(account) = account else {
        return Ok(explain_pasted(request.connector.as_deref(), &pasted, monitor.now()));
    };
    let config = monitor.configured();
    let connector = request.connector.or_else(|| config.get(&account).map(|one| one.connector.clone()));
    let refusal = refusal::explain(connector.as_deref(), pasted.response(), monitor.now());
    let refusal = Refusal { source: Source::Pasted, ..refusal };
    let facts = facts::of_account(&monitor, &account, &refusal)?;
    let diagnosis = diagnosis::diagnose(&refusal, &facts);
    // A good answer is no refusal, whatever it says; of others the redacted message alone is kept.
    let refused = refusal.cause != Cause::Unknown || refusal.status.is_some_and(|status| status >= 400);
    if request.keep && refused {
        monitor.pipeline().store().record_refusal(&account, monitor.now(), &refusal)?;
        app.all_changed();
    }
    Ok(ExplainView::new(&refusal, diagnosis, &facts, pasted.dropped))
}

pub(crate) async fn diagnose(app: &App, request: DiagnoseRequest) -> Result<ExplainView, ApiError> {
    let monitor = app.shown();
    let source = StoreView::of(&monitor);
    let until = request.at.unwrap_or(source.now);
    let refusals = source.store.refusals(Some(&request.account), Timestamp(0), until)?;
    let seen = refusals.into_iter().next_back().map(|(_, at, refusal)| (at, refusal));
    let recent = request.at.is_some() || seen.as_ref().is_some_and(|(at, _)| source.now.since(*at) < DAY);
    let seen = match seen {
        Some(seen) if recent => Some(seen),
        seen => stated(&monitor, &request.account)?.or(seen),
    };
    let Some((at, refusal)) = seen else {
        let what = say!("diagnosis-what-refusal", id = request.account.to_string());
        return Err(ApiError::not_found(what));
    };
    // What the provider states holds until now; rows of it are some hours apart.
    let holds = refusal.source == Source::Stated && source.now.since(at) < 7 * HOUR
        || refusal.rule == diagnosis::METER_ZERO;
    let told = Refusal { at: Some(at).filter(|_| !holds), ..refusal };
    let facts = facts::of_account(&monitor, &request.account, &told)?;
    let diagnosis = diagnosis::diagnose(&told, &facts);
    let view = ExplainView::new(&told, diagnosis, &facts, Vec::new());
    Ok(ExplainView { at: Some(at), ..view })
}

/// What a meter at zero states, where no refusal was seen.
fn stated(monitor: &Monitor, account: &AccountId) -> Result<Option<(Timestamp, Refusal)>, ApiError> {
    let configured = monitor.configured();
    let Some(config) = configured.get(account) else { return Ok(None) };
    let (source, statuses) = (StoreView::of(monitor), monitor.statuses());
    let alerts = facts::alerts(monitor, config);
    let known = facts::of_one(&source, account, config, statuses.get(account), alerts, source.now)?;
    let refusal = diagnosis::at_zero(&known);
    Ok(refusal.map(|refusal| (refusal.at.unwrap_or(source.now), Refusal { at: None, ..refusal })))
}

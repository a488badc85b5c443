//! `tollwatch guard`: runs a command only if an account can pay for it.

pub(super) mod decision;

use super::{OK, REFUSED, WRONG_WORDS, run, say_json};
use crate::api::types::AccountState;
use crate::api::{Afford, AffordMeter, StoreView, afford_of_store};
use crate::config::{AccountConfig, Config, Folders};
use crate::model::{AccountId, Amount, DAY, HOUR, MINUTE, MeterKey, Qty, SECOND, Timestamp, Unit, words};
use crate::monitor::Clock;
use crate::store::Store;
use decision::{Asked, Decision, Known, No, Vague, decide};
use std::ffi::OsString;
use std::io::Write;
use std::process::Command;

pub(super) const HELP: &str = "\
Examples:
  tollwatch guard ci --need 2USD -- ./nightly-evaluation.sh
  tollwatch guard ci --need '150000 tokens' --meter quota.day -- make embeddings
  tollwatch guard ci --need 2USD --poll --max-age 1m -- ./batch.sh   asks the provider first
  tollwatch guard ci --need 2USD --json                              decides, and runs nothing

It runs when every meter of the account in that unit has the need left, by the burn since it was read, and when with
the need spent the chance of a wall within --within is below one in ten. A reset in between counts.

Exit codes:
  42 refused, stderr says why; nothing was run       1  something failed       2  wrong words, or no meter in that unit
  126, 127  the command cannot be run, or is not there
  otherwise the command's own (on Unix it takes this program's place, so signals and stdin are its own)";

#[derive(clap::Args)]
pub(super) struct GuardArgs {
    /// The account's id, as `accounts list` says it
    account: String,
    /// What the command may cost at most: '2 USD', '150000 tokens'
    #[arg(long, value_name = "AMOUNT", value_parser = need)]
    need: Amount,
    /// Only this meter, as `tollwatch status` says it; every one in that unit if missing
    #[arg(long, value_name = "KEY")]
    meter: Option<String>,
    /// How far ahead no wall may be likely; 0 looks at what is left alone
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = length)]
    within: i64,
    /// How old the figures may be
    #[arg(long, value_name = "TIME", default_value = "30m", value_parser = length)]
    max_age: i64,
    /// What to do when nobody can say: figures too old, the account fails, no forecast
    #[arg(long, value_name = "WHAT", default_value = "refuse", value_parser = ["refuse", "run"])]
    if_unknown: String,
    /// Poll the account first, as `tollwatch poll` does
    #[arg(long)]
    poll: bool,
    /// The command with its words; without one, only the decision is said
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// An amount above zero.
fn need(text: &str) -> Result<Amount, String> {
    let amount: Amount = text.trim().parse().map_err(|error: crate::model::AmountError| error.to_string())?;
    if amount.qty > Qty(0) {
        Ok(amount)
    } else {
        Err("write an amount above zero, such as '2 USD'".to_owned())
    }
}

/// `90s`, `30m`, `2h`, `1d` or `0` in milliseconds; up to 60 days, as far as a forecast looks.
fn length(text: &str) -> Result<i64, String> {
    let wrong = || "write it like 90s, 30m, 2h or 1d, up to 60d".to_owned();
    if text == "0" {
        return Ok(0);
    }
    let unit = match text.chars().last() {
        Some('s') => SECOND,
        Some('m') => MINUTE,
        Some('h') => HOUR,
        Some('d') => DAY,
        _ => return Err(wrong()),
    };
    let number = &text[..text.len() - 1];
    let count = Some(number).filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    let ms = count.and_then(|count| count.parse::<i64>().ok()?.checked_mul(unit));
    ms.filter(|ms| *ms <= 60 * DAY).ok_or_else(wrong)
}

/// What was decided, for programs.
#[derive(serde::Serialize)]
struct GuardView {
    /// `run`, `refused` or `unknown`.
    decision: &'static str,
    /// Whether the command would run, `--if-unknown` counted in.
    allowed: bool,
    /// Why, in a sentence.
    sentence: String,
    /// The account.
    account: AccountId,
    /// What was asked for.
    need: Amount,
    /// Each meter that counted.
    meters: Vec<GuardMeter>,
}

/// One meter that counted.
#[derive(serde::Serialize)]
struct GuardMeter {
    key: MeterKey,
    /// Decimal string; what was left when it was read.
    headroom: Option<String>,
    read_at: Timestamp,
    /// With the need spent, the chance of a wall within the time.
    chance: Option<f64>,
}

pub(super) async fn guard(args: GuardArgs, json: bool) -> anyhow::Result<u8> {
    let wrong = |why: &dyn std::fmt::Display| {
        let _ = writeln!(std::io::stderr(), "tollwatch: {why}");
        Ok(WRONG_WORDS)
    };
    let id = match AccountId::new(args.account.clone()) {
        Ok(id) => id,
        Err(why) => return wrong(&why),
    };
    let folders = Folders::find()?;
    let config = Config::load(&folders.config_file())?;
    let Some(account) = config.accounts.get(&id) else {
        return wrong(&format!("there is no account {id}; `tollwatch accounts list` says which there are"));
    };
    if args.poll
        && let Err(error) = run::poll_once(&folders, &config, Some(&id)).await
    {
        // What is stored is then as old as it is, and that decides.
        writeln!(std::io::stderr(), "tollwatch: the account could not be polled: {error:#}")?;
    }
    let now = Clock::Real.now();
    let known = match folders.history_file().exists() {
        true => Some(look(&folders, &id, account, &args, now)?),
        false => None,
    };
    let known = known.unwrap_or(Afford {
        state: AccountState::Waiting,
        problem: None,
        meters: Vec::new(),
        units: Vec::new(),
    });
    if known.meters.is_empty() && !known.units.is_empty() {
        return wrong(&no_meter(&id, &args, &known.units));
    }
    let asked = Asked { need: args.need, within: args.within, max_age: args.max_age };
    let meters: Vec<Known> = known.meters.iter().map(|meter| of(meter, now)).collect();
    let decision = decide(&asked, known.state, &meters);
    let allowed = match decision {
        Decision::Run { .. } => true,
        Decision::Refused { .. } => false,
        Decision::Unknown(_) => args.if_unknown == "run",
    };
    let sentence = sentence(&decision, &id, &asked, known.problem.as_ref().map(|one| one.message.as_str()));
    let runs = allowed && !args.command.is_empty();
    if json && !runs {
        say_json(&view(&decision, allowed, &sentence, id, args.need, &known))?;
    } else if !allowed || !runs || matches!(decision, Decision::Unknown(_)) {
        let what = match (&decision, allowed) {
            (Decision::Unknown(_), true) => "not known, allowed all the same",
            (_, true) => "allowed",
            (_, false) => "refused",
        };
        writeln!(std::io::stderr(), "tollwatch: {what}: {sentence}")?;
    }
    match args.command.split_first() {
        _ if !allowed => Ok(REFUSED),
        None => Ok(OK),
        Some((program, words)) => start(Command::new(program).args(words)),
    }
}

/// What the stored history says of the account.
fn look(
    folders: &Folders,
    id: &AccountId,
    account: &AccountConfig,
    args: &GuardArgs,
    now: Timestamp,
) -> anyhow::Result<Afford> {
    let store = Store::open_read_only(&folders.history_file())?;
    let source = StoreView { store, now, live: Vec::new() };
    let only = args.meter.clone().map(MeterKey::new);
    Ok(afford_of_store(&source, id, account, args.need, only.as_ref(), args.within)?)
}

fn of(meter: &AffordMeter, now: Timestamp) -> Known {
    use crate::api::types::ForecastView;
    let why = match &meter.after {
        ForecastView::Unknown { reason } => reason.clone(),
        _ => String::new(),
    };
    Known {
        key: meter.view.key.0.clone(),
        headroom: meter.headroom,
        age: now.since(meter.view.read_at),
        burn: meter.view.burn,
        chance: meter.chance.ok_or(why),
    }
}

/// No meter of the account is in the need's unit, or the one that was named is not.
fn no_meter(id: &AccountId, args: &GuardArgs, units: &[Unit]) -> String {
    let units = words::list(units.iter().map(ToString::to_string));
    match &args.meter {
        Some(key) => format!(
            "account {id} has no meter {key:?} in {} that can run out; its meters are in {units}",
            args.need.unit
        ),
        None => {
            format!("no meter of account {id} in {} can run out; its meters are in {units}", args.need.unit)
        }
    }
}

/// How far ahead and how old the figures at most, in milliseconds, where nobody says it.
pub(super) const DEFAULTS: (i64, i64) = (HOUR, 30 * MINUTE);

/// Why, in a sentence.
pub(super) fn sentence(decision: &Decision, id: &AccountId, asked: &Asked, problem: Option<&str>) -> String {
    let amount = words::amount(asked.need);
    match decision {
        Decision::Run { meter, left } => {
            format!("{id} has {amount} to spare: {} is left of {meter} after it.", words::amount(*left))
        }
        Decision::Refused { meter, because: No::Short(left) } => {
            format!("{amount} is needed and {} is left of {id} {meter}.", words::amount(*left))
        }
        Decision::Refused { meter, because: No::Near(chance) } => format!(
            "with {amount} spent, {id} {meter} runs out within {} with a chance of {}.",
            words::span(asked.within),
            words::chance(*chance)
        ),
        Decision::Unknown(vague) => match vague {
            Vague::Account(AccountState::Waiting) => {
                format!("{id} was never read; `tollwatch poll {id}` does.")
            }
            Vague::Account(AccountState::Paused) => {
                format!("{id} is paused, so its figures are not kept fresh.")
            }
            Vague::Account(_) => match problem {
                Some(problem) => format!("{id} does not answer: {}", one_line(problem)),
                None => format!("{id} does not answer."),
            },
            Vague::Old(meter, age) => format!(
                "the figures of {id} {meter} are {} old, and at most {} are allowed; --poll reads them first.",
                words::span(*age),
                words::span(asked.max_age)
            ),
            Vague::NoFigure(meter) => format!("nobody says what is left of {id} {meter}."),
            Vague::NoForecast(meter, why) => format!(
                "{id} {meter} has no forecast ({}); --within 0 looks at what is left alone.",
                one_line(why)
            ),
            Vague::NoMeter => format!("{id} has no figures yet; `tollwatch poll {id}` fetches them."),
        },
    }
}

/// What a provider says may not steer the terminal.
fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

fn view(
    decision: &Decision,
    allowed: bool,
    sentence: &str,
    account: AccountId,
    need: Amount,
    known: &Afford,
) -> GuardView {
    let meter = |one: &AffordMeter| GuardMeter {
        key: one.view.key.clone(),
        headroom: one.view.headroom.clone(),
        read_at: one.view.read_at,
        chance: one.chance,
    };
    GuardView {
        decision: match decision {
            Decision::Run { .. } => "run",
            Decision::Refused { .. } => "refused",
            Decision::Unknown(_) => "unknown",
        },
        allowed,
        sentence: sentence.to_owned(),
        account,
        need,
        meters: known.meters.iter().map(meter).collect(),
    }
}

/// Becomes the command; returns only when that cannot be.
#[cfg(unix)]
fn start(command: &mut Command) -> anyhow::Result<u8> {
    use std::os::unix::process::CommandExt;
    Ok(not_started(command.get_program().to_owned(), &command.exec()))
}

/// Runs the command and waits for it.
#[cfg(not(unix))]
fn start(command: &mut Command) -> anyhow::Result<u8> {
    match command.status() {
        Ok(status) => Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(super::FAILED)),
        Err(error) => Ok(not_started(command.get_program().to_owned(), &error)),
    }
}

/// As shells say it: 127 for a command that is not there, 126 for one that cannot be run.
fn not_started(program: OsString, error: &std::io::Error) -> u8 {
    let _ = writeln!(std::io::stderr(), "tollwatch: {} cannot be run: {error}", program.to_string_lossy());
    if error.kind() == std::io::ErrorKind::NotFound { 127 } else { 126 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lengths_and_needs_are_read_or_refused() {
        assert_eq!((length("90s"), length("30m"), length("2h")), (Ok(90_000), Ok(1_800_000), Ok(7_200_000)));
        assert_eq!((length("0"), length("1d"), length("60d")), (Ok(0), Ok(DAY), Ok(60 * DAY)));
        for text in ["", "h", "-1h", "1.5h", "2 h", "61d", "99999999999999999999s", "5", "5µ", "+5m"] {
            assert!(length(text).is_err(), "{text}");
        }
        assert_eq!(need("2USD").map(|amount| amount.to_string()).as_deref(), Ok("2 USD"));
        assert_eq!(need("150000 tokens").map(|amount| amount.qty), Ok(Qty(150_000)));
        for text in ["0 USD", "-2 USD", "2", "2 dollars", ""] {
            assert!(need(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_length_is_read_or_refused_without_a_panic(text in ".{0,12}") {
            let _ = length(&text);
            let _ = need(&text);
        }
    }

    #[test]
    fn the_sentences() {
        let id = AccountId::new("ci").unwrap();
        let asked = Asked { need: "2 USD".parse().unwrap(), within: HOUR, max_age: 30 * MINUTE };
        let say = |decision| sentence(&decision, &id, &asked, Some("401:\x1b[2J no"));
        let short = No::Short("1.5 USD".parse().unwrap());
        assert_eq!(
            say(Decision::Refused { meter: "key_limit".into(), because: short }),
            "$2.00 is needed and $1.50 is left of ci key_limit."
        );
        assert_eq!(
            say(Decision::Refused { meter: "key_limit".into(), because: No::Near(0.25) }),
            "with $2.00 spent, ci key_limit runs out within 60 min with a chance of 25 %."
        );
        assert_eq!(
            say(Decision::Unknown(Vague::Account(AccountState::Failing))),
            "ci does not answer: 401: [2J no"
        );
        assert_eq!(
            say(Decision::Unknown(Vague::Old("key_limit".into(), 3 * HOUR))),
            "the figures of ci key_limit are 3 h old, and at most 30 min are allowed; --poll reads them first."
        );
    }
}

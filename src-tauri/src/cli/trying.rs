//! `tollwatch connectors try`.

use super::accounts::{options, secrets_given};
use super::args::TryArgs;
use super::{run::failed, say, say_json};
use crate::api::try_connector;
use crate::api::types::AccountDraft;
use crate::config::{Config, Folders};
use crate::http::Network;
use crate::monitor::{Clock, policy};

pub(super) async fn run(args: TryArgs, json: bool) -> anyhow::Result<u8> {
    let config = Config::load(&Folders::find()?.config_file())?;
    let network = Network::new(policy(&config.network))?;
    let draft = AccountDraft {
        id: None,
        connector: args.connector,
        label: String::new(),
        base_url: args.url,
        secrets: secrets_given(&args.secrets)?,
        options: options(&args.options)?,
        budget: args.budget,
        anchor: None,
    };
    let view = try_connector(draft, &network, Clock::Real.now()).await?;
    if json {
        say_json(&view)?;
        return Ok(failed(view.ok));
    }
    if !view.found.is_empty() {
        say("Found:")?;
    }
    for one in &view.found {
        let what = one.value.as_ref().or(one.note.as_ref()).map_or("nothing", String::as_str);
        say(format!("  {} {}  {}  {what}", one.meter, one.field, one.asked))?;
    }
    for (title, lines) in
        [("Readings:", &view.readings), ("Costs:", &view.costs), ("Refusals:", &view.refusals)]
    {
        if !lines.is_empty() {
            say(title)?;
        }
        for line in lines {
            say(format!("  {}", line.text))?;
        }
    }
    if !view.problems.is_empty() {
        say("Problems:")?;
    }
    for problem in &view.problems {
        say(format!("  {problem}"))?;
    }
    if let Some(error) = &view.error {
        say(error)?;
    } else if !view.ok {
        say("It answers, but says no figure.")?;
    }
    Ok(failed(view.ok))
}

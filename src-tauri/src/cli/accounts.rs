//! `tollwatch accounts`, `tollwatch connectors`, `tollwatch config`.

use super::args::{AccountsCommand, AddArgs, ConfigCommand};
use super::{FAILED, OK, run::failed, say, say_json};
use crate::api::types::{AccountDraft, AnchorDraft, TestView};
use crate::api::{
    Standing, StoreView, catalogue, check, store_draft, store_secret, test_configured, test_draft, unstore,
};
use crate::config::{Config, Folders};
use crate::connectors;
use crate::http::Network;
use crate::model::{AccountId, Links};
use crate::monitor::{Clock, policy};
use crate::secrets::{SecretStore, Source};
use crate::store::Store;
use std::collections::BTreeMap;
use std::io::{BufRead, IsTerminal};

pub(super) async fn run(command: AccountsCommand, json: bool) -> anyhow::Result<u8> {
    let folders = Folders::find()?;
    let path = folders.config_file();
    let config = Config::load(&path)?;
    let secrets = SecretStore::keychain("tollwatch");
    let find = |text: String| -> anyhow::Result<AccountId> {
        let id = AccountId::new(text).map_err(anyhow::Error::msg)?;
        anyhow::ensure!(
            config.accounts.contains_key(&id),
            "there is no account {id}; `tollwatch accounts list` says which there are"
        );
        Ok(id)
    };
    match command {
        AccountsCommand::List => list(&config, json),
        AccountsCommand::Add(args) => add(args, &folders, &config, &secrets, json).await,
        AccountsCommand::Test { id } => {
            let id = find(id)?;
            let network = Network::new(policy(&config.network))?;
            let view =
                test_configured(&id, &config.accounts[&id], &network, &secrets, Clock::Real.now()).await?;
            report(&view, json)?;
            Ok(failed(view.ok))
        }
        AccountsCommand::Check { id } => precautions(&find(id)?, &folders, &config, json),
        AccountsCommand::Key { id, role } => {
            let id = find(id)?;
            let (role, text) = match role.split_once('=') {
                Some((role, place)) if Source::is_named_by(place) => (role.to_owned(), place.to_owned()),
                Some((role, _)) => anyhow::bail!(
                    "a key on the command line is seen by other users: write `{role}` to be asked for it, or `{role}=env:NAME`"
                ),
                None => {
                    let text = ask(&role)?;
                    (role, text)
                }
            };
            store_secret(&path, &id, &role, &text, &secrets).await?;
            if json {
                say_json(&serde_json::json!({ "account": id, "stored": role }))?
            } else {
                say(format!("Stored the {role} of {id}. `tollwatch accounts test {id}` tries it."))?
            }
            Ok(OK)
        }
        AccountsCommand::Remove { id, keep_history } => {
            let id = find(id)?;
            unstore(&path, &id, &secrets).await?;
            if !keep_history && folders.history_file().exists() {
                let store = Store::open(&folders.history_file(), Clock::Real.now())?;
                store.forget(&id)?;
                store.close()?;
            }
            if json {
                say_json(&serde_json::json!({ "removed": id }))?
            } else {
                say(format!("Removed {id}."))?
            }
            Ok(OK)
        }
    }
}

/// `accounts check`: done is `+`, missing `-`, what cannot be known `?`.
fn precautions(id: &AccountId, folders: &Folders, config: &Config, json: bool) -> anyhow::Result<u8> {
    let history = folders.history_file();
    anyhow::ensure!(history.exists(), "there is no history yet: `tollwatch poll {id}` makes a beginning");
    let store = Store::open_read_only(&history)?;
    let source = StoreView { live: store.live_episodes()?, store, now: Clock::Real.now() };
    let found = check(&source, id, &config.accounts[id], &config.alerts)?;
    if json {
        say_json(&found)?;
        return Ok(OK);
    }
    for one in &found {
        let sign = match one.standing {
            Standing::Done => '+',
            Standing::Missing => '-',
            Standing::Unknown => '?',
        };
        say(format!("{sign} {}: {}", one.title, one.text))?;
        if let Some(url) = one.url.as_ref().filter(|_| one.standing != Standing::Done) {
            say(format!("  {url}"))?;
        }
    }
    Ok(OK)
}

fn list(config: &Config, json: bool) -> anyhow::Result<u8> {
    if json {
        say_json(&config.accounts)?;
        return Ok(OK);
    }
    if config.accounts.is_empty() {
        say("No account yet. `tollwatch connectors` lists what can be watched.")?;
    }
    for (id, account) in &config.accounts {
        let places: Vec<String> =
            account.secrets.iter().map(|(role, place)| format!("{role} in {place}")).collect();
        let paused = if account.paused { " · paused" } else { "" };
        let label = account.label.as_deref().unwrap_or_default();
        say(format!("{id}  {}  {label}  {}{paused}", account.connector, places.join(", ")))?;
    }
    Ok(OK)
}

async fn add(
    args: AddArgs,
    folders: &Folders,
    config: &Config,
    secrets: &SecretStore,
    json: bool,
) -> anyhow::Result<u8> {
    let draft = || -> anyhow::Result<AccountDraft> {
        Ok(AccountDraft {
            id: args.id.clone(),
            connector: args.connector.clone(),
            label: args.label.clone().unwrap_or_default(),
            base_url: args.base_url.clone(),
            secrets: BTreeMap::new(),
            options: options(&args.options)?,
            budget: args.budget.clone(),
            anchor: args
                .had
                .clone()
                .map(|amount| AnchorDraft { amount, at: args.on.clone().unwrap_or_default() }),
        })
    };
    let given = secrets_given(&args.secrets)?;
    let with_secrets = |draft: AccountDraft| AccountDraft { secrets: given.clone(), ..draft };
    let network = Network::new(policy(&config.network))?;
    let view =
        test_draft(with_secrets(draft()?), &config.accounts, &network, secrets, Clock::Real.now()).await?;
    if !json {
        report(&view, false)?;
    }
    if !view.ok && !args.anyway {
        if json {
            say_json(&view)?;
        } else {
            say("Nothing was stored. Mend it and try again, or add it --anyway.")?;
        }
        return Ok(FAILED);
    }
    let id = store_draft(&folders.config_file(), with_secrets(draft()?), secrets, Clock::Real.now()).await?;
    if json {
        say_json(&serde_json::json!({ "added": id, "test": view }))?
    } else {
        say(format!("Added {id}."))?
    }
    Ok(OK)
}

/// `NAME=VALUE` each.
pub(super) fn options(texts: &[String]) -> anyhow::Result<BTreeMap<String, String>> {
    let pair = |text: &String| {
        let (name, value) =
            text.split_once('=').ok_or_else(|| anyhow::anyhow!("option '{text}': write NAME=VALUE"))?;
        Ok((name.to_owned(), value.to_owned()))
    };
    texts.iter().map(pair).collect()
}

/// Secrets by role: `ROLE=env:NAME` as it is, `ROLE` asked for. A key among the words is refused.
pub(super) fn secrets_given(texts: &[String]) -> anyhow::Result<BTreeMap<String, String>> {
    let mut given = BTreeMap::new();
    for text in texts {
        match text.split_once('=') {
            Some((role, place)) if Source::is_named_by(place) => {
                given.insert(role.to_owned(), place.to_owned());
            }
            Some((role, _)) => anyhow::bail!(
                "a key on the command line is seen by other users: write `--secret {role}` to be asked for it, or `--secret {role}=env:NAME`"
            ),
            None => {
                given.insert(text.clone(), ask(text)?);
            }
        }
    }
    Ok(given)
}

/// Asks for a secret without echo, or reads a line of stdin when that is no terminal.
pub(super) fn ask(role: &str) -> anyhow::Result<String> {
    if std::io::stdin().is_terminal() {
        return Ok(rpassword::prompt_password(format!("{role} (not shown): "))?);
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    anyhow::ensure!(!line.trim().is_empty(), "no {role} came on stdin");
    Ok(line.trim().to_owned())
}

fn report(view: &TestView, json: bool) -> anyhow::Result<()> {
    if json {
        return say_json(view);
    }
    say(&view.message)?;
    for line in view.figures.iter().chain(&view.notes) {
        say(format!("  {line}"))?;
    }
    Ok(())
}

pub(super) fn connectors(json: bool) -> anyhow::Result<u8> {
    let all = catalogue();
    if json {
        say_json(&all)?;
        return Ok(OK);
    }
    let mut group = "";
    for connector in &all {
        if connector.group != group {
            say(format!("{}{}", if group.is_empty() { "" } else { "\n" }, connector.group))?;
            group = &connector.group;
        }
        say(format!("  {:17}  {}", connector.id, connector.about))?;
    }
    say("\n`tollwatch connectors show ID` says which keys one takes.")?;
    Ok(OK)
}

pub(super) fn connector(id: &str, json: bool) -> anyhow::Result<u8> {
    let found = catalogue().into_iter().find(|connector| connector.id == id);
    let one = found
        .ok_or_else(|| anyhow::anyhow!("there is no connector '{id}'; `tollwatch connectors` lists them"))?;
    if json {
        say_json(&one)?;
        return Ok(OK);
    }
    say(format!("{} ({}). {}", one.name, one.id, one.about))?;
    say(format!("  address  {}", one.base_url.as_deref().unwrap_or("yours: give it with --base-url")))?;
    if let Some(cost) = &one.poll_cost {
        say(format!("  cost     {cost}"))?;
    }
    for secret in &one.secrets {
        let need = if secret.required { "needed" } else { "optional" };
        say(format!("  key      {} ({}, {need}): {}", secret.role, secret.label, secret.help))?;
        if !secret.opens.is_empty() {
            say(format!("           shows: {}", secret.opens.join(", ")))?;
        }
        if let Some(url) = &secret.url {
            say(format!("           made at {url}"))?;
        }
    }
    for option in &one.options {
        let need = if option.required { "needed" } else { "optional" };
        say(format!("  option   {} ({need}): {}", option.name, option.help))?;
        let choices = option.choices.join(" or ");
        let example = if choices.is_empty() { format!("such as {}", option.example) } else { choices };
        say(format!("           {example}"))?;
    }
    let links = connectors::find(id).map_or(Links::NONE, |connector| connector.spec().links);
    for (what, url) in links.pages() {
        say(format!("  page     {url} ({what})"))?;
    }
    say(format!("  more     {}", one.docs_url))?;
    Ok(OK)
}

pub(super) fn config(command: ConfigCommand, json: bool) -> anyhow::Result<u8> {
    match command {
        ConfigCommand::Schema => say(Config::schema())?,
        ConfigCommand::Path { init } => {
            let folders = Folders::find()?;
            let file = folders.config_file();
            if init {
                Config::write_default(&file)?;
            }
            if json {
                say_json(&serde_json::json!({ "config": file, "history": folders.history_file() }))?;
            } else {
                say(file.display())?;
                say(folders.history_file().display())?;
            }
        }
    }
    Ok(OK)
}

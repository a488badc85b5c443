//! Out of the history, page by page, into a sink.

use super::{ExportError, Kind, Sink, encode, focus};
use crate::model::{AccountId, Meter, Timestamp};
use crate::store::{PAGE, Store};
use std::collections::BTreeMap;
use std::io;

/// What is to be exported.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Which table.
    pub kind: Kind,
    /// From this moment.
    pub from: Timestamp,
    /// Until before this one. Samples, gaps and alerts that lie across an end are in; hours and costs are in when they
    /// begin between the two, so that neighbouring ranges share none.
    pub to: Timestamp,
    /// Of these accounts; all of them when empty.
    pub accounts: Vec<AccountId>,
}

/// What the config and the connectors know of an account.
#[derive(Clone, Debug, Default)]
pub struct Name {
    /// The connector's id.
    pub connector: String,
    /// The connector's name for people: the provider or gateway.
    pub provider: String,
    /// What the user calls the account.
    pub label: String,
}

/// Names by account, of those that are configured.
pub type Names = BTreeMap<AccountId, Name>;

/// Hands every row to the sink, and finishes it. Returns how many rows there were.
///
/// # Errors
/// When the history cannot be read or the sink cannot be written; then the output is not whole.
pub fn walk(store: &Store, ask: &Ask, names: &Names, sink: &mut dyn Sink) -> Result<u64, ExportError> {
    let mut walk = Walk { store, ask, names, sink, rows: 0 };
    for account in walk.accounts()? {
        match ask.kind {
            Kind::Samples => walk.samples(&account)?,
            Kind::Spend => walk.spend(&account)?,
            Kind::Focus => focus::walk(&mut walk, &account)?,
            Kind::Episodes => {}
        }
    }
    if ask.kind == Kind::Episodes {
        walk.episodes()?;
        walk.refusals()?;
    }
    walk.sink.finish()?;
    Ok(walk.rows)
}

/// An export under way.
pub(super) struct Walk<'a> {
    pub(super) store: &'a Store,
    pub(super) ask: &'a Ask,
    pub(super) names: &'a Names,
    pub(super) sink: &'a mut dyn Sink,
    pub(super) rows: u64,
}

impl<'a> Walk<'a> {
    /// Writes one row.
    pub(super) fn put(&mut self, cells: &[super::Cell<'_>]) -> io::Result<()> {
        self.rows += 1;
        self.sink.row(cells)
    }

    fn accounts(&self) -> Result<Vec<AccountId>, ExportError> {
        let mut found = self.store.known_accounts()?;
        found.retain(|account| self.wanted(account));
        Ok(found)
    }

    fn wanted(&self, account: &AccountId) -> bool {
        self.ask.accounts.is_empty() || self.ask.accounts.contains(account)
    }

    fn connector(&self, account: &AccountId) -> Option<&'a str> {
        self.names.get(account).map(|name| name.connector.as_str())
    }

    /// An account's meters by key and unit, whatever their numbers are here.
    pub(super) fn meters(&self, account: &AccountId) -> Result<Vec<Meter>, ExportError> {
        let mut meters = self.store.meters(Some(account))?;
        meters.sort_by(|a, b| (&a.key, a.unit).cmp(&(&b.key, b.unit)));
        Ok(meters)
    }

    fn samples(&mut self, account: &AccountId) -> Result<(), ExportError> {
        let (from, to) = (self.ask.from, self.ask.to);
        let connector = self.connector(account);
        for meter in self.meters(account)? {
            let of = encode::Of::new(&meter, connector);
            let mut at = self.store.sample_before(meter.id, from)?;
            loop {
                let page = self.store.sample_page(meter.id, at, to)?;
                for sample in page.iter().filter(|sample| sample.last_at >= from) {
                    self.put(&of.sample(sample))?;
                }
                match page.last() {
                    Some(last) if page.len() == PAGE => at = last.at + 1,
                    _ => break,
                }
            }
        }
        let mut after = None;
        loop {
            let page = self.store.gap_page(account, after, to)?;
            for gap in page.iter().filter(|gap| gap.last_at >= from) {
                self.put(&encode::gap(account, connector, gap))?;
            }
            after = page.last().map(|gap| gap.at);
            if page.len() < PAGE {
                return Ok(());
            }
        }
    }

    fn spend(&mut self, account: &AccountId) -> Result<(), ExportError> {
        let (from, to) = (self.ask.from, self.ask.to);
        let connector = self.connector(account);
        for meter in self.meters(account)? {
            let of = encode::Of::new(&meter, connector);
            let mut at = from;
            loop {
                let page = self.store.hour_page(meter.id, at, to)?;
                for hour in &page {
                    self.put(&of.hour(hour))?;
                }
                match page.last() {
                    Some(last) if page.len() == PAGE => at = last.at + 1,
                    _ => break,
                }
            }
        }
        let mut after = None;
        loop {
            let mut page = self.store.cost_page(account, (from, to), after.as_ref())?;
            for cost in &page {
                self.put(&encode::cost(account, connector, cost))?;
            }
            if page.len() < PAGE {
                return Ok(());
            }
            after = page.pop();
        }
    }

    fn episodes(&mut self) -> Result<(), ExportError> {
        let mut after = None;
        loop {
            let page = self.store.episode_page((self.ask.from, self.ask.to), after)?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            after = Some((last.began_at, last.id));
            for (episode, told) in &page {
                let wanted = match &episode.resource.account {
                    Some(account) => self.wanted(account),
                    None => self.ask.accounts.is_empty(),
                };
                if wanted {
                    self.put(&encode::episode(episode))?;
                    told.iter().try_for_each(|told| self.put(&encode::notice(told)))?;
                }
            }
        }
    }

    fn refusals(&mut self) -> Result<(), ExportError> {
        let mut after = None;
        loop {
            let page = self.store.refusal_page((self.ask.from, self.ask.to), after)?;
            let Some((id, (_, at, _))) = page.last() else { return Ok(()) };
            after = Some((*at, *id));
            for (_, (account, at, refusal)) in &page {
                if self.wanted(account) {
                    self.put(&encode::refusal(account, *at, refusal).map_err(io::Error::from)?)?;
                }
            }
        }
    }
}

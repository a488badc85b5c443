//! What is shown and chosen. Pure.

use crate::api::types::{AccountView, MeterView, Overview};
use crate::model::{AccountId, MeterKey};
use jiff::tz::TimeZone;

/// A key's meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// The meter above.
    Up,
    /// The meter below.
    Down,
    /// The first meter.
    First,
    /// The last meter.
    Last,
    /// The chosen meter's account.
    Open,
    /// To all of them.
    Back,
    /// Read again.
    Reload,
    /// End.
    End,
}

/// The screen's state.
pub(super) struct State {
    /// What was read last.
    pub(super) overview: Option<Overview>,
    /// Why nothing could be read the last time, or why there is nothing.
    pub(super) trouble: Option<String>,
    /// Which lane is chosen.
    pub(super) chosen: usize,
    /// Whether its account is shown alone.
    pub(super) open: bool,
    /// Whether colours are wanted. Nothing is said by them alone.
    pub(super) colours: bool,
    /// The viewer's zone.
    pub(super) zone: TimeZone,
}

/// One line of the list: a meter, or an account that has none.
#[derive(Clone, Copy)]
pub(super) struct Lane<'a> {
    /// The account.
    pub(super) account: &'a AccountView,
    /// Its meter.
    pub(super) meter: Option<&'a MeterView>,
}

impl Lane<'_> {
    fn name(&self) -> (AccountId, Option<MeterKey>) {
        (self.account.id.clone(), self.meter.map(|meter| meter.key.clone()))
    }
}

impl State {
    /// Nothing read yet.
    pub(super) fn new(colours: bool, zone: TimeZone) -> Self {
        State { overview: None, trouble: None, chosen: 0, open: false, colours, zone }
    }

    /// Takes in what was read. What cannot be read leaves the last figures standing; the chosen meter stays chosen.
    pub(super) fn take(&mut self, read: Result<Overview, String>) {
        let chosen = self.lane().map(|lane| lane.name());
        match read {
            Err(why) => self.trouble = Some(why),
            Ok(overview) => {
                self.trouble = None;
                self.overview = Some(overview);
            }
        }
        let lanes = self.lanes();
        let again = chosen.and_then(|name| lanes.iter().position(|lane| lane.name() == name));
        self.chosen = again.unwrap_or(self.chosen).min(lanes.len().saturating_sub(1));
        self.open &= !self.lanes().is_empty();
    }

    /// Follows a key; whether anything changed.
    pub(super) fn press(&mut self, key: Key) -> bool {
        let before = (self.chosen, self.open);
        let last = self.lanes().len().saturating_sub(1);
        match key {
            Key::Up => self.chosen = self.chosen.saturating_sub(1),
            Key::Down => self.chosen = (self.chosen + 1).min(last),
            Key::First => self.chosen = 0,
            Key::Last => self.chosen = last,
            Key::Open => self.open = !self.lanes().is_empty(),
            Key::Back => self.open = false,
            Key::Reload | Key::End => {}
        }
        before != (self.chosen, self.open)
    }

    /// Every meter of every account, the nearest wall first.
    pub(super) fn lanes<'a>(&'a self) -> Vec<Lane<'a>> {
        let accounts = self.overview.iter().flat_map(|overview| &overview.accounts);
        let of = |account: &'a AccountView| {
            let none = account.meters.is_empty().then_some(Lane { account, meter: None });
            none.into_iter()
                .chain(account.meters.iter().map(move |meter| Lane { account, meter: Some(meter) }))
        };
        accounts.flat_map(of).collect()
    }

    /// The lane that is chosen.
    pub(super) fn lane(&self) -> Option<Lane<'_>> {
        self.lanes().get(self.chosen).copied()
    }
}

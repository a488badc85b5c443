//! Charts of one meter: what is read from the store for a range, and how it is drawn.

use super::types::{ChartRange, ChartRequest, ChartView, ChartWhat};
use super::{ApiError, App, StoreView, past};
use crate::charts::{self, Layer, LevelForecast, LevelInput, Panel, Refused, SpendBar, SpendInput};
use crate::diagnosis;
use crate::forecast::{Forecast, Outlook};
use crate::model::{DAY, HOUR, Meter, Qty, Refusal, Rhythm, Sample, Timestamp, words};
use crate::monitor::Monitor;
use crate::say;
use crate::store::{Hour, StoreError};
use jiff::tz::TimeZone;

/// Up to this span every reading is drawn; beyond it, hours.
const RAW_WITHIN: i64 = 31 * DAY;
/// Up to so many refusals are marked one by one.
const MOST_REFUSALS: usize = 20;

pub(crate) async fn chart(app: &App, request: ChartRequest) -> Result<ChartView, ApiError> {
    let monitor = app.shown();
    let picture = read(&monitor, &request)?.picture(&request, monitor.pipeline().zone())?;
    Ok(ChartView { picture })
}

/// What a chart of a running monitor's account is drawn from.
pub(super) fn read(monitor: &Monitor, request: &ChartRequest) -> Result<Data, ApiError> {
    let source = StoreView::of(monitor);
    let known = monitor
        .statuses()
        .remove(&request.account)
        .and_then(|mut status| status.forecasts.remove(&request.meter));
    let config = monitor.configured().remove(&request.account);
    let calendar = config.and_then(|config| config.calendar);
    Data::read(&source, request, known, calendar.as_deref())
}

/// What is drawn.
pub struct Data {
    meter: Meter,
    samples: Vec<Sample>,
    gaps: Vec<crate::model::Gap>,
    refusals: Vec<(Timestamp, Refusal)>,
    hours: Vec<Hour>,
    forecast: Option<LevelForecast>,
    latest: Option<Sample>,
    from: Timestamp,
    to: Timestamp,
    now: Timestamp,
}

/// A meter by its name in the language that is spoken, as all that is drawn.
fn shown(meter: Meter) -> Meter {
    Meter { label: words::data(&meter.label), ..meter }
}

impl Data {
    /// Reads what the request asks for. `known` is the monitor's forecast; without it one is made, with the
    /// account's calendar.
    pub fn read(
        source: &StoreView,
        request: &ChartRequest,
        known: Option<Forecast>,
        calendar: Option<&Rhythm>,
    ) -> Result<Data, ApiError> {
        let (store, now) = (&source.store, source.now);
        let meter = store.meter(&request.account, &request.meter)?.ok_or_else(|| {
            ApiError::not_found(format_args!("the meter {} of account {}", request.meter.0, request.account))
        })?;
        let zoomed = request.from.zip(request.to).filter(|(from, to)| to.since(*from) >= 60_000);
        let (from, to) = zoomed.unwrap_or((now + -length(request.range), now));
        let latest = store.latest(meter.id)?;
        let meter = shown(meter);
        let mut data = Data {
            samples: Vec::new(),
            gaps: Vec::new(),
            refusals: Vec::new(),
            hours: Vec::new(),
            forecast: None,
            latest,
            from,
            to,
            now,
            meter,
        };
        match request.what {
            ChartWhat::Spend => data.hours = store.hours(data.meter.id, from.hour_floor(), to)?,
            ChartWhat::Level => {
                data.samples = if to.since(from) <= RAW_WITHIN {
                    store.samples(data.meter.id, from, to)?
                } else {
                    thinned(&store.hours(data.meter.id, from.hour_floor(), to)?, latest.as_ref())
                };
                data.gaps = store.gaps(&request.account, from, to)?;
                let refusals = store.refusals(Some(&request.account), from, to)?;
                let mine = |meter: &Option<crate::model::MeterKey>| {
                    meter.as_ref().is_none_or(|key| *key == request.meter)
                };
                data.refusals = refusals
                    .into_iter()
                    .filter(|(_, _, one)| mine(&one.meter))
                    .map(|(_, at, refusal)| (at, refusal))
                    .collect();
                let forecast = match known {
                    Some(forecast) => forecast,
                    None => source.project(&data.meter, &Outlook::of(calendar))?,
                };
                let wall = forecast.wall();
                data.forecast = wall.map(|wall| LevelForecast {
                    p10: wall.p10,
                    p50: wall.p50,
                    p90: wall.p90,
                    made: "now",
                });
            }
        }
        Ok(data)
    }

    /// A meter as it stood at a moment of the past, with what was forecast then; as far back as the forecast reaches
    /// ahead, one to 14 days.
    pub(super) fn then(
        source: &StoreView,
        meter: Meter,
        forecast: Option<LevelForecast>,
        at: Timestamp,
    ) -> Result<Data, StoreError> {
        let ahead = forecast.map_or(0, |range| range.p90.unwrap_or(range.p50) - at);
        let from = at + -ahead.clamp(DAY, 14 * DAY);
        let mut samples = source.store.samples(meter.id, from, at)?;
        // That it stood on after that was not known then.
        samples.iter_mut().for_each(|one| one.last_at = one.last_at.min(at));
        let refusals = source.store.refusals(Some(&meter.account), from, at)?.into_iter();
        let is_mine = |one: &Refusal| one.meter.as_ref().is_none_or(|key| *key == meter.key);
        Ok(Data {
            gaps: source.store.gaps(&meter.account, from, at)?,
            refusals: refusals.filter(|(_, _, one)| is_mine(one)).map(|(_, at, one)| (at, one)).collect(),
            latest: samples.last().copied(),
            samples,
            hours: Vec::new(),
            forecast,
            from,
            to: at,
            now: at,
            meter: shown(meter),
        })
    }

    /// The level chart of that size.
    pub(super) fn drawn(&self, size: (u32, u32), zone: &TimeZone) -> Result<charts::Picture, ApiError> {
        let drawn = charts::level(&self.level(size, zone, &self.refused(zone)));
        drawn.map_err(|error| ApiError::new("chart", error.to_string()))
    }

    /// The chart as an SVG with all that a window needs.
    pub fn picture(&self, request: &ChartRequest, zone: &TimeZone) -> Result<charts::Picture, ApiError> {
        let drawn = match request.what {
            ChartWhat::Level => {
                charts::level(&self.level((request.width, request.height), zone, &self.refused(zone)))
            }
            ChartWhat::Spend => {
                charts::spend(&self.spend((request.width, request.height), zone, &[self.bars(zone)]))
            }
        };
        drawn.map_err(|error| ApiError::new("chart", error.to_string()))
    }

    /// The chart as a PNG.
    pub fn png(&self, request: &ChartRequest, zone: &TimeZone, dark: bool) -> Result<Vec<u8>, ApiError> {
        let drawn = match request.what {
            ChartWhat::Level => {
                let size = (request.width, request.height);
                charts::level_png(&self.level(size, zone, &self.refused(zone)), dark)
            }
            ChartWhat::Spend => charts::spend_png(
                &self.spend((request.width, request.height), zone, &[self.bars(zone)]),
                dark,
            ),
        };
        drawn.map_err(|error| ApiError::new("chart", error.to_string()))
    }

    /// The meter's label.
    pub(super) fn label(&self) -> &str {
        &self.meter.label
    }

    /// The span of the past that is shown.
    pub(super) fn span(&self) -> (Timestamp, Timestamp) {
        (self.from, self.to)
    }

    /// Hands the chart of that size to whoever draws it on a sheet.
    pub(super) fn on<T>(
        &self,
        what: ChartWhat,
        size: (u32, u32),
        zone: &TimeZone,
        draw: impl FnOnce(&Panel<'_>) -> T,
    ) -> T {
        match what {
            ChartWhat::Level => draw(&Panel::Level(&self.level(size, zone, &self.refused(zone)))),
            ChartWhat::Spend => draw(&Panel::Spend(&self.spend(size, zone, &[self.bars(zone)]))),
        }
    }

    /// Marks of the refusals with their causes; of many, of the first of each incident.
    fn refused(&self, zone: &TimeZone) -> Vec<Refused> {
        if self.refusals.len() <= MOST_REFUSALS {
            let each = |(at, refusal): &(Timestamp, Refusal)| {
                let (count, title) = (refusal.count.max(1), refusal.cause.words().title);
                let label = if count > 1 {
                    say!("account-chart-refused", title = title, count = i64::from(count))
                } else {
                    title.to_string()
                };
                Refused { at: *at, count: u64::from(count), label }
            };
            return self.refusals.iter().map(each).collect();
        }
        let changes = past::changes(&past::moves(&self.meter, &self.samples));
        let found = diagnosis::incidents(&self.refusals, &changes, self.now);
        let first = |one: &diagnosis::Incident| Refused {
            at: one.first_at,
            count: one.count,
            label: past::line(one, zone),
        };
        found.iter().rev().map(first).collect()
    }

    fn level<'a>(&'a self, size: (u32, u32), zone: &TimeZone, refused: &'a [Refused]) -> LevelInput<'a> {
        // A zoomed chart shows what was zoomed into; the forecast belongs to the present.
        let forecast = self.forecast.filter(|_| self.to >= self.now);
        LevelInput {
            unit: self.meter.unit,
            kind: self.meter.kind,
            label: &self.meter.label,
            samples: &self.samples,
            gaps: &self.gaps,
            forecast,
            headroom_now: self.latest.and_then(|sample| sample.headroom()),
            limit: self.latest.and_then(|sample| sample.limit),
            resets_at: self.latest.and_then(|sample| sample.resets_at),
            refusals: refused,
            from: self.from,
            to: self.to,
            now: self.now,
            zone: zone.clone(),
            width: size.0.clamp(200, 4000),
            height: size.1.clamp(100, 2000),
        }
    }

    fn spend<'a>(&'a self, size: (u32, u32), zone: &TimeZone, layers: &'a [Layer]) -> SpendInput<'a> {
        SpendInput {
            unit: self.meter.unit,
            label: &self.meter.label,
            layers,
            from: self.from,
            to: self.to,
            now: self.now,
            zone: zone.clone(),
            width: size.0.clamp(200, 4000),
            height: size.1.clamp(100, 2000),
        }
    }

    /// Spend per hour up to three days, per local day up to 60, else per week from Monday.
    fn bars(&self, zone: &TimeZone) -> Layer {
        let span = self.to.since(self.from);
        let mut bars: Vec<SpendBar> = Vec::new();
        for hour in &self.hours {
            let (at, until) = match span {
                _ if span <= 3 * DAY => (hour.at, hour.at + HOUR),
                _ => {
                    let day = hour.at.to_jiff().to_zoned(zone.clone()).start_of_day();
                    let Ok(day) = day else { continue };
                    let weekly = span > 60 * DAY;
                    let back = if weekly { i64::from(day.weekday().to_monday_zero_offset()) } else { 0 };
                    let start = day.checked_sub(jiff::Span::new().days(back)).unwrap_or(day);
                    let length = jiff::Span::new().days(if weekly { 7 } else { 1 });
                    let end = start.checked_add(length).unwrap_or_else(|_| start.clone());
                    let ms = |zoned: &jiff::Zoned| Timestamp(zoned.timestamp().as_millisecond());
                    (ms(&start), ms(&end))
                }
            };
            match bars.last_mut() {
                Some(bar) if bar.at == at => bar.spent = Qty(bar.spent.0.saturating_add(hour.spent.0)),
                _ => bars.push(SpendBar { at, until, spent: hour.spent }),
            }
        }
        Layer { name: say!("account-chart-spent"), bars }
    }
}

pub(super) fn length(range: ChartRange) -> i64 {
    match range {
        ChartRange::Day => DAY,
        ChartRange::Week => 7 * DAY,
        ChartRange::Month => 30 * DAY,
        ChartRange::Year => 365 * DAY,
    }
}

/// Hours as samples: lowest and highest of each, so that no dip is lost. A meter whose hours say no headroom (a
/// spend meter) is drawn as its use, counted back from the present figure.
fn thinned(hours: &[Hour], latest: Option<&Sample>) -> Vec<Sample> {
    let sample = |at: Timestamp, used: Option<Qty>, remaining: Option<Qty>| Sample {
        at,
        last_at: at,
        used,
        limit: None,
        remaining,
        resets_at: None,
        reserve: None,
    };
    if hours.iter().any(|hour| hour.last.is_some()) {
        return hours
            .iter()
            .flat_map(|hour| {
                [sample(hour.at, None, hour.first), sample(hour.at + (HOUR - 1), None, hour.last)]
            })
            .filter(|sample| sample.remaining.is_some())
            .collect();
    }
    let total: i64 = hours.iter().map(|hour| hour.spent.0).sum();
    let mut used = latest.and_then(|latest| latest.used).map_or(0, |used| used.0.saturating_sub(total));
    let grow = |hour: &Hour| {
        used = used.saturating_add(hour.spent.0);
        sample(hour.at + (HOUR - 1), Some(Qty(used)), None)
    };
    hours.iter().map(grow).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AccountId, Cause, MINUTE, MeterKey, MeterKind, Provenance, Scope, Unit, Window};

    /// A day's chart with so many refusals, a minute apart.
    fn data(refusals: i64) -> Data {
        let (now, each) = (Timestamp(1_794_650_700_000), Refusal::new(Cause::KeyLimit, Scope::Key, "test"));
        let at = |minute: i64| now + (minute - 600) * MINUTE;
        Data {
            meter: Meter {
                id: 1,
                account: AccountId::new("acme").unwrap(),
                key: MeterKey::new("key_limit"),
                kind: MeterKind::Budget,
                label: "key limit".into(),
                unit: Unit::USD,
                window: Window::Never,
                provenance: Provenance::Reported,
            },
            samples: Vec::new(),
            gaps: Vec::new(),
            refusals: (0..refusals).map(|minute| (at(minute), each.clone())).collect(),
            hours: Vec::new(),
            forecast: None,
            latest: None,
            from: now + -DAY,
            to: now,
            now,
        }
    }

    #[test]
    fn few_refusals_are_marked_each_and_many_once_an_incident() {
        let few = data(3).refused(&TimeZone::UTC);
        assert_eq!(few.len(), 3);
        assert!(few.iter().all(|one| one.count == 1 && one.label == "Key limit reached"));
        let many = data(42).refused(&TimeZone::UTC);
        assert_eq!(many.len(), 1);
        // From 00:05 on, the last 41 minutes later.
        assert_eq!(many[0].label, "Key limit reached: refused 42 times until 00:46");
        assert_eq!((many[0].at, many[0].count), (data(42).refusals[0].0, 42));
    }
}

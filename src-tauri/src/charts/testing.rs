//! Inputs for the charts' tests, and the tests of whole panels.

use super::*;
use crate::model::{DAY, Gap, HOUR, MeterKind, PollErrorKind, Qty, Sample, Timestamp, Unit};
use jiff::tz::TimeZone;

pub(super) fn balance(at: i64, left: i64) -> Sample {
    Sample {
        at: Timestamp(at),
        last_at: Timestamp(at),
        used: None,
        limit: None,
        remaining: Some(Qty(left)),
        resets_at: None,
        reserve: None,
    }
}

pub(super) fn gap(at: i64) -> Gap {
    Gap {
        at: Timestamp(at),
        last_at: Timestamp(at),
        polls: 1,
        kind: PollErrorKind::Offline,
        message: "offline".into(),
    }
}

const USD: i64 = 1_000_000_000;
/// 2026-11-21T12:32:00Z.
const NOW: i64 = 1_795_264_320_000;

/// A day of hourly readings that fall from 25 to about 4, with a top-up at its fifth hour.
fn day() -> Vec<Sample> {
    (0..=24)
        .map(|hour| {
            let left = if hour < 5 {
                6.0 - f64::from(hour)
            } else {
                25.0 - (f64::from(hour) - 5.0) * 1.1 - f64::from(hour % 5) * 0.1
            };
            balance(NOW - DAY + i64::from(hour) * HOUR, (left * 10.0).round() as i64 * USD / 10)
        })
        .collect()
}

fn input<'a>(samples: &'a [Sample], gaps: &'a [Gap], refusals: &'a [Refused]) -> LevelInput<'a> {
    let now = Timestamp(NOW);
    LevelInput {
        unit: Unit::USD,
        kind: MeterKind::Balance,
        label: "OpenRouter · key “ci”",
        samples,
        gaps,
        forecast: Some(LevelForecast {
            p10: now + 3 * HOUR,
            p50: now + 4 * HOUR,
            p90: Some(now + 7 * HOUR),
            made: "now",
        }),
        headroom_now: samples.last().and_then(Sample::headroom),
        limit: Some(Qty(25 * USD)),
        resets_at: None,
        refusals,
        from: now + -DAY,
        to: now,
        now,
        zone: TimeZone::UTC,
        width: 860,
        height: 300,
    }
}

fn refused(at: i64, count: u64) -> Refused {
    let label = format!("Key limit reached: refused {count} times until 14:05");
    Refused { at: Timestamp(at), count, label }
}

/// What a path's `d` holds, by class.
fn paths(svg: &str, class: &str) -> Vec<String> {
    let start = format!("<path class=\"{class}\"");
    svg.split(&start)
        .skip(1)
        .filter_map(|rest| Some(rest.split(" d=\"").nth(1)?.split('"').next()?.to_owned()))
        .collect()
}

#[test]
fn a_gap_breaks_the_line_and_shows_as_a_band_and_a_null_point() {
    let (samples, gaps) = (day(), [gap(NOW - 10 * HOUR + 1)]);
    let picture = level(&input(&samples, &gaps, &[])).unwrap();
    let line = paths(&picture.svg, "level");
    assert_eq!(line.len(), 1);
    assert_eq!(line[0].matches('M').count(), 2);
    assert_eq!(paths(&picture.svg, "gap").len(), 1);
    let nulls: Vec<_> = picture.series[0].points.iter().filter(|point| point.v.is_none()).collect();
    assert_eq!(nulls.len(), 1);
    assert_eq!(nulls[0].text, "no reading: offline");
}

#[test]
fn coordinates_are_sub_pixel_finite_and_the_same_every_time() {
    let samples = day();
    let picture = level(&input(&samples, &[], &[])).unwrap();
    assert!(paths(&picture.svg, "level")[0].contains('.'));
    assert!(!picture.svg.contains("NaN") && !picture.svg.contains("inf") && !picture.svg.contains("style"));
    assert_eq!(picture, level(&input(&samples, &[], &[])).unwrap());
    assert_eq!(picture.series[0].points.last().unwrap().text, "3.7 USD");
}

#[test]
fn an_empty_chart_says_so() {
    let picture = level(&input(&[], &[], &[])).unwrap();
    assert!(picture.svg.contains(">no readings yet</text>"));
    assert!(picture.series[0].points.is_empty() && picture.summary.contains("no readings yet"));
    let bars = SpendInput {
        unit: Unit::USD,
        label: "x",
        layers: &[],
        from: Timestamp(0),
        to: Timestamp(0),
        now: Timestamp(0),
        zone: TimeZone::UTC,
        width: 200,
        height: 100,
    };
    assert!(spend(&bars).unwrap().svg.contains("no readings yet"));
}

#[test]
fn labels_are_escaped() {
    let samples = day();
    let hostile = LevelInput { label: "\"><script>alert('x')</script>&\u{1}", ..input(&samples, &[], &[]) };
    let svg = level(&hostile).unwrap().svg;
    assert!(!svg.contains("<script") && svg.contains("&lt;script&gt;") && !svg.contains('\u{1}'));
    assert!(svg.contains("aria-label=\"&quot;&gt;"));
}

#[test]
fn what_happened_is_marked_and_the_forecast_extends_the_axis() {
    let samples = day();
    let refusals = [refused(NOW - 2 * HOUR, 42)];
    let picture = level(&input(&samples, &[], &refusals)).unwrap();
    let kinds: Vec<&str> = picture.marks.iter().map(|mark| mark.kind.as_str()).collect();
    assert_eq!(kinds, ["top_up", "refusal", "wall"]);
    assert_eq!(picture.marks[0].text, "topped up 23 USD");
    assert_eq!(picture.marks[1].text, "Key limit reached: refused 42 times until 14:05");
    assert!(picture.summary.contains("with 1 top-up, 42 refusals."), "{}", picture.summary);
    assert!(picture.x.max > (NOW + 7 * HOUR) as f64 && picture.x.max <= (NOW + DAY) as f64);
    assert_eq!(paths(&picture.svg, "fan").len(), 1);
    assert!(
        picture.summary.ends_with("Runs out around 16:32, between 15:32 and 19:32."),
        "{}",
        picture.summary
    );
}

#[test]
fn a_chart_in_chinese_has_no_english_in_it() {
    use crate::model::words::{Language, speaking};
    let (samples, gaps) = (day(), [gap(NOW - 10 * HOUR + 1)]);
    let refusals =
        [Refused { label: "密钥限额已用尽：被拒绝 42 次".into(), ..refused(NOW - 2 * HOUR, 42) }];
    let input = LevelInput { label: "DeepSeek · 余额", ..input(&samples, &gaps, &refusals) };
    let picture = speaking(Language::Chinese, || level(&input)).unwrap();
    // The range begins a day ago, on Friday.
    assert_eq!(
        picture.summary,
        "DeepSeek · 余额：剩余 $3.70，上限 $25.00；周五 12:32 以来介于 $2.00 与 $25.00 之间，其间有 1 处缺口、\
         1 次充值、42 次拒绝。预计用尽：16:32，介于 15:32 与 19:32 之间。"
    );
    let labels: Vec<&str> = picture.svg.split("</text>").filter_map(|text| text.rsplit('>').next()).collect();
    assert!(
        labels.contains(&"21日周六") && labels.contains(&"上限") && labels.contains(&"现在"),
        "{labels:?}"
    );
    assert_eq!(picture.marks[0].text, "充值 23 USD");
    let names: Vec<&str> = picture.series.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["剩余", "预测 p10", "预测 p50", "预测 p90"]);
    // The font of bitmaps has no Chinese: those stay as they are in English.
    assert_eq!(level_png(&input, false), speaking(Language::Chinese, || level_png(&input, false)));
}

#[test]
fn debt_and_a_single_reading_are_drawn() {
    let one = [balance(NOW - HOUR, -3 * USD)];
    let picture = level(&input(&one, &[], &[])).unwrap();
    assert!(picture.y.min <= -3.0 && picture.y.max >= 0.0);
    assert!(picture.svg.contains("<circle class=\"dot\""));
    assert!(paths(&picture.svg, "fan").is_empty(), "no forecast from below zero");
}

#[test]
fn a_year_of_hours_is_thinned() {
    let samples: Vec<Sample> =
        (0..8760).map(|hour| balance(NOW - (8760 - hour) * HOUR, (hour % 700) * USD / 10)).collect();
    let wide = LevelInput { from: Timestamp(NOW - 8760 * HOUR), ..input(&samples, &[], &[]) };
    let picture = level(&wide).unwrap();
    assert!(picture.series[0].points.len() <= 2 * picture.plot.width as usize + 2);
    assert!(picture.svg.len() < 120_000, "{}", picture.svg.len());
}

fn bars() -> Vec<SpendBar> {
    (0..24)
        .map(|hour| SpendBar {
            at: Timestamp(NOW - DAY + (hour * 60 + 28) * 60_000),
            until: Timestamp(NOW - DAY + (hour * 60 + 88) * 60_000),
            spent: Qty((hour * 7 % 11) * USD / 7),
        })
        .collect()
}

/// Three parts of the same bars, the largest first.
fn stack() -> Vec<Layer> {
    let part = |name: &str, of: i64| {
        let share = |bar: SpendBar| SpendBar { spent: Qty(bar.spent.0 / of), ..bar };
        Layer { name: name.to_owned(), bars: bars().into_iter().map(share).collect() }
    };
    vec![part("gpt-4o", 2), part("o3", 4), part("others", 8)]
}

#[test]
fn layers_stand_on_each_other_and_keep_their_own_figures() {
    let bar = |at: i64, spent: i64| SpendBar {
        at: Timestamp(at),
        until: Timestamp(at + HOUR),
        spent: Qty(spent * USD),
    };
    let layers = [
        Layer { name: "a".into(), bars: vec![bar(0, 3), bar(HOUR, 1)] },
        Layer { name: "b".into(), bars: vec![bar(0, 2), bar(HOUR, -1)] },
    ];
    let input = SpendInput {
        unit: Unit::USD,
        label: "x",
        layers: &layers,
        from: Timestamp(0),
        to: Timestamp(2 * HOUR),
        now: Timestamp(2 * HOUR),
        zone: TimeZone::UTC,
        width: 400,
        height: 200,
    };
    let picture = spend(&input).unwrap();
    let tops: Vec<_> = picture.series[1].points.iter().map(|point| (point.v, point.text.as_str())).collect();
    assert_eq!(tops, [(Some(5.0), "2 USD"), (Some(1.0), "-1 USD")]);
    assert!(picture.y.max >= 5.0);
    assert!(!paths(&picture.svg, "layer-0").is_empty() && !paths(&picture.svg, "layer-1").is_empty());
    assert!(
        picture.summary.contains("5 USD spent") || picture.summary.contains("$5.00 spent"),
        "{}",
        picture.summary
    );
    assert!(picture.summary.contains("The largest part is a"), "{}", picture.summary);
}

#[test]
fn pngs_are_of_the_size_asked_for() {
    let samples = day();
    let small = LevelInput { width: 256, height: 96, ..input(&samples, &[], &[]) };
    for bytes in [sparkline(&small).unwrap(), level_png(&small, true).unwrap()] {
        assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
        assert_eq!((&bytes[16..20], &bytes[20..24]), (&256_u32.to_be_bytes()[..], &96_u32.to_be_bytes()[..]));
    }
}

/// Writes every picture to the folder named by `TOLLWATCH_CHARTS`, to be looked at.
#[test]
#[ignore = "for the eye: TOLLWATCH_CHARTS=folder cargo test --lib charts::testing -- --ignored"]
fn pictures_for_the_eye() {
    let Some(folder) = std::env::var_os("TOLLWATCH_CHARTS").map(std::path::PathBuf::from) else { return };
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).unwrap();
    let (samples, bars) = (day(), bars());
    let gaps = [gap(NOW - 10 * HOUR + 1)];
    let refusals = [refused(NOW - 2 * HOUR, 42)];
    let shown = input(&samples, &gaps, &refusals);
    let spent = SpendInput {
        unit: Unit::USD,
        label: "x",
        layers: &[Layer { name: "spent".to_owned(), bars }],
        from: Timestamp(NOW - DAY),
        to: Timestamp(NOW + HOUR / 2),
        now: Timestamp(NOW),
        zone: TimeZone::UTC,
        width: 860,
        height: 240,
    };
    let stack = SpendInput { layers: &stack(), ..spent.clone() };
    for (name, dark) in [("light", false), ("dark", true)] {
        write(&format!("stack-{name}.png"), &spend_png(&stack, dark).unwrap());
        write(&format!("level-{name}.svg"), standalone(&level(&shown).unwrap(), dark).as_bytes());
        write(&format!("level-{name}.png"), &level_png(&shown, dark).unwrap());
        write(&format!("spend-{name}.png"), &spend_png(&spent, dark).unwrap());
        write(&format!("spend-{name}.svg"), standalone(&spend(&spent).unwrap(), dark).as_bytes());
    }
    write("spark.png", &sparkline(&LevelInput { width: 256, height: 96, ..shown }).unwrap());
    use crate::model::Severity::{HeadsUp, Now, Refused, Soon};
    for (index, severity) in
        [None, Some(HeadsUp), Some(Soon), Some(Now), Some(Refused)].into_iter().enumerate()
    {
        for size in [16, 32, 64] {
            write(
                &format!("gauge-{index}-{size}.png"),
                &gauge_png(Gauge { left: Some(0.4), severity }, size).unwrap(),
            );
        }
    }
}

/// The goal is 16 ms, one frame, in a release build; this bound leaves room for a debug build on a busy machine.
#[test]
#[allow(clippy::disallowed_methods, reason = "the test measures real time")]
fn a_year_of_hours_is_drawn_fast() {
    let samples: Vec<Sample> =
        (0..8760).map(|hour| balance(NOW - (8760 - hour) * HOUR, (hour % 700) * USD / 10)).collect();
    let wide = LevelInput { from: Timestamp(NOW - 8760 * HOUR), ..input(&samples, &[], &[]) };
    let began = std::time::Instant::now();
    level(&wide).unwrap();
    let took = began.elapsed();
    println!("a year took {took:?}");
    assert!(took.as_millis() < 400, "{took:?}");
}

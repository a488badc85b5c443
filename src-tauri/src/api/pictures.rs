//! A chart as a file: drawn anew with title and legend, named after what it shows, and put where the user keeps
//! pictures; or handed to a browser, which downloads or copies it.

use super::costs::{self, CostsRequest};
use super::episode::{self, EpisodeChartRequest};
use super::types::{ChartRange, ChartRequest, ChartWhat};
use super::{ApiError, App, StoreView, charting};
use crate::charts::{Panel, Words, sheet, sheet_png};
use crate::model::{AccountId, Timestamp};
use crate::monitor::{Monitor, poll};
use crate::say;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use ts_rs::TS;

/// A picture that the window drew itself is no larger.
const MOST: usize = 16 * 1024 * 1024;

/// Which chart.
#[derive(Clone, Debug, Deserialize, TS, JsonSchema)]
#[serde(tag = "is", rename_all = "snake_case")]
pub(crate) enum PictureOf {
    /// One meter's level or spend.
    Meter(ChartRequest),
    /// What an account's money went on.
    Costs(CostsRequest),
    /// What was forecast when an alert was told.
    Episode(EpisodeChartRequest),
}

/// Of what kind the file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PictureFormat {
    /// Drawn with lines and letters, light and dark in one.
    Svg,
    /// In pixels, two for one.
    Png,
}

/// Asks for a chart as a file.
#[derive(Clone, Debug, Deserialize, TS, JsonSchema)]
pub(crate) struct PictureRequest {
    /// Which chart.
    of: PictureOf,
    /// Of what kind.
    format: PictureFormat,
    /// In dark colours; an SVG carries both.
    dark: bool,
    /// Whether to write it where pictures are kept, if this program can.
    keep: bool,
    /// A PNG in base64 that the window drew, where this program has not all letters of it.
    drawn: Option<String>,
}

/// A chart as a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS, JsonSchema)]
pub(crate) struct PictureFile {
    /// Its name, such as `tollwatch-acme-credits-7d.svg`.
    pub(crate) name: String,
    /// Where it was written; missing when it was not.
    pub(crate) place: Option<String>,
    /// Whether this program writes pictures; a browser downloads them instead.
    pub(crate) keeps: bool,
    /// The SVG, if asked for; also when a PNG was, and the program has not all its letters: then the window draws it.
    pub(crate) svg: Option<String>,
    /// The PNG in base64.
    pub(crate) png: Option<String>,
}

pub(crate) async fn picture(app: &App, request: PictureRequest) -> Result<PictureFile, ApiError> {
    let extension = if request.format == PictureFormat::Svg { "svg" } else { "png" };
    let name = format!("{}.{extension}", name(&request.of));
    let folder = app.inner.host.picture_folder();
    let mut file = PictureFile { name, place: None, keeps: folder.is_some(), svg: None, png: None };
    let bytes = match (&request.drawn, request.format) {
        (Some(drawn), _) => Some(png(drawn)?),
        (None, PictureFormat::Png) => {
            drawn(app, &request.of, |panel, words| sheet_png(panel, words, request.dark))?
        }
        (None, PictureFormat::Svg) => None,
    };
    let svg = || drawn(app, &request.of, sheet);
    match (bytes, folder.filter(|_| request.keep)) {
        (Some(bytes), Some(folder)) => file.place = Some(kept(&folder, &file.name, &bytes)?),
        (Some(bytes), None) => file.png = Some(STANDARD.encode(bytes)),
        (None, Some(folder)) if request.format == PictureFormat::Svg => {
            file.place = Some(kept(&folder, &file.name, svg()?.as_bytes())?);
        }
        (None, _) => file.svg = Some(svg()?),
    }
    Ok(file)
}

/// The PNG that the window drew; anything else is refused.
fn png(base64: &str) -> Result<Vec<u8>, ApiError> {
    let bytes = STANDARD.decode(base64).ok();
    let bytes = bytes.filter(|bytes| bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.len() <= MOST);
    bytes.ok_or_else(|| ApiError::new("bad_request", say!("picture-no-png")))
}

/// Reads the chart's data and draws them.
fn drawn<T>(
    app: &App,
    of: &PictureOf,
    draw: impl FnOnce(&Panel<'_>, Words<'_>) -> Result<T, crate::charts::ChartError>,
) -> Result<T, ApiError> {
    let monitor = app.shown();
    let (source, zone) = (StoreView::of(&monitor), monitor.pipeline().zone().clone());
    let put = |title: &str, (from, to): (Timestamp, Timestamp), panel: &Panel<'_>| {
        let span = span(from, to, &zone);
        draw(panel, Words { title, span: &span })
    };
    let drawn = match of {
        PictureOf::Meter(request) => {
            let data = charting::read(&monitor, request)?;
            let title = format!("{} · {}", label(&monitor, &request.account), data.label());
            let size = sized(request.width, request.height);
            data.on(request.what, size, &zone, |panel| put(&title, data.span(), panel))
        }
        PictureOf::Costs(request) => {
            let (width, height) = sized(request.width, request.height);
            let request = CostsRequest { width, height, ..request.clone() };
            let costs = costs::Costs::read(&source, &request)?;
            let title = format!("{} · {}", label(&monitor, &request.account), costs.label());
            costs.on(&request, &zone, |panel| put(&title, costs.span(), panel))
        }
        PictureOf::Episode(request) => {
            let (title, data) = episode::data(app, request)?;
            let size = sized(request.width, request.height);
            data.on(ChartWhat::Level, size, &zone, |panel| put(&title, data.span(), panel))
        }
    };
    drawn.map_err(|error| ApiError::new("chart", error.to_string()))
}

/// As large as in the window, within what a page or a message takes.
fn sized(width: u32, height: u32) -> (u32, u32) {
    (width.clamp(480, 1600), height.clamp(200, 900))
}

fn label(monitor: &Monitor, id: &AccountId) -> String {
    let config = monitor.configured().remove(id);
    config.map_or_else(
        || id.to_string(),
        |config| poll::label(id, &config, crate::connectors::find(&config.connector)),
    )
}

/// `2026-11-14 20:40 – 2026-11-21 20:40 (Europe/Berlin)`.
fn span(from: Timestamp, to: Timestamp, zone: &TimeZone) -> String {
    let text = |at: Timestamp| at.to_jiff().to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    let span = say!("picture-span", from = text(from), to = text(to));
    match zone.iana_name() {
        Some(zone) => say!("picture-zone", span = span, zone = zone),
        None => span,
    }
}

/// The file's name without its ending: ASCII, no separator of folders, no longer than a file system takes.
fn name(of: &PictureOf) -> String {
    let words = match of {
        PictureOf::Meter(request) => {
            let spend = (request.what == ChartWhat::Spend).then_some("spend");
            let zoomed = request.from.zip(request.to);
            let range = match zoomed {
                Some((from, to)) => format!("{}-{}", stamp(from), stamp(to)),
                None => range(request.range).to_owned(),
            };
            let words = [Some(request.account.as_str()), Some(&*request.meter.0), spend, Some(&*range)];
            words.into_iter().flatten().map(plain).collect::<Vec<_>>()
        }
        PictureOf::Costs(request) => {
            let by = request.by.map_or("costs", costs::word);
            vec![plain(request.account.as_str()), format!("by-{by}"), range(request.range).to_owned()]
        }
        PictureOf::Episode(request) => vec![format!("alert-{}", request.id), stamp(request.at)],
    };
    format!("tollwatch-{}", words.join("-"))
}

fn stamp(at: Timestamp) -> String {
    at.to_jiff().strftime("%Y%m%dT%H%MZ").to_string()
}

fn range(range: ChartRange) -> &'static str {
    match range {
        ChartRange::Day => "24h",
        ChartRange::Week => "7d",
        ChartRange::Month => "30d",
        ChartRange::Year => "1y",
    }
}

fn plain(text: &str) -> String {
    let fit = |letter: char| if letter.is_ascii_alphanumeric() || letter == '_' { letter } else { '-' };
    let words: String = text.chars().map(fit).take(200).collect();
    let word = words.split('-').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-");
    let word: String = word.chars().take(48).collect();
    if word.is_empty() { "meter".to_owned() } else { word }
}

/// Writes a file that was not there, under its name or with a number behind it. Returns where.
pub(super) fn kept(folder: &Path, name: &str, bytes: &[u8]) -> Result<String, ApiError> {
    let failed = |error: std::io::Error| {
        let (folder, why) = (folder.display().to_string(), error.to_string());
        ApiError::new("host", say!("picture-not-written", folder = folder, why = why))
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let numbered = |count: u32| if count == 1 { name.to_owned() } else { format!("{stem}-{count}.{ending}") };
    for count in 1..1000 {
        let path: PathBuf = folder.join(numbered(count));
        // Made anew, so nothing is overwritten and no link is followed.
        match std::fs::OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => {
                file.write_all(bytes).map_err(failed)?;
                return Ok(path.display().to_string());
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed(error)),
        }
    }
    Err(failed(std::io::ErrorKind::AlreadyExists.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::MeterKey;
    use proptest::prelude::*;

    fn meter(key: &str, from: Option<Timestamp>) -> PictureOf {
        PictureOf::Meter(ChartRequest {
            account: AccountId::new("acme").unwrap(),
            meter: MeterKey::new(key),
            what: ChartWhat::Level,
            range: ChartRange::Week,
            from,
            to: from.map(|from| from + 3_600_000),
            width: 800,
            height: 280,
        })
    }

    #[test]
    fn a_file_is_named_after_what_it_shows() {
        assert_eq!(name(&meter("credits", None)), "tollwatch-acme-credits-7d");
        assert_eq!(name(&meter("../../etc/passwd", None)), "tollwatch-acme-etc-passwd-7d");
        assert_eq!(name(&meter("余额", None)), "tollwatch-acme-meter-7d");
        let zoomed = name(&meter("team.budget", Some(Timestamp(1_794_650_700_000))));
        assert_eq!(zoomed, "tollwatch-acme-team-budget-20261114T1005Z-20261114T1105Z");
    }

    proptest! {
        #[test]
        fn no_key_leads_out_of_the_folder(key in "\\PC{0,300}") {
            let name = name(&meter(&key, None));
            prop_assert!(name.starts_with("tollwatch-acme-") && name.len() < 120);
            prop_assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{}", name);
        }
    }

    #[test]
    fn nothing_is_overwritten_and_no_link_is_followed() {
        let folder = tempfile::tempdir().unwrap();
        let there = folder.path().join("Pictures");
        let first = kept(&there, "a.svg", b"1").unwrap();
        assert_eq!(std::fs::read(&first).unwrap(), b"1");
        assert!(kept(&there, "a.svg", b"2").unwrap().ends_with("a-2.svg"));
        assert_eq!(std::fs::read(&first).unwrap(), b"1");
        #[cfg(unix)]
        {
            let outside = folder.path().join("outside");
            std::os::unix::fs::symlink(&outside, there.join("b.svg")).unwrap();
            assert!(kept(&there, "b.svg", b"3").unwrap().ends_with("b-2.svg"));
            assert!(!outside.exists());
        }
        let file = folder.path().join("file");
        std::fs::write(&file, b"").unwrap();
        let error = kept(&file, "a.svg", b"1").unwrap_err();
        assert_eq!(error.code, "host");
        assert!(error.message.contains("could not be written to"), "{error}");
    }

    #[test]
    fn only_a_png_is_taken_from_the_window() {
        assert!(png(&STANDARD.encode(b"\x89PNG\r\n\x1a\nrest")).is_ok());
        for bad in ["", "no base64", "PHN2Zz4="] {
            assert_eq!(png(bad).unwrap_err().code, "bad_request");
        }
    }
}

//! What a stroke stands for. The drawing code names inks; a backend turns them into CSS classes or colours.

use plotters::style::RGBAColor;

/// What an element of a picture means. Its order is the order in [`Ink::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    Ground,
    Grid,
    Axis,
    Tick,
    Level,
    Area,
    Dot,
    Gap,
    Hatch,
    Fan,
    Median,
    Wall,
    WallLabel,
    Reserve,
    Limit,
    Now,
    Reset,
    Topup,
    TopupLine,
    Refusal,
    RefusalLine,
    Note,
    Bar,
    BarNow,
    Layer0,
    Layer1,
    Layer2,
    Layer3,
    Layer4,
    Layer5,
    LayerRest,
    Empty,
    Title,
}

impl Ink {
    pub(super) const ALL: [Ink; 33] = [
        Ink::Ground,
        Ink::Grid,
        Ink::Axis,
        Ink::Tick,
        Ink::Level,
        Ink::Area,
        Ink::Dot,
        Ink::Gap,
        Ink::Hatch,
        Ink::Fan,
        Ink::Median,
        Ink::Wall,
        Ink::WallLabel,
        Ink::Reserve,
        Ink::Limit,
        Ink::Now,
        Ink::Reset,
        Ink::Topup,
        Ink::TopupLine,
        Ink::Refusal,
        Ink::RefusalLine,
        Ink::Note,
        Ink::Bar,
        Ink::BarNow,
        Ink::Layer0,
        Ink::Layer1,
        Ink::Layer2,
        Ink::Layer3,
        Ink::Layer4,
        Ink::Layer5,
        Ink::LayerRest,
        Ink::Empty,
        Ink::Title,
    ];

    /// The ink of a stack's layer, from the bottom.
    pub(super) fn layer(index: usize) -> Ink {
        let inks = [Ink::Layer0, Ink::Layer1, Ink::Layer2, Ink::Layer3, Ink::Layer4, Ink::Layer5];
        inks.get(index).copied().unwrap_or(Ink::LayerRest)
    }

    /// The CSS class.
    pub(super) fn class(self) -> &'static str {
        match self {
            Ink::Ground => "ground",
            Ink::Grid => "grid",
            Ink::Axis => "axis",
            Ink::Tick => "tick",
            Ink::Level => "level",
            Ink::Area => "area",
            Ink::Dot => "dot",
            Ink::Gap => "gap",
            Ink::Hatch => "hatch",
            Ink::Fan => "fan",
            Ink::Median => "median",
            Ink::Wall => "wall",
            Ink::WallLabel => "wall-label",
            Ink::Reserve => "reserve",
            Ink::Limit => "limit",
            Ink::Now => "now",
            Ink::Reset => "reset",
            Ink::Topup => "topup",
            Ink::TopupLine => "topup-line",
            Ink::Refusal => "refusal",
            Ink::RefusalLine => "refusal-line",
            Ink::Note => "note",
            Ink::Bar => "bar",
            Ink::BarNow => "bar-now",
            Ink::Layer0 => "layer-0",
            Ink::Layer1 => "layer-1",
            Ink::Layer2 => "layer-2",
            Ink::Layer3 => "layer-3",
            Ink::Layer4 => "layer-4",
            Ink::Layer5 => "layer-5",
            Ink::LayerRest => "layer-6",
            Ink::Empty => "empty",
            Ink::Title => "title",
        }
    }

    /// How much it covers what lies below.
    pub(super) fn opacity(self) -> f64 {
        match self {
            Ink::Area => 0.12,
            Ink::Gap => 0.08,
            Ink::Hatch => 0.35,
            Ink::Fan => 0.22,
            Ink::BarNow => 0.55,
            Ink::TopupLine | Ink::RefusalLine => 0.5,
            _ => 1.0,
        }
    }

    /// The sentinel colour that carries the ink through plotters to [`Ink::of`].
    fn sentinel(self) -> (u8, u8, u8) {
        let number = Ink::ALL.iter().position(|ink| *ink == self).unwrap_or_default();
        (1, 2, number as u8)
    }

    /// The ink that a sentinel colour carries.
    pub(super) fn of(rgb: (u8, u8, u8)) -> Ink {
        Ink::ALL.get(usize::from(rgb.2)).copied().unwrap_or(Ink::Axis)
    }
}

/// How inks become plotters colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Palette {
    /// Sentinels, for the SVG backend.
    Classes,
    /// Colours on white.
    Light,
    /// Colours on near-black.
    Dark,
}

impl Palette {
    /// The colour to hand to plotters.
    pub(super) fn color(self, ink: Ink) -> RGBAColor {
        let (r, g, b) = match self {
            Palette::Classes => return rgba(ink.sentinel(), 1.0),
            Palette::Light => light(ink),
            Palette::Dark => dark(ink),
        };
        rgba((r, g, b), ink.opacity())
    }
}

fn rgba((r, g, b): (u8, u8, u8), alpha: f64) -> RGBAColor {
    RGBAColor(r, g, b, alpha)
}

/// Text at 4.5:1 or better on white.
fn light(ink: Ink) -> (u8, u8, u8) {
    match ink {
        Ink::Ground => (0xff, 0xff, 0xff),
        Ink::Title => (0x1b, 0x24, 0x30),
        Ink::Grid => (0xe3, 0xe7, 0xec),
        Ink::Axis | Ink::Now => (0x98, 0xa3, 0xaf),
        Ink::Level | Ink::Area | Ink::Dot | Ink::Bar | Ink::BarNow => (0x24, 0x63, 0xc4),
        Ink::Layer0 => (0x24, 0x63, 0xc4),
        Ink::Layer1 => (0xd9, 0x7a, 0x1d),
        Ink::Layer2 => (0x1f, 0x8f, 0x68),
        Ink::Layer3 => (0x8a, 0x4f, 0xbf),
        Ink::Layer4 => (0xc2, 0x3d, 0x7d),
        Ink::Layer5 => (0x9a, 0x7d, 0x0a),
        Ink::LayerRest => (0x98, 0xa3, 0xaf),
        Ink::Fan | Ink::Median | Ink::Wall | Ink::WallLabel => (0xbf, 0x5a, 0x12),
        Ink::Reserve | Ink::Refusal | Ink::RefusalLine => (0xc9, 0x36, 0x36),
        Ink::Topup | Ink::TopupLine => (0x1f, 0x8f, 0x68),
        Ink::Tick | Ink::Gap | Ink::Hatch | Ink::Limit | Ink::Reset | Ink::Note | Ink::Empty => {
            (0x5c, 0x68, 0x76)
        }
    }
}

/// Text at 4.5:1 or better on near-black.
fn dark(ink: Ink) -> (u8, u8, u8) {
    match ink {
        Ink::Ground => (0x16, 0x1b, 0x21),
        Ink::Title => (0xe7, 0xeb, 0xf0),
        Ink::Grid => (0x24, 0x2b, 0x34),
        Ink::Axis | Ink::Now => (0x5b, 0x66, 0x73),
        Ink::Level | Ink::Area | Ink::Dot | Ink::Bar | Ink::BarNow => (0x6a, 0xa5, 0xff),
        Ink::Layer0 => (0x6a, 0xa5, 0xff),
        Ink::Layer1 => (0xee, 0x9a, 0x4a),
        Ink::Layer2 => (0x3f, 0xb6, 0x8b),
        Ink::Layer3 => (0xb4, 0x8a, 0xf0),
        Ink::Layer4 => (0xea, 0x7c, 0xb0),
        Ink::Layer5 => (0xd3, 0xb5, 0x40),
        Ink::LayerRest => (0x8d, 0x98, 0xa5),
        Ink::Fan | Ink::Median | Ink::Wall | Ink::WallLabel => (0xee, 0x8a, 0x3c),
        Ink::Reserve | Ink::Refusal | Ink::RefusalLine => (0xef, 0x5f, 0x5f),
        Ink::Topup | Ink::TopupLine => (0x3f, 0xb6, 0x8b),
        Ink::Tick | Ink::Gap | Ink::Hatch | Ink::Limit | Ink::Reset | Ink::Note | Ink::Empty => {
            (0x8d, 0x98, 0xa5)
        }
    }
}

/// The style sheet of an exported `.svg`: the classes with light colours, and dark ones where the viewer asks.
pub fn stylesheet() -> &'static str {
    include_str!("chart.css")
}

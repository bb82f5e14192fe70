//! What a report says, as plain data that every renderer turns into bytes.
//!
//! Answers "what is on the page, in which order?". Leaves out on purpose how
//! it looks: a renderer chooses fonts and widths, never numbers or words.

pub mod format;
pub mod summary;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

/// One report over one period.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Heading of the page, such as `SLA report – all contracts – September 2026`.
    pub title: String,
    /// Lines of the header band: as-of, counts, calendars, rules and their hash.
    pub header: Vec<String>,
    /// IANA name of the zone in which instants are shown.
    pub time_zone: String,
    /// In the order of the page.
    pub sections: Vec<Section>,
}

/// One `<h2>` of the page.
#[derive(Debug, Clone, Serialize)]
pub struct Section {
    /// Anchor, such as `verdict`; unique on the page.
    pub id: String,
    pub title: String,
    /// Takeaway sentences, shown under the heading.
    pub sentences: Vec<String>,
    /// Key figures, at most six.
    pub cards: Vec<Card>,
    pub blocks: Vec<Block>,
}

/// A part of a section. Most are tables, so the size of one costs nothing.
#[derive(Debug, Clone, Serialize)]
#[allow(clippy::large_enum_variant)]
pub enum Block {
    Table(Table),
    Definitions(Vec<Definition>),
}

/// A term and what it means, in the Method section.
#[derive(Debug, Clone, Serialize)]
pub struct Definition {
    pub term: String,
    pub text: String,
}

/// A key figure.
#[derive(Debug, Clone, Serialize)]
pub struct Card {
    /// Stable id, such as `on_site.attainment`.
    pub id: String,
    pub label: String,
    /// The big number as text, such as `94.1 %`; an en dash where there is none.
    pub value: String,
    /// `412 of 438`.
    pub fraction: Option<String>,
    /// `target ≥ 95 %`.
    pub target: Option<String>,
    /// `−1.8 pp vs August 2026`.
    pub delta: Option<String>,
    pub tone: Tone,
    /// The tone in words, such as `target missed` or `indicative: 7 decided`.
    pub status: String,
    /// Monthly values 0-1, oldest first, the last one this period's; `None` where nothing was decided.
    pub spark: Vec<Option<f64>>,
    /// The target 0-1 as a line in the spark.
    pub spark_target: Option<f64>,
    /// Small print: closed-only attainment, bounds, undecided.
    pub notes: Vec<String>,
}

/// How a figure stands; always shown with a word, never by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Tone {
    Good,
    Bad,
    Neutral,
}

/// A table, and the figure drawn from it.
#[derive(Debug, Clone, Serialize)]
pub struct Table {
    /// Name of the query's file without its ending; also the CSV's name.
    pub slug: String,
    pub title: String,
    /// What a reader can decide with it.
    pub question: Option<String>,
    /// Definition, printed with the table.
    pub notes: Option<String>,
    pub columns: Vec<Column>,
    /// Each as long as `columns`.
    pub rows: Vec<Vec<Cell>>,
    /// Rows of the whole result; more than `rows.len()` where the page shows a part.
    pub total_rows: usize,
    /// Long lists get a filter box and, per categorical column, a drop-down.
    pub is_filterable: bool,
    pub figure: Option<Figure>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Column {
    /// As in SQL and CSV, such as `overrun_s`.
    pub name: String,
    /// As on paper, such as `Overrun`.
    pub label: String,
    pub format: Format,
    /// For a share: columns of its numerator and denominator, printed with it.
    pub fraction: Option<(usize, usize)>,
}

/// How the values of a column are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Format {
    Text,
    /// Whole number.
    Count,
    /// Any other number.
    Number,
    /// Ratio 0-1, a percentage on paper.
    Share,
    /// An amount with two decimals, in the currency that its row names.
    Money,
    /// Seconds.
    Duration,
    /// Seconds since 1970-01-01T00:00:00Z.
    Instant,
    /// `YYYY-MM-DD` or `YYYY-MM` as text.
    Date,
    /// 1 and 0.
    Bool,
    /// One of the verdicts of a clock.
    Verdict,
}

/// One value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Cell {
    Missing,
    Text(String),
    Int(i64),
    Float(f64),
}

/// A chart, before it is drawn.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    pub kind: ChartKind,
    /// The takeaway or the table's title.
    pub title: String,
    /// One sentence for readers who can't see it.
    pub description: String,
    pub x_label: String,
    pub y_label: String,
    /// `%` (values are ratios 0-1), `h` (values are hours) or anything else, printed after numbers.
    pub unit: String,
    /// Along the x axis (or down the y axis for `hbar` and `pareto`), in order.
    pub categories: Vec<String>,
    pub series: Vec<Series>,
    /// Marks of `mcf` and `funnel`, which have no categories and no series; empty for other kinds.
    pub points: Vec<Point>,
    /// A dashed line at this value, labelled `target`; for `funnel` the mean of all, labelled so.
    pub target: Option<f64>,
}

/// One line, or one set of bars.
#[derive(Debug, Clone, Serialize)]
pub struct Series {
    pub name: String,
    /// As many as the figure's categories; `None` leaves a gap.
    pub values: Vec<Option<f64>>,
}

/// One mark at a place given by two numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Point {
    /// The line that it belongs to; for `funnel` the unit that it stands for.
    pub series: String,
    /// For `mcf` an age in days, for `funnel` how many were decided.
    pub x: f64,
    pub y: f64,
    /// Ends of a band around `y`.
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    /// Control limits at this `x`: lower and upper of 95 %, lower and upper of 99.8 %.
    pub limits: Option<[f64; 4]>,
}

/// A `mcf` has at most this many lines.
pub const MAX_CURVES: usize = 4;

/// A `slope` has at most this many lines.
pub const MAX_SLOPES: usize = 12;

/// Names of the series, those with most points first; of equals, the one met first.
///
/// The first `MAX_CURVES` are drawn; a caption says which are not.
pub fn ranked(points: &[Point]) -> Vec<&str> {
    let mut counts: BTreeMap<&str, (Reverse<usize>, usize)> = BTreeMap::new();
    for (at, point) in points.iter().enumerate() {
        counts.entry(&point.series).or_insert((Reverse(0), at)).0.0 += 1;
    }
    let mut names: Vec<&str> = counts.keys().copied().collect();
    names.sort_by_key(|name| counts[name]);
    names
}

/// The charts that can be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChartKind {
    Line,
    /// Vertical bars, side by side for several series.
    Bar,
    /// Horizontal bars, stacked for several series.
    Hbar,
    /// Horizontal bars in descending order with their cumulative share as text.
    Pareto,
    /// Step lines over age with their bands: how often units of an age have failed on average.
    Mcf,
    /// A dot for each unit over its number decided, between the limits of chance.
    Funnel,
    /// Two categories, a line for each series from the first to the second.
    Slope,
}

impl ChartKind {
    /// Whether so many columns can be its values.
    pub fn takes(self, columns: usize) -> bool {
        match self {
            // With the ends of the band.
            ChartKind::Mcf => matches!(columns, 1 | 3),
            // With two pairs of limits.
            ChartKind::Funnel => matches!(columns, 1 | 5),
            ChartKind::Slope => columns == 1,
            ChartKind::Line | ChartKind::Bar | ChartKind::Hbar | ChartKind::Pareto => columns > 0,
        }
    }
}

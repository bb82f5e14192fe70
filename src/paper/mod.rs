//! What a report says, as plain data that every renderer turns into bytes.
//!
//! Answers "what is on the page, in which order?". Leaves out on purpose how
//! it looks: a renderer chooses fonts and widths, never numbers or words.

pub mod format;
pub mod history;
pub mod index;
pub mod locale;
pub mod summary;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use locale::Locale;

/// One report over one period.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Heading of the page, such as `SLA report – all contracts – September 2026`.
    pub title: String,
    /// Lines of the header band: as-of, counts, calendars, rules and their hash.
    pub header: Vec<String>,
    /// The language of its words and numbers.
    pub locale: Locale,
    /// IANA name of the zone in which instants are shown.
    pub time_zone: String,
    /// Name of the folder that it is published in, beside those of other periods; `None` hides the
    /// way to the list of all.
    pub folder: Option<String>,
    /// Periods of the same length that the exports speak of, this one included, oldest first. Whether
    /// there are reports of them the page can't know: it would differ with what lies beside it.
    pub periods: Vec<OtherPeriod>,
    /// The same results in other forms.
    pub downloads: Vec<Download>,
    /// In the order of the page.
    pub sections: Vec<Section>,
}

impl Report {
    /// Every table of the page, in its order.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.sections.iter().flat_map(|section| &section.blocks).filter_map(|block| match block {
            Block::Table(table) => Some(table),
            Block::Definitions(_) => None,
        })
    }
}

impl Section {
    /// Prefix of the ids of sections that a report of the reader's own adds.
    pub const OWN: &str = "own-";

    /// Whether it is in a report of the reader's own only.
    pub fn is_own(&self) -> bool {
        self.id.starts_with(Section::OWN)
    }
}

/// A period that a report may have been made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OtherPeriod {
    /// Such as `September 2026`.
    pub label: String,
    /// Of its folder, such as `2026-09`.
    pub name: String,
}

/// A file of this report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Download {
    /// Such as `Excel`.
    pub label: String,
    /// Relative to this report's folder, such as `sla-pack.xlsx`.
    pub href: String,
}

/// One `<h2>` of the page.
#[derive(Debug, Clone, Serialize)]
pub struct Section {
    /// Anchor, such as `verdict`; unique on the page.
    pub id: String,
    pub title: String,
    /// Takeaway sentences, shown under the heading.
    pub sentences: Vec<String>,
    /// Where some of them lead.
    pub links: Vec<SentenceLink>,
    /// Key figures, at most six.
    pub cards: Vec<Card>,
    pub blocks: Vec<Block>,
}

/// The rows that a sentence is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SentenceLink {
    /// Index in the section's `sentences`.
    pub sentence: usize,
    /// Slug of the table to go to.
    pub table: String,
    /// Filter and value, such as `clock` and `response`, or `status` and `missed`.
    pub filters: Vec<(String, String)>,
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
    /// The same as numbers, for workbooks.
    pub amounts: Amounts,
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

/// The numbers of a key figure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Amounts {
    /// A ratio 0-1 or a count; `None` where nothing was decided.
    pub value: Option<f64>,
    /// Whether `value` is a ratio.
    pub is_share: bool,
    pub numerator: Option<i64>,
    pub denominator: Option<i64>,
    /// The ratio less that of the period before.
    pub delta: Option<f64>,
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
    /// What opens below some of the rows; meant for those that were missed, are overdue or at risk.
    pub details: Vec<Detail>,
}

impl Table {
    /// The same with some of its rows, `total_rows` as before, and nothing drawn from them.
    pub fn with_rows(&self, rows: Vec<Vec<Cell>>) -> Table {
        Table {
            slug: self.slug.clone(),
            title: self.title.clone(),
            question: self.question.clone(),
            notes: self.notes.clone(),
            columns: self.columns.clone(),
            rows,
            total_rows: self.total_rows,
            is_filterable: self.is_filterable,
            figure: None,
            details: Vec::new(),
        }
    }
}

/// How one row came about: facts, and where the time went.
#[derive(Debug, Clone, Serialize)]
pub struct Detail {
    /// Index in the table's `rows`.
    pub row: usize,
    /// What it is about, such as `INC-1, Response`. Tables that share rows give
    /// the same name to the same detail: a page holds each name once.
    pub name: String,
    /// Rule, sum and verdict, as a label and a text each.
    pub facts: Vec<Definition>,
    /// In order of time, without overlap; gaps are left white.
    pub segments: Vec<Segment>,
    /// When the limit was used up; seconds since 1970-01-01T00:00:00Z.
    pub due_at: Option<i64>,
    /// Drawn below the segments.
    pub figure: Option<Figure>,
}

/// A stretch of a ticket's time in which nothing changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Segment {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub from_at: i64,
    /// Not part of the segment.
    pub until_at: i64,
    /// `queue`, `work`, `waiting` or `closed_hours`, as in the table `segments`; any other is drawn plain.
    pub kind: String,
    /// Who had the ticket, such as `Field service, A. Silva`.
    pub holder: Option<String>,
    /// What the clock counted of it, in seconds of its calendar.
    pub counted_s: i64,
}

impl Table {
    /// As many decimals as a column's values need, the same in every row.
    pub fn decimals(&self, at: usize) -> usize {
        let values = self.rows.iter().filter_map(|row| match row.get(at) {
            Some(Cell::Float(value)) if value.is_finite() => Some(value.abs()),
            _ => None,
        });
        let (mut is_whole, mut largest) = (true, 0.0_f64);
        for value in values {
            is_whole &= value.fract() == 0.0;
            largest = largest.max(value);
        }
        match largest {
            _ if is_whole => 0,
            large if large >= 100.0 => 1,
            middle if middle >= 1.0 => 2,
            _ => 3,
        }
    }
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
    /// One of this program's own words, such as `queue`; in the reader's language on paper.
    Word,
}

/// One value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Cell {
    Missing,
    Text(String),
    Int(i64),
    Float(f64),
}

/// Rows of a heat map or of bars that are drawn; more are left to the table below.
pub const DRAWN_ROWS: usize = 24;

/// A chart, before it is drawn.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    /// The language of its numbers and words.
    pub locale: Locale,
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
    /// Marks of `mcf`, `funnel` and `ecdf`, which have no categories and no series; cells of a `heatmap`
    /// within its outline; empty for other kinds.
    pub points: Vec<Point>,
    /// A dashed line at this value, labelled `target`; for `funnel` the mean of all, labelled so.
    pub target: Option<f64>,
    /// Of `spc`, one below the other; empty for other kinds.
    pub panels: Vec<Panel>,
    /// Of `timeline`, in any order; empty for other kinds.
    pub spans: Vec<Span>,
}

/// One line, or one set of bars; one row of a `heatmap`, one ticket or group of a `waterfall`.
#[derive(Debug, Clone, Serialize)]
pub struct Series {
    pub name: String,
    /// As many as the figure's categories; `None` leaves a gap.
    pub values: Vec<Option<f64>>,
}

/// One mark at a place given by two numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Point {
    /// The line that it belongs to; for `funnel` the unit that it stands for, for `heatmap` the row.
    pub series: String,
    /// For `mcf` an age in days, for `funnel` how many were decided, for `ecdf` a ratio of the limit, for
    /// `heatmap` the position of the category.
    pub x: f64,
    pub y: f64,
    /// Ends of a band around `y`.
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    /// Control limits at this `x`: lower and upper of 95 %, lower and upper of 99.8 %.
    pub limits: Option<[f64; 4]>,
}

/// Shares over time, more being better, and how far they vary by themselves.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Panel {
    pub name: String,
    /// As many as the figure's categories; `None` leaves a gap.
    pub values: Vec<Option<f64>>,
    pub target: Option<f64>,
    /// `None` where there are too few values for limits.
    pub control: Option<Control>,
}

/// What values vary around, and which of them chance doesn't explain.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Control {
    pub mean: f64,
    /// Lower and upper, as many as the values.
    pub limits: Vec<Option<[f64; 2]>>,
    /// Up to the latest value; empty where there are too few for rules.
    pub variations: Vec<Variation>,
    /// Against the limits of the latest value; `None` without a target or with too few values.
    pub assurance: Option<Assurance>,
    /// The limits come from few values.
    pub is_trial: bool,
}

/// Whether chance explains a value (NHS, Making Data Count).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Variation {
    Common,
    /// Special cause, above the mean.
    Improvement,
    /// Special cause, not above the mean.
    Concern,
}

/// What to expect of a target while nothing changes (NHS, Making Data Count).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Assurance {
    /// The target lies below the limits.
    Pass,
    /// The target lies between the limits.
    HitOrMiss,
    /// The target lies above the limits.
    Fail,
}

/// A stretch of a ticket's life, or an instant of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Span {
    pub kind: SpanKind,
    /// A status, or what happened.
    pub name: String,
    /// Hours of real time since the first instant of the figure.
    pub from_h: f64,
    /// As `from_h` for an instant.
    pub until_h: f64,
}

/// How a span of a timeline counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum SpanKind {
    /// A status in which the clock runs.
    Running,
    /// A status in which the clock is paused.
    Paused,
    /// Outside the calendar's hours; lies over the others.
    Closed,
    /// An instant at which something happened.
    Event,
    /// The instant at which the limit is used up.
    Limit,
}

/// A `mcf`, `ecdf`, `spc` or `waterfall` has at most this many lines, panels or groups.
pub const MAX_CURVES: usize = 4;

/// An `ecdf` ends at this ratio of the limit.
pub const MAX_USED: f64 = 3.0;

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
    /// Cells in rows of series and columns of categories, the darker the more.
    Heatmap,
    /// Shares over time with their mean, limits of chance and what they don't explain.
    Spc,
    /// Step lines: the share that has ended by a share of the limit.
    Ecdf,
    /// Bars from all the time to the time that counts, less what doesn't.
    Waterfall,
    /// One ticket's statuses in a lane, with pauses, closed hours and what happened.
    Timeline,
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
            // With the outline.
            ChartKind::Heatmap => matches!(columns, 1 | 2),
            // Part and whole; ended and still open; until and kind.
            ChartKind::Spc | ChartKind::Ecdf | ChartKind::Timeline => columns == 2,
            // All, at least one part that doesn't count, what counts, the limit.
            ChartKind::Waterfall => columns >= 4,
            ChartKind::Line | ChartKind::Bar | ChartKind::Hbar | ChartKind::Pareto => columns > 0,
        }
    }
}

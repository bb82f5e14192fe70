//! One ticket's statuses in a lane: pauses striped, closed hours hatched, and
//! above it what happened when.

use std::cmp::Reverse;
use std::ops::Range;

use plotters::element::{PathElement, Rectangle};
use plotters::style::{Color, RGBColor};

use super::colour::{CONTEXT, INK, MET, MISSED, MUTED, TARGET};
use super::plane::Axis;
use super::text::{self, Anchor, LEADING, Weight};
use super::{Area, Drawn, Fallible, WIDTH};
use crate::paper::locale::Locale;
use crate::paper::{Figure, Span, SpanKind};

const LANE: i32 = 64;
/// Names of statuses, below the lane.
const NAMES: i32 = LEADING + 8;
/// Ticks, label of the axis, key.
const FOOT: i32 = NAMES + 14 + 2 * LEADING + 24 + LEADING;
const MAX_NAME: i32 = 520;
/// Narrower statuses have no room for a name.
const MIN_NAME: usize = 44;
/// Statuses drawn, the longest first; the others are too short to be seen.
const MAX_SPANS: usize = 120;
const MAX_MARKERS: usize = 10;
/// Closed hours narrower than this are left out, and the key says so.
const MIN_CLOSED: i32 = 10;
/// From one line of a hatching to the next.
const HATCH: i32 = 14;
const STRIPE: i32 = 12;
/// Beyond this, hours lose their meaning as a float.
const MAX: f64 = 1e9;

/// Whether there is a stretch of time to draw.
pub fn is_drawable(figure: &Figure) -> bool {
    last(figure) > 0.0
}

fn spans(figure: &Figure) -> impl Iterator<Item = &Span> {
    let is_placed = |span: &&Span| span.from_h >= 0.0 && span.until_h >= span.from_h && span.until_h <= MAX;
    figure.spans.iter().filter(is_placed)
}

fn last(figure: &Figure) -> f64 {
    spans(figure).filter(|span| span.kind != SpanKind::Closed).map(|span| span.until_h).fold(0.0, f64::max)
}

/// Height of the canvas, by the rows that the names of events need.
pub fn height(figure: &Figure) -> Fallible<u32> {
    Ok((top(&markers(figure)?) + LANE + FOOT).unsigned_abs())
}

/// Where the lane starts.
fn top(markers: &[Marker<'_>]) -> i32 {
    let rows = markers.iter().map(|marker| marker.row + 1).max().unwrap_or(0);
    rows * LEADING + 20
}

/// Hours to columns of the canvas.
fn x(hours: f64, last: f64) -> i32 {
    (hours / last * f64::from(WIDTH as i32 - 4)).round() as i32 + 2
}

/// Draws the figure.
pub fn draw(figure: &Figure, area: &Area<'_>) -> Drawn {
    let last = last(figure);
    let markers = markers(figure)?;
    let top = top(&markers);
    let lane = top..top + LANE;
    let limit = spans(figure).find(|span| span.kind == SpanKind::Limit).map(|span| x(span.from_h, last));
    let of_kind = |kind| spans(figure).filter(move |span| span.kind == kind);
    let columns = |span: &Span| x(span.from_h, last)..x(span.until_h, last).min(WIDTH as i32 - 2);
    let closed: Vec<Range<i32>> = of_kind(SpanKind::Closed).map(columns).collect();
    let shown: Vec<Range<i32>> =
        closed.iter().filter(|columns| columns.end - columns.start >= MIN_CLOSED).cloned().collect();

    let mut statuses: Vec<&Span> = of_kind(SpanKind::Running).chain(of_kind(SpanKind::Paused)).collect();
    statuses.sort_by_key(|span| Reverse(columns(span).len()));
    statuses.truncate(MAX_SPANS);
    let mut is_over = false;
    for span in &statuses {
        is_over |= status(span, columns(span), &shown, limit, &lane, area)?;
    }
    for columns in &shown {
        hatch(columns, &lane, area)?;
    }
    for span in &statuses {
        name(span, columns(span), lane.end + 4 + LEADING / 2, area)?;
    }
    for marker in &markers {
        marker.draw(lane.end, area)?;
    }
    axis(figure, last, lane.end + NAMES, area)?;
    let is_cut = shown.len() < closed.len();
    let kinds: Vec<Kind> = [
        (Kind::Running, statuses.iter().any(|span| span.kind == SpanKind::Running)),
        (Kind::Over, is_over),
        (Kind::Paused, statuses.iter().any(|span| span.kind == SpanKind::Paused)),
        (Kind::Closed { is_cut }, !closed.is_empty()),
    ]
    .into_iter()
    .filter_map(|(kind, is_seen)| is_seen.then_some(kind))
    .collect();
    key(&kinds, figure.locale, lane.end + FOOT - LEADING / 2 - 4, area)
}

/// Draws a status and returns whether some of it ran beyond the limit.
fn status(
    span: &Span,
    columns: Range<i32>,
    closed: &[Range<i32>],
    limit: Option<i32>,
    lane: &Range<i32>,
    area: &Area<'_>,
) -> Fallible<bool> {
    if span.kind == SpanKind::Paused {
        stripes(&columns, lane, area)?;
        return Ok(false);
    }
    let mut is_over = false;
    for (piece, is_closed, is_late) in pieces(&columns, closed, limit) {
        let colour = if is_late { MISSED } else { MET };
        let opacity = if is_closed { 0.22 } else { 1.0 };
        // A gap keeps neighbouring statuses apart.
        let gap = if piece.end == columns.end && piece.len() > 4 { 2 } else { 0 };
        let corners = [(piece.start, lane.start), (piece.end - gap, lane.end)];
        area.draw(&Rectangle::new(corners, colour.mix(opacity).filled()))?;
        is_over |= is_late;
    }
    Ok(is_over)
}

/// The parts of a status, each with whether it is closed and whether it lies
/// beyond the limit.
fn pieces(columns: &Range<i32>, closed: &[Range<i32>], limit: Option<i32>) -> Vec<(Range<i32>, bool, bool)> {
    let mut cuts = vec![columns.start, columns.end];
    cuts.extend(closed.iter().flat_map(|own| [own.start, own.end]).chain(limit));
    cuts.retain(|cut| (columns.start..=columns.end).contains(cut));
    cuts.sort_unstable();
    cuts.dedup();
    let piece = |pair: &[i32]| {
        let is_closed = closed.iter().any(|own| own.start <= pair[0] && pair[1] <= own.end);
        (pair[0]..pair[1], is_closed, limit.is_some_and(|limit| pair[0] >= limit))
    };
    cuts.windows(2).map(piece).collect()
}

fn stripes(columns: &Range<i32>, lane: &Range<i32>, area: &Area<'_>) -> Drawn {
    let corners = [(columns.start, lane.start), (columns.end, lane.end)];
    area.draw(&Rectangle::new(corners, CONTEXT.mix(0.2).filled()))?;
    let first = columns.start.div_euclid(STRIPE) + 1;
    for at in (first..).map(|index| index * STRIPE).take_while(|at| *at < columns.end) {
        area.draw(&PathElement::new(vec![(at, lane.start), (at, lane.end)], CONTEXT.stroke_width(4)))?;
    }
    Ok(())
}

/// Lines that rise to the right, continuous from one stretch to the next.
fn hatch(columns: &Range<i32>, lane: &Range<i32>, area: &Area<'_>) -> Drawn {
    let height = lane.end - lane.start;
    let first = columns.start.div_euclid(HATCH);
    // A line that starts at a column of the lane's bottom ends as far to the right as the lane is high.
    for start in (first - height / HATCH - 1..).map(|index| index * HATCH).take_while(|at| *at < columns.end)
    {
        let (from, until) = (start.max(columns.start), (start + height).min(columns.end));
        if from < until {
            let place = |at: i32| (at, lane.end - (at - start));
            area.draw(&PathElement::new(vec![place(from), place(until)], MUTED.stroke_width(2)))?;
        }
    }
    Ok(())
}

/// The name of a status below it, as much of it as fits.
fn name(span: &Span, columns: Range<i32>, y: i32, area: &Area<'_>) -> Drawn {
    if columns.len() < MIN_NAME {
        return Ok(());
    }
    let name = text::fit(&span.name, columns.end - columns.start - 6, Weight::Regular)?;
    let middle = columns.start.midpoint(columns.end);
    text::draw(area, &name, (middle, y), Anchor::Middle, Weight::Regular, INK)
}

/// An instant with its name in a row above the lane; row 0 is the lowest.
struct Marker<'a> {
    span: &'a Span,
    at: i32,
    name: String,
    columns: Range<i32>,
    row: i32,
}

/// Each name above those that it would otherwise touch: names right of their
/// line from right to left, then the others, so that no line runs through one.
fn markers(figure: &Figure) -> Fallible<Vec<Marker<'_>>> {
    let last = last(figure);
    let is_instant = |span: &&Span| matches!(span.kind, SpanKind::Event | SpanKind::Limit);
    let mut instants: Vec<&Span> = spans(figure).filter(is_instant).collect();
    instants.sort_by(|a, b| a.from_h.total_cmp(&b.from_h).then_with(|| a.name.cmp(&b.name)));
    instants.truncate(MAX_MARKERS);
    let mut placed = Vec::new();
    for span in instants {
        let at = x(span.from_h, last);
        let name = text::fit(&span.name, MAX_NAME, weight(span))?;
        let width = text::width(&name, weight(span))?;
        let is_left = at + 8 + width > WIDTH as i32;
        let columns = if is_left { at - 8 - width..at - 8 } else { at + 8..at + 8 + width };
        placed.push(Marker { span, at, name, columns, row: 0 });
    }
    let (lefts, mut rights): (Vec<_>, Vec<_>) =
        placed.into_iter().partition(|marker| marker.columns.end < marker.at);
    rights.reverse();
    let mut markers: Vec<Marker<'_>> = Vec::new();
    for mut marker in rights.into_iter().chain(lefts) {
        let columns = marker.columns.start - 12..marker.columns.end + 12;
        let touches = |other: &&Marker<'_>| {
            columns.contains(&other.at)
                || (other.columns.start < columns.end && columns.start < other.columns.end)
        };
        marker.row = markers.iter().filter(touches).map(|other| other.row + 1).max().unwrap_or(0);
        markers.push(marker);
    }
    let rows = markers.iter().map(|marker| marker.row).max().unwrap_or(0);
    for marker in &mut markers {
        // Counted from the top of the canvas from here on.
        marker.row = rows - marker.row;
    }
    Ok(markers)
}

fn weight(span: &Span) -> Weight {
    if span.kind == SpanKind::Limit { Weight::Bold } else { Weight::Regular }
}

impl Marker<'_> {
    fn draw(&self, bottom: i32, area: &Area<'_>) -> Drawn {
        let y = self.row * LEADING + LEADING / 2 + 2;
        let style = if self.span.kind == SpanKind::Limit { TARGET } else { INK }.stroke_width(3);
        let line = vec![(self.at, y - LEADING / 2 + 2), (self.at, bottom)];
        area.draw(&PathElement::new(line, style))?;
        text::draw(area, &self.name, (self.columns.start, y), Anchor::Left, weight(self.span), INK)
    }
}

fn axis(figure: &Figure, last: f64, y: i32, area: &Area<'_>) -> Drawn {
    let label = figure.x_label.as_str();
    let axis = Axis::hours(last, label, figure.locale);
    let mut free = 0;
    for (tick, label) in &axis.ticks {
        let at = x(*tick, last);
        area.draw(&PathElement::new(vec![(at, y), (at, y + 7)], MUTED.stroke_width(2)))?;
        let half = text::width(label, Weight::Regular)? / 2;
        let middle = at.clamp(half, WIDTH as i32 - half);
        if middle - half >= free {
            let place = (middle, y + 14 + LEADING / 2);
            text::draw(area, label, place, Anchor::Middle, Weight::Regular, MUTED)?;
            free = middle + half + 14;
        }
    }
    let place = (WIDTH as i32 / 2, y + 14 + LEADING + LEADING / 2);
    text::draw(area, &axis.label, place, Anchor::Middle, Weight::Regular, MUTED)
}

/// What the lane's parts look like.
#[derive(Clone, Copy)]
enum Kind {
    Running,
    Over,
    Paused,
    Closed { is_cut: bool },
}

fn key(kinds: &[Kind], locale: Locale, y: i32, area: &Area<'_>) -> Drawn {
    let mut x = 0;
    for kind in kinds {
        let (columns, rows) = (x..x + 44, y - 13..y + 13);
        let fill = |colour: RGBColor| {
            Rectangle::new([(columns.start, rows.start), (columns.end, rows.end)], colour.filled())
        };
        let words = match kind {
            Kind::Running => {
                area.draw(&fill(MET))?;
                locale.text("clock runs")
            }
            Kind::Over => {
                area.draw(&fill(MISSED))?;
                locale.text("over the limit")
            }
            Kind::Paused => {
                stripes(&columns, &rows, area)?;
                locale.text("paused")
            }
            Kind::Closed { is_cut } => {
                hatch(&columns, &rows, area)?;
                match is_cut {
                    true => locale.text("closed hours, where wide enough to be seen"),
                    false => locale.text("closed hours"),
                }
            }
        };
        text::draw(area, words, (x + 56, y), Anchor::Left, Weight::Regular, MUTED)?;
        x += 56 + text::width(words, Weight::Regular)? + 34;
    }
    Ok(())
}

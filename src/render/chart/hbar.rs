//! Horizontal bars: single, stacked, or in descending order with their
//! cumulative share.

use plotters::element::{PathElement, Rectangle};
use plotters::style::{Color, RGBColor};

use super::colour::{self, CONTEXT, GRID, INK, MET, MUTED, TARGET};
use super::frame;
use super::scale::{self, Scale};
use super::text::{self, Anchor, LEADING, Weight};
use super::{Area, Drawn, Fallible, WIDTH, at};
use crate::paper::locale::phrase;
use crate::paper::{ChartKind, DRAWN_ROWS, Figure, Series};

const ROW: i32 = 46;
const BAR: i32 = 30;
const HEAD: i32 = 44;
const MAX_NAME: i32 = 420;
/// Off the canvas on any side.
const FAR: f64 = 1e5;

/// Height of the canvas, by the number of rows.
pub fn height(figure: &Figure) -> Fallible<u32> {
    let rows = figure.categories.len().min(DRAWN_ROWS) as i32;
    let key = if is_stacked(figure) { frame::key_height(&names(figure))? } else { 0 };
    let rest = if figure.categories.len() > DRAWN_ROWS { LEADING } else { 0 };
    let target = if figure.target.is_some() { LEADING } else { 0 };
    Ok(u32::try_from(HEAD + key + target + rows * ROW + rest + 12)?)
}

/// Draws bars of their own colour from 0, each with its value.
pub fn draw(figure: &Figure, area: &Area<'_>) -> Drawn {
    let is_stack = is_stacked(figure);
    let (low, high) = if is_stack { scale::stacked_extent(figure) } else { scale::extent(figure) };
    let colours = colour::of(figure);
    let names = names(figure);
    let mut top = HEAD;
    heading(area, &figure.y_label)?;
    if is_stack {
        frame::key(area, &names, HEAD)?;
        top += frame::key_height(&names)?;
    }
    let labels = if is_stack { Vec::new() } else { values(figure) };
    let plot = Plot::new(figure, &labels, (low, high), top)?;
    plot.names(figure, area)?;
    for index in 0..plot.rows {
        let mut from = 0.0;
        for (series, colour) in figure.series.iter().zip(&colours) {
            let Some(value) = at(&series.values, index) else {
                continue;
            };
            let (x0, x1) = (plot.x(from), plot.x(from + value));
            // Two units of background keep neighbouring parts apart.
            let gap = if is_stack && x1 - x0 > 4 { 2 } else { 0 };
            let y = plot.y(index);
            let corners = [(x0.min(x1), y - BAR / 2), (x0.max(x1) - gap, y + BAR / 2)];
            area.draw(&Rectangle::new(corners, colour.filled()))?;
            if is_stack {
                let label = scale::short(figure, value);
                if text::width(&label, Weight::Regular)? + 12 <= x1 - x0 {
                    let place = (x0.midpoint(x1), y);
                    let ink = colour::on(*colour);
                    text::draw(area, &label, place, Anchor::Middle, Weight::Regular, ink)?;
                }
                from += value;
            }
        }
    }
    plot.ends(area, &labels)?;
    plot.target(figure, area)
}

/// Draws bars in the order given, largest first; those up to 80 % of the sum stand out.
pub fn draw_pareto(figure: &Figure, area: &Area<'_>) -> Drawn {
    let Some(series) = figure.series.first() else {
        return Ok(());
    };
    let all: Vec<Option<f64>> = (0..figure.categories.len()).map(|i| at(&series.values, i)).collect();
    let sums: Vec<f64> = all
        .iter()
        .scan(0.0, |sum, value| {
            *sum += value.unwrap_or(0.0).max(0.0);
            Some(*sum)
        })
        .collect();
    let total = sums.last().copied().unwrap_or(0.0);
    let part = |sum: f64| if total > 0.0 { sum / total } else { 0.0 };
    let labels: Vec<String> = all
        .iter()
        .zip(&sums)
        .map(|(value, sum)| match value {
            Some(value) => {
                format!("{} · {}", scale::short(figure, *value), figure.locale.share(part(*sum)))
            }
            None => "–".to_owned(),
        })
        .collect();
    let measure =
        phrase!(figure.locale, "{measure} · cumulative share; blue: the first 80%", measure = figure.y_label);
    heading(area, &measure)?;
    let high = all.iter().copied().flatten().fold(0.0, f64::max);
    let plot = Plot::new(figure, &labels, (0.0, high), HEAD)?;
    plot.names(figure, area)?;
    for (index, value) in all.iter().enumerate().take(plot.rows) {
        let Some(value) = value else {
            continue;
        };
        let before = if index == 0 { 0.0 } else { part(sums[index - 1]) };
        let colour = if before < 0.8 { MET } else { CONTEXT };
        let y = plot.y(index);
        let corners = [(plot.x(0.0), y - BAR / 2), (plot.x(*value), y + BAR / 2)];
        area.draw(&Rectangle::new(corners, colour.filled()))?;
    }
    plot.ends(area, &labels)
}

fn is_stacked(figure: &Figure) -> bool {
    figure.kind == ChartKind::Hbar && figure.series.len() > 1
}

/// Parts and their colours, for the key: those that are anywhere more than nothing.
fn names(figure: &Figure) -> Vec<(&str, RGBColor)> {
    let is_seen = |series: &Series| series.values.iter().flatten().any(|value| *value != 0.0);
    let is_any = figure.series.iter().any(is_seen);
    let names = figure.series.iter().zip(colour::of(figure));
    let seen = names.filter(|(series, _)| !is_any || is_seen(series));
    seen.map(|(series, colour)| (series.name.as_str(), colour)).collect()
}

fn values(figure: &Figure) -> Vec<String> {
    let Some(series) = figure.series.first() else {
        return Vec::new();
    };
    (0..figure.categories.len())
        .map(|i| at(&series.values, i).map_or("–".into(), |value| scale::short(figure, value)))
        .collect()
}

fn heading(area: &Area<'_>, label: &str) -> Drawn {
    let label = text::fit(label, WIDTH as i32, Weight::Regular)?;
    text::draw(area, &label, (0, 18), Anchor::Left, Weight::Regular, MUTED)
}

/// Where rows and values lie on the canvas.
struct Plot {
    /// Of the rows, as they fit.
    names: Vec<String>,
    left: i32,
    right: i32,
    top: i32,
    rows: usize,
    low: f64,
    high: f64,
    is_target_above: bool,
}

impl Plot {
    fn new(figure: &Figure, labels: &[String], (low, high): (f64, f64), top: i32) -> Fallible<Plot> {
        let names = figure.categories.iter().take(DRAWN_ROWS).map(|name| (name.as_str(), Weight::Regular));
        let names = text::fit_all(names, MAX_NAME)?;
        let mut left = 0;
        for name in &names {
            left = left.max(text::width(name, Weight::Regular)?);
        }
        let mut right = 8;
        for label in labels {
            right = right.max(text::width(label, Weight::Regular)? + 24);
        }
        let scale = Scale::from_zero(low, high, false);
        // Shares show what is missing from the whole, unless all are small.
        let is_of_whole = figure.unit == "%" && (0.5..1.0).contains(&high);
        let is_target_above = figure.target.is_some();
        Ok(Plot {
            names,
            left: left + 16,
            right: WIDTH as i32 - right,
            top: top + if is_target_above { LEADING } else { 0 },
            rows: figure.categories.len().min(DRAWN_ROWS),
            low: low.min(0.0),
            high: match high {
                _ if is_of_whole => 1.0,
                high if high > 0.0 => high,
                _ => scale.high,
            },
            is_target_above,
        })
    }

    fn x(&self, value: f64) -> i32 {
        let room = f64::from(self.right - self.left);
        self.left + ((value - self.low) / (self.high - self.low) * room).round().clamp(-FAR, FAR) as i32
    }

    fn y(&self, row: usize) -> i32 {
        self.top + row as i32 * ROW + ROW / 2
    }

    fn bottom(&self) -> i32 {
        self.top + self.rows as i32 * ROW
    }

    fn names(&self, figure: &Figure, area: &Area<'_>) -> Drawn {
        for (index, name) in self.names.iter().enumerate() {
            let place = (self.left - 14, self.y(index));
            text::draw(area, name, place, Anchor::Right, Weight::Regular, INK)?;
        }
        let axis = vec![(self.x(0.0), self.top), (self.x(0.0), self.bottom())];
        area.draw(&PathElement::new(axis, GRID.stroke_width(2)))?;
        if figure.categories.len() > self.rows {
            let rest = phrase!(
                figure.locale,
                "The first {n} of {all}; the CSV file has all.",
                n = self.rows,
                all = figure.locale.count(figure.categories.len() as i64)
            );
            let place = (self.left, self.bottom() + LEADING / 2);
            text::draw(area, &rest, place, Anchor::Left, Weight::Regular, MUTED)?;
        }
        Ok(())
    }

    /// Values right of the bars.
    fn ends(&self, area: &Area<'_>, labels: &[String]) -> Drawn {
        for (index, label) in labels.iter().take(self.rows).enumerate() {
            let place = (self.right + 12, self.y(index));
            text::draw(area, label, place, Anchor::Left, Weight::Regular, INK)?;
        }
        Ok(())
    }

    fn target(&self, figure: &Figure, area: &Area<'_>) -> Drawn {
        let Some((value, label)) = frame::target_label(figure).filter(|_| self.is_target_above) else {
            return Ok(());
        };
        let x = self.x(value);
        let line = vec![(x, self.top), (x, self.bottom())];
        area.draw(&PathElement::new(line, TARGET.stroke_width(2)))?;
        let label = text::fit(&label, WIDTH as i32, Weight::Regular)?;
        let half = text::width(&label, Weight::Regular)? / 2;
        let x = x.clamp(half, WIDTH as i32 - half);
        text::draw(area, &label, (x, self.top - LEADING / 2), Anchor::Middle, Weight::Regular, MUTED)
    }
}

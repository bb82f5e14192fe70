//! What charts over a numeric x axis share: the axis, its ticks and its label.

use plotters::element::PathElement;
use plotters::style::Color;

use super::colour::MUTED;
use super::frame::{self, Chart, Margins};
use super::scale::{Scale, nice_step};
use super::text::{self, Anchor, LEADING, Weight};
use super::{Area, Fallible, WIDTH, has_place};
use crate::paper::locale::Locale;
use crate::paper::{Figure, Point};

/// Between labels, and from the plot to them.
const GAP: i32 = 14;
/// Mean length of a year of the Gregorian calendar's four-year cycle, and a twelfth of it.
const YEAR: f64 = 365.25;
const MONTH: f64 = YEAR / 12.0;

/// A numeric x axis with its ticks.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    pub low: f64,
    pub high: f64,
    /// Where, and what stands there.
    pub ticks: Vec<(f64, String)>,
    pub label: String,
}

impl Axis {
    /// From 0, in whole numbers.
    pub fn counts(high: f64, label: &str, locale: Locale) -> Axis {
        let high = high.max(1.0);
        // The largest stands clear of the end.
        Axis::stepped(0.0, high * 1.03, nice_step(high / 7.0).max(1.0), 1.0, label.to_owned(), locale)
    }

    /// From 0, in steps that suit a share of something, as percentages.
    pub fn shares(high: f64, step: f64, label: &str, locale: Locale) -> Axis {
        let mut axis = Axis::stepped(0.0, high, step, 1.0, label.to_owned(), locale);
        for (at, text) in &mut axis.ticks {
            *text = format!("{}%", locale.number(*at * 100.0, 0));
        }
        axis
    }

    /// Of real time in hours, in the unit that suits the longest.
    pub fn hours(high: f64, label: &str, locale: Locale) -> Axis {
        let (unit, size, steps) = match high {
            high if high < 2.0 => (locale.text("minutes"), 1.0 / 60.0, [1.0, 2.0, 5.0, 10.0, 15.0]),
            high if high <= 72.0 => (locale.text("hours"), 1.0, [1.0, 2.0, 3.0, 6.0, 12.0]),
            _ => (locale.text("days"), 24.0, [1.0, 2.0, 7.0, 14.0, 28.0]),
        };
        let span = high / size;
        let fitting = steps.into_iter().find(|step| span / step <= 16.0);
        let step = fitting.unwrap_or_else(|| nice_step(span / 10.0));
        Axis::stepped(0.0, high, step, size, format!("{label} ({unit})").trim().to_owned(), locale)
    }

    /// Of ages in days, in the unit that suits the longest.
    pub fn ages(low: f64, high: f64, label: &str, locale: Locale) -> Axis {
        let (low, high) = (low.min(0.0), high.max(1.0));
        let (unit, size) = match high - low {
            span if span >= 3.0 * YEAR => (locale.text("years"), YEAR),
            span if span >= 3.0 * MONTH => (locale.text("months"), MONTH),
            _ => (locale.text("days"), 1.0),
        };
        let span = (high - low) / size;
        let step = match size {
            MONTH => [1.0, 2.0, 3.0, 6.0].into_iter().find(|step| span / step <= 9.0).unwrap_or(6.0),
            _ => nice_step(span / 8.0).max(1.0),
        };
        let bare = label.trim_end_matches(')').trim_end_matches(locale.text("days"));
        let bare = bare.trim_end_matches(['(', ',', ' ']);
        Axis::stepped(low, high, step, size, format!("{bare} ({unit})").trim().to_owned(), locale)
    }

    fn stepped(low: f64, high: f64, step: f64, size: f64, label: String, locale: Locale) -> Axis {
        let first = (low / size / step).ceil() as i64;
        let last = (high / size / step + 1e-9).floor() as i64;
        let ticks = (first..=last.min(first + 40))
            .map(|n| n as f64 * step)
            .map(|tick| (tick * size, locale.number(tick, 0)))
            .collect();
        Axis { low, high, ticks, label }
    }
}

/// The points that have a place on paper, in the order of `x`.
pub fn drawable(figure: &Figure) -> Vec<&Point> {
    let mut points: Vec<&Point> =
        figure.points.iter().filter(|point| has_place(&point.x) && has_place(&point.y)).collect();
    points.sort_by(|a, b| a.x.total_cmp(&b.x));
    points
}

/// Draws grid, ticks and labels of both axes, and returns the plot to draw in.
pub fn plane<'a, 'b>(
    figure: &Figure,
    area: &'a Area<'b>,
    axis: &Axis,
    scale: &Scale,
    right: i32,
    top: i32,
) -> Fallible<Chart<'a, 'b>> {
    let bottom = 16 + LEADING + if axis.label.is_empty() { 0 } else { LEADING };
    let chart = frame::values(figure, area, scale, Margins { top, right, bottom }, (axis.low, axis.high))?;
    let mut free = 0;
    for (tick, label) in &axis.ticks {
        let (x, y) = chart.backend_coord(&(*tick, scale.low));
        area.draw(&PathElement::new(vec![(x, y), (x, y + 7)], MUTED.stroke_width(2)))?;
        let half = text::width(label, Weight::Regular)? / 2;
        let middle = x.clamp(half.min(WIDTH as i32 / 2), WIDTH as i32 - half.min(WIDTH as i32 / 2));
        if middle - half >= free {
            let place = (middle, y + GAP + LEADING / 2);
            text::draw(area, label, place, Anchor::Middle, Weight::Regular, MUTED)?;
            free = middle + half + GAP;
        }
    }
    let (x, y) = chart.backend_coord(&(axis.low.midpoint(axis.high), scale.low));
    let label = text::fit(&axis.label, WIDTH as i32, Weight::Regular)?;
    let half = text::width(&label, Weight::Regular)?.min(WIDTH as i32) / 2;
    let place = (x.clamp(half, WIDTH as i32 - half), y + GAP + LEADING + LEADING / 2);
    text::draw(area, &label, place, Anchor::Middle, Weight::Regular, MUTED)?;
    Ok(chart)
}

/// The first place, and the last of those that share a cell.
pub fn thinned<T: Copy>(places: &[T], cell: i32, x: impl Fn(&T) -> i32) -> Vec<T> {
    let is_last = |index: &usize| match places.get(index + 1) {
        Some(next) => *index == 0 || x(next) / cell != x(&places[*index]) / cell,
        None => true,
    };
    (0..places.len()).filter(is_last).map(|index| places[index]).collect()
}

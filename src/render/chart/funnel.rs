//! A dot for each unit over how many were decided, between limits of chance
//! that come with the data.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use plotters::element::{Circle, PathElement};
use plotters::style::{Color, RGBColor};

use super::callouts::{self, Mark, Patch};
use super::colour::{self, CONTEXT, INK, INNER, MUTED, OUTER};
use super::ends::{self, Label, REACH};
use super::frame::Chart;
use super::plane::{self, Axis};
use super::scale::{self, Scale};
use super::text::{self, Anchor, LEADING, Weight};
use super::{Area, Drawn, Fallible, has_place};
use crate::paper::locale::phrase;
use crate::paper::{Figure, Point};

/// More units than this are left to the table below the figure.
const MAX_DOTS: usize = 700;
/// Names that are tried; more never find room.
const MAX_NAMES: usize = 60;
/// Columns of the canvas that share one corner of a limit.
const CELL: i32 = 5;
/// Room for the key, and under it for the names of units at the very top.
const KEY: i32 = LEADING + 24;

/// How far from the mean a unit lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Within,
    /// Outside the limits of 95 %.
    Outside,
    /// Outside the limits of 99.8 %.
    Far,
}

impl Place {
    /// Where the point lies; within if it comes without limits.
    pub fn of(point: &Point) -> Place {
        match point.limits {
            Some([_, _, low, high]) if point.y < low || point.y > high => Place::Far,
            Some([low, high, ..]) if point.y < low || point.y > high => Place::Outside,
            _ => Place::Within,
        }
    }

    fn radius(self) -> i32 {
        match self {
            Place::Within => 5,
            Place::Outside => 7,
            Place::Far => 10,
        }
    }
}

/// Draws the figure.
pub fn draw(figure: &Figure, area: &Area<'_>) -> Drawn {
    let points = plane::drawable(figure);
    let has_limits = points.iter().any(|point| point.limits.is_some());
    let scale = scale_of(figure, &points);
    let largest = points.last().map_or(0.0, |point| point.x);
    let mut axis = Axis::counts(largest, &figure.x_label, figure.locale);
    let dots = dots(&points);
    if dots.len() < points.len() {
        let count = |marks: &[&Point]| figure.locale.count(marks.len() as i64);
        axis.label = phrase!(
            figure.locale,
            "{measure} · the first {n} of {all}: those outside the limits, then the largest",
            measure = axis.label,
            n = count(&dots),
            all = count(&points)
        );
    }
    let texts =
        [mean(figure).map(|(_, text)| text), has_limits.then(|| phrase!(figure.locale, "99.8% limits"))];
    let mut right = 0;
    for text in texts.iter().flatten() {
        right = right.max(text::width(text, Weight::Regular)?);
    }
    let top = if has_limits { KEY } else { 0 };
    let chart = plane::plane(figure, area, &axis, &scale, right + REACH + 2, top)?;
    if has_limits {
        key(figure, area)?;
    }
    let lines = limits(figure, &points, &scale, area, &chart)?;
    marks(&dots, figure, area, &chart)?;
    names(&dots, &lines, area, &chart)
}

/// Around the units, the mean and the ends of the limits.
fn scale_of(figure: &Figure, points: &[&Point]) -> Scale {
    let ends = points.iter().rev().find_map(|point| point.limits).into_iter().flatten();
    let (low, high) = points
        .iter()
        .map(|point| point.y)
        .chain(mean(figure).map(|(mean, _)| mean))
        .chain(ends.filter(|limit| (0.0..=1.0).contains(limit)))
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if figure.unit == "%" { Scale::around(low, high) } else { Scale::from_zero(low, high, false) }
}

fn mean(figure: &Figure) -> Option<(f64, String)> {
    let mean = figure.target.filter(has_place)?;
    Some((mean, phrase!(figure.locale, "mean {value}", value = scale::short(figure, mean))))
}

/// The units drawn, the farthest from the mean last, so that they lie above the others.
fn dots<'a>(points: &[&'a Point]) -> Vec<&'a Point> {
    let mut dots = points.to_vec();
    dots.sort_by(|a, b| (Place::of(b), b.x).partial_cmp(&(Place::of(a), a.x)).unwrap_or(Ordering::Equal));
    dots.truncate(MAX_DOTS);
    dots.reverse();
    dots
}

/// What the dots mean, above the plot; both ends of the measure have their colour.
fn key(figure: &Figure, area: &Area<'_>) -> Drawn {
    let locale = figure.locale;
    let (high, low) = colour::of_ends(&figure.y_label, locale);
    let entries: [(Place, &[RGBColor], &str); 3] = [
        (Place::Within, &[CONTEXT], locale.text("within 95% limits")),
        (Place::Outside, &[low, high], locale.text("outside 95% limits")),
        (Place::Far, &[low, high], locale.text("outside 99.8% limits, named where there is room")),
    ];
    let (mut x, y) = (0, 18 + LEADING + 10);
    for (place, colours, text) in entries {
        for colour in colours {
            let r = place.radius();
            dot(area, (x + r + 1, y), place, *colour)?;
            x += 2 * r + 6;
        }
        x += 6;
        text::draw(area, text, (x, y), Anchor::Left, Weight::Regular, MUTED)?;
        x += text::width(text, Weight::Regular)? + 34;
    }
    Ok(())
}

/// Small, hollow or large, so that no difference is one of colour alone.
fn dot(area: &Area<'_>, at: (i32, i32), place: Place, colour: RGBColor) -> Drawn {
    let style = if place == Place::Outside { colour.stroke_width(3) } else { colour.filled() };
    area.draw(&Circle::new(at, place.radius(), style))?;
    Ok(())
}

/// Draws mean and limits with their labels; returns where the lines run.
fn limits(
    figure: &Figure,
    points: &[&Point],
    scale: &Scale,
    area: &Area<'_>,
    chart: &Chart<'_, '_>,
) -> Fallible<Vec<(i32, i32)>> {
    let (columns, rows) = chart.plotting_area().get_pixel_range();
    let mut corners = Vec::new();
    let mut labels = Vec::new();
    for (index, colour) in [INNER, INNER, OUTER, OUTER].into_iter().enumerate() {
        let limit: Vec<(f64, f64)> = points
            .iter()
            .filter_map(|point| Some((point.x, point.limits?[index])))
            .filter(|(_, limit)| limit.is_finite())
            .collect();
        let mut last = None;
        for run in clipped(&limit, scale.low, scale.high) {
            let run: Vec<_> = run.iter().map(|at| chart.backend_coord(at)).collect();
            let run = plane::thinned(&run, CELL, |place| place.0);
            last = run.last().copied();
            corners.extend(run.windows(2).flat_map(|ends| along(ends[0], ends[1])));
            area.draw(&PathElement::new(run, colour.stroke_width(2)))?;
        }
        // The lower of a pair stands for both.
        if let Some(ends) = last.filter(|_| index % 2 == 0) {
            let text = match index {
                0 => phrase!(figure.locale, "95% limits"),
                _ => phrase!(figure.locale, "99.8% limits"),
            };
            labels.push(Label { text, weight: Weight::Regular, colour: None, ends });
        }
    }
    if let Some((mean, text)) = mean(figure).filter(|(mean, _)| (scale.low..=scale.high).contains(mean)) {
        let (_, y) = chart.backend_coord(&(0.0, mean));
        area.draw(&PathElement::new(vec![(columns.start, y), (columns.end, y)], MUTED.stroke_width(2)))?;
        corners.extend((columns.start..columns.end).step_by(20).map(|x| (x, y)));
        labels.push(Label { text, weight: Weight::Regular, colour: None, ends: (columns.end, y) });
    }
    ends::draw(area, labels, columns.end, rows)?;
    Ok(corners)
}

/// Places on a straight stretch, close enough that no name slips between them.
fn along((x0, y0): (i32, i32), (x1, y1): (i32, i32)) -> impl Iterator<Item = (i32, i32)> {
    let steps = ((x1 - x0).abs().max((y1 - y0).abs()) / 20).max(1);
    (0..=steps).map(move |step| (x0 + (x1 - x0) * step / steps, y0 + (y1 - y0) * step / steps))
}

/// The parts of a line between two heights, ending where it crosses them.
fn clipped(line: &[(f64, f64)], low: f64, high: f64) -> Vec<Vec<(f64, f64)>> {
    let mut runs: Vec<Vec<(f64, f64)>> = Vec::new();
    for pair in line.windows(2) {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        if y0.max(y1) < low || y0.min(y1) > high {
            continue;
        }
        let ends = pair.iter().map(|(x, y)| {
            let bound = y.clamp(low, high);
            (if bound == *y { *x } else { x0 + (bound - y0) / (y1 - y0) * (x1 - x0) }, bound)
        });
        let ends: Vec<_> = ends.collect();
        match runs.last_mut() {
            Some(run) if run.last() == ends.first() => run.push(ends[1]),
            _ => runs.push(ends),
        }
    }
    runs
}

fn marks(dots: &[&Point], figure: &Figure, area: &Area<'_>, chart: &Chart<'_, '_>) -> Drawn {
    let mut drawn = BTreeSet::new();
    for point in dots {
        let (place, at) = (Place::of(point), chart.backend_coord(&(point.x, point.y)));
        // Of dots in the same place, one is seen.
        if drawn.insert((place, at)) {
            dot(area, at, place, colour_of(figure, point))?;
        }
    }
    Ok(())
}

fn colour_of(figure: &Figure, point: &Point) -> RGBColor {
    let (high, low) = colour::of_ends(&figure.y_label, figure.locale);
    match point.limits.filter(|_| Place::of(point) > Place::Within) {
        Some([_, upper, ..]) if point.y > upper => high,
        Some(_) => low,
        None => CONTEXT,
    }
}

/// Names of the farthest, of those with most excess first.
fn names(dots: &[&Point], lines: &[(i32, i32)], area: &Area<'_>, chart: &Chart<'_, '_>) -> Drawn {
    let patch = |point: &Point| {
        let place = Place::of(point);
        Patch::around(chart.backend_coord(&(point.x, point.y)), place.radius() + 2)
    };
    let excess = |point: &Point| {
        let [.., low, high] = point.limits.unwrap_or([0.0; 4]);
        f64::max(low - point.y, point.y - high) * point.x
    };
    let mut far: Vec<&Point> = dots.iter().copied().filter(|point| Place::of(point) == Place::Far).collect();
    far.sort_by(|a, b| excess(b).total_cmp(&excess(a)));
    far.truncate(MAX_NAMES);
    let marks: Vec<Mark<'_>> = far.iter().map(|one| Mark { name: &one.series, patch: patch(one) }).collect();
    let in_the_way: Vec<Patch> = dots.iter().map(|point| patch(point)).collect();
    let (columns, rows) = chart.plotting_area().get_pixel_range();
    let bounds =
        Patch { left: columns.start, top: rows.start - LEADING - 12, right: columns.end, bottom: rows.end };
    for (name, at) in callouts::place(&marks, &in_the_way, lines, &bounds)? {
        text::draw(area, &name, at, Anchor::Left, Weight::Regular, INK)?;
    }
    Ok(())
}

//! Step lines over age with a light band, labelled at their right end.

use plotters::element::{Circle, PathElement, Polygon};
use plotters::style::{Color, RGBColor};

use super::ends::{self, Label, REACH};
use super::frame::Chart;
use super::plane::{self, Axis};
use super::scale::{self, Scale};
use super::text::{self, Weight};
use super::{Area, Drawn, colour};
use crate::paper::locale::phrase;
use crate::paper::{Figure, MAX_CURVES, Point, ranked};

/// Steps of all lines together; those that lie closer are drawn as one.
const MAX_STEPS: usize = 800;
/// How far a band may reach above the highest line, as a multiple of its height.
const MAX_BAND: f64 = 2.0;

/// How far a band goes on beyond its last point, so that it is seen there: less than a label's reach.
const LAST: i32 = 16;

struct Curve<'a> {
    label: String,
    colour: RGBColor,
    points: Vec<&'a Point>,
}

/// Draws the figure.
///
/// A line starts at its first point: an age from which units are observed has
/// a row with the value 0 there.
pub fn draw(figure: &Figure, area: &Area<'_>) -> Drawn {
    let names: Vec<&str> = ranked(&figure.points).into_iter().take(MAX_CURVES).collect();
    let weight = if names.len() == 1 { Weight::Bold } else { Weight::Regular };
    let points = plane::drawable(figure);
    let mut curves = Vec::new();
    let mut right = 0;
    let fitted = text::fit_all(names.iter().map(|name| (*name, weight)), 230)?;
    for ((name, fitted), colour) in names.iter().zip(fitted).zip(colour::of_names(&names, figure.locale)) {
        let points: Vec<&Point> = points.iter().copied().filter(|point| point.series == *name).collect();
        let Some(last) = points.last() else {
            continue;
        };
        let value = scale::short(figure, last.y);
        let label = format!("{fitted} {value}").trim().to_owned();
        right = right.max(text::width(&label, weight)?);
        curves.push(Curve { label, colour, points });
    }
    let scale = scale_of(figure, &curves);
    let axis = axis_of(figure, &curves, &scale);
    let chart = plane::plane(figure, area, &axis, &scale, right + REACH + 2, 0)?;
    let cell = cell(&chart, curves.len());
    for curve in &curves {
        band(curve, &scale, cell, area, &chart)?;
    }
    let mut labels = Vec::new();
    for curve in curves {
        let line: Vec<_> =
            curve.points.iter().map(|point| chart.backend_coord(&(point.x, point.y))).collect();
        let line = plane::thinned(&line, cell, |place| place.0);
        area.draw(&PathElement::new(steps(&line), curve.colour.stroke_width(4)))?;
        if let Some(ends) = line.last().copied() {
            area.draw(&Circle::new(ends, 6, curve.colour.filled()))?;
            labels.push(Label { text: curve.label, weight, colour: Some(curve.colour), ends });
        }
    }
    let (columns, rows) = chart.plotting_area().get_pixel_range();
    ends::draw(area, labels, columns.end, rows)
}

/// From 0 to the highest line and its band, if that isn't far above.
fn scale_of(figure: &Figure, curves: &[Curve<'_>]) -> Scale {
    let all = || curves.iter().flat_map(|curve| &curve.points);
    let (low, high) =
        all().fold((0.0, 0.0), |(low, high), point| (f64::min(low, point.y), f64::max(high, point.y)));
    let band = all().filter_map(|point| band_of(point)).fold(high, |band, (_, upper)| band.max(upper));
    let limit = if high > 0.0 { high * MAX_BAND } else { 1.0 };
    Scale::from_zero(low, band.min(limit), figure.unit == "%")
}

fn axis_of(figure: &Figure, curves: &[Curve<'_>], scale: &Scale) -> Axis {
    let all = || curves.iter().flat_map(|curve| &curve.points);
    let (low, high) =
        all().fold((0.0, 0.0), |(low, high), point| (f64::min(low, point.x), f64::max(high, point.x)));
    let mut axis = Axis::ages(low, high, &figure.x_label, figure.locale);
    if all().filter_map(|point| band_of(point)).any(|(_, upper)| upper > scale.high) {
        axis.label =
            phrase!(figure.locale, "{measure} · a light band goes on above the top", measure = axis.label);
    }
    axis
}

fn band_of(point: &Point) -> Option<(f64, f64)> {
    point.lower.zip(point.upper).filter(|(lower, upper)| lower.is_finite() && upper.is_finite())
}

/// The band where both its ends are known, cut at the plot's.
fn band(curve: &Curve<'_>, scale: &Scale, cell: i32, area: &Area<'_>, chart: &Chart<'_, '_>) -> Drawn {
    for run in curve.points.split(|point| band_of(point).is_none()) {
        let place = |point: &&Point| {
            let (lower, upper) = band_of(point)?;
            let at = |value: f64| chart.backend_coord(&(point.x, value.clamp(scale.low, scale.high)));
            Some((at(lower), at(upper)))
        };
        let ends: Vec<_> = run.iter().filter_map(place).collect();
        let mut ends = plane::thinned(&ends, cell, |(lower, _)| lower.0);
        if let Some((lower, upper)) = ends.last().copied() {
            // The last step has no width of its own.
            ends.push(((lower.0 + LAST, lower.1), (upper.0 + LAST, upper.1)));
            let (lower, upper): (Vec<_>, Vec<_>) = ends.into_iter().unzip();
            let mut outline = steps(&upper);
            outline.extend(steps(&lower).into_iter().rev());
            area.draw(&Polygon::new(outline, curve.colour.mix(0.16).filled()))?;
        }
    }
    Ok(())
}

/// Columns of the canvas that share one step.
pub fn cell(chart: &Chart<'_, '_>, curves: usize) -> i32 {
    let (columns, _) = chart.plotting_area().get_pixel_range();
    let room = (MAX_STEPS / curves.max(1)) as i32;
    ((columns.end - columns.start) / room).max(1)
}

/// The corners of a line that holds each value until the next.
pub fn steps(places: &[(i32, i32)]) -> Vec<(i32, i32)> {
    let mut corners: Vec<(i32, i32)> = Vec::new();
    for (x, y) in places {
        if let Some((_, held)) = corners.last().copied() {
            // A stretch without a jump needs its two ends only.
            if corners.len() > 1 && corners[corners.len() - 2].1 == held {
                corners.pop();
            }
            corners.push((*x, held));
            if *y == held {
                continue;
            }
        }
        corners.push((*x, *y));
    }
    corners
}

//! Step lines of the share that has ended over the share of the limit used.

use plotters::element::{Circle, PathElement};
use plotters::style::{Color, RGBColor};

use super::callouts::Patch;
use super::colour::{self, GRID, MUTED, TARGET};
use super::ends::{self, Label, REACH};
use super::plane::{self, Axis};
use super::scale::Scale;
use super::text::{self, Anchor, LEADING, Weight};
use super::{Area, Drawn, mcf};
use crate::paper::locale::phrase;
use crate::paper::{Figure, MAX_CURVES, MAX_USED, Point, ranked};

/// Shares whose place is marked on each line.
const MARKED: [(f64, &str); 2] = [(0.5, "P50"), (0.9, "P90")];
/// The first of a line's labels is cut to this.
const MAX_NAME: i32 = 170;
/// A share that many products make may miss a mark in its last digits.
const SLACK: f64 = 1e-12;

struct Curve<'a> {
    label: String,
    colour: RGBColor,
    points: Vec<&'a Point>,
    /// Ratios of the limit by which the marked shares have ended, where within the plot.
    marks: Vec<(f64, f64)>,
}

/// Draws the figure.
///
/// A line starts at 0; points beyond the end of the axis tell only that a mark
/// lies there.
pub fn draw(figure: &Figure, area: &Area<'_>) -> Drawn {
    let curves = curves(figure)?;
    let mut right = 0;
    for curve in &curves {
        right = right.max(text::width(&curve.label, Weight::Regular)?);
    }
    let axis = Axis::shares(MAX_USED, 0.5, &figure.x_label, figure.locale);
    let scale = Scale::from_zero(0.0, 1.0, true);
    let chart = plane::plane(figure, area, &axis, &scale, right + REACH + 2, LEADING)?;
    let (columns, rows) = chart.plotting_area().get_pixel_range();
    for (share, _) in MARKED {
        let (_, y) = chart.backend_coord(&(0.0, share));
        // At a half there is a line of the grid already.
        if !scale.ticks.contains(&share) {
            area.draw(&PathElement::new(vec![(columns.start, y), (columns.end, y)], GRID.stroke_width(2)))?;
        }
    }
    let (limit, _) = chart.backend_coord(&(1.0, 0.0));
    area.draw(&PathElement::new(vec![(limit, rows.start - 6), (limit, rows.end)], TARGET.stroke_width(2)))?;
    let place = (limit, rows.start - 6 - LEADING / 2);
    text::draw(area, &phrase!(figure.locale, "limit"), place, Anchor::Middle, Weight::Regular, MUTED)?;

    let cell = mcf::cell(&chart, curves.len());
    let mut labels = Vec::new();
    let mut lines = vec![vec![(limit, rows.start), (limit, rows.end)]];
    let mut dots = Vec::new();
    for curve in curves {
        let within = curve.points.iter().take_while(|point| point.x <= MAX_USED);
        let mut line: Vec<(f64, f64)> = within.map(|point| (point.x, point.y)).collect();
        line.insert(0, (0.0, 0.0));
        let last = line.last().map_or(0.0, |(_, share)| *share);
        line.push((end_of(&curve.points), last));
        let line: Vec<_> = line.iter().map(|at| chart.backend_coord(at)).collect();
        let line = plane::thinned(&line, cell, |place| place.0);
        let corners = mcf::steps(&line);
        area.draw(&PathElement::new(corners.clone(), curve.colour.stroke_width(4)))?;
        lines.push(corners);
        for mark in &curve.marks {
            let at = chart.backend_coord(mark);
            area.draw(&Circle::new(at, 7, curve.colour.filled()))?;
            dots.push(Patch::around(at, 9));
        }
        if let Some(ends) = line.last().copied() {
            let (text, colour) = (curve.label, Some(curve.colour));
            labels.push(Label { text, weight: Weight::Regular, colour, ends });
        }
    }
    for (share, name) in MARKED {
        let (_, y) = chart.backend_coord(&(0.0, share));
        let width = text::width(name, Weight::Regular)?;
        let patch = |left: i32| Patch { left, top: y - LEADING, right: left + width, bottom: y - 2 };
        let is_free = |left: &i32| {
            let patch = patch(*left);
            !dots.iter().any(|dot| dot.overlaps(&patch)) && !lines.iter().any(|line| crosses(line, &patch))
        };
        let first = columns.start + 8;
        let left = (first..columns.end - width).step_by(12).find(is_free).unwrap_or(first);
        text::draw(area, name, (left, y - LEADING / 2), Anchor::Left, Weight::Regular, MUTED)?;
    }
    ends::draw(area, labels, columns.end, rows)
}

/// Whether a line of level and upright stretches runs through the patch.
fn crosses(line: &[(i32, i32)], patch: &Patch) -> bool {
    line.windows(2).any(|ends| {
        let ((x0, y0), (x1, y1)) = (ends[0], ends[1]);
        // Half the line's stroke on each side.
        let stretch = Patch {
            left: x0.min(x1) - 3,
            top: y0.min(y1) - 3,
            right: x0.max(x1) + 3,
            bottom: y0.max(y1) + 3,
        };
        stretch.overlaps(patch)
    })
}

/// Where the line ends: at its last point, or at the axis' end if that lies beyond.
fn end_of(points: &[&Point]) -> f64 {
    points.last().map_or(0.0, |point| point.x.min(MAX_USED))
}

fn curves(figure: &Figure) -> super::Fallible<Vec<Curve<'_>>> {
    let names: Vec<&str> = ranked(&figure.points).into_iter().take(MAX_CURVES).collect();
    let all = plane::drawable(figure);
    let mut curves = Vec::new();
    let labels = text::fit_all(names.iter().map(|name| (*name, Weight::Regular)), MAX_NAME)?;
    for ((name, mut label), colour) in names.iter().zip(labels).zip(colour::of_names(&names, figure.locale)) {
        let points: Vec<&Point> = all.iter().copied().filter(|point| point.series == *name).collect();
        let mut marks = Vec::new();
        for (share, mark) in MARKED {
            let used = points.iter().find(|point| point.y >= share - SLACK).map(|point| point.x);
            label += &match used {
                None => format!(" · {mark} –"),
                Some(used) if used > MAX_USED => format!(" · {mark} >{}", figure.locale.aim(MAX_USED)),
                Some(used) => format!(" · {mark} {}%", figure.locale.number(used * 100.0, 0)),
            };
            marks.extend(used.filter(|used| *used <= MAX_USED).map(|used| (used, share)));
        }
        curves.push(Curve { label, colour, points, marks });
    }
    Ok(curves)
}

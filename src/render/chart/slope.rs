//! Two categories, a line for each series from the first to the second, named
//! and valued at both ends.

use plotters::element::{Circle, PathElement};
use plotters::style::Color;

use super::colour::{CONTEXT, GRID, INK, LEADER, MET, MUTED};
use super::scale::{self, Scale};
use super::text::{self, Anchor, LEADING, Weight};
use super::{Area, Drawn, Fallible, HEIGHT, LOW, WIDTH, at, ends, frame};
use crate::paper::locale::phrase;
use crate::paper::{Figure, MAX_SLOPES};

/// Lines that rise most stand out: a third of all, but no more than this.
const MAX_RISERS: usize = 3;
const MAX_NAME: i32 = 340;
/// From a column's heading to the plot.
const HEAD: i32 = 40;
/// From a line's end to its label.
const REACH: i32 = 52;
/// Farther apart, the columns would make every line flat.
const MAX_SPAN: i32 = 700;

/// A series with at least one of the two values.
pub struct Line<'a> {
    name: &'a str,
    ends: [Option<f64>; 2],
    is_riser: bool,
}

/// The lines drawn: of those with a value, the ones with the largest.
pub fn lines(figure: &Figure) -> Vec<Line<'_>> {
    let mut lines = all(figure);
    lines.sort_by(|a, b| largest(b).total_cmp(&largest(a)));
    lines.truncate(MAX_SLOPES);
    // A share that is missing isn't 0; an amount is.
    let rise = |line: &Line<'_>| match line.ends {
        [before, Some(now)] if figure.unit != "%" => now - before.unwrap_or(0.0),
        [Some(before), Some(now)] => now - before,
        _ => 0.0,
    };
    let mut order: Vec<usize> = (0..lines.len()).filter(|index| rise(&lines[*index]) > 0.0).collect();
    order.sort_by(|a, b| rise(&lines[*b]).total_cmp(&rise(&lines[*a])));
    let risers = (lines.len() / 3).clamp(1, MAX_RISERS);
    for index in order.into_iter().take(risers) {
        lines[index].is_riser = true;
    }
    lines
}

fn all(figure: &Figure) -> Vec<Line<'_>> {
    let Some(first) = figure.categories.len().checked_sub(2) else {
        return Vec::new();
    };
    figure
        .series
        .iter()
        .map(|one| Line {
            name: &one.name,
            ends: [at(&one.values, first), at(&one.values, first + 1)],
            is_riser: false,
        })
        .filter(|line| line.ends.iter().any(Option::is_some))
        .collect()
}

fn largest(line: &Line<'_>) -> f64 {
    line.ends.iter().flatten().fold(0.0, |largest, value| f64::max(largest, value.abs()))
}

/// Height of the canvas, by the number of lines.
pub fn height(figure: &Figure) -> u32 {
    let lines = lines(figure).len() as u32;
    (lines * 2 * LEADING as u32 + 120).clamp(LOW, HEIGHT)
}

/// Draws the figure.
pub fn draw(figure: &Figure, area: &Area<'_>) -> Drawn {
    let lines = lines(figure);
    let names = text::fit_all(lines.iter().map(|line| (line.name, weight(line))), MAX_NAME)?;
    let plot = Plot::new(figure, area, &lines, &names)?;
    let has_risers = lines.iter().any(|line| line.is_riser);
    let note = has_risers.then(|| phrase!(figure.locale, "bold: the largest rises"));
    frame::heading(figure, area, &plot.scale, note.as_slice())?;
    plot.columns(figure, area)?;
    // Those that stand out lie above the others.
    for is_riser in [false, true] {
        for line in lines.iter().filter(|line| line.is_riser == is_riser) {
            let (colour, width) = if is_riser { (MET, 5) } else { (CONTEXT, 3) };
            let places: Vec<(i32, i32)> =
                (0..2).filter_map(|side| Some((plot.x[side], plot.y(line.ends[side]?)))).collect();
            area.draw(&PathElement::new(places.clone(), colour.stroke_width(width)))?;
            for place in places {
                area.draw(&Circle::new(place, 4 + width / 2, colour.filled()))?;
            }
        }
    }
    for side in 0..2 {
        plot.labels(figure, &lines, &names, side, area)?;
    }
    let rest = all(figure).len() - lines.len();
    if rest > 0 {
        let text = phrase!(
            figure.locale,
            "The {n} largest of {all}; the CSV file has all.",
            n = lines.len(),
            all = figure.locale.count((lines.len() + rest) as i64)
        );
        // Half a line more than from label to label.
        let place = (0, plot.bottom + LEADING + LEADING / 2);
        text::draw(area, &text, place, Anchor::Left, Weight::Regular, MUTED)?;
    }
    Ok(())
}

/// The text at an end of a line: the value next to it, on the right a word if there was none before.
fn label(figure: &Figure, line: &Line<'_>, name: &str, side: usize) -> Option<String> {
    let value = scale::short(figure, line.ends[side]?);
    let is_new = side == 1 && line.ends[0].is_none();
    Some(match (side, is_new) {
        (0, _) => format!("{name}\u{a0} {value}"),
        (_, true) => {
            phrase!(figure.locale, "{value} {name} (new)", value = format!("{value}\u{a0}"), name = name)
        }
        (_, false) => format!("{value}\u{a0} {name}"),
    })
}

fn weight(line: &Line<'_>) -> Weight {
    if line.is_riser { Weight::Bold } else { Weight::Regular }
}

/// Where the two columns and their values lie on the canvas.
struct Plot {
    x: [i32; 2],
    top: i32,
    bottom: i32,
    scale: Scale,
}

impl Plot {
    fn new(figure: &Figure, area: &Area<'_>, lines: &[Line<'_>], names: &[String]) -> Fallible<Plot> {
        let mut widest = [0; 2];
        for (line, name) in lines.iter().zip(names) {
            for (side, widest) in widest.iter_mut().enumerate() {
                if let Some(label) = label(figure, line, name, side) {
                    *widest = (*widest).max(text::width(&label, weight(line))?);
                }
            }
        }
        let values = lines.iter().flat_map(|line| line.ends).flatten();
        let (low, high) =
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        let scale = if figure.unit == "%" { Scale::around(low, high) } else { Scale::close(low, high) };
        let left = widest[0].max(LEADING) + REACH;
        let right = WIDTH as i32 - widest[1].max(LEADING) - REACH;
        let height = area.dim_in_pixel().1 as i32;
        let is_cut = all(figure).len() > lines.len();
        Ok(Plot {
            x: [left, right.min(left + MAX_SPAN)],
            top: frame::TOP + HEAD,
            bottom: height - if is_cut { 2 * LEADING } else { LEADING / 2 },
            scale,
        })
    }

    fn y(&self, value: f64) -> i32 {
        let share = (value - self.scale.low) / (self.scale.high - self.scale.low);
        self.bottom - (share * f64::from(self.bottom - self.top)).round() as i32
    }

    fn columns(&self, figure: &Figure, area: &Area<'_>) -> Drawn {
        let months = frame::months(&figure.categories, figure.locale);
        let first = figure.categories.len() - 2;
        for side in 0..2 {
            let index = first + side;
            let name = match &months {
                Some(months) => {
                    let (month, year) = &months[index];
                    phrase!(figure.locale, "{month} {year}", month = month, year = year)
                }
                None => text::fit(&figure.categories[index], MAX_NAME, Weight::Regular)?,
            };
            let half = text::width(&name, Weight::Regular)? / 2;
            let x = self.x[side].clamp(half, WIDTH as i32 - half);
            let place = (x, self.top - HEAD);
            text::draw(area, &name, place, Anchor::Middle, Weight::Regular, MUTED)?;
            let axis = vec![(self.x[side], self.top - 6), (self.x[side], self.bottom)];
            area.draw(&PathElement::new(axis, GRID.stroke_width(2)))?;
        }
        Ok(())
    }

    fn labels(
        &self,
        figure: &Figure,
        lines: &[Line<'_>],
        names: &[String],
        side: usize,
        area: &Area<'_>,
    ) -> Drawn {
        let mut labels = Vec::new();
        for (line, name) in lines.iter().zip(names) {
            if let (Some(value), Some(label)) = (line.ends[side], label(figure, line, name, side)) {
                let other = line.ends[1 - side].map_or(self.bottom, |value| self.y(value));
                labels.push((self.y(value), other, label, line));
            }
        }
        // In the same place the larger value comes first.
        labels.sort_by(|a, b| {
            let values = |label: &(i32, i32, String, &Line)| label.3.ends[side].unwrap_or(0.0);
            a.0.cmp(&b.0).then(values(b).total_cmp(&values(a))).then(a.1.cmp(&b.1))
        });
        let wanted: Vec<i32> = labels.iter().map(|(y, ..)| *y).collect();
        let outward = if side == 0 { -1 } else { 1 };
        for ((from, _, label, line), y) in labels.iter().zip(ends::spread(&wanted, self.top..self.bottom)) {
            let x = self.x[side] + outward * REACH;
            if (y - from).abs() > 3 {
                let path = vec![(self.x[side] + outward * 10, *from), (x - outward * 8, y)];
                area.draw(&PathElement::new(path, LEADER.stroke_width(2)))?;
            }
            let anchor = if side == 0 { Anchor::Right } else { Anchor::Left };
            text::draw(area, label, (x, y), anchor, weight(line), INK)?;
        }
        Ok(())
    }
}

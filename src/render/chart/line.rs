//! Lines over time, labelled at their right end.

use plotters::element::{Circle, PathElement, Rectangle};
use plotters::series::LineSeries;
use plotters::style::{Color, RGBColor};

use super::colour::{self, INK, LEADER, MUTED};
use super::frame::{self, Chart};
use super::scale::{self, Scale};
use super::text::{self, Anchor, LEADING, Weight};
use super::{Area, Drawn, Fallible, at};
use crate::paper::Figure;

/// More points than this are drawn without dots, except single ones and the last.
const MAX_DOTS: usize = 24;
/// From the end of a line to its label.
const REACH: i32 = 48;

struct Label {
    text: String,
    weight: Weight,
    /// `None` for the target.
    colour: Option<RGBColor>,
    /// Where the line ends, and where its label stands.
    ends: (i32, i32),
    y: i32,
}

/// Draws the figure.
pub fn draw(figure: &Figure, area: &Area<'_>) -> Drawn {
    let (low, high) = scale::extent(figure);
    let scale =
        if figure.unit == "%" { Scale::around(low, high) } else { Scale::from_zero(low, high, false) };
    let names = names(figure)?;
    let mut right = 0;
    for (_, name, weight) in &names {
        right = right.max(text::width(name, *weight)?);
    }
    if let Some((_, label)) = frame::target_label(figure) {
        right = right.max(text::width(&label, Weight::Regular)?);
    }
    let mut chart = frame::frame(figure, area, &scale, right + REACH + 2, 0, 0.25)?;
    frame::target(figure, &mut chart)?;
    let colours = colour::of(&figure.series);
    for (series, colour) in figure.series.iter().zip(&colours) {
        for run in runs(&series.values) {
            chart.draw_series(LineSeries::new(run.iter().copied(), colour.stroke_width(4)))?;
            let has_dots = run.len() == 1 || figure.categories.len() <= MAX_DOTS;
            let dots = run.iter().filter(|_| has_dots);
            chart.draw_series(dots.map(|point| Circle::new(*point, 6, colour.filled())))?;
        }
    }
    labels(figure, &names, &colours, area, &chart)
}

/// Index, label and weight of each series that has a value.
fn names(figure: &Figure) -> Fallible<Vec<(usize, String, Weight)>> {
    let weight = if figure.series.len() == 1 { Weight::Bold } else { Weight::Regular };
    let mut names = Vec::new();
    for (index, series) in figure.series.iter().enumerate() {
        let last = figure.categories.len().saturating_sub(1);
        let name = text::fit(&series.name, 230, weight)?;
        let label = match at(&series.values, last) {
            Some(value) => format!("{name} {}", scale::short(figure, value)),
            None => name,
        };
        names.push((index, label.trim().to_owned(), weight));
    }
    Ok(names)
}

/// The values without the gaps between them.
fn runs(values: &[Option<f64>]) -> Vec<Vec<(f64, f64)>> {
    let mut runs: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
    for index in 0..values.len() {
        match (at(values, index), runs.last_mut()) {
            (Some(value), Some(run)) => run.push((index as f64 + 0.5, value)),
            _ => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

fn labels(
    figure: &Figure,
    names: &[(usize, String, Weight)],
    colours: &[RGBColor],
    area: &Area<'_>,
    chart: &Chart<'_, '_>,
) -> Drawn {
    let end = chart.x_range().end;
    let mut labels = Vec::new();
    if let Some((target, text)) = frame::target_label(figure) {
        let ends = chart.backend_coord(&(end, target));
        labels.push(Label { text, weight: Weight::Regular, colour: None, ends, y: ends.1 });
    }
    for (index, text, weight) in names {
        let Some(&(x, y)) = runs(&figure.series[*index].values).last().and_then(|run| run.last()) else {
            continue;
        };
        let ends = chart.backend_coord(&(x, y));
        let (text, weight) = (text.clone(), *weight);
        labels.push(Label { text, weight, colour: colours.get(*index).copied(), ends, y: ends.1 });
    }
    let (_, bottom) = chart.plotting_area().get_pixel_range();
    spread(&mut labels, bottom.start, bottom.end);
    let (edge, _) = chart.backend_coord(&(end, 0.0));
    for label in &labels {
        let x = edge + REACH;
        if let Some(colour) = label.colour {
            // The swatch tells lines apart where they end close together.
            let swatch = [(x - 20, label.y - 3), (x - 8, label.y + 4)];
            area.draw(&Rectangle::new(swatch, colour.filled()))?;
            let is_near = label.y == label.ends.1 && edge - label.ends.0 < REACH;
            if !is_near {
                let from = (label.ends.0 + 10, label.ends.1);
                let path = vec![from, (edge.max(from.0), from.1), (x - 24, label.y)];
                area.draw(&PathElement::new(path, LEADER.stroke_width(2)))?;
            }
        }
        let ink = if label.colour.is_some() { INK } else { MUTED };
        text::draw(area, &label.text, (x, label.y), Anchor::Left, label.weight, ink)?;
    }
    Ok(())
}

/// Moves labels apart, as little as needed, within the plot.
fn spread(labels: &mut [Label], top: i32, bottom: i32) {
    labels.sort_by_key(|label| label.ends.1);
    let mut floor = top;
    for label in labels.iter_mut() {
        label.y = label.y.max(floor);
        floor = label.y + LEADING;
    }
    let mut ceiling = bottom;
    for label in labels.iter_mut().rev() {
        label.y = label.y.min(ceiling);
        ceiling = label.y - LEADING;
    }
}

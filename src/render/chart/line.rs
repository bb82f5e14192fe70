//! Lines over time, labelled at their right end.

use plotters::element::Circle;
use plotters::series::LineSeries;
use plotters::style::{Color, RGBColor};

use super::colour;
use super::ends::{self, Label, REACH};
use super::frame::{self, Chart};
use super::scale::{self, Scale};
use super::text::{self, Weight};
use super::{Area, Drawn, Fallible, at};
use crate::paper::Figure;

/// More points than this are drawn without dots, except single ones and the last.
const MAX_DOTS: usize = 24;
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
    let colours = colour::of(figure);
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
    let fitted = text::fit_all(figure.series.iter().map(|series| (series.name.as_str(), weight)), 230)?;
    for (index, (series, name)) in figure.series.iter().zip(fitted).enumerate() {
        let last = figure.categories.len().saturating_sub(1);
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
        labels.push(Label { text, weight: Weight::Regular, colour: None, ends });
    }
    for (index, text, weight) in names {
        let Some(&(x, y)) = runs(&figure.series[*index].values).last().and_then(|run| run.last()) else {
            continue;
        };
        let ends = chart.backend_coord(&(x, y));
        let (text, weight) = (text.clone(), *weight);
        labels.push(Label { text, weight, colour: colours.get(*index).copied(), ends });
    }
    let (_, rows) = chart.plotting_area().get_pixel_range();
    let (edge, _) = chart.backend_coord(&(end, 0.0));
    ends::draw(area, labels, edge, rows)
}

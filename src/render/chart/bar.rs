//! Vertical bars, side by side for several series.

use plotters::element::Rectangle;
use plotters::style::Color;

use super::colour::{self, INK, MUTED};
use super::frame;
use super::scale::{self, Scale};
use super::text::{self, Anchor, LEADING, Weight};
use super::{Area, Drawn, at};
use crate::paper::Figure;

/// Share of a category's width that bars fill.
const FILL: f64 = 0.72;

/// Draws the figure.
pub fn draw(figure: &Figure, area: &Area<'_>) -> Drawn {
    let (low, high) = scale::extent(figure);
    let scale = Scale::from_zero(low, high, figure.unit == "%");
    let colours = colour::of(figure);
    let names: Vec<_> = figure.series.iter().map(|s| s.name.as_str()).zip(colours.iter().copied()).collect();
    let has_key = figure.series.len() > 1;
    // Without a heading the key stands in its place.
    let line = if figure.y_label.is_empty() { 0 } else { frame::HEADING };
    let top = if has_key { frame::key_height(&names)? - frame::HEADING + line } else { 0 };
    if has_key {
        frame::key(area, &names, 4 + line)?;
    }
    let target = frame::target_label(figure);
    let right = match &target {
        Some((_, label)) => text::width(label, Weight::Regular)? + 16,
        None => 4,
    };
    let mut chart = frame::frame(figure, area, &scale, right, top, 0.5)?;
    let width = FILL / figure.series.len().max(1) as f64;
    let mut labels = Vec::new();
    for (nth, (series, colour)) in figure.series.iter().zip(&colours).enumerate() {
        for index in 0..figure.categories.len() {
            let Some(value) = at(&series.values, index) else {
                continue;
            };
            let left = index as f64 + (1.0 - FILL) / 2.0 + nth as f64 * width;
            // A gap between neighbours, as their colours differ little in lightness.
            let gap = if has_key { width * 0.06 } else { 0.0 };
            let corners = [(left + gap, 0.0), (left + width - gap, value)];
            chart.draw_series([Rectangle::new(corners, colour.filled())])?;
            let (x, y) = chart.backend_coord(&(left + width / 2.0, value.max(0.0)));
            labels.push((scale::short(figure, value), x, y));
        }
    }
    frame::target(figure, &mut chart)?;
    let (first, _) = chart.backend_coord(&(0.0, 0.0));
    let (second, _) = chart.backend_coord(&(width, 0.0));
    let room = if has_key { second - first } else { ((second - first) as f64 / FILL) as i32 };
    let mut widest = 0;
    for (label, ..) in &labels {
        widest = widest.max(text::width(label, Weight::Regular)?);
    }
    if widest + 6 <= room {
        for (label, x, y) in &labels {
            let place = (*x, y - LEADING / 2);
            text::draw(area, label, place, Anchor::Middle, Weight::Regular, INK)?;
        }
    }
    if let Some((value, label)) = target {
        let (x, y) = chart.backend_coord(&(figure.categories.len() as f64, value));
        text::draw(area, &label, (x + 10, y), Anchor::Left, Weight::Regular, MUTED)?;
    }
    Ok(())
}

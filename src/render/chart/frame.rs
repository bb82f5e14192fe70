//! What charts with a vertical value axis share: margins, grid, categories,
//! the key and the target line.

use plotters::chart::{ChartBuilder, ChartContext};
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::types::RangedCoordf64;
use plotters::element::{PathElement, Rectangle};
use plotters::prelude::{Color, SVGBackend};
use plotters::style::RGBColor;

use super::colour::{GRID, INK, MUTED, TARGET};
use super::scale::{self, Scale};
use super::text::{self, Anchor, LEADING, Weight};
use super::{Area, Drawn, Fallible, WIDTH, has_place};
use crate::paper::Figure;
use crate::paper::locale::{Locale, phrase};

pub type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

pub const TOP: i32 = 64;
/// The heading's line, within `TOP`.
pub const HEADING: i32 = 42;
const GAP: i32 = 14;
/// A category's label is cut to no less than this.
const MIN_NAME: i32 = 170;

/// Room around a plot.
pub struct Margins {
    /// For what stands above the plot, its heading apart.
    pub top: i32,
    /// For labels at the right end.
    pub right: i32,
    /// For ticks and label of the other axis.
    pub bottom: i32,
}

/// Draws grid, ticks and categories, and returns the plot to draw in.
///
/// Category `i` has its middle at `i + 0.5`; `pad` is the room left and right
/// of the outer ones. `right` is the room kept for labels at the right end,
/// `top` that above the plot.
pub fn frame<'a, 'b>(
    figure: &Figure,
    area: &'a Area<'b>,
    scale: &Scale,
    right: i32,
    top: i32,
    pad: f64,
) -> Fallible<Chart<'a, 'b>> {
    let months = months(&figure.categories, figure.locale);
    let bottom = bottom_of(figure, months.is_some());
    let n = figure.categories.len() as f64;
    let chart = values(figure, area, scale, Margins { top, right, bottom }, (0.5 - pad, n - 0.5 + pad))?;
    categories(figure, months.as_deref(), area, &chart)?;
    if months.is_none() && !figure.x_label.is_empty() {
        let (x, y) = chart.backend_coord(&(n / 2.0, scale.low));
        let label = text::fit(&figure.x_label, WIDTH as i32, Weight::Regular)?;
        let below = y + 16 + LEADING + LEADING / 2;
        text::draw(area, &label, (x, below), Anchor::Middle, Weight::Regular, MUTED)?;
    }
    Ok(chart)
}

/// Draws grid, ticks and label of the value axis, and returns the plot from
/// `first` to `last` to draw in.
pub fn values<'a, 'b>(
    figure: &Figure,
    area: &'a Area<'b>,
    scale: &Scale,
    margins: Margins,
    (first, last): (f64, f64),
) -> Fallible<Chart<'a, 'b>> {
    let labels: Vec<String> = scale.ticks.iter().map(|t| scale::tick(figure, *t, scale)).collect();
    let mut left = 0;
    for label in &labels {
        left = left.max(text::width(label, Weight::Regular)?);
    }
    left += GAP;
    let mut chart = ChartBuilder::on(area)
        .margin_left(left as u32)
        .margin_right(margins.right as u32)
        .margin_top((TOP + margins.top) as u32)
        .margin_bottom(margins.bottom as u32)
        .build_cartesian_2d(first..last, scale.low..scale.high)?;
    chart.draw_series(scale.ticks.iter().map(|tick| {
        let is_base = *tick == 0.0;
        PathElement::new(
            vec![(first, *tick), (last, *tick)],
            if is_base { MUTED.stroke_width(2) } else { GRID.stroke_width(2) },
        )
    }))?;
    for (tick, label) in scale.ticks.iter().zip(&labels) {
        let (x, y) = chart.backend_coord(&(first, *tick));
        text::draw(area, label, (x - GAP, y), Anchor::Right, Weight::Regular, MUTED)?;
    }
    heading(figure, area, scale, &[])?;
    Ok(chart)
}

/// What is measured and the notes to it, above the plot.
pub fn heading(figure: &Figure, area: &Area<'_>, scale: &Scale, notes: &[String]) -> Drawn {
    let parts: Vec<String> = [measure(figure, scale)].into_iter().chain(notes.iter().cloned()).collect();
    let label = text::fit(&parts.join(" · "), WIDTH as i32, Weight::Regular)?;
    text::draw(area, &label, (0, 18), Anchor::Left, Weight::Regular, MUTED)
}

/// What is measured, and where the axis starts if not at 0.
pub fn measure(figure: &Figure, scale: &Scale) -> String {
    match scale.low {
        low if low > 0.0 => phrase!(
            figure.locale,
            "{measure} (axis starts at {value})",
            measure = figure.y_label,
            value = scale::start(figure, scale)
        ),
        _ => figure.y_label.clone(),
    }
}

/// Labels under the plot, as many as fit, the last one always among them.
fn categories(
    figure: &Figure,
    months: Option<&[(String, String)]>,
    area: &Area<'_>,
    chart: &Chart<'_, '_>,
) -> Drawn {
    let x = |index: usize| chart.backend_coord(&(index as f64 + 0.5, 0.0)).0;
    let (left, _) = chart.backend_coord(&(0.0, 0.0));
    let (next, _) = chart.backend_coord(&(1.0, 0.0));
    let base = area.dim_in_pixel().1 as i32 - bottom_of(figure, months.is_some());
    names_under(&figure.categories, months, area, (next - left).max(1), x, base)
}

/// Names of categories below `base`, each with its middle at `x`; `slot` is the
/// room of one.
pub fn names_under(
    categories: &[String],
    months: Option<&[(String, String)]>,
    area: &Area<'_>,
    slot: i32,
    x: impl Fn(usize) -> i32,
    base: i32,
) -> Drawn {
    let n = categories.len();
    let mut widest = 0;
    for (index, name) in categories.iter().enumerate() {
        let label = months.map_or(name, |months| &months[index].0);
        widest = widest.max(text::width(&text::fit(label, 220, Weight::Regular)?, Weight::Regular)?);
    }
    // A long label is cut rather than dropped while there is room for some of it.
    let room = match months {
        Some(_) => widest,
        None => widest.min((slot - GAP).max(MIN_NAME)),
    };
    let every = ((room + GAP) as usize).div_ceil(slot as usize).max(1);
    let shown: Vec<usize> = (0..n).filter(|index| (n - 1 - index).is_multiple_of(every)).collect();
    let names = shown.iter().map(|index| match months {
        Some(months) => months[*index].0.as_str(),
        None => categories[*index].as_str(),
    });
    let names = text::fit_all(names.map(|name| (name, Weight::Regular)), room)?;
    // Within the canvas; of two that would then touch, the later one stays.
    let within = |index: usize, name: &str| -> Fallible<(i32, i32)> {
        let half = text::width(name, Weight::Regular)? / 2;
        Ok((x(index).clamp(half, WIDTH as i32 - half), half))
    };
    let mut places: Vec<(usize, &str, i32)> = Vec::new();
    let mut free = i32::MAX;
    for (index, name) in shown.iter().zip(&names).rev() {
        let (middle, half) = within(*index, name)?;
        if middle + half <= free {
            places.push((*index, name, middle));
            free = middle - half - GAP / 2;
        }
    }
    let mut year = "";
    for (index, name, x) in places.into_iter().rev() {
        let place = (x, base + 16 + LEADING / 2);
        text::draw(area, name, place, Anchor::Middle, Weight::Regular, MUTED)?;
        if let Some((_, of)) = months.map(|months| &months[index]).filter(|(_, of)| of != year) {
            let below = (within(index, of)?.0, place.1 + LEADING);
            text::draw(area, of, below, Anchor::Middle, Weight::Regular, MUTED)?;
            year = of;
        }
    }
    Ok(())
}

fn bottom_of(figure: &Figure, has_months: bool) -> i32 {
    let is_two_lines = has_months || !figure.x_label.is_empty();
    16 + LEADING + if is_two_lines { LEADING } else { 0 }
}

/// The target as a dashed line across the plot; after bars, before lines.
pub fn target(figure: &Figure, chart: &mut Chart<'_, '_>) -> Drawn {
    let Some(target) = figure.target.filter(has_place) else {
        return Ok(());
    };
    let ends = chart.x_range();
    let path = vec![(ends.start, target), (ends.end, target)];
    chart.draw_series([PathElement::new(path, TARGET.stroke_width(2))])?;
    Ok(())
}

/// The target's label at the right end of its line.
pub fn target_label(figure: &Figure) -> Option<(f64, String)> {
    let target = figure.target.filter(has_place)?;
    Some((target, scale::target(figure, target)))
}

/// Squares with names, left to right in the order of the parts.
pub fn key(area: &Area<'_>, names: &[(&str, RGBColor)], top: i32) -> Drawn {
    for ((x, y, label), (_, colour)) in key_places(names)?.iter().zip(names) {
        let y = y + top;
        area.draw(&Rectangle::new([(*x, y + 4), (x + 20, y + 24)], colour.filled()))?;
        text::draw(area, label, (x + 30, y + 14), Anchor::Left, Weight::Regular, INK)?;
    }
    Ok(())
}

/// The height that a key takes.
pub fn key_height(names: &[(&str, RGBColor)]) -> Fallible<i32> {
    Ok(key_places(names)?.last().map_or(0, |(_, y, _)| y + LEADING + 6))
}

/// Where the squares of a key lie, with their names; wraps.
fn key_places(names: &[(&str, RGBColor)]) -> Fallible<Vec<(i32, i32, String)>> {
    let (mut x, mut y) = (0, 0);
    let mut places = Vec::new();
    for (name, _) in names {
        let label = text::fit(name, 360, Weight::Regular)?;
        let width = 34 + text::width(&label, Weight::Regular)?;
        if x > 0 && x + width > WIDTH as i32 {
            (x, y) = (0, y + LEADING + 6);
        }
        places.push((x, y, label));
        x += width + 30;
    }
    Ok(places)
}

/// `2026-09` as (`Sep`, `2026`), if all categories are months.
pub fn months(categories: &[String], locale: Locale) -> Option<Vec<(String, String)>> {
    // One phrase, as `May` alone is also the whole name of a month.
    let names: Vec<&str> =
        locale.text("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec").split(' ').collect();
    categories
        .iter()
        .map(|category| {
            let (year, month) = category.split_once('-')?;
            let is_year = year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit());
            let index = month.parse::<usize>().ok()?.checked_sub(1)?;
            (is_year && month.len() == 2).then_some(())?;
            Some(((*names.get(index)?).to_owned(), year.to_owned()))
        })
        .collect()
}

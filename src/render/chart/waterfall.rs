//! From all the time to the time that counts, less what doesn't; then the
//! limit, and what lies beyond it.

use plotters::element::{PathElement, Rectangle};
use plotters::style::{Color, RGBColor};

use super::colour::{CONTEXT, GRID, INK, LEADER, MET, MISSED, MUTED, TARGET};
use super::scale;
use super::text::{self, Anchor, LEADING, Weight};
use super::{Area, Drawn, WIDTH, at};
use crate::paper::locale::phrase;
use crate::paper::{Figure, MAX_CURVES, Series};

const ROW: i32 = 46;
const BAR: i32 = 30;
/// What is measured.
const TOP: i32 = 40;
/// The name of a group, and the label of the limit below it.
const HEAD: i32 = 2 * LEADING + 14;
const MAX_NAME: i32 = 420;
/// Off the canvas on any side.
const FAR: f64 = 1e5;

/// The groups that have a whole and a part that counts; their values are all,
/// the parts that don't count, what counts, and the limit.
pub fn groups(figure: &Figure) -> Vec<&Series> {
    let Some(counted) = figure.categories.len().checked_sub(2).filter(|counted| *counted > 1) else {
        return Vec::new();
    };
    let is_whole = |one: &&Series| at(&one.values, 0).is_some() && at(&one.values, counted).is_some();
    figure.series.iter().filter(is_whole).take(MAX_CURVES).collect()
}

fn height_of(figure: &Figure) -> i32 {
    HEAD + (figure.categories.len() as i32 - 1) * ROW + 16
}

/// Height of the canvas, by the number of groups and parts.
pub fn height(figure: &Figure) -> u32 {
    (TOP + groups(figure).len() as i32 * height_of(figure)).unsigned_abs()
}

/// Draws the figure.
pub fn draw(figure: &Figure, area: &Area<'_>) -> Drawn {
    let groups = groups(figure);
    let heading = text::fit(&figure.y_label, WIDTH as i32, Weight::Regular)?;
    text::draw(area, &heading, (0, 18), Anchor::Left, Weight::Regular, MUTED)?;
    // All groups have one scale, so that lengths compare.
    let values =
        groups.iter().flat_map(|one| (0..figure.categories.len()).filter_map(|i| at(&one.values, i)));
    let high = values.fold(0.0, f64::max);
    let (mut left, mut right) = (0, 0);
    let rows = figure.categories.len() - 1;
    for (row, name) in figure.categories.iter().take(rows).enumerate() {
        let weight = weight(row + 1 == rows);
        left = left.max(text::width(&text::fit(name, MAX_NAME, weight)?, weight)?);
    }
    for group in &groups {
        for row in 0..rows {
            right = right.max(text::width(&label(figure, group, row), Weight::Bold)?);
        }
    }
    let plot = Plot { left: left + 16, right: WIDTH as i32 - right - 16, high: high.max(f64::MIN_POSITIVE) };
    for (index, group) in groups.into_iter().enumerate() {
        plot.group(figure, group, TOP + index as i32 * height_of(figure), area)?;
    }
    Ok(())
}

/// The value of a row, a part with a minus, what counts with its overrun.
fn label(figure: &Figure, group: &Series, row: usize) -> String {
    let last = figure.categories.len() - 2;
    let Some(value) = at(&group.values, row) else {
        return "–".to_owned();
    };
    if row > 0 && row < last {
        return scale::short(figure, -value);
    }
    let over =
        at(&group.values, last + 1).map(|limit| value - limit).filter(|over| row == last && *over > 0.0);
    let shown = scale::short(figure, value);
    match over {
        None => shown,
        Some(over) => {
            phrase!(figure.locale, "{value}, {over} over", value = shown, over = scale::short(figure, over))
        }
    }
}

/// Of a row's name and value: what counts stands out.
fn weight(is_last: bool) -> Weight {
    if is_last { Weight::Bold } else { Weight::Regular }
}

/// Where values lie on the canvas.
struct Plot {
    left: i32,
    right: i32,
    high: f64,
}

impl Plot {
    fn x(&self, value: f64) -> i32 {
        let room = f64::from(self.right - self.left);
        self.left + (value / self.high * room).round().clamp(-FAR, FAR) as i32
    }

    fn group(&self, figure: &Figure, group: &Series, top: i32, area: &Area<'_>) -> Drawn {
        let last = figure.categories.len() - 2;
        let middle = |row: usize| top + HEAD + row as i32 * ROW + ROW / 2;
        let name = text::fit(&group.name, WIDTH as i32, Weight::Bold)?;
        text::draw(area, &name, (0, top + LEADING / 2), Anchor::Left, Weight::Bold, INK)?;
        let axis = vec![(self.left, top + HEAD), (self.left, top + HEAD + (last as i32 + 1) * ROW)];
        area.draw(&PathElement::new(axis, GRID.stroke_width(2)))?;
        let mut rest = 0.0;
        for row in 0..=last {
            let y = middle(row);
            let weight = weight(row == last);
            let name = text::fit(&figure.categories[row], MAX_NAME, weight)?;
            text::draw(area, &name, (self.left - 14, y), Anchor::Right, weight, INK)?;
            text::draw(area, &label(figure, group, row), (self.right + 12, y), Anchor::Left, weight, INK)?;
            let Some(value) = at(&group.values, row) else {
                continue;
            };
            let before = rest;
            rest = if row > 0 && row < last { before - value } else { value };
            if row > 0 {
                // From the end of one bar to the start of the next.
                let from = self.x(before);
                area.draw(&PathElement::new(
                    vec![(from, middle(row - 1)), (from, y)],
                    LEADER.stroke_width(2),
                ))?;
            }
            if row == last {
                self.counted(value, at(&group.values, last + 1), y, area)?;
            } else {
                let from = if row == 0 { 0.0 } else { before };
                bar(area, (self.x(from), self.x(rest)), y, CONTEXT, if row == 0 { 1.0 } else { 0.5 })?;
            }
        }
        let Some(limit) = at(&group.values, last + 1) else {
            return Ok(());
        };
        let x = self.x(limit);
        let line = vec![(x, top + HEAD), (x, middle(last) + ROW / 2)];
        area.draw(&PathElement::new(line, TARGET.stroke_width(3)))?;
        let text = format!("{} {}", figure.categories[last + 1].to_lowercase(), scale::aim(figure, limit));
        let text = text::fit(&text, WIDTH as i32, Weight::Regular)?;
        let half = text::width(&text, Weight::Regular)? / 2;
        let place = (x.clamp(half, WIDTH as i32 - half), top + HEAD - LEADING / 2);
        text::draw(area, &text, place, Anchor::Middle, Weight::Regular, MUTED)
    }

    /// What counts, up to the limit and beyond it.
    fn counted(&self, value: f64, limit: Option<f64>, y: i32, area: &Area<'_>) -> Drawn {
        let kept = limit.map_or(value, |limit| value.min(limit));
        bar(area, (self.x(0.0), self.x(kept)), y, MET, 1.0)?;
        if value > kept {
            // A gap, as the two colours differ little in lightness.
            bar(area, (self.x(kept) + 4, self.x(value)), y, MISSED, 1.0)?;
        }
        Ok(())
    }
}

fn bar(area: &Area<'_>, (from, until): (i32, i32), y: i32, colour: RGBColor, opacity: f64) -> Drawn {
    let corners = [(from.min(until), y - BAR / 2), (from.max(until), y + BAR / 2)];
    area.draw(&Rectangle::new(corners, colour.mix(opacity).filled()))?;
    Ok(())
}

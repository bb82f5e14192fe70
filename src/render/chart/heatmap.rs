//! Cells in rows of series and columns of categories, with their values; some
//! within an outline.

use std::collections::BTreeSet;

use plotters::element::{PathElement, Rectangle};
use plotters::style::{Color, RGBColor};

use super::colour::{GRID, INK, MET, MUTED, ON_TINT, TINTS};
use super::frame;
use super::text::{self, Anchor, LEADING, Weight};
use super::{Area, Drawn, Fallible, WIDTH, at};
use crate::paper::locale::phrase;
use crate::paper::{DRAWN_ROWS, Figure, Series};

const ROW: i32 = 46;
const HEAD: i32 = 44;
/// Squares and numbers of the key.
const KEY: i32 = LEADING + 18;
/// Names of the columns, above the cells, and what they are, below.
const NAMES: i32 = LEADING + 6;
const MAX_NAME: i32 = 260;
const WHITE: RGBColor = RGBColor(0xff, 0xff, 0xff);

/// Height of the canvas, by the number of rows.
pub fn height(figure: &Figure) -> Fallible<u32> {
    let rows = figure.series.len().min(DRAWN_ROWS) as i32;
    let label = if figure.x_label.is_empty() { 0 } else { LEADING + 8 };
    let rest = if figure.series.len() > DRAWN_ROWS { LEADING } else { 0 };
    Ok(u32::try_from(HEAD + KEY + NAMES + rows * ROW + label + rest + 8)?)
}

/// Draws the figure.
pub fn draw(figure: &Figure, area: &Area<'_>) -> Drawn {
    let grid = Grid::new(figure)?;
    let heading = match figure.unit.as_str() {
        "%" => phrase!(figure.locale, "{measure} in %", measure = figure.y_label),
        _ => figure.y_label.clone(),
    };
    let heading = text::fit(&heading, WIDTH as i32, Weight::Regular)?;
    text::draw(area, &heading, (0, 18), Anchor::Left, Weight::Regular, MUTED)?;
    key(figure, &grid, area)?;
    let x = |index: usize| grid.x(index).midpoint(grid.x(index + 1));
    let names = grid.top - NAMES - 16;
    frame::names_under(&figure.categories, None, area, grid.slot(), x, names)?;
    let has_numbers = grid.has_room(figure)?;
    for (row, (series, name)) in figure.series.iter().zip(&grid.names).enumerate() {
        let middle = grid.y(row).midpoint(grid.y(row + 1));
        text::draw(area, name, (grid.left - 14, middle), Anchor::Right, Weight::Regular, INK)?;
        for column in 0..figure.categories.len() {
            // A gap keeps neighbours of one tint apart.
            let corners =
                [(grid.x(column) + 1, grid.y(row) + 1), (grid.x(column + 1) - 1, grid.y(row + 1) - 1)];
            let Some(value) = at(&series.values, column) else {
                area.draw(&Rectangle::new(corners, GRID.stroke_width(1)))?;
                continue;
            };
            let step = grid.step(value);
            area.draw(&Rectangle::new(corners, MET.mix(TINTS[step]).filled()))?;
            if has_numbers {
                let label = shown(figure, value, grid.is_whole);
                let ink = if step + 1 == TINTS.len() { WHITE } else { ON_TINT };
                text::draw(area, &label, (x(column), middle), Anchor::Middle, Weight::Regular, ink)?;
            }
        }
    }
    for line in grid.outline() {
        area.draw(&PathElement::new(line, INK.stroke_width(4)))?;
    }
    let label = text::fit(&figure.x_label, WIDTH as i32, Weight::Regular)?;
    let place = (grid.left.midpoint(grid.right), grid.y(grid.rows) + LEADING / 2 + 8);
    text::draw(area, &label, place, Anchor::Middle, Weight::Regular, MUTED)?;
    if figure.series.len() > grid.rows {
        let rest = phrase!(
            figure.locale,
            "The first {n} of {all}; the CSV file has all.",
            n = grid.rows,
            all = figure.locale.count(figure.series.len() as i64)
        );
        let below = if label.is_empty() { grid.y(grid.rows) } else { place.1 + LEADING / 2 };
        let place = (grid.left, below + LEADING / 2);
        text::draw(area, &rest, place, Anchor::Left, Weight::Regular, MUTED)?;
    }
    Ok(())
}

/// A value without its unit, as short as a cell needs it; small ones have a
/// decimal each, unless none needs it.
fn shown(figure: &Figure, value: f64, is_whole: bool) -> String {
    match figure.unit.as_str() {
        "%" => figure.locale.number(value * 100.0, 0),
        _ if value.abs() >= 10.0 || value == 0.0 || is_whole => figure.locale.number(value, 0),
        _ => figure.locale.number(value, 1),
    }
}

/// The upper end of each step, and what the outline means, above the cells.
fn key(figure: &Figure, grid: &Grid, area: &Area<'_>) -> Drawn {
    let (mut x, y) = (grid.left, HEAD + LEADING / 2);
    for (step, tint) in TINTS.iter().enumerate() {
        let most = grid.high * (step + 1) as f64 / TINTS.len() as f64;
        let most = shown(figure, most, most == most.round());
        let label = phrase!(figure.locale, "to {value}", value = most);
        area.draw(&Rectangle::new([(x, y - 12), (x + 34, y + 12)], MET.mix(*tint).filled()))?;
        text::draw(area, &label, (x + 44, y), Anchor::Left, Weight::Regular, MUTED)?;
        x += 44 + text::width(&label, Weight::Regular)? + 26;
    }
    let mut entries = Vec::new();
    if figure
        .series
        .iter()
        .take(grid.rows)
        .any(|one| (0..figure.categories.len()).any(|i| at(&one.values, i).is_none()))
    {
        entries.push((GRID.stroke_width(1), figure.locale.text("too few")));
    }
    if !grid.inside.is_empty() {
        entries.push((INK.stroke_width(4), figure.locale.text("support hours")));
    }
    for (style, label) in entries {
        area.draw(&Rectangle::new([(x, y - 12), (x + 34, y + 12)], style))?;
        text::draw(area, label, (x + 46, y), Anchor::Left, Weight::Regular, MUTED)?;
        x += 46 + text::width(label, Weight::Regular)? + 26;
    }
    Ok(())
}

/// What the cells hold, of the rows drawn.
fn values(figure: &Figure) -> impl Iterator<Item = f64> {
    let row =
        |one: &Series| (0..figure.categories.len()).filter_map(|i| at(&one.values, i)).collect::<Vec<_>>();
    figure.series.iter().take(DRAWN_ROWS).flat_map(row)
}

/// Where the cells lie on the canvas.
struct Grid {
    /// Of the rows, as they fit.
    names: Vec<String>,
    left: i32,
    right: i32,
    top: i32,
    rows: usize,
    columns: usize,
    /// The largest value, where the last step ends.
    high: f64,
    /// No value has decimals.
    is_whole: bool,
    /// Row and column of the cells within the outline.
    inside: BTreeSet<(usize, usize)>,
}

impl Grid {
    fn new(figure: &Figure) -> Fallible<Grid> {
        let rows = figure.series.len().min(DRAWN_ROWS);
        let names = figure.series.iter().take(rows).map(|one| (one.name.as_str(), Weight::Regular));
        let names = text::fit_all(names, MAX_NAME)?;
        let mut left = 0;
        for name in &names {
            left = left.max(text::width(name, Weight::Regular)?);
        }
        let columns = figure.categories.len();
        let high = values(figure).fold(0.0, f64::max);
        let row = |name: &str| figure.series.iter().position(|one| one.name == name);
        let inside = figure.points.iter().filter_map(|point| Some((row(&point.series)?, point.x as usize)));
        Ok(Grid {
            names,
            left: left + 16,
            right: WIDTH as i32 - 4,
            top: HEAD + KEY + NAMES,
            rows,
            columns,
            high: if high > 0.0 { high } else { 1.0 },
            is_whole: values(figure).all(|value| value == value.round()),
            inside: inside.filter(|(row, column)| *row < rows && *column < columns).collect(),
        })
    }

    /// Whether all cells have room for their numbers: a few alone would look chosen.
    fn has_room(&self, figure: &Figure) -> Fallible<bool> {
        let mut widest = 0;
        for value in values(figure) {
            widest = widest.max(text::width(&shown(figure, value, self.is_whole), Weight::Regular)?);
        }
        Ok(widest + 6 <= self.slot())
    }

    fn x(&self, column: usize) -> i32 {
        let room = f64::from(self.right - self.left);
        self.left + (room * column as f64 / self.columns.max(1) as f64).round() as i32
    }

    fn y(&self, row: usize) -> i32 {
        self.top + row as i32 * ROW
    }

    fn slot(&self) -> i32 {
        ((self.right - self.left) / self.columns.max(1) as i32).max(1)
    }

    fn step(&self, value: f64) -> usize {
        let part = (value / self.high * TINTS.len() as f64).ceil().max(1.0) as usize;
        part.min(TINTS.len()) - 1
    }

    /// Borders between cells inside and not, neighbouring ones as one line.
    fn outline(&self) -> Vec<Vec<(i32, i32)>> {
        let is_in = |row: usize, column: usize| self.inside.contains(&(row, column));
        // Rows and columns count from 1 here, so that the rim has neighbours.
        let is_inside = |row: usize, column: usize| row > 0 && column > 0 && is_in(row - 1, column - 1);
        let mut lines = Vec::new();
        for row in 0..=self.rows {
            let is_border = |column: usize| is_inside(row, column + 1) != is_inside(row + 1, column + 1);
            for (from, until) in runs(self.columns, is_border) {
                lines.push(vec![(self.x(from) - 2, self.y(row)), (self.x(until) + 2, self.y(row))]);
            }
        }
        for column in 0..=self.columns {
            let is_border = |row: usize| is_inside(row + 1, column) != is_inside(row + 1, column + 1);
            for (from, until) in runs(self.rows, is_border) {
                lines.push(vec![(self.x(column), self.y(from)), (self.x(column), self.y(until))]);
            }
        }
        lines
    }
}

/// Half-open ranges in which all are so.
fn runs(length: usize, is_so: impl Fn(usize) -> bool) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for index in (0..length).filter(|index| is_so(*index)) {
        match runs.last_mut() {
            Some(run) if run.1 == index => run.1 += 1,
            _ => runs.push((index, index + 1)),
        }
    }
    runs
}

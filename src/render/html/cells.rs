//! How a value stands in a cell: its text, what it sorts by, its bar.

use chrono_tz::Tz;
use serde::Serialize;

use crate::paper::format;
use crate::paper::{Cell, Column, Format, Table};

/// Longer texts are cut; the CSV has them whole.
const MAX_TEXT: usize = 400;
/// Longer texts may take three lines.
const MAX_LINE: usize = 90;
/// Longer texts may not fit three lines and carry themselves as a tooltip.
const MAX_CLAMPED: usize = 180;

/// Longer words may break anywhere, so that a column can be narrow on paper.
const MAX_WORD: usize = 14;

/// Longer texts get room of their own on a screen.
const MAX_PHRASE: usize = 18;
const MAX_NARROW: usize = 10;

/// Verdicts are never broken into lines; all that there are are shorter.
const MAX_VERDICT: usize = 40;

/// A cell of the page.
#[derive(Debug, Default, Serialize)]
pub struct CellView {
    pub text: String,
    /// Class names; empty for most cells.
    pub class: String,
    /// What the column sorts by, where it isn't the text.
    pub value: Option<String>,
    pub title: Option<String>,
    pub is_missing: bool,
    /// Id of the detail that the cell opens.
    pub opens: Option<String>,
}

/// A column as the page shows it.
pub struct Shown<'a> {
    pub at: usize,
    pub column: &'a Column,
    decimals: usize,
}

#[cfg(test)]
impl<'a> Shown<'a> {
    pub fn new(at: usize, column: &'a Column) -> Shown<'a> {
        Shown { at, column, decimals: 0 }
    }
}

/// The columns to show: those printed as part of a share are left out.
pub fn shown(table: &Table) -> Vec<Shown<'_>> {
    let within: Vec<usize> = table
        .columns
        .iter()
        .filter_map(|column| column.fraction)
        .flat_map(|(part, whole)| [part, whole])
        .collect();
    table
        .columns
        .iter()
        .enumerate()
        .filter(|(at, _)| !within.contains(at))
        .map(|(at, column)| Shown { at, column, decimals: table.decimals(at) })
        .collect()
}

/// Right-aligned and sorted as a number.
pub fn is_numeric(format: Format) -> bool {
    matches!(format, Format::Count | Format::Number | Format::Share | Format::Money | Format::Duration)
}

/// Never broken into lines: instants, dates and short words such as ids.
pub fn is_narrow(table: &Table, shown: &Shown<'_>) -> bool {
    match shown.column.format {
        Format::Instant | Format::Date => true,
        Format::Text => table.rows.iter().all(|row| match row.get(shown.at) {
            Some(Cell::Text(text)) => text.chars().nth(MAX_NARROW).is_none(),
            _ => true,
        }),
        _ => false,
    }
}

/// The value of that column in that row.
pub fn cell(row: &[Cell], shown: &Shown<'_>, zone: Tz) -> CellView {
    let format = shown.column.format;
    match row.get(shown.at) {
        None | Some(Cell::Missing) => missing(),
        Some(Cell::Float(value)) if !value.is_finite() => missing(),
        Some(Cell::Text(text)) if format == Format::Verdict => verdict(text),
        Some(Cell::Text(text)) => long(text),
        Some(Cell::Int(value)) => match format {
            Format::Share => share(row, shown.column, *value as f64),
            Format::Duration => duration(*value),
            Format::Instant => just(format::instant(*value, zone)),
            Format::Bool => just(if *value == 0 { "no" } else { "yes" }.into()),
            Format::Number => just(format::number(*value as f64, shown.decimals)),
            _ => just(format::count(*value)),
        },
        Some(Cell::Float(value)) => match format {
            Format::Share => share(row, shown.column, *value),
            Format::Duration => duration(value.round() as i64),
            Format::Instant => just(format::instant(value.round() as i64, zone)),
            Format::Bool => just(if *value == 0.0 { "no" } else { "yes" }.into()),
            Format::Money => just(format::number(*value, 2)),
            _ => just(format::number(*value, shown.decimals)),
        },
    }
}

fn just(text: String) -> CellView {
    CellView { text, ..CellView::default() }
}

fn missing() -> CellView {
    CellView { is_missing: true, ..CellView::default() }
}

fn long(text: &str) -> CellView {
    let text = format::cut(text, MAX_TEXT);
    let text = format::plain(&text).into_owned();
    let length = text.chars().count();
    let has_long_word = text.split_whitespace().any(|word| word.chars().count() > MAX_WORD);
    let class = match (length > MAX_LINE, length > MAX_PHRASE, has_long_word) {
        (true, _, _) => "long",
        (false, true, true) => "t any",
        (false, true, false) => "t",
        (false, false, true) => "any",
        (false, false, false) => "",
    };
    CellView {
        title: (length > MAX_CLAMPED).then(|| text.clone()),
        class: class.into(),
        text,
        ..CellView::default()
    }
}

fn duration(seconds: i64) -> CellView {
    CellView { text: format::duration(seconds), value: Some(seconds.to_string()), ..CellView::default() }
}

fn share(row: &[Cell], column: &Column, ratio: f64) -> CellView {
    let int = |at: usize| match row.get(at) {
        Some(Cell::Int(value)) => Some(*value),
        Some(Cell::Float(value)) if value.fract() == 0.0 => Some(*value as i64),
        _ => None,
    };
    let fraction = column.fraction.and_then(|(part, whole)| Some(format::fraction(int(part)?, int(whole)?)));
    let text = match fraction {
        Some(fraction) => format!("{} ({fraction})", format::share(ratio)),
        None => format::share(ratio),
    };
    CellView {
        text,
        // Cut, so that a bar is full only when all is.
        class: format!("w w{}", (ratio * 100.0).clamp(0.0, 100.0).floor()),
        value: Some(((ratio * 1e6).round() / 1e6).to_string()),
        ..CellView::default()
    }
}

/// The word, and a class that adds a sign to it.
fn verdict(name: &str) -> CellView {
    let class = match name {
        "met" | "late" => "v good",
        "breached" | "overdue" => "v bad",
        "at_risk" => "v risk",
        "running" | "paused" => "v open",
        _ => "v apart",
    };
    CellView {
        text: format::plain(&format::cut(name, MAX_VERDICT).replace('_', " ")).into_owned(),
        class: class.into(),
        ..CellView::default()
    }
}

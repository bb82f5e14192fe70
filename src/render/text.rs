//! A table for a terminal.
//!
//! Leaves out on purpose what doesn't fit: columns beyond the width are in the files.

use chrono_tz::Tz;

use crate::paper::format;
use crate::paper::locale::Locale;
use crate::paper::{Cell, Format, Table};

/// Characters of a line.
const WIDTH: usize = 118;

/// The heading and the first rows, in columns as far as a terminal is wide.
pub fn table(table: &Table, zone: Tz, most_rows: usize) -> Vec<String> {
    let within: Vec<usize> =
        table.columns.iter().filter_map(|column| column.fraction).flat_map(|(a, b)| [a, b]).collect();
    let shown: Vec<usize> = (0..table.columns.len()).filter(|at| !within.contains(at)).collect();
    let mut rows = vec![shown.iter().map(|&at| table.columns[at].label.clone()).collect::<Vec<_>>()];
    let number = |row: &[Cell], at: usize| match row.get(at) {
        Some(Cell::Int(number)) => *number,
        _ => 0,
    };
    for row in table.rows.iter().take(most_rows) {
        let one = |&at: &usize| {
            let column = &table.columns[at];
            match (&row[at], column.format, column.fraction) {
                (Cell::Missing, ..) => "–".to_owned(),
                (Cell::Text(text), ..) => format::cut(&format::plain(text), 32).into_owned(),
                (Cell::Float(share), Format::Share, Some((part, whole))) => {
                    format!(
                        "{} ({})",
                        Locale::EnGb.share(*share),
                        Locale::EnGb.fraction(number(row, part), number(row, whole))
                    )
                }
                (Cell::Float(number), ..) => Locale::EnGb.number(*number, 1),
                (Cell::Int(seconds), Format::Duration, _) => Locale::EnGb.duration(*seconds),
                (Cell::Int(at), Format::Instant, _) => format::instant(*at, zone),
                (Cell::Int(number), ..) => Locale::EnGb.count(*number),
            }
        };
        rows.push(shown.iter().map(one).collect());
    }
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0);
    let mut room = WIDTH;
    let widths: Vec<usize> = (0..shown.len())
        .map(width)
        .take_while(|width| {
            let fits = *width <= room;
            room = room.saturating_sub(width + 2);
            fits
        })
        .collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

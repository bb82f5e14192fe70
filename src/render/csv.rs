//! A table as CSV: RFC 4180, UTF-8, LF, for other programs and for Excel.
//!
//! Leaves out on purpose everything for the eye: durations are seconds,
//! instants are UTC, column names are those of SQL.

use chrono::{DateTime, SecondsFormat};
use csv::{Terminator, WriterBuilder};

use crate::paper::{Cell, Format, Table};

/// The table with its header row.
///
/// With `is_safe`, a text that a spreadsheet would run as a formula gets an
/// apostrophe in front; numbers are never touched.
pub fn table(table: &Table, is_safe: bool) -> Vec<u8> {
    let mut writer =
        WriterBuilder::new().terminator(Terminator::Any(b'\n')).flexible(true).from_writer(Vec::new());
    // Writing to memory can't fail, and `flexible` allows any row length.
    let _ = writer.write_record(table.columns.iter().map(|column| column.name.as_str()));
    for row in &table.rows {
        let _ = writer.write_record(table.columns.iter().enumerate().map(|(at, column)| {
            row.get(at).map_or_else(String::new, |cell| field(cell, column.format, is_safe))
        }));
    }
    writer.into_inner().unwrap_or_default()
}

fn field(cell: &Cell, format: Format, is_safe: bool) -> String {
    match cell {
        Cell::Missing => String::new(),
        Cell::Text(text) if is_safe && is_formula(text) => format!("'{text}"),
        Cell::Text(text) => text.clone(),
        Cell::Int(value) => match format {
            Format::Instant => rfc3339(*value),
            Format::Share => format!("{value}.000000"),
            _ => value.to_string(),
        },
        Cell::Float(value) if !value.is_finite() => String::new(),
        Cell::Float(value) => match format {
            Format::Instant => rfc3339(value.round() as i64),
            Format::Duration | Format::Count => format!("{value:.0}"),
            Format::Share => format!("{value:.6}"),
            Format::Money => format!("{value:.2}"),
            _ => value.to_string(),
        },
    }
}

fn rfc3339(at: i64) -> String {
    DateTime::from_timestamp(at, 0)
        .map_or_else(|| at.to_string(), |instant| instant.to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// Spreadsheets skip what can't be seen before they look for a formula.
pub(super) fn is_formula(text: &str) -> bool {
    let unseen = |c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}';
    text.trim_start_matches(' ').starts_with(['\t', '\r'])
        || text.trim_start_matches(unseen).starts_with(['=', '+', '-', '@'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper::Column;

    fn one(format: Format, cells: Vec<Cell>) -> Table {
        Table {
            slug: "t".into(),
            title: "T".into(),
            question: None,
            notes: None,
            columns: vec![Column { name: "a_b".into(), label: "A b".into(), format, fraction: None }],
            total_rows: cells.len(),
            rows: cells.into_iter().map(|cell| vec![cell]).collect(),
            is_filterable: false,
            figure: None,
            details: vec![],
        }
    }

    fn written(format: Format, cell: Cell, is_safe: bool) -> String {
        let bytes = table(&one(format, vec![cell]), is_safe);
        String::from_utf8(bytes).expect("UTF-8")
    }

    #[test]
    fn values_are_for_machines() {
        let cases = [
            (Format::Instant, Cell::Int(1_788_440_700), "2026-09-03T13:05:00Z"),
            (Format::Duration, Cell::Int(11_100), "11100"),
            (Format::Share, Cell::Float(412.0 / 438.0), "0.940639"),
            (Format::Number, Cell::Float(0.1), "0.1"),
            (Format::Number, Cell::Float(-2.5), "-2.5"),
            (Format::Text, Cell::Text("a \"b\", c".into()), "\"a \"\"b\"\", c\""),
            (Format::Text, Cell::Missing, "\"\""),
        ];
        for (format, cell, expected) in cases {
            assert_eq!(written(format, cell, true), format!("a_b\n{expected}\n"));
        }
    }

    #[test]
    fn formulas_are_defused_in_text_only() {
        for text in ["=1+1", "  @SUM(A1)", "+1", "-1", "\tx", "\0=1", "\u{a0}=1"] {
            let safe = written(Format::Text, Cell::Text(text.into()), true);
            assert!(safe.contains(&format!("'{text}")), "{safe}");
            let raw = written(Format::Text, Cell::Text(text.into()), false);
            assert!(!raw.contains('\''), "{raw}");
        }
        assert!(!written(Format::Count, Cell::Int(-1), true).contains('\''));
    }
}

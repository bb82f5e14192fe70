//! A table as CSV, for other programs and for Excel.
//!
//! Leaves out on purpose everything for the eye: durations are seconds,
//! instants are UTC, column names are those of SQL.

use chrono::{DateTime, SecondsFormat};
use csv::{Terminator, WriterBuilder};

use crate::paper::{Cell, Format, Table};

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    pub dialect: Dialect,
    /// A text that a spreadsheet would run as a formula gets an apostrophe in front;
    /// numbers are never touched.
    pub is_safe: bool,
}

/// What separates fields and decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// RFC 4180, UTF-8, LF.
    Rfc4180,
    /// As a Portuguese Excel opens it by a double click: a byte order mark, semicolons, decimal
    /// commas, CRLF, instants that it takes for dates.
    ExcelPt,
}

impl Dialect {
    /// As on the command line and in the manifest.
    pub fn name(self) -> &'static str {
        match self {
            Dialect::Rfc4180 => "rfc4180",
            Dialect::ExcelPt => "excel-pt",
        }
    }
}

/// The table with its header row.
pub fn table(table: &Table, style: Style) -> Vec<u8> {
    let (delimiter, terminator, start) = match style.dialect {
        Dialect::Rfc4180 => (b',', Terminator::Any(b'\n'), &[][..]),
        Dialect::ExcelPt => (b';', Terminator::CRLF, &b"\xef\xbb\xbf"[..]),
    };
    let mut writer = WriterBuilder::new()
        .delimiter(delimiter)
        .terminator(terminator)
        .flexible(true)
        .from_writer(start.to_vec());
    // Writing to memory can't fail, and `flexible` allows any row length.
    let _ = writer.write_record(table.columns.iter().map(|column| column.name.as_str()));
    for row in &table.rows {
        let _ = writer.write_record(table.columns.iter().enumerate().map(|(at, column)| {
            row.get(at).map_or_else(String::new, |cell| field(cell, column.format, style))
        }));
    }
    writer.into_inner().unwrap_or_default()
}

fn field(cell: &Cell, format: Format, style: Style) -> String {
    let decimal = |text: String| match style.dialect {
        Dialect::Rfc4180 => text,
        Dialect::ExcelPt => text.replace('.', ","),
    };
    match cell {
        Cell::Missing => String::new(),
        Cell::Text(text) if style.is_safe && is_formula(text) => format!("'{text}"),
        Cell::Text(text) => text.clone(),
        Cell::Int(value) => match format {
            Format::Instant => instant(*value, style.dialect),
            Format::Share => decimal(format!("{value}.000000")),
            _ => value.to_string(),
        },
        Cell::Float(value) if !value.is_finite() => String::new(),
        Cell::Float(value) => match format {
            Format::Instant => instant(value.round() as i64, style.dialect),
            Format::Duration | Format::Count => format!("{value:.0}"),
            Format::Share => decimal(format!("{value:.6}")),
            Format::Money => decimal(format!("{value:.2}")),
            _ => decimal(value.to_string()),
        },
    }
}

fn instant(at: i64, dialect: Dialect) -> String {
    DateTime::from_timestamp(at, 0).map_or_else(
        || at.to_string(),
        |instant| match dialect {
            Dialect::Rfc4180 => instant.to_rfc3339_opts(SecondsFormat::Secs, true),
            Dialect::ExcelPt => instant.format("%Y-%m-%d %H:%M:%S").to_string(),
        },
    )
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
        let bytes = table(&one(format, vec![cell]), Style { dialect: Dialect::Rfc4180, is_safe });
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
    fn a_portuguese_excel_reads_its_own_dialect() {
        let style = Style { dialect: Dialect::ExcelPt, is_safe: true };
        let text = |format, cell| String::from_utf8(table(&one(format, vec![cell]), style)).expect("UTF-8");
        let share = text(Format::Share, Cell::Float(0.5));
        assert_eq!(share, "\u{feff}a_b\r\n0,500000\r\n");
        assert!(text(Format::Instant, Cell::Int(1_788_440_700)).contains("2026-09-03 13:05:00\r"));
        assert!(text(Format::Text, Cell::Text("a;b, 1.5".into())).contains("\"a;b, 1.5\"\r"));
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

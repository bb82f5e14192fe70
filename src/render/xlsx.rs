//! The Excel pack: a summary with native charts, a sheet for each table, and
//! notes; no formula, no link, no macro.
//!
//! Leaves out on purpose every decision about numbers: values and words come
//! with the report. Only the cumulative share of a Pareto chart is formed
//! here, as on the page.

mod cells;
mod charts;
mod names;
mod notes;
mod sheet;
mod style;
mod summary;
mod text;

use chrono_tz::Tz;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use crate::paper::locale::{Locale, phrase};
use crate::paper::{Report, Table};
use cells::Reader;
use names::Names;
use style::Styles;
use text::safe;

/// What a sheet can hold.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Rows of a table, without its header.
    rows: usize,
    /// UTF-16 units of a text.
    text: usize,
}

/// Of Excel, from "Excel specifications and limits".
const EXCEL: Limits = Limits { rows: 1_048_575, text: 32_767 };

/// A table and where it goes.
struct Sheet<'a> {
    table: &'a Table,
    /// On its tab.
    name: String,
    /// Of the Excel table, always English.
    id: String,
    /// Rows written; fewer than the table has where it is cut.
    rows: usize,
}

impl Sheet<'_> {
    /// What is left out, in words; `None` where nothing is.
    fn cut(&self, locale: Locale) -> Option<String> {
        let all = self.table.rows.len();
        (self.rows < all).then(|| {
            phrase!(
                locale,
                "Cut: the sheet holds {fraction} rows; the rest is in csv/{slug}.csv.",
                fraction = locale.fraction(self.rows as i64, all as i64),
                slug = self.table.slug
            )
        })
    }
}

/// The workbook's bytes.
///
/// `tables` are whole, unlike those of the report, which may be cut for the
/// page; of each, at most `most_rows` are taken, and Excel's own limit. `zone` is that of every date and time; `created_at` (seconds UTC, the
/// period's end) stands in the properties, so that the bytes depend on nothing
/// else.
pub fn pack(
    report: &Report,
    tables: Vec<&Table>,
    most_rows: usize,
    zone: Tz,
    created_at: i64,
) -> Result<Vec<u8>, String> {
    let limits = Limits { rows: EXCEL.rows.min(most_rows), ..EXCEL };
    write(report, tables, zone, created_at, limits).map_err(|error| format!("the workbook: {error}"))
}

fn write(
    report: &Report,
    tables: Vec<&Table>,
    zone: Tz,
    created_at: i64,
    limits: Limits,
) -> Result<Vec<u8>, XlsxError> {
    let locale = report.locale;
    let mut names = Names::new(locale);
    let summary_name = names.sheet(&phrase!(locale, "Summary"));
    let notes_name = names.sheet(&phrase!(locale, "Notes"));
    let key_figures_id = names.table("key_figures");
    let sheets: Vec<Sheet> = ordered(report, tables)
        .into_iter()
        .map(|table| Sheet {
            name: names.sheet(&table.title),
            id: names.table(&table.slug),
            rows: table.rows.len().min(limits.rows),
            table,
        })
        .collect();
    let styles = Styles::new(locale);
    let mut book = Workbook::new();
    let subject = report.header.first().map_or_else(String::new, |line| safe(line, limits.text));
    book.set_properties(
        &DocProperties::new()
            .set_title(safe(&report.title, limits.text))
            .set_subject(subject)
            .set_creation_datetime(&ExcelDateTime::from_timestamp(created_at)?),
    );
    let context = Context { report, reader: Reader { zone, locale }, limits, styles: &styles };
    let key_figures =
        summary::write(book.add_worksheet(), &context, (&summary_name, &key_figures_id), &sheets)?;
    for (id, place) in key_figures {
        book.define_name(names.key_figure(&id), &place)?;
    }
    for sheet in &sheets {
        sheet::write(book.add_worksheet(), &context, sheet)?;
    }
    notes::write(book.add_worksheet(), &context, &notes_name, &sheets)?;
    book.save_to_buffer()
}

/// What every sheet needs.
struct Context<'a> {
    report: &'a Report,
    reader: Reader,
    limits: Limits,
    styles: &'a Styles,
}

/// In the order of the page; those that aren't on it come last.
fn ordered<'a>(report: &Report, mut tables: Vec<&'a Table>) -> Vec<&'a Table> {
    let on_page: Vec<&str> = report.tables().map(|table| table.slug.as_str()).collect();
    let place = |table: &Table| on_page.iter().position(|slug| *slug == table.slug);
    tables.sort_by_key(|table| place(table).unwrap_or(usize::MAX));
    tables
}

#[cfg(test)]
mod tests;

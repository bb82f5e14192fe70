//! The last sheet: what every figure means and where it comes from.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::cells::{self, Part, Value};
use super::sheet::{LINE, words};
use super::text::{joined, lines, safe};
use super::{Context, Sheet, style};
use crate::paper::locale::{Locale, phrase};
use crate::paper::{Block, Cell};

/// Widths in digits.
const TERM: f64 = 34.0;
const TEXT: f64 = 115.0;
/// Slug of the table of source files.
const SOURCES: &str = "source_files";

/// Writes the sheet: two columns, a term and what there is to say of it.
pub fn write(
    sheet: &mut Worksheet,
    context: &Context,
    name: &str,
    sheets: &[Sheet],
) -> Result<(), XlsxError> {
    sheet.set_name(name)?.set_screen_gridlines(false);
    sheet.set_column_width(0, TERM)?.set_column_width(1, TEXT)?;
    let mut row = 0;
    for (title, notes) in blocks(context, sheets) {
        if notes.is_empty() {
            continue;
        }
        words(sheet, (row, 0), &title, &context.styles.heading)?;
        row += 1;
        for (term, text) in notes {
            let limit = context.limits.text;
            words(sheet, (row, 0), &safe(&term, limit), &context.styles.term)?;
            let text = joined(&text, limit);
            words(sheet, (row, 1), &text, &context.styles.wrapped)?;
            let tallest = lines(&text, TEXT as usize).max(lines(&term, TERM as usize));
            // Not every program fits rows to their texts; 409 points is Excel's highest.
            sheet.set_row_height(row, (tallest as f64 * LINE + 4.0).min(409.0))?;
            row += 1;
        }
        row += 1;
    }
    style::page(sheet, context.report, (TERM + TEXT) as usize);
    Ok(())
}

/// A heading, and terms with the lines of their texts.
type Notes = (String, Vec<(String, Vec<String>)>);

fn blocks(context: &Context, sheets: &[Sheet]) -> Vec<Notes> {
    let report = context.report;
    let locale = report.locale;
    let about = vec![
        (phrase!(locale, "Report"), vec![report.title.clone()]),
        (phrase!(locale, "Data"), report.header.clone()),
        (
            phrase!(locale, "Dates and times"),
            vec![phrase!(
                locale,
                "Wall clock of {zone}, to the second, shown to the minute. The hour that autumn repeats stands \
                 twice; csv/ has UTC.",
                zone = context.reader.zone.name()
            )],
        ),
        (
            phrase!(locale, "Durations"),
            vec![phrase!(
                locale,
                "Each stands twice: as hours, minutes and seconds, and in decimal hours, for sums and formulas. \
                 Never in days: a day of working time has no agreed length."
            )],
        ),
        (
            phrase!(locale, "Shares"),
            vec![phrase!(
                locale,
                "Ratios 0 to 1, shown as percentages. Those just below all show {nearly_all}, those just above \
                 nothing {nearly_none}.",
                nearly_all = locale.share(0.9999),
                nearly_none = locale.share(0.0001)
            )],
        ),
        (
            phrase!(locale, "Hidden columns"),
            vec![phrase!(locale, "A column without a value in any row is hidden; it can be unhidden.")],
        ),
    ];
    let tables = sheets.iter().map(|sheet| (sheet.name.clone(), table(sheet, locale)));
    let sections = report.sections.iter().flat_map(|section| &section.blocks);
    let definitions = sections.filter_map(|block| match block {
        Block::Definitions(definitions) => Some(definitions),
        Block::Table(_) => None,
    });
    let method = definitions.flatten().map(|one| (one.term.clone(), vec![one.text.clone()]));
    vec![
        (phrase!(locale, "About this workbook"), about),
        (phrase!(locale, "Method"), method.collect()),
        (phrase!(locale, "Tables"), tables.collect()),
        (phrase!(locale, "Sources"), sources(context, sheets)),
    ]
}

fn table(sheet: &Sheet, locale: Locale) -> Vec<String> {
    let table = sheet.table;
    let rows = match sheet.rows {
        0 => phrase!(locale, "No rows."),
        1 => phrase!(locale, "1 row."),
        rows => phrase!(locale, "{n} rows.", n = locale.count(rows as i64)),
    };
    let place =
        phrase!(locale, "Excel table {table}, file csv/{slug}.csv.", table = sheet.id, slug = table.slug);
    // A title that the sheet's name holds whole needs no line.
    let mut lines: Vec<String> =
        (table.title != sheet.name).then(|| table.title.clone()).into_iter().collect();
    lines.extend(table.question.clone());
    lines.extend(table.notes.clone());
    lines.push(format!("{rows} {place}"));
    lines.extend(sheet.cut(locale));
    lines
}

/// Each source file with what is known of it.
fn sources(context: &Context, sheets: &[Sheet]) -> Vec<(String, Vec<String>)> {
    let table = sheets.iter().map(|sheet| sheet.table).find(|table| table.slug == SOURCES);
    let Some(table) = table else { return Vec::new() };
    let file = table.columns.iter().position(|column| column.name == "file").unwrap_or(0);
    let known = |row: &[Cell], at: usize| -> Option<String> {
        let value = cells::value(row.get(at)?, table.columns[at].format, Part::Whole, 0, context.reader);
        (value != Value::Missing).then(|| value.words(context.reader.locale))
    };
    let others = |row: &[Cell]| {
        let rest = (0..table.columns.len()).filter(|at| *at != file);
        let rest = rest.filter_map(|at| Some(format!("{} {}", table.columns[at].label, known(row, at)?)));
        rest.collect::<Vec<_>>().join("; ")
    };
    table.rows.iter().map(|row| (known(row, file).unwrap_or_default(), vec![others(row)])).collect()
}

//! The last sheet: what every figure means and where it comes from.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::cells::{self, Part, Value};
use super::sheet::{LINE, words};
use super::text::{joined, lines, safe};
use super::{Context, Sheet, style};
use crate::paper::{Block, Cell, format};

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
        words(sheet, (row, 0), title, &context.styles.heading)?;
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
    style::page(sheet, &context.report.title, (TERM + TEXT) as usize);
    Ok(())
}

/// A heading, and terms with the lines of their texts.
type Notes = (&'static str, Vec<(String, Vec<String>)>);

fn blocks(context: &Context, sheets: &[Sheet]) -> Vec<Notes> {
    let report = context.report;
    let line = |term: &str, text: &str| (term.to_owned(), vec![text.to_owned()]);
    let mut about = vec![("Report".to_owned(), vec![report.title.clone()])];
    about.push(("Data".to_owned(), report.header.clone()));
    about.push((
        "Dates and times".to_owned(),
        vec![format!(
            "Wall clock of {}, to the second, shown to the minute. The hour that autumn repeats stands twice; csv/ has UTC.",
            context.zone.name()
        )],
    ));
    about.push(line(
        "Durations",
        "Each stands twice: as hours, minutes and seconds, and in decimal hours, for sums and formulas. Never in days: a day of working time has no agreed length.",
    ));
    about.push(line(
        "Shares",
        "Ratios 0 to 1, shown as percentages. Those just below all show >99.9%, those just above nothing <0.1%.",
    ));
    let tables = sheets.iter().map(|sheet| (sheet.name.clone(), table(sheet)));
    let sections = report.sections.iter().flat_map(|section| &section.blocks);
    let definitions = sections.filter_map(|block| match block {
        Block::Definitions(definitions) => Some(definitions),
        Block::Table(_) => None,
    });
    let method = definitions.flatten().map(|one| (one.term.clone(), vec![one.text.clone()]));
    vec![
        ("About this workbook", about),
        ("Method", method.collect()),
        ("Tables", tables.collect()),
        ("Sources", sources(context, sheets)),
    ]
}

fn table(sheet: &Sheet) -> Vec<String> {
    let table = sheet.table;
    let rows = match sheet.rows {
        0 => "No rows.".to_owned(),
        1 => "1 row.".to_owned(),
        rows => format!("{} rows.", format::count(rows as i64)),
    };
    // A title that the sheet's name holds whole needs no line.
    let mut lines: Vec<String> =
        (table.title != sheet.name).then(|| table.title.clone()).into_iter().collect();
    lines.extend(table.question.clone());
    lines.extend(table.notes.clone());
    lines.push(format!("{rows} Excel table {}, file csv/{}.csv.", sheet.id, table.slug));
    lines.extend(sheet.cut());
    lines
}

/// Each source file with what is known of it.
fn sources(context: &Context, sheets: &[Sheet]) -> Vec<(String, Vec<String>)> {
    let table = sheets.iter().map(|sheet| sheet.table).find(|table| table.slug == SOURCES);
    let Some(table) = table else { return Vec::new() };
    let file = table.columns.iter().position(|column| column.name == "file").unwrap_or(0);
    let known = |row: &[Cell], at: usize| -> Option<String> {
        let value = cells::value(row.get(at)?, table.columns[at].format, Part::Whole, 0, context.zone);
        (value != Value::Missing).then(|| value.words())
    };
    let others = |row: &[Cell]| {
        let rest = (0..table.columns.len()).filter(|at| *at != file);
        let rest = rest.filter_map(|at| Some(format!("{} {}", table.columns[at].label, known(row, at)?)));
        rest.collect::<Vec<_>>().join("; ")
    };
    table.rows.iter().map(|row| (known(row, file).unwrap_or_default(), vec![others(row)])).collect()
}

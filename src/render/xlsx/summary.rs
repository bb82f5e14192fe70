//! The first sheet: verdict, key figures, charts and their data.

use rust_xlsxwriter::{Table as ExcelTable, TableColumn, TableStyle, Worksheet, XlsxError};

use super::cells::{self, Part, Shown, Value};
use super::sheet::{LINE, PROSE, put, words};
use super::text::{lines, safe};
use super::{Context, Sheet, charts, style};
use crate::paper::locale::phrase;
use crate::paper::{Card, Cell, Format};

/// Of the column of names, in digits.
pub const FIRST_WIDTH: f64 = 30.0;
/// Widths of the key figures' columns, in digits.
const WIDTHS: [f64; 8] = [FIRST_WIDTH, 12.0, 13.0, 14.0, 12.0, 12.0, 30.0, 58.0];
const LAST: u16 = WIDTHS.len() as u16 - 1;
/// Digits across all columns at the size of the sentences.
const ACROSS: usize = 165;

/// Writes the sheet and gives the place of each key figure's value under its id.
pub fn write(
    sheet: &mut Worksheet,
    context: &Context,
    (name, table_id): (&str, &str),
    sheets: &[Sheet],
) -> Result<Vec<(String, String)>, XlsxError> {
    let (report, styles, locale) = (context.report, context.styles, context.report.locale);
    sheet.set_name(name)?.set_screen_gridlines(false);
    for (at, width) in WIDTHS.iter().enumerate() {
        sheet.set_column_width(at as u16, *width)?;
    }
    words(sheet, (0, 0), &safe(&report.title, context.limits.text), &styles.title)?;
    sheet.set_row_height(0, 28)?;
    let mut row = 1;
    for line in &report.header {
        row = across(sheet, context, row, line, &styles.muted)?;
    }
    row += 1;
    // What a reader says of their own is nowhere else in the pack.
    let said = report.sections.iter().filter(|section| section.id == "verdict" || section.is_own());
    for sentence in said.flat_map(|section| &section.sentences) {
        row = across(sheet, context, row, sentence, &styles.lead)?;
    }
    for (sheet_plan, cut) in sheets.iter().filter_map(|sheet| Some((sheet, sheet.cut(locale)?))) {
        row = across(sheet, context, row, &format!("{}: {cut}", sheet_plan.name), &styles.lead)?;
    }
    row += 1;
    let cards: Vec<&Card> = report.sections.iter().flat_map(|section| &section.cards).collect();
    let mut places = Vec::new();
    if !cards.is_empty() {
        let headings = [
            phrase!(locale, "Key figure"),
            phrase!(locale, "Value"),
            phrase!(locale, "Numerator"),
            phrase!(locale, "Denominator"),
            phrase!(locale, "Target, at least"),
            phrase!(locale, "Change, points"),
            phrase!(locale, "Status"),
            phrase!(locale, "Small print"),
        ];
        let columns: Vec<TableColumn> = headings
            .iter()
            .enumerate()
            .map(|(at, text)| {
                let format = match at {
                    0 | 7 => &styles.header,
                    6 => &styles.header_text,
                    _ => &styles.header_right,
                };
                TableColumn::new().set_header(text).set_header_format(format.clone())
            })
            .collect();
        let table = ExcelTable::new()
            .set_name(table_id)
            .set_style(TableStyle::Light1)
            .set_banded_rows(false)
            .set_autofilter(false)
            .set_columns(&columns);
        sheet.add_table(row, 0, row + cards.len() as u32, LAST, &table)?;
        sheet.set_row_height(row, 2.0 * LINE + 3.0)?;
        for card in cards {
            row += 1;
            key_figure(sheet, context, row, card)?;
            places.push((card.id.clone(), format!("='{name}'!$B${}", row + 1)));
        }
        row += 2;
    }
    charts::write(sheet, context, name, row)?;
    // One page wide.
    style::page(sheet, report, ACROSS);
    Ok(places)
}

/// A text over all columns, in as many lines as it takes; gives the next row.
fn across(
    sheet: &mut Worksheet,
    context: &Context,
    row: u32,
    text: &str,
    format: &rust_xlsxwriter::Format,
) -> Result<u32, XlsxError> {
    let text = safe(text, context.limits.text);
    sheet.merge_range(row, 0, row, LAST, "", format)?;
    words(sheet, (row, 0), &text, format)?;
    // Excel fits no merged row by itself; 409 points is its highest.
    sheet.set_row_height(row, (lines(&text, ACROSS) as f64 * (LINE + 1.0) + 2.0).min(409.0))?;
    Ok(row + 1)
}

fn key_figure(sheet: &mut Worksheet, context: &Context, row: u32, card: &Card) -> Result<(), XlsxError> {
    let (styles, limit) = (context.styles, context.limits.text);
    let amounts = &card.amounts;
    let text = |text: &str| safe(text, limit);
    words(sheet, (row, 0), &text(&card.label), &styles.term)?;
    let format = if amounts.is_share { Format::Share } else { Format::Count };
    let value = amounts.value.map_or(Cell::Missing, Cell::Float);
    let value = cells::value(&value, format, Part::Whole, 0, context.reader);
    put(sheet, (row, 1), value, context, "")?;
    let count =
        |value: Option<i64>| value.map_or(Value::Missing, |value| Value::Number(value as f64, Shown::Count));
    put(sheet, (row, 2), count(amounts.numerator), context, "")?;
    put(sheet, (row, 3), count(amounts.denominator), context, "")?;
    if let Some(target) = card.spark_target {
        put(sheet, (row, 4), Value::Number(target, Shown::Share), context, "")?;
    }
    if let Some(delta) = amounts.delta.filter(|delta| delta.is_finite()) {
        sheet.write_number_with_format(row, 5, delta * 100.0, &styles.difference)?;
    }
    words(sheet, (row, 6), &text(&card.status), &styles.status(card.tone))?;
    let small: Vec<&str> = card.delta.iter().chain(&card.notes).map(String::as_str).collect();
    let small = text(&small.join("; "));
    words(sheet, (row, LAST), &small, &styles.wrapped)?;
    let tallest = [(&small, 7), (&text(&card.status), 6), (&text(&card.label), 0)]
        .map(|(text, at)| lines(text, (WIDTHS[at] * PROSE) as usize))
        .into_iter()
        .fold(1, usize::max);
    sheet.set_row_height(row, (tallest as f64 * LINE + 3.0).min(409.0))?;
    Ok(())
}

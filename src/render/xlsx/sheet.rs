//! One table on one sheet, from A1.

use rust_xlsxwriter::{
    ConditionalFormatCell, ConditionalFormatCellRule, ConditionalFormatDataBar, ConditionalFormatType,
    IgnoreError, Note, Table as ExcelTable, TableColumn, TableStyle, Worksheet, XlsxError,
};

use super::cells::{self, Part, Shown, Value};
use super::text::{self, lines, noted, safe};
use super::{Context, Sheet, names, style};
use crate::paper::locale::phrase;
use crate::paper::{Cell, Format, Table};
use crate::render::csv::is_formula;

/// Widths in digits.
const MIN_WIDTH: usize = 9;
/// Enough for a SHA-256.
const MAX_WIDTH: usize = 64;
/// A header may take this many lines before it widens its column.
const HEADER_LINES: usize = 3;
/// Beside a cell's content.
const MARGIN: usize = 2;
/// The button of the filter.
const BUTTON: usize = 3;
/// Characters of a sentence for each digit's width.
pub const PROSE: f64 = 1.1;
/// Points of a line.
pub const LINE: f64 = 15.0;

/// A column of the sheet.
struct Column {
    /// In the table.
    from: usize,
    format: Format,
    part: Part,
    decimals: usize,
    /// Its own format; other values carry theirs.
    usual: Option<Shown>,
}

/// Writes the table with its filter, widths, colours and page.
pub fn write(sheet: &mut Worksheet, context: &Context, plan: &Sheet) -> Result<(), XlsxError> {
    let (table, locale) = (plan.table, context.reader.locale);
    let columns = columns(table);
    let headers = names::headers(columns.iter().map(|column| label(table, column, context)), locale);
    sheet.set_name(&plan.name)?;
    let note = phrase!(locale, "… [cut, see csv/{slug}.csv]", slug = table.slug);
    for (at, column) in columns.iter().enumerate() {
        let format = column.usual.map_or(&context.styles.text, |shown| context.styles.number(shown));
        sheet.set_column_format(at as u16, format)?;
    }
    let mut widths = vec![0; columns.len()];
    for (nth, row) in table.rows.iter().take(plan.rows).enumerate() {
        for (at, column) in columns.iter().enumerate() {
            let Some(cell) = row.get(column.from) else { continue };
            let value = cells::value(cell, column.format, column.part, column.decimals, context.reader);
            widths[at] = widths[at].max(value.width());
            let place = (nth as u32 + 1, at as u16);
            put_in(sheet, place, value, column, context, &note)?;
        }
    }
    wrap(sheet, context, plan, &columns, &widths)?;
    let last = plan.rows.max(1) as u32;
    frame(sheet, context, plan, &columns, &headers, last)?;
    colours(sheet, context, plan, &columns, last)?;
    let mut total = 0;
    let mut height = 1;
    for (at, header) in headers.iter().enumerate() {
        let width = width(header, widths[at]);
        if widths[at] == 0 && plan.rows > 0 {
            sheet.set_column_hidden(at as u16)?;
            continue;
        }
        total += width + MARGIN;
        height = height.max(lines(header, width.saturating_sub(BUTTON)));
        sheet.set_column_width(at as u16, (width + MARGIN) as f64)?;
    }
    sheet.set_row_height(0, LINE * height as f64 + 3.0)?;
    style::page(sheet, context.report, total);
    sheet.set_repeat_rows(0, 0)?.set_repeat_columns(0, 0)?;
    Ok(())
}

/// Breaks texts that are wider than a column into lines: else they run over the
/// page, or the next cell cuts them off. Not in long lists, whose rows stay alike.
fn wrap(
    sheet: &mut Worksheet,
    context: &Context,
    plan: &Sheet,
    columns: &[Column],
    widths: &[usize],
) -> Result<(), XlsxError> {
    let is_wide = |at: usize| widths[at] > MAX_WIDTH && columns[at].usual.is_none();
    let wide: Vec<usize> = (0..columns.len()).filter(|at| is_wide(*at)).collect();
    if wide.is_empty() || plan.table.is_filterable {
        return Ok(());
    }
    for at in &wide {
        sheet.set_column_format(*at as u16, &context.styles.text_wrapped)?;
    }
    for (nth, row) in plan.table.rows.iter().take(plan.rows).enumerate() {
        let lines_of = |at: &usize| match row.get(columns[*at].from) {
            Some(Cell::Text(text)) => lines(text, MAX_WIDTH),
            _ => 1,
        };
        let tallest = wide.iter().map(lines_of).fold(1, usize::max);
        if tallest > 1 {
            sheet.set_row_height(nth as u32 + 1, (tallest as f64 * LINE).min(409.0))?;
        }
    }
    Ok(())
}

/// Writes a value of a column. The column's own format is left to it: to look
/// one up for each cell takes longer than all the rest.
fn put_in(
    sheet: &mut Worksheet,
    place: (u32, u16),
    value: Value,
    column: &Column,
    context: &Context,
    note: &str,
) -> Result<(), XlsxError> {
    match value {
        Value::Number(number, shown) if column.usual == Some(shown) => {
            sheet.write_number(place.0, place.1, number)?;
        }
        Value::Text(text) if column.usual.is_none() && !is_formula(&text) => {
            sheet.write_string(place.0, place.1, noted(&text, context.limits.text, note))?;
        }
        Value::Flag(flag) => {
            sheet.write_boolean(place.0, place.1, flag)?;
        }
        other => put(sheet, place, other, context, note)?,
    }
    Ok(())
}

/// Writes a value; a missing one leaves its cell empty.
pub fn put(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    value: Value,
    context: &Context,
    note: &str,
) -> Result<(), XlsxError> {
    match value {
        Value::Missing => {}
        Value::Flag(flag) => {
            sheet.write_boolean_with_format(row, column, flag, &context.styles.text)?;
        }
        Value::Number(number, shown) => {
            sheet.write_number_with_format(row, column, number, context.styles.number(shown))?;
        }
        Value::Text(text) => {
            let text = noted(&text, context.limits.text, note);
            let styles = context.styles;
            let format = if is_formula(&text) { &styles.quoted } else { &styles.text };
            sheet.write_string_with_format(row, column, text, format)?;
        }
    }
    Ok(())
}

/// Writes a text that is safe already, in a format.
pub fn words(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    text: &str,
    format: &rust_xlsxwriter::Format,
) -> Result<(), XlsxError> {
    if is_formula(text) {
        sheet.write_string_with_format(row, column, text, &format.clone().set_quote_prefix())?;
    } else {
        sheet.write_string_with_format(row, column, text, format)?;
    }
    Ok(())
}

/// A duration takes two columns: as a time and in decimal hours.
fn columns(table: &Table) -> Vec<Column> {
    let parts = |format| match format {
        Format::Duration => [Part::Whole, Part::Hours].as_slice(),
        _ => [Part::Whole].as_slice(),
    };
    let all = table.columns.iter().enumerate().flat_map(|(from, column)| {
        let decimals = table.decimals(from);
        parts(column.format).iter().map(move |part| Column {
            from,
            format: column.format,
            part: *part,
            decimals,
            usual: cells::usual(column.format, *part, decimals),
        })
    });
    all.collect()
}

fn label(table: &Table, column: &Column, context: &Context) -> String {
    let label = table.columns[column.from].label.trim();
    match (column.format, column.part) {
        (_, Part::Hours) => phrase!(context.reader.locale, "{label}, hours", label = label),
        (Format::Instant, _) => format!("{label}, {}", context.reader.zone.name()),
        _ => label.to_owned(),
    }
}

fn width(header: &str, content: usize) -> usize {
    let word = header.split(' ').map(text::width).max().unwrap_or(0);
    let lines = text::width(header).div_ceil(HEADER_LINES);
    (word.max(lines) + BUTTON).max(content).clamp(MIN_WIDTH, MAX_WIDTH)
}

/// Header, filter, frozen panes, and a note where rows are missing.
fn frame(
    sheet: &mut Worksheet,
    context: &Context,
    plan: &Sheet,
    columns: &[Column],
    headers: &[String],
    last: u32,
) -> Result<(), XlsxError> {
    let header = |column: &Column| match column.format {
        Format::Count | Format::Number | Format::Share | Format::Money | Format::Duration => {
            context.styles.header_number.clone()
        }
        _ => context.styles.header_text.clone(),
    };
    let columns: Vec<TableColumn> = headers
        .iter()
        .zip(columns)
        .map(|(text, column)| TableColumn::new().set_header(text).set_header_format(header(column)))
        .collect();
    let Some(last_column) = (headers.len() as u16).checked_sub(1) else { return Ok(()) };
    let table = ExcelTable::new()
        .set_name(&plan.id)
        .set_style(TableStyle::Light1)
        .set_alt_text_title(safe(&plan.table.title, 200))
        .set_alt_text(safe(plan.table.question.as_deref().unwrap_or_default(), 200))
        .set_columns(&columns);
    sheet.add_table(0, 0, last, last_column, &table)?;
    sheet.set_freeze_panes(1, 1)?;
    sheet.ignore_error_range(1, 0, last, last_column, IgnoreError::NumberStoredAsText)?;
    if plan.table.rows.is_empty() {
        words(sheet, (2, 0), &phrase!(context.reader.locale, "No rows."), &context.styles.term)?;
    }
    if let Some(cut) = plan.cut(context.reader.locale) {
        let note = Note::new(cut).add_author_prefix(false).set_width(320).set_height(60).set_visible(true);
        sheet.insert_note(0, 0, &note)?;
        sheet.set_tab_color(style::WARNING);
    }
    Ok(())
}

/// Colours of verdicts, whose words stand in the cell, and bars under shares.
fn colours(
    sheet: &mut Worksheet,
    context: &Context,
    plan: &Sheet,
    columns: &[Column],
    last: u32,
) -> Result<(), XlsxError> {
    let (styles, locale) = (context.styles, context.reader.locale);
    // Words of a verdict's tone; others have no colour.
    let tones = [
        (&styles.good, locale.text("met")),
        (&styles.good, locale.text("late")),
        (&styles.bad, locale.text("breached")),
        (&styles.bad, locale.text("overdue")),
        (&styles.risk, locale.text("at risk")),
    ];
    for (at, column) in columns.iter().enumerate() {
        let at = at as u16;
        if column.format == Format::Verdict {
            for (format, word) in tones {
                let rule = ConditionalFormatCell::new()
                    .set_rule(ConditionalFormatCellRule::EqualTo(word))
                    .set_format(format);
                sheet.add_conditional_format(1, at, last, at, &rule)?;
            }
        }
        if column.format == Format::Share && is_part_of_whole(plan.table, column.from) {
            let bar = ConditionalFormatDataBar::new()
                .set_minimum(ConditionalFormatType::Number, 0)
                .set_maximum(ConditionalFormatType::Number, 1)
                .set_fill_color(style::BAR)
                .set_solid_fill(true)
                .set_border_off(true);
            sheet.add_conditional_format(1, at, last, at, &bar)?;
        }
    }
    Ok(())
}

/// A share with its fraction, never over 1.
fn is_part_of_whole(table: &Table, at: usize) -> bool {
    table.columns[at].fraction.is_some()
        && table.rows.iter().all(|row| match row.get(at) {
            Some(Cell::Float(value)) => *value <= 1.0,
            Some(Cell::Int(value)) => *value <= 1,
            _ => true,
        })
}

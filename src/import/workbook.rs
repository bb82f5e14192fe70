//! A sheet of a workbook to rows of text.

use std::io::Cursor;

use calamine::{Data, Reader, Sheet, SheetType, SheetVisible, Sheets, Xlsx, open_workbook_auto_from_rs};
use csv::ByteRecord;

use super::open::Grid;
use crate::config::Limits;

/// The named sheet of an Excel or OpenDocument workbook, or the first visible one
/// with cells; and the names of the other visible sheets.
///
/// Dates become ISO 8601, durations `H:MM:SS`; formulas are what they were last
/// worked out to. Empty rows are left out, a row ends with its last filled cell.
///
/// # Errors
/// Where it is no workbook, has no such sheet, or holds more than a file may.
pub fn read(raw: Vec<u8>, sheet: Option<&str>, limits: &Limits) -> Result<(Grid, Vec<String>), String> {
    let mut book = open_workbook_auto_from_rs(Cursor::new(raw)).map_err(|error| error.to_string())?;
    let is_table =
        |sheet: &&Sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible;
    let all = book.sheets_metadata();
    let mut names: Vec<String> = all.iter().filter(is_table).map(|sheet| sheet.name.clone()).collect();
    if let Some(wanted) = sheet {
        if !all.iter().any(|sheet| sheet.name == wanted) {
            let known: Vec<&str> = all.iter().map(|sheet| sheet.name.as_str()).collect();
            return Err(format!("no sheet `{wanted}`; it has: {}", known.join(", ")));
        }
        names = vec![wanted.to_owned()];
    }
    for at in 0..names.len() {
        let grid = match &mut book {
            Sheets::Xlsx(book) => streamed(book, &names[at], limits)?,
            book => {
                let range = book.worksheet_range(&names[at]).map_err(|error| error.to_string())?;
                let first = range.start().map_or(1, |(row, _)| u64::from(row) + 1);
                let mut grid = Grid::default();
                for (line, cells) in (first..).zip(range.rows()) {
                    if let Some(row) = filled(cells.iter().map(text).collect()) {
                        grid.push(line, row, limits)?;
                    }
                }
                grid
            }
        };
        if !grid.rows.is_empty() {
            names.remove(at);
            return Ok((grid, names));
        }
    }
    Ok((Grid::default(), Vec::new()))
}

/// Cell by cell: one stray cell far out must not cost the memory of all between.
fn streamed(book: &mut Xlsx<Cursor<Vec<u8>>>, name: &str, limits: &Limits) -> Result<Grid, String> {
    let mut cells = book.worksheet_cells_reader(name).map_err(|error| error.to_string())?;
    let mut grid = Grid::default();
    let (mut line, mut row) = (0, Vec::new());
    while let Some(cell) = cells.next_cell().map_err(|error| error.to_string())? {
        let (at, column) = cell.get_position();
        if line != u64::from(at) + 1 {
            if let Some(row) = filled(std::mem::take(&mut row)) {
                grid.push(line, row, limits)?;
            }
            line = u64::from(at) + 1;
        }
        let text = text(&cell.get_value().clone().into());
        if !text.is_empty() {
            row.resize(row.len().max(column as usize + 1), String::new());
            row[column as usize] = text;
        }
    }
    if let Some(row) = filled(row) {
        grid.push(line, row, limits)?;
    }
    Ok(grid)
}

/// The row up to its last cell that isn't blank; `None` if there is none.
fn filled(mut row: Vec<String>) -> Option<ByteRecord> {
    let last = row.iter().rposition(|cell| !cell.trim().is_empty())?;
    row.truncate(last + 1);
    Some(row.into())
}

fn text(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number.to_string(),
        Data::Bool(is) => is.to_string(),
        Data::Error(error) => error.to_string(),
        Data::DateTimeIso(text) => text.clone(),
        Data::DurationIso(text) => iso_duration(text).map_or_else(|| text.clone(), clock_text),
        Data::DateTime(serial) if serial.is_duration() => {
            clock_text((serial.as_f64() * 86_400.0).round() as i64)
        }
        Data::DateTime(serial) => serial_text(serial.as_f64(), serial.as_datetime()),
    }
}

/// A point in time, to the second: a spreadsheet's fractions of a day are not exact.
fn serial_text(serial: f64, at: Option<chrono::NaiveDateTime>) -> String {
    let rounded = at.and_then(|at| {
        let half = chrono::TimeDelta::milliseconds(500);
        at.checked_add_signed(half).map(|at| at.format("%Y-%m-%d %H:%M:%S").to_string())
    });
    rounded.unwrap_or_else(|| serial.to_string())
}

fn clock_text(seconds: i64) -> String {
    let sign = if seconds < 0 { "-" } else { "" };
    let s = seconds.unsigned_abs();
    format!("{sign}{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
}

/// `PT26H05M00S` as seconds.
fn iso_duration(text: &str) -> Option<i64> {
    let (mut seconds, mut number) = (0.0, String::new());
    for letter in text.strip_prefix("PT")?.chars() {
        let unit = match letter {
            'H' => 3600.0,
            'M' => 60.0,
            'S' => 1.0,
            _ => {
                number.push(letter);
                continue;
            }
        };
        seconds += std::mem::take(&mut number).parse::<f64>().ok()? * unit;
    }
    number.is_empty().then_some(seconds.round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_of_open_documents() {
        assert_eq!(iso_duration("PT26H05M00S"), Some(93_900));
        assert_eq!(iso_duration("PT0H0M1.5S"), Some(2));
        assert_eq!(iso_duration("P1D"), None);
        assert_eq!(clock_text(93_900), "26:05:00");
        assert_eq!(clock_text(-61), "-0:01:01");
    }
}

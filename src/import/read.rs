//! One file's rows, in parallel over chunks.

use csv::ByteRecord;
use rayon::prelude::*;
use rustc_hash::FxHashSet;
use serde_json::Value;

use super::columns::Columns;
use super::cut;
use super::defect::{Code, FileCount, Finding, Reject, Unusable};
use super::json::{self, Layout, Shape};
use super::open::{Content, Source};
use super::rows::{Objection, Row};
use super::values::{Seen, Values};
use crate::config::{Input, Limits};

/// What the rows of one file became.
pub struct Parsed<T> {
    /// In order of the file.
    pub chunks: Vec<T>,
    pub rejects: Vec<Reject>,
    pub findings: Vec<Finding>,
    pub count: FileCount,
}

/// Reads a file: `find` looks up columns once, `parse` turns a row into an
/// addition to a `T`, one `T` per chunk.
///
/// # Errors
/// Where the header doesn't fit the configuration, or the file can't be read.
pub fn read<T: Default + Send, C: Sync>(
    input: &Input,
    limits: &Limits,
    source: &Source,
    find: impl Fn(&Columns) -> C,
    parse: impl Fn(&C, &Row, &mut T) -> Result<(), Objection> + Sync,
) -> Result<Parsed<T>, Unusable> {
    let table = input.table.name();
    let mut parsed = Parsed {
        chunks: Vec::new(),
        rejects: Vec::new(),
        findings: Vec::new(),
        count: FileCount {
            table,
            file: source.name.clone(),
            sha256: source.sha256.clone(),
            bytes: source.bytes,
            read: 0,
            used: 0,
            rejected: 0,
            first_at: None,
            last_at: None,
        },
    };
    let place = format!("{}:{}", source.name, input.header_line);
    let finding = |code, subject: &str, count| Finding {
        table,
        code,
        subject: subject.to_owned(),
        count,
        first_at: place.clone(),
    };
    let is_empty = match &source.content {
        Content::Text(text) | Content::Json(text) => text.iter().all(u8::is_ascii_whitespace),
        Content::Grid(grid) => grid.rows.is_empty(),
    };
    if input.sheet.is_none() {
        parsed.findings.extend(source.other_sheets.iter().map(|sheet| finding(Code::UnreadSheet, sheet, 1)));
    }
    if is_empty {
        parsed.findings.push(finding(Code::EmptyFile, &source.name, 1));
        return Ok(parsed);
    }
    let values = Values::new(&input.format, matches!(source.content, Content::Grid(_)));
    let mut broken = Vec::new();
    let (columns, results): (Columns, Vec<Chunk<T>>) = match &source.content {
        Content::Text(text) => {
            let row_bytes = usize::try_from(limits.row_bytes).unwrap_or(usize::MAX);
            let shape = cut::Shape {
                delimiter: input.format.delimiter,
                has_quotes: input.format.has_quotes,
                header_line: input.header_line,
            };
            let cut = cut::chunks(text, shape, row_bytes);
            broken = cut.broken;
            let columns = Columns::find(input, headers(input, &text[cut.header]), &source.name)?;
            let own = find(&columns);
            let parse = |row: &Row, built: &mut T| parse(&own, row, built);
            let file = File { name: &source.name, input, columns: &columns, values: &values, limits };
            let chunk = |chunk: &cut::Chunk| {
                let text = &text[chunk.range.clone()];
                let mut built = Chunk::new(text.iter().any(|byte| is_control(*byte)));
                let mut reader = reader(input, text);
                let mut record = ByteRecord::new();
                let (mut line, mut counted) = (chunk.line, 0);
                while reader.read_byte_record(&mut record).unwrap_or(false) {
                    let start = record.position().map_or(0, |at| at.byte() as usize);
                    // The line ends of blank lines, and the second half of a `\r\n`, lie before the row.
                    let blank = text[start..].iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
                    line += memchr::memchr_iter(b'\n', &text[counted..start + blank]).count() as u64;
                    counted = start + blank;
                    built.add(&file, line, &record, &parse);
                }
                built
            };
            let results = cut.rows.par_iter().map(chunk).collect();
            (columns, results)
        }
        Content::Grid(grid) => {
            let header = grid.rows.iter().position(|(line, _)| *line >= input.header_line);
            let Some((at, (_, header))) = header.map(|at| (at, &grid.rows[at])) else {
                return Err(Unusable {
                    message: format!("{table}: the sheet ends before line {}", input.header_line),
                    place,
                    hint: None,
                });
            };
            let rows = &grid.rows[at + 1..];
            let columns = Columns::find(input, cells(header), &source.name)?;
            let own = find(&columns);
            let parse = |row: &Row, built: &mut T| parse(&own, row, built);
            let file = File { name: &source.name, input, columns: &columns, values: &values, limits };
            let chunk = |rows: &[(u64, ByteRecord)]| {
                let has_control =
                    |(_, row): &(u64, ByteRecord)| row.as_slice().iter().any(|b| is_control(*b));
                let mut built = Chunk::new(rows.iter().any(has_control));
                for (line, record) in rows {
                    built.add(&file, *line, &as_wide(record, columns.headers.len()), &parse);
                }
                built
            };
            let results = rows.par_chunks(GRID_ROWS).map(chunk).collect();
            (columns, results)
        }
        Content::Json(text) => {
            let columns = Columns::of_json(input);
            let own = find(&columns);
            let parse = |row: &Row, built: &mut T| parse(&own, row, built);
            let file = File { name: &source.name, input, columns: &columns, values: &values, limits };
            let layout = json::layout(text).map_err(|message| Unusable {
                message: format!("{table}: {message}"),
                place: source.name.clone(),
                hint: None,
            })?;
            let results = read_json(input, &file, text, &layout, &parse);
            (columns, results)
        }
    };
    let (mut controls, mut swallowed) = ((0, u64::MAX), (0, u64::MAX));
    // Mapped paths of JSON in which no row has a value.
    let mut absent: Vec<usize> = match &source.content {
        Content::Json(_) => columns.mapped(input),
        _ => Vec::new(),
    };
    for chunk in results {
        parsed.chunks.push(chunk.built);
        parsed.rejects.extend(chunk.rejects);
        parsed.count.read += chunk.read;
        for (all, own) in [(&mut controls, chunk.controls), (&mut swallowed, chunk.swallowed)] {
            *all = (all.0 + own.0, all.1.min(own.1));
        }
        absent.retain(|column| !chunk.filled.contains(column));
    }
    for row in &broken {
        parsed.count.read += 1;
        if let Content::Text(text) = &source.content {
            parsed.rejects.push(reject_broken(table, &source.name, row, &text[row.range.clone()]));
        }
    }
    let zone = input.format.zone.name();
    let seen = |seen: Seen| (seen.count.into_inner(), seen.line.into_inner());
    for (code, subject, (count, line)) in [
        (Code::ControlCharacter, "", controls),
        (Code::RowsInACell, "", swallowed),
        (Code::AmbiguousHour, zone, seen(values.twice)),
        (Code::MissingHour, zone, seen(values.never)),
    ] {
        if count > 0 {
            let first_at = format!("{}:{line}", source.name);
            parsed.findings.push(Finding { first_at, ..finding(code, subject, count) });
        }
    }
    for column in absent {
        parsed.findings.push(finding(Code::AbsentPath, &columns.headers[column], 1));
    }
    parsed.findings.extend(columns.repeated().into_iter().map(|name| finding(Code::RepeatedColumn, name, 1)));
    if parsed.count.read == 0 {
        parsed.findings.push(finding(Code::HeaderOnly, &source.name, 1));
    }
    Ok(parsed)
}

/// A row of a spreadsheet ends with its last filled cell; what stands right of
/// the header's is a note beside the table.
fn as_wide(record: &ByteRecord, width: usize) -> ByteRecord {
    (0..width).map(|position| record.get(position).unwrap_or(b"")).collect()
}

/// Rows of a spreadsheet that one thread takes at a time.
const GRID_ROWS: usize = 4096;

fn read_json<T: Default + Send>(
    input: &Input,
    file: &File,
    text: &[u8],
    layout: &Layout,
    parse: &(impl Fn(&Row, &mut T) -> Result<(), Objection> + Sync),
) -> Vec<Chunk<T>> {
    let ours = input.table.columns(input.kind);
    let cells = ours.iter().map(|ours| match input.columns.get(*ours) {
        Some(theirs) => theirs.iter().map(String::as_str).collect(),
        None => vec![*ours],
    });
    let cells = cells.chain(input.extras.iter().map(|(theirs, _)| vec![theirs.as_str()])).collect();
    let shape = Shape { each: &input.each, cells };
    match layout {
        Layout::Documents(documents) => {
            // A page of results is one document: there the elements are counted.
            let is_page = documents.len() == 1;
            let numbered: Vec<(u64, &Value)> = (1..).zip(documents).collect();
            let chunk = |documents: &[(u64, &Value)]| {
                let mut built = Chunk::new(true);
                for (number, document) in documents {
                    let mut element = 0;
                    shape.rows(document, |row| {
                        element += 1;
                        built.add_json(file, if is_page { element } else { *number }, row, parse);
                    });
                }
                built
            };
            numbered.par_chunks(GRID_ROWS).map(chunk).collect()
        }
        Layout::Lines(chunks) => {
            let chunk = |chunk: &cut::Chunk| {
                let mut built = Chunk::new(true);
                let lines = text[chunk.range.clone()].split(|byte| *byte == b'\n');
                for (line, bytes) in (chunk.line..).zip(lines).filter(|(_, bytes)| !json::is_blank(bytes)) {
                    if bytes.len() as u64 > file.limits.row_bytes {
                        built.read += 1;
                        built.rejects.push(file.reject(line, row_too_large(file)));
                        continue;
                    }
                    match serde_json::from_slice::<Value>(bytes) {
                        Ok(document) => shape.rows(&document, |row| built.add_json(file, line, row, parse)),
                        Err(error) => {
                            let expected = format!("one JSON object; {error}");
                            built.refuse_json(file, line, &String::from_utf8_lossy(bytes), &expected);
                        }
                    }
                }
                built
            };
            chunks.par_iter().map(chunk).collect()
        }
    }
}

/// What all rows of a file share.
struct File<'a> {
    name: &'a str,
    input: &'a Input,
    columns: &'a Columns,
    values: &'a Values<'a>,
    limits: &'a Limits,
}

impl File<'_> {
    fn reject(&self, line: u64, objection: Objection) -> Reject {
        let header = objection.column.map(|at| self.columns.headers[at].clone());
        Reject {
            table: self.input.table.name(),
            file: self.name.to_owned(),
            line,
            code: objection.code,
            column: header.unwrap_or_default(),
            found: objection.found.chars().take(FOUND).collect(),
            expected: objection.expected,
        }
    }
}

/// Characters of a broken cell or row that a reject quotes.
const FOUND: usize = 200;

/// What one thread makes of its part of the rows.
struct Chunk<T> {
    built: T,
    rejects: Vec<Reject>,
    read: u64,
    /// Whether any of its cells may hold a control character.
    has_controls: bool,
    /// Rows in which control characters were replaced, and the first one's line.
    controls: (u64, u64),
    /// Lines within cells that read as rows, and the line of the first such row.
    swallowed: (u64, u64),
    /// Of JSON: columns with a value in some row.
    filled: FxHashSet<usize>,
}

impl<T: Default> Chunk<T> {
    fn new(has_controls: bool) -> Chunk<T> {
        Chunk {
            built: T::default(),
            rejects: Vec::new(),
            read: 0,
            has_controls,
            controls: (0, u64::MAX),
            swallowed: (0, u64::MAX),
            filled: FxHashSet::default(),
        }
    }

    fn add(
        &mut self,
        file: &File,
        line: u64,
        record: &ByteRecord,
        parse: &impl Fn(&Row, &mut T) -> Result<(), Objection>,
    ) {
        self.read += 1;
        let cleaned: ByteRecord;
        let mut record = record;
        if self.has_controls && record.as_slice().iter().any(|byte| is_control(*byte)) {
            self.controls = (self.controls.0 + 1, self.controls.1.min(line));
            let blank = |byte: &u8| if is_control(*byte) { b' ' } else { *byte };
            cleaned = record.iter().map(|cell| cell.iter().map(blank).collect::<Vec<u8>>()).collect();
            record = &cleaned;
        }
        if memchr::memchr(b'\n', record.as_slice()).is_some() {
            let rows = rows_within(file, record);
            if rows > 0 {
                self.swallowed = (self.swallowed.0 + rows, self.swallowed.1.min(line));
            }
        }
        let outcome = fits(file, record).and_then(|()| {
            parse(&Row { record, columns: file.columns, values: file.values, line }, &mut self.built)
        });
        if let Err(objection) = outcome {
            let mut cells = record.iter().map(<[u8]>::trim_ascii);
            let is_row = match cells.find(|cell| !cell.is_empty()) {
                // Spreadsheets leave such rows behind; nothing is lost with them.
                None => false,
                Some(first) => {
                    !file.input.footer.as_ref().is_some_and(|text| first.starts_with(text.as_bytes()))
                }
            };
            if is_row {
                self.rejects.push(file.reject(line, objection));
            } else {
                self.read -= 1;
            }
        }
    }

    fn add_json(
        &mut self,
        file: &File,
        line: u64,
        row: Result<ByteRecord, &Value>,
        parse: &impl Fn(&Row, &mut T) -> Result<(), Objection>,
    ) {
        match row {
            Ok(record) => {
                let filled = record.iter().enumerate().filter(|(_, cell)| !cell.is_empty());
                self.filled.extend(filled.map(|(column, _)| column));
                self.add(file, line, &record, parse);
            }
            Err(other) => self.refuse_json(file, line, &other.to_string(), "an object"),
        }
    }

    fn refuse_json(&mut self, file: &File, line: u64, found: &str, expected: &str) {
        self.read += 1;
        let objection = Objection {
            code: Code::BadJson,
            column: None,
            found: found.to_owned(),
            expected: expected.to_owned(),
        };
        self.rejects.push(file.reject(line, objection));
    }
}

/// Lines within cells that have as many delimiters as the header: where two stray
/// quotes happen to pair up, rows end up in a cell.
fn rows_within(file: &File, record: &ByteRecord) -> u64 {
    let wanted = file.columns.headers.len() - 1;
    if wanted < 2 {
        return 0;
    }
    let has_all = |line: &&[u8]| memchr::memchr_iter(file.input.format.delimiter, line).count() == wanted;
    let lines = record.iter().flat_map(|cell| cell.split(|byte| *byte == b'\n').skip(1));
    lines.filter(has_all).count() as u64
}

fn is_control(byte: u8) -> bool {
    byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r') || byte == 0x7f
}

fn row_too_large(file: &File) -> Objection {
    Objection {
        code: Code::RowTooLarge,
        column: None,
        found: "a row of more bytes".to_owned(),
        expected: format!("at most {} bytes, see `limits.row_size`", file.limits.row_bytes),
    }
}

/// Whether a row has the shape and size that a row must have.
fn fits(file: &File, record: &ByteRecord) -> Result<(), Objection> {
    let bytes = record.as_slice().len() as u64;
    if bytes > file.limits.row_bytes {
        return Err(row_too_large(file));
    }
    if bytes > file.limits.cell_bytes
        && let Some(column) = record.iter().position(|cell| cell.len() as u64 > file.limits.cell_bytes)
    {
        return Err(Objection {
            code: Code::CellTooLarge,
            column: (column < file.columns.headers.len()).then_some(column),
            found: format!("{} bytes", record[column].len()),
            expected: format!("at most {} bytes, see `limits.cell_size`", file.limits.cell_bytes),
        });
    }
    if record.len() != file.columns.headers.len() {
        return Err(Objection {
            code: Code::FieldCount,
            column: None,
            found: format!("{} cells", record.len()),
            expected: format!("{} cells", file.columns.headers.len()),
        });
    }
    let is_header = |(cell, header): (&[u8], &String)| cell.trim_ascii() == header.as_bytes();
    if record.iter().zip(&file.columns.headers).all(is_header) {
        return Err(Objection {
            code: Code::RepeatedHeader,
            column: None,
            found: file.columns.headers.join(","),
            expected: "a row of data".to_owned(),
        });
    }
    Ok(())
}

fn reject_broken(table: &'static str, file: &str, row: &cut::Chunk, text: &[u8]) -> Reject {
    let lines = text.trim_ascii_end().iter().filter(|byte| **byte == b'\n').count() as u64;
    let expected = match lines {
        0 => "a closing quote at the end of the cell".to_owned(),
        more => format!(
            "a closing quote at the end of the cell; lines {} to {} are lost with it",
            row.line,
            row.line + more
        ),
    };
    Reject {
        table,
        file: file.to_owned(),
        line: row.line,
        code: Code::QuoteNeverClosed,
        column: String::new(),
        found: String::from_utf8_lossy(text).trim_end().chars().take(FOUND).collect(),
        expected,
    }
}

fn reader<'t>(input: &Input, text: &'t [u8]) -> csv::Reader<&'t [u8]> {
    csv::ReaderBuilder::new()
        .delimiter(input.format.delimiter)
        .quoting(input.format.has_quotes)
        .has_headers(false)
        .flexible(true)
        .from_reader(text)
}

fn headers(input: &Input, text: &[u8]) -> Vec<String> {
    let mut record = ByteRecord::new();
    if !reader(input, text).read_byte_record(&mut record).unwrap_or(false) {
        return Vec::new();
    }
    cells(&record)
}

/// The cells of a header.
pub fn cells(record: &ByteRecord) -> Vec<String> {
    record.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect()
}

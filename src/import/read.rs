//! One file's rows, in parallel over chunks.

use std::borrow::Cow;

use csv::ByteRecord;
use rayon::prelude::*;
use rustc_hash::FxHashSet;
use serde_json::Value;

use super::blocks::Blocks;
use super::cells::{Cells, Rows};
use super::columns::Columns;
use super::cut::{self, Cut, Cutter};
use super::defect::{Code, FileCount, Finding, Reject, Unusable};
use super::json::{self, Layout, Shape};
use super::open::{Content, Grid, Source};
use super::rows::{Objection, Row};
use super::values::{Seen, Values};
use crate::config::{Input, Limits};

/// What became of the rows of one file, but for those that are used.
pub struct Outcome {
    pub rejects: Vec<Reject>,
    pub findings: Vec<Finding>,
    pub count: FileCount,
}

/// A text in a file is read in blocks of so many bytes, while the block before is parsed. Nothing is
/// parsed before the first one is there, so that is small, though of several chunks, and each is twice as
/// large as the one before.
const BLOCK_BYTES: std::ops::RangeInclusive<usize> = 4 * cut::CHUNK_BYTES..=16 * cut::CHUNK_BYTES;

/// Chunks that are parsed at a time: what was made of them is handed over before
/// there is more of it.
const CHUNKS: usize = 64;

/// Reads a file: `find` looks up columns once, `parse` turns a row into an
/// addition to a `T`, one `T` per chunk; `hand_over` gets them in order of the file.
///
/// # Errors
/// Where the header doesn't fit the configuration, or the file can't be read.
pub fn read<T: Default + Send, C: Sync>(
    input: &Input,
    limits: &Limits,
    source: &Source,
    find: impl Fn(&Columns) -> C,
    parse: impl Fn(&C, &Row, &mut T) -> Result<(), Objection> + Sync,
    hand_over: impl FnMut(Vec<T>) + Send,
) -> Result<Outcome, Unusable> {
    let table = input.table.name();
    let mut outcome = Outcome {
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
        // Its first bytes were looked at already.
        Content::File(_) => false,
    };
    if input.sheet.is_none() {
        outcome.findings.extend(source.other_sheets.iter().map(|sheet| finding(Code::UnreadSheet, sheet, 1)));
    }
    if is_empty {
        outcome.findings.push(finding(Code::EmptyFile, &source.name, 1));
        return Ok(outcome);
    }
    let values = Values::new(&input.format, matches!(source.content, Content::Grid(_)));
    let mut tally = Tally::new(hand_over);
    let mut job = Job { name: &source.name, input, limits, values: &values, find, parse };
    let columns = match &source.content {
        Content::Text(text) => job.text(&mut tally, |_, _| Ok((Cow::Borrowed(text.as_slice()), true)))?,
        Content::File(file) => {
            let mut blocks = Blocks::new(file);
            let columns = job.text(&mut tally, |rest, bytes| {
                let block =
                    blocks.next(rest, bytes).map_err(|error| unreadable(input, &source.name, &error))?;
                Ok((Cow::Owned(block.text), block.is_last))
            })?;
            (outcome.count.bytes, outcome.count.sha256) = blocks.finish();
            columns
        }
        Content::Grid(grid) => job.grid(&mut tally, grid)?,
        Content::Json(text) => job.json(&mut tally, text)?,
    };
    let Tally { rejects, read, controls, swallowed, filled, .. } = tally;
    outcome.rejects = rejects;
    outcome.count.read = read;
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
            outcome.findings.push(Finding { first_at, ..finding(code, subject, count) });
        }
    }
    if let Content::Json(_) = source.content {
        // Mapped paths in which no row has a value.
        let absent = columns.mapped(input).into_iter().filter(|column| !filled.contains(column));
        let absent = absent.map(|column| finding(Code::AbsentPath, &columns.headers[column], 1));
        outcome.findings.extend(absent);
    }
    outcome
        .findings
        .extend(columns.repeated().into_iter().map(|name| finding(Code::RepeatedColumn, name, 1)));
    if read == 0 {
        outcome.findings.push(finding(Code::HeaderOnly, &source.name, 1));
    }
    Ok(outcome)
}

/// A file that the system doesn't give us, or that is broken as a whole.
pub fn unreadable(input: &Input, name: &str, error: &str) -> Unusable {
    Unusable {
        message: format!("{}: can't read the file: {error}", input.table.name()),
        place: name.to_owned(),
        hint: None,
    }
}

/// The sum of what chunks say.
struct Tally<H> {
    hand_over: H,
    rejects: Vec<Reject>,
    read: u64,
    controls: (u64, u64),
    swallowed: (u64, u64),
    filled: FxHashSet<usize>,
}

impl<H> Tally<H> {
    fn new(hand_over: H) -> Tally<H> {
        Tally {
            hand_over,
            rejects: Vec::new(),
            read: 0,
            controls: (0, u64::MAX),
            swallowed: (0, u64::MAX),
            filled: FxHashSet::default(),
        }
    }

    /// Adds chunks, which are in order of the file, and hands over what they built.
    fn add<T>(&mut self, chunks: Vec<Chunk<T>>)
    where
        H: FnMut(Vec<T>),
    {
        let mut built = Vec::with_capacity(chunks.len());
        for chunk in chunks {
            built.push(chunk.built);
            self.rejects.extend(chunk.rejects);
            self.read += chunk.read;
            for (all, own) in [(&mut self.controls, chunk.controls), (&mut self.swallowed, chunk.swallowed)] {
                *all = (all.0 + own.0, all.1.min(own.1));
            }
            self.filled.extend(chunk.filled);
        }
        (self.hand_over)(built);
    }
}

/// How one file is read.
struct Job<'a, F, P> {
    name: &'a str,
    input: &'a Input,
    limits: &'a Limits,
    values: &'a Values<'a>,
    find: F,
    parse: P,
}

impl<F, P> Job<'_, F, P> {
    /// Reads a text; `next` gives what is left of the part before with more behind
    /// it, and whether that is all.
    fn text<'t, T, C, H>(
        &mut self,
        tally: &mut Tally<H>,
        mut next: impl FnMut(&[u8], usize) -> Result<(Cow<'t, [u8]>, bool), Unusable> + Send,
    ) -> Result<Columns, Unusable>
    where
        T: Default + Send,
        C: Sync,
        F: Fn(&Columns) -> C,
        P: Fn(&C, &Row, &mut T) -> Result<(), Objection> + Sync,
        H: FnMut(Vec<T>) + Send,
    {
        let &mut Job { name, input, limits, values, .. } = self;
        let row_bytes = usize::try_from(limits.row_bytes).unwrap_or(usize::MAX);
        let shape = cut::Shape {
            delimiter: input.format.delimiter,
            has_quotes: input.format.has_quotes,
            header_line: input.header_line,
        };
        let mut block_bytes = *BLOCK_BYTES.start();
        let (mut text, mut is_last) = next(&[], block_bytes)?;
        let (mut cutter, header) = loop {
            match Cutter::new(&text, shape, row_bytes, is_last) {
                Some(found) => break found,
                None => (text, is_last) = next(&text, text.len())?,
            }
        };
        let columns = Columns::find(input, headers(input, &text[header.clone()]), name)?;
        let own = (self.find)(&columns);
        let parse = |row: &Row, built: &mut T| (self.parse)(&own, row, built);
        let file = File { name, input, columns: &columns, values, limits };
        let mut start = header.end;
        let mut parsed = Vec::new();
        loop {
            let part = &text[start..];
            let Cut { rows, broken, end } = cutter.cut(part, is_last);
            let chunks = |chunks: &[cut::Chunk]| -> Vec<Chunk<T>> {
                chunks.par_iter().map(|chunk| text_chunk(&file, part, chunk, &parse)).collect()
            };
            // Where a row is longer than a block, the next one is twice as long.
            block_bytes = (2 * block_bytes).min(*BLOCK_BYTES.end());
            let bytes = if end == 0 { part.len().max(block_bytes) } else { block_bytes };
            let mut groups = rows.chunks(CHUNKS);
            let group = groups.next().unwrap_or_default();
            let (following, (mut latest, ())) = rayon::join(
                || (!is_last).then(|| next(&part[end..], bytes)),
                || rayon::join(|| chunks(group), || tally.add(std::mem::take(&mut parsed))),
            );
            for group in groups {
                let (made, ()) = rayon::join(|| chunks(group), || tally.add(std::mem::take(&mut latest)));
                latest = made;
            }
            parsed = latest;
            tally.read += broken.len() as u64;
            let table = input.table.name();
            let broken = broken.iter().map(|row| reject_broken(table, name, row, &part[row.range.clone()]));
            tally.rejects.extend(broken);
            match following {
                Some(following) => ((text, is_last), start) = (following?, 0),
                None => break,
            }
        }
        tally.add(parsed);
        Ok(columns)
    }

    fn grid<T, C, H>(&mut self, tally: &mut Tally<H>, grid: &Grid) -> Result<Columns, Unusable>
    where
        T: Default + Send,
        C: Sync,
        F: Fn(&Columns) -> C,
        P: Fn(&C, &Row, &mut T) -> Result<(), Objection> + Sync,
        H: FnMut(Vec<T>) + Send,
    {
        let &mut Job { name, input, limits, values, .. } = self;
        let header = grid.rows.iter().position(|(line, _)| *line >= input.header_line);
        let Some((at, (_, header))) = header.map(|at| (at, &grid.rows[at])) else {
            return Err(Unusable {
                message: format!("{}: the sheet ends before line {}", input.table.name(), input.header_line),
                place: format!("{name}:{}", input.header_line),
                hint: None,
            });
        };
        let rows = &grid.rows[at + 1..];
        let columns = Columns::find(input, cells(header), name)?;
        let own = (self.find)(&columns);
        let parse = |row: &Row, built: &mut T| (self.parse)(&own, row, built);
        let file = File { name, input, columns: &columns, values, limits };
        let chunk = |rows: &[(u64, ByteRecord)]| {
            let mut built = Chunk::new(rows.iter().any(|(_, row)| has_control(row.as_slice())));
            let mut ends = Vec::new();
            for (line, record) in rows {
                let record = as_wide(record, columns.headers.len());
                built.add(&file, *line, Cells::of(&record, &mut ends), &parse);
            }
            built
        };
        tally.add(rows.par_chunks(GRID_ROWS).map(chunk).collect());
        Ok(columns)
    }

    fn json<T, C, H>(&mut self, tally: &mut Tally<H>, text: &[u8]) -> Result<Columns, Unusable>
    where
        T: Default + Send,
        C: Sync,
        F: Fn(&Columns) -> C,
        P: Fn(&C, &Row, &mut T) -> Result<(), Objection> + Sync,
        H: FnMut(Vec<T>) + Send,
    {
        let &mut Job { name, input, limits, values, .. } = self;
        let columns = Columns::of_json(input);
        let own = (self.find)(&columns);
        let parse = |row: &Row, built: &mut T| (self.parse)(&own, row, built);
        let file = File { name, input, columns: &columns, values, limits };
        let layout = json::layout(text).map_err(|message| Unusable {
            message: format!("{}: {message}", input.table.name()),
            place: name.to_owned(),
            hint: None,
        })?;
        tally.add(read_json(input, &file, text, &layout, &parse));
        Ok(columns)
    }
}

/// Reads the rows of one chunk of a text.
fn text_chunk<T: Default>(
    file: &File,
    text: &[u8],
    chunk: &cut::Chunk,
    parse: &impl Fn(&Row, &mut T) -> Result<(), Objection>,
) -> Chunk<T> {
    let text = &text[chunk.range.clone()];
    let mut built = Chunk::new(has_control(text));
    let format = &file.input.format;
    let mut rows = Rows::new(text, chunk.line, format.delimiter, format.has_quotes);
    while let Some((line, cells)) = rows.next() {
        built.add(file, line, cells, parse);
    }
    built
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
        cells: Cells,
        parse: &impl Fn(&Row, &mut T) -> Result<(), Objection>,
    ) {
        self.read += 1;
        let (mut cells, mut cleaned) = (cells, Vec::new());
        if self.has_controls && cells.iter().any(|cell| cell.iter().any(|byte| is_control(*byte))) {
            self.controls = (self.controls.0 + 1, self.controls.1.min(line));
            cells = cells.replaced(is_control, b' ', &mut cleaned);
        }
        if cells.has_newline() {
            let rows = rows_within(file, &cells);
            if rows > 0 {
                self.swallowed = (self.swallowed.0 + rows, self.swallowed.1.min(line));
            }
        }
        let outcome = fits(file, &cells).and_then(|()| {
            parse(&Row { cells, columns: file.columns, values: file.values, line }, &mut self.built)
        });
        if let Err(objection) = outcome {
            let mut trimmed = cells.iter().map(<[u8]>::trim_ascii);
            let is_row = match trimmed.find(|cell| !cell.is_empty()) {
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
                self.add(file, line, Cells::of(&record, &mut Vec::new()), parse);
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
fn rows_within(file: &File, cells: &Cells) -> u64 {
    let wanted = file.columns.headers.len() - 1;
    if wanted < 2 {
        return 0;
    }
    let has_all = |line: &&[u8]| memchr::memchr_iter(file.input.format.delimiter, line).count() == wanted;
    let lines = cells.iter().flat_map(|cell| cell.split(|byte| *byte == b'\n').skip(1));
    lines.filter(has_all).count() as u64
}

/// Whether any byte is a control character; by pieces, whose bytes the compiler
/// looks at together.
fn has_control(text: &[u8]) -> bool {
    text.chunks(256).any(|piece| piece.iter().fold(false, |has, byte| has | is_control(*byte)))
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
fn fits(file: &File, cells: &Cells) -> Result<(), Objection> {
    let bytes = cells.size() as u64;
    if bytes > file.limits.row_bytes {
        return Err(row_too_large(file));
    }
    if bytes > file.limits.cell_bytes
        && let Some((column, cell)) =
            cells.iter().enumerate().find(|(_, cell)| cell.len() as u64 > file.limits.cell_bytes)
    {
        return Err(Objection {
            code: Code::CellTooLarge,
            column: (column < file.columns.headers.len()).then_some(column),
            found: format!("{} bytes", cell.len()),
            expected: format!("at most {} bytes, see `limits.cell_size`", file.limits.cell_bytes),
        });
    }
    if cells.len() != file.columns.headers.len() {
        return Err(Objection {
            code: Code::FieldCount,
            column: None,
            found: format!("{} cells", cells.len()),
            expected: format!("{} cells", file.columns.headers.len()),
        });
    }
    let is_header = |(cell, header): (&[u8], &String)| cell.trim_ascii() == header.as_bytes();
    if cells.iter().zip(&file.columns.headers).all(is_header) {
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

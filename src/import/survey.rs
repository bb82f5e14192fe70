//! What a file looks like before anything is configured.
//!
//! Answers "which columns does it have, how are its times written, which words
//! does it use?" for `sla init`. Leaves out on purpose what product it is from:
//! that is `preset`'s.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use csv::ByteRecord;
use rustc_hash::FxHashMap;
use serde_json::Value;

use super::columns::Columns;
use super::dates::{DateFormat, Stated, is_relative};
use super::defect::Unusable;
use super::json::{self, Layout, Shape};
use super::open::{self, Content, Opening, Source};
use super::read;
use super::rows::{Objection, Row};
use crate::config::{Encoding, EventKind, Input, Limits, Table};
use crate::model::FIELDS;

/// A file, opened, and the beginning of what is in it.
#[derive(Debug)]
pub struct Sniffed {
    source: Source,
    documents: Vec<Value>,
}

/// A place where the header may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderCandidate {
    pub delimiter: u8,
    /// From 1.
    pub line: u64,
    pub headers: Vec<String>,
}

/// So much of a text is looked at for its header.
const SAMPLE_BYTES: usize = 1 << 16;

/// The header is one of so many rows.
const HEADER_ROWS: usize = 20;

/// What stands below a table is in one of so many last rows.
const FOOTER_ROWS: usize = 5;

/// So many documents of JSON are looked at for their paths.
const DOCUMENTS: usize = 500;

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Opens a file, of a workbook one sheet, and guesses its encoding.
///
/// # Errors
/// Where it can't be read.
pub fn sniff(path: &Path, name: &str, sheet: Option<&str>, limits: &Limits) -> Result<Sniffed, Unusable> {
    let unusable = |message: String| Unusable {
        message: format!("can't read the file: {message}"),
        place: name.to_owned(),
        hint: None,
    };
    let opening = Opening { encoding: None, sheet, limits };
    let source = open::open(path, name.to_owned(), &opening).map_err(unusable)?;
    let documents = match &source.content {
        Content::Json(text) => match json::layout(text).map_err(unusable)? {
            Layout::Documents(mut documents) => {
                documents.truncate(DOCUMENTS);
                documents
            }
            Layout::Lines(_) => {
                let lines = text.split(|byte| *byte == b'\n');
                lines.filter_map(|line| serde_json::from_slice(line).ok()).take(DOCUMENTS).collect()
            }
        },
        _ => Vec::new(),
    };
    Ok(Sniffed { source, documents })
}

impl Sniffed {
    /// Of a text without a byte order mark.
    pub fn encoding(&self) -> Encoding {
        self.source.encoding
    }

    /// Of a workbook: the visible sheets that were not read.
    pub fn other_sheets(&self) -> &[String] {
        &self.source.other_sheets
    }

    /// What the last rows say behind `label` in one of their cells.
    pub fn stated_below(&self, label: &str) -> Option<String> {
        let find = |cell: &[u8]| {
            let rest = cell.trim_ascii().strip_prefix(label.as_bytes())?;
            Some(String::from_utf8_lossy(rest).trim().to_owned())
        };
        match &self.source.content {
            Content::Grid(grid) => {
                grid.rows.iter().rev().take(FOOTER_ROWS).find_map(|(_, row)| row.iter().find_map(find))
            }
            Content::Text(text) => text.rsplit(|byte| *byte == b'\n').take(FOOTER_ROWS).find_map(find),
            Content::Json(_) | Content::File(_) => None,
        }
    }

    /// Whether it is rows of delimited cells.
    pub fn is_text(&self) -> bool {
        matches!(self.source.content, Content::Text(_))
    }

    /// Whether it is JSON.
    pub fn is_json(&self) -> bool {
        matches!(self.source.content, Content::Json(_))
    }

    /// Rows near the beginning that may be the header, each as every delimiter cuts it.
    pub fn header_candidates(&self) -> Vec<HeaderCandidate> {
        match &self.source.content {
            Content::Json(_) | Content::File(_) => Vec::new(),
            Content::Grid(grid) => {
                let candidate = |(line, row): &(u64, ByteRecord)| HeaderCandidate {
                    delimiter: b',',
                    line: *line,
                    headers: read::cells(row),
                };
                grid.rows.iter().take(HEADER_ROWS).map(candidate).collect()
            }
            Content::Text(text) => {
                let sample = &text[..text.len().min(SAMPLE_BYTES)];
                DELIMITERS.iter().flat_map(|delimiter| text_candidates(sample, *delimiter)).collect()
            }
        }
    }

    /// Which of `paths` have a value in any of the first rows of a JSON text, going into `each`.
    pub fn paths_present<'p>(&self, each: &[String], paths: &[&'p str]) -> Vec<&'p str> {
        let shape = Shape { each, cells: paths.iter().map(|path| vec![*path]).collect() };
        let mut is_present = vec![false; paths.len()];
        for document in &self.documents {
            shape.rows(document, |row| {
                let Ok(row) = row else { return };
                for (is_present, cell) in is_present.iter_mut().zip(&row) {
                    *is_present |= !cell.is_empty();
                }
            });
        }
        paths.iter().zip(is_present).filter(|(_, is_present)| *is_present).map(|(path, _)| *path).collect()
    }

    /// The keys of a JSON text's first document, for messages.
    pub fn keys(&self) -> Vec<String> {
        match self.documents.first() {
            Some(Value::Object(keys)) => keys.keys().cloned().collect(),
            _ => Vec::new(),
        }
    }
}

fn text_candidates(sample: &[u8], delimiter: u8) -> Vec<HeaderCandidate> {
    let mut builder = csv::ReaderBuilder::new();
    let mut reader = builder.delimiter(delimiter).has_headers(false).flexible(true).from_reader(sample);
    let mut record = ByteRecord::new();
    let mut candidates = Vec::new();
    while candidates.len() < HEADER_ROWS && reader.read_byte_record(&mut record).unwrap_or(false) {
        let start = record.position().map_or(0, |at| at.byte() as usize);
        let blank = sample[start..].iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
        let line = 1 + memchr::memchr_iter(b'\n', &sample[..start + blank]).count() as u64;
        candidates.push(HeaderCandidate { delimiter, line, headers: read::cells(&record) });
    }
    candidates
}

/// How one column's times are written.
#[derive(Debug, Clone, Default)]
pub struct Times {
    pub filled: u64,
    /// By pattern: cells that it fits.
    pub fits: Vec<u64>,
    /// Cells that state their zone.
    pub with_zone: u64,
    /// Cells that tell only how long ago something was.
    pub relative: u64,
    /// Cells that no pattern fits, with their counts; of many, the first ones.
    pub strange: BTreeMap<String, u64>,
}

/// What the rows of a file hold.
#[derive(Debug, Clone, Default)]
pub struct Survey {
    pub rows: u64,
    /// By our column.
    pub times: BTreeMap<&'static str, Times>,
    /// By our column, or the field of a history: each word with its count.
    pub words: BTreeMap<&'static str, BTreeMap<String, u64>>,
    /// Of JSON: our columns with a value in some row.
    pub filled: BTreeSet<&'static str>,
}

/// Times of any table.
const TIMES: [&str; 12] = [
    "opened_at",
    "first_response_at",
    "on_site_at",
    "resolved_at",
    "closed_at",
    "source_due_at",
    "event_at",
    "licence_on",
    "start_on",
    "end_on",
    "installed_on",
    "retired_on",
];

/// Columns whose words a configuration explains.
const WORDS: [&str; 5] = ["status", "severity", "request_type", "source_verdict", "application_blocked"];

/// More distinct words than that are no vocabulary.
const MOST_WORDS: usize = 2000;

/// So many different cells that are no times are kept.
const MOST_STRANGE: usize = 20;

/// Patterns that don't fit so many cells are tried no more, unless no other fits.
const TRIED_CELLS: u64 = 200;

/// The years in which a number is taken for a time.
const LIKELY: std::ops::Range<i64> = 631_152_000..4_102_444_800;

/// Goes through all rows of a file, as `input` maps it, and tries `patterns` on its times.
///
/// # Errors
/// Where the header doesn't have the mapped columns.
pub fn survey(
    sniffed: &Sniffed,
    input: &Input,
    limits: &Limits,
    patterns: &[&str],
) -> Result<Survey, Unusable> {
    let formats: Vec<DateFormat> = patterns.iter().map(|pattern| DateFormat::new(pattern)).collect();
    let columns = input.table.columns(input.kind);
    let find = |found: &Columns| Places::new(found, &columns, sniffed.is_json());
    let mut all = Vec::new();
    let add = |places: &Places, row: &Row, chunk: &mut Chunk| chunk.add(input, &formats, places, row);
    read::read(input, limits, &sniffed.source, find, add, |chunks| all.extend(chunks))?;
    let mut survey = Survey::default();
    for chunk in all {
        survey.rows += chunk.rows;
        for (column, theirs) in chunk.times {
            let ours = survey.times.entry(column).or_default();
            ours.fits.resize(patterns.len(), 0);
            ours.filled += theirs.filled;
            ours.with_zone += theirs.with_zone;
            ours.relative += theirs.relative;
            ours.fits.iter_mut().zip(theirs.fits).for_each(|(ours, theirs)| *ours += theirs);
            for (cell, count) in theirs.strange {
                count_strange(&mut ours.strange, &cell, count);
            }
        }
        survey.filled.extend(chunk.filled);
        for (column, words) in chunk.words {
            let known = survey.words.entry(column).or_default();
            for (word, count) in words {
                *known.entry(word).or_insert(0) += count;
            }
        }
    }
    Ok(survey)
}

/// Where the columns stand that a survey looks at.
struct Places {
    times: Vec<(&'static str, usize)>,
    words: Vec<(&'static str, usize)>,
    field: Option<usize>,
    to: Option<usize>,
    /// Of JSON: all columns.
    all: Vec<(&'static str, usize)>,
}

impl Places {
    fn new(found: &Columns, columns: &[&'static str], is_json: bool) -> Places {
        let placed = |names: &[&'static str]| -> Vec<(&'static str, usize)> {
            names.iter().filter_map(|name| Some((*name, found.position(name)?))).collect()
        };
        Places {
            times: placed(&TIMES),
            words: placed(&WORDS),
            field: found.position("field"),
            to: found.position("to"),
            all: if is_json { placed(columns) } else { Vec::new() },
        }
    }
}

#[derive(Debug, Default)]
struct Chunk {
    rows: u64,
    times: BTreeMap<&'static str, Times>,
    words: BTreeMap<&'static str, FxHashMap<String, u64>>,
    filled: BTreeSet<&'static str>,
}

impl Chunk {
    fn add(
        &mut self,
        input: &Input,
        formats: &[DateFormat],
        places: &Places,
        row: &Row,
    ) -> Result<(), Objection> {
        self.rows += 1;
        for (column, position) in &places.times {
            let cell = row.text(Some(*position))?;
            if !cell.is_empty() {
                self.times.entry(column).or_default().add(cell, formats);
            }
        }
        for (column, position) in &places.words {
            self.count(column, row.text(Some(*position))?);
        }
        for (column, position) in &places.all {
            if !row.text(Some(*position))?.is_empty() {
                self.filled.insert(column);
            }
        }
        if (input.table, input.kind) == (Table::Events, EventKind::Changes) {
            let field = row.text(places.field)?;
            if let Some(field) = input.fields.get(&field.to_lowercase()) {
                self.count(FIELDS[*field as usize], row.text(places.to)?);
            }
        }
        Ok(())
    }

    fn count(&mut self, column: &'static str, word: &str) {
        if word.is_empty() {
            return;
        }
        let words = self.words.entry(column).or_default();
        if let Some(count) = words.get_mut(word) {
            *count += 1;
        } else if words.len() < MOST_WORDS {
            words.insert(word.to_owned(), 1);
        }
    }
}

fn count_strange(strange: &mut BTreeMap<String, u64>, cell: &str, more: u64) {
    if let Some(count) = strange.get_mut(cell) {
        *count += more;
    } else if strange.len() < MOST_STRANGE {
        strange.insert(cell.to_owned(), more);
    }
}

impl Times {
    fn add(&mut self, cell: &str, formats: &[DateFormat]) {
        self.fits.resize(formats.len(), 0);
        self.filled += 1;
        let is_late = self.filled > TRIED_CELLS;
        let mut fitting = self.try_formats(cell, formats, |fits| !is_late || fits > 0);
        if fitting.is_none() && is_late {
            fitting = self.try_formats(cell, formats, |fits| fits == 0);
        }
        match fitting {
            Some(has_zone) => self.with_zone += u64::from(has_zone),
            None if is_relative(cell) => self.relative += 1,
            None => count_strange(&mut self.strange, &cell.chars().take(60).collect::<String>(), 1),
        }
    }

    /// Counts the formats that a cell fits, of those wanted by how often they fitted
    /// so far; whether the cell states its zone, or `None` where none fits.
    fn try_formats(
        &mut self,
        cell: &str,
        formats: &[DateFormat],
        is_wanted: impl Fn(u64) -> bool,
    ) -> Option<bool> {
        let mut fitting = None;
        for (fits, format) in self.fits.iter_mut().zip(formats) {
            if !is_wanted(*fits) {
                continue;
            }
            let Some(stated) = format.read(cell) else { continue };
            let (Stated::Instant(at) | Stated::Wall(at)) = stated;
            if LIKELY.contains(&at) {
                *fits += 1;
                fitting = Some(fitting.unwrap_or(false) || matches!(stated, Stated::Instant(_)));
            }
        }
        fitting
    }
}

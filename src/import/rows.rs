//! One file's rows through a column map, in parallel over chunks.

use csv::ByteRecord;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::decode::{self, Source};
use super::defect::{Code, FileCount, Finding, Reject, Unusable};
use super::values::Values;
use crate::config::Input;
use crate::diagnostic::did_you_mean;
use crate::model::MISSING_AT;

/// Where our columns stand in a file.
#[derive(Debug)]
pub struct Columns {
    /// Headers of the file.
    pub headers: Vec<String>,
    /// Our column to its position.
    positions: FxHashMap<String, usize>,
    /// Positions of the extra columns, in the input's order.
    pub extras: Vec<usize>,
}

impl Columns {
    /// Finds the configured headers; a column that isn't configured is found
    /// under our own name.
    ///
    /// # Errors
    /// A configured header that the file doesn't have, or a required column missing.
    pub fn find(input: &Input, headers: Vec<String>, file: &str) -> Result<Columns, Unusable> {
        let find = |name: &str| {
            let exact = headers.iter().position(|header| header == name);
            exact.or_else(|| headers.iter().position(|header| header.eq_ignore_ascii_case(name)))
        };
        let absent = |ours: &str, theirs: &str| Unusable {
            message: format!(
                "{}: no column `{theirs}`, which `inputs.{}` maps to `{ours}`",
                input.table.name(),
                input.table.name()
            ),
            place: format!("{file}:1"),
            hint: did_you_mean(theirs, headers.iter().map(String::as_str))
                .or_else(|| Some(format!("the file has: {}", headers.join(", ")))),
        };
        let mut positions = FxHashMap::default();
        for ours in input.table.columns(input.kind) {
            match input.columns.get(ours) {
                Some(theirs) => {
                    let position = find(theirs).ok_or_else(|| absent(ours, theirs))?;
                    if headers.iter().filter(|header| *header == theirs).count() > 1 {
                        return Err(Unusable {
                            message: format!(
                                "{}: column `{theirs}`, which is mapped to `{ours}`, is there more than once",
                                input.table.name()
                            ),
                            place: format!("{file}:1"),
                            hint: None,
                        });
                    }
                    positions.insert(ours.to_owned(), position);
                }
                None => {
                    if let Some(position) = find(ours) {
                        positions.insert(ours.to_owned(), position);
                    }
                }
            }
        }
        for ours in input.table.required(input.kind) {
            if !positions.contains_key(*ours) {
                return Err(Unusable {
                    message: format!("{}: no column for `{ours}`", input.table.name()),
                    place: format!("{file}:1"),
                    hint: Some(format!(
                        "say `inputs.{}.columns.{ours} = \"…\"`; the file has: {}",
                        input.table.name(),
                        headers.join(", ")
                    )),
                });
            }
        }
        let extras = input
            .extras
            .iter()
            .map(|(theirs, ours)| find(theirs).ok_or_else(|| absent(ours, theirs)))
            .collect::<Result<_, _>>()?;
        Ok(Columns { headers, positions, extras })
    }

    /// The position of one of our columns.
    pub fn position(&self, ours: &str) -> Option<usize> {
        self.positions.get(ours).copied()
    }
}

/// Why a row can't be used.
#[derive(Debug)]
pub struct Objection {
    pub code: Code,
    /// Position of the cell.
    pub column: Option<usize>,
    pub found: String,
    pub expected: String,
}

/// A row, decoded.
pub struct Row<'r> {
    record: &'r ByteRecord,
    pub values: &'r Values<'r>,
    /// From 1.
    pub line: u64,
}

impl<'r> Row<'r> {
    /// A cell as text; empty where it is missing or there is no such column.
    pub fn text(&self, position: Option<usize>) -> Result<&'r str, Objection> {
        let Some(position) = position else { return Ok("") };
        let bytes = self.record.get(position).unwrap_or(b"");
        match std::str::from_utf8(bytes) {
            Ok(cell) => Ok(self.values.text(cell)),
            Err(_) => Err(Objection {
                code: Code::WrongEncoding,
                column: Some(position),
                found: String::from_utf8_lossy(bytes).into_owned(),
                expected: "UTF-8; try encoding = \"windows-1252\"".to_owned(),
            }),
        }
    }

    /// A cell that must not be missing.
    pub fn required(&self, position: Option<usize>) -> Result<&'r str, Objection> {
        match self.text(position)? {
            "" => Err(Objection {
                code: Code::MissingValue,
                column: position,
                found: String::new(),
                expected: "a value".to_owned(),
            }),
            cell => Ok(cell),
        }
    }

    /// A cell as an instant; [`MISSING_AT`] where it is missing.
    pub fn instant(&self, position: Option<usize>) -> Result<i64, Objection> {
        match self.text(position)? {
            "" => Ok(MISSING_AT),
            cell => self
                .values
                .instant(cell)
                .ok_or_else(|| self.object(Code::BadDate, position, cell, self.values.expected())),
        }
    }

    /// A cell as a date.
    pub fn date(&self, position: Option<usize>) -> Result<Option<chrono::NaiveDate>, Objection> {
        match self.text(position)? {
            "" => Ok(None),
            cell => match self.values.date(cell) {
                Some(date) => Ok(Some(date)),
                None => Err(self.object(Code::BadDate, position, cell, self.values.expected())),
            },
        }
    }

    /// A cell as a whole number; -1 where it is missing.
    pub fn count(&self, position: Option<usize>) -> Result<i64, Objection> {
        match self.text(position)? {
            "" => Ok(-1),
            cell => cell.parse().ok().filter(|count| *count >= 0).ok_or_else(|| {
                self.object(Code::BadNumber, position, cell, "a whole number from 0 on".to_owned())
            }),
        }
    }

    /// An objection to a cell of this row.
    pub fn object(&self, code: Code, column: Option<usize>, found: &str, expected: String) -> Objection {
        Objection { code, column, found: found.chars().take(200).collect(), expected }
    }
}

/// What the rows of one file became.
pub struct Parsed<T> {
    /// In order of the file.
    pub chunks: Vec<T>,
    pub rejects: Vec<Reject>,
    pub findings: Vec<Finding>,
    pub count: FileCount,
}

/// Reads a file: `parse` turns a row into an addition to a `T`, one `T` per chunk.
///
/// # Errors
/// Where the header doesn't fit the configuration, or the file can't be read.
pub fn read<T: Default + Send>(
    input: &Input,
    source: &Source,
    parse: impl Fn(&Columns, &Row, &mut T) -> Result<(), Objection> + Sync,
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
    let finding = |code, parsed: &mut Parsed<T>| {
        parsed.findings.push(Finding {
            table,
            code,
            subject: source.name.clone(),
            count: 1,
            first_at: format!("{}:1", source.name),
        });
    };
    if source.text.iter().all(u8::is_ascii_whitespace) {
        finding(Code::EmptyFile, &mut parsed);
        return Ok(parsed);
    }
    let cut = decode::chunks(&source.text, input.format.delimiter);
    let headers = headers(input, &source.text[cut.header.clone()]);
    let columns = Columns::find(input, headers, &source.name)?;
    let values = Values::new(&input.format);
    let results: Vec<(T, Vec<Reject>, u64)> = cut
        .rows
        .par_iter()
        .map(|chunk| {
            let (mut built, mut rejects, mut read) = (T::default(), Vec::new(), 0);
            let mut reader = reader(input, &source.text[chunk.range.clone()]);
            let mut record = ByteRecord::new();
            while reader.read_byte_record(&mut record).unwrap_or(false) {
                read += 1;
                let line = chunk.line + record.position().map_or(0, |at| at.line() - 1);
                let row = Row { record: &record, values: &values, line };
                let outcome = if record.len() == columns.headers.len() {
                    parse(&columns, &row, &mut built)
                } else {
                    Err(Objection {
                        code: Code::FieldCount,
                        column: None,
                        found: format!("{} cells", record.len()),
                        expected: format!("{} cells", columns.headers.len()),
                    })
                };
                if let Err(objection) = outcome {
                    rejects.push(reject(table, &source.name, line, &columns, objection));
                }
            }
            (built, rejects, read)
        })
        .collect();
    for (built, rejects, read) in results {
        parsed.chunks.push(built);
        parsed.rejects.extend(rejects);
        parsed.count.read += read;
    }
    for broken in &cut.broken {
        parsed.count.read += 1;
        let text = String::from_utf8_lossy(&source.text[broken.range.clone()]);
        parsed.rejects.push(Reject {
            table,
            file: source.name.clone(),
            line: broken.line,
            code: Code::QuoteNeverClosed,
            column: String::new(),
            found: text.trim_end().chars().take(200).collect(),
            expected: "a closing quote".to_owned(),
        });
    }
    if parsed.count.read == 0 {
        finding(Code::HeaderOnly, &mut parsed);
    }
    Ok(parsed)
}

/// A reject of one row.
pub fn reject(table: &'static str, file: &str, line: u64, columns: &Columns, objection: Objection) -> Reject {
    Reject {
        table,
        file: file.to_owned(),
        line,
        code: objection.code,
        column: objection.column.map(|at| columns.headers[at].clone()).unwrap_or_default(),
        found: objection.found,
        expected: objection.expected,
    }
}

fn reader<'t>(input: &Input, text: &'t [u8]) -> csv::Reader<&'t [u8]> {
    csv::ReaderBuilder::new()
        .delimiter(input.format.delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text)
}

fn headers(input: &Input, text: &[u8]) -> Vec<String> {
    let mut record = ByteRecord::new();
    if !reader(input, text).read_byte_record(&mut record).unwrap_or(false) {
        return Vec::new();
    }
    record.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect()
}

//! A file to its content: decompressed, recognised by its first bytes, decoded.
//!
//! The name's ending decides nothing: exports are often saved under a wrong one.

use std::fs::File;
use std::io::{Cursor, Read, Seek};
use std::path::Path;

use csv::ByteRecord;
use sha2::{Digest, Sha256};

use super::blocks::without_marks;
use super::{parquet, workbook};
use crate::config::{Encoding, Limits};

/// One opened file.
#[derive(Debug)]
pub struct Source {
    /// As printed: relative to the configuration, or as typed.
    pub name: String,
    pub content: Content,
    /// Of a workbook: names of the sheets that were not read.
    pub other_sheets: Vec<String>,
    /// Of a text.
    pub encoding: Encoding,
    /// Of the file as it lies on the disk; known once it was read.
    pub bytes: u64,
    /// Of the file as it lies on the disk; known once it was read.
    pub sha256: String,
}

/// What a file holds.
#[derive(Debug)]
pub enum Content {
    /// Rows of delimited cells.
    Text(Vec<u8>),
    /// The same in UTF-8, not read yet.
    File(File),
    /// One JSON object a line, or one document.
    Json(Vec<u8>),
    Grid(Grid),
}

/// Rows of a spreadsheet or a Parquet file.
#[derive(Debug, Default)]
pub struct Grid {
    /// With the number of each row, from 1.
    pub rows: Vec<(u64, ByteRecord)>,
    bytes: u64,
}

impl Grid {
    /// Adds a row.
    ///
    /// # Errors
    /// Where all rows together exceed the largest file: a small one may hold the
    /// same text very often.
    pub fn push(&mut self, line: u64, row: ByteRecord, limits: &Limits) -> Result<(), String> {
        // A cell's end takes a word of its own.
        self.bytes += (row.as_slice().len() + row.len() * size_of::<usize>()) as u64;
        if self.bytes > limits.file_bytes {
            return Err(too_large(limits));
        }
        self.rows.push((line, row));
        Ok(())
    }
}

/// How to open a file.
#[derive(Debug, Clone, Copy)]
pub struct Opening<'a> {
    /// Of text without a byte order mark; `None` to guess it.
    pub encoding: Option<Encoding>,
    pub sheet: Option<&'a str>,
    pub limits: &'a Limits,
}

/// The path that means standard input.
pub const STANDARD_INPUT: &str = "-";

/// Archives within archives are opened so deep.
const MOST_WRAPPINGS: usize = 3;

/// So much of a file tells whether it can be read in blocks.
const HEAD_BYTES: u64 = 1 << 16;

/// Opens a file whose content is read later if it is plain text, and at once otherwise.
///
/// # Errors
/// As of [`open`].
pub fn open_lazily(path: &Path, name: String, opening: &Opening) -> Result<Source, String> {
    if path != Path::new(STANDARD_INPUT)
        && opening.encoding == Some(Encoding::Utf8)
        && let Some(file) = plain(path, opening.limits).map_err(|error| error.to_string())?
    {
        return Ok(Source {
            name,
            content: Content::File(file),
            other_sheets: Vec::new(),
            encoding: Encoding::Utf8,
            bytes: 0,
            sha256: String::new(),
        });
    }
    open(path, name, opening)
}

/// A file, if it is text in UTF-8 with rows of delimited cells as far as its
/// first bytes tell.
fn plain(path: &Path, limits: &Limits) -> std::io::Result<Option<File>> {
    let metadata = std::fs::metadata(path)?;
    if !metadata.is_file() || metadata.len() > limits.file_bytes {
        return Ok(None);
    }
    let mut file = File::open(path)?;
    let mut head = Vec::new();
    Read::by_ref(&mut file).take(HEAD_BYTES).read_to_end(&mut head)?;
    file.rewind()?;
    let is_other = encoding_rs::Encoding::for_bom(&head).is_some_and(|(bom, _)| bom != encoding_rs::UTF_8);
    let is_packed = [&b"\x1f\x8b"[..], b"\x28\xb5\x2f\xfd", b"PK", b"PAR1", b"\xd0\xcf\x11\xe0"]
        .iter()
        .any(|magic| head.starts_with(magic));
    without_marks(&mut head, 0);
    // Where no line ends, lines may end with `\r` alone, which all of the text has to tell.
    let is_plain = !is_other && !is_packed && head.contains(&b'\n') && is_delimited(&head) == Some(true);
    Ok(is_plain.then_some(file))
}

/// Whether a text isn't JSON; `None` where it is too short to tell.
fn is_delimited(text: &[u8]) -> Option<bool> {
    let mut start = text.iter().filter(|byte| !byte.is_ascii_whitespace());
    let (first, second) = (start.next()?, start.next()?);
    Some(!matches!((first, second), (b'{', _) | (b'[', b'{' | b']')))
}

/// Opens a file, or standard input.
///
/// # Errors
/// What the system says, or what is wrong with the file as a whole.
pub fn open(path: &Path, name: String, opening: &Opening) -> Result<Source, String> {
    let mut raw = if path == Path::new(STANDARD_INPUT) {
        bounded(std::io::stdin().lock(), opening.limits, "standard input")?
    } else {
        let length = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
        if length > opening.limits.file_bytes {
            return Err(too_large(opening.limits));
        }
        std::fs::read(path).map_err(|error| error.to_string())?
    };
    let mut other_sheets = Vec::new();
    let sha256 = hex(&Sha256::digest(&raw));
    let bytes = raw.len() as u64;
    for _ in 0..MOST_WRAPPINGS {
        match unwrapped(&raw, opening.limits)? {
            Some(inner) => raw = inner,
            None => break,
        }
    }
    if raw.len() as u64 > opening.limits.file_bytes {
        return Err(too_large(opening.limits));
    }
    let encoding = opening.encoding.unwrap_or_else(|| guessed(&raw));
    let content = if raw.starts_with(b"PAR1") {
        let limits = *opening.limits;
        let grid = contained(move || parquet::grid(&raw, &limits));
        Content::Grid(grid.map_err(|error| format!("Parquet: {error}"))?)
    } else if is_workbook(&raw) {
        let (sheet, limits) = (opening.sheet, *opening.limits);
        let read = contained(move || workbook::read(raw, sheet, &limits));
        let (grid, others) = read.map_err(|error| format!("workbook: {error}"))?;
        other_sheets = others;
        Content::Grid(grid)
    } else {
        let text = text(raw, encoding);
        let mut start = text.iter().filter(|byte| !byte.is_ascii_whitespace());
        match (start.next(), start.next()) {
            (Some(b'{'), _) | (Some(b'['), Some(b'{' | b']')) => Content::Json(text),
            _ => Content::Text(text),
        }
    };
    Ok(Source { name, content, other_sheets, encoding, bytes, sha256 })
}

/// Readers of whole formats panic on some damaged files; that is an error like others.
pub fn contained<T>(read: impl FnOnce() -> Result<T, String> + std::panic::UnwindSafe) -> Result<T, String> {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let outcome = std::panic::catch_unwind(read);
    std::panic::set_hook(hook);
    outcome.unwrap_or_else(|_| Err("its reader gave up on it".to_owned()))
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn too_large(limits: &Limits) -> String {
    format!("it is larger than {} bytes, which `limits.file_size` allows", limits.file_bytes)
}

fn bounded(reader: impl Read, limits: &Limits, kind: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    reader
        .take(limits.file_bytes + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| format!("broken {kind} data: {error}"))?;
    if bytes.len() as u64 > limits.file_bytes { Err(too_large(limits)) } else { Ok(bytes) }
}

/// What is inside a compressed file; `None` of one that isn't.
fn unwrapped(raw: &[u8], limits: &Limits) -> Result<Option<Vec<u8>>, String> {
    if raw.starts_with(b"\x1f\x8b") {
        return bounded(flate2::read::MultiGzDecoder::new(raw), limits, "gzip").map(Some);
    }
    if raw.starts_with(b"\x28\xb5\x2f\xfd") {
        let decoder = zstd::Decoder::new(raw).map_err(|error| format!("broken zstd data: {error}"))?;
        return bounded(decoder, limits, "zstd").map(Some);
    }
    if !raw.starts_with(b"PK\x03\x04") && !raw.starts_with(b"PK\x05\x06") {
        return Ok(None);
    }
    let broken = |error| format!("broken zip data: {error}");
    let mut archive = zip::ZipArchive::new(Cursor::new(raw)).map_err(broken)?;
    if archive.file_names().any(|name| name.is_ok_and(|name| is_part_of_a_workbook(&name))) {
        let sizes = (0..archive.len()).map(|at| archive.by_index_raw(at).map_or(0, |part| part.size()));
        return if sizes.sum::<u64>() > limits.file_bytes { Err(too_large(limits)) } else { Ok(None) };
    }
    // Folders and what macOS adds are no exports.
    let is_export = |name: &str| {
        !name.ends_with('/')
            && !name.starts_with("__MACOSX/")
            && !name.rsplit('/').next().unwrap_or("").starts_with('.')
    };
    let mut files: Vec<(usize, String)> = Vec::new();
    for at in 0..archive.len() {
        if let Some(Ok(name)) = archive.name_for_index(at)
            && is_export(&name)
        {
            files.push((at, name.into_owned()));
        }
    }
    let [(file, _)] = files[..] else {
        let names: Vec<&str> = files.iter().take(5).map(|(_, name)| name.as_str()).collect();
        return Err(format!(
            "the zip archive holds {} files ({}); one is expected",
            files.len(),
            names.join(", ")
        ));
    };
    let member = archive.by_index(file).map_err(broken)?;
    bounded(member, limits, "zip").map(Some)
}

fn is_part_of_a_workbook(name: &str) -> bool {
    matches!(name, "xl/workbook.xml" | "xl/workbook.bin" | "content.xml")
}

fn is_workbook(raw: &[u8]) -> bool {
    // The second is the container of Excel 97 to 2003.
    raw.starts_with(b"PK\x03\x04") || raw.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
}

/// UTF-8 if most of its letters are, or a byte order mark says all there is to
/// say; UTF-16 if it looks like Latin letters with NULs between
/// them; otherwise what Windows writes in Western Europe.
fn guessed(raw: &[u8]) -> Encoding {
    if encoding_rs::Encoding::for_bom(raw).is_some() {
        return Encoding::Utf8;
    }
    let start = &raw[..raw.len().min(4096)];
    let nuls = start.iter().skip(1).step_by(2).filter(|byte| **byte == 0).count();
    if nuls * 4 > start.len() {
        Encoding::Utf16
    } else if std::str::from_utf8(raw).is_ok() {
        Encoding::Utf8
    } else {
        // Some rows may have come from elsewhere: the majority decides.
        let (letters, broken) = raw.utf8_chunks().fold((0, 0), |(letters, broken), chunk| {
            let not_ascii = chunk.valid().chars().filter(|c| !c.is_ascii()).count();
            (letters + not_ascii, broken + usize::from(!chunk.invalid().is_empty()))
        });
        if letters > broken { Encoding::Utf8 } else { Encoding::Windows1252 }
    }
}

/// Bytes to UTF-8 where they are none yet, without byte order marks, with
/// line ends that hold a `\n`.
fn text(raw: Vec<u8>, encoding: Encoding) -> Vec<u8> {
    let marked = encoding_rs::Encoding::for_bom(&raw).map(|(encoding, _)| encoding);
    let decoded = |encoding: &'static encoding_rs::Encoding| {
        encoding.decode_with_bom_removal(&raw).0.into_owned().into_bytes()
    };
    let mut text = match (marked, encoding) {
        (Some(marked), _) if marked != encoding_rs::UTF_8 => decoded(marked),
        (None, Encoding::Utf16) => decoded(encoding_rs::UTF_16LE),
        (None, Encoding::Windows1252) => decoded(encoding_rs::WINDOWS_1252),
        (None, Encoding::Latin1) => encoding_rs::mem::decode_latin1(&raw).into_owned().into_bytes(),
        _ => raw,
    };
    without_marks(&mut text, 0);
    if memchr::memchr(b'\n', &text).is_none() {
        text.iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
    }
    text
}

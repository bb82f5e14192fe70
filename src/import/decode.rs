//! Files to text, and text to chunks that begin and end with whole rows.

use std::io::Read;
use std::ops::Range;
use std::path::Path;

use memchr::{memchr, memrchr};
use sha2::{Digest, Sha256};

use crate::config::Encoding;

/// The text of one file.
#[derive(Debug)]
pub struct Source {
    /// As printed: relative to the configuration, or as typed.
    pub name: String,
    pub text: Vec<u8>,
    pub bytes: u64,
    /// Of the file as it lies on the disk.
    pub sha256: String,
}

/// Reads and, by the ending of its name, decompresses a file.
///
/// # Errors
/// What the system says.
pub fn open(path: &Path, name: String, encoding: Encoding) -> Result<Source, String> {
    let raw = std::fs::read(path).map_err(|error| error.to_string())?;
    let sha256 = hex(&Sha256::digest(&raw));
    let bytes = raw.len() as u64;
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or("");
    let mut text = match ending {
        "gz" => {
            let mut text = Vec::new();
            flate2::read::MultiGzDecoder::new(raw.as_slice())
                .read_to_end(&mut text)
                .map_err(|error| format!("not a gzip file: {error}"))?;
            text
        }
        "zst" => zstd::decode_all(raw.as_slice()).map_err(|error| format!("not a zstd file: {error}"))?,
        _ => raw,
    };
    if text.starts_with(b"\xef\xbb\xbf") {
        text.drain(..3);
    } else if encoding == Encoding::Windows1252 {
        text = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&text).0.into_owned().into_bytes();
    }
    Ok(Source { name, text, bytes, sha256 })
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whole rows of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    pub range: Range<usize>,
    /// Line of its first row, from 1.
    pub line: u64,
}

/// How a text is cut.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Chunks {
    pub header: Range<usize>,
    pub rows: Vec<Chunk>,
    /// Lines on which a quote opens that never closes.
    pub broken: Vec<Chunk>,
}

/// Size from which on a chunk ends at the next row.
const CHUNK_BYTES: usize = 1 << 20;

/// Cuts a text into chunks of whole rows; newlines within quotes end no row.
///
/// A quote opens a cell only at the cell's beginning, as RFC 4180 has it. A
/// quote that never closes takes its line with it and nothing more.
pub fn chunks(text: &[u8], delimiter: u8) -> Chunks {
    let mut chunks = Chunks::default();
    let mut scanner = Scanner { text, delimiter, quote_free: 0..0 };
    let header_end = match scanner.row_end(0, 1) {
        Ok(end) => end,
        Err(_) => memchr(b'\n', text).map_or(text.len(), |at| at + 1),
    };
    chunks.header = 0..header_end;
    let mut line = 1 + count_lines(&text[..header_end]);
    let mut start = header_end;
    while start < text.len() {
        match scanner.row_end(start, CHUNK_BYTES) {
            Ok(end) => {
                chunks.rows.push(Chunk { range: start..end, line });
                line += count_lines(&text[start..end]);
                start = end;
            }
            Err(quote) => {
                let broken = memrchr(b'\n', &text[start..quote]).map_or(start, |at| start + at + 1);
                let end = memchr(b'\n', &text[quote..]).map_or(text.len(), |at| quote + at + 1);
                if broken > start {
                    chunks.rows.push(Chunk { range: start..broken, line });
                    line += count_lines(&text[start..broken]);
                }
                chunks.broken.push(Chunk { range: broken..end, line });
                line += count_lines(&text[broken..end]);
                start = end;
            }
        }
    }
    chunks
}

fn count_lines(text: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', text).count() as u64
}

struct Scanner<'a> {
    text: &'a [u8],
    delimiter: u8,
    /// Bytes known to hold no quote; a quote or the text's end follows them. A
    /// file without quotes must not be searched to its end once per chunk.
    quote_free: Range<usize>,
}

impl Scanner<'_> {
    /// The end of the first row that ends at least `least` bytes after `start`;
    /// the place of the quote if one never closes.
    fn row_end(&mut self, start: usize, least: usize) -> Result<usize, usize> {
        let text = self.text;
        let wanted = start.saturating_add(least - 1);
        let mut at = start;
        loop {
            if !self.quote_free.contains(&at) {
                let quote = memchr(b'"', &text[at..]).map_or(text.len(), |found| at + found);
                self.quote_free = at..quote;
            }
            let quote = self.quote_free.end;
            let from = at.max(wanted.min(text.len()));
            if from < quote
                && let Some(newline) = memchr(b'\n', &text[from..quote])
            {
                return Ok(from + newline + 1);
            }
            if quote == text.len() {
                return Ok(quote);
            }
            let opens = quote == start
                || matches!(text[quote - 1], b'\n' | b'\r')
                || text[quote - 1] == self.delimiter;
            at = if opens { self.quote_end(quote).ok_or(quote)? } else { quote + 1 };
        }
    }

    /// Behind the quote that closes the one at `open`.
    fn quote_end(&self, open: usize) -> Option<usize> {
        let mut at = open + 1;
        loop {
            let quote = at + memchr(b'"', self.text.get(at..)?)?;
            if self.text.get(quote + 1) != Some(&b'"') {
                return Some(quote + 1);
            }
            at = quote + 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &[u8]) -> Vec<csv::ByteRecord> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
        reader.byte_records().map(|record| record.expect("in memory")).collect()
    }

    /// The csv crate cuts the same text in one piece. Rows with and without
    /// quotes come in runs longer than a chunk.
    #[test]
    fn chunks_end_where_rows_end() {
        let mut state = 7_u32;
        let mut random = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % below
        };
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["a \"quoted\"\nhead", "text"]).expect("in memory");
        for row in 0..200_000 {
            let plain = row / 50_000 % 2 == 1;
            let pieces = if plain { ["word", "5", "x y", "-"] } else { ["\n", "\"", ",", "word\r\n\""] };
            let cells: [String; 2] =
                std::array::from_fn(|_| (0..=random(6)).map(|_| pieces[random(4) as usize]).collect());
            writer.write_record(&cells).expect("in memory");
        }
        let text = writer.into_inner().expect("in memory");
        let cut = chunks(&text, b',');
        assert!(cut.rows.len() >= 3 && cut.broken.is_empty());
        let mut found = records(&text[cut.header.clone()]);
        let mut end = cut.header.end;
        for chunk in &cut.rows {
            assert_eq!(chunk.range.start, end);
            let newlines = text[..end].iter().filter(|byte| **byte == b'\n').count();
            assert_eq!(chunk.line, newlines as u64 + 1);
            found.extend(records(&text[chunk.range.clone()]));
            end = chunk.range.end;
        }
        assert_eq!(end, text.len());
        assert!(found == records(&text), "a row was cut apart");
    }

    #[test]
    fn a_quote_that_never_closes_takes_its_line_only() {
        let text = b"a,b\n1,2\n3,\"4\n5,6\n";
        let cut = chunks(text, b',');
        let row = |range, line| Chunk { range, line };
        assert_eq!(cut.header, 0..4);
        assert_eq!(cut.rows, [row(4..8, 2), row(13..17, 4)]);
        assert_eq!(cut.broken, [row(8..13, 3)]);
    }
}

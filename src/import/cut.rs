//! Text to chunks that begin and end with whole rows, and what is left of broken ones.

use std::ops::Range;

use memchr::memchr;

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
    /// Rows with a quote that closes nowhere, or at no cell's end.
    pub broken: Vec<Chunk>,
}

/// How the rows of a text are written.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    pub delimiter: u8,
    /// Whether a cell may stand in quotes.
    pub has_quotes: bool,
    /// From 1; for 1, blank lines before the header don't count.
    pub header_line: u64,
}

/// Size from which on a chunk ends at the next row.
const CHUNK_BYTES: usize = 1 << 20;

/// How far behind a broken row the next plausible one is looked for.
const LOOKAHEAD_BYTES: usize = 1 << 16;

/// Cuts a text into chunks of whole rows; newlines within quotes end no row.
///
/// A quote opens a cell only at the cell's beginning, as RFC 4180 has it. Where
/// it never closes, or closes on a later line but not at the end of a cell, the
/// row is broken up to the next line that reads as a row of as many cells as the
/// header's. Where no such line is near, the row's own line is all that is lost.
///
/// `row_bytes` is the most that a quoted cell may hold.
pub fn chunks(text: &[u8], shape: Shape, row_bytes: usize) -> Chunks {
    let Shape { delimiter, has_quotes, header_line } = shape;
    // Where no quote means anything, none is looked for.
    let quote_free = if has_quotes { 0..0 } else { 0..text.len() + 1 };
    let mut scanner = Scanner { text, delimiter, row_bytes, quote_free, hopeless: 0, cells: 0 };
    let header_start = header_start(text, delimiter, header_line);
    let header_end = match scanner.row_end(header_start, 1) {
        Ok(end) => end,
        Err(_) => line_end(text, header_start),
    };
    scanner.cells = scanner.cells_of(header_start..header_end);
    let mut chunks = Chunks { header: header_start..header_end, ..Chunks::default() };
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
                let row = scanner.row_start(start, quote);
                if row > start {
                    chunks.rows.push(Chunk { range: start..row, line });
                    line += count_lines(&text[start..row]);
                }
                let end = scanner.next_plausible(quote);
                chunks.broken.push(Chunk { range: row..end, line });
                line += count_lines(&text[row..end]);
                start = end;
            }
        }
    }
    chunks
}

/// The beginning of the header's line or, for line 1, of the first that isn't blank.
fn header_start(text: &[u8], delimiter: u8, header_line: u64) -> usize {
    if header_line > 1 {
        let newline = memchr::memchr_iter(b'\n', text).nth(header_line as usize - 2);
        return newline.map_or(text.len(), |newline| newline + 1);
    }
    let mut start = 0;
    while start < text.len() {
        let end = line_end(text, start);
        if text[start..end].iter().any(|byte| !byte.is_ascii_whitespace() && *byte != delimiter) {
            return start;
        }
        start = end;
    }
    start
}

fn line_end(text: &[u8], from: usize) -> usize {
    memchr(b'\n', &text[from..]).map_or(text.len(), |newline| from + newline + 1)
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
    row_bytes: usize,
    /// No line that begins before this place is plausible.
    hopeless: usize,
    /// Cells of the header.
    cells: usize,
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
            let quote = self.quote_free.end.min(text.len());
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

    /// Behind the quote that closes the one at `open`. One that is followed by
    /// more of a cell closes it only on its own line, where the rest is taken as it is.
    fn quote_end(&self, open: usize) -> Option<usize> {
        let text = &self.text[..self.text.len().min(open.saturating_add(self.row_bytes))];
        let mut at = open + 1;
        loop {
            let quote = at + memchr(b'"', text.get(at..)?)?;
            at = quote + 2;
            match self.text.get(quote + 1) {
                Some(b'"') => continue,
                None | Some(b'\n' | b'\r') => return Some(quote + 1),
                Some(byte) if *byte == self.delimiter => return Some(quote + 1),
                Some(_) if memchr(b'\n', &text[open..quote]).is_none() => return Some(quote + 1),
                Some(_) => return None,
            }
        }
    }

    /// The beginning of the row with a broken quote: cells before it may hold newlines.
    fn row_start(&mut self, start: usize, quote: usize) -> usize {
        let mut row = start;
        while let Ok(end) = self.row_end(row, 1)
            && end <= quote
        {
            row = end;
        }
        row
    }

    /// The next line behind the one of `quote` that reads as a row.
    fn next_plausible(&mut self, quote: usize) -> usize {
        let first = line_end(self.text, quote);
        let last = self.text.len().min(first.saturating_add(LOOKAHEAD_BYTES));
        let mut line = first.max(self.hopeless);
        while line < last {
            if let Ok(end) = self.row_end(line, 1)
                && self.cells_of(line..end) == self.cells
            {
                return line;
            }
            line = line_end(self.text, line);
        }
        self.hopeless = self.hopeless.max(line);
        first
    }

    fn cells_of(&self, row: Range<usize>) -> usize {
        let text = &self.text[row];
        if text.iter().all(u8::is_ascii_whitespace) {
            return 0;
        }
        let mut reader = csv::ReaderBuilder::new();
        let mut reader = reader.delimiter(self.delimiter).has_headers(false).flexible(true).from_reader(text);
        let mut record = csv::ByteRecord::new();
        if reader.read_byte_record(&mut record).unwrap_or(false) { record.len() } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Shape = Shape { delimiter: b',', has_quotes: true, header_line: 1 };

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
        let cut = chunks(&text, PLAIN, 1 << 20);
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
        let cut = chunks(text, PLAIN, 1 << 20);
        let row = |range, line| Chunk { range, line };
        assert_eq!(cut.header, 0..4);
        assert_eq!(cut.rows, [row(4..8, 2), row(13..17, 4)]);
        assert_eq!(cut.broken, [row(8..13, 3)]);
    }
}

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

/// How a part of a text is cut.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Cut {
    pub rows: Vec<Chunk>,
    /// Rows with a quote that closes nowhere, or at no cell's end.
    pub broken: Vec<Chunk>,
    /// Where the rest begins, which can't be cut before more of the text is known.
    pub end: usize,
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
pub const CHUNK_BYTES: usize = 1 << 20;

/// How far behind a broken row the next plausible one is looked for.
const LOOKAHEAD_BYTES: usize = 1 << 16;

/// Cuts a text into chunks of whole rows; newlines within quotes end no row.
///
/// A quote opens a cell only at the cell's beginning, as RFC 4180 has it. Where
/// it never closes, or closes on a later line but not at the end of a cell, the
/// row is broken up to the next line that reads as a row of as many cells as the
/// header's. Where no such line is near, the row's own line is all that is lost.
///
/// A large text is handed over part by part, and is cut as if it were one: what
/// a later part could change is left to be cut with it.
#[derive(Debug)]
pub struct Cutter {
    shape: Shape,
    /// The most that a quoted cell may hold.
    row_bytes: usize,
    /// Cells of the header.
    cells: usize,
    /// Of the first row that isn't cut yet.
    line: u64,
    /// No line is plausible that begins before so many bytes of what isn't cut yet.
    hopeless: usize,
}

impl Cutter {
    /// Finds the header in the beginning of a text, of which more is to come unless
    /// it `is_last`; `None` where that might change the answer. What is to be
    /// cut begins behind it.
    pub fn new(text: &[u8], shape: Shape, row_bytes: usize, is_last: bool) -> Option<(Cutter, Range<usize>)> {
        let mut cutter = Cutter { shape, row_bytes, cells: 0, line: 0, hopeless: 0 };
        let mut scanner = cutter.scanner(text);
        let start = header_start(text, shape.delimiter, shape.header_line);
        let end = match scanner.row_end(start, 1) {
            Ok(end) => end,
            Err(_) => scanner.line_end(start),
        };
        if !is_last && (start == text.len() || scanner.saw_end) {
            return None;
        }
        cutter.cells = scanner.cells_of(start..end);
        cutter.line = 1 + count_lines(&text[..end]);
        Some((cutter, start..end))
    }

    fn scanner<'a>(&self, text: &'a [u8]) -> Scanner<'a> {
        Scanner {
            text,
            delimiter: self.shape.delimiter,
            // Where no quote means anything, none is looked for.
            quote_free: if self.shape.has_quotes { 0..0 } else { 0..text.len() + 1 },
            row_bytes: self.row_bytes,
            hopeless: self.hopeless,
            cells: self.cells,
            saw_end: false,
        }
    }

    /// Cuts what follows what was cut before, of which more is to come unless it `is_last`.
    pub fn cut(&mut self, text: &[u8], is_last: bool) -> Cut {
        let mut scanner = self.scanner(text);
        let mut cut = Cut::default();
        while cut.end < text.len() {
            let hopeless = scanner.hopeless;
            cut.end = match scanner.row_end(cut.end, CHUNK_BYTES) {
                Ok(_) if scanner.saw_end && !is_last => break,
                Ok(end) => {
                    self.push(text, cut.end..end, &mut cut.rows);
                    end
                }
                Err(quote) => {
                    let row = scanner.row_start(cut.end, quote);
                    let end = scanner.next_plausible(quote);
                    if scanner.saw_end && !is_last {
                        scanner.hopeless = hopeless;
                        break;
                    }
                    if row > cut.end {
                        self.push(text, cut.end..row, &mut cut.rows);
                    }
                    self.push(text, row..end, &mut cut.broken);
                    end
                }
            };
        }
        self.hopeless = scanner.hopeless.saturating_sub(cut.end);
        cut
    }

    fn push(&mut self, text: &[u8], range: Range<usize>, chunks: &mut Vec<Chunk>) {
        chunks.push(Chunk { range: range.clone(), line: self.line });
        self.line += count_lines(&text[range]);
    }
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
    /// Whether an answer might be another one if more followed the text.
    saw_end: bool,
}

impl Scanner<'_> {
    fn line_end(&mut self, from: usize) -> usize {
        let end = line_end(self.text, from);
        self.saw_end |= end == self.text.len();
        end
    }

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
                self.saw_end = true;
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
    fn quote_end(&mut self, open: usize) -> Option<usize> {
        let most = open.saturating_add(self.row_bytes);
        let text = &self.text[..self.text.len().min(most)];
        let mut at = open + 1;
        loop {
            let Some(found) = text.get(at..).and_then(|rest| memchr(b'"', rest)) else {
                self.saw_end |= self.text.len() < most;
                return None;
            };
            let quote = at + found;
            self.saw_end |= quote + 1 == self.text.len();
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
        let first = self.line_end(quote);
        let last = self.text.len().min(first.saturating_add(LOOKAHEAD_BYTES));
        let mut line = first.max(self.hopeless);
        while line < last {
            if let Ok(end) = self.row_end(line, 1)
                && self.cells_of(line..end) == self.cells
            {
                return line;
            }
            line = self.line_end(line);
        }
        // Lines are looked at up to a place that isn't reached yet.
        self.saw_end |= last == self.text.len();
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

    /// A text in one part: its header, and the rest with places in the whole text.
    fn chunks(text: &[u8]) -> (Range<usize>, Cut) {
        parts(text, text.len(), |_| 0)
    }

    /// As if the text were known up to `first`, then up to `more` further each time.
    fn parts(text: &[u8], first: usize, mut more: impl FnMut(usize) -> usize) -> (Range<usize>, Cut) {
        let mut known = first;
        let (mut cutter, header) = loop {
            match Cutter::new(&text[..known], PLAIN, 1 << 16, known == text.len()) {
                Some(found) => break found,
                None => known = (known + 1 + more(known)).min(text.len()),
            }
        };
        let mut all = Cut { end: header.end, ..Cut::default() };
        loop {
            let cut = cutter.cut(&text[all.end..known], known == text.len());
            for (all_of, own) in [(&mut all.rows, cut.rows), (&mut all.broken, cut.broken)] {
                let place = |range: Range<usize>| all.end + range.start..all.end + range.end;
                all_of.extend(own.into_iter().map(|chunk| Chunk { range: place(chunk.range), ..chunk }));
            }
            all.end += cut.end;
            if known == text.len() {
                return (header, all);
            }
            known = (known + 1 + more(known)).min(text.len());
        }
    }

    fn records(text: &[u8]) -> Vec<csv::ByteRecord> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
        reader.byte_records().map(|record| record.expect("in memory")).collect()
    }

    fn random() -> impl FnMut(u32) -> u32 {
        let mut state = 7_u32;
        move |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % below
        }
    }

    /// The csv crate cuts the same text in one piece. Rows with and without
    /// quotes come in runs longer than a chunk.
    #[test]
    fn chunks_end_where_rows_end() {
        let mut random = random();
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
        let (header, cut) = chunks(&text);
        assert!(cut.rows.len() >= 3 && cut.broken.is_empty());
        let mut found = records(&text[header.clone()]);
        let mut end = header.end;
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

    /// Stray quotes are what makes a cut depend on what follows.
    #[test]
    fn a_text_in_parts_is_cut_as_if_it_were_one() {
        for quotes in [1, 20, 2000] {
            let mut random = random();
            let mut text = b"a,b,c\n".to_vec();
            while text.len() < 5 << 20 {
                let cell = match random(4 * quotes) {
                    0 => "\"",
                    1 => "\"more\nlines, one\"",
                    2 => "x\"y",
                    _ => "word",
                };
                text.extend_from_slice(cell.as_bytes());
                text.push([b',', b',', b'\n'][random(3) as usize]);
            }
            let whole = chunks(&text);
            assert!(whole.1.rows.len() > 2 && !whole.1.broken.is_empty());
            assert!(whole == parts(&text, 1, |_| random(300_000) as usize), "{quotes}");
        }
    }

    #[test]
    fn a_quote_that_never_closes_takes_its_line_only() {
        let text = b"a,b\n1,2\n3,\"4\n5,6\n";
        let (header, cut) = chunks(text);
        let row = |range, line| Chunk { range, line };
        assert_eq!(header, 0..4);
        assert_eq!(cut.rows, [row(4..8, 2), row(13..17, 4)]);
        assert_eq!(cut.broken, [row(8..13, 3)]);
    }
}

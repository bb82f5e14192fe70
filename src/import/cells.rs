//! The cells of one row, wherever they stand.

use csv::ByteRecord;
use memchr::{memchr, memchr_iter, memchr2};

/// The cells of one row, one after the other in one piece of text.
#[derive(Debug, Clone, Copy)]
pub struct Cells<'r> {
    bytes: &'r [u8],
    /// The same, where all of the file around it is UTF-8.
    text: Option<&'r str>,
    /// Where each cell ends.
    ends: &'r [usize],
    /// Bytes between a cell's end and the next one's beginning: a delimiter, or nothing.
    gap: usize,
}

impl<'r> Cells<'r> {
    /// Of a record; `ends` is a buffer for where its cells end.
    pub fn of(record: &'r ByteRecord, ends: &'r mut Vec<usize>) -> Cells<'r> {
        ends.clear();
        ends.extend((0..record.len()).filter_map(|cell| record.range(cell)).map(|range| range.end));
        Cells { bytes: record.as_slice(), text: None, ends, gap: 0 }
    }

    /// Number of cells.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Bytes of all cells together.
    pub fn size(&self) -> usize {
        self.bytes.len() - self.gap * self.ends.len().saturating_sub(1)
    }

    fn range(&self, cell: usize) -> Option<std::ops::Range<usize>> {
        let end = *self.ends.get(cell)?;
        Some(if cell == 0 { 0 } else { self.ends[cell - 1] + self.gap }..end)
    }

    /// A cell, empty where the row has none; its bytes where they aren't UTF-8.
    pub fn text(&self, cell: usize) -> Result<&'r str, &'r [u8]> {
        let Some(range) = self.range(cell) else { return Ok("") };
        match self.text {
            Some(text) => Ok(&text[range]),
            None => std::str::from_utf8(&self.bytes[range.clone()]).map_err(|_| &self.bytes[range]),
        }
    }

    /// The cells as bytes.
    pub fn iter(&self) -> impl Iterator<Item = &'r [u8]> + Clone {
        let (bytes, ends, gap) = (self.bytes, self.ends, self.gap);
        let starts = std::iter::once(0).chain(ends.iter().map(move |end| end + gap));
        starts.zip(ends).map(move |(start, end)| &bytes[start..*end])
    }

    /// Whether a cell may hold a newline.
    pub fn has_newline(&self) -> bool {
        // What a delimiter still stands in is one line as it was.
        self.gap == 0 && memchr(b'\n', self.bytes).is_some()
    }

    /// The cells with other bytes in the place of some; `copy` is a buffer for them.
    pub fn replaced(self, is_other: impl Fn(u8) -> bool, other: u8, copy: &'r mut Vec<u8>) -> Cells<'r> {
        copy.clear();
        copy.extend(self.bytes.iter().map(|byte| if is_other(*byte) { other } else { *byte }));
        let bytes: &[u8] = copy;
        Cells { bytes, text: self.text.and_then(|_| std::str::from_utf8(bytes).ok()), ..self }
    }
}

/// Cuts the rows of a text into cells.
///
/// What the csv crate makes of a row with a quote in it holds here as well; rows
/// without any are most, and are cut where they stand.
pub struct Rows<'t> {
    bytes: &'t [u8],
    /// The same, if it is UTF-8.
    text: Option<&'t str>,
    delimiter: u8,
    has_quotes: bool,
    at: usize,
    /// Of what follows `at`.
    line: u64,
    reader: csv_core::Reader,
    buffer: Vec<u8>,
    ends: Vec<usize>,
}

impl<'t> Rows<'t> {
    /// Of a text that begins in a line of the file.
    pub fn new(bytes: &'t [u8], line: u64, delimiter: u8, has_quotes: bool) -> Rows<'t> {
        Rows {
            bytes,
            text: std::str::from_utf8(bytes).ok(),
            delimiter,
            has_quotes,
            at: 0,
            line,
            reader: csv_core::ReaderBuilder::new().delimiter(delimiter).quoting(has_quotes).build(),
            buffer: Vec::new(),
            ends: Vec::new(),
        }
    }

    /// The next row with its line; blank lines are none.
    pub fn next(&mut self) -> Option<(u64, Cells<'_>)> {
        while let Some(b'\n' | b'\r') = self.bytes.get(self.at) {
            self.line += u64::from(self.bytes[self.at] == b'\n');
            self.at += 1;
        }
        let rest = &self.bytes[self.at..];
        if rest.is_empty() {
            return None;
        }
        let line = self.line;
        let row = &rest[..memchr2(b'\n', b'\r', rest).unwrap_or(rest.len())];
        self.ends.clear();
        if self.has_quotes && memchr(b'"', row).is_some() {
            return Some((line, self.quoted()));
        }
        self.ends.extend(memchr_iter(self.delimiter, row));
        self.ends.push(row.len());
        let place = self.at..self.at + row.len();
        self.at = place.end;
        let text = self.text.map(|text| &text[place]);
        Some((line, Cells { bytes: row, text, ends: &self.ends, gap: 1 }))
    }

    /// Reads one row as the csv crate does.
    fn quoted(&mut self) -> Cells<'_> {
        use csv_core::ReadRecordResult::{End, InputEmpty, OutputEndsFull, OutputFull, Record};
        self.reader.reset();
        let start = self.at;
        let (mut written, mut ended) = (0, 0);
        self.buffer.resize(self.buffer.len().max(1 << 10), 0);
        self.ends.resize(self.ends.capacity().max(1 << 6), 0);
        loop {
            let (result, read, wrote, ends) = self.reader.read_record(
                &self.bytes[self.at..],
                &mut self.buffer[written..],
                &mut self.ends[ended..],
            );
            self.at += read;
            written += wrote;
            ended += ends;
            match result {
                // Without more input it comes to its end.
                InputEmpty => {}
                OutputFull => self.buffer.resize(self.buffer.len() * 2, 0),
                OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                Record | End => break,
            }
        }
        self.line += memchr_iter(b'\n', &self.bytes[start..self.at]).count() as u64;
        self.ends.truncate(ended);
        let bytes = &self.buffer[..written];
        let text = self.text.and_then(|_| std::str::from_utf8(bytes).ok());
        Cells { bytes, text, ends: &self.ends, gap: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The csv crate and memchr read the same rows, whatever is in them.
    #[test]
    fn rows_are_those_of_the_csv_crate() {
        let mut state = 11_u32;
        let mut random = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % below
        };
        let pieces: [&[u8]; 12] =
            [b"a", b"word", b";", b";", b"\"", b"\n", b"\r\n", b"\r", b" ", "é".as_bytes(), b"\"\"", b"\xff"];
        for round in 0..20_000 {
            // Only some texts are UTF-8, and only some have quotes.
            let kinds = [4, 10, 11, 12][round % 4];
            let text: Vec<u8> =
                (0..random(40)).flat_map(|_| pieces[random(kinds) as usize].iter().copied()).collect();
            for has_quotes in [true, false] {
                let mut rows = Rows::new(&text, 5, b';', has_quotes);
                let mut reader = csv::ReaderBuilder::new();
                let reader = reader.delimiter(b';').quoting(has_quotes).has_headers(false).flexible(true);
                for record in reader.from_reader(text.as_slice()).byte_records() {
                    let record = record.expect("in memory");
                    let start = record.position().expect("a place").byte() as usize;
                    let blank = text[start..].iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
                    let lines = text[..start + blank].iter().filter(|byte| **byte == b'\n').count();
                    let (line, cells) = rows.next().expect("a row");
                    assert_eq!(line, 5 + lines as u64, "{text:?}");
                    assert!(cells.iter().eq(record.iter()), "{text:?}");
                    assert_eq!(cells.size(), record.as_slice().len());
                    assert_eq!(cells.has_newline(), record.as_slice().contains(&b'\n'));
                    for (place, cell) in record.iter().enumerate() {
                        assert_eq!(cells.text(place), std::str::from_utf8(cell).map_err(|_| cell));
                    }
                }
                assert!(rows.next().is_none(), "{text:?}");
            }
        }
    }
}

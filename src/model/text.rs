//! Text in columns: dictionary-encoded where values repeat, one buffer where they don't.

use super::places::{Places, hash};

/// The code of a missing value.
pub const MISSING_CODE: u32 = u32::MAX;

/// Distinct texts, numbered in order of first appearance.
#[derive(Debug, Clone, Default)]
pub struct Dictionary {
    values: Strings,
    codes: Places,
}

impl Dictionary {
    /// The code of `value`, which is added if it is new.
    pub fn intern(&mut self, value: &str) -> u32 {
        let hash = hash(value);
        if let Some(code) = self.codes.find(hash, |code| self.values.get(code as usize) == value) {
            return code;
        }
        let code = self.values.len() as u32;
        self.values.push(value);
        self.codes.insert(hash, code);
        code
    }

    /// The code of `value`, or [`MISSING_CODE`].
    pub fn code(&self, value: &str) -> u32 {
        self.codes.find(hash(value), |code| self.values.get(code as usize) == value).unwrap_or(MISSING_CODE)
    }

    /// The text behind `code`; `None` for [`MISSING_CODE`].
    pub fn get(&self, code: u32) -> Option<&str> {
        let code = code as usize;
        (code < self.values.len()).then(|| self.values.get(code))
    }

    /// All values, in order of their codes.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.values.len()).map(|code| self.values.get(code))
    }

    /// How many distinct values there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether nothing was interned yet.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The same values in order of their text, and the new code of each old one;
    /// so that an order by code doesn't depend on what was read first.
    pub fn sorted(&self) -> (Dictionary, Vec<u32>) {
        let mut order: Vec<(&str, u32)> = self.values().zip(0..).collect();
        order.sort_unstable();
        let (mut sorted, mut codes) = (Dictionary::default(), vec![0; order.len()]);
        for (value, old) in order {
            codes[old as usize] = sorted.intern(value);
        }
        (sorted, codes)
    }

    /// Adds the values of `other`; returns the new code of each of its codes.
    pub fn absorb(&mut self, other: &Dictionary) -> Vec<u32> {
        other.values().map(|value| self.intern(value)).collect()
    }
}

/// A column of repeating text; missing values are [`MISSING_CODE`].
#[derive(Debug, Clone, Default)]
pub struct TextColumn {
    pub codes: Vec<u32>,
    pub dictionary: Dictionary,
}

impl TextColumn {
    /// Appends a value; an empty text is a missing one.
    pub fn push(&mut self, value: &str) {
        let code = if value.is_empty() { MISSING_CODE } else { self.dictionary.intern(value) };
        self.codes.push(code);
    }

    /// The value of a row.
    pub fn get(&self, row: usize) -> Option<&str> {
        self.codes.get(row).and_then(|&code| self.dictionary.get(code))
    }

    /// Appends the rows of `other`.
    pub fn append(&mut self, other: &TextColumn) {
        let codes = self.dictionary.absorb(&other.dictionary);
        self.codes.extend(other.codes.iter().map(|&code| recode(&codes, code)));
    }

    /// Replaces every distinct value by `map`'s answer, once per value and not per row.
    pub fn map_values(&mut self, mut map: impl FnMut(&str) -> String) {
        let mut dictionary = Dictionary::default();
        let codes: Vec<u32> = self
            .dictionary
            .values()
            .map(|value| match map(value) {
                mapped if mapped.is_empty() => MISSING_CODE,
                mapped => dictionary.intern(&mapped),
            })
            .collect();
        for code in &mut self.codes {
            *code = recode(&codes, *code);
        }
        self.dictionary = dictionary;
    }

    /// The rows named by `rows`, in that order.
    pub fn take(self, rows: &[u32]) -> TextColumn {
        let codes = rows.iter().map(|&row| self.codes[row as usize]).collect();
        TextColumn { codes, dictionary: self.dictionary }
    }
}

/// `codes[code]`, where a missing value stays missing.
pub fn recode(codes: &[u32], code: u32) -> u32 {
    codes.get(code as usize).copied().unwrap_or(MISSING_CODE)
}

/// A column of mostly distinct text in one buffer; an empty text is a missing one.
#[derive(Debug, Clone, Default)]
pub struct Strings {
    buffer: String,
    /// The lower half of where each text ends: the upper half is how many wraps come before it.
    ends: Vec<u32>,
    /// Rows that are the first to end in another block of 4 GiB, once for each block.
    wraps: Vec<usize>,
}

impl Strings {
    /// So many rows without a value.
    pub fn empty(rows: usize) -> Strings {
        Strings { ends: vec![0; rows], ..Strings::default() }
    }

    /// Appends a value.
    pub fn push(&mut self, value: &str) {
        self.buffer.push_str(value);
        self.end_at(self.buffer.len());
    }

    fn end_at(&mut self, end: usize) {
        while self.wraps.len() < end >> 32 {
            self.wraps.push(self.ends.len());
        }
        self.ends.push(end as u32);
    }

    fn end(&self, row: usize) -> usize {
        // Few columns are that large.
        let wraps = if self.wraps.is_empty() { 0 } else { self.wraps.partition_point(|first| *first <= row) };
        wraps << 32 | self.ends[row] as usize
    }

    /// The value of a row; empty where it is missing.
    pub fn get(&self, row: usize) -> &str {
        let start = if row == 0 { 0 } else { self.end(row - 1) };
        &self.buffer[start..self.end(row)]
    }

    /// The row of a value by binary search, where the rows are in order.
    pub fn find(&self, value: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.get(middle) < value {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        (low < self.len() && self.get(low) == value).then_some(low)
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Appends the rows of `other`.
    pub fn append(&mut self, other: &Strings) {
        let base = self.buffer.len();
        self.buffer.push_str(&other.buffer);
        self.ends.reserve(other.len());
        for row in 0..other.len() {
            self.end_at(base + other.end(row));
        }
    }

    /// The rows named by `rows`, in that order.
    pub fn take(self, rows: &[u32]) -> Strings {
        let mut taken = Strings::default();
        taken.buffer.reserve_exact(self.buffer.len());
        taken.ends.reserve_exact(rows.len());
        for &row in rows {
            taken.push(self.get(row as usize));
        }
        taken
    }
}

//! `[limits]`: how much of what import puts up with.

use std::str::FromStr;

use super::reader::Reader;

/// What import puts up with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Share of rejected rows above which the input is unusable, 0 to 1.
    pub max_reject: f64,
    /// Most bytes of a cell; a row with a larger one is rejected.
    pub cell_bytes: u64,
    /// Most bytes of a row; a larger one is rejected.
    pub row_bytes: u64,
    /// Most bytes of a file, decompressed: it is held in memory.
    pub file_bytes: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { max_reject: 0.05, cell_bytes: 1 << 20, row_bytes: 16 << 20, file_bytes: 16 << 30 }
    }
}

/// A number of bytes, written `64KB`, `1 MB` or `2GB`, in powers of 1024.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size(pub u64);

impl FromStr for Size {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Size, Self::Err> {
        let message = "expected a size such as \"64KB\", \"1MB\" or \"2GB\"";
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == ' ');
        let power = match text[digits.len()..].trim_start().to_ascii_uppercase().as_str() {
            "KB" => 10,
            "MB" => 20,
            "GB" => 30,
            _ => return Err(message),
        };
        let count: u64 = digits.parse().map_err(|_| message)?;
        count.checked_mul(1 << power).filter(|bytes| *bytes > 0).map(Size).ok_or(message)
    }
}

/// Reads `[limits]`.
pub fn limits(document: &Reader) -> Limits {
    let mut limits = Limits::default();
    let Some(reader) = document.table("limits") else { return limits };
    limits.max_reject = reader.share("max_reject").unwrap_or(limits.max_reject);
    for (key, bytes) in [
        ("cell_size", &mut limits.cell_bytes),
        ("row_size", &mut limits.row_bytes),
        ("file_size", &mut limits.file_bytes),
    ] {
        if let Some(Size(given)) = reader.parse(key) {
            *bytes = given;
        }
    }
    reader.finish();
    limits
}

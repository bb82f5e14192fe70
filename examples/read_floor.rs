//! What reading exports costs at least: `read_floor FILE...`, CSV files without newlines in cells.
//!
//! The csv crate over chunks that end where lines do, on all cores; every cell is touched and every time
//! parsed, nothing is checked or kept. The measure in docs/performance.md that import is held against.

use std::error::Error;

use csv::{ByteRecord, ReaderBuilder};
use rayon::prelude::*;

const CHUNK_BYTES: usize = 1 << 20;

fn main() -> Result<(), Box<dyn Error>> {
    for path in std::env::args().skip(1) {
        let text = std::fs::read(&path)?;
        let mut chunks = Vec::new();
        let mut rest = text.as_slice();
        while !rest.is_empty() {
            let least = CHUNK_BYTES.min(rest.len());
            let end = memchr::memchr(b'\n', &rest[least..]).map_or(rest.len(), |newline| least + newline + 1);
            let (chunk, following) = rest.split_at(end);
            chunks.push(chunk);
            rest = following;
        }
        let read: Result<Vec<(u64, i64)>, csv::Error> = chunks.into_par_iter().map(read).collect();
        let (rows, sum) =
            read?.into_iter().fold((0, 0_i64), |all, one| (all.0 + one.0, all.1.wrapping_add(one.1)));
        println!("{path}: {rows} rows, {sum} in all");
    }
    Ok(())
}

/// Rows of a chunk, and a sum of what stands in their cells so that nothing is left out.
fn read(chunk: &[u8]) -> Result<(u64, i64), csv::Error> {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(chunk);
    let (mut record, mut rows, mut sum) = (ByteRecord::new(), 0, 0_i64);
    while reader.read_byte_record(&mut record)? {
        rows += 1;
        for cell in &record {
            sum = sum.wrapping_add(seconds(cell).unwrap_or(cell.len() as i64));
        }
    }
    Ok((rows, sum))
}

/// Seconds since 1970 of a cell that looks like `2026-09-01T08:00:00`; the days by Howard Hinnant's algorithm.
fn seconds(cell: &[u8]) -> Option<i64> {
    if cell.len() < 19 || cell[4] != b'-' {
        return None;
    }
    let number = |at: usize, digits: usize| {
        cell[at..at + digits].iter().fold(0, |sum, digit| sum * 10 + i64::from(digit.wrapping_sub(b'0')))
    };
    let (year, month, day) = (number(0, 4), number(5, 2), number(8, 2));
    let year = if month <= 2 { year - 1 } else { year };
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = year.div_euclid(400) * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some(days * 86_400 + number(11, 2) * 3600 + number(14, 2) * 60 + number(17, 2))
}

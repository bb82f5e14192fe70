//! CSV rows put together in a byte buffer, quoted only where needed.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::clock::Stamps;

pub struct Table {
    out: BufWriter<File>,
    row: Vec<u8>,
    pub rows: u64,
}

impl Table {
    pub fn create(folder: &Path, name: &str, header: &str) -> io::Result<Self> {
        let mut out = BufWriter::with_capacity(1 << 20, File::create(folder.join(name))?);
        writeln!(out, "{header}")?;
        Ok(Self { out, row: Vec::with_capacity(1024), rows: 0 })
    }

    pub fn text(&mut self, value: &str) -> &mut Self {
        let bytes = value.as_bytes();
        if bytes.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
            self.row.push(b'"');
            for byte in bytes {
                if *byte == b'"' {
                    self.row.push(b'"');
                }
                self.row.push(*byte);
            }
            self.row.push(b'"');
        } else {
            self.row.extend_from_slice(bytes);
        }
        self.row.push(b',');
        self
    }

    /// An instant, or nothing where it is missing.
    pub fn instant(&mut self, stamps: &Stamps, at: Option<i64>) -> &mut Self {
        if let Some(at) = at {
            stamps.push_instant(at, &mut self.row);
        }
        self.row.push(b',');
        self
    }

    /// A letter and a number of eight digits, or nothing.
    pub fn ticket(&mut self, id: Option<u64>) -> &mut Self {
        if let Some(id) = id {
            self.row.push(b'T');
            let mut digits = [b'0'; 8];
            let mut left = id;
            for digit in digits.iter_mut().rev() {
                *digit = b'0' + (left % 10) as u8;
                left /= 10;
            }
            self.row.extend_from_slice(&digits);
        }
        self.row.push(b',');
        self
    }

    pub fn end(&mut self) -> io::Result<()> {
        self.row.pop();
        self.row.push(b'\n');
        self.out.write_all(&self.row)?;
        self.row.clear();
        self.rows += 1;
        Ok(())
    }

    pub fn finish(mut self) -> io::Result<u64> {
        self.out.flush()?;
        Ok(self.rows)
    }
}

//! A large text in blocks, so that it never stands in memory whole.

use std::fs::File;
use std::io::Read;

use memchr::memmem;
use sha2::{Digest, Sha256};

use super::open::hex;

/// What UTF-8 files begin with, and those that were put together hold in the middle as well.
pub const MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads a file in blocks and notes what it was.
pub struct Blocks<'f> {
    file: &'f File,
    digest: Sha256,
    /// Read so far.
    bytes: u64,
    /// Bytes at the end of the last block that may be the beginning of a mark.
    held: Vec<u8>,
}

/// Text without byte order marks.
pub struct Block {
    pub text: Vec<u8>,
    /// Whether nothing follows it.
    pub is_last: bool,
}

impl<'f> Blocks<'f> {
    /// Of a file, from where it stands.
    pub fn new(file: &'f File) -> Blocks<'f> {
        Blocks { file, digest: Sha256::new(), bytes: 0, held: Vec::new() }
    }

    /// Text behind `rest`, which is what the block before left over, of about so many bytes.
    ///
    /// # Errors
    /// What the system says.
    pub fn next(&mut self, rest: &[u8], bytes: usize) -> Result<Block, String> {
        let mut text = Vec::with_capacity(rest.len() + self.held.len() + bytes);
        text.extend_from_slice(rest);
        text.append(&mut self.held);
        let known = text.len();
        let read = self.file.take(bytes as u64).read_to_end(&mut text).map_err(|error| error.to_string())?;
        self.digest.update(&text[known..]);
        self.bytes += read as u64;
        let is_last = read < bytes;
        if !is_last {
            let begun = (1..MARK.len()).rev().find(|length| text[rest.len()..].ends_with(&MARK[..*length]));
            self.held = text.split_off(text.len() - begun.unwrap_or(0));
        }
        without_marks(&mut text, rest.len());
        Ok(Block { text, is_last })
    }

    /// Size and SHA-256 of the file, once all of it was read.
    pub fn finish(self) -> (u64, String) {
        (self.bytes, hex(&self.digest.finalize()))
    }
}

/// Takes out the byte order marks from a place on.
pub fn without_marks(text: &mut Vec<u8>, from: usize) {
    let marks: Vec<usize> = memmem::find_iter(&text[from..], MARK).map(|mark| from + mark).collect();
    let Some(&first) = marks.first() else { return };
    let mut end = first;
    for (position, mark) in marks.iter().enumerate() {
        let next = marks.get(position + 1).copied().unwrap_or(text.len());
        text.copy_within(mark + MARK.len()..next, end);
        end += next - mark - MARK.len();
    }
    text.truncate(end);
}

#[cfg(test)]
mod tests {
    use std::io::{Seek, Write};

    use super::*;

    #[test]
    fn marks_go_wherever_blocks_end() {
        let text = b"\xef\xbb\xbfa,b\n\xef\xbb\xbf\xef\xbb\xbf1,\xef\xbb2\n\xef\xef\xbb\xbf\xbb\xbf3\xef\xbb"
            .as_slice();
        let mut whole = text.to_vec();
        without_marks(&mut whole, 0);
        assert_eq!(whole, b"a,b\n1,\xef\xbb2\n\xef\xbb\xbf3\xef\xbb");
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(text).expect("written");
        for bytes in 1..text.len() + 2 {
            file.rewind().expect("from its beginning");
            let mut blocks = Blocks::new(&file);
            let mut all = Vec::new();
            loop {
                let block = blocks.next(&all, bytes).expect("read");
                all = block.text;
                if block.is_last {
                    break;
                }
            }
            assert_eq!(all, whole, "{bytes} a block");
            assert_eq!(blocks.finish(), (text.len() as u64, hex(&Sha256::digest(text))));
        }
    }
}

//! JSON to rows: one object a line, or one document; lists within lists become rows.

use std::ops::Range;

use csv::ByteRecord;
use memchr::memchr;
use serde_json::Value;

use super::cut::Chunk;

/// Where the cells of a row are found.
#[derive(Debug)]
pub struct Shape<'a> {
    /// The lists to go into, outermost first.
    pub each: &'a [String],
    /// By cell: paths of which the first with a value counts.
    pub cells: Vec<Vec<&'a str>>,
}

impl Shape<'_> {
    /// The rows of one document; an element that is no object is handed over as it is.
    pub fn rows<'v>(&self, document: &'v Value, mut push: impl FnMut(Result<ByteRecord, &'v Value>)) {
        self.descend(document, &mut vec![document], self.each, &mut push);
    }

    fn descend<'v>(
        &self,
        document: &'v Value,
        levels: &mut Vec<&'v Value>,
        each: &[String],
        push: &mut impl FnMut(Result<ByteRecord, &'v Value>),
    ) {
        let element = levels.last().copied().unwrap_or(document);
        if !element.is_object() {
            push(Err(element));
            return;
        }
        let Some((step, deeper)) = each.split_first() else {
            let cell = |paths: &Vec<&str>| {
                let mut texts = paths.iter().map(|path| lookup(document, levels, path));
                texts.find(|text| !text.is_empty()).unwrap_or_default()
            };
            push(Ok(self.cells.iter().map(cell).collect()));
            return;
        };
        let Some(Value::Array(items)) = walk(element, step) else { return };
        for item in items {
            levels.push(item);
            self.descend(document, levels, deeper, push);
            levels.pop();
        }
    }
}

/// The text of a path: from the document where it begins with `$.`, otherwise
/// from the innermost level that has it.
fn lookup(document: &Value, levels: &[&Value], path: &str) -> String {
    let found = match path.strip_prefix("$.") {
        Some(path) => walk(document, path),
        None => levels.iter().rev().find_map(|level| walk(level, path)),
    };
    match found {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// Follows a dotted path; a key that itself has dots is found as well.
fn walk<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    if let Some(found) = value.get(path) {
        return Some(found);
    }
    let (first, rest) = path.split_once('.')?;
    walk(value.get(first)?, rest)
}

/// How a JSON text is laid out.
#[derive(Debug)]
pub enum Layout {
    /// One document a line, in chunks.
    Lines(Vec<Chunk>),
    Documents(Vec<Value>),
}

/// Size from which on a chunk ends at the next line.
const CHUNK_BYTES: usize = 1 << 20;

/// So many lines are tried before a text counts as broken.
const LINES_TRIED: usize = 100;

/// Finds out whether each line is an object of its own.
///
/// # Errors
/// Where neither the lines nor the whole text are JSON.
pub fn layout(text: &[u8]) -> Result<Layout, String> {
    let is_object = |line: &[u8]| matches!(serde_json::from_slice(line), Ok(Value::Object(_)));
    let is_list = text.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    let mut lines = text.split(|byte| *byte == b'\n').filter(|line| !is_blank(line));
    if !is_list && lines.next().is_some_and(is_object) && lines.next().is_some() {
        return Ok(Layout::Lines(line_chunks(text)));
    }
    match serde_json::from_slice(text) {
        Ok(Value::Array(documents)) => Ok(Layout::Documents(documents)),
        Ok(document) => Ok(Layout::Documents(vec![document])),
        Err(_) if !is_list && lines.take(LINES_TRIED).any(is_object) => Ok(Layout::Lines(line_chunks(text))),
        // Objects over several lines, one after the other.
        Err(error) => match serde_json::Deserializer::from_slice(text).into_iter().collect() {
            Ok::<Vec<Value>, _>(documents) if !is_list => Ok(Layout::Documents(documents)),
            _ => Err(format!("broken JSON: {error}")),
        },
    }
}

/// Whether a line holds nothing.
pub fn is_blank(line: &[u8]) -> bool {
    line.iter().all(u8::is_ascii_whitespace)
}

fn line_chunks(text: &[u8]) -> Vec<Chunk> {
    let (mut chunks, mut start, mut line) = (Vec::new(), 0, 1);
    while start < text.len() {
        let least = (start + CHUNK_BYTES).min(text.len());
        let end = memchr(b'\n', &text[least..]).map_or(text.len(), |newline| least + newline + 1);
        let range: Range<usize> = start..end;
        chunks.push(Chunk { range: range.clone(), line });
        line += memchr::memchr_iter(b'\n', &text[range]).count() as u64;
        start = end;
    }
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, each: &[&str], cells: &[&str]) -> Vec<Vec<String>> {
        let each: Vec<String> = each.iter().map(|step| (*step).to_owned()).collect();
        let cells = cells.iter().map(|cell| cell.split('|').collect()).collect();
        let shape = Shape { each: &each, cells };
        let mut rows = Vec::new();
        shape.rows(&serde_json::from_str(text).expect("JSON"), |record| {
            let record = record.expect("an object");
            rows.push(record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect());
        });
        rows
    }

    #[test]
    fn a_row_is_an_innermost_element_and_sees_what_is_around_it() {
        let text = r#"{"key":"A-1","id":1,"log":{"entries":[
            {"at":"t1","items":[{"id":7,"to":"x"},{"id":8,"to":null,"alt":true}]},
            {"at":"t2","items":[]}, {"at":"t3"}]}}"#;
        let found = rows(text, &["log.entries", "items"], &["key", "at", "id", "$.id", "to|alt"]);
        assert_eq!(found, [["A-1", "t1", "7", "1", "x"], ["A-1", "t1", "8", "1", "true"]]);
    }

    #[test]
    fn keys_with_dots_and_nested_values() {
        let found = rows(r#"{"a.b":1,"a":{"c":[1,2]}}"#, &[], &["a.b", "a.c", "nothing"]);
        assert_eq!(found, [["1", "[1,2]", ""]]);
    }
}

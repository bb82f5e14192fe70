//! What varies between two reports of one kind, such as numbers and addresses, replaced by its kind.
//!
//! The nine patterns and their order are those of reference vector E06, found by hand in linear time. They
//! make no exception for error codes: `ORA-BK-4711` becomes `ORA-BK-<n>`, so that texts that differ only in
//! their codes come together. The code itself is kept by its own column and is a signature of its own.

use std::borrow::Cow;

/// The text with masks in place of what varies, in whatever case it was.
pub fn mask(text: &str) -> Cow<'_, str> {
    const NUMERALS: &str = "0123456789";
    let mut found = Found { seen: seen(text), text: Cow::Borrowed(text) };
    found.replace("@", "<em>", email);
    found.replace_at(":", "<url>", url_at);
    found.replace_at(".", "<ip>", ip_at);
    found.replace_at(":", "<mac>", mac_at);
    found.replace_at("-", "<uuid>", uuid_at);
    found.replace_at("0", "<hex>", prefixed_hex_at);
    found.replace_at(NUMERALS, "<hex>", hex_at);
    found.replace_at("/", "<path>", path_at);
    found.replace_at(NUMERALS, "<n>", digits_at);
    found.text
}

/// A text while it is masked.
struct Found<'a> {
    text: Cow<'a, str>,
    /// A bit for each ASCII character that the text had at first: masks have none that a pattern needs.
    seen: u128,
}

fn seen(text: &str) -> u128 {
    // Numerals aren't only ASCII's.
    let bit = |byte: u8| if byte.is_ascii() { 1 << byte } else { 0x3ff << b'0' };
    text.bytes().fold(0, |seen, byte| seen | bit(byte))
}

impl Found<'_> {
    /// Puts a mask in place of all matches, `next` being the first at or after a byte, in a text that has one
    /// of the characters that a match needs.
    fn replace(&mut self, needs: &str, name: &str, next: impl Fn(&str, usize) -> Option<(usize, usize)>) {
        if needs.bytes().all(|byte| self.seen >> byte & 1 == 0) {
            return;
        }
        let (mut result, mut done) = (String::new(), 0);
        while let Some((start, end)) = next(&self.text, done) {
            result.push_str(&self.text[done..start]);
            result.push_str(name);
            done = end;
        }
        if done > 0 {
            result.push_str(&self.text[done..]);
            self.text = Cow::Owned(result);
        }
    }

    /// The same where `end_of` is the end of a match that starts at a byte.
    fn replace_at(&mut self, needs: &str, name: &str, end_of: impl Fn(&str, usize) -> Option<usize>) {
        self.replace(needs, name, |text, from| {
            let mut starts = text[from..].char_indices().map(|(at, _)| from + at);
            starts.find_map(|at| end_of(text, at).map(|end| (at, end)))
        });
    }
}

/// `\b[\w.+-]+@[\w-]+\.[\w.]+\b`
fn email(text: &str, from: usize) -> Option<(usize, usize)> {
    text[from..].match_indices('@').find_map(|(at, _)| {
        let at = from + at;
        let local = |character: char| is_word(character) || matches!(character, '.' | '+' | '-');
        let run = text[from..at].trim_end_matches(local).len() + from;
        let start = (run..at).find(|&start| text.is_char_boundary(start) && is_edge(text, start))?;
        let dot = run_end(text, at + 1, |character| is_word(character) || character == '-');
        if dot == at + 1 || text.as_bytes().get(dot) != Some(&b'.') {
            return None;
        }
        let greedy = run_end(text, dot + 1, |character| is_word(character) || character == '.');
        let end = dot + 1 + text[dot + 1..greedy].trim_end_matches('.').len();
        (end > dot + 1).then_some((start, end))
    })
}

/// `\bhttps?://\S+`
fn url_at(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes().get(at..at + 4)?;
    if !bytes.eq_ignore_ascii_case(b"http") || !is_edge(text, at) {
        return None;
    }
    let rest = &text[at + 4..];
    let rest = rest.strip_prefix(['s', 'S']).unwrap_or(rest).strip_prefix("://")?;
    let start = text.len() - rest.len();
    let end = run_end(text, start, |character| !character.is_whitespace());
    (end > start).then_some(end)
}

/// `\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b`
fn ip_at(text: &str, at: usize) -> Option<usize> {
    if !text[at..].starts_with(is_digit) || !is_edge(text, at) {
        return None;
    }
    let mut end = at;
    for part in 0..4 {
        if part > 0 {
            end = (text.as_bytes().get(end) == Some(&b'.')).then_some(end + 1)?;
        }
        let digits = text[end..].chars().take(4).take_while(|&digit| is_digit(digit));
        let (count, bytes) =
            digits.fold((0, 0), |(count, bytes), digit| (count + 1, bytes + digit.len_utf8()));
        if !(1..=3).contains(&count) {
            return None;
        }
        end += bytes;
    }
    if !is_edge(text, end) {
        return None;
    }
    let port = if text[end..].starts_with(':') { run_end(text, end + 1, is_digit) } else { end };
    Some(if port > end + 1 && is_edge(text, port) { port } else { end })
}

/// `\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b`
fn mac_at(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes().get(at..at + 17)?;
    let fits = bytes.iter().enumerate().all(|(place, byte)| match place % 3 {
        2 => *byte == b':',
        _ => byte.is_ascii_hexdigit(),
    });
    (fits && is_edge(text, at) && is_edge(text, at + 17)).then_some(at + 17)
}

/// `\b[0-9a-f]{8}-[0-9a-f-]{27}\b`
fn uuid_at(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes().get(at..at + 36)?;
    let fits = bytes.iter().enumerate().all(|(place, byte)| match place {
        8 => *byte == b'-',
        _ => byte.is_ascii_hexdigit() || place > 8 && *byte == b'-',
    });
    (fits && is_edge(text, at) && is_edge(text, at + 36)).then_some(at + 36)
}

/// `\b0x[0-9a-f]+\b`
fn prefixed_hex_at(text: &str, at: usize) -> Option<usize> {
    let start = at + text[at..].strip_prefix("0x").or(text[at..].strip_prefix("0X")).map(|_| 2)?;
    if !is_edge(text, at) {
        return None;
    }
    let end = run_end(text, start, |character| character.is_ascii_hexdigit());
    (end > start && is_edge(text, end)).then_some(end)
}

/// `\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b`
fn hex_at(text: &str, at: usize) -> Option<usize> {
    if !text.as_bytes()[at].is_ascii_hexdigit() || !is_edge(text, at) {
        return None;
    }
    let end = run_end(text, at, |character| character.is_ascii_hexdigit());
    let has_digit = text[at..end].bytes().any(|byte| byte.is_ascii_digit());
    (end - at >= 8 && has_digit && is_edge(text, end)).then_some(end)
}

/// `(?:/[\w.-]+){2,}`
fn path_at(text: &str, at: usize) -> Option<usize> {
    let (mut end, mut parts) = (at, 0);
    while text[end..].starts_with('/') {
        let part = run_end(text, end + 1, |character| is_word(character) || matches!(character, '.' | '-'));
        if part == end + 1 {
            break;
        }
        (end, parts) = (part, parts + 1);
    }
    (parts >= 2).then_some(end)
}

/// `\d+`
fn digits_at(text: &str, at: usize) -> Option<usize> {
    let end = run_end(text, at, is_digit);
    (end > at).then_some(end)
}

/// The end of the longest run of such characters from a byte.
fn run_end(text: &str, from: usize, is_part: impl Fn(char) -> bool) -> usize {
    text[from..].find(|character| !is_part(character)).map_or(text.len(), |length| from + length)
}

/// `\b`
fn is_edge(text: &str, at: usize) -> bool {
    text[..at].chars().next_back().is_some_and(is_word) != text[at..].chars().next().is_some_and(is_word)
}

/// `\w`
fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// `\d`, and other numerals such as `²`.
fn is_digit(character: char) -> bool {
    character.is_numeric()
}

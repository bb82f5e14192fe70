//! Text that a workbook can hold and that stays text.

use std::borrow::Cow;

use crate::paper::format;

/// Length as Excel counts it: in UTF-16 units.
pub fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The text without control characters, at most `limit` units long.
pub fn safe(text: &str, limit: usize) -> String {
    noted(text, limit, "…")
}

/// As `safe`; what is left out is named by the note, which then ends the text.
pub fn noted(text: &str, limit: usize, note: &str) -> String {
    let plain = format::plain(text);
    if units(&plain) > limit {
        return format!("{}{note}", head(&plain, limit.saturating_sub(units(note))));
    }
    unmarked(plain, limit)
}

/// Several texts, one a line, at most `limit` units long.
pub fn joined(texts: &[String], limit: usize) -> String {
    let lines: Vec<Cow<str>> = texts.iter().map(|text| format::plain(text)).collect();
    unmarked(Cow::Borrowed(head(&lines.join("\n"), limit)), limit)
}

/// rust_xlsxwriter takes a string between these tags for its own rich text and
/// writes it unescaped.
fn unmarked(text: Cow<str>, limit: usize) -> String {
    if text.starts_with("<r>") && text.ends_with("</r>") {
        return format!("{} ", head(&text, limit.saturating_sub(1)));
    }
    text.into_owned()
}

/// Text for an XML attribute that Excel unescapes: `_x0041_` would be read as
/// `A`, and then differ from the cell that it must equal.
pub fn unescapable(text: &str) -> Cow<'_, str> {
    if text.contains("_x") { Cow::Owned(text.replace("_x", "_ x")) } else { Cow::Borrowed(text) }
}

/// Text of a page header or footer, where `&` starts a command.
pub fn for_header(text: &str, limit: usize) -> String {
    safe(text, limit).replace('&', "&&")
}

/// The first units of a text, whole characters only.
pub fn head(text: &str, limit: usize) -> &str {
    let mut length = 0;
    for (at, character) in text.char_indices() {
        length += character.len_utf16();
        if length > limit {
            return &text[..at];
        }
    }
    text
}

/// Width on a screen in digits, about: from Chinese to Korean two each.
pub fn width(text: &str) -> usize {
    text.chars()
        .map(|c| if matches!(c, '\u{2e80}'..='\u{d7ff}' | '\u{ff00}'..='\u{ff60}') { 2 } else { 1 })
        .sum()
}

/// Lines that a text takes in a cell so many digits wide.
pub fn lines(text: &str, columns: usize) -> usize {
    text.split('\n').map(|line| lines_of(line, columns.max(1))).sum()
}

fn lines_of(line: &str, columns: usize) -> usize {
    let (mut lines, mut used) = (1, 0);
    for word in line.split(' ') {
        let needed = width(word);
        if used > 0 && used + 1 + needed > columns {
            lines += 1;
            used = 0;
        }
        used += needed + usize::from(used > 0);
        // A word that is longer than a line is broken.
        lines += used.saturating_sub(1) / columns;
        used = if used > columns { (used - 1) % columns + 1 } else { used };
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_at_utf16_units() {
        assert_eq!(safe("abc", 3), "abc");
        assert_eq!(safe("abcd", 3), "ab…");
        assert_eq!(noted("abcdefgh", 6, " [c]"), "ab [c]");
        // Each of these takes two units.
        assert_eq!(safe("😀😀", 4), "😀😀");
        assert_eq!(safe("😀😀😀", 4), "😀…");
    }

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(safe("<r></si></r>", 99), "<r></si></r> ");
        assert_eq!(safe("<r>\0x</r>", 8), "<r>x</r ");
        assert_eq!(joined(&["<r>".into(), "x\n</r>".into()], 99), "<r>\nx </r> ");
        assert_eq!(unescapable("a_x0041_"), "a_ x0041_");
        assert_eq!(for_header("a & b &D", 99), "a && b &&D");
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(lines("one two three", 7), 2);
        assert_eq!(lines("one two three", 13), 1);
        assert_eq!(lines("a\nb", 10), 2);
        assert_eq!(lines("abcdefghij", 4), 3);
        assert_eq!(lines("", 10), 1);
    }
}

//! Values that read alike in every language: instants, exact times, texts made safe.
//!
//! Numbers, shares and durations are those of a [`Locale`](super::locale::Locale).

use std::borrow::Cow;

use chrono::{DateTime, Datelike, TimeZone, Timelike};
use chrono_tz::Tz;

/// U+2212; a hyphen is shorter than a plus and breaks lines.
const MINUS: &str = "\u{2212}";
/// `210 h 24 min 10 s`, to the second: for sums that a reader redoes.
pub fn exact(seconds: i64) -> String {
    let s = seconds.unsigned_abs();
    let sign = if seconds < 0 { MINUS } else { "" };
    let text = match (s / 3600, s / 60 % 60, s % 60) {
        (h, 0, 0) => format!("{h} h"),
        (0, min, 0) => format!("{min} min"),
        (0, 0, rest) => format!("{rest} s"),
        (0, min, rest) => format!("{min} min {rest:02} s"),
        (h, min, 0) => format!("{h} h {min:02} min"),
        (h, min, rest) => format!("{h} h {min:02} min {rest:02} s"),
    };
    format!("{sign}{text}")
}

/// Hours cut to a tenth, as durations are: nothing seems longer than it was.
pub fn tenths(hours: f64) -> f64 {
    // Whole seconds divided by 3600 may miss a tenth in their last digits.
    (hours * 10.0 + hours.signum() * 1e-6).trunc() / 10.0
}

/// `2026-09-03 14:05` in the zone, cut to the minute.
pub fn instant(at: i64, zone: Tz) -> String {
    DateTime::from_timestamp(at, 0).map_or_else(
        || at.to_string(),
        |utc| {
            let local = zone.from_utc_datetime(&utc.naive_utc()).naive_local();
            let (date, time) = (local.date(), local.time());
            // A page has many: chrono would read its own pattern for each. Years have four digits here.
            format!(
                "{:04}-{:02}-{:02} {:02}:{:02}",
                date.year(),
                date.month(),
                date.day(),
                time.hour(),
                time.minute()
            )
        },
    )
}

/// The text without characters that control a terminal, a reading direction
/// or nothing at all; tabs and line ends become spaces.
pub fn plain(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| is_control(c) || c.is_ascii_control()) {
        return Cow::Borrowed(text);
    }
    let kept = text.chars().filter_map(|c| match c {
        '\t' | '\n' | '\r' => Some(' '),
        c if is_control(c) => None,
        c => Some(c),
    });
    Cow::Owned(kept.collect())
}

/// At most `limit` characters, the last one an ellipsis if any are left out.
pub fn cut(text: &str, limit: usize) -> Cow<'_, str> {
    match text.char_indices().nth(limit) {
        None => Cow::Borrowed(text),
        Some(_) => {
            let kept: String = text.chars().take(limit.saturating_sub(1)).collect();
            Cow::Owned(format!("{}…", kept.trim_end()))
        }
    }
}

fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{feff}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fff9}'..='\u{fffb}')
        || (c as u32) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_follow_the_zone() {
        assert_eq!(instant(1_788_440_700, Tz::Europe__Lisbon), "2026-09-03 14:05");
        assert_eq!(instant(1_788_440_700, Tz::UTC), "2026-09-03 13:05");
    }

    #[test]
    fn hostile_text_is_plain() {
        assert_eq!(plain("a\0b\u{202e}c\nd\u{1b}[1m"), "abc d[1m");
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("abcd", 4), "abcd");
    }
}

//! Numbers, durations and instants as en-GB text.
//!
//! Answers "how is this value written on paper?", for renderers and for the
//! sentences of a report alike. Rounds, but never into a false statement.

use std::borrow::Cow;

use chrono::{DateTime, TimeZone};
use chrono_tz::Tz;

/// U+2212; a hyphen is shorter than a plus and breaks lines.
const MINUS: &str = "\u{2212}";
/// Keeps a number and its unit on one line.
const NBSP: char = '\u{a0}';

/// `1,204`.
pub fn count(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let grouped = group(&digits);
    if value < 0 { format!("{MINUS}{grouped}") } else { grouped }
}

/// `1,234.50` with that many decimals; an en dash for what is not a number.
pub fn number(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return "–".into();
    }
    let plain = format!("{:.decimals$}", value.abs());
    let (whole, rest) = plain.split_at(plain.find('.').unwrap_or(plain.len()));
    let is_zero = plain.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    let sign = if value < 0.0 && !is_zero { MINUS } else { "" };
    format!("{sign}{}{rest}", group(whole))
}

/// `94.1%` of a ratio 0-1.
///
/// Never `100.0%` for less than all (`>99.9%`), nor `0.0%` for more than
/// nothing (`<0.1%`).
pub fn share(ratio: f64) -> String {
    if !ratio.is_finite() {
        return "–".into();
    }
    let text = number(ratio * 100.0, 1);
    if ratio < 1.0 && text == "100.0" {
        ">99.9%".into()
    } else if ratio > 0.0 && text == "0.0" {
        "<0.1%".into()
    } else {
        format!("{text}%")
    }
}

/// `412 of 438`.
pub fn fraction(part: i64, whole: i64) -> String {
    format!("{} of {}", count(part), count(whole))
}

/// `3 h 05 min`; `12 min 30 s` under an hour; `1,234.5 h` from 100 hours on.
///
/// Cut to the last unit shown, never rounded up, so that nothing seems longer
/// than it was. Never in days: a day of working time has no agreed length.
pub fn duration(seconds: i64) -> String {
    let s = seconds.unsigned_abs();
    let sign = if seconds < 0 { MINUS } else { "" };
    let (h, min, rest) = (s / 3600, s / 60 % 60, s % 60);
    let text = if h >= 100 {
        let tenths = s / 360;
        format!("{}.{}{NBSP}h", group(&(tenths / 10).to_string()), tenths % 10)
    } else if h > 0 {
        format!("{h}{NBSP}h{NBSP}{min:02}{NBSP}min")
    } else if min > 0 && rest == 0 {
        format!("{min}{NBSP}min")
    } else if min > 0 {
        format!("{min}{NBSP}min{NBSP}{rest:02}{NBSP}s")
    } else {
        format!("{rest}{NBSP}s")
    };
    format!("{sign}{text}")
}

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

/// `89.93%` of millionths: as agreed, never rounded.
pub fn percent(ppm: i64) -> String {
    let text = format!("{}.{:04}", ppm / 10_000, ppm % 10_000);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

/// `3.1 h`: decimal hours, for amounts that are compared or added.
pub fn hours(seconds: i64) -> String {
    format!("{}{NBSP}h", number(seconds as f64 / 3600.0, 1))
}

/// `2026-09-03 14:05` in the zone, cut to the minute.
pub fn instant(at: i64, zone: Tz) -> String {
    DateTime::from_timestamp(at, 0).map_or_else(
        || at.to_string(),
        |utc| zone.from_utc_datetime(&utc.naive_utc()).format("%Y-%m-%d %H:%M").to_string(),
    )
}

/// `−1.8 pp`: a difference of two ratios, in percentage points.
pub fn signed_pp(difference: f64) -> String {
    let text = number(difference.abs() * 100.0, 1);
    let sign = match text.as_str() {
        "0.0" => "±",
        _ if difference < 0.0 => MINUS,
        _ => "+",
    };
    format!("{sign}{text}{NBSP}pp")
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

fn group(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_numbers() {
        let cases = [
            (count(0), "0"),
            (count(999), "999"),
            (count(1_204), "1,204"),
            (count(-1_234_567), "−1,234,567"),
            (count(i64::MIN), "−9,223,372,036,854,775,808"),
            (number(1234.5, 1), "1,234.5"),
            (number(-0.04, 1), "0.0"),
            (number(f64::NAN, 1), "–"),
            (fraction(412, 1_438), "412 of 1,438"),
        ];
        for (text, expected) in cases {
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn a_share_never_claims_all_or_nothing() {
        let cases = [
            (0.9523, "95.2%"),
            (1.0, "100.0%"),
            (0.9996, ">99.9%"),
            (0.0, "0.0%"),
            (0.0002, "<0.1%"),
            (3.4, "340.0%"),
        ];
        for (ratio, expected) in cases {
            assert_eq!(share(ratio), expected);
        }
    }

    #[test]
    fn durations_are_cut() {
        let cases = [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (750, "12 min 30 s"),
            (11_159, "3 h 05 min"),
            (-3_600, "−1 h 00 min"),
            (359_999, "99 h 59 min"),
            (4_444_200, "1,234.5 h"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(duration(seconds).replace(NBSP, " "), expected);
        }
        assert_eq!(hours(11_100).replace(NBSP, " "), "3.1 h");
    }

    #[test]
    fn instants_follow_the_zone() {
        assert_eq!(instant(1_788_440_700, Tz::Europe__Lisbon), "2026-09-03 14:05");
        assert_eq!(instant(1_788_440_700, Tz::UTC), "2026-09-03 13:05");
    }

    #[test]
    fn differences_carry_a_sign() {
        let cases = [(-0.018, "−1.8 pp"), (0.02, "+2.0 pp"), (0.0001, "±0.0 pp")];
        for (difference, expected) in cases {
            assert_eq!(signed_pp(difference).replace(NBSP, " "), expected);
        }
    }

    #[test]
    fn hostile_text_is_plain() {
        assert_eq!(plain("a\0b\u{202e}c\nd\u{1b}[1m"), "abc d[1m");
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("abcd", 4), "abcd");
    }
}

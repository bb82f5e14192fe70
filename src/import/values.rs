//! Cells to values.

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use chrono_tz::Tz;

use crate::calendar::local_to_utc;
use crate::config::Format;

/// Reads cells as a format says.
#[derive(Debug)]
pub struct Values<'a> {
    format: &'a Format,
}

impl<'a> Values<'a> {
    /// For one input.
    pub fn new(format: &'a Format) -> Values<'a> {
        Values { format }
    }

    /// The cell without blanks around it; empty if it is one of the missing markers.
    pub fn text<'c>(&self, cell: &'c str) -> &'c str {
        let cell = cell.trim();
        if self.format.missing.iter().any(|marker| marker == cell) { "" } else { cell }
    }

    /// An instant, seconds UTC; times that state no zone are of the format's zone.
    pub fn instant(&self, cell: &str) -> Option<i64> {
        self.format.date_formats.iter().find_map(|format| match format.as_str() {
            "iso" => match iso(cell)? {
                (local, Some(offset)) => Some(local - offset),
                (local, None) => self.zoned(local),
            },
            pattern => self.pattern(cell, pattern),
        })
    }

    fn pattern(&self, cell: &str, pattern: &str) -> Option<i64> {
        if let Ok(at) = DateTime::parse_from_str(cell, pattern) {
            return Some(at.timestamp());
        }
        let local = NaiveDateTime::parse_from_str(cell, pattern).ok().or_else(|| {
            NaiveDate::parse_from_str(cell, pattern).ok().and_then(|date| date.and_hms_opt(0, 0, 0))
        })?;
        self.zoned(local.and_utc().timestamp())
    }

    /// Undoes the publisher's conversions; `local` is a wall time in seconds.
    fn zoned(&self, local: i64) -> Option<i64> {
        if self.format.zone == Tz::UTC {
            return Some(local);
        }
        (0..self.format.zone_applied).try_fold(local, |wall, _| {
            let naive = DateTime::from_timestamp(wall, 0)?.naive_utc();
            Some(local_to_utc(self.format.zone, naive))
        })
    }

    /// A date, of a cell that may hold a time as well.
    pub fn date(&self, cell: &str) -> Option<NaiveDate> {
        self.format.date_formats.iter().find_map(|format| match format.as_str() {
            "iso" => DateTime::from_timestamp(iso(cell)?.0, 0).map(|at| at.date_naive()),
            pattern => NaiveDate::parse_from_str(cell, pattern)
                .ok()
                .or_else(|| NaiveDateTime::parse_from_str(cell, pattern).ok().map(|at| at.date())),
        })
    }

    /// What the formats expect, for messages.
    pub fn expected(&self) -> String {
        let names = self.format.date_formats.iter().map(|format| match format.as_str() {
            "iso" => "YYYY-MM-DD[ HH:MM[:SS]]",
            pattern => pattern,
        });
        names.collect::<Vec<_>>().join(" or ")
    }
}

/// `YYYY-MM-DD`, then optionally `T` or a blank, `HH:MM`, `:SS`, a fraction and
/// `Z` or `±HH:MM`; the wall time in seconds, and the offset if it is stated.
///
/// By hand because this is where a large import spends its time.
fn iso(cell: &str) -> Option<(i64, Option<i64>)> {
    let bytes = cell.as_bytes();
    let two = |at: usize| -> Option<i64> {
        let (a, b) = (bytes.get(at)?.wrapping_sub(b'0'), bytes.get(at + 1)?.wrapping_sub(b'0'));
        (a < 10 && b < 10).then(|| i64::from(a) * 10 + i64::from(b))
    };
    let is = |at: usize, byte: u8| bytes.get(at) == Some(&byte);
    if !is(4, b'-') || !is(7, b'-') {
        return None;
    }
    let year = two(0)? * 100 + two(2)?;
    let days = days_from_civil(year, two(5)?, two(8)?)?;
    let midnight = days * 86_400;
    if bytes.len() == 10 {
        return Some((midnight, None));
    }
    if !(is(10, b'T') || is(10, b' ')) || !is(13, b':') {
        return None;
    }
    let (hour, minute) = (two(11)?, two(14)?);
    let (second, mut at) = if is(16, b':') { (two(17)?, 19) } else { (0, 16) };
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    if is(at, b'.') || is(at, b',') {
        at += 1;
        let digits = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return None;
        }
        at += digits;
    }
    let wall = midnight + hour * 3600 + minute * 60 + second.min(59);
    let rest = bytes.get(at..)?;
    let offset = match rest {
        [] => None,
        [b'Z' | b'z'] => Some(0),
        [sign @ (b'+' | b'-'), ..] => {
            let minutes_at = if is(at + 3, b':') { at + 4 } else { at + 3 };
            if bytes.len() != minutes_at + 2 && bytes.len() != at + 3 {
                return None;
            }
            let minutes = if bytes.len() == at + 3 { 0 } else { two(minutes_at)? };
            let hours = two(at + 1)?;
            if hours > 23 || minutes > 59 {
                return None;
            }
            let offset = hours * 3600 + minutes * 60;
            Some(if *sign == b'-' { -offset } else { offset })
        }
        _ => return None,
    };
    Some((wall, offset))
}

/// Days since 1970-01-01; the algorithm is Howard Hinnant's `days_from_civil`.
fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => return None,
    };
    if day < 1 || day > last {
        return None;
    }
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

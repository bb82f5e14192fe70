//! Cells to values.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::dates::{DateFormat, Stated, date_of};
use crate::calendar::{Wall, wall_to_instant};
use crate::config::{DurationUnit, Format};

/// Help desks write 0001-01-01 or 9999-12-31 for "none".
const YEARS_1900_TO_2199: std::ops::Range<i64> = -2_208_988_800..7_258_118_400;

/// Reads the cells of one file as its format says.
#[derive(Debug)]
pub struct Values<'a> {
    format: &'a Format,
    dates: Vec<DateFormat<'a>>,
    /// Bit `n` where a missing marker has `n` bytes, the last one where it has more.
    missing_lengths: u64,
    /// Times that the wall clock showed twice, and never.
    pub twice: Seen,
    pub never: Seen,
}

/// How often something was met, and where first.
#[derive(Debug)]
pub struct Seen {
    pub count: AtomicU64,
    /// The least line.
    pub line: AtomicU64,
}

impl Seen {
    fn new() -> Seen {
        Seen { count: AtomicU64::new(0), line: AtomicU64::new(u64::MAX) }
    }

    fn at(&self, line: u64) {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.line.fetch_min(line, Ordering::Relaxed);
    }
}

impl<'a> Values<'a> {
    /// For one file; `is_typed` where dates come as ISO 8601 whatever the format
    /// says, because the file has a type for them.
    pub fn new(format: &'a Format, is_typed: bool) -> Values<'a> {
        let mut dates: Vec<DateFormat> =
            format.date_formats.iter().map(|name| DateFormat::new(name)).collect();
        if is_typed && !dates.iter().any(|format| matches!(format, DateFormat::Iso)) {
            dates.push(DateFormat::Iso);
        }
        let missing_lengths = format.missing.iter().fold(0, |bits, marker| bits | length_bit(marker));
        Values { format, dates, missing_lengths, twice: Seen::new(), never: Seen::new() }
    }

    /// The cell without blanks around it and without the quote that guards it
    /// from spreadsheets; empty if it is one of the missing markers.
    pub fn text<'c>(&self, cell: &'c str) -> &'c str {
        let bytes = cell.as_bytes();
        // Most cells have no blanks around them, which is seen by their first and last byte.
        let is_bare = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_graphic);
        let mut cell = if is_bare(bytes.first()) && is_bare(bytes.last()) { cell } else { cell.trim() };
        if let Some(guarded) = cell.strip_prefix('\'')
            && guarded.starts_with(['=', '+', '-', '@'])
        {
            cell = guarded;
        }
        let may_be_missing = self.missing_lengths & length_bit(cell) != 0;
        if may_be_missing && self.format.missing.iter().any(|marker| marker == cell) { "" } else { cell }
    }

    fn stated(&self, cell: &str) -> Option<Stated> {
        self.dates.iter().find_map(|format| format.read(cell))
    }

    /// An instant, seconds UTC; times that state no zone are of the format's
    /// zone, those of other years than 1900 to 2199 are none.
    pub fn instant(&self, cell: &str, line: u64) -> Option<i64> {
        let at = match self.stated(cell)? {
            Stated::Instant(at) => at,
            Stated::Wall(wall) => self.zoned(wall, line),
        };
        YEARS_1900_TO_2199.contains(&at).then_some(at)
    }

    /// Undoes the publisher's conversions; `wall` is a wall time in seconds.
    fn zoned(&self, wall: i64, line: u64) -> i64 {
        if self.format.zone == Tz::UTC {
            return wall;
        }
        (0..self.format.zone_applied).fold(wall, |wall, _| {
            let (at, kind) = wall_to_instant(self.format.zone, wall);
            match kind {
                Wall::Once => {}
                Wall::Twice => self.twice.at(line),
                Wall::Never => self.never.at(line),
            }
            at
        })
    }

    /// A date, of a cell that may hold a time as well.
    pub fn date(&self, cell: &str) -> Option<NaiveDate> {
        let (Stated::Instant(seconds) | Stated::Wall(seconds)) = self.stated(cell)?;
        date_of(seconds)
    }

    /// What was expected instead of a cell that is no instant.
    pub fn expected_instead(&self, cell: &str) -> String {
        if self.stated(cell).is_some() { "a year from 1900 to 2199".to_owned() } else { self.expected() }
    }

    /// What the formats expect.
    pub fn expected(&self) -> String {
        let names: Vec<&str> = self.dates.iter().map(DateFormat::expected).collect();
        names.join(" or ")
    }

    /// Whole seconds of a duration: a number in the format's unit, `H:MM`,
    /// `H:MM:SS`, or numbers with `d`, `h`, `min` and `s` behind them.
    pub fn duration(&self, cell: &str) -> Option<i64> {
        let unit_s = match self.format.durations_in {
            DurationUnit::Seconds => 1.0,
            DurationUnit::Minutes => 60.0,
            DurationUnit::Hours => 3600.0,
        };
        let seconds = match decimal(cell) {
            Some(number) => (number * unit_s).round() as i64,
            None if cell.contains(':') => clock_seconds(cell)?,
            None => worded_seconds(cell)?,
        };
        // A hundred years: more is a slip of the keyboard.
        (0..=3_155_760_000).contains(&seconds).then_some(seconds)
    }
}

fn length_bit(text: &str) -> u64 {
    1 << text.len().min(63)
}

/// A number with a decimal point or comma.
fn decimal(cell: &str) -> Option<f64> {
    let is_number = cell.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b',' | b'-'));
    if !is_number {
        return None;
    }
    cell.replace(',', ".").parse().ok()
}

/// `H:MM` or `H:MM:SS`.
fn clock_seconds(cell: &str) -> Option<i64> {
    let parts: Vec<u32> = cell.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let (hours, minutes, seconds) = match parts[..] {
        [hours, minutes] => (hours, minutes, 0),
        [hours, minutes, seconds] => (hours, minutes, seconds),
        _ => return None,
    };
    (minutes < 60 && seconds < 60)
        .then(|| i64::from(hours) * 3600 + i64::from(minutes) * 60 + i64::from(seconds))
}

/// `2h 5min`, `1 day 3 hours`.
fn worded_seconds(cell: &str) -> Option<i64> {
    let (mut total, mut rest) = (0_i64, cell.trim());
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: i64 = rest[..digits].parse().ok()?;
        rest = rest[digits..].trim_start();
        let length = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
        let unit_s = match rest[..length].to_lowercase().as_str() {
            "d" | "day" | "days" | "dia" | "dias" | "día" | "días" | "j" | "jour" | "jours" | "tag"
            | "tage" => 86_400,
            "h" | "hour" | "hours" | "hora" | "horas" | "heure" | "heures" | "std" | "stunde" | "stunden" => {
                3600
            }
            "m" | "min" | "mins" | "minute" | "minutes" | "minuto" | "minutos" | "minuten" => 60,
            "s" | "sec" | "secs" | "second" | "seconds" | "seg" | "segundo" | "segundos" | "seconde"
            | "secondes" | "sek" | "sekunde" | "sekunden" => 1,
            _ => return None,
        };
        total = total.checked_add(number.checked_mul(unit_s)?)?;
        rest = rest[length..].trim_start_matches([' ', ',', '.']);
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let mut format = Format {
            delimiter: b',',
            has_quotes: true,
            encoding: crate::config::Encoding::Utf8,
            date_formats: Vec::new(),
            durations_in: DurationUnit::Minutes,
            zone: Tz::UTC,
            zone_applied: 1,
            missing: Vec::new(),
        };
        let read = |format: &Format, cell| Values::new(format, false).duration(cell);
        for (cell, seconds) in [("90", Some(5400)), ("1,5", Some(90)), ("-3", None), ("", None), ("x", None)]
        {
            assert_eq!(read(&format, cell), seconds, "{cell}");
        }
        format.durations_in = DurationUnit::Hours;
        for (cell, seconds) in [
            ("1.25", Some(4500)),
            ("26:05", Some(93_900)),
            ("0:01:01", Some(61)),
            ("1:75", None),
            ("-1:00", None),
            ("2h 5min", Some(7500)),
            ("1 day, 3 hours", Some(97_200)),
            ("3 parsecs", None),
            ("99999999999999999999 d", None),
        ] {
            assert_eq!(read(&format, cell), seconds, "{cell}");
        }
    }
}

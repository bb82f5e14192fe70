//! What a value becomes in a cell: a number with a format, a text, a flag.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use chrono_tz::Tz;

use super::text;
use crate::paper::format;
use crate::paper::locale::{Locale, phrase};
use crate::paper::{Cell, Format};

/// How a number is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shown {
    Count,
    /// With so many decimals.
    Number(usize),
    /// Too small for a column's decimals.
    Small,
    Share,
    /// A share that rounds to all, but isn't.
    NearlyAll,
    /// A share that rounds to nothing, but isn't.
    NearlyNone,
    Money,
    /// In days, as `[h]:mm:ss`.
    Duration,
    /// In decimal hours.
    Hours,
    /// Days since 1899-12-30, to the minute.
    Instant,
    /// The same, to the day.
    Date,
    /// The same, to the month.
    Month,
}

/// A value, ready to be written.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Missing,
    Text(String),
    Flag(bool),
    Number(f64, Shown),
}

/// Which of the two columns of a duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Whole,
    Hours,
}

/// Groups digits from a thousand on: no language takes more room.
const WIDEST: Locale = Locale::EnGb;

/// From here on a double can't hold every whole number that Excel would show.
const MAX_WHOLE: u64 = 1_000_000_000_000_000;

/// 1970-01-01 as Excel counts days.
const EPOCH_DAYS: f64 = 25_569.0;
/// 1900-03-01: before it Excel believes in a 29 February 1900.
const FIRST_DAY: f64 = 61.0;
/// The day after 9999-12-31.
const END_DAY: f64 = 2_958_466.0;

/// Where and in which language a workbook is read.
#[derive(Debug, Clone, Copy)]
pub struct Reader {
    pub zone: Tz,
    pub locale: Locale,
}

/// The value of a cell; `decimals` are those of its column.
pub fn value(cell: &Cell, format: Format, part: Part, decimals: usize, reader: Reader) -> Value {
    match cell {
        Cell::Missing => Value::Missing,
        Cell::Float(value) if !value.is_finite() => Value::Missing,
        Cell::Text(text) => match format {
            Format::Verdict | Format::Word => Value::Text(reader.locale.word(text)),
            Format::Date => date(text),
            _ => Value::Text(text.clone()),
        },
        Cell::Int(value) => match format {
            Format::Duration => duration(*value, part),
            Format::Instant => instant(*value, reader.zone),
            Format::Bool => Value::Flag(*value != 0),
            Format::Share => share(*value as f64),
            Format::Money => Value::Number(*value as f64, Shown::Money),
            _ if value.unsigned_abs() >= MAX_WHOLE => Value::Text(value.to_string()),
            Format::Number => Value::Number(*value as f64, Shown::Number(decimals)),
            _ => Value::Number(*value as f64, Shown::Count),
        },
        Cell::Float(value) => match format {
            Format::Duration => duration(value.round() as i64, part),
            Format::Instant => instant(value.round() as i64, reader.zone),
            Format::Bool => Value::Flag(*value != 0.0),
            Format::Share => share(*value),
            Format::Money => Value::Number(*value, Shown::Money),
            Format::Count => Value::Number(*value, Shown::Count),
            _ => Value::Number(*value, number(*value, decimals)),
        },
    }
}

/// How most numbers of a column are shown; `None` of a column of texts.
pub fn usual(format: Format, part: Part, decimals: usize) -> Option<Shown> {
    match (format, part) {
        (_, Part::Hours) => Some(Shown::Hours),
        (Format::Count, _) => Some(Shown::Count),
        (Format::Number, _) => Some(Shown::Number(decimals)),
        (Format::Share, _) => Some(Shown::Share),
        (Format::Money, _) => Some(Shown::Money),
        (Format::Duration, _) => Some(Shown::Duration),
        (Format::Instant, _) => Some(Shown::Instant),
        (Format::Date, _) => Some(Shown::Date),
        (Format::Text | Format::Bool | Format::Verdict | Format::Word, _) => None,
    }
}

impl Value {
    /// Width on a screen in digits, about; which signs part them depends on the reader's Excel.
    pub fn width(&self) -> usize {
        match self {
            Value::Missing => 0,
            Value::Text(text) => text::width(text),
            Value::Flag(_) => 5,
            Value::Number(value, shown) => match shown {
                Shown::Count => text::width(&WIDEST.number(*value, 0)),
                Shown::Number(decimals) => text::width(&WIDEST.number(*value, *decimals)),
                Shown::Money | Shown::Hours => text::width(&WIDEST.number(*value, 2)),
                Shown::Small | Shown::NearlyAll | Shown::NearlyNone => 7,
                Shown::Share => text::width(&WIDEST.share(*value)),
                Shown::Duration => text::width(&WIDEST.number((value * 24.0).floor(), 0)) + 6,
                Shown::Instant => 16,
                Shown::Date => 10,
                Shown::Month => 7,
            },
        }
    }

    /// As text, for the notes.
    pub fn words(&self, locale: Locale) -> String {
        match self {
            Value::Missing => "–".to_owned(),
            Value::Text(text) => text.clone(),
            Value::Flag(true) => phrase!(locale, "yes"),
            Value::Flag(false) => phrase!(locale, "no"),
            Value::Number(value, shown) => match shown {
                Shown::Instant => local(*value, "%Y-%m-%d %H:%M"),
                Shown::Date => local(*value, "%Y-%m-%d"),
                Shown::Month => local(*value, "%Y-%m"),
                Shown::Share | Shown::NearlyAll | Shown::NearlyNone => locale.share(*value),
                Shown::Duration => locale.duration((value * 86_400.0).round() as i64),
                Shown::Count => locale.number(*value, 0),
                Shown::Number(decimals) => locale.number(*value, *decimals),
                Shown::Small => value.to_string(),
                Shown::Money | Shown::Hours => locale.number(*value, 2),
            },
        }
    }
}

fn number(value: f64, decimals: usize) -> Shown {
    let least = 0.5 * 10f64.powi(-(decimals as i32));
    if value != 0.0 && value.abs() < least { Shown::Small } else { Shown::Number(decimals) }
}

fn share(ratio: f64) -> Value {
    let text = WIDEST.share(ratio);
    let shown = match text.as_bytes().first() {
        Some(b'>') => Shown::NearlyAll,
        Some(b'<') => Shown::NearlyNone,
        _ => Shown::Share,
    };
    Value::Number(ratio, shown)
}

/// Excel can show no negative duration and none beyond its calendar: those are text.
fn duration(seconds: i64, part: Part) -> Value {
    if part == Part::Hours {
        return Value::Number(seconds as f64 / 3600.0, Shown::Hours);
    }
    let days = seconds as f64 / 86_400.0;
    if (0.0..END_DAY).contains(&days) {
        return Value::Number(days, Shown::Duration);
    }
    let s = seconds.unsigned_abs();
    let sign = if seconds < 0 { "−" } else { "" };
    Value::Text(format!("{sign}{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60))
}

fn instant(at: i64, zone: Tz) -> Value {
    DateTime::from_timestamp(at, 0)
        .and_then(|utc| serial(zone.from_utc_datetime(&utc.naive_utc()).naive_local()))
        .map_or_else(|| Value::Text(format::instant(at, zone)), |days| Value::Number(days, Shown::Instant))
}

/// `YYYY-MM-DD` and `YYYY-MM`; anything else stays text.
fn date(text: &str) -> Value {
    let parse = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    let found = match text.len() {
        10 => parse(text).map(|day| (day, Shown::Date)),
        7 => parse(&format!("{text}-01")).map(|day| (day, Shown::Month)),
        _ => None,
    };
    found
        .and_then(|(day, shown)| Some(Value::Number(serial(day.and_time(NaiveTime::MIN))?, shown)))
        .unwrap_or_else(|| Value::Text(text.to_owned()))
}

/// A wall time as Excel counts it; `None` where its calendar has no such day.
fn serial(local: NaiveDateTime) -> Option<f64> {
    let days = local.and_utc().timestamp() as f64 / 86_400.0 + EPOCH_DAYS;
    (FIRST_DAY..END_DAY).contains(&days).then_some(days)
}

fn local(days: f64, pattern: &str) -> String {
    let seconds = ((days - EPOCH_DAYS) * 86_400.0).round() as i64;
    DateTime::from_timestamp(seconds, 0).map_or_else(String::new, |at| at.format(pattern).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISBON: Reader = Reader { zone: Tz::Europe__Lisbon, locale: Locale::EnGb };

    fn one(cell: Cell, format: Format) -> Value {
        value(&cell, format, Part::Whole, 3, LISBON)
    }

    #[test]
    fn dates_are_days_since_1899_12_30() {
        // Excel's own documentation: 39448 is 2008-01-01.
        assert_eq!(one(Cell::Text("2008-01-01".into()), Format::Date), Value::Number(39_448.0, Shown::Date));
        assert_eq!(one(Cell::Text("2008-01".into()), Format::Date), Value::Number(39_448.0, Shown::Month));
        for text in ["2026-W35", "2026-13", "1900-02-28", "soon"] {
            assert_eq!(one(Cell::Text(text.into()), Format::Date), Value::Text(text.into()));
        }
        // 2008-07-01T11:30:00Z is 12:30 in Lisbon: 39,448 + 182 days.
        let noon = 1_214_911_800;
        assert_eq!(
            one(Cell::Int(noon), Format::Instant),
            Value::Number(39_630.0 + 12.5 / 24.0, Shown::Instant)
        );
        assert_eq!(one(Cell::Int(noon), Format::Instant).words(Locale::EnGb), "2008-07-01 12:30");
        assert_eq!(one(Cell::Int(-2_500_000_000), Format::Instant).words(Locale::EnGb), "1890-10-11 18:56");
    }

    #[test]
    fn durations_are_days_and_hours() {
        let hours = |seconds| value(&Cell::Int(seconds), Format::Duration, Part::Hours, 0, LISBON);
        assert_eq!(one(Cell::Int(129_600), Format::Duration), Value::Number(1.5, Shown::Duration));
        assert_eq!(hours(129_600), Value::Number(36.0, Shown::Hours));
        assert_eq!(one(Cell::Int(-3_661), Format::Duration), Value::Text("−1:01:01".into()));
        assert_eq!(hours(-5_400), Value::Number(-1.5, Shown::Hours));
    }

    #[test]
    fn no_format_claims_too_much() {
        let cases = [
            (one(Cell::Float(0.9996), Format::Share), Shown::NearlyAll),
            (one(Cell::Float(1.0), Format::Share), Shown::Share),
            (one(Cell::Float(0.0004), Format::Share), Shown::NearlyNone),
            (one(Cell::Int(0), Format::Share), Shown::Share),
            (one(Cell::Float(1e-9), Format::Number), Shown::Small),
            (one(Cell::Float(0.0), Format::Number), Shown::Number(3)),
        ];
        for (value, expected) in cases {
            assert!(matches!(value, Value::Number(_, shown) if shown == expected), "{value:?}");
        }
        let long = Cell::Int(9_007_199_254_740_993);
        assert_eq!(one(long, Format::Count), Value::Text("9007199254740993".into()));
        assert_eq!(one(Cell::Float(f64::NAN), Format::Number), Value::Missing);
    }

    #[test]
    fn words_and_written_numbers_are_in_the_language() {
        let reader = Reader { locale: Locale::PtPt, ..LISBON };
        let words = |cell: Cell, format| value(&cell, format, Part::Whole, 2, reader).words(Locale::PtPt);
        for (cell, format, expected) in [
            (Cell::Text("at_risk".into()), Format::Verdict, "em risco"),
            (Cell::Text("closed_hours".into()), Format::Word, "fora do horário"),
            (Cell::Int(1), Format::Bool, "sim"),
            (Cell::Float(0.9523), Format::Share, "95,2%"),
            (Cell::Float(0.9996), Format::Share, ">99,9%"),
            (Cell::Float(12345.67), Format::Money, "12\u{a0}345,67"),
            (Cell::Int(1204), Format::Count, "1204"),
        ] {
            assert_eq!(words(cell, format), expected);
        }
    }
}

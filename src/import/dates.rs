//! Date formats: what a configuration names, made ready to read cells.

use chrono::format::{Item, Parsed, StrftimeItems, parse};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};

/// A point in time as a cell states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stated {
    /// Seconds UTC.
    Instant(i64),
    /// What a clock on the wall showed, in seconds as if it were UTC.
    Wall(i64),
}

/// One way to write a date or a time.
#[derive(Debug)]
pub enum DateFormat<'a> {
    Iso,
    ExcelSerial,
    /// Counts a second of 1970 so often.
    Epoch(i64),
    Pattern {
        pattern: &'a str,
        items: Vec<Item<'a>>,
        has_words: bool,
    },
}

impl<'a> DateFormat<'a> {
    /// Of a name or pattern that the configuration has accepted.
    pub fn new(name: &'a str) -> DateFormat<'a> {
        match name {
            "iso" => DateFormat::Iso,
            "excel-serial" => DateFormat::ExcelSerial,
            "epoch-seconds" => DateFormat::Epoch(1),
            "epoch-milliseconds" => DateFormat::Epoch(1000),
            pattern => DateFormat::Pattern {
                pattern,
                items: StrftimeItems::new(pattern).collect(),
                has_words: ["%b", "%B", "%h", "%p", "%P"].iter().any(|name| pattern.contains(name)),
            },
        }
    }

    /// For messages.
    pub fn expected(&self) -> &'a str {
        match self {
            DateFormat::Iso => "YYYY-MM-DD[ HH:MM[:SS]]",
            DateFormat::ExcelSerial => "a spreadsheet's serial number such as 46204.5",
            DateFormat::Epoch(1) => "seconds since 1970",
            DateFormat::Epoch(_) => "milliseconds since 1970",
            DateFormat::Pattern { pattern, .. } => pattern,
        }
    }

    /// Reads a cell.
    pub fn read(&self, cell: &str) -> Option<Stated> {
        let stated = match self {
            DateFormat::Iso => match iso(cell)? {
                (wall, Some(offset)) => Stated::Instant(wall - offset),
                (wall, None) => Stated::Wall(wall),
            },
            DateFormat::ExcelSerial => Stated::Wall(excel_serial(cell)?),
            DateFormat::Epoch(per_second) => {
                Stated::Instant(cell.parse::<i64>().ok()?.div_euclid(*per_second))
            }
            DateFormat::Pattern { items, has_words: true, .. } => pattern(&in_english(cell), items)?,
            DateFormat::Pattern { items, .. } => pattern(cell, items)?,
        };
        let (Stated::Instant(seconds) | Stated::Wall(seconds)) = stated;
        EARLIEST_TO_LATEST.contains(&seconds).then_some(stated)
    }
}

/// The years 1 to 9999: others are slips of the keyboard.
const EARLIEST_TO_LATEST: std::ops::Range<i64> = -62_135_596_800..253_402_300_800;

fn pattern(cell: &str, items: &[Item]) -> Option<Stated> {
    let mut parsed = Parsed::new();
    parse(&mut parsed, cell, items.iter()).ok()?;
    if parsed.offset().is_some() {
        return parsed.to_datetime().ok().map(|at| Stated::Instant(at.timestamp()));
    }
    let date: NaiveDate = parsed.to_naive_date().ok()?;
    let time = if parsed.hour_mod_12().is_some() { parsed.to_naive_time().ok()? } else { NaiveTime::MIN };
    Some(Stated::Wall(NaiveDateTime::new(date, time).and_utc().timestamp()))
}

/// Days since 1899-12-30 with a fraction, as spreadsheets count them (their
/// February of 1900 has a 29th day, so smaller numbers mean nothing sure).
fn excel_serial(cell: &str) -> Option<i64> {
    let days: f64 = cell.replace(',', ".").parse().ok()?;
    let is_date = (61.0..2_958_466.0).contains(&days);
    is_date.then(|| ((days - 25_569.0) * 86_400.0).round() as i64)
}

/// `YYYY-MM-DD`, then optionally `T` or a blank, `HH:MM`, `:SS`, a fraction and
/// `Z`, `UTC`, `GMT` or `±HH:MM`, also behind a blank; the wall time in seconds,
/// and the offset if it is stated.
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
    at += usize::from(is(at, b' ') && bytes.len() > at + 1);
    let rest = bytes.get(at..)?;
    let offset = match rest {
        [] => None,
        [b'Z' | b'z'] | b"UTC" | b"GMT" => Some(0),
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

/// Names of months, from January on: English, Portuguese, Spanish, French,
/// German. No spelling means two months.
const MONTHS: [(&str, &[&str]); 12] = [
    ("Jan", &["january", "jan", "janeiro", "enero", "ene", "janvier", "janv", "januar", "jän", "jänner"]),
    ("Feb", &["february", "feb", "fevereiro", "fev", "febrero", "février", "févr", "fév", "fevr", "februar"]),
    ("Mar", &["march", "mar", "março", "marco", "marzo", "mars", "märz", "mär", "mrz", "maerz"]),
    ("Apr", &["april", "apr", "abril", "abr", "avril", "avr"]),
    ("May", &["may", "maio", "mai", "mayo"]),
    ("Jun", &["june", "jun", "junho", "junio", "juin", "juni"]),
    ("Jul", &["july", "jul", "julho", "julio", "juillet", "juil", "juli"]),
    ("Aug", &["august", "aug", "agosto", "ago", "août", "aout"]),
    ("Sep", &["september", "sep", "sept", "setembro", "set", "septiembre", "setiembre", "septembre"]),
    ("Oct", &["october", "oct", "outubro", "out", "octubre", "octobre", "oktober", "okt"]),
    ("Nov", &["november", "nov", "novembro", "noviembre", "novembre"]),
    ("Dec", &["december", "dec", "dezembro", "dez", "diciembre", "dic", "décembre", "déc", "dezember"]),
];

/// A cell with the names of months in English, and halves of the day as AM and PM.
pub fn in_english(cell: &str) -> String {
    let cell = cell.replace(['\u{a0}', '\u{202f}'], " ");
    let lower = cell.to_lowercase();
    let halves = [("a. m.", "AM"), ("p. m.", "PM"), ("a.m.", "AM"), ("p.m.", "PM")];
    let cell = match halves.iter().find(|(theirs, _)| lower.ends_with(theirs)) {
        Some((theirs, ours)) if lower.len() == cell.len() => {
            format!("{}{ours}", &cell[..cell.len() - theirs.len()])
        }
        _ => cell,
    };
    let mut english = String::with_capacity(cell.len());
    let mut rest = cell.as_str();
    while let Some(start) = rest.find(char::is_alphabetic) {
        let length = rest[start..].find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len() - start);
        let word = &rest[start..start + length];
        let lower = word.to_lowercase();
        let month = MONTHS.iter().find(|(_, names)| names.contains(&lower.as_str()));
        english.push_str(&rest[..start]);
        english.push_str(month.map_or(word, |month| month.0));
        rest = &rest[start + length..];
        // An abbreviation's full stop.
        if month.is_some() && rest.starts_with('.') && !rest[1..].starts_with(|c: char| c.is_ascii_digit()) {
            rest = &rest[1..];
        }
    }
    english.push_str(rest);
    english
}

/// Whether a cell tells a time by its distance from when it was written, such as
/// `3 days ago`, in English, Portuguese, Spanish, French or German.
pub fn is_relative(cell: &str) -> bool {
    let cell = cell.to_lowercase();
    let has_digit = cell.contains(|c: char| c.is_ascii_digit());
    let starts = ["há ", "ha ", "hace ", "il y a ", "vor ", "in ", "em ", "dans ", "en "];
    let ends = [" ago", " atrás", " atras"];
    let units = [
        "sec", "seg", "sek", "min", "hour", "hora", "heure", "stunde", "day", "dia", "día", "jour", "tag",
        "week", "semana", "semaine", "woche", "month", "mes", "mês", "mois", "monat", "year", "ano", "año",
        "an", "jahr",
    ];
    let words = [
        "yesterday",
        "today",
        "just now",
        "ontem",
        "hoje",
        "ayer",
        "hoy",
        "hier",
        "aujourd'hui",
        "gestern",
        "heute",
    ];
    let is_distance =
        starts.iter().any(|start| cell.starts_with(start)) || ends.iter().any(|end| cell.ends_with(end));
    words.contains(&cell.as_str())
        || words.iter().any(|word| cell.strip_prefix(word).is_some_and(|rest| rest.starts_with([' ', ','])))
        || is_distance
            && units.iter().any(|unit| cell.contains(unit))
            && (has_digit || cell.contains(" a") || cell.contains(" e") || cell.contains(" u"))
}

/// The date of a wall time.
pub fn date_of(wall: i64) -> Option<NaiveDate> {
    DateTime::from_timestamp(wall, 0).map(|at| at.date_naive())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wall(text: &str) -> Option<Stated> {
        let at = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").expect("a time");
        Some(Stated::Wall(at.and_utc().timestamp()))
    }

    #[test]
    fn months_in_five_languages() {
        let cases = [
            ("%d/%b/%y %I:%M %p", "25/Feb/26 10:17 PM", "2026-02-25 22:17:00"),
            ("%d/%b/%y %I:%M %p", "19/ene/26 12:47 PM", "2026-01-19 12:47:00"),
            ("%d/%b/%y %I:%M %p", "3/fev./26 9:05 a. m.", "2026-02-03 09:05:00"),
            ("%d %B %Y", "1 août 2026", "2026-08-01 00:00:00"),
            ("%d. %B %Y %H:%M", "7. März 2026 08:15", "2026-03-07 08:15:00"),
            ("%d de %B de %Y", "12 de março de 2026", "2026-03-12 00:00:00"),
            ("%d.%b.%Y", "05.Okt.2026", "2026-10-05 00:00:00"),
        ];
        for (pattern, cell, expected) in cases {
            assert_eq!(DateFormat::new(pattern).read(cell), wall(expected), "{cell}");
        }
    }

    /// 46204.75 is 2026-07-01 18:00 in LibreOffice and Excel; 25569 is the Unix epoch.
    #[test]
    fn numbers_that_are_dates() {
        assert_eq!(DateFormat::new("excel-serial").read("46204,75"), wall("2026-07-01 18:00:00"));
        assert_eq!(DateFormat::new("excel-serial").read("25569"), wall("1970-01-01 00:00:00"));
        assert_eq!(DateFormat::new("excel-serial").read("12"), None);
        assert_eq!(DateFormat::new("epoch-seconds").read("1"), Some(Stated::Instant(1)));
        assert_eq!(DateFormat::new("epoch-milliseconds").read("1999"), Some(Stated::Instant(1)));
    }

    #[test]
    fn what_is_no_date() {
        let patterns = ["%d/%m/%Y %H:%M", "iso"];
        for cell in
            ["30/02/2026 10:00", "01/07/26000 10:00", "2026-02-29", "0000-00-00 00:00:00", "01/07/2026 25:00"]
        {
            for pattern in patterns {
                assert_eq!(DateFormat::new(pattern).read(cell), None, "{cell} as {pattern}");
            }
        }
    }

    #[test]
    fn relative_times() {
        for cell in [
            "3 days ago",
            "há 3 dias",
            "hace 2 horas",
            "il y a 5 minutes",
            "vor 2 Tagen",
            "Yesterday",
            "an hour ago",
        ] {
            assert!(is_relative(cell), "{cell}");
        }
        for cell in ["2026-07-01", "3 dias", "in progress", "Vorgang 7", "", "01/ago/26"] {
            assert!(!is_relative(cell), "{cell}");
        }
    }
}

//! Which date formats a file's times are in, decided on all of its rows.

use crate::import::Survey;

/// Formats that are tried, day first before month first.
pub const PATTERNS: [&str; 82] = [
    "iso",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d/%m/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M:%S %p",
    "%d/%m/%Y %I:%M %p",
    "%m/%d/%Y %I:%M %p",
    "%d/%m/%Y, %H:%M:%S",
    "%m/%d/%Y, %I:%M:%S %p",
    "%d/%m/%Y, %H:%M",
    "%d/%m/%y %H:%M:%S",
    "%m/%d/%y %H:%M:%S",
    "%d/%m/%y %H:%M",
    "%m/%d/%y %H:%M",
    "%d/%m/%y %I:%M:%S %p",
    "%m/%d/%y %I:%M:%S %p",
    "%d/%m/%y %I:%M %p",
    "%m/%d/%y %I:%M %p",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d-%m-%Y %H:%M:%S",
    "%m-%d-%Y %H:%M:%S",
    "%d-%m-%Y %H:%M",
    "%m-%d-%Y %H:%M",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d-%m-%Y %I:%M %p",
    "%m-%d-%Y %I:%M %p",
    "%d-%m-%y %H:%M:%S",
    "%m-%d-%y %H:%M:%S",
    "%d-%m-%y %H:%M",
    "%m-%d-%y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y, %H:%M:%S",
    "%d.%m.%Y, %H:%M",
    "%d.%m.%Y",
    "%d.%m.%Y %H:%M Uhr",
    "%d.%m.%y %H:%M:%S",
    "%d.%m.%y %H:%M",
    "%d.%m.%y",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%Y-%m-%d %I:%M:%S %p",
    "%Y-%m-%d %I:%M %p",
    "%Y%m%d%H%M%S",
    "%Y%m%d",
    "%d/%m/%Y %H:%M:%S %z",
    "%m/%d/%Y %H:%M:%S %z",
    "%d/%b/%y %I:%M %p",
    "%d/%b/%Y %I:%M %p",
    "%d/%b/%y %H:%M",
    "%d/%b/%Y %H:%M",
    "%d/%b/%y",
    "%d/%b/%Y",
    "%d-%b-%Y %H:%M:%S",
    "%d-%b-%Y %H:%M",
    "%d-%b-%Y",
    "%d-%b-%y %H:%M:%S",
    "%d-%b-%y %H:%M",
    "%d-%b-%y",
    "%d %b %Y %H:%M:%S",
    "%d %b %Y %H:%M",
    "%d %b %Y",
    "%d. %b %Y %H:%M",
    "%d. %b %Y",
    "%d de %b de %Y %H:%M",
    "%d de %b de %Y",
    "%b %d, %Y %I:%M %p",
    "%b %d, %Y",
    "%b %d, %Y %H:%M",
    "%a %b %d %H:%M:%S %Y",
    "%a, %d %b %Y %H:%M:%S %z",
    "%d %b %Y %H:%M:%S %z",
    "excel-serial",
    "epoch-seconds",
    "epoch-milliseconds",
];

/// Cells that stand for "no time" in many databases and spreadsheets, lower case,
/// or their beginnings where they end with `*`.
const NOTHING: [&str; 16] = [
    "n/a",
    "na",
    "#n/a",
    "-",
    "--",
    "–",
    "null",
    "none",
    "nat",
    "nan",
    "nil",
    "?",
    "0000-00-00*",
    "0001-01-01*",
    "9999-12-31*",
    "\\n",
];

/// The formats of one file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// In the order in which they are to be tried.
    pub formats: Vec<&'static str>,
    /// Filled cells that mean a time, and those that some chosen format fits.
    pub filled: u64,
    pub covered: u64,
    /// Cells that mean "nothing".
    pub missing: Vec<String>,
    /// The first other cell that no pattern fits.
    pub strange: Option<String>,
    /// Whether any time states no zone.
    pub lacks_zone: bool,
}

/// Whether day or month comes first where the two are numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayOrder {
    DayFirst,
    MonthFirst,
    /// Nothing tells; taken for day first.
    Ambiguous,
}

/// Decides it for all files of a kind together.
pub fn day_order<'s>(surveys: impl Iterator<Item = &'s Survey>) -> DayOrder {
    let (mut day_first, mut month_first) = (0, 0);
    for times in surveys.flat_map(|survey| survey.times.values()) {
        for (pattern, fits) in PATTERNS.iter().zip(&times.fits) {
            day_first += if is_day_first(pattern) { *fits } else { 0 };
            month_first += if is_month_first(pattern) { *fits } else { 0 };
        }
    }
    match day_first.cmp(&month_first) {
        std::cmp::Ordering::Greater => DayOrder::DayFirst,
        std::cmp::Ordering::Less => DayOrder::MonthFirst,
        std::cmp::Ordering::Equal if day_first > 0 => DayOrder::Ambiguous,
        std::cmp::Ordering::Equal => DayOrder::DayFirst,
    }
}

/// Chooses the formats that fit most cells of each column.
pub fn choose(survey: &Survey, order: DayOrder) -> Chosen {
    let mut chosen = Chosen::default();
    let is_excluded = |pattern: &str| match order {
        DayOrder::MonthFirst => is_day_first(pattern),
        DayOrder::DayFirst | DayOrder::Ambiguous => is_month_first(pattern),
    };
    for times in survey.times.values() {
        let mut filled = times.filled;
        for (cell, count) in &times.strange {
            if is_nothing(cell) {
                filled -= count;
                chosen.missing.push(cell.clone());
            } else {
                chosen.strange.get_or_insert_with(|| cell.clone());
            }
        }
        let (mut left, mut picked) = (filled, Vec::new());
        while left > 0 {
            let fitting = PATTERNS.iter().copied().zip(&times.fits).filter(|(pattern, fits)| {
                (1..=left).contains(*fits) && !is_excluded(pattern) && !picked.contains(pattern)
            });
            // Of equals, the first.
            let Some((pattern, fits)) = fitting.rev().max_by_key(|(_, fits)| **fits) else { break };
            left -= fits;
            picked.push(pattern);
        }
        let new: Vec<&str> = picked.into_iter().filter(|pattern| !chosen.formats.contains(pattern)).collect();
        chosen.formats.extend(new);
        chosen.filled += filled;
        chosen.covered += filled - left;
        chosen.lacks_zone |= times.with_zone < filled;
    }
    chosen.missing.sort_unstable();
    chosen.missing.dedup();
    chosen
}

fn is_nothing(cell: &str) -> bool {
    let cell = cell.to_lowercase();
    NOTHING.iter().any(|known| match known.strip_suffix('*') {
        Some(start) => cell.starts_with(start),
        None => cell == *known,
    })
}

fn is_day_first(pattern: &str) -> bool {
    // Nobody writes the month first between dots.
    !pattern.contains('.')
        && pattern.find("%d").zip(pattern.find("%m")).is_some_and(|(day, month)| day < month)
}

fn is_month_first(pattern: &str) -> bool {
    !pattern.starts_with("%Y")
        && pattern.find("%d").zip(pattern.find("%m")).is_some_and(|(day, month)| month < day)
}

//! Which date formats a file's times are in, decided on all of its rows.

use crate::import::Survey;

/// Formats that are tried, day first before month first.
pub const PATTERNS: [&str; 65] = [
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
    "%d-%m-%y %H:%M",
    "%m-%d-%y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y, %H:%M:%S",
    "%d.%m.%Y, %H:%M",
    "%d.%m.%Y",
    "%d.%m.%y %H:%M",
    "%d.%m.%y",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%Y%m%d",
    "%d/%b/%y %I:%M %p",
    "%d/%b/%Y %I:%M %p",
    "%d/%b/%y %H:%M",
    "%d/%b/%Y %H:%M",
    "%d/%b/%y",
    "%d/%b/%Y",
    "%d-%b-%Y %H:%M:%S",
    "%d-%b-%Y %H:%M",
    "%d-%b-%Y",
    "%d %b %Y %H:%M:%S",
    "%d %b %Y %H:%M",
    "%d %b %Y",
    "%d. %b %Y %H:%M",
    "%d. %b %Y",
    "%d de %b de %Y %H:%M",
    "%d de %b de %Y",
    "%b %d, %Y %I:%M %p",
    "%b %d, %Y",
    "%a %b %d %H:%M:%S %Y",
    "excel-serial",
    "epoch-seconds",
    "epoch-milliseconds",
];

/// The formats of one file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// In the order in which they are to be tried.
    pub formats: Vec<&'static str>,
    /// Nothing in the file tells the day from the month.
    pub is_ambiguous: bool,
    /// Filled cells, and those that some chosen format fits.
    pub filled: u64,
    pub covered: u64,
    /// The first cell that no pattern fits.
    pub strange: Option<String>,
    /// Whether any time states no zone.
    pub lacks_zone: bool,
}

/// Chooses the formats that fit most cells of each column; whether day or month
/// comes first is decided for the whole file.
pub fn choose(survey: &Survey) -> Chosen {
    let mut chosen = Chosen::default();
    let sum = |is_wanted: &dyn Fn(&str) -> bool| -> u64 {
        let fits = |times: &crate::import::Times| -> u64 {
            PATTERNS.iter().zip(&times.fits).filter(|(p, _)| is_wanted(p)).map(|(_, fits)| *fits).sum()
        };
        survey.times.values().map(fits).sum()
    };
    let (day_first, month_first) = (sum(&is_day_first), sum(&is_month_first));
    chosen.is_ambiguous = day_first > 0 && day_first == month_first;
    let is_excluded = |pattern: &str| {
        if month_first > day_first { is_day_first(pattern) } else { is_month_first(pattern) }
    };
    for times in survey.times.values() {
        chosen.filled += times.filled;
        chosen.strange = chosen.strange.take().or(times.strange.clone());
        let (mut left, mut picked) = (times.filled, Vec::new());
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
        chosen.covered += times.filled - left;
        chosen.lacks_zone |= times.with_zone < times.filled;
    }
    chosen
}

fn is_day_first(pattern: &str) -> bool {
    pattern
        .find("%d")
        .zip(pattern.find("%m"))
        .is_some_and(|(day, month)| day < month && !pattern.contains('.'))
}

fn is_month_first(pattern: &str) -> bool {
    !pattern.starts_with("%Y")
        && pattern.find("%d").zip(pattern.find("%m")).is_some_and(|(day, month)| month < day)
}

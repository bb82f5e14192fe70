//! Durations as people write them.

use std::fmt;
use std::str::FromStr;

/// A duration on a calendar: `90m`, `4h`, `1h30m`, `3d` or `1bd`.
///
/// A `d` is 24 hours of the calendar's open time, not a day with hours: on a
/// calendar of eight hours a day, `3d` takes nine dates. A business day is `bd`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// Seconds of the calendar's open time.
    Seconds(i64),
    /// Dates with hours, counted as the calendar's `BusinessDay` says.
    BusinessDays(u32),
}

/// Longest unit first, as they are written.
const UNITS: [(&str, i64); 4] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];

/// Longest duration: a hundred years of clock time.
const LONGEST_S: i64 = 100 * 366 * 86_400;

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Span, String> {
        let wrong = |found: &str| {
            Err(format!("found {found}, expected a duration such as `90m`, `4h`, `1h30m`, `3d` or `1bd`"))
        };
        let mut rest = text.trim();
        if rest.is_empty() {
            return wrong("nothing");
        }
        let mut seconds = 0_i64;
        let mut last_unit = None;
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let (number, after) = rest.split_at(digits);
            if number.is_empty() {
                return wrong(&format!("`{after}` without a whole number before it"));
            }
            let unit_end = after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len());
            let (name, after) = after.split_at(unit_end);
            rest = after.trim_start();
            if name == "bd" {
                if last_unit.is_some() || !rest.is_empty() {
                    return wrong("business days together with another unit");
                }
                return match number.parse() {
                    Ok(days) if i64::from(days) * 86_400 <= LONGEST_S => Ok(Span::BusinessDays(days)),
                    _ => wrong(&format!("`{number}bd`, longer than a hundred years")),
                };
            }
            let Some(unit) = UNITS.iter().position(|(known, _)| *known == name) else {
                let found = match name {
                    "" => format!("`{number}` without a unit"),
                    name => format!("the unit `{name}`"),
                };
                return wrong(&found);
            };
            if last_unit.is_some_and(|last| unit <= last) {
                return wrong(&format!("`{name}` after the same or a smaller unit"));
            }
            last_unit = Some(unit);
            let total = number
                .parse()
                .ok()
                .and_then(|number: i64| number.checked_mul(UNITS[unit].1)?.checked_add(seconds));
            match total {
                Some(total) if total <= LONGEST_S => seconds = total,
                _ => return wrong(&format!("`{number}{name}`, longer than a hundred years")),
            }
        }
        Ok(Span::Seconds(seconds))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = match *self {
            Span::BusinessDays(days) => return write!(f, "{days}bd"),
            Span::Seconds(0) => return f.write_str("0s"),
            Span::Seconds(seconds) => seconds,
        };
        if rest < 0 {
            f.write_str("-")?;
        }
        for (name, unit_s) in UNITS {
            // A limit of 36 hours shouldn't read `1d12h`, nor one of 24 as a day.
            let is_day = unit_s == 86_400;
            if is_day && (rest % unit_s != 0 || rest.abs() < 3 * unit_s) {
                continue;
            }
            if rest / unit_s != 0 {
                write!(f, "{}{name}", (rest / unit_s).unsigned_abs())?;
                rest %= unit_s;
            }
        }
        Ok(())
    }
}

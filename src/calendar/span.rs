//! Durations as people write them.

use std::fmt;
use std::str::FromStr;

/// A duration on a calendar: `90m`, `4h`, `1h30m`, `3d` (24-hour days of clock time) or `1bd`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// Seconds of the calendar's open time.
    Seconds(i64),
    /// Business days, counted as the calendar says.
    BusinessDays(u32),
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Span, String> {
        let wrong = || "expected a duration such as 90m, 4h, 1h30m, 3d or 1bd".to_owned();
        if let Some(days) = text.trim().strip_suffix("bd") {
            return days.trim().parse().map(Span::BusinessDays).map_err(|_| wrong());
        }
        let mut seconds = 0_i64;
        let mut digits = String::new();
        for character in text.trim().chars() {
            if character.is_ascii_digit() {
                digits.push(character);
                continue;
            }
            let unit = match character {
                's' => 1,
                'm' => 60,
                'h' => 3600,
                'd' => 86_400,
                ' ' if digits.is_empty() => continue,
                _ => return Err(wrong()),
            };
            let number: i64 = digits.parse().map_err(|_| wrong())?;
            seconds = number
                .checked_mul(unit)
                .and_then(|part| seconds.checked_add(part))
                .filter(|total| *total <= 100 * 366 * 86_400)
                .ok_or("longer than a hundred years")?;
            digits.clear();
        }
        if !digits.is_empty() || text.trim().is_empty() { Err(wrong()) } else { Ok(Span::Seconds(seconds)) }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Span::BusinessDays(days) => write!(f, "{days}bd"),
            Span::Seconds(0) => write!(f, "0s"),
            Span::Seconds(seconds) => {
                let parts = [(86_400, "d"), (3600, "h"), (60, "m"), (1, "s")];
                let mut rest = seconds;
                for (unit, name) in parts {
                    // Whole days read as hours below three: a limit of 36 h isn't "1d12h".
                    if unit == 86_400 && (rest % unit != 0 || rest < 3 * unit) {
                        continue;
                    }
                    if rest >= unit {
                        write!(f, "{}{name}", rest / unit)?;
                        rest %= unit;
                    }
                }
                Ok(())
            }
        }
    }
}

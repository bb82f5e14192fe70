//! An amount of money, exact to a hundredth of its unit.

use std::fmt;
use std::str::FromStr;

/// An amount in hundredths, without its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Money {
    pub hundredths: i64,
}

impl Money {
    /// A part in millionths, rounded to the nearest hundredth, halves up.
    pub fn part(self, ppm: i64) -> Money {
        let exact = i128::from(self.hundredths) * i128::from(ppm);
        Money { hundredths: (exact + 500_000).div_euclid(1_000_000) as i64 }
    }
}

/// Most digits before the decimal point.
const DIGITS: usize = 12;

impl FromStr for Money {
    type Err = String;

    /// `1250`, `1250.5` or `1250,50`.
    fn from_str(text: &str) -> Result<Money, String> {
        let wrong = || format!("found `{text}`, expected an amount such as 1250 or 1250.50");
        let (whole, rest) = text.trim().split_once(['.', ',']).unwrap_or((text.trim(), ""));
        let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || whole.len() > DIGITS || rest.len() > 2 || !is_number(whole) || !is_number(rest)
        {
            return Err(wrong());
        }
        format!("{whole}{rest:0<2}").parse().map(|hundredths| Money { hundredths }).map_err(|_| wrong())
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.hundredths < 0 { "-" } else { "" };
        let all = self.hundredths.unsigned_abs();
        write!(f, "{sign}{}.{:02}", all / 100, all % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_back_as_they_print() {
        for (text, hundredths) in
            [("0", 0), ("1250", 125_000), ("1250.5", 125_050), (" 0.07 ", 7), ("4200,00", 420_000)]
        {
            let money: Money = text.parse().unwrap();
            assert_eq!(money.hundredths, hundredths, "{text}");
            assert_eq!(money.to_string().parse(), Ok(money));
        }
        for text in ["", ".5", "1,250", "-1", "1.234", "1e3", "9999999999999"] {
            assert!(text.parse::<Money>().is_err(), "{text}");
        }
    }

    #[test]
    fn parts_are_rounded_to_the_nearest_hundredth() {
        let fee: Money = "1250.10".parse().unwrap();
        // 5 % of 1250.10 is 62.505.
        assert_eq!(fee.part(50_000).to_string(), "62.51");
        assert_eq!(fee.part(1_000_000), fee);
    }
}

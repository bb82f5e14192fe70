//! The language of a report: how its numbers read, and its sentences.
//!
//! Answers "how is this written for that reader?". The English sentence is its
//! own key: it stands where it is used, and a catalogue in `reports/locales/`
//! holds the same sentence in another language. What a catalogue doesn't hold,
//! such as the title of a user's own query, stays as it is.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::LazyLock;

use super::format;

/// U+2212; a hyphen is shorter than a plus and breaks lines.
const MINUS: &str = "\u{2212}";
/// Keeps a number and its unit on one line, and groups digits in Portuguese.
const NBSP: char = '\u{a0}';

/// A sentence in the language of `$locale`, by its English; `{name}` stands for the value of that name.
macro_rules! phrase {
    ($locale:expr, $english:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $locale.fill($english, &[$((stringify!($name), &$value as &dyn std::fmt::Display)),*])
    };
}
pub(crate) use phrase;

/// A language with its country's way of writing numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub enum Locale {
    /// English, United Kingdom: `1,234.5`.
    #[default]
    #[serde(rename = "en-GB")]
    EnGb,
    /// Portuguese, Portugal: `1234,5` and `12 345,6`.
    #[serde(rename = "pt-PT")]
    PtPt,
}

/// English to Portuguese.
static PORTUGUESE: LazyLock<HashMap<String, String>> =
    LazyLock::new(|| catalogue(include_str!("../../reports/locales/pt-PT.toml")).unwrap_or_default());

/// A catalogue's phrases: every table of the file holds English sentences as keys.
fn catalogue(source: &str) -> Result<HashMap<String, String>, toml::de::Error> {
    let tables: HashMap<String, HashMap<String, String>> = toml::from_str(source)?;
    Ok(tables.into_values().flatten().collect())
}

impl Locale {
    /// All that there are.
    pub const ALL: [Locale; 2] = [Locale::EnGb, Locale::PtPt];

    /// As in the configuration and in `lang`: `en-GB` (BCP 47).
    pub fn tag(self) -> &'static str {
        match self {
            Locale::EnGb => "en-GB",
            Locale::PtPt => "pt-PT",
        }
    }

    /// The locale of a tag.
    pub fn of_tag(tag: &str) -> Option<Locale> {
        Locale::ALL.into_iter().find(|locale| locale.tag().eq_ignore_ascii_case(tag))
    }

    /// The same in this language; the text itself where the catalogue doesn't hold it.
    pub fn text(self, english: &str) -> &str {
        match self {
            Locale::EnGb => english,
            Locale::PtPt => PORTUGUESE.get(english).map_or(english, String::as_str),
        }
    }

    /// A word as SQL writes it, such as `closed_hours`, in this language; a sentence stays one.
    pub fn word(self, name: &str) -> String {
        let whole = self.text(name);
        if whole != name {
            return whole.to_owned();
        }
        // Several words in one cell, such as `resolution, missed`.
        let one = |part: &str| match part.contains(' ') {
            true => self.text(part).to_owned(),
            false => self.text(&part.replace('_', " ")).to_owned(),
        };
        name.split(", ").map(one).collect::<Vec<_>>().join(", ")
    }

    /// The same in this language, with values in the places of their `{names}`; see [`phrase`].
    pub fn fill(self, english: &str, values: &[(&str, &dyn Display)]) -> String {
        let mut rest = self.text(english);
        let mut filled = String::with_capacity(rest.len() + 16 * values.len());
        while let Some(start) = rest.find('{') {
            filled.push_str(&rest[..start]);
            let name = &rest[start + 1..];
            let Some(end) = name.find('}') else {
                rest = &rest[start..];
                break;
            };
            match values.iter().find(|(own, _)| *own == &name[..end]) {
                Some((_, value)) => filled.push_str(&value.to_string()),
                None => filled.push_str(&rest[start..start + end + 2]),
            }
            rest = &name[end + 1..];
        }
        filled + rest
    }

    /// What stands between groups of digits, and before decimals.
    pub fn separators(self) -> (char, char) {
        match self {
            Locale::EnGb => (',', '.'),
            Locale::PtPt => (NBSP, ','),
        }
    }

    fn decimal(self) -> char {
        self.separators().1
    }

    /// Digits in groups of three; Portuguese doesn't group four alone (CLDR 48, `minimumGroupingDigits`).
    fn group(self, digits: &str) -> String {
        let separator = self.separators().0;
        let least = match self {
            Locale::EnGb => 4,
            Locale::PtPt => 5,
        };
        let mut text = String::with_capacity(digits.len() + digits.len() / 3);
        for (at, digit) in digits.char_indices() {
            if at > 0 && digits.len() >= least && (digits.len() - at).is_multiple_of(3) {
                text.push(separator);
            }
            text.push(digit);
        }
        text
    }

    /// `1,204`.
    pub fn count(self, value: i64) -> String {
        let grouped = self.group(&value.unsigned_abs().to_string());
        if value < 0 { format!("{MINUS}{grouped}") } else { grouped }
    }

    /// `1,234.50` with that many decimals; an en dash for what is not a number.
    pub fn number(self, value: f64, decimals: usize) -> String {
        if !value.is_finite() {
            return "–".into();
        }
        let plain = format!("{:.decimals$}", value.abs());
        let (whole, rest) = plain.split_at(plain.find('.').unwrap_or(plain.len()));
        let is_zero = plain.bytes().all(|byte| matches!(byte, b'0' | b'.'));
        let sign = if value < 0.0 && !is_zero { MINUS } else { "" };
        let mut text = format!("{sign}{}", self.group(whole));
        if let Some(fraction) = rest.strip_prefix('.') {
            text.push(self.decimal());
            text.push_str(fraction);
        }
        text
    }

    /// `94.1%` of a ratio 0-1.
    ///
    /// Never `100.0%` for less than all (`>99.9%`), nor `0.0%` for more than
    /// nothing (`<0.1%`).
    pub fn share(self, ratio: f64) -> String {
        if !ratio.is_finite() {
            return "–".into();
        }
        let of = |percent: f64| self.number(percent, 1);
        let text = of(ratio * 100.0);
        if ratio < 1.0 && text == of(100.0) {
            format!(">{}%", of(99.9))
        } else if ratio > 0.0 && text == of(0.0) {
            format!("<{}%", of(0.1))
        } else {
            format!("{text}%")
        }
    }

    /// `95%`, or `94.5%`: a target without idle decimals.
    pub fn aim(self, ratio: f64) -> String {
        let idle = format!("{}0%", self.decimal());
        self.share(ratio).replace(&idle, "%")
    }

    /// `412 of 438`.
    pub fn fraction(self, part: i64, whole: i64) -> String {
        phrase!(self, "{part} of {whole}", part = self.count(part), whole = self.count(whole))
    }

    /// `3 h 05 min`; `12 min 30 s` under an hour; `1,234.5 h` from 100 hours on.
    ///
    /// Cut to the last unit shown, never rounded up, so that nothing seems longer
    /// than it was. Never in days: a day of working time has no agreed length.
    pub fn duration(self, seconds: i64) -> String {
        let s = seconds.unsigned_abs();
        let sign = if seconds < 0 { MINUS } else { "" };
        let (h, min, rest) = (s / 3600, s / 60 % 60, s % 60);
        let text = if h >= 100 {
            let tenths = s / 360;
            let whole = self.group(&(tenths / 10).to_string());
            format!("{whole}{}{}{NBSP}h", self.decimal(), tenths % 10)
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

    /// `89.93%` of millionths: as agreed, never rounded.
    pub fn percent(self, ppm: i64) -> String {
        let text = format!("{}.{:04}", ppm / 10_000, ppm % 10_000);
        let text = text.trim_end_matches('0').trim_end_matches('.');
        format!("{}%", text.replace('.', &self.decimal().to_string()))
    }

    /// `3.1 h`: decimal hours, cut as durations are, for amounts that are compared or added.
    pub fn hours(self, seconds: i64) -> String {
        format!("{}{NBSP}h", self.number(format::tenths(seconds as f64 / 3600.0), 1))
    }

    /// `−1.8 pp`: a difference of two ratios, in percentage points.
    pub fn signed_pp(self, difference: f64) -> String {
        let text = self.number(difference.abs() * 100.0, 1);
        let sign = match difference {
            _ if text == self.number(0.0, 1) => "±",
            below if below < 0.0 => MINUS,
            _ => "+",
        };
        format!("{sign}{text}{NBSP}{}", self.text("pp"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EN: Locale = Locale::EnGb;
    const PT: Locale = Locale::PtPt;

    fn spaced(text: &str) -> String {
        text.replace(NBSP, " ")
    }

    #[test]
    fn counts_and_numbers() {
        let cases = [
            (EN.count(0), "0"),
            (EN.count(999), "999"),
            (EN.count(1_204), "1,204"),
            (EN.count(-1_234_567), "−1,234,567"),
            (EN.count(i64::MIN), "−9,223,372,036,854,775,808"),
            (EN.number(1234.5, 1), "1,234.5"),
            (EN.number(-0.04, 1), "0.0"),
            (EN.number(f64::NAN, 1), "–"),
            (EN.fraction(412, 1_438), "412 of 1,438"),
        ];
        for (text, expected) in cases {
            assert_eq!(text, expected);
        }
    }

    /// CLDR 48 for pt-PT, as ICU 78 prints it: a comma, no-break spaces, four digits alone not grouped.
    #[test]
    fn portuguese_numbers_are_those_of_the_cldr() {
        let cases = [
            (PT.number(1234.5, 1), "1234,5"),
            (PT.number(12345.67, 2), "12\u{a0}345,67"),
            (PT.share(0.9523), "95,2%"),
            (PT.count(1_204), "1204"),
            (PT.count(-1_234_567), "−1\u{a0}234\u{a0}567"),
            (PT.percent(899_300), "89,93%"),
            (PT.share(0.9996), ">99,9%"),
            (PT.aim(0.95), "95%"),
            (PT.aim(0.945), "94,5%"),
        ];
        for (text, expected) in cases {
            assert_eq!(text, expected);
        }
        assert_eq!(spaced(&PT.duration(4_444_200)), "1234,5 h");
        assert_eq!(PT.fraction(412, 1_438), "412 de 1438");
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
            assert_eq!(EN.share(ratio), expected);
        }
        assert_eq!((EN.aim(0.95), EN.aim(0.945), EN.aim(1.0)), ("95%".into(), "94.5%".into(), "100%".into()));
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
            assert_eq!(spaced(&EN.duration(seconds)), expected);
        }
        assert_eq!(spaced(&EN.hours(11_100)), "3.0 h");
    }

    #[test]
    fn differences_carry_a_sign() {
        let cases = [(-0.018, "−1.8 pp"), (0.02, "+2.0 pp"), (0.0001, "±0.0 pp")];
        for (difference, expected) in cases {
            assert_eq!(spaced(&EN.signed_pp(difference)), expected);
        }
    }

    #[test]
    fn values_take_the_places_of_their_names() {
        assert_eq!(phrase!(EN, "{a} before {b}, {a} again", a = 1, b = "{a}"), "1 before {a}, 1 again");
        assert_eq!(phrase!(EN, "an {unknown} name and a lone {"), "an {unknown} name and a lone {");
        assert_eq!(PT.text("a title of the user's own"), "a title of the user's own");
    }
}

//! Names of sheets, tables and key figures: valid in Excel and unique.

use std::collections::BTreeSet;

use super::text::{head, safe, unescapable, units};
use crate::paper::locale::{Locale, phrase};

const MAX_SHEET: usize = 31;
const MAX_NAME: usize = 100;

/// Names given so far; Excel compares without case.
#[derive(Debug)]
pub struct Names {
    locale: Locale,
    sheets: BTreeSet<String>,
    /// Tables and key figures share one space.
    others: BTreeSet<String>,
}

impl Names {
    /// None given yet.
    pub fn new(locale: Locale) -> Names {
        Names { locale, sheets: BTreeSet::new(), others: BTreeSet::new() }
    }

    /// A sheet's name from a title, cut between words where that loses little.
    pub fn sheet(&mut self, title: &str) -> String {
        let plain = safe(title, usize::MAX);
        let allowed: String = unescapable(&plain)
            .chars()
            .map(|c| if matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\') { ' ' } else { c })
            .collect();
        let words = allowed.split_whitespace().collect::<Vec<_>>().join(" ");
        let trimmed = words.trim_matches([' ', '\'']);
        let short = if units(trimmed) > MAX_SHEET {
            let start = head(trimmed, MAX_SHEET - 1);
            let whole = start.rfind(' ').filter(|at| *at >= MAX_SHEET / 2).map_or(start, |at| &start[..at]);
            format!("{}…", whole.trim_end_matches([' ', ',', ':', ';', '–', '-', '\'']))
        } else {
            trimmed.to_owned()
        };
        // `History` is Excel's own, in its own language.
        let wanted = match short.to_lowercase().as_str() {
            "" => phrase!(self.locale, "Table"),
            "history" | "histórico" => format!("{short} 1"),
            _ => short,
        };
        unique(&mut self.sheets, &wanted, MAX_SHEET, |nth| format!(" ({nth})"))
    }

    /// A table's name from a slug: `tAttainmentByMonth`.
    pub fn table(&mut self, slug: &str) -> String {
        let words = slug.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let joined: String = words
            .map(|word| {
                let (first, rest) = word.split_at(1);
                format!("{}{rest}", first.to_ascii_uppercase())
            })
            .collect();
        // `tA1` and `tR1C1` would be cells.
        let mark = if joined.contains(|c: char| c.is_ascii_digit()) { "t_" } else { "t" };
        let wanted = if joined.is_empty() { "tTable".to_owned() } else { format!("{mark}{joined}") };
        unique(&mut self.others, &wanted, MAX_NAME, |nth| format!("_{nth}"))
    }

    /// The name of a key figure from its id: `kpi_on_site_attainment`.
    pub fn key_figure(&mut self, id: &str) -> String {
        let words: String = id
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' })
            .collect();
        unique(&mut self.others, &format!("kpi_{words}"), MAX_NAME, |nth| format!("_{nth}"))
    }
}

/// Headers of a table, none empty and each different.
pub fn headers(labels: impl Iterator<Item = String>, locale: Locale) -> Vec<String> {
    let mut taken = BTreeSet::new();
    labels
        .enumerate()
        .map(|(at, label)| {
            let label = safe(&label, 200);
            let label = unescapable(label.trim());
            let wanted = match label.is_empty() {
                true => phrase!(locale, "Column {n}", n = at + 1),
                false => label.into_owned(),
            };
            unique(&mut taken, &wanted, 250, |nth| format!(" ({nth})"))
        })
        .collect()
}

/// The wanted name, cut to the limit, with the first suffix that makes it new.
fn unique(taken: &mut BTreeSet<String>, wanted: &str, limit: usize, suffix: fn(usize) -> String) -> String {
    let mut name = head(wanted, limit).to_owned();
    let mut nth = 2;
    while !taken.insert(name.to_lowercase()) {
        let suffix = suffix(nth);
        name = format!("{}{suffix}", head(wanted, limit.saturating_sub(units(&suffix))).trim_end());
        nth += 1;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_are_short_valid_and_unique() {
        let mut names = Names::new(Locale::EnGb);
        let cases = [
            ("Summary", "Summary"),
            ("summary", "summary (2)"),
            ("'a/b: [c]*?\\'", "a b c"),
            ("On-site within the limit, by month and severity", "On-site within the limit, by…"),
            ("On-site within the limit, by month and place", "On-site within the limit, b (2)"),
            ("abcdefghijklmnopqrstuvwxyzabcdefgh", "abcdefghijklmnopqrstuvwxyzabcd…"),
            ("History", "History 1"),
            ("\0", "Table"),
            ("=1+1", "=1+1"),
        ];
        for (title, expected) in cases {
            let name = names.sheet(title);
            assert_eq!(name, expected);
            assert!(units(&name) <= 31);
        }
    }

    #[test]
    fn fallbacks_are_in_the_language() {
        let mut names = Names::new(Locale::PtPt);
        assert_eq!((names.sheet("\0"), names.sheet("Histórico")), ("Tabela".into(), "Histórico 1".into()));
        assert_eq!(headers([String::new()].into_iter(), Locale::PtPt), ["Coluna 1"]);
    }

    #[test]
    fn tables_and_key_figures_are_never_cells() {
        let mut names = Names::new(Locale::EnGb);
        assert_eq!(names.table("attainment_by_month"), "tAttainmentByMonth");
        assert_eq!(names.table("attainment-by-month"), "tAttainmentByMonth_2");
        assert_eq!(names.table("a1"), "t_A1");
        assert_eq!(names.table("é"), "tTable");
        assert_eq!(names.key_figure("on_site.attainment"), "kpi_on_site_attainment");
        assert_eq!(names.key_figure("On-site attainment"), "kpi_on_site_attainment_2");
    }

    #[test]
    fn headers_are_unique() {
        let labels = ["At least", "at least ", "", "a_x0041_b"].map(str::to_owned);
        let expected = ["At least", "at least (2)", "Column 3", "a_ x0041_b"];
        assert_eq!(headers(labels.into_iter(), Locale::EnGb), expected);
    }
}

//! `[recurrence]`: thresholds, costs, the glossary and the table of advice.

use std::path::{Path, PathBuf};

use super::advice;
use super::reader::{Problems, Reader};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::recurrence::Settings;
use crate::recurrence::advice::AdviceRule;
use crate::recurrence::text::Glossary;

/// How recurring problem areas are looked for.
#[derive(Debug, Clone)]
pub struct Recurrence {
    pub settings: Settings,
    /// Words and phrases that mean the same.
    pub glossary: Glossary,
    pub rules: Vec<AdviceRule>,
}

/// Reads `[recurrence]`.
pub fn recurrence(document: &Reader, dir: &Path) -> Recurrence {
    let mut settings = Settings::default();
    let mut found = Recurrence {
        settings: settings.clone(),
        glossary: Glossary::default(),
        rules: advice::default_rules(),
    };
    let Some(reader) = document.table("recurrence") else { return found };
    let count = |key, range: std::ops::RangeInclusive<i64>, own: u32| {
        reader.integer(key, range).map_or(own, |number| number as u32)
    };
    settings.current_days = count("current_days", 7..=366, settings.current_days);
    settings.baseline_days = count("baseline_days", 28..=3660, settings.baseline_days);
    settings.act_incidents = count("act_incidents", 2..=1000, settings.act_incidents);
    settings.unit_incidents = count("unit_incidents", 2..=1000, settings.unit_incidents);
    settings.trend_incidents = count("trend_incidents", 5..=1000, settings.trend_incidents);
    settings.trend_units = count("trend_units", 1..=1000, settings.trend_units);
    settings.act_areas = count("act_areas", 0..=1000, settings.act_areas as u32) as usize;
    settings.act_q = reader.share("act_q").unwrap_or(settings.act_q);
    settings.watch_q = reader.share("watch_q").unwrap_or(settings.watch_q);
    settings.text_threshold = reader.share("text_threshold").unwrap_or(settings.text_threshold);
    if let Some(costs) = reader.table("costs") {
        let cost = |key| costs.money(key).map(|money| money.hundredths as f64 / 100.0);
        match (cost("repair"), cost("replace")) {
            (Some(repair), Some(replace)) if repair > 0.0 && replace > 0.0 => {
                settings.costs = Some((repair, replace));
            }
            _ => costs.fail("`recurrence.costs` needs `repair` and `replace`, both above 0".to_owned()),
        }
        costs.finish();
    }
    found.settings = settings;
    if let Some((path, name, source)) = file(&reader, "glossary", dir) {
        match glossary(&path, &source) {
            Ok(glossary) => found.glossary = glossary,
            Err(problems) => reader.problem(told(&reader, &name, &problems)),
        }
    }
    if let Some((path, name, source)) = file(&reader, "advice", dir) {
        match advice::parse(&path, &source) {
            Ok(rules) => found.rules = rules,
            Err(problems) => reader.problem(told(&reader, &name, &problems)),
        }
    }
    reader.finish();
    found
}

/// Path, name as written, and text of a file that a key names.
fn file(reader: &Reader, key: &'static str, dir: &Path) -> Option<(PathBuf, String, String)> {
    let name = reader.string(key)?;
    let path = dir.join(&name.value);
    match std::fs::read_to_string(&path) {
        Ok(source) => Some((path, name.value, source)),
        Err(error) => {
            reader.problem(
                Diagnostic::error(Some(name.span), format!("can't read `{}`", name.value))
                    .label(error.to_string()),
            );
            None
        }
    }
}

/// The mistakes of another file as one of this one.
fn told(reader: &Reader, name: &str, problems: &Diagnostics) -> Diagnostic {
    Diagnostic::error(Some(reader.span.clone()), format!("`{name}` can't be used"))
        .label(problems.to_string())
}

/// `concept = ["word", "a phrase"]` for each concept.
fn glossary(path: &Path, source: &str) -> Result<Glossary, Diagnostics> {
    let problems = Problems::default();
    let (document, errors) = toml::de::DeTable::parse_recoverable(source);
    for error in errors {
        problems.borrow_mut().push(Diagnostic::error(error.span(), error.message().to_owned()));
    }
    let entries: Vec<(String, Vec<String>)> = (Reader::document(&document, &problems).named_strings())
        .into_iter()
        .map(|(concept, words)| (concept.value, words.into_iter().map(|word| word.value).collect()))
        .collect();
    drop(document);
    let diagnostics =
        Diagnostics { origin: path.display().to_string(), source: source.to_owned(), items: problems.take() };
    if diagnostics.has_errors() { Err(diagnostics) } else { Ok(Glossary::new(&entries)) }
}

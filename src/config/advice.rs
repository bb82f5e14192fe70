//! `advice.toml`: the table of advice as data.

use std::path::Path;

use super::reader::{Problems, Reader};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::recurrence::advice::{AdviceRule, Condition, FACTS};

/// The rules that hold without a file of one's own.
pub const DEFAULT: &str = include_str!("../../advice.toml");

/// Checks the text of a table of advice.
///
/// # Errors
/// Everything that is wrong with it, with places.
pub fn parse(path: &Path, source: &str) -> Result<Vec<AdviceRule>, Diagnostics> {
    let problems = Problems::default();
    let (document, errors) = toml::de::DeTable::parse_recoverable(source);
    for error in errors {
        problems.borrow_mut().push(Diagnostic::error(error.span(), error.message().to_owned()));
    }
    let reader = Reader::document(&document, &problems);
    let mut rules: Vec<AdviceRule> = Vec::new();
    for table in reader.tables("rules") {
        let rule = rule(&table);
        if rules.iter().any(|earlier| earlier.name == rule.name) {
            table.fail(format!("there is another rule `{}`", rule.name));
        }
        rules.push(rule);
    }
    reader.finish();
    drop(document);
    let mut items = problems.take();
    items.sort_by_key(|item| item.span.as_ref().map_or(0, |span| span.start));
    items.dedup();
    let diagnostics = Diagnostics { origin: path.display().to_string(), source: source.to_owned(), items };
    if diagnostics.has_errors() { Err(diagnostics) } else { Ok(rules) }
}

/// The built-in rules.
pub fn default_rules() -> Vec<AdviceRule> {
    parse(Path::new("advice.toml"), DEFAULT).unwrap_or_default()
}

fn rule(table: &Reader) -> AdviceRule {
    let text = |key: &'static str| {
        let found = table.string(key).map(|text| text.value).filter(|text| !text.is_empty());
        if found.is_none() {
            table.fail(format!("a rule needs `{key}`"));
        }
        found.unwrap_or_default()
    };
    let (name, advice, basis) = (text("name"), text("advice"), text("basis"));
    let when: Vec<Condition> = table.tables("when").iter().filter_map(condition).collect();
    if when.is_empty() {
        table
            .fail("a rule needs conditions, such as `when = [{ fact = \"systemic\", at_least = 1 }]`".into());
    }
    table.finish();
    AdviceRule { name, advice, when, basis }
}

fn condition(table: &Reader) -> Option<Condition> {
    let fact = table.choice("fact", &FACTS);
    let codes = table.strings("codes").unwrap_or_default().into_iter().map(|code| code.value).collect();
    let condition = fact.map(|fact| Condition {
        fact,
        codes,
        at_least: table.number("at_least"),
        at_most: table.number("at_most"),
    });
    table.finish();
    let Some(condition) = condition else {
        if !table.has("fact") {
            table.fail("a condition needs `fact`".to_owned());
        }
        return None;
    };
    if !table.has("at_least") && !table.has("at_most") {
        table.fail("a condition needs `at_least` or `at_most`".to_owned());
    }
    if condition.fact.needs_codes() == condition.codes.is_empty() {
        let needs = if condition.codes.is_empty() { "needs `codes`" } else { "has no `codes`" };
        table.fail(format!("`{}` {needs}", condition.fact.name()));
    }
    Some(condition)
}

//! A configuration with some keys changed: `KEY=VALUE` from the command line,
//! or a second file laid over the first.

use std::str::FromStr;

use toml_edit::{DocumentMut, Item, Key, Table, TableLike, Value, value};

use super::reader::parse_share;
use crate::calendar::Span;

/// The tables that say how promises are judged, and not what is read or shown.
const RULES: [&str; 10] = [
    "values",
    "severity",
    "statuses",
    "calendars",
    "clocks",
    "contracts",
    "credits",
    "entitlement",
    "defaults",
    "audit",
];

fn refuse(table: &str) -> String {
    format!("`{table}` is about what is read or shown, not a rule; expected one of: {}", RULES.join(", "))
}

/// Changes one key of a configuration's text and keeps the rest as it is.
///
/// `clocks.on_site.limit=3h` goes down by tables; a step into a list is a
/// position from 0, or a text that an entry names, as in
/// `clocks.resolution.targets."2 - High".limit=8h`. What isn't TOML is a text.
///
/// # Errors
/// A phrase that says what of `KEY=VALUE` can't be followed.
pub fn set(source: &str, change: &str) -> Result<String, String> {
    let (key, text) = change.split_once('=').ok_or("it is not KEY=VALUE")?;
    let path = Key::parse(key.trim()).map_err(|_| format!("`{key}` is not a dotted key"))?;
    if let Some(first) = path.first().filter(|first| !RULES.contains(&first.get())) {
        return Err(refuse(first.get()));
    }
    let mut document = DocumentMut::from_str(source).map_err(|error| error.message().to_owned())?;
    let (last, steps) = path.split_last().ok_or("the key is empty")?;
    let mut at = document.as_item_mut();
    for step in steps {
        at = go(at, step.get())?;
    }
    let table =
        at.as_table_like_mut().ok_or_else(|| format!("`{key}` leads into something that is no table"))?;
    let text = text.trim();
    let parsed = text.parse::<Value>().ok().filter(|value| !value.is_datetime());
    table.insert(last.get(), value(parsed.unwrap_or_else(|| Value::from(text))));
    Ok(document.to_string())
}

fn go<'d>(item: &'d mut Item, step: &str) -> Result<&'d mut Item, String> {
    let lost = || format!("there is no entry `{step}`");
    if let Some(tables) = item.as_array_of_tables() {
        let position = entry(tables.iter().map(|table| table as &dyn TableLike), step).ok_or_else(lost)?;
        // The list is one of items only when it is asked by position.
        return item.get_mut(position).ok_or_else(lost);
    }
    if let Some(list) = item.as_array() {
        let tables = list.iter().filter_map(|entry| entry.as_inline_table());
        let position = entry(tables.map(|table| table as &dyn TableLike), step).ok_or_else(lost)?;
        return item.get_mut(position).ok_or_else(lost);
    }
    let table =
        item.as_table_like_mut().ok_or_else(|| format!("`{step}` leads into something that is no table"))?;
    if !table.contains_key(step) {
        let mut fresh = Table::new();
        fresh.set_implicit(true);
        table.insert(step, Item::Table(fresh));
    }
    table.get_mut(step).ok_or_else(lost)
}

/// The position that a step means: a number, or a text that one entry alone names.
fn entry<'t>(tables: impl Iterator<Item = &'t dyn TableLike>, step: &str) -> Option<usize> {
    if let Ok(position) = step.parse() {
        return Some(position);
    }
    let names = |item: &Item| {
        let texts = item.as_array().into_iter().flatten().filter_map(Value::as_str);
        item.as_str().into_iter().chain(texts).any(|text| text == step)
    };
    let mut found = tables.enumerate().filter(|(_, table)| table.iter().any(|(_, item)| names(item)));
    let first = found.next()?.0;
    found.next().is_none().then_some(first)
}

/// Lays rules over a configuration: tables are merged, all else replaced.
///
/// # Errors
/// What is wrong with the TOML of either, or that `over` has more than rules.
pub fn overlay(source: &str, over: &str) -> Result<String, String> {
    let (mut document, over) = (read(source)?, read(over)?);
    if let Some((other, _)) = over.iter().find(|(table, _)| !RULES.contains(table)) {
        return Err(refuse(other));
    }
    merge(document.as_table_mut(), over.as_table());
    Ok(document.to_string())
}

/// A configuration with all its rules taken from another one.
///
/// # Errors
/// What is wrong with the TOML of either.
pub fn rules_of(source: &str, other: &str) -> Result<String, String> {
    let (mut document, mut other) = (read(source)?, read(other)?);
    for table in RULES {
        document.remove(table);
        if let Some(item) = other.remove(table) {
            document.insert(table, item);
        }
    }
    Ok(document.to_string())
}

fn read(text: &str) -> Result<DocumentMut, String> {
    DocumentMut::from_str(text).map_err(|error| error.message().to_owned())
}

fn merge(table: &mut dyn TableLike, over: &dyn TableLike) {
    for (key, item) in over.iter() {
        let known = table.get_mut(key).and_then(Item::as_table_like_mut);
        match (known, item.as_table_like()) {
            (Some(known), Some(item)) => merge(known, item),
            _ => {
                table.insert(key, item.clone());
            }
        }
    }
}

/// The values that one key is tried with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sweep {
    pub key: String,
    /// As the configuration writes them.
    pub values: Vec<String>,
}

/// From a text to a whole number of some unit, and back.
type Read = fn(&str) -> Option<i64>;
type Write = fn(i64) -> String;

/// Most values of a sweep.
const MAX_VALUES: i64 = 200;

impl FromStr for Sweep {
    type Err = String;

    /// `KEY=2h..6h/30m`, `KEY=90%..99%/1%` or `KEY=50..90/5`; both ends are tried.
    fn from_str(text: &str) -> Result<Sweep, String> {
        let wrong = || "expected KEY=FROM..TO/STEP, such as clocks.on_site.limit=2h..6h/30m".to_owned();
        let (key, range) = text.split_once('=').ok_or_else(wrong)?;
        let (from, rest) = range.split_once("..").ok_or_else(wrong)?;
        let (until, step) = rest.split_once('/').ok_or_else(wrong)?;
        let all = |read: Read| Some([read(from)?, read(until)?, read(step)?]);
        let kinds: [(Read, Write); 4] = [
            (|text| text.trim().parse().ok(), |number| number.to_string()),
            (seconds, |seconds| Span::Seconds(seconds).to_string()),
            (business_days, |days| format!("{days}bd")),
            (percent, |ppm| format!("{}%", ppm as f64 / 1e4)),
        ];
        let ([from, until, step], write) =
            kinds.iter().find_map(|(read, write)| Some((all(*read)?, write))).ok_or_else(wrong)?;
        if step <= 0 || until < from {
            return Err(format!("{}; FROM must not be above TO and STEP be above nothing", wrong()));
        }
        if (until - from) % step != 0 {
            return Err("STEP doesn't lead from FROM to TO".to_owned());
        }
        if (until - from) / step >= MAX_VALUES {
            return Err(format!("it has more than {MAX_VALUES} values"));
        }
        let values = (0..=(until - from) / step).map(|n| write(from + n * step)).collect();
        Ok(Sweep { key: key.trim().to_owned(), values })
    }
}

fn seconds(text: &str) -> Option<i64> {
    match text.trim().parse() {
        Ok(Span::Seconds(seconds)) => Some(seconds),
        _ => None,
    }
}

fn business_days(text: &str) -> Option<i64> {
    match text.trim().parse() {
        Ok(Span::BusinessDays(days)) => Some(i64::from(days)),
        _ => None,
    }
}

fn percent(text: &str) -> Option<i64> {
    text.trim().ends_with('%').then(|| parse_share(text)).flatten().map(|share| (share * 1e6).round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "\
# Ours.
[clocks.on_site]
label = \"On-site\"

[[clocks.resolution.targets]]
severity = \"1 - Critical\"
limit = \"8h\"

[[clocks.resolution.targets]]
severity = [\"2 - High\", \"3 - Low\"]
limit = \"16h\"
";

    #[test]
    fn one_key_changes_and_the_rest_stays() {
        let set = |change: &str| set(SOURCE, change);
        let limit = "severity = \"1 - Critical\"\nlimit = \"4h\"";
        assert!(set("clocks.resolution.targets.0.limit=4h").unwrap().contains(limit));
        assert!(set("clocks.resolution.targets.\"1 - Critical\".limit = 4h").unwrap().contains(limit));
        let second = set("clocks.resolution.targets.'3 - Low'.limit=1bd").unwrap();
        assert!(second.starts_with("# Ours.\n") && second.contains("limit = \"1bd\""), "{second}");
        assert!(set("clocks.on_site.limit=3h").unwrap().contains("label = \"On-site\"\nlimit = \"3h\"\n"));
        assert!(set("clocks.on_site.pauses=true").unwrap().contains("pauses = true"));
        let fresh = set("contracts.\"K-1\".attainment_target=0.98").unwrap();
        assert!(fresh.contains("[contracts.K-1]\nattainment_target = 0.98"), "{fresh}");
        for wrong in [
            "clocks",
            "=3h",
            "inputs.tickets.path=x",
            "clocks.on_site.label.x=1",
            "clocks.resolution.targets.none.limit=1h",
        ] {
            assert!(set(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_second_file_is_laid_over_the_first() {
        let over = "[clocks.on_site]\nlimit = \"3h\"\n[clocks.resolution]\ntargets = [{ limit = \"9h\" }]\n";
        let both: toml::Table = overlay(SOURCE, over).unwrap().parse().unwrap();
        let clocks = &both["clocks"];
        assert_eq!(clocks["on_site"]["label"].as_str(), Some("On-site"));
        assert_eq!(clocks["on_site"]["limit"].as_str(), Some("3h"));
        assert_eq!(clocks["resolution"]["targets"].as_array().map(Vec::len), Some(1));
        assert!(overlay(SOURCE, "[report]\nzone = \"UTC\"\n").is_err());
        let rules: toml::Table =
            rules_of("[report]\nmin_n = 5\n[severity]\n", SOURCE).unwrap().parse().unwrap();
        assert_eq!(rules.keys().collect::<Vec<_>>(), ["report", "clocks"]);
    }

    #[test]
    fn sweeps_try_both_ends() {
        let values = |text: &str| text.parse::<Sweep>().unwrap().values;
        assert_eq!(values("a.b=2h..3h/30m"), ["2h", "2h30m", "3h"]);
        assert_eq!(values("a=90%..92.5%/0.5%"), ["90%", "90.5%", "91%", "91.5%", "92%", "92.5%"]);
        assert_eq!(values("a=1bd..3bd/1bd"), ["1bd", "2bd", "3bd"]);
        assert_eq!(values("a=50..60/5"), ["50", "55", "60"]);
        for wrong in
            ["a", "a=1", "a=1..2", "a=1h..2/1", "a=3h..2h/1h", "a=1h..2h/0h", "a=0..1000/1", "a=1..4/2"]
        {
            assert!(wrong.parse::<Sweep>().is_err(), "{wrong}");
        }
    }
}

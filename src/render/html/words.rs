//! The words that the script shows, and what it must know to read the page:
//! how numbers are written, which columns the filters are about, what a
//! status stands for. The script has no word of its own.

use serde::Serialize;

use super::cells;
use crate::paper::locale::Locale;

/// More of the limit than this makes a kept promise a near miss.
const NEAR: f64 = 0.9;

/// The island `words`. Texts are whole sentences; the script fills in what
/// stands in braces.
#[derive(Serialize)]
struct Words {
    numbers: Numbers,
    filters: Vec<Filter>,
    status: Vec<Status>,
    light: String,
    dark: String,
    find: String,
    clear: String,
    /// The choice that filters nothing, in a list and as a tab.
    all: String,
    every: String,
    missing: String,
    verdicts: String,
    tab: String,
    pair: String,
    text: String,
    more: String,
    unfiltered: String,
    filtered: String,
    cut: String,
    lacking: String,
    summary: String,
    paper: String,
    open: String,
    close: String,
}

/// How the page writes numbers and durations.
#[derive(Serialize)]
struct Numbers {
    group: char,
    decimal: char,
    seconds: Seconds,
}

/// Units of durations in seconds, by how they are written.
#[derive(Serialize)]
struct Seconds {
    h: u32,
    min: u32,
    s: u32,
}

/// What all tables with one of the columns can be filtered by.
#[derive(Serialize)]
struct Filter {
    /// As in an address.
    name: &'static str,
    label: String,
    columns: &'static [&'static str],
}

/// Verdicts under one name.
#[derive(Serialize)]
struct Status {
    /// As in an address.
    name: &'static str,
    label: String,
    /// As the cells have them.
    verdicts: Vec<String>,
    /// Only with more than this share of the limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    used: Option<f64>,
    is_tab: bool,
}

/// As JSON that no parser of HTML could take for markup.
pub fn island(locale: Locale) -> Result<String, String> {
    let (group, decimal) = locale.separators();
    let text = |english: &str| locale.text(english).to_owned();
    let filter = |name, label: &str, columns| Filter { name, label: text(label), columns };
    let status = |name, label: &str, verdicts: &[&str], used, is_tab| Status {
        name,
        label: text(label),
        verdicts: verdicts.iter().map(|name| cells::word(name, locale)).collect(),
        used,
        is_tab,
    };
    let words = Words {
        numbers: Numbers { group, decimal, seconds: Seconds { h: 3600, min: 60, s: 1 } },
        filters: vec![
            filter("contract", "Contract", &["contract"]),
            filter("customer", "Customer", &["customer"]),
            filter("site", "Site", &["site"]),
            filter("model", "Device model", &["model", "hardware_model"]),
            filter("area", "Fault area", &["area"]),
            filter("severity", "Severity", &["severity"]),
            filter("clock", "Clock", &["clock"]),
            filter("status", "Status", &["verdict"]),
        ],
        status: vec![
            status("kept", "Kept", &["met", "late"], None, false),
            status("missed", "Missed", &["breached", "overdue"], None, true),
            status("risk", "At risk", &["at_risk"], None, true),
            status("near", "Near misses, over 90% used", &["met", "late"], Some(NEAR), true),
            status("open", "Open", &["running", "paused", "at_risk", "overdue"], None, true),
        ],
        light: text("Light"),
        dark: text("Dark"),
        find: text("Find in all tables"),
        clear: text("Clear"),
        all: text("all"),
        every: text("All"),
        missing: text("– (no value)"),
        verdicts: text("Verdict"),
        tab: text("{name} ({rows})"),
        pair: text("{name} = {value}"),
        text: text("text “{text}”"),
        more: text("Show all {all} (now the first {shown})"),
        unfiltered: text("{all} of {all} rows."),
        filtered: text("{rows} of {all} rows – filtered: {filters}."),
        cut: text(
            "The page has {all} of {total} rows; the others are in the CSV file only, and not filtered.",
        ),
        lacking: text("Not filtered by {columns}: this table has no such column."),
        summary: text(
            "Filtered: {filters} – {rows} rows in {tables} tables. Key figures and charts are of the whole period.",
        ),
        paper: text("The tables were filtered on the screen ({filters}); this print is not."),
        open: text("Open all details"),
        close: text("Close all details"),
    };
    serde_json::to_string(&words)
        .map(|json| inert(&json))
        .map_err(|error| format!("the page's words: {error}"))
}

fn inert(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => text.push_str(&format!("\\u{:04x}", c as u32)),
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_island_is_json_and_no_markup() {
        let island = island(Locale::EnGb).expect("written");
        let value: serde_json::Value = serde_json::from_str(&island).expect("JSON");
        assert_eq!(value["status"][2]["verdicts"][0], "at risk");
        assert_eq!(inert("</script><!--&\u{2028}"), "\\u003c/script\\u003e\\u003c!--\\u0026\\u2028");
    }

    #[test]
    fn the_script_has_no_words_of_its_own_and_uses_all_of_these() {
        let script = crate::render::html::SCRIPT;
        let value: serde_json::Value =
            serde_json::from_str(&island(Locale::EnGb).expect("written")).expect("JSON");
        let known = value.as_object().expect("an object");
        for name in known.keys() {
            assert!(script.contains(&format!("words.{name}")), "{name}");
        }
        for (at, _) in script.match_indices("words.") {
            let name = script[at + 6..].split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
            assert!(known.contains_key(name), "words.{name}");
        }
    }
}

//! The words that the script shows, and what it must know to read the page:
//! how numbers are written, which columns the filters are about, what a
//! status stands for. The script has no word of its own.

use serde::Serialize;

use super::cells;

/// More of the limit than this makes a kept promise a near miss.
const NEAR: f64 = 0.9;

/// The island `words`. Texts are whole sentences; the script fills in what
/// stands in braces.
#[derive(Serialize)]
struct Words {
    numbers: Numbers,
    filters: Vec<Filter>,
    status: Vec<Status>,
    light: &'static str,
    dark: &'static str,
    find: &'static str,
    clear: &'static str,
    /// The choice that filters nothing, in a list and as a tab.
    all: &'static str,
    every: &'static str,
    missing: &'static str,
    verdicts: &'static str,
    tab: &'static str,
    pair: &'static str,
    text: &'static str,
    more: &'static str,
    unfiltered: &'static str,
    filtered: &'static str,
    cut: &'static str,
    lacking: &'static str,
    summary: &'static str,
    paper: &'static str,
    open: &'static str,
    close: &'static str,
}

/// How the page writes numbers and durations.
#[derive(Serialize)]
struct Numbers {
    group: &'static str,
    decimal: &'static str,
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
    label: &'static str,
    columns: &'static [&'static str],
}

/// Verdicts under one name.
#[derive(Serialize)]
struct Status {
    /// As in an address.
    name: &'static str,
    label: &'static str,
    /// As the cells have them.
    verdicts: Vec<String>,
    /// Only with more than this share of the limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    used: Option<f64>,
    is_tab: bool,
}

fn status(
    name: &'static str,
    label: &'static str,
    verdicts: &[&str],
    used: Option<f64>,
    is_tab: bool,
) -> Status {
    Status { name, label, verdicts: verdicts.iter().map(|name| cells::word(name)).collect(), used, is_tab }
}

/// As JSON that no parser of HTML could take for markup.
pub fn island() -> Result<String, String> {
    let words = Words {
        numbers: Numbers { group: ",", decimal: ".", seconds: Seconds { h: 3600, min: 60, s: 1 } },
        filters: vec![
            Filter { name: "contract", label: "Contract", columns: &["contract"] },
            Filter { name: "customer", label: "Customer", columns: &["customer"] },
            Filter { name: "site", label: "Site", columns: &["site"] },
            Filter { name: "model", label: "Device model", columns: &["model", "hardware_model"] },
            Filter { name: "area", label: "Fault area", columns: &["area"] },
            Filter { name: "severity", label: "Severity", columns: &["severity"] },
            Filter { name: "clock", label: "Clock", columns: &["clock"] },
            Filter { name: "status", label: "Status", columns: &["verdict"] },
        ],
        status: vec![
            status("kept", "Kept", &["met", "late"], None, false),
            status("missed", "Missed", &["breached", "overdue"], None, true),
            status("risk", "At risk", &["at_risk"], None, true),
            status("near", "Near misses (over 90% of the limit used)", &["met", "late"], Some(NEAR), true),
            status("open", "Open", &["running", "paused", "at_risk", "overdue"], None, true),
        ],
        light: "Light",
        dark: "Dark",
        find: "Find",
        clear: "Clear",
        all: "all",
        every: "All",
        missing: "– (no value)",
        verdicts: "Verdict",
        tab: "{name} ({rows})",
        pair: "{name} = {value}",
        text: "text “{text}”",
        more: "Show all {all} (now the first {shown})",
        unfiltered: "{all} of {all} rows.",
        filtered: "{rows} of {all} rows – filtered: {filters}.",
        cut: "The page has {all} of {total} rows; the others are in the CSV file only, and not filtered.",
        lacking: "Not filtered by {columns}: this table has no such column.",
        summary: "Filtered: {filters} – {rows} rows in {tables} tables. Key figures and charts are of the whole period.",
        paper: "The tables were filtered on the screen ({filters}); this print is not.",
        open: "Open all",
        close: "Close all",
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
        let island = island().expect("written");
        let value: serde_json::Value = serde_json::from_str(&island).expect("JSON");
        assert_eq!(value["status"][2]["verdicts"][0], "at risk");
        assert_eq!(inert("</script><!--&\u{2028}"), "\\u003c/script\\u003e\\u003c!--\\u0026\\u2028");
    }

    #[test]
    fn the_script_has_no_words_of_its_own_and_uses_all_of_these() {
        let script = crate::render::html::SCRIPT;
        let value: serde_json::Value = serde_json::from_str(&island().expect("written")).expect("JSON");
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

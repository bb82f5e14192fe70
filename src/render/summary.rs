//! `summary.json` and `summary.md`.

use crate::clock::Verdict;
use crate::paper::format;
use crate::paper::locale::{Locale, phrase};
use crate::paper::summary::{GateResult, Summary};
use crate::paper::{Cell, Table};
use crate::report::{Inputs, heading, verdict_sentences};

/// Rows of missed promises in the Markdown.
const TOP_MISSED: usize = 10;

/// The machine-readable summary, ended by a newline.
pub fn json(summary: &Summary) -> Result<String, String> {
    let text = serde_json::to_string_pretty(summary).map_err(|error| error.to_string())?;
    Ok(text + "\n")
}

fn escaped(text: &str) -> String {
    let plain = format::plain(text);
    let mut safe = String::with_capacity(plain.len());
    for character in format::cut(&plain, 80).chars() {
        match character {
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '#' => {
                safe.push('\\');
                safe.push(character);
            }
            '<' => safe.push_str("&lt;"),
            '&' => safe.push_str("&amp;"),
            other => safe.push(other),
        }
    }
    safe
}

/// The summary for a job page or a mail, below the size that a job page takes.
pub fn markdown(inputs: &Inputs, gates: &[GateResult]) -> String {
    let locale = inputs.config.locale;
    let mut lines = vec![format!("### {}", escaped(&heading(inputs))), String::new()];
    for sentence in verdict_sentences(inputs, locale) {
        lines.extend([escaped_sentence(&sentence), String::new()]);
    }
    lines.extend(gate_table(gates, locale));
    lines.extend([
        row(&[
            phrase!(locale, "Clock"),
            phrase!(locale, "Attainment"),
            phrase!(locale, "Target"),
            phrase!(locale, "Missed"),
            phrase!(locale, "Median overrun"),
            phrase!(locale, "Undecided"),
            phrase!(locale, "Unmeasured"),
        ]),
        "| --- | --- | --- | ---: | ---: | ---: | ---: |".to_owned(),
    ]);
    for kpi in inputs.kpis {
        lines.push(format!(
            "| {} | {} | {} | {} | {} | {} | {} |",
            escaped(&kpi.label),
            kpi.attainment().map_or("–".to_owned(), |share| format!(
                "{} ({})",
                locale.share(share),
                locale.fraction(kpi.kept(), kpi.decided())
            )),
            kpi.attainment_target.map_or("–".to_owned(), |target| format!("≥ {}", locale.share(target))),
            locale.count(kpi.missed()),
            kpi.median_overrun_s().map_or("–".to_owned(), |overrun| locale.duration(overrun)),
            locale.count(kpi.undecided()),
            locale.count(kpi.count(Verdict::Unmeasured)),
        ));
    }
    lines.push(String::new());
    if let Some(missed) = inputs.results.iter().find(|table| table.slug == "missed") {
        lines.extend(top_missed(missed, locale));
    }
    let (read, used, rejected) = inputs.imported.totals();
    lines.push(phrase!(
        locale,
        "Data as of {as_of} ({zone}). {read} rows read = {used} used + {rejected} rejected. Rules {rules}.",
        as_of = format::instant(inputs.period.as_of, inputs.config.zone),
        zone = inputs.config.zone.name(),
        read = locale.count(read as i64),
        used = locale.count(used as i64),
        rejected = locale.count(rejected as i64),
        rules = inputs.rules
    ));
    lines.push(String::new());
    lines.join("\n")
}

/// Headings of a table.
fn row(headings: &[String]) -> String {
    format!("| {} |", headings.join(" | "))
}

fn gate_table(gates: &[GateResult], locale: Locale) -> Vec<String> {
    if gates.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![
        row(&[phrase!(locale, "Gate"), phrase!(locale, "Found"), phrase!(locale, "Result")]),
        "| --- | --- | --- |".to_owned(),
    ];
    for gate in gates {
        let who =
            gate.contract.as_ref().map_or(String::new(), |contract| format!(" ({})", escaped(contract)));
        let check = escaped(&gate.check);
        lines.push(format!("| {check}{who} | {} | {} |", gate.found, locale.text(gate.status.name())));
    }
    lines.push(String::new());
    lines
}

/// Our own sentences hold the user's labels: only markup is dangerous in them.
fn escaped_sentence(sentence: &str) -> String {
    format::plain(sentence).replace('&', "&amp;").replace('<', "&lt;")
}

fn top_missed(table: &Table, locale: Locale) -> Vec<String> {
    let at = |name: &str| table.columns.iter().position(|column| column.name == name);
    let shown = table.rows.len().min(TOP_MISSED);
    if shown == 0 {
        return vec![phrase!(locale, "No promise was missed in this period."), String::new()];
    }
    let what = phrase!(
        locale,
        "{fraction} missed promises, longest overrun first",
        fraction = locale.fraction(shown as i64, table.rows.len() as i64)
    );
    let mut lines = vec![
        format!("<details><summary>{what}</summary>"),
        String::new(),
        row(&[
            phrase!(locale, "Ticket"),
            phrase!(locale, "Clock"),
            phrase!(locale, "Customer"),
            phrase!(locale, "Site"),
            phrase!(locale, "Over by"),
        ]),
        "| --- | --- | --- | --- | ---: |".to_owned(),
    ];
    for row in table.rows.iter().take(TOP_MISSED) {
        let cell = |name: &str| match at(name).map(|at| &row[at]) {
            Some(Cell::Text(text)) => escaped(text),
            Some(Cell::Int(seconds)) => locale.duration(*seconds),
            _ => "–".to_owned(),
        };
        lines.push(format!(
            "| {} | {} | {} | {} | {} |",
            cell("ticket_id"),
            cell("clock"),
            cell("customer"),
            cell("site"),
            cell("overrun_s")
        ));
    }
    lines.extend([String::new(), "</details>".to_owned(), String::new()]);
    lines
}

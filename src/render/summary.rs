//! `summary.json` and `summary.md`.

use serde_json::{Value, json};

use crate::clock::Verdict;
use crate::paper::format;
use crate::paper::{Cell, Table};
use crate::report::kpi::{Kpi, ratio};
use crate::report::{Inputs, gap, opened_in_period, verdict_sentences};

/// Name of the structure, for readers of the file.
const SCHEMA: &str = "sla-report/summary/v1";

/// Rows of missed promises in the Markdown.
const TOP_MISSED: usize = 10;

/// Rounded to six places, so that the last bits of a division don't show.
fn rounded(value: Option<f64>) -> Value {
    value.map_or(Value::Null, |value| json!((value * 1e6).round() / 1e6))
}

fn utc(at: i64) -> String {
    chrono::DateTime::from_timestamp(at, 0)
        .map_or_else(String::new, |at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// The machine-readable summary, ended by a newline.
pub fn json(inputs: &Inputs) -> String {
    let (read, used, rejected) = inputs.imported.totals();
    let kpis: Vec<Value> = inputs.kpis.iter().map(|kpi| self::kpi(inputs, kpi)).collect();
    let undecided: i64 = inputs.kpis.iter().map(Kpi::undecided).sum();
    let excluded: i64 = inputs.kpis.iter().map(|kpi| kpi.count(Verdict::Excluded)).sum();
    let files: Vec<Value> = inputs
        .imported
        .files
        .iter()
        .map(|file| {
            json!({
                "table": file.table, "file": file.file, "sha256": file.sha256, "bytes": file.bytes,
                "rows_read": file.read, "rows_used": file.used, "rows_rejected": file.rejected,
            })
        })
        .collect();
    let value = json!({
        "schema": SCHEMA,
        "tool": { "name": "sla-report", "version": env!("CARGO_PKG_VERSION") },
        "rules": inputs.rules,
        "period": {
            "name": inputs.period.name, "from": utc(inputs.period.from_at),
            "until": utc(inputs.period.until_at), "zone": inputs.config.zone.name(),
        },
        "as_of": utc(inputs.period.as_of),
        "inputs": files,
        "counts": {
            "rows_read": read, "rows_used": used, "rows_rejected": rejected,
            "tickets": inputs.kernel.data.tickets.len(),
            "tickets_opened_in_period": opened_in_period(inputs),
            "clocks_undecided": undecided, "clocks_excluded": excluded,
        },
        "kpis": kpis,
        "sentences": verdict_sentences(inputs),
    });
    format!("{value:#}\n")
}

fn kpi(inputs: &Inputs, kpi: &Kpi) -> Value {
    let verdicts: serde_json::Map<String, Value> =
        Verdict::ALL.iter().map(|verdict| (verdict.name().to_owned(), json!(kpi.count(*verdict)))).collect();
    let (closed_kept, closed) = kpi.closed_only();
    let unmeasured = kpi.count(Verdict::Unmeasured);
    let whole = kpi.decided() + unmeasured;
    let before = ratio(kpi.before.0, kpi.before.0 + kpi.before.1);
    json!({
        "id": format!("{}.attainment", kpi.clock),
        "clock": kpi.clock,
        "numerator": kpi.kept(),
        "denominator": kpi.decided(),
        "value": rounded(kpi.attainment()),
        "target": rounded(kpi.attainment_target),
        "gap_tickets": kpi.attainment_target.filter(|_| kpi.decided() > 0).map(|target| gap(kpi, target)),
        "is_indicative": kpi.decided() < inputs.config.min_n,
        "delta": rounded(kpi.attainment().zip(before).map(|(now, then)| now - then)),
        "on_target": rounded(ratio(kpi.count(Verdict::Met), kpi.decided())),
        "closed_only": { "numerator": closed_kept, "denominator": closed, "value": rounded(ratio(closed_kept, closed)) },
        "lowest": rounded(ratio(kpi.kept(), whole)),
        "highest": rounded(ratio(kpi.kept() + unmeasured, whole)),
        "overrun_median_s": kpi.median_overrun_s(),
        "overrun_total_s": kpi.overruns_s.iter().sum::<i64>(),
        "verdicts": verdicts,
    })
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

/// The summary for a job page or a mail.
pub fn markdown(inputs: &Inputs) -> String {
    let mut lines = vec![
        format!("### SLA report – {} – {}", escaped(&inputs.config.subject), inputs.period.label),
        String::new(),
    ];
    for sentence in verdict_sentences(inputs) {
        lines.extend([escaped_sentence(&sentence), String::new()]);
    }
    lines.extend([
        "| Clock | Attainment | Target | Missed | Median overrun | Undecided | Unmeasured |".to_owned(),
        "| --- | --- | --- | ---: | ---: | ---: | ---: |".to_owned(),
    ]);
    for kpi in inputs.kpis {
        lines.push(format!(
            "| {} | {} | {} | {} | {} | {} | {} |",
            escaped(&kpi.label),
            kpi.attainment().map_or("–".to_owned(), |share| format!(
                "{} ({})",
                format::share(share),
                format::fraction(kpi.kept(), kpi.decided())
            )),
            kpi.attainment_target.map_or("–".to_owned(), |target| format!("≥ {}", format::share(target))),
            format::count(kpi.missed()),
            kpi.median_overrun_s().map_or("–".to_owned(), format::duration),
            format::count(kpi.undecided()),
            format::count(kpi.count(Verdict::Unmeasured)),
        ));
    }
    lines.push(String::new());
    if let Some(missed) = inputs.results.iter().find(|table| table.slug == "missed") {
        lines.extend(top_missed(missed));
    }
    let (read, used, rejected) = inputs.imported.totals();
    lines.push(format!(
        "Data as of {} ({}). {} rows read = {} used + {} rejected. Rules {}.",
        format::instant(inputs.period.as_of, inputs.config.zone),
        inputs.config.zone.name(),
        format::count(read as i64),
        format::count(used as i64),
        format::count(rejected as i64),
        inputs.rules
    ));
    lines.push(String::new());
    lines.join("\n")
}

/// Our own sentences hold the user's labels: only markup is dangerous in them.
fn escaped_sentence(sentence: &str) -> String {
    format::plain(sentence).replace('&', "&amp;").replace('<', "&lt;")
}

fn top_missed(table: &Table) -> Vec<String> {
    let at = |name: &str| table.columns.iter().position(|column| column.name == name);
    let shown = table.rows.len().min(TOP_MISSED);
    if shown == 0 {
        return vec!["No promise was missed.".to_owned(), String::new()];
    }
    let mut lines = vec![
        format!(
            "<details><summary>{shown} of {} missed promises, longest overrun first</summary>",
            format::count(table.rows.len() as i64)
        ),
        String::new(),
        "| Ticket | Clock | Customer | Site | Over by |".to_owned(),
        "| --- | --- | --- | --- | ---: |".to_owned(),
    ];
    for row in table.rows.iter().take(TOP_MISSED) {
        let cell = |name: &str| match at(name).map(|at| &row[at]) {
            Some(Cell::Text(text)) => escaped(text),
            Some(Cell::Int(seconds)) => format::duration(*seconds),
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

//! Results to a report value: sections, tables, figures, sentences.
//!
//! Answers "what does the page say?". A sentence never states a cause: what it
//! says is arithmetic that the reader can redo from the tables.

mod agreements;
pub mod areas;
mod cells;
mod figure;
pub mod kpi;
pub mod ledger;
mod method;
mod points;
mod spc;
mod story;
pub mod summary;
#[cfg(test)]
mod tests;
mod used;
pub mod what_if;

use crate::clock::{AuditRow, Kernel, Outcome, Readings, Verdict};
use crate::config::Config;
use crate::import::Imported;
use crate::paper::format;
use crate::paper::{Amounts, Block, Card, Cell, Report, Section, Table, Tone};
use crate::query::Query;
use crate::recurrence::Recurrence;
use crate::tables::Period;
use kpi::{Kpi, ratio};

/// What the report is made from.
pub struct Inputs<'a> {
    pub config: &'a Config,
    pub imported: &'a Imported,
    pub kernel: &'a Kernel<'a>,
    pub readings: &'a Readings,
    pub period: &'a Period,
    pub kpis: &'a [Kpi],
    /// Of the period.
    pub outcomes: &'a [Outcome],
    /// Of the period.
    pub audit: &'a [AuditRow],
    pub recurrence: &'a Recurrence,
    pub queries: &'a [Query],
    /// In the order of `queries`.
    pub results: &'a [Table],
    /// Short hash of the configuration.
    pub rules: &'a str,
}

/// The sections that tables can ask for, in the order of the page.
const SECTIONS: [(&str, &str); 10] = [
    ("trend", "Attainment trend"),
    ("contracts", "Contracts and sites"),
    ("missed", "Missed promises"),
    ("open", "Open: overdue and at risk"),
    ("time", "Where the time went"),
    ("faults", "Recurring faults"),
    ("volumes", "Volumes"),
    ("tickets", "Tickets"),
    ("audit", "Audit of the source's verdicts"),
    ("quality", "Data quality"),
];

/// Rows of a table that isn't a ticket list, on the page.
const TABLE_ROWS: usize = 200;

/// Builds the report.
pub fn build(inputs: &Inputs) -> Report {
    let mut sections = vec![verdict(inputs), changes(inputs)];
    for (id, title) in SECTIONS {
        if id == "audit" && inputs.audit.is_empty() {
            continue;
        }
        let tables: Vec<Block> = inputs
            .queries
            .iter()
            .zip(inputs.results)
            .filter(|(query, _)| query.header.section.as_deref() == Some(id))
            .map(|(query, table)| Block::Table(shown(inputs, query, table)))
            .collect();
        sections.push(Section {
            id: id.to_owned(),
            title: title.to_owned(),
            sentences: sentences(id, inputs),
            cards: Vec::new(),
            blocks: tables,
        });
    }
    let known: Vec<&str> = SECTIONS.iter().map(|section| section.0).collect();
    let own = inputs.queries.iter().zip(inputs.results).filter(|(query, _)| {
        !query.header.section.as_deref().is_some_and(|section| known.contains(&section))
    });
    let own: Vec<Block> = own.map(|(query, table)| Block::Table(shown(inputs, query, table))).collect();
    if !own.is_empty() {
        sections.push(Section {
            id: "own".to_owned(),
            title: "More tables".to_owned(),
            sentences: Vec::new(),
            cards: Vec::new(),
            blocks: own,
        });
    }
    sections.push(method::section(inputs));
    Report {
        title: format!("SLA report – {} – {}", inputs.config.subject, inputs.period.label),
        header: header(inputs),
        time_zone: inputs.config.zone.name().to_owned(),
        periods: Vec::new(),
        downloads: Vec::new(),
        sections,
    }
}

fn header(inputs: &Inputs) -> Vec<String> {
    let (read, _, rejected) = inputs.imported.totals();
    let period = inputs.period;
    let tickets = opened_in_period(inputs);
    let mut lines = vec![format!(
        "Data as of {} ({}). {} tickets opened in the period; {} rows read, {} rejected.",
        format::instant(period.as_of, inputs.config.zone),
        inputs.config.zone.name(),
        format::count(tickets),
        format::count(read as i64),
        format::count(rejected as i64),
    )];
    if period.as_of < period.until_at {
        lines.push("The period is still running: figures are provisional.".to_owned());
    }
    let calendars: Vec<&str> =
        inputs.config.policy.calendars.iter().map(|calendar| calendar.spec.name.as_str()).collect();
    lines.push(format!(
        "Calendars: {}. Rules {}. sla-report {}.",
        calendars.join(", "),
        inputs.rules,
        env!("CARGO_PKG_VERSION")
    ));
    lines
}

/// Tickets opened in the period.
pub fn opened_in_period(inputs: &Inputs) -> i64 {
    let opened = &inputs.kernel.data.tickets.times[0];
    opened.iter().filter(|at| inputs.period.contains(**at) && **at <= inputs.period.as_of).count() as i64
}

fn verdict(inputs: &Inputs) -> Section {
    let mut cards: Vec<Card> =
        inputs.kpis.iter().filter(|kpi| has_targets(kpi)).take(3).map(|kpi| card(kpi, inputs)).collect();
    cards.push(missed_card(inputs));
    cards.push(open_card(inputs));
    cards.push(quality_card(inputs));
    Section {
        id: "verdict".to_owned(),
        title: "Verdict".to_owned(),
        sentences: verdict_sentences(inputs),
        cards,
        blocks: Vec::new(),
    }
}

fn has_targets(kpi: &Kpi) -> bool {
    kpi.decided() + kpi.undecided() + kpi.count(Verdict::Unmeasured) > 0
}

/// The headline: which attainment targets were met, and how many tickets short.
pub fn verdict_sentences(inputs: &Inputs) -> Vec<String> {
    let label = &inputs.period.label;
    let with_target: Vec<(&Kpi, f64)> = inputs
        .kpis
        .iter()
        .filter(|kpi| kpi.decided() >= inputs.config.min_n)
        .filter_map(|kpi| Some((kpi, kpi.attainment_target?)))
        .collect();
    let decided: i64 = inputs.kpis.iter().map(Kpi::decided).sum();
    let mut sentences = Vec::new();
    if decided == 0 {
        sentences.push(format!("Nothing was decided in {label}: there is no attainment to report."));
        return sentences;
    }
    let few: Vec<&Kpi> =
        inputs.kpis.iter().filter(|kpi| kpi.decided() > 0 && kpi.decided() < inputs.config.min_n).collect();
    let missed: Vec<&(&Kpi, f64)> =
        with_target.iter().filter(|(kpi, target)| gap(kpi, *target) > 0).collect();
    match (with_target.len(), missed.len()) {
        (0, _) => sentences.push(format!(
            "No attainment target could be judged in {label}; the figures below stand without one."
        )),
        (k, 0) => sentences.push(format!("All {k} attainment targets were met in {label}.")),
        (k, j) => sentences.push(format!(
            "{j} of {k} attainment targets {} missed in {label}: {}.",
            if j == 1 { "was" } else { "were" },
            missed
                .iter()
                .map(|(kpi, target)| format!(
                    "{} {} ({}, target {}), {} more kept would have met it",
                    kpi.label,
                    format::share(kpi.attainment().unwrap_or(0.0)),
                    format::fraction(kpi.kept(), kpi.decided()),
                    format::share(*target),
                    format::count(gap(kpi, *target)),
                ))
                .collect::<Vec<_>>()
                .join("; "),
        )),
    }
    for kpi in few {
        sentences.push(format!(
            "Only {} {} clocks were decided in {label}: the percentage is indicative.",
            format::count(kpi.decided()),
            kpi.label
        ));
    }
    let rejected = inputs.imported.totals();
    if rejected.2 > 0 {
        sentences.push(format!(
            "{} rows ({} of {} read) were not usable; see Data quality.",
            format::count(rejected.2 as i64),
            format::share(rejected.2 as f64 / rejected.0.max(1) as f64),
            format::count(rejected.0 as i64)
        ));
    }
    sentences
}

/// How many more kept readings would have met the target.
pub fn gap(kpi: &Kpi, target: f64) -> i64 {
    crate::clock::gap(kpi.kept(), kpi.decided(), target)
}

fn card(kpi: &Kpi, inputs: &Inputs) -> Card {
    let before = ratio(kpi.before.0, kpi.before.0 + kpi.before.1);
    let is_few = kpi.decided() < inputs.config.min_n;
    let (tone, status) = match (kpi.attainment(), kpi.attainment_target) {
        (None, _) => (Tone::Neutral, "nothing decided".to_owned()),
        (Some(_), _) if is_few => (Tone::Neutral, format!("indicative: {} decided", kpi.decided())),
        (Some(_), None) => (Tone::Neutral, "no attainment target".to_owned()),
        (Some(_), Some(target)) if gap(kpi, target) == 0 => (Tone::Good, "target met".to_owned()),
        (Some(_), Some(target)) => {
            (Tone::Bad, format!("target missed by {} tickets", format::count(gap(kpi, target))))
        }
    };
    let (closed_kept, closed) = kpi.closed_only();
    let mut notes = Vec::new();
    if let Some(share) = ratio(kpi.count(Verdict::Met), kpi.decided()) {
        notes.push(format!(
            "on target {} ({})",
            format::share(share),
            format::fraction(kpi.count(Verdict::Met), kpi.decided())
        ));
    }
    if let Some(share) = ratio(closed_kept, closed) {
        notes.push(format!(
            "closed only {} ({})",
            format::share(share),
            format::fraction(closed_kept, closed)
        ));
    }
    notes.push(format!("{} undecided", format::count(kpi.undecided())));
    let unmeasured = kpi.count(Verdict::Unmeasured);
    if unmeasured > 0 {
        let whole = kpi.decided() + unmeasured;
        notes.push(format!(
            "{} unmeasured: between {} ({}) and {} ({})",
            format::count(unmeasured),
            format::share(ratio(kpi.kept(), whole).unwrap_or(0.0)),
            format::fraction(kpi.kept(), whole),
            format::share(ratio(kpi.kept() + unmeasured, whole).unwrap_or(0.0)),
            format::fraction(kpi.kept() + unmeasured, whole),
        ));
    }
    for (verdict, word) in [(Verdict::NotEntitled, "not entitled"), (Verdict::Excluded, "excluded")] {
        if kpi.count(verdict) > 0 {
            notes.push(format!("{} {word}", format::count(kpi.count(verdict))));
        }
    }
    Card {
        id: format!("{}.attainment", kpi.clock),
        label: format!("{} kept", kpi.label),
        value: kpi.attainment().map_or("–".to_owned(), format::share),
        fraction: (kpi.decided() > 0).then(|| format::fraction(kpi.kept(), kpi.decided())),
        target: kpi.attainment_target.map(|target| format!("target ≥ {}", format::share(target))),
        delta: kpi.attainment().zip(before).map(|(now, then)| {
            format!("{} vs {}", format::signed_pp(now - then), inputs.period.before_label)
        }),
        amounts: Amounts {
            value: kpi.attainment(),
            is_share: true,
            numerator: (kpi.decided() > 0).then(|| kpi.kept()),
            denominator: (kpi.decided() > 0).then(|| kpi.decided()),
            delta: kpi.attainment().zip(before).map(|(now, then)| now - then),
        },
        tone,
        status,
        spark: figure::spark(inputs, &kpi.clock),
        spark_target: kpi.attainment_target,
        notes,
    }
}

fn plain_card(id: &str, label: &str, value: i64, is_good: bool, status: String, notes: Vec<String>) -> Card {
    Card {
        id: id.to_owned(),
        label: label.to_owned(),
        value: format::count(value),
        fraction: None,
        target: None,
        delta: None,
        amounts: Amounts { value: Some(value as f64), ..Amounts::default() },
        tone: if is_good { Tone::Good } else { Tone::Bad },
        status,
        spark: Vec::new(),
        spark_target: None,
        notes,
    }
}

fn missed_card(inputs: &Inputs) -> Card {
    let mut overruns: Vec<i64> = inputs.kpis.iter().flat_map(|k| k.overruns_s.iter().copied()).collect();
    overruns.sort_unstable();
    let missed = overruns.len() as i64;
    let at = |share: usize| overruns.get((overruns.len().max(1) - 1) * share / 100).copied().unwrap_or(0);
    let notes = match missed {
        0 => Vec::new(),
        _ => vec![
            format!("median overrun {}", format::duration(at(50))),
            format!("nine in ten within {}", format::duration(at(90))),
            format!("{} in all", format::hours(overruns.iter().sum())),
        ],
    };
    let status = if missed == 0 { "none" } else { "over the limit" };
    plain_card("missed", "Missed promises", missed, missed == 0, status.to_owned(), notes)
}

/// Clocks of open tickets that are over their limits, of any period.
fn open_overdue(inputs: &Inputs) -> i64 {
    result(inputs, "open_overdue").map_or(0, |table| {
        let verdict = position(table, "verdict").unwrap_or(0);
        table.rows.iter().filter(|row| row[verdict] == Cell::Text("overdue".to_owned())).count() as i64
    })
}

fn open_card(inputs: &Inputs) -> Card {
    let total = |verdict| -> i64 { inputs.kpis.iter().map(|kpi| kpi.count(verdict)).sum() };
    let all_overdue = open_overdue(inputs);
    let notes = vec![
        format!("{} at risk", format::count(total(Verdict::AtRisk))),
        format!("{} of them decided in this period", format::count(total(Verdict::Overdue))),
    ];
    let status = if all_overdue == 0 { "none" } else { "open past the limit" };
    plain_card("overdue", "Open and overdue", all_overdue, all_overdue == 0, status.to_owned(), notes)
}

fn quality_card(inputs: &Inputs) -> Card {
    let (read, used, rejected) = inputs.imported.totals();
    let mut card = plain_card(
        "quality",
        "Rows rejected",
        rejected as i64,
        rejected == 0,
        if rejected == 0 { "all rows used" } else { "see Data quality" }.to_owned(),
        vec![format!("{} used", format::fraction(used as i64, read as i64))],
    );
    card.fraction = Some(format::fraction(rejected as i64, read as i64));
    card.amounts.numerator = Some(rejected as i64);
    card.amounts.denominator = Some(read as i64);
    card
}

fn changes(inputs: &Inputs) -> Section {
    let mut bullets: Vec<(i64, String)> = Vec::new();
    for kpi in inputs.kpis {
        let (kept, missed) = kpi.before;
        let difference = kpi.missed() - missed;
        // A count varies by about its square root from month to month.
        let noise = 2.0 * ((kpi.missed() + missed) as f64).sqrt();
        if (difference.abs() as f64) > noise && kpi.decided() > 0 && kept + missed > 0 {
            bullets.push((
                difference.abs(),
                format!(
                    "{}: missed {} from {} to {} ({} and {} decided).",
                    kpi.label,
                    if difference > 0 { "rose" } else { "fell" },
                    format::fraction(missed, kept + missed),
                    format::fraction(kpi.missed(), kpi.decided()),
                    format::count(kept + missed),
                    format::count(kpi.decided()),
                ),
            ));
        }
    }
    bullets.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let mut sentences: Vec<String> = bullets.into_iter().map(|bullet| bullet.1).collect();
    if sentences.is_empty() {
        sentences.push("No change larger than normal variation.".to_owned());
    }
    Section {
        id: "changes".to_owned(),
        title: "What changed".to_owned(),
        sentences,
        cards: Vec::new(),
        blocks: Vec::new(),
    }
}

fn sentences(id: &str, inputs: &Inputs) -> Vec<String> {
    let empty = |slug: &str, text: &str| match result(inputs, slug) {
        Some(table) if table.rows.is_empty() => vec![text.to_owned()],
        _ => Vec::new(),
    };
    match id {
        "missed" => match concentration(inputs) {
            Some(sentence) => vec![sentence],
            None => empty("missed", "No promise was missed in this period."),
        },
        "contracts" => agreements::sentences(inputs),
        "audit" => agreements::audit(inputs),
        "faults" => {
            let mut sentences = areas::sentences(inputs.config, inputs.recurrence);
            let act = inputs.recurrence.areas.iter().filter(|area| area.advice.is_some());
            sentences.extend(act.filter_map(|area| areas::without(inputs, area)));
            sentences
        }
        "open" => empty("open_overdue", "Nothing that is open is overdue or at risk."),
        "time" => empty("where_time_went", "No decided clock has a history, so its time can't be split."),
        "quality" => {
            let (read, used, rejected) = inputs.imported.totals();
            vec![format!(
                "{} rows read = {} used + {} rejected.",
                format::count(read as i64),
                format::count(used as i64),
                format::count(rejected as i64)
            )]
        }
        _ => Vec::new(),
    }
}

/// "11 of 15 missed promises came from 3 sites", where half come from few.
fn concentration(inputs: &Inputs) -> Option<String> {
    let table = result(inputs, "missed")?;
    let site = position(table, "site")?;
    let mut counts: std::collections::BTreeMap<&str, i64> = std::collections::BTreeMap::new();
    for row in &table.rows {
        if let Cell::Text(name) = &row[site] {
            *counts.entry(name).or_default() += 1;
        }
    }
    let mut ranked: Vec<i64> = counts.values().copied().collect();
    ranked.sort_unstable_by(|a, b| b.cmp(a));
    let all = table.rows.len() as i64;
    let top: i64 = ranked.iter().take(3).sum();
    (ranked.len() > 3 && all >= inputs.config.min_n && top * 2 >= all).then(|| {
        format!(
            "{} missed promises came from 3 of {} sites with any.",
            format::fraction(top, all),
            ranked.len()
        )
    })
}

fn result<'a>(inputs: &Inputs<'a>, slug: &str) -> Option<&'a Table> {
    inputs.results.iter().find(|table| table.slug == slug)
}

fn position(table: &Table, name: &str) -> Option<usize> {
    table.columns.iter().position(|column| column.name == name)
}

/// The table as the page shows it: cut to what a page can hold, with its figure.
fn shown(inputs: &Inputs, query: &Query, table: &Table) -> Table {
    let limit = if table.is_filterable { inputs.config.html_rows } else { TABLE_ROWS };
    let mut shown = Table {
        rows: table.rows.iter().take(limit).cloned().collect(),
        total_rows: table.rows.len(),
        figure: query.header.chart.as_ref().and_then(|chart| figure::figure(inputs, chart, table)),
        ..table.clone()
    };
    shown.details = ledger::details(inputs.kernel, inputs.config.zone, &shown);
    shown
}

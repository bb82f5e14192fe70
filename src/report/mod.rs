//! Results to a report value: sections, tables, figures, sentences.
//!
//! Answers "what does the page say?". A sentence never states a cause: what it
//! says is arithmetic that the reader can redo from the tables.

mod agreements;
pub mod areas;
mod cards;
mod cells;
mod figure;
pub mod kpi;
pub mod ledger;
mod method;
mod points;
pub mod selection;
mod spc;
mod story;
pub mod summary;
#[cfg(test)]
mod tests;
mod used;
pub mod what_if;

use std::ops::Range;

use chrono::NaiveDate;
use rayon::prelude::*;

use crate::clock::{AuditRow, Kernel, Outcome, Readings};
use crate::config::Config;
use crate::import::Imported;
use crate::model::Time;
use crate::paper::format;
use crate::paper::history::PastMonth;
use crate::paper::locale::{Locale, phrase};
use crate::paper::{Block, Cell, Format, Report, Section, SentenceLink, Table};
use crate::query::Query;
use crate::recurrence::Recurrence;
use crate::tables::Period;
use kpi::Kpi;

/// Gaps in the exports that are named.
const MAX_GAPS: usize = 3;

/// What a page says of single tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TicketDetail {
    /// No table of tickets.
    None,
    /// Ids, clocks, verdicts, times and numbers.
    Ids,
    Full,
}

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
    /// Months that earlier reports tell of.
    pub history: &'a [PastMonth],
    /// What the page says of single tickets.
    pub detail: TicketDetail,
    /// Short hash of the configuration.
    pub rules: &'a str,
}

/// The sections that tables can ask for, in the order of the page.
const SECTIONS: [(&str, &str); 11] = [
    ("trend", "Attainment trend"),
    ("contracts", "Contracts and sites"),
    ("missed", "Missed promises"),
    ("open", "Open: overdue and at risk"),
    ("time", "Where the time went"),
    ("faults", "Recurring faults"),
    ("when", "When"),
    ("volumes", "Volumes"),
    ("tickets", "Tickets"),
    ("audit", "Audit of the source's verdicts"),
    ("quality", "Data quality"),
];

/// Rows of a table that isn't a ticket list, on the page.
const TABLE_ROWS: usize = 200;

/// Builds the report.
pub fn build(inputs: &Inputs) -> Report {
    let locale = inputs.config.locale;
    let mut sections = vec![verdict(inputs), changes(inputs)];
    let mut tables: Vec<(Option<&str>, Table)> = inputs
        .queries
        .par_iter()
        .zip(inputs.results)
        .filter_map(|(query, table)| Some((query.header.section.as_deref(), shown(inputs, query, table)?)))
        .collect();
    let mut take = |is_meant: &dyn Fn(Option<&str>) -> bool| -> Vec<Block> {
        tables
            .extract_if(.., |(section, _)| is_meant(*section))
            .map(|(_, table)| Block::Table(table))
            .collect()
    };
    for (id, title) in SECTIONS {
        if id == "audit" && inputs.audit.is_empty() {
            continue;
        }
        sections.push(Section {
            id: id.to_owned(),
            title: locale.text(title).to_owned(),
            sentences: sentences(id, inputs),
            links: Vec::new(),
            cards: Vec::new(),
            blocks: take(&|section| section == Some(id)),
        });
    }
    let own = take(&|section| SECTIONS.iter().all(|(known, _)| section != Some(known)));
    if !own.is_empty() {
        sections.push(Section {
            id: "own".to_owned(),
            title: phrase!(locale, "More tables"),
            sentences: Vec::new(),
            links: Vec::new(),
            cards: Vec::new(),
            blocks: own,
        });
    }
    sections.push(method::section(inputs));
    Report {
        title: heading(inputs),
        locale,
        header: header(inputs),
        time_zone: inputs.config.zone.name().to_owned(),
        folder: None,
        periods: Vec::new(),
        downloads: Vec::new(),
        sections,
    }
}

/// `SLA report – all contracts – September 2026`.
pub fn heading(inputs: &Inputs) -> String {
    phrase!(
        inputs.config.locale,
        "SLA report – {subject} – {period}",
        subject = inputs.config.locale.text(&inputs.config.subject),
        period = inputs.period.label(inputs.config.locale)
    )
}

fn header(inputs: &Inputs) -> Vec<String> {
    let locale = inputs.config.locale;
    let (read, _, rejected) = inputs.imported.totals();
    let period = inputs.period;
    let mut lines = vec![phrase!(
        locale,
        "Data as of {as_of} ({zone}). {tickets} tickets opened in the period; {read} rows read, {rejected} rejected.",
        as_of = format::instant(period.as_of, inputs.config.zone),
        zone = inputs.config.zone.name(),
        tickets = locale.count(opened_in_period(inputs)),
        read = locale.count(read as i64),
        rejected = locale.count(rejected as i64),
    )];
    if period.as_of < period.until_at {
        lines.push(phrase!(locale, "The period is still running: figures are provisional."));
    }
    let calendars: Vec<&str> =
        inputs.config.policy.calendars.iter().map(|calendar| calendar.spec.name.as_str()).collect();
    lines.push(phrase!(
        locale,
        "Calendars: {calendars}. Rules {rules}. sla-report {version}.",
        calendars = calendars.join(", "),
        rules = inputs.rules,
        version = env!("CARGO_PKG_VERSION")
    ));
    lines
}

/// Tickets opened in the period.
pub fn opened_in_period(inputs: &Inputs) -> i64 {
    let opened = &inputs.kernel.data.tickets.times[0];
    opened.iter().filter(|at| inputs.period.contains(**at) && **at <= inputs.period.as_of).count() as i64
}

fn verdict(inputs: &Inputs) -> Section {
    Section {
        id: "verdict".to_owned(),
        title: phrase!(inputs.config.locale, "Verdict"),
        sentences: verdict_sentences(inputs, inputs.config.locale),
        links: Vec::new(),
        cards: cards::cards(inputs),
        blocks: Vec::new(),
    }
}

/// The headline: which attainment targets were met, and how many tickets short.
pub fn verdict_sentences(inputs: &Inputs, locale: Locale) -> Vec<String> {
    let period = inputs.period.label(locale);
    let with_target: Vec<(&Kpi, f64)> = inputs
        .kpis
        .iter()
        .filter(|kpi| kpi.decided() >= inputs.config.min_n)
        .filter_map(|kpi| Some((kpi, kpi.attainment_target?)))
        .collect();
    let decided: i64 = inputs.kpis.iter().map(Kpi::decided).sum();
    let mut sentences = Vec::new();
    if decided == 0 {
        sentences.push(phrase!(
            locale,
            "Nothing was decided in {period}: there is no attainment to report.",
            period = period
        ));
        return sentences;
    }
    let few: Vec<&Kpi> =
        inputs.kpis.iter().filter(|kpi| kpi.decided() > 0 && kpi.decided() < inputs.config.min_n).collect();
    let missed: Vec<&(&Kpi, f64)> =
        with_target.iter().filter(|(kpi, target)| gap(kpi, *target) > 0).collect();
    match (with_target.len(), missed.len()) {
        (0, _) => sentences.push(phrase!(
            locale,
            "No attainment target could be judged in {period}; the figures below stand without one.",
            period = period
        )),
        (1, 0) => {
            sentences.push(phrase!(locale, "The attainment target was met in {period}.", period = period))
        }
        (k, 0) => {
            sentences.push(phrase!(
                locale,
                "All {k} attainment targets were met in {period}.",
                k = k,
                period = period
            ));
        }
        (k, j) => {
            let short = |(kpi, target): &&(&Kpi, f64)| {
                phrase!(
                    locale,
                    "{clock} {share} ({fraction}, target {target}), {gap} more kept would have met it",
                    clock = kpi.label,
                    share = locale.share(kpi.attainment().unwrap_or(0.0)),
                    fraction = locale.fraction(kpi.kept(), kpi.decided()),
                    target = locale.share(*target),
                    gap = locale.count(gap(kpi, *target)),
                )
            };
            let list = missed.iter().map(short).collect::<Vec<_>>().join("; ");
            sentences.push(match j {
                1 => phrase!(
                    locale,
                    "1 of {k} attainment targets was missed in {period}: {list}.",
                    k = k,
                    period = period,
                    list = list
                ),
                j => phrase!(
                    locale,
                    "{j} of {k} attainment targets were missed in {period}: {list}.",
                    j = j,
                    k = k,
                    period = period,
                    list = list
                ),
            });
        }
    }
    for kpi in few {
        sentences.push(phrase!(
            locale,
            "Only {n} {clock} clocks were decided in {period}: the percentage is indicative.",
            n = locale.count(kpi.decided()),
            clock = kpi.label,
            period = period
        ));
    }
    let rejected = inputs.imported.totals();
    if rejected.2 > 0 {
        sentences.push(phrase!(
            locale,
            "{n} rows ({share} of {read} read) were not usable; see Data quality.",
            n = locale.count(rejected.2 as i64),
            share = locale.share(rejected.2 as f64 / rejected.0.max(1) as f64),
            read = locale.count(rejected.0 as i64)
        ));
    }
    sentences
}

/// How many more kept readings would have met the target.
pub fn gap(kpi: &Kpi, target: f64) -> i64 {
    crate::clock::gap(kpi.kept(), kpi.decided(), target)
}

/// Clocks of open tickets that are over their limits, of any period.
fn open_overdue(inputs: &Inputs) -> i64 {
    result(inputs, "open_overdue").map_or(0, |table| {
        let verdict = position(table, "verdict").unwrap_or(0);
        table.rows.iter().filter(|row| row[verdict] == Cell::Text("overdue".to_owned())).count() as i64
    })
}

/// What changed by more than chance, most first, with the clock that it is of.
pub fn changed<'a>(inputs: &Inputs<'a>, locale: Locale) -> Vec<(String, &'a str)> {
    let mut bullets: Vec<(i64, String, &str)> = Vec::new();
    for kpi in inputs.kpis {
        let (kept, missed) = kpi.before;
        let difference = kpi.missed() - missed;
        // A count varies by about its square root from month to month.
        let noise = 2.0 * ((kpi.missed() + missed) as f64).sqrt();
        if (difference.abs() as f64) > noise && kpi.decided() > 0 && kept + missed > 0 {
            let (before, now) =
                (locale.fraction(missed, kept + missed), locale.fraction(kpi.missed(), kpi.decided()));
            let text = if difference > 0 {
                phrase!(
                    locale,
                    "{clock}: missed rose from {before} to {now}.",
                    clock = kpi.label,
                    before = before,
                    now = now
                )
            } else {
                phrase!(
                    locale,
                    "{clock}: missed fell from {before} to {now}.",
                    clock = kpi.label,
                    before = before,
                    now = now
                )
            };
            bullets.push((difference.abs(), text, kpi.clock.as_str()));
        }
    }
    bullets.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let counts = bullets.into_iter().map(|(_, text, clock)| (text, clock));
    let charts =
        inputs.kpis.iter().filter_map(|kpi| Some((spc::change(inputs, kpi, locale)?, kpi.clock.as_str())));
    counts.chain(charts).collect()
}

/// To the missed promises of a clock.
fn missed_link(sentence: usize, clock: &str) -> SentenceLink {
    let filter = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    SentenceLink {
        sentence,
        table: "missed".to_owned(),
        filters: vec![filter("clock", clock), filter("status", "missed")],
    }
}

fn changes(inputs: &Inputs) -> Section {
    let locale = inputs.config.locale;
    let changed = changed(inputs, locale);
    let links =
        changed.iter().enumerate().map(|(sentence, (_, clock))| missed_link(sentence, clock)).collect();
    let mut sentences: Vec<String> = changed.into_iter().map(|(text, _)| text).collect();
    if sentences.is_empty() {
        sentences.push(phrase!(locale, "No change larger than normal variation."));
    }
    Section {
        id: "changes".to_owned(),
        title: phrase!(locale, "What changed"),
        sentences,
        links,
        cards: Vec::new(),
        blocks: Vec::new(),
    }
}

fn sentences(id: &str, inputs: &Inputs) -> Vec<String> {
    let locale = inputs.config.locale;
    let empty = |slug: &str, text: String| match result(inputs, slug) {
        Some(table) if table.rows.is_empty() => vec![text],
        _ => Vec::new(),
    };
    match id {
        "trend" if !inputs.history.is_empty() => {
            let mut months: Vec<&str> = inputs.history.iter().map(|past| past.month.as_str()).collect();
            months.dedup();
            vec![phrase!(
                locale,
                "From earlier reports, as the exports hold fewer of their clocks: {months}.",
                months = months.join(", ")
            )]
        }
        "missed" => match concentration(inputs, locale) {
            Some(sentence) => vec![sentence],
            None => empty("missed", phrase!(locale, "No promise was missed in this period.")),
        },
        "contracts" => agreements::sentences(inputs),
        "audit" => agreements::audit(inputs),
        "faults" => {
            let mut sentences = areas::sentences(inputs.config, inputs.recurrence, locale);
            let act = inputs.recurrence.areas.iter().filter(|area| area.advice.is_some());
            sentences.extend(act.filter_map(|area| areas::without(inputs, area)));
            sentences
        }
        "tickets" if inputs.detail == TicketDetail::None => {
            vec![phrase!(locale, "This copy of the page holds no single tickets.")]
        }
        "open" => empty("open_overdue", phrase!(locale, "Nothing that is open is overdue or at risk.")),
        "time" => empty(
            "where_time_went",
            phrase!(locale, "No decided clock has a history, so its time can't be split."),
        ),
        "quality" => {
            let (read, used, rejected) = inputs.imported.totals();
            let mut sentences = vec![phrase!(
                locale,
                "{read} rows read = {used} used + {rejected} rejected.",
                read = locale.count(read as i64),
                used = locale.count(used as i64),
                rejected = locale.count(rejected as i64)
            )];
            sentences.extend(opened_later(inputs, locale).map(|text| text + "."));
            sentences.extend(silence(inputs, locale));
            sentences
        }
        _ => Vec::new(),
    }
}

/// Tickets of the exports that were opened after as-of.
pub fn opened_later(inputs: &Inputs, locale: Locale) -> Option<String> {
    let opened = &inputs.imported.data.tickets.times[Time::Opened as usize];
    let later = opened.iter().filter(|at| **at > inputs.period.as_of).count();
    (later > 0).then(|| {
        phrase!(
            locale,
            "{fraction} tickets were opened after the report's as-of and are not judged",
            fraction = locale.fraction(later as i64, opened.len() as i64)
        )
    })
}

/// When the exports have no ticket for long, the longest first.
fn silence(inputs: &Inputs, locale: Locale) -> Option<String> {
    let opened = &inputs.imported.data.tickets.times[Time::Opened as usize];
    let until_at = inputs.period.until_at.min(inputs.period.as_of + 1);
    // The first is the time before any ticket.
    let mut gaps = crate::tables::silent(opened, until_at, inputs.config.zone).split_off(1);
    gaps.sort_by_key(|gap| (gap.start - gap.end, gap.start));
    let rest = gaps.len().saturating_sub(MAX_GAPS);
    let last = |gap: &Range<NaiveDate>| gap.end.pred_opt().unwrap_or(gap.end);
    let named: Vec<String> = gaps
        .iter()
        .take(MAX_GAPS)
        .map(|gap| phrase!(locale, "{from} to {until}", from = gap.start, until = last(gap)))
        .collect();
    match (named.is_empty(), rest) {
        (true, _) => None,
        (_, 0) => Some(phrase!(
            locale,
            "For more than three months no ticket was opened: {gaps}.",
            gaps = named.join(", ")
        )),
        _ => Some(phrase!(
            locale,
            "For more than three months no ticket was opened: {gaps}, and more such times.",
            gaps = named.join(", ")
        )),
    }
}

/// "11 of 15 missed promises came from 3 sites", where half come from few.
pub fn concentration(inputs: &Inputs, locale: Locale) -> Option<String> {
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
        phrase!(
            locale,
            "{fraction} missed promises came from 3 of {sites} sites with any.",
            fraction = locale.fraction(top, all),
            sites = locale.count(ranked.len() as i64)
        )
    })
}

fn result<'a>(inputs: &Inputs<'a>, slug: &str) -> Option<&'a Table> {
    inputs.results.iter().find(|table| table.slug == slug)
}

fn position(table: &Table, name: &str) -> Option<usize> {
    table.columns.iter().position(|column| column.name == name)
}

/// Headings, questions and notes of a query in another language; a user's own stay as they are.
pub fn localise(table: &mut Table, locale: Locale) {
    let text = |text: &mut String| *text = locale.text(text).to_owned();
    text(&mut table.title);
    table.question.as_mut().map(text);
    table.notes.as_mut().map(text);
    table.columns.iter_mut().map(|column| &mut column.label).for_each(text);
}

/// Columns of text that a table of tickets keeps where texts are left out.
const PLAIN: [&str; 6] = ["ticket_id", "clock", "verdict", "severity", "due_kind", "confidence"];

/// The table as the page shows it: cut to what a page can hold, with its figure; `None` where
/// it is one of tickets and the page has none.
fn shown(inputs: &Inputs, query: &Query, table: &Table) -> Option<Table> {
    let is_of_tickets = position(table, "ticket_id").is_some();
    if is_of_tickets && inputs.detail == TicketDetail::None {
        return None;
    }
    let limit = if table.is_filterable { inputs.config.html_rows } else { TABLE_ROWS };
    let mut shown = Table {
        total_rows: table.rows.len(),
        figure: query.header.chart.as_ref().and_then(|chart| figure::figure(inputs, chart, table)),
        ..table.with_rows(table.rows.iter().take(limit).cloned().collect())
    };
    shown.details = ledger::details(inputs.kernel, inputs.config.zone, inputs.config.locale, &shown);
    if is_of_tickets && inputs.detail == TicketDetail::Ids {
        without_texts(&mut shown);
    }
    Some(shown)
}

/// Leaves out the columns of text, and who held a ticket.
fn without_texts(table: &mut Table) {
    let is_kept: Vec<bool> = table
        .columns
        .iter()
        .map(|column| column.format != Format::Text || PLAIN.contains(&column.name.as_str()))
        .collect();
    let place = |at: usize| is_kept[..at].iter().filter(|is_kept| **is_kept).count();
    for column in &mut table.columns {
        column.fraction = column.fraction.map(|(part, whole)| (place(part), place(whole)));
    }
    let mut kept = is_kept.iter();
    table.columns.retain(|_| kept.next() == Some(&true));
    for row in &mut table.rows {
        let mut kept = is_kept.iter();
        row.retain(|_| kept.next() == Some(&true));
    }
    for segment in table.details.iter_mut().flat_map(|detail| &mut detail.segments) {
        segment.holder = None;
    }
}

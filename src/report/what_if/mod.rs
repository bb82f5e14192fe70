//! What another policy would change: the same history read twice.
//!
//! Answers "what would that promise cost?". Leaves out on purpose how people
//! would work under it: history is replayed as it happened.

mod compare;
mod sweep;

use std::collections::BTreeMap;

use super::kpi::ratio;
use crate::clock::{Kernel, Outcome, OutcomeStatus, Reading};
use crate::model::{Money, instant};
use crate::paper::format;
use crate::paper::locale::Locale;
use crate::paper::{Block, Cell, Column, Format, Report, Section, Table};
use compare::{Comparison, attainment, compare, flips, total, transitions};

/// One policy's view of the history.
pub struct Side<'a> {
    pub kernel: &'a Kernel<'a>,
    pub readings: &'a [Reading],
    /// By reading: whether it belongs to what is compared.
    pub is_asked: Vec<bool>,
    pub credits: Credits,
}

/// Service credits over all whole fee periods, by currency.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Credits {
    /// Amounts that are due, and those that are indicative because few were decided.
    pub by_currency: BTreeMap<String, (Money, Money)>,
}

impl Credits {
    /// Adds the credits of one fee period.
    pub fn add(&mut self, outcomes: &[Outcome]) {
        for outcome in outcomes {
            let Some(credit) = &outcome.credit else { continue };
            let Ok(amount) = credit.amount else { continue };
            let sum = self.by_currency.entry(credit.currency.clone().unwrap_or_default()).or_default();
            match outcome.status {
                OutcomeStatus::Indicative => sum.1.hundredths += amount.hundredths,
                _ => sum.0.hundredths += amount.hundredths,
            }
        }
    }
}

/// One value of a sweep.
pub struct Step {
    pub value: String,
    /// By name of the clock: kept and missed.
    pub counts: BTreeMap<String, (i64, i64)>,
    /// Attainment targets of the clocks that have one, 0-1.
    pub targets: BTreeMap<String, f64>,
    pub credits: Credits,
}

/// What is reported.
pub struct WhatIf<'a> {
    /// Such as `clocks.on_site.limit=3h`.
    pub changes: Vec<String>,
    /// What is compared, such as `all history`.
    pub scope: String,
    pub subject: &'a str,
    pub zone: chrono_tz::Tz,
    pub min_n: i64,
    pub before: &'a Side<'a>,
    /// `None` where nothing was changed beside a sweep.
    pub after: Option<&'a Side<'a>>,
    /// The swept key and its values.
    pub sweep: Option<(&'a str, &'a [Step])>,
}

/// Builds the report.
pub fn report(what_if: &WhatIf) -> Report {
    let comparison = what_if.after.map(|after| compare(what_if.before, after));
    let mut sections = vec![summary(what_if, comparison.as_ref())];
    if let Some(comparison) = &comparison {
        sections.push(section("attainment", "Attainment before and after", vec![attainment(comparison)]));
        sections.push(section(
            "flips",
            "Tickets whose verdict flips",
            vec![transitions(comparison), flips(comparison)],
        ));
    }
    if let Some((key, steps)) = what_if.sweep {
        sections.push(Section {
            sentences: sweep::sentences(what_if, key, steps),
            ..section("sweep", "Sweep", vec![sweep::sweep(what_if, key, steps)])
        });
    }
    Report {
        locale: Locale::EnGb,
        title: format!("SLA what-if – {}", what_if.subject),
        header: vec![
            format!("Changed: {}.", changed(what_if)),
            format!(
                "{}, as of {} ({}), {} tickets.",
                what_if.scope,
                format::instant(what_if.before.kernel.as_of, what_if.zone),
                what_if.zone.name(),
                Locale::EnGb.count(what_if.before.kernel.data.tickets.len() as i64)
            ),
            "History is replayed as it happened: people may work otherwise under another promise.".to_owned(),
        ],
        time_zone: what_if.zone.name().to_owned(),
        folder: None,
        periods: Vec::new(),
        downloads: Vec::new(),
        sections,
    }
}

fn changed(what_if: &WhatIf) -> String {
    if what_if.changes.is_empty() {
        "nothing but the swept key".to_owned()
    } else {
        what_if.changes.join(", ")
    }
}

fn section(id: &str, title: &str, tables: Vec<Table>) -> Section {
    Section {
        id: id.to_owned(),
        title: title.to_owned(),
        sentences: Vec::new(),
        links: Vec::new(),
        cards: Vec::new(),
        blocks: tables.into_iter().map(Block::Table).collect(),
    }
}

fn attainment_of((kept, missed): (i64, i64)) -> Option<f64> {
    ratio(kept, kept + missed)
}

/// `92.3% (120 of 130)`.
fn shown((kept, missed): (i64, i64)) -> String {
    match attainment_of((kept, missed)) {
        Some(share) => {
            format!("{} ({})", Locale::EnGb.share(share), Locale::EnGb.fraction(kept, kept + missed))
        }
        None => "nothing decided".to_owned(),
    }
}

fn label<'a>(what_if: &'a WhatIf, clock: &'a str) -> &'a str {
    let sides = std::iter::once(what_if.before).chain(what_if.after);
    let mut clocks = sides.flat_map(|side| &side.kernel.policy.clocks);
    clocks.find(|own| own.name == clock).map_or(clock, |own| own.label.as_str())
}

fn summary(what_if: &WhatIf, comparison: Option<&Comparison>) -> Section {
    let mut sentences = Vec::new();
    if let Some(comparison) = comparison {
        for (position, clock) in comparison.clocks.iter().enumerate() {
            let counts = total(comparison, position);
            let (before, now) = (shown(counts.before), shown(counts.after));
            let label = label(what_if, clock);
            if counts.flips + counts.moves == 0 {
                sentences.push(format!("{label}: {before}, no verdict would flip."));
                continue;
            }
            let mut text = format!("{label}: {before} would be {now}");
            if let (Some(before), Some(now)) = (attainment_of(counts.before), attainment_of(counts.after)) {
                text += &format!(", {}", Locale::EnGb.signed_pp(now - before));
            }
            text += &match counts.flips {
                1 => "; 1 verdict would flip".to_owned(),
                flips => format!("; {} verdicts would flip", Locale::EnGb.count(flips)),
            };
            if counts.moves > 0 {
                text += &format!(", {} would be decided in another period", Locale::EnGb.count(counts.moves));
            }
            text += ".";
            let decided = [counts.before, counts.after].map(|(kept, missed)| kept + missed);
            if decided.into_iter().any(|decided| 0 < decided && decided < what_if.min_n) {
                text += " Indicative: few are decided.";
            }
            sentences.push(text);
        }
        sentences.extend(credits_sentence(&comparison.before.credits, &comparison.after.credits));
    }
    if let Some((key, steps)) = what_if.sweep {
        sentences.extend(sweep::sentences(what_if, key, steps));
    }
    Section { sentences, ..section("summary", "What would change", Vec::new()) }
}

fn credits_sentence(before: &Credits, after: &Credits) -> Option<String> {
    if before.by_currency.is_empty() && after.by_currency.is_empty() {
        return None;
    }
    Some(format!(
        "Service credits of all whole fee periods, judged as of the same instant: {} would be {}.",
        paid(before),
        paid(after)
    ))
}

fn paid(credits: &Credits) -> String {
    let one = |(currency, (due, indicative)): (&String, &(Money, Money))| {
        let number = |money: &Money| Locale::EnGb.number(money.hundredths as f64 / 100.0, 2);
        let mut text = format!("{} {currency}", number(due)).trim_end().to_owned();
        if indicative.hundredths > 0 {
            text += &format!(" (and {} indicative)", number(indicative));
        }
        text
    };
    match credits.by_currency.is_empty() {
        true => "none".to_owned(),
        false => credits.by_currency.iter().map(one).collect::<Vec<_>>().join(", "),
    }
}

fn column(name: &str, label: &str, format: Format) -> Column {
    Column { name: name.to_owned(), label: label.to_owned(), format, fraction: None }
}

fn table(slug: &str, title: &str, columns: Vec<Column>, rows: Vec<Vec<Cell>>) -> Table {
    Table {
        slug: slug.to_owned(),
        title: title.to_owned(),
        question: None,
        notes: None,
        columns,
        total_rows: rows.len(),
        rows,
        is_filterable: false,
        figure: None,
        details: Vec::new(),
    }
}

fn text(value: Option<&str>) -> Cell {
    value.filter(|text| !text.is_empty()).map_or(Cell::Missing, |text| Cell::Text(text.to_owned()))
}

fn share(value: Option<f64>) -> Cell {
    value.map_or(Cell::Missing, Cell::Float)
}

fn int(value: i64) -> Cell {
    instant(value).map_or(Cell::Missing, Cell::Int)
}

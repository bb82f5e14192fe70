//! What another policy would change: the same history read twice.
//!
//! Answers "what would that promise cost?". Leaves out on purpose how people
//! would work under it: history is replayed as it happened.

use std::collections::BTreeMap;

use super::kpi::ratio;
use crate::clock::{Kernel, Outcome, OutcomeStatus, Reading, Verdict, gap};
use crate::model::{Money, Text, instant};
use crate::paper::format;
use crate::paper::{Block, Cell, ChartKind, Column, Figure, Format, Report, Section, Series, Table};

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

/// How a reading counts in what is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Kept,
    Missed,
    Undecided,
    Apart,
    OtherPeriod,
}

impl Class {
    /// A clock that a policy doesn't have promises nothing there.
    fn of(reading: Option<&Reading>, is_asked: bool) -> Class {
        match verdict(reading) {
            _ if !is_asked => Class::OtherPeriod,
            verdict if verdict.is_kept() => Class::Kept,
            verdict if verdict.is_missed() => Class::Missed,
            verdict if verdict.is_undecided() => Class::Undecided,
            _ => Class::Apart,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Class::Kept => "kept",
            Class::Missed => "missed",
            Class::Undecided => "undecided",
            Class::Apart => "apart from attainment",
            Class::OtherPeriod => "in another period",
        }
    }
}

fn verdict(reading: Option<&Reading>) -> Verdict {
    reading.map_or(Verdict::NoTarget, |reading| reading.verdict)
}

/// Kept and missed of one clock in one group, before and after.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    before: (i64, i64),
    after: (i64, i64),
    /// Readings that count otherwise.
    flips: i64,
    /// Readings that fall into or out of the period.
    moves: i64,
}

/// One clock on one ticket, read twice.
struct Pair<'a> {
    /// Row in the tickets.
    ticket: usize,
    /// Position in [`clock_names`].
    clock: usize,
    before: (Option<&'a Reading>, Class),
    after: (Option<&'a Reading>, Class),
}

impl Pair<'_> {
    /// Whether it counts otherwise, in the same period.
    fn flips(&self) -> bool {
        self.before.1 != self.after.1 && !self.moves()
    }

    /// Whether it falls into or out of the period.
    fn moves(&self) -> bool {
        (self.before.1 == Class::OtherPeriod) != (self.after.1 == Class::OtherPeriod)
    }
}

/// All that is compared: the clocks of both policies and their pairs of readings.
struct Comparison<'a> {
    before: &'a Side<'a>,
    after: &'a Side<'a>,
    /// By name, those of the first policy first.
    clocks: Vec<&'a str>,
    pairs: Vec<Pair<'a>>,
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
            sentences: sweep_sentences(what_if, key, steps),
            ..section("sweep", "Sweep", vec![sweep(what_if, key, steps)])
        });
    }
    Report {
        title: format!("SLA what-if – {}", what_if.subject),
        header: vec![
            format!("Changed: {}.", changed(what_if)),
            format!(
                "{}, as of {} ({}), {} tickets.",
                what_if.scope,
                format::instant(what_if.before.kernel.as_of, what_if.zone),
                what_if.zone.name(),
                format::count(what_if.before.kernel.data.tickets.len() as i64)
            ),
            "History is replayed as it happened: people may work otherwise under another promise.".to_owned(),
        ],
        time_zone: what_if.zone.name().to_owned(),
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
        cards: Vec::new(),
        blocks: tables.into_iter().map(Block::Table).collect(),
    }
}

fn compare<'a>(before: &'a Side, after: &'a Side) -> Comparison<'a> {
    let own = |side: &'a Side| side.kernel.policy.clocks.iter().map(|clock| clock.name.as_str());
    let mut clocks: Vec<&str> = own(before).collect();
    for name in own(after) {
        if !clocks.contains(&name) {
            clocks.push(name);
        }
    }
    let places: Vec<_> = (clocks.iter())
        .map(|name| (own(before).position(|own| own == *name), own(after).position(|own| own == *name)))
        .collect();
    fn take<'a>(side: &'a Side, ticket: usize, clock: Option<usize>) -> (Option<&'a Reading>, Class) {
        let index = clock.map(|clock| ticket * side.kernel.policy.clocks.len() + clock);
        let reading = index.map(|index| &side.readings[index]);
        (reading, Class::of(reading, index.is_none_or(|index| side.is_asked[index])))
    }
    let tickets = 0..before.kernel.data.tickets.len();
    let pairs = tickets.flat_map(|ticket| {
        places.iter().enumerate().map(move |(clock, &(own, other))| Pair {
            ticket,
            clock,
            before: take(before, ticket, own),
            after: take(after, ticket, other),
        })
    });
    let is_asked = |pair: &Pair| (pair.before.1, pair.after.1) != (Class::OtherPeriod, Class::OtherPeriod);
    let pairs = pairs.filter(is_asked).collect();
    Comparison { before, after, clocks, pairs }
}

impl Counts {
    fn before(&mut self, pair: &Pair) {
        self.before.0 += i64::from(pair.before.1 == Class::Kept);
        self.before.1 += i64::from(pair.before.1 == Class::Missed);
        self.flips += i64::from(pair.flips());
        self.moves += i64::from(pair.moves());
    }

    fn after(&mut self, pair: &Pair) {
        self.after.0 += i64::from(pair.after.1 == Class::Kept);
        self.after.1 += i64::from(pair.after.1 == Class::Missed);
    }
}

/// Counts of one clock over all its pairs.
fn total(comparison: &Comparison, clock: usize) -> Counts {
    let mut counts = Counts::default();
    for pair in comparison.pairs.iter().filter(|pair| pair.clock == clock) {
        counts.before(pair);
        counts.after(pair);
    }
    counts
}

fn attainment_of((kept, missed): (i64, i64)) -> Option<f64> {
    ratio(kept, kept + missed)
}

/// `92.3% (120 of 130)`.
fn shown((kept, missed): (i64, i64)) -> String {
    match attainment_of((kept, missed)) {
        Some(share) => format!("{} ({})", format::share(share), format::fraction(kept, kept + missed)),
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
                text += &format!(", {}", format::signed_pp(now - before));
            }
            text += &match counts.flips {
                1 => "; 1 verdict would flip".to_owned(),
                flips => format!("; {} verdicts would flip", format::count(flips)),
            };
            if counts.moves > 0 {
                text += &format!(", {} would be decided in another period", format::count(counts.moves));
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
        sentences.extend(sweep_sentences(what_if, key, steps));
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
        let number = |money: &Money| format::number(money.hundredths as f64 / 100.0, 2);
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

/// The groups that a reading of a side belongs to.
fn groups(side: &Side, ticket: usize, reading: Option<&Reading>) -> [String; 3] {
    let kernel = side.kernel;
    let contract = kernel.contract(kernel.entitlement(ticket));
    let severity = reading.and_then(|reading| kernel.policy.severities.get(reading.severity as usize));
    [
        "all".to_owned(),
        severity.cloned().unwrap_or_else(|| "unknown".to_owned()),
        contract.map_or_else(|| "none".to_owned(), |contract| contract.contract.clone()),
    ]
}

fn attainment(comparison: &Comparison) -> Table {
    let mut counted: BTreeMap<(usize, usize, String), Counts> = BTreeMap::new();
    for pair in &comparison.pairs {
        let before = groups(comparison.before, pair.ticket, pair.before.0);
        let after = groups(comparison.after, pair.ticket, pair.after.0);
        for (dimension, (before, after)) in before.into_iter().zip(after).enumerate() {
            counted.entry((dimension, pair.clock, before)).or_default().before(pair);
            counted.entry((dimension, pair.clock, after)).or_default().after(pair);
        }
    }
    let dimensions = ["all", "severity", "contract"];
    let decided = |counts: (i64, i64)| counts.0 + counts.1;
    let rows = counted
        .iter()
        .filter(|(_, counts)| decided(counts.before) + decided(counts.after) + counts.flips > 0)
        .map(|((dimension, clock, group), counts)| {
            let (before, after) = (attainment_of(counts.before), attainment_of(counts.after));
            vec![
                text(Some(comparison.clocks[*clock])),
                text(Some(dimensions[*dimension])),
                text(Some(group)),
                share(before),
                int(counts.before.0),
                int(decided(counts.before)),
                share(after),
                int(counts.after.0),
                int(decided(counts.after)),
                text(before.zip(after).map(|(before, after)| format::signed_pp(after - before)).as_deref()),
                int(counts.flips),
                int(counts.moves),
            ]
        })
        .collect();
    let mut columns = vec![
        column("clock", "Clock", Format::Text),
        column("dimension", "By", Format::Text),
        column("group", "Group", Format::Text),
        column("attainment_before", "Before", Format::Share),
        column("kept_before", "Kept before", Format::Count),
        column("decided_before", "Decided before", Format::Count),
        column("attainment_after", "After", Format::Share),
        column("kept_after", "Kept after", Format::Count),
        column("decided_after", "Decided after", Format::Count),
        column("difference", "Difference", Format::Text),
        column("flips", "Verdicts that flip", Format::Count),
        column("moves", "In another period", Format::Count),
    ];
    columns[3].fraction = Some((4, 5));
    columns[6].fraction = Some((7, 8));
    table("what_if_attainment", "Attainment by clock, severity and contract", columns, rows)
}

fn transitions(comparison: &Comparison) -> Table {
    let mut counts: BTreeMap<(usize, Verdict, Verdict), i64> = BTreeMap::new();
    for pair in &comparison.pairs {
        let (before, after) = (verdict(pair.before.0), verdict(pair.after.0));
        if before != after {
            *counts.entry((pair.clock, before, after)).or_default() += 1;
        }
    }
    let rows = counts
        .into_iter()
        .map(|((clock, before, after), count)| {
            vec![
                text(Some(comparison.clocks[clock])),
                text(Some(before.name())),
                text(Some(after.name())),
                int(count),
            ]
        })
        .collect();
    let columns = vec![
        column("clock", "Clock", Format::Text),
        column("verdict_before", "Before", Format::Verdict),
        column("verdict_after", "After", Format::Verdict),
        column("clocks", "Clocks", Format::Count),
    ];
    table("what_if_transitions", "Verdicts that change", columns, rows)
}

fn flips(comparison: &Comparison) -> Table {
    let kernel = comparison.before.kernel;
    let tickets = &kernel.data.tickets;
    let seconds =
        |reading: Option<&Reading>, get: fn(&Reading) -> i64| reading.map_or(Cell::Missing, |r| int(get(r)));
    let severity = |side: &Side, reading: Option<&Reading>| {
        reading.and_then(|reading| side.kernel.policy.severities.get(reading.severity as usize)).cloned()
    };
    let flipped = comparison.pairs.iter().filter(|pair| pair.flips() || pair.moves());
    let rows: Vec<Vec<Cell>> = flipped
        .map(|pair| {
            let contract = kernel.contract(kernel.entitlement(pair.ticket));
            let ((before, class_before), (after, class_after)) = (pair.before, pair.after);
            vec![
                text(Some(tickets.ticket_id.get(pair.ticket))),
                text(Some(comparison.clocks[pair.clock])),
                text(Some(class_before.name())),
                text(Some(class_after.name())),
                text(Some(verdict(before).name())),
                text(Some(verdict(after).name())),
                text(severity(comparison.before, before).or(severity(comparison.after, after)).as_deref()),
                text(tickets.text(pair.ticket, Text::Customer)),
                text(contract.map(|contract| contract.contract.as_str())),
                seconds(before.or(after), |reading| reading.started_at),
                seconds(before, |reading| reading.elapsed_s),
                seconds(before, |reading| reading.limit_s),
                seconds(after, |reading| reading.elapsed_s),
                seconds(after, |reading| reading.limit_s),
            ]
        })
        .collect();
    let columns = vec![
        column("ticket_id", "Ticket", Format::Text),
        column("clock", "Clock", Format::Text),
        column("counts_before", "Counts before", Format::Text),
        column("counts_after", "Counts after", Format::Text),
        column("verdict_before", "Verdict before", Format::Verdict),
        column("verdict_after", "Verdict after", Format::Verdict),
        column("severity", "Severity", Format::Text),
        column("customer", "Customer", Format::Text),
        column("contract", "Contract", Format::Text),
        column("started_at", "Started", Format::Instant),
        column("elapsed_before_s", "Elapsed before", Format::Duration),
        column("limit_before_s", "Limit before", Format::Duration),
        column("elapsed_after_s", "Elapsed after", Format::Duration),
        column("limit_after_s", "Limit after", Format::Duration),
    ];
    Table { is_filterable: true, ..table("what_if_flips", "Tickets whose verdict flips", columns, rows) }
}

/// The clocks that a sweep moves, in the order of the policy; all where none moves.
fn moved<'a>(what_if: &'a WhatIf, steps: &[Step]) -> Vec<&'a str> {
    let policy = what_if.after.unwrap_or(what_if.before).kernel.policy;
    let names = || policy.clocks.iter().map(|clock| clock.name.as_str());
    let is_moved =
        |name: &&str| steps.windows(2).any(|pair| pair[0].counts.get(*name) != pair[1].counts.get(*name));
    let found: Vec<&str> = names().filter(is_moved).collect();
    if found.is_empty() { names().collect() } else { found }
}

fn sweep(what_if: &WhatIf, key: &str, steps: &[Step]) -> Table {
    let clocks = moved(what_if, steps);
    let counts = |step: &Step, clock: &str| step.counts.get(clock).copied().unwrap_or_default();
    let mut rows = Vec::new();
    for step in steps {
        for clock in &clocks {
            let (kept, missed) = counts(step, clock);
            rows.push(vec![
                text(Some(&step.value)),
                text(Some(clock)),
                share(attainment_of((kept, missed))),
                int(kept),
                int(kept + missed),
                text(
                    Some(&paid(&step.credits))
                        .filter(|_| !step.credits.by_currency.is_empty())
                        .map(String::as_str),
                ),
            ]);
        }
    }
    let mut columns = vec![
        column("value", key, Format::Text),
        column("clock", "Clock", Format::Text),
        column("attainment", "Attainment", Format::Share),
        column("kept", "Kept", Format::Count),
        column("decided", "Decided", Format::Count),
        column("credits", "Service credits", Format::Text),
    ];
    columns[2].fraction = Some((3, 4));
    let targets: Vec<Option<f64>> =
        steps.iter().flat_map(|step| clocks.iter().map(|clock| step.targets.get(*clock).copied())).collect();
    let series = clocks.iter().map(|clock| Series {
        name: label(what_if, clock).to_owned(),
        values: steps.iter().map(|step| attainment_of(counts(step, clock))).collect(),
    });
    let title = format!("Attainment by {key}");
    let figure = Figure {
        kind: ChartKind::Line,
        title: title.clone(),
        description: sweep_sentences(what_if, key, steps).join(" "),
        x_label: key.to_owned(),
        y_label: "Attainment".to_owned(),
        unit: "%".to_owned(),
        categories: steps.iter().map(|step| step.value.clone()).collect(),
        series: series.collect(),
        points: Vec::new(),
        // One line can only stand for a target that all clocks and values share.
        target: targets.first().copied().flatten().filter(|first| targets.iter().all(|t| *t == Some(*first))),
    };
    Table { figure: Some(figure), ..table("what_if_sweep", &title, columns, rows) }
}

/// Of each moved clock: its ends, and the values at which it meets its attainment target.
fn sweep_sentences(what_if: &WhatIf, key: &str, steps: &[Step]) -> Vec<String> {
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else { return Vec::new() };
    let one = |clock: &str| {
        let counts = |step: &Step| step.counts.get(clock).copied().unwrap_or_default();
        let mut text = format!(
            "{}: {} with {key}={}, {} with {}",
            label(what_if, clock),
            shown(counts(first)),
            first.value,
            shown(counts(last)),
            last.value
        );
        let targets: Vec<Option<f64>> = steps.iter().map(|step| step.targets.get(clock).copied()).collect();
        let is_same = targets.windows(2).all(|pair| pair[0] == pair[1]);
        if targets.iter().any(Option::is_some) {
            let meets = |step: &&Step| {
                let (kept, missed) = counts(step);
                let target = step.targets.get(clock);
                kept + missed > 0 && target.is_some_and(|target| gap(kept, kept + missed, *target) == 0)
            };
            let target = match targets[0].filter(|_| is_same) {
                Some(target) => format!("the target of {}", format::share(target)),
                None => "its target".to_owned(),
            };
            let values: Vec<&str> = steps.iter().filter(meets).map(|step| step.value.as_str()).collect();
            text += &match values.as_slice() {
                [] => format!("; no value tried meets {target}"),
                _ if values.len() == steps.len() => {
                    format!("; every value tried meets {target}")
                }
                [one] => format!("; of those tried, {one} meets {target}"),
                [from, .., until] => {
                    format!("; of those tried, {} from {from} to {until} meet {target}", values.len())
                }
            };
        }
        text + "."
    };
    moved(what_if, steps).into_iter().map(one).collect()
}

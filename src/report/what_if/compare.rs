//! Two readings of one history, pair by pair.

use std::collections::BTreeMap;

use super::{Side, attainment_of, column, int, share, table, text};
use crate::clock::{Reading, Verdict};
use crate::model::Text;
use crate::paper::locale::Locale;
use crate::paper::{Cell, Format, Table};

/// How a reading counts in what is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
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
pub struct Counts {
    pub before: (i64, i64),
    pub after: (i64, i64),
    /// Readings that count otherwise.
    pub flips: i64,
    /// Readings that fall into or out of the period.
    pub moves: i64,
}

/// One clock on one ticket, read twice.
pub struct Pair<'a> {
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
pub struct Comparison<'a> {
    pub before: &'a Side<'a>,
    pub after: &'a Side<'a>,
    /// By name, those of the first policy first.
    pub clocks: Vec<&'a str>,
    pub pairs: Vec<Pair<'a>>,
}

pub fn compare<'a>(before: &'a Side, after: &'a Side) -> Comparison<'a> {
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
pub fn total(comparison: &Comparison, clock: usize) -> Counts {
    let mut counts = Counts::default();
    for pair in comparison.pairs.iter().filter(|pair| pair.clock == clock) {
        counts.before(pair);
        counts.after(pair);
    }
    counts
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

pub fn attainment(comparison: &Comparison) -> Table {
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
                text(
                    before
                        .zip(after)
                        .map(|(before, after)| Locale::EnGb.signed_pp(after - before))
                        .as_deref(),
                ),
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

pub fn transitions(comparison: &Comparison) -> Table {
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

pub fn flips(comparison: &Comparison) -> Table {
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

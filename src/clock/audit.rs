//! The source system's own verdicts held against ours, and what would make them agree.
//!
//! A disagreement is replayed with one rule changed at a time, then two, then
//! three; those changes are named under which our timeline gives the source's
//! verdict. That shows what is consistent with it, not what the source did.

use rayon::prelude::*;

use super::kernel::{Kernel, Scratch};
use super::policy::{CalendarChoice, Calendars, Clock, Moment, Policy, Reopen, SeverityChange};
use super::reading::{Reading, Verdict};
use crate::model::{Dataset, Text, Time};

/// One audited clock on one ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditRow {
    /// Ours at the export's last instant: a verdict of the source is of that day,
    /// whatever the as-of of the report.
    pub reading: Reading,
    pub source: SourceVerdict,
    pub agreement: Agreement,
    /// Each a set of changes that alone gives the source's verdict; the smallest
    /// ones. Empty where the two agree or nothing explains it.
    pub explanations: Vec<Vec<Change>>,
    /// The reading under the first explanation.
    pub replay: Option<Reading>,
}

/// What the source system says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceVerdict {
    Kept,
    Missed,
    /// No verdict, but its due date had not passed.
    Undecided,
    /// A word that isn't listed in the configuration.
    Unknown,
}

impl SourceVerdict {
    /// As in SQL, CSV and reports.
    pub fn name(self) -> &'static str {
        match self {
            SourceVerdict::Kept => "kept",
            SourceVerdict::Missed => "missed",
            SourceVerdict::Undecided => "undecided",
            SourceVerdict::Unknown => "not mapped",
        }
    }
}

/// How the two stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Agreement {
    BothKept,
    BothMissed,
    SourceKeptOursMissed,
    SourceMissedOursKept,
    /// One of them has not decided.
    Undecided,
    /// Ours is apart from attainment: unmeasured, not entitled, excluded or without a target.
    OursApart,
    /// The source's word isn't listed in the configuration.
    NotMapped,
}

impl Agreement {
    /// As in SQL, CSV and reports.
    pub fn name(self) -> &'static str {
        match self {
            Agreement::BothKept => "both kept",
            Agreement::BothMissed => "both missed",
            Agreement::SourceKeptOursMissed => "source kept, ours missed",
            Agreement::SourceMissedOursKept => "source missed, ours kept",
            Agreement::Undecided => "undecided",
            Agreement::OursApart => "not judged by us",
            Agreement::NotMapped => "source's word not mapped",
        }
    }

    /// Whether the verdicts contradict each other.
    pub fn is_disagreement(self) -> bool {
        matches!(self, Agreement::SourceKeptOursMissed | Agreement::SourceMissedOursKept)
    }

    /// Whether they say the same.
    pub fn is_agreement(self) -> bool {
        matches!(self, Agreement::BothKept | Agreement::BothMissed)
    }
}

/// One rule done otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Unpaused,
    ToClosed,
    RoundTheClock,
    ReopeningIgnored,
    SeverityAsOpened,
    OwnTimestamps,
    SourceDue,
}

impl Change {
    /// In the order in which they are tried.
    const ALL: [Change; 7] = [
        Change::ToClosed,
        Change::Unpaused,
        Change::RoundTheClock,
        Change::ReopeningIgnored,
        Change::SeverityAsOpened,
        Change::OwnTimestamps,
        Change::SourceDue,
    ];

    /// As in SQL, CSV and reports.
    pub fn name(self) -> &'static str {
        match self {
            Change::Unpaused => "pauses not honoured",
            Change::ToClosed => "measured to closed instead of resolved",
            Change::RoundTheClock => "counted round the clock",
            Change::ReopeningIgnored => "reopening ignored",
            Change::SeverityAsOpened => "severity as opened",
            Change::OwnTimestamps => "measured by the ticket's own times instead of its history",
            Change::SourceDue => "judged by the source's own due date",
        }
    }

    /// Whether it changes anything about a clock.
    fn applies(self, clock: &Clock) -> bool {
        match self {
            Change::Unpaused => clock.pauses.as_ref().is_some_and(|statuses| !statuses.is_empty()),
            Change::ToClosed => clock.stop == Moment::Resolved,
            Change::RoundTheClock => {
                let is_other = |target: Option<usize>| target.is_some_and(|calendar| calendar != 0);
                clock.calendar != CalendarChoice::Named(0)
                    || clock.targets.iter().any(|t| is_other(t.calendar))
            }
            Change::ReopeningIgnored => clock.reopen != Reopen::Ignore,
            Change::SeverityAsOpened => clock.severity_change != SeverityChange::AsOpened,
            Change::OwnTimestamps => !clock.ignores_history,
            Change::SourceDue => !clock.is_due_from_source,
        }
    }

    fn apply(self, clock: &mut Clock) {
        match self {
            Change::Unpaused => clock.pauses = None,
            Change::ToClosed => clock.stop = Moment::Closed,
            Change::RoundTheClock => {
                clock.calendar = CalendarChoice::Named(0);
                for target in &mut clock.targets {
                    target.calendar = Some(0);
                }
            }
            Change::ReopeningIgnored => clock.reopen = Reopen::Ignore,
            Change::SeverityAsOpened => clock.severity_change = SeverityChange::AsOpened,
            Change::OwnTimestamps => clock.ignores_history = true,
            Change::SourceDue => clock.is_due_from_source = true,
        }
    }
}

/// The sets of changes to try with a clock, smaller ones first. Of three at a
/// time only those that help desks are known for: more would explain anything.
fn change_sets(clock: &Clock) -> Vec<Vec<Change>> {
    let singles: Vec<Change> = Change::ALL.into_iter().filter(|change| change.applies(clock)).collect();
    let mut sets: Vec<Vec<Change>> = singles.iter().map(|change| vec![*change]).collect();
    // With the source's own due date, only the stop matters.
    let others: Vec<Change> = singles.iter().copied().filter(|change| *change != Change::SourceDue).collect();
    for (index, one) in others.iter().enumerate() {
        sets.extend(others[index + 1..].iter().map(|other| vec![*one, *other]));
    }
    let usual = [Change::ToClosed, Change::Unpaused, Change::RoundTheClock];
    if usual.iter().all(|change| singles.contains(change)) {
        sets.push(usual.to_vec());
    }
    sets
}

/// Audits the readings for which `is_asked`, in their order, all at the export's
/// last instant; those of tickets about which the source says nothing are left out.
pub fn audit(
    policy: &Policy,
    data: &Dataset,
    calendars: &Calendars,
    exported_at: i64,
    readings: &[Reading],
    is_asked: impl Fn(&Reading) -> bool + Sync,
) -> Vec<AuditRow> {
    let mut rows = Vec::new();
    for &index in &policy.audit.clocks {
        let clock = &policy.clocks[index];
        let sets = change_sets(clock);
        // The clock as it is comes first, then one clock for each set of changes.
        let mut clocks = vec![clock.clone(); sets.len() + 1];
        for (changed, set) in clocks[1..].iter_mut().zip(&sets) {
            set.iter().for_each(|change| change.apply(changed));
        }
        let policy = Policy { clocks, ..policy.clone() };
        let replay = Replay { kernel: Kernel::new(&policy, data, calendars, exported_at), index, sets };
        let own: Vec<&Reading> =
            readings.iter().filter(|reading| reading.clock as usize == index && is_asked(reading)).collect();
        let audited: Vec<Option<AuditRow>> = own
            .into_par_iter()
            .map_init(Scratch::default, |scratch, reading| replay.row(reading, scratch))
            .collect();
        rows.extend(audited.into_iter().flatten());
    }
    rows
}

/// One audited clock under every set of changes.
struct Replay<'a> {
    /// Clock 0 is the clock as it is; clock `i + 1` has the changes of set `i`.
    kernel: Kernel<'a>,
    /// Index of the clock in the policy.
    index: usize,
    sets: Vec<Vec<Change>>,
}

impl Replay<'_> {
    fn row(&self, reading: &Reading, scratch: &mut Scratch) -> Option<AuditRow> {
        let source = self.source(reading.ticket as usize, scratch)?;
        let own = self.kernel.reading(reading.ticket as usize, 0, scratch);
        let reading = Reading { clock: self.index as u16, ..own };
        let agreement = compare(source, reading.verdict);
        let mut row = AuditRow { reading, source, agreement, explanations: Vec::new(), replay: None };
        if agreement.is_disagreement() {
            self.explain(&mut row, scratch);
        }
        Some(row)
    }

    /// What the source says of a ticket: its word or, without one, its due date.
    fn source(&self, ticket: usize, scratch: &mut Scratch) -> Option<SourceVerdict> {
        let audit = &self.kernel.policy.audit;
        let tickets = &self.kernel.data.tickets;
        if let Some(word) = tickets.text(ticket, Text::SourceVerdict) {
            let word = word.to_lowercase();
            return Some(match (audit.kept.contains(&word), audit.missed.contains(&word)) {
                (true, _) => SourceVerdict::Kept,
                (_, true) => SourceVerdict::Missed,
                _ => left_over(&word),
            });
        }
        tickets.at(ticket, Time::SourceDue)?;
        let by_due = self.sets.iter().position(|set| set[..] == [Change::SourceDue]);
        let reading = self.kernel.reading(ticket, by_due.map_or(0, |position| position + 1), scratch);
        Some(match reading.verdict {
            verdict if verdict.is_kept() => SourceVerdict::Kept,
            verdict if verdict.is_missed() => SourceVerdict::Missed,
            _ => SourceVerdict::Undecided,
        })
    }

    /// Looks for the single changes that give the source's verdict, all of them;
    /// failing that, for the first larger set.
    fn explain(&self, row: &mut AuditRow, scratch: &mut Scratch) {
        for (position, set) in self.sets.iter().enumerate() {
            if set.len() > 1 && !row.explanations.is_empty() {
                break;
            }
            let changed = self.kernel.reading(row.reading.ticket as usize, position + 1, scratch);
            let gives_theirs = match row.source {
                SourceVerdict::Kept => changed.verdict.is_kept(),
                _ => changed.verdict.is_missed(),
            };
            // Without a history there are no pauses and reopenings either: that says no more.
            let is_news = set[..] != [Change::OwnTimestamps] || row.explanations.is_empty();
            if gives_theirs && is_news {
                row.replay.get_or_insert(changed);
                row.explanations.push(set.clone());
            }
        }
    }
}

/// Many help desks export what was left of the budget, as minutes or `H:MM`:
/// below nothing the promise was missed.
fn left_over(word: &str) -> SourceVerdict {
    let digits = word.strip_prefix('-').unwrap_or(word);
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b':' | b'.' | b','));
    match is_number {
        true if word.len() > digits.len() => SourceVerdict::Missed,
        true => SourceVerdict::Kept,
        false => SourceVerdict::Unknown,
    }
}

fn compare(source: SourceVerdict, ours: Verdict) -> Agreement {
    match source {
        SourceVerdict::Unknown => Agreement::NotMapped,
        _ if !(ours.is_kept() || ours.is_missed() || ours.is_undecided()) => Agreement::OursApart,
        SourceVerdict::Kept if ours.is_kept() => Agreement::BothKept,
        SourceVerdict::Kept if ours.is_missed() => Agreement::SourceKeptOursMissed,
        SourceVerdict::Missed if ours.is_missed() => Agreement::BothMissed,
        SourceVerdict::Missed if ours.is_kept() => Agreement::SourceMissedOursKept,
        SourceVerdict::Kept | SourceVerdict::Missed | SourceVerdict::Undecided => Agreement::Undecided,
    }
}

//! What opens below a row: how one clock of one ticket came to its verdict.
//!
//! Any table with the columns `ticket_id`, `clock` and `verdict` has it, for
//! rows that were missed, are overdue or at risk. The same sums as `sla explain`.

use chrono_tz::Tz;

use super::position;
use crate::clock::{Kernel, Ledger, Reading, Scratch, Stretch, Verdict, segment_kind};
use crate::model::{Field, MISSING_AT, instant};
use crate::paper::format;
use crate::paper::{Cell, Definition, Detail, Segment, Table};

/// Rows of a table with details: a page holds no more of them.
const MOST: usize = 1000;

/// The details of a table's rows, in their order; instants in `zone`.
pub fn details(kernel: &Kernel, zone: Tz, table: &Table) -> Vec<Detail> {
    let at = |name| position(table, name);
    let (Some(ticket_at), Some(clock_at), Some(verdict_at)) = (at("ticket_id"), at("clock"), at("verdict"))
    else {
        return Vec::new();
    };
    let opens = [Verdict::Breached, Verdict::Overdue, Verdict::AtRisk].map(Verdict::name);
    let mut scratch = Scratch::default();
    let mut details = Vec::new();
    for (row, cells) in table.rows.iter().enumerate() {
        let (Cell::Text(id), Cell::Text(clock), Cell::Text(verdict)) =
            (&cells[ticket_at], &cells[clock_at], &cells[verdict_at])
        else {
            continue;
        };
        let clock = kernel.policy.clocks.iter().position(|own| own.name == *clock);
        let found = kernel.data.tickets.find(id).zip(clock);
        if details.len() == MOST {
            break;
        }
        let Some((ticket, clock)) = found.filter(|_| opens.contains(&verdict.as_str())) else { continue };
        let ledger = kernel.explain(ticket, clock, &mut scratch);
        details.push(Detail {
            row,
            name: format!("{id}, {}", kernel.policy.clocks[clock].label),
            facts: facts(kernel, zone, &ledger),
            segments: segments(kernel, &ledger, &scratch.timeline.stretches),
            due_at: instant(ledger.reading.due_at),
            figure: None,
        });
    }
    details
}

fn facts(kernel: &Kernel, zone: Tz, ledger: &Ledger) -> Vec<Definition> {
    let reading = &ledger.reading;
    let by_instant = kernel.policy.clocks[reading.clock as usize].is_due_from_source;
    let at = |at: i64, otherwise: &str| {
        instant(at).map_or_else(|| otherwise.to_owned(), |at| format::instant(at, zone))
    };
    [
        ("Verdict", verdict(reading, by_instant)),
        ("Sum", sum(reading)),
        ("Started", at(reading.started_at, "not known")),
        ("Stopped", at(reading.stopped_at, "not yet")),
        ("Due", at(reading.due_at, "not known")),
        ("Calendar", kernel.calendar(reading).spec().name.clone()),
    ]
    .into_iter()
    .map(|(term, text)| Definition { term: term.to_owned(), text })
    .collect()
}

/// The time of a reading, cut where the status, the holder, a pause or the hours change.
fn segments(kernel: &Kernel, ledger: &Ledger, stretches: &[Stretch]) -> Vec<Segment> {
    let reading = &ledger.reading;
    let stop = instant(reading.stopped_at).unwrap_or(kernel.as_of);
    if reading.started_at == MISSING_AT || stop <= reading.started_at {
        return Vec::new();
    }
    let counted = |(from, until)| (from, until) == (reading.started_at, stop);
    let cycle = ledger.cycles.iter().find(|(cycle, _)| counted((cycle.from_at, cycle.until_at)));
    let pauses = cycle.map_or(&[][..], |(_, pauses)| pauses);
    let windows = kernel.calendar(reading).windows(reading.started_at, stop);
    let mut edges: Vec<i64> =
        pauses.iter().chain(&windows).flat_map(|(from, until)| [*from, *until]).collect();
    edges.sort_unstable();
    let within = |spans: &[(i64, i64)], at: i64| {
        let next = spans.partition_point(|span| span.1 <= at);
        spans.get(next).is_some_and(|span| span.0 <= at)
    };
    let mut segments: Vec<Segment> = Vec::new();
    for stretch in stretches {
        let (from, until) = (stretch.from_at.max(reading.started_at), stretch.until_at.min(stop));
        if from >= until {
            continue;
        }
        let holder = holder(kernel, reading, stretch);
        let first = edges.partition_point(|edge| *edge <= from);
        let last = edges.partition_point(|edge| *edge < until);
        let mut start = from;
        for end in edges[first..last].iter().copied().chain([until]) {
            if end <= start {
                continue;
            }
            let (is_open, is_paused) = (within(&windows, start), within(pauses, start));
            let kind = match (is_open, is_paused) {
                (false, _) => "closed_hours",
                (true, true) => "waiting",
                (true, false) => segment_kind(stretch.class).name(),
            };
            let counted_s = if is_open && !is_paused { end - start } else { 0 };
            match segments.last_mut().filter(|last| last.kind == kind && last.holder == holder) {
                Some(last) => {
                    last.until_at = end;
                    last.counted_s += counted_s;
                }
                None => segments.push(Segment {
                    from_at: start,
                    until_at: end,
                    kind: kind.to_owned(),
                    holder: holder.clone(),
                    counted_s,
                }),
            }
            start = end;
        }
    }
    segments
}

fn holder(kernel: &Kernel, reading: &Reading, stretch: &Stretch) -> Option<String> {
    let name = |code, field| kernel.holder(reading.ticket as usize, code, field);
    match (name(stretch.group, Field::Group), name(stretch.assignee, Field::Assignee)) {
        (Some(group), Some(assignee)) => Some(format!("{group} ({assignee})")),
        (one, None) | (None, one) => one.map(str::to_owned),
    }
}

/// How the elapsed time came about, in words.
pub fn sum(reading: &Reading) -> String {
    format!(
        "{} = {} from start to {} - {} closed hours - {} paused",
        format::exact(reading.elapsed_s),
        format::exact(reading.elapsed_s + reading.paused_s + reading.closed_hours_s),
        if reading.stopped_at == MISSING_AT { "as-of" } else { "stop" },
        format::exact(reading.closed_hours_s),
        format::exact(reading.paused_s)
    )
}

/// The verdict as a comparison, in words; `by_instant` where the source's due date decides.
pub fn verdict(reading: &Reading, by_instant: bool) -> String {
    let (elapsed, limit) = (format::exact(reading.elapsed_s), format::exact(reading.limit_s));
    let target = format::exact(reading.target_s);
    match reading.verdict {
        Verdict::Met if by_instant => "the stop is not after the due date: met".to_owned(),
        Verdict::Breached if by_instant => "the stop is after the due date: breached".to_owned(),
        Verdict::Met => format!("{elapsed} <= target {target}: met"),
        Verdict::Late => format!("target {target} < {elapsed} <= limit {limit}: late, within the window"),
        Verdict::Breached => {
            format!("{elapsed} > limit {limit}: breached by {}", format::exact(reading.overrun_s))
        }
        Verdict::Overdue => {
            format!("not stopped and over the limit by {}: overdue", format::exact(reading.overrun_s))
        }
        Verdict::Running | Verdict::AtRisk | Verdict::Paused => {
            let left = (reading.limit_s - reading.elapsed_s).max(0);
            let share = format::share(reading.elapsed_s as f64 / reading.limit_s.max(1) as f64);
            let name = reading.verdict.name().replace('_', " ");
            format!("{} left of limit {limit} ({share} used): {name}", format::exact(left))
        }
        Verdict::Unmeasured => "unmeasured, never counted as met".to_owned(),
        Verdict::NotEntitled => {
            "measured, but support was not owed: not entitled, not part of attainment".to_owned()
        }
        Verdict::Excluded => "not a request that counts: excluded from attainment".to_owned(),
        Verdict::NoTarget => "nothing was promised: no target, not part of attainment".to_owned(),
    }
}

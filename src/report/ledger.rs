//! What opens below a row: how one clock of one ticket came to its verdict.
//!
//! Any table with the columns `ticket_id`, `clock` and `verdict` has it, for
//! rows that were missed, are overdue or at risk. The same sums as `sla explain`.

use chrono_tz::Tz;

use super::position;
use crate::clock::{Kernel, Ledger, Reading, Scratch, Stretch, Verdict, segment_kind};
use crate::model::{Field, MISSING_AT, instant};
use crate::paper::format;
use crate::paper::locale::{Locale, phrase};
use crate::paper::{Cell, Definition, Detail, Segment, Table};

/// Rows of a table with details: a page holds no more of them.
const MOST: usize = 1000;

/// The details of a table's rows, in their order; instants in `zone`.
pub fn details(kernel: &Kernel, zone: Tz, locale: Locale, table: &Table) -> Vec<Detail> {
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
            facts: facts(kernel, zone, locale, &ledger),
            segments: segments(kernel, &ledger, &scratch.timeline.stretches),
            due_at: instant(ledger.reading.due_at),
            figure: None,
        });
    }
    details
}

fn facts(kernel: &Kernel, zone: Tz, locale: Locale, ledger: &Ledger) -> Vec<Definition> {
    let reading = &ledger.reading;
    let by_instant = kernel.policy.clocks[reading.clock as usize].is_due_from_source;
    let at =
        |at: i64, otherwise: String| instant(at).map_or_else(|| otherwise, |at| format::instant(at, zone));
    let unknown = || phrase!(locale, "not known");
    [
        (phrase!(locale, "Verdict"), verdict(reading, by_instant, locale)),
        (phrase!(locale, "Sum"), sum(reading, locale)),
        (phrase!(locale, "Started"), at(reading.started_at, unknown())),
        (phrase!(locale, "Stopped"), at(reading.stopped_at, phrase!(locale, "not yet"))),
        (phrase!(locale, "Due"), at(reading.due_at, unknown())),
        (phrase!(locale, "Calendar"), kernel.calendar(reading).spec().name.clone()),
    ]
    .into_iter()
    .map(|(term, text)| Definition { term, text })
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
pub fn sum(reading: &Reading, locale: Locale) -> String {
    let elapsed = format::exact(reading.elapsed_s);
    let all = format::exact(reading.elapsed_s + reading.paused_s + reading.closed_hours_s);
    let (closed, paused) = (format::exact(reading.closed_hours_s), format::exact(reading.paused_s));
    match reading.stopped_at {
        MISSING_AT => phrase!(
            locale,
            "{elapsed} = {all} from start to as-of - {closed} closed hours - {paused} paused",
            elapsed = elapsed,
            all = all,
            closed = closed,
            paused = paused
        ),
        _ => phrase!(
            locale,
            "{elapsed} = {all} from start to stop - {closed} closed hours - {paused} paused",
            elapsed = elapsed,
            all = all,
            closed = closed,
            paused = paused
        ),
    }
}

/// The verdict as a comparison, in words; `by_instant` where the source's due date decides.
pub fn verdict(reading: &Reading, by_instant: bool, locale: Locale) -> String {
    let (elapsed, limit) = (format::exact(reading.elapsed_s), format::exact(reading.limit_s));
    let target = format::exact(reading.target_s);
    let over = format::exact(reading.overrun_s);
    match reading.verdict {
        Verdict::Met if by_instant => phrase!(locale, "the stop is not after the due date: met"),
        Verdict::Breached if by_instant => phrase!(locale, "the stop is after the due date: breached"),
        Verdict::Met => {
            phrase!(locale, "{elapsed} <= target {target}: met", elapsed = elapsed, target = target)
        }
        Verdict::Late => phrase!(
            locale,
            "target {target} < {elapsed} <= limit {limit}: late, within the window",
            target = target,
            elapsed = elapsed,
            limit = limit
        ),
        Verdict::Breached => phrase!(
            locale,
            "{elapsed} > limit {limit}: breached by {over}",
            elapsed = elapsed,
            limit = limit,
            over = over
        ),
        Verdict::Overdue => {
            phrase!(locale, "not stopped and over the limit by {over}: overdue", over = over)
        }
        Verdict::Running | Verdict::AtRisk | Verdict::Paused => phrase!(
            locale,
            "{left} left of limit {limit} ({share} used): {verdict}",
            left = format::exact((reading.limit_s - reading.elapsed_s).max(0)),
            limit = limit,
            share = locale.share(reading.elapsed_s as f64 / reading.limit_s.max(1) as f64),
            verdict = locale.text(&reading.verdict.name().replace('_', " "))
        ),
        Verdict::Unmeasured => phrase!(locale, "unmeasured, never counted as met"),
        Verdict::NotEntitled => {
            phrase!(locale, "measured, but support was not owed: not entitled, not part of attainment")
        }
        Verdict::Excluded => phrase!(locale, "not a request that counts: excluded from attainment"),
        Verdict::NoTarget => phrase!(locale, "nothing was promised: no target, not part of attainment"),
    }
}

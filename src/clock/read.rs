//! The verdict of one clock on one ticket.

use super::cycles::Bounds;
use super::entitlement::Entitlement;
use super::kernel::{Kernel, Scratch, UNKNOWN_LEVEL};
use super::policy::{Clock, Exclusion, Moment, StatusClass};
use super::reading::{Cycle, Reading, Reason, StopSource, Verdict};
use super::target::{due_at, known_levels, limit_seconds};
use super::timeline::Timeline;
use crate::model::{Field, MISSING_AT, Time};

impl<'a> Kernel<'a> {
    /// Reads one clock; the ticket's timeline is in `scratch`, its cycles,
    /// levels and the counting cycle's pauses are left there.
    pub(super) fn read(
        &self,
        ticket: usize,
        index: usize,
        entitlement: Entitlement,
        scratch: &mut Scratch,
    ) -> Reading {
        let clock = &self.policy.clocks[index];
        let mut reading = Reading::blank(ticket as u32, index as u16);
        let class = self.status_class(ticket, &scratch.timeline);
        reading.has_history = scratch.timeline.tells_status && !clock.ignores_history;
        reading.reopens = scratch.timeline.gaps.len() as u16;
        self.levels(ticket, &scratch.timeline, &mut scratch.levels);
        self.bounds(ticket, clock, &scratch.timeline, &scratch.levels, &mut scratch.bounds);
        scratch.pauses.clear();
        scratch.cycles.clear();
        for position in 0..scratch.bounds.len() {
            let bounds = scratch.bounds[position];
            let cycle = self.cycle(ticket, index, entitlement, bounds, scratch);
            scratch.cycles.push(cycle);
        }
        match counting(&scratch.cycles) {
            None => {
                reading.severity = scratch.levels.last().map_or(UNKNOWN_LEVEL, |level| level.1);
                self.not_started(clock, class, &mut reading);
            }
            Some(cycle) => {
                self.pauses(index, (cycle.from_at, cycle.until_at), &scratch.timeline, &mut scratch.pauses);
                reading.cycles = scratch.cycles.len() as u16;
                let is_paused = !cycle.is_stopped && self.is_paused(index, &scratch.timeline);
                self.judge(ticket, clock, class, &cycle, is_paused, &mut reading);
            }
        }
        self.overrule(&mut reading, class, entitlement);
        if reading.verdict.is_missed() && reading.has_history {
            self.hold(&mut reading, &scratch.timeline);
        }
        reading
    }

    /// What a clock says that never started.
    fn not_started(&self, clock: &Clock, class: StatusClass, reading: &mut Reading) {
        // A history without a single reply says nothing about who waited for one.
        if clock.is_next_reply() && self.data.events.logs(Field::Reply) {
            (reading.verdict, reading.reason) = (Verdict::NoTarget, Reason::NeverStarted);
            return;
        }
        // A later start that hasn't come yet is not a defect.
        reading.verdict = if class.is_over() { Verdict::Unmeasured } else { Verdict::Running };
        reading.reason = Reason::StartMissing;
    }

    /// Measures one cycle against the target that holds for it.
    fn cycle(
        &self,
        ticket: usize,
        index: usize,
        entitlement: Entitlement,
        bounds: Bounds,
        scratch: &mut Scratch,
    ) -> Cycle {
        let clock = &self.policy.clocks[index];
        let (from_at, until_at) = (bounds.from_at, bounds.stopped_at.unwrap_or(self.as_of));
        let levels = known_levels(&scratch.levels, bounds.stopped_at);
        let (severity, target) = self.target(ticket, clock, levels, from_at, entitlement);
        let position = self.calendar_of(clock, target, self.contract(entitlement));
        let calendar = self.calendars.get(self.policy, position, self.zone(ticket));
        let pauses = &mut scratch.pauses;
        self.pauses(index, (from_at, until_at), &scratch.timeline, pauses);
        let running_s = calendar.elapsed(from_at, until_at);
        let mut paused_s: i64 = pauses.iter().map(|&(a, b)| calendar.elapsed(a, b)).sum();
        let is_told_in_sum = clock.pauses.is_some() && self.uses_waiting_sum(clock, &scratch.timeline);
        if is_told_in_sum {
            paused_s = self.data.tickets.waiting_s[ticket].clamp(0, running_s);
        }
        let mut cycle = Cycle {
            ticket: ticket as u32,
            clock: index as u16,
            from_at,
            until_at,
            is_stopped: bounds.stopped_at.is_some(),
            stop_source: bounds.source,
            elapsed_s: running_s - paused_s,
            paused_s,
            severity,
            calendar: position as u16,
            target_s: MISSING_AT,
            limit_s: MISSING_AT,
            due_at: MISSING_AT,
        };
        if clock.is_due_from_source {
            if let Some(due) = self.data.tickets.at(ticket, Time::SourceDue) {
                let limit_s = if due >= from_at { calendar.elapsed(from_at, due) } else { due - from_at };
                (cycle.target_s, cycle.limit_s, cycle.due_at) = (limit_s, limit_s, due);
            }
        } else if let Some(target) = target {
            cycle.limit_s = limit_seconds(calendar, from_at, &target.limit);
            // Business days and hours can't be compared before they are placed.
            cycle.target_s = limit_seconds(calendar, from_at, &target.target).min(cycle.limit_s);
            let due = match is_told_in_sum && paused_s > 0 {
                true => calendar.add(from_at, cycle.limit_s + paused_s),
                false => {
                    let is_paused = !cycle.is_stopped && self.is_paused(index, &scratch.timeline);
                    let paused_at = is_paused.then_some(self.as_of);
                    due_at(calendar, from_at, &target.limit, cycle.limit_s, pauses, paused_at)
                }
            };
            cycle.due_at = due.unwrap_or(MISSING_AT);
        }
        cycle
    }

    /// Whether the source's summed waiting time stands in for a history of the status.
    pub(super) fn uses_waiting_sum(&self, clock: &Clock, timeline: &Timeline) -> bool {
        clock.ignores_history || !timeline.tells_status
    }

    /// Comes to a verdict on the cycle that counts.
    fn judge(
        &self,
        ticket: usize,
        clock: &Clock,
        class: StatusClass,
        cycle: &Cycle,
        is_paused: bool,
        reading: &mut Reading,
    ) {
        let stop = cycle.is_stopped.then_some(cycle.until_at);
        reading.severity = cycle.severity;
        reading.calendar = cycle.calendar;
        reading.started_at = cycle.from_at;
        reading.stopped_at = stop.unwrap_or(MISSING_AT);
        reading.elapsed_s = cycle.elapsed_s;
        reading.paused_s = cycle.paused_s;
        reading.closed_hours_s = (cycle.until_at - cycle.from_at).max(0) - cycle.elapsed_s - cycle.paused_s;
        (reading.target_s, reading.limit_s, reading.due_at) = (cycle.target_s, cycle.limit_s, cycle.due_at);
        if cycle.is_stopped && cycle.stop_source == StopSource::Resolution {
            reading.reason = Reason::ResolutionCounted;
        }
        if cycle.limit_s == MISSING_AT {
            reading.verdict = Verdict::NoTarget;
            reading.reason = match clock.is_due_from_source {
                true => Reason::NoSourceDue,
                false => Reason::NoTargetForTicket,
            };
            return;
        }
        let (elapsed, limit_s) = (cycle.elapsed_s, cycle.limit_s);
        reading.verdict = match stop {
            Some(stop) if stop < cycle.from_at => {
                reading.reason = Reason::StopBeforeStart;
                Verdict::Unmeasured
            }
            // The source's own deadline is an instant: compared as one.
            Some(stop) if clock.is_due_from_source && stop <= cycle.due_at => Verdict::Met,
            Some(_) if clock.is_due_from_source => Verdict::Breached,
            Some(_) if elapsed <= cycle.target_s => Verdict::Met,
            Some(_) if elapsed <= limit_s => Verdict::Late,
            Some(_) => Verdict::Breached,
            None if self.is_over(clock, class, ticket) => {
                reading.reason = Reason::StopMissing;
                Verdict::Unmeasured
            }
            None if clock.is_due_from_source && self.as_of > cycle.due_at => Verdict::Overdue,
            None if !clock.is_due_from_source && elapsed > limit_s => Verdict::Overdue,
            None if is_paused => Verdict::Paused,
            None if elapsed * 100 >= limit_s * self.policy.at_risk_percent => Verdict::AtRisk,
            None => Verdict::Running,
        };
        if reading.verdict.is_missed() {
            let calendar = self.calendar(reading);
            reading.overrun_s = match clock.is_due_from_source {
                true => calendar.elapsed(cycle.due_at, cycle.until_at),
                false => elapsed - limit_s,
            };
            let passed = if cycle.due_at == MISSING_AT { cycle.until_at } else { cycle.due_at };
            reading.decided_at = stop.map_or(passed, |stop| stop.min(passed));
        } else if reading.verdict.is_kept() {
            reading.decided_at = reading.stopped_at;
        }
    }

    /// Verdicts that stand above what was measured.
    fn overrule(&self, reading: &mut Reading, class: StatusClass, entitlement: Entitlement) {
        let opened_at = self.data.tickets.at(reading.ticket as usize, Time::Opened);
        let is_future = opened_at.is_some_and(|at| at > self.as_of);
        let (verdict, reason) = match (class, entitlement.refusal) {
            (StatusClass::Excluded(exclusion), _) => (
                Verdict::Excluded,
                match exclusion {
                    Exclusion::Merged => Reason::Merged,
                    Exclusion::Duplicate => Reason::Duplicate,
                    Exclusion::Cancelled => Reason::Cancelled,
                    Exclusion::Spam => Reason::Spam,
                },
            ),
            _ if is_future => (Verdict::Excluded, Reason::OpenedAfterAsOf),
            (_, Some(refusal)) if reading.verdict != Verdict::NoTarget => (Verdict::NotEntitled, refusal),
            _ => return,
        };
        (reading.verdict, reading.reason) = (verdict, reason);
        reading.decided_at = MISSING_AT;
        if verdict == Verdict::Excluded {
            reading.overrun_s = 0;
        }
    }

    /// Whether a clock that hasn't stopped should have: a ticket that is resolved
    /// may still be waiting for its closing.
    fn is_over(&self, clock: &Clock, class: StatusClass, ticket: usize) -> bool {
        let over_at = |time| self.data.tickets.at(ticket, time).is_some_and(|at| at <= self.as_of);
        let is_late = self.as_of_is_late(ticket);
        match clock.stop {
            Moment::Closed => class == StatusClass::Closed && is_late || over_at(Time::Closed),
            _ => class.is_over() && is_late || over_at(Time::Resolved) || over_at(Time::Closed),
        }
    }

    /// A status without history is the status of the export's day, not of as-of:
    /// it says "over" only where the ticket's own times don't say "later".
    fn as_of_is_late(&self, ticket: usize) -> bool {
        let later = |time| self.data.tickets.at(ticket, time).is_some_and(|at| at > self.as_of);
        !later(Time::Resolved) && !later(Time::Closed)
    }

    /// Notes who held the ticket, and what happened, when the limit was used up.
    fn hold(&self, reading: &mut Reading, timeline: &Timeline) {
        if let Some(held) = timeline.before(reading.due_at) {
            reading.due_group = held.group;
            reading.due_assignee = held.assignee;
            reading.due_kind = Some(super::split::segment_kind(held.class));
        }
    }
}

/// The cycle that the reading is about: the missed one with the largest excess;
/// else one that hasn't stopped, since it is not decided yet; else the one with
/// the largest excess. The earliest of equals.
fn counting(cycles: &[Cycle]) -> Option<Cycle> {
    let worst = |cycles: &mut dyn Iterator<Item = &Cycle>| {
        cycles.fold(None::<Cycle>, |worst, cycle| match worst {
            Some(worst) if worst.excess_s() >= cycle.excess_s() => Some(worst),
            _ => Some(*cycle),
        })
    };
    worst(&mut cycles.iter().filter(|cycle| cycle.is_missed()))
        .or_else(|| cycles.last().copied().filter(|cycle| !cycle.is_stopped))
        .or_else(|| worst(&mut cycles.iter()))
}

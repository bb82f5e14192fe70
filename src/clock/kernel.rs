//! One ticket in, its readings and segments out: a pure function of policy,
//! data and as-of, so that tickets can be measured in any order and in parallel.

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;
use rustc_hash::FxHashMap;

use super::entitlement::{Entitlement, Entitlements};
use super::policy::{
    CalendarChoice, Calendars, Clock, Exclusion, Moment, Policy, Reopen, Scope, SeverityChange, StatusClass,
    Target,
};
use super::reading::{Reading, Reason, Segment, SegmentKind, Verdict};
use super::timeline::{Stretch, Timeline};
use crate::calendar::{Calendar, Span};
use crate::model::{Contract, Dataset, MISSING_AT, Text, Time};

/// Everything that measuring needs, looked up once.
pub struct Kernel<'a> {
    pub policy: &'a Policy,
    pub data: &'a Dataset,
    pub as_of: i64,
    calendars: &'a Calendars,
    entitlements: Entitlements<'a>,
    /// By code of the ticket's status.
    ticket_class: Vec<StatusClass>,
    /// By code of the ticket's severity.
    ticket_level: Vec<u8>,
    /// By code of the events' values.
    event_class: Vec<StatusClass>,
    event_level: Vec<u8>,
    /// By code of the events' values: bit `i` where clock `i` pauses.
    event_pauses: Vec<u64>,
    /// By code of the ticket's site.
    site_zone: Vec<Option<Tz>>,
}

/// Most clocks that a policy may have.
pub const MAX_CLOCKS: usize = 64;

/// The buffers that one thread measures with.
#[derive(Debug, Default)]
pub struct Scratch {
    pub timeline: Timeline,
    pauses: Vec<(i64, i64)>,
    stops: Vec<(i64, i64)>,
}

/// One measured start-stop cycle, for `explain`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cycle {
    pub from_at: i64,
    /// Stop, or as-of where there is none.
    pub until_at: i64,
    pub is_stopped: bool,
    pub elapsed_s: i64,
    /// Disjoint and in order.
    pub pauses: Vec<(i64, i64)>,
}

/// How a reading came about, for `explain`.
#[derive(Debug, Clone)]
pub struct Ledger {
    pub reading: Reading,
    pub cycles: Vec<Cycle>,
    /// Every level whose target ever applied, with the instant since which it did.
    pub levels: Vec<(i64, u8)>,
    pub entitlement: Entitlement,
    pub target: Option<(Span, Span)>,
    /// Where the stop was found.
    pub stop_source: &'static str,
}

/// Level of a severity that the policy doesn't know.
pub const UNKNOWN_LEVEL: u8 = u8::MAX;

impl<'a> Kernel<'a> {
    /// Looks up what every distinct status, severity and site means.
    pub fn new(policy: &'a Policy, data: &'a Dataset, calendars: &'a Calendars, as_of: i64) -> Kernel<'a> {
        let class = |status: &str| policy.statuses.get(status).copied().unwrap_or(StatusClass::Work);
        let level =
            |name: &str| policy.severities.iter().position(|s| s == name).map_or(UNKNOWN_LEVEL, |l| l as u8);
        let zones: FxHashMap<&str, Option<Tz>> =
            data.sites.iter().map(|site| (site.site.as_str(), site.zone)).collect();
        let pauses = |status: &str| {
            policy.clocks.iter().enumerate().fold(0, |bits, (index, clock)| {
                let is_pause = clock.pauses.as_ref().is_some_and(|set| set.contains(status));
                bits | (u64::from(is_pause) << index)
            })
        };
        let values = &data.events.values;
        Kernel {
            policy,
            data,
            as_of,
            calendars,
            entitlements: Entitlements::new(&data.contracts, policy.warranty_months, data.has_contracts),
            ticket_class: data.tickets.column(Text::Status).dictionary.values().map(class).collect(),
            ticket_level: data.tickets.column(Text::Severity).dictionary.values().map(level).collect(),
            event_class: values.values().map(class).collect(),
            event_level: values.values().map(level).collect(),
            event_pauses: values.values().map(pauses).collect(),
            site_zone: (data.tickets.column(Text::Site).dictionary.values())
                .map(|site| zones.get(site).copied().flatten())
                .collect(),
        }
    }

    /// The zone of a ticket's site, if it is known.
    pub fn zone(&self, ticket: usize) -> Option<Tz> {
        let code = self.data.tickets.column(Text::Site).codes[ticket];
        self.site_zone.get(code as usize).copied().flatten()
    }

    /// The meaning of a ticket's last status up to as-of.
    pub fn status_class(&self, ticket: usize, timeline: &Timeline) -> StatusClass {
        let code = self.data.tickets.column(Text::Status).codes[ticket];
        let own = self.ticket_class.get(code as usize).copied();
        match (own, timeline.tells_status, timeline.stretches.last()) {
            (Some(excluded @ StatusClass::Excluded(_)), ..) => excluded,
            (_, true, Some(last)) => last.class,
            (own, ..) => own.unwrap_or(StatusClass::Queue),
        }
    }

    /// The calendar of a reading.
    pub fn calendar(&self, reading: &Reading) -> &'a Calendar {
        let zone = self.zone(reading.ticket as usize);
        self.calendars.get(self.policy, reading.calendar as usize, zone)
    }

    /// Whether support was owed when the ticket was opened.
    pub fn entitlement(&self, ticket: usize) -> Entitlement {
        let tickets = &self.data.tickets;
        let zone = self.zone(ticket).unwrap_or(self.policy.zone);
        self.entitlements.judge(
            local_date(tickets.at(ticket, Time::Opened).unwrap_or(0), zone),
            tickets.text(ticket, Text::Customer),
            tickets.text(ticket, Text::Site),
            tickets.text(ticket, Text::Product),
            tickets.text(ticket, Text::RequestType),
        )
    }

    /// Rebuilds the ticket's timeline in `scratch`.
    pub fn timeline(&self, ticket: usize, scratch: &mut Scratch) {
        let opened_at = self.data.tickets.at(ticket, Time::Opened).unwrap_or(self.as_of);
        scratch.timeline.rebuild(self.data.events.of(ticket), opened_at, self.as_of, |code| {
            self.event_class.get(code as usize).copied().unwrap_or(StatusClass::Queue)
        });
    }

    /// Measures every clock of one ticket and appends readings and segments.
    pub fn measure(
        &self,
        ticket: usize,
        scratch: &mut Scratch,
        readings: &mut Vec<Reading>,
        segments: &mut Vec<Segment>,
    ) {
        self.timeline(ticket, scratch);
        let entitlement = self.entitlement(ticket);
        for clock in 0..self.policy.clocks.len() {
            let reading = self.read(ticket, clock, entitlement, scratch, None);
            readings.push(reading);
            self.split(&reading, scratch, segments);
        }
    }

    /// Measures one clock of one ticket and says how.
    pub fn explain(&self, ticket: usize, clock: usize, scratch: &mut Scratch) -> Ledger {
        self.timeline(ticket, scratch);
        let entitlement = self.entitlement(ticket);
        let mut ledger = Ledger {
            reading: Reading::blank(ticket as u32, clock as u16),
            cycles: Vec::new(),
            levels: Vec::new(),
            entitlement,
            target: None,
            stop_source: "",
        };
        ledger.reading = self.read(ticket, clock, entitlement, scratch, Some(&mut ledger));
        ledger
    }

    fn read(
        &self,
        ticket: usize,
        index: usize,
        entitlement: Entitlement,
        scratch: &mut Scratch,
        mut ledger: Option<&mut Ledger>,
    ) -> Reading {
        let clock = &self.policy.clocks[index];
        let tickets = &self.data.tickets;
        let mut reading = Reading::blank(ticket as u32, index as u16);
        let timeline = &scratch.timeline;
        let class = self.status_class(ticket, timeline);
        reading.has_history = timeline.tells_status && !clock.ignores_history;
        reading.reopens = timeline.gaps.len() as u16;

        let opened_at = tickets.at(ticket, Time::Opened);
        let is_future = opened_at.is_some_and(|at| at > self.as_of);
        let Some(mut start) = self.moment(ticket, clock, clock.start, timeline).0 else {
            // A later start that hasn't come yet is not a defect.
            reading.verdict = if class.is_over() { Verdict::Unmeasured } else { Verdict::Running };
            reading.reason = Reason::StartMissing;
            return self.overrule(reading, class, is_future, entitlement);
        };
        let (stop, source) = self.moment(ticket, clock, clock.stop, timeline);
        let stop = stop.filter(|&at| at <= self.as_of);
        if source == RESOLUTION {
            reading.reason = Reason::ResolutionCounted;
        }

        let levels = self.levels(ticket, timeline, stop.unwrap_or(self.as_of));
        if clock.severity_change == SeverityChange::Restart && levels.len() > 1 {
            start = start.max(levels[levels.len() - 1].0);
        }
        reading.started_at = start;
        reading.stopped_at = stop.unwrap_or(MISSING_AT);
        let (level, target) = self.target(ticket, clock, &levels, entitlement);
        reading.severity = level;
        let contract = entitlement.contract.map(|index| &self.data.contracts[index]);
        reading.calendar = self.calendar_of(clock, target, contract) as u16;
        let calendar = self.calendars.get(self.policy, reading.calendar as usize, self.zone(ticket));

        self.cycles(clock, start, stop, scratch);
        let mut worst: Option<(i64, i64, i64, i64)> = None;
        let mut total_cycles = 0;
        for position in 0..scratch.stops.len() {
            let (from, until) = scratch.stops[position];
            self.pauses(index, clock, from, until, &scratch.timeline, &mut scratch.pauses);
            let running = calendar.elapsed(from, until);
            let mut paused: i64 = scratch.pauses.iter().map(|&(a, b)| calendar.elapsed(a, b)).sum();
            if !reading.has_history && clock.pauses.is_some() {
                paused = tickets.waiting_s[ticket].clamp(0, running);
            }
            let elapsed = running - paused;
            total_cycles += 1;
            if let Some(ledger) = ledger.as_deref_mut() {
                ledger.cycles.push(Cycle {
                    from_at: from,
                    until_at: until,
                    is_stopped: stop.is_some() || position + 1 < scratch.stops.len(),
                    elapsed_s: elapsed,
                    pauses: scratch.pauses.clone(),
                });
            }
            if worst.is_none_or(|(most, ..)| elapsed > most) {
                worst = Some((elapsed, paused, from, until));
            }
        }
        let (elapsed, paused, from, until) = worst.unwrap_or((0, 0, start, start));
        reading.cycles = total_cycles;
        reading.elapsed_s = elapsed;
        reading.paused_s = paused;
        reading.closed_hours_s = (until - from).max(0) - elapsed - paused;
        self.pauses(index, clock, from, until, &scratch.timeline, &mut scratch.pauses);

        let limits = if clock.is_due_from_source {
            tickets.at(ticket, Time::SourceDue).map(|due| {
                let limit = if due >= from { calendar.elapsed(from, due) } else { due - from };
                reading.due_at = due;
                (limit, limit)
            })
        } else {
            target.map(|target| {
                let target_s = limit_seconds(calendar, from, &target.target);
                let limit_s = limit_seconds(calendar, from, &target.limit);
                reading.due_at = due_at(calendar, from, &target.limit, limit_s, &scratch.pauses, self.as_of)
                    .unwrap_or(MISSING_AT);
                (target_s, limit_s)
            })
        };
        if let Some(ledger) = ledger {
            ledger.levels = levels;
            ledger.target = target.map(|target| (target.target, target.limit));
            ledger.stop_source = source;
        }
        let Some((target_s, limit_s)) = limits else {
            reading.verdict = Verdict::NoTarget;
            reading.reason = match clock.is_due_from_source {
                true => Reason::NoSourceDue,
                false => Reason::NoTargetForTicket,
            };
            return self.overrule(reading, class, is_future, entitlement);
        };
        // Business days and hours can't be compared before they are placed.
        let target_s = target_s.min(limit_s);
        (reading.target_s, reading.limit_s) = (target_s, limit_s);

        let is_paused = stop.is_none() && scratch.pauses.last().is_some_and(|p| p.1 >= self.as_of);
        reading.verdict = match stop {
            // The source's own deadline is an instant: compared as one.
            Some(stop) if clock.is_due_from_source => {
                if stop <= reading.due_at {
                    Verdict::Met
                } else {
                    Verdict::Breached
                }
            }
            Some(stop) if stop < start => {
                reading.reason = Reason::StopBeforeStart;
                Verdict::Unmeasured
            }
            Some(_) if elapsed <= target_s => Verdict::Met,
            Some(_) if elapsed <= limit_s => Verdict::Late,
            Some(_) => Verdict::Breached,
            None if self.is_over(class, ticket) => {
                reading.reason = Reason::StopMissing;
                Verdict::Unmeasured
            }
            None if clock.is_due_from_source && self.as_of > reading.due_at => Verdict::Overdue,
            None if !clock.is_due_from_source && elapsed > limit_s => Verdict::Overdue,
            None if is_paused => Verdict::Paused,
            None if elapsed * 100 >= limit_s * self.policy.at_risk_percent => Verdict::AtRisk,
            None => Verdict::Running,
        };
        if reading.verdict.is_missed() {
            reading.overrun_s = match clock.is_due_from_source {
                true => calendar.elapsed(reading.due_at, until),
                false => elapsed - limit_s,
            };
        }
        if reading.verdict.is_kept() {
            reading.decided_at = reading.stopped_at;
        } else if reading.verdict.is_missed() {
            let passed = if reading.due_at == MISSING_AT { until } else { reading.due_at };
            reading.decided_at = stop.map_or(passed, |stop| stop.min(passed));
        }
        self.overrule(reading, class, is_future, entitlement)
    }

    /// Verdicts that stand above what was measured.
    fn overrule(
        &self,
        mut reading: Reading,
        class: StatusClass,
        is_future: bool,
        entitlement: Entitlement,
    ) -> Reading {
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
            _ => return reading,
        };
        (reading.verdict, reading.reason) = (verdict, reason);
        reading.decided_at = MISSING_AT;
        if verdict == Verdict::Excluded {
            reading.overrun_s = 0;
        }
        reading
    }

    fn is_over(&self, class: StatusClass, ticket: usize) -> bool {
        let over_at = |time| self.data.tickets.at(ticket, time).is_some_and(|at| at <= self.as_of);
        class.is_over() && self.as_of_is_late(ticket) || over_at(Time::Resolved) || over_at(Time::Closed)
    }

    /// A status without history is the status of the export's day, not of as-of:
    /// it says "over" only where the ticket's own times don't say "later".
    fn as_of_is_late(&self, ticket: usize) -> bool {
        let later = |time| self.data.tickets.at(ticket, time).is_some_and(|at| at > self.as_of);
        !later(Time::Resolved) && !later(Time::Closed)
    }

    /// An instant of the ticket's life, and where it was found.
    fn moment(
        &self,
        ticket: usize,
        clock: &Clock,
        moment: Moment,
        timeline: &Timeline,
    ) -> (Option<i64>, &'static str) {
        let own = self.data.tickets.at(ticket, moment.time());
        if moment == Moment::Opened || clock.ignores_history {
            return (own, TIMESTAMP);
        }
        let last_resolve = match clock.reopen {
            Reopen::Ignore => timeline.resolves.first(),
            Reopen::Continue | Reopen::NewCycle => timeline.resolves.last().filter(|_| timeline.is_over()),
        };
        let found = match moment {
            Moment::Opened => None,
            Moment::Response if timeline.tells_replies => {
                let own = own.filter(|at| !timeline.automatic_replies.contains(at));
                match timeline.replied_at {
                    Some(at) => Some((Some(at), HISTORY)),
                    None => own.map(|at| (Some(at), TIMESTAMP)),
                }
            }
            Moment::Response => own.map(|at| (Some(at), TIMESTAMP)),
            Moment::OnSite => match timeline.arrived_at {
                Some(at) => Some((Some(at), HISTORY)),
                None => own.map(|at| (Some(at), TIMESTAMP)),
            },
            Moment::Resolved if !timeline.resolves.is_empty() => Some((last_resolve.copied(), HISTORY)),
            Moment::Closed if !timeline.closes.is_empty() => {
                Some((timeline.closes.last().copied().filter(|_| timeline.is_over()), HISTORY))
            }
            Moment::Resolved | Moment::Closed => own.map(|at| (Some(at), TIMESTAMP)),
        };
        match found {
            Some(found) => found,
            None if clock.resolution_counts && moment == clock.stop => {
                let resolved = match last_resolve {
                    Some(&at) => Some(at),
                    None if timeline.resolves.is_empty() => self.data.tickets.at(ticket, Time::Resolved),
                    None => None,
                };
                (resolved, RESOLUTION)
            }
            None => (None, TIMESTAMP),
        }
    }

    /// Every severity level up to `until`, with the instant since which it held.
    fn levels(&self, ticket: usize, timeline: &Timeline, until: i64) -> Vec<(i64, u8)> {
        let opened_at = self.data.tickets.at(ticket, Time::Opened).unwrap_or(until);
        let mut levels: Vec<(i64, u8)> = timeline
            .severities
            .iter()
            .filter(|(since, _)| *since <= until.max(opened_at))
            .filter_map(|&(since, code)| Some((since, *self.event_level.get(code as usize)?)))
            .collect();
        if levels.is_empty() {
            let code = self.data.tickets.column(Text::Severity).codes[ticket];
            let level = self.ticket_level.get(code as usize).copied().unwrap_or(UNKNOWN_LEVEL);
            levels.push((opened_at, level));
        }
        levels
    }

    fn target(
        &self,
        ticket: usize,
        clock: &'a Clock,
        levels: &[(i64, u8)],
        entitlement: Entitlement,
    ) -> (u8, Option<&'a Target>) {
        let contract = entitlement.contract.map(|index| &self.data.contracts[index]);
        let find =
            |level: u8| clock.targets.iter().find(|target| self.fits(&target.scope, ticket, level, contract));
        let last = levels.last().map_or(UNKNOWN_LEVEL, |l| l.1);
        match clock.severity_change {
            SeverityChange::Retarget | SeverityChange::Restart => (last, find(last)),
            SeverityChange::AsOpened => {
                let first = levels.first().map_or(UNKNOWN_LEVEL, |l| l.1);
                (first, find(first))
            }
            SeverityChange::Strictest => levels
                .iter()
                .filter_map(|&(_, level)| Some((level, find(level)?)))
                .min_by_key(|(level, target)| (span_order(&target.limit), *level))
                .map_or((last, None), |(level, target)| (level, Some(target))),
        }
    }

    fn fits(&self, scope: &Scope, ticket: usize, level: u8, contract: Option<&Contract>) -> bool {
        let tickets = &self.data.tickets;
        let has = |list: &[String], value: Option<&str>| {
            list.is_empty() || value.is_some_and(|value| list.iter().any(|entry| entry == value))
        };
        (scope.severities.is_empty() || scope.severities.contains(&level))
            && has(&scope.contracts, contract.map(|c| c.contract.as_str()))
            && has(&scope.target_sets, contract.and_then(|c| c.target_set.as_deref()))
            && has(&scope.customers, tickets.text(ticket, Text::Customer))
            && has(&scope.sites, tickets.text(ticket, Text::Site))
            && has(&scope.request_types, tickets.text(ticket, Text::RequestType))
            && has(&scope.categories, tickets.text(ticket, Text::Category))
            && has(&scope.products, tickets.text(ticket, Text::Product))
    }

    fn calendar_of(&self, clock: &Clock, target: Option<&Target>, contract: Option<&Contract>) -> usize {
        if let Some(calendar) = target.and_then(|target| target.calendar) {
            return calendar;
        }
        match clock.calendar {
            CalendarChoice::Named(position) => position,
            CalendarChoice::Contract { otherwise } => contract
                .and_then(|contract| contract.calendar.as_deref())
                .and_then(|name| self.policy.calendars.iter().position(|c| c.spec.name == name))
                .unwrap_or(otherwise),
        }
    }

    /// Fills `scratch.stops` with the cycles to measure.
    fn cycles(&self, clock: &Clock, start: i64, stop: Option<i64>, scratch: &mut Scratch) {
        scratch.stops.clear();
        let until = stop.unwrap_or(self.as_of);
        let mut from = start;
        if clock.reopen == Reopen::NewCycle && clock.stop != Moment::Response {
            for &(resolved_at, reopened_at) in &scratch.timeline.gaps {
                if resolved_at >= from && reopened_at <= until {
                    scratch.stops.push((from, resolved_at));
                    from = reopened_at;
                }
            }
        }
        scratch.stops.push((from, until));
    }

    /// The union of the intervals within `[from, until)` in which the clock stands still.
    fn pauses(
        &self,
        index: usize,
        clock: &Clock,
        from: i64,
        until: i64,
        timeline: &Timeline,
        pauses: &mut Vec<(i64, i64)>,
    ) {
        pauses.clear();
        if clock.ignores_history {
            return;
        }
        let mut add = |a: i64, b: i64| {
            let (a, b) = (a.max(from), b.min(until));
            if a < b {
                pauses.push((a, b));
            }
        };
        for stretch in &timeline.stretches {
            let bits = self.event_pauses.get(stretch.status as usize).copied().unwrap_or(0);
            if bits >> index & 1 == 1 {
                add(stretch.from_at, stretch.until_at);
            }
        }
        if clock.reopen == Reopen::Continue {
            for &(resolved_at, reopened_at) in &timeline.gaps {
                add(resolved_at, reopened_at);
            }
        }
        pauses.sort_unstable();
        let mut kept = 0;
        for position in 1..pauses.len() {
            let (a, b) = pauses[position];
            if a <= pauses[kept].1 {
                pauses[kept].1 = pauses[kept].1.max(b);
            } else {
                kept += 1;
                pauses[kept] = (a, b);
            }
        }
        pauses.truncate(kept + 1);
    }

    /// Splits a reading's time by what happened in it.
    fn split(&self, reading: &Reading, scratch: &Scratch, segments: &mut Vec<Segment>) {
        let stop = if reading.stopped_at == MISSING_AT { self.as_of } else { reading.stopped_at };
        if reading.started_at == MISSING_AT || stop <= reading.started_at {
            return;
        }
        let calendar = self.calendar(reading);
        let first = segments.len();
        for stretch in &scratch.timeline.stretches {
            let (from, until) = (stretch.from_at.max(reading.started_at), stretch.until_at.min(stop));
            if from < until {
                self.split_stretch(reading, calendar, stretch, (from, until), segments);
            }
        }
        segments[first..].sort_unstable_by_key(|s| (s.kind, s.status, s.group, s.assignee));
        let mut kept = first;
        for position in first..segments.len() {
            let segment = segments[position];
            if position > first && (Segment { seconds: segments[kept].seconds, ..segment }) == segments[kept]
            {
                segments[kept].seconds += segment.seconds;
            } else {
                if position > first {
                    kept += 1;
                }
                segments[kept] = segment;
            }
        }
        segments.truncate((kept + 1).min(segments.len()));
    }

    fn split_stretch(
        &self,
        reading: &Reading,
        calendar: &Calendar,
        stretch: &Stretch,
        (from, until): (i64, i64),
        segments: &mut Vec<Segment>,
    ) {
        let bits = self.event_pauses.get(stretch.status as usize).copied().unwrap_or(0);
        let is_pause = bits >> reading.clock & 1 == 1;
        let kind = match stretch.class {
            _ if is_pause => SegmentKind::Waiting,
            StatusClass::Resolved | StatusClass::Closed | StatusClass::Waiting => SegmentKind::Waiting,
            StatusClass::Queue => SegmentKind::Queue,
            StatusClass::Work | StatusClass::Excluded(_) => SegmentKind::Work,
        };
        let open = calendar.elapsed(from, until);
        let mut push = |kind, seconds| {
            if seconds > 0 {
                segments.push(Segment {
                    ticket: reading.ticket,
                    clock: reading.clock,
                    kind,
                    status: stretch.status,
                    group: stretch.group,
                    assignee: stretch.assignee,
                    seconds,
                });
            }
        };
        push(kind, open);
        push(SegmentKind::ClosedHours, until - from - open);
    }
}

const HISTORY: &str = "history";
const TIMESTAMP: &str = "timestamp";
const RESOLUTION: &str = "resolution";

/// The local date of an instant.
pub fn local_date(at: i64, zone: Tz) -> NaiveDate {
    DateTime::from_timestamp(at, 0).map_or(NaiveDate::MIN, |utc| utc.with_timezone(&zone).date_naive())
}

fn span_order(span: &Span) -> i64 {
    match span {
        Span::Seconds(seconds) => *seconds,
        Span::BusinessDays(days) => i64::from(*days) * 86_400,
    }
}

/// The seconds of a calendar that a span from an instant comes to.
fn limit_seconds(calendar: &Calendar, from: i64, span: &Span) -> i64 {
    match span {
        Span::Seconds(seconds) => *seconds,
        Span::BusinessDays(_) => {
            calendar.deadline(from, span).map_or(i64::MAX / 200, |due| calendar.elapsed(from, due))
        }
    }
}

/// When the limit is used up, given the pauses; `None` while a pause is open or
/// where the calendar never opens again.
fn due_at(
    calendar: &Calendar,
    from: i64,
    limit: &Span,
    limit_s: i64,
    pauses: &[(i64, i64)],
    as_of: i64,
) -> Option<i64> {
    if pauses.is_empty() {
        return calendar.deadline(from, limit);
    }
    let (mut at, mut rest) = (from, limit_s);
    for &(paused_at, resumed_at) in pauses {
        let running = calendar.elapsed(at, paused_at);
        if running >= rest {
            return calendar.add(at, rest);
        }
        rest -= running;
        at = resumed_at;
    }
    if at >= as_of { None } else { calendar.add(at, rest) }
}

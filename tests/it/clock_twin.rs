//! Clocks against a naive twin that lives through every ticket minute by minute.
//!
//! The twin knows the rules, the wall clock of a zone and nothing of `src/clock`: it writes down what
//! holds in each minute, then counts those that are open and not paused. All instants are seconds and
//! whole minutes. Left out on purpose: tickets without history, business days, contracts, sites,
//! deadlines of the source, and what `calendar_properties` covers.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, NaiveDate};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use sla_report::calendar::{
    BusinessDay, CalendarSpec, DeadlineAt, Holiday, Hours, Span, WeeklyHours, Window,
};
use sla_report::clock::{
    Audit, CalendarChoice, Calendars, Clock, Exclusion, Moment, NamedCalendar, Policy, Reading, Reason,
    Reopen, Scope, Segment, SegmentKind, SeverityChange, StatusClass, Target, Verdict, measure,
};
use sla_report::model::{
    Dataset, Dictionary, Event, Events, Field, MISSING_AT, MISSING_CODE, Role, Text, Time,
};

use crate::calendar_properties::CHANGES;

const DAY_S: i64 = 86_400;
/// Longest time from the opening to as-of, in minutes.
const LIFE_M: i64 = 12 * 1_440;
/// As-of, in minutes after the midnight (UTC) of the change.
const AS_OF_M: std::ops::Range<i64> = -2 * 1_440..8 * 1_440;
/// Days on either side of the change that have hours: those of every life, with room for zones.
const REACH: u64 = 16;

/// All values of events, by code: statuses, severities from the most severe on, groups and assignees.
const VALUES: [&str; 14] = [
    "new", "open", "asked", "parked", "solved", "closed", "spam", "odd", "high", "mid", "low", "ann", "bob",
    "cid",
];
const NEW: u32 = 0;
const ASKED: u32 = 2;
const PARKED: u32 = 3;
const SOLVED: u32 = 4;
/// Isn't configured.
const ODD: u32 = 7;
const LEVEL: u32 = 8;
const HOLDER: u32 = 11;
/// Statuses, as often as they are drawn.
const DRAWN: [u32; 14] = [0, 1, 1, 2, 2, 2, 3, 4, 4, 4, 5, 5, 6, 7];

/// Codes of status, severity, group and assignee, by [`Field`].
type State = [u32; 4];

fn class(state: &State) -> StatusClass {
    match state[0] {
        NEW => StatusClass::Queue,
        ASKED | PARKED => StatusClass::Waiting,
        SOLVED => StatusClass::Resolved,
        5 => StatusClass::Closed,
        6 => StatusClass::Excluded(Exclusion::Spam),
        _ => StatusClass::Work,
    }
}

fn name(code: u32) -> String {
    VALUES[code as usize].to_owned()
}

/// A calendar and the date around which its zone changes. Its windows are every other piece of a week
/// that is cut at random, so that they never overlap.
fn calendars() -> impl Strategy<Value = (CalendarSpec, NaiveDate)> {
    let cuts = btree_set(0..7 * 144_u32, 2..24);
    let holidays = vec(0..2 * REACH, 0..4);
    (select(&CHANGES[..]), cuts, holidays, 0..6_u8).prop_map(|((zone, on), cuts, holidays, kind)| {
        let around = NaiveDate::from_ymd_opt(on.0, on.1, on.2).expect("a date");
        let mut week: [Vec<Window>; 7] = Default::default();
        for pair in Vec::from_iter(cuts).chunks_exact(2) {
            // In units of ten minutes, and always shorter than a day.
            let (start, end) = (pair[0], pair[1].min(pair[0] + 143));
            let end_s = if end % 144 == 0 { 86_400 } else { end % 144 * 600 };
            week[start as usize / 144].push(Window { start_s: start % 144 * 600, end_s });
        }
        let weekly = if kind == 0 { WeeklyHours::AlwaysOpen } else { WeeklyHours::Windows(week) };
        let holiday = |n| Holiday::Date { date: around - Days::new(REACH) + Days::new(n), name: None };
        let spec = CalendarSpec {
            name: "random".to_owned(),
            zone: zone.parse().expect("a zone"),
            versions: vec![Hours { valid_from: None, weekly, breaks: Vec::new() }],
            holidays: holidays.into_iter().map(holiday).collect(),
            overrides: Vec::new(),
            deadline_at: DeadlineAt::Close,
            business_day: BusinessDay::FromOpening,
        };
        (spec, around)
    })
}

#[derive(Debug, Clone)]
struct Story {
    /// From the opening to as-of.
    age: i64,
    /// Before all events.
    start: State,
    /// Their `at` counts from the opening.
    events: Vec<Event>,
}

/// An event so many minutes after the one before.
fn events() -> impl Strategy<Value = Event> {
    let at = prop_oneof![3 => Just(0), 2 => 1..90_i64, 3 => 1..1_500_i64];
    let holder = select(&[HOLDER, HOLDER + 1, HOLDER + 2, MISSING_CODE][..]);
    let role = prop_oneof![3 => Just(Role::Agent), 3 => Just(Role::Customer), 1 => Just(Role::Automation)];
    let change = prop_oneof![
        10 => (Just(Field::Status), select(&DRAWN[..]), Just(Role::Agent)),
        2 => (Just(Field::Severity), LEVEL..HOLDER, Just(Role::Agent)),
        2 => (select(&[Field::Group, Field::Assignee][..]), holder, Just(Role::Agent)),
        10 => (Just(Field::Reply), Just(MISSING_CODE), role),
        1 => (Just(Field::OnSite), Just(MISSING_CODE), Just(Role::Agent)),
    ];
    let from = MISSING_CODE;
    (at, change).prop_map(move |(at, (field, to, role))| Event {
        at,
        sequence: 0,
        ticket: 0,
        from,
        to,
        field,
        role,
    })
}

fn stories() -> impl Strategy<Value = Story> {
    let start = (0..4_u32, LEVEL..HOLDER, HOLDER..HOLDER + 3, HOLDER..HOLDER + 3).prop_map(State::from);
    let lead_m = prop_oneof![5 => Just(0), 1 => 1..600_i64];
    // As-of is any minute, also one before the opening, or the very one of an event.
    let age_m = prop_oneof![3 => Just(None), 5 => (-100..LIFE_M).prop_map(Some)];
    let drawn = prop_oneof![vec(events(), 0..=12), vec(events(), 10..=12)];
    (start, lead_m, drawn, age_m, any::<Index>()).prop_map(|(mut start, lead_m, drawn, age_m, index)| {
        let events = history(&mut start, lead_m * 60, drawn);
        let of_event = events[index.index(events.len())].at.clamp(0, LIFE_M * 60);
        Story { age: age_m.map_or(of_event, |minutes| minutes * 60), start, events }
    })
}

/// Events that follow from each other, the first one `lead` before the opening. Until the opening nothing
/// is resolved or replied. A holder that no event names isn't known.
fn history(start: &mut State, lead: i64, drawn: Vec<Event>) -> Vec<Event> {
    let (role, field, from, to) = (Role::Customer, Field::Status, MISSING_CODE, start[0]);
    let mut events = vec![Event { at: -lead, sequence: 0, ticket: 0, from, to, field, role }];
    let mut state = *start;
    for mut event in drawn {
        event.at = event.at * 60 + events[events.len() - 1].at;
        event.sequence = events.len() as i32;
        if event.field > Field::Assignee {
            event.at = event.at.max(0);
        } else {
            let value = &mut state[event.field as usize];
            (event.from, *value) = (*value, event.to);
            if event.at < 0 && class(&state).is_over() {
                state[0] = event.from;
                event.to = event.from;
            }
        }
        events.push(event);
    }
    for field in [Field::Group, Field::Assignee] {
        if events.iter().all(|event| event.field != field) {
            start[field as usize] = MISSING_CODE;
        }
    }
    events
}

const CLOCKS: usize = 11;

/// Target and limit of each level; limits are never equal.
type Levels = [(i64, i64); 3];

fn levels() -> impl Strategy<Value = Levels> {
    let limit = || (prop_oneof![1..60_i64, 1..1_000_i64], any::<Index>());
    [limit(), limit(), limit()].prop_map(|drawn| {
        std::array::from_fn(|level| {
            let limit_m = drawn[level].0 * 3 + level as i64;
            ((1 + drawn[level].1.index(limit_m as usize) as i64) * 60, limit_m * 60)
        })
    })
}

/// A clock of each kind, with those targets.
fn clocks(levels: &[Levels]) -> Vec<Clock> {
    use {Moment::*, Reopen::*, SeverityChange::*};
    let kinds: [(_, _, &[u32], _, _); CLOCKS] = [
        ("response", Response, &[], Continue, Retarget),
        ("on_site", OnSite, &[ASKED], Ignore, Retarget),
        ("resolution", Resolved, &[ASKED], Continue, Retarget),
        ("new_cycle", Resolved, &[ASKED], NewCycle, Retarget),
        ("first_resolve", Resolved, &[ASKED], Ignore, Retarget),
        ("restart", Resolved, &[ASKED], Continue, Restart),
        ("as_opened", Resolved, &[ASKED, PARKED], Continue, AsOpened),
        ("strictest", Resolved, &[ASKED, NEW], Continue, Strictest),
        ("closing", Closed, &[ASKED, SOLVED], Continue, Retarget),
        ("next_reply", Reply, &[], Continue, Retarget),
        ("patient_reply", Reply, &[ASKED], Continue, Restart),
    ];
    let clock =
        |((label, stop, pauses, reopen, severity_change), levels): ((&str, _, &[u32], _, _), &Levels)| {
            Clock {
                name: label.to_owned(),
                label: label.to_owned(),
                start: if stop == Reply { CustomerReply } else { Opened },
                stop,
                calendar: CalendarChoice::Named(0),
                pauses: (!pauses.is_empty()).then(|| pauses.iter().copied().map(name).collect()),
                targets: (0..).zip(levels).map(target).collect(),
                is_due_from_source: false,
                resolution_counts: matches!(stop, Response | Reply),
                ignores_history: false,
                severity_change,
                reopen,
                attainment_target: None,
            }
        };
    kinds.into_iter().zip(levels).map(clock).collect()
}

fn target((level, &(target, limit)): (u8, &(i64, i64))) -> Target {
    let scope = Scope { severities: vec![level], ..Scope::default() };
    Target { scope, target: Span::Seconds(target), limit: Span::Seconds(limit), calendar: None }
}

fn policy(spec: CalendarSpec, clocks: Vec<Clock>) -> Policy {
    Policy {
        severities: (LEVEL..HOLDER).map(name).collect(),
        statuses: (NEW..ODD).map(|status| (name(status), class(&[status; 4]))).collect(),
        zone: spec.zone,
        calendars: vec![NamedCalendar { spec, follows_site: false }],
        clocks,
        warranty_months: 3,
        at_risk_percent: 75,
        credits: Vec::new(),
        audit: Audit::default(),
    }
}

fn dataset(stories: &[Story], as_of: i64) -> Dataset {
    let mut data = Dataset { has_events: true, last_at: Some(as_of), ..Dataset::default() };
    let (mut rows, mut values) = (Vec::new(), Dictionary::default());
    for value in VALUES {
        values.intern(value);
    }
    for (ticket, story) in (0..).zip(stories) {
        let opened = as_of - story.age;
        let last = story.events.iter().rfind(|event| event.field == Field::Severity);
        let severity = last.map_or(story.start[1], |event| event.to);
        let tickets = &mut data.tickets;
        tickets.ticket_id.push(&format!("{ticket:03}"));
        for (time, column) in tickets.times.iter_mut().enumerate() {
            column.push(if time == Time::Opened as usize { opened } else { MISSING_AT });
        }
        for (text, column) in tickets.texts.iter_mut().enumerate() {
            column.push(if text == Text::Severity as usize { VALUES[severity as usize] } else { "" });
        }
        tickets.summary.push("");
        tickets.activity.push("");
        tickets.reopen_count.push(-1);
        tickets.waiting_s.push(-1);
        let placed = |event: &Event| Event { at: opened + event.at, ticket, ..*event };
        rows.extend(story.events.iter().map(placed));
    }
    data.events = Events::new(rows, values, stories.len());
    data
}

/// Whether the calendar is open, for every minute around the change.
struct Hourglass {
    first: i64,
    is_open: Vec<bool>,
}

impl Hourglass {
    fn new(spec: &CalendarSpec, around: NaiveDate) -> Hourglass {
        let (first, last) =
            (midnight(around - Days::new(REACH + 3)), midnight(around + Days::new(REACH + 3)));
        // What the wall clock shows in each minute, as if it were UTC.
        let wall = |minute: i64| {
            let at = DateTime::from_timestamp(first + minute * 60, 0).expect("an instant");
            at.with_timezone(&spec.zone).naive_local().and_utc().timestamp()
        };
        let walls: Vec<i64> = (0..(last - first) / 60).map(wall).collect();
        // The first minute that shows a wall time. One that is never shown would have been, had the clock
        // not been put forward.
        let edge = |wall: i64| {
            walls.iter().position(|shown| *shown == wall).unwrap_or_else(|| {
                let after = walls.iter().position(|shown| *shown > wall).expect("a later minute");
                after - 1 + ((wall - walls[after - 1]) / 60) as usize
            })
        };
        let mut is_open = vec![false; walls.len()];
        let mut fill = |date: NaiveDate, window: &Window, value: bool| {
            let crosses = window.end_s <= window.start_s;
            let start = edge(midnight(date) + i64::from(window.start_s));
            let end = edge(midnight(date) + i64::from(window.end_s) + if crosses { DAY_S } else { 0 });
            is_open[start..end.max(start)].fill(value);
        };
        // A zone may skip a date.
        let exists = |date: &NaiveDate| walls[edge(midnight(*date))] < midnight(*date) + DAY_S;
        let is_holiday =
            |date: &NaiveDate| spec.holidays.contains(&Holiday::Date { date: *date, name: None });
        let dates = (around - Days::new(REACH)).iter_days().take(2 * REACH as usize).filter(exists);
        let (holidays, others): (Vec<NaiveDate>, Vec<NaiveDate>) = dates.partition(is_holiday);
        let whole_day = Window { start_s: 0, end_s: 86_400 };
        for date in others {
            match &spec.versions[0].weekly {
                WeeklyHours::AlwaysOpen => fill(date, &whole_day, true),
                WeeklyHours::Windows(week) => {
                    let windows = &week[date.weekday().num_days_from_monday() as usize];
                    windows.iter().for_each(|window| fill(date, window, true));
                }
            }
        }
        holidays.into_iter().for_each(|date| fill(date, &whole_day, false));
        Hourglass { first, is_open }
    }

    fn is_open(&self, at: i64) -> bool {
        self.is_open[((at - self.first) / 60) as usize]
    }
}

fn midnight(date: NaiveDate) -> i64 {
    date.and_time(Default::default()).and_utc().timestamp()
}

/// What happened at the beginning of a minute, and what holds in it.
#[derive(Default)]
struct Minute {
    state: State,
    is_over: bool,
    has_agent_reply: bool,
    has_customer_reply: bool,
    is_resolving: bool,
}

/// A ticket from its opening to as-of. The last minute begins at as-of; it shows what holds then.
struct Life {
    opened: i64,
    as_of: i64,
    minutes: Vec<Minute>,
    /// Resolves (true) and reopenings (false), in order.
    turns: Vec<(i64, bool)>,
    closed: Option<i64>,
    arrived: Option<i64>,
    /// The level at the opening and all that came later.
    levels: Vec<(i64, usize)>,
}

/// A start, and the stop if there was one.
type Bounds = (i64, Option<i64>);

struct Cycle {
    from: i64,
    stop: Option<i64>,
    level: usize,
    target: i64,
    limit: i64,
    /// The minutes in which the clock ran.
    counted: Vec<i64>,
    segments: Vec<Segment>,
}

impl Cycle {
    fn elapsed(&self) -> i64 {
        self.counted.len() as i64 * 60
    }
}

impl Life {
    fn new(story: &Story, as_of: i64) -> Life {
        let (opened, mut state) = (as_of - story.age, story.start);
        let mut events = story.events.iter().peekable();
        while let Some(event) = events.next_if(|event| event.at < 0) {
            state[event.field as usize] = event.to;
        }
        let mut life = Life {
            opened,
            as_of,
            minutes: Vec::new(),
            turns: Vec::new(),
            closed: None,
            arrived: None,
            levels: vec![(opened, (state[1] - LEVEL) as usize)],
        };
        for at in (opened..=as_of).step_by(60) {
            let mut minute = Minute::default();
            while let Some(event) = events.next_if(|event| opened + event.at == at) {
                life.happen(at, event, &mut state, &mut minute);
            }
            life.minutes.push(Minute { state, is_over: class(&state).is_over(), ..minute });
        }
        life
    }

    fn happen(&mut self, at: i64, event: &Event, state: &mut State, minute: &mut Minute) {
        let before = *state;
        match event.field {
            Field::Reply => {
                minute.has_agent_reply |= event.role == Role::Agent;
                minute.has_customer_reply |= event.role == Role::Customer;
            }
            Field::OnSite => self.arrived = self.arrived.or(Some(at)),
            field => state[field as usize] = event.to,
        }
        if state[1] != before[1] {
            // A change in the opening minute is the level at the opening.
            if at == self.opened {
                self.levels.clear();
            }
            self.levels.push((at, (state[1] - LEVEL) as usize));
        }
        let (was, is) = (class(&before), class(state));
        if was.is_over() != is.is_over() {
            self.turns.push((at, is.is_over()));
            minute.is_resolving |= is.is_over();
            // A closing is undone by a reopening.
            self.closed = self.closed.filter(|_| is.is_over());
        }
        if was != StatusClass::Closed && is == StatusClass::Closed {
            self.closed = Some(at);
        }
    }

    fn minute(&self, at: i64) -> &Minute {
        &self.minutes[((at - self.opened) / 60) as usize]
    }

    fn with_instants(&self) -> impl Iterator<Item = (i64, &Minute)> {
        (self.opened..).step_by(60).zip(&self.minutes)
    }

    /// What holds at as-of.
    fn last(&self) -> &Minute {
        self.minute(self.as_of)
    }

    fn stop(&self, clock: &Clock) -> Option<i64> {
        let mut resolves = self.turns.iter().filter(|turn| turn.1).map(|turn| turn.0);
        let replied = self.with_instants().find(|(_, minute)| minute.has_agent_reply);
        match (clock.stop, replied) {
            (Moment::OnSite, _) => self.arrived,
            (Moment::Closed, _) => self.closed.filter(|_| self.last().is_over),
            (Moment::Response, Some((at, _))) => Some(at),
            _ if clock.reopen == Reopen::Ignore => resolves.next(),
            _ => resolves.next_back().filter(|_| self.last().is_over),
        }
    }

    fn bounds(&self, clock: &Clock) -> Vec<Bounds> {
        if clock.start == Moment::CustomerReply {
            return self.replies();
        }
        if clock.reopen != Reopen::NewCycle {
            return vec![(self.opened, self.stop(clock))];
        }
        let mut bounds = vec![(self.opened, None)];
        for &(at, is_resolve) in &self.turns {
            match bounds.last_mut() {
                Some(last) if is_resolve => last.1 = Some(at),
                _ => bounds.push((at, None)),
            }
        }
        bounds
    }

    /// From each customer's reply to the agent's. In every minute, what stops comes before what starts.
    fn replies(&self) -> Vec<Bounds> {
        let (mut bounds, mut running) = (Vec::new(), None);
        let (mut has_response, mut is_asked) = (false, false);
        for (at, minute) in self.with_instants() {
            if minute.has_agent_reply {
                (has_response, is_asked) = (true, false);
            }
            if minute.has_agent_reply || minute.is_resolving {
                bounds.extend(running.take().map(|from| (from, Some(at))));
            }
            is_asked |= minute.has_customer_reply && has_response;
            // What is asked of a ticket that is over waits for the reopening.
            if is_asked && !minute.is_over {
                (running, is_asked) = (running.or(Some(at)), false);
            }
        }
        bounds.extend(running.map(|from| (from, None)));
        bounds
    }
}

/// One clock of one ticket.
struct Twin<'a> {
    life: &'a Life,
    hours: &'a Hourglass,
    clock: &'a Clock,
    /// Target and limit of each level.
    levels: &'a Levels,
    /// Codes of the statuses in which the clock stands still.
    pauses: Vec<u32>,
    seen: &'a Reading,
}

impl Twin<'_> {
    /// Measures one cycle, by the severities that were known before its stop.
    fn cycle(&self, (from, stop): Bounds) -> Cycle {
        let (opening, later) = self.life.levels.split_first().expect("a level");
        let is_known = |level: &&(i64, usize)| stop.is_none_or(|stop| level.0 < stop);
        let known: Vec<_> = [opening].into_iter().chain(later.iter().filter(is_known)).collect();
        let (since, last) = *known[known.len() - 1];
        let strictest = known.iter().map(|level| level.1).min_by_key(|level| self.levels[*level].1);
        let (from, level) = match self.clock.severity_change {
            SeverityChange::Retarget => (from, last),
            SeverityChange::Restart => (from.max(since), last),
            SeverityChange::AsOpened => (from, opening.1),
            SeverityChange::Strictest => (from, strictest.expect("a level")),
        };
        let (target, limit) = self.levels[level];
        let mut cycle = Cycle { from, stop, level, target, limit, counted: Vec::new(), segments: Vec::new() };
        for at in (from..stop.unwrap_or(self.life.as_of)).step_by(60) {
            let minute = self.segment(at);
            if minute.is_counted {
                cycle.counted.push(at);
            }
            match cycle.segments.last_mut() {
                Some(last) if (Segment { seconds: 60, ..*last }) == minute => last.seconds += 60,
                _ => cycle.segments.push(minute),
            }
        }
        cycle
    }

    /// What a minute is to the clock.
    fn segment(&self, at: i64) -> Segment {
        let Minute { state, is_over, .. } = *self.life.minute(at);
        let (is_open, is_paused) = (self.hours.is_open(at), self.pauses.contains(&state[0]));
        let is_gap = is_over && self.life.turns.iter().any(|&(turn, is_resolve)| !is_resolve && turn > at);
        let is_counted = is_open && !is_paused && !(is_gap && self.clock.reopen == Reopen::Continue);
        let kind = match class(&state) {
            _ if !is_open => SegmentKind::ClosedHours,
            _ if is_paused => SegmentKind::Waiting,
            StatusClass::Waiting | StatusClass::Resolved | StatusClass::Closed => SegmentKind::Waiting,
            StatusClass::Queue => SegmentKind::Queue,
            StatusClass::Work | StatusClass::Excluded(_) => SegmentKind::Work,
        };
        let (Reading { ticket, clock, .. }, [status, _, group, assignee]) = (*self.seen, state);
        Segment { ticket, clock, kind, status, group, assignee, is_counted, seconds: 60 }
    }

    fn verdict(&self, cycle: &Cycle) -> Verdict {
        let Minute { state, is_over, .. } = *self.life.last();
        let elapsed = cycle.elapsed();
        match cycle.stop {
            _ if matches!(class(&state), StatusClass::Excluded(_)) => Verdict::Excluded,
            Some(_) if elapsed <= cycle.target => Verdict::Met,
            Some(_) if elapsed <= cycle.limit => Verdict::Late,
            Some(_) => Verdict::Breached,
            // What is resolved may still be closed.
            None if is_over && self.clock.stop != Moment::Closed => Verdict::Unmeasured,
            None if elapsed > cycle.limit => Verdict::Overdue,
            None if self.pauses.contains(&state[0]) => Verdict::Paused,
            None if elapsed * 100 >= cycle.limit * 75 => Verdict::AtRisk,
            None => Verdict::Running,
        }
    }

    /// The reading and its segments as they should be; what the twin doesn't judge is as seen. `None` if
    /// the clock never started.
    fn expect(&self) -> Option<(Reading, Vec<Segment>)> {
        let bounds = self.life.bounds(self.clock);
        let cycles: Vec<Cycle> = bounds.into_iter().map(|bounds| self.cycle(bounds)).collect();
        // Of equal ones `max_by_key` takes the last.
        let excess = |cycle: &&Cycle| cycle.elapsed() - cycle.limit;
        let missed = cycles.iter().rev().filter(|cycle| excess(cycle) > 0).max_by_key(excess);
        let open = cycles.last().filter(|cycle| cycle.stop.is_none());
        let cycle = missed.or(open).or_else(|| cycles.iter().rev().max_by_key(excess))?;
        let verdict = self.verdict(cycle);
        // The minute in which the budget ran out.
        let spent = verdict.is_missed().then(|| cycle.counted[(cycle.limit / 60) as usize - 1]);
        let held = spent.map(|at| self.segment(at));
        let (stopped_at, due_at) = (cycle.stop.unwrap_or(MISSING_AT), spent.map(|at| at + 60));
        let sum = |is_in: fn(&&Segment) -> bool| cycle.segments.iter().filter(is_in).map(|s| s.seconds).sum();
        let reading = Reading {
            verdict,
            severity: cycle.level as u8,
            started_at: cycle.from,
            stopped_at,
            due_at: due_at.unwrap_or(self.seen.due_at),
            decided_at: if verdict.is_kept() { stopped_at } else { due_at.unwrap_or(MISSING_AT) },
            elapsed_s: cycle.elapsed(),
            target_s: cycle.target,
            limit_s: cycle.limit,
            overrun_s: if verdict.is_missed() { cycle.elapsed() - cycle.limit } else { 0 },
            paused_s: sum(|s| !s.is_counted && s.kind != SegmentKind::ClosedHours),
            closed_hours_s: sum(|s| s.kind == SegmentKind::ClosedHours),
            cycles: cycles.len() as u16,
            reopens: self.life.turns.iter().filter(|turn| !turn.1).count() as u16,
            due_group: held.map_or(MISSING_CODE, |held| held.group),
            due_assignee: held.map_or(MISSING_CODE, |held| held.assignee),
            due_kind: held.map(|held| held.kind),
            ..*self.seen
        };
        Some((reading, cycle.segments.clone()))
    }

    /// The reading of a next-reply clock that never started.
    fn unstarted(&self, has_replies: bool) -> Reading {
        let Minute { state, is_over, .. } = self.life.last();
        let (verdict, reason) = match class(state) {
            StatusClass::Excluded(_) => (Verdict::Excluded, Reason::Spam),
            _ if has_replies => (Verdict::NoTarget, Reason::NeverStarted),
            _ if *is_over => (Verdict::Unmeasured, Reason::StartMissing),
            _ => (Verdict::Running, Reason::StartMissing),
        };
        Reading { verdict, reason, started_at: MISSING_AT, cycles: 0, ..*self.seen }
    }
}

/// Segments that differ in nothing but their seconds, added up. Where they agree with the twin's, they add
/// up to the reading, which was counted from those.
fn merged<'a>(segments: impl IntoIterator<Item = &'a Segment>) -> BTreeMap<Segment, i64> {
    let mut merged = BTreeMap::new();
    for segment in segments {
        *merged.entry(Segment { seconds: 0, ..*segment }).or_default() += segment.seconds;
    }
    merged
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 120,
        max_shrink_iters: 4_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_naive_twin_agrees(
        (spec, around) in calendars(),
        as_of_m in AS_OF_M,
        mut stories in vec(stories(), 1..80),
        levels in vec(levels(), CLOCKS),
        tells_replies in proptest::bool::weighted(0.9),
    ) {
        if !tells_replies {
            stories.iter_mut().for_each(|story| story.events.retain(|event| event.field != Field::Reply));
        }
        let mut all_events = stories.iter().flat_map(|story| &story.events);
        let has_replies = all_events.any(|event| event.field == Field::Reply);
        let as_of = midnight(around) + as_of_m * 60;
        let hours = Hourglass::new(&spec, around);
        let (policy, data) = (policy(spec, clocks(&levels)), dataset(&stories, as_of));
        let calendars = Calendars::build(&policy, &[], around - Days::new(9), around).expect("calendars");
        let readings = measure(&policy, &data, &calendars, as_of);
        prop_assert_eq!(readings.rows.len(), stories.len() * CLOCKS);
        let mut segments = &readings.segments[..];
        for (story, readings) in stories.iter().zip(readings.rows.chunks(CLOCKS)) {
            if story.age < 0 {
                prop_assert!(readings.iter().all(|reading| reading.verdict == Verdict::Excluded));
                continue;
            }
            let life = Life::new(story, as_of);
            for ((clock, levels), seen) in policy.clocks.iter().zip(&levels).zip(readings) {
                let is_own = |s: &&Segment| (s.ticket, s.clock) == (seen.ticket, seen.clock);
                let (own, rest) = segments.split_at(segments.iter().take_while(is_own).count());
                segments = rest;
                let is_pause = |status: &u32| clock.pauses.iter().flatten().any(|n| *n == name(*status));
                let pauses = (NEW..LEVEL).filter(is_pause).collect();
                let twin = Twin { life: &life, hours: &hours, clock, levels, pauses, seen };
                let never = || (twin.unstarted(has_replies), Vec::new());
                let (reading, parts) = twin.expect().unwrap_or_else(never);
                let place = || format!("{} {levels:?} at {as_of} of {story:?}", clock.name);
                prop_assert_eq!(*seen, reading, "{}", place());
                prop_assert_eq!(merged(own), merged(&parts), "{}", place());
            }
        }
        prop_assert!(segments.is_empty(), "{:?}", segments);
    }
}

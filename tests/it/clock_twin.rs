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

/// The zones of `calendar_properties`, with a date around which their clocks change.
const CHANGES: [(&str, (i32, u32, u32)); 17] = [
    ("America/Sao_Paulo", (2018, 11, 4)),
    ("America/Sao_Paulo", (2018, 2, 18)),
    ("Asia/Tehran", (2021, 3, 22)),
    ("Asia/Tehran", (2021, 9, 22)),
    ("Australia/Lord_Howe", (2024, 4, 7)),
    ("Australia/Lord_Howe", (2024, 10, 6)),
    ("Europe/Lisbon", (2024, 3, 31)),
    ("Europe/Lisbon", (2024, 10, 27)),
    ("Europe/Lisbon", (1992, 9, 27)),
    ("Europe/Paris", (2020, 10, 25)),
    ("Africa/Cairo", (2010, 8, 11)),
    ("Africa/Cairo", (2010, 9, 10)),
    ("Africa/Cairo", (2023, 4, 28)),
    ("Africa/Cairo", (2023, 10, 27)),
    ("Asia/Kolkata", (2024, 1, 1)),
    ("America/Havana", (2024, 11, 3)),
    ("Pacific/Apia", (2011, 12, 30)),
];

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
const LEVEL: u32 = 8;
const HOLDER: u32 = 11;
/// Statuses, as often as they are drawn.
const DRAWN: [u32; 14] = [0, 1, 1, 1, 2, 2, 2, 3, 4, 4, 4, 5, 6, 7];

/// Codes of status, severity, group and assignee, by [`Field`].
type State = [u32; 4];

fn class(state: &State) -> StatusClass {
    match VALUES[state[0] as usize] {
        "new" => StatusClass::Queue,
        "asked" | "parked" => StatusClass::Waiting,
        "solved" => StatusClass::Resolved,
        "closed" => StatusClass::Closed,
        "spam" => StatusClass::Excluded(Exclusion::Spam),
        _ => StatusClass::Work,
    }
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

/// An event so long after the one before.
fn events() -> impl Strategy<Value = Event> {
    let after = prop_oneof![3 => Just(0), 2 => 1..90_i64, 3 => 1..1_500_i64];
    let holder = select(&[HOLDER, HOLDER + 1, HOLDER + 2, MISSING_CODE][..]);
    let role = select(&[Role::Agent, Role::Agent, Role::Customer, Role::Customer, Role::Automation][..]);
    let change = prop_oneof![
        7 => (Just(Field::Status), select(&DRAWN[..]), Just(Role::Agent)),
        3 => (Just(Field::Severity), LEVEL..HOLDER, Just(Role::Agent)),
        2 => (select(&[Field::Group, Field::Assignee][..]), holder, Just(Role::Agent)),
        6 => (Just(Field::Reply), Just(MISSING_CODE), role),
        1 => (Just(Field::OnSite), Just(MISSING_CODE), Just(Role::Agent)),
    ];
    let (sequence, ticket, from) = (0, 0, MISSING_CODE);
    (after, change).prop_map(move |(after, (field, to, role))| Event {
        at: after * 60,
        sequence,
        ticket,
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
    (start, lead_m, vec(events(), 0..=12), age_m, any::<Index>()).prop_map(
        |(mut start, lead_m, drawn, age_m, index)| {
            let events = history(&mut start, lead_m * 60, drawn);
            let of_event = events[index.index(events.len())].at.clamp(0, LIFE_M * 60);
            Story { age: age_m.map_or(of_event, |minutes| minutes * 60), start, events }
        },
    )
}

/// Events that follow from each other, the first one `lead` before the opening. Until the opening nothing
/// is resolved or replied. A holder that no event names isn't known.
fn history(start: &mut State, lead: i64, drawn: Vec<Event>) -> Vec<Event> {
    let (role, field, from, to) = (Role::Customer, Field::Status, MISSING_CODE, start[0]);
    let mut events = vec![Event { at: -lead, sequence: 0, ticket: 0, from, to, field, role }];
    let mut state = *start;
    for mut event in drawn {
        event.at += events[events.len() - 1].at;
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

#[derive(Debug)]
struct Promise {
    name: &'static str,
    start: Moment,
    stop: Moment,
    pauses: &'static [&'static str],
    reopen: Reopen,
    change: SeverityChange,
    /// Target and limit of each level.
    levels: [(i64, i64); 3],
}

const PROMISES: usize = 11;

/// Target and limit of each level; limits are never equal.
fn levels() -> impl Strategy<Value = [(i64, i64); 3]> {
    let limit = || (prop_oneof![1..60_i64, 1..1_000_i64], any::<Index>());
    [limit(), limit(), limit()].prop_map(|drawn| {
        std::array::from_fn(|level| {
            let limit_m = drawn[level].0 * 3 + level as i64;
            ((1 + drawn[level].1.index(limit_m as usize) as i64) * 60, limit_m * 60)
        })
    })
}

fn promises(levels: Vec<[(i64, i64); 3]>) -> Vec<Promise> {
    use {Moment::*, Reopen::*, SeverityChange::*};
    let kinds: [(_, _, _, &[_], _, _); PROMISES] = [
        ("response", Opened, Response, &[], Continue, Retarget),
        ("on_site", Opened, OnSite, &["asked"], Continue, Retarget),
        ("resolution", Opened, Resolved, &["asked"], Continue, Retarget),
        ("new_cycle", Opened, Resolved, &["asked"], NewCycle, Retarget),
        ("first_resolve", Opened, Resolved, &["asked"], Ignore, Retarget),
        ("restart", Opened, Resolved, &["asked"], Continue, Restart),
        ("as_opened", Opened, Resolved, &["asked", "parked"], Continue, AsOpened),
        ("strictest", Opened, Resolved, &["asked", "new"], Continue, Strictest),
        ("closing", Opened, Closed, &["asked", "solved"], Continue, Retarget),
        ("next_reply", CustomerReply, Reply, &[], Continue, Retarget),
        ("patient_reply", CustomerReply, Reply, &["asked"], Continue, Retarget),
    ];
    let promise = |((name, start, stop, pauses, reopen, change), levels)| Promise {
        name,
        start,
        stop,
        pauses,
        reopen,
        change,
        levels,
    };
    kinds.into_iter().zip(levels).map(promise).collect()
}

fn policy(spec: CalendarSpec, promises: &[Promise]) -> Policy {
    let target = |(level, &(target, limit)): (u8, &(i64, i64))| Target {
        scope: Scope { severities: vec![level], ..Scope::default() },
        target: Span::Seconds(target),
        limit: Span::Seconds(limit),
        calendar: None,
    };
    let clock = |promise: &Promise| Clock {
        name: promise.name.to_owned(),
        label: promise.name.to_owned(),
        start: promise.start,
        stop: promise.stop,
        calendar: CalendarChoice::Named(0),
        pauses: match promise.pauses {
            [] => None,
            statuses => Some(statuses.iter().map(|&status| status.to_owned()).collect()),
        },
        targets: (0..).zip(&promise.levels).map(target).collect(),
        is_due_from_source: false,
        resolution_counts: matches!(promise.stop, Moment::Response | Moment::Reply),
        ignores_history: false,
        severity_change: promise.change,
        reopen: promise.reopen,
        attainment_target: None,
    };
    // The last status, "odd", isn't configured.
    let statuses = (0..LEVEL - 1).map(|code| (VALUES[code as usize].to_owned(), class(&[code; 4])));
    Policy {
        severities: VALUES[LEVEL as usize..HOLDER as usize].iter().map(|&name| name.to_owned()).collect(),
        statuses: statuses.collect(),
        zone: spec.zone,
        calendars: vec![NamedCalendar { spec, follows_site: false }],
        clocks: promises.iter().map(clock).collect(),
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

    fn is_missed(&self) -> bool {
        self.elapsed() > self.limit
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
            self.levels.push((at, (state[1] - LEVEL) as usize));
        }
        let (was, is) = (class(&before), class(state));
        if was.is_over() != is.is_over() {
            self.turns.push((at, is.is_over()));
            minute.is_resolving |= is.is_over();
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

    fn stop(&self, promise: &Promise) -> Option<i64> {
        let is_over = self.minute(self.as_of).is_over;
        let mut resolves = self.turns.iter().filter(|turn| turn.1).map(|turn| turn.0);
        let replied = self.with_instants().find(|(_, minute)| minute.has_agent_reply);
        match (promise.stop, replied) {
            (Moment::OnSite, _) => self.arrived,
            (Moment::Closed, _) => self.closed.filter(|_| is_over),
            (Moment::Response, Some((at, _))) => Some(at),
            _ if promise.reopen == Reopen::Ignore => resolves.next(),
            _ => resolves.last().filter(|_| is_over),
        }
    }

    fn bounds(&self, promise: &Promise) -> Vec<Bounds> {
        if promise.start == Moment::CustomerReply {
            return self.replies();
        }
        if promise.reopen != Reopen::NewCycle {
            return vec![(self.opened, self.stop(promise))];
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

    /// Measures one cycle, with the severities that were known before its stop.
    fn cycle(&self, promise: &Promise, hours: &Hourglass, (from, stop): Bounds, seen: &Reading) -> Cycle {
        let is_known = |level: &&(i64, usize)| stop.is_none_or(|stop| level.0 < stop);
        let changes: Vec<(i64, usize)> = self.levels[1..].iter().filter(is_known).copied().collect();
        let (opening, last) = (self.levels[0].1, changes.last());
        let level = match promise.change {
            SeverityChange::AsOpened => opening,
            SeverityChange::Strictest => {
                let all = changes.iter().map(|change| change.1).chain([opening]);
                all.min_by_key(|level| promise.levels[*level].1).expect("a level")
            }
            SeverityChange::Retarget | SeverityChange::Restart => last.map_or(opening, |change| change.1),
        };
        let is_restart = promise.change == SeverityChange::Restart;
        let from = last.filter(|_| is_restart).map_or(from, |change| from.max(change.0));
        let (target, limit) = promise.levels[level];
        let mut cycle = Cycle { from, stop, level, target, limit, counted: Vec::new(), segments: Vec::new() };
        for at in (from..stop.unwrap_or(self.as_of)).step_by(60) {
            let minute = self.segment(promise, hours, at, seen);
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

    /// What a minute is to a clock.
    fn segment(&self, promise: &Promise, hours: &Hourglass, at: i64, seen: &Reading) -> Segment {
        let Minute { state, is_over, .. } = *self.minute(at);
        let is_pause = promise.pauses.contains(&VALUES[state[0] as usize]);
        let is_gap = is_over && self.turns.iter().any(|&(turn, is_resolve)| !is_resolve && turn > at);
        let is_stopped = is_pause || is_gap && promise.reopen == Reopen::Continue;
        let kind = match class(&state) {
            _ if !hours.is_open(at) => SegmentKind::ClosedHours,
            _ if is_pause => SegmentKind::Waiting,
            StatusClass::Waiting | StatusClass::Resolved | StatusClass::Closed => SegmentKind::Waiting,
            StatusClass::Queue => SegmentKind::Queue,
            StatusClass::Work | StatusClass::Excluded(_) => SegmentKind::Work,
        };
        let (ticket, clock, [status, _, group, assignee]) = (seen.ticket, seen.clock, state);
        let is_counted = hours.is_open(at) && !is_stopped;
        Segment { ticket, clock, kind, status, group, assignee, is_counted, seconds: 60 }
    }

    /// The verdict on the cycle that counts, by what holds at as-of.
    fn verdict(&self, promise: &Promise, cycle: &Cycle) -> Verdict {
        let Minute { state, is_over, .. } = *self.minute(self.as_of);
        let elapsed = cycle.elapsed();
        match cycle.stop {
            _ if class(&state) == StatusClass::Excluded(Exclusion::Spam) => Verdict::Excluded,
            Some(_) if elapsed <= cycle.target => Verdict::Met,
            Some(_) if elapsed <= cycle.limit => Verdict::Late,
            Some(_) => Verdict::Breached,
            None if is_over => Verdict::Unmeasured,
            None if elapsed > cycle.limit => Verdict::Overdue,
            None if promise.pauses.contains(&VALUES[state[0] as usize]) => Verdict::Paused,
            None if elapsed * 100 >= cycle.limit * 75 => Verdict::AtRisk,
            None => Verdict::Running,
        }
    }

    /// The reading and segments as they should be; what the twin doesn't judge is taken from `seen`.
    fn expect(
        &self,
        promise: &Promise,
        hours: &Hourglass,
        seen: &Reading,
    ) -> Option<(Reading, Vec<Segment>)> {
        let bounds = self.bounds(promise);
        let cycles: Vec<Cycle> =
            bounds.iter().map(|bounds| self.cycle(promise, hours, *bounds, seen)).collect();
        // Of equal ones `max_by_key` takes the last.
        let excess = |cycle: &&Cycle| cycle.elapsed() - cycle.limit;
        let missed = cycles.iter().rev().filter(|cycle| cycle.is_missed()).max_by_key(excess);
        let open = cycles.last().filter(|cycle| cycle.stop.is_none());
        let cycle = missed.or(open).or_else(|| cycles.iter().rev().max_by_key(excess))?;
        let verdict = self.verdict(promise, cycle);
        // The minute in which the budget ran out.
        let spent = verdict.is_missed().then(|| cycle.counted[(cycle.limit / 60) as usize - 1]);
        let held = spent.map(|at| self.segment(promise, hours, at, seen));
        let stopped_at = cycle.stop.unwrap_or(MISSING_AT);
        let due_at = spent.map_or(seen.due_at, |at| at + 60);
        let sum = |is_in: fn(&&Segment) -> bool| cycle.segments.iter().filter(is_in).map(|s| s.seconds).sum();
        let reading = Reading {
            verdict,
            severity: cycle.level as u8,
            started_at: cycle.from,
            stopped_at,
            due_at,
            decided_at: match verdict {
                _ if verdict.is_kept() => stopped_at,
                _ if verdict.is_missed() => due_at,
                _ => MISSING_AT,
            },
            elapsed_s: cycle.elapsed(),
            target_s: cycle.target,
            limit_s: cycle.limit,
            overrun_s: if verdict.is_missed() { cycle.elapsed() - cycle.limit } else { 0 },
            paused_s: sum(|s| !s.is_counted && s.kind != SegmentKind::ClosedHours),
            closed_hours_s: sum(|s| s.kind == SegmentKind::ClosedHours),
            cycles: cycles.len() as u16,
            reopens: self.turns.iter().filter(|turn| !turn.1).count() as u16,
            due_group: held.map_or(MISSING_CODE, |held| held.group),
            due_assignee: held.map_or(MISSING_CODE, |held| held.assignee),
            due_kind: held.map(|held| held.kind),
            ..*seen
        };
        Some((reading, cycle.segments.clone()))
    }

    /// Verdict and reason of a next-reply clock that never started.
    fn unstarted(&self, has_replies: bool) -> (Verdict, Reason) {
        let now = self.minute(self.as_of);
        match class(&now.state) {
            StatusClass::Excluded(_) => (Verdict::Excluded, Reason::Spam),
            _ if has_replies => (Verdict::NoTarget, Reason::NeverStarted),
            _ if now.is_over => (Verdict::Unmeasured, Reason::StartMissing),
            _ => (Verdict::Running, Reason::StartMissing),
        }
    }
}

/// Segments that differ in nothing but their seconds, added up.
fn merged<'a>(segments: impl IntoIterator<Item = &'a Segment>) -> BTreeMap<Segment, i64> {
    let mut merged = BTreeMap::new();
    for segment in segments {
        *merged.entry(Segment { seconds: 0, ..*segment }).or_default() += segment.seconds;
    }
    merged
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 60,
        max_shrink_iters: 4_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_naive_twin_agrees(
        (spec, around) in calendars(),
        as_of_m in AS_OF_M,
        mut stories in vec(stories(), 1..80),
        levels in vec(levels(), PROMISES),
        tells_replies in proptest::bool::weighted(0.9),
    ) {
        if !tells_replies {
            stories.iter_mut().for_each(|story| story.events.retain(|event| event.field != Field::Reply));
        }
        let mut all_events = stories.iter().flat_map(|story| &story.events);
        let has_replies = all_events.any(|event| event.field == Field::Reply);
        let as_of = midnight(around) + as_of_m * 60;
        let (hours, promises) = (Hourglass::new(&spec, around), promises(levels));
        let (policy, data) = (policy(spec, &promises), dataset(&stories, as_of));
        let calendars = Calendars::build(&policy, &[], around - Days::new(9), around).expect("calendars");
        let readings = measure(&policy, &data, &calendars, as_of);
        prop_assert_eq!(readings.rows.len(), stories.len() * PROMISES);
        let mut segments = &readings.segments[..];
        for (story, readings) in stories.iter().zip(readings.rows.chunks(PROMISES)) {
            if story.age < 0 {
                prop_assert!(readings.iter().all(|reading| reading.verdict == Verdict::Excluded));
                continue;
            }
            let life = Life::new(story, as_of);
            for (promise, seen) in promises.iter().zip(readings) {
                let is_own = |segment: &Segment| (segment.ticket, segment.clock) == (seen.ticket, seen.clock);
                let (own, rest) = segments.split_at(segments.iter().take_while(|s| is_own(s)).count());
                segments = rest;
                let place = || format!("{promise:?} of {story:?}, opened {}", as_of - story.age);
                if let Some((expected, parts)) = life.expect(promise, &hours, seen) {
                    prop_assert_eq!(*seen, expected, "{}", place());
                    prop_assert_eq!(merged(own), merged(&parts), "{}", place());
                } else {
                    let (verdict, reason) = life.unstarted(has_replies);
                    let expected = Reading { verdict, reason, started_at: MISSING_AT, cycles: 0, ..*seen };
                    prop_assert_eq!(*seen, expected, "{}", place());
                }
            }
        }
        prop_assert!(segments.is_empty(), "{:?}", segments);
    }
}

//! One ticket in, its readings and segments out: a pure function of policy,
//! data and as-of, so that tickets can be measured in any order and in parallel.
//!
//! This file looks up what statuses, severities and sites mean; `cycles` finds
//! where a clock starts and stops, `target` what was promised, `read` comes to
//! the verdict, `split` says where the time went.

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;
use rustc_hash::FxHashMap;

use super::Readings;
use super::cycles::Bounds;
use super::entitlement::{Entitlement, Entitlements};
use super::policy::{Calendars, Policy, StatusClass, Target};
use super::reading::{Cycle, Reading, StopSource};
use super::target::known_levels;
use super::timeline::Timeline;
use crate::calendar::Calendar;
use crate::model::{Contract, Dataset, Field, Text, Time, instant};

/// Everything that measuring needs, looked up once.
pub struct Kernel<'a> {
    pub policy: &'a Policy,
    pub data: &'a Dataset,
    /// Seconds UTC.
    pub as_of: i64,
    pub(super) calendars: &'a Calendars,
    entitlements: Entitlements<'a>,
    /// By code of the ticket's status.
    ticket_class: Vec<StatusClass>,
    /// By code of the ticket's severity.
    pub(super) ticket_level: Vec<u8>,
    /// By code of the events' values.
    event_class: Vec<StatusClass>,
    pub(super) event_level: Vec<u8>,
    /// By code of the events' values: bit `i` where clock `i` pauses.
    pub(super) event_pauses: Vec<u64>,
    /// By code of the ticket's site.
    site_zone: Vec<Option<Tz>>,
    /// Positions in the policy.
    pub(super) calendar_named: FxHashMap<&'a str, usize>,
}

/// Most clocks that a policy may have.
pub const MAX_CLOCKS: usize = 64;

/// Level of a severity that the policy doesn't know.
pub const UNKNOWN_LEVEL: u8 = u8::MAX;

/// The buffers that one thread measures with.
#[derive(Debug, Default)]
pub struct Scratch {
    pub timeline: Timeline,
    /// Of the clock read last: where it starts and stops.
    pub(super) bounds: Vec<Bounds>,
    /// Of the clock read last: every severity level with the instant since which it held.
    pub(super) levels: Vec<(i64, u8)>,
    /// Of the clock read last, in the cycle that counts: disjoint, in order.
    pub(super) pauses: Vec<(i64, i64)>,
    /// Of the clock read last.
    pub(super) cycles: Vec<Cycle>,
}

/// How a reading came about, for `explain`.
#[derive(Debug, Clone)]
pub struct Ledger<'a> {
    pub reading: Reading,
    /// Each with its pauses.
    pub cycles: Vec<(Cycle, Vec<(i64, i64)>)>,
    /// Every level that the clock knew, with the instant since which it held and its target.
    pub levels: Vec<(i64, u8, Option<&'a Target>)>,
    pub entitlement: Entitlement,
    /// The one that holds.
    pub target: Option<&'a Target>,
    /// Where the stop of the cycle that counts was found.
    pub stop_source: StopSource,
    /// Where the elapsed time went.
    pub holders: Vec<Holder>,
}

/// Counted time of one reading with one holder; codes are of the events' values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    pub group: u32,
    pub assignee: u32,
    pub counted_s: i64,
}

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
            calendar_named: (policy.calendars.iter().enumerate())
                .map(|(position, calendar)| (calendar.spec.name.as_str(), position))
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
        match own {
            Some(excluded @ StatusClass::Excluded(_)) if !self.is_excluded_later(ticket) => excluded,
            _ if timeline.tells_status => timeline.status.1,
            own => own.unwrap_or(StatusClass::Queue),
        }
    }

    /// Whether the history says that the ticket was merged, cancelled or the like only after as-of.
    fn is_excluded_later(&self, ticket: usize) -> bool {
        self.data.events.of(ticket).iter().any(|event| {
            event.field == Field::Status
                && event.at > self.as_of
                && matches!(self.class_of(event.to), StatusClass::Excluded(_))
        })
    }

    fn class_of(&self, code: u32) -> StatusClass {
        self.event_class.get(code as usize).copied().unwrap_or(StatusClass::Queue)
    }

    /// The calendar of a reading.
    pub fn calendar(&self, reading: &Reading) -> &'a Calendar {
        let zone = self.zone(reading.ticket as usize);
        self.calendars.get(self.policy, reading.calendar as usize, zone)
    }

    /// The contract that an entitlement names.
    pub fn contract(&self, entitlement: Entitlement) -> Option<&'a Contract> {
        entitlement.contract.map(|index| &self.data.contracts[index])
    }

    /// Who held the ticket, by a code of its history or, where the export logs
    /// such changes and this ticket had none, by the ticket's own column.
    pub fn holder(&self, ticket: usize, code: u32, field: Field) -> Option<&'a str> {
        let own = match field {
            Field::Group => Text::Group,
            _ => Text::Assignee,
        };
        let events = &self.data.events;
        events.values.get(code).or_else(|| {
            let is_silent = events.logs(field) && !events.of(ticket).iter().any(|event| event.field == field);
            is_silent.then(|| self.data.tickets.text(ticket, own)).flatten()
        })
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
        let events = self.data.events.of(ticket);
        scratch.timeline.rebuild(events, opened_at, self.as_of, |code| self.class_of(code));
    }

    /// Measures every clock of one ticket and appends readings, segments if asked for and, where
    /// a clock ran more than once, its cycles.
    pub fn measure(&self, ticket: usize, scratch: &mut Scratch, out: &mut Readings, has_segments: bool) {
        self.timeline(ticket, scratch);
        let entitlement = self.entitlement(ticket);
        for clock in 0..self.policy.clocks.len() {
            let reading = self.read(ticket, clock, entitlement, scratch);
            out.rows.push(reading);
            if has_segments {
                self.split(&reading, scratch, &mut out.segments);
            }
            if scratch.cycles.len() > 1 {
                out.cycles.extend_from_slice(&scratch.cycles);
            }
        }
    }

    /// The reading of one clock on one ticket.
    pub fn reading(&self, ticket: usize, clock: usize, scratch: &mut Scratch) -> Reading {
        self.timeline(ticket, scratch);
        self.read(ticket, clock, self.entitlement(ticket), scratch)
    }

    /// Measures one clock of one ticket and says how.
    pub fn explain(&self, ticket: usize, clock: usize, scratch: &mut Scratch) -> Ledger<'a> {
        let reading = self.reading(ticket, clock, scratch);
        let entitlement = self.entitlement(ticket);
        let mut segments = Vec::new();
        self.split(&reading, scratch, &mut segments);
        let levels = known_levels(&scratch.levels, instant(reading.stopped_at));
        let own = &self.policy.clocks[clock];
        let target = self.target(ticket, own, levels, reading.started_at, entitlement).1;
        let contract = self.contract(entitlement);
        let until_at = instant(reading.stopped_at).unwrap_or(self.as_of);
        let is_counted = |cycle: &&Cycle| (cycle.from_at, cycle.until_at) == (reading.started_at, until_at);
        let counted = scratch.cycles.iter().find(is_counted);
        let mut pauses = Vec::new();
        Ledger {
            reading,
            levels: (levels.iter())
                .map(|&(since, level)| (since, level, self.target_of_level(ticket, own, level, contract)))
                .collect(),
            entitlement,
            target,
            stop_source: counted.map_or(StopSource::Timestamp, |cycle| cycle.stop_source),
            holders: super::split::holders(&segments),
            cycles: (scratch.cycles.iter())
                .map(|cycle| {
                    self.pauses(clock, (cycle.from_at, cycle.until_at), &scratch.timeline, &mut pauses);
                    (*cycle, pauses.clone())
                })
                .collect(),
        }
    }
}

/// The local date of an instant.
pub fn local_date(at: i64, zone: Tz) -> NaiveDate {
    DateTime::from_timestamp(at, 0).map_or(NaiveDate::MIN, |utc| utc.with_timezone(&zone).date_naive())
}

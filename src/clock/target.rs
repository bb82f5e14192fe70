//! What was promised for one ticket: its severity, target, limit, calendar and deadline.

use super::entitlement::Entitlement;
use super::kernel::{Kernel, UNKNOWN_LEVEL};
use super::policy::{CalendarChoice, Clock, Scope, SeverityChange, Target};
use super::timeline::Timeline;
use crate::calendar::{Calendar, Span};
use crate::model::{Contract, Text, Time};

impl<'a> Kernel<'a> {
    /// Fills `levels` with every severity level up to as-of, with the instant
    /// since which it held; never empty.
    pub(super) fn levels(&self, ticket: usize, timeline: &Timeline, levels: &mut Vec<(i64, u8)>) {
        levels.clear();
        levels.extend(
            (timeline.severities.iter())
                .filter_map(|&(since, code)| Some((since, *self.event_level.get(code as usize)?))),
        );
        if levels.is_empty() {
            let code = self.data.tickets.column(Text::Severity).codes[ticket];
            let level = self.ticket_level.get(code as usize).copied().unwrap_or(UNKNOWN_LEVEL);
            levels.push((self.data.tickets.at(ticket, Time::Opened).unwrap_or(self.as_of), level));
        }
    }

    /// The level whose target holds, and the target, for a cycle that begins at
    /// `from_at`; `levels` are those up to its stop.
    pub(super) fn target(
        &self,
        ticket: usize,
        clock: &'a Clock,
        levels: &[(i64, u8)],
        from_at: i64,
        entitlement: Entitlement,
    ) -> (u8, Option<&'a Target>) {
        let contract = self.contract(entitlement);
        let find = |level: u8| self.target_of_level(ticket, clock, level, contract);
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
                .min_by_key(|(level, target)| {
                    let position = self.calendar_of(clock, Some(target), contract);
                    let calendar = self.calendars.get(self.policy, position, self.zone(ticket));
                    (limit_seconds(calendar, from_at, &target.limit), *level)
                })
                .map_or((last, None), |(level, target)| (level, Some(target))),
        }
    }

    /// The first target that fits a ticket at a level.
    pub(super) fn target_of_level(
        &self,
        ticket: usize,
        clock: &'a Clock,
        level: u8,
        contract: Option<&Contract>,
    ) -> Option<&'a Target> {
        clock.targets.iter().find(|target| self.fits(&target.scope, ticket, level, contract))
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

    /// Position of the calendar in the policy.
    pub(super) fn calendar_of(
        &self,
        clock: &Clock,
        target: Option<&Target>,
        contract: Option<&Contract>,
    ) -> usize {
        if let Some(calendar) = target.and_then(|target| target.calendar) {
            return calendar;
        }
        match clock.calendar {
            CalendarChoice::Named(position) => position,
            CalendarChoice::Contract { otherwise } => contract
                .and_then(|contract| contract.calendar.as_deref())
                .and_then(|name| self.calendar_named.get(name).copied())
                .unwrap_or(otherwise),
        }
    }
}

/// The levels that a cycle with this stop knew. Of what happens in one instant the
/// stop comes first, so a change of severity then is too late.
pub(super) fn known_levels(levels: &[(i64, u8)], stopped_at: Option<i64>) -> &[(i64, u8)] {
    match stopped_at {
        Some(stop) => &levels[..levels.partition_point(|level| level.0 < stop).max(1)],
        None => levels,
    }
}

/// The seconds of a calendar that a span from an instant comes to.
pub(super) fn limit_seconds(calendar: &Calendar, from: i64, span: &Span) -> i64 {
    match span {
        Span::Seconds(seconds) => *seconds,
        Span::BusinessDays(_) => {
            calendar.deadline(from, span).map_or(i64::MAX / 200, |due| calendar.elapsed(from, due))
        }
    }
}

/// When the limit is used up, given the pauses; `None` while one has been open
/// since `paused_at` and the limit lies beyond it, or where the calendar never
/// opens again.
pub(super) fn due_at(
    calendar: &Calendar,
    from: i64,
    limit: &Span,
    limit_s: i64,
    pauses: &[(i64, i64)],
    paused_at: Option<i64>,
) -> Option<i64> {
    if pauses.is_empty() && paused_at.is_none() {
        return calendar.deadline(from, limit);
    }
    let (mut at, mut rest) = (from, limit_s);
    let open = paused_at.map(|paused_at| (paused_at, i64::MAX));
    for (paused_at, resumed_at) in pauses.iter().copied().chain(open) {
        let running = calendar.elapsed(at, paused_at);
        if running >= rest {
            return calendar.add(at, rest);
        }
        rest -= running;
        at = resumed_at;
    }
    if at == i64::MAX { None } else { calendar.add(at, rest) }
}

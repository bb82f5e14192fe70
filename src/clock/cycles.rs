//! Where a clock starts and stops on one ticket, as often as it does.

use super::kernel::Kernel;
use super::policy::{Clock, Moment, Reopen, SeverityChange};
use super::reading::StopSource;
use super::target::known_levels;
use super::timeline::Timeline;
use crate::model::{Role, Time};

/// A start, and the stop that followed up to as-of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    pub from_at: i64,
    pub stopped_at: Option<i64>,
    pub source: StopSource,
}

impl Kernel<'_> {
    /// Fills `bounds` with the start-stop cycles of a clock, in order; none where it never started.
    pub(super) fn bounds(
        &self,
        ticket: usize,
        clock: &Clock,
        timeline: &Timeline,
        levels: &[(i64, u8)],
        bounds: &mut Vec<Bounds>,
    ) {
        bounds.clear();
        if clock.is_next_reply() {
            self.next_replies(ticket, clock, timeline, bounds);
        } else if let (Some(from_at), _) = self.moment(ticket, clock, clock.start, timeline) {
            let (stop, source) = self.moment(ticket, clock, clock.stop, timeline);
            let stopped_at = stop.filter(|&at| at <= self.as_of);
            reopenings(clock, timeline, Bounds { from_at, stopped_at, source }, bounds);
        }
        if clock.severity_change == SeverityChange::Restart {
            for cycle in bounds {
                if let [_, .., (changed_at, _)] = known_levels(levels, cycle.stopped_at) {
                    cycle.from_at = cycle.from_at.max(*changed_at);
                }
            }
        }
    }

    /// An instant of the ticket's life, and where it was found.
    fn moment(
        &self,
        ticket: usize,
        clock: &Clock,
        moment: Moment,
        timeline: &Timeline,
    ) -> (Option<i64>, StopSource) {
        let own = moment.time().and_then(|time| self.data.tickets.at(ticket, time));
        if moment == Moment::Opened {
            return (own, StopSource::Timestamp);
        }
        let last_resolve = match clock.reopen {
            Reopen::Ignore => timeline.resolves.first(),
            Reopen::Continue | Reopen::NewCycle => timeline.resolves.last().filter(|_| timeline.is_over()),
        };
        let history = |at: i64| (Some(at), StopSource::History);
        let timestamp = || own.map(|at| (Some(at), StopSource::Timestamp));
        let found = match moment {
            Moment::Opened | Moment::CustomerReply | Moment::Reply => None,
            _ if clock.ignores_history => timestamp(),
            Moment::Response => match timeline.replied_at() {
                Some(at) => Some(history(at)),
                // Some exports write the automation's instant into the ticket.
                None if own.is_some_and(|at| timeline.replies.contains(&(at, Role::Automation))) => None,
                None => timestamp(),
            },
            Moment::OnSite => timeline.arrived_at.map(history).or_else(timestamp),
            Moment::Resolved if !timeline.resolves.is_empty() => {
                Some((last_resolve.copied(), StopSource::History))
            }
            Moment::Closed if timeline.first_closed_at.is_some() => {
                let closed_at = match clock.reopen {
                    Reopen::Ignore => timeline.first_closed_at,
                    Reopen::Continue | Reopen::NewCycle => timeline.closed_at,
                };
                Some((closed_at, StopSource::History))
            }
            Moment::Resolved | Moment::Closed => timestamp(),
        };
        match found {
            Some(found) => found,
            None if clock.resolution_counts && moment == clock.stop => {
                let resolved = match last_resolve {
                    _ if clock.ignores_history || timeline.resolves.is_empty() => {
                        self.data.tickets.at(ticket, Time::Resolved)
                    }
                    at => at.copied(),
                };
                (resolved, StopSource::Resolution)
            }
            None => (None, StopSource::Timestamp),
        }
    }

    /// From each customer's reply that nobody had answered yet to the desk's next one.
    ///
    /// Until the first response it is the response clock that runs. Of what
    /// happens in one instant, stops are applied before starts, whatever the order.
    fn next_replies(&self, ticket: usize, clock: &Clock, timeline: &Timeline, bounds: &mut Vec<Bounds>) {
        let own = self.data.tickets.at(ticket, Time::FirstResponse).filter(|&at| {
            timeline.replied_at().is_none() && !timeline.replies.contains(&(at, Role::Automation))
        });
        let Some(responded_at) = timeline.replied_at().or(own) else { return };
        let reopened = timeline.gaps.iter().map(|gap| gap.1);
        let mut instants: Vec<i64> = (timeline.replies.iter().map(|reply| reply.0))
            .chain(timeline.resolves.iter().copied())
            .chain(reopened)
            .filter(|at| *at >= responded_at)
            .collect();
        instants.sort_unstable();
        instants.dedup();
        let (mut running, mut is_pending) = (None, false);
        for at in instants {
            let first = timeline.replies.partition_point(|reply| reply.0 < at);
            let now = timeline.replies[first..].iter().take_while(|reply| reply.0 == at);
            let has_reply = |role: Role| now.clone().any(|reply| reply.1 == role);
            let is_resolve = timeline.resolves.binary_search(&at).is_ok();
            let stop = match (has_reply(Role::Agent), is_resolve) {
                (true, _) => Some(StopSource::History),
                (false, true) if clock.resolution_counts => Some(StopSource::Resolution),
                _ => None,
            };
            if has_reply(Role::Agent) {
                is_pending = false;
            }
            if let Some(source) = stop
                && let Some(from_at) = running.take()
            {
                bounds.push(Bounds { from_at, stopped_at: Some(at), source });
            }
            is_pending |= has_reply(Role::Customer) && running.is_none();
            if is_pending && !timeline.is_over_after(at) {
                (running, is_pending) = (Some(at), false);
            }
        }
        if let Some(from_at) = running {
            bounds.push(Bounds { from_at, stopped_at: None, source: StopSource::History });
        }
    }
}

/// Splits a clock's run at the reopenings, where the policy measures each cycle alone.
fn reopenings(clock: &Clock, timeline: &Timeline, whole: Bounds, bounds: &mut Vec<Bounds>) {
    let mut from_at = whole.from_at;
    if clock.reopen == Reopen::NewCycle && matches!(clock.stop, Moment::Resolved | Moment::Closed) {
        for &(resolved_at, reopened_at) in &timeline.gaps {
            let is_within = whole.stopped_at.is_none_or(|stop| reopened_at <= stop);
            if !clock.ignores_history && resolved_at >= from_at && is_within {
                let source = StopSource::History;
                bounds.push(Bounds { from_at, stopped_at: Some(resolved_at), source });
                from_at = reopened_at;
            }
        }
    }
    bounds.push(Bounds { from_at, ..whole });
}

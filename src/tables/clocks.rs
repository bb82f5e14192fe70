//! One row a clock and ticket, and what it is made of.

use std::ops::Range;

use super::columns::{Coded, Columns, counts, flags, instants, months, numbers, repeated, shares, words};
use super::{Facts, Shared, placed_at};
use crate::clock::{Cycle, Reading, Segment, SegmentKind, Verdict};
use crate::model::{Field, MISSING_AT, Text, Time, instant};

/// Those rows of all readings.
pub fn clocks<'a>(facts: &'a Facts, shared: &'a Shared, range: Range<usize>, columns: &mut Columns<'a>) {
    let &Facts { config, kernel, readings, period, .. } = facts;
    let tickets = &kernel.data.tickets;
    let rows = &readings.rows[range.clone()];
    let policy = &config.policy;
    let opened = &tickets.times[Time::Opened as usize];
    let entitlements = &shared.entitlements;
    let contract =
        |r: &Reading| entitlements[r.ticket as usize].contract.map(|index| &kernel.data.contracts[index]);
    let held = |r: &Reading, code: u32, field: Field| {
        r.due_kind.and_then(|_| kernel.holder(r.ticket as usize, code, field))
    };
    columns.add("reading_id", move |name| counts(name, range.map(|row| row as i64)));
    columns.add("ticket_id", move |name| shared.ids.coded(name, rows.iter().map(|r| r.ticket)));
    columns.add("clock", move |name| clock_names(name, facts, rows.iter().map(|r| r.clock)));
    columns.add("clock_order", move |name| counts(name, rows.iter().map(|r| i64::from(r.clock))));
    columns.add("verdict", move |name| {
        words(name, Verdict::ALL.iter().map(|verdict| verdict.name()), rows.iter().map(|r| r.verdict as u32))
    });
    columns.add("reason", move |name| {
        repeated(name, rows.iter().map(|r| Some(r.reason.name()).filter(|s| !s.is_empty())))
    });
    columns.add("severity", move |name| {
        words(name, policy.severities.iter().map(String::as_str), rows.iter().map(|r| u32::from(r.severity)))
    });
    columns.add("opened_at", move |name| instants(name, rows.iter().map(|r| opened[r.ticket as usize])));
    columns.add("started_at", move |name| instants(name, rows.iter().map(|r| r.started_at)));
    columns.add("stopped_at", move |name| instants(name, rows.iter().map(|r| r.stopped_at)));
    columns.add("due_at", move |name| instants(name, rows.iter().map(|r| r.due_at)));
    columns.add("decided_at", move |name| instants(name, rows.iter().map(|r| r.decided_at)));
    columns.add("elapsed_s", move |name| numbers(name, rows.iter().map(|r| instant(r.elapsed_s))));
    columns.add("target_s", move |name| numbers(name, rows.iter().map(|r| instant(r.target_s))));
    columns.add("limit_s", move |name| numbers(name, rows.iter().map(|r| instant(r.limit_s))));
    columns.add("overrun_s", move |name| counts(name, rows.iter().map(|r| r.overrun_s)));
    columns.add("paused_s", move |name| counts(name, rows.iter().map(|r| r.paused_s)));
    columns.add("closed_hours_s", move |name| counts(name, rows.iter().map(|r| r.closed_hours_s)));
    columns.add("cycles", move |name| counts(name, rows.iter().map(|r| i64::from(r.cycles))));
    columns.add("reopens", move |name| counts(name, rows.iter().map(|r| i64::from(r.reopens))));
    columns.add("calendar", move |name| {
        let names = policy.calendars.iter().map(|calendar| calendar.spec.name.as_str());
        words(name, names, rows.iter().map(|r| u32::from(r.calendar)))
    });
    columns.add("confidence", move |name| {
        words(name, ["low", "high"].into_iter(), rows.iter().map(|r| u32::from(r.has_history)))
    });
    columns.add("decided_month", move |name| months(name, &shared.local, rows.iter().map(|r| r.decided_at)));
    columns.add("opened_month", move |name| {
        months(name, &shared.local, rows.iter().map(|r| opened[r.ticket as usize]))
    });
    columns.add("is_kept", move |name| flags(name, rows.iter().map(|r| r.verdict.is_kept())));
    columns.add("is_missed", move |name| flags(name, rows.iter().map(|r| r.verdict.is_missed())));
    columns.add("is_on_target", move |name| flags(name, rows.iter().map(|r| r.verdict == Verdict::Met)));
    columns.add("is_closed_only", move |name| {
        flags(name, rows.iter().map(|r| r.verdict.is_kept() || r.verdict == Verdict::Breached))
    });
    columns.add("is_undecided", move |name| flags(name, rows.iter().map(|r| r.verdict.is_undecided())));
    columns.add("is_in_period", move |name| {
        flags(name, rows.iter().map(|r| period.contains(placed_at(r, kernel, period))))
    });
    columns.add("coverage", move |name| {
        repeated(name, rows.iter().map(|r| Some(entitlements[r.ticket as usize].coverage.name())))
    });
    columns.add("contract", move |name| {
        repeated(name, rows.iter().map(|r| contract(r).map(|c| c.contract.as_str())))
    });
    columns.add("attainment_target", move |name| {
        shares(
            name,
            rows.iter().map(|r| {
                let own = contract(r).and_then(|c| c.attainment_target);
                own.or(policy.clocks[r.clock as usize].attainment_target)
            }),
        )
    });
    for (name, text) in [
        ("request_type", Text::RequestType),
        ("customer", Text::Customer),
        ("site", Text::Site),
        ("product", Text::Product),
        ("category", Text::Category),
        ("group_name", Text::Group),
    ] {
        columns.add(name, move |name| of_tickets(name, facts, shared, rows, text));
    }
    columns.add("due_group_name", move |name| {
        repeated(name, rows.iter().map(|r| held(r, r.due_group, Field::Group)))
    });
    columns.add("due_assignee", move |name| {
        repeated(name, rows.iter().map(|r| held(r, r.due_assignee, Field::Assignee)))
    });
    columns
        .add("due_kind", move |name| repeated(name, rows.iter().map(|r| r.due_kind.map(SegmentKind::name))));
    columns.add("source_verdict", move |name| of_tickets(name, facts, shared, rows, Text::SourceVerdict));
}

/// What the tickets of those readings have.
fn of_tickets(name: &str, facts: &Facts, shared: &Shared, rows: &[Reading], text: Text) -> Coded {
    let column = facts.kernel.data.tickets.column(text);
    shared.texts(facts, text).coded(name, rows.iter().map(|r| column.codes[r.ticket as usize]))
}

fn clock_names(name: &str, facts: &Facts, clocks: impl Iterator<Item = u16>) -> Coded {
    words(name, facts.config.policy.clocks.iter().map(|clock| clock.name.as_str()), clocks.map(u32::from))
}

/// Where the time of each reading went. Holders are those of the history or,
/// where it is silent about a ticket, of the ticket itself.
pub fn segments<'a>(facts: &'a Facts, shared: &'a Shared, range: Range<usize>, columns: &mut Columns<'a>) {
    let &Facts { config, kernel, readings, period, .. } = facts;
    let rows = &readings.segments[range];
    // Readings are in order of ticket, then clock.
    let clocks = config.policy.clocks.len() as i64;
    columns.add("reading_id", move |name| {
        counts(name, rows.iter().map(|s| i64::from(s.ticket) * clocks + i64::from(s.clock)))
    });
    columns.add("ticket_id", move |name| shared.ids.coded(name, rows.iter().map(|s| s.ticket)));
    columns.add("clock", move |name| clock_names(name, facts, rows.iter().map(|s| s.clock)));
    columns.add("kind", move |name| {
        words(name, SegmentKind::ALL.iter().map(|kind| kind.name()), rows.iter().map(|s| s.kind as u32))
    });
    columns.add("status", move |name| shared.values(facts).coded(name, rows.iter().map(|s| s.status)));
    columns.add("group_name", move |name| {
        repeated(name, rows.iter().map(|s| kernel.holder(s.ticket as usize, s.group, Field::Group)))
    });
    columns.add("assignee", move |name| {
        repeated(name, rows.iter().map(|s| kernel.holder(s.ticket as usize, s.assignee, Field::Assignee)))
    });
    columns.add("is_counted", move |name| flags(name, rows.iter().map(|s| s.is_counted)));
    columns.add("is_in_period", move |name| {
        let reading =
            |s: &Segment| &readings.rows[s.ticket as usize * clocks as usize + usize::from(s.clock)];
        flags(name, rows.iter().map(|s| period.contains(placed_at(reading(s), kernel, period))))
    });
    columns.add("segment_s", move |name| counts(name, rows.iter().map(|s| s.seconds)));
}

/// Every cycle of the readings that have more than one, numbered from 1.
pub fn cycles<'a>(facts: &'a Facts, shared: &'a Shared, range: Range<usize>, columns: &mut Columns<'a>) {
    let all = &facts.readings.cycles;
    let rows = &all[range.clone()];
    let key = |cycle: &Cycle| (cycle.ticket, cycle.clock);
    // A part may begin within a reading.
    let before =
        |first: &Cycle| all[..range.start].iter().rev().take_while(|own| key(own) == key(first)).count();
    let mut number = rows.first().map_or(0, before) as i64;
    let numbered: Vec<i64> = (rows.iter().enumerate())
        .map(|(index, cycle)| {
            number = if index == 0 || key(&rows[index - 1]) == key(cycle) { number + 1 } else { 1 };
            number
        })
        .collect();
    let stopped_at = |c: &Cycle| if c.is_stopped { c.until_at } else { MISSING_AT };
    columns.add("ticket_id", move |name| shared.ids.coded(name, rows.iter().map(|c| c.ticket)));
    columns.add("clock", move |name| clock_names(name, facts, rows.iter().map(|c| c.clock)));
    columns.add("cycle", move |name| counts(name, numbered.into_iter()));
    columns.add("started_at", move |name| instants(name, rows.iter().map(|c| c.from_at)));
    columns.add("stopped_at", move |name| instants(name, rows.iter().map(stopped_at)));
    columns.add("due_at", move |name| instants(name, rows.iter().map(|c| c.due_at)));
    columns.add("elapsed_s", move |name| counts(name, rows.iter().map(|c| c.elapsed_s)));
    columns.add("limit_s", move |name| numbers(name, rows.iter().map(|c| instant(c.limit_s))));
    columns.add("paused_s", move |name| counts(name, rows.iter().map(|c| c.paused_s)));
    columns.add("is_missed", move |name| flags(name, rows.iter().map(Cycle::is_missed)));
}

//! The case as a note that an auditor could have written: facts, history, then
//! for each clock its rule, its sum and its verdict.

use std::fmt::Write;

use chrono_tz::Tz;

use super::Case;
use crate::clock::{CalendarChoice, Coverage, Cycle, Ledger, Reading, Verdict, warranty_end};
use crate::commands::calendar::{clock, local};
use crate::model::{MISSING_AT, Role, TIME_COLUMNS, Text, instant};
use crate::paper::format;

/// The note.
pub fn note(case: &Case) -> String {
    let tickets = &case.kernel.data.tickets;
    let zone = case.kernel.zone(case.ticket).unwrap_or(case.config.zone);
    let mut lines = vec![
        format!("Ticket {}, as of {}", tickets.ticket_id.get(case.ticket), local(case.kernel.as_of, zone)),
        format!("All times in {}.", zone.name()),
    ];
    for (label, own) in [
        ("customer", Text::Customer),
        ("site", Text::Site),
        ("request type", Text::RequestType),
        ("severity in the export", Text::Severity),
        ("status in the export", Text::Status),
    ] {
        if let Some(value) = tickets.text(case.ticket, own) {
            lines.push(format!("  {label}: {value}"));
        }
    }
    for (name, times) in TIME_COLUMNS.iter().zip(&tickets.times) {
        if let Some(at) = instant(times[case.ticket]) {
            lines.push(format!("  {name}: {}", local(at, zone)));
        }
    }
    lines.push(format!("  entitlement when opened: {}", entitlement(case)));
    lines.push(String::new());
    lines.extend(history(case, zone));
    for ledger in &case.ledgers {
        lines.push(String::new());
        lines.extend(one_clock(case, ledger, zone));
    }
    let mut text = String::new();
    for line in lines {
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

fn entitlement(case: &Case) -> String {
    let coverage = case.entitlement.coverage;
    let mut text = coverage.name().replace('_', " ");
    if let Some(contract) = case.kernel.contract(case.entitlement) {
        let until = match (coverage, contract.licence_on, contract.end_on) {
            (Coverage::Warranty, Some(licence_on), _) => {
                let end_on = warranty_end(licence_on, case.config.policy.warranty_months);
                format!("licence issued {licence_on}, warranty until {end_on}")
            }
            (_, _, Some(end_on)) => format!("until {end_on}"),
            _ => "open end".to_owned(),
        };
        text += &format!(" (contract {}, {until})", contract.contract);
    }
    if let Some(refusal) = case.entitlement.refusal {
        text += &format!("; not owed: {}", refusal.name());
    }
    text
}

fn history(case: &Case, zone: Tz) -> Vec<String> {
    let timeline = case.timeline;
    let values = &case.kernel.data.events.values;
    let mut lines = Vec::new();
    if timeline.tells_status {
        lines.push("History".to_owned());
        for stretch in &timeline.stretches {
            let holder: Vec<&str> =
                [stretch.group, stretch.assignee].iter().filter_map(|c| values.get(*c)).collect();
            lines.push(format!(
                "  {} - {}  {:<24} {:<10} {}",
                local(stretch.from_at, zone),
                local(stretch.until_at, zone),
                values.get(stretch.status).unwrap_or("(not stated)"),
                stretch.class.name(),
                holder.join(", ")
            ));
        }
        if !timeline.gaps.is_empty() {
            lines.push(format!("  reopened {} times", timeline.gaps.len()));
        }
    } else {
        lines.push("No history of this ticket: its own timestamps are used (low confidence).".to_owned());
    }
    for (at, role) in &timeline.replies {
        let who = match role {
            Role::Agent => "the desk",
            Role::Customer => "the customer",
            Role::Automation => "an automation (no response)",
        };
        lines.push(format!("  public reply {} by {who}", local(*at, zone)));
    }
    lines
}

/// The note on one clock, from its start to the verdict.
fn one_clock(case: &Case, ledger: &Ledger, zone: Tz) -> Vec<String> {
    let reading = &ledger.reading;
    let own = &case.config.policy.clocks[reading.clock as usize];
    let mut lines = vec![format!("{}: {}", own.label, reading.verdict.name().replace('_', " "))];
    let mut row = |name: &str, text: String| lines.push(format!("  {name:<9}{text}"));
    if !reading.reason.name().is_empty() {
        row("reason", reading.reason.meaning().to_owned());
    }
    let Some(started_at) = instant(reading.started_at) else {
        return lines;
    };
    let calendar = case.kernel.calendar(reading);
    row("calendar", format!("{} in {}", calendar.spec().name, calendar.spec().zone.name()));
    if own.calendar != CalendarChoice::Named(reading.calendar as usize) && ledger.target.is_some() {
        row("", "chosen by the target or the contract, not by the clock".to_owned());
    }
    row("started", local(started_at, zone));
    if ledger.levels.len() > 1 {
        for (since, level) in &ledger.levels {
            row("severity", format!("{} since {}", case.severity(*level), local(*since, zone)));
        }
        let (name, meaning) = own.severity_change.meaning();
        row("", format!("{name}: {meaning}"));
    }
    row(
        "stopped",
        match instant(reading.stopped_at) {
            Some(at) => format!("{} (by the {})", local(at, zone), ledger.stop_source.name()),
            None => format!("not at as-of {}", local(case.kernel.as_of, zone)),
        },
    );
    if reading.reopens > 0 && !own.ignores_history {
        let (name, meaning) = own.reopen.meaning();
        row("reopened", format!("{} times; {name}: {meaning}", reading.reopens));
    }
    for line in cycles(ledger, zone) {
        row("cycle", line);
    }
    let counted = ledger.cycles.iter().find(|(cycle, _)| cycle.from_at == started_at);
    for &(from, until) in counted.map_or(&[][..], |(_, pauses)| pauses) {
        let open = clock(calendar.elapsed(from, until));
        row("paused", format!("{} - {}: {open} of open hours", local(from, zone), local(until, zone)));
    }
    if reading.paused_s > 0 && counted.is_some_and(|(_, pauses)| pauses.is_empty()) {
        row("paused", format!("{} as summed by the source", clock(reading.paused_s)));
    }
    row("elapsed", sum(reading));
    if reading.limit_s == MISSING_AT {
        return lines;
    }
    row(
        "promise",
        match (&ledger.target, own.is_due_from_source) {
            (_, true) => "the export's own due date".to_owned(),
            (Some((target, limit)), false) => {
                format!("target {target}, limit {limit} for {}", case.severity(reading.severity))
            }
            (None, false) => String::new(),
        },
    );
    row(
        "due",
        match instant(reading.due_at) {
            Some(at) => local(at, zone),
            None => "not known while a pause is open".to_owned(),
        },
    );
    row("verdict", verdict(reading, own.is_due_from_source));
    if let Some((group, assignee, kind)) = case.held(ledger) {
        let who = name(group, assignee);
        row("held", format!("by {who} when the limit was used up, in {kind}. Held, not caused."));
        for holder in &ledger.holders {
            let (group, assignee) = case.holder(holder);
            row(
                "",
                format!(
                    "{} of {} elapsed ({}) with {}",
                    clock(holder.counted_s),
                    clock(reading.elapsed_s),
                    format::share(holder.counted_s as f64 / reading.elapsed_s.max(1) as f64),
                    name(group, assignee)
                ),
            );
        }
    }
    if let Some(audit) = case.audit.iter().find(|audit| audit.reading.clock == reading.clock) {
        row("source", format!("says {}: {}", audit.source.name(), audit.agreement.name()));
        for set in &audit.explanations {
            let names: Vec<&str> = set.iter().map(|change| change.name()).collect();
            row("", format!("would agree if: {}", names.join(" and ")));
        }
    }
    lines
}

fn name(group: Option<&str>, assignee: Option<&str>) -> String {
    match (group, assignee) {
        (Some(group), Some(assignee)) => format!("{group} ({assignee})"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "somebody whom the export doesn't name".to_owned(),
    }
}

/// Each cycle, where there are several.
fn cycles(ledger: &Ledger, zone: Tz) -> Vec<String> {
    if ledger.cycles.len() < 2 {
        return Vec::new();
    }
    let line = |(number, (cycle, _)): (usize, &(Cycle, Vec<(i64, i64)>))| {
        let limit = match instant(cycle.limit_s) {
            Some(limit_s) if cycle.is_missed() => format!(" > limit {}", clock(limit_s)),
            Some(limit_s) => format!(" <= limit {}", clock(limit_s)),
            None => String::new(),
        };
        let counts = if cycle.from_at == ledger.reading.started_at { ", which is the reading" } else { "" };
        format!(
            "{}: {} - {}, {}{limit}{counts}",
            number + 1,
            local(cycle.from_at, zone),
            if cycle.is_stopped { local(cycle.until_at, zone) } else { "not stopped".to_owned() },
            clock(cycle.elapsed_s)
        )
    };
    ledger.cycles.iter().enumerate().map(line).collect()
}

fn sum(reading: &Reading) -> String {
    format!(
        "{} = {} from start to {} - {} closed hours - {} paused",
        clock(reading.elapsed_s),
        clock(reading.elapsed_s + reading.paused_s + reading.closed_hours_s),
        if reading.stopped_at == MISSING_AT { "as-of" } else { "stop" },
        clock(reading.closed_hours_s),
        clock(reading.paused_s)
    )
}

fn verdict(reading: &Reading, by_instant: bool) -> String {
    let (elapsed, limit) = (clock(reading.elapsed_s), clock(reading.limit_s));
    let target = clock(reading.target_s);
    match reading.verdict {
        Verdict::Met if by_instant => "the stop is not after the due date: met".to_owned(),
        Verdict::Breached if by_instant => "the stop is after the due date: breached".to_owned(),
        Verdict::Met => format!("{elapsed} <= target {target}: met"),
        Verdict::Late => format!("target {target} < {elapsed} <= limit {limit}: late, within the window"),
        Verdict::Breached => format!("{elapsed} > limit {limit}: breached by {}", clock(reading.overrun_s)),
        Verdict::Overdue => {
            format!("not stopped and over the limit by {}: overdue", clock(reading.overrun_s))
        }
        Verdict::Running | Verdict::AtRisk | Verdict::Paused => {
            let left = (reading.limit_s - reading.elapsed_s).max(0);
            let share = format::share(reading.elapsed_s as f64 / reading.limit_s.max(1) as f64);
            let name = reading.verdict.name().replace('_', " ");
            format!("{} left of limit {limit} ({share} used): {name}", clock(left))
        }
        Verdict::Unmeasured => "the ticket is over, but this clock can't be measured: unmeasured".to_owned(),
        Verdict::NotEntitled => {
            "measured, but support was not owed: not entitled, not part of attainment".to_owned()
        }
        Verdict::Excluded => "not a request that counts: excluded from attainment".to_owned(),
        Verdict::NoTarget => "nothing was promised: no target, not part of attainment".to_owned(),
    }
}

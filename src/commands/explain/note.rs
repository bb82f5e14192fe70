//! The case as a note that an auditor could have written: facts, history, then
//! for each clock its rule, its sum and its verdict.

use std::fmt::Write;

use chrono_tz::Tz;

use super::Case;
use crate::calendar::{Calendar, DayReason, WeeklyHours, Window};
use crate::clock::{
    CalendarChoice, Coverage, Cycle, Ledger, Moment, Reading, Reason, Target, UNKNOWN_LEVEL, Verdict,
    local_date, warranty_end,
};
use crate::commands::calendar::local;
use crate::model::{MISSING_AT, Role, TIME_COLUMNS, Text, Time, instant};
use crate::paper::format;
use crate::paper::locale::Locale;
use crate::report::ledger::{sum, verdict};

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
        ("group in the export", Text::Group),
        ("assignee in the export", Text::Assignee),
        ("parent", Text::Parent),
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
    lines.push(format!("  entitlement when opened: {}", entitlement(case, zone)));
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

fn entitlement(case: &Case, zone: Tz) -> String {
    let coverage = case.entitlement.coverage;
    let mut text = coverage.name().replace('_', " ");
    let opened_on = local_date(case.kernel.data.tickets.at(case.ticket, Time::Opened).unwrap_or(0), zone);
    if let Some(contract) = case.kernel.contract(case.entitlement) {
        let warranty =
            contract.licence_on.map(|on| (on, warranty_end(on, case.config.policy.warranty_months)));
        let ended_on = contract.end_on.filter(|end| *end < opened_on);
        let why = match (coverage, warranty, ended_on) {
            (Coverage::Warranty, Some((licence_on, end_on)), _) => {
                format!("licence issued {licence_on}, warranty until {end_on}")
            }
            (Coverage::Lapsed, _, Some(end_on)) => format!("ended {end_on}"),
            (Coverage::Lapsed, Some((_, end_on)), None) => format!("warranty ended {end_on}, not begun yet"),
            _ => contract.end_on.map_or("open end".to_owned(), |end_on| format!("until {end_on}")),
        };
        text += &format!(" (contract {}, {why})", contract.contract);
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
            lines.push(format!("  reopened {}", times(timeline.gaps.len())));
        }
    } else {
        lines.push("No history of this ticket: its own timestamps are used (low confidence).".to_owned());
    }
    for (at, severity) in timeline.severities.iter().skip(1) {
        lines.push(format!("  severity {} since {}", values.get(*severity).unwrap_or("?"), local(*at, zone)));
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

fn times(count: usize) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

/// The note on one clock, from its start to the verdict.
fn one_clock(case: &Case, ledger: &Ledger, zone: Tz) -> Vec<String> {
    let reading = &ledger.reading;
    let own = &case.config.policy.clocks[reading.clock as usize];
    let mut lines = vec![format!("{}: {}", own.label, reading.verdict.name().replace('_', " "))];
    let mut row = |name: &str, text: String| lines.push(format!("  {name:<9}{text}"));
    let meaning = match reading.reason {
        Reason::ResolutionCounted if own.is_next_reply() => {
            "The customer's last message was not answered before the resolution, which ends the wait."
        }
        reason => reason.meaning(),
    };
    if !meaning.is_empty() {
        row("reason", meaning.to_owned());
    }
    let Some(started_at) = instant(reading.started_at).filter(|_| reading.verdict != Verdict::Excluded)
    else {
        return lines;
    };
    let calendar = case.kernel.calendar(reading);
    row(
        "calendar",
        format!("{} in {}: {}", calendar.spec().name, calendar.spec().zone.name(), hours(calendar)),
    );
    if let Some(why) = chosen(case, ledger) {
        row("", why.to_owned());
    }
    row("started", local(started_at, zone));
    if ledger.levels.len() > 1 {
        for (since, level, target) in &ledger.levels {
            let promise = target.map_or("no target".to_owned(), promise);
            row("severity", format!("{} since {}: {promise}", case.severity(*level), local(*since, zone)));
        }
        let (name, meaning) = own.severity_change.meaning();
        row("", format!("{name}: {meaning}"));
    }
    let until_at = instant(reading.stopped_at).unwrap_or(case.kernel.as_of);
    row(
        "stopped",
        match instant(reading.stopped_at) {
            Some(at) => format!("{} (by the {})", local(at, zone), ledger.stop_source.name()),
            None => format!("not at as-of {}", local(case.kernel.as_of, zone)),
        },
    );
    if reading.verdict == Verdict::Unmeasured {
        row("verdict", "unmeasured, never counted as met".to_owned());
        return lines;
    }
    for line in closed_days(calendar, started_at, until_at) {
        row("closed", line);
    }
    let can_reopen = matches!(own.stop, Moment::Resolved | Moment::Closed) && !own.ignores_history;
    if reading.reopens > 0 && can_reopen {
        let (name, meaning) = own.reopen.meaning();
        row("reopened", format!("{}; {name}: {meaning}", times(reading.reopens as usize)));
    }
    for line in cycles(ledger, zone) {
        row("cycle", line);
    }
    let counted =
        ledger.cycles.iter().find(|(cycle, _)| (cycle.from_at, cycle.until_at) == (started_at, until_at));
    for &(from, until) in counted.map_or(&[][..], |(_, pauses)| pauses) {
        let open = format::exact(calendar.elapsed(from, until));
        let is_gap = case.timeline.gaps.iter().any(|gap| gap.0 <= from && until <= gap.1);
        let what = if is_gap { "gap" } else { "paused" };
        row(what, format!("{} - {}: {open} of open hours", local(from, zone), local(until, zone)));
    }
    if reading.paused_s > 0 && counted.is_some_and(|(_, pauses)| pauses.is_empty()) {
        row("paused", format!("{} as summed by the source", format::exact(reading.paused_s)));
    }
    row("elapsed", sum(reading, Locale::EnGb));
    if reading.limit_s == MISSING_AT {
        return lines;
    }
    row(
        "promise",
        match (ledger.target, own.is_due_from_source) {
            (_, true) => "the export's own due date".to_owned(),
            (Some(target), false) if reading.severity == UNKNOWN_LEVEL => promise(target),
            (Some(target), false) => format!("{} for {}", promise(target), case.severity(reading.severity)),
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
    row("verdict", verdict(reading, own.is_due_from_source, Locale::EnGb));
    if let Some((group, assignee, kind)) = case.held(ledger) {
        let who = name(group, assignee);
        row("held", format!("by {who} when the limit was used up, in {kind}. Held, not caused."));
        for holder in &ledger.holders {
            let (group, assignee) = case.holder(holder);
            row(
                "",
                format!(
                    "{} of {} elapsed ({}) with {}",
                    format::exact(holder.counted_s),
                    format::exact(reading.elapsed_s),
                    Locale::EnGb.share(holder.counted_s as f64 / reading.elapsed_s.max(1) as f64),
                    name(group, assignee)
                ),
            );
        }
    }
    for (label, line) in source(case, reading) {
        row(label, line);
    }
    lines
}

fn promise(target: &Target) -> String {
    match target.target == target.limit {
        true => format!("limit {}", target.limit),
        false => format!("target {}, limit {}", target.target, target.limit),
    }
}

/// Why it is not simply the clock's calendar.
fn chosen(case: &Case, ledger: &Ledger) -> Option<&'static str> {
    let position = ledger.reading.calendar as usize;
    let own = &case.config.policy.clocks[ledger.reading.clock as usize];
    let named = case.kernel.contract(ledger.entitlement).and_then(|contract| contract.calendar.as_deref());
    let name = case.config.policy.calendars[position].spec.name.as_str();
    match (ledger.target.and_then(|target| target.calendar), own.calendar) {
        (Some(_), _) => Some("the target's own calendar"),
        (None, CalendarChoice::Contract { .. }) if named == Some(name) => Some("the contract's calendar"),
        (None, CalendarChoice::Contract { .. }) => Some("the clock's calendar where no contract names one"),
        (None, CalendarChoice::Named(_)) => None,
    }
}

/// The hours of a week, such as `mon-fri 08:30-18:00`, of the latest version.
fn hours(calendar: &Calendar) -> String {
    let Some(version) = calendar.spec().versions.last() else { return String::new() };
    let WeeklyHours::Windows(week) = &version.weekly else { return "always open".to_owned() };
    let time = |s: u32| format!("{:02}:{:02}", s / 3600, s / 60 % 60);
    let shown = |windows: &[Window]| {
        let parts: Vec<String> =
            windows.iter().map(|window| format!("{}-{}", time(window.start_s), time(window.end_s))).collect();
        parts.join(" ")
    };
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let mut parts: Vec<(usize, usize, String)> = Vec::new();
    for (day, windows) in week.iter().enumerate().filter(|(_, windows)| !windows.is_empty()) {
        let text = shown(windows);
        match parts.last_mut() {
            Some(last) if last.1 + 1 == day && last.2 == text => last.1 = day,
            _ => parts.push((day, day, text)),
        }
    }
    let mut text: Vec<String> = (parts.iter())
        .map(|(first, last, hours)| match first == last {
            true => format!("{} {hours}", DAYS[*first]),
            false => format!("{}-{} {hours}", DAYS[*first], DAYS[*last]),
        })
        .collect();
    if !version.breaks.is_empty() {
        text.push("with breaks".to_owned());
    }
    if calendar.spec().versions.len() > 1 {
        text.push("other hours at other dates".to_owned());
    }
    text.join(", ")
}

/// Days that are named: so many are listed, so far are they looked for.
const NAMED_DAYS: usize = 8;
const NAMED_REACH: usize = 400;

/// Holidays and changed days within a span, since no reader knows them by heart.
fn closed_days(calendar: &Calendar, from: i64, until: i64) -> Vec<String> {
    let zone = calendar.spec().zone;
    let last = local_date(until, zone);
    let mut found: Vec<String> = (local_date(from, zone).iter_days())
        .take(NAMED_REACH)
        .take_while(|date| *date <= last)
        .filter_map(|date| match calendar.day(date).reason {
            DayReason::Holiday(name) => Some((date, name.unwrap_or_else(|| "holiday".to_owned()))),
            DayReason::Override(name) => Some((date, name.unwrap_or_else(|| "changed hours".to_owned()))),
            DayReason::Weekly => None,
        })
        .map(|(date, name)| format!("{} {name}", date.format("%a %Y-%m-%d")))
        .collect();
    if found.len() > NAMED_DAYS {
        let more = found.len() - NAMED_DAYS;
        found.truncate(NAMED_DAYS);
        found.push(format!("and {more} more days; see `sla calendar {}`", calendar.spec().name));
    }
    found
}

/// What the source says, and what would make the two agree.
fn source(case: &Case, reading: &Reading) -> Vec<(&'static str, String)> {
    let Some(audit) = case.audit.iter().find(|audit| audit.reading.clock == reading.clock) else {
        return Vec::new();
    };
    let agreement = match audit.agreement.is_agreement() {
        true => "agrees",
        false => audit.agreement.name(),
    };
    let says = format!("at the end of the export says {}: {agreement}", audit.source.name());
    let mut lines = vec![("source", says)];
    for set in &audit.explanations {
        let names: Vec<&str> = set.iter().map(|change| change.name()).collect();
        lines.push(("", format!("would agree if {}", names.join(" and "))));
    }
    if let Some(replay) = &audit.replay {
        lines.push((
            "",
            format!(
                "the first replayed: {} against limit {}: {}",
                format::exact(replay.elapsed_s),
                format::exact(replay.limit_s),
                replay.verdict.name()
            ),
        ));
    } else if audit.agreement.is_disagreement() {
        lines.push(("", "no change that we tried gives the source's verdict".to_owned()));
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
    let line = |(number, cycle): (usize, &Cycle)| {
        let limit = match instant(cycle.limit_s) {
            Some(limit_s) if cycle.is_missed() => format!(" > limit {}", format::exact(limit_s)),
            Some(limit_s) => format!(" <= limit {}", format::exact(limit_s)),
            None => String::new(),
        };
        let counts = if cycle.from_at == ledger.reading.started_at { ", which is the reading" } else { "" };
        format!(
            "{}: {} - {}, {}{limit}{counts}",
            number + 1,
            local(cycle.from_at, zone),
            if cycle.is_stopped { local(cycle.until_at, zone) } else { "not stopped".to_owned() },
            format::exact(cycle.elapsed_s)
        )
    };
    ledger.cycles.iter().map(|(cycle, _)| cycle).enumerate().map(line).collect()
}

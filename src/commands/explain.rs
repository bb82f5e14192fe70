//! `sla explain`: how each clock of one ticket came to its verdict.

use std::fmt::Write;

use chrono_tz::Tz;
use serde_json::{Value, json};

use super::Failure;
use super::calendar::{clock, local};
use crate::cli::ExplainArgs;
use crate::clock::{Kernel, Ledger, Scratch, UNKNOWN_LEVEL, Verdict};
use crate::config::Config;
use crate::model::{MISSING_AT, TIME_COLUMNS, Text, instant};

/// Runs the command.
pub fn run(args: &ExplainArgs) -> Result<(), Failure> {
    let config = super::prepare(&args.common)?;
    let imported = super::read(&config)?;
    let last_at = imported.data.last_at.unwrap_or(0);
    let as_of = match &args.common.as_of {
        Some(text) => super::as_of(&config, text)?,
        None => last_at,
    };
    let calendars = super::calendars(&config, &imported, as_of)?;
    let kernel = Kernel::new(&config.policy, &imported.data, &calendars, as_of);
    let Some(ticket) = imported.data.tickets.find(&args.ticket) else {
        let rejected = imported.rejects.iter().find(|reject| reject.found == args.ticket);
        let hint = match rejected {
            Some(reject) => {
                format!("a row was rejected at {}:{} ({})", reject.file, reject.line, reject.code.name())
            }
            None => "ids are compared letter by letter; see csv/rejects.csv for rows that were not used"
                .to_owned(),
        };
        return Err(Failure::usage(format!(
            "error: no ticket `{}` among {}\nhint: {hint}",
            args.ticket,
            imported.data.tickets.len()
        )));
    };
    let mut scratch = Scratch::default();
    let ledgers: Vec<Ledger> =
        (0..config.policy.clocks.len()).map(|index| kernel.explain(ticket, index, &mut scratch)).collect();
    if args.json {
        say!("{:#}", as_json(&config, &kernel, ticket, &ledgers));
    } else {
        say!("{}", as_text(&config, &kernel, ticket, &ledgers, &mut scratch).trim_end());
    }
    Ok(())
}

fn severity(config: &Config, level: u8) -> &str {
    match level {
        UNKNOWN_LEVEL => "unknown severity",
        level => config.policy.severities.get(level as usize).map_or("unknown severity", String::as_str),
    }
}

fn as_text(
    config: &Config,
    kernel: &Kernel,
    ticket: usize,
    ledgers: &[Ledger],
    scratch: &mut Scratch,
) -> String {
    let tickets = &kernel.data.tickets;
    let zone = kernel.zone(ticket).unwrap_or(config.zone);
    let mut text = String::new();
    let mut line = |parts: String| {
        let _ = writeln!(text, "{parts}");
    };
    line(format!("Ticket {}, as of {}", tickets.ticket_id.get(ticket), local(kernel.as_of, zone)));
    line(format!("All times in {}.", zone.name()));
    for (label, own) in [
        ("customer", Text::Customer),
        ("site", Text::Site),
        ("request type", Text::RequestType),
        ("severity in the export", Text::Severity),
        ("status in the export", Text::Status),
    ] {
        if let Some(value) = tickets.text(ticket, own) {
            line(format!("  {label}: {value}"));
        }
    }
    for (name, times) in TIME_COLUMNS.iter().zip(&tickets.times) {
        if let Some(at) = instant(times[ticket]) {
            line(format!("  {name}: {}", local(at, zone)));
        }
    }
    if let Some(first) = ledgers.first() {
        let contract = first.entitlement.contract.map(|index| &kernel.data.contracts[index]);
        let contract = contract.map_or(String::new(), |c| {
            let until = c.end_on.map_or("open end".to_owned(), |end| format!("until {end}"));
            format!(" (contract {}, {until})", c.contract)
        });
        line(format!("  entitlement when opened: {}{contract}", first.entitlement.coverage.name()));
    }
    kernel.timeline(ticket, scratch);
    let timeline = &scratch.timeline;
    if timeline.tells_status {
        line("\nHistory".to_owned());
        let values = &kernel.data.events.values;
        for stretch in &timeline.stretches {
            let holder: Vec<&str> =
                [stretch.group, stretch.assignee].iter().filter_map(|c| values.get(*c)).collect();
            line(format!(
                "  {} - {}  {:<24} {:<10} {}",
                local(stretch.from_at, zone),
                local(stretch.until_at, zone),
                values.get(stretch.status).unwrap_or("(not stated)"),
                stretch.class.name(),
                holder.join(", ")
            ));
        }
        if !timeline.gaps.is_empty() {
            line(format!("  reopened {} times", timeline.gaps.len()));
        }
    } else {
        line("\nNo history of this ticket: its own timestamps are used (low confidence).".to_owned());
    }
    for ledger in ledgers {
        line(String::new());
        for row in one_clock(config, kernel, ledger, zone) {
            line(row);
        }
    }
    text
}

/// The note on one clock, from its start to the verdict.
fn one_clock(config: &Config, kernel: &Kernel, ledger: &Ledger, zone: Tz) -> Vec<String> {
    let reading = &ledger.reading;
    let own = &config.policy.clocks[reading.clock as usize];
    let mut lines = vec![format!("{}: {}", own.label, reading.verdict.name().replace('_', " "))];
    if !reading.reason.name().is_empty() {
        lines.push(format!("  reason: {}", reading.reason.name()));
    }
    let Some(started_at) = instant(reading.started_at) else {
        return lines;
    };
    let calendar = kernel.calendar(reading);
    lines.push(format!("  calendar {} in {}", calendar.spec().name, calendar.spec().zone.name()));
    lines.push(format!("  started  {}", local(started_at, zone)));
    for (since, level) in ledger.levels.iter().skip(usize::from(ledger.levels.len() == 1)) {
        lines.push(format!("  severity {} since {}", severity(config, *level), local(*since, zone)));
    }
    match instant(reading.stopped_at) {
        Some(at) => lines.push(format!("  stopped  {} (by the {})", local(at, zone), ledger.stop_source)),
        None => lines.push(format!("  not stopped at as-of {}", local(kernel.as_of, zone))),
    }
    for (number, cycle) in ledger.cycles.iter().enumerate() {
        if ledger.cycles.len() > 1 {
            lines.push(format!(
                "  cycle {}: {} - {}, {} elapsed",
                number + 1,
                local(cycle.from_at, zone),
                local(cycle.until_at, zone),
                clock(cycle.elapsed_s)
            ));
        }
        for &(from, until) in &cycle.pauses {
            let open = calendar.elapsed(from, until);
            lines.push(format!(
                "  paused   {} - {}: {} of open hours",
                local(from, zone),
                local(until, zone),
                clock(open)
            ));
        }
    }
    let real = reading.elapsed_s + reading.paused_s + reading.closed_hours_s;
    lines.push(format!(
        "  elapsed  {} = {} from start to {} - {} closed hours - {} paused",
        clock(reading.elapsed_s),
        clock(real),
        if reading.stopped_at == MISSING_AT { "as-of" } else { "stop" },
        clock(reading.closed_hours_s),
        clock(reading.paused_s)
    ));
    if reading.limit_s == MISSING_AT {
        return lines;
    }
    let source = match (&ledger.target, own.is_due_from_source) {
        (_, true) => "the export's own due date".to_owned(),
        (Some((target, limit)), false) => {
            format!("target {target}, limit {limit} for {}", severity(config, reading.severity))
        }
        (None, false) => String::new(),
    };
    lines.push(format!("  promise  {source}"));
    match instant(reading.due_at) {
        Some(at) => lines.push(format!("  due      {}", local(at, zone))),
        None => lines.push("  due      not known while a pause is open".to_owned()),
    }
    let (elapsed, limit) = (clock(reading.elapsed_s), clock(reading.limit_s));
    let by_instant = own.is_due_from_source;
    lines.push(match reading.verdict {
        Verdict::Met if by_instant => "  verdict  the stop is not after the due date: met".to_owned(),
        Verdict::Breached if by_instant => "  verdict  the stop is after the due date: breached".to_owned(),
        Verdict::Met => format!("  verdict  {elapsed} <= target {}: met", clock(reading.target_s)),
        Verdict::Late => {
            format!(
                "  verdict  target {} < {elapsed} <= limit {limit}: late, within the window",
                clock(reading.target_s)
            )
        }
        Verdict::Breached => {
            format!("  verdict  {elapsed} > limit {limit}: breached by {}", clock(reading.overrun_s))
        }
        Verdict::Overdue => {
            format!("  verdict  not stopped and over the limit by {}: overdue", clock(reading.overrun_s))
        }
        Verdict::Running | Verdict::AtRisk | Verdict::Paused => {
            let left = (reading.limit_s - reading.elapsed_s).max(0);
            format!(
                "  verdict  {} left of limit {limit}: {}",
                clock(left),
                reading.verdict.name().replace('_', " ")
            )
        }
        Verdict::Unmeasured => {
            "  verdict  the ticket is over, but this clock can't be measured: unmeasured".to_owned()
        }
        Verdict::NotEntitled => {
            "  verdict  measured, but support was not owed: not entitled, not part of attainment".to_owned()
        }
        Verdict::Excluded => "  verdict  not a request that counts: excluded from attainment".to_owned(),
        Verdict::NoTarget => "  verdict  nothing was promised: no target, not part of attainment".to_owned(),
    });
    lines
}

fn as_json(config: &Config, kernel: &Kernel, ticket: usize, ledgers: &[Ledger]) -> Value {
    let utc = |at: i64| {
        instant(at)
            .and_then(|at| chrono::DateTime::from_timestamp(at, 0))
            .map(|at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string())
    };
    let clocks: Vec<Value> = ledgers
        .iter()
        .map(|ledger| {
            let reading = &ledger.reading;
            let cycles: Vec<Value> = ledger
                .cycles
                .iter()
                .map(|cycle| {
                    let pauses: Vec<Value> = cycle
                        .pauses
                        .iter()
                        .map(|&(a, b)| json!({ "from": utc(a), "until": utc(b) }))
                        .collect();
                    json!({
                        "from": utc(cycle.from_at), "until": utc(cycle.until_at),
                        "is_stopped": cycle.is_stopped, "elapsed_s": cycle.elapsed_s, "pauses": pauses,
                    })
                })
                .collect();
            let levels: Vec<Value> = ledger
                .levels
                .iter()
                .map(|(since, level)| json!({ "since": utc(*since), "severity": severity(config, *level) }))
                .collect();
            json!({
                "clock": config.policy.clocks[reading.clock as usize].name,
                "verdict": reading.verdict.name(),
                "reason": reading.reason.name(),
                "severity": severity(config, reading.severity),
                "severities": levels,
                "calendar": config.policy.calendars[reading.calendar as usize].spec.name,
                "zone": kernel.calendar(reading).spec().zone.name(),
                "started_at": utc(reading.started_at), "stopped_at": utc(reading.stopped_at),
                "stop_source": ledger.stop_source,
                "due_at": utc(reading.due_at), "decided_at": utc(reading.decided_at),
                "elapsed_s": instant(reading.elapsed_s), "target_s": instant(reading.target_s),
                "limit_s": instant(reading.limit_s), "overrun_s": reading.overrun_s,
                "paused_s": reading.paused_s, "closed_hours_s": reading.closed_hours_s,
                "reopens": reading.reopens, "cycles": cycles,
            })
        })
        .collect();
    json!({
        "ticket_id": kernel.data.tickets.ticket_id.get(ticket),
        "as_of": utc(kernel.as_of),
        "coverage": ledgers.first().map(|ledger| ledger.entitlement.coverage.name()),
        "clocks": clocks,
    })
}

//! The case as JSON.

use serde_json::{Value, json};

use super::Case;
use crate::clock::Ledger;
use crate::model::instant;

fn utc(at: i64) -> Option<String> {
    instant(at)
        .and_then(|at| chrono::DateTime::from_timestamp(at, 0))
        .map(|at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// The whole case.
pub fn value(case: &Case) -> Value {
    json!({
        "ticket_id": case.kernel.data.tickets.ticket_id.get(case.ticket),
        "as_of": utc(case.kernel.as_of),
        "coverage": case.entitlement.coverage.name(),
        "contract": case.kernel.contract(case.entitlement).map(|contract| &contract.contract),
        "clocks": case.ledgers.iter().map(|ledger| clock(case, ledger)).collect::<Vec<_>>(),
    })
}

fn clock(case: &Case, ledger: &Ledger) -> Value {
    let reading = &ledger.reading;
    let cycles = ledger.cycles.iter().map(|(cycle, pauses)| {
        let pauses = pauses.iter().map(|&(a, b)| json!({ "from": utc(a), "until": utc(b) }));
        json!({
            "from": utc(cycle.from_at), "until": utc(cycle.until_at), "is_stopped": cycle.is_stopped,
            "elapsed_s": cycle.elapsed_s, "limit_s": instant(cycle.limit_s), "due_at": utc(cycle.due_at),
            "is_missed": cycle.is_missed(), "pauses": pauses.collect::<Vec<_>>(),
        })
    });
    let levels = ledger.levels.iter().map(|(since, level, target)| {
        json!({
            "since": utc(*since), "severity": case.severity(*level),
            "target": target.map(|target| target.target.to_string()),
            "limit": target.map(|target| target.limit.to_string()),
        })
    });
    let holders = ledger.holders.iter().map(|holder| {
        let (group, assignee) = case.holder(holder);
        json!({
            "group": group, "assignee": assignee, "counted_s": holder.counted_s,
            "share": holder.counted_s as f64 / reading.elapsed_s.max(1) as f64,
        })
    });
    let held = case
        .held(ledger)
        .map(|(group, assignee, kind)| json!({ "group": group, "assignee": assignee, "kind": kind }));
    let audit = case
        .audit
        .iter()
        .find(|row| row.reading.clock == reading.clock)
        .map(|row| json!({ "source_says": row.source.name(), "agreement": row.agreement.name() }));
    json!({
        "clock": case.config.policy.clocks[reading.clock as usize].name,
        "verdict": reading.verdict.name(),
        "reason": reading.reason.name(),
        "confidence": if reading.has_history { "high" } else { "low" },
        "severity": case.severity(reading.severity),
        "severities": levels.collect::<Vec<_>>(),
        "calendar": case.config.policy.calendars[reading.calendar as usize].spec.name,
        "zone": case.kernel.calendar(reading).spec().zone.name(),
        "started_at": utc(reading.started_at), "stopped_at": utc(reading.stopped_at),
        "stop_source": ledger.stop_source.name(),
        "due_at": utc(reading.due_at), "decided_at": utc(reading.decided_at),
        "elapsed_s": instant(reading.elapsed_s), "target_s": instant(reading.target_s),
        "limit_s": instant(reading.limit_s), "overrun_s": reading.overrun_s,
        "paused_s": reading.paused_s, "closed_hours_s": reading.closed_hours_s,
        "reopens": reading.reopens, "cycles": cycles.collect::<Vec<_>>(),
        "held": held, "holders": holders.collect::<Vec<_>>(), "audit": audit,
    })
}

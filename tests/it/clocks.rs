//! One ticket's clocks against sums done by hand, with the sum beside each.

use std::fs;

use serde_json::Value;

use crate::common::{sla, text};

const CONFIG: &str = r#"
[report]
zone = "Europe/Lisbon"

[inputs.tickets]
path = "tickets.csv"

[inputs.events]
path = "events.csv"

[inputs.contracts]
path = "contracts.csv"

[severity]
levels = ["high", "low"]

[statuses]
queue = "new"
work = "open"
waiting = "waiting"
resolved = "solved"
closed = "closed"
cancelled = "cancelled"

[calendars.office]
hours = { mon-fri = "09:00-17:00" }

[clocks.response]
calendar = "office"
[[clocks.response.targets]]
limit = "1h"

[clocks.resolution]
calendar = "office"
[[clocks.resolution.targets]]
severity = "high"
target = "4h"
limit = "8h"
[[clocks.resolution.targets]]
severity = "low"
limit = "16h"
"#;

const CONTRACTS: &str = "\
contract,customer,licence_on,start_on,end_on
W,warrant,2025-11-30,,
K,kept,2024-01-01,2025-01-01,2026-03-31
";

/// What `explain --json` says of one clock of a ticket with this history.
/// 2026-03-02 is a Monday; Lisbon is on UTC until 2026-03-29.
fn explain(ticket: &str, events: &[&str], clock: &str, change: (&str, &str)) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: String| fs::write(folder.path().join(name), content).unwrap();
    let header = "ticket_id,opened_at,first_response_at,resolved_at,status,severity,request_type,customer";
    write("tickets.csv", format!("{header}\n{ticket}\n"));
    write("events.csv", format!("ticket_id,event_at,field,from,to,role\n{}\n", events.join("\n")));
    write("contracts.csv", CONTRACTS.to_owned());
    write("sla.toml", CONFIG.replace(change.0, change.1));
    let done = sla(folder.path(), &["explain", "T", "--json", "--as-of", "2026-03-31"]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let all: Value = serde_json::from_slice(&done.stdout).unwrap();
    let mut found =
        all["clocks"].as_array().unwrap().iter().find(|one| one["clock"] == clock).unwrap().clone();
    found["coverage"] = all["coverage"].clone();
    found
}

const PLAIN: (&str, &str) = ("", "");
const OPENED: &str = "T,2026-03-02T10:00:00Z,status,,new,customer";

fn numbers(of: &Value) -> (i64, i64, i64) {
    let number = |name: &str| of[name].as_i64().unwrap();
    (number("elapsed_s"), number("paused_s"), number("closed_hours_s"))
}

#[test]
fn a_pause_over_night_stops_the_clock_in_open_hours_only() {
    let resolution = explain(
        "T,2026-03-02T10:00:00Z,,,solved,high,incident,kept",
        &[
            OPENED,
            "T,2026-03-02T16:00:00Z,status,new,waiting,agent",
            "T,2026-03-03T11:00:00Z,status,waiting,open,customer",
            "T,2026-03-03T12:00:00Z,status,open,solved,agent",
        ],
        "resolution",
        PLAIN,
    );
    // Mon 10-16 = 6 h, Tue 11-12 = 1 h; paused Mon 16-17 and Tue 9-11 = 3 h; closed 17-09 = 16 h.
    assert_eq!(numbers(&resolution), (7 * 3600, 3 * 3600, 16 * 3600));
    assert_eq!(resolution["verdict"], "late");
    // 8 h: 6 h on Monday, then 2 h from Tuesday 11:00.
    assert_eq!(resolution["due_at"], "2026-03-03T13:00:00Z");
}

#[test]
fn a_reopening_continues_and_the_gap_does_not_count() {
    let events = [
        OPENED,
        "T,2026-03-02T12:00:00Z,status,new,solved,agent",
        "T,2026-03-03T12:00:00Z,status,solved,open,customer",
        "T,2026-03-03T15:00:00Z,status,open,solved,agent",
    ];
    let ticket = "T,2026-03-02T10:00:00Z,,,solved,high,incident,kept";
    let continued = explain(ticket, &events, "resolution", PLAIN);
    // Mon 10-12 and Tue 12-15 = 5 h; the gap has 5 h on Monday and 3 h on Tuesday.
    assert_eq!(numbers(&continued), (5 * 3600, 8 * 3600, 16 * 3600));
    assert_eq!(continued["reopens"], 1);
    let ignored = explain(
        ticket,
        &events,
        "resolution",
        ("[clocks.resolution]\n", "[clocks.resolution]\nreopen = \"ignore\"\n"),
    );
    assert_eq!(numbers(&ignored).0, 2 * 3600);
    let cycles = explain(
        ticket,
        &events,
        "resolution",
        ("[clocks.resolution]\n", "[clocks.resolution]\nreopen = \"new-cycle\"\n"),
    );
    // Cycles of 2 h and 3 h: the worst counts, both are kept.
    assert_eq!((numbers(&cycles).0, cycles["cycles"].as_array().unwrap().len()), (3 * 3600, 2));
    assert_eq!(cycles["verdict"], "met");
}

#[test]
fn severity_changed_midway_follows_the_policy() {
    let events = [
        OPENED,
        "T,2026-03-02T11:00:00Z,severity,low,high,agent",
        "T,2026-03-03T16:00:00Z,status,new,solved,agent",
    ];
    let ticket = "T,2026-03-02T10:00:00Z,,,solved,high,incident,kept";
    let policy = |name: &str| {
        let with = format!("[clocks.resolution]\nseverity_change = \"{name}\"\n");
        explain(ticket, &events, "resolution", ("[clocks.resolution]\n", &with))
    };
    // Mon 10-17 = 7 h, Tue 9-16 = 7 h: 14 h against 8 h (high) or 16 h (low).
    for (name, verdict, elapsed_h) in [
        ("retarget", "breached", 14),
        ("as-opened", "met", 14),
        ("strictest", "breached", 14),
        ("restart", "breached", 13),
    ] {
        let reading = policy(name);
        assert_eq!(
            (&reading["verdict"], numbers(&reading).0),
            (&Value::from(verdict), elapsed_h * 3600),
            "{name}"
        );
        assert_eq!(reading["severities"].as_array().unwrap().len(), 2, "{name}");
    }
}

#[test]
fn an_automatic_reply_is_no_response() {
    let events = [
        OPENED,
        "T,2026-03-02T10:00:30Z,reply,,public,automation",
        "T,2026-03-02T10:30:00Z,reply,,public,customer",
        "T,2026-03-02T12:00:00Z,reply,,public,agent",
    ];
    // The export's own column repeats the automation's instant.
    let response = explain(
        "T,2026-03-02T10:00:00Z,2026-03-02T10:00:30Z,,new,high,incident,kept",
        &events,
        "response",
        PLAIN,
    );
    assert_eq!(response["stopped_at"], "2026-03-02T12:00:00Z");
    assert_eq!(response["verdict"], "breached");
}

#[test]
fn a_resolution_without_reply_is_the_response() {
    let events = [OPENED, "T,2026-03-02T10:50:00Z,status,new,solved,agent"];
    let response = explain("T,2026-03-02T10:00:00Z,,,solved,high,incident,kept", &events, "response", PLAIN);
    assert_eq!((&response["verdict"], &response["stop_source"]), (&"met".into(), &"resolution".into()));
}

#[test]
fn an_open_pause_ends_at_as_of_and_leaves_the_due_date_open() {
    let events = [OPENED, "T,2026-03-02T11:00:00Z,status,new,waiting,agent"];
    let resolution =
        explain("T,2026-03-02T10:00:00Z,,,waiting,high,incident,kept", &events, "resolution", PLAIN);
    assert_eq!(resolution["verdict"], "paused");
    assert_eq!(numbers(&resolution).0, 3600);
    assert_eq!(resolution["due_at"], Value::Null);
}

#[test]
fn entitlement_is_judged_on_the_day_of_opening() {
    let on = |day: &str, customer: &str, request_type: &str| {
        let ticket = format!("T,{day}T10:00:00Z,,{day}T11:00:00Z,closed,high,{request_type},{customer}");
        let reading = explain(&ticket, &[], "resolution", PLAIN);
        let text = |name: &str| reading[name].as_str().unwrap().to_owned();
        (text("coverage"), text("verdict"), text("reason"))
    };
    let told = |coverage: &str, verdict: &str, reason: &str| {
        (coverage.to_owned(), verdict.to_owned(), reason.to_owned())
    };
    // 2025-11-30 + 3 months is clamped to 2026-02-28, last day included.
    assert_eq!(on("2026-02-28", "warrant", "incident"), told("warranty", "met", ""));
    assert_eq!(on("2026-03-01", "warrant", "incident"), told("lapsed", "not_entitled", "contract lapsed"));
    assert_eq!(on("2026-03-30", "kept", "incident"), told("contract", "met", ""));
    assert_eq!(on("2026-03-30", "kept", "upgrade"), told("contract", "not_entitled", "billable upgrade"));
    assert_eq!(
        on("2026-03-30", "kept", "integration"),
        told("contract", "not_entitled", "integration, case by case")
    );
    assert_eq!(on("2026-03-30", "nobody", "incident"), told("none", "not_entitled", "no contract"));
}

#[test]
fn cancelled_and_future_tickets_are_excluded() {
    let cancelled = explain(
        "T,2026-03-02T10:00:00Z,,,cancelled,high,incident,kept",
        &[OPENED, "T,2026-03-02T11:00:00Z,status,new,cancelled,agent"],
        "resolution",
        PLAIN,
    );
    assert_eq!((&cancelled["verdict"], &cancelled["reason"]), (&"excluded".into(), &"cancelled".into()));
    let future = explain("T,2026-04-02T10:00:00Z,,,new,high,incident,kept", &[], "resolution", PLAIN);
    assert_eq!((&future["verdict"], &future["reason"]), (&"excluded".into(), &"opened after as-of".into()));
}

#[test]
fn the_parts_of_every_reading_add_up() {
    use sla_report::model::MISSING_AT;
    use std::collections::HashMap;

    let as_of = 1_790_812_800; // 2026-10-01T00:00:00Z
    let measured = crate::common::measure("sample-data/bank/sla.toml", "2026-10-01T00:00:00", |_| {});
    let (mut split, mut counted): (HashMap<_, i64>, HashMap<_, i64>) = Default::default();
    for segment in &measured.readings.segments {
        let key = (segment.ticket, segment.clock);
        *split.entry(key).or_default() += segment.seconds;
        *counted.entry(key).or_default() += if segment.is_counted { segment.seconds } else { 0 };
    }
    assert_eq!(measured.readings.rows.len(), 16_000);
    let started = measured.readings.rows.iter().filter(|reading| reading.started_at != MISSING_AT);
    for reading in started {
        let stop = if reading.stopped_at == MISSING_AT { as_of } else { reading.stopped_at };
        let wall = (stop - reading.started_at).max(0);
        let of = |sums: &HashMap<_, i64>| sums.get(&(reading.ticket, reading.clock)).copied().unwrap_or(0);
        assert_eq!(reading.elapsed_s + reading.paused_s + reading.closed_hours_s, wall, "{reading:?}");
        assert_eq!((of(&split), of(&counted)), (wall, reading.elapsed_s), "{reading:?}");
        if reading.verdict.is_missed() {
            assert_eq!(reading.overrun_s, reading.elapsed_s - reading.limit_s, "{reading:?}");
            assert!(reading.overrun_s > 0 && reading.decided_at <= stop, "{reading:?}");
        }
        if reading.verdict.is_kept() {
            assert!(reading.elapsed_s <= reading.limit_s && reading.decided_at == stop, "{reading:?}");
        }
    }
}

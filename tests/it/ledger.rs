//! The ledger below a row of the page, held against the reading that it explains.

use chrono::NaiveDate;
use sla_report::calendar::local_to_utc;
use sla_report::clock::{self, Calendars, Kernel};
use sla_report::model::{MISSING_AT, instant};
use sla_report::paper::locale::Locale;
use sla_report::paper::{Cell, Column, Format, Table};
use sla_report::report::ledger;
use sla_report::{config, import};

use crate::common::root;

/// Every missed reading of the bank: its pieces are adjacent, from start to stop,
/// and what they count is what the clock counted.
#[test]
fn the_pieces_of_a_ledger_add_up() {
    let config = config::load(&root("sample-data/bank/sla.toml")).unwrap();
    let imported = import::import(&config).unwrap();
    let as_of = local_to_utc(chrono_tz::Tz::UTC, "2026-09-30T23:00:00".parse().unwrap());
    let mut zones: Vec<chrono_tz::Tz> = imported.data.sites.iter().filter_map(|site| site.zone).collect();
    zones.sort_unstable_by_key(|zone| zone.name());
    zones.dedup();
    let day = |year| NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
    let calendars = Calendars::build(&config.policy, &zones, day(2023), day(2029)).unwrap();
    let readings = clock::measure(&config.policy, &imported.data, &calendars, as_of);
    let kernel = Kernel::new(&config.policy, &imported.data, &calendars, as_of);
    let missed: Vec<_> = readings.rows.iter().filter(|reading| reading.verdict.is_missed()).collect();
    assert!(missed.len() > 500);
    let text =
        |name: &str, format| Column { name: name.to_owned(), label: name.to_owned(), format, fraction: None };
    let rows = missed.iter().map(|reading| {
        let id = imported.data.tickets.ticket_id.get(reading.ticket as usize);
        let clock = &config.policy.clocks[reading.clock as usize].name;
        [id, clock, reading.verdict.name()].map(|cell| Cell::Text(cell.to_owned())).to_vec()
    });
    let table = Table {
        slug: "missed".to_owned(),
        title: "Missed".to_owned(),
        question: None,
        notes: None,
        columns: vec![
            text("ticket_id", Format::Text),
            text("clock", Format::Text),
            text("verdict", Format::Verdict),
        ],
        rows: rows.collect(),
        total_rows: missed.len(),
        is_filterable: false,
        figure: None,
        details: Vec::new(),
    };
    let details = ledger::details(&kernel, config.zone, Locale::EnGb, &table);
    assert_eq!(details.len(), missed.len());
    for (detail, reading) in details.iter().zip(&missed) {
        let counted: i64 = detail.segments.iter().map(|segment| segment.counted_s).sum();
        assert_eq!(counted, reading.elapsed_s, "{}", detail.name);
        let closed: i64 = (detail.segments.iter())
            .filter(|segment| segment.kind == "closed_hours")
            .map(|segment| segment.until_at - segment.from_at)
            .sum();
        let paused: i64 =
            detail.segments.iter().map(|s| s.until_at - s.from_at).sum::<i64>() - counted - closed;
        assert_eq!((closed, paused), (reading.closed_hours_s, reading.paused_s), "{}", detail.name);
        assert!(
            detail.segments.windows(2).all(|pair| pair[0].until_at == pair[1].from_at),
            "{}",
            detail.name
        );
        let ends = detail.segments.first().zip(detail.segments.last()).unwrap();
        assert_eq!(ends.0.from_at, reading.started_at);
        assert_eq!(ends.1.until_at, instant(reading.stopped_at).unwrap_or(as_of));
        assert_ne!(reading.started_at, MISSING_AT);
    }
}

//! The City of Boston's own deadlines and verdicts, against ours.

use std::collections::BTreeMap;

use sla_report::calendar::local_to_utc;
use sla_report::clock::Verdict;
use sla_report::model::{MISSING_AT, Text, Time};

use crate::common::{Measured, measure};

fn boston() -> Measured {
    measure("sample-data/boston311/sla.toml", "2026-01-01T00:00:00", |_| {})
}

#[test]
fn verdicts_on_the_citys_deadline_equal_on_time_in_every_closed_row() {
    let measured = boston();
    let clock = measured.clock("city_due");
    let tickets = &measured.imported.data.tickets;
    let mut counts = BTreeMap::new();
    for reading in measured.readings.rows.iter().filter(|reading| reading.clock == clock) {
        let row = reading.ticket as usize;
        let has_target = tickets.at(row, Time::SourceDue).is_some();
        let is_closed = tickets.at(row, Time::Closed).is_some();
        let on_time = tickets.text(row, Text::SourceVerdict).unwrap();
        let expected = match (has_target, is_closed, on_time) {
            (false, ..) => Verdict::NoTarget,
            // Closed some seconds before it was opened: such times prove nothing.
            (true, true, _) if tickets.at(row, Time::Closed) < tickets.at(row, Time::Opened) => {
                Verdict::Unmeasured
            }
            (true, true, "ONTIME") => Verdict::Met,
            (true, true, "OVERDUE") => Verdict::Breached,
            // The City judges open rows at a later day than ours.
            (true, false, _) => continue,
            other => panic!("unexpected {other:?}"),
        };
        assert_eq!(reading.verdict, expected, "{}", tickets.ticket_id.get(row));
        *counts.entry(expected).or_insert(0) += 1;
    }
    // Counted in the City's files with another tool.
    let impossible = 5;
    let closed_on_time = 158 + 83 + 1884 + 157 + 429 + 3238 - impossible;
    let closed_overdue = 51 + 36 + 25 + 9 + 25 + 69;
    assert_eq!(counts[&Verdict::Unmeasured], impossible);
    assert_eq!(counts[&Verdict::Met], closed_on_time);
    assert_eq!(counts[&Verdict::Breached], closed_overdue);
    assert_eq!(
        counts[&Verdict::NoTarget],
        12_762 - closed_on_time - impossible - closed_overdue - 189 - 107 - 17 - 224 - 242 - 89 - 1
    );
}

#[test]
fn our_calendars_reproduce_the_citys_deadlines() {
    let measured = boston();
    let clock = measured.clock("resolution");
    let tickets = &measured.imported.data.tickets;
    let year = |year: i32| {
        let start = chrono::NaiveDate::from_ymd_opt(year, 1, 1).unwrap().and_hms_opt(0, 0, 0).unwrap();
        local_to_utc(chrono_tz::America::New_York, start)
    };
    let mut shares: BTreeMap<(String, i32), (u32, u32)> = BTreeMap::new();
    for reading in measured.readings.rows.iter().filter(|reading| reading.clock == clock) {
        let row = reading.ticket as usize;
        let Some(city) = tickets.at(row, Time::SourceDue) else { continue };
        let category = tickets.text(row, Text::Category).unwrap();
        if category == "Animal Noise Disturbances" {
            continue; // One row of 2016 has a target by mistake.
        }
        assert_ne!(reading.due_at, MISSING_AT);
        let opened = tickets.at(row, Time::Opened).unwrap();
        let key = (category.to_owned(), if opened < year(2016) { 2014 } else { 2016 });
        let entry = shares.entry(key).or_insert((0, 0));
        entry.0 += u32::from((reading.due_at - city).abs() <= 120);
        entry.1 += 1;
    }
    assert_eq!(shares.len(), 6);
    for ((category, year), (close, all)) in shares {
        let share = f64::from(close) / f64::from(all);
        println!("{category} {year}: {close} of {all} within 120 s = {share:.5}");
        assert!(share >= 0.996, "{category} {year}: {close} of {all} within 120 s");
    }
}

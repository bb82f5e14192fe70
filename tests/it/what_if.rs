//! History under another policy: against counts of readings, the report, and what people type.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::common::{measure, root, sla, text};

const BANK: &str = "sample-data/bank/sla.toml";
const HOUR: i64 = 3_600;

/// Runs `what-if` on the bank's sample and returns its JSON.
fn what_if(out: &Path, arguments: &[&str]) -> Value {
    let config = root(BANK);
    let common = ["what-if", "--json", "--quiet", "--config", config.to_str().unwrap(), "--out"];
    let all: Vec<&str> =
        common.into_iter().chain([out.to_str().unwrap()]).chain(arguments.iter().copied()).collect();
    let done = sla(out, &all);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    serde_json::from_slice(&done.stdout).unwrap()
}

/// The row of one clock over all groups.
fn overall<'v>(value: &'v Value, clock: &str) -> &'v Value {
    let rows = value["tables"]["what_if_attainment"].as_array().unwrap();
    rows.iter().find(|row| row["clock"] == clock && row["dimension"] == "all").unwrap()
}

fn counts(row: &Value, when: &str) -> (i64, i64) {
    let number = |name: &str| row[format!("{name}_{when}")].as_i64().unwrap();
    (number("kept"), number("decided"))
}

/// Kept and decided on-site clocks of the bank under a limit, counted from elapsed times.
fn on_site(limit_s: i64) -> (i64, i64) {
    let measured = measure(BANK, "2026-10-01T00:00:00", |_| {});
    let clock = measured.clock("on_site");
    let decided = measured.readings.rows.iter().filter(|reading| {
        // Nothing of the sample is open at the end of the history, so decided stays decided.
        reading.clock == clock && (reading.verdict.is_kept() || reading.verdict.is_missed())
    });
    decided.fold((0, 0), |(kept, all), reading| (kept + i64::from(reading.elapsed_s <= limit_s), all + 1))
}

#[test]
fn a_tighter_limit_flips_what_lies_between() {
    let out = tempfile::tempdir().unwrap();
    let value = what_if(out.path(), &["--set", "clocks.on_site.limit=3h"]);
    let row = overall(&value, "on_site");
    assert_eq!((counts(row, "before"), counts(row, "after")), (on_site(4 * HOUR), on_site(3 * HOUR)));
    let flips = value["tables"]["what_if_flips"].as_array().unwrap();
    assert_eq!(flips.len() as i64, on_site(4 * HOUR).0 - on_site(3 * HOUR).0);
    for flip in flips {
        let elapsed_s = flip["elapsed_before_s"].as_i64().unwrap();
        assert!(3 * HOUR < elapsed_s && elapsed_s <= 4 * HOUR, "{flip}");
        assert_eq!((&flip["counts_before"], &flip["counts_after"]), (&"kept".into(), &"missed".into()));
    }
    assert_eq!(row["flips"].as_u64(), Some(flips.len() as u64));
    for untouched in ["response", "resolution", "next_reply"] {
        let row = overall(&value, untouched);
        assert_eq!((counts(row, "before"), &row["flips"]), (counts(row, "after"), &0.into()), "{untouched}");
    }
}

#[test]
fn groups_add_up_to_the_whole() {
    let out = tempfile::tempdir().unwrap();
    let value = what_if(
        out.path(),
        &["--set", "clocks.resolution.pauses=false", "--set", "calendars.business.hours=24x7"],
    );
    let rows = value["tables"]["what_if_attainment"].as_array().unwrap();
    let mut moved = 0;
    for clock in ["response", "on_site", "resolution", "next_reply"] {
        for dimension in ["severity", "contract"] {
            let sum = |when: &str| {
                let own = rows.iter().filter(|row| row["clock"] == clock && row["dimension"] == dimension);
                own.map(|row| counts(row, when)).fold((0, 0), |sum, row| (sum.0 + row.0, sum.1 + row.1))
            };
            let all = overall(&value, clock);
            assert_eq!(sum("before"), counts(all, "before"), "{clock} {dimension}");
            assert_eq!(sum("after"), counts(all, "after"), "{clock} {dimension}");
        }
        moved += overall(&value, clock)["flips"].as_i64().unwrap();
    }
    assert_eq!(moved as usize, value["tables"]["what_if_flips"].as_array().unwrap().len());
    assert!(moved > 100, "{moved}");
}

#[test]
fn before_is_what_the_report_says() {
    let out = tempfile::tempdir().unwrap();
    let config = root(BANK);
    let config = config.to_str().unwrap();
    let report =
        ["report", "--config", config, "--period", "2026-09", "--quiet", "--no-data", "--format", "json"];
    assert_eq!(sla(out.path(), &report).status.code(), Some(0));
    let summary = fs::read_to_string(out.path().join("out/2026-09/summary.json")).unwrap();
    let summary: Value = serde_json::from_str(&summary).unwrap();
    let value = what_if(out.path(), &["--period", "2026-09", "--set", "clocks.on_site.limit=3h"]);
    let kpis = summary["kpis"].as_array().unwrap();
    assert_eq!(kpis.len(), 4);
    for kpi in kpis {
        let row = overall(&value, kpi["clock"].as_str().unwrap());
        let told = (kpi["numerator"].as_i64().unwrap(), kpi["denominator"].as_i64().unwrap());
        assert_eq!(counts(row, "before"), told, "{kpi}");
    }
}

#[test]
fn a_sweep_counts_every_value_and_draws_them() {
    let out = tempfile::tempdir().unwrap();
    let value = what_if(out.path(), &["--sweep", "clocks.on_site.limit=2h..6h/30m"]);
    let rows = value["tables"]["what_if_sweep"].as_array().unwrap();
    assert_eq!(rows.len(), 9);
    for (step, row) in (0..).zip(rows) {
        let expected = on_site(2 * HOUR + step * HOUR / 2);
        assert_eq!(
            (row["kept"].as_i64(), row["decided"].as_i64()),
            (Some(expected.0), Some(expected.1)),
            "{row}"
        );
    }
    let chart = fs::read_to_string(out.path().join("what-if/charts/what_if_sweep.svg")).unwrap();
    assert!(chart.contains("4h30m") && chart.contains("<title"), "{chart}");
}

#[test]
fn a_fragment_a_whole_file_and_a_set_key_are_the_same_change() {
    let folder = tempfile::tempdir().unwrap();
    let fragment = folder.path().join("gold.toml");
    fs::write(&fragment, "[clocks.on_site]\nlimit = \"3h\"\n").unwrap();
    let whole = folder.path().join("whole.toml");
    let bank = fs::read_to_string(root(BANK)).unwrap();
    let changed = bank.replace("target = \"3h\"\nlimit = \"4h\"", "target = \"3h\"\nlimit = \"3h\"");
    assert_ne!(changed, bank);
    fs::write(&whole, changed).unwrap();
    fs::copy(root("sample-data/bank/holidays-pt.ics"), folder.path().join("holidays-pt.ics")).unwrap();
    let mut tables = Vec::new();
    for change in [
        ["--set", "clocks.on_site.limit=3h"],
        ["--with", fragment.to_str().unwrap()],
        ["--with", whole.to_str().unwrap()],
    ] {
        let out = tempfile::tempdir().unwrap();
        tables.push(what_if(out.path(), &change)["tables"].clone());
    }
    assert_eq!(tables[0], tables[1]);
    assert_eq!(tables[0], tables[2]);
}

#[test]
fn terms_of_a_contract_reach_its_tickets_and_credits() {
    let out = tempfile::tempdir().unwrap();
    let set = ["--set", "contracts.\"K-1001\".calendar=24x7", "--set", "contracts.\"K-1001\".fee=0.5"];
    let value = what_if(out.path(), &set);
    let flips = value["tables"]["what_if_flips"].as_array().unwrap();
    assert!(flips.len() > 50, "{}", flips.len());
    assert!(flips.iter().all(|flip| flip["contract"] == "K-1001"));
    let sentences = value["sentences"].as_array().unwrap();
    assert!(sentences.iter().any(|s| s.as_str().unwrap().starts_with("Service credits")), "{sentences:?}");
}

#[test]
fn what_is_no_change_is_told_and_nothing_is_written() {
    let out = tempfile::tempdir().unwrap();
    let config = root(BANK);
    for (arguments, told) in [
        (vec![], "nothing to change"),
        (vec!["--set", "clocks.on_site"], "it is not KEY=VALUE"),
        (vec!["--set", "clocks.on_site.limt=3h"], "unknown key `clocks.on_site.limt`"),
        (vec!["--set", "clocks.on_site.limit=3 hours"], "`clocks.on_site.limit` can't be `3 hours`"),
        (vec!["--set", "clocks.on_site.limit=0h"], "no time at all"),
        (vec!["--set", "clocks.resolution.targets.9.limit=3h"], "there is no entry `9`"),
        (vec!["--sweep", "clocks.on_site.limit=6h..2h/1h"], "FROM must not be above TO"),
        (vec!["--with", "absent.toml"], "can't read the configuration"),
    ] {
        let common = ["what-if", "--config", config.to_str().unwrap()];
        let all: Vec<&str> = common.into_iter().chain(arguments).collect();
        let done = sla(out.path(), &all);
        assert_eq!(done.status.code(), Some(2), "{all:?}: {}", text(&done.stderr));
        assert!(text(&done.stderr).contains(told), "{all:?}: {}", text(&done.stderr));
        assert!(!out.path().join("out").exists(), "{all:?}");
    }
}

#[test]
fn the_terminal_shows_what_changes() {
    let out = tempfile::tempdir().unwrap();
    let config = root(BANK);
    let arguments =
        ["what-if", "--period", "2026-09", "--set", "clocks.on_site.limit=3h", "--quiet", "--config"];
    let all: Vec<&str> = arguments.into_iter().chain([config.to_str().unwrap()]).collect();
    insta::assert_snapshot!(text(&sla(out.path(), &all).stdout));
}

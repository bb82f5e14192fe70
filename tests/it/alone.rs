//! A query says the same alone and in a report: `sla query` makes whole columns of its tables, a report
//! makes the rows that each query asks for and keeps the history meanwhile.

use std::fs;

use crate::common::{root, sla, text};

/// What scans could get wrong: conditions that no row meets, that every row meets, that name no column,
/// that are null; limits; counts without a column; joins; the same table twice; every column.
const SELECTS: [(&str, &str); 18] = [
    ("n", "SELECT COUNT(*) AS n FROM segments"),
    ("n", "SELECT COUNT(*) AS n FROM clocks WHERE 1 = 1"),
    ("n", "SELECT COUNT(*) AS n FROM clocks WHERE 1 = 0"),
    ("ticket_id", "SELECT ticket_id FROM clocks WHERE is_missed AND NOT is_missed ORDER BY ticket_id"),
    ("reading_id", "SELECT * FROM clocks WHERE is_missed ORDER BY ticket_id, clock"),
    ("ticket_id", "SELECT * FROM tickets WHERE is_open OR status_class = 'merged' ORDER BY ticket_id"),
    (
        "n",
        "SELECT COUNT(*) AS n, MIN(reading_id) AS first, MAX(status) AS last FROM segments WHERE segment_s > 86400",
    ),
    (r#"ticket_id", "clock", "cycle"#, "SELECT * FROM cycles ORDER BY ticket_id, clock, cycle"),
    ("ticket_id", "SELECT ticket_id, severity FROM tickets ORDER BY ticket_id LIMIT 7"),
    ("ticket_id", "SELECT ticket_id, severity FROM tickets LIMIT 7"),
    (
        "severity",
        "SELECT severity, COUNT(*) AS n FROM (SELECT severity FROM tickets LIMIT 50) AS first WHERE severity IS NOT NULL GROUP BY severity ORDER BY severity",
    ),
    (
        "clock",
        "SELECT clock, MAX(overrun_s) AS most_s FROM clocks WHERE severity IS NULL OR overrun_s > 3600 GROUP BY clock ORDER BY clock",
    ),
    (
        "verdict",
        "SELECT clocks.verdict, COUNT(*) AS n FROM clocks JOIN tickets ON tickets.ticket_id = clocks.ticket_id WHERE tickets.opened_hour < 9 AND clocks.clock = 'resolution' GROUP BY clocks.verdict ORDER BY verdict",
    ),
    (
        r#"ticket_id", "clock"#,
        "SELECT a.ticket_id, b.clock FROM clocks AS a JOIN clocks AS b ON a.ticket_id = b.ticket_id WHERE a.is_missed AND b.is_kept AND a.clock = 'resolution' ORDER BY ticket_id, clock",
    ),
    (
        "n",
        "SELECT COUNT(*) AS n FROM clocks WHERE ticket_id IN (SELECT ticket_id FROM tickets WHERE reopens > 0)",
    ),
    (
        "kind",
        "SELECT kind, SUM(segment_s) AS all_s FROM segments WHERE group_name LIKE 'S%' OR segment_s BETWEEN 10 AND 99 GROUP BY kind ORDER BY kind",
    ),
    ("reading_id", WITHOUT_HISTORY),
    (
        r#"ticket_id", "clock", "cycle"#,
        "SELECT ticket_id, clock, cycle, started_at, stopped_at, due_at, elapsed_s, limit_s, paused_s, is_missed FROM cycles ORDER BY ticket_id, clock, cycle",
    ),
];

/// All of `clocks` that needs no history once it is measured: alone, the history is let go before.
const WITHOUT_HISTORY: &str = "SELECT reading_id, ticket_id, clock, clock_order, verdict, reason, severity, opened_at, \
    started_at, stopped_at, due_at, decided_at, elapsed_s, target_s, limit_s, overrun_s, paused_s, closed_hours_s, \
    cycles, reopens, calendar, confidence, decided_month, opened_month, is_kept, is_missed, is_on_target, \
    is_closed_only, is_undecided, is_in_period, coverage, contract, attainment_target, request_type, customer, site, \
    product, category, group_name, due_kind, source_verdict FROM clocks WHERE is_in_period OR is_undecided \
    ORDER BY reading_id";

/// With the program's own queries that are asked for.
fn compare(sample: &str, period: &str, is_asked: fn(&str) -> bool) {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(root(sample)).unwrap().map(Result::unwrap) {
        fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    let config = folder.path().join("sla.toml");
    let with_queries =
        fs::read_to_string(&config).unwrap().replace("[report]\n", "[report]\nqueries = \"own\"\n");
    fs::write(&config, with_queries).unwrap();
    fs::create_dir(folder.path().join("own")).unwrap();
    let mut queries: Vec<(String, String)> = Vec::new();
    for (nth, (key, select)) in SELECTS.iter().enumerate() {
        let slug = format!("own{nth}");
        let file = format!("-- title = \"{slug}\"\n-- key = [\"{key}\"]\n{select}\n");
        fs::write(folder.path().join(format!("own/{slug}.sql")), file).unwrap();
        queries.push((slug, (*select).to_owned()));
    }
    for entry in fs::read_dir(root("queries")).unwrap().map(Result::unwrap) {
        let slug = entry.path().file_stem().unwrap().to_string_lossy().into_owned();
        if !is_asked(&slug) {
            continue;
        }
        let text = fs::read_to_string(entry.path()).unwrap();
        let lines: Vec<&str> = text.lines().skip_while(|line| line.starts_with("--")).collect();
        queries.push((slug, lines.join("\n")));
    }
    let report = ["report", "--quiet", "--no-data", "--format", "csv", "--csv-raw", "--period", period];
    let done = sla(folder.path(), &report);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let mut rows = 0;
    for (slug, sql) in &queries {
        let alone = sla(folder.path(), &["query", "--period", period, "--format", "csv", sql]);
        assert_eq!(alone.status.code(), Some(0), "{slug}: {}", text(&alone.stderr));
        let within = fs::read(folder.path().join(format!("out/{period}/csv/{slug}.csv"))).unwrap();
        assert!(text(&alone.stdout) == text(&within), "{sample}: {slug} differs");
        rows += text(&within).lines().count();
    }
    assert!(rows > 4_000, "{rows}");
}

#[test]
fn a_query_says_the_same_alone_and_in_a_report() {
    compare("sample-data/bank", "2026-09", |_| true);
}

/// Tables of several parts, most of which a query of one month passes over.
#[test]
fn a_query_says_the_same_of_a_longer_log() {
    compare("sample-data/uci-incidents", "2016-05", |slug| {
        ["missed", "miss_patterns", "where_time_went", "attainment_by_month"].contains(&slug)
    });
}

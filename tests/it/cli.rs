//! What people type, and what they read.

use std::fs;
use std::path::Path;

use crate::common::{root, sla, text};

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

const CONFIG: &str = r#"
[inputs.tickets]
path = "tickets.csv"

[severity]
levels = ["high", "low"]

[statuses]
work = "open"
closed = "closed"
"#;

const TICKETS: &str = "\
ticket_id,opened_at,on_site_at,resolved_at,status,severity
T1,2026-09-01T08:00:00Z,2026-09-01T10:59:59Z,2026-09-01T12:00:00Z,closed,high
T2,2026-09-01T08:00:00Z,2026-09-01T11:00:01Z,2026-09-01T12:00:00Z,closed,high
T3,2026-09-01T08:00:00Z,2026-09-01T12:00:01Z,2026-09-01T13:00:00Z,closed,high
T4,2026-09-29T08:00:00Z,,,open,high
T5,2026-09-01T08:00:00Z,,2026-09-01T12:00:00Z,closed,high
T6,2026-09-01T08:00:00Z,,2026-09-01T12:00:00Z,closed,low
";

fn verdicts(folder: &Path, clock: &str) -> Vec<(String, String)> {
    let csv = fs::read_to_string(folder.join("out/2026-09/csv/tickets.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let at = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let (id, own, verdict) = (at("ticket_id"), at("clock"), at("verdict"));
    let mut found: Vec<(String, String)> = reader
        .records()
        .map(Result::unwrap)
        .filter(|row| &row[own] == clock)
        .map(|row| (row[id].to_owned(), row[verdict].to_owned()))
        .collect();
    found.sort();
    found
}

#[test]
fn on_site_within_three_to_four_hours_out_of_the_box() {
    let folder = folder(&[("sla.toml", CONFIG), ("tickets.csv", TICKETS)]);
    let done = sla(folder.path(), &["report", "--period", "2026-09", "--as-of", "2026-09-30"]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    // By hand: 2:59:59 <= 3 h; 3:00:01 <= 4 h; 4:00:01 > 4 h; open for 40 h; over without arrival.
    let expected =
        [("T1", "met"), ("T2", "late"), ("T3", "breached"), ("T4", "overdue"), ("T5", "unmeasured")];
    let expected: Vec<(String, String)> =
        expected.iter().map(|(id, verdict)| ((*id).to_owned(), (*verdict).to_owned())).collect();
    assert_eq!(verdicts(folder.path(), "on_site"), expected);
    let summary: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(folder.path().join("out/2026-09/summary.json")).unwrap())
            .unwrap();
    let kpi = summary["kpis"].as_array().unwrap().iter().find(|kpi| kpi["clock"] == "on_site").unwrap();
    assert_eq!((kpi["numerator"].as_i64(), kpi["denominator"].as_i64()), (Some(2), Some(4)));
    assert_eq!(kpi["is_indicative"], true);
}

#[test]
fn a_range_includes_both_days() {
    let folder = folder(&[("sla.toml", CONFIG), ("tickets.csv", TICKETS)]);
    let done = sla(folder.path(), &["report", "--period", "2026-08-31..2026-09-01", "--quiet"]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let summary = fs::read_to_string(folder.path().join("out/2026-08-31_2026-09-01/summary.json")).unwrap();
    let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
    assert_eq!(summary["period"]["until"], "2026-09-02T00:00:00Z");
    assert_eq!(summary["counts"]["tickets_opened_in_period"], 5);
}

#[test]
fn an_empty_period_says_why_and_exits_with_4() {
    let folder = folder(&[("sla.toml", CONFIG), ("tickets.csv", TICKETS)]);
    let done = sla(folder.path(), &["report", "--period", "2020-01"]);
    assert_eq!(done.status.code(), Some(4));
    assert!(text(&done.stderr).contains("0 of 6 tickets fall in 2020-01"), "{}", text(&done.stderr));
    let done = sla(folder.path(), &["report", "--period", "2020-01", "--allow-empty"]);
    assert_eq!(done.status.code(), Some(0));
}

#[test]
fn config_errors_come_together_and_nothing_is_written() {
    let config = CONFIG.to_owned()
        + "[clocks.on_site]\ncalender = \"24x7\"\npauses = 3\n\n[[clocks.on_site.targets]]\nseverity = \"hihg\"\nlimit = \"4 hours\"\n";
    let folder = folder(&[("sla.toml", &config), ("tickets.csv", TICKETS)]);
    let done = sla(folder.path(), &["report", "--period", "2026-09"]);
    assert_eq!(done.status.code(), Some(2));
    insta::assert_snapshot!(text(&done.stderr));
    assert!(!folder.path().join("out").exists());
}

#[test]
fn every_defect_of_a_row_is_told_with_file_and_line() {
    let tickets = "\
ticket_id,opened_at,resolved_at,status
T1,2026-09-01T08:00:00Z,,open
T1,2026-09-01T08:00:00Z,,open
T2,2026-13-01T08:00:00Z,,open
,2026-09-01T08:00:00Z,,open
T3,2026-09-01T08:00:00Z,2026-08-31T08:00:00Z,closed
T4,2026-09-01T08:00:00Z,open
T5,2026-09-01T08:00:00Z,,\"open
T6,2026-09-01T08:00:00Z,,open
";
    let events = "ticket_id,event_at,field,from,to\nT1,2026-09-01T09:00:00Z,status,open,closed\nT9,2026-09-01T09:00:00Z,status,open,closed\n";
    let contracts =
        "contract,customer,start_on,end_on\nC1,A,2026-01-01,2025-01-01\nC2,A,2026-01-01,2026-12-31\n";
    let config = CONFIG.to_owned()
        + "[inputs.events]\npath = \"events.csv\"\n[inputs.contracts]\npath = \"contracts.csv\"\n[inputs.assets]\npath = \"assets.csv\"\n[inputs.sites]\npath = \"sites.csv\"\n[limits]\nmax_reject = 1\n";
    let folder = folder(&[
        ("sla.toml", &config),
        ("tickets.csv", tickets),
        ("events.csv", events),
        ("contracts.csv", contracts),
        ("assets.csv", ""),
        ("sites.csv", "site,zone\n"),
    ]);
    let mut bytes = fs::read(folder.path().join("tickets.csv")).unwrap();
    bytes.extend(b"T7,2026-09-01T08:00:00Z,,caf\xe9\n");
    fs::write(folder.path().join("tickets.csv"), bytes).unwrap();
    let done = sla(folder.path(), &["report", "--period", "2026-09"]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let out = folder.path().join("out/2026-09");
    insta::assert_snapshot!("rejects", fs::read_to_string(out.join("csv/rejects.csv")).unwrap());
    insta::assert_snapshot!("findings", fs::read_to_string(out.join("csv/findings.csv")).unwrap());
    let summary: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(out.join("summary.json")).unwrap()).unwrap();
    let counts = &summary["counts"];
    // 9 rows of tickets, 2 of events, 2 of contracts.
    assert_eq!(counts["rows_read"], 13);
    assert_eq!(counts["rows_used"].as_i64().unwrap() + counts["rows_rejected"].as_i64().unwrap(), 13);
}

#[test]
fn too_many_rejects_leave_only_the_rejects() {
    let folder = folder(&[("sla.toml", CONFIG), ("tickets.csv", "ticket_id,opened_at\nT1,yesterday\n")]);
    let done = sla(folder.path(), &["report"]);
    assert_eq!(done.status.code(), Some(3));
    let mut files: Vec<String> = fs::read_dir(folder.path().join("out"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    assert_eq!(files, ["rejects.csv", "run.json"]);
}

#[test]
fn an_unknown_column_is_told_with_what_there_is() {
    let config = CONFIG.to_owned() + "[inputs.tickets.columns]\nopened_at = \"Openned\"\n";
    let folder = folder(&[("sla.toml", &config), ("tickets.csv", "ticket_id,Opened\nT1,2026-09-01\n")]);
    let done = sla(folder.path(), &["report"]);
    assert_eq!(done.status.code(), Some(3));
    insta::assert_snapshot!(text(&done.stderr));
}

#[test]
fn colours_are_for_those_who_watch() {
    let folder = folder(&[("sla.toml", "[clocks.respons]\n"), ("tickets.csv", TICKETS)]);
    let said = |arguments: &[&str]| text(&sla(folder.path(), arguments).stderr);
    assert!(said(&["check"]).starts_with("error: ") && !said(&["check"]).contains('\u{1b}'));
    assert!(!said(&["check", "--color", "never"]).contains('\u{1b}'));
    let coloured = said(&["--color", "always", "check"]);
    assert!(coloured.starts_with("\u{1b}[1;31merror\u{1b}[0m: "), "{coloured}");
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), said(&["check"]));
}

#[test]
fn a_query_may_only_read_the_tables() {
    let folder = folder(&[
        ("sla.toml", &format!("{CONFIG}[report]\nqueries = \"queries\"\n")),
        ("tickets.csv", TICKETS),
    ]);
    fs::create_dir(folder.path().join("queries")).unwrap();
    let bad = "-- title = \"Bad\"\n-- key = [\"a\"]\nSELECT a FROM read_csv('/etc/passwd')\n";
    fs::write(folder.path().join("queries/bad.sql"), bad).unwrap();
    fs::write(folder.path().join("queries/worse.sql"), "-- titel = \"Worse\"\nDROP TABLE tickets\n").unwrap();
    let done = sla(folder.path(), &["check"]);
    assert_eq!(done.status.code(), Some(2));
    insta::assert_snapshot!(text(&done.stderr));
}

#[test]
fn explain_reads_like_a_note_to_the_customer() {
    let folder = folder(&[("sla.toml", CONFIG), ("tickets.csv", TICKETS)]);
    let done = sla(folder.path(), &["explain", "T3", "--as-of", "2026-09-30"]);
    assert_eq!(done.status.code(), Some(0));
    insta::assert_snapshot!(text(&done.stdout));
}

#[test]
fn explain_of_an_unknown_ticket_exits_with_2() {
    let folder = folder(&[("sla.toml", CONFIG), ("tickets.csv", TICKETS)]);
    assert_eq!(sla(folder.path(), &["explain", "T99"]).status.code(), Some(2));
}

#[test]
fn the_calendar_answers_with_arithmetic() {
    let city = root("sample-data/boston311");
    let done = sla(&city, &["calendar", "city", "--month", "2016-11"]);
    insta::assert_snapshot!("calendar_month", text(&done.stdout));
    // Rule 7: Saturday 11:00 + 1 business day is Tuesday 08:30, from the opening.
    let done = sla(&city, &["calendar", "city", "--add", "2016-11-05 11:00", "1bd"]);
    assert_eq!(text(&done.stdout), "Sat 2016-11-05 11:00:00 -04:00 + 1bd = Tue 2016-11-08 08:30:00 -05:00\n");
    // Friday 16:00 to Monday 09:30: an hour on Friday, an hour on Monday.
    let done = sla(&city, &["calendar", "city", "--elapsed", "2016-09-09 16:00", "2016-09-12 09:30"]);
    assert!(text(&done.stdout).starts_with("2 h of 65 h 30 min open"), "{}", text(&done.stdout));
}

#[test]
fn every_code_is_in_the_documentation_with_its_meaning() {
    let page = fs::read_to_string(root("docs/defects.md")).unwrap();
    for code in sla_report::import::Code::ALL {
        let row = format!("| `{}` | {} |", code.name(), code.meaning());
        assert!(page.contains(&row), "docs/defects.md lacks: {row}");
    }
}

#[test]
fn what_is_no_period_is_refused() {
    let folder = folder(&[("sla.toml", CONFIG), ("tickets.csv", TICKETS)]);
    for period in [
        "2026-Q5",
        "2026-13",
        "2026- 9",
        "+2026-Q3",
        "262142-Q4",
        "2026-8-1..2026-8-31",
        "2026-09-02..2026-09-01",
        "ão",
    ] {
        let done = sla(folder.path(), &["report", "--period", period]);
        assert_eq!(done.status.code(), Some(2), "{period}: {}", text(&done.stderr));
        assert!(!folder.path().join("out").exists(), "{period}");
    }
}

#[test]
fn a_clock_needs_a_name() {
    let nameless = CONFIG.to_owned() + "[clocks.\"\"]\nstop = \"closed\"\n";
    let folder = folder(&[("sla.toml", &nameless), ("tickets.csv", TICKETS)]);
    let done = sla(folder.path(), &["check"]);
    assert_eq!(done.status.code(), Some(2), "{}", text(&done.stderr));
}

#[test]
fn a_check_that_is_null_or_false_fails_the_run() {
    for (check, key, code) in [
        ("severity IS NOT NULL", "\"ticket_id\"", 0),
        ("missing > 1", "\"ticket_id\"", 2),
        ("NULL > 1", "\"ticket_id\"", 2),
        ("severity = 'low'", "\"ticket_id\"", 2),
        ("severity IS NOT NULL", "", 2),
    ] {
        let config = format!("{CONFIG}[report]\nqueries = \"queries\"\n");
        let folder = folder(&[("sla.toml", &config), ("tickets.csv", TICKETS)]);
        fs::create_dir(folder.path().join("queries")).unwrap();
        // NULLIF leaves a null of a number, which `missing > 1` doesn't answer.
        let query = format!(
            "-- title = \"Own\"\n-- key = [{key}]\n-- checks = [\"{check}\"]\nSELECT tickets.ticket_id, tickets.severity, NULLIF(tickets.reopens, 0) AS missing FROM tickets ORDER BY ticket_id\n"
        );
        fs::write(folder.path().join("queries/own.sql"), query).unwrap();
        let done = sla(folder.path(), &["report", "--period", "2026-09", "--quiet"]);
        assert_eq!(done.status.code(), Some(code), "{check} {key}: {}", text(&done.stderr));
        assert_eq!(folder.path().join("out").exists(), code == 0);
    }
}

#[test]
fn a_target_that_never_applies_is_an_error() {
    let config = CONFIG.to_owned()
        + "[[clocks.response.targets]]\nlimit = \"1h\"\n[[clocks.response.targets]]\nseverity = \"high\"\nlimit = \"2h\"\n";
    let folder = folder(&[("sla.toml", &config), ("tickets.csv", TICKETS)]);
    let done = sla(folder.path(), &["check"]);
    assert_eq!(done.status.code(), Some(2));
    assert!(text(&done.stderr).contains("never applies"), "{}", text(&done.stderr));
}

#[test]
fn compressed_and_windows_1252_input_reads_the_same() {
    use std::io::Write;
    let plain =
        "ticket_id,opened_at,status,request_type,customer\nT1,2026-09-01,open,upgrade,Caixa São João\n";
    let report = |config: &str, name: &str, bytes: &[u8]| {
        let folder = folder(&[("sla.toml", &CONFIG.replace("tickets.csv", config))]);
        fs::write(folder.path().join(name), bytes).unwrap();
        let done = sla(folder.path(), &["report", "--period", "2026-09", "--quiet"]);
        assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
        fs::read_to_string(folder.path().join("out/2026-09/csv/billable.csv")).unwrap()
    };
    let expected = report("tickets.csv", "tickets.csv", plain.as_bytes());
    assert!(expected.contains("Caixa São João"), "{expected}");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(plain.as_bytes()).unwrap();
    assert_eq!(report("t.csv.gz", "t.csv.gz", &gzip.finish().unwrap()), expected);
    let zstd = zstd::encode_all(plain.as_bytes(), 3).unwrap();
    assert_eq!(report("t.csv.zst", "t.csv.zst", &zstd), expected);
    assert_eq!(report("t.csv", "t.csv", &[b"\xef\xbb\xbf", plain.as_bytes()].concat()), expected);
    let latin = encoding_rs::WINDOWS_1252.encode(plain).0.into_owned();
    assert_eq!(report("t.csv\"\nencoding = \"windows-1252", "t.csv", &latin), expected);
}

/// A slip of the keyboard must not cost the reading of large exports: here there are none.
#[test]
fn a_wrong_period_is_told_before_anything_is_read() {
    let folder = folder(&[("sla.toml", CONFIG)]);
    for command in [
        &["report"][..],
        &["run"],
        &["query", "SELECT COUNT(*) AS n FROM tickets"],
        &["what-if", "--set", "severity.levels=[\"high\",\"low\"]"],
    ] {
        for (period, what) in [("2026-13", "is not a period"), ("2026-09-02..2026-09-01", "ends before")] {
            let all: Vec<&str> = command.iter().copied().chain(["--period", period]).collect();
            let done = sla(folder.path(), &all);
            assert_eq!(done.status.code(), Some(2), "{all:?}: {}", text(&done.stderr));
            assert!(text(&done.stderr).contains(what), "{all:?}: {}", text(&done.stderr));
        }
    }
    assert!(!folder.path().join("out").exists());
}

/// What Polars planned is no help, and names columns in the making.
#[test]
fn a_query_that_fails_says_why_without_the_plan() {
    let folder = folder(&[("sla.toml", CONFIG), ("tickets.csv", TICKETS)]);
    let sql = "SELECT c.clock, y.cycle, COUNT(*) AS n FROM cycles AS y \
               JOIN clocks AS c ON c.ticket_id = y.ticket_id AND c.clock = y.clock \
               GROUP BY c.clock, y.cycle ORDER BY c.clock, y.cycle";
    let done = sla(folder.path(), &["query", sql]);
    let said = text(&done.stderr);
    assert_eq!(done.status.code(), Some(2), "{said}");
    assert!(said.contains("unable to find column") && !said.contains("plan"), "{said}");
}

//! Copies of a report: in another language, for others, of other months, of the reader's own choice.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::common::{root, sla, text};

/// The bank's exports in a folder of its own, with more in `[report]`.
fn bank(report: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(root("sample-data/bank")).unwrap().map(Result::unwrap) {
        fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    let place = folder.path().join("sla.toml");
    let config = fs::read_to_string(&place).unwrap();
    fs::write(place, config.replacen("[report]", &format!("[report]\n{report}"), 1)).unwrap();
    folder
}

fn report(folder: &Path, period: &str, out: &str, more: &[&str]) -> (i32, String) {
    let mut arguments = vec!["report", "--period", period, "--out", out, "-q"];
    arguments.extend(more);
    let done = sla(folder, &arguments);
    (done.status.code().unwrap_or(-1), text(&done.stderr))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path).unwrap()
}

fn json(path: impl AsRef<Path>) -> Value {
    serde_json::from_str(&read(path)).unwrap()
}

/// The second column of a CSV file of the bank.
fn column(file: &str, name: &str) -> BTreeSet<String> {
    let mut reader = csv::Reader::from_path(root("sample-data/bank").join(file)).unwrap();
    let at = reader.headers().unwrap().iter().position(|header| header == name).unwrap();
    let values = reader.records().map(|record| record.unwrap()[at].to_owned());
    values.filter(|value| !value.is_empty()).collect()
}

#[test]
fn a_redacted_report_holds_no_name_and_the_same_numbers() {
    let folder = bank("");
    let all = "html,csv,xlsx,svg,json,md,metrics,junit,slack";
    assert_eq!(report(folder.path(), "2026-09", "whole", &["--format", all]), (0, String::new()));
    let what = ["--redact", "customer,text,assignee,requester", "--format", all];
    assert_eq!(report(folder.path(), "2026-09", "redacted", &what), (0, String::new()));
    let redacted = folder.path().join("redacted/2026-09");
    let mut names = column("contracts.csv", "Customer");
    names.extend(column("tickets.csv", "Summary"));
    names.extend(column("tickets.csv", "Assignee"));
    let mut searched = 0;
    for path in files(&redacted) {
        let mut bytes = fs::read(&path).unwrap();
        if path.extension().is_some_and(|ending| ending == "xlsx") {
            let mut pack = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
            bytes = Vec::new();
            for at in 0..pack.len() {
                std::io::copy(&mut pack.by_index(at).unwrap(), &mut bytes).unwrap();
            }
        }
        let held = String::from_utf8_lossy(&bytes);
        for name in &names {
            assert!(!held.contains(name.as_str()), "{} holds {name}", path.display());
        }
        searched += 1;
    }
    assert!(searched > 40 && names.len() > 10, "{searched} files, {} names", names.len());
    let (whole, redacted) =
        (json(folder.path().join("whole/2026-09/summary.json")), json(redacted.join("summary.json")));
    assert_eq!(whole["kpis"], redacted["kpis"]);
    let numbers = |summary: &Value| -> Vec<(Value, Value)> {
        let contracts = summary["contracts"].as_array().unwrap().iter();
        contracts.map(|one| (one["numerator"].clone(), one["denominator"].clone())).collect()
    };
    assert_eq!(numbers(&whole), numbers(&redacted));
    let manifest = json(folder.path().join("redacted/2026-09/manifest.json"));
    assert_eq!(manifest["redacted"], serde_json::json!(["assignee", "customer", "requester", "text"]));
}

#[test]
fn a_page_can_be_without_single_tickets_or_without_their_texts() {
    let folder = bank("");
    for (detail, has_ids, has_texts) in [("full", true, true), ("ids", true, false), ("none", false, false)] {
        assert_eq!(
            report(folder.path(), "2026-09", detail, &["--html-detail", detail, "--format", "html,csv"]),
            (0, String::new())
        );
        let page = read(folder.path().join(detail).join("2026-09/index.html"));
        assert_eq!(page.contains("T00003625"), has_ids, "{detail}");
        let tickets = column("tickets.csv", "Summary");
        assert_eq!(tickets.iter().any(|summary| page.contains(summary.as_str())), has_texts, "{detail}");
        // The data beside the page is whole.
        assert!(read(folder.path().join(detail).join("2026-09/csv/tickets.csv")).contains("T00003625"));
    }
}

#[test]
fn a_report_speaks_portuguese_and_its_data_does_not() {
    let folder = bank("");
    let whole = "html,csv,json,md,slack";
    assert_eq!(report(folder.path(), "2026-09", "en", &["--format", whole]), (0, String::new()));
    assert_eq!(
        report(folder.path(), "2026-09", "pt", &["--format", whole, "--locale", "pt-PT"]),
        (0, String::new())
    );
    let page = read(folder.path().join("pt/2026-09/index.html"));
    assert!(page.contains("<html lang=\"pt-PT\">") && page.contains("setembro de 2026"));
    assert!(page.contains("26\u{a0}794") && !page.contains("26,794"));
    let (en, pt) = (folder.path().join("en/2026-09/csv"), folder.path().join("pt/2026-09/csv"));
    for path in files(&en) {
        let other = pt.join(path.file_name().unwrap());
        assert!(read(&path) == read(&other), "{}", path.display());
    }
    let summary = json(folder.path().join("pt/2026-09/summary.json"));
    let english = json(folder.path().join("en/2026-09/summary.json"));
    assert_eq!(summary["locale"], "pt-PT");
    assert_eq!(summary["findings"], english["findings"], "findings are in both languages, always");
    assert_eq!(summary["findings"][0]["text_pt"], summary["sentences"][0]);
    assert_eq!(summary["findings"][0]["text_en"], english["sentences"][0]);
    let (code, said) = report(folder.path(), "2026-09", "x", &["--locale", "pt-BR"]);
    assert_eq!((code, said.as_str()), (2, "error: no language `pt-BR`; expected one of: en-GB, pt-PT\n"));
    assert!(!folder.path().join("x").exists());
}

/// Only what a month's export of the bank would hold.
fn of_month(folder: &Path, name: &str, month: &str) {
    let mut reader = csv::Reader::from_path(folder.join("tickets.csv")).unwrap();
    let headers = reader.headers().unwrap().clone();
    let at = headers.iter().position(|header| header == "Opened").unwrap();
    let mut writer = csv::Writer::from_path(folder.join(name)).unwrap();
    writer.write_record(&headers).unwrap();
    for record in reader.records().map(Result::unwrap).filter(|record| record[at].starts_with(month)) {
        writer.write_record(&record).unwrap();
    }
    writer.flush().unwrap();
}

#[test]
fn earlier_reports_are_the_history_of_exports_of_one_month() {
    let folder = bank("");
    for month in ["2026-05", "2026-06", "2026-07", "2026-08"] {
        assert_eq!(
            report(folder.path(), month, "out", &["--format", "json", "--no-data"]),
            (0, String::new())
        );
    }
    of_month(folder.path(), "september.csv", "2026-09");
    let input = format!("tickets={}", folder.path().join("september.csv").display());
    let more = ["--input", input.as_str(), "--max-reject", "100%", "--format", "csv,json,html"];
    assert_eq!(report(folder.path(), "2026-09", "alone", &more), (0, String::new()));
    let glob = format!("{}/out/*/summary.json", folder.path().display());
    let with = [&more[..], &["--history", glob.as_str()]].concat();
    assert_eq!(report(folder.path(), "2026-09", "told", &with), (0, String::new()));
    let months = |out: &str| -> Vec<(String, i64, i64)> {
        let mut reader =
            csv::Reader::from_path(folder.path().join(out).join("2026-09/csv/attainment_by_month.csv"))
                .unwrap();
        let headers = reader.headers().unwrap().clone();
        let at = |name: &str| headers.iter().position(|header| header == name).unwrap();
        let rows = reader.records().map(Result::unwrap);
        let resolution = rows.filter(|row| &row[at("clock")] == "resolution");
        let mut months: Vec<(String, i64, i64)> = resolution
            .map(|row| {
                (
                    row[at("decided_month")].to_owned(),
                    row[at("kept")].parse().unwrap(),
                    row[at("decided")].parse().unwrap(),
                )
            })
            .collect();
        // The latest comes first in the file.
        months.reverse();
        months
    };
    assert_eq!(months("alone").len(), 1, "the export knows of no other month");
    let told = months("told");
    assert_eq!(told.len(), 5);
    for (month, kept, decided) in &told[..4] {
        let summary = json(folder.path().join("out").join(month).join("summary.json"));
        let kpis = summary["kpis"].as_array().unwrap();
        let kpi = kpis.iter().find(|kpi| kpi["clock"] == "resolution").unwrap();
        assert_eq!((kpi["numerator"].as_i64(), kpi["denominator"].as_i64()), (Some(*kept), Some(*decided)));
    }
    // September is the export's, and the month before is told from August's report.
    assert_eq!(told[4], months("alone")[0]);
    let delta = |out: &str| {
        let summary = json(folder.path().join(out).join("2026-09/summary.json"));
        let kpis = summary["kpis"].as_array().unwrap().clone();
        kpis.into_iter().find(|kpi| kpi["clock"] == "resolution").unwrap()["delta"].clone()
    };
    let share = |(_, kept, decided): &(String, i64, i64)| *kept as f64 / *decided as f64;
    assert!(delta("alone").is_null());
    let expected = share(&told[4]) - share(&told[3]);
    assert!((delta("told").as_f64().unwrap() - expected).abs() < 1e-6);
    let page = read(folder.path().join("told/2026-09/index.html"));
    assert!(
        page.contains("From earlier reports, as the exports hold fewer of their clocks: 2026-05, 2026-06")
    );
    // The whole export outweighs its own earlier reports.
    let whole = ["--format", "csv,json", "--history", glob.as_str()];
    assert_eq!(report(folder.path(), "2026-09", "whole", &whole), (0, String::new()));
    assert!(months("whole").len() > 5);
    let (code, said) = report(folder.path(), "2026-09", "x", &["--history", "nowhere/*.json"]);
    assert_eq!((code, said.as_str()), (2, "error: `--history nowhere/*.json`: no such file\n"));
}

#[test]
fn a_file_of_the_reports_folder_is_a_page_of_its_own() {
    let folder = bank("reports = \"reports\"");
    let reports = folder.path().join("reports");
    fs::create_dir(&reports).unwrap();
    fs::write(
        reports.join("board.toml"),
        "title = \"For the board\"\n\n[[sections]]\nfrom = \"verdict\"\n\n[[sections]]\ntitle = \"Customers\"\n\
         text = [\"Two new customers <joined>.\"]\ntables = [\"attainment_by_contract\"]\n",
    )
    .unwrap();
    assert_eq!(report(folder.path(), "2026-09", "out", &["--format", "html,xlsx"]), (0, String::new()));
    let page = read(folder.path().join("out/2026-09/board.html"));
    assert!(page.contains("<title>For the board – SLA report"));
    assert!(
        page.contains("Two new customers &lt;joined&gt;.")
            && page.contains("id=\"t-attainment_by_contract\"")
    );
    assert!(!page.contains("id=\"t-missed\"") && page.matches("<h2").count() == 2);
    assert!(
        read(folder.path().join("out/2026-09/index.html"))
            .contains("<a href=\"board.html\">For the board</a>")
    );
    // The list of all reports, the summary and a pack of its own have it too.
    let list = read(folder.path().join("out/index.html"));
    assert!(list.contains("<a href=\"2026-09&#x2f;board.html\">For the board</a>"));
    let summary = json(folder.path().join("out/2026-09/summary.json"));
    assert_eq!(
        summary["own_reports"],
        serde_json::json!([{ "title": "For the board", "page": "board.html", "pack": "board.xlsx" }])
    );
    assert!(page.contains("<a href=\"board.xlsx\">Excel pack</a>"));
    let pack = fs::File::open(folder.path().join("out/2026-09/board.xlsx")).unwrap();
    let mut pack = zip::ZipArchive::new(pack).unwrap();
    let mut part = |name: &str| {
        let mut text = String::new();
        std::io::Read::read_to_string(&mut pack.by_name(name).unwrap(), &mut text).unwrap();
        text
    };
    let book = part("xl/workbook.xml");
    assert!(book.contains("Attainment by customer and") && !book.contains("Missed promises"), "{book}");
    assert!(part("xl/sharedStrings.xml").contains("Two new customers &lt;joined&gt;."));

    fs::write(reports.join("bad.toml"), "title = \"x\"\n[[sections]]\nfrom = \"verdct\"\n").unwrap();
    fs::remove_dir_all(folder.path().join("out")).unwrap();
    let (code, said) = report(folder.path(), "2026-09", "out", &["--format", "html"]);
    assert_eq!(code, 2);
    assert!(said.contains("bad.toml:3:8") && said.contains("did you mean `verdict`?"), "{said}");
    assert!(!folder.path().join("out").exists());
    let done = sla(folder.path(), &["check"]);
    assert_eq!(done.status.code(), Some(2));
}

#[test]
fn a_portuguese_excel_gets_its_dialect() {
    let folder = bank("");
    let more = ["--format", "csv", "--csv-dialect", "excel-pt"];
    assert_eq!(report(folder.path(), "2026-09", "out", &more), (0, String::new()));
    let file = read(folder.path().join("out/2026-09/csv/attainment_by_contract.csv"));
    assert!(file.starts_with('\u{feff}') && file.contains("\r\n"));
    let first = file.lines().nth(1).unwrap();
    // Customer, contract, clock, attainment: a share with a decimal comma.
    let share = first.split(';').nth(3).unwrap();
    assert!(
        share.replace(',', ".").parse::<f64>().is_ok_and(|share| share <= 1.0) && share.contains(','),
        "{first}"
    );
    assert_eq!(json(folder.path().join("out/2026-09/manifest.json"))["csv_dialect"], "excel-pt");
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_says_so_and_leaves_nothing() {
    use std::process::{Command, Stdio};
    let folder = bank("");
    let mut child = Command::new(env!("CARGO_BIN_EXE_sla"))
        .args(["report", "--period", "2026-09", "--input", "tickets=-", "--out", "out"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // It waits for its standard input.
    std::thread::sleep(std::time::Duration::from_millis(500));
    let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(!folder.path().join("out").exists());
}

/// A CSV file of a report: its columns by name, and its rows.
fn table(path: &Path) -> (csv::StringRecord, Vec<csv::StringRecord>) {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let headers = reader.headers().unwrap().clone();
    (headers, reader.records().map(Result::unwrap).collect())
}

#[test]
fn every_row_of_every_table_adds_up_and_all_formats_say_the_same() {
    use calamine::{Data, Reader, Xlsx, open_workbook};

    let folder = bank("");
    assert_eq!(
        report(folder.path(), "2026-09", "out", &["--format", "html,csv,xlsx,json,md"]),
        (0, String::new())
    );
    let out = folder.path().join("out/2026-09");

    // Each reading stands in exactly one of these columns.
    const PARTS: [&str; 7] =
        ["kept", "missed", "undecided", "unmeasured", "not_entitled", "excluded", "no_target"];
    let mut checked = 0;
    let mut by_clock: std::collections::BTreeMap<String, (i64, i64)> = Default::default();
    for path in files(&out.join("csv")) {
        let (headers, rows) = table(&path);
        let at = |name: &str| headers.iter().position(|header| header == name);
        let parts: Option<Vec<usize>> = PARTS.iter().map(|name| at(name)).collect();
        let (Some(parts), Some(tickets)) = (parts, at("tickets")) else { continue };
        for row in &rows {
            let number = |at: usize| row[at].parse::<i64>().unwrap();
            assert_eq!(parts.iter().map(|part| number(*part)).sum::<i64>(), number(tickets), "{row:?}");
            checked += 1;
            if path.ends_with("attainment_by_severity.csv") {
                let own = by_clock.entry(row[at("clock").unwrap()].to_owned()).or_default();
                own.0 += number(at("kept").unwrap());
                own.1 += number(at("decided").unwrap());
            }
        }
    }
    assert!(checked > 100, "{checked} rows");

    // Key figures: the summary, the sums of a table, the page, the Markdown and the workbook.
    let summary = json(out.join("summary.json"));
    let (page, markdown) = (read(out.join("index.html")), read(out.join("summary.md")));
    let mut pack: Xlsx<_> = open_workbook(out.join("sla-pack.xlsx")).unwrap();
    let sheet = pack.worksheet_range("Summary").unwrap();
    let mut compared = 0;
    for kpi in summary["kpis"].as_array().unwrap() {
        let (kept, decided) = (kpi["numerator"].as_i64().unwrap(), kpi["denominator"].as_i64().unwrap());
        assert_eq!(by_clock[kpi["clock"].as_str().unwrap()], (kept, decided));
        // With one decimal, as it is written; the bank has no share that rounds to all or nothing.
        let share = format!("{:.1}%", kept as f64 / decided as f64 * 100.0);
        let fraction = format!("{kept} of {decided}");
        assert!(markdown.contains(&format!("{share} ({fraction})")), "{share} ({fraction})");
        let label = format!("{} kept", kpi["label"].as_str().unwrap());
        let Some(row) = sheet.rows().find(|row| row[0] == Data::String(label.clone())) else { continue };
        let numbers = row.iter().filter_map(|cell| match cell {
            Data::Float(number) => Some(*number),
            Data::Int(number) => Some(*number as f64),
            _ => None,
        });
        let numbers: Vec<f64> = numbers.collect();
        assert!((numbers[0] - kept as f64 / decided as f64).abs() < 1e-9, "{label}: {numbers:?}");
        assert_eq!((numbers[1], numbers[2]), (kept as f64, decided as f64), "{label}");
        let card = &page[page.find(&format!("<h3>{label}</h3>")).unwrap()..];
        let card = &card[..card.find("</ul>").unwrap()];
        assert!(card.contains(&share) && card.contains(&fraction), "{label}");
        compared += 1;
    }
    assert!(compared >= 3);
}

#[test]
fn the_zone_and_the_metrics_are_as_the_command_line_says() {
    let folder = bank("");
    let more = ["--format", "json,metrics", "--no-data"];
    assert_eq!(report(folder.path(), "2026-09", "plain", &more), (0, String::new()));
    let other = [&more[..], &["--tz", "Asia/Tokyo", "--openmetrics", "--metrics-runtime"]].concat();
    assert_eq!(report(folder.path(), "2026-09", "other", &other), (0, String::new()));
    let of = |out: &str, name: &str| read(folder.path().join(out).join("2026-09").join(name));
    // Midnight in Lisbon is 23:00 UTC in summer, in Tokyo 15:00 all year.
    let from =
        |out: &str| json(folder.path().join(out).join("2026-09/summary.json"))["period"]["from"].clone();
    assert_eq!(
        (from("plain"), from("other")),
        ("2026-08-31T23:00:00Z".into(), "2026-08-31T15:00:00Z".into())
    );
    assert!(
        !of("plain", "metrics.prom").contains("EOF") && !of("plain", "metrics.prom").contains("completed")
    );
    let metrics = of("other", "metrics.prom");
    assert!(metrics.ends_with("# EOF\n") && metrics.contains("\nsla_run_completed_timestamp_seconds 1"));
    let (code, said) = report(folder.path(), "2026-09", "x", &["--tz", "Lisbon"]);
    assert!(code == 2 && said.contains("Lisbon"), "{said}");
}

#[test]
fn nothing_is_told_of_redacted_sites_that_no_list_knows_or_of_rejected_rows() {
    let folder = bank("");
    let sites = read(folder.path().join("sites.csv"));
    let known: Vec<&str> = sites.lines().take(2).collect();
    fs::write(folder.path().join("sites.csv"), known.join("\n") + "\n").unwrap();
    let more = ["--redact", "site,customer", "--format", "csv", "--no-data"];
    assert_eq!(report(folder.path(), "2026-09", "out", &more), (0, String::new()));
    let findings = read(folder.path().join("out/2026-09/csv/findings.csv"));
    assert!(
        findings.matches("unknown_site,redacted ").count() > 1 && !findings.contains("BUR-01"),
        "{findings}"
    );

    // Too many rejected rows: all that is written is the list of them.
    let tickets = read(folder.path().join("tickets.csv"));
    let broken = tickets.replacen("2025-04-01T05:05:53Z", "Bank Bursztynowy", 1);
    assert_ne!(tickets, broken);
    fs::write(folder.path().join("tickets.csv"), broken).unwrap();
    let (code, _) = report(folder.path(), "2026-09", "strict", &[&more[..], &["--strict"]].concat());
    let rejects = read(folder.path().join("strict/rejects.csv"));
    assert_eq!(code, 3);
    assert!(rejects.contains("redacted") && !rejects.contains("Bursztynowy"), "{rejects}");
}

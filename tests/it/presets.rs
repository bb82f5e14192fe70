//! Every preset reads its sample through `sla init` and `sla report`, untouched by hand.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use sla_report::config;
use sla_report::import::{self, Imported};
use sla_report::model::{TEXT_COLUMNS, TIME_COLUMNS};

use crate::common::{root, sla, text};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    exports: Vec<String>,
    recognised: Vec<String>,
    #[serde(default)]
    date_formats: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    is_ambiguous: bool,
    #[serde(default)]
    asks_zone: bool,
    #[serde(default)]
    tickets: usize,
    #[serde(default)]
    events: u64,
    #[serde(default)]
    rejected: Vec<String>,
    #[serde(default)]
    unmapped: Vec<String>,
    /// `sla init` refuses the file, with this word.
    #[serde(default)]
    error: String,
    #[serde(default)]
    times: BTreeMap<String, String>,
    #[serde(default)]
    texts: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

/// `sla init` with the files of a case, in a folder of its own.
fn init(sample: &Path, case: &Case, folder: &Path) -> Result<String, String> {
    let paths: Vec<String> =
        case.exports.iter().map(|name| sample.join(name).display().to_string()).collect();
    let mut arguments = vec!["init", "--dir", "."];
    arguments.extend(paths.iter().map(String::as_str));
    let done = sla(folder, &arguments);
    if done.status.code() == Some(0) { Ok(text(&done.stdout)) } else { Err(text(&done.stderr)) }
}

fn differences(sample: &Path, case: &Case) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let slug = sample.file_name().unwrap().to_string_lossy().into_owned();
    let printed = match (init(sample, case, folder.path()), case.error.is_empty()) {
        (Err(message), false) if message.contains(&case.error) => return Vec::new(),
        (Ok(printed), true) => printed,
        (Ok(printed), false) => return vec![format!("not refused: {printed}")],
        (Err(message), _) => return vec![message],
    };
    let mut wrong = Vec::new();
    let target = folder.path().join("sla.toml");
    let source = fs::read_to_string(&target).unwrap();
    for recognised in &case.recognised {
        let (preset, name) = recognised.split_once('/').unwrap();
        if !is_recognised(preset, name, &printed) {
            wrong.push(format!("not recognised as {recognised}: {printed}"));
        }
    }
    let formats: Vec<&String> = case.date_formats.values().flatten().collect();
    for format in formats.iter().filter(|format| format.as_str() != "iso") {
        if !source.contains(&format!("\"{format}\"")) {
            wrong.push(format!("{format} was not found"));
        }
    }
    if source.contains("Day or month first?") != case.is_ambiguous {
        wrong.push("ambiguity".to_owned());
    }
    if source.contains("In which zone were these times written?") != case.asks_zone {
        wrong.push("zone".to_owned());
    }
    let check = sla(folder.path(), &["check"]);
    if check.status.code() != Some(0) {
        wrong.push(format!("sla check: {}{}", text(&check.stdout), text(&check.stderr)));
        return wrong;
    }
    let report = sla(folder.path(), &["report", "--format", "csv,json", "--no-data"]);
    if report.status.code() != Some(0) {
        wrong.push(format!("sla report: {}", text(&report.stderr)));
    }
    let config = config::load(&target).unwrap();
    wrong.extend(values(case, &import::import(&config).unwrap(), &slug));
    wrong
}

/// Whether the line of some file says so.
fn is_recognised(preset: &str, name: &str, printed: &str) -> bool {
    let source = fs::read_to_string(root(&format!("presets/{preset}.toml"))).unwrap();
    let document: toml::Table = source.parse().unwrap();
    let export = document["exports"].as_array().unwrap().iter().find(|e| e["name"].as_str() == Some(name));
    let title = export.unwrap()["title"].as_str().unwrap();
    let said = format!(": {}, {title}", document["title"].as_str().unwrap());
    printed.lines().any(|line| line.split(';').next().unwrap().ends_with(&said))
}

fn values(case: &Case, imported: &Imported, slug: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let tickets = &imported.data.tickets;
    let mut expect = |what: &str, found: String, expected: String| {
        if found != expected {
            wrong.push(format!("{slug}: {what}: found `{found}`, expected `{expected}`"));
        }
    };
    expect("tickets", tickets.len().to_string(), case.tickets.to_string());
    let events: u64 = imported.files.iter().filter(|file| file.table == "events").map(|file| file.used).sum();
    expect("events", events.to_string(), case.events.to_string());
    let name = |file: &str| Path::new(file).file_name().unwrap().to_string_lossy().into_owned();
    let rejected: Vec<String> =
        imported.rejects.iter().map(|r| format!("{}:{} {}", name(&r.file), r.line, r.code.name())).collect();
    expect("rejected", rejected.join(", "), case.rejected.join(", "));
    let unmapped: Vec<String> = (imported.findings.iter())
        .filter_map(|finding| {
            Some(format!("{} {}", finding.code.name().strip_prefix("unmapped_")?, finding.subject))
        })
        .collect();
    expect("unmapped", unmapped.join(", "), case.unmapped.join(", "));
    for (place, expected) in &case.times {
        let (ticket, column) = place.rsplit_once(' ').unwrap();
        let time = TIME_COLUMNS.iter().position(|name| *name == column).unwrap();
        let found = tickets.find(ticket).map(|row| tickets.times[time][row]);
        let found = found.and_then(|at| chrono::DateTime::from_timestamp(at, 0));
        let found = found.map_or("nothing".to_owned(), |at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string());
        expect(place, found, expected.clone());
    }
    for (place, expected) in &case.texts {
        let (ticket, column) = place.rsplit_once(' ').unwrap();
        let found = tickets.find(ticket).map(|row| match column {
            "summary" => tickets.summary.get(row).to_owned(),
            column => {
                let text = TEXT_COLUMNS.iter().position(|name| *name == column).unwrap();
                tickets.texts[text].get(row).unwrap_or_default().to_owned()
            }
        });
        expect(place, found.unwrap_or_else(|| "nothing".to_owned()), expected.clone());
    }
    wrong
}

#[test]
fn every_sample_is_imported_without_editing() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for preset in sla_report::preset::slugs() {
        let sample = root(&format!("tests/presets/{preset}"));
        let cases: Cases =
            toml::from_str(&fs::read_to_string(sample.join("expected.toml")).unwrap()).unwrap();
        assert!(!cases.case.is_empty(), "{preset} has no sample");
        for case in &cases.case {
            count += 1;
            let found = differences(&sample, case);
            if !found.is_empty() {
                wrong.push(format!("{preset} {:?}\n  {}", case.exports, found.join("\n  ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count} cases:\n{}", wrong.len(), wrong.join("\n"));
}

fn folder_with(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// What a person reads who has never seen the program: the draft, and what `check` says of it.
#[test]
fn a_spreadsheet_becomes_a_configuration_with_questions() {
    let export = "Ticket;Aberto em;Resolvido em;Estado;Severidade;Tipo;Balcão\n\
        1;03/07/2026 09:12;03/07/2026 11:00;Fechado;Crítica;Incidente;Porto\n\
        2;04/07/2026 09:12;;Em banho-maria;Alta;Dúvida;Faro\n\
        3;05/08/2026 09:12;;Em banho-maria;Estranha;Magia;Faro\n\
        4;depois;;Novo;Alta;Incidente;Faro\n";
    let folder = folder_with(&[("pedidos.csv", export.as_bytes())]);
    let done = sla(folder.path(), &["init", "pedidos.csv"]);
    let draft = fs::read_to_string(folder.path().join("sla.toml")).unwrap_or_default();
    let check = sla(folder.path(), &["check", "--max-reject", "30%"]);
    let said = format!(
        "{}{}\n{draft}\n{}{}",
        text(&done.stdout),
        text(&done.stderr),
        text(&check.stdout),
        text(&check.stderr)
    );
    insta::assert_snapshot!("init", said);
}

#[test]
fn init_says_why_it_writes_nothing() {
    let folder = folder_with(&[
        ("sla.toml", b"# mine\n"),
        ("strange.csv", b"colour,shape\nred,round\n"),
        ("history.csv", b"ticket_id,event_at,field,from,to\n1,2026-07-01 10:00,status,New,Open\n"),
        ("tickets.csv", b"ticket_id,opened_at\n1,2026-07-01 10:00\n"),
    ]);
    let mut said = String::new();
    for arguments in [
        &["init", "tickets.csv"][..],
        &["init", "strange.csv", "--dir", "new"],
        &["init", "strange.csv", "absent.csv", "--dir", "new", "--preset", "jira"],
        &["init", "history.csv", "--dir", "new"],
        &["init", "tickets.csv", "--dir", "new", "--preset", "remedy"],
    ] {
        let done = sla(folder.path(), arguments);
        let code = done.status.code().unwrap_or(-1);
        said.push_str(&format!(
            "$ sla {}\n{}{}[{code}]\n\n",
            arguments.join(" "),
            text(&done.stdout),
            text(&done.stderr)
        ));
    }
    assert!(!folder.path().join("new").exists());
    assert_eq!(fs::read_to_string(folder.path().join("sla.toml")).unwrap(), "# mine\n");
    insta::assert_snapshot!("init_refusals", said);
    let done = sla(folder.path(), &["init", "tickets.csv", "--force"]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
}

/// Files of two shapes are two inputs of one table, and standard input is one too.
#[test]
fn several_files_and_standard_input_are_read_together() {
    let folder = folder_with(&[
        ("a.csv", b"ticket_id,opened_at,status\nA,2026-07-01 10:00,New\n"),
        ("b.csv", b"Reference;Opened\nB;13/07/2026 10:00\n"),
        ("c.csv", b"ticket_id,opened_at,status\nC,2026-07-01 10:00,New\n"),
    ]);
    let done = sla(folder.path(), &["init", "a.csv", "b.csv", "c.csv"]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let draft = fs::read_to_string(folder.path().join("sla.toml")).unwrap();
    assert!(draft.contains("path = [\"a.csv\", \"c.csv\"]") && draft.contains("path = \"b.csv\""), "{draft}");
    let check = sla(folder.path(), &["check"]);
    assert!(text(&check.stdout).contains("3 tickets, 0 events"), "{}", text(&check.stdout));

    let config = "[inputs.tickets]\npath = \"-\"\n";
    fs::write(folder.path().join("sla.toml"), config).unwrap();
    let done = std::process::Command::new(env!("CARGO_BIN_EXE_sla"))
        .arg("check")
        .current_dir(folder.path())
        .stdin(fs::File::open(folder.path().join("a.csv")).unwrap())
        .output()
        .unwrap();
    assert!(text(&done.stdout).contains("standard input: 1 rows read = 1 used"), "{}", text(&done.stdout));
}

/// `sla init` and then `sla check` in a folder with these files; what check says.
fn checked(files: &[(&str, &[u8])], arguments: &[&str]) -> (String, String) {
    let folder = folder_with(files);
    let done = sla(folder.path(), &[&["init"], arguments].concat());
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let draft = fs::read_to_string(folder.path().join("sla.toml")).unwrap();
    let check = sla(folder.path(), &["check"]);
    (draft, format!("{}{}", text(&check.stdout), text(&check.stderr)))
}

#[test]
fn a_word_in_several_spellings_is_one_word() {
    let export = b"ticket_id,opened_at,request_type,severity\n\
        1,2026-07-01,Incident,High\n2,2026-07-02,incident,HIGH\n3,2026-07-03,INCIDENT,high\n";
    let (draft, said) = checked(&[("t.csv", export)], &["t.csv"]);
    assert!(said.contains("3 rows read = 3 used"), "{draft}\n{said}");
    assert!(!said.contains("not mapped"), "{said}");
}

#[test]
fn words_for_nothing_and_late_formats_are_found() {
    let mut export = "ticket_id,opened_at,resolved_at\n".to_owned();
    for row in 0..300 {
        export.push_str(&format!("A{row},2026-07-{:02} 10:00,N/A\n", row % 28 + 1));
    }
    for row in 0..300 {
        export.push_str(&format!("B{row},{:02}/08/2026 10:00,9999-12-31 00:00:00\n", row % 28 + 1));
    }
    export.push_str("C1,2026-09-01 10:00:00 UTC,2026-09-01 12:00:00 +0100\n");
    let (draft, said) = checked(&[("t.csv", export.as_bytes())], &["t.csv"]);
    assert!(said.contains("601 rows read = 601 used"), "{draft}\n{said}");
    let (draft, _) = checked(&[("t.csv", b"ticket_id,opened_at\n1,whenever\n")], &["t.csv"]);
    assert!(draft.contains("# ? 1 of 1 times in no format"), "{draft}");
}

/// The export of August has July's tickets again, closed by now.
#[test]
fn of_overlapping_exports_the_later_row_counts() {
    let july = "ticket_id,opened_at,resolved_at,status\n1,2026-07-01,,open\n2,2026-07-02,2026-07-03,closed\n";
    let august =
        "ticket_id,opened_at,resolved_at,status\n1,2026-07-01,2026-08-01,closed\n3,2026-08-02,,open\n";
    for (first, second) in [(july, august), (august, july)] {
        let files = [("1.csv", first.as_bytes()), ("2.csv", second.as_bytes())];
        let folder = folder_with(&files);
        fs::write(folder.path().join("sla.toml"), "[inputs.tickets]\npath = \"*.csv\"\n").unwrap();
        let check = sla(folder.path(), &["check"]);
        assert_eq!(check.status.code(), Some(0), "{}", text(&check.stderr));
        let config = config::load(&folder.path().join("sla.toml")).unwrap();
        let imported = import::import(&config).unwrap();
        let tickets = &imported.data.tickets;
        assert_eq!(tickets.text(tickets.find("1").unwrap(), sla_report::model::Text::Status), Some("closed"));
        let codes: Vec<&str> = imported.rejects.iter().map(|reject| reject.code.name()).collect();
        assert_eq!(codes, ["superseded"]);
        assert_eq!(imported.totals(), (4, 3, 1));
    }
}

#[test]
fn elements_of_json_that_are_no_objects_are_rejected_by_number() {
    let page =
        br#"{"issues":[{"ticket_id":1,"opened_at":"2026-07-01"},null,{"ticket_id":2,"opened_at":"x"},"y"]}"#;
    let folder = folder_with(&[("page.json", page)]);
    let config = "[inputs.tickets]\npath = \"page.json\"\neach = [\"issues\"]\ncolumns = { status = \"fields.statsu\" }\n";
    fs::write(folder.path().join("sla.toml"), config).unwrap();
    let imported = import::import(&config::load(&folder.path().join("sla.toml")).unwrap()).unwrap();
    let found: Vec<(u64, &str)> = imported.rejects.iter().map(|r| (r.line, r.code.name())).collect();
    assert_eq!(found, [(2, "bad_json"), (3, "bad_date"), (4, "bad_json")]);
    assert_eq!(imported.totals(), (4, 1, 3));
    let absent = imported.findings.iter().find(|finding| finding.code == import::Code::AbsentPath);
    assert_eq!(absent.map(|finding| finding.subject.as_str()), Some("fields.statsu"));
}

//! Clock cases: each row of `tests/cases/*.csv` is a ticket with its history, a
//! clock, and what must come of them; `why` has the sum done by hand.
//!
//! An empty input takes its default from [`TICKET`] or [`OTHER`]; `-` is an empty
//! cell. An empty expectation isn't checked; `-` is null or an empty text.
//! Instants are UTC, durations as in `1h30m15s` without parts that are zero,
//! `held` is group/assignee/kind.
//!
//! * `events`: `INSTANT [#SEQUENCE] FIELD [FROM>]TO ROLE; …`
//! * `contracts`, named C1, C2 …: `COLUMN=VALUE COLUMN=VALUE; …`
//! * `settings`: `KEY = VALUE; …` of the row's clock; `policy` the same of the
//!   whole configuration, with dotted keys. Both replace what `sla.toml` there has.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use rayon::prelude::*;
use serde_json::Value;
use sla_report::model::FIELDS;
use sla_report::{config, import};

use crate::common::{root, sla, text};

const CONFIG: &str = include_str!("../cases/sla.toml");

const SITES: &str = "\
site,zone
porto,Europe/Lisbon
tokyo,Asia/Tokyo
new_york,America/New_York
nowhere,
";

/// Inputs that are columns of the ticket: name, header in the export, default.
const TICKET: [(&str, &str, &str); 12] = [
    ("opened", "opened_at", "2026-03-02T10:00Z"),
    ("first_response", "first_response_at", ""),
    ("on_site", "on_site_at", ""),
    ("resolved", "resolved_at", ""),
    ("closed", "closed_at", ""),
    ("waiting_s", "waiting_s", ""),
    ("status", "status", ""),
    ("severity", "severity", "high"),
    ("request_type", "request_type", "incident"),
    ("customer", "customer", "bank"),
    ("site", "site", ""),
    ("product", "product", ""),
];

/// The other inputs with their defaults.
const OTHER: [(&str, &str); 6] = [
    ("events", ""),
    ("contracts", "start_on=2020-01-01"),
    ("clock", "resolution"),
    ("settings", ""),
    ("policy", ""),
    ("as_of", "2026-03-31T12:00Z"),
];

const CONTRACT: [&str; 9] =
    ["contract", "customer", "site", "product", "licence_on", "start_on", "end_on", "calendar", "target_set"];

/// Expectations with their keys in `explain --json`.
const EXPECTED: [(&str, &str); 15] = [
    ("coverage", "coverage"),
    ("verdict", "verdict"),
    ("reason", "reason"),
    ("judged_severity", "severity"),
    ("target", "target_s"),
    ("limit", "limit_s"),
    ("elapsed", "elapsed_s"),
    ("paused", "paused_s"),
    ("closed_hours", "closed_hours_s"),
    ("started", "started_at"),
    ("stopped", "stopped_at"),
    ("due", "due_at"),
    ("cycles", "cycles"),
    ("reopens", "reopens"),
    ("held", "held"),
];

#[derive(Debug)]
struct Case {
    file: String,
    cells: BTreeMap<String, String>,
}

impl Case {
    fn cell(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    fn input(&self, column: &str, default: &'static str) -> &str {
        match self.cell(column) {
            "" => default,
            "-" => "",
            cell => cell,
        }
    }

    fn other(&self, column: &str) -> &str {
        self.input(column, OTHER.iter().find(|other| other.0 == column).unwrap().1)
    }
}

fn cases() -> Vec<Case> {
    let files = fs::read_dir(root("tests/cases")).unwrap().map(|entry| entry.unwrap().path());
    let mut tables: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == "csv")).collect();
    tables.sort();
    tables.iter().flat_map(|path| read(path)).collect()
}

fn read(path: &Path) -> Vec<Case> {
    let file = path.file_name().unwrap().to_string_lossy();
    let mut reader = csv::Reader::from_path(path).unwrap();
    let ours = TICKET.iter().map(|column| column.0).chain(OTHER.iter().map(|column| column.0));
    let known: BTreeSet<&str> =
        ours.chain(EXPECTED.iter().map(|column| column.0)).chain(["case", "why"]).collect();
    let mut seen = BTreeSet::new();
    for column in reader.headers().unwrap() {
        assert!(known.contains(column), "{file}: unknown column `{column}`");
        assert!(seen.insert(column), "{file}: column `{column}` twice");
    }
    let rows = reader.deserialize().map(|row| row.unwrap_or_else(|error| panic!("{file}: {error}")));
    rows.map(|cells| Case { file: file.to_string(), cells }).collect()
}

fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(';').map(str::trim).filter(|item| !item.is_empty())
}

fn event(text: &str) -> String {
    let (at, sequence, [field, value, role]) = match text.split_whitespace().collect::<Vec<_>>()[..] {
        [at, field, value, role] => (at, "", [field, value, role]),
        [at, sequence, field, value, role] => (at, sequence.trim_start_matches('#'), [field, value, role]),
        _ => panic!("not an event: `{text}`"),
    };
    let roles = ["agent", "customer", "automation"];
    assert!(FIELDS.contains(&field) && roles.contains(&role), "not an event: `{text}`");
    let (from, to) = value.split_once('>').unwrap_or(("", value));
    format!("T,{at},{sequence},{field},{from},{to},{role}\n")
}

fn contract((index, text): (usize, &str)) -> String {
    let name = format!("C{}", index + 1);
    let mut cells = BTreeMap::from([("contract", name.as_str()), ("customer", "bank")]);
    cells.extend(text.split_whitespace().map(|word| word.split_once('=').unwrap()));
    assert!(cells.keys().all(|column| CONTRACT.contains(column)), "not a contract: `{text}`");
    CONTRACT.map(|column| cells.get(column).copied().unwrap_or("")).join(",") + "\n"
}

fn merge(into: &mut toml::Table, from: toml::Table) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(toml::Value::Table(old)), toml::Value::Table(new)) => merge(old, new),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}

fn configuration(case: &Case) -> String {
    let lines = |column| list(case.other(column)).collect::<Vec<_>>().join("\n");
    let changes = format!("{}\n[clocks.{}]\n{}", lines("policy"), case.other("clock"), lines("settings"));
    let mut config: toml::Table = CONFIG.parse().unwrap();
    merge(&mut config, changes.parse().unwrap_or_else(|error| panic!("{error}")));
    config.to_string()
}

/// What `explain` says of the row's clock, and the ticket's coverage.
fn explain(case: &Case) -> Result<Value, String> {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: String| fs::write(folder.path().join(name), content).unwrap();
    let ticket = TICKET.map(|(column, _, default)| case.input(column, default)).join(",");
    write("tickets.csv", format!("ticket_id,{}\nT,{ticket}\n", TICKET.map(|column| column.1).join(",")));
    let events: String = list(case.other("events")).map(event).collect();
    write("events.csv", format!("ticket_id,event_at,sequence,field,from,to,role\n{events}"));
    let contracts: String = list(case.other("contracts")).enumerate().map(contract).collect();
    write("contracts.csv", format!("{}\n{contracts}", CONTRACT.join(",")));
    write("sites.csv", SITES.to_owned());
    write("sla.toml", configuration(case));
    all_rows_are_used(&folder.path().join("sla.toml"))?;
    let as_of = with_seconds(case.other("as_of"));
    let done = sla(folder.path(), &["explain", "T", "--json", "--as-of", &as_of]);
    if !done.status.success() {
        return Err(text(&done.stderr));
    }
    let all: Value = serde_json::from_slice(&done.stdout).unwrap();
    let clocks = all["clocks"].as_array().unwrap();
    let name = case.other("clock");
    let mut found = clocks.iter().find(|clock| clock["clock"] == name).ok_or("no such clock")?.clone();
    found["coverage"] = all["coverage"].clone();
    Ok(found)
}

/// A mistyped case must not pass because its event or contract was rejected.
fn all_rows_are_used(path: &Path) -> Result<(), String> {
    let config = config::load(path).map_err(|problems| problems.to_string())?;
    let imported = import::import(&config).map_err(|problems| format!("{problems:?}"))?;
    if imported.rejects.is_empty() { Ok(()) } else { Err(format!("{:?}", imported.rejects)) }
}

fn with_seconds(instant: &str) -> String {
    let minutes = "2026-03-02T10:00".len();
    if instant.len() == minutes + 1 { format!("{}:00Z", &instant[..minutes]) } else { instant.to_owned() }
}

/// A value in the notation of the cases.
fn shown(key: &str, value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) if text.is_empty() => "-".to_owned(),
        Value::String(text) if key.ends_with("_at") => {
            text.strip_suffix(":00Z").map_or(text.clone(), |minutes| minutes.to_owned() + "Z")
        }
        Value::String(text) => text.clone(),
        Value::Number(seconds) if key.ends_with("_s") => duration(seconds.as_i64().unwrap()),
        Value::Array(items) => items.len().to_string(),
        Value::Object(_) => ["group", "assignee", "kind"].map(|part| shown(part, &value[part])).join("/"),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
    }
}

fn duration(seconds: i64) -> String {
    let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")];
    let text: String =
        parts.iter().filter(|part| part.0 != 0).map(|(count, unit)| format!("{count}{unit}")).collect();
    if text.is_empty() { "0s".to_owned() } else { text }
}

fn differences(case: &Case) -> Vec<String> {
    let place = format!("{} {}", case.file, case.cell("case"));
    let found = match explain(case) {
        Ok(found) => found,
        Err(message) => return vec![format!("{place}: {message}")],
    };
    let mut differences = Vec::new();
    for (column, key) in EXPECTED {
        let expected = case.cell(column);
        let actual = found.get(key).map_or("missing".to_owned(), |value| shown(key, value));
        if !expected.is_empty() && actual != expected {
            let why = case.cell("why");
            differences.push(format!("{place}: {column} is {actual}, expected {expected}\n    {why}"));
        }
    }
    differences
}

#[test]
fn every_case_comes_out_as_worked_out_by_hand() {
    let differences: Vec<String> = cases().par_iter().flat_map_iter(differences).collect();
    assert!(differences.is_empty(), "{} differences\n{}", differences.len(), differences.join("\n"));
}

#[test]
fn every_case_has_a_name_a_reason_and_an_expectation() {
    let cases = cases();
    let mut names = BTreeSet::new();
    for case in &cases {
        let (file, name) = (&case.file, case.cell("case"));
        assert!(!name.is_empty() && !case.cell("why").is_empty(), "{file} `{name}`: no name or no reason");
        assert!(names.insert(name), "{file}: `{name}` is not unique");
        let is_checked = ["verdict", "coverage"].iter().any(|column| !case.cell(column).is_empty());
        assert!(is_checked, "{file} `{name}`: neither a verdict nor a coverage is expected");
    }
    assert!(cases.len() > 100, "only {} cases", cases.len());
}

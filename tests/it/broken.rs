//! Broken exports: nothing is lost, nothing is executed, nothing panics.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::Deserialize;
use sla_report::config;
use sla_report::import::{self, Imported};

use crate::common::root;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    file: String,
    #[serde(default = "tickets")]
    table: String,
    #[serde(default)]
    settings: String,
    #[serde(default)]
    limits: String,
    read: Option<u64>,
    used: Option<u64>,
    #[serde(default)]
    rejects: Vec<String>,
    #[serde(default)]
    findings: Vec<String>,
    #[serde(default)]
    error: String,
    why: String,
}

fn tickets() -> String {
    "tickets".to_owned()
}

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

/// What the program makes of a case, in the words of the case.
fn import(case: &Case) -> Result<Imported, String> {
    let Case { file, table, settings, limits, .. } = case;
    let mut text =
        format!("[limits]\nmax_reject = 1\n{limits}\n[inputs.{table}]\npath = \"{file}\"\n{settings}\n");
    if table == "events" {
        text.push_str("[inputs.tickets]\npath = \"cases/tickets.csv\"\n");
    }
    let config =
        config::parse(&root("tests/errors/sla.toml"), text).map_err(|problems| problems.to_string())?;
    import::import(&config).map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

fn differences(case: &Case) -> Option<String> {
    let imported = match (import(case), case.error.is_empty()) {
        (Ok(imported), true) => imported,
        (Err(message), false) if message.contains(&case.error) => return None,
        (Err(message), _) => return Some(message),
        (Ok(imported), false) => return Some(format!("no error, but {:?}", imported.totals())),
    };
    let count = imported.files.iter().find(|count| count.file == case.file)?;
    let rejects: Vec<_> = imported.rejects.iter().filter(|reject| reject.file == case.file).collect();
    let is_same = |(reject, expected): (&&import::Reject, &String)| {
        let found = format!("{} {} {}", reject.line, reject.code.name(), reject.column);
        // Where a case names no column, none in particular is expected.
        found == *expected || found.starts_with(&format!("{expected} "))
    };
    let findings: Vec<&str> = imported.findings.iter().map(|finding| finding.code.name()).collect();
    let is_right = case.read == Some(count.read)
        && case.used == Some(count.used)
        && count.read == count.used + count.rejected
        && rejects.len() == case.rejects.len()
        && rejects.iter().zip(&case.rejects).all(is_same)
        && case.findings.iter().all(|code| findings.contains(&code.as_str()));
    (!is_right).then(|| {
        let found: Vec<String> = rejects
            .iter()
            .map(|r| format!("{} {} {} ({})", r.line, r.code.name(), r.column, r.found))
            .collect();
        format!(
            "found {} read, {} used, {found:?}, {findings:?}\n  expected {:?} read, {:?} used, {:?}, {:?}",
            count.read, count.used, case.read, case.used, case.rejects, case.findings
        )
    })
}

#[test]
fn every_row_of_a_broken_export_is_accounted_for() {
    let text = fs::read_to_string(root("tests/errors/cases.toml")).unwrap();
    let cases: Cases = toml::from_str(&text).unwrap();
    assert!(cases.case.len() >= 60);
    let mut wrong = Vec::new();
    for case in &cases.case {
        let outcome = catch_unwind(AssertUnwindSafe(|| differences(case)));
        if let Some(difference) = outcome.unwrap_or_else(|_| Some("it panicked".to_owned())) {
            wrong.push(format!("{}: {}\n  {difference}", case.file, case.why));
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.case.len(), wrong.join("\n"));
}

#[test]
fn every_file_of_the_corpus_has_a_case() {
    let text = fs::read_to_string(root("tests/errors/cases.toml")).unwrap();
    let cases: Cases = toml::from_str(&text).unwrap();
    for entry in fs::read_dir(root("tests/errors")).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        let is_known = entry.path().is_dir()
            || ["cases.toml", ".gitattributes"].contains(&name.as_str())
            || cases.case.iter().any(|case| case.file == name);
        assert!(is_known, "{name} has no case");
    }
}

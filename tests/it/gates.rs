//! What a scheduled job sees: gates, exit codes, and files for other programs.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::common::{root, sla, text};

const GATES: &str = r#"
[[gates]]
check = "on_site.attainment >= 90%"

[[gates]]
check = "resolution.attainment >= 99%"
level = "warn"

[[gates]]
check = "rejected_share <= 1%"
"#;

/// The bank's exports with gates, in a folder of its own.
fn bank(gates: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(root("sample-data/bank")).unwrap().map(Result::unwrap) {
        fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    let config = fs::read_to_string(folder.path().join("sla.toml")).unwrap() + gates;
    fs::write(folder.path().join("sla.toml"), config).unwrap();
    folder
}

fn run(folder: &Path, command: &str, more: &[&str]) -> (i32, String, String) {
    let mut arguments =
        vec![command, "--period", "2026-09", "--format", "json,md,metrics,junit,slack", "--no-data"];
    arguments.extend(more);
    let done = sla(folder, &arguments);
    (done.status.code().unwrap_or(-1), text(&done.stdout), text(&done.stderr))
}

fn summary(folder: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(folder.join("out/2026-09/summary.json")).unwrap()).unwrap()
}

#[test]
fn a_run_with_gates_writes_all_and_says_which_failed() {
    let folder = bank(GATES);
    let (code, _, said) = run(folder.path(), "run", &[]);
    let written = |name: &str| fs::read_to_string(folder.path().join("out/2026-09").join(name)).unwrap();
    insta::assert_snapshot!("gates_run", format!("{said}[{code}]"));
    insta::assert_snapshot!("gates_junit", written("junit.xml"));
    insta::assert_snapshot!("gates_slack", written("summary.slack.json"));
    insta::assert_snapshot!("gates_metrics", written("metrics.prom"));
    // The attainment of the summary, from its own fraction.
    let summary = summary(folder.path());
    let on_site = summary["kpis"].as_array().unwrap().iter().find(|kpi| kpi["clock"] == "on_site").unwrap();
    let (kept, decided) = (on_site["numerator"].as_i64().unwrap(), on_site["denominator"].as_i64().unwrap());
    let holds = kept * 100 >= 90 * decided;
    assert_eq!(summary["gates"][0]["status"], if holds { "pass" } else { "fail" });
    assert_eq!(code, i32::from(!holds));
    // The same without failing.
    assert_eq!(run(folder.path(), "run", &["--exit-zero"]).0, 0);
    assert_eq!(run(folder.path(), "report", &[]).0, 0);
    // And judged again from the file.
    let done = sla(folder.path(), &["gate", "out/2026-09/summary.json"]);
    assert_eq!(done.status.code(), Some(i32::from(!holds)), "{}", text(&done.stderr));
    assert_eq!(text(&done.stdout).lines().count(), 3);
}

#[test]
fn unknown_metrics_write_nothing_and_few_are_inconclusive() {
    let folder = bank("");
    for gate in [
        "on_site.attainmnt >= 90%",
        "onsite.attainment >= 90%",
        "on_site.attainment[site=Porto] >= 90%",
        "on_site.attainment[contract=K-0] >= 90%",
        "on_site.attainment",
    ] {
        let (code, _, said) = run(folder.path(), "run", &["--gate", gate]);
        assert_eq!(code, 2, "{gate}: {said}");
        assert!(said.contains("error: gate `"), "{said}");
        assert!(!folder.path().join("out/2026-09").exists(), "{gate}");
    }
    let few = ["--gate", "on_site.attainment >= 100%", "--min-n", "1000"];
    assert_eq!(run(folder.path(), "run", &few).0, 0);
    assert_eq!(summary(folder.path())["gates"][0]["status"], "inconclusive");
    let strict = [&few[..], &["--inconclusive", "fail"]].concat();
    assert_eq!(run(folder.path(), "run", &strict).0, 1);
    let config = bank("[[gates]]\ncheck = \"on_sight.attainment >= 90%\"\n[[gates]]\nlevel = \"fatal\"\n");
    let (code, _, said) = run(config.path(), "report", &[]);
    assert_eq!(code, 2);
    assert!(said.contains("unknown clock `on_sight`") && said.contains("a gate needs `check`"), "{said}");
}

#[test]
fn a_job_of_github_gets_its_page_and_marks() {
    let folder = bank(GATES);
    let page = folder.path().join("page.md");
    let outputs = folder.path().join("outputs");
    let done = std::process::Command::new(env!("CARGO_BIN_EXE_sla"))
        .args(["report", "--period", "2026-09", "--format", "md", "--no-data", "--gate", "missed == 0"])
        .current_dir(folder.path())
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_STEP_SUMMARY", &page)
        .env("GITHUB_OUTPUT", &outputs)
        .output()
        .unwrap();
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    assert!(
        text(&done.stdout).contains("::error title=SLA gate::missed == 0 doesn't hold: "),
        "{}",
        text(&done.stdout)
    );
    assert_eq!(
        fs::read_to_string(page).unwrap(),
        fs::read_to_string(folder.path().join("out/2026-09/summary.md")).unwrap()
    );
    assert!(fs::read_to_string(outputs).unwrap().starts_with("period=2026-09\ngates_failed="));
}

#[test]
fn two_summaries_are_compared() {
    let folder = bank(GATES);
    run(folder.path(), "report", &[]);
    let august = ["report", "--period", "2026-08", "--format", "json", "--no-data", "--quiet"];
    assert_eq!(sla(folder.path(), &august).status.code(), Some(0));
    let paths = ["out/2026-08/summary.json", "out/2026-09/summary.json"];
    let plain = sla(folder.path(), &["diff", paths[0], paths[1]]);
    let markdown = sla(folder.path(), &["diff", "--md", paths[0], paths[1]]);
    insta::assert_snapshot!("gates_diff", format!("{}\n{}", text(&plain.stdout), text(&markdown.stdout)));
    let broken = sla(folder.path(), &["diff", paths[0], "sla.toml"]);
    assert_eq!(broken.status.code(), Some(3));
}

#[test]
fn a_query_answers_in_three_ways() {
    let folder = bank("");
    let sql = "SELECT severity, COUNT(*) AS tickets FROM tickets GROUP BY severity ORDER BY severity";
    // Counted in the export itself.
    let export = fs::read(folder.path().join("tickets.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(export.as_slice());
    let at = reader.headers().unwrap().iter().position(|header| header == "Severity").unwrap();
    let mut counts = std::collections::BTreeMap::new();
    for row in reader.records().map(Result::unwrap).filter(|row| !row[at].is_empty()) {
        *counts.entry(row[at].to_owned()).or_insert(0) += 1;
    }
    let answer = |format: &str| {
        let done = sla(folder.path(), &["query", sql, "--format", format]);
        assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
        text(&done.stdout)
    };
    let (csv, table) = (answer("csv"), answer("table"));
    let json: Vec<Value> = serde_json::from_str(&answer("json")).unwrap();
    for (severity, count) in counts {
        assert!(csv.contains(&format!("{severity},{count}\n")), "{csv}");
        assert!(table.contains(&severity), "{table}");
        let row = json.iter().find(|row| row["severity"] == severity.as_str()).unwrap();
        assert_eq!(row["tickets"], count);
    }
    for wrong in ["DROP TABLE tickets", "SELECT * FROM read_csv('x')", "SELECT nothing FROM tickets", ""] {
        let done = sla(folder.path(), &["query", wrong]);
        assert_eq!(done.status.code(), Some(2), "{wrong}");
    }
}

/// Whether a value is as a schema says; of the schema's words, those that ours use.
fn conforms(root: &Value, schema: &Value, value: &Value, place: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if let Some(path) = schema["$ref"].as_str() {
        let part = root.pointer(path.trim_start_matches('#')).unwrap_or_else(|| panic!("no {path}"));
        return conforms(root, part, value, place);
    }
    for key in ["anyOf", "oneOf"] {
        let alternatives = schema[key].as_array().into_iter().flatten();
        let all: Vec<Vec<String>> = alternatives.map(|one| conforms(root, one, value, place)).collect();
        if !all.is_empty() && !all.iter().any(Vec::is_empty) {
            wrong.push(format!("{place} is none of what it can be: {}", all.concat().join(", ")));
        }
    }
    let type_of = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() || number.is_u64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let allows = |name: &Value| name == type_of || name == "number" && type_of == "integer";
    match &schema["type"] {
        Value::String(_) if !allows(&schema["type"]) => wrong.push(format!("{place} is {type_of}")),
        Value::Array(names) if !names.iter().any(allows) => wrong.push(format!("{place} is {type_of}")),
        _ => {}
    }
    if !schema["const"].is_null() && schema["const"] != *value {
        wrong.push(format!("{place} is {value}"));
    }
    if schema["enum"].as_array().is_some_and(|allowed| !allowed.contains(value)) {
        wrong.push(format!("{place} is {value}"));
    }
    if let (Some(least), Some(number)) = (schema["minimum"].as_f64(), value.as_f64())
        && number < least
    {
        wrong.push(format!("{place} is {number}"));
    }
    if let (Some(most), Some(number)) = (schema["maximum"].as_f64(), value.as_f64())
        && number > most
    {
        wrong.push(format!("{place} is {number}"));
    }
    if let Value::Array(items) = value {
        let items = items.iter();
        wrong.extend(items.flat_map(|item| conforms(root, &schema["items"], item, &format!("{place}[]"))));
    }
    let has_fields = schema["properties"].is_object() || schema["additionalProperties"].is_object();
    if let (Value::Object(fields), true) = (value, has_fields) {
        let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        wrong.extend(
            required
                .filter(|name| !fields.contains_key(*name))
                .map(|name| format!("{place}.{name} is missing")),
        );
        for (name, field) in fields {
            let known = schema["properties"].get(name).or(Some(&schema["additionalProperties"]));
            match known.filter(|known| known.is_object()) {
                Some(known) => wrong.extend(conforms(root, known, field, &format!("{place}.{name}"))),
                None => wrong.push(format!("{place}.{name} is not in the schema")),
            }
        }
    }
    wrong
}

#[test]
fn what_is_written_is_as_the_schemas_say() {
    let folder = bank(GATES);
    run(folder.path(), "report", &["--gate", "resolution.attainment[contract=*] >= 50%"]);
    for name in ["summary", "manifest"] {
        let printed = sla(folder.path(), &["schema", name]);
        let schema: Value = serde_json::from_slice(&printed.stdout).unwrap();
        let written = fs::read_to_string(folder.path().join(format!("out/2026-09/{name}.json"))).unwrap();
        let wrong = conforms(&schema, &schema, &serde_json::from_str(&written).unwrap(), name);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
    for arguments in [&["completions", "bash"][..], &["completions", "fish"], &["man"]] {
        let done = sla(folder.path(), arguments);
        assert_eq!(done.status.code(), Some(0));
        assert!(text(&done.stdout).contains("areas"), "{arguments:?}");
    }
}

/// Names that the schema knows anywhere.
fn properties(schema: &Value, names: &mut std::collections::BTreeSet<String>) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::Object(own)) = fields.get("properties") {
                names.extend(own.keys().cloned());
            }
            fields.values().for_each(|field| properties(field, names));
        }
        Value::Array(items) => items.iter().for_each(|item| properties(item, names)),
        _ => {}
    }
}

#[test]
fn the_schema_of_the_configuration_knows_what_is_read() {
    let printed = sla(&root(""), &["schema", "config"]);
    let schema: Value = serde_json::from_slice(&printed.stdout).unwrap();
    for path in [
        "sample-data/bank/sla.toml",
        "sample-data/boston311/sla.toml",
        "sample-data/uci-incidents/sla.toml",
        "benches/peers/sla.toml",
        "tests/cases/sla.toml",
    ] {
        let table: toml::Table = toml::from_str(&fs::read_to_string(root(path)).unwrap()).unwrap();
        let value = serde_json::to_value(table).unwrap();
        let wrong = conforms(&schema, &schema, &value, "");
        assert!(wrong.is_empty(), "{path}\n{}", wrong.join("\n"));
        let mut broken = value.clone();
        broken["report"]["zome"] = Value::from("UTC");
        assert!(!conforms(&schema, &schema, &broken, "").is_empty(), "{path}");
    }
    // Every key that the sources ask for by name.
    let mut known = std::collections::BTreeSet::new();
    properties(&schema, &mut known);
    let mut asked = 0;
    for entry in fs::read_dir(root("src/config")).unwrap() {
        let path = entry.unwrap().path();
        // Rules of advice have a file of their own.
        if path.ends_with("advice.rs") {
            continue;
        }
        let source = fs::read_to_string(path).unwrap();
        let source = source.split("#[cfg(test)]").next().unwrap();
        for call in [
            "string(", "choice(", "strings(", "boolean(", "integer(", "share(", "money(", "table(", "tables(",
        ] {
            for part in source.split(&format!(".{call}\"")).skip(1) {
                let key = part.split('"').next().unwrap();
                assert!(known.contains(key), "the schema lacks `{key}`");
                asked += 1;
            }
        }
    }
    assert!(asked > 60, "{asked} keys");
}

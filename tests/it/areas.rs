//! `sla areas`: what is planted in the bank's sample, and what people type and read.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::common::{root, sla, text};

fn areas(folder: &Path, arguments: &[&str]) -> String {
    let config = root("sample-data/bank/sla.toml");
    let all: Vec<&str> = ["areas", "--config", config.to_str().unwrap()]
        .into_iter()
        .chain(arguments.iter().copied())
        .collect();
    let done = sla(folder, &all);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    text(&done.stdout)
}

#[test]
fn every_planted_fault_is_found_with_its_advice_and_no_decoy() {
    let folder = tempfile::tempdir().unwrap();
    let value: Value = serde_json::from_str(&areas(folder.path(), &["--json"])).unwrap();
    let of = |tier: &str| -> Vec<[String; 4]> {
        let own = value["areas"].as_array().unwrap().iter().filter(|area| area["tier"] == tier);
        let word = |area: &Value, name: &str| area[name].as_str().unwrap_or("").to_owned();
        own.map(|area| ["area", "spread", "shared_cause", "advice_rule"].map(|name| word(area, name)))
            .collect()
    };
    // As PLANTED.md expects: faults 3, 2, 4 and 1; fault 5 and the decoys are none to act on.
    let expected = [
        ["error_code=ORA-BK-4711", "systemic", "software_version=8.3.0", "software-version"],
        ["customer=Caixa Rural das Serras;module=Cash", "systemic", "", "train-users"],
        ["unit=A000116", "bad unit", "", "replace-unit"],
    ];
    let act = of("act");
    assert_eq!(act[..3], expected);
    assert_eq!(
        (act.len(), act[3][0].as_str(), act[3][3].as_str()),
        (4, "hardware_model=Lince DS-55", "replace-model")
    );
    let watched: Vec<String> = of("watch").into_iter().map(|[area, ..]| area).collect();
    assert_eq!(watched, ["site=TEJ-01"]);
}

#[test]
fn a_list_and_an_explanation_read_like_a_note() {
    let folder = tempfile::tempdir().unwrap();
    insta::assert_snapshot!("areas_list", areas(folder.path(), &["--all"]));
    let by_place = areas(folder.path(), &["--explain", "2"]);
    assert_eq!(by_place, areas(folder.path(), &["--explain", "customer=Caixa Rural das Serras;module=Cash"]));
    insta::assert_snapshot!("areas_explained", by_place);
}

#[test]
fn flags_are_kept_between_runs_with_what_became_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("areas.json");
    let store = |more: &[&str]| {
        let all: Vec<&str> = ["--store", "areas.json"].into_iter().chain(more.iter().copied()).collect();
        areas(folder.path(), &all)
    };
    let first = store(&["--as-of", "2026-08-31"]);
    assert!(first.contains("none of them judged yet"), "{first}");
    store(&["--as-of", "2026-09-30"]);
    let read = || -> Value { serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap() };
    let runs = |flags: &Value, area: &str| -> Option<i64> {
        let flag = flags["flags"].as_array().unwrap().iter().find(|flag| flag["area"] == area)?;
        flag["runs"].as_i64()
    };
    assert_eq!(runs(&read(), "unit=A000116"), Some(2));
    assert_eq!(runs(&read(), "customer=Caixa Rural das Serras;module=Cash"), Some(1));
    // The same run again counts once.
    store(&["--as-of", "2026-09-30"]);
    assert_eq!(runs(&read(), "unit=A000116"), Some(2));
    let judged = store(&[
        "--as-of",
        "2026-09-30",
        "--outcome",
        "error_code=ORA-BK-4711=confirmed",
        "--outcome",
        "unit=A000116=false-alarm",
    ]);
    assert!(judged.contains("1 of 2 were confirmed (50.0%)"), "{judged}");
    let before = fs::read_to_string(&path).unwrap();
    let config = root("sample-data/bank/sla.toml");
    for wrong in ["unit=A000116", "unit=A000116=maybe", "unit=nothing=confirmed"] {
        let all =
            ["areas", "--config", config.to_str().unwrap(), "--store", "areas.json", "--outcome", wrong];
        assert_eq!(sla(folder.path(), &all).status.code(), Some(2), "{wrong}");
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), before);
}

#[test]
fn what_can_t_be_asked_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let config = root("sample-data/bank/sla.toml");
    for (arguments, told) in [
        (["--explain", "99"], "no area `99`"),
        (["--explain", "0"], "no area `0`"),
        (["--since", "2026-09-31"], "is not a date"),
        (["--since", "2026-09-30"], "a window has 7 to 366 days"),
        (["--outcome", "a=confirmed"], "--store"),
    ] {
        let all: Vec<&str> =
            ["areas", "--config", config.to_str().unwrap()].into_iter().chain(arguments).collect();
        let done = sla(folder.path(), &all);
        assert_eq!(done.status.code(), Some(2), "{all:?}");
        assert!(text(&done.stderr).contains(told), "{all:?}: {}", text(&done.stderr));
    }
}

#[test]
fn nothing_to_look_at_is_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("sla.toml"), "[inputs.tickets]\npath = \"tickets.csv\"\n").unwrap();
    fs::write(folder.path().join("tickets.csv"), "ticket_id,opened_at\n").unwrap();
    let done = sla(folder.path(), &["areas"]);
    assert_eq!(done.status.code(), Some(4));
    assert_eq!(text(&done.stderr), "error: no incidents among 0 tickets up to as-of\n");
}

#[test]
fn thresholds_glossary_and_advice_come_from_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let bank = fs::read_to_string(root("sample-data/bank/sla.toml")).unwrap();
    let with = |more: &str, glossary: &str, advice: &str| {
        let absolute =
            bank.replace("path = \"", &format!("path = \"{}/", root("sample-data/bank").display()));
        let absolute = absolute.replace(
            "holiday_files = \"",
            &format!("holiday_files = \"{}/", root("sample-data/bank").display()),
        );
        fs::write(folder.path().join("sla.toml"), format!("{absolute}\n[recurrence]\n{more}\n")).unwrap();
        fs::write(folder.path().join("glossary.toml"), glossary).unwrap();
        fs::write(folder.path().join("advice.toml"), advice).unwrap();
        sla(folder.path(), &["areas", "--json"])
    };
    let rule = "[[rules]]\nname = \"look\"\nadvice = \"Look at it.\"\nbasis = \"ours\"\nwhen = [{ fact = \"systemic\", at_least = 1 }]\n";
    let done = with(
        "glossary = \"glossary.toml\"\nadvice = \"advice.toml\"\nact_areas = 1",
        "printer = [\"impressora\", \"printer\"]\n",
        rule,
    );
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let value: Value = serde_json::from_slice(&done.stdout).unwrap();
    let act: Vec<&Value> =
        value["areas"].as_array().unwrap().iter().filter(|area| area["tier"] == "act").collect();
    assert_eq!((act.len(), &act[0]["advice_rule"]), (1, &"look".into()));
    for (more, told) in [
        ("curent_days = 28", "unknown key `recurrence.curent_days`"),
        ("current_days = 1", "a whole number from 7 to 366"),
        ("costs = { repair = 1 }", "needs `repair` and `replace`"),
        ("advice = \"none.toml\"", "can't read `none.toml`"),
        ("advice = \"advice.toml\"", "can't be used"),
    ] {
        let done = with(more, "", "[[rules]]\nname = \"x\"\n");
        assert_eq!(done.status.code(), Some(2), "{more}");
        assert!(text(&done.stderr).contains(told), "{more}: {}", text(&done.stderr));
    }
}

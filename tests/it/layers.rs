//! The rules of the architecture, checked by reading the sources.

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::root;

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found
}

/// The first part of a path below `src`, without `.rs`.
fn module(path: &Path) -> String {
    let below = path.strip_prefix(root("src")).unwrap();
    let first = below.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

fn offenders(is_bad: impl Fn(&str, &str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for path in sources(&root("src")) {
        let own = module(&path);
        for (number, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
            let code = line.split("//").next().unwrap_or("");
            if is_bad(&own, code) {
                found.push(format!("{}:{}: {line}", path.display(), number + 1));
            }
        }
    }
    found
}

const ORDER: [(&str, u8); 21] = [
    ("paper", 0),
    ("model", 0),
    ("diagnostic", 0),
    ("calendar", 1),
    ("stats", 1),
    ("clock", 2),
    ("recurrence", 2),
    ("gate", 2),
    ("config", 3),
    ("import", 3),
    ("preset", 4),
    ("tables", 4),
    ("query", 4),
    ("report", 5),
    ("render", 6),
    ("output", 7),
    ("cli", 7),
    ("commands", 7),
    ("main", 7),
    ("lib", 7),
    ("tests", 7),
];

#[test]
fn no_polars_below_the_tables() {
    let pure = [
        "model",
        "diagnostic",
        "paper",
        "calendar",
        "stats",
        "clock",
        "recurrence",
        "config",
        "import",
        "preset",
    ];
    let mut bad = offenders(|module, line| pure.contains(&module) && line.contains("polars"));
    // Polars writes the Parquet of a report, and so reads that of an export.
    bad.retain(|line| !line.contains("import/parquet.rs"));
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn files_are_opened_only_where_that_is_the_job() {
    let may = ["config", "import", "query", "report", "output", "commands"];
    let bad = offenders(|module, line| {
        !may.contains(&module) && (line.contains("std::fs") || line.contains("File::"))
    });
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn no_wall_clock_and_no_printing_outside_the_commands() {
    let bad = offenders(|module, line| {
        let speaks = ["println!", "eprintln!", "print!(", "dbg!"].iter().any(|word| line.contains(word));
        let reads = ["SystemTime::now", "Instant::now", "Utc::now", "Local::now"]
            .iter()
            .any(|word| line.contains(word));
        (speaks || reads) && module != "commands" && module != "main"
    });
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn modules_use_their_own_layer_or_lower_ones() {
    let layer = |name: &str| ORDER.iter().find(|(known, _)| *known == name).map(|(_, layer)| *layer);
    let bad = offenders(|module, line| {
        let own = layer(module).unwrap_or_else(|| panic!("`{module}` has no layer"));
        line.match_indices("crate::").any(|(at, _)| {
            let rest = &line[at + "crate::".len()..];
            let used: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            layer(&used).is_some_and(|used| used > own)
        })
    });
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

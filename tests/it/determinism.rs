//! Threads, the order of rows and the cut into files change nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::common::root;

/// Every file below a folder but those that may differ.
fn tree(folder: &Path, skip: &[&str]) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
            if !skip.iter().any(|skipped| name.ends_with(skipped)) {
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}

fn report(config: &Path, out: &Path, threads: &str) {
    let status = Command::new(env!("CARGO_BIN_EXE_sla"))
        .args(["report", "--quiet", "--period", "2026-09", "--config"])
        .arg(config)
        .arg("--out")
        .arg(out)
        .env("RAYON_NUM_THREADS", threads)
        .env("POLARS_MAX_THREADS", threads)
        .env("TZ", if threads == "1" { "Asia/Tehran" } else { "UTC" })
        .status()
        .unwrap();
    assert!(status.success());
}

fn same(a: &BTreeMap<String, Vec<u8>>, b: &BTreeMap<String, Vec<u8>>) {
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    for (name, bytes) in a {
        assert!(*bytes == b[name], "{name} differs");
    }
}

#[test]
fn one_thread_and_many_write_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let config = root("sample-data/bank/sla.toml");
    report(&config, &folder.path().join("one"), "1");
    report(&config, &folder.path().join("many"), "4");
    let skip = ["run.json"];
    same(&tree(&folder.path().join("one"), &skip), &tree(&folder.path().join("many"), &skip));
}

/// Rows of a CSV as they stand in the file, newlines within quotes and all.
fn rows(text: &str) -> Vec<&str> {
    let (mut rows, mut start, mut in_quotes) = (Vec::new(), 0, false);
    for (at, character) in text.char_indices() {
        match character {
            '"' => in_quotes = !in_quotes,
            '\n' if !in_quotes => {
                rows.push(&text[start..=at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    rows
}

#[test]
fn shuffled_and_split_input_gives_the_same_results() {
    let folder = tempfile::tempdir().unwrap();
    let sample = root("sample-data/bank");
    for entry in fs::read_dir(&sample).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    let mut random = fastrand::Rng::with_seed(11);
    for name in ["tickets", "events"] {
        let text = fs::read_to_string(sample.join(format!("{name}.csv"))).unwrap();
        let all = rows(&text);
        let (header, body) = all.split_first().unwrap();
        let mut body = body.to_vec();
        random.shuffle(&mut body);
        for (part, half) in body.chunks(body.len() / 2 + 1).enumerate() {
            let path = folder.path().join(format!("{name}-part{part}.csv"));
            fs::write(path, header.to_string() + &half.concat()).unwrap();
        }
    }
    let config = fs::read_to_string(sample.join("sla.toml")).unwrap();
    let config = config
        .replace("\"tickets.csv\"", "\"tickets-part*.csv\"")
        .replace("\"events.csv\"", "\"events-part*.csv\"");
    fs::write(folder.path().join("sla.toml"), config).unwrap();
    let (whole, parts) = (folder.path().join("whole"), folder.path().join("parts"));
    report(&root("sample-data/bank/sla.toml"), &whole, "2");
    report(&folder.path().join("sla.toml"), &parts, "2");
    // These name files, lines or hashes of files, which are others here.
    let skip = [
        "run.json",
        "manifest.json",
        "summary.json",
        "summary.md",
        "index.html",
        "source_files.csv",
        "rejects.csv",
        "rejects_by_code.csv",
        "findings.csv",
        "sla-pack.xlsx",
    ];
    same(&tree(&whole, &skip), &tree(&parts, &skip));
}

//! `--history`: earlier summaries as an input.

use rustc_hash::FxHashMap;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Failure, INPUT};
use crate::clock::{Kernel, Readings};
use crate::import::hex;
use crate::model::MISSING_AT;
use crate::paper::history::PastMonth;
use crate::paper::summary::{SCHEMA, Summary};
use crate::tables::month;

/// A file that was read, for the manifest.
#[derive(Debug, Serialize)]
pub struct HistoryFile {
    pub file: String,
    pub sha256: String,
}

/// The summaries that the patterns name, in order of their paths.
pub fn read(patterns: &[String]) -> Result<(Vec<Summary>, Vec<HistoryFile>), Failure> {
    let mut paths = Vec::new();
    for pattern in patterns {
        let unusable = |why: String| Failure::usage(format!("error: `--history {pattern}`: {why}"));
        let found = glob::glob(pattern).map_err(|error| unusable(error.to_string()))?;
        let before = paths.len();
        paths.extend(found.filter_map(Result::ok));
        if paths.len() == before {
            return Err(unusable("no such file".to_owned()));
        }
    }
    paths.sort();
    paths.dedup();
    let (mut summaries, mut files) = (Vec::new(), Vec::new());
    for path in paths {
        let name = path.display().to_string();
        let fail = |why: String| Failure::new(INPUT, format!("error: can't use `{name}` as history: {why}"));
        let bytes = std::fs::read(&path).map_err(|error| fail(error.to_string()))?;
        let summary: Summary = serde_json::from_slice(&bytes).map_err(|error| fail(error.to_string()))?;
        if summary.schema != SCHEMA {
            return Err(fail(format!("its schema is `{}`, expected `{SCHEMA}`", summary.schema)));
        }
        files.push(HistoryFile { file: name.clone(), sha256: hex(&Sha256::digest(&bytes)) });
        summaries.push(summary);
    }
    Ok((summaries, files))
}

/// The months of which the exports hold fewer decided clocks than an earlier report did.
pub fn missing(
    past: Vec<PastMonth>,
    kernel: &Kernel,
    readings: &Readings,
    zone: chrono_tz::Tz,
) -> Vec<PastMonth> {
    if past.is_empty() {
        return past;
    }
    let mut decided: FxHashMap<(String, u16), i64> = FxHashMap::default();
    for reading in readings.rows.iter().filter(|reading| reading.decided_at != MISSING_AT) {
        *decided.entry((month(reading.decided_at, zone), reading.clock)).or_insert(0) += 1;
    }
    let clock = |name: &str| kernel.policy.clocks.iter().position(|clock| clock.name == name);
    past.into_iter()
        .filter(|past| {
            clock(&past.clock).is_some_and(|clock| {
                decided.get(&(past.month.clone(), clock as u16)).copied().unwrap_or(0) < past.decided()
            })
        })
        .collect()
}

//! `sla gate`, and what `report` and `run` do with gates.

use std::path::Path;

use serde_json::json;

use super::{Failure, GATE, INPUT};
use crate::cli::{GateArgs, GateCommandArgs, Inconclusive, Level, When};
use crate::config::Config;
use crate::gate::{self, Check, Gate};
use crate::paper::summary::{GateLevel, GateResult, GateStatus, SCHEMA, Summary};

/// Runs the command.
pub fn run(args: &GateCommandArgs) -> Result<(), Failure> {
    let config = match &args.config {
        Some(path) => Some(super::configuration(Some(path))?),
        None => None,
    };
    let summary = read(&args.summary)?;
    let mut gates = typed(&args.gates)?;
    let configured = match &config {
        Some(config) => config.gates.clone(),
        None => of_summary(&summary)?,
    };
    gates.splice(0..0, configured);
    if gates.is_empty() {
        return Err(Failure::usage(
            "error: no gates\nhint: say `--gate 'on_site.attainment >= 90%'`, or name a configuration with [[gates]]",
        ));
    }
    let min_n = args.gates.min_n.or(config.map(|config| config.min_n)).unwrap_or(MIN_N);
    let results = judged(&gates, &summary, min_n)?;
    if args.json {
        say!("{:#}", json!(results));
    } else if !args.quiet {
        for result in &results {
            say!("{:<13}{}", result.status.name(), result.reason);
        }
    }
    outcome(&args.gates, &results)
}

/// Fewer decided are inconclusive where no configuration says otherwise.
const MIN_N: i64 = 10;

/// A summary from a file.
pub fn read(path: &Path) -> Result<Summary, Failure> {
    let unusable = |what: String| Failure::new(INPUT, format!("error: {what}\n --> {}", path.display()));
    let text = std::fs::read_to_string(path)
        .map_err(|error| unusable(format!("can't read the summary: {error}")))?;
    let summary: Summary = serde_json::from_str(&text)
        .map_err(|error| unusable(format!("not a summary.json of `sla report`: {error}")))?;
    if summary.schema != SCHEMA {
        return Err(unusable(format!("found schema `{}`, expected `{SCHEMA}`", summary.schema)));
    }
    Ok(summary)
}

/// The gates that a summary was made with, to be judged again.
fn of_summary(summary: &Summary) -> Result<Vec<Gate>, Failure> {
    let mut gates: Vec<Gate> = Vec::new();
    for result in &summary.gates {
        let check: Check = result.check.parse().map_err(|error| Failure::usage(format!("error: {error}")))?;
        let gate = Gate { check, level: result.level };
        // One check of each contract has a result for each.
        if !gates.contains(&gate) {
            gates.push(gate);
        }
    }
    Ok(gates)
}

/// The gates of the command line.
///
/// # Errors
/// What can't be read.
pub fn typed(args: &GateArgs) -> Result<Vec<Gate>, Failure> {
    let level = match args.gate_level {
        Level::Warn => GateLevel::Warn,
        Level::Error => GateLevel::Error,
    };
    let gate = |text: &String| -> Result<Gate, Failure> {
        let check = text.parse().map_err(|error| Failure::usage(format!("error: {error}")))?;
        Ok(Gate { check, level })
    };
    args.gate.iter().map(gate).collect()
}

/// The configuration's gates and those of the command line, which must name its clocks.
///
/// # Errors
/// What can't be read, and unknown clocks: before anything is computed.
pub fn all(args: &GateArgs, config: &Config) -> Result<Vec<Gate>, Failure> {
    let typed = typed(args)?;
    let clocks: Vec<&str> = config.policy.clocks.iter().map(|clock| clock.name.as_str()).collect();
    for gate in &typed {
        if let gate::Subject::Clock { clock, .. } = &gate.check.subject
            && !clocks.contains(&clock.as_str())
        {
            return Err(Failure::usage(format!(
                "error: gate `{}`: unknown clock `{clock}`; there are: {}",
                gate.check.text,
                clocks.join(", ")
            )));
        }
    }
    Ok(config.gates.iter().cloned().chain(typed).collect())
}

/// Judges gates by a summary.
///
/// # Errors
/// Contracts that it doesn't know.
pub fn judged(gates: &[Gate], summary: &Summary, min_n: i64) -> Result<Vec<GateResult>, Failure> {
    gate::judge(gates, summary, min_n).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(|problem| format!("error: {problem}")).collect();
        Failure::usage(lines.join("\n"))
    })
}

/// Whether a result stops a pipeline.
fn is_stopping(args: &GateArgs, result: &GateResult) -> bool {
    let is_inconclusive = result.status == GateStatus::Inconclusive && result.level == GateLevel::Error;
    result.status == GateStatus::Fail || is_inconclusive && args.inconclusive == Inconclusive::Fail
}

/// Fails where a gate doesn't hold.
pub fn outcome(args: &GateArgs, results: &[GateResult]) -> Result<(), Failure> {
    let broken: Vec<&GateResult> = results.iter().filter(|result| is_stopping(args, result)).collect();
    if broken.is_empty() || args.exit_zero {
        return Ok(());
    }
    let lines: Vec<&str> = broken.iter().map(|result| result.reason.as_str()).collect();
    Err(Failure::new(
        GATE,
        format!("error: {} of {} gates failed\n{}", broken.len(), results.len(), lines.join("\n")),
    ))
}

/// One line on all gates; `None` without any.
pub fn sentence(results: &[GateResult]) -> Option<String> {
    let count = |status| results.iter().filter(|result| result.status == status).count();
    (!results.is_empty()).then(|| {
        format!(
            "Gates: {} of {} hold, {} failed, {} warned, {} inconclusive.",
            count(GateStatus::Pass),
            results.len(),
            count(GateStatus::Fail),
            count(GateStatus::Warn),
            count(GateStatus::Inconclusive)
        )
    })
}

/// What a job of GitHub Actions shows: annotations for gates that don't hold,
/// the Markdown on the job's page, and outputs for later steps.
///
/// # Errors
/// Where a file that the job names can't be written.
pub fn github(when: When, args: &GateArgs, summary: &Summary, markdown: &str) -> Result<(), String> {
    let is_on = match when {
        When::On => true,
        When::Off => false,
        When::Auto => std::env::var("GITHUB_ACTIONS").is_ok_and(|value| value == "true"),
    };
    if !is_on {
        return Ok(());
    }
    // What GitHub takes for the end of a message or of a property.
    let escaped = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    for result in &summary.gates {
        let command = match result.status {
            GateStatus::Pass => continue,
            _ if is_stopping(args, result) => "error",
            _ => "warning",
        };
        say!("::{command} title=SLA gate::{}", escaped(&result.reason));
    }
    let append = |variable: &str, text: &str| -> Result<(), String> {
        use std::io::Write;
        let Ok(path) = std::env::var(variable) else { return Ok(()) };
        let file = std::fs::OpenOptions::new().append(true).create(true).open(&path);
        file.and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(|error| format!("error: can't write `{path}`, which {variable} names: {error}"))
    };
    append("GITHUB_STEP_SUMMARY", markdown)?;
    let failed = summary.gates.iter().filter(|result| is_stopping(args, result)).count();
    append("GITHUB_OUTPUT", &format!("period={}\ngates_failed={failed}\n", summary.period.name))
}

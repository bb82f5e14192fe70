//! `sla check`: is everything in order, and what can the data support?

use super::Failure;
use crate::cli::CommonArgs;
use crate::import::{Code, Finding};
use crate::model::{Text, Time};

/// Runs the command.
pub fn run(args: &CommonArgs) -> Result<(), Failure> {
    let config = super::prepare(args)?;
    let queries = super::queries(&config)?;
    super::selections(&config, &queries)?;
    let imported = super::read(&config)?;
    let last_at = imported.data.last_at.unwrap_or(0);
    super::calendars(&config, &imported, last_at)?;
    let data = &imported.data;
    let tickets = &data.tickets;
    let mut lines = vec![format!("{}: in order. {} queries.", config.path.display(), queries.len())];
    for file in &imported.files {
        lines.push(format!(
            "{}: {} rows read = {} used + {} rejected ({})",
            file.file, file.read, file.used, file.rejected, file.table
        ));
    }
    lines.push(format!(
        "{} tickets, {} events, {} contracts, {} assets, {} sites.",
        tickets.len(),
        data.events.rows.len(),
        data.contracts.len(),
        data.assets.len(),
        data.sites.len()
    ));
    for input in &config.inputs.tables {
        let table = input.table.name();
        let format = &input.format;
        let zone = match format.zone_applied {
            0 => "UTC".to_owned(),
            1 => format.zone.name().to_owned(),
            _ => format!("{}, converted twice", format.zone.name()),
        };
        lines.push(format!(
            "{table}: dates as {}; times that state no zone are of {zone}.",
            format.date_formats.join(", ")
        ));
    }
    let has = |time: Time| tickets.times[time as usize].iter().any(|at| *at != crate::model::MISSING_AT);
    let mut lacks = |is_lacking: bool, what: &str| {
        if is_lacking {
            lines.push(format!("note: {what}"));
        }
    };
    lacks(!data.has_events, "no history: clocks can't be paused, readings have low confidence");
    lacks(!data.has_contracts, "no contracts: entitlement is not judged");
    lacks(data.assets.is_empty(), "no installed equipment: failure rates can't be compared");
    lacks(!has(Time::OnSite), "no on-site times: the on-site clock stays unmeasured");
    lacks(
        !has(Time::FirstResponse) && !data.has_events,
        "no response times: the resolution counts as response",
    );
    lacks(
        tickets.column(Text::Severity).dictionary.is_empty(),
        "no severities: targets by severity never apply",
    );
    lacks(data.sites.is_empty(), "no list of sites: all are in the zone of the report");
    let has_verdicts = !tickets.column(Text::SourceVerdict).dictionary.is_empty() || has(Time::SourceDue);
    lacks(!has_verdicts, "no verdicts or deadlines of the source system: nothing to audit");
    lacks(
        tickets.column(Text::ErrorCode).dictionary.is_empty()
            && tickets.column(Text::Asset).dictionary.is_empty(),
        "neither error codes nor equipment: recurring faults are told apart by category and words only",
    );
    lines.extend(unmapped(&imported.findings));
    for finding in imported.findings.iter().filter(|finding| column_of(finding.code).is_none()) {
        let subject =
            if finding.subject.is_empty() { String::new() } else { format!(" `{}`", finding.subject) };
        lines.push(format!(
            "finding: {}{subject}: {} times, first at {}: {}",
            finding.code.name(),
            finding.count,
            finding.first_at,
            finding.code.meaning()
        ));
    }
    let verdict = super::judge_rejects(&config, &imported);
    // The message of too many rejects lists them itself.
    if verdict.is_ok() && !imported.rejects.is_empty() {
        lines.push("rejected:".to_owned());
        lines.push(super::rejects_table(&imported).trim_end().to_owned());
    }
    if !args.quiet {
        say!("{}", lines.join("\n"));
    }
    verdict
}

/// The column whose words a finding is about, and what becomes of them.
fn column_of(code: Code) -> Option<(&'static str, &'static str)> {
    match code {
        Code::UnmappedStatus => Some(("statuses", "read as work; say under [statuses] what they mean")),
        Code::UnmappedSeverity => {
            Some(("severities", "no target by severity applies; list them under severity.levels"))
        }
        Code::UnmappedRequestType => {
            Some(("request types", "read as covered; map them under [values.request_type]"))
        }
        _ => None,
    }
}

/// A line for each column with words that the configuration doesn't explain.
fn unmapped(findings: &[Finding]) -> Vec<String> {
    let of = |code: Code| {
        let (column, outcome) = column_of(code)?;
        let mut own: Vec<&Finding> = findings.iter().filter(|finding| finding.code == code).collect();
        own.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.subject.cmp(&b.subject)));
        let words: Vec<String> =
            own.iter().take(20).map(|finding| format!("`{}` {}", finding.subject, finding.count)).collect();
        let more = match own.len().saturating_sub(words.len()) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        (!own.is_empty()).then(|| format!("not mapped: {column}: {}{more}: {outcome}", words.join(", ")))
    };
    [Code::UnmappedStatus, Code::UnmappedSeverity, Code::UnmappedRequestType]
        .into_iter()
        .filter_map(of)
        .collect()
}

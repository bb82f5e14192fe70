//! `sla check`: is everything in order, and what can the data support?

use super::Failure;
use crate::cli::CommonArgs;
use crate::model::{Text, Time};

/// Runs the command.
pub fn run(args: &CommonArgs) -> Result<(), Failure> {
    let config = super::prepare(args)?;
    let queries = super::queries(&config)?;
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
    for finding in &imported.findings {
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
    if !imported.rejects.is_empty() {
        lines.push("rejected:".to_owned());
        lines.push(super::rejects_table(&imported).trim_end().to_owned());
    }
    if !args.quiet {
        say!("{}", lines.join("\n"));
    }
    super::judge_rejects(&config, &imported)
}

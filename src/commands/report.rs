//! `sla report`: from exports to the report of one period.

use std::path::Path;
use std::time::SystemTime;

use rayon::prelude::*;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{EMPTY, Failure, OUTPUT, Stages, gate, history, run_json};
use crate::cli::{CsvDialect, Format, HtmlDetail, Redact, ReportArgs};
use crate::import::{self, Imported, Redaction, hex};
use crate::model::Time;
use crate::output::{self, Output, Sink};
use crate::paper::history::months;
use crate::paper::locale::{Locale, phrase};
use crate::paper::summary::{OwnReport, Summary};
use crate::paper::{Block, Cell, Download, OtherPeriod, Report, Table};
use crate::render::csv::{Dialect, Style};
use crate::report::selection::{self, Selection};
use crate::report::{self, Inputs, TicketDetail, kpi, verdict_sentences};
use crate::tables::{self, DATA, Data, Facts, Wanted};
use crate::{query, render};

/// Runs the command; `sla run` fails where a gate doesn't hold.
pub fn run(args: &ReportArgs, is_gated: bool) -> Result<(), Failure> {
    let started = SystemTime::now();
    let mut stages = Stages::new(&args.common);
    let mut config = super::prepare(&args.common)?;
    config.html_rows = args.html_rows.unwrap_or(config.html_rows);
    config.min_n = args.gates.min_n.unwrap_or(config.min_n);
    config.zone = args.tz.unwrap_or(config.zone);
    if let Some(tag) = &args.locale {
        config.locale = Locale::of_tag(tag).ok_or_else(|| {
            Failure::usage(format!(
                "error: no language `{tag}`; expected one of: {}",
                Locale::ALL.map(Locale::tag).join(", ")
            ))
        })?;
    }
    let gates = gate::all(&args.gates, &config)?;
    let queries = super::queries(&config)?;
    let selections = super::selections(&config, &queries)?;
    let (summaries, history_files) = history::read(&args.history)?;
    let asked = args.common.as_of.as_deref().map(|text| super::as_of(&config, text)).transpose()?;
    stages.done("check", || format!("{} queries", queries.len()));

    super::period::check(&config, &args.period)?;
    let mut imported = super::read(&config)?;
    stages.done("import", || summed(&imported));
    // Before anything is written, what was rejected included.
    import::redact(redaction(&args.redact), &mut config, &mut imported);
    if let Err(failure) = super::judge_rejects(&config, &imported) {
        rejects_only(args, &imported, started, &stages)?;
        return Err(failure);
    }
    let period = super::period::resolve(&config, &args.period, asked, imported.data.last_at)?;
    let first_month = tables::month(period.from_at, config.zone);
    let wanted = query::wanted(&queries);
    let zone = config.zone.name();
    let foreign = summaries.iter().filter(|summary| summary.period.zone != zone).count();
    if foreign > 0 && !args.common.quiet {
        tell!(
            "warning: {foreign} of {} files of `--history` are in another zone than {zone} and left out",
            summaries.len()
        );
    }
    let past = months(&summaries, zone, &first_month);
    let all = Wanted::all();
    super::with_facts(&config, &mut imported, &period, past, &all, &mut stages, |facts, stages| {
        let data = Data::new(facts, if args.no_data { &wanted } else { &all });
        let threads = rayon::current_num_threads();
        let mut results = data
            .lend(&wanted, |tables| query::run_all(&queries, tables, threads))
            .map_err(|error| Failure::usage(format!("error: {error}")))?
            .map_err(Failure::usage)?;
        results.iter_mut().for_each(|table| report::localise(table, config.locale));
        stages.done("query", || format!("{} results", results.len()));

        let kpis = kpi::count(facts.kernel, facts.readings, &period, config.zone, facts.history);
        let rules = hex(&Sha256::digest(config.source.as_bytes()));
        let inputs = Inputs {
            config: &config,
            imported: facts.imported,
            kernel: facts.kernel,
            readings: facts.readings,
            period: &period,
            kpis: &kpis,
            outcomes: facts.outcomes,
            audit: facts.audit,
            recurrence: facts.recurrence,
            queries: &queries,
            results: &results,
            history: facts.history,
            detail: match args.html_detail {
                HtmlDetail::None => TicketDetail::None,
                HtmlDetail::Ids => TicketDetail::Ids,
                HtmlDetail::Full => TicketDetail::Full,
            },
            rules: &rules[..8],
        };
        let mut summary = report::summary::summarise(&inputs);
        summary.gates = gate::judged(&gates, &summary, config.min_n)?;
        let mut report = report::build(&inputs);
        report.folder = Some(period.name.clone());
        report.periods = other_periods(&inputs);
        let own_reports = own_reports(args, &selections);
        report.downloads = downloads(args, &results, &own_reports, config.locale);
        summary.own_reports.clone_from(&own_reports);
        stages.done("report", || format!("{} sections", report.sections.len()));

        let broken = |message: String| Failure::new(OUTPUT, message);
        let markdown = render::summary::markdown(&inputs, &summary.gates);
        let mut output = Output::create(&args.out).map_err(broken)?;
        let made = Made {
            inputs: &inputs,
            report: &report,
            selections: &selections,
            own_reports: &own_reports,
            facts,
            summary: &summary,
            markdown: &markdown,
        };
        let written: &[&str] = if args.no_data { &[] } else { &DATA };
        let mut sinks: Vec<(&str, Sink)> = written
            .iter()
            .map(|name| Ok((*name, output.sink(&format!("data/{name}.parquet"))?)))
            .collect::<Result<_, String>>()
            .map_err(broken)?;
        let (written, pages) =
            rayon::join(|| write_data(&data, &mut sinks), || write(args, &made, &mut output));
        pages.and(written).map_err(broken)?;
        for (_, sink) in sinks {
            output.keep(sink).map_err(broken)?;
        }
        stages.done("render", || format!("into {}", args.out.display()));
        let manifest = json!({
            "schema": "sla-report/manifest/v1",
            "tool": { "name": "sla-report", "version": env!("CARGO_PKG_VERSION") },
            "config_sha256": rules,
            "csv_safe": !args.csv_raw,
            "csv_dialect": csv_style(args).dialect.name(),
            "locale": config.locale.tag(),
            "redacted": redacted(&args.redact),
            "history": history_files,
            "inputs": facts.imported.files,
        });
        let place = output.publish(&period.name, manifest, &run_json(started, stages)).map_err(broken)?;
        output::index(&args.out, &period.name, config.locale).map_err(broken)?;
        stages.done("write", || place.display().to_string());

        stages.finish();
        if args.json {
            say!("{}", render::summary::json(&summary).map_err(broken)?.trim_end());
        } else if !args.common.quiet {
            tell_summary(&inputs, &summary, &place);
        }
        gate::github(args.github, &args.gates, &summary, &markdown).map_err(broken)?;
        let in_period = kpis.iter().map(|kpi| kpi.verdicts.iter().sum::<i64>()).max().unwrap_or(0);
        if in_period == 0 && report::opened_in_period(&inputs) == 0 && !args.allow_empty {
            return Err(Failure::new(
                EMPTY,
                format!(
                    "error: 0 of {} tickets fall in {}\nhint: name another period with `--period`, or say `--allow-empty`",
                    facts.imported.data.tickets.len(),
                    period.name
                ),
            ));
        }
        if is_gated { gate::outcome(&args.gates, &summary.gates) } else { Ok(()) }
    })
}

/// The end of a run in a few lines: verdict, counts, gates, rejects, place, next step.
fn tell_summary(inputs: &Inputs, summary: &Summary, place: &Path) {
    for sentence in verdict_sentences(inputs, Locale::EnGb) {
        tell!("{sentence}");
    }
    let counts = &summary.counts;
    tell!(
        "{} tickets opened in {}, {} in all.",
        counts.tickets_opened_in_period,
        inputs.period.label(Locale::EnGb),
        counts.tickets
    );
    if let Some(sentence) = gate::sentence(&summary.gates) {
        tell!("{sentence}");
    }
    let (read, used, rejected) = (counts.rows_read, counts.rows_used, counts.rows_rejected);
    tell!("{read} rows read = {used} used + {rejected} rejected.");
    if rejected > 0 {
        tell!("{}", super::rejects_table(inputs.imported).trim_end());
    }
    tell!("Written to {}", place.join("index.html").display());
    let worst =
        inputs.results.iter().find(|table| table.slug == "missed").and_then(|table| table.rows.first());
    if let Some(Cell::Text(ticket)) = worst.and_then(|row| row.first()) {
        tell!("Next: sla explain {ticket} --config {}", inputs.config.path.display());
    }
}

fn summed(imported: &Imported) -> String {
    let bytes: u64 = imported.files.iter().map(|file| file.bytes).sum();
    let data = &imported.data;
    format!("{} tickets, {} events, {bytes} bytes", data.tickets.len(), data.events.rows.len())
}

/// What is left to write when the input is unusable.
fn rejects_only(
    args: &ReportArgs,
    imported: &Imported,
    started: SystemTime,
    stages: &Stages,
) -> Result<(), Failure> {
    let write = || -> Result<(), String> {
        std::fs::create_dir_all(&args.out).map_err(|error| error.to_string())?;
        let rejects = tables::rejects(imported).map_err(|error| error.to_string())?;
        let table = query::plain("rejects", "Rejected rows", &rejects)?;
        let safe = render::csv::table(&table, csv_style(args));
        std::fs::write(args.out.join("rejects.csv"), safe).map_err(|error| error.to_string())?;
        std::fs::write(args.out.join("run.json"), run_json(started, stages))
            .map_err(|error| error.to_string())
    };
    write().map_err(|error| {
        Failure::new(OUTPUT, format!("error: can't write `{}`: {error}", args.out.display()))
    })
}

fn csv_style(args: &ReportArgs) -> Style {
    let dialect = match args.csv_dialect {
        CsvDialect::Rfc4180 => Dialect::Rfc4180,
        CsvDialect::ExcelPt => Dialect::ExcelPt,
    };
    Style { dialect, is_safe: !args.csv_raw }
}

fn redaction(asked: &[Redact]) -> Redaction {
    Redaction {
        customers: asked.contains(&Redact::Customer),
        sites: asked.contains(&Redact::Site),
        assignees: asked.contains(&Redact::Assignee),
        texts: asked.contains(&Redact::Text),
    }
}

/// Names of what was taken out, for the manifest.
fn redacted(asked: &[Redact]) -> Vec<String> {
    let mut names: Vec<String> = asked
        .iter()
        .filter_map(|what| Some(clap::ValueEnum::to_possible_value(what)?.get_name().to_owned()))
        .collect();
    names.sort();
    names.dedup();
    names
}

fn metrics(args: &ReportArgs, summary: &Summary) -> String {
    let ended_at_s = args.metrics_runtime.then(|| super::since_epoch(SystemTime::now()));
    render::metrics::prometheus(summary, ended_at_s, args.openmetrics)
}

/// The files beside the page that people open.
fn downloads(args: &ReportArgs, results: &[Table], own: &[OwnReport], locale: Locale) -> Vec<Download> {
    let has_tickets = args.format.contains(&Format::Csv) && results.iter().any(|t| t.slug == "tickets");
    [
        (args.format.contains(&Format::Xlsx), phrase!(locale, "Excel pack"), PACK),
        (has_tickets, phrase!(locale, "Tickets (CSV)"), "csv/tickets.csv"),
        (true, phrase!(locale, "Summary (JSON)"), "summary.json"),
        (args.format.contains(&Format::Md), phrase!(locale, "Summary (Markdown)"), "summary.md"),
    ]
    .into_iter()
    .filter(|(is_written, ..)| *is_written)
    .map(|(_, label, href)| Download { label, href: href.to_owned() })
    .chain(own.iter().filter_map(|own| Some(Download { label: own.title.clone(), href: own.page.clone()? })))
    .collect()
}

/// Periods as long as this one in which tickets were opened, or could have been in between.
fn other_periods(inputs: &Inputs) -> Vec<OtherPeriod> {
    let opened = &inputs.imported.data.tickets.times[Time::Opened as usize];
    let from_at = inputs.period.from_at;
    let first = opened.iter().min().map_or(from_at, |at| from_at.min(*at));
    let last = opened.iter().max().map_or(from_at, |at| from_at.max(*at));
    super::period::alike(inputs.config, inputs.period, (first, last))
}

/// The reader's own reports as pages of the whole report, of the list of all and of programs.
fn own_reports(args: &ReportArgs, selections: &[Selection]) -> Vec<OwnReport> {
    let has = |format| args.format.contains(&format);
    let file = |own: &Selection, ending: &str, format| has(format).then(|| format!("{}.{ending}", own.slug));
    let of = |own: &Selection| OwnReport {
        title: own.title.clone(),
        page: file(own, "html", Format::Html),
        pack: file(own, "xlsx", Format::Xlsx),
    };
    selections.iter().map(of).collect()
}

/// The Excel pack of the whole report.
const PACK: &str = "sla-pack.xlsx";

/// A page or a pack for those who want a part of the report.
fn write_own(made: &Made, selection: &Selection, own: &OwnReport, output: &mut Output) -> Result<(), String> {
    let Made { inputs, report, .. } = made;
    let mut part = selection::select(report, selection);
    let locale = inputs.config.locale;
    part.downloads = [
        (own.pack.clone(), phrase!(locale, "Excel pack")),
        (own.page.as_ref().map(|_| "index.html".to_owned()), phrase!(locale, "The whole report")),
    ]
    .into_iter()
    .filter_map(|(href, label)| Some(Download { label, href: href? }))
    .collect();
    if let Some(page) = &own.page {
        output.write(page, render::html::page(&part)?.as_bytes())?;
    }
    if let Some(pack) = &own.pack {
        let tables = part.tables().filter_map(|part| inputs.results.iter().find(|all| all.slug == part.slug));
        output.write(pack, &workbook(inputs, &part, tables.collect())?)?;
    }
    Ok(())
}

fn workbook(inputs: &Inputs, report: &Report, tables: Vec<&Table>) -> Result<Vec<u8>, String> {
    let (config, period) = (inputs.config, inputs.period);
    render::xlsx::pack(report, tables, config.html_rows, config.zone, period.until_at)
}

/// What there is to write.
struct Made<'a> {
    inputs: &'a Inputs<'a>,
    report: &'a Report,
    selections: &'a [Selection],
    own_reports: &'a [OwnReport],
    facts: &'a Facts<'a>,
    summary: &'a Summary,
    markdown: &'a str,
}

fn write(args: &ReportArgs, made: &Made, output: &mut Output) -> Result<(), String> {
    let Made { inputs, report, selections, own_reports, facts, summary, markdown } = made;
    let wants = |format| args.format.contains(&format);
    if wants(Format::Html) {
        output.write("index.html", render::html::page(report)?.as_bytes())?;
    }
    for (selection, own) in selections.iter().zip(*own_reports) {
        write_own(made, selection, own, output)?;
    }
    if wants(Format::Csv) {
        let bytes: Vec<(String, Vec<u8>)> = inputs
            .results
            .par_iter()
            .map(|table| (format!("csv/{}.csv", table.slug), render::csv::table(table, csv_style(args))))
            .collect();
        for (path, bytes) in bytes {
            output.write(&path, &bytes)?;
        }
        let rejects = tables::rejects(facts.imported).map_err(|error| error.to_string())?;
        let table = query::plain("rejects", "Rejected rows", &rejects)?;
        output.write("csv/rejects.csv", &render::csv::table(&table, csv_style(args)))?;
    }
    if wants(Format::Xlsx) {
        output.write(PACK, &workbook(inputs, report, inputs.results.iter().collect())?)?;
    }
    if wants(Format::Svg) || wants(Format::Png) {
        let drawn: Vec<(&str, String)> = figures(report)
            .filter_map(|(slug, figure)| Some((slug, render::chart::svg(figure, slug).ok()?)))
            .collect();
        for (slug, svg) in drawn.iter().filter(|_| wants(Format::Svg)) {
            output.write(&format!("charts/{slug}.svg"), svg.as_bytes())?;
        }
        if wants(Format::Png) {
            let images: Vec<(&str, Vec<u8>)> = drawn
                .par_iter()
                .map(|(slug, svg)| Ok((*slug, render::chart::png(svg)?)))
                .collect::<Result<_, String>>()?;
            for (slug, image) in images {
                output.write(&format!("charts/{slug}.png"), &image)?;
            }
        }
    }
    // The list of periods knows a report by its summary.
    output.write("summary.json", render::summary::json(summary)?.as_bytes())?;
    let report_url = inputs.config.report_url.as_deref();
    for (format, path, text) in [
        (Format::Md, "summary.md", (*markdown).to_owned()),
        (Format::Metrics, "metrics.prom", metrics(args, summary)),
        (Format::Junit, "junit.xml", render::junit::xml(summary)),
        (Format::Slack, "summary.slack.json", render::slack::blocks(summary, report_url)),
    ] {
        if wants(format) {
            output.write(path, text.as_bytes())?;
        }
    }
    Ok(())
}

/// What SQL saw, complete.
fn write_data(data: &Data, sinks: &mut [(&'static str, Sink)]) -> Result<(), String> {
    sinks.par_iter_mut().try_for_each(|(name, sink)| output::parquet(sink, |nth| data.part(name, nth)))
}

fn figures(report: &Report) -> impl Iterator<Item = (&str, &crate::paper::Figure)> {
    report.sections.iter().flat_map(|section| &section.blocks).filter_map(|block| match block {
        Block::Table(table) => Some((table.slug.as_str(), table.figure.as_ref()?)),
        Block::Definitions(_) => None,
    })
}

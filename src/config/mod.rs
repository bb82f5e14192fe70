//! `sla.toml` to a checked policy.
//!
//! Answers "which rules hold, and where are the exports?". Every mistake is
//! reported at once, with its place. Leaves out on purpose the reading of
//! exports: that is `import`'s.

pub mod advice;
mod agreements;
mod calendars;
mod clocks;
mod gates;
mod inputs;
mod limits;
mod overlay;
mod reader;
mod recurrence;

pub use agreements::Terms;
pub use calendars::ALWAYS;
pub use clocks::SeverityRules;
pub use gates::GATE_LEVELS;
pub use inputs::{
    DURATION_UNITS, DurationUnit, ENCODINGS, Encoding, EventKind, Format, Input, Inputs, NAMED_DATE_FORMATS,
    TABLES, Table, ValueMap,
};
pub use limits::Limits;
pub use overlay::{Sweep, overlay, rules_of, set};
pub use reader::{Located, Problems, Reader, parse_share};
pub use recurrence::Recurrence;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono_tz::Tz;

use crate::clock::Policy;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::gate::Gate;
use crate::paper::locale::Locale;

/// What `sla.toml` says.
#[derive(Debug, Clone)]
pub struct Config {
    /// As the user gave it.
    pub path: PathBuf,
    /// The folder that relative paths start from.
    pub dir: PathBuf,
    pub source: String,
    /// Names the report's subject, such as `all contracts`.
    pub subject: String,
    /// Language of the report.
    pub locale: Locale,
    /// Zone of periods and of printed instants.
    pub zone: Tz,
    /// Fewer decided clocks than this are indicative.
    pub min_n: i64,
    pub limits: Limits,
    /// Most rows of the ticket table on the page.
    pub html_rows: usize,
    /// When the exports were taken, seconds UTC; otherwise the latest instant in them.
    pub exported_at: Option<i64>,
    /// Where the page will be found, for messages that link to it.
    pub report_url: Option<String>,
    /// Folder of the user's own queries.
    pub queries: Option<PathBuf>,
    /// Folder of the user's own reports.
    pub reports: Option<PathBuf>,
    pub inputs: Inputs,
    pub severity: SeverityRules,
    /// What is said of contracts instead of the list of contracts.
    pub terms: BTreeMap<String, Terms>,
    pub policy: Policy,
    pub recurrence: Recurrence,
    pub gates: Vec<Gate>,
    /// What is odd but valid.
    pub warnings: Diagnostics,
}

/// Reads a configuration.
///
/// # Errors
/// Everything that is wrong with it, with places.
pub fn load(path: &Path) -> Result<Config, Diagnostics> {
    parse(path, source(path)?)
}

/// The text of a configuration.
///
/// # Errors
/// Where the file can't be read.
pub fn source(path: &Path) -> Result<String, Diagnostics> {
    std::fs::read_to_string(path).map_err(|error| Diagnostics {
        origin: path.display().to_string(),
        source: String::new(),
        items: vec![
            Diagnostic::error(None, format!("can't read the configuration: {error}"))
                .hint(Some("name it with `--config PATH`, or run in the folder of `sla.toml`")),
        ],
    })
}

/// Checks the text of a configuration, whose relative paths start beside `path`.
///
/// # Errors
/// Everything that is wrong with it, with places.
pub fn parse(path: &Path, source: String) -> Result<Config, Diagnostics> {
    let problems = Problems::default();
    let (document, errors) = toml::de::DeTable::parse_recoverable(&source);
    for error in errors {
        problems.borrow_mut().push(Diagnostic::error(error.span(), error.message().to_owned()));
    }
    let config = read(path, &source, &Reader::document(&document, &problems));
    drop(document);
    let mut items = problems.take();
    items.sort_by_key(|item| item.span.as_ref().map_or(0, |span| span.start));
    items.dedup();
    let diagnostics = Diagnostics { origin: path.display().to_string(), source, items };
    if diagnostics.has_errors() {
        return Err(diagnostics);
    }
    Ok(Config { warnings: diagnostics, ..config })
}

fn read(path: &Path, source: &str, document: &Reader) -> Config {
    let dir = path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
    let (mut subject, mut zone, mut min_n) = ("all contracts".to_owned(), Tz::UTC, 10);
    let mut locale = Locale::default();
    let (mut html_rows, mut queries, mut reports) = (20_000, None, None);
    let (mut exported_at, mut report_url) = (None, None);
    if let Some(report) = document.table("report") {
        subject = report.string("subject").map_or(subject, |text| text.value);
        if let Some(text) = report.string("zone") {
            zone = inputs::zone(&report, "zone", &text).unwrap_or(zone);
        }
        locale = report.choice("locale", &Locale::ALL.map(|own| (own.tag(), own))).unwrap_or(locale);
        min_n = report.integer("min_n", 1..=1_000_000).unwrap_or(min_n);
        html_rows = report.integer("html_rows", 0..=1_000_000).unwrap_or(html_rows);
        exported_at =
            report.parse::<chrono::DateTime<chrono::FixedOffset>>("exported_at").map(|at| at.timestamp());
        report_url = report.string("report_url").and_then(|text| {
            let is_web = ["https://", "http://"].iter().any(|scheme| text.value.starts_with(scheme));
            if !is_web {
                report.problem(
                    Diagnostic::error(Some(text.span), "`report.report_url` is no web address")
                        .label("expected https://…"),
                );
            }
            is_web.then_some(text.value)
        });
        queries = report.string("queries").map(|folder| dir.join(folder.value));
        reports = report.string("reports").map(|folder| dir.join(folder.value));
        report.finish();
    }
    let limits = limits::limits(document);
    let defaults = Format {
        delimiter: b',',
        has_quotes: true,
        encoding: Encoding::Utf8,
        date_formats: vec!["iso".to_owned()],
        durations_in: DurationUnit::Seconds,
        zone,
        zone_applied: 1,
        missing: Vec::new(),
    };
    let format_table = document.table("format");
    let format = inputs::format(format_table.as_ref(), &defaults);
    if let Some(table) = format_table {
        table.finish();
    }
    let inputs = inputs::inputs(document, &format);
    let severity = clocks::severity(document);
    let statuses = clocks::statuses(document);
    let calendars = calendars::calendars(document, &dir, zone);
    let context = clocks::Context { levels: &severity.levels, statuses: &statuses, calendars: &calendars };
    let (clocks, disabled) = clocks::clocks(document, &context);
    let terms = agreements::terms(document, &calendars);
    let credits = agreements::credits(document, &clocks, &disabled);
    let audit = agreements::audit(document, &clocks, &disabled);
    let (mut warranty_months, mut at_risk_percent) = (3, 75);
    if let Some(entitlement) = document.table("entitlement") {
        warranty_months = entitlement.integer("warranty_months", 0..=1200).unwrap_or(3) as u32;
        entitlement.finish();
    }
    if let Some(defaults) = document.table("defaults") {
        at_risk_percent = defaults.integer("at_risk_percent", 1..=100).unwrap_or(75);
        defaults.finish();
    }
    let recurrence = recurrence::recurrence(document, &dir);
    let names: Vec<&str> = clocks.iter().map(|clock| clock.name.as_str()).collect();
    let gates = gates::gates(document, &names);
    document.finish();
    let policy = Policy {
        severities: severity.levels.clone(),
        statuses,
        calendars,
        clocks,
        warranty_months,
        at_risk_percent,
        zone,
        credits,
        audit,
    };
    Config {
        path: path.to_path_buf(),
        dir,
        source: source.to_owned(),
        subject,
        locale,
        zone,
        min_n,
        limits,
        html_rows: html_rows as usize,
        exported_at,
        report_url,
        queries,
        reports,
        inputs,
        severity,
        terms,
        policy,
        recurrence,
        gates,
        warnings: Diagnostics { origin: String::new(), source: String::new(), items: Vec::new() },
    }
}

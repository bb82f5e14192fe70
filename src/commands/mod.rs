//! A file per subcommand; what they share: configuration, as-of, messages.

/// Prints a line to standard output; a reader that has gone away is no error.
macro_rules! say {
    ($($part:tt)*) => {{
        use std::io::Write;
        let _ = writeln!(std::io::stdout(), $($part)*);
    }};
}

/// Prints a line to standard error in the same way.
macro_rules! tell {
    ($($part:tt)*) => {{
        use std::io::Write;
        let _ = writeln!(anstream::stderr(), "{}", crate::commands::paint::painted(&format!($($part)*)));
    }};
}

mod areas;
mod calendar;
mod check;
mod diff;
mod explain;
mod gate;
mod history;
mod init;
mod paint;
mod period;
mod query;
mod report;
mod schema;
mod stages;
mod what_if;

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{Datelike, NaiveDate};
use serde_json::json;

use crate::calendar::local_to_utc;
use crate::cli::{Cli, Color, Command, CommonArgs};
use crate::clock::{self, Calendars, Kernel, OutcomePeriod, Reading, StatusClass, local_date};
use crate::config::{self, ALWAYS, Config, Input, TABLES};
use crate::import::{self, Code, Imported};
use crate::model::{MISSING_AT, Text, Time};
use crate::paper::history::PastMonth;
use crate::paper::locale::Locale;
use crate::query::{Query, load};
use crate::recurrence::{self, Lost, Recurrence};
use crate::report::selection::{self, Selection};
use crate::tables::{Facts, Period, Wanted, placed_at};

use stages::Stages;

/// Why a command ends early: exit code and message.
#[derive(Debug)]
pub struct Failure {
    pub code: i32,
    pub message: String,
}

/// A gate doesn't hold.
pub const GATE: i32 = 1;
/// Usage or configuration.
pub const USAGE: i32 = 2;
/// The input can't be used.
pub const INPUT: i32 = 3;
/// No tickets in the period.
pub const EMPTY: i32 = 4;
/// The output can't be written.
pub const OUTPUT: i32 = 5;
/// Interrupted: 128 and the number of SIGINT.
#[cfg(unix)]
const INTERRUPTED: i32 = 130;

/// An interrupted run leaves nothing half-written, not even its temporary folder.
#[cfg(unix)]
pub fn leave_cleanly() {
    use signal_hook::consts::{SIGINT, SIGTERM};
    // Where signals can't be watched, they end the program as they always do.
    let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]) else { return };
    std::thread::spawn(move || {
        if signals.forever().next().is_some() {
            crate::output::abandon();
            std::process::exit(INTERRUPTED);
        }
    });
}

/// Without signals there is nothing to watch.
#[cfg(not(unix))]
pub fn leave_cleanly() {}

impl Failure {
    fn new(code: i32, message: impl Into<String>) -> Failure {
        Failure { code, message: message.into() }
    }

    fn usage(message: impl Into<String>) -> Failure {
        Failure::new(USAGE, message)
    }
}

/// Runs a command and returns the exit code.
pub fn run(cli: Cli) -> i32 {
    match cli.color {
        Color::Auto => anstream::ColorChoice::Auto,
        Color::Always => anstream::ColorChoice::Always,
        Color::Never => anstream::ColorChoice::Never,
    }
    .write_global();
    let outcome = match cli.command {
        Command::Report(args) => report::run(&args, false),
        Command::Run(args) => report::run(&args, true),
        Command::Gate(args) => gate::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Query(args) => query::run(&args),
        Command::Init(args) => init::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Calendar(args) => calendar::run(&args),
        Command::WhatIf(args) => what_if::run(&args),
        Command::Areas(args) => areas::run(&args),
        Command::Schema(args) => schema::run(&args),
        Command::Completions(args) => schema::completions(&args),
        Command::Man => schema::man(),
    };
    match outcome {
        Ok(()) => 0,
        Err(failure) => {
            tell!("{}", failure.message);
            failure.code
        }
    }
}

/// Finds and reads the configuration.
fn configuration(path: Option<&Path>) -> Result<Config, Failure> {
    let path = match path {
        Some(path) => path.to_path_buf(),
        None => discover()?,
    };
    config::load(&path).map_err(|problems| Failure::usage(problems.to_string()))
}

/// `sla.toml` here or in a folder above, up to the root of a repository.
fn discover() -> Result<PathBuf, Failure> {
    let mut folder = PathBuf::from(".");
    for _ in 0..64 {
        let candidate = folder.join("sla.toml");
        if candidate.exists() {
            return Ok(candidate);
        }
        if folder.join(".git").exists() || folder.canonicalize().is_ok_and(|full| full.parent().is_none()) {
            break;
        }
        folder.push("..");
    }
    Err(Failure::usage(
        "error: no configuration\nhint: name it with `--config PATH`, or run in a folder with `sla.toml`",
    ))
}

/// Reads the configuration with what the command line changes in it.
fn prepare(args: &CommonArgs) -> Result<Config, Failure> {
    let mut config = configuration(args.config.as_deref())?;
    if !args.quiet && !config.warnings.items.is_empty() {
        tell!("{}\n", config.warnings);
    }
    if let Some(text) = &args.max_reject {
        config.limits.max_reject =
            config::parse_share(text).filter(|share| (0.0..=1.0).contains(share)).ok_or_else(|| {
                Failure::usage(format!("error: `--max-reject {text}` is not a share such as 1%"))
            })?;
    }
    if args.strict {
        config.limits.max_reject = 0.0;
    }
    for given in &args.input {
        let (name, path) = given
            .split_once('=')
            .ok_or_else(|| Failure::usage(format!("error: `--input {given}` is not TABLE=PATH")))?;
        let (_, table) = TABLES.iter().find(|(known, _)| *known == name).ok_or_else(|| {
            let names: Vec<&str> = TABLES.iter().map(|table| table.0).collect();
            Failure::usage(format!("error: unknown table `{name}`; expected one of: {}", names.join(", ")))
        })?;
        let known: Vec<&mut Input> =
            config.inputs.tables.iter_mut().filter(|input| input.table == *table).collect();
        let count = known.len();
        let [input] = <[&mut Input; 1]>::try_from(known).map_err(|_| {
            Failure::usage(format!(
                "error: `--input {given}` replaces the path of one `inputs.{name}`; the configuration has {count}"
            ))
        })?;
        if !input.is_from_command_line {
            input.paths.clear();
        }
        input.paths.push(path.to_owned());
        input.is_from_command_line = true;
    }
    if config.inputs.tables.is_empty() {
        return Err(Failure::usage(format!("error: `{}` names no inputs", config.path.display())));
    }
    Ok(config)
}

fn queries(config: &Config) -> Result<Vec<Query>, Failure> {
    load(config.queries.as_deref()).map_err(|problems| {
        let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Failure::usage(texts.join("\n\n"))
    })
}

/// The user's own reports.
fn selections(config: &Config, queries: &[Query]) -> Result<Vec<Selection>, Failure> {
    let names: Vec<&str> = queries.iter().map(|query| query.slug.as_str()).collect();
    selection::load(config.reports.as_deref(), &names).map_err(|problems| {
        let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Failure::usage(texts.join("\n\n"))
    })
}

fn read(config: &Config) -> Result<Imported, Failure> {
    let mut imported = import::import(config).map_err(|problems| {
        let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Failure::new(INPUT, texts.join("\n\n"))
    })?;
    imported.data.last_at = config.exported_at.or(imported.data.last_at);
    Ok(imported)
}

/// The instant of `--as-of`: RFC 3339, or a date for the end of that local day.
fn as_of(config: &Config, text: &str) -> Result<i64, Failure> {
    if let Ok(at) = chrono::DateTime::parse_from_rfc3339(text) {
        return Ok(at.timestamp());
    }
    let date: NaiveDate = text.parse().map_err(|_| {
        Failure::usage(format!(
            "error: `{text}` is not an instant\nhint: write 2026-09-30T23:59:59Z, or 2026-09-30"
        ))
    })?;
    Ok(day_start(config, date.succ_opt().unwrap_or(date)))
}

fn day_start(config: &Config, date: NaiveDate) -> i64 {
    local_to_utc(config.zone, date.and_time(chrono::NaiveTime::MIN))
}

/// Calendars for all that the data can ask, with a margin of years for deadlines.
fn calendars(config: &Config, imported: &Imported, as_of: i64) -> Result<Calendars, Failure> {
    let mut zones: Vec<chrono_tz::Tz> = imported.data.sites.iter().filter_map(|site| site.zone).collect();
    zones.sort_unstable_by_key(|zone| zone.name());
    zones.dedup();
    let opened = &imported.data.tickets.times[0];
    let first = opened.iter().min().copied().unwrap_or(as_of).min(as_of);
    let last = imported.data.last_at.unwrap_or(as_of).max(as_of);
    let year = |at: i64| local_date(at, config.zone).year();
    let from = NaiveDate::from_ymd_opt(year(first) - 1, 1, 1).unwrap_or_default();
    let until = NaiveDate::from_ymd_opt(year(last) + 2, 12, 31).unwrap_or_default();
    Calendars::build(&config.policy, &zones, from, until).map_err(|errors| {
        Failure::usage(errors.iter().map(|e| format!("error: {e}")).collect::<Vec<_>>().join("\n"))
    })
}

/// Computes all there is to know of a period and hands it to `then`; the history is let go once no
/// table that is wanted needs it.
fn with_facts<T>(
    config: &Config,
    imported: &mut Imported,
    period: &Period,
    past: Vec<PastMonth>,
    wanted: &Wanted,
    stages: &mut Stages,
    then: impl FnOnce(&Facts, &mut Stages) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let calendars = calendars(config, imported, period.as_of)?;
    let has_segments = wanted.has("segments");
    let readings =
        clock::measure_with(&config.policy, &imported.data, &calendars, period.as_of, has_segments);
    if !wanted.has_history() {
        imported.data.events.forget();
    }
    let imported = &*imported;
    let kernel = Kernel::new(&config.policy, &imported.data, &calendars, period.as_of);
    stages
        .done("clock", || format!("{} readings, {} segments", readings.rows.len(), readings.segments.len()));
    let is_in_period = |reading: &Reading| period.contains(placed_at(reading, &kernel, period));
    let outcomes = match wanted.has("outcomes") {
        true => clock::outcomes(&kernel, &readings.rows, &outcome_period(config, period, &is_in_period)),
        false => Vec::new(),
    };
    let exported_at = imported.data.last_at.unwrap_or(period.as_of);
    let data = &imported.data;
    let audit = match wanted.has("audit") {
        true => clock::audit(&config.policy, data, &calendars, exported_at, &readings.rows, is_in_period),
        false => Vec::new(),
    };
    stages.done("audit", || format!("{} outcomes, {} audited", outcomes.len(), audit.len()));
    let (lost, recurrence) = match wanted.has_areas() {
        true => {
            let lost = lost(imported, &readings.rows);
            let recurrence = recurrence(config, imported, &kernel, &lost);
            (lost, recurrence)
        }
        false => (Vec::new(), Recurrence::none(&config.recurrence.settings, kernel.as_of, config.zone)),
    };
    stages.done("areas", || {
        format!("{} incidents, {} areas", recurrence.incidents.len(), recurrence.areas.len())
    });
    let history = history::missing(past, &kernel, &readings, config.zone);
    let facts = Facts {
        config,
        imported,
        kernel: &kernel,
        readings: &readings,
        outcomes: &outcomes,
        audit: &audit,
        recurrence: &recurrence,
        lost: &lost,
        period,
        history: &history,
    };
    then(&facts, stages)
}

/// What each ticket cost: missed clocks, seconds over their limits, visits.
fn lost(imported: &Imported, readings: &[Reading]) -> Vec<Lost> {
    let tickets = &imported.data.tickets;
    let visits = tickets.times[Time::OnSite as usize].iter().map(|at| u32::from(*at != MISSING_AT));
    let mut lost: Vec<Lost> = visits.map(|visits| Lost { visits, ..Lost::default() }).collect();
    for reading in readings.iter().filter(|reading| reading.verdict.is_missed()) {
        let own = &mut lost[reading.ticket as usize];
        own.missed += 1;
        own.overrun_s += reading.overrun_s;
    }
    lost
}

/// Looks for recurring problem areas as of the kernel's instant.
fn recurrence(config: &Config, imported: &Imported, kernel: &Kernel, lost: &[Lost]) -> Recurrence {
    let data = &imported.data;
    let classes = &config.policy.statuses;
    let is_excluded: Vec<bool> = (data.tickets.column(Text::Status).dictionary.values())
        .map(|status| matches!(classes.get(status), Some(StatusClass::Excluded(_))))
        .collect();
    let codes = &data.tickets.column(Text::Status).codes;
    let counts: Vec<bool> = codes.iter().map(|code| is_excluded.get(*code as usize) != Some(&true)).collect();
    recurrence::analyse(&recurrence::Input {
        data,
        as_of: kernel.as_of,
        zone: config.zone,
        settings: &config.recurrence.settings,
        glossary: &config.recurrence.glossary,
        rules: &config.recurrence.rules,
        lost,
        counts: &counts,
    })
}

/// The period as outcomes see it.
fn outcome_period<'a>(
    config: &Config,
    period: &Period,
    contains: &'a dyn Fn(&Reading) -> bool,
) -> OutcomePeriod<'a> {
    OutcomePeriod {
        contains,
        first_on: local_date(period.from_at, config.zone),
        last_on: local_date(period.until_at - 1, config.zone),
        months: period.months,
        min_n: config.min_n,
    }
}

/// Fails where too large a share of the rows was rejected.
fn judge_rejects(config: &Config, imported: &Imported) -> Result<(), Failure> {
    // A row that a later export has anew is no defect.
    let superseded = imported.rejects.iter().filter(|reject| reject.code == Code::Superseded).count() as u64;
    let (read, _, rejected) = imported.totals();
    let rejected = rejected - superseded;
    if rejected as f64 > config.limits.max_reject * read as f64 {
        return Err(Failure::new(
            INPUT,
            format!(
                "error: {rejected} of {read} rows were rejected, more than {} allows\n{}hint: mend the export, or allow more with `limits.max_reject` or `--max-reject`",
                Locale::EnGb.share(config.limits.max_reject),
                rejects_table(imported)
            ),
        ));
    }
    Ok(())
}

/// Rejects by code with their first places.
fn rejects_table(imported: &Imported) -> String {
    let mut groups: Vec<(&str, &str, Vec<String>, usize)> = Vec::new();
    for reject in &imported.rejects {
        let place = format!("{}:{}", reject.file, reject.line)
            + &if reject.column.is_empty() { String::new() } else { format!(":{}", reject.column) };
        match groups.iter_mut().find(|g| (g.0, g.1) == (reject.table, reject.code.name())) {
            Some(group) => {
                group.3 += 1;
                if group.2.len() < 3 {
                    group.2.push(place);
                }
            }
            None => groups.push((reject.table, reject.code.name(), vec![place], 1)),
        }
    }
    groups
        .iter()
        .map(|(table, code, places, count)| {
            format!("  {count:>8}  {table:<10} {code:<20} {}\n", places.join(", "))
        })
        .collect()
}

/// Seconds since 1970-01-01T00:00:00Z.
fn since_epoch(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// The only volatile file: when and how long.
fn run_json(started: SystemTime, stages: &Stages) -> String {
    let taken: serde_json::Map<String, serde_json::Value> =
        stages.taken.iter().map(|(stage, seconds)| ((*stage).to_owned(), json!(seconds))).collect();
    let value = json!({
        "started_at_s": since_epoch(started),
        "ended_at_s": since_epoch(SystemTime::now()),
        "threads": rayon::current_num_threads(),
        "stages_s": taken,
    });
    format!("{value:#}\n")
}

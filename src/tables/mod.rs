//! What SQL may see: tickets, clocks, segments and the rest, as columns in the making, then as Polars frames.
//!
//! Instants are milliseconds since 1970-01-01T00:00:00Z without a zone (that
//! is, UTC); `_s` columns are seconds; what is missing is null.

mod agreements;
mod areas;
mod clocks;
mod columns;
mod hours;
mod lists;
mod local;
mod scan;
mod tickets;

pub use areas::tier;
pub use columns::{Coded, Made, Texts};
pub use hours::silent;
pub use lists::rejects;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::OnceLock;

use polars::prelude::*;
use rayon::prelude::*;

use columns::Columns;
use local::LocalTime;
use tickets::Life;

use crate::clock::{AuditRow, Entitlement, Kernel, Outcome, Reading, Readings, local_date};
use crate::config::Config;
use crate::import::Imported;
use crate::model::{Text, Time};
use crate::paper::history::PastMonth;
use crate::paper::locale::Locale;
use crate::recurrence::{Lost, Recurrence};

/// The half-open span of time that a report is about, and when it was judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// As in paths, such as `2026-09`.
    pub name: String,
    /// As on paper, such as `September 2026`; by [`Locale`].
    pub labels: [String; 2],
    /// Where the period before starts, which ends where this one starts; seconds UTC.
    pub before_at: i64,
    /// The period before on paper, such as `August 2026`; by [`Locale`].
    pub before_labels: [String; 2],
    /// Seconds UTC.
    pub from_at: i64,
    /// Seconds UTC, excluded.
    pub until_at: i64,
    /// Its length where it is one of whole calendar months.
    pub months: Option<u32>,
    pub as_of: i64,
}

impl Period {
    /// As on paper, such as `September 2026`.
    pub fn label(&self, locale: Locale) -> &str {
        &self.labels[locale as usize]
    }

    /// The period before on paper, such as `August 2026`.
    pub fn before_label(&self, locale: Locale) -> &str {
        &self.before_labels[locale as usize]
    }

    /// Whether an instant lies in the period.
    pub fn contains(&self, at: i64) -> bool {
        self.from_at <= at && at < self.until_at
    }
}

/// What queries read, by name, in the order of the documentation.
pub struct Tables {
    pub frames: Vec<(&'static str, LazyFrame)>,
}

/// Rows of a long table that are made and written at a time, as a row group: Polars' own number of them.
pub const PART: usize = 512 * 512;

/// What a query may read, in the order of the documentation.
pub const NAMES: [&str; 22] = [
    "tickets",
    "clocks",
    "segments",
    "cycles",
    "contracts",
    "outcomes",
    "audit",
    "areas",
    "area_tickets",
    "units",
    "models",
    "failures_by_age",
    "bursts",
    "site_attainment",
    "hours",
    "calendar_months",
    "history",
    "assets",
    "rejects",
    "findings",
    "files",
    "run",
];

/// Tables that are written as Parquet.
pub const DATA: [&str; 12] = [
    "tickets",
    "clocks",
    "segments",
    "cycles",
    "contracts",
    "outcomes",
    "audit",
    "areas",
    "area_tickets",
    "units",
    "models",
    "assets",
];

/// The local month of an instant as `YYYY-MM`.
pub fn month(at: i64, zone: chrono_tz::Tz) -> String {
    local_date(at, zone).format("%Y-%m").to_string()
}

/// The instant that puts a reading into a period: when it was decided; as-of
/// while it is undecided; else when its ticket was opened.
pub fn placed_at(reading: &Reading, kernel: &Kernel, period: &Period) -> i64 {
    match reading.verdict {
        verdict if verdict.is_kept() || verdict.is_missed() => reading.decided_at,
        verdict if verdict.is_undecided() => period.from_at.max(period.as_of.min(period.until_at - 1)),
        _ => kernel.data.tickets.times[Time::Opened as usize][reading.ticket as usize],
    }
}

/// What the frames are made of.
pub struct Facts<'a> {
    pub config: &'a Config,
    pub imported: &'a Imported,
    pub kernel: &'a Kernel<'a>,
    pub readings: &'a Readings,
    /// Of the period.
    pub outcomes: &'a [Outcome],
    /// Of the period.
    pub audit: &'a [AuditRow],
    /// As of the period's.
    pub recurrence: &'a Recurrence,
    /// By ticket.
    pub lost: &'a [Lost],
    pub period: &'a Period,
    /// Months of which the exports hold fewer decided clocks than an earlier report did.
    pub history: &'a [PastMonth],
}

/// Which tables and columns somebody asks for, by the words of their queries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Words by table, lower case; `None` for everything.
    words: Option<BTreeMap<&'static str, BTreeSet<String>>>,
}

impl Wanted {
    /// Everything there is.
    pub fn all() -> Wanted {
        Wanted::default()
    }

    /// Those tables and, of the large ones, the columns that are named by any of the words.
    pub fn named(words: BTreeMap<&'static str, BTreeSet<String>>) -> Wanted {
        Wanted { words: Some(words) }
    }

    /// Whether a table is asked for.
    pub fn has(&self, table: &str) -> bool {
        self.words.as_ref().is_none_or(|words| words.contains_key(table))
    }

    /// Whether a column of a table is asked for.
    pub fn has_column(&self, table: &str, column: &str) -> bool {
        let of_table = |words: &BTreeMap<&str, BTreeSet<String>>| {
            words.get(table).is_some_and(|words| words.contains(&column.to_ascii_lowercase()))
        };
        self.words.as_ref().is_none_or(of_table)
    }

    /// Whether any table is asked for any of the columns.
    fn has_any_column(&self, columns: &[&str]) -> bool {
        NAMES.iter().any(|table| columns.iter().any(|column| self.has_column(table, column)))
    }

    /// Whether any column needs the history of tickets beside what was measured of it.
    pub fn has_history(&self) -> bool {
        let of_readings = ["clocks", "cycles", "contracts", "assets", "rejects", "findings", "files", "run"];
        let is_other = |name: &&str| self.has(name) && !of_readings.contains(name);
        NAMES.iter().any(is_other)
            || ["due_group_name", "due_assignee"].iter().any(|name| self.has_column("clocks", name))
    }

    /// Whether any of the tables is asked for that need recurring faults.
    pub fn has_areas(&self) -> bool {
        let names = ["areas", "area_tickets", "units", "models", "failures_by_age", "bursts"];
        names.iter().any(|name| self.has(name))
    }
}

/// What several columns need and is computed once.
struct Shared {
    /// Ids of tickets, by row; none where nobody asks for them.
    ids: Texts,
    /// By [`Text`], made when a table first needs them.
    texts: [OnceLock<Texts>; Text::ALL.len()],
    /// The values of the history by their codes, made when a table first needs them.
    values: OnceLock<Texts>,
    /// By row of the tickets; empty where nobody asks for them.
    entitlements: Vec<Entitlement>,
    /// By row of the tickets; empty where nobody asks for them.
    lives: Vec<Life>,
    /// In the report's zone.
    local: LocalTime,
}

impl Shared {
    fn new(facts: &Facts, wanted: &Wanted) -> Shared {
        let tickets = &facts.kernel.data.tickets;
        let opened = &tickets.times[Time::Opened as usize];
        let instants =
            opened.iter().copied().chain([facts.period.from_at, facts.period.until_at, facts.kernel.as_of]);
        let ids = |row| tickets.ticket_id.get(row);
        Shared {
            ids: Texts::new(match wanted.has_any_column(&["ticket_id"]) {
                true => (0..tickets.len()).map(ids),
                false => (0..0).map(ids),
            }),
            texts: Default::default(),
            values: OnceLock::new(),
            lives: match tickets::OF_LIVES.iter().any(|name| wanted.has_column("tickets", name)) {
                true => tickets::lives(facts.kernel, facts.period.as_of),
                false => Vec::new(),
            },
            entitlements: match wanted.has_any_column(&["coverage", "contract", "attainment_target"]) {
                true => (0..tickets.len()).into_par_iter().map(|row| facts.kernel.entitlement(row)).collect(),
                false => Vec::new(),
            },
            local: LocalTime::new(facts.config.zone, instants),
        }
    }

    /// The distinct texts of the tickets, by their codes.
    fn texts(&self, facts: &Facts, text: Text) -> &Texts {
        let values = || facts.kernel.data.tickets.column(text).dictionary.values();
        self.texts[text as usize].get_or_init(|| Texts::new(values()))
    }

    /// The distinct values of the history, by their codes.
    fn values(&self, facts: &Facts) -> &Texts {
        self.values.get_or_init(|| Texts::new(facts.kernel.data.events.values.values()))
    }
}

/// The columns that somebody asks for, texts as codes: they need nothing that they were made of.
pub struct Draft {
    tables: Vec<(&'static str, usize, Vec<Made>)>,
}

impl Draft {
    /// Makes the tables that are wanted, of the large ones the columns that are; all at the same time.
    ///
    /// # Errors
    /// What Polars says.
    pub fn new(facts: &Facts, wanted: &Wanted) -> PolarsResult<Draft> {
        let shared = Shared::new(facts, wanted);
        let tables: PolarsResult<Vec<_>> = NAMES
            .into_par_iter()
            .filter(|name| wanted.has(name))
            .map(|name| {
                let (rows, columns) = made(facts, &shared, wanted, name, 0..length(facts, name))?;
                Ok((name, rows, columns))
            })
            .collect();
        Ok(Draft { tables: tables? })
    }

    /// As tables: each part of a query puts texts in the place of the codes that it reads, so that they
    /// are never in memory all at once.
    ///
    /// # Errors
    /// What Polars says.
    pub fn frames(self) -> PolarsResult<Tables> {
        let frame = |(name, rows, columns): (&'static str, usize, Vec<Made>)| {
            let (mut held, mut texts) = (Vec::with_capacity(columns.len()), Vec::new());
            for column in columns {
                match column {
                    Made::Plain(column) => held.push(column),
                    Made::Coded(coded) => {
                        held.push(coded.codes.clone().with_name(coded.name.clone()).into_series().into());
                        texts.push(coded.expression());
                    }
                }
            }
            Ok((name, DataFrame::new(rows, held)?.lazy().with_columns(texts)))
        };
        Ok(Tables { frames: self.tables.into_iter().map(frame).collect::<PolarsResult<_>>()? })
    }
}

/// What tables are made of, a part after the other: a long one is never in memory as a whole.
pub struct Data<'a> {
    facts: &'a Facts<'a>,
    shared: Shared,
}

impl<'a> Data<'a> {
    /// Of all that is wanted from here on.
    pub fn new(facts: &'a Facts<'a>, wanted: &Wanted) -> Data<'a> {
        Data { facts, shared: Shared::new(facts, wanted) }
    }

    /// The columns of the nth [`PART`] rows of a table of [`DATA`], from 0; `None` behind its end.
    /// Each has at least one.
    ///
    /// # Errors
    /// What Polars says.
    pub fn part(&self, name: &'static str, nth: usize) -> Option<PolarsResult<Vec<Made>>> {
        let all = length(self.facts, name);
        let rows = nth * PART..((nth + 1) * PART).min(all);
        let is_there = nth == 0 || rows.start < all;
        let wanted = Wanted::all();
        is_there.then(|| made(self.facts, &self.shared, &wanted, name, rows).map(|(_, columns)| columns))
    }
}

/// Rows of a long table, of which a part can be made; 0 for the others, which are always whole.
fn length(facts: &Facts, name: &str) -> usize {
    match name {
        "tickets" => facts.kernel.data.tickets.len(),
        "clocks" => facts.readings.rows.len(),
        "segments" => facts.readings.segments.len(),
        "cycles" => facts.readings.cycles.len(),
        _ => 0,
    }
}

/// Those rows of a table if it is a long one, else the whole table: how many there are, and its columns.
fn made(
    facts: &Facts,
    shared: &Shared,
    wanted: &Wanted,
    name: &'static str,
    rows: Range<usize>,
) -> PolarsResult<(usize, Vec<Made>)> {
    if let Some(columns) = long(facts, shared, wanted, name, rows.clone()) {
        return Ok((rows.len(), columns.made()));
    }
    let frame = short(facts, name)?;
    Ok((frame.height(), frame.into_columns().into_iter().map(Made::Plain).collect()))
}

/// The wanted columns of those rows of a table, if it is a long one.
fn long<'a>(
    facts: &'a Facts,
    shared: &'a Shared,
    wanted: &'a Wanted,
    name: &'static str,
    rows: Range<usize>,
) -> Option<Columns<'a>> {
    let fill = match name {
        "tickets" => tickets::tickets,
        "clocks" => clocks::clocks,
        "segments" => clocks::segments,
        "cycles" => clocks::cycles,
        _ => return None,
    };
    let mut columns = Columns::new(wanted, name);
    fill(facts, shared, rows, &mut columns);
    Some(columns)
}

/// Any other table.
fn short(facts: &Facts, name: &str) -> PolarsResult<DataFrame> {
    match name {
        "contracts" => lists::contracts(facts.kernel),
        "outcomes" => agreements::outcomes(facts),
        "audit" => agreements::audit(facts),
        "areas" => areas::areas(facts),
        "area_tickets" => areas::area_tickets(facts),
        "units" => areas::units(facts),
        "models" => areas::models(facts),
        "failures_by_age" => areas::failures_by_age(facts),
        "bursts" => areas::bursts(facts),
        "site_attainment" => areas::site_attainment(facts),
        "hours" => hours::hours(facts),
        "calendar_months" => lists::calendar_months(facts),
        "history" => lists::history(facts.history),
        "assets" => lists::assets(facts.kernel),
        "rejects" => lists::rejects(facts.imported),
        "findings" => lists::findings(facts.imported),
        "files" => lists::files(facts.imported),
        "run" => lists::run(facts),
        _ => Err(PolarsError::ComputeError(format!("there is no table `{name}`").into())),
    }
}

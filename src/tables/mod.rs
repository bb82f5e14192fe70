//! What SQL may see: tickets, clocks, segments and the rest as Polars frames.
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
mod tickets;

pub use areas::tier;
pub use hours::silent;
pub use lists::rejects;

use std::collections::BTreeSet;

use polars::prelude::*;
use rayon::prelude::*;

use columns::Texts;
use local::LocalTime;

use crate::clock::{AuditRow, Entitlement, Kernel, Outcome, Reading, Readings, local_date};
use crate::config::Config;
use crate::import::Imported;
use crate::model::Time;
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

/// The frames, by name, in the order of the documentation.
pub struct Tables {
    pub frames: Vec<(&'static str, DataFrame)>,
}

impl Tables {
    /// One of the frames.
    pub fn get(&self, name: &str) -> Option<&DataFrame> {
        self.frames.iter().find(|(known, _)| *known == name).map(|(_, frame)| frame)
    }
}

/// Frames that are written as Parquet.
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
    /// `None` for everything.
    words: Option<BTreeSet<String>>,
}

impl Wanted {
    /// Everything there is.
    pub fn all() -> Wanted {
        Wanted::default()
    }

    /// Tables and columns that are named by any of those words, lower case.
    pub fn named(words: BTreeSet<String>) -> Wanted {
        Wanted { words: Some(words) }
    }

    /// The same and some more.
    pub fn and(mut self, names: &[&str]) -> Wanted {
        if let Some(words) = &mut self.words {
            words.extend(names.iter().map(|name| (*name).to_owned()));
        }
        self
    }

    /// Whether a table or column is asked for.
    pub fn has(&self, name: &str) -> bool {
        self.words.as_ref().is_none_or(|words| words.contains(&name.to_ascii_lowercase()))
    }

    /// Whether any of them is.
    pub fn any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.has(name))
    }

    /// Whether any of the tables is that recurring faults are looked for for.
    pub fn has_areas(&self) -> bool {
        self.any(&["areas", "area_tickets", "units", "models", "failures_by_age", "bursts"])
    }
}

/// What several frames need and is computed once.
struct Shared {
    wanted: Wanted,
    /// Ids of tickets, by row.
    ids: Texts,
    /// By row of the tickets.
    entitlements: Vec<Entitlement>,
    /// In the report's zone.
    local: LocalTime,
}

/// Builds the frames that are wanted, of the large ones the columns that are; those at the same time.
///
/// # Errors
/// What Polars says.
pub fn build(facts: &Facts, wanted: &Wanted) -> PolarsResult<Tables> {
    let tickets = &facts.kernel.data.tickets;
    let opened = &tickets.times[Time::Opened as usize];
    let instants =
        opened.iter().copied().chain([facts.period.from_at, facts.period.until_at, facts.kernel.as_of]);
    let shared = Shared {
        wanted: wanted.clone(),
        ids: Texts::new((0..tickets.len()).map(|row| tickets.ticket_id.get(row))),
        entitlements: match wanted.any(&["coverage", "contract", "attainment_target"]) {
            true => (0..tickets.len()).into_par_iter().map(|row| facts.kernel.entitlement(row)).collect(),
            false => Vec::new(),
        },
        local: LocalTime::new(facts.config.zone, instants),
    };
    type Maker<'m> = (&'static str, Box<dyn Fn() -> PolarsResult<DataFrame> + Send + Sync + 'm>);
    let shared = &shared;
    let makers: Vec<Maker> = vec![
        ("tickets", Box::new(|| tickets::tickets(facts, shared))),
        ("clocks", Box::new(|| clocks::clocks(facts, shared))),
        ("segments", Box::new(|| clocks::segments(facts, shared))),
        ("cycles", Box::new(|| clocks::cycles(facts, shared))),
        ("contracts", Box::new(|| lists::contracts(facts.kernel))),
        ("outcomes", Box::new(|| agreements::outcomes(facts))),
        ("audit", Box::new(|| agreements::audit(facts))),
        ("areas", Box::new(|| areas::areas(facts))),
        ("area_tickets", Box::new(|| areas::area_tickets(facts))),
        ("units", Box::new(|| areas::units(facts))),
        ("models", Box::new(|| areas::models(facts))),
        ("failures_by_age", Box::new(|| areas::failures_by_age(facts))),
        ("bursts", Box::new(|| areas::bursts(facts))),
        ("site_attainment", Box::new(|| areas::site_attainment(facts))),
        ("hours", Box::new(|| hours::hours(facts))),
        ("calendar_months", Box::new(|| lists::calendar_months(facts))),
        ("history", Box::new(|| lists::history(facts.history))),
        ("assets", Box::new(|| lists::assets(facts.kernel))),
        ("rejects", Box::new(|| lists::rejects(facts.imported))),
        ("findings", Box::new(|| lists::findings(facts.imported))),
        ("files", Box::new(|| lists::files(facts.imported))),
        ("run", Box::new(|| lists::run(facts))),
    ];
    let frames: PolarsResult<Vec<_>> = makers
        .into_par_iter()
        .filter(|(name, _)| wanted.has(name))
        .map(|(name, make)| Ok((name, make()?)))
        .collect();
    Ok(Tables { frames: frames? })
}

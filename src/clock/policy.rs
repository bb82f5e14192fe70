//! The rules that clocks follow, as checked by `config`.

use chrono_tz::Tz;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::calendar::{Calendar, CalendarSpec, Span};
use crate::model::Time;

/// What a status of the export means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusClass {
    /// Nobody works on it yet.
    Queue,
    Work,
    /// Somebody else must act; clocks that pause stand still.
    Waiting,
    Resolved,
    Closed,
    Excluded(Exclusion),
}

impl StatusClass {
    /// Whether the ticket is over in this status.
    pub fn is_over(self) -> bool {
        matches!(self, StatusClass::Resolved | StatusClass::Closed)
    }

    /// The name under which the configuration lists such statuses.
    pub fn name(self) -> &'static str {
        match self {
            StatusClass::Queue => "queue",
            StatusClass::Work => "work",
            StatusClass::Waiting => "waiting",
            StatusClass::Resolved => "resolved",
            StatusClass::Closed => "closed",
            StatusClass::Excluded(exclusion) => exclusion.name(),
        }
    }
}

/// Why a ticket counts for no promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exclusion {
    Merged,
    Duplicate,
    Cancelled,
    Spam,
}

impl Exclusion {
    /// As in configuration, SQL and reports.
    pub fn name(self) -> &'static str {
        match self {
            Exclusion::Merged => "merged",
            Exclusion::Duplicate => "duplicate",
            Exclusion::Cancelled => "cancelled",
            Exclusion::Spam => "spam",
        }
    }
}

/// Where a clock begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    Opened,
    Response,
    OnSite,
    Resolved,
    Closed,
    /// A customer's public reply after the first response; begins a cycle of the next-reply clock.
    CustomerReply,
    /// The desk's next public reply; ends such a cycle.
    Reply,
}

/// Names of [`Moment`] in the configuration.
pub const MOMENTS: [(&str, Moment); 7] = [
    ("opened", Moment::Opened),
    ("response", Moment::Response),
    ("on_site", Moment::OnSite),
    ("resolved", Moment::Resolved),
    ("closed", Moment::Closed),
    ("customer_reply", Moment::CustomerReply),
    ("reply", Moment::Reply),
];

impl Moment {
    /// The ticket's own time of this moment; only a history tells of later replies.
    pub fn time(self) -> Option<Time> {
        match self {
            Moment::Opened => Some(Time::Opened),
            Moment::Response => Some(Time::FirstResponse),
            Moment::OnSite => Some(Time::OnSite),
            Moment::Resolved => Some(Time::Resolved),
            Moment::Closed => Some(Time::Closed),
            Moment::CustomerReply | Moment::Reply => None,
        }
    }
}

/// Which target holds when the severity changed midway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeverityChange {
    /// The whole life against the last severity's target.
    Retarget,
    /// The clock starts again at the last change.
    Restart,
    AsOpened,
    /// The severity with the shortest limit that ever applied.
    Strictest,
}

/// What a reopening does to a clock that had stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reopen {
    /// The time between doesn't count; the clock goes on.
    Continue,
    /// Each cycle is measured alone; the worst one is the reading.
    NewCycle,
    /// The first stop stands.
    Ignore,
}

/// What a target applies to; an empty list applies to all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scope {
    /// Levels, 0 is the most severe.
    pub severities: Vec<u8>,
    pub contracts: Vec<String>,
    pub customers: Vec<String>,
    pub sites: Vec<String>,
    pub request_types: Vec<String>,
    pub target_sets: Vec<String>,
    pub categories: Vec<String>,
    pub products: Vec<String>,
}

impl Scope {
    /// Whether every ticket that fits `other` fits this scope too.
    pub fn covers(&self, other: &Scope) -> bool {
        fn wider<T: PartialEq>(mine: &[T], theirs: &[T]) -> bool {
            mine.is_empty() || (!theirs.is_empty() && theirs.iter().all(|value| mine.contains(value)))
        }
        wider(&self.severities, &other.severities)
            && wider(&self.contracts, &other.contracts)
            && wider(&self.customers, &other.customers)
            && wider(&self.sites, &other.sites)
            && wider(&self.request_types, &other.request_types)
            && wider(&self.target_sets, &other.target_sets)
            && wider(&self.categories, &other.categories)
            && wider(&self.products, &other.products)
    }

    /// Whether some ticket may fit both scopes.
    pub fn meets(&self, other: &Scope) -> bool {
        fn share<T: PartialEq>(mine: &[T], theirs: &[T]) -> bool {
            mine.is_empty() || theirs.is_empty() || mine.iter().any(|value| theirs.contains(value))
        }
        share(&self.severities, &other.severities)
            && share(&self.contracts, &other.contracts)
            && share(&self.customers, &other.customers)
            && share(&self.sites, &other.sites)
            && share(&self.request_types, &other.request_types)
            && share(&self.target_sets, &other.target_sets)
            && share(&self.categories, &other.categories)
            && share(&self.products, &other.products)
    }
}

/// One promise.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    pub scope: Scope,
    pub target: Span,
    pub limit: Span,
    /// Index in [`Policy::calendars`], if not the clock's own.
    pub calendar: Option<usize>,
}

/// Which calendar a clock runs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalendarChoice {
    Named(usize),
    /// The one that the ticket's contract names, else this one.
    Contract {
        otherwise: usize,
    },
}

/// One kind of promise.
#[derive(Debug, Clone, PartialEq)]
pub struct Clock {
    pub name: String,
    pub label: String,
    pub start: Moment,
    pub stop: Moment,
    pub calendar: CalendarChoice,
    /// Statuses in which the clock stands still; `None` if it never pauses.
    pub pauses: Option<FxHashSet<String>>,
    /// In order; the first whose scope fits wins.
    pub targets: Vec<Target>,
    /// Take the deadline from the export's own column instead of `targets`.
    pub is_due_from_source: bool,
    /// Without a stop of its own, the resolution is the stop; of the next-reply
    /// clock, it ends the running cycle.
    pub resolution_counts: bool,
    /// Use the ticket's own timestamps even where there is a history.
    pub ignores_history: bool,
    pub severity_change: SeverityChange,
    pub reopen: Reopen,
    /// 0-1, `None` where no attainment was promised.
    pub attainment_target: Option<f64>,
}

impl Clock {
    /// Whether it measures each wait of a customer for the next reply.
    pub fn is_next_reply(&self) -> bool {
        self.start == Moment::CustomerReply
    }
}

/// What a customer gets back when an attainment target is missed.
#[derive(Debug, Clone, PartialEq)]
pub struct CreditPlan {
    /// Contracts, target sets and customers that have it.
    pub scope: Scope,
    /// Names of the clocks that earn credits, each for itself; empty for all.
    pub clocks: Vec<String>,
    /// In order: attainment falls, credit rises.
    pub steps: Vec<CreditStep>,
    /// Calendar months that a contract's fee pays for, and over which attainment is judged.
    pub months: u32,
}

/// Below an attainment, a share of the fee; both in millionths, so that money is exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreditStep {
    pub below_ppm: i64,
    pub credit_ppm: i64,
}

/// How the source system's own verdicts are held against ours.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Audit {
    /// Indices in [`Policy::clocks`] that the source's verdict is about.
    pub clocks: Vec<usize>,
    /// The source's words for a kept promise, lower case.
    pub kept: Vec<String>,
    /// The source's words for a missed one, lower case.
    pub missed: Vec<String>,
}

/// All rules.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Names of the severities, most severe first.
    pub severities: Vec<String>,
    pub statuses: FxHashMap<String, StatusClass>,
    pub calendars: Vec<NamedCalendar>,
    pub clocks: Vec<Clock>,
    /// Calendar months of warranty from the licence's issue date.
    pub warranty_months: u32,
    /// An undecided clock is at risk from this share of its limit on, per cent.
    pub at_risk_percent: i64,
    /// Zone for dates where a ticket's site has none.
    pub zone: Tz,
    /// In order; the first whose scope fits a contract wins.
    pub credits: Vec<CreditPlan>,
    pub audit: Audit,
}

/// A calendar, and whether it follows the site's zone.
#[derive(Debug, Clone)]
pub struct NamedCalendar {
    pub spec: CalendarSpec,
    pub follows_site: bool,
}

/// The calendars of a policy, built for every zone in which they are needed.
#[derive(Debug, Default)]
pub struct Calendars {
    built: Vec<Calendar>,
    index: FxHashMap<(usize, Tz), usize>,
}

impl Calendars {
    /// Builds each calendar in its own zone and, where it follows the site, in each of `zones`.
    ///
    /// # Errors
    /// What is wrong with which calendar.
    pub fn build(
        policy: &Policy,
        zones: &[Tz],
        first: chrono::NaiveDate,
        last: chrono::NaiveDate,
    ) -> Result<Calendars, Vec<String>> {
        let mut calendars = Calendars::default();
        let mut errors = Vec::new();
        for (position, named) in policy.calendars.iter().enumerate() {
            let own = [named.spec.zone];
            let needed = own.iter().chain(if named.follows_site { zones } else { &[] });
            for &zone in needed {
                if calendars.index.contains_key(&(position, zone)) {
                    continue;
                }
                let spec = CalendarSpec { zone, ..named.spec.clone() };
                match Calendar::new(spec, first, last) {
                    Ok(calendar) => {
                        calendars.index.insert((position, zone), calendars.built.len());
                        calendars.built.push(calendar);
                    }
                    Err(found) => errors
                        .extend(found.into_iter().map(|e| format!("calendar `{}`: {e}", named.spec.name))),
                }
            }
        }
        // A calendar is as wrong in one zone as in the next.
        let mut seen = FxHashSet::default();
        errors.retain(|error| seen.insert(error.clone()));
        if errors.is_empty() { Ok(calendars) } else { Err(errors) }
    }

    /// The calendar at `position` of the policy, in a zone or, if it has none there, in its own.
    pub fn get(&self, policy: &Policy, position: usize, zone: Option<Tz>) -> &Calendar {
        let of = |zone: Tz| self.index.get(&(position, zone)).copied();
        let own = || self.index[&(position, policy.calendars[position].spec.zone)];
        &self.built[zone.and_then(of).unwrap_or_else(own)]
    }
}

//! A recurring problem area as it is reported.

use chrono::NaiveDate;

use super::Lost;
use super::advice::Advised;
use super::cause::SharedCause;
use super::codes::Dimension;
use super::spread::Spread;
use super::test::{Question, Shrunk, Tier};
use crate::stats::Bounds;

/// Incidents and the tickets that report them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amount {
    pub incidents: u32,
    pub tickets: u32,
}

/// What would have to be different for another tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WouldChange {
    /// Current incidents (of both windows where peers are compared) at which it would.
    pub incidents: u32,
    pub to: Tier,
}

/// One area.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    /// The cut as text, such as `customer=X;module=Y`: the same in every run.
    pub id: String,
    pub cut: Vec<(Dimension, String)>,
    pub question: Question,
    pub tier: Tier,
    pub spread: Spread,
    pub shared_cause: Option<SharedCause>,
    pub current: Amount,
    pub baseline: Amount,
    /// First and following day of the windows.
    pub baseline_on: NaiveDate,
    pub current_on: NaiveDate,
    pub end_on: NaiveDate,
    /// Incidents that the test counted: of the current window, or of both where peers are compared.
    pub observed: u32,
    /// What the past, or the peers, let expect.
    pub expected: f64,
    /// Observed over expected; `None` where there were none before.
    pub ratio: Option<f64>,
    /// Its 95 % interval.
    pub bounds: Bounds,
    pub p: f64,
    pub q: f64,
    pub family: usize,
    /// For the order of the list, never the alarm.
    pub shrunk: f64,
    pub shrunk_by: Shrunk,
    /// Of the current window's tickets.
    pub lost: Lost,
    /// Rows of the current window's tickets, ascending.
    pub rows: Vec<u32>,
    /// Only for areas to act on.
    pub advice: Option<Advised>,
    pub would_change: Option<WouldChange>,
    /// Ids of cuts that stand out only because of this area's incidents.
    pub explains: Vec<String>,
}

impl Area {
    /// Whether it is of one site or unit, so that there is no spread to speak of.
    pub fn is_place(&self) -> bool {
        self.cut.iter().any(|(dimension, _)| matches!(dimension, Dimension::Site | Dimension::Unit))
    }
}

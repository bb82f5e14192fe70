//! What a report came to, for machines: the structure of `summary.json`.
//!
//! Version 1 only grows: fields are added, none changes its meaning.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Name of the structure, for readers of the file.
pub const SCHEMA: &str = "sla-report/summary/v1";

/// The report of one period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// [`SCHEMA`].
    pub schema: String,
    pub tool: Tool,
    /// What the report is about, such as `all contracts`.
    pub subject: String,
    /// The language of its labels and sentences, such as `en-GB`.
    #[serde(default = "english")]
    pub locale: String,
    /// First digits of the configuration's hash.
    pub rules: String,
    pub period: Period,
    /// RFC 3339, UTC.
    pub as_of: String,
    pub inputs: Vec<Input>,
    pub counts: Counts,
    /// Each clock over all contracts, in the configuration's order.
    pub kpis: Vec<Kpi>,
    /// Each contract and clock with something to judge, in that order.
    pub contracts: Vec<ContractKpi>,
    /// Every contract in the list of contracts, with or without a ticket in the period.
    #[serde(default)]
    pub contract_names: Vec<String>,
    /// In the configuration's order, then those of the command line.
    pub gates: Vec<GateResult>,
    /// The verdict in words, in the language of the report.
    pub sentences: Vec<String>,
    /// What the page says of the whole, in every language.
    #[serde(default)]
    pub findings: Vec<Finding>,
    /// Those of the folder `reports/`, in order of their names.
    #[serde(default)]
    pub own_reports: Vec<OwnReport>,
}

/// A report of the reader's own, beside the whole one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OwnReport {
    pub title: String,
    /// Files in the report's folder; null where the format wasn't asked for.
    pub page: Option<String>,
    pub pack: Option<String>,
}

/// A sentence of the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// `verdict`, `change` or `concentration`.
    pub id: String,
    pub text_en: String,
    pub text_pt: String,
    /// Where it stands, relative to the report's folder.
    pub link: String,
}

/// A clock's control chart, as of the latest month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spc {
    /// `common_cause`, `improvement` or `concern`; none with too few months.
    pub variation: Option<String>,
    /// `pass`, `hit_or_miss` or `fail` against the target; none without one or with too few months.
    pub assurance: Option<String>,
    /// Attainment 0-1 of all months, and the limits of chance of the latest.
    pub mean: f64,
    pub lower: f64,
    pub upper: f64,
    /// Months with something decided.
    pub points: i64,
    /// The limits come from few months.
    pub is_trial: bool,
}

fn english() -> String {
    "en-GB".to_owned()
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tool {
    pub name: String,
    pub version: String,
}

/// Half-open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Period {
    pub name: String,
    pub label: String,
    /// RFC 3339, UTC.
    pub from: String,
    pub until: String,
    /// IANA name.
    pub zone: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Input {
    pub table: String,
    pub file: String,
    pub sha256: String,
    pub bytes: u64,
    pub rows_read: u64,
    pub rows_used: u64,
    pub rows_rejected: u64,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    pub rows_read: u64,
    pub rows_used: u64,
    pub rows_rejected: u64,
    pub tickets: i64,
    pub tickets_opened_in_period: i64,
    pub clocks_undecided: i64,
    pub clocks_excluded: i64,
    /// Clocks of open tickets that are over their limits, of any period.
    pub clocks_overdue: i64,
    /// Problem areas that call for action.
    pub areas_to_act: i64,
}

/// A share with its fraction.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Share {
    pub numerator: i64,
    pub denominator: i64,
    /// 0-1, rounded to six places; none of nothing.
    pub value: Option<f64>,
}

/// One clock in the period.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Kpi {
    /// Such as `on_site.attainment`.
    pub id: String,
    pub clock: String,
    pub label: String,
    /// Kept.
    pub numerator: i64,
    /// Kept and missed.
    pub denominator: i64,
    /// Attainment 0-1, rounded to six places.
    pub value: Option<f64>,
    pub target: Option<f64>,
    /// Fewest missed that would have had to be kept to meet the target.
    pub gap_tickets: Option<i64>,
    /// Fewer decided than `min_n`.
    pub is_indicative: bool,
    /// Against the period before, 0-1.
    pub delta: Option<f64>,
    pub on_target: Option<f64>,
    pub closed_only: Share,
    /// Attainment if all unmeasured were missed, and if all were kept.
    pub lowest: Option<f64>,
    pub highest: Option<f64>,
    pub missed: i64,
    pub undecided: i64,
    pub overrun_median_s: Option<i64>,
    pub overrun_p90_s: Option<i64>,
    pub overrun_total_s: i64,
    /// By the verdict's name.
    pub verdicts: BTreeMap<String, i64>,
    /// None where there are too few months for limits.
    #[serde(default)]
    pub spc: Option<Spc>,
}

/// One clock of one contract in the period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContractKpi {
    pub contract: String,
    pub customer: String,
    pub clock: String,
    pub numerator: i64,
    pub denominator: i64,
    pub value: Option<f64>,
    pub target: Option<f64>,
    pub gap_tickets: Option<i64>,
    /// Such as `target met`.
    pub status: String,
}

/// How a gate came out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GateResult {
    /// As it was written, such as `on_site.attainment >= 90%`.
    pub check: String,
    /// For a check of each contract, which one.
    pub contract: Option<String>,
    /// What was found, as text.
    pub found: String,
    /// The same as a number: a ratio, a count or seconds.
    pub value: Option<f64>,
    pub level: GateLevel,
    pub status: GateStatus,
    /// Why, in a sentence.
    pub reason: String,
}

/// How bad it is that a gate doesn't hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GateLevel {
    Warn,
    Error,
}

/// Whether a gate holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GateStatus {
    Pass,
    /// It doesn't hold, at level `warn`.
    Warn,
    /// It doesn't hold, at level `error`.
    Fail,
    /// Too little was decided to say.
    Inconclusive,
}

impl GateStatus {
    /// As in files and reports.
    pub fn name(self) -> &'static str {
        match self {
            GateStatus::Pass => "pass",
            GateStatus::Warn => "warn",
            GateStatus::Fail => "fail",
            GateStatus::Inconclusive => "inconclusive",
        }
    }
}

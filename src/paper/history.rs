//! What earlier reports said of months that the exports don't reach back to.
//!
//! Answers "how was it before?" where a help desk exports one month at a time.

use super::summary::Summary;

/// One clock in one calendar month, as an earlier `summary.json` has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PastMonth {
    /// `YYYY-MM`.
    pub month: String,
    pub clock: String,
    pub kept: i64,
    pub missed: i64,
    pub on_target: i64,
    /// Kept or breached: what has stopped.
    pub closed: i64,
    pub overrun_s: i64,
}

impl PastMonth {
    /// Kept and missed.
    pub fn decided(&self) -> i64 {
        self.kept + self.missed
    }
}

/// The months of summaries that are of one calendar month, in the zone `zone`, before `before`
/// (`YYYY-MM`); sorted. Of two summaries of one month the one judged later counts.
pub fn months(summaries: &[Summary], zone: &str, before: &str) -> Vec<PastMonth> {
    let mut of_months: Vec<&Summary> = summaries
        .iter()
        .filter(|summary| is_month(&summary.period.name) && summary.period.zone == zone)
        .filter(|summary| summary.period.name.as_str() < before)
        .collect();
    of_months.sort_by(|a, b| (&a.period.name, &b.as_of).cmp(&(&b.period.name, &a.as_of)));
    of_months.dedup_by(|later, first| later.period.name == first.period.name);
    let mut months: Vec<PastMonth> = of_months
        .into_iter()
        .flat_map(|summary| {
            summary.kpis.iter().filter(|kpi| kpi.denominator > 0).map(|kpi| PastMonth {
                month: summary.period.name.clone(),
                clock: kpi.clock.clone(),
                kept: kpi.numerator,
                missed: kpi.denominator - kpi.numerator,
                on_target: kpi.verdicts.get("met").copied().unwrap_or(0),
                closed: kpi.closed_only.denominator,
                overrun_s: kpi.overrun_total_s,
            })
        })
        .collect();
    months.sort();
    months
}

/// `YYYY-MM`.
fn is_month(name: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    name.len() == 7 && name.split_once('-').is_some_and(|(year, month)| digits(year) && digits(month))
}

//! Counts of verdicts per clock, for the key figures.

use chrono_tz::Tz;

use crate::clock::{Kernel, Readings, Verdict};
use crate::paper::history::PastMonth;
use crate::tables::{Period, month, placed_at};

/// How the readings of one clock ended in a period.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Kpi {
    pub clock: String,
    pub label: String,
    /// By [`Verdict`], in its order.
    pub verdicts: [i64; 11],
    /// Overruns of the missed ones, seconds, ascending.
    pub overruns_s: Vec<i64>,
    /// Kept and missed in the period before.
    pub before: (i64, i64),
    /// 0-1.
    pub attainment_target: Option<f64>,
}

impl Kpi {
    fn sum(&self, is: impl Fn(Verdict) -> bool) -> i64 {
        Verdict::ALL.iter().filter(|v| is(**v)).map(|v| self.verdicts[*v as usize]).sum()
    }

    /// Readings of one verdict.
    pub fn count(&self, verdict: Verdict) -> i64 {
        self.verdicts[verdict as usize]
    }

    /// Within the limit.
    pub fn kept(&self) -> i64 {
        self.sum(Verdict::is_kept)
    }

    /// Over the limit, whether stopped or not.
    pub fn missed(&self) -> i64 {
        self.sum(Verdict::is_missed)
    }

    /// Kept and missed.
    pub fn decided(&self) -> i64 {
        self.kept() + self.missed()
    }

    /// Open and within the limit.
    pub fn undecided(&self) -> i64 {
        self.sum(Verdict::is_undecided)
    }

    /// Kept over decided; `None` where nothing was decided.
    pub fn attainment(&self) -> Option<f64> {
        ratio(self.kept(), self.decided())
    }

    /// Kept over what has stopped: as most help desks show it.
    pub fn closed_only(&self) -> (i64, i64) {
        (self.kept(), self.kept() + self.count(Verdict::Breached))
    }

    /// The overrun that so many percent of the missed ones don't exceed, seconds.
    pub fn overrun_percentile_s(&self, percent: usize) -> Option<i64> {
        self.overruns_s.get(self.overruns_s.len().checked_sub(1)? * percent / 100).copied()
    }

    /// Median overrun of the missed ones, seconds.
    pub fn median_overrun_s(&self) -> Option<i64> {
        self.overrun_percentile_s(50)
    }
}

/// A ratio; `None` of nothing.
pub fn ratio(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Counts every clock of the policy, in its order; the month before is `history`'s where
/// the exports hold less of it.
pub fn count(
    kernel: &Kernel,
    readings: &Readings,
    period: &Period,
    zone: Tz,
    history: &[PastMonth],
) -> Vec<Kpi> {
    let clocks = &kernel.policy.clocks;
    let mut kpis: Vec<Kpi> = clocks
        .iter()
        .map(|clock| Kpi {
            clock: clock.name.clone(),
            label: clock.label.clone(),
            attainment_target: clock.attainment_target,
            ..Kpi::default()
        })
        .collect();
    for reading in &readings.rows {
        let kpi = &mut kpis[reading.clock as usize];
        let at = placed_at(reading, kernel, period);
        if period.contains(at) {
            kpi.verdicts[reading.verdict as usize] += 1;
            if reading.verdict.is_missed() {
                kpi.overruns_s.push(reading.overrun_s);
            }
        } else if period.before_at <= at && at < period.from_at {
            kpi.before.0 += i64::from(reading.verdict.is_kept());
            kpi.before.1 += i64::from(reading.verdict.is_missed());
        }
    }
    let before = (period.months == Some(1)).then(|| month(period.before_at, zone));
    for kpi in &mut kpis {
        kpi.overruns_s.sort_unstable();
        let past = |past: &&PastMonth| past.clock == kpi.clock && Some(&past.month) == before.as_ref();
        if let Some(past) = history.iter().find(past) {
            kpi.before = (past.kept, past.missed);
        }
    }
    kpis
}

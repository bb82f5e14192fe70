//! Has a share or a value changed, or does it vary as it always does?
//!
//! Shares: a p chart for fewer than about a thousand cases a point, Laney's p' chart above, where a p chart
//! calls everything special. Other values: XmR. The rules are those of the NHS's Making Data Count, as in
//! its package NHSRplotthedots.

use super::Bounds;

/// Three standard deviations of single values, in mean moving ranges: the constant of Wheeler and the NHS.
/// Other authors use 2.6596 or 2.6587.
const MOVING_RANGES: f64 = 2.66;
/// Upper limit of a moving range, in mean moving ranges (Wheeler).
const MOVING_RANGE_LIMIT: f64 = 3.267;
/// Mean moving range of a standard normal variable, as rounded by all tables of control charts.
const D2: f64 = 1.128;
/// Points in a row on one side of the centre, or rising or falling, that are a signal (NHS).
const RUN: usize = 7;

/// Points, their centre, and the limits within which they vary by themselves.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    pub points: Vec<f64>,
    pub center: f64,
    /// One per point.
    pub limits: Vec<Bounds>,
    /// One per point: from here on a value is near its limit, two thirds of the way from the centre. Not of
    /// the limit that a share is kept to: no share is near one that lies above 1.
    pub near: Vec<Bounds>,
}

/// A p chart: shares with limits at three binomial standard deviations, kept within 0 and 1.
///
/// Shewhart; Montgomery, Introduction to Statistical Quality Control. `None` without points, for lists of
/// different lengths, for an empty point, and for more events than cases.
pub fn p_chart(events: &[u64], cases: &[u64]) -> Option<Chart> {
    shares_chart(events, cases, 1.0)
}

/// A p' chart and its sigma z, the factor by which shares vary more than binomial ones.
///
/// Laney (2002), Quality Engineering 14:531. A factor below 1 narrows the limits. Domain as for [`p_chart`],
/// and at least two points.
pub fn laney_p_chart(events: &[u64], cases: &[u64]) -> Option<(Chart, f64)> {
    let plain = shares_chart(events, cases, 1.0)?;
    let scores: Vec<f64> = (plain.points.iter().zip(cases))
        .map(|(share, cases)| (share - plain.center) / binomial_deviation(plain.center, *cases))
        .collect();
    let sigma_z = mean_moving_range(&scores)? / D2;
    // Shares that are all 0 or all 1 have no deviation to divide by.
    let sigma_z = if sigma_z.is_finite() { sigma_z } else { 1.0 };
    Some((shares_chart(events, cases, sigma_z)?, sigma_z))
}

fn shares_chart(events: &[u64], cases: &[u64], sigma_z: f64) -> Option<Chart> {
    let is_valid = events.len() == cases.len()
        && !events.is_empty()
        && events.iter().zip(cases).all(|(events, cases)| *cases > 0 && events <= cases);
    let sum = |counts: &[u64]| counts.iter().map(|count| *count as f64).sum::<f64>();
    let center = sum(events) / sum(cases);
    let deviation = |cases: &u64| sigma_z * binomial_deviation(center, *cases);
    let limit = |cases: &u64| {
        let half = 3.0 * deviation(cases);
        Bounds { lower: (center - half).max(0.0), upper: (center + half).min(1.0) }
    };
    let near = |cases: &u64| around(center, 2.0 * deviation(cases));
    is_valid.then(|| Chart {
        points: events.iter().zip(cases).map(|(events, cases)| *events as f64 / *cases as f64).collect(),
        center,
        limits: cases.iter().map(limit).collect(),
        near: cases.iter().map(near).collect(),
    })
}

fn around(center: f64, half: f64) -> Bounds {
    Bounds { lower: center - half, upper: center + half }
}

fn binomial_deviation(share: f64, cases: u64) -> f64 {
    (share * (1.0 - share) / cases as f64).sqrt()
}

/// An XmR chart of single values.
#[derive(Clone, Debug, PartialEq)]
pub struct Xmr {
    pub chart: Chart,
    pub mean_moving_range: f64,
    /// A step between two values above this is itself a signal.
    pub moving_range_limit: f64,
}

/// An XmR chart: limits at 2.66 mean moving ranges around the mean.
///
/// Wheeler (2000), Understanding Variation. `None` for fewer than two values, or if one is not finite or so
/// large that sums overflow.
pub fn xmr(values: &[f64]) -> Option<Xmr> {
    let mean_moving_range = mean_moving_range(values)?;
    let center = values.iter().sum::<f64>() / values.len() as f64;
    let half = MOVING_RANGES * mean_moving_range;
    let limits = around(center, half);
    let near = around(center, half * 2.0 / 3.0);
    let moving_range_limit = MOVING_RANGE_LIMIT * mean_moving_range;
    let chart = Chart {
        points: values.to_vec(),
        center,
        limits: vec![limits; values.len()],
        near: vec![near; values.len()],
    };
    let is_finite = [limits.lower, limits.upper, moving_range_limit].into_iter().all(f64::is_finite);
    is_finite.then_some(Xmr { chart, mean_moving_range, moving_range_limit })
}

fn mean_moving_range(values: &[f64]) -> Option<f64> {
    let steps = values.windows(2).map(|pair| (pair[1] - pair[0]).abs());
    (values.len() > 1).then(|| steps.sum::<f64>() / (values.len() - 1) as f64)
}

/// Positions, from 0, of the points that are part of each kind of signal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signals {
    /// Beyond a limit.
    pub outside: Vec<usize>,
    /// Among seven or more in a row on one side of the centre.
    pub shift: Vec<usize>,
    /// Among seven or more in a row that rise or that fall, ties breaking the row.
    pub trend: Vec<usize>,
    /// Near a limit, as are two of three in a row on one side of the centre. Near is beyond two thirds of the
    /// way, but not outside.
    pub near_limit: Vec<usize>,
}

impl Chart {
    /// The signals in a chart. For fewer than about twelve points the limits are too uncertain to say much.
    pub fn signals(&self) -> Signals {
        let points = &self.points[..self.points.len().min(self.limits.len()).min(self.near.len())];
        let sides: Vec<i8> = points.iter().map(|point| side(*point, self.center)).collect();
        let (mut outside, mut near) = (Vec::new(), Vec::new());
        for ((point, limits), from) in points.iter().zip(&self.limits).zip(&self.near) {
            let is_outside = side(*point, limits.lower) < 0 || side(*point, limits.upper) > 0;
            let is_near = *point < from.lower || *point > from.upper;
            outside.push(is_outside);
            near.push(is_near && !is_outside);
        }
        let directions: Vec<i8> = points.windows(2).map(|pair| side(pair[1], pair[0])).collect();
        let is_two_of_three = |from: usize| {
            is_one_sided(&sides[from..from + 3])
                && near[from..from + 3].iter().filter(|near| **near).count() >= 2
        };
        let in_three = in_window(points.len(), 3, is_two_of_three);
        let in_shift = in_window(points.len(), RUN, |from| is_one_sided(&sides[from..from + RUN]));
        let in_trend = in_window(points.len(), RUN, |from| is_one_sided(&directions[from..from + RUN - 1]));
        let near_limit: Vec<bool> =
            in_three.iter().zip(near).map(|(in_three, near)| *in_three && near).collect();
        Signals {
            outside: positions(&outside),
            shift: positions(&in_shift),
            trend: positions(&in_trend),
            near_limit: positions(&near_limit),
        }
    }
}

/// Which points are in some window of this length, named by its first point, that is a signal.
fn in_window(points: usize, length: usize, is_signal: impl Fn(usize) -> bool) -> Vec<bool> {
    let mut is_part = vec![false; points];
    for from in (0..(points + 1).saturating_sub(length)).filter(|from| is_signal(*from)) {
        is_part[from..from + length].fill(true);
    }
    is_part
}

fn positions(is_part: &[bool]) -> Vec<usize> {
    (0..is_part.len()).filter(|i| is_part[*i]).collect()
}

fn is_one_sided(sides: &[i8]) -> bool {
    sides[0] != 0 && sides.iter().all(|side| *side == sides[0])
}

/// Above (1), below (-1) or at (0), where a difference in the last digits is none: equal values must not be
/// told from their own rounded mean.
fn side(value: f64, reference: f64) -> i8 {
    let slack = 1e-12 * value.abs().max(reference.abs());
    if value > reference + slack {
        1
    } else if value < reference - slack {
        -1
    } else {
        0
    }
}

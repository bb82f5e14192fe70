//! How many failures has a unit had by a given age, on average over the units that reached that age?

use super::Unit;
use super::age_window::AgeWindow;

/// One step of a mean cumulative function, from this age up to the next step's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    pub time: f64,
    /// Units observed at this age, those that end at it included.
    pub at_risk: usize,
    /// Mean failures per unit up to and including this age.
    pub mean: f64,
    /// Absent for a single unit, which says nothing about how units differ.
    pub standard_error: Option<f64>,
}

/// The mean cumulative function, with a step at every age at which a unit fails or ends.
///
/// Nelson (2003), Recurrent Events Data Analysis. The standard error is Lawless and Nadeau's (1995,
/// Technometrics 37:158), which allows a unit's failures to depend on each other. Units without failures
/// belong in the list: leaving them out is the usual mistake. `None` without units, or unless ages at failure
/// are finite, not negative, ascending and within the unit's positive end.
pub fn mean_cumulative(units: &[Unit]) -> Option<Vec<Step>> {
    if units.is_empty() || !units.iter().all(Unit::is_valid) {
        return None;
    }
    let from_new = units.iter().map(|unit| AgeWindow { start: 0.0, times: unit.times, end: unit.end });
    Some(steps(&from_new.collect::<Vec<_>>()))
}

/// As [`mean_cumulative`], for units observed between two ages: failures are counted from the first age at
/// which any unit is observed, up to the first age after it at which none is.
///
/// `None` also for windows that the trend test of [`super::age_window`] would not take.
pub fn mean_cumulative_between(units: &[AgeWindow]) -> Option<Vec<Step>> {
    (!units.is_empty() && units.iter().all(AgeWindow::is_valid)).then(|| steps(units))
}

fn steps(units: &[AgeWindow]) -> Vec<Step> {
    let ascending = |mut ages: Vec<(f64, usize)>| {
        ages.sort_by(|a, b| a.0.total_cmp(&b.0));
        ages.into_iter().peekable()
    };
    let mut starts = ascending(units.iter().enumerate().map(|(i, unit)| (unit.start, i)).collect());
    let mut ends = ascending(units.iter().enumerate().map(|(i, unit)| (unit.end, i)).collect());
    let own_failures =
        |(i, unit): (usize, &AgeWindow)| unit.times.iter().map(move |time| (*time, i)).collect();
    let mut failures = ascending(units.iter().enumerate().flat_map::<Vec<_>, _>(own_failures).collect());

    let mut residuals = Residuals::new(units.len());
    let mut mean = 0.0;
    let mut steps = Vec::new();
    while let Some(&(end, _)) = ends.peek() {
        let time = failures.peek().map_or(end, |(time, _)| time.min(end));
        while let Some((_, unit)) = starts.next_if(|(start, _)| *start <= time) {
            residuals.enter(unit);
        }
        let at_risk = residuals.at_risk;
        let mut failed = 0.0;
        while let Some((_, unit)) = failures.next_if(|(at, _)| *at == time) {
            residuals.fail(unit);
            failed += 1.0;
        }
        mean += failed / at_risk as f64;
        residuals.pass(failed);
        let standard_error = (units.len() > 1).then(|| residuals.sum_of_squares().sqrt());
        steps.push(Step { time, at_risk, mean, standard_error });
        while let Some((_, unit)) = ends.next_if(|(at, _)| *at == time) {
            residuals.leave(unit);
        }
        let is_gap = starts.peek().is_some_and(|(start, _)| *start > time);
        if residuals.at_risk == 0 && is_gap {
            break;
        }
    }
    steps
}

/// The sum over units of (own failures less the mean number, each divided by the number at risk) squared.
///
/// All units at risk share the second part, so it is kept once and a failure costs constant time. A unit that
/// is observed only from some age on starts with what was shared by then.
struct Residuals {
    at_risk: usize,
    own: Vec<f64>,
    shared: f64,
    sum: f64,
    squares: f64,
    squares_left: f64,
}

impl Residuals {
    fn new(units: usize) -> Self {
        Residuals {
            at_risk: 0,
            own: vec![0.0; units],
            shared: 0.0,
            sum: 0.0,
            squares: 0.0,
            squares_left: 0.0,
        }
    }

    fn enter(&mut self, unit: usize) {
        self.own[unit] = self.shared;
        self.sum += self.shared;
        self.squares += self.shared.powi(2);
        self.at_risk += 1;
    }

    fn fail(&mut self, unit: usize) {
        let before = self.own[unit];
        self.own[unit] += 1.0 / self.at_risk as f64;
        self.sum += self.own[unit] - before;
        self.squares += self.own[unit].powi(2) - before.powi(2);
    }

    fn pass(&mut self, failed: f64) {
        self.shared += failed / (self.at_risk as f64).powi(2);
    }

    fn leave(&mut self, unit: usize) {
        self.squares_left += (self.own[unit] - self.shared).powi(2);
        self.sum -= self.own[unit];
        self.squares -= self.own[unit].powi(2);
        self.at_risk -= 1;
    }

    fn sum_of_squares(&self) -> f64 {
        let at_risk = self.squares - 2.0 * self.shared * self.sum + self.shared.powi(2) * self.at_risk as f64;
        self.squares_left + at_risk.max(0.0)
    }
}

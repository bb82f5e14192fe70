//! Units first observed at some age: tests against numeric integration, naive likelihoods, naive sums and
//! what the functions for units observed from new say.

use sla_report::stats::age_window::{AgeWindow, power_law, trend, unit_score};
use sla_report::stats::mcf::{mean_cumulative, mean_cumulative_between};
use sla_report::stats::negative_binomial::upper_tail_among;
use sla_report::stats::power_law::crow_amsaa;
use sla_report::stats::rates::TwoRates;
use sla_report::stats::trend::mil_hdbk_189;
use sla_report::stats::{Truncation, Unit};

type History = (f64, Vec<f64>, f64);

fn windows(histories: &[History]) -> Vec<AgeWindow<'_>> {
    histories.iter().map(|(start, times, end)| AgeWindow { start: *start, times, end: *end }).collect()
}

/// Ages at failure of a power law between two ages, each unit with so many failures on average.
fn histories(random: &mut fastrand::Rng, starts: &[f64], days: f64, mean: f64, beta: f64) -> Vec<History> {
    let history = |&start: &f64| {
        let (low, high) = (start.powf(beta), (start + days).powf(beta));
        let (mut at, mut times) = (0.0, Vec::new());
        loop {
            at -= (1.0 - random.f64()).ln() / mean;
            if at >= 1.0 {
                return (start, times, start + days);
            }
            times.push((low + (high - low) * at).powf(1.0 / beta));
        }
    };
    starts.iter().map(history).collect()
}

fn mixed_starts(units: usize) -> Vec<f64> {
    (0..units).map(|i| if i % 3 == 0 { 0.0 } else { 97.0 * i as f64 }).collect()
}

fn close(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * b.abs().max(1e-12)
}

#[test]
fn from_age_zero_it_is_the_published_test_and_fit() {
    let mut random = fastrand::Rng::with_seed(1);
    for units in [1, 4, 30] {
        let histories = histories(&mut random, &vec![0.0; units], 545.0, 5.0, 1.4);
        let whole: Vec<Unit> = histories.iter().map(|(_, times, end)| Unit { times, end: *end }).collect();
        let (ours, mil) = (
            trend(&windows(&histories)).expect("failures"),
            mil_hdbk_189(&whole, Truncation::Time).expect("failures"),
        );
        assert!(close(ours.p_worsening, mil.p_worsening, 1e-9));
        assert!(close(ours.p_improving, mil.p_improving, 1e-9));
        assert!(close(ours.informative, ours.failures as f64, 1e-12));
        let (law, bounds) = power_law(&windows(&histories), 0.9).expect("a fit");
        let crow = crow_amsaa(&whole, Truncation::Time, 0.9).expect("a fit");
        assert!(close(law.beta, crow.fit.beta, 1e-9) && close(law.failures, crow.fit.failures, 1e-9));
        assert!(close(bounds.lower, crow.beta_bounds.lower, 1e-7));
        assert!(close(bounds.upper, crow.beta_bounds.upper, 1e-7));
    }
}

#[test]
fn what_a_failure_says_is_the_variance_of_its_logarithm() {
    for (start, end) in [(1.0, 1.05), (10.0, 11.05), (10.0, 11.1), (365.0, 910.0), (1.0, 700.0)] {
        let steps = 200_000;
        let (mut first, mut second) = (0.0, 0.0);
        for step in 0..steps {
            let age: f64 = start + (end - start) * (f64::from(step) + 0.5) / f64::from(steps);
            let y = (end / age).ln();
            (first, second) = (first + y / f64::from(steps), second + y * y / f64::from(steps));
        }
        let unit = AgeWindow { start, times: &[(start + end) / 2.0], end };
        let informative = trend(&[unit]).expect("a failure").informative;
        assert!(close(informative, second - first * first, 1e-5), "{start} {end}: {informative}");
    }
}

#[test]
fn the_fit_has_the_highest_likelihood() {
    let mut random = fastrand::Rng::with_seed(2);
    let histories = histories(&mut random, &mixed_starts(40), 545.0, 3.0, 2.0);
    let (law, _) = power_law(&windows(&histories), 0.95).expect("a fit");
    let likelihood = |beta: f64| {
        let of_one = |(start, times, end): &History| {
            let of_failure =
                |age: &f64| beta.ln() + (beta - 1.0) * age.ln() - (end.powf(beta) - start.powf(beta)).ln();
            times.iter().map(of_failure).sum::<f64>()
        };
        histories.iter().map(of_one).sum::<f64>()
    };
    let best = (10..4000)
        .map(|step| f64::from(step) / 1000.0)
        .max_by(|a, b| likelihood(*a).total_cmp(&likelihood(*b)))
        .expect("steps");
    assert!((law.beta - best).abs() <= 0.001, "{} {best}", law.beta);
}

/// The chance of a false alarm is what it says, also far in the tail, and the interval covers.
#[test]
fn false_alarms_and_intervals_are_right_whatever_the_ages() {
    let (runs, mut random) = (4000, fastrand::Rng::with_seed(3));
    for (name, starts, mean) in [
        ("new", vec![0.0; 12], 1.5),
        ("a year old", vec![365.0; 12], 1.5),
        ("five years old", vec![1825.0; 12], 1.5),
        ("of all ages", mixed_starts(12), 1.5),
        ("many of all ages", mixed_starts(60), 4.0),
    ] {
        let (mut alarms, mut many) = ([0, 0, 0, 0], 0);
        for _ in 0..runs {
            let histories = histories(&mut random, &starts, 545.0, mean, 1.0);
            let Some(trend) = trend(&windows(&histories)) else { continue };
            let limits = [
                trend.p_worsening <= 0.05,
                trend.p_worsening <= 0.01,
                trend.p_improving <= 0.05,
                trend.p_improving <= 0.01,
            ];
            many += 1;
            for (alarm, limit) in alarms.iter_mut().zip(limits) {
                *alarm += i32::from(limit);
            }
        }
        for (alarms, level) in alarms.into_iter().zip([0.05, 0.01, 0.05, 0.01]) {
            let (share, n) = (f64::from(alarms) / f64::from(many), f64::from(many));
            let error = (level * (1.0 - level) / n).sqrt();
            println!("{name}: {share:.4} at {level}");
            assert!((share - level).abs() < 3.5 * error, "{name}: {share} at {level}");
        }
    }
    let (mut covered, mut fitted) = (0, 0);
    for _ in 0..1500 {
        let histories = histories(&mut random, &mixed_starts(20), 545.0, 3.0, 1.5);
        if let Some((_, bounds)) = power_law(&windows(&histories), 0.9) {
            fitted += 1;
            covered += i32::from((bounds.lower..=bounds.upper).contains(&1.5));
        }
    }
    let share = f64::from(covered) / f64::from(fitted);
    println!("interval of beta 1.5 at 0.9 covers {share:.3} of {fitted}");
    assert!((share - 0.9).abs() < 0.03);
}

#[test]
fn the_score_between_units_is_students_t() {
    // Failures a quarter before and after the middle: places -1/4, 1/4, 1/4 and t = 1/2 / sqrt(1) of two
    // degrees, of which both tails hold 1 - t / sqrt(t^2 + 2).
    let histories = vec![(0.0, vec![25.0], 100.0), (0.0, vec![75.0], 100.0), (0.0, vec![75.0], 100.0)];
    let score = unit_score(&windows(&histories)).expect("three units");
    let t: f64 = 0.5;
    assert!(close(score.score, t, 1e-12));
    assert!(close(score.p_two_sided, 1.0 - t / (t * t + 2.0).sqrt(), 1e-10));
    assert_eq!(unit_score(&windows(&histories[1..])), None, "two units");
}

#[test]
fn a_curve_of_units_observed_between_ages_agrees_with_naive_sums() {
    let mut random = fastrand::Rng::with_seed(4);
    let mut histories =
        histories(&mut random, &[0.0, 0.0, 30.0, 200.0, 350.0, 410.0, 700.0], 545.0, 4.0, 1.3);
    histories[2].2 = 900.0;
    let steps = mean_cumulative_between(&windows(&histories)).expect("units");
    let at_risk = |age: f64| histories.iter().filter(|(start, _, end)| *start <= age && age <= *end).count();
    let mut ages: Vec<f64> = histories.iter().flat_map(|(_, times, _)| times.clone()).collect();
    ages.sort_by(f64::total_cmp);
    for step in &steps {
        let before = || ages.iter().copied().filter(|age| *age <= step.time);
        let mean: f64 = before().map(|age| 1.0 / at_risk(age) as f64).sum();
        let square = |(start, times, end): &History| {
            let residual = |age: f64| {
                let r = at_risk(age) as f64;
                let own = times.iter().filter(|time| **time == age).count() as f64;
                if *start <= age && age <= *end { (own - 1.0 / r) / r } else { 0.0 }
            };
            before().map(residual).sum::<f64>().powi(2)
        };
        let error = histories.iter().map(square).sum::<f64>().sqrt();
        assert_eq!(step.at_risk, at_risk(step.time));
        assert!(close(step.mean, mean, 1e-12), "{} {mean}", step.mean);
        assert!(close(step.standard_error.expect("units"), error, 1e-9));
    }
    let ends: std::collections::BTreeSet<u64> = histories.iter().map(|(.., end)| end.to_bits()).collect();
    assert_eq!(steps.len(), ages.len() + ends.len());

    let new: Vec<AgeWindow> = windows(&histories[..2]);
    let whole: Vec<Unit> = new.iter().map(|unit| Unit { times: unit.times, end: unit.end }).collect();
    assert_eq!(mean_cumulative_between(&new), mean_cumulative(&whole));
}

#[test]
fn a_curve_stops_where_no_unit_is_observed() {
    let histories = vec![(0.0, vec![5.0], 10.0), (20.0, vec![25.0], 30.0)];
    let steps = mean_cumulative_between(&windows(&histories)).expect("units");
    assert_eq!(steps.iter().map(|step| step.time).collect::<Vec<_>>(), [5.0, 10.0]);
}

/// Rising factorial.
fn rising(from: f64, times: u64) -> f64 {
    (0..times).map(|i| from + i as f64).product()
}

fn choose(n: u64, k: u64) -> f64 {
    rising((n - k) as f64 + 1.0, k) / rising(1.0, k)
}

#[test]
fn a_share_of_the_others_incidents_is_beta_binomial() {
    for (own, others, exposure, other_exposure, size) in
        [(3, 4, 365.0, 3285.0, 2.0), (5, 0, 365.0, 3285.0, 0.7), (9, 20, 100.0, 3285.0, 40.0)]
    {
        let (total, b) = (own + others, size * other_exposure / exposure);
        let chance =
            |x: u64| choose(total, x) * rising(size, x) * rising(b, total - x) / rising(size + b, total);
        let expected: f64 = (own..=total).map(chance).sum();
        let rates = TwoRates { count: own, exposure, other_count: others, other_exposure };
        let upper = upper_tail_among(&rates, size).expect("valid");
        assert!(close(upper, expected, 1e-10), "{upper} {expected}");
        assert_eq!(upper_tail_among(&rates, f64::INFINITY), rates.upper_tail());
        assert!(close(
            upper_tail_among(&rates, 1e7).expect("valid"),
            rates.upper_tail().expect("valid"),
            1e-4
        ));
    }
    let none = TwoRates { count: 0, exposure: 1.0, other_count: 3, other_exposure: 1.0 };
    assert_eq!(upper_tail_among(&none, 2.0), Some(1.0));
    assert_eq!(upper_tail_among(&TwoRates::default(), 2.0), None);
}

#[test]
fn what_is_outside_the_domain_gives_none() {
    let bad = [
        AgeWindow { start: 5.0, times: &[], end: 5.0 },
        AgeWindow { start: 1.0, times: &[0.5], end: 5.0 },
        AgeWindow { start: 0.0, times: &[0.0], end: 5.0 },
        AgeWindow { start: 0.0, times: &[6.0], end: 5.0 },
        AgeWindow { start: 0.0, times: &[3.0, 2.0], end: 5.0 },
        AgeWindow { start: f64::NAN, times: &[3.0], end: 5.0 },
        AgeWindow { start: -1.0, times: &[3.0], end: f64::INFINITY },
    ];
    for unit in bad {
        assert_eq!(trend(&[unit]), None);
        assert_eq!(power_law(&[unit], 0.9), None);
        assert_eq!(unit_score(&[unit; 4]), None);
        assert_eq!(mean_cumulative_between(&[unit]), None);
    }
    assert_eq!(trend(&[]), None);
    // All at the end: no finite power fits best.
    assert_eq!(power_law(&[AgeWindow { start: 0.0, times: &[5.0], end: 5.0 }], 0.9), None);
    // All at the start of a window that begins late: no positive one.
    assert_eq!(power_law(&[AgeWindow { start: 4.9, times: &[4.9, 4.9], end: 5.0 }], 0.9), None);
}

//! What must hold for every input: no panic and no NaN, chances within 0 and 1, intervals around their
//! estimates, order, and agreement with a second, naive implementation on small inputs.

use proptest::collection::vec;
use proptest::prelude::*;
use sla_report::stats::burst::{distinct_sites_upper, expected_sites_hit, scan_upper};
use sla_report::stats::control_chart::{Chart, Signals, laney_p_chart, p_chart, xmr};
use sla_report::stats::discovery::{benjamini_hochberg, benjamini_yekutieli};
use sla_report::stats::funnel::{funnel_limits, overdispersion};
use sla_report::stats::intervals::{
    mtbf_interval, mtbf_lower, poisson_interval, poisson_upper, poisson_upper_mid,
};
use sla_report::stats::mcf::mean_cumulative;
use sla_report::stats::power_law::{PowerLaw, crow_amsaa, mtbf_factors, power_law_grouped, replacement_age};
use sla_report::stats::proportions::{
    clopper_pearson, jeffreys_interval, wilson_interval, wilson_lower, wilson_upper,
};
use sla_report::stats::rates::{TwoRates, without_worst};
use sla_report::stats::trend::{laplace, lewis_robinson, mil_hdbk_189};
use sla_report::stats::{Bounds, Truncation, Unit, negative_binomial, special, spread, stratified};

fn any_number() -> impl Strategy<Value = f64> {
    use proptest::num::f64::{NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
    prop_oneof![POSITIVE | NEGATIVE | NORMAL | SUBNORMAL | ZERO, 0.0..1.0, 0.0..1000.0]
}

fn any_count() -> impl Strategy<Value = u64> {
    prop_oneof![0..60u64, any::<u64>()]
}

fn any_rates() -> impl Strategy<Value = TwoRates> {
    (any_count(), any_number(), any_count(), any_number()).prop_map(two_rates)
}

fn rates() -> impl Strategy<Value = TwoRates> {
    (0..25u64, 0.1..1000.0, 0..25u64, 0.1..1000.0).prop_map(two_rates)
}

fn two_rates((count, exposure, other_count, other_exposure): (u64, f64, u64, f64)) -> TwoRates {
    TwoRates { count, exposure, other_count, other_exposure }
}

/// Ascending ages at failure and an end after them.
fn histories(
    failures: std::ops::Range<usize>,
    units: std::ops::Range<usize>,
) -> impl Strategy<Value = Vec<(Vec<f64>, f64)>> {
    let history = (vec(0.5..100.0, failures), 0.0..20.0).prop_map(|(mut times, rest)| {
        times.sort_by(f64::total_cmp);
        let end = times.last().unwrap_or(&1.0) + rest;
        (times, end)
    });
    vec(history, units)
}

fn units(histories: &[(Vec<f64>, f64)]) -> Vec<Unit<'_>> {
    histories.iter().map(|(times, end)| Unit { times, end: *end }).collect()
}

fn is_close(a: f64, b: f64, tolerance: f64) -> bool {
    a == b || (a - b).abs() <= tolerance * a.abs().max(b.abs())
}

fn is_chance(p: f64) -> bool {
    (0.0..=1.0).contains(&p)
}

fn contains(bounds: Bounds, estimate: f64) -> bool {
    bounds.lower <= estimate && estimate <= bounds.upper
}

fn is_order(bounds: Bounds) -> bool {
    bounds.lower <= bounds.upper
}

/// Computed with mpmath 1.x at 40 digits or scipy 1.x: points at which statrs itself is wrong, or nearly.
#[test]
fn special_functions_hold_where_statrs_does_not() {
    let chi_square = [
        (1e-8, 1.0, 1.570796326794896e-16),
        (1e-4, 1.0, 1.570796335019569e-8),
        (0.025, 1.0, 9.820691171752555e-4),
        (0.975, 1.0, 5.023886187314888),
        (1e-12, 40.0, 4.660083155185234),
        (0.999999, 7.0, 40.52183123411471),
        (0.025, 2e5, 198762.3053274894),
        (0.025, 4e6, 3994458.279251604),
    ];
    for (p, degrees, expected) in chi_square {
        let found = special::chi_square_quantile(p, degrees);
        assert!(is_close(found, expected, 1e-10), "{p} {degrees} {found:e}");
    }
    let beta = [
        (5e5, 5e5, 0.49999, 0.4920216882765891),
        (5e6, 5e6, 0.499999, 0.497476884361958),
        (5e7, 5e7, 0.49999, 0.4207402907483582),
        (1e5, 50.0, 0.9995, 0.4797976393129527),
        (1e5, 5e4, 0.6666, 0.4779182966004917),
        (30.0, 1e7, 1e-6, 2.510051330358194e-7),
        (3e3, 1e7, 3.1e-4, 0.966285072507277),
    ];
    for (a, b, x, expected) in beta {
        let found = special::beta_lower(x / (1.0 - x), a, b);
        assert!(is_close(found, expected, 1e-9), "{a} {b} {x} {found:e}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn scalars_never_panic_nor_give_nan(
        n in any_count(), m in any_count(), x in any_number(), y in any_number(), z in any_number(),
        level in prop_oneof![any_number(), 0.0..1.0],
    ) {
        let mut found = vec![];
        for bounds in [
            poisson_interval(n, level),
            mtbf_interval(x, n, Truncation::Time, level),
            mtbf_interval(x, n, Truncation::Failure, level),
            wilson_interval(n, m, level),
            clopper_pearson(n, m, level),
            jeffreys_interval(n, m, level),
            funnel_limits(x, level),
            mtbf_factors(n, level),
            negative_binomial::shrunk_ratio(n, x, y).map(|shrunk| shrunk.bounds),
        ]
        .into_iter()
        .flatten()
        {
            prop_assert!(is_order(bounds), "{bounds:?}");
            found.extend([bounds.lower, bounds.upper]);
        }
        found.extend(
            [mtbf_lower(x, n, level), wilson_lower(n, m, level), wilson_upper(n, m, level)].iter().flatten(),
        );
        let chances = [
            poisson_upper(n, x),
            poisson_upper_mid(n, x),
            negative_binomial::upper_tail(n, x, y),
            scan_upper(n, m, x),
        ];
        for p in chances.into_iter().flatten() {
            prop_assert!(is_chance(p), "{p}");
        }
        let law = PowerLaw { beta: 1.0 + x, age: y, failures: z };
        let replacement = replacement_age(&law, z, level);
        found.extend(replacement.iter().flat_map(|found| [found.age, found.cost_per_time]));
        prop_assert!(found.iter().all(|number| !number.is_nan() && *number >= 0.0), "{found:?}");
    }

    #[test]
    fn rates_never_panic_nor_give_nan(
        sites in vec(any_rates(), 0..5), worst in 0..6usize, level in any_number(),
    ) {
        let level = level.abs().fract();
        for site in &sites {
            prop_assert!([site.upper_tail(), site.upper_tail_mid()].into_iter().flatten().all(is_chance));
            prop_assert!(site.ratio().is_none_or(|ratio| ratio >= 0.0));
            prop_assert!(site.ratio_bounds(level).is_none_or(is_order));
        }
        let rest = without_worst(&sites, worst);
        prop_assert!(rest.is_none_or(|rest| rest.upper_tail().is_none_or(is_chance)));
        prop_assert!(stratified::upper_tail(&sites).is_none_or(is_chance));
        prop_assert!(
            stratified::ratio_bounds(&sites, level).is_none_or(|b| b.lower >= 0.0 && b.upper >= 0.0)
        );
        prop_assert!(stratified::expected(&sites).is_none_or(|expected| expected >= 0.0));
        let found = stratified::mantel_haenszel(&sites, level);
        prop_assert!(found.is_none_or(|found| contains(found.bounds, found.ratio)));
    }

    #[test]
    fn lists_never_panic_nor_give_nan(
        numbers in vec(any_number(), 0..40),
        counts in vec(any_count(), 0..40),
        width in any_number(),
        n in 0..50usize,
    ) {
        let few = counts.len().min(numbers.len());
        let mut found = vec![];
        let chart = xmr(&numbers);
        found.extend(chart.iter().flat_map(|xmr| [xmr.chart.center, xmr.moving_range_limit]));
        drop(chart.map(|xmr| xmr.chart.signals()));
        let cases: Vec<u64> = counts.iter().rev().copied().collect();
        let charts = p_chart(&counts, &cases).into_iter().chain(laney_p_chart(&counts, &cases).map(|c| c.0));
        for chart in charts {
            prop_assert!(chart.points.iter().all(|share| is_chance(*share)));
            prop_assert!(
                chart.limits.iter().all(|limits| is_chance(limits.lower) && contains(*limits, chart.center))
            );
            chart.signals();
        }
        found.extend(overdispersion(&numbers, width).map(|found| found.phi));
        found.extend(negative_binomial::fit_size(&counts[..few], &numbers[..few]));
        let magnitudes: Vec<f64> = numbers.iter().map(|number| number.abs()).collect();
        found.extend(negative_binomial::fit_size(&counts[..few], &magnitudes[..few]));
        for numbers in [&numbers, &magnitudes] {
            found.extend(spread::spread(&counts[..few], &numbers[..few]).into_iter().flat_map(|s| {
                [s.expected_sites, s.breadth, s.effective_sites, s.effective_sites_exposed, s.top_share]
            }));
            found.extend(expected_sites_hit(numbers, width));
            prop_assert!(distinct_sites_upper(numbers, width, n).is_none_or(is_chance));
            let q_values = benjamini_yekutieli(numbers);
            prop_assert!(q_values.is_none_or(|q| q.into_iter().all(is_chance)));
        }
        prop_assert!(found.iter().all(|number| !number.is_nan()), "{found:?}");
    }

    #[test]
    fn ages_never_panic_nor_give_nan(
        ages in vec(vec(any_number(), 0..6), 0..4),
        ends in vec(any_number(), 4),
        counts in vec(any_count(), 4),
        is_tidy: bool,
        level in 0.0..1.0,
    ) {
        let mut histories: Vec<(Vec<f64>, f64)> = ages.into_iter().zip(ends.clone()).collect();
        if is_tidy {
            for (times, end) in &mut histories {
                times.iter_mut().for_each(|time| *time = time.abs());
                times.sort_by(f64::total_cmp);
                *end = end.abs().max(times.last().copied().unwrap_or(1.0));
            }
        }
        let units = units(&histories);
        for truncation in [Truncation::Time, Truncation::Failure] {
            if let Some(found) = mil_hdbk_189(&units, truncation) {
                prop_assert!(found.chi_square >= 0.0 && is_chance(found.p_two_sided()));
                prop_assert!(is_chance(found.p_worsening) && is_chance(found.p_improving));
            }
            for found in
                [laplace(&units, truncation), lewis_robinson(&units, truncation)].into_iter().flatten()
            {
                prop_assert!(found.score.is_finite() && is_chance(found.p_two_sided));
            }
            if let Some(found) = crow_amsaa(&units, truncation, level) {
                prop_assert!(is_order(found.beta_bounds) && found.fit.beta > 0.0);
                let fit = found.fit;
                for number in
                    [fit.mtbf(fit.age), fit.failures_by(fit.age), fit.lambda(), fit.eta(), fit.mtbf(0.0)]
                {
                    prop_assert!(number >= 0.0, "{found:?} {number}");
                }
            }
        }
        for step in mean_cumulative(&units).into_iter().flatten() {
            prop_assert!(step.mean >= 0.0 && step.standard_error.is_none_or(|error| error >= 0.0));
        }
        let mut ends = ends;
        ends.sort_by(f64::total_cmp);
        prop_assert!(power_law_grouped(&ends, &counts).is_none_or(|law| law.beta > 0.0));
    }

    #[test]
    fn tails_agree_with_direct_sums(
        n in 0..40u64, expected in 0.01..30.0f64, size in 0.05..20.0f64, p in 0.01..0.99f64,
    ) {
        let poisson: f64 = 1.0
            - (0..n).map(|j| (1..=j).fold((-expected).exp(), |p, i| p * expected / i as f64)).sum::<f64>();
        prop_assert!((poisson_upper(n, expected).unwrap() - poisson).abs() < 1e-12);
        let none = (size / (size + expected)).powf(size);
        let negative_binomial: f64 = 1.0
            - (0..n)
                .map(|j| {
                    (1..=j).fold(none, |p, i| {
                        p * (size + i as f64 - 1.0) / i as f64 * expected / (size + expected)
                    })
                })
                .sum::<f64>();
        let found = negative_binomial::upper_tail(n, expected, size).unwrap();
        prop_assert!((found - negative_binomial).abs() < 1e-12);
        let total = 45;
        let binomial = naive_binomial(n, total, p);
        let found = TwoRates { count: n, exposure: p, other_count: total - n, other_exposure: 1.0 - p };
        prop_assert!(is_close(found.upper_tail().unwrap(), binomial, 1e-11));
    }

    #[test]
    fn tails_are_in_order(n in 0..200u64, expected in 0.01..150.0f64, size in 0.1..900.0f64) {
        let upper = |n, expected| negative_binomial::upper_tail(n, expected, size).unwrap();
        prop_assert!(upper(n + 1, expected) <= upper(n, expected));
        prop_assert!(upper(n, expected * 1.1) >= upper(n, expected));
        prop_assert!(poisson_upper(n + 1, expected) <= poisson_upper(n, expected));
        prop_assert!(poisson_upper_mid(n, expected) <= poisson_upper(n, expected));
        // Spread makes the far tail heavier; near the mean it may make it lighter.
        if n as f64 >= expected + 4.0 * expected.sqrt() + 2.0 {
            prop_assert!(upper(n, expected) >= poisson_upper(n, expected).unwrap() * (1.0 - 1e-9));
        }
    }

    #[test]
    fn intervals_hold_their_estimates_and_widen(n in 0..500u64, more in 0..500u64, level in 0.5..0.99f64) {
        let wider = level + 0.005;
        let (narrow, wide) = (poisson_interval(n, level).unwrap(), poisson_interval(n, wider).unwrap());
        prop_assert!(contains(narrow, n as f64) && wide.lower <= narrow.lower && narrow.upper < wide.upper);
        // Each end is the mean at which a count so far off has exactly the error probability.
        let tail = (1.0 - level) / 2.0;
        prop_assert!(is_close(1.0 - poisson_upper(n + 1, narrow.upper).unwrap(), tail, 1e-9));
        let trials = n + more + 1;
        let share = n as f64 / trials as f64;
        for interval in [wilson_interval, clopper_pearson, jeffreys_interval] {
            let (narrow, wide) = (interval(n, trials, level).unwrap(), interval(n, trials, wider).unwrap());
            prop_assert!(contains(narrow, share) && wide.lower <= narrow.lower && narrow.upper <= wide.upper);
            prop_assert!(narrow.lower >= 0.0 && narrow.upper <= 1.0);
            let mirror = interval(trials - n, trials, level).unwrap();
            prop_assert!((mirror.lower - (1.0 - narrow.upper)).abs() < 1e-12);
        }
        let two_sided = wilson_interval(n, trials, level).unwrap();
        prop_assert!(is_close(wilson_lower(n, trials, (1.0 + level) / 2.0).unwrap(), two_sided.lower, 1e-9));
        let mtbf = mtbf_interval(1000.0, n, Truncation::Time, level).unwrap();
        prop_assert!(contains(mtbf, 1000.0 / n as f64));
        prop_assert!(mtbf_lower(1000.0, n, level).unwrap() >= mtbf.lower);
    }

    #[test]
    fn rate_ratio_and_its_chance_tell_the_same(rates in rates(), level in 0.5..0.99f64) {
        let bounds = rates.ratio_bounds(level).unwrap();
        if let Some(ratio) = rates.ratio() {
            prop_assert!(contains(bounds, ratio));
        }
        let p = rates.upper_tail().unwrap();
        prop_assert_eq!(p < (1.0 - level) / 2.0, bounds.lower > 1.0);
        let more = TwoRates { count: rates.count + 1, ..rates };
        prop_assert!(more.upper_tail().unwrap() <= p);
        let alone = stratified::ratio_bounds(&[rates], level).unwrap();
        prop_assert!(is_close(alone.lower, bounds.lower, 1e-9) && is_close(alone.upper, bounds.upper, 1e-9));
        prop_assert!(is_close(stratified::upper_tail(&[rates]).unwrap(), p, 1e-9));
    }

    #[test]
    fn strata_add_up_as_by_hand(mut strata in vec(rates(), 1..5), level in 0.8..0.99f64) {
        let mut distribution = vec![1.0];
        for stratum in &strata {
            let total = stratum.count + stratum.other_count;
            let p = stratum.exposure / (stratum.exposure + stratum.other_exposure);
            let mut sum = vec![0.0; distribution.len() + total as usize];
            for (i, before) in distribution.iter().enumerate() {
                for j in 0..=total {
                    sum[i + j as usize] +=
                        before * (naive_binomial(j, total, p) - naive_binomial(j + 1, total, p));
                }
            }
            distribution = sum;
        }
        let count: u64 = strata.iter().map(|stratum| stratum.count).sum();
        let by_hand: f64 = distribution[count as usize..].iter().sum();
        let p = stratified::upper_tail(&strata).unwrap();
        prop_assert!((p - by_hand).abs() < 1e-10, "{p} {by_hand}");
        let bounds = stratified::ratio_bounds(&strata, level).unwrap();
        prop_assert_eq!(p < (1.0 - level) / 2.0, bounds.lower > 1.0);
        strata.reverse();
        prop_assert!(is_close(stratified::upper_tail(&strata).unwrap(), p, 1e-9));
    }

    #[test]
    fn worst_sites_go_first(sites in vec(rates(), 1..8)) {
        let excess = |s: &TwoRates| s.count as f64 - s.other_count as f64 * s.exposure / s.other_exposure;
        let all = without_worst(&sites, 0).unwrap();
        prop_assert_eq!(all.count, sites.iter().map(|site| site.count).sum::<u64>());
        prop_assert_eq!(without_worst(&sites, sites.len()), None);
        if let Some(rest) = without_worst(&sites, 1) {
            let worst = sites.iter().map(excess).fold(f64::MIN, f64::max);
            let gone = TwoRates {
                count: all.count - rest.count,
                exposure: all.exposure - rest.exposure,
                other_count: all.other_count - rest.other_count,
                other_exposure: all.other_exposure - rest.other_exposure,
            };
            prop_assert!((excess(&gone) - worst).abs() < 1e-6);
        }
    }

    #[test]
    fn spread_fits_maximise_the_likelihood(
        counts in vec(prop_oneof![0..4u64, 0..30u64], 20..60), scale in 0.5..4.0f64,
    ) {
        let expected: Vec<f64> = (0..counts.len()).map(|i| scale + i as f64 * 0.1).collect();
        let log_likelihood = |size: f64| -> f64 {
            let term = |(n, e): (&u64, &f64)| {
                (0..*n).map(|j| ((size + j as f64) / (size + e)).ln()).sum::<f64>()
                    + size * (size / (size + e)).ln()
            };
            counts.iter().zip(&expected).map(term).sum()
        };
        let size = negative_binomial::fit_size_untrimmed(&counts, &expected).unwrap();
        let best = log_likelihood(size.min(1000.0));
        for other in [0.01, 0.1, 0.5, 0.9, 1.1, 2.0, 10.0].map(|factor| size.min(1000.0) * factor) {
            if (0.001..=1000.0).contains(&other) {
                prop_assert!(log_likelihood(other) <= best + 1e-6, "{size} {other}");
            }
        }
        let trimmed = negative_binomial::fit_size(&counts, &expected).unwrap();
        prop_assert!(trimmed > 0.0);
        prop_assert_eq!(negative_binomial::fit_size(&counts[..19], &expected[..19]), None);
    }

    #[test]
    fn shrinking_stays_between_one_and_the_raw_ratio(
        n in 0..100u64, expected in 0.1..50.0f64, size in 0.5..500.0f64,
    ) {
        let found = negative_binomial::shrunk_ratio(n, expected, size).unwrap();
        let raw = n as f64 / expected;
        let between = Bounds { lower: raw.min(1.0), upper: raw.max(1.0) };
        prop_assert!(contains(between, found.ratio));
        prop_assert!(contains(found.bounds, found.ratio));
        let more = negative_binomial::shrunk_ratio(n + 1, expected, size).unwrap();
        prop_assert!(more.ratio > found.ratio && more.bounds.lower > found.bounds.lower);
    }

    #[test]
    fn q_values_follow_their_definition(p_values in vec(0.0..1.0f64, 0..30)) {
        let q_values = benjamini_hochberg(&p_values).unwrap();
        let family = p_values.len() as f64;
        for (p, q) in p_values.iter().zip(&q_values) {
            let rank = |limit: f64| p_values.iter().filter(|p| **p <= limit).count() as f64;
            let by_hand =
                p_values.iter().filter(|other| *other >= p).map(|other| other * family / rank(*other));
            prop_assert!(is_close(*q, by_hand.fold(1.0, f64::min), 1e-12));
            prop_assert!(q >= p);
        }
        let stricter = benjamini_yekutieli(&p_values).unwrap();
        prop_assert!(q_values.iter().zip(stricter).all(|(q, stricter)| *q <= stricter));
        let mut reversed: Vec<f64> = p_values.iter().rev().copied().collect();
        reversed = benjamini_hochberg(&reversed).unwrap();
        reversed.reverse();
        prop_assert_eq!(reversed, q_values);
    }

    #[test]
    fn spread_is_bounded(sites in vec((0..20u64, 0.1..10.0f64), 1..15)) {
        let (counts, exposures): (Vec<u64>, Vec<f64>) = sites.into_iter().unzip();
        prop_assume!(counts.iter().any(|count| *count > 0));
        let found = spread::spread(&counts, &exposures).unwrap();
        let sites = counts.len() as f64;
        prop_assert!(found.expected_sites <= sites.min(found.incidents as f64) + 1e-9);
        prop_assert!(found.effective_sites <= found.sites_hit as f64 + 1e-9);
        prop_assert!(found.effective_sites >= 1.0 - 1e-12);
        prop_assert!(found.effective_sites_exposed <= sites + 1e-9);
        prop_assert!(found.top_share >= 1.0 / found.sites_hit as f64 - 1e-12 && found.top_share <= 1.0);
        let more = spread::expected_sites(found.incidents + 1, &exposures).unwrap();
        prop_assert!(more >= found.expected_sites);
        let scaled: Vec<f64> = exposures.iter().map(|exposure| exposure * 1e6).collect();
        prop_assert!(is_close(
            spread::expected_sites(found.incidents, &scaled).unwrap(),
            found.expected_sites,
            1e-12
        ));
    }

    #[test]
    fn bursts_agree_with_every_outcome(
        rates in vec(0.0..0.5f64, 0..9), window in 0.1..3.0f64, sites in 0..11usize,
    ) {
        let mut by_hand = 0.0;
        for outcome in 0..1u32 << rates.len() {
            if outcome.count_ones() as usize >= sites {
                let chance = |(i, rate): (usize, &f64)| {
                    let hit = 1.0 - (-rate * window).exp();
                    if outcome >> i & 1 == 1 { hit } else { 1.0 - hit }
                };
                by_hand += rates.iter().enumerate().map(chance).product::<f64>();
            }
        }
        let found = distinct_sites_upper(&rates, window, sites).unwrap();
        prop_assert!((found - by_hand).abs() < 1e-13);
        prop_assert!(distinct_sites_upper(&rates, window, sites + 1).unwrap() <= found);
        prop_assert!(distinct_sites_upper(&rates, window * 1.5, sites).unwrap() >= found * (1.0 - 1e-12));
    }

    #[test]
    fn scans_are_in_order(total in 2..60u64, width in 0.001..0.2f64) {
        let found: Vec<f64> = (2..=total).map(|count| scan_upper(count, total, width).unwrap()).collect();
        prop_assert!(found.is_sorted_by(|a, b| a >= b), "{found:?}");
    }

    #[test]
    fn trends_do_not_depend_on_the_unit_of_time(histories in histories(0..8, 1..5), factor in 1e-3..1e7f64) {
        let scaled: Vec<(Vec<f64>, f64)> = histories
            .iter()
            .map(|(times, end)| (times.iter().map(|t| t * factor).collect(), end * factor))
            .collect();
        let (units, scaled) = (units(&histories), units(&scaled));
        let by = Truncation::Time;
        let both = |found: Option<f64>, scaled: Option<f64>| match (found, scaled) {
            (Some(found), Some(scaled)) => (found - scaled).abs() < 1e-7 * (1.0 + found.abs()),
            (found, scaled) => found.is_none() && scaled.is_none(),
        };
        prop_assert!(both(
            mil_hdbk_189(&units, by).map(|f| f.chi_square),
            mil_hdbk_189(&scaled, by).map(|f| f.chi_square)
        ));
        prop_assert!(both(laplace(&units, by).map(|f| f.score), laplace(&scaled, by).map(|f| f.score)));
        prop_assert!(both(
            lewis_robinson(&units, by).map(|f| f.score),
            lewis_robinson(&scaled, by).map(|f| f.score)
        ));
        // Pooling adds the units' own statistics up.
        let own = units.iter().filter_map(|unit| mil_hdbk_189(&[*unit], by));
        let (sum, degrees) = own.fold((0.0, 0), |(sum, n), own| (sum + own.chi_square, n + own.degrees));
        if let Some(pooled) = mil_hdbk_189(&units, by) {
            prop_assert!(is_close(pooled.chi_square, sum, 1e-12) && pooled.degrees == degrees);
            prop_assert!((pooled.p_worsening + pooled.p_improving - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn power_laws_fit_what_was_seen(histories in histories(2..9, 1..5), level in 0.8..0.99f64) {
        let units = units(&histories);
        let found = crow_amsaa(&units, Truncation::Time, level);
        prop_assume!(found.is_some());
        let found = found.unwrap();
        prop_assert!(contains(found.beta_bounds, found.fit.beta));
        prop_assert!(found.unbiased.is_some_and(|unbiased| unbiased.beta < found.fit.beta));
        // All units together are expected to fail as often as they did.
        let expected: f64 = units.iter().map(|unit| found.fit.failures_by(unit.end)).sum();
        prop_assert!(is_close(expected, found.failures as f64, 1e-9));
        // The test and the interval tell the same about wear.
        let p = mil_hdbk_189(&units, Truncation::Time).unwrap().p_worsening;
        prop_assert_eq!(p < (1.0 - level) / 2.0, found.beta_bounds.lower > 1.0);
    }

    #[test]
    fn crow_factors_solve_their_equations(n in 2..12u64, level in 0.5..0.98f64) {
        let found = mtbf_factors(n, level).unwrap();
        prop_assert!(found.lower < 1.0 && 1.0 < found.upper);
        let wider = mtbf_factors(n, level + 0.01).unwrap();
        prop_assert!(wider.lower < found.lower && found.upper < wider.upper);
        let share_up_to = |n: u64, factor: f64| {
            let x = n as f64 / factor.sqrt();
            let term = move |j: u64| (1..j).fold(x, |term, i| term * x * x / i as f64 / (i + 1) as f64);
            move |most: u64| (1..=most).map(term).sum::<f64>() / (1..=200).map(term).sum::<f64>()
        };
        let tail = (1.0 - level) / 2.0;
        prop_assert!(is_close(share_up_to(n, found.lower)(n), tail, 1e-9));
        prop_assert!((share_up_to(n, found.upper)(n - 1) - (1.0 - tail)).abs() < 1e-9);
    }

    #[test]
    fn grouped_fits_maximise_the_likelihood(widths in vec(1.0..50.0f64, 2..8), counts in vec(0..20u64, 8)) {
        let ends: Vec<f64> = widths
            .iter()
            .scan(0.0, |end, width| {
                *end += width;
                Some(*end)
            })
            .collect();
        let counts = &counts[..ends.len()];
        let found = power_law_grouped(&ends, counts);
        prop_assume!(found.is_some());
        let law = found.unwrap();
        prop_assert!(is_close(
            law.failures_by(*ends.last().unwrap()),
            counts.iter().sum::<u64>() as f64,
            1e-9
        ));
        let last = ends.last().unwrap();
        let log_likelihood = |beta: f64| -> f64 {
            let starts = std::iter::once(&0.0).chain(&ends);
            let chance = |start: f64, end: f64| (end / last).powf(beta) - (start / last).powf(beta);
            let terms = starts.zip(&ends).zip(counts).filter(|(_, n)| **n > 0);
            terms.map(|((start, end), n)| *n as f64 * chance(*start, *end).ln()).sum()
        };
        let best = log_likelihood(law.beta);
        prop_assert!(
            [0.5, 0.99, 1.01, 2.0].iter().all(|factor| log_likelihood(law.beta * factor) <= best + 1e-9)
        );
    }

    #[test]
    fn replacement_costs_least_at_its_age(
        beta in 1.05..6.0f64,
        age in 1.0..1e4f64,
        failures in 0.5..20.0f64,
        repair in 1.0..100.0f64,
        replace in 1.0..1e4f64,
    ) {
        let law = PowerLaw { beta, age, failures };
        let found = replacement_age(&law, repair, replace).unwrap();
        let cost = |age: f64| (replace + repair * law.failures_by(age)) / age;
        prop_assert!(is_close(cost(found.age), found.cost_per_time, 1e-9));
        prop_assert!(
            [0.5, 0.99, 1.01, 2.0].iter().all(|factor| cost(found.age * factor) > found.cost_per_time)
        );
        prop_assert_eq!(replacement_age(&PowerLaw { beta: 1.0, ..law }, repair, replace), None);
    }

    #[test]
    fn mean_cumulative_functions_agree_with_their_definition(
        mut histories in histories(0..6, 1..8), is_rounded: bool,
    ) {
        if is_rounded {
            for (times, end) in &mut histories {
                times.iter_mut().for_each(|time| *time = time.round());
                *end = end.ceil();
            }
        }
        let all = units(&histories);
        let steps = mean_cumulative(&all).unwrap();
        prop_assert!(
            steps.is_sorted_by(|a, b| a.time < b.time && a.mean <= b.mean && a.at_risk >= b.at_risk)
        );
        for step in &steps {
            let times: Vec<f64> =
                steps.iter().map(|step| step.time).filter(|time| *time <= step.time).collect();
            let at_risk = |time: f64| all.iter().filter(|unit| unit.end >= time).count() as f64;
            let at = |unit: &Unit, time: f64| unit.times.iter().filter(|t| **t == time).count() as f64;
            let mean_at = |time: f64| all.iter().map(|unit| at(unit, time)).sum::<f64>() / at_risk(time);
            prop_assert!(is_close(step.mean, times.iter().map(|time| mean_at(*time)).sum(), 1e-12));
            prop_assert_eq!(step.at_risk as f64, at_risk(step.time));
            let residual = |unit: &Unit| {
                let seen = times.iter().filter(|time| **time <= unit.end);
                seen.map(|time| (at(unit, *time) - mean_at(*time)) / at_risk(*time)).sum::<f64>()
            };
            let variance: f64 = all.iter().map(|unit| residual(unit).powi(2)).sum();
            match step.standard_error {
                Some(error) => prop_assert!((error.powi(2) - variance).abs() < 1e-12),
                None => prop_assert_eq!(all.len(), 1),
            }
        }
        histories.reverse();
        prop_assert_eq!(mean_cumulative(&units(&histories)).unwrap().len(), steps.len());
    }

    #[test]
    fn nothing_is_special_in_a_constant_series(
        value in -1e6..1e6f64, n in 2..40usize, cases in 1..9000u64, part in 0.0..1.0f64,
    ) {
        prop_assert_eq!(xmr(&vec![value; n]).unwrap().chart.signals(), Signals::default());
        let events = vec![(cases as f64 * part) as u64; n];
        let cases = vec![cases; n];
        prop_assert_eq!(p_chart(&events, &cases).unwrap().signals(), Signals::default());
        prop_assert_eq!(laney_p_chart(&events, &cases).unwrap().0.signals(), Signals::default());
    }

    #[test]
    fn signals_do_not_depend_on_scale_and_mirror(values in vec(-10..10i32, 2..40), factor in 0.1..1e6f64) {
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        let signals = |factor: f64| {
            let values: Vec<f64> = values.iter().map(|value| value * factor).collect();
            xmr(&values).unwrap().chart.signals()
        };
        let found = signals(1.0);
        prop_assert_eq!(&signals(-1.0), &found);
        // Scaled values differ in their last digits, which a rule at exactly two thirds may feel.
        let scaled = signals(factor);
        prop_assert_eq!(
            (scaled.outside, scaled.shift, scaled.trend),
            (found.outside, found.shift, found.trend)
        );
    }

    #[test]
    fn funnels_narrow_around_one(expected in 0.5..500.0f64, level in 0.9..0.99f64) {
        let found = funnel_limits(expected, level).unwrap();
        prop_assert!(contains(found, 1.0));
        let larger = funnel_limits(expected * 2.0, level).unwrap();
        prop_assert!(found.lower < larger.lower && larger.upper < found.upper);
    }

    #[test]
    fn clipping_never_adds_dispersion(scores in vec(-9.0..9.0f64, 1..40), trim in 0.0..0.4f64) {
        let raw = overdispersion(&scores, 0.0).unwrap();
        let by_hand = scores.iter().map(|z| z * z).sum::<f64>() / scores.len() as f64;
        prop_assert!(is_close(raw.phi, by_hand, 1e-12));
        prop_assert!(is_order(overdispersion(&scores, trim).unwrap().clipped));
    }
}

fn naive_binomial(at_least: u64, total: u64, p: f64) -> f64 {
    let term = |j: u64| {
        (0..j).fold(1.0, |c, i| c * (total - i) as f64 / (i + 1) as f64)
            * p.powi(j as i32)
            * (1.0 - p).powi((total - j) as i32)
    };
    (at_least..=total).map(term).sum()
}

/// The cases of NHSRplotthedots' own tests, restated: two near one limit need a third on the same side.
#[test]
fn two_of_three_need_all_three_on_one_side() {
    let near = |points: &[f64]| {
        let limits = vec![Bounds { lower: -3.0, upper: 3.0 }; points.len()];
        let near = vec![Bounds { lower: -2.0, upper: 2.0 }; points.len()];
        Chart { points: points.to_vec(), center: 0.0, near, limits }.signals().near_limit
    };
    assert_eq!(near(&[2.5, 0.5, 2.5]), [0, 2]);
    assert_eq!(near(&[2.5, -0.5, 2.5]), [0; 0]);
    assert_eq!(near(&[0.5, 0.5, 2.5, 0.5, 2.5, 0.5, 0.5]), [2, 4]);
    assert_eq!(near(&[-2.5, -2.5, -0.5]), [0, 1]);
    assert_eq!(near(&[2.5, -2.5, 2.5]), [0; 0]);
    assert_eq!(near(&[3.5, 2.5, 0.5]), [0; 0]);
}

#[test]
fn a_planted_signal_does_not_pass_for_spread() {
    let mut counts = [2, 3, 1, 2, 4, 2, 0, 3, 2, 1].repeat(4);
    let expected = vec![2.0; counts.len()];
    assert_eq!(negative_binomial::fit_size(&counts, &expected), Some(f64::INFINITY));
    counts[7] = 30;
    let untrimmed = negative_binomial::fit_size_untrimmed(&counts, &expected).unwrap();
    assert!(untrimmed < 10.0, "{untrimmed}");
    assert_eq!(negative_binomial::fit_size(&counts, &expected), Some(f64::INFINITY));
}

#[test]
fn clumps_are_not_taken_for_a_trend() {
    // Bursts of failures late in the observation, as when one bad repair is visited again and again.
    let clumped = [100.0, 700.0, 701.0, 702.0, 703.0, 704.0, 900.0, 901.0, 902.0, 903.0];
    let unit = [Unit { times: &clumped, end: 1000.0 }];
    let laplace = laplace(&unit, Truncation::Time).unwrap();
    let guarded = lewis_robinson(&unit, Truncation::Time).unwrap();
    assert!(laplace.p_two_sided < 0.05 && guarded.p_two_sided > 0.1, "{laplace:?} {guarded:?}");
    assert!(laplace.score > 0.0 && guarded.score > 0.0);
}

#[test]
fn outside_the_domain_there_is_no_answer() {
    assert_eq!(poisson_interval(3, 1.0), None);
    assert_eq!(poisson_interval(3, f64::NAN), None);
    assert_eq!(wilson_interval(0, 0, 0.95), None);
    assert_eq!(wilson_interval(3, 2, 0.95), None);
    assert_eq!(wilson_lower(1, 2, 0.4), None);
    assert_eq!(mtbf_interval(100.0, 0, Truncation::Failure, 0.9), None);
    assert_eq!(TwoRates { count: 1, exposure: 0.0, other_count: 1, other_exposure: 1.0 }.upper_tail(), None);
    assert_eq!(benjamini_hochberg(&[0.5, f64::NAN]), None);
    assert_eq!(spread::spread(&[0, 0], &[1.0, 1.0]), None);
    assert_eq!(spread::expected_sites(3, &[0.0]), None);
    let times = [2.0, 1.0];
    assert_eq!(mil_hdbk_189(&[Unit { times: &times, end: 3.0 }], Truncation::Time), None);
    assert_eq!(mil_hdbk_189(&[Unit { times: &[0.0], end: 3.0 }], Truncation::Time), None);
    assert_eq!(mil_hdbk_189(&[Unit { times: &[1.0], end: 3.0 }], Truncation::Failure), None);
    assert_eq!(mean_cumulative(&[]), None);
    assert_eq!(p_chart(&[3], &[2]), None);
    assert_eq!(laney_p_chart(&[1], &[2]), None);
}

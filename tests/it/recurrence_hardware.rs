//! Units and models: reference values end to end, simulated equipment, and what is planted in the bank sample.

use std::collections::BTreeMap;
use std::path::Path;

use fastrand::Rng;
use sla_report::model::{Dataset, MISSING_CODE, Text, Time};
use sla_report::recurrence::Settings;
use sla_report::recurrence::hardware::{
    Hardware, ModelRow, ModelVerdict, Spread, UnitHistory, UnitRow, UnitVerdict, Wear, assess,
};
use sla_report::stats::negative_binomial::fit_size;
use sla_report::stats::special::normal_quantile;
use sla_report::stats::trend::Score;

const DAY: i64 = 86_400;
const DAY_S: f64 = 86_400.0;
/// As-of of the simulations, days.
const AS_OF: i64 = 10_000;

// ---- reference values ------------------------------------------------------------------------------------

fn vector(id: &str) -> serde_json::Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/statistics.json");
    let text = std::fs::read_to_string(path).expect("the vectors are there");
    let all: serde_json::Value = serde_json::from_str(&text).expect("they are JSON");
    let vectors = all["vectors"].as_array().expect("a list");
    vectors.iter().find(|vector| vector["id"] == id).expect("the vector is there").clone()
}

fn number(value: &serde_json::Value) -> f64 {
    value.as_f64().expect("a number")
}

fn numbers(value: &serde_json::Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(number).collect()
}

/// A unit observed from new; a second is added at its end, so that an incident at the end is within.
fn reference_unit(asset: usize, times: &[f64], end: f64, scale: f64) -> UnitHistory {
    let at = |time: f64| (time * scale).round() as i64;
    UnitHistory {
        asset,
        model: 0,
        installed_at: Some(0),
        from_at: 0,
        until_at: at(end) + 1,
        incidents: times.iter().map(|time| (at(*time), 0)).collect(),
    }
}

fn assess_all(units: &[UnitHistory]) -> Hardware {
    let as_of = units.iter().map(|unit| unit.until_at).max().unwrap_or(0);
    assess(units, 1, as_of, &Settings::default())
}

fn close(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * b.abs().max(1e-9)
}

#[test]
fn a14_pooled_trend() {
    let v = vector("A14-amsaa-3-systems");
    let systems = v["inputs"]["systems"].as_object().expect("systems");
    let units: Vec<UnitHistory> = systems
        .values()
        .enumerate()
        .map(|(i, times)| reference_unit(i, &numbers(times), 200.0, 1e8))
        .collect();
    let row = &assess_all(&units).models[0];
    let wear = row.wear.expect("incidents");
    let expected = &v["expected"];
    let law = wear.law.expect("a fit");
    assert!(close(law.beta, number(&expected["beta"]), 1e-7));
    assert!(close(law.failures_by(1e8 / DAY_S), number(&expected["lambda_"]), 1e-6));
    let two_sided = 2.0 * wear.p_worsening.min(wear.p_improving);
    assert!(close(two_sided, number(&expected["p_mil_two_sided"]), 1e-6));
    assert!(close(wear.laplace.expect("a score").score, number(&expected["U_pooled"]), 1e-7));
    assert_eq!((wear.incidents, wear.informative), (36, 36.0));
    assert_eq!(row.family, 1);
    // Improving by its p, but three units are too few for how they differ.
    assert_eq!(row.verdict, ModelVerdict::NoTrend);
}

#[test]
fn a12_one_unit_that_wears_out() {
    let v = vector("A12-halfbeak");
    let unit = reference_unit(0, &numbers(&v["inputs"]["times"]), number(&v["inputs"]["T"]), 1e8);
    let row = &assess_all(&[unit]).models[0];
    let (wear, expected) = (row.wear.expect("incidents"), &v["expected"]);
    assert!(close(wear.p_worsening, number(&expected["mil"]["p_deterioration"]), 1e-5));
    assert!(close(wear.laplace.expect("a score").score, number(&expected["U"]), 1e-7));
    assert!(close(wear.lewis_robinson.expect("a score").score, number(&expected["lewis_robinson"]), 1e-6));
    let power = wear.power.expect("a fit");
    assert!(close(power.lower, number(&expected["crow"]["beta_ci"][0]), 1e-6));
    assert!(close(power.upper, number(&expected["crow"]["beta_ci"][1]), 1e-6));
    assert_eq!(row.verdict, ModelVerdict::TooFew, "one unit isn't a model");
}

#[test]
fn a15_a16_mean_cumulative_functions() {
    let z = normal_quantile(0.975);
    for (id, rows) in [("A15-mcf-reliasoft5", "table"), ("A16-valve-seats", "rows")] {
        let v = vector(id);
        let systems = v["inputs"]["systems"].as_array().expect("systems");
        let units: Vec<UnitHistory> = systems
            .iter()
            .enumerate()
            .map(|(i, system)| reference_unit(i, &numbers(&system["events"]), number(&system["end"]), DAY_S))
            .collect();
        let hardware = assess_all(&units);
        let curve = &hardware.curves[0];
        assert_eq!((curve.units, curve.left_out, curve.from_age_days), (units.len() as u64, 0, 0.0));
        let expected = v["expected"][rows].as_array().expect("rows");
        for row in expected {
            let time = number(&row["time"]);
            let at = |point: &&sla_report::recurrence::hardware::Point| (point.age_days - time).abs() < 1e-3;
            let first = curve.points.iter().find(at).expect("a point");
            let last = curve.points.iter().rfind(at).expect("a point");
            assert_eq!(Some(first.at_risk), row["n_risk"].as_u64(), "{id} at {time}");
            assert!(close(last.mean, number(&row["mcf"]), 1e-9), "{id} at {time}");
            let error = (last.upper / last.mean).ln() * last.mean / z;
            assert!(close(error, number(&row["se_robust"]), 1e-8), "{id} at {time}");
            assert!(close(last.lower * last.upper, last.mean * last.mean, 1e-9));
        }
    }
}

#[test]
fn a17_no_engine_is_a_bad_unit() {
    let v = vector("A16-valve-seats");
    let systems = v["inputs"]["systems"].as_array().expect("systems");
    let unit = |(asset, system): (usize, &serde_json::Value)| {
        let end = number(&system["end"]) as i64;
        let installed = (AS_OF - end) * DAY - 1;
        let mut unit = reference_unit(asset, &numbers(&system["events"]), end as f64, DAY_S);
        (unit.installed_at, unit.from_at, unit.until_at) = (Some(installed), installed, AS_OF * DAY);
        unit.incidents.iter_mut().for_each(|(at, _)| *at += installed);
        unit
    };
    let units: Vec<UnitHistory> = systems.iter().enumerate().map(unit).collect();
    let hardware = assess_all(&units);
    assert_eq!((hardware.unit_family, hardware.models[0].incidents), (41, 48));
    assert!(hardware.units.iter().any(|row| row.test.is_some()));
    assert!(hardware.units.iter().all(|row| row.verdict >= UnitVerdict::Nothing));
}

#[test]
fn a20_mean_time_between_failures() {
    let v = vector("A20-mtbf-table");
    let rows = v["expected"]["rows"].as_array().expect("rows");
    for row in rows.iter().filter(|row| row["conf"] == 0.95) {
        let n = row["failures"].as_u64().expect("a number");
        let times: Vec<f64> = (0..n).map(|i| i as f64 + 1.0).collect();
        let mut unit = reference_unit(0, &times, 10_000.0, DAY_S);
        unit.until_at -= 1;
        let mtbf = assess_all(&[unit]).models[0].mtbf.expect("time");
        assert!(close(mtbf.lower_days, number(&row["time_trunc"][0]), 1e-9));
        assert_eq!(mtbf.days, (n > 0).then(|| 10_000.0 / n as f64));
        match mtbf.upper_days {
            Some(upper) => assert!(close(upper, number(&row["time_trunc"][1]), 1e-9)),
            None => assert_eq!((n, row["time_trunc"][1].as_str()), (0, Some("inf"))),
        }
    }
}

// ---- simulated equipment ---------------------------------------------------------------------------------

struct Draw(Rng);

impl Draw {
    fn new(seed: u64) -> Draw {
        Draw(Rng::with_seed(seed))
    }

    fn exponential(&mut self) -> f64 {
        -(1.0 - self.0.f64()).ln()
    }

    /// Mean 1 and variance 1 / size; always 1 for size 0.
    fn gamma(&mut self, size: u32) -> f64 {
        if size == 0 { 1.0 } else { (0..size).map(|_| self.exponential()).sum::<f64>() / f64::from(size) }
    }

    /// Ages within the window; so many are expected.
    fn poisson(&mut self, mean: f64, start: f64, days: f64) -> Vec<f64> {
        self.power_law(mean, start, days, 1.0)
    }

    fn power_law(&mut self, mean: f64, start: f64, days: f64, shape: f64) -> Vec<f64> {
        let (low, high) = (start.powf(shape), (start + days).powf(shape));
        let (mut at, mut ages) = (0.0, Vec::new());
        loop {
            at += self.exponential() / mean;
            if at >= 1.0 {
                return ages;
            }
            ages.push((low + (high - low) * at).powf(1.0 / shape));
        }
    }

    /// Gaps of Weibull shape 0.6, long since in balance.
    fn clumped(&mut self, mean: f64, start: f64, days: f64) -> Vec<f64> {
        let scale = days / mean / 1.504_575;
        let (mut at, mut ages) = (start - 20.0 * days, Vec::new());
        loop {
            at += scale * self.exponential().powf(1.0 / 0.6);
            if at >= start + days {
                return ages;
            }
            if at >= start {
                ages.push(at);
            }
        }
    }

    /// Each incident brings one more, on average, within 2 to 10 days.
    fn repeated(&mut self, mean: f64, start: f64, days: f64) -> Vec<f64> {
        let mut ages = Vec::new();
        for mut at in self.poisson(mean / 2.0, start, days) {
            ages.push(at);
            while self.0.bool() {
                at += 2.0 + 8.0 * self.0.f64();
                ages.push(at);
            }
        }
        ages
    }
}

/// A unit seen over the last days before as-of, from an age on.
fn simulated(asset: usize, model: usize, start: f64, days: f64, ages: &[(f64, u32)]) -> UnitHistory {
    let until_at = AS_OF * DAY;
    let from_at = until_at - (days * DAY_S) as i64;
    let installed = from_at - (start * DAY_S) as i64;
    let at = |&(age, fault): &(f64, u32)| (installed + (age * DAY_S) as i64, fault);
    let mut incidents: Vec<(i64, u32)> = ages.iter().map(at).collect();
    incidents.retain(|(at, _)| (from_at..until_at).contains(at));
    incidents.sort_unstable();
    UnitHistory { asset, model, installed_at: Some(installed), from_at, until_at, incidents }
}

#[derive(Clone, Copy)]
struct Fleet {
    units: usize,
    models: usize,
    faults: u32,
    /// Size of the spread between healthy units; 0 for none.
    size: u32,
    lemons: usize,
    /// Whether lemons have more of one fault only.
    repeats: bool,
}

/// Healthy units named, share of lemons found and units to watch, in a run; 0.8 incidents a unit and year.
fn named(fleet: Fleet, runs: u64) -> (f64, f64, f64) {
    let (mut healthy, mut found, mut watched) = (0, 0, 0);
    for run in 0..runs {
        let mut draw = Draw::new(run + 1);
        let unit = |asset: usize| {
            let level = draw.gamma(fleet.size);
            let is_lemon = asset < fleet.lemons;
            let factor = if is_lemon && !fleet.repeats { 6.0 } else { 1.0 };
            let mut ages: Vec<(f64, u32)> = Vec::new();
            for age in draw.poisson(1.6 * level * factor, 0.0, 730.0) {
                ages.push((age, draw.0.u32(0..fleet.faults)));
            }
            if is_lemon && fleet.repeats {
                ages.extend(draw.poisson(8.0, 0.0, 730.0).into_iter().map(|age| (age, 0)));
            }
            simulated(asset, asset % fleet.models, 0.0, 730.0, &ages)
        };
        let units: Vec<UnitHistory> = (0..fleet.units).map(unit).collect();
        for row in assess(&units, fleet.models, AS_OF * DAY, &Settings::default()).units {
            match row.verdict {
                UnitVerdict::BadUnit if row.asset < fleet.lemons => found += 1,
                UnitVerdict::BadUnit => healthy += 1,
                UnitVerdict::Watch => watched += 1,
                UnitVerdict::Nothing | UnitVerdict::TooFew => {}
            }
        }
    }
    let each = |n: i32| f64::from(n) / runs as f64;
    (each(healthy), each(found) / fleet.lemons.max(1) as f64, each(watched))
}

const FLEET: Fleet = Fleet { units: 500, models: 1, faults: 1, size: 0, lemons: 0, repeats: false };

#[test]
fn healthy_units_are_not_named() {
    for (name, fleet, most) in [
        ("500 alike", FLEET, 0.2),
        ("500 that differ, size 3", Fleet { size: 3, ..FLEET }, 0.2),
        ("500, 6 faults, size 1", Fleet { size: 1, faults: 6, ..FLEET }, 0.2),
        ("4 models of 125, 12 faults, size 1", Fleet { size: 1, models: 4, faults: 12, ..FLEET }, 0.1),
        ("25 models of 20, size 2", Fleet { size: 2, models: 25, ..FLEET }, 0.2),
        ("50 models of 10, size 2", Fleet { size: 2, models: 50, ..FLEET }, 0.2),
        ("50 models of 10, 6 faults", Fleet { models: 50, faults: 6, ..FLEET }, 0.2),
    ] {
        let (healthy, _, watched) = named(fleet, 20);
        println!("{name}: {healthy:.2} healthy units named, {watched:.2} to watch");
        assert!(healthy <= most, "{name}: {healthy}");
    }
}

#[test]
fn lemons_are_found() {
    for (name, fleet, least) in [
        ("500 alike, 5 lemons x6", Fleet { lemons: 5, ..FLEET }, 0.41),
        ("500 of size 3, 5 lemons x6", Fleet { lemons: 5, size: 3, ..FLEET }, 0.2),
        ("500, 6 faults, 5 repeat one", Fleet { lemons: 5, faults: 6, repeats: true, ..FLEET }, 0.41),
        ("25 models of 20, 5 lemons x6", Fleet { lemons: 5, models: 25, ..FLEET }, 0.41),
        (
            "1 model of 12, 6 faults, 1 repeats one",
            { Fleet { units: 12, lemons: 1, faults: 6, repeats: true, ..FLEET } },
            0.41,
        ),
    ] {
        let (healthy, power, watched) = named(fleet, 40);
        println!("{name}: power {power:.2}, {healthy:.2} healthy units named, {watched:.2} to watch");
        assert!(power >= least && healthy <= 0.2, "{name}: {power}, {healthy}");
    }
}

/// Shares of runs by verdict: worsening, improving, no trend, too few; and of those with p at most 0.05.
fn trends(units: usize, runs: u64, ages: impl Fn(&mut Draw, usize) -> (f64, Vec<f64>)) -> ([f64; 4], f64) {
    let (mut shares, mut significant) = ([0.0; 4], 0.0);
    for run in 0..runs {
        let mut draw = Draw::new(run + 1);
        let unit = |asset: usize| {
            let (start, ages) = ages(&mut draw, asset);
            let ages: Vec<(f64, u32)> = ages.into_iter().map(|age| (age, 0)).collect();
            simulated(asset, 0, start, 545.0, &ages)
        };
        let units: Vec<UnitHistory> = (0..units).map(unit).collect();
        let row = &assess(&units, 1, AS_OF * DAY, &Settings::default()).models[0];
        shares[row.verdict as usize] += 1.0 / runs as f64;
        let p = row.wear.map_or(1.0, |wear| wear.p_worsening);
        significant += if p <= 0.05 { 1.0 / runs as f64 } else { 0.0 };
    }
    (shares, significant)
}

/// Half the units are old: up to five and a half years when the exports begin.
fn start_of(asset: usize) -> f64 {
    if asset.is_multiple_of(2) { 0.0 } else { 34.0 * asset as f64 }
}

#[test]
fn wear_is_found() {
    for (name, units, mean, late, least, least_at_5) in [
        ("60 units, shape 2, 10 incidents", 60, 10.0 / 60.0, false, 0.10, 0.50),
        ("60 units, shape 2, 20 incidents", 60, 20.0 / 60.0, false, 0.60, 0.84),
        ("60 units, shape 2, 30 incidents", 60, 30.0 / 60.0, false, 0.80, 0.90),
        ("60 units, shape 2, 40 incidents", 60, 40.0 / 60.0, false, 0.90, 0.95),
        ("12 units, shape 2, 36 incidents", 12, 3.0, false, 0.80, 0.95),
        ("60 units, half of them old, 60 incidents", 60, 1.0, true, 0.60, 0.80),
    ] {
        let (shares, at_5) = trends(units, 300, |draw, asset| {
            let start = if late { start_of(asset) } else { 0.0 };
            (start, draw.power_law(mean, start, 545.0, 2.0))
        });
        println!("{name}: worsening {:.2}, too few {:.2}; p at most 0.05 {at_5:.2}", shares[0], shares[3]);
        assert!(shares[0] >= least && at_5 >= least_at_5, "{name}: {shares:?} {at_5}");
        assert!(shares[1] == 0.0, "{name}");
    }
}

#[test]
fn a_constant_rate_and_clumps_are_no_wear() {
    type Ages = fn(&mut Draw, f64, f64, f64) -> Vec<f64>;
    let (constant, clumped, repeated): (Ages, Ages, Ages) = (Draw::poisson, Draw::clumped, Draw::repeated);
    for (name, units, mean, late, ages, most) in [
        ("constant, 60 units, 24 incidents", 60, 0.4, false, constant, 0.02),
        ("constant, 60 units, 120 incidents", 60, 2.0, false, constant, 0.02),
        ("constant, 8 units, 32 incidents", 8, 4.0, false, constant, 0.02),
        ("constant, half the units old", 60, 2.0, true, constant, 0.02),
        ("Weibull gaps of shape 0.6, 60 units", 60, 2.0, false, clumped, 0.04),
        ("Weibull gaps of shape 0.6, 8 units", 8, 10.0, false, clumped, 0.04),
        ("Weibull gaps of shape 0.6, half old", 60, 2.0, true, clumped, 0.04),
        ("each brings one more, 60 units", 60, 2.0, false, repeated, 0.05),
        ("each brings one more, 8 units", 8, 4.0, false, repeated, 0.05),
        ("each brings one more, half old", 60, 2.0, true, repeated, 0.05),
    ] {
        let (shares, at_5) = trends(units, 1000, |draw, asset| {
            let start = if late { start_of(asset) } else { 0.0 };
            (start, ages(draw, mean, start, 545.0))
        });
        println!(
            "{name}: worsening {:.3}, improving {:.3}, too few {:.3}; p at most 0.05 {at_5:.3}",
            shares[0], shares[1], shares[3]
        );
        assert!(shares[0] <= most && shares[1] <= most, "{name}: {shares:?}");
    }
}

#[test]
fn each_guard_alone_keeps_a_model_from_being_called_worsening() {
    let settings = Settings::default();
    let (mut by_gaps, mut by_units) = (0, 0);
    for seed in 0..2000 {
        let mut draw = Draw::new(seed);
        let unit = |asset: usize| {
            let ages: Vec<(f64, u32)> =
                draw.repeated(8.0, 0.0, 545.0).into_iter().map(|age| (age, 0)).collect();
            simulated(asset, 0, 0.0, 545.0, &ages)
        };
        let units: Vec<UnitHistory> = (0..5).map(unit).collect();
        let row = &assess(&units, 1, AS_OF * DAY, &settings).models[0];
        let Some(wear) = row.wear.filter(|wear| wear.p_worsening <= settings.trend_p) else { continue };
        let p = |guard: Option<Score>| guard.map_or(1.0, |guard| guard.p_two_sided);
        let (gaps, between) = (p(wear.lewis_robinson) <= 0.1, p(wear.between_units) <= 0.05);
        by_gaps += i32::from(!gaps && between);
        by_units += i32::from(gaps && !between);
        assert_eq!(row.verdict == ModelVerdict::Worsening, gaps && between);
    }
    assert!(by_gaps > 0 && by_units > 0, "{by_gaps} {by_units}");
}

#[test]
fn few_incidents_never_mean_no_wear() {
    let (few, _) =
        trends(9, 300, |draw, _| (0.0, draw.power_law(5.0, 0.0, 545.0, 3.0).into_iter().take(1).collect()));
    assert!(few[..3] == [0.0; 3], "9 incidents");
    // Five years old, a year and a half of them seen: nearly nothing can be said about what age does.
    let (shares, _) = trends(60, 300, |draw, _| (1825.0, draw.poisson(2.0, 1825.0, 545.0)));
    println!("120 incidents of old units: too few {:.2}", shares[3]);
    assert!(shares[3] > 0.97 && shares[2] == 0.0);
}

// ---- single rules ----------------------------------------------------------------------------------------

fn some_fleet(seed: u64) -> Vec<UnitHistory> {
    let mut draw = Draw::new(seed);
    let mut units: Vec<UnitHistory> = (0..240)
        .map(|asset| {
            let rate = if asset == 7 { 18.0 } else { 4.0 };
            let ages: Vec<(f64, u32)> = draw
                .power_law(rate, 100.0, 545.0, 2.0)
                .into_iter()
                .map(|age| (age, asset as u32 % 4))
                .collect();
            simulated(asset, asset % 3, 100.0, 545.0, &ages)
        })
        .collect();
    units[5].installed_at = None;
    units
}

#[test]
fn neither_order_nor_threads_change_anything() {
    let units = some_fleet(5);
    let expected = assess(&units, 4, AS_OF * DAY, &Settings::default());
    let mut shuffled = units;
    Rng::with_seed(9).shuffle(&mut shuffled);
    for threads in [1, 4] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        let hardware = pool.install(|| assess(&shuffled, 4, AS_OF * DAY, &Settings::default()));
        assert_eq!(hardware, expected);
    }
    assert_eq!(expected.models.len(), 4);
    assert_eq!(expected.models[3].verdict, ModelVerdict::TooFew, "a model without units");
    assert_eq!(expected.curves.iter().map(|curve| curve.model).collect::<Vec<_>>(), [0, 1, 2]);
    assert!(expected.curves.iter().all(|curve| curve.points.len() == 200));
}

#[test]
fn what_would_change_the_verdict_changes_it() {
    let mut units = some_fleet(5);
    let judged = |units: &[UnitHistory]| assess(units, 3, AS_OF * DAY, &Settings::default());
    let before = judged(&units);
    let row =
        before.units.iter().find(|row| row.verdict == UnitVerdict::Nothing).expect("a healthy unit").clone();
    let test = row.test.expect("a test");
    let act_at = test.act_at.expect("a number");
    assert!(act_at > test.incidents);
    let unit = units.iter().position(|unit| unit.asset == row.asset).expect("the unit");
    let verdict = |units: &[UnitHistory]| {
        let rows = judged(units).units;
        rows.iter().find(|other| other.asset == row.asset).expect("its row").verdict
    };
    let one = ((AS_OF - 30) * DAY, row.fault.expect("a fault"));
    for _ in test.incidents + 1..act_at {
        units[unit].incidents.push(one);
        units[unit].incidents.sort_unstable();
        assert_ne!(verdict(&units), UnitVerdict::BadUnit);
    }
    units[unit].incidents.push(one);
    units[unit].incidents.sort_unstable();
    assert_eq!(verdict(&units), UnitVerdict::BadUnit);
}

#[test]
fn a_bad_unit_needs_a_fault_that_repeats_and_a_rate_that_is_high() {
    let fleet = |own: &[(f64, u32)]| -> UnitRow {
        let mut draw = Draw::new(3);
        let mut units: Vec<UnitHistory> = (1..120)
            .map(|asset| {
                let ages: Vec<(f64, u32)> =
                    draw.poisson(1.0, 0.0, 730.0).into_iter().map(|age| (age, draw.0.u32(0..3))).collect();
                simulated(asset, 0, 0.0, 730.0, &ages)
            })
            .collect();
        units.push(simulated(0, 0, 0.0, 730.0, own));
        assess(&units, 1, AS_OF * DAY, &Settings::default()).units[0].clone()
    };
    let spaced = |n: u32, from: f64, fault: fn(u32) -> u32| -> Vec<(f64, u32)> {
        (0..n).map(|i| (from + 20.0 * f64::from(i), fault(i))).collect()
    };
    let bad = fleet(&spaced(12, 400.0, |_| 1));
    assert_eq!(
        (bad.verdict, bad.fault, bad.same_fault, bad.year_incidents),
        (UnitVerdict::BadUnit, Some(1), 12, 12)
    );
    let test = bad.test.expect("a test");
    assert!(test.ratio > 2.0 && test.ratio_bounds.lower > 2.0 && test.q <= 0.05);
    assert!(close(test.expected, test.other_incidents as f64 * test.days / test.other_days, 1e-12));
    assert!(matches!(test.spread, Spread::Fitted(_)));

    assert_eq!(fleet(&spaced(12, 0.0, |_| 1)).verdict, UnitVerdict::TooFew, "over a year ago");
    assert_eq!(fleet(&spaced(12, 400.0, |i| i)).verdict, UnitVerdict::TooFew, "no fault repeats");
    let unknown = fleet(&spaced(12, 400.0, |_| MISSING_CODE));
    assert_eq!((unknown.verdict, unknown.fault, unknown.year_incidents), (UnitVerdict::TooFew, None, 12));

    let alone = assess(
        &[simulated(0, 0, 0.0, 730.0, &spaced(12, 400.0, |_| 1))],
        1,
        AS_OF * DAY,
        &Settings::default(),
    );
    assert_eq!((alone.units[0].verdict, alone.units[0].test), (UnitVerdict::TooFew, None));
    assert_eq!(alone.curves, [], "one unit is no curve");
}

/// Of the spread in one fault and the spread in all, the wider is allowed for.
#[test]
fn the_wider_spread_is_allowed_for() {
    let fit = |units: &[UnitHistory], is_counted: fn(u32) -> bool| {
        let count =
            |unit: &UnitHistory| unit.incidents.iter().filter(|(_, fault)| is_counted(*fault)).count();
        let counts: Vec<u64> = units.iter().map(|unit| count(unit) as u64).collect();
        let mean = counts.iter().sum::<u64>() as f64 / counts.len() as f64;
        fit_size(&counts, &vec![mean; counts.len()]).expect("a fit")
    };
    let mut wider_in_one = 0;
    for seed in 0..6 {
        let mut draw = Draw::new(seed);
        let unit = |asset: usize| {
            let (in_one, in_both) = if seed % 2 == 0 { (draw.gamma(1), 1.0) } else { (1.0, draw.gamma(1)) };
            let mut ages: Vec<(f64, u32)> = Vec::new();
            for (fault, mean) in [(0, 2.0 * in_one * in_both), (1, 4.0 * in_both)] {
                ages.extend(draw.poisson(mean, 0.0, 730.0).into_iter().map(|age| (age, fault)));
            }
            simulated(asset, 0, 0.0, 730.0, &ages)
        };
        let units: Vec<UnitHistory> = (0..200).map(unit).collect();
        let (of_fault, of_all) = (fit(&units, |fault| fault == 0), fit(&units, |_| true));
        wider_in_one += i32::from(of_fault < of_all);
        let rows = assess(&units, 1, AS_OF * DAY, &Settings::default()).units;
        let row = rows.iter().find(|row| row.fault == Some(0) && row.test.is_some()).expect("a test");
        let size = row.test.expect("a test").spread.size();
        assert!(close(size, of_fault.min(of_all), 1e-6), "{size} of {of_fault} and {of_all}");
    }
    assert!((1..6).contains(&wider_in_one), "{wider_in_one}");
}

#[test]
fn a_sure_but_small_excess_is_only_watched() {
    let mut draw = Draw::new(6);
    let unit = |asset: usize| {
        let mean = if asset == 0 { 128.0 } else { 80.0 };
        let ages: Vec<(f64, u32)> = draw.poisson(mean, 0.0, 730.0).into_iter().map(|age| (age, 0)).collect();
        simulated(asset, 0, 0.0, 730.0, &ages)
    };
    let units: Vec<UnitHistory> = (0..150).map(unit).collect();
    let row = assess(&units, 1, AS_OF * DAY, &Settings::default()).units[0].clone();
    let test = row.test.expect("a test");
    assert!(test.q <= 0.05 && test.ratio < 2.0 && test.ratio_bounds.lower > 1.0);
    assert_eq!(row.verdict, UnitVerdict::Watch);
    assert!(test.act_at.is_some_and(|count| count as f64 >= 2.0 * test.expected));
}

#[test]
fn a_curve_counts_from_where_a_tenth_of_the_units_is_seen() {
    // Old units, one of them much younger; the curve starts when the second joins it.
    let old =
        |asset: usize, start: f64| simulated(asset, 0, start, 100.0, &[(start + 30.0, 0), (start + 60.0, 0)]);
    let units = [old(0, 450.0), old(1, 500.0), old(2, 520.0)];
    let curves = assess(&units, 1, AS_OF * DAY, &Settings::default()).curves;
    let curve = &curves[0];
    assert_eq!((curve.units, curve.left_out, curve.from_age_days), (3, 0, 500.0));
    let means: Vec<(f64, u64, f64)> =
        curve.points.iter().map(|point| (point.age_days.round(), point.at_risk, point.mean)).collect();
    // At 480 only one unit was seen; at 510 two, at 530 three.
    let expected = [(510.0, 2, 0.5), (530.0, 3, 0.5 + 1.0 / 3.0)];
    assert_eq!(means[0], expected[0]);
    assert_eq!((means[1].0, means[1].1), (expected[1].0, expected[1].1));
    assert!(close(means[1].2, expected[1].2, 1e-12));
    assert_eq!(means.last().map(|last| last.0), Some(620.0));
}

#[test]
fn only_what_was_seen_by_as_of_counts() {
    let mut unit = simulated(0, 0, 0.0, 100.0, &[(10.0, 0), (50.0, 0), (90.0, 0)]);
    unit.incidents.insert(0, (unit.from_at - 1, 0));
    let not_yet = UnitHistory { asset: 1, from_at: AS_OF * DAY, until_at: (AS_OF + 5) * DAY, ..unit.clone() };
    let early = UnitHistory { asset: 3, from_at: 0, ..unit.clone() };
    let no_date = UnitHistory { asset: 2, installed_at: None, ..simulated(2, 0, 0.0, 100.0, &[(20.0, 0)]) };
    let hardware = assess(&[unit, not_yet, early, no_date], 1, (AS_OF - 20) * DAY, &Settings::default());
    let row = &hardware.models[0];
    assert_eq!((row.units, row.unseen, row.without_incidents, row.incidents, row.outside), (3, 1, 0, 5, 8));
    assert_eq!(row.unit_days, 240.0);
    let wear = row.wear.expect("incidents");
    assert_eq!((wear.units, wear.unknown_age, wear.incidents, wear.late_units), (2, 1, 4, 0));
    assert_eq!(assess(&[], 0, 0, &Settings::default()), Hardware::default());
}

#[test]
fn replacement_needs_costs_and_certain_wear() {
    let mut draw = Draw::new(8);
    let units: Vec<UnitHistory> = (0..60)
        .map(|asset| {
            let ages: Vec<(f64, u32)> =
                draw.power_law(2.0, 0.0, 545.0, 2.5).into_iter().map(|age| (age, 0)).collect();
            simulated(asset, 0, 0.0, 545.0, &ages)
        })
        .collect();
    let row =
        |costs| assess(&units, 1, AS_OF * DAY, &Settings { costs, ..Settings::default() }).models[0].clone();
    assert_eq!((row(None).verdict, row(None).replacement), (ModelVerdict::Worsening, None));
    let (row, repair, replace) = (row(Some((120.0, 900.0))), 120.0, 900.0);
    // A22: t* = eta (replace / (repair (beta - 1)))^(1/beta).
    let law = row.wear.and_then(|wear| wear.law).expect("a fit");
    let age = law.eta() * (replace / (repair * (law.beta - 1.0))).powf(1.0 / law.beta);
    assert!(close(row.replacement.expect("an age").age, age, 1e-9));
    assert!((400.0..900.0).contains(&age), "{age}");
}

// ---- the bank sample -------------------------------------------------------------------------------------

/// Units are assets; incidents their tickets except how-to questions, merged within a day; faults are
/// resolution codes.
fn bank(data: &Dataset, exported_at: i64) -> (Vec<UnitHistory>, Vec<String>) {
    let midnight = |day: chrono::NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp();
    let models: Vec<String> = {
        let names: std::collections::BTreeSet<String> =
            data.assets.iter().filter_map(|asset| asset.model.clone()).collect();
        names.into_iter().collect()
    };
    let tickets = &data.tickets;
    let (_, faults) = tickets.column(Text::ResolutionCode).dictionary.sorted();
    let mut by_asset: BTreeMap<&str, Vec<(i64, u32)>> = BTreeMap::new();
    let opened = |row: usize| tickets.at(row, Time::Opened);
    let seen_from = (0..tickets.len()).filter_map(opened).min().expect("tickets").div_euclid(DAY) * DAY;
    for row in 0..tickets.len() {
        let (Some(asset), Some(at)) = (tickets.text(row, Text::Asset), opened(row)) else { continue };
        let resolution = tickets.text(row, Text::ResolutionCode);
        if tickets.text(row, Text::Category) == Some("Hardware")
            || resolution.is_some_and(|code| code != "explained")
        {
            let code = tickets.column(Text::ResolutionCode).codes[row];
            by_asset.entry(asset).or_default().push((at, sla_report::model::recode(&faults, code)));
        }
    }
    let unit = |(index, asset): (usize, &sla_report::model::Asset)| {
        let installed_at = asset.installed_on.map(midnight);
        let until_at = asset.retired_on.map_or(exported_at, |day| midnight(day) + DAY);
        let mut incidents = by_asset.remove(asset.asset.as_str()).unwrap_or_default();
        incidents.sort_unstable();
        incidents.dedup_by(|later, earlier| {
            let is_same = later.0 - earlier.0 < DAY;
            if is_same && earlier.1 == MISSING_CODE {
                earlier.1 = later.1;
            }
            is_same
        });
        let model = models.binary_search(asset.model.as_ref()?).ok()?;
        let from_at = installed_at.map_or(seen_from, |at| at.max(seen_from));
        Some(UnitHistory { asset: index, model, installed_at, from_at, until_at, incidents })
    };
    (data.assets.iter().enumerate().filter_map(unit).collect(), models)
}

#[test]
fn the_bank_sample() {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/sample-data/bank/sla.toml"));
    let config = sla_report::config::load(path).unwrap_or_else(|_| panic!("the configuration loads"));
    let data = sla_report::import::import(&config).unwrap_or_else(|_| panic!("the sample imports")).data;
    let as_of = 1_790_812_800; // 2026-10-01T00:00:00Z
    let (units, models) = bank(&data, as_of);
    let hardware = assess(&units, models.len(), as_of, &Settings::default());

    for row in hardware.units.iter().filter(|row| row.test.is_some()) {
        let test = row.test.expect("a test");
        println!(
            "{} {} {:?}: same fault {} of {} in a year; {} in 2 years, {:.2} expected of {}, {:.1}x ({:.1}-{:.1}), {:?}, p {:.2e} q {:.2e}, act at {:?}, mtbf {:?}",
            data.assets[row.asset].asset,
            models[row.model],
            row.verdict,
            row.same_fault,
            row.year_incidents,
            test.incidents,
            test.expected,
            test.other_incidents,
            test.ratio,
            test.ratio_bounds.lower,
            test.ratio_bounds.upper,
            test.spread,
            test.p,
            test.q,
            test.act_at,
            row.mtbf
        );
    }
    for row in &hardware.models {
        println!("{} {row:?}", models[row.model]);
    }
    for curve in &hardware.curves {
        println!(
            "{} {} units from {} days, last {:?}",
            models[curve.model],
            curve.units,
            curve.from_age_days,
            curve.points.last()
        );
    }

    let named: Vec<&str> = hardware
        .units
        .iter()
        .filter(|row| row.verdict == UnitVerdict::BadUnit)
        .map(|row| data.assets[row.asset].asset.as_str())
        .collect();
    assert_eq!(named, ["A000116"]);
    let verdict = |name: &str| -> (&ModelRow, Wear) {
        let row = &hardware.models[models.binary_search(&name.to_string()).expect("a model")];
        (row, row.wear.expect("incidents"))
    };
    let trending: Vec<&str> = hardware
        .models
        .iter()
        .filter(|row| matches!(row.verdict, ModelVerdict::Worsening | ModelVerdict::Improving))
        .map(|row| models[row.model].as_str())
        .collect();
    assert_eq!(trending, ["Lince DS-55"]);
    let (scanner, wear) = verdict("Lince DS-55");
    assert_eq!((scanner.verdict, scanner.units), (ModelVerdict::Worsening, 12));
    assert!(wear.power.is_some_and(|power| power.lower > 1.0));
    let (decoy, _) = verdict("Melro W5");
    assert_eq!(decoy.units, 210);
    assert!(matches!(decoy.verdict, ModelVerdict::NoTrend | ModelVerdict::TooFew));
}

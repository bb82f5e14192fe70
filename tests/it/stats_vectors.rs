//! Every reference value of `vectors/statistics.json` is either reproduced or left out by name and reason.
//!
//! The unit of account is a single number: a vector with one number neither checked nor listed fails.

use std::collections::BTreeSet;

use serde_json::Value;
use sla_report::stats::burst::{distinct_sites_upper, expected_sites_hit, scan_upper};
use sla_report::stats::control_chart::{Chart, laney_p_chart, p_chart, xmr};
use sla_report::stats::discovery::{benjamini_hochberg, benjamini_yekutieli};
use sla_report::stats::funnel::{funnel_limits, overdispersion};
use sla_report::stats::intervals::{
    mtbf_interval, mtbf_lower, poisson_interval, poisson_upper, poisson_upper_mid,
};
use sla_report::stats::mcf::{Step, mean_cumulative};
use sla_report::stats::power_law::{
    CrowAmsaa, PowerLaw, crow_amsaa, mtbf_factors, power_law_grouped, replacement_age,
};
use sla_report::stats::proportions::{clopper_pearson, jeffreys_interval, wilson_interval};
use sla_report::stats::rates::{TwoRates, without_worst};
use sla_report::stats::special::{chi_square_upper, gamma_upper};
use sla_report::stats::trend::{laplace, lewis_robinson, mil_hdbk_189};
use sla_report::stats::{Bounds, Truncation, Unit, negative_binomial, spread, stratified};

/// Numbers that nothing computes: vector, place within `expected` (`*`: any index; end: a prefix), reason.
const LEFT_OUT: &[(&str, &str, &str)] = &[
    ("A03", "", "reverse arrangements: the method decides by MIL-HDBK-189 and Lewis-Robinson"),
    ("A05", "/lower", "approximate MTBF interval: the exact one of A23 is used"),
    ("A05", "/upper", "approximate MTBF interval: the exact one of A23 is used"),
    ("A07", "/beta_fisher", "approximate interval: the exact one of beta is used"),
    ("A07", "/lambda_fisher", "approximate interval of a number that nobody acts on"),
    ("A09", "/cvm", "goodness of fit: no decision of the method uses it"),
    ("A14", "/equal_shape", "test for a common beta: no decision of the method uses it"),
    ("A15", "/table/*/se_poisson", "ignores how a unit's failures depend on each other: robust error used"),
    ("A15", "/table/*/var_reliasoft", "the same, see section 8 of the method"),
    ("A16", "/rows/*/se_poisson", "ignores how a unit's failures depend on each other: robust error used"),
    ("A16", "/rows/*/var_reliasoft", "the same, see section 8 of the method"),
    ("A17", "/dispersion_X2", "dispersion alone must not name a unit, as the vector's note says"),
    ("A17", "/df", "of the dispersion test"),
    ("A17", "/p_chi2", "of the dispersion test"),
    ("A17", "/min_p_bh", "wrong in the file: 1.0 is Bonferroni's; scipy gives another, checked apart"),
    ("A18", "/pseudo_score", "comparison of two mean cumulative functions: not among the method's tests"),
    ("B04", "/rows/*/p_two_sided_minlik", "the method asks only whether a rate is higher"),
    ("B05", "/holm", "family-wise control: the method controls false discoveries"),
    ("B05", "/n_rejected_holm", "the same"),
    ("B10", "/rows/*/gm", "geometric mean: the method orders by the mean"),
    ("B19", "", "CUSUM, which the method calls optional"),
    ("C01", "/var_sites", "variance of the number of sites: breadth alone is used"),
    ("C01", "/neff_shannon", "entropy does not explain itself, section 4 of the method"),
    ("C01", "/neff_unbiased", "undefined for incidents all apart; Simpson's number is used"),
    ("C01", "/entropy", "entropy does not explain itself, section 4 of the method"),
    ("C01", "/evenness", "entropy does not explain itself, section 4 of the method"),
    ("C01", "/gini", "the Gini coefficient does not explain itself, section 4 of the method"),
    ("C01", "/dispersion_X2", "not a criterion of the method"),
    ("C01", "/df", "of the dispersion test"),
    ("C01", "/p_chi2", "of the dispersion test"),
    ("C03", "/mh_chi2", "the exact conditional chance is used instead"),
    ("E01", "", "grouping of texts, not statistics"),
    ("E02", "", "grouping of texts, not statistics"),
    ("E03", "", "grouping of texts, not statistics"),
    ("E04", "", "grouping of texts, not statistics"),
    ("E05", "", "grouping of texts, not statistics"),
    ("E06", "", "grouping of texts, not statistics"),
    ("E07", "", "grouping of texts, not statistics"),
    ("F02", "/lcl_1128", "another constant: the file recommends 2.66"),
    ("F02", "/ucl_1128", "another constant: the file recommends 2.66"),
    ("F02", "/lcl_exact_d2", "another constant: the file recommends 2.66"),
    ("F02", "/ucl_exact_d2", "another constant: the file recommends 2.66"),
    ("F04", "", "u charts: no report plots a rate over time"),
    ("F06", "", "Anhoej's rules: the method takes these or the NHS's, and the NHS's are used"),
    ("F07", "/rows/0/jeffreys/0", "raw quantile; the vector's note asks for exactly 0, checked apart"),
    ("F07", "/rows/6/jeffreys/1", "raw quantile; the vector's note asks for exactly 1, checked apart"),
    ("F08", "/rows/*/wilson_cc", "continuity correction: the method uses the plain interval"),
    ("F10", "", "eight Nelson rules at once: the method forbids it"),
];

type Check = fn(&mut Vector);

const CHECKS: &[(&str, Check)] = &[
    ("A01", laplace_alone),
    ("A02", mil_hdbk_alone),
    ("A04", crow_amsaa_by_time),
    ("A05", crow_amsaa_unbiased),
    ("A07", every_trend_by_failure),
    ("A09", every_trend_by_time),
    ("A11", grouped),
    ("A12", lewis_robinson_and_others),
    ("A14", pooled),
    ("A15", mean_cumulative_table),
    ("A16", mean_cumulative_at_some_ages),
    ("A17", bad_unit),
    ("A18", difference_of_means),
    ("A19", mtbf),
    ("A20", mtbf_grid),
    ("A22", replacement),
    ("A23", crow_factors),
    ("B01", garwood),
    ("B02", poisson_tails),
    ("B03", negative_binomial_tails),
    ("B04", two_rates),
    ("B05", false_discoveries),
    ("B10", shrunk_ratios),
    ("B11", size_of_spread),
    ("B12", overdispersion_factor),
    ("B15", scan),
    ("B16", distinct_sites),
    ("B17", funnel),
    ("C01", spread_over_sites),
    ("C02", leave_worst_out),
    ("C03", stratified_by_site),
    ("F01", p_chart_limits),
    ("F02", xmr_limits),
    ("F03", laney_limits),
    ("F07", proportions),
    ("F08", wilson),
    ("F09", nhs_rules),
];

#[test]
fn every_vector_is_reproduced_or_left_out_by_name() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/statistics.json");
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut problems = Vec::new();
    let mut unused: BTreeSet<usize> = (0..LEFT_OUT.len()).collect();
    for vector in file["vectors"].as_array().unwrap() {
        let mut vector = Vector::new(vector, &file);
        if let Some((_, check)) = CHECKS.iter().find(|(group, _)| *group == vector.group()) {
            check(&mut vector);
        }
        for place in &vector.numbers {
            let is_listed = |(group, prefix, _): &(&str, &str, &str)| {
                *group == vector.group() && is_within(place, prefix)
            };
            let listed = LEFT_OUT.iter().position(is_listed);
            match (vector.checked.contains(place), listed) {
                (false, None) => problems.push(format!("{}{place}: neither checked nor left out", vector.id)),
                (true, Some(_)) => problems.push(format!("{}{place}: checked and left out", vector.id)),
                (false, Some(entry)) => drop(unused.remove(&entry)),
                (true, None) => {}
            }
        }
        problems.append(&mut vector.problems);
    }
    problems.extend(unused.iter().map(|entry| format!("nothing to leave out: {:?}", LEFT_OUT[*entry])));
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

/// Whether a place lies under a prefix, in which `*` stands for one index.
fn is_within(place: &str, prefix: &str) -> bool {
    let (mut place, mut prefix) = (place.split('/'), prefix.split('/').peekable());
    while let Some(expected) = prefix.next() {
        let Some(part) = place.next() else { return false };
        let is_last = prefix.peek().is_none();
        if !(expected == "*" || expected == part || is_last && part.starts_with(expected)) {
            return false;
        }
    }
    true
}

/// One vector, keeping account of which of its numbers have been compared.
struct Vector<'a> {
    id: &'a str,
    inputs: &'a Value,
    expected: &'a Value,
    tolerance: f64,
    /// Of all vectors, for those whose input is another's.
    file: &'a Value,
    numbers: Vec<String>,
    checked: BTreeSet<String>,
    problems: Vec<String>,
}

impl<'a> Vector<'a> {
    fn new(vector: &'a Value, file: &'a Value) -> Self {
        let mut numbers = Vec::new();
        list_leaves(&vector["expected"], String::new(), &mut numbers);
        Vector {
            id: vector["id"].as_str().unwrap(),
            inputs: &vector["inputs"],
            expected: &vector["expected"],
            tolerance: vector["tolerance"].as_f64().unwrap(),
            file,
            numbers,
            checked: BTreeSet::new(),
            problems: Vec::new(),
        }
    }

    fn group(&self) -> &'a str {
        self.id.split('-').next().unwrap()
    }

    fn leaf(&mut self, place: &str) -> &'a Value {
        self.checked.insert(place.to_owned());
        self.expected.pointer(place).unwrap_or_else(|| panic!("{}{place}: no such number", self.id))
    }

    /// Compares a number with the expected one within the vector's tolerance, which is relative.
    ///
    /// The file gives twelve significant digits, so half of the last one is allowed besides: some tolerances
    /// are smaller than that.
    fn is(&mut self, place: &str, found: f64) {
        let expected = number(self.leaf(place));
        let last_digit = 10f64.powf(expected.abs().log10().floor() - 11.0);
        let allowed =
            if expected == 0.0 { self.tolerance } else { self.tolerance * expected.abs() + last_digit / 2.0 };
        if expected != found && (found - expected).abs().partial_cmp(&allowed).is_none_or(|o| o.is_gt()) {
            self.problems.push(format!("{}{place}: expected {expected:e}, found {found:e}", self.id));
        }
    }

    fn are(&mut self, place: &str, found: Bounds) {
        self.is(&format!("{place}/0"), found.lower);
        self.is(&format!("{place}/1"), found.upper);
    }

    fn list(&mut self, place: &str, found: &[f64]) {
        assert_eq!(self.expected.pointer(place).unwrap().as_array().unwrap().len(), found.len());
        for (index, found) in found.iter().enumerate() {
            self.is(&format!("{place}/{index}"), *found);
        }
    }

    fn positions(&mut self, place: &str, found: &[usize]) {
        let found: Vec<f64> = found.iter().map(|position| *position as f64).collect();
        // An empty list is a leaf of its own.
        self.checked.insert(place.to_owned());
        self.list(place, &found);
    }

    fn rows(&self, place: &str) -> impl Iterator<Item = (String, &'a Value)> + use<'a> {
        let place = place.to_owned();
        let rows = self.expected.pointer(&place).unwrap().as_array().unwrap();
        rows.iter().enumerate().map(move |(index, row)| (format!("{place}/{index}"), row))
    }

    fn times(&self) -> Vec<f64> {
        numbers(&self.inputs["times"])
    }

    fn end(&self) -> f64 {
        number(&self.inputs["T"])
    }
}

fn list_leaves(value: &Value, place: String, leaves: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| list_leaves(value, format!("{place}/{name}"), leaves))
        }
        Value::Array(items) if !items.is_empty() => items
            .iter()
            .enumerate()
            .for_each(|(index, value)| list_leaves(value, format!("{place}/{index}"), leaves)),
        _ => leaves.push(place),
    }
}

fn number(value: &Value) -> f64 {
    if value == "inf" {
        f64::INFINITY
    } else {
        value.as_f64().unwrap_or_else(|| panic!("no number: {value}"))
    }
}

fn count(value: &Value) -> u64 {
    let number = number(value);
    assert_eq!(number.fract(), 0.0);
    number as u64
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

fn counts(value: &Value) -> Vec<u64> {
    value.as_array().unwrap().iter().map(count).collect()
}

fn laplace_alone(v: &mut Vector) {
    let (times, end) = (v.times(), v.end());
    let found = laplace(&[Unit { times: &times, end }], Truncation::Time).unwrap();
    v.is("/U", found.score);
    v.is("/p_two_sided", found.p_two_sided);
}

fn mil_hdbk_alone(v: &mut Vector) {
    let (times, end) = (v.times(), v.end());
    check_mil_hdbk(v, "", &[Unit { times: &times, end }], Truncation::Time);
}

fn check_mil_hdbk(v: &mut Vector, place: &str, units: &[Unit], truncation: Truncation) {
    let found = mil_hdbk_189(units, truncation).unwrap();
    v.is(&format!("{place}/chi2"), found.chi_square);
    v.is(&format!("{place}/df"), found.degrees as f64);
    v.is(&format!("{place}/p_deterioration"), found.p_worsening);
    v.is(&format!("{place}/p_improvement"), found.p_improving);
    v.is(&format!("{place}/p_two_sided"), found.p_two_sided());
}

fn check_crow_amsaa(v: &mut Vector, place: &str, unit: Unit, truncation: Truncation) -> CrowAmsaa {
    let found = crow_amsaa(&[unit], truncation, number(&v.inputs["conf"])).unwrap();
    let unbiased = found.unbiased.unwrap();
    v.is(&format!("{place}/n"), found.failures as f64);
    v.is(&format!("{place}/T"), found.fit.age);
    v.is(&format!("{place}/beta_mle"), found.fit.beta);
    v.is(&format!("{place}/beta_unbiased"), unbiased.beta);
    v.are(&format!("{place}/beta_ci"), found.beta_bounds);
    v.is(&format!("{place}/lambda_mle"), found.fit.lambda());
    v.is(&format!("{place}/lambda_unbiased"), unbiased.lambda());
    v.is(&format!("{place}/intensity_T"), 1.0 / found.fit.mtbf(unit.end));
    v.is(&format!("{place}/mtbf_T"), found.fit.mtbf(unit.end));
    v.is(&format!("{place}/mtbf_T_unbiased"), unbiased.mtbf(unit.end));
    v.is(&format!("{place}/mtbf_cum"), unit.end / found.fit.failures_by(unit.end));
    found
}

fn crow_amsaa_by_time(v: &mut Vector) {
    let (times, end) = (v.times(), v.end());
    check_crow_amsaa(v, "", Unit { times: &times, end }, Truncation::Time);
}

fn crow_amsaa_unbiased(v: &mut Vector) {
    let (times, end) = (v.times(), v.end());
    let found = crow_amsaa(&[Unit { times: &times, end }], Truncation::Time, 0.8).unwrap();
    v.is("/mtbf", found.unbiased.unwrap().mtbf(end));
}

fn every_trend_by_failure(v: &mut Vector) {
    let times = v.times();
    let unit = Unit { times: &times, end: *times.last().unwrap() };
    check_crow_amsaa(v, "/crow", unit, Truncation::Failure);
    check_mil_hdbk(v, "/mil", &[unit], Truncation::Failure);
    let found = laplace(&[unit], Truncation::Failure).unwrap();
    v.is("/laplace/U", found.score);
    v.is("/laplace/p", found.p_two_sided);
}

fn every_trend_by_time(v: &mut Vector) {
    let (times, end) = (v.times(), v.end());
    let unit = Unit { times: &times, end };
    let law = check_crow_amsaa(v, "/crow", unit, Truncation::Time);
    let factors = mtbf_factors(law.failures, 0.9).unwrap();
    let mtbf = law.fit.mtbf(end);
    v.are("/mtbf_T_ci_crow90", Bounds { lower: mtbf * factors.lower, upper: mtbf * factors.upper });
    check_mil_hdbk(v, "/mil", &[unit], Truncation::Time);
    let found = laplace(&[unit], Truncation::Time).unwrap();
    v.is("/laplace/U", found.score);
    v.is("/laplace/p", found.p_two_sided);
}

fn grouped(v: &mut Vector) {
    let ends = numbers(&v.inputs["interval_ends"]);
    let law = power_law_grouped(&ends, &counts(&v.inputs["counts"])).unwrap();
    v.is("/beta", law.beta);
    v.is("/lambda_", law.lambda());
}

fn lewis_robinson_and_others(v: &mut Vector) {
    let (times, end) = (v.times(), v.end());
    let unit = Unit { times: &times, end };
    let found = laplace(&[unit], Truncation::Time).unwrap();
    v.is("/U", found.score);
    v.is("/p", found.p_two_sided);
    let found = lewis_robinson(&[unit], Truncation::Time).unwrap();
    v.is("/lewis_robinson", found.score);
    v.is("/p_lr", found.p_two_sided);
    check_mil_hdbk(v, "/mil", &[unit], Truncation::Time);
    let law = check_crow_amsaa(v, "/crow", unit, Truncation::Time);
    v.is("/eta", law.fit.eta());
}

fn pooled(v: &mut Vector) {
    let names = ["S1", "S2", "S3"];
    let times = names.map(|name| numbers(&v.inputs["systems"][name]));
    let ends = numbers(&v.inputs["T"]);
    let units: Vec<Unit> = times.iter().zip(ends).map(|(times, end)| Unit { times, end }).collect();
    let law = crow_amsaa(&units, Truncation::Time, 0.9).unwrap().fit;
    v.is("/beta", law.beta);
    v.is("/lambda_", law.lambda());
    let found = laplace(&units, Truncation::Time).unwrap();
    v.is("/U_pooled", found.score);
    v.is("/p_U", found.p_two_sided);
    let found = mil_hdbk_189(&units, Truncation::Time).unwrap();
    v.is("/mil_chi2", found.chi_square);
    v.is("/mil_df", found.degrees as f64);
    v.is("/p_mil_two_sided", found.p_two_sided());
    for (name, unit) in names.iter().zip(units) {
        let law = crow_amsaa(&[unit], Truncation::Time, 0.9).unwrap().fit;
        v.is(&format!("/beta_by_system/{name}"), law.beta);
    }
}

fn systems(value: &Value) -> Vec<(Vec<f64>, f64)> {
    let systems = value.as_array().unwrap().iter();
    systems.map(|system| (numbers(&system["events"]), number(&system["end"]))).collect()
}

fn steps(systems: &[(Vec<f64>, f64)]) -> Vec<Step> {
    let units: Vec<Unit> = systems.iter().map(|(times, end)| Unit { times, end: *end }).collect();
    mean_cumulative(&units).unwrap()
}

fn mean_cumulative_table(v: &mut Vector) {
    let steps = steps(&systems(&v.inputs["systems"]));
    let rows: Vec<_> = v.rows("/table").collect();
    assert_eq!(steps.len(), rows.len());
    for (step, (place, _)) in steps.iter().zip(rows) {
        check_step(v, &place, step);
    }
}

fn check_step(v: &mut Vector, place: &str, step: &Step) {
    v.is(&format!("{place}/time"), step.time);
    v.is(&format!("{place}/n_risk"), step.at_risk as f64);
    v.is(&format!("{place}/mcf"), step.mean);
    v.is(&format!("{place}/se_robust"), step.standard_error.unwrap());
}

fn mean_cumulative_at_some_ages(v: &mut Vector) {
    let systems = systems(&v.inputs["systems"]);
    v.is("/n_units", systems.len() as f64);
    v.is("/n_events", systems.iter().map(|(times, _)| times.len() as f64).sum());
    v.is("/total_exposure", systems.iter().map(|(_, end)| end).sum());
    let steps = steps(&systems);
    for (place, row) in v.rows("/rows") {
        let step = steps.iter().find(|step| step.time == number(&row["time"])).unwrap();
        check_step(v, &place, step);
    }
}

fn bad_unit(v: &mut Vector) {
    let vectors = v.file["vectors"].as_array().unwrap();
    let same_as = vectors.iter().find(|other| other["id"] == v.inputs["same_as"]).unwrap();
    let systems = systems(&same_as["inputs"]["systems"]);
    let failures: u64 = systems.iter().map(|(times, _)| times.len() as u64).sum();
    let exposure: f64 = systems.iter().map(|(_, end)| end).sum();
    let p_values: Vec<f64> = systems
        .iter()
        .map(|(times, end)| TwoRates {
            count: times.len() as u64,
            exposure: *end,
            other_count: failures - times.len() as u64,
            other_exposure: exposure - end,
        })
        .map(|unit| unit.upper_tail().unwrap())
        .collect();
    let least = |values: &[f64]| values.iter().copied().fold(1.0, f64::min);
    v.is("/max_count", systems.iter().map(|(times, _)| times.len() as f64).fold(0.0, f64::max));
    v.is("/min_p", least(&p_values));
    // scipy 1.x, stats.false_discovery_control over stats.binom.sf of the 41 engines.
    let least_q = least(&benjamini_hochberg(&p_values).unwrap());
    assert!((least_q - 0.5114115177625406).abs() < 1e-9, "{least_q}");
}

fn difference_of_means(v: &mut Vector) {
    let last = |name: &str| *steps(&systems(&v.inputs[name])).last().unwrap();
    let (one, two) = (last("sample1"), last("sample2"));
    v.is("/mcf1_end", one.mean);
    v.is("/mcf2_end", two.mean);
    v.is("/diff_end", one.mean - two.mean);
    v.is("/se_diff", one.standard_error.unwrap().hypot(two.standard_error.unwrap()));
}

fn mtbf(v: &mut Vector) {
    let (time, failures) = (number(&v.inputs["total_time"]), count(&v.inputs["failures"]));
    let found = mtbf_interval(time, failures, Truncation::Time, number(&v.inputs["conf"])).unwrap();
    let mtbf = time / failures as f64;
    v.is("/mtbf", mtbf);
    v.are("/ci", found);
    v.are("/factors", Bounds { lower: found.lower / mtbf, upper: found.upper / mtbf });
}

fn mtbf_grid(v: &mut Vector) {
    for (place, row) in v.rows("/rows") {
        let (time, failures) = (number(&row["total_time"]), count(&row["failures"]));
        let level = number(&row["conf"]);
        for input in ["total_time", "failures", "conf"] {
            v.leaf(&format!("{place}/{input}"));
        }
        let by_time = mtbf_interval(time, failures, Truncation::Time, level).unwrap();
        v.are(&format!("{place}/time_trunc"), by_time);
        v.is(&format!("{place}/one_sided_lower_time"), mtbf_lower(time, failures, level).unwrap());
        let by_failure = mtbf_interval(time, failures, Truncation::Failure, level);
        match by_failure {
            Some(found) => v.are(&format!("{place}/failure_trunc"), found),
            None => assert!(v.leaf(&format!("{place}/failure_trunc")).is_null()),
        }
    }
}

fn replacement(v: &mut Vector) {
    let [repair, replace, eta, beta] =
        ["c_repair", "c_replace", "eta", "beta"].map(|name| number(&v.inputs[name]));
    let law = PowerLaw { beta, age: eta, failures: 1.0 };
    let found = replacement_age(&law, repair, replace).unwrap();
    v.is("/t_opt", found.age);
    v.is("/cost_rate", found.cost_per_time);
}

fn crow_factors(v: &mut Vector) {
    for (place, row) in v.rows("/rows") {
        let found = mtbf_factors(count(&row["n"]), number(&row["conf"])).unwrap();
        v.leaf(&format!("{place}/n"));
        v.leaf(&format!("{place}/conf"));
        v.is(&format!("{place}/lower"), found.lower);
        v.is(&format!("{place}/upper"), found.upper);
    }
}

fn garwood(v: &mut Vector) {
    for (place, row) in v.rows("/rows") {
        v.leaf(&format!("{place}/n"));
        for (name, level) in [("ci95", 0.95), ("ci90", 0.9)] {
            v.are(&format!("{place}/{name}"), poisson_interval(count(&row["n"]), level).unwrap());
        }
    }
}

fn poisson_tails(v: &mut Vector) {
    for (place, row) in v.rows("/rows") {
        let (n, expected) = (count(&row["n"]), number(&row["E"]));
        v.is(&format!("{place}/n"), n as f64);
        v.is(&format!("{place}/E"), expected);
        v.is(&format!("{place}/p_upper"), poisson_upper(n, expected).unwrap());
        v.is(&format!("{place}/midp_upper"), poisson_upper_mid(n, expected).unwrap());
        v.is(&format!("{place}/ratio"), n as f64 / expected);
        let bounds = poisson_interval(n, 0.95).unwrap();
        let ratio = Bounds { lower: bounds.lower / expected, upper: bounds.upper / expected };
        v.are(&format!("{place}/ci95"), ratio);
    }
}

fn negative_binomial_tails(v: &mut Vector) {
    for (place, row) in v.rows("/rows") {
        let (n, expected, size) = (count(&row["n"]), number(&row["E"]), number(&row["k"]));
        v.is(&format!("{place}/n"), n as f64);
        v.is(&format!("{place}/E"), expected);
        v.is(&format!("{place}/k"), size);
        v.is(&format!("{place}/variance"), expected + expected * expected / size);
        v.is(&format!("{place}/p_upper"), negative_binomial::upper_tail(n, expected, size).unwrap());
        let poisson = negative_binomial::upper_tail(n, expected, f64::INFINITY).unwrap();
        v.is(&format!("{place}/p_poisson"), poisson);
    }
}

fn two_rates(v: &mut Vector) {
    for (place, row) in v.rows("/rows") {
        let rates = TwoRates {
            count: count(&row["x1"]),
            exposure: number(&row["t1"]),
            other_count: count(&row["x2"]),
            other_exposure: number(&row["t2"]),
        };
        for input in ["x1", "t1", "x2", "t2"] {
            v.leaf(&format!("{place}/{input}"));
        }
        v.is(&format!("{place}/ratio"), rates.ratio().unwrap());
        v.is(&format!("{place}/p_upper"), rates.upper_tail().unwrap());
        v.is(&format!("{place}/midp_upper"), rates.upper_tail_mid().unwrap());
        v.are(&format!("{place}/ci"), rates.ratio_bounds(0.95).unwrap());
        // One stratum is the same question.
        v.are(&format!("{place}/ci"), stratified::ratio_bounds(&[rates], 0.95).unwrap());
        v.is(&format!("{place}/p_upper"), stratified::upper_tail(&[rates]).unwrap());
    }
}

fn false_discoveries(v: &mut Vector) {
    let p_values = numbers(&v.inputs["p"]);
    let q_values = benjamini_hochberg(&p_values).unwrap();
    v.list("/bh", &q_values);
    v.list("/by", &benjamini_yekutieli(&p_values).unwrap());
    let rejected = q_values.iter().filter(|q| **q <= number(&v.inputs["q"])).count();
    v.is("/n_rejected_bh", rejected as f64);
}

fn shrunk_ratios(v: &mut Vector) {
    for (place, row) in v.rows("/rows") {
        let (n, expected, size) = (count(&row["n"]), number(&row["E"]), number(&row["k"]));
        for input in ["n", "E", "k"] {
            v.leaf(&format!("{place}/{input}"));
        }
        let found = negative_binomial::shrunk_ratio(n, expected, size).unwrap();
        v.is(&format!("{place}/mean"), found.ratio);
        v.is(&format!("{place}/q05"), found.bounds.lower);
        v.is(&format!("{place}/q95"), found.bounds.upper);
        let above = |ratio: f64| gamma_upper(size + n as f64, ratio * (size + expected));
        v.is(&format!("{place}/p_gt_1"), above(1.0));
        v.is(&format!("{place}/p_gt_1_5"), above(1.5));
    }
}

fn size_of_spread(v: &mut Vector) {
    let (observed, expected) = (counts(&v.inputs["n"]), numbers(&v.inputs["E"]));
    let size = negative_binomial::fit_size_untrimmed(&observed, &expected).unwrap();
    v.is("/k", size);
    // The likelihood written out as products, as a check on where its maximum is.
    let log_likelihood = |size: Option<f64>| {
        let term = |(n, e): (&u64, &f64)| {
            let steps = (0..*n).map(|j| match size {
                Some(k) => ((k + j as f64) / (k + e) * e / (j + 1) as f64).ln(),
                None => (e / (j + 1) as f64).ln(),
            });
            steps.sum::<f64>() + size.map_or(-e, |k| k * (k / (k + e)).ln())
        };
        observed.iter().zip(&expected).map(term).sum::<f64>()
    };
    let (best, poisson) = (log_likelihood(Some(size)), log_likelihood(None));
    v.is("/loglik", best);
    v.is("/loglik_poisson", poisson);
    v.is("/lr_stat", 2.0 * (best - poisson));
    v.is("/p_boundary", chi_square_upper(2.0 * (best - poisson), 1.0) / 2.0);
}

fn overdispersion_factor(v: &mut Vector) {
    let found = overdispersion(&numbers(&v.inputs["z"]), number(&v.inputs["trim"])).unwrap();
    v.is("/lower_q", found.clipped.lower);
    v.is("/upper_q", found.clipped.upper);
    v.is("/phi", found.phi);
    assert_eq!(v.leaf("/inflate"), found.phi > 1.0);
}

fn scan(v: &mut Vector) {
    for (place, row) in v.rows("/rows") {
        for input in ["k", "N", "w"] {
            v.leaf(&format!("{place}/{input}"));
        }
        let found = scan_upper(count(&row["k"]), count(&row["N"]), number(&row["w"])).unwrap();
        v.is(&format!("{place}/p_approx"), found);
    }
    // Simulated by the file's author with 40,000 runs, so good to about three parts in a thousand; the
    // approximation itself is off by up to half a percentage point where it is not small.
    for (place, simulated) in v.rows("/monte_carlo_40000") {
        let index: usize = place.rsplit('/').next().unwrap().parse().unwrap();
        let row = &v.expected["rows"][index];
        let found = scan_upper(count(&row["k"]), count(&row["N"]), number(&row["w"])).unwrap();
        v.leaf(&place);
        assert!((found - number(simulated)).abs() < 0.005);
    }
}

fn distinct_sites(v: &mut Vector) {
    let rates = numbers(&v.inputs["rates_per_day"]);
    for (place, row) in v.rows("/rows") {
        let (window, sites) = (number(&row["window"]), count(&row["k"]) as usize);
        v.leaf(&format!("{place}/window"));
        v.leaf(&format!("{place}/k"));
        v.is(&format!("{place}/expected_sites"), expected_sites_hit(&rates, window).unwrap());
        v.is(&format!("{place}/p_ge_k"), distinct_sites_upper(&rates, window, sites).unwrap());
    }
}

fn funnel(v: &mut Vector) {
    for (place, row) in v.rows("/rows") {
        v.leaf(&format!("{place}/E"));
        for (name, level) in [("95", 0.95), ("998", 0.998)] {
            let found = funnel_limits(number(&row["E"]), level).unwrap();
            v.is(&format!("{place}/lower{name}"), found.lower);
            v.is(&format!("{place}/upper{name}"), found.upper);
        }
    }
}

fn spread_over_sites(v: &mut Vector) {
    let found = spread::spread(&counts(&v.inputs["counts"]), &numbers(&v.inputs["exposure"])).unwrap();
    v.is("/N", found.incidents as f64);
    v.is("/sites_hit", found.sites_hit as f64);
    v.is("/expected_sites", found.expected_sites);
    v.is("/breadth", found.breadth);
    v.is("/neff_simpson", found.effective_sites);
    v.is("/top_share", found.top_share);
}

fn leave_worst_out(v: &mut Vector) {
    let (current, baseline) = (counts(&v.inputs["current"]), counts(&v.inputs["baseline"]));
    let sites: Vec<TwoRates> = current
        .into_iter()
        .zip(baseline)
        .map(|(count, other_count)| TwoRates {
            count,
            exposure: number(&v.inputs["window_days"]),
            other_count,
            other_exposure: number(&v.inputs["baseline_days"]),
        })
        .collect();
    for (place, row) in v.rows("/rows") {
        v.leaf(&format!("{place}/drop"));
        let rest = without_worst(&sites, count(&row["drop"]) as usize).unwrap();
        v.is(&format!("{place}/cur"), rest.count as f64);
        v.is(&format!("{place}/base"), rest.other_count as f64);
        v.is(&format!("{place}/ratio"), rest.ratio().unwrap());
        v.is(&format!("{place}/p_upper"), rest.upper_tail().unwrap());
    }
}

fn stratified_by_site(v: &mut Vector) {
    let strata: Vec<TwoRates> = (v.inputs["strata"].as_array().unwrap().iter())
        .map(|site| TwoRates {
            count: count(&site["x1"]),
            exposure: number(&site["t1"]),
            other_count: count(&site["x0"]),
            other_exposure: number(&site["t0"]),
        })
        .collect();
    let found = stratified::mantel_haenszel(&strata, 0.95).unwrap();
    v.is("/rr_mh", found.ratio);
    v.is("/var_log", found.log_variance);
    v.are("/ci95", found.bounds);
    v.is("/p_exact_upper", stratified::upper_tail(&strata).unwrap());
    v.is("/expected_x1", stratified::expected(&strata).unwrap());
}

fn outside(chart: &Chart) -> Vec<usize> {
    chart.signals().outside
}

fn p_chart_limits(v: &mut Vector) {
    let chart = p_chart(&counts(&v.inputs["events"]), &counts(&v.inputs["n"])).unwrap();
    v.is("/center", chart.center);
    assert!(chart.limits.iter().all(|limits| *limits == chart.limits[0]));
    v.is("/lcl", chart.limits[0].lower);
    v.is("/ucl", chart.limits[0].upper);
    let from_one: Vec<usize> = outside(&chart).iter().map(|position| position + 1).collect();
    v.positions("/beyond_1based", &from_one);
}

fn xmr_limits(v: &mut Vector) {
    let found = xmr(&numbers(&v.inputs["x"])).unwrap();
    v.is("/center", found.chart.center);
    v.is("/avg_moving_range", found.mean_moving_range);
    v.is("/lnpl_266", found.chart.limits[0].lower);
    v.is("/unpl_266", found.chart.limits[0].upper);
    v.is("/mr_ucl_3267", found.moving_range_limit);
}

fn laney_limits(v: &mut Vector) {
    let (events, cases) = (counts(&v.inputs["events"]), counts(&v.inputs["n"]));
    let lower = |chart: &Chart| chart.limits.iter().map(|limits| limits.lower).collect::<Vec<_>>();
    let upper = |chart: &Chart| chart.limits.iter().map(|limits| limits.upper).collect::<Vec<_>>();
    let (chart, sigma_z) = laney_p_chart(&events, &cases).unwrap();
    v.is("/center", chart.center);
    v.is("/sigma_z", sigma_z);
    v.list("/lcl", &lower(&chart));
    v.list("/ucl", &upper(&chart));
    v.is("/n_out_pprime", outside(&chart).len() as f64);
    let chart = p_chart(&events, &cases).unwrap();
    v.list("/lcl_p", &lower(&chart));
    v.list("/ucl_p", &upper(&chart));
    v.is("/n_out_p", outside(&chart).len() as f64);
}

fn proportions(v: &mut Vector) {
    for (place, row) in v.rows("/rows") {
        let (x, n) = (count(&row["x"]), count(&row["n"]));
        v.leaf(&format!("{place}/x"));
        v.leaf(&format!("{place}/n"));
        v.are(&format!("{place}/wilson"), wilson_interval(x, n, 0.95).unwrap());
        v.are(&format!("{place}/clopper_pearson"), clopper_pearson(x, n, 0.95).unwrap());
        let jeffreys = jeffreys_interval(x, n, 0.95).unwrap();
        match x {
            0 => assert_eq!(jeffreys.lower, 0.0),
            _ => v.is(&format!("{place}/jeffreys/0"), jeffreys.lower),
        }
        match n - x {
            0 => assert_eq!(jeffreys.upper, 1.0),
            _ => v.is(&format!("{place}/jeffreys/1"), jeffreys.upper),
        }
    }
}

fn wilson(v: &mut Vector) {
    for (place, row) in v.rows("/rows") {
        v.leaf(&format!("{place}/x"));
        v.leaf(&format!("{place}/n"));
        let found = wilson_interval(count(&row["x"]), count(&row["n"]), 0.95).unwrap();
        v.are(&format!("{place}/wilson"), found);
    }
}

fn nhs_rules(v: &mut Vector) {
    let found = xmr(&numbers(&v.inputs["x"])).unwrap();
    v.is("/mean", found.chart.center);
    v.is("/avg_mr", found.mean_moving_range);
    v.is("/lpl", found.chart.limits[0].lower);
    v.is("/upl", found.chart.limits[0].upper);
    let signals = found.chart.signals();
    v.positions("/outside", &signals.outside);
    v.positions("/shift7", &signals.shift);
    v.positions("/trend7", &signals.trend);
    v.positions("/two_of_three", &signals.near_limit);
}

//! Recurring problem areas, their tickets, and the equipment.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::columns::{flags, instants, numbers, owned, shares, texts};
use super::{Facts, placed_at};
use crate::model::Text;
use crate::recurrence::Lost;
use crate::recurrence::area::Area;
use crate::recurrence::hardware::{ModelRow, ModelVerdict, UnitRow, UnitVerdict};
use crate::recurrence::spread::Verdict;
use crate::recurrence::test::{Question, Tier};
use crate::stats::Bounds;
use crate::stats::funnel::share_limits;

/// As in SQL and reports.
pub fn tier(tier: Tier) -> &'static str {
    match tier {
        Tier::Act => "act",
        Tier::Watch => "watch",
        Tier::Silent => "silent",
    }
}

fn question(question: Question) -> &'static str {
    match question {
        Question::OwnChange => "more than in its own past",
        Question::PeerExcess => "more than at other sites",
        Question::BadUnit => "more than other units of the model",
        Question::WearOut => "more with age",
    }
}

/// The advice of an area: name, text and basis of the rule; `None` where none is given.
fn advice<'a>(facts: &'a Facts, area: &Area) -> Option<&'a crate::recurrence::advice::AdviceRule> {
    let winner = area.advice.as_ref()?.winner?;
    facts.config.recurrence.rules.get(winner)
}

/// What all tickets opened in the current window cost.
fn window_lost(facts: &Facts) -> Lost {
    let windows = &facts.recurrence.windows;
    let opened = &facts.kernel.data.tickets.times[0];
    let own =
        facts.lost.iter().zip(opened).filter(|(_, at)| (windows.current_at..windows.end_at).contains(at));
    own.fold(Lost::default(), |sum, (lost, _)| Lost {
        missed: sum.missed + lost.missed,
        overrun_s: sum.overrun_s + lost.overrun_s,
        visits: sum.visits + lost.visits,
    })
}

/// One row an area to act on or to watch.
pub fn areas(facts: &Facts) -> PolarsResult<DataFrame> {
    let rows = &facts.recurrence.areas;
    let own = |get: fn(&Area) -> f64| rows.iter().map(move |row| Some(get(row)).filter(|v| v.is_finite()));
    let count = |get: fn(&Area) -> i64| rows.iter().map(move |row| Some(get(row)));
    let all = window_lost(facts);
    let total = |value: i64| std::iter::repeat_n(Some(value), rows.len());
    let undecided = |row: &Area| row.advice.as_ref().is_some_and(|advice| advice.winner.is_none());
    DataFrame::new(
        rows.len(),
        vec![
            texts("area", rows.iter().map(|row| Some(row.id.as_str()))),
            numbers("place", (0..rows.len()).map(|place| Some(place as i64 + 1))),
            texts("tier", rows.iter().map(|row| Some(tier(row.tier)))),
            texts("question", rows.iter().map(|row| Some(question(row.question)))),
            texts("spread", rows.iter().map(|row| Some(spread(row)))),
            flags("is_simultaneous", rows.iter().map(|row| row.spread.is_simultaneous)),
            owned(
                "shared_cause",
                rows.iter().map(|row| {
                    row.shared_cause
                        .as_ref()
                        .map(|cause| format!("{}={}", cause.dimension.name(), cause.value))
                }),
            ),
            owned(
                "advice_rule",
                rows.iter().map(|row| match advice(facts, row) {
                    Some(rule) => Some(rule.name.replace('-', " ")),
                    None => undecided(row).then(|| "undecided".to_owned()),
                }),
            ),
            texts("advice", rows.iter().map(|row| advice(facts, row).map(|rule| rule.advice.as_str()))),
            texts("basis", rows.iter().map(|row| advice(facts, row).map(|rule| rule.basis.as_str()))),
            numbers("incidents", count(|row| i64::from(row.current.incidents))),
            numbers("tickets", count(|row| i64::from(row.current.tickets))),
            numbers("baseline_incidents", count(|row| i64::from(row.baseline.incidents))),
            numbers("observed", count(|row| i64::from(row.observed))),
            shares("expected", rows.iter().map(|row| Some(row.expected).filter(|_| is_ratio(row)))),
            shares(
                "observed_by_expected",
                rows.iter().map(|row| row.ratio.filter(|ratio| ratio.is_finite())),
            ),
            shares("at_least", rows.iter().map(|row| Some(row.bounds.lower).filter(|_| is_ratio(row)))),
            shares(
                "at_most",
                rows.iter()
                    .map(|row| Some(row.bounds.upper).filter(|most| is_ratio(row) && most.is_finite())),
            ),
            shares("shrunk", own(|row| row.shrunk)),
            shares("p", own(|row| row.p)),
            shares("q", own(|row| row.q)),
            numbers("tested_with", count(|row| row.family as i64)),
            numbers("sites_hit", rows.iter().map(|row| sites(row).map(|(hit, _)| hit))),
            numbers("sites", rows.iter().map(|row| sites(row).map(|(_, all)| all))),
            shares("sites_expected", rows.iter().map(|row| row.spread.expected_sites)),
            texts("top_site", rows.iter().map(|row| row.spread.top_site.as_deref())),
            shares("top_site_share", own(|row| row.spread.top_share)),
            numbers("missed", count(|row| i64::from(row.lost.missed))),
            numbers("overrun_s", count(|row| row.lost.overrun_s)),
            numbers("visits", count(|row| i64::from(row.lost.visits))),
            numbers("window_missed", total(i64::from(all.missed))),
            numbers("window_overrun_s", total(all.overrun_s)),
            numbers("window_visits", total(i64::from(all.visits))),
            owned("baseline_on", rows.iter().map(|row| Some(row.baseline_on.to_string()))),
            owned("current_on", rows.iter().map(|row| Some(row.current_on.to_string()))),
            owned("end_on", rows.iter().map(|row| Some(row.end_on.to_string()))),
        ],
    )
}

/// Of wear nothing is expected, and its bounds are of a power of age.
fn is_ratio(area: &Area) -> bool {
    area.question != Question::WearOut
}

/// Whether the fault is everywhere; of wear, of a place and of a unit their kind already says it.
fn spread(area: &Area) -> &'static str {
    match area.spread.verdict {
        Verdict::BadUnit => Verdict::BadUnit.name(),
        _ if area.question == Question::WearOut => "wear",
        _ if area.is_place() => Verdict::Local.name(),
        verdict => verdict.name(),
    }
}

/// Sites hit and all that could have been, where they are known.
fn sites(area: &Area) -> Option<(i64, i64)> {
    (area.spread.sites > 0).then_some((area.spread.sites_hit as i64, area.spread.sites as i64))
}

/// One row an area and ticket of its current window.
pub fn area_tickets(facts: &Facts) -> PolarsResult<DataFrame> {
    let tickets = &facts.kernel.data.tickets;
    let rows: Vec<(&Area, usize)> = (facts.recurrence.areas.iter())
        .flat_map(|area| area.rows.iter().map(move |row| (area, *row as usize)))
        .collect();
    let own = |text: Text| rows.iter().map(move |(_, row)| tickets.text(*row, text));
    DataFrame::new(
        rows.len(),
        vec![
            texts("area", rows.iter().map(|(area, _)| Some(area.id.as_str()))),
            texts("ticket_id", rows.iter().map(|(_, row)| Some(tickets.ticket_id.get(*row)))),
            instants("opened_at", rows.iter().map(|(_, row)| tickets.times[0][*row])),
            texts("site", own(Text::Site)),
            texts("asset", own(Text::Asset)),
            texts("module", own(Text::Module)),
            texts("software_version", own(Text::SoftwareVersion)),
            texts("error_code", own(Text::ErrorCode)),
            texts("resolution_code", own(Text::ResolutionCode)),
            numbers("missed", rows.iter().map(|(_, row)| Some(i64::from(facts.lost[*row].missed)))),
            texts(
                "summary",
                rows.iter()
                    .map(|(_, row)| Some(tickets.summary.get(*row)).filter(|summary| !summary.is_empty())),
            ),
        ],
    )
}

/// One row a unit with incidents.
pub fn units(facts: &Facts) -> PolarsResult<DataFrame> {
    let found = facts.recurrence;
    let rows = &found.hardware.units;
    let assets = &facts.kernel.data.assets;
    let test = |get: fn(&crate::recurrence::hardware::UnitTest) -> f64| {
        rows.iter().map(move |row| row.test.as_ref().map(get).filter(|value| value.is_finite()))
    };
    let verdict = |row: &UnitRow| match row.verdict {
        UnitVerdict::BadUnit => "bad unit",
        UnitVerdict::Watch => "watch",
        UnitVerdict::Nothing => "within what is normal",
        UnitVerdict::TooFew => "too few to tell",
    };
    DataFrame::new(
        rows.len(),
        vec![
            texts("asset", rows.iter().map(|row| Some(assets[row.asset].asset.as_str()))),
            texts("serial", rows.iter().map(|row| assets[row.asset].serial.as_deref())),
            texts("model", rows.iter().map(|row| assets[row.asset].model.as_deref())),
            texts("site", rows.iter().map(|row| assets[row.asset].site.as_deref())),
            texts("unit_verdict", rows.iter().map(|row| Some(verdict(row)))),
            numbers("incidents", rows.iter().map(|row| Some(row.incidents as i64))),
            shares("service_days", rows.iter().map(|row| Some(row.days))),
            numbers("year_incidents", rows.iter().map(|row| Some(row.year_incidents as i64))),
            numbers("same_fault", rows.iter().map(|row| Some(row.same_fault as i64))),
            shares("expected", test(|test| test.expected)),
            shares("observed_by_expected", test(|test| test.ratio)),
            shares("at_least", test(|test| test.ratio_bounds.lower)),
            shares("at_most", test(|test| test.ratio_bounds.upper)),
            shares("p", test(|test| test.p)),
            shares("q", test(|test| test.q)),
            shares("mtbf_days", rows.iter().map(|row| row.mtbf?.days)),
            shares("mtbf_at_least_days", rows.iter().map(|row| Some(row.mtbf?.lower_days))),
            shares("mtbf_at_most_days", rows.iter().map(|row| row.mtbf?.upper_days)),
        ],
    )
}

/// One row a model.
pub fn models(facts: &Facts) -> PolarsResult<DataFrame> {
    let rows = &facts.recurrence.hardware.models;
    let names = &facts.recurrence.model_names;
    let verdict = |row: &ModelRow| match row.verdict {
        ModelVerdict::Worsening => "worsening with age",
        ModelVerdict::Improving => "improving with age",
        ModelVerdict::NoTrend => "no trend",
        ModelVerdict::TooFew => "too few to tell",
    };
    DataFrame::new(
        rows.len(),
        vec![
            texts("model", rows.iter().map(|row| names.get(row.model).map(String::as_str))),
            texts("trend", rows.iter().map(|row| Some(verdict(row)))),
            numbers("units", rows.iter().map(|row| Some(row.units as i64))),
            numbers("units_without_incident", rows.iter().map(|row| Some(row.without_incidents as i64))),
            numbers("incidents", rows.iter().map(|row| Some(row.incidents as i64))),
            shares("service_days", rows.iter().map(|row| Some(row.unit_days))),
            shares("incidents_per_unit_year", rows.iter().map(|row| row.per_unit_year)),
            shares("mtbf_days", rows.iter().map(|row| row.mtbf?.days)),
            shares("mtbf_at_least_days", rows.iter().map(|row| Some(row.mtbf?.lower_days))),
            shares("mtbf_at_most_days", rows.iter().map(|row| row.mtbf?.upper_days)),
            shares("power", rows.iter().map(|row| row.wear?.law.map(|law| law.beta))),
            shares("power_at_least", rows.iter().map(|row| row.wear?.power.map(|power| power.lower))),
            shares("power_at_most", rows.iter().map(|row| row.wear?.power.map(|power| power.upper))),
            shares("p", rows.iter().map(|row| row.wear.map(|wear| wear.p_worsening))),
            shares("q", rows.iter().map(|row| row.q_worsening)),
            numbers("tested_with", rows.iter().map(|row| Some(row.family as i64))),
            shares("replacement_age_days", rows.iter().map(|row| row.replacement.map(|found| found.age))),
        ],
    )
}

/// The mean cumulative number of incidents of a unit by age, with its 95 % band.
pub fn failures_by_age(facts: &Facts) -> PolarsResult<DataFrame> {
    let names = &facts.recurrence.model_names;
    let rows: Vec<_> = (facts.recurrence.hardware.curves.iter())
        .flat_map(|curve| curve.points.iter().map(move |point| (curve, point)))
        .collect();
    DataFrame::new(
        rows.len(),
        vec![
            texts("model", rows.iter().map(|(curve, _)| names.get(curve.model).map(String::as_str))),
            numbers("units", rows.iter().map(|(curve, _)| Some(curve.units as i64))),
            shares("age_days", rows.iter().map(|(_, point)| Some(point.age_days))),
            shares("mean_incidents", rows.iter().map(|(_, point)| Some(point.mean))),
            shares("at_least", rows.iter().map(|(_, point)| Some(point.lower).filter(|v| v.is_finite()))),
            shares("at_most", rows.iter().map(|(_, point)| Some(point.upper).filter(|v| v.is_finite()))),
        ],
    )
}

/// One row a clock and site with something decided in the period, and between what attainments
/// chance alone would leave a site of its size, given the clock's attainment over all sites.
pub fn site_attainment(facts: &Facts) -> PolarsResult<DataFrame> {
    let Facts { config, kernel, readings, period, .. } = facts;
    let sites = kernel.data.tickets.column(Text::Site);
    let mut counts: BTreeMap<(u16, &str), (i64, i64)> = BTreeMap::new();
    for reading in &readings.rows {
        let (kept, missed) = (reading.verdict.is_kept(), reading.verdict.is_missed());
        if let Some(site) = sites.get(reading.ticket as usize)
            && (kept || missed)
            && period.contains(placed_at(reading, kernel, period))
        {
            let count = counts.entry((reading.clock, site)).or_default();
            *count = (count.0 + i64::from(kept), count.1 + 1);
        }
    }
    let mean = |clock: u16| {
        let own = counts.iter().filter(|((of, _), _)| *of == clock);
        let (kept, decided) = own.fold((0, 0), |sum, (_, count)| (sum.0 + count.0, sum.1 + count.1));
        kept as f64 / decided as f64
    };
    let means: Vec<f64> = (0..config.policy.clocks.len()).map(|clock| mean(clock as u16)).collect();
    let limits = |level: f64| -> Vec<Option<Bounds>> {
        let one = |((clock, _), (_, decided)): (&(u16, &str), &(i64, i64))| {
            share_limits(means[*clock as usize], *decided as u64, level)
        };
        counts.iter().map(one).collect()
    };
    let (inner, outer) = (limits(0.95), limits(0.998));
    let ends = |of: &[Option<Bounds>], get: fn(&Bounds) -> f64| {
        of.iter().map(|bounds| bounds.as_ref().map(get)).collect::<Vec<_>>().into_iter()
    };
    DataFrame::new(
        counts.len(),
        vec![
            texts("clock", counts.keys().map(|key| Some(config.policy.clocks[key.0 as usize].name.as_str()))),
            texts("site", counts.keys().map(|key| Some(key.1))),
            shares("attainment", counts.values().map(|count| Some(count.0 as f64 / count.1 as f64))),
            numbers("kept", counts.values().map(|count| Some(count.0))),
            numbers("decided", counts.values().map(|count| Some(count.1))),
            shares("lower95_share", ends(&inner, |bounds| bounds.lower)),
            shares("upper95_share", ends(&inner, |bounds| bounds.upper)),
            shares("lower998_share", ends(&outer, |bounds| bounds.lower)),
            shares("upper998_share", ends(&outer, |bounds| bounds.upper)),
        ],
    )
}

/// Many tickets of one kind at one site within hours: one incident, not many problems.
pub fn bursts(facts: &Facts) -> PolarsResult<DataFrame> {
    let rows = &facts.recurrence.bursts;
    DataFrame::new(
        rows.len(),
        vec![
            texts("site", rows.iter().map(|row| Some(row.site.as_str()))),
            texts("kind", rows.iter().map(|row| Some(row.kind.as_str()))),
            instants("first_at", rows.iter().map(|row| row.first_at)),
            instants("last_at", rows.iter().map(|row| row.last_at)),
            numbers("tickets", rows.iter().map(|row| Some(row.rows.len() as i64))),
            shares("p", rows.iter().map(|row| Some(row.p))),
        ],
    )
}

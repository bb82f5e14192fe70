//! Units and models that stand out, as areas: what `hardware` judges, in the terms of all other areas.

use chrono::NaiveDate;
use rustc_hash::FxHashMap;

use super::codes::{Codes, Dimension};
use super::cuts::{Counts, Cut, Sample};
use super::exposure::Days;
use super::hardware::{self, Hardware, ModelRow, ModelVerdict, UnitHistory, UnitRow, UnitVerdict};
use super::incidents::Incidents;
use super::pick::Picked;
use super::test::{Question, Shrunk, Tested, Tier};
use super::windows::Windows;
use super::{Input, Settings, windows};
use crate::model::MISSING_CODE;
use crate::stats::Bounds;

/// Least lower bound of the power of age, above 1, of a model to act on; a judgement.
const LEAST_POWER: f64 = 1.1;

/// Judges all listed equipment with the incidents since the history began; incidents of a unit in one module
/// are the same fault.
pub fn assess(
    input: &Input,
    codes: &Codes,
    incidents: &Incidents,
    windows: &Windows,
    history_at: i64,
) -> Hardware {
    let mut of_unit: FxHashMap<u32, Vec<(i64, u32)>> = FxHashMap::default();
    for (incident, at) in incidents.at.iter().enumerate().filter(|(_, at)| **at < windows.end_at) {
        let row = incidents.first[incident] as usize;
        let unit = codes.of[Dimension::Unit as usize][row];
        if unit != MISSING_CODE {
            // Wordings and codes would split what one unit does again and again into single incidents.
            let fault = codes.of[Dimension::Module as usize][row];
            of_unit.entry(unit).or_default().push((*at, fault));
        }
    }
    let models = &codes.names[Dimension::Model as usize];
    let at = |day: Option<NaiveDate>| day.map(|day| windows::midnight(day, input.zone));
    let history = |(unit, asset): (usize, &usize)| {
        let listed = input.data.assets.get(*asset)?;
        let model = models.code(listed.model.as_deref()?);
        let installed_at = at(listed.installed_on);
        let retired_at = at(listed.retired_on.and_then(|day| day.succ_opt()));
        Some(UnitHistory {
            asset: *asset,
            model: model as usize,
            installed_at,
            from_at: installed_at.map_or(history_at, |installed| installed.max(history_at)),
            until_at: retired_at.map_or(windows.end_at, |retired| retired.min(windows.end_at)),
            incidents: of_unit.get(&(unit as u32)).cloned().unwrap_or_default(),
        })
    };
    let units: Vec<UnitHistory> = codes.asset_of_unit.iter().enumerate().filter_map(history).collect();
    hardware::assess(&units, models.len(), windows.end_at, input.settings)
}

/// Codes of the units that are bad.
pub fn bad_units(input: &Input, codes: &Codes, hardware: &Hardware) -> Vec<u32> {
    let bad = hardware.units.iter().filter(|row| row.verdict == UnitVerdict::BadUnit);
    let mut bad: Vec<u32> = bad.map(|row| code_of(input, codes, row)).collect();
    bad.sort_unstable();
    bad
}

fn code_of(input: &Input, codes: &Codes, row: &UnitRow) -> u32 {
    codes.names[Dimension::Unit as usize].code(&input.data.assets[row.asset].asset)
}

/// Units and models to act on or to watch.
pub fn areas(input: &Input, codes: &Codes, sample: &Sample, hardware: &Hardware) -> Vec<Picked> {
    let family = hardware.models.iter().map(|model| model.units as usize).sum();
    let units =
        hardware.units.iter().filter_map(|row| unit(code_of(input, codes, row), row, family, input.settings));
    let found: Vec<Tested> = units.chain(hardware.models.iter().filter_map(model)).collect();
    let cuts: Vec<Cut> = found.iter().map(|tested| tested.cut.clone()).collect();
    let members = sample.members(&cuts);
    let picked = found.into_iter().zip(members).map(|(mut tested, members)| {
        members.iter().for_each(|member| tested.counts.add(sample.side[*member as usize]));
        Picked { tested, members, explains: Vec::new() }
    });
    picked.collect()
}

fn unit(code: u32, row: &UnitRow, family: usize, settings: &Settings) -> Option<Tested> {
    let tier = match row.verdict {
        UnitVerdict::BadUnit => Tier::Act,
        UnitVerdict::Watch => Tier::Watch,
        UnitVerdict::Nothing | UnitVerdict::TooFew => return None,
    };
    let test = row.test?;
    // A small p alone is worth a look only while about one such is expected by chance.
    let is_rare = test.q <= settings.watch_q || test.p * family as f64 <= 1.0;
    (tier == Tier::Act || is_rare).then(|| Tested {
        observed: test.incidents as u32,
        expected: test.expected,
        ratio: Some(test.ratio).filter(|ratio| ratio.is_finite()),
        bounds: test.ratio_bounds,
        p: test.p,
        q: test.q,
        family,
        act_at: test.act_at.map(|incidents| incidents as u32),
        ..blank(Question::BadUnit, (Dimension::Unit, code), tier, test.ratio_bounds.lower)
    })
}

fn model(row: &ModelRow) -> Option<Tested> {
    let wear = row.wear.as_ref().filter(|_| row.verdict == ModelVerdict::Worsening)?;
    let power = wear.power.unwrap_or(Bounds { lower: 1.0, upper: f64::INFINITY });
    // Many incidents make sure of a trend that is too slight to replace anything for.
    let tier = if power.lower >= LEAST_POWER { Tier::Act } else { Tier::Watch };
    Some(Tested {
        observed: wear.incidents as u32,
        bounds: power,
        p: wear.p_worsening,
        q: row.q_worsening.unwrap_or(1.0),
        family: row.family as usize,
        ..blank(Question::WearOut, (Dimension::Model, row.model as u32), tier, power.lower)
    })
}

fn blank(question: Question, part: (Dimension, u32), tier: Tier, lower: f64) -> Tested {
    Tested {
        cut: vec![part],
        counts: Counts::default(),
        question,
        observed: 0,
        expected: 0.0,
        days: Days::default(),
        size: f64::INFINITY,
        ratio: None,
        bounds: Bounds { lower: 0.0, upper: f64::INFINITY },
        p: 1.0,
        q: 1.0,
        family: 0,
        act_at: None,
        shrunk: lower,
        shrunk_by: Shrunk::LowerBound,
        tier,
    }
}

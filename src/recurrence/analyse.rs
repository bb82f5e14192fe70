//! From tickets to areas: the table of contents.

use super::advice::{self, AdviceRule};
use super::area::{Amount, Area, WouldChange};
use super::cause::{self, SharedCause};
use super::codes::{Codes, Dimension};
use super::cuts::{self, Counts, Cut, Sample};
use super::equipment;
use super::exposure::Exposure;
use super::facts::Facts;
use super::family::Family;
use super::hardware::Hardware;
use super::incidents::{self, Burst, Incidents};
use super::pick::{self, Picked};
use super::spread::{self, Spread};
use super::test::{self, Question, Tier};
use super::text::Glossary;
use super::windows::{Side, Windows};
use super::{Lost, Settings, expected};
use crate::model::{Dataset, MISSING_CODE};

/// What is analysed.
pub struct Input<'a> {
    pub data: &'a Dataset,
    /// Seconds UTC; the local day it falls in is left out.
    pub as_of: i64,
    pub zone: chrono_tz::Tz,
    pub settings: &'a Settings,
    pub glossary: &'a Glossary,
    pub rules: &'a [AdviceRule],
    /// By ticket: what it cost.
    pub lost: &'a [Lost],
    /// By ticket: whether it counts, which spam and cancelled tickets don't. What was merged into another
    /// ticket joins that one's incident in any case.
    pub counts: &'a [bool],
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Recurrence {
    pub windows: Windows,
    pub incidents: Incidents,
    /// Areas to act on, then to watch; each in order of p.
    pub areas: Vec<Area>,
    /// Bursts anywhere in the history, in order of time.
    pub bursts: Vec<Burst>,
    pub families: Vec<Family>,
    pub hardware: Hardware,
    /// By the number that `hardware` gives a model.
    pub model_names: Vec<String>,
    /// From when on the history is there in full, seconds UTC.
    pub history_at: i64,
    /// What is missing or was left out, as sentences.
    pub findings: Vec<Finding>,
}

impl Recurrence {
    /// Where nobody asks: nothing was looked for.
    pub fn none(settings: &Settings, as_of: i64, zone: chrono_tz::Tz) -> Recurrence {
        let windows = Windows::new(as_of, zone, settings);
        Recurrence {
            windows,
            incidents: Incidents::default(),
            areas: Vec::new(),
            bursts: Vec::new(),
            families: Vec::new(),
            hardware: Hardware::default(),
            model_names: Vec::new(),
            history_at: windows.end_at,
            findings: Vec::new(),
        }
    }
}

/// Finds the recurring problem areas.
pub fn analyse(input: &Input) -> Recurrence {
    let codes = Codes::new(input.data, input.glossary, input.settings.text_threshold);
    let (incidents, bursts) = incidents::incidents(input, &codes);
    let wanted = Windows::new(input.as_of, input.zone, input.settings);
    let history_at = wanted.history_at(&incidents.at).unwrap_or(wanted.end_at);
    let windows = wanted.since(history_at, input.zone);
    let exposure = Exposure::new(input.data, &codes, &incidents, &windows);
    let sample = Sample::new(&incidents, &codes, &windows);
    let cells = cuts::cells(&sample, &codes, input.settings.act_incidents);
    let (mut tested, own) = test::own_change(cells, &exposure, input.settings);
    let peers = expected::peers(&sample, &exposure);
    let are_compared = !peers.is_empty();
    let (of_peers, peer) = test::peer_excess(peers, input.settings);
    tested.extend(of_peers);
    let families = vec![own, peer];
    let hardware = equipment::assess(input, &codes, &incidents, &windows, history_at);
    let (mut picked, families) = pick::pick(tested, families, &sample, input.settings);
    picked.extend(equipment::areas(input, &codes, &sample, &hardware));
    pick::order(&mut picked, input.settings);
    let bad_units = equipment::bad_units(input, &codes, &hardware);
    let is_bad = |unit| bad_units.binary_search(&unit).is_ok();
    let causes = cause::causes(&picked, &sample, &codes, &exposure, input.settings);
    let spreads: Vec<Spread> = picked
        .iter()
        .map(|area| spread::spread(area, &sample, &incidents.at, &codes, &exposure, input.settings, is_bad))
        .collect();
    let context = Context { input, windows, codes: &codes, incidents: &incidents, sample: &sample };
    let areas = picked
        .into_iter()
        .zip(spreads)
        .zip(causes)
        .map(|((picked, spread), cause)| context.area(picked, spread, cause, &families))
        .collect();
    let mut findings = findings(&exposure, &sample, are_compared);
    if windows.baseline_on > wanted.baseline_on {
        let (from, days) = (windows.baseline_on, windows.days().1);
        findings.push(Finding {
            text: "The baseline has {days} days, from {from}: the history holds no more.",
            values: vec![("days", days.to_string()), ("from", from.to_string())],
        });
    }
    let model_names = codes.names[Dimension::Model as usize].values().map(str::to_owned).collect();
    Recurrence { windows, incidents, areas, bursts, families, hardware, model_names, history_at, findings }
}

/// What is missing in the data, and what that keeps from being found.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// In English, with `{names}` in the places of values.
    pub text: &'static str,
    pub values: Vec<(&'static str, String)>,
}

impl Finding {
    fn plain(text: &'static str) -> Finding {
        Finding { text, values: Vec::new() }
    }
}

struct Context<'a> {
    input: &'a Input<'a>,
    windows: Windows,
    codes: &'a Codes,
    incidents: &'a Incidents,
    sample: &'a Sample,
}

impl Context<'_> {
    fn area(
        &self,
        picked: Picked,
        spread: Spread,
        shared_cause: Option<SharedCause>,
        families: &[Family],
    ) -> Area {
        let tested = &picked.tested;
        let family = families.iter().find(|family| family.question == tested.question);
        let is_wearing = tested.question == Question::WearOut;
        let advice = (tested.tier == Tier::Act).then(|| {
            let facts = Facts {
                input: self.input,
                codes: self.codes,
                incidents: self.incidents,
                sample: self.sample,
                area: &picked,
                spread: &spread,
                cause: shared_cause.as_ref(),
                is_wearing,
            };
            advice::advise(self.input.rules, &facts)
        });
        let tickets = |side: Side| -> Vec<u32> {
            let members = picked.members.iter().filter(|m| self.sample.side[**m as usize] == side);
            let incidents = members.map(|m| self.sample.incident[*m as usize] as usize);
            let mut rows: Vec<u32> = incidents.flat_map(|i| self.incidents.tickets(i)).copied().collect();
            rows.sort_unstable();
            rows
        };
        let rows = tickets(Side::Current);
        let id = |cut: &Cut| {
            let parts =
                cut.iter().map(|part| format!("{}={}", part.0.name(), self.codes.name(part.0, part.1)));
            parts.collect::<Vec<_>>().join(";")
        };
        Area {
            id: id(&tested.cut),
            cut: tested.cut.iter().map(|p| (p.0, self.codes.name(p.0, p.1).to_owned())).collect(),
            question: tested.question,
            tier: tested.tier,
            shared_cause,
            current: Amount { incidents: tested.counts.current, tickets: rows.len() as u32 },
            baseline: Amount {
                incidents: tested.counts.baseline,
                tickets: tickets(Side::Baseline).len() as u32,
            },
            baseline_on: self.windows.baseline_on,
            current_on: self.windows.current_on,
            end_on: self.windows.end_on,
            observed: tested.observed,
            expected: tested.expected,
            ratio: tested.ratio,
            bounds: tested.bounds,
            p: tested.p,
            q: tested.q,
            family: tested.family,
            shrunk: tested.shrunk,
            shrunk_by: tested.shrunk_by,
            lost: lost(self.input.lost, &rows),
            rows,
            advice,
            would_change: match family {
                Some(family) => would_change(&picked, family),
                None => unit_would_change(&picked),
            },
            explains: picked.explains.iter().map(id).collect(),
            spread,
        }
    }
}

fn lost(of: &[Lost], rows: &[u32]) -> Lost {
    rows.iter().filter_map(|row| of.get(*row as usize)).fold(Lost::default(), |sum, one| Lost {
        missed: sum.missed + one.missed,
        overrun_s: sum.overrun_s + one.overrun_s,
        visits: sum.visits + one.visits,
    })
}

/// A unit's own threshold: one fewer and it would be watched, or so many and it would be bad.
fn unit_would_change(picked: &Picked) -> Option<WouldChange> {
    let act_at = picked.tested.act_at?;
    Some(match picked.tested.tier {
        Tier::Act => WouldChange { incidents: act_at.saturating_sub(1), to: Tier::Watch },
        _ => WouldChange { incidents: act_at, to: Tier::Act },
    })
}

/// The nearest number of current incidents whose p is on the other side of the family's limit.
fn would_change(picked: &Picked, family: &Family) -> Option<WouldChange> {
    let tested = &picked.tested;
    let p = |current: u32| tested.p_of(Counts { current, ..tested.counts });
    let before = if tested.question == Question::OwnChange { 0 } else { tested.counts.baseline };
    let now = tested.counts.current;
    match tested.tier {
        Tier::Act => {
            let fewer = (0..now).rev().find(|n| p(*n) > family.act_p)?;
            Some(WouldChange { incidents: before + fewer, to: Tier::Watch })
        }
        _ if !tested.is_place() => {
            let more = (now + 1..=now.saturating_add(now.max(20))).find(|n| p(*n) <= family.act_p)?;
            Some(WouldChange { incidents: before + more, to: Tier::Act })
        }
        _ => None,
    }
}

fn findings(exposure: &Exposure, sample: &Sample, are_compared: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !exposure.has_sites {
        findings.push(Finding::plain(
            "Rate not comparable: no list of contracts or installed equipment; every area is held against its \
             own past only, by the calendar.",
        ));
    } else if !exposure.has_units {
        findings.push(Finding::plain(
            "Rate not comparable: no list of installed equipment; models and units are held against their own \
             past only.",
        ));
    }
    if exposure.has_sites && !are_compared {
        findings.push(Finding::plain("Sites not compared: fewer than 20 are in service."));
    }
    let missing = |dimension: Dimension| {
        sample.of[dimension as usize].iter().filter(|code| **code == MISSING_CODE).count()
    };
    for dimension in [Dimension::Site, Dimension::Module] {
        let count = missing(dimension);
        if count > 0 {
            findings.push(Finding {
                text: match dimension {
                    Dimension::Site => "{count} of {all} incidents have no site.",
                    _ => "{count} of {all} incidents have no module.",
                },
                values: vec![("count", count.to_string()), ("all", sample.len().to_string())],
            });
        }
    }
    findings
}

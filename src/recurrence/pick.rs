//! From cells that stand out to areas that say it once.
//!
//! Cuts overlap: one fault lifts its error code, its module, its customer and their pairs. The strongest
//! cut is taken first; every other must still stand out without the incidents of those already taken.

use std::collections::BTreeMap;

use super::Settings;
use super::codes::Dimension;
use super::cuts::{Counts, Cut, Sample};
use super::family::{Family, family};
use super::test::{Question, Tested, Tier};

/// A cut that is reported.
pub struct Picked {
    pub tested: Tested,
    /// Indexes in the sample, in order of time.
    pub members: Vec<u32>,
    /// Cuts that stand out only because of this one's incidents.
    pub explains: Vec<Cut>,
}

/// The cuts to report, and the families as they are judged then.
///
/// Cuts that another explains count in their family with the p of what is left of them. Otherwise one fault,
/// which lifts dozens of overlapping cuts, would loosen the limit for all the rest.
pub fn pick(
    tested: Vec<Tested>,
    families: Vec<Family>,
    sample: &Sample,
    settings: &Settings,
) -> (Vec<Picked>, Vec<Family>) {
    let (candidates, silent): (Vec<Tested>, Vec<Tested>) =
        tested.into_iter().partition(|cell| cell.tier != Tier::Silent);
    let mut p: BTreeMap<Question, Vec<f64>> = BTreeMap::new();
    families.iter().for_each(|family| drop(p.insert(family.question, Vec::new())));
    silent.iter().for_each(|cell| p.entry(cell.question).or_default().push(cell.p));
    Picker {
        sample,
        settings,
        families,
        p,
        taken: vec![0; sample.len()],
        owner: vec![0; sample.len()],
        numbers: Vec::new(),
        next: 0,
        picked: Vec::new(),
    }
    .run(strongest_first(candidates))
}

/// Areas to act on, then to watch, each in order of p; of those to act on at most `act_areas`, the rest is
/// watched.
pub fn order(picked: &mut [Picked], settings: &Settings) {
    picked.sort_by(|a, b| {
        let rank = |area: &Picked| (area.tested.tier, area.tested.question);
        let p = a.tested.p.total_cmp(&b.tested.p);
        a.tested
            .tier
            .cmp(&b.tested.tier)
            .then(p)
            .then(rank(a).cmp(&rank(b)))
            .then(a.tested.cut.cmp(&b.tested.cut))
    });
    picked.iter_mut().skip(settings.act_areas).for_each(|area| area.tested.tier = Tier::Watch);
}

fn strongest_first(mut candidates: Vec<Tested>) -> Vec<Tested> {
    candidates.sort_by(|a, b| {
        a.tier
            .cmp(&b.tier)
            .then(a.p.total_cmp(&b.p))
            .then(b.excess_of(b.counts).total_cmp(&a.excess_of(a.counts)))
            .then(plainness(&a.cut).cmp(&plainness(&b.cut)))
            .then(a.cut.cmp(&b.cut))
            .then(a.question.cmp(&b.question))
    });
    candidates
}

struct Picker<'a> {
    sample: &'a Sample,
    settings: &'a Settings,
    families: Vec<Family>,
    /// By question: p of the cuts that aren't areas.
    p: BTreeMap<Question, Vec<f64>>,
    /// By incident of the sample: how many areas have it, and the number of the last one that took it.
    taken: Vec<u32>,
    owner: Vec<u32>,
    /// Numbers of the areas picked, in step with them.
    numbers: Vec<u32>,
    next: u32,
    picked: Vec<Picked>,
}

impl Picker<'_> {
    fn run(mut self, candidates: Vec<Tested>) -> (Vec<Picked>, Vec<Family>) {
        let cuts: Vec<Cut> = candidates.iter().map(|cell| cell.cut.clone()).collect();
        let members = self.sample.members(&cuts);
        for (tested, members) in candidates.into_iter().zip(members) {
            self.consider(Picked { tested, members, explains: Vec::new() });
        }
        let Picker { settings, families, mut p, mut picked, .. } = self;
        let families = families.into_iter().map(|before| {
            let question = before.question;
            let mut of_all: Vec<f64> = p.remove(&question).unwrap_or_default();
            let others = of_all.len();
            let mut areas: Vec<&mut Picked> =
                picked.iter_mut().filter(|area| area.tested.question == question).collect();
            of_all.extend(areas.iter().map(|area| area.tested.p));
            let (after, q) = family(question, &of_all, settings);
            for (area, q) in areas.iter_mut().zip(&q[others..]) {
                area.tested.q = *q;
                area.tested.family = after.size;
                area.tested.tier = match area.tested.tier_in(&after, settings) {
                    Tier::Act if area.tested.is_place() => Tier::Watch,
                    tier => tier,
                };
            }
            after
        });
        let families = families.collect();
        picked.retain(|area| area.tested.tier != Tier::Silent);
        (picked, families)
    }

    fn consider(&mut self, mut area: Picked) {
        let left = count(self.sample, area.members.iter().filter(|m| self.taken[**m as usize] == 0));
        if left == area.tested.counts || self.stands_out(&area.tested, left) {
            self.swallow_parts(&mut area, left);
        } else if let Some(parent) = self.parent_that_needs(&area) {
            self.fold(parent, &mut area);
        } else {
            self.explain(area, left);
            return;
        }
        for member in &area.members {
            self.taken[*member as usize] += 1;
            self.owner[*member as usize] = self.next;
        }
        self.numbers.push(self.next);
        self.next += 1;
        self.picked.push(area);
    }

    /// Takes back an area, which another explains.
    fn fold(&mut self, index: usize, into: &mut Picked) {
        let gone = self.picked.remove(index);
        self.numbers.remove(index);
        gone.members.iter().for_each(|member| self.taken[*member as usize] -= 1);
        self.count_in_family(&gone, Counts::default());
        into.explains.push(gone.tested.cut);
        into.explains.extend(gone.explains);
    }

    fn stands_out(&self, tested: &Tested, left: Counts) -> bool {
        let of = |family: &&Family| family.question == tested.question;
        let Some(family) = self.families.iter().find(of) else { return false };
        let limit = if tested.tier == Tier::Act { family.act_p } else { family.watch_p };
        let observed = if tested.question == Question::OwnChange { left.current } else { left.total() };
        observed >= self.settings.act_incidents && tested.p_of(left) <= limit
    }

    /// A wider area that wouldn't stand out without this cut, which then is the finding.
    fn parent_that_needs(&self, area: &Picked) -> Option<usize> {
        self.picked.iter().position(|parent| {
            if !is_part(&area.tested, &parent.tested) {
                return false;
            }
            let is_outside = |member: &&u32| area.members.binary_search(member).is_err();
            let left = count(self.sample, parent.members.iter().filter(is_outside));
            left != Counts::default() && !self.stands_out(&parent.tested, left)
        })
    }

    /// Leaves a cut to the area that has most of its incidents.
    fn explain(&mut self, area: Picked, left: Counts) {
        self.count_in_family(&area, left);
        let mut shared: BTreeMap<u32, usize> = BTreeMap::new();
        for member in area.members.iter().filter(|m| self.taken[**m as usize] > 0) {
            *shared.entry(self.owner[*member as usize]).or_default() += 1;
        }
        let most = shared.into_iter().rev().max_by_key(|(_, count)| *count);
        let by = most.and_then(|(number, _)| self.numbers.iter().position(|known| *known == number));
        if let Some(by) = by {
            self.picked[by].explains.push(area.tested.cut);
        }
    }

    fn count_in_family(&mut self, area: &Picked, left: Counts) {
        self.p.entry(area.tested.question).or_default().push(area.tested.p_of(left));
    }

    /// A wider cut that stands out without its parts, and has most of its excess outside them, is the
    /// finding; the parts aren't.
    fn swallow_parts(&mut self, area: &mut Picked, left: Counts) {
        if area.tested.excess_of(left) < area.tested.excess_of(area.tested.counts) / 2.0 {
            return;
        }
        for index in (0..self.picked.len()).rev() {
            let other = &self.picked[index].tested;
            if other.tier >= area.tested.tier && is_part(other, &area.tested) {
                self.fold(index, area);
            }
        }
    }
}

/// Whether a cut is one part of another's values.
fn is_part(part: &Tested, whole: &Tested) -> bool {
    part.cut.len() > whole.cut.len() && whole.cut.iter().all(|value| part.cut.contains(value))
}

fn count<'a>(sample: &Sample, members: impl Iterator<Item = &'a u32>) -> Counts {
    let mut counts = Counts::default();
    members.for_each(|member| counts.add(sample.side[*member as usize]));
    counts
}

/// Of cuts with the same incidents: what and where says most, two names for what say least.
fn plainness(cut: &Cut) -> u8 {
    let is_place = |part: &(Dimension, u32)| part.0 <= Dimension::Version;
    match (cut.len(), cut.iter().filter(|part| is_place(part)).count()) {
        (2, 1) => 0,
        (1, _) => 1,
        _ => 2,
    }
}

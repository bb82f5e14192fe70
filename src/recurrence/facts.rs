//! What the rules of advice ask about an area, measured on its incidents.

use std::collections::{BTreeMap, BTreeSet};

use super::Input;
use super::advice::{Condition, Fact};
use super::cause::SharedCause;
use super::codes::{Codes, Dimension};
use super::cuts::Sample;
use super::incidents::Incidents;
use super::pick::Picked;
use super::spread::{Spread, Verdict};
use super::windows::Side;
use crate::model::{MISSING_CODE, Text, Time};
use crate::stats::proportions::{wilson_lower, wilson_upper};

/// Fewer incidents have no share; a judgement of the method.
const LEAST: u64 = 10;
/// Confidence of the one-sided bounds of shares.
const LEVEL: f64 = 0.9;
const DAY_S: i64 = 86_400;
/// What follows a change so soon may follow from it.
const AFTER_CHANGE_S: i64 = 3 * DAY_S;
/// A visit so soon after another means that the first didn't help.
const REPEAT_S: i64 = 30 * DAY_S;
const YEAR_S: i64 = 365 * DAY_S;
/// Requests that change a site's system.
const CHANGES: [&str; 2] = ["update", "upgrade"];

/// A measured fact.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measure {
    /// `None` where the data doesn't tell.
    pub value: Option<f64>,
    /// Of a share: how many of how many incidents.
    pub part: Option<(u64, u64)>,
    /// Why the data doesn't tell.
    pub why_not: Option<&'static str>,
}

impl Measure {
    fn number(value: f64) -> Measure {
        Measure { value: Some(value), part: None, why_not: None }
    }

    fn flag(is_so: bool) -> Measure {
        Measure::number(f64::from(u8::from(is_so)))
    }

    fn share(part: (u64, u64), of: impl Fn(u64, u64) -> Option<f64>, few: &'static str) -> Measure {
        let is_enough = part.1 >= LEAST;
        let value = if is_enough { of(part.0, part.1) } else { None };
        Measure { value, part: Some(part), why_not: (!is_enough).then_some(few) }
    }
}

/// An area with all that is known of it.
pub struct Facts<'a> {
    pub input: &'a Input<'a>,
    pub codes: &'a Codes,
    pub incidents: &'a Incidents,
    pub sample: &'a Sample,
    pub area: &'a Picked,
    pub spread: &'a Spread,
    pub cause: Option<&'a SharedCause>,
    /// Whether the model of the cut is wearing out.
    pub is_wearing: bool,
}

impl Facts<'_> {
    /// What a condition asks for.
    pub fn measure(&self, condition: &Condition) -> Measure {
        let lower = |part, all| wilson_lower(part, all, LEVEL);
        match condition.fact {
            Fact::Systemic => Measure::flag(self.spread.verdict == Verdict::Systemic),
            Fact::SharedVersion => {
                Measure::flag(self.cause.is_some_and(|cause| cause.dimension == Dimension::Version))
            }
            Fact::BadUnit => Measure::flag(self.spread.verdict == Verdict::BadUnit),
            Fact::WearingModel => Measure::flag(self.is_wearing),
            Fact::Sites => Measure::number(self.spread.sites_hit as f64),
            Fact::Modules => Measure::number(self.modules() as f64),
            Fact::OnePlace => Measure::flag(matches!(
                self.area.tested.cut.as_slice(),
                [(Dimension::Site | Dimension::Channel, _)]
            )),
            Fact::ResolutionShare => {
                let share = |part: u64, all: u64| Some(part as f64 / all as f64);
                Measure::share(self.resolved(&condition.codes), share, "fewer than ten resolution codes")
            }
            Fact::ResolutionShareLower => {
                Measure::share(self.resolved(&condition.codes), lower, "fewer than ten resolution codes")
            }
            Fact::ResolutionsOnUnit => self.on_unit(&condition.codes),
            Fact::ArticleShareLower => self.articles(lower),
            Fact::SitesAfterChange => Measure::number(self.after_change().1 as f64),
            Fact::AfterChangeShareLower => {
                Measure::share((self.after_change().0, self.current().count() as u64), lower, FEW)
            }
            Fact::FirstTimeFixUpper => self.first_time_fix(),
        }
    }

    /// Incidents of the current window.
    fn current(&self) -> impl Iterator<Item = usize> {
        let members = self.area.members.iter().map(|member| *member as usize);
        members
            .filter(|member| self.sample.side[*member] == Side::Current)
            .map(|member| self.sample.incident[member] as usize)
    }

    fn row(&self, incident: usize) -> usize {
        self.incidents.first[incident] as usize
    }

    fn code(&self, dimension: Dimension, incident: usize) -> u32 {
        self.codes.of[dimension as usize][self.row(incident)]
    }

    fn modules(&self) -> usize {
        let modules: BTreeSet<u32> = self.current().map(|i| self.code(Dimension::Module, i)).collect();
        modules.iter().filter(|module| **module != MISSING_CODE).count()
    }

    fn has_resolution(&self, incident: usize, codes: &[String]) -> Option<bool> {
        let code = self.input.data.tickets.text(self.row(incident), Text::ResolutionCode)?.to_lowercase();
        Some(codes.iter().any(|known| known.to_lowercase() == code))
    }

    /// Incidents with one of the codes, of those with any.
    fn resolved(&self, codes: &[String]) -> (u64, u64) {
        let known = self.current().filter_map(|incident| self.has_resolution(incident, codes));
        known.fold((0, 0), |(part, all), is_one| (part + u64::from(is_one), all + 1))
    }

    fn on_unit(&self, codes: &[String]) -> Measure {
        let unit = self.area.tested.cut.iter().find(|part| part.0 == Dimension::Unit);
        let Some((_, unit)) = unit else { return Measure::number(0.0) };
        let until_at = self.input.as_of;
        let count = (0..self.incidents.len())
            .filter(|i| (until_at - YEAR_S..until_at).contains(&self.incidents.at[*i]))
            .filter(|i| self.code(Dimension::Unit, *i) == *unit)
            .filter(|i| self.has_resolution(*i, codes) == Some(true))
            .count();
        Measure::number(count as f64)
    }

    fn articles(&self, lower: impl Fn(u64, u64) -> Option<f64>) -> Measure {
        let articles = self.input.data.tickets.column(Text::Article);
        if articles.dictionary.is_empty() {
            return Measure { value: None, part: None, why_not: Some("no ticket names an article") };
        }
        let linked = self.current().filter(|i| articles.get(self.row(*i)).is_some()).count() as u64;
        Measure::share((linked, self.current().count() as u64), lower, FEW)
    }

    /// Incidents, and distinct sites, hit soon after an update or upgrade there was resolved.
    fn after_change(&self) -> (u64, u64) {
        let tickets = &self.input.data.tickets;
        let types = tickets.column(Text::RequestType);
        let is_change: Vec<bool> = types.dictionary.values().map(|t| CHANGES.contains(&t)).collect();
        let sites: BTreeSet<u32> = self.current().map(|i| self.code(Dimension::Site, i)).collect();
        let mut changes: BTreeMap<u32, Vec<i64>> = BTreeMap::new();
        for (row, code) in types.codes.iter().enumerate() {
            let site = self.codes.of[Dimension::Site as usize][row];
            if is_change.get(*code as usize) == Some(&true) && sites.contains(&site) {
                changes.entry(site).or_default().extend(tickets.at(row, Time::Resolved));
            }
        }
        let follows = |incident: &usize| {
            let (site, at) = (self.code(Dimension::Site, *incident), self.incidents.at[*incident]);
            let changed = changes.get(&site).filter(|_| site != MISSING_CODE).into_iter().flatten();
            changed.into_iter().any(|changed_at| (0..AFTER_CHANGE_S).contains(&(at - changed_at)))
        };
        let hit: Vec<usize> = self.current().filter(follows).collect();
        let sites: BTreeSet<u32> = hit.iter().map(|i| self.code(Dimension::Site, *i)).collect();
        (hit.len() as u64, sites.len() as u64)
    }

    /// Visits of both windows, but for the last 30 days, that no other to the same site and unit (or
    /// signature) followed within 30 days.
    fn first_time_fix(&self) -> Measure {
        let mut visits: BTreeMap<(u32, bool, u64), Vec<i64>> = BTreeMap::new();
        for member in &self.area.members {
            let incident = self.sample.incident[*member as usize] as usize;
            let rows = self.incidents.tickets(incident);
            let is_visited = |row: &u32| self.input.data.tickets.at(*row as usize, Time::OnSite).is_some();
            if rows.iter().any(is_visited) {
                let unit = self.code(Dimension::Unit, incident);
                let has_unit = unit != MISSING_CODE;
                let what = if has_unit { u64::from(unit) } else { self.incidents.signature[incident] };
                let key = (self.code(Dimension::Site, incident), has_unit, what);
                visits.entry(key).or_default().push(self.incidents.at[incident]);
            }
        }
        let (mut fixed, mut all) = (0, 0);
        for at in visits.values() {
            for (index, visited_at) in at.iter().enumerate() {
                if visited_at + REPEAT_S <= self.input.as_of {
                    all += 1;
                    fixed += u64::from(at.get(index + 1).is_none_or(|next| next - visited_at > REPEAT_S));
                }
            }
        }
        Measure::share((fixed, all), |part, all| wilson_upper(part, all, LEVEL), "fewer than ten visits")
    }
}

const FEW: &str = "fewer than ten incidents";

//! Days in service inside the windows, by site, customer, unit and model: what incidents are held
//! against.
//!
//! Ticket counts never stand in for exposure. Without any list of contracts or equipment only the calendar
//! is known: own-past tests compare days, and nothing is compared between places.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use chrono::{Datelike, NaiveDate};
use rustc_hash::FxHashMap;

use super::codes::{Codes, Dimension};
use super::incidents::Incidents;
use super::versions;
use super::windows::Windows;
use crate::model::{Dataset, MISSING_CODE};

/// Days in either window, or seconds where only seconds are compared with each other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Days {
    pub current: i64,
    pub baseline: i64,
}

impl Days {
    /// Of both windows.
    pub fn total(self) -> i64 {
        self.current + self.baseline
    }
}

impl AddAssign for Days {
    fn add_assign(&mut self, other: Days) {
        self.current += other.current;
        self.baseline += other.baseline;
    }
}

/// Service days.
pub struct Exposure {
    /// Whether sites are known from a list; otherwise every number is the calendar's.
    pub has_sites: bool,
    /// Whether equipment is.
    pub has_units: bool,
    calendar: Days,
    /// By code.
    pub site: Vec<Days>,
    customer: Vec<Days>,
    unit: Vec<Days>,
    model: Vec<Days>,
    /// Of a model's units at a site, by (site, model).
    pub model_at_site: BTreeMap<(u32, u32), Days>,
    model_of_customer: FxHashMap<(u32, u32), Days>,
    /// Seconds in which a version was in use at a site, by (site, version).
    pub version_at_site: BTreeMap<(u32, u32), Days>,
    total: Days,
}

impl Exposure {
    /// From the lists; versions in use are told by what tickets say of them.
    pub fn new(data: &Dataset, codes: &Codes, incidents: &Incidents, windows: &Windows) -> Exposure {
        let (current, baseline) = windows.days();
        let calendar = Days { current, baseline };
        let has_sites = data.has_contracts || !data.assets.is_empty();
        let has_units = !data.assets.is_empty();
        let all_alike = vec![calendar; codes.names[Dimension::Site as usize].len()];
        let size = |dimension: Dimension| codes.names[dimension as usize].len();
        let mut exposure = Exposure {
            has_sites,
            has_units,
            calendar,
            site: if has_sites { sites(data, codes, windows) } else { all_alike },
            customer: vec![Days::default(); size(Dimension::Customer)],
            unit: vec![Days::default(); size(Dimension::Unit)],
            model: vec![Days::default(); size(Dimension::Model)],
            model_at_site: BTreeMap::new(),
            model_of_customer: FxHashMap::default(),
            version_at_site: versions::in_use(data, codes, incidents, windows),
            total: Days::default(),
        };
        for (site, days) in exposure.site.iter().enumerate() {
            exposure.total += *days;
            if let Some(customer) = exposure.customer.get_mut(codes.customer_of_site[site] as usize) {
                *customer += *days;
            }
        }
        exposure.add_units(data, codes, windows);
        exposure
    }

    fn add_units(&mut self, data: &Dataset, codes: &Codes, windows: &Windows) {
        for (unit, index) in codes.asset_of_unit.iter().enumerate() {
            let Some(asset) = data.assets.get(*index) else { continue };
            let days = within(&[(first(asset.installed_on), after(asset.retired_on))], windows);
            self.unit[unit] = days;
            let code = |dimension: Dimension, text: &Option<String>| {
                text.as_ref().map_or(MISSING_CODE, |text| codes.names[dimension as usize].code(text))
            };
            let (site, model) = (code(Dimension::Site, &asset.site), code(Dimension::Model, &asset.model));
            if let Some(known) = self.model.get_mut(model as usize) {
                *known += days;
                if site != MISSING_CODE {
                    *self.model_at_site.entry((site, model)).or_default() += days;
                    let customer = codes.customer_of_site[site as usize];
                    *self.model_of_customer.entry((customer, model)).or_default() += days;
                }
            }
        }
    }

    /// What a cut is exposed to: its place or equipment; all sites where it names none.
    ///
    /// `None` where that isn't known, such as a unit that isn't in the list.
    pub fn of(&self, cut: &[(Dimension, u32)]) -> Option<Days> {
        let code = |dimension| cut.iter().find(|part| part.0 == dimension).map(|part| part.1);
        let (site, customer) = (code(Dimension::Site), code(Dimension::Customer));
        let days = if let Some(unit) = code(Dimension::Unit) {
            if self.has_units { self.unit[unit as usize] } else { self.calendar }
        } else if let (Some(model), true) = (code(Dimension::Model), self.has_units) {
            match (site, customer) {
                (Some(site), _) => self.model_at_site.get(&(site, model)).copied()?,
                (_, Some(customer)) => self.model_of_customer.get(&(customer, model)).copied()?,
                _ => self.model[model as usize],
            }
        } else if !self.has_sites {
            self.calendar
        } else if let Some(site) = site {
            self.site[site as usize]
        } else if let Some(customer) = customer {
            self.customer[customer as usize]
        } else {
            self.total
        };
        (days.current > 0 && days.baseline > 0).then_some(days)
    }
}

/// A site is in service while its customer's contract or any of its equipment is.
fn sites(data: &Dataset, codes: &Codes, windows: &Windows) -> Vec<Days> {
    let names = &codes.names[Dimension::Site as usize];
    let customers = &codes.names[Dimension::Customer as usize];
    let mut of_site: Vec<Vec<(i64, i64)>> = vec![Vec::new(); names.len()];
    let mut of_customer: Vec<Vec<(i64, i64)>> = vec![Vec::new(); customers.len()];
    for contract in &data.contracts {
        // The warranty begins with the licence.
        let start = [contract.licence_on, contract.start_on].into_iter().flatten().min();
        let service = (first(start), after(contract.end_on));
        match &contract.site {
            Some(site) => of_site[names.code(site) as usize].push(service),
            None => of_customer[customers.code(&contract.customer) as usize].push(service),
        }
    }
    for asset in &data.assets {
        if let Some(site) = &asset.site {
            of_site[names.code(site) as usize].push((first(asset.installed_on), after(asset.retired_on)));
        }
    }
    for (site, service) in of_site.iter_mut().enumerate() {
        if let Some(contracts) = of_customer.get(codes.customer_of_site[site] as usize) {
            service.extend_from_slice(contracts);
        }
        service.sort_unstable();
    }
    of_site.iter().map(|service| within(service, windows)).collect()
}

fn first(day: Option<NaiveDate>) -> i64 {
    day.map_or(i64::MIN, |day| i64::from(day.num_days_from_ce()))
}

/// Last days of contracts are included; a unit's day of retirement, too.
fn after(day: Option<NaiveDate>) -> i64 {
    day.map_or(i64::MAX, |day| i64::from(day.num_days_from_ce()) + 1)
}

/// Days of the windows within any of some half-open spans, which are in order of their starts.
fn within(spans: &[(i64, i64)], windows: &Windows) -> Days {
    let at = |day: NaiveDate| i64::from(day.num_days_from_ce());
    let overlap = |from: i64, until: i64| {
        let (mut days, mut seen) = (0, from);
        for (start, end) in spans {
            let (start, end) = ((*start).max(seen), (*end).min(until));
            if start < end {
                days += end - start;
                seen = end;
            }
        }
        days
    };
    Days {
        current: overlap(at(windows.current_on), at(windows.end_on)),
        baseline: overlap(at(windows.baseline_on), at(windows.current_on)),
    }
}

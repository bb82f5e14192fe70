//! Whether support was owed when a ticket was opened.
//!
//! A day counts in the zone of the ticket's site. The warranty runs from the
//! licence's issue date for whole calendar months, clamped at the end of the
//! month, its last day included.

use chrono::{Months, NaiveDate};
use rustc_hash::FxHashMap;

use super::reading::Reason;
use crate::model::Contract;

/// What covers a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage {
    Warranty,
    Contract,
    /// Had a warranty or contract, which had ended.
    Lapsed,
    None,
    /// No list of contracts was given.
    NotJudged,
}

impl Coverage {
    /// As in SQL, CSV and reports.
    pub fn name(self) -> &'static str {
        match self {
            Coverage::Warranty => "warranty",
            Coverage::Contract => "contract",
            Coverage::Lapsed => "lapsed",
            Coverage::None => "none",
            Coverage::NotJudged => "not_judged",
        }
    }
}

/// The answer for one ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entitlement {
    pub coverage: Coverage,
    /// Index of the contract that covers the ticket or, if lapsed, did so last.
    pub contract: Option<usize>,
    /// Whether the request is owed, given its type; the reason if not.
    pub refusal: Option<Reason>,
}

/// Last day of the warranty, included.
pub fn warranty_end(licence_on: NaiveDate, months: u32) -> NaiveDate {
    licence_on.checked_add_months(Months::new(months)).unwrap_or(NaiveDate::MAX)
}

/// How well a contract fits: in force, as a contract, for the site, for the product, since when.
type Rank = (bool, bool, bool, bool, NaiveDate);

/// Contracts by customer.
#[derive(Debug)]
pub struct Entitlements<'a> {
    contracts: &'a [Contract],
    by_customer: FxHashMap<&'a str, Vec<usize>>,
    warranty_months: u32,
    is_judged: bool,
}

impl<'a> Entitlements<'a> {
    /// Prepares look-ups; `is_judged` is false where no list of contracts was given.
    pub fn new(contracts: &'a [Contract], warranty_months: u32, is_judged: bool) -> Self {
        let mut by_customer: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
        for (index, contract) in contracts.iter().enumerate() {
            by_customer.entry(&contract.customer).or_default().push(index);
        }
        Entitlements { contracts, by_customer, warranty_months, is_judged }
    }

    /// Judges a request opened on the local date `on`.
    ///
    /// Of several contracts that fit, the one for site and product wins, then
    /// for the site, then for the product; then the one that started last.
    pub fn judge(
        &self,
        on: NaiveDate,
        customer: Option<&str>,
        site: Option<&str>,
        product: Option<&str>,
        request_type: Option<&str>,
    ) -> Entitlement {
        let (coverage, contract) = self.coverage(on, customer, site, product);
        let refusal = match (request_type, coverage) {
            (Some("upgrade"), _) => Some(Reason::Billable),
            (Some("integration"), _) => Some(Reason::CaseByCase),
            (_, Coverage::Lapsed) => Some(Reason::Lapsed),
            (_, Coverage::None) => Some(Reason::NoContract),
            _ => None,
        };
        Entitlement { coverage, contract, refusal }
    }

    fn coverage(
        &self,
        on: NaiveDate,
        customer: Option<&str>,
        site: Option<&str>,
        product: Option<&str>,
    ) -> (Coverage, Option<usize>) {
        if !self.is_judged {
            return (Coverage::NotJudged, None);
        }
        let mut best: Option<(Rank, Coverage, usize)> = None;
        for &index in customer.and_then(|name| self.by_customer.get(name)).into_iter().flatten() {
            let contract = &self.contracts[index];
            let fits = |own: &Option<String>, asked: Option<&str>| {
                own.as_deref().is_none_or(|own| asked == Some(own))
            };
            if !fits(&contract.site, site) || !fits(&contract.product, product) {
                continue;
            }
            let Some(coverage) = self.state(contract, on) else { continue };
            let rank = (
                coverage != Coverage::Lapsed,
                coverage == Coverage::Contract,
                contract.site.is_some(),
                contract.product.is_some(),
                contract.start_on.or(contract.licence_on).unwrap_or(NaiveDate::MIN),
            );
            if best.as_ref().is_none_or(|(best, ..)| rank > *best) {
                best = Some((rank, coverage, index));
            }
        }
        match best {
            Some((_, coverage, index)) => (coverage, Some(index)),
            None => (Coverage::None, None),
        }
    }

    /// `None` if the contract has nothing to do with that day yet.
    fn state(&self, contract: &Contract, on: NaiveDate) -> Option<Coverage> {
        let is_begun = contract.start_on.is_none_or(|start| start <= on);
        let has_dates = contract.start_on.is_some() || contract.end_on.is_some();
        if has_dates && is_begun && contract.end_on.is_none_or(|end| on <= end) {
            return Some(Coverage::Contract);
        }
        let warranty = contract.licence_on.map(|from| (from, warranty_end(from, self.warranty_months)));
        if let Some((from, until)) = warranty {
            if from <= on && on <= until {
                return Some(Coverage::Warranty);
            }
            if until < on {
                return Some(Coverage::Lapsed);
            }
        }
        (contract.end_on.is_some_and(|end| end < on)).then_some(Coverage::Lapsed)
    }
}

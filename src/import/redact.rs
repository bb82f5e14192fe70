//! Names and texts taken out, for copies that leave the house.
//!
//! Answers "who is it about?" with a number instead of a name. Names are
//! replaced in the data and in the rules alike, so that every clock, sum and
//! group stays as it is; all that is made of them afterwards holds numbers only.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::{Code, Imported};
use crate::config::Config;
use crate::model::{Dictionary, Field, Strings, Text, TextColumn, recode};

/// What to take out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Redaction {
    /// Names of customers become `customer 1` and so on, in order of their names.
    pub customers: bool,
    /// Names of sites, likewise.
    pub sites: bool,
    /// Names of those who had a ticket, likewise.
    pub assignees: bool,
    /// Summaries and activities of tickets become empty, so that no area is found by text.
    pub texts: bool,
}

impl Redaction {
    /// Whether anything is to be taken out.
    pub fn is_any(self) -> bool {
        self != Redaction::default()
    }
}

/// Takes names and texts out of what was read, and names out of the rules.
///
/// What was found in rejected rows goes too, whatever is redacted: nobody knows
/// what stands in a cell that couldn't be read.
pub fn redact(what: Redaction, config: &mut Config, imported: &mut Imported) {
    if !what.is_any() {
        return;
    }
    for reject in &mut imported.rejects {
        reject.found = "redacted".to_owned();
    }
    // A site that no list knows is named by the finding that says so.
    let unknown = imported.findings.iter_mut().filter(|finding| finding.code == Code::UnknownSite);
    // A finding is told apart by what it is about.
    unknown.enumerate().for_each(|(nth, finding)| finding.subject = format!("redacted {}", nth + 1));
    if what.customers {
        customers(config, imported);
    }
    if what.sites {
        sites(config, imported);
    }
    if what.assignees {
        assignees(imported);
    }
    if what.texts {
        let tickets = &mut imported.data.tickets;
        tickets.summary = Strings::empty(tickets.ticket_id.len());
        tickets.activity = Strings::empty(tickets.ticket_id.len());
    }
}

/// A number for each name, with as many digits as the largest, in order of the names:
/// what was in order before still is.
struct Numbers {
    of: FxHashMap<String, String>,
}

impl Numbers {
    fn new<'a>(what: &str, names: impl Iterator<Item = &'a str>) -> Numbers {
        let names: BTreeSet<&str> = names.filter(|name| !name.is_empty()).collect();
        let digits = names.len().to_string().len();
        let number =
            |(nth, name): (usize, &&str)| ((*name).to_owned(), format!("{what} {:0digits$}", nth + 1));
        Numbers { of: names.iter().enumerate().map(number).collect() }
    }

    fn replace(&self, name: &mut String) {
        if let Some(number) = self.of.get(name) {
            name.clone_from(number);
        }
    }

    fn replace_all(&self, names: &mut [String]) {
        names.iter_mut().for_each(|name| self.replace(name));
    }

    fn column(&self, column: &mut TextColumn) {
        column.map_values(|name| self.of.get(name).cloned().unwrap_or_else(|| name.to_owned()));
    }
}

fn customers(config: &mut Config, imported: &mut Imported) {
    let data = &mut imported.data;
    let numbers = Numbers::new(
        "customer",
        data.tickets
            .column(Text::Customer)
            .dictionary
            .values()
            .chain(data.contracts.iter().map(|contract| contract.customer.as_str()))
            .chain(data.sites.iter().filter_map(|site| site.customer.as_deref())),
    );
    numbers.column(&mut data.tickets.texts[Text::Customer as usize]);
    data.contracts.iter_mut().for_each(|contract| numbers.replace(&mut contract.customer));
    data.sites.iter_mut().filter_map(|site| site.customer.as_mut()).for_each(|name| numbers.replace(name));
    for clock in &mut config.policy.clocks {
        clock.targets.iter_mut().for_each(|target| numbers.replace_all(&mut target.scope.customers));
    }
    config.policy.credits.iter_mut().for_each(|plan| numbers.replace_all(&mut plan.scope.customers));
}

fn sites(config: &mut Config, imported: &mut Imported) {
    let data = &mut imported.data;
    let numbers = Numbers::new(
        "site",
        data.tickets
            .column(Text::Site)
            .dictionary
            .values()
            .chain(data.contracts.iter().filter_map(|contract| contract.site.as_deref()))
            .chain(data.assets.iter().filter_map(|asset| asset.site.as_deref()))
            .chain(data.sites.iter().map(|site| site.site.as_str())),
    );
    numbers.column(&mut data.tickets.texts[Text::Site as usize]);
    data.sites.iter_mut().for_each(|site| numbers.replace(&mut site.site));
    let contracts = data.contracts.iter_mut().filter_map(|contract| contract.site.as_mut());
    let assets = data.assets.iter_mut().filter_map(|asset| asset.site.as_mut());
    contracts.chain(assets).for_each(|name| numbers.replace(name));
    for clock in &mut config.policy.clocks {
        clock.targets.iter_mut().for_each(|target| numbers.replace_all(&mut target.scope.sites));
    }
}

/// Assignees of tickets and of their histories. A word that is also a status or a severity is
/// no name of a person and stays, as clocks depend on it.
fn assignees(imported: &mut Imported) {
    let data = &mut imported.data;
    let values = &data.events.values;
    let (mut people, mut words) = (BTreeSet::new(), BTreeSet::new());
    for event in &data.events.rows {
        let codes = [event.from, event.to];
        match event.field {
            Field::Assignee => people.extend(codes),
            Field::Status | Field::Severity => words.extend(codes),
            Field::Group | Field::Reply | Field::OnSite => {}
        }
    }
    let columns = [Text::Assignee, Text::HandledBy].map(|text| data.tickets.column(text));
    let numbers = Numbers::new(
        "person",
        people
            .difference(&words)
            .filter_map(|code| values.get(*code))
            .chain(columns.into_iter().flat_map(|column| column.dictionary.values())),
    );
    let mut renamed = Dictionary::default();
    let codes: Vec<u32> = values
        .values()
        .enumerate()
        .map(|(code, value)| {
            let is_person = people.contains(&(code as u32)) && !words.contains(&(code as u32));
            let number = numbers.of.get(value).filter(|_| is_person);
            renamed.intern(number.map_or(value, String::as_str))
        })
        .collect();
    for event in &mut data.events.rows {
        (event.from, event.to) = (recode(&codes, event.from), recode(&codes, event.to));
    }
    data.events.values = renamed;
    numbers.column(&mut data.tickets.texts[Text::Assignee as usize]);
    numbers.column(&mut data.tickets.texts[Text::HandledBy as usize]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_the_order_of_names() {
        let names: Vec<String> = (0..12).map(|n| format!("Bank {}", (b'a' + n) as char)).collect();
        let numbers = Numbers::new("customer", names.iter().rev().map(String::as_str).chain(["", "Bank a"]));
        assert_eq!(numbers.of.len(), 12);
        let mut mapped: Vec<&String> = names.iter().map(|name| &numbers.of[name]).collect();
        assert_eq!(mapped[0], "customer 01");
        assert_eq!(mapped[11], "customer 12");
        mapped.sort();
        assert!(mapped.iter().zip(&names).all(|(number, name)| **number == numbers.of[name]));
    }
}

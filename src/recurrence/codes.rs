//! The dimensions of tickets as integer codes whose order is that of their texts.
//!
//! What a ticket doesn't say is filled in from the lists: a unit's site and model, a site's customer, an
//! error code that stands in the summary.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::text::{self, Glossary};
use crate::model::{Dataset, Dictionary, MISSING_CODE, Text, TextColumn, recode};

/// What areas are cut by. No person is a dimension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Dimension {
    Site,
    Customer,
    Unit,
    Model,
    Version,
    Module,
    ErrorCode,
    TextGroup,
    Channel,
}

/// All dimensions, in order of their numbers.
pub const DIMENSIONS: [Dimension; 9] = [
    Dimension::Site,
    Dimension::Customer,
    Dimension::Unit,
    Dimension::Model,
    Dimension::Version,
    Dimension::Module,
    Dimension::ErrorCode,
    Dimension::TextGroup,
    Dimension::Channel,
];

impl Dimension {
    /// As in ids and tables.
    pub fn name(self) -> &'static str {
        match self {
            Dimension::Site => "site",
            Dimension::Customer => "customer",
            Dimension::Unit => "unit",
            Dimension::Model => "hardware_model",
            Dimension::Version => "software_version",
            Dimension::Module => "module",
            Dimension::ErrorCode => "error_code",
            Dimension::TextGroup => "text_group",
            Dimension::Channel => "channel",
        }
    }

    fn column(self) -> Option<Text> {
        Some(match self {
            Dimension::Site => Text::Site,
            Dimension::Customer => Text::Customer,
            Dimension::Unit => Text::Asset,
            Dimension::Model => Text::HardwareModel,
            Dimension::Version => Text::SoftwareVersion,
            Dimension::Module => Text::Module,
            Dimension::ErrorCode => Text::ErrorCode,
            Dimension::TextGroup => return None,
            Dimension::Channel => Text::Channel,
        })
    }
}

/// Tickets by dimension.
pub struct Codes {
    /// By [`Dimension`], then ticket; [`MISSING_CODE`] where it isn't known.
    pub of: [Vec<u32>; 9],
    /// By [`Dimension`]: the texts, ascending.
    pub names: [Dictionary; 9],
    /// By code of [`Dimension::Site`]: its customer.
    pub customer_of_site: Vec<u32>,
    /// By code of [`Dimension::Unit`]: its place in the list of assets; `usize::MAX` if it isn't listed.
    pub asset_of_unit: Vec<usize>,
}

impl Codes {
    /// Reads tickets and lists.
    pub fn new(data: &Dataset, glossary: &Glossary, threshold: f64) -> Codes {
        let groups = TextOfTickets::new(data, glossary, threshold);
        let names: [Dictionary; 9] = DIMENSIONS.map(|dimension| names(data, dimension, &groups));
        let mut of: [Vec<u32>; 9] = std::array::from_fn(|n| match DIMENSIONS[n].column() {
            Some(text) => recoded(data.tickets.column(text), &names[n]),
            None => groups.of.par_iter().map(|group| recode(&groups.code, *group)).collect(),
        });
        let [sites, customers, units, models, ..] = &names;
        let code = |dictionary: &Dictionary, text: &Option<String>| {
            text.as_ref().map_or(MISSING_CODE, |text| dictionary.code(text))
        };
        let mut asset_of_unit = vec![usize::MAX; units.len()];
        for (index, asset) in data.assets.iter().enumerate() {
            asset_of_unit[units.code(&asset.asset) as usize] = index;
        }
        let of_unit = |dictionary, field: fn(&crate::model::Asset) -> &Option<String>| -> Vec<u32> {
            let listed = |index: &usize| data.assets.get(*index);
            asset_of_unit
                .iter()
                .map(|i| listed(i).map_or(MISSING_CODE, |a| code(dictionary, field(a))))
                .collect()
        };
        fill(&mut of, Dimension::Site, Dimension::Unit, &of_unit(sites, |asset| &asset.site));
        fill(&mut of, Dimension::Model, Dimension::Unit, &of_unit(models, |asset| &asset.model));
        let mut customer_of_site = vec![MISSING_CODE; sites.len()];
        for (site, customer) in of[0].iter().zip(&of[1]).rev() {
            if *site != MISSING_CODE && *customer != MISSING_CODE {
                customer_of_site[*site as usize] = *customer;
            }
        }
        for site in data.sites.iter().filter(|site| site.customer.is_some()) {
            customer_of_site[sites.code(&site.site) as usize] = code(customers, &site.customer);
        }
        fill(&mut of, Dimension::Customer, Dimension::Site, &customer_of_site);
        let named = codes_in_summaries(data, &of[Dimension::ErrorCode as usize], &names[6]);
        for (row, error) in named {
            of[Dimension::ErrorCode as usize][row as usize] = error;
        }
        Codes { of, names, customer_of_site, asset_of_unit }
    }

    /// The text of a code.
    pub fn name(&self, dimension: Dimension, code: u32) -> &str {
        self.names[dimension as usize].get(code).unwrap_or_default()
    }
}

fn names(data: &Dataset, dimension: Dimension, groups: &TextOfTickets) -> Dictionary {
    let mut all = Dictionary::default();
    if let Some(text) = dimension.column() {
        all.absorb(&data.tickets.column(text).dictionary);
    }
    let mut add = |text: &Option<String>| {
        if let Some(text) = text.as_ref().filter(|text| !text.is_empty()) {
            all.intern(text);
        }
    };
    match dimension {
        Dimension::Site => {
            data.assets.iter().for_each(|asset| add(&asset.site));
            data.contracts.iter().for_each(|contract| add(&contract.site));
            data.sites.iter().for_each(|site| add(&Some(site.site.clone())));
        }
        Dimension::Customer => {
            data.contracts.iter().for_each(|contract| add(&Some(contract.customer.clone())));
            data.sites.iter().for_each(|site| add(&site.customer));
        }
        Dimension::Unit => data.assets.iter().for_each(|asset| add(&Some(asset.asset.clone()))),
        Dimension::Model => data.assets.iter().for_each(|asset| add(&asset.model)),
        Dimension::TextGroup => return groups.labels.clone(),
        _ => {}
    }
    all.sorted().0
}

fn recoded(column: &TextColumn, names: &Dictionary) -> Vec<u32> {
    let codes: Vec<u32> = column.dictionary.values().map(|value| names.code(value)).collect();
    column.codes.par_iter().map(|code| recode(&codes, *code)).collect()
}

fn fill(of: &mut [Vec<u32>; 9], what: Dimension, by: Dimension, answers: &[u32]) {
    let mut column = std::mem::take(&mut of[what as usize]);
    column.par_iter_mut().zip(&of[by as usize]).filter(|(code, _)| **code == MISSING_CODE).for_each(
        |(code, key)| {
            *code = recode(answers, *key);
        },
    );
    of[what as usize] = column;
}

/// The text group of every ticket.
struct TextOfTickets {
    /// By ticket.
    of: Vec<u32>,
    /// By group: its code in `labels`.
    code: Vec<u32>,
    labels: Dictionary,
}

impl TextOfTickets {
    fn new(data: &Dataset, glossary: &Glossary, threshold: f64) -> TextOfTickets {
        let tickets = &data.tickets;
        let mut distinct: FxHashMap<&str, u32> = FxHashMap::default();
        let mut texts: Vec<(&str, u64)> = Vec::new();
        let of: Vec<u32> = (0..tickets.len())
            .map(|row| {
                let summary = if tickets.summary.is_empty() { "" } else { tickets.summary.get(row) };
                let text = *distinct.entry(summary).or_insert_with(|| {
                    texts.push((summary, 0));
                    texts.len() as u32 - 1
                });
                texts[text as usize].1 += 1;
                text
            })
            .collect();
        let groups = text::group(&texts, glossary, threshold);
        let mut labels = Dictionary::default();
        let code: Vec<u32> = groups.groups.iter().map(|group| labels.intern(&group.label)).collect();
        let (labels, sorted) = labels.sorted();
        let code = code.into_iter().map(|code| recode(&sorted, code)).collect();
        TextOfTickets { of: of.into_iter().map(|text| recode(&groups.of, text)).collect(), code, labels }
    }
}

/// Tickets without an error code whose summary names exactly one that other tickets have.
///
/// A code needs a letter, a digit and four characters, so that no number or word passes for one.
fn codes_in_summaries(data: &Dataset, of: &[u32], known: &Dictionary) -> Vec<(u32, u32)> {
    let is_code = |text: &str| {
        text.len() >= 4
            && text.bytes().any(|b| b.is_ascii_digit())
            && text.bytes().any(|b| b.is_ascii_alphabetic())
    };
    if data.tickets.summary.is_empty() || !known.values().any(is_code) {
        return Vec::new();
    }
    let is_apart = |c: char| !(c.is_alphanumeric() || "-_.:/".contains(c));
    (0..of.len())
        .into_par_iter()
        .filter(|row| of[*row] == MISSING_CODE)
        .filter_map(|row| {
            let words = data.tickets.summary.get(row).split(is_apart);
            let words = words.map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
            let mut found = words.filter(|word| is_code(word)).map(|word| known.code(word));
            let first = found.by_ref().find(|code| *code != MISSING_CODE)?;
            let is_only = found.all(|code| code == MISSING_CODE || code == first);
            is_only.then_some((row as u32, first))
        })
        .collect()
}

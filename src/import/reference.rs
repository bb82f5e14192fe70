//! Rows to contracts, assets and sites.

use std::collections::BTreeMap;

use super::columns::Columns;
use super::defect::Code;
use super::rows::{Objection, Row};
use crate::config::parse_share;
use crate::model::{Asset, Contract, Site};

fn text(row: &Row, position: Option<usize>) -> Result<Option<String>, Objection> {
    Ok(Some(row.text(position)?).filter(|cell| !cell.is_empty()).map(str::to_owned))
}

fn in_order<T: PartialOrd>(
    row: &Row,
    column: Option<usize>,
    first: Option<T>,
    last: Option<T>,
) -> Result<(), Objection> {
    match (first, last) {
        (Some(first), Some(last)) if last < first => {
            let found = row.text(column)?;
            Err(row.object(Code::EndBeforeStart, column, found, "an end on or after the start".to_owned()))
        }
        _ => Ok(()),
    }
}

/// A row of the contracts.
pub fn contract(columns: &Columns, row: &Row) -> Result<Contract, Objection> {
    let at = |name| columns.position(name);
    let (start_on, end_on) = (row.date(at("start_on"))?, row.date(at("end_on"))?);
    in_order(row, at("end_on"), start_on, end_on)?;
    let share = row.text(at("attainment_target"))?;
    let attainment_target = match share {
        "" => None,
        cell => Some(parse_share(cell).filter(|s| (0.0..=1.0).contains(s)).ok_or_else(|| {
            row.object(Code::BadShare, at("attainment_target"), cell, "0.95 or 95%".to_owned())
        })?),
    };
    let fee = match row.text(at("fee"))? {
        "" => None,
        cell => Some(cell.parse().map_err(|_| {
            row.object(Code::BadNumber, at("fee"), cell, "an amount such as 1250 or 1250.50".to_owned())
        })?),
    };
    Ok(Contract {
        contract: row.required(at("contract"))?.to_owned(),
        customer: row.required(at("customer"))?.to_owned(),
        site: text(row, at("site"))?,
        product: text(row, at("product"))?,
        licence_on: row.date(at("licence_on"))?,
        start_on,
        end_on,
        calendar: text(row, at("calendar"))?,
        target_set: text(row, at("target_set"))?,
        attainment_target,
        fee,
        currency: text(row, at("currency"))?,
    })
}

/// A row of the assets.
pub fn asset(columns: &Columns, row: &Row) -> Result<Asset, Objection> {
    let at = |name| columns.position(name);
    let (installed_on, retired_on) = (row.date(at("installed_on"))?, row.date(at("retired_on"))?);
    in_order(row, at("retired_on"), installed_on, retired_on)?;
    Ok(Asset {
        asset: row.required(at("asset"))?.to_owned(),
        site: text(row, at("site"))?,
        model: text(row, at("model"))?,
        serial: text(row, at("serial"))?,
        installed_on,
        retired_on,
    })
}

/// A row of the sites.
pub fn site(columns: &Columns, row: &Row) -> Result<Site, Objection> {
    let at = |name| columns.position(name);
    let zone = match row.text(at("zone"))? {
        "" => None,
        cell => Some(cell.parse().map_err(|_| {
            row.object(Code::BadZone, at("zone"), cell, "an IANA name such as Europe/Lisbon".to_owned())
        })?),
    };
    Ok(Site {
        site: row.required(at("site"))?.to_owned(),
        customer: text(row, at("customer"))?,
        zone,
        region: text(row, at("region"))?,
    })
}

/// A row with its place: file, line.
pub type Placed<T> = (T, String, u64);

/// Splits rows into the first of each key, in order of key, and the later ones.
pub fn unique<T, K: Ord + Clone>(rows: Vec<Placed<T>>, key: impl Fn(&T) -> K) -> (Vec<T>, Vec<Placed<T>>) {
    let mut first: BTreeMap<K, T> = BTreeMap::new();
    let mut later = Vec::new();
    for placed in rows {
        match first.entry(key(&placed.0)) {
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert(placed.0);
            }
            std::collections::btree_map::Entry::Occupied(_) => later.push(placed),
        }
    }
    (first.into_values().collect(), later)
}

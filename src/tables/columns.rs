//! Columns from iterators.

use std::ops::Range;

use polars::prelude::*;
use rustc_hash::FxHashMap;

use super::Wanted;
use super::local::LocalTime;
use crate::model::{MISSING_AT, MISSING_CODE, Money, TextColumn, instant};

pub fn texts<'a>(name: &str, values: impl Iterator<Item = Option<&'a str>>) -> Column {
    StringChunked::from_iter_options(name.into(), values).into_series().into()
}

/// The columns of a long table that somebody asks for; the others are never made.
pub struct Columns<'a> {
    wanted: &'a Wanted,
    table: &'static str,
    rows: usize,
    made: Vec<Column>,
}

impl<'a> Columns<'a> {
    pub fn new(wanted: &'a Wanted, table: &'static str, rows: usize) -> Columns<'a> {
        Columns { wanted, table, rows, made: Vec::new() }
    }

    /// Makes a column of that name, if it is wanted.
    pub fn add<'n>(
        &mut self,
        name: &'n str,
        make: impl FnOnce(&'n str) -> PolarsResult<Column>,
    ) -> PolarsResult<()> {
        if self.wanted.has_column(self.table, name) {
            self.made.push(make(name)?);
        }
        Ok(())
    }

    pub fn frame(self) -> PolarsResult<DataFrame> {
        DataFrame::new(self.rows, self.made)
    }
}

/// Texts that are stored once, however many rows of however many columns have them.
pub struct Texts(StringChunked);

impl Texts {
    pub fn new<'a>(values: impl Iterator<Item = &'a str>) -> Texts {
        Texts(StringChunked::from_iter_values("".into(), values))
    }

    /// A column with the texts of those codes; [`MISSING_CODE`] is none.
    pub fn column(&self, name: &str, codes: impl Iterator<Item = u32>) -> PolarsResult<Column> {
        let codes = codes.map(|code| (code != MISSING_CODE).then_some(code));
        let rows = IdxCa::from_iter_options("".into(), codes);
        Ok(self.0.take(&rows)?.with_name(name.into()).into_series().into())
    }
}

pub fn column(name: &str, column: &TextColumn, rows: Range<usize>) -> PolarsResult<Column> {
    Texts::new(column.dictionary.values()).column(name, column.codes[rows].iter().copied())
}

/// A long column of texts that lie in few places, such as words of a dictionary: told apart by
/// where they lie, each is stored once.
pub fn repeated<'a>(name: &str, values: impl Iterator<Item = Option<&'a str>>) -> PolarsResult<Column> {
    let mut known: FxHashMap<(*const u8, usize), u32> = FxHashMap::default();
    let mut distinct: Vec<&str> = Vec::new();
    let codes: Vec<u32> = values
        .map(|value| {
            value.map_or(MISSING_CODE, |text| {
                *known.entry((text.as_ptr(), text.len())).or_insert_with(|| {
                    distinct.push(text);
                    distinct.len() as u32 - 1
                })
            })
        })
        .collect();
    Texts::new(distinct.into_iter()).column(name, codes.into_iter())
}

pub fn numbers(name: &str, values: impl Iterator<Item = Option<i64>>) -> Column {
    whole_numbers(name, values).into_series().into()
}

fn whole_numbers(name: &str, values: impl Iterator<Item = Option<i64>>) -> Int64Chunked {
    values.collect::<Int64Chunked>().with_name(name.into())
}

pub fn shares(name: &str, values: impl Iterator<Item = Option<f64>>) -> Column {
    Float64Chunked::from_iter_options(name.into(), values).into_series().into()
}

pub fn amounts(name: &str, values: impl Iterator<Item = Option<Money>>) -> Column {
    shares(name, values.map(|amount| amount.map(|amount| amount.hundredths as f64 / 100.0)))
}

pub fn flags(name: &str, values: impl Iterator<Item = bool>) -> Column {
    BooleanChunked::from_iter_values(name.into(), values).into_series().into()
}

pub fn instants(name: &str, values: impl Iterator<Item = i64>) -> Column {
    let milliseconds = values.map(|at| instant(at).map(|at| at * 1000));
    whole_numbers(name, milliseconds).into_datetime(TimeUnit::Milliseconds, None).into_series().into()
}

/// Local months as `YYYY-MM`: most rows share a few, so each is made once.
pub fn months(name: &str, local: &LocalTime, values: impl Iterator<Item = i64>) -> PolarsResult<Column> {
    let mut known: FxHashMap<i64, u32> = FxHashMap::default();
    let mut names: Vec<String> = Vec::new();
    let codes: Vec<u32> = values
        .map(|at| {
            if at == MISSING_AT {
                return MISSING_CODE;
            }
            let month = local.month(at);
            *known.entry(month).or_insert_with(|| {
                names.push(format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1));
                names.len() as u32 - 1
            })
        })
        .collect();
    Texts::new(names.iter().map(String::as_str)).column(name, codes.into_iter())
}

pub fn owned(name: &str, values: impl Iterator<Item = Option<String>>) -> Column {
    StringChunked::from_iter_options(name.into(), values).into_series().into()
}

//! Columns from iterators.

use polars::prelude::*;

use crate::clock::local_date;
use crate::model::{MISSING_AT, Money, TextColumn, instant};

pub fn texts<'a>(name: &str, values: impl Iterator<Item = Option<&'a str>>) -> Column {
    StringChunked::from_iter_options(name.into(), values).into_series().into()
}

pub fn column(name: &str, column: &TextColumn) -> Column {
    texts(name, column.codes.iter().map(|&code| column.dictionary.get(code)))
}

pub fn numbers(name: &str, values: impl Iterator<Item = Option<i64>>) -> Column {
    Int64Chunked::from_iter_options(name.into(), values).into_series().into()
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
    Int64Chunked::from_iter_options(name.into(), milliseconds)
        .into_datetime(TimeUnit::Milliseconds, None)
        .into_series()
        .into()
}

/// Months of many instants: most share a few, so each distinct one is made once.
pub fn months(name: &str, zone: chrono_tz::Tz, values: impl Iterator<Item = i64>) -> Column {
    use chrono::Datelike;
    let mut column = TextColumn::default();
    let mut known: rustc_hash::FxHashMap<(i32, u32), u32> = rustc_hash::FxHashMap::default();
    for at in values {
        if at == MISSING_AT {
            column.push("");
            continue;
        }
        let date = local_date(at, zone);
        let code = *known
            .entry((date.year(), date.month()))
            .or_insert_with(|| column.dictionary.intern(&date.format("%Y-%m").to_string()));
        column.codes.push(code);
    }
    self::column(name, &column)
}

pub fn owned(name: &str, values: impl Iterator<Item = Option<String>>) -> Column {
    StringChunked::from_iter_options(name.into(), values).into_series().into()
}

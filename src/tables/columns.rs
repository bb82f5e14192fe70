//! Columns from iterators.

use std::ops::Range;

use polars::prelude::*;
use polars_arrow::bitmap::{Bitmap, BitmapBuilder};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::Wanted;
use super::local::LocalTime;
use crate::model::{MISSING_AT, MISSING_CODE, Money, TextColumn, instant};

/// A column of a table, as it is made.
#[derive(Clone)]
pub enum Made {
    /// As Polars has it.
    Plain(Column),
    /// Texts by their codes.
    Coded(Coded),
}

/// A column of texts of which many rows have the same.
#[derive(Clone)]
pub struct Coded {
    /// The column's.
    pub name: PlSmallStr,
    /// By row, the place of its text; null where it has none.
    pub codes: IdxCa,
    /// Some may be there twice, and some in no row.
    pub texts: Texts,
}

impl From<Column> for Made {
    fn from(column: Column) -> Made {
        Made::Plain(column)
    }
}

impl From<Coded> for Made {
    fn from(coded: Coded) -> Made {
        Made::Coded(coded)
    }
}

impl Coded {
    /// The column with the texts themselves.
    ///
    /// # Errors
    /// What Polars says.
    pub fn column(&self) -> PolarsResult<Column> {
        Ok(self.texts.0.take(&self.codes)?.with_name(self.name.clone()).into_series().into())
    }

    /// The same of a column that has the codes.
    pub fn expression(&self) -> Expr {
        let texts = self.texts.clone();
        let column = move |codes: Column| {
            let codes = codes.u32()?.clone();
            Coded { name: codes.name().clone(), codes, texts: texts.clone() }.column()
        };
        let field = |_: &Schema, field: &Field| Ok(Field::new(field.name().clone(), DataType::String));
        col(self.name.clone()).map(column, field)
    }
}

impl Made {
    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Made::Plain(column) => column.len(),
            Made::Coded(coded) => coded.codes.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows for which the mask is true.
    ///
    /// # Errors
    /// What Polars says.
    pub fn filtered(self, mask: &BooleanChunked) -> PolarsResult<Made> {
        Ok(match self {
            Made::Plain(column) => Made::Plain(column.filter(mask)?),
            Made::Coded(coded) => Made::Coded(Coded { codes: coded.codes.filter(mask)?, ..coded }),
        })
    }

    /// As a query reads it.
    ///
    /// # Errors
    /// What Polars says.
    pub fn column(self) -> PolarsResult<Column> {
        match self {
            Made::Plain(column) => Ok(column),
            Made::Coded(coded) => coded.column(),
        }
    }
}

type Make<'a> = Box<dyn FnOnce() -> Made + Send + 'a>;

/// The columns of a long table that somebody asks for; the others are never made.
pub struct Columns<'a> {
    wanted: &'a Wanted,
    table: &'static str,
    makes: Vec<Make<'a>>,
}

impl<'a> Columns<'a> {
    /// Of a table, none yet.
    pub fn new(wanted: &'a Wanted, table: &'static str) -> Columns<'a> {
        Columns { wanted, table, makes: Vec::new() }
    }

    /// Adds a column of that name, if it is wanted.
    pub fn add<M: Into<Made>>(&mut self, name: &'a str, make: impl FnOnce(&'a str) -> M + Send + 'a) {
        if self.wanted.has_column(self.table, name) {
            self.makes.push(Box::new(move || make(name).into()));
        }
    }

    /// Makes them, at the same time.
    pub fn made(self) -> Vec<Made> {
        self.makes.into_par_iter().map(|make| make()).collect()
    }
}

/// Texts that are stored once, however many rows of however many columns have them.
#[derive(Clone)]
pub struct Texts(StringChunked);

impl Texts {
    /// In that order, from code 0 on.
    pub fn new<'a>(values: impl Iterator<Item = &'a str>) -> Texts {
        Texts(StringChunked::from_iter_values("".into(), values))
    }

    /// A column with the texts of those codes; one of no text, such as [`MISSING_CODE`] or the level of
    /// an unknown severity, is missing.
    pub fn coded(&self, name: &str, codes: impl Iterator<Item = u32>) -> Coded {
        let known = self.0.len() as u32;
        let codes = nullable(codes.map(|code| (code < known).then_some(code)));
        Coded {
            name: name.into(),
            codes: IdxCa::from_vec_validity(name.into(), codes.0, codes.1),
            texts: self.clone(),
        }
    }
}

pub fn texts<'a>(name: &str, values: impl Iterator<Item = Option<&'a str>>) -> Column {
    StringChunked::from_iter_options(name.into(), values).into_series().into()
}

/// Words by their position among a few.
pub fn words<'a>(name: &str, all: impl Iterator<Item = &'a str>, codes: impl Iterator<Item = u32>) -> Coded {
    Texts::new(all).coded(name, codes)
}

pub fn column(name: &str, column: &TextColumn, rows: Range<usize>) -> Coded {
    words(name, column.dictionary.values(), column.codes[rows].iter().copied())
}

/// A long column of texts that lie in few places, such as words of a dictionary: told apart by
/// where they lie, each is stored once.
pub fn repeated<'a>(name: &str, values: impl Iterator<Item = Option<&'a str>>) -> Coded {
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
    words(name, distinct.into_iter(), codes.into_iter())
}

/// Values with a zero for each missing one, and which are there; `None` if all are.
fn nullable<T: Default>(values: impl Iterator<Item = Option<T>>) -> (Vec<T>, Option<Bitmap>) {
    let (least, _) = values.size_hint();
    let (mut all, mut valid) = (Vec::with_capacity(least), BitmapBuilder::with_capacity(least));
    for value in values {
        valid.push(value.is_some());
        all.push(value.unwrap_or_default());
    }
    (all, valid.into_opt_validity())
}

pub fn numbers(name: &str, values: impl Iterator<Item = Option<i64>>) -> Column {
    whole_numbers(name, values).into_series().into()
}

/// Numbers of which none is missing.
pub fn counts(name: &str, values: impl Iterator<Item = i64>) -> Column {
    Int64Chunked::from_vec(name.into(), values.collect()).into_series().into()
}

fn whole_numbers(name: &str, values: impl Iterator<Item = Option<i64>>) -> Int64Chunked {
    let (values, valid) = nullable(values);
    Int64Chunked::from_vec_validity(name.into(), values, valid)
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
pub fn months(name: &str, local: &LocalTime, values: impl Iterator<Item = i64>) -> Coded {
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
    words(name, names.iter().map(String::as_str), codes.into_iter())
}

pub fn owned(name: &str, values: impl Iterator<Item = Option<String>>) -> Column {
    StringChunked::from_iter_options(name.into(), values).into_series().into()
}

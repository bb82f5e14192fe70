//! A long table as a Parquet file, part by part, its columns encoded at the same time.
//!
//! Polars' own writer looks for repeated values by hashing all of them; here the codes of texts, which
//! are known, become the file's dictionaries.

use std::io::Write;

use polars::prelude::{Column, CompatLevel, IdxCa, PlSmallStr, PolarsResult};
use polars_arrow::array::{Array, DictionaryArray, PrimitiveArray};
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field};
use polars_parquet::write::{
    CompressedPage, CompressionOptions, DynIter, DynStreamingIterator, Encoding, FileWriter, ParquetType,
    StatisticsOptions, Version, WriteOptions, array_to_columns, compress, fallible_streaming_iterator,
};
use rayon::prelude::*;

use crate::tables::{Coded, Made};

const OPTIONS: WriteOptions = WriteOptions {
    statistics: StatisticsOptions {
        min_value: true,
        max_value: true,
        distinct_count: false,
        null_count: true,
        binary_statistics_truncate_length: None,
    },
    version: Version::V1,
    compression: CompressionOptions::Snappy,
    data_page_size: None,
};

/// Writes parts of the same columns as one file, a row group for each: `part` makes the nth, while the
/// one before is written, until there is none.
///
/// # Errors
/// What Polars or the system says.
pub fn write(
    sink: &mut (impl Write + Send),
    part: impl Fn(usize) -> Option<PolarsResult<Vec<Made>>> + Sync,
) -> PolarsResult<()> {
    let Some(mut own) = part(0).transpose()? else { return Ok(()) };
    let mut writer = FileWriter::try_new(sink, own.iter().map(field).collect::<ArrowSchema>(), OPTIONS)?;
    let types = writer.parquet_schema().fields().to_vec();
    for nth in 1.. {
        let (written, next) = rayon::join(|| group(&mut writer, &types, &own), || part(nth).transpose());
        written?;
        match next? {
            Some(next) => own = next,
            None => break,
        }
    }
    writer.end(None).map(|_| ())
}

/// Readers are to see texts, however they are stored.
fn field(column: &Made) -> (PlSmallStr, Field) {
    let (name, is) = match column {
        Made::Plain(column) => (column.name(), column.dtype().to_arrow(CompatLevel::newest())),
        Made::Coded(coded) => (&coded.name, ArrowDataType::Utf8View),
    };
    (name.clone(), Field::new(name.clone(), is, true))
}

/// Writes a row group.
fn group<W: Write>(writer: &mut FileWriter<W>, types: &[ParquetType], part: &[Made]) -> PolarsResult<()> {
    let rows = part.first().map_or(0, |column| match column {
        Made::Plain(column) => column.len(),
        Made::Coded(coded) => coded.codes.len(),
    });
    if rows == 0 {
        return Ok(());
    }
    let columns: PolarsResult<Vec<Vec<CompressedPage>>> =
        part.par_iter().zip(types).map(|(column, is)| pages(column, is)).collect();
    let columns = columns?;
    let columns = columns.iter().map(|pages| {
        let pages = pages.iter().map(PolarsResult::Ok);
        Ok(DynStreamingIterator::new(fallible_streaming_iterator::convert(pages)))
    });
    writer.write(rows as u64, DynIter::new(columns))
}

fn pages(column: &Made, is: &ParquetType) -> PolarsResult<Vec<CompressedPage>> {
    let (array, encoding) = match column {
        Made::Plain(column) => plain(column),
        Made::Coded(coded) => match dictionary(coded)? {
            Some(array) => (array, Encoding::RleDictionary),
            None => plain(&coded.column()?),
        },
    };
    let mut pages = Vec::new();
    for leaf in array_to_columns(array, is.clone(), OPTIONS, &[encoding])? {
        for page in leaf {
            pages.push(compress(page?, Vec::new(), OPTIONS.compression)?);
        }
    }
    Ok(pages)
}

/// Numbers of a narrow range are cheaply found to repeat; of others, differences are short.
const NARROW: u64 = u16::MAX as u64;

fn plain(column: &Column) -> (Box<dyn Array>, Encoding) {
    let array = column.as_materialized_series().rechunk().to_arrow(0, CompatLevel::newest());
    let whole = array.as_any().downcast_ref::<PrimitiveArray<i64>>();
    let is_wide = whole.is_some_and(|array| {
        let values = array.values();
        let (least, most) = values
            .iter()
            .fold((i64::MAX, i64::MIN), |(least, most), value| (least.min(*value), most.max(*value)));
        least.abs_diff(most) > NARROW
    });
    let encoding = match array.dtype() {
        _ if is_wide => Encoding::DeltaBinaryPacked,
        ArrowDataType::Boolean => Encoding::Plain,
        _ => Encoding::RleDictionary,
    };
    (array, encoding)
}

/// A text that stands in less than so many of its rows, on average, is better written out each time.
const LEAST_ROWS: f64 = 4.0 / 3.0;

/// The texts that the rows have, in order, and the number of each one's; `None` where most are
/// distinct. Codes tell in which order texts were met, which must not be seen in the file.
fn dictionary(coded: &Coded) -> PolarsResult<Option<Box<dyn Array>>> {
    let given = coded.codes.rechunk();
    let Some(given) = given.downcast_iter().next() else { return Ok(None) };
    let (mut least, mut most) = (u32::MAX, 0);
    each(given, |code| (least, most) = (least.min(code), most.max(code)));
    // Without any code, the least is greater.
    let least = least.min(most);
    let span = (most - least) as usize + 1;
    if span > 4 * given.len() {
        return Ok(None);
    }
    let mut numbers = vec![0_u32; span];
    each(given, |code| numbers[(code - least) as usize] = 1);
    let used: Vec<u32> =
        numbers.iter().zip(least..).filter(|(is_used, _)| **is_used == 1).map(|(_, code)| code).collect();
    if used.len() as f64 * LEAST_ROWS > given.len() as f64 {
        return Ok(None);
    }
    let texts = |codes: &[u32]| {
        let codes = IdxCa::from_vec(PlSmallStr::EMPTY, codes.to_vec());
        Coded { codes, ..coded.clone() }.column()
    };
    let all = texts(&used)?;
    let all = all.str()?.rechunk();
    let Some(text) = all.downcast_iter().next() else { return Ok(None) };
    let mut order: Vec<usize> = (0..used.len()).collect();
    order.sort_unstable_by_key(|at| text.value(*at));
    let mut distinct: Vec<u32> = Vec::with_capacity(order.len());
    for (nth, at) in order.iter().enumerate() {
        if nth == 0 || text.value(order[nth - 1]) != text.value(*at) {
            distinct.push(used[*at]);
        }
        numbers[(used[*at] - least) as usize] = distinct.len() as u32 - 1;
    }
    // What stands in place of a missing code is 0, which may be below the least.
    let numbered = (given.values().iter())
        .map(|code| numbers.get(code.wrapping_sub(least) as usize).copied().unwrap_or_default());
    let numbered = PrimitiveArray::from_vec(numbered.collect()).with_validity(given.validity().cloned());
    let (texts, _) = plain(&texts(&distinct)?);
    Ok(Some(DictionaryArray::try_from_keys(numbered, texts, false)?.boxed()))
}

/// Looks at all codes that aren't missing.
fn each(codes: &PrimitiveArray<u32>, mut look: impl FnMut(u32)) {
    match codes.validity() {
        None => codes.values().iter().for_each(|code| look(*code)),
        Some(valid) => {
            codes
                .values()
                .iter()
                .zip(valid)
                .filter(|(_, is_there)| *is_there)
                .for_each(|(code, _)| look(*code));
        }
    }
}

//! A long table as a Parquet file, part by part, its columns encoded at the same time.
//!
//! Polars' own writer looks for repeated values by hashing all of them; here the codes of texts, which
//! are known, become the file's dictionaries.

use std::io::Write;

use polars::prelude::{Column, CompatLevel, IdxCa, PlSmallStr, PolarsError, PolarsResult, StringChunked};
use polars_arrow::array::{Array, DictionaryArray, PrimitiveArray};
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field};
use polars_parquet::write::{
    CompressedPage, CompressionOptions, DynIter, DynStreamingIterator, Encoding, FileWriter, ParquetType,
    StatisticsOptions, Version, WriteOptions, array_to_columns, compress, fallible_streaming_iterator,
};
use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::tables::{Coded, Made};

/// Bytes of a page for each row of a part: more than a code and its length take, of which polars-parquet
/// makes pages. It counts the missing values of all pages of a dictionary's column once for each page,
/// and readers leave out rows that are said to be missing, so there must be one page only.
const ROW_BYTES: usize = 16;

fn options(rows: usize) -> WriteOptions {
    WriteOptions {
        statistics: StatisticsOptions {
            min_value: true,
            max_value: true,
            distinct_count: false,
            null_count: true,
            binary_statistics_truncate_length: None,
        },
        version: Version::V1,
        compression: CompressionOptions::Snappy,
        data_page_size: Some(ROW_BYTES * rows.max(1)),
    }
}

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
    let schema = own.iter().map(field).collect::<ArrowSchema>();
    let mut writer = FileWriter::try_new(sink, schema, options(0))?;
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
    let (name, dtype) = match column {
        Made::Plain(column) => (column.name(), column.dtype().to_arrow(CompatLevel::newest())),
        Made::Coded(coded) => (&coded.name, ArrowDataType::Utf8View),
    };
    (name.clone(), Field::new(name.clone(), dtype, true))
}

/// Writes a row group.
fn group<W: Write>(writer: &mut FileWriter<W>, types: &[ParquetType], part: &[Made]) -> PolarsResult<()> {
    let rows = part.first().map_or(0, Made::len);
    if part.len() != types.len() || part.iter().any(|column| column.len() != rows) {
        return Err(PolarsError::ShapeMismatch("columns of different lengths".into()));
    }
    if rows == 0 {
        return Ok(());
    }
    let columns: PolarsResult<Vec<Vec<CompressedPage>>> =
        part.par_iter().zip(types).map(|(column, dtype)| pages(column, dtype)).collect();
    let columns = columns?;
    let columns = columns.iter().map(|pages| {
        let pages = pages.iter().map(PolarsResult::Ok);
        Ok(DynStreamingIterator::new(fallible_streaming_iterator::convert(pages)))
    });
    writer.write(rows as u64, DynIter::new(columns))
}

fn pages(column: &Made, dtype: &ParquetType) -> PolarsResult<Vec<CompressedPage>> {
    let (array, encoding) = match column {
        Made::Plain(column) => plain(column),
        Made::Coded(coded) => match dictionary(coded)? {
            Some(array) => (array, Encoding::RleDictionary),
            None => plain(&coded.column()?),
        },
    };
    let options = options(column.len());
    let mut pages = Vec::new();
    for leaf in array_to_columns(array, dtype.clone(), options, &[encoding])? {
        for page in leaf {
            pages.push(compress(page?, Vec::new(), options.compression)?);
        }
    }
    Ok(pages)
}

fn plain(column: &Column) -> (Box<dyn Array>, Encoding) {
    let array = column.as_materialized_series().rechunk().to_arrow(0, CompatLevel::newest());
    let numbers = array.as_any().downcast_ref::<PrimitiveArray<i64>>();
    let encoding = match array.dtype() {
        ArrowDataType::Boolean => Encoding::Plain,
        _ if numbers.is_some_and(|numbers| !is_repeating(numbers)) => Encoding::DeltaBinaryPacked,
        _ => Encoding::RleDictionary,
    };
    (array, encoding)
}

/// Polars finds without hashing which numbers of a range of 16 bits repeat.
const NARROW: u64 = u16::MAX as u64;
/// Of a wider range, so many distinct numbers take less room in a dictionary, as targets do; of more,
/// such as instants, the differences are short.
const FEW: usize = 1024;

fn is_repeating(numbers: &PrimitiveArray<i64>) -> bool {
    let (mut least, mut most) = (i64::MAX, i64::MIN);
    let mut distinct = FxHashSet::default();
    each(numbers, |number| {
        (least, most) = (least.min(number), most.max(number));
        if distinct.len() <= FEW {
            distinct.insert(number);
        }
    });
    distinct.len() <= FEW || least.abs_diff(most) <= NARROW
}

/// Polars' own measure of when a dictionary is worth it: at most so many of the rows are distinct.
const MOST_DISTINCT: f64 = 0.75;
/// Codes are told apart by their place in a span that may be so many times as long as the rows.
const MOST_SPAN: usize = 4;

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
    if span > MOST_SPAN * given.len() {
        return Ok(None);
    }
    let mut is_used = vec![false; span];
    each(given, |code| is_used[(code - least) as usize] = true);
    let used: Vec<u32> =
        is_used.iter().zip(least..).filter(|(is_used, _)| **is_used).map(|(_, code)| code).collect();
    if used.len() as f64 > MOST_DISTINCT * given.len() as f64 {
        return Ok(None);
    }
    let (distinct, places) = in_order(&texts(coded, used.clone())?);
    let mut numbers = vec![0; span];
    for (code, place) in used.iter().zip(places) {
        numbers[(code - least) as usize] = place;
    }
    // What stands in place of a missing code is 0, which may be below the least.
    let numbered = (given.values().iter())
        .map(|code| numbers.get(code.wrapping_sub(least) as usize).copied().unwrap_or_default());
    let numbered = PrimitiveArray::from_vec(numbered.collect()).with_validity(given.validity().cloned());
    let distinct = distinct.into_iter().map(|at| used[at]).collect();
    let distinct = texts(coded, distinct)?.downcast_as_array().clone();
    Ok(Some(DictionaryArray::try_from_keys(numbered, distinct.boxed(), false)?.boxed()))
}

/// The texts of those codes.
fn texts(coded: &Coded, codes: Vec<u32>) -> PolarsResult<StringChunked> {
    let codes = IdxCa::from_vec(PlSmallStr::EMPTY, codes);
    let column = Coded { codes, ..coded.clone() }.column()?;
    Ok(column.str()?.rechunk().into_owned())
}

/// Where each distinct text is found, in order of the texts; and for all of them their places in that order.
fn in_order(texts: &StringChunked) -> (Vec<usize>, Vec<u32>) {
    let texts = texts.downcast_as_array();
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_unstable_by_key(|at| texts.value(*at));
    let (mut distinct, mut places) = (Vec::new(), vec![0; order.len()]);
    for (nth, at) in order.iter().enumerate() {
        if nth == 0 || texts.value(order[nth - 1]) != texts.value(*at) {
            distinct.push(*at);
        }
        places[*at] = distinct.len() as u32 - 1;
    }
    (distinct, places)
}

/// Looks at all values that aren't missing.
fn each<T: polars_arrow::types::NativeType>(values: &PrimitiveArray<T>, mut look: impl FnMut(T)) {
    match values.validity() {
        None => values.values().iter().for_each(|value| look(*value)),
        Some(valid) => {
            let there = values.values().iter().zip(valid).filter(|(_, is_there)| *is_there);
            there.for_each(|(value, _)| look(*value));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use polars::prelude::*;
    use polars_io::SerReader;
    use polars_io::parquet::read::ParquetReader;

    use super::*;
    use crate::tables::{PART, Texts};

    /// Writes parts and reads them with Polars.
    fn file(parts: &[Vec<Made>]) -> (Vec<u8>, DataFrame) {
        let mut bytes = Vec::new();
        write(&mut bytes, |nth| parts.get(nth).map(|part| Ok(part.clone()))).expect("written");
        let frame = ParquetReader::new(Cursor::new(&bytes)).finish().expect("read");
        (bytes, frame)
    }

    fn coded(words: &[&str], codes: impl Iterator<Item = u32>) -> Made {
        Texts::new(words.iter().copied()).coded("word", codes).into()
    }

    fn words(frame: &DataFrame) -> Vec<Option<String>> {
        let column = frame.column("word").expect("there");
        column.str().expect("texts").iter().map(|word| word.map(str::to_owned)).collect()
    }

    fn numbers(values: Vec<Option<i64>>) -> Made {
        Column::new("number".into(), values).into()
    }

    /// Whatever the codes are, and also where one text has two.
    #[test]
    fn texts_are_read_as_they_were_and_their_order_of_codes_is_not_seen() {
        let missing = u32::MAX;
        let one = coded(&["b", "", "a", "é"], [3, 0, missing, 2, 0, 3, 1, 0].into_iter());
        let other = coded(&["x", "é", "a", "b", "b", ""], [1, 3, missing, 2, 4, 1, 5, 3].into_iter());
        let (bytes, frame) = file(&[vec![one]]);
        let expected = ["é", "b", "-", "a", "b", "é", "", "b"];
        let expected: Vec<_> = expected.iter().map(|w| Some((*w).to_owned()).filter(|w| w != "-")).collect();
        assert_eq!(words(&frame), expected);
        assert_eq!(bytes, file(&[vec![other]]).0);
    }

    #[test]
    fn parts_differ_in_what_they_have() {
        let names: Vec<String> = (0..1000).map(|n| format!("w{n:04}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let missing = [u32::MAX; 5];
        // All missing; all distinct; far apart; just below and above what is worth a dictionary.
        let parts: [Vec<u32>; 5] = [
            missing.to_vec(),
            (0..1000).collect(),
            vec![999, 0, 999, 999, 0],
            (0..75).chain(std::iter::repeat_n(7, 25)).collect(),
            (100..176).chain(std::iter::repeat_n(100, 24)).chain(missing).collect(),
        ];
        let made: Vec<Vec<Made>> =
            parts.iter().map(|codes| vec![coded(&names, codes.iter().copied())]).collect();
        let expected: Vec<Option<String>> =
            parts.iter().flatten().map(|code| names.get(*code as usize).map(|n| (*n).to_owned())).collect();
        assert_eq!(words(&file(&made).1), expected);
        assert_eq!(file(&[vec![coded(&[], std::iter::empty())]]).1.height(), 0);
    }

    #[test]
    fn numbers_are_read_as_they_were() {
        let wide = |n: i64| Some(n * 7_919_000 - 4_000_000_000_000);
        for values in [
            (0..5000).map(wide).collect(),
            (0..5000).map(|n| if n % 3 == 0 { None } else { wide(n) }).collect(),
            (0..5000).map(|n| Some(-(n % 7) * 1_000_000)).collect(),
            vec![Some(i64::MIN), None, Some(i64::MAX), Some(0)],
            vec![None; 9],
        ] {
            let (_, frame) = file(&[vec![numbers(values.clone())]]);
            let read: Vec<Option<i64>> =
                frame.column("number").expect("there").i64().expect("numbers").iter().collect();
            assert_eq!(read, values);
        }
    }

    /// DuckDB and Polars leave out what the statistics say is missing.
    #[test]
    fn missing_values_are_counted_once_in_a_full_part() {
        let half = |n: usize| n.is_multiple_of(2);
        let codes = (0..PART).map(|n| if half(n) { u32::MAX } else { n as u32 % 2000 });
        let names: Vec<String> = (0..2000).map(|n| n.to_string()).collect();
        let few = (0..PART).map(|n| Some(n as i64 % 5).filter(|_| half(n))).collect();
        let part =
            vec![Texts::new(names.iter().map(String::as_str)).coded("word", codes).into(), numbers(few)];
        let (bytes, _) = file(&[part]);
        let metadata = polars_parquet::read::read_metadata(&mut Cursor::new(&bytes)).expect("a footer");
        let columns = metadata.row_groups[0].parquet_columns();
        let missing: Vec<_> = columns
            .iter()
            .map(|column| {
                column.statistics(&metadata.footer_buf).expect("there").expect("readable").null_count()
            })
            .collect();
        assert_eq!(missing, [Some(PART as i64 / 2); 2]);
    }

    #[test]
    fn columns_of_different_lengths_are_refused() {
        let part = vec![numbers(vec![Some(1), Some(2)]), coded(&["a"], [0].into_iter())];
        assert!(write(&mut Vec::new(), |nth| (nth == 0).then(|| Ok(part.clone()))).is_err());
    }
}

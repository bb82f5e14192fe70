//! A Parquet file to rows of text; the one place below the tables that needs Polars.

use std::io::Cursor;

use chrono::DateTime;
use csv::ByteRecord;
use polars::prelude::{AnyValue, ArrowDataType, ArrowField, DataFrame, PolarsResult, TimeUnit};
use polars_io::SerReader;
use polars_io::parquet::read::ParquetReader;

use super::open::Grid;
use crate::config::Limits;

/// All rows, after one of the columns' names; numbered as if that were line 1.
/// Times are ISO 8601.
///
/// # Errors
/// Where it is broken, or has columns of a kind that no help desk exports.
pub fn grid(raw: &[u8], limits: &Limits) -> Result<Grid, String> {
    let mut frame = frame(raw).map_err(|error| error.to_string())?;
    // Looking up a cell searches the chunks of its column.
    frame.rechunk_mut();
    let header: ByteRecord = frame.get_column_names().iter().map(|name| name.as_str()).collect();
    let mut grid = Grid::default();
    grid.push(1, header, limits)?;
    for row in 0..frame.height() {
        let mut record = ByteRecord::new();
        for column in frame.columns() {
            record.push_field(column.get(row).map(text).unwrap_or_default().as_bytes());
        }
        grid.push(row as u64 + 2, record, limits)?;
    }
    Ok(grid)
}

fn frame(raw: &[u8]) -> PolarsResult<DataFrame> {
    let mut reader = ParquetReader::new(Cursor::new(raw));
    // Categories are texts in the file; only a note of the writer's makes them
    // a type of their own, which Polars was built without.
    let is_category = |field: &ArrowField| matches!(field.dtype(), ArrowDataType::Dictionary(..));
    if reader.schema()?.iter_values().any(is_category) {
        let mut metadata = (**reader.get_metadata()?).clone();
        metadata.key_value_metadata = None;
        reader = ParquetReader::new(Cursor::new(raw));
        reader.set_metadata(metadata.into());
    }
    reader.finish()
}

fn text(value: AnyValue) -> String {
    match value {
        AnyValue::Null => String::new(),
        AnyValue::String(text) => text.to_owned(),
        AnyValue::StringOwned(text) => text.to_string(),
        AnyValue::Boolean(is) => is.to_string(),
        // Numbers as other files have them: 1000001, not 1.000001e6.
        AnyValue::Float64(number) => number.to_string(),
        AnyValue::Float32(number) => number.to_string(),
        AnyValue::Binary(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        AnyValue::BinaryOwned(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        AnyValue::Datetime(at, unit, zone) => instant(at, unit, zone.is_some()),
        AnyValue::DatetimeOwned(at, unit, zone) => instant(at, unit, zone.is_some()),
        other => other.to_string(),
    }
}

/// With a zone, the count is of UTC; without, of a wall clock.
fn instant(at: i64, unit: TimeUnit, is_utc: bool) -> String {
    let per_second = match unit {
        TimeUnit::Nanoseconds => 1_000_000_000,
        TimeUnit::Microseconds => 1_000_000,
        TimeUnit::Milliseconds => 1_000,
    };
    let Some(at) = DateTime::from_timestamp(at.div_euclid(per_second), 0) else { return at.to_string() };
    at.format(if is_utc { "%Y-%m-%d %H:%M:%SZ" } else { "%Y-%m-%d %H:%M:%S" }).to_string()
}

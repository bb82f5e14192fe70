//! One row through a column map: its cells as values, or why it can't be used.

use super::cells::Cells;
use super::columns::Columns;
use super::dates::is_relative;
use super::defect::Code;
use super::values::Values;
use crate::model::MISSING_AT;

/// Why a row can't be used.
#[derive(Debug)]
pub struct Objection {
    pub code: Code,
    /// Position of the cell.
    pub column: Option<usize>,
    pub found: String,
    pub expected: String,
}

/// A row, decoded.
pub struct Row<'r> {
    pub cells: Cells<'r>,
    pub columns: &'r Columns,
    pub values: &'r Values<'r>,
    /// From 1.
    pub line: u64,
}

impl<'r> Row<'r> {
    /// A cell as text; empty where it is missing or there is no such column.
    pub fn text(&self, position: Option<usize>) -> Result<&'r str, Objection> {
        let mut position = position;
        while let Some(at) = position {
            let cell = self.cells.text(at).map_err(|bytes| Objection {
                code: Code::WrongEncoding,
                column: Some(at),
                found: String::from_utf8_lossy(bytes).into_owned(),
                expected: "UTF-8; try encoding = \"windows-1252\"".to_owned(),
            })?;
            let text = self.values.text(cell);
            if !text.is_empty() {
                return Ok(text);
            }
            position = self.columns.next.get(at).copied().flatten();
        }
        Ok("")
    }

    /// A cell that must not be missing.
    pub fn required(&self, position: Option<usize>) -> Result<&'r str, Objection> {
        match self.text(position)? {
            "" => Err(Objection {
                code: Code::MissingValue,
                column: position,
                found: String::new(),
                expected: "a value".to_owned(),
            }),
            cell => Ok(cell),
        }
    }

    /// A cell as an instant; [`MISSING_AT`] where it is missing.
    pub fn instant(&self, position: Option<usize>) -> Result<i64, Objection> {
        match self.text(position)? {
            "" => Ok(MISSING_AT),
            cell => self.values.instant(cell, self.line).ok_or_else(|| self.bad_date(position, cell)),
        }
    }

    /// A cell as a date.
    pub fn date(&self, position: Option<usize>) -> Result<Option<chrono::NaiveDate>, Objection> {
        match self.text(position)? {
            "" => Ok(None),
            cell => match self.values.date(cell) {
                Some(date) => Ok(Some(date)),
                None => Err(self.bad_date(position, cell)),
            },
        }
    }

    fn bad_date(&self, position: Option<usize>, cell: &str) -> Objection {
        if is_relative(cell) {
            let expected = "a date; export the column as an absolute time".to_owned();
            return self.object(Code::RelativeDate, position, cell, expected);
        }
        self.object(Code::BadDate, position, cell, self.values.expected_instead(cell))
    }

    /// A cell as a duration in seconds; -1 where it is missing.
    pub fn duration(&self, position: Option<usize>) -> Result<i64, Objection> {
        match self.text(position)? {
            "" => Ok(-1),
            cell => self.values.duration(cell).ok_or_else(|| {
                let expected = "a duration from 0 on, such as 90, 1:30 or 1h 30min".to_owned();
                self.object(Code::BadNumber, position, cell, expected)
            }),
        }
    }

    /// A cell as a whole number; -1 where it is missing.
    pub fn count(&self, position: Option<usize>) -> Result<i64, Objection> {
        match self.text(position)? {
            "" => Ok(-1),
            cell => cell.parse().ok().filter(|count| *count >= 0).ok_or_else(|| {
                self.object(Code::BadNumber, position, cell, "a whole number from 0 on".to_owned())
            }),
        }
    }

    /// An objection to a cell of this row.
    pub fn object(&self, code: Code, column: Option<usize>, found: &str, expected: String) -> Objection {
        Objection { code, column, found: found.to_owned(), expected }
    }
}

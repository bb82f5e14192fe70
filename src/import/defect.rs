//! What can be wrong with a row or a file, and what was.

use serde::Serialize;

/// Everything that import can object to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Code {
    FieldCount,
    QuoteNeverClosed,
    WrongEncoding,
    RepeatedHeader,
    CellTooLarge,
    RowTooLarge,
    BadJson,
    MissingValue,
    BadDate,
    RelativeDate,
    BadNumber,
    BadZone,
    BadShare,
    DuplicateTicket,
    Superseded,
    DuplicateKey,
    UnknownTicket,
    UnknownRole,
    EndBeforeStart,
    EmptyFile,
    HeaderOnly,
    ControlCharacter,
    RepeatedColumn,
    RowsInACell,
    AbsentPath,
    UnreadSheet,
    AmbiguousHour,
    MissingHour,
    StopBeforeStart,
    AfterExport,
    UnmappedStatus,
    UnmappedSeverity,
    UnmappedRequestType,
    UnknownSite,
    UnknownContractCalendar,
    UnknownContract,
    IgnoredField,
    IgnoredSla,
}

impl Code {
    /// All codes, in the order of the documentation.
    pub const ALL: [Code; 38] = [
        Code::FieldCount,
        Code::QuoteNeverClosed,
        Code::WrongEncoding,
        Code::RepeatedHeader,
        Code::CellTooLarge,
        Code::RowTooLarge,
        Code::BadJson,
        Code::MissingValue,
        Code::BadDate,
        Code::RelativeDate,
        Code::BadNumber,
        Code::BadZone,
        Code::BadShare,
        Code::DuplicateTicket,
        Code::Superseded,
        Code::DuplicateKey,
        Code::UnknownTicket,
        Code::UnknownRole,
        Code::EndBeforeStart,
        Code::EmptyFile,
        Code::HeaderOnly,
        Code::ControlCharacter,
        Code::RepeatedColumn,
        Code::RowsInACell,
        Code::AbsentPath,
        Code::UnreadSheet,
        Code::AmbiguousHour,
        Code::MissingHour,
        Code::StopBeforeStart,
        Code::AfterExport,
        Code::UnmappedStatus,
        Code::UnmappedSeverity,
        Code::UnmappedRequestType,
        Code::UnknownSite,
        Code::UnknownContractCalendar,
        Code::UnknownContract,
        Code::IgnoredField,
        Code::IgnoredSla,
    ];

    /// As in `rejects.csv` and the documentation.
    pub fn name(self) -> &'static str {
        match self {
            Code::FieldCount => "field_count",
            Code::QuoteNeverClosed => "quote_never_closed",
            Code::WrongEncoding => "wrong_encoding",
            Code::RepeatedHeader => "repeated_header",
            Code::CellTooLarge => "cell_too_large",
            Code::RowTooLarge => "row_too_large",
            Code::BadJson => "bad_json",
            Code::RelativeDate => "relative_date",
            Code::ControlCharacter => "control_character",
            Code::RepeatedColumn => "repeated_column",
            Code::RowsInACell => "rows_in_a_cell",
            Code::AbsentPath => "absent_path",
            Code::UnreadSheet => "unread_sheet",
            Code::Superseded => "superseded",
            Code::AmbiguousHour => "ambiguous_hour",
            Code::MissingHour => "missing_hour",
            Code::IgnoredSla => "ignored_sla",
            Code::MissingValue => "missing_value",
            Code::BadDate => "bad_date",
            Code::BadNumber => "bad_number",
            Code::BadZone => "bad_zone",
            Code::BadShare => "bad_share",
            Code::DuplicateTicket => "duplicate_ticket",
            Code::DuplicateKey => "duplicate_key",
            Code::UnknownTicket => "unknown_ticket",
            Code::UnknownRole => "unknown_role",
            Code::EndBeforeStart => "end_before_start",
            Code::EmptyFile => "empty_file",
            Code::HeaderOnly => "header_only",
            Code::StopBeforeStart => "stop_before_start",
            Code::AfterExport => "contradicts_status",
            Code::UnmappedStatus => "unmapped_status",
            Code::UnmappedSeverity => "unmapped_severity",
            Code::UnmappedRequestType => "unmapped_request_type",
            Code::UnknownSite => "unknown_site",
            Code::UnknownContractCalendar => "unknown_contract_calendar",
            Code::UnknownContract => "unknown_contract",
            Code::IgnoredField => "ignored_field",
        }
    }

    /// What it means and what becomes of the row.
    pub fn meaning(self) -> &'static str {
        match self {
            Code::FieldCount => "the row has another number of cells than the header; rejected",
            Code::QuoteNeverClosed => {
                "a quoted cell of this row never closes, or closes on a later line but not at the end of a cell; reading goes on at the next line that reads as a row, what lies between is rejected with it"
            }
            Code::WrongEncoding => "the row's bytes are not in the configured encoding; rejected",
            Code::RepeatedHeader => {
                "the row repeats the header, as in files that were put together; rejected"
            }
            Code::CellTooLarge => "a cell has more bytes than `limits.cell_size` allows; rejected",
            Code::RowTooLarge => "the row has more bytes than `limits.row_size` allows; rejected",
            Code::BadJson => "the line, or the element of the list, is no JSON object; rejected",
            Code::RelativeDate => "a time tells only how long ago it was when the file was written; rejected",
            Code::ControlCharacter => "NUL and other control characters in so many rows were read as blanks",
            Code::RowsInACell => {
                "so many lines within quoted cells read as rows of the table; two stray quotes may have paired up"
            }
            Code::AbsentPath => {
                "no row of the JSON file has a value at the path that the configuration names"
            }
            Code::UnreadSheet => "the workbook has another sheet with that name, which is not read",
            Code::Superseded => {
                "another file has the ticket with a later time; that row counts, this one is rejected and not held against max_reject"
            }
            Code::RepeatedColumn => "the file has several columns of that name; the first filled one counts",
            Code::AmbiguousHour => {
                "a time without zone falls in the hour that clocks showed twice; its first occurrence counts"
            }
            Code::MissingHour => {
                "a time without zone falls in the hour that clocks left out; it is moved forward by that hour"
            }
            Code::IgnoredSla => {
                "the SLA of the source system is cancelled or not the one that `slas` names; its row changes nothing"
            }
            Code::MissingValue => "a cell that the row can't do without is empty; rejected",
            Code::BadDate => "a time or date fits none of the configured formats; rejected",
            Code::BadNumber => "a cell should hold a number; rejected",
            Code::BadZone => "a cell should hold an IANA time zone; rejected",
            Code::BadShare => "a cell should hold a share such as 0.95 or 95%; rejected",
            Code::DuplicateTicket => {
                "another row of the file has the same ticket_id; the first one counts, this one is rejected"
            }
            Code::DuplicateKey => "another row has the same key; the first one counts, this one is rejected",
            Code::UnknownTicket => "the row is about a ticket that is not among the tickets; rejected",
            Code::UnknownRole => "the role of an event is not mapped; read as an agent's",
            Code::EndBeforeStart => "the contract or asset ends before it starts; rejected",
            Code::EmptyFile => "the file has nothing in it but blanks",
            Code::HeaderOnly => "the file has a header and no rows",
            Code::StopBeforeStart => "a time of the ticket lies before its opening; the clock is unmeasured",
            Code::AfterExport => "the ticket's status says that it is open, its times say that it is over",
            Code::UnmappedStatus => "the status is not listed under [statuses]; read as work",
            Code::UnmappedSeverity => {
                "the severity is not one of severity.levels; no target by severity applies"
            }
            Code::UnmappedRequestType => "the request type is none that entitlement knows; read as covered",
            Code::UnknownSite => "the ticket's site is not in the list of sites; the report's zone is used",
            Code::UnknownContractCalendar => {
                "a contract names a calendar that is not configured; the clock's own is used"
            }
            Code::UnknownContract => "the configuration has terms for a contract that is not in the list",
            Code::IgnoredField => "the event changes a field that no clock needs",
        }
    }
}

/// A row that can't be used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reject {
    pub table: &'static str,
    pub file: String,
    /// Line in the file, from 1.
    pub line: u64,
    pub code: Code,
    /// Header of the cell, empty where the whole row is meant.
    pub column: String,
    pub found: String,
    pub expected: String,
}

/// Something odd that costs no row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub table: &'static str,
    pub code: Code,
    /// What it is about, such as a status.
    pub subject: String,
    pub count: u64,
    /// The first place, as `file:line` or a ticket.
    pub first_at: String,
}

/// The fate of one file's rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileCount {
    pub table: &'static str,
    pub file: String,
    pub sha256: String,
    pub bytes: u64,
    pub read: u64,
    pub used: u64,
    pub rejected: u64,
    /// Earliest and latest instant of the rows, seconds UTC.
    pub first_at: Option<i64>,
    pub last_at: Option<i64>,
}

/// Why nothing can be read at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusable {
    pub message: String,
    pub place: String,
    pub hint: Option<String>,
}

impl std::fmt::Display for Unusable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "error: {}\n --> {}", self.message, self.place)?;
        match &self.hint {
            Some(hint) => write!(f, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

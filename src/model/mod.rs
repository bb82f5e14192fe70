//! Tickets, their history, contracts, assets and sites as plain data in columns.
//!
//! Answers "what did the help desk say?". Leaves out on purpose what it means:
//! that is `clock`'s. Instants are seconds since 1970-01-01T00:00:00Z.

mod money;
mod places;
mod text;

pub use money::Money;
pub use places::{Places, hash};
pub use text::{Dictionary, MISSING_CODE, Strings, TextColumn, recode};

use chrono::NaiveDate;

/// The instant of a missing time.
pub const MISSING_AT: i64 = i64::MIN;

/// `None` for [`MISSING_AT`].
pub fn instant(at: i64) -> Option<i64> {
    (at != MISSING_AT).then_some(at)
}

/// The times of a ticket, in the order of [`TIME_COLUMNS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    Opened,
    FirstResponse,
    OnSite,
    Resolved,
    Closed,
    /// The deadline that the source system computed.
    SourceDue,
}

/// Column names of [`Time`].
pub const TIME_COLUMNS: [&str; 6] =
    ["opened_at", "first_response_at", "on_site_at", "resolved_at", "closed_at", "source_due_at"];

/// The repeating texts of a ticket, in the order of [`TEXT_COLUMNS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {
    Status,
    Severity,
    RequestType,
    Customer,
    Site,
    Asset,
    Product,
    Module,
    HardwareModel,
    SoftwareVersion,
    ServerOs,
    ClientOs,
    Channel,
    Category,
    ErrorCode,
    ResolutionCode,
    Assignee,
    Group,
    HandledBy,
    Article,
    Parent,
    SourceVerdict,
}

impl Text {
    /// All of them, in order.
    pub const ALL: [Text; 22] = [
        Text::Status,
        Text::Severity,
        Text::RequestType,
        Text::Customer,
        Text::Site,
        Text::Asset,
        Text::Product,
        Text::Module,
        Text::HardwareModel,
        Text::SoftwareVersion,
        Text::ServerOs,
        Text::ClientOs,
        Text::Channel,
        Text::Category,
        Text::ErrorCode,
        Text::ResolutionCode,
        Text::Assignee,
        Text::Group,
        Text::HandledBy,
        Text::Article,
        Text::Parent,
        Text::SourceVerdict,
    ];
}

/// Column names of [`Text`].
pub const TEXT_COLUMNS: [&str; 22] = [
    "status",
    "severity",
    "request_type",
    "customer",
    "site",
    "asset",
    "product",
    "module",
    "hardware_model",
    "software_version",
    "server_os",
    "client_os",
    "channel",
    "category",
    "error_code",
    "resolution_code",
    "assignee",
    "group_name",
    "handled_by",
    "article",
    "parent",
    "source_verdict",
];

/// Request types that entitlement tells apart.
pub const REQUEST_TYPES: [&str; 5] = ["incident", "question", "update", "upgrade", "integration"];

/// Tickets, one per row, sorted by `ticket_id`.
#[derive(Debug, Clone, Default)]
pub struct Tickets {
    pub ticket_id: Strings,
    /// By [`Time`]; [`MISSING_AT`] where there is none.
    pub times: [Vec<i64>; 6],
    /// By [`Text`].
    pub texts: [TextColumn; 22],
    pub summary: Strings,
    /// What the caller was doing.
    pub activity: Strings,
    /// Reopenings that the source counted; -1 where it doesn't say.
    pub reopen_count: Vec<i32>,
    /// Seconds that the source says the ticket waited; -1 where it doesn't say.
    pub waiting_s: Vec<i64>,
    /// Columns carried through as extra dimensions.
    pub extras: Vec<(String, TextColumn)>,
}

impl Tickets {
    /// Number of tickets.
    pub fn len(&self) -> usize {
        self.ticket_id.len()
    }

    /// Whether there are no tickets.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A time of a ticket, seconds UTC.
    pub fn at(&self, row: usize, time: Time) -> Option<i64> {
        instant(self.times[time as usize][row])
    }

    /// A text of a ticket.
    pub fn text(&self, row: usize, text: Text) -> Option<&str> {
        self.texts[text as usize].get(row)
    }

    /// The whole column of a text.
    pub fn column(&self, text: Text) -> &TextColumn {
        &self.texts[text as usize]
    }

    /// The row of a ticket by binary search.
    pub fn find(&self, ticket_id: &str) -> Option<usize> {
        self.ticket_id.find(ticket_id)
    }

    /// Appends the rows of `other`, whose extras must be the same columns.
    pub fn append(&mut self, other: &Tickets) {
        self.ticket_id.append(&other.ticket_id);
        for (mine, theirs) in self.times.iter_mut().zip(&other.times) {
            mine.extend_from_slice(theirs);
        }
        for (mine, theirs) in self.texts.iter_mut().zip(&other.texts) {
            mine.append(theirs);
        }
        self.summary.append(&other.summary);
        self.activity.append(&other.activity);
        self.reopen_count.extend_from_slice(&other.reopen_count);
        self.waiting_s.extend_from_slice(&other.waiting_s);
        if self.extras.is_empty() {
            self.extras = other.extras.clone();
        } else {
            for ((_, mine), (_, theirs)) in self.extras.iter_mut().zip(&other.extras) {
                mine.append(theirs);
            }
        }
    }

    /// The tickets named by `rows`, in that order; columns are let go as soon as they are taken.
    pub fn take(self, rows: &[u32]) -> Tickets {
        if rows.len() == self.len() && rows.iter().zip(0..).all(|(row, own)| *row == own) {
            return self;
        }
        Tickets {
            ticket_id: self.ticket_id.take(rows),
            times: self.times.map(|times| rows.iter().map(|&row| times[row as usize]).collect()),
            texts: self.texts.map(|column| column.take(rows)),
            summary: self.summary.take(rows),
            activity: self.activity.take(rows),
            reopen_count: rows.iter().map(|&row| self.reopen_count[row as usize]).collect(),
            waiting_s: rows.iter().map(|&row| self.waiting_s[row as usize]).collect(),
            extras: self.extras.into_iter().map(|(name, column)| (name, column.take(rows))).collect(),
        }
    }
}

/// What an event changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Field {
    Status,
    Severity,
    Group,
    Assignee,
    /// A public reply.
    Reply,
    /// Arrival at the customer's site.
    OnSite,
}

/// Names of [`Field`], as the configuration writes them.
pub const FIELDS: [&str; 6] = ["status", "severity", "group_name", "assignee", "reply", "on_site"];

impl Field {
    /// The field of a name in [`FIELDS`].
    pub fn from_index(index: usize) -> Field {
        [Field::Status, Field::Severity, Field::Group, Field::Assignee, Field::Reply, Field::OnSite][index]
    }
}

/// Who caused an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Role {
    Agent,
    Customer,
    Automation,
}

/// One change in a ticket's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// Seconds UTC.
    pub at: i64,
    /// The source's own order among events of one instant; 0 where it has none.
    pub sequence: i32,
    /// Row in [`Tickets`].
    pub ticket: u32,
    /// Code of the value before in [`Events::values`].
    pub from: u32,
    /// Code of the value since.
    pub to: u32,
    pub field: Field,
    pub role: Role,
}

/// The history of all tickets, grouped by ticket and in order of time.
#[derive(Debug, Clone, Default)]
pub struct Events {
    pub rows: Vec<Event>,
    /// Values of all fields.
    pub values: Dictionary,
    /// Events of ticket `i` are `rows[starts[i]..starts[i + 1]]`; empty without history.
    starts: Vec<u32>,
    /// By [`Field`].
    logged: [bool; 6],
}

impl Events {
    /// Events in order of ticket, time and the source's own order, of so many tickets.
    pub fn new(rows: Vec<Event>, values: Dictionary, tickets: usize) -> Events {
        let (mut starts, mut logged) = (vec![0; tickets + 1], [false; 6]);
        for event in &rows {
            starts[event.ticket as usize + 1] += 1;
            logged[event.field as usize] = true;
        }
        for ticket in 0..tickets {
            starts[ticket + 1] += starts[ticket];
        }
        Events { rows, values, starts, logged }
    }

    /// Lets go of what happened; which values and fields there were is still known.
    pub fn forget(&mut self) {
        (self.rows, self.starts) = (Vec::new(), Vec::new());
    }

    /// Whether the history of any ticket tells of changes to a field.
    pub fn logs(&self, field: Field) -> bool {
        self.logged[field as usize]
    }

    /// The events of a ticket.
    pub fn of(&self, ticket: usize) -> &[Event] {
        match self.starts.get(ticket..=ticket + 1) {
            Some(&[start, end]) => &self.rows[start as usize..end as usize],
            _ => &[],
        }
    }
}

/// What entitles a customer to support.
#[derive(Debug, Clone, PartialEq)]
pub struct Contract {
    pub contract: String,
    pub customer: String,
    /// Only this site; `None` for all.
    pub site: Option<String>,
    /// Only this product; `None` for all.
    pub product: Option<String>,
    /// Issue date of the licence: the warranty's first day.
    pub licence_on: Option<NaiveDate>,
    /// First day of support.
    pub start_on: Option<NaiveDate>,
    /// Last day of support, included.
    pub end_on: Option<NaiveDate>,
    pub calendar: Option<String>,
    pub target_set: Option<String>,
    /// 0-1.
    pub attainment_target: Option<f64>,
    /// What the customer pays for as long as credits are reckoned over.
    pub fee: Option<Money>,
    /// Such as `EUR`.
    pub currency: Option<String>,
}

/// A piece of installed equipment.
#[derive(Debug, Clone, PartialEq)]
pub struct Asset {
    pub asset: String,
    pub site: Option<String>,
    pub model: Option<String>,
    pub serial: Option<String>,
    pub installed_on: Option<NaiveDate>,
    pub retired_on: Option<NaiveDate>,
}

/// A place where a customer uses the system.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    pub site: String,
    pub customer: Option<String>,
    pub zone: Option<chrono_tz::Tz>,
    pub region: Option<String>,
}

/// All that was read.
#[derive(Debug, Clone, Default)]
pub struct Dataset {
    pub tickets: Tickets,
    pub events: Events,
    /// In order of `contract`, then start.
    pub contracts: Vec<Contract>,
    /// In order of `asset`.
    pub assets: Vec<Asset>,
    /// In order of `site`.
    pub sites: Vec<Site>,
    /// Whether a list of contracts was given, empty or not.
    pub has_contracts: bool,
    /// Whether a history was given.
    pub has_events: bool,
    /// The latest instant in tickets and events, seconds UTC.
    pub last_at: Option<i64>,
}

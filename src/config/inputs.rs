//! `[inputs.*]`, `[format]` and `[values.*]`: where the exports are and how to read them.

use chrono_tz::Tz;
use rustc_hash::FxHashMap;

use super::reader::{Located, Reader};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::model::{FIELDS, Field, Role, TEXT_COLUMNS, TIME_COLUMNS};

/// The tables that can be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    Tickets,
    /// What the source system's own clocks say, added to the tickets.
    SourceSlas,
    Events,
    Contracts,
    Assets,
    Sites,
}

/// Names of [`Table`].
pub const TABLES: [(&str, Table); 6] = [
    ("tickets", Table::Tickets),
    ("source_slas", Table::SourceSlas),
    ("events", Table::Events),
    ("contracts", Table::Contracts),
    ("assets", Table::Assets),
    ("sites", Table::Sites),
];

impl Table {
    /// As in the configuration.
    pub fn name(self) -> &'static str {
        TABLES[self as usize].0
    }

    /// The columns that a row can't do without.
    pub fn required(self, kind: EventKind) -> &'static [&'static str] {
        match (self, kind) {
            (Table::Tickets, _) => &["ticket_id", "opened_at"],
            (Table::Events, EventKind::Changes) => &["ticket_id", "event_at", "field", "to"],
            (Table::Events, EventKind::Snapshots) => &["ticket_id", "event_at"],
            (Table::Contracts, _) => &["contract", "customer"],
            (Table::Assets, _) => &["asset"],
            (Table::Sites, _) => &["site"],
            (Table::SourceSlas, _) => &["ticket_id"],
        }
    }

    /// All columns that can be mapped.
    pub fn columns(self, kind: EventKind) -> Vec<&'static str> {
        let ticket = || {
            let own = [
                "ticket_id",
                "source_id",
                "first_response_after",
                "resolved_after",
                "summary",
                "activity",
                "reopen_count",
                "waiting_s",
                "application_blocked",
                "impact",
                "urgency",
            ];
            own.into_iter().chain(TIME_COLUMNS).chain(TEXT_COLUMNS)
        };
        match (self, kind) {
            (Table::Tickets, _) => ticket().collect(),
            (Table::Events, EventKind::Changes) => {
                vec![
                    "ticket_id",
                    "event_at",
                    "sequence",
                    "field",
                    "from",
                    "to",
                    "role",
                    "author",
                    "requester",
                ]
            }
            (Table::Events, EventKind::Snapshots) => {
                ticket().chain(["event_at", "sequence", "role"]).collect()
            }
            (Table::Contracts, _) => vec![
                "contract",
                "customer",
                "site",
                "product",
                "licence_on",
                "start_on",
                "end_on",
                "calendar",
                "target_set",
                "attainment_target",
                "fee",
                "currency",
            ],
            (Table::Assets, _) => {
                vec!["asset", "site", "model", "serial", "installed_on", "retired_on"]
            }
            (Table::Sites, _) => vec!["site", "customer", "zone", "region"],
            (Table::SourceSlas, _) => {
                vec!["ticket_id", "sla", "stage", "source_due_at", "source_verdict", "waiting_s"]
            }
        }
    }
}

/// What a row of the history is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// One changed field.
    Changes,
    /// The whole state from then on.
    Snapshots,
}

/// How bytes become text; a byte order mark in the file says more than this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    /// Little endian.
    Utf16,
    Windows1252,
    Latin1,
}

/// Names of [`Encoding`].
pub const ENCODINGS: [(&str, Encoding); 4] = [
    ("utf-8", Encoding::Utf8),
    ("utf-16", Encoding::Utf16),
    ("windows-1252", Encoding::Windows1252),
    ("latin-1", Encoding::Latin1),
];

/// What a number that stands for a duration counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DurationUnit {
    Seconds,
    Minutes,
    Hours,
}

/// Names of [`DurationUnit`].
pub const DURATION_UNITS: [(&str, DurationUnit); 3] =
    [("seconds", DurationUnit::Seconds), ("minutes", DurationUnit::Minutes), ("hours", DurationUnit::Hours)];

/// Date formats that are no strftime pattern: ISO 8601, the serial day numbers of
/// spreadsheets, and seconds and milliseconds since 1970.
pub const NAMED_DATE_FORMATS: [&str; 4] = ["iso", "excel-serial", "epoch-seconds", "epoch-milliseconds"];

/// How text becomes values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Format {
    pub delimiter: u8,
    /// Whether a cell may stand in quotes.
    pub has_quotes: bool,
    pub encoding: Encoding,
    /// Of [`NAMED_DATE_FORMATS`], or strftime patterns; tried in order.
    pub date_formats: Vec<String>,
    pub durations_in: DurationUnit,
    /// Zone of times that state none.
    pub zone: Tz,
    /// How often the publisher converted UTC to that zone: normally once, by
    /// mistake twice.
    pub zone_applied: u8,
    /// Cells that mean "nothing here", besides empty ones.
    pub missing: Vec<String>,
}

/// One input table.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    pub table: Table,
    /// Paths or globs, relative to the configuration unless they came from the command line.
    pub paths: Vec<String>,
    pub is_from_command_line: bool,
    pub format: Format,
    /// Line of the header, from 1; what is above it is no data.
    pub header_line: u64,
    /// What the first cell of a line below the table begins with, which is no row.
    pub footer: Option<String>,
    /// Of a workbook; otherwise the first sheet with cells.
    pub sheet: Option<String>,
    /// Of JSON: the lists to go into, outermost first; a row is one innermost element.
    pub each: Vec<String>,
    /// Our column to the export's header, or to alternatives of which the first that is there counts.
    pub columns: FxHashMap<String, Vec<String>>,
    /// Headers to carry through, with the names they get.
    pub extras: Vec<(String, String)>,
    pub kind: EventKind,
    /// The export's field names to ours, lower case.
    pub fields: FxHashMap<String, Field>,
    /// The export's roles to ours, lower case.
    pub roles: FxHashMap<String, Role>,
    /// Of the source's SLAs, those that count; empty if all do.
    pub slas: Vec<String>,
    /// Values of a reply that a customer can see; empty if all can.
    pub public: Vec<String>,
}

/// The export's words for a column, mapped to ours, lower case.
pub type ValueMap = FxHashMap<String, String>;

/// Everything about the inputs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Inputs {
    /// In order of [`Table`]; a table may have several.
    pub tables: Vec<Input>,
    /// By our column.
    pub values: FxHashMap<String, ValueMap>,
}

impl Inputs {
    /// Whether a table is configured.
    pub fn has(&self, table: Table) -> bool {
        self.tables.iter().any(|input| input.table == table)
    }

    /// Whether the tickets are made of the snapshots in their history.
    pub fn derives_tickets(&self) -> bool {
        let mut histories = self.tables.iter().filter(|input| input.table == Table::Events).peekable();
        !self.has(Table::Tickets)
            && histories.peek().is_some()
            && histories.all(|input| input.kind == EventKind::Snapshots)
    }
}

/// Reads `[format]` over defaults.
pub fn format(reader: Option<&Reader>, defaults: &Format) -> Format {
    let mut format = defaults.clone();
    let Some(reader) = reader else { return format };
    if let Some(text) = reader.string("delimiter") {
        match text.value.as_bytes() {
            [byte] => format.delimiter = *byte,
            _ => reader.problem(
                Diagnostic::error(
                    Some(text.span),
                    format!("`{}.delimiter` can't be `{}`", reader.path, text.value),
                )
                .label("expected one character, such as \",\" or \";\" or \"\\t\""),
            ),
        }
    }
    format.has_quotes = reader.boolean("quotes").unwrap_or(format.has_quotes);
    if let Some(encoding) = reader.choice("encoding", &ENCODINGS) {
        format.encoding = encoding;
    }
    if let Some(unit) = reader.choice("durations_in", &DURATION_UNITS) {
        format.durations_in = unit;
    }
    if let Some(patterns) = reader.strings("date_formats") {
        for pattern in &patterns {
            if !is_date_format(&pattern.value) {
                reader.problem(
                    Diagnostic::error(
                        Some(pattern.span.clone()),
                        format!("`{}` is not a date format", pattern.value),
                    )
                    .label(format!(
                        "expected one of: {}, or a pattern such as \"%d/%m/%Y %H:%M\"",
                        NAMED_DATE_FORMATS.join(", ")
                    ))
                    .hint(did_you_mean(&pattern.value, NAMED_DATE_FORMATS)),
                );
            }
        }
        format.date_formats = patterns.into_iter().map(|p| p.value).collect();
    }
    if let Some(zone) = reader.string("zone").and_then(|text| self::zone(reader, "zone", &text)) {
        format.zone = zone;
    }
    if let Some(times) = reader.integer("zone_applied", 0..=2) {
        format.zone_applied = times as u8;
    }
    if let Some(missing) = reader.strings("missing") {
        format.missing = missing.into_iter().map(|m| m.value).collect();
    }
    format
}

/// An IANA zone.
pub fn zone(reader: &Reader, key: &str, text: &Located<String>) -> Option<Tz> {
    let zone = text.value.parse().ok();
    if zone.is_none() {
        reader.problem(
            Diagnostic::error(
                Some(text.span.clone()),
                format!("`{}.{key}` is not a time zone: `{}`", reader.path, text.value),
            )
            .label("expected an IANA name such as \"Europe/Lisbon\"")
            .hint(did_you_mean(&text.value, chrono_tz::TZ_VARIANTS.iter().map(|tz| tz.name()))),
        );
    }
    zone
}

fn is_date_format(pattern: &str) -> bool {
    use chrono::format::{Item, StrftimeItems};
    NAMED_DATE_FORMATS.contains(&pattern)
        || (pattern.contains('%') && StrftimeItems::new(pattern).all(|item| !matches!(item, Item::Error)))
}

/// Reads `[inputs.*]` and `[values.*]`.
pub fn inputs(document: &Reader, defaults: &Format) -> Inputs {
    let mut inputs = Inputs::default();
    if let Some(tables) = document.table("inputs") {
        for (name, table) in TABLES {
            let readers = match tables.is_table(name) {
                true => tables.table(name).into_iter().collect(),
                false => tables.tables(name),
            };
            for reader in readers {
                inputs.tables.push(input(&reader, table, defaults));
                reader.finish();
            }
        }
        tables.finish();
        same_extras(&tables, &inputs.tables);
    }
    if let Some(values) = document.table("values") {
        for (column, reader) in values.named_tables() {
            if !TEXT_COLUMNS.contains(&column.value.as_str()) {
                values.problem(
                    Diagnostic::error(
                        Some(column.span.clone()),
                        format!("`values.{}` is not a column of tickets", column.value),
                    )
                    .label("expected a text column such as request_type")
                    .hint(did_you_mean(&column.value, TEXT_COLUMNS)),
                );
            }
            let mut map = ValueMap::default();
            for (ours, theirs) in reader.named_strings() {
                for their in theirs {
                    let other = map.insert(their.value.to_lowercase(), ours.value.clone());
                    if let Some(other) = other.filter(|other| *other != ours.value) {
                        reader.problem(Diagnostic::error(
                            Some(their.span),
                            format!("`{}` is already mapped to `{other}`", their.value),
                        ));
                    }
                }
            }
            inputs.values.insert(column.value, map);
        }
    }
    inputs
}

/// Rows of several inputs go into one table, which has the same columns throughout.
fn same_extras(reader: &Reader, inputs: &[Input]) {
    fn names(input: &Input) -> Vec<&str> {
        input.extras.iter().map(|(_, ours)| ours.as_str()).collect()
    }
    for pair in inputs.windows(2).filter(|pair| pair[0].table == pair[1].table) {
        if names(&pair[0]) != names(&pair[1]) {
            let table = pair[0].table.name();
            reader.fail(format!("all `inputs.{table}` must have `extra` columns of the same names"));
        }
    }
}

fn input(reader: &Reader, table: Table, defaults: &Format) -> Input {
    let kinds = [("changes", EventKind::Changes), ("snapshots", EventKind::Snapshots)];
    let kind = match table {
        Table::Events => reader.choice("kind", &kinds).unwrap_or(EventKind::Changes),
        _ => EventKind::Changes,
    };
    let paths: Vec<String> =
        reader.strings("path").unwrap_or_default().into_iter().map(|p| p.value).collect();
    if paths.is_empty() {
        reader.fail(format!("`{}.path` is missing", reader.path));
    }
    let known = table.columns(kind);
    let mut columns = FxHashMap::default();
    if let Some(mapped) = reader.table("columns") {
        for (ours, theirs) in mapped.named_strings() {
            if !known.contains(&ours.value.as_str()) {
                mapped.problem(
                    Diagnostic::error(
                        Some(ours.span),
                        format!("`{}` is not a column of {}", ours.value, table.name()),
                    )
                    .label(format!("expected one of: {}", known.join(", ")))
                    .hint(did_you_mean(&ours.value, known.iter().copied())),
                );
            } else if !theirs.is_empty() {
                columns.insert(ours.value, theirs.into_iter().map(|their| their.value).collect());
            }
        }
    }
    let mut extras = Vec::new();
    if matches!((table, kind), (Table::Tickets, _) | (Table::Events, EventKind::Snapshots)) {
        if let Some(carried) = reader.table("extra") {
            for (ours, theirs) in carried.named_strings() {
                let is_name =
                    ours.value.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit());
                if !is_name || known.contains(&ours.value.as_str()) {
                    carried.problem(
                        Diagnostic::error(
                            Some(ours.span),
                            format!("`{}` can't name an extra column", ours.value),
                        )
                        .label("expected a new name of a-z, 0-9 and _"),
                    );
                } else if let Some(their) = theirs.into_iter().next() {
                    extras.push((their.value, ours.value));
                }
            }
        }
        extras.sort_by(|a, b| a.1.cmp(&b.1));
    }
    let mut input = Input {
        table,
        paths,
        is_from_command_line: false,
        format: format(Some(reader), defaults),
        header_line: reader.integer("header_line", 1..=1000).unwrap_or(1) as u64,
        footer: reader.string("footer").map(|text| text.value),
        sheet: reader.string("sheet").map(|name| name.value),
        each: reader.strings("each").unwrap_or_default().into_iter().map(|step| step.value).collect(),
        columns,
        extras,
        kind,
        fields: FxHashMap::default(),
        roles: FxHashMap::default(),
        slas: Vec::new(),
        public: Vec::new(),
    };
    if table == Table::SourceSlas {
        input.slas = reader.strings("slas").unwrap_or_default().into_iter().map(|sla| sla.value).collect();
    }
    if table == Table::Events {
        events(reader, &mut input);
    }
    input
}

fn events(reader: &Reader, input: &mut Input) {
    for (index, name) in FIELDS.iter().enumerate() {
        input.fields.insert((*name).to_owned(), Field::from_index(index));
    }
    if let Some(fields) = reader.table("fields") {
        for (ours, theirs) in fields.named_strings() {
            match FIELDS.iter().position(|name| *name == ours.value) {
                Some(index) => input
                    .fields
                    .extend(theirs.into_iter().map(|t| (t.value.to_lowercase(), Field::from_index(index)))),
                None => fields.problem(
                    Diagnostic::error(
                        Some(ours.span),
                        format!("`{}` is not a field of the history", ours.value),
                    )
                    .label(format!("expected one of: {}", FIELDS.join(", ")))
                    .hint(did_you_mean(&ours.value, FIELDS)),
                ),
            }
        }
    }
    let roles = [("agent", Role::Agent), ("customer", Role::Customer), ("automation", Role::Automation)];
    for (name, role) in roles {
        input.roles.insert(name.to_owned(), role);
    }
    if let Some(mapped) = reader.table("roles") {
        for (name, role) in roles {
            for theirs in mapped.strings(name).unwrap_or_default() {
                input.roles.insert(theirs.value.to_lowercase(), role);
            }
        }
        mapped.finish();
    }
    input.public =
        reader.strings("public_replies").unwrap_or_default().into_iter().map(|p| p.value).collect();
}

//! What the exports of help desk products look like, and a configuration drawn
//! up for a given export.
//!
//! Answers "where does this file come from, and how is it to be read?". The
//! products are data, one TOML file each in `presets/`; what no file can tell
//! becomes a question in the configuration.

mod dates;
mod draft;
mod recognise;

pub use dates::PATTERNS;
pub use draft::{Draft, Part, draft};
pub use recognise::{Match, input, recognise};

use toml::{Table as Toml, Value};

use crate::config::{EventKind, TABLES, Table};

/// Our names, each with theirs.
pub type Names = Vec<(String, Vec<String>)>;

/// What is known of one product.
#[derive(Debug)]
pub struct Preset {
    /// As on the command line.
    pub slug: &'static str,
    pub title: String,
    /// For whoever has just exported.
    pub notes: Vec<String>,
    pub exports: Vec<Export>,
    /// Words by the class of a status, as the configuration calls it.
    pub statuses: Names,
    /// Words by level, most severe first.
    pub levels: Vec<Vec<String>>,
    /// Words of a kept and of a missed promise.
    pub kept: Vec<String>,
    pub missed: Vec<String>,
}

/// One kind of file that a product makes.
#[derive(Debug)]
pub struct Export {
    pub name: String,
    pub title: String,
    pub table: Table,
    pub kind: EventKind,
    /// Each a list of alternatives, one of which the header must have.
    pub signature: Vec<Vec<String>>,
    /// Our column, and what the product calls it, best first.
    pub columns: Names,
    /// The lists of JSON to go into.
    pub each: Vec<String>,
    /// Keys of the input that are the same for every file of this kind, as the
    /// configuration writes them.
    pub settings: Vec<(String, Value)>,
    /// By column: our word and theirs.
    pub values: Vec<(String, Names)>,
}

impl Export {
    /// A setting that is a text.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.settings.iter().find(|(known, _)| known == key).and_then(|(_, value)| value.as_str())
    }
}

/// Slug of the preset for what no product's preset knows.
pub const PLAIN: &str = "plain";

const SOURCES: [(&str, &str); 13] = [
    ("servicenow", include_str!("../../presets/servicenow.toml")),
    ("jira", include_str!("../../presets/jira.toml")),
    ("zendesk", include_str!("../../presets/zendesk.toml")),
    ("freshdesk", include_str!("../../presets/freshdesk.toml")),
    ("freshservice", include_str!("../../presets/freshservice.toml")),
    ("glpi", include_str!("../../presets/glpi.toml")),
    ("zammad", include_str!("../../presets/zammad.toml")),
    ("osticket", include_str!("../../presets/osticket.toml")),
    ("otrs", include_str!("../../presets/otrs.toml")),
    ("rt", include_str!("../../presets/rt.toml")),
    ("itop", include_str!("../../presets/itop.toml")),
    ("boston311", include_str!("../../presets/boston311.toml")),
    (PLAIN, include_str!("../../presets/plain.toml")),
];

/// Slugs of all presets.
pub fn slugs() -> Vec<&'static str> {
    SOURCES.iter().map(|(slug, _)| *slug).collect()
}

/// All presets, [`PLAIN`] last.
///
/// # Errors
/// What is wrong with one of them; a test reads them all.
pub fn all() -> Result<Vec<Preset>, String> {
    SOURCES
        .iter()
        .map(|(slug, source)| preset(slug, source).map_err(|error| format!("preset `{slug}`: {error}")))
        .collect()
}

fn preset(slug: &'static str, source: &str) -> Result<Preset, String> {
    let mut document: Toml = source.parse().map_err(|error: toml::de::Error| error.to_string())?;
    let title = document.remove("title").and_then(|title| title.as_str().map(str::to_owned));
    let notes = document.remove("notes").map_or(Ok(Vec::new()), |notes| strings(&notes))?;
    let exports = list(document.remove("exports"))?.into_iter().map(export).collect::<Result<_, _>>()?;
    let statuses = named_strings(document.remove("statuses"))?;
    let levels = match document.remove("severity") {
        Some(Value::Table(mut severity)) => match severity.remove("levels") {
            Some(Value::Array(levels)) => levels.iter().map(strings).collect::<Result<_, _>>()?,
            _ => return Err("`severity.levels` is no list".to_owned()),
        },
        _ => Vec::new(),
    };
    let audit = named_strings(document.remove("audit"))?;
    let words =
        |key| audit.iter().find(|(name, _)| name == key).map_or(Vec::new(), |(_, words)| words.clone());
    let (kept, missed) = (words("kept"), words("missed"));
    nothing_left(&document)?;
    Ok(Preset { slug, title: title.ok_or("no title")?, notes, exports, statuses, levels, kept, missed })
}

/// Keys of an export that the configuration has under the same name.
const SETTINGS: [&str; 10] = [
    "zone",
    "zone_applied",
    "durations_in",
    "quotes",
    "footer",
    "missing",
    "each",
    "public_replies",
    "fields",
    "roles",
];

fn export(mut export: Toml) -> Result<Export, String> {
    let mut text = |key: &str| export.remove(key).and_then(|value| value.as_str().map(str::to_owned));
    let (name, title) = (text("name").ok_or("an export has no name")?, text("title").ok_or("no title")?);
    let table = text("table").and_then(|name| TABLES.iter().find(|(known, _)| *known == name).map(|t| t.1));
    let kind = match text("kind").as_deref() {
        Some("snapshots") => EventKind::Snapshots,
        _ => EventKind::Changes,
    };
    let signature = match export.remove("signature") {
        Some(Value::Array(entries)) => entries.iter().map(strings).collect::<Result<_, _>>()?,
        _ => return Err(format!("`{name}` has no signature")),
    };
    let columns = named_strings(export.remove("columns"))?;
    let mut values = Vec::new();
    if let Some(Value::Table(tables)) = export.remove("values") {
        for (column, words) in tables {
            values.push((column, named_strings(Some(words))?));
        }
    }
    let each = export.get("each").map_or(Ok(Vec::new()), strings)?;
    let settings =
        SETTINGS.iter().filter_map(|key| Some(((*key).to_owned(), export.remove(*key)?))).collect();
    nothing_left(&export)?;
    let table = table.ok_or_else(|| format!("`{name}` is of no table"))?;
    let known = table.columns(kind);
    match columns.iter().find(|(ours, _)| !known.contains(&ours.as_str())) {
        Some((unknown, _)) => Err(format!("`{name}`: `{unknown}` is no column of {}", table.name())),
        None => Ok(Export { name, title, table, kind, signature, columns, each, settings, values }),
    }
}

fn nothing_left(table: &Toml) -> Result<(), String> {
    table.keys().next().map_or(Ok(()), |key| Err(format!("unknown key `{key}`")))
}

fn list(value: Option<Value>) -> Result<Vec<Toml>, String> {
    let Some(Value::Array(items)) = value else { return Err("no exports".to_owned()) };
    let table = |item| match item {
        Value::Table(table) => Ok(table),
        _ => Err("an export is no table".to_owned()),
    };
    items.into_iter().map(table).collect()
}

/// A text or a list of texts.
fn strings(value: &Value) -> Result<Vec<String>, String> {
    match value {
        Value::String(text) => Ok(vec![text.clone()]),
        Value::Array(items) => {
            let text =
                |item: &Value| item.as_str().map(str::to_owned).ok_or("a list holds no text".to_owned());
            items.iter().map(text).collect()
        }
        other => Err(format!("`{other}` is no text")),
    }
}

fn named_strings(value: Option<Value>) -> Result<Names, String> {
    match value {
        None => Ok(Vec::new()),
        Some(Value::Table(table)) => {
            table.into_iter().map(|(name, value)| Ok((name, strings(&value)?))).collect()
        }
        Some(other) => Err(format!("`{other}` is no table")),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn all_presets_can_be_read() {
        let presets = super::all().expect("valid presets");
        assert_eq!(presets.len(), super::slugs().len());
        assert!(presets.iter().all(|preset| !preset.exports.is_empty()));
    }
}

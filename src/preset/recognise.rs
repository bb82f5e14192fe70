//! Which product a file is from.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Export, PLAIN, Preset};
use crate::config::{Format, Input, Table};
use crate::import::{HeaderCandidate, Sniffed, folded};
use crate::model::{FIELDS, Field};

/// A file taken for one kind of export.
#[derive(Debug)]
pub struct Match<'p> {
    pub preset: &'p Preset,
    pub export: &'p Export,
    /// Where its header is; `None` of JSON.
    pub header: Option<HeaderCandidate>,
    /// Our column, and the file's: one header, or the paths of JSON that have values.
    pub columns: Vec<(String, Vec<String>)>,
}

/// What the file is most likely. A JSON text may be several tables at once.
///
/// `wanted` names the one preset to consider, whose signature then needn't fit.
pub fn recognise<'p>(presets: &'p [Preset], sniffed: &Sniffed, wanted: Option<&str>) -> Vec<Match<'p>> {
    let considered = presets.iter().filter(|preset| wanted.is_none_or(|slug| preset.slug == slug));
    let mut matches: Vec<Match> = Vec::new();
    for preset in considered {
        for export in &preset.exports {
            if sniffed.is_json() {
                matches.extend(json(preset, export, sniffed));
            } else if export.each.is_empty() {
                let candidates = sniffed.header_candidates();
                matches
                    .extend(candidates.into_iter().filter_map(|header| text(preset, export, header, wanted)));
            }
        }
    }
    let rank =
        |found: &Match| (found.preset.slug != PLAIN, found.export.signature.len(), found.columns.len());
    // Of equals, the first.
    let Some(best) = (0..matches.len()).rev().max_by_key(|&at| rank(&matches[at])) else { return Vec::new() };
    if !sniffed.is_json() {
        return vec![matches.swap_remove(best)];
    }
    // Of one product: the tickets that fit best, and every kind of history.
    let slug = matches[best].preset.slug;
    let mut found: Vec<Match> = Vec::new();
    matches.retain(|other| other.preset.slug == slug);
    matches.sort_by_key(|other| (other.export.table, std::cmp::Reverse(rank(other))));
    for other in matches {
        if other.export.table == Table::Events
            || found.iter().all(|known| known.export.table != other.export.table)
        {
            found.push(other);
        }
    }
    found
}

fn text<'p>(
    preset: &'p Preset,
    export: &'p Export,
    header: HeaderCandidate,
    wanted: Option<&str>,
) -> Option<Match<'p>> {
    let names: FxHashMap<String, &String> =
        header.headers.iter().rev().map(|name| (folded(name), name)).collect();
    let find = |aliases: &[String]| aliases.iter().find_map(|alias| names.get(&folded(alias)).copied());
    if wanted.is_none() && !export.signature.iter().all(|aliases| find(aliases).is_some()) {
        return None;
    }
    let mut columns: Vec<(String, Vec<String>)> = Vec::new();
    // Names that people give are not that sure: each column stands for one thing.
    let mut taken: FxHashSet<&str> = FxHashSet::default();
    for (ours, aliases) in &export.columns {
        if let Some(theirs) = find(aliases)
            && (preset.slug != PLAIN || taken.insert(theirs))
        {
            columns.push((ours.clone(), vec![theirs.clone()]));
        }
    }
    // What has one of our own names is read under it, so it is said.
    for ours in export.table.columns(export.kind) {
        if !columns.iter().any(|(known, _)| known == ours)
            && let Some(theirs) = find(&[ours.to_owned()])
        {
            columns.push((ours.to_owned(), vec![theirs.clone()]));
        }
    }
    has_required(export, &columns).then_some(Match { preset, export, header: Some(header), columns })
}

fn json<'p>(preset: &'p Preset, export: &'p Export, sniffed: &Sniffed) -> Option<Match<'p>> {
    let signature = export.signature.iter().flatten();
    let paths: Vec<&str> =
        signature.chain(export.columns.iter().flat_map(|(_, paths)| paths)).map(String::as_str).collect();
    let present = sniffed.paths_present(&export.each, &paths);
    let has = |path: &String| present.contains(&path.as_str());
    if !export.signature.iter().all(|paths| paths.iter().any(has)) {
        return None;
    }
    let required = export.table.required(export.kind);
    let is_there =
        |(ours, paths): &&(String, Vec<String>)| required.contains(&ours.as_str()) && paths.iter().any(has);
    if export.columns.iter().filter(is_there).count() < required.len() {
        return None;
    }
    // The first documents don't tell what later ones have; the survey will.
    let mut columns = export.columns.clone();
    for ours in export.table.columns(export.kind) {
        if !columns.iter().any(|(known, _)| known == ours) {
            columns.push((ours.to_owned(), vec![ours.to_owned()]));
        }
    }
    Some(Match { preset, export, header: None, columns })
}

fn has_required(export: &Export, columns: &[(String, Vec<String>)]) -> bool {
    let required = export.table.required(export.kind);
    required.iter().all(|column| columns.iter().any(|(ours, _)| ours == column))
}

/// The input as which a match is read for its survey.
pub fn input(found: &Match, sniffed: &Sniffed, sheet: Option<&str>, defaults: &Format) -> Input {
    let export = found.export;
    let mut format = Format { encoding: sniffed.encoding(), ..defaults.clone() };
    if let Some(header) = &found.header {
        format.delimiter = header.delimiter;
    }
    let setting = |key: &str| export.settings.iter().find(|(known, _)| known == key).map(|(_, value)| value);
    if let Some(missing) = setting("missing").and_then(|value| value.as_array()) {
        format.missing = missing.iter().filter_map(|marker| marker.as_str().map(str::to_owned)).collect();
    }
    format.has_quotes = setting("quotes").and_then(|value| value.as_bool()).unwrap_or(true);
    let mut fields: FxHashMap<String, Field> = FxHashMap::default();
    if let Some(table) = setting("fields").and_then(|value| value.as_table()) {
        for (ours, theirs) in table {
            let Some(index) = FIELDS.iter().position(|name| name == ours) else { continue };
            let words = theirs.as_array().into_iter().flatten().filter_map(|word| word.as_str());
            fields.extend(words.map(|word| (word.to_lowercase(), Field::from_index(index))));
        }
    }
    for (index, name) in FIELDS.iter().enumerate() {
        fields.entry((*name).to_owned()).or_insert(Field::from_index(index));
    }
    Input {
        table: export.table,
        paths: Vec::new(),
        is_from_command_line: true,
        format,
        header_line: found.header.as_ref().map_or(1, |header| header.line),
        footer: export.text("footer").map(str::to_owned),
        sheet: sheet.map(str::to_owned),
        each: export.each.clone(),
        columns: found.columns.iter().cloned().collect(),
        extras: Vec::new(),
        kind: export.kind,
        fields,
        roles: FxHashMap::default(),
        slas: Vec::new(),
        public: Vec::new(),
    }
}

//! Where our columns stand in a file.

use rustc_hash::{FxHashMap, FxHashSet};
use unicode_normalization::UnicodeNormalization;

use super::defect::Unusable;
use crate::config::Input;
use crate::diagnostic::did_you_mean;

/// Where our columns stand in a file.
#[derive(Debug, Clone)]
pub struct Columns {
    /// Headers of the file.
    pub headers: Vec<String>,
    /// Our column to its position.
    positions: FxHashMap<String, usize>,
    /// Positions of the extra columns, in the input's order.
    pub extras: Vec<usize>,
    /// By position: the next one with the same header. Empty if none repeats.
    pub next: Vec<Option<usize>>,
}

impl Columns {
    /// Finds the configured headers; a column that isn't configured is found
    /// under our own name.
    ///
    /// # Errors
    /// A configured header that the file doesn't have, or a required column missing.
    pub fn find(input: &Input, headers: Vec<String>, file: &str) -> Result<Columns, Unusable> {
        let table = input.table.name();
        let place = format!("{file}:{}", input.header_line);
        let folded: Vec<String> = headers.iter().map(|header| folded(header)).collect();
        let find = |name: &str| {
            let exact = headers.iter().position(|header| header == name);
            exact.or_else(|| folded.iter().position(|header| *header == self::folded(name)))
        };
        let has = || {
            let is_binary = headers.iter().any(|header| header.contains('\0'));
            if is_binary {
                return "the header holds NUL bytes; is it `encoding = \"utf-16\"`?".to_owned();
            }
            format!("the file has: {}", headers.join(", "))
        };
        let absent = |ours: &str, theirs: &str| Unusable {
            message: format!("{table}: no column `{theirs}`, which `inputs.{table}` maps to `{ours}`"),
            place: place.clone(),
            hint: did_you_mean(theirs, headers.iter().map(String::as_str)).or_else(|| Some(has())),
        };
        let mut positions = FxHashMap::default();
        for ours in input.table.columns(input.kind) {
            let position = match input.columns.get(ours) {
                Some(theirs) => match theirs.iter().find_map(|name| find(name)) {
                    Some(position) => Some(position),
                    None => return Err(absent(ours, &theirs.join("`, `"))),
                },
                None => find(ours),
            };
            positions.extend(position.map(|position| (ours.to_owned(), position)));
        }
        for ours in input.table.required(input.kind) {
            if !positions.contains_key(*ours) {
                return Err(Unusable {
                    message: format!("{table}: no column for `{ours}`"),
                    place,
                    hint: Some(format!("say `inputs.{table}.columns.{ours} = \"…\"`; {}", has())),
                });
            }
        }
        let extras = input
            .extras
            .iter()
            .map(|(theirs, ours)| find(theirs).ok_or_else(|| absent(ours, theirs)))
            .collect::<Result<_, _>>()?;
        let next = repeats(&headers);
        Ok(Columns { headers, positions, extras, next })
    }

    /// Of JSON, whose cells are asked for by name: ours, then the extras.
    pub fn of_json(input: &Input) -> Columns {
        let ours = input.table.columns(input.kind);
        let extras = (ours.len()..ours.len() + input.extras.len()).collect();
        let shown = |ours: &str| input.columns.get(ours).map_or(ours, |theirs| theirs[0].as_str()).to_owned();
        let headers = ours.iter().map(|ours| shown(ours));
        let headers = headers.chain(input.extras.iter().map(|(theirs, _)| theirs.clone())).collect();
        let positions = ours.iter().enumerate().map(|(at, ours)| ((*ours).to_owned(), at)).collect();
        Columns { headers, positions, extras, next: Vec::new() }
    }

    /// The position of one of our columns.
    pub fn position(&self, ours: &str) -> Option<usize> {
        self.positions.get(ours).copied()
    }

    /// Positions of the columns that the configuration names.
    pub fn mapped(&self, input: &Input) -> Vec<usize> {
        let mut mapped: Vec<usize> = input.columns.keys().filter_map(|ours| self.position(ours)).collect();
        mapped.extend(&self.extras);
        mapped.sort_unstable();
        mapped
    }

    /// Headers of mapped columns that the file has more than once.
    pub fn repeated(&self) -> Vec<&str> {
        let mapped = self.positions.values().chain(&self.extras);
        let mut repeated: Vec<&str> = mapped
            .filter(|position| self.next.get(**position).copied().flatten().is_some())
            .map(|position| self.headers[*position].as_str())
            .collect();
        repeated.sort_unstable();
        repeated.dedup();
        repeated
    }
}

/// A header as it is compared.
pub fn folded(header: &str) -> String {
    let words: Vec<&str> = header.split_whitespace().collect();
    words.join(" ").nfc().collect::<String>().to_lowercase()
}

/// By position: the next column with the same header. pandas numbers repeated
/// headers, so `Category.1` repeats `Category`.
fn repeats(headers: &[String]) -> Vec<Option<usize>> {
    let known: FxHashSet<&str> = headers.iter().map(String::as_str).collect();
    let base = |header: &str| {
        let numbered = header.rsplit_once('.').filter(|(name, number)| {
            number.bytes().all(|byte| byte.is_ascii_digit()) && known.contains(name)
        });
        numbered.map_or(header, |(name, _)| name).to_owned()
    };
    let mut last: FxHashMap<String, usize> = FxHashMap::default();
    let mut next = vec![None; headers.len()];
    for (position, header) in headers.iter().enumerate() {
        if let Some(before) = last.insert(base(header), position) {
            next[before] = Some(position);
        }
    }
    if next.iter().all(Option::is_none) { Vec::new() } else { next }
}

//! A commented `sla.toml` for the exports at hand, with what they can't tell as questions.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt::Write;

use toml::Value;

use super::dates::{Chosen, DayOrder, choose, day_order};
use super::recognise::Match;
use super::{PLAIN, Preset};
use crate::config::{ENCODINGS, Encoding, EventKind, Table};
use crate::import::{Sniffed, Survey};

/// One file read as one table.
#[derive(Debug)]
pub struct Part<'p> {
    /// As the configuration writes it.
    pub path: String,
    /// Of a workbook with several sheets: which.
    pub sheet: Option<String>,
    /// That the file states below its table.
    pub zone: Option<String>,
    pub found: Match<'p>,
    pub survey: Survey,
    pub encoding: Encoding,
    pub is_text: bool,
}

impl<'p> Part<'p> {
    /// Of a file that was recognised and surveyed.
    pub fn new(
        path: String,
        sheet: Option<String>,
        mut found: Match<'p>,
        survey: Survey,
        sniffed: &Sniffed,
    ) -> Part<'p> {
        if sniffed.is_json() {
            found.columns.retain(|(ours, _)| survey.filled.contains(ours.as_str()));
        }
        let footer = found.export.text("footer");
        let zone = footer.and_then(|label| sniffed.stated_below(label));
        let zone = zone.filter(|zone| zone.parse::<chrono_tz::Tz>().is_ok());
        Part { path, sheet, zone, found, survey, encoding: sniffed.encoding(), is_text: sniffed.is_text() }
    }
}

/// A drawn-up configuration.
#[derive(Debug)]
pub struct Draft {
    pub text: String,
    /// How many `# ?` are in it.
    pub questions: usize,
}

/// Draws up the configuration. `presets` give the words that a product's own doesn't have.
pub fn draft(parts: &[Part], presets: &[Preset]) -> Draft {
    let mut writer = Writer { text: String::new(), questions: 0 };
    let words = Words::new(parts, presets);
    writer.head(parts);
    writer.report(parts);
    let groups = grouped(parts);
    for group in &groups {
        let table = group.parts[0].found.export.table;
        let is_list = groups.iter().filter(|other| other.parts[0].found.export.table == table).count() > 1;
        writer.input(group, is_list);
    }
    let lacks_zone = groups.iter().any(Group::lacks_zone);
    writer.words(&words);
    writer.clocks(parts, &words, lacks_zone);
    Draft { text: writer.text, questions: writer.questions }
}

/// Files that are one input.
struct Group<'a, 'p> {
    parts: Vec<&'a Part<'p>>,
    order: DayOrder,
    /// By part.
    chosen: Vec<Chosen>,
}

impl Group<'_, '_> {
    /// Whether somebody must say in which zone its times are.
    fn lacks_zone(&self) -> bool {
        self.parts[0].found.export.text("zone").is_none()
            && self.parts.iter().any(|part| part.zone.is_none())
            && self.chosen.iter().any(|chosen| chosen.lacks_zone)
    }
}

/// Files of one kind with the same columns and formats are one input.
fn grouped<'a, 'p>(parts: &'a [Part<'p>]) -> Vec<Group<'a, 'p>> {
    let mut groups: Vec<Group> = Vec::new();
    for part in parts {
        let found = &part.found;
        let is_same_kind = |other: &Part| {
            other.found.export.name == found.export.name && other.found.preset.slug == found.preset.slug
        };
        let order = day_order(parts.iter().filter(|other| is_same_kind(other)).map(|other| &other.survey));
        let chosen = choose(&part.survey, order);
        let place = |found: &Match| found.header.as_ref().map(|header| (header.delimiter, header.line));
        let is_same = |group: &&mut Group| {
            let other = group.parts[0];
            is_same_kind(other)
                && other.found.columns == found.columns
                && place(&other.found) == place(found)
                && (other.encoding, &other.sheet, &other.zone) == (part.encoding, &part.sheet, &part.zone)
                && group.chosen[0].formats == chosen.formats
        };
        match groups.iter_mut().find(is_same) {
            Some(group) => {
                group.parts.push(part);
                group.chosen.push(chosen);
            }
            None => groups.push(Group { parts: vec![part], order, chosen: vec![chosen] }),
        }
    }
    groups.sort_by_key(|group| group.parts[0].found.export.table);
    groups
}

/// The words of all files, sorted by what they mean.
struct Words {
    /// By class, in the order of the configuration.
    statuses: Vec<(&'static str, Vec<String>)>,
    unknown_statuses: Vec<(String, u64)>,
    /// By level, most severe first: its words, the most frequent first.
    levels: Vec<Vec<String>>,
    unknown_severities: Vec<(String, u64)>,
    /// By our word.
    request_types: Vec<(String, Vec<String>)>,
    unknown_request_types: Vec<(String, u64)>,
    kept: Vec<String>,
    missed: Vec<String>,
    unknown_verdicts: Vec<(String, u64)>,
    /// Verdicts by table: our word, theirs.
    verdict_values: Vec<(String, Vec<String>)>,
}

const CLASSES: [&str; 9] =
    ["queue", "work", "waiting", "resolved", "closed", "merged", "duplicate", "cancelled", "spam"];

fn same(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}

impl Words {
    fn new(parts: &[Part], presets: &[Preset]) -> Words {
        let mut words = Words {
            statuses: CLASSES.iter().map(|class| (*class, Vec::new())).collect(),
            unknown_statuses: Vec::new(),
            levels: Vec::new(),
            unknown_severities: Vec::new(),
            request_types: Vec::new(),
            unknown_request_types: Vec::new(),
            kept: Vec::new(),
            missed: Vec::new(),
            unknown_verdicts: Vec::new(),
            verdict_values: Vec::new(),
        };
        // The products of the files first, then the general words.
        let mut sources: Vec<&Preset> = Vec::new();
        let plain = presets.iter().filter(|preset| preset.slug == PLAIN);
        for preset in parts.iter().map(|part| part.found.preset).chain(plain) {
            if !sources.iter().any(|known| known.slug == preset.slug) {
                sources.push(preset);
            }
        }
        for (word, count) in counted(parts, "status") {
            let class = sources.iter().find_map(|preset| {
                let known = preset.statuses.iter().find(|(_, words)| words.iter().any(|w| same(w, &word)));
                known.map(|(class, _)| class.as_str())
            });
            match words.statuses.iter_mut().find(|(name, _)| class == Some(*name)) {
                Some((_, known)) => known.push(word),
                None => words.unknown_statuses.push((word, count)),
            }
        }
        words.sort_severities(parts, &sources);
        let values = |column: &str| -> Vec<(String, Vec<String>)> {
            let own = parts.iter().map(|part| part.found.export);
            let general =
                sources.iter().filter(|preset| preset.slug == PLAIN).flat_map(|preset| &preset.exports);
            let all = own.chain(general).flat_map(|export| &export.values);
            all.filter(|(name, _)| name == column).flat_map(|(_, words)| words.clone()).collect()
        };
        let types = values("request_type");
        for (word, count) in counted(parts, "request_type") {
            match types
                .iter()
                .find(|(ours, theirs)| same(ours, &word) || theirs.iter().any(|w| same(w, &word)))
            {
                Some((ours, _)) => push(&mut words.request_types, ours, word),
                None => words.unknown_request_types.push((word, count)),
            }
        }
        let verdicts = values("source_verdict");
        for (word, count) in counted(parts, "source_verdict") {
            let has = |words: &[String]| words.iter().any(|known| same(known, &word));
            let is_left_over = word.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit());
            if let Some((ours, _)) = verdicts.iter().find(|(_, theirs)| has(theirs)) {
                push(&mut words.verdict_values, ours, word);
                continue;
            }
            // The first source that knows the word decides: `yes` means opposite things.
            match sources.iter().find(|preset| has(&preset.kept) || has(&preset.missed)) {
                Some(preset) if has(&preset.kept) => words.kept.push(word),
                Some(_) => words.missed.push(word),
                None if is_left_over => {}
                None => words.unknown_verdicts.push((word, count)),
            }
        }
        for (ours, _) in words.verdict_values.clone() {
            match ours.as_str() {
                "kept" => words.kept.push(ours),
                _ => words.missed.push(ours),
            }
        }
        words
    }

    fn sort_severities(&mut self, parts: &[Part], sources: &[&Preset]) {
        // A level is called as the tickets call it, whatever the history does.
        let (tickets, others): (Vec<&Part>, Vec<&Part>) =
            parts.iter().partition(|part| part.found.export.table == Table::Tickets);
        let mut counted = counted(&tickets, "severity");
        for (word, count) in self::counted(&others, "severity") {
            if counted.iter().all(|(known, _)| *known != word) {
                counted.push((word, count));
            }
        }
        // One order for all: that of the first source which knows most of the words.
        let knows = |preset: &Preset| {
            let has = |word: &str| preset.levels.iter().flatten().any(|known| same(known, word));
            counted.iter().filter(|(word, _)| has(word)).count()
        };
        let Some(best) = sources.iter().rev().max_by_key(|preset| knows(preset)) else { return };
        self.levels = vec![Vec::new(); best.levels.len()];
        for (word, count) in &counted {
            match best.levels.iter().position(|words| words.iter().any(|known| same(known, word))) {
                Some(level) => self.levels[level].push(word.clone()),
                None => self.unknown_severities.push((word.clone(), *count)),
            }
        }
        self.levels.retain(|words| !words.is_empty());
    }
}

fn push(lists: &mut Vec<(String, Vec<String>)>, name: &str, word: String) {
    match lists.iter_mut().find(|(known, _)| known == name) {
        // Words compare without regard to case.
        Some((_, words)) if words.iter().any(|known| same(known, &word)) => {}
        Some((_, words)) => words.push(word),
        None => lists.push((name.to_owned(), vec![word])),
    }
}

/// Words of a column in all files, the most frequent first.
fn counted<'p>(parts: &[impl Borrow<Part<'p>>], column: &str) -> Vec<(String, u64)> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    let words = parts.iter().filter_map(|part| part.borrow().survey.words.get(column));
    for (word, count) in words.flatten() {
        *counts.entry(word).or_insert(0) += count;
    }
    let mut counted: Vec<(String, u64)> = counts.into_iter().map(|(word, n)| (word.to_owned(), n)).collect();
    counted.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    counted
}

fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

fn listed(texts: &[String]) -> String {
    match texts {
        [one] => quoted(one),
        many => format!("[{}]", many.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", ")),
    }
}

/// Words with their counts, for a comment.
fn with_counts(words: &[(String, u64)]) -> String {
    let shown = words.iter().take(20).map(|(word, count)| format!("{} ({count})", quoted(word)));
    let more = if words.len() > 20 { format!(" and {} more", words.len() - 20) } else { String::new() };
    shown.collect::<Vec<_>>().join(", ") + &more
}

struct Writer {
    text: String,
    questions: usize,
}

/// Longest line of a comment.
const WIDTH: usize = 110;

impl Writer {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// A comment, wrapped; each line begins with `mark`.
    fn wrapped(&mut self, mark: &str, text: &str) {
        let mut line = String::new();
        for word in text.split_whitespace() {
            if !line.is_empty() && line.chars().count() + word.chars().count() >= WIDTH {
                self.line(&format!("{mark} {line}"));
                line.clear();
            }
            let gap = if line.is_empty() { "" } else { " " };
            line = format!("{line}{gap}{word}");
        }
        if !line.is_empty() {
            self.line(&format!("{mark} {line}"));
        }
    }

    fn comment(&mut self, text: &str) {
        self.wrapped("#", text);
    }

    /// Something that the files can't tell.
    fn ask(&mut self, text: &str) {
        self.questions += 1;
        self.marked("# ?", text);
    }

    /// A comment whose first line alone has the mark.
    fn marked(&mut self, mark: &str, text: &str) {
        let start = self.text.len();
        self.wrapped("#  ", text);
        self.text.replace_range(start..start + mark.len(), mark);
    }

    fn head(&mut self, parts: &[Part]) {
        self.comment(
            "Written by `sla init`. Lines that begin with `# ?` are questions which the files can't answer.",
        );
        let mut presets: Vec<&Preset> = parts.iter().map(|part| part.found.preset).collect();
        presets.dedup_by_key(|preset| preset.slug);
        for preset in presets {
            self.line("#");
            self.comment(&format!("{}:", preset.title));
            for note in &preset.notes {
                self.marked("# -", note);
            }
        }
    }

    fn report(&mut self, parts: &[Part]) {
        self.line("\n[report]");
        let stated =
            parts.iter().filter_map(|part| part.found.export.text("zone")).find(|zone| *zone != "UTC");
        match stated {
            Some(zone) => self.line(&format!("zone = {}", quoted(zone))),
            None => {
                self.ask("Whose days and months are reported? An IANA name such as \"Europe/Lisbon\".");
                self.line("zone = \"UTC\"");
            }
        }
    }

    fn input(&mut self, group: &Group, is_list: bool) {
        let part = group.parts[0];
        let export = part.found.export;
        let table = export.table.name();
        self.line(&if is_list { format!("\n[[inputs.{table}]]") } else { format!("\n[inputs.{table}]") });
        let rows: u64 = group.parts.iter().map(|part| part.survey.rows).sum();
        self.comment(&format!("{}: {}, {rows} rows.", part.found.preset.title, export.title));
        let paths: Vec<String> = group.parts.iter().map(|part| part.path.clone()).collect();
        self.line(&format!("path = {}", listed(&paths)));
        if let Some(sheet) = &part.sheet {
            self.line(&format!("sheet = {}", quoted(sheet)));
        }
        if (export.table, export.kind) == (Table::Events, EventKind::Snapshots) {
            self.line("kind = \"snapshots\"");
        }
        if part.is_text && part.encoding != Encoding::Utf8 {
            let name =
                ENCODINGS.iter().find(|(_, encoding)| *encoding == part.encoding).map_or("utf-8", |e| e.0);
            self.line(&format!("encoding = {}", quoted(name)));
        }
        if let Some(header) = &part.found.header {
            if part.is_text && header.delimiter != b',' {
                self.line(&format!("delimiter = {}", quoted(&char::from(header.delimiter).to_string())));
            }
            if header.line > 1 {
                self.line(&format!("header_line = {}", header.line));
            }
        }
        let (tables, settings): (Vec<_>, Vec<_>) =
            export.settings.iter().partition(|(_, value)| value.is_table());
        let mut missing: Vec<String> = Vec::new();
        for (key, value) in settings {
            match value.as_array().filter(|_| key == "missing") {
                Some(words) => {
                    missing.extend(words.iter().filter_map(|word| word.as_str().map(str::to_owned)))
                }
                None => self.line(&format!("{key} = {value}")),
            }
        }
        missing.extend(group.chosen.iter().flat_map(|chosen| chosen.missing.clone()));
        if !missing.is_empty() {
            missing.dedup();
            self.line(&format!("missing = {}", listed(&missing)));
        }
        self.dates(group);
        if let Some(zone) = &part.zone {
            self.comment("As the file says below its table.");
            self.line(&format!("zone = {}", quoted(zone)));
        }
        let has_times = !matches!(export.table, Table::Contracts | Table::Assets);
        if group.lacks_zone() && has_times {
            self.ask("In which zone were these times written? The file doesn't say.");
            self.line("zone = \"UTC\"");
        }
        if export.table == Table::SourceSlas {
            self.comment(
                "Of several SLAs on one ticket the one due last counts; name those of the resolution: slas = [\"…\"]",
            );
        }
        self.columns(part, is_list);
        for (key, value) in tables {
            let Some(words) = value.as_table() else { continue };
            self.line(&format!("\n[inputs.{table}.{key}]"));
            for (ours, theirs) in words {
                self.line(&format!("{ours} = {theirs}"));
            }
        }
    }

    fn dates(&mut self, group: &Group) {
        let sum = |of: &dyn Fn(&Chosen) -> u64| -> u64 { group.chosen.iter().map(of).sum() };
        let (filled, covered) = (sum(&|chosen| chosen.filled), sum(&|chosen| chosen.covered));
        let first = &group.chosen[0];
        if group.order == DayOrder::Ambiguous && first.formats.iter().any(|format| format.contains("%m")) {
            self.ask(&format!(
                "Day or month first? In none of the {filled} times is one of the two above 12. Day first is taken here; \
                 for month first swap %d and %m."
            ));
        }
        if covered < filled {
            let strange =
                group.chosen.iter().find_map(|chosen| chosen.strange.as_deref()).unwrap_or_default();
            self.ask(&format!(
                "{} of {filled} times in no format that is known here, such as {}: the rows will be rejected. Is a \
                 format missing, or does it mean `missing`?",
                filled - covered,
                quoted(strange)
            ));
        }
        let formats: Vec<String> = first.formats.iter().map(|format| (*format).to_owned()).collect();
        if !formats.is_empty() && formats != ["iso"] {
            self.line(&format!("date_formats = {}", listed(&formats)));
        }
    }

    fn columns(&mut self, part: &Part, is_list: bool) {
        let table = part.found.export.table.name();
        self.line(&format!("\n[inputs.{table}.columns]"));
        for (ours, theirs) in &part.found.columns {
            self.line(&format!("{ours} = {}", listed(theirs)));
        }
        let Some(header) = &part.found.header else { return };
        let is_used = |name: &String| part.found.columns.iter().any(|(_, theirs)| theirs.contains(name));
        let mut unused: Vec<&String> =
            header.headers.iter().filter(|name| !name.is_empty() && !is_used(name)).collect();
        unused.dedup();
        if unused.is_empty() {
            return;
        }
        let names: Vec<String> = unused.iter().map(|name| quoted(name)).collect();
        self.comment(&format!("Not used: {}.", names.join(", ")));
        if part.found.export.table == Table::Tickets && !is_list {
            self.comment(
                "To carry one through as a column of your own: [inputs.tickets.extra] with my_name = \"…\"",
            );
        }
    }

    fn words(&mut self, words: &Words) {
        if !words.request_types.is_empty() || !words.unknown_request_types.is_empty() {
            self.line("\n[values.request_type]");
            self.comment("What entitlement tells apart: incident, question, update, upgrade (billed), integration (case by case).");
            for (ours, theirs) in &words.request_types {
                self.line(&format!("{ours} = {}", listed(theirs)));
            }
            if !words.unknown_request_types.is_empty() {
                self.ask(&format!(
                    "Which of those are these? Until then they count as covered: {}",
                    with_counts(&words.unknown_request_types)
                ));
            }
        }
        if !words.verdict_values.is_empty() {
            self.line("\n[values.source_verdict]");
            for (ours, theirs) in &words.verdict_values {
                self.line(&format!("{ours} = {}", listed(theirs)));
            }
        }
        let merged: Vec<&Vec<String>> = words.levels.iter().filter(|words| words.len() > 1).collect();
        if !merged.is_empty() {
            self.line("\n[values.severity]");
            self.comment("Words that mean the same level.");
            for words in merged {
                self.line(&format!("{} = {}", quoted(&words[0]), listed(&words[1..])));
            }
        }
        self.line("\n[severity]");
        let levels: Vec<String> = words.levels.iter().map(|words| words[0].clone()).collect();
        if levels.is_empty() {
            self.ask("The files name no severity that is known here. List yours, most severe first.");
            self.line("levels = [\"critical\", \"high\", \"medium\", \"low\"]");
        } else {
            self.comment("Most severe first: the first level has the on-site promise.");
            self.line(&format!(
                "levels = [{}]",
                levels.iter().map(|l| quoted(l)).collect::<Vec<_>>().join(", ")
            ));
        }
        if !words.unknown_severities.is_empty() {
            self.ask(&format!(
                "Where do these belong? Until then no target by severity applies to them: {}",
                with_counts(&words.unknown_severities)
            ));
        }
        self.line("\n[statuses]");
        for (class, theirs) in words.statuses.iter().filter(|(_, words)| !words.is_empty()) {
            self.line(&format!("{class} = {}", listed(theirs)));
        }
        if words.statuses.iter().all(|(class, words)| *class != "waiting" || words.is_empty()) {
            self.comment("waiting = [\"…\"]   # in which the clocks that pause stand still");
        }
        if !words.unknown_statuses.is_empty() {
            self.ask(&format!(
                "What do these mean? Until then they count as work: {}",
                with_counts(&words.unknown_statuses)
            ));
        }
    }

    fn clocks(&mut self, parts: &[Part], words: &Words, lacks_zone: bool) {
        let has = |column: &str| {
            parts.iter().any(|part| part.survey.times.get(column).is_some_and(|times| times.filled > 0))
        };
        let has_due = has("source_due_at");
        self.line("\n# ? Whose hours are these, and which holidays? Until you say so, all clocks run round the clock.");
        self.questions += 1;
        self.line("[calendars.office]");
        let _ = writeln!(self.text, "hours = {{ mon-fri = \"09:00-18:00\" }}");
        if lacks_zone {
            self.comment("zone = \"Europe/Lisbon\"   # otherwise that of [report]");
        }
        self.line("");
        self.ask("What did you promise? Without targets nothing is judged but the on-site clock of the first level: 3 h, at most 4 h.");
        let level = words.levels.first().map_or("critical", |words| words[0].as_str());
        for clock in ["response", "resolution"] {
            let is_due = clock == "resolution" && has_due;
            if is_due {
                self.line("[clocks.resolution]");
                self.comment("The deadline that the export names, until you say your own targets.");
                self.line("due_from_source = true");
            } else {
                self.line(&format!("# [clocks.{clock}]"));
            }
            self.line("# calendar = \"office\"");
            self.line(&format!("# [[clocks.{clock}.targets]]"));
            self.line(&format!("# severity = {}", quoted(level)));
            self.line(if clock == "response" { "# limit = \"1h\"" } else { "# limit = \"8h\"" });
        }
        if words.kept.is_empty() && words.missed.is_empty() && words.unknown_verdicts.is_empty() {
            return;
        }
        self.line("\n[audit]");
        self.comment("The source's own verdicts, held against ours.");
        self.line("clock = \"resolution\"");
        for (key, theirs) in [("kept", &words.kept), ("missed", &words.missed)] {
            if !theirs.is_empty() {
                self.line(&format!("{key} = {}", listed(theirs)));
            }
        }
        if !words.unknown_verdicts.is_empty() {
            self.ask(&format!("Kept or missed? {}", with_counts(&words.unknown_verdicts)));
        }
    }
}

//! The catalogues of other languages hold every sentence and word, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::common::root;

/// A Rust source with its texts: comments and the texts themselves are blank in `code`.
struct Source {
    code: String,
    /// By the place of the opening quote, what it says.
    texts: BTreeMap<usize, String>,
}

impl Source {
    fn read(path: &str) -> Source {
        let source = fs::read_to_string(root(path)).unwrap();
        let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
        Source::of(source)
    }

    fn of(source: &str) -> Source {
        let bytes = source.as_bytes();
        let mut code = bytes.to_vec();
        let mut texts = BTreeMap::new();
        let mut at = 0;
        while at < bytes.len() {
            let rest = &source[at..];
            let end = if rest.starts_with("//") {
                at + rest.find('\n').unwrap_or(rest.len())
            } else if rest.starts_with('"') {
                let (text, length) = literal(rest);
                texts.insert(at, text);
                at + length
            } else if rest.starts_with("r\"") || rest.starts_with("r#\"") {
                let hashes = rest[1..].chars().take_while(|c| *c == '#').count();
                let close = format!("\"{}", "#".repeat(hashes));
                let start = 2 + hashes;
                let length = rest[start..].find(&close).unwrap();
                texts.insert(at, rest[start..start + length].to_owned());
                at + start + length + close.len()
            } else if let Some(length) = character(rest) {
                at + length
            } else {
                at += rest.chars().next().unwrap().len_utf8();
                continue;
            };
            code[at..end].fill(b' ');
            at = end;
        }
        // What is left beside ASCII doesn't matter, but places must stay.
        let code = code.into_iter().map(|byte| if byte.is_ascii() { byte as char } else { '_' }).collect();
        Source { code, texts }
    }

    /// The text that starts at a place, blanks before it left out.
    fn text_at(&self, at: usize) -> Option<&str> {
        let (start, text) = self.texts.range(at..).next()?;
        self.code[at..*start].trim().is_empty().then_some(text)
    }

    /// Texts from one piece of code to another after it.
    fn between(&self, starts: &[&str], end: &str) -> Vec<&str> {
        let mut from = 0;
        for start in starts {
            from += self.code[from..].find(start).unwrap_or_else(|| panic!("no `{start}`")) + start.len();
        }
        let until =
            from + self.code[from..].find(end).unwrap_or_else(|| panic!("no `{end}` after {starts:?}"));
        self.texts.range(from..until).map(|(_, text)| text.as_str()).collect()
    }

    /// English sentences where they are used.
    fn phrases(&self) -> Vec<&str> {
        let mut found = Vec::new();
        for (at, start) in self.code.match_indices("phrase!(") {
            // After the locale, which may be a call.
            let first = at + start.len();
            let mut depth = 0;
            let comma = self.code[first..].find(|c| {
                depth += i32::from(matches!(c, '(' | '[' | '{')) - i32::from(matches!(c, ')' | ']' | '}'));
                c == ',' && depth == 0
            });
            found.extend(comma.and_then(|comma| self.text_at(first + comma + 1)));
        }
        for call in ["locale.text(", "self.text("] {
            let places = self.code.match_indices(call).filter(|_| call != "self.text(" || self.is_locale());
            found.extend(places.filter_map(|(at, call)| self.text_at(at + call.len())));
        }
        found
    }

    fn is_locale(&self) -> bool {
        self.code.contains("pub enum Locale")
    }
}

/// A text in quotes at the start, and how many bytes it takes.
fn literal(rest: &str) -> (String, usize) {
    let mut text = String::new();
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return (text, at + 1),
            '\\' => match characters.next().unwrap().1 {
                '\n' => while characters.next_if(|(_, c)| c.is_whitespace()).is_some() {},
                'n' => text.push('\n'),
                't' => text.push('\t'),
                'r' => text.push('\r'),
                '0' => text.push('\0'),
                'u' => {
                    let digits: String =
                        characters.by_ref().map(|(_, c)| c).take_while(|c| *c != '}').collect();
                    let code = u32::from_str_radix(digits.trim_start_matches('{'), 16).unwrap();
                    text.push(char::from_u32(code).unwrap());
                }
                other => text.push(other),
            },
            c => text.push(c),
        }
    }
    panic!("a text without end: {}", &rest[..60.min(rest.len())]);
}

/// Bytes of a character in quotes at the start; lifetimes are none.
fn character(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('\'')?;
    if let Some(escape) = inner.strip_prefix('\\') {
        let skip = escape.chars().next()?.len_utf8();
        return Some(2 + skip + escape[skip..].find('\'')? + 1);
    }
    let one = inner.chars().next()?.len_utf8();
    inner[one..].starts_with('\'').then_some(1 + one + 1)
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_test = path.file_stem().is_some_and(|name| name == "tests");
        if path.is_dir() && !is_test {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") && !is_test {
            found.push(path);
        }
    }
    found
}

/// Where words stand that are looked up by what a value is: file, pieces of code before them, code after.
const WORDS: [(&str, &[&str], &str); 19] = [
    ("src/model/mod.rs", &["const REQUEST_TYPES"], "];\n"),
    ("src/clock/reading.rs", &["impl Verdict {", "fn name(self)"], "\n    }\n"),
    ("src/clock/reading.rs", &["impl Reason {", "fn name(self)"], "\n    }\n"),
    ("src/clock/reading.rs", &["impl SegmentKind {", "fn name(self)"], "\n    }\n"),
    ("src/clock/outcome.rs", &["impl OutcomeStatus {", "fn name(self)"], "\n    }\n"),
    ("src/clock/entitlement.rs", &["impl Coverage {", "fn name(self)"], "\n    }\n"),
    ("src/clock/audit.rs", &["impl SourceVerdict {", "fn name(self)"], "\n    }\n"),
    ("src/clock/audit.rs", &["impl Agreement {", "fn name(self)"], "\n    }\n"),
    ("src/clock/audit.rs", &["impl Change {", "fn name(self)"], "\n    }\n"),
    ("src/recurrence/codes.rs", &["impl Dimension {", "fn name(self)"], "\n    }\n"),
    ("src/recurrence/spread.rs", &["impl Verdict {", "fn name(self)"], "\n    }\n"),
    ("src/paper/summary.rs", &["impl GateStatus {", "fn name(self)"], "\n    }\n"),
    ("src/tables/areas.rs", &["fn tier("], "\n}\n"),
    ("src/tables/areas.rs", &["fn question("], "\n}\n"),
    ("src/tables/areas.rs", &["fn spread("], "\n}\n"),
    ("src/tables/areas.rs", &["|row: &UnitRow|"], "};"),
    ("src/tables/areas.rs", &["|row: &ModelRow|"], "};"),
    ("src/tables/hours.rs", &["const NAMES"], "];\n"),
    ("src/commands/period.rs", &["const MONTHS"], "];\n"),
];

/// The same for sentences; a title or meaning after each name.
const PAIRS: [(&str, &[&str], &str); 3] = [
    ("src/report/mod.rs", &["const SECTIONS"], "\n];"),
    ("src/clock/rules.rs", &["impl SeverityChange {", "fn meaning(self)"], "\n    }\n"),
    ("src/clock/rules.rs", &["impl Reopen {", "fn meaning(self)"], "\n    }\n"),
];

/// Of `tables::clocks`, by whether there is a history.
const CONFIDENCE: [&str; 2] = ["high", "low"];

/// The automatic heading of a column, as `query::header` makes it.
fn label(name: &str) -> String {
    let bare = ["_at", "_on", "_s"].iter().find_map(|unit| name.strip_suffix(unit)).unwrap_or(name);
    let words = bare.strip_prefix("is_").unwrap_or(bare).replace('_', " ");
    let words = words.replace("server os", "server OS").replace("client os", "client OS");
    let words = match words.as_str() {
        "on site" => "On-site",
        "ticket id" => "Ticket",
        "group name" => "Group",
        words => words,
    };
    words[..1].to_uppercase() + &words[1..]
}

/// Names of the columns of a query: the list of the SELECT outside all parentheses.
fn columns(sql: &str) -> Vec<String> {
    let mut depth = 0;
    let outer: String = sql
        .chars()
        .filter(|c| {
            depth += i32::from(*c == '(') - i32::from(*c == ')');
            depth == 0
        })
        .collect();
    let list = outer.split("SELECT").nth(1).and_then(|rest| rest.split("\nFROM").next()).unwrap();
    let name = |item: &str| item.split([' ', '.', '\n']).rfind(|word| !word.is_empty()).unwrap().to_owned();
    list.split(',').map(name).collect()
}

/// What a query says on paper.
fn of_query(text: &str) -> Vec<String> {
    let (comments, sql): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with("--"));
    let header: String = comments.iter().map(|line| format!("{}\n", &line[2..])).collect();
    let header: toml::Table = toml::from_str(&header).unwrap();
    let text = |value: &toml::Value| value.as_str().map(str::to_owned);
    let mut found: Vec<String> =
        ["title", "question", "notes"].iter().filter_map(|key| text(header.get(*key)?)).collect();
    let labels = header.get("labels").and_then(toml::Value::as_table).cloned().unwrap_or_default();
    found.extend(labels.values().filter_map(text));
    let unit = header.get("chart").and_then(|chart| text(chart.get("unit")?));
    found.extend(unit.filter(|unit| unit.len() > 2));
    let own = columns(&sql.join("\n")).into_iter().filter(|name| !labels.contains_key(name));
    found.extend(own.map(|name| label(&name)));
    found
}

/// What the page's templates hand to their filter `t`.
fn of_template(text: &str) -> Vec<String> {
    let ends = text.match_indices("\"|t").filter(|(at, end)| {
        !text[at + end.len()..].starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_')
    });
    ends.map(|(at, _)| text[text[..at].rfind('"').unwrap() + 1..at].to_owned()).collect()
}

/// What the page's script says: `text("…")`, and the labels of filters and of statuses.
fn of_script(source: &Source) -> Vec<String> {
    let mut found = Vec::new();
    for (call, nth) in [("text(", 0), ("filter(", 1), ("status(", 1)] {
        for (at, _) in source.code.match_indices(call) {
            let is_own = !source.code[..at]
                .ends_with(|before: char| before.is_alphanumeric() || ".|_".contains(before));
            if is_own && source.text_at(at + call.len()).is_some() {
                found.extend(source.texts.range(at..).nth(nth).map(|(_, text)| text.clone()));
            }
        }
    }
    found
}

/// Every key that a catalogue needs, with where it comes from.
fn needed() -> BTreeMap<String, String> {
    let mut keys = BTreeMap::new();
    let mut add = |text: &str, from: &str| {
        if !text.is_empty() {
            keys.entry(text.to_owned()).or_insert_with(|| from.to_owned());
        }
    };
    for path in sources(&root("src")) {
        let name = path.strip_prefix(root("")).unwrap().display().to_string();
        Source::read(&name).phrases().into_iter().for_each(|text| add(text, &name));
    }
    for (path, starts, end) in WORDS {
        let words = Source::read(path);
        words.between(starts, end).into_iter().for_each(|word| add(&word.replace('_', " "), path));
    }
    CONFIDENCE.iter().for_each(|word| add(word, "src/tables/clocks.rs"));
    for (path, starts, end) in PAIRS {
        let pairs = Source::read(path);
        pairs.between(starts, end).into_iter().skip(1).step_by(2).for_each(|text| add(text, path));
    }
    let rules = Source::read("src/clock/rules.rs");
    rules.between(&["pub const RULES"], "\n];").into_iter().for_each(|text| add(text, "src/clock/rules.rs"));
    let codes = Source::read("src/import/defect.rs");
    let meanings = codes.between(&["fn meaning(self)"], "\n    }\n");
    meanings.into_iter().for_each(|text| add(text, "src/import/defect.rs"));
    // Sentences about missing data, and why something isn't known.
    for (path, is_sentence) in [
        ("src/recurrence/analyse.rs", true),
        ("src/recurrence/facts.rs", false),
        ("src/recurrence/spread.rs", false),
    ] {
        let source = Source::read(path);
        let texts = source.texts.values().filter(|text| text.contains(' '));
        texts.filter(|text| !is_sentence || text.ends_with('.')).for_each(|text| add(text, path));
    }
    let advice: toml::Table = toml::from_str(&fs::read_to_string(root("advice.toml")).unwrap()).unwrap();
    for rule in advice["rules"].as_array().unwrap() {
        add(rule["advice"].as_str().unwrap(), "advice.toml");
        add(rule["name"].as_str().unwrap(), "advice.toml");
    }
    for name in ["frame", "page", "index"] {
        let path = format!("src/render/assets/{name}.html.j2");
        of_template(&fs::read_to_string(root(&path)).unwrap()).iter().for_each(|text| add(text, &path));
    }
    let words = "src/render/html/words.rs";
    of_script(&Source::read(words)).iter().for_each(|text| add(text, words));
    // Patterns carry their place in the order.
    let patterns = fs::read_to_string(root("queries/miss_patterns.sql")).unwrap();
    let sql = &patterns[patterns.find("\nWITH").unwrap()..];
    for text in sql.split('\'').skip(1).step_by(2) {
        let pattern = text.split_once(' ').filter(|(place, _)| place.parse::<u8>().is_ok());
        pattern.into_iter().for_each(|(_, pattern)| add(pattern, "queries/miss_patterns.sql"));
    }
    for entry in fs::read_dir(root("queries")).unwrap() {
        let path = entry.unwrap().path();
        let texts = of_query(&fs::read_to_string(&path).unwrap());
        texts.iter().for_each(|text| add(text, &path.file_name().unwrap().to_string_lossy()));
    }
    keys
}

fn catalogues() -> Vec<(String, toml::Table)> {
    let read = |entry: fs::DirEntry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        let table = toml::from_str(&fs::read_to_string(entry.path()).unwrap());
        (name.clone(), table.unwrap_or_else(|error| panic!("{name}: {error}")))
    };
    fs::read_dir(root("reports/locales")).unwrap().map(|entry| read(entry.unwrap())).collect()
}

/// All entries of a catalogue, in its order.
fn entries(catalogue: &toml::Table) -> Vec<(&str, &str)> {
    let tables = catalogue.values().filter_map(toml::Value::as_table);
    tables.flatten().map(|(key, text)| (key.as_str(), text.as_str().unwrap())).collect()
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    let ends = text.split('{').skip(1).filter_map(|part| part.split_once('}'));
    ends.map(|(name, _)| name).collect()
}

#[test]
fn every_phrase_and_word_has_a_translation() {
    let needed = needed();
    for (name, catalogue) in catalogues() {
        let known: BTreeSet<&str> = entries(&catalogue).into_iter().map(|(key, _)| key).collect();
        let missing: Vec<String> = (needed.iter())
            .filter(|(key, _)| !known.contains(key.as_str()))
            .map(|(key, from)| format!("{from}: {key:?}"))
            .collect();
        assert!(missing.is_empty(), "{name} lacks\n{}", missing.join("\n"));
    }
}

#[test]
fn no_translation_is_left_over_or_there_twice() {
    let needed = needed();
    for (name, catalogue) in catalogues() {
        let mut seen = BTreeSet::new();
        for (key, _) in entries(&catalogue) {
            assert!(needed.contains_key(key), "{name}: nothing says {key:?}");
            assert!(seen.insert(key), "{name}: {key:?} is there twice");
        }
    }
}

#[test]
fn translations_have_the_placeholders_of_their_english() {
    for (name, catalogue) in catalogues() {
        for (key, text) in entries(&catalogue) {
            assert_eq!(placeholders(key), placeholders(text), "{name}: {key:?}");
            assert!(!text.trim().is_empty(), "{name}: {key:?}");
        }
    }
}

#[test]
fn phrases_are_found_in_sources() {
    let source = Source::of(
        "// phrase!(locale, \"no\")\n let c = '\"'; phrase!(inputs.locale(a, b), \"one {n} \\\n   two\", n = \"x\");\n\
         report.locale.text(\n \"three\"); draft.text(\"footer\"); phrase!(x, variable)",
    );
    assert_eq!(source.phrases(), ["one {n} two", "three"]);
    assert_eq!(
        of_template("<p>{{ \"One {n}\"|t|replace(\"{n}\", x) }} {{ y|title }} {{ \"b\"|trim }}"),
        ["One {n}"]
    );
    let sql = "WITH a AS (\n  SELECT x.b\n  FROM x\n)\nSELECT\n  a.b,\n  SUM(a.c, 1) AS d_s,\n  e\nFROM a";
    assert_eq!(columns(sql), ["b", "d_s", "e"]);
}

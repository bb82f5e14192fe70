//! Reads a TOML document by name and type, and collects every mistake with its place.

use std::cell::RefCell;
use std::ops::Range;
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::model::Money;

/// Where mistakes are collected while reading.
pub type Problems = RefCell<Vec<Diagnostic>>;

/// A value with its place.
#[derive(Debug, Clone)]
pub struct Located<T> {
    pub value: T,
    pub span: Range<usize>,
}

/// A table of the document.
pub struct Reader<'a> {
    table: &'a DeTable<'a>,
    /// Dotted name, empty for the document.
    pub path: String,
    pub span: Range<usize>,
    problems: &'a Problems,
    asked: RefCell<Vec<&'static str>>,
}

impl<'a> Reader<'a> {
    /// The document itself.
    pub fn document(table: &'a Spanned<DeTable<'a>>, problems: &'a Problems) -> Reader<'a> {
        Reader {
            table: table.get_ref(),
            path: String::new(),
            span: 0..0,
            problems,
            asked: RefCell::default(),
        }
    }

    /// Reports a mistake at a place.
    pub fn problem(&self, diagnostic: Diagnostic) {
        self.problems.borrow_mut().push(diagnostic);
    }

    /// Reports a mistake with this table.
    pub fn fail(&self, message: String) {
        self.problem(Diagnostic::error(Some(self.span.clone()), message));
    }

    fn name(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn raw(&self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.borrow_mut().push(key);
        self.table.get(key)
    }

    fn wrong_type(&self, key: &str, found: &Spanned<DeValue>, expected: &str) {
        self.problem(
            Diagnostic::error(
                Some(found.span()),
                format!(
                    "`{}` is {} {}",
                    self.name(key),
                    article(found.get_ref()),
                    found.get_ref().type_str()
                ),
            )
            .label(format!("expected {expected}")),
        );
    }

    /// A text.
    pub fn string(&self, key: &'static str) -> Option<Located<String>> {
        let value = self.raw(key)?;
        match value.get_ref() {
            DeValue::String(text) => Some(Located { value: text.to_string(), span: value.span() }),
            _ => {
                self.wrong_type(key, value, "a text in quotes");
                None
            }
        }
    }

    /// A text that `T` can be read from; its error text is the label.
    pub fn parse<T: FromStr<Err: std::fmt::Display>>(&self, key: &'static str) -> Option<T> {
        let text = self.string(key)?;
        self.parsed(key, &text)
    }

    /// The same for a text at hand.
    pub fn parsed<T: FromStr<Err: std::fmt::Display>>(&self, key: &str, text: &Located<String>) -> Option<T> {
        match text.value.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.problem(
                    Diagnostic::error(
                        Some(text.span.clone()),
                        format!("`{}` can't be `{}`", self.name(key), text.value),
                    )
                    .label(error.to_string()),
                );
                None
            }
        }
    }

    /// One of several names.
    pub fn choice<T: Copy>(&self, key: &'static str, choices: &[(&str, T)]) -> Option<T> {
        let text = self.string(key)?;
        self.chosen(key, &text, choices)
    }

    /// The same for a text at hand.
    pub fn chosen<T: Copy>(&self, key: &str, text: &Located<String>, choices: &[(&str, T)]) -> Option<T> {
        let found = choices.iter().find(|(name, _)| *name == text.value).map(|c| c.1);
        if found.is_none() {
            let names: Vec<&str> = choices.iter().map(|c| c.0).collect();
            self.problem(
                Diagnostic::error(
                    Some(text.span.clone()),
                    format!("`{}` can't be `{}`", self.name(key), text.value),
                )
                .label(format!("expected one of: {}", names.join(", ")))
                .hint(did_you_mean(&text.value, names)),
            );
        }
        found
    }

    /// A text or a list of texts.
    pub fn strings(&self, key: &'static str) -> Option<Vec<Located<String>>> {
        let value = self.raw(key)?;
        self.texts(key, value)
    }

    fn texts(&self, key: &str, value: &Spanned<DeValue>) -> Option<Vec<Located<String>>> {
        match value.get_ref() {
            DeValue::String(text) => Some(vec![Located { value: text.to_string(), span: value.span() }]),
            DeValue::Array(items) => Some(
                items
                    .iter()
                    .filter_map(|item| match item.get_ref() {
                        DeValue::String(text) => Some(Located { value: text.to_string(), span: item.span() }),
                        _ => {
                            self.wrong_type(key, item, "a text in quotes");
                            None
                        }
                    })
                    .collect(),
            ),
            _ => {
                self.wrong_type(key, value, "a text or a list of texts");
                None
            }
        }
    }

    /// Yes or no.
    pub fn boolean(&self, key: &'static str) -> Option<bool> {
        let value = self.raw(key)?;
        let found = value.get_ref().as_bool();
        if found.is_none() {
            self.wrong_type(key, value, "`true` or `false`");
        }
        found
    }

    /// A whole number within a range.
    pub fn integer(&self, key: &'static str, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let value = self.raw(key)?;
        let found = value.get_ref().as_integer().and_then(|n| n.as_str().replace('_', "").parse().ok());
        match found {
            Some(number) if range.contains(&number) => Some(number),
            _ => {
                self.wrong_type(
                    key,
                    value,
                    &format!("a whole number from {} to {}", range.start(), range.end()),
                );
                None
            }
        }
    }

    /// A share, written `0.95` or `"95%"`.
    pub fn share(&self, key: &'static str) -> Option<f64> {
        let value = self.raw(key)?;
        let found = match value.get_ref() {
            DeValue::Float(number) => number.as_str().parse().ok(),
            DeValue::Integer(number) => number.as_str().parse().ok(),
            DeValue::String(text) => parse_share(text),
            _ => None,
        };
        match found {
            Some(share) if (0.0..=1.0).contains(&share) => Some(share),
            Some(_) => {
                let message = format!("`{}` is not within 0 and 1, or 0% and 100%", self.name(key));
                self.problem(Diagnostic::error(Some(value.span()), message));
                None
            }
            None => {
                self.wrong_type(key, value, "a share from 0 to 1, or a text such as \"95%\"");
                None
            }
        }
    }

    /// A number.
    pub fn number(&self, key: &'static str) -> Option<f64> {
        let value = self.raw(key)?;
        let found: Option<f64> = match value.get_ref() {
            DeValue::Float(number) => number.as_str().parse().ok(),
            DeValue::Integer(number) => number.as_str().parse().ok(),
            _ => None,
        };
        if found.is_none() {
            self.wrong_type(key, value, "a number");
        }
        found.filter(|number| number.is_finite())
    }

    /// An amount of money, as a number or a text.
    pub fn money(&self, key: &'static str) -> Option<Money> {
        let value = self.raw(key)?;
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(number) => number.as_str().replace('_', ""),
            DeValue::Float(number) => number.as_str().to_owned(),
            _ => {
                self.wrong_type(key, value, "an amount such as 1250 or 1250.50");
                return None;
            }
        };
        self.parsed(key, &Located { value: text, span: value.span() })
    }

    /// A table.
    pub fn table(&self, key: &'static str) -> Option<Reader<'a>> {
        let value = self.raw(key)?;
        self.sub(key, value)
    }

    fn sub(&self, key: &str, value: &'a Spanned<DeValue<'a>>) -> Option<Reader<'a>> {
        match value.get_ref() {
            DeValue::Table(table) => Some(Reader {
                table,
                path: self.name(key),
                span: value.span(),
                problems: self.problems,
                asked: RefCell::default(),
            }),
            _ => {
                self.wrong_type(key, value, "a table");
                None
            }
        }
    }

    /// A list of tables.
    pub fn tables(&self, key: &'static str) -> Vec<Reader<'a>> {
        let Some(value) = self.raw(key) else { return Vec::new() };
        match value.get_ref() {
            DeValue::Array(items) => items.iter().filter_map(|item| self.sub(key, item)).collect(),
            _ => {
                self.wrong_type(key, value, "a list of tables");
                Vec::new()
            }
        }
    }

    /// Whether the key is there.
    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Whether the key is there and is a table.
    pub fn is_table(&self, key: &str) -> bool {
        self.table.get(key).is_some_and(|value| value.get_ref().is_table())
    }

    /// Whether the key is there and is `true` or `false`.
    pub fn is_boolean(&self, key: &str) -> bool {
        self.table.get(key).is_some_and(|value| value.get_ref().is_bool())
    }

    /// Tables under names that the user chose.
    pub fn named_tables(&self) -> Vec<(Located<String>, Reader<'a>)> {
        self.table
            .iter()
            .filter_map(|(key, value)| {
                let name = Located { value: key.get_ref().to_string(), span: key.span() };
                Some((name, self.sub(key.get_ref(), value)?))
            })
            .collect()
    }

    /// Texts under names that the user chose, each a text or a list of texts.
    pub fn named_strings(&self) -> Vec<(Located<String>, Vec<Located<String>>)> {
        self.table
            .iter()
            .filter_map(|(key, value)| {
                let name = Located { value: key.get_ref().to_string(), span: key.span() };
                Some((name, self.texts(key.get_ref(), value)?))
            })
            .collect()
    }

    /// Reports the keys that nobody asked for.
    pub fn finish(&self) {
        let asked = self.asked.borrow();
        for (key, _) in self.table.iter() {
            if !asked.contains(&key.get_ref().as_ref()) {
                self.problem(
                    Diagnostic::error(
                        Some(key.span()),
                        format!("unknown key `{}`", self.name(key.get_ref())),
                    )
                    .label(format!("expected one of: {}", asked.join(", ")))
                    .hint(did_you_mean(key.get_ref(), asked.iter().copied())),
                );
            }
        }
    }
}

fn article(value: &DeValue) -> &'static str {
    match value {
        DeValue::Integer(_) | DeValue::Array(_) => "an",
        _ => "a",
    }
}

/// `95%`, `95 %`, `0.95` or `0,95`.
pub fn parse_share(text: &str) -> Option<f64> {
    let text = text.replace(',', ".");
    match text.trim().strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().ok().map(|percent| percent / 100.0),
        None => text.trim().parse().ok(),
    }
}

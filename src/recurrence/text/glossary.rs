//! Words and phrases that mean the same, across languages.

use rustc_hash::FxHashMap;

use super::words::{Grammar, Language, is_mask};

/// Words and phrases, each tied to a concept.
///
/// A phrase is read as texts are, once in each language, and is found among a text's terms in the text's own;
/// so its inflections are found too, and it may stand where function words lie between its words.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Glossary {
    /// By a phrase's first term: the terms that must follow and the concept, longest first.
    by_first: FxHashMap<String, Vec<Phrase>>,
}

#[derive(Debug, Clone, PartialEq)]
struct Phrase {
    rest: Vec<String>,
    concept: String,
}

impl Glossary {
    /// Entries are a concept's name with its words and phrases, in any language and spelling. A phrase of
    /// function words and masks alone is left out; of two concepts with the same phrase the earlier has it.
    pub fn new(entries: &[(String, Vec<String>)]) -> Glossary {
        let (grammar, mut glossary) = (Grammar::default(), Glossary::default());
        for (name, phrases) in entries {
            for phrase in phrases {
                for language in [Language::Portuguese, Language::English] {
                    glossary.add(grammar.terms(phrase, language), name);
                }
            }
        }
        for phrases in glossary.by_first.values_mut() {
            // Stable, so that the earlier of two concepts comes first.
            phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.rest.len()));
        }
        glossary
    }

    fn add(&mut self, terms: Vec<String>, name: &str) {
        if terms.iter().all(|term| is_mask(term)) {
            return;
        }
        let mut terms = terms.into_iter();
        if let Some(first) = terms.next() {
            // No term begins like this, so that a concept can't be mistaken for a word.
            let phrase = Phrase { rest: terms.collect(), concept: format!("={name}") };
            self.by_first.entry(first).or_default().push(phrase);
        }
    }

    /// Whether it ties nothing.
    pub fn is_empty(&self) -> bool {
        self.by_first.is_empty()
    }

    /// The longest phrase with which terms begin: how many terms it has, and its concept.
    pub fn longest<'a>(
        &self,
        first: &str,
        rest: impl Iterator<Item = &'a str> + Clone,
    ) -> Option<(usize, &str)> {
        let phrases = self.by_first.get(first)?;
        let found = phrases.iter().find(|phrase| {
            let mut rest = rest.clone();
            phrase.rest.iter().all(|term| rest.next() == Some(term.as_str()))
        })?;
        Some((found.rest.len() + 1, &found.concept))
    }
}

//! Many texts as sequences of numbered terms.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::glossary::Glossary;
use super::lists::Lists;
use super::words::{self, Grammar, Language, MOST_WORDS, Word};
use crate::model::Dictionary;

/// Fewest texts that are read with one memory of words.
const CHUNK: usize = 1 << 14;

/// Texts as sequences of terms.
#[derive(Debug, Clone, Default)]
pub struct Sequences {
    /// All terms in alphabetical order, so that sequences compare by number as their texts do.
    pub vocabulary: Dictionary,
    /// By text: codes in `vocabulary`, in order of the text; none for a text without a word of its own.
    pub terms: Lists,
}

impl Sequences {
    /// Reads texts.
    pub fn read(texts: &[(&str, u64)], glossary: &Glossary) -> Sequences {
        let chunk = texts.len().div_ceil(4 * rayon::current_num_threads()).max(CHUNK);
        let parts = texts.par_chunks(chunk).map(|chunk| {
            let mut reader = Reader::new(glossary);
            chunk.iter().for_each(|(text, _)| reader.read(text));
            reader.sequences
        });
        Sequences::join(&parts.collect::<Vec<_>>())
    }

    /// Texts that are given as terms with spaces between.
    pub fn of_terms(texts: &[&str]) -> Sequences {
        let mut sequences = Sequences::default();
        for text in texts {
            let terms = text.split_ascii_whitespace().map(|term| sequences.vocabulary.intern(term));
            sequences.terms.push(terms);
        }
        Sequences::join(&[sequences])
    }

    fn join(parts: &[Sequences]) -> Sequences {
        let mut joined = Sequences::default();
        for part in parts {
            let codes = joined.vocabulary.absorb(&part.vocabulary);
            joined.terms.append(&part.terms, |term| codes[term as usize]);
        }
        let (vocabulary, codes) = joined.vocabulary.sorted();
        joined.terms.map_items(|term| codes[term as usize]);
        Sequences { vocabulary, ..joined }
    }
}

/// Reads one text after another and remembers words.
struct Reader<'a> {
    glossary: &'a Glossary,
    grammar: Grammar,
    sequences: Sequences,
    known: Vec<Known>,
    places: FxHashMap<Box<str>, usize>,
}

/// A word that was met before.
struct Known {
    word: Word,
    /// By [`Language`]: its code, as soon as a text in it has the word.
    terms: [Option<u32>; 2],
}

impl Reader<'_> {
    fn new(glossary: &Glossary) -> Reader<'_> {
        Reader {
            glossary,
            grammar: Grammar::default(),
            sequences: Sequences::default(),
            known: Vec::new(),
            places: FxHashMap::default(),
        }
    }

    fn read(&mut self, text: &str) {
        let lower = words::masked(text).to_lowercase();
        let tokens: Vec<(&str, usize)> =
            words::tokens(&lower).take(MOST_WORDS).map(|token| (token, self.place(token))).collect();
        let votes = tokens.iter().map(|&(_, place)| self.known[place].word.vote).sum();
        let language = words::language(votes);
        let own = tokens.iter().filter(|&&(_, place)| !self.known[place].word.is_stop[language as usize]);
        let own: Vec<(&str, usize)> = own.copied().collect();
        if own.iter().any(|(token, _)| !words::is_mask(token)) {
            let terms = own.iter().map(|&(token, place)| self.term(token, place, language)).collect();
            let terms = self.with_concepts(terms);
            self.sequences.terms.push(terms);
        } else {
            self.sequences.terms.push([]);
        }
    }

    fn place(&mut self, token: &str) -> usize {
        if let Some(&place) = self.places.get(token) {
            return place;
        }
        self.places.insert(token.into(), self.known.len());
        self.known.push(Known { word: self.grammar.word(token), terms: [None; 2] });
        self.known.len() - 1
    }

    fn term(&mut self, token: &str, place: usize, language: Language) -> u32 {
        let (grammar, vocabulary) = (&self.grammar, &mut self.sequences.vocabulary);
        *self.known[place].terms[language as usize]
            .get_or_insert_with(|| vocabulary.intern(&grammar.term(token, language)))
    }

    /// The terms with the longest phrases of the glossary, from the left, replaced by their concepts.
    fn with_concepts(&mut self, terms: Vec<u32>) -> Vec<u32> {
        if self.glossary.is_empty() {
            return terms;
        }
        let (mut tied, mut at) = (Vec::with_capacity(terms.len()), 0);
        while at < terms.len() {
            let mut names = terms[at..].iter().filter_map(|&term| self.sequences.vocabulary.get(term));
            let first = names.next().unwrap_or_default();
            let (length, term) = match self.glossary.longest(first, names) {
                Some((length, concept)) => (length, self.sequences.vocabulary.intern(concept)),
                None => (1, terms[at]),
            };
            tied.push(term);
            at += length;
        }
        tied
    }
}

//! A text as the words that carry its meaning: masked, in lower case, without function words, stemmed and
//! without accents.
//!
//! Each text is taken to be in one language, Portuguese or English, by the votes of its words: a function
//! word of only one of the two counts twice for it, any other word once by its spelling ([`Grammar::word`]). A
//! tie is English. So a text in a third language is stemmed by rules that aren't its own; always by the same
//! ones for the same text, which is enough for texts that are near-identical.

use std::borrow::Cow;

use rustc_hash::FxHashSet;
use snowball_stemmers_rs::{Algorithm, Stemmer};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark, is_nfc};

use super::masks::mask;
use super::stop_words::{ENGLISH, PORTUGUESE};

/// Most words of a text that count; the rest of a longer one, such as a pasted log, is not looked at.
pub const MOST_WORDS: usize = 256;

/// What a text can be taken to be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Portuguese,
    English,
}

/// Stemmers and function words, by [`Language`].
pub struct Grammar {
    stemmers: [Stemmer; 2],
    stops: [FxHashSet<&'static str>; 2],
}

/// What is known of a word by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// Above zero for Portuguese, below for English.
    pub vote: i32,
    /// Whether it is a function word, by [`Language`].
    pub is_stop: [bool; 2],
}

/// The composed text with masks, in its own case.
pub fn masked(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc(text) {
        mask(text)
    } else {
        Cow::Owned(mask(&text.nfc().collect::<String>()).into_owned())
    }
}

/// The words and masks of a masked text in lower case: `<[a-z]+>|[^\W\d_]+`.
pub fn tokens(masked: &str) -> impl Iterator<Item = &str> {
    let mut rest = masked;
    std::iter::from_fn(move || {
        loop {
            rest = &rest[rest.find(|character: char| character == '<' || character.is_alphabetic())?..];
            let letters = if let Some(inside) = rest.strip_prefix('<') {
                let name = inside.bytes().take_while(u8::is_ascii_lowercase).count();
                if name > 0 && inside.as_bytes().get(name) == Some(&b'>') { name + 2 } else { 0 }
            } else {
                rest.find(|character: char| !character.is_alphabetic()).unwrap_or(rest.len())
            };
            let (token, after) = rest.split_at(letters.max(1));
            rest = after;
            if letters > 0 {
                return Some(token);
            }
        }
    })
}

/// Whether a token stands for what varies.
pub fn is_mask(token: &str) -> bool {
    token.starts_with('<')
}

/// The language for which the words' votes are.
pub fn language(votes: i32) -> Language {
    if votes > 0 { Language::Portuguese } else { Language::English }
}

impl Default for Grammar {
    fn default() -> Grammar {
        Grammar {
            stemmers: [Algorithm::Portuguese, Algorithm::English].map(Stemmer::create),
            stops: [PORTUGUESE, ENGLISH].map(|list| list.split_ascii_whitespace().collect()),
        }
    }
}

impl Grammar {
    /// What the lists of function words and the spelling of a token in lower case say.
    ///
    /// By spelling, Portuguese is what has an accent or ends in `a`, `o`, `as`, `os`, and English what has
    /// `k`, `w` or `y` or ends in a consonant in which Portuguese words don't end.
    pub fn word(&self, token: &str) -> Word {
        let is_stop = [0, 1].map(|language| self.stops[language].contains(fold(token).as_str()));
        let vote = match is_stop {
            [true, true] => 0,
            [true, false] => 2,
            [false, true] => -2,
            [false, false] if is_mask(token) => 0,
            [false, false] => by_spelling(token),
        };
        Word { vote, is_stop }
    }

    /// The Snowball stem of a word in lower case, accents kept.
    pub fn stem<'a>(&self, word: &'a str, language: Language) -> Cow<'a, str> {
        self.stemmers[language as usize].stem(word)
    }

    /// The stem of a word without accents; a mask as it is.
    pub fn term(&self, token: &str, language: Language) -> String {
        if is_mask(token) { token.to_string() } else { fold(&self.stem(token, language)) }
    }

    /// The terms of a text that is known to be in a language, without function words.
    pub fn terms(&self, text: &str, language: Language) -> Vec<String> {
        let lower = masked(text).to_lowercase();
        let own = tokens(&lower).filter(|token| !self.word(token).is_stop[language as usize]);
        own.map(|token| self.term(token, language)).collect()
    }
}

fn by_spelling(token: &str) -> i32 {
    if token.contains(|letter| "ãõçáéíóúâêôà".contains(letter)) {
        1
    } else if token.contains(['k', 'w', 'y'])
        || token.ends_with(['b', 'c', 'd', 'f', 'g', 'h', 'j', 'n', 'p', 't', 'v'])
    {
        -1
    } else {
        i32::from(["a", "o", "as", "os"].iter().any(|end| token.ends_with(end)))
    }
}

/// The word without accents, and `ł`, `ø`, `đ`, `ß`, `æ`, `œ` in plain letters.
pub fn fold(word: &str) -> String {
    if word.is_ascii() {
        return word.to_string();
    }
    let mut folded = String::with_capacity(word.len());
    for letter in word.nfd().filter(|letter| !is_combining_mark(*letter)) {
        match letter {
            'ł' => folded.push('l'),
            'ø' => folded.push('o'),
            'đ' => folded.push('d'),
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            _ => folded.push(letter),
        }
    }
    folded
}

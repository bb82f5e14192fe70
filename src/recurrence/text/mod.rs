//! Near-identical texts, which is not to say the same problem.
//!
//! A text is put in composed form (NFC), what varies in it is masked, it is put in lower case, function words
//! go, words are stemmed, accents folded and the glossary's phrases replaced by their concepts. Texts with
//! the same set of terms are one; sets that are alike enough are a group, whose leader is its most frequent
//! set. Leaves out on purpose what words mean: nothing lexical joins paraphrases or languages, except the
//! glossary.

pub mod fingerprints;
mod glossary;
mod index;
mod labels;
pub mod leader;
pub mod lists;
pub mod masks;
mod stop_words;
pub mod terms;
pub mod words;

pub use glossary::Glossary;

use fingerprints::Fingerprints;
use labels::labels;
use terms::Sequences;

/// Distinct texts in groups.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TextGroups {
    /// By distinct text: its group; `u32::MAX` for a text without a word of its own.
    pub of: Vec<u32>,
    /// In order of their leaders: the most frequent first, then by text.
    pub groups: Vec<TextGroup>,
}

/// Texts that are near-identical, which is not to say the same problem.
#[derive(Debug, Clone, PartialEq)]
pub struct TextGroup {
    /// The most frequent spelling of the most frequent set of terms, masks in place of what varies.
    pub label: String,
    /// Distinct texts.
    pub texts: u32,
    /// Tickets.
    pub tickets: u64,
}

/// Groups distinct texts, each with its number of tickets. Depends on neither order nor threads.
///
/// `threshold` is the least likeness to a group's leader, 0-1; see [`leader::assign`].
pub fn group(texts: &[(&str, u64)], glossary: &Glossary, threshold: f64) -> TextGroups {
    let sequences = Sequences::read(texts, glossary);
    let prints = Fingerprints::new(&sequences.terms, |text| texts[text].1);
    let group_of = leader::assign(&prints.sets, sequences.vocabulary.len(), threshold);
    drop(sequences);

    let of: Vec<u32> =
        prints.of.iter().map(|&set| group_of.get(set as usize).copied().unwrap_or(u32::MAX)).collect();
    let mut groups: Vec<TextGroup> = labels(texts, &prints.of, &group_of)
        .into_iter()
        .map(|label| TextGroup { label, texts: 0, tickets: 0 })
        .collect();
    for (&group, (_, tickets)) in of.iter().zip(texts) {
        if let Some(group) = groups.get_mut(group as usize) {
            group.texts += 1;
            group.tickets = group.tickets.saturating_add(*tickets);
        }
    }
    TextGroups { of, groups }
}

//! What people call a group.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::words::masked;

/// Masks, each with what people read in its place.
const MASKS: [(&str, &str); 8] = [
    ("<em>", "<e-mail>"),
    ("<url>", "<address>"),
    ("<ip>", "<IP address>"),
    ("<mac>", "<MAC address>"),
    ("<uuid>", "<identifier>"),
    ("<hex>", "<code>"),
    ("<path>", "<path>"),
    ("<n>", "<number>"),
];

/// Most characters of a text that people read.
const LABEL_CHARS: usize = 160;

/// By group: the masked text with most tickets of those that have the leader's terms.
pub fn labels(texts: &[(&str, u64)], set_of: &[u32], group_of: &[u32]) -> Vec<String> {
    let mut leads = vec![false; group_of.len()];
    let mut groups = 0;
    for (set, &group) in group_of.iter().enumerate() {
        if group == groups {
            (leads[set], groups) = (true, groups + 1);
        }
    }
    let leading = |set: u32| leads.get(set as usize).copied().unwrap_or(false);
    let mut members: Vec<(u32, u32)> =
        (0u32..).zip(set_of).filter(|(_, set)| leading(**set)).map(|(text, &set)| (set, text)).collect();
    members.par_sort_unstable();
    let by_group: Vec<&[(u32, u32)]> = members.chunk_by(|a, b| a.0 == b.0).collect();
    by_group
        .into_par_iter()
        .map(|members| label(members.iter().map(|&(_, text)| texts[text as usize])))
        .collect()
}

fn label<'a>(texts: impl Iterator<Item = (&'a str, u64)>) -> String {
    let mut spellings = BTreeMap::<String, u64>::new();
    for (text, tickets) in texts {
        let total = spellings.entry(masked(text).into_owned()).or_default();
        *total = total.saturating_add(tickets);
    }
    // The last of equals in reverse order is the alphabetically first.
    let most = spellings.iter().rev().max_by_key(|(_, tickets)| **tickets);
    spoken(most.map_or("", |(text, _)| text))
}

/// A masked text as people read it: masks as words, parts of one number as one, single spaces, at most 160
/// characters.
fn spoken(masked: &str) -> String {
    let mut label = String::new();
    let mut rest = masked.trim();
    while let Some(character) = rest.chars().next() {
        let mask =
            if character == '<' { MASKS.iter().find(|(mask, _)| rest.starts_with(mask)) } else { None };
        match mask {
            Some((mask, words)) => {
                rest = &rest[mask.len()..];
                if *mask == "<n>" {
                    rest = after_number(rest);
                }
                label.push_str(words);
            }
            None => {
                let space = character.is_whitespace();
                if !(space && label.ends_with(' ')) {
                    label.push(if space { ' ' } else { character });
                }
                rest = &rest[character.len_utf8()..];
            }
        }
    }
    match label.char_indices().nth(LABEL_CHARS) {
        Some((end, _)) => format!("{}…", label[..end].trim_end()),
        None => label,
    }
}

/// What follows a number of several parts, such as `12:02`, `1,234.50` and `12/03/2025`.
fn after_number(mut rest: &str) -> &str {
    loop {
        let inner = rest.strip_prefix([',', '.', ':', '/', '-']).unwrap_or(rest);
        match inner.strip_prefix("<n>").or_else(|| rest.strip_prefix("<path>")) {
            Some(after) => rest = after,
            None => return rest,
        }
    }
}

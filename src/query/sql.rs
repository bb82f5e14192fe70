//! What a query may say: one statement that reads the registered tables.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, did_you_mean};

/// Tables that a query may read.
pub const TABLES: [&str; 22] = [
    "tickets",
    "clocks",
    "segments",
    "cycles",
    "contracts",
    "outcomes",
    "audit",
    "areas",
    "area_tickets",
    "units",
    "models",
    "failures_by_age",
    "bursts",
    "site_attainment",
    "hours",
    "calendar_months",
    "history",
    "assets",
    "rejects",
    "findings",
    "files",
    "run",
];

/// A word, quoted text or sign of the SQL, with its place in the file.
struct Token<'t> {
    text: &'t str,
    at: usize,
}

impl Token<'_> {
    fn is(&self, word: &str) -> bool {
        self.text.eq_ignore_ascii_case(word)
    }
}

/// Objects to anything but one SELECT or WITH over known tables.
///
/// Polars runs DROP and reads files by table functions; a report must do neither.
pub fn check(text: &str, body: usize) -> Result<(), Vec<Diagnostic>> {
    let tokens = tokens(text, body);
    let error = |token: &Token, message: String| {
        Diagnostic::error(Some(token.at..token.at + token.text.len()), message)
    };
    let Some(first) = tokens.first() else {
        return Err(vec![Diagnostic::error(Some(0..text.len().min(1)), "the query has no SQL")]);
    };
    let mut problems = Vec::new();
    if !first.is("SELECT") && !first.is("WITH") {
        problems.push(
            error(first, format!("a query can't begin with `{}`", first.text))
                .label("expected SELECT or WITH"),
        );
    }
    for (index, token) in tokens.iter().enumerate() {
        if token.text == ";" && index + 1 < tokens.len() {
            problems.push(error(token, "a query is one statement".to_owned()));
        }
    }
    let defined: Vec<&str> = tokens
        .windows(3)
        .filter(|next| next[1].is("AS") && next[2].text == "(")
        .map(|next| next[0].text)
        .collect();
    for (index, token) in tokens.iter().enumerate() {
        if !token.is("FROM") && !token.is("JOIN") {
            continue;
        }
        let Some(name) = tokens.get(index + 1).filter(|next| next.text != "(") else { continue };
        let bare = name.text.trim_matches('"');
        let is_known = TABLES.iter().chain(&defined).any(|known| known.eq_ignore_ascii_case(bare));
        let is_call = tokens.get(index + 2).is_some_and(|next| next.text == "(");
        if !is_known || is_call {
            problems.push(
                error(name, format!("unknown table `{bare}`"))
                    .label(format!("expected one of: {}", TABLES.join(", ")))
                    .hint(did_you_mean(bare, TABLES)),
            );
        }
        let listed = (index + 2..(index + 5).min(tokens.len())).find(|&at| tokens[at].text == ",");
        if let Some(comma) = listed.filter(|&at| tokens[index + 2..at].iter().all(|t| !is_clause(t))) {
            problems.push(error(&tokens[comma], "tables are joined with JOIN, not with a comma".to_owned()));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn is_clause(token: &Token) -> bool {
    ["WHERE", "GROUP", "ORDER", "ON", "JOIN", "CROSS", "LEFT", "INNER", ")", "LIMIT", "UNION"]
        .iter()
        .any(|word| token.is(word))
}

/// The words of a query in lower case, qualified names in parts; `None` where it asks for columns
/// without naming them.
pub fn words(sql: &str) -> Option<BTreeSet<String>> {
    let tokens = tokens(sql, 0);
    let is_wildcard = |(index, token): (usize, &Token)| {
        let before = index.checked_sub(1).map(|before| &tokens[before]);
        token.is("NATURAL")
            || (token.text == "*"
                && before.is_some_and(|before| {
                    ["SELECT", "DISTINCT", "ALL", ","].iter().any(|word| before.is(word))
                        || before.text.ends_with('.')
                }))
    };
    if tokens.iter().enumerate().any(is_wildcard) {
        return None;
    }
    let parts = tokens.iter().flat_map(|token| token.text.split('.'));
    Some(parts.map(|part| part.trim_matches('"').to_ascii_lowercase()).collect())
}

fn tokens(text: &str, body: usize) -> Vec<Token<'_>> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = body;
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            byte if byte.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            b'-' if bytes.get(at + 1) == Some(&b'-') => {
                at += bytes[at..].iter().take_while(|byte| **byte != b'\n').count();
                continue;
            }
            quote @ (b'\'' | b'"') => {
                at += 1;
                at += bytes[at..].iter().take_while(|byte| **byte != quote).count() + 1;
            }
            byte if byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80 => {
                let is_word = |byte: &&u8| {
                    byte.is_ascii_alphanumeric() || **byte == b'_' || **byte == b'.' || **byte >= 0x80
                };
                at += bytes[at..].iter().take_while(is_word).count();
            }
            _ => at += 1,
        }
        at = at.min(bytes.len());
        tokens.push(Token { text: &text[start..at], at: start });
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_that_a_query_names() {
        let named =
            words("SELECT c.Severity, COUNT(*) * 2 FROM clocks AS c -- limit_s\nWHERE \"due_at\" > 1")
                .expect("named");
        for word in ["clocks", "severity", "due_at"] {
            assert!(named.contains(word), "{word}");
        }
        assert!(!named.contains("limit_s"));
        for all in ["SELECT * FROM clocks", "SELECT c.* FROM clocks AS c", "SELECT severity, * FROM clocks"] {
            assert_eq!(words(all), None, "{all}");
        }
        assert_eq!(words("SELECT a FROM x NATURAL JOIN y"), None);
    }
}

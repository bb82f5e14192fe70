//! What a query may say: one statement that reads the registered tables.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::tables::NAMES;

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
        let is_known = NAMES.iter().chain(&defined).any(|known| known.eq_ignore_ascii_case(bare));
        let is_call = tokens.get(index + 2).is_some_and(|next| next.text == "(");
        if !is_known || is_call {
            problems.push(
                error(name, format!("unknown table `{bare}`"))
                    .label(format!("expected one of: {}", NAMES.join(", ")))
                    .hint(did_you_mean(bare, NAMES)),
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

/// The tables that a query asks for, and of each the words that may be columns, in lower case;
/// `None` where it asks for columns without naming them.
///
/// A word belongs to the tables of its own `SELECT` and of those around it, or to the one whose name
/// qualifies it.
pub fn asked(sql: &str) -> Option<BTreeMap<&'static str, BTreeSet<String>>> {
    let tokens = tokens(sql, 0);
    let is_wildcard = |(index, token): (usize, &Token)| {
        let before = index.checked_sub(1).map(|before| &tokens[before]);
        token.is("NATURAL")
            || token.is("COLUMNS")
            || (token.is("ON") && before.is_some_and(|before| before.is("DISTINCT")))
            || (token.text == "*"
                && before.is_some_and(|before| {
                    ["SELECT", "DISTINCT", "ALL", ","].iter().any(|word| before.is(word))
                        || before.text.ends_with('.')
                }))
    };
    if tokens.iter().enumerate().any(is_wildcard) {
        return None;
    }
    let bare = |part: &str| part.trim_matches('"').to_ascii_lowercase();
    let table = |word: &str| NAMES.into_iter().find(|name| *name == word);
    // A table under the name of another one would get that one's columns.
    let is_name = |token: &Token| token.text.split('.').any(|part| table(&bare(part)).is_some());
    // Polars lets the name of any table stand before a column of the only one.
    let follows = |pair: &[Token]| (pair[0].is("FROM") || pair[0].is("JOIN")).then(|| bare(pair[1].text));
    let listed: BTreeSet<String> = tokens.windows(2).filter_map(follows).collect();
    let is_renamed = tokens.windows(2).any(|pair| pair[0].is("AS") && is_name(&pair[1]));

    let mut asked: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
    let mut scopes = vec![Scope::default()];
    // The scope of each open parenthesis, those of calls too.
    let mut open = vec![0];
    for (index, token) in tokens.iter().enumerate() {
        let here = open.last().copied().unwrap_or(0);
        if token.text == "(" {
            let is_query = tokens.get(index + 1).is_some_and(|next| next.is("SELECT") || next.is("WITH"));
            if is_query {
                scopes.push(Scope { around: Some(here), ..Scope::default() });
            }
            open.push(if is_query { scopes.len() - 1 } else { here });
            continue;
        }
        if token.text == ")" {
            open.pop();
            continue;
        }
        let parts: Vec<String> = token.text.split('.').map(bare).collect();
        for name in parts.iter().filter_map(|part| table(part)) {
            asked.entry(name).or_default();
            scopes[here].tables.insert(name);
        }
        match parts.as_slice() {
            [qualifier, column]
                if !is_renamed && table(qualifier).is_some() && listed.contains(qualifier) =>
            {
                asked.entry(table(qualifier)?).or_default().insert(column.clone());
            }
            _ => scopes[here].words.extend(parts),
        }
    }
    for scope in &scopes {
        let mut next = Some(scope);
        while let Some(own) = next {
            for name in &own.tables {
                asked.entry(name).or_default().extend(scope.words.iter().cloned());
            }
            next = own.around.map(|around| &scopes[around]);
        }
    }
    Some(asked)
}

/// One `SELECT` with what is united with it.
#[derive(Default)]
struct Scope {
    tables: BTreeSet<&'static str>,
    words: BTreeSet<String>,
    /// The one that it is a part of.
    around: Option<usize>,
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
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                let rest = &bytes[at + 2..];
                at += rest.windows(2).position(|pair| pair == b"*/").map_or(rest.len(), |end| end + 2) + 2;
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
    fn words_go_to_the_tables_that_they_may_be_of() {
        let of = |sql: &str, table: &str| -> Vec<String> {
            let asked = asked(sql).expect("named");
            asked.get(table).map(|words| words.iter().cloned().collect()).unwrap_or_default()
        };
        let has = |sql: &str, table: &str, word: &str| of(sql, table).contains(&word.to_owned());
        let alias = "SELECT c.Severity, COUNT(*) * 2 FROM clocks AS c -- limit_s\nWHERE \"due_at\" > 1";
        assert!(has(alias, "clocks", "severity") && has(alias, "clocks", "due_at"));
        assert!(!has(alias, "clocks", "limit_s") && of(alias, "tickets").is_empty());
        let joined = "SELECT clocks.site, tickets.module, overrun_s FROM clocks JOIN tickets ON tickets.ticket_id = clocks.ticket_id";
        assert!(has(joined, "clocks", "site") && !has(joined, "tickets", "site"));
        assert!(has(joined, "tickets", "module") && !has(joined, "clocks", "module"));
        for table in ["clocks", "tickets"] {
            assert!(has(joined, table, "overrun_s") && has(joined, table, "ticket_id"));
        }
        let nested = "WITH a AS (SELECT clocks.clock, severity FROM clocks WHERE (limit_s) > 1), b AS (SELECT site \
                      FROM tickets) SELECT customer, COUNT(*) AS n FROM a JOIN b ON a.clock = b.site";
        for (table, words) in [("clocks", ["clock", "severity", "limit_s"]), ("tickets", ["site"; 3])] {
            assert!(words.iter().all(|word| has(nested, table, word)) && !has(nested, table, "customer"));
        }
        assert!(!has(nested, "clocks", "site") && !has(nested, "tickets", "severity"));
        let within = "SELECT customer FROM clocks WHERE ticket_id IN (SELECT ticket_id FROM tickets WHERE module = due_at)";
        assert!(has(within, "clocks", "due_at") && has(within, "tickets", "due_at"));
        assert!(has(within, "clocks", "customer") && !has(within, "tickets", "customer"));
        let renamed = "SELECT tickets.overrun_s FROM clocks AS tickets";
        assert!(has(renamed, "clocks", "overrun_s"));
        for all in ["SELECT * FROM clocks", "SELECT c.* FROM clocks AS c", "SELECT severity, * FROM clocks"] {
            assert_eq!(asked(all), None, "{all}");
        }
        for all in ["SELECT a FROM x NATURAL JOIN y", "SELECT DISTINCT ON (severity) * FROM tickets"] {
            assert_eq!(asked(all), None, "{all}");
        }
        assert_eq!(asked("SELECT COLUMNS('.*_s') FROM clocks"), None);
        assert!(has("SELECT tickets.severity FROM clocks", "clocks", "severity"));
        assert!(has("SELECT site /* don't */ FROM clocks", "clocks", "site"));
        let hidden = "SELECT COUNT(*) /* ' */ FROM read_csv('/etc/passwd') /* ' */";
        assert!(check(hidden, 0).is_err());
    }
}

//! Colours of messages on a terminal; where they aren't wanted, `anstream` takes them out again.

/// Bold red, yellow, green; and the end of each.
const ERROR: &str = "\x1b[1;31m";
const WARNING: &str = "\x1b[1;33m";
const HINT: &str = "\x1b[1;32m";
const END: &str = "\x1b[0m";

/// A message with the word that says what it is, and the carets below a place, in colour.
pub fn painted(message: &str) -> String {
    let mut colour = ERROR;
    let lines = message.split_inclusive('\n').map(|line| {
        for (word, own) in [("error", ERROR), ("warning", WARNING), ("hint", HINT)] {
            if let Some(rest) = line.strip_prefix(word).filter(|rest| rest.starts_with([':', '['])) {
                colour = own;
                return format!("{own}{word}{END}{rest}");
            }
        }
        // ` 3 | from = "verdicts"` is a line of the file, `   |        ^^^^ expected` is about it.
        match line.split_once('^') {
            Some((before, after)) if before.trim_start().starts_with('|') && before.trim().len() == 1 => {
                let text = after.trim_end();
                format!("{before}{colour}^{text}{END}{}", &after[text.len()..])
            }
            _ => line.to_owned(),
        }
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_and_carets_have_colours() {
        let plain = "error: no query `mised`\n --> a.toml:5:10\n  |\n5 | x = \"a^b\"\n  |     ^^^ expected\nhint: did you mean `missed`?\n";
        let painted = painted(plain);
        assert_eq!(
            painted,
            "\x1b[1;31merror\x1b[0m: no query `mised`\n --> a.toml:5:10\n  |\n5 | x = \"a^b\"\n  |     \
             \x1b[1;31m^^^ expected\x1b[0m\n\x1b[1;32mhint\x1b[0m: did you mean `missed`?\n"
        );
        assert_eq!(super::painted("errors are told\n"), "errors are told\n");
    }
}

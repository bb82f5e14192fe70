//! Addresses that a report names: only files beside or below the page.

/// The address, if following it can't leave the results: relative, without a
/// scheme, a host, a query or control characters.
pub fn beside(href: &str) -> Result<String, String> {
    let is_plain = href.chars().all(|c| !c.is_control() && !matches!(c, '\\' | '?' | '"' | '<' | '>'));
    let has_scheme = href.split('/').next().is_some_and(|first| first.contains(':'));
    if href.is_empty() || href.starts_with('/') || has_scheme || !is_plain {
        return Err(format!("`{}` is not a file beside the page", href.escape_debug()));
    }
    // A space ends an address in some mail programs.
    Ok(href.replace('%', "%25").replace(' ', "%20").replace('#', "%23"))
}

/// `a=b&c=d`, as the part of an address.
pub fn query(pairs: &[(String, String)]) -> String {
    let escaped = |text: &str| -> String {
        text.bytes()
            .map(|byte| match byte {
                b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
                _ => format!("%{byte:02X}"),
            })
            .collect()
    };
    let pairs: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
    pairs.join("&")
}

#[cfg(test)]
mod tests {
    use super::{beside, query};

    #[test]
    fn values_of_filters_are_escaped() {
        let pairs = [("site", "Évora & co=1#\"<"), ("status", "missed")];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(query(&pairs), "site=%C3%89vora%20%26%20co%3D1%23%22%3C&status=missed");
    }

    #[test]
    fn only_files_of_the_results() {
        let cases = [
            ("../2026-08/index.html", Ok("../2026-08/index.html")),
            ("csv/tickets.csv", Ok("csv/tickets.csv")),
            ("2026-08-01..2026-08-31/index.html", Ok("2026-08-01..2026-08-31/index.html")),
            ("my pack #1.xlsx", Ok("my%20pack%20%231.xlsx")),
            ("javascript:alert(1)", Err(())),
            ("data:text/html,x", Err(())),
            ("//example.org/x", Err(())),
            ("/etc/passwd", Err(())),
            ("\\\\host\\x", Err(())),
            ("a\nb", Err(())),
            ("", Err(())),
        ];
        for (href, expected) in cases {
            assert_eq!(beside(href).as_deref().map_err(|_| ()), expected, "{href:?}");
        }
    }
}

//! Whatever bytes come in: no panic, no hang, and every row accounted for.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use sla_report::config::{self, Limits};
use sla_report::import::{self, Imported};
use sla_report::preset::{self, PATTERNS};
use sla_report::query;

use crate::common::root;

/// Imports bytes as the tickets of a configuration with these settings.
fn imported(bytes: &[u8], settings: &str) -> Option<Imported> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("export"), bytes).unwrap();
    let text = format!(
        "[limits]\nmax_reject = 1\ncell_size = \"2KB\"\nrow_size = \"4KB\"\nfile_size = \"1MB\"\n[inputs.tickets]\npath = \"export\"\n{settings}\n"
    );
    let config = config::parse(&folder.path().join("sla.toml"), text).unwrap();
    import::import(&config).ok()
}

/// Pieces of exports, whole and broken.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => select(vec![
            "ticket_id", "opened_at", "status", ",", ",", ",", ";", "\t", "\n", "\n", "\n", "\r\n", "\r", "\"", "\"",
            "\"\"", "T1", "T2", "2026-07-01", "2026-07-01 10:00", "\u{feff}", "\0", "'=1+1", "\u{7f}", "é", "{", "}",
            "[", "]", "\"ticket_id\":", "\"opened_at\":\"2026-07-01\"", "\\u0000", "\\ud800", "null", "3 days ago",
            "ticket_id,opened_at\n", "{\"ticket_id\":1,\"opened_at\":\"2026-07-01\"}\n",
        ]).prop_map(|text| text.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..8),
        1 => select(vec![
            b"\x1f\x8b\x08".to_vec(), b"\x28\xb5\x2f\xfd".to_vec(), b"PK\x03\x04".to_vec(), b"PK\x05\x06".to_vec(),
            b"PAR1".to_vec(), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), b"\xff\xfe".to_vec(), vec![b'x'; 3000],
        ]),
    ];
    vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn settings() -> impl Strategy<Value = String> {
    let delimiter = select(vec!["\",\"", "\";\"", "\"\\t\"", "\"\\\"\""]);
    let encoding = select(vec!["utf-8", "utf-16", "windows-1252", "latin-1"]);
    (delimiter, encoding, 1..4u8, any::<bool>()).prop_map(|(delimiter, encoding, header_line, quotes)| {
        format!("delimiter = {delimiter}\nencoding = \"{encoding}\"\nheader_line = {header_line}\nquotes = {quotes}")
    })
}

/// Patterns of dates without zone.
fn wall_patterns() -> Vec<&'static str> {
    PATTERNS.iter().copied().filter(|pattern| pattern.contains("%d") && !pattern.contains("%z")).collect()
}

proptest! {
    #[test]
    fn every_row_of_any_bytes_is_accounted_for(
        has_header in any::<bool>(), bytes in pieces(), settings in settings(),
    ) {
        let header: &[u8] = if has_header { b"ticket_id,opened_at,status\n" } else { b"" };
        let bytes = [header, &bytes].concat();
        if let Some(imported) = imported(&bytes, &settings) {
            let (read, used, rejected) = imported.totals();
            prop_assert_eq!(read, used + rejected);
            prop_assert_eq!(used, imported.data.tickets.len() as u64);
            prop_assert_eq!(rejected, imported.rejects.len() as u64);
        }
    }

    /// The name's ending says nothing, so whole files of every kind are damaged here.
    #[test]
    fn damaged_files_of_every_kind_do_no_harm(
        file in select(vec![
            "presets/zammad/tickets-dates.xlsx", "presets/plain/chamados.ods", "presets/jira/search.json",
            "presets/zendesk/tickets.jsonl", "presets/osticket/tickets.csv",
        ]),
        cut in 0.0..1.0, flips in vec((0.0..1.0, any::<u8>()), 0..6),
    ) {
        let mut bytes = fs::read(root("tests").join(file)).unwrap();
        for (place, byte) in flips {
            let place = (place * bytes.len() as f64) as usize;
            bytes[place] = byte;
        }
        if cut < 0.5 {
            bytes.truncate((cut * 2.0 * bytes.len() as f64) as usize);
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("export");
        fs::write(&path, &bytes).unwrap();
        if let Ok(sniffed) = import::sniff(&path, "export", None, &Limits::default()) {
            let presets = preset::all().unwrap();
            preset::recognise(&presets, &sniffed, None);
        }
        imported(&bytes, "");
    }

    /// A row with a stray quote costs itself, wherever it stands and however the others are written.
    #[test]
    fn a_stray_quote_costs_one_row(
        texts in vec("[a-z \"\n]{0,20}", 1..40), place in any::<prop::sample::Index>(), is_crlf in any::<bool>(),
    ) {
        let place = place.index(texts.len() + 1);
        let mut writer = csv::WriterBuilder::new()
            .terminator(if is_crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') })
            .from_writer(Vec::new());
        writer.write_record(["ticket_id", "opened_at", "summary"]).unwrap();
        let mut stray_line = 0;
        for (row, text) in texts.iter().enumerate() {
            if row == place {
                writer.flush().unwrap();
            }
            writer.write_record([format!("T{row}").as_str(), "2026-07-01", text]).unwrap();
        }
        let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        // The rows before it, found by their ids, which no text holds.
        let start = text.find(&format!("T{place},")).unwrap_or(text.len());
        let broken = "T99,2026-07-01,\"19 inch\n";
        stray_line += text[..start].matches('\n').count() as u64 + 1;
        let text = format!("{}{broken}{}", &text[..start], &text[start..]);
        let imported = imported(text.as_bytes(), "").unwrap();
        // Behind a stray quote the next quote that closes at a cell's end may take rows with it:
        // then the row reads as one, and that is all that can be said.
        let reads_as_one = imported.data.tickets.find("T99").is_some();
        if !reads_as_one {
            prop_assert_eq!(imported.data.tickets.len(), texts.len());
            prop_assert_eq!(imported.rejects.len(), 1);
            prop_assert_eq!(imported.rejects[0].line, stray_line);
        }
        let (read, used, rejected) = imported.totals();
        prop_assert_eq!(read, used + rejected);
    }

    /// chrono writes the times, import reads them.
    #[test]
    fn every_date_format_reads_what_it_writes(
        pattern in select(wall_patterns()),
        seconds in vec(946_684_800..2_524_608_000i64, 1..20), language in 0..5usize,
    ) {
        const JANUARY_TO_DECEMBER: [[&str; 12]; 5] = [
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
            ["jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez"],
            ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"],
            ["janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."],
            ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"],
        ];
        let mut text = "ticket_id;opened_at\n".to_owned();
        let mut expected = Vec::new();
        for (row, seconds) in seconds.iter().enumerate() {
            let at = chrono::DateTime::from_timestamp(*seconds, 0).unwrap().naive_utc();
            let month = chrono::Datelike::month0(&at) as usize;
            let pattern_here = pattern.replace("%b", JANUARY_TO_DECEMBER[language][month]);
            text.push_str(&format!("T{row};{}\n", at.format(&pattern_here)));
            let step = if pattern.contains("%S") { 1 } else if pattern.contains("%M") { 60 } else { 86_400 };
            expected.push(seconds - seconds.rem_euclid(step));
        }
        let imported = imported(text.as_bytes(), &format!("delimiter = \";\"\ndate_formats = \"{pattern}\"")).unwrap();
        let tickets = &imported.data.tickets;
        let found: Vec<i64> = (0..seconds.len())
            .map(|row| tickets.find(&format!("T{row}")).map_or(0, |at| tickets.times[0][at]))
            .collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn no_text_is_too_strange_for_a_date(text in "\\PC{0,30}", pattern in select(PATTERNS.to_vec())) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["ticket_id", "opened_at", "waiting_s"]).unwrap();
        writer.write_record(["T1", &text, &text]).unwrap();
        let bytes = writer.into_inner().unwrap();
        let settings = format!("date_formats = \"{pattern}\"");
        prop_assert!(imported(&bytes, &settings).is_some());
    }

    /// Half a configuration, or one with pieces of others in it, gives messages.
    #[test]
    fn any_configuration_is_read_or_refused(
        cuts in vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<bool>()), 1..6),
    ) {
        let mut lines: Vec<String> = fs::read_to_string(root("sample-data/bank/sla.toml"))
            .unwrap().lines().map(str::to_owned).collect();
        for (from, to, is_word) in cuts {
            let (from, to) = (from.index(lines.len()), to.index(lines.len()));
            if is_word {
                let words: Vec<String> = lines[from].split(' ').map(str::to_owned).collect();
                lines[to].push_str(words.last().unwrap());
            } else {
                lines.swap(from, to);
                lines.truncate(lines.len() - lines.len() / 10);
            }
        }
        let text = lines.join("\n");
        if let Err(problems) = config::parse(&root("sample-data/bank/sla.toml"), text) {
            prop_assert!(!problems.to_string().is_empty());
        }
    }

    #[test]
    fn any_query_header_is_read_or_refused(lines in vec("(-- )?[a-z_]{0,9}( = )?(\"[^\n]{0,20}\"|\\[|\\]|SELECT .*|\\PC{0,20})", 0..8)) {
        let outcome = catch_unwind(AssertUnwindSafe(|| query::parse("fuzz", &lines.join("\n")).is_ok()));
        prop_assert!(outcome.is_ok());
    }
}

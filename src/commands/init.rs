//! `sla init`: draw up a configuration for the exports at hand.

use std::path::{Path, PathBuf};

use super::{Failure, INPUT, OUTPUT};
use crate::cli::InitArgs;
use crate::config::{self, DurationUnit, Encoding, Format, Limits, Table};
use crate::import::{self, STANDARD_INPUT, Sniffed, Times};
use crate::paper::format;
use crate::preset::{self, Match, PATTERNS, Part, Preset};

/// Runs the command.
pub fn run(args: &InitArgs) -> Result<(), Failure> {
    let target = args.dir.join("sla.toml");
    if target.exists() && !args.force {
        return Err(Failure::usage(format!(
            "error: `{}` is there already\nhint: name another folder with `--dir`, or replace it with `--force`",
            target.display()
        )));
    }
    let presets = preset::all().map_err(|error| Failure::usage(format!("error: {error}")))?;
    if let Some(wanted) = &args.preset
        && !preset::slugs().contains(&wanted.as_str())
    {
        let known = preset::slugs().join(", ");
        return Err(Failure::usage(format!("error: unknown preset `{wanted}`; expected one of: {known}")));
    }
    let (mut parts, mut problems) = (Vec::new(), Vec::new());
    for export in &files(&args.exports)? {
        match parts_of(export, args, &presets) {
            Ok(found) => parts.extend(found),
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(Failure::new(INPUT, problems.join("\n\n")));
    }
    let is_of_tickets = |part: &Part| {
        let export = part.found.export;
        export.table == Table::Tickets || export.kind == config::EventKind::Snapshots
    };
    if !parts.iter().any(is_of_tickets) {
        return Err(Failure::new(
            INPUT,
            "error: none of these files holds tickets\nhint: name the export of the tickets as well",
        ));
    }
    let draft = preset::draft(&parts, &presets);
    // What was drawn up must hold what `sla check` holds of any configuration.
    config::parse(&target, draft.text.clone()).map_err(|problems| {
        Failure::usage(format!(
            "{problems}\n\nerror: what was drawn up is no valid configuration: please report it"
        ))
    })?;
    let broken = |error: std::io::Error| {
        Failure::new(OUTPUT, format!("error: can't write `{}`: {error}", target.display()))
    };
    std::fs::create_dir_all(&args.dir).map_err(broken)?;
    std::fs::write(&target, &draft.text).map_err(broken)?;
    if !args.quiet {
        for part in &parts {
            say!("{}", summed(part));
        }
        let questions = match draft.questions {
            1 => "1 question in it is".to_owned(),
            many => format!("{many} questions in it are"),
        };
        say!("Written to {}; {questions} marked `# ?`.", target.display());
        say!("Next: sla check --config {}", target.display());
    }
    Ok(())
}

fn summed(part: &Part) -> String {
    let (found, rows) = (&part.found, part.survey.rows);
    let title = format!("{}: {}, {}", part.path, found.preset.title, found.export.title);
    match &found.header {
        Some(header) => {
            let columns = header.headers.len();
            format!("{title}; {} of {columns} columns used, {rows} rows", found.columns.len())
        }
        None => format!("{title}; {rows} rows"),
    }
}

/// The files that are meant: a pattern may be for us to expand.
fn files(exports: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files: Vec<PathBuf> = Vec::new();
    for export in exports {
        let mut found = vec![export.clone()];
        if export != Path::new(STANDARD_INPUT) && !export.exists() {
            let matches = glob::glob(&export.to_string_lossy());
            let matches = matches.into_iter().flatten().filter_map(Result::ok).filter(|path| path.is_file());
            found = matches.collect();
            if found.is_empty() {
                return Err(Failure::new(INPUT, format!("error: no such file\n --> {}", export.display())));
            }
        }
        found.retain(|path| !files.contains(path));
        files.extend(found);
    }
    Ok(files)
}

/// A file as all the tables that it holds, of a workbook in any of its sheets.
fn parts_of<'p>(export: &Path, args: &InitArgs, presets: &'p [Preset]) -> Result<Vec<Part<'p>>, String> {
    let name = export.display().to_string();
    let limits = Limits::default();
    let sniff = |sheet: Option<&str>| {
        import::sniff(export, &name, sheet, &limits).map_err(|problem| problem.to_string())
    };
    let first = sniff(None)?;
    let others = first.other_sheets().to_vec();
    let mut parts = sheet_parts(export, args, presets, &first, None)?;
    for sheet in &others {
        parts.extend(sheet_parts(export, args, presets, &sniff(Some(sheet))?, Some(sheet))?);
    }
    if parts.is_empty() {
        return Err(not_recognised(&name, &first, args));
    }
    Ok(parts)
}

fn sheet_parts<'p>(
    export: &Path,
    args: &InitArgs,
    presets: &'p [Preset],
    sniffed: &Sniffed,
    sheet: Option<&str>,
) -> Result<Vec<Part<'p>>, String> {
    let name = export.display().to_string();
    let limits = Limits::default();
    let path = if export == Path::new(STANDARD_INPUT) { name.clone() } else { relative(export, &args.dir)? };
    let read = |found: Match<'p>| {
        let input = preset::input(&found, sniffed, sheet, &defaults());
        let survey =
            import::survey(sniffed, &input, &limits, &PATTERNS).map_err(|problem| problem.to_string())?;
        refuse_relative(&name, &found, survey.times.get("opened_at"), "opened_at")?;
        refuse_relative(&name, &found, survey.times.get("event_at"), "event_at")?;
        Ok(Part::new(path.clone(), sheet.map(str::to_owned), found, survey, sniffed))
    };
    preset::recognise(presets, sniffed, args.preset.as_deref()).into_iter().map(read).collect()
}

fn defaults() -> Format {
    Format {
        delimiter: b',',
        has_quotes: true,
        encoding: Encoding::Utf8,
        date_formats: vec!["iso".to_owned()],
        durations_in: DurationUnit::Seconds,
        zone: chrono_tz::Tz::UTC,
        zone_applied: 1,
        missing: Vec::new(),
    }
}

/// Times that tell only how long ago something was can't be judged by.
fn refuse_relative(name: &str, found: &Match, times: Option<&Times>, column: &str) -> Result<(), String> {
    let Some(times) = times.filter(|times| times.relative * 2 > times.filled) else { return Ok(()) };
    let header =
        found.columns.iter().find(|(ours, _)| ours == column).map_or("", |(_, theirs)| theirs[0].as_str());
    let mut message = format!(
        "error: {} of {} times in `{header}` are relative, such as `3 days ago`: they hold only for when the file was written\n --> {name}\nhint: export the column as an absolute time",
        times.relative, times.filled
    );
    for note in found.preset.notes.iter().filter(|note| note.to_lowercase().contains("relative")) {
        message.push_str("; ");
        message.push_str(note);
    }
    Err(message)
}

fn not_recognised(name: &str, sniffed: &Sniffed, args: &InitArgs) -> String {
    let headers =
        match sniffed.header_candidates().into_iter().rev().max_by_key(|candidate| candidate.headers.len()) {
            Some(candidate) => candidate.headers,
            None => sniffed.keys(),
        };
    let what = match &args.preset {
        Some(preset) => format!(
            "is no export that preset `{preset}` knows: a needed column is missing, such as that of the ticket's id or its opening"
        ),
        None => "is no export that is known here".to_owned(),
    };
    format!(
        "error: `{name}` {what}\n --> {name}\nfound: {}\nhint: say which columns hold the ticket's id and its opening under [inputs.tickets.columns] of a sla.toml; the presets are: {}",
        shown(&headers),
        preset::slugs().join(", ")
    )
}

/// Headers for a terminal: what a file holds may be anything.
fn shown(headers: &[String]) -> String {
    let headers: Vec<_> = headers.iter().take(30).map(|header| format::plain(header)).collect();
    format::cut(&headers.join(", "), 500).into_owned()
}

/// The path of a file as seen from the folder of the configuration.
fn relative(file: &Path, folder: &Path) -> Result<String, String> {
    // What is there is found through its links; a folder may yet have to be made.
    let full = |path: &Path| {
        path.canonicalize().or_else(|_| std::path::absolute(path)).map_err(|error| format!("error: {error}"))
    };
    let clean = |path: PathBuf| -> Vec<std::ffi::OsString> {
        let mut parts: Vec<std::ffi::OsString> = Vec::new();
        for part in path.components() {
            match part {
                std::path::Component::CurDir => {}
                std::path::Component::ParentDir => drop(parts.pop()),
                other => parts.push(other.as_os_str().to_owned()),
            }
        }
        parts
    };
    let (file, folder) = (clean(full(file)?), clean(full(folder)?));
    let shared = file.iter().zip(&folder).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n(std::ffi::OsString::from(".."), folder.len() - shared);
    let path: PathBuf = up.chain(file[shared..].iter().cloned()).collect();
    Ok(path.display().to_string())
}

//! `sla areas`: recurring problem areas, and what became of those of earlier runs.

use std::path::Path;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{EMPTY, Failure, OUTPUT, Stages};
use crate::cli::AreasArgs;
use crate::clock::{self, Kernel, local_date};
use crate::config::Config;
use crate::paper::locale::Locale;
use crate::recurrence::Recurrence;
use crate::recurrence::area::Area;
use crate::recurrence::test::Tier;
use crate::report::areas::{explanation, finding, headline, lost, sentences, title};
use crate::tables::tier;

/// Runs the command.
pub fn run(args: &AreasArgs) -> Result<(), Failure> {
    let mut stages = Stages::new(&args.common);
    let mut config = super::prepare(&args.common)?;
    let imported = super::read(&config)?;
    super::judge_rejects(&config, &imported)?;
    stages.done("import", || format!("{} tickets", imported.data.tickets.len()));
    let last_at = imported.data.last_at.unwrap_or(0);
    let as_of = match &args.common.as_of {
        Some(text) => super::as_of(&config, text)?,
        None => last_at,
    };
    if let Some(since) = &args.since {
        config.recurrence.settings.current_days = days_since(since, local_date(as_of, config.zone))?;
    }
    let calendars = super::calendars(&config, &imported, as_of)?;
    let readings = clock::measure(&config.policy, &imported.data, &calendars, as_of);
    let kernel = Kernel::new(&config.policy, &imported.data, &calendars, as_of);
    stages.done("clock", || format!("{} readings", readings.rows.len()));
    let lost = super::lost(&imported, &readings.rows);
    let found = super::recurrence(&config, &imported, &kernel, &lost);
    stages.done("areas", || format!("{} incidents", found.incidents.len()));

    if found.incidents.is_empty() {
        let all = imported.data.tickets.len();
        return Err(Failure::new(EMPTY, format!("error: no incidents among {all} tickets up to as-of")));
    }
    let store = args.store.as_deref().map(|path| renewed(path, args, &found)).transpose()?;
    if let Some(name) = &args.explain {
        let (place, area) = find(&found, name)?;
        say!("{}", explanation(&config, area, place).join("\n"));
        let tickets = &imported.data.tickets;
        let ids: Vec<&str> = area.rows.iter().map(|row| tickets.ticket_id.get(*row as usize)).collect();
        say!("  {:<10}{}", "tickets", ids.join(" "));
    } else if args.json {
        say!("{:#}", value(&config, &found, store.as_ref()));
    } else {
        print(args, &config, &found, store.as_ref());
    }
    Ok(())
}

/// The length of a current window that begins on a date.
fn days_since(text: &str, as_of_on: NaiveDate) -> Result<u32, Failure> {
    let since: NaiveDate = text
        .parse()
        .map_err(|_| Failure::usage(format!("error: `--since {text}` is not a date such as 2026-09-01")))?;
    let days = (as_of_on - since).num_days();
    if !(7..=366).contains(&days) {
        return Err(Failure::usage(format!(
            "error: `--since {text}` is {days} days before as-of ({as_of_on})\nhint: a window has 7 to 366 days"
        )));
    }
    Ok(days as u32)
}

fn find<'a>(found: &'a Recurrence, name: &str) -> Result<(usize, &'a Area), Failure> {
    let by_place = name.parse::<usize>().ok().and_then(|place| place.checked_sub(1));
    let position = by_place.or_else(|| found.areas.iter().position(|area| area.id == name));
    let area = position.and_then(|position| Some((position + 1, found.areas.get(position)?)));
    area.ok_or_else(|| {
        Failure::usage(format!(
            "error: no area `{name}` among {}\nhint: name one by its place in `sla areas --all`, or by its id",
            found.areas.len()
        ))
    })
}

fn print(args: &AreasArgs, config: &Config, found: &Recurrence, store: Option<&Store>) {
    let windows = &found.windows;
    say!(
        "{} incidents, from {} on against those from {}, up to {} (not included)",
        Locale::EnGb.count(found.incidents.len() as i64),
        windows.current_on,
        windows.baseline_on,
        windows.end_on
    );
    let act = found.areas.iter().filter(|area| area.tier == Tier::Act).count();
    for (position, area) in
        found.areas.iter().enumerate().filter(|(_, area)| args.all || area.tier == Tier::Act)
    {
        say!("\n{}. [{}] {}", position + 1, tier(area.tier), headline(config, area, Locale::EnGb).trim_end());
        say!("   {}. {}", lost(&area.lost), flagged(store, area));
        say!("   {}", area.id);
    }
    for sentence in sentences(config, found, Locale::EnGb).into_iter().skip(act) {
        say!("\n{sentence}");
    }
    if let Some(store) = store {
        say!("\n{}", store.record());
    }
}

/// How often an area has been flagged before.
fn flagged(store: Option<&Store>, area: &Area) -> String {
    let flag = store.and_then(|store| store.flags.iter().find(|flag| flag.area == area.id));
    match flag.map(|flag| flag.runs) {
        None => String::new(),
        // One surprise is weak: two runs, or one that is beyond doubt.
        Some(1) if area.q > 0.001 => {
            "First seen in this run: see whether the next one confirms it.".to_owned()
        }
        Some(1) => "First seen in this run.".to_owned(),
        Some(runs) => format!("Flagged in {runs} runs."),
    }
}

fn value(config: &Config, found: &Recurrence, store: Option<&Store>) -> serde_json::Value {
    let areas: Vec<_> = (found.areas.iter())
        .map(|area| {
            let winner = area.advice.as_ref().and_then(|advice| config.recurrence.rules.get(advice.winner?));
            json!({
                "area": area.id, "title": title(area, Locale::EnGb), "tier": tier(area.tier),
                "spread": area.spread.verdict.name(), "is_simultaneous": area.spread.is_simultaneous,
                "shared_cause": area.shared_cause.as_ref().map(|cause| {
                    format!("{}={}", cause.dimension.name(), cause.value)
                }),
                "advice_rule": winner.map(|rule| &rule.name), "advice": winner.map(|rule| &rule.advice),
                "incidents": area.current.incidents, "tickets": area.current.tickets,
                "observed": area.observed, "expected": area.expected, "p": area.p, "q": area.q,
                "missed": area.lost.missed, "overrun_s": area.lost.overrun_s, "visits": area.lost.visits,
                "says": headline(config, area, Locale::EnGb),
            })
        })
        .collect();
    let findings: Vec<String> =
        found.findings.iter().map(|finding| self::finding(finding, Locale::EnGb)).collect();
    json!({
        "schema": "sla-report/areas/v1",
        "current_on": found.windows.current_on.to_string(), "end_on": found.windows.end_on.to_string(),
        "areas": areas, "findings": findings, "record": store.map(Store::record),
    })
}

/// The flags of all runs.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Store {
    flags: Vec<Flag>,
}

/// An area that was one to act on in some run.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Flag {
    area: String,
    /// Local days of the first and last run that flagged it, `YYYY-MM-DD`.
    first_on: String,
    last_on: String,
    runs: u32,
    spread: String,
    /// What the user found out.
    outcome: Outcome,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Outcome {
    Open,
    Confirmed,
    FalseAlarm,
}

impl Store {
    /// The running hit rate.
    fn record(&self) -> String {
        let count = |outcome| self.flags.iter().filter(|flag| flag.outcome == outcome).count() as i64;
        let (confirmed, wrong) = (count(Outcome::Confirmed), count(Outcome::FalseAlarm));
        let all = Locale::EnGb.count(self.flags.len() as i64);
        match confirmed + wrong {
            0 => format!("{all} flags so far, none of them judged yet."),
            judged => format!(
                "{all} flags so far; of those judged, {} were confirmed ({}).",
                Locale::EnGb.fraction(confirmed, judged),
                Locale::EnGb.share(confirmed as f64 / judged as f64)
            ),
        }
    }
}

/// The store with this run in it, written back.
fn renewed(path: &Path, args: &AreasArgs, found: &Recurrence) -> Result<Store, Failure> {
    let unusable = |error: String| Failure::usage(format!("error: can't use `{}`: {error}", path.display()));
    let mut store: Store = match std::fs::read_to_string(path) {
        Ok(text) => serde_json::from_str(&text).map_err(|error| unusable(error.to_string()))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Store::default(),
        Err(error) => return Err(unusable(error.to_string())),
    };
    let run_on = found.windows.end_on.to_string();
    for area in found.areas.iter().filter(|area| area.tier == Tier::Act) {
        match store.flags.iter_mut().find(|flag| flag.area == area.id) {
            // The same day again is the same run.
            Some(flag) if flag.last_on >= run_on => {}
            Some(flag) => {
                (flag.last_on, flag.runs) = (run_on.clone(), flag.runs + 1);
                flag.spread = area.spread.verdict.name().to_owned();
            }
            None => store.flags.push(Flag {
                area: area.id.clone(),
                first_on: run_on.clone(),
                last_on: run_on.clone(),
                runs: 1,
                spread: area.spread.verdict.name().to_owned(),
                outcome: Outcome::Open,
            }),
        }
    }
    for given in &args.outcome {
        let (area, outcome) = given.rsplit_once('=').unwrap_or((given, ""));
        let outcome = match outcome {
            "confirmed" => Outcome::Confirmed,
            "false-alarm" => Outcome::FalseAlarm,
            "open" => Outcome::Open,
            _ => {
                return Err(Failure::usage(format!(
                    "error: `--outcome {given}` is not AREA=confirmed, AREA=false-alarm or AREA=open"
                )));
            }
        };
        let flag = store.flags.iter_mut().find(|flag| flag.area == area);
        let flag = flag.ok_or_else(|| {
            Failure::usage(format!("error: `{}` has no flag for the area `{area}`", path.display()))
        })?;
        flag.outcome = outcome;
    }
    store.flags.sort_by(|a, b| (&a.first_on, &a.area).cmp(&(&b.first_on, &b.area)));
    let text = format!("{:#}\n", json!(store));
    std::fs::write(path, text)
        .map_err(|error| Failure::new(OUTPUT, format!("error: can't write `{}`: {error}", path.display())))?;
    Ok(store)
}

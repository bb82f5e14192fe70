//! What is planted on purpose, and `PLANTED.md`, which tells where it is.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::Ticket;
use crate::clock::{DAY, EXPORT, HOUR, MINUTE, START, date};
use crate::draw::Draw;
use crate::history::Fate;
use crate::request::{Kind, Seed};
use crate::text::{self, Phrases};
use crate::world::{
    BURSZTYN, MODELS, NEW_SCANNER, PRINTER, SERRAS, TEJO, WORKSTATION, World, asset_code, slots_of,
};

/// Sites of the scanners that wear out.
pub const WEAR_SLOTS: [usize; 2] = [6, 24];
const WEAR_UNITS: usize = 4;
const WEAR_FAILURES: usize = 4;
/// Site of the receipt printer that fails too often.
pub const BAD_UNIT_SLOT: usize = 13;
const BAD_UNIT_FAILURES: usize = 14;
const BURST_SLOT: usize = 10;
/// 2025-11-12, 14:10 in Lisbon, which is UTC in November.
const BURST_AT: (&str, i64) = ("2025-11-12", 14 * HOUR + 10 * MINUTE);
const BURST_SEVERITIES: [usize; 8] = [2, 3, 3, 1, 2, 3, 3, 2];
/// The day on which the new day-close screen was switched on.
const HOW_TO_FROM: &str = "2026-08-24";
const HOW_TO_QUESTIONS: usize = 48;
const RELEASE: &str = "8.3.0";
/// Who got the release when, and how many errors followed.
const RELEASED: [(usize, &str, usize); 2] = [(TEJO, "2026-08-17", 38), (BURSZTYN, "2026-09-07", 16)];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    Wear,
    HowTo,
    ErrorCode,
    BadUnit,
    Burst,
}

impl Fault {
    pub fn phrases(self) -> &'static Phrases {
        match self {
            Self::Wear => &text::WEAR,
            Self::HowTo => &text::HOW_TO,
            Self::ErrorCode => &text::ERROR_CODE,
            Self::BadUnit => &text::BAD_UNIT,
            Self::Burst => &text::BURST,
        }
    }

    /// Title, expected verdict and expected advice.
    fn expectation(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Wear => (
                "1. A scanner model wears out",
                "wear-out: trend upwards over unit age, more than ten failures on eight units, excess at both sites",
                "replace the feed units of the scanners, or the scanners, at both sites",
            ),
            Self::HowTo => (
                "2. How-to questions after an update",
                "systemic within one customer, users and not software; not linked to a software version",
                "train the branches and send them quick guide QG-031",
            ),
            Self::ErrorCode => (
                "3. One error code from one release",
                "systemic, cause shared: software version 8.3.0",
                "correct the software; hold the release back elsewhere until then",
            ),
            Self::BadUnit => ("4. One bad unit", "bad unit", "replace this unit, not the model"),
            Self::Burst => (
                "5. An isolated burst",
                "isolated: one incident at one site, not eight problems",
                "none beyond the repair",
            ),
        }
    }

    pub fn resolution_code(self) -> &'static str {
        match self {
            Self::Wear => "part replaced",
            Self::HowTo => "explained",
            Self::ErrorCode => "workaround",
            Self::BadUnit => "adjusted",
            Self::Burst => "power restored",
        }
    }
}

/// All planted requests, in order of opening.
pub fn seeds(world: &World, draw: &mut Draw) -> Vec<Seed> {
    let mut seeds = wear(world, draw);
    seeds.extend(how_to(world, draw));
    seeds.extend(error_code(world, draw));
    seeds.extend(bad_unit(world, draw));
    seeds.extend(burst(world, draw));
    seeds.sort_by_key(|seed| seed.opened);
    seeds
}

fn incident(opened: i64, site: usize, asset: Option<usize>, world: &World, fault: Fault) -> Seed {
    let (product, module) = match asset.map(|id| &MODELS[world.assets[id].model]) {
        Some(model) => (model.product, model.module),
        None => (0, "Payments"),
    };
    let (kind, severity) = (Kind::Incident, 3);
    Seed { opened, site, kind, severity, asset, product, module, is_chatty: false, fault: Some(fault) }
}

/// Moves an instant into the morning or afternoon of a working day at the site.
fn in_hours(at: i64, site: usize, world: &World, draw: &mut Draw) -> i64 {
    let morning = world.zone(site).add_working(at - at.rem_euclid(DAY), 0);
    (morning + draw.between(10 * MINUTE, 9 * HOUR)).min(EXPORT - HOUR)
}

/// Ages at failure follow a power law of shape 2: one uniform draw from each
/// of four equal strata, then its square root.
fn wear(world: &World, draw: &mut Draw) -> Vec<Seed> {
    let mut seeds = vec![];
    for site in WEAR_SLOTS {
        for nth in 0..WEAR_UNITS {
            let unit = world.unit(site, NEW_SCANNER, nth);
            let installed = world.assets[unit].installed;
            for stratum in 0..WEAR_FAILURES {
                let share = (stratum as f64 + draw.unit()) / WEAR_FAILURES as f64;
                let age = ((EXPORT - installed) as f64 * share.sqrt()) as i64;
                let opened = in_hours(installed + age, site, world, draw);
                seeds.push(incident(opened, site, Some(unit), world, Fault::Wear));
            }
        }
    }
    seeds
}

/// Questions begin four days after the change and become rarer.
fn how_to(world: &World, draw: &mut Draw) -> Vec<Seed> {
    let branches: Vec<usize> = slots_of(SERRAS).filter(|slot| slot % 6 != 0).collect();
    let first = date(HOW_TO_FROM) + 4 * DAY;
    (0..HOW_TO_QUESTIONS)
        .map(|index| {
            let site = branches[index % branches.len()];
            let after = ((EXPORT - first - DAY) as f64 * draw.unit() * (0.5 + 0.5 * draw.unit())) as i64;
            let opened = in_hours(first + after, site, world, draw);
            let severity = if draw.chance(0.3) { 3 } else { 4 };
            let seed = incident(opened, site, None, world, Fault::HowTo);
            Seed { kind: Kind::Question, severity, product: 1, module: "Cash", ..seed }
        })
        .collect()
}

fn error_code(world: &World, draw: &mut Draw) -> Vec<Seed> {
    let mut seeds = vec![];
    for (customer, from, errors) in RELEASED {
        let mut sites: Vec<usize> = slots_of(customer).collect();
        draw.shuffle(&mut sites);
        let first = date(from) + 9 * HOUR;
        for index in 0..errors {
            let site = sites[index % sites.len()];
            // The first three sites notice within three days.
            let until = if index < 3 { first + 2 * DAY } else { EXPORT - DAY };
            let opened = in_hours(draw.between(first, until), site, world, draw)
                .max(first + draw.between(MINUTE, 3 * HOUR));
            let severity = if draw.chance(0.4) { 2 } else { 3 };
            let seed = incident(opened, site, None, world, Fault::ErrorCode);
            seeds.push(Seed { severity, ..seed });
        }
    }
    seeds
}

fn bad_unit(world: &World, draw: &mut Draw) -> Vec<Seed> {
    let unit = world.unit(BAD_UNIT_SLOT, PRINTER, 0);
    let step = (EXPORT - START) / BAD_UNIT_FAILURES as i64;
    (0..BAD_UNIT_FAILURES as i64)
        .map(|nth| {
            let at = START + nth * step + draw.between(0, step - 2 * DAY);
            let opened = in_hours(at, BAD_UNIT_SLOT, world, draw);
            incident(opened, BAD_UNIT_SLOT, Some(unit), world, Fault::BadUnit)
        })
        .collect()
}

fn burst(world: &World, draw: &mut Draw) -> Vec<Seed> {
    let first = date(BURST_AT.0) + BURST_AT.1;
    let assets = world.sites[BURST_SLOT].assets.clone();
    let mut units = assets.cycle().filter(|id| world.assets[*id].retired.is_none());
    let mut seeds = vec![];
    for (nth, severity) in BURST_SEVERITIES.into_iter().enumerate() {
        let opened = first + nth as i64 * 17 * MINUTE + draw.between(0, 16 * MINUTE);
        let seed = incident(opened, BURST_SLOT, units.next(), world, Fault::Burst);
        seeds.push(Seed { severity, ..seed });
    }
    seeds
}

/// One planted ticket as it was written.
struct Entry {
    id: u64,
    opened: i64,
    site: usize,
    is_resolved: bool,
    has_article: bool,
    has_fact: bool,
}

/// Counts while tickets are written, so that `PLANTED.md` tells what is there.
pub struct Findings {
    entries: BTreeMap<Fault, Vec<Entry>>,
    failures: [u64; MODELS.len()],
    busy_site: BTreeMap<&'static str, u64>,
    busy_site_other: u64,
    chatty_sites: BTreeMap<usize, u64>,
    chatty_modules: BTreeMap<&'static str, u64>,
}

impl Findings {
    pub fn new() -> Self {
        Self {
            entries: BTreeMap::new(),
            failures: [0; MODELS.len()],
            busy_site: BTreeMap::new(),
            busy_site_other: 0,
            chatty_sites: BTreeMap::new(),
            chatty_modules: BTreeMap::new(),
        }
    }

    pub fn note(&mut self, ticket: &Ticket, world: &World) {
        let Ticket { seed, request, .. } = ticket;
        if ticket.fate != Fate::Handled {
            return;
        }
        if let Some(fault) = seed.fault {
            let is_code_given = fault != Fault::ErrorCode || !request.error_code.is_empty();
            self.entries.entry(fault).or_default().push(Entry {
                id: ticket.id,
                opened: seed.opened,
                site: seed.site,
                is_resolved: ticket.outcome.resolved.is_some(),
                has_article: !request.article.is_empty(),
                has_fact: !request.version.is_empty() && is_code_given,
            });
        } else if let Some(asset) = seed.asset {
            self.failures[world.assets[asset].model] += 1;
        }
        if seed.site == 0 && seed.asset.is_none() {
            *self.busy_site.entry(seed.module).or_default() += 1;
        } else if seed.asset.is_none() {
            self.busy_site_other += 1;
        }
        if seed.is_chatty {
            *self.chatty_sites.entry(seed.site).or_default() += 1;
            *self.chatty_modules.entry(seed.module).or_default() += 1;
        }
    }

    pub fn markdown(&self, command: &str, world: &World) -> String {
        let mut text = format!(
            "# What is planted in this sample data\n\n\
             Written by the generator (`{command}`); every figure is counted from the tickets as written. \
             The thresholds of the faults are meant for the default size of 4,000 tickets and 60 sites.\n\n\
             Licence: own work. All banks, branches, people, products and device models are fictional; \
             any likeness is chance. Use it under the licence of the project.\n\n\
             Severity, outcome and spelling of every other ticket are drawn at random. Hardware failures \
             not listed here have a constant rate for each model.\n\n## Faults\n"
        );
        self.write_faults(&mut text, world);
        text.push_str("\n## Decoys: nothing to find\n\n");
        self.write_decoys(&mut text, world);
        text
    }

    fn write_faults(&self, text: &mut String, world: &World) {
        let code = |slot: usize| world.sites[slot].code.as_str();
        let model = MODELS[NEW_SCANNER].name;
        let units: Vec<String> = WEAR_SLOTS
            .iter()
            .flat_map(|slot| (0..WEAR_UNITS).map(move |nth| (*slot, nth)))
            .map(|(slot, nth)| asset_code(world.unit(slot, NEW_SCANNER, nth)))
            .collect();
        self.section(text, Fault::Wear, world, &format!(
            "Model `{model}` at {} and {}: units {}, installed in April 2025, fail as a power law of unit age \
             with shape 2 (module `Scanning`, resolution code `part replaced`). The four units of the model \
             elsewhere fail at the ordinary rate ({} failures together).",
            code(WEAR_SLOTS[0]), code(WEAR_SLOTS[1]), units.join(", "), self.failures[NEW_SCANNER]));
        self.section(text, Fault::HowTo, world, &format!(
            "Caixa Rural das Serras switched on a new day-close screen on {HOW_TO_FROM} (software stays 8.2.0; \
             other customers on 8.2.0 do not ask). Request type `Question`, module `Cash`, resolution code \
             `explained`, quick guide `QG-031`."));
        self.section(text, Fault::ErrorCode, world, &format!(
            "`ORA-BK-4711` in module `Payments` with software {RELEASE}, at Banco Meridiano do Tejo from {} and \
             at Bank Bursztynowy from {}. No ticket with an older version has the code.",
            RELEASED[0].1, RELEASED[1].1));
        self.write_bad_unit(text, world);
        self.section(text, Fault::Burst, world, &format!(
            "One power cut at {} in the afternoon of {}: eight tickets on its devices (category `Power`).",
            code(BURST_SLOT), BURST_AT.0));
    }

    fn write_bad_unit(&self, text: &mut String, world: &World) {
        let unit = world.unit(BAD_UNIT_SLOT, PRINTER, 0);
        let per_year = |count: u64, days: f64| count as f64 * 365.25 / days;
        let span = ((EXPORT - START) / DAY) as f64;
        let others: f64 = (0..world.assets.len())
            .filter(|id| *id != unit && world.assets[*id].model == PRINTER)
            .map(|id| days_in_service(world, id))
            .sum();
        let model = per_year(self.failures[PRINTER], others);
        let own = per_year(BAD_UNIT_FAILURES as u64, span);
        self.section(text, Fault::BadUnit, world, &format!(
            "Receipt printer {} (serial `{}`, model `{}`) at {} fails {own:.1} times a year; all other units of the \
             model together {model:.2} times a year each ({} failures): {:.1} times the rate.",
            asset_code(unit), world.serial(unit), MODELS[PRINTER].name, world.sites[BAD_UNIT_SLOT].code,
            self.failures[PRINTER], own / model));
    }

    fn section(&self, text: &mut String, fault: Fault, world: &World, what: &str) {
        let (title, verdict, advice) = fault.expectation();
        let entries = self.entries.get(&fault).map_or(&[][..], Vec::as_slice);
        let ids: Vec<String> = entries.iter().map(|entry| format!("T{:08}", entry.id)).collect();
        let mut sites: BTreeMap<&str, usize> = BTreeMap::new();
        for entry in entries {
            *sites.entry(&world.sites[entry.site].code).or_default() += 1;
        }
        let sites: Vec<String> = sites.iter().map(|(site, count)| format!("{site} {count}")).collect();
        let count = |test: fn(&Entry) -> bool| entries.iter().filter(|entry| test(entry)).count();
        let first = entries.first().map_or(String::new(), |entry| world.stamps.instant(entry.opened));
        let last = entries.last().map_or(String::new(), |entry| world.stamps.instant(entry.opened));
        let recent = entries.iter().filter(|entry| entry.opened >= EXPORT - 28 * DAY).count();
        let lines = [
            format!("### {title}\n\n{what}\n"),
            format!(
                "- Tickets: {}, opened {first} to {last}; {recent} of them in the last 28 days",
                entries.len()
            ),
            format!(
                "- Resolved, with resolution code `{}`: {}",
                fault.resolution_code(),
                count(|entry| entry.is_resolved)
            ),
            format!("- With an article: {}", count(|entry| entry.has_article)),
            format!("- With {} given: {}", fact(fault), count(|entry| entry.has_fact)),
            format!("- Sites: {} ({})", sites.len(), sites.join(", ")),
            format!("- Expected verdict: {verdict}"),
            format!("- Expected advice: {advice}"),
            format!("- Ids: {}", ids.join(" ")),
        ];
        write!(text, "\n{}\n", lines.join("\n")).expect("writing to a string");
    }

    fn write_decoys(&self, text: &mut String, world: &World) {
        let busy: u64 = self.busy_site.values().sum();
        let (module, most) = self.busy_site.iter().max_by_key(|(_, count)| **count).expect("it asks");
        let others = self.busy_site_other as f64 / (world.sites.len() - 1) as f64;
        let total: u64 = self.failures.iter().sum();
        let units = |model: usize| world.assets.iter().filter(|asset| asset.model == model).count();
        let days: f64 = (0..world.assets.len())
            .filter(|id| world.assets[*id].model == WORKSTATION)
            .map(|id| days_in_service(world, id))
            .sum();
        let rate = self.failures[WORKSTATION] as f64 * 365.25 / days;
        let chatty: u64 = self.chatty_sites.values().sum();
        let at_most = self.chatty_sites.values().max().copied().unwrap_or_default();
        let lines = [
            format!(
                "- **A busy site.** {} (head office) has {busy} requests without a device, the other sites {others:.0} \
                 on average. Most are small (severity 3 and 4) and of many kinds: {} modules, at most {most} in one \
                 (`{module}`). Expected: no single area to act on.",
                world.sites[0].code,
                self.busy_site.len()
            ),
            format!(
                "- **A common model.** `{}` has {} units and {} of {total} ordinary hardware failures, {rate:.2} per \
                 unit and year: the normal rate. Expected: no verdict against the model.",
                MODELS[WORKSTATION].name,
                units(WORKSTATION),
                self.failures[WORKSTATION]
            ),
            format!(
                "- **A chatty phrase.** `{}` (and `{}`) opens {chatty} tickets at {} sites in {} modules, at most \
                 {at_most} at one site, evenly over the whole time. Expected: alike in words only; not systemic.",
                text::CHATTY.english[0],
                text::CHATTY.portuguese[0],
                self.chatty_sites.len(),
                self.chatty_modules.len()
            ),
        ];
        text.push_str(&lines.join("\n"));
        text.push_str(
            "\n\n## In attainment\n\n\
             - Work was slower for tickets opened in 2025-12 and 2026-07: a dip in both months.\n\
             - Banco Palanca Azul, served mostly by an authorised distributor, is slower than the others all the time.\n\
             - Automatic replies (`By role` = `automation`) are not responses.\n\
             - Banco Palanca Azul is in warranty until 2025-06-30, without cover in July 2025, under contract from 2025-08-01. \
             Harbor Lantern Bank, N.A. has lapsed since 2026-04-01. Bank Bursztynowy has no contract for Ponte Archive.\n",
        );
    }
}

fn fact(fault: Fault) -> &'static str {
    match fault {
        Fault::ErrorCode => "software version and error code",
        _ => "software version",
    }
}

fn days_in_service(world: &World, asset: usize) -> f64 {
    let asset = &world.assets[asset];
    let until = asset.retired.unwrap_or(EXPORT).min(EXPORT);
    (until - asset.installed.max(START)).max(0) as f64 / DAY as f64
}

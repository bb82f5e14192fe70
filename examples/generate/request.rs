//! What is asked: who calls when about what, and which facts the caller gives.

use crate::clock::{DAY, EXPORT, HOUR, START, holidays_pt, weekday};
use crate::draw::Draw;
use crate::faults::Fault;
use crate::text::{self, Gaps, Phrases};
use crate::world::{BLOCK, CARDS, MODELS, PRODUCTS, World};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Incident,
    Question,
    Update,
    Upgrade,
    Integration,
}

pub const KINDS: [(Kind, &str); 5] = [
    (Kind::Incident, "Incident"),
    (Kind::Question, "Question"),
    (Kind::Update, "Update"),
    (Kind::Upgrade, "Upgrade"),
    (Kind::Integration, "Integration"),
];
pub const CHANNELS: [&str; 7] = ["phone", "fax", "e-mail", "FTP", "FAQ", "web", "visit"];
/// How often a fact that was asked for is missing, by channel.
const MISSING: [f64; 7] = [0.12, 0.45, 0.25, 0.15, 0.30, 0.05, 0.04];
const SERVER_OS: [&str; 4] =
    ["Windows Server 2019", "Windows Server 2022", "Windows Server 2016", "Red Hat Enterprise Linux 8"];
const CLIENT_OS: [&str; 3] = ["Windows 10", "Windows 11", "Windows 10 LTSC"];

/// A request before it is put into words.
#[derive(Clone, Copy)]
pub struct Seed {
    pub opened: i64,
    pub site: usize,
    pub kind: Kind,
    /// 1 to 4, as it is in the end.
    pub severity: usize,
    /// The unit that failed, for hardware.
    pub asset: Option<usize>,
    pub product: usize,
    pub module: &'static str,
    pub is_chatty: bool,
    pub fault: Option<Fault>,
}

/// A request in words, as the help desk recorded it.
pub struct Request {
    pub channel: &'static str,
    pub category: &'static str,
    pub is_blocking: bool,
    pub model: &'static str,
    pub version: &'static str,
    pub server_os: &'static str,
    pub client_os: &'static str,
    pub error_code: String,
    pub summary: String,
    pub article: String,
}

/// How many tickets are opened on each day.
pub fn per_day(tickets: u64) -> Vec<u64> {
    let days = (EXPORT - START) / DAY;
    let holidays = holidays_pt();
    let weight = |day: i64| {
        let date = START / DAY + day;
        let growth = 1.0 + 0.2 * day as f64 / days as f64;
        let quiet = if holidays.contains(&date) { 0.5 } else { 1.0 };
        growth * quiet * [1.2, 1.05, 1.0, 1.0, 0.95, 0.16, 0.1][weekday(date) as usize]
    };
    let total: f64 = (0..days).map(weight).sum();
    let (mut sum, mut given) = (0.0, 0);
    (0..days)
        .map(|day| {
            sum += weight(day);
            let until = (tickets as f64 * sum / total).round() as u64;
            let count = until - given;
            given = until;
            count
        })
        .collect()
}

/// One ordinary request on the UTC day that begins at `midnight`.
pub fn seed(midnight: i64, world: &World, draw: &mut Draw) -> Seed {
    let kind = KINDS[draw.weighted(&[680, 190, 65, 33, 32])].0;
    let severity = 1 + match kind {
        Kind::Incident => draw.weighted(&[94, 246, 458, 202]),
        _ => draw.weighted(&[0, 60, 420, 520]),
    };
    let is_hardware = kind == Kind::Incident && draw.chance(0.36);
    let asset = is_hardware.then(|| failing_unit(midnight, world, draw));
    let site = asset.map_or_else(|| asking_site(severity, world, draw), |id| world.assets[id].site);
    let (product, module) = match asset {
        Some(id) => (MODELS[world.assets[id].model].product, MODELS[world.assets[id].model].module),
        None => subject(draw),
    };
    let opened = opening(midnight, severity, site, world, draw);
    let is_chatty = kind == Kind::Incident && draw.chance(0.025);
    Seed { opened, site, kind, severity, asset, product, module, is_chatty, fault: None }
}

/// Units fail in proportion to the rate of their model, while in service.
fn failing_unit(at: i64, world: &World, draw: &mut Draw) -> usize {
    loop {
        let id = draw.below(world.assets.len());
        let asset = &world.assets[id];
        if !asset.is_planted
            && world.is_in_service(id, at)
            && world.is_in_service(id, at + DAY)
            && draw.chance(MODELS[asset.model].rate / 1.5)
        {
            return id;
        }
    }
}

/// The first site is a busy one with many small requests (a decoy).
fn asking_site(severity: usize, world: &World, draw: &mut Draw) -> usize {
    if severity >= 3 && draw.chance(0.07 * BLOCK as f64 / world.sites.len() as f64) {
        return 0;
    }
    loop {
        let site = draw.below(world.sites.len());
        if draw.chance(world.sites[site].weight) {
            return site;
        }
    }
}

fn subject(draw: &mut Draw) -> (usize, &'static str) {
    let product = draw.weighted(&[45, 28, 17, 10]);
    (product, draw.pick(PRODUCTS[product].1))
}

/// Mostly in the hours of the site; the worst also at night.
fn opening(midnight: i64, severity: usize, site: usize, world: &World, draw: &mut Draw) -> i64 {
    #[rustfmt::skip]
    const BY_HOUR: [u32; 24] =
        [1, 1, 1, 1, 1, 1, 2, 12, 70, 140, 150, 130, 85, 80, 120, 125, 110, 60, 20, 10, 6, 4, 3, 2];
    let hour = if severity == 1 && draw.chance(0.25) { draw.below(24) } else { draw.weighted(&BY_HOUR) };
    let local = hour as i64 * HOUR + draw.between(0, HOUR);
    midnight + (local - world.zone(site).offset(midnight + DAY / 2)).rem_euclid(DAY)
}

impl Request {
    pub fn of(seed: &Seed, world: &World, draw: &mut Draw) -> Self {
        let channel = draw.weighted(&[38, 7, 24, 4, 5, 17, 5]);
        let mut is_missing = || draw.chance(MISSING[channel]);
        let [no_version, no_server, no_client, no_model, no_code] = std::array::from_fn(|_| is_missing());
        let customer = world.customer(seed.site);
        let error_code = error_code(seed, draw);
        let model = seed.asset.map_or("", |id| MODELS[world.assets[id].model].name);
        let given = |fact: &'static str, is_missing: bool| if is_missing { "" } else { fact };
        let gaps = Gaps { module: seed.module, error_code: &error_code, model };
        let is_portuguese = customer.speaks_portuguese && draw.chance(0.42);
        let summary = text::summary(phrases(seed, world), is_portuguese, &gaps, draw);
        Self {
            summary,
            channel: CHANNELS[channel],
            category: category(seed),
            is_blocking: draw.chance([0.92, 0.55, 0.06, 0.01][seed.severity - 1]),
            model: given(model, no_model),
            version: given(customer.version(seed.opened), no_version),
            server_os: given(SERVER_OS[(seed.site * 7) % 11 % SERVER_OS.len()], no_server),
            client_os: given(draw.pick(&CLIENT_OS), no_client),
            article: article(seed, channel, draw),
            error_code: if no_code { String::new() } else { error_code },
        }
    }

    /// Nobody asked: unknown sender, no facts.
    pub fn become_spam(&mut self, draw: &mut Draw) {
        const SUBJECTS: [&str; 3] =
            ["You have won, claim now", "Cheap toner, \"best offer\" today", "Oferta especial, só hoje"];
        *self = Self {
            channel: "e-mail",
            category: "",
            is_blocking: false,
            model: "",
            version: "",
            server_os: "",
            client_os: "",
            error_code: String::new(),
            summary: draw.pick(&SUBJECTS).to_owned(),
            article: String::new(),
        };
    }
}

fn phrases(seed: &Seed, world: &World) -> &'static Phrases {
    match (seed.fault, seed.kind, seed.asset) {
        (Some(fault), ..) => fault.phrases(),
        _ if seed.is_chatty => &text::CHATTY,
        (_, Kind::Question, _) => &text::QUESTION,
        (_, Kind::Update, _) => &text::UPDATE,
        (_, Kind::Upgrade, _) => &text::UPGRADE,
        (_, Kind::Integration, _) => &text::INTEGRATION,
        (_, Kind::Incident, Some(id)) => &text::HARDWARE[world.assets[id].model],
        (_, Kind::Incident, None) => &text::SOFTWARE,
    }
}

fn category(seed: &Seed) -> &'static str {
    match (seed.fault, seed.kind, seed.asset) {
        (Some(Fault::Burst), ..) => "Power",
        (_, Kind::Question, _) => "How-to",
        (_, Kind::Incident, Some(_)) => "Hardware",
        (_, Kind::Incident, None) => "Software",
        _ => "Change",
    }
}

/// Software incidents show a code; the last digits repeat across sites.
fn error_code(seed: &Seed, draw: &mut Draw) -> String {
    if seed.fault == Some(Fault::ErrorCode) {
        return "ORA-BK-4711".to_owned();
    }
    if seed.kind != Kind::Incident || seed.asset.is_some() || seed.fault.is_some() {
        return String::new();
    }
    let prefix = ["PC", "PT", "CARD", "ARC"][seed.product];
    format!("{prefix}-{}", 1_000 + 137 * draw.below(if seed.product == CARDS { 12 } else { 25 }))
}

fn article(seed: &Seed, channel: usize, draw: &mut Draw) -> String {
    let share = match (seed.fault, seed.kind) {
        (Some(Fault::HowTo), _) => 0.8,
        (Some(_), _) => 0.0,
        (None, Kind::Question) => 0.35,
        (None, Kind::Incident) => 0.06,
        _ => 0.0,
    };
    let share = if CHANNELS[channel] == "FAQ" && share > 0.0 { 0.9 } else { share };
    if !draw.chance(share) {
        return String::new();
    }
    let number = if seed.fault == Some(Fault::HowTo) { 31 } else { 1 + draw.below(30) };
    format!("QG-{number:03}")
}

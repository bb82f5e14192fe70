//! Which data can everyone try the program on, knowing what there is to find?
//!
//! Writes the export of a fictional help desk for banking software: tickets,
//! their changes, contracts, equipment and sites, and `PLANTED.md`, which lists
//! the faults planted in them. The same arguments give the same bytes.
//!
//! ```text
//! cargo run --release --example generate -- --out sample-data/bank
//! cargo run --release --example generate -- --tickets 10000000 --sites 20000 --seed 7 --out DIR
//! ```
//!
//! Left out on purpose: mistakes in the export itself (bad dates, rows cut
//! short); tests make those by hand. Holidays (`holidays-pt.ics`) are not
//! generated either. Memory does not grow with the number of tickets: one day
//! is drawn, sorted and written at a time.

mod clock;
mod draw;
mod faults;
mod history;
mod request;
mod table;
mod text;
mod world;

use std::error::Error;
use std::path::{Path, PathBuf};

use clap::Parser;

use clock::{DAY, START};
use draw::Draw;
use faults::{Fault, Findings};
use history::{Change, Fate, Outcome};
use request::{KINDS, Kind, Request, Seed};
use table::Table;
use world::{BLOCK, PRODUCTS, World, asset_code};

const TICKETS: &str = "Ticket,Opened,First response,On site,Resolved,Closed,Status,Severity,\
    Application blocked,Request type,Customer,Site,Asset,Product,Module,Hardware model,\
    Software version,Server OS,Client OS,Channel,Category,Error code,Summary,Activity,\
    Resolution code,Assignee,Group,Handled by,Article,Reopens,Parent";
const EVENTS: &str = "Ticket,At,Field,From,To,By,By role";

/// Any seed will do; with this one the planted bad unit fails at six times the rate.
const DEFAULT_SEED: u64 = 2;

/// A second ticket about the same thing comes within this time.
const MERGED_WITHIN: i64 = 2 * DAY;

/// Write sample data for trying out and measuring the program.
#[derive(Parser)]
struct Args {
    /// Folder to write into; made if it does not exist.
    #[arg(long)]
    out: PathBuf,
    /// How many tickets, planted ones included.
    #[arg(long, default_value_t = 4_000, value_parser = clap::value_parser!(u64).range(1_000..100_000_000))]
    tickets: u64,
    /// How many sites; the planted faults need the first sixty.
    #[arg(long, default_value_t = BLOCK, value_parser = at_least_a_block)]
    sites: usize,
    #[arg(long, default_value_t = DEFAULT_SEED)]
    seed: u64,
}

fn at_least_a_block(text: &str) -> Result<usize, String> {
    let sites: usize = text.parse().map_err(|_| "not a whole number".to_owned())?;
    if sites < BLOCK { Err(format!("at least {BLOCK}")) } else { Ok(sites) }
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    std::fs::create_dir_all(&args.out)?;
    let mut draw = Draw::seeded(args.seed);
    let world = World::new(args.sites, &mut draw);
    world.write(&args.out)?;
    let mut desk = Desk::open(&args, &world)?;
    let planted = faults::seeds(&world, &mut draw);
    let per_day = request::per_day(args.tickets - planted.len() as u64);
    let mut planted = planted.into_iter().peekable();
    for (day, count) in per_day.into_iter().enumerate() {
        let midnight = START + day as i64 * DAY;
        let mut seeds: Vec<Seed> = (0..count).map(|_| request::seed(midnight, &world, &mut draw)).collect();
        while let Some(seed) = planted.next_if(|seed| seed.opened < midnight + DAY) {
            seeds.push(seed);
        }
        seeds.sort_by_key(|seed| seed.opened);
        for seed in &seeds {
            desk.record(seed, &mut draw)?;
        }
    }
    let text = desk.findings.markdown(&command(&args), &world);
    std::fs::write(args.out.join("PLANTED.md"), text)?;
    desk.close(&args.out)
}

/// The command that makes these files, with the default arguments left out.
fn command(args: &Args) -> String {
    let mut command = "cargo run --release --example generate --".to_owned();
    if args.tickets != 4_000 {
        command += &format!(" --tickets {}", args.tickets);
    }
    if args.sites != BLOCK {
        command += &format!(" --sites {}", args.sites);
    }
    if args.seed != DEFAULT_SEED {
        command += &format!(" --seed {}", args.seed);
    }
    command + " --out sample-data/bank"
}

/// One ticket with all that is known of it.
struct Ticket {
    id: u64,
    seed: Seed,
    fate: Fate,
    request: Request,
    outcome: Outcome,
    parent: Option<u64>,
}

/// Takes requests in order of opening and writes what became of them.
struct Desk<'w> {
    world: &'w World,
    tickets: Table,
    events: Table,
    findings: Findings,
    next_id: u64,
    /// The last ordinary ticket of each site, which a later one may repeat.
    last: Vec<Option<(u64, Seed)>>,
    /// How often a request that may repeat the last one does.
    merged_share: f64,
    changes: Vec<Change<'w>>,
}

impl<'w> Desk<'w> {
    fn open(args: &Args, world: &'w World) -> std::io::Result<Self> {
        let tickets_per_day = args.tickets as f64 * DAY as f64 / (clock::EXPORT - START) as f64;
        let expected = tickets_per_day / args.sites as f64 * (MERGED_WITHIN / DAY) as f64;
        Ok(Self {
            world,
            tickets: Table::create(&args.out, "tickets.csv", TICKETS)?,
            events: Table::create(&args.out, "events.csv", EVENTS)?,
            findings: Findings::new(),
            next_id: 1,
            last: vec![None; args.sites],
            merged_share: 0.023 * (1.0 + expected) / expected,
            changes: Vec::with_capacity(32),
        })
    }

    fn record(&mut self, seed: &Seed, draw: &mut Draw) -> std::io::Result<()> {
        let id = self.next_id;
        self.next_id += 1;
        let mut fate = fate(seed, draw);
        let mut seed = *seed;
        let mut parent = None;
        if fate == Fate::Handled && seed.fault.is_none() {
            match self.last[seed.site] {
                Some((of, first))
                    if seed.opened - first.opened < MERGED_WITHIN && draw.chance(self.merged_share) =>
                {
                    fate = Fate::Merged;
                    parent = Some(of);
                    seed = Seed { opened: seed.opened, ..first };
                }
                _ => self.last[seed.site] = Some((id, seed)),
            }
        }
        let mut request = Request::of(&seed, self.world, draw);
        if fate == Fate::Spam {
            request.become_spam(draw);
        }
        let is_written = !matches!(request.channel, "phone" | "visit");
        let outcome = history::tell(&seed, fate, is_written, self.world, draw, &mut self.changes);
        let ticket = Ticket { id, seed, fate, request, outcome, parent };
        self.findings.note(&ticket, self.world);
        self.write_changes(id)?;
        self.write_ticket(&ticket, draw)
    }

    fn write_changes(&mut self, id: u64) -> std::io::Result<()> {
        for change in &self.changes {
            let row = self.events.ticket(Some(id)).instant(&self.world.stamps, Some(change.at));
            row.text(change.field).text(change.from).text(change.to).text(change.by).text(change.role);
            row.end()?;
        }
        Ok(())
    }

    fn write_ticket(&mut self, ticket: &Ticket, draw: &mut Draw) -> std::io::Result<()> {
        let Ticket { seed, request, outcome, .. } = ticket;
        let stamps = &self.world.stamps;
        let is_spam = ticket.fate == Fate::Spam;
        let known = |value: &'w str| if is_spam { "" } else { value };
        let customer = self.world.customer(seed.site);
        let is_resolved = outcome.resolved.is_some();
        let (activity, resolution) = if is_resolved { work_done(seed, draw) } else { ("", "") };
        let asset = seed.asset.filter(|_| !is_spam).map_or(String::new(), asset_code);
        let is_distributor = draw.chance(customer.distributor_share);
        let row = self.tickets.ticket(Some(ticket.id)).instant(stamps, Some(seed.opened));
        row.instant(stamps, outcome.first_response).instant(stamps, outcome.on_site);
        row.instant(stamps, outcome.resolved).instant(stamps, outcome.closed);
        row.text(outcome.status).text(outcome.severity);
        row.text(if request.is_blocking { "yes" } else { "no" }).text(kind_name(seed.kind));
        row.text(known(customer.name)).text(known(&self.world.sites[seed.site].code)).text(&asset);
        row.text(known(PRODUCTS[seed.product].0)).text(known(seed.module));
        row.text(request.model).text(request.version).text(request.server_os).text(request.client_os);
        row.text(request.channel).text(request.category).text(&request.error_code).text(&request.summary);
        row.text(activity).text(resolution).text(outcome.assignee).text(outcome.group);
        row.text(if is_distributor { "authorised distributor" } else { "vendor" });
        row.text(&request.article).text(["0", "1", "2"][outcome.reopens as usize]).ticket(ticket.parent);
        row.end()
    }

    fn close(self, folder: &Path) -> Result<(), Box<dyn Error>> {
        let (tickets, events) = (self.tickets.finish()?, self.events.finish()?);
        println!("{tickets} tickets and {events} events written to {}", folder.display());
        Ok(())
    }
}

fn fate(seed: &Seed, draw: &mut Draw) -> Fate {
    match draw.below(1_000) {
        _ if seed.fault.is_some() => Fate::Handled,
        0..20 => Fate::Cancelled,
        20..27 if seed.severity > 2 => Fate::Spam,
        _ => Fate::Handled,
    }
}

fn kind_name(kind: Kind) -> &'static str {
    KINDS.iter().find(|(known, _)| *known == kind).expect("every kind has a name").1
}

/// Activity and resolution code of a ticket that was resolved.
fn work_done(seed: &Seed, draw: &mut Draw) -> (&'static str, &'static str) {
    const HARDWARE: [(&str, &str); 6] = [
        ("on-site repair", "part replaced"),
        ("on-site repair", "cleaned"),
        ("on-site repair", "unit replaced"),
        ("remote support", "restarted"),
        ("telephone advice", "no fault found"),
        ("on-site repair", "adjusted"),
    ];
    const SOFTWARE: [(&str, &str); 7] = [
        ("remote support", "configuration changed"),
        ("remote support", "patch applied"),
        ("remote support", "data corrected"),
        ("remote support", "restarted"),
        ("telephone advice", "workaround"),
        ("telephone advice", "no fault found"),
        ("telephone advice", "explained"),
    ];
    match (seed.fault, seed.kind) {
        (Some(fault @ (Fault::Wear | Fault::BadUnit | Fault::Burst)), _) => {
            ("on-site repair", fault.resolution_code())
        }
        (Some(fault), _) => ("telephone advice", fault.resolution_code()),
        (_, Kind::Question) => ("telephone advice", "explained"),
        (_, Kind::Update) => ("installation", "update installed"),
        (_, Kind::Upgrade) => ("installation", "upgraded"),
        (_, Kind::Integration) => ("installation", "integrated"),
        (_, Kind::Incident) if seed.asset.is_some() => HARDWARE[draw.weighted(&[28, 18, 10, 16, 12, 16])],
        (_, Kind::Incident) => SOFTWARE[draw.weighted(&[22, 18, 16, 18, 14, 8, 4])],
    }
}

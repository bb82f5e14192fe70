//! What happened to one ticket, from opening to closing or to the export.

use crate::clock::{DAY, EXPORT, HOUR, MINUTE, date};
use crate::draw::Draw;
use crate::faults::Fault;
use crate::request::{Kind, Seed};
use crate::world::{World, is_round_the_clock};

pub const SEVERITIES: [&str; 4] = ["1 - Critical", "2 - High", "3 - Medium", "4 - Low"];
const AGENTS: [&str; 14] = [
    "A. Duarte",
    "B. Nogueira",
    "C. Valadares",
    "D. Ferro",
    "E. Quintela",
    "F. Lobato",
    "G. Sequeira",
    "H. Tavares",
    "I. Moutinho",
    "J. Brandão",
    "K. Zielińska",
    "L. Whitfield",
    "M. Cassoma",
    "N. Peixoto",
];
const DESK: &str = "Service desk";

/// Response and resolution promised, by severity, in seconds.
const RESPONSE: [f64; 4] = [1_800.0, 7_200.0, 28_800.0, 57_600.0];
const RESOLUTION: [f64; 4] = [28_800.0, 57_600.0, 144_000.0, 288_000.0];

/// Months in which the desk was short of people, and by how much slower.
const SLOW_MONTHS: [(&str, &str, f64); 2] =
    [("2025-12-01", "2026-01-01", 1.8), ("2026-07-01", "2026-08-01", 1.9)];

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Handled,
    Cancelled,
    Merged,
    Spam,
}

pub struct Change<'w> {
    pub at: i64,
    pub field: &'static str,
    pub from: &'static str,
    pub to: &'static str,
    pub by: &'w str,
    pub role: &'static str,
}

/// The columns of a ticket that follow from its history.
#[derive(Default)]
pub struct Outcome {
    pub status: &'static str,
    pub first_response: Option<i64>,
    pub on_site: Option<i64>,
    pub resolved: Option<i64>,
    pub closed: Option<i64>,
    pub severity: &'static str,
    pub assignee: &'static str,
    pub group: &'static str,
    pub reopens: u32,
}

/// Writes one history; `now` moves forward as things happen.
struct Story<'w, 'd> {
    seed: &'d Seed,
    world: &'w World,
    draw: &'d mut Draw,
    changes: &'d mut Vec<Change<'w>>,
    now: i64,
    status: &'static str,
    severity: &'static str,
    agent: &'static str,
    group: &'static str,
    pace: f64,
    is_round_the_clock: bool,
}

/// Replaces `changes` by the history of a ticket and says how it stands at the export.
pub fn tell<'w>(
    seed: &Seed,
    fate: Fate,
    is_written: bool,
    world: &'w World,
    draw: &mut Draw,
    changes: &mut Vec<Change<'w>>,
) -> Outcome {
    changes.clear();
    let agent = draw.pick(&AGENTS);
    let mut story = Story {
        pace: pace(seed, world),
        is_round_the_clock: seed.severity == 1 || is_round_the_clock(seed.site, seed.product, world),
        now: seed.opened,
        status: "",
        severity: SEVERITIES[seed.severity - 1],
        group: DESK,
        seed,
        world,
        draw,
        changes,
        agent,
    };
    let on_site = story.run(fate, is_written);
    let (agent, group, severity) = (story.agent, story.group, story.severity);
    changes.sort_by_key(|change| change.at);
    changes.retain(|change| change.at < EXPORT);
    let mut outcome = outcome(changes, agent, group, severity);
    outcome.on_site = on_site.filter(|at| *at < EXPORT);
    // A few first responses were never entered in the form.
    if outcome.resolved.is_some() && draw.chance(0.01) {
        outcome.first_response = None;
    }
    outcome
}

fn pace(seed: &Seed, world: &World) -> f64 {
    let is_slow =
        |(from, until, _): &&(&str, &str, f64)| date(from) <= seed.opened && seed.opened < date(until);
    let month = SLOW_MONTHS.iter().find(is_slow).map_or(1.0, |(.., factor)| *factor);
    let service = if is_round_the_clock(seed.site, seed.product, world) { 0.6 } else { 1.0 };
    month * service * world.customer(seed.site).pace
}

impl<'w> Story<'w, '_> {
    fn run(&mut self, fate: Fate, is_written: bool) -> Option<i64> {
        let (by, role) = if is_written { (self.contact(), "customer") } else { (self.agent, "agent") };
        self.become_status("New", by, role);
        if is_written && self.draw.chance(0.25) {
            let at = self.now + self.draw.between(MINUTE, 5 * MINUTE);
            self.push(at, "reply", "", "public", "auto-reply", "automation");
        }
        match fate {
            Fate::Handled => return self.handle(),
            Fate::Cancelled => {
                self.work(3.0 * HOUR as f64, 0.8);
                self.become_status("Cancelled", self.contact(), "customer");
            }
            Fate::Merged => {
                self.work(1.5 * HOUR as f64, 0.8);
                self.become_status("Merged", self.agent, "agent");
            }
            Fate::Spam => {
                self.now += self.draw.between(10 * MINUTE, 8 * HOUR);
                self.become_status("Spam", self.agent, "agent");
            }
        }
        None
    }

    /// The usual way; returns the arrival on site.
    fn handle(&mut self) -> Option<i64> {
        let index = self.seed.severity - 1;
        let response = self.draw.around(RESPONSE[index] * 0.28 * self.pace, 0.75) as i64;
        self.assign(response);
        self.pass(response.max(2 * MINUTE));
        self.respond();
        let on_site = if self.seed.severity == 1 { self.repair_on_site() } else { self.repair(response) };
        if self.is_left_open() {
            return on_site;
        }
        let at = self.now;
        self.change_severity(at);
        self.become_status("Resolved", self.agent, "agent");
        if self.draw.chance(0.055) {
            self.reopen();
        }
        self.close();
        on_site
    }

    fn assign(&mut self, response: i64) {
        if self.draw.chance(0.2) {
            let at = self.later(response * 2 / 5);
            self.push(at, "assignee", "", self.agent, "dispatcher", "agent");
        }
        if self.draw.chance(0.08) {
            let at = self.later(response * 3 / 5);
            self.push(at, "reply", "", "internal", self.agent, "agent");
        }
    }

    fn respond(&mut self) {
        if self.draw.chance(0.98) {
            self.push(self.now, "reply", "", "public", self.agent, "agent");
        }
        if self.seed.severity == 1 || self.draw.chance(0.35) {
            self.now += self.draw.between(0, 40);
            self.become_status("In progress", self.agent, "agent");
        }
        if self.draw.chance(0.14) {
            let group = match (self.seed.kind, self.seed.asset) {
                (_, Some(_)) => "Field service",
                (Kind::Integration, _) => "Integration",
                (Kind::Upgrade | Kind::Update, _) => "Releases",
                _ => "Applications",
            };
            let at = self.now + self.draw.between(MINUTE, 20 * MINUTE);
            self.push(at, "group", DESK, group, self.agent, "agent");
            self.now = at;
            self.group = group;
        }
    }

    fn repair_on_site(&mut self) -> Option<i64> {
        let hours = match self.draw.weighted(&[74, 17, 9]) {
            0 => 1.5 + 1.5 * self.draw.unit().max(self.draw.unit()),
            1 => 3.0 + self.draw.unit(),
            _ => 4.0 + 0.8 * self.draw.unit(),
        };
        let arrival = self.seed.opened + (hours * HOUR as f64 * self.pace.powi(2).clamp(1.0, 1.15)) as i64;
        self.now = self.now.max(arrival);
        self.work(1.9 * HOUR as f64 * self.pace, 0.8);
        self.draw.chance(0.97).then_some(arrival)
    }

    fn repair(&mut self, response: i64) -> Option<i64> {
        let begun = self.now;
        let promised = RESOLUTION[self.seed.severity - 1];
        let net = self.draw.around(promised * self.effort() * self.pace, 0.85) as i64;
        let left = (net - response).max(10 * MINUTE);
        let pauses = self.draw.weighted(&[82, 15, 3]) as i64;
        let mut asked = None;
        for _ in 0..pauses {
            self.pass(left / (pauses + 1));
            self.answer(asked);
            asked = self.wait();
        }
        self.pass(left / (pauses + 1));
        self.answer(asked);
        let is_visited = self.seed.asset.is_some() && self.draw.chance(0.3);
        if !is_visited || self.now - begun < 20 * HOUR {
            return None;
        }
        let zone = self.world.zone(self.seed.site);
        let arrival = zone.add_working(begun + DAY / 2, self.draw.between(0, 2 * HOUR));
        (arrival < self.now).then_some(arrival)
    }

    /// Share of the promised time that the work usually takes.
    fn effort(&self) -> f64 {
        match self.seed.fault {
            Some(Fault::HowTo) => 0.05,
            _ if self.seed.kind == Kind::Question => 0.2,
            _ => 0.34,
        }
    }

    /// The desk's reply to what a customer wrote, somewhere in the work that followed;
    /// in two of ten cases the resolution is all the answer. Draws nothing, so that
    /// the rest of the sample doesn't depend on it.
    fn answer(&mut self, asked: Option<i64>) {
        let Some(asked) = asked else { return };
        let share = (asked / 60) % 10;
        let is_answered = self.changes.iter().any(|change| change.field == "reply" && change.role == "agent");
        if share >= 2 && is_answered {
            let at = asked + (self.now - asked) * share * share / 100;
            self.push(at, "reply", "", "public", self.agent, "agent");
        }
    }

    /// Waits for somebody else; returns when the customer wrote, if it was for one.
    fn wait(&mut self) -> Option<i64> {
        let is_vendor = self.draw.chance(0.3);
        let waiting = if is_vendor { "Waiting for vendor" } else { "Waiting for customer" };
        self.become_status(waiting, self.agent, "agent");
        self.now += self.draw.around(1.2 * DAY as f64, 0.9) as i64;
        if is_vendor {
            self.become_status("In progress", self.agent, "agent");
        } else {
            self.push(self.now, "reply", "", "public", self.contact(), "customer");
            self.become_status("In progress", "auto-resume", "automation");
        }
        (!is_vendor).then_some(self.now)
    }

    /// Four in a hundred began with another severity, one step off.
    fn change_severity(&mut self, until: i64) {
        if !self.draw.chance(0.042) {
            return;
        }
        let index = self.seed.severity - 1;
        let before = if index == 3 || (index > 0 && self.draw.chance(0.3)) { index - 1 } else { index + 1 };
        let at = self.draw.between(self.seed.opened + 1, until.max(self.seed.opened + 2));
        self.push(at, "severity", SEVERITIES[before], SEVERITIES[index], self.agent, "agent");
    }

    fn reopen(&mut self) {
        let times = if self.draw.chance(0.08) { 2 } else { 1 };
        for _ in 0..times {
            self.now += self.draw.between(HOUR, 3 * DAY);
            self.become_status("In progress", self.contact(), "customer");
            self.work(RESOLUTION[self.seed.severity - 1] * 0.08, 0.8);
            self.become_status("Resolved", self.agent, "agent");
        }
    }

    fn close(&mut self) {
        if self.draw.chance(0.05) {
            self.now += self.draw.between(HOUR, 4 * DAY);
            self.become_status("Closed", self.contact(), "customer");
        } else {
            self.now += 5 * DAY + self.draw.between(0, 6 * HOUR);
            self.become_status("Closed", "auto-close", "automation");
        }
    }

    /// Some recent tickets got stuck; the export finds them open.
    fn is_left_open(&mut self) -> bool {
        let age = EXPORT - self.seed.opened;
        let is_stuck = age < 90 * DAY && self.seed.fault.is_none() && self.draw.chance(0.04);
        if is_stuck && self.draw.chance(0.5) {
            self.become_status("Waiting for vendor", self.agent, "agent");
        }
        is_stuck
    }

    fn contact(&self) -> &'w str {
        &self.world.sites[self.seed.site].contact
    }

    fn later(&self, seconds: i64) -> i64 {
        if self.is_round_the_clock {
            return self.now + seconds;
        }
        self.world.zone(self.seed.site).add_working(self.now, seconds)
    }

    fn pass(&mut self, seconds: i64) {
        self.now = self.later(seconds);
    }

    fn work(&mut self, median: f64, sigma: f64) {
        let seconds = self.draw.around(median, sigma) as i64;
        self.pass(seconds);
    }

    fn become_status(&mut self, to: &'static str, by: &'w str, role: &'static str) {
        if self.status != to {
            self.push(self.now, "status", self.status, to, by, role);
            self.status = to;
        }
    }

    fn push(
        &mut self,
        at: i64,
        field: &'static str,
        from: &'static str,
        to: &'static str,
        by: &'w str,
        role: &'static str,
    ) {
        self.changes.push(Change { at, field, from, to, by, role });
    }
}

/// Reads the columns off the changes before the export.
fn outcome(changes: &[Change], agent: &'static str, group: &'static str, severity: &'static str) -> Outcome {
    let mut outcome = Outcome { assignee: agent, severity, group, ..Outcome::default() };
    if !changes.iter().any(|change| change.field == "group") {
        outcome.group = DESK;
    }
    for change in changes {
        match (change.field, change.to) {
            ("reply", "public") if change.role == "agent" => {
                outcome.first_response.get_or_insert(change.at);
            }
            ("status", to) => {
                outcome.reopens += u32::from(outcome.status == "Resolved" && to == "In progress");
                outcome.status = to;
                outcome.resolved = match to {
                    "Resolved" => Some(change.at),
                    "Closed" => outcome.resolved,
                    _ => None,
                };
                outcome.closed = (to == "Closed").then_some(change.at);
            }
            _ => {}
        }
    }
    if outcome.status == "New" && outcome.first_response.is_none() {
        let is_assigned = changes.iter().any(|change| change.field == "assignee");
        outcome.assignee = if is_assigned { agent } else { "" };
    }
    outcome
}

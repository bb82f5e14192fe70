//! The rules in words, for the Method section of a report, for `explain` and for
//! `docs/method.md`, which has each of them under its own heading.

use super::policy::{Reopen, SeverityChange};
use super::reading::Reason;

/// A rule: its name and what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    pub term: &'static str,
    pub text: &'static str,
}

/// All rules that hold whatever the configuration says, in the order of reports.
pub const RULES: [Rule; 17] = [
    Rule {
        term: "Attainment",
        text: "Kept ÷ (kept + missed). Kept: stopped within the limit. Missed: stopped after it, or still open with the limit passed at as-of. Tickets that are undecided, unmeasured, not entitled, excluded or without a target are counted apart and never as kept.",
    },
    Rule {
        term: "Target and limit",
        text: "The target is what we aim for, the limit what the contract promises. Between them a clock is late but kept: within the window.",
    },
    Rule {
        term: "Period",
        text: "A clock belongs to the period in which it was decided: it stopped, or its limit passed, whichever came first. Undecided clocks are those open at as-of; all others count where their ticket was opened.",
    },
    Rule {
        term: "Elapsed time",
        text: "Whole seconds between start and stop within the calendar's hours, less pauses. Real time counts, so a day on which summer time ends has an hour more.",
    },
    Rule {
        term: "Pauses",
        text: "A clock that pauses stands still in the statuses listed for it: the union of those intervals, an open one up to as-of. Where the export has no history, the waiting time that the source summed up is taken off instead.",
    },
    Rule {
        term: "Response",
        text: "The first public reply by a person of the desk. An automatic reply is none. Where nobody replied, the resolution counts as the response, unless the clock says otherwise.",
    },
    Rule {
        term: "Next reply",
        text: "After the first response, each reply of a customer that nobody has answered yet starts a cycle, and the desk's next public reply ends it. A reply to a ticket that is over waits for the reopening. All cycles are kept; the reading is the worst missed one, else the one that still runs, else the worst.",
    },
    Rule {
        term: "Severity changed midway",
        text: "Each clock says which target holds: the last severity's for the whole life, the first one's, the strictest that ever applied, or a fresh start at the change. A change at the instant of the stop is too late.",
    },
    Rule {
        term: "Reopened tickets",
        text: "Each clock says what a reopening does: the clock goes on and the time between resolve and reopening doesn't count, each cycle is measured alone, or the first stop stands. The number of reopenings is always shown.",
    },
    Rule {
        term: "One instant",
        text: "What happens to a clock in one instant is applied in the order stop, reset, cancel, pause, resume, start; so a stop is never undone by what has the same time.",
    },
    Rule {
        term: "Entitlement",
        text: "Judged on the local date of opening: within a support contract, or within the warranty, whole calendar months from the licence's issue date, clamped at the month's end, last day included. Upgrades are billable and integrations decided case by case, whatever the contract. What is not owed is measured, shown, and no part of attainment.",
    },
    Rule {
        term: "Missing is not met",
        text: "A clock whose own times are missing or impossible is unmeasured; attainment then has bounds, all unmeasured ones missed or all kept.",
    },
    Rule {
        term: "Held",
        text: "For each missed clock: the group that held the ticket in the second in which the limit was used up, and each holder's share of the elapsed time. Held, not caused: it says where the ticket was, not why.",
    },
    Rule {
        term: "Contract outcome",
        text: "Attainment of each contract and clock against the contract's target, or else the clock's; the gap is the fewest missed clocks that, had they been kept, would have met it. A credit is the fee times the share of the last step whose attainment was not reached, rounded to a hundredth, and is reckoned only over the time that the fee pays for, by contracts in force throughout.",
    },
    Rule {
        term: "Audit",
        text: "Where the export carries a verdict or due date of its own, it is held against ours. Both are of the export's last instant, whatever the report's as-of. A disagreement is replayed with one rule changed, else two, else three, and those changes are named that give the source's verdict: they are consistent with it, which doesn't prove that the source did so.",
    },
    Rule {
        term: "Few",
        text: "With fewer decided clocks than the configured least number, a figure is indicative.",
    },
    Rule {
        term: "Confidence",
        text: "High where the ticket's history was given, low where only its own timestamps were.",
    },
];

impl SeverityChange {
    /// As the configuration writes it, and what it means.
    pub fn meaning(self) -> (&'static str, &'static str) {
        match self {
            SeverityChange::Retarget => ("retarget", "the last severity's target holds for the whole life"),
            SeverityChange::Restart => ("restart", "a change of severity starts it again"),
            SeverityChange::AsOpened => ("as-opened", "the first severity's target holds"),
            SeverityChange::Strictest => ("strictest", "the strictest target that ever applied holds"),
        }
    }
}

impl Reopen {
    /// As the configuration writes it, and what it means.
    pub fn meaning(self) -> (&'static str, &'static str) {
        match self {
            Reopen::Continue => ("continue", "a reopening continues it and the gap doesn't count"),
            Reopen::NewCycle => ("new-cycle", "a reopening starts a new cycle and the worst one counts"),
            Reopen::Ignore => ("ignore", "a reopening is ignored: the first stop stands"),
        }
    }
}

impl Reason {
    /// A sentence for whoever asks why; empty where the times say it.
    pub fn meaning(self) -> &'static str {
        match self {
            Reason::None => "",
            Reason::Merged => "The ticket was merged into another one, which is measured instead.",
            Reason::Duplicate => "The ticket is a duplicate of another one, which is measured instead.",
            Reason::Cancelled => "The request was cancelled, so nothing was owed in the end.",
            Reason::Spam => "The ticket is spam.",
            Reason::OpenedAfterAsOf => {
                "The ticket was opened after the instant at which open tickets are judged."
            }
            Reason::StopBeforeStart => {
                "The stop lies before the start, which can't be; such a clock is never counted as met."
            }
            Reason::StartMissing => "The export has no time at which this clock could start.",
            Reason::StopMissing => {
                "The ticket is over, but the export has no time at which this clock stopped; that is never counted as met."
            }
            Reason::Lapsed => "The customer's contract or warranty had ended when the ticket was opened.",
            Reason::NoContract => "No contract or warranty of the customer fits the ticket.",
            Reason::Billable => "An upgrade is billed, whatever the contract.",
            Reason::CaseByCase => "An integration is decided case by case, whatever the contract.",
            Reason::NoTargetForTicket => "No target of this clock fits the ticket.",
            Reason::NoSourceDue => "The export has no due date for this ticket.",
            Reason::ResolutionCounted => {
                "Nobody replied before the resolution, which therefore counts as the reply."
            }
            Reason::NeverStarted => "No customer's reply waited for an answer after the first response.",
        }
    }
}

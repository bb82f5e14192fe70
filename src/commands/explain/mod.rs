//! `sla explain`: how each clock of one ticket came to its verdict.

mod note;
mod value;

use super::Failure;
use crate::cli::ExplainArgs;
use crate::clock::{self, AuditRow, Entitlement, Holder, Kernel, Ledger, Scratch, Timeline, UNKNOWN_LEVEL};
use crate::config::Config;
use crate::model::Field;

/// One ticket with all that is to be said of it.
struct Case<'a> {
    config: &'a Config,
    kernel: &'a Kernel<'a>,
    /// Row in the tickets.
    ticket: usize,
    entitlement: Entitlement,
    timeline: &'a Timeline,
    /// By clock of the policy.
    ledgers: Vec<Ledger<'a>>,
    /// What the source says, of the audited clocks.
    audit: Vec<AuditRow>,
}

/// Runs the command.
pub fn run(args: &ExplainArgs) -> Result<(), Failure> {
    let config = super::prepare(&args.common)?;
    let imported = super::read(&config)?;
    let last_at = imported.data.last_at.unwrap_or(0);
    let as_of = match &args.common.as_of {
        Some(text) => super::as_of(&config, text)?,
        None => last_at,
    };
    let calendars = super::calendars(&config, &imported, as_of)?;
    let kernel = Kernel::new(&config.policy, &imported.data, &calendars, as_of);
    let Some(ticket) = imported.data.tickets.find(&args.ticket) else {
        let rejected = imported.rejects.iter().find(|reject| reject.found == args.ticket);
        let hint = match rejected {
            Some(reject) => {
                format!("a row was rejected at {}:{} ({})", reject.file, reject.line, reject.code.name())
            }
            None => "ids are compared letter by letter; see csv/rejects.csv for rows that were not used"
                .to_owned(),
        };
        return Err(Failure::usage(format!(
            "error: no ticket `{}` among {}\nhint: {hint}",
            args.ticket,
            imported.data.tickets.len()
        )));
    };
    let mut scratch = Scratch::default();
    let ledgers: Vec<Ledger> =
        (0..config.policy.clocks.len()).map(|index| kernel.explain(ticket, index, &mut scratch)).collect();
    let readings: Vec<_> = ledgers.iter().map(|ledger| ledger.reading).collect();
    let case = Case {
        config: &config,
        kernel: &kernel,
        ticket,
        entitlement: kernel.entitlement(ticket),
        timeline: &scratch.timeline,
        ledgers,
        audit: clock::audit(&config.policy, &imported.data, &calendars, last_at, &readings, |_| true),
    };
    if args.json {
        say!("{:#}", value::value(&case));
    } else {
        say!("{}", note::note(&case).trim_end());
    }
    Ok(())
}

impl<'a> Case<'a> {
    fn severity(&self, level: u8) -> &'a str {
        let names = &self.config.policy.severities;
        match level {
            UNKNOWN_LEVEL => "unknown severity",
            level => names.get(level as usize).map_or("unknown severity", String::as_str),
        }
    }

    /// Group and assignee, as far as they are known.
    fn holder(&self, holder: &Holder) -> (Option<&'a str>, Option<&'a str>) {
        let name = |code, field| self.kernel.holder(self.ticket, code, field);
        (name(holder.group, Field::Group), name(holder.assignee, Field::Assignee))
    }

    /// Who held the ticket when the limit of a missed clock was used up.
    fn held(&self, ledger: &Ledger) -> Option<(Option<&'a str>, Option<&'a str>, &'static str)> {
        let reading = &ledger.reading;
        let kind = reading.due_kind?;
        let holder = Holder { group: reading.due_group, assignee: reading.due_assignee, counted_s: 0 };
        let (group, assignee) = self.holder(&holder);
        Some((group, assignee, kind.name()))
    }
}

//! The text of a check: `METRIC OP VALUE`, such as `on_site.attainment >= 90%`.

use std::str::FromStr;

use crate::calendar::Span;
use crate::diagnostic::did_you_mean;

/// One comparison of a metric with a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// As it was written.
    pub text: String,
    pub subject: Subject,
    pub metric: Metric,
    pub op: Op,
    /// Of a ratio in millionths, of a duration in seconds, otherwise a count.
    pub threshold: i64,
}

/// What a metric is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    Report,
    Clock { clock: String, scope: Scope },
}

/// Which contracts are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// All together.
    All,
    Contract(String),
    /// Each by itself.
    EachContract,
}

/// What can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    Attainment,
    OnTarget,
    ClosedOnly,
    Kept,
    Missed,
    Decided,
    Undecided,
    Unmeasured,
    Excluded,
    NotEntitled,
    Overdue,
    AtRisk,
    OverrunMedian,
    OverrunP90,
    OverrunTotal,
    RejectedRows,
    RejectedShare,
    TicketsOpened,
    AreasToAct,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Share,
    Count,
    Duration,
}

/// Metrics of a clock: `CLOCK.NAME`.
const OF_A_CLOCK: [(&str, Metric, Unit); 15] = [
    ("attainment", Metric::Attainment, Unit::Share),
    ("on_target", Metric::OnTarget, Unit::Share),
    ("closed_only", Metric::ClosedOnly, Unit::Share),
    ("kept", Metric::Kept, Unit::Count),
    ("missed", Metric::Missed, Unit::Count),
    ("decided", Metric::Decided, Unit::Count),
    ("undecided", Metric::Undecided, Unit::Count),
    ("unmeasured", Metric::Unmeasured, Unit::Count),
    ("excluded", Metric::Excluded, Unit::Count),
    ("not_entitled", Metric::NotEntitled, Unit::Count),
    ("overdue", Metric::Overdue, Unit::Count),
    ("at_risk", Metric::AtRisk, Unit::Count),
    ("overrun_median", Metric::OverrunMedian, Unit::Duration),
    ("overrun_p90", Metric::OverrunP90, Unit::Duration),
    ("overrun_total", Metric::OverrunTotal, Unit::Duration),
];

/// Metrics of the whole report.
const OF_THE_REPORT: [(&str, Metric, Unit); 6] = [
    ("missed", Metric::Missed, Unit::Count),
    ("overdue", Metric::Overdue, Unit::Count),
    ("rejected_rows", Metric::RejectedRows, Unit::Count),
    ("rejected_share", Metric::RejectedShare, Unit::Share),
    ("tickets_opened", Metric::TicketsOpened, Unit::Count),
    ("areas_to_act", Metric::AreasToAct, Unit::Count),
];

/// Metrics that are known by contract.
const BY_CONTRACT: [Metric; 4] = [Metric::Attainment, Metric::Kept, Metric::Missed, Metric::Decided];

/// How a metric stands to the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    AtLeast,
    AtMost,
    More,
    Less,
    Equal,
}

/// The longer ones first, so that `>=` is not taken for `>`.
const OPS: [(&str, Op); 5] =
    [(">=", Op::AtLeast), ("<=", Op::AtMost), ("==", Op::Equal), (">", Op::More), ("<", Op::Less)];

impl Op {
    /// Whether `found op wanted`.
    pub fn holds(self, found: i128, wanted: i128) -> bool {
        match self {
            Op::AtLeast => found >= wanted,
            Op::AtMost => found <= wanted,
            Op::More => found > wanted,
            Op::Less => found < wanted,
            Op::Equal => found == wanted,
        }
    }
}

impl FromStr for Check {
    type Err = String;

    fn from_str(text: &str) -> Result<Check, String> {
        let text = text.trim();
        let wrong = |what: String| format!("gate `{text}`: {what}");
        let at = OPS.iter().filter_map(|(sign, op)| Some((text.find(sign)?, *sign, *op)));
        // Of two at one place, the longer sign is the first of the list.
        let Some((at, sign, op)) = at.min_by_key(|(at, ..)| *at) else {
            let expected = "expected a comparison such as `on_site.attainment >= 90%`";
            return Err(wrong(format!("{expected}, with one of >=, <=, ==, >, <")));
        };
        let (name, value) = (text[..at].trim(), text[at + sign.len()..].trim());
        let (name, scope) = match name.split_once('[') {
            None => (name, Scope::All),
            Some((name, scope)) => match scope.trim_end_matches(']').split_once('=') {
                Some(("contract", "*")) => (name, Scope::EachContract),
                Some(("contract", contract)) => (name, Scope::Contract(contract.to_owned())),
                _ => return Err(wrong(format!("unknown dimension `{scope}`; expected `[contract=…]`"))),
            },
        };
        let (subject, known, own) = match name.split_once('.') {
            Some((clock, metric)) => {
                (Subject::Clock { clock: clock.to_owned(), scope }, &OF_A_CLOCK[..], metric)
            }
            None if scope != Scope::All => {
                return Err(wrong(format!("`{name}` is of the whole report, not of a contract")));
            }
            None => (Subject::Report, &OF_THE_REPORT[..], name),
        };
        let Some((_, metric, unit)) = known.iter().find(|(known, ..)| *known == own).copied() else {
            let names = || known.iter().map(|(name, ..)| *name);
            let hint = did_you_mean(own, names()).unwrap_or_default();
            let names = names().collect::<Vec<_>>().join(", ");
            return Err(wrong(format!("unknown metric `{own}`; expected one of: {names}. {hint}")));
        };
        let is_by_contract = !matches!(&subject, Subject::Clock { scope, .. } if *scope != Scope::All);
        if !is_by_contract && !BY_CONTRACT.contains(&metric) {
            return Err(wrong(format!("`{own}` isn't known by contract")));
        }
        let threshold = match unit {
            Unit::Share => millionths(value).ok_or("a share from 0 to 1, such as 95% or 0.95"),
            Unit::Count => value.parse().ok().filter(|count| *count >= 0).ok_or("a whole number"),
            Unit::Duration => match value.parse() {
                Ok(Span::Seconds(seconds)) => Ok(seconds),
                _ => Err("a duration such as 90m or 4h"),
            },
        };
        let threshold =
            threshold.map_err(|expected| wrong(format!("found `{value}`, expected {expected}")))?;
        Ok(Check { text: text.to_owned(), subject, metric, op, threshold })
    }
}

/// `95%` or `0.95` in millionths, exactly.
fn millionths(text: &str) -> Option<i64> {
    let (number, places) = match text.strip_suffix('%') {
        Some(percent) => (percent.trim(), 4),
        None => (text, 6),
    };
    let (whole, rest) = number.split_once('.').unwrap_or((number, ""));
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 3 || rest.len() > places || !is_number(whole) || !is_number(rest) {
        return None;
    }
    let millionths: i64 = format!("{whole}{rest:0<places$}").parse().ok()?;
    (millionths <= 1_000_000).then_some(millionths)
}

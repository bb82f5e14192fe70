//! Shares over time between limits of chance.
//!
//! Answers "has attainment changed, and will it meet its target as things
//! are?" with the rules and the icons of the NHS's Making Data Count.

use std::ops::Range;

use super::figure::{self, CHART_MONTHS};
use super::kpi::Kpi;
use super::points::{few, number, text};
use super::{Inputs, position, result};
use crate::paper::locale::{Locale, phrase};
use crate::paper::{Assurance, Cell, ChartKind, Control, Figure, MAX_CURVES, Panel, Table, Variation};
use crate::query::Chart as Header;
use crate::stats::control_chart::{Chart, Signals, laney_p_chart};

/// With fewer points, limits are called trial limits (NHS: they firm up until about twelve).
const FIRM: usize = 12;
/// Months from one with something decided to the next, at most, for a run to go on.
const MAX_GAP: i32 = 2;
/// With fewer points, no rule is applied: the longest needs seven in a row.
const FEWEST: usize = 8;

/// Part and whole of a month; `None` where nothing was decided.
type Month = Option<(u64, u64)>;

/// A panel for each series: `x` is a month, `y` the part and the whole of a
/// share of which more is better, `series` what has a target of its own.
///
/// Months without a whole are gaps. Limits are Laney's, of the months drawn.
pub fn figure(kpis: &[Kpi], chart: &Header, table: &Table, locale: Locale) -> Option<Figure> {
    let (x, part, whole) = (
        position(table, &chart.x)?,
        position(table, chart.y.0.first()?)?,
        position(table, chart.y.0.get(1)?)?,
    );
    let split = chart.series.as_ref().and_then(|name| position(table, name));
    let (months, left_out) = months(table.rows.iter().map(|row| text(&row[x])).collect());
    let mut names: Vec<String> = Vec::new();
    for name in table.rows.iter().map(|row| split.map_or(String::new(), |split| text(&row[split]))) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let kpi = |name: &str| kpis.iter().position(|kpi| kpi.clock == name);
    names.sort_by_key(|name| (kpi(name).unwrap_or(usize::MAX), name.clone()));
    let mut panels = Vec::new();
    let mut sentences = Vec::new();
    for name in names.iter().take(MAX_CURVES) {
        let is_own = |row: &Vec<Cell>| split.is_none_or(|split| text(&row[split]) == *name);
        let counts = counts(table, (x, part, whole), &months, is_own);
        let own = kpi(name).map(|at| &kpis[at]);
        let label = match (own, split) {
            (Some(kpi), _) => kpi.label.clone(),
            (None, Some(_)) => name.replace('_', " "),
            (None, None) => table.title.clone(),
        };
        let target = own.and_then(|kpi| kpi.attainment_target);
        let (panel, sentence) = panel(&label, &months, &counts, target, locale);
        panels.push(panel);
        sentences.extend(sentence);
    }
    if let Some(rest) = names.get(MAX_CURVES..).filter(|rest| !rest.is_empty()) {
        sentences.push(phrase!(locale, "Not drawn: {names}.", names = few(rest, locale)));
    }
    if let Some(first) = months.first().filter(|_| left_out) {
        sentences.push(phrase!(
            locale,
            "Months before {first} are left out, as in the months just before it nothing was decided.",
            first = first
        ));
    }
    (!months.is_empty()).then(|| Figure {
        x_label: table.columns[x].label.clone(),
        y_label: phrase!(locale, "Share {what}", what = table.columns[part].label.to_lowercase()),
        categories: months,
        panels,
        ..figure::empty(ChartKind::Spc, table, &chart.unit, sentences.join(" "), locale)
    })
}

/// The panel of one clock in the attainment by month; `None` where nothing was decided.
pub fn of_clock(inputs: &Inputs, kpi: &Kpi) -> Option<Panel> {
    let (months, counts) = clock_counts(inputs, kpi)?;
    Some(panel(&kpi.label, &months, &counts, kpi.attainment_target, inputs.config.locale).0)
}

/// Months, and what was kept and decided in each.
fn clock_counts(inputs: &Inputs, kpi: &Kpi) -> Option<(Vec<String>, Vec<Month>)> {
    let table = result(inputs, "attainment_by_month")?;
    let at = |name| position(table, name);
    let (x, part, whole, clock) = (at("decided_month")?, at("kept")?, at("decided")?, at("clock")?);
    let (months, _) = months(table.rows.iter().map(|row| text(&row[x])).collect());
    let counts = counts(table, (x, part, whole), &months, |row| text(&row[clock]) == kpi.clock);
    Some((months, counts))
}

/// What changed by the rules of the control chart and still holds in the latest month with a value.
pub fn change(inputs: &Inputs, kpi: &Kpi, locale: Locale) -> Option<String> {
    if kpi.decided() == 0 {
        // The latest month is an earlier one then.
        return None;
    }
    let (months, counts) = clock_counts(inputs, kpi)?;
    let known: Vec<usize> = (0..counts.len()).filter(|at| counts[*at].is_some()).collect();
    let (events, cases): (Vec<u64>, Vec<u64>) = counts.iter().flatten().copied().unzip();
    let (chart, _) = laney_p_chart(&events, &cases).filter(|_| known.len() >= FEWEST)?;
    let (rule, since) = rule(&chart, &chart.signals(), known.len() - 1, locale)?;
    let text = phrase!(
        locale,
        "{name} changed: {rule} since {month}.",
        name = kpi.label,
        rule = rule,
        month = months[known[since]]
    );
    Some(match known.len() {
        FIRM.. => text,
        few => format!("{text} {}", phrase!(locale, "Trial limits of {n} months.", n = few)),
    })
}

/// What the control chart says of the latest month, for a key figure.
pub fn words(inputs: &Inputs, kpi: &Kpi, locale: Locale) -> Option<String> {
    let control = of_clock(inputs, kpi)?.control?;
    let variation = match control.variations.last()? {
        Variation::Common => phrase!(locale, "common cause variation"),
        Variation::Improvement => phrase!(locale, "special cause: improvement"),
        Variation::Concern => phrase!(locale, "special cause: concern"),
    };
    let assurance = control.assurance.map(|assurance| match assurance {
        Assurance::Pass => phrase!(locale, "target passed consistently"),
        Assurance::HitOrMiss => phrase!(locale, "target hit or miss"),
        Assurance::Fail => phrase!(locale, "target failed consistently"),
    });
    Some([Some(variation), assurance].into_iter().flatten().collect::<Vec<_>>().join(" · "))
}

/// All months from the first to the last, as many as a chart holds, and whether earlier ones were
/// left out because of a gap: what lies more than a month apart is no run of months.
pub fn months(mut known: Vec<String>) -> (Vec<String>, bool) {
    known.sort();
    known.dedup();
    let number = |month: &String| {
        let (year, month) = month.split_once('-')?;
        let year = year.parse::<i32>().ok().filter(|year| (0..=9999).contains(year))?;
        let month = month.parse::<i32>().ok().filter(|month| (1..=12).contains(month))?;
        Some(year * 12 + month - 1)
    };
    let Some(numbers) = known.iter().map(number).collect::<Option<Vec<i32>>>() else {
        // Something else than months: as it is.
        known.drain(..known.len().saturating_sub(CHART_MONTHS));
        return (known, false);
    };
    let gap = numbers.windows(2).rposition(|pair| pair[1] - pair[0] > MAX_GAP);
    let first = gap.map_or(0, |gap| gap + 1);
    let (Some(after), Some(until)) = (numbers.get(first), numbers.last()) else { return (known, false) };
    let from = (*after).max(until - CHART_MONTHS as i32 + 1);
    let name = |number: i32| format!("{:04}-{:02}", number.div_euclid(12), number.rem_euclid(12) + 1);
    ((from..=*until).map(name).collect(), gap.is_some() && from == *after)
}

/// Part and whole of each month, in the rows that are `is_own`.
fn counts(
    table: &Table,
    (x, part, whole): (usize, usize, usize),
    months: &[String],
    is_own: impl Fn(&Vec<Cell>) -> bool,
) -> Vec<Month> {
    let count = |row: &[Cell], column: usize| {
        let value = number(&row[column], table.columns[column].format)?;
        // Sums of such numbers of an own query still fit.
        (value >= 0.0).then_some(value.min(1e12) as u64)
    };
    let mut counts = vec![None; months.len()];
    for row in table.rows.iter().filter(|row| is_own(row)) {
        let (Some(events), Some(cases)) = (count(row, part), count(row, whole)) else { continue };
        if let Some(at) = months.iter().position(|month| *month == text(&row[x])) {
            counts[at] = Some((events, cases)).filter(|(events, cases)| *cases > 0 && events <= cases);
        }
    }
    counts
}

/// Part and whole of each month to a panel and what it says.
fn panel(
    name: &str,
    months: &[String],
    counts: &[Month],
    target: Option<f64>,
    locale: Locale,
) -> (Panel, Option<String>) {
    let known: Vec<usize> = (0..counts.len()).filter(|at| counts[*at].is_some()).collect();
    let (events, cases): (Vec<u64>, Vec<u64>) = counts.iter().flatten().copied().unzip();
    let share = |(events, cases): (u64, u64)| events as f64 / cases as f64;
    let mut panel = Panel {
        name: name.to_owned(),
        values: counts.iter().map(|counts| counts.map(share)).collect(),
        target,
        control: None,
    };
    let Some((chart, _)) = laney_p_chart(&events, &cases) else {
        let only = known.first().map(|at| {
            phrase!(locale, "{name}: only {month} has been decided.", name = name, month = months[*at])
        });
        return (panel, only);
    };
    let is_few = known.len() < FEWEST;
    let signals = if is_few { Signals::default() } else { chart.signals() };
    let mut limits = vec![None; counts.len()];
    let mut variations = vec![Variation::Common; counts.len()];
    for (nth, at) in known.iter().enumerate() {
        limits[*at] = Some([chart.limits[nth].lower, chart.limits[nth].upper]);
        if is_special(&signals, nth) {
            // As the NHS does it: the side of the mean tells, also within a trend.
            let is_above = chart.points[nth] > chart.center;
            variations[*at] = if is_above { Variation::Improvement } else { Variation::Concern };
        }
    }
    // The last one is that of the latest month with a value: the icon's.
    variations.truncate(known.last().filter(|_| !is_few).map_or(0, |latest| latest + 1));
    // Limits that few months draw are too uncertain to say "consistently".
    let assurance = target.filter(|_| known.len() >= FIRM).and_then(|target| assurance(&chart, target));
    let sentence = match known.len() {
        points if is_few => phrase!(
            locale,
            "{name}: {share} in {n} months, too few to tell a change from chance.",
            name = name,
            share = locale.share(chart.center),
            n = points
        ),
        points => {
            let month = |nth: usize| months[known[nth]].as_str();
            let mut text = sentence(name, &chart, &signals, target.zip(assurance), month, locale);
            if points < FIRM {
                text.push(' ');
                text += &phrase!(locale, "Trial limits of {n} months.", n = points);
            }
            text
        }
    };
    panel.control =
        Some(Control { mean: chart.center, limits, variations, assurance, is_trial: known.len() < FIRM });
    (panel, Some(sentence))
}

fn is_special(signals: &Signals, nth: usize) -> bool {
    [&signals.outside, &signals.shift, &signals.trend, &signals.near_limit]
        .iter()
        .any(|positions| positions.contains(&nth))
}

/// The target against the limits of the latest point.
fn assurance(chart: &Chart, target: f64) -> Option<Assurance> {
    let limits = chart.limits.last()?;
    Some(match target {
        target if target > limits.upper => Assurance::Fail,
        target if target < limits.lower => Assurance::Pass,
        _ => Assurance::HitOrMiss,
    })
}

/// What the latest point says: a change and since when, or what to expect of the target.
fn sentence<'a>(
    name: &str,
    chart: &Chart,
    signals: &Signals,
    target: Option<(f64, Assurance)>,
    month: impl Fn(usize) -> &'a str,
    locale: Locale,
) -> String {
    let last = chart.points.len() - 1;
    if let Some((rule, since)) = rule(chart, signals, last, locale) {
        return phrase!(
            locale,
            "{name} changed: {rule} since {month}.",
            name = name,
            rule = rule,
            month = month(since)
        );
    }
    let mean = locale.share(chart.center);
    let limits = chart.limits[last];
    let (lower, upper) = (locale.share(limits.lower), locale.share(limits.upper));
    match target.map(|(target, assurance)| (assurance, locale.aim(target))) {
        Some((Assurance::Fail, target)) => phrase!(
            locale,
            "{name} is stable around {mean}; at this level it will keep missing {target} unless the process changes.",
            name = name,
            mean = mean,
            target = target
        ),
        // Nothing varies.
        Some((Assurance::HitOrMiss, _)) | None if limits.lower == limits.upper => phrase!(
            locale,
            "{name}: {share} in all {n} months.",
            name = name,
            share = mean,
            n = locale.count(chart.points.len() as i64)
        ),
        Some((Assurance::HitOrMiss, target)) => phrase!(
            locale,
            "{name} varies between {lower} and {upper} by chance: {target} will be hit some months and missed in \
             others.",
            name = name,
            lower = lower,
            upper = upper,
            target = target
        ),
        Some((Assurance::Pass, target)) => {
            phrase!(locale, "{name} is stable and consistently above {target}.", name = name, target = target)
        }
        None => phrase!(
            locale,
            "{name} varies between {lower} and {upper} by chance, around {mean}.",
            name = name,
            lower = lower,
            upper = upper,
            mean = mean
        ),
    }
}

/// The first rule that the latest point breaks, in the order of the NHS, and the first point of its signal.
fn rule(chart: &Chart, signals: &Signals, last: usize, locale: Locale) -> Option<(String, usize)> {
    let is_above = chart.points[last] > chart.center;
    let mean = locale.share(chart.center);
    if signals.outside.contains(&last) {
        let run = run(&signals.outside, last, |at| (chart.points[at] > chart.center) == is_above);
        let text = match is_above {
            true => phrase!(locale, "above the upper limit"),
            false => phrase!(locale, "below the lower limit"),
        };
        return Some((text, run.start));
    }
    if signals.shift.contains(&last) {
        let run = run(&signals.shift, last, |at| (chart.points[at] > chart.center) == is_above);
        let n = run.len();
        let text = match is_above {
            true => phrase!(locale, "{n} months in a row above the mean of {mean},", n = n, mean = mean),
            false => phrase!(locale, "{n} months in a row below the mean of {mean},", n = n, mean = mean),
        };
        return Some((text, run.start));
    }
    if signals.trend.contains(&last) {
        let is_rising = chart.points[last] > chart.points[last - 1];
        let goes_on = |at: usize| at == last || (chart.points[at + 1] > chart.points[at]) == is_rising;
        let run = run(&signals.trend, last, goes_on);
        let text = match is_rising {
            true => phrase!(locale, "rising month after month"),
            false => phrase!(locale, "falling month after month"),
        };
        return Some((text, run.start));
    }
    let near = |at: usize| signals.near_limit.contains(&at);
    near(last).then(|| {
        let first = (last.saturating_sub(2)..last).find(|at| near(*at)).unwrap_or(last);
        let text = match is_above {
            true => phrase!(locale, "two of three months close to the upper limit"),
            false => phrase!(locale, "two of three months close to the lower limit"),
        };
        (text, first)
    })
}

/// The points up to the latest that are part of a signal without a break.
fn run(positions: &[usize], last: usize, is_alike: impl Fn(usize) -> bool) -> Range<usize> {
    let start = (0..=last).rev().take_while(|at| positions.contains(at) && is_alike(*at)).last();
    start.unwrap_or(last)..last + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn months(count: usize) -> Vec<String> {
        (0..count).map(|n| format!("{}-{:02}", 2025 + n / 12, n % 12 + 1)).collect()
    }

    /// Each month with 100 cases.
    fn own(events: &[u64], target: Option<f64>) -> (Panel, String) {
        let counts: Vec<_> = events.iter().map(|events| Some((*events, 100))).collect();
        let (panel, sentence) = panel("On-site", &months(events.len()), &counts, target, Locale::EnGb);
        (panel, sentence.expect("a sentence"))
    }

    fn alternating(first: u64, second: u64, count: usize) -> Vec<u64> {
        [first, second].into_iter().cycle().take(count).collect()
    }

    #[test]
    fn without_a_change_the_sentence_is_of_the_target() {
        // With as many cases each month the deviation cancels out: 0.85 and 3 * 0.02 / 1.128 on each side.
        let events = alternating(84, 86, 12);
        for (target, assurance, expected) in [
            (
                Some(0.95),
                Some(Assurance::Fail),
                "On-site is stable around 85.0%; at this level it will keep missing 95% unless the process changes.",
            ),
            (
                Some(0.85),
                Some(Assurance::HitOrMiss),
                "On-site varies between 79.7% and 90.3% by chance: 85% will be hit some months and missed in others.",
            ),
            (Some(0.7), Some(Assurance::Pass), "On-site is stable and consistently above 70%."),
            (None, None, "On-site varies between 79.7% and 90.3% by chance, around 85.0%."),
        ] {
            let (panel, sentence) = own(&events, target);
            assert_eq!(sentence, expected);
            let control = panel.control.expect("limits");
            assert_eq!((control.assurance, control.is_trial), (assurance, false));
            assert_eq!(control.variations, vec![Variation::Common; 12]);
            let [lower, upper] = control.limits[11].expect("limits");
            assert!((lower - 0.796_808_5).abs() < 1e-6 && (upper - 0.903_191_5).abs() < 1e-6);
        }
    }

    #[test]
    fn a_level_that_holds_is_a_change_since_it_began() {
        // The mean is 13.68 / 16 = 0.855; the last seven lie above it, none near a limit (0.855 +- 0.174).
        let events = [alternating(80, 90, 9), alternating(86, 88, 7)].concat();
        let (panel, sentence) = own(&events, Some(0.95));
        assert_eq!(sentence, "On-site changed: 7 months in a row above the mean of 85.5%, since 2025-10.");
        let control = panel.control.expect("limits");
        let expected = [vec![Variation::Common; 9], vec![Variation::Improvement; 7]].concat();
        assert_eq!(control.variations, expected);
    }

    #[test]
    fn beyond_a_limit_comes_before_other_rules() {
        // 0.85 and 3 * (0.1 / 13) / 1.128 = 0.0205 on each side: all months are outside, and in shifts.
        let (panel, sentence) = own(&[[90; 7], [80; 7]].concat(), Some(0.95));
        assert_eq!(sentence, "On-site changed: below the lower limit since 2025-08.");
        let control = panel.control.expect("limits");
        assert_eq!(
            (control.variations[0], control.variations[13]),
            (Variation::Improvement, Variation::Concern)
        );
    }

    #[test]
    fn months_without_cases_are_gaps() {
        let mut counts: Vec<_> =
            alternating(84, 86, 12).into_iter().map(|events| Some((events, 100))).collect();
        counts.insert(3, None);
        counts.push(None);
        let (panel, _) = panel("On-site", &months(14), &counts, None, Locale::EnGb);
        let control = panel.control.expect("limits");
        assert_eq!((panel.values[3], panel.values[13]), (None, None));
        assert_eq!((control.limits[3], control.limits[13]), (None, None));
        // The last one is that of the latest month with a value.
        assert_eq!(control.variations.len(), 13);
    }

    #[test]
    fn few_months_have_trial_limits_and_fewer_no_rules() {
        let (panel, sentence) = own(&alternating(84, 86, 10), Some(0.95));
        assert!(panel.control.is_some_and(|control| control.is_trial && control.assurance.is_none()));
        assert!(sentence.ends_with(", around 85.0%. Trial limits of 10 months."), "{sentence}");
        let (panel, sentence) = own(&alternating(84, 86, 6), Some(0.95));
        assert!(
            panel.control.is_some_and(|control| control.variations.is_empty() && control.assurance.is_none())
        );
        assert_eq!(sentence, "On-site: 85.0% in 6 months, too few to tell a change from chance.");
        let (panel, sentence) = own(&[84], Some(0.95));
        assert_eq!((panel.control, sentence.as_str()), (None, "On-site: only 2025-01 has been decided."));
    }
}

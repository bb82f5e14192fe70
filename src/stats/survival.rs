//! What share has ended by a given time, if some haven't ended yet?

/// What ended, and what was last seen not having ended, at one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Group {
    pub time: f64,
    pub ended: u64,
    /// Still going on when observation ended at this time.
    pub censored: u64,
}

/// One step of a survival curve, from this time up to the next step's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    pub time: f64,
    /// Observed up to this time, those that end or are censored at it included.
    pub at_risk: u64,
    pub ended: u64,
    /// Share that goes on after this time.
    pub survival: f64,
    pub standard_error: f64,
}

/// The Kaplan-Meier estimate, with a step at every time at which something ends.
///
/// Kaplan and Meier (1958), JASA 53:457; standard error after Greenwood (1926), 0 where nothing goes on.
/// What is censored at a time counts as at risk there. Groups may be in any order, and several may share a
/// time. Without an end there is no step: the share is 1 throughout. `None` unless all times are finite and
/// not negative.
pub fn kaplan_meier(groups: &[Group]) -> Option<Vec<Step>> {
    if !groups.iter().all(|group| super::is_amount(group.time)) {
        return None;
    }
    let mut groups = groups.to_vec();
    groups.sort_by(|a, b| a.time.total_cmp(&b.time));
    let mut at_risk: u64 = groups.iter().map(|group| group.ended + group.censored).sum();
    let (mut survival, mut variance) = (1.0, 0.0);
    let mut steps = Vec::new();
    for same in groups.chunk_by(|a, b| a.time == b.time) {
        let ended: u64 = same.iter().map(|group| group.ended).sum();
        let censored: u64 = same.iter().map(|group| group.censored).sum();
        if ended > 0 {
            let (risk, ends) = (at_risk as f64, ended as f64);
            survival *= (risk - ends) / risk;
            // Greenwood's term has no value where all end.
            variance += if at_risk > ended { ends / (risk * (risk - ends)) } else { 0.0 };
            let standard_error = survival * f64::sqrt(variance);
            steps.push(Step { time: same[0].time, at_risk, ended, survival, standard_error });
        }
        at_risk -= ended + censored;
    }
    Some(steps)
}

/// The first time by which at least this share has ended; `None` if that isn't seen.
///
/// For a median, `share` is 0.5. Where a step lies exactly at the share, R's `survfit` gives the middle of
/// its stretch instead.
pub fn quantile(steps: &[Step], share: f64) -> Option<f64> {
    // A product of many factors may miss a share in its last digits.
    steps.iter().find(|step| 1.0 - step.survival >= share - 1e-12).map(|step| step.time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(rows: &[(f64, u64, u64)]) -> Vec<Group> {
        rows.iter()
            .map(|(time, ended, censored)| Group { time: *time, ended: *ended, censored: *censored })
            .collect()
    }

    /// Weeks of remission under 6-mercaptopurine: Freireich et al. (1963), Blood 21:699; as in Gehan (1965),
    /// Biometrika 52:203.
    const TREATED: [(f64, u64, u64); 16] = [
        (6.0, 3, 1),
        (7.0, 1, 0),
        (9.0, 0, 1),
        (10.0, 1, 1),
        (11.0, 0, 1),
        (13.0, 1, 0),
        (16.0, 1, 0),
        (17.0, 0, 1),
        (19.0, 0, 1),
        (20.0, 0, 1),
        (22.0, 1, 0),
        (23.0, 1, 0),
        (25.0, 0, 1),
        (32.0, 0, 2),
        (34.0, 0, 1),
        (35.0, 0, 1),
    ];

    #[test]
    fn remission_under_treatment_is_as_published() {
        let steps = kaplan_meier(&groups(&TREATED)).expect("steps");
        // Cox and Oakes (1984), Analysis of Survival Data, table 4.1 and Collett (2003), both also printed by
        // R's survival package: time, at risk, ended, share, Greenwood's standard error.
        let published = [
            (6.0, 21, 3, 0.857, 0.0764),
            (7.0, 17, 1, 0.807, 0.0869),
            (10.0, 15, 1, 0.753, 0.0963),
            (13.0, 12, 1, 0.690, 0.1068),
            (16.0, 11, 1, 0.627, 0.1141),
            (22.0, 7, 1, 0.538, 0.1282),
            (23.0, 6, 1, 0.448, 0.1346),
        ];
        assert_eq!(steps.len(), published.len());
        for (step, (time, at_risk, ended, survival, error)) in steps.iter().zip(published) {
            assert_eq!((step.time, step.at_risk, step.ended), (time, at_risk, ended));
            assert!((step.survival - survival).abs() < 0.0005, "{step:?}");
            assert!((step.standard_error - error).abs() < 0.00005, "{step:?}");
        }
        // The published median remission; nine in ten are never seen to end.
        assert_eq!(quantile(&steps, 0.5), Some(23.0));
        assert_eq!(quantile(&steps, 0.9), None);
    }

    #[test]
    fn remission_without_treatment_ends_for_all() {
        // The placebo group of the same trial, none censored: the share is counted.
        let rows = [(1.0, 2), (2.0, 2), (3.0, 1), (4.0, 2), (5.0, 2), (8.0, 4), (11.0, 2), (12.0, 2)];
        let late = [(15.0, 1), (17.0, 1), (22.0, 1), (23.0, 1)];
        let all: Vec<_> = rows.iter().chain(&late).map(|(time, ended)| (*time, *ended, 0)).collect();
        let steps = kaplan_meier(&groups(&all)).expect("steps");
        let mut left = 21;
        for (step, (time, ended, _)) in steps.iter().zip(&all) {
            left -= ended;
            assert_eq!(step.time, *time);
            assert!((step.survival - left as f64 / 21.0).abs() < 1e-12);
        }
        // The published median; of 21, the 19th is the first beyond nine tenths.
        assert_eq!((quantile(&steps, 0.5), quantile(&steps, 0.9)), (Some(8.0), Some(17.0)));
        assert_eq!(steps.last().map(|step| (step.survival, step.standard_error)), Some((0.0, 0.0)));
    }

    #[test]
    fn order_and_splitting_of_groups_do_not_matter() {
        let mut split: Vec<(f64, u64, u64)> = TREATED
            .iter()
            .flat_map(|(time, ended, censored)| [(*time, *ended, 0), (*time, 0, *censored)])
            .collect();
        split.reverse();
        assert_eq!(kaplan_meier(&groups(&split)), kaplan_meier(&groups(&TREATED)));
    }

    #[test]
    fn a_share_on_a_step_is_reached_there() {
        // 3 of 10 by 1, 5 of 10 by 2: the product 0.7 * 5/7 is not exactly one half.
        let steps = kaplan_meier(&groups(&[(1.0, 3, 0), (2.0, 2, 0), (3.0, 5, 0)])).expect("steps");
        assert_eq!(quantile(&steps, 0.5), Some(2.0));
    }

    #[test]
    fn nothing_and_the_impossible() {
        assert_eq!(kaplan_meier(&[]), Some(vec![]));
        assert_eq!(kaplan_meier(&groups(&[(1.0, 0, 4)])), Some(vec![]));
        for time in [f64::NAN, f64::INFINITY, -1.0] {
            assert_eq!(kaplan_meier(&groups(&[(time, 1, 0)])), None);
        }
    }
}

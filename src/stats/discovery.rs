//! Among many groups tested together, how many of those named are false alarms?

/// Benjamini and Hochberg's q values, in the order of the p values: naming all with q at or below 0.05 keeps
/// the expected share of false names at or below 5 %, for independent or positively related tests.
///
/// Benjamini and Hochberg (1995), JRSS B 57:289. `None` if a p value is not within 0 and 1.
pub fn benjamini_hochberg(p_values: &[f64]) -> Option<Vec<f64>> {
    step_up(p_values, 1.0)
}

/// Benjamini and Yekutieli's q values, which hold for tests related in any way, at a loss of power.
///
/// Benjamini and Yekutieli (2001), Annals of Statistics 29:1165. `None` if a p value is not within 0 and 1.
pub fn benjamini_yekutieli(p_values: &[f64]) -> Option<Vec<f64>> {
    step_up(p_values, (1..=p_values.len()).map(|n| 1.0 / n as f64).sum())
}

fn step_up(p_values: &[f64], penalty: f64) -> Option<Vec<f64>> {
    if !p_values.iter().all(|p| (0.0..=1.0).contains(p)) {
        return None;
    }
    let mut descending: Vec<usize> = (0..p_values.len()).collect();
    descending.sort_by(|a, b| p_values[*b].total_cmp(&p_values[*a]));
    let mut q_values = vec![1.0; p_values.len()];
    let mut least: f64 = 1.0;
    for (above, index) in descending.into_iter().enumerate() {
        let rank = p_values.len() - above;
        least = least.min(p_values[index] * (penalty * p_values.len() as f64 / rank as f64));
        q_values[index] = least;
    }
    Some(q_values)
}

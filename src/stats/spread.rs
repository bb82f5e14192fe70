//! Is a fault everywhere or at a few sites?

use super::is_amount;

/// How the incidents of one fault are spread over the sites that could have it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    pub incidents: u64,
    pub sites_hit: usize,
    /// Sites that as many incidents would hit if each fell on a site in proportion to its exposure.
    pub expected_sites: f64,
    /// Sites hit over expected sites: near 1 everywhere alike, near 0 at a few.
    pub breadth: f64,
    /// Number of equally hit sites that would be as concentrated as the incidents are.
    pub effective_sites: f64,
    /// The same of the exposure, which is what `effective_sites` tends to if sites are hit in proportion.
    pub effective_sites_exposed: f64,
    /// The largest site's part of the incidents.
    pub top_share: f64,
}

/// Describes the spread of incidents over sites.
///
/// `None` without incidents, for lists of different lengths, or where [`expected_sites`] is.
pub fn spread(counts: &[u64], exposures: &[f64]) -> Option<Spread> {
    if counts.len() != exposures.len() {
        return None;
    }
    let incidents = counts.iter().fold(0u64, |sum, count| sum.saturating_add(*count));
    let as_numbers: Vec<f64> = counts.iter().map(|count| *count as f64).collect();
    let sites_hit = counts.iter().filter(|count| **count > 0).count();
    let expected_sites = expected_sites(incidents, exposures)?;
    Some(Spread {
        incidents,
        sites_hit,
        expected_sites,
        breadth: sites_hit as f64 / expected_sites,
        effective_sites: effective_number(&as_numbers)?,
        effective_sites_exposed: effective_number(exposures)?,
        top_share: shares(&as_numbers)?.fold(0.0, f64::max),
    })
}

/// Number of distinct sites that so many incidents would hit if each fell on a site in proportion to its
/// exposure.
///
/// The occupancy problem with unequal cells; Johnson and Kotz (1977), Urn Models. `None` if an exposure is
/// negative or not finite, or if all are zero.
pub fn expected_sites(incidents: u64, exposures: &[f64]) -> Option<f64> {
    // As 1 - (1 - share)^n, small shares would lose their digits.
    let is_hit = |share: f64| match incidents {
        0 => 0.0,
        _ => -(incidents as f64 * (-share).ln_1p()).exp_m1(),
    };
    Some(shares(exposures)?.map(is_hit).sum())
}

/// The inverse of the sum of squared shares: n for n equal parts, 1 if one part is everything.
///
/// Simpson (1949), Nature 163:688; Hill (1973), Ecology 54:427. Domain as for [`expected_sites`].
pub fn effective_number(parts: &[f64]) -> Option<f64> {
    Some(1.0 / shares(parts)?.map(|share| share * share).sum::<f64>())
}

fn shares(parts: &[f64]) -> Option<impl Iterator<Item = f64>> {
    // Dividing by the largest first keeps the sum finite.
    let largest = parts.iter().copied().fold(0.0, f64::max);
    let total: f64 = parts.iter().map(|part| part / largest).sum();
    let is_valid = largest > 0.0 && parts.iter().all(|part| is_amount(*part));
    is_valid.then(|| parts.iter().map(move |part| part / largest / total))
}

//! Distribution functions and their inverses, safe for every argument.
//!
//! statrs computes the normal and gamma functions. Three of its answers are not used: its chi-square quantile
//! is wrong at one degree of freedom and small p; its incomplete beta function stops after 140 terms, as is
//! visible from parameters of half a million on (`I(0.5; 5e5, 5e5)` gives 0.4988) and exceeds 1 at fifty
//! million; its incomplete gamma function slows down and loses digits as the shape grows.

use std::f64::consts::{PI, SQRT_2};

use statrs::function::{erf, gamma};

/// Shapes above this use the normal approximation of Wilson and Hilferty (1931, PNAS 17:684); statrs would
/// lose more digits than the approximation does.
const LARGE_SHAPE: f64 = 1e6;

/// Beta parameters above this, which no count of incidents reaches, use a crude normal approximation.
const LARGE_PARAMETER: f64 = 1e9;

/// Enough terms for such parameters: near the mean the fraction needs a few times the smaller one's root.
const FRACTION_TERMS: u32 = 20_000;

/// The whole positive range of `f64`, as logarithms.
const LOG_RANGE: (f64, f64) = (-745.0, 709.0);

/// Chance that a standard normal variable exceeds `z`.
pub fn normal_upper(z: f64) -> f64 {
    0.5 * erf::erfc(z / SQRT_2)
}

/// Two-sided p value of a standard normal variable.
pub fn normal_two_sided(z: f64) -> f64 {
    erf::erfc(z.abs() / SQRT_2)
}

/// The point below which a standard normal variable stays with chance `p`, 0 < p < 1.
pub fn normal_quantile(p: f64) -> f64 {
    -SQRT_2 * erf::erfc_inv(2.0 * p)
}

/// Chance that a gamma variable of this shape and scale 1 stays at or below `x`; for a whole shape also that
/// a Poisson variable of mean `x` reaches it.
pub fn gamma_lower(shape: f64, x: f64) -> f64 {
    if x <= 0.0 {
        0.0
    } else if shape > LARGE_SHAPE {
        normal_upper(-wilson_hilferty(shape, x))
    } else {
        gamma::checked_gamma_lr(shape, x).map_or(1.0, |p| p.clamp(0.0, 1.0))
    }
}

/// One minus [`gamma_lower`], without its loss of digits.
pub fn gamma_upper(shape: f64, x: f64) -> f64 {
    if x <= 0.0 {
        1.0
    } else if shape > LARGE_SHAPE {
        normal_upper(wilson_hilferty(shape, x))
    } else {
        gamma::checked_gamma_ur(shape, x).map_or(0.0, |p| p.clamp(0.0, 1.0))
    }
}

fn wilson_hilferty(shape: f64, x: f64) -> f64 {
    ((x / shape).cbrt() - 1.0 + 1.0 / (9.0 * shape)) * 3.0 * shape.sqrt()
}

/// The point below which a gamma variable of this shape and scale 1 stays with chance `p`, 0 < p < 1.
pub fn gamma_quantile(p: f64, shape: f64) -> f64 {
    log_scale_quantile(p, |x| gamma_lower(shape, x), |x| gamma_upper(shape, x))
}

/// Chance that a chi-square variable stays at or below `x`.
pub fn chi_square_lower(x: f64, degrees: f64) -> f64 {
    gamma_lower(degrees / 2.0, x / 2.0)
}

/// Chance that a chi-square variable exceeds `x`.
pub fn chi_square_upper(x: f64, degrees: f64) -> f64 {
    gamma_upper(degrees / 2.0, x / 2.0)
}

/// The point below which a chi-square variable stays with chance `p`, 0 < p < 1.
pub fn chi_square_quantile(p: f64, degrees: f64) -> f64 {
    2.0 * gamma_quantile(p, degrees / 2.0)
}

/// The regularised incomplete beta function `I_x(a, b)` at x = odds / (1 + odds), for positive a and b.
///
/// Odds keep their digits at both ends of the scale, where x and 1 - x do not.
pub fn beta_lower(odds: f64, a: f64, b: f64) -> f64 {
    let (x, y) = (1.0 / (1.0 + 1.0 / odds), 1.0 / (1.0 + odds));
    if a.max(b) > LARGE_PARAMETER {
        let root = (-2.0 * beta_deviance(x, y, a, b)).max(0.0).sqrt();
        return normal_upper(if x * b < y * a { root } else { -root });
    }
    // The fraction converges quickly only below about the mean. Compared as odds, since x may round to 1.
    if odds <= (a + 1.0) / (b + 1.0) {
        beta_by_fraction(x, y, a, b)
    } else {
        1.0 - beta_by_fraction(y, x, b, a)
    }
}

/// One minus [`beta_lower`], without its loss of digits.
pub fn beta_upper(odds: f64, a: f64, b: f64) -> f64 {
    beta_lower(1.0 / odds, b, a)
}

/// The odds x / (1 - x) of the point x below which a beta variable stays with chance `p`, 0 < p < 1.
pub fn beta_quantile_odds(p: f64, a: f64, b: f64) -> f64 {
    log_scale_quantile(p, |odds| beta_lower(odds, a, b), |odds| beta_upper(odds, a, b))
}

/// Continued fraction 8.17.22 of the Digital Library of Mathematical Functions, by Lentz's method.
fn beta_by_fraction(x: f64, y: f64, a: f64, b: f64) -> f64 {
    let away_from_zero = |v: f64| if v.abs() < 1e-300 { 1e-300 } else { v };
    let (mut fraction, mut numerators, mut denominators) = (1.0, 1.0, 0.0);
    for term in 1..=FRACTION_TERMS {
        let m = f64::from(term / 2);
        let a2 = a + 2.0 * m;
        let coefficient = if term % 2 == 0 {
            (m / a2) * ((b - m) / (a2 - 1.0)) * x
        } else {
            -((a + m) / a2) * ((a + b + m) / (a2 + 1.0)) * x
        };
        numerators = away_from_zero(1.0 + coefficient / numerators);
        denominators = 1.0 / away_from_zero(1.0 + coefficient * denominators);
        fraction *= numerators * denominators;
        if (numerators * denominators - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    (beta_power(x, y, a, b) / a / fraction).clamp(0.0, 1.0)
}

/// x^a y^b / B(a, b). Stirling's formula is taken out of all three gamma functions, so that large parameters
/// cost no digits (Loader 2000, Fast and Accurate Computation of Binomial Probabilities).
fn beta_power(x: f64, y: f64, a: f64, b: f64) -> f64 {
    let stirling = stirling_error(a + b) - stirling_error(a) - stirling_error(b);
    (a / (a + b) * b / (2.0 * PI)).sqrt() * (beta_deviance(x, y, a, b) + stirling).exp()
}

/// The logarithm of x^a y^b, less its largest value.
fn beta_deviance(x: f64, y: f64, a: f64, b: f64) -> f64 {
    let excess = x * b - y * a;
    a * (excess / a).ln_1p() + b * (-excess / b).ln_1p()
}

/// ln gamma(z) less Stirling's formula for it.
fn stirling_error(z: f64) -> f64 {
    if z < 12.0 {
        gamma::ln_gamma(z) - (z - 0.5) * z.ln() + z - 0.5 * (2.0 * PI).ln()
    } else {
        let r = 1.0 / (z * z);
        (1.0 / 12.0 - r * (1.0 / 360.0 - r * (1.0 / 1260.0 - r / 1680.0))) / z
    }
}

/// The smaller tail is matched on a logarithmic scale, where it is nearly straight in the logarithm of x.
fn log_scale_quantile(p: f64, lower: impl Fn(f64) -> f64, upper: impl Fn(f64) -> f64) -> f64 {
    let (from, until) = LOG_RANGE;
    if p <= 0.5 {
        root(from, until, |log| lower(log.exp()).ln() - p.ln()).exp()
    } else {
        root(from, until, |log| (1.0 - p).ln() - upper(log.exp()).ln()).exp()
    }
}

/// Where an increasing function crosses zero, or the nearer end where it does not.
///
/// Chandrupatla (1997, Advances in Engineering Software 28:145): bisection, or inverse quadratic
/// interpolation where that is safe.
pub(super) fn root(from: f64, until: f64, function: impl Fn(f64) -> f64) -> f64 {
    let (mut b, mut fb) = (from, function(from));
    let (mut a, mut fa) = (until, function(until));
    if fb >= 0.0 {
        return from;
    }
    if fa <= 0.0 {
        return until;
    }
    let mut part = 0.5;
    for _ in 0..300 {
        let x = a + part * (b - a);
        let fx = function(x);
        let (mut c, mut fc) = (a, fa);
        if (fx > 0.0) != (fa > 0.0) {
            (c, fc) = (b, fb);
            (b, fb) = (a, fa);
        }
        (a, fa) = (x, fx);
        let least = f64::EPSILON * a.abs().max(1.0) / (b - a).abs();
        if fa == 0.0 || least > 0.5 {
            break;
        }
        let (xi, phi) = ((a - b) / (c - b), (fa - fb) / (fc - fb));
        // Infinite values give NaN here, and so a bisection.
        part = if phi * phi < xi && (1.0 - phi) * (1.0 - phi) < 1.0 - xi {
            fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
        } else {
            0.5
        };
        part = part.clamp(least, 1.0 - least);
    }
    a
}

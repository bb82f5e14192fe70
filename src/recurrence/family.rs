//! Tiers: how loudly a tested cut is reported, with false alarms controlled over all tests of its question.

use super::Settings;
use super::test::{Question, Tested, Tier};
use crate::stats::discovery::benjamini_hochberg;

/// Below this shrunk ratio even a certain rise isn't worth a look; a judgement.
const WATCH_RATIO: f64 = 1.2;

/// Tests of one question.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    pub question: Question,
    /// Number of tests among which false alarms are controlled.
    pub size: usize,
    /// The largest p that would still be one to act on, and one to watch.
    pub act_p: f64,
    pub watch_p: f64,
}

/// A family's limits at given p values, and their q values.
pub fn family(question: Question, p: &[f64], settings: &Settings) -> (Family, Vec<f64>) {
    let q = benjamini_hochberg(p).unwrap_or_else(|| vec![1.0; p.len()]);
    let size = p.len().max(1) as f64;
    let limit = |level: f64| level * q.iter().filter(|q| **q <= level).count().max(1) as f64 / size;
    let family = Family {
        question,
        size: p.len(),
        act_p: limit(settings.act_q),
        // A small p alone is worth a look only while about one such is expected by chance.
        watch_p: limit(settings.watch_q).max(settings.watch_p.min(1.0 / size)),
    };
    (family, q)
}

impl Tested {
    /// The tier at a family's limits. The least number of incidents is asked for after the q values, never
    /// before; a
    /// lasting excess that had fewer now is watched.
    pub fn tier_in(&self, family: &Family, settings: &Settings) -> Tier {
        let is_now = self.counts.current >= settings.act_incidents;
        if self.observed < settings.act_incidents || self.counts.current == 0 {
            Tier::Silent
        } else if is_now && self.p <= family.act_p && self.shrunk >= settings.act_ratio {
            Tier::Act
        } else if self.p <= family.watch_p && self.shrunk >= WATCH_RATIO {
            Tier::Watch
        } else {
            Tier::Silent
        }
    }

    /// A busy site as a whole is volume: it says where, but not what; it is never one to act on.
    pub fn is_place(&self) -> bool {
        self.question == Question::PeerExcess && self.cut.len() == 1
    }
}

/// Sets q and tier of all cuts of a question.
pub fn judge(question: Question, tested: &mut [Tested], settings: &Settings) -> Family {
    let p: Vec<f64> = tested.iter().map(|cell| cell.p).collect();
    let (family, q) = family(question, &p, settings);
    for (cell, q) in tested.iter_mut().zip(q) {
        cell.q = q;
        cell.tier = cell.tier_in(&family, settings);
    }
    family
}

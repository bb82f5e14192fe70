//! What would help: rules in order, as data; the first whose conditions all hold wins.

use super::facts::{Facts, Measure};

/// What a condition asks about an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// 1 if the spread is systemic.
    Systemic,
    /// 1 if a software version is the shared cause.
    SharedVersion,
    /// 1 if one bad unit has at least half of the incidents.
    BadUnit,
    /// 1 if the area's hardware model is wearing out.
    WearingModel,
    /// Sites hit.
    Sites,
    /// Distinct modules.
    Modules,
    /// 1 if the cut is one site or one channel and nothing else.
    OnePlace,
    /// Share of resolved incidents with one of the resolution codes.
    ResolutionShare,
    /// Its Wilson lower 90 % bound.
    ResolutionShareLower,
    /// Incidents with one of the resolution codes on the unit with most of them, in 12 months.
    ResolutionsOnUnit,
    /// Wilson lower 90 % bound of the share of incidents linked to an article.
    ArticleShareLower,
    /// Distinct sites hit within 72 h of a finished update or upgrade there.
    SitesAfterChange,
    /// Wilson lower 90 % bound of the share of incidents within 72 h of one.
    AfterChangeShareLower,
    /// Wilson upper 90 % bound of the share of visits that no visit followed within 30 days.
    FirstTimeFixUpper,
}

/// Names of facts in `advice.toml`.
pub const FACTS: [(&str, Fact); 14] = [
    ("systemic", Fact::Systemic),
    ("shared_version", Fact::SharedVersion),
    ("bad_unit", Fact::BadUnit),
    ("wearing_model", Fact::WearingModel),
    ("sites", Fact::Sites),
    ("modules", Fact::Modules),
    ("one_place", Fact::OnePlace),
    ("resolution_share", Fact::ResolutionShare),
    ("resolution_share_lower", Fact::ResolutionShareLower),
    ("resolutions_on_unit", Fact::ResolutionsOnUnit),
    ("article_share_lower", Fact::ArticleShareLower),
    ("sites_after_change", Fact::SitesAfterChange),
    ("after_change_share_lower", Fact::AfterChangeShareLower),
    ("first_time_fix_upper", Fact::FirstTimeFixUpper),
];

impl Fact {
    /// As in `advice.toml`.
    pub fn name(self) -> &'static str {
        FACTS.iter().find(|(_, fact)| *fact == self).map_or("", |(name, _)| name)
    }

    /// Whether it asks about resolution codes, which the condition then lists.
    pub fn needs_codes(self) -> bool {
        matches!(self, Fact::ResolutionShare | Fact::ResolutionShareLower | Fact::ResolutionsOnUnit)
    }
}

/// A bound on a fact.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    pub fact: Fact,
    /// Resolution codes, compared without regard to case.
    pub codes: Vec<String>,
    /// Both included.
    pub at_least: Option<f64>,
    pub at_most: Option<f64>,
}

/// One row of the table of advice.
#[derive(Debug, Clone, PartialEq)]
pub struct AdviceRule {
    pub name: String,
    /// What to do, as a sentence.
    pub advice: String,
    /// All must hold.
    pub when: Vec<Condition>,
    /// Where the rule is from.
    pub basis: String,
}

/// What a condition found.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    pub condition: Condition,
    pub measure: Measure,
    pub holds: bool,
}

/// A rule with its evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Weighed {
    /// Index in the rules.
    pub rule: usize,
    pub name: String,
    pub evidence: Vec<Evidence>,
}

impl Weighed {
    /// Whether all of its conditions hold.
    pub fn holds(&self) -> bool {
        self.evidence.iter().all(|evidence| evidence.holds)
    }
}

/// The advice for an area, with the evidence of all rules.
#[derive(Debug, Clone, PartialEq)]
pub struct Advised {
    /// Index of the first rule that holds; `None` where it stays undecided.
    pub winner: Option<usize>,
    /// Every rule in order.
    pub rules: Vec<Weighed>,
    /// What the data doesn't say, without repetition; each would have let another rule be judged.
    pub missing: Vec<&'static str>,
}

/// Weighs all rules.
pub fn advise(rules: &[AdviceRule], facts: &Facts) -> Advised {
    let weigh = |(rule, known): (usize, &AdviceRule)| {
        let evidence = known.when.iter().map(|condition| {
            let measure = facts.measure(condition);
            let is_within = |value: f64| {
                condition.at_least.is_none_or(|least| value >= least)
                    && condition.at_most.is_none_or(|most| value <= most)
            };
            let holds = measure.value.is_some_and(is_within);
            Evidence { condition: condition.clone(), measure, holds }
        });
        Weighed { rule, name: known.name.clone(), evidence: evidence.collect() }
    };
    let rules: Vec<Weighed> = rules.iter().enumerate().map(weigh).collect();
    let mut missing: Vec<&'static str> = Vec::new();
    for evidence in rules.iter().flat_map(|rule| &rule.evidence) {
        missing.extend(evidence.measure.why_not.filter(|why| !missing.contains(why)));
    }
    Advised { winner: rules.iter().position(Weighed::holds), rules, missing }
}

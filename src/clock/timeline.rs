//! A ticket's history as intervals of status, severity and holder.

use super::policy::StatusClass;
use crate::model::{Event, Field, MISSING_CODE, Role};

/// A stretch of time in one status with one holder, half-open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    pub from_at: i64,
    pub until_at: i64,
    /// Code in the events' values.
    pub status: u32,
    pub class: StatusClass,
    pub group: u32,
    pub assignee: u32,
}

/// What happened to one ticket up to as-of.
#[derive(Debug)]
pub struct Timeline {
    /// Adjacent, from opening to as-of; zero-length ones left out.
    pub stretches: Vec<Stretch>,
    /// Severity codes (events' values) with the instant since which they hold.
    pub severities: Vec<(i64, u32)>,
    /// From each resolve to the reopening that followed.
    pub gaps: Vec<(i64, i64)>,
    /// Each instant at which the ticket became resolved or closed.
    pub resolves: Vec<i64>,
    /// When the ticket was closed for the first time.
    pub first_closed_at: Option<i64>,
    /// When it was closed last, unless it was reopened since.
    pub closed_at: Option<i64>,
    /// Public replies with who wrote them.
    pub replies: Vec<(i64, Role)>,
    pub arrived_at: Option<i64>,
    /// Whether the history says anything about the status, be it after as-of.
    pub tells_status: bool,
    /// Code and meaning of the status once everything up to as-of had happened.
    pub status: (u32, StatusClass),
}

impl Default for Timeline {
    fn default() -> Timeline {
        Timeline {
            stretches: Vec::new(),
            severities: Vec::new(),
            gaps: Vec::new(),
            resolves: Vec::new(),
            first_closed_at: None,
            closed_at: None,
            replies: Vec::new(),
            arrived_at: None,
            tells_status: false,
            status: (MISSING_CODE, StatusClass::Queue),
        }
    }
}

impl Timeline {
    /// Rebuilds the timeline from the events of one ticket, which are in order of time.
    ///
    /// `class` gives the meaning of a status code. Events after `as_of` haven't
    /// happened yet; those before `opened_at` set the state at opening.
    pub fn rebuild(
        &mut self,
        events: &[Event],
        opened_at: i64,
        as_of: i64,
        class: impl Fn(u32) -> StatusClass,
    ) {
        *self = Timeline {
            stretches: std::mem::take(&mut self.stretches),
            severities: std::mem::take(&mut self.severities),
            gaps: std::mem::take(&mut self.gaps),
            resolves: std::mem::take(&mut self.resolves),
            replies: std::mem::take(&mut self.replies),
            ..Timeline::default()
        };
        self.stretches.clear();
        self.severities.clear();
        self.gaps.clear();
        self.resolves.clear();
        self.replies.clear();

        let initial = |field: Field| {
            events
                .iter()
                .find(|event| event.field == field)
                .map_or(MISSING_CODE, |first| if first.from == MISSING_CODE { first.to } else { first.from })
        };
        let mut now = Stretch {
            from_at: opened_at,
            until_at: opened_at,
            status: initial(Field::Status),
            class: StatusClass::Queue,
            group: initial(Field::Group),
            assignee: initial(Field::Assignee),
        };
        if now.status != MISSING_CODE {
            now.class = class(now.status);
        }
        self.tells_status = events.iter().any(|event| event.field == Field::Status);
        // A ticket that begins resolved was resolved before its history began.
        if now.class.is_over() {
            self.resolves.push(opened_at);
        }
        match initial(Field::Severity) {
            MISSING_CODE => {}
            code => self.severities.push((opened_at, code)),
        }
        for event in events.iter().take_while(|event| event.at <= as_of) {
            let at = event.at.max(opened_at);
            match event.field {
                Field::Status => {
                    if event.to == now.status {
                        continue;
                    }
                    self.close(&mut now, at);
                    let (before, after) = (now.class, class(event.to));
                    self.turn(at, before, after);
                    (now.status, now.class) = (event.to, after);
                }
                Field::Group if event.to != now.group => {
                    self.close(&mut now, at);
                    now.group = event.to;
                }
                Field::Assignee if event.to != now.assignee => {
                    self.close(&mut now, at);
                    now.assignee = event.to;
                }
                Field::Group | Field::Assignee => {}
                Field::Severity => {
                    if at == opened_at {
                        self.severities.clear();
                    }
                    if self.severities.last().map(|last| last.1) != Some(event.to) {
                        self.severities.push((at, event.to));
                    }
                }
                Field::Reply => self.replies.push((at, event.role)),
                Field::OnSite => {
                    self.arrived_at.get_or_insert(at);
                }
            }
        }
        self.close(&mut now, as_of.max(opened_at));
        self.status = (now.status, now.class);
    }

    fn close(&mut self, now: &mut Stretch, at: i64) {
        if at > now.from_at {
            self.stretches.push(Stretch { until_at: at, ..*now });
            now.from_at = at;
        }
    }

    fn turn(&mut self, at: i64, before: StatusClass, after: StatusClass) {
        if after.is_over() && !before.is_over() {
            self.resolves.push(at);
        } else if before.is_over()
            && !after.is_over()
            && let Some(&resolved_at) = self.resolves.last()
        {
            self.gaps.push((resolved_at, at));
            self.closed_at = None;
        }
        if after == StatusClass::Closed && before != StatusClass::Closed {
            self.first_closed_at.get_or_insert(at);
            self.closed_at = Some(at);
        }
    }

    /// Whether the last status up to as-of is a resolved or closed one.
    pub fn is_over(&self) -> bool {
        self.resolves.len() > self.gaps.len()
    }

    /// Whether it was so once everything of an instant had happened.
    pub fn is_over_after(&self, at: i64) -> bool {
        let resolved = self.resolves.partition_point(|resolve| *resolve <= at);
        let reopened = self.gaps.partition_point(|gap| gap.1 <= at);
        resolved > reopened
    }

    /// First public reply by a person of the desk.
    pub fn replied_at(&self) -> Option<i64> {
        self.replies.iter().find(|(_, role)| *role == Role::Agent).map(|reply| reply.0)
    }

    /// Who held the ticket, and in which status, in the second before an instant.
    pub fn before(&self, at: i64) -> Option<&Stretch> {
        let index = self.stretches.partition_point(|stretch| stretch.until_at < at);
        self.stretches.get(index).filter(|stretch| stretch.from_at < at)
    }
}

//! What a call came to: one JSON document, or a page to read.

use super::Stage;
use crate::commands::tickets::ticket_json;
use nightdesk_adapters_local::phone::{EventKind, NetworkEvent, Party};
use nightdesk_domain::call::{Call, News};
use nightdesk_domain::case::{Case, Page, PageOutcome, PageState, Work};
use nightdesk_domain::ids::TechnicianId;
use nightdesk_domain::triage::Reason;
use nightdesk_domain::vocabulary::category_label;
use serde_json::{Value, json};
use std::process::ExitCode;
use std::time::Duration;

/// Everything about one call, from both ends.
pub(super) struct Report<'a> {
    stage: &'a Stage,
    call: &'a Call,
    case: Option<&'a Case>,
    history: Vec<NetworkEvent>,
    real_time: Duration,
}

impl<'a> Report<'a> {
    pub(super) fn new(stage: &'a Stage, call: &'a Call, case: Option<&'a Case>, real_time: Duration) -> Self {
        Self { stage, call, case, history: stage.network.history(), real_time }
    }

    pub(super) fn json(&self) -> Value {
        let found = self.call.assessment.as_ref();
        let priority = self.case.map(|case| case.brief.priority).or_else(|| found.map(|found| found.priority));
        json!({
            "call": self.call.id,
            "disposition": self.call.disposition,
            "dialogue": self.dialogue(),
            "triage": {
                "language": self.call.language,
                "category": category_label(found.and_then(|found| found.category)),
                "priority": priority.map(|priority| priority.to_string()),
                "why": self.reasons(),
            },
            "ticket": self.case.map(|case| ticket_json(case, &case.summary(&self.stage.policy))),
            "pages": self.pages().map(|(technician, outcome)| json!({ "technician": technician, "outcome": outcome }))
                .collect::<Vec<_>>(),
            "connected": self.connected(),
            "callback": self.call.promise.as_ref().map(|promise| json!({
                "from": promise.from.to_rfc3339(), "until": promise.until.map(|until| until.to_rfc3339()),
            })),
            "timings_ms": self.timings(),
            "pace": self.stage.pace,
            "carrier_errors": self.stage.network.errors(),
        })
    }

    /// What was said and pressed, in order, in simulated milliseconds since the network started.
    fn dialogue(&self) -> Vec<Value> {
        self.history
            .iter()
            .filter_map(|event| {
                let who = match event.speaker()? {
                    // Whoever answers in the office is one of the tenant's people.
                    "office" => "technician",
                    who => who,
                };
                Some(json!({ "who": who, "text": event.words()?, "at_ms": event.at_ms, "line": self.line(event) }))
            })
            .collect()
    }

    /// Whose line it was: the caller's, or a technician's by name.
    fn line(&self, event: &NetworkEvent) -> String {
        match &event.party {
            Party::Caller => "caller".to_owned(),
            Party::Technician(number) | Party::Office(number) => self.stage.name_of(number),
        }
    }

    fn reasons(&self) -> Vec<String> {
        let own = self.call.reasons.iter();
        let found = self.call.assessment.iter().flat_map(|found| &found.reasons);
        let case = self.case.iter().flat_map(|case| &case.reasons);
        found.chain(own).chain(case).map(in_words).collect()
    }

    fn pages(&self) -> impl Iterator<Item = (&TechnicianId, PageOutcome)> {
        self.case.iter().flat_map(|case| &case.pages).filter_map(|page: &Page| match &page.state {
            PageState::Accepted { .. } => Some((&page.technician, PageOutcome::Accepted)),
            PageState::Ended { outcome: PageOutcome::Stopped, .. } => None,
            PageState::Ended { outcome, .. } => Some((&page.technician, *outcome)),
            PageState::Ringing { .. } | PageState::Briefing { .. } => None,
        })
    }

    fn connected(&self) -> bool {
        self.call.news.iter().any(|news| matches!(news, News::Connected(_)))
    }

    fn timings(&self) -> Value {
        let first = |wanted: &dyn Fn(&NetworkEvent) -> bool| self.history.iter().find(|e| wanted(e)).map(|e| e.at_ms);
        let caller = |event: &NetworkEvent| event.party == Party::Caller;
        let technician = |event: &NetworkEvent| matches!(event.party, Party::Technician(_));
        json!({
            "greeted": first(&|e| caller(e) && matches!(e.kind, EventKind::Heard { .. })),
            "first_words": first(&|e| caller(e) && matches!(e.kind, EventKind::Said(_))),
            "first_ring": first(&|e| technician(e) && e.kind == EventKind::Ringing),
            "caller_in_room": first(&|e| caller(e) && e.kind == EventKind::JoinedRoom),
            "technician_in_room": first(&|e| technician(e) && e.kind == EventKind::JoinedRoom),
            "caller_gone": first(&|e| caller(e) && matches!(e.kind, EventKind::Ended(_))),
            "real": u64::try_from(self.real_time.as_millis()).unwrap_or(u64::MAX),
        })
    }

    /// Zero only when the call ended as promised: it has a disposition, it left a ticket, whoever had to be
    /// woken was rung and has it or is being rung again, and the carrier found nothing to refuse.
    pub(super) fn exit_code(&self) -> ExitCode {
        if self.broken_promises().is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    fn broken_promises(&self) -> Vec<String> {
        let mut broken = self.stage.network.errors();
        if self.call.disposition.is_none() {
            broken.push("the call has no disposition".to_owned());
        }
        match self.case {
            None => broken.push("the call left no ticket".to_owned()),
            Some(case) if case.brief.wake => {
                if case.pages_ordered == 0 {
                    broken.push("somebody had to be woken and nobody was rung".to_owned());
                } else if case.accepted().is_none() && !matches!(case.work, Work::Pausing { .. } | Work::Handled) {
                    broken.push("nobody has accepted, and nobody is being rung again".to_owned());
                }
            }
            Some(_) => {}
        }
        broken
    }

    /// A page to read; the dialogue, too, unless it was shown while it happened.
    pub(super) fn text(&self, with_dialogue: bool) -> String {
        let mut lines = Vec::new();
        if with_dialogue {
            lines.extend(self.history.iter().filter_map(|event| self.stage.line_of(event)));
            lines.push(String::new());
        }
        let disposition = self.call.disposition.map_or_else(|| "none".to_owned(), |d| d.to_string());
        lines.push(format!("Disposition  {disposition}"));
        if let Some(case) = self.case {
            lines.push(format!(
                "Ticket       {}  {}  {}",
                case.ticket.number,
                case.brief.priority,
                case.summary(&self.stage.policy)
            ));
            if case.ticket.psa.is_none() {
                lines.push(
                    "             the ticketing system has not answered yet; it will be written there".to_owned(),
                );
            }
        }
        for (technician, outcome) in self.pages() {
            lines.push(format!("Page         {technician}: {outcome:?}"));
        }
        for reason in self.reasons() {
            lines.push(format!("Because      {reason}"));
        }
        for broken in self.broken_promises() {
            lines.push(format!("NOT WELL     {broken}"));
        }
        lines.push(format!("Look at it   nightdesk call-log {}", self.call.id));
        lines.join("\n")
    }
}

fn in_words(reason: &Reason) -> String {
    let words = if reason.words.is_empty() { String::new() } else { format!(": {}", reason.words.reveal()) };
    let runbook = reason.runbook.as_ref().map(|line| format!(" (runbook: {line})")).unwrap_or_default();
    format!("{}{words}{runbook}", reason.rule)
}

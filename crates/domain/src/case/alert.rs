//! An alert: another tool of the MSP has the people on call paged. No caller; a ticket, and the same ladder.

use super::report::problem_name;
use super::state::{Brief, CallerPresence, Case};
use super::ticket::TicketStatus;
use super::transition::Step;
use crate::effect::{Effect, PlannedEffect};
use crate::ids::{CallId, CaseId, CompanyId, TicketNumber};
use crate::limits::{ALERT_DETAILS_CHARS_MAX, ALERT_KEY_CHARS_MAX, ALERT_SUMMARY_CHARS_MAX, ALERT_SYSTEM_CHARS_MAX};
use crate::machine::Context;
use crate::policy::Policy;
use crate::private::Private;
use crate::triage::{Assessment, Fix, Mood, Reason, Setting, Turn, assess};
use crate::vocabulary::{Category, Disposition, Language, Priority};
use crate::windows::Occurrence;
use serde::{Deserialize, Serialize};

/// What a tool tells, as it was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolAlert {
    /// The tool, by the name that the tenant gave its token; technicians hear it.
    pub source: String,
    /// The tool's own name for this alert: the same one twice is one alert.
    pub key: String,
    /// What is wrong, in one line.
    pub summary: Private,
    /// Everything else that the tool has to say.
    pub details: Option<Private>,
    /// The client.
    pub company: Option<CompanyId>,
    /// The system that is hit.
    pub system: Option<String>,
    /// What kind of problem.
    pub category: Option<Category>,
    /// How urgent, by the tool. Its words may raise that; nothing lowers it.
    pub priority: Priority,
}

/// The fields of an alert as somebody wrote them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WrittenAlert {
    /// The tool.
    pub source: String,
    /// The idempotency key: visible ASCII characters.
    pub key: String,
    /// One line.
    pub summary: Option<String>,
    /// Any text.
    pub details: Option<String>,
    /// The id of a company in the tenant file.
    pub company: Option<String>,
    /// A name.
    pub system: Option<String>,
    /// One of the categories, by its label.
    pub category: Option<String>,
    /// One of the priorities, by its name.
    pub priority: Option<String>,
}

/// One field of an alert that cannot be taken as it is; the text repeats nothing that somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{field}: {detail}")]
pub struct Misstated {
    /// The field.
    pub field: String,
    /// What is wrong with it, and what would be right.
    pub detail: String,
}

impl Misstated {
    /// Something that is wrong with a field.
    pub fn new(field: &str, detail: impl Into<String>) -> Self {
        Self { field: field.to_owned(), detail: detail.into() }
    }
}

/// Every priority, by the name that is written.
const PRIORITIES: [Priority; 4] = [Priority::Critical, Priority::High, Priority::Medium, Priority::Low];

impl WrittenAlert {
    /// Reads every field; every problem at once. Whether the company exists is asked later, by
    /// [`ToolAlert::is_known_to`].
    pub fn read(self) -> Result<ToolAlert, Vec<Misstated>> {
        let mut wrong = Vec::new();
        let fits = (1..=ALERT_KEY_CHARS_MAX).contains(&self.key.len());
        if !fits || !self.key.bytes().all(|byte| byte.is_ascii_graphic()) {
            let wanted = format!("must be 1 to {ALERT_KEY_CHARS_MAX} visible ASCII characters without a blank");
            wrong.push(Misstated::new("idempotency_key", wanted));
        }
        let summary = text("summary", self.summary, ALERT_SUMMARY_CHARS_MAX, &mut wrong);
        if summary.is_none() && !wrong.iter().any(|wrong| wrong.field == "summary") {
            wrong.push(Misstated::new("summary", "must say in one line what is wrong"));
        }
        let details = text("details", self.details, ALERT_DETAILS_CHARS_MAX, &mut wrong);
        let system = text("system", self.system, ALERT_SYSTEM_CHARS_MAX, &mut wrong);
        let company = self.company.and_then(|id| {
            let read = CompanyId::parse(&id);
            read.map_err(|why| wrong.push(Misstated::new("company", why.to_string()))).ok()
        });
        let category = self.category.and_then(|label| {
            let read = Category::from_label(&label);
            if read.is_none() {
                let labels: Vec<&str> = Category::ALL.iter().map(|category| category.label()).collect();
                wrong.push(Misstated::new("category", format!("must be one of {}", labels.join(", "))));
            }
            read
        });
        let stated = self.priority.unwrap_or_default();
        let named = |priority: &Priority| priority.to_string().eq_ignore_ascii_case(stated.trim());
        let priority = PRIORITIES.into_iter().find(named);
        if priority.is_none() {
            wrong.push(Misstated::new("priority", "must be one of Critical, High, Medium and Low"));
        }
        match (summary, priority) {
            (Some(summary), Some(priority)) if wrong.is_empty() => Ok(ToolAlert {
                source: self.source,
                key: self.key,
                summary: Private::new(one_line(&summary)),
                details: details.map(Private::new),
                company,
                system: system.as_deref().map(one_line),
                category,
                priority,
            }),
            _ => Err(wrong),
        }
    }
}

/// A text that is there, is not blank, and is not too long.
fn text(field: &str, written: Option<String>, chars_max: usize, wrong: &mut Vec<Misstated>) -> Option<String> {
    let written = written.filter(|text| !text.trim().is_empty())?;
    // A line of a ticket, and what a voice reads, hold no control characters.
    let clean: String = written.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    if clean.chars().count() > chars_max {
        wrong.push(Misstated::new(field, format!("must have at most {chars_max} characters")));
        return None;
    }
    Some(clean.trim().to_owned())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl ToolAlert {
    /// Its case: the same for the same tool and key. Once an alert has expired, its key begins `again`.
    pub fn case_id(&self, again: u32) -> CaseId {
        CallId::of_alert(&self.source, &self.key, again).case()
    }

    /// Whether the tenant has the company that it names.
    pub fn is_known_to(&self, policy: &Policy) -> Result<(), Misstated> {
        match &self.company {
            Some(id) if policy.company(id).is_none() => {
                Err(Misstated::new("company", "is the id of no company of this tenant; the tenant file lists them"))
            }
            _ => Ok(()),
        }
    }

    /// What its words mean by the rules that callers are understood by.
    fn understood(&self, context: &Context<'_>) -> Assessment {
        let policy = context.policy;
        let setting = Setting {
            now: context.now,
            zone: policy.time_zone,
            callback: &policy.callback,
            company: self.company.as_ref().and_then(|id| policy.company(id)),
            // A tool that watches a system knows by itself whether it is being worked on.
            windows: &[],
            names: &[],
        };
        let words = [self.system.as_deref(), Some(self.summary.reveal()), self.details.as_ref().map(Private::reveal)];
        let turns: Vec<Turn<'_>> = words.into_iter().flatten().map(Turn::caller).collect();
        assess(&turns, &setting)
    }

    /// The planned work at the client that it names.
    fn work_in_force(&self, context: &Context<'_>) -> Vec<String> {
        let here = |it: &&Occurrence| it.in_force(context.now) && Some(&it.window.company) == self.company.as_ref();
        context.facts.windows.iter().filter(here).map(|it| it.window.title.clone()).collect()
    }

    /// What is known from it. The words may raise the priority, as a caller's would, and lower nothing.
    fn brief(&self, context: &Context<'_>) -> Brief {
        let found = self.understood(context);
        let priority = self.priority.max(found.priority);
        let for_high = context.policy.paging.wake_for_high;
        let wake = found.danger || priority == Priority::Critical || (priority == Priority::High && for_high);
        let mut reasons = vec![Reason::new("alert/stated-by-the-tool", self.priority.to_string())];
        if priority > self.priority || found.danger {
            reasons.push(Reason::new("alert/raised-by-its-words", priority.to_string()));
            // Their places count in words that are kept elsewhere.
            reasons.extend(found.reasons.into_iter().map(|reason| Reason { span: None, ..reason }));
        }
        Brief {
            language: Language::English,
            priority,
            category: self.category.or(found.category),
            wake,
            disposition: Some(if wake { Disposition::Escalate } else { Disposition::Ticket }),
            fix: Fix::None,
            name: None,
            company: self.company.clone(),
            number: None,
            affected: None,
            since: None,
            deadline: None,
            system: self.system.clone().or(found.details.system),
            telling: found.telling,
            callback: None,
            words: Vec::new(),
            recordings: Vec::new(),
            reasons,
            mood: Mood::Calm,
            gist: None,
            flags: Vec::new(),
            planned: None,
            text_to: None,
            // Told to whoever is woken; it holds nothing back.
            windows: self.work_in_force(context),
        }
    }
}

impl Case {
    /// Begins a case for what a tool tells: its ticket is ordered, and whoever must be woken is being woken.
    pub fn alert(context: &Context<'_>, alert: ToolAlert, again: u32) -> (Case, Vec<PlannedEffect>) {
        let call = CallId::of_alert(&alert.source, &alert.key, again);
        let number = TicketNumber::derive(&call.case(), context.facts.attempt);
        let caller = CallerPresence { call, present: false, said: 0 };
        let case = Case::begun(context, caller, alert.brief(context), (number, TicketStatus::Open));
        let mut step = Step::new(Case { alert: Some(alert), ..case }, context);
        if step.case.brief.wake {
            step.begin_round();
        }
        let draft = super::report::draft(&step.case, context.policy);
        step.plan(Effect::OpenTicket(Box::new(draft)));
        step.ask_history(None);
        (step.case, step.planner.into_effects())
    }

    /// Whether somebody waits to be rung back by whoever accepts: not for an alert of a tool, and not for a drill.
    pub fn has_caller(&self) -> bool {
        self.drill.is_none() && self.alert.is_none()
    }
}

/// The problem in a few words: what, and the tool's own line.
pub(super) fn headline(brief: &Brief, alert: &ToolAlert) -> String {
    match (&brief.system, brief.category) {
        (None, None) => alert.summary.reveal().to_owned(),
        _ => format!("{}: {}", problem_name(brief), alert.summary.reveal()),
    }
}

impl ToolAlert {
    /// What the tool said, as lines of the ticket.
    pub(super) fn said(&self) -> Vec<String> {
        let mut lines = vec![format!("What {} says (its key: {}):", self.source, self.key)];
        let details = self.details.iter().flat_map(|details| details.reveal().lines());
        lines.extend(std::iter::once(self.summary.reveal()).chain(details).map(|line| format!("> {line}")));
        lines
    }
}

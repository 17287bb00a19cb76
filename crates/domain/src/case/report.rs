//! What people read and hear about a case, in English: ticket, note, text, briefing.

use super::alert::ToolAlert;
use super::briefing::in_alphabet_of_texts;
use super::state::{Brief, Case, Work};
use super::ticket::TicketDraft;
use crate::ids::{AckCode, RecordingId};
use crate::limits::{ARRIVAL_GRACE_SECONDS, BRIEFING_TEXT_CHARS_MAX};
use crate::model::Summary;
use crate::policy::Policy;
use crate::private::Private;
use crate::triage::{FlagKind, Reason, say_callback, say_clock, say_time};
use crate::vocabulary::{Language, category_label};
use crate::windows::PlannedWork;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// How a line of an account begins that names a recording.
const MESSAGE: &str = "Message: recording ";

/// The recording that a line of a ticket, note or notice names. Words of a caller stand behind a mark, so that none of
/// them is such a line.
pub fn recording_in(line: &str) -> Option<RecordingId> {
    let (id, _) = line.strip_prefix(MESSAGE)?.split_once(',')?;
    RecordingId::parse(id).ok()
}

/// The draft of the ticket as things stand.
pub(super) fn draft(case: &Case, policy: &Policy) -> TicketDraft {
    let brief = &case.brief;
    let company = brief.company.as_ref().and_then(|id| policy.company(id));
    TicketDraft {
        tenant: case.tenant.clone(),
        key: case.id.clone(),
        number: case.ticket.number.clone(),
        summary: Private::new(summary(case, policy)),
        description: Private::new(account(case, policy)),
        priority: brief.priority,
        category: brief.category,
        status: case.ticket.status,
        psa_company: company.and_then(|company| company.psa_company.clone()),
        contact_name: brief.name.clone(),
        contact_number: brief.number.clone(),
    }
}

/// One line, at most [`super::SUMMARY_CHARS_MAX`] characters.
pub(super) fn summary(case: &Case, policy: &Policy) -> String {
    case.briefing(policy).summary()
}

/// The problem in a few words: what, who is hit, since when. In English whatever the caller spoke.
pub(super) fn headline(brief: &Brief) -> String {
    let what = problem_name(brief);
    // The caller's own words say it best, where the reader understands them.
    let own = match brief.language {
        Language::English => telling_turn(brief),
        Language::Spanish => brief.gist.as_ref().map(Private::reveal),
    };
    match own {
        // What has no name yet is best told by the words alone.
        Some(words) if brief.category.is_none() => words.to_owned(),
        Some(words) => format!("{what}: {words}"),
        None if brief.words.is_empty() => match brief.recordings.first() {
            Some(recording) => format!("{what}: a message of {} seconds", recording.seconds),
            None => format!("{what}: a call without words"),
        },
        None => what,
    }
}

/// The kind of problem, and the system if one is named.
pub(super) fn problem_name(brief: &Brief) -> String {
    match (&brief.system, brief.category) {
        (Some(system), Some(category)) if !system.eq_ignore_ascii_case(category.label()) => {
            format!("{category} ({system})")
        }
        (Some(system), None) => format!("{} ({system})", category_label(None)),
        (_, category) => category_label(category).to_owned(),
    }
}

/// The turn that most of the decisions were taken from; of equals the longest.
fn telling_turn(brief: &Brief) -> Option<&str> {
    let told = |turn: &str| {
        let words = brief.reasons.iter().map(|reason| reason.words.reveal());
        words.filter(|words| !words.is_empty() && turn.contains(words)).count()
    };
    brief.words.iter().map(Private::reveal).max_by_key(|turn| (told(turn), turn.len())).filter(|turn| !turn.is_empty())
}

/// Everything known, with the caller's own words and the reasons of each decision.
pub(super) fn account(case: &Case, policy: &Policy) -> String {
    let brief = &case.brief;
    let mut lines = case.briefing(policy).lines();
    let mut told = |label: &str, value: Option<String>| lines.extend(value.map(|value| format!("{label}: {value}")));
    told("Disposition", brief.disposition.map(|disposition| disposition.to_string()));
    told(
        "Promised callback",
        case.callback
            .as_ref()
            .map(|owed| &owed.promise)
            .or(brief.callback.as_ref())
            .map(|promise| say_callback(promise.time(), policy.time_zone, Language::English, case.opened_at)),
    );
    told("Planned work", brief.planned.as_ref().map(|planned| planned_words(planned, case)));
    if let Some(company) = brief.company.as_ref().and_then(|id| policy.company(id))
        && !company.runbook.notes.is_empty()
    {
        lines.push(format!("Runbook: {}", company.runbook.notes));
    }
    let out_of_scope = brief.company.as_ref().and_then(|id| policy.company(id)).map(|c| &c.runbook.out_of_scope);
    if let Some(topics) = out_of_scope.filter(|topics| !topics.is_empty()) {
        lines.push(format!("Out of scope for this client: {}", topics.join(", ")));
    }
    for recording in &brief.recordings {
        lines.push(format!("{MESSAGE}{}, {} seconds", recording.id, recording.seconds));
    }
    lines.push(String::new());
    lines.extend(case.alert.as_ref().map_or_else(|| callers_words(brief), ToolAlert::said));
    if !brief.flags.is_empty() {
        lines.push(String::new());
        lines.push("Look twice at (this decided nothing, and most callers have a good reason):".to_owned());
        lines.extend(flag_lines(brief));
    }
    lines.push(String::new());
    lines.push("Why:".to_owned());
    lines.extend(brief.reasons.iter().chain(&case.reasons).map(reason_line));
    lines.join("\n")
}

/// What the caller said, turn by turn.
fn callers_words(brief: &Brief) -> Vec<String> {
    let untranslated = if brief.language == Language::English { "" } else { " (in Spanish, not translated)" };
    let gist = brief.gist.as_ref().map(|gist| format!("In short, by a language model: {}", gist.reveal()));
    let mut lines: Vec<String> = gist.into_iter().collect();
    lines.push(format!("The caller's words{untranslated}:"));
    if brief.words.is_empty() {
        lines.push("(none were understood)".to_owned());
    }
    lines.extend(brief.words.iter().map(|turn| format!("> {}", turn.reveal())));
    lines
}

/// Another caller with the like problem, as a note: whom to call back, and what the ticket does not have yet of
/// words and messages; `known` is how many of both it has.
pub(super) fn joined(brief: &Brief, known: (usize, usize), at: DateTime<Utc>, zone: Tz) -> String {
    let at = say_time(at, zone, Language::English, at);
    let name = brief.name.as_ref().map_or("name not told", Private::reveal);
    let number = brief.number.as_ref().map_or("number withheld", Private::reveal);
    let first = known == (0, 0);
    let what = if first { "Another caller with this problem, to be called back" } else { "More of another caller" };
    let words = brief.words.iter().skip(known.0).map(|turn| format!("> {}", turn.reveal()));
    let messages = brief.recordings.iter().skip(known.1);
    let messages = messages.map(|message| format!("Message: recording {}, {} seconds", message.id, message.seconds));
    std::iter::once(format!("{what}: {name}, {number}, {at}"))
        .chain(words)
        .chain(messages)
        .collect::<Vec<_>>()
        .join("\n")
}

/// A language model's account, as a note.
pub(super) fn summarised(summary: &Summary) -> String {
    let mut lines = vec!["By a language model, from the call and what was done:".to_owned()];
    lines.push(summary.account.reveal().to_owned());
    lines.extend(summary.next_steps.iter().map(|step| format!("- {}", step.reveal())));
    lines.join("\n")
}

/// Who was called, in which order, and what came of it.
pub(super) fn trail(case: &Case) -> String {
    case.reasons.iter().map(reason_line).collect::<Vec<_>>().join("\n")
}

fn reason_line(reason: &Reason) -> String {
    let words = if reason.words.is_empty() { String::new() } else { format!(": {}", reason.words.reveal()) };
    let runbook = reason.runbook.as_ref().map(|line| format!(" [runbook: {line}]")).unwrap_or_default();
    format!("- {}{words}{runbook}", reason.rule)
}

/// What the technician hears first, sentence by sentence.
pub(super) fn briefing(case: &Case, policy: &Policy) -> Vec<String> {
    case.briefing(policy).spoken()
}

/// How long the briefing takes to read out, in seconds.
pub(super) fn briefing_seconds(case: &Case, policy: &Policy) -> u32 {
    case.briefing(policy).spoken_seconds()
}

/// The text to a technician who has accepted while the caller is not on the line.
pub(super) fn text_for_technician(case: &Case, policy: &Policy) -> String {
    let code = code(case);
    let more = match case.work {
        // Nobody waits to be rung; what is left to say is that it is done.
        _ if case.alert.is_some() => Some(format!("Reply {code} done once it is taken care of.")),
        Work::Held { talked: false, arrival: None, .. } if case.has_caller() => {
            Some(format!("Reply {code} 20 if you ring the caller in 20 minutes."))
        }
        _ => None,
    };
    case.briefing(policy).text(more.as_deref(), true, BRIEFING_TEXT_CHARS_MAX)
}

/// What whoever has accepted by a page or a button reads there: no text can be answered from it.
pub(super) fn shown_to_holder(case: &Case, policy: &Policy) -> String {
    let done = case.alert.as_ref().map(|_| format!("Reply {} done once it is taken care of.", code(case)));
    case.briefing(policy).text(done.as_deref(), true, BRIEFING_TEXT_CHARS_MAX)
}

/// What is known from before, as a note; none where nothing is.
pub(super) fn history(case: &Case, policy: &Policy) -> Option<String> {
    let lines = case.briefing(policy).history_lines();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// A page by message: what it is about, and how it is accepted, in at most so many characters.
pub(super) fn page_text(case: &Case, policy: &Policy, chars_max: usize) -> String {
    let code = code(case);
    let accept = if case.has_caller() {
        format!("Reply {code} to accept, or {code} 20 if you ring the caller in 20 minutes.")
    } else {
        format!("Reply {code} to accept.")
    };
    case.briefing(policy).text(Some(&accept), false, chars_max)
}

fn code(case: &Case) -> &str {
    case.ack_code.as_ref().map(AckCode::as_str).unwrap_or_default()
}

/// The text to a technician whose promised time has come.
pub(super) fn reminder_text(case: &Case, policy: &Policy) -> String {
    let name = case.brief.name.as_ref().map_or("the caller", Private::reveal);
    let number = case.brief.number.as_ref().map(|number| format!(" at {}", number.reveal())).unwrap_or_default();
    let code = code(case);
    let minutes = ARRIVAL_GRACE_SECONDS / 60;
    in_alphabet_of_texts(&format!(
        "{}: you were to ring {name}{number} by now, ticket {}. Reply {code} done once you have talked; in {minutes} minutes others are woken.",
        policy.name, case.ticket.number,
    ))
}

/// The text to a technician who has accepted by a message and told no time.
pub(super) fn untold_text(case: &Case, policy: &Policy) -> String {
    let name = case.brief.name.as_ref().map_or("the caller", Private::reveal);
    let number = case.brief.number.as_ref().map(|number| format!(" at {}", number.reveal())).unwrap_or_default();
    let code = code(case);
    in_alphabet_of_texts(&format!(
        "{}: you have ticket {}; {name} waits for your call{number}. Reply {code} 20 if you ring in 20 minutes, {code} done once you have talked.",
        policy.name, case.ticket.number,
    ))
}

/// A day and time in the tenant's zone, in English.
pub(super) fn when(at: DateTime<Utc>, policy: &Policy, now: DateTime<Utc>) -> String {
    say_time(at, policy.time_zone, Language::English, now)
}

/// A time of day in the tenant's zone, in English.
pub(super) fn clock_time(at: DateTime<Utc>, policy: &Policy) -> String {
    say_clock(at, policy.time_zone, Language::English)
}

/// The kinds of flags, each once, in the order in which they were first said.
pub(super) fn flag_kinds(brief: &Brief) -> Vec<FlagKind> {
    let mut kinds = Vec::new();
    for flag in &brief.flags {
        if !kinds.contains(&flag.kind) {
            kinds.push(flag.kind);
        }
    }
    kinds
}

/// What the caller tries and in which words, a line for each kind.
fn flag_lines(brief: &Brief) -> Vec<String> {
    let line = |kind: FlagKind| {
        let of_kind = brief.flags.iter().filter(|flag| flag.kind == kind);
        let words: Vec<String> = of_kind.map(|flag| format!("\"{}\"", flag.evidence.words.reveal())).collect();
        format!("- The caller {}: {}", kind.tries(), words.join(", "))
    };
    flag_kinds(brief).into_iter().map(line).collect()
}

/// The client company's name; none while it is unknown.
pub(super) fn company_name(brief: &Brief, policy: &Policy) -> Option<String> {
    brief.company.as_ref().and_then(|id| policy.company(id)).map(|company| company.name.clone())
}

/// The work that explains the problem, until when, and whether it kept anybody from being woken.
pub(super) fn planned_words(planned: &PlannedWork, case: &Case) -> String {
    let until = say_time(planned.until, planned.zone, Language::English, case.opened_at);
    let nobody = if planned.suppressed { "; nobody was woken for it" } else { "" };
    format!("{} (window {}), until {until}{nobody}", planned.title, planned.window)
}

/// Cuts a text at a word's end, with an ellipsis, to a number of characters.
pub fn shorten(text: &str, chars_max: usize) -> String {
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if one_line.chars().count() <= chars_max {
        return one_line;
    }
    let cut: String = one_line.chars().take(chars_max.saturating_sub(1)).collect();
    let at_word = cut.rsplit_once(' ').map_or(cut.as_str(), |(head, _)| head);
    // A single very long word is cut inside.
    let kept = if at_word.chars().count() * 2 < chars_max { cut.as_str() } else { at_word };
    format!("{}…", kept.trim_end_matches([' ', ',', '.', ':']))
}

impl Case {
    /// The planned work but for which somebody would have been woken, or the caller asked about it.
    pub fn suppressed_by(&self) -> Option<&PlannedWork> {
        self.brief.planned.as_ref().filter(|planned| planned.suppressed && !self.brief.wake)
    }

    /// One line on the case, as its ticket has it.
    pub fn summary(&self, policy: &Policy) -> String {
        summary(self, policy)
    }
}

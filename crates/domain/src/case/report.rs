//! What people read and hear about a case, in English: ticket, note, text, briefing.

use super::state::{Brief, Case};
use super::ticket::{SUMMARY_CHARS_MAX, TicketDraft};
use crate::ids::{AckCode, RecordingId};
use crate::limits::{ARRIVAL_GRACE_SECONDS, SPEECH_CHARS_PER_SECOND};
use crate::model::Summary;
use crate::policy::Policy;
use crate::private::Private;
use crate::triage::{Affected, FlagKind, Mood, Reason, say_callback, say_clock, say_time};
use crate::vocabulary::{Language, category_label};
use crate::windows::PlannedWork;
use chrono::{DateTime, Utc};

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

/// One line, at most [`SUMMARY_CHARS_MAX`] characters.
pub(super) fn summary(case: &Case, policy: &Policy) -> String {
    let line = format!("{}: {}", company_name(&case.brief, policy), headline(&case.brief));
    shorten(&line, SUMMARY_CHARS_MAX)
}

/// The problem in a few words: what, who is hit, since when. In English whatever the caller spoke.
pub(super) fn headline(brief: &Brief) -> String {
    let what = match (&brief.system, brief.category) {
        (Some(system), Some(category)) if !system.eq_ignore_ascii_case(category.label()) => {
            format!("{category} ({system})")
        }
        (Some(system), None) => format!("{} ({system})", category_label(None)),
        (_, category) => category_label(category).to_owned(),
    };
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
    let mut lines = vec![
        format!("NightDesk ticket {}", case.ticket.number),
        format!("Company: {}", company_name(brief, policy)),
        format!("Caller: {}", brief.name.as_ref().map_or("not told", Private::reveal)),
        format!("Number: {}", brief.number.as_ref().map_or("withheld, and not told", Private::reveal)),
        format!("Priority: {}", brief.priority),
        format!("Category: {}", category_label(brief.category)),
    ];
    let mut told = |label: &str, value: Option<String>| lines.extend(value.map(|value| format!("{label}: {value}")));
    told("Disposition", brief.disposition.map(|disposition| disposition.to_string()));
    told("System", brief.system.clone());
    told("Affected", brief.affected.map(affected_words));
    told("Since", brief.since.as_ref().map(|since| since.reveal().to_owned()));
    told("Deadline", brief.deadline.as_ref().map(|deadline| deadline.reveal().to_owned()));
    told(
        "Promised callback",
        case.callback
            .as_ref()
            .map(|owed| &owed.promise)
            .or(brief.callback.as_ref())
            .map(|promise| say_callback(promise.time(), policy.time_zone, Language::English, case.opened_at)),
    );
    told("Planned work", brief.planned.as_ref().map(|planned| planned_words(planned, case)));
    told("Mood", (!brief.words.is_empty()).then(|| mood_line(brief)));
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
    let untranslated = if brief.language == Language::English { "" } else { " (in Spanish, not translated)" };
    lines.push(String::new());
    if let Some(gist) = &brief.gist {
        lines.push(format!("In short, by a language model: {}", gist.reveal()));
    }
    lines.push(format!("The caller's words{untranslated}:"));
    if brief.words.is_empty() {
        lines.push("(none were understood)".to_owned());
    }
    lines.extend(brief.words.iter().map(|turn| format!("> {}", turn.reveal())));
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
    let brief = &case.brief;
    let mut say = vec![
        format!("{}, priority {}.", company_name(brief, policy), brief.priority),
        format!("{}.", shorten(&headline(brief), 160).trim_end_matches('.')),
    ];
    say.extend(careful(brief));
    if matches!(brief.mood, Mood::Frustrated | Mood::Hostile) {
        say.push("The caller is upset.".to_owned());
    }
    if let Some(name) = &brief.name {
        say.push(format!("The caller is {}.", name.reveal()));
    }
    // Whoever spoke English has said so in the words above.
    if let (Some(affected), Language::Spanish) = (brief.affected, brief.language) {
        say.push(format!("Affected: {}.", affected_words(affected)));
    }
    if !brief.recordings.is_empty() {
        say.push("There is a recorded message; the ticket names it.".to_owned());
    }
    say
}

/// How long the briefing takes to read out, in seconds.
pub(super) fn briefing_seconds(case: &Case, policy: &Policy) -> u32 {
    let chars: usize = briefing(case, policy).iter().map(|sentence| sentence.chars().count()).sum();
    u32::try_from(chars / SPEECH_CHARS_PER_SECOND + 1).unwrap_or(u32::MAX).min(crate::limits::BRIEFING_SECONDS_MAX)
}

/// The text to a technician who has accepted while the caller is not on the line.
pub(super) fn text_for_technician(case: &Case, policy: &Policy) -> String {
    let brief = &case.brief;
    let name = brief.name.as_ref().map_or("The caller", Private::reveal);
    let reach = match &brief.number {
        Some(number) => format!("{name} is waiting for your call at {}.", number.reveal()),
        None => format!("{name} is waiting for your call. The number was withheld."),
    };
    let careful = careful(brief).map(|careful| format!(" {careful}")).unwrap_or_default();
    format!(
        "{}: ticket {}, {}, {}. {reach}{careful}",
        policy.name,
        case.ticket.number,
        brief.priority,
        shorten(&summary(case, policy), 90),
    )
}

/// A page by message: what it is about, and how it is accepted.
pub(super) fn page_text(case: &Case, policy: &Policy) -> String {
    let code = case.ack_code.as_ref().map(AckCode::as_str).unwrap_or_default();
    format!(
        "{}: {}, {}. Reply {code} to accept, or {code} 20 if you ring the caller in 20 minutes.",
        policy.name,
        case.brief.priority,
        shorten(&summary(case, policy), 100),
    )
}

/// The text to a technician whose promised time has come.
pub(super) fn reminder_text(case: &Case, policy: &Policy) -> String {
    let name = case.brief.name.as_ref().map_or("the caller", Private::reveal);
    let number = case.brief.number.as_ref().map(|number| format!(" at {}", number.reveal())).unwrap_or_default();
    let code = case.ack_code.as_ref().map(AckCode::as_str).unwrap_or_default();
    let minutes = ARRIVAL_GRACE_SECONDS / 60;
    format!(
        "{}: you were to ring {name}{number} by now, ticket {}. Reply {code} done once you have talked;          in {minutes} minutes others are woken.",
        policy.name, case.ticket.number,
    )
}

/// A time of day in the tenant's zone, in English.
pub(super) fn clock_time(at: DateTime<Utc>, policy: &Policy) -> String {
    say_clock(at, policy.time_zone, Language::English)
}

/// The caller's mood, and the line with which to open in the caller's language.
fn mood_line(brief: &Brief) -> String {
    let mood = match brief.mood {
        Mood::Calm => "calm",
        Mood::Confused => "confused",
        Mood::Urgent => "pressed for time",
        Mood::Frustrated => "frustrated",
        Mood::Hostile => "hostile",
    };
    format!("{mood}; a good opening: \"{}\"", brief.mood.opening(brief.language))
}

/// The kinds of flags, each once, in the order in which they were first said.
fn flag_kinds(brief: &Brief) -> Vec<FlagKind> {
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

/// One short sentence to whoever is woken, if there is something to look at twice.
fn careful(brief: &Brief) -> Option<String> {
    let kinds = flag_kinds(brief);
    let (first, others) = kinds.split_first()?;
    let second = others.first().map(|kind| format!(" and {}", kind.tries())).unwrap_or_default();
    let more = if others.len() > 1 { ", and more" } else { "" };
    Some(format!("Careful: the caller {}{second}{more}.", first.tries()))
}

fn company_name(brief: &Brief, policy: &Policy) -> String {
    brief
        .company
        .as_ref()
        .and_then(|id| policy.company(id))
        .map_or_else(|| "Unknown company".to_owned(), |company| company.name.clone())
}

/// The work that explains the problem, until when, and whether it kept anybody from being woken.
fn planned_words(planned: &PlannedWork, case: &Case) -> String {
    let until = say_time(planned.until, planned.zone, Language::English, case.opened_at);
    let nobody = if planned.suppressed { "; nobody was woken for it" } else { "" };
    format!("{} (window {}), until {until}{nobody}", planned.title, planned.window)
}

fn affected_words(affected: Affected) -> String {
    match affected {
        Affected::One => "one person".to_owned(),
        Affected::Some(count) => format!("{count} people"),
        Affected::Several => "several people".to_owned(),
        Affected::All => "everybody".to_owned(),
    }
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

//! What whoever is woken is told: made once of a case, then heard, read as a text, in chat and in the ticket.
//!
//! Nothing is worked out in a rendering, so that all of them say the same. What is not known is not mentioned.
//! Where room is short, sentences are dropped from the end; the most important ones stand first.

use super::alert;
use super::report::{company_name, flag_kinds, headline, shorten};
use super::state::Case;
use super::ticket::SUMMARY_CHARS_MAX;
use crate::ids::TicketNumber;
use crate::limits::{
    BRIEFING_SPOKEN_SECONDS_MAX, PAGE_SPOKEN_SECONDS_MAX, SPEECH_CHARS_PER_SECOND, SPOKEN_DIGIT_CHARS,
};
use crate::phone::spoken_digits;
use crate::policy::Policy;
use crate::private::Private;
use crate::triage::{Affected, FlagKind, Mood};
use crate::vocabulary::{Category, Language, Priority, category_label};
use serde::{Deserialize, Serialize};

/// Most characters of a name that are read out or texted.
const NAME_CHARS_MAX: usize = 40;
/// Most characters of the MSP's name that are read out before the briefing.
const MSP_SPOKEN_CHARS_MAX: usize = 30;
/// Most characters of what fixed it last time that are read out or texted.
const FIX_CHARS_MAX: usize = 60;
/// Most characters of a number that are texted.
const NUMBER_CHARS_MAX: usize = 24;
/// Fewest and most characters of the problem itself that are texted.
const PROBLEM_TEXT_CHARS_MIN: usize = 40;
const PROBLEM_TEXT_CHARS_MAX: usize = 140;

/// What is known of a case, for whoever is woken for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Briefing {
    /// The MSP, as people know it.
    pub msp: String,
    /// The ticket's number, as the caller hears it.
    pub ticket: TicketNumber,
    /// The tool that told it; none where a caller did.
    pub source: Option<String>,
    /// The client company; none while it is unknown.
    pub client: Option<String>,
    /// The caller's name.
    pub contact: Option<Private>,
    /// The number to reach the caller.
    pub number: Option<Private>,
    /// How urgent.
    pub priority: Priority,
    /// What kind of problem.
    pub category: Option<Category>,
    /// The system named.
    pub system: Option<String>,
    /// The problem in a sentence of English: the caller's own where that is English.
    pub problem: Private,
    /// How many are affected.
    pub affected: Option<Affected>,
    /// Since when, in the caller's words.
    pub since: Option<Private>,
    /// A deadline, in the caller's words.
    pub deadline: Option<Private>,
    /// The caller's language.
    pub language: Language,
    /// How the caller feels; none where no word was understood.
    pub mood: Option<Mood>,
    /// Whether there is a recorded message.
    pub has_message: bool,
    /// What to look at twice, each kind once.
    pub flags: Vec<FlagKind>,
    /// Planned work at this client that is in force.
    pub windows: Vec<String>,
    /// Tickets of the client that are open in the ticketing system.
    pub open_tickets: Option<u32>,
    /// Days since the client's last case began, by the calendar of the tenant's zone.
    pub days_since_last_call: Option<u32>,
    /// What fixed the last problem like this one.
    pub last_fix: Option<Private>,
}

impl Case {
    /// What whoever is woken is told, as things stand.
    pub fn briefing(&self, policy: &Policy) -> Briefing {
        let brief = &self.brief;
        let history = self.history.clone().unwrap_or_default();
        let date = |at: chrono::DateTime<chrono::Utc>| at.with_timezone(&policy.time_zone).date_naive();
        let days = history.last_call.map(|last| (date(self.opened_at) - date(last)).num_days());
        Briefing {
            msp: policy.name.clone(),
            ticket: self.ticket.number.clone(),
            source: self.alert.as_ref().map(|alert| alert.source.clone()),
            client: company_name(brief, policy),
            contact: brief.name.clone().filter(|name| !name.is_empty()),
            number: brief.number.clone(),
            priority: brief.priority,
            category: brief.category,
            system: brief.system.clone(),
            problem: Private::new(
                self.alert.as_ref().map_or_else(|| headline(brief), |alert| alert::headline(brief, alert)),
            ),
            affected: brief.affected,
            since: brief.since.clone(),
            deadline: brief.deadline.clone(),
            language: brief.language,
            mood: (!brief.words.is_empty()).then_some(brief.mood),
            has_message: !brief.recordings.is_empty(),
            flags: flag_kinds(brief),
            windows: brief.windows.clone(),
            open_tickets: history.open_tickets,
            days_since_last_call: days.map(|days| u32::try_from(days).unwrap_or(0)),
            last_fix: history.last_fix.filter(|fix| !fix.is_empty()),
        }
    }
}

impl Briefing {
    /// Who is calling: the first that a technician hears.
    pub fn calling(&self) -> String {
        format!("This is NightDesk, calling for {}.", spoken_within(&self.msp, MSP_SPOKEN_CHARS_MAX))
    }

    /// What is read out, sentence by sentence: at most [`BRIEFING_SPOKEN_SECONDS_MAX`] together, and with who is
    /// calling less than [`PAGE_SPOKEN_SECONDS_MAX`].
    pub fn spoken(&self) -> Vec<String> {
        let all = (PAGE_SPOKEN_SECONDS_MAX as usize) * SPEECH_CHARS_PER_SECOND;
        let room = (BRIEFING_SPOKEN_SECONDS_MAX as usize) * SPEECH_CHARS_PER_SECOND;
        let room = room.min(all.saturating_sub(spoken_chars(&self.calling()) + 2));
        let name = |name: &str| spoken_within(name, NAME_CHARS_MAX);
        let client = name(&self.client_name());
        let whose = match (&self.source, &self.client) {
            (Some(source), Some(_)) => {
                format!("An alert of {} about {client}, priority {}.", name(source), self.priority)
            }
            (Some(source), None) => format!("An alert of {}, priority {}.", name(source), self.priority),
            (None, _) => format!("{client}, priority {}.", self.priority),
        };
        let careful = self.careful();
        let taken = spoken_chars(&whose) + careful.as_ref().map_or(0, |careful| spoken_chars(careful) + 1) + 2;
        let problem = spoken_within(self.problem.reveal(), room.saturating_sub(taken));
        let mut sentences = vec![whose, with_full_stop(problem)];
        sentences.extend(careful);
        sentences.extend(self.planned());
        if self.is_upset() {
            sentences.push("The caller is upset.".to_owned());
        }
        sentences.extend(self.contact_name().map(|name| format!("The caller is {name}.")));
        // Whoever spoke English has said so in the words above.
        if let (Some(affected), Language::Spanish) = (self.affected, self.language) {
            sentences.push(format!("Affected: {}.", affected_words(affected)));
        }
        sentences.extend(self.fixed());
        sentences.extend(self.before());
        if self.has_message {
            sentences.push("There is a recorded message; the ticket names it.".to_owned());
        }
        sentences.extend(self.number.as_ref().map(|number| format!("The number is {}.", spoken_number(number))));
        if let (Some(opening), Language::English) = (self.opening(), self.language) {
            sentences.push(format!("You could say: {opening}"));
        }
        fitting(sentences, room, spoken_chars)
    }

    /// How long that takes, in seconds, rounded up.
    pub fn spoken_seconds(&self) -> u32 {
        let chars = spoken_chars(&self.spoken().join(" "));
        u32::try_from(chars.div_ceil(SPEECH_CHARS_PER_SECOND)).unwrap_or(BRIEFING_SPOKEN_SECONDS_MAX)
    }

    /// What is texted: at most so many characters of the alphabet of texts (GSM 03.38); with
    /// [`BRIEFING_TEXT_CHARS_MAX`](crate::limits::BRIEFING_TEXT_CHARS_MAX) it fits three segments. `first` stands before
    /// all else that could be dropped; `waiting` says that the caller waits for the reader's call.
    pub fn text(&self, first: Option<&str>, waiting: bool, chars_max: usize) -> String {
        let mut sentences =
            vec![format!("{}: {}, {}.", shorten(&self.msp, NAME_CHARS_MAX), self.priority, self.client_name())];
        sentences.extend(first.map(str::to_owned));
        let name = self.contact_name().unwrap_or_else(|| "The caller".to_owned());
        let number = self.number.as_ref().map(|number| shorten(number.reveal(), NUMBER_CHARS_MAX));
        let reach = match (number, waiting) {
            _ if self.source.is_some() => {
                format!("Alert of {}.", self.source.as_deref().unwrap_or_default())
            }
            (Some(number), true) => format!("{name} is waiting for your call at {number}."),
            (None, true) => format!("{name} is waiting for your call. The number was withheld."),
            (Some(number), false) => format!("{name}: {number}."),
            (None, false) => format!("{name}; the number was withheld."),
        };
        // Whom to ring is never dropped for the length of the words about it.
        let taken: usize =
            sentences.iter().chain([&reach]).map(|said| in_alphabet_of_texts(said).chars().count() + 1).sum();
        let room = chars_max.saturating_sub(taken + 3).clamp(PROBLEM_TEXT_CHARS_MIN, PROBLEM_TEXT_CHARS_MAX);
        let problem = shorten(&in_alphabet_of_texts(self.problem.reveal()), room);
        sentences.extend([with_full_stop(problem), reach]);
        sentences.extend(self.careful());
        sentences.push(format!("Ticket {}.", self.ticket));
        sentences.extend(self.planned());
        if self.is_upset() {
            sentences.push("Upset.".to_owned());
        }
        sentences.extend(self.fixed());
        sentences.extend(self.before());
        sentences.extend(self.opening().map(|opening| format!("Say: {opening}")));
        let plain = sentences.iter().map(|sentence| in_alphabet_of_texts(sentence)).collect();
        fitting(plain, chars_max, |text| text.chars().count()).join(" ")
    }

    /// Everything, a line each: a label, a colon, the value.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![
            format!("NightDesk ticket {}", self.ticket),
            format!("Company: {}", self.client.as_deref().unwrap_or("Unknown company")),
        ];
        lines.extend(match &self.source {
            Some(source) => vec![format!("Alert of: {source}")],
            None => vec![
                format!("Caller: {}", self.contact.as_ref().map_or("not told", Private::reveal)),
                format!("Number: {}", self.number.as_ref().map_or("withheld, and not told", Private::reveal)),
            ],
        });
        lines.push(format!("Priority: {}", self.priority));
        lines.push(format!("Category: {}", category_label(self.category)));
        let mut told =
            |label: &str, value: Option<String>| lines.extend(value.map(|value| format!("{label}: {value}")));
        let said = |words: &Option<Private>| words.as_ref().map(|words| words.reveal().to_owned());
        told("System", self.system.clone());
        told("Affected", self.affected_words());
        told("Since", said(&self.since));
        told("Deadline", said(&self.deadline));
        let opens = |mood: Mood| format!("{}; a good opening: \"{}\"", mood_words(mood), mood.opening(self.language));
        told("Mood", self.mood.map(opens));
        told("Planned work in force", (!self.windows.is_empty()).then(|| self.windows.join(", ")));
        lines.extend(self.history_lines());
        lines
    }

    /// What is known from before, a line each; nothing where nothing is known.
    pub fn history_lines(&self) -> Vec<String> {
        let open = self.open_tickets.map(|open| format!("Open tickets of this client: {open}"));
        let last = self.days_since_last_call.map(|days| format!("Last call of this client: {}", days_ago(days)));
        let fix = self.last_fix.as_ref().map(|fix| format!("What helped last time: {}", fix.reveal()));
        [open, last, fix].into_iter().flatten().collect()
    }

    /// The ticket's summary: whose problem, and which.
    pub fn summary(&self) -> String {
        let whose = self.client.as_deref().or(self.source.as_deref()).unwrap_or("Unknown company");
        shorten(&format!("{whose}: {}", self.problem.reveal()), SUMMARY_CHARS_MAX)
    }

    /// The line with which to open in the caller's language, for whoever calls back.
    pub fn opening(&self) -> Option<&'static str> {
        self.mood.map(|mood| mood.opening(self.language))
    }

    /// How many are affected, in words, if that is known.
    pub fn affected_words(&self) -> Option<String> {
        self.affected.map(affected_words)
    }

    /// How the caller feels, in words, if anything was understood.
    pub fn mood_words(&self) -> Option<&'static str> {
        self.mood.map(mood_words)
    }

    /// Whether the caller is angry.
    pub fn is_upset(&self) -> bool {
        matches!(self.mood, Some(Mood::Frustrated | Mood::Hostile))
    }

    /// One short sentence on what to look at twice, if there is something.
    pub fn careful(&self) -> Option<String> {
        let (first, others) = self.flags.split_first()?;
        let more = if others.is_empty() { "" } else { ", and more" };
        Some(format!("Careful: the caller {}{more}.", first.tries()))
    }

    /// When the client last called, and how many of its tickets are open, as far as that is known and matters.
    fn before(&self) -> Vec<String> {
        let last = self.days_since_last_call.map(|days| format!("Last call {}.", days_ago(days)));
        let open = self.open_tickets.filter(|open| *open > 0).map(|open| match open {
            1 => "1 open ticket.".to_owned(),
            open => format!("{open} open tickets."),
        });
        last.into_iter().chain(open).collect()
    }

    fn client_name(&self) -> String {
        let whose = self.client.as_deref().or(self.source.as_deref());
        whose.map_or_else(|| "Unknown company".to_owned(), |name| shorten(name, NAME_CHARS_MAX))
    }

    fn contact_name(&self) -> Option<String> {
        self.contact.as_ref().map(|name| shorten(name.reveal(), NAME_CHARS_MAX))
    }

    fn planned(&self) -> Option<String> {
        (!self.windows.is_empty()).then(|| sentence(&format!("Planned work: {}", self.windows.join(", ")), 80))
    }

    fn fixed(&self) -> Option<String> {
        self.last_fix
            .as_ref()
            .map(|fix| sentence(&format!("Last time this helped: {}", fix.reveal()), FIX_CHARS_MAX + 23))
    }
}

/// A sentence of at most so many characters, with a full stop.
fn sentence(text: &str, chars_max: usize) -> String {
    with_full_stop(shorten(text, chars_max.saturating_sub(1)))
}

fn with_full_stop(text: String) -> String {
    let ends = text.ends_with(['.', '…', '?', '!']);
    if ends { text } else { format!("{text}.") }
}

/// How many characters a voice takes for a text: a digit is read as a word.
fn spoken_chars(text: &str) -> usize {
    text.chars().map(|c| if c.is_numeric() { SPOKEN_DIGIT_CHARS } else { 1 }).sum()
}

/// The longest beginning of a text that a voice reads in so many characters, less one for a full stop.
fn spoken_within(text: &str, room: usize) -> String {
    let mut most = room.saturating_sub(1);
    loop {
        let short = shorten(text, most);
        let over = (spoken_chars(&short) + 1).saturating_sub(room);
        if over == 0 || most <= 1 {
            return short;
        }
        most = most.saturating_sub(over.div_ceil(SPOKEN_DIGIT_CHARS)).max(1);
    }
}

/// The first sentences that fit together, with a blank after each.
fn fitting(sentences: Vec<String>, chars_max: usize, measure: fn(&str) -> usize) -> Vec<String> {
    let mut left = chars_max + 1;
    let fits = |sentence: &String| {
        let chars = measure(sentence) + 1;
        let fits = chars <= left;
        left = left.saturating_sub(chars);
        fits
    };
    sentences.into_iter().take_while(fits).collect()
}

fn spoken_number(number: &Private) -> String {
    // A carrier's number has at most 15 digits; what a caller keyed in may have more.
    spoken_digits(&number.reveal().chars().take(20).collect::<String>())
}

fn days_ago(days: u32) -> String {
    match days {
        0 => "earlier today".to_owned(),
        1 => "yesterday".to_owned(),
        days => format!("{days} days ago"),
    }
}

fn mood_words(mood: Mood) -> &'static str {
    match mood {
        Mood::Calm => "calm",
        Mood::Confused => "confused",
        Mood::Urgent => "pressed for time",
        Mood::Frustrated => "frustrated",
        Mood::Hostile => "hostile",
    }
}

/// How many are affected, in words.
fn affected_words(affected: Affected) -> String {
    match affected {
        Affected::One => "one person".to_owned(),
        Affected::Some(count) => format!("{count} people"),
        Affected::Several => "several people".to_owned(),
        Affected::All => "everybody".to_owned(),
    }
}

/// The text in the alphabet of texts (GSM 03.38, without its extensions): one other character would make every
/// segment hold 67 characters instead of 153.
pub fn in_alphabet_of_texts(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '…' => plain.push_str("..."),
            'á' | 'â' | 'ã' | 'ą' => plain.push('a'),
            'í' | 'î' | 'ï' => plain.push('i'),
            'ó' | 'ô' | 'õ' => plain.push('o'),
            'ú' | 'û' => plain.push('u'),
            'ê' | 'ë' | 'ę' => plain.push('e'),
            'ç' => plain.push('c'),
            'Á' | 'Â' | 'Ã' | 'À' => plain.push('A'),
            'Í' | 'Î' => plain.push('I'),
            'Ó' | 'Ô' | 'Õ' => plain.push('O'),
            'Ú' | 'Û' => plain.push('U'),
            'Ê' | 'È' => plain.push('E'),
            '“' | '”' | '„' | '«' | '»' => plain.push('"'),
            '‘' | '’' | '´' | '`' => plain.push('\''),
            '–' | '—' | '−' => plain.push('-'),
            '[' | '{' => plain.push('('),
            ']' | '}' => plain.push(')'),
            c if is_of_texts(c) => plain.push(c),
            c if c.is_whitespace() => plain.push(' '),
            _ => plain.push('?'),
        }
    }
    plain
}

fn is_of_texts(c: char) -> bool {
    let signs = "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà";
    c.is_ascii_alphanumeric() || signs.contains(c)
}

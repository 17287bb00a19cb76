//! What the caller hears now: a projection of the state, the same however often it is asked for.

use super::event::News;
use super::state::{Call, CallState, Farewell, Lead, Question, VoicemailReason, WakeFloor};
use super::wording::{self, Wording};
use crate::case::Hands;
use crate::ids::{TechnicianId, TicketNumber};
use crate::limits::*;
use crate::policy::{Policy, TranscriptionBy};
use crate::reply::{Heard, Listen, Then, VoiceReply};
use crate::triage::{say_callback, say_clock, say_time};
use crate::vocabulary::{Language, Priority};
use chrono::{DateTime, Utc};

/// Most phrases that help a recogniser (carriers take 500; fewer work better).
const HINTS_MAX: usize = 100;

impl Call {
    /// What the caller hears now. `heard` is what of the news the caller was told before; `now` the instant
    /// against which "tomorrow" is said.
    pub fn reply(&self, policy: &Policy, heard: Heard, now: DateTime<Utc>) -> VoiceReply {
        let words = Wording::of(self.language);
        match &self.state {
            CallState::RingingOffice { .. } => match &policy.office {
                Some(number) => self.say(
                    vec![],
                    Then::RingOffice { number: number.clone(), ring_seconds: OFFICE_RING_SECONDS, turn: self.turn },
                ),
                None => self.say(vec![], Then::HangUp),
            },
            CallState::Asking { question, lead, .. } => {
                let mut say = self.lead(policy, words, *lead, now);
                say.push(self.question(words, *question));
                self.say(say, Then::Listen(self.listen(policy, Heard::default(), false)))
            }
            CallState::Holding { .. } => {
                let (say, told) = self.hold_words(policy, words, heard);
                self.say(say, Then::Listen(self.listen(policy, told, true)))
            }
            CallState::Recording { why, .. } => {
                let first = match why {
                    VoicemailReason::Wish => words.voicemail_wish,
                    VoicemailReason::NotUnderstood => words.voicemail_not_understood,
                    VoicemailReason::TooLong => words.voicemail_too_long,
                };
                self.say(vec![first.to_owned(), words.voicemail_beep.to_owned()], self.recording(policy))
            }
            CallState::Joining { .. } | CallState::Connected { .. } => {
                let name = self.accepted_by(policy).unwrap_or_else(|| words.technician.to_owned());
                let then = Then::Join { case: self.id.case(), turn: self.turn };
                self.say(vec![wording::fill(words.connecting, &name)], then)
            }
            CallState::Closing { farewell: Farewell::Exhausted, .. } => {
                let mut say = self.farewell(policy, words, Farewell::Exhausted, now);
                say.push(words.exhausted_message.to_owned());
                self.say(say, self.recording(policy))
            }
            CallState::Closing { farewell, .. } => self.say(self.farewell(policy, words, *farewell, now), Then::HangUp),
            CallState::AwaitingTranscript { .. } | CallState::Ended => {
                self.say(vec![words.goodbye.to_owned()], Then::HangUp)
            }
        }
    }

    fn recording(&self, policy: &Policy) -> Then {
        let carrier_transcribes = policy.transcription == TranscriptionBy::Carrier;
        Then::Record { turn: self.turn, seconds_max: MESSAGE_SECONDS_MAX, carrier_transcribes }
    }

    fn say(&self, say: Vec<String>, then: Then) -> VoiceReply {
        VoiceReply { language: self.language, say, then }
    }

    fn listen(&self, policy: &Policy, heard: Heard, holding: bool) -> Listen {
        Listen {
            turn: self.turn,
            heard,
            patience_seconds: if holding { HOLD_SECONDS } else { PATIENCE_SECONDS },
            speech_seconds_max: holding.then_some(HOLD_SECONDS),
            keys_max: match &self.state {
                CallState::Asking { question: Question::Number, .. } => None,
                _ => Some(1),
            },
            partial_words: true,
            hints: policy.speech_hints().into_iter().take(HINTS_MAX).map(str::to_owned).collect(),
        }
    }

    fn lead(&self, policy: &Policy, words: &Wording, lead: Lead, now: DateTime<Utc>) -> Vec<String> {
        let one = |text: &str| vec![text.to_owned()];
        match lead {
            Lead::Greeting => {
                let line = wording::fill(words.greeting, &policy.name);
                vec![line, policy.greeting.in_language(Language::English).to_owned()]
            }
            Lead::Welcome => vec![policy.greeting.in_language(self.language).to_owned()],
            Lead::None => vec![],
            Lead::Silence => one(words.silence),
            Lead::Mishear => one(words.mishear),
            Lead::Known => self.known_words(policy, words).into_iter().collect(),
            Lead::Planned => self.planned_words(now),
            Lead::Waking => one(words.waking),
            Lead::Danger => vec![words.danger.to_owned(), words.waking.to_owned()],
        }
    }

    fn question(&self, words: &Wording, question: Question) -> String {
        match question {
            Question::Open => words.ask_open,
            Question::What => words.ask_what,
            Question::WorkStopped => words.ask_work_stopped,
            Question::Number => words.ask_number,
            Question::Who => words.ask_who,
            Question::Affected => words.ask_affected,
            Question::Since => words.ask_since,
            Question::CallbackTime => words.ask_callback_time,
            Question::MayText => words.ask_may_text,
            Question::AnythingElse => words.ask_anything_else,
        }
        .to_owned()
    }

    /// Each piece of news once, a comfort phrase otherwise, never silence.
    fn hold_words(&self, policy: &Policy, words: &Wording, heard: Heard) -> (Vec<String>, Heard) {
        let known = u32::try_from(self.news.len()).unwrap_or(u32::MAX);
        let told = Heard { news: known, polls: heard.polls.saturating_add(1) };
        let mut say: Vec<String> = Vec::new();
        if heard.polls == 0 {
            say.extend(self.danger_first(words));
            say.push(words.hold_on.to_owned());
        }
        say.extend(self.fresh_news(heard).map(|news| self.news_words(policy, words, news)));
        if say.is_empty() {
            let comfort = words.comfort[heard.polls as usize % words.comfort.len()];
            say.push(comfort.to_owned());
        }
        if heard.polls.is_multiple_of(3) {
            say.push(words.hold_keys.to_owned());
        }
        (say, told)
    }

    /// The news that say where things stand: the last piece, and whom it follows. Older ones are overtaken, and
    /// whoever waits again after an acceptance is not told that all is well.
    fn fresh_news(&self, heard: Heard) -> impl Iterator<Item = &News> {
        let fresh = self.news.get(heard.news as usize..).unwrap_or_default();
        let (last, before) = match fresh {
            [.., before, last] => (Some(last), Some(before)),
            [last] => (Some(last), None),
            [] => (None, None),
        };
        let before = before.filter(|news| matches!(news, News::Unreached(_) | News::Passed(_) | News::Lost(_)));
        before.into_iter().chain(last.filter(|news| !matches!(news, News::Accepted(_) | News::Connected(_))))
    }

    /// Whoever goes from the first words straight to holding has not heard the warning yet.
    fn danger_first(&self, words: &Wording) -> Option<String> {
        let danger = self.assessment.as_ref().is_some_and(|found| found.danger);
        (danger && self.asked.is_empty()).then(|| words.danger.to_owned())
    }

    fn news_words(&self, policy: &Policy, words: &Wording, news: &News) -> String {
        let name = |id: &TechnicianId| {
            policy.technician(id).map_or_else(|| words.technician.to_owned(), |person| person.name.clone())
        };
        match news {
            News::Ringing(id) => wording::fill(words.news_ringing, &name(id)),
            News::Unreached(id) => wording::fill(words.news_unreached, &name(id)),
            News::Passed(id) => wording::fill(words.news_passed, &name(id)),
            News::Accepted(id) | News::Connected(id) => wording::fill(words.news_accepted, &name(id)),
            News::Lost(id) => wording::fill(words.news_lost, &name(id)),
            News::Exhausted => words.news_exhausted.to_owned(),
            News::WillCall(id) | News::WillCallBy(id, _) => wording::fill(words.technician_will_call, &name(id)),
            News::Handled => words.handled.to_owned(),
        }
    }

    fn accepted_by(&self, policy: &Policy) -> Option<String> {
        self.news.iter().rev().find_map(|news| match news {
            News::Accepted(id) | News::Connected(id) => policy.technician(id).map(|person| person.name.clone()),
            _ => None,
        })
    }

    /// Whether the ladder is still being tried, or will be again: what [`Farewell::Exhausted`] may promise.
    fn goes_on(&self, policy: &Policy, now: DateTime<Utc>) -> bool {
        let critical = self.floor == WakeFloor::Critical
            || self.assessment.as_ref().is_some_and(|found| found.priority == Priority::Critical);
        self.news.last() != Some(&News::Exhausted) || (critical && policy.repeats_after(self.opened_at, now).is_some())
    }

    fn farewell(&self, policy: &Policy, words: &Wording, farewell: Farewell, now: DateTime<Utc>) -> Vec<String> {
        let ticket = self.ticket.as_ref().map(TicketNumber::spoken).unwrap_or_default();
        let ticket = wording::fill(words.ticket_number, &ticket);
        let zone = policy.time_zone;
        let reads = |instant| say_time(instant, zone, self.language, now);
        let opening = policy.business_hours.next_opening(now, zone);
        let looked_at = opening.map(|at| wording::fill(words.ticket_looked_at, &reads(at)));
        let say: Vec<String> = match farewell {
            Farewell::Callback => {
                let promised = self.promise.as_ref().map(|promise| {
                    wording::fill(words.promise, &say_callback(promise.time(), zone, self.language, now))
                });
                promised.into_iter().chain([ticket]).collect()
            }
            Farewell::Ticket => std::iter::once(ticket).chain(looked_at).collect(),
            Farewell::Resolved => vec![words.resolved.to_owned()],
            Farewell::PendingVerification => vec![words.pending_verification.to_owned(), ticket],
            Farewell::MessageStored => vec![words.message_stored.to_owned(), ticket],
            Farewell::MessageEmpty => vec![words.message_empty.to_owned(), ticket],
            Farewell::Exhausted if self.goes_on(policy, now) => vec![words.exhausted.to_owned(), ticket],
            Farewell::Exhausted => [words.exhausted_for_now.to_owned(), ticket].into_iter().chain(looked_at).collect(),
            Farewell::TechnicianWillCall => {
                let told = self.news.iter().rev().find_map(|news| match news {
                    News::WillCallBy(id, by) => Some((policy.technician(id)?, Some(by))),
                    News::WillCall(id) => Some((policy.technician(id)?, None)),
                    _ => None,
                });
                let name = told.map_or(words.technician, |(person, _)| person.name.as_str());
                let will_call = match told.and_then(|(_, by)| by) {
                    Some(by) => {
                        let by = say_clock(*by, zone, self.language);
                        wording::fill(&wording::fill(words.technician_will_call_by, name), &by)
                    }
                    None => wording::fill(words.technician_will_call, name),
                };
                vec![will_call, ticket]
            }
            Farewell::Known => {
                let known = self.known_words(policy, words).filter(|_| !self.joined_told);
                let called_back = self.can_be_reached().then(|| words.known_called_back.to_owned());
                known.into_iter().chain(called_back).chain([ticket]).collect()
            }
            Farewell::Handled => vec![words.handled.to_owned(), ticket],
            Farewell::Talked => vec![],
        };
        let planned = if self.planned_told { Vec::new() } else { self.planned_words(now) };
        planned.into_iter().chain(say).chain([words.goodbye.to_owned()]).collect()
    }

    /// That the problem is known, and in whose hands it is.
    fn known_words(&self, policy: &Policy, words: &Wording) -> Option<String> {
        Some(match &self.joined.as_ref()?.hands {
            Hands::Technician(id) => {
                let name = policy.technician(id).map_or(words.technician, |person| person.name.as_str());
                wording::fill(words.known_by, name)
            }
            Hands::BeingWoken => words.known_being_woken.to_owned(),
            Hands::Declared => words.known_in_hand.to_owned(),
        })
    }

    /// What the caller is told of the planned work that explains the problem.
    fn planned_words(&self, now: DateTime<Utc>) -> Vec<String> {
        let told = self.planned(now).map(|(it, explained)| it.told(explained.system.as_deref(), self.language, now));
        told.unwrap_or_default()
    }
}

//! The conversation itself: what an answer means, and what is asked next.

use super::answers::{agrees, bare_name, bounded, phone_digits, yes_or_no};
use super::event::Speech;
use super::state::{Call, Farewell, Lead, Question, VoicemailReason, WakeFloor};
use super::transition::Step;
use crate::consent;
use crate::effect::{Effect, OptOutOrder};
use crate::limits::*;
use crate::private::Private;
use crate::triage::{
    Affected, Assessment, CallbackTime, Fix, Reason, Setting, Turn, Window, Wish, assess, find_company,
    parse_callback_time,
};
use crate::vocabulary::{Confidence, Language, Priority};
use chrono::TimeDelta;

/// The reason that remembers a wish for a person.
const PERSON_WANTED: &str = "call/person-wanted";

impl Step<'_> {
    /// Nothing was said and nothing pressed.
    pub(super) fn silence(&mut self, question: Question, silences: u32) {
        let silences = silences + 1;
        if self.call.case_open {
            // Somebody is being woken already: the caller need not answer to be connected.
            self.hold();
        } else if question == Question::WorkStopped && silences > 1 {
            self.work_stopped(None);
        } else if self.enough_is_known() && (silences > 1 || question == Question::AnythingElse) {
            // The rest can be asked in the morning.
            self.finish();
        } else if silences > SILENCES_MAX {
            self.reason("call/silence");
            self.give_up_understanding();
        } else {
            self.ask_again(question, silences, 0, Lead::Silence);
        }
    }

    /// Keys were pressed.
    pub(super) fn keyed(&mut self, question: Question, mishears: u32, keys: &str) {
        if keys.contains('*') {
            self.reason("call/voicemail-key");
            return self.record(VoicemailReason::Wish);
        }
        match (question, keys.trim_end_matches('#')) {
            (Question::Number, digits) if phone_digits(digits).is_some() => {
                self.reassess_if_never();
                self.call.number_given = phone_digits(digits).map(Private::new);
                self.next_or_finish();
            }
            (Question::WorkStopped, "1") => self.work_stopped(Some(true)),
            (Question::WorkStopped, "2") => self.work_stopped(Some(false)),
            (Question::WorkStopped, _) => self.work_stopped(None),
            (Question::MayText, "1") => {
                self.call.texts_agreed = true;
                self.next_or_finish();
            }
            (Question::MayText, "2") => self.next_or_finish(),
            (_, "0") => self.wants_a_person(),
            _ => self.misheard(question, mishears),
        }
    }

    /// Words were said.
    pub(super) fn spoke(&mut self, question: Question, mishears: u32, speech: &Speech) {
        if question == Question::MayText {
            // "No, just call me" takes back no time that was agreed on before.
            let agreed = self.call.assessment.as_ref().and_then(|found| found.details.callback);
            self.call.callback_given = self.call.callback_given.or(agreed);
        }
        if question == Question::AnythingElse && self.adds_nothing(speech.words.reveal()) {
            return self.next_or_finish();
        }
        if question == Question::Who {
            // Known before the words are weighed, so that a name alone tells of nothing else.
            let bare = bare_name(speech.words.reveal()).map(Private::new);
            self.call.name_given = bare.or(self.call.name_given.take());
        }
        self.remember_turn(speech.words.reveal());
        self.reassess();
        let understood = speech.confidence_percent.is_none_or(|percent| percent >= CONFIDENCE_PERCENT_MIN);
        let Some(found) = self.call.assessment.clone() else { return };
        if self.wakes(&found) {
            // Critical words count at any confidence: a wrong "it can wait" is far worse than a wrong page.
            self.take_answer(question, speech.words.reveal());
            if !self.call.case_open {
                self.escalate(&found);
            } else if self.call.joined.is_some() {
                // What is worse than the case that was joined is found before anything is said of that one.
                self.tell_case();
            }
            if found.wish == Wish::Voicemail {
                return self.record(VoicemailReason::Wish);
            }
            return self.next_or_finish();
        }
        if !understood {
            return self.misheard(question, mishears);
        }
        if found.wish == Wish::Voicemail {
            self.reason("call/voicemail-wish");
            return self.record(VoicemailReason::Wish);
        }
        if question == Question::WorkStopped {
            return match yes_or_no(speech.words.reveal()) {
                None if self.switched => self.ask_again(question, 0, mishears, Lead::Welcome),
                answer => self.work_stopped(answer),
            };
        }
        // The wish of this turn: who asked for a person before has been answered since.
        if self.understand(&[speech.words.reveal()]).wish == Wish::Person {
            return self.wants_a_person();
        }
        self.take_answer(question, speech.words.reveal());
        let more = question == Question::AnythingElse && yes_or_no(speech.words.reveal()) == Some(true);
        if more && !self.understand(&[speech.words.reveal()]).problem_told {
            return self.ask(Question::What, Lead::None);
        }
        if self.switched && self.call.turns.len() > 1 && !self.over_its_bounds() && self.call.lacks(question) {
            // "English, please" answers nothing: the question is put again in that language.
            return self.ask_again(question, 0, mishears, Lead::Welcome);
        }
        if matches!(question, Question::Open | Question::What) && self.call.tells_nothing() && !self.greeted_only() {
            return self.misheard(question, mishears);
        }
        if self.over_its_bounds() {
            return self.give_up_understanding();
        }
        self.next_or_finish();
    }

    /// The caller added something while technicians are being rung.
    pub(super) fn spoke_while_holding(&mut self, speech: &Speech) {
        self.remember_turn(speech.words.reveal());
        self.reassess();
        self.tell_case();
        if self.call.assessment.as_ref().is_some_and(|found| found.wish == Wish::Voicemail) {
            self.record(VoicemailReason::Wish);
        } else if self.endangered {
            // The warning cannot wait for the next round of news.
            self.ask(self.call.missing().unwrap_or(Question::Affected), Lead::Danger);
        }
    }

    /// "0", "operator", "a person": ask once whether work is stopped.
    fn wants_a_person(&mut self) {
        self.reason(PERSON_WANTED);
        if self.call.case_open {
            self.hold();
        } else if self.call.asked.contains(&Question::WorkStopped) {
            self.work_stopped(None);
        } else {
            self.ask(Question::WorkStopped, Lead::None);
        }
    }

    /// Yes or unclear escalates, no offers a callback.
    fn work_stopped(&mut self, answer: Option<bool>) {
        let unsure = self.call.assessment.as_ref().is_some_and(|found| found.unsure);
        self.reassess_if_never();
        match answer {
            Some(false) => {
                self.reason("call/work-not-stopped");
                return self.next_or_finish();
            }
            Some(true) => self.reason("call/work-stopped"),
            None => self.reason("call/work-stopped-unclear"),
        }
        self.call.floor = if unsure { WakeFloor::Critical } else { WakeFloor::High };
        if let Some(found) = self.call.assessment.clone().or_else(|| Some(self.assessed())) {
            self.escalate(&found);
        }
        self.next_or_finish();
    }

    /// Takes what a question asked for, where the words alone would not show it.
    fn take_answer(&mut self, question: Question, words: &str) {
        match question {
            Question::Number => {
                let said = || self.understand(&[words]).details.number;
                let given = phone_digits(words).map(Private::new).or_else(said);
                self.call.number_given = given.or(self.call.number_given.take());
            }
            Question::CallbackTime => {
                // Asked for a time, a caller may say nothing else: no wish for a call need be heard again.
                self.call.callback_given = self.told_time(words).or(self.call.callback_given);
            }
            Question::MayText => {
                self.call.texts_agreed = agrees(words) && !self.call.texts_refused;
                self.call.callback_given = self.told_time(words).or(self.call.callback_given);
            }
            _ => {}
        }
    }

    /// Whether the answer to "is anything else not working?" is a mere no.
    fn adds_nothing(&self, words: &str) -> bool {
        let found = self.understand(&[words]);
        let told = found.problem_told || found.unsure || found.danger || found.priority > Priority::Low;
        let wished = !matches!(found.wish, Wish::None | Wish::NoCall) || found.details.callback.is_some();
        yes_or_no(words) == Some(false) && !told && !wished && found.flags.is_empty()
    }

    /// The time for a call in an answer, whatever else it says.
    fn told_time(&self, words: &str) -> Option<CallbackTime> {
        let policy = self.context.policy;
        parse_callback_time(words, self.context.now, policy.time_zone, &policy.callback).time
    }

    fn misheard(&mut self, question: Question, mishears: u32) {
        if self.call.case_open {
            self.hold();
        } else if question == Question::WorkStopped {
            self.work_stopped(None);
        } else if mishears < MISHEARS_MAX {
            self.ask_again(question, 0, mishears + 1, Lead::Mishear);
        } else if self.enough_is_known() {
            self.next_or_finish();
        } else {
            self.reason("call/not-understood");
            self.give_up_understanding();
        }
    }

    fn ask_again(&mut self, question: Question, silences: u32, mishears: u32, lead: Lead) {
        let until = self.in_seconds(TURN_SECONDS_MAX);
        self.call.state = super::state::CallState::Asking { question, silences, mishears, lead, until };
    }

    fn give_up_understanding(&mut self) {
        let why = if self.over_its_bounds() { VoicemailReason::TooLong } else { VoicemailReason::NotUnderstood };
        self.record(why);
    }

    fn over_its_bounds(&self) -> bool {
        self.call.turn > TURNS_MAX
            || self.context.now - self.call.opened_at > TimeDelta::seconds(i64::from(CALL_SECONDS_MAX))
    }

    /// Whether silence from here on still leaves a useful ticket.
    fn enough_is_known(&self) -> bool {
        self.call.assessment.as_ref().is_some_and(|found| found.problem_told)
    }

    /// "Hello?" tells nothing yet, and is no mistake either.
    fn greeted_only(&self) -> bool {
        !self.call.asked.contains(&Question::What) && self.call.turns.len() == 1
    }

    /// Asks what is still missing, or ends the conversation with what is known.
    pub(super) fn next_or_finish(&mut self) {
        let lead = self.lead();
        match self.call.missing() {
            Some(question) => {
                self.call.planned_told |= lead == Lead::Planned;
                self.call.joined_told |= lead == Lead::Known;
                self.ask(question, lead);
            }
            None if self.call.case_open => self.hold(),
            None => self.finish(),
        }
    }

    /// What must be said before the next question.
    fn lead(&self) -> Lead {
        match (self.endangered, self.opens.is_some(), self.switched) {
            (true, _, _) => Lead::Danger,
            (_, true, _) => Lead::Waking,
            _ if self.call.joined.is_some() && !self.call.joined_told => Lead::Known,
            _ if self.call.explained().is_some() && !self.call.planned_told => Lead::Planned,
            (_, _, true) if self.call.language == Language::Spanish => Lead::Welcome,
            _ => Lead::None,
        }
    }

    pub(super) fn remember_turn(&mut self, words: &str) {
        self.heed_refusal(words);
        let kept: usize = self.call.turns.iter().map(|turn| turn.reveal().chars().count()).sum();
        let room = TRANSCRIPT_CHARS_MAX.saturating_sub(kept).min(TURN_CHARS_MAX);
        if self.call.turns.len() < TRANSCRIPT_TURNS_MAX && room > 0 {
            self.call.turns.push(Private::new(bounded(words, room)));
        }
    }

    /// "And please stop texting me" holds from now on, whatever else the call is about.
    fn heed_refusal(&mut self, words: &str) {
        let Some(number) = self.call.from.clone().filter(|_| !self.call.texts_refused) else { return };
        if consent::refuses_aloud(words) {
            self.reason("call/texts-refused");
            self.call.texts_refused = true;
            self.call.texts_offered = false;
            self.call.texts_agreed = false;
            self.plan(Effect::OptOut(OptOutOrder { number, words: words.into(), at: self.context.now }));
        }
    }

    pub(super) fn absorb_overheard(&mut self) {
        // It stays known, so that a shorter piece of the same sentence that comes late adds nothing.
        if let Some((_, words)) = self.call.overheard.clone()
            && !self.call.turns.contains(&words)
        {
            self.remember_turn(words.reveal());
            self.reassess();
            self.escalate_if_it_wakes();
            self.tell_case();
        }
    }

    pub(super) fn reassess(&mut self) {
        // Whose runbook and whose planned work count is known before the words are weighed.
        self.hear_company();
        let mut found = self.assessed();
        if let Some((_, opinion)) = &self.call.opinion {
            found.heed(opinion);
        }
        if found.language_confidence > Confidence::Low {
            self.switched |= self.call.language != found.language;
            self.call.language = found.language;
        }
        self.endangered |= found.danger && self.call.assessment.as_ref().is_none_or(|known| !known.danger);
        self.call.assessment = Some(found);
        self.consult();
    }

    fn hear_company(&mut self) {
        if self.call.identity.company.is_none() {
            let companies = &self.context.policy.companies;
            self.call.identity.company =
                self.call.turns.iter().find_map(|turn| find_company(turn.reveal(), companies)).map(|c| c.id.clone());
            if self.call.identity.company.is_some() {
                self.reason("identify/company-by-name-said");
            }
        }
    }

    /// What all turns mean together.
    pub(super) fn assessed(&self) -> Assessment {
        let turns: Vec<&str> = self.call.turns.iter().map(Private::reveal).collect();
        self.understand(&turns)
    }

    pub(super) fn understand(&self, turns: &[&str]) -> Assessment {
        let policy = self.context.policy;
        let company = self.call.identity.company.as_ref().and_then(|id| policy.company(id));
        let in_force = self.call.windows_in_force(self.context.now);
        let windows: Vec<Window<'_>> =
            in_force.map(|it| Window { id: &it.window.id, systems: &it.window.systems }).collect();
        let names: Vec<&str> =
            self.call.identity.name.iter().chain(&self.call.name_given).map(Private::reveal).collect();
        let setting = Setting {
            now: self.context.now,
            zone: policy.time_zone,
            callback: &policy.callback,
            company,
            windows: &windows,
            names: &names,
        };
        let turns: Vec<Turn<'_>> = turns.iter().copied().map(Turn::caller).collect();
        assess(&turns, &setting)
    }

    /// Whether these findings wake somebody by themselves.
    pub(super) fn wakes(&self, found: &Assessment) -> bool {
        self.call.floor > WakeFloor::None || found.wakes(self.context.policy.paging.wake_for_high)
    }

    pub(super) fn reason(&mut self, rule: &str) {
        self.call.reasons.push(Reason::new(rule, ""));
    }

    /// Ends a conversation in which nobody is woken.
    fn finish(&mut self) {
        let found = self.call.assessment.clone().unwrap_or_else(|| self.assessed());
        if found.unsure && !self.call.asked.contains(&Question::WorkStopped) {
            // The question that would have told was never reached.
            return self.work_stopped(None);
        }
        let farewell = self.settle_without_waking(&found);
        self.close(farewell);
    }

    /// The farewell that belongs to what was found; opens the case.
    pub(super) fn settle_without_waking(&mut self, found: &Assessment) -> Farewell {
        use crate::vocabulary::Disposition::{Resolve, Ticket};
        let callback = self.call.callback_given.or(found.details.callback);
        let (disposition, farewell) = match (found.fix, found.wish, callback) {
            (Fix::Works, _, _) => (Resolve, Farewell::Resolved),
            (Fix::WillTry, _, _) => (Resolve, Farewell::PendingVerification),
            (_, Wish::NoCall, _) => (Ticket, Farewell::Ticket),
            (_, _, Some(when)) => self.promise(when),
            (_, Wish::Callback, None) => self.promise(CallbackTime::Soon),
            _ if self.call.person_wanted() => self.promise(CallbackTime::Soon),
            _ => (Ticket, Farewell::Ticket),
        };
        self.call.disposition = Some(disposition);
        self.open_case(found);
        // What is known already is in somebody's hands, and not left until the office opens.
        if self.call.joined.is_some() { Farewell::Known } else { farewell }
    }
}

impl Call {
    /// Whether a number is known on which the caller can be reached.
    pub(super) fn can_be_reached(&self) -> bool {
        let told = self.assessment.as_ref().is_some_and(|found| found.details.number.is_some());
        self.from.is_some() || self.number_given.is_some() || told
    }

    /// Whether the caller asked for a person, by word or by key.
    fn person_wanted(&self) -> bool {
        self.reasons.iter().any(|reason| reason.rule == PERSON_WANTED)
    }

    /// Whether the call, were it to end now, would end with the promise of another.
    fn will_be_called(&self, found: &Assessment) -> bool {
        let timed = self.callback_given.is_some() || found.details.callback.is_some();
        let wanted = timed || found.wish == Wish::Callback || self.person_wanted();
        wanted && found.fix == Fix::None && found.wish != Wish::NoCall
    }

    /// Whether neither a problem nor the end of one was told.
    fn tells_nothing(&self) -> bool {
        self.assessment.as_ref().is_none_or(|found| !found.problem_told && found.fix == Fix::None)
    }

    /// Whether a question is without an answer, however often it was put.
    fn lacks(&self, question: Question) -> bool {
        let mut unasked = self.clone();
        unasked.asked.retain(|asked| *asked != question);
        match question {
            Question::Open => self.tells_nothing(),
            _ => unasked.missing() == Some(question),
        }
    }

    /// The next question, by what is still missing; none when the caller has told enough.
    fn missing(&self) -> Option<Question> {
        let found = self.assessment.as_ref()?;
        let told = &found.details;
        let name_known = self.identity.name.is_some() || self.name_given.is_some() || told.name.is_some();
        let who_known = name_known && self.identity.company.is_some();
        let woken = self.case_open;
        // What is expected is over by itself: nothing is asked that would not change what happens.
        let settled = found.fix != Fix::None || found.wish != Wish::None || self.explained().is_some();
        // What is known already needs nothing but whom to call back.
        let weighs = self.joined.is_none() && (woken || (found.priority >= Priority::Medium && !settled));
        let no_time = told.callback.is_none() && self.callback_given.is_none();
        let wants_time = match found.wish {
            Wish::Callback => no_time,
            Wish::None | Wish::Person if self.explained().is_some() => false,
            Wish::None | Wish::Person => (found.priority >= Priority::Medium || self.person_wanted()) && no_time,
            Wish::NoCall | Wish::Voicemail => false,
        };
        let candidates = [
            (Question::What, self.tells_nothing() && !woken && found.fix == Fix::None),
            (Question::WorkStopped, found.unsure && !woken),
            (Question::Number, !self.can_be_reached()),
            (Question::Who, !who_known),
            (Question::Affected, weighs && told.affected.is_none() && found.problem_told),
            (
                Question::Since,
                weighs && told.since.is_none() && found.problem_told && told.affected != Some(Affected::One),
            ),
            (Question::CallbackTime, !woken && wants_time && found.fix == Fix::None),
            (Question::MayText, self.texts_offered && !woken && self.will_be_called(found)),
            // Nobody is left with something worse because the first sentence was explained.
            (Question::AnythingElse, self.joined.is_some() || self.explained().is_some_and(|told| told.lowered)),
        ];
        if self.asked.len() >= FOLLOW_UPS_MAX {
            return None;
        }
        candidates.into_iter().find(|(question, missing)| *missing && !self.asked.contains(question)).map(|(q, _)| q)
    }
}

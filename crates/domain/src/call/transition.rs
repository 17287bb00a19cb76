//! One event in a call's life, mapped to the next state and its effects.

use super::answers::bounded;
use super::event::{CallEvent, News, Recording, Speech};
use super::state::{Call, CallState, Farewell, Lead, Question, VoicemailReason};
use crate::case::{Case, CaseEvent};
use crate::effect::{Effect, Line, TranscribeOrder};
use crate::ids::{OwnerId, RecordingId};
use crate::limits::*;
use crate::machine::{Context, Planner, Transition, Verdict};
use crate::policy::TranscriptionBy;
use crate::private::Private;
use chrono::{DateTime, TimeDelta, Utc};

/// A call in the middle of a transition.
pub(super) struct Step<'a> {
    pub(super) call: Call,
    pub(super) context: &'a Context<'a>,
    planner: Planner,
    pub(super) opens: Option<(Box<Case>, Vec<crate::effect::PlannedEffect>)>,
    /// Whether this event made the caller's language another one.
    pub(super) switched: bool,
    /// Whether this event was the first to tell of danger.
    pub(super) endangered: bool,
}

impl Call {
    /// Takes an event. Duplicates and stale events are ordinary input and change nothing.
    pub fn transition(&self, context: &Context<'_>, event: &CallEvent) -> Transition<Call> {
        let owner = OwnerId::Call(self.id.clone());
        let planner = Planner::new(owner, context.now);
        let mut step = Step { call: self.clone(), context, planner, opens: None, switched: false, endangered: false };
        match step.take(event) {
            Ok(()) => {
                let mut effects = step.planner.into_effects();
                let opens = step.opens.map(|(case, planned)| {
                    effects.extend(planned);
                    case
                });
                Transition { state: step.call, effects, opens, verdict: Verdict::Applied }
            }
            Err(reason) => Transition::ignored(self.clone(), reason),
        }
    }

    /// When this call wants to be woken; none once it is over.
    pub fn deadline(&self) -> Option<DateTime<Utc>> {
        match &self.state {
            CallState::RingingOffice { until }
            | CallState::Asking { until, .. }
            | CallState::Holding { until }
            | CallState::Recording { until, .. }
            | CallState::Joining { until }
            | CallState::Connected { until, .. }
            | CallState::Closing { until, .. }
            | CallState::AwaitingTranscript { until } => Some(*until),
            CallState::Ended => None,
        }
    }

    /// Whether the call is over.
    pub fn is_settled(&self) -> bool {
        self.state == CallState::Ended
    }
}

/// Nothing changes, for this reason.
pub(super) type Taken = Result<(), &'static str>;

impl Step<'_> {
    fn take(&mut self, event: &CallEvent) -> Taken {
        let gone = matches!(self.call.state, CallState::Ended | CallState::AwaitingTranscript { .. });
        let words = matches!(event, CallEvent::Said { .. } | CallEvent::Overheard { .. });
        if self.call.is_settled() || gone && words {
            return self.take_late(event);
        }
        match event {
            CallEvent::Said { turn, words, keys, .. } => self.said(*turn, words.as_ref(), keys.as_ref()),
            CallEvent::Overheard { turn, words, .. } => self.overheard(*turn, words),
            CallEvent::OfficeRang { turn, answered } => self.office_rang(*turn, *answered),
            CallEvent::Recorded { turn, recording } => self.recorded(*turn, recording.as_ref()),
            CallEvent::Transcribed { recording, words } => self.transcribed(recording, words.as_ref()),
            CallEvent::Opined { turns, opinion } => self.opined(*turns, opinion),
            CallEvent::LeftRoom { turn } => self.left_room(*turn),
            CallEvent::HungUp => self.hung_up(),
            CallEvent::News { number, news } => self.news(*number, news),
            CallEvent::Tick => self.tick(),
        }
    }

    fn said(&mut self, turn: u32, words: Option<&Speech>, keys: Option<&Private>) -> Taken {
        if turn != self.call.turn {
            return Err("an answer to another turn");
        }
        let words = words.filter(|speech| !speech.words.is_empty());
        let keys = keys.filter(|keys| !keys.is_empty());
        match self.call.state.clone() {
            CallState::Asking { question, silences, mishears, .. } => {
                self.call.turn += 1;
                self.call.overheard = None;
                let briefs_sent = self.call.briefs_sent;
                match (words, keys) {
                    (None, None) => self.silence(question, silences),
                    (None, Some(keys)) => self.keyed(question, mishears, keys.reveal()),
                    (Some(speech), _) => self.spoke(question, mishears, speech),
                }
                if (words.is_some() || keys.is_some()) && self.call.briefs_sent == briefs_sent {
                    // Whoever is woken hears what is known at that moment.
                    self.tell_case();
                }
                Ok(())
            }
            CallState::Holding { .. } => match (words, keys) {
                (_, Some(keys)) if keys.reveal().contains('*') => {
                    self.call.turn += 1;
                    self.record(VoicemailReason::Wish);
                    Ok(())
                }
                (Some(speech), _) => {
                    self.call.turn += 1;
                    self.call.overheard = None;
                    self.spoke_while_holding(speech);
                    Ok(())
                }
                _ => Err("nothing was said"),
            },
            _ => Err("nobody was listening"),
        }
    }

    fn overheard(&mut self, turn: u32, words: &Private) -> Taken {
        let listening = matches!(self.call.state, CallState::Asking { .. } | CallState::Holding { .. });
        if turn != self.call.turn || !listening {
            return Err("words of another turn");
        }
        let known = self.call.overheard.as_ref().filter(|(of, _)| *of == turn);
        // Partial results grow and arrive in any order: the longest one holds the most of the sentence.
        if known.is_some_and(|(_, known)| known.reveal().len() >= words.reveal().len()) {
            return Err("nothing new was overheard");
        }
        let heard = Private::new(bounded(words.reveal(), TURN_CHARS_MAX));
        self.call.overheard = Some((turn, heard));
        Ok(())
    }

    fn office_rang(&mut self, turn: u32, answered: bool) -> Taken {
        if turn != self.call.turn || !matches!(self.call.state, CallState::RingingOffice { .. }) {
            return Err("the office is not being rung");
        }
        self.call.turn += 1;
        if answered {
            self.reason("call/answered-by-the-office");
            self.call.state = CallState::Ended;
            self.caller_left();
        } else {
            self.ask(Question::Open, Lead::Greeting);
        }
        Ok(())
    }

    fn recorded(&mut self, turn: u32, recording: Option<&Recording>) -> Taken {
        let recording = recording.filter(|recording| recording.seconds > 0);
        match (&self.call.state, recording) {
            // Who hears that nobody has answered may leave a message, too.
            (CallState::Recording { .. } | CallState::Closing { farewell: Farewell::Exhausted, .. }, recording)
                if turn == self.call.turn =>
            {
                self.call.turn += 1;
                match recording {
                    Some(recording) => {
                        // The recording's own callback may have come first: it is stored once.
                        let _known = self.store_message(recording);
                        self.close(Farewell::MessageStored);
                    }
                    None => {
                        self.end_without_message();
                        self.close(Farewell::MessageEmpty);
                    }
                }
                Ok(())
            }
            (_, Some(recording)) => self.store_message(recording),
            _ => Err("no message is being recorded"),
        }
    }

    pub(super) fn store_message(&mut self, recording: &Recording) -> Taken {
        if self.call.recordings.iter().any(|known| known.id == recording.id) {
            return Err("this message is stored already");
        }
        self.call.recordings.push(recording.clone());
        // A caller may leave a second message: nobody knows yet what it says.
        self.call.transcribed = false;
        if self.context.policy.transcription == TranscriptionBy::Service {
            let order = TranscribeOrder { recording: recording.id.clone(), language: self.call.language };
            self.plan(Effect::Transcribe(order));
        }
        self.finish_with_message();
        Ok(())
    }

    pub(super) fn transcribed(&mut self, recording: &RecordingId, words: Option<&Private>) -> Taken {
        let known = self.call.recordings.iter().any(|known| &known.id == recording);
        if self.call.transcribed || self.call.written.contains(recording) || !known {
            return Err("this message is not awaited");
        }
        // A failed or empty transcript is no transcript: the bound on waiting decides.
        let Some(words) = words.filter(|words| !words.is_empty()) else {
            return Err("the transcript holds no words");
        };
        self.call.written.push(recording.clone());
        self.call.transcribed = self.call.recordings.iter().all(|known| self.call.written.contains(&known.id));
        self.remember_turn(words.reveal());
        self.reassess();
        self.escalate_if_it_wakes();
        self.tell_case();
        if self.call.transcribed && matches!(self.call.state, CallState::AwaitingTranscript { .. }) {
            self.call.state = CallState::Ended;
        }
        Ok(())
    }

    fn left_room(&mut self, turn: u32) -> Taken {
        if turn != self.call.turn {
            return Err("another stay in the room");
        }
        match self.call.state {
            CallState::Connected { since, .. }
                if self.context.now - since >= TimeDelta::seconds(i64::from(DROP_SECONDS)) =>
            {
                self.close(Farewell::Talked);
                Ok(())
            }
            CallState::Connected { .. } | CallState::Joining { .. } => {
                self.hold();
                Ok(())
            }
            _ => Err("the caller was in no room"),
        }
    }

    fn hung_up(&mut self) -> Taken {
        let told_already = matches!(self.call.state, CallState::Closing { .. } | CallState::Recording { .. });
        match self.call.state.clone() {
            CallState::AwaitingTranscript { .. } => return Err("the caller has gone already"),
            CallState::Recording { .. } => {
                // The recording is reported after the hang-up: what was recorded is kept.
                self.end_without_message();
                self.await_transcript();
            }
            CallState::Closing { farewell: Farewell::MessageStored, .. } if !self.call.transcribed => {
                self.await_transcript();
            }
            CallState::RingingOffice { .. } | CallState::Asking { .. } => {
                self.absorb_overheard();
                self.finish_without_asking();
                self.call.state = CallState::Ended;
            }
            _ => {
                self.absorb_overheard();
                self.call.state = CallState::Ended;
            }
        }
        // A message that a scan of the carrier's recordings has found: nobody was asked whether it is urgent.
        if self.call.is_settled() && !self.call.recordings.is_empty() && !self.call.transcribed {
            self.await_transcript();
        }
        if !told_already || self.opens.is_some() {
            self.caller_left();
        }
        Ok(())
    }

    fn news(&mut self, number: u32, news: &News) -> Taken {
        if number <= self.call.news_taken {
            return Err("old news");
        }
        self.call.news_taken = number;
        if self.call.news.len() < NEWS_MAX {
            self.call.news.push(news.clone());
        }
        let now = self.context.now;
        match (news, &self.call.state) {
            (News::Accepted(_), CallState::Asking { .. } | CallState::Holding { .. }) => {
                self.absorb_overheard();
                self.call.turn += 1;
                // The technician hears the briefing first; only then does the bound on joining begin.
                let seconds = i64::from(BRIEFING_SECONDS_MAX + JOIN_SECONDS_MAX);
                self.call.state = CallState::Joining { until: now + TimeDelta::seconds(seconds) };
                self.refetch();
            }
            (News::Connected(_), CallState::Joining { .. }) => {
                let until = now + TimeDelta::seconds(i64::from(TALK_SECONDS_MAX));
                self.call.state = CallState::Connected { since: now, until };
            }
            // News may overtake one another: that another is rung, or nobody any more, says "lost" as well.
            (
                News::Lost(_) | News::Ringing(_) | News::Unreached(_) | News::Passed(_) | News::Exhausted,
                CallState::Joining { .. } | CallState::Connected { .. },
            ) => {
                self.hold();
                self.refetch();
            }
            (News::Exhausted, CallState::Holding { .. }) => {
                self.close(Farewell::Exhausted);
                self.refetch();
            }
            (News::Handled, CallState::Holding { .. } | CallState::Joining { .. }) => {
                self.close(Farewell::Handled);
                self.refetch();
            }
            // Nobody will come to the line any more: whoever waits is told so, and need not wait.
            (
                News::WillCall(_) | News::WillCallBy(..),
                CallState::Asking { .. }
                | CallState::Holding { .. }
                | CallState::Joining { .. }
                | CallState::Connected { .. },
            ) => {
                self.absorb_overheard();
                self.close(Farewell::TechnicianWillCall);
                self.refetch();
            }
            _ => {}
        }
        Ok(())
    }

    fn tick(&mut self) -> Taken {
        if self.call.deadline().is_none_or(|until| self.context.now < until) {
            return Err("nothing is due");
        }
        match self.call.state.clone() {
            CallState::AwaitingTranscript { .. } => {
                if !self.call.recordings.is_empty() && !self.call.transcribed {
                    self.escalate_untranscribed();
                }
                self.call.state = CallState::Ended;
            }
            CallState::Joining { .. } => {
                // Nobody met in the room: the technician has the number, the caller is told so if still there.
                self.close(Farewell::TechnicianWillCall);
                self.refetch();
            }
            CallState::Connected { .. } => {
                self.call.state = CallState::Ended;
                self.caller_left();
            }
            CallState::Holding { .. } => {
                // Whoever still waits hears how it goes on; a caller who has gone hears nothing.
                self.absorb_overheard();
                self.close(Farewell::Exhausted);
                self.refetch();
            }
            // A lost hang-up notice: the caller counts as gone.
            _ => return self.hung_up(),
        }
        Ok(())
    }

    // What the other modules of the call machine build on.

    pub(super) fn in_seconds(&self, seconds: u32) -> DateTime<Utc> {
        self.context.now + TimeDelta::seconds(i64::from(seconds))
    }

    pub(super) fn plan(&mut self, effect: Effect) {
        self.planner.plan(&mut self.call.effects_planned, effect);
    }

    fn refetch(&mut self) {
        self.plan(Effect::Refetch(Line::Caller(self.call.id.clone())));
    }

    pub(super) fn ask(&mut self, question: Question, lead: Lead) {
        if question != Question::Open && !self.call.asked.contains(&question) {
            self.call.asked.push(question);
        }
        let until = self.in_seconds(TURN_SECONDS_MAX);
        self.call.state = CallState::Asking { question, silences: 0, mishears: 0, lead, until };
    }

    pub(super) fn hold(&mut self) {
        if self.call.joined.is_some() {
            // Nobody comes to this line: whoever has the case calls back.
            return self.close(Farewell::Known);
        }
        match self.call.news.last() {
            Some(News::Exhausted) => return self.close(Farewell::Exhausted),
            Some(News::Handled) => return self.close(Farewell::Handled),
            Some(News::WillCall(_) | News::WillCallBy(..)) => return self.close(Farewell::TechnicianWillCall),
            _ => {}
        }
        let bound = self.call.opened_at + TimeDelta::seconds(i64::from(CALL_SECONDS_MAX));
        self.call.state = CallState::Holding { until: bound.max(self.in_seconds(TURN_SECONDS_MAX)) };
    }

    pub(super) fn record(&mut self, why: VoicemailReason) {
        self.call.overheard = None;
        let until = self.in_seconds(MESSAGE_SECONDS_MAX + TURN_SECONDS_MAX);
        self.call.state = CallState::Recording { why, until };
        self.caller_left();
    }

    /// Begins the last words: from now on the caller can no longer be connected.
    pub(super) fn close(&mut self, farewell: Farewell) {
        let until = self.in_seconds(TURN_SECONDS_MAX);
        if farewell == Farewell::Exhausted {
            // The message that may follow has a turn of its own: one that was told of before is not taken for it.
            self.call.turn += 1;
        }
        self.call.state = CallState::Closing { farewell, until };
        self.caller_left();
    }

    pub(super) fn await_transcript(&mut self) {
        self.call.state = CallState::AwaitingTranscript { until: self.in_seconds(TRANSCRIPT_SECONDS_MAX) };
    }

    /// Tells the case that the caller can no longer be connected.
    pub(super) fn caller_left(&mut self) {
        if let Some((case, _)) = &mut self.opens {
            case.caller.present = false;
        } else if self.call.case_open && self.call.joined.is_none() {
            let event = CaseEvent::CallerLeft { call: self.call.id.clone() };
            self.plan(Effect::TellCase(self.call.id.case(), Box::new(event)));
        }
    }
}

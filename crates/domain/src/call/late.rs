//! What the carrier reports after the caller has gone: a message, its words, the end of a last sentence.

use super::answers::bounded;
use super::event::CallEvent;
use super::transition::{Step, Taken};
use crate::limits::TURN_CHARS_MAX;
use crate::private::Private;

impl Step<'_> {
    /// A message that the carrier reports after the call was given up as lost is still a message.
    pub(super) fn take_late(&mut self, event: &CallEvent) -> Taken {
        match event {
            CallEvent::Recorded { recording: Some(recording), .. } if recording.seconds > 0 => {
                self.store_message(recording)?;
                self.await_transcript();
                Ok(())
            }
            CallEvent::Transcribed { recording, words } => self.transcribed(recording, words.as_ref()),
            CallEvent::Opined { turns, opinion } => self.opined(*turns, opinion),
            CallEvent::Said { turn, words: Some(speech), .. }
                if *turn == self.call.turn && !speech.words.is_empty() =>
            {
                self.call.turn += 1;
                self.late_words(&speech.words);
                Ok(())
            }
            CallEvent::Overheard { turn, words, .. } if *turn == self.call.turn => self.late_partial(words),
            _ => Err("the call is over"),
        }
    }

    /// The beginning of a last sentence, reported after the hang-up: half a sentence counts, too. Partial results
    /// grow and arrive in any order: the longest one holds the most of the sentence.
    fn late_partial(&mut self, words: &Private) -> Taken {
        let turn = self.call.turn;
        let heard = self.call.overheard.as_ref().filter(|(of, _)| *of == turn);
        let shorter = heard.is_some_and(|(_, known)| known.reveal().len() >= words.reveal().len());
        let known = self.call.turns.iter().any(|turn| turn.reveal().contains(words.reveal()));
        if !self.call.case_open || shorter || known {
            return Err("nothing new was overheard");
        }
        self.call.overheard = Some((turn, Private::new(bounded(words.reveal(), TURN_CHARS_MAX))));
        if self.call.turns.last().is_some_and(|last| words.reveal().starts_with(last.reveal())) {
            // The same sentence, longer.
            self.call.turns.pop();
        }
        self.late_words(words);
        Ok(())
    }

    /// The carrier reports the last sentence after the hang-up that ended it: it counts like any other.
    fn late_words(&mut self, words: &Private) {
        self.remember_turn(words.reveal());
        self.reassess();
        let briefs = self.call.briefs_sent;
        self.escalate_if_it_wakes();
        if self.call.briefs_sent == briefs {
            self.tell_case();
        }
    }
}

//! How long a language model may take, and its answer as it comes in.
//!
//! Every vendor's stream comes down to the same few facts: a tool is used, its input grows, the message stops, so many
//! tokens were used. What follows from them is decided here once; an adapter only translates. It holds no clock: the
//! present is passed in.

use crate::{Answer, DeliveryError, TokenUse};
use nightdesk_domain::model::Prompt;
use std::time::{Duration, Instant};

/// Longest input of a tool that is kept, in bytes: several times what the prompts' token limits allow.
pub const TOOL_INPUT_BYTES_MAX: usize = 32 * 1024;
/// How long the end of the stream, which tells the tokens, is waited for once the answer itself is complete.
const TAIL: Duration = Duration::from_millis(250);

/// How long a model may take before the rules stand without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// From the question to the first useful piece of an opinion: pings and openings do not count.
    pub first_word: Duration,
    /// From the question to the whole opinion.
    pub whole: Duration,
    /// From the question to the whole summary; nobody is on the line, so it may begin as late as it likes.
    pub summary_whole: Duration,
}

impl Default for Budget {
    /// 1.5 s to the first word and 4 s to the whole opinion; 20 s for a summary.
    fn default() -> Self {
        Self {
            first_word: Duration::from_millis(1500),
            whole: Duration::from_secs(4),
            summary_whole: Duration::from_secs(20),
        }
    }
}

/// What a vendor's stream tells, in words that all of them share. No `Debug`: it holds what a caller said.
#[derive(Clone, Copy)]
pub enum Heard<'a> {
    /// The use of the tool of this name begins.
    Tool(&'a str),
    /// The next piece of that tool's input, a text of JSON.
    Input(&'a str),
    /// So many tokens were read.
    Read(u32),
    /// So many tokens were written up to now.
    Wrote(u32),
    /// The message is at its end: whole, or cut off by a limit, a filter or a refusal.
    Stopped {
        /// Whether the model itself brought it to its end.
        whole: bool,
    },
}

/// One answer while it comes in. No `Debug`: it holds what a caller said.
pub struct Listening {
    tool: &'static str,
    first_by: Instant,
    whole_by: Instant,
    tools: u32,
    ours: bool,
    input: String,
    too_long: bool,
    stopped: Option<bool>,
    tokens: TokenUse,
}

impl Listening {
    /// Begins to listen for an opinion; `now` is when the question is sent, `model` the vendor's name of who is asked.
    pub fn for_opinion(budget: &Budget, prompt: &Prompt, model: &str, now: Instant) -> Self {
        Self::begin(budget.first_word, budget.whole, prompt, model, now)
    }

    /// Begins to listen for a summary.
    pub fn for_summary(budget: &Budget, prompt: &Prompt, model: &str, now: Instant) -> Self {
        Self::begin(budget.summary_whole, budget.summary_whole, prompt, model, now)
    }

    fn begin(first_word: Duration, whole: Duration, prompt: &Prompt, model: &str, now: Instant) -> Self {
        Self {
            tool: prompt.tool,
            first_by: now + first_word.min(whole),
            whole_by: now + whole,
            tools: 0,
            ours: false,
            input: String::new(),
            too_long: false,
            stopped: None,
            tokens: TokenUse { model: model.to_owned(), ..TokenUse::default() },
        }
    }

    /// How long to wait for what comes next; none if there is nothing more to wait for, or it is too late.
    pub fn patience(&self, now: Instant) -> Option<Duration> {
        let by = if self.input.is_empty() && self.stopped.is_none() { self.first_by } else { self.whole_by };
        let left = by.saturating_duration_since(now);
        let left = if self.stopped.is_some() { left.min(TAIL) } else { left };
        (!self.too_long && !left.is_zero()).then_some(left)
    }

    /// Takes note of what came. Only the first use of a tool counts, and only if it is the one that was demanded.
    pub fn hear(&mut self, heard: Heard<'_>) {
        match heard {
            Heard::Tool(name) => {
                self.tools += 1;
                self.ours = self.tools == 1 && name == self.tool;
            }
            Heard::Input(piece) if self.ours && self.stopped.is_none() => {
                self.too_long = self.too_long || self.input.len() + piece.len() > TOOL_INPUT_BYTES_MAX;
                // Blanks before the first word are no word yet, and mean nothing in JSON.
                let piece = if self.input.is_empty() { piece.trim_start() } else { piece };
                if !self.too_long {
                    self.input.push_str(piece);
                }
            }
            Heard::Input(_) => {}
            Heard::Read(tokens) => self.tokens.input = tokens,
            Heard::Wrote(tokens) => self.tokens.output = tokens,
            Heard::Stopped { whole } => self.stopped = Some(whole),
        }
    }

    /// The answer, once no more is listened to. `parse` reads the tool's input, a JSON object, and validates it.
    ///
    /// # Errors
    /// `Unavailable` if the message had not come to its end: it was too slow, or the line broke.
    pub fn answer<T>(self, parse: impl FnOnce(&str) -> Option<T>) -> Result<Answer<T>, DeliveryError> {
        let whole = match self.stopped {
            _ if self.too_long => false,
            Some(whole) => whole,
            None => return Err(DeliveryError::unavailable()),
        };
        // An array would fill a record, too.
        let said = if whole && self.input.starts_with('{') { parse(&self.input) } else { None };
        let told = self.tokens.input > 0 || self.tokens.output > 0;
        Ok(Answer { said, tokens: told.then_some(self.tokens) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nightdesk_domain::model::Question;
    use nightdesk_domain::vocabulary::Language;

    const STOPPED: Heard<'_> = Heard::Stopped { whole: true };

    fn begun() -> (Listening, Instant) {
        let question = Question {
            language: Language::English,
            turns: Vec::new(),
            critical_systems: Vec::new(),
            planned: Vec::new(),
        };
        let now = Instant::now();
        (Listening::for_opinion(&Budget::default(), &question.prompt(), "quick-1", now), now)
    }

    fn feed(listening: &mut Listening, heard: &[Heard<'_>]) {
        heard.iter().for_each(|one| listening.hear(*one));
    }

    fn said(heard: &[Heard<'_>]) -> Option<String> {
        let (mut listening, _) = begun();
        feed(&mut listening, heard);
        listening.answer(|json| Some(json.to_owned())).unwrap().said
    }

    #[test]
    fn the_first_word_has_its_own_budget_and_the_whole_another() {
        let (mut listening, now) = begun();
        assert_eq!(listening.patience(now), Some(Duration::from_millis(1500)));
        let later = now + Duration::from_secs(1);
        for no_word in [Heard::Tool("record_opinion"), Heard::Input(""), Heard::Input(" \n"), Heard::Read(9)] {
            listening.hear(no_word);
            assert_eq!(listening.patience(later), Some(Duration::from_millis(500)));
        }
        assert_eq!(listening.patience(now + Duration::from_millis(1500)), None);
        listening.hear(Heard::Input("{"));
        assert_eq!(listening.patience(later), Some(Duration::from_secs(3)));
        assert_eq!(listening.patience(now + Duration::from_secs(4)), None);
    }

    #[test]
    fn a_summary_may_begin_as_late_as_it_may_end() {
        let question = Question {
            language: Language::English,
            turns: Vec::new(),
            critical_systems: Vec::new(),
            planned: Vec::new(),
        };
        let now = Instant::now();
        let listening = Listening::for_summary(&Budget::default(), &question.prompt(), "thorough-1", now);
        assert_eq!(listening.patience(now + Duration::from_secs(5)), Some(Duration::from_secs(15)));
    }

    #[test]
    fn the_tail_of_a_complete_answer_is_waited_for_a_moment_only() {
        let (mut listening, now) = begun();
        feed(&mut listening, &[Heard::Tool("record_opinion"), Heard::Input("{}"), STOPPED]);
        assert_eq!(listening.patience(now), Some(TAIL));
        assert_eq!(listening.patience(now + Duration::from_secs(4)), None);
        assert!(listening.answer(|_| Some(())).unwrap().said.is_some());
    }

    #[test]
    fn only_the_first_use_of_the_demanded_tool_counts() {
        let (ours, other) = (Heard::Tool("record_opinion"), Heard::Tool("page_everybody"));
        let (one, two) = (Heard::Input("{1}"), Heard::Input("{2}"));
        assert_eq!(said(&[ours, one, STOPPED]).as_deref(), Some("{1}"));
        assert_eq!(said(&[ours, one, ours, two, STOPPED]).as_deref(), Some("{1}"));
        assert_eq!(said(&[ours, one, STOPPED, two]).as_deref(), Some("{1}"));
        assert_eq!(said(&[other, one, STOPPED]), None);
        assert_eq!(said(&[other, one, ours, two, STOPPED]), None);
        assert_eq!(said(&[one, STOPPED]), None);
    }

    #[test]
    fn what_was_cut_off_or_is_no_object_says_nothing() {
        let ours = Heard::Tool("record_opinion");
        assert_eq!(said(&[ours, Heard::Input("{}"), Heard::Stopped { whole: false }]), None);
        assert_eq!(said(&[ours, Heard::Input(r#"["Low"]"#), STOPPED]), None);
        assert_eq!(said(&[ours, STOPPED]), None);
    }

    #[test]
    fn an_endless_input_is_listened_to_no_longer_and_says_nothing() {
        let (mut listening, now) = begun();
        listening.hear(Heard::Tool("record_opinion"));
        let piece = "{".repeat(TOOL_INPUT_BYTES_MAX);
        listening.hear(Heard::Input(&piece));
        assert!(listening.patience(now).is_some());
        listening.hear(Heard::Input("{"));
        assert_eq!(listening.patience(now), None);
        assert_eq!(listening.answer(|json| Some(json.to_owned())).unwrap().said, None);
    }

    #[test]
    fn an_answer_without_an_end_is_unavailable() {
        let (mut listening, _) = begun();
        feed(&mut listening, &[Heard::Tool("record_opinion"), Heard::Input("{}")]);
        assert!(matches!(listening.answer(|_| Some(())), Err(DeliveryError::Unavailable { retry_after: None })));
    }

    #[test]
    fn tokens_are_told_only_if_the_vendor_told_them() {
        let (mut counted, _) = begun();
        feed(&mut counted, &[Heard::Read(100), Heard::Wrote(1), Heard::Wrote(7), STOPPED]);
        let tokens = counted.answer(|_| Some(())).unwrap().tokens;
        assert_eq!(tokens, Some(TokenUse { model: "quick-1".to_owned(), input: 100, output: 7 }));
        let (mut silent, _) = begun();
        silent.hear(STOPPED);
        assert_eq!(silent.answer(|_| Some(())).unwrap().tokens, None);
    }
}

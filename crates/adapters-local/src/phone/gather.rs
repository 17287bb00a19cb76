//! `<Gather>`, and how a leg hears what people say and press.

use super::event::EventKind;
use super::exchange::{CHARS_PER_SECOND, Ear, Input, InputKind};
use super::leg::{Flow, Order, Player, Source};
use super::outbox::Callback;
use super::twiml::{Gather, SpeechTimeout};
use super::webhook::{Parameters, about, parameter, resolve};
use tokio::time::Instant;

/// How long the recogniser waits where it finds the end of speech by itself, in seconds.
const AUTO_SPEECH_TIMEOUT_SECONDS: f64 = 1.0;
/// Partial results come with the first word and then each time this many words are added.
const PARTIAL_WORDS: usize = 3;

impl Player<'_> {
    pub(super) async fn gather(&self, gather: &Gather, base: &str) -> Flow {
        let prompts = async {
            for prompt in &gather.prompts {
                self.prompt(prompt).await;
            }
        };
        self.set_ear(if gather.barge_in { Ear::Prompting } else { Ear::Deaf });
        let early = tokio::select! {
            biased;
            input = self.next_input(gather.speech, gather.dtmf, true), if gather.barge_in => Some(input),
            () = prompts => None,
        };
        self.set_ear(Ear::Open);
        let first = match early {
            Some(input) => Some(input),
            None => tokio::select! {
                biased;
                input = self.next_input(gather.speech, gather.dtmf, false) => Some(input),
                () = self.network.sleep(f64::from(gather.timeout_seconds)) => None,
            },
        };
        let result = match first {
            Some(Input { kind: InputKind::Keys(keys), heard, .. }) => {
                let digits = self.digits(gather, keys).await;
                let _ = heard.send(());
                // A finishing key without digits before it is no input (Twilio's note on finishOnKey).
                (!digits.is_empty()).then(|| vec![parameter("Digits", digits)])
            }
            Some(Input { kind: InputKind::Speech { text, midway }, heard, .. }) => {
                let said = self.speech(gather, base, &text, midway).await;
                let silence = match gather.speech_timeout {
                    SpeechTimeout::Auto => AUTO_SPEECH_TIMEOUT_SECONDS,
                    SpeechTimeout::Seconds(seconds) => f64::from(seconds),
                };
                self.network.sleep(silence).await;
                let _ = heard.send(());
                (!said.is_empty()).then(|| vec![parameter("SpeechResult", said), parameter("Confidence", "0.92")])
            }
            None => None,
        };
        self.set_ear(Ear::Deaf);
        let extra: Parameters = match result {
            Some(extra) => extra,
            None if gather.on_empty && gather.speech => vec![parameter("SpeechResult", "")],
            None if gather.on_empty => vec![parameter("Digits", "")],
            None => return Flow::Next,
        };
        Flow::Go(Source::Ask { url: resolve(base, gather.action.as_deref()), method: gather.method, extra })
    }

    pub(super) fn set_ear(&self, ear: Ear) {
        self.network.change_leg(self.sid, |leg| leg.ear = ear);
    }

    /// The next thing that is said or pressed and can be heard; what cannot be heard now keeps its turn.
    pub(super) async fn next_input(&self, speech: bool, keys: bool, over_only: bool) -> Input {
        self.network
            .until_leg(self.sid, |leg| {
                let input = leg.inputs.front()?;
                let fits = match input.kind {
                    InputKind::Speech { .. } => speech,
                    InputKind::Keys(_) => keys,
                };
                if fits && (input.over || !over_only) { leg.inputs.pop_front() } else { None }
            })
            .await
    }

    /// Collects digits, the first ones being there, until they are enough or stop coming.
    async fn digits(&self, gather: &Gather, first: String) -> String {
        let mut digits = String::new();
        let mut keys = first;
        loop {
            self.network.emit(self.sid, EventKind::Pressed(keys.clone()));
            for key in keys.chars() {
                if gather.finish_on_key.contains(key) {
                    return digits;
                }
                digits.push(key);
                if gather.digits_max.is_some_and(|max| digits.chars().count() >= max as usize) {
                    return digits;
                }
            }
            let more = tokio::select! {
                biased;
                input = self.next_input(false, true, false) => input,
                () = self.network.sleep(f64::from(gather.timeout_seconds)) => return digits,
            };
            let _ = more.heard.send(());
            match more.kind {
                InputKind::Keys(more) => keys = more,
                InputKind::Speech { .. } => return digits,
            }
        }
    }

    /// Hears speech, and posts it as it grows.
    async fn speech(&self, gather: &Gather, base: &str, text: &str, midway: bool) -> String {
        let partial = gather.partial.as_ref().map(|(url, method)| (resolve(base, Some(url)), *method));
        let mut sequence = 0;
        self.speak(text, midway, f64::from(gather.speech_seconds_max), |so_far, words, last| {
            let Some((url, method)) = &partial else { return };
            if words != 1 && words % PARTIAL_WORDS != 0 && !last {
                return;
            }
            self.network.change_leg(self.sid, |leg| {
                let mut parameters = about(self.network, leg);
                parameters.push(parameter("UnstableSpeechResult", so_far));
                parameters.push(parameter("Stability", "0.9"));
                parameters.push(parameter("StableSpeechResult", ""));
                parameters.push(parameter("SequenceNumber", sequence.to_string()));
                leg.outbox.post(Callback { url: url.clone(), method: *method, parameters });
            });
            sequence += 1;
        })
        .await
    }

    /// Somebody speaks, word by word, for at most so many seconds. `on_word` is given what was said so far, the number
    /// of words, and whether that was the last. Gives what was said; after half a speech with a hang-up, never.
    pub(super) async fn speak(
        &self,
        text: &str,
        midway: bool,
        seconds_max: f64,
        mut on_word: impl FnMut(&str, usize, bool),
    ) -> String {
        let mut words: Vec<&str> = text.split_whitespace().collect();
        if midway {
            words.truncate(words.len().div_ceil(2));
        }
        self.network.emit(self.sid, EventKind::Said(words.join(" ")));
        let began = Instant::now();
        let mut said = String::new();
        for (index, word) in words.iter().enumerate() {
            let chars = said.chars().count() + word.chars().count() + 1;
            let seconds = chars as f64 / CHARS_PER_SECOND;
            if seconds > seconds_max {
                break;
            }
            tokio::time::sleep_until(began + self.network.real(seconds)).await;
            if !said.is_empty() {
                said.push(' ');
            }
            said.push_str(word);
            on_word(&said, index + 1, index + 1 == words.len());
        }
        if midway {
            self.network.change_leg(self.sid, |leg| leg.order = Some(Order::End));
            std::future::pending::<()>().await;
        }
        said
    }
}

//! `<Record>`: what is said becomes a recording, and its words a transcription.

use super::event::EventKind;
use super::exchange::{CHARS_PER_SECOND, Ear, Exchange, Input, InputKind};
use super::leg::{Flow, Player, Source};
use super::outbox::Callback;
use super::resource::{Recording, Transcription};
use super::twiml::{Method, Record};
use super::webhook::{about, parameter, resolve};
use std::sync::Arc;
use tokio::time::Instant;

/// How long the tone lasts, in seconds.
const BEEP_SECONDS: f64 = 1.0;
/// How long the carrier takes to write a recording down, in simulated seconds.
const TRANSCRIPTION_SECONDS: f64 = 5.0;
/// The carrier writes down recordings longer than 2 and shorter than 120 seconds
/// (<https://www.twilio.com/docs/voice/twiml/record#transcribe>).
const TRANSCRIBED_SECONDS: std::ops::RangeInclusive<u64> = 2..=120;

/// A recording that goes on.
pub(super) struct Take {
    record: Record,
    base: String,
    text: String,
}

impl Player<'_> {
    pub(super) async fn record(&self, record: &Record, base: &str) -> Flow {
        if record.beep {
            self.network.emit(self.sid, EventKind::Beep);
            self.network.sleep(BEEP_SECONDS).await;
        }
        self.network.change_leg(self.sid, |leg| {
            leg.take = Some(Take { record: record.clone(), base: base.to_owned(), text: String::new() });
            leg.ear = Ear::Open;
        });
        let end = Instant::now() + self.network.real(f64::from(record.seconds_max));
        let mut key = None;
        loop {
            let input = tokio::select! {
                biased;
                input = self.next_input(true, true, false) => input,
                () = self.network.sleep(f64::from(record.timeout_seconds)) => break,
                () = tokio::time::sleep_until(end) => break,
            };
            let Input { kind, heard, .. } = input;
            match kind {
                InputKind::Keys(keys) => {
                    self.network.emit(self.sid, EventKind::Pressed(keys.clone()));
                    let _ = heard.send(());
                    key = keys.chars().find(|&key| record.finish_on_key.contains(key));
                    if key.is_some() {
                        break;
                    }
                }
                InputKind::Speech { text, midway } => {
                    let left = end.saturating_duration_since(Instant::now()).as_secs_f64() * self.network.config.pace;
                    let before = self.recorded();
                    self.speak(&text, midway, left, |so_far, _, _| {
                        self.network.change_leg(self.sid, |leg| {
                            if let Some(take) = &mut leg.take {
                                take.text = format!("{before} {so_far}").trim().to_owned();
                            }
                        });
                    })
                    .await;
                    let _ = heard.send(());
                }
            }
        }
        self.set_ear(Ear::Deaf);
        let take = self.network.change_leg(self.sid, |leg| leg.take.take()).flatten();
        let key = key.map(String::from);
        match take.and_then(|take| self.network.keep_recording(self.sid, take, key.as_deref())) {
            Some(Callback { url, method, parameters }) => Flow::Go(Source::Ask { url, method, extra: parameters }),
            // The carrier does not ask the action for an empty recording; it goes on with the next verb.
            None => Flow::Next,
        }
    }

    fn recorded(&self) -> String {
        let text = self.network.leg(self.sid, |leg| leg.take.as_ref().map(|take| take.text.clone()));
        text.flatten().unwrap_or_default()
    }
}

impl Exchange {
    /// Keeps what was recorded, posts its callbacks, and gives the request to the action, without the parameters that
    /// every request has. None if nothing was recorded.
    pub(super) fn keep_recording(self: &Arc<Self>, sid: &str, take: Take, digits: Option<&str>) -> Option<Callback> {
        let Take { record, base, text } = take;
        let absent = text.is_empty();
        let recording_sid = self.sid("RE");
        let media_url =
            format!("{}/2010-04-01/Accounts/{}/Recordings/{recording_sid}", self.base_url, self.config.account_sid);
        let seconds = (text.chars().count() as f64 / CHARS_PER_SECOND).ceil() as u64;
        let about_recording = vec![
            parameter("RecordingSid", &recording_sid),
            parameter("RecordingUrl", &media_url),
            parameter("RecordingDuration", seconds.to_string()),
        ];
        if !absent {
            let recording = Recording { sid: recording_sid, call_sid: sid.to_owned(), created: self.now(), seconds };
            self.change(|state| state.recordings.insert(recording.sid.clone(), recording));
        }
        if let Some((url, method)) = &record.status_callback
            && (if absent { record.on_absent } else { record.on_completed })
        {
            let mut parameters = vec![
                parameter("AccountSid", &self.config.account_sid),
                parameter("CallSid", sid),
                parameter("RecordingStatus", if absent { "absent" } else { "completed" }),
                parameter("RecordingChannels", "1"),
                parameter("RecordingSource", "RecordVerb"),
                parameter("RecordingStartTime", super::exchange::rfc_2822(self.now())),
            ];
            parameters.extend(about_recording.clone());
            let url = resolve(&base, Some(url));
            self.change_leg(sid, |leg| leg.outbox.post(Callback { url, method: *method, parameters }));
        }
        if absent {
            return None;
        }
        if record.transcribe {
            let callback = record.transcribe_callback.as_deref().map(|url| resolve(&base, Some(url)));
            self.write_down(sid, &text, seconds, about_recording.clone(), callback);
        }
        let mut parameters = about_recording;
        parameters.extend(digits.map(|digits| parameter("Digits", digits)));
        Some(Callback { url: resolve(&base, record.action.as_deref()), method: record.method, parameters })
    }
    /// Begins to write a recording down. It is kept with the recording, and told if somebody wants to be told.
    fn write_down(
        self: &Arc<Self>,
        sid: &str,
        text: &str,
        seconds: u64,
        about_recording: Vec<(String, String)>,
        callback: Option<String>,
    ) {
        let of = |name: &str| about_recording.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone());
        let failed = !TRANSCRIBED_SECONDS.contains(&seconds) || self.state().faults.transcription_fails;
        let status = if failed { "failed" } else { "completed" };
        let transcription = Transcription {
            sid: self.sid("TR"),
            recording_sid: of("RecordingSid").unwrap_or_default(),
            created: self.now(),
            seconds,
            status: "in-progress",
            text: text.to_owned(),
        };
        let about_text = vec![
            parameter("TranscriptionSid", &transcription.sid),
            parameter("TranscriptionText", if failed { "" } else { text }),
            parameter("TranscriptionStatus", status),
            parameter("TranscriptionType", "fast"),
            parameter("TranscriptionUrl", format!("{}/Transcriptions", of("RecordingUrl").unwrap_or_default())),
        ];
        let (network, sid, own) = (self.clone(), sid.to_owned(), transcription.sid.clone());
        self.change(|state| state.transcriptions.push(transcription));
        self.spawn(async move {
            network.sleep(TRANSCRIPTION_SECONDS).await;
            network.change(|state| {
                if let Some(written) = state.transcriptions.iter_mut().find(|written| written.sid == own) {
                    written.status = status;
                }
            });
            let Some(url) = callback else { return };
            network.change_leg(&sid, |leg| {
                let mut parameters = about(&network, leg);
                parameters.extend(about_recording.into_iter().chain(about_text));
                leg.outbox.post(Callback { url, method: Method::Post, parameters });
            });
        });
    }
}

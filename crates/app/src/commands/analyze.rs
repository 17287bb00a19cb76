//! `nightdesk analyze`: what the rules understand of every line of standard input, or what was promised in it.

use super::Outcome;
use super::local_time::Reference;
use crate::cli::{AnalyzeArgs, AnalyzeForm};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use nightdesk_adapters_connectwise::actions_note;
use nightdesk_adapters_slack::actions_message;
use nightdesk_domain::policy::CallbackPolicy;
use nightdesk_domain::triage::{
    Assessment, CallbackFound, CallbackTime, Reason, Setting, Speaker, Turn, assess, extract_actions,
    parse_callback_time, say_callback,
};
use nightdesk_domain::vocabulary::category_label;
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::{BufRead, Write};
use std::process::ExitCode;

/// A longer line is refused, so that memory does not grow with the input.
const LINE_BYTES_MAX: u64 = 8 << 20;
/// Of what a tenant decides, `analyze` takes the default: High wakes somebody.
const WAKES_FOR_HIGH: bool = true;

/// One line of input: `text`, `turns` or `dialog`.
#[derive(Deserialize)]
struct Row {
    #[serde(default)]
    id: Value,
    text: Option<String>,
    turns: Option<Vec<String>>,
    dialog: Option<Vec<Said>>,
    #[serde(flatten)]
    reference: Reference,
}

#[derive(Deserialize)]
struct Said {
    who: Who,
    text: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Who {
    Caller,
    Agent,
    Tech,
}

impl From<Who> for Speaker {
    fn from(who: Who) -> Self {
        match who {
            Who::Caller => Speaker::Caller,
            Who::Agent => Speaker::Assistant,
            Who::Tech => Speaker::Technician,
        }
    }
}

/// Reads JSON Lines to the end; a bad line yields an object with `error` in every form, and the run goes on.
///
/// # Errors
/// Only when standard input or output fails.
pub(super) fn run(args: AnalyzeArgs) -> Outcome {
    let mut input = std::io::stdin().lock();
    let mut output = std::io::BufWriter::new(std::io::stdout().lock());
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let read = (&mut input).take(LINE_BYTES_MAX).read_until(b'\n', &mut line)?;
        if read == 0 {
            break;
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let answer = if read as u64 == LINE_BYTES_MAX && line.last() != Some(&b'\n') {
            skip_line(&mut input)?;
            Err(Problem { id: Value::Null, error: format!("longer than {} MiB; split it", LINE_BYTES_MAX >> 20) })
        } else {
            understand(&line, args.form)
        };
        let answer = answer
            .unwrap_or_else(|problem| json!({"id": problem.id, "line": number, "error": problem.error}).to_string());
        // A note has lines of its own, so a blank one ends it.
        let end = if args.form == AnalyzeForm::Note { "\n" } else { "" };
        // A program that asks line by line waits for each answer.
        match writeln!(output, "{answer}{end}").and_then(|()| output.flush()) {
            // Whoever reads has seen enough.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => break,
            other => other?,
        }
    }
    Ok(ExitCode::SUCCESS)
}

use std::io::Read;

/// Reads on to the end of a line and keeps nothing of it.
fn skip_line(input: &mut impl BufRead) -> std::io::Result<()> {
    loop {
        let held = input.fill_buf()?;
        let (used, done) = match held.iter().position(|byte| *byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (held.len(), held.is_empty()),
        };
        input.consume(used);
        if done {
            return Ok(());
        }
    }
}

struct Problem {
    id: Value,
    error: String,
}

fn understand(line: &[u8], form: AnalyzeForm) -> Result<String, Problem> {
    let unread = |error: serde_json::Error| Problem { id: Value::Null, error: format!("not read: {error}") };
    let value: Value = serde_json::from_slice(line).map_err(unread)?;
    let id = value.get("id").cloned().unwrap_or_default();
    let problem = |error: String| Problem { id: id.clone(), error };
    let row: Row = serde_json::from_value(value).map_err(|error| problem(error.to_string()))?;
    let (now, zone) = row.reference.read().map_err(problem)?;
    let turns: Vec<Turn<'_>> = match (&row.text, &row.turns, &row.dialog) {
        (Some(text), None, None) => vec![Turn::caller(text)],
        (None, Some(turns), None) => turns.iter().map(|words| Turn::caller(words)).collect(),
        (None, None, Some(dialog)) => {
            dialog.iter().map(|said| Turn { who: said.who.into(), words: &said.text }).collect()
        }
        _ => return Err(problem("give exactly one of text, turns and dialog".into())),
    };
    match form {
        AnalyzeForm::Json => Ok(everything(&row, &turns, now, zone).to_string()),
        AnalyzeForm::Note => Ok(actions_note(&extract_actions(&turns))),
        AnalyzeForm::Slack => {
            let message = actions_message(&extract_actions(&turns));
            serde_json::to_string(&message).map_err(|error| problem(error.to_string()))
        }
    }
}

fn everything(row: &Row, turns: &[Turn<'_>], now: DateTime<Utc>, zone: Tz) -> Value {
    let policy = CallbackPolicy::default();
    let found = assess(turns, &Setting { now, zone, callback: &policy, company: None, windows: &[], names: &[] });
    let mut callback =
        CallbackFound { time: found.details.callback, grain: found.details.callback_grain, ..CallbackFound::default() };
    // Who gives one text and the moment it was said at asks for the time in it, whatever else it tells.
    if let (Some(text), true, None) = (&row.text, row.reference.is_given(), callback.time) {
        callback = parse_callback_time(text, now, zone, &policy);
    }
    answer(&row.id, &found, &callback, now, zone)
}

fn answer(id: &Value, found: &Assessment, callback: &CallbackFound, now: DateTime<Utc>, zone: Tz) -> Value {
    let disposition = found.disposition(WAKES_FOR_HIGH);
    json!({
        "id": id,
        "language": found.language,
        "category": category_label(found.category),
        "secondary": found.secondary,
        "confidence": found.confidence,
        "priority": found.priority,
        "wake": found.wakes(WAKES_FOR_HIGH) || found.unsure,
        "unsure": found.unsure,
        "disposition": disposition,
        "sentiment": {
            "label": found.sentiment.label,
            "score": found.sentiment.score,
            "opening": found.sentiment.opening(found.language),
        },
        "callback": callback_json(callback, found, now, zone),
        "actions": found.actions.iter().map(|action| json!({
            "type": action.kind,
            "evidence": action.evidence.words.reveal(),
            "turn": action.evidence.turn,
            "said_by": action.said_by,
            "who": action.who.as_ref().map(|who| who.words.reveal()),
            "what": action.what.words.reveal(),
            "when": action.when.as_ref().map(|when| when.words.reveal()),
        })).collect::<Vec<_>>(),
        "flags": found.flags.iter().map(|flag| json!({
            "type": flag.kind,
            "rule": flag.rule,
            "evidence": flag.evidence.words.reveal(),
        })).collect::<Vec<_>>(),
        "why": found.reasons.iter().map(why).collect::<Vec<_>>(),
    })
}

fn why(reason: &Reason) -> Value {
    json!({"rule": reason.rule, "words": reason.words.reveal(), "span": reason.span})
}

fn callback_json(callback: &CallbackFound, found: &Assessment, now: DateTime<Utc>, zone: Tz) -> Value {
    let wanted = callback.any_time || found.wish == nightdesk_domain::triage::Wish::Callback;
    when_json(callback, found.language, now, zone)
        .or_else(|| wanted.then(|| json!({"kind": "none"})))
        .unwrap_or_default()
}

/// A time as other programs read it: local times of the zone, without an offset.
pub(super) fn when_json(
    callback: &CallbackFound,
    language: nightdesk_domain::vocabulary::Language,
    now: DateTime<Utc>,
    zone: Tz,
) -> Option<Value> {
    let local =
        |instant: DateTime<Utc>| instant.with_timezone(&zone).naive_local().format("%Y-%m-%dT%H:%M:%S").to_string();
    let (kind, start, end) = match callback.time? {
        CallbackTime::At(at) => ("at", Some(local(at)), None),
        CallbackTime::Window(start, end) => ("window", Some(local(start)), Some(local(end))),
        CallbackTime::Soon => ("asap", None, None),
    };
    let say = callback.time.map(|time| say_callback(time, zone, language, now));
    Some(json!({"kind": kind, "start": start, "end": end, "grain": callback.grain, "say": say}))
}

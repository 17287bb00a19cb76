//! `nightdesk when`: what one phrase says of when to call back.

use super::analyze::when_json;
use super::local_time::Reference;
use super::{Outcome, print};
use crate::cli::WhenArgs;
use nightdesk_domain::policy::CallbackPolicy;
use nightdesk_domain::triage::{detect_language, parse_callback_time, say_callback};
use serde_json::json;
use std::process::ExitCode;

/// Says the time of a phrase; exit code 1 where it names none.
///
/// # Errors
/// A reference time or a zone that cannot be read.
pub(super) fn run(args: &WhenArgs) -> Outcome {
    let reference = Reference { local: args.reference.clone(), tz: Some(args.tz.clone()) };
    let (now, zone) = reference.read()?;
    let found = parse_callback_time(&args.phrase, now, zone, &CallbackPolicy::default());
    let (language, _) = detect_language(&args.phrase);
    let told = found.time.is_some();
    if args.json {
        print(&when_json(&found, language, now, zone).unwrap_or_else(|| json!({"kind": "none"})).to_string());
    } else {
        match (found.time, found.any_time) {
            (Some(time), _) => print(&say_callback(time, zone, language, now)),
            (None, true) => print("any time: no particular one was said"),
            (None, false) => print("no time was said"),
        }
        for evidence in &found.evidence {
            let words = args.phrase.get(evidence.words.clone()).unwrap_or_default();
            print(&format!("  because of {words:?} ({})", evidence.rule));
        }
    }
    Ok(if told { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

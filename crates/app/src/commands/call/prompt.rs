//! A person at the terminal: the caller, and the technicians, too.

use super::{Failure, Stage};
use crate::commands::print;
use nightdesk_adapters_local::phone::{Caller, EventKind, Handset, NetworkEvent, Party};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::sync::broadcast::error::RecvError;

const HELP: &str = "\
Type what the caller says. #12 presses keys, /hang hangs up.
When a technician's phone rings: /answer or /decline; then /1 accepts, /2 passes, /3 repeats, /end hangs up.";

/// Talks until the caller's line and every technician's line are over.
pub(super) async fn talk(stage: &Stage, caller: &Caller) -> Result<(), Failure> {
    print(HELP);
    let mut events = stage.network.events();
    for event in stage.network.history() {
        show(stage, &event);
    }
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    let mut ringing: Option<Handset> = None;
    let mut typing = true;
    loop {
        if caller.status().is_over() && stage.network.is_quiet() {
            return Ok(());
        }
        tokio::select! {
            event = events.recv() => match event {
                Ok(event) => {
                    if let (Party::Technician(number), EventKind::Ringing) = (&event.party, &event.kind) {
                        ringing = stage.network.ringing(number);
                    }
                    show(stage, &event);
                }
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return Ok(()),
            },
            line = lines.next_line(), if typing => match line? {
                Some(line) => act(line.trim(), caller, ringing.as_ref()),
                // No more input: whoever typed has left, and so the caller hangs up.
                None => {
                    typing = false;
                    caller.hang_up();
                }
            },
            () = tokio::time::sleep(std::time::Duration::from_millis(200)) => {}
        }
    }
}

/// What is said waits for the next pause of the assistant; the terminal does not.
fn act(line: &str, caller: &Caller, technician: Option<&Handset>) {
    let (caller, technician) = (caller.clone(), technician.cloned());
    match line {
        "" => {}
        "/help" | "/?" => print(HELP),
        "/hang" => caller.hang_up(),
        command if command.starts_with('/') => match (command, technician) {
            (_, None) => print("(no technician's phone rings)"),
            ("/answer", Some(phone)) => phone.answer(),
            ("/decline", Some(phone)) => phone.decline(),
            ("/end", Some(phone)) => phone.hang_up(),
            (keys, Some(phone)) => {
                let keys = keys.trim_start_matches('/').to_owned();
                tokio::spawn(async move { phone.press_over(&keys).await });
            }
        },
        keys if keys.starts_with('#') => {
            let keys = keys.trim_start_matches('#').to_owned();
            tokio::spawn(async move { caller.press_over(&keys).await });
        }
        words => {
            let words = words.to_owned();
            tokio::spawn(async move { caller.say_over(&words).await });
        }
    }
}

fn show(stage: &Stage, event: &NetworkEvent) {
    if let Some(line) = stage.line_of(event) {
        print(&line);
    }
}

impl Stage {
    /// A technician's name by number.
    pub(super) fn name_of(&self, number: &str) -> String {
        let known = self.policy.technicians.iter();
        known
            .filter(|technician| technician.number.as_ref().is_some_and(|n| n.as_str() == number))
            .map(|technician| technician.name.clone())
            .next()
            .unwrap_or_else(|| "the office".to_owned())
    }

    /// One line of what happened, or none if it is nothing to see.
    pub(super) fn line_of(&self, event: &NetworkEvent) -> Option<String> {
        let who = match &event.party {
            Party::Caller => "caller".to_owned(),
            Party::Technician(number) | Party::Office(number) => self.name_of(number),
        };
        let what = match &event.kind {
            EventKind::Heard { text, .. } => format!("   to {who:8} \"{text}\""),
            EventKind::Said(text) => format!("   {who:11} \"{text}\""),
            EventKind::Pressed(keys) => format!("   {who:11} presses {keys}"),
            EventKind::Ringing if event.party != Party::Caller => format!("** {who}'s phone rings"),
            EventKind::Answered if event.party != Party::Caller => format!("** {who}'s phone is answered"),
            EventKind::Beep => "** beep".to_owned(),
            EventKind::JoinedRoom => format!("** {who} is in the room"),
            EventKind::LeftRoom => format!("** {who} has left the room"),
            EventKind::Ended(status) => format!("** {who}'s line is over ({status})"),
            EventKind::Text(body) => format!("** text to {who}: {body}"),
            EventKind::Error(why) => format!("!! the carrier refuses: {why}"),
            EventKind::Ringing | EventKind::Answered => return None,
        };
        Some(format!("{:>7.1}s {what}", event.at_ms as f64 / 1000.0))
    }
}

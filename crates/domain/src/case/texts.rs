//! Texts to the caller of a case.

use super::state::Promise;
use super::transition::{Step, Taken};
use crate::consent::Withheld;
use crate::effect::{CallerText, Effect};
use crate::ids::TicketNumber;
use crate::private::Private;
use crate::triage::{say_callback, say_clock};
use crate::vocabulary::Language;
use chrono::{DateTime, Utc};

impl Step<'_> {
    /// Confirms a promised call by text, to a caller who agreed to that. The caller has just been on the line and
    /// waits for it, so that it goes out at any hour.
    pub(super) fn confirm_callback(&mut self) {
        let brief = &self.case.brief;
        let (Some(promise), Some(to)) = (&brief.callback, &brief.text_to) else { return };
        let (to, from) = (to.clone(), self.context.policy.caller_id.clone());
        let body = Private::new(self.confirmation(promise, brief.language, false));
        self.plan(Effect::TextCaller(CallerText { to, from, body, urgent: true, agreed: true }));
    }

    /// Tells a caller who agreed to texts that the promised call comes at another time. At night only who waits for
    /// it already is told.
    pub(super) fn text_moved(&mut self, promise: &Promise, waits: bool) {
        let Some(to) = self.case.brief.text_to.clone() else { return };
        let from = self.context.policy.caller_id.clone();
        let body = Private::new(self.confirmation(promise, self.case.brief.language, true));
        self.plan(Effect::TextCaller(CallerText { to, from, body, urgent: waits, agreed: true }));
    }

    /// "Northwind IT will call you Tuesday at 9:00 AM Central time, ticket 1234 5678. Reply STOP …"
    fn confirmation(&self, promise: &Promise, language: Language, moved: bool) -> String {
        let policy = self.context.policy;
        let when = say_callback(promise.time(), policy.time_zone, language, self.context.now);
        let (msp, number) = (&policy.name, grouped(&self.case.ticket.number));
        match language {
            Language::English => {
                let instead = if moved { " instead" } else { "" };
                format!("{msp} will call you {when}{instead}, ticket {number}. Reply STOP to get no more texts.")
            }
            Language::Spanish => {
                let instead = if moved { " en lugar de lo acordado" } else { "" };
                format!(
                    "{msp} le llamará {when}{instead}. Ticket {number}. Responda STOP para no recibir más mensajes."
                )
            }
        }
    }

    /// Tells a caller who agreed to texts, and is not on the line, by when the technician will ring.
    pub(super) fn text_arrival(&mut self, name: &str, by: DateTime<Utc>) {
        let brief = &self.case.brief;
        let Some(to) = brief.text_to.clone().filter(|_| !self.case.caller.present) else { return };
        let policy = self.context.policy;
        let (msp, at) = (&policy.name, say_clock(by, policy.time_zone, brief.language));
        let body = Private::new(match brief.language {
            Language::English => {
                format!("{msp}: {name} has it and will call you by {at}. Reply STOP to get no more texts.")
            }
            Language::Spanish => format!(
                "{msp}: {name} se encarga de ello y le llamará, a más tardar, {at}. \
                 Responda STOP para no recibir más mensajes."
            ),
        });
        let from = policy.caller_id.clone();
        self.plan(Effect::TextCaller(CallerText { to, from, body, urgent: true, agreed: true }));
    }

    /// A text to the caller was not sent: whoever reads the ticket must not think that it was.
    pub(super) fn text_withheld(&mut self, effect: u32, why: Withheld) -> Taken {
        let rule = format!("case/text-{effect}-withheld");
        if self.case.reasons.iter().any(|reason| reason.rule == rule) {
            return Err("this text is known to be withheld");
        }
        self.reason(&rule, why.to_string());
        self.note(Private::new(format!("A text to the caller was not sent: {why}.")));
        Ok(())
    }
}

/// The digits in two groups, as they are read.
fn grouped(number: &TicketNumber) -> String {
    let digits = number.as_str();
    let (first, second) = digits.split_at(digits.len().min(4));
    format!("{first} {second}")
}

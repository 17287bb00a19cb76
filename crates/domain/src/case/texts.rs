//! Texts to the caller of a case.

use super::transition::{Step, Taken};
use crate::consent::Withheld;
use crate::private::Private;

impl Step<'_> {
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

//! The one text that answers an opt-out.

use crate::triage::detect_language;
use crate::vocabulary::Language;

/// That an opt-out was understood, and how to undo it, in the language of the words that asked for it.
pub fn opted_out(tenant: &str, asked: &str) -> String {
    match detect_language(asked).0 {
        Language::English => {
            format!("{tenant}: you have opted out and will get no more texts from us. Reply START to get texts again.")
        }
        Language::Spanish => {
            format!("{tenant}: no le enviaremos más mensajes de texto. Responda START para volver a recibirlos.")
        }
    }
}

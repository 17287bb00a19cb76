//! The assistant's words, in English and Spanish. `{}` is filled in.

use crate::vocabulary::Language;

/// Everything the assistant says to a caller, in one language.
pub(super) struct Wording {
    pub(super) greeting: &'static str,
    pub(super) ask_open: &'static str,
    pub(super) ask_what: &'static str,
    pub(super) ask_work_stopped: &'static str,
    pub(super) ask_number: &'static str,
    pub(super) ask_who: &'static str,
    pub(super) ask_affected: &'static str,
    pub(super) ask_since: &'static str,
    pub(super) ask_callback_time: &'static str,
    pub(super) silence: &'static str,
    pub(super) mishear: &'static str,
    pub(super) waking: &'static str,
    pub(super) danger: &'static str,
    pub(super) hold_on: &'static str,
    pub(super) hold_keys: &'static str,
    pub(super) comfort: [&'static str; 3],
    pub(super) news_ringing: &'static str,
    pub(super) news_unreached: &'static str,
    pub(super) news_accepted: &'static str,
    pub(super) news_lost: &'static str,
    pub(super) news_exhausted: &'static str,
    pub(super) news_handled: &'static str,
    pub(super) connecting: &'static str,
    pub(super) technician: &'static str,
    pub(super) voicemail_wish: &'static str,
    pub(super) voicemail_not_understood: &'static str,
    pub(super) voicemail_too_long: &'static str,
    pub(super) voicemail_beep: &'static str,
    pub(super) ticket_number: &'static str,
    pub(super) ticket_looked_at: &'static str,
    pub(super) promise_at: &'static str,
    pub(super) promise_window: &'static str,
    pub(super) resolved: &'static str,
    pub(super) pending_verification: &'static str,
    pub(super) message_stored: &'static str,
    pub(super) message_empty: &'static str,
    pub(super) exhausted: &'static str,
    pub(super) technician_will_call: &'static str,
    pub(super) goodbye: &'static str,
}

impl Wording {
    pub(super) fn of(language: Language) -> &'static Wording {
        match language {
            Language::English => &ENGLISH,
            Language::Spanish => &SPANISH,
        }
    }
}

/// Fills the first `{}`.
pub(super) fn fill(text: &str, value: &str) -> String {
    text.replacen("{}", value, 1)
}

/// Fills the first two `{}`.
pub(super) fn fill2(text: &str, first: &str, second: &str) -> String {
    match text.split_once("{}") {
        Some((head, tail)) => format!("{head}{first}{}", fill(tail, second)),
        None => text.to_owned(),
    }
}

static ENGLISH: Wording = Wording {
    greeting: "You have reached {}. I am the automated assistant for after-hours support.",
    ask_open: "How can I help?",
    ask_what: "What is not working, or what do you need?",
    ask_work_stopped: "Is anyone's work stopped right now? Say yes or press 1, or say no or press 2.",
    ask_number: "What number can we reach you on? You can say it or key it in.",
    ask_who: "Who am I speaking with, and which company are you with?",
    ask_affected: "How many people are affected?",
    ask_since: "Since when has this been happening?",
    ask_callback_time: "When would you like us to call you back? If no call is needed, just say no call.",
    silence: "I did not hear anything.",
    mishear: "I am sorry, I did not understand that.",
    waking: "I understand, this cannot wait. I am getting the technician on call while we speak.",
    danger: "If anyone is in danger, hang up now and dial your emergency services, 9 1 1 in the United States.",
    hold_on: "Please stay on the line. I am reaching the technician on call.",
    hold_keys: "To leave a message instead, press star.",
    comfort: [
        "Still trying. Thank you for holding.",
        "I am still here, and still ringing the technician on call.",
        "Thank you for your patience. Your problem is recorded and will not be lost.",
    ],
    news_ringing: "I am ringing {} now.",
    news_unreached: "I could not reach {}. I am trying the next person.",
    news_accepted: "{} has taken your call.",
    news_lost: "I lost the connection with {}. I am trying again.",
    news_exhausted: "I have tried everybody on call and nobody has answered yet.",
    news_handled: "Your problem has been marked as taken care of.",
    connecting: "{} has taken your call. I am connecting you now.",
    technician: "the technician on call",
    voicemail_wish: "You can leave a message.",
    voicemail_not_understood: "I am sorry, I could not understand you.",
    voicemail_too_long: "I have kept you long enough.",
    voicemail_beep: "After the beep, please say your name, your company, your number and what is wrong. Then hang up or press pound.",
    ticket_number: "Your ticket number is {}.",
    ticket_looked_at: "It will be looked at when the office opens, {}.",
    promise_at: "We will call you back {}.",
    promise_window: "We will call you back between {} and {}.",
    resolved: "I am glad that it works again. I have noted that it is solved.",
    pending_verification: "Good. We will check with you in the morning that it works.",
    message_stored: "Your message is stored, and the people on call are told of it.",
    message_empty: "I recorded no message, but your call is noted.",
    exhausted: "Nobody on call has answered yet. I keep trying, and whoever answers will call you back.",
    technician_will_call: "The technician has your number and will call you back.",
    goodbye: "Goodbye.",
};

static SPANISH: Wording = Wording {
    greeting: "Ha llamado a {}. Soy el asistente automático de soporte fuera de horario.",
    ask_open: "¿En qué puedo ayudarle?",
    ask_what: "¿Qué es lo que no funciona, o qué necesita?",
    ask_work_stopped: "¿Hay alguien que no pueda trabajar en este momento? Diga sí o marque 1, o diga no o marque 2.",
    ask_number: "¿A qué número podemos llamarle? Puede decirlo o marcarlo.",
    ask_who: "¿Con quién hablo, y de qué empresa llama?",
    ask_affected: "¿Cuántas personas están afectadas?",
    ask_since: "¿Desde cuándo ocurre?",
    ask_callback_time: "¿Cuándo quiere que le llamemos? Si no hace falta, diga no me llamen.",
    silence: "No he oído nada.",
    mishear: "Lo siento, no le he entendido.",
    waking: "Entiendo, esto no puede esperar. Estoy avisando al técnico de guardia mientras hablamos.",
    danger: "Si alguien está en peligro, cuelgue ahora y llame a emergencias, al 9 1 1 en los Estados Unidos.",
    hold_on: "No cuelgue, por favor. Estoy llamando al técnico de guardia.",
    hold_keys: "Si prefiere dejar un mensaje, marque asterisco.",
    comfort: [
        "Sigo intentándolo. Gracias por esperar.",
        "Sigo aquí, y sigo llamando al técnico de guardia.",
        "Gracias por su paciencia. Su problema está registrado y no se perderá.",
    ],
    news_ringing: "Estoy llamando a {}.",
    news_unreached: "No he podido hablar con {}. Llamo a la siguiente persona.",
    news_accepted: "{} ha tomado su llamada.",
    news_lost: "Se ha cortado la comunicación con {}. Lo intento de nuevo.",
    news_exhausted: "He llamado a todas las personas de guardia y nadie ha contestado todavía.",
    news_handled: "Su problema figura como atendido.",
    connecting: "{} ha tomado su llamada. Le comunico ahora.",
    technician: "el técnico de guardia",
    voicemail_wish: "Puede dejar un mensaje.",
    voicemail_not_understood: "Lo siento, no he podido entenderle.",
    voicemail_too_long: "Ya le he entretenido bastante.",
    voicemail_beep: "Después de la señal, diga su nombre, su empresa, su número y qué ocurre. Después cuelgue o marque numeral.",
    ticket_number: "Su número de ticket es {}.",
    ticket_looked_at: "Lo verán cuando abra la oficina, {}.",
    promise_at: "Le llamaremos {}.",
    promise_window: "Le llamaremos entre {} y {}.",
    resolved: "Me alegro de que ya funcione. He anotado que está resuelto.",
    pending_verification: "Bien. Por la mañana le preguntaremos si funciona.",
    message_stored: "Su mensaje está guardado, y las personas de guardia están avisadas.",
    message_empty: "No he grabado ningún mensaje, pero su llamada queda anotada.",
    exhausted: "Todavía no ha contestado nadie de guardia. Sigo intentándolo, y quien conteste le llamará.",
    technician_will_call: "El técnico tiene su número y le llamará.",
    goodbye: "Adiós.",
};

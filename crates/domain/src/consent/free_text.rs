//! "Please stop texting me", "no me manden mensajes": wishes in other words than the carrier's.
//!
//! A text is read clause by clause, in lower case and without accents. In doubt it asks for no more texts; but
//! ordinary talk about machines must not. A wish for texts must be all that is said: to read one wrongly would text
//! somebody who said no.

use super::clauses::{Clause, among, clauses};
use super::lexicon::*;
use super::words::{OPT_IN_WORDS, OPT_OUT_WORDS, Wish};
use super::{english, spanish};

pub(super) fn wish(text: &str) -> Option<Wish> {
    let clauses = clauses(text);
    if opt_outs(&clauses).any(|place| place.is_some()) {
        return Some(Wish::OptOut);
    }
    let asks = text.contains(['?', '¿']);
    let doubted = clauses.iter().any(|clause| clause.has(0, clause.len(), TAKEN_BACK));
    let mut said = clauses.iter().filter(|clause| !clause.only(0, POLITE) && !clause.only(0, "si")).peekable();
    (!asks && !doubted && said.peek().is_some() && said.all(opts_in)).then_some(Wish::OptIn)
}

/// Whether what was said on a call asks for no more texts. Texts must be named: "stop" alone is said to the assistant.
pub(super) fn refuses_aloud(words: &str) -> bool {
    const TEXTS: &str = "text texts texting texted txt sms mensaje mensajes mensajito textos texto textee texteen \
         textear textearme escriba escriban escribas escribir escribirme";
    clauses(words).iter().any(|clause| {
        let asks_how = clause.has(0, clause.len(), "how como");
        !asks_how && clause.has(0, clause.len(), TEXTS) && (0..clause.len()).any(|at| begins(clause, at))
    })
}

/// What a text says beside its wish for no more texts, written in plain words.
pub(super) fn beside_opt_out(text: &str) -> String {
    let clauses = clauses(text);
    let kept = clauses.iter().zip(opt_outs(&clauses)).map(|(clause, wish)| {
        let mut end = wish.unwrap_or(clause.len());
        // "And could you please": what only leads to the wish goes with it.
        while wish.is_some() && end > 0 && (clause.was(end, POLITE) || clause.was(end, "and y do can could i we")) {
            end -= 1;
        }
        clause.text_before(end)
    });
    kept.filter(|words| !words.is_empty()).collect::<Vec<_>>().join(", ")
}

/// Where in each clause a wish for no more texts begins.
fn opt_outs(clauses: &[Clause]) -> impl Iterator<Item = Option<usize>> {
    let of_support = clauses.iter().filter(|clause| talks_of_support(clause)).count();
    clauses.iter().map(move |clause| {
        // "Stop. It works now" is about what works.
        let about_texts = of_support == usize::from(talks_of_support(clause));
        let alone = clauses.len() == 1 && clause.len() == 1 && clause.is(0, ALONE);
        let named = (0..clause.len()).find(|at| begins(clause, *at));
        let bare = (alone || is_bare(clause) && about_texts).then_some(0);
        named.or(bare).or_else(|| closing_stop(clause).filter(|_| about_texts))
    })
}

fn begins(clause: &Clause, at: usize) -> bool {
    english::forbids_texts(clause, at)
        || english::leaves(clause, at)
        || spanish::forbids_texts(clause, at)
        || spanish::leaves(clause, at)
}

/// Whether a clause is about a fault: its words, or a code of letters and digits.
fn talks_of_support(clause: &Clause) -> bool {
    let is_code = |word: &String| {
        word.bytes().any(|byte| byte.is_ascii_digit()) && word.bytes().any(|byte| byte.is_ascii_alphabetic())
    };
    clause.has(0, clause.len(), SUPPORT) || clause.span(0, clause.len()).iter().any(is_code)
}

/// "Stop please", "STOP!!!", "baja", "leave off": a word to cease and nothing but politeness around it.
fn is_bare(clause: &Clause) -> bool {
    let theirs = |word: &str| OPT_OUT_WORDS.iter().any(|theirs| theirs.eq_ignore_ascii_case(word));
    match clause.without(POLITE).as_slice() {
        // "Cancel, please" may well be about an appointment.
        ["cancel" | "end"] => false,
        [word] if theirs(word) || among(word, STOPS) => true,
        ["baja" | "alto" | "basta" | "pare" | "paren" | "parenle" | "detengan" | "cesen" | "enough"] => true,
        ["no", "more"] | ["go", "away"] | ["fuck" | "f" | "piss", "off"] | ["not", "interested"] => true,
        ["knock", "it", "off"] => true,
        ["dije" | "pedi" | "digo" | "pido" | "les" | "le", .., "paren" | "pararan" | "dejen" | "dejaran"] => true,
        // "Ya no"; "no" alone answers anything.
        ["no"] => clause.before(clause.len()) == "no" && clause.before(clause.len() - 1) == "ya",
        [first, rest @ ..] => {
            (among(first, STOPS) || *first == "quit") && rest.iter().all(|word| among(word, POINTERS))
        }
        [] => false,
    }
}

/// "I told you to stop", "wrong number please stop", "you keep texting me please stop": where the wish begins.
fn closing_stop(clause: &Clause) -> Option<usize> {
    let stops = (0..clause.len()).rfind(|at| clause.at(*at) == "stop")?;
    let rest = clause.at(stops + 1);
    let closes = clause.span(stops + 1, clause.len()).iter().all(|word| among(word, POLITE) || among(word, POINTERS));
    let goes_on = among(rest, "and but") && among(clause.at(stops + 2), "you u");
    if !closes && !goes_on || clause.has(stops.saturating_sub(2), stops, NEGATION) {
        return None;
    }
    let say = (0..stops).rfind(|at| clause.is(*at, SAY));
    let told = say.is_some_and(|say| {
        (clause.has(0, say, "i ive we weve") || clause.all(0, say, POLITE)) && clause.all(say + 1, stops, SAID)
    });
    let wrong = clause.has(0, stops, "wrong equivocado");
    let asked = clause.was(stops, "please pls plz por favor");
    let texts = clause.has(0, stops, GERUNDS) || clause.has(0, stops, "texts messages msgs sms mensajes textos");
    let bothered =
        texts && !clause.has(0, stops, "how") && (asked || clause.has(0, stops, "you u ur cost costs money"));
    let subject = clause.was(stops, SUBJECTS) || clause.was(stops, "to the a make makes");
    let begins = if asked { stops - 1 } else { stops };
    (told || closes && (wrong || bothered) && !subject).then_some(begins)
}

fn opts_in(clause: &Clause) -> bool {
    match clause.without(POLITE).as_slice() {
        // "Start!" is not the carrier's word and means the same; "yes, please" answers anything.
        [word] if OPT_IN_WORDS.iter().any(|own| own.eq_ignore_ascii_case(word)) => *word != "yes",
        several => OPT_IN.contains(&several.join(" ").as_str()),
    }
}

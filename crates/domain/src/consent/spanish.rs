//! Wishes for no more texts in Spanish.

use super::clauses::{Clause, among};
use super::english::of_a_thing;
use super::lexicon::*;

pub(super) fn forbids_texts(clause: &Clause, at: usize) -> bool {
    forbids(clause, at) || wants_none(clause, at) || ceases(clause, at)
}

/// Wishes that name no texts: a list, a consent, peace.
pub(super) fn leaves(clause: &Clause, at: usize) -> bool {
    unsubscribes(clause, at) || revokes(clause, at)
}

/// The place behind a name for texts of ours from here on. "Mensajes de error" are none, and neither are those to
/// somebody else; "mensajes de texto" are.
fn texts_named(clause: &Clause, from: usize) -> Option<usize> {
    let noun = clause.skip(from, BETWEEN_ES);
    let of = clause.at(noun + 1) == "de" && !clause.is(noun + 2, "texto ustedes su");
    let to = clause.has(noun + 1, clause.len(), OTHERS) || clause.at(noun + 1) == "a" && !clause.is(noun + 2, TAIL_ES);
    (clause.is(noun, NOUNS_ES) && !of && !to).then_some(noun + 1)
}

/// "No me manden mensajes", "no vuelvan a escribirme", "nunca más me escriban", "no quiero más mensajes".
fn forbids(clause: &Clause, at: usize) -> bool {
    if !clause.is(at, "no nunca jamas") || of_a_thing(clause, at, false) {
        return false;
    }
    if clause.is(at + 1, WANT_ES) {
        let verb = at + 2;
        let has = |words| clause.has(verb, clause.len(), words);
        let writes = has("me nos") && (has(WRITE_ES) || has(BOTHER_ES) || has(WRITING_ES)) && !has(CEASE_ES);
        let consent = clause.skip(verb, "mi el");
        let texts = if clause.is(consent, CONSENT) { consent + 1 } else { verb };
        return writes || texts_named(clause, texts).is_some();
    }
    let verb = clause.skip(at + 1, "me nos mas por favor a se vuelvan vuelva vuelvas sigan siga sigas volver seguir");
    let between = |words| clause.has(at, verb, words);
    let pronoun = between("me nos");
    let told = pronoun || between(AGAIN_ES);
    // "Favor de no mandar": an infinitive orders where nobody is said to do it.
    let orders = at == 0 || clause.was(at, POLITE) || clause.was(at, "de que");
    if clause.is(verb, WRITE_ES) || clause.is(verb, BOTHER_ES) {
        return pronoun || clause.only(verb + 1, TAIL_ES);
    }
    if clause.is(verb, WRITING_ES) {
        return (told || orders) && clause.only(verb + 1, TAIL_ES);
    }
    clause.is(verb, SEND_ES)
        && (told || orders || clause.is(verb, "manden envien mandes envies"))
        && texts_named(clause, verb + 1).is_some()
}

/// "No mensajes", "ya no más mensajes", "sin textos por favor".
fn wants_none(clause: &Clause, at: usize) -> bool {
    let opens = at == 0 || clause.was(at, POLITE);
    let noun = clause.skip(at + 1, "mas");
    opens
        && clause.is(at, "no sin")
        && clause.is(noun, "mensajes mensajitos textos sms msjs")
        && texts_named(clause, noun).is_some_and(|end| clause.only(end, TAIL_ES))
}

/// "Dejen de mandarme mensajes", "paren los mensajes", "basta de mensajes".
fn ceases(clause: &Clause, at: usize) -> bool {
    if clause.was(at, "no nunca puedo como podemos") || of_a_thing(clause, at, false) {
        return false;
    }
    if clause.is(at, END_ES)
        && let noun = clause.skip(at + 1, "ya con de los las mis sus esos estos tantos todos")
        && texts_named(clause, noun).is_some_and(|end| clause.only(end, TAIL_ES))
    {
        return true;
    }
    if !clause.is(at, CEASE_ES) || clause.at(at + 1) != "de" {
        return false;
    }
    let verb = clause.skip(at + 2, "los sus tantos estos");
    let to_writer = clause.at(verb).ends_with("me") || clause.at(verb).ends_with("nos");
    // "La centralita deja de mandar mensajes" tells what something does.
    let tells = clause.is(at, "deja para dejar parar") && at > 0 && !clause.was(at, POLITE);
    if tells && !to_writer {
        return false;
    }
    clause.is(verb, WRITING_ES) || clause.is(verb, SENDING_ES) && texts_named(clause, verb + 1).is_some()
}

/// "Quiero darme de baja", "quítenme de la lista", "borren mi número", "déjenme en paz".
fn unsubscribes(clause: &Clause, at: usize) -> bool {
    let number = |place: usize| clause.is(place, "mi este") && clause.is(place + 1, "numero telefono celular");
    let removes = clause.is(at, REMOVE_ES) && (number(at + 1) || clause.was(at, "me"));
    let end = if removes || clause.is(at, REMOVE_ME_ES) {
        at + 1
    } else if clause.is(at, DROP_ES) && clause.at(at + 1) == "de" && clause.at(at + 2) == "baja" {
        at + 3
    } else if clause.is(at, "desuscribir desuscribirme desuscribanme desuscribeme desuscribame") {
        at + 1
    } else if clause.is(at, "cancelar cancelen cancele") && clause.is(clause.skip(at + 1, "la mi esta"), "suscripcion")
    {
        clause.skip(at + 1, "la mi esta suscripcion")
    } else if clause.is(at, "dejenme dejeme dejame") && clause.at(at + 1) == "en" && clause.at(at + 2) == "paz" {
        at + 3
    } else {
        return false;
    };
    let wishes = clause.span(0, at).iter().all(|word| among(word, POLITE) || among(word, WISHING));
    wishes && clause.only(end, LIST)
}

/// "Revoco mi consentimiento".
fn revokes(clause: &Clause, at: usize) -> bool {
    clause.is(at, "revoco retiro anulo cancelo")
        && !clause.was(at, "no")
        && clause.is(clause.skip(at + 1, "mi el todo"), CONSENT)
}

//! "Please stop texting me", "no me manden mensajes": wishes in other words than the carrier's.
//!
//! A text is read clause by clause, in lower case and without accents. A wish for no more texts is found by what is
//! to cease and by texts being named, so that "stop by the office" is none; a negation right before it takes it
//! back. A wish for texts must be the whole clause: to read one wrongly would text somebody who said no.

use super::words::{OPT_IN_WORDS, OPT_OUT_WORDS, Wish};

/// Longest text that is read, in characters: the carrier joins no more than ten parts of 160.
const CHARS_MAX: usize = 1_600;

pub(super) fn wish(text: &str) -> Option<Wish> {
    let clauses = clauses(text);
    if clauses.iter().any(|clause| opts_out(clause)) {
        return Some(Wish::OptOut);
    }
    clauses.iter().any(|clause| opts_in(clause)).then_some(Wish::OptIn)
}

/// The words of each clause: lower case, accents folded, apostrophes dropped.
fn clauses(text: &str) -> Vec<Vec<String>> {
    let mut clauses = vec![Vec::new()];
    let mut word = String::new();
    let text: String = text.chars().take(CHARS_MAX).flat_map(char::to_lowercase).collect();
    let end_word = |clauses: &mut Vec<Vec<String>>, word: &mut String| {
        if word.is_empty() {
            return;
        }
        let word = std::mem::take(word);
        // "But", "and if": what follows is said anew, and no negation reaches over it.
        if matches!(word.as_str(), "but" | "pero" | "because" | "porque" | "if" | "unless") {
            clauses.push(Vec::new());
        }
        if let Some(clause) = clauses.last_mut() {
            clause.push(word);
        }
    };
    for letter in text.chars() {
        match fold(letter) {
            Some(plain) => word.push(plain),
            // An apostrophe joins, and so does the accent that some write behind its letter.
            None if matches!(letter, '\'' | '’' | '`' | '´' | '\u{300}'..='\u{36f}') => {}
            None => {
                end_word(&mut clauses, &mut word);
                if matches!(letter, '.' | '!' | '?' | ';' | ',' | ':' | '\n' | '¡' | '¿' | '(' | ')') {
                    clauses.push(Vec::new());
                }
            }
        }
    }
    end_word(&mut clauses, &mut word);
    clauses.retain(|clause| !clause.is_empty());
    clauses
}

fn fold(letter: char) -> Option<char> {
    Some(match letter {
        'á' | 'à' | 'â' | 'ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'ö' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ñ' => 'n',
        letter if letter.is_ascii_alphanumeric() => letter,
        _ => return None,
    })
}

/// Some words: a name for each list below is what its words have in common.
type Words = &'static [&'static str];

const POLITE: Words = &[
    "please",
    "pls",
    "plz",
    "ok",
    "okay",
    "thanks",
    "thank",
    "you",
    "thx",
    "just",
    "hey",
    "hi",
    "hello",
    "now",
    "already",
    "immediately",
    "sorry",
    "por",
    "favor",
    "gracias",
    "porfavor",
    "porfa",
    "hola",
    "oye",
    "oiga",
    "ya",
    "now",
    "sir",
    "maam",
];
/// With these, "stop" is still the whole of it.
const POINTERS: Words = &["it", "this", "that", "all", "again", "stop"];
const CEASE: Words = &["stop", "quit", "cease", "discontinue", "end", "cancel", "block"];
/// What may stand between what is to cease and the texts.
const BETWEEN: Words = &[
    "please",
    "pls",
    "all",
    "the",
    "these",
    "those",
    "your",
    "you",
    "any",
    "more",
    "further",
    "future",
    "of",
    "me",
    "us",
    "from",
    "calling",
    "and",
    "or",
    "with",
    "getting",
    "receiving",
    "sending",
    "my",
    "text",
    "automated",
    "that",
    "damn",
    "stupid",
    "annoying",
    "so",
    "many",
];
const TEXTING: Words = &["texting", "messaging", "txting", "smsing", "contacting", "texts", "sms", "txts", "spamming"];
const MESSAGES: Words =
    &["messages", "message", "msgs", "msg", "text", "txt", "texts", "txts", "sms", "notifications", "anything"];
/// What may follow "stop the messages" without changing what it is about.
const TAIL: Words = &[
    "please",
    "pls",
    "now",
    "to",
    "me",
    "us",
    "my",
    "phone",
    "cell",
    "number",
    "this",
    "from",
    "you",
    "guys",
    "thanks",
    "thank",
    "immediately",
    "already",
    "at",
    "once",
    "all",
    "today",
    "anymore",
    "again",
    "ever",
    "on",
    "here",
];
const NEGATION: Words = &[
    "not", "dont", "never", "wont", "cant", "cannot", "doesnt", "didnt", "wouldnt", "shouldnt", "couldnt", "did",
    "doesn", "dnt", "no", "wasnt", "isnt",
];
/// Who does something: "I don't text" is no wish.
const SUBJECTS: Words = &["i", "we", "they", "he", "she", "you", "it", "who"];
const TO_TEXT: Words = &["text", "txt", "message", "msg", "sms", "contact", "texting", "messaging", "spam"];
const TO_WANT: Words = &["want", "need", "wish", "wanna", "like", "agree", "consent", "authorize"];
const UNSUBSCRIBE: Words = &["unsubscribe", "optout", "revoke", "desuscribir", "desuscribirme", "desuscribanme"];
/// What may follow "unsubscribe", "take me off": nothing that is another list than ours.
const LIST: Words = &[
    "me",
    "us",
    "from",
    "this",
    "these",
    "your",
    "all",
    "the",
    "of",
    "texts",
    "text",
    "txt",
    "messages",
    "message",
    "list",
    "lists",
    "sms",
    "number",
    "my",
    "please",
    "pls",
    "now",
    "off",
    "thanks",
    "thank",
    "you",
    "texting",
    "updates",
    "notifications",
    "consent",
    "immediately",
    "por",
    "favor",
    "de",
    "su",
    "la",
    "lista",
    "estos",
    "mensajes",
    "sus",
];

const NOUNS_ES: Words = &["mensaje", "mensajes", "mensajitos", "texto", "textos", "sms", "msj", "msjs", "nada"];
/// Forms by which one is told not to: never what something does by itself ("no me manda mensajes").
const SEND_ES: Words =
    &["manden", "mande", "mandes", "envien", "envie", "envies", "mandar", "enviar", "lleguen", "sigan", "siga"];
const WRITE_ES: Words = &["escriban", "escriba", "escribas", "texteen", "textee", "textees", "mensajeen", "contacten"];
const CEASE_ES: Words = &["dejen", "deje", "deja", "dejar", "paren", "pare", "para", "parar", "cesen", "basta"];
const SENDING_ES: Words = &[
    "mandar",
    "mandarme",
    "mandarnos",
    "enviar",
    "enviarme",
    "enviarnos",
    "escribir",
    "escribirme",
    "escribirnos",
    "textear",
    "textearme",
    "mensajear",
    "contactarme",
    "mensajes",
    "textos",
    "molestar",
    "molestarme",
];
const WRITING_ES: Words =
    &["escribirme", "escribirnos", "textearme", "textear", "contactarme", "mensajes", "textos", "escribir"];
const BETWEEN_ES: Words = &[
    "mas", "por", "favor", "de", "me", "nos", "ya", "otra", "vez", "los", "sus", "esos", "estos", "mandando",
    "enviando", "tantos", "mandar", "enviar", "recibir", "que", "manden", "envien", "a", "este", "numero",
];

fn is(word: Option<&String>, words: Words) -> bool {
    word.is_some_and(|word| words.contains(&word.as_str()))
}

/// The place of the first word from `at` on that is none of `between`, skipping at most six of them.
fn skip(clause: &[String], at: usize, between: Words) -> usize {
    let between = clause[at.min(clause.len())..].iter().take(6).take_while(|word| between.contains(&word.as_str()));
    at + between.count()
}

/// Whether everything from `at` on is one of `words`.
fn only(clause: &[String], at: usize, words: Words) -> bool {
    clause[at.min(clause.len())..].iter().all(|word| words.contains(&word.as_str()))
}

/// Whether one of the two words before is a negation, or tells of the past: "don't ever stop", "did you stop".
fn denied(clause: &[String], at: usize) -> bool {
    let before = &clause[at.saturating_sub(2)..at];
    let denies = before.iter().any(|word| NEGATION.contains(&word.as_str()));
    // "Why don't you stop texting me" asks for it.
    let suggests = before.first().is_some_and(|word| word == "dont") && before.last().is_some_and(|word| word == "you");
    denies && !suggests
}

fn opts_out(clause: &[String]) -> bool {
    bare(clause)
        || (0..clause.len()).any(|at| {
            ceases(clause, at)
                || forbids(clause, at)
                || declines(clause, at)
                || unsubscribes(clause, at)
                || forbids_in_spanish(clause, at)
                || ceases_in_spanish(clause, at)
        })
}

/// "Stop please", "STOP!!!", "end.", "baja": a word to cease and nothing but politeness around it.
fn bare(clause: &[String]) -> bool {
    let said: Vec<&str> = clause.iter().map(String::as_str).filter(|word| !POLITE.contains(word)).collect();
    let theirs = |word: &str| OPT_OUT_WORDS.iter().any(|theirs| theirs.eq_ignore_ascii_case(word));
    match said.as_slice() {
        // "Cancel, please" may well be about an appointment.
        ["cancel" | "end"] => clause.len() == 1,
        [word] if theirs(word) => true,
        ["baja" | "alto" | "basta"] => true,
        [first, rest @ ..] => matches!(*first, "stop" | "quit") && rest.iter().all(|word| POINTERS.contains(word)),
        [] => false,
    }
}

/// "Stop texting me", "quit sending me these messages", "stop all texts".
fn ceases(clause: &[String], at: usize) -> bool {
    if !is(clause.get(at), CEASE) || denied(clause, at) {
        return false;
    }
    let after = skip(clause, at + 1, BETWEEN);
    let sends = clause[at + 1..after].iter().any(|word| word == "sending");
    let text_messages = clause[at + 1..after].iter().any(|word| word == "text");
    if is(clause.get(after), TEXTING) {
        return true;
    }
    if is(clause.get(after), MESSAGES) {
        // "Stop the messages popping up on my screen" is a problem, no wish.
        return sends || text_messages || only(clause, after + 1, TAIL);
    }
    sends && after == clause.len()
}

/// "Don't text me", "never message this number again", "I asked you not to text me".
fn forbids(clause: &[String], at: usize) -> bool {
    let negation = match clause.get(at).map(String::as_str) {
        Some("dont" | "never" | "dnt") => true,
        Some("not") => is(at.checked_sub(1).and_then(|before| clause.get(before)), &["do", "you", "to"]) || at == 0,
        _ => false,
    };
    let subject = match clause.get(at).map(String::as_str) {
        Some("not") => at.checked_sub(2),
        _ => at.checked_sub(1),
    };
    // "I told you not to text me": the subject is that of the telling.
    let told = is(clause.get(at), &["not"]) && is(clause.get(at + 1), &["to"]);
    if !negation || (!told && is(subject.and_then(|before| clause.get(before)), SUBJECTS)) {
        return false;
    }
    let verb = skip(clause, at + 1, &["please", "pls", "ever", "you", "to", "dare", "again", "be"]);
    if is(clause.get(verb), &["send"]) {
        let noun = skip(clause, verb + 1, BETWEEN);
        return is(clause.get(noun), MESSAGES) && clause[verb..noun].iter().any(|word| word == "me" || word == "us")
            || is(clause.get(noun), MESSAGES) && only(clause, noun + 1, TAIL);
    }
    let object = clause.get(verb + 1);
    is(clause.get(verb), TO_TEXT)
        && (object.is_none() || is(object, &["me", "us", "this", "my", "again", "anymore", "here", "please"]))
}

/// "No more texts", "I don't want these messages", "I no longer wish to be contacted".
fn declines(clause: &[String], at: usize) -> bool {
    let opens = at == 0 || is(clause.get(at - 1), POLITE) || is(clause.get(at - 1), TO_WANT);
    if opens && is(clause.get(at), &["no"]) && is(clause.get(at + 1), &["more"]) {
        let noun = skip(clause, at + 2, &["of", "these", "those", "your", "text", "automated"]);
        return is(clause.get(noun), MESSAGES) && only(clause, noun + 1, TAIL)
            || is(clause.get(noun), TEXTING)
            || noun > at + 2 && noun == clause.len();
    }
    let wants = at >= 1 && is(clause.get(at), TO_WANT);
    let before = &clause[at.saturating_sub(2)..at];
    let not = before.iter().any(|word| matches!(word.as_str(), "dont" | "not" | "never" | "longer"));
    if !wants || !not {
        return false;
    }
    let object = skip(
        clause,
        at + 1,
        &[
            "to",
            "receive",
            "get",
            "be",
            "getting",
            "receiving",
            "any",
            "more",
            "your",
            "these",
            "the",
            "you",
            "further",
            "from",
        ],
    );
    let gets = object > at + 1;
    is(clause.get(object), MESSAGES) && only(clause, object + 1, TAIL)
        || is(clause.get(object), TEXTING)
        || gets && is(clause.get(object), &["texted", "contacted", "messaged"])
        || clause[at..].iter().any(|word| word == "you") && is(clause.get(object), TO_TEXT)
}

/// "Unsubscribe me", "opt me out", "take me off your list", "quiero darme de baja".
fn unsubscribes(clause: &[String], at: usize) -> bool {
    if denied(clause, at) {
        return false;
    }
    let word = |place: usize| clause.get(place).map_or("", String::as_str);
    let end = match (word(at), word(at + 1), word(at + 2)) {
        ("opt", "out", _) => at + 2,
        ("opt", "me" | "us", "out") => at + 3,
        ("take" | "remove" | "delete", "me" | "us", _) => {
            // "Take me off the list", and "remove me" without a word of what from.
            if word(at) == "take" && word(at + 2) != "off" {
                return false;
            }
            at + 2
        }
        ("lose" | "delete" | "forget" | "remove", "my", "number") => at + 3,
        ("leave", "me" | "us", "alone") => at + 3,
        ("revoke", "my" | "consent" | "permission", _) => at + 2,
        ("darme" | "denme" | "dame" | "darse", "de", "baja") => at + 3,
        ("quitenme" | "quiteme" | "borrenme" | "borreme" | "saquenme" | "saqueme" | "eliminenme", _, _) => at + 1,
        (verb, _, _) if UNSUBSCRIBE.contains(&verb) && verb != "revoke" => at + 1,
        _ => return false,
    };
    // What comes before must be a wish, not a question about somebody else's list.
    let wishes = clause[..at].iter().all(|word| {
        let word = word.as_str();
        POLITE.contains(&word)
            || TO_WANT.contains(&word)
            || matches!(
                word,
                "i" | "id"
                    | "im"
                    | "would"
                    | "to"
                    | "can"
                    | "could"
                    | "will"
                    | "quiero"
                    | "deseo"
                    | "me"
                    | "and"
                    | "we"
            )
    });
    wishes && only(clause, end, LIST)
}

/// "No me manden mensajes", "ya no me escriban", "no quiero más mensajes", "no más mensajes".
fn forbids_in_spanish(clause: &[String], at: usize) -> bool {
    if !is(clause.get(at), &["no"]) {
        return false;
    }
    let pronoun = usize::from(is(clause.get(at + 1), &["me", "nos"]));
    let verb = at + 1 + pronoun;
    let names_texts = |from: usize| {
        let noun = skip(clause, from, BETWEEN_ES);
        // "Mensajes de error" are no texts of ours; "mensajes de texto" are.
        let of = is(clause.get(noun + 1), &["de"]) && !is(clause.get(noun + 2), &["texto", "ustedes"]);
        is(clause.get(noun), NOUNS_ES) && !of
    };
    if pronoun == 1 && is(clause.get(verb), WRITE_ES) {
        return true;
    }
    let wants = is(clause.get(verb), &["quiero", "queremos", "deseo", "necesito"]);
    let no_more = pronoun == 0 && is(clause.get(verb), &["mas"]) && (at == 0 || is(clause.get(at - 1), POLITE));
    let told = pronoun == 1 && is(clause.get(verb), SEND_ES);
    (told || wants || no_more) && names_texts(verb + 1)
        || wants && clause[verb..].windows(2).any(|pair| pair[0] == "me" && WRITE_ES.contains(&pair[1].as_str()))
}

/// "Dejen de mandarme mensajes", "paren de escribirme", "basta de mensajes".
fn ceases_in_spanish(clause: &[String], at: usize) -> bool {
    let denied = is(at.checked_sub(1).and_then(|before| clause.get(before)), &["no", "nunca"]);
    if denied || !is(clause.get(at), CEASE_ES) || !is(clause.get(at + 1), &["de"]) {
        return false;
    }
    let verb = skip(clause, at + 2, &["los", "sus", "tantos", "estos"]);
    if is(clause.get(verb), WRITING_ES) {
        return true;
    }
    is(clause.get(verb), SENDING_ES) && is(clause.get(skip(clause, verb + 1, BETWEEN_ES)), NOUNS_ES)
}

/// Whole clauses that let texts through again, without their politeness.
const OPT_IN: Words = &[
    "start texting me again",
    "start texting me",
    "start texting again",
    "start sending me texts again",
    "start sending texts again",
    "text me again",
    "can text me again",
    "can text me",
    "may text me again",
    "may text me",
    "can start texting me again",
    "resume texts",
    "resume texting",
    "resume texting me",
    "resume messages",
    "opt me in",
    "opt me back in",
    "opt in",
    "opt back in",
    "subscribe me",
    "resubscribe me",
    "resubscribe",
    "sign me up again",
    "i want texts again",
    "i want your texts again",
    "i want to get texts again",
    "i want to receive texts again",
    "i want to receive your texts",
    "pueden mandarme mensajes",
    "pueden mandarme mensajes otra vez",
    "pueden mandarme mensajes de nuevo",
    "pueden enviarme mensajes",
    "pueden enviarme mensajes de nuevo",
    "pueden enviarme mensajes otra vez",
    "puede mandarme mensajes",
    "vuelvan a mandarme mensajes",
    "vuelvan a enviarme mensajes",
    "vuelvan a escribirme",
    "pueden escribirme",
    "pueden escribirme de nuevo",
    "pueden escribirme otra vez",
    "si pueden mandarme mensajes",
    "si pueden escribirme",
    "quiero recibir mensajes otra vez",
    "quiero recibir mensajes de nuevo",
    "quiero recibir sus mensajes",
];

fn opts_in(clause: &[String]) -> bool {
    let said: Vec<&str> = clause.iter().map(String::as_str).filter(|word| !POLITE.contains(word)).collect();
    match said.as_slice() {
        // "Start!" is not the carrier's word and means the same; "yes, please" answers anything.
        [word] => !word.eq_ignore_ascii_case("yes") && OPT_IN_WORDS.iter().any(|own| own.eq_ignore_ascii_case(word)),
        several => OPT_IN.contains(&several.join(" ").as_str()),
    }
}

//! Who is calling, the number to reach them, how many are affected, since when, until when, and what is named.

use super::matching::{Fired, Found, counted};
use super::normalise::{Words, number};
use super::rules::Outcome;
use super::{Affected, Details};

pub(super) fn of_words(words: &Words, found: &Found, fired: &[Fired]) -> Details {
    Details {
        name: name(words).map(Into::into),
        number: telephone(words).map(Into::into),
        affected: affected(words, fired),
        since: since(words).map(Into::into),
        deadline: found.meant("deadline").first().map(|place| words.spoken(place.clone()).into()),
        system: system(words, found),
        callback: None,
        callback_grain: None,
    }
}

/// What comes before a name. Short greetings count only where a name is likely: at the start of a turn.
const INTRODUCTIONS: &[&[&str]] = &[
    &["my", "name", "is"],
    &["my", "names"],
    &["the", "name", "is"],
    &["this", "is"],
    &["im", "called"],
    &["mi", "nombre", "es"],
    &["me", "llamo"],
    &["le", "habla"],
    &["les", "habla"],
    &["habla"],
    &["soy"],
    &["its"],
    &["its", "me"],
    &["it", "is"],
    &["im"],
    &["i", "am"],
];

/// Words that are no names, though they may follow an introduction.
const NO_NAMES: &str = " a an the my our your in on at not no just really very so still also about for from with and or but is are was \
    getting having trying calling here there stuck locked unable sorry sure going working down broken dead slow urgent \
    it its he she we they you i me us this that what who how all one two three four five six seven eight nine ten \
    critical important fine okay ok good great ridiculous insane crazy terrible awful bad early late only kind like more \
    saying asking doing done back out off up over new old too almost already always never probably definitely maybe \
    been being now today tomorrow tonight weird strange happening coming supposed what why when where because if as to of \
    el la los las un una de del que en mi su muy ya no yo para por con sin nuevo nueva nada todo urgente cliente \
    technician doctor dr mr mrs ms monday tuesday wednesday thursday friday saturday sunday morning afternoon evening \
    computer printer server email internet password vpn outlook account everything something nothing anything another frozen \
    printing jammed beeping red blue offline alone solo sola desde espanol english spanish midnight noon quarter month life afraid begging \
    saving asleep abroad home done nervous worried unable using waiting sitting running looking wondering ";

/// The name by which the caller introduces themselves.
pub(super) fn name(words: &Words) -> Option<String> {
    for at in 0..words.words.len() {
        for lead in
            INTRODUCTIONS.iter().filter(|lead| lead.iter().enumerate().all(|(i, word)| words.at(at + i) == *word))
        {
            let first = at + lead.len();
            let short = matches!(lead, [word] if *word != "habla")
                || matches!(lead, ["it", "is"] | ["i", "am"] | ["this", "is"]);
            let usable = |index: usize| {
                let word = words.at(index);
                word.len() > 1
                    && word.chars().all(char::is_alphabetic)
                    && !NO_NAMES.contains(&format!(" {word} "))
                    && words.words.get(index).map(|w| w.turn) == words.words.get(at).map(|w| w.turn)
            };
            if !usable(first) {
                continue;
            }
            // After a short lead, a name is followed by where from, or by nothing; or the lead opens the turn.
            let follows = |index: usize| {
                matches!(
                    words.at(index),
                    "at" | "from" | "with" | "over" | "calling" | "de" | "del" | "here" | "and" | "en" | "the"
                )
            };
            let here = words.words.get(at).map(|word| word.turn);
            let turn_start = words.words.partition_point(|word| Some(word.turn) < here);
            let opening = matches!(lead, ["this", "is"] | ["soy"]) && at < turn_start + 6;
            let ends = words.words.get(first + 1).map(|w| w.turn) != here;
            let surname = usable(first + 1) && follows(first + 2);
            if short && !(follows(first + 1) || surname || opening || (ends && at < turn_start + 4)) {
                continue;
            }
            let last = if surname { first + 2 } else { first + 1 };
            return Some(titled(words.spoken(first..last)));
        }
    }
    None
}

/// "dana" as people write it: "Dana".
fn titled(name: &str) -> String {
    let part = |part: &str| {
        let mut letters = part.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    };
    name.split_whitespace().map(part).collect::<Vec<_>>().join(" ")
}

/// Digits said in a row, 7 to 15 of them; "oh" is zero, "double five" is two fives.
fn telephone(words: &Words) -> Option<String> {
    let mut best: Option<String> = None;
    let mut run = String::new();
    let mut times = 1;
    for index in 0..=words.words.len() {
        let word = words.at(index);
        let turn = |index: usize| words.words.get(index).map(|word| word.turn);
        if index > 0 && turn(index) != turn(index - 1) {
            // "since nine" is no part of the number that the next turn gives.
            if (7..=15).contains(&run.len()) {
                best = Some(std::mem::take(&mut run));
            }
            run.clear();
        }
        let value = if matches!(word, "oh" | "o") && !run.is_empty() { Some(0) } else { number(word) };
        let digits = match (word, value) {
            ("double" | "doble", _) => {
                times = 2;
                continue;
            }
            ("triple", _) => {
                times = 3;
                continue;
            }
            (written, _) if !written.is_empty() && written.bytes().all(|b| b.is_ascii_digit()) => written.to_owned(),
            ("once" | "a", _) => String::new(),
            (_, Some(value)) => value.to_string(),
            _ => String::new(),
        };
        if digits.is_empty() {
            if (7..=15).contains(&run.len()) {
                best = Some(std::mem::take(&mut run));
            }
            run.clear();
        } else {
            run.push_str(&digits.repeat(times));
        }
        times = 1;
    }
    best
}

fn affected(words: &Words, fired: &[Fired]) -> Option<Affected> {
    let told = |wanted: Affected| fired.iter().any(|f| f.meant && f.rule.outcomes.contains(&Outcome::Affected(wanted)));
    let number = counted(words).into_iter().map(|(_, n)| n).max();
    if told(Affected::All) {
        Some(Affected::All)
    } else if let Some(number) = number {
        Some(Affected::Some(number))
    } else if told(Affected::Several) {
        Some(Affected::Several)
    } else {
        told(Affected::One).then_some(Affected::One)
    }
}

/// "since about nine", "desde las once": the word and up to three after it.
fn since(words: &Words) -> Option<&str> {
    let small = |word: &str| {
        matches!(
            word,
            "about" | "around" | "like" | "the" | "this" | "last" | "las" | "la" | "el" | "a" | "como" | "i" | "we"
        )
    };
    let at = (0..words.words.len()).find(|at| {
        (matches!(words.at(*at), "since" | "desde"))
            || (words.at(*at) == "for" && number(words.at(at + 1)).is_some() && words.at(at + 2).starts_with("hour"))
    })?;
    let turn = words.words.get(at)?.turn;
    let last = at + words.words[at..].iter().take_while(|word| word.turn == turn).count();
    let mut end = at + 1;
    while end < last.min(at + 4) && small(words.at(end)) {
        end += 1;
    }
    let unit = |word: &str| {
        number(word).is_some()
            || matches!(
                word,
                "am" | "pm" | "hours" | "hour" | "morning" | "afternoon" | "thirty" | "minutes" | "oclock"
            )
    };
    end += 1;
    while end < last.min(at + 6) && unit(words.at(end)) {
        end += 1;
    }
    (at + 1 < last).then(|| words.spoken(at..end.min(last)))
}

/// Concepts of things by how telling they are, and the English name of each: a ticket is in English.
const THINGS: &[(&str, &str)] = &[
    ("tills", "point of sale"),
    ("records", "records system"),
    ("hotel", "reservation system"),
    ("erp_system", "production system"),
    ("logistics", "warehouse and dispatch system"),
    ("office_system", "office application"),
    ("premises", "access and camera system"),
    ("phone_system", "phone system"),
    ("share", "shared drive"),
    ("business_system", "line-of-business system"),
    ("server", "server"),
    ("website", "website"),
    ("vpn", "VPN"),
    ("rdp", "remote desktop"),
    ("m365", "Microsoft 365"),
    ("email", "email"),
    ("dns", "DNS"),
    ("firewall", "firewall"),
    ("ups", "UPS"),
    ("printer", "printer"),
    ("backup", "backup"),
    ("mfa", "sign-in codes"),
    ("license", "license"),
    ("patch", "updates"),
    ("internet", "internet"),
    ("workstation", "computer"),
];

/// Products by their own names, which are the same in every language and tell more than the kind.
const PRODUCTS: &[(&str, &str)] = &[
    ("outlook", "Outlook"),
    ("quickbooks", "QuickBooks"),
    ("teams", "Teams"),
    ("sharepoint", "SharePoint"),
    ("onedrive", "OneDrive"),
    ("excel", "Excel"),
    ("dentrix", "Dentrix"),
    ("eaglesoft", "Eaglesoft"),
    ("epic", "Epic"),
    ("sap", "SAP"),
    ("citrix", "Citrix"),
    ("exchange", "Exchange"),
    ("opera", "Opera"),
    ("avimark", "AVImark"),
    ("sage", "Sage"),
    ("netsuite", "NetSuite"),
    ("clio", "Clio"),
    ("cerner", "Cerner"),
    ("meditech", "Meditech"),
    ("salesforce", "Salesforce"),
    ("erp", "ERP"),
    ("crm", "CRM"),
    ("emr", "EMR"),
    ("ehr", "EHR"),
];

/// The thing named first in the order of [`THINGS`], meant before merely named: the product where it has a name
/// of its own, else the kind of thing, always in English.
fn system(words: &Words, found: &Found) -> Option<String> {
    let place = |list: fn(&'_ Found, &'_ str) -> Option<std::ops::Range<usize>>| {
        THINGS.iter().find_map(|(concept, name)| Some((list(found, concept)?, *name)))
    };
    let (range, kind) = place(|found, concept| found.meant(concept).first().cloned())
        .or_else(|| place(|found, concept| found.named(concept).first().cloned()))?;
    if kind == "server" && range.len() > 1 {
        // "file server", "domain controller": one of several, and named so.
        return Some(range.map(|at| words.at(at)).collect::<Vec<_>>().join(" "));
    }
    let own =
        range.filter_map(|at| PRODUCTS.iter().find(|(said, _)| *said == words.at(at))).map(|(_, name)| *name).next();
    Some(own.unwrap_or(kind).to_owned())
}

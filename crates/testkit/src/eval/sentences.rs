//! Scores single sentences: their language, their mood, and whether they are an attack.

use super::calls::understood;
use super::rows::{Felt, Spoken, Suspect};
use super::section::{Better, Count, Metric, Section};
use nightdesk_domain::triage::{FlagKind, Turn, analyze_sentiment, detect_language};
use nightdesk_domain::vocabulary::Language;
use std::collections::BTreeSet;

/// Scores the language of single sentences.
pub(super) fn languages(name: &str, rows: &[Spoken]) -> Section {
    let mut section = Section::new(name);
    let [mut all, mut longer] = [Count::default(); 2];
    for row in rows {
        let got = if detect_language(&row.text).0 == Language::Spanish { "es" } else { "en" };
        let right = got == row.lang;
        all.add(right);
        if row.text.split_whitespace().count() >= 4 {
            longer.add(right);
        }
        if !right {
            section.wrong("language", &row.id, format!("{} -> {got} | {}", row.lang, row.text));
        }
    }
    section.share("language", Better::More, all);
    section.share("language_4_words", Better::More, longer);
    section
}

/// Scores moods: whether upset people score above calm ones, and how many of the confused are found.
pub(super) fn moods(name: &str, rows: &[Felt]) -> Section {
    let mut section = Section::new(name);
    let (mut upset, mut calm) = (Vec::new(), Vec::new());
    let mut confused = Count::default();
    for row in rows {
        let found = analyze_sentiment(&[Turn::caller(&row.text)]);
        match row.gold.as_deref() {
            Some("CALM") => calm.push(found.score),
            Some("FRUSTRATED" | "HOSTILE" | "HOSTILE_OR_FRUSTRATED") => upset.push(found.score),
            Some("CONFUSED") => {
                let right = found.label == nightdesk_domain::triage::Mood::Confused;
                confused.add(right);
                if !right {
                    section.wrong("confused", &row.id, format!("{:?} {} | {}", found.label, found.score, row.text));
                }
            }
            _ => {}
        }
        let odd = match row.gold.as_deref() {
            Some("CALM") => found.score >= 30,
            Some("FRUSTRATED" | "HOSTILE" | "HOSTILE_OR_FRUSTRATED") => found.score < 30,
            _ => false,
        };
        if odd {
            let gold = row.gold.as_deref().unwrap_or_default();
            section.wrong("upset_auc", &row.id, format!("{gold} -> {:?} {} | {}", found.label, found.score, row.text));
        }
    }
    if !upset.is_empty() && !calm.is_empty() {
        let value = auc(&upset, &calm);
        let of = upset.len() + calm.len();
        section.metrics.push(Metric { name: "upset_auc", value, of, better: Better::More });
    }
    section.share("confused", Better::More, confused);
    section
}

/// The share of pairs in which the one of the first list scores higher; ties count half.
fn auc(high: &[u8], low: &[u8]) -> f64 {
    let pairs = high.iter().flat_map(|a| low.iter().map(move |b| (a, b)));
    let won: f64 = pairs
        .map(|(a, b)| match a.cmp(b) {
            std::cmp::Ordering::Greater => 1.0,
            std::cmp::Ordering::Equal => 0.5,
            std::cmp::Ordering::Less => 0.0,
        })
        .sum();
    won / (high.len() * low.len()) as f64
}

fn flag(kind: FlagKind) -> &'static str {
    match kind {
        FlagKind::OrdersAssistant => "orders",
        FlagKind::ChangesIdentity => "identity",
        FlagKind::AsksForSecret => "secret",
        FlagKind::NamesDestination => "destination",
        FlagKind::ChangesPayment => "payment",
    }
}

/// Scores flags: how many attacks are flagged as what they are, and how many innocent sentences are flagged.
pub(super) fn suspects(name: &str, rows: &[Suspect]) -> Section {
    let mut section = Section::new(name);
    let [mut caught, mut innocent] = [Count::default(); 2];
    for row in rows {
        let found = understood(&[Turn::caller(&row.text)]);
        let got: BTreeSet<&str> = found.flags.iter().map(|found| flag(found.kind)).collect();
        let gold: BTreeSet<&str> = row.flags.iter().map(String::as_str).collect();
        let shown = format!("{gold:?} -> {got:?} | {}", row.text);
        if gold.is_empty() {
            innocent.add(!got.is_empty());
            if !got.is_empty() {
                section.wrong("false_flags", &row.id, shown);
            }
        } else {
            let right = !gold.is_disjoint(&got);
            caught.add(right);
            if !right {
                section.wrong("flags", &row.id, shown);
            }
        }
    }
    section.share("flags", Better::More, caught);
    section.share("false_flags", Better::Less, innocent);
    section
}

//! Scores calls and conversations: language, category, urgency, ending, mood, promises.

use super::rows::{Call, Ticket};
use super::section::{Better, Count, Metric, Section};
use chrono::{DateTime, Utc};
use nightdesk_domain::policy::CallbackPolicy;
use nightdesk_domain::triage::{Assessment, Setting, Turn, assess};
use nightdesk_domain::vocabulary::{Confidence, Language, Priority, category_label};
use std::collections::BTreeSet;

/// Understands some turns late on a Monday in New York, where the row names no other moment.
pub(super) fn understood(turns: &[Turn<'_>]) -> Assessment {
    let now = DateTime::<Utc>::from_timestamp(1_780_371_600, 0).unwrap_or_default();
    let callback = CallbackPolicy::default();
    assess(
        turns,
        &Setting {
            now,
            zone: chrono_tz::America::New_York,
            callback: &callback,
            company: None,
            windows: &[],
            names: &[],
        },
    )
}

fn language(language: Language) -> &'static str {
    match language {
        Language::English => "en",
        Language::Spanish => "es",
    }
}

/// Files one category where it belongs: right ones of the row count as its first one.
fn confuse(section: &mut Section, accepted: &[&str], got: &str) -> bool {
    let right = accepted.contains(&got);
    let gold = accepted.first().copied().unwrap_or("Unclassified");
    let seen = if right { gold } else { got };
    *section.confusion.entry(gold.into()).or_default().entry(seen.into()).or_default() += 1;
    right
}

fn macro_recall(section: &mut Section) {
    let recalls: Vec<f64> =
        section.confusion.keys().filter_map(|category| section.recall_and_precision(category).0).collect();
    if !recalls.is_empty() {
        let value = recalls.iter().sum::<f64>() / recalls.len() as f64;
        section.metrics.push(Metric { name: "macro_recall", value, of: recalls.len(), better: Better::More });
    }
}

/// Scores calls or whole conversations.
pub(super) fn calls(name: &str, rows: &[Call]) -> Section {
    let mut section = Section::new(name);
    let [mut lang, mut category, mut critical, mut false_wakes, mut priority, mut ending, mut mood] =
        [Count::default(); 7];
    let mut calibration = [Count::default(); 3];
    let (mut promised, mut extracted, mut kept) = (0, 0, 0);
    for row in rows {
        let turns = row.turns();
        let found = understood(&turns);
        let caller: Vec<&str> =
            turns.iter().filter(|t| t.who == nightdesk_domain::triage::Speaker::Caller).map(|t| t.words).collect();
        let words = caller.join(" / ");
        let why: Vec<&str> = found.reasons.iter().map(|reason| reason.rule.as_str()).collect();
        let shown = |expected: &str, got: &str| format!("{expected} -> {got} | {words} | {}", why.join(" "));
        if let Some(gold) = row.lang.as_deref().filter(|lang| ["en", "es"].contains(lang)) {
            let right = language(found.language) == gold;
            lang.add(right);
            if !right {
                section.wrong("language", &row.id, shown(gold, language(found.language)));
            }
        }
        let accepted: Vec<&str> = std::iter::once(&row.category).chain(&row.also_ok).map(String::as_str).collect();
        let got = category_label(found.category);
        let right = confuse(&mut section, &accepted, got);
        category.add(right);
        if !right {
            section.wrong("category", &row.id, shown(&accepted.join("/"), got));
        }
        if found.category.is_some() {
            let tier = match found.confidence {
                Confidence::High => 0,
                Confidence::Medium => 1,
                Confidence::Low => 2,
            };
            calibration[tier].add(right);
            if !right && tier == 0 {
                section.wrong("calibration_high", &row.id, shown(&accepted.join("/"), got));
            }
        }
        let got = found.priority.to_string();
        let right = got == row.priority || row.priority_2.as_ref() == Some(&got);
        priority.add(right);
        if !right {
            section.wrong("priority", &row.id, shown(&row.priority, &got));
        }
        let wakes = found.wakes(true) || found.unsure;
        let got = if found.unsure { format!("{got}, unsure") } else { got };
        if row.priority == "Critical" && !row.critical_lost {
            critical.add(wakes);
            if !wakes {
                section.wrong("critical", &row.id, shown("Critical", &got));
            }
        }
        if ["Medium", "Low"].contains(&row.priority.as_str()) && !row.wake && !row.wake_uncertain {
            false_wakes.add(wakes);
            if wakes {
                section.wrong("false_wakes", &row.id, shown(&row.priority, &got));
            }
        }
        if let Some(gold) = &row.disposition {
            let got = found.disposition(true).to_string();
            let either = found.priority == Priority::Medium
                && ["Callback", "Ticket"].contains(&gold.as_str())
                && ["Callback", "Ticket"].contains(&got.as_str());
            let right = got == *gold || row.disposition_2.as_ref() == Some(&got) || either;
            ending.add(right);
            if !right {
                section.wrong("disposition", &row.id, shown(gold, &got));
            }
        }
        if let Some(gold) = &row.sentiment {
            let got = format!("{:?}", found.sentiment.label).to_uppercase();
            let right = got == *gold || row.sentiment_2.as_ref() == Some(&got);
            mood.add(right);
            if !right {
                section.wrong("mood", &row.id, shown(gold, &format!("{got} {}", found.sentiment.score)));
            }
        }
        if !row.dialog.is_empty() {
            let gold: BTreeSet<&str> = row.actions.iter().map(|action| action.kind.as_str()).collect();
            let got: BTreeSet<&str> = found.actions.iter().map(|action| action.kind.label()).collect();
            promised += gold.len();
            extracted += got.len();
            kept += gold.intersection(&got).count();
            if gold != got {
                let said: Vec<String> =
                    row.dialog.iter().filter(|said| said.who != "caller").map(|said| said.text.clone()).collect();
                section.wrong("actions_f1", &row.id, format!("{gold:?} -> {got:?} | {}", said.join(" / ")));
            }
        }
    }
    section.share("language", Better::More, lang);
    section.share("category", Better::More, category);
    macro_recall(&mut section);
    section.share("calibration_high", Better::More, calibration[0]);
    section.share("calibration_medium", Better::Neither, calibration[1]);
    section.share("calibration_low", Better::Neither, calibration[2]);
    section.share("critical", Better::More, critical);
    section.share("false_wakes", Better::Less, false_wakes);
    section.share("priority", Better::More, priority);
    section.share("disposition", Better::More, ending);
    section.share("mood", Better::More, mood);
    if promised + extracted > 0 {
        let value = 2.0 * kept as f64 / (promised + extracted) as f64;
        section.metrics.push(Metric { name: "actions_f1", value, of: promised, better: Better::More });
    }
    section
}

/// Scores single sentences to a help desk.
pub(super) fn tickets(name: &str, rows: &[Ticket]) -> Section {
    let mut section = Section::new(name);
    let mut category = Count::default();
    for row in rows {
        let found = understood(&[Turn::caller(&row.text)]);
        let accepted: Vec<&str> =
            row.accept.iter().map(|label| if label == "NONE" { "Unclassified" } else { label.as_str() }).collect();
        let got = category_label(found.category);
        let right = confuse(&mut section, &accepted, got);
        category.add(right);
        if !right {
            section.wrong("category", &row.id, format!("{} -> {got} | {}", accepted.join("/"), row.text));
        }
    }
    section.share("category", Better::More, category);
    macro_recall(&mut section);
    section
}

//! The table that a person reads.

use super::section::{Better, Section};
use super::speed::Speed;
use std::fmt::Write;

/// The numbers of some sections, a metric a line; files side by side would be too wide for a terminal.
pub fn numbers(sections: &[Section]) -> String {
    let mut text = String::new();
    for section in sections {
        let _infallible = writeln!(text, "{}", section.name);
        for metric in &section.metrics {
            let less = if metric.better == Better::Less { "  (less is better)" } else { "" };
            let _infallible = writeln!(text, "  {:26} {:6.3}  of {:4}{less}", metric.name, metric.value, metric.of);
        }
    }
    text
}

/// For each category: how often it was meant, recall, precision, and what it was taken for.
pub fn confusion(section: &Section) -> String {
    if section.confusion.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "{}: categories\n  {:14}{:>5}{:>8}{:>11}  taken for\n",
        section.name, "", "rows", "recall", "precision"
    );
    for (category, taken) in &section.confusion {
        let (recall, precision) = section.recall_and_precision(category);
        let share = |share: Option<f64>| share.map_or("-".into(), |share| format!("{share:.2}"));
        let others: Vec<String> = taken
            .iter()
            .filter(|(other, _)| *other != category)
            .map(|(other, times)| if *times > 1 { format!("{other} {times}") } else { other.clone() })
            .collect();
        let _infallible = writeln!(
            text,
            "  {category:14}{:>5}{:>8}{:>11}  {}",
            taken.values().sum::<usize>(),
            share(recall),
            share(precision),
            others.join(", ")
        );
    }
    text
}

/// The times, beside their aims.
pub fn speed(speed: Speed) -> String {
    format!(
        "speed, median, everything included\n  utterance of 10 words      {:6.1} µs   (aim: at most 15)\n  transcript of 2,000 words  {:6.0} µs   (aim: at most 1500)\n",
        speed.utterance_micros, speed.transcript_micros
    )
}

//! Learns what evidence weighs from labelled calls: `crates/domain/rules/weights.txt`.
//!
//! Logistic regression: one model that tells the categories apart, and one for each step of urgency. By plain
//! gradient descent over all rows, with a step of its own for each number (AdaGrad: Duchi, Hazan and Singer, 2011),
//! so that the same corpus gives the same weights again, up to the last digit where another machine reckons
//! exponentials otherwise.

use crate::eval::rows::Call;
use nightdesk_domain::triage::{WEIGHED_LABELS, evidence};
use nightdesk_domain::vocabulary::Category;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Evidence that fewer calls show is chance.
const CALLS_MIN: usize = 3;
/// Weights below this are left out, in logits.
const WEIGHT_MIN: f64 = 0.12;
/// How strongly weights are held near zero.
const RIDGE: f64 = 1.0;
const ROUNDS: usize = 250;
const STEP: f64 = 0.5;

const CATEGORIES: usize = Category::ALL.len() + 1;
const PRIORITIES: [&str; 4] = ["Low", "Medium", "High", "Critical"];
/// At least Medium, at least High, Critical.
const STEPS: usize = PRIORITIES.len() - 1;

/// A call as the learner sees it.
#[derive(Debug, Clone)]
pub struct Example {
    evidence: Vec<usize>,
    scale: f64,
    category: usize,
    priority: usize,
}

/// What can be weighed, and the calls in which it was seen.
#[derive(Debug, Default)]
pub struct Examples {
    names: Vec<String>,
    /// The calls.
    pub calls: Vec<Example>,
}

/// The weights: for each label of [`WEIGHED_LABELS`], its bias, then one for each name.
#[derive(Debug)]
pub struct Model {
    weights: Vec<Vec<f64>>,
}

impl Examples {
    /// Reads labelled calls; evidence that is too rare is left out.
    ///
    /// # Errors
    /// A label that is none.
    pub fn of(rows: &[Call]) -> Result<Self, String> {
        let seen: Vec<(Vec<String>, f64)> = rows.iter().map(|row| evidence(&row.turns())).collect();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for name in seen.iter().flat_map(|(names, _)| names) {
            *counts.entry(name).or_default() += 1;
        }
        let names: Vec<String> =
            counts.iter().filter(|(_, calls)| **calls >= CALLS_MIN).map(|(name, _)| (*name).to_owned()).collect();
        let index: BTreeMap<&str, usize> = names.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
        let example = |(row, (found, scale)): (&Call, &(Vec<String>, f64))| {
            let category = match row.category.as_str() {
                "Unclassified" => Some(CATEGORIES - 1),
                label => WEIGHED_LABELS.iter().take(CATEGORIES).position(|known| *known == label),
            };
            Ok(Example {
                evidence: found.iter().filter_map(|name| index.get(name.as_str()).copied()).collect(),
                scale: *scale,
                category: category.ok_or_else(|| format!("{}: unknown category {:?}", row.id, row.category))?,
                priority: PRIORITIES
                    .iter()
                    .position(|known| *known == row.priority)
                    .ok_or_else(|| format!("{}: unknown priority {:?}", row.id, row.priority))?,
            })
        };
        let calls = rows.iter().zip(&seen).map(example).collect::<Result<_, String>>()?;
        Ok(Self { names, calls })
    }
}

impl Model {
    /// Learns from some calls.
    pub fn learn(examples: &Examples, calls: &[&Example]) -> Self {
        let width = examples.names.len() + 1;
        let mut weights = vec![vec![0.0; width]; CATEGORIES + STEPS];
        let mut squares = vec![vec![1e-6; width]; CATEGORIES + STEPS];
        for _ in 0..ROUNDS {
            let mut slopes: Vec<Vec<f64>> = weights.iter().map(|label| ridge(label)).collect();
            for call in calls {
                let errors = errors(&weights, call);
                for (slope, error) in slopes.iter_mut().zip(errors) {
                    slope[0] += error;
                    for name in &call.evidence {
                        slope[name + 1] += error * call.scale;
                    }
                }
            }
            for ((weights, squares), slopes) in weights.iter_mut().zip(&mut squares).zip(slopes) {
                for ((weight, square), slope) in weights.iter_mut().zip(squares).zip(slopes) {
                    *square += slope * slope;
                    *weight -= STEP * slope / square.sqrt();
                }
            }
        }
        Self { weights }
    }

    /// The logits of a call, one for each label.
    pub fn logits(&self, call: &Example) -> Vec<f64> {
        logits(&self.weights, call)
    }

    /// The file that the domain reads.
    pub fn file(&self, examples: &Examples) -> String {
        let mut text = format!(
            "# Written by `cargo xtask learn` from the {} calls of crates/testkit/corpus (tune, learn): do not edit.\n\
             # What evidence weighs for each category and each step of urgency, in logits times a hundred.\n\
             # `word`, `pair` and `start` (of a word) are searched for as stems; `meant` and `named` are concepts;\n\
             # `fires` and `denied` are rules.\n",
            examples.calls.len()
        );
        let mut line = |name: &str, at: usize, least: f64| {
            let worth = WEIGHED_LABELS.iter().zip(&self.weights).map(|(label, weights)| (label, weights[at]));
            let list: Vec<String> = worth
                .filter(|(_, weight)| weight.abs() >= least)
                .map(|(label, weight)| format!("{label} {:.0}", weight * 100.0))
                .collect();
            if !list.is_empty() {
                let _infallible = writeln!(text, "{name} | {}", list.join(", "));
            }
        };
        line("bias", 0, 0.005);
        for (at, name) in examples.names.iter().enumerate() {
            line(name, at + 1, WEIGHT_MIN);
        }
        text
    }
}

fn ridge(weights: &[f64]) -> Vec<f64> {
    // The bias is free.
    weights.iter().enumerate().map(|(at, weight)| if at == 0 { 0.0 } else { RIDGE * weight }).collect()
}

fn logits(weights: &[Vec<f64>], call: &Example) -> Vec<f64> {
    let sum = |label: &Vec<f64>| label[0] + call.scale * call.evidence.iter().map(|name| label[name + 1]).sum::<f64>();
    weights.iter().map(sum).collect()
}

/// How far the model is off for each label: the slope of the loss.
fn errors(weights: &[Vec<f64>], call: &Example) -> Vec<f64> {
    let mut logits = logits(weights, call);
    let (categories, steps) = logits.split_at_mut(CATEGORIES);
    let most = categories.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = categories.iter().map(|logit| (logit - most).exp()).sum();
    for (label, logit) in categories.iter_mut().enumerate() {
        *logit = (*logit - most).exp() / total - f64::from(u8::from(label == call.category));
    }
    for (step, logit) in steps.iter_mut().enumerate() {
        *logit = 1.0 / (1.0 + (-*logit).exp()) - f64::from(u8::from(call.priority > step));
    }
    logits
}

/// What a fifth of the calls shows when the others were learned from, for each fifth in turn.
pub fn crossed(examples: &Examples) -> String {
    const PARTS: usize = 5;
    let (mut right, mut leads, mut nights) = (0, Vec::new(), Vec::new());
    for part in 0..PARTS {
        let learned: Vec<&Example> =
            examples.calls.iter().enumerate().filter(|(at, _)| at % PARTS != part).map(|(_, call)| call).collect();
        let model = Model::learn(examples, &learned);
        for (_, call) in examples.calls.iter().enumerate().filter(|(at, _)| at % PARTS == part) {
            let logits = model.logits(call);
            let mut order: Vec<usize> = (0..CATEGORIES).collect();
            order.sort_by(|a, b| logits[*b].total_cmp(&logits[*a]));
            right += usize::from(order[0] == call.category);
            leads.push((logits[order[0]] - logits[order[1]], order[0] == call.category));
            nights.push((logits[CATEGORIES + 1], call.priority));
        }
    }
    let mut text = format!("category, each fifth unseen: {:.3}\n", right as f64 / examples.calls.len() as f64);
    let share = |hits: usize, of: usize| hits as f64 / of.max(1) as f64;
    for lead in [0.3, 0.6, 1.0, 1.3, 1.7, 2.0, 2.5] {
        let above: Vec<_> = leads.iter().filter(|(known, _)| *known >= lead).collect();
        let hits = above.iter().filter(|(_, right)| *right).count();
        let _infallible = writeln!(
            text,
            "  lead of {lead}: {:.3} right, {:.2} of all calls",
            share(hits, above.len()),
            share(above.len(), leads.len())
        );
    }
    for least in [-1.5, -1.0, -0.6, -0.5, -0.4, -0.3, 0.0, 0.3] {
        let woken = |priorities: &[usize]| {
            let of: Vec<_> = nights.iter().filter(|(_, priority)| priorities.contains(priority)).collect();
            share(of.iter().filter(|(logit, _)| *logit > least).count(), of.len())
        };
        let _infallible = writeln!(
            text,
            "  urgent from {least}: Critical {:.3}, High {:.3}, Medium or Low {:.3}",
            woken(&[3]),
            woken(&[2]),
            woken(&[0, 1])
        );
    }
    text
}

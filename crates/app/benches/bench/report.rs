//! The one table, and the same as JSON.

use serde_json::{Value, json};
use std::io::{IsTerminal, Write};

/// One figure. `aim` is what it should be, where the issue names an aim.
struct Row {
    section: &'static str,
    name: String,
    figure: f64,
    unit: &'static str,
    aim: Option<Aim>,
}

/// What a figure should be.
#[derive(Clone, Copy)]
pub(crate) enum Aim {
    Below(f64),
    AtLeast(f64),
}

impl Aim {
    fn is_met(self, figure: f64) -> bool {
        match self {
            Aim::Below(bound) => figure < bound,
            Aim::AtLeast(bound) => figure >= bound,
        }
    }
}

/// Everything that was measured.
pub(crate) struct Report {
    machine: Vec<(&'static str, String)>,
    quick: bool,
    rows: Vec<Row>,
    notes: Vec<String>,
}

impl Report {
    pub(crate) fn new(machine: Vec<(&'static str, String)>, quick: bool) -> Self {
        Self { machine, quick, rows: Vec::new(), notes: Vec::new() }
    }

    pub(crate) fn figure(&mut self, section: &'static str, name: impl Into<String>, figure: f64, unit: &'static str) {
        self.rows.push(Row { section, name: name.into(), figure, unit, aim: None });
    }

    pub(crate) fn aimed(
        &mut self,
        section: &'static str,
        name: impl Into<String>,
        figure: f64,
        unit: &'static str,
        aim: Aim,
    ) {
        self.rows.push(Row { section, name: name.into(), figure, unit, aim: Some(aim) });
    }

    /// What a reader of the table must know.
    pub(crate) fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    pub(crate) fn json(&self) -> Value {
        let figures: Vec<Value> = self
            .rows
            .iter()
            .map(|row| {
                let met = row.aim.map(|aim| aim.is_met(row.figure));
                json!({"section": row.section, "name": row.name, "figure": row.figure, "unit": row.unit, "aim_met": met})
            })
            .collect();
        let machine: serde_json::Map<String, Value> =
            self.machine.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        json!({"machine": machine, "quick": self.quick, "figures": figures, "notes": self.notes})
    }

    pub(crate) fn table(&self) -> String {
        let mut lines: Vec<String> = self.machine.iter().map(|(name, value)| format!("{name:<9}{value}")).collect();
        if self.quick {
            lines.push("quick    few repetitions: a first impression, not a record".to_owned());
        }
        let width = self.rows.iter().map(|row| row.name.chars().count()).max().unwrap_or_default();
        let mut section = "";
        for row in &self.rows {
            if row.section != section {
                section = row.section;
                lines.push(format!("\n{section}"));
            }
            let aim = row.aim.map_or(String::new(), |aim| {
                let bound = match aim {
                    Aim::Below(bound) => format!("below {bound}"),
                    Aim::AtLeast(bound) => format!("at least {bound}"),
                };
                format!("   aim: {bound}, {}", if aim.is_met(row.figure) { "met" } else { "MISSED" })
            });
            lines.push(format!("  {:<width$}  {:>10} {}{aim}", row.name, shown(row.figure), row.unit));
        }
        lines.push(String::new());
        lines.extend(self.notes.iter().map(|note| format!("- {note}")));
        lines.join("\n")
    }
}

/// Three significant figures where there are decimals.
fn shown(figure: f64) -> String {
    match figure {
        figure if figure.abs() >= 100.0 || figure.fract() == 0.0 => format!("{figure:.0}"),
        figure if figure.abs() >= 10.0 => format!("{figure:.1}"),
        figure => format!("{figure:.2}"),
    }
}

/// Tells a person at a terminal what is going on; pipes and files get the results alone.
pub(crate) fn progress(text: &str) {
    let mut terminal = std::io::stderr();
    if terminal.is_terminal() {
        let _unseen = writeln!(terminal, "... {text}");
    }
}

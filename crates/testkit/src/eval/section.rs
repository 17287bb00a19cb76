//! What was measured: numbers with their names, tables, and the rows that came out wrong.

use std::collections::BTreeMap;

/// A share: so many of so many.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Metric {
    /// Its name: `category`, `false_wakes`.
    pub name: &'static str,
    /// The share, or another number between 0 and 1.
    pub value: f64,
    /// Of how many rows.
    pub of: usize,
    /// Which way is up.
    pub better: Better,
}

/// Which way a number is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// Right answers.
    More,
    /// Faults.
    Less,
    /// It is told for information.
    Neither,
}

/// What one file of rows showed.
#[derive(Debug, Clone, Default)]
pub struct Section {
    /// The file's name without its ending.
    pub name: String,
    /// The numbers.
    pub metrics: Vec<Metric>,
    /// For each category, what it was taken for and how often.
    pub confusion: BTreeMap<String, BTreeMap<String, usize>>,
    /// Rows that came out wrong, each with the metric that it counts against.
    pub wrong: Vec<Wrong>,
}

/// A row that came out wrong.
#[derive(Debug, Clone)]
pub struct Wrong {
    /// The metric.
    pub metric: &'static str,
    /// The row's id.
    pub id: String,
    /// What was expected, what came out, and the words.
    pub what: String,
}

/// A share while it is counted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Count {
    /// How many rows it counts in.
    pub hits: usize,
    /// Of how many.
    pub of: usize,
}

impl Count {
    /// One row more.
    pub fn add(&mut self, hit: bool) {
        self.hits += usize::from(hit);
        self.of += 1;
    }

    /// The share; none of no rows.
    pub fn share(self) -> Option<f64> {
        (self.of > 0).then(|| self.hits as f64 / self.of as f64)
    }
}

impl Section {
    /// A section of its own.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// Records a share; nothing where there are no rows for it.
    pub fn share(&mut self, name: &'static str, better: Better, count: Count) {
        self.metrics.extend(count.share().map(|value| Metric { name, value, of: count.of, better }));
    }

    /// Records a row that came out wrong.
    pub fn wrong(&mut self, metric: &'static str, id: &str, what: String) {
        self.wrong.push(Wrong { metric, id: id.to_owned(), what });
    }

    /// Recall and precision of a category; none where it never came up.
    pub fn recall_and_precision(&self, category: &str) -> (Option<f64>, Option<f64>) {
        let right = self.confusion.get(category).and_then(|row| row.get(category)).copied().unwrap_or(0);
        let told: usize = self.confusion.get(category).map_or(0, |row| row.values().sum());
        let taken: usize = self.confusion.values().filter_map(|row| row.get(category)).sum();
        (Count { hits: right, of: told }.share(), Count { hits: right, of: taken }.share())
    }
}

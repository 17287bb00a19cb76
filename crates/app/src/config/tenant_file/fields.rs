//! Tables of a file read setting by setting, so that one that has the wrong shape hides none of the others.

use super::checks::Checker;
use toml::{Table, Value};

/// A table of a file, and where it stands in it.
pub(super) struct Fields<'a> {
    table: &'a Table,
    path: String,
}

impl<'a> Fields<'a> {
    /// The settings of a table. Each that is not among the `known` is a problem.
    pub(super) fn of_table(table: &'a Table, path: &str, known: &[&str], check: &mut Checker) -> Self {
        let fields = Self { table, path: path.to_owned() };
        for name in table.keys().filter(|name| !known.contains(&name.as_str())) {
            check.problem(&fields.path(name), format!("is unknown here; there are {}", known.join(", ")));
        }
        fields
    }

    /// The same of a value that has to be a table; `wanted` says of what kind, and how one is written.
    pub(super) fn of(value: &'a Value, path: &str, wanted: &str, known: &[&str], check: &mut Checker) -> Option<Self> {
        match value.as_table() {
            Some(table) => Some(Self::of_table(table, path, known, check)),
            None => unlike(value, path, wanted, check),
        }
    }

    /// Where a setting of this table stands: `layers[0].every`.
    pub(super) fn path(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// A setting as it is written, if it is.
    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.table.get(name)
    }

    /// A setting that has to be there; `wanted` says what it is and how one is written.
    pub(super) fn needed(&self, name: &str, wanted: &str, check: &mut Checker) -> Option<&'a Value> {
        let found = self.get(name);
        if found.is_none() {
            check.problem(&self.path(name), format!("is missing; it is {wanted}"));
        }
        found
    }

    /// A text that may be left out.
    pub(super) fn text(&self, name: &str, check: &mut Checker) -> Option<&'a str> {
        text(self.get(name)?, &self.path(name), check)
    }

    /// A list that may be left out.
    pub(super) fn list(&self, name: &str, wanted: &str, check: &mut Checker) -> Option<&'a [Value]> {
        list(self.get(name)?, &self.path(name), wanted, check)
    }
}

/// A text in quotes.
pub(super) fn text<'a>(value: &'a Value, path: &str, check: &mut Checker) -> Option<&'a str> {
    value.as_str().or_else(|| unlike(value, path, "a text in quotes", check))
}

/// A list of what `wanted` says.
pub(super) fn list<'a>(value: &'a Value, path: &str, wanted: &str, check: &mut Checker) -> Option<&'a [Value]> {
    value.as_array().map(Vec::as_slice).or_else(|| unlike(value, path, wanted, check))
}

/// A whole number.
pub(super) fn number(value: &Value, path: &str, check: &mut Checker) -> Option<i64> {
    value.as_integer().or_else(|| unlike(value, path, "a whole number, like 1", check))
}

/// What is written is of another shape than what is wanted.
pub(super) fn unlike<T>(value: &Value, path: &str, wanted: &str, check: &mut Checker) -> Option<T> {
    let written = match value {
        Value::String(text) => format!("the text {text:?}"),
        Value::Integer(number) => format!("the number {number}"),
        Value::Float(number) => format!("the number {number}"),
        Value::Boolean(yes) => yes.to_string(),
        Value::Datetime(time) => format!("the time {time}"),
        Value::Array(_) => "a list".to_owned(),
        Value::Table(_) => "a table".to_owned(),
    };
    check.problem(path, format!("is {written}; wanted is {wanted}"));
    None
}

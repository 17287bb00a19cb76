//! From text to the parts of a tenant file: what has the wrong shape is named with its path, and hides nothing else.
//!
//! The parts stop at the first fault. So each fault that they name is taken out of what is read, and they are asked
//! again, until they are content; where something has to be there, a stand-in takes its place. What the checks then
//! say of the same settings is about the stand-in, and is left out.

use super::Problems;
use super::checks::Checker;
use super::parts::File;
use serde_path_to_error::{Path, Segment};
use std::collections::BTreeMap;
use toml::{Table, Value};

/// Most faults of shape that are looked for.
const FAULTS_MAX: usize = 100;

/// Settings that were left out or stood in for, because of their shape.
#[derive(Debug, Default)]
pub(super) struct Faults {
    /// Each path, and how many stand-ins it has had.
    paths: BTreeMap<String, usize>,
    /// What was wrong with them, in the order in which it was found.
    problems: Vec<String>,
}

impl Faults {
    /// Whether every shape was right.
    pub(super) fn are_none(&self) -> bool {
        self.problems.is_empty()
    }

    /// All problems: those of shape first, then those of the checks that are about something else.
    pub(super) fn with(&self, check: Checker) -> Vec<String> {
        let others = check.problems.into_iter().filter(|problem| !self.knows(problem));
        self.problems.iter().cloned().chain(others).collect()
    }
}

/// Reads a tenant file, without the settings whose shape is wrong.
///
/// # Errors
/// What is no TOML; or shapes so wrong that nothing can be said of the rest.
pub(super) fn read(text: &str) -> Result<(File, Faults), Problems> {
    let file: Table = toml::from_str(text).map_err(|error| Problems(vec![error.to_string()]))?;
    let (mut file, mut faults) = (Value::Table(file), Faults::default());
    while faults.problems.len() < FAULTS_MAX {
        let error = match serde_path_to_error::deserialize::<_, File>(file.clone()) {
            Ok(read) => return Ok((read, faults)),
            Err(error) => error,
        };
        if faults.mend(&mut file, error.path(), error.inner().message()).is_none() {
            break;
        }
    }
    faults.problems.push("mend these first: more may follow".to_owned());
    Err(Problems(faults.problems))
}

impl Faults {
    /// Notes a fault and takes it out of the file; none where that cannot help.
    fn mend(&mut self, file: &mut Value, path: &Path, message: &str) -> Option<()> {
        let mut steps: Vec<Step> = path.iter().map_while(Step::of).collect();
        let named = |words: &str| message.strip_prefix(words).and_then(|rest| Some(rest.split_once('`')?.0.to_owned()));
        let missing = named("missing field `");
        if let Some(name) = missing.clone().or_else(|| named("unknown field `"))
            && steps.last() != Some(&Step::Name(name.clone()))
        {
            steps.push(Step::Name(name));
        }
        let place = written(&steps);
        // Of a list of plain values all go: else what is named later would have another place.
        while let Some(Step::Place(_)) = steps.last() {
            steps.pop();
        }
        let fault = written(&steps);
        if !self.knows(&fault) {
            self.problems.push(format!("{place}: {}", in_words(message)));
        }
        let (Step::Name(name), parents) = steps.split_last()? else { return None };
        let table = parents.iter().try_fold(file, |value, step| Step::into(value, step))?.as_table_mut()?;
        let tried = self.paths.get(&fault).copied();
        let was = table.remove(name);
        // Where it may be left out, that is all; where the parts then miss it, something has to stand in for it.
        if missing.is_some() || tried.is_some() || was.is_none() {
            let stand_ins = [Value::String(String::new()), Value::Array(Vec::new()), Value::Table(Table::new())];
            table.insert(name.clone(), stand_ins.get(tried.unwrap_or(0))?.clone());
            self.paths.insert(fault, tried.unwrap_or(0) + 1);
        } else {
            self.paths.insert(fault, 0);
        }
        Some(())
    }

    /// Whether a path is that of a fault, or lies below one.
    fn knows(&self, path: &str) -> bool {
        let below = |rest: &str| rest.is_empty() || rest.starts_with([':', '.', '[']);
        self.paths.keys().any(|fault| path.strip_prefix(fault.as_str()).is_some_and(below))
    }
}

/// A step on the way to a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Name(String),
    Place(usize),
}

impl Step {
    fn of(segment: &Segment) -> Option<Self> {
        match segment {
            Segment::Map { key } => Some(Self::Name(key.clone())),
            Segment::Seq { index } => Some(Self::Place(*index)),
            Segment::Enum { .. } | Segment::Unknown => None,
        }
    }

    fn into<'a>(value: &'a mut Value, step: &Self) -> Option<&'a mut Value> {
        match step {
            Self::Name(name) => value.as_table_mut()?.get_mut(name),
            Self::Place(place) => value.as_array_mut()?.get_mut(*place),
        }
    }
}

/// A path as people write it: `technicians[0].reach`.
fn written(steps: &[Step]) -> String {
    steps.iter().fold(String::new(), |path, step| match step {
        Step::Name(name) if path.is_empty() => name.clone(),
        Step::Name(name) => format!("{path}.{name}"),
        Step::Place(place) => format!("{path}[{place}]"),
    })
}

/// What the reader says, in the words of the handbook and without names of ours.
fn in_words(message: &str) -> String {
    let unquoted = |text: &str| text.replace('`', "");
    if message.starts_with("missing field") {
        return "is missing".to_owned();
    }
    for what in ["unknown field `", "unknown variant `"] {
        if let Some((name, known)) = message.strip_prefix(what).and_then(|rest| rest.split_once('`')) {
            let known = known.trim_start_matches(", ").trim_start_matches("expected ").trim_start_matches("one of ");
            return format!("{name:?} is unknown here; there are {}", unquoted(known).replace(" or ", " and "));
        }
    }
    let of_type = ["invalid type: ", "invalid value: "].iter().find_map(|what| message.strip_prefix(what));
    let Some((found, wanted)) = of_type.and_then(|rest| rest.rsplit_once(", expected ")) else {
        return unquoted(message);
    };
    let found = match found.split_once(' ') {
        Some(("string", text)) => format!("the text {text}"),
        Some(("integer", number)) | Some(("floating", number)) => {
            format!("the number {}", unquoted(number.trim_start_matches("point ")))
        }
        Some(("boolean", truth)) => unquoted(truth),
        _ if found == "sequence" => "a list".to_owned(),
        _ if found == "map" => "a table".to_owned(),
        _ => unquoted(found),
    };
    let wanted = match wanted {
        "a string" | "a borrowed string" => "a text in quotes",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number that is not negative",
        "f32" | "f64" => "a number",
        "a map" => "a table",
        other if other.starts_with("struct ") || other.contains("enum ") => "a table",
        other => other,
    };
    format!("is {found}; wanted is {wanted}")
}

#[cfg(test)]
mod tests {
    use super::super::{DEMO, Tenant};

    fn problems(changes: &[(&str, &str)]) -> Vec<String> {
        let file = changes.iter().fold(DEMO.to_owned(), |file, (from, to)| {
            assert!(file.contains(from), "{from}");
            file.replacen(from, to, 1)
        });
        Tenant::parse(&file).map_or_else(|problems| problems.0, |_| Vec::new())
    }

    #[test]
    fn a_fault_of_shape_is_named_by_its_path_in_plain_words() {
        for (change, expected) in [
            (("ring_seconds = ", "rings = "), "paging.rings: \"rings\" is unknown here; there are ring_seconds, "),
            (("ladder = [", "ladder = [1, "), "on_call.ladder[0]: is the number 1; wanted is a text in quotes"),
            (("holidays = [", "holidays = 1 # ["), "business_hours.holidays: is the number 1; wanted is a list"),
            (("ring_seconds = ", "ring_seconds = -"), "paging.ring_seconds: is the number -"),
            (("ring_seconds = ", "ring_seconds = 1."), "paging.ring_seconds: is the number 1."),
        ] {
            let found = problems(&[change]);
            assert!(found[0].starts_with(expected), "{expected}: {found:#?}");
            let words = found.join("\n");
            for ours in ["struct", "enum", "Part", "u32", "i64", "invalid"] {
                assert!(!words.contains(ours), "{ours}: {words}");
            }
        }
    }

    #[test]
    fn faults_of_shape_hide_nothing_else_and_bring_nothing_up() {
        let found = problems(&[
            ("America/Chicago", "Mars/Olympus"),
            ("opens = \"08:00\"", "opens = 8"),
            ("[business_hours]", "[business_hours]\nholydays = []"),
            ("[[technicians]]", "[[technicians]]\nreach = [{ priorities = [\"Urgent\"], by = [\"phone\"] }]"),
            ("+13125550121", "0121"),
        ]);
        let fields: Vec<&str> = found.iter().filter_map(|problem| Some(problem.split_once(": ")?.0)).collect();
        let expected = [
            "business_hours.holydays",
            "business_hours.opens",
            "technicians[0].reach[0].by",
            "technicians[0].reach[0].priorities[0]",
            "tenant.time_zone",
            "technicians[0].number",
            "technicians[0].reach[0].ways",
        ];
        assert_eq!(fields, expected, "{found:#?}");
    }

    #[test]
    fn what_is_missing_is_named_and_so_is_everything_else() {
        let found = problems(&[("name = \"", "nam = \""), ("America/Chicago", "Mars/Olympus")]);
        assert!(found[0].starts_with("tenant.nam: \"nam\" is unknown here; there are id, name,"), "{found:#?}");
        assert_eq!(found[1], "tenant.name: is missing");
        assert!(found.len() == 3 && found[2].starts_with("tenant.time_zone: \"Mars/Olympus\""), "{found:#?}");
        let found = Tenant::parse("[tenant]\nid = 1").unwrap_err().0;
        for field in
            ["tenant.id: is the number 1", "tenant.name: is missing", "greeting: is missing", "on_call: is missing"]
        {
            assert!(found.iter().any(|problem| problem.starts_with(field)), "{field}: {found:#?}");
        }
    }
}

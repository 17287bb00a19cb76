//! The template as one JSON value, its short tags written out: `!Ref x` as `{"Ref": "x"}`.

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value, json};

/// A template that was read.
pub(crate) struct Template {
    /// Everything.
    pub(crate) whole: Value,
    /// Lines that use what YAML has and CloudFormation has not.
    pub(crate) anchors: Vec<usize>,
}

impl Template {
    pub(crate) fn parse(text: &str) -> Template {
        let documents = Yaml::load_from_str(text).unwrap_or_else(|error| panic!("no YAML: {error}"));
        let [document] = &documents[..] else { panic!("one document, not {}", documents.len()) };
        let is_anchor = |line: &str| {
            line.split([' ', '[', ',']).any(|word| {
                word.strip_prefix(['&', '*']).is_some_and(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()))
            })
        };
        let anchors = text.lines().zip(1..).filter(|(line, _)| is_anchor(line) && !line.trim().starts_with('#'));
        Template { whole: value(document), anchors: anchors.map(|(_, number)| number).collect() }
    }

    /// The section of this name, entry by entry.
    pub(crate) fn section(&self, name: &str) -> &Map<String, Value> {
        self.whole[name].as_object().unwrap_or_else(|| panic!("the template has no {name}"))
    }

    /// Resources of a type, by name.
    pub(crate) fn of_type<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let resources = self.section("Resources").iter();
        resources
            .filter(move |(_, resource)| resource["Type"] == kind)
            .map(|(name, resource)| (name.as_str(), resource))
    }
}

fn value(yaml: &Yaml<'_>) -> Value {
    match yaml {
        Yaml::Value(scalar) => match scalar {
            Scalar::Null => Value::Null,
            Scalar::Boolean(yes) => json!(yes),
            Scalar::Integer(number) => json!(number),
            Scalar::FloatingPoint(number) => json!(number.into_inner()),
            Scalar::String(text) => json!(text),
        },
        Yaml::Sequence(items) => items.iter().map(value).collect(),
        Yaml::Mapping(entries) => {
            let entries = entries.iter().map(|(key, entry)| (key.as_str().unwrap().to_owned(), value(entry)));
            Value::Object(entries.collect())
        }
        Yaml::Tagged(tag, inner) => {
            let name = match tag.suffix.as_str() {
                plain @ ("Ref" | "Condition") => plain.to_owned(),
                function => format!("Fn::{function}"),
            };
            let inner = match (name.as_str(), value(inner)) {
                // `!GetAtt a.b` is short for a list.
                ("Fn::GetAtt", Value::String(text)) => text.splitn(2, '.').collect(),
                (_, inner) => inner,
            };
            json!({name: inner})
        }
        other => panic!("what is this: {other:?}"),
    }
}

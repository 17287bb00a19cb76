//! Which client company a caller names.

use super::normalise::Words;
use crate::policy::Company;

/// What companies are called on paper and nobody says.
const FORMAL: &[&str] = &[
    "inc",
    "llc",
    "llp",
    "ltd",
    "limited",
    "corp",
    "corporation",
    "co",
    "company",
    "group",
    "pllc",
    "pc",
    "plc",
    "sa",
    "cv",
    "srl",
    "the",
    "and",
    "associates",
    "services",
    "partners",
    "holdings",
];

/// The company whose name, or another name for it, was said; the longest match wins, and of two equally long
/// ones none does. "Acme Dental Group" is found in "this is dana at acme dental".
pub fn find_company<'a>(text: &str, companies: &'a [Company]) -> Option<&'a Company> {
    let said = joined(text);
    let mut best: Option<(usize, &Company)> = None;
    let mut twice = false;
    for company in companies {
        let names = std::iter::once(&company.name).chain(&company.also_called);
        let Some(length) = names.filter_map(|name| matched(&said, name)).max() else { continue };
        match best {
            Some((known, other)) if known == length && other.id != company.id => twice = true,
            Some((known, _)) if known >= length => {}
            _ => (best, twice) = (Some((length, company)), false),
        }
    }
    best.filter(|_| !twice).map(|(_, company)| company)
}

/// The words of a text without the "and" that names are written with or without.
fn joined(text: &str) -> String {
    Words::new(&[text]).text.replace(" and ", " ")
}

/// How many letters of a name were said, if it was.
fn matched(said: &str, name: &str) -> Option<usize> {
    let full = joined(name);
    if full.trim().is_empty() {
        return None;
    }
    if said.contains(&full) {
        return Some(full.len());
    }
    let kept: Vec<&str> = full.split_whitespace().filter(|word| !FORMAL.contains(word)).collect();
    let short = format!(" {} ", kept.join(" "));
    // One short word alone would be found by chance.
    (short.trim().len() >= 4 && said.contains(&short)).then_some(short.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::CompanyId;
    use crate::policy::Runbook;

    fn company(id: &str, name: &str, also_called: &[&str]) -> Company {
        Company {
            id: CompanyId::parse(id).unwrap(),
            name: name.into(),
            also_called: also_called.iter().map(|name| (*name).to_owned()).collect(),
            runbook: Runbook::default(),
            psa_company: None,
        }
    }

    fn check(said: &str, expected: Option<&str>) {
        let all = [
            company("a", "Acme Dental Group", &["acme"]),
            company("b", "Acme Dental Supply", &[]),
            company("h", "Harbor & Vine", &["the winery"]),
        ];
        assert_eq!(find_company(said, &all).map(|c| c.name.as_str()), expected, "{said}");
    }

    #[test]
    fn the_longest_name_said_wins() {
        check("this is dana at acme dental our server is down", Some("Acme Dental Group"));
        check("this is dana at acme dental supply", Some("Acme Dental Supply"));
        check("it's lee at ACME", Some("Acme Dental Group"));
    }

    #[test]
    fn other_names_and_missing_words_are_understood() {
        check("calling from the winery", Some("Harbor & Vine"));
        check("harbor and vine here", Some("Harbor & Vine"));
        check("i am at the harbor", None);
        check("", None);
    }
}

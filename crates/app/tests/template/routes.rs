//! What stands before NightDesk passes on what it has to, and nothing else: the template's API, and the reverse proxy of
//! the handbook.

use crate::read::Template;
use nightdesk::http::{Reach, paths};

const OPERATIONS: &str = include_str!("../../../../docs/OPERATIONS.md");
/// Where whoever sets a proxy or a load balancer up reads what it has to pass on.
const TOLD_IN: [(&str, &str); 2] = [
    ("README.md", include_str!("../../../../README.md")),
    ("docs/DEPLOY.md", include_str!("../../../../docs/DEPLOY.md")),
];

/// Complaints about routes that are missing, or that lead to what nobody outside may see.
pub(crate) fn complaints(passed: &dyn Fn(&str) -> bool, monitored: bool) -> Vec<String> {
    let wanted = |reach: Reach| reach == Reach::Outside || (monitored && reach == Reach::Monitor);
    paths()
        .into_iter()
        .filter(|(path, reach)| passed(path) != wanted(*reach))
        .map(|(path, reach)| match wanted(reach) {
            true => format!("{path} is not passed on"),
            false => format!("{path} is passed on, and nobody outside may see it"),
        })
        .collect()
}

/// Every public path has a route of the API that leads to the function.
pub(crate) fn of_template(template: &Template) -> Vec<String> {
    let routes: Vec<&str> = template
        .of_type("AWS::ApiGatewayV2::Route")
        .filter(|(_, route)| route["Properties"]["Target"]["Fn::Sub"] == "integrations/${TriageIntegration}")
        .filter_map(|(_, route)| route["Properties"]["RouteKey"].as_str())
        .collect();
    let leads = |key: &str, path: &str| match key.split_once(' ').map_or(key, |(_, to)| to).strip_suffix("/{proxy+}") {
        Some(above) => path.strip_prefix(above).is_some_and(|below| below.starts_with('/')),
        None => key == "$default" || key.ends_with(&format!(" {path}")),
    };
    complaints(&|path| routes.iter().any(|key| leads(key, path)), true)
}

/// The paths that the handbook's configuration of Caddy passes on.
fn of_caddy(text: &str) -> Vec<&str> {
    let line = text.lines().find_map(|line| line.trim().strip_prefix("@nightdesk path "));
    line.unwrap_or_else(|| panic!("the handbook has no `@nightdesk path` any more")).split(' ').collect()
}

fn caddy_complaints(text: &str) -> Vec<String> {
    let passed = of_caddy(text);
    let leads = |pattern: &&str, path: &str| match pattern.strip_suffix('*') {
        Some(above) => path.starts_with(above),
        None => *pattern == path,
    };
    complaints(&|path| passed.iter().any(|pattern| leads(pattern, path)), false)
}

#[test]
fn the_reverse_proxy_of_the_handbook_passes_on_what_is_public_and_nothing_else() {
    assert_eq!(caddy_complaints(OPERATIONS), [""; 0]);
}

#[test]
fn a_path_that_the_proxy_forgets_or_gives_away_is_noticed() {
    let without = OPERATIONS.replace(" /ack/*", "");
    assert_eq!(caddy_complaints(&without), ["/ack/{tenant}/{case}/{page}/{mac} is not passed on"]);
    let without = OPERATIONS.replace(" /alerts ", " ");
    assert_eq!(caddy_complaints(&without), ["/alerts is not passed on"]);
    let all = OPERATIONS.replace(" /ack/*", " /*");
    assert!(caddy_complaints(&all).contains(&"/metrics is passed on, and nobody outside may see it".to_owned()));
}

#[test]
fn whoever_sets_a_proxy_up_is_told_of_every_public_path() {
    for (file, text) in TOLD_IN {
        for (path, _) in paths().into_iter().filter(|(_, reach)| *reach == Reach::Outside) {
            let first = path.split('/').nth(1).unwrap();
            let told = text.contains(&format!("`/{first}/`")) || text.contains(&format!("`/{first}`"));
            assert!(told, "{file} does not say that /{first} is passed on");
        }
    }
}

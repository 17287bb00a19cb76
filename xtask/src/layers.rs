//! Which crate may depend on what: the table of docs/adr/0001-shape.md, checked against the manifests.

use crate::metadata::{Crate, Dependency, Kind};

/// What a crate may take from outside the repository.
enum Others {
    /// Whatever it needs: an adapter brings the software of its vendor, `app` puts all together.
    Any,
    /// These and no more.
    Only(&'static [&'static str]),
}

/// One row of the table.
struct Layer {
    name: &'static str,
    ours: &'static [&'static str],
    others: Others,
}

const TESTKIT: &str = "nightdesk-testkit";

/// A crate that is not here is an error: a new one comes with an ADR, and with its row.
const LAYERS: &[Layer] = &[
    Layer {
        name: "nightdesk-domain",
        ours: &[],
        others: Others::Only(&["chrono", "chrono-tz", "regex", "serde", "thiserror"]),
    },
    Layer {
        name: "nightdesk-ports",
        ours: &["nightdesk-domain"],
        others: Others::Only(&[
            "async-trait",
            "bytes",
            "chrono",
            "http",
            "mockall",
            "serde",
            "serde_json",
            "thiserror",
        ]),
    },
    Layer {
        name: "nightdesk-engine",
        ours: CORE,
        others: Others::Only(&["chrono", "futures-util", "rrule", "serde_json", "thiserror", "tracing"]),
    },
    Layer { name: "nightdesk-adapters-anthropic", ours: CORE, others: Others::Any },
    Layer { name: "nightdesk-adapters-aws", ours: CORE, others: Others::Any },
    Layer { name: "nightdesk-adapters-connectwise", ours: CORE, others: Others::Any },
    Layer { name: "nightdesk-adapters-local", ours: CORE, others: Others::Any },
    Layer { name: "nightdesk-adapters-slack", ours: CORE, others: Others::Any },
    Layer { name: "nightdesk-adapters-twilio", ours: CORE, others: Others::Any },
    Layer { name: "nightdesk-adapters-webhook", ours: CORE, others: Others::Any },
    Layer {
        name: TESTKIT,
        ours: &["nightdesk-domain", "nightdesk-ports", "nightdesk-engine", "nightdesk-adapters-local"],
        others: Others::Any,
    },
    Layer {
        name: "nightdesk",
        ours: &[
            "nightdesk-domain",
            "nightdesk-ports",
            "nightdesk-engine",
            "nightdesk-adapters-anthropic",
            "nightdesk-adapters-aws",
            "nightdesk-adapters-connectwise",
            "nightdesk-adapters-local",
            "nightdesk-adapters-slack",
            "nightdesk-adapters-twilio",
            "nightdesk-adapters-webhook",
        ],
        others: Others::Any,
    },
    Layer { name: "xtask", ours: &[], others: Others::Only(&["clap", "serde_json", "toml"]) },
];

const CORE: &[&str] = &["nightdesk-domain", "nightdesk-ports"];

/// Libraries that must stay behind a feature of the crate: (crate, library).
const OPTIONAL: &[(&str, &str)] = &[("nightdesk-ports", "mockall"), ("nightdesk", "nightdesk-adapters-aws")];

/// What is wrong with the workspace, one line each.
pub(crate) fn violations(crates: &[Crate]) -> Vec<String> {
    crates.iter().flat_map(violations_of).collect()
}

fn violations_of(one: &Crate) -> Vec<String> {
    let mut wrong = Vec::new();
    if !one.workspace_lints {
        wrong.push(format!("{}: its manifest lacks `[lints] workspace = true`", one.name));
    }
    match LAYERS.iter().find(|layer| layer.name == one.name) {
        Some(layer) => wrong.extend(one.dependencies.iter().filter_map(|edge| forbidden(layer, edge))),
        None => wrong.push(format!("{}: unknown crate; give it a row in xtask/src/layers.rs and an ADR", one.name)),
    }
    wrong
}

/// Why a crate of this layer must not have this dependency.
fn forbidden(layer: &Layer, edge: &Dependency) -> Option<String> {
    let (from, to) = (layer.name, edge.name.as_str());
    if !edge.inherited {
        return Some(format!("{from}: {to} must take its version from the workspace (`workspace = true`)"));
    }
    if edge.ours {
        return match edge.kind {
            _ if layer.ours.contains(&to) => gated(layer, edge),
            // `xtask` spawns and does not link, in its tests neither.
            Kind::Dev if to == TESTKIT && from != "xtask" => None,
            _ if to == TESTKIT => Some(format!("{from}: {to} is for tests, so only ever a dev-dependency")),
            _ => Some(format!("{from} must not depend on {to}")),
        };
    }
    match layer.others {
        Others::Only(allowed) if edge.kind != Kind::Dev && !allowed.contains(&to) => {
            Some(format!("{from} must not depend on the library {to}; see the table in docs/adr/0001-shape.md"))
        }
        _ => gated(layer, edge),
    }
}

fn gated(layer: &Layer, edge: &Dependency) -> Option<String> {
    let (from, to) = (layer.name, edge.name.as_str());
    let must = edge.kind != Kind::Dev && OPTIONAL.contains(&(from, to));
    (must && !edge.optional).then(|| format!("{from}: {to} must be optional, behind a feature"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(name: &str, kind: Kind) -> Dependency {
        let ours = name.starts_with("nightdesk");
        Dependency { name: name.into(), kind, ours, optional: false, inherited: true }
    }

    fn package(name: &str, dependencies: Vec<Dependency>) -> Crate {
        Crate { name: name.into(), dependencies, workspace_lints: true, examples: Vec::new() }
    }

    /// What the rules say of one crate with one dependency.
    fn judged(from: &str, to: &str, kind: Kind) -> Vec<String> {
        violations(&[package(from, vec![edge(to, kind)])])
    }

    #[track_caller]
    fn check_forbidden(from: &str, to: &str, kind: Kind) {
        let wrong = judged(from, to, kind);
        assert!(matches!(&wrong[..], [one] if one.contains(from) && one.contains(to)), "{wrong:?}");
    }

    #[track_caller]
    fn check_allowed(from: &str, to: &str, kind: Kind) {
        assert_eq!(judged(from, to, kind), [""; 0]);
    }

    #[test]
    fn this_workspace_keeps_the_rules() {
        assert_eq!(violations(&crate::metadata::workspace().unwrap()), [""; 0]);
    }

    #[test]
    fn the_domain_depends_on_nothing_of_ours() {
        check_forbidden("nightdesk-domain", "nightdesk-ports", Kind::Normal);
        check_forbidden("nightdesk-domain", "nightdesk-ports", Kind::Dev);
    }

    #[test]
    fn the_domain_takes_no_library_that_is_not_listed() {
        check_forbidden("nightdesk-domain", "tokio", Kind::Normal);
        check_forbidden("nightdesk-domain", "cc", Kind::Build);
        check_allowed("nightdesk-domain", "chrono", Kind::Normal);
        check_allowed("nightdesk-domain", "proptest", Kind::Dev);
    }

    #[test]
    fn the_ports_know_the_domain_and_no_runtime() {
        check_allowed("nightdesk-ports", "nightdesk-domain", Kind::Normal);
        check_forbidden("nightdesk-ports", "nightdesk-engine", Kind::Normal);
        check_forbidden("nightdesk-ports", "tokio", Kind::Normal);
    }

    #[test]
    fn mocks_of_the_ports_stay_behind_a_feature() {
        check_forbidden("nightdesk-ports", "mockall", Kind::Normal);
        let optional = Dependency { optional: true, ..edge("mockall", Kind::Normal) };
        assert_eq!(violations(&[package("nightdesk-ports", vec![optional])]), [""; 0]);
    }

    #[test]
    fn the_engine_knows_no_adapter_and_no_runtime() {
        check_allowed("nightdesk-engine", "nightdesk-ports", Kind::Normal);
        check_forbidden("nightdesk-engine", "nightdesk-adapters-local", Kind::Normal);
        check_forbidden("nightdesk-engine", "tokio", Kind::Normal);
        check_allowed("nightdesk-engine", "tokio", Kind::Dev);
    }

    #[test]
    fn an_adapter_knows_neither_the_engine_nor_another_adapter() {
        for adapter in LAYERS.iter().map(|layer| layer.name).filter(|name| name.contains("adapters")) {
            let other =
                if adapter.ends_with("twilio") { "nightdesk-adapters-local" } else { "nightdesk-adapters-twilio" };
            for kind in [Kind::Normal, Kind::Dev, Kind::Build] {
                check_forbidden(adapter, "nightdesk-engine", kind);
                check_forbidden(adapter, other, kind);
            }
            check_allowed(adapter, "some-vendor-sdk", Kind::Normal);
        }
    }

    #[test]
    fn the_testkit_is_only_ever_a_dev_dependency() {
        for layer in LAYERS {
            check_forbidden(layer.name, TESTKIT, Kind::Normal);
        }
        check_allowed("nightdesk", TESTKIT, Kind::Dev);
        check_forbidden("xtask", TESTKIT, Kind::Dev);
    }

    #[test]
    fn the_testkit_knows_no_vendor_and_not_the_app() {
        check_allowed(TESTKIT, "nightdesk-adapters-local", Kind::Normal);
        check_forbidden(TESTKIT, "nightdesk-adapters-twilio", Kind::Normal);
        check_forbidden(TESTKIT, "nightdesk", Kind::Normal);
    }

    #[test]
    fn amazon_is_optional_in_the_app() {
        check_forbidden("nightdesk", "nightdesk-adapters-aws", Kind::Normal);
    }

    #[test]
    fn xtask_links_nothing_of_ours_and_little_else() {
        check_forbidden("xtask", "nightdesk-domain", Kind::Normal);
        check_forbidden("xtask", "nightdesk-domain", Kind::Dev);
        check_forbidden("xtask", "tokio", Kind::Normal);
    }

    #[test]
    fn an_unknown_crate_is_an_error() {
        let wrong = violations(&[package("nightdesk-utils", Vec::new())]);
        assert!(matches!(&wrong[..], [one] if one.contains("unknown crate")), "{wrong:?}");
    }

    #[test]
    fn a_crate_without_the_workspace_lints_is_an_error() {
        let wrong = violations(&[Crate { workspace_lints: false, ..package("nightdesk", Vec::new()) }]);
        assert!(matches!(&wrong[..], [one] if one.contains("[lints]")), "{wrong:?}");
    }

    #[test]
    fn a_version_outside_the_workspace_is_an_error() {
        let own = Dependency { inherited: false, ..edge("axum", Kind::Normal) };
        let wrong = violations(&[package("nightdesk", vec![own])]);
        assert!(matches!(&wrong[..], [one] if one.contains("axum")), "{wrong:?}");
    }
}

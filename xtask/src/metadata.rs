//! What cargo knows about the workspace, reduced to what the checks ask.

use crate::steps::cargo;
use serde_json::Value;
use std::fs;

/// When a dependency counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Normal,
    Dev,
    Build,
}

/// One line of a manifest's dependencies.
#[derive(Clone, Debug)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// Lies in this repository rather than in a registry.
    pub(crate) ours: bool,
    pub(crate) optional: bool,
    /// Takes its version from the workspace.
    pub(crate) inherited: bool,
}

/// One crate of the workspace.
#[derive(Clone, Debug)]
pub(crate) struct Crate {
    pub(crate) name: String,
    pub(crate) dependencies: Vec<Dependency>,
    /// Its manifest has `[lints] workspace = true`.
    pub(crate) workspace_lints: bool,
    /// Names of its examples.
    pub(crate) examples: Vec<String>,
}

/// Asks cargo about the crates of this workspace; resolves nothing, so needs no network.
pub(crate) fn workspace() -> Result<Vec<Crate>, String> {
    let output = cargo(&["metadata", "--no-deps", "--format-version", "1"])
        .output()
        .map_err(|error| format!("cannot run cargo metadata: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let metadata: Value = serde_json::from_slice(&output.stdout).map_err(|error| format!("cargo metadata: {error}"))?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata lists no packages")?;
    packages.iter().map(read_crate).collect()
}

/// Every example as (crate, example).
pub(crate) fn examples(crates: &[Crate]) -> impl Iterator<Item = (&str, &str)> {
    crates.iter().flat_map(|one| one.examples.iter().map(|example| (one.name.as_str(), example.as_str())))
}

fn read_crate(package: &Value) -> Result<Crate, String> {
    let path = text(package, "manifest_path")?;
    let manifest = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    let manifest: toml::Table = toml::from_str(&manifest).map_err(|error| format!("{path}: {error}"))?;
    parse_crate(package, &manifest)
}

/// A crate from its entry in cargo's metadata and its manifest (which alone knows what is inherited).
fn parse_crate(package: &Value, manifest: &toml::Table) -> Result<Crate, String> {
    let mut dependencies = Vec::new();
    for entry in package["dependencies"].as_array().into_iter().flatten() {
        let name = text(entry, "name")?;
        let (kind, section) = match entry["kind"].as_str() {
            None => (Kind::Normal, "dependencies"),
            Some("dev") => (Kind::Dev, "dev-dependencies"),
            Some("build") => (Kind::Build, "build-dependencies"),
            Some(other) => return Err(format!("{name} is a dependency of the unknown kind {other}")),
        };
        let key = entry["rename"].as_str().unwrap_or(&name);
        let inherited = tables(manifest, section).any(|table| is_workspace(table.get(key)));
        let optional = entry["optional"].as_bool().unwrap_or(false);
        dependencies.push(Dependency { kind, ours: entry["source"].is_null(), optional, inherited, name });
    }
    let targets = package["targets"].as_array().into_iter().flatten();
    let examples = targets.filter(|target| target["kind"][0] == "example");
    Ok(Crate {
        name: text(package, "name")?,
        dependencies,
        workspace_lints: is_workspace(manifest.get("lints")),
        examples: examples.filter_map(|target| target["name"].as_str().map(str::to_owned)).collect(),
    })
}

/// The dependency tables of one kind: for all platforms, then for particular ones.
fn tables<'a>(manifest: &'a toml::Table, section: &'a str) -> impl Iterator<Item = &'a toml::Table> {
    let platforms = manifest.get("target").and_then(toml::Value::as_table).into_iter().flatten();
    let particular = platforms.filter_map(move |(_, platform)| platform.get(section));
    manifest.get(section).into_iter().chain(particular).filter_map(toml::Value::as_table)
}

fn is_workspace(value: Option<&toml::Value>) -> bool {
    value.and_then(|value| value.get("workspace")).and_then(toml::Value::as_bool) == Some(true)
}

fn text(value: &Value, key: &str) -> Result<String, String> {
    value[key].as_str().map(str::to_owned).ok_or_else(|| format!("cargo metadata has an entry without {key}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_package_is_read_with_what_its_manifest_inherits() {
        let package = json!({
            "name": "lamp",
            "dependencies": [
                {"name": "shade", "kind": null, "source": null, "optional": false, "rename": null},
                {"name": "socket", "kind": "dev", "source": "registry+x", "optional": false, "rename": "plug"},
                {"name": "bulb", "kind": null, "source": "registry+x", "optional": true, "rename": null}
            ],
            "targets": [{"kind": ["lib"], "name": "lamp"}, {"kind": ["example"], "name": "glow"}]
        });
        let manifest = "[lints]\nworkspace = true\n\
                        [dependencies]\nshade.workspace = true\nbulb = { version = \"1\", optional = true }\n\
                        [target.'cfg(unix)'.dev-dependencies]\nplug = { workspace = true }";
        let lamp = parse_crate(&package, &toml::from_str(manifest).unwrap()).unwrap();
        let [shade, socket, bulb] = &lamp.dependencies[..] else { panic!("{lamp:?}") };
        assert!(shade.ours && shade.inherited && shade.kind == Kind::Normal);
        assert!(!socket.ours && socket.inherited && socket.kind == Kind::Dev);
        assert!(bulb.optional && !bulb.inherited);
        assert!(lamp.workspace_lints);
        assert_eq!(examples(&[lamp]).collect::<Vec<_>>(), [("lamp", "glow")]);
    }

    #[test]
    fn lints_written_out_are_not_the_workspace_lints() {
        let manifest = toml::from_str("[lints.rust]\nunsafe_code = \"allow\"").unwrap();
        assert!(!parse_crate(&json!({"name": "lamp"}), &manifest).unwrap().workspace_lints);
    }
}

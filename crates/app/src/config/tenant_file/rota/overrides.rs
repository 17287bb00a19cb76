//! Overrides as they are written in a schedule file.

use super::super::checks::Checker;
use super::super::fields::{Fields, unlike};
use super::plain;
use crate::times::Written;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use nightdesk_domain::rota::{Change, Override, Person};
use toml::Value;

const OVERRIDES: &str = "a list of tables, each begun with [[overrides]]";
const SETTINGS: [&str; 10] = ["id", "layer", "from", "until", "replace", "by", "take", "add", "remove", "reason"];
const TIME: &str = "a time: \"2026-06-16T08:00\", or with its offset \"2026-06-16T08:00-05:00\"";

/// Those that can be read, in the order of the file. Of a layer that could not be read the name is none.
pub(super) fn read(file: &Fields<'_>, zone: Tz, layers: &[Option<String>], check: &mut Checker) -> Vec<Override> {
    let written = file.list("overrides", OVERRIDES, check).unwrap_or_default().iter().enumerate();
    written.filter_map(|(place, written)| made(written, place, zone, layers, check)).collect()
}

fn made(written: &Value, place: usize, zone: Tz, layers: &[Option<String>], check: &mut Checker) -> Option<Override> {
    let path = format!("overrides[{place}]");
    let fields = Fields::of(written, &path, "a table, begun with [[overrides]]", &SETTINGS, check)?;
    let mut time = |name: &str| {
        let written = fields.needed(name, TIME, check);
        written.and_then(|written| instant(written, &fields.path(name), zone, check))
    };
    let (from, until) = (time("from"), time("until"));
    let mut text = |name: &str| fields.text(name, check).map(str::to_owned);
    let (id, layer, reason) = (text("id"), text("layer"), text("reason"));
    let mut person = |name: &str| text(name).map(Person::new);
    let who = (person("replace"), person("by"), person("take"), person("add"), person("remove"));
    let odd =
        ["replace", "by", "take", "add", "remove"].iter().any(|name| fields.get(name).is_some_and(|v| !v.is_str()));
    let change = match who {
        (Some(whom), Some(by), None, None, None) => Some(Change::Replace { whom, by }),
        (None, None, Some(by), None, None) => Some(Change::Take { by }),
        (None, None, None, Some(person), None) => Some(Change::Add { person }),
        (None, None, None, None, Some(person)) => Some(Change::Remove { person }),
        // What is no text has been named already.
        _ if odd => None,
        _ => {
            check.problem(&path, "takes exactly one of replace with by, take, add and remove");
            None
        }
    };
    let layer = match (layer, layers) {
        (Some(name), _) => Some(name),
        (None, _) if fields.get("layer").is_some() => None,
        (None, [only]) => only.clone(),
        (None, []) => None,
        (None, _) => {
            check.problem(&fields.path("layer"), "is missing; the schedule has several");
            None
        }
    };
    let id = id.unwrap_or_else(|| (place + 1).to_string());
    Some(Override {
        id,
        layer: layer?,
        from: from?,
        until: until?,
        change: change?,
        reason: reason.unwrap_or_default(),
    })
}

fn instant(written: &Value, path: &str, zone: Tz, check: &mut Checker) -> Option<DateTime<Utc>> {
    let Some(text) = plain(written) else { return unlike(written, path, TIME, check) };
    check.take(path, Written::read(&text)).map(|written| written.instant(zone))
}

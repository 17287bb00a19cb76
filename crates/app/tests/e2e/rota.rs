//! Who is on call, asked of the program: a schedule file, a tenant's rota, overrides kept and cancelled.

use crate::support::*;
use nightdesk::config::DEMO;
use nightdesk_adapters_local::phone::PhoneBehaviour;
use serde_json::{Value, json};

const SCHEDULE: &str = r#"
time_zone = "America/Chicago"

[[layers]]
name = "primary"
start = "2026-06-16T08:00"
every = { weeks = 1 }
people = ["Ana", "Ben", "Cleo"]

[[layers]]
name = "nights"
start = "2026-06-15T12:00"
every = { days = 1 }
people = ["Dan"]
restrictions = [{ days = ["Mon", "Tue", "Wed", "Thu", "Fri"], from = "18:00", to = "08:00" }]
"#;

const ROTA: &str = r#"
[[rota.layers]]
name = "primary"
start = "2026-06-16T08:00"
every = { weeks = 1 }
people = ["alex", "bea"]

[[rota.layers]]
name = "manager"
start = "2026-06-01"
every = { months = 1 }
people = ["morgan"]
"#;

fn people(document: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let shifts = document["shifts"].as_array().unwrap();
    shifts.iter().map(|shift| (text(&shift["layer"]), text(&shift["person"]))).collect()
}

/// An instant with its offset and without seconds.
fn hours_from_now(hours: i64) -> String {
    (chrono::Utc::now() + chrono::TimeDelta::hours(hours)).format("%Y-%m-%dT%H:%MZ").to_string()
}

#[tokio::test]
async fn a_schedule_file_is_asked_about_an_instant_and_a_stretch_of_time() {
    let folder = Folder::new();
    let file = folder.write("support.toml", SCHEDULE);
    let whole = json!({"layer": "primary", "person": "Ben", "start": "2026-06-23T08:00:00-05:00",
                       "end": "2026-06-30T08:00:00-05:00"});
    let ran = folder.run(&["oncall", "--schedule", &file, "--at", "2026-06-24T12:00", "--json"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(ran.json(), json!({"shifts": [whole], "gaps": []}));
    let instant = ["oncall", "--schedule", &file, "--at", "2026-06-24T17:00:00Z", "--json"];
    assert_eq!(folder.run(&instant).await.json(), ran.json());
    for at in ["2026-06-24T17:00Z", "2026-06-24T19:00+02:00", "2026-06-24 12:00-05:00"] {
        let same = folder.run(&["oncall", "--schedule", &file, "--at", at, "--json"]).await;
        assert_eq!(same.json(), ran.json(), "{at}");
    }
    let window = ["oncall", "--schedule", &file, "--from", "2026-06-24", "--to", "2026-06-25", "--json"];
    let document = folder.run(&window).await.json();
    assert_eq!(document["shifts"][0], whole);
    assert_eq!(document["shifts"][1]["start"], "2026-06-23T18:00:00-05:00", "whole, not clipped");
    let text = folder.run(&window[..window.len() - 1]).await;
    assert!(text.out.contains("Tue 23 Jun 18:00 - Wed 24 Jun 08:00") && text.out.contains("Dan"), "{}", text.out);
    let now = folder.run(&["oncall", "--schedule", &file, "--at", "2026-06-24T12:00"]).await;
    assert!(now.out.contains("primary  Ben until Tue 30 Jun 08:00, then Cleo"), "{}", now.out);
    assert!(now.out.contains("nights   nobody until Wed 24 Jun 18:00, then Dan"), "{}", now.out);
    let feed = ["oncall", "--schedule", &file, "--from", "2026-06-24", "--to", "2026-06-25", "--as", "ical"];
    let feed = folder.run(&feed).await.out;
    assert!(feed.starts_with("BEGIN:VCALENDAR\r\n") && feed.contains("DTSTART:20260623T130000Z"), "{feed}");
    assert!(!folder.path("nightdesk-data").exists(), "looking creates nothing");
}

#[tokio::test]
async fn nobody_on_call_is_exit_code_3_and_says_until_when() {
    let folder = Folder::new();
    let nights = SCHEDULE.replace("[\"Ana\", \"Ben\", \"Cleo\"]", "[{ person = \"Ana\", until = \"2026-06-24\" }]");
    let file = folder.write("nights.toml", &nights);
    let ran = folder.run(&["oncall", "--schedule", &file, "--at", "2026-06-24T12:00", "--json"]).await;
    assert_eq!(ran.code, 3, "{ran:?}");
    let gap = json!({"layer": null, "start": "2026-06-24T12:00:00-05:00", "end": "2026-06-24T18:00:00-05:00"});
    assert_eq!(ran.json(), json!({"shifts": [], "gaps": [gap]}));
}

#[tokio::test]
async fn what_is_wrong_with_a_schedule_or_a_time_is_named() {
    let folder = Folder::new();
    let sound = folder.write("sound.toml", SCHEDULE);
    let zone = folder.write("zone.toml", &SCHEDULE.replace("America/Chicago", "Mars/Olympus"));
    let zero = folder.write("zero.toml", &SCHEDULE.replace("weeks = 1", "weeks = 0"));
    for (args, named) in [
        (&["--schedule", "missing.toml"][..], "missing.toml"),
        (&["--schedule", &zone], "time_zone: \"Mars/Olympus\""),
        (&["--schedule", &zero], "layers[0].every"),
        (&["--schedule", &sound, "--at", "noon"], "--at: \"noon\""),
        (&["--schedule", &sound, "--from", "2026-06-02", "--to", "2026-06-01"], "--to: must be later"),
        (&["--schedule", &sound, "--from", "1900-01-01", "--to", "2099-12-31"], "--to: a calendar has"),
        (&["--schedule", &sound, "--at", "9999-12-31"], "--at: \"9999-12-31\" is outside of the years 1900 to 2099"),
        (&[], "[[rota.layers]]"),
    ] {
        let ran = folder.run(&[&["oncall"], args].concat()).await;
        assert!(ran.code == 1 && ran.err.contains(named) && ran.out.is_empty(), "{named}: {ran:?}");
    }
    let both = ["oncall", "--schedule", &sound, "--at", "2026-06-01", "--from", "2026-06-01", "--to", "2026-06-02"];
    assert_eq!(folder.run(&both).await.code, 2);
}

#[tokio::test]
async fn a_tenants_rota_is_overridden_swapped_and_as_planned_again() {
    let folder = Folder::new();
    let file = folder.write("lakeside.toml", &format!("{DEMO}\n{ROTA}"));
    assert_eq!(folder.run(&["tenant", "import", &file]).await.code, 0);
    let at = |time: &'static str| ["oncall", "--at", time, "--json"];
    // In 2036, so that it lies ahead for as long as this test is run; 24 June is a Tuesday.
    let planned = folder.run(&at("2036-06-25T12:00")).await.json();
    assert_eq!(planned["tenant"], TENANT);
    let planned = people(&planned);
    assert_eq!(planned[1], ("manager".to_owned(), "morgan".to_owned()));
    let (now, other) = if planned[0].1 == "alex" { ("alex", "bea") } else { ("bea", "alex") };

    let add = ["override", "add", "--layer", "primary", "--from", "2036-06-25T10:00", "--until", "2036-06-25T14:00"];
    let made = folder.run(&[&add[..], &["--replace", now, "--by", "morgan", "--reason", "dentist"]].concat()).await;
    assert!(made.code == 0 && made.out.contains("00001") && made.out.contains("dentist"), "{made:?}");
    let document = folder.run(&at("2036-06-25T12:00")).await.json();
    assert_eq!(people(&document)[0].1, "morgan");
    assert_eq!(document["shifts"][0]["start"], "2036-06-25T10:00:00-05:00");
    assert_eq!(document["shifts"][0]["override"], "00001");

    assert_eq!(document["ahead"]["overlaps"], json!([]));
    let over = folder.run(&[&add[..], &["--remove", "morgan", "--json"]].concat()).await;
    assert_eq!(over.json()["overlaps"], json!(["00001"]), "{over:?}");
    assert_eq!(over.json()["gaps"][0]["layer"], "primary", "{over:?}");
    let ahead = &folder.run(&at("2036-06-25T09:00")).await.json()["ahead"];
    assert_eq!(ahead["overlaps"][0]["earlier"], "00001", "{ahead}");
    assert_eq!(ahead["gaps"][0]["layer"], "primary", "{ahead}");

    for (args, named) in [
        (&["--take", "nobody"][..], "--take: \"nobody\" is none of the technicians"),
        (&["--remove", "ghost"], "--remove: \"ghost\" is never on call"),
        (&["--take", ""], "--take: must not be empty"),
    ] {
        let ran = folder.run(&[&add[..], args].concat()).await;
        assert!(ran.code == 1 && ran.err.contains(named), "{named}: {ran:?}");
    }
    for (args, named) in [
        (["--layer", "third", "--from", "2036-06-25", "--until", "2036-06-26"], "--layer: \"third\""),
        (["--layer", "primary", "--from", "2036-06-25", "--until", "2036-06-24"], "--until: must be later"),
        (["--layer", "primary", "--from", "2020-06-25", "--until", "2020-06-26"], "--until: lies in the past"),
        (["--layer", "primary", "--from", "soon", "--until", "2036-06-26"], "--from: \"soon\" is no time like"),
        (["--layer", "primary", "--from", "2036-06-25", "--until", "2037-07-25"], "--until: an override is 366 days"),
        (["--layer", "primary", "--from", "2036-06-25", "--until", "2226-12-25"], "--until: \"2226-12-25\" is outside"),
    ] {
        let ran = folder.run(&[&["override", "add", "--take", "bea"], &args[..]].concat()).await;
        assert!(ran.code == 1 && ran.err.contains(named), "{named}: {ran:?}");
    }
    let lines = folder.run(&[&add[..], &["--take", "bea", "--reason", "a\nb"]].concat()).await;
    assert!(lines.code == 1 && lines.err.contains("--reason: must be 200 characters at most, on one"), "{lines:?}");
    assert_eq!(folder.run(&add).await.code, 2, "an override that changes nothing is no override");

    let swap = folder.run(&["override", "swap", now, "2036-06-26", other, "2036-07-03", "--layer", "primary"]).await;
    assert!(swap.code == 0 && swap.out.matches("00003").count() >= 2, "{swap:?}");
    assert_eq!(people(&folder.run(&at("2036-06-26T12:00")).await.json())[0].1, other);
    assert_eq!(people(&folder.run(&at("2036-07-03T12:00")).await.json())[0].1, now);
    for (swap, named) in [
        (["morgan", "2036-06-26", other, "2036-07-03"], "WHEN: morgan has no shift for primary"),
        ([now, "xx", other, "2036-07-03"], "WHEN: \"xx\" is no time like"),
        ([now, "2036-07-10", other, "xx"], "OTHERS_WHEN: \"xx\" is no time like"),
        ([now, "2036-06-26", now, "2036-07-03"], "OTHER: a swap takes another person"),
        (["ghost", "2036-06-26", other, "2036-07-03"], "PERSON: \"ghost\" is none of the technicians"),
    ] {
        let ran = folder.run(&[&["override", "swap"], &swap[..], &["--layer", "primary"]].concat()).await;
        assert!(ran.code == 1 && ran.err.contains(named), "{named}: {ran:?}");
    }

    let list = folder.run(&["override", "list", "--json"]).await.json();
    assert_eq!(list.as_array().unwrap().len(), 4, "nothing that was refused was kept: {list}");
    for id in ["1", "2", "00003"] {
        assert_eq!(folder.run(&["override", "cancel", id]).await.code, 0);
    }
    let ran = folder.run(&["override", "cancel", "3"]).await;
    assert!(ran.code == 1 && ran.err.contains("override list"), "{ran:?}");
    assert_eq!(people(&folder.run(&at("2036-06-25T12:00")).await.json()), planned);
    assert_eq!(people(&folder.run(&at("2036-06-26T12:00")).await.json())[0].1, now);
}

#[tokio::test]
async fn an_override_that_changes_nothing_is_told_when_it_is_made_and_when_the_rota_changes() {
    let folder = Folder::new();
    let file = folder.write("lakeside.toml", &format!("{DEMO}\n{ROTA}"));
    assert_eq!(folder.run(&["tenant", "import", &file]).await.code, 0);
    let planned = people(&folder.run(&["oncall", "--at", "2036-06-25T12:00", "--json"]).await.json())[0].1.clone();
    let other = if planned == "alex" { "bea" } else { "alex" };
    let add = ["override", "add", "--layer", "primary", "--from", "2036-06-25T10:00", "--until", "2036-06-25T14:00"];
    let idle = [&add[..], &["--replace", other, "--by", "morgan"]].concat();
    let made = folder.run(&idle).await;
    let why = format!("{other} is not on call for primary in that time");
    assert!(made.code == 0 && made.out.contains(&format!("warning: it changes nothing: {why}")), "{made:?}");
    let json = folder.run(&[&idle[..], &["--json"]].concat()).await.json();
    assert_eq!(json["idle"], json!([{"override": "00002", "why": why}]));
    let ahead = folder.run(&["oncall", "--json"]).await.json()["ahead"].clone();
    assert_eq!(ahead["idle"][0]["override"], "00001", "{ahead}");
    let sound = folder.run(&[&add[..], &["--replace", &planned, "--by", "morgan", "--json"]].concat()).await.json();
    assert_eq!(sound["idle"], json!([]));

    let renamed = folder.write("renamed.toml", &format!("{DEMO}\n{}", ROTA.replace("\"primary\"", "\"first\"")));
    let lost = "rota: override 00003 changes nothing: \"primary\" is none of the layers: first, manager";
    let checked = folder.run(&["check", "--tenant", &renamed]).await;
    assert!(checked.code == 1 && checked.out.contains(lost), "{checked:?}");
    let imported = folder.run(&["tenant", "import", &renamed]).await;
    assert!(imported.code == 0 && imported.out.contains(lost), "{imported:?}");
    let oncall = folder.run(&["oncall"]).await;
    assert!(oncall.out.contains("override 00003 changes nothing: \"primary\" is none of the layers"), "{oncall:?}");
    let without = folder.write("without.toml", DEMO);
    let imported = folder.run(&["tenant", "import", &without]).await;
    assert!(imported.out.contains("rota: override 00003 changes nothing: there is no rota"), "{imported:?}");
}

#[tokio::test]
async fn an_override_has_bounds_and_says_ten_warnings_at_most() {
    let folder = Folder::new();
    let nightly = ROTA.replace("weeks = 1 }", "weeks = 1 }\nrestrictions = [{ from = \"18:00\", to = \"08:00\" }]");
    let file = folder.write("lakeside.toml", &format!("{DEMO}\n{nightly}"));
    assert_eq!(folder.run(&["tenant", "import", &file]).await.code, 0);
    let add = ["override", "add", "--layer", "primary", "--remove", "alex"];
    let (long_ago, soon, later) = (hours_from_now(-48), hours_from_now(48), hours_from_now(365 * 24));
    let begun = [&add[..], &["--from", &long_ago, "--until", &soon]].concat();
    let ran = folder.run(&begun).await;
    assert!(ran.code == 1 && ran.err.contains("--from: lies more than a day ago"), "{ran:?}");
    assert_eq!(folder.run(&[&begun[..], &["--past"]].concat()).await.code, 0);
    let year = folder.run(&[&add[..], &["--from", &soon, "--until", &later]].concat()).await;
    assert_eq!(year.out.matches("warning:").count(), 11, "{year:?}");
    assert!(year.out.trim_end().ends_with("more; --json has them all"), "{year:?}");
}

#[tokio::test]
async fn a_rota_in_a_tenant_file_is_checked_with_it() {
    let folder = Folder::new();
    let broken = ROTA.replace("[\"morgan\"]", "[\"ghost\"]").replace("weeks = 1", "weeks = 0");
    let file = folder.write("broken.toml", &format!("{DEMO}\n{broken}"));
    let ran = folder.run(&["check", "--tenant", &file]).await;
    assert_eq!(ran.code, 1);
    for named in ["rota.layers[0].every: weeks", "rota.layers[1].people[0]: \"ghost\""] {
        assert!(ran.out.contains(named), "{named} is missing: {ran:?}");
    }
    let silent =
        format!("{DEMO}\n[[technicians]]\nid = \"sam\"\nname = \"Sam\"\n{}", ROTA.replace("\"bea\"", "\"sam\""));
    let ran = folder.run(&["check", "--tenant", &folder.write("silent.toml", &silent)]).await;
    assert!(ran.code == 1 && ran.out.contains("rota: Sam has no number"), "{ran:?}");
}

#[tokio::test]
async fn who_is_shown_is_who_is_rung() {
    for by in ["morgan", "bea"] {
        // Each in a house of its own: a second call like the first would join its open case.
        let folder = Folder::new();
        let file = folder.write("lakeside.toml", &format!("{DEMO}\n{ROTA}"));
        assert_eq!(folder.run(&["tenant", "import", &file]).await.code, 0);
        let (from, until) = (hours_from_now(-2), hours_from_now(300 * 24));
        let take = ["--from", &from, "--until", &until, "--take", by];
        let made = folder.run(&[&["override", "add", "--layer", "primary"], &take[..]].concat()).await;
        assert_eq!(made.code, 0, "{made:?}");
        let shown = people(&folder.run(&["oncall", "--json"]).await.json())[0].1.clone();
        assert_eq!(shown, by);
        let first = folder.run(&["whom", "--priority", "critical", "--json"]).await.json()[0]["on_call"].clone();
        assert_eq!(first, shown, "the same as the ladder");
        let call = folder.call(&["--say", SERVER_DOWN, "--technician", "accept"]).await;
        let log = folder.run(&["call-log", call["call"].as_str().unwrap()]).await;
        assert!(log.out.contains(&format!("page 1 to {shown}")), "{log:?}");
    }
}

#[tokio::test]
async fn a_calendar_subscribes_by_a_secret_address_that_can_be_renewed() {
    let house = House::with_tenant(Folder::new(), &format!("{DEMO}\n{ROTA}"), PACE, &[PhoneBehaviour::Accept]).await;
    let store = ["--database", "data/nightdesk.sqlite", "--public-url", &house.base];
    let first = house.folder.run(&[&["feed"], &store[..]].concat()).await.out.trim().to_owned();
    let again = house.folder.run(&[&["feed"], &store[..]].concat()).await.out.trim().to_owned();
    assert!(first.ends_with(".ics") && first.len() > 64 && first == again, "{first}");
    let (status, body) = get(&first).await;
    assert!(status == 200 && body.starts_with("BEGIN:VCALENDAR") && body.contains("SUMMARY:primary: Alex"), "{body}");
    let wrong = first.replace(".ics", "0.ics");
    for address in [wrong.as_str(), &first.replace("/lakeside/", "/another/"), &first.replace(".ics", "")] {
        assert_eq!(get(address).await.0, 404, "{address}");
    }
    let second = house.folder.run(&[&["feed", "--renew"], &store[..]].concat()).await.out.trim().to_owned();
    assert_ne!(first, second);
    assert_eq!((get(&first).await.0, get(&second).await.0), (404, 200));
}

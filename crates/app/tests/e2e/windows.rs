//! `nightdesk windows` and `nightdesk outages`: who calls about what is planned or known is told so, and wakes nobody.

use crate::support::{Folder, SERVER_DOWN, outcomes, said_by};
use chrono::{TimeDelta, Utc};

const FAILS: &str = "this is dana at acme dental, the file server is down and nobody can work";

/// A whole minute, so many hours from now.
fn hours(hours: i64) -> String {
    (Utc::now() + TimeDelta::hours(hours)).format("%Y-%m-%dT%H:%M:00Z").to_string()
}

/// A folder whose store has the demo tenant, and no call yet.
async fn folder() -> Folder {
    let folder = Folder::new();
    let demo = folder.run(&["tenant", "demo"]).await;
    let file = folder.write("demo.toml", &demo.out);
    let imported = folder.run(&["tenant", "import", &file]).await;
    assert_eq!(imported.code, 0, "{imported:?}");
    folder
}

fn add<'a>(from: &'a str, until: &'a str) -> Vec<&'a str> {
    let fixed = ["windows", "add", "--company", "acme-dental", "--system", "file server", "--title", "New disks"];
    [&fixed[..], &["--zone", "UTC", "--from", from, "--until", until, "--json"]].concat()
}

#[tokio::test]
async fn a_call_about_planned_work_is_told_filed_and_listed_and_another_system_still_pages() {
    let folder = folder().await;
    let (from, until) = (hours(-1), hours(3));
    let window = folder.run(&add(&from, &until)).await.json();
    assert_eq!(window["window"], "1");
    assert_eq!(window["next"].as_array().unwrap().len(), 1);

    let call = folder.call(&["--say", FAILS]).await;
    assert_eq!((&call["disposition"], outcomes(&call)), (&"Ticket".into(), vec![]));
    let told = said_by(&call, "assistant");
    assert!(told.contains("The file server is being worked on as planned until"), "{told}");
    assert!(told.contains("If it does not work after that, call again."), "{told}");
    let suppressed = folder.run(&["windows", "suppressed", "--json"]).await.json();
    assert_eq!(suppressed[0]["ticket"], call["ticket"]["id"]);
    assert_eq!((&suppressed[0]["window"], &suppressed[0]["system"]), (&"1".into(), &"file server".into()));
    assert_eq!(suppressed.as_array().unwrap().len(), 1);

    let other = folder.call(&["--say", "this is dana at acme dental, the internet is down and nobody can work"]).await;
    assert_eq!(outcomes(&other), ["accepted"]);
    let both =
        folder.call(&["--say", "acme dental, the file server is down and there is smoke coming out of it"]).await;
    assert_eq!(outcomes(&both), ["accepted"]);
    assert_eq!(folder.run(&["windows", "suppressed", "--json"]).await.json().as_array().unwrap().len(), 1);

    let since = folder.run(&["windows", "suppressed", "--since", "2026-01-01T00:00", "--json"]).await.json();
    assert_eq!(since.as_array().unwrap().len(), 1);
    let later = folder.run(&["windows", "suppressed", "--since", &hours(1)]).await;
    assert!(later.out.contains("Planned work kept no call quiet."), "{later:?}");
    let garbage = folder.run(&["windows", "suppressed", "--since", "garbage"]).await;
    assert!(garbage.code == 1 && garbage.err.contains("error: --since: \"garbage\" is no time like"), "{garbage:?}");

    let cancelled = folder.run(&["windows", "cancel", "1"]).await;
    assert!(cancelled.out.contains("CANCELLED"), "{cancelled:?}");
    let call = folder.call(&["--say", FAILS]).await;
    assert_eq!(outcomes(&call), ["accepted"]);
}

#[tokio::test]
async fn a_window_is_listed_and_changed_and_what_is_wrong_is_refused_by_its_option() {
    let folder = folder().await;
    let nothing = folder.run(&["windows", "list"]).await;
    assert!(nothing.out.contains("Nothing is planned"), "{nothing:?}");
    let (from, until) = (hours(2), hours(4));
    let refused = async |args: &[&str], option: &str| {
        let ran = folder.run(&[&add(&from, &until)[..], args].concat()).await;
        assert!(ran.code == 1 && ran.err.contains(&format!("error: {option}:")), "{option}: {ran:?}");
    };
    refused(&["--repeat", "FREQ=DAILY"], "--repeat").await;
    refused(&["--repeat", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=1"], "--repeat").await;
    // The library that expands rules warns of one that never occurs; the refusal says all there is to say.
    let never = &["--repeat", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30,31;COUNT=1"];
    let never = folder.run(&[&add(&from, &until)[..], never].concat()).await;
    let said = "error: --repeat: this rule never occurs: no day is all that it names; leave a part of it out\n";
    assert_eq!(never.err, said);
    refused(&["--whole-company"], "--system").await;
    for (args, option) in [
        (add(&until, &from), "--until"),
        (add("tomorrow", &until), "--from"),
        (add("2026-01-01T10:00", "2026-01-01T11:00"), "--until"),
        (add("2036-01-01T22:00:30", "2036-01-01T23:00"), "--from"),
        (add("2036-01-01T22:00", "2036-01-01T22:00:30"), "--until"),
    ] {
        let ran = folder.run(&args).await;
        assert!(ran.code == 1 && ran.err.contains(&format!("error: {option}:")), "{option}: {ran:?}");
    }
    for (flag, value) in [("--zone", "Chicago"), ("--company", "nobody")] {
        let mut args = add(&from, &until);
        let at = args.iter().position(|arg| *arg == flag).unwrap();
        args[at + 1] = value;
        let ran = folder.run(&args).await;
        assert!(ran.code == 1 && ran.err.contains(&format!("error: {flag}:")), "{flag}: {ran:?}");
    }
    assert_eq!(folder.run(&["windows", "list", "--all", "--json"]).await.json().as_array().unwrap().len(), 0);

    let added = folder.run(&[&add(&from, &until)[..], &["--repeat", "FREQ=WEEKLY;COUNT=3"]].concat()).await.json();
    assert_eq!(added["next"].as_array().unwrap().len(), 3);
    let changed = folder.run(&["windows", "change", "1", "--once", "--title", "Newer disks", "--json"]).await.json();
    assert_eq!((changed["next"].as_array().unwrap().len(), &changed["title"]), (1, &"Newer disks".into()));
    let listed = folder.run(&["windows", "list"]).await;
    assert!(listed.out.contains("window 1  acme-dental: file server  (Newer disks)"), "{listed:?}");
    // RFC 3339 without seconds is an instant, too: from four in the afternoon in a zone that is six hours behind.
    let (from, until) = ("2036-12-06T16:00-06:00", "2036-12-07T01:00Z");
    let changed = folder.run(&["windows", "change", "1", "--from", from, "--until", until, "--json"]).await.json();
    assert_eq!((&changed["starts"], &changed["ends"]), (&"2036-12-06T22:00:00".into(), &"2036-12-07T01:00:00".into()));
    let unknown = folder.run(&["windows", "cancel", "9"]).await;
    assert!(unknown.code == 1 && unknown.err.contains("window:"), "{unknown:?}");
    for args in [&["windows", "cancel", "1"][..], &["windows", "change", "1"], &add(from, until)] {
        let nobody = folder.run(&[args, &["--of", "nobody"]].concat()).await;
        assert!(nobody.code == 1 && nobody.err.contains("error: --of: there is no tenant \"nobody\""), "{nobody:?}");
    }
    for name in ["the", "office", "东京"] {
        let mut args = add(from, until);
        let at = args.iter().position(|arg| *arg == "file server").unwrap();
        args[at] = name;
        let ran = folder.run(&args).await;
        assert!(ran.code == 1 && ran.err.contains(&format!("error: --system: {name:?}")), "{ran:?}");
    }
    let fresh = Folder::new().run(&add(from, until)).await;
    assert!(fresh.code == 1 && fresh.err.contains("nightdesk tenant import FILE"), "{fresh:?}");
}

#[tokio::test]
async fn the_next_caller_joins_the_open_case_and_one_who_brings_something_worse_still_pages() {
    let folder = Folder::new();
    let first = folder.call(&["--say", SERVER_DOWN]).await;
    assert_eq!(outcomes(&first), ["accepted"]);
    let lee = ["--from", "+13125550143", "--say"];
    let second = folder.call(&[&lee[..], &["our server is down, nobody can work"]].concat()).await;
    assert_eq!(second["ticket"]["id"], first["ticket"]["id"]);
    assert_eq!(second["pages"], first["pages"], "nobody was rung again");
    let told = said_by(&second, "assistant");
    assert!(told.contains("We know of this problem already, and Alex is working on it."), "{told}");
    let open = folder.run(&["outages", "list", "--json"]).await.json();
    assert_eq!((&open[0]["ticket"], &open[0]["known"]), (&first["ticket"]["id"], &true.into()));
    assert_eq!(open[0]["call_back"][0]["number"], "+13125550143");
    let ticket = folder.run(&["tickets", first["ticket"]["id"].as_str().unwrap()]).await;
    assert!(ticket.out.contains("Another caller with this problem, to be called back: Lee"), "{ticket:?}");

    let smoke = folder.call(&[&lee[..], &["our server is down and there is smoke coming out of it"]].concat()).await;
    assert_ne!(smoke["ticket"]["id"], first["ticket"]["id"]);
    assert_eq!(outcomes(&smoke), ["accepted"]);

    let number = first["ticket"]["id"].as_str().unwrap();
    let declared = folder.run(&["outages", "declare", number, "--by", "Alex"]).await;
    assert!(declared.code == 0 && declared.out.contains("A known outage until"), "{declared:?}");
    let local = (Utc::now() + TimeDelta::hours(3)).with_timezone(&chrono_tz::America::Chicago);
    let (given, shown) = (local.format("%Y-%m-%dT%H:%M").to_string(), local.format("%Y-%m-%d %H:%M C").to_string());
    let declared = folder.run(&["outages", "declare", number, "--until", &given]).await;
    assert!(declared.code == 0 && declared.out.contains(&shown), "{declared:?} {shown}");
    for wrong in ["garbage", "04:00"] {
        let refused = folder.run(&["outages", "declare", number, "--until", wrong]).await;
        assert!(refused.code == 1 && refused.err.contains("error: --until:"), "{refused:?}");
        assert!(refused.err.contains("2026-06-16T08:00"), "it shows how: {refused:?}");
    }
    assert_eq!(folder.run(&["outages", "end", number]).await.code, 0);
    let third = folder.call(&[&lee[..], &["our server is down, nobody can work"]].concat()).await;
    assert_ne!(third["ticket"]["id"], first["ticket"]["id"]);
    assert_eq!(outcomes(&third), ["accepted"]);
    let unknown = folder.run(&["outages", "end", "12345678"]).await;
    assert!(unknown.code == 1 && unknown.err.contains("ticket:"), "{unknown:?}");
}

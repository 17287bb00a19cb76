//! The three calls that the product is shown by, and the commands around them, with everything in DynamoDB.

use crate::support::*;
use crate::{settings, support};
use nightdesk::config::DEMO;
use nightdesk_testkit::dynamo::Emulator;
use serde_json::Value;

/// A folder whose program keeps everything in a table.
struct OnTable {
    folder: Folder,
    settings: Vec<(&'static str, String)>,
    _emulator: Emulator,
}

impl OnTable {
    fn new() -> OnTable {
        let emulator = Emulator::start();
        OnTable { folder: Folder::new(), settings: settings(&emulator), _emulator: emulator }
    }

    async fn run(&self, args: &[&str]) -> Ran {
        let settings: Vec<_> = self.settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.folder.run_with(args, &settings).await
    }

    async fn call(&self, args: &[&str]) -> Value {
        let ran = self.run(&[&["call", "--json"], args].concat()).await;
        assert_eq!(ran.code, 0, "the call did not end as promised: {ran:?}");
        support::check_contract(&ran.json());
        ran.json()
    }
}

#[tokio::test]
async fn the_three_calls_end_on_a_table_as_they_do_on_a_file() {
    let table = OnTable::new();
    let missing = table.run(&["tickets"]).await;
    assert_eq!(missing.code, 1, "{missing:?}");
    assert!(missing.err.contains("nightdesk table create"), "a table that is missing says what to do: {missing:?}");
    for _twice in 0..2 {
        let created = table.run(&["table", "create"]).await;
        assert_eq!(created.code, 0, "{created:?}");
    }
    let demo = table.folder.write("demo.toml", DEMO);
    let imported = table.run(&["tenant", "import", &demo]).await;
    assert!(imported.out.contains("version 1"), "{imported:?}");

    let down = table.call(&["--say", SERVER_DOWN, "--technician", "voicemail,accept"]).await;
    assert_eq!((&down["disposition"], outcomes(&down)), (&"Escalate".into(), vec!["machine", "accepted"]));
    assert_eq!((&down["ticket"]["priority"], &down["connected"]), (&"Critical".into(), &true.into()));
    let printer = table.call(&["--say", PRINTER]).await;
    assert_eq!((&printer["disposition"], outcomes(&printer)), (&"Callback".into(), Vec::new()));
    let half = table.call(&["--say", ENCRYPTED, "--hang-up-during", "1"]).await;
    assert_eq!((&half["disposition"], outcomes(&half)), (&"Escalate".into(), vec!["accepted"]));

    // Everything is in the table: three tickets with their notes, and journals that decide the same again.
    let tickets = table.run(&["tickets", "--json"]).await.json();
    assert_eq!(tickets.as_array().unwrap().len(), 3, "{tickets}");
    for call in [&down, &printer, &half] {
        let number = call["ticket"]["id"].as_str().unwrap();
        assert!(call["ticket"]["psa"].is_string(), "the built-in desk has it: {call}");
        let one = table.run(&["tickets", number, "--json"]).await.json();
        assert_eq!(one["id"], number);
        assert!(one["description"].as_str().unwrap().contains("Acme Dental"), "{one}");
        assert_eq!(table.run(&["replay", number]).await.code, 0);
        assert_eq!(table.run(&["call-log", number]).await.code, 0);
    }
    let note = table.run(&["tickets", down["ticket"]["id"].as_str().unwrap()]).await;
    assert!(note.out.contains("Bea has accepted"), "{note:?}");
    assert!(!table.folder.path("nightdesk-data/nightdesk.sqlite").exists(), "nothing is kept in a file beside it");
}

#[tokio::test]
async fn an_empty_table_gets_no_demo_tenant() {
    let table = OnTable::new();
    assert_eq!(table.run(&["table", "create"]).await.code, 0);
    let ran = table.run(&["call", "--say", PRINTER]).await;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.contains("there is no tenant"), "{ran:?}");
    assert_eq!(table.run(&["tenant", "list"]).await.out, "");
}

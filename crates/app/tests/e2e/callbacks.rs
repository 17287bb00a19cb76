//! A promised call from the caller's wish to its end: kept by the store, due by the server's own timer, red, moved, done.

use crate::support::{Folder, PRINTER, eventually, said_by};
use std::process::Stdio;
use std::time::Duration;

#[tokio::test]
async fn a_promised_call_is_listed_moved_falls_due_turns_red_and_is_marked_as_made() {
    let folder = Folder::new();
    let call = folder.call(&["--say", PRINTER]).await;
    let told = said_by(&call, "assistant");
    assert!(told.contains("Thank you for calling. We will call you back"), "{told}");
    let ticket = call["ticket"]["id"].as_str().unwrap();

    let listed = folder.run(&["callbacks", "--json"]).await.json();
    let row = &listed[0];
    assert_eq!((listed.as_array().unwrap().len(), &row["ticket"]), (1, &ticket.into()));
    assert_eq!((&row["state"], &row["responsible"], &row["moved"]), (&"waiting".into(), &"office".into(), &0.into()));
    assert!(row["from"].as_str().unwrap().contains(":00:00-0"), "local time: {row}");
    let shown = folder.run(&["callbacks"]).await.out;
    assert!(shown.starts_with(&format!("waiting  {ticket}")) && shown.contains("for the office"), "{shown}");

    let vague = folder.run(&["callbacks", "move", ticket, "whenever you like"]).await;
    assert!(vague.code == 1 && vague.err.contains("error: when:"), "{vague:?}");
    let moved = folder.run(&["callbacks", "move", ticket, "friday at three", "--by", "Bea"]).await;
    assert!(moved.out.contains("3:00 PM Central time") && moved.out.contains("move 1 of 2"), "{moved:?}");
    let moved = folder.run(&["callbacks", "move", ticket, "in ten minutes", "--json"]).await.json();
    assert_eq!((&moved["state"], &moved["moved"]), (&"waiting".into(), &2.into()));
    let refused = folder.run(&["callbacks", "move", ticket, "tomorrow at ten"]).await;
    assert!(refused.code == 1 && refused.err.contains("2 times at most"), "{refused:?}");

    // Ten minutes, and a quarter of an hour after them, at two hundred times the pace of life.
    let serve = ["serve", "--listen", "127.0.0.1:0", "--simulator-api", "http://127.0.0.1:9", "--pace", "200"];
    let mut server = folder.command(&serve).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    eventually("the promised call is overdue", Duration::from_secs(90), async || {
        let listed = folder.run(&["callbacks", "--json"]).await.json();
        (listed[0]["state"] == "overdue" && listed[0]["red"] == true).then_some(())
    })
    .await;
    server.kill().await.unwrap();
    assert!(folder.run(&["tickets"]).await.out.contains("RED: the promised call is overdue"));
    let shown = folder.run(&["callbacks"]).await.out;
    assert!(shown.starts_with(&format!("RED      {ticket}")) && shown.contains("(moved 2 of 2 times)"), "{shown}");

    let done = folder.run(&["callbacks", "done", ticket, "--by", "Bea"]).await;
    assert!(done.code == 0 && done.out.contains("Marked as made."), "{done:?}");
    let again = folder.run(&["callbacks", "done", ticket]).await;
    assert!(again.code == 1 && again.err.contains("made already"), "{again:?}");
    assert!(folder.run(&["callbacks"]).await.out.contains("No call is owed to anybody."));
    let all = folder.run(&["callbacks", "--all", "--json"]).await.json();
    assert_eq!((&all[0]["state"], &all[0]["done"]["by"]), (&"done".into(), &"Bea".into()));
}

//! The three calls that the product is shown by, through the binary.

use crate::support::{ENCRYPTED, Folder, PRINTER, SERVER_DOWN, outcomes, said_by};

#[tokio::test]
async fn a_server_that_is_down_reaches_the_second_technician_after_the_firsts_mailbox() {
    let folder = Folder::new();
    let call = folder.call(&["--say", SERVER_DOWN, "--technician", "voicemail,accept"]).await;
    assert_eq!(call["disposition"], "Escalate");
    assert_eq!(call["triage"]["priority"], "Critical");
    assert_eq!(call["triage"]["category"], "Server");
    assert_eq!(call["ticket"]["status"], "open");
    assert_eq!(call["ticket"]["priority"], "Critical");
    assert_eq!(outcomes(&call), ["machine", "accepted"]);
    assert_eq!(call["pages"][0]["technician"], "alex");
    assert_eq!(call["pages"][1]["technician"], "bea");
    assert_eq!(call["connected"], true);
    let keys = call["dialogue"].as_array().unwrap().iter().filter(|line| line["text"] == "1");
    assert_eq!(keys.clone().count(), 1, "the page was accepted by one key press");
    assert!(keys.clone().all(|line| line["who"] == "technician" && line["line"] == "Bea"));
    let told = said_by(&call, "assistant");
    assert!(told.contains("I could not reach Alex"), "{told}");
    assert!(told.contains("Bea has taken your call"), "{told}");
    // The phone rings while the call is still on its first sentence: nothing was asked before.
    assert!(call["timings_ms"]["first_ring"].as_u64() > call["timings_ms"]["first_words"].as_u64());
    assert!(call["timings_ms"]["greeted"].as_u64() < call["timings_ms"]["first_words"].as_u64());
    // Exactly one ticket is in the desk, and it is the one that the document names.
    let tickets = folder.run(&["tickets", "--json"]).await.json();
    assert_eq!(tickets.as_array().unwrap().len(), 1);
    assert_eq!(tickets[0]["id"], call["ticket"]["id"]);
}

#[tokio::test]
async fn a_printer_that_can_wait_is_called_back_and_wakes_nobody() {
    let folder = Folder::new();
    let call = folder.call(&["--say", PRINTER]).await;
    assert_eq!(call["disposition"], "Callback");
    assert_eq!(call["ticket"]["status"], "open");
    assert_eq!(call["ticket"]["priority"], "Medium");
    assert_eq!(outcomes(&call), Vec::<&str>::new());
    assert_eq!(call["connected"], false);
    let told = said_by(&call, "assistant");
    assert!(told.contains("We will call you back"), "{told}");
    assert!(told.contains("10:00 AM Central time"), "weekday, time and zone are read back: {told}");
    // The number that the caller heard, digit by digit, is the ticket's.
    let heard: String = told.split("ticket number is").nth(1).unwrap().chars().filter(char::is_ascii_digit).collect();
    assert_eq!(heard, call["ticket"]["id"].as_str().unwrap());
    assert!(call["callback"]["from"].is_string());
}

#[tokio::test]
async fn half_a_sentence_about_encrypted_files_still_wakes_somebody() {
    let folder = Folder::new();
    let call = folder.call(&["--say", ENCRYPTED, "--hang-up-during", "1"]).await;
    assert_eq!(call["disposition"], "Escalate");
    assert_eq!(call["ticket"]["priority"], "Critical");
    assert_eq!(outcomes(&call), ["accepted"]);
    assert_eq!(call["connected"], false);
    let said = said_by(&call, "caller");
    assert!(ENCRYPTED.starts_with(&said) && said.len() < ENCRYPTED.len(), "they hung up midway: {said}");
    let told = said_by(&call, "assistant");
    assert!(told.contains("no longer on the line"), "{told}");
    assert!(told.contains("+13125550142"), "the technician has the number as a text: {told}");
}

#[tokio::test]
async fn a_technician_who_never_answers_is_not_an_acceptance_and_the_next_is_rung() {
    let folder = Folder::new();
    let ladder = "ignore,pass,say-accept";
    let call = folder.call(&["--say", SERVER_DOWN, "--technician", ladder]).await;
    assert_eq!(outcomes(&call), ["no_answer", "passed", "accepted"]);
    assert_eq!(call["connected"], true);
    let technicians = said_by(&call, "technician");
    assert!(technicians.ends_with("accept"), "the last one accepted by voice: {technicians}");
}

#[tokio::test]
async fn when_nobody_accepts_the_caller_hears_so_and_paging_begins_again_later() {
    let folder = Folder::new();
    // What each rung does besides: declined, dead number, hung up at once.
    let call = folder.call(&["--say", SERVER_DOWN, "--technician", "busy,failed,hang-up"]).await;
    assert_eq!(outcomes(&call)[..3], ["busy", "failed", "no_input"]);
    assert_eq!(call["connected"], false);
    assert_eq!(call["disposition"], "Escalate");
    let told = said_by(&call, "assistant");
    assert!(told.to_lowercase().contains("keep trying") || told.contains("again"), "an honest outcome: {told}");
    let tickets = folder.run(&["tickets"]).await;
    assert!(tickets.out.contains("RED"), "{tickets:?}");
}

#[tokio::test]
async fn a_technician_who_drops_the_caller_sets_the_ladder_going_again() {
    let folder = Folder::new();
    let call = folder.call(&["--say", SERVER_DOWN, "--technician", "drop,accept"]).await;
    assert_eq!(outcomes(&call).last(), Some(&"accepted"));
    assert!(call["pages"].as_array().unwrap().len() > 1, "{}", call["pages"]);
    assert_eq!(call["connected"], true);
}

#[tokio::test]
async fn a_silent_technician_and_one_who_wants_it_repeated() {
    let folder = Folder::new();
    let call = folder.call(&["--say", SERVER_DOWN, "--technician", "silent,repeat"]).await;
    assert_eq!(outcomes(&call), ["no_input", "accepted"]);
    let briefings = said_by(&call, "assistant").matches("This is NightDesk").count();
    assert!(briefings >= 3, "Bea heard it twice, Alex at least once: {briefings}");
    assert_eq!(call["connected"], true);
}

//! The other commands, and the ways in which a call can go.

use crate::support::*;
use nightdesk::config::DEMO;
use serde_json::Value;

#[tokio::test]
async fn after_a_call_every_list_shows_it_and_the_replay_decides_the_same() {
    let folder = Folder::new();
    let call = folder.call(&["--say", SERVER_DOWN, "--technician", "voicemail,accept"]).await;
    let (id, number) = (call["call"].as_str().unwrap(), call["ticket"]["id"].as_str().unwrap());

    let tickets = folder.run(&["tickets"]).await;
    assert_eq!(tickets.code, 0);
    assert!(tickets.out.contains(number) && tickets.out.contains("Critical"), "{tickets:?}");
    let one = folder.run(&["tickets", number]).await;
    assert!(one.out.contains(SERVER_DOWN), "the words are in it: {one:?}");
    assert!(one.out.contains("critical/server-down"), "and why: {one:?}");
    assert!(one.out.contains("Bea has accepted"), "and who has it: {one:?}");
    let one = folder.run(&["tickets", number, "--json"]).await.json();
    assert_eq!(one["id"], number);
    assert!(one["description"].as_str().unwrap().contains(SERVER_DOWN));
    assert!(one["notes"].as_array().unwrap().iter().any(|note| note.as_str().unwrap().contains("Bea has accepted")));
    // As the caller heard it, in two groups of digits.
    let spoken = format!("{} {}", &number[..4], &number[4..]);
    assert_eq!(folder.run(&["tickets", &spoken, "--json"]).await.json()["id"], number);

    let calls = folder.run(&["calls"]).await;
    assert!(calls.out.contains(id) && calls.out.contains("Escalate"), "{calls:?}");
    assert_eq!(folder.run(&["calls", "--json"]).await.json()[0]["call"], id);
    for name in [id, number] {
        let log = folder.run(&["call-log", name]).await;
        assert_eq!(log.code, 0, "{log:?}");
        for line in
            ["The caller said:", SERVER_DOWN, "page 1 to alex", "page 2 to bea", "call arrived", "case page keyed"]
        {
            let line = line.replace("call arrived", "arrived");
            assert!(log.out.contains(&line), "{line:?} is missing: {log:?}");
        }
    }
    let log = folder.run(&["call-log", id, "--json"]).await.json();
    assert!(log["journal"].as_array().unwrap().len() > 10);
    let replay = folder.run(&["replay", number]).await;
    assert_eq!(replay.code, 0, "{replay:?}");
    assert!(replay.out.contains("The same decisions come out."), "{replay:?}");
    let replay = folder.run(&["replay", id, "--json"]).await.json();
    assert_eq!(replay["same"], true);
    assert_eq!(replay["journals"].as_array().unwrap().len(), 2, "the call's and the case's");

    for command in [["tickets", "12345678"], ["call-log", "CAnothing"], ["replay", "0"], ["handled", "12345678"]] {
        let ran = folder.run(&command).await;
        assert_eq!(ran.code, 1, "{command:?}: {ran:?}");
        assert!(ran.err.starts_with("error:"), "{ran:?}");
    }
}

#[tokio::test]
async fn commands_on_an_empty_folder_say_what_to_do() {
    let folder = Folder::new();
    for command in ["tickets", "calls", "inbox"] {
        let ran = folder.run(&[command]).await;
        assert_eq!(ran.code, 1);
        assert!(ran.err.contains("nightdesk call"), "{ran:?}");
        assert!(!folder.path("nightdesk-data").exists(), "looking creates nothing");
    }
    assert_eq!(folder.run(&["call", "--say"]).await.code, 2);
    for wrong in [
        &["call", "--say", "x", "--from", "12"][..],
        &["call", "--say", "x", "--technician", "asleep"],
        &["call", "--json"],
        &["call", "--say", "x", "--pace", "0"],
        &["serve", "--pace", "0", "--listen", "127.0.0.1:0"],
        &["serve", "--public-url", "not an address", "--listen", "127.0.0.1:0"],
        &["tickets", "--tenant", "missing.toml"],
    ] {
        let ran = folder.run(wrong).await;
        assert_eq!(ran.code, 1, "{wrong:?}: {ran:?}");
        assert!(ran.err.starts_with("error:") && ran.out.is_empty(), "{wrong:?}: {ran:?}");
    }
}

#[tokio::test]
async fn check_names_every_problem_at_once_and_import_stores_versions() {
    let folder = Folder::new();
    assert_eq!(folder.run(&["check"]).await.code, 0, "the demo tenant is sound");
    let demo = folder.run(&["tenant", "demo"]).await;
    assert_eq!(demo.out.trim_end(), DEMO.trim_end());
    let good = folder.write("good.toml", &demo.out);
    assert_eq!(folder.run(&["check", "--tenant", &good]).await.code, 0);

    let broken = DEMO
        .replace("America/Chicago", "Mars/Olympus")
        .replace("opens = \"08:00\"", "opens = \"eight\"")
        .replace("ring_seconds = 25", "ring_seconds = 900")
        .replace("ladder = [\"alex\"", "ladder = [\"nobody\"")
        .replace("company = \"harbor-hotel\"", "company = \"nowhere\"");
    let broken = folder.write("broken.toml", &broken);
    let ran = folder.run(&["check", "--tenant", &broken]).await;
    assert_eq!(ran.code, 1);
    for field in ["tenant.time_zone", "business_hours.opens", "paging.ring_seconds", "on_call.ladder[0]", "lines[1]"] {
        assert!(ran.out.contains(field), "{field} is not named: {ran:?}");
    }
    let ran = folder.run(&["tenant", "import", &broken]).await;
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("nothing was stored") && ran.err.contains("tenant.time_zone"), "{ran:?}");
    let secret = format!(
        "{DEMO}\n[twilio]\naccount_sid = \"AC00000000000000000000000000000000\"\nauth_token = {{ env = \"NIGHTDESK_TEST_ABSENT\" }}\n"
    );
    let secret = folder.write("secret.toml", &secret);
    let ran = folder.run(&["check", "--tenant", &secret]).await;
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("NIGHTDESK_TEST_ABSENT"), "{ran:?}");
    let written =
        folder.write("written.toml", &DEMO.replace("# [twilio]", "[twilio]").replace("# account_sid", "account_sid"));
    assert_eq!(folder.run(&["check", "--tenant", &written]).await.code, 1, "a token is not optional");

    for version in 1..=2 {
        let ran = folder.run(&["tenant", "import", &good]).await;
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(ran.out.contains(&format!("version {version}")), "{ran:?}");
    }
    let list = folder.run(&["tenant", "list"]).await;
    assert!(list.out.contains("lakeside  version 2"), "{list:?}");
}

#[tokio::test]
async fn marking_a_case_as_handled_stops_its_paging() {
    let folder = Folder::new();
    let call = folder.call(&["--say", SERVER_DOWN, "--technician", "busy"]).await;
    let number = call["ticket"]["id"].as_str().unwrap();
    assert_eq!(folder.run(&["tickets", number, "--json"]).await.json()["red"], true);
    let ran = folder.run(&["handled", number, "--by", "Kim"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let ticket = folder.run(&["tickets", number, "--json"]).await.json();
    assert_eq!((&ticket["handled"], &ticket["red"]), (&Value::Bool(true), &Value::Bool(false)));
    // The people on call were told that nobody had accepted.
    let inbox = folder.run(&["inbox", "--json"]).await.json();
    assert!(inbox[0]["to"].as_array().unwrap().iter().any(|to| to == "alex@lakeside.example"), "{inbox}");
    assert!(folder.run(&["inbox"]).await.out.contains("Acme Dental"));
}

#[tokio::test]
async fn a_silent_caller_is_asked_twice_more_and_offered_voicemail() {
    let folder = Folder::new();
    let call = folder.call(&["--hang-up-after", "1"]).await;
    assert_eq!(call["disposition"], "Voicemail");
    let told = said_by(&call, "assistant");
    assert_eq!(told.matches("did not hear").count(), 2, "{told}");
    assert!(told.contains("After the beep"), "{told}");
    assert_eq!(said_by(&call, "caller"), "");
    // Without --json the dialogue is shown, too.
    let ran = folder.run(&["call", "--hang-up-after", "0"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("How can I help?"), "{ran:?}");
}

#[tokio::test]
async fn a_message_is_recorded_written_down_and_told_to_the_people_on_call() {
    let folder = Folder::new();
    let message = "the coffee machine makes a strange noise please look at it next week";
    let call = folder.call(&["--say", "I want to leave a voicemail", "--say", message, "--press", "#"]).await;
    assert_eq!(call["disposition"], "Voicemail");
    assert_eq!(outcomes(&call), Vec::<&str>::new());
    assert!(said_by(&call, "assistant").contains("Your message is stored"));
    let ticket = folder.run(&["tickets", call["ticket"]["id"].as_str().unwrap()]).await;
    assert!(ticket.out.contains(message), "the transcript is in the ticket: {ticket:?}");
    assert!(folder.run(&["inbox"]).await.out.contains("Acme Dental"));
    // Words in a message that are Critical wake somebody.
    let call =
        folder.call(&["--say", "voicemail please", "--say", "all our files are encrypted", "--press", "#"]).await;
    assert_eq!(outcomes(&call), ["accepted"], "{call}");
}

#[tokio::test]
async fn a_star_while_holding_takes_a_message_and_paging_goes_on() {
    let folder = Folder::new();
    let script = ["--say", SERVER_DOWN, "--say", "since this morning", "--press", "*", "--technician", "ignore,accept"];
    let call = folder.call(&script).await;
    let told = said_by(&call, "assistant");
    assert!(told.contains("You can leave a message"), "{told}");
    assert_eq!(outcomes(&call), ["no_answer", "accepted"]);
    assert_eq!(call["connected"], false);
}

#[tokio::test]
async fn spanish_is_answered_in_spanish_and_written_down_in_english() {
    let folder = Folder::new();
    let words = "hola, habla ana de acme dental, el servidor no funciona y nadie puede trabajar";
    let call = folder.call(&["--say", words]).await;
    assert_eq!(call["triage"]["language"], "es");
    assert_eq!(call["disposition"], "Escalate");
    let told = said_by(&call, "assistant");
    assert!(told.contains("técnico de guardia") && told.contains("Adiós"), "{told}");
    let summary = call["ticket"]["summary"].as_str().unwrap();
    assert!(summary.contains("Acme Dental") && !summary.contains("nadie"), "the summary is in English: {summary}");
    let ticket = folder.run(&["tickets", call["ticket"]["id"].as_str().unwrap()]).await;
    assert!(ticket.out.contains(words), "their own words follow: {ticket:?}");
}

#[tokio::test]
async fn a_withheld_number_and_a_caller_who_wants_a_person_are_served() {
    let folder = Folder::new();
    let asked = folder.call(&["--from", "withheld", "--say", "our server is down and nobody can work"]).await;
    assert_eq!(asked["disposition"], "Escalate");
    assert_eq!(asked["connected"], true);
    let told = said_by(&asked, "assistant");
    assert!(told.contains("What number can we reach you on?"), "the number comes first: {told}");
    // Zero: asked once whether work is stopped; no answer is unclear, and unclear escalates.
    let zero = folder.call(&["--press", "0"]).await;
    assert_eq!(zero["disposition"], "Escalate", "{zero}");
    assert_eq!(outcomes(&zero), ["accepted"]);
    let no = folder.call(&["--say", "I want to talk to a person", "--say", "no it can wait", "--say", PRINTER]).await;
    assert_eq!(no["disposition"], "Callback", "{no}");
    assert_eq!(outcomes(&no), Vec::<&str>::new());
}

#[tokio::test]
async fn hanging_up_after_the_first_sentence_keeps_what_was_said() {
    let folder = Folder::new();
    let call = folder.call(&["--say", SERVER_DOWN, "--hang-up-after", "1"]).await;
    assert_eq!(call["disposition"], "Escalate");
    // A machine that stands still for two seconds lets a telephone ring in vain: at this pace that is forty.
    assert_eq!(outcomes(&call).last(), Some(&"accepted"));
    assert_eq!(call["connected"], false);
    let call = folder.call(&["--say", "my printer is jammed", "--hang-up-after", "1"]).await;
    assert_eq!(outcomes(&call), Vec::<&str>::new());
    assert_eq!(call["ticket"]["status"], "open");
}

#[tokio::test]
async fn a_test_page_rings_one_person_and_tells_whether_they_accepted() {
    let folder = Folder::new();
    let ran = folder.run(&["test-page", "bea", "--json"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(ran.json()["outcome"], "accepted");
    let ran = folder.run(&["test-page", "bea", "--technician", "voicemail"]).await;
    assert_eq!(ran.code, 1, "a mailbox is not a person: {ran:?}");
    assert_eq!(folder.run(&["test-page", "nobody"]).await.code, 1);
}

#[tokio::test]
async fn whoever_was_rung_tonight_comes_later_in_the_order_by_skill() {
    let folder = Folder::new();
    let empty = folder.run(&["whom", "--category", "VPN"]).await;
    assert_eq!(empty.code, 1);
    assert!(empty.err.contains("--tenant"), "{empty:?}");
    folder.call(&["--say", SERVER_DOWN, "--technician", "voicemail,accept"]).await;
    let asked = folder.run(&["whom", "--category", "VPN", "--priority", "High", "--json"]).await.json();
    let names: Vec<&str> =
        asked[0]["ranked"].as_array().unwrap().iter().map(|row| row["technician"].as_str().unwrap()).collect();
    assert_eq!(names, ["bea", "alex"], "{asked}");
    let bea = asked[0]["ranked"][0]["reasons"].to_string();
    assert!(bea.contains("VPN 4 of 5: +40") && bea.contains("1 in hand: -12"), "{bea}");
    let critical = folder.run(&["whom", "--category", "VPN", "--priority", "critical"]).await;
    assert!(critical.out.contains("what is Critical goes to the on-call at once"), "{critical:?}");
    assert_eq!(folder.run(&["whom", "--priority", "urgent"]).await.code, 2);
}

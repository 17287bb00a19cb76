//! The same three calls with their tickets in ConnectWise (its double, over real HTTP): up, down, and back again.

use crate::support::*;
use nightdesk::store::StoreChoice;
use nightdesk_adapters_local::phone::PhoneBehaviour;
use nightdesk_testkit::connectwise::{ConnectWiseDouble, Mode, PRIVATE_KEY};
use serde_json::Value;
use std::time::Duration;

/// The three calls, what they end as, and their outcomes.
const CALLS: [(&[&str], &str, &str, &[&str]); 3] = [
    (
        &["--say", SERVER_DOWN, "--technician", "voicemail,accept"],
        "Escalate",
        "P1 - Critical",
        &["machine", "accepted"],
    ),
    (&["--say", PRINTER], "Callback", "P3 - Medium", &[]),
    (&["--say", ENCRYPTED, "--hang-up-during", "1"], "Escalate", "P1 - Critical", &["accepted"]),
];

/// Checks a ticket in ConnectWise against the call's document.
fn check_ticket(psa: &ConnectWiseDouble, ticket: &Value, call: &Value, priority: &str) {
    assert_eq!(name_in(ticket, "company"), "acme-dental", "{ticket}");
    assert_eq!(name_in(ticket, "priority"), priority);
    assert_eq!(name_in(ticket, "status"), "New");
    assert_eq!(name_in(ticket, "board"), "Service Desk");
    assert_eq!(name_in(ticket, "source"), "Phone");
    assert_eq!(ticket["externalXRef"], call["call"], "our key is searchable");
    let summary = ticket["summary"].as_str().unwrap();
    assert!(summary.encode_utf16().count() <= 100, "{summary}");
    let notes = psa.notes(ticket["id"].as_i64().unwrap());
    let description = notes.iter().find(|note| note["detailDescriptionFlag"] == true).unwrap();
    let description = description["text"].as_str().unwrap();
    for line in call["dialogue"].as_array().unwrap().iter().filter(|line| line["who"] == "caller") {
        assert!(description.contains(line["text"].as_str().unwrap()), "the words are kept: {description}");
    }
    let number = call["ticket"]["id"].as_str().unwrap();
    assert!(description.contains(number), "the number that the caller heard is in it: {description}");
    let first_reason = call["triage"]["why"][0].as_str().unwrap();
    let (rule, _) = first_reason.split_once(": ").unwrap();
    assert!(description.contains(rule), "the reasons are in it ({first_reason}): {description}");
}

#[tokio::test]
async fn each_call_leaves_exactly_one_ticket_in_connectwise() {
    let psa = ConnectWiseDouble::start().await.unwrap();
    let folder = Folder::new();
    let tenant = folder.write("tenant.toml", &with_connectwise(&psa, &key_in_a_file(&folder)));
    for (place, (args, disposition, priority, pages)) in CALLS.into_iter().enumerate() {
        let call = folder.call(&[args, &["--tenant", &tenant]].concat()).await;
        assert_eq!(call["disposition"], disposition);
        assert_eq!(outcomes(&call), pages);
        let tickets = psa.tickets();
        assert_eq!(tickets.len(), place + 1, "one ticket a call");
        check_ticket(&psa, &tickets[place], &call, priority);
        assert_eq!(call["ticket"]["psa"], tickets[place]["id"].to_string());
    }
    // Who was woken, and who accepted, is in the notes, for our own people only.
    let notes = psa.notes(psa.tickets()[0]["id"].as_i64().unwrap());
    let accepted = notes.iter().find(|note| note["text"].as_str().unwrap().contains("Bea has accepted")).unwrap();
    assert_eq!(accepted["internalAnalysisFlag"], true);
}

#[tokio::test]
async fn while_connectwise_is_down_callers_get_numbers_and_pages_go_out_and_the_tickets_appear_later() {
    let psa = ConnectWiseDouble::start().await.unwrap();
    let folder = Folder::new();
    // The key may be in the environment, too.
    let tenant = folder.write("tenant.toml", &with_connectwise(&psa, "{ env = \"NIGHTDESK_TEST_PRIVATE_KEY\" }"));
    let key = [("NIGHTDESK_TEST_PRIVATE_KEY", PRIVATE_KEY)];
    let mut documents = Vec::new();
    for (mode, (args, disposition, _, pages)) in [Mode::Down, Mode::Nonsense, Mode::Unreachable].into_iter().zip(CALLS)
    {
        psa.set_mode(mode).await.unwrap();
        let ran = folder.run_with(&[&["call", "--json", "--tenant", &tenant], args].concat(), &key).await;
        assert_eq!(ran.code, 0, "{mode:?}: {ran:?}");
        let call = ran.json();
        check_contract(&call);
        assert_eq!(call["disposition"], disposition, "{mode:?}");
        assert_eq!(outcomes(&call), pages, "{mode:?}");
        assert_eq!(call["ticket"]["psa"], Value::Null, "{mode:?}");
        assert_eq!(call["ticket"]["id"].as_str().unwrap().len(), 8, "{mode:?}");
        assert!(!ran.err.contains(PRIVATE_KEY) && !ran.err.contains("dana"), "{}", ran.err);
        documents.push(call);
    }
    let heard = said_by(&documents[1], "assistant");
    assert!(heard.contains("ticket number is"), "the caller heard it all the same: {heard}");
    assert_eq!(psa.tickets(), Vec::<Value>::new());

    // Back again: whatever runs next on this database writes what is owed. The calls ran twenty times faster than
    // life, and what they put off lies in the future by that clock: so the server goes by the same.
    psa.set_mode(Mode::Up).await.unwrap();
    let text = std::fs::read_to_string(&tenant)
        .unwrap()
        .replace("{ env = \"NIGHTDESK_TEST_PRIVATE_KEY\" }", &key_in_a_file(&folder));
    let mut setup = setup(&folder, PACE);
    setup.data = folder.path("nightdesk-data");
    setup.store = StoreChoice::Sqlite(setup.data.join("nightdesk.sqlite"));
    setup.tenants = vec![nightdesk::config::Tenant::parse(&text).unwrap()];
    let bound = setup.bind().await.unwrap();
    let server = setup.start(bound).await.unwrap();
    eventually("three tickets", Duration::from_secs(60), async || (psa.tickets().len() >= 3).then_some(())).await;
    // A moment more, in which a second ticket would show.
    tokio::time::sleep(Duration::from_secs(2)).await;
    server.stop().await;
    let tickets = psa.tickets();
    assert_eq!(tickets.len(), 3);
    for (call, (_, _, priority, _)) in documents.iter().zip(CALLS) {
        let ticket = tickets.iter().find(|ticket| ticket["externalXRef"] == call["call"]).unwrap();
        check_ticket(&psa, ticket, call, priority);
    }
    let kept = folder.run_with(&["tickets", "--json", "--tenant", &tenant], &key).await.json();
    assert!(kept.as_array().unwrap().iter().all(|ticket| ticket["psa"].is_string()), "{kept}");
}

#[tokio::test]
async fn answers_that_are_lost_leave_one_open_ticket_after_the_reconciliation() {
    let psa = ConnectWiseDouble::start().await.unwrap();
    psa.set_mode(Mode::CreatesLoseAnswers(1)).await.unwrap();
    let folder = Folder::new();
    let tenant = with_connectwise(&psa, &key_in_a_file(&folder));
    // The reconciliation comes five minutes later: time runs faster here.
    let house = House::with_tenant(folder, &tenant, 60.0, &[PhoneBehaviour::Accept]).await;
    let caller = house.network.dial(Some(DANA), LINE);
    caller.say(PRINTER).await.unwrap();
    caller.wait_ended().await;
    house.settled(caller.leg()).await;
    assert_eq!(psa.tickets().len(), 1, "the lost one was found by its key and not opened again");

    assert_eq!(psa.tickets()[0]["externalXRef"], caller.leg());
    // Its answer was unknown once: duplicates are looked for later, and there are none.
    let reconciled = async || {
        let looked = psa.requests().iter().filter(|r| r.path == "/service/tickets" && r.method == "GET").count();
        (looked >= 2).then_some(())
    };
    eventually("a reconciliation", Duration::from_secs(20), reconciled).await;
    let open: Vec<_> = psa.tickets().into_iter().filter(|ticket| name_in(ticket, "status") != "Closed").collect();
    assert_eq!(open.len(), 1);
    assert_eq!(house.network.errors(), Vec::<String>::new());
}

#[tokio::test]
async fn a_ticketing_system_that_is_slow_keeps_nobody_waiting() {
    let psa = ConnectWiseDouble::start().await.unwrap();
    psa.set_mode(Mode::Slow(Duration::from_secs(3))).await.unwrap();
    let folder = Folder::new();
    let tenant = with_connectwise(&psa, &key_in_a_file(&folder));
    let house = House::with_tenant(folder, &tenant, PACE, &[PhoneBehaviour::Accept]).await;
    let began = std::time::Instant::now();
    let caller = house.network.dial(Some(DANA), LINE);
    caller.say(SERVER_DOWN).await.unwrap();
    house.network.wait_ringing(ALEX).await;
    // The caller's 13 simulated seconds of speech take some 0.7 s; three more would be the slow answer.
    assert!(began.elapsed() < Duration::from_millis(2_500), "paging waited for a ticket: {:?}", began.elapsed());
    caller.wait_ended().await;
    let (_, case) = house.settled(caller.leg()).await;
    assert!(case.accepted().is_some());
    assert_eq!(psa.tickets().len(), 1);
    assert_eq!(house.network.errors(), Vec::<String>::new());
}

#[tokio::test]
async fn check_online_names_what_connectwise_does_not_know() {
    let psa = ConnectWiseDouble::start().await.unwrap();
    let folder = Folder::new();
    let good = with_connectwise(&psa, &key_in_a_file(&folder));
    let tenant = folder.write("good.toml", &good);
    let ran = folder.run(&["check", "--online", "--tenant", &tenant]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let bad = good.replace("board = \"Service Desk\"", "board = \"Nowhere\"").replace("\"P2 - High\"", "\"P9\"");
    let tenant = folder.write("bad.toml", &bad);
    let ran = folder.run(&["check", "--online", "--tenant", &tenant]).await;
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("Nowhere") && ran.out.contains("P9"), "{ran:?}");
    // No catch-all company: a ticket of an unknown caller could not be opened.
    let bad = good.replace("catch_all_company = \"CatchAll\"\n", "");
    let tenant = folder.write("no-catch-all.toml", &bad);
    let ran = folder.run(&["check", "--tenant", &tenant]).await;
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("catch_all_company") || ran.out.contains("catch-all"), "{ran:?}");
}

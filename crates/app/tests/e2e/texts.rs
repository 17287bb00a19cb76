//! Texts through the real binary: a caller agrees and is texted, sends STOP, and is texted no more.

use crate::support::*;
use nightdesk::config::DEMO;
use nightdesk_adapters_local::phone::{PhoneBehaviour, PhoneNetwork};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Child;

const WANTS_A_CALL: &str = "it's lee at acme dental, no hurry, my printer is jammed since today just for me, someone can call me tomorrow at ten";
const PATIENCE: Duration = Duration::from_secs(60);

/// The real server, its folder, and the network around it; the demo tenant texts its callers.
struct Office {
    folder: Folder,
    network: PhoneNetwork,
    _server: Child,
}

impl Office {
    async fn open() -> Office {
        let folder = Folder::new();
        let tenant = folder.write("tenant.toml", &format!("{DEMO}\n[texts]\nto_callers = true\n"));
        let address = format!("127.0.0.1:{}", free_port());
        let base = format!("http://{address}");
        let network = network(&folder.path("nightdesk-data"), &base, PACE, &[PhoneBehaviour::Accept]).await;
        let (api, pace) = (network.api_url().to_owned(), PACE.to_string());
        let args = ["serve", "--listen", &address, "--tenant", &tenant, "--simulator-api", &api, "--pace", &pace];
        let server = folder.command(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        eventually("the server starts", Duration::from_secs(20), async || {
            tokio::net::TcpStream::connect(&address).await.is_ok().then_some(())
        })
        .await;
        Office { folder, network, _server: server }
    }

    /// A caller wants to be called back tomorrow and agrees to be texted.
    async fn call(&self, from: &str) -> String {
        let caller = self.network.dial(Some(from), LINE);
        caller.say(WANTS_A_CALL).await.unwrap();
        caller.say("yes please").await.unwrap();
        caller.wait_ended().await;
        let heard = self.network.history().into_iter().filter(|event| event.leg == caller.leg());
        let heard: Vec<String> = heard.filter_map(|event| event.words().map(str::to_owned)).collect();
        for words in ["May we text the confirmation", "We will call you back"] {
            assert!(heard.iter().any(|line| line.contains(words)), "{words:?} was not said: {heard:?}");
        }
        caller.leg().to_owned()
    }

    fn texts(&self) -> Vec<String> {
        self.network.messages().into_iter().map(|text| text.body).collect()
    }

    async fn consent(&self, number: &str) -> serde_json::Value {
        self.folder.run(&["consent", number, "--json"]).await.json()[0].clone()
    }
}

#[tokio::test]
async fn a_caller_who_sends_stop_is_texted_no_more() {
    let office = Office::open().await;
    office.call(DANA).await;
    eventually("the promise is texted", PATIENCE, async || (office.texts().len() == 1).then_some(())).await;
    let text = office.texts().remove(0);
    assert!(text.contains("will call you") && text.contains("Reply STOP"), "{text}");

    office.network.text(DANA, LINE, "Stop").await;
    let known = office.consent(DANA).await;
    assert_eq!((known["standing"].as_str(), known["history"][0]["words"].as_str()), (Some("opted_out"), Some("Stop")));

    let call = office.call(DANA).await;
    eventually("the ticket says that the text was withheld", PATIENCE, async || {
        let log = office.folder.run(&["call-log", &call]).await;
        let tickets = office.folder.run(&["tickets", "--json"]).await.json();
        let id = tickets[0]["id"].as_str().unwrap_or_default().to_owned();
        let ticket = office.folder.run(&["tickets", &id]).await;
        (log.out.contains("text the caller")
            && ticket.out.contains("A text to the caller was not sent: the number has opted out of texts."))
        .then_some(())
    })
    .await;
    assert_eq!(office.texts().len(), 1, "nothing was sent");
    assert_eq!(office.network.errors(), Vec::<String>::new());
}

#[tokio::test]
async fn other_words_stop_texts_too_and_are_answered_once_and_the_office_may_undo_it() {
    let office = Office::open().await;
    for _ in 0..2 {
        office.network.text(DANA, LINE, "please stop texting me").await;
    }
    let texts = office.network.messages();
    assert_eq!(texts.len(), 1, "one confirmation");
    assert!(texts[0].reply && texts[0].body.contains("you have opted out") && texts[0].to == DANA);
    assert_eq!(office.consent(DANA).await["standing"], "opted_out");

    let stated = office.folder.run(&["consent", DANA, "--start", "--words", "wants texts, by mail"]).await;
    assert_eq!(stated.code, 0, "{stated:?}");
    assert!(
        stated.out.contains("opted in") && stated.out.contains("by office: \"wants texts, by mail\""),
        "{stated:?}"
    );
    office.call(DANA).await;
    eventually("the promise is texted", PATIENCE, async || (office.texts().len() == 2).then_some(())).await;
    assert_eq!(office.network.errors(), Vec::<String>::new());
}

#[tokio::test]
async fn a_number_that_is_none_and_a_change_without_words_are_refused() {
    let folder = Folder::new();
    for wrong in [
        &["consent", "3125550142"][..],
        &["consent", DANA, "--stop"],
        &["consent", DANA, "--words", "no texts"],
        &["consent", DANA, "--stop", "--start"],
    ] {
        let ran = folder.run(wrong).await;
        assert_eq!(ran.code, 2, "{wrong:?}: {ran:?}");
    }
}

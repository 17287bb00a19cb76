//! Pages by message, accepted in chat, by a link and by a text; messages at the carrier that no call knows.

use crate::support::*;
use nightdesk::config::DEMO;
use nightdesk::transport::HyperTransport;
use nightdesk_adapters_local::phone::{NetworkConfig, PhoneBehaviour, PhoneLine, PhoneNetwork};
use nightdesk_domain::case::{Case, PageState, Work};
use nightdesk_domain::ids::TenantId;
use nightdesk_domain::policy::Channel;
use nightdesk_domain::private::Private;
use nightdesk_ports::HttpTransport;
use nightdesk_testkit::slack::{BOT_TOKEN, CHANNEL, SIGNING_SECRET, SlackDouble, post_signed};
use nightdesk_testkit::webhook::WebhookDouble;
use secrecy::SecretString;
use std::sync::Arc;
use std::time::Duration;

const MEMBER: &str = "U0ALEX01";
const PATIENCE: Duration = Duration::from_secs(30);

/// The demo tenant, whose Alex is reached like this.
fn alex_by(ways: &str) -> String {
    let email = "email = \"alex@lakeside.example\"\n";
    let reach = format!("{email}slack = \"{MEMBER}\"\nreach = [{{ ways = [{ways}] }}]\n");
    assert!(DEMO.contains(email));
    DEMO.replace(email, &reach)
}

fn chat(folder: &Folder, slack: &SlackDouble, webhook: &WebhookDouble) -> String {
    let secret = |name: &str, text: &str| format!("{{ file = {:?} }}", folder.write(name, text));
    format!(
        "\n[slack]\napi = \"{}\"\nbot_token = {}\nsigning_secret = {}\nchannel = \"{CHANNEL}\"\n\
         [webhook]\nformat = \"teams\"\nurl = {}\n",
        slack.url(),
        secret("token", BOT_TOKEN),
        secret("signing", SIGNING_SECRET),
        secret("url", &webhook.url()),
    )
}

/// Dana reports that the server is down, and hangs up.
async fn server_down(house: &House) -> String {
    let caller = house.network.dial(Some(DANA), LINE);
    caller.say(SERVER_DOWN).await.unwrap();
    // Somebody may accept sooner than the next question comes, and the caller is told so and let go.
    if caller.wait_listening().await.is_ok() {
        caller.hang_up();
    }
    caller.leg().to_owned()
}

async fn case_of(house: &House, call: &str) -> Case {
    both(&*house.server.store.cases, call).await.unwrap().1
}

async fn accepted(house: &House, call: &str) -> Case {
    eventually("somebody has it", PATIENCE, async || {
        let case = both(&*house.server.store.cases, call).await?.1;
        matches!(case.work, Work::Held { .. }).then_some(case)
    })
    .await
}

async fn post(url: &str, body: &'static str) -> (u16, String) {
    let request = http::Request::post(url).header("content-type", "application/x-www-form-urlencoded");
    let answer = HyperTransport::new().send(request.body(body.into()).unwrap(), Duration::from_secs(10)).await.unwrap();
    (answer.status().as_u16(), String::from_utf8_lossy(answer.body()).into_owned())
}

#[tokio::test]
async fn a_button_in_slack_accepts_and_everything_else_stops() {
    let (slack, webhook) = (SlackDouble::start().await.unwrap(), WebhookDouble::start().await.unwrap());
    slack.add_member(MEMBER);
    let folder = Folder::new();
    let tenant = format!("{}{}", alex_by("{ by = \"slack\" }, { by = \"webhook\" }"), chat(&folder, &slack, &webhook));
    let house = House::with_tenant(folder, &tenant, PACE, &[PhoneBehaviour::Ignore]).await;
    let call = server_down(&house).await;
    let page =
        eventually("Alex reads it", PATIENCE, async || slack.messages().into_iter().find(|m| m.to == MEMBER)).await;
    let card = eventually("the channel has a card", PATIENCE, async || webhook.received().pop()).await;
    let link = card["attachments"][0]["content"]["actions"][0]["url"].as_str().unwrap().to_owned();
    assert!(link.starts_with(&format!("{}/ack/{TENANT}/{call}/", house.base)), "{link}");

    let url = format!("{}/slack/{TENANT}/interactivity", house.base);
    let stranger = slack.press("U0STRANGER", &page.button("accept-15"), &url).await.unwrap();
    assert_eq!(stranger, 200);
    assert!(case_of(&house, &call).await.accepted().is_none(), "who was not paged accepts nothing");
    assert_eq!(post_signed(&url, "payload=x", 1_531_420_618, SIGNING_SECRET).await.unwrap(), 403, "an old copy");

    assert_eq!(slack.press(MEMBER, &page.button("accept-15"), &url).await.unwrap(), 200);
    let case = accepted(&house, &call).await;
    assert!(matches!(case.work, Work::Held { arrival: Some(_), .. }), "{:?}", case.work);
    assert!(case.pages.iter().all(|page| !page.is_open()), "{:?}", case.pages);
    let shown = slack.messages().into_iter().find(|message| message.to == MEMBER).unwrap();
    assert!(shown.text.starts_with("You have it, and ring the caller by"), "{}", shown.text);
    let (status, told) = get(&link).await;
    assert_eq!(status, 200);
    assert!(told.contains("You have it") && !told.contains("<form"), "{told}");
    assert_eq!(house.network.errors(), Vec::<String>::new());
}

#[tokio::test]
async fn a_link_shows_first_and_accepts_only_when_it_is_pressed() {
    let house =
        House::with_tenant(Folder::new(), &alex_by("{ by = \"email\" }"), PACE, &[PhoneBehaviour::Ignore]).await;
    let call = server_down(&house).await;
    let tenant = TenantId::parse(TENANT).unwrap();
    let mail = eventually("the page is mailed", PATIENCE, async || {
        let messages = house.server.wiring.inbox().messages(&tenant, 10).await.unwrap();
        messages.into_iter().find(|message| message.alert.to == ["alex@lakeside.example"])
    })
    .await;
    let link = mail.alert.body.reveal().lines().last().unwrap().to_owned();
    assert!(link.starts_with(&house.base), "{link}");
    for _ in 0..2 {
        let (status, page) = get(&link).await;
        assert_eq!(status, 200);
        assert!(page.contains("Critical") && page.contains("I have it, and ring in 15 minutes"), "{page}");
    }
    assert!(case_of(&house, &call).await.accepted().is_none(), "a scanner of mail accepts nothing");

    let (head, mac) = link.rsplit_once('/').unwrap();
    let wrong = [format!("{head}/{}", "0".repeat(32)), format!("{head}x/{mac}"), link.replace(TENANT, "hillside")];
    for wrong in &wrong {
        for (status, page) in [get(wrong).await, post(wrong, "minutes=15").await] {
            assert_eq!(status, 404, "{wrong}");
            assert!(!page.contains("Acme") && !page.contains("Lakeside") && !page.contains("Alex"), "{page}");
        }
    }
    assert!(case_of(&house, &call).await.accepted().is_none());

    let (status, page) = post(&link, "minutes=15").await;
    assert_eq!(status, 200);
    assert!(page.contains("You have it, and ring the caller by"), "{page}");
    let case = accepted(&house, &call).await;
    assert!(matches!(case.pages[0].state, PageState::Accepted { .. }), "{:?}", case.pages);
    let (_, again) = post(&link, "minutes=5").await;
    assert!(again.contains("You have it"), "{again}");
}

#[tokio::test]
async fn a_text_with_the_code_accepts_and_is_answered() {
    let house =
        House::with_tenant(Folder::new(), &alex_by("{ by = \"text\" }"), PACE, &[PhoneBehaviour::TextsCode]).await;
    let call = server_down(&house).await;
    let case = accepted(&house, &call).await;
    assert_eq!(case.pages[0].channel, Channel::Text);
    let answer = eventually("the text is answered", PATIENCE, async || {
        house.network.messages().into_iter().find(|message| message.reply)
    })
    .await;
    assert!(answer.to == ALEX && answer.body.starts_with("You have it."), "{}", answer.body);
    let page = house.network.messages().into_iter().find(|message| !message.reply).unwrap();
    assert!(page.body.contains(&format!("{}/ack/{TENANT}/{call}/1/", house.base)), "{}", page.body);
    assert_eq!(house.network.errors(), Vec::<String>::new());
}

#[tokio::test]
async fn a_text_that_is_not_delivered_is_followed_by_a_ring_at_once() {
    let ways = "{ by = \"text\" }, { by = \"call\", after_seconds = 600 }";
    let house = House::with_tenant(Folder::new(), &alex_by(ways), PACE, &[PhoneBehaviour::NoTexts]).await;
    let call = server_down(&house).await;
    let case = accepted(&house, &call).await;
    assert_eq!(case.pages[0].channel, Channel::Text);
    assert!(matches!(case.pages[0].state, PageState::Ended { .. }), "{:?}", case.pages);
    assert!(house.rings(ALEX) == 1, "{:?}", case.pages);
    let rung = case.accepted().unwrap();
    assert!((rung.ordered_at - case.opened_at).num_seconds() < 120, "{:?}", case.pages);
}

#[tokio::test]
async fn a_message_of_the_emergency_document_becomes_a_ticket_that_the_command_finds_too() {
    let house = House::open(&[PhoneBehaviour::Accept]).await;
    // The same account, whose line goes straight to the fallback: so does the carrier while nothing can be stored.
    let mut config = NetworkConfig::new(
        nightdesk::config::SIMULATOR_ACCOUNT_SID,
        SecretString::from(token_of(&house.folder.path("data"))),
    );
    config.lines = vec![PhoneLine {
        number: LINE.to_owned(),
        voice_url: format!("{}/twilio/{TENANT}/fallback", house.base),
        fallback_url: None,
        status_callback_url: None,
        sms_url: None,
    }];
    config.pace = PACE;
    let down = PhoneNetwork::start(config, Arc::new(HyperTransport::new())).await.unwrap();
    let caller = down.dial(Some(DANA), LINE);
    caller.say("this is dana at acme dental please call me back about the server").await.unwrap();
    caller.press("#").await.unwrap();
    caller.wait_ended().await;
    assert!(cases(&*house.server.store.cases).await.is_empty(), "nobody knows of it yet");

    let mut written = 0;
    let scan = async || {
        let args =
            ["--database", "data/nightdesk.sqlite", "voicemail", "scan", "--json", "--simulator-api", down.api_url()];
        house.folder.run(&args).await
    };
    let ran = scan().await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!((&ran.json()[0]["seen"], &ran.json()[0]["found"]), (&1.into(), &1.into()), "{ran:?}");
    written += ran.json()[0]["transcribed"].as_u64().unwrap();
    let again = scan().await.json();
    assert_eq!(again[0]["found"], 0, "once is enough");
    written += again[0]["transcribed"].as_u64().unwrap();
    let case = eventually("the ticket is written", PATIENCE, async || {
        let case = cases(&*house.server.store.cases).await.pop()?;
        case.ticket.psa.is_some().then_some(case)
    })
    .await;
    assert_eq!(case.id.as_str(), caller.leg());
    // The carrier was asked to write it down, and has nobody to tell: a scan fetches the words.
    for _ in 0..50 {
        if written > 0 {
            break;
        }
        written += scan().await.json()[0]["transcribed"].as_u64().unwrap();
    }
    assert_eq!((written, &scan().await.json()[0]["transcribed"]), (1, &0.into()));
    eventually("the ticket has the words", PATIENCE, async || {
        let id = case.ticket.psa.as_ref()?;
        let (ticket, notes) = house.server.desk.ticket(&TenantId::parse(TENANT).unwrap(), id).await.unwrap()?;
        let said = |text: &Private| text.reveal().contains("call me back about the server");
        (said(&ticket.draft.description) || notes.iter().any(|note| said(&note.text))).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_scan_without_a_network_says_where_it_looked_and_when_there_is_one() {
    let folder = Folder::new();
    folder.call(&["--say", PRINTER]).await;
    let ran = folder.run(&["voicemail", "scan", "--simulator-api", "http://127.0.0.1:9"]).await;
    assert_eq!(ran.code, 1, "{ran:?}");
    for said in ["lakeside: not scanned", "http://127.0.0.1:9 did not answer", "only during a `nightdesk call`"] {
        assert!(ran.out.contains(said), "{said}: {ran:?}");
    }
}

#[tokio::test]
async fn the_link_in_a_ticket_plays_the_message() {
    let house = House::open(&[PhoneBehaviour::Accept]).await;
    let caller = house.network.dial(Some(DANA), LINE);
    caller.press("*").await.unwrap();
    caller.say("my printer is jammed no hurry").await.unwrap();
    caller.press("#").await.unwrap();
    caller.wait_ended().await;
    let tenant = TenantId::parse(TENANT).unwrap();
    let link = eventually("the ticket names the message", PATIENCE, async || {
        let ticket = house.server.desk.tickets(&tenant, 1).await.unwrap().pop()?;
        let text = ticket.draft.description.reveal().to_owned();
        text.lines().find_map(|line| line.strip_prefix("Listen: ")).map(str::to_owned)
    })
    .await;
    assert!(link.starts_with(&format!("{}/recording/{TENANT}/RE", house.base)), "{link}");
    assert_eq!(get(&link).await.0, 200);
    assert_eq!(get(&format!("{}0", &link[..link.len() - 1])).await.0 == 404, !link.ends_with('0'));
}

//! Delivery to a double of a workspace, and the buttons that come back from it.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // A test may panic.

use nightdesk_adapters_slack::{
    Interaction, MINUTES, Page, Pressed, Slack, SlackConfig, is_genuine, page_message, parse, settled_message,
};
use nightdesk_domain::effect::Alert;
use nightdesk_domain::ids::{CaseId, EffectId, TenantId};
use nightdesk_ports::{DeliveryError, Notifier};
use nightdesk_testkit::slack::{BOT_TOKEN, CHANNEL, Mode, SIGNING_SECRET, SlackDouble};
use nightdesk_testkit::transport::HyperTransport;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

const ALEX: &str = "U0ALEX01";

async fn workspace() -> (SlackDouble, Slack) {
    let double = SlackDouble::start().await.unwrap();
    double.add_member(ALEX);
    let slack = client(&double.url(), BOT_TOKEN);
    (double, slack)
}

fn client(api: &str, token: &str) -> Slack {
    let config = SlackConfig {
        api: api.to_owned(),
        bot_token: token.into(),
        signing_secret: SIGNING_SECRET.into(),
        channel: CHANNEL.to_owned(),
    };
    assert_eq!(config.problems(), [""; 0]);
    Slack::new(Arc::new(HyperTransport), config)
}

fn case() -> CaseId {
    CaseId::parse("CA1").unwrap()
}

fn page<'a>(case: &'a CaseId, body: &'a str) -> Page<'a> {
    Page {
        case,
        page: 3,
        subject: "Acme Dental, Critical",
        body,
        briefing: None,
        link: Some("https://desk.example/ack/t/CA1/3/5/ab"),
    }
}

async fn alert(slack: &Slack) -> Result<(), DeliveryError> {
    let alert =
        Alert { to: vec!["alex@lakeside.example".into()], subject: "A message".into(), body: "One\nTwo".into() };
    let effect: EffectId = "case/CA1#4".parse().unwrap();
    slack.alert(&TenantId::parse("lakeside").unwrap(), &effect, &alert).await
}

#[tokio::test]
async fn a_page_goes_to_the_member_with_a_button_for_each_choice_of_minutes() {
    let (double, slack) = workspace().await;
    let case = case();
    slack.page(ALEX, &page(&case, "the server is down\n> <!channel> *now*")).await.unwrap();
    let posted = double.messages().remove(0);
    assert_eq!((posted.to.as_str(), posted.text.as_str()), (ALEX, "Acme Dental, Critical"));
    assert_eq!(posted.blocks[1]["text"]["text"], "the server is down\n&lt;!channel&gt; ∗now∗");
    let values: Vec<String> = MINUTES.iter().map(|minutes| format!("CA1/3/{minutes}")).collect();
    let buttons = posted.blocks[2]["elements"].as_array().unwrap();
    assert_eq!(buttons.iter().map(|button| button["value"].as_str().unwrap()).collect::<Vec<_>>(), values);
    let link = "<https://desk.example/ack/t/CA1/3/5/ab|Accept in the browser>";
    assert_eq!(posted.blocks[3]["elements"][0]["text"], link);
    let sent = &double.requests()[0].1;
    assert_eq!((&sent["unfurl_links"], &sent["unfurl_media"]), (&json!(false), &json!(false)));
    assert!(sent.get("parse").is_none() && sent.get("link_names").is_none() && sent.get("ts").is_none());
}

#[tokio::test]
async fn a_notice_goes_to_the_channel() {
    let (double, slack) = workspace().await;
    alert(&slack).await.unwrap();
    let posted = double.messages().remove(0);
    assert_eq!((posted.to.as_str(), posted.blocks.as_array().unwrap().len()), (CHANNEL, 2));
    assert_eq!(posted.blocks[1]["text"]["text"], "One\nTwo");
}

#[tokio::test]
async fn an_accepted_page_says_who_has_it_and_loses_its_buttons() {
    let (double, slack) = workspace().await;
    let case = case();
    let at = slack.page(ALEX, &page(&case, "down")).await.unwrap();
    slack.replace(&at, &settled_message("Alex has it.")).await.unwrap();
    let posted = double.messages().remove(0);
    assert_eq!(posted.text, "Alex has it.");
    assert!(!posted.blocks.to_string().contains("button"));
}

#[tokio::test]
async fn what_slack_answers_becomes_one_of_three_errors() {
    let (double, slack) = workspace().await;
    for (mode, expected) in [
        (Mode::Down, "outcome unknown"),
        (Mode::LosesAnswers, "outcome unknown"),
        (Mode::Nonsense, "outcome unknown"),
        (Mode::Throttles(7), "unavailable"),
        (Mode::Refuses("not_in_channel"), "refused: Slack answered not_in_channel: invite the bot to the channel"),
    ] {
        double.set_mode(mode.clone());
        assert_eq!(alert(&slack).await.unwrap_err().to_string(), expected, "{mode:?}");
    }
    double.set_mode(Mode::Throttles(7));
    let Err(DeliveryError::Unavailable { retry_after }) = alert(&slack).await else { panic!("not put off") };
    assert_eq!(retry_after, Some(Duration::from_secs(7)));
    double.set_mode(Mode::Up);
    let wrong = client(&double.url(), "xoxb-other");
    assert!(alert(&wrong).await.unwrap_err().to_string().contains("slack.bot_token"));
    let nowhere = client("http://127.0.0.1:1", BOT_TOKEN);
    assert!(matches!(alert(&nowhere).await, Err(DeliveryError::Unavailable { retry_after: None })));
}

#[tokio::test]
async fn a_member_who_is_none_is_refused_without_asking() {
    let (double, slack) = workspace().await;
    let case = case();
    assert!(matches!(slack.page("@alex", &page(&case, "down")).await, Err(DeliveryError::Refused(_))));
    assert!(double.requests().is_empty());
    let stranger = slack.page("U0NOBODY", &page(&case, "down")).await.unwrap_err().to_string();
    assert!(stranger.contains("channel_not_found"), "{stranger}");
}

#[tokio::test]
async fn slack_takes_a_page_of_any_words() {
    let (_double, slack) = workspace().await;
    let case = case();
    let endless = "<@U1> & \u{1f6a8} _x_ ".repeat(2_000);
    for words in ["", " ", "\n\n", "> > >", endless.as_str()] {
        let page = Page { subject: words, body: words, link: Some("https://a b"), ..page(&case, "") };
        slack.page(ALEX, &page).await.unwrap();
    }
}

#[test]
fn a_link_that_could_be_markup_is_left_out() {
    let case = case();
    for link in ["https://a|b", "https://a>b", "javascript:x", "https://a b"] {
        let page = Page { link: Some(link), ..page(&case, "down") };
        assert_eq!(page_message(&page).blocks.len(), 3, "{link}");
    }
}

fn body(payload: &serde_json::Value) -> Vec<u8> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("payload", &payload.to_string()).finish().into_bytes()
}

fn press(action_id: &str, value: &str, member: &str) -> serde_json::Value {
    json!({
        "type": "block_actions",
        "user": {"id": member},
        "container": {"type": "message", "channel_id": "D0ALEX01", "message_ts": "1.2"},
        "actions": [{"type": "button", "action_id": action_id, "value": value}],
    })
}

#[test]
fn a_pressed_button_names_member_case_page_and_minutes() {
    let expected = Pressed {
        member: ALEX.to_owned(),
        case: case(),
        page: 3,
        minutes: 15,
        message: Some(("D0ALEX01".to_owned(), "1.2".to_owned())),
    };
    let read = parse(&body(&press("accept-15", "CA1/3/15", ALEX))).unwrap();
    assert_eq!(read, Interaction::Accepts(expected));
}

#[test]
fn what_is_not_a_button_of_ours_is_nothing() {
    for payload in
        [json!({"type": "view_submission"}), press("other", "CA1/3/15", ALEX), json!({"type": "block_actions"})]
    {
        assert_eq!(parse(&body(&payload)).unwrap(), Interaction::Nothing, "{payload}");
    }
}

#[test]
fn what_cannot_be_read_is_refused_and_not_repeated() {
    for value in ["", "CA1", "CA1/3", "CA1/3/15/7", "CA1/x/15", "CA1/3/99999", "a b/3/15"] {
        let error = parse(&body(&press("accept-15", value, ALEX))).unwrap_err().to_string();
        assert_eq!(error, "value is missing or cannot be read", "{value}");
    }
    assert!(parse(&body(&press("accept-15", "CA1/3/15", "alex"))).is_err());
    for broken in [&b""[..], b"payload=", b"payload=%7B", b"other=1", b"\xff\xfe"] {
        assert!(parse(broken).is_err());
    }
}

#[tokio::test]
async fn the_double_signs_as_slack_does() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}/slack/lakeside/interactivity", listener.local_addr().unwrap());
    let (double, slack) = workspace().await;
    let case = case();
    slack.page(ALEX, &page(&case, "down")).await.unwrap();
    let button = double.messages()[0].button("accept-30");
    let received = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut read = Vec::new();
        while !read.windows(4).any(|end| end == b"%5D%") && !String::from_utf8_lossy(&read).ends_with("%7D") {
            let mut some = [0; 4096];
            let length = stream.read(&mut some).await.unwrap();
            read.extend_from_slice(&some[..length]);
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        String::from_utf8(read).unwrap()
    };
    let (status, request) = tokio::join!(double.press(ALEX, &button, &url), received);
    assert_eq!(status.unwrap(), 200);
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let header = |name: &str| {
        let line = head.lines().find(|line| line.to_lowercase().starts_with(name)).unwrap();
        line.split_once(": ").unwrap().1.to_owned()
    };
    let (at, signature) = (header("x-slack-request-timestamp"), header("x-slack-signature"));
    assert!(is_genuine(&SIGNING_SECRET.into(), &at, body.as_bytes(), &signature, at.parse().unwrap()));
    assert!(matches!(parse(body.as_bytes()), Ok(Interaction::Accepts(pressed)) if pressed.minutes == 30));
}

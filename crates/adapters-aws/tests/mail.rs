//! Notices by SES against the double: what is sent, and what each refusal becomes.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a failed test is meant to panic")]

mod common;

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use common::{Log, config, double, is_signed};
use nightdesk_adapters_aws::ses::{EFFECT_HEADER, MailConfig, MailOutcome, RECIPIENTS_MAX, SesNotifier, feedback};
use nightdesk_domain::effect::Alert;
use nightdesk_domain::ids::{EffectId, TenantId};
use nightdesk_ports::{DeliveryError, Notifier};
use nightdesk_testkit::aws::{AwsDouble, Fault};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

fn tenant() -> TenantId {
    TenantId::parse("my_msp.eu").unwrap()
}

fn effect() -> EffectId {
    "case/CA7_x#12".parse().unwrap()
}

fn alert(to: &[&str]) -> Alert {
    Alert {
        to: to.iter().map(|&address| address.to_owned()).collect(),
        subject: "Critical: server down\r\nBcc: x@evil.example".into(),
        body: "Dana at Acme <Dental> called.\n\n\"Nobody can work\" & more: peña".into(),
    }
}

fn notifier_for(config: &aws_config::SdkConfig, mail: MailConfig) -> SesNotifier {
    SesNotifier::new(aws_sdk_sesv2::Client::new(config), BTreeMap::from([(tenant(), mail)]))
}

fn mail_config() -> MailConfig {
    MailConfig {
        from: "NightDesk <desk@msp.example>".into(),
        reply_to: Some("office@msp.example".into()),
        configuration_set: Some("nightdesk".to_owned()),
    }
}

/// Out of the sandbox, with everything set up.
async fn working() -> (AwsDouble, SesNotifier) {
    let (aws, config) = double().await;
    aws.verify("msp.example");
    aws.leave_sandbox();
    aws.add_configuration_set("nightdesk");
    (aws, notifier_for(&config, mail_config()))
}

async fn send(notifier: &SesNotifier) -> Result<(), DeliveryError> {
    notifier.alert(&tenant(), &effect(), &alert(&["alex@example.com"])).await
}

/// The text of a refusal, which names no address.
fn refusal(outcome: Result<(), DeliveryError>) -> String {
    match outcome {
        Err(DeliveryError::Refused(text)) => {
            assert!(!text.contains('@'), "an address in: {text}");
            text
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_notice_goes_out_as_text_and_html_with_everything_that_names_it() {
    let (aws, notifier) = working().await;
    notifier.alert(&tenant(), &effect(), &alert(&["alex@example.com", "bea@example.com"])).await.unwrap();
    let requests = aws.requests("SendEmail");
    assert_eq!(requests.len(), 1);
    assert_eq!((requests[0].method.as_str(), requests[0].path.as_str()), ("POST", "/v2/email/outbound-emails"));
    assert!(is_signed(&requests[0], "ses"));
    let mail = requests[0].json();
    assert_eq!(mail["FromEmailAddress"], "NightDesk <desk@msp.example>");
    assert_eq!(mail["ReplyToAddresses"], json!(["office@msp.example"]));
    assert_eq!(mail["Destination"]["ToAddresses"], json!(["alex@example.com", "bea@example.com"]));
    assert_eq!(mail["ConfigurationSetName"], "nightdesk");
    let tags = json!([
        { "Name": "nightdesk-tenant", "Value": "my_5Fmsp_2Eeu" },
        { "Name": "nightdesk-effect", "Value": "case_2FCA7_5Fx_2312" },
    ]);
    assert_eq!(mail["EmailTags"], tags);
    let simple = &mail["Content"]["Simple"];
    assert_eq!(simple["Headers"], json!([{ "Name": EFFECT_HEADER, "Value": "case/CA7_x#12" }]));
    let subject = "Critical: server down Bcc: x@evil.example";
    assert_eq!(simple["Subject"], json!({ "Data": subject, "Charset": "UTF-8" }));
    assert_eq!(simple["Body"]["Text"]["Data"], alert(&[]).body.reveal());
    let html = simple["Body"]["Html"]["Data"].as_str().unwrap();
    assert!(html.contains("<p>Dana at Acme &lt;Dental&gt; called.</p>"), "{html}");
    assert!(html.contains("&amp; more: peña"), "{html}");
    assert_eq!(simple["Body"]["Html"]["Charset"], "UTF-8");
}

#[tokio::test]
async fn a_report_about_the_mail_leads_back_to_the_effect() {
    let (aws, notifier) = working().await;
    send(&notifier).await.unwrap();
    let sent = &aws.mails()[0]["EmailTags"];
    // SES gives each tag back as a list under its name.
    let tags: serde_json::Map<String, Value> = sent
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| (tag["Name"].as_str().unwrap().to_owned(), json!([tag["Value"]])))
        .collect();
    let event = json!({
        "detail-type": "Email Bounced", "source": "aws.ses",
        "detail": { "eventType": "Bounce", "mail": { "tags": tags }, "bounce": { "bounceType": "Permanent" } },
    });
    let feedback = feedback(&event.to_string()).unwrap().unwrap();
    assert_eq!((feedback.tenant, feedback.effect), (tenant(), effect()));
    assert_eq!(feedback.outcome, MailOutcome::Bounced { permanent: true });
}

#[tokio::test]
async fn a_tenant_without_reply_to_and_configuration_set_sends_neither() {
    let (aws, config) = double().await;
    aws.verify("desk@msp.example");
    aws.leave_sandbox();
    let bare = MailConfig { from: "desk@msp.example".into(), reply_to: None, configuration_set: None };
    send(&notifier_for(&config, bare)).await.unwrap();
    let mail = &aws.mails()[0];
    assert!(mail["ReplyToAddresses"].is_null() && mail["ConfigurationSetName"].is_null(), "{mail}");
}

#[tokio::test]
async fn many_addresses_go_out_fifty_at_a_time() {
    let (aws, notifier) = working().await;
    let addresses: Vec<String> = (0..RECIPIENTS_MAX + 1).map(|number| format!("t{number}@example.com")).collect();
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    notifier.alert(&tenant(), &effect(), &alert(&addresses)).await.unwrap();
    let counts: Vec<usize> =
        aws.mails().iter().map(|mail| mail["Destination"]["ToAddresses"].as_array().unwrap().len()).collect();
    assert_eq!(counts, [50, 1]);
}

#[tokio::test]
async fn a_notice_without_an_address_or_a_sender_says_what_to_do_and_asks_nobody() {
    let (aws, notifier) = working().await;
    let text = refusal(notifier.alert(&tenant(), &effect(), &alert(&[])).await);
    assert!(text.contains("give the people on call an e-mail address"), "{text}");
    let stranger = TenantId::parse("other").unwrap();
    let text = refusal(notifier.alert(&stranger, &effect(), &alert(&["alex@example.com"])).await);
    assert!(text.contains("give it a sender in the mail settings"), "{text}");
    assert!(aws.requests("SendEmail").is_empty());
}

#[tokio::test]
async fn the_sandbox_is_explained_without_an_address() {
    let (aws, config) = double().await;
    aws.verify("msp.example");
    aws.add_configuration_set("nightdesk");
    let notifier = notifier_for(&config, mail_config());
    let text = refusal(send(&notifier).await);
    assert!(text.contains("sandbox") && text.contains("request production access"), "{text}");
    aws.verify("alex@example.com");
    send(&notifier).await.unwrap();
}

#[tokio::test]
async fn a_configuration_set_that_does_not_exist_is_named_as_the_cause() {
    let (aws, config) = double().await;
    aws.verify("msp.example");
    aws.leave_sandbox();
    let text = refusal(send(&notifier_for(&config, mail_config())).await);
    assert!(text.contains("configuration set does not exist"), "{text}");
}

#[tokio::test]
async fn a_malformed_address_is_refused() {
    let (_aws, notifier) = working().await;
    let text = refusal(notifier.alert(&tenant(), &effect(), &alert(&["not an address"])).await);
    assert!(text.contains("check the sender and reply-to"), "{text}");
    assert!(!text.contains("not an address"), "{text}");
}

#[tokio::test]
async fn every_refusal_of_ses_says_what_to_mend() {
    let (aws, notifier) = working().await;
    let cases = [
        (400, "AccountSuspendedException", "suspended"),
        (400, "SendingPausedException", "enable sending again"),
        (400, "MailFromDomainNotVerifiedException", "MX and SPF"),
        (400, "BadRequestException", "malformed"),
        (404, "NotFoundException", "create it, or take it out"),
        (400, "MessageRejected", "does not accept the content"),
        (403, "AccessDeniedException", "IAM action ses:SendEmail"),
        (403, "UnrecognizedClientException", "AWS credentials"),
        (403, "SignatureDoesNotMatch", "AWS credentials"),
        (400, "SomethingNew", "Amazon SES answered SomethingNew to ses:SendEmail"),
    ];
    for (status, code, expected) in cases {
        aws.fail("SendEmail", Fault::error(status, code, "about alex@example.com"));
        let text = refusal(send(&notifier).await);
        assert!(text.contains(expected), "{code}: {text}");
    }
    assert!(aws.mails().is_empty());
    assert_eq!(aws.requests("SendEmail").len(), cases.len(), "the SDK must not repeat");
}

#[tokio::test]
async fn what_passes_by_itself_is_left_to_the_courier() {
    let (aws, notifier) = working().await;
    let cases = [
        (429, "TooManyRequestsException", None),
        (400, "LimitExceededException", None),
        (400, "ThrottlingException", Some(7)),
        (500, "InternalServiceErrorException", None),
        (503, "ServiceUnavailable", Some(3)),
        (403, "ExpiredTokenException", None),
    ];
    for (status, code, retry_after_seconds) in cases {
        let (code, message) = (code.to_owned(), "Maximum sending rate exceeded.".to_owned());
        aws.fail("SendEmail", Fault::Error { status, code, message, retry_after_seconds });
        match send(&notifier).await {
            Err(DeliveryError::Unavailable { retry_after }) => {
                assert_eq!(retry_after, retry_after_seconds.map(Duration::from_secs));
            }
            other => panic!("{status}: {other:?}"),
        }
    }
    assert_eq!(aws.requests("SendEmail").len(), cases.len(), "the SDK must not repeat");
    send(&notifier).await.unwrap();
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_the_repetition_carries_the_same_header() {
    let (aws, notifier) = working().await;
    for fault in [Fault::LosesAnswer, Fault::Slow(Duration::from_secs(3))] {
        aws.fail("SendEmail", fault);
        let outcome = send(&notifier).await;
        assert!(matches!(outcome, Err(DeliveryError::Unknown)), "{outcome:?}");
    }
    send(&notifier).await.unwrap();
    let mails = aws.mails();
    assert_eq!(mails.len(), 3, "SES has sent all three");
    let header = |mail: &Value| mail["Content"]["Simple"]["Headers"][0]["Value"].clone();
    assert!(mails.iter().all(|mail| header(mail) == "case/CA7_x#12"), "{mails:?}");
}

#[tokio::test]
async fn an_answer_that_is_no_json_leaves_the_outcome_unknown() {
    let (aws, notifier) = working().await;
    aws.fail("SendEmail", Fault::Nonsense);
    let outcome = send(&notifier).await;
    assert!(matches!(outcome, Err(DeliveryError::Unknown)), "{outcome:?}");
}

#[tokio::test]
async fn a_service_that_cannot_be_reached_was_certainly_not_asked() {
    let free = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let outcome = send(&notifier_for(&config(&format!("http://{free}")), mail_config())).await;
    assert!(matches!(outcome, Err(DeliveryError::Unavailable { .. })), "{outcome:?}");
    let outcome = send(&notifier_for(&config("http://no-such-host.invalid"), mail_config())).await;
    assert!(matches!(outcome, Err(DeliveryError::Unavailable { .. })), "{outcome:?}");
}

#[tokio::test]
async fn missing_settings_are_refused_with_what_to_set() {
    let (_aws, config) = double().await;
    let nobody = SharedCredentialsProvider::new(NoCredentials);
    let without_credentials = config.to_builder().credentials_provider(nobody).build();
    let text = refusal(send(&notifier_for(&without_credentials, mail_config())).await);
    assert!(text.contains("give the machine a role"), "{text}");
    let mut without_region = config.into_builder().region(None);
    without_region.set_endpoint_url(None);
    let without_region = without_region.build();
    let text = refusal(send(&notifier_for(&without_region, mail_config())).await);
    assert!(text.contains("AWS_REGION"), "{text}");
}

#[derive(Debug)]
struct NoCredentials;

impl ProvideCredentials for NoCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Err(CredentialsError::not_loaded("nothing is configured")))
    }
}

#[tokio::test]
async fn no_address_and_no_word_of_the_notice_shows_in_debug_or_in_the_finest_log() {
    let (log, _guard) = Log::capture();
    let (aws, notifier) = working().await;
    send(&notifier).await.unwrap();
    aws.fail("SendEmail", Fault::LosesAnswer);
    send(&notifier).await.unwrap_err();
    let shown = format!("{notifier:?} {:?}", mail_config());
    let log = log.text();
    assert!(log.contains("SendEmail"), "the log was captured");
    for private in ["desk@msp.example", "office@msp.example", "alex@example.com", "Dana", "not-a-secret"] {
        assert!(!shown.contains(private), "{private} in {shown}");
        assert!(!log.contains(private), "{private} in {}", log.lines().find(|line| line.contains(private)).unwrap());
    }
}

#[tokio::test]
async fn what_ses_says_of_an_address_stays_out_of_the_log_up_to_debug() {
    let (log, _guard) = Log::capture();
    let (_aws, config) = double().await;
    let plain = MailConfig { configuration_set: None, ..mail_config() };
    refusal(send(&notifier_for(&config, plain)).await);
    let log = log.text();
    assert!(log.contains("DEBUG") && log.contains("SendEmail"), "the log was captured");
    // The SDK's TRACE shows answers; docs/AWS.md says so.
    let line = log.lines().find(|line| line.contains("alex@example.com") && !line.contains(" TRACE "));
    assert!(line.is_none(), "{line:?}");
}

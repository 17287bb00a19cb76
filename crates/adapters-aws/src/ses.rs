//! Mail to the people on call by Amazon SES (API version 2), and what SES reports about it afterwards.
//!
//! A notice goes out as text and HTML. It carries the tenant and the effect twice: as message tags, which come back in
//! every report of SES (see [`feedback`]), and as the header [`EFFECT_HEADER`], by which a mailbox recognises a notice
//! that was repeated after an unknown outcome. SES itself knows no idempotency key.
//!
//! What is absent here: a text that quotes an address. SES's own messages do, so none of them is passed on.

mod feedback;
mod html;
mod tags;

pub use feedback::{Feedback, FeedbackError, MailOutcome, feedback};

use crate::failure::{Failure, Request};
use async_trait::async_trait;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::error::BuildError;
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message, MessageHeader, MessageTag};
use nightdesk_domain::effect::Alert;
use nightdesk_domain::ids::{EffectId, TenantId};
use nightdesk_domain::private::Private;
use nightdesk_ports::{DeliveryError, Notifier};
use std::collections::BTreeMap;

/// The header that names the effect: the same in every repetition of one notice.
pub const EFFECT_HEADER: &str = "X-NightDesk-Effect";
/// How many addresses one message may have (Amazon SES Developer Guide, "Service quotas").
pub const RECIPIENTS_MAX: usize = 50;

const REQUEST: Request = Request { service: "Amazon SES", action: "ses:SendEmail" };

/// How one tenant's mail is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailConfig {
    /// The sender, as `Name <address>` or an address; its domain or address is a verified identity of the region.
    pub from: Private,
    /// Where answers go, if not to the sender.
    pub reply_to: Option<Private>,
    /// The configuration set whose events report bounces; without one SES reports nothing.
    pub configuration_set: Option<String>,
}

/// See the module.
#[derive(Debug)]
pub struct SesNotifier {
    client: Client,
    tenants: BTreeMap<TenantId, MailConfig>,
}

impl SesNotifier {
    /// Sends for these tenants and refuses for every other.
    pub fn new(client: Client, tenants: BTreeMap<TenantId, MailConfig>) -> Self {
        Self { client, tenants }
    }

    async fn send(
        &self,
        config: &MailConfig,
        tenant: &TenantId,
        id: &EffectId,
        to: &[String],
        message: Message,
    ) -> Result<(), DeliveryError> {
        let tag = |name: &str, value: &str| MessageTag::builder().name(name).value(tags::encode(value)).build();
        self.client
            .send_email()
            .from_email_address(config.from.reveal())
            .set_reply_to_addresses(config.reply_to.as_ref().map(|address| vec![address.reveal().to_owned()]))
            .destination(Destination::builder().set_to_addresses(Some(to.to_vec())).build())
            .content(EmailContent::builder().simple(message).build())
            .email_tags(tag(tags::TENANT, tenant.as_str()).map_err(incomplete)?)
            .email_tags(tag(tags::EFFECT, &id.to_string()).map_err(incomplete)?)
            .set_configuration_set_name(config.configuration_set.clone())
            .customize()
            // The courier repeats; a repetition inside the SDK could send a second mail and call it the first.
            .config_override(aws_sdk_sesv2::Config::builder().retry_config(RetryConfig::disabled()))
            .send()
            .await
            .map_err(|error| Failure::of(&error).delivery(REQUEST, explain))?;
        Ok(())
    }
}

#[async_trait]
impl Notifier for SesNotifier {
    /// Sends one message, or one for every fifty addresses; if a later one fails, the earlier are repeated with it.
    async fn alert(&self, tenant: &TenantId, id: &EffectId, alert: &Alert) -> Result<(), DeliveryError> {
        let config = self.tenants.get(tenant).ok_or_else(|| {
            DeliveryError::Refused("no mail is set up for the tenant: give it a sender in the mail settings".to_owned())
        })?;
        if alert.to.is_empty() {
            return Err(DeliveryError::Refused(
                "the notice has no address: give the people on call an e-mail address in the tenant's records"
                    .to_owned(),
            ));
        }
        let message = message(id, alert).map_err(incomplete)?;
        for to in alert.to.chunks(RECIPIENTS_MAX) {
            self.send(config, tenant, id, to, message.clone()).await?;
        }
        Ok(())
    }
}

/// The notice as SES wants it.
fn message(id: &EffectId, alert: &Alert) -> Result<Message, BuildError> {
    let subject = one_line(alert.subject.reveal());
    let content = |text: String| Content::builder().data(text).charset("UTF-8").build();
    let html = html::document(&subject, alert.body.reveal());
    let body = Body::builder().text(content(alert.body.reveal().to_owned())?).html(content(html)?).build();
    let header = MessageHeader::builder().name(EFFECT_HEADER).value(id.to_string()).build()?;
    Ok(Message::builder().subject(content(subject)?).body(body).headers(header).build())
}

/// A subject may hold no line breaks or other control characters.
fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_control() || c.is_whitespace())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// A required part of a message was left out, which the code above rules out.
fn incomplete(error: BuildError) -> DeliveryError {
    DeliveryError::Refused(format!("the mail cannot be composed: {error}"))
}

/// What a person must mend (Amazon SES API v2 Reference, SendEmail, "Errors").
fn explain(error: &SendEmailError) -> Option<String> {
    let text = match error {
        SendEmailError::MessageRejected(rejected) if rejected.message().is_some_and(says_not_verified) => {
            "an address is not verified with Amazon SES in this region: verify the sender's domain; while the account \
             is in the SES sandbox each recipient must be verified too, so verify them or request production access \
             (SES console, Account dashboard)"
        }
        SendEmailError::MessageRejected(_) => {
            "Amazon SES does not accept the content of the mail: look at the notice in the call's log"
        }
        SendEmailError::MailFromDomainNotVerifiedException(_) => {
            "the sender's MAIL FROM domain is not verified: publish the MX and SPF records that the SES console shows \
             for the identity, or remove its custom MAIL FROM domain"
        }
        SendEmailError::AccountSuspendedException(_) => {
            "Amazon SES has suspended the account: open the SES console, Reputation metrics, and answer the case there"
        }
        SendEmailError::SendingPausedException(_) => {
            "sending is paused for the account or its configuration set: find the cause in the SES console, Reputation \
             metrics, and enable sending again"
        }
        SendEmailError::NotFoundException(_) => {
            "the configuration set does not exist in this region: create it, or take it out of the mail settings"
        }
        SendEmailError::BadRequestException(_) => {
            "Amazon SES finds the request malformed: check the sender and reply-to in the mail settings, the addresses \
             of the people on call, and the configuration set"
        }
        _ => return None,
    };
    Some(text.to_owned())
}

/// `Email address is not verified. The following identities failed the check in region …`
fn says_not_verified(message: &str) -> bool {
    message.to_ascii_lowercase().contains("not verified")
}

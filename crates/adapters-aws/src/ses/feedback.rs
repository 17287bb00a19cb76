//! What SES reports about a mail, as EventBridge delivers it.
//!
//! Sources: Amazon SES Developer Guide, "Monitoring SES events using Amazon EventBridge" (the envelope and its
//! `detail-type`) and "Contents of event data" (`detail`). SES repeats the message tags in `detail.mail.tags`, each with
//! a list of values, when the mail was sent with a configuration set. Events may come twice and in any order.

use super::tags;
use nightdesk_domain::ids::{EffectId, TenantId};
use serde_json::Value;

/// What became of a notice. With several addresses there are several reports, in no order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feedback {
    /// Whose notice.
    pub tenant: TenantId,
    /// The effect that sent it.
    pub effect: EffectId,
    /// What became of it.
    pub outcome: MailOutcome,
}

/// What became of a mail at one or more of its addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailOutcome {
    /// The recipient's server took it. Nobody has read it for that.
    Delivered,
    /// It came back.
    Bounced {
        /// The address does not work and SES will not try it again; otherwise the mailbox was full or slow.
        permanent: bool,
    },
    /// The recipient called it spam; SES will not mail that address again.
    Complained,
    /// SES did not send it: it took it for a virus, or could not compose it.
    Rejected,
    /// It is not there yet, and SES keeps trying.
    Delayed,
}

/// A report that cannot be read. The text names the field and nothing of what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FeedbackError {
    /// Not a JSON document.
    #[error("the event is not JSON")]
    NotJson,
    /// A field is missing, or is not what SES writes there.
    #[error("the event's field {0} is missing or malformed")]
    Field(&'static str),
}

/// Reads one event. None for a mail that we did not send, and for an event that says nothing about its arrival (sent,
/// opened, clicked, subscriptions, advice).
pub fn feedback(json: &str) -> Result<Option<Feedback>, FeedbackError> {
    let event: Value = serde_json::from_str(json).map_err(|_| FeedbackError::NotJson)?;
    let kind = event["detail-type"].as_str().ok_or(FeedbackError::Field("detail-type"))?;
    if !KINDS.contains(&kind) {
        return Ok(None);
    }
    let mail = event["detail"]["mail"].as_object().ok_or(FeedbackError::Field("detail.mail"))?;
    let tag = |name: &str| mail.get("tags").and_then(|tags| tags.get(name));
    let (tenant, effect) = match (tag(tags::TENANT), tag(tags::EFFECT)) {
        (None, None) => return Ok(None),
        (tenant, effect) => (
            name(tenant).ok_or(FeedbackError::Field("detail.mail.tags.nightdesk-tenant"))?,
            name(effect).ok_or(FeedbackError::Field("detail.mail.tags.nightdesk-effect"))?,
        ),
    };
    let outcome = match kind {
        "Email Delivered" => MailOutcome::Delivered,
        "Email Delivery Delayed" => MailOutcome::Delayed,
        "Email Complaint Received" => MailOutcome::Complained,
        "Email Bounced" => MailOutcome::Bounced { permanent: permanent(&event["detail"])? },
        _ => MailOutcome::Rejected,
    };
    Ok(Some(Feedback { tenant, effect, outcome }))
}

/// The events that say whether a mail arrived; the last two are both `Rejected`.
const KINDS: [&str; 6] = [
    "Email Delivered",
    "Email Delivery Delayed",
    "Email Complaint Received",
    "Email Bounced",
    "Email Rejected",
    "Email Rendering Failed",
];

/// The name in a tag, which is a list of one value.
fn name<T: std::str::FromStr>(tag: Option<&Value>) -> Option<T> {
    tags::decode(tag?[0].as_str()?)?.parse().ok()
}

fn permanent(detail: &Value) -> Result<bool, FeedbackError> {
    match detail["bounce"]["bounceType"].as_str() {
        Some("Permanent") => Ok(true),
        Some("Transient" | "Undetermined") => Ok(false),
        _ => Err(FeedbackError::Field("detail.bounce.bounceType")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(kind: &str) -> Value {
        json!({
            "version": "0", "id": "00000000-0000-4000-8000-000000000001", "detail-type": kind, "source": "aws.ses",
            "account": "111122223333", "time": "2026-11-03T02:00:00Z", "region": "us-east-1", "resources": [],
            "detail": {
                "eventType": "Bounce",
                "bounce": { "bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": [
                    { "emailAddress": "alex@example.com", "action": "failed", "status": "5.1.1" }] },
                "mail": {
                    "timestamp": "2026-11-03T01:59:58.000Z", "messageId": "0100-1", "destination": ["alex@example.com"],
                    "tags": {
                        "ses:configuration-set": ["nightdesk"],
                        "nightdesk-tenant": [tags::encode("my_msp.eu")],
                        "nightdesk-effect": [tags::encode("case/CA7#12")],
                    },
                },
            },
        })
    }

    fn outcome(event: &Value) -> Option<MailOutcome> {
        feedback(&event.to_string()).unwrap().map(|feedback| feedback.outcome)
    }

    #[test]
    fn a_report_names_the_notice_and_what_became_of_it() {
        let expected = [
            ("Email Delivered", MailOutcome::Delivered),
            ("Email Delivery Delayed", MailOutcome::Delayed),
            ("Email Complaint Received", MailOutcome::Complained),
            ("Email Bounced", MailOutcome::Bounced { permanent: true }),
            ("Email Rejected", MailOutcome::Rejected),
            ("Email Rendering Failed", MailOutcome::Rejected),
        ];
        for (kind, outcome) in expected {
            let feedback = feedback(&event(kind).to_string()).unwrap().unwrap();
            assert_eq!(feedback.tenant.as_str(), "my_msp.eu");
            assert_eq!(feedback.effect.to_string(), "case/CA7#12");
            assert_eq!(feedback.outcome, outcome, "{kind}");
        }
    }

    #[test]
    fn a_full_mailbox_is_no_permanent_bounce() {
        for kind in ["Transient", "Undetermined"] {
            let mut event = event("Email Bounced");
            event["detail"]["bounce"]["bounceType"] = json!(kind);
            assert_eq!(outcome(&event), Some(MailOutcome::Bounced { permanent: false }));
        }
    }

    #[test]
    fn other_events_and_other_peoples_mail_are_passed_over() {
        for kind in ["Email Sent", "Email Opened", "Email Clicked", "Email Subscribed", "Sending Status Disabled"] {
            assert_eq!(outcome(&event(kind)), None, "{kind}");
        }
        let mut foreign = event("Email Bounced");
        foreign["detail"]["mail"]["tags"] = json!({ "ses:configuration-set": ["newsletter"] });
        assert_eq!(outcome(&foreign), None);
        foreign["detail"]["mail"] = json!({});
        assert_eq!(outcome(&foreign), None);
    }

    #[test]
    fn a_malformed_report_is_an_error_that_names_the_field() {
        type Spoil = fn(&mut Value);
        let cases: [(&str, Spoil); 7] = [
            ("detail-type", |event| event["detail-type"] = json!(7)),
            ("detail.mail", |event| event["detail"] = json!(null)),
            ("detail.mail.tags.nightdesk-tenant", |event| {
                event["detail"]["mail"]["tags"]["nightdesk-tenant"] = json!(["a b"]);
            }),
            ("detail.mail.tags.nightdesk-effect", |event| {
                event["detail"]["mail"]["tags"]["nightdesk-effect"] = json!([tags::encode("case/CA7")]);
            }),
            ("detail.mail.tags.nightdesk-effect", |event| {
                event["detail"]["mail"]["tags"]["nightdesk-effect"] = json!("case_2FCA7_231");
            }),
            ("detail.bounce.bounceType", |event| event["detail"]["bounce"] = json!({})),
            ("detail.bounce.bounceType", |event| event["detail"]["bounce"]["bounceType"] = json!("Bouncy")),
        ];
        for (field, spoil) in cases {
            let mut event = event("Email Bounced");
            spoil(&mut event);
            assert_eq!(feedback(&event.to_string()), Err(FeedbackError::Field(field)));
        }
        assert_eq!(feedback("{"), Err(FeedbackError::NotJson));
        assert_eq!(feedback("[]"), Err(FeedbackError::Field("detail-type")));
        assert!(FeedbackError::Field("detail.mail").to_string().contains("detail.mail"));
    }
}

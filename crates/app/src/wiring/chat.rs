//! Notices and pages to where people read: mail, Slack, a webhook; and the signed links in them.

use super::Wiring;
use super::served::Served;
use crate::links::Linked;
use nightdesk_adapters_slack::Page;
use nightdesk_adapters_webhook::Told;
use nightdesk_domain::case::recording_in;
use nightdesk_domain::effect::{Alert, MessageOrder, MessageTo};
use nightdesk_domain::ids::{CaseId, EffectId, TenantId};
use nightdesk_domain::private::Private;
use nightdesk_ports::{DeliveryError, Notifier};

impl Wiring {
    /// Pages one technician by chat or mail; a channel that the tenant does not have is refused, so that the case
    /// takes another at once.
    pub(super) async fn message(
        &self,
        served: &Served,
        id: &EffectId,
        order: &MessageOrder,
    ) -> Result<(), DeliveryError> {
        let absent = |what: &str| Err(DeliveryError::Refused(format!("the tenant has no {what}")));
        let MessageOrder { tenant, case, page, subject, body, briefing, .. } = order;
        let link = self.link_to_page(tenant, case, *page).await;
        let link = link.as_deref();
        match &order.to {
            MessageTo::Text { .. } => absent("texts by chat or mail"),
            MessageTo::Slack(member) => {
                let Some(slack) = served.slack() else { return absent("Slack workspace") };
                let (subject, body) = (subject.reveal(), body.reveal());
                let shown = Page { case, page: *page, subject, body, briefing: briefing.as_deref(), link };
                slack.page(member, &shown).await.map(drop)
            }
            MessageTo::Email(address) => {
                let body = with_link(body, link);
                let alert = Alert { to: vec![address.clone()], subject: subject.clone(), body };
                served.notifier.alert(tenant, id, &alert).await
            }
            MessageTo::Webhook => {
                let Some(webhook) = &served.chat.webhook else { return absent("webhook") };
                let told = Told {
                    case: Some(case.as_str()),
                    technician: Some(order.technician.as_str()),
                    subject: subject.reveal(),
                    body: body.reveal(),
                    link,
                };
                webhook.post(tenant, id, &told).await
            }
        }
    }

    /// A notice by mail and in chat. Mail decides: it is tried again until it is out, and then chat is told, too, once.
    /// What chat does not take is logged, since the notice did reach people.
    pub(super) async fn notice(
        &self,
        served: &Served,
        tenant: &TenantId,
        id: &EffectId,
        alert: &Alert,
    ) -> Result<(), DeliveryError> {
        let body = self.with_recordings(tenant, &alert.body).await;
        let alert = &Alert { body, ..alert.clone() };
        served.notifier.alert(tenant, id, alert).await?;
        let slack = served.chat.slack.iter().map(|slack| slack.alert(tenant, id, alert));
        let webhook = served.chat.webhook.iter().map(|webhook| webhook.alert(tenant, id, alert));
        for told in futures_util::future::join_all(slack.chain(webhook)).await {
            if let Err(error) = told {
                tracing::error!(%tenant, effect = %id, %error, "a notice went out by mail and not in chat");
            }
        }
        Ok(())
    }

    /// The link with which a page is accepted; none while the store is down: the message must not wait for it.
    pub(super) async fn link_to_page(&self, tenant: &TenantId, case: &CaseId, page: u32) -> Option<String> {
        let link = self.links().to(tenant, Linked::Page(case, page)).await;
        link.inspect_err(|error| tracing::error!(%tenant, %error, "a page goes out without its link")).ok()
    }

    /// The text with a link behind each line that names a recording.
    pub(super) async fn with_recordings(&self, tenant: &TenantId, text: &Private) -> Private {
        if !text.reveal().lines().any(|line| recording_in(line).is_some()) {
            return text.clone();
        }
        let mut lines = Vec::new();
        for line in text.reveal().lines() {
            lines.push(line.to_owned());
            if let Some(id) = recording_in(line) {
                match self.links().to(tenant, Linked::Recording(&id)).await {
                    Ok(link) => lines.push(format!("Listen: {link}")),
                    Err(error) => tracing::error!(%tenant, %error, "a ticket goes out without the link to a message"),
                }
            }
        }
        Private::new(lines.join("\n"))
    }
}

/// A text with the link at its end.
pub(super) fn with_link(text: &Private, link: Option<&str>) -> Private {
    match link {
        Some(link) => Private::new(format!("{}\n{link}", text.reveal())),
        None => text.clone(),
    }
}

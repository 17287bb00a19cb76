//! What Slack posts when somebody presses a button:
//! <https://docs.slack.dev/reference/interaction-payloads/block_actions-payload>.

use crate::config::is_member;
use crate::notice::MINUTES;
use nightdesk_domain::ids::CaseId;
use serde::Deserialize;

/// What happened in a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Interaction {
    /// Somebody accepts a page.
    Accepts(Pressed),
    /// Nothing that concerns us: another app's button, a link that was followed.
    Nothing,
}

/// The button of a page, pressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pressed {
    /// The member who pressed it, by Slack's word.
    pub member: String,
    /// The case.
    pub case: CaseId,
    /// Which page of the case.
    pub page: u32,
    /// Minutes to arrival.
    pub minutes: u32,
    /// Where the message stands: channel and timestamp; none if Slack does not say.
    pub message: Option<(String, String)>,
}

/// A body that cannot be read. It names the part, never its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is missing or cannot be read")]
pub struct BadInteraction(&'static str);

#[derive(Deserialize)]
struct Payload {
    #[serde(rename = "type")]
    kind: String,
    user: Option<Named>,
    container: Option<Container>,
    #[serde(default)]
    actions: Vec<Action>,
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

#[derive(Deserialize)]
struct Container {
    channel_id: Option<String>,
    message_ts: Option<String>,
}

#[derive(Deserialize)]
struct Action {
    action_id: Option<String>,
    value: Option<String>,
}

/// Reads a body whose signature has been verified.
pub fn parse(body: &[u8]) -> Result<Interaction, BadInteraction> {
    let payload = form_urlencoded::parse(body).find(|(name, _)| name == "payload");
    let (_, payload) = payload.ok_or(BadInteraction("payload"))?;
    let payload: Payload = serde_json::from_str(&payload).map_err(|_| BadInteraction("payload"))?;
    if payload.kind != "block_actions" {
        return Ok(Interaction::Nothing);
    }
    let ours = |action: &&Action| action.action_id.as_deref().is_some_and(|id| id.starts_with("accept-"));
    let Some(action) = payload.actions.iter().find(ours) else { return Ok(Interaction::Nothing) };
    let (case, page, minutes) = value(action.value.as_deref()).ok_or(BadInteraction("value"))?;
    let member = payload.user.map(|user| user.id).filter(|id| is_member(id)).ok_or(BadInteraction("user"))?;
    let message = payload.container.and_then(|container| container.channel_id.zip(container.message_ts));
    Ok(Interaction::Accepts(Pressed { member, case, page, minutes, message }))
}

/// `{case}/{page}/{minutes}`, as `page_message` writes it.
fn value(value: Option<&str>) -> Option<(CaseId, u32, u32)> {
    let mut parts = value?.split('/');
    let case = CaseId::parse(parts.next()?).ok()?;
    let (page, minutes) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    (parts.next().is_none() && MINUTES.contains(&minutes)).then_some((case, page, minutes))
}

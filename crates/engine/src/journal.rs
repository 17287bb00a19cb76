//! The flight recorder: what was decided and by what, and stepping through it again.

use crate::{Engine, EngineError};
use chrono::{DateTime, Utc};
use nightdesk_domain::call::Call;
use nightdesk_domain::case::Case;
use nightdesk_domain::effect::{Effect, MessageTo, PlannedEffect};
use nightdesk_domain::ids::{OwnerId, TenantId};
use nightdesk_domain::machine::Context;
use nightdesk_ports::{JournalEntry, RecordedEvent, Snapshot, StoreError};

/// What an event led to.
pub(crate) struct Decided<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) effects: &'a [PlannedEffect],
    pub(crate) opens: Option<&'a Case>,
}

impl Decided<'_> {
    /// FNV-1a over the serialised decision: stable over builds and platforms.
    fn digest(&self) -> String {
        let text = serde_json::to_string(&(self.snapshot, self.effects, self.opens)).unwrap_or_default();
        let hash = text
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        format!("{hash:016x}")
    }

    fn lines(&self) -> Vec<String> {
        let state = match self.snapshot {
            Snapshot::Call(call) => format!("call: {:?}", call.state),
            Snapshot::Case(case) => format!("case: {:?}", case.work),
        };
        let opened = self.opens.map(|case| format!("opens case {} at {:?}", case.id, case.brief.priority));
        let effects = self.effects.iter().map(|planned| format!("{}: {}", planned.id, effect_name(&planned.effect)));
        std::iter::once(state).chain(opened).chain(effects).collect()
    }
}

/// An effect in words that name nobody.
pub(crate) fn effect_name(effect: &Effect) -> String {
    match effect {
        Effect::Page(order) => format!("page {} (page {})", order.technician, order.page),
        Effect::MessagePage(order) => {
            format!("page {} by {} (page {})", order.technician, channel(&order.to), order.page)
        }
        Effect::Refetch(_) => "fetch the reply again".to_owned(),
        Effect::HangUp(leg) => format!("hang up {leg}"),
        Effect::TextTechnician(_) => "text a technician".to_owned(),
        Effect::TextCaller(_) => "text the caller".to_owned(),
        Effect::OptOut(_) => "keep that a caller wants no texts".to_owned(),
        Effect::Alert(_) => "alert the people on call".to_owned(),
        Effect::OpenTicket(draft) => format!("open ticket {}", draft.number),
        Effect::AddNote(note) => format!("add a note to ticket {}", note.ticket),
        Effect::CloseTicket(ticket) => format!("close ticket {ticket}"),
        Effect::ReconcileTicket(_) => "look for duplicate tickets".to_owned(),
        Effect::AskHistory(_) => "ask what is known from before".to_owned(),
        Effect::AskModel(order) => format!("ask the language model about {} turns", order.turns),
        Effect::Summarise(_) => "have a summary written".to_owned(),
        Effect::Transcribe(order) => format!("have recording {} written down", order.recording),
        Effect::TellCall(call, event) => format!("tell call {call}: {}", variant(&format!("{event:?}"))),
        Effect::TellCase(case, event) => format!("tell case {case}: {}", variant(&format!("{event:?}"))),
    }
}

fn channel(to: &MessageTo) -> &'static str {
    match to {
        MessageTo::Text { .. } => "text",
        MessageTo::Slack(_) => "Slack",
        MessageTo::Email(_) => "mail",
        MessageTo::Webhook => "webhook",
    }
}

fn variant(debug: &str) -> &str {
    debug.split([' ', '{', '(']).next().unwrap_or_default()
}

pub(crate) fn entry(
    owner: &OwnerId,
    version: u64,
    event: RecordedEvent,
    context: &Context<'_>,
    build: &str,
    decided: Decided<'_>,
) -> JournalEntry {
    JournalEntry {
        owner: owner.clone(),
        version,
        at: context.now,
        policy_version: context.policy.version,
        build: build.to_owned(),
        event,
        facts: context.facts.clone(),
        digest: decided.digest(),
        decided: decided.lines(),
    }
}

pub(crate) fn case_opened(owner: &OwnerId, case: &Case, context: &Context<'_>, build: &str) -> JournalEntry {
    let snapshot = Snapshot::Case(Box::new(case.clone()));
    let decided = Decided { snapshot: &snapshot, effects: &[], opens: None };
    entry(owner, 1, RecordedEvent::CaseOpened(Box::new(case.clone())), context, build, decided)
}

/// What stepping through a journal showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// Every event, with what was decided at the time.
    pub steps: Vec<JournalEntry>,
    /// Where this build decides differently; empty when it takes the same decisions.
    pub differences: Vec<Difference>,
}

/// A decision that comes out differently now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The version that the event led to.
    pub version: u64,
    /// When.
    pub at: DateTime<Utc>,
    /// The build that decided then.
    pub build: String,
    /// What was decided then.
    pub then: Vec<String>,
    /// What is decided now.
    pub now: Vec<String>,
}

impl Engine {
    /// Steps through the journal of a call or a case and decides everything again.
    ///
    /// Each event is decided on the state that this build itself has come to, so that one difference
    /// shows all its consequences.
    pub async fn replay(&self, tenant: &TenantId, owner: &OwnerId) -> Result<Replay, EngineError> {
        let steps = self.ports.cases.journal(tenant, owner).await?;
        if steps.is_empty() {
            return Err(EngineError::NotFound);
        }
        let mut state: Option<Snapshot> = None;
        let mut differences = Vec::new();
        for step in &steps {
            let policy = self.policy(tenant, step.policy_version).await?;
            let context = Context { policy: &policy, facts: &step.facts, now: step.at };
            let (snapshot, digest, lines) = decide_again(state.as_ref(), step, &context)?;
            if digest != step.digest {
                differences.push(Difference {
                    version: step.version,
                    at: step.at,
                    build: step.build.clone(),
                    then: step.decided.clone(),
                    now: lines,
                });
            }
            state = Some(snapshot);
        }
        Ok(Replay { steps, differences })
    }
}

fn decide_again(
    state: Option<&Snapshot>,
    step: &JournalEntry,
    context: &Context<'_>,
) -> Result<(Snapshot, String, Vec<String>), EngineError> {
    let out_of_order =
        || StoreError::Corrupt(format!("journal of {}: version {} does not fit", step.owner, step.version));
    let (snapshot, effects, opens) = match (state, &step.event) {
        (None, RecordedEvent::Arrived(arrival)) => {
            let t = Call::open(context, arrival);
            (Snapshot::Call(Box::new(t.state)), t.effects, t.opens)
        }
        (None, RecordedEvent::CaseOpened(case)) => (Snapshot::Case(case.clone()), Vec::new(), None),
        (Some(Snapshot::Call(call)), RecordedEvent::Call(event)) => {
            let t = call.transition(context, event);
            (Snapshot::Call(Box::new(t.state)), t.effects, t.opens)
        }
        (Some(Snapshot::Case(case)), RecordedEvent::Case(event)) => {
            let t = case.transition(context, event);
            (Snapshot::Case(Box::new(t.state)), t.effects, t.opens)
        }
        _ => return Err(out_of_order().into()),
    };
    let decided = Decided { snapshot: &snapshot, effects: &effects, opens: opens.as_deref() };
    let (digest, lines) = (decided.digest(), decided.lines());
    Ok((snapshot, digest, lines))
}

//! Who is woken on a rung, and by which channels.

use super::report;
use super::state::{Case, Page, PageState};
use super::transition::Step;
use crate::effect::{Effect, MessageOrder, MessageTo, PageOrder};
use crate::facts::Facts;
use crate::ids::TechnicianId;
use crate::limits::{
    BRIEFING_TEXT_CHARS_MAX, EVERYBODY_MAX, MESSAGE_WAIT_SECONDS, PAGES_KEPT_MAX, RING_GRACE_SECONDS, TEXT_LINK_CHARS,
};
use crate::policy::{Channel, Ladder, Policy, Rung, Technician, WAKING, Who};
use crate::private::Private;
use crate::skills::{Asked, Choice, candidates, choose};
use chrono::{DateTime, TimeDelta, Utc};

impl<'a> Step<'a> {
    /// The ladder that is gone through: a drill's has one rung.
    pub(super) fn ladder(&self) -> Ladder {
        let policy = self.context.policy;
        if let Some(person) = &self.case.drill {
            let rungs = vec![Rung::once(Who::Person(person.clone()))];
            return Ladder { name: "drill".to_owned(), companies: vec![], priorities: vec![], rungs, passes: 1 };
        }
        let begun = policy.ladders.iter().find(|ladder| Some(&ladder.name) == self.case.ladder.as_ref());
        begun.cloned().unwrap_or_else(|| self.ladder_that_fits())
    }

    /// The tenant's ladder for what is known of the case now.
    pub(super) fn ladder_that_fits(&self) -> Ladder {
        self.context.policy.ladder_for(self.case.brief.company.as_ref(), self.case.brief.priority)
    }

    /// Who is woken on a rung at this instant.
    pub(super) fn people_on(&mut self, rung: &Rung) -> Vec<&'a Technician> {
        let policy: &'a Policy = self.context.policy;
        match &rung.who {
            Who::Person(id) => policy.technician(id).into_iter().collect(),
            Who::OnCall(layer) => self.on_call(Some(layer)),
            Who::SkillMatch => self.best_fit().into_iter().collect(),
            Who::Manager => policy.manager.iter().filter_map(|id| policy.technician(id)).collect(),
            Who::Everybody => policy.technicians.iter().take(EVERYBODY_MAX).collect(),
        }
    }

    fn on_call(&self, layer: Option<&str>) -> Vec<&'a Technician> {
        let policy: &'a Policy = self.context.policy;
        policy.on_call(&self.context.facts.overrides, layer, self.context.now)
    }

    /// Who fits best of those who were not tried in this round; the on-call where skills do not decide.
    fn best_fit(&mut self) -> Option<&'a Technician> {
        let policy: &'a Policy = self.context.policy;
        let facts = self.context.facts;
        let asked = Asked { category: self.case.brief.category, priority: self.case.brief.priority };
        let on_rota: Vec<TechnicianId> = self.on_call(None).into_iter().map(|person| person.id.clone()).collect();
        let candidates = candidates(policy, &facts.loads, &facts.stopped, &on_rota);
        let round = self.case.rounds;
        let tried =
            |id: &TechnicianId| self.case.pages.iter().any(|page| page.round == round && page.technician == *id);
        let (person, why) = match choose(&candidates, &asked, &policy.skill_match, self.context.now) {
            Choice::Bypass(why) => {
                let on_call = self.on_call(None).into_iter().chain(policy.rungs());
                (on_call.into_iter().find(|person| !tried(&person.id))?, why.to_owned())
            }
            Choice::Ranked(ranking) => {
                let best = ranking.ranked.iter().find(|ranked| !tried(&ranked.technician))?;
                (policy.technician(&best.technician)?, best.reasons.join(", "))
            }
        };
        self.reason("page/skill-match", format!("{}: {why}", person.name));
        Some(person)
    }

    /// Pages one person by the channels that are wanted and possible; whether there was any.
    pub(super) fn page_person(&mut self, person: &Technician, rung: u32, ring_seconds: u32) -> bool {
        let wanted = person.ways(self.case.brief.priority);
        let possible: Vec<_> = wanted.into_iter().filter(|way| self.can_use(person, way.by)).collect();
        for way in &possible {
            let due = self.context.now + TimeDelta::seconds(i64::from(way.after_seconds));
            self.order_page(person, way.by, due, (rung, ring_seconds));
        }
        // Whoever cannot be reached as wished is reached as can be.
        possible.is_empty().then(|| self.other_channel(person, &[])).flatten().map_or(!possible.is_empty(), |channel| {
            self.order_page(person, channel, self.context.now, (rung, ring_seconds));
            true
        })
    }

    /// The most wakening channel by which a person can be reached and was not tried.
    pub(super) fn other_channel(&self, person: &Technician, tried: &[Channel]) -> Option<Channel> {
        WAKING.into_iter().find(|channel| !tried.contains(channel) && self.can_use(person, *channel))
    }

    fn can_use(&self, person: &Technician, channel: Channel) -> bool {
        match channel {
            Channel::Text => can_be_texted(person, self.context.facts),
            _ => person.has(channel),
        }
    }

    /// Orders one page, due now or later.
    pub(super) fn order_page(
        &mut self,
        person: &Technician,
        channel: Channel,
        due: DateTime<Utc>,
        (rung, ring_seconds): (u32, u32),
    ) {
        let number = self.case.pages_ordered + 1;
        let seconds = if channel == Channel::Call { ring_seconds + RING_GRACE_SECONDS } else { MESSAGE_WAIT_SECONDS };
        let until = due + TimeDelta::seconds(i64::from(seconds));
        let Some((order, to)) = self.order(person, channel, (number, due, until, ring_seconds)) else { return };
        self.case.pages_ordered = number;
        let effect = self.planner.plan_at(&mut self.case.effects_planned, due, order);
        self.case.pages.push(Page {
            number,
            effect: effect.number,
            technician: person.id.clone(),
            channel,
            to,
            rung,
            round: self.case.rounds,
            leg: None,
            answered: false,
            machine_hint: false,
            ordered_at: due,
            state: PageState::Ringing { until },
        });
        let surplus = self.case.pages.len().saturating_sub(PAGES_KEPT_MAX);
        self.case.pages.drain(..surplus);
    }

    fn order(
        &self,
        person: &Technician,
        channel: Channel,
        (page, due, until, ring_seconds): (u32, DateTime<Utc>, DateTime<Utc>, u32),
    ) -> Option<(Effect, Option<crate::phone::PhoneNumber>)> {
        let policy = self.context.policy;
        let from = policy.caller_id.clone();
        let (tenant, case) = (self.case.tenant.clone(), self.case.id.clone());
        let to = match channel {
            Channel::Call => {
                let to = person.number.clone()?;
                let order = PageOrder {
                    tenant,
                    case,
                    page,
                    technician: person.id.clone(),
                    to: to.clone(),
                    from,
                    ring_seconds,
                    ordered_at: due,
                    useless_after: until,
                };
                return Some((Effect::Page(order), Some(to)));
            }
            Channel::Text => MessageTo::Text { to: person.number.clone()?, from },
            Channel::Slack => MessageTo::Slack(person.slack.clone()?),
            Channel::Email => MessageTo::Email(person.email.clone()?),
            Channel::Webhook => MessageTo::Webhook,
        };
        let order = MessageOrder {
            tenant,
            case,
            page,
            technician: person.id.clone(),
            to,
            subject: Private::default(),
            body: Private::default(),
            briefing: None,
            code: self.case.ack_code.clone()?,
            useless_after: until,
        };
        let order = self.case.message_now(order, policy);
        Some((Effect::MessagePage(order), person.number.clone().filter(|_| channel == Channel::Text)))
    }

    /// The person, as the settings have them.
    pub(super) fn person(&self, id: &TechnicianId) -> Option<&'a Technician> {
        let policy: &'a Policy = self.context.policy;
        policy.technician(id)
    }
}

impl Case {
    /// A page by message in the words of this moment: more may be known than when it was ordered.
    pub fn message_now(&self, order: MessageOrder, policy: &Policy) -> MessageOrder {
        // A text ends with a link, which costs as much as words do.
        let by_text = matches!(order.to, MessageTo::Text { .. });
        let room = BRIEFING_TEXT_CHARS_MAX - if by_text { TEXT_LINK_CHARS } else { 0 };
        MessageOrder {
            subject: Private::new(report::summary(self, policy)),
            body: Private::new(report::page_text(self, policy, room)),
            briefing: self.drill.is_none().then(|| Box::new(self.briefing(policy))),
            ..order
        }
    }
}

/// Whether a text reaches a person: the number is on record, and the carrier does not block it.
pub(super) fn can_be_texted(person: &Technician, facts: &Facts) -> bool {
    person.has(Channel::Text) && !facts.stopped.contains(&person.id)
}

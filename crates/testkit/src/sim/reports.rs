//! What becomes of a text or a mail on its way, and what the carrier or the mail service reports of it: late, twice,
//! out of order, or never.

use super::carrier::Hook;
use super::world::World;
use super::{followed, technician};
use nightdesk_domain::consent::IncomingText;
use nightdesk_domain::ids::{CaseId, EffectId};
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_ports::DeliveryError;
use std::sync::Arc;

/// The carrier's code for a text whose receiver has told it STOP.
const BLOCKED: u32 = 21610;
/// Its codes for a text that it filters, that reaches no handset, and that failed for no known reason.
const LOST: [u32; 3] = [30007, 30003, 30008];

/// What a report says. Only that a message did not arrive is a fact for us: that it did wakes nobody who sleeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Sent,
    Delivered,
    Undelivered(u32),
    Failed(u32),
}

impl Status {
    /// Whether the text is lost; within it, whether its receiver is blocked.
    fn lost(self) -> Option<bool> {
        match self {
            Status::Sent | Status::Delivered => None,
            Status::Undelivered(code) | Status::Failed(code) => Some(code == BLOCKED),
        }
    }
}

/// The carrier takes the text of a page, or says at once that its receiver is blocked.
pub(crate) fn text_page(
    world: &Arc<World>,
    (case, page): (CaseId, u32),
    to: &PhoneNumber,
) -> Result<(), DeliveryError> {
    let blocked = is_blocked(world, to);
    if blocked && world.chance(500) {
        followed::block_known(world, to);
        return Err(DeliveryError::Blocked);
    }
    let status = match world.range(0, 9) {
        _ if blocked => Status::Failed(BLOCKED),
        _ if world.healed() => Status::Delivered,
        0 | 1 => Status::Undelivered(world.pick(&LOST).unwrap_or(LOST[0])),
        2 => Status::Failed(world.pick(&LOST).unwrap_or(LOST[0])),
        _ => Status::Delivered,
    };
    // Now and then the carrier calls lost what arrives all the same.
    if status == Status::Delivered || !blocked && world.chance(50) {
        technician::message(world, case.clone(), page);
    }
    if world.chance(700) {
        report(world, (&case, page), to, Status::Sent, world.range(100, 8_000));
    }
    report(world, (&case, page), to, status, later(world));
    Ok(())
}

/// Mostly within seconds; now and then after the page was given up.
fn later(world: &World) -> u64 {
    if world.chance(150) { world.range(30_000, 200_000) } else { world.range(500, 20_000) }
}

fn report(world: &Arc<World>, (case, page): (&CaseId, u32), to: &PhoneNumber, status: Status, after: u64) {
    let times = match world.range(0, 9) {
        0 => 2,
        1 if !world.healed() => 0,
        _ => 1,
    };
    for time in 0..times {
        let (world, case, to) = (world.clone(), case.clone(), to.clone());
        // A second one comes with the first, or some time after it.
        let after = after + if time > 0 && world.chance(500) { world.range(0, 5_000) } else { 0 };
        world.clone().spawn_outside(async move {
            world.clock.sleep_ms(after).await;
            world.note(format!("the carrier reports of the text of page {page} of case {case}: {status:?}"));
            let Some(blocked) = status.lost() else { return };
            if world.tell(Hook::TextLost(case.clone(), page, blocked)).await {
                if blocked {
                    followed::block_known(&world, &to);
                }
                followed::at_once(&world, &case, page).await;
            }
        });
    }
}

/// A page by mail was taken; its mailbox may refuse it later.
pub(crate) fn mail_page(world: &Arc<World>, (case, page): (CaseId, u32), effect: EffectId) {
    if world.healed() || world.chance(800) {
        return technician::message(world, case, page);
    }
    let after = later(world);
    world.note(format!("the mail of page {page} of case {case} will bounce"));
    let world = world.clone();
    world.clone().spawn_outside(async move {
        world.clock.sleep_ms(after).await;
        if world.tell(Hook::MailLost(effect)).await {
            followed::at_once(&world, &case, page).await;
        }
    });
}

/// Whether the carrier lets no text of ours through to a number.
pub(crate) fn is_blocked(world: &World, to: &PhoneNumber) -> bool {
    world.book().blocked.contains(to)
}

/// Some technicians have told the carrier STOP before tonight, and we do not know; some of them text START.
pub(crate) fn stops_of_technicians(world: &Arc<World>) {
    let numbers: Vec<_> = world.policy.technicians.iter().filter_map(|person| person.number.clone()).collect();
    for number in numbers {
        if !world.chance(300) {
            continue;
        }
        world.note(format!("{} takes no texts", number.as_str()));
        world.book().blocked.insert(number.clone());
        if !world.chance(300) {
            continue;
        }
        let (world, after) = (world.clone(), world.range(60_000, 3_000_000));
        world.clone().spawn_outside(async move {
            world.clock.sleep_ms(after).await;
            {
                let mut book = world.book();
                book.blocked.remove(&number);
                // From here on either holds until we have taken it.
                book.block_known.remove(&number);
            }
            let (to, id) = (world.policy.caller_id.clone(), format!("SM-START{}", number.as_str()));
            let text = IncomingText { from: number, to, body: "START".into(), id };
            world.text_in(text).await;
        });
    }
}

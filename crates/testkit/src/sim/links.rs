//! The signed link in a message: what a technician does with it, and what must come of it.
//!
//! The signature is the application's, and tested there; here a link is what it vouches for, a page of a case, and
//! does with the engine what the page behind it does.

use super::carrier::Hook;
use super::world::World;
use super::{Plant, technician};
use chrono::TimeDelta;
use nightdesk_domain::case::{AckBy, Case, CaseEvent, PageEvent, Standing, Work};
use nightdesk_domain::ids::{CaseId, TenantId};
use nightdesk_engine::{Engine, EngineError};
use nightdesk_ports::{JournalEntry, RecordedEvent};
use std::sync::Arc;

/// How long a link holds, in hours.
const HOURS_MAX: i64 = 24;

/// One use of a link.
#[derive(Debug, Clone)]
pub(crate) struct Use {
    pub(crate) case: CaseId,
    pub(crate) page: u32,
    /// None only looks, as scanners of mail do; within it, the minutes until the caller is rung.
    pub(crate) presses: Option<Option<u32>>,
}

/// Whoever has a link looks, presses a button, and may press again: at once, since nothing seemed to happen, or much
/// later, when somebody else may have it.
pub(crate) fn received(world: &Arc<World>, case: &CaseId, page: u32) {
    let minutes = world.pick(&[Some(20), Some(5), None]).flatten();
    let mut times = Vec::new();
    if world.chance(300) {
        times.push((world.range(500, 5_000), None));
    }
    let first = world.range(3_000, 240_000);
    times.push((first, Some(minutes)));
    if world.chance(300) {
        times.push((first + world.range(0, 400), Some(minutes)));
    }
    if world.chance(400) {
        let other = world.pick(&[Some(30), None]).flatten();
        times.push((first + world.range(10_000, 3_000_000), Some(other)));
    }
    for (after, presses) in times {
        let (world, case) = (world.clone(), case.clone());
        world.clone().spawn_outside(async move {
            world.clock.sleep_ms(after).await;
            if presses.is_some() {
                world.book().accepted_on.insert((case.clone(), page));
            }
            let taken = world.tell(Hook::Link(Use { case: case.clone(), page, presses })).await;
            if taken && presses.flatten().is_some() && after == first {
                technician::keep_promise(&world, case, page).await;
            }
        });
    }
}

/// What the page behind a link does.
pub(crate) async fn follow(
    world: &Arc<World>,
    engine: &Engine,
    tenant: &TenantId,
    link: &Use,
) -> Result<(), EngineError> {
    let (case, _) = engine.case(tenant, &link.case).await?;
    let oldest = world.clock.at() - TimeDelta::hours(HOURS_MAX);
    let holds = case.page(link.page).is_some_and(|page| page.ordered_at > oldest);
    let Some(minutes) = link.presses.filter(|_| holds) else { return Ok(()) };
    if world.planted(Plant::LinkUnstored) {
        told(world, link, Some(Standing::Yours { by: None }));
        return Ok(());
    }
    let (case, _) = engine.acknowledge(tenant, &link.case, link.page, AckBy::Link, minutes).await?;
    told(world, link, case.standing(link.page));
    Ok(())
}

/// Whoever has pressed the button reads how it stands: that must be stored, and it is never "nobody has it".
fn told(world: &World, link: &Use, standing: Option<Standing>) {
    let Use { case, page, .. } = link;
    world.note(format!("the link of page {page} of case {case} says {standing:?}"));
    let accepted = {
        let book = world.book();
        let technician = book.case(case).and_then(|case| case.page(*page)).map(|page| page.technician.clone());
        let all = book.accepted_by.get(case).cloned().unwrap_or_default();
        match &standing {
            Some(Standing::Yours { .. }) => technician.is_some_and(|technician| all.contains(&technician)),
            Some(Standing::Taken(other)) => all.contains(other),
            Some(Standing::Open) => false,
            Some(Standing::Over) | None => true,
        }
    };
    world.require(accepted, "a link says only what is stored", || {
        format!("the link of page {page} of case {case} says {standing:?}")
    });
}

/// An acceptance was committed: nobody else had it before, and nobody had marked it as handled. Whoever has it may
/// tell later, by any page of theirs, by when they ring, and tell another time.
pub(crate) fn accepted(world: &World, journal: &[JournalEntry], case: &Case) {
    let events = journal.iter().filter_map(|row| match &row.event {
        RecordedEvent::Case(event) => Some(&**event),
        _ => None,
    });
    for event in events {
        let CaseEvent::Page { page, event: PageEvent::Acknowledged { minutes, .. } } = event else { continue };
        let book = world.book();
        let Some(before) = book.case(&case.id) else { continue };
        let holder = before.accepted().map(|own| &own.technician);
        let promises = minutes.is_some()
            && holder.is_some()
            && before.page(*page).map(|page| &page.technician) == holder
            && matches!(before.work, Work::Held { talked: false, .. });
        let free = before.accepted().is_none() && !matches!(before.work, Work::Handled | Work::Filed);
        let was = before.work.clone();
        drop(book);
        world.require(free || promises, "an acceptance that comes too late changes nothing", || {
            format!("page {page} of case {} was accepted in {was:?}", case.id)
        });
    }
}

//! What must follow, and how soon: after a page that failed by itself, and while something Critical waits.

use super::world::World;
use chrono::{DateTime, TimeDelta, Utc};
use nightdesk_domain::case::{Case, Page, PageState, Work};
use nightdesk_domain::ids::CaseId;
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_domain::vocabulary::Priority;
use std::sync::Arc;

/// What must follow a failure must have reached the carrier by then, in seconds, when nothing fails: a look at the
/// due work, a request.
const FOLLOWED_SECONDS: u64 = 5;
/// How often it is looked whether Critical cases are worked on, in seconds.
const LOOK_SECONDS: u64 = 30;
/// The longest that one page is waited for, with the pause after its rung, in seconds: a briefing that is heard to
/// its end, a ring before it, a minute.
const WAIT_SECONDS_MAX: i64 = 300;

/// The rule of [`at_once`].
const AT_ONCE: &str = "a page that failed by itself is followed at once";

/// A report that the message of a page is lost was taken: that page is waited for no more, and whatever is left to
/// try is tried now, not when the page would have been given up.
pub(crate) async fn at_once(world: &Arc<World>, case: &CaseId, page: u32) {
    let open = |book: &super::world::Book| book.case(case).and_then(|case| case.page(page)).is_some_and(Page::is_open);
    let waits = open(&world.book());
    world.require(!waits, AT_ONCE, || {
        format!("page {page} of case {case} is still waited for, and its failure was told")
    });
    if !world.faults.is_calm() {
        return;
    }
    world.clock.sleep_ms(FOLLOWED_SECONDS * 1_000).await;
    let state = world.book().case(case).cloned();
    let left = state.and_then(|case| left_out(world, &case, page));
    world.require(left.is_none(), AT_ONCE, || {
        format!("page {page} of case {case} failed {FOLLOWED_SECONDS} s ago: {}", left.unwrap_or_default())
    });
}

/// What should have been done and was not; none where something is under way, or nothing is to be done.
fn left_out(world: &World, case: &Case, failed: u32) -> Option<String> {
    let Work::Paging { page: first, until: None, .. } = case.work else { return None };
    let now = world.clock.at();
    let failed = case.page(failed)?;
    let mut placed = case.pages.iter().filter(|page| page.number >= first && page.is_open()).filter(|page| {
        let others_later = page.ordered_at > now && page.technician != failed.technician;
        others_later || is_placed(world, case, page) || just_ordered(page, now)
    });
    placed.next().is_none().then(|| format!("{:?}", case.work))
}

fn is_placed(world: &World, case: &Case, page: &Page) -> bool {
    world.book().placed.contains_key(&(case.id.clone(), page.number))
}

/// The page before it may have ended a moment ago, too.
fn just_ordered(page: &Page, now: DateTime<Utc>) -> bool {
    let seconds = TimeDelta::seconds(i64::try_from(FOLLOWED_SECONDS).unwrap_or_default());
    page.ordered_at <= now && now - page.ordered_at <= seconds
}

/// In a committed state: whoever's page failed by itself is tried by another channel, unless all were.
pub(crate) fn next_channel(world: &World, case: &Case) {
    let Work::Paging { page: first, .. } = case.work else { return };
    for failed in case.pages.iter().filter(|page| page.number >= first) {
        let PageState::Ended { outcome: nightdesk_domain::case::PageOutcome::Failed, at } = failed.state else {
            continue;
        };
        let Some(person) = world.policy.technician(&failed.technician) else { continue };
        let mut own = case.pages.iter().filter(|page| page.number >= first && page.technician == person.id);
        let followed = own.clone().any(|page| page.is_open() || page.number != failed.number && page.ordered_at >= at);
        use nightdesk_domain::policy::Channel::{Call, Slack};
        // Whether a text can reach them is the register's to say.
        let untried = [Call, Slack]
            .into_iter()
            .find(|channel| person.has(*channel) && !own.clone().any(|page| page.channel == *channel));
        let passed = own.any(|page| {
            matches!(page.state, PageState::Ended { outcome: nightdesk_domain::case::PageOutcome::Passed, .. })
        });
        world.require(followed || passed || untried.is_none(), AT_ONCE, || {
            format!("page {} of case {} failed, and {} was not tried by {untried:?}", failed.number, case.id, person.id)
        });
    }
}

/// The carrier has told us that a number takes no texts of ours.
pub(crate) fn block_known(world: &World, to: &PhoneNumber) {
    let now = world.clock.at();
    let mut book = world.book();
    if book.blocked.contains(to) {
        book.block_known.entry(to.clone()).or_insert(now);
    }
}

/// A page is about to go to a number by text: it must not have been decided on after we knew that the carrier lets
/// none through. What could not be stored of that is not known.
pub(crate) fn texting_a_technician(world: &World, (case, page): &(CaseId, u32), to: &PhoneNumber) {
    let (known, decided) = {
        let book = world.book();
        (book.block_known.get(to).copied(), book.decided.get(&(case.clone(), *page)).copied())
    };
    let in_time = known.zip(decided).is_none_or(|(known, decided)| decided <= known);
    world.require(in_time || !world.faults.store_is_sound(), "nobody is paged by text who takes none", || {
        format!("page {page} of case {case} goes by text, and the carrier's block was told at {known:?}")
    });
}

/// Looks again and again whether what is Critical is worked on. Only where nothing fails: an outage of the carrier
/// lasts as long as it lasts.
pub(crate) async fn keep_watching(world: Arc<World>) {
    if !world.faults.is_calm() {
        return;
    }
    while !world.healed() {
        world.clock.sleep_ms(LOOK_SECONDS * 1_000).await;
        let now = world.clock.at();
        let cases: Vec<Case> = world.book().cases.values().filter_map(|states| states.last().cloned()).collect();
        let longest = TimeDelta::minutes(i64::from(world.policy.paging.repeat_minutes));
        for case in cases.iter().filter(|case| case.brief.wake && case.brief.priority == Priority::Critical) {
            let waits = matches!(case.work, Work::Filed | Work::Paging { .. } | Work::Pausing { .. });
            let since = since_worked_on(&world, case);
            let quiet = now - since > longest + TimeDelta::seconds(WAIT_SECONDS_MAX);
            world.require(!(waits && quiet), "a Critical case is worked on or accepted at any time", || {
                format!("nobody was tried for case {} since {since}, and it is in {:?}", case.id, case.work)
            });
        }
    }
}

/// When somebody was last tried, or last had it.
fn since_worked_on(world: &World, case: &Case) -> DateTime<Utc> {
    let book = world.book();
    let placed = book.placed.iter().filter(|((of, _), _)| *of == case.id).map(|(_, at)| *at).max();
    let held = book.held_until.get(&case.id).copied();
    placed.into_iter().chain(held).chain([case.opened_at]).max().unwrap_or(case.opened_at)
}

//! What must follow, and how soon: after a page that failed by itself, and while something Critical waits.

use super::world::{Book, World};
use chrono::{DateTime, TimeDelta, Utc};
use nightdesk_domain::case::{Case, Page, PageOutcome, PageState, Work};
use nightdesk_domain::ids::CaseId;
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_domain::policy::Channel;
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
    let open = |book: &Book| book.case(case).and_then(|case| case.page(page)).is_some_and(Page::is_open);
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
    // Of a try before this one nothing is left: the present one may be due only after the rung's pause.
    let failed = case.page(failed).filter(|failed| failed.number >= first)?;
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
        let PageState::Ended { outcome: PageOutcome::Failed, at } = failed.state else {
            continue;
        };
        let Some(person) = world.policy.technician(&failed.technician) else { continue };
        let mut own = case.pages.iter().filter(|page| page.number >= first && page.technician == person.id);
        let followed = own.clone().any(|page| page.is_open() || page.number != failed.number && page.ordered_at >= at);
        // Whether a text can reach them is the register's to say.
        let untried = [Channel::Call, Channel::Slack]
            .into_iter()
            .find(|channel| person.has(*channel) && !own.clone().any(|page| page.channel == *channel));
        let passed = own.any(|page| matches!(page.state, PageState::Ended { outcome: PageOutcome::Passed, .. }));
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

/// How long it takes at most, in milliseconds, until what the carrier told is stored and no decision is under way that
/// was begun without it: a few requests each, to a store that may be slow.
const KNOWN_AFTER_MS: i64 = 1_000;

/// A page is about to go to a number by text: it must not have been decided on after we knew that the carrier lets
/// none through. What could not be stored of that is not known.
pub(crate) fn texting_a_technician(world: &World, (case, page): &(CaseId, u32), to: &PhoneNumber) {
    let (known, decided) = {
        let book = world.book();
        (book.block_known.get(to).copied(), book.decided.get(case).and_then(|pages| pages.get(page)).copied())
    };
    let under_way = TimeDelta::milliseconds(KNOWN_AFTER_MS);
    let in_time = known.zip(decided).is_none_or(|(known, decided)| decided <= known + under_way);
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
        let left = {
            let book = world.book();
            let mut newest = book.cases.values().filter_map(|states| states.last());
            newest.find_map(|case| lies_still(&world, &book, case))
        };
        world.require(left.is_none(), "a Critical case is worked on or accepted at any time", || {
            left.unwrap_or_default()
        });
    }
}

/// How a Critical case that waits for somebody has been left alone, if it has.
fn lies_still(world: &World, book: &Book, case: &Case) -> Option<String> {
    let waits = matches!(case.work, Work::Filed | Work::Paging { .. } | Work::Pausing { .. });
    if !waits || !case.brief.wake || case.brief.priority != Priority::Critical {
        return None;
    }
    let pages = (case.id.clone(), 0)..=(case.id.clone(), u32::MAX);
    let placed = book.placed.range(pages).map(|(_, at)| *at).max();
    let held = book.held_until.get(&case.id).copied();
    let since = placed.into_iter().chain(held).chain([case.opened_at]).max()?;
    let longest = TimeDelta::minutes(i64::from(world.policy.paging.repeat_minutes));
    (world.clock.at() - since > longest + TimeDelta::seconds(WAIT_SECONDS_MAX))
        .then(|| format!("nobody was tried for case {} since {since}, and it is in {:?}", case.id, case.work))
}

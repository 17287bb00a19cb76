//! How much one destination has had, and when it may have more: so that a storm cannot get a number blocked.

use crate::ids::EffectId;
use crate::policy::Budget;
use crate::private::Private;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// What went to one destination by one channel in the last hour, the oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent(Vec<(DateTime<Utc>, EffectId)>);

impl Sent {
    /// Counts one more. Gives when it may be tried again if the budget is used up. An effect that is repeated after
    /// an unknown outcome was counted before.
    pub fn count(&mut self, effect: &EffectId, budget: &Budget, now: DateTime<Utc>) -> Result<(), DateTime<Utc>> {
        self.0.retain(|(at, _)| now - *at < TimeDelta::hours(1));
        if self.0.iter().any(|(_, known)| known == effect) {
            return Ok(());
        }
        match self.next(budget, now) {
            Some(free) => Err(free),
            None => {
                self.0.push((now, effect.clone()));
                Ok(())
            }
        }
    }

    /// When one more may go; none if that is now.
    pub fn next(&self, budget: &Budget, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let bounds = [(1, budget.per_minute), (15, budget.per_quarter), (60, budget.per_hour)];
        let free = |(minutes, most)| self.free_at(TimeDelta::minutes(minutes), most, now);
        bounds.into_iter().filter_map(free).max()
    }

    /// When fewer than so many will have gone within the time before; none if that is now.
    fn free_at(&self, within: TimeDelta, most: u32, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut recent: Vec<DateTime<Utc>> = self.0.iter().map(|(at, _)| *at).filter(|at| now - *at < within).collect();
        // Several servers count, each by its own clock.
        recent.sort();
        let surplus = recent.len().checked_sub(most.max(1) as usize)?;
        recent.get(surplus).map(|at| *at + within)
    }
}

/// A text that waits until its number may have more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The effect that sends it, or finds it sent with another.
    pub effect: EffectId,
    /// What it is about and the code that accepts it, in one line.
    pub line: Private,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BUDGET: Budget = Budget { per_minute: 2, per_quarter: 3, per_hour: 4 };

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn effect(number: u32) -> EffectId {
        EffectId { number, ..format!("case/CA1#{number}").parse().unwrap() }
    }

    #[test]
    fn a_destination_gets_so_many_in_a_minute_a_quarter_and_an_hour() {
        let mut sent = Sent::default();
        let mut take = |number: u32, seconds: i64| sent.count(&effect(number), &BUDGET, at(seconds));
        assert_eq!((take(1, 0), take(2, 10)), (Ok(()), Ok(())));
        assert_eq!(take(3, 20), Err(at(60)), "two in this minute");
        assert_eq!(take(3, 60), Ok(()));
        assert_eq!(take(4, 300), Err(at(900)), "three in this quarter");
        assert_eq!(take(4, 900), Ok(()));
        assert_eq!(take(5, 2_000), Err(at(3_600)), "four in this hour");
        assert_eq!(take(5, 3_600), Ok(()));
    }

    #[test]
    fn an_effect_that_is_repeated_counts_once() {
        let mut sent = Sent::default();
        for second in 0..30 {
            assert_eq!(sent.count(&effect(1), &BUDGET, at(second)), Ok(()));
        }
        assert_eq!(sent.count(&effect(2), &BUDGET, at(31)), Ok(()));
    }

    proptest! {
        #[test]
        fn no_stretch_of_time_ever_sees_more_than_its_budget(pauses in prop::collection::vec(0_i64..400, 1..60)) {
            let (mut sent, mut granted, mut now) = (Sent::default(), Vec::new(), 0);
            for (number, pause) in (1..).zip(pauses) {
                now += pause;
                match sent.count(&effect(number), &BUDGET, at(now)) {
                    Ok(()) => granted.push(now),
                    Err(free) => prop_assert!(free > at(now), "never put off to the past"),
                }
            }
            for (seconds, most) in [(60, 2), (900, 3), (3_600, 4)] {
                for from in &granted {
                    let within = granted.iter().filter(|at| (*from..*from + seconds).contains(*at)).count();
                    prop_assert!(within <= most, "{within} within {seconds} s");
                }
            }
        }
    }
}

//! Fitting what a caller asked for into the hours in which somebody is there to keep the promise.

use super::CallbackTime;
use crate::policy::{BusinessHours, first_instant};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// A promise that can be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fitted {
    /// From when on.
    pub from: DateTime<Utc>,
    /// Until when, where the caller named a window of which something is left; later than `from`.
    pub until: Option<DateTime<Utc>>,
    /// Whether `from` is another instant than the caller asked for. "As soon as possible" is never moved: it asks
    /// for none.
    pub moved: bool,
}

/// Fits a wish into the office's hours; `now` is the earliest promise. None where the office never opens.
///
/// A wish outside the hours moves to the next opening. A window keeps what is left of it inside the day on which it
/// then begins; where nothing is left, only the beginning is promised.
pub fn fit(wish: CallbackTime, hours: &BusinessHours, zone: Tz, now: DateTime<Utc>) -> Option<Fitted> {
    let wished = wish.starts();
    let earliest = wished.unwrap_or(now).max(now);
    let from = match wished {
        Some(_) if hours.open_at(earliest, zone) => earliest,
        // "As soon as possible" is said while nobody is there.
        _ => hours.next_opening(earliest, zone)?,
    };
    let until = match wish {
        CallbackTime::Window(_, end) if end > from => {
            let closes = first_instant(zone, from.with_timezone(&zone).date_naive(), hours.closes);
            Some(end.min(closes)).filter(|until| *until > from)
        }
        _ => None,
    };
    Some(Fitted { from, until, moved: wished.is_some_and(|wished| wished != from) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveTime;

    const ZONE: Tz = chrono_tz::America::Chicago;

    /// Local times of June 2026; Monday is the first.
    fn at(day: u32, hour: u32) -> DateTime<Utc> {
        use chrono::TimeZone;
        ZONE.with_ymd_and_hms(2026, 6, day, hour, 0, 0).unwrap().with_timezone(&Utc)
    }

    fn check(wish: CallbackTime, from: DateTime<Utc>, until: Option<DateTime<Utc>>, moved: bool) {
        let mut hours = crate::triage::transcripts::hours();
        let got = fit(wish, &hours, ZONE, at(1, 1));
        assert_eq!(got, Some(Fitted { from, until, moved }), "{wish:?}");
        hours.days.clear();
        assert_eq!(fit(wish, &hours, ZONE, at(1, 1)), None);
        assert!(hours.opens > NaiveTime::MIN);
    }

    #[test]
    fn a_wish_inside_the_hours_is_kept_and_one_outside_is_moved() {
        check(CallbackTime::At(at(1, 9)), at(1, 9), None, false);
        check(CallbackTime::At(at(1, 19)), at(2, 8), None, true);
        check(CallbackTime::At(at(6, 10)), at(8, 8), None, true);
        check(CallbackTime::Soon, at(1, 8), None, false);
    }

    #[test]
    fn a_window_keeps_what_the_hours_leave_of_it() {
        check(CallbackTime::Window(at(1, 13), at(1, 15)), at(1, 13), Some(at(1, 15)), false);
        check(CallbackTime::Window(at(1, 6), at(1, 10)), at(1, 8), Some(at(1, 10)), true);
        check(CallbackTime::Window(at(1, 15), at(1, 20)), at(1, 15), Some(at(1, 17)), false);
        check(CallbackTime::Window(at(6, 8), at(7, 17)), at(8, 8), None, true);
    }
}

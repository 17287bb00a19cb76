//! Who is on call: a schedule of layers, overrides over it, and pure functions that read both.
//!
//! [`oncall_at`] names the people at an instant; [`oncall_between`] gives the shifts and the gaps of a stretch of time.
//! Router, command line, calendars and reports ask these two and nothing else, so that they cannot disagree.
//!
//! All rules are about the clock on the wall of the schedule's zone. `wall` is the one place that knows of clock
//! changes: it maps instants to wall-clock times that never run backwards, so that everything else is plain
//! arithmetic on local times, and hand-offs leave no gap and no overlap.
//!
//! | file | what it decides |
//! | --- | --- |
//! | `wall` | what time it is, and when a time is |
//! | `schedule` | layers, and which turn of a rotation a local time belongs to |
//! | `hours` | the hours of the week in which a layer is on |
//! | `dealing` | who holds a turn, with people joining and leaving |
//! | `overrides` | what an override does to the people of a layer |
//! | `now`, `calendar` | the two questions |
//! | `check` | what is wrong with a schedule or an override |
//! | `idle` | which overrides change nothing |
//! | `ahead` | what will go wrong soon |

mod ahead;
mod calendar;
mod check;
mod dealing;
mod hours;
mod idle;
mod now;
mod overrides;
mod schedule;
mod wall;

pub use ahead::{Ahead, Overlap, Unreachable, Why, look_ahead};
pub use calendar::{Calendar, Gap, Shift, oncall_between, shifts_at};
pub use check::{Problem, check_overrides, check_schedule};
pub use hours::{Hours, Stretch, WEEK_MINUTES};
pub use idle::{Idle, idle_overrides};
pub use now::{OnCall, oncall_at};
pub use overrides::{Change, Override, swap};
pub use schedule::{Every, Layer, Member, Person, Schedule};
pub use wall::{instant_of, wall_clock};

//! Scores rotations against the hand-offs that other tools compute.

use super::rows::Rotation;
use super::section::{Better, Count, Section};
use chrono::{DateTime, TimeDelta, Utc};
use nightdesk_domain::rota::{Every, Hours, Layer, Member, Person, Schedule, oncall_at, oncall_between, shifts_at};

/// Scores rotations: hand-offs in a stretch of time, the end of a shift, and who is on call from when to when.
pub(super) fn rotations(name: &str, rows: &[Rotation]) -> Section {
    let mut section = Section::new(name);
    let [mut hand_offs, mut ends, mut members] = [Count::default(); 3];
    for row in rows {
        let (metric, count, verdict) = match row {
            Rotation::HandOffs(row) => ("hand_offs", &mut hand_offs, row.verdict()),
            Rotation::End(row) => ("shift_ends", &mut ends, row.verdict()),
            Rotation::Member(row) => ("members", &mut members, row.verdict()),
        };
        count.add(verdict.is_ok());
        if let Err(what) = verdict {
            section.wrong(metric, row.id(), what);
        }
    }
    section.share("hand_offs", Better::More, hand_offs);
    section.share("shift_ends", Better::More, ends);
    section.share("members", Better::More, members);
    section
}

fn schedule(tz: chrono_tz::Tz, start: chrono::NaiveDateTime, every: Every, people: usize) -> Schedule {
    let people = (0..people).map(|number| Member::new(Person::new(number.to_string()))).collect();
    let layer = Layer { name: "vector".to_owned(), start, every, people, hours: Hours::default() };
    Schedule { time_zone: tz, layers: vec![layer] }
}

fn same<T: PartialEq + std::fmt::Debug>(got: T, wanted: T) -> Result<(), String> {
    if got == wanted { Ok(()) } else { Err(format!("{wanted:?} -> {got:?}")) }
}

impl super::rows::HandOffs {
    /// The hand-offs of every shift that the stretch meets, its end included.
    fn verdict(&self) -> Result<(), String> {
        let schedule = schedule(self.tz, self.start, self.every()?, 3);
        let at = |local| super::rows::instant(local, self.tz);
        let to = at(self.walk_to) + TimeDelta::nanoseconds(1);
        let calendar = oncall_between(&schedule, &[], at(self.walk_from), to);
        let mut got: Vec<DateTime<Utc>> = calendar.shifts.iter().map(|shift| shift.start).collect();
        got.extend(calendar.shifts.last().map(|shift| shift.end));
        let wanted: Vec<DateTime<Utc>> = self.expected_handoffs.iter().map(DateTime::to_utc).collect();
        same(got, wanted)
    }

    fn every(&self) -> Result<Every, String> {
        every(&self.kind, self.shift_length)
    }
}

impl super::rows::ShiftEnd {
    fn verdict(&self) -> Result<(), String> {
        let schedule = schedule(self.tz, self.start, every(&self.kind, self.shift_length)?, 3);
        let ends: Vec<DateTime<Utc>> =
            shifts_at(&schedule, &[], self.at.to_utc()).iter().map(|shift| shift.end).collect();
        same(ends, vec![self.expected_end.to_utc()])
    }
}

impl super::rows::OnShift {
    fn verdict(&self) -> Result<(), String> {
        let schedule = schedule(self.tz, self.anchor_local, Every::Weeks(self.weeks_per_shift), self.members);
        let wanted = self.expected_member.to_string();
        let now: Vec<String> =
            oncall_at(&schedule, &[], self.query_utc).iter().map(|one| one.person.to_string()).collect();
        same(now, vec![wanted.clone()])?;
        let shifts = shifts_at(&schedule, &[], self.query_utc);
        let got: Vec<_> = shifts.iter().map(|shift| (shift.person.to_string(), shift.start, shift.end)).collect();
        same(got, vec![(wanted, self.shift_start_utc, self.shift_end_utc)])
    }
}

fn every(kind: &str, length: u32) -> Result<Every, String> {
    match kind {
        "hourly" => Ok(Every::Hours(length)),
        "daily" => Ok(Every::Days(length)),
        "weekly" => Ok(Every::Weeks(length)),
        "monthly" => Ok(Every::Months(length)),
        _ => Err(format!("{kind:?} is no kind of rotation")),
    }
}

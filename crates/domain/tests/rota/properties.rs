//! What holds of every schedule, every override and every instant.

use chrono::{DateTime, TimeDelta, Utc};
use nightdesk_domain::rota::{
    Change, Every, Hours, Layer, Member, Override, Person, Schedule, Stretch, WEEK_MINUTES, instant_of, oncall_at,
    oncall_between,
};
use proptest::prelude::*;

const ZONES: [&str; 7] = [
    "America/Chicago",
    "America/Santiago",
    "Europe/London",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Asia/Kolkata",
    "UTC",
];
const PEOPLE: [&str; 5] = ["a", "b", "c", "d", "e"];

fn start() -> DateTime<Utc> {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

fn instant() -> impl Strategy<Value = DateTime<Utc>> {
    (0i64..366 * 24 * 60).prop_map(|minutes| start() + TimeDelta::minutes(minutes))
}

fn person() -> impl Strategy<Value = Person> {
    prop::sample::select(&PEOPLE[..]).prop_map(Person::new)
}

fn member() -> impl Strategy<Value = Member> {
    let day = || {
        prop::option::weighted(
            0.2,
            (0i64..366 * 24 * 4).prop_map(|quarter| start().naive_utc() + TimeDelta::minutes(15 * quarter)),
        )
    };
    (person(), day(), day()).prop_map(|(person, from, until)| Member { person, from, until })
}

fn every() -> impl Strategy<Value = Every> {
    prop_oneof![
        (1u32..50).prop_map(Every::Hours),
        (1u32..10).prop_map(Every::Days),
        (1u32..4).prop_map(Every::Weeks),
        (1u32..4).prop_map(Every::Months),
    ]
}

fn hours() -> impl Strategy<Value = Hours> {
    let stretch = (0..WEEK_MINUTES, 1..WEEK_MINUTES / 2);
    let some = prop::collection::vec(stretch, 1..4).prop_map(|stretches| {
        let stretches: Vec<Stretch> =
            stretches.into_iter().map(|(from_minute, minutes)| Stretch { from_minute, minutes }).collect();
        Hours::of(&stretches)
    });
    prop_oneof![Just(Hours::default()), some]
}

fn layer(
    name: &'static str,
    member: BoxedStrategy<Member>,
    hours: BoxedStrategy<Hours>,
) -> impl Strategy<Value = Layer> {
    (instant(), every(), prop::collection::vec(member, 1..6), hours).prop_map(move |(start, every, people, hours)| {
        Layer { name: name.to_owned(), start: start.naive_utc(), every, people, hours }
    })
}

fn schedule(member: BoxedStrategy<Member>, hours: BoxedStrategy<Hours>) -> impl Strategy<Value = Schedule> {
    let layers = (layer("one", member.clone(), hours.clone()), layer("two", member, hours));
    (prop::sample::select(&ZONES[..]), layers)
        .prop_map(|(zone, (one, two))| Schedule { time_zone: zone.parse().unwrap(), layers: vec![one, two] })
}

fn any_schedule() -> impl Strategy<Value = Schedule> {
    schedule(member().boxed(), hours().boxed())
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (person(), person()).prop_map(|(whom, by)| Change::Replace { whom, by }),
        person().prop_map(|by| Change::Take { by }),
        person().prop_map(|person| Change::Add { person }),
        person().prop_map(|person| Change::Remove { person }),
    ]
}

fn overrides() -> impl Strategy<Value = Vec<Override>> {
    let made = (prop::sample::select(&["one", "two"][..]), instant(), 1i64..40_000, change());
    prop::collection::vec(made, 0..8).prop_map(|made| {
        let one = |(number, (layer, from, minutes, change)): (usize, (&str, DateTime<Utc>, i64, Change))| Override {
            id: number.to_string(),
            layer: layer.to_owned(),
            from,
            until: from + TimeDelta::minutes(minutes),
            change,
            reason: String::new(),
        };
        made.into_iter().enumerate().map(one).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_calendar_and_the_instant_agree(schedule in any_schedule(), made in overrides(), from in instant(), days in 1i64..40) {
        let to = from + TimeDelta::days(days);
        let calendar = oncall_between(&schedule, &made, from, to);
        let ends = calendar.shifts.iter().flat_map(|shift| [shift.start, shift.end]);
        let near = ends.flat_map(|at| [at - TimeDelta::nanoseconds(1), at, at + TimeDelta::seconds(1)]);
        let spread = (0..40).map(|step| from + (to - from) / 40 * step);
        for at in near.chain(spread).filter(|at| (from..to).contains(at)) {
            let mut told: Vec<_> = oncall_at(&schedule, &made, at).iter().map(|one| (one.layer, one.person)).collect();
            let holds = calendar.shifts.iter().filter(|shift| shift.start <= at && at < shift.end);
            let mut shown: Vec<_> = holds.map(|shift| (shift.layer, shift.person)).collect();
            told.sort();
            shown.sort();
            prop_assert_eq!(told, shown, "at {}", at);
            let gap = calendar.gaps.iter().any(|gap| gap.layer.is_none() && gap.start <= at && at < gap.end);
            prop_assert_eq!(gap, oncall_at(&schedule, &made, at).is_empty(), "at {}", at);
        }
    }

    #[test]
    fn a_rotation_leaves_no_gap_and_no_overlap(
        schedule in schedule(person().prop_map(Member::new).boxed(), Just(Hours::default()).boxed()),
        from in instant(), days in 1i64..200,
    ) {
        let to = from + TimeDelta::days(days);
        let calendar = oncall_between(&schedule, &[], from, to);
        prop_assert!(calendar.gaps.is_empty());
        for layer in &schedule.layers {
            let shifts: Vec<_> = calendar.shifts.iter().filter(|shift| shift.layer == layer.name).collect();
            prop_assert!(shifts[0].start <= from && shifts[shifts.len() - 1].end >= to);
            prop_assert!(shifts.windows(2).all(|two| two[0].end == two[1].start && two[0].start < two[0].end));
        }
    }

    #[test]
    fn a_shift_is_the_same_through_every_window(schedule in any_schedule(), made in overrides(), from in instant(), days in 1i64..30) {
        let (to, day) = (from + TimeDelta::days(days), TimeDelta::days(1));
        let wide = oncall_between(&schedule, &made, from, to);
        let narrow = oncall_between(&schedule, &made, from, from + day);
        let within: Vec<_> = wide.shifts.iter().filter(|shift| shift.start < from + day).collect();
        prop_assert_eq!(within, narrow.shifts.iter().collect::<Vec<_>>());
    }

    #[test]
    fn joining_and_leaving_deal_nothing_anew_that_lies_before(
        schedule in schedule(member().boxed(), hours().boxed()),
        changes in 1i64..527_000, place in 0usize..6, leaves in any::<bool>(),
    ) {
        let mut changed = schedule.clone();
        let zone = schedule.time_zone;
        let changes = start().naive_utc() + TimeDelta::minutes(changes);
        let people = &mut changed.layers[0].people;
        let place = place.min(people.len());
        if leaves {
            let last = people.len() - 1;
            let until = &mut people[place.min(last)].until;
            *until = Some(until.map_or(changes, |until| until.min(changes)));
        } else {
            people.insert(place, Member { person: Person::new("new"), from: Some(changes), until: None });
        }
        let instants = (0..3_000).map(|step| start() - TimeDelta::days(60) + TimeDelta::minutes(step * 211));
        let before = TimeDelta::nanoseconds(1);
        let planned = |schedule: &Schedule, at: DateTime<Utc>| -> Vec<Person> {
            oncall_at(schedule, &[], at).iter().filter(|one| one.layer == "one").map(|one| one.person.clone()).collect()
        };
        for at in instants.take_while(|at| *at < instant_of(zone, changes)).chain([instant_of(zone, changes) - before]) {
            prop_assert_eq!(planned(&changed, at), planned(&schedule, at), "at {}, change at {}", at, changes);
        }
    }

    #[test]
    fn where_somebody_is_always_there_nobodys_coming_or_going_leaves_a_gap(
        mut schedule in schedule(member().boxed(), Just(Hours::default()).boxed()), from in instant(), days in 1i64..200,
    ) {
        for layer in &mut schedule.layers {
            layer.people.push(Member::new(Person::new("always")));
        }
        let calendar = oncall_between(&schedule, &[], from, from + TimeDelta::days(days));
        prop_assert!(calendar.gaps.is_empty(), "{:?}", calendar.gaps);
        for layer in &schedule.layers {
            let shifts: Vec<_> = calendar.shifts.iter().filter(|shift| shift.layer == layer.name).collect();
            prop_assert!(shifts.windows(2).all(|two| two[0].end == two[1].start && two[0].start < two[0].end));
        }
    }

    #[test]
    fn what_is_stored_is_read_again(schedule in any_schedule(), made in overrides()) {
        let text = serde_json::to_string(&schedule).unwrap();
        prop_assert_eq!(serde_json::from_str::<Schedule>(&text).unwrap(), schedule);
        let text = serde_json::to_string(&made).unwrap();
        prop_assert_eq!(serde_json::from_str::<Vec<Override>>(&text).unwrap(), made);
    }
}

//! Sentences of callers and what they mean: through one `check`.

use super::*;
use chrono::{Datelike, NaiveDateTime, TimeZone, Timelike};

/// A Monday night, a Wednesday morning and a Friday night in June 2026; the sixth is a Saturday.
const MONDAY_NIGHT: &str = "2026-06-01T23:40:00";
const WEDNESDAY: &str = "2026-06-03T10:00:00";
const FRIDAY_NIGHT: &str = "2026-06-05T23:40:00";
const EAST: Tz = chrono_tz::America::New_York;

/// `expected`: "2 10:00" for an instant on the second of June ("7/2" of July), "2 12:00-17:00" for a window,
/// "6 08:00 - 7 17:00" for one of several days, "soon", "any" or "none".
fn check(text: &str, reference: &str, zone: Tz, expected: &str) {
    let local: NaiveDateTime = reference.parse().unwrap();
    let now = zone.from_local_datetime(&local).earliest().unwrap().with_timezone(&Utc);
    let found = parse_callback_time(text, now, zone, &CallbackPolicy::default());
    let shown = |at: DateTime<Utc>| {
        let at = at.with_timezone(&zone);
        let month = if at.month() == 6 { String::new() } else { format!("{}/", at.month()) };
        (format!("{month}{}", at.day()), format!("{:02}:{:02}", at.hour(), at.minute()))
    };
    let got = match found.time {
        Some(CallbackTime::At(at)) => {
            let (day, time) = shown(at);
            format!("{day} {time}")
        }
        Some(CallbackTime::Window(from, to)) => match (shown(from), shown(to)) {
            ((day, from), (last, to)) if day == last => format!("{day} {from}-{to}"),
            ((day, from), (last, to)) => format!("{day} {from} - {last} {to}"),
        },
        Some(CallbackTime::Soon) => "soon".into(),
        None if found.any_time => "any".into(),
        None => "none".into(),
    };
    let words: Vec<_> = found.evidence.iter().map(|e| (e.rule, &text[e.words.clone()])).collect();
    assert_eq!(got, expected, "{text:?} at {reference}: {words:?}");
}

/// All of a table, so that one run shows every miss.
fn check_all(reference: &str, table: &[(&str, &str)]) {
    let missed: Vec<String> = table
        .iter()
        .filter_map(|(text, expected)| {
            let run = std::panic::catch_unwind(|| check(text, reference, EAST, expected));
            run.err().map(|error| error.downcast_ref::<String>().cloned().unwrap_or_default())
        })
        .collect();
    assert!(missed.is_empty(), "{} missed:\n{}", missed.len(), missed.join("\n"));
}

#[test]
fn hours_said_at_night_are_of_the_next_day() {
    check_all(
        MONDAY_NIGHT,
        &[
            ("at nine", "2 09:00"),
            ("you can ring me back around eight", "2 08:00"),
            ("2", "2 14:00"),
            ("at 2 am", "2 02:00"),
            ("two a m", "2 02:00"),
            ("seven", "2 07:00"),
            ("six would be good", "2 18:00"),
            ("half past eight", "2 08:30"),
            ("half eight", "2 08:30"),
            ("quarter to ten", "2 09:45"),
            ("a quarter past eleven", "2 11:15"),
            ("quarter after one", "2 13:15"),
            ("ten to nine", "2 08:50"),
            ("at five to four", "2 15:55"),
            ("twenty past three please", "2 15:20"),
            ("ten fifteen", "2 10:15"),
            ("eight thirty", "2 08:30"),
            ("nine oh five", "2 09:05"),
            ("0900", "2 09:00"),
            ("at 1430", "2 14:30"),
            ("fourteen hundred", "2 14:00"),
            ("call me at 9ish", "2 09:00"),
            ("nine ish works", "2 09:00"),
            ("10 30", "2 10:30"),
            ("10:30 a.m.", "2 10:30"),
            ("ten thirty a m works for me", "2 10:30"),
            ("eleven o'clock sharp", "2 11:00"),
            ("noon", "2 12:00"),
            ("around noon tomorrow", "2 12:00"),
            ("at midnight", "2 00:00"),
            ("nine in the morning", "2 09:00"),
            ("six in the evening", "2 18:00"),
            ("three in the afternoon tomorrow", "2 15:00"),
            ("call after 9 thanks", "2 09:00-17:00"),
            ("any time after ten", "2 10:00-17:00"),
            ("ten or later", "2 10:00-17:00"),
            ("not before eleven", "2 11:00-17:00"),
            ("before noon", "2 08:00-12:00"),
            ("by five", "2 08:00-17:00"),
            ("no later than three", "2 08:00-15:00"),
            ("between two and four", "2 14:00-16:00"),
            ("between 8 and half past nine", "2 08:00-09:30"),
            ("from two to four", "2 14:00-16:00"),
            ("two to four", "2 14:00-16:00"),
            ("two to four works best", "2 14:00-16:00"),
            ("9-11am", "2 09:00-11:00"),
            ("between eleven and one", "2 11:00-13:00"),
            ("from ten till noon", "2 10:00-12:00"),
            ("at nine or ten", "2 09:00"),
        ],
    );
}

#[test]
fn days_and_parts_of_days_are_read() {
    check_all(
        MONDAY_NIGHT,
        &[
            ("tomorrow at ten", "2 10:00"),
            ("tomorrow", "2 08:00-17:00"),
            ("call me tomorrow morning around nine", "2 09:00"),
            ("tomorrow morning", "2 08:00-12:00"),
            ("in the morning", "2 08:00-12:00"),
            ("tomorrow afternoon some time", "2 12:00-17:00"),
            ("tomorrow evening at seven", "2 19:00"),
            ("the day after tomorrow", "3 08:00-17:00"),
            ("not tomorrow but the day after", "3 08:00-17:00"),
            ("thursday", "4 08:00-17:00"),
            ("on thursday at nine thirty", "4 09:30"),
            ("thursday afternoon after three", "4 15:00-17:00"),
            ("friday before lunch", "5 08:00-12:00"),
            ("friday after lunch", "5 13:00-17:00"),
            ("this friday morning", "5 08:00-12:00"),
            ("next friday at noon", "12 12:00"),
            ("friday next week", "12 08:00-17:00"),
            ("wednesday week", "10 08:00-17:00"),
            ("a week from wednesday", "10 08:00-17:00"),
            ("this weekend", "6 08:00 - 7 17:00"),
            ("next week", "8 08:00 - 14 17:00"),
            ("in two days", "3 08:00-17:00"),
            ("in a couple of days at nine", "3 09:00"),
            ("first thing tomorrow", "2 08:00"),
            ("first thing", "2 08:00"),
            ("first thing in the morning please", "2 08:00"),
            ("mid morning tomorrow", "2 10:00"),
            ("end of day tomorrow", "2 17:00"),
            ("tomorrow by close of business", "2 17:00"),
            ("early tomorrow morning", "2 08:00-10:00"),
            ("late tomorrow afternoon", "2 15:00-17:00"),
            ("tomorrow before five", "2 08:00-17:00"),
            ("the fifth at ten", "5 10:00"),
            ("on the 5th", "5 08:00-17:00"),
            ("the twenty third at two thirty", "23 14:30"),
            ("monday the fifteenth", "15 08:00-17:00"),
            ("june ninth at 9", "9 09:00"),
            ("december third at nine", "12/3 09:00"),
            ("12/3", "12/3 08:00-17:00"),
            ("on 6/9 at 4pm", "9 16:00"),
            ("july 2nd between nine and ten", "7/2 09:00-10:00"),
            ("the second monday of next month", "7/13 08:00-17:00"),
            ("the end of the month", "30 08:00-17:00"),
            ("tuesday or wednesday", "2 08:00-17:00"),
            ("after nine but before eleven", "2 09:00-11:00"),
            ("any time after lunch tomorrow", "2 13:00-17:00"),
            ("july 13 to 15", "7/13 08:00 - 7/15 17:00"),
            ("10 to 12 july", "7/10 08:00 - 7/12 17:00"),
            ("quarter to noon", "2 11:45"),
            ("three fridays from now", "19 08:00-17:00"),
            ("the week of the 15th", "15 08:00 - 21 17:00"),
            ("two weeks from friday", "19 08:00-17:00"),
            ("the morning of the fifteenth", "15 08:00-12:00"),
            ("june 15th in the morning at nine", "15 09:00"),
            ("early next week", "8 08:00 - 10 17:00"),
            ("thursday for half an hour from ten", "4 10:00-10:30"),
            ("nine a m for thirty minutes", "2 09:00-09:30"),
            ("monday to wednesday", "8 08:00 - 10 17:00"),
            ("today", "1 23:40 - 2 00:00"),
            ("between today and tomorrow", "1 23:40 - 2 17:00"),
            ("from 9.00-11.30 tomorrow", "2 09:00-11:30"),
        ],
    );
}

#[test]
fn stretches_from_now_and_haste_are_read() {
    check_all(
        WEDNESDAY,
        &[
            ("in an hour", "3 11:00"),
            ("in an hour and a half", "3 11:30"),
            ("in half an hour", "3 10:30"),
            ("in twenty minutes", "3 10:20"),
            ("give me ten minutes and call back", "3 10:10"),
            ("in a quarter of an hour", "3 10:15"),
            ("two hours from now", "3 12:00"),
            ("in two and a half hours", "3 12:30"),
            ("in about 45 minutes", "3 10:45"),
            ("within the hour", "3 10:00-11:00"),
            ("within two hours", "3 10:00-12:00"),
            ("in the next couple of hours", "3 10:00-12:00"),
            ("in fifteen", "3 10:15"),
            ("as soon as possible", "soon"),
            ("asap please", "soon"),
            ("right away", "soon"),
            ("call me right now", "soon"),
            ("whenever", "any"),
            ("whenever you can, no rush", "any"),
            ("any time tomorrow", "4 08:00-17:00"),
            ("at 7", "3 19:00"),
            ("at ten", "4 10:00"),
            ("this afternoon", "3 12:00-17:00"),
            ("this afternoon at four", "3 16:00"),
            ("tonight", "3 17:00-20:00"),
            ("tonight at eight", "3 20:00"),
            ("at nine tonight", "3 21:00"),
            ("before lunch", "3 10:00-12:00"),
            ("later today", "3 10:00-17:00"),
            ("the rest of the week", "3 10:00 - 7 17:00"),
            ("end of the day", "3 17:00"),
            ("wednesday", "10 08:00-17:00"),
            ("wednesday at three", "3 15:00"),
            ("until five", "3 10:00-17:00"),
        ],
    );
}

#[test]
fn spanish_is_read() {
    check_all(
        MONDAY_NIGHT,
        &[
            ("a las diez", "2 10:00"),
            ("a las diez y media", "2 10:30"),
            ("a las nueve y cuarto", "2 09:15"),
            ("a las diez menos cuarto", "2 09:45"),
            ("un cuarto para las nueve", "2 08:45"),
            ("veinte para las nueve", "2 08:40"),
            ("diez para las once", "2 10:50"),
            ("faltando cinco para las tres", "2 14:55"),
            ("a la una", "2 13:00"),
            ("a la una y media de la tarde", "2 13:30"),
            ("a las tres de la tarde", "2 15:00"),
            ("a las ocho de la noche", "2 20:00"),
            ("a las dos de la mañana", "2 02:00"),
            ("a las cinco de la madrugada", "2 05:00"),
            ("a las once en punto", "2 11:00"),
            ("tipo nueve", "2 09:00"),
            ("como a las ocho y veinte", "2 08:20"),
            ("mañana a las diez", "2 10:00"),
            ("mañana", "2 08:00-17:00"),
            ("mañana por la mañana", "2 08:00-12:00"),
            ("mañana en la mañana a las once", "2 11:00"),
            ("por la mañana", "2 08:00-12:00"),
            ("en la tarde", "2 12:00-17:00"),
            ("pasado mañana", "3 08:00-17:00"),
            ("pasado mañana por la tarde", "3 12:00-17:00"),
            ("el jueves a primera hora", "4 08:00"),
            ("el jueves a las cuatro", "4 16:00"),
            ("el viernes por la tarde después de las tres", "5 15:00-17:00"),
            ("el viernes que viene", "12 08:00-17:00"),
            ("la semana que viene", "8 08:00 - 14 17:00"),
            ("la próxima semana", "8 08:00 - 14 17:00"),
            ("el miércoles de la semana que viene", "10 08:00-17:00"),
            ("este fin de semana", "6 08:00 - 7 17:00"),
            ("a primera hora", "2 08:00"),
            ("mañana a primera hora", "2 08:00"),
            ("al mediodía", "2 12:00"),
            ("a mediodía de mañana", "2 12:00"),
            ("de dos a cuatro", "2 14:00-16:00"),
            ("entre las dos y las cuatro", "2 14:00-16:00"),
            ("entre nueve y diez", "2 09:00-10:00"),
            ("de 9 a 11 de la mañana", "2 09:00-11:00"),
            ("de las nueve hasta las doce", "2 09:00-12:00"),
            ("a partir de las diez", "2 10:00-17:00"),
            ("después de las diez", "2 10:00-17:00"),
            ("antes de las once", "2 08:00-11:00"),
            ("a más tardar a las cinco", "2 08:00-17:00"),
            ("antes del mediodía", "2 08:00-12:00"),
            ("antes de comer", "2 08:00-12:00"),
            ("mañana después del almuerzo", "2 13:00-17:00"),
            ("dentro de una hora", "2 00:40"),
            ("en hora y media", "2 01:10"),
            ("en media hora", "2 00:10"),
            ("en dos horas", "2 01:40"),
            ("en un cuarto de hora", "1 23:55"),
            ("en dos días", "3 08:00-17:00"),
            ("lo antes posible", "soon"),
            ("cuanto antes por favor", "soon"),
            ("cuando puedan", "any"),
            ("cuando sea", "any"),
            ("fin de mes", "30 08:00-17:00"),
            ("el 5 de enero a las 8", "1/5 08:00"),
            ("3 de diciembre", "12/3 08:00-17:00"),
            ("el 12/3", "3/12 08:00-17:00"),
            ("el día 15 a las nueve", "15 09:00"),
            ("el cinco de junio", "5 08:00-17:00"),
            ("el lunes no, mejor el martes a las nueve", "2 09:00"),
            ("a las nueve digo a las diez", "2 10:00"),
            ("abrimos a las ocho pero llámeme a las diez", "2 10:00"),
            ("mañana al final del día", "2 17:00"),
            ("mañana temprano", "2 08:00-10:00"),
            ("el martes como a media mañana", "2 10:00"),
            ("entre el 3 y el 12 de enero", "1/3 08:00 - 1/12 17:00"),
            ("del 4 al 22 de este mes", "4 08:00 - 22 17:00"),
            ("a las doce del día", "2 12:00"),
            ("el jueves 11 a las 3 de la tarde", "11 15:00"),
            ("después de las 9 y antes de las 11", "2 09:00-11:00"),
            ("el primer lunes de julio", "7/6 08:00-17:00"),
            ("a principios de la próxima semana", "8 08:00 - 10 17:00"),
            ("las 10 de la mañana del jueves", "4 10:00"),
            ("en dos horas y media", "2 02:10"),
            ("en tres cuartos de hora", "2 00:25"),
            ("de lunes a viernes", "8 08:00 - 12 17:00"),
        ],
    );
    check("hoy en la tarde", WEDNESDAY, EAST, "3 12:00-17:00");
    check("esta tarde a las cinco", WEDNESDAY, EAST, "3 17:00");
    check("esta noche", WEDNESDAY, EAST, "3 17:00-20:00");
}

#[test]
fn the_last_time_that_is_for_the_call_counts() {
    check_all(
        MONDAY_NIGHT,
        &[
            ("we open at 8 but call me at 10", "2 10:00"),
            ("tomorrow, no, wednesday at nine", "3 09:00"),
            ("tomorrow at nine, actually wednesday", "3 09:00"),
            ("nine, no wait, half past nine", "2 09:30"),
            ("my shift starts at six so call me at seven", "2 07:00"),
            ("i have a meeting at nine so let's say ten thirty", "2 10:30"),
            ("it went down at three, call me tomorrow at eight", "2 08:00"),
            ("it's been broken since monday, you can call thursday", "4 08:00-17:00"),
            ("the power was out this morning, call me tomorrow afternoon", "2 12:00-17:00"),
            ("i'm off wednesday, call me thursday at nine", "4 09:00"),
            ("call me tomorrow at nine. my extension is 12", "2 09:00"),
            ("between 2 and 4 tomorrow, room 7", "2 14:00-16:00"),
        ],
    );
}

#[test]
fn numbers_that_are_no_times_stay_out() {
    check_all(
        MONDAY_NIGHT,
        &[
            ("ticket 9", "none"),
            ("room 12", "none"),
            ("my extension is 4410", "none"),
            ("i am on floor 3", "none"),
            ("there are six of us", "none"),
            ("12 people cannot work", "none"),
            ("we have 3 printers here", "none"),
            ("my number is 555 0142", "none"),
            ("call me at 312 555 0100", "none"),
            ("version 10.2.1", "none"),
            ("the server is 10.0.0.5", "none"),
            ("it costs $9", "none"),
            ("we are open 24/7", "none"),
            ("windows 10", "none"),
            ("office 365 is down", "none"),
            ("it crashed at five", "none"),
            ("it has been down since nine", "none"),
            ("two hours ago", "none"),
            ("yesterday at ten", "none"),
            ("it stopped last monday", "none"),
            ("se cayó a las cinco", "none"),
            ("desde las nueve no funciona", "none"),
            ("hace dos horas", "none"),
            ("somos ocho personas", "none"),
            ("el ticket 4", "none"),
            ("la sala 3", "none"),
            ("ayer por la tarde", "none"),
            ("tengo 4 impresoras", "none"),
            ("it works now thanks", "none"),
            ("good morning", "none"),
            ("buenas tardes", "none"),
            ("one of the printers", "none"),
            ("two step verification", "none"),
            ("i may need help", "none"),
            ("50 percent", "none"),
            ("", "none"),
        ],
    );
}

#[test]
fn an_office_day_is_literal_and_fitting_comes_later() {
    check("first thing", FRIDAY_NIGHT, EAST, "6 08:00");
    check("first thing monday", FRIDAY_NIGHT, EAST, "8 08:00");
    check("el lunes a primera hora", FRIDAY_NIGHT, EAST, "8 08:00");
    check("next business day", FRIDAY_NIGHT, EAST, "8 08:00-17:00");
}

#[test]
fn after_midnight_tomorrow_morning_is_the_one_that_comes() {
    let night = "2026-06-02T00:40:00";
    check("tomorrow at nine", night, EAST, "2 09:00");
    check("tomorrow morning", night, EAST, "2 08:00-12:00");
    check("mañana por la mañana", night, EAST, "2 08:00-12:00");
    check("tomorrow afternoon", night, EAST, "3 12:00-17:00");
    check("tomorrow", night, EAST, "3 08:00-17:00");
    check("in the morning", night, EAST, "2 08:00-12:00");
    check("today at ten", night, EAST, "2 10:00");
}

#[test]
fn clock_changes_are_respected() {
    // New York skips 02:00 to 03:00 on 8 March and repeats 01:00 to 02:00 on 1 November 2026.
    check("in an hour and a half", "2026-03-08T01:00:00", EAST, "3/8 03:30");
    check("tomorrow at 2:30 a.m.", "2026-03-07T20:00:00", EAST, "3/8 03:00");
    check("tomorrow at nine", "2026-10-31T22:00:00", EAST, "11/1 09:00");
    // Lord Howe moves by half an hour, Auckland in the other half of the year.
    check("tomorrow at 2:15 am", "2026-10-03T12:00:00", chrono_tz::Australia::Lord_Howe, "10/4 02:30");
    check("mañana a las 2:30 de la mañana", "2026-09-26T12:00:00", chrono_tz::Pacific::Auckland, "9/27 03:00");
}

#[test]
fn dates_in_figures_follow_the_country_and_the_language() {
    check("on 12/3", "2026-06-01T12:00:00", chrono_tz::America::Chicago, "12/3 08:00-17:00");
    check("on 12/3", "2026-06-01T12:00:00", chrono_tz::Europe::London, "3/12 08:00-17:00");
    check("el 12/3", "2026-06-01T12:00:00", chrono_tz::America::Chicago, "3/12 08:00-17:00");
    check("on 2026-08-09 at 9:30", "2026-06-01T12:00:00", EAST, "8/9 09:30");
    check("25/12", "2026-06-01T12:00:00", EAST, "12/25 08:00-17:00");
}

#[test]
fn feast_days_and_the_days_beside_them_are_dates() {
    check_all(
        WEDNESDAY,
        &[
            ("some time on labor day", "9/7 08:00-17:00"),
            ("halloween in the morning", "10/31 08:00-12:00"),
            ("the day after thanksgiving at ten", "11/27 10:00"),
            ("the day before the 12th", "11 08:00-17:00"),
            ("en nochebuena por la tarde", "12/24 12:00-17:00"),
            ("el día después de reyes", "1/7 08:00-17:00"),
        ],
    );
}

#[test]
fn times_are_shifted_by_a_length_and_last_for_one() {
    check_all(
        WEDNESDAY,
        &[
            ("twenty minutes before noon", "3 11:40"),
            ("an hour after midnight", "4 01:00"),
            ("diez minutos después de las cuatro", "3 16:10"),
            ("for two hours starting at one", "3 13:00-15:00"),
            ("a week on monday", "15 08:00-17:00"),
            ("el martes en ocho", "16 08:00-17:00"),
            ("in three weeks on thursday", "25 08:00-17:00"),
            ("next month on the 9th", "7/9 08:00-17:00"),
            ("the last day of the month", "30 08:00-17:00"),
            ("estoy del 15 al 18", "15 08:00 - 18 17:00"),
            ("el viernes 12 a media mañana", "12 10:00"),
            ("by monday at three", "8 08:00-15:00"),
        ],
    );
}

#[test]
fn what_is_corrected_refused_or_a_reason_is_no_wish() {
    check_all(
        MONDAY_NIGHT,
        &[
            ("ten fifteen, sorry, eleven", "2 11:00"),
            ("don't ring me until ten", "2 10:00-17:00"),
            ("no me llamen hasta las diez", "2 10:00-17:00"),
            ("wednesday doesn't work, thursday at nine", "4 09:00"),
            ("mañana por la tarde porque por la mañana tengo clase", "2 12:00-17:00"),
            ("before ten because the truck leaves around eleven", "2 08:00-10:00"),
            ("the ticket is 1015", "none"),
            ("it is build twenty one nine thirty four", "none"),
            ("el aula es la doscientos doce", "none"),
            ("se apagó a las nueve y volvió a las diez", "none"),
        ],
    );
}

//! Reading a promised time back: weekday, time and zone, in the caller's language.

use super::CallbackTime;
use crate::vocabulary::Language;
use chrono::{DateTime, Datelike, Duration, Timelike, Utc};
use chrono_tz::{OffsetName, Tz};

/// "Tuesday at 10:00 AM Eastern time"; the date is added from six days ahead on.
pub fn say_time(instant: DateTime<Utc>, zone: Tz, language: Language, now: DateTime<Utc>) -> String {
    let day = say_day(instant, zone, language, now);
    let time = say_clock(instant, zone, language);
    let zone = say_zone(instant, zone, language);
    match language {
        Language::English => format!("{day} at {time} {zone}"),
        Language::Spanish => format!("{day} {time}, {zone}"),
    }
}

/// The promise as it is read back: "Tuesday between 8:00 AM and 12:00 PM Central time", "as soon as possible".
pub fn say_callback(time: CallbackTime, zone: Tz, language: Language, now: DateTime<Utc>) -> String {
    match (time, language) {
        (CallbackTime::At(at), _) => say_time(at, zone, language, now),
        (CallbackTime::Soon, Language::English) => "as soon as possible".into(),
        (CallbackTime::Soon, Language::Spanish) => "lo antes posible".into(),
        (CallbackTime::Window(start, end), _) => {
            let (from, to) = (say_clock(start, zone, language), say_clock(end, zone, language));
            let name = say_zone(start, zone, language);
            let first = say_day(start, zone, language, now);
            let last = say_day(end, zone, language, now);
            match (language, first == last) {
                (Language::English, true) => format!("{first} between {from} and {to} {name}"),
                (Language::English, false) => format!("between {first} at {from} and {last} at {to} {name}"),
                (Language::Spanish, true) => {
                    let bare = |time: &str| time.strip_prefix("a ").unwrap_or(time).to_owned();
                    format!("{first} entre {} y {}, {name}", bare(&from), bare(&to))
                }
                (Language::Spanish, false) => format!("entre {first} {from} y {last} {to}, {name}"),
            }
        }
    }
}

/// The end of something that runs now: "4:00 AM", and from eighteen hours ahead on with weekday and zone.
pub fn say_until(end: DateTime<Utc>, zone: Tz, language: Language, now: DateTime<Utc>) -> String {
    let soon = end - now < Duration::hours(18);
    match language {
        Language::English if soon => say_clock(end, zone, language),
        Language::English => say_time(end, zone, language, now),
        Language::Spanish => {
            let clock = say_clock(end, zone, language);
            let clock = clock.strip_prefix("a ").unwrap_or(&clock);
            if soon {
                return clock.to_owned();
            }
            format!("{} {clock}, {}", say_day(end, zone, language, now), say_zone(end, zone, language))
        }
    }
}

fn say_day(instant: DateTime<Utc>, zone: Tz, language: Language, now: DateTime<Utc>) -> String {
    const ENGLISH: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    const SPANISH: [&str; 7] = ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"];
    const MONTHS: [(&str, &str); 12] = [
        ("January", "enero"),
        ("February", "febrero"),
        ("March", "marzo"),
        ("April", "abril"),
        ("May", "mayo"),
        ("June", "junio"),
        ("July", "julio"),
        ("August", "agosto"),
        ("September", "septiembre"),
        ("October", "octubre"),
        ("November", "noviembre"),
        ("December", "diciembre"),
    ];
    let local = instant.with_timezone(&zone);
    let at = usize::try_from(local.weekday().num_days_from_monday()).unwrap_or(0) % 7;
    let far = local.date_naive() - now.with_timezone(&zone).date_naive() > Duration::days(6);
    let (month, mes) = MONTHS[usize::try_from(local.month0()).unwrap_or(0) % 12];
    // Of another year than the present one, the year is said as well.
    let (this, year) = (now.with_timezone(&zone).year(), local.year());
    let year = |before: &str| if year == this { String::new() } else { format!("{before}{year}") };
    match (language, far) {
        (Language::English, false) => ENGLISH[at].into(),
        (Language::English, true) => format!("{}, {month} {}{},", ENGLISH[at], local.day(), year(", ")),
        (Language::Spanish, false) => format!("el {}", SPANISH[at]),
        (Language::Spanish, true) => format!("el {} {} de {mes}{}", SPANISH[at], local.day(), year(" de ")),
    }
}

/// "10:00 AM", "a las 10:00 de la mañana".
pub fn say_clock(instant: DateTime<Utc>, zone: Tz, language: Language) -> String {
    let local = instant.with_timezone(&zone);
    let (afternoon, hour) = local.hour12();
    let minute = local.minute();
    match language {
        Language::English => format!("{hour}:{minute:02} {}", if afternoon { "PM" } else { "AM" }),
        Language::Spanish => {
            let article = if hour == 1 { "la" } else { "las" };
            let part = match local.hour() {
                0..6 => "de la madrugada",
                6..12 => "de la mañana",
                12..19 => "de la tarde",
                _ => "de la noche",
            };
            format!("a {article} {hour}:{minute:02} {part}")
        }
    }
}

/// The zone as people say it: "Central time", "hora del centro", else the city that it is named after.
fn say_zone(instant: DateTime<Utc>, zone: Tz, language: Language) -> String {
    let local = instant.with_timezone(&zone);
    let short = local.offset().abbreviation().unwrap_or("+");
    let american =
        zone.name().starts_with("America/") || zone.name().starts_with("US/") || zone.name() == "Pacific/Honolulu";
    let known = match short {
        "EST" | "EDT" => Some(("Eastern time", "hora del este")),
        "CST" | "CDT" => Some(("Central time", "hora del centro")),
        "MST" | "MDT" => Some(("Mountain time", "hora de la montaña")),
        "PST" | "PDT" => Some(("Pacific time", "hora del Pacífico")),
        "AKST" | "AKDT" => Some(("Alaska time", "hora de Alaska")),
        "HST" => Some(("Hawaii time", "hora de Hawái")),
        _ => None,
    };
    match (known.filter(|_| american), language) {
        (Some((english, _)), Language::English) => english.into(),
        (Some((_, spanish)), Language::Spanish) => spanish.into(),
        (None, language) if short.starts_with(['+', '-']) => {
            let city = zone.name().rsplit('/').next().unwrap_or(zone.name()).replace('_', " ");
            if language == Language::English { format!("{city} time") } else { format!("hora de {city}") }
        }
        (None, _) => short.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(time: CallbackTime, zone: Tz, english: &str, spanish: &str) {
        let now: DateTime<Utc> = "2026-06-01T12:00:00Z".parse().unwrap();
        assert_eq!(say_callback(time, zone, Language::English, now), english);
        assert_eq!(say_callback(time, zone, Language::Spanish, now), spanish);
    }

    #[test]
    fn a_promise_is_read_back_with_weekday_time_and_zone() {
        let ten: DateTime<Utc> = "2026-06-02T14:00:00Z".parse().unwrap();
        let far: DateTime<Utc> = "2026-06-12T18:30:00Z".parse().unwrap();
        check(
            CallbackTime::At(ten),
            chrono_tz::America::New_York,
            "Tuesday at 10:00 AM Eastern time",
            "el martes a las 10:00 de la mañana, hora del este",
        );
        check(
            CallbackTime::Window(ten, ten + Duration::hours(4)),
            chrono_tz::America::Chicago,
            "Tuesday between 9:00 AM and 1:00 PM Central time",
            "el martes entre las 9:00 de la mañana y la 1:00 de la tarde, hora del centro",
        );
        check(
            CallbackTime::At(far),
            chrono_tz::America::Bogota,
            "Friday, June 12, at 1:30 PM Bogota time",
            "el viernes 12 de junio a la 1:30 de la tarde, hora de Bogota",
        );
        check(
            CallbackTime::At(ten),
            chrono_tz::Europe::London,
            "Tuesday at 3:00 PM BST",
            "el martes a las 3:00 de la tarde, BST",
        );
        check(
            CallbackTime::At("2027-01-04T18:30:00Z".parse().unwrap()),
            chrono_tz::America::Bogota,
            "Monday, January 4, 2027, at 1:30 PM Bogota time",
            "el lunes 4 de enero de 2027 a la 1:30 de la tarde, hora de Bogota",
        );
        check(CallbackTime::Soon, chrono_tz::UTC, "as soon as possible", "lo antes posible");
    }
}

//! The words that times are said in, English and Spanish, and the words that make a number no time.

use super::clock::{Day, Half, Item, Part};
use chrono::Weekday;

/// Words before a number that make it a label.
pub(super) const LABELS: &str = " ticket tickets room extension ext floor line number case office suite building version piso \
    extension sala cuarto oficina caso numero folio linea station register caja unit desk bay gate windows server code \
    page step option press phone cell internal edificio local m365 model ";
/// Words after a number that make it a count.
pub(super) const COUNTED: &str = " people users user of percent por guys computers pcs machines employees times years year months licenses \
    license seats personas usuarios computadoras maquinas veces anos meses licencias copies pages dollars servers \
    printers laptops monitors minutes minute minutos minuto hours hour horas hora days day dias dia weeks week semanas \
    branches stores sucursales empleados drivers other error errors more degrees gigs emails files devices sites bars ";
/// Words shortly before a time that tie it to something else than a call.
pub(super) const ELSEWHERE: &[&str] = &[
    "since", "desde", "cayo", "cayeron", "started", "began", "happened", "died", "stopped", "crashed", "empezo",
    "paso", "open", "opens", "abrimos", "abre", "abren", "cerramos", "ends", "starts", "entro", "entramos", "meeting",
    "standup", "fallo", "was", "were", "went", "deadline", "due", "said", "arrive", "vence", "termina", "flight",
    "ago", "salio", "fue", "born", "closes",
];

/// English and Spanish names of the days.
pub(super) const DAYS: [(&str, &str, Weekday); 7] = [
    ("monday", "lunes", Weekday::Mon),
    ("tuesday", "martes", Weekday::Tue),
    ("wednesday", "miercoles", Weekday::Wed),
    ("thursday", "jueves", Weekday::Thu),
    ("friday", "viernes", Weekday::Fri),
    ("saturday", "sabado", Weekday::Sat),
    ("sunday", "domingo", Weekday::Sun),
];

/// English and Spanish names of the months, January first.
pub(super) const MONTHS: [(&str, &str); 12] = [
    ("january", "enero"),
    ("february", "febrero"),
    ("march", "marzo"),
    ("april", "abril"),
    ("may", "mayo"),
    ("june", "junio"),
    ("july", "julio"),
    ("august", "agosto"),
    ("september", "septiembre"),
    ("october", "octubre"),
    ("november", "noviembre"),
    ("december", "diciembre"),
];

/// What tells the half of the day after a time.
pub(super) const HALVES: &[(&str, Half)] = &[
    ("am", Half::Am),
    ("pm", Half::Pm),
    ("in the morning", Half::Am),
    ("in the afternoon", Half::Pm),
    ("in the evening", Half::Pm),
    ("at night", Half::Pm),
    ("tonight", Half::Pm),
    ("de la manana", Half::Am),
    ("de la tarde", Half::Pm),
    ("de la noche", Half::Pm),
    ("por la tarde", Half::Pm),
    ("en la tarde", Half::Pm),
    ("por la noche", Half::Pm),
    ("en la noche", Half::Pm),
    ("de la madrugada", Half::Am),
    ("por la manana", Half::Am),
    ("en la manana", Half::Am),
    ("del mediodia", Half::Pm),
];

/// Fixed phrases, the longer before the shorter.
pub(super) const PHRASES: &[(&str, Item)] = &[
    ("the day after tomorrow", Item::Day(Day::Ahead(2))),
    ("day after tomorrow", Item::Day(Day::Ahead(2))),
    ("pasado manana", Item::Day(Day::Ahead(2))),
    ("the day after", Item::Day(Day::Ahead(2))),
    ("a week from today", Item::Day(Day::Ahead(7))),
    ("next week", Item::Day(Day::Weekday(Weekday::Mon))),
    ("la proxima semana", Item::Day(Day::Weekday(Weekday::Mon))),
    ("la semana que viene", Item::Day(Day::Weekday(Weekday::Mon))),
    ("fin de semana", Item::Day(Day::Weekend)),
    ("weekend", Item::Day(Day::Weekend)),
    ("mid morning", Item::Part(Part::MidMorning)),
    ("midmorning", Item::Part(Part::MidMorning)),
    ("media manana", Item::Part(Part::MidMorning)),
    ("por/en/a/de la manana", Item::Part(Part::Morning)),
    ("in the morning", Item::Part(Part::Morning)),
    ("primera hora", Item::Part(Part::FirstThing)),
    ("first thing", Item::Part(Part::FirstThing)),
    ("when you open", Item::Part(Part::FirstThing)),
    ("cuando abran", Item::Part(Part::FirstThing)),
    ("before lunch", Item::Part(Part::BeforeLunch)),
    ("antes de comer/almorzar", Item::Part(Part::BeforeLunch)),
    ("antes del almuerzo", Item::Part(Part::BeforeLunch)),
    ("after lunch", Item::Part(Part::AfterLunch)),
    ("despues de comer/almorzar", Item::Part(Part::AfterLunch)),
    ("despues del almuerzo", Item::Part(Part::AfterLunch)),
    ("end of the day", Item::Part(Part::EndOfDay)),
    ("end of day", Item::Part(Part::EndOfDay)),
    ("final/fin del dia", Item::Part(Part::EndOfDay)),
    ("as soon as possible", Item::Soon),
    ("as soon as you can", Item::Soon),
    ("asap", Item::Soon),
    ("right/straight away", Item::Soon),
    ("right now", Item::Soon),
    ("immediately", Item::Soon),
    ("lo antes/pronto posible", Item::Soon),
    ("lo mas pronto posible", Item::Soon),
    ("cuanto antes", Item::Soon),
    ("en cuanto puedan", Item::Soon),
    ("ahora mismo", Item::Soon),
    ("ahorita", Item::Soon),
    ("de inmediato", Item::Soon),
    ("inmediatamente", Item::Soon),
    ("today", Item::Day(Day::Ahead(0))),
    ("hoy", Item::Day(Day::Ahead(0))),
    ("tomorrow", Item::Day(Day::Ahead(1))),
    ("manana", Item::Day(Day::Ahead(1))),
    ("tonight", Item::Part(Part::Evening)),
    ("esta noche", Item::Part(Part::Evening)),
    ("morning", Item::Part(Part::Morning)),
    ("afternoon", Item::Part(Part::Afternoon)),
    ("en/por/de la tarde", Item::Part(Part::Afternoon)),
    ("esta tarde", Item::Part(Part::Afternoon)),
    ("evening", Item::Part(Part::Evening)),
    ("en/por/de la noche", Item::Part(Part::Evening)),
];

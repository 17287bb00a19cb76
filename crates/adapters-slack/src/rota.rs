//! Who is on call, as a message.

use crate::blocks::{Block, Message, Text};
use crate::text::quoted;
use chrono::{DateTime, Utc};
use nightdesk_domain::rota::{Calendar, Person, Schedule, Shift};

/// The longest name of a person, a layer or an owner, in Slack's units; names are shorter, escapes are not.
const NAME_MAX: usize = 120;
/// Most shifts to come that are shown of a layer, and most gaps.
const LINES_MAX: usize = 8;

/// The message: for each layer who has it and until when, and below it who comes next; at the end the gaps.
///
/// Pure. Takes the calendar from `now` on, and what a person is called. Keeps Slack's limits for any schedule that the
/// checks let pass. Times are those of the schedule's zone.
pub fn rota_message(
    owner: &str,
    schedule: &Schedule,
    calendar: &Calendar<'_>,
    now: DateTime<Utc>,
    called: impl Fn(&Person) -> String,
) -> Message {
    let zone = schedule.time_zone;
    let time = |at: DateTime<Utc>| at.with_timezone(&zone).format("%a %-d %b %H:%M").to_string();
    let name = |person: &Person| quoted(&called(person), NAME_MAX);
    let title = format!("On call for {}", quoted(owner, NAME_MAX));
    let mut blocks = vec![Block::Header { text: Text::plain(title.as_str()) }];
    for layer in &schedule.layers {
        let of_layer = || calendar.shifts.iter().filter(|shift| shift.layer == layer.name);
        let here: Vec<&Shift<'_>> = of_layer().filter(|shift| shift.start <= now && now < shift.end).collect();
        let coming: Vec<&Shift<'_>> = of_layer().filter(|shift| shift.start > now).collect();
        let mut fields = vec![Text::mrkdwn(format!("*Layer* {}", quoted(&layer.name, NAME_MAX)))];
        // A section has ten fields: a layer with more people than that at once names the first nine.
        fields.extend(
            here.iter().take(9).map(|shift| Text::mrkdwn(format!("{} until {}", name(shift.person), time(shift.end)))),
        );
        if here.is_empty() {
            fields.push(Text::mrkdwn("nobody"));
        }
        blocks.push(Block::Section { fields });
        let lines = coming.iter().map(|shift| format!("then {} from {}", name(shift.person), time(shift.start)));
        blocks.extend(small_print(lines));
    }
    let gaps = calendar.gaps.iter().map(|gap| {
        let what =
            gap.layer.map_or("Nobody at all".to_owned(), |layer| format!("Nobody for {}", quoted(layer, NAME_MAX)));
        format!("{what} from {} to {}", time(gap.start), time(gap.end))
    });
    blocks.extend(small_print(gaps));
    blocks.push(Block::Context { elements: vec![Text::mrkdwn(format!("Times are those of {zone}"))] });
    Message { text: title, blocks }
}

/// Lines in small print; those after the eighth are counted only. Nothing where there are none.
fn small_print(lines: impl ExactSizeIterator<Item = String>) -> Option<Block> {
    let more = lines.len().saturating_sub(LINES_MAX);
    let mut shown: Vec<String> = lines.take(LINES_MAX).collect();
    if more > 0 {
        shown.push(format!("and {more} more"));
    }
    (!shown.is_empty()).then(|| Block::Context { elements: vec![Text::mrkdwn(shown.join("\n"))] })
}

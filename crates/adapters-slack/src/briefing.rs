//! What whoever is woken is told, as a message.

use crate::blocks::{Block, Message, Text};
use crate::text::quoted;
use nightdesk_domain::case::Briefing;
use nightdesk_domain::vocabulary::category_label;

/// The longest name or number; a field has room for more, a reader has not.
const NAME_MAX: usize = 80;
/// The longest quotation of the problem and of what helped last time.
const WORDS_MAX: usize = 400;

/// The message: a header with the urgency and the ticket, the facts in two columns, the problem, what to look at
/// twice, and what is known from before. What is not known has no field.
///
/// Pure. Keeps Slack's limits whatever was said: at most nine fields and six blocks. Names, numbers and words are
/// quotations, so that nothing that was said or noted does anything; the text for notifications holds none of them.
pub fn briefing_message(briefing: &Briefing) -> Message {
    let category = category_label(briefing.category);
    let title = format!("{}: {category}, ticket {}", briefing.priority, briefing.ticket);
    let mut blocks =
        vec![Block::Header { text: Text::plain(title.as_str()) }, Block::Section { fields: facts(briefing) }];
    blocks.push(small_print([Some(format!("*Problem* {}", quoted(briefing.problem.reveal(), WORDS_MAX)))]));
    blocks.extend(briefing.careful().map(|careful| small_print([Some(format!("*{careful}*"))])));
    let fix = briefing.last_fix.as_ref();
    let fix = fix.map(|fix| format!("*Last time this helped* {}", quoted(fix.reveal(), WORDS_MAX)));
    let days = briefing.days_since_last_call.map(|days| format!("*Days since the last call* {days}"));
    let open = briefing.open_tickets.map(|open| format!("*Open tickets* {open}"));
    if fix.is_some() || days.is_some() || open.is_some() {
        blocks.push(small_print([fix, days, open]));
    }
    let opening = briefing.opening();
    blocks
        .extend(opening.map(|opening| small_print([Some(format!("*A good opening* {}", quoted(opening, WORDS_MAX)))])));
    Message { text: title, blocks }
}

fn facts(briefing: &Briefing) -> Vec<Text> {
    let field = |label: &str, value: &str| Text::mrkdwn(format!("*{label}* {}", quoted(value, NAME_MAX)));
    let plain = |label: &str, value: &str| Text::mrkdwn(format!("*{label}* {value}"));
    let mut fields = vec![match &briefing.client {
        Some(client) => field("Client", client),
        None => plain("Client", "unknown"),
    }];
    fields.extend(briefing.source.as_ref().map(|source| field("Alert of", source)));
    fields.extend(briefing.contact.as_ref().map(|name| field("Caller", name.reveal())));
    fields.extend(match &briefing.number {
        Some(number) => Some(field("Number", number.reveal())),
        None if briefing.source.is_some() => None,
        None => Some(plain("Number", "withheld")),
    });
    fields.push(plain("Priority", &briefing.priority.to_string()));
    fields.push(plain("Category", category_label(briefing.category)));
    fields.extend(briefing.system.as_ref().map(|system| field("System", system)));
    fields.extend(briefing.affected_words().map(|affected| plain("Affected", &affected)));
    fields.extend(briefing.mood_words().map(|mood| plain("Mood", mood)));
    fields.extend((!briefing.windows.is_empty()).then(|| field("Planned work", &briefing.windows.join(", "))));
    fields
}

fn small_print(elements: impl IntoIterator<Item = Option<String>>) -> Block {
    Block::Context { elements: elements.into_iter().flatten().map(Text::mrkdwn).collect() }
}

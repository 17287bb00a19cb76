//! What a model does for each behaviour, in parts that both vendors know.

use super::{BEAT, Behaviour};
use serde_json::Value;
use std::collections::VecDeque;
use std::time::Duration;

/// Characters of a tool's input in one event.
const CHARS_AT_ONCE: usize = 9;
/// The beginning of an answer that never gets further.
const FIRST_WORDS: &str = r#"{"priority":"Crit"#;

/// Something that a stream says.
#[derive(Debug, Clone)]
pub(super) enum Part {
    /// The message begins.
    Begin,
    /// Still there.
    Ping,
    /// A use of a tool begins.
    Tool(String),
    /// A piece of the tool's input.
    Input(String),
    /// Prose begins.
    Prose,
    /// A piece of prose.
    Text(&'static str),
    /// The block ends: a use of a tool, or prose.
    Close,
    /// The message ends, for this reason and with its tokens.
    End(Reason),
    /// The service gives up.
    Fault,
}

/// Why a message ends.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reason {
    ToolUse,
    EndTurn,
    Limit,
    Refusal,
}

/// A step of the double.
#[derive(Debug, Clone)]
pub(super) enum Act {
    Say(Part),
    /// Says it again and again, with a pause before each.
    Forever(Part, Duration),
    Raw(&'static str),
    Pause(Duration),
    Hang,
    Cut,
}

/// The steps of a behaviour that answers with a stream.
pub(super) fn script(behaviour: &Behaviour, tool: &str) -> VecDeque<Act> {
    let begin = Act::Say(Part::Begin);
    let open = |name: &str| vec![Act::Say(Part::Begin), Act::Say(Part::Ping), Act::Say(Part::Tool(name.to_owned()))];
    let half = |end: Act| [open(tool), pieces(FIRST_WORDS), vec![end]].concat();
    let whole = |name: &str, input: &str, reason| {
        [open(name), pieces(input), vec![Act::Say(Part::Close), Act::Say(Part::End(reason))]].concat()
    };
    let acts = match behaviour {
        Behaviour::Answers(input) => whole(tool, &input.to_string(), Reason::ToolUse),
        Behaviour::AnswersText(input) => whole(tool, input, Reason::ToolUse),
        Behaviour::UsesAnotherTool(input) => whole("page_everybody", &input.to_string(), Reason::ToolUse),
        Behaviour::Refuses(input) => whole(tool, &input.to_string(), Reason::Refusal),
        Behaviour::ReachesItsLimit => whole(tool, FIRST_WORDS, Reason::Limit),
        Behaviour::NeverEnds(input) => [whole(tool, &input.to_string(), Reason::ToolUse), vec![Act::Hang]].concat(),
        Behaviour::AnswersLate(pause, input) => {
            let pause = vec![begin, Act::Say(Part::Ping), Act::Pause(*pause), Act::Say(Part::Ping)];
            // The message has begun already.
            [pause, whole(tool, &input.to_string(), Reason::ToolUse).split_off(1)].concat()
        }
        Behaviour::Silent => vec![Act::Hang],
        Behaviour::Pings => [open(tool), vec![Act::Forever(Part::Ping, BEAT)]].concat(),
        Behaviour::FallsSilent => half(Act::Hang),
        Behaviour::Dribbles => half(Act::Forever(Part::Input("i".to_owned()), BEAT)),
        Behaviour::Floods => half(Act::Forever(Part::Input("i".repeat(1000)), Duration::ZERO)),
        Behaviour::BreaksOff => half(Act::Cut),
        Behaviour::FailsMidway => half(Act::Say(Part::Fault)),
        Behaviour::Talks => {
            let prose = [Part::Prose, Part::Text("This is "), Part::Text("not urgent."), Part::Close];
            let end = Act::Say(Part::End(Reason::EndTurn));
            [vec![begin], prose.map(Act::Say).to_vec(), vec![end]].concat()
        }
        Behaviour::Nonsense => vec![Act::Raw("<html><body>Welcome</body></html>")],
        Behaviour::Mute | Behaviour::Throttles(_) | Behaviour::Overloaded | Behaviour::Fails | Behaviour::Denies(_) => {
            Vec::new()
        }
    };
    acts.into()
}

/// An input as it comes: an empty piece first, as both vendors send it, then a few characters at a time.
fn pieces(input: &str) -> Vec<Act> {
    let characters: Vec<char> = input.chars().collect();
    let pieces = characters.chunks(CHARS_AT_ONCE).map(|piece| piece.iter().collect::<String>());
    std::iter::once(String::new()).chain(pieces).map(|piece| Act::Say(Part::Input(piece))).collect()
}

/// Whether a schema is one of an object, as a tool's must be.
pub(super) fn objects(schema: &Value) -> bool {
    schema["type"] == "object" && schema["properties"].is_object()
}

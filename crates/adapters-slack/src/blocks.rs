//! The part of Block Kit that is used. Names are Slack's: <https://docs.slack.dev/reference/block-kit/blocks>.

use serde::Serialize;

/// Most blocks of a message.
pub const BLOCKS_MAX: usize = 50;
/// Longest text of a header, in characters.
pub const HEADER_MAX: usize = 150;
/// Longest text of a section's field, in characters; a section has at most ten.
pub const FIELD_MAX: usize = 2000;
/// Longest text of any other text object, in characters; none may be empty.
pub const TEXT_MAX: usize = 3000;
/// Longest text of a button, in characters.
pub const BUTTON_MAX: usize = 75;

/// What `chat.postMessage` or an incoming webhook takes, without the channel. No `Debug`: it holds words.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// What notifications and screen readers say instead of the blocks; holds nobody's words.
    pub text: String,
    /// What is shown.
    pub blocks: Vec<Block>,
}

/// One block of a message.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Block {
    /// A title; Slack takes plain text only.
    Header {
        /// At most [`HEADER_MAX`] long.
        text: Text,
    },
    /// Short texts in two columns.
    Section {
        /// Each at most [`FIELD_MAX`] long.
        fields: Vec<Text>,
    },
    /// A text of some lines: a section, too, in Slack's words.
    #[serde(rename = "section")]
    Lines {
        /// At most [`TEXT_MAX`] long.
        text: Text,
    },
    /// Small print.
    Context {
        /// Each at most [`TEXT_MAX`] long.
        elements: Vec<Text>,
    },
    /// Buttons.
    Actions {
        /// At most 25.
        elements: Vec<Button>,
    },
}

/// A button; what is pressed comes back with its `action_id` and `value`.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename = "button")]
pub struct Button {
    /// At most [`BUTTON_MAX`] long.
    pub text: Text,
    /// Which button of the message.
    pub action_id: String,
    /// What it is about.
    pub value: String,
}

/// A text object: <https://docs.slack.dev/reference/block-kit/composition-objects/text-object>.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Text {
    /// Text without formatting.
    PlainText {
        /// The text, with `&`, `<` and `>` escaped.
        text: String,
    },
    /// Text in Slack's own markup.
    Mrkdwn {
        /// The text, with `&`, `<` and `>` escaped where they are not markup.
        text: String,
        /// Whether addresses, channels and names in the text are left as they are, rather than made links of.
        verbatim: bool,
    },
}

impl Text {
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self::PlainText { text: text.into() }
    }

    /// Never looked through for addresses and names: every link would be somebody's words.
    pub(crate) fn mrkdwn(text: impl Into<String>) -> Self {
        Self::Mrkdwn { text: text.into(), verbatim: true }
    }
}

//! Labelled rows, as the corpus and independent data files hold them: JSON Lines, one kind of row a file.

use chrono::{DateTime, FixedOffset, NaiveDateTime, Utc};
use chrono_tz::Tz;
use nightdesk_domain::policy::first_instant;
use nightdesk_domain::triage::{Speaker, Turn};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::path::Path;

/// A caller's speech, or a whole conversation, with what is true of it.
#[derive(Debug, Clone, Deserialize)]
pub struct Call {
    /// Unique in its file.
    pub id: String,
    /// `en` or `es`.
    #[serde(default)]
    pub lang: Option<String>,
    /// What the caller says.
    #[serde(default)]
    pub turns: Vec<String>,
    /// The whole conversation, where there is one.
    #[serde(default)]
    pub dialog: Vec<Said>,
    /// The category, or `Unclassified`.
    pub category: String,
    /// Other categories that are right, too.
    #[serde(default)]
    pub also_ok: Vec<String>,
    /// The priority.
    pub priority: String,
    /// The priority that a second reader gave.
    #[serde(default)]
    pub priority_2: Option<String>,
    /// Whether somebody has to be woken.
    pub wake: bool,
    /// Whether readers were unsure of that.
    #[serde(default)]
    pub wake_uncertain: bool,
    /// Whether a bad line destroyed what made it Critical.
    #[serde(default)]
    pub critical_lost: bool,
    /// How the call should end.
    #[serde(default)]
    pub disposition: Option<String>,
    /// How a second reader would end it.
    #[serde(default)]
    pub disposition_2: Option<String>,
    /// The caller's mood.
    #[serde(default)]
    pub sentiment: Option<String>,
    /// The mood that a second reader heard.
    #[serde(default)]
    pub sentiment_2: Option<String>,
    /// What was promised.
    #[serde(default)]
    pub actions: Vec<Promised>,
}

/// One turn of a conversation.
#[derive(Debug, Clone, Deserialize)]
pub struct Said {
    /// `caller`, `agent` or `tech`.
    pub who: String,
    /// The words.
    pub text: String,
}

/// A promise that somebody made.
#[derive(Debug, Clone, Deserialize)]
pub struct Promised {
    /// `callback`, `parts_order`, ..
    #[serde(rename = "type")]
    pub kind: String,
}

impl Call {
    /// The conversation, whichever way it is written down.
    pub fn turns(&self) -> Vec<Turn<'_>> {
        let who = |who: &str| match who {
            "agent" => Speaker::Assistant,
            "tech" => Speaker::Technician,
            _ => Speaker::Caller,
        };
        let dialog = self.dialog.iter().map(|said| Turn { who: who(&said.who), words: &said.text });
        self.turns.iter().map(|words| Turn::caller(words)).chain(dialog).collect()
    }
}

/// A phrase about when to call back.
#[derive(Debug, Clone, Deserialize)]
pub struct Callback {
    /// Unique in its file.
    pub id: String,
    /// `en` or `es`.
    pub lang: String,
    /// The words.
    pub text: String,
    /// The local time at which they are said.
    #[serde(rename = "ref")]
    pub reference: NaiveDateTime,
    /// The zone.
    pub tz: Tz,
    /// What it means.
    pub expect: Meant,
    /// What it could mean as well.
    #[serde(default)]
    pub also: Vec<Meant>,
}

/// What a phrase means; local times.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Meant {
    /// An instant.
    At {
        /// When.
        local: NaiveDateTime,
    },
    /// A stretch of time.
    Window {
        /// From when on.
        #[serde(alias = "from")]
        start: NaiveDateTime,
        /// Until when.
        #[serde(alias = "to")]
        end: NaiveDateTime,
    },
    /// As soon as possible.
    Asap,
    /// No time.
    None,
}

/// A phrase of a test suite for dates and times.
#[derive(Debug, Clone, Deserialize)]
pub struct Dated {
    /// Unique in its file.
    pub id: String,
    /// Where it is from.
    pub src: String,
    /// The sentence.
    pub utterance: String,
    /// The local time at which it is said; no zone.
    #[serde(rename = "ref")]
    pub reference: NaiveDateTime,
    /// `point`, `date`, `range`, `open_after` or `open_before`.
    pub kind: String,
    /// How exact it is.
    pub grain: String,
    /// Any of these is right.
    pub accept: Vec<Stretch>,
    /// `convention`: depends on what one takes a morning to be.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// A stretch of time, open where an end is missing.
#[derive(Debug, Clone, Deserialize)]
pub struct Stretch {
    /// From when on.
    pub start: Option<NaiveDateTime>,
    /// Until when.
    pub end: Option<NaiveDateTime>,
}

/// One sentence to a help desk.
#[derive(Debug, Clone, Deserialize)]
pub struct Ticket {
    /// Unique in its file.
    pub id: String,
    /// The words.
    pub text: String,
    /// Categories that are right; `NONE` for none.
    pub accept: Vec<String>,
}

/// A sentence and its mood.
#[derive(Debug, Clone, Deserialize)]
pub struct Felt {
    /// Unique in its file.
    pub id: String,
    /// The words.
    pub text: String,
    /// The mood, where readers agreed.
    pub gold: Option<String>,
}

/// A sentence and its language.
#[derive(Debug, Clone, Deserialize)]
pub struct Spoken {
    /// Unique in its file.
    pub id: String,
    /// `en` or `es`.
    pub lang: String,
    /// The words.
    pub text: String,
}

/// A sentence that may be an attack.
#[derive(Debug, Clone, Deserialize)]
pub struct Suspect {
    /// Unique in its file.
    pub id: String,
    /// The words.
    pub text: String,
    /// What it tries: `orders`, `identity`, `secret`, `destination`, `payment`.
    pub flags: Vec<String>,
}

/// What another tool says of a rotation.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Rotation {
    /// Where its hand-offs are.
    HandOffs(HandOffs),
    /// When the shift of an instant ends.
    End(ShiftEnd),
    /// Who is on call.
    Member(OnShift),
}

impl Rotation {
    /// Unique in its file.
    pub fn id(&self) -> &str {
        match self {
            Rotation::HandOffs(row) => &row.id,
            Rotation::End(row) => &row.id,
            Rotation::Member(row) => &row.id,
        }
    }
}

/// The hand-offs of a stretch of time; local times without an offset.
#[derive(Debug, Clone, Deserialize)]
pub struct HandOffs {
    /// Unique in its file.
    pub id: String,
    /// The zone.
    pub tz: Tz,
    /// `hourly`, `daily`, `weekly` or `monthly`.
    #[serde(rename = "type")]
    pub kind: String,
    /// So many hours, days, weeks or months a shift.
    pub shift_length: u32,
    /// A hand-off.
    pub start: NaiveDateTime,
    /// From when on.
    pub walk_from: NaiveDateTime,
    /// Until when.
    pub walk_to: NaiveDateTime,
    /// Every hand-off of the shifts between.
    pub expected_handoffs: Vec<DateTime<FixedOffset>>,
}

/// The end of a shift.
#[derive(Debug, Clone, Deserialize)]
pub struct ShiftEnd {
    /// Unique in its file.
    pub id: String,
    /// The zone.
    pub tz: Tz,
    /// `hourly`, `daily`, `weekly` or `monthly`.
    #[serde(rename = "type")]
    pub kind: String,
    /// So many hours, days, weeks or months a shift.
    pub shift_length: u32,
    /// A hand-off, local.
    pub start: NaiveDateTime,
    /// An instant in the shift.
    pub at: DateTime<FixedOffset>,
    /// When it ends.
    pub expected_end: DateTime<FixedOffset>,
}

/// Who is on call in a weekly rotation, and from when to when.
#[derive(Debug, Clone, Deserialize)]
pub struct OnShift {
    /// Unique in its file.
    pub id: String,
    /// The zone.
    pub tz: Tz,
    /// The first hand-off, local.
    pub anchor_local: NaiveDateTime,
    /// So many weeks a shift.
    pub weeks_per_shift: u32,
    /// So many people.
    pub members: usize,
    /// The instant.
    pub query_utc: DateTime<Utc>,
    /// Which of the people is on call.
    pub expected_member: usize,
    /// Since when.
    pub shift_start_utc: DateTime<Utc>,
    /// Until when.
    pub shift_end_utc: DateTime<Utc>,
}

/// All rows of a file.
///
/// # Errors
/// The first line that cannot be read, by its number.
pub fn read<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let row = |(at, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|error| format!("{} line {}: {error}", path.display(), at + 1))
    };
    lines.map(row).collect()
}

/// All rows of some files.
///
/// # Errors
/// As of [`read`].
pub fn read_all<T: DeserializeOwned>(paths: &[&Path]) -> Result<Vec<T>, String> {
    let mut rows = Vec::new();
    for path in paths {
        rows.extend(read(path)?);
    }
    Ok(rows)
}

/// The instant of a local time.
pub fn instant(local: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    first_instant(zone, local.date(), local.time())
}

//! Every bound of the two machines, with its unit.

/// How long the office's telephone rings before the assistant answers, in seconds.
pub const OFFICE_RING_SECONDS: u32 = 25;
/// How long a question waits for the first word or key, in seconds.
pub const PATIENCE_SECONDS: u32 = 6;
/// How long one turn of holding listens, in seconds.
pub const HOLD_SECONDS: u32 = 8;
/// When a caller of whom nothing was heard counts as gone, in seconds: longer than any one turn
/// (the carrier ends a turn of speech after 60 seconds).
pub const TURN_SECONDS_MAX: u32 = 120;
/// Longest conversation with the assistant, waiting included, in seconds.
pub const CALL_SECONDS_MAX: u32 = 20 * 60;
/// When a talk with a technician no longer counts as this call, in seconds: a call settles within the hour.
pub const TALK_SECONDS_MAX: u32 = 35 * 60;
/// Most turns of the caller before a message is taken instead.
pub const TURNS_MAX: u32 = 16;
/// Most follow-up questions.
pub const FOLLOW_UPS_MAX: usize = 5;
/// Reprompts after silence before a message is taken instead.
pub const SILENCES_MAX: u32 = 2;
/// Reprompts after unintelligible speech before a message is taken instead.
pub const MISHEARS_MAX: u32 = 1;
/// Recogniser's confidence, in percent, under which words count as not understood unless they wake somebody.
pub const CONFIDENCE_PERCENT_MIN: u8 = 35;
/// Longest recorded message, in seconds (the carrier transcribes at most 120).
pub const MESSAGE_SECONDS_MAX: u32 = 120;
/// How long a message's transcript is awaited, in seconds.
pub const TRANSCRIPT_SECONDS_MAX: u32 = 180;
/// Longest stored text of one turn, in characters.
pub const TURN_CHARS_MAX: usize = 4_000;
/// Most characters kept of all turns together: more than anybody says within [`CALL_SECONDS_MAX`]. A store may hold
/// no more than 400 KB of one state, and a character may take four bytes.
pub const TRANSCRIPT_CHARS_MAX: usize = 40_000;
/// Most pieces of planned work that one call keeps in mind; what is more explains nothing, and so wakes.
pub const WINDOWS_PER_CALL_MAX: usize = 40;
/// How far ahead a call that arrives looks for planned work, in seconds: it settles within the hour.
pub const WINDOWS_AHEAD_SECONDS: u32 = 60 * 60;
/// For how long after it was opened a case that wakes somebody takes the next callers with the like problem, in
/// minutes.
pub const LIKE_CALLS_MINUTES: u32 = 30;
/// The same for a case that another caller has joined already: it is a known outage, in minutes.
pub const KNOWN_OUTAGE_MINUTES: u32 = 120;
/// For how long a technician declares an outage where nothing else is said, in hours.
pub const OUTAGE_HOURS: u32 = 4;
/// Longest time for which a technician declares an outage at once, in hours.
pub const OUTAGE_HOURS_MAX: u32 = 24;
/// Most callers who have joined a case that are kept with it; the ticket has them all.
pub const JOINED_KEPT_MAX: usize = 50;
/// Most turns kept of one call; a call has at most [`TURNS_MAX`] and what is said while holding.
pub const TRANSCRIPT_TURNS_MAX: usize = 60;
/// Most pieces of news kept of one call.
pub const NEWS_MAX: usize = 100;
/// Bound on joining the room after an acceptance, in seconds a side.
pub const JOIN_SECONDS_MAX: u32 = 15;
/// A technician who leaves sooner than this counts as dropped, in seconds.
pub const DROP_SECONDS: u32 = 20;
/// How long a hang-up may be reported after the room that it emptied, in seconds.
pub const PARTING_SECONDS: u32 = 4;
/// What a carrier may take on top of the ring itself before a page counts as unanswered, in seconds.
pub const RING_GRACE_SECONDS: u32 = 15;
/// How long a technician's turn waits for a key, in seconds.
pub const KEY_SECONDS: u32 = 8;
/// Times that the briefing is repeated to a technician who presses nothing.
pub const BRIEFING_REPEATS_MAX: u32 = 1;
/// Bound on the whole briefing, in seconds.
pub const BRIEFING_SECONDS_MAX: u32 = 90;
/// Longest briefing that is read out, in seconds; with who is calling, a technician hears less than 20 before the keys.
pub const BRIEFING_SPOKEN_SECONDS_MAX: u32 = 16;
/// Longest that a technician listens before the keys are named: who is calling, and the briefing, in seconds.
pub const PAGE_SPOKEN_SECONDS_MAX: u32 = 20;
/// Longest briefing by text, in characters of the alphabet of texts: three segments of 153.
pub const BRIEFING_TEXT_CHARS_MAX: usize = 459;
/// What of that is left to the link that a page by text ends with, and the line's end before it.
pub const TEXT_LINK_CHARS: usize = 150;
/// How long the ticketing system has to tell of earlier tickets, in seconds; nothing waits for it.
pub const HISTORY_SECONDS_MAX: u32 = 2;
/// How many of a tenant's newest cases are looked through for a client's last one.
pub const HISTORY_CASES_MAX: usize = 100;
/// How many of a tenant's newest cases tell what the night has asked of each person.
pub const LOAD_CASES_MAX: usize = 100;
/// Longest account of what fixed a problem that is kept, in characters.
pub const FIX_CHARS_MAX: usize = 300;
/// Most pages kept with a case; older ones are in the journal.
pub const PAGES_KEPT_MAX: usize = 40;
/// Most of a caller's words that a language model is given, in characters; the first turn and the newest ones.
pub const MODEL_CHARS_MAX: usize = 6_000;
/// When a language model is asked for its account of a case, in seconds after it was opened; later while the caller
/// is still on the line.
pub const SUMMARY_AFTER_SECONDS: u32 = 60;
/// After an unknown outcome, duplicates of a ticket are looked for after this many seconds.
pub const RECONCILE_SECONDS: u32 = 5 * 60;
/// Most effects that one transition plans.
pub const EFFECTS_PER_TRANSITION_MAX: usize = 60;
/// How fast a voice reads, in characters a second; for the bound on a briefing.
pub const SPEECH_CHARS_PER_SECOND: usize = 13;
/// What a digit takes of that: it is read as a word.
pub const SPOKEN_DIGIT_CHARS: usize = 5;
/// How long the same message of a case does not follow again on a telephone that is over budget, in seconds.
pub const SAME_MESSAGE_SECONDS: u32 = 10 * 60;
/// How long a page by message is waited for where no telephone rings, in seconds.
pub const MESSAGE_WAIT_SECONDS: u32 = 90;
/// Most people whom a rung for everybody pages; a transition plans at most [`EFFECTS_PER_TRANSITION_MAX`] effects.
pub const EVERYBODY_MAX: usize = 10;
/// Longest time until the caller is rung that a technician can promise, in minutes.
pub const ARRIVAL_MINUTES_MAX: u32 = 480;
/// How long after a promise to ring the caller, and the reminder of it, others are woken, in seconds.
pub const ARRIVAL_GRACE_SECONDS: u32 = 10 * 60;
/// How long after the time of a promised call, or after the telling of it, the call is overdue, in seconds; a promised
/// window is over only at its end.
pub const CALLBACK_GRACE_SECONDS: u32 = 15 * 60;
/// How near two promises of one technician are the same one that was told twice, in seconds.
pub const ARRIVAL_SAME_SECONDS: u32 = 2 * 60;
/// How long after a Critical case was accepted by a message its holder is asked once when the caller is rung, if
/// nothing was said of it, in seconds.
pub const ARRIVAL_UNTOLD_SECONDS: u32 = 30 * 60;
/// How often a promised call can be moved to another time.
pub const CALLBACK_MOVES_MAX: u32 = 2;
/// How far ahead a promised call can be moved, in days.
pub const CALLBACK_MOVE_DAYS_MAX: i64 = 90;
/// How often somebody is told that a promised call is overdue, at most once at each opening of the office.
pub const CALLBACK_TOLD_MAX: u32 = 5;
/// Most layers of a rota.
pub const ROTA_LAYERS_MAX: usize = 20;
/// Most places in a layer's rotation; a person may have several.
pub const ROTA_PEOPLE_MAX: usize = 200;
/// Most hours, days, weeks or months from one hand-off to the next.
pub const ROTA_EVERY_MAX: u32 = 9_000;
/// Longest name of a layer or a person, in characters.
pub const ROTA_NAME_CHARS_MAX: usize = 64;
/// Longest reason of an override, in characters.
pub const ROTA_REASON_CHARS_MAX: usize = 200;
/// Longest override that is made by command, in days.
pub const ROTA_OVERRIDE_DAYS_MAX: i64 = 366;
/// How far ahead gaps, unreachable people and overlapping overrides are looked for, in days.
pub const ROTA_AHEAD_DAYS: i64 = 14;
/// The turn in which a technician is asked for the minutes: beyond every turn of a briefing, so that no late answer to
/// that is taken for minutes.
pub const MINUTES_TURN: u32 = 1_000;
/// Longest idempotency key of an alert, in characters.
pub const ALERT_KEY_CHARS_MAX: usize = 200;
/// Longest line that says what an alert is about, in characters.
pub const ALERT_SUMMARY_CHARS_MAX: usize = 200;
/// Longest details of an alert, in characters.
pub const ALERT_DETAILS_CHARS_MAX: usize = 8_000;
/// Longest name of a system in an alert, in characters.
pub const ALERT_SYSTEM_CHARS_MAX: usize = 100;
/// How long an alert is remembered unless the tenant's settings say otherwise, in days.
pub const ALERT_KEEP_DAYS: u32 = 30;
/// Longest that a tenant can have alerts remembered, in days.
pub const ALERT_KEEP_DAYS_MAX: u32 = 3_660;

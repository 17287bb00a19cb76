//! The one list of addresses under which Twilio calls us: built and read here and nowhere else.
//!
//! Every address is `{public_url}/twilio/{tenant}/` and then a [`Route`]. What is read is checked: an
//! identifier that could not be a store key, an unknown word, a number that is none, give
//! [`UnknownAddress`].

use nightdesk_domain::ids::{CallId, CaseId, TenantId};
use nightdesk_domain::reply::Heard;
use std::fmt;

/// A telephone line that asks what it hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leg {
    /// The caller's.
    Caller(CallId),
    /// A technician's: the case, and the number of the page within it.
    Technician(CaseId, u32),
}

/// What Twilio wants of us, as its address says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// `voice`: an incoming call.
    Voice,
    /// `status`: the caller's leg changed its status.
    Status,
    /// `fallback`: another address of ours did not answer, or answered nonsense.
    Fallback {
        /// `?recorded=1`: the emergency document's recording ended.
        recorded: bool,
    },
    /// `sms`: an incoming text.
    Sms,
    /// `call/{call}/…`
    Call(CallId, CallRoute),
    /// `page/{case}/{page}/…`
    Page(CaseId, u32, PageRoute),
    /// `case/{case}/room`: somebody entered or left the conference.
    Room(CaseId),
}

/// What happened on a caller's leg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallRoute {
    /// `turn/{n}?news=N&polls=N`: a gather ended.
    Turn {
        /// The turn.
        turn: u32,
        /// What of the news had been said with it.
        heard: Heard,
    },
    /// `partial/{n}`: words of a turn that goes on.
    Partial(u32),
    /// `recorded/{n}`: the record verb ended.
    Recorded(u32),
    /// `transcribed`: a transcription is ready, or failed.
    Transcribed,
    /// `recording`: the status of a recording.
    Recording,
    /// `office/{n}`: the office's telephone stopped ringing.
    Office(u32),
    /// `left/{n}`: the caller left the room.
    Left(u32),
    /// `now`: what does the caller hear now?
    Now,
}

/// What happened on a technician's leg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageRoute {
    /// `answered`: somebody or something answered.
    Answered,
    /// `turn/{n}`: a gather ended.
    Turn(u32),
    /// `left`: the technician left the room.
    Left,
    /// `status`: the leg changed its status.
    Status,
    /// `machine`: machine detection has an opinion.
    Machine,
    /// `now`: what does the technician hear now?
    Now,
    /// `text`: what became of the text that this page is.
    Text,
}

/// A path and query that are not on the list. It does not repeat them: they may be hostile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such address")]
pub struct UnknownAddress;

impl fmt::Display for Route {
    /// The path after `/twilio/{tenant}/`, with its query.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Route::Voice => f.write_str("voice"),
            Route::Status => f.write_str("status"),
            Route::Fallback { recorded: false } => f.write_str("fallback"),
            Route::Fallback { recorded: true } => f.write_str("fallback?recorded=1"),
            Route::Sms => f.write_str("sms"),
            Route::Room(case) => write!(f, "case/{case}/room"),
            Route::Call(call, route) => {
                write!(f, "call/{call}/")?;
                match route {
                    CallRoute::Turn { turn, heard } => {
                        write!(f, "turn/{turn}?news={}&polls={}", heard.news, heard.polls)
                    }
                    CallRoute::Partial(turn) => write!(f, "partial/{turn}"),
                    CallRoute::Recorded(turn) => write!(f, "recorded/{turn}"),
                    CallRoute::Transcribed => f.write_str("transcribed"),
                    CallRoute::Recording => f.write_str("recording"),
                    CallRoute::Office(turn) => write!(f, "office/{turn}"),
                    CallRoute::Left(turn) => write!(f, "left/{turn}"),
                    CallRoute::Now => f.write_str("now"),
                }
            }
            Route::Page(case, page, route) => {
                write!(f, "page/{case}/{page}/")?;
                match route {
                    PageRoute::Answered => f.write_str("answered"),
                    PageRoute::Turn(turn) => write!(f, "turn/{turn}"),
                    PageRoute::Left => f.write_str("left"),
                    PageRoute::Status => f.write_str("status"),
                    PageRoute::Machine => f.write_str("machine"),
                    PageRoute::Now => f.write_str("now"),
                    PageRoute::Text => f.write_str("text"),
                }
            }
        }
    }
}

impl Route {
    /// Reads what follows `/twilio/{tenant}/`, and the query without its `?`.
    pub fn parse(path: &str, query: Option<&str>) -> Result<Route, UnknownAddress> {
        let parts: Vec<&str> = path.split('/').collect();
        Ok(match parts.as_slice() {
            ["voice"] => Route::Voice,
            ["status"] => Route::Status,
            ["fallback"] => Route::Fallback { recorded: counter(query, "recorded")? != 0 },
            ["sms"] => Route::Sms,
            ["case", case, "room"] => Route::Room(case_id(case)?),
            ["call", call, rest @ ..] => {
                let route = match rest {
                    ["turn", turn] => CallRoute::Turn {
                        turn: number(turn)?,
                        heard: Heard { news: counter(query, "news")?, polls: counter(query, "polls")? },
                    },
                    ["partial", turn] => CallRoute::Partial(number(turn)?),
                    ["recorded", turn] => CallRoute::Recorded(number(turn)?),
                    ["transcribed"] => CallRoute::Transcribed,
                    ["recording"] => CallRoute::Recording,
                    ["office", turn] => CallRoute::Office(number(turn)?),
                    ["left", turn] => CallRoute::Left(number(turn)?),
                    ["now"] => CallRoute::Now,
                    _ => return Err(UnknownAddress),
                };
                Route::Call(CallId::parse(not_dots(call)?).map_err(|_| UnknownAddress)?, route)
            }
            ["page", case, page, rest @ ..] => {
                let route = match rest {
                    ["answered"] => PageRoute::Answered,
                    ["turn", turn] => PageRoute::Turn(number(turn)?),
                    ["left"] => PageRoute::Left,
                    ["status"] => PageRoute::Status,
                    ["machine"] => PageRoute::Machine,
                    ["now"] => PageRoute::Now,
                    ["text"] => PageRoute::Text,
                    _ => return Err(UnknownAddress),
                };
                Route::Page(case_id(case)?, number(page)?, route)
            }
            _ => return Err(UnknownAddress),
        })
    }
}

impl Leg {
    /// Where the line asks what it hears now.
    pub fn now(&self) -> Route {
        match self {
            Leg::Caller(call) => Route::Call(call.clone(), CallRoute::Now),
            Leg::Technician(case, page) => Route::Page(case.clone(), *page, PageRoute::Now),
        }
    }
}

/// Which tenant is called, and what for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The tenant; it chooses the token that must have signed the webhook.
    pub tenant: TenantId,
    /// The rest.
    pub route: Route,
}

impl Address {
    /// Reads a whole path, `/twilio/{tenant}/…`, and the query without its `?`.
    pub fn parse(path: &str, query: Option<&str>) -> Result<Address, UnknownAddress> {
        let rest = path.strip_prefix("/twilio/").ok_or(UnknownAddress)?;
        let (tenant, rest) = rest.split_once('/').ok_or(UnknownAddress)?;
        let tenant = TenantId::parse(not_dots(tenant)?).map_err(|_| UnknownAddress)?;
        Ok(Address { tenant, route: Route::parse(rest, query)? })
    }
}

/// The address of our server as Twilio sees it: configuration, never taken from a request, since a proxy
/// in front of us changes host, scheme and port, and the signature is made over the outer ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(String);

/// A text that is no public address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the public URL must begin with https:// (or http://), name a host, and have neither query nor fragment")]
pub struct InvalidPublicUrl;

impl PublicUrl {
    /// Takes `https://desk.example.com` or `https://example.com/some/prefix`; it is kept as written,
    /// but for slashes at its end, because Twilio signs it as written.
    pub fn parse(text: &str) -> Result<Self, InvalidPublicUrl> {
        let text = text.trim().trim_end_matches('/');
        let url = url::Url::parse(text).map_err(|_| InvalidPublicUrl)?;
        let written_plainly = text.starts_with("https://") || text.starts_with("http://");
        let fits = written_plainly && url.has_host() && url.query().is_none() && url.fragment().is_none();
        if fits { Ok(Self(text.to_owned())) } else { Err(InvalidPublicUrl) }
    }

    /// The absolute address of a route.
    pub fn of(&self, tenant: &TenantId, route: &Route) -> String {
        format!("{}/twilio/{tenant}/{route}", self.0)
    }

    /// The absolute address under which a request reached us: `path_and_query` exactly as received.
    pub fn received(&self, path_and_query: &str) -> String {
        format!("{}{path_and_query}", self.0)
    }

    /// As configured, without a slash at the end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A decimal number without sign, as we write them.
fn number(text: &str) -> Result<u32, UnknownAddress> {
    let decimal = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if decimal { text.parse().map_err(|_| UnknownAddress) } else { Err(UnknownAddress) }
}

/// A number of the query; 0 where it is not there. Other names are ignored.
fn counter(query: Option<&str>, name: &str) -> Result<u32, UnknownAddress> {
    let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    pairs.into_iter().find(|(n, _)| n == name).map_or(Ok(0), |(_, value)| number(&value))
}

fn case_id(text: &str) -> Result<CaseId, UnknownAddress> {
    CaseId::parse(not_dots(text)?).map_err(|_| UnknownAddress)
}

/// `.` and `..` are identifiers by their letters, and steps to whatever normalises a path.
fn not_dots(text: &str) -> Result<&str, UnknownAddress> {
    if matches!(text, "." | "..") { Err(UnknownAddress) } else { Ok(text) }
}

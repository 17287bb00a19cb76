//! Twilio's REST interface (version 2010-04-01): calls, messages and recordings, as the port `Telephony`.
//!
//! Nothing is repeated here: the engine's courier repeats what may be repeated, and to know that, it needs
//! the three outcomes kept apart. Certainly not done is `Unavailable`; done or not, nobody knows, is
//! `Unknown`; no, and no again, is `Refused`, with Twilio's error code and nothing personal.

use crate::render::RING_SECONDS;
use crate::routes::{Leg, PageRoute, PublicUrl, Route};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use form_urlencoded::Serializer;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use http::{Method, Request, Response, StatusCode};
use nightdesk_domain::effect::{Line, PageOrder, TextOrder};
use nightdesk_domain::ids::{CallId, LegId, RecordingId, TenantId};
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_domain::private::Private;
use nightdesk_ports::{CallerOf, ClearedText, DeliveryError, HttpTransport, KeptRecording, Telephony, TransportError};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// How long an order or a question may take.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// How long fetching a recording may take.
pub const RECORDING_TIMEOUT: Duration = Duration::from_secs(30);
/// Longest wait that we let Twilio impose on us with `Retry-After`.
pub const RETRY_AFTER_MAX: Duration = Duration::from_secs(3_600);
/// Longest text (Twilio, error 21617), in characters.
pub const TEXT_CHARS_MAX: usize = 1_600;
/// How many calls are looked through for a page whose outcome is unknown: those to one telephone since the
/// order, so a handful at most.
pub const FIND_CALLS_MAX: u32 = 100;

/// Twilio's error for a change to a call that is over.
const CALL_NOT_IN_PROGRESS: u32 = 21220;
/// Twilio's error for a text to a number whose owner has sent STOP.
const UNSUBSCRIBED_RECIPIENT: u32 = 21610;

/// A tenant's account at Twilio.
#[derive(Debug, Clone)]
pub struct TwilioAccount {
    account_sid: String,
    auth_token: SecretString,
    previous_auth_token: Option<SecretString>,
}

/// What is wrong with an account's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAccount {
    /// The account SID is none.
    #[error("an account SID is AC and 32 hexadecimal digits")]
    AccountSid,
    /// A token is empty: with it, anybody could sign.
    #[error("an auth token must not be empty")]
    AuthToken,
}

impl TwilioAccount {
    /// An account; while its token is being rotated, the previous one is still accepted in signatures.
    pub fn new(
        account_sid: &str,
        auth_token: SecretString,
        previous_auth_token: Option<SecretString>,
    ) -> Result<Self, InvalidAccount> {
        let digits = account_sid.strip_prefix("AC").ok_or(InvalidAccount::AccountSid)?;
        if digits.len() != 32 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(InvalidAccount::AccountSid);
        }
        let account = Self { account_sid: account_sid.to_owned(), auth_token, previous_auth_token };
        if account.tokens().any(|token| token.expose_secret().trim().is_empty()) {
            return Err(InvalidAccount::AuthToken);
        }
        Ok(account)
    }

    /// The account's SID; not a secret.
    pub fn account_sid(&self) -> &str {
        &self.account_sid
    }

    /// The tokens that may have signed a webhook, for [`is_genuine`](crate::signature::is_genuine).
    pub fn tokens(&self) -> impl Iterator<Item = &SecretString> {
        std::iter::once(&self.auth_token).chain(&self.previous_auth_token)
    }

    fn authorization(&self) -> Result<HeaderValue, DeliveryError> {
        let pair = format!("{}:{}", self.account_sid, self.auth_token.expose_secret());
        let mut value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(pair)))
            .map_err(|_| DeliveryError::Refused("the auth token cannot be sent".to_owned()))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

/// Twilio as the telephone network of all tenants.
pub struct TwilioTelephony {
    transport: Arc<dyn HttpTransport>,
    api_base: String,
    public: PublicUrl,
    accounts: BTreeMap<TenantId, TwilioAccount>,
}

impl TwilioTelephony {
    /// `api_base` is `https://api.twilio.com`, or where a simulated network listens; `public` is where
    /// Twilio reaches us.
    pub fn new(
        transport: Arc<dyn HttpTransport>,
        api_base: &str,
        public: PublicUrl,
        accounts: BTreeMap<TenantId, TwilioAccount>,
    ) -> Self {
        Self { transport, api_base: api_base.trim_end_matches('/').to_owned(), public, accounts }
    }

    /// The account of a tenant, for verifying signatures.
    pub fn account(&self, tenant: &TenantId) -> Option<&TwilioAccount> {
        self.accounts.get(tenant)
    }

    /// Sends a request to a resource of the tenant's account; the answer is a success.
    pub(crate) async fn send(
        &self,
        tenant: &TenantId,
        method: Method,
        resource: &str,
        form: Option<String>,
        timeout: Duration,
    ) -> Result<Response<Bytes>, DeliveryError> {
        let reads = method == Method::GET;
        judge(self.exchange(tenant, method, resource, form, timeout).await?, reads)
    }

    /// Sends a request to a resource of the tenant's account; the answer may be a refusal.
    pub(crate) async fn exchange(
        &self,
        tenant: &TenantId,
        method: Method,
        resource: &str,
        form: Option<String>,
        timeout: Duration,
    ) -> Result<Response<Bytes>, DeliveryError> {
        let account = self
            .accounts
            .get(tenant)
            .ok_or_else(|| DeliveryError::Refused(format!("tenant {tenant} has no Twilio account")))?;
        let uri = format!("{}/2010-04-01/Accounts/{}/{resource}", self.api_base, account.account_sid);
        let reads = method == Method::GET;
        let mut request = Request::builder().method(method).uri(uri).header(AUTHORIZATION, account.authorization()?);
        if form.is_some() {
            request =
                request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").header(ACCEPT, "application/json");
        }
        let request = request
            .body(Bytes::from(form.unwrap_or_default()))
            .map_err(|_| DeliveryError::Refused("Twilio's API address is not a URL".to_owned()))?;
        self.transport.send(request, timeout).await.map_err(|error| match error {
            TransportError::NotSent => DeliveryError::unavailable(),
            TransportError::NoAnswer => lost(reads),
        })
    }

    /// Sends a text, cut to its limit; what becomes of it is told to the route.
    async fn message(
        &self,
        tenant: &TenantId,
        (to, from): (&PhoneNumber, &PhoneNumber),
        body: &Private,
        told: Option<Route>,
    ) -> Result<(), DeliveryError> {
        let body: String = body.reveal().chars().take(TEXT_CHARS_MAX).collect();
        let told = told.map(|route| self.public.of(tenant, &route));
        let mut form = vec![("To", to.as_str()), ("From", from.as_str()), ("Body", body.as_str())];
        form.extend(told.as_deref().map(|url| ("StatusCallback", url)));
        let form = encode(&form);
        self.send(tenant, Method::POST, "Messages.json", Some(form), REQUEST_TIMEOUT).await.map(drop)
    }

    /// Orders a change of a leg; tells whether there still was one to change.
    async fn update_call(
        &self,
        tenant: &TenantId,
        leg: &LegId,
        form: &[(&str, &str)],
    ) -> Result<Update, DeliveryError> {
        let resource = format!("Calls/{}.json", sid(leg.as_str())?);
        let answer = self.exchange(tenant, Method::POST, &resource, Some(encode(form)), REQUEST_TIMEOUT).await?;
        let over = answer.status() == StatusCode::NOT_FOUND || error_code(&answer) == Some(CALL_NOT_IN_PROGRESS);
        if over && answer.status().is_client_error() {
            return Ok(Update::LegOver);
        }
        judge(answer, false).map(|_| Update::Done)
    }
}

#[async_trait::async_trait]
impl Telephony for TwilioTelephony {
    async fn page(&self, order: &PageOrder) -> Result<LegId, DeliveryError> {
        let url = |route| self.public.of(&order.tenant, &Route::Page(order.case.clone(), order.page, route));
        // Twilio adds some five seconds of its own to the timeout, for the time it takes to reach a telephone.
        let timeout = order.ring_seconds.clamp(*RING_SECONDS.start(), *RING_SECONDS.end()).to_string();
        let form = encode(&[
            ("To", order.to.as_str()),
            ("From", order.from.as_str()),
            ("Url", &url(PageRoute::Answered)),
            ("Method", "POST"),
            ("StatusCallback", &url(PageRoute::Status)),
            ("StatusCallbackMethod", "POST"),
            ("StatusCallbackEvent", "initiated"),
            ("StatusCallbackEvent", "ringing"),
            ("StatusCallbackEvent", "answered"),
            ("StatusCallbackEvent", "completed"),
            ("Timeout", &timeout),
            // Asynchronous, so that whoever answers hears us at once: the detection is only a hint.
            ("MachineDetection", "Enable"),
            ("AsyncAmd", "true"),
            ("AsyncAmdStatusCallback", &url(PageRoute::Machine)),
            ("AsyncAmdStatusCallbackMethod", "POST"),
        ]);
        let answer = self.send(&order.tenant, Method::POST, "Calls.json", Some(form), REQUEST_TIMEOUT).await?;
        // Taken, but as which leg? The callbacks will tell, or `find_page`.
        let created: CallResource = serde_json::from_slice(answer.body()).map_err(|_| DeliveryError::Unknown)?;
        created.leg().ok_or(DeliveryError::Unknown)
    }

    async fn find_page(&self, order: &PageOrder) -> Result<Option<LegId>, DeliveryError> {
        // Twilio's times have whole seconds.
        let since = DateTime::from_timestamp(order.ordered_at.timestamp(), 0).unwrap_or(order.ordered_at);
        let query = encode(&[
            ("To", order.to.as_str()),
            ("From", order.from.as_str()),
            ("StartTime>", &format!("{since:?}")),
            ("PageSize", &FIND_CALLS_MAX.to_string()),
        ]);
        let resource = format!("Calls.json?{query}");
        let answer = self.send(&order.tenant, Method::GET, &resource, None, REQUEST_TIMEOUT).await?;
        let list: CallList = serde_json::from_slice(answer.body()).map_err(|_| DeliveryError::unavailable())?;
        // An older leg to the same telephone belongs to an earlier page, and one that called us to nobody's.
        let ours = list.calls.iter().filter(|call| {
            call.to.as_deref() == Some(order.to.as_str())
                && call.from.as_deref() == Some(order.from.as_str())
                && call.direction.as_deref().is_none_or(|direction| direction.starts_with("outbound"))
        });
        let oldest = ours
            .filter_map(|call| Some((call.created().filter(|at| *at >= since)?, call.leg()?)))
            .min_by_key(|(at, _)| *at);
        Ok(oldest.map(|(_, leg)| leg))
    }

    async fn refetch(&self, tenant: &TenantId, line: &Line) -> Result<(), DeliveryError> {
        let (asks, leg) = match line {
            Line::Caller(call) => (Leg::Caller(call.clone()), call.leg()),
            Line::Technician(case, page, leg) => (Leg::Technician(case.clone(), *page), leg.clone()),
        };
        let url = self.public.of(tenant, &asks.now());
        match self.update_call(tenant, &leg, &[("Url", &url), ("Method", "POST")]).await? {
            Update::Done => Ok(()),
            Update::LegOver => Err(DeliveryError::Refused("the leg is over".to_owned())),
        }
    }

    async fn hang_up(&self, tenant: &TenantId, leg: &LegId) -> Result<(), DeliveryError> {
        // `completed` ends a leg that is queued or ringing, too (Twilio, "Update a Call", `Status`).
        self.update_call(tenant, leg, &[("Status", "completed")]).await.map(drop)
    }

    async fn text(&self, tenant: &TenantId, order: &TextOrder) -> Result<(), DeliveryError> {
        let told = order.page.as_ref().map(|(case, page)| Route::Page(case.clone(), *page, PageRoute::Text));
        self.message(tenant, (&order.to, &order.from), &order.body, told).await
    }

    async fn text_caller(&self, text: &ClearedText) -> Result<(), DeliveryError> {
        self.message(text.tenant(), (text.to(), text.from()), text.body(), None).await
    }

    async fn recording(&self, tenant: &TenantId, id: &RecordingId) -> Result<(String, Bytes), DeliveryError> {
        let resource = format!("Recordings/{}.mp3", sid(id.as_str())?);
        let answer = self.send(tenant, Method::GET, &resource, None, RECORDING_TIMEOUT).await?;
        let media_type = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        Ok((media_type.unwrap_or("audio/mpeg").to_owned(), answer.into_body()))
    }

    async fn recordings(&self, tenant: &TenantId, since: DateTime<Utc>) -> Result<Vec<KeptRecording>, DeliveryError> {
        self.list_recordings(tenant, since).await
    }

    async fn transcript_of(&self, tenant: &TenantId, id: &RecordingId) -> Result<Option<Private>, DeliveryError> {
        self.look_up_transcript(tenant, id).await
    }

    async fn caller_of(&self, tenant: &TenantId, call: &CallId) -> Result<CallerOf, DeliveryError> {
        self.look_up_call(tenant, call).await
    }
}

/// A call, as far as we read it. All fields may be null.
#[derive(Deserialize)]
struct CallResource {
    sid: Option<String>,
    to: Option<String>,
    from: Option<String>,
    direction: Option<String>,
    date_created: Option<String>,
}

impl CallResource {
    fn leg(&self) -> Option<LegId> {
        LegId::parse(self.sid.as_deref()?).ok()
    }

    fn created(&self) -> Option<DateTime<Utc>> {
        DateTime::parse_from_rfc2822(self.date_created.as_deref()?).ok().map(|at| at.to_utc())
    }
}

#[derive(Deserialize)]
struct CallList {
    calls: Vec<CallResource>,
}

/// The body of an error.
#[derive(Deserialize)]
struct ApiError {
    code: Option<u32>,
}

/// What became of a change to a leg.
enum Update {
    Done,
    LegOver,
}

/// What an answer means; `reads` if the request changes nothing and may be repeated.
pub(crate) fn judge(response: Response<Bytes>, reads: bool) -> Result<Response<Bytes>, DeliveryError> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    if status == StatusCode::TOO_MANY_REQUESTS {
        return Err(DeliveryError::Unavailable { retry_after: retry_after(&response) });
    }
    if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT {
        return Err(match lost(reads) {
            DeliveryError::Unavailable { .. } => DeliveryError::Unavailable { retry_after: retry_after(&response) },
            other => other,
        });
    }
    Err(DeliveryError::Refused(match error_code(&response) {
        Some(UNSUBSCRIBED_RECIPIENT) => return Err(DeliveryError::Blocked),
        Some(code) => format!("HTTP {}, Twilio error {code}", status.as_u16()),
        None => format!("HTTP {}", status.as_u16()),
    }))
}

/// Twilio's own code for an error. Its `message` is never passed on: it may repeat a number.
fn error_code(response: &Response<Bytes>) -> Option<u32> {
    serde_json::from_slice::<ApiError>(response.body()).ok().and_then(|error| error.code)
}

/// The answer is lost: what only reads can be asked again, what orders may have been done.
fn lost(reads: bool) -> DeliveryError {
    if reads { DeliveryError::unavailable() } else { DeliveryError::Unknown }
}

/// `Retry-After` in seconds. A date is not read: there is no clock here, and Twilio sends seconds.
fn retry_after(response: &Response<Bytes>) -> Option<Duration> {
    let seconds: u64 = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(RETRY_AFTER_MAX))
}

/// An identifier that can stand in a path: Twilio's are letters and digits.
pub(crate) fn sid(text: &str) -> Result<&str, DeliveryError> {
    let fits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric());
    if fits { Ok(text) } else { Err(DeliveryError::Refused("the id is not one of Twilio's".to_owned())) }
}

pub(crate) fn encode(pairs: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

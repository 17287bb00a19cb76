//! Planned work: made, changed and called off in the register, and read when a call arrives.

use crate::{Engine, recurrence};
use chrono::{DateTime, TimeDelta, Utc};
use nightdesk_domain::ids::{TenantId, WindowId};
use nightdesk_domain::limits::{WINDOWS_AHEAD_SECONDS, WINDOWS_PER_CALL_MAX};
use nightdesk_domain::windows::{Occurrence, RECURS_DAYS_MAX, Refused, Wanted, Window};
use nightdesk_ports::{Entry, StoreError};

/// The kind of the register's entries that hold windows.
pub const WINDOW_KIND: &str = "window";
/// How long a window is kept after its last end, in days.
const KEPT_DAYS: i64 = 35;
/// How often another number is tried for a new window, where somebody else takes it first.
const NUMBERS_TRIED_MAX: u32 = 8;

/// Why a window was not stored; nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// Something about it is wrong.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The tenant has no window of this name, or it is over for longer than it is kept.
    #[error("window: no window has this number; `nightdesk windows list --all` shows them")]
    Unknown,
    /// Somebody else changed it at the same time.
    #[error("window: somebody else changed it just now; look at it, then try again")]
    Changed,
    /// It was called off.
    #[error("window: it was cancelled; add another one instead")]
    Cancelled,
    /// No tenant of that name has been imported.
    #[error("tenant: no such tenant; import its file first")]
    UnknownTenant,
    /// The store failed.
    #[error("the store failed")]
    Store(#[source] StoreError),
}

impl From<StoreError> for WindowError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict => Self::Changed,
            error => Self::Store(error),
        }
    }
}

impl Engine {
    /// The windows of a tenant that are still kept, cancelled ones too, in the order in which they were made.
    ///
    /// # Errors
    /// The store's own.
    pub async fn windows(&self, tenant: &TenantId) -> Result<Vec<Window>, StoreError> {
        let entries = self.ports().register.entries(tenant, WINDOW_KIND, self.now()).await?;
        let mut windows: Vec<Window> = entries.iter().filter_map(read).collect();
        windows.sort_by_key(|window| number(&window.id));
        Ok(windows)
    }

    /// Plans work: checks it and stores it under the next number.
    ///
    /// # Errors
    /// What is wrong with it, by the name of the field.
    pub async fn plan_window(&self, tenant: &TenantId, wanted: Wanted) -> Result<Window, WindowError> {
        for _ in 0..NUMBERS_TRIED_MAX {
            let last = self.windows(tenant).await?.iter().map(|window| number(&window.id)).max().unwrap_or(0);
            let window = self.checked(tenant, id(last + 1)?, wanted.clone()).await?;
            let entry = Entry { expires_at: self.expires(&window), ..entry(tenant, &window) };
            match self.ports().register.put(&entry, self.now()).await {
                Ok(()) => return Ok(window),
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(WindowError::Changed)
    }

    /// Changes a window that was not cancelled; it is checked anew as a whole.
    ///
    /// # Errors
    /// What is wrong with it then, by the name of the field.
    pub async fn change_window(
        &self,
        tenant: &TenantId,
        id: &WindowId,
        change: impl FnOnce(&mut Wanted),
    ) -> Result<Window, WindowError> {
        let (stored, window) = self.stored_window(tenant, id).await?;
        if window.cancelled_at.is_some() {
            return Err(WindowError::Cancelled);
        }
        let mut wanted = Wanted::from(window);
        change(&mut wanted);
        let window = self.checked(tenant, id.clone(), wanted).await?;
        self.put_window(&stored, &window).await?;
        Ok(window)
    }

    /// Calls a window off: calls that arrive from now on know nothing of it.
    ///
    /// # Errors
    /// There is no such window, or somebody else changed it.
    pub async fn cancel_window(&self, tenant: &TenantId, id: &WindowId) -> Result<Window, WindowError> {
        let (stored, window) = self.stored_window(tenant, id).await?;
        if window.cancelled_at.is_some() {
            return Ok(window);
        }
        let window = Window { cancelled_at: Some(self.now()), ..window };
        self.put_window(&stored, &window).await?;
        Ok(window)
    }

    /// When the work of a window is done next, the present time included; at most so many.
    pub fn next_occurrences(&self, window: &Window, count: usize) -> Vec<Occurrence> {
        let (now, far) = (self.now(), self.now() + TimeDelta::days(RECURS_DAYS_MAX * 3));
        let mut next = recurrence::occurrences(window, now, far).unwrap_or_default();
        next.truncate(count);
        next
    }

    /// The planned work that matters to a call that arrives now. A store that fails, or an entry that cannot be read,
    /// explains nothing: in doubt somebody is woken.
    pub(crate) async fn windows_ahead(&self, tenant: &TenantId) -> Vec<Occurrence> {
        let now = self.now();
        let until = now + TimeDelta::seconds(i64::from(WINDOWS_AHEAD_SECONDS));
        let windows = self.windows(tenant).await.unwrap_or_else(|error| {
            tracing::error!(%tenant, %error, "planned work cannot be read; this call is taken as if there were none");
            Vec::new()
        });
        let mut ahead: Vec<Occurrence> =
            windows.iter().flat_map(|window| recurrence::occurrences(window, now, until).unwrap_or_default()).collect();
        ahead.sort_by_key(|it| it.from);
        // A call keeps no more of one company; of companies that it does not know there may be some more.
        ahead.truncate(WINDOWS_PER_CALL_MAX * 5);
        ahead
    }

    async fn checked(&self, tenant: &TenantId, id: WindowId, wanted: Wanted) -> Result<Window, WindowError> {
        let policy = self.ports().tenants.newest(tenant).await?.ok_or(WindowError::UnknownTenant)?;
        let window = wanted.checked(id, &policy)?;
        recurrence::check(&window, self.now())?;
        Ok(window)
    }

    async fn stored_window(&self, tenant: &TenantId, id: &WindowId) -> Result<(Entry, Window), WindowError> {
        let entry = self.ports().register.entry(tenant, WINDOW_KIND, id.as_str(), self.now()).await?;
        let entry = entry.ok_or(WindowError::Unknown)?;
        let window = read(&entry).ok_or_else(|| StoreError::Corrupt(format!("window {id} cannot be read")))?;
        Ok((entry, window))
    }

    async fn put_window(&self, before: &Entry, window: &Window) -> Result<(), WindowError> {
        let entry = Entry { expires_at: self.expires(window), ..before.changed(body(window)) };
        Ok(self.ports().register.put(&entry, self.now()).await?)
    }

    fn expires(&self, window: &Window) -> Option<DateTime<Utc>> {
        let over = window.cancelled_at.or_else(|| recurrence::last_end(window)).unwrap_or_else(|| self.now());
        Some(over + TimeDelta::days(KEPT_DAYS))
    }
}

fn entry(tenant: &TenantId, window: &Window) -> Entry {
    Entry::new(tenant, WINDOW_KIND, window.id.as_str(), body(window))
}

fn body(window: &Window) -> String {
    serde_json::to_string(window).unwrap_or_default()
}

fn read(entry: &Entry) -> Option<Window> {
    let read = serde_json::from_str(entry.body.reveal());
    if read.is_err() {
        tracing::error!(tenant = %entry.tenant, window = %entry.id, "a stored window cannot be read; it explains nothing");
    }
    read.ok()
}

fn number(id: &WindowId) -> u32 {
    id.as_str().parse().unwrap_or(0)
}

fn id(number: u32) -> Result<WindowId, WindowError> {
    WindowId::parse(&number.to_string()).map_err(|error| StoreError::Corrupt(error.to_string()).into())
}

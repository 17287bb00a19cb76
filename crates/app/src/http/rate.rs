//! How many alerts one tool may send: a loop gone wrong must not keep everything busy.

use nightdesk_domain::ids::TenantId;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How many alerts a tool may send within [`SPAN`], at each process that answers.
const ALERTS_MAX: u32 = 60;
/// The span.
const SPAN: Duration = Duration::from_secs(60);

/// Counts the alerts of each tool; there are as many counts as there are tokens.
#[derive(Default)]
pub struct AlertRates(Mutex<BTreeMap<(TenantId, String), (Instant, u32)>>);

impl AlertRates {
    /// Counts one more; or says after how many seconds the tool may try again.
    pub(super) fn count(&self, tenant: &TenantId, source: &str, now: Instant) -> Result<(), u64> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (began, count) = counts.entry((tenant.clone(), source.to_owned())).or_insert((now, 0));
        if now.saturating_duration_since(*began) >= SPAN {
            (*began, *count) = (now, 0);
        }
        if *count >= ALERTS_MAX {
            let left = SPAN.saturating_sub(now.saturating_duration_since(*began));
            return Err(left.as_secs() + 1);
        }
        *count += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_that_sends_too_much_is_told_when_to_come_again_and_no_other_notices() {
        let (rates, tenant) = (AlertRates::default(), TenantId::parse("lakeside").unwrap());
        let now = Instant::now();
        for _ in 0..ALERTS_MAX {
            assert_eq!(rates.count(&tenant, "rmm", now), Ok(()));
        }
        assert_eq!(rates.count(&tenant, "rmm", now + Duration::from_secs(20)), Err(41));
        assert_eq!(rates.count(&tenant, "backup", now), Ok(()));
        assert_eq!(rates.count(&TenantId::parse("other").unwrap(), "rmm", now), Ok(()));
        assert_eq!(rates.count(&tenant, "rmm", now + Duration::from_secs(60)), Ok(()));
    }
}

//! The machine's clock, behind the `Clock` port.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use nightdesk_ports::Clock;

/// Real time.
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    async fn sleep_until(&self, instant: DateTime<Utc>) {
        if let Ok(wait) = (instant - Utc::now()).to_std() {
            tokio::time::sleep(wait).await;
        }
    }
}

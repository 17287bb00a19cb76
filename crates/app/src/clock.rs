//! The machine's clock, behind the `Clock` port.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use nightdesk_ports::Clock;
use std::time::{Duration, Instant};

/// Real time, or time that passes faster: a scripted call with the simulated network need not last minutes.
pub struct PacedClock {
    began: Instant,
    began_at: DateTime<Utc>,
    pace: f64,
}

impl PacedClock {
    /// A clock that starts now and runs so much faster than life; 1 is real time.
    pub fn new(pace: f64) -> Self {
        Self { began: Instant::now(), began_at: Utc::now(), pace }
    }

    fn is_real(&self) -> bool {
        self.pace == 1.0
    }
}

#[async_trait]
impl Clock for PacedClock {
    fn now(&self) -> DateTime<Utc> {
        if self.is_real() {
            return Utc::now();
        }
        let passed = self.began.elapsed().mul_f64(self.pace);
        self.began_at + TimeDelta::from_std(passed).unwrap_or(TimeDelta::MAX)
    }

    async fn sleep_until(&self, instant: DateTime<Utc>) {
        let wait = (instant - self.now()).to_std().unwrap_or(Duration::ZERO);
        tokio::time::sleep(wait.div_f64(self.pace)).await;
    }
}

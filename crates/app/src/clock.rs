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
        Self::since(pace, Utc::now())
    }

    /// A clock that has run so much faster than life since an instant: all that share it show the same time, whenever
    /// they were made.
    pub fn since(pace: f64, origin: DateTime<Utc>) -> Self {
        let now = Utc::now();
        let passed = (now - origin).to_std().unwrap_or_default().mul_f64(pace);
        let began_at = origin + TimeDelta::from_std(passed).unwrap_or(TimeDelta::MAX);
        Self { began: Instant::now(), began_at, pace }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_of_one_origin_show_the_same_time_whenever_they_were_made() {
        let origin = Utc::now() - TimeDelta::minutes(10);
        let first = PacedClock::since(20.0, origin);
        std::thread::sleep(Duration::from_millis(50));
        let second = PacedClock::since(20.0, origin);
        // A fiftieth of a second of real time is a second by these clocks.
        assert!((first.now() - second.now()).abs() < TimeDelta::milliseconds(500));
        assert!(first.now() - origin >= TimeDelta::minutes(200));
        assert!(PacedClock::new(20.0).now() - Utc::now() < TimeDelta::minutes(1));
    }
}

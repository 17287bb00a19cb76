//! Figures for CloudWatch, as lines of its Embedded Metric Format on standard output: no request, no permission.
//!
//! The shape is that of "Specification: Embedded metric format" in the CloudWatch user guide. The alarms of
//! deploy/template.yaml name these metrics, their namespace and their dimension.

use serde_json::{Value, json};
use std::io::Write;

/// The namespace of all metrics.
pub(super) const NAMESPACE: &str = "NightDesk";
/// The one dimension: the function's name, so that two stacks of one account are told apart.
const DIMENSION: &str = "FunctionName";

/// Seconds since the oldest effect fell due; 0 when nothing is due.
pub(super) const OLDEST_DUE: Metric = Metric { name: "OldestDueSeconds", unit: "Seconds" };
/// How often effects were taken that have been tried in vain for minutes; each is taken every five minutes.
pub(super) const PARKED: Metric = Metric { name: "ParkedEffects", unit: "Count" };
/// Effects that were taken.
pub(super) const EFFECTS: Metric = Metric { name: "Effects", unit: "Count" };
/// Looks at the due work that failed.
pub(super) const FAILED_LOOKS: Metric = Metric { name: "FailedLooks", unit: "Count" };
/// Mails that bounced, were complained about or refused.
pub(super) const MAIL_PROBLEMS: Metric = Metric { name: "MailProblems", unit: "Count" };

/// What is measured, and in what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Metric {
    name: &'static str,
    unit: &'static str,
}

/// Writes the figures of one moment.
pub(super) fn emit(function: &str, at_ms: i64, figures: &[(Metric, f64)]) {
    // A log that cannot be written has nobody who could be told.
    let _unseen = writeln!(std::io::stdout().lock(), "{}", line(function, at_ms, figures));
}

fn line(function: &str, at_ms: i64, figures: &[(Metric, f64)]) -> Value {
    let metrics: Vec<Value> = figures.iter().map(|(m, _)| json!({"Name": m.name, "Unit": m.unit})).collect();
    let directive = json!({"Namespace": NAMESPACE, "Dimensions": [[DIMENSION]], "Metrics": metrics});
    let mut line = json!({"_aws": {"Timestamp": at_ms, "CloudWatchMetrics": [directive]}, DIMENSION: function});
    for (metric, value) in figures {
        line[metric.name] = json!(value);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_every_metric_that_it_carries() {
        let line = line("notifier", 1_700_000_000_000, &[(OLDEST_DUE, 3.0), (PARKED, 1.0)]);
        let expected = json!({
            "_aws": {"Timestamp": 1_700_000_000_000_i64, "CloudWatchMetrics": [{
                "Namespace": "NightDesk", "Dimensions": [["FunctionName"]],
                "Metrics": [{"Name": "OldestDueSeconds", "Unit": "Seconds"}, {"Name": "ParkedEffects", "Unit": "Count"}]
            }]},
            "FunctionName": "notifier", "OldestDueSeconds": 3.0, "ParkedEffects": 1.0
        });
        assert_eq!(line, expected);
    }
}

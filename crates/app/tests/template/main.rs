//! The template that deploys NightDesk on AWS, against the code that it deploys.
//!
//! cfn-lint checks that CloudFormation would take it; these rules check that it is all there and fits. Every rule is
//! shown to fail on a broken copy. The YAML is read by saphyr, which keeps CloudFormation's short tags such as `!Ref`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed test panics")]

mod read;
mod routes;
mod rules;

use read::Template;

/// The template as it is in the repository.
const TEXT: &str = include_str!("../../../../deploy/template.yaml");

#[test]
fn the_template_keeps_all_rules() {
    assert_eq!(rules::all(&Template::parse(TEXT)), [""; 0]);
}

/// Replaces the first occurrence, and expects a complaint that holds these words.
#[track_caller]
fn check_broken(from: &str, to: &str, complaint: &str) {
    assert!(TEXT.contains(from), "the template has no {from:?} any more: this test breaks nothing");
    let wrong = rules::all(&Template::parse(&TEXT.replacen(from, to, 1)));
    assert!(wrong.iter().any(|line| line.contains(complaint)), "{from:?} -> {to:?}: {wrong:?}");
}

#[test]
fn a_name_that_nothing_bears_is_noticed_wherever_it_stands() {
    check_broken("Stream: !GetAtt Table.StreamArn", "Stream: !GetAtt Tabel.StreamArn", "Tabel");
    check_broken("IntegrationUri: !GetAtt TriageFunction.Arn", "IntegrationUri: !GetAtt Triage.Arn", "Triage");
    check_broken("integrations/${TriageIntegration}", "integrations/${NoIntegration}", "NoIntegration");
    check_broken("ApiId: !Ref Api\n      RouteKey", "ApiId: !Ref Gateway\n      RouteKey", "Gateway");
    check_broken("HasZone: !And [!Condition HasDomain,", "HasZone: !And [!Condition HasName,", "HasName");
    check_broken("    Condition: HasWaf", "    Condition: HasWall", "HasWall");
    check_broken("- HasUrl", "- HasAddress", "HasAddress");
}

#[test]
fn a_function_that_the_program_does_not_have_and_one_that_is_not_deployed_are_noticed() {
    check_broken("Handler: notifier", "Handler: notifyer", "no function is named \"notifyer\"");
    check_broken("Handler: notifier", "Handler: triage", "\"notifier\" is not deployed");
}

#[test]
fn a_public_path_without_a_route_and_a_private_one_with_one_are_noticed() {
    check_broken("RouteKey: ANY /ack/{proxy+}", "RouteKey: ANY /act/{proxy+}", "/ack/{tenant}");
    check_broken("RouteKey: ANY /recording/{proxy+}", "RouteKey: GET /recording", "/recording/{tenant}");
    check_broken("RouteKey: ANY /slack/{proxy+}", "RouteKey: ANY /slackers/{proxy+}", "/slack/{tenant}");
    check_broken("RouteKey: ANY /rota/{proxy+}", "RouteKey: ANY /rotas/{proxy+}", "/rota/{tenant}");
    check_broken("RouteKey: POST /alerts", "RouteKey: POST /alert", "/alerts is not passed on");
    check_broken("RouteKey: GET /healthz", "RouteKey: GET /metrics", "/metrics is passed on");
    check_broken("RouteKey: GET /healthz", "RouteKey: $default", "/metrics is passed on");
}

#[test]
fn every_function_has_logs_a_queue_alarms_and_a_role_of_its_own() {
    check_broken("LoggingConfig: { LogGroup: !Ref NotifierLogs }", "", "NotifierFunction: no log group");
    check_broken("RetentionInDays: !Ref LogRetentionDays", "KmsKeyId: x", "kept for ever");
    check_broken("DestinationConfig: { OnFailure: { Type: SQS,", "Nothing: { OnFailure: { Type: SQS,", "dead-letter");
    check_broken("MetricName: Errors", "MetricName: Invocations", "TriageFunction: no alarm on Errors");
    check_broken("MetricName: Throttles", "MetricName: Duration", "TriageFunction: no alarm on Throttles");
    check_broken("      AlarmActions: [!Ref Alarms]\n", "", "tells nobody");
    check_broken("Role: !GetAtt TriageRole.Arn", "Policies: []", "TriageFunction: no role of its own");
    check_broken("Role: !GetAtt TriageRole.Arn", "Role: !GetAtt NotifierRole.Arn", "share a role");
    check_broken("Tracing: Active", "Tracing: PassThrough", "not traced");
    check_broken("Architectures: [arm64]", "Architectures: [x86_64]", "arm64");
}

#[test]
fn what_the_notifier_needs_to_look_nearly_always_is_there() {
    check_broken("rate(1 minute)", "rate(5 minutes)", "every minute");
    check_broken("Timeout: 90", "Timeout: 60", "Timeout");
    check_broken("BisectBatchOnFunctionError: true", "BisectBatchOnFunctionError: false", "BisectBatch");
    check_broken("FunctionResponseTypes: [ReportBatchItemFailures]", "Enabled: true", "ReportBatchItemFailures");
    check_broken("MaximumRetryAttempts: 3\n", "MaximumRetryAttempts: -1\n", "MaximumRetryAttempts");
    let kept = "MaximumRecordAgeInSeconds: 120\n            DestinationConfig";
    check_broken(kept, "MaximumRecordAgeInSeconds: 120\n            Discarded", "OnFailure");
    check_broken("StreamViewType: NEW_IMAGE", "StreamViewType: KEYS_ONLY", "NEW_IMAGE");
}

#[test]
fn recordings_are_scanned_every_few_minutes() {
    check_broken("rate(2 minutes)", "rate(1 day)", "every two minutes");
}

#[test]
fn the_table_is_the_one_that_the_store_expects() {
    check_broken("AttributeName: sk, KeyType: RANGE", "AttributeName: pk, KeyType: RANGE", "KeySchema");
    check_broken("IndexName: due", "IndexName: outbox", "index \"due\"");
    check_broken("AttributeName: due_ms, AttributeType: N", "AttributeName: due_ms, AttributeType: S", "due_ms");
    check_broken("NonKeyAttributes: [lease_until_ms]", "NonKeyAttributes: [lease]", "lease_until_ms");
    check_broken("AttributeName: expires_at", "AttributeName: expires", "expires_at");
    check_broken("DeletionPolicy: Retain", "DeletionPolicy: Delete", "Retain");
    check_broken("DeletionProtectionEnabled: true", "DeletionProtectionEnabled: false", "DeletionProtection");
    check_broken("PointInTimeRecoveryEnabled: true", "PointInTimeRecoveryEnabled: false", "PointInTime");
    check_broken("BillingMode: PAY_PER_REQUEST", "BillingMode: PROVISIONED", "PAY_PER_REQUEST");
}

#[cfg(feature = "aws")]
#[test]
fn the_store_expects_what_these_rules_expect() {
    use nightdesk_adapters_aws::dynamo as store;
    use rules::table as here;
    assert_eq!((here::PARTITION, here::SORT, here::TTL), (store::PARTITION, store::SORT, store::TTL));
    assert_eq!((here::INDEX, here::INDEX_PARTITION), (store::INDEX, store::INDEX_PARTITION));
    assert_eq!((here::INDEX_SORT, here::INDEX_PROJECTED), (store::INDEX_SORT, store::INDEX_PROJECTED));
}

#[test]
fn recordings_are_private_and_forgotten() {
    check_broken("BlockPublicPolicy: true", "BlockPublicPolicy: false", "BlockPublicPolicy");
    check_broken("            ExpirationInDays: !Ref RecordingRetentionDays\n", "", "ExpirationInDays");
}

#[test]
fn a_permission_for_everything_is_noticed() {
    let all = "no more than it must";
    check_broken("Resource: !GetAtt TriageLogs.Arn", "Resource: \"*\"", all);
    check_broken("Resource: !Sub ${Recordings.Arn}/*", "Resource: \"*\"", all);
    check_broken("Action: ses:SendEmail", "Action: ses:*", all);
    check_broken("[xray:PutTraceSegments, xray:PutTelemetryRecords]", "[xray:PutTraceSegments, sqs:SendMessage]", all);
    check_broken("Action: dynamodb:ListStreams", "NotAction: dynamodb:ListStreams", all);
}

#[test]
fn alarms_watch_what_the_notifier_writes() {
    check_broken("MetricName: OldestDueSeconds", "MetricName: OldestDue", "OldestDueSeconds");
    check_broken("MetricName: ParkedEffects", "MetricName: Parked", "ParkedEffects");
    check_broken("TreatMissingData: breaching", "TreatMissingData: ignore", "nobody looks");
    check_broken("MetricName: ApproximateNumberOfMessagesVisible", "MetricName: Size", "DeadLetters");
    check_broken("MetricName: WriteThrottleEvents", "MetricName: Writes", "WriteThrottleEvents");
}

#[test]
fn every_parameter_says_what_it_is_for_and_the_addresses_are_told() {
    check_broken("    Description: Where alarms are sent.", "    Comment: Where alarms are sent.", "AlarmEmail");
    check_broken("  VoiceWebhook:\n", "  Voice:\n", "VoiceWebhook");
}

#[test]
fn yaml_that_cloudformation_does_not_take_is_noticed() {
    // "CloudFormation template format": aliases are not supported.
    check_broken("Statistic: Sum", "Statistic: &Sum Sum", "anchor");
}

//! What the template must be, one rule a function; each gives its complaints.

use crate::read::Template;
use nightdesk::lambda::FUNCTIONS;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Actions for which AWS takes no narrower resource than all ("Service Authorization Reference": neither X-Ray's two
/// nor `ListStreams`, which asks for the streams of an account, have a resource type).
const UNBOUND: [&str; 4] =
    ["xray:PutTraceSegments", "xray:PutTelemetryRecords", "dynamodb:ListStreams", "transcribe:StartTranscriptionJob"];

/// Names of the table, its index and their attributes, as the DynamoDB store has them; with feature `aws` a test
/// compares them with it.
pub(crate) mod table {
    pub(crate) const PARTITION: &str = "pk";
    pub(crate) const SORT: &str = "sk";
    pub(crate) const INDEX: &str = "due";
    pub(crate) const INDEX_PARTITION: &str = "due_shard";
    pub(crate) const INDEX_SORT: &str = "due_ms";
    pub(crate) const INDEX_PROJECTED: &str = "lease_until_ms";
    pub(crate) const TTL: &str = "expires_at";
}

/// Every complaint about a template.
pub(crate) fn all(template: &Template) -> Vec<String> {
    let rules: [fn(&Template) -> Vec<String>; 11] = [
        references,
        handlers,
        functions,
        notifier,
        voicemail,
        store,
        recordings,
        permissions,
        alarms,
        told,
        crate::routes::of_template,
    ];
    rules.iter().flat_map(|rule| rule(template)).collect()
}

/// Complains unless.
fn unless(holds: bool, complaint: impl Into<String>) -> Option<String> {
    (!holds).then(|| complaint.into())
}

/// Everything that is referred to exists: resources and parameters by name, conditions by theirs. cfn-lint does not
/// look into what SAM makes of events.
fn references(template: &Template) -> Vec<String> {
    let names: BTreeSet<&str> =
        ["Resources", "Parameters"].iter().flat_map(|part| template.section(part).keys()).map(String::as_str).collect();
    let conditions = template.section("Conditions");
    let mut wrong: Vec<String> =
        template.anchors.iter().map(|line| format!("line {line}: an anchor or alias")).collect();
    let known = |name: &str| name.starts_with("AWS::") || names.contains(name);
    visit(&template.whole, &mut |key, inner| match (key, inner) {
        ("Ref", Value::String(name)) if !known(name) => wrong.push(format!("!Ref {name}: there is no such name")),
        ("Fn::GetAtt", Value::Array(parts)) => {
            let name = parts[0].as_str().unwrap_or_default();
            wrong.extend(unless(known(name), format!("!GetAtt {name}: there is no such name")));
        }
        ("Fn::Sub", Value::String(text)) => {
            for name in text.split("${").skip(1).filter_map(|rest| rest.split('}').next()) {
                let name = name.split('.').next().unwrap_or_default();
                wrong.extend(unless(known(name), format!("!Sub ${{{name}}}: there is no such name")));
            }
        }
        ("Fn::If", Value::Array(parts)) => {
            let name = parts[0].as_str().unwrap_or_default();
            wrong.extend(unless(conditions.contains_key(name), format!("!If {name}: there is no such condition")));
        }
        // Of resources, outputs and other conditions; in a policy it is an object.
        ("Condition", Value::String(name)) if !conditions.contains_key(name) => {
            wrong.push(format!("Condition {name}: there is no such condition"));
        }
        _ => {}
    });
    wrong
}

/// The program and the template have the same functions.
fn handlers(template: &Template) -> Vec<String> {
    let deployed: Vec<&str> = template
        .of_type("AWS::Serverless::Function")
        .map(|(_, function)| function["Properties"]["Handler"].as_str().unwrap_or_default())
        .collect();
    let strange = deployed.iter().filter(|name| FUNCTIONS.iter().all(|row| row.name != **name));
    let missing = FUNCTIONS.iter().filter(|row| !deployed.contains(&row.name));
    strange
        .map(|name| format!("no function is named {name:?}"))
        .chain(missing.map(|row| format!("{:?} is not deployed", row.name)))
        .collect()
}

/// Every function has its logs, its role, its alarms, and a queue for what it could not take.
fn functions(template: &Template) -> Vec<String> {
    let globals = &template.whole["Globals"]["Function"];
    let mut wrong = Vec::new();
    wrong.extend(unless(globals["Runtime"] == "provided.al2023", "functions run on provided.al2023"));
    wrong.extend(unless(globals["Architectures"] == json!(["arm64"]), "functions run on arm64"));
    wrong.extend(unless(globals["Tracing"] == "Active", "functions are not traced"));
    let mut roles = BTreeSet::new();
    for (name, function) in template.of_type("AWS::Serverless::Function") {
        let properties = &function["Properties"];
        let of = |kind: &str, reference: &Value| {
            let named = reference["Ref"].as_str().or(reference["Fn::GetAtt"][0].as_str());
            named.is_some_and(|named| template.of_type(kind).any(|(other, _)| other == named))
        };
        let logs = of("AWS::Logs::LogGroup", &properties["LoggingConfig"]["LogGroup"]);
        wrong.extend(unless(logs, format!("{name}: no log group of its own")));
        let queue = &properties["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]["Destination"];
        wrong.extend(unless(of("AWS::SQS::Queue", queue), format!("{name}: no dead-letter queue")));
        wrong.extend(unless(of("AWS::IAM::Role", &properties["Role"]), format!("{name}: no role of its own")));
        wrong.extend(unless(
            roles.insert(properties["Role"].to_string()),
            format!("{name}: two functions share a role"),
        ));
        for metric in ["Errors", "Throttles"] {
            let dimension = json!([{"Name": "FunctionName", "Value": {"Ref": name}}]);
            let alarmed = template.of_type("AWS::CloudWatch::Alarm").any(|(_, alarm)| {
                let alarm = &alarm["Properties"];
                alarm["Namespace"] == "AWS/Lambda" && alarm["MetricName"] == metric && alarm["Dimensions"] == dimension
            });
            wrong.extend(unless(alarmed, format!("{name}: no alarm on {metric}")));
        }
    }
    for (name, group) in template.of_type("AWS::Logs::LogGroup") {
        let kept = &group["Properties"]["RetentionInDays"];
        wrong.extend(unless(!kept.is_null(), format!("{name}: logs are kept for ever")));
    }
    wrong
}

/// One is nearly always looking, and an unreadable record stops nothing.
fn notifier(template: &Template) -> Vec<String> {
    let mut wrong = Vec::new();
    let Some((_, function)) = template
        .of_type("AWS::Serverless::Function")
        .find(|(_, function)| function["Properties"]["Handler"] == "notifier")
    else {
        return vec!["there is no notifier".to_owned()];
    };
    let properties = &function["Properties"];
    // 58 seconds of looking, 25 for the last request to the outside, and what it takes to start and to end.
    let timeout = properties["Timeout"].as_i64().unwrap_or_default();
    wrong.extend(unless(timeout >= 88, "notifier: its Timeout must outlast what its last look begins"));
    let events: Vec<&Value> = properties["Events"].as_object().into_iter().flat_map(|events| events.values()).collect();
    let of = |kind: &str| events.iter().find(|event| event["Type"] == kind).map(|event| &event["Properties"]);
    let minute = of("Schedule").is_some_and(|event| event["Schedule"] == "rate(1 minute)");
    wrong.extend(unless(minute, "notifier: it must be started every minute"));
    wrong.extend(unless(of("EventBridgeRule").is_some(), "notifier: nobody tells it what becomes of mail"));
    match of("DynamoDB") {
        None => wrong.push("notifier: it does not hear of changes".to_owned()),
        Some(stream) => {
            wrong.extend(unless(stream["BisectBatchOnFunctionError"] == true, "stream: BisectBatchOnFunctionError"));
            let reported = stream["FunctionResponseTypes"] == json!(["ReportBatchItemFailures"]);
            wrong.extend(unless(reported, "stream: ReportBatchItemFailures"));
            let bounded = stream["MaximumRetryAttempts"].as_i64().is_some_and(|attempts| (0..=10).contains(&attempts));
            wrong.extend(unless(bounded, "stream: MaximumRetryAttempts must be bounded, or one record stops all"));
            let kept = !stream["DestinationConfig"]["OnFailure"]["Destination"].is_null();
            wrong.extend(unless(kept, "stream: OnFailure must keep what cannot be read"));
        }
    }
    for event in events {
        let keeps = ["DynamoDB"].iter().any(|kind| event["Type"] == *kind)
            || !event["Properties"]["DeadLetterConfig"]["Arn"].is_null();
        wrong.extend(unless(keeps, "an event has no dead-letter queue"));
    }
    wrong
}

/// Recordings that no call knows are looked for every few minutes.
fn voicemail(template: &Template) -> Vec<String> {
    let events = template
        .of_type("AWS::Serverless::Function")
        .filter(|(_, function)| function["Properties"]["Handler"] == "voicemail")
        .flat_map(|(_, function)| {
            function["Properties"]["Events"].as_object().into_iter().flat_map(|all| all.values())
        });
    let every = |event: &Value| event["Type"] == "Schedule" && event["Properties"]["Schedule"] == "rate(2 minutes)";
    let scheduled = events.filter(|event| every(event)).count() == 1;
    unless(scheduled, "voicemail: it must be started every two minutes").into_iter().collect()
}

/// The table is as the store expects it, and is hard to lose.
fn store(template: &Template) -> Vec<String> {
    let Some((_, table)) = template.of_type("AWS::DynamoDB::Table").next() else {
        return vec!["there is no table".to_owned()];
    };
    let properties = &table["Properties"];
    let keys = |partition: &str, sort: &str| json!([{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]);
    let mut wrong = Vec::new();
    wrong.extend(unless(properties["KeySchema"] == keys(table::PARTITION, table::SORT), "table: KeySchema"));
    for (name, kind) in
        [(table::PARTITION, "S"), (table::SORT, "S"), (table::INDEX_PARTITION, "S"), (table::INDEX_SORT, "N")]
    {
        let defined = json!({"AttributeName": name, "AttributeType": kind});
        let found = properties["AttributeDefinitions"].as_array().is_some_and(|all| all.contains(&defined));
        wrong.extend(unless(found, format!("table: {name} must be of type {kind}")));
    }
    let index = json!({
        "IndexName": table::INDEX, "KeySchema": keys(table::INDEX_PARTITION, table::INDEX_SORT),
        "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": [table::INDEX_PROJECTED]}
    });
    let indexed = properties["GlobalSecondaryIndexes"] == json!([index]);
    let what = format!("table: index {:?} with {}", table::INDEX, table::INDEX_PROJECTED);
    wrong.extend(unless(indexed, what));
    let expiry = json!({"AttributeName": table::TTL, "Enabled": true});
    wrong.extend(unless(properties["TimeToLiveSpecification"] == expiry, format!("table: expiry by {}", table::TTL)));
    wrong.extend(unless(properties["BillingMode"] == "PAY_PER_REQUEST", "table: PAY_PER_REQUEST"));
    wrong.extend(unless(properties["DeletionProtectionEnabled"] == true, "table: DeletionProtectionEnabled"));
    let recovery = &properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"];
    wrong.extend(unless(*recovery == true, "table: PointInTimeRecoveryEnabled"));
    // DynamoDB encrypts every table; what may be said there is only who owns the key, and ours costs more.
    wrong.extend(unless(properties["StreamSpecification"]["StreamViewType"] == "NEW_IMAGE", "table: NEW_IMAGE"));
    for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
        wrong.extend(unless(table[policy] == "Retain", format!("table: {policy} must be Retain")));
    }
    wrong
}

/// Recordings are seen by nobody else, and go.
fn recordings(template: &Template) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, bucket) in template.of_type("AWS::S3::Bucket") {
        let properties = &bucket["Properties"];
        for block in ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"] {
            let blocked = properties["PublicAccessBlockConfiguration"][block] == true;
            wrong.extend(unless(blocked, format!("{name}: {block}")));
        }
        let expires = &properties["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"];
        wrong.extend(unless(!expires.is_null(), format!("{name}: ExpirationInDays")));
    }
    wrong.extend(unless(template.of_type("AWS::S3::Bucket").count() == 1, "there is one bucket"));
    wrong
}

/// No function may do more than it must: no whole service, and no resource `*` but where AWS allows nothing else.
fn permissions(template: &Template) -> Vec<String> {
    let mut wrong = Vec::new();
    let list = |value: &Value| match value {
        Value::Array(items) => items.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    };
    visit(&template.whole["Resources"], &mut |key, statements| {
        if key != "Statement" {
            return;
        }
        for statement in list(statements) {
            // Behind a condition of the template stands the statement, or nothing.
            let statement = statement.get("Fn::If").map_or(&statement, |branches| &branches[1]).clone();
            // What denies may deny everything.
            if statement["Effect"] == "Deny" || statement["Action"] == "sts:AssumeRole" {
                continue;
            }
            let actions = list(&statement["Action"]);
            let narrow = !actions.is_empty() && actions.iter().all(|a| a.as_str().is_some_and(|a| !a.contains('*')));
            let resources = list(&statement["Resource"]);
            let unbound = resources.is_empty() || resources.iter().any(|resource| resource == "*");
            let excused = actions.iter().all(|action| UNBOUND.iter().any(|unbound| action == unbound));
            if !narrow || (unbound && !excused) {
                wrong.push(format!("a policy allows no more than it must: {statement}"));
            }
        }
    });
    // SAM would add policies of its own, with resource `*`, to a function that brings no role.
    for (name, function) in template.of_type("AWS::Serverless::Function") {
        wrong.extend(unless(
            function["Properties"]["Policies"].is_null(),
            format!("{name}: policies belong to its role"),
        ));
    }
    wrong
}

/// What may go wrong is watched, and somebody is told.
fn alarms(template: &Template) -> Vec<String> {
    let mut wrong = Vec::new();
    let alarm_on = |namespace: &str, metric: &str| {
        let mut alarms = template.of_type("AWS::CloudWatch::Alarm").map(|(_, alarm)| &alarm["Properties"]);
        alarms.find(|alarm| alarm["Namespace"] == namespace && alarm["MetricName"] == metric)
    };
    for (namespace, metric) in [
        ("NightDesk", "OldestDueSeconds"),
        ("NightDesk", "ParkedEffects"),
        ("NightDesk", "MailProblems"),
        ("AWS/DynamoDB", "ReadThrottleEvents"),
        ("AWS/DynamoDB", "WriteThrottleEvents"),
        ("AWS/ApiGateway", "5xx"),
    ] {
        wrong.extend(unless(alarm_on(namespace, metric).is_some(), format!("no alarm on {metric}")));
    }
    let silent = alarm_on("NightDesk", "OldestDueSeconds").is_some_and(|a| a["TreatMissingData"] != "breaching");
    wrong.extend(unless(!silent, "no figure means that nobody looks: that must raise the alarm"));
    let letters = alarm_on("AWS/SQS", "ApproximateNumberOfMessagesVisible");
    wrong.extend(unless(letters.is_some(), "no alarm on what lies in DeadLetters"));
    for (name, alarm) in template.of_type("AWS::CloudWatch::Alarm") {
        let tells = alarm["Properties"]["AlarmActions"] == json!([{"Ref": "Alarms"}]);
        wrong.extend(unless(tells, format!("{name} tells nobody")));
    }
    wrong
}

/// Whoever deploys is told what each parameter is for, and which addresses to enter at the carrier.
fn told(template: &Template) -> Vec<String> {
    let silent = template.section("Parameters").iter().filter(|(_, parameter)| parameter["Description"].is_null());
    let mut wrong: Vec<String> = silent.map(|(name, _)| format!("parameter {name} is not described")).collect();
    for output in ["PublicUrl", "VoiceWebhook", "FallbackWebhook", "StatusWebhook", "TextWebhook", "TableName"] {
        let there = template.section("Outputs").contains_key(output);
        wrong.extend(unless(there, format!("there is no output {output}")));
    }
    wrong
}

/// Shows every entry of every object to somebody.
fn visit<'a>(value: &'a Value, see: &mut impl FnMut(&'a str, &'a Value)) {
    match value {
        Value::Object(entries) => {
            for (key, inner) in entries {
                see(key, inner);
                visit(inner, see);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| visit(item, see)),
        _ => {}
    }
}

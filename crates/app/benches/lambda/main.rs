//! The functions of AWS Lambda, measured: how big the program is, how soon it asks for its first event, and how much
//! memory an invocation takes.
//!
//! `cargo xtask bench lambda` runs it, on a release build for this machine, under the stand-in for the runtime API and
//! with the DynamoDB emulator behind it. What Lambda adds (fetching the program, starting a virtual machine, a fraction
//! of a core) is not in the figures.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark speaks through its output")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "what cannot be set up cannot be measured")]

#[path = "../../tests/lambda/costs.rs"]
mod costs;
#[path = "../bench/machine.rs"]
mod machine;
#[path = "../bench/report.rs"]
#[allow(dead_code, reason = "shared with the other benchmark")]
mod report;
#[path = "../bench/stats.rs"]
#[allow(dead_code, reason = "shared with the other benchmark")]
mod stats;
#[path = "../../tests/lambda/table.rs"]
#[allow(dead_code, reason = "shared with the tests, which use more of it")]
mod table;

use clap::Parser;
use nightdesk::config::simulator_token;
use nightdesk_adapters_aws::dynamo::DynamoStore;
use nightdesk_adapters_local::phone::sign;
use nightdesk_testkit::dynamo::Emulator;
use nightdesk_testkit::lambda::RuntimeApi;
use report::{Aim, Report, progress};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use stats::median;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::{Child, Command};

/// The program.
const PROGRAM: &str = env!("CARGO_BIN_EXE_nightdesk-lambda");
/// Where the carrier would reach it.
const PUBLIC_URL: &str = "https://phone.example.com";
/// How often a start is measured.
const STARTS: usize = 20;

/// Seconds of a month of 730 hours that a watch of 58 seconds each minute takes.
const WATCH_SECONDS_A_MONTH: f64 = 730.0 * 3600.0 * 58.0 / 60.0;
/// USD for a GB-second on arm64 (AWS's list price for us-east-1, 2025).
const USD_PER_GB_SECOND: f64 = 0.000_013_333_4;

/// Measures the functions.
#[derive(Parser)]
#[command(name = "cargo xtask bench lambda", bin_name = "cargo xtask bench lambda")]
struct Arguments {
    /// Print one JSON document instead of the table.
    #[arg(long)]
    json: bool,
    /// Fewer starts: a first impression.
    #[arg(long)]
    quick: bool,
    /// Given by `cargo bench` itself.
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main(worker_threads = 2)]
async fn main() {
    let arguments = Arguments::parse();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    std::fs::create_dir_all(folder).unwrap();
    let scratch = tempfile::Builder::new().prefix("bench-lambda-").tempdir_in(folder).unwrap();
    let mut report = Report::new(machine::describe(folder), arguments.quick);

    progress("size");
    size(scratch.path(), &mut report);
    progress("requests and units");
    let emulator = Emulator::start();
    dynamo(&table::table_that_counts(&emulator).await, &mut report).await;
    let starts = if arguments.quick { 5 } else { STARTS };
    for function in nightdesk::lambda::FUNCTIONS {
        progress(function.name);
        start(scratch.path(), &emulator, function.name, starts, &mut report).await;
    }
    progress("memory");
    let triage = triage_memory(scratch.path(), &emulator).await;
    report.aimed(
        "peak memory of the process",
        "triage, after a call's first two webhooks",
        triage,
        "MiB",
        Aim::Below(128.0),
    );
    let notifier = notifier_memory(scratch.path(), &emulator).await;
    report.aimed("peak memory of the process", "notifier, after a watch", notifier, "MiB", Aim::Below(128.0));

    const MONTH: &str = "what the notifier takes in a month, nearly always looking";
    for megabytes in [128.0, 256.0] {
        let gb_seconds = WATCH_SECONDS_A_MONTH * megabytes / 1024.0;
        report.figure(MONTH, format!("with {megabytes} MB"), gb_seconds, "GB-seconds");
        report.figure(MONTH, format!("with {megabytes} MB, list price"), gb_seconds * USD_PER_GB_SECOND, "USD");
    }
    report.note("release build for this machine, without link-time optimisation; what is shipped is smaller");
    report.note("start: from the start of the process to its first question for an event, tenants read from the table");
    report.note("price: us-east-1, arm64, 2025, before the free 400,000 GB-seconds; reads of the table come on top");
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&report.json()).unwrap());
    } else {
        println!("{}", report.table());
    }
}

/// Requests and capacity units, as the emulator counts them.
async fn dynamo(store: &DynamoStore, report: &mut Report) {
    const SECTION: &str = "DynamoDB: requests, read units, write units";
    let costs = costs::costs(store).await;
    report.aimed(SECTION, "a turn: requests", costs.turn.requests as f64, "", Aim::Below(2.5));
    for (name, used) in [
        ("a call arrives", costs.arrival),
        ("a turn", costs.turn),
        ("the turn that wakes", costs.waking_turn),
        ("a whole call that leaves a ticket", costs.quiet_call),
        ("a whole call that wakes somebody", costs.woken_call),
    ] {
        report.figure(SECTION, format!("{name}: requests"), used.requests as f64, "");
        report.figure(SECTION, format!("{name}: read units"), used.read_units, "");
        report.figure(SECTION, format!("{name}: write units"), used.write_units, "");
    }
}

/// The size of the program without its symbols.
fn size(scratch: &Path, report: &mut Report) {
    let stripped = scratch.join("bootstrap");
    let done = std::process::Command::new("strip").arg("-o").arg(&stripped).arg(PROGRAM).status();
    assert!(done.as_ref().is_ok_and(std::process::ExitStatus::success), "strip (binutils) is needed: {done:?}");
    let mebibytes = std::fs::metadata(&stripped).unwrap().len() as f64 / 1024.0 / 1024.0;
    report.figure("program", "size, stripped", mebibytes, "MiB");
}

/// The program as Lambda would start it, and what it asks for events.
async fn instance(scratch: &Path, emulator: &Emulator, handler: &str) -> (RuntimeApi, Child) {
    let api = RuntimeApi::start().await.unwrap();
    let child = Command::new(PROGRAM)
        .env_clear()
        .envs(api.environment(handler, 128))
        .env("NIGHTDESK_STORE", format!("dynamodb:{}", table::TABLE))
        .env("NIGHTDESK_AWS_ENDPOINT", &emulator.endpoint)
        .env("NIGHTDESK_DATABASE", scratch.join("nightdesk.sqlite"))
        .env("NIGHTDESK_PUBLIC_URL", PUBLIC_URL)
        .env("NIGHTDESK_SIMULATOR_API", "http://127.0.0.1:9")
        .env("NIGHTDESK_LOG", "error")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    (api, child)
}

async fn polled(api: &RuntimeApi) -> Instant {
    tokio::time::timeout(Duration::from_secs(60), api.first_poll()).await.expect("the program asks for an event")
}

async fn start(scratch: &Path, emulator: &Emulator, handler: &str, starts: usize, report: &mut Report) {
    let mut milliseconds = Vec::new();
    // The first one warms the page cache, and does not count.
    for run in 0..=starts {
        let began = Instant::now();
        let (api, mut child) = instance(scratch, emulator, handler).await;
        let took = polled(&api).await - began;
        if run > 0 {
            milliseconds.push(took.as_secs_f64() * 1000.0);
        }
        child.kill().await.unwrap();
    }
    let slowest = milliseconds.iter().copied().fold(f64::NAN, f64::max);
    const SECTION: &str = "from the start of the process to the first poll of the runtime";
    report.figure(SECTION, format!("{handler}: median of {starts}"), median(milliseconds), "ms");
    report.figure(SECTION, format!("{handler}: slowest"), slowest, "ms");
}

async fn triage_memory(scratch: &Path, emulator: &Emulator) -> f64 {
    let (api, child) = instance(scratch, emulator, "triage").await;
    polled(&api).await;
    let token = simulator_token(scratch).unwrap().expose_secret().to_owned();
    let sid = ("CallSid", "CA00000000000000000000000000000001");
    let caller = [sid, ("From", "+13125550142"), ("To", "+13125550100"), ("Direction", "inbound")];
    let ringing = [&caller[..], &[("CallStatus", "ringing")]].concat();
    let said = "this is dana at acme dental, our server is down and nobody can work";
    let spoken =
        [&caller[..], &[("CallStatus", "in-progress"), ("SpeechResult", said), ("Confidence", "0.9")]].concat();
    let turn = format!("/twilio/lakeside/call/{}/turn/1", sid.1);
    for (path, form) in [("/twilio/lakeside/voice", ringing), (turn.as_str(), spoken)] {
        let answer = api.invoke(webhook(&token, path, &form), Duration::from_secs(15)).await.unwrap();
        assert_eq!(answer["statusCode"], 200, "{path}: {answer}");
    }
    peak_mebibytes(&child)
}

async fn notifier_memory(scratch: &Path, emulator: &Emulator) -> f64 {
    let (api, child) = instance(scratch, emulator, "notifier").await;
    polled(&api).await;
    // Five seconds are left of these when the function's margin is taken off.
    api.invoke(json!({"source": "aws.events"}), Duration::from_secs(35)).await.unwrap();
    peak_mebibytes(&child)
}

/// A signed webhook as API Gateway hands it over.
fn webhook(token: &str, path: &str, form: &[(&str, &str)]) -> Value {
    let form: Vec<(String, String)> = form.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    let signature = sign(token, &format!("{PUBLIC_URL}{path}"), &form);
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&form).finish();
    json!({
        "version": "2.0", "routeKey": "ANY /twilio/{proxy+}", "rawPath": path, "rawQueryString": "",
        "headers": {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature},
        "requestContext": {"accountId": "123456789012", "apiId": "a", "stage": "$default", "timeEpoch": 1, "http": {
            "method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "bench"}},
        "body": body, "isBase64Encoded": false
    })
}

/// The most memory that a process has held so far ("VmHWM" of proc(5)).
fn peak_mebibytes(child: &Child) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id().unwrap())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}

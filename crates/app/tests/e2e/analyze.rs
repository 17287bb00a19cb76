//! `nightdesk analyze` in its three forms: what it writes, what it makes of bad input, and what memory it needs.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Stdio};
use std::thread::JoinHandle;

const FORMS: [&str; 3] = ["json", "note", "slack"];

const PROMISED: &str = r#"{"id": "a", "dialog": [{"who": "caller", "text": "our mail is down"}, {"who": "agent", "text": "I'm paging the engineer on call. A technician will call you tomorrow at nine."}, {"who": "tech", "text": "I will email you *the invoice* & <@U1> @here"}], "ref": "2026-03-06T23:40:00", "tz": "America/Chicago"}"#;

/// The binary while it reads; a thread counts its lines or keeps them.
struct Running {
    child: Child,
    input: ChildStdin,
    lines: JoinHandle<Vec<String>>,
}

fn start(args: &[&str], keep: bool) -> Running {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_nightdesk"));
    command.arg("analyze").args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let mut child = command.spawn().unwrap();
    let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let lines = std::thread::spawn(move || {
        let lines = BufReader::new(output).lines().map(|line| line.expect("UTF-8"));
        lines.map(|line| if keep { line } else { String::new() }).collect()
    });
    Running { child, input, lines }
}

impl Running {
    fn end(self) -> Vec<String> {
        let Running { mut child, input, lines } = self;
        drop(input);
        assert!(child.wait().unwrap().success());
        lines.join().unwrap()
    }
}

fn analyzed(args: &[&str], input: &[u8]) -> Vec<String> {
    let mut running = start(args, true);
    running.input.write_all(input).unwrap();
    running.end()
}

fn read(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"))
}

#[test]
fn without_a_form_each_line_becomes_one_object_with_everything() {
    let bare = analyzed(&[], PROMISED.as_bytes());
    assert_eq!(bare, analyzed(&["--as", "json"], PROMISED.as_bytes()));
    assert_eq!(bare.len(), 1);
    let found = read(&bare[0]);
    assert_eq!((&found["id"], &found["category"]), (&json!("a"), &json!("Email")));
    let types: Vec<&Value> = found["actions"].as_array().unwrap().iter().map(|action| &action["type"]).collect();
    assert_eq!(types, ["escalation", "callback", "client_email"]);
}

#[test]
fn as_note_each_line_becomes_a_text_and_a_blank_line() {
    let input = format!("{PROMISED}\n{{\"id\": \"b\", \"text\": \"my printer is jammed\"}}\n");
    assert_eq!(
        analyzed(&["--as", "note"], input.as_bytes()),
        [
            "Promised in this call: 3",
            r#"- Escalation, by "the engineer": "paging the engineer on call"; the service desk said: "I'm paging the engineer on call""#,
            r#"- Callback, by "A technician": "you tomorrow at nine"; when: "tomorrow at nine"; the service desk said: "A technician will call you tomorrow at nine""#,
            r#"- E-mail to the client, by the technician: "you ∗the invoice∗ & ‹@U1› @here"; the technician said: "I will email you ∗the invoice∗ & ‹@U1› @here""#,
            "",
            "Promised in this call: nothing.",
            "",
        ]
    );
}

#[test]
fn as_slack_each_line_becomes_one_message() {
    let lines = analyzed(&["--as", "slack"], PROMISED.as_bytes());
    assert_eq!(lines.len(), 1);
    let message = read(&lines[0]);
    assert_eq!(message["text"], "Promised in this call: 3");
    let types: Vec<&str> =
        message["blocks"].as_array().unwrap().iter().map(|block| block["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["header", "section", "context", "section", "context", "section", "context"]);
    assert_eq!(
        message["blocks"][6]["elements"][0],
        json!({
            "type": "mrkdwn",
            "text": "the technician said: “I will email you ∗the invoice∗ &amp; &lt;＠U1&gt; ＠here”",
            "verbatim": true,
        })
    );
}

#[test]
fn an_unknown_form_is_wrong_usage() {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_nightdesk"));
    let ran = command.args(["analyze", "--as", "xml"]).stdin(Stdio::null()).output().unwrap();
    assert_eq!(ran.status.code(), Some(2));
    assert!(String::from_utf8(ran.stderr).unwrap().contains("json, note, slack"));
}

#[test]
fn a_bad_line_yields_an_error_in_every_form_and_the_run_goes_on() {
    let long = format!("{{\"id\": 5, \"text\": \"{}\"}}", "a ".repeat(9 << 19));
    assert!(long.len() > 9 << 20);
    let bad: [(&[u8], Value); 10] = [
        (b"no json", json!(null)),
        (b"[1, 2]", json!(null)),
        (b"{\"id\": 1, \"text\": 7}", json!(1)),
        (b"{\"id\": 2}", json!(2)),
        (b"{\"id\": 3, \"text\": \"a\", \"turns\": []}", json!(3)),
        (b"{\"id\": 4, \"text\": \"a\", \"tz\": \"Mars/Olympus\"}", json!(4)),
        (long.as_bytes(), json!(null)),
        // Neither UTF-8 nor half of a surrogate pair is text.
        (b"{\"id\": 6, \"text\": \"\xff\xfe\"}", json!(null)),
        (br#"{"id": 7, "text": "our server is down \ud83d"}"#, json!(null)),
        (br#"{"id": 8, "dialog": [{"who": "ghost", "text": "boo"}]}"#, json!(8)),
    ];
    let good: [&[u8]; 3] = [br#"{"id": "empty", "text": ""}"#, br#"{"id": "none", "turns": []}"#, PROMISED.as_bytes()];
    let mut input = bad.iter().map(|(line, _)| *line).collect::<Vec<_>>().join(&b'\n');
    input.extend(b"\n\n  \r\n");
    input.extend(good.join(&b'\n'));
    for form in FORMS {
        let lines = analyzed(&["--as", form], &input);
        // In a note, a blank line follows each entry, and an error is an entry of one line.
        let step = if form == "note" { 2 } else { 1 };
        for (at, (line, id)) in bad.iter().enumerate() {
            let answer = read(&lines[at * step]);
            let shown = String::from_utf8_lossy(&line[..line.len().min(80)]);
            assert_eq!((&answer["id"], &answer["line"]), (id, &json!(at + 1)), "{form}: {shown}: {answer}");
            assert!(answer["error"].as_str().is_some_and(|error| !error.is_empty()), "{form}: {shown}: {answer}");
        }
        let rest = &lines[bad.len() * step..];
        match form {
            "note" => {
                assert_eq!(rest[..4], ["Promised in this call: nothing.", "", "Promised in this call: nothing.", ""])
            }
            "slack" => assert_eq!(read(&rest[0])["blocks"].as_array().unwrap().len(), 1),
            _ => assert_eq!(
                (&read(&rest[0])["id"], &read(&rest[0])["category"]),
                (&json!("empty"), &json!("Unclassified"))
            ),
        }
        assert_eq!(rest.len(), if form == "note" { 9 } else { 3 }, "{form}: {rest:?}");
        assert!(rest.concat().contains("Promised in this call: 3") || rest[2].contains("client_email"), "{form}");
    }
}

/// The most memory that a process has had, in KiB.
#[cfg(target_os = "linux")]
fn most_memory_kib(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Feeds so many lines, and gives the most memory that was needed until all but a pipe's worth of them was read.
#[cfg(target_os = "linux")]
fn memory_for(form: &str, rows: usize) -> u64 {
    let mut running = start(&["--as", form], false);
    let row = r#"{"id": 1, "dialog": [{"who": "tech", "text": "I will call you back at nine."}]}"#;
    let block = format!("{row}\n").repeat(100);
    for _ in 0..rows / 100 {
        running.input.write_all(block.as_bytes()).unwrap();
    }
    let most = most_memory_kib(running.child.id());
    let entry = if form == "note" { 3 } else { 1 };
    assert_eq!(running.end().len(), rows * entry);
    most
}

/// 200,000 lines are 15 MB of input and more of output; a thousand show what the rules and the buffers need.
#[cfg(target_os = "linux")]
fn check_memory(form: &str) {
    let (few, many) = (memory_for(form, 1_000), memory_for(form, 200_000));
    println!("{form}: {few} KiB after 1,000 lines, {many} KiB after 200,000");
    assert!(many < few + 2_048, "{form}: {few} KiB, then {many} KiB");
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_input_as_json() {
    check_memory("json");
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_input_as_note() {
    check_memory("note");
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_input_as_slack() {
    check_memory("slack");
}

//! Bad input: a clear error, or a spoken apology with voicemail; never a panic, and nothing personal in the log.

use crate::support::*;
use nightdesk_adapters_local::phone::parse_document;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::Child;

const SECRET_WORDS: &str = "purple elephant password hunter2";
const SECRET_NUMBER: &str = "+12025550177";

/// The real server with every log line turned on.
struct Logged {
    child: Child,
    base: String,
    folder: Folder,
}

impl Logged {
    async fn start() -> Logged {
        let folder = Folder::new();
        let mut child = folder
            .command(&["serve", "--listen", "127.0.0.1:0", "-vv", "--simulator-api", "http://127.0.0.1:1"])
            .env("NIGHTDESK_LOG", "trace")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = out.next_line().await.unwrap().expect("it says where it listens");
        let base = first.split_whitespace().find(|word| word.starts_with("http://")).unwrap().trim_end_matches(',');
        let base = base.to_owned();
        tokio::spawn(async move { while let Ok(Some(_)) = out.next_line().await {} });
        Logged { child, base, folder }
    }

    fn carrier(&self) -> Carrier {
        Carrier::new(&token_of(&self.folder.path("nightdesk-data")))
    }
}

#[tokio::test]
async fn whatever_is_posted_gets_an_error_or_an_apology_and_nothing_personal_is_logged() {
    let mut server = Logged::start().await;
    // What is logged is read all the while, so that the server never waits for us.
    let mut stderr = server.child.stderr.take().unwrap();
    let reading = tokio::spawn(async move {
        let mut log = Vec::new();
        stderr.read_to_end(&mut log).await.unwrap();
        String::from_utf8_lossy(&log).into_owned()
    });
    let carrier = server.carrier();
    let base = server.base.clone();
    let sid = "CA00000000000000000000000000000001";
    let voice = "/twilio/lakeside/voice";
    let turn = |turn: &str| format!("/twilio/lakeside/call/{sid}/turn/{turn}?news=0&polls=0");
    let call = [("CallSid", sid), ("From", SECRET_NUMBER), ("To", LINE)];
    let with = |more: &[(&'static str, &'static str)]| [&call[..], more].concat();

    // An unknown caller on an unknown line, and no usable number at all, are answered like anybody.
    for (from, to) in
        [(SECRET_NUMBER, LINE), ("anonymous", LINE), ("sip:x@y.example", LINE), (SECRET_NUMBER, "+13125559999")]
    {
        let other = format!("CA{:032}", from.len() * 100 + to.len());
        let (status, body) = carrier.post(&base, voice, &[("CallSid", &other), ("From", from), ("To", to)]).await;
        assert_eq!(status, 200, "{from} {to}");
        assert!(body.contains("You have reached Lakeside IT"), "{body}");
    }
    // Fields missing or senseless: the caller hears an apology, is put through, and can leave a message.
    for form in [
        &[][..],
        &[("CallSid", sid)],
        &[("CallSid", "'; DROP TABLE states; --"), ("To", LINE)],
        &[("CallSid", sid), ("To", "12")],
    ] {
        let (status, body) = carrier.post(&base, voice, form).await;
        assert_eq!(status, 200);
        assert!(body.contains("<Dial") && body.contains("<Record"), "{body}");
    }
    let (status, _) = carrier.post(&base, voice, &call).await;
    assert_eq!(status, 200);
    // A turn of nonsense: keys of every kind, a turn far in the future, hostile words.
    let digits: &'static str = Box::leak("9".repeat(20_000).into_boxed_str());
    for more in [
        vec![("Digits", digits)],
        vec![("Digits", "*#*#ABC\u{0}")],
        vec![("SpeechResult", SECRET_WORDS), ("Confidence", "NaN")],
        vec![("SpeechResult", "<Hangup/></Say>&\u{0}\u{1F4A9}\u{202E}"), ("Confidence", "-7")],
        vec![("SpeechResult", SECRET_WORDS), ("SpeechResult", "walrus")],
        vec![("CallSid", "CA00000000000000000000000000000002")],
    ] {
        for number in ["0", "1", "2", "4294967295"] {
            let (status, body) = carrier.post(&base, &turn(number), &with(&more)).await;
            assert!(status == 200 || status == 400, "{status}: {body}");
            if status == 200 {
                parse_document(&body).unwrap_or_else(|error| panic!("{error}: {body}"));
                assert!(!body.contains("<Hangup/></Say>"), "escaped: {body}");
            }
        }
    }
    for senseless in ["-1", "4294967296", "x"] {
        assert_eq!(carrier.post(&base, &turn(senseless), &call).await.0, 404, "{senseless}");
    }
    // Not UTF-8, and far too long: a million characters of speech.
    let broken = [b"CallSid=".to_vec(), sid.as_bytes().to_vec(), b"&SpeechResult=\xff\xfe%C3%28".to_vec()].concat();
    assert_eq!(carrier.send(&base, &turn("1"), Some("no"), broken).await.0, 403);
    let endless = "a".repeat(1_000_000);
    let (status, _) = carrier.post(&base, &turn("1"), &[("CallSid", sid), ("SpeechResult", &endless)]).await;
    assert_eq!(status, 413);
    // As long as a body may be, it is cut and understood.
    let long = format!("our server is down {}", "and nobody can work ".repeat(3_000));
    let (status, _) = carrier.post(&base, &turn("1"), &[("CallSid", sid), ("SpeechResult", &long)]).await;
    assert_eq!(status, 200);
    // Ids of nobody's call and case, and of another tenant.
    let nobody = "CA99999999999999999999999999999999";
    for path in [
        format!("call/{nobody}/turn/1?news=0&polls=0"),
        format!("call/{nobody}/now"),
        format!("page/{nobody}/1/answered"),
    ] {
        let (status, body) = carrier.post(&base, &format!("/twilio/lakeside/{path}"), &[("CallSid", nobody)]).await;
        assert_eq!(status, 200, "{path}");
        parse_document(&body).unwrap_or_else(|error| panic!("{error}: {body}"));
    }
    for path in [format!("call/{nobody}/partial/1"), format!("page/{nobody}/7/status"), format!("case/{nobody}/room")] {
        let form = [
            ("CallSid", nobody),
            ("SequenceNumber", "0"),
            ("UnstableSpeechResult", SECRET_WORDS),
            ("CallStatus", "completed"),
            ("StatusCallbackEvent", "participant-join"),
        ];
        assert_eq!(carrier.post(&base, &format!("/twilio/lakeside/{path}"), &form).await.0, 204, "{path}");
    }
    // It still works.
    assert_eq!(get(&format!("{base}/healthz")).await.0, 200);
    let fresh = [("CallSid", "CA00000000000000000000000000000077"), ("From", DANA), ("To", LINE)];
    assert!(carrier.post(&base, voice, &fresh).await.1.contains("You have reached Lakeside IT"));
    server.child.kill().await.unwrap();
    let log = reading.await.unwrap();
    for personal in ["elephant", "hunter2", "2025550177", "202 555", "nobody can work", "walrus"] {
        assert!(!log.contains(personal), "{personal:?} is in the log: {}", around(&log, personal));
    }
    assert!(!log.contains("panicked"), "{}", around(&log, "panicked"));
    assert!(log.contains("an unreadable webhook"), "what was wrong is logged");
}

fn around<'a>(log: &'a str, found: &str) -> &'a str {
    log.lines().find(|line| line.contains(found)).unwrap_or_default()
}

#[tokio::test]
async fn a_call_of_one_tenant_cannot_be_reached_through_another() {
    use nightdesk::config::{DEMO, Tenant};
    let folder = Folder::new();
    let mut setup = setup(&folder, PACE);
    let other = DEMO.replace("id = \"lakeside\"", "id = \"hillside\"").replace("Lakeside IT", "Hillside IT");
    setup.tenants.push(Tenant::parse(&other).unwrap());
    let bound = setup.bind().await.unwrap();
    let base = format!("http://{}", bound.1);
    let server = setup.start(bound).await.unwrap();
    let carrier = Carrier::new(&token_of(&folder.path("data")));
    let sid = "CA00000000000000000000000000000001";
    let call = [("CallSid", sid), ("From", DANA), ("To", LINE)];
    let said = [&call[..], &[("SpeechResult", SERVER_DOWN), ("Confidence", "0.9")]].concat();
    assert_eq!(carrier.post(&base, "/twilio/lakeside/voice", &call).await.0, 200);
    for turn in 0..3 {
        let path = format!("/twilio/hillside/call/{sid}/turn/{turn}?news=0&polls=0");
        let (status, body) = carrier.post(&base, &path, &said).await;
        assert_eq!(status, 200);
        assert!(body.contains("our assistant is not available"), "{body}");
    }
    let (_, body) = carrier.post(&base, &format!("/twilio/hillside/call/{sid}/now"), &call).await;
    assert!(!body.contains("Lakeside"), "{body}");
    assert_eq!(cases(&*server.store.cases).await.len(), 0, "nothing was said to the first tenant's call");
    server.stop().await;
}

#[tokio::test]
async fn the_log_of_a_whole_call_names_nobody() {
    let folder = Folder::new();
    let words = "this is bartholomew at acme dental, our server is down and nobody can work";
    let args = ["call", "-vv", "--say", words, "--from", SECRET_NUMBER, "--technician", "voicemail,accept", "--json"];
    let ran = folder.run_with(&args, &[("NIGHTDESK_LOG", "trace")]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    for personal in ["bartholomew", "Bartholomew", "2025550177", "3125550121", "3125550122", "server is down"] {
        assert!(!ran.err.contains(personal), "{personal:?} is in the log: {}", around(&ran.err, personal));
    }
}

//! Alerts of other tools: `nightdesk alert` with the simulated phones, and `POST /alerts` of a running server.

use crate::support::{ALEX, BEA, Folder, House, PACE, TENANT, cases, eventually};
use bytes::Bytes;
use nightdesk::config::DEMO;
use nightdesk::transport::HyperTransport;
use nightdesk_adapters_local::phone::PhoneBehaviour;
use nightdesk_ports::HttpTransport;
use serde_json::{Value, json};
use std::time::Duration;

const RMM: &str = "rmm-0123456789abcdef0123456789";
const BACKUP: &str = "backup-0123456789abcdef012345";

const RAID: [&str; 7] = [
    "alert",
    "--summary",
    "RAID 5 of hv-01 has lost a second disk",
    "--priority",
    "Critical",
    "--company",
    "acme-dental",
];

#[tokio::test]
async fn an_alert_from_the_command_line_rings_past_a_mailbox_until_somebody_accepts() {
    let folder = Folder::new();
    let phones = ["--technician", "voicemail,accept", "--key", "raid-7"];
    let ran = folder.run(&[&RAID[..], &phones, &["--wait", "--json"]].concat()).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let alert = ran.json();
    assert_eq!((&alert["state"], &alert["repeated"]), (&json!("acknowledged"), &json!(false)));
    let outcomes: Vec<&Value> = alert["pages"].as_array().unwrap().iter().map(|page| &page["outcome"]).collect();
    assert_eq!(outcomes, ["machine", "accepted"]);
    let second = alert["pages"][1]["name"].clone();
    assert_eq!(alert["acknowledged_by"], second);

    let ticket = alert["ticket"].as_str().unwrap();
    let shown = folder.run(&["alert", "status", ticket, "--json"]).await.json();
    assert_eq!((&shown["id"], &shown["state"]), (&alert["id"], &json!("acknowledged")));
    let shown = folder.run(&["alert", "status", alert["id"].as_str().unwrap()]).await;
    assert!(shown.out.contains("has it since"), "{shown:?}");
    let listed = folder.run(&["alert", "list", "--json"]).await.json();
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["source"]), (1, &json!("the command line")));
    assert_eq!(listed[0]["summary"], "Acme Dental: Server: RAID 5 of hv-01 has lost a second disk");
    let ticket = folder.run(&["tickets", ticket, "--json"]).await.json();
    let description = ticket["description"].as_str().unwrap();
    assert!(description.contains("Alert of: the command line") && !description.contains("aller"), "{description}");

    let again = folder.run(&[&RAID[..], &["--key", "raid-7", "--json"]].concat()).await.json();
    assert_eq!((&again["id"], &again["repeated"]), (&alert["id"], &json!(true)));
    let other = folder.run(&["alert", "--summary", "else", "--priority", "Low", "--key", "raid-7"]).await;
    assert!(other.code == 1 && other.err.contains("--key"), "{other:?}");
}

#[tokio::test]
async fn how_an_alert_ended_is_told_by_the_exit_code_and_progress_on_the_way() {
    let folder = Folder::new();
    let ran = folder.run(&[&RAID[..], &["--technician", "busy"]].concat()).await;
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.out.contains("(rung 1), by call: busy"), "{ran:?}");
    assert!(ran.out.contains("Nobody has accepted; it begins again at"), "{ran:?}");
    let low = folder.run(&["alert", "--summary", "a note", "--priority", "low"]).await;
    assert!(low.code == 0 && low.out.contains("A ticket was filed"), "{low:?}");
    let wrong = folder.run(&["alert", "--details", "x", "--category", "Toaster"]).await;
    assert_eq!(wrong.code, 1);
    for field in ["--summary", "--priority", "--category"] {
        assert!(wrong.err.contains(field), "{field} is missing in {wrong:?}");
    }
    let unknown = folder.run(&["alert", "status", "alert-0"]).await;
    assert!(unknown.code == 1 && unknown.err.contains("alert list"), "{unknown:?}");
}

/// A tenant's file with the tokens of two tools.
fn with_tokens(folder: &Folder, tenant: &str) -> String {
    let secret = |name: &str, token: &str| format!("{{ file = {:?} }}", folder.write(name, token));
    let tokens = format!("rmm = {}\nbackup = {}", secret("rmm", RMM), secret("backup", BACKUP));
    format!("{tenant}\n[alerts.tokens]\n{tokens}\n")
}

struct Tools {
    house: House,
    http: HyperTransport,
}

impl Tools {
    async fn open(phones: &[PhoneBehaviour]) -> Tools {
        let folder = Folder::new();
        let tenant = with_tokens(&folder, DEMO);
        Tools { house: House::with_tenant(folder, &tenant, PACE, phones).await, http: HyperTransport::new() }
    }

    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = http::Request::builder().method(method).uri(format!("{}{path}", self.house.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Bytes::from(body.to_owned())).unwrap();
        let response = self.http.send(request, Duration::from_secs(20)).await.unwrap();
        let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        Answer {
            status: response.status().as_u16(),
            location: header("location"),
            kind: header("content-type").unwrap_or_default(),
            json: serde_json::from_slice(response.body()).unwrap_or_default(),
        }
    }

    async fn post(&self, token: &str, key: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", &*bearer), ("idempotency-key", key), ("content-type", "application/json")];
        self.ask("POST", "/alerts", &headers, &body.to_string()).await
    }

    async fn get(&self, token: &str, path: &str) -> Answer {
        self.ask("GET", path, &[("authorization", &format!("bearer {token}"))], "").await
    }
}

#[derive(Debug)]
struct Answer {
    status: u16,
    location: Option<String>,
    kind: String,
    json: Value,
}

impl Answer {
    #[track_caller]
    fn is_problem(&self, status: u16, field: Option<&str>) {
        assert_eq!((self.status, &*self.kind), (status, "application/problem+json"), "{self:?}");
        assert_eq!(self.json["status"], status);
        let fields = self.json["errors"].as_array().map(|errors| errors.iter().map(|error| &error["field"]));
        let named = fields.is_some_and(|mut fields| fields.any(|named| named.as_str() == field));
        assert!(field.is_none() || named, "{field:?} is missing in {self:?}");
    }
}

fn raid() -> Value {
    json!({ "summary": "RAID 5 of hv-01 has lost a second disk", "priority": "Critical", "company": "acme-dental",
            "system": "hv-01", "category": "Server", "details": "slot 3\nslot 5" })
}

#[tokio::test]
async fn a_tool_sends_an_alert_reads_how_it_stands_and_sends_it_again_without_waking_anybody_twice() {
    let tools = Tools::open(&[PhoneBehaviour::Voicemail, PhoneBehaviour::Accept]).await;
    let sent = tools.post(RMM, "raid-7", &raid()).await;
    assert_eq!((sent.status, &sent.json["state"]), (201, &json!("paging")), "{sent:?}");
    let id = sent.json["id"].as_str().unwrap();
    let path = format!("/alerts/{TENANT}/{id}");
    assert_eq!(sent.location, Some(format!("{}{path}", tools.house.base)));
    let ended = eventually("somebody accepts", Duration::from_secs(60), async || {
        let seen = tools.get(RMM, &path).await;
        assert_eq!(seen.status, 200, "{seen:?}");
        (seen.json["state"] == "acknowledged" && !seen.json["psa_ticket"].is_null()).then_some(seen.json)
    })
    .await;
    assert_eq!(ended["pages"][0]["outcome"], "machine");
    assert_eq!(ended["source"], "rmm");
    let bearer = format!("Bearer {RMM}");
    let headers = [("authorization", &*bearer), ("idempotency-key", "raid-7"), ("content-type", "application/json")];
    let again = tools.ask("POST", &format!("/alerts/{TENANT}"), &headers, &raid().to_string()).await;
    assert_eq!((again.status, &again.json["id"]), (200, &sent.json["id"]), "{again:?}");
    assert_eq!((tools.house.rings(ALEX), tools.house.rings(BEA)), (1, 1));
    assert_eq!(cases(&*tools.house.server.store.cases).await.len(), 1);

    tools
        .post(RMM, "raid-7", &json!({ "summary": "else", "priority": "Low" }))
        .await
        .is_problem(422, Some("Idempotency-Key"));
    tools.get(BACKUP, &path).await.is_problem(404, None);
    let bearer = format!("Bearer {BACKUP}");
    let handled = format!("{path}/handled");
    tools.ask("POST", &handled, &[("authorization", &bearer)], "").await.is_problem(404, None);
    let bearer = format!("Bearer {RMM}");
    let done = tools.ask("POST", &handled, &[("authorization", &bearer)], "").await;
    assert_eq!((done.status, &done.json["state"]), (200, &json!("handled")), "{done:?}");
}

#[tokio::test]
async fn a_token_that_two_tenants_have_counts_only_where_the_address_names_one() {
    let folder = Folder::new();
    let here = with_tokens(&folder, DEMO);
    let there = here.replacen("\"lakeside\"", "\"hillside\"", 1).replace("+131255501", "+131255502");
    let (database, file) = (folder.path("data/nightdesk.sqlite"), folder.write("there.toml", &there));
    let imported = folder.run(&["--database", database.to_str().unwrap(), "tenant", "import", &file]).await;
    assert_eq!(imported.code, 0, "{imported:?}");
    let house = House::with_tenant(folder, &here, PACE, &[PhoneBehaviour::Accept]).await;
    let tools = Tools { house, http: HyperTransport::new() };
    let low = json!({ "summary": "a note", "priority": "Low" });
    tools.post(RMM, "k", &low).await.is_problem(401, None);
    let bearer = format!("Bearer {RMM}");
    let headers = [("authorization", &*bearer), ("idempotency-key", "k"), ("content-type", "application/json")];
    for tenant in [TENANT, "hillside"] {
        let sent = tools.ask("POST", &format!("/alerts/{tenant}"), &headers, &low.to_string()).await;
        assert_eq!(sent.status, 201, "{tenant}: {sent:?}");
    }
}

#[tokio::test]
async fn strangers_and_other_tenants_learn_nothing_and_what_is_wrong_is_named_by_its_field() {
    let tools = Tools::open(&[PhoneBehaviour::Accept]).await;
    let low = json!({ "summary": "a note", "priority": "Low" });
    for token in ["", "wrong", &RMM[1..], &format!("{RMM}x")] {
        tools.post(token, "k", &low).await.is_problem(401, None);
    }
    let bearer = format!("Bearer {RMM}");
    let json = ("content-type", "application/json");
    let auth = ("authorization", &*bearer);
    tools.ask("POST", "/alerts/elsewhere", &[auth, json, ("idempotency-key", "k")], "{}").await.is_problem(401, None);
    tools.ask("POST", "/alerts/a%20b", &[auth, json, ("idempotency-key", "k")], "{}").await.is_problem(401, None);
    let here = format!("/alerts/{TENANT}");
    tools.ask("GET", &format!("{here}/alert-0"), &[], "").await.is_problem(401, None);
    tools.ask("POST", &here, &[auth, json], "{}").await.is_problem(400, Some("Idempotency-Key"));
    let twice = [auth, json, ("idempotency-key", "a"), ("idempotency-key", "b")];
    let twice = tools.ask("POST", &here, &twice, "{}").await;
    twice.is_problem(400, Some("Idempotency-Key"));
    assert_eq!(twice.json["detail"], "the header Idempotency-Key comes twice");
    let doubled = r#"{"summary": "a disk", "priority": "Critical", "priority": "Low"}"#;
    let doubled = tools.ask("POST", &here, &[auth, json, ("idempotency-key", "k")], doubled).await;
    doubled.is_problem(422, Some("priority"));
    tools.ask("POST", &here, &[auth, ("idempotency-key", "k")], "{}").await.is_problem(415, None);
    tools.ask("POST", &here, &[auth, json, ("idempotency-key", "k")], "[1]").await.is_problem(400, None);
    let large = "x".repeat(50_000);
    tools.ask("POST", &here, &[auth, json, ("idempotency-key", "k")], &large).await.is_problem(413, None);
    assert_eq!(tools.ask("GET", &here, &[auth], "").await.status, 405);
    tools.get(RMM, &format!("{here}/alert-0")).await.is_problem(404, None);
    tools.get(RMM, &format!("{here}/a%20b")).await.is_problem(404, None);

    let bad = |name: &str, value: Value| {
        let mut body = low.clone();
        body[name] = value;
        body
    };
    for (name, value) in [
        ("priority", json!("Urgent")),
        ("priority", json!(1)),
        ("summary", json!("")),
        ("summary", json!(null)),
        ("company", json!("nobody")),
        ("category", json!("Toaster")),
        ("number", json!("+13125550142")),
        ("details", json!("x".repeat(8_001))),
    ] {
        let answer = tools.post(RMM, "k", &bad(name, value)).await;
        answer.is_problem(422, Some(name));
        assert!(!answer.json.to_string().contains("5550142"), "a value is repeated: {answer:?}");
    }
    tools.post(RMM, "two words", &low).await.is_problem(422, Some("Idempotency-Key"));
    tools.post(RMM, &"k".repeat(201), &low).await.is_problem(422, Some("Idempotency-Key"));
    assert_eq!(cases(&*tools.house.server.store.cases).await.len(), 0, "nothing refused was stored");
    assert_eq!(tools.post(RMM, &"k".repeat(200), &low).await.status, 201);
    let mut last = 0;
    for number in 0..60 {
        last = tools.post(BACKUP, &format!("k{number}"), &low).await.status;
    }
    assert_eq!(last, 201);
    tools.post(BACKUP, "k60", &low).await.is_problem(429, None);
}

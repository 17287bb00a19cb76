//! What the tests share: a folder with the binary run in it, and a server in this process with a network around it.

use bytes::Bytes;
use nightdesk::config::{DEMO, SIMULATOR_ACCOUNT_SID, Tenant, simulator_token};
use nightdesk::server::{Server, Setup};
use nightdesk::store::StoreChoice;
use nightdesk::transport::HyperTransport;
use nightdesk_adapters_local::phone::{NetworkConfig, PhoneBehaviour, PhoneLine, PhoneNetwork, sign};
use nightdesk_domain::call::Call;
use nightdesk_domain::case::{Case, Work};
use nightdesk_domain::ids::{CallId, OwnerId, TenantId};
use nightdesk_ports::{Cases, HttpTransport, ListKind, Snapshot};
use nightdesk_testkit::connectwise::{CLIENT_ID, COMPANY, ConnectWiseDouble, PRIVATE_KEY, PUBLIC_KEY};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::process::Command;

/// The demo tenant, and the numbers of its file.
pub(crate) const TENANT: &str = "lakeside";
pub(crate) const LINE: &str = "+13125550100";
pub(crate) const DANA: &str = "+13125550142";
pub(crate) const ALEX: &str = "+13125550121";
pub(crate) const BEA: &str = "+13125550122";
pub(crate) const MORGAN: &str = "+13125550123";

/// The three calls that the product is shown by.
pub(crate) const SERVER_DOWN: &str = "this is dana at acme dental, our server is down and nobody can work";
pub(crate) const PRINTER: &str =
    "hi it's lee at acme dental, no hurry, my printer is jammed, someone can call me tomorrow at ten";
pub(crate) const ENCRYPTED: &str = "all our files are encrypted and there is a note asking";

/// How much faster than life the tests' own servers run.
pub(crate) const PACE: f64 = 20.0;

/// What the binary did.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }
}

/// A folder of one's own, in which the binary runs.
pub(crate) struct Folder {
    dir: TempDir,
}

impl Folder {
    pub(crate) fn new() -> Folder {
        Folder { dir: TempDir::new().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a file and gives its path as an argument.
    pub(crate) fn write(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The binary in this folder, with nothing of the tester's own settings.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nightdesk"));
        command.args(args).current_dir(self.dir.path()).stdin(Stdio::null()).kill_on_drop(true);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("NIGHTDESK_")) {
            command.env_remove(name);
        }
        command
    }

    pub(crate) async fn run(&self, args: &[&str]) -> Ran {
        self.run_with(args, &[]).await
    }

    pub(crate) async fn run_with(&self, args: &[&str], env: &[(&str, &str)]) -> Ran {
        let output = self.command(args).envs(env.iter().copied()).output();
        let output = tokio::time::timeout(Duration::from_secs(90), output).await.expect("the command ends").unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// A scripted call; gives its document after checking that it has the promised shape.
    pub(crate) async fn call(&self, args: &[&str]) -> Value {
        let ran = self.run(&[&["call", "--json"], args].concat()).await;
        assert_eq!(ran.code, 0, "the call did not end as promised: {ran:?}");
        let document = ran.json();
        check_contract(&document);
        document
    }
}

/// Every field of the document that `call --json` promises, with its type and its words.
pub(crate) fn check_contract(document: &Value) {
    let one_of = |value: &Value, words: &[&str]| {
        assert!(value.as_str().is_some_and(|value| words.contains(&value)), "{value} is none of {words:?}");
    };
    let text = |value: &Value| assert!(value.as_str().is_some_and(|text| !text.is_empty()), "{value} is no text");
    text(&document["call"]);
    one_of(&document["disposition"], &["Escalate", "Callback", "Ticket", "Resolve", "Voicemail"]);
    let dialogue = document["dialogue"].as_array().unwrap();
    assert!(!dialogue.is_empty());
    for line in dialogue {
        one_of(&line["who"], &["assistant", "caller", "technician"]);
        text(&line["text"]);
        assert!(line["at_ms"].is_u64(), "{line}");
    }
    assert!(dialogue.is_sorted_by_key(|line| line["at_ms"].as_u64()));
    let triage = &document["triage"];
    one_of(&triage["language"], &["en", "es"]);
    text(&triage["category"]);
    let priorities = ["Critical", "High", "Medium", "Low"];
    one_of(&triage["priority"], &priorities);
    assert!(triage["why"].as_array().unwrap().iter().all(Value::is_string));
    let ticket = &document["ticket"];
    text(&ticket["id"]);
    one_of(&ticket["status"], &["open", "pending_verification", "closed"]);
    one_of(&ticket["priority"], &priorities);
    text(&ticket["summary"]);
    assert!(ticket["summary"].as_str().unwrap().chars().count() <= 100);
    for page in document["pages"].as_array().unwrap() {
        text(&page["technician"]);
        let outcomes = ["accepted", "passed", "machine", "no_answer", "no_input", "busy", "failed"];
        one_of(&page["outcome"], &outcomes);
    }
    assert!(document["connected"].is_boolean());
    assert!(document["timings_ms"].as_object().unwrap().values().all(|ms| ms.is_u64() || ms.is_null()));
    assert_eq!(document["carrier_errors"], Value::Array(Vec::new()), "the carrier would have refused something");
}

/// The outcomes of the pages of a document, in order.
pub(crate) fn outcomes(document: &Value) -> Vec<&str> {
    document["pages"].as_array().unwrap().iter().map(|page| page["outcome"].as_str().unwrap()).collect()
}

/// Everything that one party said in a document, joined.
pub(crate) fn said_by(document: &Value, who: &str) -> String {
    let lines = document["dialogue"].as_array().unwrap().iter().filter(|line| line["who"] == who);
    lines.map(|line| line["text"].as_str().unwrap()).collect::<Vec<_>>().join(" | ")
}

/// The demo tenant's file without its commented ending, and with its tickets in that ConnectWise.
pub(crate) fn with_connectwise(psa: &ConnectWiseDouble, private_key: &str) -> String {
    psa.add_company("acme-dental", "Acme Dental");
    let section = format!(
        "[connectwise]\nbase_url = \"{}\"\ncompany = \"{COMPANY}\"\npublic_key = \"{PUBLIC_KEY}\"\n\
         private_key = {private_key}\nclient_id = \"{CLIENT_ID}\"\ncatch_all_company = \"CatchAll\"\n\
         board = \"Service Desk\"\nsource = \"Phone\"\nstatus_open = \"New\"\nstatus_pending = \"Waiting\"\n\
         status_closed = \"Closed\"\npriorities = {{ Critical = \"P1 - Critical\", High = \"P2 - High\", \
         Medium = \"P3 - Medium\", Low = \"P4 - Low\" }}\n",
        psa.url()
    );
    let demo = DEMO.replace("id = \"acme-dental\"\n", "id = \"acme-dental\"\npsa_company = \"acme-dental\"\n");
    format!("{demo}\n{section}")
}

/// Writes the key that the double lets in into a file, and gives the reference to it.
pub(crate) fn key_in_a_file(folder: &Folder) -> String {
    let path = folder.write("connectwise-key", &format!("{PRIVATE_KEY}\n"));
    format!("{{ file = {path:?} }}")
}

/// Asks again until it is so.
pub(crate) async fn eventually<T>(what: &str, patience: Duration, mut question: impl AsyncFnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(answer) = question().await {
            return answer;
        }
        assert!(began.elapsed() < patience, "in vain: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Posts a form as the carrier does.
pub(crate) struct Carrier {
    http: HyperTransport,
    token: String,
    /// The address that the signature covers, where it is not the one that is asked.
    pub(crate) signed_base: Option<String>,
}

impl Carrier {
    pub(crate) fn new(token: &str) -> Carrier {
        Carrier { http: HyperTransport::new(), token: token.to_owned(), signed_base: None }
    }

    /// Posts a well-signed form; gives status and body.
    pub(crate) async fn post(&self, base: &str, path: &str, form: &[(&str, &str)]) -> (u16, String) {
        let parameters: Vec<(String, String)> =
            form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let signed = format!("{}{path}", self.signed_base.as_deref().unwrap_or(base));
        let signature = sign(&self.token, &signed, &parameters);
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(&parameters);
        self.send(base, path, Some(&signature), body.finish().into_bytes()).await
    }

    /// Posts any bytes with any signature, or none.
    pub(crate) async fn send(&self, base: &str, path: &str, sign: Option<&str>, body: Vec<u8>) -> (u16, String) {
        let mut request = http::Request::post(format!("{base}{path}"))
            .header("content-type", "application/x-www-form-urlencoded; charset=utf-8");
        if let Some(signature) = sign {
            request = request.header("x-twilio-signature", signature);
        }
        answer(&self.http, request.body(Bytes::from(body)).unwrap()).await
    }
}

/// Asks an address.
pub(crate) async fn get(url: &str) -> (u16, String) {
    answer(&HyperTransport::new(), http::Request::get(url).body(Bytes::new()).unwrap()).await
}

async fn answer(http: &HyperTransport, request: http::Request<Bytes>) -> (u16, String) {
    let mut answered = http.send(request.clone(), Duration::from_secs(20)).await;
    for _again in 0..2 {
        // A server that refuses a body unread may close the line before its answer is read (RFC 9112, section 9.6).
        if answered.is_err() {
            answered = http.send(request.clone(), Duration::from_secs(20)).await;
        }
    }
    let response = answered.unwrap();
    (response.status().as_u16(), String::from_utf8_lossy(response.body()).into_owned())
}

/// The token that a data folder shares with the simulated network.
pub(crate) fn token_of(data: &Path) -> String {
    simulator_token(data).unwrap().expose_secret().to_owned()
}

/// A network around a server: the demo tenant's line, and its technicians' phones from the first rung on.
pub(crate) async fn network(data: &Path, base: &str, pace: f64, phones: &[PhoneBehaviour]) -> PhoneNetwork {
    let mut config = NetworkConfig::new(SIMULATOR_ACCOUNT_SID, SecretString::from(token_of(data)));
    let url = |last: &str| format!("{base}/twilio/{TENANT}/{last}");
    config.lines = vec![PhoneLine {
        number: LINE.to_owned(),
        voice_url: url("voice"),
        fallback_url: Some(url("fallback")),
        status_callback_url: Some(url("status")),
        sms_url: Some(url("sms")),
    }];
    let last = *phones.last().unwrap();
    let behaviour = |rung: usize| phones.get(rung).copied().unwrap_or(last);
    config.phones = [ALEX, BEA, MORGAN].iter().enumerate().map(|(r, n)| ((*n).to_owned(), behaviour(r))).collect();
    config.pace = pace;
    config.talk_seconds = 30;
    PhoneNetwork::start(config, Arc::new(HyperTransport::new())).await.unwrap()
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A server in this process and a network around it.
pub(crate) struct House {
    pub(crate) folder: Folder,
    pub(crate) network: PhoneNetwork,
    pub(crate) server: Server,
    pub(crate) base: String,
}

impl House {
    pub(crate) async fn open(phones: &[PhoneBehaviour]) -> House {
        House::with_tenant(Folder::new(), DEMO, PACE, phones).await
    }

    pub(crate) async fn with_tenant(folder: Folder, tenant: &str, pace: f64, phones: &[PhoneBehaviour]) -> House {
        let mut setup = setup(&folder, pace);
        setup.tenants = vec![Tenant::parse(tenant).unwrap()];
        let bound = setup.bind().await.unwrap();
        let base = format!("http://{}", bound.1);
        let network = network(&setup.data, &base, pace, phones).await;
        setup.simulator_api = network.api_url().to_owned();
        let server = setup.start(bound).await.unwrap();
        House { folder, network, server, base }
    }

    /// A carrier with the token of this house.
    pub(crate) fn carrier(&self) -> Carrier {
        Carrier::new(&token_of(&self.folder.path("data")))
    }

    /// Waits until every line is over, the call is settled and its ticket is written, and gives both.
    pub(crate) async fn settled(&self, call: &str) -> (Call, Case) {
        settled(&*self.server.store.cases, call).await
    }

    /// How often a technician's phone rang.
    pub(crate) fn rings(&self, number: &str) -> usize {
        rings(&self.network, number)
    }
}

/// A server's settings in a folder: free port, demo tenant, no carrier yet.
pub(crate) fn setup(folder: &Folder, pace: f64) -> Setup {
    Setup {
        store: StoreChoice::Sqlite(folder.path("data/nightdesk.sqlite")),
        data: folder.path("data"),
        aws_endpoint: None,
        tenants: vec![Tenant::parse(DEMO).unwrap()],
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        public_url: None,
        twilio_api: "http://127.0.0.1:1".to_owned(),
        simulator_api: "http://127.0.0.1:1".to_owned(),
        heartbeat_url: None,
        pace,
        pace_since: None,
    }
}

/// How often a phone rang.
pub(crate) fn rings(network: &PhoneNetwork, number: &str) -> usize {
    use nightdesk_adapters_local::phone::{EventKind, Party};
    let party = Party::Technician(number.to_owned());
    network.history().iter().filter(|event| event.party == party && event.kind == EventKind::Ringing).count()
}

/// A call and its case, once both are stored.
pub(crate) async fn both(store: &dyn Cases, call: &str) -> Option<(Call, Case)> {
    let tenant = TenantId::parse(TENANT).unwrap();
    let call = CallId::parse(call).unwrap();
    let found = store.load(&tenant, &OwnerId::Call(call.clone())).await.unwrap()?.snapshot;
    let case = store.load(&tenant, &OwnerId::Case(call.case())).await.unwrap()?.snapshot;
    let (Snapshot::Call(found), Snapshot::Case(case)) = (found, case) else { panic!("mixed up") };
    Some((*found, *case))
}

/// Waits until a call is settled, nobody is woken for it any more and its ticket is written.
pub(crate) async fn settled(store: &dyn Cases, call: &str) -> (Call, Case) {
    eventually("the call settles and has its ticket", Duration::from_secs(60), async || {
        let (found, case) = both(store, call).await?;
        let waking = matches!(case.work, Work::Paging { .. } | Work::Joining { .. } | Work::Talking { .. });
        (found.is_settled() && !waking && case.ticket.psa.is_some()).then_some((found, case))
    })
    .await
}

/// Every case of the demo tenant.
pub(crate) async fn cases(store: &dyn Cases) -> Vec<Case> {
    let tenant = TenantId::parse(TENANT).unwrap();
    let rows = store.list(&tenant, ListKind::Cases, 1000).await.unwrap();
    rows.into_iter().filter_map(|row| if let Snapshot::Case(case) = row { Some(*case) } else { None }).collect()
}

/// A field of a ticket in the double, by name where it is a reference.
pub(crate) fn name_in(ticket: &Value, field: &str) -> String {
    let reference = &ticket[field];
    let name = reference["identifier"].as_str().or(reference["name"].as_str());
    name.unwrap_or_default().to_owned()
}

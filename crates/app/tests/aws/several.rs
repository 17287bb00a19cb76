//! Three servers on one table, killed in turn while calls come in: nothing is lost, nobody is woken twice.

use crate::balancer::balance;
use crate::support::*;
use crate::{TABLE, settings};
use chrono::{DateTime, TimeDelta, Utc};
use nightdesk_adapters_aws::config::sdk_config;
use nightdesk_adapters_aws::dynamo::{DynamoStore, client, create_table};
use nightdesk_adapters_local::phone::PhoneBehaviour;
use nightdesk_domain::call::Call;
use nightdesk_domain::case::{Case, PageState};
use nightdesk_domain::vocabulary::Priority;
use nightdesk_ports::Outbox;
use nightdesk_testkit::dynamo::Emulator;
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::Child;

/// How many servers share the table.
const SERVERS: usize = 3;
/// How many calls come in.
const CALLS: usize = 6;
/// What is down for each of them.
const SYSTEMS: [&str; CALLS] = ["server", "internet", "firewall", "phone system", "vpn", "backup"];
/// How long after one another, in real time.
const BETWEEN_CALLS: Duration = Duration::from_millis(1_500);
/// How long a server lives before the next one in turn is killed, in real time.
const BETWEEN_KILLS: Duration = Duration::from_millis(1_700);
/// What a killed server had under way is taken up when its lease has run out, after at most 75 seconds; and on a
/// machine too busy for the fast clock the ladder may have to be gone through once more.
const PATIENCE: Duration = Duration::from_secs(240);

/// Servers that are killed and started again, each at its own address, on one table and one clock.
struct Servers {
    folder: Folder,
    settings: Vec<(&'static str, String)>,
    addresses: Vec<SocketAddr>,
    public_url: String,
    simulator: String,
    since: DateTime<Utc>,
}

impl Servers {
    fn start(&self, place: usize) -> Child {
        let (listen, pace) = (self.addresses[place].to_string(), PACE.to_string());
        let since = self.since.to_rfc3339();
        let args = ["serve", "--listen", &listen, "--public-url", &self.public_url, "--simulator-api", &self.simulator];
        let mut command = self.folder.command(&[&args[..], &["--pace", &pace, "--pace-since", &since]].concat());
        command.envs(self.settings.iter().map(|(name, value)| (*name, value.as_str())));
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    async fn listens(&self, place: usize) {
        eventually("a server listens", Duration::from_secs(60), async || {
            tokio::net::TcpStream::connect(self.addresses[place]).await.is_ok().then_some(())
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_servers_on_one_table_killed_in_turn_lose_no_call_and_wake_nobody_twice() {
    let emulator = Emulator::start();
    let mut settings = settings(&emulator);
    let store = store(&emulator).await;
    let folder = Folder::new();
    let demo = folder.write("demo.toml", nightdesk::config::DEMO);
    settings.push(("NIGHTDESK_TENANT", demo));
    let addresses: Vec<SocketAddr> = (0..SERVERS).map(|_| SocketAddr::from(([127, 0, 0, 1], free_port()))).collect();
    let balancer = balance(addresses.clone()).await;
    let public_url = format!("http://{balancer}");
    let phones = [PhoneBehaviour::Voicemail, PhoneBehaviour::Accept];
    let network = network(&folder.path("nightdesk-data"), &public_url, PACE, &phones).await;
    let simulator = network.api_url().to_owned();
    let servers = Servers { folder, settings, addresses, public_url, simulator, since: Utc::now() };
    let mut running: Vec<Child> = (0..SERVERS).map(|place| servers.start(place)).collect();
    for place in 0..SERVERS {
        servers.listens(place).await;
    }

    // Calls come in, and all the while one server after another dies and comes back.
    let began = Instant::now();
    let calling = async {
        let mut callers = Vec::new();
        for (number, system) in SYSTEMS.into_iter().enumerate() {
            let caller = network.dial(Some(&format!("+1312555014{number}")), LINE);
            callers.push(caller.clone());
            // Each another system: callers with one problem would join the first one's case.
            let words = format!("this is dana at acme dental, our {system} is down and nobody can work");
            tokio::spawn(async move { caller.say(&words).await });
            tokio::time::sleep(BETWEEN_CALLS).await;
        }
        callers
    };
    let killing = async {
        let mut kills = 0;
        while began.elapsed() < BETWEEN_CALLS * (CALLS as u32 + 2) {
            tokio::time::sleep(BETWEEN_KILLS).await;
            let place = kills % SERVERS;
            running[place].kill().await.unwrap();
            running[place] = servers.start(place);
            servers.listens(place).await;
            kills += 1;
        }
        kills
    };
    let (callers, kills) = tokio::join!(calling, killing);
    assert!(kills >= SERVERS, "each died once: {kills}");

    let mut pages = 0;
    let mut critical = 0;
    for caller in &callers {
        // Nobody is left on a dead line, whoever served it.
        tokio::time::timeout(PATIENCE, caller.wait_ended()).await.expect("the caller's line ends");
        // A call whose every webhook met a dying server was put through to the emergency number and is not known.
        let Some((call, case)) = ended(&store, caller.leg()).await else { continue };
        assert!(call.disposition.is_some());
        pages += case.pages.len();
        if case.brief.priority == Priority::Critical {
            critical += 1;
            assert_accepted_once(&case);
        }
    }
    assert!(critical >= CALLS / 2, "most calls were understood: {critical} of {CALLS}");
    let rings = rings(&network, ALEX) + rings(&network, BEA) + rings(&network, MORGAN);
    assert!(rings <= pages, "a page rang twice: {rings} rings for {pages} pages");
    // Nothing is owed any more, now or at any later time.
    let end_of_time = Utc::now() + TimeDelta::days(36_500);
    eventually("the outbox is empty", PATIENCE, async || {
        store.oldest_due(end_of_time).await.unwrap().is_none().then_some(())
    })
    .await;
    println!(
        "{kills} kills, {critical} critical of {CALLS} calls, {pages} pages, {rings} rings, {:?}",
        began.elapsed()
    );
    for server in &mut running {
        server.kill().await.unwrap();
    }
}

/// The emulator's table, looked at from outside.
async fn store(emulator: &Emulator) -> DynamoStore {
    // The same credentials as the servers', and no other source of them.
    let config = sdk_config(Some(&emulator.endpoint)).await;
    let config = config
        .into_builder()
        .region(aws_sdk_dynamodb::config::Region::new("eu-central-1"))
        .credentials_provider(aws_sdk_dynamodb::config::SharedCredentialsProvider::new(
            aws_sdk_dynamodb::config::Credentials::new("emulator", "emulator", None, None, "test"),
        ))
        .build();
    let client = client(&config);
    create_table(&client, TABLE).await.unwrap();
    DynamoStore::new(client, TABLE)
}

/// A call and its case once it is settled, its ticket is written, and somebody has accepted what is Critical; none if
/// the call is not known.
async fn ended(store: &DynamoStore, call: &str) -> Option<(Call, Case)> {
    both(store, call).await?;
    let ended = eventually("a call ends in a ticket and, if it is Critical, with a person", PATIENCE, async || {
        let (found, case) = both(store, call).await?;
        let accepted = case.brief.priority != Priority::Critical || case.accepted().is_some();
        (found.is_settled() && case.ticket.psa.is_some() && accepted).then_some((found, case))
    });
    Some(ended.await)
}

/// One acceptance, and no page after it; unless the technician was lost, which sets the ladder going again.
fn assert_accepted_once(case: &Case) {
    let lost = case.reasons.iter().filter(|reason| reason.rule == "page/technician-lost").count();
    let acceptances = case.reasons.iter().filter(|reason| reason.rule == "page/accepted").count();
    assert_eq!(acceptances, lost + 1, "{:?}", case.reasons);
    let last = case.pages.last().unwrap();
    assert!(matches!(last.state, PageState::Accepted { .. }), "the acceptance ended the paging: {:?}", case.pages);
}

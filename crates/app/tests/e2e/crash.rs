//! Kill -9 of the real server during calls, at many instants: nothing is lost, nothing happens twice.

use crate::support::*;
use futures_util::future::join_all;
use nightdesk_adapters_local::phone::{PhoneBehaviour, PhoneNetwork};
use nightdesk_adapters_local::sqlite::SqliteStore;
use nightdesk_testkit::connectwise::ConnectWiseDouble;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::Child;

/// When the server is killed, in real milliseconds after the call began; the whole call takes some five seconds.
const INSTANTS_MS: [u64; 14] = [60, 250, 500, 700, 800, 900, 1_000, 1_200, 1_500, 1_900, 2_300, 2_800, 3_400, 4_000];
/// How many rounds run side by side.
const AT_ONCE: usize = 14;
/// A lease lasts up to 75 seconds: what was under way when the server died is taken up again then; and on a machine
/// too busy for the fast clock the ladder may have to be gone through once more.
const PATIENCE: Duration = Duration::from_secs(180);

/// One server that is killed and started again on the same folder and address.
struct Mortal {
    folder: Folder,
    tenant: String,
    address: String,
    simulator: String,
}

impl Mortal {
    async fn start(&self) -> Child {
        let args = ["serve", "--listen", &self.address, "--tenant", &self.tenant, "--simulator-api", &self.simulator];
        let pace = PACE.to_string();
        let mut command = self.folder.command(&[&args[..], &["--pace", &pace]].concat());
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let health = format!("http://{}/healthz", self.address);
        eventually("the server starts without any repair", Duration::from_secs(20), async || {
            let open = tokio::net::TcpStream::connect(&self.address).await.is_ok();
            if open { Some(get(&health).await) } else { None }
        })
        .await;
        child
    }
}

/// Kills the server at an instant of a call, starts it again, and checks what became of the call.
/// Gives the time from the restart until somebody had accepted, if anybody had to be woken.
async fn round(kill_at: Duration) -> Option<Duration> {
    let psa = ConnectWiseDouble::start().await.unwrap();
    let folder = Folder::new();
    let tenant = folder.write("tenant.toml", &with_connectwise(&psa, &key_in_a_file(&folder)));
    let data = folder.path("nightdesk-data");
    let address = format!("127.0.0.1:{}", free_port());
    let phones = [PhoneBehaviour::Voicemail, PhoneBehaviour::Accept];
    let network: PhoneNetwork = network(&data, &format!("http://{address}"), PACE, &phones).await;
    let mortal = Mortal { folder, tenant, address, simulator: network.api_url().to_owned() };
    let mut server = mortal.start().await;

    let caller = network.dial(Some(DANA), LINE);
    let speaking = tokio::spawn({
        let caller = caller.clone();
        async move { caller.say(SERVER_DOWN).await }
    });
    tokio::time::sleep(kill_at).await;
    server.kill().await.unwrap();
    let restarted = Instant::now();
    let mut server = mortal.start().await;

    // Whatever the store knows of gets its ticket, and whoever must be woken is.
    let store = SqliteStore::open(data.join("nightdesk.sqlite")).unwrap();
    let known = caller_is_known(&store, caller.leg()).await;
    let mut woken = None;
    if known {
        let (call, case) = eventually("the call is settled", PATIENCE, async || {
            let (call, case) = both(&store, caller.leg()).await?;
            let accepted = !case.brief.wake || case.accepted().is_some();
            (call.is_settled() && case.ticket.psa.is_some() && accepted).then_some((call, case))
        })
        .await;
        woken = case.brief.wake.then(|| restarted.elapsed());
        assert!(call.disposition.is_some(), "killed after {kill_at:?}");
        let acceptances = case.reasons.iter().filter(|reason| reason.rule == "page/accepted").count();
        assert!(acceptances <= 1 || case.reasons.iter().any(|reason| reason.rule == "page/technician-lost"));
        // Where the server died in the middle of the sentence, only its beginning may have reached it.
        if call.turns.iter().any(|turn| turn.reveal().contains("server is down")) {
            assert!(case.brief.wake, "what was said was Critical; killed after {kill_at:?}");
        }
    }
    // The caller's line has ended by itself: nobody is left on a dead one.
    tokio::time::timeout(Duration::from_secs(60), caller.wait_ended()).await.expect("the caller's line ends");
    speaking.abort();
    let tickets = psa.tickets();
    assert_eq!(tickets.len(), usize::from(known), "killed after {kill_at:?}: {tickets:?}");
    let to_caller = network.messages().iter().filter(|text| text.to == DANA).count();
    assert!(to_caller <= 1, "killed after {kill_at:?}: a second text to the caller");
    // At this pace a minute passes in three seconds: what was due then may show for a moment.
    eventually("the server is healthy again", PATIENCE, async || {
        (get(&format!("http://{}/healthz", mortal.address)).await.0 == 200).then_some(())
    })
    .await;
    server.kill().await.unwrap();
    woken
}

async fn caller_is_known(store: &SqliteStore, call: &str) -> bool {
    use nightdesk_domain::ids::{CallId, OwnerId, TenantId};
    use nightdesk_ports::Cases;
    let owner = OwnerId::Call(CallId::parse(call).unwrap());
    store.load(&TenantId::parse(TENANT).unwrap(), &owner).await.unwrap().is_some()
}

#[tokio::test]
async fn a_server_killed_at_any_instant_of_a_call_loses_nothing_and_does_nothing_twice() {
    let mut slowest = Duration::ZERO;
    let mut woken = 0;
    for instants in INSTANTS_MS.chunks(AT_ONCE) {
        let rounds = instants.iter().map(|ms| round(Duration::from_millis(*ms)));
        for took in join_all(rounds).await.into_iter().flatten() {
            slowest = slowest.max(took);
            woken += 1;
        }
    }
    assert!(woken >= INSTANTS_MS.len() / 2, "most rounds were killed after the words had come: {woken}");
    println!("until accepted after a restart, at worst: {slowest:?}");
}

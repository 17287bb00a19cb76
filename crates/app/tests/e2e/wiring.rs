//! Who serves which tenant while the server runs: new tenants, rotated secrets, files that cannot be read, a store
//! that is down. No test starts anything again.

use crate::support::*;
use nightdesk::config::{DEMO, Tenant};
use nightdesk_adapters_local::phone::PhoneBehaviour;
use nightdesk_domain::ids::TenantId;
use std::time::Duration;

const SID: &str = "CA00000000000000000000000000000001";
/// A second look at tenants and secrets is taken by a webhook that does not fit, ten seconds after the first.
const PATIENCE: Duration = Duration::from_secs(40);

fn incoming() -> Vec<(&'static str, &'static str)> {
    vec![("CallSid", SID), ("From", DANA), ("To", LINE), ("CallStatus", "ringing"), ("Direction", "inbound")]
}

fn hillside() -> String {
    DEMO.replace("id = \"lakeside\"", "id = \"hillside\"").replace("Lakeside IT", "Hillside IT")
}

async fn import(house: &House, text: &str) {
    let tenant = Tenant::parse(text).unwrap();
    house.server.store.tenants.import(&tenant.policy, &tenant.contacts, text).await.unwrap();
}

#[tokio::test]
async fn a_tenant_that_is_imported_while_the_server_runs_is_served_by_its_first_webhooks() {
    let house = House::open(&[PhoneBehaviour::Accept]).await;
    let carrier = house.carrier();
    let voice = "/twilio/hillside/voice";
    assert_eq!(carrier.post(&house.base, voice, &incoming()).await.0, 403);
    import(&house, &hillside()).await;
    eventually("the new tenant is served", PATIENCE, async || {
        let (status, body) = carrier.post(&house.base, voice, &incoming()).await;
        (status == 200 && body.contains("Hillside IT")).then_some(())
    })
    .await;
    assert_eq!(carrier.post(&house.base, "/twilio/lakeside/voice", &incoming()).await.0, 200);
}

#[tokio::test]
async fn a_rotated_token_is_accepted_and_the_old_one_is_not() {
    let folder = Folder::new();
    let (old, new) = ("11111111111111111111111111111111", "22222222222222222222222222222222");
    let file = folder.write("token", old);
    let section = format!(
        "\n[twilio]\naccount_sid = \"AC00000000000000000000000000000000\"\nauth_token = {{ file = {file:?} }}\n"
    );
    let mut setup = setup(&folder, 1.0);
    setup.tenants = vec![Tenant::parse(&format!("{DEMO}{section}")).unwrap()];
    let bound = setup.bind().await.unwrap();
    let base = format!("http://{}", bound.1);
    let server = setup.start(bound).await.unwrap();
    let ask = async |token: &str| Carrier::new(token).post(&base, "/twilio/lakeside/voice", &incoming()).await.0;
    assert_eq!((ask(old).await, ask(new).await), (200, 403));
    folder.write("token", new);
    eventually("the new token is known", PATIENCE, async || (ask(new).await == 200).then_some(())).await;
    assert_eq!(ask(old).await, 403);
    // A secret that has gone takes nobody off the telephone.
    std::fs::remove_file(&file).unwrap();
    let problems = server.wiring.refresh().await.unwrap();
    assert!(problems.values().flatten().any(|problem| problem.starts_with("twilio.auth_token")), "{problems:?}");
    assert_eq!(ask(new).await, 200, "it is served as before");
    server.stop().await;
}

#[tokio::test]
async fn a_file_that_this_build_cannot_read_leaves_its_tenant_and_all_others_as_they_were() {
    let house = House::open(&[PhoneBehaviour::Accept]).await;
    import(&house, &hillside()).await;
    assert!(house.server.wiring.refresh().await.unwrap().is_empty());
    let of_another_build = format!("{DEMO}\n[telepathy]\nvia = \"aether\"\n");
    let policy = Tenant::parse(DEMO).unwrap().policy;
    house.server.store.tenants.import(&policy, &[], &of_another_build).await.unwrap();
    let problems = house.server.wiring.refresh().await.unwrap();
    let lakeside = TenantId::parse(TENANT).unwrap();
    assert_eq!(problems.keys().collect::<Vec<_>>(), [&lakeside], "{problems:?}");
    assert!(problems[&lakeside][0].contains("telepathy"), "{problems:?}");
    let carrier = house.carrier();
    for tenant in ["lakeside", "hillside"] {
        assert_eq!(carrier.post(&house.base, &format!("/twilio/{tenant}/voice"), &incoming()).await.0, 200);
    }
    // Whoever starts now has nothing to fall back on for that tenant, and serves the other.
    let mut setup = setup(&house.folder, PACE);
    setup.tenants.clear();
    let host = setup.host().await.unwrap();
    let served: Vec<String> = host.wiring.all_served().iter().map(|s| s.tenant().policy.tenant.to_string()).collect();
    assert_eq!(served, ["hillside"]);
}

#[tokio::test]
async fn with_the_store_down_everybody_stays_wired() {
    let house = House::open(&[PhoneBehaviour::Accept]).await;
    let database = rusqlite::Connection::open(house.folder.path("data/nightdesk.sqlite")).unwrap();
    database.busy_timeout(Duration::from_secs(5)).unwrap();
    database.execute_batch("ALTER TABLE policies RENAME TO policies_gone;").unwrap();
    assert!(house.server.wiring.refresh().await.is_err());
    let served = house.server.wiring.served(&TenantId::parse(TENANT).unwrap()).unwrap();
    assert_eq!(served.emergency().as_str(), "+13125550199");
    let (status, body) = house.carrier().post(&house.base, "/twilio/lakeside/fallback", &incoming()).await;
    assert_eq!(status, 200);
    assert!(body.contains("+13125550199"), "{body}");
}

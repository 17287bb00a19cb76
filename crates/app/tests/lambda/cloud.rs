//! A small cloud on this machine: the real program as both functions, API Gateway and the schedule in front of them,
//! a DynamoDB emulator behind them, and the simulated phone network around it.

use crate::support::*;
use crate::table::{TABLE, table};
use nightdesk::store::Store;
use nightdesk_adapters_local::phone::{PhoneBehaviour, PhoneNetwork};
use nightdesk_domain::call::Call;
use nightdesk_domain::case::Case;
use nightdesk_testkit::dynamo::Emulator;
use nightdesk_testkit::lambda::{Gateway, RuntimeApi};
use serde_json::json;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

/// As fast as life: several processes have no common clock but the real one.
const PACE: f64 = 1.0;
/// How many instances answer webhooks: a leg's callbacks arrive while another is being answered.
const TRIAGE_INSTANCES: usize = 2;
/// A function's own time limit, as in the template.
const NOTIFIER_TIMEOUT: Duration = Duration::from_secs(90);

pub(crate) struct Cloud {
    pub(crate) network: PhoneNetwork,
    pub(crate) store: Store,
    pub(crate) gateway: Gateway,
    schedule: JoinHandle<()>,
    _instances: Vec<Child>,
    _emulator: Emulator,
    _folder: Folder,
}

impl Cloud {
    /// Starts everything, the API in this stage.
    pub(crate) async fn start(stage: &str, phones: &[PhoneBehaviour]) -> Cloud {
        let folder = Folder::new();
        let settings = setup(&folder, PACE);
        let emulator = Emulator::start();
        let store = table(&emulator).await;
        let (triage, notifier) = (RuntimeApi::start().await.unwrap(), RuntimeApi::start().await.unwrap());
        let gateway = Gateway::start(triage.clone(), stage).await.unwrap();
        let network = network(&settings.data, &gateway.url(), PACE, phones).await;
        let start = |api: &RuntimeApi, handler: &str| {
            let mut instance = Command::new(env!("CARGO_BIN_EXE_nightdesk-lambda"));
            for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("NIGHTDESK_")) {
                instance.env_remove(name);
            }
            instance
                .envs(api.environment(handler, 256))
                .env("NIGHTDESK_STORE", format!("dynamodb:{TABLE}"))
                .env("NIGHTDESK_AWS_ENDPOINT", &emulator.endpoint)
                // Only its folder counts: there lies the simulated network's token.
                .env("NIGHTDESK_DATABASE", settings.data.join("nightdesk.sqlite"))
                .env("NIGHTDESK_PUBLIC_URL", gateway.url())
                .env("NIGHTDESK_SIMULATOR_API", network.api_url())
                .env("NIGHTDESK_TWILIO_API", "http://127.0.0.1:1")
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .kill_on_drop(true);
            instance.spawn().unwrap()
        };
        let mut instances: Vec<Child> = (0..TRIAGE_INSTANCES).map(|_| start(&triage, "triage")).collect();
        // The watch of one minute may still be ending while the next begins.
        instances.extend((0..2).map(|_| start(&notifier, "notifier")));
        tokio::time::timeout(Duration::from_secs(30), triage.first_poll()).await.expect("triage starts");
        tokio::time::timeout(Duration::from_secs(30), notifier.first_poll()).await.expect("the notifier starts");
        let schedule = tokio::spawn(async move {
            let mut minutes = tokio::time::interval(Duration::from_secs(60));
            loop {
                minutes.tick().await;
                let notifier = notifier.clone();
                tokio::spawn(async move {
                    let event = json!({"source": "aws.events", "detail-type": "Scheduled Event"});
                    let answered = notifier.invoke(event, NOTIFIER_TIMEOUT).await;
                    println!("the notifier's minute: {answered:?}");
                });
            }
        });
        println!("functions run: {TRIAGE_INSTANCES} of triage behind {}, 2 of notifier", gateway.url());
        Cloud { network, store, gateway, schedule, _instances: instances, _emulator: emulator, _folder: folder }
    }

    /// Waits until a call is settled and its ticket written, and gives both.
    pub(crate) async fn settled(&self, call: &str) -> (Call, Case) {
        settled(&*self.store.cases, call).await
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        self.schedule.abort();
    }
}

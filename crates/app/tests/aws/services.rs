//! A tenant whose services are all Amazon's: key in Parameter Store, notices by SES, a model on Bedrock; the store is a
//! file, since each can be had without the others. Every service is its double, over real HTTP.

use crate::support::*;
use nightdesk_testkit::aws::AwsDouble;
use nightdesk_testkit::connectwise::{ConnectWiseDouble, PRIVATE_KEY};
use nightdesk_testkit::models::{ACCESS_KEY, Behaviour, ModelDouble, QUICK, THOROUGH, Vendor};
use serde_json::json;

/// A folder with a tenant's file, and the doubles that it names.
struct Account {
    folder: Folder,
    amazon: AwsDouble,
    models: ModelDouble,
    psa: ConnectWiseDouble,
    tenant: String,
}

impl Account {
    async fn open() -> Account {
        let (folder, psa) = (Folder::new(), ConnectWiseDouble::start().await.unwrap());
        let (amazon, models) = (AwsDouble::start().await.unwrap(), ModelDouble::start(Vendor::Bedrock).await.unwrap());
        // As `--value file://` stores it: with its line end.
        amazon.set_parameter("/nightdesk/lakeside/connectwise", &format!("{PRIVATE_KEY}\n"));
        amazon.verify("lakeside.example");
        let sections = format!(
            "[mail]\nvia = \"ses\"\nfrom = \"night@lakeside.example\"\n\
             [model]\nvia = \"bedrock\"\nquick = \"{QUICK}\"\nthorough = \"{THOROUGH}\"\n"
        );
        let file = with_connectwise(&psa, "{ ssm = \"/nightdesk/lakeside/connectwise\" }");
        let tenant = folder.write("tenant.toml", &format!("{file}\n{sections}"));
        Account { folder, amazon, models, psa, tenant }
    }

    async fn call(&self, args: &[&str]) -> serde_json::Value {
        let (amazon, models) = (self.amazon.url(), self.models.url());
        let settings = [
            ("AWS_ENDPOINT_URL", amazon.as_str()),
            ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", models.as_str()),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", ACCESS_KEY),
            ("AWS_SECRET_ACCESS_KEY", "double"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_CONFIG_FILE", "/dev/null"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
        ];
        let ran =
            self.folder.run_with(&[&["call", "--json", "--tenant", &self.tenant], args].concat(), &settings).await;
        assert_eq!(ran.code, 0, "the call did not end as promised: {ran:?}");
        ran.json()
    }
}

#[tokio::test]
async fn a_model_on_bedrock_wakes_for_what_the_rules_take_for_a_printer_and_never_lowers_what_they_found() {
    let account = Account::open().await;
    let opinion = |priority: &str| {
        Behaviour::Answers(json!({"priority": priority, "category": null, "gist": "The line stands.", "because": "so"}))
    };
    account.models.behave(opinion("Critical"));
    let printer = account.call(&["--say", "my printer is jammed, it is the label printer"]).await;
    assert_eq!(printer["disposition"], "Escalate", "{printer}");
    assert!(printer["triage"]["why"].to_string().contains("model/raised-to-Critical"), "{printer}");
    let asked = account.models.asked();
    assert!(asked[0].user.contains("label printer") && !asked[0].system.contains("label printer"), "{asked:?}");
    assert_eq!(asked[0].model, QUICK);
    assert_eq!(account.psa.tickets().len(), 1, "the key from Parameter Store, without its line end, opens ConnectWise");

    account.models.behave(opinion("Low"));
    let down = account.call(&["--say", SERVER_DOWN]).await;
    assert_eq!((&down["disposition"], &down["triage"]["priority"]), (&"Escalate".into(), &"Critical".into()));

    account.models.behave(Behaviour::Silent);
    let calm = account.call(&["--say", PRINTER]).await;
    assert_eq!(calm["disposition"], "Callback", "the rules stand: {calm}");
}

#[tokio::test]
async fn the_people_on_call_are_told_of_a_message_by_ses() {
    let account = Account::open().await;
    account.amazon.leave_sandbox();
    account.models.behave(Behaviour::Fails);
    let call = account.call(&["--say", "I want to leave a voicemail", "--say", PRINTER, "--press", "#"]).await;
    assert_eq!(call["disposition"], "Voicemail", "{call}");
    let mails = account.amazon.mails();
    assert_eq!(mails.len(), 1, "{mails:?}");
    let (to, simple) = (&mails[0]["Destination"]["ToAddresses"], &mails[0]["Content"]["Simple"]);
    assert_eq!(to[0], "alex@lakeside.example");
    assert_eq!(mails[0]["FromEmailAddress"], "night@lakeside.example");
    let number = call["ticket"]["id"].as_str().unwrap();
    for part in ["Text", "Html"] {
        assert!(simple["Body"][part]["Data"].as_str().unwrap().contains(number), "{simple}");
    }
}

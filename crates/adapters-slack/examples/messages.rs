//! Prints each kind of message, or writes a file for each into a folder, to be held against a checker of Block Kit:
//! `cargo run -p nightdesk-adapters-slack --example messages -- FOLDER`
#![allow(missing_docs)] // An example.
#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use nightdesk_adapters_slack::{Message, Page, actions_message, alert_message, page_message, settled_message};
use nightdesk_domain::effect::Alert;
use nightdesk_domain::ids::CaseId;
use nightdesk_domain::triage::{Turn, extract_actions};
use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).map(PathBuf::from);
    let case = CaseId::parse("CA0123456789abcdef")?;
    let long = "our server is down & <nobody> can work ".repeat(200);
    let page = |body, link| {
        page_message(&Page { case: &case, page: 1, subject: "Acme Dental, Critical", body, briefing: None, link })
    };
    let alert = Alert { to: Vec::new(), subject: long.as_str().into(), body: long.as_str().into() };
    let dialog = [Turn::technician("I will call you tomorrow at nine.")];
    let messages: [(&str, Message); 6] = [
        ("page", page("Server: our server is down.\nCaller: Dana", Some("https://desk.example/ack/t/CA/1/2/ab"))),
        ("page_long", page(&long, None)),
        ("page_empty", page("", None)),
        ("alert", alert_message(&alert)),
        ("settled", settled_message("Alex has it, and will be there by 02:40.")),
        ("actions", actions_message(&extract_actions(&dialog))),
    ];
    for (name, message) in messages {
        match &folder {
            Some(folder) => std::fs::write(folder.join(format!("{name}.json")), serde_json::to_vec(&message)?)?,
            None => println!("{name} {}", serde_json::to_string(&message)?),
        }
    }
    Ok(())
}

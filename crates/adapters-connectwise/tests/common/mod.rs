//! What the tests of this crate share: a double with a client company, and the adapter pointed at it.

use nightdesk_adapters_connectwise::{ConnectWise, ConnectWiseConfig};
use nightdesk_domain::case::{TicketDraft, TicketStatus};
use nightdesk_domain::effect::NoteOrder;
use nightdesk_domain::ids::{CaseId, PsaTicketId, TenantId, TicketNumber};
use nightdesk_domain::vocabulary::{Category, Priority};
use nightdesk_testkit::connectwise::{CLIENT_ID, COMPANY, ConnectWiseDouble, PRIVATE_KEY, PUBLIC_KEY};
use nightdesk_testkit::transport::HyperTransport;
use std::sync::Arc;
use std::time::Duration;

/// Long enough for this machine, short enough for a test.
pub const TIMEOUT: Duration = Duration::from_millis(1500);

pub fn tenant() -> TenantId {
    TenantId::parse("northwind").unwrap()
}

pub fn config(url: &str) -> ConnectWiseConfig {
    ConnectWiseConfig {
        base_url: url.to_owned(),
        company: COMPANY.to_owned(),
        public_key: PUBLIC_KEY.to_owned(),
        private_key: PRIVATE_KEY.to_owned().into(),
        client_id: CLIENT_ID.to_owned(),
        catch_all_company: "CatchAll".to_owned(),
        board: "Service Desk".to_owned(),
        status_open: "New".to_owned(),
        status_pending: "Waiting".to_owned(),
        status_closed: "Closed".to_owned(),
        priorities: [
            (Priority::Critical, "P1 - Critical".to_owned()),
            (Priority::High, "P2 - High".to_owned()),
            (Priority::Medium, "P3 - Medium".to_owned()),
            (Priority::Low, "P4 - Low".to_owned()),
        ]
        .into(),
        source: "Phone".to_owned(),
    }
}

pub fn desk(config: ConnectWiseConfig) -> ConnectWise {
    ConnectWise::new(Arc::new(HyperTransport), [(tenant(), config)].into()).with_timeout(TIMEOUT)
}

/// A double that knows the company ACME, and the adapter in front of it.
pub async fn start() -> (ConnectWiseDouble, ConnectWise) {
    let psa = ConnectWiseDouble::start().await.unwrap();
    psa.add_company("ACME", "Acme Dental");
    let desk = desk(config(&psa.url()));
    (psa, desk)
}

pub fn case(id: &str) -> CaseId {
    CaseId::parse(id).unwrap()
}

pub fn ticket(id: i64) -> PsaTicketId {
    PsaTicketId::parse(&id.to_string()).unwrap()
}

pub fn draft(key: &str) -> TicketDraft {
    let key = case(key);
    TicketDraft {
        tenant: tenant(),
        number: TicketNumber::derive(&key, 0),
        key,
        summary: "Server down at Acme Dental".into(),
        description: "Nobody can work.\nWords matched: server, down.".into(),
        priority: Priority::Critical,
        category: Some(Category::Server),
        status: TicketStatus::Open,
        psa_company: Some("ACME".to_owned()),
        contact_name: Some("Dana Smith".into()),
        contact_number: Some("+13125550142".into()),
    }
}

pub fn note(ticket: &PsaTicketId, text: &str, reference: &str) -> NoteOrder {
    NoteOrder { ticket: ticket.clone(), text: text.into(), reference: reference.to_owned(), resolves: false }
}

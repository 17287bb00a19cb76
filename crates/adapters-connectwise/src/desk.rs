//! The `Ticketing` port, performed by ConnectWise PSA.

use crate::client::{Client, Query, refused};
use crate::conditions::Conditions;
use crate::config::ConnectWiseConfig;
use crate::directory;
use crate::names::{Names, What};
use crate::text::{clean, same_name, shorten, telephone};
use crate::wire::{
    CONTACT_NAME_MAX, CONTACT_PHONE_MAX, Count, NewTicket, Note, PatchOperation, Reference, Ticket, TicketMerge,
};
use async_trait::async_trait;
use http::Method;
use nightdesk_domain::case::{SUMMARY_CHARS_MAX, TicketDraft, TicketStatus, fix_in_note};
use nightdesk_domain::effect::NoteOrder;
use nightdesk_domain::ids::{CaseId, PsaTicketId, TenantId};
use nightdesk_domain::private::Private;
use nightdesk_domain::vocabulary::{Category, category_label};
use nightdesk_ports::{DeliveryError, HttpTransport, Ticketing};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// How long ConnectWise has for one answer. The first ticket after a start needs up to seven of them.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// Most closed tickets like a new one whose notes are looked through for what fixed them: each is one request more.
const FIXES_LOOKED_THROUGH_MAX: usize = 3;

/// How long it has to say whose number it is, before the ticket is opened without that.
const CONTACT_TIMEOUT: Duration = Duration::from_secs(3);

/// ConnectWise PSA for any number of tenants, each with its own account.
pub struct ConnectWise {
    transport: Arc<dyn HttpTransport>,
    tenants: BTreeMap<TenantId, ConnectWiseConfig>,
    timeout: Duration,
    pub(crate) names: Names,
}

impl ConnectWise {
    /// Asks nobody yet: names are resolved when they are first needed.
    pub fn new(transport: Arc<dyn HttpTransport>, tenants: BTreeMap<TenantId, ConnectWiseConfig>) -> Self {
        Self { transport, tenants, timeout: REQUEST_TIMEOUT, names: Names::default() }
    }

    /// The same with another bound for one answer.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    pub(crate) fn client(&self, tenant: &TenantId) -> Result<Client<'_>, DeliveryError> {
        let config =
            self.tenants.get(tenant).ok_or_else(|| refused(format!("tenant {tenant} has no ConnectWise settings")))?;
        Ok(Client { transport: &*self.transport, config, timeout: self.timeout })
    }

    async fn board(&self, client: &Client<'_>, tenant: &TenantId) -> Result<Reference, DeliveryError> {
        self.names.resolve(client, tenant, What::Board, &client.config.board, "board").await
    }

    /// The status for finished work on the board where a ticket is now: people move tickets.
    async fn closed_status(
        &self,
        client: &Client<'_>,
        tenant: &TenantId,
        ticket: &Ticket,
    ) -> Result<Reference, DeliveryError> {
        let board = match ticket.board {
            Some(board) => board,
            None => self.board(client, tenant).await?,
        };
        let name = &client.config.status_closed;
        self.names.resolve(client, tenant, What::Status(board.id), name, "status_closed").await
    }

    /// The caller's company, and whether it is the one that was asked for. A company that ConnectWise does not
    /// have (any more) must not cost the ticket: it goes to the catch-all.
    async fn ticket_company(
        &self,
        client: &Client<'_>,
        draft: &TicketDraft,
    ) -> Result<(Reference, bool), DeliveryError> {
        if let Some(identifier) = &draft.psa_company {
            match self.names.resolve(client, &draft.tenant, What::Company, identifier, "company").await {
                Ok(company) => return Ok((company, true)),
                Err(DeliveryError::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        let name = &client.config.catch_all_company;
        let company = self.names.resolve(client, &draft.tenant, What::Company, name, "catch_all_company").await?;
        Ok((company, draft.psa_company.is_none()))
    }

    /// The contact of the caller's company who has the caller's number, if it is exactly one. A nicety: no failure
    /// of this search keeps the ticket from being opened.
    async fn ticket_contact(&self, client: &Client<'_>, draft: &TicketDraft) -> Option<Reference> {
        let (company, number) = (draft.psa_company.as_deref()?, draft.contact_number.as_ref()?);
        let client = &Client { timeout: client.timeout.min(CONTACT_TIMEOUT), ..*client };
        let mut found = directory::by_phone(client, number.reveal()).await.unwrap_or_default();
        found.retain(|contact| {
            let identifier = contact.company.as_ref().and_then(|c| c.identifier.as_deref());
            identifier.is_some_and(|identifier| same_name(identifier, company))
        });
        match found.as_slice() {
            [contact] => Some(Reference { id: contact.id }),
            _ => None,
        }
    }

    async fn new_ticket<'d>(
        &self,
        client: &Client<'_>,
        draft: &'d TicketDraft,
    ) -> Result<NewTicket<'d>, DeliveryError> {
        let (config, tenant) = (client.config, &draft.tenant);
        let (status, setting) = match draft.status {
            TicketStatus::Open => (&config.status_open, "status_open"),
            TicketStatus::PendingVerification => (&config.status_pending, "status_pending"),
            TicketStatus::Closed => (&config.status_closed, "status_closed"),
        };
        let priority = config
            .priorities
            .get(&draft.priority)
            .ok_or_else(|| refused(format!("connectwise.priorities has no name for {}", draft.priority)))?;
        let (company, as_asked) = self.ticket_company(client, draft).await?;
        let board = self.board(client, tenant).await?;
        let mut analysis = format!(
            "NightDesk case {}. The caller knows this ticket as number {}. Category: {}.",
            draft.key,
            draft.number,
            category_label(draft.category)
        );
        if let (false, Some(identifier)) = (as_asked, &draft.psa_company) {
            analysis
                .push_str(&format!(" ConnectWise has no company \"{identifier}\": put under the catch-all company."));
        }
        let name = draft.contact_name.as_ref().map(|name| shorten(name.reveal(), CONTACT_NAME_MAX));
        let number = draft.contact_number.as_ref().map(|number| telephone(number.reveal(), CONTACT_PHONE_MAX));
        Ok(NewTicket {
            summary: summary(draft),
            record_type: "ServiceTicket",
            status: self.names.resolve(client, tenant, What::Status(board.id), status, setting).await?,
            priority: self.names.resolve(client, tenant, What::Priority, priority, "priorities").await?,
            source: self.names.resolve(client, tenant, What::Source, &config.source, "source").await?,
            contact: if as_asked { self.ticket_contact(client, draft).await } else { None },
            board,
            company,
            external_x_ref: draft.key.as_str(),
            initial_description: description(draft),
            initial_internal_analysis: analysis,
            contact_name: name.filter(|name| !name.is_empty()),
            contact_phone_number: number.filter(|number| !number.is_empty()),
        })
    }

    /// Whether a note of the ticket carries this reference.
    async fn has_note(&self, client: &Client<'_>, path: &str, reference: &str) -> Result<bool, DeliveryError> {
        let notes: Vec<Note> = client.list(path, &Query::default()).await?;
        Ok(notes.iter().any(|note| carries(note.text.as_deref().unwrap_or_default(), reference)))
    }
}

#[async_trait]
impl Ticketing for ConnectWise {
    async fn open(&self, draft: &TicketDraft) -> Result<PsaTicketId, DeliveryError> {
        let client = self.client(&draft.tenant)?;
        let ticket = self.new_ticket(&client, draft).await?;
        let opened: Result<Ticket, _> = client.write(Method::POST, "/service/tickets", &ticket).await;
        if matches!(opened, Err(DeliveryError::Refused(_))) {
            // Perhaps a board or a status was made anew under its old name.
            self.names.forget(&draft.tenant);
        }
        // An answer without a usable number is no answer: the ticket is there, and must be looked up.
        ticket_id(&opened?).ok_or(DeliveryError::Unknown)
    }

    async fn find(&self, tenant: &TenantId, key: &CaseId) -> Result<Vec<PsaTicketId>, DeliveryError> {
        let client = self.client(tenant)?;
        // A key without a letter or digit (ids may be "--") cannot be searched, and no carrier gives one.
        let Some(conditions) = Conditions::text("externalXRef", key.as_str()) else { return Ok(Vec::new()) };
        let mut found: Vec<Ticket> = client.list("/service/tickets", &Query::from(conditions)).await?;
        // The database compares without regard to case; and a merged ticket is no longer one of its own.
        found.retain(|ticket| {
            ticket.external_x_ref.as_deref() == Some(key.as_str()) && ticket.merged_parent_ticket.is_none()
        });
        found.sort_by_key(|ticket| ticket.id);
        Ok(found.iter().filter_map(ticket_id).collect())
    }

    async fn add_note(&self, tenant: &TenantId, note: &NoteOrder, repeated: bool) -> Result<(), DeliveryError> {
        let client = self.client(tenant)?;
        let path = format!("/service/tickets/{}/notes", number(&note.ticket)?);
        if repeated && self.has_note(&client, &path, &note.reference).await? {
            return Ok(());
        }
        let mut text = clean(note.text.reveal());
        if !carries(&text, &note.reference) {
            text.push_str(&format!("\n{}", note.reference));
        }
        let resolution_flag = note.resolves.then_some(true);
        let note = Note { text: Some(text), internal_analysis_flag: Some(!note.resolves), resolution_flag };
        client.write_only(Method::POST, &path, &note).await
    }

    async fn close(&self, tenant: &TenantId, ticket: &PsaTicketId) -> Result<(), DeliveryError> {
        let client = self.client(tenant)?;
        let path = format!("/service/tickets/{}", number(ticket)?);
        let current: Ticket = client.get(&path, &Query::default()).await?;
        if current.closed_flag == Some(true) {
            return Ok(());
        }
        let status = self.closed_status(&client, tenant, &current).await?;
        let change = [PatchOperation { op: "replace", path: "status", value: status }];
        client.write_only(Method::PATCH, &path, &change).await
    }

    async fn merge(&self, tenant: &TenantId, keep: &PsaTicketId, drop: &PsaTicketId) -> Result<(), DeliveryError> {
        let client = self.client(tenant)?;
        let (keep, second) = (number(keep)?, number(drop)?);
        if keep == second {
            return Err(refused("a ticket cannot be merged into itself"));
        }
        let current: Ticket = client.get(&format!("/service/tickets/{second}"), &Query::default()).await?;
        if current.merged_parent_ticket.is_some_and(|parent| parent.id == keep) {
            return Ok(());
        }
        let status = self.closed_status(&client, tenant, &current).await?;
        let merge = TicketMerge { merge_ticket_ids: vec![second], status };
        let path = format!("/service/tickets/{keep}/merge");
        client.write_only(Method::POST, &path, &merge).await
    }

    async fn open_count(&self, tenant: &TenantId, company: &str) -> Result<u32, DeliveryError> {
        let client = self.client(tenant)?;
        let Some(company) = Conditions::text("company/identifier", company) else {
            return Err(refused("the company's identifier is empty"));
        };
        let conditions = company.and(Conditions::flag("closedFlag", false));
        client.get::<Count>("/service/tickets/count", &Query::from(conditions)).await.map(|count| count.count)
    }

    /// Looks at the company's newest closed tickets whose summary names the category, `FIXES_LOOKED_THROUGH_MAX` of
    /// them, for a resolution note; the newest note of a ticket counts.
    async fn last_fix(
        &self,
        tenant: &TenantId,
        company: &str,
        category: Category,
    ) -> Result<Option<Private>, DeliveryError> {
        let client = self.client(tenant)?;
        let Some(company) = Conditions::text("company/identifier", company) else {
            return Err(refused("the company's identifier is empty"));
        };
        let Some(like) = Conditions::holds("summary", category.label()) else { return Ok(None) };
        let conditions = company.and(Conditions::flag("closedFlag", true)).and(like);
        let query = Query::from(conditions);
        let tickets: Vec<Ticket> = client.newest("/service/tickets", &query, FIXES_LOOKED_THROUGH_MAX).await?;
        for ticket in tickets.iter().filter(|ticket| ticket.id > 0) {
            let path = format!("/service/tickets/{}/notes", ticket.id);
            let notes: Vec<Note> = client.list(&path, &Query::default()).await?;
            let resolving = notes.iter().rev().filter(|note| note.resolution_flag == Some(true));
            let told = resolving.filter_map(|note| note.text.as_deref()).find_map(fix_in_note);
            if told.is_some() {
                return Ok(told);
            }
        }
        Ok(None)
    }
}

/// The summary, which a ticket must have.
fn summary(draft: &TicketDraft) -> String {
    let summary = shorten(draft.summary.reveal(), SUMMARY_CHARS_MAX);
    if summary.is_empty() { format!("After-hours call, ticket {}", draft.number) } else { summary }
}

/// The description; the whole summary stands above it where it was cut.
fn description(draft: &TicketDraft) -> String {
    let whole = clean(draft.summary.reveal());
    let description = clean(draft.description.reveal());
    if summary(draft).ends_with('…') && !description.contains(whole.trim()) {
        format!("{}\n\n{description}", whole.trim())
    } else {
        description
    }
}

/// Whether a text carries a reference, and not merely a longer one that begins alike.
fn carries(text: &str, reference: &str) -> bool {
    text.match_indices(reference)
        .any(|(at, _)| !text[at + reference.len()..].starts_with(|c: char| c.is_ascii_alphanumeric()))
}

fn ticket_id(ticket: &Ticket) -> Option<PsaTicketId> {
    (ticket.id > 0).then(|| PsaTicketId::parse(&ticket.id.to_string()).ok()).flatten()
}

/// ConnectWise's tickets are numbers; anything else in a path would address something else.
fn number(ticket: &PsaTicketId) -> Result<i64, DeliveryError> {
    let number = ticket.as_str().parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| refused("the ticket's number is not one of ConnectWise's"))
}

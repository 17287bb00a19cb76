//! Companies and contacts as ConnectWise knows them.

use crate::client::{Client, Query};
use crate::conditions::Conditions;
use crate::desk::ConnectWise;
use crate::names;
use crate::text::{last_ten, same_name};
use crate::wire::{CommunicationItem, CompanyRecord, ContactRecord};
use nightdesk_domain::ids::TenantId;
use nightdesk_domain::private::Private;
use nightdesk_ports::DeliveryError;

/// Fewest digits by which a contact is searched: an extension is nobody's number.
const PHONE_DIGITS_MIN: usize = 7;

/// A client company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Company {
    /// ConnectWise's number.
    pub id: i64,
    /// Its short identifier, unique there.
    pub identifier: String,
    /// Its name.
    pub name: String,
}

/// A person at a client company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// ConnectWise's number.
    pub id: i64,
    /// First and last name.
    pub name: Private,
    /// Identifier of the person's company, if the contact has one.
    pub company: Option<String>,
}

impl ConnectWise {
    /// The company of this identifier.
    pub async fn company(&self, tenant: &TenantId, identifier: &str) -> Result<Option<Company>, DeliveryError> {
        Ok(names::company(&self.client(tenant)?, identifier).await?.map(Company::from))
    }

    /// Companies of this name; several may share one.
    pub async fn companies_named(&self, tenant: &TenantId, name: &str) -> Result<Vec<Company>, DeliveryError> {
        let Some(conditions) = Conditions::text("name", name) else { return Ok(Vec::new()) };
        let found: Vec<CompanyRecord> =
            self.client(tenant)?.list("/company/companies", &Query::from(conditions)).await?;
        Ok(found
            .into_iter()
            .filter(|c| c.deleted_flag != Some(true) && same_name(&c.name, name))
            .map(Company::from)
            .collect())
    }

    /// Active contacts one of whose telephone numbers ends in the same ten digits, however it was typed.
    pub async fn contacts_by_phone(&self, tenant: &TenantId, number: &str) -> Result<Vec<Contact>, DeliveryError> {
        Ok(by_phone(&self.client(tenant)?, number).await?.into_iter().map(Contact::from).collect())
    }

    /// Active contacts of this name: first and last, or either where one word is given.
    pub async fn contacts_named(&self, tenant: &TenantId, name: &str) -> Result<Vec<Contact>, DeliveryError> {
        let client = self.client(tenant)?;
        let Some(conditions) = name_conditions(name) else { return Ok(Vec::new()) };
        let conditions = conditions.and(Conditions::flag("inactiveFlag", false));
        let found: Vec<ContactRecord> = client.list("/company/contacts", &Query::from(conditions)).await?;
        Ok(found.into_iter().filter(|c| active(c) && is_named(c, name)).map(Contact::from).collect())
    }
}

/// See [`ConnectWise::contacts_by_phone`].
pub(crate) async fn by_phone(client: &Client<'_>, number: &str) -> Result<Vec<ContactRecord>, DeliveryError> {
    let digits = last_ten(number);
    if digits.len() < PHONE_DIGITS_MIN {
        return Ok(Vec::new());
    }
    let query = Query {
        conditions: Some(Conditions::flag("inactiveFlag", false)),
        child_conditions: Conditions::digits("communicationItems/value", &digits),
    };
    let found: Vec<ContactRecord> = client.list("/company/contacts", &query).await?;
    let rings = |item: &CommunicationItem| {
        item.communication_type.as_deref() != Some("Email")
            && item.value.as_deref().is_some_and(|value| last_ten(value) == digits)
    };
    Ok(found.into_iter().filter(|c| active(c) && c.communication_items.iter().flatten().any(rings)).collect())
}

/// The last word is the last name; a name of one word may be either.
fn name_conditions(name: &str) -> Option<Conditions> {
    match name.trim().rsplit_once(char::is_whitespace) {
        Some((first, last)) => Some(Conditions::text("firstName", first)?.and(Conditions::text("lastName", last)?)),
        None => Some(Conditions::text("firstName", name)?.or(Conditions::text("lastName", name)?)),
    }
}

fn is_named(contact: &ContactRecord, name: &str) -> bool {
    let first = contact.first_name.as_deref().unwrap_or_default();
    let last = contact.last_name.as_deref().unwrap_or_default();
    match name.trim().rsplit_once(char::is_whitespace) {
        Some((given, family)) => same_name(first, given) && same_name(last, family),
        None => same_name(first, name) || same_name(last, name),
    }
}

fn active(contact: &ContactRecord) -> bool {
    contact.inactive_flag != Some(true)
}

impl From<CompanyRecord> for Company {
    fn from(record: CompanyRecord) -> Self {
        Self { id: record.id, identifier: record.identifier, name: record.name }
    }
}

impl From<ContactRecord> for Contact {
    fn from(record: ContactRecord) -> Self {
        let parts = [record.first_name, record.last_name];
        let name = parts.iter().flatten().map(|part| part.trim()).filter(|part| !part.is_empty());
        Self {
            id: record.id,
            name: Private::new(name.collect::<Vec<_>>().join(" ")),
            company: record.company.and_then(|company| company.identifier),
        }
    }
}

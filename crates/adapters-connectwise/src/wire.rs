//! ConnectWise's records as they travel, cut down to the fields that are used. Names are the vendor's.

use serde::{Deserialize, Serialize};

/// Longest `contactName`, from the vendor's Ticket model.
pub(crate) const CONTACT_NAME_MAX: usize = 62;
/// Longest `contactPhoneNumber`, from the vendor's Ticket model.
pub(crate) const CONTACT_PHONE_MAX: usize = 20;

/// Another record, by its number.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Reference {
    pub(crate) id: i64,
}

/// A ticket to create. No `Debug`: it holds names and words.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewTicket<'a> {
    pub(crate) summary: String,
    pub(crate) record_type: &'static str,
    pub(crate) board: Reference,
    pub(crate) status: Reference,
    pub(crate) company: Reference,
    pub(crate) priority: Reference,
    pub(crate) source: Reference,
    #[serde(rename = "externalXRef")]
    pub(crate) external_x_ref: &'a str,
    pub(crate) initial_description: String,
    pub(crate) initial_internal_analysis: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) contact: Option<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) contact_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) contact_phone_number: Option<String>,
}

/// What is read of a ticket.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Ticket {
    pub(crate) id: i64,
    #[serde(default, rename = "externalXRef")]
    pub(crate) external_x_ref: Option<String>,
    #[serde(default)]
    pub(crate) board: Option<Reference>,
    #[serde(default)]
    pub(crate) closed_flag: Option<bool>,
    #[serde(default)]
    pub(crate) merged_parent_ticket: Option<Reference>,
}

/// A note to add, or one that was read.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Note {
    #[serde(default)]
    pub(crate) text: Option<String>,
    #[serde(default)]
    pub(crate) internal_analysis_flag: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) resolution_flag: Option<bool>,
}

/// One change of a record.
#[derive(Serialize)]
pub(crate) struct PatchOperation {
    pub(crate) op: &'static str,
    pub(crate) path: &'static str,
    pub(crate) value: Reference,
}

/// Tickets to merge into another, and the status they get.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TicketMerge {
    pub(crate) merge_ticket_ids: Vec<i64>,
    pub(crate) status: Reference,
}

/// The vendor's SuccessResponse, as far as it is read; other records have no such field.
#[derive(Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    pub(crate) success: Option<bool>,
}

/// How many records there are.
#[derive(Deserialize)]
pub(crate) struct Count {
    pub(crate) count: u32,
}

/// A board, status, priority or source.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Named {
    pub(crate) id: i64,
    pub(crate) name: String,
    /// Statuses only: whether tickets in it count as closed.
    #[serde(default)]
    pub(crate) closed_status: Option<bool>,
}

/// What is read of a company.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CompanyRecord {
    pub(crate) id: i64,
    pub(crate) identifier: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) deleted_flag: Option<bool>,
}

/// What is read of a contact.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ContactRecord {
    pub(crate) id: i64,
    #[serde(default)]
    pub(crate) first_name: Option<String>,
    #[serde(default)]
    pub(crate) last_name: Option<String>,
    #[serde(default)]
    pub(crate) inactive_flag: Option<bool>,
    #[serde(default)]
    pub(crate) company: Option<CompanyReference>,
    #[serde(default)]
    pub(crate) communication_items: Option<Vec<CommunicationItem>>,
}

/// A contact's company.
#[derive(Deserialize)]
pub(crate) struct CompanyReference {
    #[serde(default)]
    pub(crate) identifier: Option<String>,
}

/// A number or an address of a contact.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CommunicationItem {
    #[serde(default)]
    pub(crate) value: Option<String>,
    #[serde(default)]
    pub(crate) communication_type: Option<String>,
}

/// Why ConnectWise refused. Messages are left out on purpose: they repeat what was sent.
#[derive(Default, Deserialize)]
pub(crate) struct Problem {
    #[serde(default)]
    pub(crate) code: Option<String>,
    #[serde(default)]
    pub(crate) errors: Option<Vec<FieldProblem>>,
}

/// What is wrong with one field.
#[derive(Deserialize)]
pub(crate) struct FieldProblem {
    #[serde(default)]
    pub(crate) code: Option<String>,
    #[serde(default)]
    pub(crate) field: Option<String>,
}

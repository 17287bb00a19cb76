//! Whether a tenant's settings fit what is in ConnectWise, for `nightdesk check`.

use crate::client::{Client, Query};
use crate::config::ConnectWiseConfig;
use crate::desk::ConnectWise;
use crate::names::{What, company, named};
use crate::wire::Named;
use nightdesk_domain::ids::TenantId;
use nightdesk_ports::DeliveryError;
use serde::de::IgnoredAny;

impl ConnectWise {
    /// Every problem at once, in words for the person who set it up; empty if calls can be taken.
    ///
    /// `companies` are the identifiers of the tenant's client companies there. Where ConnectWise cannot be asked
    /// at all, that is the one problem named beside those that show without asking.
    pub async fn check(&self, tenant: &TenantId, companies: &[&str]) -> Vec<String> {
        let client = match self.client(tenant) {
            Ok(client) => client,
            Err(error) => return vec![error.to_string()],
        };
        let mut problems = client.config.problems();
        if client.config.api_root().is_err() {
            return problems;
        }
        // One question first: it would be tiresome to read ten times that the key is wrong.
        if let Err(error) = client.get::<IgnoredAny>("/service/tickets/count", &Query::default()).await {
            problems.push(unanswered("tickets", &error));
            return problems;
        }
        let findings = look(&client, companies).await;
        problems.extend(findings.unwrap_or_else(|error| vec![unanswered("settings", &error)]));
        problems
    }
}

async fn look(client: &Client<'_>, companies: &[&str]) -> Result<Vec<String>, DeliveryError> {
    let ConnectWiseConfig {
        catch_all_company,
        board,
        status_open,
        status_pending,
        status_closed,
        priorities,
        source,
        ..
    } = client.config;
    let mut problems = Vec::new();
    // A setting that is empty is named already.
    let set = |name: &str| !name.trim().is_empty();
    if set(catch_all_company) && company(client, catch_all_company).await?.is_none() {
        problems.push(missing("catch_all_company", "company", catch_all_company));
    }
    for identifier in companies {
        if company(client, identifier).await?.is_none() {
            problems.push(missing("companies", "company", identifier));
        }
    }
    let found = if set(board) { named(client, &What::Board, board).await? } else { None };
    match found {
        None if set(board) => problems.push(missing("board", "service board", board)),
        None => {}
        Some(found) => {
            let statuses = [
                ("status_open", status_open, false),
                ("status_pending", status_pending, false),
                ("status_closed", status_closed, true),
            ];
            for (setting, name, closes) in statuses.into_iter().filter(|(_, name, _)| set(name)) {
                let status = named(client, &What::Status(found.id), name).await?;
                problems.extend(status_problem(setting, name, closes, status.as_ref()));
            }
        }
    }
    for (priority, name) in priorities.iter().filter(|(_, name)| set(name)) {
        if named(client, &What::Priority, name).await?.is_none() {
            problems.push(missing(&format!("priorities.{priority}"), "priority", name));
        }
    }
    if set(source) && named(client, &What::Source, source).await?.is_none() {
        problems.push(missing("source", "source", source));
    }
    Ok(problems)
}

fn status_problem(setting: &str, name: &str, closes: bool, status: Option<&Named>) -> Option<String> {
    match status {
        None => Some(missing(setting, "status on that board", name)),
        Some(status) if status.closed_status.is_some_and(|closed| closed != closes) => Some(format!(
            "connectwise.{setting}: tickets in \"{name}\" count as {} there",
            if closes { "open" } else { "closed" }
        )),
        Some(_) => None,
    }
}

fn missing(setting: &str, what: &str, name: &str) -> String {
    format!("connectwise.{setting}: ConnectWise has no {what} \"{name}\"")
}

fn unanswered(what: &str, error: &DeliveryError) -> String {
    format!("ConnectWise could not be asked about {what}: {error}")
}

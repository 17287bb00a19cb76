//! `nightdesk consent`: shows whether a number may be texted, with the history, and takes what the office was told.

use super::{Outcome, context, print};
use crate::cli::{ConsentArgs, StoreArgs};
use chrono::{DateTime, Utc};
use nightdesk_domain::consent::{Consent, Standing, Statement};
use nightdesk_domain::ids::TenantId;
use serde_json::{Value, json};
use std::process::ExitCode;

/// Shows, or changes and shows.
///
/// # Errors
/// A store that cannot be read; a tenant that is not there; a change where it is not clear for which tenant.
pub(super) async fn run(store: &StoreArgs, args: ConsentArgs) -> Outcome {
    let desk = context::open(store).await?;
    let tenants = desk.tenants_of(args.of.as_deref())?;
    let stated = if args.stop { Some(Standing::OptedOut) } else { args.start.then_some(Standing::OptedIn) };
    if let (Some(standing), Some(words)) = (stated, args.words.as_deref()) {
        let [tenant] = tenants.as_slice() else {
            return Err("of: there are several tenants; say for which one with --of".into());
        };
        desk.host.engine.state_consent(tenant, &args.number, standing, words).await?;
    }
    let mut rows = Vec::new();
    for tenant in tenants {
        let (holds, history) = desk.host.engine.consent(tenant, &args.number).await?;
        rows.push(Row { tenant: tenant.clone(), holds, history });
    }
    if args.json {
        print(&serde_json::to_string_pretty(&rows.iter().map(Row::json).collect::<Vec<_>>())?);
    } else {
        rows.iter().for_each(|row| print(&row.text()));
    }
    Ok(ExitCode::SUCCESS)
}

/// What one tenant knows of a number.
struct Row {
    tenant: TenantId,
    holds: Option<Consent>,
    history: Vec<Statement>,
}

impl Row {
    fn json(&self) -> Value {
        let history = self.history.iter().map(|said| {
            let standing = name(Some(said.standing));
            json!({ "at": said.at, "standing": standing, "source": said.source.to_string(), "words": said.words.reveal() })
        });
        json!({
            "tenant": self.tenant.as_str(),
            "standing": name(self.holds.as_ref().map(|holds| holds.standing)),
            "since": self.holds.as_ref().map(|holds| holds.since),
            "history": history.collect::<Vec<_>>(),
        })
    }

    fn text(&self) -> String {
        let mut text = match &self.holds {
            None => {
                format!("{}: nothing is known; a caller is texted only after agreeing on the call itself", self.tenant)
            }
            Some(holds) => {
                let name = name(Some(holds.standing)).replace('_', " ");
                format!("{}: {name} since {}, by {}", self.tenant, shown(holds.since), holds.source)
            }
        };
        for said in &self.history {
            let standing = name(Some(said.standing)).replace('_', " ");
            let words =
                if said.words.is_empty() { "(no words)".to_owned() } else { format!("{:?}", said.words.reveal()) };
            text.push_str(&format!("\n  {}  {standing}, by {}: {words}", shown(said.at), said.source));
        }
        text
    }
}

fn name(standing: Option<Standing>) -> &'static str {
    match standing {
        Some(Standing::OptedOut) => "opted_out",
        Some(Standing::OptedIn) => "opted_in",
        None => "unknown",
    }
}

fn shown(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

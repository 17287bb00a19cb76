//! `nightdesk feed`: the address at which calendars subscribe to a tenant's rota.

use super::oncall::of_store;
use super::{Outcome, context, print};
use crate::cli::{FeedArgs, StoreArgs};
use crate::feed::feed_path;
use chrono::Utc;
use std::process::ExitCode;

/// Prints the address; the first time, or with `--renew`, it is made.
///
/// # Errors
/// No tenant with a rota; a store that cannot be read or written.
pub(super) async fn run(store: &StoreArgs, args: &FeedArgs) -> Outcome {
    let now = Utc::now();
    let store = context::open(store).await?.store;
    let rota = of_store(&store, args.of.as_deref(), now).await?;
    let tenant = rota.tenant().ok_or("a schedule without a tenant has no feed")?;
    let path = feed_path(&*store.register, tenant, args.renew, now).await?;
    print(&format!("{}{path}", args.public_url.trim_end_matches('/')));
    Ok(ExitCode::SUCCESS)
}

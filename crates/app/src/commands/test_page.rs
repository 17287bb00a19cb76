//! `nightdesk test-page`: rings one technician, to see that pages arrive.
use super::Outcome;
use crate::cli::{StoreArgs, TestPageArgs};
pub(super) async fn run(_store: &StoreArgs, _args: TestPageArgs) -> Outcome {
    Err("later".into())
}

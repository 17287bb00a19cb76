//! What runs on Amazon: the DynamoDB store, mail by SES, models by Bedrock, transcription, secrets.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))] // a failed test is meant to panic

pub mod bedrock;
pub mod config;
pub mod dynamo;
mod failure;
pub mod secrets;
pub mod ses;
pub mod transcribe;

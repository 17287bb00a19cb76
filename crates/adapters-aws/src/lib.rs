//! What runs on Amazon: the DynamoDB store, mail by SES, models by Bedrock, transcription, secrets.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

pub mod bedrock;

//! What runs on Amazon: the DynamoDB store, mail by SES, models by Bedrock, transcription, secrets.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking"))]

pub mod dynamo;

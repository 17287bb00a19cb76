//! What runs on Amazon: the DynamoDB store, mail by SES, models by Bedrock, transcription, secrets.

//! The double's Transcribe: jobs that stay queued until a test moves them on.
//!
//! Source: Amazon Transcribe API Reference, StartTranscriptionJob and GetTranscriptionJob. As the service does, it says
//! BadRequestException of a job that there is not; NotFoundException is documented and can be forced.

use super::objects::Buckets;
use super::{AwsDouble, Refusal};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A job.
pub(super) struct Job {
    request: Value,
    status: &'static str,
    reason: Option<String>,
}

impl AwsDouble {
    /// The names of all jobs.
    pub fn jobs(&self) -> Vec<String> {
        self.state().jobs.keys().cloned().collect()
    }

    /// The service has begun to work on a job.
    pub fn job_begins(&self, name: &str) {
        if let Some(job) = self.state().jobs.get_mut(name) {
            job.status = "IN_PROGRESS";
        }
    }

    /// The service gives a job up.
    pub fn job_fails(&self, name: &str, reason: &str) {
        if let Some(job) = self.state().jobs.get_mut(name) {
            job.status = "FAILED";
            job.reason = Some(reason.to_owned());
        }
    }

    /// The service has written these words where the request wanted them.
    pub fn job_completes(&self, name: &str, words: &str) {
        let mut state = self.state();
        let Some(job) = state.jobs.get_mut(name) else { return };
        job.status = "COMPLETED";
        let place = |field: &str| job.request[field].as_str().unwrap_or_default().to_owned();
        let (bucket, key) = (place("OutputBucketName"), place("OutputKey"));
        let transcript = json!({
            "jobName": name, "accountId": "111122223333", "status": "COMPLETED",
            "results": { "transcripts": [{ "transcript": words }], "items": [] },
        });
        state.objects.write(&bucket, &key, &transcript.to_string());
    }
}

pub(super) fn start(jobs: &mut BTreeMap<String, Job>, buckets: &Buckets, request: &Value) -> Result<Value, Refusal> {
    let malformed = |message: &str| Refusal::new(400, "BadRequestException", message);
    let name = request["TranscriptionJobName"].as_str().unwrap_or_default();
    let fits = (1..=200).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
    if !fits {
        return Err(malformed("1 validation error detected: TranscriptionJobName does not fit its pattern"));
    }
    if jobs.contains_key(name) {
        return Err(Refusal::new(400, "ConflictException", "The requested job name already exists."));
    }
    let uri = request["Media"]["MediaFileUri"].as_str().unwrap_or_default();
    let readable = uri
        .strip_prefix("s3://")
        .and_then(|rest| rest.split_once('/'))
        .is_some_and(|(bucket, key)| buckets.has(bucket, key));
    if !readable {
        return Err(malformed("The S3 URI that you provided can't be accessed."));
    }
    let languages = ["en-US", "es-US"];
    let formats = ["mp3", "mp4", "wav", "flac", "ogg", "amr", "webm", "m4a"];
    if !languages.iter().any(|language| request["LanguageCode"] == *language) {
        return Err(malformed("The language code is not supported."));
    }
    if !formats.iter().any(|format| request["MediaFormat"] == *format) {
        return Err(malformed("The media format is not supported."));
    }
    let job = Job { request: request.clone(), status: "QUEUED", reason: None };
    let answer = describe(name, &job);
    jobs.insert(name.to_owned(), job);
    Ok(answer)
}

pub(super) fn get(jobs: &BTreeMap<String, Job>, request: &Value) -> Result<Value, Refusal> {
    let name = request["TranscriptionJobName"].as_str().unwrap_or_default();
    let missing = "The requested job couldn't be found. Check the job name and try your request again.";
    jobs.get(name).map(|job| describe(name, job)).ok_or_else(|| Refusal::new(400, "BadRequestException", missing))
}

fn describe(name: &str, job: &Job) -> Value {
    let mut answer = json!({
        "TranscriptionJobName": name, "TranscriptionJobStatus": job.status,
        "LanguageCode": job.request["LanguageCode"], "MediaFormat": job.request["MediaFormat"],
        "Media": job.request["Media"], "CreationTime": 1_793_000_000.0,
    });
    if let Some(reason) = &job.reason {
        answer["FailureReason"] = json!(reason);
    }
    if job.status == "COMPLETED" {
        let place = |field: &str| job.request[field].as_str().unwrap_or_default().to_owned();
        let uri = format!("https://s3.us-east-1.amazonaws.com/{}/{}", place("OutputBucketName"), place("OutputKey"));
        answer["Transcript"] = json!({ "TranscriptFileUri": uri });
    }
    json!({ "TranscriptionJob": answer })
}

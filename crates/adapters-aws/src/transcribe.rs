//! Recordings written down by Amazon Transcribe.
//!
//! The sound goes to a bucket, a job reads it there and writes its transcript beside it; nothing waits in between. Both
//! are personal data: **the bucket must be private, and needs a lifecycle rule that expires the prefix**, since nothing
//! here deletes. The SAM template makes such a bucket; docs/AWS.md says what to do without it.
//!
//! Keys and jobs are named after the tenant and a digest of bucket, prefix, tenant and key. So one tenant cannot reach
//! another's recording whatever the key is, repeating is harmless, and two installations in one account do not meet in
//! the job names, which are the account's.

use crate::failure::{Failure, Request};
use async_trait::async_trait;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ServerSideEncryption;
use aws_sdk_transcribe::operation::get_transcription_job::GetTranscriptionJobError;
use aws_sdk_transcribe::operation::start_transcription_job::StartTranscriptionJobError;
use aws_sdk_transcribe::types::{LanguageCode, Media, MediaFormat, TranscriptionJobStatus};
use aws_smithy_types::timeout::TimeoutConfig;
use bytes::Bytes;
use nightdesk_domain::ids::TenantId;
use nightdesk_domain::private::Private;
use nightdesk_domain::vocabulary::Language;
use nightdesk_ports::{DeliveryError, Transcriber, Transcript};
use sha2::{Digest, Sha256};
use std::time::Duration;

const PUT: Request = Request { service: "Amazon S3", action: "s3:PutObject" };
const GET: Request = Request { service: "Amazon S3", action: "s3:GetObject" };
const START: Request = Request { service: "Amazon Transcribe", action: "transcribe:StartTranscriptionJob" };
const LOOK: Request = Request { service: "Amazon Transcribe", action: "transcribe:GetTranscriptionJob" };

/// How long one attempt to send a sound may take; two minutes of a telephone's sound are some 2 MB.
pub const UPLOAD_SECONDS_MAX: u64 = 30;

/// Where sounds and transcripts are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TranscribeConfig {
    /// A bucket in the region of the transcriptions.
    pub bucket: String,
    /// What every key begins with, such as `voicemail/`; may be empty.
    pub prefix: String,
}

/// See the module.
#[derive(Debug)]
pub struct AmazonTranscriber {
    transcribe: aws_sdk_transcribe::Client,
    s3: aws_sdk_s3::Client,
    config: TranscribeConfig,
}

/// What one transcription is called, in both services.
struct Names {
    job: String,
    sound: String,
    words: String,
}

impl AmazonTranscriber {
    /// Works in this bucket.
    pub fn new(transcribe: aws_sdk_transcribe::Client, s3: aws_sdk_s3::Client, config: TranscribeConfig) -> Self {
        Self { transcribe, s3, config }
    }

    fn names(&self, tenant: &TenantId, key: &str) -> Names {
        let TranscribeConfig { bucket, prefix } = &self.config;
        let mut digest = Sha256::new();
        // None of the first three can hold a line break, so two different names never digest the same bytes.
        digest.update(format!("{bucket}\n{prefix}\n{tenant}\n{key}"));
        let digest: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        // At most 64 + 1 + 64 characters of A-Z a-z 0-9 . _ -; a job's name may have 200 of them.
        let at = format!("{prefix}{tenant}/{digest}");
        Names { job: format!("{tenant}-{digest}"), sound: format!("{at}.sound"), words: format!("{at}.json") }
    }

    /// The words of a job that is done. They are gone once the lifecycle rule has taken them.
    async fn words(&self, names: &Names) -> Result<Transcript, DeliveryError> {
        let answer = self.s3.get_object().bucket(&self.config.bucket).key(&names.words).send().await;
        let object = match answer {
            Ok(object) => object,
            Err(error) => {
                return match Failure::of(&error) {
                    Failure::Said(GetObjectError::NoSuchKey(_)) => {
                        tracing::warn!(job = %names.job, "the transcript is no longer in the bucket");
                        Ok(Transcript::Failed)
                    }
                    failure => Err(repeatable(failure.delivery(GET, |error| about_bucket(error.meta().code())))),
                };
            }
        };
        let body = object.body.collect().await.map_err(|_| DeliveryError::unavailable())?.into_bytes();
        match words_of(&body) {
            Some(words) => Ok(Transcript::Words(words)),
            None => {
                tracing::warn!(job = %names.job, "the transcript has an unknown form");
                Ok(Transcript::Failed)
            }
        }
    }
}

#[async_trait]
impl Transcriber for AmazonTranscriber {
    async fn look(&self, tenant: &TenantId, key: &str) -> Result<Transcript, DeliveryError> {
        let names = self.names(tenant, key);
        let answer = match self.transcribe.get_transcription_job().transcription_job_name(&names.job).send().await {
            Ok(answer) => answer,
            Err(error) => {
                return match Failure::of(&error) {
                    Failure::Said(error) if is_missing(error) => Ok(Transcript::Unknown),
                    failure => Err(repeatable(failure.delivery(LOOK, |_| None))),
                };
            }
        };
        let job = answer.transcription_job.ok_or(DeliveryError::unavailable())?;
        match job.transcription_job_status {
            Some(TranscriptionJobStatus::Completed) => self.words(&names).await,
            Some(TranscriptionJobStatus::Failed) => {
                let reason = job.failure_reason.unwrap_or_default();
                tracing::warn!(job = %names.job, %reason, "Amazon Transcribe could not write a recording down");
                Ok(Transcript::Failed)
            }
            // Queued, in progress, and whatever else precedes an end.
            _ => Ok(Transcript::Working),
        }
    }

    async fn begin(
        &self,
        tenant: &TenantId,
        key: &str,
        language: Language,
        media_type: &str,
        sound: Bytes,
    ) -> Result<(), DeliveryError> {
        let format = media_format(media_type).ok_or_else(|| {
            DeliveryError::Refused("the recording's media type is none that Amazon Transcribe reads".to_owned())
        })?;
        if sound.is_empty() {
            return Err(DeliveryError::Refused("the recording is empty".to_owned()));
        }
        let names = self.names(tenant, key);
        let patient = TimeoutConfig::builder().read_timeout(Duration::from_secs(UPLOAD_SECONDS_MAX)).build();
        self.s3
            .put_object()
            .bucket(&self.config.bucket)
            .key(&names.sound)
            .content_type(media_type)
            .server_side_encryption(ServerSideEncryption::Aes256)
            .body(ByteStream::from(sound))
            .customize()
            .config_override(aws_sdk_s3::Config::builder().timeout_config(patient))
            .send()
            .await
            .map_err(|error| {
                repeatable(Failure::of(&error).delivery(PUT, |error| about_bucket(error.meta().code())))
            })?;
        let started = self
            .transcribe
            .start_transcription_job()
            .transcription_job_name(&names.job)
            .language_code(match language {
                Language::English => LanguageCode::EnUs,
                Language::Spanish => LanguageCode::EsUs,
            })
            .media_format(format)
            .media(Media::builder().media_file_uri(format!("s3://{}/{}", self.config.bucket, names.sound)).build())
            .output_bucket_name(&self.config.bucket)
            .output_key(&names.words)
            .send()
            .await;
        match started {
            Ok(_) => Ok(()),
            Err(error) => match Failure::of(&error) {
                // It was begun before.
                Failure::Said(StartTranscriptionJobError::ConflictException(_)) => Ok(()),
                failure => Err(repeatable(failure.delivery(START, |error| {
                    match error {
                    StartTranscriptionJobError::BadRequestException(_) => Some(
                        "Amazon Transcribe cannot use the recording or the bucket: check that the bucket is in the \
                         same region and that the role may read and write it"
                            .to_owned(),
                    ),
                    _ => None,
                }
                }))),
            },
        }
    }
}

/// Beginning and looking twice does no harm, so an unknown outcome is one that may be asked for again.
fn repeatable(error: DeliveryError) -> DeliveryError {
    match error {
        DeliveryError::Unknown => DeliveryError::unavailable(),
        other => other,
    }
}

/// What is wrong with the bucket (Amazon S3 API Reference, "Error responses").
fn about_bucket(code: Option<&str>) -> Option<String> {
    let text = match code? {
        "NoSuchBucket" => {
            "the bucket for recordings does not exist: create it in the region of the transcriptions, or correct its name"
        }
        "PermanentRedirect" | "AuthorizationHeaderMalformed" => {
            "the bucket for recordings is in another region: use one in the region of the transcriptions"
        }
        _ => return None,
    };
    Some(text.to_owned())
}

/// The documented error is NotFoundException; the service is seen to say BadRequestException with this text instead.
fn is_missing(error: &GetTranscriptionJobError) -> bool {
    match error {
        GetTranscriptionJobError::NotFoundException(_) => true,
        GetTranscriptionJobError::BadRequestException(error) => {
            error.message().is_some_and(|message| message.contains("couldn't be found"))
        }
        _ => false,
    }
}

/// The format of a media type (Amazon Transcribe Developer Guide, "Data input and output").
fn media_format(media_type: &str) -> Option<MediaFormat> {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    Some(match essence.as_str() {
        "audio/wav" | "audio/wave" | "audio/x-wav" | "audio/vnd.wave" => MediaFormat::Wav,
        "audio/mpeg" | "audio/mp3" => MediaFormat::Mp3,
        "audio/mp4" | "video/mp4" => MediaFormat::Mp4,
        "audio/m4a" | "audio/x-m4a" => MediaFormat::M4A,
        "audio/flac" | "audio/x-flac" => MediaFormat::Flac,
        "audio/ogg" | "application/ogg" => MediaFormat::Ogg,
        "audio/webm" | "video/webm" => MediaFormat::Webm,
        "audio/amr" => MediaFormat::Amr,
        _ => return None,
    })
}

#[derive(serde::Deserialize)]
struct Document {
    results: Results,
}

#[derive(serde::Deserialize)]
struct Results {
    transcripts: Vec<Written>,
}

#[derive(serde::Deserialize)]
struct Written {
    transcript: String,
}

/// The words of a transcript (Amazon Transcribe Developer Guide, "Data input and output").
fn words_of(json: &[u8]) -> Option<Private> {
    let document: Document = serde_json::from_slice(json).ok()?;
    let texts: Vec<String> = document.results.transcripts.into_iter().map(|written| written.transcript).collect();
    Some(Private::new(texts.join(" ").trim()))
}

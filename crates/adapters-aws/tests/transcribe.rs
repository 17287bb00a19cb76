//! Transcription against the double: where the sound goes, what the job is called, and what each refusal becomes.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a failed test is meant to panic")]

mod common;

use bytes::Bytes;
use common::{Log, config, double, is_signed};
use nightdesk_adapters_aws::transcribe::{AmazonTranscriber, TranscribeConfig};
use nightdesk_domain::ids::TenantId;
use nightdesk_domain::vocabulary::Language;
use nightdesk_ports::{DeliveryError, Transcriber, Transcript};
use nightdesk_testkit::aws::{AwsDouble, Fault};
use serde_json::json;
use std::time::Duration;

const BUCKET: &str = "nightdesk-recordings";

fn tenant() -> TenantId {
    TenantId::parse("my_msp.eu").unwrap()
}

fn transcriber_at(config: &aws_config::SdkConfig, bucket: &str, prefix: &str) -> AmazonTranscriber {
    AmazonTranscriber::new(
        aws_sdk_transcribe::Client::new(config),
        aws_sdk_s3::Client::new(config),
        TranscribeConfig { bucket: bucket.to_owned(), prefix: prefix.to_owned() },
    )
}

async fn working() -> (AwsDouble, AmazonTranscriber) {
    let (aws, config) = double().await;
    aws.add_bucket(BUCKET);
    let transcriber = transcriber_at(&config, BUCKET, "voicemail/");
    (aws, transcriber)
}

async fn begin(transcriber: &AmazonTranscriber, key: &str) -> Result<(), DeliveryError> {
    transcriber.begin(&tenant(), key, Language::English, "audio/x-wav", Bytes::from_static(b"RIFFsound")).await
}

async fn look(transcriber: &AmazonTranscriber) -> Result<Transcript, DeliveryError> {
    transcriber.look(&tenant(), "RE7").await
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T, DeliveryError>) -> String {
    match outcome {
        Err(DeliveryError::Refused(text)) => text,
        other => panic!("{other:?}"),
    }
}

fn is_unavailable<T>(outcome: &Result<T, DeliveryError>) -> bool {
    matches!(outcome, Err(DeliveryError::Unavailable { .. }))
}

#[tokio::test]
async fn the_sound_goes_encrypted_into_the_tenants_part_of_the_bucket_and_a_job_reads_it_there() {
    let (aws, transcriber) = working().await;
    begin(&transcriber, "RE7").await.unwrap();

    let objects = aws.objects(BUCKET);
    let (key, object) = objects.first_key_value().unwrap();
    assert!(key.starts_with("voicemail/my_msp.eu/") && key.ends_with(".sound"), "{key}");
    assert_eq!((objects.len(), object.body.as_ref()), (1, b"RIFFsound".as_slice()));
    assert_eq!((object.content_type.as_str(), object.encryption.as_str()), ("audio/x-wav", "AES256"));
    let put = &aws.requests("PutObject")[0];
    assert_eq!((put.method.as_str(), put.path.clone()), ("PUT", format!("/{BUCKET}/{key}")));
    assert!(is_signed(put, "s3"));

    let job = aws.jobs().remove(0);
    assert!(job.starts_with("my_msp.eu-") && job.len() <= 200, "{job}");
    let start = &aws.requests("StartTranscriptionJob")[0];
    assert_eq!(start.header("x-amz-target"), "Transcribe.StartTranscriptionJob");
    assert!(is_signed(start, "transcribe"));
    let expected = json!({
        "TranscriptionJobName": job, "LanguageCode": "en-US", "MediaFormat": "wav",
        "Media": { "MediaFileUri": format!("s3://{BUCKET}/{key}") },
        "OutputBucketName": BUCKET, "OutputKey": key.replace(".sound", ".json"),
    });
    assert_eq!(start.json(), expected);
}

#[tokio::test]
async fn a_transcription_is_unknown_then_working_then_words_as_often_as_it_is_asked() {
    let (aws, transcriber) = working().await;
    assert_eq!(look(&transcriber).await.unwrap(), Transcript::Unknown);
    begin(&transcriber, "RE7").await.unwrap();
    assert_eq!(look(&transcriber).await.unwrap(), Transcript::Working);
    let job = aws.jobs().remove(0);
    aws.job_begins(&job);
    assert_eq!(look(&transcriber).await.unwrap(), Transcript::Working);
    aws.job_completes(&job, "The server is down.");
    for _ in 0..2 {
        assert_eq!(look(&transcriber).await.unwrap(), Transcript::Words("The server is down.".into()));
    }
    assert_eq!(aws.requests("GetTranscriptionJob")[0].json(), json!({ "TranscriptionJobName": job }));
    let get = &aws.requests("GetObject")[0];
    assert!(get.path.starts_with(&format!("/{BUCKET}/voicemail/my_msp.eu/")) && is_signed(get, "s3"), "{}", get.path);
}

#[tokio::test]
async fn silence_is_a_transcript_without_words() {
    let (aws, transcriber) = working().await;
    begin(&transcriber, "RE7").await.unwrap();
    aws.job_completes(&aws.jobs()[0], "");
    assert_eq!(look(&transcriber).await.unwrap(), Transcript::Words("".into()));
}

#[tokio::test]
async fn a_failed_job_will_not_come_and_the_reason_is_logged() {
    let (log, _guard) = Log::capture();
    let (aws, transcriber) = working().await;
    begin(&transcriber, "RE7").await.unwrap();
    aws.job_fails(&aws.jobs()[0], "The media format provided does not match the detected media format.");
    assert_eq!(look(&transcriber).await.unwrap(), Transcript::Failed);
    let warned = log.text().lines().any(|line| line.contains("WARN") && line.contains("does not match the detected"));
    assert!(warned);
}

#[tokio::test]
async fn beginning_twice_begins_one_job() {
    let (aws, transcriber) = working().await;
    begin(&transcriber, "RE7").await.unwrap();
    begin(&transcriber, "RE7").await.unwrap();
    assert_eq!((aws.jobs().len(), aws.objects(BUCKET).len()), (1, 1));
    assert_eq!(aws.requests("StartTranscriptionJob").len(), 2, "the second met the first");
}

#[tokio::test]
async fn names_fit_and_stay_apart_whatever_the_key() {
    let (aws, transcriber) = working().await;
    let longest = TenantId::parse(&"t".repeat(64)).unwrap();
    let keys = ["RE7", "../other/RE7", "RE 7?&#%", "ñ", "", &"k".repeat(3000)];
    for key in keys {
        for tenant in [&tenant(), &longest] {
            let sound = Bytes::from_static(b"sound");
            transcriber.begin(tenant, key, Language::Spanish, "audio/mpeg", sound).await.unwrap();
        }
    }
    assert_eq!((aws.jobs().len(), aws.objects(BUCKET).len()), (keys.len() * 2, keys.len() * 2));
    let mine = |key: &String| key.starts_with("voicemail/my_msp.eu/") || key.starts_with("voicemail/tttt");
    assert!(aws.objects(BUCKET).keys().all(mine));
    assert_eq!(aws.requests("StartTranscriptionJob")[0].json()["LanguageCode"], "es-US");
}

#[tokio::test]
async fn two_installations_in_one_account_do_not_meet() {
    let (aws, config) = double().await;
    aws.add_bucket(BUCKET);
    for prefix in ["live/", "trial/"] {
        begin(&transcriber_at(&config, BUCKET, prefix), "RE7").await.unwrap();
    }
    assert_eq!(aws.jobs().len(), 2);
}

#[tokio::test]
async fn media_types_are_told_to_the_service_or_refused_before_anything_is_sent() {
    let (aws, transcriber) = working().await;
    let known = [
        ("audio/wav", "wav"),
        ("Audio/WAV; rate=8000", "wav"),
        ("audio/mpeg", "mp3"),
        ("audio/mp4", "mp4"),
        ("audio/x-m4a", "m4a"),
        ("audio/flac", "flac"),
        ("audio/ogg; codecs=opus", "ogg"),
        ("audio/webm", "webm"),
        ("audio/amr", "amr"),
    ];
    for (media_type, _) in known {
        let sound = Bytes::from_static(b"sound");
        transcriber.begin(&tenant(), media_type, Language::English, media_type, sound).await.unwrap();
    }
    let told: Vec<_> = aws.requests("StartTranscriptionJob").iter().map(|r| r.json()["MediaFormat"].clone()).collect();
    assert_eq!(told, known.map(|(_, format)| json!(format)));
    for (media_type, sound) in [("text/plain", "sound"), ("", "sound"), ("audio/wav", "")] {
        refusal(transcriber.begin(&tenant(), "k", Language::English, media_type, sound.into()).await);
    }
    assert_eq!(aws.requests("PutObject").len(), known.len());
}

#[tokio::test]
async fn every_refusal_says_what_to_mend() {
    let (aws, transcriber) = working().await;
    let cases = [
        ("PutObject", 403, "AccessDenied", "IAM action s3:PutObject"),
        ("PutObject", 404, "NoSuchBucket", "bucket for recordings does not exist"),
        ("PutObject", 301, "PermanentRedirect", "is in another region"),
        ("PutObject", 403, "InvalidAccessKeyId", "AWS credentials"),
        ("StartTranscriptionJob", 400, "AccessDeniedException", "IAM action transcribe:StartTranscriptionJob"),
        ("StartTranscriptionJob", 400, "BadRequestException", "same region"),
        ("StartTranscriptionJob", 400, "UnrecognizedClientException", "AWS credentials"),
    ];
    for (action, status, code, expected) in cases {
        aws.fail(action, Fault::error(status, code, "a text"));
        let text = refusal(begin(&transcriber, "RE7").await);
        assert!(text.contains(expected), "{code}: {text}");
    }
    assert!(aws.jobs().is_empty());
    begin(&transcriber, "RE7").await.unwrap();
    aws.job_completes(&aws.jobs()[0], "words");
    let cases = [
        ("GetTranscriptionJob", 400, "AccessDeniedException", "IAM action transcribe:GetTranscriptionJob"),
        ("GetTranscriptionJob", 400, "BadRequestException", "answered BadRequestException"),
        ("GetObject", 403, "AccessDenied", "IAM action s3:GetObject"),
        ("GetObject", 404, "NoSuchBucket", "bucket for recordings does not exist"),
    ];
    for (action, status, code, expected) in cases {
        aws.fail(action, Fault::error(status, code, "a text"));
        let text = refusal(look(&transcriber).await);
        assert!(text.contains(expected), "{code}: {text}");
    }
    aws.fail("GetTranscriptionJob", Fault::error(404, "NotFoundException", "as documented"));
    assert_eq!(look(&transcriber).await.unwrap(), Transcript::Unknown);
}

#[tokio::test]
async fn what_passes_by_itself_is_asked_again_later() {
    let (aws, transcriber) = working().await;
    let faults = [
        Fault::error(500, "InternalFailureException", ""),
        Fault::error(400, "LimitExceededException", ""),
        Fault::LosesAnswer,
    ];
    // As often as the SDK repeats by itself.
    let fail = |action: &str, fault: &Fault| (0..3).for_each(|_| aws.fail(action, fault.clone()));
    for fault in &faults {
        for action in ["PutObject", "StartTranscriptionJob"] {
            fail(action, fault);
            let outcome = begin(&transcriber, "RE7").await;
            assert!(is_unavailable(&outcome), "{action} {fault:?}: {outcome:?}");
        }
    }
    begin(&transcriber, "RE7").await.unwrap();
    assert_eq!(aws.jobs().len(), 1, "the job whose answers were lost");
    aws.job_completes(&aws.jobs()[0], "words");
    for fault in &faults {
        for action in ["GetTranscriptionJob", "GetObject"] {
            fail(action, fault);
            let outcome = look(&transcriber).await;
            assert!(is_unavailable(&outcome), "{action} {fault:?}: {outcome:?}");
        }
    }
    assert_eq!(look(&transcriber).await.unwrap(), Transcript::Words("words".into()));
    let free = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let nowhere = transcriber_at(&config(&format!("http://{free}")), BUCKET, "");
    assert!(is_unavailable(&begin(&nowhere, "RE7").await) && is_unavailable(&look(&nowhere).await));
}

#[tokio::test]
async fn a_service_that_stays_silent_is_given_up() {
    let (aws, transcriber) = working().await;
    for _ in 0..3 {
        aws.fail("GetTranscriptionJob", Fault::Slow(Duration::from_secs(2)));
    }
    assert!(is_unavailable(&look(&transcriber).await));
}

#[tokio::test]
async fn a_transcript_that_is_gone_or_of_another_form_will_not_come() {
    let (aws, transcriber) = working().await;
    begin(&transcriber, "RE7").await.unwrap();
    aws.job_completes(&aws.jobs()[0], "words");
    let key = aws.objects(BUCKET).into_keys().find(|key| key.ends_with(".json")).unwrap();
    for body in ["", "{}", "{\"results\":{\"transcripts\":[{}]}}", "<html>"] {
        aws.set_object(BUCKET, &key, body);
        assert_eq!(look(&transcriber).await.unwrap(), Transcript::Failed, "{body}");
    }
    aws.remove_object(BUCKET, &key);
    assert_eq!(look(&transcriber).await.unwrap(), Transcript::Failed);
}

#[tokio::test]
async fn no_word_and_no_sound_reaches_debug_or_the_finest_log() {
    let (log, _guard) = Log::capture();
    let (aws, transcriber) = working().await;
    begin(&transcriber, "RE7").await.unwrap();
    aws.job_completes(&aws.jobs()[0], "my password is hunter");
    let words = look(&transcriber).await.unwrap();
    assert!(log.text().contains("GetTranscriptionJob"), "the log was captured");
    for shown in [log.text(), format!("{words:?} {transcriber:?}")] {
        for private in ["hunter", "RIFFsound", "not-a-secret"] {
            let line = shown.lines().find(|line| line.contains(private));
            assert!(line.is_none(), "{private} in {line:?}");
        }
    }
}

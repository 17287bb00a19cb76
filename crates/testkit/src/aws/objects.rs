//! The double's S3: PutObject and GetObject, addressed by path.
//!
//! Source: Amazon S3 API Reference, PutObject, GetObject and "Error responses".

use super::{Answer, Arrived, AwsDouble, Refusal};
use bytes::Bytes;
use std::collections::BTreeMap;

/// What is stored under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// The bytes.
    pub body: Bytes,
    /// The media type.
    pub content_type: String,
    /// The server-side encryption that was asked for; empty for none.
    pub encryption: String,
}

/// Bucket to key to object.
#[derive(Default)]
pub(super) struct Buckets(BTreeMap<String, BTreeMap<String, Object>>);

impl AwsDouble {
    /// Creates a bucket.
    pub fn add_bucket(&self, name: &str) {
        self.state().objects.0.entry(name.to_owned()).or_default();
    }

    /// The objects of a bucket by key.
    pub fn objects(&self, bucket: &str) -> BTreeMap<String, Object> {
        self.state().objects.0.get(bucket).cloned().unwrap_or_default()
    }

    /// Removes an object, as a lifecycle rule does.
    pub fn remove_object(&self, bucket: &str, key: &str) {
        if let Some(objects) = self.state().objects.0.get_mut(bucket) {
            objects.remove(key);
        }
    }

    /// Replaces the bytes of an object.
    pub fn set_object(&self, bucket: &str, key: &str, body: &str) {
        self.state().objects.write(bucket, key, body);
    }
}

impl Buckets {
    pub(super) fn put(&mut self, arrived: &Arrived) -> Result<Answer, Refusal> {
        // A body in signed chunks would have to be taken apart first.
        if arrived.header("content-encoding").contains("aws-chunked") {
            return Err(Refusal::new(501, "NotImplemented", "The double takes whole bodies only"));
        }
        if arrived.header("x-amz-content-sha256").is_empty() {
            return Err(Refusal::new(400, "InvalidRequest", "Missing required header x-amz-content-sha256"));
        }
        let (bucket, key) = location(&arrived.path)?;
        let objects = self.0.get_mut(bucket).ok_or_else(no_such_bucket)?;
        let encryption = arrived.header("x-amz-server-side-encryption").to_owned();
        let object = Object {
            body: arrived.body.clone(),
            content_type: arrived.header("content-type").to_owned(),
            encryption: encryption.clone(),
        };
        objects.insert(key.to_owned(), object);
        let etag = ("etag", "\"d41d8cd98f00b204e9800998ecf8427e\"".to_owned());
        Ok(Answer::Object(Bytes::new(), vec![etag, ("x-amz-server-side-encryption", encryption)]))
    }

    pub(super) fn get(&self, arrived: &Arrived) -> Result<Answer, Refusal> {
        let (bucket, key) = location(&arrived.path)?;
        let object = self
            .0
            .get(bucket)
            .ok_or_else(no_such_bucket)?
            .get(key)
            .ok_or_else(|| Refusal::new(404, "NoSuchKey", "The specified key does not exist."))?;
        Ok(Answer::Object(object.body.clone(), vec![("content-type", object.content_type.clone())]))
    }

    pub(super) fn has(&self, bucket: &str, key: &str) -> bool {
        self.0.get(bucket).is_some_and(|objects| objects.contains_key(key))
    }

    /// Writes as another service of the account does.
    pub(super) fn write(&mut self, bucket: &str, key: &str, body: &str) {
        let object = Object {
            body: Bytes::copy_from_slice(body.as_bytes()),
            content_type: "application/json".to_owned(),
            encryption: "AES256".to_owned(),
        };
        self.0.entry(bucket.to_owned()).or_default().insert(key.to_owned(), object);
    }
}

/// `/bucket/key`; keys that need percent-encoding are not imitated.
fn location(path: &str) -> Result<(&str, &str), Refusal> {
    path.trim_start_matches('/')
        .split_once('/')
        .filter(|(bucket, key)| !bucket.is_empty() && !key.is_empty() && !key.contains('%'))
        .ok_or_else(|| Refusal::new(400, "InvalidURI", "Couldn't parse the specified URI."))
}

fn no_such_bucket() -> Refusal {
    Refusal::new(404, "NoSuchBucket", "The specified bucket does not exist")
}

//! Amazon, where the build has it: store, secrets, mail, models, transcription. Everything else asks here and nowhere
//! else, so that a build without the feature `aws` differs in this folder alone.

#[cfg(not(feature = "aws"))]
mod absent;
#[cfg(feature = "aws")]
mod present;

#[cfg(not(feature = "aws"))]
pub use absent::Amazon;
#[cfg(feature = "aws")]
pub use present::Amazon;

/// How a tenant's mail is sent.
#[derive(Debug, Clone, Copy)]
pub struct Sender<'a> {
    /// The sender: an address, or a name and an address.
    pub from: &'a str,
    /// Where answers go; none: to the sender.
    pub reply_to: Option<&'a str>,
    /// The SES configuration set.
    pub configuration_set: Option<&'a str>,
}

/// What a build without Amazon says to whoever asks for it.
pub const ABSENT: &str = "this build cannot speak to Amazon; one that can is made by \
                          `cargo build --release -p nightdesk --features aws`";

//! Sentences of callers and what they mean.

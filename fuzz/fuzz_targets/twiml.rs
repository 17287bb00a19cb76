//! Any text: the simulated network's TwiML parser gives a document or a coded error, the same each time, and
//! never panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nightdesk_adapters_local::phone::{DOCUMENT_BYTES_MAX, parse_document};

fuzz_target!(|text: &str| {
    let read = parse_document(text);
    if text.len() > DOCUMENT_BYTES_MAX {
        assert!(read.is_err(), "a document of {} bytes was accepted", text.len());
    }
    assert_eq!(read, parse_document(text), "the same document is read in two ways");
});

//! Any address and any body: the webhook parser gives a fact or names a field, within its bounds, and never panics.
//!
//! An input is the path and query on the first line, and the form-encoded body after it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nightdesk_adapters_twilio::form::Form;
use nightdesk_adapters_twilio::webhook::{Fact, KEYS_MAX, UTTERANCE_CHARS_MAX, parse};
use nightdesk_adapters_twilio::{Address, Route};
use nightdesk_domain::call::CallEvent;

fuzz_target!(|input: &[u8]| {
    let at = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    let (first, rest) = input.split_at(at);
    let Ok(line) = std::str::from_utf8(first) else { return };
    let (path, query) = line.split_once('?').map_or((line, None), |(path, query)| (path, Some(query)));
    let Ok(address) = Address::parse(path, query) else { return };
    let written = address.route.to_string();
    let (path, query) = written.split_once('?').map_or((&*written, None), |(path, query)| (path, Some(query)));
    assert_eq!(Route::parse(path, query).as_ref(), Ok(&address.route), "an address is read as it is written");

    let form = Form::parse(rest.strip_prefix(b"\n").unwrap_or(rest));
    let Ok(webhook) = parse(&address, &form) else { return };
    if let Fact::Call(_, CallEvent::Said { words, keys, .. }) = &webhook.fact {
        let chars = words.as_ref().map_or(0, |speech| speech.words.reveal().chars().count());
        assert!(chars <= UTTERANCE_CHARS_MAX, "an utterance of {chars} characters");
        let keys = keys.as_ref().map_or(0, |keys| keys.reveal().chars().count());
        assert!(keys <= KEYS_MAX, "{keys} keys");
    }
});

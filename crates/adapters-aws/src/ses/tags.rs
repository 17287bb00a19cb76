//! Message tags, by which a report of SES finds the notice that it is about.
//!
//! A tag holds 1 to 256 characters of `A-Z a-z 0-9 _ -` (Amazon SES API v2 Reference, MessageTag). Everything else in
//! a name, and `_` itself, is written as `_` and two hexadecimal digits. A tenant's name becomes at most 192
//! characters, an effect's at most 212.

/// The tag that holds the tenant.
pub(super) const TENANT: &str = "nightdesk-tenant";
/// The tag that holds the effect.
pub(super) const EFFECT: &str = "nightdesk-effect";

/// A name as a tag's value.
pub(super) fn encode(name: &str) -> String {
    let mut value = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' => value.push(char::from(byte)),
            _ => value.push_str(&format!("_{byte:02X}")),
        }
    }
    value
}

/// The name in a tag's value; none if [`encode`] did not write it.
pub(super) fn decode(value: &str) -> Option<String> {
    let mut name = Vec::with_capacity(value.len());
    let mut bytes = value.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'_' {
            name.push(byte);
            continue;
        }
        let digits = [bytes.next()?, bytes.next()?];
        name.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
    }
    String::from_utf8(name).ok().filter(|name| encode(name) == value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nightdesk_domain::ids::EffectId;

    #[test]
    fn every_name_comes_back_from_its_tag() {
        let whole_alphabet: String = (0x20..0x7f_u8).map(char::from).collect();
        let longest = format!("call/{}#{}", "_".repeat(64), u32::MAX);
        for name in ["a", "my-msp", "a_b.c", "_5F", "__", "call/CA12#3", "número", &whole_alphabet, &longest] {
            let value = encode(name);
            assert!(value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')), "{value}");
            assert_eq!(decode(&value).as_deref(), Some(name));
        }
        assert!(longest.parse::<EffectId>().is_ok(), "the longest effect there is");
        assert!(encode(&longest).len() <= 256);
    }

    #[test]
    fn a_value_that_was_not_written_here_is_no_name() {
        for value in ["_", "_5", "_zz", "_+1", "a.b", "a b", "_2f", "_41", "_FF"] {
            assert_eq!(decode(value), None, "{value}");
        }
    }
}

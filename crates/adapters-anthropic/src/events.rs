//! Server-sent events (WHATWG HTML, section 9.2.6) out of bytes that come in any pieces.
//!
//! Our own, since the pieces are pulled one by one with a time limit, and since what has not ended yet must be bounded:
//! the parsers on offer wrap a stream and let an event grow without end.

/// Longest event, in bytes: far above any that the vendor sends for answers as short as ours.
const EVENT_BYTES_MAX: usize = 64 * 1024;

/// An event without an end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

/// What has come of the next event. Names of events and their ids are left out: the vendor repeats the name in the data.
#[derive(Default)]
pub(crate) struct Events {
    line: Vec<u8>,
    data: Option<String>,
    after_return: bool,
    begun: bool,
}

impl Events {
    /// Takes the next bytes and gives the data of each event that is complete with them.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> Result<Vec<String>, TooLong> {
        let mut complete = Vec::new();
        for &byte in bytes {
            let second_half = byte == b'\n' && self.after_return;
            self.after_return = byte == b'\r';
            match byte {
                b'\n' if second_half => {}
                b'\n' | b'\r' => complete.extend(self.end_line()),
                _ if self.line.len() + self.data.as_ref().map_or(0, String::len) >= EVENT_BYTES_MAX => {
                    return Err(TooLong);
                }
                _ => self.line.push(byte),
            }
        }
        Ok(complete)
    }

    /// Takes note of a line; an empty one ends the event. Only whole lines are decoded, so no character is cut in two.
    fn end_line(&mut self) -> Option<String> {
        let line = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&line);
        let line = if self.begun { &line } else { line.trim_start_matches('\u{feff}') };
        self.begun = true;
        if line.is_empty() {
            return self.data.take();
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        if field == "data" {
            let value = value.strip_prefix(' ').unwrap_or(value);
            match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The events of a text, however it is cut.
    #[track_caller]
    fn check(text: &[u8], expected: &[&str]) {
        for size in 1..=text.len() {
            let mut events = Events::default();
            let taken: Vec<String> = text.chunks(size).flat_map(|piece| events.take(piece).unwrap()).collect();
            assert_eq!(taken, expected, "in pieces of {size} bytes");
        }
    }

    #[test]
    fn an_event_is_its_data() {
        check(b"event: ping\nid: 7\nretry: 10\ndata: {\"type\": \"ping\"}\n\n", &["{\"type\": \"ping\"}"]);
        check(b"data: one\n\ndata: two\n\n", &["one", "two"]);
    }

    #[test]
    fn lines_end_with_any_of_the_three_ends() {
        check(b"data: one\r\n\r\ndata: two\r\n\r\n", &["one", "two"]);
        check(b"data: one\r\rdata: two\r\r", &["one", "two"]);
        check(b"data: one\n\r\ndata: two\r\n\n", &["one", "two"]);
    }

    #[test]
    fn several_lines_of_data_are_one_event() {
        check(b"data: one\ndata:\ndata: two\n\n", &["one\n\ntwo"]);
        check(b"data: one\r\nevent: x\r\ndata: two\r\n\r\n", &["one\ntwo"]);
    }

    #[test]
    fn comments_and_unknown_fields_are_passed_over() {
        check(b": still here\n\n:\n\nnews: none\ndata: one\n: data: not this\n\n", &["one"]);
        check(b"database: x\n data: y\n\n", &[]);
    }

    #[test]
    fn one_blank_after_the_colon_is_not_data_and_a_second_is() {
        check(b"data:one\n\ndata:  two\n\ndata\n\n", &["one", " two", ""]);
    }

    #[test]
    fn a_character_cut_in_two_is_whole_again() {
        check("\u{feff}data: caf\u{e9} \u{1f6a8}\u{4e2d}\n\n".as_bytes(), &["caf\u{e9} \u{1f6a8}\u{4e2d}"]);
    }

    #[test]
    fn bytes_that_are_no_text_harm_only_their_line() {
        check(b"data: a\xffb\n\ndata: c\n\n", &["a\u{fffd}b", "c"]);
    }

    #[test]
    fn what_has_not_ended_is_no_event() {
        check(b"data: one\n\ndata: two\n", &["one"]);
        check(b"data: one", &[]);
    }

    #[test]
    fn an_event_without_an_end_is_given_up() {
        let mut line = Events::default();
        assert_eq!(line.take(&vec![b'x'; EVENT_BYTES_MAX]), Ok(Vec::new()));
        assert_eq!(line.take(b"x"), Err(TooLong));
        let mut data = Events::default();
        let lines = "data: 0123456789\n".repeat(EVENT_BYTES_MAX / 10);
        assert_eq!(data.take(lines.as_bytes()), Err(TooLong));
    }
}

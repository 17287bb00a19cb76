//! The notice as a small HTML document: one heading and paragraphs, readable on a telephone and by a screen reader.

use maud::{DOCTYPE, html};

/// The look: large dark letters on white, narrow enough to read. Mail programs drop style sheets, so it is on the body.
const STYLE: &str = "margin:0 auto;padding:16px;max-width:40em;background:#fff;color:#1a1a1a;\
                     font:16px/1.5 system-ui,-apple-system,'Segoe UI',Arial,sans-serif";

/// Subject and body as a document. Both are text; nothing in them is markup. An empty line begins a paragraph.
pub(super) fn document(subject: &str, body: &str) -> String {
    let body = body.replace("\r\n", "\n");
    let paragraphs = body.split("\n\n").map(|text| text.trim_matches('\n')).filter(|text| !text.is_empty());
    html! {
        (DOCTYPE)
        // Notices are in English (product rule 9); a quotation may not be.
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (subject) }
            }
            body style=(STYLE) {
                main {
                    h1 style="font-size:20px;line-height:1.3" { (subject) }
                    @for paragraph in paragraphs {
                        p {
                            @for (number, line) in paragraph.lines().enumerate() {
                                @if number > 0 { br; }
                                (line)
                            }
                        }
                    }
                }
            }
        }
    }
    .into_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_and_lines_are_kept() {
        let html = document("Server down", "Dana called.\nAcme Dental\r\n\r\nWho: Bea\n\n\n");
        assert!(html.starts_with("<!DOCTYPE html><html lang=\"en\">"), "{html}");
        assert!(html.contains("<title>Server down</title>"), "{html}");
        assert!(html.contains("<p>Dana called.<br>Acme Dental</p><p>Who: Bea</p></main>"), "{html}");
    }

    #[test]
    fn nothing_that_a_caller_says_becomes_markup() {
        let said = "</title></h1><script>alert(\"x\")</script> & 'it'";
        let html = document(said, said);
        assert!(!html.contains("<script"), "{html}");
        assert_eq!(html.matches("&lt;script&gt;").count(), 3, "{html}");
        assert_eq!(html.matches("</title>").count(), 1, "{html}");
        assert_eq!(html.matches("&amp;").count(), 3, "{html}");
    }
}

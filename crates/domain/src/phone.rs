//! Telephone numbers as carriers write them (ITU-T E.164).

use serde::{Deserialize, Serialize};
use std::fmt;

/// A number that can be dialled: `+`, then 7 to 15 digits, the first not 0 (ITU-T E.164).
///
/// `Debug` shows the last two digits only.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(String);

/// A text that is not an E.164 number. The text is not repeated: it may be personal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a phone number must be written as + and 7 to 15 digits, for example +13125550142")]
pub struct InvalidPhoneNumber;

impl PhoneNumber {
    /// Takes `+13125550142`; blanks, dots, dashes and brackets between digits are dropped.
    pub fn parse(text: &str) -> Result<Self, InvalidPhoneNumber> {
        let kept: String = text.trim().chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')')).collect();
        let digits = kept.strip_prefix('+').ok_or(InvalidPhoneNumber)?;
        let fits =
            (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
        if fits { Ok(Self(kept)) } else { Err(InvalidPhoneNumber) }
    }

    /// `+` and digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last ten digits (fewer where the number is shorter): what contacts are matched by,
    /// since people store numbers with and without country codes.
    pub fn last_ten(&self) -> &str {
        let digits = self.0.trim_start_matches('+');
        &digits[digits.len().saturating_sub(10)..]
    }

    /// The digits separated by blanks, so that a voice reads them one by one.
    pub fn spoken(&self) -> String {
        spoken_digits(self.last_ten())
    }
}

/// Digits read out one by one, with a pause before the last four and after the third of ten.
pub fn spoken_digits(text: &str) -> String {
    // The country code 1 is not said: it is the callers' and the technicians' own.
    let text = text.strip_prefix("+1").filter(|rest| rest.len() == 10).unwrap_or(text);
    let digits: Vec<String> = text.chars().filter(char::is_ascii_digit).map(String::from).collect();
    let (head, tail) = digits.split_at(digits.len().saturating_sub(4));
    let (area, middle) = head.split_at(head.len().saturating_sub(3));
    [area, middle, tail].iter().filter(|g| !g.is_empty()).map(|g| g.join(" ")).collect::<Vec<_>>().join(", ")
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PhoneNumber(..{})", &self.0[self.0.len().saturating_sub(2)..])
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = InvalidPhoneNumber;
    fn try_from(text: String) -> Result<Self, InvalidPhoneNumber> {
        Self::parse(&text)
    }
}

impl From<PhoneNumber> for String {
    fn from(number: PhoneNumber) -> String {
        number.0
    }
}

//! ConnectWise's search conditions, read strictly: what a real server might misread is an error here.
//!
//! `field op literal`, joined by `and` and `or`, grouped by brackets. In a quoted literal a backslash takes the
//! next character, so a literal that was not written for that loses its closing quotation mark and is refused.

use serde_json::Value;

/// A condition that was understood.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    And(Box<Expression>, Box<Expression>),
    Or(Box<Expression>, Box<Expression>),
    Compare { field: String, operator: Operator, literal: Value },
}

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    Greater,
    Like,
    Contains,
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Open,
    Close,
    Word(String),
    Operator(Operator),
    Text(String),
}

impl Expression {
    /// Reads a condition; the error says what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut tokens = tokens(text)?;
        tokens.reverse();
        let expression = either(&mut tokens)?;
        match tokens.pop() {
            None => Ok(expression),
            Some(token) => Err(format!("{token:?} follows a whole condition")),
        }
    }

    /// Whether a record meets it. The text of every field is compared without regard to case, as the vendor's
    /// database does.
    pub(super) fn holds(&self, record: &Value) -> bool {
        match self {
            Self::And(one, other) => one.holds(record) && other.holds(record),
            Self::Or(one, other) => one.holds(record) || other.holds(record),
            Self::Compare { field, operator, literal } => {
                let value = field.split('/').try_fold(record, |value, name| value.get(name)).unwrap_or(&Value::Null);
                compare(value, *operator, literal)
            }
        }
    }

    /// Every field that is asked about.
    pub(super) fn fields(&self) -> Vec<&str> {
        match self {
            Self::And(one, other) | Self::Or(one, other) => [one.fields(), other.fields()].concat(),
            Self::Compare { field, .. } => vec![field],
        }
    }
}

fn compare(value: &Value, operator: Operator, literal: &Value) -> bool {
    let order = || match (value, literal) {
        (Value::Number(one), Value::Number(other)) => one.as_i64().zip(other.as_i64()).map(|(a, b)| a.cmp(&b)),
        (Value::String(one), Value::String(other)) => Some(one.to_lowercase().cmp(&other.to_lowercase())),
        (Value::Bool(one), Value::Bool(other)) => Some(one.cmp(other)),
        (Value::Null, Value::Null) => Some(std::cmp::Ordering::Equal),
        _ => None,
    };
    let texts = || Some((value.as_str()?.to_lowercase(), literal.as_str()?.to_lowercase()));
    match operator {
        Operator::Equal => order().is_some_and(std::cmp::Ordering::is_eq),
        Operator::NotEqual => !order().is_some_and(std::cmp::Ordering::is_eq),
        Operator::Less => order().is_some_and(std::cmp::Ordering::is_lt),
        Operator::Greater => order().is_some_and(std::cmp::Ordering::is_gt),
        Operator::Contains => texts().is_some_and(|(text, part)| text.contains(&part)),
        Operator::Like => texts().is_some_and(|(text, pattern)| {
            like(&text.chars().collect::<Vec<_>>(), &pattern.chars().collect::<Vec<_>>())
        }),
    }
}

/// SQL's `like`: `%` is any text, `_` any character. Greedy with one step back, so never exponential.
fn like(text: &[char], pattern: &[char]) -> bool {
    let (mut at, mut in_pattern) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(in_pattern) {
            Some('%') => {
                retry = Some((at, in_pattern));
                in_pattern += 1;
            }
            Some(&c) if c == '_' || c == text[at] => {
                at += 1;
                in_pattern += 1;
            }
            _ => {
                let Some((from, star)) = retry else { return false };
                retry = Some((from + 1, star));
                (at, in_pattern) = (from + 1, star + 1);
            }
        }
    }
    pattern[in_pattern..].iter().all(|&c| c == '%')
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        tokens.push(match c {
            ' ' => continue,
            '(' => Token::Open,
            ')' => Token::Close,
            '=' => Token::Operator(Operator::Equal),
            '<' => Token::Operator(Operator::Less),
            '>' => Token::Operator(Operator::Greater),
            '!' if rest.next_if_eq(&'=').is_some() => Token::Operator(Operator::NotEqual),
            '"' | '\'' => Token::Text(literal(c, &mut rest)?),
            c if c.is_ascii_alphanumeric() || c == '-' => {
                let mut word = String::from(c);
                while let Some(c) = rest.next_if(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '.')) {
                    word.push(c);
                }
                match word.to_ascii_lowercase().as_str() {
                    "like" => Token::Operator(Operator::Like),
                    "contains" => Token::Operator(Operator::Contains),
                    _ => Token::Word(word),
                }
            }
            c => return Err(format!("{c:?} is not expected outside a literal")),
        });
    }
    Ok(tokens)
}

fn literal(quote: char, rest: &mut impl Iterator<Item = char>) -> Result<String, String> {
    let mut text = String::new();
    while let Some(c) = rest.next() {
        match c {
            c if c == quote => return Ok(text),
            '\\' => text.push(rest.next().ok_or("the literal ends with a backslash")?),
            c if c.is_control() => return Err("a control character in a literal".to_owned()),
            c => text.push(c),
        }
    }
    Err("a literal has no end".to_owned())
}

fn either(tokens: &mut Vec<Token>) -> Result<Expression, String> {
    let mut expression = both(tokens)?;
    while take_word(tokens, "or") {
        expression = Expression::Or(Box::new(expression), Box::new(both(tokens)?));
    }
    Ok(expression)
}

fn both(tokens: &mut Vec<Token>) -> Result<Expression, String> {
    let mut expression = one(tokens)?;
    while take_word(tokens, "and") {
        expression = Expression::And(Box::new(expression), Box::new(one(tokens)?));
    }
    Ok(expression)
}

fn one(tokens: &mut Vec<Token>) -> Result<Expression, String> {
    match tokens.pop() {
        Some(Token::Open) => {
            let expression = either(tokens)?;
            match tokens.pop() {
                Some(Token::Close) => Ok(expression),
                other => Err(format!("a bracket is not closed: {other:?}")),
            }
        }
        Some(Token::Word(field)) => {
            let Some(Token::Operator(operator)) = tokens.pop() else {
                return Err(format!("{field} is not compared with anything"));
            };
            let literal = match tokens.pop() {
                Some(Token::Text(text)) if operator == Operator::Like && text.contains(['[', ']', '^']) => {
                    return Err(format!("the pattern for {field} holds a set of characters"));
                }
                Some(Token::Text(text)) => Value::String(text),
                Some(Token::Word(word)) => bare(&word)?,
                other => return Err(format!("{field} is compared with {other:?}")),
            };
            Ok(Expression::Compare { field, operator, literal })
        }
        other => Err(format!("a condition cannot begin with {other:?}")),
    }
}

fn bare(word: &str) -> Result<Value, String> {
    match word.to_ascii_lowercase().as_str() {
        "true" => Ok(Value::Bool(true)),
        "false" => Ok(Value::Bool(false)),
        "null" => Ok(Value::Null),
        number => number.parse::<i64>().map(Value::from).map_err(|_| format!("{word} is not a literal")),
    }
}

fn take_word(tokens: &mut Vec<Token>, word: &str) -> bool {
    let next = matches!(tokens.last(), Some(Token::Word(found)) if found.eq_ignore_ascii_case(word));
    if next {
        tokens.pop();
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn holds(condition: &str, record: &Value) -> bool {
        Expression::parse(condition).is_ok_and(|expression| expression.holds(record))
    }

    #[test]
    fn what_is_said_of_a_record_holds_and_its_opposite_does_not() {
        let record = json!({"id": 7, "name": "Acme Dental", "closedFlag": false, "company": {"identifier": "ACME"}});
        for condition in [
            "name = \"acme dental\"",
            "name like \"acme%\" and closedFlag = false",
            "(id = 8 or id > 6) and company/identifier='Acme'",
            "name contains \"DENT\" and id != 8 and id < 8",
            "missing = null",
            "name like \"_cme%tal\"",
        ] {
            assert!(holds(condition, &record), "{condition}");
        }
        for condition in ["name = \"acme\"", "name like \"dental\"", "closedFlag = true", "id = 8 or id = 9"] {
            assert!(Expression::parse(condition).is_ok(), "{condition}");
            assert!(!holds(condition, &record), "{condition}");
        }
    }

    #[test]
    fn wrong_quoting_is_an_error() {
        for condition in [
            "name = \"a\"b\"",
            "name = \"back\\\"",
            "name = \"no end",
            "name = \"two\nlines\"",
            "name like \"[a-z]\"",
            "name = bare",
            "name",
            "= 3",
            "(id = 3",
            "id = 3 id = 4",
            "",
        ] {
            assert!(Expression::parse(condition).is_err(), "{condition}");
        }
    }
}

//! Splits a guard into words before the CEL parser sees it. This is the gate against hostile text: what leaves
//! here is short, shallow, balanced and free of every construct the subset refuses. The parser behind it was
//! made for trusted text: it needs kilobytes of stack for each level of nesting.

use std::ops::Range;

use super::error::{GuardError, GuardFault};

/// The most characters a guard may have.
pub const GUARD_CHARS_MAX: usize = 2_000;
/// The deepest that brackets may nest.
pub const GUARD_DEPTH_MAX: usize = 32;
/// The most names, constants and operators a guard may have.
pub const GUARD_NODES_MAX: usize = 256;

/// One word of a guard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    /// Its bytes in the text.
    pub(super) span: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    Name,
    Constant,
    Comparison,
    Logic,
    Not,
    Open,
    Close,
    Comma,
    Dot,
}

/// The words of a guard, or the first thing in it that the subset refuses.
pub(super) fn scan(text: &str) -> Result<Vec<Token>, GuardError> {
    // Each character has at most four bytes, so a megabyte is refused without counting it.
    if text.len() > GUARD_CHARS_MAX.saturating_mul(4) || text.chars().count() > GUARD_CHARS_MAX {
        return Err(GuardError::at(text, 0, GuardFault::TooLong));
    }
    let mut scanner = Scanner { text, tokens: Vec::new(), levels: vec![Level::default()], nodes: 0 };
    let mut at = 0;
    while let Some(char) = text.get(at..).and_then(|rest| rest.chars().next()) {
        if matches!(char, ' ' | '\t' | '\n' | '\r') {
            at = at.saturating_add(1);
            continue;
        }
        let (kind, length) = word(text, at, scanner.tokens.last())?;
        let end = at.saturating_add(length);
        scanner.take(Token { kind, span: at..end })?;
        at = end;
    }
    match scanner.levels.last() {
        Some(Level { opened_at: Some(open), .. }) => Err(GuardError::at(text, *open, GuardFault::Unbalanced)),
        _ => Ok(scanner.tokens),
    }
}

#[derive(Default)]
struct Level {
    opened_at: Option<usize>,
    round: bool,
    compared: bool,
}

struct Scanner<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    levels: Vec<Level>,
    nodes: usize,
}

impl Scanner<'_> {
    fn take(&mut self, token: Token) -> Result<(), GuardError> {
        let at = token.span.start;
        let fail = |fault| Err(GuardError::at(self.text, at, fault));
        let Some(level) = self.levels.last_mut() else {
            return fail(GuardFault::Unbalanced);
        };
        match token.kind {
            TokenKind::Name | TokenKind::Constant | TokenKind::Not => {}
            TokenKind::Comparison if level.compared => return fail(GuardFault::Chained),
            TokenKind::Comparison => level.compared = true,
            TokenKind::Logic | TokenKind::Comma => level.compared = false,
            TokenKind::Open => {
                let round = self.text.get(token.span.clone()) == Some("(");
                if let Some(fault) = call(self.text, &self.tokens) {
                    return fail(fault);
                }
                self.levels.push(Level { opened_at: Some(at), round, compared: false });
                if self.levels.len() > GUARD_DEPTH_MAX.saturating_add(1) {
                    return fail(GuardFault::TooDeep);
                }
            }
            TokenKind::Close => {
                let round = self.text.get(token.span.clone()) == Some(")");
                if level.opened_at.is_none() || level.round != round {
                    return fail(GuardFault::Unbalanced);
                }
                self.levels.pop();
            }
            TokenKind::Dot => {
                if !matches!(self.tokens.last(), Some(last) if last.kind == TokenKind::Name)
                    || matches!(self.tokens.iter().nth_back(1), Some(before) if before.kind == TokenKind::Dot)
                {
                    return fail(GuardFault::Refused { what: "reaching into a value with a dot" });
                }
            }
        }
        if !matches!(token.kind, TokenKind::Open | TokenKind::Close | TokenKind::Comma | TokenKind::Dot) {
            self.nodes = self.nodes.saturating_add(1);
        }
        if self.nodes > GUARD_NODES_MAX {
            return fail(GuardFault::TooManyNodes);
        }
        self.tokens.push(token);
        Ok(())
    }
}

/// What is wrong with the call that a bracket behind these words opens, if it opens one.
fn call(text: &str, tokens: &[Token]) -> Option<GuardFault> {
    let mut words = tokens.iter().rev();
    let name = words.next().filter(|token| token.kind == TokenKind::Name)?;
    if words.next().is_some_and(|token| token.kind == TokenKind::Dot) {
        return Some(GuardFault::Refused { what: "a method or macro" });
    }
    match text.get(name.span.clone()).unwrap_or_default() {
        "size" | "date" => None,
        name => Some(GuardFault::UnknownFunction { name: name.to_owned() }),
    }
}

/// The word that starts at `at`: its kind and its length in bytes.
fn word(text: &str, at: usize, before: Option<&Token>) -> Result<(TokenKind, usize), GuardError> {
    let rest = text.get(at..).unwrap_or_default();
    let refuse = |what| Err(GuardError::at(text, at, GuardFault::Refused { what }));
    for (word, kind) in [
        ("&&", TokenKind::Logic),
        ("||", TokenKind::Logic),
        ("==", TokenKind::Comparison),
        ("!=", TokenKind::Comparison),
        ("<=", TokenKind::Comparison),
        (">=", TokenKind::Comparison),
        ("<", TokenKind::Comparison),
        (">", TokenKind::Comparison),
        ("!", TokenKind::Not),
        ("(", TokenKind::Open),
        (")", TokenKind::Close),
        ("[", TokenKind::Open),
        ("]", TokenKind::Close),
        (",", TokenKind::Comma),
        (".", TokenKind::Dot),
    ] {
        if rest.starts_with(word) {
            if word == "[" && before.is_some_and(ends_operand) {
                return refuse("an index into a list");
            }
            return Ok((kind, word.len()));
        }
    }
    match rest.chars().next().unwrap_or(' ') {
        '"' | '\'' => string(text, at, rest, before),
        '0'..='9' => number(text, at, 0),
        '-' if rest.chars().nth(1).is_some_and(|next| next.is_ascii_digit())
            && !before.is_some_and(ends_operand) =>
        {
            number(text, at, 1)
        }
        '_' | 'a'..='z' | 'A'..='Z' => {
            let length = name_length(rest);
            match rest.get(..length) {
                Some("in") => Ok((TokenKind::Comparison, length)),
                Some("true" | "false") => Ok((TokenKind::Constant, length)),
                Some("null") => refuse("null; a missing field fails its condition by itself"),
                _ => Ok((TokenKind::Name, length)),
            }
        }
        '+' | '-' | '*' | '%' => refuse("arithmetic"),
        '/' => refuse("division, and comments"),
        '?' | ':' => refuse("a conditional (? :)"),
        '{' | '}' => refuse("a map or message ({ })"),
        '=' => refuse("a single =; write =="),
        '&' | '|' => refuse("a single & or |; write && or ||"),
        '`' => refuse("a name in backticks"),
        _ => refuse("this character outside quotes"),
    }
}

fn string(
    text: &str,
    at: usize,
    rest: &str,
    before: Option<&Token>,
) -> Result<(TokenKind, usize), GuardError> {
    let refuse = |what| Err(GuardError::at(text, at, GuardFault::Refused { what }));
    if before.is_some_and(|token| token.span.end == at && matches!(token.kind, TokenKind::Name)) {
        return refuse("a raw or byte text");
    }
    let quote = rest.chars().next().unwrap_or('"');
    let inner = rest.get(1..).unwrap_or_default();
    match inner.find(|char: char| char == quote || char == '\\' || char.is_control()) {
        Some(0) if inner.get(1..).is_some_and(|after| after.starts_with(quote)) => {
            refuse("a text in triple quotes")
        }
        Some(end) if inner.get(end..).is_some_and(|found| found.starts_with(quote)) => {
            Ok((TokenKind::Constant, end.saturating_add(2)))
        }
        Some(_) => refuse("a backslash or control character in a text"),
        None => Err(GuardError::at(text, at, GuardFault::Unclosed)),
    }
}

/// A whole number with a sign of `sign` bytes.
fn number(text: &str, at: usize, sign: usize) -> Result<(TokenKind, usize), GuardError> {
    let rest = text.get(at..).unwrap_or_default();
    let digits = rest.get(sign..).unwrap_or_default();
    let end = digits.find(|char: char| !char.is_ascii_digit()).unwrap_or(digits.len()).saturating_add(sign);
    let (number, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
    if after.starts_with(|char: char| char == '.' || char == '_' || char.is_ascii_alphabetic())
        || number.parse::<i64>().is_err()
    {
        return Err(GuardError::at(text, at, GuardFault::NotWhole));
    }
    Ok((TokenKind::Constant, end))
}

fn name_length(rest: &str) -> usize {
    rest.find(|char: char| !char.is_ascii_alphanumeric() && char != '_').unwrap_or(rest.len())
}

/// True where a minus or a bracket that follows would act on a value.
fn ends_operand(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Name | TokenKind::Constant | TokenKind::Close)
}

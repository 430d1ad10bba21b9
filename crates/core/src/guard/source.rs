//! Where the parts of a guard stand in its text.

use std::sync::Arc;

use cel::common::ast::{Expr, SourceInfo};
use cel::parser::Expression;

use super::error::{GuardError, GuardFault};
use super::scan::{Token, TokenKind};

/// The text of a guard, its words, and where the nodes of its tree are.
pub(super) struct Source<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: Vec<Token>,
    pub(super) places: SourceInfo,
}

/// The first and the last word of an expression.
type Extent = (usize, usize);

impl Source<'_> {
    pub(super) fn fail(&self, node: &Expression, fault: GuardFault) -> GuardError {
        let start = self.extent(node).and_then(|(first, _)| self.tokens.get(first));
        GuardError::at(self.text, start.map_or(0, |token| token.span.start), fault)
    }

    /// The expression as it was written, with its brackets balanced.
    pub(super) fn cut(&self, node: &Expression) -> Arc<str> {
        let Some((first, last)) = self.extent(node) else {
            return self.text.into();
        };
        let (mut open, mut missing) = (0_usize, 0_usize);
        for token in self.tokens.get(first..=last).unwrap_or_default() {
            if token.kind == TokenKind::Open {
                open = open.saturating_add(1);
            } else if token.kind == TokenKind::Close && open == 0 {
                missing = missing.saturating_add(1);
            } else if token.kind == TokenKind::Close {
                open = open.saturating_sub(1);
            }
        }
        let start = self.tokens.get(first.saturating_sub(missing)).map_or(0, |token| token.span.start);
        let end = self.tokens.get(last.saturating_add(open)).map_or(self.text.len(), |token| token.span.end);
        self.text.get(start..end).unwrap_or(self.text).into()
    }

    fn extent(&self, node: &Expression) -> Option<Extent> {
        let (offset, _) = self.places.offset_for(node.id)?;
        let offset = usize::try_from(offset).ok()?;
        let at = self.tokens.partition_point(|token| token.span.end <= offset);
        match &node.expr {
            Expr::Select(_) => Some((at.checked_sub(1)?, at.checked_add(1)?)),
            Expr::List(_) => Some((at, self.partner(at))),
            // The tree places a call at its bracket.
            Expr::Call(call) if matches!(call.func_name.as_str(), "size" | "date") => {
                Some((at.checked_sub(1)?, self.partner(at)))
            }
            Expr::Call(call) => {
                let parts = call.args.iter().filter_map(|part| self.extent(part));
                Some(parts.fold((at, at), |(first, last), part| (first.min(part.0), last.max(part.1))))
            }
            Expr::Unspecified
            | Expr::Comprehension(_)
            | Expr::Ident(_)
            | Expr::Literal(_)
            | Expr::Map(_)
            | Expr::Struct(_) => Some((at, at)),
        }
    }

    /// The bracket that closes the one at `open`.
    fn partner(&self, open: usize) -> usize {
        let mut depth = 0_usize;
        for (at, token) in self.tokens.iter().enumerate().skip(open) {
            if token.kind == TokenKind::Open {
                depth = depth.saturating_add(1);
            } else if token.kind == TokenKind::Close {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at;
                }
            }
        }
        open
    }
}

/// The byte offset of a line and column, both from 1.
pub(super) fn offset_of(text: &str, (line, column): (isize, isize)) -> usize {
    let before = |number: isize| usize::try_from(number.saturating_sub(1)).unwrap_or(0);
    let line_start =
        text.split_inclusive('\n').take(before(line)).map(str::len).fold(0, usize::saturating_add);
    let rest = text.get(line_start..).unwrap_or_default();
    let in_line = rest.char_indices().nth(before(column)).map_or(rest.len(), |(at, _)| at);
    line_start.saturating_add(in_line)
}

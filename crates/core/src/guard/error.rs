//! Why a guard cannot be read, for the author of the definition.

use std::fmt;

use super::{GUARD_CHARS_MAX, GUARD_DEPTH_MAX, GUARD_NODES_MAX};

/// Why a guard cannot be read, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {fault}")]
pub struct GuardError {
    /// What is wrong.
    pub fault: GuardFault,
    /// Where it is wrong.
    pub place: Place,
}

impl GuardError {
    /// The stable code of the fault.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.fault.code()
    }

    pub(super) fn at(text: &str, offset: usize, fault: GuardFault) -> GuardError {
        GuardError { fault, place: Place::of(text, offset) }
    }
}

/// A place in the text of a guard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Bytes before it.
    pub offset: usize,
    /// Its line, from 1.
    pub line: usize,
    /// Its column in characters, from 1.
    pub column: usize,
}

impl Place {
    fn of(text: &str, offset: usize) -> Place {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline.saturating_add(1));
        let line = before.matches('\n').count().saturating_add(1);
        let column = before.get(line_start..).unwrap_or_default().chars().count().saturating_add(1);
        Place { offset: before.len(), line, column }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// What is wrong with a guard; each sentence names the mend where there is one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GuardFault {
    /// More characters than allowed.
    #[error("a guard has at most {GUARD_CHARS_MAX} characters")]
    TooLong,
    /// Brackets nest deeper than allowed.
    #[error("brackets nest at most {GUARD_DEPTH_MAX} deep")]
    TooDeep,
    /// More names, constants and operators than allowed.
    #[error("a guard has at most {GUARD_NODES_MAX} names, constants and operators")]
    TooManyNodes,
    /// A construct of CEL that guards leave out.
    #[error("a guard may not use {what}")]
    Refused {
        /// The construct.
        what: &'static str,
    },
    /// A bracket without its partner.
    #[error("this bracket has no partner")]
    Unbalanced,
    /// A text without its closing quote.
    #[error("this text has no closing quote")]
    Unclosed,
    /// A number with a fraction, an exponent, a letter, or more than 64 bits.
    #[error("only whole numbers of at most 18 digits are allowed, as 5000000")]
    NotWhole,
    /// Comparisons in a row.
    #[error("comparisons cannot be chained; write a < b && b < c")]
    Chained,
    /// Words in an order that is no expression.
    #[error("the expression cannot be read here")]
    Syntax,
    /// A name the schema does not have.
    #[error("unknown field {name:?}{}", suggestion(nearest.as_deref()))]
    UnknownField {
        /// The name that was written.
        name: String,
        /// The nearest known one.
        nearest: Option<String>,
    },
    /// A parameter the schema does not have.
    #[error("unknown parameter {name:?}{}", suggestion(nearest.as_deref()))]
    UnknownParam {
        /// The name that was written.
        name: String,
        /// The nearest known one.
        nearest: Option<String>,
    },
    /// A call to something that is not `size` or `date`.
    #[error("unknown function {name:?}; a guard has only size(field) and date(\"2026-12-15\")")]
    UnknownFunction {
        /// The name that was written.
        name: String,
    },
    /// A value that the enum does not declare.
    #[error("the values are {}, not {value:?}{}", allowed.join(", "), suggestion(nearest.as_deref()))]
    UnknownValue {
        /// The value that was written.
        value: String,
        /// The declared values.
        allowed: Vec<String>,
        /// The nearest declared one.
        nearest: Option<String>,
    },
    /// Two values that cannot be compared.
    #[error("{left} cannot be compared with {right}{}", date_hint(left, right))]
    Mismatch {
        /// The type on the left.
        left: &'static str,
        /// The type on the right.
        right: &'static str,
    },
    /// An order asked of values that have none.
    #[error("{of} has no order; use == or !=")]
    NotOrdered {
        /// The type.
        of: &'static str,
    },
    /// A value where a condition must stand.
    #[error("this is {found}, not a condition; compare it with something")]
    NotACondition {
        /// The type of the value.
        found: &'static str,
    },
    /// A condition where a value must stand.
    #[error("a condition cannot be compared; join conditions with && and ||")]
    NotAValue,
    /// A `date()` whose text is no day.
    #[error("{text:?} is no date; write it as date(\"2026-12-15\")")]
    BadDate {
        /// The text that was written.
        text: String,
    },
    /// Something other than a list of constants behind `in`.
    #[error("behind in stands a list of constants or parameters with at least one entry, as [\"a\", \"b\"]")]
    NotAList,
    /// The argument of `size` is no text.
    #[error("size() takes one text field")]
    SizeOfWhat,
}

impl GuardFault {
    /// The stable code of the fault.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            GuardFault::TooLong => "guard_too_long",
            GuardFault::TooDeep => "guard_too_deep",
            GuardFault::TooManyNodes => "guard_too_many_nodes",
            GuardFault::Refused { .. } => "guard_construct_refused",
            GuardFault::Unbalanced => "guard_bracket_unbalanced",
            GuardFault::Unclosed => "guard_text_unclosed",
            GuardFault::NotWhole => "guard_number_not_whole",
            GuardFault::Chained => "guard_comparison_chained",
            GuardFault::Syntax => "guard_syntax",
            GuardFault::UnknownField { .. } => "guard_field_unknown",
            GuardFault::UnknownParam { .. } => "guard_param_unknown",
            GuardFault::UnknownFunction { .. } => "guard_function_unknown",
            GuardFault::UnknownValue { .. } => "guard_value_unknown",
            GuardFault::Mismatch { .. } => "guard_type_mismatch",
            GuardFault::NotOrdered { .. } => "guard_type_not_ordered",
            GuardFault::NotACondition { .. } => "guard_not_a_condition",
            GuardFault::NotAValue => "guard_not_a_value",
            GuardFault::BadDate { .. } => "guard_date_malformed",
            GuardFault::NotAList => "guard_list_malformed",
            GuardFault::SizeOfWhat => "guard_size_argument",
        }
    }
}

fn suggestion(nearest: Option<&str>) -> String {
    nearest.map(|name| format!("; did you mean {name:?}?")).unwrap_or_default()
}

fn date_hint(left: &str, right: &str) -> &'static str {
    match (left, right) {
        ("a date", "a text") | ("a text", "a date") => "; write the day as date(\"2026-12-15\")",
        _ => "",
    }
}

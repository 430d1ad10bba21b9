//! From CEL's syntax tree to a typed condition. Runs on trees that `scan` has kept small and shallow.

use cel::common::ast::{CallExpr, Expr, LiteralValue, SelectExpr, operators};
use cel::parser::{Expression, Parser};

use super::condition::size;
use super::error::{GuardError, GuardFault};
use super::nearest::nearest;
use super::scan::scan;
use super::source::{Source, offset_of};
use super::{Atom, Condition, Op, Schema, Term, Wanted};
use crate::{FieldName, Type, Value};

/// Reads a guard into the condition it states.
pub(super) fn translate(text: &str, schema: &Schema) -> Result<Condition, GuardError> {
    let tokens = scan(text)?;
    let parsed = Parser::new().parse_with_source_info(text).map_err(|errors| {
        let first = errors.errors.first().map_or((1, 1), |error| error.pos);
        GuardError::at(text, offset_of(text, first), GuardFault::Syntax)
    });
    let (tree, places) = parsed?;
    let source = Source { text, tokens, places };
    Reader { schema, source }.condition(&tree, true)
}

struct Reader<'a> {
    schema: &'a Schema,
    source: Source<'a>,
}

/// A side of a comparison before its type is settled.
struct Operand {
    term: Term,
    of: Type,
    /// Written as a literal: a whole number then serves as money too.
    is_literal: bool,
}

impl Reader<'_> {
    /// The condition that `node` is `wanted`.
    fn condition(&self, node: &Expression, wanted: bool) -> Result<Condition, GuardError> {
        if let Expr::Call(call) = &node.expr {
            match (call.func_name.as_str(), call.args.as_slice()) {
                (operators::LOGICAL_AND, parts) => return self.joined(parts, wanted, wanted),
                (operators::LOGICAL_OR, parts) => return self.joined(parts, wanted, !wanted),
                (operators::LOGICAL_NOT, [inner]) => return self.condition(inner, !wanted),
                (operators::IN, [left, right]) => return self.membership(node, left, right, wanted),
                (name, [left, right]) => {
                    if let Some(op) = operator(name) {
                        let op = if wanted { op } else { op.negated() };
                        return self.comparison(node, op, left, right);
                    }
                }
                _ => {}
            }
        }
        let Operand { term, of, .. } = self.operand(node)?;
        if of != Type::Bool {
            return Err(self.source.fail(node, GuardFault::NotACondition { found: of.noun() }));
        }
        let wanted = Wanted::Compare(Op::Equal, Term::Value(Value::Bool(wanted)));
        Ok(self.atom(node, term, of, wanted))
    }

    /// All of the parts, or any of them; a part that is joined in the same way dissolves.
    fn joined(&self, parts: &[Expression], wanted: bool, all: bool) -> Result<Condition, GuardError> {
        let mut flat = Vec::new();
        for part in parts {
            match (self.condition(part, wanted)?, all) {
                (Condition::All(inner), true) | (Condition::Any(inner), false) => flat.extend(inner),
                (other, _) => flat.push(other),
            }
        }
        Ok(if all { Condition::All(flat) } else { Condition::Any(flat) })
    }

    fn comparison(
        &self,
        node: &Expression,
        op: Op,
        left: &Expression,
        right: &Expression,
    ) -> Result<Condition, GuardError> {
        let (subject, object, of) = unify(self.operand(left)?, self.operand(right)?)
            .map_err(|fault| self.source.fail(node, fault))?;
        if !op.is_equality() && !of.is_ordered() {
            return Err(self.source.fail(node, GuardFault::NotOrdered { of: of.noun() }));
        }
        let (subject, op, object) = match (&subject, &object) {
            (Term::Value(_), Term::Field(_) | Term::Size(_)) => (object, op.flipped(), subject),
            _ => (subject, op, object),
        };
        let wanted = match (op, object) {
            (Op::NotEqual, Term::Value(Value::Bool(yes))) => {
                Wanted::Compare(Op::Equal, Term::Value(Value::Bool(!yes)))
            }
            (op, object) => Wanted::Compare(op, object),
        };
        Ok(self.atom(node, subject, of, wanted))
    }

    fn membership(
        &self,
        node: &Expression,
        left: &Expression,
        right: &Expression,
        wanted: bool,
    ) -> Result<Condition, GuardError> {
        let subject = self.operand(left)?;
        let Expr::List(list) = &right.expr else {
            return Err(self.source.fail(right, GuardFault::NotAList));
        };
        let Some(first) = list.elements.first() else {
            return Err(self.source.fail(right, GuardFault::NotAList));
        };
        let mut values = Vec::with_capacity(list.elements.len());
        // A literal on the left takes the type of the first entry, as it would in a comparison.
        let of = if subject.is_literal { self.operand(first)?.of } else { subject.of.clone() };
        for element in &list.elements {
            let fitted = self.operand(element)?.fit(&of).map_err(|fault| self.source.fail(element, fault))?;
            let Term::Value(value) = fitted else {
                return Err(self.source.fail(element, GuardFault::NotAList));
            };
            values.push(value);
        }
        let term = subject.fit(&of).map_err(|fault| self.source.fail(left, fault))?;
        let wanted = if wanted { Wanted::In(values) } else { Wanted::NotIn(values) };
        Ok(self.atom(node, term, of, wanted))
    }

    fn operand(&self, node: &Expression) -> Result<Operand, GuardError> {
        let literal =
            |value: Value| Operand { of: value.type_of(), term: Term::Value(value), is_literal: true };
        let fault = match &node.expr {
            Expr::Literal(LiteralValue::Boolean(yes)) => return Ok(literal(Value::Bool(*yes.inner()))),
            Expr::Literal(LiteralValue::Int(number)) => return Ok(literal(Value::Int(*number.inner()))),
            Expr::Literal(LiteralValue::String(text)) => return Ok(literal(text.inner().into())),
            Expr::Ident(name) => match self.schema.fields.get_key_value(name.as_str()) {
                Some((field, of)) => {
                    let term = Term::Field(field.clone());
                    return Ok(Operand { term, of: of.clone(), is_literal: false });
                }
                None => GuardFault::UnknownField {
                    name: shown(name),
                    nearest: nearest(name, self.schema.fields.keys().map(FieldName::as_str)),
                },
            },
            Expr::Select(select) => return self.param(node, select),
            Expr::Call(call) if call.target.is_none() => return self.call(node, call),
            Expr::List(_) => GuardFault::NotAList,
            Expr::Call(_)
            | Expr::Unspecified
            | Expr::Comprehension(_)
            | Expr::Literal(_)
            | Expr::Map(_)
            | Expr::Struct(_) => GuardFault::Refused { what: "this construct" },
        };
        Err(self.source.fail(node, fault))
    }

    fn param(&self, node: &Expression, select: &SelectExpr) -> Result<Operand, GuardError> {
        if select.test || !matches!(&select.operand.expr, Expr::Ident(name) if name == "params") {
            return Err(self.source.fail(node, GuardFault::Refused { what: "a dot, save in params.name" }));
        }
        let Some(value) = self.schema.param(&select.field) else {
            let known = self.schema.params.keys().map(FieldName::as_str);
            let (name, nearest) = (shown(&select.field), nearest(&select.field, known));
            return Err(self.source.fail(node, GuardFault::UnknownParam { name, nearest }));
        };
        Ok(Operand { of: value.type_of(), term: Term::Value(value.clone()), is_literal: false })
    }

    fn call(&self, node: &Expression, call: &CallExpr) -> Result<Operand, GuardError> {
        match (call.func_name.as_str(), call.args.as_slice()) {
            ("date", args) => {
                let text = match args.first().map(|only| &only.expr) {
                    Some(Expr::Literal(LiteralValue::String(text))) if args.len() == 1 => text.inner(),
                    _ => "",
                };
                match text.parse() {
                    Ok(date) if text.len() == "2026-12-15".len() => {
                        Ok(Operand { term: Term::Value(Value::Date(date)), of: Type::Date, is_literal: true })
                    }
                    _ => Err(self.source.fail(node, GuardFault::BadDate { text: shown(text) })),
                }
            }
            ("size", [only]) => {
                let Operand { term, of, is_literal } = self.operand(only)?;
                let term = match (term, of) {
                    (Term::Field(field), Type::Text) => Some(Term::Size(field)),
                    (Term::Value(value), Type::Text) => {
                        size(&value).map(|size| Term::Value(Value::Int(size)))
                    }
                    _ => None,
                };
                match term {
                    Some(term) => Ok(Operand { term, of: Type::Int, is_literal }),
                    None => Err(self.source.fail(node, GuardFault::SizeOfWhat)),
                }
            }
            ("size", _) => Err(self.source.fail(node, GuardFault::SizeOfWhat)),
            _ => Err(self.source.fail(node, GuardFault::NotAValue)),
        }
    }

    fn atom(&self, node: &Expression, subject: Term, of: Type, wanted: Wanted) -> Condition {
        Condition::Atom(Atom { text: self.source.cut(node), subject, of, wanted })
    }
}

impl Operand {
    /// The term as a value of type `to`, if it is one or can serve as one.
    fn fit(&self, to: &Type) -> Result<Term, GuardFault> {
        match (&self.term, to) {
            _ if self.of == *to => Ok(self.term.clone()),
            (Term::Value(Value::Int(number)), Type::Money) if self.is_literal => {
                Ok(Term::Value(Value::Money(*number)))
            }
            (Term::Value(value @ Value::Text(text)), Type::Enum(declared)) => {
                if to.admits(value) {
                    return Ok(self.term.clone());
                }
                Err(GuardFault::UnknownValue {
                    value: shown(text),
                    allowed: declared.iter().map(|value| format!("{value:?}")).collect(),
                    nearest: nearest(text, declared.iter().map(|value| &**value)),
                })
            }
            _ => Err(GuardFault::Mismatch { left: to.noun(), right: self.of.noun() }),
        }
    }
}

/// Both sides as values of one type.
fn unify(left: Operand, right: Operand) -> Result<(Term, Term, Type), GuardFault> {
    match (right.fit(&left.of), left.fit(&right.of)) {
        (Ok(fitted), _) => Ok((left.term, fitted, left.of)),
        (_, Ok(fitted)) => Ok((fitted, right.term, right.of)),
        (Err(GuardFault::Mismatch { .. }), Err(fault @ GuardFault::UnknownValue { .. }))
        | (Err(fault), _) => Err(fault),
    }
}

fn operator(name: &str) -> Option<Op> {
    match name {
        operators::EQUALS => Some(Op::Equal),
        operators::NOT_EQUALS => Some(Op::NotEqual),
        operators::LESS => Some(Op::Less),
        operators::LESS_EQUALS => Some(Op::AtMost),
        operators::GREATER => Some(Op::More),
        operators::GREATER_EQUALS => Some(Op::AtLeast),
        _ => None,
    }
}

/// The start of a text, so that an error stays one line however long the text.
fn shown(text: &str) -> String {
    text.chars().take(60).collect()
}

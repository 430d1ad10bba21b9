//! Guards against a second reading of the rules: three-valued logic over the tree as it was generated, with
//! negation where it was written and a missing field as *unknown*.

use proptest::prelude::*;

use super::{Value, facts, schema};
use crate::guard::Guard;

/// A random expression.
#[derive(Debug, Clone)]
enum Tree {
    /// A comparison, and whether it holds on `facts`: nothing if it reads a missing or unfit field.
    Leaf(String, Option<bool>),
    Not(Box<Tree>),
    And(Box<Tree>, Box<Tree>),
    Or(Box<Tree>, Box<Tree>),
}

impl Tree {
    /// The expression as text, with brackets where CEL needs them and sometimes where it does not.
    fn text(&self, outer: u8) -> String {
        let (text, own) = match self {
            Tree::Leaf(text, _) => (text.clone(), 3),
            Tree::Not(inner) => (format!("!{}", inner.text(4)), 4),
            Tree::And(left, right) => (format!("{} && {}", left.text(2), right.text(2)), 2),
            Tree::Or(left, right) => (format!("{} || {}", left.text(1), right.text(1)), 1),
        };
        if own < outer || text.len() % 7 == 0 { format!("({text})") } else { text }
    }

    fn holds(&self) -> Option<bool> {
        match self {
            Tree::Leaf(_, holds) => *holds,
            Tree::Not(inner) => inner.holds().map(|holds| !holds),
            Tree::And(left, right) => match (left.holds(), right.holds()) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Tree::Or(left, right) => match (left.holds(), right.holds()) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
        }
    }
}

fn compared<T: PartialOrd>(op: &str, left: &T, right: &T) -> bool {
    match op {
        "==" => left == right,
        "!=" => left != right,
        "<" => left < right,
        "<=" => left <= right,
        ">" => left > right,
        _ => left >= right,
    }
}

fn leaf() -> impl Strategy<Value = Tree> {
    let op = prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">="]);
    let equality = prop::sample::select(vec!["==", "!="]);
    let declared = || prop::sample::select(vec!["cocok", "beda", "belum"]);
    prop_oneof![
        (op.clone(), 7_499_999_i64..7_500_002, any::<bool>()).prop_map(|(op, number, swapped)| {
            if swapped {
                Tree::Leaf(format!("{number} {op} amount"), Some(compared(op, &number, &7_500_000)))
            } else {
                Tree::Leaf(format!("amount {op} {number}"), Some(compared(op, &7_500_000, &number)))
            }
        }),
        (op.clone(), -1_i64..5).prop_map(|(op, number)| Tree::Leaf(
            format!("visits{op}{number}"),
            Some(compared(op, &2, &number))
        )),
        op.clone().prop_map(|op| {
            Tree::Leaf(format!("amount {op} ceiling"), Some(compared(op, &7_500_000, &7_000_000)))
        }),
        (op, 4_i64..9).prop_map(|(op, size)| {
            Tree::Leaf(format!("size(note) {op} {size}"), Some(compared(op, &6, &size)))
        }),
        (equality.clone(), declared()).prop_map(|(op, value)| {
            Tree::Leaf(format!("identity_match {op} '{value}'"), Some(compared(op, &"beda", &value)))
        }),
        prop::collection::vec(declared(), 1..4).prop_map(|values| {
            let holds = values.contains(&"beda");
            Tree::Leaf(format!("identity_match in {values:?}"), Some(holds))
        }),
        // The fund is a value that its enum does not declare; `urgent` is missing.
        equality.prop_map(|op| Tree::Leaf(format!("fund {op} 'apbd'"), None)),
        any::<bool>().prop_map(|yes| Tree::Leaf(format!("urgent == {yes}"), None)),
        Just(Tree::Leaf("urgent".to_owned(), None)),
        Just(Tree::Leaf("complete".to_owned(), Some(true))),
        any::<bool>().prop_map(|yes| Tree::Leaf(yes.to_string(), Some(yes))),
    ]
}

fn tree() -> impl Strategy<Value = Tree> {
    leaf().prop_recursive(6, 40, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| Tree::Not(Box::new(inner))),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| Tree::And(left.into(), right.into())),
            (inner.clone(), inner).prop_map(|(left, right)| Tree::Or(left.into(), right.into())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_guard_agrees_with_three_valued_logic(tree in tree()) {
        let text = tree.text(0);
        let guard = Guard::parse(&text, &schema()).unwrap_or_else(|error| panic!("{text}: {error}"));
        let checked = guard.check(&facts);
        prop_assert_eq!(checked.is_ok(), tree.holds() == Some(true), "{}", text);
        for atom in checked.err().unwrap_or_default() {
            prop_assert!(text.contains(&*atom.text), "{} is not in {}", atom.text, text);
            let alone = Guard::parse(&atom.text, &schema());
            prop_assert!(alone.is_ok(), "{}: {:?}", atom.text, alone);
        }
    }

    #[test]
    fn arbitrary_text_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Guard::parse(&String::from_utf8_lossy(&bytes), &schema());
    }

    #[test]
    fn words_in_any_order_never_panic(words in prop::collection::vec(prop::sample::select(vec![
        "amount", "complete", "note", "params", ".", "params.strict", "size", "date", "(", ")", "[", "]", ",", "!",
        "&&", "||", "==", "<", ">=", " in ", "3", "-1", "'beda'", "\"2026-12-15\"", "true", " ", "\n", "é", "'é'",
        "for ", "size(note)", "identity_match", "has(", "null",
    ]), 0..40)) {
        let text = words.concat();
        match Guard::parse(&text, &schema()) {
            Ok(guard) => {
                let missing = guard.check(&|_| None).is_ok();
                prop_assert!(!missing || guard.names().count() == 0 || text.contains("||") || text.contains("&&"));
                let _ = guard.check(&|_| Some(Value::Bool(true)));
            }
            Err(error) => prop_assert!(text.is_char_boundary(error.place.offset)),
        }
    }
}

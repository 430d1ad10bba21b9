//! Known minimums, and what the roster gives.

mod brute;
mod fit;
mod rosters;

use super::*;
use crate::Lang;
use crate::testing::*;

const SEPARATE: &str = "[[duty]]\ndistinct = [\"submit\", \"verify\", \"approve\", \"pay\"]\n";
const PROMISE: &str = "[[duty]]\nmin_persons = 4\nbefore = \"paid\"\n";
const SMALL: &str = "
[action.approve_small]
title = { id = \"Setujui jumlah kecil\", en = \"Approve a small amount\" }
from = [\"approval\"]
to = \"disbursement\"
by = [\"head\"]
kind = \"approval\"
persons = 2
";
const EXCLUSIVE: &str = "[[duty]]\nexclusive_roles = [\"verifier\", \"treasurer\"]\n";

fn of(changes: &[(&str, &str)]) -> Workflow {
    Workflow::reread(&changed(KUBE, changes)).unwrap_or_else(|error| panic!("{error}"))
}

fn with_duties(separate: &str, promise: &str) -> Workflow {
    let hold = "[hold]\nby = [";
    let small = format!("{SMALL}\n{hold}");
    of(&[(SEPARATE, separate), (PROMISE, promise), (hold, &small)])
}

fn least(workflow: &Workflow) -> usize {
    prove_payment(workflow).persons().unwrap()
}

#[test]
fn two_signatures_of_heads_take_one_person_more_than_a_decree() {
    let all = SEPARATE.replace("\"approve\"", "\"approve\", \"approve_small\"");
    let mut workflow = with_duties(&all, PROMISE);
    assert_eq!(least(&workflow), 4);
    let decree = workflow.actions.remove("approve").unwrap();
    assert_eq!(least(&workflow), 5);
    let way = prove_payment(&workflow).weakest.unwrap();
    assert_eq!(
        way.story(&workflow, Lang::En),
        "person 1: Submit; person 2: Verify; person 3: Approve a small amount; person 4: Approve a small \
         amount; person 5: Pay"
    );
    workflow.actions.insert("approve".into(), decree);
    workflow.actions.remove("approve_small").unwrap();
    assert_eq!(least(&workflow), 4);
}

#[test]
fn without_distinct_two_suffice_and_without_any_duty_one() {
    let workflow = with_duties(EXCLUSIVE, "");
    let proof = prove_payment(&workflow);
    assert_eq!(proof.persons(), Some(2));
    assert_eq!(proof.collusion(), Some(Collusion { by_grants: 2, by_any_means: 2 }));
    let workflow = with_duties("", "");
    let proof = prove_payment(&workflow);
    assert_eq!(proof.persons(), Some(1));
    assert_eq!(proof.collusion().unwrap().by_grants, 2);
    assert_eq!(proof.sentence(&workflow, Lang::En), "At least 1 person on every way to a payment.");
}

#[test]
fn the_sentence_tells_the_least_number_or_the_weakest_way() {
    let workflow = of(&[]);
    let proof = prove_payment(&workflow);
    assert_eq!(
        proof.sentence(&workflow, Lang::En),
        "At least 4 different persons on every way to a payment."
    );
    assert_eq!(
        proof.sentence(&workflow, Lang::Id),
        "Setiap jalan menuju pembayaran memerlukan sedikitnya 4 orang yang berbeda."
    );
    assert_eq!(proof.collusion().unwrap().by_grants, 4);
    let mut broken = workflow.clone();
    broken.duties.retain(|duty| duty.distinct.len() != 4);
    let told = prove_payment(&broken).sentence(&broken, Lang::En);
    assert_eq!(
        told,
        "4 different persons are promised, but 1 can bring a payment about: person 1: Submit; person 1: Verify; \
         person 1: Approve; person 1: Pay."
    );
}

#[test]
fn what_one_person_must_do_takes_one_person_or_cannot_be_done() {
    let mut workflow = of(&[]);
    workflow.duties.retain(|duty| duty.distinct.len() != 4);
    workflow.duties.push(crate::workflow::Duty {
        distinct: vec!["submit".into(), "verify".into(), "approve".into()],
        ..crate::workflow::Duty::default()
    });
    assert_eq!(least(&workflow), 3);
    workflow.duties.push(crate::workflow::Duty {
        same_person: vec!["verify".into(), "pay".into()],
        ..crate::workflow::Duty::default()
    });
    assert_eq!(least(&workflow), 3);
    workflow.duties.push(crate::workflow::Duty {
        distinct: vec!["verify".into(), "pay".into()],
        ..crate::workflow::Duty::default()
    });
    let proof = prove_payment(&workflow);
    assert_eq!((proof.persons(), proof.cut), (None, false));
    assert!(proof.sentence(&workflow, Lang::En).contains("would have to differ from themselves"));
}

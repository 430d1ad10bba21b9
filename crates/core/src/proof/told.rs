//! What is proved, in a sentence.

use std::fmt::Write as _;

use super::{Proof, Way};
use crate::Lang;
use crate::words::{Words, act_title};
use crate::workflow::Workflow;

impl Way {
    /// Who could do what, with the acts called what people call them: `person 1: Submit; person 2: Verify`.
    #[must_use]
    pub fn story(&self, workflow: &Workflow, lang: Lang) -> String {
        let words = Words { lang };
        let mut story = String::new();
        for (place, (act, person)) in self.acts.iter().enumerate() {
            let told = words.does(person.saturating_add(1), &act_title(Some(workflow), act, lang));
            // Writing to a String cannot fail.
            let _ = write!(story, "{}{told}", if place > 0 { "; " } else { "" });
        }
        story
    }
}

impl Proof {
    /// What is proved of payments: how many persons every way takes, or why nothing is.
    #[must_use]
    pub fn sentence(&self, workflow: &Workflow, lang: Lang) -> String {
        let words = Words { lang };
        let Some(way) = self.weakest.as_ref().filter(|_| !self.cut) else {
            return match (self.cut, &self.contradiction) {
                (true, _) => words.not_proved(),
                (false, Some(acts)) => {
                    let titles = acts.iter().map(|act| act_title(Some(workflow), act, lang));
                    words.contradiction(&titles.collect::<Vec<_>>().join(", "))
                }
                (false, None) => words.no_way(),
            };
        };
        let promised = workflow.duties.iter().filter_map(|duty| duty.min_persons).max();
        match usize::try_from(promised.unwrap_or(0)) {
            Ok(need) if need > way.persons() => {
                words.too_few_on_a_way(way.persons(), need, &way.story(workflow, lang))
            }
            _ => words.at_least(way.persons()),
        }
    }

    /// How many would have to work together if administrators abused what they may grant.
    #[must_use]
    pub fn collusion_sentence(&self, lang: Lang) -> String {
        let words = Words { lang };
        self.collusion()
            .map_or_else(|| words.not_proved(), |it| words.collusion(it.by_grants, it.by_any_means))
    }
}

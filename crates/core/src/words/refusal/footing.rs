//! Refusals for want of a footing: duties, acting officers, delegations.

use super::Telling;
use crate::roster::{Capacity, Limit};
use crate::words::date;
use crate::{ActionName, Lang, PersonId, Role};

impl Telling<'_> {
    pub(super) fn same_person(&self, duty: &ActionName, earlier: &ActionName, person: PersonId) -> String {
        let (duty, earlier, person) = (self.action(duty), self.action(earlier), self.person(person));
        let words = self.words;
        say!(
            words,
            "“{earlier}” dilakukan {person}; “{duty}” harus dilakukan orang yang sama.",
            "{person} has done “{earlier}”; “{duty}” must be the same person's act."
        )
    }

    pub(super) fn roles_exclusive(&self, role: &Role, other: &Role, person: PersonId) -> String {
        let (role, other, person) = (self.role(role), self.role(other), self.person(person));
        let words = self.words;
        say!(
            words,
            "{person} memegang peran {other}, atau pernah bertindak di sini dalam peran itu; peran itu tidak boleh \
             dirangkap dengan {role}.",
            "{person} holds the role {other}, or has acted in it here; nobody may hold it together with {role}."
        )
    }

    pub(super) fn acting_may_not(&self, action: &ActionName, capacity: Capacity, source: &str) -> String {
        let action = self.action(action);
        let capacity = self.world.policy.capacity_title(capacity, self.words.lang);
        let source = if source.is_empty() { "-" } else { source };
        let words = self.words;
        say!(
            words,
            "Sebagai {capacity} Anda tidak boleh melakukan “{action}” ({source}).",
            "As {capacity} you may not do “{action}” ({source})."
        )
    }

    pub(super) fn delegation_exceeded(&self, action: &ActionName, from: PersonId, limit: &Limit) -> String {
        let (action, from, limit) = (self.action(action), self.person(from), self.limit(limit));
        let words = self.words;
        say!(
            words,
            "Pendelegasian dari {from} untuk “{action}” hanya berlaku {limit}.",
            "What {from} has handed over for “{action}” holds only {limit}."
        )
    }

    pub(super) fn role(&self, role: &Role) -> String {
        self.roles(std::slice::from_ref(role))
    }

    fn limit(&self, limit: &Limit) -> String {
        let words = self.words;
        match limit {
            Limit::Amount(most) => say!(words, "sampai {most}", "up to {most}"),
            Limit::Schemes(schemes) => {
                let schemes = schemes.iter().map(crate::SchemeId::as_str).collect::<Vec<_>>().join(", ");
                say!(words, "untuk program {schemes}", "for the schemes {schemes}")
            }
            Limit::Region(region) => say!(words, "di wilayah {region}", "in the region {region}"),
            Limit::Days(from, to) => {
                let (from, to) = (date(*from, words.lang), date(*to, words.lang));
                say!(words, "dari {from} sampai {to}", "from {from} to {to}")
            }
        }
    }
}

//! Who gets in: whose acts weigh so much that a password is not enough, and why somebody is not let in.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::office::ChangeKind;
use crate::refusal::{Refusal, RefusalKind, Why};
use crate::roster::Person;
use crate::workflow::{ActionKind, Via};
use crate::world::{Context, World};
use crate::{Lang, RegionCode, Role};

/// Why somebody is not let in, or may not change how they get in. The snake-case name is the public code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields are named for what the sentence says of them")]
pub enum Denied {
    /// Too many guesses; later there may be another.
    GuessesUsedUp { until: Timestamp },
    /// The code was used, or was none.
    CodeInvalid,
    /// The link was used, has expired, or was none.
    LinkInvalid,
    /// What was begun is no longer there: it was finished, or took too long.
    CeremonyGone,
    /// The session has ended.
    SessionEnded,
    /// The person's last second factor, which they must have.
    LastFactor,
    /// There is no such factor.
    FactorUnknown,
    /// The person has as many as anybody may have.
    FactorsFull,
    /// Nobody does this for themselves.
    NotForOneself,
    /// Somebody else signs in under this name.
    LoginTaken,
    /// The person has no account yet: a one-time link makes one.
    NoAccount,
    /// The person signs in, so no program acts under their name.
    HasAccount,
    /// The actor may not run accounts.
    MayNotRunAccounts,
    /// The actor's work does not take whole numbers of persons and accounts.
    MayNotUnmask,
    /// The act must be confirmed with a second factor just before.
    StepUpNeeded,
    /// A program never approves, pays or changes the office.
    NotForPrograms,
}

impl Denied {
    /// One of each.
    #[must_use]
    pub fn all() -> [Denied; 16] {
        [
            Denied::GuessesUsedUp { until: Timestamp::UNIX_EPOCH },
            Denied::CodeInvalid,
            Denied::LinkInvalid,
            Denied::CeremonyGone,
            Denied::SessionEnded,
            Denied::LastFactor,
            Denied::FactorUnknown,
            Denied::FactorsFull,
            Denied::NotForOneself,
            Denied::LoginTaken,
            Denied::NoAccount,
            Denied::HasAccount,
            Denied::MayNotRunAccounts,
            Denied::MayNotUnmask,
            Denied::StepUpNeeded,
            Denied::NotForPrograms,
        ]
    }

    /// The public code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Denied::GuessesUsedUp { .. } => "guesses_used_up",
            Denied::CodeInvalid => "code_invalid",
            Denied::LinkInvalid => "link_invalid",
            Denied::CeremonyGone => "ceremony_gone",
            Denied::SessionEnded => "session_ended",
            Denied::LastFactor => "last_factor",
            Denied::FactorUnknown => "factor_unknown",
            Denied::FactorsFull => "factors_full",
            Denied::NotForOneself => "not_for_oneself",
            Denied::LoginTaken => "login_taken",
            Denied::NoAccount => "no_account",
            Denied::HasAccount => "has_account",
            Denied::MayNotRunAccounts => "may_not_run_accounts",
            Denied::MayNotUnmask => "may_not_unmask",
            Denied::StepUpNeeded => "step_up_needed",
            Denied::NotForPrograms => "not_for_programs",
        }
    }

    /// What it asks of the person it is told.
    #[must_use]
    pub fn kind(&self) -> RefusalKind {
        match self {
            Denied::CodeInvalid | Denied::LinkInvalid | Denied::FactorUnknown | Denied::LoginTaken => {
                RefusalKind::NotLikeThis
            }
            Denied::NotForOneself
            | Denied::MayNotRunAccounts
            | Denied::MayNotUnmask
            | Denied::StepUpNeeded
            | Denied::NotForPrograms => RefusalKind::NotYou,
            Denied::GuessesUsedUp { .. }
            | Denied::CeremonyGone
            | Denied::SessionEnded
            | Denied::LastFactor
            | Denied::FactorsFull
            | Denied::NoAccount
            | Denied::HasAccount => RefusalKind::NotNow,
        }
    }

    /// Why, as a sentence that ends with what mends it.
    #[must_use]
    pub fn sentence(&self, lang: Lang) -> &'static str {
        let (id, en) = match self {
            Denied::GuessesUsedUp { .. } => (
                "Terlalu banyak percobaan; tunggu beberapa menit, lalu coba lagi.",
                "Too many attempts; wait a few minutes, then try again.",
            ),
            Denied::CodeInvalid => (
                "Kode tidak cocok atau sudah dipakai; tunggu kode berikutnya, lalu coba lagi.",
                "The code does not fit or was used already; wait for the next one, then try again.",
            ),
            Denied::LinkInvalid => (
                "Tautan sudah dipakai atau sudah lewat waktunya; minta tautan baru kepada administrator.",
                "The link was used or has expired; ask an administrator for a new one.",
            ),
            Denied::CeremonyGone => (
                "Langkah ini sudah selesai atau terlalu lama; mulai lagi.",
                "This step was finished already or took too long; begin it again.",
            ),
            Denied::SessionEnded => {
                ("Sesi sudah berakhir; masuk lagi.", "The session has ended; sign in again.")
            }
            Denied::LastFactor => (
                "Ini faktor kedua yang terakhir, dan peran Anda mewajibkannya; tambahkan yang lain dahulu.",
                "This is your last second factor, and your role requires one; add another first.",
            ),
            Denied::FactorUnknown => (
                "Faktor itu tidak ada; muat ulang daftarnya.",
                "There is no such factor; load the list again.",
            ),
            Denied::FactorsFull => (
                "Sudah ada sebanyak yang diizinkan; hapus salah satu dahulu.",
                "There are as many as allowed; remove one first.",
            ),
            Denied::NotForOneself => (
                "Ini tidak dilakukan untuk diri sendiri; minta administrator lain.",
                "Nobody does this for themselves; ask another administrator.",
            ),
            Denied::LoginTaken => (
                "Nama masuk itu sudah dipakai orang lain; pilih yang lain.",
                "Somebody else signs in under that name; choose another.",
            ),
            Denied::NoAccount => (
                "Orang ini belum punya akun; buatkan tautan sekali pakai.",
                "The person has no account yet; make a one-time link for them.",
            ),
            Denied::HasAccount => (
                "Orang ini masuk sendiri, jadi tidak dapat menjadi program; daftarkan program tersendiri.",
                "The person signs in, so they cannot be a program; register the program on its own.",
            ),
            Denied::MayNotRunAccounts => (
                "Hanya yang berwenang mendaftarkan pegawai yang mengurus akun; minta kepada mereka.",
                "Only those who may register people run accounts; ask one of them.",
            ),
            Denied::MayNotUnmask => (
                "Tugas Anda tidak memerlukan nomor lengkap; minta kepada yang berwenang.",
                "Your work does not take whole numbers; ask somebody whose work does.",
            ),
            Denied::StepUpNeeded => (
                "Pastikan dahulu dengan faktor kedua bahwa ini Anda, lalu ulangi.",
                "Confirm with your second factor that it is you, then repeat this.",
            ),
            Denied::NotForPrograms => (
                "Program tidak pernah menyetujui, membayar, atau mengubah kantor; seorang pegawai harus melakukannya.",
                "A program never approves, pays or changes the office; a person must do it.",
            ),
        };
        match lang {
            Lang::Id => id,
            Lang::En => en,
        }
    }
}

impl From<Denied> for Refusal {
    fn from(denied: Denied) -> Self {
        Why::Denied(denied).into()
    }
}

impl World {
    /// The roles whose acts weigh so much that a password is not enough: those who approve, who run payments, and who
    /// propose or confirm changes of the office. They follow from the definitions and the policy, by no name.
    #[must_use]
    pub fn weighty_roles(&self) -> BTreeSet<&Role> {
        let actions = self.workflows.all().flat_map(|workflow| workflow.actions.values());
        let weighty = actions.filter(|action| {
            matches!(action.kind, ActionKind::Approval | ActionKind::Payment | ActionKind::Ruling)
                || action.via == Some(Via::PaymentOrder)
        });
        let orders = self.workflows.all().map(|workflow| &workflow.payment_order);
        let orders = orders.flat_map(|order| order.draft.keys().chain(order.settle.keys()));
        let changes = self.policy.change.values().flat_map(|rule| rule.propose.iter().chain(&rule.confirm));
        weighty.flat_map(|action| action.by.keys()).chain(orders).chain(changes).collect()
    }

    /// True if a person may do, by a role of their own or by a paper in force, what a password is not enough for.
    #[must_use]
    pub fn needs_second_factor(&self, person: &Person, day: Date) -> bool {
        self.weighty_roles().into_iter().any(|role| self.roster.holds_anywhere(person, role, day))
    }

    /// Whether a person may see whole numbers of persons and accounts in a region: by a role of their own that the policy
    /// names, never as a program.
    pub fn check_unmask(&self, person: &Person, region: &RegionCode) -> Result<(), Denied> {
        let roles = &self.policy.office.unmask;
        let may = person.active
            && !self.roster.is_program(person.id)
            && person
                .grants
                .iter()
                .any(|grant| roles.contains(&grant.role) && region.is_within(&grant.region));
        if may { Ok(()) } else { Err(Denied::MayNotUnmask) }
    }

    /// True if a person may know who looked at whose requests: by a role of their own that the policy names.
    #[must_use]
    pub fn sees_viewings(&self, person: &Person) -> bool {
        person.active && person.grants.iter().any(|grant| self.policy.office.see_all.contains(&grant.role))
    }

    /// True if a person runs accounts: makes one-time links, ends sessions, makes tokens for programs. It is whoever
    /// may register people, by a role of their own.
    #[must_use]
    pub fn runs_accounts(&self, person: &Person) -> bool {
        let rule = self.policy.change.get(&ChangeKind::RegisterPerson);
        person.active
            && !self.roster.is_program(person.id)
            && rule.is_some_and(|rule| person.grants.iter().any(|grant| rule.propose.contains(&grant.role)))
    }
}

impl Context<'_> {
    /// A program never approves, pays or changes the office, whatever roles it was given.
    pub fn check_no_program(&self) -> Result<(), Refusal> {
        let programs = self.actor.persons().any(|person| self.world.roster.is_program(person));
        if programs { Err(Denied::NotForPrograms.into()) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_denial_has_a_code_of_its_own_and_sentences() {
        let codes: BTreeSet<_> = Denied::all().iter().map(Denied::code).collect();
        assert_eq!(codes.len(), Denied::all().len());
        for denied in Denied::all() {
            assert!(denied.sentence(Lang::Id).ends_with('.') && denied.sentence(Lang::En).ends_with('.'));
        }
    }
}

//! Refusals of papers: grants, delegations, acting officers.

use jiff::civil::Date;

use super::Telling;
use crate::words::date;
use crate::{ActionName, Lang, PersonId, RegionCode, Role};

impl Telling<'_> {
    pub(super) fn needs_second(&self, person: PersonId) -> String {
        let (words, person) = (self.words, self.person(person));
        say!(
            words,
            "{person} sudah mengusulkannya; persetujuannya harus dari orang lain.",
            "{person} has proposed it; somebody else must agree to it."
        )
    }

    pub(super) fn own_favour(&self, person: PersonId) -> String {
        let (words, person) = (self.words, self.person(person));
        say!(
            words,
            "{person} memperoleh wewenang dari usulan ini; persetujuannya harus dari orang lain.",
            "It gives {person} a power; somebody else must agree to it."
        )
    }

    pub(super) fn person_inactive(&self, person: PersonId) -> String {
        let (words, person) = (self.words, self.person(person));
        say!(
            words,
            "{person} tidak terdaftar sebagai pegawai aktif.",
            "{person} is not an active member of the office."
        )
    }

    pub(super) fn for_oneself(&self, person: PersonId) -> String {
        let (words, person) = (self.words, self.person(person));
        say!(
            words,
            "{person} tidak dapat bertindak atas nama dirinya sendiri; pilih orang lain.",
            "{person} cannot act for themselves; choose somebody else."
        )
    }

    pub(super) fn days_invalid(&self, (first, last): (Date, Date), today: Option<Date>) -> String {
        let words = self.words;
        let (from, to) = (date(first, words.lang), date(last, words.lang));
        if last < first {
            return say!(
                words,
                "Masa berlaku berakhir ({to}) sebelum mulai ({from}); balik tanggalnya.",
                "The days end ({to}) before they begin ({from}); turn them round."
            );
        }
        if let Some(today) = today {
            let today = date(today, words.lang);
            return say!(
                words,
                "Masa berlaku {from} sampai {to} tidak dapat mencakup hari yang sudah lewat: di kantor ini hari ini {today}, jadi mulailah paling awal {today}.",
                "The days from {from} to {to} cannot reach back: it is {today} in this office, so let them begin on {today} at the earliest."
            );
        }
        say!(
            words,
            "Masa berlaku {from} sampai {to} sudah lewat atau berakhir sebelum mulai.",
            "The days from {from} to {to} have passed, or end before they begin."
        )
    }

    pub(super) fn delegation_too_long(&self, days: u32, most: u32, source: &str) -> String {
        let words = self.words;
        let source = if source.is_empty() { "-" } else { source };
        say!(
            words,
            "Pendelegasian {days} hari melebihi batas {most} hari ({source}).",
            "{days} days are longer than powers may be handed over: {most} days ({source})."
        )
    }

    pub(super) fn delegation_chained(&self, person: PersonId, role: &Role) -> String {
        let (words, person, role) = (self.words, self.person(person), self.role(role));
        say!(
            words,
            "{person} bertindak sebagai {role} untuk orang lain; wewenang itu tidak dapat didelegasikan lagi.",
            "{person} acts as {role} in another's place; that cannot be handed on."
        )
    }

    pub(super) fn grant_missing(&self, person: PersonId, role: &Role, region: &RegionCode) -> String {
        let (words, person, role) = (self.words, self.person(person), self.role(role));
        say!(
            words,
            "{person} tidak memegang peran {role} untuk wilayah {region}.",
            "{person} does not hold the role {role} for the region {region}."
        )
    }

    pub(super) fn seat_held(&self, person: PersonId, role: &Role) -> String {
        let (words, person, role) = (self.words, self.person(person), self.role(role));
        say!(
            words,
            "Jabatan {role} dipegang {person}; Plt hanya untuk jabatan yang kosong.",
            "{person} holds the seat ({role}); a Plt acts in a vacant one only."
        )
    }

    pub(super) fn breaks_duty(&self, role: &Role, duty: &ActionName, persons: &[PersonId]) -> String {
        let (words, role, duty) = (self.words, self.role(role), self.action(duty));
        let names: Vec<_> = persons.iter().map(|person| self.person(*person)).collect();
        let names = names.join(", ");
        say!(
            words,
            "Yang bertindak sebagai {role} tidak boleh melakukan “{duty}”, padahal di sini hanya {names} yang dapat \
             melakukannya.",
            "Whoever acts as {role} may not do “{duty}”, and here nobody could but {names}."
        )
    }

    pub(super) fn breaks_apart(
        &self,
        (role, duty): (&Role, &ActionName),
        persons: &[PersonId],
        (other, theirs): (&Role, &ActionName),
    ) -> String {
        let (words, role, duty) = (self.words, self.role(role), self.action(duty));
        let (other, theirs) = (self.role(other), self.action(theirs));
        let names: Vec<_> = persons.iter().map(|person| self.person(*person)).collect();
        let names = names.join(", ");
        say!(
            words,
            "{names} melakukan “{theirs}” sebagai {other}, yang harus dilakukan orang lain dari “{duty}” sebagai \
             {role}; limpahkan kepada orang lain.",
            "{names} does “{theirs}” as {other}, which must be another person's act than “{duty}” as {role}; hand it \
             to somebody else."
        )
    }
}

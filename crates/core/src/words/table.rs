//! The words of the decision table.

use super::Words;
use crate::Lang;
use crate::table::State;

impl Words {
    pub(crate) fn state(self, state: State) -> &'static str {
        let (id, en) = match state {
            State::Plain => ("", ""),
            State::Held => (", ditahan", ", on hold"),
            State::InDecree => (", dalam rancangan SK", ", on a draft decree"),
            State::Ordered => (", dalam perintah pembayaran", ", on a payment order"),
            State::Failed => (", ditolak bank", ", refused by the bank"),
            State::Unknown => (", bank belum memastikan", ", the bank does not know"),
            State::Incident => (", laporan bank saling bertentangan", ", the bank contradicts itself"),
        };
        self.pick(id, en)
    }

    /// Why nobody may, in a few words.
    pub(crate) fn short(self, code: &'static str) -> &'static str {
        let (id, en) = match code {
            "on_hold" => ("sedang ditahan", "on hold"),
            "in_decree" => ("terkunci dalam rancangan SK", "locked in a draft decree"),
            "in_payment_order" => ("terkunci dalam perintah pembayaran", "locked in a payment order"),
            "only_by_decree" => ("hanya melalui SK", "by decree only"),
            "only_by_payment_order" => ("hanya melalui perintah pembayaran", "by payment order only"),
            other => (other, other),
        };
        self.pick(id, en)
    }

    /// Acts that stand beside a workflow and have a name in this table only.
    pub(crate) fn beside(self, act: &str) -> Option<&'static str> {
        let (id, en) = match act {
            "amend" => ("Perbaiki data", "Amend the facts"),
            "attach" => ("Lampirkan berkas", "Attach a file"),
            "migrate" => ("Pindahkan ke versi alur yang baru", "Bring under a new version"),
            _ => return None,
        };
        Some(self.pick(id, en))
    }

    pub(crate) fn anywhere(self) -> &'static str {
        self.pick("Di tahap mana pun", "At any stage")
    }
    pub(crate) fn who_claimed(self, roles: &str) -> String {
        say!(self, "yang menanganinya; selain itu {roles}", "whoever claimed it; otherwise {roles}")
    }
    pub(crate) fn proposed_by(self, ask: &str, confirm: &str) -> String {
        say!(
            self,
            "diusulkan {ask}, disahkan orang kedua: {confirm}",
            "proposed by {ask}, confirmed by a second person: {confirm}"
        )
    }
    pub(crate) fn times(self) -> &'static str {
        self.pick("Batas waktu dan pengingat", "Time limits and reminders")
    }
    pub(crate) fn days(self, days: u32) -> String {
        let unit = if days == 1 { "working day" } else { "working days" };
        say!(self, "{days} hari kerja", "{days} {unit}")
    }
    pub(crate) fn reminded(self, days: u32) -> String {
        say!(self, "diingatkan setelah {days}", "reminded after {days}")
    }
    pub(crate) fn escalated(self, days: u32, role: &str) -> String {
        say!(self, "setelah {days} dibawa ke {role}", "brought before the {role} after {days}")
    }
    pub(crate) fn holds_for(self, days: u32) -> String {
        say!(
            self,
            "hasilnya berlaku {days} hari kerja, lalu diperiksa lagi",
            "its result holds for {days} working days, and is then checked again"
        )
    }
    pub(crate) fn same_person(self, acts: &str) -> String {
        say!(self, "Orang yang sama untuk: {acts}", "The same person for: {acts}")
    }
    pub(crate) fn exclusive_roles(self, roles: &str) -> String {
        say!(self, "Tidak dirangkap satu orang: {roles}", "No person holds two of: {roles}")
    }

    pub(crate) fn nothing(self) -> &'static str {
        self.pick("(selesai; hanya komentar dan lampiran)", "(ended; only comments and attachments)")
    }
    pub(crate) fn conditions(self) -> &'static str {
        self.pick("Yang diminta selain peran", "What is asked besides the role")
    }
    pub(crate) fn duties(self) -> &'static str {
        self.pick("Pemisahan tugas pada satu permohonan", "Duties kept apart on one request")
    }
    pub(crate) fn reason(self) -> String {
        self.pick("alasan", "a reason").to_owned()
    }
    pub(crate) fn confirmed_by(self, roles: &str) -> String {
        say!(
            self,
            "disahkan orang kedua: {roles}; keduanya belum melakukan apa pun pada permohonan itu",
            "confirmed by a second person: {roles}; neither has acted on the request"
        )
    }
    pub(crate) fn persons(self, persons: u32) -> String {
        say!(self, "{persons} orang yang sepakat", "{persons} persons who agree")
    }
    pub(crate) fn fill_in(self, fields: &str) -> String {
        say!(self, "wajib diisi: {fields}", "to be filled in: {fields}")
    }
    pub(crate) fn may_fill_in(self, fields: &str) -> String {
        say!(self, "boleh diisi: {fields}", "may be filled in: {fields}")
    }
    pub(crate) fn holds(self, guard: &str) -> String {
        say!(self, "syarat: {guard}", "condition: {guard}")
    }
    pub(crate) fn at_most(self, most: u32, stage: &str) -> String {
        say!(self, "paling banyak {most} kali masuk {stage}", "at most {most} times to {stage}")
    }
    pub(crate) fn distinct(self, acts: &str) -> String {
        say!(self, "Orang yang berbeda untuk: {acts}", "Different persons for: {acts}")
    }
    pub(crate) fn min_persons(self, need: u32, stage: &str) -> String {
        say!(
            self,
            "Paling sedikit {need} orang sampai {stage}; dengan orang sesedikit mungkin:",
            "At least {need} persons up to {stage}; with as few as can be:"
        )
    }
    pub(crate) fn does(self, person: usize, act: &str) -> String {
        say!(self, "orang ke-{person}: {act}", "person {person}: {act}")
    }
    pub(crate) fn counts(self, act: &str, role: &str, duty: &str) -> String {
        say!(
            self,
            "“{act}” oleh {role} terhitung sebagai “{duty}”",
            "“{act}” by the {role} counts as “{duty}”"
        )
    }

    fn pick(self, id: &'static str, en: &'static str) -> &'static str {
        match self.lang {
            Lang::Id => id,
            Lang::En => en,
        }
    }
}

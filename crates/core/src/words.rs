//! The sentences of the engine, in Indonesian and English. The terms are the glossary's.

macro_rules! say {
    ($self:ident, $id:literal, $en:literal) => {
        match $self.lang {
            Lang::Id => format!($id),
            Lang::En => format!($en),
        }
    };
}

mod migrate;
mod numeral;
mod proof;
mod refusal;
mod table;
mod warning;

pub use migrate::taken_along;
pub use numeral::numeral;

use jiff::civil::Date;

use crate::request::RULED_UNPAID;
use crate::workflow::Workflow;
use crate::{ActionName, Lang, LineId, Rupiah};

/// Sentences in one language.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words {
    pub(crate) lang: Lang,
}

impl Words {
    pub(crate) fn waits(self, on: &str, since: Date, days: u32, target: Option<u32>, tail: &str) -> String {
        let since = date(since, self.lang);
        let limit = match (target, self.lang) {
            (Some(target), Lang::Id) => format!(", batas {target}"),
            (Some(target), Lang::En) => format!(", limit {target}"),
            (None, _) => String::new(),
        };
        let unit = if days == 1 { "day" } else { "days" };
        say!(
            self,
            "Permohonan ini menunggu {on} sejak {since} ({days} hari kerja{limit}) karena {tail}.",
            "This request has been waiting for {on} since {since} ({days} working {unit}{limit}) because {tail}."
        )
    }

    /// One of several: `A, B, atau C`.
    pub(crate) fn one_of(self, of: &[&str]) -> String {
        let or = match self.lang {
            Lang::Id => "atau",
            Lang::En => "or",
        };
        match of {
            [] => String::new(),
            [one] => (*one).to_owned(),
            [one, other] => format!("{one} {or} {other}"),
            [rest @ .., last] => format!("{}, {or} {last}", rest.join(", ")),
        }
    }

    pub(crate) fn whom(self, roles: &[&str], names: &[String], more: usize) -> String {
        let (roles, names) = (self.one_of(roles), names.join(", "));
        let roles = say!(self, "{roles}", "the {roles}");
        match (names.is_empty(), more) {
            (true, _) => roles,
            (false, 0) => format!("{roles} ({names})"),
            (false, 1) => say!(self, "{roles} ({names}, dan 1 lainnya)", "{roles} ({names}, and 1 other)"),
            (false, more) => {
                say!(self, "{roles} ({names}, dan {more} lainnya)", "{roles} ({names}, and {more} others)")
            }
        }
    }

    pub(crate) fn turn_at(self, stage: &str) -> String {
        say!(
            self,
            "belum dikerjakan pada tahap {stage}",
            "it has not been worked on yet at the stage {stage}"
        )
    }
    pub(crate) fn bank_refused(self, cause: &str) -> String {
        if cause == RULED_UNPAID {
            return say!(
                self,
                "dua orang menetapkan bahwa uangnya belum keluar",
                "two persons ruled that the money has not gone out"
            );
        }
        say!(self, "bank menolak pembayarannya: {cause}", "the bank refused the payment: {cause}")
    }
    pub(crate) fn mend_account_or_order_again(self) -> String {
        say!(
            self,
            "Perbaiki rekening (oleh dua orang) bila perlu, lalu masukkan lagi ke perintah pembayaran",
            "Correct the account if need be (by two persons), then put it on a payment order again"
        )
    }
    pub(crate) fn order_again(self) -> String {
        say!(self, "Masukkan lagi ke perintah pembayaran", "Put it on a payment order again")
    }
    pub(crate) fn bank_does_not_know(self, line: u32) -> String {
        say!(
            self,
            "bank belum memastikan hasil baris {line} dan permohonan dikunci agar tidak dibayar dua kali",
            "the bank has not settled line {line}, and the request is locked so that nobody is paid twice"
        )
    }
    pub(crate) fn result_or_ruling(self) -> String {
        say!(
            self,
            "Unggah hasil bank, atau tetapkan hasilnya oleh dua orang selain pembayar",
            "Send the bank's result, or have two persons other than the payer rule on it"
        )
    }
    pub(crate) fn bank_contradicts(self, line: u32, closed: bool) -> String {
        if closed {
            return say!(
                self,
                "bank melaporkan pembayaran kedua (baris {line})",
                "the bank reported a second payment (line {line})"
            );
        }
        say!(
            self,
            "bank melaporkan baris {line} dibayar setelah melaporkannya gagal",
            "the bank reported line {line} paid after it had reported it failed"
        )
    }

    pub(crate) fn bank_paid_few(self, line: u32) -> String {
        say!(
            self,
            "bank melaporkan baris {line} dibayar, padahal yang ikut lebih sedikit dari yang dijanjikan",
            "the bank reported line {line} paid, though fewer persons than promised had taken part"
        )
    }

    pub(crate) fn ruling(self) -> String {
        say!(
            self,
            "Tetapkan hasilnya oleh dua orang selain pembayar",
            "Have two persons other than the payer rule on it"
        )
    }
    pub(crate) fn in_payment_order(self, line: u32) -> String {
        say!(
            self,
            "sudah masuk perintah pembayaran (baris {line}), tetapi hasilnya belum diterima",
            "it is on a payment order (line {line}) whose result has not come in"
        )
    }
    pub(crate) fn bank(self) -> String {
        say!(self, "hasil bank", "the bank's result")
    }
    pub(crate) fn send_results(self) -> String {
        say!(self, "Unggah hasil bank", "Send the bank's results")
    }
    pub(crate) fn frozen(self, source: &str, until: &str) -> String {
        say!(
            self,
            "penyaluran dananya dibekukan sampai {until} ({source})",
            "its money is frozen until {until} ({source})"
        )
    }
    pub(crate) fn end_of_freeze(self) -> String {
        say!(self, "berakhirnya pembekuan", "the end of the freeze")
    }
    pub(crate) fn after(self, until: &str) -> String {
        say!(self, "Berlanjut dengan sendirinya setelah {until}", "Goes on by itself after {until}")
    }
    pub(crate) fn not_budgeted(self, line: &LineId) -> String {
        say!(self, "pagu anggaran {line} belum ada", "there is no budget line {line}")
    }
    pub(crate) fn budget_short(self, line: &LineId, missing: Rupiah) -> String {
        say!(self, "pagu anggaran {line} kurang {missing}", "budget line {line} is {missing} short")
    }
    pub(crate) fn budget_team(self) -> String {
        say!(self, "TAPD", "the budget team (TAPD)")
    }
    pub(crate) fn budget_it(self) -> String {
        say!(self, "Tambah pagu atau kurangi penerima", "Raise the budget line or take recipients out")
    }
    pub(crate) fn no_signer(self) -> String {
        say!(
            self,
            "tidak ada pejabat yang berwenang menandatanganinya",
            "there is nobody competent to sign it"
        )
    }
    pub(crate) fn nobody_eligible(self) -> String {
        say!(self, "tidak ada petugas lain yang boleh menanganinya", "there is nobody left who may act on it")
    }
    pub(crate) fn may_not(self, name: &str, title: &str, source: &str) -> String {
        say!(
            self,
            "{name} sebagai {title} tidak boleh melakukannya ({source})",
            "{name}, {title}, may not do it ({source})"
        )
    }
    pub(crate) fn away(self, name: &str, until: &str) -> String {
        say!(self, "{name} tidak di tempat sampai {until}", "{name} is away until {until}")
    }
    pub(crate) fn name_somebody(self) -> String {
        say!(self, "Tetapkan pejabat lain", "Name another officer")
    }
    pub(crate) fn decree_unsigned(self) -> String {
        say!(self, "SK belum ditandatangani", "the decree is not signed")
    }
    pub(crate) fn sign_decree(self) -> String {
        say!(self, "Tandatangani SK", "Sign the decree")
    }
    pub(crate) fn no_decree_yet(self) -> String {
        say!(self, "belum masuk rancangan SK", "it is not on a draft decree yet")
    }
    pub(crate) fn draft_decree(self) -> String {
        say!(self, "Susun rancangan SK", "Draft a decree")
    }
    pub(crate) fn returned_by(self, stage: &str) -> String {
        say!(
            self,
            "dikembalikan dari tahap {stage} untuk diperbaiki",
            "it was returned from the stage {stage} for correction"
        )
    }
    pub(crate) fn mended(self) -> String {
        say!(
            self,
            "sudah diperbaiki, tetapi belum diajukan lagi",
            "it has been mended but not submitted again"
        )
    }
    pub(crate) fn mend_and_submit(self) -> String {
        say!(self, "Perbaiki, lalu ajukan lagi", "Mend it, then submit it again")
    }
    pub(crate) fn quorum(self, have: usize, need: u32) -> String {
        say!(self, "baru {have} dari {need} orang yang setuju", "only {have} of {need} persons have agreed")
    }
    pub(crate) fn and(self, tail: &str, more: &str) -> String {
        say!(self, "{tail}, dan {more}", "{tail}, and {more}")
    }
}

const MONTHS_ID: [&str; 12] = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
];
const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A sentence ends once: a name or a title at its end may bring a full stop of its own.
#[must_use]
pub(crate) fn ended(mut sentence: String) -> String {
    if sentence.ends_with("..") && !sentence.ends_with("...") {
        sentence.pop();
    }
    sentence
}

/// A day as people write it: `24 November 2026`.
#[must_use]
pub fn date(date: Date, lang: Lang) -> String {
    let months = match lang {
        Lang::Id => &MONTHS_ID,
        Lang::En => &MONTHS_EN,
    };
    let month = usize::try_from(date.month()).ok().and_then(|month| months.get(month.saturating_sub(1)));
    format!("{} {} {}", date.day(), month.unwrap_or(&""), date.year())
}

/// What the acts are called that no workflow names, because every one has them.
const ACTS: [(&str, &str, &str); 14] = [
    ("hold", "Tahan", "Hold"),
    ("resume", "Lanjutkan", "Resume"),
    ("claim", "Tangani", "Claim"),
    ("release", "Lepaskan", "Release"),
    ("comment", "Komentar", "Comment"),
    ("repair", "Kembalikan permohonan macet", "Put back a stuck request"),
    ("draft_decree", "Susun rancangan SK", "Draft a decree"),
    ("strike", "Coret dari SK", "Strike from the decree"),
    ("cancel_decree", "Batalkan rancangan SK", "Cancel the decree"),
    ("order_payment", "Susun perintah pembayaran", "Draft a payment order"),
    ("export", "Ambil berkas bank", "Fetch the bank file"),
    ("sp2d", "Catat SP2D", "Enter the SP2D"),
    ("results", "Unggah hasil bank", "Send the bank's results"),
    ("cancel_order", "Batalkan perintah pembayaran", "Cancel the payment order"),
];

/// What an act or a duty is called: by the workflow, as an act that every one has, or by its bare name.
#[must_use]
pub fn act_title(workflow: Option<&Workflow>, name: &ActionName, lang: Lang) -> String {
    let titled = |workflow: &Workflow| {
        let own = workflow.actions.get(name);
        let counted = || workflow.actions.values().find(|action| action.by.values().any(|duty| duty == name));
        own.or_else(counted).map(|action| action.title.in_lang(lang).to_owned())
    };
    let known = workflow.and_then(titled).or_else(|| act(name.as_str(), lang).map(str::to_owned));
    known.unwrap_or_else(|| name.to_string())
}

/// What a change of the office is called.
#[must_use]
pub fn change(kind: crate::office::ChangeKind, lang: Lang) -> &'static str {
    refusal::change_title(kind, lang)
}

/// What an act is called that no workflow names.
#[must_use]
pub fn act(name: &str, lang: Lang) -> Option<&'static str> {
    let (_, id, en) = ACTS.iter().find(|(known, ..)| *known == name)?;
    Some(match lang {
        Lang::Id => id,
        Lang::En => en,
    })
}

#[cfg(test)]
mod tests;

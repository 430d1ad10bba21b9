//! Each event of a request as a sentence.

macro_rules! say {
    ($self:ident, $id:literal, $en:literal) => {
        match $self.lang {
            Lang::Id => format!($id),
            Lang::En => format!($en),
        }
    };
}

mod turn;

use salur_core::event::{Event, Unlisting};
use salur_core::workflow::Workflow;
use salur_core::world::World;
use salur_core::{ActionName, Lang, StageName, words};

/// Tells events in one language.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tale<'a> {
    pub(crate) lang: Lang,
    pub(crate) world: &'a World,
    pub(crate) workflow: Option<&'a Workflow>,
}

impl Tale<'_> {
    /// What happened, as a sentence.
    #[expect(clippy::too_many_lines, reason = "one sentence for each event")]
    pub(crate) fn sentence(self, event: &Event) -> String {
        match event {
            Event::Entered(_) => say!(self, "Permohonan dimasukkan.", "The request was entered."),
            Event::Amended { changed, .. } => {
                let names = changed.iter().map(|name| self.field(name)).collect::<Vec<_>>().join(", ");
                say!(self, "Isian diubah: {names}.", "Facts were amended: {names}.")
            }
            Event::Advanced(step) => {
                let (action, to) = (self.action(&step.action), self.stage(&step.to));
                say!(self, "{action}: ke tahap {to}.", "{action}: to the stage {to}.")
            }
            Event::Endorsed { action, .. } => {
                let action = self.action(action);
                say!(
                    self,
                    "{action} disetujui satu orang; perlu orang lain.",
                    "{action}: one person has agreed; it takes another."
                )
            }
            Event::Corrected { action, .. } => {
                let action = self.action(action);
                say!(self, "{action}: rekening diperbaiki.", "{action}: the account was corrected.")
            }
            Event::Held { cause, blameless, .. } => self.held(cause, *blameless),
            Event::Resumed { due_on: Some(due), .. } => {
                let due = words::date(*due, self.lang);
                say!(self, "Dilanjutkan; batas {due}.", "Resumed; due on {due}.")
            }
            Event::Resumed { due_on: None, .. } => say!(self, "Dilanjutkan.", "Resumed."),
            Event::Claimed => say!(self, "Permohonan mulai ditangani.", "The request was claimed."),
            Event::Released => say!(self, "Permohonan dilepaskan.", "The request was released."),
            Event::Commented { .. } => say!(self, "Catatan ditambahkan.", "A comment was added."),
            Event::Attached { media_type, .. } => {
                say!(self, "Berkas dilampirkan ({media_type}).", "A file was attached ({media_type}).")
            }
            Event::Listed { .. } => say!(self, "Masuk rancangan SK.", "Put on a draft decree."),
            Event::Unlisted { why, .. } => self.unlisted(why),
            Event::Ordered { at, .. } => {
                let line = at.line;
                say!(self, "Masuk perintah pembayaran, baris {line}.", "Put on a payment order, line {line}.")
            }
            Event::OrderWorked { .. } => {
                say!(self, "Perintah bayarnya dikerjakan.", "Its payment order was worked on.")
            }
            Event::Unordered { .. } => {
                say!(self, "Perintah pembayaran dibatalkan.", "The payment order was given up.")
            }
            Event::PaymentFailed { cause, .. } => {
                say!(self, "Bank menolak pembayaran: {cause}.", "The bank refused the payment: {cause}.")
            }
            Event::PaymentUnknown { .. } => {
                say!(self, "Bank belum memastikan hasilnya.", "The bank does not know yet.")
            }
            Event::IncidentOpened { .. } => say!(
                self,
                "Bank menyatakan dibayar, berlawanan dengan yang diketahui; perlu ketetapan dua orang.",
                "The bank reported paid against what was known; two persons must rule."
            ),
            Event::RuledUnpaid { .. } => say!(
                self,
                "Dua orang menetapkan bahwa uang tidak keluar.",
                "Two persons ruled that the money did not go out."
            ),
            Event::RuledPaidTwice { .. } => say!(
                self,
                "Dua orang menetapkan bahwa uang keluar dua kali; kelebihannya diminta kembali.",
                "Two persons ruled that the money went out twice; the excess is to be asked back."
            ),
            Event::Reminded { .. }
            | Event::Escalated { .. }
            | Event::HoldReviewDue { .. }
            | Event::VerificationExpired(_)
            | Event::Repaired(_)
            | Event::Migrated(_) => self.turn(event),
        }
    }

    fn held(self, cause: &str, blameless: bool) -> String {
        let known = self.world.policy.hold.get(cause);
        let cause = known.map_or(cause, |known| known.title.in_lang(self.lang));
        if blameless {
            return say!(
                self,
                "Ditahan: {cause}. Waktu berhenti.",
                "Put on hold: {cause}. The clock stands still."
            );
        }
        say!(self, "Ditahan: {cause}.", "Put on hold: {cause}.")
    }

    fn unlisted(self, why: &Unlisting) -> String {
        match why {
            Unlisting::Cancelled => say!(
                self,
                "Rancangan SK dibatalkan; permohonan kembali menunggu.",
                "The draft decree was given up; the request waits again."
            ),
            Unlisting::Refused(code) => say!(
                self,
                "Tidak ikut disetujui saat SK ditandatangani ({code}).",
                "Not approved when the decree was signed ({code})."
            ),
        }
    }

    fn stage(self, name: &StageName) -> String {
        self.workflow.map_or_else(|| name.to_string(), |flow| flow.stage_title(name, self.lang).to_owned())
    }

    fn action(self, name: &ActionName) -> String {
        let known = self.workflow.and_then(|workflow| workflow.actions.get(name));
        match known {
            Some(action) => action.title.in_lang(self.lang).to_owned(),
            None if name.as_str() == "strike" => say!(self, "Dicoret dari SK", "Struck off the decree"),
            None => name.to_string(),
        }
    }

    fn field(self, name: &salur_core::FieldName) -> String {
        let known = self.workflow.and_then(|workflow| workflow.form.field(name));
        known.map_or_else(|| name.to_string(), |field| field.label.in_lang(self.lang).to_owned())
    }
}

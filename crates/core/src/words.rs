//! The sentences of the engine, in Indonesian and English. The terms are the glossary's.

use jiff::civil::Date;

use crate::refusal::{Refusal, Why};
use crate::workflow::Workflow;
use crate::world::World;
use crate::{ActionName, Lang, LineId, PersonId, Role, Rupiah, StageName};

/// Sentences in one language.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words {
    pub(crate) lang: Lang,
}

macro_rules! say {
    ($self:ident, $id:literal, $en:literal) => {
        match $self.lang {
            Lang::Id => format!($id),
            Lang::En => format!($en),
        }
    };
}

impl Words {
    pub(crate) fn waits(self, on: &str, since: Date, days: u32, target: Option<u32>, tail: &str) -> String {
        let since = date(since, self.lang);
        let limit = match (target, self.lang) {
            (Some(target), Lang::Id) => format!(", batas {target}"),
            (Some(target), Lang::En) => format!(", limit {target}"),
            (None, _) => String::new(),
        };
        say!(
            self,
            "Permohonan ini menunggu {on} sejak {since} ({days} hari kerja{limit}) karena {tail}.",
            "This request has been waiting for {on} since {since} ({days} working days{limit}) because {tail}."
        )
    }

    pub(crate) fn whom(self, roles: &[&str], names: &[String], more: usize) -> String {
        let or = match self.lang {
            Lang::Id => " atau ",
            Lang::En => " or ",
        };
        let (roles, names) = (roles.join(or), names.join(", "));
        match (names.is_empty(), more) {
            (true, _) => roles,
            (false, 0) => format!("{roles} ({names})"),
            (false, more) => {
                say!(self, "{roles} ({names}, dan {more} lainnya)", "{roles} ({names}, and {more} others)")
            }
        }
    }

    pub(crate) fn turn_at(self, stage: &str) -> String {
        say!(self, "belum dikerjakan pada tahap {stage}", "its turn at the stage {stage} has not come")
    }
    pub(crate) fn bank_refused(self, cause: &str) -> String {
        say!(self, "bank menolak pembayaran: {cause}", "the bank refused the payment: {cause}")
    }
    pub(crate) fn mend_account_or_order_again(self) -> String {
        say!(
            self,
            "Perbaiki rekening (dua orang), lalu masukkan lagi ke perintah pembayaran",
            "Correct the account (two persons), then put it on a payment order again"
        )
    }
    pub(crate) fn bank_does_not_know(self, line: u32) -> String {
        say!(
            self,
            "bank belum memastikan hasil baris {line}; terkunci agar tidak dibayar dua kali",
            "the bank has not settled line {line}; it is locked so that nobody is paid twice"
        )
    }
    pub(crate) fn result_or_ruling(self) -> String {
        say!(
            self,
            "Unggah hasil bank, atau ketetapan dua orang",
            "Send the bank's result, or a ruling by two persons"
        )
    }
    pub(crate) fn bank_contradicts(self, line: u32) -> String {
        say!(
            self,
            "bank menyatakan baris {line} dibayar setelah menyatakannya gagal",
            "the bank reported line {line} paid after it had reported it failed"
        )
    }
    pub(crate) fn ruling(self) -> String {
        say!(
            self,
            "Ketetapan dua orang, bukan pembayarnya",
            "A ruling by two persons, neither of them the payer"
        )
    }
    pub(crate) fn in_payment_order(self, line: u32) -> String {
        say!(self, "menunggu hasil bank untuk baris {line}", "the bank's result for line {line} is not in")
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
            "pencairan dibekukan sampai {until} ({source})",
            "this money is frozen until {until} ({source})"
        )
    }
    pub(crate) fn after(self, until: &str) -> String {
        say!(self, "Berlanjut sendiri setelah {until}", "Goes on by itself after {until}")
    }
    pub(crate) fn not_budgeted(self, line: &LineId) -> String {
        say!(self, "pagu {line} belum ada", "there is no budget line {line}")
    }
    pub(crate) fn budget_short(self, line: &LineId, missing: Rupiah) -> String {
        say!(self, "pagu {line} kurang {missing}", "budget line {line} is {missing} short")
    }
    pub(crate) fn budget_team(self) -> String {
        say!(self, "TAPD", "the budget team")
    }
    pub(crate) fn budget_it(self) -> String {
        say!(self, "Tambah pagu atau kurangi penerima", "Raise the budget line or take recipients out")
    }
    pub(crate) fn no_signer(self) -> String {
        say!(self, "tidak ada pejabat yang berwenang menandatangani", "nobody competent to sign is there")
    }
    pub(crate) fn nobody_eligible(self) -> String {
        say!(
            self,
            "semua pejabat berwenang sudah bertindak pada permohonan ini, atau tidak ada",
            "everybody who may act has acted on this request before, or nobody may"
        )
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
            "it was returned from the stage {stage}"
        )
    }
    pub(crate) fn mend_and_submit(self) -> String {
        say!(self, "Perbaiki, lalu ajukan lagi", "Mend it, then submit it again")
    }
    pub(crate) fn quorum(self, have: usize, need: u32) -> String {
        say!(self, "baru {have} dari {need} orang setuju", "only {have} of {need} persons have agreed")
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

impl Refusal {
    /// The refusal as a sentence.
    #[must_use]
    pub fn sentence(&self, lang: Lang, world: &World, workflow: Option<&Workflow>) -> String {
        let telling = Telling { words: Words { lang }, world, workflow };
        telling.why(&self.why)
    }
}

/// A refusal being told: names are looked up in the world it was made in.
struct Telling<'a> {
    words: Words,
    world: &'a World,
    workflow: Option<&'a Workflow>,
}

impl Telling<'_> {
    fn stage(&self, name: &StageName) -> String {
        self.workflow.map_or_else(
            || name.to_string(),
            |workflow| workflow.stage_title(name, self.words.lang).to_owned(),
        )
    }

    fn action(&self, name: &ActionName) -> String {
        let known = self.workflow.and_then(|workflow| workflow.actions.get(name));
        known.map_or_else(|| name.to_string(), |action| action.title.in_lang(self.words.lang).to_owned())
    }

    fn roles(&self, roles: &[Role]) -> String {
        let names: Vec<_> = roles
            .iter()
            .map(|role| {
                self.world.policy.role.get(role).map_or(role.as_str(), |title| title.in_lang(self.words.lang))
            })
            .collect();
        names.join(", ")
    }

    fn person(&self, id: PersonId) -> String {
        self.world.roster.name(id)
    }

    fn list<T: std::fmt::Display>(items: &[T]) -> String {
        items.iter().map(T::to_string).collect::<Vec<_>>().join(", ")
    }

    #[expect(clippy::too_many_lines, reason = "one sentence for each reason")]
    fn why(&self, why: &Why) -> String {
        let words = self.words;
        match why {
            Why::RequestClosed { stage } => {
                let stage = self.stage(stage);
                say!(words, "Permohonan sudah selesai ({stage}).", "The request has ended ({stage}).")
            }
            Why::ActionUnknown { action } => {
                say!(
                    words,
                    "Tindakan {action} tidak dikenal pada alur ini.",
                    "This workflow has no action {action}."
                )
            }
            Why::NotAtThisStage { action, stage } => {
                let (action, stage) = (self.action(action), self.stage(stage));
                say!(
                    words,
                    "{action} tidak dilakukan pada tahap {stage}.",
                    "{action} is not done at the stage {stage}."
                )
            }
            Why::OnlyByDecree { action } => {
                let action = self.action(action);
                say!(words, "{action} hanya melalui SK.", "{action} goes by decree only.")
            }
            Why::OnlyByPaymentOrder { action } => {
                let action = self.action(action);
                say!(
                    words,
                    "{action} hanya melalui perintah pembayaran.",
                    "{action} goes by payment order only."
                )
            }
            Why::InDecree { decree } => say!(
                words,
                "Permohonan dibekukan dalam rancangan SK {decree}; coret dulu dari SK.",
                "The request is frozen in draft decree {decree}; strike it from there first."
            ),
            Why::InPaymentOrder { order, line } => say!(
                words,
                "Permohonan terkunci pada baris {line} perintah pembayaran {order}.",
                "The request is locked in line {line} of payment order {order}."
            ),
            Why::RoleMissing { action, roles } => {
                let (action, roles) = (self.action(action), self.roles(roles));
                say!(
                    words,
                    "Untuk {action} di wilayah ini perlu peran {roles}.",
                    "{action} in this region needs the role {roles}."
                )
            }
            Why::DutyConflict { duty, earlier, person } => {
                let person = self.person(*person);
                say!(
                    words,
                    "{person} sudah bertindak sebagai {earlier} pada permohonan ini; {duty} harus dilakukan orang lain.",
                    "{person} has acted under {earlier} on this request; {duty} must be somebody else's act."
                )
            }
            Why::OnHold { cause } => {
                let cause = self
                    .world
                    .policy
                    .hold
                    .get(cause)
                    .map_or(cause.as_str(), |known| known.title.in_lang(words.lang));
                say!(words, "Permohonan ditahan: {cause}.", "The request is on hold: {cause}.")
            }
            Why::NotOnHold => say!(words, "Permohonan tidak sedang ditahan.", "The request is not on hold."),
            Why::HoldCauseUnknown { cause, known } => {
                let known = known.join(", ");
                say!(
                    words,
                    "Sebab penahanan `{cause}` tidak dikenal; isi fields.cause dengan salah satu dari: {known}.",
                    "There is no hold cause `{cause}`; set fields.cause to one of: {known}."
                )
            }
            Why::ClaimedByOther { by } => {
                let by = self.person(*by);
                say!(words, "Permohonan sedang ditangani {by}.", "{by} has claimed the request.")
            }
            Why::NotClaimed => {
                say!(words, "Tidak ada yang menangani permohonan ini.", "Nobody has claimed the request.")
            }
            Why::ReasonMissing { action } => {
                let action = self.action(action);
                say!(words, "{action} perlu alasan.", "{action} needs a reason.")
            }
            Why::FieldMissing { fields } => {
                let fields = Self::list(fields);
                say!(words, "Isian belum ada: {fields}.", "Fields are missing: {fields}.")
            }
            Why::FieldUnknown { field, known } => {
                let known = Self::list(known);
                say!(
                    words,
                    "Isian `{field}` tidak dikenal; yang ada: {known}.",
                    "There is no field `{field}`; there are: {known}."
                )
            }
            Why::FieldInvalid { field, found, wanted } => say!(
                words,
                "Isian {field} berisi {found}; seharusnya {wanted}.",
                "Field {field} holds {found}; it should be {wanted}."
            ),
            Why::GuardFailed { atoms } => {
                let atoms = atoms.iter().map(|atom| atom.sentence(words.lang)).collect::<Vec<_>>().join("; ");
                say!(words, "Syarat belum terpenuhi: {atoms}.", "A condition does not hold: {atoms}.")
            }
            Why::VisitsUsedUp { stage, most } => {
                let stage = self.stage(stage);
                say!(
                    words,
                    "Sudah {most} kali masuk tahap {stage}; tidak boleh lagi.",
                    "It has come to the stage {stage} {most} times, which is the most allowed."
                )
            }
            Why::TooFewPersons { have, need } => say!(
                words,
                "Baru {have} orang berbeda yang terlibat; perlu {need}.",
                "Only {have} different persons have taken part; {need} are needed."
            ),
            Why::AlreadyEndorsed { action } => {
                let action = self.action(action);
                say!(
                    words,
                    "Anda sudah menyetujui {action}; perlu orang lain.",
                    "You have agreed to {action} already; it takes somebody else."
                )
            }
            Why::FactsFrozen { stage } => {
                let stage = self.stage(stage);
                say!(
                    words,
                    "Data tidak dapat diubah pada tahap {stage}; minta dikembalikan dulu.",
                    "Facts cannot be changed at the stage {stage}; have it returned first."
                )
            }
            Why::BudgetShort { line, missing } => {
                say!(words, "Pagu {line} kurang {missing}.", "Budget line {line} is {missing} short.")
            }
            Why::NotBudgeted { line } => {
                say!(words, "Pagu {line} belum ada.", "There is no budget line {line}.")
            }
            Why::Frozen { source, until } => {
                let until = date(*until, words.lang);
                say!(words, "Dibekukan sampai {until} ({source}).", "Frozen until {until} ({source}).")
            }
            Why::ListEmpty => say!(
                words,
                "Tidak ada permohonan yang dapat masuk daftar.",
                "None of the requests can go on the list."
            ),
            Why::OtherScheme { scheme, year } => say!(
                words,
                "Permohonan ini dari program {scheme} tahun {year}.",
                "The request is of scheme {scheme}, year {year}."
            ),
            Why::DigestStale { current, .. } => say!(
                words,
                "Daftar sudah berubah sejak dilihat; baca lagi. Sidik sekarang: {current}.",
                "The list has changed since it was seen; read it again. Its digest now: {current}."
            ),
            Why::ListClosed { state } => say!(words, "Daftar sudah {state}.", "The list is {state}."),
            Why::SignedOtherwise { number } => say!(
                words,
                "SK sudah ditandatangani dengan nomor {number}.",
                "The decree was signed under number {number}."
            ),
            Why::NotOnList { request } => say!(
                words,
                "Permohonan {request} tidak (lagi) ada dalam daftar.",
                "Request {request} is not on the list, or no longer."
            ),
            Why::BankFileIsOut => say!(
                words,
                "Berkas bank sudah diambil; perintah tidak dapat dibatalkan.",
                "The bank file has been fetched; the order cannot be given up."
            ),
            Why::Sp2dOtherwise { number } => {
                say!(words, "SP2D sudah bernomor {number}.", "The SP2D has number {number} already.")
            }
            Why::NothingToRule => say!(
                words,
                "Tidak ada pembayaran yang diragukan.",
                "There is no doubtful payment to rule on."
            ),
            Why::AlreadyPaid { line } => say!(
                words,
                "Baris {line} sudah dibayar; hasil bank tidak dapat membatalkannya.",
                "Line {line} is paid; a bank result cannot undo it."
            ),
            Why::AmountTooLarge => say!(words, "Jumlah terlalu besar.", "The amount is too large."),
            Why::DuplicateExisting { request } => say!(
                words,
                "Penerima ini sudah ada pada program dan tahun yang sama: {request}.",
                "This recipient is in already, same scheme and year: {request}."
            ),
            Why::DefinitionMissing => say!(
                words,
                "Alur yang dipakai permohonan ini tidak ditemukan.",
                "The definition this request runs under is not there."
            ),
            Why::Stale { seen, actual } => say!(
                words,
                "Permohonan berubah sejak dilihat (versi {seen}, sekarang {actual}); muat ulang.",
                "The request has changed since it was seen (version {seen}, now {actual}); load it again."
            ),
            Why::NotFound => say!(words, "Tidak ditemukan.", "Not found."),
        }
    }
}

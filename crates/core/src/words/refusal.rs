//! A refusal as a sentence.

mod footing;
mod list;
mod office;
mod paper;
mod version;

use super::{Words, act_title, date, ended};
use crate::guard::{FailedAtom, Found, Term, Wanted};
use crate::refusal::{Refusal, Why};
use crate::workflow::Workflow;
use crate::world::World;
use crate::{ActionName, FieldName, Lang, PersonId, Role, StageName, Value};

impl Refusal {
    /// The refusal as a sentence.
    #[must_use]
    pub fn sentence(&self, lang: Lang, world: &World, workflow: Option<&Workflow>) -> String {
        let telling = Telling { words: Words { lang }, world, workflow };
        ended(telling.why(&self.why))
    }
}

pub(crate) use office::change_title;

/// What papers of the office ask for is called the same wherever it is asked.
fn of_paper(name: &FieldName, lang: Lang) -> Option<&'static str> {
    let (id, en) = match name.as_str() {
        "for_whom" => ("pejabat yang berhalangan", "the holder who is away"),
        "decree" => ("nomor surat keputusan", "the decree's number"),
        "source" => ("surat dasarnya", "the letter it rests on"),
        "staff_no" => ("nomor pegawai", "the staff number"),
        "name" => ("nama", "the name"),
        "account" => ("kode rekening", "the account code"),
        _ => return None,
    };
    Some(if lang == Lang::Id { id } else { en })
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
        act_title(self.workflow, name, self.words.lang)
    }

    /// What a field is called, if the workflow knows it.
    fn title(&self, name: &FieldName) -> Option<&str> {
        let Some(workflow) = self.workflow else { return of_paper(name, self.words.lang) };
        let form = &workflow.form;
        let asked = match name.as_str() {
            "amount" => &form.amount,
            _ => name,
        };
        let noted = workflow.fields.get(name).map(|field| &field.title);
        let label =
            noted.or_else(|| form.fields.iter().find(|field| field.name == *asked).map(|field| &field.label));
        Some(label?.in_lang(self.words.lang))
    }

    /// Fields by their titles, and the names they are sent under.
    fn fields(&self, names: &[FieldName]) -> String {
        let told = |name: &FieldName| {
            self.title(name).map_or_else(|| format!("`{name}`"), |title| format!("{title} (`{name}`)"))
        };
        names.iter().map(told).collect::<Vec<_>>().join(", ")
    }

    /// A comparison that failed, its field and values called what people call them.
    fn atom(&self, atom: &FailedAtom) -> String {
        let field = atom.subject.field().and_then(|name| self.workflow?.fields.get(name));
        let labelled = |value: &Value| match (field, value) {
            (Some(field), Value::Text(text)) => Value::from(field.label(text, self.words.lang)),
            _ => value.clone(),
        };
        let mut told = atom.clone();
        told.wanted = match &atom.wanted {
            Wanted::Compare(op, Term::Value(value)) => Wanted::Compare(*op, Term::Value(labelled(value))),
            Wanted::Compare(..) => atom.wanted.clone(),
            Wanted::In(values) => Wanted::In(values.iter().map(labelled).collect()),
            Wanted::NotIn(values) => Wanted::NotIn(values.iter().map(labelled).collect()),
        };
        for finding in &mut told.found {
            if let Found::Value(value) = &mut finding.found {
                *value = labelled(value);
            }
        }
        told.sentence_with(self.words.lang, &|name| self.title(name).unwrap_or(name.as_str()).to_owned())
    }

    fn roles(&self, roles: &[Role]) -> String {
        let title = |role| self.world.policy.role_title(role, self.words.lang);
        self.words.one_of(&roles.iter().map(title).collect::<Vec<_>>())
    }

    fn state(&self, state: &str) -> String {
        let (id, en) = match state {
            "signed" => ("ditandatangani", "signed"),
            "cancelled" => ("dibatalkan", "cancelled"),
            "settled" => ("selesai", "settled"),
            other => (other, other),
        };
        match self.words.lang {
            Lang::Id => id.to_owned(),
            Lang::En => en.to_owned(),
        }
    }

    fn person(&self, id: PersonId) -> String {
        self.world.roster.name(id)
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
                    "“{action}” tidak dilakukan pada tahap {stage}.",
                    "“{action}” is not done at the stage {stage}."
                )
            }
            Why::OnlyByDecree { action } => {
                let action = self.action(action);
                say!(words, "“{action}” hanya melalui SK.", "“{action}” goes by decree only.")
            }
            Why::OnlyByPaymentOrder { action } => {
                let action = self.action(action);
                say!(
                    words,
                    "“{action}” hanya melalui perintah pembayaran.",
                    "“{action}” goes by payment order only."
                )
            }
            Why::InDecree { decree } => say!(
                words,
                "Permohonan terkunci dalam rancangan SK {decree}; coret dahulu dari sana.",
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
                    "“{action}” di wilayah ini memerlukan peran {roles}.",
                    "“{action}” in this region needs the role {roles}."
                )
            }
            Why::DutyConflict { duty, earlier, person } => {
                let (duty, earlier, person) = (self.action(duty), self.action(earlier), self.person(*person));
                say!(
                    words,
                    "{person} sudah melakukan “{earlier}” pada permohonan ini; “{duty}” harus dilakukan orang lain.",
                    "{person} has done “{earlier}” on this request; “{duty}” must be somebody else's act."
                )
            }
            Why::SamePerson { duty, earlier, person } => self.same_person(duty, earlier, *person),
            Why::RolesExclusive { role, other, person } => self.roles_exclusive(role, other, *person),
            Why::ActingMayNot { action, capacity, source } => self.acting_may_not(action, *capacity, source),
            Why::DelegationExceeded { action, from, limit } => self.delegation_exceeded(action, *from, limit),
            Why::NeedsSecond { person } => self.needs_second(*person),
            Why::OwnFavour { person } => self.own_favour(*person),
            Why::PersonInactive { person } => self.person_inactive(*person),
            Why::ForOneself { person } => self.for_oneself(*person),
            Why::DaysInvalid { from, to, today } => self.days_invalid((*from, *to), *today),
            Why::DelegationTooLong { days, most, source } => self.delegation_too_long(*days, *most, source),
            Why::DelegationChained { person, role } => self.delegation_chained(*person, role),
            Why::GrantMissing { person, role, region } => self.grant_missing(*person, role, region),
            Why::SeatHeld { person, role } => self.seat_held(*person, role),
            Why::BreaksDuty { role, duty, persons, beside } => match beside {
                None => self.breaks_duty(role, duty, persons),
                Some((other, theirs)) => self.breaks_apart((role, duty), persons, (other, theirs)),
            },
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
                say!(words, "“{action}” memerlukan alasan.", "“{action}” needs a reason.")
            }
            Why::FieldMissing { fields } => {
                let fields = self.fields(fields);
                say!(words, "Isian belum lengkap: {fields}.", "Fields are missing: {fields}.")
            }
            Why::FieldUnknown { field, known } if known.is_empty() => say!(
                words,
                "Tindakan ini tidak mencatat isian, termasuk `{field}`.",
                "This action notes no fields, `{field}` among them."
            ),
            Why::FieldUnknown { field, known } => {
                let known = self.fields(known);
                say!(
                    words,
                    "Tindakan ini tidak mencatat isian `{field}`; yang dicatat: {known}.",
                    "This action notes no field `{field}`; it notes: {known}."
                )
            }
            Why::FieldInvalid { field, found, wanted } => {
                let field = self.fields(std::slice::from_ref(field));
                say!(
                    words,
                    "Isian {field} berisi {found}; seharusnya {wanted}.",
                    "Field {field} holds {found}; it should be {wanted}."
                )
            }
            Why::GuardFailed { atoms } => {
                let atoms = atoms.iter().map(|atom| self.atom(atom)).collect::<Vec<_>>().join("; ");
                say!(words, "Syarat belum terpenuhi: {atoms}.", "A condition does not hold: {atoms}.")
            }
            Why::VisitsUsedUp { stage, most } => {
                let stage = self.stage(stage);
                say!(
                    words,
                    "Permohonan sudah {most} kali masuk tahap {stage}; itu batasnya.",
                    "It has come to the stage {stage} {most} times, which is the most allowed."
                )
            }
            Why::TooFewPersons { have, need } => say!(
                words,
                "Baru {have} orang yang terlibat; diperlukan {need} orang yang berbeda.",
                "Only {have} different persons have taken part; {need} are needed."
            ),
            Why::AlreadyEndorsed { action } => {
                let action = self.action(action);
                say!(
                    words,
                    "Anda sudah menyetujui “{action}”; selanjutnya harus orang lain.",
                    "You have agreed to “{action}” already; it takes somebody else."
                )
            }
            Why::FactsFrozen { stage } => {
                let stage = self.stage(stage);
                say!(
                    words,
                    "Data tidak dapat diubah pada tahap {stage}; minta permohonan dikembalikan dahulu.",
                    "Facts cannot be changed at the stage {stage}; have it returned first."
                )
            }
            Why::BudgetShort { line, missing } => {
                say!(
                    words,
                    "Pagu anggaran {line} kurang {missing}.",
                    "Budget line {line} is {missing} short."
                )
            }
            Why::NotBudgeted { line } => {
                say!(words, "Pagu anggaran {line} belum ada.", "There is no budget line {line}.")
            }
            Why::Frozen { source, until } => {
                let until = date(*until, words.lang);
                say!(
                    words,
                    "Penyaluran dananya dibekukan sampai {until} ({source}).",
                    "Its money is frozen until {until} ({source})."
                )
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
                "Daftar sudah berubah sejak Anda lihat; baca lagi. Sidik daftar sekarang: {current}.",
                "The list has changed since it was seen; read it again. Its digest now: {current}."
            ),
            Why::ListClosed { state } => {
                let state = self.state(state);
                say!(words, "Daftar ini sudah {state}.", "The list is {state}.")
            }
            Why::SignedOtherwise { number } => say!(
                words,
                "SK sudah ditandatangani dengan nomor {number}.",
                "The decree was signed under number {number}."
            ),
            Why::NotOnList { request } => say!(
                words,
                "Permohonan {request} tidak ada, atau tidak ada lagi, dalam daftar.",
                "Request {request} is not on the list, or no longer."
            ),
            Why::BankFileNotOut => say!(
                words,
                "Berkas bank belum diambil, jadi bank belum mungkin menjawab; ambil dulu berkasnya.",
                "The bank file has not been fetched, so the bank cannot have answered; fetch it first."
            ),
            Why::BankFileIsOut => say!(
                words,
                "Berkas bank sudah diambil; perintah pembayaran tidak dapat dibatalkan.",
                "The bank file has been fetched; the order cannot be given up."
            ),
            Why::Sp2dOtherwise { number } => {
                say!(
                    words,
                    "SP2D sudah dicatat dengan nomor {number}.",
                    "The SP2D has number {number} already."
                )
            }
            Why::DateAhead { .. }
            | Why::DateBeforeDraft { .. }
            | Why::DecreeNumberTaken { .. }
            | Why::Sp2dNumberTaken { .. }
            | Why::OtherOrder { .. }
            | Why::ResultsUnbound { .. }
            | Why::NotOnLine { .. }
            | Why::DuplicateExisting { .. } => self.list(why),
            Why::NothingToRule => say!(
                words,
                "Tidak ada pembayaran yang hasilnya diragukan.",
                "There is no doubtful payment to rule on."
            ),
            Why::AlreadyPaid { line } => say!(
                words,
                "Baris {line} sudah dibayar; hasil bank tidak dapat membatalkannya.",
                "Line {line} is paid; a bank result cannot undo it."
            ),
            Why::AmountTooLarge => say!(words, "Jumlah terlalu besar.", "The amount is too large."),
            Why::DefinitionMissing => say!(
                words,
                "Alur kerja permohonan ini tidak ditemukan.",
                "The definition this request runs under is not there."
            ),
            Why::Stale { seen, actual } => say!(
                words,
                "Permohonan sudah berubah sejak Anda lihat (versi {seen}, sekarang {actual}); muat ulang.",
                "The request has changed since it was seen (version {seen}, now {actual}); load it again."
            ),
            Why::Office(why) => self.objection(why),
            Why::Denied(why) => why.sentence(words.lang).to_owned(),
            Why::NotFound => say!(words, "Tidak ditemukan.", "Not found."),
            Why::VerificationExpired { .. } | Why::RepairNotAllowed { .. } | Why::PaymentBegun { .. } => {
                self.stuck(why)
            }
            Why::VersionNotLater { .. }
            | Why::StageUnmapped { .. }
            | Why::ApprovalCrossed { .. }
            | Why::OtherMoney { .. }
            | Why::FieldChanged { .. }
            | Why::DutyWeakened { .. }
            | Why::SameWeakened { .. }
            | Why::RolesWeakened { .. }
            | Why::ActionWeakened { .. }
            | Why::PersonsWeakened { .. } => self.version(why),
        }
    }
}

//! Why the office does not change, as sentences that end with what mends it.

use super::Telling;
use crate::Lang;
use crate::office::{ChangeKind, Objection, ProposalState};
use crate::words::date;

/// What a change is called.
pub(crate) fn change_title(kind: ChangeKind, lang: Lang) -> &'static str {
    let (id, en) = match kind {
        ChangeKind::RegisterPerson => ("mendaftarkan pegawai", "registering a person"),
        ChangeKind::DismissPerson => ("mengeluarkan pegawai", "dismissing a person"),
        ChangeKind::GrantRole => ("memberi peran", "granting a role"),
        ChangeKind::RevokeRole => ("mencabut peran", "revoking a role"),
        ChangeKind::SetOffice => ("menetapkan jabatan", "setting a seat"),
        ChangeKind::SetActing => ("menetapkan Plt, Plh, atau Pj", "naming an acting officer"),
        ChangeKind::EndActing => ("mengakhiri Plt, Plh, atau Pj", "ending an acting officer's term"),
        ChangeKind::Delegate => ("melimpahkan wewenang", "making a delegation"),
        ChangeKind::EndDelegation => ("mengakhiri pelimpahan wewenang", "ending a delegation"),
        ChangeKind::NoteAbsence => ("mencatat ketidakhadiran", "noting an absence"),
        ChangeKind::EndAbsence => ("mengakhiri ketidakhadiran", "ending an absence"),
        ChangeKind::PublishDefinition => ("menerbitkan alur kerja", "publishing a definition"),
        ChangeKind::SetFreeze => ("membekukan penyaluran", "setting a freeze"),
        ChangeKind::LiftFreeze => ("mencabut pembekuan", "lifting a freeze"),
        ChangeKind::OpenLine => ("membuka mata anggaran", "opening a budget line"),
        ChangeKind::ReviseCeiling => ("mengubah pagu", "revising a ceiling"),
        ChangeKind::Repair => ("mengembalikan permohonan macet", "putting back a stuck request"),
        ChangeKind::Migrate => ("memindahkan permohonan ke versi lain", "moving requests to another version"),
    };
    match lang {
        Lang::Id => id,
        Lang::En => en,
    }
}

fn state(state: ProposalState, lang: Lang) -> &'static str {
    let (id, en) = match state {
        ProposalState::Open => ("terbuka", "open"),
        ProposalState::Confirmed => ("disetujui", "confirmed"),
        ProposalState::Declined => ("ditolak", "declined"),
        ProposalState::Withdrawn => ("ditarik kembali", "withdrawn"),
    };
    match lang {
        Lang::Id => id,
        Lang::En => en,
    }
}

impl Telling<'_> {
    #[expect(clippy::too_many_lines, reason = "one sentence for each objection")]
    pub(super) fn objection(&self, why: &Objection) -> String {
        let words = self.words;
        match why {
            Objection::ChangeUnruled { kind } => {
                let title = change_title(*kind, words.lang);
                say!(
                    words,
                    "Kebijakan kantor belum menetapkan siapa yang berwenang {title}; tambahkan aturannya dahulu.",
                    "The office's policy says of nobody that they may decide on {title}; add a rule for it first."
                )
            }
            Objection::ChangeRoleMissing { kind, roles } => {
                let (title, roles) = (change_title(*kind, words.lang), self.roles(roles));
                say!(
                    words,
                    "Untuk {title} diperlukan peran {roles} milik sendiri di seluruh wilayah yang terkena; mintakan kepada yang memegangnya.",
                    "For {title} it takes the role {roles}, one's own, in every region it touches; ask somebody who holds it."
                )
            }
            Objection::StandsIn { person, other } => {
                let (person, other) = (self.person(*person), self.person(*other));
                say!(
                    words,
                    "Antara {person} dan {other} ada pelimpahan atau penugasan yang berlaku, jadi keduanya dihitung satu; mintakan orang ketiga.",
                    "One of {person} and {other} acts for the other, so the two count as one; ask a third person."
                )
            }
            Objection::ConsentMissing { person } => {
                let person = self.person(*person);
                say!(
                    words,
                    "Wewenang ini milik {person}; persetujuannya harus datang dari {person} sendiri.",
                    "This power is {person}'s; it is for {person} to agree."
                )
            }
            Objection::ProposerMayNot { person } => {
                let person = self.person(*person);
                say!(
                    words,
                    "Pengusulnya, {person}, kini tidak lagi berwenang; usulkan lagi oleh orang yang berwenang.",
                    "{person}, who proposed it, no longer may; have it proposed anew by somebody who may."
                )
            }
            Objection::NotItsProposer { person } => {
                let person = self.person(*person);
                say!(
                    words,
                    "Usul ini hanya dapat ditarik kembali oleh {person}.",
                    "Only {person} can withdraw this proposal."
                )
            }
            Objection::ProposalClosed { state: decided } => {
                let decided = state(*decided, words.lang);
                say!(
                    words,
                    "Usul ini sudah {decided}; buat usul baru bila masih diperlukan.",
                    "The proposal is {decided} already; make a new one if it is still needed."
                )
            }
            Objection::StaffNoTaken { staff_no, person } => {
                let person = self.person(*person);
                say!(
                    words,
                    "Nomor pegawai {staff_no} sudah terdaftar atas nama {person}; satu orang satu nomor.",
                    "Staff number {staff_no} is {person}'s already; one person has one number."
                )
            }
            Objection::RoleUnknown { role, known } => {
                let known = known.iter().map(crate::Role::as_str).collect::<Vec<_>>().join(", ");
                say!(
                    words,
                    "Peran `{role}` tidak dikenal; pilih salah satu dari: {known}.",
                    "There is no role `{role}`; choose one of: {known}."
                )
            }
            Objection::AlreadyHeld { person, role, region } => {
                let (person, role) = (self.person(*person), self.roles(std::slice::from_ref(role)));
                say!(
                    words,
                    "{person} sudah memegang peran {role} di wilayah {region}.",
                    "{person} holds the role {role} in region {region} already."
                )
            }
            Objection::NotHeld { person, role, region } => {
                let (person, role) = (self.person(*person), self.roles(std::slice::from_ref(role)));
                say!(
                    words,
                    "{person} tidak memegang sendiri peran {role} di wilayah {region}; yang diterima dari orang lain tidak dapat dilimpahkan lagi.",
                    "{person} does not hold the role {role} in region {region} by a grant of their own; what comes from another is not handed on."
                )
            }
            Objection::TooFewLeft => say!(
                words,
                "Setelah ini tidak ada lagi dua orang yang dapat memberi peran; beri peran itu kepada orang lain dahulu.",
                "There would no longer be two persons who can grant a role; grant it to somebody else first."
            ),
            Objection::SeatUnknown { role, region } => {
                let role = self.roles(std::slice::from_ref(role));
                say!(
                    words,
                    "Belum ada jabatan {role} untuk wilayah {region}; tetapkan jabatannya dahulu.",
                    "There is no seat of {role} for region {region}; set the seat first."
                )
            }
            Objection::SeatTaken { office } => say!(
                words,
                "Peran dan wilayah itu sudah milik jabatan `{office}`; ubah jabatan itu saja.",
                "Seat `{office}` has that role and region; change that one."
            ),
            Objection::AlreadyNoted => say!(
                words,
                "Ketidakhadiran yang mulai pada hari itu sudah dicatat; akhiri yang lama dahulu.",
                "An absence from that day is noted already; end that one first."
            ),
            Objection::SchemeUnknown { scheme } => say!(
                words,
                "Program `{scheme}` tidak dikenal; ambil namanya dari daftar program.",
                "There is no scheme `{scheme}`; take its name from the list of schemes."
            ),
            Objection::DefinitionUnsound { flaws } => {
                let many = flaws.len();
                let first =
                    flaws.first().map(|flaw| format!("{} ({})", flaw.text.in_lang(words.lang), flaw.place));
                let first = first.unwrap_or_default();
                let first = first.trim_end_matches('.');
                say!(
                    words,
                    "Alur kerja ini belum utuh, {many} hal perlu diperbaiki; yang pertama: {first}.",
                    "The definition does not hold together, {many} to mend; the first: {first}."
                )
            }
            Objection::VersionTaken { scheme, version } => say!(
                words,
                "Alur {scheme} versi {version} sudah terbit dengan isi lain dan tidak pernah berubah; naikkan versinya.",
                "{scheme} version {version} is published with another text and never changes; raise the version."
            ),
            Objection::VersionSkipped { scheme, version, next } => say!(
                words,
                "Alur {scheme} versi {version} bukan urutan berikutnya; beri versi {next}.",
                "{scheme} version {version} is not the next one; make it version {next}."
            ),
            Objection::CeilingTooLow { line, used } => say!(
                words,
                "Pagu {line} tidak dapat di bawah {used} yang sudah dicadangkan, disetujui, dan dibayar; beri pagu yang lebih besar.",
                "The ceiling of {line} cannot be below the {used} reserved, committed and paid; give a larger one."
            ),
            Objection::LineTaken { .. }
            | Objection::LineYear { .. }
            | Objection::RegionUnknown { .. }
            | Objection::FreezeIdle { .. }
            | Objection::ProposedAlready { .. } => self.idle(why),
            Objection::FreezeBackdated { from, today } => {
                let (from, today) = (date(*from, words.lang), date(*today, words.lang));
                say!(
                    words,
                    "Pembekuan tidak berlaku surut: {from} sudah lewat; mulailah paling awal {today}.",
                    "A freeze does not reach back: {from} is over; let it begin on {today} at the earliest."
                )
            }
            Objection::FundUnknown { fund, known } => {
                let known = known.join(", ");
                say!(
                    words,
                    "Tidak ada program yang dibiayai dari `{fund}`; pilih salah satu dari: {known}.",
                    "No scheme is paid from `{fund}`; choose one of: {known}."
                )
            }
            Objection::PaperUnknown => say!(
                words,
                "Penetapan itu tidak ada, atau sudah berakhir; muat ulang daftarnya.",
                "There is no such paper, or no longer; read the list again."
            ),
        }
    }

    /// What is there already, and what there is not at all.
    #[expect(clippy::wildcard_enum_match_arm, reason = "told elsewhere")]
    fn idle(&self, why: &Objection) -> String {
        let words = self.words;
        match why {
            Objection::LineTaken { line } => say!(
                words,
                "Mata anggaran {line} sudah ada; ubahlah pagunya.",
                "There is a budget line {line} already; revise its ceiling."
            ),
            Objection::LineYear { year, first } => {
                let next = first.saturating_add(1);
                say!(
                    words,
                    "Mata anggaran dibuka untuk tahun {first} atau {next}, bukan {year}.",
                    "A budget line is opened for {first} or {next}, not for {year}."
                )
            }
            Objection::RegionUnknown { region, near } => {
                let near: Vec<_> = near.iter().map(|(code, name)| format!("{code} ({name})")).collect();
                let near: Vec<_> = near.iter().map(String::as_str).collect();
                let near = words.one_of(&near);
                if near.is_empty() {
                    return say!(
                        words,
                        "Wilayah {region} tidak ada; periksa kodenya.",
                        "There is no region {region}; check its code."
                    );
                }
                say!(
                    words,
                    "Wilayah {region} tidak ada; yang paling dekat {near}.",
                    "There is no region {region}; the nearest is {near}."
                )
            }
            Objection::FreezeIdle { fund } => say!(
                words,
                "Pembekuan ini tidak menghentikan apa pun: setiap program dari `{fund}` yang disebut dikecualikan. Kurangi pengecualiannya, atau jangan dibekukan.",
                "This freeze stops nothing: every scheme from `{fund}` that it names is exempt. Exempt fewer, or set no freeze."
            ),
            Objection::ProposedAlready { proposal, by } => {
                let by = self.world.roster.name(*by);
                say!(
                    words,
                    "Usul yang sama dari {by} sudah menunggu orang kedua ({proposal}); setujui atau tarik kembali yang itu.",
                    "The same was proposed by {by} and waits for a second person ({proposal}); confirm or withdraw that one."
                )
            }
            other => other.code().to_owned(),
        }
    }
}

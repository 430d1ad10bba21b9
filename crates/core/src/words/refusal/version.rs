//! Why a request is not put to another stage, and why it keeps its version.

use super::Telling;
use crate::Lang;
use crate::refusal::Why;

impl Telling<'_> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "told elsewhere")]
    pub(super) fn stuck(&self, why: &Why) -> String {
        let words = self.words;
        match why {
            Why::VerificationExpired { action, stage } => {
                let (action, stage) = (self.action(action), self.stage(stage));
                say!(
                    words,
                    "Hasil “{action}” sudah lewat masa berlakunya; permohonan diperiksa lagi pada tahap {stage}.",
                    "“{action}” holds no longer; the request is checked again at the stage {stage}."
                )
            }
            Why::RepairNotAllowed { stage } => {
                let stage = self.stage(stage);
                say!(
                    words,
                    "Permohonan tidak dapat dipindahkan ke tahap {stage}; hanya mundur, ke tahap sebelum persetujuan yang disebut alur.",
                    "The request cannot be put to the stage {stage}: only back, to a stage before approval that the workflow names."
                )
            }
            Why::PaymentBegun { order, line } => say!(
                words,
                "Permohonan pernah masuk perintah pembayaran {order} (baris {line}); bank masih mungkin menyatakannya dibayar.",
                "The request was on payment order {order} (line {line}); the bank may yet report it paid."
            ),
            other => other.code().to_owned(),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "told elsewhere")]
    pub(super) fn version(&self, why: &Why) -> String {
        let words = self.words;
        match why {
            Why::VersionNotLater { version } => say!(
                words,
                "Versi {version} tidak lebih baru daripada versi yang dipakai permohonan ini.",
                "Version {version} is not later than the version the request runs under."
            ),
            Why::StageUnmapped { stage, version } => {
                let stage = self.stage(stage);
                say!(
                    words,
                    "Versi {version} tidak mempunyai tahap {stage}, dan bagian `[migrate]`-nya tidak menyebut tahap yang masih berjalan sebagai penggantinya; permohonan tetap pada versinya.",
                    "Version {version} has no stage {stage}, and its `[migrate]` part names no stage under way in its place; the request keeps its version."
                )
            }
            Why::ApprovalCrossed { stage } => {
                let stage = self.stage(stage);
                say!(
                    words,
                    "Pindah ke tahap {stage} melewati persetujuan; itu tidak dilakukan oleh pergantian versi.",
                    "To go to the stage {stage} would cross an approval, which a new version does not do."
                )
            }
            Why::OtherMoney { version } => say!(
                words,
                "Versi {version} memakai sumber dana atau bentuk bantuan lain.",
                "Version {version} has another fund source or another kind of benefit."
            ),
            Why::FieldChanged { field } => {
                let field = self.fields(std::slice::from_ref(field));
                say!(
                    words,
                    "Isian {field} yang sudah dicatat tidak cocok dengan versi baru.",
                    "What was noted down as {field} does not fit the new version."
                )
            }
            Why::DutyWeakened { duty, other } => {
                let (duty, other) = (self.action(duty), self.action(other));
                say!(
                    words,
                    "“{duty}” dan “{other}” harus dua orang; versi baru tidak menjaminnya lagi.",
                    "“{duty}” and “{other}” must be two persons'; the new version does not ensure it any more."
                )
            }
            Why::SameWeakened { .. } | Why::RolesWeakened { .. } | Why::ActionWeakened { .. } => {
                self.weakened(why)
            }
            Why::PersonsWeakened { have, need } => say!(
                words,
                "Dengan versi baru, {have} orang sudah cukup; yang dijanjikan {need} orang.",
                "Under the new version {have} persons would do; {need} were promised."
            ),
            other => other.code().to_owned(),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "told elsewhere")]
    fn weakened(&self, why: &Why) -> String {
        let words = self.words;
        match why {
            Why::SameWeakened { duty, other } => {
                let (duty, other) = (self.action(duty), self.action(other));
                say!(
                    words,
                    "“{duty}” dan “{other}” harus oleh satu orang; versi baru tidak menjaminnya lagi.",
                    "“{duty}” and “{other}” must be one person's; the new version does not ensure it any more."
                )
            }
            Why::RolesWeakened { role, other } => {
                let (role, other) = (self.role(role), self.role(other));
                say!(
                    words,
                    "Tidak ada orang yang boleh sekaligus {role} dan {other}; versi baru tidak menjaminnya lagi.",
                    "Nobody may be {role} and {other} at once; the new version does not ensure it any more."
                )
            }
            Why::ActionWeakened { action, have, need } => {
                let action = self.action(action);
                say!(
                    words,
                    "“{action}” memerlukan {need} orang; dengan versi baru {have} orang sudah cukup.",
                    "“{action}” takes {need} persons; under the new version {have} would do."
                )
            }
            other => other.code().to_owned(),
        }
    }
}
